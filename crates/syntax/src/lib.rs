//! Python 3.14 source to syntax tree: source files, lexer, parser, syntax errors with CPython's messages.
//!
//! ```text
//! bytes --SourceText--> text --lexer::lex--> tokens --parse--> ast::Mod
//! ```
//!
//! [`parse`] reads valid code in one fast pass. When that fails, the tokens are read again by the recogniser in
//! `parser::diagnose`, which knows the many shapes of wrong code and finds the message CPython gives.

pub mod ast;
pub mod dump;
pub mod error;
pub mod lexer;
pub mod parser;
pub mod repr;
pub mod source;
pub mod unparse;

pub use error::{ErrorLocation, SyntaxError, SyntaxErrorKind, SyntaxWarning, WarningCategory};
pub use parser::{Mode, ParseOptions, Parsed, parse, parse_collecting};
pub use source::SourceText;
