//! The token of a running thread: whatever may run Python code or mutate an object takes `&mut Cx`; looking inside an
//! object borrows `&Cx`. So a reference into an object cannot be held across a call.
//!
//! A `Cx` exists once per Python thread and belongs to the thread that holds the GIL of its interpreter. It holds the
//! thread's state (the raised exception, the recursion budgets) and points to the interpreter's.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use crate::Obj;
use crate::exc;
use crate::heap::Heap;
use crate::interp::Interp;
use crate::object::Payload;
use crate::ty::{Type, flags};
use crate::value::{Handle, R, Raised, Value};

/// Bits of the breaker flag. Any bit set makes the interpreter call `Runtime::handle_breaker` at its next safepoint
/// (RESUME, back-edges, after native calls).
pub mod breaker {
    /// A signal arrived.
    pub const SIGNAL: u32 = 1;
    /// Another thread waits for the GIL.
    pub const GIL: u32 = 2;
    /// An exception was sent to a thread, or a call is pending.
    pub const ASYNC: u32 = 4;
    /// Enough collectable objects were made.
    pub const COLLECT: u32 = 8;
    /// Objects wait for their finalisers.
    pub const PENDING: u32 = 16;
    /// A limit (memory, time) was passed.
    pub const LIMIT: u32 = 32;
    /// Tracing, profiling or monitoring changed.
    pub const TRACE: u32 = 64;
}

/// What finalisers themselves release waits beyond this depth.
const MOST_NESTED_DRAINS: u32 = 20;

/// Thread state and token. Not `Send`, not `Sync`.
pub struct Cx {
    interp: NonNull<Interp>,
    heap: *mut Heap,
    /// The interpreter's breaker flag, which lives as long.
    breaker: NonNull<std::sync::atomic::AtomicU32>,
    /// The exception in flight between `Err(Raised)` and its handler.
    raised: Option<Value>,
    /// The lowest native stack address that recursion may reach.
    /// Where the thread's native stack stood when its token was made, the lowest address that recursions over user data
    /// may reach, and the lowest that may be used at all: what runs after the error (handlers, releases) and the compiler,
    /// which keeps a budget of its own, have the room between the two.
    stack_top: usize,
    stack_limit: usize,
    stack_end: usize,
    /// Python calls that may still nest (`sys.setrecursionlimit`), kept by the interpreter's frame pushes.
    pub recursion_remaining: i32,
    pub recursion_limit: i32,
    /// The interpreter loop's thread data (frame stack, exception-handling stack); typed by the `vm` crate.
    pub vm: *mut c_void,
    /// Native thread number as `threading.get_ident` shows it.
    pub thread_id: u64,
    pub(crate) repr_running: Vec<crate::value::Word>,
    /// How deep releases of pending objects are nested.
    draining: Cell<u32>,
}

/// Bytes of native stack for recursions over user data: about as many levels as CPython has on its 8 MiB, and few enough
/// that a runaway recursion ends at once.
const NATIVE_STACK: usize = 16 << 20;

impl Cx {
    /// A token for the calling thread.
    ///
    /// # Safety
    /// The thread holds the GIL of `interp` whenever the token is used, and `interp` outlives it. `stack_end` is no lower than
    /// the end of the thread's native stack.
    pub unsafe fn new(interp: NonNull<Interp>, stack_end: usize, thread_id: u64) -> Cx {
        let marker = 0u8;
        let stack_top = &raw const marker as usize;
        // SAFETY: live by the caller's promise.
        let heap = unsafe { interp.as_ref().heap_ptr() };
        Cx {
            interp,
            heap,
            // SAFETY: live by the caller's promise.
            breaker: NonNull::from(unsafe { &*interp.as_ref().breaker }),
            raised: None,
            stack_top,
            stack_limit: stack_end.max(stack_top.saturating_sub(NATIVE_STACK)),
            stack_end,
            recursion_remaining: 1000,
            recursion_limit: 1000,
            vm: std::ptr::null_mut(),
            thread_id,
            repr_running: Vec::new(),
            draining: Cell::new(0),
        }
    }

    #[inline(always)]
    pub fn interp(&self) -> &Interp {
        // SAFETY: live by the promise of `new`; changes need `&mut Cx`.
        unsafe { self.interp.as_ref() }
    }

    #[inline(always)]
    pub fn interp_mut(&mut self) -> &mut Interp {
        // SAFETY: the token is borrowed exclusively, and only the GIL's holder has one in use.
        unsafe { self.interp.as_mut() }
    }

    pub fn interp_ptr(&self) -> NonNull<Interp> {
        self.interp
    }

    #[inline(always)]
    pub(crate) fn heap(&self) -> *mut Heap {
        self.heap
    }

    /// Whether any breaker bit is set.
    #[inline(always)]
    pub fn broken(&self) -> bool {
        // SAFETY: the interpreter outlives the token.
        unsafe { self.breaker.as_ref() }.load(Ordering::Relaxed) != 0
    }

    /// Serves the breaker: signals, GIL hand-over, collection, pending finalisers.
    #[cold]
    pub fn handle_breaker(&mut self) -> R<()> {
        let handle = self.interp().runtime.handle_breaker;
        handle(self)
    }

    // ---- making objects

    /// A new object of a built-in type: payload `T` behind a header of type `T::TYPE`.
    #[inline]
    pub fn new_object<T: Payload>(&self, payload: T) -> Handle<T> {
        self.new_instance(T::TYPE, payload)
    }

    /// A new object of `ty`, which is `T::TYPE` or a subtype whose payload is `T`; what the subtype adds is empty.
    #[inline]
    pub fn new_instance<T: Payload>(&self, ty: &Obj<Type>, payload: T) -> Handle<T> {
        debug_assert!(ty.is_subtype(T::TYPE));
        // SAFETY: the layout is that of `ty`; the payload is written before anything can look.
        unsafe { crate::instance::alloc_with(self, ty, 0, |p: *mut T| p.write(payload)) }
    }

    // ---- exceptions

    /// Raises a new exception of a built-in type with one message. Allocates the exception at once.
    #[cold]
    pub fn raise(&mut self, ty: &'static Obj<Type>, message: impl Into<String>) -> Raised {
        exc::raise_message(self, ty, message.into())
    }

    /// Raises an exception instance (a `BaseException`), without touching its context.
    #[cold]
    pub fn raise_value(&mut self, exception: Value) -> Raised {
        self.raised = Some(exception);
        Raised(())
    }

    /// Takes the raised exception. Panics never: without one it makes a SystemError.
    #[cold]
    pub fn take_raised(&mut self, _raised: Raised) -> Value {
        match self.raised.take() {
            Some(value) => value,
            None => {
                exc::new_message(self, &exc::SYSTEM_ERROR, "error return without exception set".to_owned())
            }
        }
    }

    /// The raised exception, left in place.
    pub fn peek_raised(&self, _raised: &Raised) -> Option<&Value> {
        self.raised.as_ref()
    }

    /// Whether the raised exception is an instance of `ty`.
    pub fn raised_is(&self, _raised: &Raised, ty: &Obj<Type>) -> bool {
        self.raised.as_ref().is_some_and(|e| e.is_instance(ty))
    }

    /// Drops the raised exception if it is of type `ty`, else passes it on.
    pub fn catch(&mut self, raised: Raised, ty: &Obj<Type>) -> R<()> {
        if self.raised_is(&raised, ty) {
            drop(self.take_raised(raised));
            Ok(())
        } else {
            Err(raised)
        }
    }

    #[cold]
    pub fn type_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(&exc::TYPE_ERROR, message)
    }
    #[cold]
    pub fn value_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(&exc::VALUE_ERROR, message)
    }
    #[cold]
    pub fn index_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(&exc::INDEX_ERROR, message)
    }
    #[cold]
    pub fn runtime_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(&exc::RUNTIME_ERROR, message)
    }
    #[cold]
    pub fn overflow_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(&exc::OVERFLOW_ERROR, message)
    }
    #[cold]
    pub fn system_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(&exc::SYSTEM_ERROR, message)
    }
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        exc::raise_no_args(self, &exc::MEMORY_ERROR)
    }
    /// KeyError whose argument is the key itself.
    #[cold]
    pub fn key_error(&mut self, key: &Value) -> Raised {
        exc::raise_with(self, &exc::KEY_ERROR, key.clone())
    }
    /// StopIteration, with a value other than None.
    #[cold]
    pub fn stop_iteration(&mut self, value: Option<&Value>) -> Raised {
        match value {
            Some(value) if !value.is_none() => exc::raise_with(self, &exc::STOP_ITERATION, value.clone()),
            _ => exc::raise_no_args(self, &exc::STOP_ITERATION),
        }
    }

    // ---- budgets

    /// To be called at the head of every native recursion (repr, compare, traverse of user data): RecursionError
    /// where the native stack runs low. `place` completes the message, e.g. `" while getting the repr of an object"`.
    #[inline]
    pub fn check_native_stack(&mut self, place: &'static str) -> R<()> {
        let marker = 0u8;
        if (&raw const marker as usize) < self.stack_limit { Err(self.stack_overflow(place)) } else { Ok(()) }
    }

    #[cold]
    fn stack_overflow(&mut self, place: &'static str) -> Raised {
        let marker = 0u8;
        let used = self.stack_top.saturating_sub(&raw const marker as usize) >> 10;
        self.raise(&exc::RECURSION_ERROR, format!("Stack overflow (used {used} kB){place}"))
    }

    /// Bytes of the native stack that are left between here and its very end.
    pub fn native_stack_left(&self) -> usize {
        let marker = 0u8;
        (&raw const marker as usize).saturating_sub(self.stack_end)
    }

    /// Bytes of the native stack that recursions over user data may still use.
    pub fn native_recursion_left(&self) -> usize {
        let marker = 0u8;
        (&raw const marker as usize).saturating_sub(self.stack_limit)
    }

    // ---- repr of containers

    /// Enters the `repr` of a container: false if it is already being shown (then `[...]` stands for it). A true answer
    /// must be followed by [`Cx::repr_leave`].
    pub fn repr_enter(&mut self, container: &Value) -> bool {
        let word = container.word();
        if self.repr_running.contains(&word) {
            return false;
        }
        self.repr_running.push(word);
        true
    }

    pub fn repr_leave(&mut self, container: &Value) {
        let word = container.word();
        if let Some(i) = self.repr_running.iter().rposition(|&w| w == word) {
            self.repr_running.remove(i);
        }
    }

    // ---- pending finalisers

    /// Runs finalisers and weak reference callbacks of objects that ended inside natives. Their exceptions are
    /// reported as unraisable.
    #[cold]
    pub fn drain_pending(&mut self) {
        let depth = self.draining.get();
        if depth >= MOST_NESTED_DRAINS {
            return;
        }
        self.draining.set(depth + 1);
        // An exception may be on its way to its handler.
        let raised = self.raised.take();
        loop {
            // SAFETY: the heap is live; the reference ends before Python code runs.
            let batch = unsafe {
                let pending = &mut (*self.heap).pending;
                std::mem::take(pending)
            };
            if batch.is_empty() {
                break;
            }
            for object in batch {
                crate::weakref::finish(self, object);
            }
        }
        self.raised = raised;
        self.draining.set(depth);
    }

    /// Whether objects wait for [`Cx::drain_pending`].
    #[inline(always)]
    pub fn has_pending(&self) -> bool {
        // SAFETY: the heap is live.
        unsafe { !(&(*self.heap).pending).is_empty() }
    }
}

/// `flags` of a type that instances of classes written in Python have.
pub const HEAP_TYPE_FLAGS: u64 = flags::HEAP_TYPE | flags::BASE | flags::HAVE_GC;
