//! Codecs by table: `charmap_decode`, `charmap_encode`, and the compact table that `charmap_build` makes.

use std::collections::HashMap;

use taipan_macros::native;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Dict, Obj, Payload, R, Raised, Type, Value, dict, exc, flags, ops};
use taipan_text::codecs::charmap::{self, Mapped};
use taipan_text::codecs::{CodecError, DecodeErrors, Decoded, EncodeErrors, Replacement, TextBuilder};
use taipan_types::Types;
use taipan_vm::runtime::codecs::{DecodeHandler, EncodeHandler};

use super::{bytes_arg, decoded, errors_arg, pair, text_arg, with_units};

/// The payload of `EncodingMap`: bytes by code point.
pub struct EncodingMap {
    bytes: HashMap<u32, u8>,
}

taipan_object::plain_data!(EncodingMap);

// SAFETY: the type cannot be subclassed; the payload holds no values.
unsafe impl Payload for EncodingMap {
    const TYPE: &'static Obj<Type> = &ENCODING_MAP;
}

static ENCODING_MAP: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<EncodingMap>("EncodingMap").base(&OBJECT).flags(flags::DISALLOW_INSTANTIATION).defs(
        &taipan_object::TypeDefs { methods: taipan_macros::natives![size], ..taipan_object::TypeDefs::NONE },
    ),
);

/// Return the size (in bytes) of this object.
#[native("EncodingMap.size($self, /)")]
fn size(cx: &mut Cx, this: &Obj<EncodingMap>) -> R<usize> {
    Ok(16 + 32 + this.get(cx).bytes.len().next_multiple_of(128))
}

pub fn types(types: &mut Types) {
    types.add([&ENCODING_MAP]);
}

#[native("_codecs.charmap_build(map, /)")]
pub fn charmap_build(cx: &mut Cx, map: &Value) -> R {
    let Some(text) = map.as_str() else {
        let message = format!("charmap_build() argument must be str, not {}", map.type_name(cx));
        return Err(cx.type_error(message));
    };
    if text.is_empty() || text.len() > 256 || text.char_at(0) != Some(0) {
        // A table that the compact form cannot hold.
        let table = cx.new_dict();
        let points: Vec<u32> = text.chars().collect();
        for (i, c) in points.into_iter().enumerate() {
            let (key, value) = (cx.int(c.into()), cx.int(i as i64));
            dict::set(cx, &table, key, value)?;
        }
        return Ok(table.into_value());
    }
    let bytes = text.chars().enumerate().filter(|(_, c)| *c != 0xFFFE).map(|(i, c)| (c, i as u8)).collect();
    Ok(cx.new_object(EncodingMap { bytes }).into_value())
}

#[native("_codecs.charmap_decode(data, errors=None, mapping=None, /)")]
pub fn charmap_decode(cx: &mut Cx, data: &Value, errors: Option<&Value>, mapping: Option<&Value>) -> R {
    let data = bytes_arg(cx, data)?;
    let errors = errors_arg(cx, "charmap_decode", errors)?;
    let Some(mapping) = mapping.filter(|m| !m.is_none()) else {
        let text = taipan_text::codecs::decode_latin1(&data);
        let value = taipan_vm::runtime::codecs::text_value(cx, text);
        return Ok(pair(cx, value, data.len()));
    };
    if let Some(table) = mapping.as_str() {
        let table = table.to_handle();
        let map = |b: u8| -> Result<Mapped, Raised> {
            Ok(match table.char_at(b.into()) {
                None | Some(0xFFFE) => Mapped::Undefined,
                Some(c) => Mapped::Point(c),
            })
        };
        let result = charmap::decode(&data, map, &mut DecodeHandler::new(cx, &errors))?;
        return Ok(decoded(cx, result));
    }
    let result = decode_by_mapping(cx, data, &errors, mapping)?;
    Ok(decoded(cx, result))
}

/// What a mapping object says; `None` where it has nothing to say (LookupError or None).
fn look(cx: &mut Cx, mapping: &Value, key: u32) -> R<Option<Value>> {
    let key = cx.int(key.into());
    let found = match mapping.cast_exact::<Dict>() {
        Some(table) => dict::get(cx, table, &key)?,
        None => match ops::getitem(cx, mapping, &key) {
            Ok(found) => Some(found),
            Err(raised) => {
                cx.catch(raised, &exc::LOOKUP_ERROR)?;
                None
            }
        },
    };
    Ok(found.filter(|v| !v.is_none()))
}

fn decode_by_mapping(cx: &mut Cx, data: Vec<u8>, errors: &str, mapping: &Value) -> R<Decoded> {
    let mut input = data;
    let mut out = TextBuilder::default();
    let mut at = 0;
    let mut handler = DecodeHandler::new(cx, errors);
    while let Some(&b) = input.get(at) {
        let found = look(handler.cx, mapping, b.into())?;
        let number = found.as_ref().and_then(Value::as_int).map(|i| i.to_i64());
        match (&found, number) {
            (Some(_), Some(Some(0xFFFE))) | (None, _) => {}
            (Some(_), Some(Some(c @ 0..=0x10_FFFF))) => {
                out.push(c as u32);
                at += 1;
                continue;
            }
            (Some(_), Some(_)) => {
                return Err(handler.cx.type_error("character mapping must be in range(0x110000)"));
            }
            (Some(value), None) => match value.as_str() {
                Some(text) if text.len() == 1 && text.char_at(0) == Some(0xFFFE) => {}
                Some(text) => {
                    text.chars().for_each(|c| out.push(c));
                    at += 1;
                    continue;
                }
                None => {
                    return Err(handler.cx.type_error("character mapping must return integer, None or str"));
                }
            },
        }
        let reason = "character maps to <undefined>";
        let error = CodecError { encoding: "charmap", start: at, end: at + 1, reason };
        let resume = handler.handle(&input, error)?;
        resume.replacement.iter().for_each(|c| out.push(*c));
        if let Some(other) = resume.input {
            input = other;
        }
        at = resume.position.min(input.len());
    }
    Ok(Decoded { text: out.finish(), used: at })
}

#[native("_codecs.charmap_encode(str, errors=None, mapping=None, /)")]
pub fn charmap_encode(cx: &mut Cx, str: &Value, errors: Option<&Value>, mapping: Option<&Value>) -> R {
    let string = text_arg(cx, "charmap_encode", str)?;
    let errors = errors_arg(cx, "charmap_encode", errors)?;
    let mut handler = EncodeHandler::new(cx, &string, &errors);
    let bytes = match mapping.filter(|m| !m.is_none()) {
        None => with_units!(string, |u| taipan_text::codecs::encode_latin1(u, &mut handler)?),
        Some(mapping) => match mapping.cast::<EncodingMap>() {
            Some(table) => {
                let table = table.to_handle();
                // The table never changes, so a copy of the few bytes serves while the handler has the token.
                let bytes = table.get(handler.cx).bytes.clone();
                let map = |c: u32, out: &mut Vec<u8>| -> Result<bool, Raised> {
                    Ok(bytes.get(&c).map(|b| out.push(*b)).is_some())
                };
                with_units!(string, |u| charmap::encode(u, map, &mut handler)?)
            }
            None => {
                let points: Vec<u32> = string.chars().collect();
                encode_by_mapping(&mut handler, &points, mapping)?
            }
        },
    };
    let value = cx.bytes(&bytes);
    Ok(pair(cx, value, string.len()))
}

/// Appends what a mapping object has for a character; whether it has anything.
fn map_one(cx: &mut Cx, mapping: &Value, c: u32, out: &mut Vec<u8>) -> R<bool> {
    let Some(found) = look(cx, mapping, c)? else { return Ok(false) };
    if let Some(number) = found.as_int() {
        return match number.to_i64().and_then(|n| u8::try_from(n).ok()) {
            Some(byte) => {
                out.push(byte);
                Ok(true)
            }
            None => Err(cx.type_error("character mapping must be in range(256)")),
        };
    }
    if let Some(bytes) = found.as_bytes() {
        out.extend_from_slice(bytes.as_slice());
        return Ok(true);
    }
    let message =
        format!("character mapping must return integer, bytes or None, not {}", found.type_name(cx));
    Err(cx.type_error(message))
}

fn encode_by_mapping(handler: &mut EncodeHandler<'_>, text: &[u32], mapping: &Value) -> R<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        if map_one(handler.cx, mapping, c, &mut out)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut scratch = Vec::new();
        while let Some(&c) = text.get(end) {
            if map_one(handler.cx, mapping, c, &mut scratch)? {
                break;
            }
            end += 1;
        }
        let reason = "character maps to <undefined>";
        let error = CodecError { encoding: "charmap", start: at, end, reason };
        let resume = handler.handle(error)?;
        match resume.replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(points) => {
                for c in points {
                    if !map_one(handler.cx, mapping, c, &mut out)? {
                        return Err(handler.refuse(error));
                    }
                }
            }
        }
        at = resume.position.min(text.len());
    }
    Ok(out)
}
