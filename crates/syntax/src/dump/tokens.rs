//! Tokens, one a line, as `python -m tokenize -e` prints them.

use taipan_text::Wtf8Buf;

use crate::lexer::{self, LexOptions, TokenKind};
use crate::repr;
use crate::source::SourceText;

/// The tokens of a source: place, kind and text. An error that ends the tokens is the last line.
pub fn dump_tokens(source: &SourceText) -> String {
    let lexed = lexer::lex(source, LexOptions { extra_tokens: true, ..LexOptions::default() });
    let mut out = String::new();
    for token in &lexed.tokens {
        if token.kind == TokenKind::Error {
            continue;
        }
        let (start, end) = (source.line_column(token.start), source.line_column(token.end));
        let column = |at: u32| source.char_column(at);
        let place = format!("{},{}-{},{}:", start.line, column(token.start), end.line, column(token.end));
        let text = source.text().get(token.start as usize..token.end as usize).unwrap_or("");
        let text = repr::str_repr(&Wtf8Buf::from(text));
        out.push_str(&format!("{place:<20}{:<15}{text:<15}\n", token.kind.python_name()));
    }
    if let Some(error) = lexed.error {
        out.push_str(&format!("{}\n", error.error));
    }
    out
}
