//! Values of numeric literals.

use dashu_int::IBig;

use super::{PResult, Parser};
use crate::ast::{Constant, Span};
use crate::lexer::Token;

impl Parser<'_> {
    /// The value of a number token.
    pub(super) fn number_value(&self, token: Token) -> PResult<Constant> {
        let text = self.token_text(token);
        let bytes = text.as_bytes();
        if bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit) {
            let value = bytes.iter().fold(0i64, |value, b| value * 10 + i64::from(b - b'0'));
            return Ok(Constant::Int(value));
        }
        let plain;
        let digits = if bytes.contains(&b'_') {
            self.require_version(6, "Underscores in numeric literals are")?;
            plain = text.replace('_', "");
            plain.as_str()
        } else {
            text
        };
        let radix = match digits.as_bytes().get(1).map(|b| b | 0x20) {
            Some(b'x') => 16,
            Some(b'o') => 8,
            Some(b'b') => 2,
            _ => 10,
        };
        if radix != 10 {
            return Ok(integer(&digits[2..], radix));
        }
        if let Some(imaginary) = digits.strip_suffix(['j', 'J']) {
            return Ok(Constant::complex(0.0, float(imaginary)));
        }
        if digits.bytes().any(|b| !b.is_ascii_digit()) {
            return Ok(Constant::Float(float(digits)));
        }
        self.check_digits(token, digits.len())?;
        Ok(integer(digits, 10))
    }

    fn check_digits(&self, token: Token, digits: usize) -> PResult<()> {
        let limit = self.options.int_max_str_digits;
        if limit == 0 || digits <= limit {
            return Ok(());
        }
        let span = Span::new(token.line as i32, -1, token.line as i32, -1);
        let message = format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit \
             - Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
        );
        self.error(span, message)
    }
}

fn integer(digits: &str, radix: u32) -> Constant {
    if let Ok(value) = i64::from_str_radix(digits, radix) {
        return Constant::Int(value);
    }
    Constant::int(IBig::from_str_radix(digits, radix).unwrap_or_default())
}

fn float(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
