//! A bare interpreter for unit tests: no types are made ready, and whatever would reach upward raises SystemError.

use std::ptr::NonNull;

use crate::cx::Cx;
use crate::interp::{Interp, Runtime};
use crate::value::{R, Value};

fn refuse<T>(cx: &mut Cx) -> R<T> {
    Err(cx.system_error("not available in a unit test"))
}

/// Runs `test` with the token of a new interpreter.
pub(crate) fn with_cx(test: impl FnOnce(&mut Cx)) {
    let interp = Box::leak(Interp::new(Runtime {
        handle_breaker: |cx| refuse(cx),
        import: |cx, _| refuse(cx),
        warn: |cx, _, _, _| refuse(cx),
        unraisable: |_, exception, message, _| panic!("{message}: {exception:?}"),
        audit: |_, _, _| Ok(()),
        current_globals: |_| None,
        handled_exception: |_| None,
        builtins: |_| Value::none(),
        decode: |cx, _, _, _| refuse(cx),
        encode: |cx, _, _, _| refuse(cx),
        call_type: |cx, _, _| refuse(cx),
        sequence_iterator: |cx, _| refuse(cx),
        generic_alias: |cx, _, _| refuse(cx),
        union: |cx, _, _| refuse(cx),
        number_locale: |_| taipan_text::format_spec::Locale::default(),
        memoryview: |cx, _, _| refuse(cx),
        static_method: |cx, _| refuse(cx),
        class_method: |cx, _| refuse(cx),
        is_function: |_| false,
        is_module: |_| false,
        is_memoryview: |_| false,
        set_class_cell: |cx, _, _| refuse(cx),
    }));
    let interp = NonNull::from(interp);
    // SAFETY: the interpreter is used by this thread only and outlives the token.
    unsafe {
        let mut cx = Cx::new(interp, 0, 1);
        test(&mut cx);
        drop(cx);
        drop(Box::from_raw(interp.as_ptr()));
    }
}
