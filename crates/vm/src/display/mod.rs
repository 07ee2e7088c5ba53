//! Exceptions on standard error: what happens to one that nobody caught.
//!
//! The module `traceback` does the printing where it can be imported, as in CPython; [`plain`] is the native way out where it
//! cannot.

mod plain;

use taipan_object::exc::{self, Exception, fields};
use taipan_object::{Cx, IntRef, R, Value, names, ops};

use crate::runtime::{files, import, settings};
use crate::sys;
use crate::traceback::Traceback;

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// With this exit status.
    Status(i32),
    /// By SIGINT, after an uncaught KeyboardInterrupt.
    Interrupted,
}

/// Writes to `sys.stderr`, or to descriptor 2 where that fails.
pub fn write_error(cx: &mut Cx, text: &str) {
    let stream = match sys::get(cx, &names::stderr) {
        Ok(Some(stream)) if stream.is_none() => return,
        Ok(stream) => stream,
        Err(raised) => {
            drop(cx.take_raised(raised));
            None
        }
    };
    if let Some(stream) = stream {
        let value = cx.str(text);
        match ops::call_method(cx, &stream, &names::write, &[value]) {
            Ok(_) => {
                flush(cx, &stream);
                return;
            }
            Err(raised) => drop(cx.take_raised(raised)),
        }
    }
    let host = settings::host(cx);
    files::write_all(&host, 2, text.as_bytes());
}

/// Writes a text that UTF-8 may not hold to `sys.stderr`, whose error handler deals with it.
fn write_value(cx: &mut Cx, text: Value) {
    let stream = match sys::get(cx, &names::stderr) {
        Ok(stream) => stream.filter(|s| !s.is_none()),
        Err(raised) => {
            drop(cx.take_raised(raised));
            None
        }
    };
    let lossy = text.as_str().map(|t| t.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(stream) = stream else { return write_error(cx, &lossy) };
    if let Err(raised) = ops::call_method(cx, &stream, &names::write, &[text]) {
        drop(cx.take_raised(raised));
        write_error(cx, &lossy);
    }
}

fn flush(cx: &mut Cx, stream: &Value) {
    if let Err(raised) = ops::call_method(cx, stream, &names::flush, &[]) {
        drop(cx.take_raised(raised));
    }
}

/// Prints an exception with its traceback. `traceback` counts where the exception has none.
pub fn display(cx: &mut Cx, exception: &Value, traceback: Option<&Value>) {
    match sys::get(cx, &names::stderr) {
        Ok(Some(stream)) if stream.is_none() => return,
        Ok(_) => {}
        Err(raised) => drop(cx.take_raised(raised)),
    }
    if let (Some(e), Some(traceback)) = (exception.cast::<Exception>(), traceback)
        && traceback.cast::<Traceback>().is_some()
        && e.get(cx).traceback.as_ref().is_none_or(Value::is_none)
    {
        e.get_mut(cx).traceback = Some(traceback.clone());
    }
    if exception.cast::<Exception>().is_some() {
        let printed = import::import(cx, "traceback").and_then(|module| {
            let print = cx.intern("_print_exception_bltin");
            ops::call_method(cx, &module, &print, std::slice::from_ref(exception))
        });
        match printed {
            Ok(_) => return,
            Err(raised) => drop(cx.take_raised(raised)),
        }
    }
    if exception.cast::<Exception>().is_none() {
        let kind = exception.type_name(cx).into_owned();
        let message = format!("TypeError: print_exception(): Exception expected for value, {kind} found\n");
        return write_error(cx, &message);
    }
    let text = plain::exception(cx, exception);
    write_error(cx, &text);
}

/// Deals with an exception that left the program: prints it through `sys.excepthook`, or ends by SystemExit.
pub fn uncaught(cx: &mut Cx, exception: &Value) -> Ending {
    if exception.is_instance(&exc::SYSTEM_EXIT) {
        return Ending::Status(exit_status(cx, exception));
    }
    if let Some(status) = print(cx, exception) {
        return Ending::Status(status);
    }
    if exception.is_instance(&exc::KEYBOARD_INTERRUPT) { Ending::Interrupted } else { Ending::Status(1) }
}

/// Prints through `sys.excepthook`; `sys.last_exc` and its kin are set. Gives the status where the hook asks for the end.
pub fn print(cx: &mut Cx, exception: &Value) -> Option<i32> {
    let class = exception.type_of().into_value();
    let traceback = exception.cast::<Exception>().and_then(|e| e.get(cx).traceback.clone());
    let traceback = traceback.unwrap_or_else(Value::none);
    for (name, value) in [
        ("last_exc", exception),
        ("last_type", &class),
        ("last_value", exception),
        ("last_traceback", &traceback),
    ] {
        if let Err(raised) = sys::set(cx, name, value.clone()) {
            drop(cx.take_raised(raised));
        }
    }
    let hook = match sys::get(cx, &names::excepthook) {
        Ok(hook) => hook,
        Err(raised) => {
            drop(cx.take_raised(raised));
            None
        }
    };
    let Some(hook) = hook else {
        write_error(cx, "sys.excepthook is missing\n");
        display(cx, exception, None);
        return None;
    };
    let args = [class, exception.clone(), traceback];
    let [class, value, traceback] = args.clone();
    let audited = (cx.interp().runtime.audit)(cx, "sys.excepthook", &[hook.clone(), class, value, traceback]);
    if let Err(raised) = audited.and_then(|()| ops::call(cx, &hook, &args)) {
        let second = cx.take_raised(raised);
        if second.is_instance(&exc::SYSTEM_EXIT) {
            return Some(exit_status(cx, &second));
        }
        flush_output(cx);
        write_error(cx, "Error in sys.excepthook:\n");
        display(cx, &second, None);
        write_error(cx, "\nOriginal exception was:\n");
        display(cx, exception, None);
    }
    None
}

fn flush_output(cx: &mut Cx) {
    match sys::get(cx, &names::stdout) {
        Ok(Some(out)) if !out.is_none() => flush(cx, &out),
        Ok(_) => {}
        Err(raised) => drop(cx.take_raised(raised)),
    }
}

/// The exit status that SystemExit asks for. What is no number is printed.
fn exit_status(cx: &mut Cx, exception: &Value) -> i32 {
    flush_output(cx);
    let code = match ops::getattr_str(cx, exception, "code") {
        Ok(code) => code,
        Err(raised) => {
            drop(cx.take_raised(raised));
            exception
                .cast::<Exception>()
                .and_then(|e| e.get(cx).extra.get(fields::CODE).cloned().flatten())
                .unwrap_or_else(Value::none)
        }
    };
    if code.is_none() {
        return 0;
    }
    match code.as_int() {
        Some(IntRef::Small(i)) => i as i32,
        Some(IntRef::Big(_)) => -1,
        None => {
            match ops::str_of(cx, &code) {
                Ok(text) => write_value(cx, text.into_value()),
                Err(raised) => drop(cx.take_raised(raised)),
            }
            write_error(cx, "\n");
            1
        }
    }
}

/// `Runtime::unraisable`: an exception in a place where nobody can handle it, told through `sys.unraisablehook`.
pub fn unraisable(cx: &mut Cx, exception: Value, message: &str, object: Option<&Value>) {
    if let Err(raised) = tell(cx, &exception, message, object) {
        let second = cx.take_raised(raised);
        let traceback = second.cast::<Exception>().and_then(|e| e.get(cx).traceback.clone());
        let traceback = traceback.unwrap_or_else(Value::none);
        let hook = sys::get_str(cx, "unraisablehook").ok().flatten().unwrap_or_else(Value::none);
        let message = cx.str("Exception ignored in sys.unraisablehook");
        print_unraisable(cx, &second, &traceback, &message, &hook);
    }
}

fn tell(cx: &mut Cx, exception: &Value, message: &str, object: Option<&Value>) -> R<()> {
    let hook = sys::get_str(cx, "unraisablehook")?;
    let traceback = exception.cast::<Exception>().and_then(|e| e.get(cx).traceback.clone());
    let traceback = traceback.unwrap_or_else(Value::none);
    let message = if message.is_empty() { Value::none() } else { cx.str(message) };
    let object = object.cloned().unwrap_or_else(Value::none);
    let Some(hook) = hook.filter(|h| !h.is_none()) else {
        print_unraisable(cx, exception, &traceback, &message, &object);
        return Ok(());
    };
    let class = exception.type_of().into_value();
    let args = sys_args(cx, vec![class, exception.clone(), traceback, message, object])?;
    let event_hook = hook.clone();
    (cx.interp().runtime.audit)(cx, "sys.unraisablehook", &[event_hook, args.clone()])?;
    ops::call(cx, &hook, &[args]).map(drop)
}

fn sys_args(cx: &mut Cx, values: Vec<Value>) -> R {
    sys::unraisable_args(cx, values)
}

/// What `sys.unraisablehook` prints.
pub fn print_unraisable(cx: &mut Cx, exception: &Value, traceback: &Value, message: &Value, object: &Value) {
    let text = |cx: &mut Cx, value: &Value, repr: bool| {
        let made = if repr { ops::repr(cx, value) } else { ops::str_of(cx, value) };
        match made {
            Ok(text) => text.to_string_lossy().into_owned(),
            Err(raised) => {
                drop(cx.take_raised(raised));
                "<object repr() failed>".to_owned()
            }
        }
    };
    let head = match (object.is_none(), message.is_none()) {
        (true, true) => String::new(),
        (true, false) => format!("{}:\n", text(cx, message, false)),
        (false, true) => format!("Exception ignored in: {}\n", text(cx, object, true)),
        (false, false) => format!("{}: {}\n", text(cx, message, false), text(cx, object, true)),
    };
    write_error(cx, &head);
    let text = plain::brief(cx, exception, traceback);
    write_error(cx, &text);
}

/// An exception with its traceback as text, made natively.
pub fn text(cx: &mut Cx, exception: &Value) -> String {
    plain::exception(cx, exception)
}
