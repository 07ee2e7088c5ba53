//! Command line and environment: CPython 3.14's rules, and a few options of Taipan's own.
//!
//! [`table`] declares every option and every variable once, with its documentation; [`parse`](fn@parse) reads a command line by it into a
//! [`Config`], or into what is to be printed instead ([`Ending`]).
//!
//! Invariants: nothing here touches the machine: arguments and environment come in as values. Where CPython prints a message
//! and ends, the same message and exit status come out.

mod config;
mod environment;
mod help;
mod parse;
pub mod table;
#[cfg(test)]
mod tests;

pub use config::{CheckHashPycs, Config, HashSeed, Program};
pub use parse::parse;

/// How the process ends when there is nothing to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// What to print on standard output.
    pub output: String,
    /// What to print on standard error.
    pub error: String,
    /// The exit status.
    pub status: i32,
}

impl Ending {
    /// Prints on standard output and succeeds.
    fn printing(output: String) -> Ending {
        Ending { output, error: String::new(), status: 0 }
    }

    /// The message of an error in an option's or a variable's value, as the interpreter's start-up words it.
    fn fatal(state: &str, message: &str) -> Ending {
        Ending {
            output: String::new(),
            error: format!("Fatal Python error: {message}\nPython runtime state: {state}\n\n"),
            status: 1,
        }
    }
}
