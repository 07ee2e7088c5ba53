//! The format specification mini-language (`format()`, f-strings, `str.format`) and its application to int, float,
//! complex and str.
//!
//! An empty specification is the caller's: it means `str(value)`.

mod layout;
mod number;

use crate::Wtf8Buf;
use crate::number::format::TooLong;

pub use layout::Padding;
pub use number::{
    Locale, format_complex, format_float, format_int, format_percent_float, format_percent_int,
    format_written,
};

/// Why a specification, or a value under it, is refused; the texts are CPython's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormatError {
    /// Raise ValueError with this text.
    Value(Wtf8Buf),
    /// Raise OverflowError with this text.
    Overflow(String),
    /// Raise MemoryError.
    Memory,
}

impl From<TooLong> for FormatError {
    fn from(_: TooLong) -> Self {
        FormatError::Memory
    }
}

pub(crate) fn value_error<T>(text: impl Into<Wtf8Buf>) -> Result<T, FormatError> {
    Err(FormatError::Value(text.into()))
}

/// Where the padding goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Right,
    Center,
    /// Between the sign and the digits (`=`).
    AfterSign,
}

/// The sign of numbers that are not negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignMode {
    /// None, which is what `-` says too.
    Negative,
    Plus,
    Space,
}

/// A parsed specification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spec {
    pub fill: u32,
    pub align: Align,
    /// `None` where the specification does not say.
    pub sign: Option<SignMode>,
    /// `z`: a result of -0 loses its sign.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    pub width: usize,
    pub precision: Option<usize>,
    /// `,` or `_` between groups of the integer part.
    pub grouping: Option<u8>,
    /// The same for the fractional part.
    pub fraction_grouping: Option<u8>,
    /// The presentation type; the parser's default where there is none (0: none at all).
    pub kind: u32,
}

fn align_of(c: u32) -> Option<Align> {
    Some(match char::from_u32(c)? {
        '<' => Align::Left,
        '>' => Align::Right,
        '^' => Align::Center,
        '=' => Align::AfterSign,
        _ => return None,
    })
}

struct Reader<'a> {
    text: &'a [u32],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u32> {
        self.text.get(self.at).copied()
    }

    fn accept(&mut self, c: char) -> bool {
        let found = self.peek() == Some(u32::from(c));
        self.at += usize::from(found);
        found
    }

    /// Decimal digits of any script; `None` if there are none.
    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value: Option<usize> = None;
        while let Some(d) = self.peek().and_then(crate::unicode::decimal) {
            let next = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(usize::from(d)));
            match next.filter(|v| *v <= isize::MAX as usize) {
                Some(v) => value = Some(v),
                None => return value_error("Too many decimal digits in format string"),
            }
            self.at += 1;
        }
        Ok(value)
    }

    /// `,` or `_`, but not both in a row.
    fn separator(&mut self) -> Result<Option<u8>, FormatError> {
        let comma = self.accept(',');
        let underscore = self.accept('_');
        if underscore && (comma || self.peek() == Some(u32::from(','))) {
            return value_error("Cannot specify both ',' and '_'.");
        }
        Ok(match (comma, underscore) {
            (true, _) => Some(b','),
            (_, true) => Some(b'_'),
            _ => None,
        })
    }
}

impl Spec {
    /// Parses for a value of the named type; `default_kind` and `default_align` stand where nothing is said
    /// (`'s'` and left for str, `'d'` and right for int, `'\0'` and right for float and complex).
    pub fn parse(
        text: &[u32],
        default_kind: char,
        default_align: Align,
        type_name: &str,
    ) -> Result<Spec, FormatError> {
        let mut r = Reader { text, at: 0 };
        let (mut fill, mut align) = (None, None);
        if let Some(a) = text.get(1).and_then(|c| align_of(*c)) {
            (fill, align) = (Some(text[0]), Some(a));
            r.at = 2;
        } else if let Some(a) = text.first().and_then(|c| align_of(*c)) {
            align = Some(a);
            r.at = 1;
        }
        let sign = if r.accept('+') {
            Some(SignMode::Plus)
        } else if r.accept('-') {
            Some(SignMode::Negative)
        } else if r.accept(' ') {
            Some(SignMode::Space)
        } else {
            None
        };
        let no_negative_zero = r.accept('z');
        let alternate = r.accept('#');
        if fill.is_none() && r.accept('0') {
            fill = Some(u32::from('0'));
            if align.is_none() && default_align == Align::Right {
                align = Some(Align::AfterSign);
            }
        }
        let width = r.number()?.unwrap_or(0);
        let grouping = r.separator()?;
        let (mut precision, mut fraction_grouping) = (None, None);
        if r.accept('.') {
            precision = r.number()?;
            fraction_grouping = r.separator()?;
            if precision.is_none() && fraction_grouping.is_none() {
                return value_error("Format specifier missing precision");
            }
        }
        let kind = match &text[r.at..] {
            [] => u32::from(default_kind),
            [c] => *c,
            _ => {
                let mut message = Wtf8Buf::from("Invalid format specifier '");
                text.iter().for_each(|c| message.push_code_point(*c));
                message.push_str(&format!("' for object of type '{type_name}'"));
                return Err(FormatError::Value(message));
            }
        };
        if let Some(separator) = grouping {
            check_grouping(separator, kind)?;
        }
        if let Some(separator) = fraction_grouping {
            check_grouping_any(separator, kind)?;
        }
        Ok(Spec {
            fill: fill.unwrap_or(0x20),
            align: align.unwrap_or(default_align),
            sign,
            no_negative_zero,
            alternate,
            width,
            precision,
            grouping,
            fraction_grouping,
            kind,
        })
    }
}

fn check_grouping(separator: u8, kind: u32) -> Result<(), FormatError> {
    match char::from_u32(kind).unwrap_or('?') {
        'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0' => Ok(()),
        'b' | 'o' | 'x' | 'X' if separator == b'_' => Ok(()),
        _ => bad_grouping(separator, kind),
    }
}

/// After the precision only the locale's own grouping clashes.
fn check_grouping_any(separator: u8, kind: u32) -> Result<(), FormatError> {
    if kind == u32::from('n') { bad_grouping(separator, kind) } else { Ok(()) }
}

fn bad_grouping(separator: u8, kind: u32) -> Result<(), FormatError> {
    let separator = separator as char;
    match char::from_u32(kind) {
        Some(c @ '!'..='\x7f') => value_error(format!("Cannot specify '{separator}' with '{c}'.")),
        _ => value_error(format!("Cannot specify '{separator}' with '\\x{kind:x}'.")),
    }
}

/// "Unknown format code … for object of type …".
pub fn unknown_code(kind: u32, type_name: &str) -> FormatError {
    let text = match char::from_u32(kind) {
        Some(c @ '!'..='\x7f') => format!("Unknown format code '{c}' for object of type '{type_name}'"),
        _ => format!("Unknown format code '\\x{kind:x}' for object of type '{type_name}'"),
    };
    FormatError::Value(text.into())
}

/// What `format(text, spec)` makes of a text of `len` characters: how many are taken and the padding around them.
pub fn layout_str(spec: &Spec, len: usize, type_name: &str) -> Result<(usize, Padding), FormatError> {
    if spec.kind != u32::from('s') {
        return Err(unknown_code(spec.kind, type_name));
    }
    match spec.sign {
        Some(SignMode::Space) => return value_error("Space not allowed in string format specifier"),
        Some(_) => return value_error("Sign not allowed in string format specifier"),
        None => {}
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in string format specifier");
    }
    if spec.alternate {
        return value_error("Alternate form (#) not allowed in string format specifier");
    }
    if spec.align == Align::AfterSign {
        return value_error("'=' alignment not allowed in string format specifier");
    }
    let take = spec.precision.map_or(len, |p| p.min(len));
    Ok((take, Padding::new(spec, take)))
}
