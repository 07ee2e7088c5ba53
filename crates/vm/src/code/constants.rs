//! Constants of code objects as Python values, and back.

use std::sync::Arc;

use taipan_bytecode::{Constant, Name};
use taipan_object::{Cx, Handle, Str, Tuple, Value};

use crate::containers;

/// An interned string of a name.
pub fn name_value(cx: &mut Cx, name: &Name) -> Value {
    let value = cx.str_from_wtf8(name.as_wtf8()).into_value();
    cx.intern_value(value)
}

/// Whether the compiler interns a string constant: ASCII letters, digits and underscores only.
fn looks_like_name(text: &Name) -> bool {
    text.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The value of a constant. Nested code objects are made, but not prepared.
pub fn value_of(cx: &mut Cx, constant: &Constant) -> Value {
    match constant {
        Constant::None => Value::none(),
        Constant::True => Value::bool(true),
        Constant::False => Value::bool(false),
        Constant::Ellipsis => Value::ellipsis(),
        Constant::Int(i) => cx.int_from_big(i.clone()),
        Constant::Float(f) => cx.float(*f),
        Constant::Complex(re, im) => containers::complex(cx, *re, *im),
        Constant::Str(text) if looks_like_name(text) => name_value(cx, text),
        Constant::Str(text) => cx.str_from_wtf8(text.as_wtf8()).into_value(),
        Constant::Bytes(bytes) => containers::bytes(cx, bytes),
        Constant::Tuple(items) => tuple_of(cx, items).into_value(),
        Constant::FrozenSet(items) => {
            let items: Vec<Value> = items.iter().map(|c| value_of(cx, c)).collect();
            containers::frozenset(cx, items)
        }
        Constant::Slice(parts) => {
            let [start, stop, step] = &**parts;
            let start = value_of(cx, start);
            let stop = value_of(cx, stop);
            let step = value_of(cx, step);
            containers::slice(cx, start, stop, step)
        }
        Constant::Code(code) => super::new(cx, Arc::clone(code)).into_value(),
    }
}

pub fn tuple_of(cx: &mut Cx, items: &[Constant]) -> Handle<Tuple> {
    let values: Vec<Value> = items.iter().map(|c| value_of(cx, c)).collect();
    cx.tuple(values)
}

/// The constant form of a value, if it has one (for `code.replace` and `CodeType()`): `None` otherwise.
pub fn constant_of(cx: &mut Cx, value: &Value) -> Option<Constant> {
    use taipan_object::int::IntRef;
    if value.is_none() {
        return Some(Constant::None);
    }
    if let Some(b) = value.as_bool() {
        return Some(Constant::bool(b));
    }
    if *value == Value::ellipsis() {
        return Some(Constant::Ellipsis);
    }
    if value.is_instance_exact(&taipan_object::int::INT) {
        return match value.as_int()? {
            IntRef::Small(i) => Some(Constant::int(i)),
            IntRef::Big(b) => Some(Constant::Int(b.clone())),
        };
    }
    if value.is_instance_exact(&taipan_object::float::FLOAT) {
        return value.as_float().map(Constant::Float);
    }
    if let Some(s) = value.cast_exact::<Str>() {
        return Some(Constant::Str(Name::new(s.to_wtf8())));
    }
    if let Some(t) = value.cast_exact::<Tuple>() {
        let items: Option<Vec<Constant>> = t.items().iter().map(|v| constant_of(cx, v)).collect();
        return Some(Constant::Tuple(items?.into()));
    }
    if let Some(code) = value.cast_exact::<super::Code>() {
        return Some(Constant::Code(Arc::clone(&code.source)));
    }
    containers::constant_of(cx, value)
}
