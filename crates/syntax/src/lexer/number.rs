//! Numeric literals.

use super::{CLASS, LexResult, Lexer, NAME, TokenKind};
use crate::error::WarningCategory;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> LexResult<()> {
        let start = self.pos;
        if self.byte(start) == b'0' {
            match self.byte(start + 1) | 0x20 {
                b'x' => self.radix(start, "hexadecimal", 16)?,
                b'o' => self.radix(start, "octal", 8)?,
                b'b' => self.radix(start, "binary", 2)?,
                _ => self.decimal_zero(start)?,
            }
        } else {
            if self.byte(start) != b'.' {
                self.decimal_digits()?;
            }
            if !self.fraction_and_exponent()? {
                self.end_of_number("decimal")?;
            }
        }
        self.push(TokenKind::Number, start);
        Ok(())
    }

    fn radix(&mut self, start: usize, name: &str, radix: u32) -> LexResult<()> {
        self.pos = start + 2;
        let is_digit = |b: u8| char::from(b).is_digit(radix);
        loop {
            if self.byte(self.pos) == b'_' {
                self.pos += 1;
            }
            let byte = self.byte(self.pos);
            if !is_digit(byte) {
                if byte.is_ascii_digit() {
                    return Err(self.invalid_digit(name));
                }
                return Err(self.error_here(format!("invalid {name} literal")));
            }
            while is_digit(self.byte(self.pos)) {
                self.pos += 1;
            }
            if self.byte(self.pos) != b'_' {
                break;
            }
        }
        if self.byte(self.pos).is_ascii_digit() {
            return Err(self.invalid_digit(name));
        }
        self.end_of_number(name)
    }

    fn invalid_digit(&mut self, name: &str) -> Box<super::LexError> {
        let digit = char::from(self.byte(self.pos));
        self.pos += 1;
        self.error_here(format!("invalid digit '{digit}' in {name} literal"))
    }

    /// Digits with single underscores between them; the first is there.
    fn decimal_digits(&mut self) -> LexResult<()> {
        loop {
            while self.byte(self.pos).is_ascii_digit() {
                self.pos += 1;
            }
            if self.byte(self.pos) != b'_' {
                return Ok(());
            }
            self.pos += 1;
            if !self.byte(self.pos).is_ascii_digit() {
                return Err(self.error_here("invalid decimal literal"));
            }
        }
    }

    /// A number that begins with 0 but has no radix prefix.
    fn decimal_zero(&mut self, start: usize) -> LexResult<()> {
        self.pos = start + 1;
        loop {
            if self.byte(self.pos) == b'_' {
                self.pos += 1;
                if !self.byte(self.pos).is_ascii_digit() {
                    return Err(self.error_here("invalid decimal literal"));
                }
            }
            if self.byte(self.pos) != b'0' {
                break;
            }
            self.pos += 1;
        }
        let zeros_end = self.pos;
        let nonzero = self.byte(self.pos).is_ascii_digit();
        if nonzero {
            self.decimal_digits()?;
        }
        if self.fraction_and_exponent()? {
            return Ok(());
        }
        if nonzero && !self.options.extra_tokens {
            let line_start = self.source.line_start(self.line);
            let first = i64::from(self.source.chars_between(line_start, start as u32)) + 1;
            let last = i64::from(self.source.chars_between(line_start, zeros_end as u32)) + 1;
            return Err(self.error_range(
                self.line,
                first,
                last,
                "leading zeros in decimal integer literals are not permitted; \
                 use an 0o prefix for octal integers",
            ));
        }
        self.end_of_number("decimal")
    }

    /// `.digits`, `e±digits` and `j` after the integer part. True if any was there and the end was checked.
    fn fraction_and_exponent(&mut self) -> LexResult<bool> {
        let mut any = false;
        if self.byte(self.pos) == b'.' {
            any = true;
            self.pos += 1;
            if self.byte(self.pos).is_ascii_digit() {
                self.decimal_digits()?;
            }
        }
        if self.byte(self.pos) | 0x20 == b'e' {
            let exponent = self.pos;
            let mut at = exponent + 1;
            let signed = matches!(self.byte(at), b'+' | b'-');
            if signed {
                at += 1;
            }
            if self.byte(at).is_ascii_digit() {
                any = true;
                self.pos = at;
                self.decimal_digits()?;
            } else if signed {
                self.pos = at;
                return Err(self.error_here("invalid decimal literal"));
            } else {
                self.end_of_number("decimal")?;
                return Ok(true);
            }
        }
        if self.byte(self.pos) | 0x20 == b'j' {
            self.pos += 1;
            self.end_of_number("imaginary")?;
            return Ok(true);
        }
        if any {
            self.end_of_number("decimal")?;
        }
        Ok(any)
    }

    /// A number may not run into a name; into some keywords it may, with a warning.
    fn end_of_number(&mut self, name: &str) -> LexResult<()> {
        let byte = self.byte(self.pos);
        if CLASS[byte as usize] & NAME == 0 || self.options.extra_tokens {
            return Ok(());
        }
        let rest = &self.bytes[self.pos..];
        let begins = |keyword: &&[u8]| rest.starts_with(keyword);
        let whole = |keyword: &&[u8]| {
            let after = rest.get(keyword.len()).copied().unwrap_or(0);
            rest.starts_with(keyword) && CLASS[after as usize] & NAME == 0
        };
        let keyword = [&b"if"[..], b"in", b"is"].iter().any(begins)
            || [&b"and"[..], b"else", b"for", b"or", b"not"].iter().any(whole);
        if keyword {
            let message = format!("invalid {name} literal");
            // CPython's place: the last character of the number.
            self.warn(WarningCategory::Syntax, message, self.pos - 1, self.pos - 1);
            return Ok(());
        }
        if byte < 128 {
            return Err(self.error_here(format!("invalid {name} literal")));
        }
        Ok(())
    }
}
