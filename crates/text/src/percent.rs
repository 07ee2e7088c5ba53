//! The parser of `%`-formats, for str (code points) and bytes.
//!
//! Arguments are fetched between the steps of the parse, and errors come in that order: so a conversion is handed
//! out even if it breaks off, with what stood before the break, and the caller raises its error after fetching
//! what the `*` ask for.

use std::ops::Range;

/// The flag characters of a conversion.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// blank
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
}

/// A width or precision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    Absent,
    Given(usize),
    /// `*`: the next argument ("* wants int"; a negative width means `-`, a negative precision 0).
    Star,
}

/// The key of a conversion. With a key, "format requires a mapping" comes before any other error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    None,
    /// Its place in the format.
    Name(Range<usize>),
    /// ValueError: "incomplete format key".
    Unclosed,
}

/// Why a conversion broke off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// ValueError: "incomplete format".
    Incomplete,
    /// ValueError: "width too big".
    WidthTooBig,
    /// ValueError: "precision too big".
    PrecisionTooBig,
}

impl Stop {
    /// The text of the ValueError.
    pub fn message(self) -> &'static str {
        match self {
            Stop::Incomplete => "incomplete format",
            Stop::WidthTooBig => "width too big",
            Stop::PrecisionTooBig => "precision too big",
        }
    }
}

/// One `%…` conversion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conversion {
    pub key: Key,
    pub flags: Flags,
    pub width: Amount,
    pub precision: Amount,
    /// The conversion character and its index.
    pub kind: Result<(u32, usize), Stop>,
}

/// A stretch of the format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Text to copy (`%%` gives its second half).
    Literal(Range<usize>),
    Conversion(Box<Conversion>),
}

/// Iterates over the pieces; `get` gives the character at an index, `None` past the end.
pub struct Parser<F: Fn(usize) -> Option<u32>> {
    get: F,
    at: usize,
}

const PERCENT: u32 = '%' as u32;

impl<F: Fn(usize) -> Option<u32>> Parser<F> {
    pub fn new(get: F) -> Self {
        Parser { get, at: 0 }
    }

    fn peek(&self) -> Option<char> {
        (self.get)(self.at).map(|c| char::from_u32(c).unwrap_or('\u{FFFD}'))
    }

    fn key(&mut self) -> Key {
        if self.peek() != Some('(') {
            return Key::None;
        }
        self.at += 1;
        let start = self.at;
        let mut depth = 1usize;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Key::Name(start..self.at - 1);
            }
        }
        Key::Unclosed
    }

    fn amount(&mut self, limit: usize) -> Option<Amount> {
        if self.peek() == Some('*') {
            self.at += 1;
            return Some(Amount::Star);
        }
        let mut value = None;
        while let Some(d) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = value.unwrap_or(0usize).checked_mul(10).and_then(|v| v.checked_add(d as usize));
            value = Some(next.filter(|v| *v <= limit)?);
            self.at += 1;
        }
        Some(value.map_or(Amount::Absent, Amount::Given))
    }

    fn conversion(&mut self) -> Conversion {
        let mut c = Conversion {
            key: self.key(),
            flags: Flags::default(),
            width: Amount::Absent,
            precision: Amount::Absent,
            kind: Err(Stop::Incomplete),
        };
        if c.key == Key::Unclosed {
            return c;
        }
        while let Some(flag) = self.peek() {
            match flag {
                '-' => c.flags.left = true,
                '+' => c.flags.plus = true,
                ' ' => c.flags.space = true,
                '#' => c.flags.alternate = true,
                '0' => c.flags.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        match self.amount(isize::MAX as usize) {
            Some(width) => c.width = width,
            None => {
                c.kind = Err(Stop::WidthTooBig);
                return c;
            }
        }
        if self.peek() == Some('.') {
            self.at += 1;
            match self.amount(i32::MAX as usize) {
                Some(Amount::Absent) => c.precision = Amount::Given(0),
                Some(precision) => c.precision = precision,
                None => {
                    c.kind = Err(Stop::PrecisionTooBig);
                    return c;
                }
            }
        }
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        if let Some(kind) = (self.get)(self.at) {
            c.kind = Ok((kind, self.at));
            self.at += 1;
        }
        c
    }
}

impl<F: Fn(usize) -> Option<u32>> Iterator for Parser<F> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        while (self.get)(self.at).is_some_and(|c| c != PERCENT) {
            self.at += 1;
        }
        if self.at > start {
            return Some(Piece::Literal(start..self.at));
        }
        (self.get)(self.at)?;
        self.at += 1;
        if (self.get)(self.at) == Some(PERCENT) {
            self.at += 1;
            return Some(Piece::Literal(self.at - 1..self.at));
        }
        Some(Piece::Conversion(Box::new(self.conversion())))
    }
}

/// The ValueError for a conversion character that means nothing (raised after its argument was fetched).
pub fn unsupported(kind: u32, index: usize) -> String {
    let shown = char::from_u32(kind).filter(|c| (' '..='~').contains(c)).unwrap_or('?');
    format!("unsupported format character '{shown}' (0x{kind:x}) at index {index}")
}
