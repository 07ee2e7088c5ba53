//! Taipan's embedding API and its command.
//!
//! ```no_run
//! let mut python = taipan::Python::new(taipan::Settings::new(taipan::system_host()));
//! python.run("print('hello')").expect("no exception");
//! ```

pub mod command;
pub mod dump;
mod explain;
mod library;
mod locale;
pub mod memory;
pub mod options;

pub use taipan_host::system as system_host;
pub use taipan_vm::runtime::Settings;

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
}

/// Bytes of native stack that an embedded interpreter may use of its thread's: half of what Rust gives a thread.
const EMBEDDED_STACK: usize = 1 << 20;

impl Python {
    /// A new interpreter with the whole standard library. A start that fails shows at the first run.
    #[must_use]
    pub fn new(settings: Settings) -> Python {
        let (interpreter, _) = start::start(library::with_library(settings), EMBEDDED_STACK);
        Python { interpreter: Some(interpreter) }
    }

    /// Runs a program's text in `__main__`.
    ///
    /// # Errors
    /// The exception that it did not catch.
    pub fn run(&mut self, source: &str) -> Result<(), PythonError> {
        let Some(interpreter) = &mut self.interpreter else { return Ok(()) };
        let cx = interpreter.cx();
        let name = cx.str("<embedded>");
        program::run_source(cx, source.as_bytes(), &name).map_err(|raised| {
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
