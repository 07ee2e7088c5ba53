//! `float`: an immediate where the exponent allows, else a double on the heap.

use crate::Obj;
use crate::cx::Cx;
use crate::int::IntRef;
use crate::object::{Frozen, Payload};
use crate::ty::{Type, flags};
use crate::value::{R, Value, Word};

/// The payload of a float outside the immediate range (0.0, infinities, NaN, extreme exponents).
pub struct Float(pub f64);
crate::plain_data!(Float);
impl Frozen for Float {}

// SAFETY: exact heap instances of `FLOAT` are `Obj<Float>`; subclasses wrap and are never cast.
unsafe impl Payload for Float {
    const TYPE: &'static Obj<Type> = &FLOAT;
}

/// `float`.
pub static FLOAT: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Float>("float")
        .base(&crate::ty::OBJECT)
        .flags(flags::BASE | flags::FLOAT | flags::MATCH_SELF),
);

static ZERO: Obj<Float> = Obj::new_static(&FLOAT, Float(0.0));

impl Cx {
    #[inline(always)]
    pub fn float(&self, f: f64) -> Value {
        match Word::float(f) {
            // SAFETY: an immediate owns nothing.
            Some(word) => unsafe { Value::from_word(word) },
            None => self.float_slow(f),
        }
    }

    #[cold]
    fn float_slow(&self, f: f64) -> Value {
        if f.to_bits() == 0 { ZERO.to_immortal() } else { self.new_object(Float(f)).into_value() }
    }
}

impl Value {
    /// The double of a `float` or of an instance of a subclass.
    #[inline(always)]
    pub fn as_float(&self) -> Option<f64> {
        match self.word().as_float() {
            Some(f) => Some(f),
            None => self.as_float_slow(),
        }
    }

    fn as_float_slow(&self) -> Option<f64> {
        if let Some(float) = self.cast_exact::<Float>() {
            return Some(float.0);
        }
        self.header()?;
        if self.ty_unguarded().has(flags::FLOAT) {
            self.wrapped_value().and_then(Value::as_float)
        } else {
            None
        }
    }
}

/// What a native that wants a double does with an argument: float, then `__float__`, then `__index__`.
pub fn to_f64(cx: &mut Cx, value: &Value) -> R<f64> {
    if let Some(f) = value.as_float() {
        return Ok(f);
    }
    if let Some(f) = by_slot(cx, value)? {
        return Ok(f);
    }
    if value.ty(cx).slots().index.is_some() {
        let int = crate::int::index(cx, value)?;
        return int_to_f64(cx, &int);
    }
    let message = format!("must be real number, not {}", value.type_name(cx));
    Err(cx.type_error(message))
}

/// What the type's `__float__` gives; `None` where it has none.
pub fn by_slot(cx: &mut Cx, value: &Value) -> R<Option<f64>> {
    let Some(slot) = value.ty(cx).slots().float else { return Ok(None) };
    let result = slot(cx, value)?;
    let returned =
        format!("{}.__float__ returned non-float (type {})", value.type_name(cx), result.type_name(cx));
    let Some(f) = result.as_float() else { return Err(cx.type_error(returned)) };
    if !result.is_instance_exact(&FLOAT) {
        let message = format!(
            "{returned}.  The ability to return an instance of a strict subclass of float is deprecated, and may not be supported in a future version of Python."
        );
        let warn = cx.interp().runtime.warn;
        warn(cx, &crate::exc::DEPRECATION_WARNING, &message, 1)?;
    }
    Ok(Some(f))
}

/// An int as the nearest double; OverflowError where there is none.
pub fn int_to_f64(cx: &mut Cx, value: &Value) -> R<f64> {
    let double = match value.as_int() {
        Some(IntRef::Small(i)) => i as f64,
        Some(IntRef::Big(b)) => b.to_f64().value(),
        None => f64::NAN,
    };
    if double.is_infinite() {
        Err(cx.overflow_error("int too large to convert to float"))
    } else {
        Ok(double)
    }
}
