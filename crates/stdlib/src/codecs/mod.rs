//! `_codecs`: the codec registry's functions and the native codecs. The codecs are pure functions of `taipan_text`; the
//! registry and the way to Python's error handlers belong to the virtual machine's runtime.

mod charmap;

use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::{Cx, Handle, R, Str, Value, buffer};
use taipan_text::codecs::escape::{self, BytesError, BytesMode, InvalidEscape};
use taipan_text::codecs::utf16::Order;
use taipan_text::codecs::{self as text, Decoded};
use taipan_types::module::ModuleDef;
use taipan_vm::runtime::codecs::{
    DecodeHandler, EncodeHandler, Way, errors_name, lookup as find, lookup_error as find_error,
    register as add, register_error as add_error, text_value, through_registry, unregister as remove,
    unregister_error as remove_error,
};

/// The name of an error handler; TypeError for what is neither text nor None.
fn errors_arg(cx: &mut Cx, function: &str, errors: Option<&Value>) -> R<String> {
    match errors {
        Some(e) if !e.is_none() && e.as_str().is_none() => {
            let kind = e.type_name(cx).into_owned();
            Err(cx.type_error(format!("{function}() argument 2 must be str or None, not {kind}")))
        }
        other => Ok(errors_name(other)),
    }
}

fn text_arg(cx: &mut Cx, function: &str, value: &Value) -> R<Handle<Str>> {
    match value.as_str() {
        Some(text) => Ok(text.to_handle()),
        None => {
            let kind = value.type_name(cx).into_owned();
            Err(cx.type_error(format!("{function}() argument 1 must be str, not {kind}")))
        }
    }
}

/// The bytes of a bytes-like argument, or the UTF-8 of a text.
fn data_arg(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    if let Some(text) = value.as_str() {
        let text = text.to_handle();
        let encode = cx.interp().runtime.encode;
        let bytes = encode(cx, &text, "utf-8", "strict")?;
        return Ok(bytes.as_bytes().map(|b| b.as_slice().to_vec()).unwrap_or_default());
    }
    bytes_arg(cx, value)
}

fn bytes_arg(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    if let Some(bytes) = value.as_bytes() {
        return Ok(bytes.as_slice().to_vec());
    }
    let lent = buffer::bytes_like(cx, value)?;
    Ok(lent.to_vec(cx))
}

fn pair(cx: &Cx, value: Value, used: usize) -> Value {
    let used = cx.int(used as i64);
    cx.tuple_value([value, used])
}

fn decoded(cx: &Cx, decoded: Decoded) -> Value {
    let used = decoded.used;
    let value = text_value(cx, decoded.text);
    pair(cx, value, used)
}

/// Runs the body over the characters of a string in their width.
macro_rules! with_units {
    ($text:expr, |$units:ident| $body:expr) => {
        match $text.data() {
            taipan_object::StrData::One($units) => $body,
            taipan_object::StrData::Two($units) => $body,
            taipan_object::StrData::Four($units) => $body,
        }
    };
}
pub(crate) use with_units;

/// Register a codec search function.
///
/// Search functions are expected to take one argument, the encoding name in
/// all lower case letters, and either return None, or a tuple of functions
/// (encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object).
#[native("_codecs.register(search_function, /)")]
fn register(cx: &mut Cx, function: &Value) -> R<()> {
    add(cx, function)
}

/// Unregister a codec search function and clear the registry's cache.
///
/// If the search function is not registered, do nothing.
#[native("_codecs.unregister(search_function, /)")]
fn unregister(cx: &mut Cx, function: &Value) -> R<()> {
    remove(cx, function);
    Ok(())
}

fn name_of(cx: &mut Cx, function: &str, value: &Value) -> R<String> {
    match value.as_str() {
        Some(text) => {
            let name = text.to_string_lossy().into_owned();
            if name.contains('\0') {
                return Err(cx.value_error("embedded null character"));
            }
            Ok(name)
        }
        None => {
            let kind = value.type_name(cx).into_owned();
            Err(cx.type_error(format!("{function}() argument must be str, not {kind}")))
        }
    }
}

/// Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.
#[native("_codecs.lookup(encoding, /)")]
fn lookup(cx: &mut Cx, encoding: &Value) -> R {
    let name = name_of(cx, "lookup", encoding)?;
    find(cx, &name)
}

fn named(cx: &mut Cx, function: &str, what: &str, value: Option<&Value>, default: &str) -> R<String> {
    match value {
        None => Ok(default.to_owned()),
        Some(v) => match v.as_str() {
            Some(text) => Ok(text.to_string_lossy().into_owned()),
            None => {
                let kind = v.type_name(cx).into_owned();
                Err(cx.type_error(format!("{function}() argument '{what}' must be str, not {kind}")))
            }
        },
    }
}

/// Encodes obj using the codec registered for encoding.
///
/// The default encoding is 'utf-8'.  errors may be given to set a
/// different error handling scheme.  Default is 'strict' meaning that encoding
/// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
/// and 'backslashreplace' as well as any other name registered with
/// codecs.register_error that can handle ValueErrors.
#[native("_codecs.encode(obj, encoding='utf-8', errors='strict')")]
fn encode(cx: &mut Cx, obj: &Value, encoding: Option<&Value>, errors: Option<&Value>) -> R {
    let encoding = named(cx, "encode", "encoding", encoding, "utf-8")?;
    let errors = named(cx, "encode", "errors", errors, "strict")?;
    through_registry(cx, obj, &encoding, &errors, Way::Encode, false)
}

/// Decodes obj using the codec registered for encoding.
///
/// Default encoding is 'utf-8'.  errors may be given to set a
/// different error handling scheme.  Default is 'strict' meaning that encoding
/// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
/// and 'backslashreplace' as well as any other name registered with
/// codecs.register_error that can handle ValueErrors.
#[native("_codecs.decode(obj, encoding='utf-8', errors='strict')")]
fn decode(cx: &mut Cx, obj: &Value, encoding: Option<&Value>, errors: Option<&Value>) -> R {
    let encoding = named(cx, "decode", "encoding", encoding, "utf-8")?;
    let errors = named(cx, "decode", "errors", errors, "strict")?;
    through_registry(cx, obj, &encoding, &errors, Way::Decode, false)
}

/// Register the specified error handler under the name errors.
///
/// handler must be a callable object, that
/// will be called with an exception instance containing
/// information about the location of the encoding/decoding
/// error and must return a (replacement, new position) tuple.
#[native("_codecs.register_error(errors, handler, /)")]
fn register_error(cx: &mut Cx, errors: &Value, handler: &Value) -> R<()> {
    let name = name_of(cx, "register_error", errors)?;
    add_error(cx, &name, handler)
}

/// Un-register the specified error handler for the error handling `errors'.
///
/// Only custom error handlers can be un-registered. An exception is raised
/// if the error handling is a built-in one (e.g., 'strict'), or if an error
/// occurs.
///
/// Otherwise, this returns True if a custom handler has been successfully
/// un-registered, and False if no custom handler for the specified error
/// handling exists.
#[native("_codecs._unregister_error(errors, /)")]
fn _unregister_error(cx: &mut Cx, errors: &Value) -> R<bool> {
    let name = name_of(cx, "_unregister_error", errors)?;
    remove_error(cx, &name)
}

/// lookup_error(errors) -> handler
///
/// Return the error handler for the specified error handling name or raise a
/// LookupError, if no handler exists under this name.
#[native("_codecs.lookup_error(name, /)")]
fn lookup_error(cx: &mut Cx, name: &Value) -> R {
    let name = name_of(cx, "lookup_error", name)?;
    find_error(cx, &name)
}

fn order_of(byteorder: i32) -> Order {
    match byteorder {
        0 => Order::Mark,
        n if n < 0 => Order::Little,
        _ => Order::Big,
    }
}

fn number_of(order: Order) -> i64 {
    match order {
        Order::Mark => 0,
        Order::Little => -1,
        Order::Big => 1,
    }
}

/// Declares encoders: the body turns the characters `u` into bytes, asking the handler `h`.
macro_rules! encoders {
    ($($name:ident, $signature:tt, |$u:ident, $h:ident| $body:expr;)*) => { $(
        #[native("_codecs." $signature)]
        fn $name(cx: &mut Cx, str: &Value, errors: Option<&Value>) -> R {
            let string = text_arg(cx, stringify!($name), str)?;
            let errors = errors_arg(cx, stringify!($name), errors)?;
            let bytes = {
                #[allow(unused_mut, unused_variables)]
                let mut handler = EncodeHandler::new(cx, &string, &errors);
                #[allow(unused_variables)]
                let $h = &mut handler;
                with_units!(string, |$u| $body)
            };
            let value = cx.bytes(&bytes);
            Ok(pair(cx, value, string.len()))
        }
    )* };
}

encoders! {
    utf_8_encode, "utf_8_encode(str, errors=None, /)", |u, h| text::utf8::encode(u, h)?;
    utf_7_encode, "utf_7_encode(str, errors=None, /)", |u, h| text::utf7::encode(u);
    utf_16_le_encode, "utf_16_le_encode(str, errors=None, /)", |u, h| text::utf16::encode(u, Order::Little, h)?;
    utf_16_be_encode, "utf_16_be_encode(str, errors=None, /)", |u, h| text::utf16::encode(u, Order::Big, h)?;
    utf_32_le_encode, "utf_32_le_encode(str, errors=None, /)", |u, h| text::utf32::encode(u, Order::Little, h)?;
    utf_32_be_encode, "utf_32_be_encode(str, errors=None, /)", |u, h| text::utf32::encode(u, Order::Big, h)?;
    ascii_encode, "ascii_encode(str, errors=None, /)", |u, h| text::encode_ascii(u, h)?;
    latin_1_encode, "latin_1_encode(str, errors=None, /)", |u, h| text::encode_latin1(u, h)?;
    unicode_escape_encode, "unicode_escape_encode(str, errors=None, /)", |u, h| escape::encode(u);
    raw_unicode_escape_encode, "raw_unicode_escape_encode(str, errors=None, /)", |u, h| escape::encode_raw(u);
}

/// Declares decoders that may leave an incomplete end: the body decodes `data`, asking the handler `h`.
macro_rules! decoders {
    ($($name:ident, $signature:tt, |$data:ident, $last:ident, $h:ident| $body:expr;)*) => { $(
        #[native("_codecs." $signature)]
        fn $name(cx: &mut Cx, data: &Value, errors: Option<&Value>, $last: bool) -> R {
            let bytes = bytes_arg(cx, data)?;
            let $data = &bytes;
            let errors = errors_arg(cx, stringify!($name), errors)?;
            let result = {
                let $h = &mut DecodeHandler::new(cx, &errors);
                $body
            };
            Ok(decoded(cx, result))
        }
    )* };
}

decoders! {
    utf_8_decode, "utf_8_decode(data, errors=None, final=False, /)", |data, last, h| text::utf8::decode(data, last, h)?;
    utf_7_decode, "utf_7_decode(data, errors=None, final=False, /)", |data, last, h| text::utf7::decode(data, last, h)?;
    utf_16_decode, "utf_16_decode(data, errors=None, final=False, /)", |data, last, h| text::utf16::decode(data, Order::Mark, last, h)?.0;
    utf_16_le_decode, "utf_16_le_decode(data, errors=None, final=False, /)", |data, last, h| text::utf16::decode(data, Order::Little, last, h)?.0;
    utf_16_be_decode, "utf_16_be_decode(data, errors=None, final=False, /)", |data, last, h| text::utf16::decode(data, Order::Big, last, h)?.0;
    utf_32_decode, "utf_32_decode(data, errors=None, final=False, /)", |data, last, h| text::utf32::decode(data, Order::Mark, last, h)?.0;
    utf_32_le_decode, "utf_32_le_decode(data, errors=None, final=False, /)", |data, last, h| text::utf32::decode(data, Order::Little, last, h)?.0;
    utf_32_be_decode, "utf_32_be_decode(data, errors=None, final=False, /)", |data, last, h| text::utf32::decode(data, Order::Big, last, h)?.0;
}

#[native("_codecs.utf_16_encode(str, errors=None, byteorder=0, /)")]
fn utf_16_encode(cx: &mut Cx, str: &Value, errors: Option<&Value>, byteorder: Option<i32>) -> R {
    let order = order_of(byteorder.unwrap_or(0));
    let string = text_arg(cx, "utf_16_encode", str)?;
    let errors = errors_arg(cx, "utf_16_encode", errors)?;
    let bytes = {
        #[allow(unused_mut, unused_variables)]
        let mut handler = EncodeHandler::new(cx, &string, &errors);
        with_units!(string, |u| text::utf16::encode(u, order, &mut handler)?)
    };
    let value = cx.bytes(&bytes);
    Ok(pair(cx, value, string.len()))
}

#[native("_codecs.utf_16_ex_decode(data, errors=None, byteorder=0, final=False, /)")]
fn utf_16_ex_decode(
    cx: &mut Cx,
    data: &Value,
    errors: Option<&Value>,
    byteorder: Option<i32>,
    last: bool,
) -> R {
    let data = bytes_arg(cx, data)?;
    let errors = errors_arg(cx, "utf_16_ex_decode", errors)?;
    let (result, order) = {
        let mut handler = DecodeHandler::new(cx, &errors);
        text::utf16::decode(&data, order_of(byteorder.unwrap_or(0)), last, &mut handler)?
    };
    let (value, used) = (text_value(cx, result.text), cx.int(result.used as i64));
    let order = cx.int(number_of(order));
    Ok(cx.tuple_value([value, used, order]))
}

#[native("_codecs.utf_32_encode(str, errors=None, byteorder=0, /)")]
fn utf_32_encode(cx: &mut Cx, str: &Value, errors: Option<&Value>, byteorder: Option<i32>) -> R {
    let order = order_of(byteorder.unwrap_or(0));
    let string = text_arg(cx, "utf_32_encode", str)?;
    let errors = errors_arg(cx, "utf_32_encode", errors)?;
    let bytes = {
        #[allow(unused_mut, unused_variables)]
        let mut handler = EncodeHandler::new(cx, &string, &errors);
        with_units!(string, |u| text::utf32::encode(u, order, &mut handler)?)
    };
    let value = cx.bytes(&bytes);
    Ok(pair(cx, value, string.len()))
}

#[native("_codecs.utf_32_ex_decode(data, errors=None, byteorder=0, final=False, /)")]
fn utf_32_ex_decode(
    cx: &mut Cx,
    data: &Value,
    errors: Option<&Value>,
    byteorder: Option<i32>,
    last: bool,
) -> R {
    let data = bytes_arg(cx, data)?;
    let errors = errors_arg(cx, "utf_32_ex_decode", errors)?;
    let (result, order) = {
        let mut handler = DecodeHandler::new(cx, &errors);
        text::utf32::decode(&data, order_of(byteorder.unwrap_or(0)), last, &mut handler)?
    };
    let (value, used) = (text_value(cx, result.text), cx.int(result.used as i64));
    let order = cx.int(number_of(order));
    Ok(cx.tuple_value([value, used, order]))
}

#[native("_codecs.ascii_decode(data, errors=None, /)")]
fn ascii_decode(cx: &mut Cx, data: &Value, errors: Option<&Value>) -> R {
    let data = bytes_arg(cx, data)?;
    let errors = errors_arg(cx, "ascii_decode", errors)?;
    let result = text::decode_ascii(&data, &mut DecodeHandler::new(cx, &errors))?;
    Ok(decoded(cx, result))
}

#[native("_codecs.latin_1_decode(data, errors=None, /)")]
fn latin_1_decode(cx: &mut Cx, data: &Value, errors: Option<&Value>) -> R {
    let data = bytes_arg(cx, data)?;
    errors_arg(cx, "latin_1_decode", errors)?;
    let value = text_value(cx, text::decode_latin1(&data));
    Ok(pair(cx, value, data.len()))
}

/// The warning about an escape that means nothing.
fn warn_escape(cx: &mut Cx, invalid: Option<InvalidEscape>, prefix: &str) -> R<()> {
    let Some(invalid) = invalid else { return Ok(()) };
    let message = if invalid.is_octal {
        format!(
            "{prefix}\"\\{:o}\" is an invalid octal escape sequence. Such sequences will not work in the future. ",
            invalid.value
        )
    } else {
        let c = char::from_u32(invalid.value).unwrap_or('\u{FFFD}');
        format!(
            "{prefix}\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. "
        )
    };
    let warn = cx.interp().runtime.warn;
    warn(cx, &exc::DEPRECATION_WARNING, &message, 1)
}

#[native("_codecs.unicode_escape_decode(data, errors=None, final=True, /)")]
fn unicode_escape_decode(cx: &mut Cx, data: &Value, errors: Option<&Value>, last: bool) -> R {
    let data = data_arg(cx, data)?;
    let errors = errors_arg(cx, "unicode_escape_decode", errors)?;
    let (result, invalid) = escape::decode(&data, last, &mut DecodeHandler::new(cx, &errors))?;
    warn_escape(cx, invalid, "")?;
    Ok(decoded(cx, result))
}

#[native("_codecs.raw_unicode_escape_decode(data, errors=None, final=True, /)")]
fn raw_unicode_escape_decode(cx: &mut Cx, data: &Value, errors: Option<&Value>, last: bool) -> R {
    let data = data_arg(cx, data)?;
    let errors = errors_arg(cx, "raw_unicode_escape_decode", errors)?;
    let result = escape::decode_raw(&data, last, &mut DecodeHandler::new(cx, &errors))?;
    Ok(decoded(cx, result))
}

#[native("_codecs.escape_decode(data, errors=None, /)")]
fn escape_decode(cx: &mut Cx, data: &Value, errors: Option<&Value>) -> R {
    let data = data_arg(cx, data)?;
    let errors = errors_arg(cx, "escape_decode", errors)?;
    let mode = match errors.as_str() {
        "replace" => BytesMode::Replace,
        "ignore" => BytesMode::Ignore,
        _ => BytesMode::Strict,
    };
    match escape::decode_bytes(&data, mode) {
        Ok((bytes, invalid)) => {
            warn_escape(cx, invalid, "b")?;
            let value = cx.bytes(&bytes);
            Ok(pair(cx, value, data.len()))
        }
        Err(BytesError::Trailing) => Err(cx.value_error("Trailing \\ in string")),
        Err(BytesError::Hex(at)) => {
            if errors != "strict" {
                let message = format!("decoding error; unknown error handling code: {errors}");
                return Err(cx.value_error(message));
            }
            Err(cx.value_error(format!("invalid \\x escape at position {at}")))
        }
    }
}

#[native("_codecs.escape_encode(data, errors=None, /)")]
fn escape_encode(cx: &mut Cx, data: &Value, errors: Option<&Value>) -> R {
    let Some(bytes) = data.as_bytes() else {
        let message = format!("escape_encode() argument 1 must be bytes, not {}", data.type_name(cx));
        return Err(cx.type_error(message));
    };
    errors_arg(cx, "escape_encode", errors)?;
    let mut out = Vec::with_capacity(bytes.len());
    for &b in bytes.as_slice() {
        match b {
            b'\\' | b'\'' => out.extend([b'\\', b]),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x20..0x7F => out.push(b),
            _ => out.extend(format!("\\x{b:02x}").into_bytes()),
        }
    }
    let value = cx.bytes(&out);
    Ok(pair(cx, value, bytes.len()))
}

#[native("_codecs.readbuffer_encode(data, errors=None, /)")]
fn readbuffer_encode(cx: &mut Cx, data: &Value, errors: Option<&Value>) -> R {
    let data = data_arg(cx, data)?;
    errors_arg(cx, "readbuffer_encode", errors)?;
    let value = cx.bytes(&data);
    Ok(pair(cx, value, data.len()))
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_codecs",
    functions: natives![
        register,
        unregister,
        lookup,
        encode,
        decode,
        register_error,
        _unregister_error,
        lookup_error,
        charmap::charmap_encode,
        charmap::charmap_decode,
        charmap::charmap_build,
        utf_8_encode,
        utf_8_decode,
        utf_7_encode,
        utf_7_decode,
        utf_16_encode,
        utf_16_decode,
        utf_16_le_encode,
        utf_16_le_decode,
        utf_16_be_encode,
        utf_16_be_decode,
        utf_16_ex_decode,
        utf_32_encode,
        utf_32_decode,
        utf_32_le_encode,
        utf_32_le_decode,
        utf_32_be_encode,
        utf_32_be_decode,
        utf_32_ex_decode,
        ascii_encode,
        latin_1_encode,
        unicode_escape_encode,
        raw_unicode_escape_encode,
        ascii_decode,
        latin_1_decode,
        unicode_escape_decode,
        raw_unicode_escape_decode,
        escape_decode,
        escape_encode,
        readbuffer_encode
    ],
    types: Some(charmap::types),
    ..ModuleDef::EMPTY
};
