//! Our compiler's side of the comparison.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use taipan_bytecode::{CodeObject, Name};
use taipan_compiler::{CompileError, ErrorKind, Mode, Options};
use taipan_syntax::SourceText;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps a panic's message for the report; the panic hook calls it.
pub fn note_panic(message: &str) {
    LAST_PANIC.with(|last| *last.borrow_mut() = message.to_owned());
}

/// The message of this thread's last panic.
pub fn last_panic() -> String {
    LAST_PANIC.with(|last| std::mem::take(&mut *last.borrow_mut()))
}

/// An error of ours in the terms of the reference's record.
pub struct Refused {
    /// Exception and message, as the last line of a traceback.
    pub headline: String,
    /// `lineno:offset:end_lineno:end_offset`.
    pub position: String,
}

/// Compiles a file as the reference does (mode exec). `python` decodes what we have no codec for here.
pub fn compile(python: &str, source: &[u8], path: &Path, optimize: u8) -> Result<CodeObject, Refused> {
    let decode = |encoding: &str, bytes: &[u8]| Ok(decode(python, encoding, bytes));
    let text = SourceText::from_bytes_with(source, &decode).map_err(|e| refused(e.into()))?;
    let filename = Name::from(path.to_string_lossy().into_owned());
    // The workers' stacks are large; see `compare_all`.
    let options = Options { optimize, stack_budget: 128 << 20, ..Options::default() };
    let compiled = taipan_compiler::compile(&text, &filename, Mode::Exec, &options);
    compiled.map(|made| made.code).map_err(refused)
}

fn refused(error: CompileError) -> Refused {
    let exception = match error.kind {
        ErrorKind::Syntax => "SyntaxError",
        ErrorKind::Indentation => "IndentationError",
        ErrorKind::Tab => "TabError",
        ErrorKind::IncompleteInput => "_IncompleteInputError",
        ErrorKind::Value => "ValueError",
        ErrorKind::Type => "TypeError",
        ErrorKind::Overflow => "OverflowError",
        ErrorKind::Recursion => "RecursionError",
        ErrorKind::Memory => "MemoryError",
        ErrorKind::System => "SystemError",
    };
    let optional = |n: Option<i64>| n.map_or("None".to_owned(), |n| n.to_string());
    let position = match (&error.parser_location, &error.span) {
        (Some(at), _) => {
            format!("{}:{}:{}:{}", at.lineno, at.offset, optional(at.end_lineno), optional(at.end_offset))
        }
        (None, Some(s)) => {
            format!("{}:{}:{}:{}", s.lineno, s.col_offset + 1, s.end_lineno, s.end_col_offset + 1)
        }
        (None, None) => "None:None:None:None".to_owned(),
    };
    Refused { headline: format!("{exception}: {}", error.message), position }
}

fn decode(python: &str, encoding: &str, bytes: &[u8]) -> Option<String> {
    let script = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode(sys.argv[1]).encode())";
    let mut child = Command::new(python)
        .args(["-X", "utf8", "-c", script, encoding])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().ok()?;
    let _ = writer.join();
    if output.status.success() { String::from_utf8(output.stdout).ok() } else { None }
}
