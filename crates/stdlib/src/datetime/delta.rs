//! `timedelta`: a duration, exact to the microsecond.

use super::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, SECONDS_PER_DAY};
use super::support::bind;
use dashu_int::IBig;
use taipan_macros::{native, natives};
use taipan_object::float::FLOAT;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Frozen, MemberDef, Obj, Payload, R, Raised, Slots, Tuple, Type, TypeDefs, Value,
    dict, exc, flags, ops,
};

/// The payload, normalised: `0 <= seconds < 86400`, `0 <= micros < 1000000`, `|days| <= 999999999`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Delta {
    pub days: i32,
    pub seconds: i32,
    pub micros: i32,
}
taipan_object::plain_data!(Delta);
impl Frozen for Delta {}

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for Delta {
    const TYPE: &'static Obj<Type> = &TIMEDELTA;
}

const MAX_DAYS: i64 = 999_999_999;

impl Delta {
    pub const ZERO: Delta = Delta { days: 0, seconds: 0, micros: 0 };

    /// All of it in microseconds; fits 67 bits.
    pub fn total_micros(self) -> i128 {
        i128::from(self.days) * i128::from(MICROS_PER_DAY)
            + i128::from(i64::from(self.seconds) * MICROS_PER_SECOND + i64::from(self.micros))
    }

    /// Normalises; OverflowError past 999999999 days.
    pub fn normal(cx: &mut Cx, days: i64, seconds: i64, micros: i64) -> R<Delta> {
        let seconds = seconds + micros.div_euclid(MICROS_PER_SECOND);
        let days = days + seconds.div_euclid(SECONDS_PER_DAY);
        if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            return Err(too_many_days(cx, days));
        }
        Ok(Delta {
            days: days as i32,
            seconds: seconds.rem_euclid(SECONDS_PER_DAY) as i32,
            micros: micros.rem_euclid(MICROS_PER_SECOND) as i32,
        })
    }

    /// As [`Delta::normal`], of microseconds.
    pub fn from_micros(cx: &mut Cx, micros: i128) -> R<Delta> {
        let days = micros.div_euclid(i128::from(MICROS_PER_DAY));
        let rest = micros.rem_euclid(i128::from(MICROS_PER_DAY)) as i64;
        match i32::try_from(days) {
            Ok(days) => Delta::normal(cx, days.into(), 0, rest),
            Err(_) => Err(cx.overflow_error("Python int too large to convert to C int")),
        }
    }

    pub fn plus(self, cx: &mut Cx, other: Delta) -> R<Delta> {
        let (days, seconds) =
            (i64::from(self.days) + i64::from(other.days), i64::from(self.seconds + other.seconds));
        Delta::normal(cx, days, seconds, i64::from(self.micros + other.micros))
    }

    pub fn minus(self, cx: &mut Cx, other: Delta) -> R<Delta> {
        let (days, seconds) =
            (i64::from(self.days) - i64::from(other.days), i64::from(self.seconds - other.seconds));
        Delta::normal(cx, days, seconds, i64::from(self.micros - other.micros))
    }

    /// CPython's hash: that of the tuple of the three numbers.
    pub fn hash(self, cx: &mut Cx) -> R<i64> {
        let numbers = [self.days, self.seconds, self.micros].map(|n| cx.int(n.into()));
        let tuple = cx.tuple_value(numbers);
        ops::hash(cx, &tuple)
    }
}

#[cold]
fn too_many_days(cx: &mut Cx, days: i64) -> Raised {
    cx.overflow_error(format!("days={days}; must have magnitude <= {MAX_DAYS}"))
}

/// `datetime.timedelta`.
pub static TIMEDELTA: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Delta>("datetime.timedelta")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            str: Some(str),
            hash: Some(|cx, v| get(cx, v).and_then(|d| d.hash(cx))),
            compare: Some(compare),
            add: Some(|cx, a, b| match (delta(a), delta(b)) {
                (Some(a), Some(b)) => a.plus(cx, b).map(|d| make(cx, d)),
                _ => Ok(Value::not_implemented()),
            }),
            sub: Some(|cx, a, b| match (delta(a), delta(b)) {
                (Some(a), Some(b)) => a.minus(cx, b).map(|d| make(cx, d)),
                _ => Ok(Value::not_implemented()),
            }),
            mul: Some(mul),
            truediv: Some(truediv),
            floordiv: Some(floordiv),
            rem: Some(rem),
            divmod: Some(divmod),
            neg: Some(|cx, v| get(cx, v).and_then(|d| Delta::ZERO.minus(cx, d)).map(|d| make(cx, d))),
            pos: Some(|cx, v| get(cx, v).map(|d| make(cx, d))),
            abs: Some(|cx, v| {
                let d = get(cx, v)?;
                let d = if d.days < 0 { Delta::ZERO.minus(cx, d)? } else { d };
                Ok(make(cx, d))
            }),
            bool: Some(|cx, v| get(cx, v).map(|d| d != Delta::ZERO)),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![total_seconds, reduce],
            members: &[
                MemberDef { name: "days", doc: Some("Number of days."), get: |cx, v| get(cx, v).map(|d| cx.int(d.days.into())), set: None },
                MemberDef {
                    name: "seconds",
                    doc: Some("Number of seconds (>= 0 and less than 1 day)."),
                    get: |cx, v| get(cx, v).map(|d| cx.int(d.seconds.into())),
                    set: None,
                },
                MemberDef {
                    name: "microseconds",
                    doc: Some("Number of microseconds (>= 0 and less than 1 second)."),
                    get: |cx, v| get(cx, v).map(|d| cx.int(d.micros.into())),
                    set: None,
                },
            ],
            extra: Some(|cx, ty| {
                constant(cx, ty, "resolution", RESOLUTION.to_value());
                constant(cx, ty, "min", MIN.to_value());
                constant(cx, ty, "max", MAX.to_value());
            }),
            ..TypeDefs::NONE
        })
        .doc("Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or floats, and may be positive or negative."),
);

/// One microsecond, one minute and one day, the resolutions; and the ends of the range.
pub static RESOLUTION: Obj<Delta> = Obj::new_static(&TIMEDELTA, Delta { days: 0, seconds: 0, micros: 1 });
pub static DAY: Obj<Delta> = Obj::new_static(&TIMEDELTA, Delta { days: 1, seconds: 0, micros: 0 });
static MIN: Obj<Delta> =
    Obj::new_static(&TIMEDELTA, Delta { days: -(MAX_DAYS as i32), seconds: 0, micros: 0 });
static MAX: Obj<Delta> =
    Obj::new_static(&TIMEDELTA, Delta { days: MAX_DAYS as i32, seconds: 86_399, micros: 999_999 });

/// Enters a constant into a built-in type's dictionary.
pub fn constant(cx: &mut Cx, ty: &Obj<Type>, name: &str, value: Value) {
    let name = cx.intern(name);
    if let Some(dict) = ty.rest(cx).dict.clone().as_ref().and_then(Value::as_dict) {
        // A string key cannot fail.
        let _ = dict::set_str(cx, dict, &name, value);
    }
}

/// A duration as an exact `timedelta`.
pub fn make(cx: &Cx, delta: Delta) -> Value {
    cx.new_object(delta).into_value()
}

/// The duration that a value is.
pub fn delta(value: &Value) -> Option<Delta> {
    value.cast::<Delta>().map(|d| **d)
}

fn get(cx: &mut Cx, value: &Value) -> R<Delta> {
    match delta(value) {
        Some(delta) => Ok(delta),
        None => Err(cx.type_error("a timedelta is required")),
    }
}

// ---- making

/// The units of the constructor's parameters, in its order, as microseconds.
const UNITS: [(&str, i64); 7] = [
    ("days", MICROS_PER_DAY),
    ("seconds", MICROS_PER_SECOND),
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("minutes", 60 * MICROS_PER_SECOND),
    ("hours", 3600 * MICROS_PER_SECOND),
    ("weeks", 7 * MICROS_PER_DAY),
];

/// The order in which they are added up, which shows in the rounding of floats.
const ORDER: [usize; 7] = [2, 3, 1, 4, 5, 0, 6];

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let bound = bind(cx, args, "__new__", UNITS.map(|(name, _)| name), 0, 7)?;
    let mut total = Sum::default();
    for i in ORDER {
        if let Some(value) = bound[i] {
            let (name, unit) = UNITS[i];
            total.add(cx, name, value, unit)?;
        }
    }
    let micros = total.rounded();
    let delta = micros_of(cx, &micros)?;
    Ok(cx.new_instance(class, delta).into_value())
}

/// Microseconds as a duration; too many for 128 bits are too many days.
fn micros_of(cx: &mut Cx, micros: &IBig) -> R<Delta> {
    match i128::try_from(micros) {
        Ok(micros) => Delta::from_micros(cx, micros),
        Err(_) => Err(cx.overflow_error("Python int too large to convert to C int")),
    }
}

/// Exact whole microseconds, and what floats leave over.
#[derive(Default)]
struct Sum {
    small: i128,
    big: Option<IBig>,
    rest: f64,
}

impl Sum {
    fn add(&mut self, cx: &mut Cx, name: &str, value: &Value, unit: i64) -> R<()> {
        if let Some(int) = value.as_int() {
            match int.to_i64() {
                Some(n) => self.small += i128::from(n) * i128::from(unit),
                None => self.add_big(int.to_big().into_owned() * unit),
            }
            return Ok(());
        }
        let Some(float) = value.as_float() else {
            let kind = value.type_name(cx);
            return Err(cx.type_error(format!("unsupported type for timedelta {name} component: {kind}")));
        };
        if float.is_nan() {
            return Err(cx.value_error("cannot convert float NaN to integer"));
        }
        if float.is_infinite() {
            return Err(cx.overflow_error("cannot convert float infinity to integer"));
        }
        let whole = float.trunc();
        let fraction = float - whole;
        if whole.abs() < 1e15 {
            self.small += i128::from(whole as i64) * i128::from(unit);
        } else if let Ok(big) = IBig::try_from(whole) {
            self.add_big(big * unit);
        }
        self.rest += fraction * unit as f64;
        Ok(())
    }

    fn add_big(&mut self, big: IBig) {
        *self.big.get_or_insert_default() += big;
    }

    /// The sum, halves rounded so that the result is even.
    fn rounded(self) -> IBig {
        let mut whole = IBig::from(self.small);
        if let Some(big) = self.big {
            whole += big;
        }
        if self.rest == 0.0 {
            return whole;
        }
        let mut extra = self.rest.round();
        if (extra - self.rest).abs() == 0.5 {
            let odd = if i128::try_from(&whole).is_ok_and(|w| w & 1 != 0) { 1.0 } else { 0.0 };
            extra = 2.0 * ((self.rest + odd) * 0.5).round() - odd;
        }
        match IBig::try_from(extra) {
            Ok(extra) => whole + extra,
            Err(_) => whole,
        }
    }
}

// ---- arithmetic

/// `a / b`, rounded to the nearest, ties to even; `b` not zero.
pub fn divide_nearest(a: &IBig, b: &IBig) -> IBig {
    use dashu_int::ops::DivRemEuclid;
    let (a, b) = if *b < IBig::ZERO { (-a, -b) } else { (a.clone(), b.clone()) };
    let (quotient, rest) = (&a).div_rem_euclid(&b);
    let twice = IBig::from(rest) * 2;
    let odd = (&quotient % IBig::from(2)) != IBig::ZERO;
    if twice > b || (twice == b && odd) { quotient + 1 } else { quotient }
}

fn zero_division(cx: &mut Cx) -> Raised {
    cx.raise(&exc::ZERO_DIVISION_ERROR, "division by zero")
}

/// The ratio that a float, or an instance of a subclass with its own `as_integer_ratio`, is.
fn ratio(cx: &mut Cx, float: &Value) -> R<(IBig, IBig)> {
    let exact = float.as_float().filter(|f| f.is_finite() && float.is_instance_exact(&FLOAT));
    if let Some(f) = exact {
        return Ok(taipan_text::number::scale::ratio(f));
    }
    let name = cx.intern("as_integer_ratio");
    let pair = ops::call_method(cx, float, &name, &[])?;
    let Some(tuple) = pair.cast::<Tuple>() else {
        let kind = pair.type_name(cx);
        return Err(cx.type_error(format!(
            "unexpected return type from as_integer_ratio(): expected tuple, not '{kind}'"
        )));
    };
    let [n, d] = tuple.items() else {
        return Err(
            cx.value_error("unexpected return value from as_integer_ratio(): tuple of size 2 expected")
        );
    };
    match (n.as_int(), d.as_int()) {
        (Some(n), Some(d)) => Ok((n.to_big().into_owned(), d.to_big().into_owned())),
        _ => Err(cx.type_error("unexpected return value from as_integer_ratio(): ints expected")),
    }
}

/// `delta * n / d` for the ratio of a float.
fn scale_by_float(cx: &mut Cx, delta: Delta, factor: &Value, divide: bool) -> R {
    let (mut n, mut d) = ratio(cx, factor)?;
    if divide {
        std::mem::swap(&mut n, &mut d);
    }
    if d == IBig::ZERO {
        return Err(zero_division(cx));
    }
    let product = IBig::from(delta.total_micros()) * n;
    let micros = divide_nearest(&product, &d);
    micros_of(cx, &micros).map(|d| make(cx, d))
}

fn mul(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (d, factor) = match (delta(a), delta(b)) {
        (Some(d), None) => (d, b),
        (None, Some(d)) => (d, a),
        _ => return Ok(Value::not_implemented()),
    };
    if let Some(int) = factor.as_int() {
        if let Some(n) = int.to_i64()
            && let Some(product) = d.total_micros().checked_mul(n.into())
        {
            return Delta::from_micros(cx, product).map(|d| make(cx, d));
        }
        let product = IBig::from(d.total_micros()) * int.to_big().as_ref();
        return micros_of(cx, &product).map(|d| make(cx, d));
    }
    match factor.as_float() {
        Some(_) => scale_by_float(cx, d, factor, false),
        None => Ok(Value::not_implemented()),
    }
}

fn truediv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let Some(d) = delta(a) else { return Ok(Value::not_implemented()) };
    if let Some(other) = delta(b) {
        let (a, b) = (IBig::from(d.total_micros()), IBig::from(other.total_micros()));
        let (a, b) = (cx.int_from_big(a), cx.int_from_big(b));
        if other == Delta::ZERO {
            return Err(zero_division(cx));
        }
        return ops::binary(cx, ops::BinaryOp::TrueDiv, &a, &b);
    }
    if let Some(int) = b.as_int() {
        let divisor = int.to_big().into_owned();
        if divisor == IBig::ZERO {
            return Err(zero_division(cx));
        }
        let micros = divide_nearest(&IBig::from(d.total_micros()), &divisor);
        return micros_of(cx, &micros).map(|d| make(cx, d));
    }
    match b.as_float() {
        Some(_) => scale_by_float(cx, d, b, true),
        None => Ok(Value::not_implemented()),
    }
}

fn floordiv(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let Some(d) = delta(a) else { return Ok(Value::not_implemented()) };
    let by_delta = delta(b);
    let divisor = match (by_delta, b.as_int()) {
        (Some(other), _) => IBig::from(other.total_micros()),
        (None, Some(int)) => int.to_big().into_owned(),
        _ => return Ok(Value::not_implemented()),
    };
    if divisor == IBig::ZERO {
        return Err(zero_division(cx));
    }
    let quotient = floor_div(&IBig::from(d.total_micros()), &divisor);
    if by_delta.is_some() {
        return Ok(cx.int_from_big(quotient));
    }
    micros_of(cx, &quotient).map(|d| make(cx, d))
}

/// Division rounded down; `b` not zero.
fn floor_div(a: &IBig, b: &IBig) -> IBig {
    use dashu_int::ops::DivRem;
    let (quotient, rest) = a.div_rem(b);
    let below = rest != IBig::ZERO && (rest < IBig::ZERO) != (*b < IBig::ZERO);
    if below { quotient - 1 } else { quotient }
}

fn parts(cx: &mut Cx, a: &Value, b: &Value) -> R<Option<(IBig, Delta)>> {
    let (Some(a), Some(b)) = (delta(a), delta(b)) else { return Ok(None) };
    if b == Delta::ZERO {
        return Err(zero_division(cx));
    }
    let (dividend, divisor) = (a.total_micros(), b.total_micros());
    let quotient = floor_div(&IBig::from(dividend), &IBig::from(divisor));
    let rest = match dividend % divisor {
        0 => 0,
        rest if (rest < 0) != (divisor < 0) => rest + divisor,
        rest => rest,
    };
    let rest = Delta::from_micros(cx, rest)?;
    Ok(Some((quotient, rest)))
}

fn rem(cx: &mut Cx, a: &Value, b: &Value) -> R {
    match parts(cx, a, b)? {
        Some((_, rest)) => Ok(make(cx, rest)),
        None => Ok(Value::not_implemented()),
    }
}

fn divmod(cx: &mut Cx, a: &Value, b: &Value) -> R {
    match parts(cx, a, b)? {
        Some((quotient, rest)) => {
            let pair = [cx.int_from_big(quotient), make(cx, rest)];
            Ok(cx.tuple_value(pair))
        }
        None => Ok(Value::not_implemented()),
    }
}

fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    match (delta(a), delta(b)) {
        (Some(a), Some(b)) => Ok(Value::bool(op.holds(a.cmp(&b)))),
        _ => Ok(Value::not_implemented()),
    }
}

// ---- text

fn repr(cx: &mut Cx, value: &Value) -> R {
    let d = get(cx, value)?;
    let fields = [("days", d.days), ("seconds", d.seconds), ("microseconds", d.micros)];
    let shown: Vec<String> =
        fields.iter().filter(|(_, n)| *n != 0).map(|(name, n)| format!("{name}={n}")).collect();
    let shown = if shown.is_empty() { "0".to_owned() } else { shown.join(", ") };
    let name = value.ty(cx).full_name();
    Ok(cx.str(&format!("{name}({shown})")))
}

fn str(cx: &mut Cx, value: &Value) -> R {
    let d = get(cx, value)?;
    let mut out = String::new();
    if d.days != 0 {
        let plural = if d.days.abs() == 1 { "" } else { "s" };
        out = format!("{} day{plural}, ", d.days);
    }
    out.push_str(&format!("{}:{:02}:{:02}", d.seconds / 3600, d.seconds / 60 % 60, d.seconds % 60));
    if d.micros != 0 {
        out.push_str(&format!(".{:06}", d.micros));
    }
    Ok(cx.str(&out))
}

/// Total seconds in the duration.
#[native("timedelta.total_seconds($self, /)")]
fn total_seconds(cx: &mut Cx, this: &Obj<Delta>) -> R {
    let micros = this.total_micros();
    if micros.unsigned_abs() < 1 << 53 {
        return Ok(cx.float(micros as f64 / 1e6));
    }
    let a = cx.int_from_big(IBig::from(micros));
    let b = cx.int(MICROS_PER_SECOND);
    ops::binary(cx, ops::BinaryOp::TrueDiv, &a, &b)
}

/// __reduce__() -> (cls, state)
#[native("timedelta.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Obj<Delta>) -> R {
    let state = [this.days, this.seconds, this.micros].map(|n| cx.int(n.into()));
    let state = cx.tuple_value(state);
    let class = this.to_value().type_of().into_value();
    Ok(cx.tuple_value([class, state]))
}
