//! The prompt: the start-up file, the editing one of `_pyrepl` on a terminal, and the plain one.
//!
//! The plain prompt reads standard input by bytes, so that what the program itself reads afterwards is still there. A statement is
//! complete when it compiles as it stands, or when it does not compile with whatever may follow: the rule of `codeop`.

use taipan_compiler::{CompileError, CompilerFlags, ErrorKind, Mode};
use taipan_object::{Cx, R, Value, exc, ops};
use taipan_syntax::SourceText;

use super::compile::{self, Request};
use super::import;
use super::{files, program, settings, start};
use crate::display::{self, Ending};
use crate::sys;

/// The number of the next statement, which its code's file name carries (`<stdin-0>`): `linecache` tells statements apart by it.
#[derive(Default)]
struct Prompt {
    statements: u64,
}

/// A prompt as the program: the banner, the start-up file, then statements.
pub fn run(cx: &mut Cx) -> R<Ending> {
    let settings = settings::settings(cx);
    if settings.quiet == 0 {
        banner(cx);
    }
    if !settings.isolated && !settings.ignore_environment {
        startup(cx);
    }
    go_on(cx)
}

/// A prompt after the program (`-i`).
pub fn go_on(cx: &mut Cx) -> R<Ending> {
    hook(cx);
    let host = settings::host(cx);
    if host.isatty(0) && !basic(cx) {
        return terminal(cx);
    }
    Ok(plain(cx))
}

fn basic(cx: &mut Cx) -> bool {
    let settings = settings::settings(cx);
    !settings.ignore_environment
        && settings.host.variable(b"PYTHON_BASIC_REPL").is_some_and(|v| !v.is_empty())
}

fn banner(cx: &mut Cx) {
    let text = |cx: &mut Cx, name: &str| match sys::get_str(cx, name) {
        Ok(Some(value)) => value.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
        Ok(None) => String::new(),
        Err(raised) => {
            drop(cx.take_raised(raised));
            String::new()
        }
    };
    let (version, platform) = (text(cx, "version"), text(cx, "platform"));
    let mut shown = format!("Python {} on {platform}\n", version.replace('\n', " "));
    if !settings::settings(cx).no_site {
        shown.push_str("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n");
    }
    write_error(cx, &shown);
}

/// Prompts and banner go to the descriptor itself, past `sys.stderr`.
fn write_error(cx: &mut Cx, text: &str) {
    let host = settings::host(cx);
    files::write_all(&host, 2, text.as_bytes());
}

/// Runs the file that PYTHONSTARTUP names.
fn startup(cx: &mut Cx) {
    let Some(path) = settings::host(cx).variable(b"PYTHONSTARTUP").filter(|p| !p.is_empty()) else { return };
    let name = import::system_text(cx, &path);
    let host = settings::host(cx);
    let result = (cx.interp().runtime.audit)(cx, "cpython.run_startup", std::slice::from_ref(&name))
        .and_then(|()| match files::read_all(&host, &path) {
            Ok(bytes) => program::run_named(cx, &bytes, &name),
            Err(error) => {
                display::write_error(cx, "Could not open PYTHONSTARTUP\n");
                Err(sys::stdio::raise_host(cx, error, Some(&name)))
            }
        });
    report(cx, result);
}

/// `sys.__interactivehook__`.
fn hook(cx: &mut Cx) {
    let result = sys::get_str(cx, "__interactivehook__").and_then(|hook| match hook {
        Some(hook) => {
            (cx.interp().runtime.audit)(cx, "cpython.run_interactivehook", std::slice::from_ref(&hook))?;
            ops::call(cx, &hook, &[]).map(drop)
        }
        None => Ok(()),
    });
    if let Err(raised) = result {
        display::write_error(cx, "Failed calling sys.__interactivehook__\n");
        report(cx, Err(raised));
    }
}

fn report(cx: &mut Cx, result: R<()>) {
    if let Err(raised) = result {
        let exception = cx.take_raised(raised);
        display::print(cx, &exception);
    }
}

/// The prompt with editing, colours and history.
fn terminal(cx: &mut Cx) -> R<Ending> {
    let repl = import::import(cx, "_pyrepl.main")?;
    let run = ops::getattr_str(cx, &repl, "interactive_console")?;
    let key = cx.intern("__main__").into_value();
    let main = import::loaded(cx, &key)?.unwrap_or_else(Value::none);
    let (main_key, quiet, startup) =
        (cx.intern("mainmodule"), cx.intern("quiet"), cx.intern("pythonstartup"));
    let (quiet_value, startup_value) = (Value::bool(true), Value::bool(false));
    let keywords = [(&*main_key, main), (&*quiet, quiet_value), (&*startup, startup_value)];
    ops::call_keywords(cx, &run, &[], &keywords)?;
    Ok(Ending::Status(0))
}

/// What reading one statement came to.
enum Read {
    Statement(String),
    End,
}

/// The plain prompt, to the end of standard input or an exit.
pub fn plain(cx: &mut Cx) -> Ending {
    for (name, default) in [("ps1", ">>> "), ("ps2", "... ")] {
        if let Ok(None) = sys::get_str(cx, name) {
            let value = cx.str(default);
            let result = sys::set(cx, name, value);
            report(cx, result);
        }
    }
    let mut flags = CompilerFlags(0);
    loop {
        let result = match statement(cx, flags) {
            Ok(Read::End) => return Ending::Status(0),
            Ok(Read::Statement(text)) => execute(cx, &text, &mut flags),
            Err(raised) => {
                // An interrupted line.
                write_error(cx, "\n");
                Err(raised)
            }
        };
        if let Err(raised) = result {
            let exception = cx.take_raised(raised);
            if exception.is_instance(&exc::SYSTEM_EXIT) {
                return display::uncaught(cx, &exception);
            }
            if let Some(status) = display::print(cx, &exception) {
                return Ending::Status(status);
            }
        }
        flush(cx);
    }
}

fn flush(cx: &mut Cx) {
    for name in ["stderr", "stdout"] {
        let stream = match sys::get_str(cx, name) {
            Ok(stream) => stream.filter(|s| !s.is_none()),
            Err(raised) => {
                drop(cx.take_raised(raised));
                None
            }
        };
        let Some(stream) = stream else { continue };
        if let Err(raised) = ops::call_method(cx, &stream, &taipan_object::names::flush, &[]) {
            drop(cx.take_raised(raised));
        }
    }
}

fn show_prompt(cx: &mut Cx, name: &str) {
    let shown = sys::get_str(cx, name).and_then(|prompt| match prompt {
        Some(prompt) => Ok(ops::str_of(cx, &prompt)?.to_string_lossy().into_owned()),
        None => Ok(String::new()),
    });
    match shown {
        Ok(text) => write_error(cx, &text),
        Err(raised) => drop(cx.take_raised(raised)),
    }
}

/// Reads lines until they make a statement.
fn statement(cx: &mut Cx, flags: CompilerFlags) -> R<Read> {
    let mut text = String::new();
    loop {
        show_prompt(cx, if text.is_empty() { "ps1" } else { "ps2" });
        let line = line(cx)?;
        if line.is_empty() {
            write_error(cx, "\n");
            return Ok(if text.is_empty() { Read::End } else { Read::Statement(text) });
        }
        let blank = matches!(line.trim_start().as_bytes().first(), None | Some(b'#'));
        if text.is_empty() && blank && line.ends_with('\n') {
            continue;
        }
        let whole = line.ends_with('\n');
        text.push_str(&line);
        if whole && is_complete(cx, text.trim_end_matches('\n'), &text, flags) {
            return Ok(Read::Statement(text));
        }
    }
}

/// Whether no more lines are needed. `bare` is the text without its last line's end.
fn is_complete(cx: &mut Cx, bare: &str, text: &str, flags: CompilerFlags) -> bool {
    const ASKING: u32 = CompilerFlags::DONT_IMPLY_DEDENT | CompilerFlags::ALLOW_INCOMPLETE_INPUT;
    let mut check = |text: &str| {
        let name = Value::none();
        let request = request(cx, &name, CompilerFlags(flags.0 | ASKING));
        let options = compile::options(cx, &request);
        let source = SourceText::from_text(text).map_err(CompileError::from)?;
        taipan_compiler::parse(&source, Mode::Single, &options).map(drop)
    };
    // Lines that were ended by an empty one count with it.
    let own = if text.ends_with("\n\n") || text.ends_with("\n \n") { text } else { bare };
    match check(own) {
        Ok(()) => true,
        Err(_) => match check(&format!("{own}\n")) {
            Ok(()) => false,
            Err(error) => error.kind != ErrorKind::IncompleteInput,
        },
    }
}

fn request<'a>(cx: &Cx, filename: &'a Value, flags: CompilerFlags) -> Request<'a> {
    Request { filename, mode: Mode::Single, flags, optimize: cx.interp().optimize, feature_version: 14 }
}

/// Compiles and runs one statement; the features that it asked for stay on.
fn execute(cx: &mut Cx, text: &str, flags: &mut CompilerFlags) -> R<()> {
    let shown = cx.str("<stdin>");
    // The text must be a statement before it gets a number.
    let asked = request(cx, &shown, *flags);
    let options = compile::options(cx, &asked);
    let source = SourceText::from_text(text);
    let parsed = match &source {
        Ok(source) => taipan_compiler::parse(source, Mode::Single, &options).map(drop),
        Err(_) => Ok(()),
    };
    if let Err(error) = parsed {
        return Err(compile::raise(cx, error, &asked));
    }
    let source = match source {
        Ok(source) => source,
        Err(error) => return Err(compile::raise(cx, error.into(), &asked)),
    };
    let prompt = cx.interp_mut().state::<Prompt>();
    let number = prompt.statements;
    prompt.statements += 1;
    let name = cx.str(&format!("<stdin-{number}>"));
    let asked = request(cx, &name, *flags);
    let (code, now) = compile::compile_with_flags(cx, &source, &asked)?;
    *flags = CompilerFlags(flags.0 | (now.0 & CompilerFlags::FUTURE_MASK));
    program::register_source(cx, &code.to_value(), text.as_bytes(), &name);
    let namespace = start::main_namespace(cx)?;
    crate::run_code(cx, code, &namespace, &namespace, None).map(drop)
}

/// One line of standard input with its end; empty at the end of the input.
fn line(cx: &mut Cx) -> R<String> {
    let host = settings::host(cx);
    let mut bytes = Vec::new();
    let mut byte = [0u8];
    loop {
        let read = crate::gil::allow_threads(cx, || host.read(0, &mut byte));
        match read {
            Ok(0) => break,
            Ok(_) => {
                bytes.push(byte[0]);
                if byte[0] == b'\n' {
                    break;
                }
            }
            Err(error) if error.is_interrupted() => cx.handle_breaker()?,
            // A closed descriptor ends the input.
            Err(_) => break,
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
