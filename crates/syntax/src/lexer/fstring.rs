//! The text parts of f-strings and t-strings (PEP 701, PEP 750).

use super::{LexResult, Lexer, TokenKind};
use crate::error::WarningCategory;

/// Replacement fields may nest in format specifications this deep.
const MAX_FIELD_NESTING: i32 = 3;

/// An f-string or t-string that is open.
#[derive(Debug)]
pub(super) struct StringMode {
    pub quote: u8,
    pub quote_size: usize,
    pub raw: bool,
    pub is_template: bool,
    /// in text (or a format specification), not in code
    pub in_text: bool,
    pub in_format_spec: bool,
    pub in_debug: bool,
    /// brackets open since the string began
    pub bracket_depth: i32,
    /// the value of `bracket_depth` outside the innermost replacement field; -1 in no field
    pub field_depth: i32,
    pub start: usize,
    pub line: u32,
}

impl StringMode {
    /// `f` or `t`, for messages.
    pub(super) fn letter(&self) -> char {
        if self.is_template { 't' } else { 'f' }
    }

    fn middle(&self) -> TokenKind {
        if self.is_template { TokenKind::TstringMiddle } else { TokenKind::FstringMiddle }
    }
}

impl Lexer<'_> {
    fn mode(&mut self) -> Option<&mut StringMode> {
        self.strings.last_mut()
    }

    /// Lexes text until the mode changes. Always gives true: the input cannot end here without an error.
    pub(super) fn string_text(&mut self) -> LexResult<bool> {
        let Some(mode) = self.strings.last() else { return Ok(true) };
        let (quote, quote_size) = (mode.quote, mode.quote_size);
        let start = self.pos;
        if self.byte(start) == b'{' && self.byte(start + 1) != b'{' {
            self.enter_field()?;
            return Ok(true);
        }
        if (0..quote_size).all(|i| self.byte(start + i) == quote) {
            let kind = if mode.is_template { TokenKind::TstringEnd } else { TokenKind::FstringEnd };
            self.pos = start + quote_size;
            self.strings.pop();
            self.push(kind, start);
            return Ok(true);
        }
        self.middle(start)?;
        Ok(true)
    }

    fn enter_field(&mut self) -> LexResult<()> {
        let Some(mode) = self.mode() else { return Ok(()) };
        mode.field_depth += 1;
        if mode.field_depth >= MAX_FIELD_NESTING {
            let letter = mode.letter();
            let at = self.pos;
            return Err(self.error_at(at, format!("{letter}-string: expressions nested too deeply")));
        }
        mode.in_text = false;
        Ok(())
    }

    /// One piece of literal text: up to the closing quotes, a field, or after the first of two braces.
    fn middle(&mut self, start: usize) -> LexResult<()> {
        let Some(mode) = self.strings.last() else { return Ok(()) };
        let (quote, quote_size, raw) = (mode.quote, mode.quote_size, mode.raw);
        let in_spec = mode.in_format_spec && mode.field_depth >= 0;
        let outside_fields = mode.bracket_depth == 0;
        let kind = mode.middle();
        let first_line = self.line;
        let mut at = start;
        let mut unicode_escape = false;
        loop {
            let byte = self.byte(at);
            match byte {
                0 | b'\n' if at >= self.bytes.len() || (quote_size == 1 && byte == b'\n') => {
                    if in_spec && byte == b'\n' {
                        let letter = self.strings.last().map_or('f', StringMode::letter);
                        return Err(self.error_at(
                            at + 1,
                            format!(
                                "{letter}-string: newlines are not allowed in format specifiers \
                                 for single quoted {letter}-strings"
                            ),
                        ));
                    }
                    self.pos = at;
                    let mut error = self.unterminated_fstring();
                    error.at_eof = at >= self.bytes.len() && quote_size == 3;
                    return Err(error);
                }
                b'\n' => {
                    self.line += 1;
                    at += 1;
                }
                _ if byte == quote => {
                    if (0..quote_size).all(|i| self.byte(at + i) == quote) {
                        break;
                    }
                    at += 1;
                }
                b'{' if self.byte(at + 1) != b'{' || in_spec => {
                    self.pos = at;
                    self.enter_field()?;
                    break;
                }
                b'}' if unicode_escape => {
                    // The name of a character ends a piece of its own.
                    self.pos = at + 1;
                    self.push_at(kind, start, at + 1, first_line);
                    return Ok(());
                }
                b'}' if self.byte(at + 1) != b'}' || in_spec || !outside_fields => {
                    break self.leave_text();
                }
                b'{' | b'}' => {
                    self.pos = at + 1;
                    self.push_at(kind, start, at + 1, first_line);
                    self.pos = at + 2;
                    return Ok(());
                }
                b'\\' => {
                    let (next, escape) = self.fstring_escape(at, raw);
                    at = next;
                    unicode_escape |= escape;
                }
                _ => at += 1,
            }
        }
        self.pos = at;
        self.push_at(kind, start, at, first_line);
        Ok(())
    }

    fn leave_text(&mut self) {
        if let Some(mode) = self.mode() {
            mode.in_text = false;
        }
    }

    /// Steps over a backslash at `at` and what it escapes; tells whether `\N{` begins.
    fn fstring_escape(&mut self, at: usize, raw: bool) -> (usize, bool) {
        let next = self.byte(at + 1);
        match next {
            b'{' | b'}' => {
                if !raw {
                    let message = format!(
                        "\"\\{0}\" is an invalid escape sequence. Such sequences will not work in the future. \
                         Did you mean \"\\\\{0}\"? A raw string is also an option.",
                        char::from(next)
                    );
                    self.warn(WarningCategory::Syntax, message, at, at + 2);
                }
                (at + 1, false)
            }
            b'N' if !raw && self.byte(at + 2) == b'{' => (at + 3, true),
            b'N' if !raw => (at + 2, false),
            b'\n' => {
                self.line += 1;
                (at + 2, false)
            }
            _ if at + 1 >= self.bytes.len() => (at + 1, false),
            _ => (at + 2, false),
        }
    }

    fn unterminated_fstring(&mut self) -> Box<super::LexError> {
        let Some(mode) = self.strings.last() else { return self.error_here("unterminated f-string literal") };
        let (start, line, letter, triple) = (mode.start, mode.line, mode.letter(), mode.quote_size == 3);
        let mut detected = self.line;
        if self.pos >= self.bytes.len() && self.bytes.last() == Some(&b'\n') && detected > 1 {
            detected -= 1;
        }
        self.line = line;
        let kind = if triple { "triple-quoted " } else { "" };
        let message = format!("unterminated {kind}{letter}-string literal (detected at line {detected})");
        self.error_at(start + 1, message)
    }
}
