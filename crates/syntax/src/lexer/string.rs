//! String and bytes literals, and the prefixes of all kinds of strings.

use super::fstring::StringMode;
use super::{LexResult, Lexer, TokenKind};

/// Deepest nesting of f-strings in f-strings.
const MAX_STRING_MODES: usize = 149;

impl Lexer<'_> {
    /// Is `start..quote` a string prefix? Prefixes that exclude each other are an error.
    pub(super) fn string_prefix(&mut self, start: usize, quote: usize) -> LexResult<bool> {
        let (mut r, mut u, mut b, mut f, mut t) = (false, false, false, false, false);
        for at in start..quote {
            let seen = match self.bytes[at] | 0x20 {
                b'r' => &mut r,
                b'u' => &mut u,
                b'b' => &mut b,
                b'f' => &mut f,
                _ => &mut t,
            };
            if std::mem::replace(seen, true) {
                return Ok(false);
            }
        }
        let conflict = [
            (u && b, "'u' and 'b'"),
            (u && r, "'u' and 'r'"),
            (u && f, "'u' and 'f'"),
            (u && t, "'u' and 't'"),
            (b && f, "'b' and 'f'"),
            (b && t, "'b' and 't'"),
            (f && t, "'f' and 't'"),
        ];
        if let Some((_, which)) = conflict.iter().find(|(both, _)| *both) {
            let line_start = self.source.line_start(self.line);
            let first = i64::from(self.source.chars_between(line_start, start as u32)) + 1;
            let last = i64::from(self.source.chars_between(line_start, quote as u32)) + 1;
            return Err(self.error_range(
                self.line,
                first,
                last,
                format!("{which} prefixes are incompatible"),
            ));
        }
        Ok(true)
    }

    /// A string with a prefix; `quote` is where its quote stands. True if it began an f-string or t-string.
    pub(super) fn prefixed_string(&mut self, start: usize, quote: usize) -> LexResult<bool> {
        let prefix = &self.bytes[start..quote];
        let has = |letter: u8| prefix.iter().any(|&b| b | 0x20 == letter);
        let is_template = has(b't');
        if !is_template && !has(b'f') {
            self.string(start, quote)?;
            return Ok(false);
        }
        let raw = has(b'r');
        let quote_char = self.bytes[quote];
        let triple = self.byte(quote + 1) == quote_char && self.byte(quote + 2) == quote_char;
        let quote_size = if triple { 3 } else { 1 };
        self.pos = quote + quote_size;
        if self.strings.len() >= MAX_STRING_MODES {
            return Err(self.error_here("too many nested f-strings or t-strings"));
        }
        self.push(if is_template { TokenKind::TstringStart } else { TokenKind::FstringStart }, start);
        self.strings.push(StringMode {
            quote: quote_char,
            quote_size,
            raw,
            is_template,
            in_text: true,
            in_format_spec: false,
            in_debug: false,
            bracket_depth: 0,
            field_depth: -1,
            start,
            line: self.line,
        });
        Ok(true)
    }

    /// A string or bytes literal: `start` is where its prefix begins, `quote` its quote.
    pub(super) fn string(&mut self, start: usize, quote: usize) -> LexResult<()> {
        let quote_char = self.bytes[quote];
        let first_line = self.line;
        let triple = self.byte(quote + 1) == quote_char && self.byte(quote + 2) == quote_char;
        let mut at = quote + if triple { 3 } else { 1 };
        let mut escaped_quote = false;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let found = if triple {
                memchr::memchr3(quote_char, b'\\', b'\n', rest)
            } else {
                rest.iter().position(|&b| b == quote_char || b == b'\\' || b == b'\n')
            };
            let Some(found) = found else {
                self.pos = self.bytes.len();
                let mut error = self.unterminated(start, quote_char, triple, first_line, escaped_quote);
                error.at_eof = self.strings.is_empty() || !error.error.message.contains("expecting");
                return Err(error);
            };
            at += found;
            match self.bytes[at] {
                b'\\' => {
                    at += 1;
                    match self.byte(at) {
                        b'\n' => self.line += 1,
                        b if b == quote_char => escaped_quote = true,
                        _ => {}
                    }
                    if at < self.bytes.len() {
                        at += 1;
                    }
                }
                b'\n' if triple => {
                    self.line += 1;
                    at += 1;
                }
                b'\n' => {
                    self.pos = at;
                    return Err(self.unterminated(start, quote_char, triple, first_line, escaped_quote));
                }
                _ => {
                    at += 1;
                    if !triple {
                        break;
                    }
                    if self.byte(at) == quote_char && self.byte(at + 1) == quote_char {
                        at += 2;
                        break;
                    }
                }
            }
        }
        self.pos = at;
        self.push_at(TokenKind::String, start, at, first_line);
        Ok(())
    }

    fn unterminated(
        &mut self,
        start: usize,
        quote: u8,
        triple: bool,
        first_line: u32,
        escaped_quote: bool,
    ) -> Box<super::LexError> {
        let mut detected = self.line;
        if self.pos >= self.bytes.len() && self.bytes.last() == Some(&b'\n') && detected > 1 {
            // The empty line after the final newline is not counted.
            detected -= 1;
        }
        self.line = first_line;
        if let Some(mode) = self.strings.last()
            && mode.quote == quote
            && (mode.quote_size == 3) == triple
        {
            return self.error_at(start + 1, format!("{}-string: expecting '}}'", mode.letter()));
        }
        let message = if triple {
            format!("unterminated triple-quoted string literal (detected at line {detected})")
        } else if escaped_quote {
            format!(
                "unterminated string literal (detected at line {detected}); perhaps you escaped the end quote?"
            )
        } else {
            format!("unterminated string literal (detected at line {detected})")
        };
        self.error_at(start + 1, message)
    }
}
