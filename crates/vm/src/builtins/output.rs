//! `print`, `input`, `open`, `breakpoint`.

use taipan_macros::native;
use taipan_object::{Args, Cx, Obj, R, Str, Value, exc, names, ops};

use crate::sys;

/// Prints the values to a stream, or to sys.stdout by default.
///
///   sep
///     string inserted between values, default a space.
///   end
///     string appended after the last value, default a newline.
///   file
///     a file-like object (stream); defaults to the current sys.stdout.
///   flush
///     whether to forcibly flush the stream.
#[native("print(*args, sep=' ', end='\\n', file=None, flush=False)")]
pub fn print(cx: &mut Cx, args: Args<'_>) -> R<()> {
    let (mut separator, mut end, mut file, mut flush) = (None, None, None, false);
    for (name, value) in args.keywords() {
        if name.eq_str("sep") {
            separator = Some(value).filter(|v| !v.is_none());
        } else if name.eq_str("end") {
            end = Some(value).filter(|v| !v.is_none());
        } else if name.eq_str("file") {
            file = Some(value.clone()).filter(|v| !v.is_none());
        } else if name.eq_str("flush") {
            flush = ops::truth(cx, value)?;
        } else {
            let name = name.to_string_lossy().into_owned();
            return Err(cx.type_error(format!("print() got an unexpected keyword argument '{name}'")));
        }
    }
    let file = match file {
        Some(file) => file,
        None => match sys::get(cx, &names::stdout)? {
            Some(file) if file.is_none() => return Ok(()),
            Some(file) => file,
            None => return Err(cx.raise(&exc::RUNTIME_ERROR, "lost sys.stdout")),
        },
    };
    for (what, value) in [("sep", separator), ("end", end)] {
        if let Some(value) = value
            && value.as_str().is_none()
        {
            let message = format!("{what} must be None or a string, not {}", value.type_name(cx));
            return Err(cx.type_error(message));
        }
    }
    let write = ops::getattr(cx, &file, &names::write)?;
    for (i, value) in args.pos().iter().enumerate() {
        if i > 0 {
            let text = separator.cloned().unwrap_or_else(|| cx.str(" "));
            ops::call(cx, &write, &[text])?;
        }
        let text = ops::str_of(cx, value)?.into_value();
        ops::call(cx, &write, &[text])?;
    }
    let text = end.cloned().unwrap_or_else(|| cx.str("\n"));
    ops::call(cx, &write, &[text])?;
    if flush {
        ops::call_method(cx, &file, &names::flush, &[])?;
    }
    Ok(())
}

/// Open file and return a stream.  Raise OSError upon failure.
///
/// See io.open for the arguments.
#[native(
    "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
)]
pub fn open(cx: &mut Cx, args: Args<'_>) -> R {
    let import = cx.interp().runtime.import;
    let io = import(cx, "_io")?;
    let open = ops::getattr(cx, &io, &names::open)?;
    ops::call_args(cx, &open, args)
}

/// Call sys.breakpointhook(*args, **kws).  sys.breakpointhook() must accept
/// whatever arguments are passed.
///
/// By default, this drops you into the pdb debugger.
#[native("breakpoint(*args, **kws)")]
pub fn breakpoint(cx: &mut Cx, args: Args<'_>) -> R {
    let name = cx.intern("breakpointhook");
    let Some(hook) = sys::get(cx, &name)? else {
        return Err(cx.raise(&exc::RUNTIME_ERROR, "lost sys.breakpointhook"));
    };
    (cx.interp().runtime.audit)(cx, "builtins.breakpoint", std::slice::from_ref(&hook))?;
    ops::call_args(cx, &hook, args)
}

fn stream(cx: &mut Cx, name: &'static Obj<Str>) -> R {
    match sys::get(cx, name)? {
        Some(stream) if !stream.is_none() => Ok(stream),
        _ => Err(cx.raise(&exc::RUNTIME_ERROR, format!("lost sys.{}", name.to_string_lossy()))),
    }
}

/// Whether the stream's descriptor is the standard one and a terminal.
fn is_terminal(cx: &mut Cx, stream: &Value, fd: i32) -> bool {
    let number = ops::call_method(cx, stream, &names::fileno, &[]);
    match number {
        Ok(number) => {
            number.as_int().and_then(|i| i.to_i64()) == Some(i64::from(fd))
                && crate::runtime::host(cx).isatty(fd)
        }
        Err(raised) => {
            drop(cx.take_raised(raised));
            false
        }
    }
}

/// Read a string from standard input.  The trailing newline is stripped.
///
/// The prompt string, if given, is printed to standard output without a
/// trailing newline before reading input.
///
/// If the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.
/// On *nix systems, readline is used if available.
#[native("input(prompt='', /)")]
pub fn input(cx: &mut Cx, prompt: Option<&Value>) -> R {
    let input = stream(cx, &names::stdin)?;
    let output = stream(cx, &names::stdout)?;
    let errors = stream(cx, &names::stderr)?;
    let none = Value::none();
    (cx.interp().runtime.audit)(cx, "builtins.input", &[prompt.unwrap_or(&none).clone()])?;
    flush_quietly(cx, &errors);
    let terminal = is_terminal(cx, &input, 0) && is_terminal(cx, &output, 1);
    if let Some(prompt) = prompt {
        let text = ops::str_of(cx, prompt)?.into_value();
        ops::call_method(cx, &output, &names::write, &[text])?;
    }
    if terminal {
        ops::call_method(cx, &output, &names::flush, &[])?;
    } else {
        flush_quietly(cx, &output);
    }
    let line = ops::call_method(cx, &input, &names::readline, &[])?;
    let result = strip_line(cx, &line)?;
    (cx.interp().runtime.audit)(cx, "builtins.input/result", std::slice::from_ref(&result))?;
    Ok(result)
}

fn strip_line(cx: &mut Cx, line: &Value) -> R {
    let Some(text) = line.as_str() else {
        return Err(cx.type_error("object.readline() returned non-string"));
    };
    if text.is_empty() {
        return Err(cx.raise(&exc::EOF_ERROR, "EOF when reading a line"));
    }
    if text.char_at(text.len() - 1) != Some(u32::from('\n')) {
        return Ok(line.clone());
    }
    let points: Vec<u32> = text.chars().take(text.len() - 1).collect();
    Ok(cx.str_from_code_points(&points).into_value())
}

/// Flushes a stream; what goes wrong is dropped.
pub fn flush_quietly(cx: &mut Cx, stream: &Value) {
    if let Err(raised) = ops::call_method(cx, stream, &names::flush, &[]) {
        drop(cx.take_raised(raised));
    }
}
