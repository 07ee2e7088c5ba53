//! `_thread`: threads of an interpreter, their locks, and data of their own.
//!
//! Threads share the interpreter's GIL (`taipan_vm::gil`), which is given up while one waits for a lock or for another
//! thread.

mod handle;
mod local;
mod lock;

use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, NativeDef, R, Tuple, Value, dict, exc, ops};
use taipan_types::Types;
use taipan_types::module::{self, ModuleDef};
use taipan_vm::gil;

pub use handle::ThreadHandle;

/// What the module keeps of an interpreter.
#[derive(Default)]
pub(crate) struct Threads {
    /// Handles of threads that the interpreter's end waits for.
    pub waited: Vec<Value>,
    /// Bytes of native stack of new threads; 0: the default.
    pub stack: usize,
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    doc: Some(
        "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    ),
    functions: FUNCTIONS,
    types: Some(types),
    init: Some(init),
};

static FUNCTIONS: &[&NativeDef] = natives![
    start_new_thread,
    start_new,
    start_joinable_thread,
    allocate_lock,
    allocate,
    get_ident,
    get_native_id,
    _count,
    stack_size,
    exit,
    exit_thread,
    interrupt_main,
    daemon_threads_allowed,
    _is_main_interpreter,
    _get_main_thread_ident,
    _make_thread_handle,
    _shutdown,
    _excepthook,
    set_name
];

fn types(types: &mut Types) {
    types.add([&lock::LOCK, &lock::RLOCK, &handle::HANDLE, &local::LOCAL, &local::ITEM_GETTER]);
}

fn init(cx: &mut Cx, made: &Value) -> R<()> {
    module::set(cx, made, "error", exc::RUNTIME_ERROR.to_value())?;
    module::set(cx, made, "LockType", lock::LOCK.to_value())?;
    module::set(cx, made, "lock", lock::LOCK.to_value())?;
    module::set(cx, made, "RLock", lock::RLOCK.to_value())?;
    module::set(cx, made, "_ThreadHandle", handle::HANDLE.to_value())?;
    module::set(cx, made, "_local", local::LOCAL.to_value())?;
    let most = cx.float(9_223_372_036.0);
    module::set(cx, made, "TIMEOUT_MAX", most)?;
    let info = hook_args(cx)?;
    module::set(cx, made, "_ExceptHookArgs", info)
}

/// `_ExceptHookArgs`: a tuple subclass with names, made by `collections.namedtuple`'s kin in Python's own terms.
fn hook_args(cx: &mut Cx) -> R {
    let namespace = cx.new_dict();
    for (i, name) in ["exc_type", "exc_value", "exc_traceback", "thread"].into_iter().enumerate() {
        let index = Value::small_int(i as i32);
        let getter = cx.new_object(local::ItemGetter { index }).into_value();
        let name = cx.intern(name);
        dict::set_str(cx, &namespace, &name, getter)?;
    }
    let module_name = cx.intern("_thread").into_value();
    dict::set_str(cx, &namespace, &taipan_object::names::__module__, module_name)?;
    let name = cx.intern("_ExceptHookArgs").into_value();
    let bases = cx.tuple_value([taipan_object::tuple::TUPLE.to_value()]);
    ops::call(cx, &taipan_object::ty::TYPE.to_value(), &[name, bases, namespace.into_value()])
}

/// What a thread's uncaught exception leads to: SystemExit is silent, others are reported.
fn report(cx: &mut Cx, callable: &Value, exception: Value) {
    if exception.is_instance(&exc::SYSTEM_EXIT) {
        return;
    }
    exc::report_ignored(cx, exception, "in thread started by", callable);
}

/// Starts the thread of a call; `done` runs when it has ended.
pub(crate) fn start(
    cx: &mut Cx,
    function: &Value,
    args: Vec<Value>,
    names: Option<Value>,
    done: impl FnOnce() + Send + 'static,
) -> R<u64> {
    let stack = cx.interp_mut().state::<Threads>().stack;
    match gil::start_thread(cx, function.clone(), args, names, stack, report, done) {
        Ok(id) => Ok(id),
        Err(_) => Err(cx.runtime_error("can't start new thread")),
    }
}

/// Start a new thread and return its identifier.
///
/// The thread will call the function with positional arguments from the
/// tuple args and keyword arguments taken from the optional dictionary
/// kwargs.  The thread exits when the function returns; the return value
/// is ignored.  The thread will also exit when the function raises an
/// unhandled exception; a stack trace will be printed unless the exception
/// is SystemExit.
#[native("start_new_thread(function, args, kwargs=None, /)")]
fn start_new_thread(cx: &mut Cx, function: &Value, args: &Value, kwargs: Option<&Value>) -> R<usize> {
    if function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("first arg must be callable"));
    }
    let given = args;
    let Some(args) = args.cast::<Tuple>() else { return Err(cx.type_error("2nd arg must be a tuple")) };
    let named = kwargs.cloned().unwrap_or_else(Value::none);
    crate::support::audit(cx, "_thread.start_new_thread", &[function.clone(), given.clone(), named])?;
    let mut values = args.items().to_vec();
    let mut names = None;
    if let Some(kwargs) = kwargs {
        let Some(kwargs) = kwargs.as_dict() else {
            return Err(cx.type_error("optional 3rd arg must be a dictionary"));
        };
        let mut keys = Vec::new();
        let mut at = 0;
        while let Some((key, value)) = dict::entry_at(cx, kwargs, &mut at) {
            keys.push(key.clone());
            values.push(value.clone());
        }
        names = Some(cx.tuple(keys).into_value());
    }
    start(cx, function, values, names, || {}).map(|id| id as usize)
}

/// An obsolete synonym of start_new_thread().
#[native("start_new(function, args, kwargs=None, /)")]
fn start_new(cx: &mut Cx, function: &Value, args: &Value, kwargs: Option<&Value>) -> R<usize> {
    start_new_thread(cx, function, args, kwargs)
}

/// *For internal use only*: start a new thread.
///
/// Like start_new_thread(), this starts a new thread calling the given function.
/// Unlike start_new_thread(), this returns a handle object with methods to join
/// or detach the given thread.
/// This function is not for third-party code, please use the
/// `threading` module instead. During finalization the runtime will not wait for
/// the thread to exit if daemon is True. If handle is provided it must be a
/// newly created thread._ThreadHandle instance.
#[native("start_joinable_thread(function, handle=None, daemon=True)")]
fn start_joinable_thread(cx: &mut Cx, function: &Value, handle: Option<&Value>, daemon: bool) -> R {
    if function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("thread function must be callable"));
    }
    let shown = handle.cloned().unwrap_or_else(Value::none);
    let audited = [function.clone(), Value::small_int(i32::from(daemon)), shown];
    crate::support::audit(cx, "_thread.start_joinable_thread", &audited)?;
    let handle = match handle.filter(|h| !h.is_none()) {
        Some(handle) => handle.clone(),
        None => handle::new(cx),
    };
    handle::run(cx, &handle, function)?;
    if !daemon {
        let waited = &mut cx.interp_mut().state::<Threads>().waited;
        waited.push(handle.clone());
    }
    Ok(handle)
}

/// Allocate a lock object.
#[native("allocate_lock()")]
fn allocate_lock(cx: &mut Cx) -> R {
    Ok(lock::new(cx))
}

/// An obsolete synonym of allocate_lock().
#[native("allocate()")]
fn allocate(cx: &mut Cx) -> R {
    Ok(lock::new(cx))
}

/// Return a non-zero integer that uniquely identifies the current thread
/// amongst other threads that exist simultaneously.
#[native("get_ident()")]
fn get_ident(cx: &mut Cx) -> usize {
    cx.thread_id as usize
}

/// Return a non-negative integer identifying the thread as reported
/// by the OS (kernel).
#[native("get_native_id()")]
fn get_native_id(_cx: &mut Cx) -> usize {
    // SAFETY: a system call without arguments.
    unsafe { libc::syscall(libc::SYS_gettid) as usize }
}

/// Return the number of currently running Python threads, excluding
/// the main thread.
#[native("_count()")]
fn _count(cx: &mut Cx) -> usize {
    gil::gil(cx).other_threads()
}

/// Return the thread stack size used when creating new threads.  The
/// optional size argument specifies the stack size (in bytes) to be used
/// for subsequently created threads.
#[native("stack_size(size=0, /)")]
fn stack_size(cx: &mut Cx, size: i64) -> R<usize> {
    if size < 0 {
        return Err(cx.value_error("size must be 0 or a positive value"));
    }
    if size > 0 && size < 32 * 1024 {
        return Err(cx.value_error(format!("size not valid: {size} bytes")));
    }
    let state = cx.interp_mut().state::<Threads>();
    Ok(std::mem::replace(&mut state.stack, size as usize))
}

/// This is synonymous to ``raise SystemExit''.  It will cause the current
/// thread to exit silently unless the exception is caught.
#[native("exit()")]
fn exit(cx: &mut Cx) -> R {
    Err(exc::raise_no_args(cx, &exc::SYSTEM_EXIT))
}

/// An obsolete synonym of exit().
#[native("exit_thread()")]
fn exit_thread(cx: &mut Cx) -> R {
    Err(exc::raise_no_args(cx, &exc::SYSTEM_EXIT))
}

/// Simulate the arrival of the given signal in the main thread.
#[native("interrupt_main(signum=2, /)")]
fn interrupt_main(cx: &mut Cx, signum: i64) -> R<()> {
    if !(1..=64).contains(&signum) {
        return Err(cx.value_error("signal number out of range"));
    }
    // SAFETY: sends a signal to this process.
    unsafe { libc::raise(signum as i32) };
    Ok(())
}

/// Return True if daemon threads are allowed in the current interpreter,
/// and False otherwise.
#[native("daemon_threads_allowed()")]
fn daemon_threads_allowed(_cx: &mut Cx) -> bool {
    true
}

/// Return True if the current interpreter is the main Python interpreter.
#[native("_is_main_interpreter()")]
fn _is_main_interpreter(_cx: &mut Cx) -> bool {
    true
}

/// Internal only. Return a non-zero integer that uniquely identifies the main thread
/// of the main interpreter.
#[native("_get_main_thread_ident()")]
fn _get_main_thread_ident(_cx: &mut Cx) -> usize {
    1
}

/// Internal only. Make a thread handle for threads not spawned by the _thread or threading module.
#[native("_make_thread_handle(ident, /)")]
fn _make_thread_handle(cx: &mut Cx, ident: i64) -> R {
    Ok(handle::of_running(cx, ident as u64))
}

/// Wait for all non-daemon threads (other than the calling thread) to stop.
#[native("_shutdown()")]
fn _shutdown(cx: &mut Cx) -> R<()> {
    while let Some(handle) = cx.interp_mut().state::<Threads>().waited.pop() {
        handle::wait(cx, &handle, None)?;
    }
    Ok(())
}

/// Handle uncaught Thread.run() exception.
#[native("_excepthook(args, /)")]
fn _excepthook(cx: &mut Cx, args: &Value) -> R<()> {
    let Some(parts) = args.cast::<Tuple>().filter(|t| t.items().len() == 4) else {
        return Err(cx.type_error("_thread._excepthook argument type must be ExceptHookArgs"));
    };
    let (class, value, traceback, thread) = (
        parts.items()[0].clone(),
        parts.items()[1].clone(),
        parts.items()[2].clone(),
        parts.items()[3].clone(),
    );
    if class.is_obj(&exc::SYSTEM_EXIT) {
        return Ok(());
    }
    let Some(sys) = cx.interp().sys.clone() else { return Ok(()) };
    let stderr = ops::getattr(cx, &sys, &taipan_object::names::stderr)?;
    if stderr.is_none() {
        return Ok(());
    }
    let name = if thread.is_none() {
        cx.thread_id.to_string()
    } else {
        let name = ops::getattr_str(cx, &thread, "name")?;
        ops::str_of(cx, &name)?.to_string_lossy().into_owned()
    };
    let line = cx.str(&format!("Exception in thread {name}:\n"));
    ops::call_method(cx, &stderr, &taipan_object::names::write, &[line])?;
    let hook = ops::getattr(cx, &sys, &taipan_object::names::excepthook)?;
    ops::call(cx, &hook, &[class, value, traceback])?;
    Ok(())
}

/// Set the name of the current thread.
#[native("set_name(name)")]
fn set_name(cx: &mut Cx, name: &Value) -> R<()> {
    if name.as_str().is_none() {
        let message = format!("set_name() argument 'name' must be str, not {}", name.type_name(cx));
        return Err(cx.type_error(message));
    }
    Ok(())
}

/// Arguments without keywords, as the constructors of this module take them.
pub(crate) fn plain<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<&'a [Value]> {
    if args.has_keywords() {
        return Err(cx.type_error(format!("{name}() takes no keyword arguments")));
    }
    Ok(args.pos())
}
