//! `__build_class__` as a function of `builtins`.

use taipan_macros::native;
use taipan_object::{Args, Cx, R};

/// __build_class__(func, name, /, *bases, [metaclass], **kwds) -> class
///
/// Internal helper function used by the class statement.
#[native("__build_class__(func, name, /, *bases, metaclass=None, **kwds)", no_signature)]
pub fn __build_class__(cx: &mut Cx, args: Args<'_>) -> R {
    crate::build_class::build_class(cx, args)
}
