//! The errors and warnings of source decoding, lexing and parsing, shaped like CPython's `SyntaxError` attributes.

use std::fmt;

use crate::source::SourceText;

/// Which exception the caller raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError` (only with [`crate::ParseOptions::allow_incomplete_input`])
    IncompleteInput,
    /// `MemoryError`: the source nests deeper than the parser's budget
    Memory,
    /// `ValueError`: text that no literal can hold (an over-long integer is reported as `Syntax` by CPython)
    Value,
    /// `RecursionError`
    Recursion,
    /// `OverflowError`: the source is too large to address
    Overflow,
}

impl SyntaxErrorKind {
    /// The Python name of the exception.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
            Self::IncompleteInput => "_IncompleteInputError",
            Self::Memory => "MemoryError",
            Self::Value => "ValueError",
            Self::Recursion => "RecursionError",
            Self::Overflow => "OverflowError",
        }
    }
}

/// Where an error lies, in the units of CPython's exception attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorLocation {
    /// 1-based line; 0 before the first line was read
    pub lineno: i64,
    /// 1-based character column; 0 or -1 where CPython knows none
    pub offset: i64,
    /// `None` is Python's `None`
    pub end_lineno: Option<i64>,
    /// `None` is Python's `None`
    pub end_offset: Option<i64>,
    /// the source line, `None` where CPython leaves `text` empty
    pub text: Option<String>,
}

/// A failed decode, lex or parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// exception type
    pub kind: SyntaxErrorKind,
    /// the exception's `msg`
    pub message: String,
    /// `None` for errors that carry no position at all (null bytes, memory)
    pub location: Option<Box<ErrorLocation>>,
    /// line and column of the last compound statement that was complete before the error; 0 where there is none
    pub statement: (i32, i32),
}

impl SyntaxError {
    /// An error without a position.
    pub fn bare(kind: SyntaxErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), location: None, statement: (0, 0) }
    }

    /// An error with a position.
    pub fn at(kind: SyntaxErrorKind, message: impl Into<String>, location: ErrorLocation) -> Self {
        Self { kind, message: message.into(), location: Some(Box::new(location)), statement: (0, 0) }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(at) => write!(f, "{}: {} (line {})", self.kind.name(), self.message, at.lineno),
            None => write!(f, "{}: {}", self.kind.name(), self.message),
        }
    }
}

impl std::error::Error for SyntaxError {}

/// The category of a warning met while lexing or parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningCategory {
    /// `SyntaxWarning`
    Syntax,
    /// `DeprecationWarning`
    Deprecation,
}

/// A warning to be issued with `warnings.warn_explicit`; when the filter turns it into an error, CPython raises
/// [`SyntaxError`] with the same message at the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    /// warning category
    pub category: WarningCategory,
    /// text of the warning
    pub message: String,
    /// 1-based line
    pub lineno: u32,
    /// 1-based character column
    pub offset: u32,
    /// 1-based line where the construct ends
    pub end_lineno: u32,
    /// 1-based character column where the construct ends
    pub end_offset: u32,
}

impl SyntaxWarning {
    /// The error that a warnings filter of `error` makes of it.
    pub fn to_error(&self, source: &SourceText) -> SyntaxError {
        let escape = self.message.contains("escape sequence");
        let text = if escape { source.line_with_newline(self.lineno) } else { source.line_text(self.lineno) };
        let location = ErrorLocation {
            lineno: i64::from(self.lineno),
            offset: i64::from(self.offset),
            end_lineno: Some(i64::from(self.end_lineno)),
            end_offset: Some(i64::from(self.end_offset)),
            text: Some(text.to_owned()),
        };
        let message = self.message.replace("Such sequences will not work in the future. ", "");
        SyntaxError::at(SyntaxErrorKind::Syntax, message, location)
    }
}
