//! Running a program as `__main__`: a text, a module, a file, an archive, standard input.

use std::sync::Arc;

use taipan_bytecode::pyc;
use taipan_compiler::{CompilerFlags, Mode};
use taipan_host::files::CURRENT_DIRECTORY;
use taipan_object::{Cx, R, Value, dict, exc, names, ops};

use super::compile::{self, Request};
use super::import::{self, system_text};
use super::{files, paths, settings, start};
use crate::code;
use crate::sys::{self, stdio};

/// What to run.
#[derive(Clone, Debug)]
pub enum Program {
    /// A text (`-c`).
    Command(Vec<u8>),
    /// A module by name (`-m`).
    Module(Vec<u8>),
    /// A file, or a folder or archive with a `__main__`.
    File(Vec<u8>),
    /// Standard input as a program.
    Input,
}

/// Runs a program. `skip_line` leaves out the first line of a file (`-x`).
pub fn run(cx: &mut Cx, program: &Program, skip_line: bool) -> R<()> {
    match program {
        Program::Command(text) => command(cx, text),
        Program::Module(name) => {
            let folder = settings::host(cx).getcwd().unwrap_or_default();
            push_path(cx, &folder)?;
            let name = system_text(cx, name);
            run_module(cx, name, true)
        }
        Program::File(path) => file(cx, path, skip_line),
        Program::Input => {
            prepare_input(cx)?;
            let host = settings::host(cx);
            let bytes = files::read_descriptor(&host, 0).map_err(|e| stdio::raise_host(cx, e, None))?;
            let name = cx.str("<stdin>");
            run_named(cx, &bytes, &name)
        }
    }
}

/// What comes before a program or a prompt that reads standard input.
pub fn prepare_input(cx: &mut Cx) -> R<()> {
    push_path(cx, b"")?;
    (cx.interp().runtime.audit)(cx, "cpython.run_stdin", &[])
}

/// Puts the program's folder before `sys.path`, unless `-P` forbids it.
fn push_path(cx: &mut Cx, folder: &[u8]) -> R<()> {
    if settings::settings(cx).safe_path {
        return Ok(());
    }
    insert_path(cx, folder)
}

fn insert_path(cx: &mut Cx, folder: &[u8]) -> R<()> {
    let folder = system_text(cx, folder);
    if let Some(text) = folder.as_str().map(|f| f.to_string_lossy().into_owned()) {
        let known = if text.is_empty() {
            settings::host(cx).getcwd().ok().map(|f| String::from_utf8_lossy(&f).into_owned())
        } else {
            Some(text)
        };
        cx.interp_mut().state::<taipan_types::module::ProgramFolder>().0 = known;
    }
    match sys::get_str(cx, "path")? {
        Some(path) => ops::call_method(cx, &path, &names::insert, &[Value::small_int(0), folder]).map(drop),
        None => Ok(()),
    }
}

/// `runpy._run_module_as_main`.
fn run_module(cx: &mut Cx, name: Value, alter_argv: bool) -> R<()> {
    let runpy = import::import(cx, "runpy")?;
    let run = cx.intern("_run_module_as_main");
    ops::call_method(cx, &runpy, &run, &[name, Value::bool(alter_argv)]).map(drop)
}

fn request<'a>(cx: &Cx, filename: &'a Value) -> Request<'a> {
    Request {
        filename,
        mode: Mode::Exec,
        flags: CompilerFlags(0),
        optimize: cx.interp().optimize,
        feature_version: 14,
    }
}

fn command(cx: &mut Cx, text: &[u8]) -> R<()> {
    let value = system_text(cx, text);
    (cx.interp().runtime.audit)(cx, "cpython.run_command", std::slice::from_ref(&value))?;
    push_path(cx, b"")?;
    let name = cx.str("<string>");
    let text = dedent(text);
    let request = request(cx, &name);
    let source = compile::bytes_text(cx, &text, &request)?;
    let code = compile::compile(cx, &source, &request)?;
    register_source(cx, &code.to_value(), &text, &name);
    let namespace = start::main_namespace(cx)?;
    crate::run_code(cx, code, &namespace, &namespace, None).map(drop)
}

/// Tells `linecache` the text of a program that lies in no file, if it is there to be told.
pub(super) fn register_source(cx: &mut Cx, code: &Value, text: &[u8], name: &Value) {
    let source = system_text(cx, text);
    let told = import::import(cx, "linecache").and_then(|linecache| {
        let register = cx.intern("_register_code");
        ops::call_method(cx, &linecache, &register, &[code.clone(), source, name.clone()])
    });
    if let Err(raised) = told {
        drop(cx.take_raised(raised));
    }
}

/// The text of `-c` without the indent that all its lines share.
fn dedent(text: &[u8]) -> Vec<u8> {
    let lines = || text.split_inclusive(|b| *b == b'\n');
    let blank = |line: &[u8]| line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
    let indent = |line: &[u8]| line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let mut common: Option<&[u8]> = None;
    for line in lines().filter(|l| !blank(l)) {
        let own = line.get(..indent(line)).unwrap_or_default();
        common = Some(match common {
            None => own,
            Some(known) => {
                let same = known.iter().zip(own).take_while(|(a, b)| a == b).count();
                known.get(..same).unwrap_or_default()
            }
        });
    }
    let cut = common.map_or(0, <[u8]>::len);
    if cut == 0 {
        return text.to_vec();
    }
    lines()
        .flat_map(|line| if blank(line) { b"\n" } else { line.get(cut..).unwrap_or_default() })
        .copied()
        .collect()
}

/// The folder of a script, a link followed.
fn script_folder(cx: &mut Cx, path: &[u8]) -> Vec<u8> {
    let host = settings::host(cx);
    let mut at = path.to_vec();
    if let Ok(link) = host.readlink(path, CURRENT_DIRECTORY) {
        at = if link.starts_with(b"/") {
            link
        } else {
            let folder = path.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
            paths::join(path.get(..folder).unwrap_or_default(), &link)
        };
    }
    let at = real_path(cx, &at);
    match at.iter().rposition(|b| *b == b'/') {
        Some(0) => b"/".to_vec(),
        Some(i) => at.get(..i).unwrap_or_default().to_vec(),
        None => Vec::new(),
    }
}

/// An absolute path with `.` and `..` taken out.
fn real_path(cx: &mut Cx, path: &[u8]) -> Vec<u8> {
    let absolute = paths::absolute(cx, path);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in absolute.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let mut out = Vec::with_capacity(absolute.len());
    for part in parts {
        out.push(b'/');
        out.extend_from_slice(part);
    }
    if out.is_empty() { b"/".to_vec() } else { out }
}

/// Whether the bytes end as a zip archive does.
fn is_archive(bytes: &[u8]) -> bool {
    const SEARCHED: usize = (1 << 16) + 22;
    let tail = bytes.get(bytes.len().saturating_sub(SEARCHED)..).unwrap_or_default();
    bytes.len() >= 22 && tail.windows(4).any(|w| w == b"PK\x05\x06")
}

fn file(cx: &mut Cx, path: &[u8], skip_line: bool) -> R<()> {
    let host = settings::host(cx);
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let absolute = if path == b"." { host.getcwd().unwrap_or_default() } else { paths::absolute(cx, path) };
    let path = absolute.as_slice();
    let name = system_text(cx, path);
    if files::is_folder(&host, path) {
        return archive(cx, path);
    }
    let bytes = match files::read_all(&host, path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let program = String::from_utf8_lossy(&settings::settings(cx).executable).into_owned();
            let shown = ops::repr(cx, &name)?.to_string_lossy().into_owned();
            let text =
                format!("{program}: can't open file {shown}: [Errno {}] {}\n", error.errno, error.message());
            files::write_all(&host, 2, text.as_bytes());
            let status = cx.int(2);
            let exit = exc::new_exception(cx, &exc::SYSTEM_EXIT, vec![status]);
            return Err(cx.raise_value(exit));
        }
    };
    if is_archive(&bytes) {
        return archive(cx, path);
    }
    (cx.interp().runtime.audit)(cx, "cpython.run_file", std::slice::from_ref(&name))?;
    let folder = script_folder(cx, path);
    push_path(cx, &folder)?;
    let compiled = path.ends_with(b".pyc") || bytes.get(..4) == Some(pyc::MAGIC.as_slice());
    set_loader(cx, &name, if compiled { "SourcelessFileLoader" } else { "SourceFileLoader" });
    if compiled {
        with_file(cx, &name, |cx| run_compiled(cx, &bytes))
    } else if skip_line {
        let rest = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
        run_named(cx, bytes.get(rest..).unwrap_or_default(), &name)
    } else {
        run_named(cx, &bytes, &name)
    }
}

/// Compiles and runs source in `__main__`, whose `__file__` it is meanwhile.
pub(super) fn run_named(cx: &mut Cx, bytes: &[u8], name: &Value) -> R<()> {
    with_file(cx, name, |cx| run_source(cx, bytes, name))
}

/// Sets `__main__.__file__` for a call. After an exception it stays, unless it was set before.
fn with_file(cx: &mut Cx, name: &Value, run: impl FnOnce(&mut Cx) -> R<()>) -> R<()> {
    let namespace = start::main_namespace(cx)?;
    let Some(namespace) = namespace.as_dict() else { return run(cx) };
    let file = cx.intern("__file__");
    if dict::get_str(cx, namespace, &file)?.is_some() {
        return run(cx);
    }
    start::set_main(cx, "__file__", name.clone())?;
    start::set_main(cx, "__cached__", Value::none())?;
    run(cx)?;
    for name in ["__file__", "__cached__"] {
        let name = cx.intern(name);
        dict::remove_str(cx, namespace, &name)?;
    }
    Ok(())
}

fn archive(cx: &mut Cx, path: &[u8]) -> R<()> {
    insert_path(cx, path)?;
    let name = cx.str("__main__");
    run_module(cx, name, false)
}

/// `__main__.__loader__`, where the import system is there.
fn set_loader(cx: &mut Cx, path: &Value, class: &str) {
    let Some(external) = cx.interp_mut().state::<import::ImportState>().external.clone() else { return };
    let made = ops::getattr_str(cx, &external, class).and_then(|class| {
        let name = cx.str("__main__");
        ops::call(cx, &class, &[name, path.clone()])
    });
    match made {
        Ok(loader) => {
            if let Err(raised) = start::set_main(cx, "__loader__", loader) {
                drop(cx.take_raised(raised));
            }
        }
        Err(raised) => drop(cx.take_raised(raised)),
    }
}

/// Compiles and runs source in `__main__`.
pub fn run_source(cx: &mut Cx, bytes: &[u8], filename: &Value) -> R<()> {
    let request = request(cx, filename);
    let source = compile::file_text(cx, bytes, &request)?;
    let code = compile::compile_file(cx, &source, &request)?;
    let namespace = start::main_namespace(cx)?;
    crate::run_code(cx, code, &namespace, &namespace, None).map(drop)
}

/// Runs the contents of a `.pyc`.
fn run_compiled(cx: &mut Cx, bytes: &[u8]) -> R<()> {
    const HEADER: usize = 16;
    if bytes.len() < HEADER {
        let magic = bytes.get(..4);
        return Err(match magic {
            Some(magic) if magic != pyc::MAGIC.as_slice() => {
                cx.runtime_error("Bad magic number in .pyc file")
            }
            _ => cx.raise(&exc::EOF_ERROR, "EOF read where not expected"),
        });
    }
    let object = match pyc::read(bytes) {
        Ok((_, object)) => object,
        Err(pyc::PycError::Magic) => return Err(cx.runtime_error("Bad magic number in .pyc file")),
        Err(_) => return Err(cx.runtime_error("Bad code object in .pyc file")),
    };
    let code = code::new(cx, Arc::new(object));
    let namespace = start::main_namespace(cx)?;
    crate::run_code(cx, code, &namespace, &namespace, None).map(drop)
}
