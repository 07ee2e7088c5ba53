//! What can go wrong while compiling, and the warnings given on the way.

use std::fmt;

use taipan_syntax::ErrorLocation;
use taipan_syntax::ast::Span;

/// The exception class that an error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    Syntax,
    Indentation,
    Tab,
    /// `SyntaxError` of a statement that could go on (`codeop`): `_IncompleteInputError`.
    IncompleteInput,
    Value,
    Type,
    Overflow,
    Recursion,
    Memory,
    System,
}

/// A failed compilation.
///
/// The parser's errors carry `parser_location`, which is what `SyntaxError`'s attributes take. Those of the later stages
/// carry a `span` in the tree's terms: `lineno`, `offset` (`col_offset + 1`, still in bytes, as in CPython), and the
/// same for the end; `text` is the line of the file of that name, if it can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileError {
    pub kind: ErrorKind,
    pub message: String,
    pub span: Option<Span>,
    pub parser_location: Option<Box<ErrorLocation>>,
    /// The parser's errors: line and column of the last compound statement that was complete before the error.
    pub statement: Option<(i32, i32)>,
    /// What was warned of before the error, in order.
    pub warnings: Vec<Warning>,
}

impl CompileError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        CompileError {
            kind,
            message: message.into(),
            span: None,
            parser_location: None,
            statement: None,
            warnings: Vec::new(),
        }
    }

    pub fn syntax(message: impl Into<String>, span: Span) -> Self {
        CompileError { span: Some(span), ..CompileError::new(ErrorKind::Syntax, message) }
    }

    pub fn recursion() -> Self {
        CompileError::new(ErrorKind::Recursion, "maximum recursion depth exceeded during compilation")
    }

    pub fn system(message: impl Into<String>) -> Self {
        CompileError::new(ErrorKind::System, message)
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span {
            Some(s) => write!(f, "{}:{}: {:?}: {}", s.lineno, s.col_offset + 1, self.kind, self.message),
            None => write!(f, "{:?}: {}", self.kind, self.message),
        }
    }
}

impl std::error::Error for CompileError {}

pub type Result<T = ()> = std::result::Result<T, CompileError>;

/// The category of a [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningKind {
    Syntax,
    Deprecation,
}

/// A warning of the compiler. A filter may turn it into a `SyntaxError` with its message and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    pub kind: WarningKind,
    pub message: String,
    pub span: Span,
    /// What a filter of `error` makes of the parser's warnings, whose message and place differ; none for the other stages'.
    pub error: Option<Box<CompileError>>,
}
