//! Exceptions: one payload for all built-in exception types, the types' statics, and raising.
//!
//! What some types have beside `args` (`OSError.errno`, `SyntaxError.lineno`, …) lies in `extra`, in the order that
//! [`fields`] states; the `types` crate gives the attributes their names and `__init__` its meaning.

use crate::Obj;
use crate::cx::Cx;
use crate::object::{Payload, Trace};
use crate::ty::{Type, flags};
use crate::value::{Raised, Value};

/// The payload of every exception.
#[derive(Default)]
pub struct Exception {
    /// A tuple; `None` only during construction.
    pub args: Option<Value>,
    pub traceback: Option<Value>,
    pub context: Option<Value>,
    pub cause: Option<Value>,
    pub suppress_context: bool,
    /// Values of the type's own attributes; absent ones read as None. Empty for most types.
    pub extra: Vec<Option<Value>>,
}

impl Trace for Exception {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.args.trace(visit);
        self.traceback.trace(visit);
        self.context.trace(visit);
        self.cause.trace(visit);
        self.extra.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(
            [self.args.take(), self.traceback.take(), self.context.take(), self.cause.take()]
                .into_iter()
                .flatten(),
        );
        out.extend(self.extra.iter_mut().filter_map(Option::take));
    }
}

// SAFETY: every exception type's instances begin with `Obj<Exception>`.
unsafe impl Payload for Exception {
    const FAMILY: u64 = flags::EXCEPTION;
    const TYPE: &'static Obj<Type> = &BASE_EXCEPTION;
}

/// Positions in `Exception::extra`.
pub mod fields {
    /// `StopIteration.value`, `SystemExit.code`, `NameError.name`.
    pub const VALUE: usize = 0;
    pub const CODE: usize = 0;
    pub const NAME: usize = 0;
    /// `AttributeError`: name, obj.
    pub const OBJ: usize = 1;
    /// `ImportError`: msg, name, path, name_from.
    pub const IMPORT_MSG: usize = 0;
    pub const IMPORT_NAME: usize = 1;
    pub const IMPORT_PATH: usize = 2;
    pub const IMPORT_NAME_FROM: usize = 3;
    /// `OSError`.
    pub const ERRNO: usize = 0;
    pub const STRERROR: usize = 1;
    pub const FILENAME: usize = 2;
    pub const FILENAME2: usize = 3;
    pub const CHARACTERS_WRITTEN: usize = 4;
    /// `SyntaxError`.
    pub const MSG: usize = 0;
    pub const SYNTAX_FILENAME: usize = 1;
    pub const LINENO: usize = 2;
    pub const OFFSET: usize = 3;
    pub const TEXT: usize = 4;
    pub const END_LINENO: usize = 5;
    pub const END_OFFSET: usize = 6;
    pub const PRINT_FILE_AND_LINE: usize = 7;
    pub const METADATA: usize = 8;
    /// `UnicodeError`s: encoding, object, start, end, reason.
    pub const ENCODING: usize = 0;
    pub const OBJECT: usize = 1;
    pub const START: usize = 2;
    pub const END: usize = 3;
    pub const REASON: usize = 4;
    /// `BaseExceptionGroup`: message, exceptions (tuple), and how what was passed showed itself, if neither list nor tuple.
    pub const MESSAGE: usize = 0;
    pub const EXCEPTIONS: usize = 1;
    pub const EXCEPTIONS_TEXT: usize = 2;
}

macro_rules! exceptions {
    ($($(#[$attr:meta])* $constant:ident = $name:literal : $base:expr;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub static $constant: Obj<Type> = Obj::new_static_type(
                &crate::ty::TYPE,
                Type::builtin::<Exception>($name).base(&$base).flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE).with_attrs(),
            );
        )*
        /// All built-in exception types, bases first.
        pub static ALL: &[&Obj<Type>] = &[$(&$constant),*];
    };
}

exceptions! {
    BASE_EXCEPTION = "BaseException": crate::ty::OBJECT;
    BASE_EXCEPTION_GROUP = "BaseExceptionGroup": BASE_EXCEPTION;
    GENERATOR_EXIT = "GeneratorExit": BASE_EXCEPTION;
    KEYBOARD_INTERRUPT = "KeyboardInterrupt": BASE_EXCEPTION;
    SYSTEM_EXIT = "SystemExit": BASE_EXCEPTION;
    EXCEPTION = "Exception": BASE_EXCEPTION;
    ARITHMETIC_ERROR = "ArithmeticError": EXCEPTION;
    FLOATING_POINT_ERROR = "FloatingPointError": ARITHMETIC_ERROR;
    OVERFLOW_ERROR = "OverflowError": ARITHMETIC_ERROR;
    ZERO_DIVISION_ERROR = "ZeroDivisionError": ARITHMETIC_ERROR;
    ASSERTION_ERROR = "AssertionError": EXCEPTION;
    ATTRIBUTE_ERROR = "AttributeError": EXCEPTION;
    BUFFER_ERROR = "BufferError": EXCEPTION;
    EOF_ERROR = "EOFError": EXCEPTION;
    IMPORT_ERROR = "ImportError": EXCEPTION;
    MODULE_NOT_FOUND_ERROR = "ModuleNotFoundError": IMPORT_ERROR;
    LOOKUP_ERROR = "LookupError": EXCEPTION;
    INDEX_ERROR = "IndexError": LOOKUP_ERROR;
    KEY_ERROR = "KeyError": LOOKUP_ERROR;
    MEMORY_ERROR = "MemoryError": EXCEPTION;
    NAME_ERROR = "NameError": EXCEPTION;
    UNBOUND_LOCAL_ERROR = "UnboundLocalError": NAME_ERROR;
    OS_ERROR = "OSError": EXCEPTION;
    BLOCKING_IO_ERROR = "BlockingIOError": OS_ERROR;
    CHILD_PROCESS_ERROR = "ChildProcessError": OS_ERROR;
    CONNECTION_ERROR = "ConnectionError": OS_ERROR;
    BROKEN_PIPE_ERROR = "BrokenPipeError": CONNECTION_ERROR;
    CONNECTION_ABORTED_ERROR = "ConnectionAbortedError": CONNECTION_ERROR;
    CONNECTION_REFUSED_ERROR = "ConnectionRefusedError": CONNECTION_ERROR;
    CONNECTION_RESET_ERROR = "ConnectionResetError": CONNECTION_ERROR;
    FILE_EXISTS_ERROR = "FileExistsError": OS_ERROR;
    FILE_NOT_FOUND_ERROR = "FileNotFoundError": OS_ERROR;
    INTERRUPTED_ERROR = "InterruptedError": OS_ERROR;
    IS_A_DIRECTORY_ERROR = "IsADirectoryError": OS_ERROR;
    NOT_A_DIRECTORY_ERROR = "NotADirectoryError": OS_ERROR;
    PERMISSION_ERROR = "PermissionError": OS_ERROR;
    PROCESS_LOOKUP_ERROR = "ProcessLookupError": OS_ERROR;
    TIMEOUT_ERROR = "TimeoutError": OS_ERROR;
    REFERENCE_ERROR = "ReferenceError": EXCEPTION;
    RUNTIME_ERROR = "RuntimeError": EXCEPTION;
    NOT_IMPLEMENTED_ERROR = "NotImplementedError": RUNTIME_ERROR;
    PYTHON_FINALIZATION_ERROR = "PythonFinalizationError": RUNTIME_ERROR;
    RECURSION_ERROR = "RecursionError": RUNTIME_ERROR;
    STOP_ASYNC_ITERATION = "StopAsyncIteration": EXCEPTION;
    STOP_ITERATION = "StopIteration": EXCEPTION;
    SYNTAX_ERROR = "SyntaxError": EXCEPTION;
    INCOMPLETE_INPUT_ERROR = "_IncompleteInputError": SYNTAX_ERROR;
    INDENTATION_ERROR = "IndentationError": SYNTAX_ERROR;
    TAB_ERROR = "TabError": INDENTATION_ERROR;
    SYSTEM_ERROR = "SystemError": EXCEPTION;
    TYPE_ERROR = "TypeError": EXCEPTION;
    VALUE_ERROR = "ValueError": EXCEPTION;
    UNICODE_ERROR = "UnicodeError": VALUE_ERROR;
    UNICODE_DECODE_ERROR = "UnicodeDecodeError": UNICODE_ERROR;
    UNICODE_ENCODE_ERROR = "UnicodeEncodeError": UNICODE_ERROR;
    UNICODE_TRANSLATE_ERROR = "UnicodeTranslateError": UNICODE_ERROR;
    WARNING = "Warning": EXCEPTION;
    BYTES_WARNING = "BytesWarning": WARNING;
    DEPRECATION_WARNING = "DeprecationWarning": WARNING;
    ENCODING_WARNING = "EncodingWarning": WARNING;
    FUTURE_WARNING = "FutureWarning": WARNING;
    IMPORT_WARNING = "ImportWarning": WARNING;
    PENDING_DEPRECATION_WARNING = "PendingDeprecationWarning": WARNING;
    RESOURCE_WARNING = "ResourceWarning": WARNING;
    RUNTIME_WARNING = "RuntimeWarning": WARNING;
    SYNTAX_WARNING = "SyntaxWarning": WARNING;
    UNICODE_WARNING = "UnicodeWarning": WARNING;
    USER_WARNING = "UserWarning": WARNING;
}

/// `ExceptionGroup`, the one built-in exception with two bases.
pub static EXCEPTION_GROUP: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Exception>("ExceptionGroup")
        .bases(&[&BASE_EXCEPTION_GROUP, &EXCEPTION])
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

/// A new exception with `args`, its `__init__` not called: for types whose attributes follow from `args` see the `types`
/// crate's constructors. Context and traceback are not set.
pub fn new_exception(cx: &mut Cx, ty: &Obj<Type>, args: Vec<Value>) -> Value {
    let first_counts = (ty.is(&STOP_ITERATION) || ty.is(&SYSTEM_EXIT)) && !args.is_empty()
        || ty.is_subtype(&IMPORT_ERROR)
        || ty.is_subtype(&SYNTAX_ERROR);
    let extra = if first_counts { vec![args.first().cloned()] } else { Vec::new() };
    let args = cx.tuple(args).into_value();
    cx.new_instance(ty, Exception { args: Some(args), extra, ..Exception::default() }).into_value()
}

/// A new exception with one message.
pub fn new_message(cx: &mut Cx, ty: &Obj<Type>, message: String) -> Value {
    let text = cx.str(&message);
    new_exception(cx, ty, vec![text])
}

/// Raises `exception` in place of nothing: the exception being handled becomes its `__context__`.
pub fn raise(cx: &mut Cx, exception: Value) -> Raised {
    let handled = (cx.interp().runtime.handled_exception)(cx);
    set_context(cx, &exception, handled);
    cx.raise_value(exception)
}

pub fn raise_message(cx: &mut Cx, ty: &Obj<Type>, message: String) -> Raised {
    let exception = new_message(cx, ty, message);
    raise(cx, exception)
}

pub fn raise_with(cx: &mut Cx, ty: &Obj<Type>, arg: Value) -> Raised {
    let exception = new_exception(cx, ty, vec![arg]);
    raise(cx, exception)
}

pub fn raise_no_args(cx: &mut Cx, ty: &Obj<Type>) -> Raised {
    let exception = new_exception(cx, ty, Vec::new());
    raise(cx, exception)
}

/// AttributeError with its `name` and `obj`.
pub fn raise_attribute(cx: &mut Cx, message: String, obj: &Value, name: &Obj<crate::Str>) -> Raised {
    let exception = new_message(cx, &ATTRIBUTE_ERROR, message);
    if let Some(e) = exception.cast::<Exception>() {
        e.get_mut(cx).extra = vec![Some(name.to_value()), Some(obj.clone())];
    }
    raise(cx, exception)
}

/// NameError or UnboundLocalError with its `name`.
pub fn raise_name(cx: &mut Cx, ty: &'static Obj<Type>, message: String, name: &Value) -> Raised {
    let exception = new_message(cx, ty, message);
    if let Some(e) = exception.cast::<Exception>() {
        e.get_mut(cx).extra = vec![Some(name.clone())];
    }
    raise(cx, exception)
}

/// Makes `handled` the context of `exception` (unless it is the same), cutting the chain where it would become a cycle.
pub fn set_context(cx: &mut Cx, exception: &Value, handled: Option<Value>) {
    let Some(handled) = handled else { return };
    if handled.is(exception) {
        return;
    }
    // Walk the chain of `handled`: where it leads to `exception`, cut it there. Brent's rule ends on cycles made by hand.
    let mut at = handled.clone();
    let mut slow = handled.clone();
    let mut toggle = false;
    while let Some(next) = at.cast::<Exception>().and_then(|e| e.get(cx).context.clone()) {
        if next.is(exception) {
            if let Some(e) = at.cast::<Exception>() {
                e.get_mut(cx).context = None;
            }
            break;
        }
        at = next;
        if at.is(&slow) {
            break;
        }
        if toggle && let Some(step) = slow.cast::<Exception>().and_then(|e| e.get(cx).context.clone()) {
            slow = step;
        }
        toggle = !toggle;
    }
    if let Some(e) = exception.cast::<Exception>() {
        e.get_mut(cx).context = Some(handled);
    }
}

/// UnicodeEncodeError.
pub fn raise_encode(
    cx: &mut Cx,
    encoding: &str,
    text: &Obj<crate::Str>,
    start: usize,
    end: usize,
    reason: &str,
) -> Raised {
    let args =
        vec![cx.str(encoding), text.to_value(), cx.int(start as i64), cx.int(end as i64), cx.str(reason)];
    raise_unicode(cx, &UNICODE_ENCODE_ERROR, args)
}

/// UnicodeDecodeError.
pub fn raise_decode(
    cx: &mut Cx,
    encoding: &str,
    bytes: &[u8],
    start: usize,
    end: usize,
    reason: &str,
) -> Raised {
    let args =
        vec![cx.str(encoding), cx.bytes(bytes), cx.int(start as i64), cx.int(end as i64), cx.str(reason)];
    raise_unicode(cx, &UNICODE_DECODE_ERROR, args)
}

fn raise_unicode(cx: &mut Cx, ty: &'static Obj<Type>, args: Vec<Value>) -> Raised {
    let extra = args.iter().cloned().map(Some).collect();
    let args = cx.tuple(args).into_value();
    let exception =
        cx.new_instance(ty, Exception { args: Some(args), extra, ..Exception::default() }).into_value();
    raise(cx, exception)
}

/// Tells `sys.unraisablehook` of an exception that nobody can handle: "Exception ignored" and what was being done with
/// which object.
pub fn report_ignored(cx: &mut Cx, exception: Value, doing: &str, object: &Value) {
    let shown = match crate::ops::repr(cx, object) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(raised) => {
            drop(cx.take_raised(raised));
            "<object repr() failed>".to_owned()
        }
    };
    let report = cx.interp().runtime.unraisable;
    report(cx, exception, &format!("Exception ignored {doing} {shown}"), None);
}
