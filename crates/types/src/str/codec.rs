//! `str.encode`, `bytes.decode` and `str(bytes, encoding)`: the commonest codecs at once, the rest by the registry.

use std::borrow::Cow;

use taipan_object::{Cx, Obj, R, Str, Value, exc};
use taipan_text::codecs::{self, CodecError, Strict, Text};

use super::unit::with_units;

/// The codecs that need no registry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Utf8,
    Ascii,
    Latin1,
}

fn known(encoding: &str) -> Option<Known> {
    let mut plain = [0u8; 12];
    let bytes = encoding.as_bytes();
    let name = plain.get_mut(..bytes.len())?;
    for (to, from) in name.iter_mut().zip(bytes) {
        *to = if *from == b'_' || *from == b' ' { b'-' } else { from.to_ascii_lowercase() };
    }
    match &*name {
        b"utf-8" | b"utf8" => Some(Known::Utf8),
        b"ascii" | b"us-ascii" => Some(Known::Ascii),
        b"latin-1" | b"latin1" | b"iso-8859-1" | b"iso8859-1" => Some(Known::Latin1),
        _ => None,
    }
}

/// A finished text as a `str`.
pub fn text_value(cx: &mut Cx, text: &Text) -> Value {
    match text {
        Text::Ascii(v) | Text::One(v) => super::unit::make(cx, v),
        Text::Two(v) => super::unit::make(cx, v),
        Text::Four(v) => super::unit::make(cx, v),
    }
}

/// A name argument (`encoding`, `errors`): TypeError for what is no str, ValueError for a null character.
pub fn name<'a>(
    cx: &mut Cx,
    value: Option<&'a Value>,
    function: &str,
    param: &str,
) -> R<Option<Cow<'a, str>>> {
    let Some(value) = value else { return Ok(None) };
    let Some(s) = value.as_str() else {
        let given = super::given_type(cx, value);
        return Err(cx.type_error(format!("{function}() argument '{param}' must be str, not {given}")));
    };
    if s.chars().any(|c| c == 0) {
        return Err(cx.value_error("embedded null character"));
    }
    match s.to_utf8() {
        Some(text) => Ok(Some(text)),
        None => {
            let at = s.chars().position(|c| (0xD800..0xE000).contains(&c)).unwrap_or(0);
            Err(exc::raise_encode(cx, "utf-8", s, at, at + 1, "surrogates not allowed"))
        }
    }
}

/// Encodes; gives `bytes` (or what another codec makes of it).
pub fn encode(cx: &mut Cx, s: &Obj<Str>, encoding: Option<&str>, errors: Option<&str>) -> R {
    let encoding = encoding.unwrap_or("utf-8");
    let errors = errors.unwrap_or("strict");
    let codec = known(encoding);
    if let (Some(text), Some(_)) = (s.as_ascii(), codec)
        && !cx.interp().dev_mode
    {
        return Ok(cx.bytes(text.as_bytes()));
    }
    if errors == "strict"
        && let Some(codec) = codec
    {
        let mut strict = Strict;
        let result = with_units!(s.data(), |units| match codec {
            Known::Utf8 => codecs::utf8::encode(units, &mut strict),
            Known::Ascii => codecs::encode_ascii(units, &mut strict),
            Known::Latin1 => codecs::encode_latin1(units, &mut strict),
        });
        return match result {
            Ok(bytes) => Ok(cx.bytes(&bytes)),
            Err(CodecError { encoding, start, end, reason }) => {
                Err(exc::raise_encode(cx, encoding, s, start, end, reason))
            }
        };
    }
    let call = cx.interp().runtime.encode;
    call(cx, s, encoding, errors)
}

/// Decodes bytes to a `str` (or what another codec makes of them).
pub fn decode(cx: &mut Cx, bytes: &[u8], encoding: Option<&str>, errors: Option<&str>) -> R {
    let encoding = encoding.unwrap_or("utf-8");
    let errors = errors.unwrap_or("strict");
    let codec = known(encoding);
    if codec.is_some() && !cx.interp().dev_mode && bytes.is_ascii() {
        return Ok(super::unit::make(cx, bytes));
    }
    if errors == "strict"
        && let Some(codec) = codec
    {
        let mut strict = Strict;
        let result = match codec {
            Known::Utf8 => codecs::utf8::decode(bytes, true, &mut strict).map(|d| d.text),
            Known::Ascii => codecs::decode_ascii(bytes, &mut strict).map(|d| d.text),
            Known::Latin1 => Ok(codecs::decode_latin1(bytes)),
        };
        return match result {
            Ok(text) => Ok(text_value(cx, &text)),
            Err(CodecError { encoding, start, end, reason }) => {
                Err(exc::raise_decode(cx, encoding, bytes, start, end, reason))
            }
        };
    }
    let call = cx.interp().runtime.decode;
    call(cx, bytes, encoding, errors)
}
