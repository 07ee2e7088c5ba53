//! The regular-expression engine behind Python's `re`: what the C module `_sre` does for `re/_compiler.py`.
//!
//! [`Pattern::new`] takes the code list of `re._compiler` and refuses what that compiler would not write; so
//! nothing in the engine depends on trust. A [`Machine`] matches a pattern against a [`Subject`] with an explicit
//! stack: no native recursion, whatever pattern and subject are. Pure: no Python values, no I/O.

mod code;
mod compile;
mod machine;
mod program;
mod search;
mod set;

pub use code::{MAGIC, MAXGROUPS, MAXREPEAT};
pub use compile::InvalidCode;
pub use machine::{Failure, Machine, Mode, Request};
pub use program::Pattern;
pub use set::{Locale, ascii_is_cased, unicode_is_cased};

/// What is searched: the characters of a str in 1, 2 or 4 bytes, or bytes (as `One`).
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

impl Subject<'_> {
    /// The number of characters.
    pub fn len(&self) -> usize {
        match self {
            Subject::One(s) => s.len(),
            Subject::Two(s) => s.len(),
            Subject::Four(s) => s.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
