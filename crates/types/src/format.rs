//! Formatting shared by the built-in types: from the errors and results of `taipan_text::format_spec` to Python's.

use taipan_object::{Cx, Obj, R, Raised, Str, Value};
use taipan_text::Wtf8Buf;
use taipan_text::format_spec::{FormatError, Locale};

/// The exception that a refused specification raises.
#[cold]
pub fn raise(cx: &mut Cx, error: FormatError) -> Raised {
    match error {
        FormatError::Value(text) => {
            let text = cx.str_from_wtf8(&text).into_value();
            taipan_object::exc::raise_with(cx, &taipan_object::exc::VALUE_ERROR, text)
        }
        FormatError::Overflow(text) => cx.overflow_error(text),
        FormatError::Memory => cx.memory_error(),
    }
}

/// A formatted text as a value.
pub fn finish(cx: &mut Cx, result: Result<Wtf8Buf, FormatError>) -> R {
    match result {
        Ok(text) => Ok(cx.str_from_wtf8(&text).into_value()),
        Err(error) => Err(raise(cx, error)),
    }
}

/// The specification as text; TypeError for another type.
pub fn spec_text<'a>(cx: &mut Cx, spec: &'a Value) -> R<&'a Obj<Str>> {
    match spec.as_str() {
        Some(s) => Ok(s),
        None => {
            let message = format!("__format__() argument must be str, not {}", spec.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// The locale's number format, for presentation type `n`.
pub fn locale(cx: &mut Cx) -> Locale {
    let get = cx.interp().runtime.number_locale;
    get(cx)
}
