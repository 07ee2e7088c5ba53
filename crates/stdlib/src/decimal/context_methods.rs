//! `Context`'s methods: the operations under a given context, its settings' copies, and conversions.

use super::context::{self, Context, reduce};
use super::methods::{normal, subnormal};
use super::number::{Ctx, Dec, Kind};
use super::object::{self, DECIMAL, Number, convert, divmod_under, make, ordering, under};
use super::{arith, functions, text};
use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, Obj, R, Value};

pub static METHODS: &[&NativeDef] = natives![
    abs,
    exp,
    ln,
    log10,
    minus,
    next_minus,
    next_plus,
    normalize,
    plus,
    to_integral,
    to_integral_exact,
    to_integral_value,
    sqrt,
    add,
    compare,
    compare_signal,
    divide,
    divide_int,
    divmod,
    max,
    max_mag,
    min,
    min_mag,
    multiply,
    next_toward,
    quantize,
    remainder,
    remainder_near,
    subtract,
    power,
    fma,
    etiny,
    etop,
    radix,
    is_canonical,
    is_finite,
    is_infinite,
    is_nan,
    is_normal,
    is_qnan,
    is_signed,
    is_snan,
    is_subnormal,
    is_zero,
    apply,
    canonical,
    copy_abs,
    copy_decimal,
    copy_negate,
    logb,
    logical_invert,
    number_class,
    to_sci_string,
    to_eng_string,
    compare_total,
    compare_total_mag,
    copy_sign,
    logical_and,
    logical_or,
    logical_xor,
    rotate,
    same_quantum,
    scaleb,
    shift,
    clear_flags,
    clear_traps,
    copy_special,
    reduce_special,
    copy,
    create_decimal,
    create_decimal_from_float
];

/// An operation on one number.
macro_rules! unary {
    ($name:ident, $text:literal, $doc:literal, $operation:expr) => {
        #[doc = $doc]
        #[native($text)]
        fn $name(cx: &mut Cx, this: &Obj<Context>, x: &Value) -> R {
            let x = convert(cx, x)?;
            let operation: fn(&Dec, &mut Ctx) -> Dec = $operation;
            under(cx, this, |ctx| operation(&x, ctx))
        }
    };
}

/// An operation on two numbers.
macro_rules! binary {
    ($name:ident, $text:literal, $doc:literal, $operation:expr) => {
        #[doc = $doc]
        #[native($text)]
        fn $name(cx: &mut Cx, this: &Obj<Context>, x: &Value, y: &Value) -> R {
            let (x, y) = (convert(cx, x)?, convert(cx, y)?);
            let operation: fn(&Dec, &Dec, &mut Ctx) -> Dec = $operation;
            under(cx, this, |ctx| operation(&x, &y, ctx))
        }
    };
}

/// A question about a number.
macro_rules! question {
    ($name:ident, $text:literal, $doc:literal, $answer:expr) => {
        #[doc = $doc]
        #[native($text)]
        fn $name(cx: &mut Cx, this: &Obj<Context>, x: &Value) -> R<Value> {
            let x = convert(cx, x)?;
            let ctx = this.get(cx).ctx;
            let answer: fn(&Dec, &Ctx) -> bool = $answer;
            Ok(Value::bool(answer(&x, &ctx)))
        }
    };
}

unary!(abs, "Context.abs($self, x, /)", "Return the absolute value of x.", arith::abs);
unary!(exp, "Context.exp($self, x, /)", "Return e ** x.", functions::exp);
unary!(ln, "Context.ln($self, x, /)", "Return the natural (base e) logarithm of x.", functions::ln);
unary!(log10, "Context.log10($self, x, /)", "Return the base 10 logarithm of x.", functions::log10);
unary!(
    minus,
    "Context.minus($self, x, /)",
    "Minus corresponds to the unary prefix minus operator in Python.",
    arith::minus
);
unary!(
    next_minus,
    "Context.next_minus($self, x, /)",
    "Return the largest representable number smaller than x.",
    |a, ctx| { arith::next(a, false, ctx) }
);
unary!(
    next_plus,
    "Context.next_plus($self, x, /)",
    "Return the smallest representable number larger than x.",
    |a, ctx| { arith::next(a, true, ctx) }
);
unary!(normalize, "Context.normalize($self, x, /)", "Reduce x to its simplest form.", arith::normalize);
unary!(
    plus,
    "Context.plus($self, x, /)",
    "Plus corresponds to the unary prefix plus operator in Python.",
    arith::plus
);
unary!(to_integral, "Context.to_integral($self, x, /)", "Identical to to_integral_value(x).", |a, ctx| {
    arith::to_integral(a, false, ctx)
});
unary!(
    to_integral_exact,
    "Context.to_integral_exact($self, x, /)",
    "Round to an integer. Signal if the result is rounded or inexact.",
    |a, ctx| arith::to_integral(a, true, ctx)
);
unary!(to_integral_value, "Context.to_integral_value($self, x, /)", "Round to an integer.", |a, ctx| {
    arith::to_integral(a, false, ctx)
});
unary!(
    sqrt,
    "Context.sqrt($self, x, /)",
    "Square root of a non-negative number to context precision.",
    functions::sqrt
);
unary!(
    logb,
    "Context.logb($self, x, /)",
    "Return the exponent of the magnitude of the operand's MSD.",
    arith::logb
);
unary!(
    logical_invert,
    "Context.logical_invert($self, x, /)",
    "Invert all the digits in the operand.",
    arith::logical_invert
);
unary!(
    copy_abs,
    "Context.copy_abs($self, x, /)",
    "Return a copy of x with the sign set to 0.",
    |a: &Dec, _: &mut Ctx| a.absolute()
);
unary!(
    copy_negate,
    "Context.copy_negate($self, x, /)",
    "Return a copy of x with the sign inverted.",
    |a: &Dec, _: &mut Ctx| a.negated()
);
unary!(
    copy_decimal,
    "Context.copy_decimal($self, x, /)",
    "Return a copy of Decimal x.",
    |a: &Dec, _: &mut Ctx| a.clone()
);
unary!(
    apply,
    "Context._apply($self, object, /)",
    "Apply the context to a number.",
    |a: &Dec, ctx: &mut Ctx| a.clone().finish(ctx)
);

binary!(add, "Context.add($self, x, y, /)", "Return the sum of x and y.", arith::add);
binary!(subtract, "Context.subtract($self, x, y, /)", "Return the difference between x and y.", arith::sub);
binary!(multiply, "Context.multiply($self, x, y, /)", "Return the product of x and y.", arith::mul);
binary!(divide, "Context.divide($self, x, y, /)", "Return x divided by y.", arith::div);
binary!(
    divide_int,
    "Context.divide_int($self, x, y, /)",
    "Return x divided by y, truncated to an integer.",
    arith::div_int
);
binary!(
    remainder,
    "Context.remainder($self, x, y, /)",
    "Return the remainder from integer division.",
    arith::rem
);
binary!(
    remainder_near,
    "Context.remainder_near($self, x, y, /)",
    "Return x - y * n, where n is the integer nearest the exact value of x / y.",
    arith::rem_near
);
binary!(
    quantize,
    "Context.quantize($self, x, y, /)",
    "Return a value equal to x (rounded), having the exponent of y.",
    arith::quantize
);
binary!(compare, "Context.compare($self, x, y, /)", "Compare x and y numerically.", |a, b, ctx| {
    arith::compare(a, b, false, ctx)
});
binary!(
    compare_signal,
    "Context.compare_signal($self, x, y, /)",
    "Compare x and y numerically.  All NaNs signal.",
    |a, b, ctx| { arith::compare(a, b, true, ctx) }
);
binary!(
    max,
    "Context.max($self, x, y, /)",
    "Compare the values numerically and return the maximum.",
    |a, b, ctx| { arith::extreme(a, b, true, false, ctx) }
);
binary!(
    max_mag,
    "Context.max_mag($self, x, y, /)",
    "Compare the values numerically with their sign ignored.",
    |a, b, ctx| { arith::extreme(a, b, true, true, ctx) }
);
binary!(
    min,
    "Context.min($self, x, y, /)",
    "Compare the values numerically and return the minimum.",
    |a, b, ctx| { arith::extreme(a, b, false, false, ctx) }
);
binary!(
    min_mag,
    "Context.min_mag($self, x, y, /)",
    "Compare the values numerically with their sign ignored.",
    |a, b, ctx| { arith::extreme(a, b, false, true, ctx) }
);
binary!(
    next_toward,
    "Context.next_toward($self, x, y, /)",
    "Return the number closest to x, in the direction towards y.",
    arith::next_toward
);
binary!(
    compare_total,
    "Context.compare_total($self, x, y, /)",
    "Compare x and y using their abstract representation.",
    |a, b, _: &mut Ctx| { ordering(arith::compare_total(a, b)) }
);
binary!(
    compare_total_mag,
    "Context.compare_total_mag($self, x, y, /)",
    "Compare x and y using their abstract representation, ignoring sign.",
    |a: &Dec, b: &Dec, _: &mut Ctx| ordering(arith::compare_total(&a.absolute(), &b.absolute()))
);
binary!(
    copy_sign,
    "Context.copy_sign($self, x, y, /)",
    "Copy the sign from y to x.",
    |a: &Dec, b: &Dec, _: &mut Ctx| Dec { negative: b.negative, ..a.clone() }
);
binary!(
    logical_and,
    "Context.logical_and($self, x, y, /)",
    "Applies the logical operation 'and' between each operand's digits.",
    |a, b, ctx| { arith::logical(a, b, |x, y| x & y, ctx) }
);
binary!(
    logical_or,
    "Context.logical_or($self, x, y, /)",
    "Applies the logical operation 'or' between each operand's digits.",
    |a, b, ctx| { arith::logical(a, b, |x, y| x | y, ctx) }
);
binary!(
    logical_xor,
    "Context.logical_xor($self, x, y, /)",
    "Applies the logical operation 'xor' between each operand's digits.",
    |a, b, ctx| { arith::logical(a, b, |x, y| x ^ y, ctx) }
);
binary!(rotate, "Context.rotate($self, x, y, /)", "Return a copy of x, rotated by y places.", arith::rotate);
binary!(
    scaleb,
    "Context.scaleb($self, x, y, /)",
    "Return the first operand after adding the second value to its exp.",
    arith::scaleb
);
binary!(shift, "Context.shift($self, x, y, /)", "Return a copy of x, shifted by y places.", arith::shift);

question!(
    is_finite,
    "Context.is_finite($self, x, /)",
    "Return True if x is finite, False otherwise.",
    |d, _| d.is_finite()
);
question!(
    is_infinite,
    "Context.is_infinite($self, x, /)",
    "Return True if x is infinite, False otherwise.",
    |d, _| d.is_infinite()
);
question!(
    is_nan,
    "Context.is_nan($self, x, /)",
    "Return True if x is a qNaN or sNaN, False otherwise.",
    |d, _| d.is_nan()
);
question!(
    is_normal,
    "Context.is_normal($self, x, /)",
    "Return True if x is a normal number, False otherwise.",
    normal
);
question!(
    is_subnormal,
    "Context.is_subnormal($self, x, /)",
    "Return True if x is subnormal, False otherwise.",
    subnormal
);
question!(
    is_qnan,
    "Context.is_qnan($self, x, /)",
    "Return True if x is a quiet NaN, False otherwise.",
    |d, _| d.kind == Kind::Quiet
);
question!(
    is_snan,
    "Context.is_snan($self, x, /)",
    "Return True if x is a signaling NaN, False otherwise.",
    |d, _| { d.kind == Kind::Signaling }
);
question!(
    is_signed,
    "Context.is_signed($self, x, /)",
    "Return True if x is negative, False otherwise.",
    |d, _| d.negative
);
question!(is_zero, "Context.is_zero($self, x, /)", "Return True if x is a zero, False otherwise.", |d, _| d
    .is_zero());

/// Return quotient and remainder of the division x / y.
#[native("Context.divmod($self, x, y, /)")]
fn divmod(cx: &mut Cx, this: &Obj<Context>, x: &Value, y: &Value) -> R {
    let (x, y) = (convert(cx, x)?, convert(cx, y)?);
    divmod_under(cx, this, &x, &y)
}

/// Compute a**b. If 'a' is negative, then 'b' must be integral. The result
/// will be inexact unless 'a' is integral and the result is finite and can
/// be expressed exactly in 'precision' digits.  In the Python version the
/// result is always correctly rounded, in the C version the result is almost
/// always correctly rounded.
#[native("Context.power($self, /, a, b, modulo=None)")]
fn power(cx: &mut Cx, this: &Obj<Context>, a: &Value, b: &Value, modulo: Option<&Value>) -> R {
    let (a, b) = (convert(cx, a)?, convert(cx, b)?);
    match modulo.filter(|m| !m.is_none()) {
        None => under(cx, this, |ctx| functions::pow(&a, &b, ctx)),
        Some(modulo) => {
            let modulo = convert(cx, modulo)?;
            under(cx, this, |ctx| functions::pow_mod(&a, &b, &modulo, ctx))
        }
    }
}

/// Return x multiplied by y, plus z.
#[native("Context.fma($self, x, y, z, /)")]
fn fma(cx: &mut Cx, this: &Obj<Context>, x: &Value, y: &Value, z: &Value) -> R {
    let (x, y, z) = (convert(cx, x)?, convert(cx, y)?, convert(cx, z)?);
    under(cx, this, |ctx| arith::fma(&x, &y, &z, ctx))
}

/// Return a value equal to Emin - prec + 1, which is the minimum exponent value
/// for subnormal results.
#[native("Context.Etiny($self, /)")]
fn etiny(cx: &mut Cx, this: &Obj<Context>) -> R<i64> {
    Ok(this.get(cx).ctx.etiny())
}

/// Return a value equal to Emax - prec + 1.
#[native("Context.Etop($self, /)")]
fn etop(cx: &mut Cx, this: &Obj<Context>) -> R<i64> {
    Ok(this.get(cx).ctx.etop())
}

/// Return 10.
#[native("Context.radix($self, /)")]
fn radix(cx: &mut Cx, _this: &Obj<Context>) -> R {
    Ok(make(cx, Dec::from_int(10)))
}

/// Return True if x is canonical, False otherwise.
#[native("Context.is_canonical($self, x, /)")]
fn is_canonical(cx: &mut Cx, _this: &Obj<Context>, x: &Value) -> R<Value> {
    object::get(cx, x)?;
    Ok(Value::bool(true))
}

/// Return a new instance of x.
#[native("Context.canonical($self, x, /)")]
fn canonical(cx: &mut Cx, _this: &Obj<Context>, x: &Value) -> R {
    object::get(cx, x)?;
    Ok(x.clone())
}

/// Return an indication of the class of x.
#[native("Context.number_class($self, x, /)")]
fn number_class(cx: &mut Cx, this: &Obj<Context>, x: &Value) -> R {
    let x = convert(cx, x)?;
    let ctx = this.get(cx).ctx;
    Ok(cx.str(arith::class(&x, &ctx)))
}

fn to_text(cx: &mut Cx, this: &Obj<Context>, x: &Value, engineering: bool) -> R {
    let x = convert(cx, x)?;
    let capitals = this.get(cx).capitals;
    Ok(cx.str(&text::to_text(&x, engineering, capitals)))
}

/// Convert a number to a string using scientific notation.
#[native("Context.to_sci_string($self, x, /)")]
fn to_sci_string(cx: &mut Cx, this: &Obj<Context>, x: &Value) -> R {
    to_text(cx, this, x, false)
}

/// Convert a number to a string, using engineering notation.
#[native("Context.to_eng_string($self, x, /)")]
fn to_eng_string(cx: &mut Cx, this: &Obj<Context>, x: &Value) -> R {
    to_text(cx, this, x, true)
}

/// Return True if the two operands have the same exponent.
#[native("Context.same_quantum($self, x, y, /)")]
fn same_quantum(cx: &mut Cx, _this: &Obj<Context>, x: &Value, y: &Value) -> R<Value> {
    let (x, y) = (convert(cx, x)?, convert(cx, y)?);
    Ok(Value::bool(arith::same_quantum(&x, &y)))
}

/// Reset all flags to False.
#[native("Context.clear_flags($self, /)")]
fn clear_flags(cx: &mut Cx, this: &Obj<Context>) -> R<()> {
    this.get(cx).flags.set(0);
    Ok(())
}

/// Set all traps to False.
#[native("Context.clear_traps($self, /)")]
fn clear_traps(cx: &mut Cx, this: &Obj<Context>) -> R<()> {
    this.get(cx).traps.set(0);
    Ok(())
}

#[native("Context.__copy__($self, /)")]
fn copy_special(cx: &mut Cx, this: &Obj<Context>) -> R {
    Ok(context::copy(cx, this).into_value())
}

#[native("Context.__reduce__($self, /)")]
fn reduce_special(cx: &mut Cx, this: &Value) -> R {
    reduce(cx, this)
}

/// Return a duplicate of the context.
#[native("Context.copy($self, /)")]
fn copy(cx: &mut Cx, this: &Obj<Context>) -> R {
    Ok(context::copy(cx, this).into_value())
}

/// Create a new Decimal instance from num, using self as the context.
#[native("Context.create_decimal($self, num=?, /)", no_signature)]
fn create_decimal(cx: &mut Cx, this: &Obj<Context>, num: Option<&Value>) -> R {
    match num {
        None => Ok(make(cx, Dec::zero())),
        Some(num) if num.cast::<Number>().is_some() => {
            let dec = convert(cx, num)?;
            under(cx, this, |ctx| created(dec.into_owned(), ctx))
        }
        Some(num) => object::from_value(cx, &DECIMAL, num, this, false),
    }
}

/// A Decimal under another context: too long a payload is a conversion error.
fn created(dec: Dec, ctx: &mut Ctx) -> Dec {
    if dec.is_nan() && !dec.coef.is_zero() && dec.digits > ctx.prec - i64::from(ctx.clamp) {
        return ctx.invalid(super::number::status::CONVERSION_SYNTAX);
    }
    dec.finish(ctx)
}

/// Create a new Decimal instance from float f.
#[native("Context.create_decimal_from_float($self, f, /)")]
fn create_decimal_from_float(cx: &mut Cx, this: &Obj<Context>, f: &Value) -> R {
    let dec = object::float_or_int(cx, f)?;
    under(cx, this, |ctx| dec.finish(ctx))
}
