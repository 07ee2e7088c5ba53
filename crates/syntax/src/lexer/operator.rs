//! Operators, brackets and delimiters.

use super::{LexResult, Lexer, MAX_BRACKETS, OpenBracket, TokenKind, identifier};

impl Lexer<'_> {
    /// Lexes one operator. True if the lexer went into the text of an f-string or t-string.
    pub(super) fn operator(&mut self, byte: u8) -> LexResult<bool> {
        use TokenKind as K;
        let (second, third) = (self.byte(self.pos + 1), self.byte(self.pos + 2));
        let (kind, length) = match byte {
            b'(' => return self.open_bracket(K::LeftParen).map(|()| false),
            b'[' => return self.open_bracket(K::LeftBracket).map(|()| false),
            b'{' => return self.open_bracket(K::LeftBrace).map(|()| false),
            b')' => return self.close_bracket(K::RightParen),
            b']' => return self.close_bracket(K::RightBracket),
            b'}' => return self.close_bracket(K::RightBrace),
            b':' | b'!' if self.at_replacement_field_level() => {
                if byte == b':' {
                    return Ok(self.begin_format_spec());
                }
                if second == b'=' { (K::NotEqual, 2) } else { (K::Exclamation, 1) }
            }
            b':' if second == b'=' => (K::ColonEqual, 2),
            b':' => (K::Colon, 1),
            b',' => (K::Comma, 1),
            b';' => (K::Semicolon, 1),
            b'.' if second == b'.' && third == b'.' => (K::Ellipsis, 3),
            b'.' => (K::Dot, 1),
            b'=' if second == b'=' => (K::EqualEqual, 2),
            b'=' => {
                self.note_debug_equal();
                (K::Equal, 1)
            }
            b'+' if second == b'=' => (K::PlusEqual, 2),
            b'+' => (K::Plus, 1),
            b'-' if second == b'=' => (K::MinusEqual, 2),
            b'-' if second == b'>' => (K::Arrow, 2),
            b'-' => (K::Minus, 1),
            b'*' if second == b'*' && third == b'=' => (K::DoubleStarEqual, 3),
            b'*' if second == b'*' => (K::DoubleStar, 2),
            b'*' if second == b'=' => (K::StarEqual, 2),
            b'*' => (K::Star, 1),
            b'/' if second == b'/' && third == b'=' => (K::DoubleSlashEqual, 3),
            b'/' if second == b'/' => (K::DoubleSlash, 2),
            b'/' if second == b'=' => (K::SlashEqual, 2),
            b'/' => (K::Slash, 1),
            b'%' if second == b'=' => (K::PercentEqual, 2),
            b'%' => (K::Percent, 1),
            b'@' if second == b'=' => (K::AtEqual, 2),
            b'@' => (K::At, 1),
            b'&' if second == b'=' => (K::AmpersandEqual, 2),
            b'&' => (K::Ampersand, 1),
            b'|' if second == b'=' => (K::PipeEqual, 2),
            b'|' => (K::Pipe, 1),
            b'^' if second == b'=' => (K::CaretEqual, 2),
            b'^' => (K::Caret, 1),
            b'~' => (K::Tilde, 1),
            b'<' if second == b'<' && third == b'=' => (K::LeftShiftEqual, 3),
            b'<' if second == b'<' => (K::LeftShift, 2),
            b'<' if second == b'=' => (K::LessEqual, 2),
            b'<' => (K::Less, 1),
            b'>' if second == b'>' && third == b'=' => (K::RightShiftEqual, 3),
            b'>' if second == b'>' => (K::RightShift, 2),
            b'>' if second == b'=' => (K::GreaterEqual, 2),
            b'>' => (K::Greater, 1),
            b'!' if second == b'=' => (K::NotEqual, 2),
            b'!' => (K::Exclamation, 1),
            _ => {
                if !identifier::is_printable(char::from(byte)) {
                    self.pos += 1;
                    return Err(self.error_here(format!("invalid non-printable character U+{byte:04X}")));
                }
                (K::Unknown, 1)
            }
        };
        let start = self.pos;
        self.pos += length;
        self.push(kind, start);
        Ok(false)
    }

    fn open_bracket(&mut self, kind: TokenKind) -> LexResult<()> {
        let start = self.pos;
        self.pos += 1;
        if self.brackets.len() >= MAX_BRACKETS {
            return Err(self.error_here("too many nested parentheses"));
        }
        self.brackets.push(OpenBracket { at: start as u32, line: self.line, bracket: self.bytes[start] });
        if let Some(mode) = self.strings.last_mut() {
            mode.bracket_depth += 1;
        }
        self.push(kind, start);
        Ok(())
    }

    fn close_bracket(&mut self, kind: TokenKind) -> LexResult<bool> {
        let start = self.pos;
        let close = self.bytes[start];
        self.pos += 1;
        if let Some(mode) = self.strings.last()
            && mode.bracket_depth == 0
            && close == b'}'
        {
            let letter = mode.letter();
            return Err(self.error_here(format!("{letter}-string: single '}}' is not allowed")));
        }
        let strict = !self.options.extra_tokens;
        if strict && self.brackets.is_empty() {
            return Err(self.error_here(format!("unmatched '{}'", char::from(close))));
        }
        if let Some(open) = self.brackets.pop() {
            let matches = matches!((open.bracket, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
            if strict && !matches {
                return Err(self.mismatch(open, close));
            }
        }
        let mut to_text = false;
        if let Some(mode) = self.strings.last_mut() {
            mode.bracket_depth -= 1;
            if mode.bracket_depth < 0 {
                let letter = mode.letter();
                let message = format!("{letter}-string: unmatched '{}'", char::from(close));
                return Err(self.error_here(message));
            }
            if close == b'}' && mode.bracket_depth == mode.field_depth {
                mode.field_depth -= 1;
                mode.in_text = true;
                mode.in_format_spec = false;
                mode.in_debug = false;
                to_text = true;
            }
        }
        self.push(kind, start);
        Ok(to_text)
    }

    fn mismatch(&self, open: OpenBracket, close: u8) -> Box<super::LexError> {
        let close = char::from(close);
        if let Some(mode) = self.strings.last()
            && open.bracket == b'{'
            && mode.bracket_depth - 1 == mode.field_depth
        {
            return self.error_here(format!("{}-string: unmatched '{close}'", mode.letter()));
        }
        let open_char = char::from(open.bracket);
        if open.line == self.line {
            self.error_here(format!(
                "closing parenthesis '{close}' does not match opening parenthesis '{open_char}'"
            ))
        } else {
            self.error_here(format!(
                "closing parenthesis '{close}' does not match opening parenthesis '{open_char}' on line {}",
                open.line
            ))
        }
    }

    /// Is the lexer in the replacement field of a string, outside all brackets opened in it?
    fn at_replacement_field_level(&self) -> bool {
        self.strings
            .last()
            .is_some_and(|mode| mode.field_depth >= 0 && mode.bracket_depth - 1 == mode.field_depth)
    }

    fn begin_format_spec(&mut self) -> bool {
        let start = self.pos;
        self.pos += 1;
        self.push(TokenKind::Colon, start);
        if let Some(mode) = self.strings.last_mut() {
            mode.in_text = true;
            mode.in_format_spec = true;
        }
        true
    }

    fn note_debug_equal(&mut self) {
        if self.at_replacement_field_level()
            && let Some(mode) = self.strings.last_mut()
        {
            mode.in_debug = true;
        }
    }
}
