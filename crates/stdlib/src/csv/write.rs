//! The writer: rows as lines of text.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, MemberDef, Obj, Payload, R, Type, TypeDefs, Value, exc, flags, ops};

use super::dialect::{Dialect, Quoting};
use super::error;

/// The payload.
#[derive(Trace)]
pub struct Writer {
    write: Value,
    dialect: Value,
}

// SAFETY: instances of the type are `Obj<Writer>`; both values are traced.
unsafe impl Payload for Writer {
    const TYPE: &'static Obj<Type> = &WRITER;
}

pub static WRITER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Writer>("_csv.writer")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .defs(&TypeDefs { methods: natives![writerow, writerows], members: MEMBERS, ..TypeDefs::NONE })
        .doc("CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input."),
);

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "dialect",
    doc: None,
    get: |cx, v| Ok(v.cast::<Writer>().map_or_else(Value::none, |w| w.get(cx).dialect.clone())),
    set: None,
}];

pub fn new(cx: &mut Cx, write: Value, dialect: Value) -> Value {
    cx.new_object(Writer { write, dialect }).into_value()
}

/// Appends a field. `quoted` asks for quotes; they also come where the text needs them and the rule allows.
fn field(cx: &mut Cx, out: &mut Vec<u32>, d: &Dialect, text: &[u32], mut quoted: bool) -> R<()> {
    let special = |c: u32| {
        c == d.delimiter
            || Some(c) == d.escapechar
            || Some(c) == d.quotechar
            || c == 10
            || c == 13
            || d.lineterminator.contains(&c)
    };
    let mut body = Vec::with_capacity(text.len() + 2);
    for &c in text {
        if special(c) {
            let mut escape = false;
            if d.quoting == Quoting::None {
                escape = true;
            } else if Some(c) == d.quotechar {
                if d.doublequote {
                    body.push(c);
                } else {
                    escape = true;
                }
                quoted |= !escape;
            } else if Some(c) == d.escapechar {
                escape = true;
            } else {
                quoted = true;
            }
            if escape {
                match d.escapechar {
                    Some(e) => body.push(e),
                    None => return Err(error(cx, "need to escape, but no escapechar set")),
                }
            }
        }
        body.push(c);
    }
    let quote = d.quotechar.filter(|_| quoted && d.quoting != Quoting::None);
    out.extend(quote);
    out.extend(body);
    out.extend(quote);
    Ok(())
}

/// writerow(iterable)
///
/// Construct and write a CSV record from an iterable of fields.  Non-string
/// elements will be converted to string.
#[native("_csv.writer.writerow($self, seq, /)")]
fn writerow(cx: &mut Cx, this: &Obj<Writer>, seq: &Value) -> R {
    let (write, dialect) = (this.get(cx).write.clone(), this.get(cx).dialect.clone());
    let Some(d) = dialect.cast::<Dialect>().map(|d| d.get(cx).clone()) else {
        return Err(cx.type_error("a Dialect is required"));
    };
    let iterator = match ops::iter(cx, seq) {
        Ok(iterator) => iterator,
        Err(raised) => {
            cx.catch(raised, &exc::TYPE_ERROR)?;
            let message = format!("iterable expected, not {}", seq.type_name(cx));
            return Err(error(cx, message));
        }
    };
    let mut out: Vec<u32> = Vec::new();
    let mut count = 0usize;
    let mut last_none = false;
    while let Some(item) = ops::next(cx, &iterator)? {
        let is_text = item.as_str().is_some();
        let is_number = item.as_int().is_some() || item.as_float().is_some();
        last_none = item.is_none();
        let quoted = match d.quoting {
            Quoting::NonNumeric => !is_number,
            Quoting::All => true,
            Quoting::Strings => is_text,
            Quoting::NotNull => !last_none,
            Quoting::Minimal | Quoting::None => false,
        };
        let text: Vec<u32> = if last_none {
            Vec::new()
        } else if let Some(text) = item.as_str() {
            text.chars().collect()
        } else {
            ops::str_of(cx, &item)?.chars().collect()
        };
        // A space at the beginning would be skipped by a reader.
        let must_quote = d.skipinitialspace && d.delimiter == 32 && text.is_empty();
        let cannot_quote = d.quoting == Quoting::None
            || last_none && matches!(d.quoting, Quoting::Strings | Quoting::NotNull);
        if must_quote && cannot_quote {
            let message = "empty field must be quoted if delimiter is a space and skipinitialspace is true";
            return Err(error(cx, message));
        }
        let quoted = quoted || must_quote;
        if count > 0 {
            out.push(d.delimiter);
        }
        count += 1;
        field(cx, &mut out, &d, &text, quoted)?;
    }
    if count > 0 && out.is_empty() {
        // A single empty field would read as no field at all.
        let cannot = d.quoting == Quoting::None
            || last_none && matches!(d.quoting, Quoting::Strings | Quoting::NotNull);
        match d.quotechar {
            Some(q) if !cannot => out.extend([q, q]),
            _ => return Err(error(cx, "single empty field record must be quoted")),
        }
    }
    out.extend_from_slice(&d.lineterminator);
    let line = cx.str_from_code_points(&out).into_value();
    ops::call(cx, &write, &[line])
}

/// writerows(iterable of iterables)
///
/// Construct and write a series of iterables to a csv file.  Non-string
/// elements will be converted to string.
#[native("_csv.writer.writerows($self, seqseq, /)")]
fn writerows(cx: &mut Cx, this: &Obj<Writer>, seqseq: &Value) -> R<()> {
    ops::for_each(cx, seqseq, |cx, row| writerow(cx, this, &row).map(|_| true))
}
