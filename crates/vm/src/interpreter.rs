//! Interpreters: their making, the table through which the lower crates reach up, and what happens at safepoints.

use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use taipan_object::cx::breaker;
use taipan_object::{Cx, Interp, Obj, R, Runtime, Type, Value, exc, typeobj};

use crate::function::{FUNCTION, cell, descriptors, method, super_};
use crate::thread::{VmThread, vm, vm_ref};
use crate::{code, frame, generator, traceback};

/// The static types of this crate.
pub fn types() -> Vec<&'static Obj<Type>> {
    vec![
        &code::CODE,
        &FUNCTION,
        &method::METHOD,
        &cell::CELL,
        &descriptors::STATICMETHOD,
        &descriptors::CLASSMETHOD,
        &descriptors::PROPERTY,
        &super_::SUPER,
        &frame::object::FRAME,
        &frame::locals::LOCALS_PROXY,
        &traceback::TRACEBACK,
        &generator::GENERATOR,
        &generator::COROUTINE,
        &generator::ASYNC_GENERATOR,
        &generator::awaitable::COROUTINE_WRAPPER,
        &generator::asyncgen::WRAPPED,
        &generator::asyncgen::ASEND,
        &generator::asyncgen::ATHROW,
    ]
}

/// Lists all types of the `types` crate and of this one, bases first.
fn install(more: fn(&mut taipan_types::Types)) -> Vec<&'static Obj<Type>> {
    let mut list = taipan_types::Types::default();
    taipan_types::install(&mut list);
    list.add(crate::builtins::ITERATOR_TYPES);
    list.add([&crate::sys::stdio::PLAIN_STREAM]);
    more(&mut list);
    let mut list = list.into_list();
    list.extend(types());
    list
}

fn missing<T>(cx: &mut Cx, what: &str) -> R<T> {
    Err(cx.system_error(format!("{what} is not available")))
}

/// The table with what this crate provides; the crates above replace the rest.
pub fn runtime() -> Runtime {
    Runtime {
        handle_breaker,
        import: |cx, _| missing(cx, "import"),
        warn: |_, _, _, _| Ok(()),
        unraisable: |_, _, _, _| {},
        audit: |_, _, _| Ok(()),
        number_locale: |_| Default::default(),
        current_globals: |cx| frame::current_globals(cx),
        handled_exception: |cx| if cx.vm.is_null() { None } else { vm_ref(cx).handled() },
        builtins: |cx| cx.interp().builtins.clone().unwrap_or_else(Value::none),
        decode: |cx, _, _, _| missing(cx, "decoding"),
        encode: |cx, _, _, _| missing(cx, "encoding"),
        sequence_iterator: |cx, _| missing(cx, "the sequence iterator"),
        generic_alias: |cx, _, _| missing(cx, "GenericAlias"),
        union: |_, _, _| Ok(Value::not_implemented()),
        memoryview: taipan_types::memoryview::from_object,
        static_method: |cx, f| Ok(descriptors::static_method(cx, f)),
        class_method: |cx, f| Ok(descriptors::class_method(cx, f)),
        is_function: |v| v.is_instance_exact(&FUNCTION),
        is_module: |v| v.is_instance(&taipan_types::module::MODULE),
        is_memoryview: taipan_types::memoryview::is_memoryview,
        set_class_cell: |cx, cell, class| match cell.cast::<cell::Cell>() {
            Some(c) => {
                let old = c.get_mut(cx).content.replace(class.clone());
                drop(old);
                Ok(())
            }
            None => {
                let message =
                    format!("__classcell__ must be a nonlocal cell, not <class '{}'>", cell.type_name(cx));
                Err(cx.type_error(message))
            }
        },
        call_type: |cx, meta, args| taipan_object::ops::call_args(cx, &meta.to_value(), args),
    }
}

/// An interpreter with its first thread. Everything in it belongs to the thread that made it, until handed over.
pub struct Interpreter {
    interp: NonNull<Interp>,
    cx: Box<Cx>,
    thread: Box<VmThread>,
}

impl Interpreter {
    /// A new interpreter with the given table; `stack` is how many bytes of the calling thread's native stack recursion may
    /// use from here.
    /// `native_types` lists the types of the crates above.
    pub fn new(runtime: Runtime, stack: usize, native_types: fn(&mut taipan_types::Types)) -> Interpreter {
        typeobj::process_init(runtime, || install(native_types));
        let interp = NonNull::from(Box::leak(Interp::new(runtime)));
        let marker = 0u8;
        let limit = (&raw const marker as usize).saturating_sub(stack);
        // SAFETY: the interpreter outlives the token; this thread alone uses it.
        let mut cx = Box::new(unsafe { Cx::new(interp, limit, 1) });
        let mut thread = VmThread::new();
        thread.gil = Some(crate::gil::Gil::new(std::sync::Arc::clone(&cx.interp().breaker)));
        cx.vm = (&raw mut *thread).cast();
        thread.id = cx.thread_id;
        crate::thread::enlist(&mut cx);
        Interpreter { interp, cx, thread }
    }

    /// The token of the first thread.
    pub fn cx(&mut self) -> &mut Cx {
        &mut self.cx
    }
}

impl Interpreter {
    /// Lets go of everything that the interpreter itself holds. What is alive afterwards has leaked.
    pub fn release(&mut self) {
        let state = {
            let interp = self.cx.interp_mut();
            (interp.modules.take(), interp.sys.take(), interp.builtins.take(), interp.take_state())
        };
        drop(state);
        self.thread.clear();
        if let Err(raised) = taipan_object::gc::collect(&mut self.cx) {
            drop(self.cx.take_raised(raised));
        }
        self.cx.drain_pending();
    }

    /// The objects that are still alive after [`Interpreter::release`], by type.
    pub fn leaks(&mut self) -> Vec<(String, usize)> {
        taipan_object::gc::live_by_type(&mut self.cx)
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        self.release();
        // SAFETY: leaked in `new`; the heap goes with the interpreter, nothing refers to it any more.
        drop(unsafe { Box::from_raw(self.interp.as_ptr()) });
    }
}

/// What runs the Python handlers of signals: set by `_signal`, called when the breaker's signal bit is up.
#[derive(Default)]
pub struct SignalHook(pub Option<fn(&mut Cx) -> R<()>>);

/// The innermost frame as an object; `None` outside Python code.
pub fn current_frame(cx: &mut Cx) -> Option<Value> {
    let at = crate::frame::current(cx);
    if at.is_null() {
        return None;
    }
    // SAFETY: a live frame of the running thread.
    Some(unsafe { crate::frame::object::of(cx, at) })
}

/// Serves the breaker flag: what is asked of the running thread at a safepoint.
pub fn handle_breaker(cx: &mut Cx) -> R<()> {
    let flag = std::sync::Arc::clone(&cx.interp().breaker);
    let bits = flag.swap(0, Ordering::Relaxed);
    if bits & breaker::PENDING != 0 {
        cx.drain_pending();
    }
    if bits & breaker::SIGNAL != 0
        && let Some(run) = cx.interp_mut().state::<SignalHook>().0
    {
        run(cx)?;
    }
    if bits & breaker::COLLECT != 0 {
        crate::record::collection(cx, 0, "allocation", taipan_object::gc::collect_if_enabled)?;
    }
    if bits & breaker::TRACE != 0 && crate::monitor::is_active(cx) {
        flag.fetch_or(breaker::TRACE, Ordering::Relaxed);
    }
    if bits & breaker::GIL != 0 {
        crate::gil::give_way(cx);
    }
    if bits & breaker::ASYNC != 0
        && let Some(exception) = vm(cx).async_exception.take()
    {
        return Err(exc::raise(cx, exception));
    }
    if bits & breaker::LIMIT != 0 {
        return Err(cx.memory_error());
    }
    Ok(())
}
