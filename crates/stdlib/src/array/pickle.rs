//! Arrays in pickles: items as bytes with a code for their machine format, so that another machine can read them.

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Type, Value, ops};
use taipan_types::list::new_list;

use super::{ARRAY, Array, TYPECODES, add_bytes, add_item, item_size, values};
use crate::structs::{Code, unpack_item};

/// What the items of a machine format are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unsigned,
    Signed,
    Float,
    Text,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Format {
    kind: Kind,
    size: usize,
    big_endian: bool,
}

/// The machine formats by their code, as `array`'s documentation of pickles numbers them.
fn format_of(code: i64) -> Option<Format> {
    let format = |kind, size| Some(Format { kind, size, big_endian: code & 1 != 0 });
    match code {
        0 => Some(Format { kind: Kind::Unsigned, size: 1, big_endian: false }),
        1 => Some(Format { kind: Kind::Signed, size: 1, big_endian: false }),
        2 | 3 => format(Kind::Unsigned, 2),
        4 | 5 => format(Kind::Signed, 2),
        6 | 7 => format(Kind::Unsigned, 4),
        8 | 9 => format(Kind::Signed, 4),
        10 | 11 => format(Kind::Unsigned, 8),
        12 | 13 => format(Kind::Signed, 8),
        14 | 15 => format(Kind::Float, 4),
        16 | 17 => format(Kind::Float, 8),
        18 | 19 => format(Kind::Text, 2),
        20 | 21 => format(Kind::Text, 4),
        _ => None,
    }
}

/// The format of a type code on this machine.
fn own_format(letter: u8) -> Format {
    let size = item_size(letter);
    let kind = match letter {
        b'f' | b'd' => Kind::Float,
        b'u' | b'w' => Kind::Text,
        b'B' | b'H' | b'I' | b'L' | b'Q' => Kind::Unsigned,
        _ => Kind::Signed,
    };
    Format { kind, size, big_endian: size > 1 && cfg!(target_endian = "big") }
}

/// The type code whose items are like those of a format; the given one if it is.
fn letter_for(format: Format, given: u8) -> u8 {
    let fits = |letter: u8| {
        let own = own_format(letter);
        own.kind == format.kind && own.size == format.size
    };
    if format.kind == Kind::Text || fits(given) {
        return given;
    }
    TYPECODES.bytes().find(|&letter| fits(letter)).unwrap_or(given)
}

/// Internal. Used for pickling support.
#[native("array._array_reconstructor(arraytype, typecode, mformat_code, items, /)")]
pub fn reconstruct(cx: &mut Cx, arraytype: &Value, typecode: &Value, mformat_code: i64, items: &Value) -> R {
    let Some(class) = arraytype.as_type() else {
        let message = format!("first argument must be a type object, not {}", arraytype.type_name(cx));
        return Err(cx.type_error(message));
    };
    if !class.is_subtype(&ARRAY) {
        let message = format!("{} is not a subtype of {}", class.full_name(), ARRAY.full_name());
        return Err(cx.type_error(message));
    }
    let Some(text) = typecode.as_str().filter(|text| text.len() == 1) else {
        let message = match typecode.as_str() {
            Some(text) => format!(
                "_array_reconstructor() argument 2 must be a unicode character, not a string of length {}",
                text.len()
            ),
            None => format!(
                "_array_reconstructor() argument 2 must be a unicode character, not {}",
                typecode.type_name(cx)
            ),
        };
        return Err(cx.type_error(message));
    };
    let letter = text.char_at(0).and_then(|c| u8::try_from(c).ok()).unwrap_or(0);
    if !TYPECODES.as_bytes().contains(&letter) {
        return Err(cx.value_error("second argument must be a valid type code"));
    }
    let Some(format) = format_of(mformat_code) else {
        return Err(cx.value_error("third argument must be a valid machine format code."));
    };
    let Some(bytes) = items.as_bytes() else {
        let message = format!("fourth argument should be bytes, not {}", items.type_name(cx));
        return Err(cx.type_error(message));
    };
    if format == own_format(letter) {
        let made = empty(cx, class, letter);
        add_bytes(cx, &made, items)?;
        return Ok(made);
    }
    let bytes = bytes.as_slice();
    if bytes.len() % format.size != 0 {
        return Err(cx.value_error("string length not a multiple of item size"));
    }
    let made = empty(cx, class, letter_for(format, letter));
    if format.kind == Kind::Text {
        add_text(cx, &made, format, items)?;
        return Ok(made);
    }
    for raw in bytes.chunks_exact(format.size) {
        let item = number(cx, format, raw);
        add_item(cx, &made, &item)?;
    }
    Ok(made)
}

fn empty(cx: &mut Cx, class: &Obj<Type>, code: u8) -> Value {
    cx.new_instance(class, Array { code, data: Vec::new(), exports: 0 }).into_value()
}

/// Decodes UTF-16 or UTF-32 and adds the characters.
fn add_text(cx: &mut Cx, array: &Value, format: Format, bytes: &Value) -> R<()> {
    let codec = match (format.size, format.big_endian) {
        (2, false) => "utf-16-le",
        (2, true) => "utf-16-be",
        (_, false) => "utf-32-le",
        (_, true) => "utf-32-be",
    };
    let codec = cx.str(codec);
    let decode = cx.intern("decode");
    let text = ops::call_method(cx, bytes, &decode, &[codec])?;
    ops::for_each(cx, &text, |cx, character| add_item(cx, array, &character).map(|()| true))
}

/// One number of a format.
fn number(cx: &mut Cx, format: Format, raw: &[u8]) -> Value {
    let letter = match (format.kind, format.size) {
        (Kind::Float, 4) => b'f',
        (Kind::Float, _) => b'd',
        (Kind::Unsigned, 1) => b'B',
        (Kind::Unsigned, 2) => b'H',
        (Kind::Unsigned, 4) => b'I',
        (Kind::Unsigned, _) => b'Q',
        (_, 1) => b'b',
        (_, 2) => b'h',
        (_, 4) => b'i',
        _ => b'q',
    };
    unpack_item(cx, Code { letter, size: format.size as u8, big_endian: format.big_endian }, 1, raw)
}

/// Return state information for pickling.
#[native("array.array.__reduce_ex__($self, value, /)")]
pub fn reduce_ex(cx: &mut Cx, this: &Value, value: i64) -> R {
    let array = super::this(cx, this)?;
    let letter = array.get(cx).code;
    let code = cx.str_from_char(letter.into());
    let attributes = match ops::getattr_opt(cx, this, taipan_object::names::__dict__.get())? {
        Some(attributes) => attributes,
        None => Value::none(),
    };
    let class = this.type_of().into_value();
    if value < 3 {
        let items = values(cx, array)?;
        let items = new_list(cx, items).into_value();
        let args = cx.tuple_value([code, items]);
        return Ok(cx.tuple_value([class, args, attributes]));
    }
    let format = own_format(letter);
    let number = (0..22).find(|&n| format_of(n) == Some(format)).unwrap_or(0);
    let data = array.get(cx).data.clone();
    let (number, data) = (cx.int(number), cx.bytes(&data));
    let module = (cx.interp().runtime.import)(cx, "array")?;
    let maker = ops::getattr_str(cx, &module, "_array_reconstructor")?;
    let args = cx.tuple_value([class, code, number, data]);
    Ok(cx.tuple_value([maker, args, attributes]))
}
