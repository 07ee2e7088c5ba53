//! `sys`: limits, sizes, interning, encodings, and switches of the implementation.

use taipan_macros::native;
use taipan_object::{Cx, R, Value, exc, int, names, ops};

use super::state;
use crate::runtime::settings;

/// Return the current value of the recursion limit.
///
/// The recursion limit is the maximum depth of the Python interpreter
/// stack.  This limit prevents infinite recursion from causing an overflow
/// of the C stack and crashing Python.
#[native("sys.getrecursionlimit()")]
pub fn getrecursionlimit(cx: &mut Cx) -> i64 {
    i64::from(cx.recursion_limit)
}

/// Set the maximum depth of the Python interpreter stack to n.
///
/// This limit prevents infinite recursion from causing an overflow of the C
/// stack and crashing Python.  The highest possible limit is platform-
/// dependent.
#[native("sys.setrecursionlimit(limit, /)")]
pub fn setrecursionlimit(cx: &mut Cx, limit: i32) -> R<()> {
    if limit < 1 {
        return Err(cx.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = cx.recursion_limit - cx.recursion_remaining;
    if depth >= limit {
        return Err(cx.raise(
            &exc::RECURSION_ERROR,
            format!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            ),
        ));
    }
    cx.recursion_limit = limit;
    cx.recursion_remaining = limit - depth;
    Ok(())
}

/// Return the current thread switch interval; see sys.setswitchinterval().
#[native("sys.getswitchinterval()")]
pub fn getswitchinterval(cx: &mut Cx) -> f64 {
    state(cx).switch_interval.unwrap_or(0.005)
}

/// Set the ideal thread switching delay inside the Python interpreter.
///
/// The actual frequency of switching threads can be lower if the
/// interpreter executes long sequences of uninterruptible code
/// (this is implementation-specific and workload-dependent).
///
/// The parameter must represent the desired switching delay in seconds
/// A typical value is 0.005 (5 milliseconds).
#[native("sys.setswitchinterval(interval, /)")]
pub fn setswitchinterval(cx: &mut Cx, interval: f64) -> R<()> {
    if interval <= 0.0 || interval.is_nan() {
        return Err(cx.value_error("switch interval must be strictly positive"));
    }
    state(cx).switch_interval = Some(interval);
    Ok(())
}

/// Return the maximum string digits limit for non-binary int<->str conversions.
#[native("sys.get_int_max_str_digits()")]
pub fn get_int_max_str_digits(cx: &mut Cx) -> usize {
    cx.interp().int_max_str_digits
}

/// Set the maximum string digits limit for non-binary int<->str conversions.
#[native("sys.set_int_max_str_digits(maxdigits)")]
pub fn set_int_max_str_digits(cx: &mut Cx, maxdigits: i32) -> R<()> {
    match usize::try_from(maxdigits) {
        Ok(n) if n == 0 || n >= 640 => {
            cx.interp_mut().int_max_str_digits = n;
            Ok(())
        }
        _ => Err(cx.value_error("maxdigits must be >= 640 or 0 for unlimited")),
    }
}

/// Return the reference count of object.
///
/// The count returned is generally one higher than you might expect,
/// because it includes the (temporary) reference as an argument to
/// getrefcount().
#[native("sys.getrefcount(object, /)")]
pub fn getrefcount(_cx: &mut Cx, object: &Value) -> i64 {
    // What is never freed shows CPython's figure for it.
    const IMMORTAL: i64 = 3 << 30;
    object.header().filter(|h| !h.is_immortal()).map_or(IMMORTAL, |h| i64::from(h.count()))
}

/// getsizeof(object [, default]) -> int
///
/// Return the size of object in bytes.
#[native("sys.getsizeof(object, default=None)", no_signature)]
pub fn getsizeof(cx: &mut Cx, object: &Value, default: Option<&Value>) -> R {
    match size_of(cx, object) {
        Ok(size) => Ok(size),
        Err(raised) => match default {
            Some(default) => {
                cx.catch(raised, &exc::TYPE_ERROR)?;
                Ok(default.clone())
            }
            None => Err(raised),
        },
    }
}

/// Bytes before an object that CPython's collector keeps its links in.
const GC_HEAD: i64 = 16;

fn size_of(cx: &mut Cx, object: &Value) -> R {
    let Some(size) = ops::call_special(cx, object, &names::__sizeof__, &[])? else {
        let message = format!("Type {} doesn't define __sizeof__", object.type_name(cx));
        return Err(cx.type_error(message));
    };
    let size = int::index_i64(cx, &size)?;
    if size < 0 {
        return Err(cx.value_error("__sizeof__() should return >= 0"));
    }
    let head = if object.ty(cx).has(taipan_object::flags::HAVE_GC) { GC_HEAD } else { 0 };
    Ok(cx.int(size + head))
}

/// Return the number of memory blocks currently allocated.
#[native("sys.getallocatedblocks()")]
pub fn getallocatedblocks(cx: &mut Cx) -> usize {
    taipan_object::gc::get_objects(cx).len()
}

/// Return the number of elements of the unicode interned dictionary
#[native("sys.getunicodeinternedsize(*, _only_immortal=False)")]
pub fn getunicodeinternedsize(_cx: &mut Cx, _only_immortal: bool) -> usize {
    names::all().len()
}

/// ``Intern'' the given string.
///
/// This enters the string in the (global) table of interned strings whose
/// purpose is to speed up dictionary lookups. Return the string itself or
/// the previously interned string object with the same value.
#[native("sys.intern(string, /)")]
pub fn intern(cx: &mut Cx, string: &Value) -> R {
    if string.is_instance_exact(&taipan_object::str::STR) {
        return Ok(cx.intern_value(string.clone()));
    }
    let message = if string.as_str().is_some() {
        format!("can't intern {}", string.type_name(cx))
    } else {
        format!("intern() argument must be str, not {}", string.type_name(cx))
    };
    Err(cx.type_error(message))
}

/// Return True if the given string is "interned".
#[native("sys._is_interned(string, /)")]
pub fn _is_interned(cx: &mut Cx, string: &Value) -> R<bool> {
    match string.as_str() {
        Some(text) => Ok(text.is_interned()),
        None => {
            let message = format!("_is_interned() argument must be str, not {}", string.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Return True if the given object is "immortal" per PEP 683.
#[native("sys._is_immortal(op, /)")]
pub fn _is_immortal(_cx: &mut Cx, op: &Value) -> bool {
    op.header().is_none_or(|h| h.is_immortal())
}

/// Return True if Python is exiting.
#[native("sys.is_finalizing()")]
pub fn is_finalizing(cx: &mut Cx) -> bool {
    state(cx).finalizing
}

/// Return True if the GIL is currently enabled.
#[native("sys._is_gil_enabled()")]
pub fn _is_gil_enabled(_cx: &mut Cx) -> bool {
    true
}

/// Clear all internal performance-related caches.
#[native("sys._clear_internal_caches()")]
pub fn _clear_internal_caches(_cx: &mut Cx) {}

/// Clear the internal type lookup cache.
#[native("sys._clear_type_cache()")]
pub fn _clear_type_cache(_cx: &mut Cx) {}

/// Replaces the attributes __dict__ and __weakref__ of a class (for dataclasses with slots).
#[native("sys._clear_type_descriptors(type, /)")]
pub fn _clear_type_descriptors(cx: &mut Cx, class: &Value) -> R<()> {
    let Some(class) = class.as_type().filter(|c| c.has(taipan_object::flags::HEAP_TYPE)) else {
        return Err(cx.type_error("argument is immutable"));
    };
    let Some(namespace) = class.rest(cx).dict.clone() else { return Ok(()) };
    if let Some(namespace) = namespace.as_dict() {
        taipan_object::dict::remove_str(cx, namespace, &names::__dict__)?;
        taipan_object::dict::remove_str(cx, namespace, &names::__weakref__)?;
    }
    taipan_object::typeobj::modified(cx, class);
    Ok(())
}

/// Print debug info to stderr about the state of the memory allocator.
#[native("sys._debugmallocstats()")]
pub fn _debugmallocstats(cx: &mut Cx) {
    let shown = format!("{} objects tracked\n", taipan_object::gc::get_objects(cx).len());
    crate::display::write_error(cx, &shown);
}

/// The number of processors that -X cpu_count or PYTHON_CPU_COUNT told, else -1.
#[native("sys._get_cpu_count_config()")]
pub fn _get_cpu_count_config(cx: &mut Cx) -> i64 {
    settings::settings(cx).cpu_count.map_or(-1, i64::from)
}

/// Return the current default encoding used by the Unicode implementation.
#[native("sys.getdefaultencoding()")]
pub fn getdefaultencoding(_cx: &mut Cx) -> &'static str {
    "utf-8"
}

/// Return the encoding used to convert Unicode filenames to OS filenames.
#[native("sys.getfilesystemencoding()")]
pub fn getfilesystemencoding(_cx: &mut Cx) -> &'static str {
    "utf-8"
}

/// Return the error mode used Unicode to OS filename conversion.
#[native("sys.getfilesystemencodeerrors()")]
pub fn getfilesystemencodeerrors(_cx: &mut Cx) -> &'static str {
    "surrogateescape"
}

/// Return the current value of the flags that are used for dlopen calls.
#[native("sys.getdlopenflags()")]
pub fn getdlopenflags(cx: &mut Cx) -> i64 {
    state(cx).dlopen_flags.unwrap_or(2)
}

/// Set the flags used by the interpreter for dlopen calls.
#[native("sys.setdlopenflags(flags, /)")]
pub fn setdlopenflags(cx: &mut Cx, flags: i64) {
    state(cx).dlopen_flags = Some(flags);
}

/// Activate stack profiler trampoline *backend*.
#[native("sys.activate_stack_trampoline(backend, /)")]
pub fn activate_stack_trampoline(cx: &mut Cx, _backend: &Value) -> R<()> {
    Err(cx.value_error("perf trampoline not available"))
}

/// Deactivate the current stack profiler trampoline backend.
#[native("sys.deactivate_stack_trampoline()")]
pub fn deactivate_stack_trampoline(_cx: &mut Cx) {}

/// Return *True* if a stack profiler trampoline is active.
#[native("sys.is_stack_trampoline_active()")]
pub fn is_stack_trampoline_active(_cx: &mut Cx) -> bool {
    false
}

/// Return True if remote debugging is enabled, False otherwise.
#[native("sys.is_remote_debug_enabled()")]
pub fn is_remote_debug_enabled(_cx: &mut Cx) -> bool {
    false
}

/// Executes a file containing Python code in a given remote Python process.
#[native("sys.remote_exec(pid, script)")]
pub fn remote_exec(cx: &mut Cx, _pid: i64, _script: &Value) -> R<()> {
    Err(cx.raise(&exc::NOT_IMPLEMENTED_ERROR, "remote debugging is not available"))
}
