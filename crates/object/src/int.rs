//! `int`: an immediate of 63 bits, or a big integer on the heap (never one that fits the immediate).

use std::borrow::Cow;

use dashu_int::IBig;

use crate::Obj;
use crate::cx::Cx;
use crate::object::{Frozen, Payload};
use crate::ty::{Type, flags};
use crate::value::{R, Value, Word};

/// The payload of an integer outside the immediate range.
pub struct BigInt(IBig);

crate::plain_data!(BigInt);
impl Frozen for BigInt {}

// SAFETY: exact heap instances of `INT` are `Obj<BigInt>`; subclasses wrap and are never cast.
unsafe impl Payload for BigInt {
    const TYPE: &'static Obj<Type> = &INT;
}

impl BigInt {
    pub fn get(&self) -> &IBig {
        &self.0
    }
}

/// `int`.
pub static INT: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<BigInt>("int")
        .base(&crate::ty::OBJECT)
        .flags(flags::BASE | flags::INT | flags::MATCH_SELF),
);

/// `bool`.
pub static BOOL: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<crate::singleton::Bool>("bool").base(&INT).flags(flags::INT | flags::MATCH_SELF),
);

/// The value of any `int`: immediate, big, bool or of a subclass.
#[derive(Clone, Copy, Debug)]
pub enum IntRef<'a> {
    Small(i64),
    Big(&'a IBig),
}

impl<'a> IntRef<'a> {
    pub fn to_big(self) -> Cow<'a, IBig> {
        match self {
            IntRef::Small(i) => Cow::Owned(IBig::from(i)),
            IntRef::Big(b) => Cow::Borrowed(b),
        }
    }

    /// As i64, if it fits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            IntRef::Small(i) => Some(i),
            IntRef::Big(b) => i64::try_from(b).ok(),
        }
    }

    pub fn is_negative(self) -> bool {
        match self {
            IntRef::Small(i) => i < 0,
            IntRef::Big(b) => b < &IBig::ZERO,
        }
    }
}

impl Cx {
    /// An int of any 64-bit value.
    #[inline(always)]
    pub fn int(&self, i: i64) -> Value {
        match Word::int(i) {
            // SAFETY: an immediate owns nothing.
            Some(word) => unsafe { Value::from_word(word) },
            None => self.new_object(BigInt(IBig::from(i))).into_value(),
        }
    }

    pub fn int_from_u64(&self, i: u64) -> Value {
        match i64::try_from(i) {
            Ok(i) => self.int(i),
            Err(_) => self.new_object(BigInt(IBig::from(i))).into_value(),
        }
    }

    /// An int of any size: an immediate where it fits.
    pub fn int_from_big(&self, big: IBig) -> Value {
        match i64::try_from(&big) {
            Ok(i) => self.int(i),
            Err(_) => self.new_object(BigInt(big)).into_value(),
        }
    }
}

impl Value {
    /// An immediate integer known to fit 63 bits (`i32`, lengths, indices).
    #[inline(always)]
    pub fn small_int(i: i32) -> Value {
        // SAFETY: an immediate owns nothing; every i32 fits.
        unsafe { Value::from_word(Word::from_bits(((i as i64) << 1) as u64 | crate::value::INT_TAG)) }
    }

    /// The integer of an `int`, a `bool` or an instance of a subclass of `int`.
    #[inline(always)]
    pub fn as_int(&self) -> Option<IntRef<'_>> {
        match self.word().as_int() {
            Some(i) => Some(IntRef::Small(i)),
            None => self.as_int_slow(),
        }
    }

    fn as_int_slow(&self) -> Option<IntRef<'_>> {
        if let Some(big) = self.cast_exact::<BigInt>() {
            return Some(IntRef::Big(BigInt::get(big)));
        }
        if let Some(b) = self.as_bool() {
            return Some(IntRef::Small(b.into()));
        }
        self.header()?;
        if self.ty_unguarded().has(flags::INT) { self.wrapped_value().and_then(Value::as_int) } else { None }
    }
}

/// `operator.index`: an exact int of any size; TypeError without `__index__`.
pub fn index(cx: &mut Cx, value: &Value) -> R {
    if value.word().is_int() || value.is_instance_exact(&INT) {
        return Ok(value.clone());
    }
    if let Some(i) = value.as_int() {
        return Ok(match i {
            IntRef::Small(i) => cx.int(i),
            IntRef::Big(b) => cx.int_from_big(b.clone()),
        });
    }
    let Some(slot) = value.ty(cx).slots().index else {
        let message = format!("'{}' object cannot be interpreted as an integer", value.type_name(cx));
        return Err(cx.type_error(message));
    };
    let result = slot(cx, value)?;
    if result.word().is_int() || result.is_instance_exact(&INT) {
        return Ok(result);
    }
    if result.as_int().is_none() {
        let message = format!("__index__ returned non-int (type {})", result.type_name(cx));
        return Err(cx.type_error(message));
    }
    let message = format!(
        "__index__ returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python.",
        result.type_name(cx)
    );
    let warn = cx.interp().runtime.warn;
    warn(cx, &crate::exc::DEPRECATION_WARNING, &message, 1)?;
    index(cx, &result)
}

/// `__index__` as i64; OverflowError outside.
pub fn index_i64(cx: &mut Cx, value: &Value) -> R<i64> {
    let int = index(cx, value)?;
    match int.as_int().and_then(IntRef::to_i64) {
        Some(i) => Ok(i),
        None => Err(cx.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// `__index__` as i64, values outside clamped to the ends: what slices and `pop` do with indices.
pub fn index_clamped(cx: &mut Cx, value: &Value) -> R<i64> {
    let int = index(cx, value)?;
    Ok(match int.as_int() {
        Some(IntRef::Small(i)) => i,
        Some(big) => big.to_i64().unwrap_or(if big.is_negative() { i64::MIN } else { i64::MAX }),
        None => 0,
    })
}
