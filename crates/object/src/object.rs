//! Heap objects: the header, typed objects and what a payload must state.

use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;

use crate::cx::Cx;
use crate::ty::Type;
use crate::value::{Handle, Value, Word};

/// From this count on an object is immortal: never counted, never freed.
pub const IMMORTAL: u32 = 0x8000_0000;

/// Flag in `upper`: `__del__` was called (PEP 442: once in an object's life).
pub const FINALIZED: u32 = 1 << 31;
/// Flag in `upper`: weak references to the object exist (the list is in the heap's side table, `weakref.rs`).
pub const WEAKLY_REFERENCED: u32 = 1 << 30;

/// What every heap object begins with: 16 bytes, the shape that CPython's stable ABI expects.
///
/// The low 29 bits of `upper` are zero outside the collector, which keeps its copy of the count there; above them lie the
/// flags [`FINALIZED`] and [`WEAKLY_REFERENCED`]. A slot of a page that holds no object has a null `ty`.
#[repr(C, align(16))]
pub struct Header {
    pub(crate) count: Cell<u32>,
    pub(crate) upper: Cell<u32>,
    pub(crate) ty: Cell<*const Obj<Type>>,
}

const _: () = assert!(size_of::<Header>() == 16 && align_of::<Header>() == 16);

impl Header {
    pub const fn immortal(ty: &'static Obj<Type>) -> Header {
        Header { count: Cell::new(IMMORTAL), upper: Cell::new(0), ty: Cell::new(ty) }
    }

    #[inline(always)]
    pub fn incref(&self) {
        let count = self.count.get();
        // One test serves immortality and saturation: a count that reaches 2^31 stays there.
        if (count as i32) >= 0 {
            self.count.set(count + 1);
        }
    }

    /// True if the last owner is gone and the object is to be freed.
    #[inline(always)]
    pub(crate) fn decref(&self) -> bool {
        let count = self.count.get();
        if (count as i32) < 0 {
            return false;
        }
        debug_assert!(count > 0, "released more often than owned");
        self.count.set(count - 1);
        count == 1
    }

    pub fn count(&self) -> u32 {
        self.count.get()
    }

    pub fn is_immortal(&self) -> bool {
        (self.count.get() as i32) < 0
    }

    /// States whether the object's finaliser has nothing (more) to do: it is then freed without being asked.
    pub fn set_finalized(&self, done: bool) {
        let upper = self.upper.get();
        self.upper.set(if done { upper | FINALIZED } else { upper & !FINALIZED });
    }

    /// Whether `__del__` was called (`gc.is_finalized`).
    pub fn is_finalized(&self) -> bool {
        self.upper.get() & FINALIZED != 0
    }

    /// Lets the object's end be noted while the heap is watched. The flag that weak references use says so: such objects
    /// take the slow way out, so that watching costs the others nothing.
    pub fn watch(&self) {
        self.upper.set(self.upper.get() | WEAKLY_REFERENCED);
    }

    /// Makes the object live as long as the process.
    pub fn immortalize(&self) {
        self.count.set(IMMORTAL);
    }

    /// The type, without the guard that a `&Cx` gives: only valid until Python code may run (an assignment to
    /// `__class__` may drop it).
    #[inline(always)]
    pub fn ty_unguarded(&self) -> &Obj<Type> {
        // SAFETY: a live object has a type, which lives as long as the object refers to it.
        unsafe { &*self.ty.get() }
    }
}

/// A heap object with payload `T` behind its header.
///
/// The payload is reached through the token: `get(&cx)` to look, `get_mut(&mut cx)` to change. So no reference into
/// an object outlives a call that may run Python code.
#[repr(C)]
pub struct Obj<T> {
    header: Header,
    payload: UnsafeCell<T>,
}

impl<T> Obj<T> {
    /// A static, immortal object.
    pub const fn new_static(ty: &'static Obj<Type>, payload: T) -> Obj<T> {
        Obj { header: Header::immortal(ty), payload: UnsafeCell::new(payload) }
    }

    #[inline(always)]
    pub fn header(&self) -> &Header {
        &self.header
    }

    #[inline(always)]
    pub fn get<'a>(&'a self, _cx: &'a Cx) -> &'a T {
        // SAFETY: changes need `&mut Cx`, of which the borrow of `_cx` says there is none.
        unsafe { &*self.payload.get() }
    }

    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub fn get_mut<'a>(&'a self, _cx: &'a mut Cx) -> &'a mut T {
        // SAFETY: there is one `Cx` per running thread and one running thread per interpreter, and it is borrowed
        // exclusively for as long as the result.
        unsafe { &mut *self.payload.get() }
    }

    /// The payload as a raw pointer, for the collector, the dispatch loop and immutable payloads.
    #[inline(always)]
    pub fn payload_ptr(&self) -> *mut T {
        self.payload.get()
    }

    /// A counted handle to this object.
    #[inline(always)]
    pub fn to_value(&self) -> Value {
        self.header.incref();
        // SAFETY: the count was just added.
        unsafe { Value::from_ptr(NonNull::from(&self.header)) }
    }

    /// The word of this object, not counted.
    #[inline(always)]
    pub fn word(&self) -> Word {
        Word::pointer(NonNull::from(&self.header))
    }
}

impl<T: Payload> Obj<T> {
    #[inline(always)]
    pub fn to_handle(&self) -> Handle<T> {
        // SAFETY: it is an Obj<T>.
        unsafe { Handle::from_value_unchecked(self.to_value()) }
    }
}

impl<T: Payload + Frozen> std::ops::Deref for Obj<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a frozen payload is never changed after the object was made.
        unsafe { &*self.payload.get() }
    }
}

// SAFETY: static objects are immortal; what changes in them is guarded by the GIL of the interpreter, or idempotent.
unsafe impl<T> Sync for Obj<T> {}

/// What can lie behind a header.
///
/// # Safety
/// `TYPE`'s instances, and those of every subtype, have `Obj<Self>` at their beginning; `trace` and `clear` reach every
/// `Value` in the payload exactly once.
pub unsafe trait Payload: Trace + Sized + 'static {
    /// The static type whose layout this payload is.
    const TYPE: &'static Obj<Type>;

    /// A flag that exactly the type and its subtypes have, where there is one: a test of it replaces the search of the MRO.
    const FAMILY: u64 = 0;

    /// The object of an argument of this type; overridden by types whose subclasses wrap.
    #[inline(always)]
    fn cast_arg(value: &Value) -> Option<&Obj<Self>> {
        value.cast::<Self>()
    }
}

/// Marks payloads that never change after the object was made, so that reading needs no token.
pub trait Frozen {}

/// What the collector asks of a payload. Derive it (`#[derive(Trace)]` of `taipan-macros`): every field must be `Trace`;
/// plain data and `#[trace(skip)]` fields hold no values.
pub trait Trace {
    /// Calls `visit` for each owned value, once.
    fn trace(&self, visit: &mut dyn FnMut(&Value));
    /// Moves the owned values to `out` (None stays in their places): breaks cycles.
    fn clear(&mut self, out: &mut Vec<Value>);
    /// False for payloads that can hold no value: their objects lie in pages that the collector never walks.
    const HOLDS_VALUES: bool = true;
}

impl Trace for Value {
    #[inline(always)]
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.push(std::mem::replace(self, Value::none()));
    }
}

impl<T: Payload> Trace for Handle<T> {
    #[inline(always)]
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.as_value());
    }
    /// A typed handle cannot be replaced by None: cycles through it are broken at another object.
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

impl<T: Trace> Trace for Option<T> {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(t) = self {
            t.trace(visit);
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        if let Some(mut t) = self.take() {
            t.clear(out);
        }
    }
    const HOLDS_VALUES: bool = T::HOLDS_VALUES;
}

impl<T: Trace> Trace for Vec<T> {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.iter().for_each(|t| t.trace(visit));
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.iter_mut().for_each(|t| t.clear(out));
    }
    const HOLDS_VALUES: bool = T::HOLDS_VALUES;
}

impl<T: Trace> Trace for Box<T> {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        (**self).trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        (**self).clear(out);
    }
    const HOLDS_VALUES: bool = T::HOLDS_VALUES;
}

impl<T: Trace> Trace for Box<[T]> {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.iter().for_each(|t| t.trace(visit));
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.iter_mut().for_each(|t| t.clear(out));
    }
    const HOLDS_VALUES: bool = T::HOLDS_VALUES;
}

impl<T: Trace, const N: usize> Trace for [T; N] {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.iter().for_each(|t| t.trace(visit));
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.iter_mut().for_each(|t| t.clear(out));
    }
    const HOLDS_VALUES: bool = T::HOLDS_VALUES;
}

impl<A: Trace, B: Trace> Trace for (A, B) {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.trace(visit);
        self.1.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.0.clear(out);
        self.1.clear(out);
    }
    const HOLDS_VALUES: bool = A::HOLDS_VALUES || B::HOLDS_VALUES;
}

/// Declares types that hold no Python values.
#[macro_export]
macro_rules! plain_data {
    ($($t:ty),* $(,)?) => { $(
        impl $crate::object::Trace for $t {
            #[inline(always)]
            fn trace(&self, _visit: &mut dyn FnMut(&$crate::Value)) {}
            fn clear(&mut self, _out: &mut Vec<$crate::Value>) {}
            const HOLDS_VALUES: bool = false;
        }
    )* };
}

plain_data!(
    (),
    bool,
    u8,
    u16,
    u32,
    u64,
    usize,
    i8,
    i16,
    i32,
    i64,
    isize,
    f32,
    f64,
    char,
    String,
    &'static str
);

impl<T> Trace for Cell<T> {
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}
    fn clear(&mut self, _out: &mut Vec<Value>) {}
    const HOLDS_VALUES: bool = false;
}
