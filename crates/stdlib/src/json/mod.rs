//! `_json`: the scanner and the encoder of `json`.

mod encoder;
mod scanner;
mod text;

use taipan_macros::{native, natives};
use taipan_object::{Cx, Obj, R, Str, Value};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

fn expect_text<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Str>> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => {
            let message = format!("first argument must be a string, not {}", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// encode_basestring(string) -> string
///
/// Return a JSON representation of a Python string
#[native("_json.encode_basestring(object, /)")]
fn encode_basestring(cx: &mut Cx, object: &Value) -> R {
    let text = expect_text(cx, object)?;
    Ok(text::quoted(cx, text, false))
}

/// encode_basestring_ascii(string) -> string
///
/// Return an ASCII-only JSON representation of a Python string
#[native("_json.encode_basestring_ascii(object, /)")]
fn encode_basestring_ascii(cx: &mut Cx, object: &Value) -> R {
    let text = expect_text(cx, object)?;
    Ok(text::quoted(cx, text, true))
}

/// scanstring(string, end, strict=True) -> (string, end)
///
/// Scan the string s for a JSON string. End is the index of the
/// character in s after the quote that started the JSON string.
/// Unescapes all valid JSON string escape sequences and raises ValueError
/// on attempt to decode an invalid string. If strict is False then literal
/// control characters are allowed in the string.
///
/// Returns a tuple of the decoded string and the index of the character in s
/// after the end quote.
#[native("_json.scanstring(string, end, strict=True, /)", no_signature)]
fn scanstring(cx: &mut Cx, string: &Value, end: i64, strict: bool) -> R {
    let text = expect_text(cx, string)?;
    let Some(start) = usize::try_from(end).ok().filter(|&e| e <= text.len()) else {
        return Err(cx.value_error("end is out of bounds"));
    };
    let (result, end) = text::scan(cx, text, start, strict)?;
    let end = cx.int(end as i64);
    Ok(cx.tuple_value([result, end]))
}

fn types(types: &mut Types) {
    types.add([&scanner::SCANNER, &encoder::ENCODER]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "make_scanner", scanner::SCANNER.to_value())?;
    set(cx, module, "make_encoder", encoder::ENCODER.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_json",
    doc: Some("json speedups\n"),
    functions: natives![encode_basestring_ascii, encode_basestring, scanstring],
    types: Some(types),
    init: Some(init),
};
