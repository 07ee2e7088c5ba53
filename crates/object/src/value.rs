//! The tagged word that every Python value is, and its owning handle.
//!
//! A [`Word`] is one non-zero 64-bit number (DESIGN.md section 4):
//!
//! | low bits | meaning |
//! |---|---|
//! | `1`   | a 63-bit signed integer in the upper bits |
//! | `10`  | a double: `(bits + 2^60).rotate_left(3)`, for exponents from 2^-255 to 2^256 |
//! | `000` | a pointer to a heap object, 16-byte aligned, owned where the word lives |
//! | `100` | the same pointer, *borrowed*: on the operand stack only, its owner is a local of the frame |
//!
//! One value has one form: an exact `int` or `float` that fits a word is never on the heap.
//!
//! Ownership: a [`Value`] owns one count of its object and releases it on drop. Borrowing is `&Value`. A
//! `Word` is plain bits: whoever copies one out of a `Value` keeps the counts by hand.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::ptr::NonNull;

use crate::heap;
use crate::object::{Header, Obj, Payload};

/// The bits of a value, without ownership.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Word(NonZeroU64);

pub const INT_TAG: u64 = 1;
pub const FLOAT_TAG: u64 = 0b10;
pub const BORROWED_TAG: u64 = 0b100;
const FLOAT_OFFSET: u64 = 1 << 60;

/// Smallest and largest integers that are immediates.
pub const INT_MIN: i64 = -(1 << 62);
pub const INT_MAX: i64 = (1 << 62) - 1;

impl Word {
    /// # Safety
    /// `bits` must be non-zero and of one of the forms above.
    #[inline(always)]
    pub const unsafe fn from_bits(bits: u64) -> Word {
        // SAFETY: the caller promises that bits are not zero.
        Word(unsafe { NonZeroU64::new_unchecked(bits) })
    }

    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0.get()
    }

    /// An immediate integer, if `i` fits 63 bits.
    #[inline(always)]
    pub const fn int(i: i64) -> Option<Word> {
        let (shifted, over) = i.overflowing_add(i);
        if over {
            return None;
        }
        // SAFETY: the low bit is set.
        Some(unsafe { Word::from_bits(shifted as u64 | INT_TAG) })
    }

    /// An immediate double, if its exponent is within the range.
    #[inline(always)]
    pub fn float(f: f64) -> Option<Word> {
        let bits = f.to_bits().wrapping_add(FLOAT_OFFSET).rotate_left(3);
        if bits & 0b11 == FLOAT_TAG {
            // SAFETY: the tag bit is set.
            Some(unsafe { Word::from_bits(bits) })
        } else {
            None
        }
    }

    #[inline(always)]
    pub fn pointer(p: NonNull<Header>) -> Word {
        // SAFETY: a pointer is not null.
        unsafe { Word::from_bits(p.as_ptr() as u64) }
    }

    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.bits() & INT_TAG != 0
    }

    #[inline(always)]
    pub const fn is_float(self) -> bool {
        self.bits() & 0b11 == FLOAT_TAG
    }

    /// A heap pointer, owned or borrowed.
    #[inline(always)]
    pub const fn is_pointer(self) -> bool {
        self.bits() & 0b11 == 0
    }

    /// A heap pointer that this word owns a count of.
    #[inline(always)]
    pub const fn is_owned_pointer(self) -> bool {
        self.bits() & 0b111 == 0
    }

    #[inline(always)]
    pub const fn as_int(self) -> Option<i64> {
        if self.is_int() { Some(self.bits() as i64 >> 1) } else { None }
    }

    #[inline(always)]
    pub fn as_float(self) -> Option<f64> {
        if self.is_float() { Some(self.float_unchecked()) } else { None }
    }

    /// The integer of an immediate integer; of no meaning for another word.
    #[inline(always)]
    pub const fn int_unchecked(self) -> i64 {
        self.bits() as i64 >> 1
    }

    /// The double of an immediate double; of no meaning for another word.
    #[inline(always)]
    pub fn float_unchecked(self) -> f64 {
        f64::from_bits(self.bits().rotate_right(3).wrapping_sub(FLOAT_OFFSET))
    }

    /// The heap object, whether owned or borrowed.
    #[inline(always)]
    pub fn as_pointer(self) -> Option<NonNull<Header>> {
        if self.is_pointer() { NonNull::new((self.bits() & !BORROWED_TAG) as *mut Header) } else { None }
    }

    /// The word with the borrowed mark taken away (immediates unchanged).
    #[inline(always)]
    pub const fn unmarked(self) -> Word {
        if self.is_pointer() {
            // SAFETY: a pointer without its mark is a pointer.
            unsafe { Word::from_bits(self.bits() & !BORROWED_TAG) }
        } else {
            self
        }
    }

    /// The word marked as borrowed, where it is a pointer.
    #[inline(always)]
    pub const fn borrowed(self) -> Word {
        if self.is_pointer() {
            // SAFETY: setting a bit keeps it non-zero.
            unsafe { Word::from_bits(self.bits() | BORROWED_TAG) }
        } else {
            self
        }
    }

    /// Counts one more owner and returns it: for a word of any mark.
    #[inline(always)]
    pub fn to_owned_value(self) -> Value {
        if let Some(p) = self.as_pointer() {
            // SAFETY: a live word points to a live object.
            unsafe { p.as_ref() }.incref();
        }
        Value(self.unmarked(), PhantomData)
    }

    /// Takes over the count that this word stands for; a borrowed word is counted first.
    ///
    /// # Safety
    /// The word must not be used as an owner afterwards.
    #[inline(always)]
    pub unsafe fn into_value(self) -> Value {
        if self.bits() & 0b111 == BORROWED_TAG { self.to_owned_value() } else { Value(self, PhantomData) }
    }

    /// Releases what an owned pointer owns; true if that ended the object.
    ///
    /// # Safety
    /// The word is an owned pointer and is not used afterwards.
    #[inline(always)]
    pub unsafe fn release_ended(self) -> bool {
        // SAFETY: a live object, by the caller's promise; its last owner ends it.
        unsafe {
            let p = NonNull::new_unchecked(self.bits() as *mut Header);
            if p.as_ref().decref() {
                heap::free_object(p);
                return true;
            }
            false
        }
    }

    /// Releases what an owned word owns; nothing for a borrowed word or an immediate.
    ///
    /// # Safety
    /// The word must not be used afterwards.
    #[inline(always)]
    pub unsafe fn release(self) {
        if self.is_owned_pointer() {
            drop(Value(self, PhantomData));
        }
    }
}

/// One owned Python value. Not `Send`: it belongs to its interpreter.
#[repr(transparent)]
pub struct Value(Word, PhantomData<*mut ()>);

impl Value {
    #[inline(always)]
    pub fn word(&self) -> Word {
        self.0
    }

    /// Gives up the handle but not the count.
    #[inline(always)]
    pub fn into_word(self) -> Word {
        ManuallyDrop::new(self).0
    }

    /// # Safety
    /// `word` must be unmarked and own a count (or be an immediate), which passes to the result.
    #[inline(always)]
    pub const unsafe fn from_word(word: Word) -> Value {
        Value(word, PhantomData)
    }

    /// Lends the word in `slot` as a value.
    ///
    /// # Safety
    /// The word must be unmarked and stay alive and in place as long as the reference.
    #[inline(always)]
    pub unsafe fn from_word_ref(slot: &Word) -> &Value {
        // SAFETY: Value is a transparent Word.
        unsafe { &*(slot as *const Word).cast::<Value>() }
    }

    /// Takes over one count of the object.
    ///
    /// # Safety
    /// The caller owns that count.
    #[inline(always)]
    pub unsafe fn from_ptr(p: NonNull<Header>) -> Value {
        Value(Word::pointer(p), PhantomData)
    }

    /// The heap object; `None` for immediates.
    #[inline(always)]
    pub fn header(&self) -> Option<&Header> {
        // SAFETY: a value's pointer is live as long as the value.
        self.0.as_pointer().map(|p| unsafe { &*p.as_ptr() })
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> Option<NonNull<Header>> {
        self.0.as_pointer()
    }

    /// The `is` operator.
    #[inline(always)]
    pub fn is(&self, other: &Value) -> bool {
        self.0 == other.0
    }

    /// What `id()` gives: the word.
    #[inline(always)]
    pub fn id(&self) -> u64 {
        self.0.bits()
    }

    #[inline(always)]
    pub fn is_obj<T>(&self, object: &Obj<T>) -> bool {
        self.0.bits() == object as *const Obj<T> as u64
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if let Some(header) = self.header() {
            header.incref();
        }
        Value(self.0, PhantomData)
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(p) = self.0.as_pointer() {
            // SAFETY: the value owns one count of a live object, and gives it up here.
            unsafe {
                if p.as_ref().decref() {
                    heap::free_object(p);
                }
            }
        }
    }
}

impl PartialEq for Value {
    /// Identity; Python's `==` is `ops::equal`.
    #[inline(always)]
    fn eq(&self, other: &Value) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0.as_int(), self.0.as_float(), self.header()) {
            (Some(i), _, _) => write!(f, "{i}"),
            (_, Some(x), _) => write!(f, "{x:?}"),
            (_, _, Some(h)) => write!(f, "<{} at {:#x}>", h.ty_unguarded().name(), self.0.bits()),
            _ => f.write_str("<word>"),
        }
    }
}

/// An owned value known to be of payload `T` (or of a Python subclass with that layout).
#[repr(transparent)]
pub struct Handle<T: Payload>(Value, PhantomData<T>);

impl<T: Payload> Handle<T> {
    /// # Safety
    /// `value` must be a heap object whose layout begins with `Obj<T>`.
    #[inline(always)]
    pub unsafe fn from_value_unchecked(value: Value) -> Handle<T> {
        Handle(value, PhantomData)
    }

    #[inline(always)]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    #[inline(always)]
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl<T: Payload> Clone for Handle<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        Handle(self.0.clone(), PhantomData)
    }
}

impl<T: Payload> std::ops::Deref for Handle<T> {
    type Target = Obj<T>;

    #[inline(always)]
    fn deref(&self) -> &Obj<T> {
        // SAFETY: the handle's promise at its making.
        unsafe { &*(self.0.word().bits() as *const Obj<T>) }
    }
}

impl<T: Payload> From<Handle<T>> for Value {
    #[inline(always)]
    fn from(handle: Handle<T>) -> Value {
        handle.0
    }
}

/// An exception is set in the thread state (`Cx::take_raised` has it). Zero-sized, so that
/// `Result<Value, Raised>` is one word.
#[derive(Debug)]
#[must_use]
pub struct Raised(pub(crate) ());

/// The result of whatever may raise.
pub type R<T = Value> = Result<T, Raised>;

const _: () = {
    assert!(size_of::<Value>() == 8);
    assert!(size_of::<Option<Value>>() == 8);
    assert!(size_of::<R<Value>>() == 8);
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn immediates_round_trip() {
        for i in [0, 1, -1, 42, INT_MAX, INT_MIN] {
            assert_eq!(Word::int(i).and_then(Word::as_int), Some(i));
        }
        assert!(Word::int(INT_MAX + 1).is_none());
        assert!(Word::int(INT_MIN - 1).is_none());
        for f in [1.0, -1.5, 3.25e70, 1e-70, -2.0f64.powi(255), 2.0f64.powi(-255)] {
            let w = Word::float(f).expect("in range");
            assert!(!w.is_int() && !w.is_pointer());
            assert_eq!(w.as_float(), Some(f));
        }
        for f in [0.0, -0.0, f64::INFINITY, f64::NAN, 1e300, 1e-300, 5e-324] {
            assert!(Word::float(f).is_none());
        }
    }
}
