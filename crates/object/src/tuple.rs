//! `tuple`: a count and the words inline. Immutable once it is visible to a program.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::Obj;
use crate::cx::Cx;
use crate::object::{Frozen, Header, Payload, Trace};
use crate::ty::{Type, flags};
use crate::value::{Handle, Value, Word};

/// The payload; `len` words follow it.
#[repr(C)]
pub struct Tuple {
    len: usize,
    /// -1 until computed.
    pub hash: Cell<i64>,
}

impl Frozen for Tuple {}

impl Trace for Tuple {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.items().iter().for_each(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        // Cycles through a tuple are broken at the mutable object that closes them; where there is none (a tuple
        // that reaches itself through natives), its items go one by one.
        let items = self.items_ptr();
        for i in 0..self.len {
            // SAFETY: the items are live values behind the payload.
            out.push(unsafe { std::mem::replace(&mut *items.add(i), Value::none()) });
        }
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        let items = self.items_ptr();
        for i in 0..self.len {
            // SAFETY: the items are live values behind the payload, dropped once.
            unsafe { std::ptr::drop_in_place(items.add(i)) };
        }
    }
}

// SAFETY: `TUPLE`'s instances and those of its subtypes begin with `Obj<Tuple>`.
unsafe impl Payload for Tuple {
    const FAMILY: u64 = flags::TUPLE;
    const TYPE: &'static Obj<Type> = &TUPLE;
}

/// `tuple`.
pub static TUPLE: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Tuple>("tuple")
        .base(&crate::ty::OBJECT)
        .flags(flags::BASE | flags::TUPLE | flags::MATCH_SELF | flags::SEQUENCE)
        .inline_size(inline_size),
);

/// The items that follow a tuple, for built-in subtypes to declare.
///
/// # Safety
/// `p` is a live tuple.
pub unsafe fn inline_size(p: NonNull<Header>) -> usize {
    // SAFETY: the caller passes a tuple.
    unsafe { p.cast::<Obj<Tuple>>().as_ref().len * size_of::<Word>() }
}

impl Tuple {
    #[inline(always)]
    fn items_ptr(&self) -> *mut Value {
        // SAFETY: the items lie directly behind the payload.
        unsafe { (self as *const Tuple).add(1).cast::<Value>().cast_mut() }
    }

    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        // SAFETY: `len` values lie behind the payload.
        unsafe { std::slice::from_raw_parts(self.items_ptr(), self.len) }
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Cx {
    /// A tuple of `items`. The empty tuple is one object.
    pub fn tuple(
        &self,
        items: impl IntoIterator<Item = Value, IntoIter: ExactSizeIterator>,
    ) -> Handle<Tuple> {
        self.tuple_of(&TUPLE, items.into_iter())
    }

    /// A tuple as a value, of owned items.
    pub fn tuple_value<const N: usize>(&self, items: [Value; N]) -> Value {
        self.tuple(items).into_value()
    }

    /// An instance of `tuple` or of a subtype.
    pub fn tuple_of(&self, ty: &Obj<Type>, items: impl ExactSizeIterator<Item = Value>) -> Handle<Tuple> {
        let len = items.len();
        if len == 0 && ty.is(&TUPLE) {
            return EMPTY.to_handle();
        }
        // SAFETY: memory for the payload and `len` words; the words are written before the object can be seen (the
        // iterator makes owned values and must not run Python code: it has no token).
        unsafe {
            crate::instance::alloc_with(self, ty, len * size_of::<Word>(), |p: *mut Tuple| {
                p.write(Tuple { len, hash: Cell::new(-1) });
                let slots = p.add(1).cast::<Value>();
                let mut written = 0;
                for item in items.take(len) {
                    slots.add(written).write(item);
                    written += 1;
                }
                while written < len {
                    slots.add(written).write(Value::none());
                    written += 1;
                }
            })
        }
    }
}

/// `()`.
pub static EMPTY: Obj<Tuple> = Obj::new_static(&TUPLE, Tuple { len: 0, hash: Cell::new(-1) });
