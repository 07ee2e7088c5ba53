//! `str.format`, `str.format_map`, `str.__format__`, and the helpers that `_string` gives to `string.Formatter`.

use taipan_macros::{Trace, native};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, KwArgs, Obj, Payload, R, Slots, Str, StrData, Type, Value, exc, ops};
use taipan_text::field::{self, First, Markup, Numbering, Parser, Step};
use taipan_text::format_spec::{Align, Spec, layout_str};

use super::unit::{make, part, points};
use super::{StrBuilder, ascii};

/// `str(value)`, without a copy of what is a string already.
pub fn str_value(cx: &mut Cx, value: &Value) -> R {
    if value.is_instance_exact(&taipan_object::str::STR) {
        return Ok(value.clone());
    }
    if let Some(i) = value.word().as_int() {
        let mut buffer = [0; 24];
        let digits = crate::int::convert::small_decimal(i, &mut buffer);
        return Ok(make(cx, digits));
    }
    ops::str_of(cx, value).map(|s| s.into_value())
}

/// `format(value, spec)`; an absent specification is the empty one. The short way of FORMAT_SIMPLE.
pub fn format_value(cx: &mut Cx, value: &Value, spec: Option<&Value>) -> R {
    let empty = spec.is_none_or(|s| s.as_str().is_some_and(|s| s.is_empty()));
    if empty && (value.is_instance_exact(&taipan_object::str::STR) || value.word().is_int()) {
        return str_value(cx, value);
    }
    match spec {
        Some(spec) => ops::format(cx, value, spec),
        None => {
            let empty = cx.empty_str();
            ops::format(cx, value, &empty)
        }
    }
}

/// Return a formatted version of the string as described by format_spec.
#[native("str.__format__($self, format_spec, /)")]
pub fn format_spec(cx: &mut Cx, this: &Value, format_spec: &Value) -> R {
    let spec = crate::format::spec_text(cx, format_spec)?;
    if spec.is_empty() {
        return ops::str_of(cx, this).map(|s| s.into_value());
    }
    let name = this.type_name(cx).into_owned();
    let Some(text) = this.as_str() else { return Err(cx.type_error("a str is required")) };
    let layout = Spec::parse(&points(spec), 's', Align::Left, &name)
        .and_then(|spec| layout_str(&spec, text.len(), &name));
    let (take, padding) = match layout {
        Ok(layout) => layout,
        Err(error) => return Err(crate::format::raise(cx, error)),
    };
    if take == text.len() && padding.left == 0 && padding.right == 0 {
        return Ok(text.to_value());
    }
    let mut out = StrBuilder::default();
    out.push_fill(cx, padding.fill, padding.left)?;
    out.push_data(part(text.data(), 0..take));
    out.push_fill(cx, padding.fill, padding.right)?;
    Ok(out.finish(cx))
}

/// Where fields get their values from.
enum Source<'a> {
    Call(&'a [Value], KwArgs<'a>),
    Mapping(&'a Value),
}

/// Return a formatted version of the string, using substitutions from args and kwargs.
/// The substitutions are identified by braces ('{' and '}').
#[native("str.format($self, /, *args, **kwargs)")]
pub fn format(cx: &mut Cx, this: &Obj<Str>, args: &[Value], kwargs: KwArgs<'_>) -> R {
    let braces = |b: &u8| matches!(b, b'{' | b'}');
    if this.as_ascii().is_some_and(|text| !text.as_bytes().iter().any(braces)) {
        return Ok(this.to_value());
    }
    let mut numbering = Numbering::default();
    run(cx, &points(this), &Source::Call(args, kwargs), &mut numbering, 2)
}

/// Return a formatted version of the string, using substitutions from mapping.
/// The substitutions are identified by braces ('{' and '}').
#[native("str.format_map($self, mapping, /)")]
pub fn format_map(cx: &mut Cx, this: &Obj<Str>, mapping: &Value) -> R {
    let mut numbering = Numbering::default();
    run(cx, &points(this), &Source::Mapping(mapping), &mut numbering, 2)
}

fn run(cx: &mut Cx, text: &[u32], source: &Source<'_>, numbering: &mut Numbering, depth: u32) -> R {
    if depth == 0 {
        return Err(cx.value_error("Max string recursion exceeded"));
    }
    let mut out = StrBuilder::default();
    for markup in Parser::new(text) {
        let Markup { literal, field } = markup.map_err(|message| cx.value_error(message))?;
        out.push_data(StrData::Four(&text[literal]));
        let Some(field) = field else { continue };
        let mut value = field_value(cx, &text[field.name], source, numbering)?;
        if let Some(conversion) = field.conversion {
            value = match char::from_u32(conversion) {
                Some('r') => ops::repr(cx, &value)?.into_value(),
                Some('s') => str_value(cx, &value)?,
                Some('a') => ascii(cx, &value)?,
                _ => return Err(cx.value_error(field::unknown_conversion(conversion))),
            };
        }
        let spec = &text[field.spec];
        let spec = if field.nested { run(cx, spec, source, numbering, depth - 1)? } else { make(cx, spec) };
        let shown = format_value(cx, &value, Some(&spec))?;
        if let Some(shown) = shown.as_str() {
            out.push_str(shown);
        }
    }
    Ok(out.finish(cx))
}

fn argument(cx: &mut Cx, source: &Source<'_>, numbering: &mut Numbering, given: Option<usize>) -> R {
    let index = numbering.index(given).map_err(|message| cx.value_error(message))?;
    match source {
        Source::Mapping(_) => Err(cx.value_error("Format string contains positional fields")),
        Source::Call(args, _) => match args.get(index) {
            Some(value) => Ok(value.clone()),
            None => {
                Err(cx
                    .index_error(format!("Replacement index {index} out of range for positional args tuple")))
            }
        },
    }
}

fn field_value(cx: &mut Cx, name: &[u32], source: &Source<'_>, numbering: &mut Numbering) -> R {
    let (first, steps) = field::split_first(name).map_err(|message| cx.value_error(message))?;
    let mut value = match first {
        First::Auto => argument(cx, source, numbering, None)?,
        First::Index(i) => argument(cx, source, numbering, Some(i))?,
        First::Name(range) => {
            let key = make(cx, &name[range]);
            match source {
                Source::Mapping(mapping) => ops::getitem(cx, mapping, &key)?,
                Source::Call(_, kwargs) => {
                    let found = key
                        .as_str()
                        .and_then(|k| kwargs.iter().find(|(n, _)| n.same(k)))
                        .map(|(_, v)| v.clone());
                    match found {
                        Some(value) => value,
                        None => return Err(cx.key_error(&key)),
                    }
                }
            }
        }
    };
    for step in steps {
        value = match step.map_err(|message| cx.value_error(message))? {
            Step::Attribute(range) => {
                let name = make(cx, &name[range]);
                let name = cx.intern_value(name);
                match name.as_str() {
                    Some(name) => ops::getattr(cx, &value, name)?,
                    None => value,
                }
            }
            Step::Index(i) => {
                let key = cx.int(i as i64);
                ops::getitem(cx, &value, &key)?
            }
            Step::Key(range) => {
                let key = make(cx, &name[range]);
                ops::getitem(cx, &value, &key)?
            }
        };
    }
    Ok(value)
}

/// The payload of `formatteriterator`: the text and where its parser goes on.
#[derive(Trace)]
pub struct FormatterIterator {
    text: Handle<Str>,
    /// What is left: literal, field, and after an error nothing.
    #[trace(skip)]
    parts: std::vec::IntoIter<Result<Markup, field::Message>>,
}

// SAFETY: instances of the type are `Obj<FormatterIterator>`; the string is traced.
unsafe impl Payload for FormatterIterator {
    const TYPE: &'static Obj<Type> = &FORMATTER_ITERATOR;
}

/// `formatteriterator`, which `_string.formatter_parser` returns.
pub static FORMATTER_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<FormatterIterator>("formatteriterator").base(&OBJECT).with_slots(Slots {
        iter: Some(|_, this| Ok(this.clone())),
        next: Some(formatter_next),
        ..Slots::EMPTY
    }),
);

/// `_string.formatter_parser(text)`: an iterator over `(literal, field name, spec, conversion)`.
pub fn formatter_parser(cx: &mut Cx, text: &Obj<Str>) -> Value {
    let parts: Vec<_> = Parser::new(&points(text)).collect();
    cx.new_object(FormatterIterator { text: text.to_handle(), parts: parts.into_iter() }).into_value()
}

fn formatter_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<FormatterIterator>() else { return Ok(None) };
    let state = iterator.get_mut(cx);
    let text = state.text.clone();
    let Some(next) = state.parts.next() else { return Ok(None) };
    let Markup { literal, field } = next.map_err(|message| cx.value_error(message))?;
    let literal = super::substring(cx, &text, literal.start, literal.end);
    let none = Value::none();
    Ok(Some(match field {
        None => cx.tuple_value([literal, none, Value::none(), Value::none()]),
        Some(field) => {
            let name = super::substring(cx, &text, field.name.start, field.name.end);
            let spec = super::substring(cx, &text, field.spec.start, field.spec.end);
            let conversion = match field.conversion {
                Some(c) => cx.str_from_char(c),
                None => none,
            };
            cx.tuple_value([literal, name, spec, conversion])
        }
    }))
}

/// The payload of `fieldnameiterator`: `(is attribute, key)` pairs that are left.
#[derive(Trace)]
pub struct FieldNameIterator {
    name: Handle<Str>,
    #[trace(skip)]
    steps: std::vec::IntoIter<Result<Step, field::Message>>,
}

// SAFETY: instances of the type are `Obj<FieldNameIterator>`; the string is traced.
unsafe impl Payload for FieldNameIterator {
    const TYPE: &'static Obj<Type> = &FIELD_NAME_ITERATOR;
}

/// `fieldnameiterator`, a part of what `_string.formatter_field_name_split` returns.
pub static FIELD_NAME_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<FieldNameIterator>("fieldnameiterator").base(&OBJECT).with_slots(Slots {
        iter: Some(|_, this| Ok(this.clone())),
        next: Some(field_name_next),
        ..Slots::EMPTY
    }),
);

/// `_string.formatter_field_name_split(name)`: the first part (str or int) and an iterator over the rest.
pub fn formatter_field_name_split(cx: &mut Cx, name: &Obj<Str>) -> R {
    let text = points(name);
    let (first, steps) = field::split_first(&text).map_err(|message| cx.value_error(message))?;
    let first = match first {
        First::Auto => cx.empty_str(),
        First::Index(i) => cx.int(i as i64),
        First::Name(range) => make(cx, &text[range]),
    };
    let steps: Vec<_> = steps.collect();
    let rest = cx.new_object(FieldNameIterator { name: name.to_handle(), steps: steps.into_iter() });
    Ok(cx.tuple_value([first, rest.into_value()]))
}

fn field_name_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<FieldNameIterator>() else { return Ok(None) };
    let state = iterator.get_mut(cx);
    let name = state.name.clone();
    let Some(next) = state.steps.next() else { return Ok(None) };
    let step = next.map_err(|message| cx.raise(&exc::VALUE_ERROR, message))?;
    let (attribute, key) = match step {
        Step::Attribute(range) => (true, super::substring(cx, &name, range.start, range.end)),
        Step::Index(i) => (false, cx.int(i as i64)),
        Step::Key(range) => (false, super::substring(cx, &name, range.start, range.end)),
    };
    Ok(Some(cx.tuple_value([Value::bool(attribute), key])))
}
