//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`.

use taipan_object::exc::{self, fields};
use taipan_object::{Args, Cx, MemberDef, R, Slots, TypeDefs, Value, buffer, int, ops};

use super::base;
use super::fields::{field_opt, member, set_field};
use crate::Types;

/// What lies in `object`.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Encode,
    Decode,
    Translate,
}

fn bad(cx: &mut Cx, n: usize, wanted: &str, value: &Value) -> taipan_object::Raised {
    let message = format!("argument {n} must be {wanted}, not {}", value.type_name(cx));
    cx.type_error(message)
}

fn init_as(cx: &mut Cx, this: &Value, args: Args<'_>, kind: Kind) -> R<()> {
    base::init(cx, this, args)?;
    let wanted = if kind == Kind::Translate { 4 } else { 5 };
    let pos = args.pos();
    if pos.len() != wanted {
        return Err(cx.type_error(format!("function takes exactly {wanted} arguments ({} given)", pos.len())));
    }
    let (encoding, rest) = if kind == Kind::Translate { (None, pos) } else { (Some(&pos[0]), &pos[1..]) };
    let shift = usize::from(encoding.is_some());
    if let Some(encoding) = encoding
        && encoding.as_str().is_none()
    {
        return Err(bad(cx, 1, "str", encoding));
    }
    let object = match kind {
        Kind::Decode => match rest[0].as_bytes() {
            Some(_) => rest[0].clone(),
            None => {
                let bytes = buffer::bytes_like(cx, &rest[0])?.to_vec(cx);
                cx.bytes(&bytes)
            }
        },
        _ if rest[0].as_str().is_none() => return Err(bad(cx, 1 + shift, "str", &rest[0])),
        _ => rest[0].clone(),
    };
    let start = int::index_i64(cx, &rest[1])?;
    let end = int::index_i64(cx, &rest[2])?;
    if rest[3].as_str().is_none() {
        return Err(bad(cx, 4 + shift, "str", &rest[3]));
    }
    set_field(cx, this, fields::ENCODING, encoding.cloned())?;
    set_field(cx, this, fields::OBJECT, Some(object))?;
    let (start, end) = (cx.int(start), cx.int(end));
    set_field(cx, this, fields::START, Some(start))?;
    set_field(cx, this, fields::END, Some(end))?;
    set_field(cx, this, fields::REASON, Some(rest[3].clone()))
}

fn number(cx: &mut Cx, this: &Value, i: usize) -> R<i64> {
    match field_opt(cx, this, i)? {
        Some(v) => int::index_clamped(cx, &v),
        None => Ok(0),
    }
}

/// The text as the fields have it now: a program may have set them to anything, and `__str__` of the parts may change them.
fn str_as(cx: &mut Cx, this: &Value, kind: Kind) -> R {
    if field_opt(cx, this, fields::OBJECT)?.is_none() {
        return Ok(cx.empty_str());
    }
    let reason = text(cx, this, fields::REASON)?;
    let codec = match kind {
        Kind::Translate => "can't translate".to_owned(),
        _ => {
            let verb = if kind == Kind::Encode { "encode" } else { "decode" };
            format!("'{}' codec can't {verb}", text(cx, this, fields::ENCODING)?)
        }
    };
    let object = field_opt(cx, this, fields::OBJECT)?.unwrap_or_else(Value::none);
    let len = match (kind, object.as_bytes(), object.as_str()) {
        (Kind::Decode, Some(bytes), _) => bytes.as_slice().len(),
        (Kind::Decode, None, _) => {
            return Err(cx.type_error("UnicodeError 'object' attribute must be a bytes"));
        }
        (_, _, Some(text)) => text.len(),
        _ => return Err(cx.type_error("UnicodeError 'object' attribute must be a string")),
    };
    let start = number(cx, this, fields::START)?;
    let end = number(cx, this, fields::END)?;
    let place = usize::try_from(start).ok().filter(|&at| at < len && start.checked_add(1) == Some(end));
    let message = if let Some(at) = place {
        if kind == Kind::Decode {
            let byte = object.as_bytes().and_then(|b| b.as_slice().get(at).copied()).unwrap_or(0);
            format!("{codec} byte 0x{byte:02x} in position {start}: {reason}")
        } else {
            let c = object.as_str().and_then(|s| s.char_at(at)).unwrap_or(0);
            let shown = match c {
                0..=0xff => format!("\\x{c:02x}"),
                0x100..=0xffff => format!("\\u{c:04x}"),
                _ => format!("\\U{c:08x}"),
            };
            format!("{codec} character '{shown}' in position {start}: {reason}")
        }
    } else {
        let what = if kind == Kind::Decode { "bytes" } else { "characters" };
        format!("{codec} {what} in position {start}-{}: {reason}", end.saturating_sub(1))
    };
    Ok(cx.str(&message))
}

fn text(cx: &mut Cx, this: &Value, i: usize) -> R<String> {
    match field_opt(cx, this, i)? {
        Some(v) => ops::str_of(cx, &v).map(|s| s.to_string_lossy().into_owned()),
        None => Ok("<NULL>".to_owned()),
    }
}

fn set_number(cx: &mut Cx, this: &Value, i: usize, value: Option<&Value>) -> R<()> {
    match value {
        None => Err(cx.type_error("can't delete numeric/char attribute")),
        Some(v) if v.as_int().is_none() => Err(cx.type_error("an integer is required")),
        Some(v) => {
            let n = int::index_i64(cx, v)?;
            let n = cx.int(n);
            set_field(cx, this, i, Some(n))
        }
    }
}

static MEMBERS: &[MemberDef] = &[
    member!("encoding", fields::ENCODING, "exception encoding"),
    member!("object", fields::OBJECT, "exception object"),
    MemberDef {
        set: Some(|cx, this, value| set_number(cx, this, fields::START, value)),
        ..member!("start", fields::START, "exception start")
    },
    MemberDef {
        set: Some(|cx, this, value| set_number(cx, this, fields::END, value)),
        ..member!("end", fields::END, "exception end")
    },
    member!("reason", fields::REASON, "exception reason"),
];

static DEFS: TypeDefs = TypeDefs { members: MEMBERS, ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    let encode = Slots {
        init: Some(|cx, this, args| init_as(cx, this, args, Kind::Encode)),
        str: Some(|cx, this| str_as(cx, this, Kind::Encode)),
        ..Slots::EMPTY
    };
    let decode = Slots {
        init: Some(|cx, this, args| init_as(cx, this, args, Kind::Decode)),
        str: Some(|cx, this| str_as(cx, this, Kind::Decode)),
        ..Slots::EMPTY
    };
    let translate = Slots {
        init: Some(|cx, this, args| init_as(cx, this, args, Kind::Translate)),
        str: Some(|cx, this| str_as(cx, this, Kind::Translate)),
        ..Slots::EMPTY
    };
    types.core(&exc::UNICODE_ENCODE_ERROR, encode, &DEFS, "Unicode encoding error.");
    types.core(&exc::UNICODE_DECODE_ERROR, decode, &DEFS, "Unicode decoding error.");
    types.core(&exc::UNICODE_TRANSLATE_ERROR, translate, &DEFS, "Unicode translation error.");
}
