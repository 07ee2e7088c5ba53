//! The standard error handlers as Python functions (`codecs.strict_errors` and its kin).

use taipan_macros::native;
use taipan_object::exc::{self, Exception, fields};
use taipan_object::{Cx, NativeDef, R, Value};
use taipan_text::codecs::handlers::Standard;
use taipan_text::codecs::{CodecError, Replacement};

/// The native behind a standard handler's name.
pub fn standard(name: &str) -> Option<&'static NativeDef> {
    Some(match Standard::from_name(name)? {
        Standard::Strict => &strict_errors__def,
        Standard::Ignore => &ignore_errors__def,
        Standard::Replace => &replace_errors__def,
        Standard::XmlCharRefReplace => &xmlcharrefreplace_errors__def,
        Standard::BackslashReplace => &backslashreplace_errors__def,
        Standard::NameReplace => &namereplace_errors__def,
        Standard::SurrogateEscape => &surrogateescape__def,
        Standard::SurrogatePass => &surrogatepass__def,
    })
}

struct Parts {
    encoding: String,
    object: Value,
    start: usize,
    end: usize,
}

fn parts(cx: &mut Cx, exception: &Value) -> R<Parts> {
    let translate = exception.is_instance(&exc::UNICODE_TRANSLATE_ERROR);
    let Some(e) = exception.cast::<Exception>() else {
        return Err(cx.type_error("codec must pass exception instance"));
    };
    let extra = e.get(cx).extra.clone();
    let field = |i: usize| extra.get(i).cloned().flatten();
    let number = |i: usize| {
        field(i).as_ref().and_then(Value::as_int).and_then(|n| n.to_i64()).unwrap_or(0).max(0) as usize
    };
    let (Some(object), start, end) = (field(fields::OBJECT), number(fields::START), number(fields::END))
    else {
        return Err(cx.type_error("object attribute not set"));
    };
    let encoding = match field(fields::ENCODING) {
        Some(encoding) if !translate => {
            encoding.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
        }
        _ => String::new(),
    };
    Ok(Parts { encoding, object, start, end })
}

/// The encodings whose spelling matters to a handler.
fn known_encoding(name: &str) -> &'static str {
    let plain: String =
        name.chars().filter(|c| !matches!(c, '-' | '_')).collect::<String>().to_ascii_lowercase();
    match plain.as_str() {
        "utf8" | "cputf8" => "utf-8",
        "utf16" | "utf16le" => "utf-16-le",
        "utf16be" => "utf-16-be",
        "utf32" | "utf32le" => "utf-32-le",
        "utf32be" => "utf-32-be",
        _ => "",
    }
}

fn answer(cx: &mut Cx, kind: Standard, exception: &Value) -> R {
    let decoding = exception.is_instance(&exc::UNICODE_DECODE_ERROR);
    let encoding = exception.is_instance(&exc::UNICODE_ENCODE_ERROR);
    let translating = exception.is_instance(&exc::UNICODE_TRANSLATE_ERROR);
    if !(decoding || encoding || translating) {
        if exception.cast::<Exception>().is_none() {
            return Err(cx.type_error("codec must pass exception instance"));
        }
        if kind == Standard::Strict {
            return Err(exc::raise(cx, exception.clone()));
        }
        let message = format!("don't know how to handle {} in error callback", exception.type_name(cx));
        return Err(cx.type_error(message));
    }
    let allowed = match kind {
        Standard::XmlCharRefReplace | Standard::NameReplace => encoding,
        Standard::SurrogateEscape | Standard::SurrogatePass => !translating,
        _ => true,
    };
    if !allowed {
        let message = format!("don't know how to handle {} in error callback", exception.type_name(cx));
        return Err(cx.type_error(message));
    }
    if kind == Standard::Strict {
        return Err(exc::raise(cx, exception.clone()));
    }
    let parts = parts(cx, exception)?;
    if decoding {
        let Some(bytes) = parts.object.as_bytes().map(|b| b.as_slice().to_vec()) else {
            return Err(cx.type_error("UnicodeError 'object' attribute must be a bytes"));
        };
        let end = parts.end.min(bytes.len());
        let error = CodecError {
            encoding: known_encoding(&parts.encoding),
            start: parts.start.min(end),
            end,
            reason: "",
        };
        return match kind.decode(&bytes, error) {
            Some(resume) => {
                let text = cx.str_from_code_points(&resume.replacement).into_value();
                let at = cx.int(resume.position as i64);
                Ok(cx.tuple_value([text, at]))
            }
            None => Err(exc::raise(cx, exception.clone())),
        };
    }
    let Some(text) = parts.object.as_str().map(|t| t.to_handle()) else {
        return Err(cx.type_error("UnicodeError 'object' attribute must be a string"));
    };
    let end = parts.end.min(text.len());
    let start = parts.start.min(end);
    if kind == Standard::Replace && translating {
        let text = cx.str_from_code_points(&vec![0xFFFD; end - start]).into_value();
        let at = cx.int(end as i64);
        return Ok(cx.tuple_value([text, at]));
    }
    let error = CodecError { encoding: known_encoding(&parts.encoding), start, end, reason: "" };
    match kind.encode(&|i| text.char_at(i).unwrap_or(0), error) {
        Some(resume) => {
            let replacement = match resume.replacement {
                Replacement::Text(points) => cx.str_from_code_points(&points).into_value(),
                Replacement::Bytes(bytes) => cx.bytes(&bytes),
            };
            let at = cx.int(resume.position as i64);
            Ok(cx.tuple_value([replacement, at]))
        }
        None => Err(exc::raise(cx, exception.clone())),
    }
}

/// Implements the 'strict' error handling, which raises a UnicodeError on coding errors.
#[native("strict_errors(exception, /)", no_signature)]
fn strict_errors(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::Strict, exception)
}

/// Implements the 'ignore' error handling, which ignores malformed data and continues.
#[native("ignore_errors(exception, /)", no_signature)]
fn ignore_errors(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::Ignore, exception)
}

/// Implements the 'replace' error handling, which replaces malformed data with a replacement marker.
#[native("replace_errors(exception, /)", no_signature)]
fn replace_errors(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::Replace, exception)
}

/// Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference.
#[native("xmlcharrefreplace_errors(exception, /)", no_signature)]
fn xmlcharrefreplace_errors(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::XmlCharRefReplace, exception)
}

/// Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence.
#[native("backslashreplace_errors(exception, /)", no_signature)]
fn backslashreplace_errors(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::BackslashReplace, exception)
}

/// Implements the 'namereplace' error handling, which replaces an unencodable character with a \N{...} escape sequence.
#[native("namereplace_errors(exception, /)", no_signature)]
fn namereplace_errors(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::NameReplace, exception)
}

/// Implements the 'surrogateescape' error handler.
#[native("surrogateescape(exception, /)", no_signature)]
fn surrogateescape(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::SurrogateEscape, exception)
}

/// Implements the 'surrogatepass' error handler.
#[native("surrogatepass(exception, /)", no_signature)]
fn surrogatepass(cx: &mut Cx, exception: &Value) -> R {
    answer(cx, Standard::SurrogatePass, exception)
}
