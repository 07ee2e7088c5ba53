//! The codec registry, and the short ways for the encodings that need no registry.
//!
//! [`decode`] and [`encode`] are what `bytes.decode` and `str.encode` do. The codecs proper are pure functions of crate
//! `taipan_text`; [`DecodeHandler`] and [`EncodeHandler`] plug Python's error handlers into them, and `_codecs` of crate `stdlib`
//! uses the same.

use std::collections::HashMap;

use taipan_object::exc::{self, Exception, fields};
use taipan_object::{Cx, Handle, Obj, R, Raised, Str, StrData, Tuple, Value, ops};
use taipan_text::codecs::handlers::Standard;
use taipan_text::codecs::utf16::Order;
use taipan_text::codecs::{
    self, CodecError, DecodeErrors, DecodeResume, Decoded, EncodeErrors, EncodeResume, Replacement, Text,
};

/// The registry of one interpreter.
#[derive(Default)]
pub struct Registry {
    search: Vec<Value>,
    /// Found codecs (tuples of four) by normalised name.
    cache: HashMap<String, Value>,
    errors: HashMap<String, Value>,
    started: bool,
}

/// Replaces the error-handling state: what a decoder asks about bytes that mean nothing.
pub struct DecodeHandler<'a> {
    pub cx: &'a mut Cx,
    pub errors: &'a str,
    standard: Option<Standard>,
    custom: Option<Value>,
    exception: Option<Value>,
}

impl<'a> DecodeHandler<'a> {
    pub fn new(cx: &'a mut Cx, errors: &'a str) -> DecodeHandler<'a> {
        DecodeHandler { cx, errors, standard: Standard::from_name(errors), custom: None, exception: None }
    }
}

impl DecodeErrors for DecodeHandler<'_> {
    type Failure = Raised;

    fn handle(&mut self, input: &[u8], error: CodecError) -> Result<DecodeResume, Raised> {
        if let Some(standard) = self.standard
            && overridden(self.cx, self.errors).is_none()
        {
            return match standard.decode(input, error) {
                Some(resume) => Ok(resume),
                None => Err(raise_decode(self.cx, input, error)),
            };
        }
        let handler = match self.custom.clone() {
            Some(handler) => handler,
            None => {
                let found = lookup_error(self.cx, self.errors)?;
                self.custom = Some(found.clone());
                found
            }
        };
        let exception = match self.exception.clone() {
            Some(exception) => {
                let values = [
                    (fields::START, self.cx.int(error.start as i64)),
                    (fields::END, self.cx.int(error.end as i64)),
                    (fields::REASON, self.cx.str(error.reason)),
                ];
                set_fields(self.cx, &exception, values);
                exception
            }
            None => {
                let raised = raise_decode(self.cx, input, error);
                let made = self.cx.take_raised(raised);
                self.exception = Some(made.clone());
                made
            }
        };
        let answer = ops::call(self.cx, &handler, std::slice::from_ref(&exception))?;
        let (text, position) = match answer.cast::<Tuple>().map(|t| t.items()) {
            Some([text, position]) if text.as_str().is_some() && position.as_int().is_some() => {
                (text.clone(), position.clone())
            }
            _ => {
                return Err(self.cx.type_error("decoding error handler must return (str, int) tuple"));
            }
        };
        // The handler may have exchanged the bytes.
        let object = exception
            .cast::<Exception>()
            .and_then(|e| e.get(self.cx).extra.get(fields::OBJECT).cloned().flatten());
        let Some(object) = object.as_ref().and_then(Value::as_bytes).map(|b| b.as_slice()) else {
            return Err(self.cx.type_error("UnicodeError 'object' attribute must be a bytes"));
        };
        let exchanged = (object != input).then(|| object.to_vec());
        let len = exchanged.as_ref().map_or(input.len(), Vec::len);
        let position = place(self.cx, &position, len)?;
        let replacement = text.as_str().map(|t| t.chars().collect()).unwrap_or_default();
        Ok(DecodeResume { replacement, position, input: exchanged })
    }
}

fn set_fields<const N: usize>(cx: &mut Cx, exception: &Value, values: [(usize, Value); N]) {
    if let Some(e) = exception.cast::<Exception>() {
        for (i, value) in values {
            if let Some(place) = e.get_mut(cx).extra.get_mut(i) {
                let old = place.replace(value);
                drop(old);
            }
        }
    }
}

/// A handler's position within `0..=len`; negative ones count from the end.
fn place(cx: &mut Cx, position: &Value, len: usize) -> R<usize> {
    let given = taipan_object::int::index_clamped(cx, position)?;
    let at = if given < 0 { given.saturating_add(len as i64) } else { given };
    match usize::try_from(at) {
        Ok(at) if at <= len => Ok(at),
        _ => Err(cx.index_error(format!("position {given} from error handler out of bounds"))),
    }
}

/// What an encoder asks about characters that have no bytes.
pub struct EncodeHandler<'a> {
    pub cx: &'a mut Cx,
    pub errors: &'a str,
    pub text: Handle<Str>,
    standard: Option<Standard>,
    custom: Option<Value>,
    exception: Option<Value>,
}

impl<'a> EncodeHandler<'a> {
    pub fn new(cx: &'a mut Cx, text: &Obj<Str>, errors: &'a str) -> EncodeHandler<'a> {
        EncodeHandler {
            cx,
            errors,
            text: text.to_handle(),
            standard: Standard::from_name(errors),
            custom: None,
            exception: None,
        }
    }
}

impl EncodeErrors for EncodeHandler<'_> {
    type Failure = Raised;

    fn handle(&mut self, error: CodecError) -> Result<EncodeResume, Raised> {
        if let Some(standard) = self.standard
            && overridden(self.cx, self.errors).is_none()
        {
            let text = self.text.clone();
            return match standard.encode(&|i| text.char_at(i).unwrap_or(0), error) {
                Some(resume) => Ok(resume),
                None => Err(self.refuse(error)),
            };
        }
        let handler = match self.custom.clone() {
            Some(handler) => handler,
            None => {
                let found = lookup_error(self.cx, self.errors)?;
                self.custom = Some(found.clone());
                found
            }
        };
        let exception = match self.exception.clone() {
            Some(exception) => {
                let values = [
                    (fields::START, self.cx.int(error.start as i64)),
                    (fields::END, self.cx.int(error.end as i64)),
                    (fields::REASON, self.cx.str(error.reason)),
                ];
                set_fields(self.cx, &exception, values);
                exception
            }
            None => {
                let raised = self.refuse(error);
                let made = self.cx.take_raised(raised);
                self.exception = Some(made.clone());
                made
            }
        };
        let answer = ops::call(self.cx, &handler, std::slice::from_ref(&exception))?;
        let bad = "encoding error handler must return (str/bytes, int) tuple";
        let (replacement, position) = match answer.cast::<Tuple>().map(|t| t.items()) {
            Some([replacement, position]) if position.as_int().is_some() => {
                (replacement.clone(), position.clone())
            }
            _ => return Err(self.cx.type_error(bad)),
        };
        let replacement = match (replacement.as_str(), replacement.as_bytes()) {
            (Some(text), _) => Replacement::Text(text.chars().collect()),
            (_, Some(bytes)) => Replacement::Bytes(bytes.as_slice().to_vec()),
            _ => return Err(self.cx.type_error(bad)),
        };
        let position = place(self.cx, &position, self.text.len())?;
        Ok(EncodeResume { replacement, position })
    }

    fn refuse(&mut self, error: CodecError) -> Raised {
        let text = self.text.clone();
        exc::raise_encode(self.cx, error.encoding, &text, error.start, error.end, error.reason)
    }
}

fn raise_decode(cx: &mut Cx, input: &[u8], error: CodecError) -> Raised {
    exc::raise_decode(cx, error.encoding, input, error.start, error.end, error.reason)
}

/// A handler that a program registered under a standard one's name.
fn overridden(cx: &mut Cx, errors: &str) -> Option<Value> {
    let registry = cx.interp_mut().state::<Registry>();
    if registry.errors.is_empty() { None } else { registry.errors.get(errors).cloned() }
}

/// A decoder's text as a string.
pub fn text_value(cx: &Cx, text: Text) -> Value {
    match text {
        Text::Ascii(bytes) | Text::One(bytes) => cx.str_from_latin1(&bytes).into_value(),
        Text::Two(units) => cx.str_from_ucs2(&units).into_value(),
        Text::Four(points) => cx.str_from_code_points(&points).into_value(),
    }
}

/// The encodings with a short way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Utf8,
    Latin1,
    Ascii,
    Utf16(Order),
    Utf32(Order),
}

fn known(encoding: &str) -> Option<Known> {
    let plain: String =
        encoding.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    Some(match plain.as_str() {
        "utf-8" | "utf8" => Known::Utf8,
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Known::Latin1,
        "ascii" | "us-ascii" => Known::Ascii,
        "utf-16" | "utf16" => Known::Utf16(Order::Mark),
        "utf-16-le" => Known::Utf16(Order::Little),
        "utf-16-be" => Known::Utf16(Order::Big),
        "utf-32" | "utf32" => Known::Utf32(Order::Mark),
        "utf-32-le" => Known::Utf32(Order::Little),
        "utf-32-be" => Known::Utf32(Order::Big),
        _ => return None,
    })
}

/// In development mode the handler must exist even if it is not needed.
fn check_handler(cx: &mut Cx, encoding: &str, errors: &str) -> R<()> {
    if !cx.interp().dev_mode {
        return Ok(());
    }
    if known(encoding).is_none() {
        lookup(cx, encoding)?;
    }
    if Standard::from_name(errors).is_none() {
        lookup_error(cx, errors)?;
    }
    Ok(())
}

/// `bytes.decode(encoding, errors)`.
pub fn decode(cx: &mut Cx, bytes: &[u8], encoding: &str, errors: &str) -> R {
    check_handler(cx, encoding, errors)?;
    let Some(known) = known(encoding) else {
        let object = cx.bytes(bytes);
        return through_registry(cx, &object, encoding, errors, Way::Decode, true);
    };
    if known == Known::Utf8
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Ok(cx.str(text));
    }
    let decoded: Decoded = {
        let mut handler = DecodeHandler::new(cx, errors);
        match known {
            Known::Utf8 => codecs::utf8::decode(bytes, true, &mut handler)?,
            Known::Latin1 => Decoded { text: codecs::decode_latin1(bytes), used: bytes.len() },
            Known::Ascii => codecs::decode_ascii(bytes, &mut handler)?,
            Known::Utf16(order) => codecs::utf16::decode(bytes, order, true, &mut handler)?.0,
            Known::Utf32(order) => codecs::utf32::decode(bytes, order, true, &mut handler)?.0,
        }
    };
    Ok(text_value(cx, decoded.text))
}

/// Runs `$f` over the characters of a string in their width.
macro_rules! with_units {
    ($text:expr, |$units:ident| $body:expr) => {
        match $text.data() {
            StrData::One($units) => $body,
            StrData::Two($units) => $body,
            StrData::Four($units) => $body,
        }
    };
}

/// `str.encode(encoding, errors)`.
pub fn encode(cx: &mut Cx, text: &Obj<Str>, encoding: &str, errors: &str) -> R {
    check_handler(cx, encoding, errors)?;
    let Some(known) = known(encoding) else {
        let object = text.to_value();
        return through_registry(cx, &object, encoding, errors, Way::Encode, true);
    };
    if let Some(ascii) = text.as_ascii()
        && matches!(known, Known::Utf8 | Known::Latin1 | Known::Ascii)
    {
        return Ok(cx.bytes(ascii.as_bytes()));
    }
    let text = text.to_handle();
    let bytes = {
        let mut handler = EncodeHandler::new(cx, &text, errors);
        let handler = &mut handler;
        match known {
            Known::Utf8 => with_units!(text, |u| codecs::utf8::encode(u, handler)?),
            Known::Latin1 => with_units!(text, |u| codecs::encode_latin1(u, handler)?),
            Known::Ascii => with_units!(text, |u| codecs::encode_ascii(u, handler)?),
            Known::Utf16(order) => with_units!(text, |u| codecs::utf16::encode(u, order, handler)?),
            Known::Utf32(order) => with_units!(text, |u| codecs::utf32::encode(u, order, handler)?),
        }
    };
    Ok(cx.bytes(&bytes))
}

/// Which of a codec's functions is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Encode,
    Decode,
}

/// Calls a registered codec. With `text_only`, a codec that is no text encoding is refused, and the result's type is
/// checked (`str.encode`, `bytes.decode`).
pub fn through_registry(
    cx: &mut Cx,
    object: &Value,
    encoding: &str,
    errors: &str,
    way: Way,
    text_only: bool,
) -> R {
    let codec = lookup(cx, encoding)?;
    if text_only && !codec.is_instance_exact(&taipan_object::tuple::TUPLE) {
        let key = cx.intern("_is_text_encoding");
        if let Some(flag) = ops::getattr_opt(cx, &codec, &key)?
            && !ops::truth(cx, &flag)?
        {
            let function = if way == Way::Encode { "codecs.encode()" } else { "codecs.decode()" };
            let message =
                format!("'{encoding}' is not a text encoding; use {function} to handle arbitrary codecs");
            return Err(cx.raise(&exc::LOOKUP_ERROR, message));
        }
    }
    let function =
        codec.cast::<Tuple>().and_then(|t| t.items().get(usize::from(way == Way::Decode)).cloned());
    let Some(function) = function else { return Err(cx.system_error("codec is no tuple")) };
    let errors = cx.str(errors);
    let answer = match ops::call(cx, &function, &[object.clone(), errors]) {
        Ok(answer) => answer,
        Err(raised) => {
            let what = if way == Way::Encode { "encoding" } else { "decoding" };
            let exception = cx.take_raised(raised);
            add_codec_note(cx, &exception, &format!("{what} with '{encoding}' codec failed"));
            return Err(cx.raise_value(exception));
        }
    };
    let result = match answer.cast::<Tuple>().map(|t| t.items()) {
        Some([result, _]) => result.clone(),
        _ => {
            return Err(cx.type_error(if way == Way::Encode {
                "encoder must return a tuple (object, integer)"
            } else {
                "decoder must return a tuple (object,integer)"
            }));
        }
    };
    if !text_only {
        return Ok(result);
    }
    if way == Way::Encode && result.as_bytes().is_none() {
        let kind = result.type_name(cx).into_owned();
        if kind == "bytearray" {
            let warn = cx.interp().runtime.warn;
            warn(
                cx,
                &exc::RUNTIME_WARNING,
                &format!(
                    "encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"
                ),
                1,
            )?;
            let bytes = taipan_object::buffer::bytes_like(cx, &result)?.to_vec(cx);
            return Ok(cx.bytes(&bytes));
        }
        return Err(cx.type_error(format!(
            "'{encoding}' encoder returned '{kind}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
        )));
    }
    if way == Way::Decode && result.as_str().is_none() {
        let kind = result.type_name(cx).into_owned();
        return Err(cx.type_error(format!(
            "'{encoding}' decoder returned '{kind}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
        )));
    }
    Ok(result)
}

/// PEP 678: which codec failed.
fn add_codec_note(cx: &mut Cx, exception: &Value, note: &str) {
    let name = cx.intern("add_note");
    let note = cx.str(note);
    if let Err(raised) = ops::call_method(cx, exception, &name, &[note]) {
        drop(cx.take_raised(raised));
    }
}

/// The name under which a codec is looked for: lower case, spaces as underscores.
fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    // Runs of anything but ASCII letters, digits and full stops between such are one underscore.
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// Imports `encodings`, which registers its search function, at the first look-up.
fn start(cx: &mut Cx) -> R<()> {
    let registry = cx.interp_mut().state::<Registry>();
    if registry.started {
        return Ok(());
    }
    registry.started = true;
    let import = cx.interp().runtime.import;
    if let Err(raised) = import(cx, "encodings") {
        cx.interp_mut().state::<Registry>().started = false;
        return Err(raised);
    }
    Ok(())
}

/// `codecs.lookup(encoding)`.
pub fn lookup(cx: &mut Cx, encoding: &str) -> R {
    let key = normalised(encoding);
    if let Some(found) = cx.interp_mut().state::<Registry>().cache.get(&key) {
        return Ok(found.clone());
    }
    start(cx)?;
    let functions = cx.interp_mut().state::<Registry>().search.clone();
    let name = cx.intern(&key).into_value();
    for function in functions {
        let found = ops::call(cx, &function, std::slice::from_ref(&name))?;
        if found.is_none() {
            continue;
        }
        if found.cast::<Tuple>().is_none_or(|t| t.len() != 4) {
            return Err(cx.type_error("codec search functions must return 4-tuples"));
        }
        cx.interp_mut().state::<Registry>().cache.insert(key, found.clone());
        return Ok(found);
    }
    Err(cx.raise(&exc::LOOKUP_ERROR, format!("unknown encoding: {encoding}")))
}

/// `codecs.register(search_function)`.
pub fn register(cx: &mut Cx, function: &Value) -> R<()> {
    if function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("argument must be callable"));
    }
    cx.interp_mut().state::<Registry>().search.push(function.clone());
    Ok(())
}

/// `codecs.unregister(search_function)`.
pub fn unregister(cx: &mut Cx, function: &Value) {
    let registry = cx.interp_mut().state::<Registry>();
    if let Some(i) = registry.search.iter().position(|f| f.is(function)) {
        let old = (registry.search.remove(i), std::mem::take(&mut registry.cache));
        drop(old);
    }
}

/// `codecs.register_error(name, handler)`.
pub fn register_error(cx: &mut Cx, name: &str, handler: &Value) -> R<()> {
    if handler.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("handler must be callable"));
    }
    let old = cx.interp_mut().state::<Registry>().errors.insert(name.to_owned(), handler.clone());
    drop(old);
    Ok(())
}

/// `_codecs._unregister_error(name)`: whether there was one.
pub fn unregister_error(cx: &mut Cx, name: &str) -> R<bool> {
    if Standard::from_name(name).is_some() {
        return Err(cx.value_error(format!("cannot un-register built-in error handler '{name}'")));
    }
    let old = cx.interp_mut().state::<Registry>().errors.remove(name);
    Ok(old.is_some())
}

/// `codecs.lookup_error(name)`.
pub fn lookup_error(cx: &mut Cx, name: &str) -> R {
    if let Some(found) = cx.interp_mut().state::<Registry>().errors.get(name) {
        return Ok(found.clone());
    }
    if let Some(def) = super::codec_errors::standard(name) {
        return Ok(cx.native_function(def, None));
    }
    Err(cx.raise(&exc::LOOKUP_ERROR, format!("unknown error handler name '{name}'")))
}

/// The name of the error handler in an optional argument.
pub fn errors_name(errors: Option<&Value>) -> String {
    errors.and_then(Value::as_str).map_or_else(|| "strict".to_owned(), |e| e.to_string_lossy().into_owned())
}

/// Forgets everything: part of the interpreter's end.
pub fn clear(cx: &mut Cx) {
    let registry = std::mem::take(cx.interp_mut().state::<Registry>());
    drop(registry);
}
