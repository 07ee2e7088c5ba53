//! Tokens, one a line, as `python -m tokenize -e` prints them.

use taipan_text::Wtf8Buf;

use crate::lexer::{self, LexOptions, TokenKind};
use crate::repr;
use crate::source::SourceText;

/// The tokens of a source: place, kind and text. An error that ends the tokens is the last line.
pub fn dump_tokens(source: &SourceText) -> String {
    let lexed = lexer::lex(source, LexOptions { extra_tokens: true, ..LexOptions::default() });
    // An implied line end is a token without text.
    let given = source.text_as_given();
    let mut out = String::new();
    for token in &lexed.tokens {
        if token.kind == TokenKind::Error {
            continue;
        }
        let (start, end) = (source.line_column(token.start), lexer::token_end(source, *token));
        let end_column =
            source.chars_between(source.line_start(end.line), source.line_start(end.line) + end.column);
        let place = format!("{},{}-{},{end_column}:", start.line, source.char_column(token.start), end.line);
        let text = given.get(token.start as usize..(token.end as usize).min(given.len())).unwrap_or("");
        let text = repr::str_repr(&Wtf8Buf::from(text));
        out.push_str(&format!("{place:<20}{:<15}{text:<15}\n", token.kind.python_name()));
    }
    if let Some(error) = lexed.error {
        let offset = error.error.location.as_ref().map_or(0, |at| at.offset);
        out.push_str(&format!("{} {offset}\n", error.error));
    }
    out
}
