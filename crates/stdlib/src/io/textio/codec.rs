//! The two directions between text and bytes of a `TextIOWrapper`: UTF-8, ASCII and Latin-1 natively, other encodings by the
//! incremental codecs of the registry.

use taipan_object::{Cx, Obj, R, Str, Tuple, Value, int, ops};

use super::super::call;
use super::TextIo;

/// The encodings that need no codec object.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Codec {
    #[default]
    Utf8,
    Ascii,
    Latin1,
    Other,
}

impl Codec {
    pub fn of(encoding: &str) -> Codec {
        let plain: String =
            encoding.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
        match plain.as_str() {
            "utf-8" | "utf8" => Codec::Utf8,
            "ascii" | "us-ascii" => Codec::Ascii,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Codec::Latin1,
            _ => Codec::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            _ => "utf-8",
        }
    }
}

/// Bytes at the end that begin a character which is not all there.
fn incomplete(bytes: &[u8]) -> usize {
    for k in 1..=bytes.len().min(3) {
        let tail = &bytes[bytes.len() - k..];
        match tail[0] {
            0x80..0xC0 => {}
            0xC0.. => {
                let unfinished = std::str::from_utf8(tail).is_err_and(|e| e.error_len().is_none());
                return if unfinished { k } else { 0 };
            }
            _ => return 0,
        }
    }
    0
}

/// Decodes a piece, newlines included.
pub fn decode(cx: &mut Cx, this: &Obj<TextIo>, bytes: &[u8], last: bool) -> R {
    let text = match this.get(cx).codec {
        Codec::Other => by_decoder(cx, this, bytes, last)?,
        codec => natively(cx, this, codec, bytes, last)?,
    };
    let Some(mut newlines) = this.get_mut(cx).newlines.take() else { return Ok(text) };
    let result = match text.as_str() {
        Some(text) => newlines.feed(cx, text, last),
        None => text,
    };
    this.get_mut(cx).newlines = Some(newlines);
    Ok(result)
}

fn by_decoder(cx: &mut Cx, this: &Obj<TextIo>, bytes: &[u8], last: bool) -> R {
    let Some(decoder) = this.get(cx).decoder.clone() else {
        return Err(cx.value_error("I/O operation on uninitialized object"));
    };
    let data = cx.bytes(bytes);
    let text = call(cx, &decoder, "decode", &[data, Value::bool(last)])?;
    if text.as_str().is_none() {
        let message = format!("decoder should return a string result, not '{}'", text.type_name(cx));
        return Err(cx.type_error(message));
    }
    Ok(text)
}

fn natively(cx: &mut Cx, this: &Obj<TextIo>, codec: Codec, bytes: &[u8], last: bool) -> R {
    let mut pending = std::mem::take(&mut this.get_mut(cx).pending);
    let joined;
    let bytes: &[u8] = if pending.is_empty() {
        bytes
    } else {
        pending.extend_from_slice(bytes);
        joined = pending;
        &joined
    };
    match codec {
        Codec::Latin1 => return Ok(cx.str_from_latin1(bytes).into_value()),
        Codec::Ascii if bytes.is_ascii() => return Ok(cx.str_from_latin1(bytes).into_value()),
        Codec::Utf8 => {
            let held = if last { 0 } else { incomplete(bytes) };
            let (whole, tail) = bytes.split_at(bytes.len() - held);
            this.get_mut(cx).pending = tail.to_vec();
            if let Ok(text) = std::str::from_utf8(whole) {
                return Ok(cx.str(text));
            }
            return by_runtime(cx, this, codec, whole);
        }
        _ => {}
    }
    by_runtime(cx, this, codec, bytes)
}

fn by_runtime(cx: &mut Cx, this: &Obj<TextIo>, codec: Codec, bytes: &[u8]) -> R {
    let errors = this.get(cx).errors_name.clone();
    let decode = cx.interp().runtime.decode;
    decode(cx, bytes, codec.name(), &errors)
}

/// Appends the bytes of a text to the pending output.
pub fn encode(cx: &mut Cx, this: &Obj<TextIo>, text: &Obj<Str>) -> R<()> {
    let codec = this.get(cx).codec;
    if codec == Codec::Other {
        let Some(encoder) = this.get(cx).encoder.clone() else {
            return Err(cx.value_error("I/O operation on uninitialized object"));
        };
        let bytes = call(cx, &encoder, "encode", &[text.to_value()])?;
        let Some(bytes) = bytes.as_bytes() else {
            let message = format!("encoder should return a bytes object, not '{}'", bytes.type_name(cx));
            return Err(cx.type_error(message));
        };
        return push(cx, this, bytes.as_slice());
    }
    if let Some(ascii) = text.as_ascii() {
        return push(cx, this, ascii.as_bytes());
    }
    if codec == Codec::Utf8
        && let Some(utf8) = text.to_utf8()
    {
        return push(cx, this, utf8.as_bytes());
    }
    let errors = this.get(cx).errors_name.clone();
    let encode = cx.interp().runtime.encode;
    let bytes = encode(cx, text, codec.name(), &errors)?;
    match bytes.as_bytes() {
        Some(bytes) => push(cx, this, bytes.as_slice()),
        None => Ok(()),
    }
}

fn push(cx: &mut Cx, this: &Obj<TextIo>, bytes: &[u8]) -> R<()> {
    let out = &mut this.get_mut(cx).out;
    if out.try_reserve(bytes.len()).is_err() {
        return Err(cx.memory_error());
    }
    out.extend_from_slice(bytes);
    Ok(())
}

/// The decoder's state: bytes not used yet, and flags (newlines' included).
pub fn state(cx: &mut Cx, this: &Obj<TextIo>) -> R<(Vec<u8>, i64)> {
    let (bytes, flags) = match this.get(cx).decoder.clone() {
        Some(decoder) => {
            let state = call(cx, &decoder, "getstate", &[])?;
            let Some([bytes, flags]) = state.cast::<Tuple>().map(|t| t.items()) else {
                return Err(cx.type_error("illegal decoder state"));
            };
            let Some(data) = bytes.as_bytes() else {
                let message = format!(
                    "illegal decoder state: the first item should be a bytes object, not '{}'",
                    bytes.type_name(cx)
                );
                return Err(cx.type_error(message));
            };
            (data.as_slice().to_vec(), int::index_i64(cx, flags)?)
        }
        None => (this.get(cx).pending.clone(), 0),
    };
    Ok(match &this.get(cx).newlines {
        Some(newlines) => (bytes, flags << 1 | i64::from(newlines.pending_cr)),
        None => (bytes, flags),
    })
}

/// Puts a state back.
pub fn set_state(cx: &mut Cx, this: &Obj<TextIo>, bytes: &[u8], flags: i64) -> R<()> {
    let mut flags = flags;
    if let Some(newlines) = &mut this.get_mut(cx).newlines {
        newlines.pending_cr = flags & 1 != 0;
        flags >>= 1;
    }
    match this.get(cx).decoder.clone() {
        Some(decoder) => {
            let (bytes, flags) = (cx.bytes(bytes), cx.int(flags));
            let state = cx.tuple_value([bytes, flags]);
            call(cx, &decoder, "setstate", &[state]).map(drop)
        }
        None => {
            this.get_mut(cx).pending = bytes.to_vec();
            Ok(())
        }
    }
}

/// Forgets what the decoder holds.
pub fn reset_decoder(cx: &mut Cx, this: &Obj<TextIo>) -> R<()> {
    let data = this.get_mut(cx);
    data.pending.clear();
    if let Some(newlines) = &mut data.newlines {
        newlines.reset();
    }
    match this.get(cx).decoder.clone() {
        Some(decoder) => call(cx, &decoder, "reset", &[]).map(drop),
        None => Ok(()),
    }
}

/// Tells the encoder whether it is at the stream's start (a byte order mark is due there).
pub fn reset_encoder(cx: &mut Cx, this: &Obj<TextIo>, at_start: bool) -> R<()> {
    let Some(encoder) = this.get(cx).encoder.clone() else { return Ok(()) };
    if at_start {
        call(cx, &encoder, "reset", &[]).map(drop)
    } else {
        call(cx, &encoder, "setstate", &[Value::small_int(0)]).map(drop)
    }
}

/// Makes the codec objects of an encoding that has no native way.
pub fn make(
    cx: &mut Cx,
    encoding: &str,
    errors: &str,
    read: bool,
    write: bool,
) -> R<(Option<Value>, Option<Value>)> {
    let import = cx.interp().runtime.import;
    let codecs = import(cx, "_codecs")?;
    let name = cx.str(encoding);
    let info = call(cx, &codecs, "lookup", &[name])?;
    let key = cx.intern("_is_text_encoding");
    if let Some(flag) = ops::getattr_opt(cx, &info, &key)?
        && !ops::truth(cx, &flag)?
    {
        let message = format!("'{encoding}' is not a text encoding");
        return Err(cx.raise(&taipan_object::exc::LOOKUP_ERROR, message));
    }
    let errors = cx.str(errors);
    let decoder =
        if read { Some(call(cx, &info, "incrementaldecoder", std::slice::from_ref(&errors))?) } else { None };
    let encoder = if write { Some(call(cx, &info, "incrementalencoder", &[errors])?) } else { None };
    Ok((decoder, encoder))
}
