//! `bytearray`: bytes that change. While buffers of it are lent it keeps its size and place.

pub mod iter;
pub mod methods;
mod own;
mod slots;

use std::cell::Cell;

use taipan_object::buffer::Buffer;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Type, TypeDefs, Value, exc, flags, plain_data};

use crate::Types;

/// The payload. What lies before `start` was deleted from the front.
#[derive(Default)]
pub struct ByteArray {
    data: Vec<u8>,
    start: usize,
    /// Buffers that are lent.
    exports: Cell<usize>,
}

plain_data!(ByteArray);

// SAFETY: instances of the type and of its subtypes begin with `Obj<ByteArray>`; it holds no values.
unsafe impl Payload for ByteArray {
    const TYPE: &'static Obj<Type> = &BYTEARRAY;
}

impl ByteArray {
    /// The bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.data[self.start..]
    }

    #[inline]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.data[self.start..]
    }

    pub fn len(&self) -> usize {
        self.data.len() - self.start
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes allocated, with the one that ends them.
    pub fn allocated(&self) -> usize {
        if self.data.capacity() == 0 { 0 } else { self.data.capacity() + 1 }
    }

    /// The vector with nothing before its first byte. Only while nothing is lent.
    pub(crate) fn vec(&mut self) -> &mut Vec<u8> {
        if self.start > 0 {
            self.data.drain(..self.start);
            self.start = 0;
        }
        &mut self.data
    }

    /// Deletes from the front in constant time (spread over the calls). Only while nothing is lent.
    pub(crate) fn delete_front(&mut self, n: usize) {
        self.start += n;
        if self.start == self.data.len() || self.start > self.data.len() / 2 {
            self.vec();
        }
    }

    /// The vector to append to: what was deleted in front stays.
    pub(crate) fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.data
    }
}

/// `bytearray`.
pub static BYTEARRAY: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ByteArray>("bytearray")
        .base(&OBJECT)
        .flags(flags::BASE | flags::MATCH_SELF)
        .with_slots(slots::SLOTS)
        .defs(&TypeDefs { methods: methods::METHODS, ..TypeDefs::NONE })
        .doc("bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nConstruct a mutable bytearray object from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - a bytes or a buffer object\n  - any object implementing the buffer API.\n  - an integer"),
);

/// A new bytearray of these bytes.
pub fn new_bytearray(cx: &Cx, data: Vec<u8>) -> Handle<ByteArray> {
    cx.new_object(ByteArray { data, start: 0, exports: Cell::new(0) })
}

/// BufferError while a buffer is lent: before each change of size.
pub fn check_resizable(cx: &mut Cx, this: &Obj<ByteArray>) -> R<()> {
    if this.get(cx).exports.get() > 0 {
        return Err(cx.raise(&exc::BUFFER_ERROR, "Existing exports of data: object cannot be re-sized"));
    }
    Ok(())
}

fn release(owner: &Value) {
    if let Some(this) = owner.cast::<ByteArray>() {
        // SAFETY: the count is a cell; no reference to the payload is made unique here, and the owner is alive.
        let exports = unsafe { &(*this.payload_ptr()).exports };
        exports.set(exports.get().saturating_sub(1));
    }
}

/// A buffer over the bytes; the array keeps its size until it is dropped.
pub fn lend(cx: &mut Cx, value: &Value, this: &Obj<ByteArray>) -> Buffer {
    let payload = this.get_mut(cx);
    payload.exports.set(payload.exports.get() + 1);
    let bytes = payload.bytes_mut();
    let (at, len) = (bytes.as_mut_ptr(), bytes.len());
    // SAFETY: every change of the vector's size or place checks `exports`, which the release function counts down.
    unsafe { Buffer::simple(value, at, len, false, Some(release)) }
}

pub fn install(types: &mut Types) {
    types.add([&BYTEARRAY, &iter::BYTEARRAY_ITERATOR]);
}
