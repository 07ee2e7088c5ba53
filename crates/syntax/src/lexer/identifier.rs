//! Identifiers: which characters may be in one, and their normal form (PEP 3131).
//!
//! This is the only place of the lexer and parser that asks Unicode tables about identifiers.

use taipan_text::unicode;

/// The first character of `name` that an identifier may not have there, with its byte offset.
pub fn first_invalid(name: &str) -> Option<(usize, char)> {
    let mut chars = name.char_indices();
    if let Some((at, first)) = chars.next()
        && first != '_'
        && !unicode::is_xid_start(first as u32)
    {
        return Some((at, first));
    }
    chars.find(|&(_, c)| !unicode::is_xid_continue(c as u32))
}

/// The NFKC form of a name.
pub fn normalise(name: &str) -> String {
    unicode::nfkc(name).unwrap_or_else(|| name.to_owned())
}

/// Does `str.isprintable()` hold for `c`? Decides between two messages only.
pub fn is_printable(c: char) -> bool {
    unicode::is_printable(c as u32)
}
