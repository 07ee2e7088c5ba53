//! The replacement fields of `str.format`: what `_string.formatter_parser` and
//! `_string.formatter_field_name_split` do.

use std::ops::Range;

/// One step of a format string: literal text, then perhaps a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Markup {
    /// Text to copy; `{{` and `}}` end it with one brace.
    pub literal: Range<usize>,
    pub field: Option<Field>,
}

/// A replacement field, by places in the format string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    pub name: Range<usize>,
    /// The conversion character after `!`.
    pub conversion: Option<u32>,
    pub spec: Range<usize>,
    /// The specification holds fields itself.
    pub nested: bool,
}

/// The text of a ValueError.
pub type Message = &'static str;

const OPEN: u32 = '{' as u32;
const CLOSE: u32 = '}' as u32;

/// Iterates over the parts of a format string; after an error it ends.
pub struct Parser<'a> {
    text: &'a [u32],
    at: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a [u32]) -> Self {
        Parser { text, at: 0 }
    }

    fn peek(&self) -> Option<u32> {
        self.text.get(self.at).copied()
    }

    fn field(&mut self) -> Result<Field, Message> {
        let start = self.at;
        let mut bracket = false;
        let name_end = loop {
            let Some(c) = self.peek() else { return Err("expected '}' before end of string") };
            match char::from_u32(c).unwrap_or(' ') {
                '[' => bracket = true,
                ']' => bracket = false,
                '{' if !bracket => return Err("unexpected '{' in field name"),
                '}' | ':' | '!' if !bracket => break self.at,
                _ => {}
            }
            self.at += 1;
        };
        let name = start..name_end;
        let mut conversion = None;
        if self.peek() == Some('!' as u32) {
            self.at += 1;
            let Some(c) = self.peek() else {
                return Err("end of string while looking for conversion specifier");
            };
            conversion = Some(c);
            self.at += 1;
            match self.peek() {
                None => return Err("unmatched '{' in format spec"),
                Some(c) if c == CLOSE || c == ':' as u32 => {}
                Some(_) => return Err("expected ':' after conversion specifier"),
            }
        }
        if self.peek() == Some(CLOSE) {
            self.at += 1;
            return Ok(Field { name, conversion, spec: self.at - 1..self.at - 1, nested: false });
        }
        // Past the colon; the specification ends at the brace that matches.
        self.at += 1;
        let spec_start = self.at;
        let (mut depth, mut nested) = (1usize, false);
        while let Some(c) = self.peek() {
            if c == OPEN {
                depth += 1;
                nested = true;
            } else if c == CLOSE {
                depth -= 1;
                if depth == 0 {
                    self.at += 1;
                    return Ok(Field { name, conversion, spec: spec_start..self.at - 1, nested });
                }
            }
            self.at += 1;
        }
        Err("unmatched '{' in format spec")
    }
}

impl Iterator for Parser<'_> {
    type Item = Result<Markup, Message>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c != OPEN && c != CLOSE) {
            self.at += 1;
        }
        let Some(brace) = self.peek() else {
            return Some(Ok(Markup { literal: start..self.at, field: None }));
        };
        self.at += 1;
        if self.peek() == Some(brace) {
            self.at += 1;
            return Some(Ok(Markup { literal: start..self.at - 1, field: None }));
        }
        let literal = start..self.at - 1;
        let result = if brace == CLOSE {
            Err("Single '}' encountered in format string")
        } else if self.peek().is_none() {
            Err("Single '{' encountered in format string")
        } else {
            self.field().map(|field| Markup { literal, field: Some(field) })
        };
        if result.is_err() {
            self.at = self.text.len();
        }
        Some(result)
    }
}

/// What a field name begins with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum First {
    /// Nothing: the next argument by number.
    Auto,
    Index(usize),
    Name(Range<usize>),
}

/// `.name` or `[key]` in a field name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    Attribute(Range<usize>),
    Index(usize),
    Key(Range<usize>),
}

/// A number, or `None` if there is anything but digits.
fn number(text: &[u32]) -> Result<Option<usize>, Message> {
    let mut value = None;
    for c in text {
        let Some(d) = crate::unicode::decimal(*c) else { return Ok(None) };
        let next = value.unwrap_or(0usize).checked_mul(10).and_then(|v| v.checked_add(usize::from(d)));
        match next.filter(|v| *v <= isize::MAX as usize) {
            Some(v) => value = Some(v),
            None => return Err("Too many decimal digits in format string"),
        }
    }
    Ok(value)
}

/// Takes the first part of a field name; the rest goes to [`Steps`].
pub fn split_first(name: &[u32]) -> Result<(First, Steps<'_>), Message> {
    let end = name.iter().position(|c| *c == '.' as u32 || *c == '[' as u32).unwrap_or(name.len());
    let first = match number(&name[..end])? {
        Some(n) => First::Index(n),
        None if end == 0 => First::Auto,
        None => First::Name(0..end),
    };
    Ok((first, Steps { name, at: end }))
}

/// The `.name` and `[key]` parts of a field name, by places in it.
pub struct Steps<'a> {
    name: &'a [u32],
    at: usize,
}

impl Steps<'_> {
    fn step(&mut self) -> Result<Step, Message> {
        let opener = self.name[self.at];
        self.at += 1;
        let start = self.at;
        if opener == '.' as u32 {
            let rest = &self.name[start..];
            let len = rest.iter().position(|c| *c == '.' as u32 || *c == '[' as u32).unwrap_or(rest.len());
            self.at += len;
            return if len == 0 {
                Err("Empty attribute in format string")
            } else {
                Ok(Step::Attribute(start..self.at))
            };
        }
        if opener != '[' as u32 {
            return Err("Only '.' or '[' may follow ']' in format field specifier");
        }
        let Some(len) = self.name[start..].iter().position(|c| *c == ']' as u32) else {
            return Err("Missing ']' in format string");
        };
        self.at += len + 1;
        if len == 0 {
            return Err("Empty attribute in format string");
        }
        let range = start..start + len;
        Ok(match number(&self.name[range.clone()])? {
            Some(n) => Step::Index(n),
            None => Step::Key(range),
        })
    }
}

impl Iterator for Steps<'_> {
    type Item = Result<Step, Message>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.name.len() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.name.len();
        }
        Some(step)
    }
}

/// Automatic (`{}`) or manual (`{0}`) numbering; a format string may use only one.
#[derive(Clone, Copy, Default, Debug)]
pub struct Numbering {
    automatic: Option<bool>,
    next: usize,
}

impl Numbering {
    /// The argument's index for a field that begins with nothing or a number.
    pub fn index(&mut self, given: Option<usize>) -> Result<usize, Message> {
        let automatic = given.is_none();
        match self.automatic {
            Some(was) if was != automatic => {
                return Err(if automatic {
                    "cannot switch from manual field specification to automatic field numbering"
                } else {
                    "cannot switch from automatic field numbering to manual field specification"
                });
            }
            _ => self.automatic = Some(automatic),
        }
        Ok(given.unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        }))
    }
}

/// The ValueError for a conversion other than `r`, `s` and `a`.
pub fn unknown_conversion(c: u32) -> String {
    match char::from_u32(c) {
        Some(c @ '!'..='~') => format!("Unknown conversion specifier {c}"),
        _ => format!("Unknown conversion specifier \\x{c:x}"),
    }
}
