//! `_string`: what `string.Formatter` needs of `str.format`.

use taipan_macros::{native, natives};
use taipan_object::{Cx, Obj, R, Str, Value};
use taipan_types::module::ModuleDef;
use taipan_types::str as text;

fn expect<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Str>> {
    match value.as_str() {
        Some(s) => Ok(s),
        None => {
            let message = format!("expected str, got {}", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// parse the argument as a format string
#[native("_string.formatter_parser(object, /)")]
fn formatter_parser(cx: &mut Cx, object: &Value) -> R {
    let s = expect(cx, object)?;
    Ok(text::formatter_parser(cx, s))
}

/// split the argument as a field name
#[native("_string.formatter_field_name_split(object, /)")]
fn formatter_field_name_split(cx: &mut Cx, object: &Value) -> R {
    let s = expect(cx, object)?;
    text::formatter_field_name_split(cx, s)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_string",
    doc: Some("string helper module"),
    functions: natives![formatter_field_name_split, formatter_parser],
    ..ModuleDef::EMPTY
};
