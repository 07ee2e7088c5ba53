//! `Decimal`'s methods.

use super::context::{self, rounding};
use super::number::{Ctx, Dec, Kind, Round, status};
use super::object::{self, Number, convert, get, in_class, make, ordering, shown, under};
use super::{arith, format, functions, state, text};
use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, GetSetDef, Obj, R, TypeDefs, Value, ops};

pub static DEFS: TypeDefs = TypeDefs {
    methods: natives![
        exp,
        ln,
        log10,
        next_minus,
        next_plus,
        normalize,
        to_integral,
        to_integral_exact,
        to_integral_value,
        sqrt,
        compare,
        compare_signal,
        max,
        max_mag,
        min,
        min_mag,
        next_toward,
        quantize,
        remainder_near,
        fma,
        is_canonical,
        is_finite,
        is_infinite,
        is_nan,
        is_qnan,
        is_snan,
        is_signed,
        is_zero,
        is_normal,
        is_subnormal,
        adjusted,
        canonical,
        conjugate,
        radix,
        copy_abs,
        copy_negate,
        logb,
        logical_invert,
        number_class,
        to_eng_string,
        compare_total,
        compare_total_mag,
        copy_sign,
        same_quantum,
        logical_and,
        logical_or,
        logical_xor,
        rotate,
        scaleb,
        shift,
        from_float,
        from_number,
        as_tuple,
        as_integer_ratio,
        copy,
        deepcopy,
        format_special,
        reduce,
        round,
        ceil,
        floor,
        trunc,
        complex,
        sizeof
    ],
    getset: &[
        GetSetDef { name: "real", doc: None, get: Some(|_, v| Ok(v.clone())), set: None },
        GetSetDef { name: "imag", doc: None, get: Some(|cx, _| Ok(make(cx, Dec::zero()))), set: None },
    ],
    ..TypeDefs::NONE
};

/// A method without operands.
macro_rules! unary {
    ($name:ident, $text:literal, $doc:literal, $operation:expr) => {
        #[doc = $doc]
        #[native($text)]
        fn $name(cx: &mut Cx, this: &Obj<Number>, context: Option<&Value>) -> R {
            let context = context::argument(cx, context)?;
            let operation: fn(&Dec, &mut Ctx) -> Dec = $operation;
            under(cx, &context, |ctx| operation(&this.0, ctx))
        }
    };
}

/// A method with one operand.
macro_rules! binary {
    ($name:ident, $text:literal, $doc:literal, $operation:expr) => {
        #[doc = $doc]
        #[native($text)]
        fn $name(cx: &mut Cx, this: &Obj<Number>, other: &Value, context: Option<&Value>) -> R {
            let context = context::argument(cx, context)?;
            let other = convert(cx, other)?;
            let operation: fn(&Dec, &Dec, &mut Ctx) -> Dec = $operation;
            under(cx, &context, |ctx| operation(&this.0, &other, ctx))
        }
    };
}

/// A question about the number alone.
macro_rules! question {
    ($name:ident, $text:literal, $doc:literal, $answer:expr) => {
        #[doc = $doc]
        #[native($text)]
        fn $name(_cx: &mut Cx, this: &Obj<Number>) -> R<Value> {
            let answer: fn(&Dec) -> bool = $answer;
            Ok(Value::bool(answer(&this.0)))
        }
    };
}

unary!(
    exp,
    "Decimal.exp($self, /, context=None)",
    "Return the value of the (natural) exponential function e**x.",
    functions::exp
);
unary!(
    ln,
    "Decimal.ln($self, /, context=None)",
    "Return the natural (base e) logarithm of the operand.",
    functions::ln
);
unary!(
    log10,
    "Decimal.log10($self, /, context=None)",
    "Return the base ten logarithm of the operand.",
    functions::log10
);
unary!(
    next_minus,
    "Decimal.next_minus($self, /, context=None)",
    "Return the largest number representable in the given context.",
    |a, ctx| arith::next(a, false, ctx)
);
unary!(
    next_plus,
    "Decimal.next_plus($self, /, context=None)",
    "Return the smallest number representable in the given context.",
    |a, ctx| arith::next(a, true, ctx)
);
unary!(
    normalize,
    "Decimal.normalize($self, /, context=None)",
    "Normalize the number by stripping the rightmost trailing zeros.",
    arith::normalize
);
unary!(
    sqrt,
    "Decimal.sqrt($self, /, context=None)",
    "Return the square root of the argument to full precision.",
    functions::sqrt
);
unary!(
    logb,
    "Decimal.logb($self, /, context=None)",
    "For a non-zero number, return the adjusted exponent of the operand.",
    arith::logb
);
unary!(
    logical_invert,
    "Decimal.logical_invert($self, /, context=None)",
    "Invert all its digits.",
    arith::logical_invert
);

binary!(
    compare,
    "Decimal.compare($self, /, other, context=None)",
    "Compare self to other.  Return a decimal value.",
    |a, b, ctx| { arith::compare(a, b, false, ctx) }
);
binary!(
    compare_signal,
    "Decimal.compare_signal($self, /, other, context=None)",
    "Identical to compare, except that all NaNs signal.",
    |a, b, ctx| arith::compare(a, b, true, ctx)
);
binary!(max, "Decimal.max($self, /, other, context=None)", "Maximum of self and other.", |a, b, ctx| {
    arith::extreme(a, b, true, false, ctx)
});
binary!(
    max_mag,
    "Decimal.max_mag($self, /, other, context=None)",
    "As max(), by the absolute values.",
    |a, b, ctx| { arith::extreme(a, b, true, true, ctx) }
);
binary!(min, "Decimal.min($self, /, other, context=None)", "Minimum of self and other.", |a, b, ctx| {
    arith::extreme(a, b, false, false, ctx)
});
binary!(
    min_mag,
    "Decimal.min_mag($self, /, other, context=None)",
    "As min(), by the absolute values.",
    |a, b, ctx| { arith::extreme(a, b, false, true, ctx) }
);
binary!(
    next_toward,
    "Decimal.next_toward($self, /, other, context=None)",
    "Return the number closest to the first operand in the direction of the second operand.",
    arith::next_toward
);
binary!(
    remainder_near,
    "Decimal.remainder_near($self, /, other, context=None)",
    "Return the remainder from dividing self by other, by the nearest whole quotient.",
    arith::rem_near
);
binary!(
    logical_and,
    "Decimal.logical_and($self, /, other, context=None)",
    "Applies an 'and' operation between self and other's digits.",
    |a, b, ctx| { arith::logical(a, b, |x, y| x & y, ctx) }
);
binary!(
    logical_or,
    "Decimal.logical_or($self, /, other, context=None)",
    "Applies an 'or' operation between self and other's digits.",
    |a, b, ctx| { arith::logical(a, b, |x, y| x | y, ctx) }
);
binary!(
    logical_xor,
    "Decimal.logical_xor($self, /, other, context=None)",
    "Applies an 'xor' operation between self and other's digits.",
    |a, b, ctx| { arith::logical(a, b, |x, y| x ^ y, ctx) }
);
binary!(
    rotate,
    "Decimal.rotate($self, /, other, context=None)",
    "Return the result of rotating the digits of the first operand.",
    arith::rotate
);
binary!(
    scaleb,
    "Decimal.scaleb($self, /, other, context=None)",
    "Return the first operand with the exponent adjusted the second.",
    arith::scaleb
);
binary!(
    shift,
    "Decimal.shift($self, /, other, context=None)",
    "Return the result of shifting the digits of the first operand.",
    arith::shift
);
binary!(
    compare_total,
    "Decimal.compare_total($self, /, other, context=None)",
    "Compare two operands using their abstract representation.",
    |a, b, _| { ordering(arith::compare_total(a, b)) }
);
binary!(
    compare_total_mag,
    "Decimal.compare_total_mag($self, /, other, context=None)",
    "As compare_total(), with the signs ignored.",
    |a: &Dec, b: &Dec, _| ordering(arith::compare_total(&a.absolute(), &b.absolute()))
);
binary!(
    copy_sign,
    "Decimal.copy_sign($self, /, other, context=None)",
    "Return a copy of the first operand with the sign set to be the same as the sign of the second operand.",
    |a: &Dec, b: &Dec, _: &mut Ctx| Dec { negative: b.negative, ..a.clone() }
);

question!(
    is_canonical,
    "Decimal.is_canonical($self, /)",
    "Return True if the argument is canonical and False otherwise.",
    |_| true
);
question!(
    is_finite,
    "Decimal.is_finite($self, /)",
    "Return True if the argument is a finite number.",
    Dec::is_finite
);
question!(
    is_infinite,
    "Decimal.is_infinite($self, /)",
    "Return True if the argument is an infinity.",
    Dec::is_infinite
);
question!(is_nan, "Decimal.is_nan($self, /)", "Return True if the argument is a NaN.", Dec::is_nan);
question!(is_qnan, "Decimal.is_qnan($self, /)", "Return True if the argument is a quiet NaN.", |d| d.kind
    == Kind::Quiet);
question!(is_snan, "Decimal.is_snan($self, /)", "Return True if the argument is a signaling NaN.", |d| d
    .kind
    == Kind::Signaling);
question!(
    is_signed,
    "Decimal.is_signed($self, /)",
    "Return True if the argument has a negative sign.",
    |d| d.negative
);
question!(is_zero, "Decimal.is_zero($self, /)", "Return True if the argument is a zero.", Dec::is_zero);

/// Whether a number is normal in a context: finite, not zero, not subnormal.
pub fn normal(dec: &Dec, ctx: &Ctx) -> bool {
    dec.is_finite() && !dec.is_zero() && dec.adjusted() >= ctx.emin
}

/// Whether a number is subnormal in a context.
pub fn subnormal(dec: &Dec, ctx: &Ctx) -> bool {
    dec.is_finite() && !dec.is_zero() && dec.adjusted() < ctx.emin
}

/// Return True if the argument is a normal finite non-zero number.
#[native("Decimal.is_normal($self, /, context=None)")]
fn is_normal(cx: &mut Cx, this: &Obj<Number>, context: Option<&Value>) -> R<Value> {
    let context = context::argument(cx, context)?;
    let ctx = context.get(cx).ctx;
    Ok(Value::bool(normal(&this.0, &ctx)))
}

/// Return True if the argument is subnormal.
#[native("Decimal.is_subnormal($self, /, context=None)")]
fn is_subnormal(cx: &mut Cx, this: &Obj<Number>, context: Option<&Value>) -> R<Value> {
    let context = context::argument(cx, context)?;
    let ctx = context.get(cx).ctx;
    Ok(Value::bool(subnormal(&this.0, &ctx)))
}

/// Rounded to a whole number, by an optional rounding mode.
fn integral(
    cx: &mut Cx,
    this: &Obj<Number>,
    mode: Option<&Value>,
    context: Option<&Value>,
    exact: bool,
) -> R {
    let context = context::argument(cx, context)?;
    let mode = match mode.filter(|m| !m.is_none()) {
        Some(mode) => Some(rounding(cx, mode)?),
        None => None,
    };
    under(cx, &context, |ctx| {
        ctx.round = mode.unwrap_or(ctx.round);
        arith::to_integral(&this.0, exact, ctx)
    })
}

/// Identical to the to_integral_value() method.
#[native("Decimal.to_integral($self, /, rounding=None, context=None)")]
fn to_integral(cx: &mut Cx, this: &Obj<Number>, rounding: Option<&Value>, context: Option<&Value>) -> R {
    integral(cx, this, rounding, context, false)
}

/// Round to the nearest integer without signaling Inexact or Rounded.
#[native("Decimal.to_integral_value($self, /, rounding=None, context=None)")]
fn to_integral_value(
    cx: &mut Cx,
    this: &Obj<Number>,
    rounding: Option<&Value>,
    context: Option<&Value>,
) -> R {
    integral(cx, this, rounding, context, false)
}

/// Round to the nearest integer, signaling Inexact or Rounded as appropriate.
#[native("Decimal.to_integral_exact($self, /, rounding=None, context=None)")]
fn to_integral_exact(
    cx: &mut Cx,
    this: &Obj<Number>,
    rounding: Option<&Value>,
    context: Option<&Value>,
) -> R {
    integral(cx, this, rounding, context, true)
}

/// Return a value equal to the first operand after rounding and having the exponent of the second operand.
#[native("Decimal.quantize($self, /, exp, rounding=None, context=None)")]
fn quantize(
    cx: &mut Cx,
    this: &Obj<Number>,
    exp: &Value,
    rounding: Option<&Value>,
    context: Option<&Value>,
) -> R {
    let context = context::argument(cx, context)?;
    let mode = match rounding.filter(|m| !m.is_none()) {
        Some(mode) => Some(self::rounding(cx, mode)?),
        None => None,
    };
    let exp = convert(cx, exp)?;
    under(cx, &context, |ctx| {
        ctx.round = mode.unwrap_or(ctx.round);
        arith::quantize(&this.0, &exp, ctx)
    })
}

/// Fused multiply-add.  Return self*other+third with no rounding of the intermediate product.
#[native("Decimal.fma($self, /, other, third, context=None)")]
fn fma(cx: &mut Cx, this: &Obj<Number>, other: &Value, third: &Value, context: Option<&Value>) -> R {
    let context = context::argument(cx, context)?;
    let (other, third) = (convert(cx, other)?, convert(cx, third)?);
    under(cx, &context, |ctx| arith::fma(&this.0, &other, &third, ctx))
}

/// Return the adjusted exponent of the number.
#[native("Decimal.adjusted($self, /)")]
fn adjusted(_cx: &mut Cx, this: &Obj<Number>) -> R<i64> {
    Ok(if this.0.is_finite() && !this.0.is_zero() || this.0.is_zero() { this.0.adjusted() } else { 0 })
}

/// Return the canonical encoding of the argument.
#[native("Decimal.canonical($self, /)")]
fn canonical(_cx: &mut Cx, this: &Value) -> R {
    Ok(this.clone())
}

/// Return self.
#[native("Decimal.conjugate($self, /)")]
fn conjugate(_cx: &mut Cx, this: &Value) -> R {
    Ok(this.clone())
}

/// Return Decimal(10), the radix (base) in which the Decimal class does all its arithmetic.
#[native("Decimal.radix($self, /)")]
fn radix(cx: &mut Cx, _this: &Value) -> R {
    Ok(make(cx, Dec::from_int(10)))
}

/// Return the absolute value of the argument.
#[native("Decimal.copy_abs($self, /)")]
fn copy_abs(cx: &mut Cx, this: &Obj<Number>) -> R {
    Ok(make(cx, this.0.absolute()))
}

/// Return the negation of the argument.
#[native("Decimal.copy_negate($self, /)")]
fn copy_negate(cx: &mut Cx, this: &Obj<Number>) -> R {
    Ok(make(cx, this.0.negated()))
}

/// Return a string describing the class of the operand.
#[native("Decimal.number_class($self, /, context=None)")]
fn number_class(cx: &mut Cx, this: &Obj<Number>, context: Option<&Value>) -> R {
    let context = context::argument(cx, context)?;
    let ctx = context.get(cx).ctx;
    Ok(cx.str(arith::class(&this.0, &ctx)))
}

/// Convert to an engineering-type string.
#[native("Decimal.to_eng_string($self, /, context=None)")]
fn to_eng_string(cx: &mut Cx, this: &Value, context: Option<&Value>) -> R {
    context::argument(cx, context)?;
    let text = shown(cx, this, true)?;
    Ok(cx.str(&text))
}

/// Test whether self and other have the same exponent or whether both are NaN.
#[native("Decimal.same_quantum($self, /, other, context=None)")]
fn same_quantum(cx: &mut Cx, this: &Obj<Number>, other: &Value, context: Option<&Value>) -> R<Value> {
    context::argument(cx, context)?;
    let other = convert(cx, other)?;
    Ok(Value::bool(arith::same_quantum(&this.0, &other)))
}

/// Class method that converts a float to a decimal number, exactly.
#[native("Decimal.from_float($type, f, /)")]
fn from_float(cx: &mut Cx, class: &Value, f: &Value) -> R {
    let dec = object::float_or_int(cx, f)?;
    match class.as_type() {
        Some(class) => in_class(cx, class, dec),
        None => Err(cx.type_error("a type is required")),
    }
}

/// Class method that converts a real number to a decimal number, exactly.
#[native("Decimal.from_number($type, number, /)")]
fn from_number(cx: &mut Cx, class: &Value, number: &Value) -> R {
    let dec = match number.as_float() {
        Some(f) => object::from_float(f),
        None if number.cast::<Number>().is_some() || number.as_int().is_some() => {
            convert(cx, number)?.into_owned()
        }
        None => {
            let method = cx.intern("as_integer_ratio");
            let Some(method) = ops::getattr_opt(cx, number, &method)? else {
                return convert(cx, number).map(|_| Value::none());
            };
            let ratio = ops::call(cx, &method, &[])?;
            let items = ops::collect(cx, &ratio)?;
            let [n, d] = items.as_slice() else {
                return Err(cx.value_error("unexpected return value from as_integer_ratio()"));
            };
            let (n, d) = (convert(cx, n)?.into_owned(), convert(cx, d)?.into_owned());
            let context = context::current(cx)?;
            let mut ctx = context.get(cx).ctx;
            let quotient = arith::div(&n, &d, &mut ctx);
            context::settle(cx, &context, ctx.status)?;
            quotient
        }
    };
    match class.as_type() {
        Some(class) => {
            if class.is(&object::DECIMAL) && number.is_instance_exact(&object::DECIMAL) {
                return Ok(number.clone());
            }
            in_class(cx, class, dec)
        }
        None => Err(cx.type_error("a type is required")),
    }
}

/// Return a tuple representation of the number.
#[native("Decimal.as_tuple($self, /)")]
fn as_tuple(cx: &mut Cx, this: &Obj<Number>) -> R {
    let dec = &this.0;
    let digits: Vec<Value> = match dec.kind {
        Kind::Quiet | Kind::Signaling if dec.coef.is_zero() => Vec::new(),
        _ => text::digits(&dec.coef).bytes().map(|d| cx.int(i64::from(d - b'0'))).collect(),
    };
    let exponent = match dec.kind {
        Kind::Finite => cx.int(dec.exp),
        Kind::Infinite => cx.str("F"),
        Kind::Quiet => cx.str("n"),
        Kind::Signaling => cx.str("N"),
    };
    let (sign, digits) = (cx.int(dec.negative.into()), cx.tuple(digits).into_value());
    let class = state(cx, |s| s.decimal_tuple.clone())?;
    ops::call(cx, &class, &[sign, digits, exponent])
}

/// Decimal.as_integer_ratio() -> (int, int)
///
/// Return a pair of integers, whose ratio is exactly equal to the original
/// Decimal and with a positive denominator. The ratio is in lowest terms.
/// Raise OverflowError on infinities and a ValueError on NaNs.
#[native("Decimal.as_integer_ratio($self, /)")]
fn as_integer_ratio(cx: &mut Cx, this: &Value) -> R {
    object::to_ratio(cx, this)
}

#[native("Decimal.__copy__($self, /)")]
fn copy(_cx: &mut Cx, this: &Value) -> R {
    Ok(this.clone())
}

#[native("Decimal.__deepcopy__($self, object, /)")]
fn deepcopy(_cx: &mut Cx, this: &Value, _object: &Value) -> R {
    Ok(this.clone())
}

#[native("Decimal.__format__($self, *args)", no_signature)]
fn format_special(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let items = crate::support::legacy_args(cx, args, "__format__", 1, 2)?;
    format::format(cx, this, &items[0], items.get(1))
}

#[native("Decimal.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    let text = shown(cx, this, false)?;
    let text = cx.str(&text);
    let args = cx.tuple_value([text]);
    let class = this.type_of().into_value();
    Ok(cx.tuple_value([class, args]))
}

#[native("Decimal.__round__($self, ndigits=None, /)", no_signature)]
fn round(cx: &mut Cx, this: &Value, ndigits: Option<&Value>) -> R {
    let Some(ndigits) = ndigits.filter(|n| !n.is_none()) else {
        return object::to_int(cx, this, Round::HalfEven);
    };
    let places = object::small(cx, ndigits)?;
    let dec = get(cx, this)?;
    let context = context::current(cx)?;
    under(cx, &context, |ctx| {
        let exp = places.checked_neg().unwrap_or(i64::MAX);
        if dec.is_finite() && !(super::number::MIN_ETINY..=super::number::MAX_EMAX).contains(&exp) {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        arith::quantize(dec, &Dec { exp, ..Dec::one() }, ctx)
    })
}

#[native("Decimal.__ceil__($self, /)")]
fn ceil(cx: &mut Cx, this: &Value) -> R {
    object::to_int(cx, this, Round::Ceiling)
}

#[native("Decimal.__floor__($self, /)")]
fn floor(cx: &mut Cx, this: &Value) -> R {
    object::to_int(cx, this, Round::Floor)
}

#[native("Decimal.__trunc__($self, /)")]
fn trunc(cx: &mut Cx, this: &Value) -> R {
    object::to_int(cx, this, Round::Down)
}

#[native("Decimal.__complex__($self, /)")]
fn complex(cx: &mut Cx, this: &Value) -> R {
    let float = object::to_float(cx, this)?;
    Ok(taipan_types::complex::new_complex(cx, float.as_float().unwrap_or(0.0), 0.0))
}

#[native("Decimal.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Obj<Number>) -> R<usize> {
    let value = this.to_value();
    Ok(taipan_object::instance::size_of_value(cx, &value) + object::extra_size(&this.0))
}
