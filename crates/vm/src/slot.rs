//! Words of frames: locals and operand stack.
//!
//! A slot is a [`Word`](taipan_object::Word)'s bits, or 0 for "nothing" (an unbound local, a NULL on the stack). A pointer
//! with the mark `100` is *borrowed*: its owner is a local or constant of this frame or of a frame below it on the same
//! stack, which outlives it. Whatever moves a slot anywhere longer-lived goes through [`own`].

use std::mem::ManuallyDrop;
use std::ops::Deref;

use taipan_object::value::BORROWED_TAG;
use taipan_object::{Obj, Value, Word};

/// The bits of a word, or 0.
pub type Slot = u64;

/// Nothing: an unbound local or a NULL.
pub const NULL: Slot = 0;

/// A value lent from a slot: not counted, not released.
#[repr(transparent)]
pub struct Lent(ManuallyDrop<Value>);

impl Deref for Lent {
    type Target = Value;
    #[inline(always)]
    fn deref(&self) -> &Value {
        &self.0
    }
}

/// The bits without the borrowed mark.
#[inline(always)]
pub const fn unmarked(slot: Slot) -> Slot {
    if slot & 0b111 == BORROWED_TAG { slot & !BORROWED_TAG } else { slot }
}

/// The bits with the borrowed mark, where they are a pointer.
#[inline(always)]
pub const fn marked(slot: Slot) -> Slot {
    if slot & 0b11 == 0 { slot | BORROWED_TAG } else { slot }
}

/// Lends the value in a slot.
///
/// # Safety
/// The slot is not NULL and stays alive while the result is used.
#[inline(always)]
pub unsafe fn lend(slot: Slot) -> Lent {
    // SAFETY: by the caller's promise; the value is never dropped.
    Lent(ManuallyDrop::new(unsafe { Value::from_word(Word::from_bits(unmarked(slot))) }))
}

/// Takes the slot's value over; a borrowed one is counted.
///
/// # Safety
/// The slot is not NULL and is not used as an owner afterwards.
#[inline(always)]
pub unsafe fn own(slot: Slot) -> Value {
    // SAFETY: by the caller's promise.
    unsafe { Word::from_bits(slot).into_value() }
}

/// A counted copy of the slot's value.
///
/// # Safety
/// The slot is not NULL.
#[inline(always)]
pub unsafe fn dup(slot: Slot) -> Value {
    // SAFETY: by the caller's promise.
    unsafe { Word::from_bits(slot) }.to_owned_value()
}

/// The slot of an owned value.
#[inline(always)]
pub fn slot(value: Value) -> Slot {
    value.into_word().bits()
}

/// The borrowed slot of a value that something else keeps alive.
#[inline(always)]
pub fn borrow(value: &Value) -> Slot {
    marked(value.word().bits())
}

/// Gives up the slot; true if that ended an object, so that finalisers may wait.
///
/// # Safety
/// The slot (which may be NULL) is not used afterwards.
#[inline(always)]
pub unsafe fn release(slot: Slot) -> bool {
    if slot & 0b111 == 0 && slot != 0 {
        // SAFETY: by the caller's promise.
        unsafe { Word::from_bits(slot).release_ended() }
    } else {
        false
    }
}

/// Whether both slots are immediate integers.
#[inline(always)]
pub const fn both_ints(a: Slot, b: Slot) -> bool {
    a & b & 1 != 0
}

/// The object a slot points to, as payload `T`, without a check.
///
/// # Safety
/// The slot is a pointer to an `Obj<T>` that stays alive for `'a`.
#[inline(always)]
pub unsafe fn obj<'a, T>(slot: Slot) -> &'a Obj<T> {
    // SAFETY: by the caller's promise.
    unsafe { &*((slot & !BORROWED_TAG) as *const Obj<T>) }
}

/// Whether the slot points to an object whose type is exactly the given one.
///
/// # Safety
/// The slot is live.
#[inline(always)]
pub unsafe fn is_exact(slot: Slot, ty: &Obj<taipan_object::Type>) -> bool {
    slot & 0b11 == 0
        && slot != 0
        // SAFETY: a pointer to a live object.
        && unsafe { &*((slot & !BORROWED_TAG) as *const taipan_object::Header) }.ty_unguarded().is(ty)
}
