//! `bytes`: a count and the bytes inline; immutable, with its hash computed once on demand.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::Obj;
use crate::cx::Cx;
use crate::object::{Frozen, Header, Payload};
use crate::ty::{Type, flags};
use crate::value::{Handle, Value};

/// The payload; `len` bytes follow it, and a zero that does not count.
#[repr(C)]
pub struct Bytes {
    /// -1 until computed.
    hash: Cell<i64>,
    len: usize,
}

crate::plain_data!(Bytes);
impl Frozen for Bytes {}

// SAFETY: exact instances of `BYTES` are `Obj<Bytes>`; subclasses wrap and are never cast (see `as_bytes`).
unsafe impl Payload for Bytes {
    const TYPE: &'static Obj<Type> = &BYTES;

    fn cast_arg(value: &Value) -> Option<&Obj<Bytes>> {
        value.as_bytes()
    }
}

/// `bytes`.
pub static BYTES: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Bytes>("bytes")
        .base(&crate::ty::OBJECT)
        .flags(flags::BASE | flags::BYTES | flags::MATCH_SELF)
        .inline_size(inline_size),
);

unsafe fn inline_size(p: NonNull<Header>) -> usize {
    // SAFETY: the caller passes a `bytes`.
    unsafe { p.cast::<Obj<Bytes>>().as_ref().len + 1 }
}

impl Obj<Bytes> {
    #[inline(always)]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `len` bytes lie behind the payload and never change.
        unsafe { std::slice::from_raw_parts(self.payload_ptr().add(1).cast::<u8>(), self.len) }
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Python's `hash`.
    pub fn hash_value(&self) -> i64 {
        let known = self.hash.get();
        if known != -1 {
            return known;
        }
        let hash = crate::hash::hash_bytes(self.as_slice());
        self.hash.set(hash);
        hash
    }
}

/// `b''`, with the byte behind its end.
#[repr(C)]
struct EmptyBytes {
    head: Obj<Bytes>,
    end: u8,
}
// SAFETY: immortal and immutable.
unsafe impl Sync for EmptyBytes {}
static EMPTY: EmptyBytes =
    EmptyBytes { head: Obj::new_static(&BYTES, Bytes { hash: Cell::new(0), len: 0 }), end: 0 };

impl Cx {
    /// A new bytes object with a copy of `bytes`. `b''` is one object.
    pub fn new_bytes(&self, bytes: &[u8]) -> Handle<Bytes> {
        if bytes.is_empty() {
            debug_assert!(EMPTY.end == 0);
            return EMPTY.head.to_handle();
        }
        // SAFETY: memory for the payload, the bytes and the final zero; all are written.
        unsafe {
            crate::instance::alloc_with(self, &BYTES, bytes.len() + 1, |p: *mut Bytes| {
                p.write(Bytes { hash: Cell::new(-1), len: bytes.len() });
                let data = p.add(1).cast::<u8>();
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
                data.add(bytes.len()).write(0);
            })
        }
    }

    /// As [`Cx::new_bytes`], as a value.
    pub fn bytes(&self, bytes: &[u8]) -> Value {
        self.new_bytes(bytes).into_value()
    }
}

impl Value {
    /// The bytes of a `bytes` or of an instance of a subclass.
    #[inline(always)]
    pub fn as_bytes(&self) -> Option<&Obj<Bytes>> {
        if let Some(bytes) = self.cast_exact::<Bytes>() {
            return Some(bytes);
        }
        self.header()?;
        if self.ty_unguarded().has(flags::BYTES) {
            self.wrapped_value().and_then(Value::as_bytes)
        } else {
            None
        }
    }
}
