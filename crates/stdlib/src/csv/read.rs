//! The reader: a state machine over characters that gives a row at a time.

use taipan_macros::Trace;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, ops};
use taipan_types::list::new_list;

use super::dialect::{Dialect, Quoting};
use super::{State as ModuleState, error};

/// The payload.
#[derive(Trace)]
pub struct Reader {
    lines: Value,
    dialect: Value,
    #[trace(skip)]
    line_number: i64,
    /// Counts the calls of `next`, so that one which was entered again is noticed.
    #[trace(skip)]
    turn: u64,
}

// SAFETY: instances of the type are `Obj<Reader>`; both values are traced.
unsafe impl Payload for Reader {
    const TYPE: &'static Obj<Type> = &READER;
}

pub static READER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Reader>("_csv.reader")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { iter: Some(|_, v| Ok(v.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs { members: MEMBERS, ..TypeDefs::NONE })
        .doc("CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format."),
);

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "dialect",
        doc: None,
        get: |cx, v| Ok(v.cast::<Reader>().map_or_else(Value::none, |r| r.get(cx).dialect.clone())),
        set: None,
    },
    MemberDef {
        name: "line_num",
        doc: None,
        get: |cx, v| {
            let n = v.cast::<Reader>().map_or(0, |r| r.get(cx).line_number);
            Ok(cx.int(n))
        },
        set: None,
    },
];

pub fn new(cx: &mut Cx, lines: Value, dialect: Value) -> Value {
    cx.new_object(Reader { lines, dialect, line_number: 0, turn: 0 }).into_value()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    StartRecord,
    StartField,
    InField,
    Escaped,
    InQuoted,
    EscapedInQuoted,
    QuoteInQuoted,
    /// After the line's end.
    AfterNewline,
    AfterEscapedNewline,
}

/// A row that is being read.
struct Row<'a> {
    d: &'a Dialect,
    limit: i64,
    place: Place,
    field: Vec<u32>,
    quoted: bool,
    fields: Vec<Value>,
}

impl Row<'_> {
    fn push(&mut self, cx: &mut Cx, c: u32) -> R<()> {
        if self.field.len() as i64 >= self.limit {
            let limit = self.limit;
            return Err(error(cx, format!("field larger than field limit ({limit})")));
        }
        if self.field.try_reserve(1).is_err() {
            return Err(cx.memory_error());
        }
        self.field.push(c);
        Ok(())
    }

    fn end_field(&mut self, cx: &mut Cx) -> R<()> {
        let empty = self.field.is_empty();
        let none = !self.quoted && empty && matches!(self.d.quoting, Quoting::NotNull | Quoting::Strings);
        let number =
            !self.quoted && !empty && matches!(self.d.quoting, Quoting::NonNumeric | Quoting::Strings);
        let field = if none {
            Value::none()
        } else {
            let text = cx.str_from_code_points(&self.field).into_value();
            if number { ops::call(cx, &taipan_object::float::FLOAT.to_value(), &[text])? } else { text }
        };
        self.field.clear();
        self.quoted = false;
        self.fields.push(field);
        Ok(())
    }

    /// One character; `None` ends the line.
    fn step(&mut self, cx: &mut Cx, c: Option<u32>) -> R<()> {
        let newline = matches!(c, Some(10 | 13));
        match self.place {
            Place::StartRecord => match c {
                None => {}
                Some(10 | 13) => self.place = Place::AfterNewline,
                Some(_) => {
                    self.place = Place::StartField;
                    return self.start_field(cx, c);
                }
            },
            Place::StartField => return self.start_field(cx, c),
            Place::AfterEscapedNewline if c.is_none() => {}
            Place::AfterEscapedNewline | Place::InField => return self.in_field(cx, c),
            Place::Escaped => {
                if newline {
                    self.push(cx, c.unwrap_or(10))?;
                    self.place = Place::AfterEscapedNewline;
                } else {
                    self.push(cx, c.unwrap_or(10))?;
                    self.place = Place::InField;
                }
            }
            Place::InQuoted => match c {
                None => {}
                Some(c) if Some(c) == self.d.escapechar => self.place = Place::EscapedInQuoted,
                Some(c) if Some(c) == self.d.quotechar && self.d.quoting != Quoting::None => {
                    self.place = if self.d.doublequote { Place::QuoteInQuoted } else { Place::InField };
                }
                Some(c) => self.push(cx, c)?,
            },
            Place::EscapedInQuoted => {
                self.push(cx, c.unwrap_or(10))?;
                self.place = Place::InQuoted;
            }
            Place::QuoteInQuoted => match c {
                Some(c) if self.d.quoting != Quoting::None && Some(c) == self.d.quotechar => {
                    self.push(cx, c)?;
                    self.place = Place::InQuoted;
                }
                Some(c) if c == self.d.delimiter => {
                    self.end_field(cx)?;
                    self.place = Place::StartField;
                }
                None => {
                    self.end_field(cx)?;
                    self.place = Place::StartRecord;
                }
                Some(10 | 13) => {
                    self.end_field(cx)?;
                    self.place = Place::AfterNewline;
                }
                Some(c) if !self.d.strict => {
                    self.push(cx, c)?;
                    self.place = Place::InField;
                }
                Some(_) => {
                    let wanted = [Some(self.d.delimiter), self.d.quotechar]
                        .map(|c| c.and_then(char::from_u32).map(String::from).unwrap_or_default());
                    return Err(error(cx, format!("'{}' expected after '{}'", wanted[0], wanted[1])));
                }
            },
            Place::AfterNewline => match c {
                Some(10 | 13) => {}
                None => self.place = Place::StartRecord,
                Some(_) => {
                    return Err(error(
                        cx,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ));
                }
            },
        }
        Ok(())
    }

    fn start_field(&mut self, cx: &mut Cx, c: Option<u32>) -> R<()> {
        match c {
            None => {
                self.end_field(cx)?;
                self.place = Place::StartRecord;
            }
            Some(10 | 13) => {
                self.end_field(cx)?;
                self.place = Place::AfterNewline;
            }
            Some(c) if Some(c) == self.d.quotechar && self.d.quoting != Quoting::None => {
                self.quoted = true;
                self.place = Place::InQuoted;
            }
            Some(c) if Some(c) == self.d.escapechar => self.place = Place::Escaped,
            Some(32) if self.d.skipinitialspace => {}
            Some(c) if c == self.d.delimiter => self.end_field(cx)?,
            Some(c) => {
                self.push(cx, c)?;
                self.place = Place::InField;
            }
        }
        Ok(())
    }

    fn in_field(&mut self, cx: &mut Cx, c: Option<u32>) -> R<()> {
        match c {
            None => {
                self.end_field(cx)?;
                self.place = Place::StartRecord;
            }
            Some(10 | 13) => {
                self.end_field(cx)?;
                self.place = Place::AfterNewline;
            }
            Some(c) if Some(c) == self.d.escapechar => self.place = Place::Escaped,
            Some(c) if c == self.d.delimiter => {
                self.end_field(cx)?;
                self.place = Place::StartField;
            }
            Some(c) => {
                self.push(cx, c)?;
                self.place = Place::InField;
            }
        }
        Ok(())
    }
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(reader) = this.cast::<Reader>() else { return Err(cx.type_error("a reader is required")) };
    let (lines, dialect) = (reader.get(cx).lines.clone(), reader.get(cx).dialect.clone());
    let Some(d) = dialect.cast::<Dialect>().map(|d| d.get(cx).clone()) else {
        return Err(cx.type_error("a Dialect is required"));
    };
    let limit = cx.interp_mut().state::<ModuleState>().limit;
    let reentered = |cx: &Cx, before: u64| reader.get(cx).turn != before;
    let turn = &mut reader.get_mut(cx).turn;
    *turn = turn.wrapping_add(1);
    let turn = *turn;
    let mut row =
        Row { d: &d, limit, place: Place::StartRecord, field: Vec::new(), quoted: false, fields: Vec::new() };
    loop {
        let line = ops::next(cx, &lines)?;
        if reentered(cx, turn) {
            return Err(error(cx, "iterator has already advanced the reader"));
        }
        let Some(line) = line else {
            if !row.field.is_empty() || row.place == Place::InQuoted {
                if d.strict {
                    return Err(error(cx, "unexpected end of data"));
                }
                row.end_field(cx)?;
                break;
            }
            if !row.fields.is_empty() {
                break;
            }
            return Ok(None);
        };
        let Some(text) = line.as_str() else {
            let message = format!(
                "iterator should return strings, not {} (the file should be opened in text mode)",
                line.type_name(cx)
            );
            return Err(error(cx, message));
        };
        reader.get_mut(cx).line_number += 1;
        for c in text.chars() {
            row.step(cx, Some(c))?;
        }
        row.step(cx, None)?;
        if row.place == Place::StartRecord {
            break;
        }
    }
    let fields = std::mem::take(&mut row.fields);
    Ok(Some(new_list(cx, fields).into_value()))
}
