//! `_tracemalloc`: allocations are not recorded, so tracing cannot be started; what asks about it finds it off.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value};
use taipan_types::list;
use taipan_types::module::ModuleDef;

/// True if the tracemalloc module is tracing Python memory allocations.
#[native("_tracemalloc.is_tracing()")]
fn is_tracing(_cx: &mut Cx) -> bool {
    false
}

/// Clear traces of memory blocks allocated by Python.
#[native("_tracemalloc.clear_traces()")]
fn clear_traces(_cx: &mut Cx) {}

/// Set the peak size of memory blocks traced by tracemalloc to the current size.
#[native("_tracemalloc.reset_peak()")]
fn reset_peak(_cx: &mut Cx) {}

/// Get traces of all memory blocks allocated by Python.
#[native("_tracemalloc._get_traces()")]
fn _get_traces(cx: &mut Cx) -> Value {
    list::new_list(cx, Vec::new()).into_value()
}

/// Get the traceback where the Python object obj was allocated.
#[native("_tracemalloc._get_object_traceback(obj, /)")]
fn _get_object_traceback(_cx: &mut Cx, obj: &Value) -> Value {
    let _ = obj;
    Value::none()
}

/// Start tracing Python memory allocations.
#[native("_tracemalloc.start(nframe=1, /)")]
fn start(cx: &mut Cx, nframe: i64) -> R<()> {
    let _ = nframe;
    Err(cx.runtime_error("this build does not trace memory allocations"))
}

/// Stop tracing Python memory allocations.
#[native("_tracemalloc.stop()")]
fn stop(_cx: &mut Cx) {}

/// Get the maximum number of frames stored in the traceback of a trace.
#[native("_tracemalloc.get_traceback_limit()")]
fn get_traceback_limit(_cx: &mut Cx) -> i64 {
    1
}

/// Get the memory usage in bytes of the tracemalloc module.
#[native("_tracemalloc.get_tracemalloc_memory()")]
fn get_tracemalloc_memory(_cx: &mut Cx) -> i64 {
    0
}

/// Get the current size and peak size of memory blocks traced by tracemalloc.
#[native("_tracemalloc.get_traced_memory()")]
fn get_traced_memory(cx: &mut Cx) -> Value {
    cx.tuple_value([Value::small_int(0), Value::small_int(0)])
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_tracemalloc",
    doc: Some("Debug module to trace memory blocks allocated by Python."),
    functions: natives![
        is_tracing,
        clear_traces,
        reset_peak,
        _get_traces,
        _get_object_traceback,
        start,
        stop,
        get_traceback_limit,
        get_tracemalloc_memory,
        get_traced_memory
    ],
    ..ModuleDef::EMPTY
};
