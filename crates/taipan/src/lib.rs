//! Taipan's embedding API and its command.
//!
//! ```
//! let mut python = taipan::Python::new(taipan::Settings::new(taipan::system_host()));
//! python.run("import math\ndef area(r): return round(math.pi * r * r, 2)").expect("no exception");
//! assert_eq!(python.evaluate("area(2)").as_deref(), Ok("12.57"));
//! let error = python.run("area('wide')").expect_err("a TypeError");
//! assert!(error.to_string().ends_with("TypeError: can't multiply sequence by non-int of type 'float'\n"), "{error}");
//! ```
//!
//! What an interpreter may do outside is its host's affair: [`Settings::host`] may be one that denies.

pub mod command;
pub mod dump;
mod explain;
mod library;
mod locale;
pub mod memory;
pub mod options;

pub use taipan_host::system as system_host;
pub use taipan_vm::runtime::Settings;

use taipan_object::{Cx, R, ops};
use taipan_vm::display;
use taipan_vm::interpreter::Interpreter;
use taipan_vm::runtime::{finish, program, start};

/// The exception that a program ended with, as Python prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonError(pub String);

impl std::fmt::Display for PythonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PythonError {}

/// One interpreter, for a program that embeds Python. It belongs to the thread that made it.
pub struct Python {
    interpreter: Option<Interpreter>,
    /// Why it did not start.
    failed: Option<PythonError>,
}

/// Bytes of native stack that an embedded interpreter may use of its thread's: half of what Rust gives a thread.
const EMBEDDED_STACK: usize = 1 << 20;

impl Python {
    /// A new interpreter with the whole standard library. A start that fails shows at the first run.
    #[must_use]
    pub fn new(settings: Settings) -> Python {
        let (mut interpreter, started) = start::start(library::with_library(settings), EMBEDDED_STACK);
        let failed = started.err().map(|error| {
            let text = display::text(interpreter.cx(), &error.exception);
            PythonError(format!("{}: {text}", error.stage))
        });
        Python { interpreter: Some(interpreter), failed }
    }

    /// Runs a program's text in `__main__`.
    ///
    /// # Errors
    /// The exception that it did not catch.
    pub fn run(&mut self, source: &str) -> Result<(), PythonError> {
        self.with(|cx| {
            let name = cx.str("<embedded>");
            program::run_source(cx, source.as_bytes(), &name)
        })
    }

    /// The value of an expression in `__main__`, as `repr` shows it.
    ///
    /// # Errors
    /// The exception that it did not catch.
    pub fn evaluate(&mut self, expression: &str) -> Result<String, PythonError> {
        self.with(|cx| {
            let namespace = start::main_namespace(cx)?;
            let builtins = taipan_vm::runtime::import::import(cx, "builtins")?;
            let (eval, expression) = (cx.intern("eval"), cx.str(expression));
            let value = ops::call_method(cx, &builtins, &eval, &[expression, namespace])?;
            Ok(ops::repr(cx, &value)?.to_string_lossy().into_owned())
        })
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut Cx) -> R<T>) -> Result<T, PythonError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let Some(interpreter) = &mut self.interpreter else {
            return Err(PythonError("the interpreter has ended\n".to_owned()));
        };
        let cx = interpreter.cx();
        work(cx).map_err(|raised| {
            let exception = cx.take_raised(raised);
            PythonError(display::text(cx, &exception))
        })
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        if let Some(interpreter) = self.interpreter.take() {
            finish::finish(interpreter);
        }
    }
}
