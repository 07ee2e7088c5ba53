//! `sys`: the hooks that programs replace, auditing, the exception being handled, `exit`.

use taipan_macros::native;
use taipan_object::{Args, Cx, R, Value, exc, names, ops};

use crate::display;
use crate::thread::vm;

/// `sys.addaudithook`: the hooks of this interpreter.
#[derive(Default)]
pub struct AuditHooks(Vec<Value>);

/// `sys.audit` for native code.
pub fn audit(cx: &mut Cx, event: &str, args: &[Value]) -> R<()> {
    let hooks = &cx.interp_mut().state::<AuditHooks>().0;
    if hooks.is_empty() {
        return Ok(());
    }
    let hooks = hooks.clone();
    let event = cx.str(event);
    let args = cx.tuple(args.to_vec()).into_value();
    for hook in hooks {
        // A hook that asks for it (`__cantrace__`) is traced; others are not.
        let key = cx.intern("__cantrace__");
        let traced = match ops::getattr_opt(cx, &hook, &key)? {
            Some(flag) => ops::truth(cx, &flag)?,
            None => false,
        };
        vm(cx).tracing += u32::from(!traced);
        let result = ops::call(cx, &hook, &[event.clone(), args.clone()]);
        vm(cx).tracing -= u32::from(!traced);
        result?;
    }
    Ok(())
}

/// Adds a new audit hook callback.
#[native("sys.addaudithook(hook)")]
pub fn addaudithook(cx: &mut Cx, hook: &Value) -> R<()> {
    if let Err(raised) = audit(cx, "sys.addaudithook", &[]) {
        return cx.catch(raised, &exc::RUNTIME_ERROR);
    }
    cx.interp_mut().state::<AuditHooks>().0.push(hook.clone());
    Ok(())
}

/// Passes the event to any hooks that are attached.
#[native("sys.audit(event, /, *args)")]
pub fn audit_function(cx: &mut Cx, event: &Value, args: &[Value]) -> R<()> {
    let Some(event) = event.as_str().map(|e| e.to_string_lossy().into_owned()) else {
        let message = format!("audit() argument 1 must be str, not {}", event.type_name(cx));
        return Err(cx.type_error(message));
    };
    audit(cx, &event, args)
}

/// Private function for getting PyREPL's basic fallback.
#[native("sys._baserepl()")]
pub fn _baserepl(cx: &mut Cx) -> R {
    match crate::runtime::repl::plain(cx) {
        display::Ending::Interrupted => Err(cx.raise(&exc::KEYBOARD_INTERRUPT, "")),
        display::Ending::Status(0) => Ok(Value::none()),
        display::Ending::Status(status) => {
            let status = cx.int(i64::from(status));
            let exit = exc::new_exception(cx, &exc::SYSTEM_EXIT, vec![status]);
            Err(cx.raise_value(exit))
        }
    }
}

/// Print an object to sys.stdout and also save it in builtins._
#[native("sys.displayhook(object, /)")]
pub fn displayhook(cx: &mut Cx, object: &Value) -> R<()> {
    if object.is_none() {
        return Ok(());
    }
    let Some(builtins) = cx.interp().builtins.clone() else {
        return Err(cx.runtime_error("lost builtins module"));
    };
    let underscore = cx.intern("_");
    ops::setattr(cx, &builtins, &underscore, &Value::none())?;
    let Some(out) = super::get(cx, &names::stdout)?.filter(|o| !o.is_none()) else {
        return Err(cx.runtime_error("lost sys.stdout"));
    };
    let text = ops::repr(cx, object)?.into_value();
    if let Err(raised) = ops::call_method(cx, &out, &names::write, std::slice::from_ref(&text)) {
        cx.catch(raised, &exc::UNICODE_ENCODE_ERROR)?;
        escaped(cx, &out, &text)?;
    }
    let newline = cx.str("\n");
    ops::call_method(cx, &out, &names::write, &[newline])?;
    ops::setattr(cx, &builtins, &underscore, object)
}

/// Writes a text that the stream's encoding cannot hold, with escapes.
fn escaped(cx: &mut Cx, out: &Value, text: &Value) -> R<()> {
    let encoding = ops::getattr_str(cx, out, "encoding")?;
    let encoding = encoding.as_str().map_or_else(|| "utf-8".to_owned(), |e| e.to_string_lossy().into_owned());
    let Some(text) = text.as_str() else { return Ok(()) };
    let bytes = crate::runtime::codecs::encode(cx, text, &encoding, "backslashreplace")?;
    let key = cx.intern("buffer");
    match ops::getattr_opt(cx, out, &key)? {
        Some(buffer) => ops::call_method(cx, &buffer, &names::write, &[bytes]).map(drop),
        None => {
            let raw = bytes.as_bytes().map(|b| b.as_slice().to_vec()).unwrap_or_default();
            let text = crate::runtime::codecs::decode(cx, &raw, &encoding, "strict")?;
            ops::call_method(cx, out, &names::write, &[text]).map(drop)
        }
    }
}

/// Handle an exception by displaying it with a traceback on sys.stderr.
#[native("sys.excepthook(exctype, value, traceback, /)")]
pub fn excepthook(cx: &mut Cx, _class: &Value, value: &Value, traceback: &Value) -> R<()> {
    display::display(cx, value, Some(traceback));
    Ok(())
}

/// Handle an unraisable exception.
///
/// The unraisable argument has the following attributes:
///
/// * exc_type: Exception type.
/// * exc_value: Exception value, can be None.
/// * exc_traceback: Exception traceback, can be None.
/// * err_msg: Error message, can be None.
/// * object: Object causing the exception, can be None.
#[native("sys.unraisablehook(unraisable, /)")]
pub fn unraisablehook(cx: &mut Cx, unraisable: &Value) -> R<()> {
    if unraisable.type_name(cx) != "UnraisableHookArgs" {
        return Err(cx.type_error("sys.unraisablehook argument type must be UnraisableHookArgs"));
    }
    let value = ops::getattr_str(cx, unraisable, "exc_value")?;
    let traceback = ops::getattr_str(cx, unraisable, "exc_traceback")?;
    let message = ops::getattr_str(cx, unraisable, "err_msg")?;
    let object = ops::getattr_str(cx, unraisable, "object")?;
    display::print_unraisable(cx, &value, &traceback, &message, &object);
    Ok(())
}

/// This hook function is called by built-in breakpoint().
#[native("sys.breakpointhook(*args, **kwargs)")]
pub fn breakpointhook(cx: &mut Cx, args: Args<'_>) -> R {
    let settings = crate::runtime::settings(cx);
    let variable =
        if settings.ignore_environment { None } else { settings.host.variable(b"PYTHONBREAKPOINT") };
    let named = variable.map(|v| String::from_utf8_lossy(&v).into_owned()).filter(|v| !v.is_empty());
    let named = named.unwrap_or_else(|| "pdb.set_trace".to_owned());
    if named == "0" {
        return Ok(Value::none());
    }
    let (module, attribute) = named.rsplit_once('.').unwrap_or(("builtins", named.as_str()));
    let found = match crate::runtime::import::import(cx, module) {
        Ok(module) => ops::getattr_str(cx, &module, attribute),
        Err(raised) => Err(raised),
    };
    match found {
        Ok(hook) => ops::call_args(cx, &hook, args),
        Err(raised) => {
            if !cx.raised_is(&raised, &exc::IMPORT_ERROR) && !cx.raised_is(&raised, &exc::ATTRIBUTE_ERROR) {
                return Err(raised);
            }
            drop(cx.take_raised(raised));
            let warn = cx.interp().runtime.warn;
            warn(
                cx,
                &exc::RUNTIME_WARNING,
                &format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{named}\""),
                1,
            )?;
            Ok(Value::none())
        }
    }
}

/// Exit the interpreter by raising SystemExit(status).
///
/// If the status is omitted or None, it defaults to zero (i.e., success).
/// If the status is an integer, it will be used as the system exit status.
/// If it is another kind of object, it will be printed and the system
/// exit status will be one (i.e., failure).
#[native("sys.exit(status=None, /)")]
pub fn exit(cx: &mut Cx, status: Option<&Value>) -> R<()> {
    let args = match status {
        None => Vec::new(),
        Some(status) => match status.cast::<taipan_object::Tuple>() {
            Some(tuple) => tuple.items().to_vec(),
            None if status.is_none() => Vec::new(),
            None => vec![status.clone()],
        },
    };
    let made = ops::call(cx, &exc::SYSTEM_EXIT.to_value(), &args)?;
    Err(exc::raise(cx, made))
}

/// Return current exception information: (type, value, traceback).
///
/// Return information about the most recent exception caught by an except
/// clause in the current stack frame or in an older stack frame.
#[native("sys.exc_info()")]
pub fn exc_info(cx: &mut Cx) -> Value {
    match vm(cx).handled() {
        None => cx.tuple_value([Value::none(), Value::none(), Value::none()]),
        Some(e) => {
            let traceback = e.cast::<exc::Exception>().and_then(|x| x.get(cx).traceback.clone());
            let class = e.type_of().into_value();
            cx.tuple_value([class, e, traceback.unwrap_or_else(Value::none)])
        }
    }
}

/// Return the current exception.
///
/// Return the most recent exception caught by an except clause
/// in the current stack frame or in an older stack frame, or None
/// if no such clause exists.
#[native("sys.exception()")]
pub fn exception(cx: &mut Cx) -> Value {
    vm(cx).handled().unwrap_or_else(Value::none)
}
