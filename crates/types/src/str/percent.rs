//! `%`-formatting of `str`, and what `bytes` shares of it: the fetching of arguments and the numbers.

use taipan_object::{Cx, IntRef, Obj, R, Str, Tuple, Value, exc, int, ops};
use taipan_text::format_spec::{format_percent_float, format_percent_int};
use taipan_text::percent::{Amount, Conversion, Flags, Key, Parser, Piece, unsupported};

use super::unit::part;
use super::{StrBuilder, ascii};

/// The arguments of a format, handed out one after another.
pub struct Arguments<'a> {
    all: &'a Value,
    items: Option<&'a [Value]>,
    /// What a key selected: the next argument.
    selected: Option<Value>,
    next: usize,
    mapping: bool,
    keyed: bool,
}

impl<'a> Arguments<'a> {
    /// `textual` types are no mappings though they can be indexed.
    pub fn new(cx: &Cx, all: &'a Value, textual: fn(&Cx, &Value) -> bool) -> Self {
        let items = all.cast::<Tuple>().map(|t| t.items());
        let mapping = items.is_none() && all.ty(cx).slots().getitem.is_some() && !textual(cx, all);
        Arguments { all, items, selected: None, next: 0, mapping, keyed: false }
    }

    fn next(&mut self, cx: &mut Cx) -> R {
        let found = if self.keyed {
            self.selected.take()
        } else {
            let found = match self.items {
                Some(items) => items.get(self.next).cloned(),
                None if self.next == 0 => Some(self.all.clone()),
                None => None,
            };
            self.next += 1;
            found
        };
        found.ok_or_else(|| cx.type_error("not enough arguments for format string"))
    }

    fn select(&mut self, cx: &mut Cx, key: &Value) -> R<()> {
        let found = ops::getitem(cx, self.all, key)?;
        self.keyed = true;
        self.selected = Some(found);
        Ok(())
    }

    /// TypeError if something is left over.
    pub fn finish(&self, cx: &mut Cx, kind: &str) -> R<()> {
        let left = match self.items {
            Some(items) => self.next < items.len() && !self.keyed,
            None => !self.mapping && self.next == 0 && !self.keyed,
        };
        if left {
            return Err(cx.type_error(format!("not all arguments converted during {kind} formatting")));
        }
        Ok(())
    }
}

/// A conversion with its `*` filled in and its argument.
pub struct Bound {
    pub flags: Flags,
    pub width: usize,
    pub precision: Option<usize>,
    pub kind: char,
    pub value: Value,
}

fn star(cx: &mut Cx, arguments: &mut Arguments<'_>) -> R<Value> {
    let value = arguments.next(cx)?;
    if value.as_int().is_none() {
        return Err(cx.type_error("* wants int"));
    }
    Ok(value)
}

/// Fetches what a conversion needs, in the order in which the reference raises errors. `key` makes the key object from its
/// place. `None` for `%%` spelt with flags.
pub fn bind(
    cx: &mut Cx,
    arguments: &mut Arguments<'_>,
    conversion: &Conversion,
    key: impl FnOnce(&mut Cx, std::ops::Range<usize>) -> Value,
) -> R<Option<Bound>> {
    if conversion.key != Key::None && !arguments.mapping {
        return Err(cx.type_error("format requires a mapping"));
    }
    match &conversion.key {
        Key::None => {}
        Key::Unclosed => return Err(cx.value_error("incomplete format key")),
        Key::Name(range) => {
            let key = key(cx, range.clone());
            arguments.select(cx, &key)?;
        }
    }
    let mut flags = conversion.flags;
    let width = match conversion.width {
        Amount::Absent => 0,
        Amount::Given(n) => n,
        Amount::Star => {
            let value = star(cx, arguments)?;
            let width = int::index_i64(cx, &value)?;
            flags.left |= width < 0;
            width.unsigned_abs() as usize
        }
    };
    let precision = match conversion.precision {
        Amount::Absent => None,
        Amount::Given(n) => Some(n),
        Amount::Star => {
            let value = star(cx, arguments)?;
            match value.as_int().and_then(IntRef::to_i64).map(i32::try_from) {
                Some(Ok(p)) => Some(p.max(0) as usize),
                _ => return Err(cx.overflow_error("Python int too large to convert to C int")),
            }
        }
    };
    let (kind, at) = match conversion.kind {
        Ok(kind) => kind,
        Err(stop) => return Err(cx.value_error(stop.message())),
    };
    if kind == u32::from('%') && (arguments.keyed && arguments.selected.is_some()) {
        arguments.selected = None;
        return Ok(None);
    }
    let value = arguments.next(cx)?;
    let kind = char::from_u32(kind).unwrap_or('\u{FFFD}');
    if !"srabcdiuoxXeEfFgG".contains(kind) {
        return Err(cx.value_error(unsupported(conversion.kind.map_or(0, |k| k.0), at)));
    }
    Ok(Some(Bound { flags, width, precision, kind, value }))
}

/// The integer of `%d` and its kin.
fn integer(cx: &mut Cx, value: &Value, kind: char) -> R {
    let hex = matches!(kind, 'o' | 'x' | 'X');
    if value.as_int().is_some() {
        return Ok(value.clone());
    }
    let slots = value.ty(cx).slots();
    let number = slots.int.is_some() || slots.float.is_some() || slots.index.is_some();
    let result = if !number {
        None
    } else if hex {
        Some(int::index(cx, value))
    } else {
        let int_type = int::INT.to_value();
        Some(ops::call(cx, &int_type, std::slice::from_ref(value)))
    };
    match result {
        Some(Ok(i)) => return Ok(i),
        Some(Err(raised)) => cx.catch(raised, &exc::TYPE_ERROR)?,
        None => {}
    }
    let wanted = if hex { "an integer" } else { "a real number" };
    let message = format!("%{kind} format: {wanted} is required, not {}", value.type_name(cx));
    Err(cx.type_error(message))
}

/// The text of a numeric conversion, width applied; `None` for other kinds.
pub fn number(cx: &mut Cx, bound: &Bound, float_message: &str) -> R<Option<String>> {
    let Bound { flags, width, precision, kind, ref value } = *bound;
    let result = match kind {
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let i = integer(cx, value, kind)?;
            let Some(i) = i.as_int() else {
                return Err(cx.type_error("%d format: a real number is required"));
            };
            if let (IntRef::Small(i), 'd', 0, None, false, false) =
                (i, kind, width, precision, flags.plus, flags.space)
            {
                return Ok(Some(i.to_string()));
            }
            if let (IntRef::Big(_), 'd' | 'i' | 'u') = (i, kind) {
                // Raises past the limit of digits.
                crate::int::convert::to_decimal(cx, i)?;
            }
            format_percent_int(&i.to_big(), kind, flags, width, precision)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let slots = value.ty(cx).slots();
            if value.as_float().is_none() && slots.float.is_none() && slots.index.is_none() {
                let message = format!("{float_message}, not {}", value.type_name(cx));
                return Err(cx.type_error(message));
            }
            let f = taipan_object::float::to_f64(cx, value)?;
            format_percent_float(f, kind, flags, width, precision)
        }
        _ => return Ok(None),
    };
    match result {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(crate::format::raise(cx, error)),
    }
}

fn textual(_cx: &Cx, value: &Value) -> bool {
    value.as_str().is_some()
}

/// The slot: `format % args`.
pub fn rem(cx: &mut Cx, a: &Value, b: &Value) -> R {
    match a.as_str() {
        Some(format) => format_percent(cx, format, b),
        None => Ok(Value::not_implemented()),
    }
}

/// `format % args`.
pub fn format_percent(cx: &mut Cx, format: &Obj<Str>, args: &Value) -> R {
    let mut arguments = Arguments::new(cx, args, textual);
    let data = format.data();
    let mut out = StrBuilder::default();
    for piece in Parser::new(|i| data.get(i)) {
        match piece {
            Piece::Literal(range) if range.len() == data.len() => out.push_str(format),
            Piece::Literal(range) => out.push_data(part(data, range)),
            Piece::Conversion(conversion) => {
                let bound = bind(cx, &mut arguments, &conversion, |cx, range| {
                    super::substring(cx, format, range.start, range.end)
                })?;
                match bound {
                    None => out.push(u32::from('%')),
                    Some(bound) if bound.kind == 'b' => {
                        let at = conversion.kind.map_or(0, |k| k.1);
                        return Err(cx.value_error(unsupported(u32::from('b'), at)));
                    }
                    Some(bound) => convert(cx, &mut out, &bound)?,
                }
            }
        }
    }
    arguments.finish(cx, "string")?;
    Ok(out.finish(cx))
}

fn convert(cx: &mut Cx, out: &mut StrBuilder, bound: &Bound) -> R<()> {
    let text = match bound.kind {
        's' => super::fields::str_value(cx, &bound.value)?,
        'r' => ops::repr(cx, &bound.value)?.into_value(),
        'a' => ascii(cx, &bound.value)?,
        'c' => character(cx, &bound.value)?,
        _ => {
            if let Some(text) = number(cx, bound, "must be real number")? {
                out.push_text(&text);
            }
            return Ok(());
        }
    };
    let Some(text) = text.as_str() else { return Ok(()) };
    let precision = bound.precision.filter(|_| bound.kind != 'c').unwrap_or(usize::MAX);
    let len = text.len().min(precision);
    let blanks = bound.width.saturating_sub(len);
    if !bound.flags.left {
        out.push_fill(cx, 0x20, blanks)?;
    }
    if len == text.len() {
        out.push_str(text)
    } else {
        out.push_data(part(text.data(), 0..len))
    }
    if bound.flags.left {
        out.push_fill(cx, 0x20, blanks)?;
    }
    Ok(())
}

fn character(cx: &mut Cx, value: &Value) -> R {
    if let Some(s) = value.as_str() {
        if s.len() == 1 {
            return Ok(s.to_value());
        }
        let message =
            format!("%c requires an int or a unicode character, not a string of length {}", s.len());
        return Err(cx.type_error(message));
    }
    if value.as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let message =
            format!("%c requires an int or a unicode character, not {}", super::qualified_type(cx, value)?);
        return Err(cx.type_error(message));
    }
    let i = int::index(cx, value)?;
    match i.as_int().and_then(IntRef::to_i64).and_then(|i| u32::try_from(i).ok()).filter(|&c| c < 0x110000) {
        Some(c) => Ok(cx.str_from_char(c)),
        None => Err(cx.overflow_error("%c arg not in range(0x110000)")),
    }
}
