//! What a value is, from its layout alone: no method of it is ever called.

use taipan_event::{ObjectState, Shown};
use taipan_object::exc::Exception;
use taipan_object::{Cx, Dict, Obj, Str, Tuple, Value, dict, gc, instance};
use taipan_types::list::List;

use super::number;
use super::snapshot::Reached;
use crate::code::Code;
use crate::function::Function;

/// Parts of an object that a step shows.
const MOST_PARTS: usize = 24;
/// Characters of a text that are shown, and bits of an integer that is written out.
const LONGEST: usize = 80;
const WIDEST: usize = 1024;

/// How a value that is no mortal heap object is shown.
pub(super) fn plain(cx: &mut Cx, value: &Value) -> Option<Shown> {
    match value.header() {
        None => Some(match value.as_float() {
            Some(number) => Shown::Float(taipan_text::number::format::repr(number).into()),
            None => match value.as_int().and_then(|int| int.to_i64()) {
                Some(int) => Shown::Int(int),
                None => Shown::Constant("?".into()),
            },
        }),
        Some(header) if header.is_immortal() => Some(Shown::Constant(text(cx, value).into())),
        Some(_) => None,
    }
}

/// The state of a heap object. The value is given up, so that its own count is the program's.
pub(super) fn object(cx: &mut Cx, reached: &mut Reached, value: Value, distance: u32) -> ObjectState {
    let id = number(cx, &value);
    let kind = value.type_name(cx).into_owned().into();
    let text = text(cx, &value).into();
    let (labelled, more) = parts(cx, &value);
    let parts = labelled
        .into_iter()
        .map(|(label, part)| (label.into_boxed_str(), reached.show(cx, &part, distance + 1)))
        .collect();
    // Two counts are ours: this handle and the one in the queue.
    let count = value.header().map_or(0, |header| header.count().saturating_sub(2));
    ObjectState { id, kind, text, count, parts, more }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn quoted(text: &Obj<Str>) -> String {
    let shown = taipan_text::repr::repr_str(text.chars().take(LONGEST).collect::<Vec<_>>().into_iter());
    let shown = shown.to_string_lossy();
    if text.len() > LONGEST { format!("{shown}… ({} characters)", text.len()) } else { shown }
}

/// A value in one line.
fn text(cx: &Cx, value: &Value) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    if let Some(text) = value.as_str() {
        return quoted(text);
    }
    if let Some(int) = value.as_int() {
        if value.is_instance_exact(&taipan_object::int::BOOL) {
            return if int.to_i64() == Some(0) { "False" } else { "True" }.to_owned();
        }
        let big = int.to_big();
        let words = big.as_sign_words().1.len();
        return if words > WIDEST / 64 {
            format!("an integer of about {} bits", words * 64)
        } else {
            cut(&big.to_string())
        };
    }
    if let Some(number) = value.as_float() {
        return taipan_text::number::format::repr(number);
    }
    if let Some(bytes) = value.as_bytes() {
        let bytes = bytes.as_slice();
        let shown = taipan_text::repr::repr_bytes(&bytes[..bytes.len().min(LONGEST)]);
        return if bytes.len() > LONGEST { format!("{shown}… ({} bytes)", bytes.len()) } else { shown };
    }
    if let Some(list) = value.cast_exact::<List>() {
        let items = &list.get(cx).items;
        return listed(items.len(), items.iter().map(|item| brief(cx, item)), ["[", "]"]);
    }
    if let Some(tuple) = value.cast_exact::<Tuple>() {
        let items = tuple.items();
        let ends = ["(", if items.len() == 1 { ",)" } else { ")" }];
        return listed(items.len(), items.iter().map(|item| brief(cx, item)), ends);
    }
    if let Some(dict) = value.as_dict() {
        let mut position = 0;
        let entries = std::iter::from_fn(|| {
            let (key, item) = dict::entry_at(cx, dict, &mut position)?;
            Some(format!("{}: {}", brief(cx, key), brief(cx, item)))
        });
        return listed(dict::len(cx, dict), entries, ["{", "}"]);
    }
    if let Some(set) = taipan_types::set::as_set(value) {
        let set = set.get(cx);
        return listed(set.len(), set.keys().map(|key| brief(cx, key)), ["{", "}"]);
    }
    if let Some(function) = value.cast::<Function>() {
        return format!("function {}", name(&function.get(cx).qualname));
    }
    if let Some(code) = value.cast::<Code>() {
        return format!("code of {}", code.source.qualname);
    }
    if let Some(class) = value.as_type() {
        return format!("class {}", class.name());
    }
    if value.cast::<Exception>().is_some() {
        return exception(cx, value);
    }
    format!("{} object", value.type_name(cx))
}

/// The first items of a container between its brackets, and how many it has where that is more.
fn listed(count: usize, items: impl Iterator<Item = String>, ends: [&str; 2]) -> String {
    let mut out = ends[0].to_owned();
    for (index, item) in items.enumerate() {
        if out.len() > LONGEST {
            return format!("{out}, …{} ({count} items)", ends[1]);
        }
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(&item);
    }
    out + ends[1]
}

/// A value inside another one's text: containers and instances are only named there.
fn brief(cx: &Cx, value: &Value) -> String {
    let plain = value.header().is_none_or(|header| header.is_immortal());
    if plain || value.as_str().is_some() || value.as_int().is_some() || value.as_float().is_some() {
        return text(cx, value);
    }
    format!("<{}>", value.type_name(cx))
}

fn name(value: &Value) -> String {
    value.as_str().map(|name| cut(&name.to_string_lossy())).unwrap_or_default()
}

/// Type and first argument of an exception.
pub(super) fn exception(cx: &Cx, value: &Value) -> String {
    let kind = value.type_name(cx).into_owned();
    let args = value.cast::<Exception>().and_then(|exception| exception.get(cx).args.clone());
    let first = args.as_ref().and_then(Value::cast::<Tuple>).and_then(|args| args.items().first().cloned());
    match first {
        Some(first) => match first.as_str() {
            Some(message) => cut(&format!("{kind}: {}", message.to_string_lossy())),
            None => cut(&format!("{kind}: {}", text(cx, &first))),
        },
        None => kind,
    }
}

/// The parts of an object as far as they are shown.
#[derive(Default)]
struct Parts {
    shown: Vec<(String, Value)>,
    total: usize,
}

impl Parts {
    fn add(&mut self, label: String, part: &Value) {
        self.total += 1;
        if self.shown.len() < MOST_PARTS {
            self.shown.push((label, part.clone()));
        }
    }

    fn items(&mut self, items: &[Value]) {
        for (index, item) in items.iter().take(MOST_PARTS).enumerate() {
            self.shown.push((index.to_string(), item.clone()));
        }
        self.total += items.len();
    }

    fn entries(&mut self, cx: &Cx, mapping: &Obj<Dict>) {
        let mut position = 0;
        while self.shown.len() < MOST_PARTS
            && let Some((key, item)) = dict::entry_at(cx, mapping, &mut position)
        {
            self.shown.push((key_text(cx, key), item.clone()));
        }
        self.total += dict::len(cx, mapping);
    }
}

/// What an object refers to, with labels, and how much is left out.
fn parts(cx: &mut Cx, value: &Value) -> (Vec<(String, Value)>, u32) {
    let mut parts = Parts::default();
    if let Some(list) = value.cast_exact::<List>() {
        parts.items(&list.get(cx).items);
    } else if let Some(tuple) = value.cast_exact::<Tuple>() {
        parts.items(tuple.items());
    } else if let Some(dict) = value.as_dict() {
        parts.entries(cx, dict);
    } else if let Some(function) = value.cast::<Function>() {
        let function = function.get(cx);
        for (label, part) in [("closure", &function.closure), ("defaults", &function.defaults)] {
            if let Some(part) = part {
                parts.add(label.to_owned(), part);
            }
        }
    } else if value.as_type().is_some() {
        class_parts(cx, value, &mut parts);
    } else if value.cast::<Code>().is_none() && value.as_str().is_none() {
        other_parts(cx, value, &mut parts);
    }
    let more = parts.total.saturating_sub(parts.shown.len());
    (parts.shown, u32::try_from(more).unwrap_or(u32::MAX))
}

/// The program's own names of a class.
fn class_parts(cx: &Cx, value: &Value, parts: &mut Parts) {
    let namespace = value.as_type().and_then(|class| class.rest(cx).dict.clone());
    if let Some(namespace) = namespace.as_ref().and_then(Value::as_dict) {
        for (key, item) in dict::items(cx, namespace) {
            let label = key_text(cx, &key);
            if !label.starts_with("__") {
                parts.add(label, &item);
            }
        }
    }
}

/// Attributes with their names, and whatever else the object holds.
fn other_parts(cx: &mut Cx, value: &Value, parts: &mut Parts) {
    let attributes = instance::shape_items(cx, value);
    let known: Vec<u64> = attributes.iter().map(|(_, part)| part.word().bits()).collect();
    attributes.iter().for_each(|(key, part)| parts.add(name(key), part));
    for part in gc::get_referents(cx, value) {
        // The type is named already, and attributes have their labels.
        if part.as_type().is_none() && !known.contains(&part.word().bits()) {
            parts.add(String::new(), &part);
        }
    }
}

fn key_text(cx: &Cx, key: &Value) -> String {
    match key.as_str() {
        Some(text) => cut(&text.to_string_lossy()),
        None => text(cx, key),
    }
}
