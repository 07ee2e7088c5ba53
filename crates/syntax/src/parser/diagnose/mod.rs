//! Finds what to say about code that does not parse.
//!
//! The tokens are read again as CPython's parser would read them: once to learn how far it comes, then once more with
//! the rules for wrong code active. Which message wins depends on the order in which rules are tried, on what is
//! remembered between them and on how far tokens have been fetched, so all three follow CPython's observable order.

mod arguments;
mod compound;
mod core;
mod expressions;
mod operators;
mod parameters;
mod patterns;
mod statements;
mod strings;
mod targets;

use self::core::{Raise, Recogniser};
use super::{Mode, ParseOptions, end_of_text, error_at_span, is_empty_token};
use crate::ast::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::lexer::{Token, TokenKind, Tokens, token_end, unclosed_bracket_error};
use crate::source::SourceText;

/// The error of tokens that the parser could not read; `furthest` is where it failed.
pub(super) fn diagnose(
    source: &SourceText,
    lexed: &Tokens,
    mode: Mode,
    options: &ParseOptions,
    furthest: usize,
) -> SyntaxError {
    let mut first = Recogniser::new(source, lexed, options, false);
    let found = first.root(mode);
    let mut fill = first.fill;
    if options.allow_incomplete_input
        && !matches!(found, Ok(Some(())))
        && at_end_of_source(source, lexed, fill)
    {
        return incomplete(source, lexed, &first);
    }
    match found {
        Err(raise) => return settle(source, lexed, fill, raise),
        // The recogniser took what the parser did not: fall back on the parser's place.
        Ok(Some(())) => fill = fill.min(furthest + 1),
        Ok(None) => {}
    }
    let last = lexed.tokens[fill.saturating_sub(1).min(lexed.tokens.len() - 1)];
    let mut second = Recogniser::new(source, lexed, options, true);
    second.fill = fill;
    if let Err(raise) = second.root(mode) {
        return settle(source, lexed, second.fill, raise);
    }
    if matches!(last.kind, TokenKind::Indent | TokenKind::Dedent) {
        let message =
            if last.kind == TokenKind::Indent { "unexpected indent" } else { "unexpected unindent" };
        return match second.indentation::<()>(message) {
            Err(raise) => *raise.error,
            Ok(_) => generic(source, lexed, second.fill, last),
        };
    }
    let raise = Raise { error: Box::new(generic(source, lexed, second.fill, last)), from_lexer: false };
    settle(source, lexed, second.fill, raise)
}

fn generic(source: &SourceText, lexed: &Tokens, fill: usize, token: Token) -> SyntaxError {
    let (start, end) = (source.line_column(token.start), token_end(source, token));
    let mut span = Span::new(start.line as i32, start.column as i32, end.line as i32, end.column as i32);
    if is_empty_token(token) {
        let past_end = token.start >= lexed.end;
        let line = if past_end { end_of_text(source, lexed.end).0 } else { start.line };
        span = Span::new(line as i32, -1, line as i32, -1);
    }
    error_at_span(source, lexed, fill, "invalid syntax".to_owned(), span)
}

/// Errors of the lexer further on come before errors of the parser.
fn settle(source: &SourceText, lexed: &Tokens, fill: usize, raise: Raise) -> SyntaxError {
    let syntax = matches!(
        raise.error.kind,
        SyntaxErrorKind::Syntax | SyntaxErrorKind::Indentation | SyntaxErrorKind::Tab
    );
    if raise.from_lexer || !syntax || at_end_of_source(source, lexed, fill) {
        return *raise.error;
    }
    let Some(error) = lexed.error.as_ref().filter(|error| !error.in_string) else { return *raise.error };
    if error.eager {
        return error.error.clone();
    }
    let current = lexed.tokens[fill.saturating_sub(1).min(lexed.tokens.len() - 1)];
    if let Some(open) = lexed.open_bracket
        && current.line > open.line
    {
        return unclosed_bracket_error(source, lexed.end, open);
    }
    *raise.error
}

/// Has the lexer seen the end of the input when `fill` tokens have been fetched?
fn at_end_of_source(source: &SourceText, lexed: &Tokens, fill: usize) -> bool {
    let Some(token) = fill.checked_sub(1).and_then(|i| lexed.tokens.get(i)) else { return true };
    if token.kind == TokenKind::Error {
        return lexed.error.as_ref().is_some_and(|e| e.at_eof);
    }
    let length = lexed.end as usize;
    match token.kind {
        TokenKind::EndMarker => true,
        TokenKind::Newline => token.start as usize >= length,
        TokenKind::Indent | TokenKind::Dedent => token.end as usize >= length,
        // After two quotes the lexer looks for a third.
        TokenKind::String if token.end as usize >= length && is_empty_string(source, *token) => true,
        TokenKind::String | TokenKind::FstringEnd | TokenKind::TstringEnd => false,
        // The lexer looks no further after these.
        kind if kind.text().len() == 3 && !kind.is_keyword() => false,
        _ => token.end as usize >= length,
    }
}

fn is_empty_string(source: &SourceText, token: Token) -> bool {
    let text = source.text().get(token.start as usize..token.end as usize).unwrap_or("");
    let quoted = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    quoted.len() == 2
}

fn incomplete(source: &SourceText, lexed: &Tokens, recogniser: &Recogniser<'_>) -> SyntaxError {
    let Err(raise) = recogniser.plain::<()>("incomplete input") else {
        return SyntaxError::bare(SyntaxErrorKind::IncompleteInput, "incomplete input");
    };
    let mut error = SyntaxError { kind: SyntaxErrorKind::IncompleteInput, ..*raise.error };
    let open_string = lexed
        .error
        .as_ref()
        .is_some_and(|e| e.error.message.starts_with("unterminated triple-quoted string"));
    if open_string && let Some(at) = &mut error.location {
        // The tokenizer still holds all lines since the string began.
        let start = source.line_start(at.lineno.max(1) as u32) as usize;
        at.text = source.text().get(start..lexed.end as usize).map(str::to_owned);
    }
    error
}

/// In single mode nothing but blanks and comments may follow the statement.
pub(super) fn check_single_statement(
    source: &SourceText,
    lexed: &Tokens,
    pos: usize,
) -> Result<(), SyntaxError> {
    let taken = lexed.tokens[pos.saturating_sub(1)];
    let rest = source.text().get(taken.end as usize..).unwrap_or("");
    let code = rest.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    if code.is_none() {
        return Ok(());
    }
    let message = "multiple statements found while compiling a single statement";
    let (start, end) = (source.line_column(taken.start), token_end(source, taken));
    let span = Span::new(start.line as i32, start.column as i32, end.line as i32, end.column as i32);
    Err(error_at_span(source, lexed, pos, message.to_owned(), span))
}
