//! `_io.TextIOWrapper`: text over a buffered byte stream.
//!
//! What was decoded ahead lies in `decoded` from `decoded_at` on. Where the position may be asked for (`telling`), `snapshot`
//! holds the decoder's flags and the bytes from which `decoded` came, so that `tell` can find the byte of a character.

mod codec;
mod position;
mod read;

use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::TYPE;
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Str, StrData, Trace, Type, TypeDefs, Value, descr, flags,
    int, ops,
};

use self::codec::Codec;
use super::base::{self, TEXT_IO_BASE};
use super::buffered::{is_buffer_closed, is_exact_writer, write_slice};
use super::newline::Newlines;
use super::{attribute, call, closed_error, is_closed, no_pickle, unsupported};

/// `_CHUNK_SIZE` at first.
const CHUNK_SIZE: usize = 8192;

/// How lines end in what is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LineEnd {
    /// `\n` (also where all ends are translated to it).
    #[default]
    Lf,
    /// `\n`, `\r` or `\r\n`, untranslated.
    Any,
    Cr,
    CrLf,
}

/// The payload of a `TextIOWrapper`.
#[derive(Default)]
pub struct TextIo {
    buffer: Option<Value>,
    detached: bool,
    encoding: Option<Value>,
    errors: Option<Value>,
    errors_name: String,
    codec: Codec,
    decoder: Option<Value>,
    encoder: Option<Value>,
    can_read: bool,
    can_write: bool,
    /// The start of a character, of which more is to come.
    pending: Vec<u8>,
    newlines: Option<Newlines>,
    line_end: LineEnd,
    write_newline: Option<&'static str>,
    line_buffering: bool,
    write_through: bool,
    out: Vec<u8>,
    decoded: Option<Value>,
    decoded_at: usize,
    snapshot: Option<(i64, Vec<u8>)>,
    seekable: bool,
    telling: bool,
    has_read1: bool,
    chunk_size: usize,
    /// Bytes a character in the last chunk.
    ratio: f64,
    pub finalizing: bool,
}

impl Trace for TextIo {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        for value in [&self.buffer, &self.encoding, &self.errors, &self.decoder, &self.encoder, &self.decoded]
        {
            value.trace(visit);
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        for value in [&mut self.buffer, &mut self.decoder, &mut self.encoder, &mut self.decoded] {
            out.extend(value.take());
        }
    }
}

// SAFETY: instances of the type and its subtypes begin with `Obj<TextIo>`; all values are traced.
unsafe impl Payload for TextIo {
    const TYPE: &'static Obj<Type> = &TEXT_IO_WRAPPER;
}

/// `_io.TextIOWrapper`.
pub static TEXT_IO_WRAPPER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<TextIo>("_io.TextIOWrapper")
        .base(&TEXT_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            new: Some(new),
            init: Some(init),
            next: Some(read::next),
            repr: Some(repr),
            finalize: Some(base::finalize),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                detach, reconfigure, write, read::read, read::readline, flush, close, fileno, seekable, readable, writable,
                isatty, position::seek, position::tell, truncate, __getstate__
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("TextIOWrapper(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)\n--\n\nCharacter and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().\n\nerrors determines the strictness of encoding and decoding (see\nhelp(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\nnewline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.  It works as follows:\n\n* On input, if newline is None, universal newlines mode is\n  enabled. Lines in the input can end in '\\n', '\\r', or '\\r\\n', and\n  these are translated into '\\n' before being returned to the\n  caller. If it is '', universal newline mode is enabled, but line\n  endings are returned to the caller untranslated. If it has any of\n  the other legal values, input lines are only terminated by the given\n  string, and the line ending is returned to the caller untranslated.\n\n* On output, if newline is None, any '\\n' characters written are\n  translated to the system default line separator, os.linesep. If\n  newline is '' or '\\n', no translation takes place. If newline is any\n  of the other legal values, any '\\n' characters written are translated\n  to the given string.\n\nIf line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, TextIo::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (init_native__def.call)(cx, args)).map(drop)
}

/// A text argument that may be None.
fn text_arg(cx: &mut Cx, value: Option<&Value>, name: &str) -> R<Option<String>> {
    match value.filter(|v| !v.is_none()) {
        None => Ok(None),
        Some(v) => match v.as_str() {
            Some(text) => {
                let text = text.to_string_lossy().into_owned();
                if v.as_str().is_some_and(|v| v.to_utf8().is_none()) {
                    // Surrogates: the error of encoding them.
                    let encode = cx.interp().runtime.encode;
                    if let Some(v) = v.as_str().map(|v| v.to_handle()) {
                        encode(cx, &v, "utf-8", "strict")?;
                    }
                }
                if name != "encoding of a stream" && text.contains('\0') {
                    return Err(cx.value_error("embedded null character"));
                }
                Ok(Some(text))
            }
            None => {
                let kind = v.type_name(cx).into_owned();
                Err(cx
                    .type_error(format!("TextIOWrapper() argument '{name}' must be str or None, not {kind}")))
            }
        },
    }
}

fn check_newline(cx: &mut Cx, newline: Option<&str>) -> R<()> {
    match newline {
        None | Some("" | "\n" | "\r" | "\r\n") => Ok(()),
        Some(other) => Err(cx.value_error(format!("illegal newline value: {other}"))),
    }
}

/// The locale's encoding, as `locale.getencoding()` gives it.
fn locale_encoding(cx: &mut Cx) -> String {
    let name = crate::support::host(cx).encoding();
    let name = String::from_utf8_lossy(&name).into_owned();
    if name.is_empty() { "UTF-8".to_owned() } else { name }
}

#[native(
    "TextIOWrapper.__init__($self, /, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
)]
fn init_native(
    cx: &mut Cx,
    this: &Obj<TextIo>,
    buffer: &Value,
    encoding: Option<&Value>,
    errors: Option<&Value>,
    newline: Option<&Value>,
    line_buffering: bool,
    write_through: bool,
) -> R<()> {
    let old = std::mem::take(this.get_mut(cx));
    drop(old);
    let mut encoding = text_arg(cx, encoding, "encoding")?;
    if encoding.is_none() {
        let chosen = super::open::text_encoding(cx, &Value::none(), Some(1))?;
        encoding = chosen.as_str().map(|s| s.to_string_lossy().into_owned());
    }
    let errors = match errors.filter(|e| !e.is_none()) {
        None => "strict".to_owned(),
        Some(e) if e.as_str().is_none() => {
            let kind = e.type_name(cx).into_owned();
            return Err(
                cx.type_error(format!("TextIOWrapper() argument 'errors' must be str or None, not {kind}"))
            );
        }
        Some(_) => text_arg(cx, errors, "errors")?.unwrap_or_default(),
    };
    let newline = text_arg(cx, newline, "newline")?;
    check_newline(cx, newline.as_deref())?;
    if taipan_vm::runtime::settings(cx).dev_mode {
        taipan_vm::runtime::codecs::lookup_error(cx, &errors)?;
    }
    let encoding = match encoding {
        Some(name) if name != "locale" => name,
        _ => {
            if taipan_vm::runtime::settings(cx).utf8_mode {
                "utf-8".to_owned()
            } else {
                locale_encoding(cx)
            }
        }
    };
    let answer = call(cx, buffer, "readable", &[])?;
    let can_read = ops::truth(cx, &answer)?;
    let answer = call(cx, buffer, "writable", &[])?;
    let can_write = ops::truth(cx, &answer)?;
    let prepared = prepare(cx, &encoding, &errors, can_read, can_write)?;
    let answer = call(cx, buffer, "seekable", &[])?;
    let seekable = ops::truth(cx, &answer)?;
    let read1 = cx.intern("read1");
    let has_read1 = ops::getattr_opt(cx, buffer, &read1)?.is_some();
    let (encoding, errors_value) = (cx.str(&encoding), cx.str(&errors));
    {
        let data = this.get_mut(cx);
        data.encoding = Some(encoding);
        data.errors = Some(errors_value);
        data.errors_name = errors;
        data.can_read = can_read;
        data.can_write = can_write;
        data.line_buffering = line_buffering;
        data.write_through = write_through;
        data.seekable = seekable;
        data.telling = seekable;
        data.has_read1 = has_read1;
        data.chunk_size = CHUNK_SIZE;
    }
    install_codec(cx, this, prepared);
    set_newline(cx, this, newline.as_deref());
    this.get_mut(cx).buffer = Some(buffer.clone());
    fix_encoder(cx, this)
}

type Prepared = (Codec, Option<Value>, Option<Value>);

fn prepare(cx: &mut Cx, encoding: &str, errors: &str, read: bool, write: bool) -> R<Prepared> {
    let known = Codec::of(encoding);
    if known != Codec::Other {
        return Ok((known, None, None));
    }
    let (decoder, encoder) = codec::make(cx, encoding, errors, read, write)?;
    Ok((known, decoder, encoder))
}

fn install_codec(cx: &mut Cx, this: &Obj<TextIo>, (codec, decoder, encoder): Prepared) {
    let data = this.get_mut(cx);
    data.codec = codec;
    let old = (std::mem::replace(&mut data.decoder, decoder), std::mem::replace(&mut data.encoder, encoder));
    drop(old);
}

/// An encoder that does not begin at the stream's start writes no mark.
fn fix_encoder(cx: &mut Cx, this: &Obj<TextIo>) -> R<()> {
    let data = this.get(cx);
    if !data.seekable || data.encoder.is_none() {
        return Ok(());
    }
    let Some(buffer) = data.buffer.clone() else { return Ok(()) };
    let at = call(cx, &buffer, "tell", &[])?;
    let at_start = at.as_int().and_then(|i| i.to_i64()) == Some(0);
    if at_start { Ok(()) } else { codec::reset_encoder(cx, this, false) }
}

fn set_newline(cx: &mut Cx, this: &Obj<TextIo>, newline: Option<&str>) {
    let data = this.get_mut(cx);
    data.newlines = match newline {
        None => Some(Newlines::new(true)),
        Some("") => Some(Newlines::new(false)),
        Some(_) => None,
    };
    data.line_end = match newline {
        Some("") => LineEnd::Any,
        Some("\r") => LineEnd::Cr,
        Some("\r\n") => LineEnd::CrLf,
        _ => LineEnd::Lf,
    };
    data.write_newline = match newline {
        Some("\r") => Some("\r"),
        Some("\r\n") => Some("\r\n"),
        _ => None,
    };
}

/// The buffer of a stream that is ready.
fn buffer_of(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let data = this.get(cx);
    match (&data.buffer, data.detached) {
        (Some(buffer), _) => Ok(buffer.clone()),
        (None, true) => Err(cx.value_error("underlying buffer has been detached")),
        (None, false) => Err(cx.value_error("I/O operation on uninitialized object")),
    }
}

/// The buffer of an open stream.
fn open_buffer(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = buffer_of(cx, this)?;
    let closed = if this.to_value().is_instance_exact(&TEXT_IO_WRAPPER) {
        is_buffer_closed(cx, &buffer)?
    } else {
        is_closed(cx, &this.to_value())?
    };
    if closed { Err(closed_error(cx)) } else { Ok(buffer) }
}

/// Hands the pending output to the buffer.
fn write_out(cx: &mut Cx, this: &Obj<TextIo>, buffer: &Value) -> R<()> {
    if this.get(cx).out.is_empty() {
        return Ok(());
    }
    let mut bytes = std::mem::take(&mut this.get_mut(cx).out);
    if is_exact_writer(buffer) {
        let result = write_slice(cx, buffer, &bytes).map(drop);
        // The memory serves again.
        bytes.clear();
        let data = this.get_mut(cx);
        if data.out.is_empty() && bytes.capacity() <= 1 << 20 {
            data.out = bytes;
        }
        return result;
    }
    let value = cx.bytes(&bytes);
    call(cx, buffer, "write", &[value]).map(drop)
}

fn contains(text: &Obj<Str>, c: u8) -> bool {
    match text.data() {
        StrData::One(s) => s.contains(&c),
        StrData::Two(s) => s.contains(&c.into()),
        StrData::Four(s) => s.contains(&c.into()),
    }
}

#[native("TextIOWrapper.write($self, text, /)")]
fn write(cx: &mut Cx, this: &Obj<TextIo>, text: &Value) -> R<usize> {
    let Some(string) = text.as_str() else {
        let message = format!("write() argument must be str, not {}", text.type_name(cx));
        return Err(cx.type_error(message));
    };
    let buffer = open_buffer(cx, this)?;
    if !this.get(cx).can_write {
        return Err(unsupported(cx, "not writable"));
    }
    let len = string.len();
    let data = this.get(cx);
    let (line_buffering, write_through, newline) =
        (data.line_buffering, data.write_through, data.write_newline);
    let held = this.get(cx).out.len();
    let has_lf = (line_buffering || newline.is_some()) && contains(string, b'\n');
    let flush = line_buffering && (has_lf || contains(string, b'\r'));
    match newline {
        Some(newline) if has_lf => {
            let mut points = Vec::with_capacity(len + 8);
            for c in string.chars() {
                if c == 10 { points.extend(newline.chars().map(u32::from)) } else { points.push(c) }
            }
            let translated = cx.str_from_code_points(&points);
            codec::encode(cx, this, &translated)?;
        }
        _ => codec::encode(cx, this, string)?,
    }
    if held > 0 && this.get(cx).out.len() > this.get(cx).chunk_size {
        // What was pending goes first; the raw stream may write here meanwhile, and that goes before this text, too.
        let tail = this.get_mut(cx).out.split_off(held);
        while !this.get(cx).out.is_empty() && this.get(cx).out.len() + tail.len() > this.get(cx).chunk_size {
            write_out(cx, this, &buffer)?;
        }
        this.get_mut(cx).out.extend_from_slice(&tail);
    }
    if flush || write_through || this.get(cx).out.len() >= this.get(cx).chunk_size {
        write_out(cx, this, &buffer)?;
    }
    if flush {
        call(cx, &buffer, "flush", &[])?;
    }
    if this.get(cx).snapshot.is_some() {
        forget_decoded(cx, this);
        codec::reset_decoder(cx, this)?;
    }
    Ok(len)
}

fn forget_decoded(cx: &mut Cx, this: &Obj<TextIo>) {
    let data = this.get_mut(cx);
    data.decoded_at = 0;
    data.snapshot = None;
    let old = data.decoded.take();
    drop(old);
}

#[native("TextIOWrapper.flush($self, /)")]
fn flush(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = open_buffer(cx, this)?;
    let data = this.get_mut(cx);
    data.telling = data.seekable;
    write_out(cx, this, &buffer)?;
    call(cx, &buffer, "flush", &[])
}

#[native("TextIOWrapper.close($self, /)")]
fn close(cx: &mut Cx, this: &Obj<TextIo>) -> R<()> {
    let buffer = buffer_of(cx, this)?;
    let object = this.to_value();
    let closed = attribute(cx, &object, "closed")?;
    if ops::truth(cx, &closed)? || this.get(cx).detached {
        return Ok(());
    }
    if this.get(cx).finalizing
        && let Err(raised) = call(cx, &buffer, "_dealloc_warn", std::slice::from_ref(&object))
    {
        drop(cx.take_raised(raised));
    }
    let first = call(cx, &object, "flush", &[]).map(drop);
    super::both(cx, first, |cx| call(cx, &buffer, "close", &[]).map(drop))
}

#[native("TextIOWrapper.detach($self, /)")]
fn detach(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    buffer_of(cx, this)?;
    call(cx, &this.to_value(), "flush", &[])?;
    let buffer = buffer_of(cx, this)?;
    let data = this.get_mut(cx);
    data.detached = true;
    let old = data.buffer.take();
    drop(old);
    Ok(buffer)
}

/// Reconfigure the text stream with new parameters.
///
/// This also does an implicit stream flush.
#[native(
    "TextIOWrapper.reconfigure($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)"
)]
fn reconfigure(
    cx: &mut Cx,
    this: &Obj<TextIo>,
    encoding: Option<&Value>,
    errors: Option<&Value>,
    newline: Option<&Value>,
    line_buffering: Option<&Value>,
    write_through: Option<&Value>,
) -> R<()> {
    buffer_of(cx, this)?;
    let newline_given = newline.is_some();
    let names = [("encoding", encoding), ("errors", errors), ("newline", newline)];
    for (name, value) in names {
        if let Some(v) = value.filter(|v| !v.is_none())
            && v.as_str().is_none()
        {
            let kind = v.type_name(cx).into_owned();
            return Err(
                cx.type_error(format!("reconfigure() argument '{name}' must be str or None, not {kind}"))
            );
        }
    }
    let encoding = text_arg(cx, encoding, "encoding of a stream")?;
    let errors = text_arg(cx, errors, "errors")?;
    let newline = text_arg(cx, newline, "newline")?;
    let read_ahead = this.get(cx).decoded.is_some() || this.get(cx).snapshot.is_some();
    if read_ahead && (encoding.is_some() || errors.is_some() || newline_given) {
        return Err(unsupported(
            cx,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    check_newline(cx, newline.as_deref())?;
    let mut flag = |value: Option<&Value>, old: bool| -> R<bool> {
        match value.filter(|v| !v.is_none()) {
            None => Ok(old),
            Some(v) => Ok(int::index_i64(cx, v)? != 0),
        }
    };
    let (old_line, old_through) = {
        // The closure holds the token; read before it is used.
        (line_buffering.is_none_or(Value::is_none), write_through.is_none_or(Value::is_none))
    };
    let line = flag(line_buffering, false)?;
    let through = flag(write_through, false)?;
    call(cx, &this.to_value(), "flush", &[])?;
    if encoding.is_some() || errors.is_some() {
        change_encoding(cx, this, encoding, errors)?;
    }
    if newline_given {
        set_newline(cx, this, newline.as_deref());
    }
    let data = this.get_mut(cx);
    if !old_line {
        data.line_buffering = line;
    }
    if !old_through {
        data.write_through = through;
    }
    Ok(())
}

fn change_encoding(
    cx: &mut Cx,
    this: &Obj<TextIo>,
    encoding: Option<String>,
    errors: Option<String>,
) -> R<()> {
    let errors = match (errors, &encoding) {
        (Some(errors), _) => errors,
        (None, Some(_)) => "strict".to_owned(),
        (None, None) => this.get(cx).errors_name.clone(),
    };
    let encoding = match encoding {
        Some(name) if name == "locale" => locale_encoding(cx),
        Some(name) => name,
        None => {
            let old = this.get(cx).encoding.clone();
            old.as_ref().and_then(Value::as_str).map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
        }
    };
    let (read, write) = (this.get(cx).can_read, this.get(cx).can_write);
    let prepared = prepare(cx, &encoding, &errors, read, write)?;
    install_codec(cx, this, prepared);
    let (encoding, errors_value) = (cx.str(&encoding), cx.str(&errors));
    let data = this.get_mut(cx);
    let old = (data.encoding.replace(encoding), data.errors.replace(errors_value));
    data.errors_name = errors;
    drop(old);
    fix_encoder(cx, this)
}

#[native("TextIOWrapper.fileno($self, /)")]
fn fileno(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = buffer_of(cx, this)?;
    call(cx, &buffer, "fileno", &[])
}

#[native("TextIOWrapper.seekable($self, /)")]
fn seekable(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = buffer_of(cx, this)?;
    call(cx, &buffer, "seekable", &[])
}

#[native("TextIOWrapper.readable($self, /)")]
fn readable(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = buffer_of(cx, this)?;
    call(cx, &buffer, "readable", &[])
}

#[native("TextIOWrapper.writable($self, /)")]
fn writable(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = buffer_of(cx, this)?;
    call(cx, &buffer, "writable", &[])
}

#[native("TextIOWrapper.isatty($self, /)")]
fn isatty(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = buffer_of(cx, this)?;
    call(cx, &buffer, "isatty", &[])
}

#[native("TextIOWrapper.truncate($self, pos=None, /)")]
fn truncate(cx: &mut Cx, this: &Obj<TextIo>, pos: Option<&Value>) -> R {
    let buffer = buffer_of(cx, this)?;
    call(cx, &this.to_value(), "flush", &[])?;
    let pos = pos.cloned().unwrap_or_else(Value::none);
    call(cx, &buffer, "truncate", &[pos])
}

#[native("TextIOWrapper.__getstate__($self, /)", no_signature)]
fn __getstate__(cx: &mut Cx, this: &Value) -> R {
    no_pickle(cx, this)
}

fn payload<'a>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<TextIo>> {
    match this.cast::<TextIo>() {
        Some(stream) => Ok(stream),
        None => Err(cx.type_error("descriptor requires a '_io.TextIOWrapper' object")),
    }
}

fn shown(cx: &mut Cx, this: &Value, pick: fn(&TextIo) -> Value) -> R {
    let stream = payload(cx, this)?;
    if !stream.get(cx).detached {
        buffer_of(cx, stream)?;
    }
    Ok(pick(stream.get(cx)))
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "encoding",
        doc: None,
        get: Some(|cx, this| Ok(payload(cx, this)?.get(cx).encoding.clone().unwrap_or_else(Value::none))),
        set: None,
    },
    GetSetDef {
        name: "buffer",
        doc: None,
        get: Some(|cx, this| Ok(payload(cx, this)?.get(cx).buffer.clone().unwrap_or_else(Value::none))),
        set: None,
    },
    GetSetDef {
        name: "line_buffering",
        doc: None,
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).line_buffering))),
        set: None,
    },
    GetSetDef {
        name: "write_through",
        doc: None,
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).write_through))),
        set: None,
    },
    GetSetDef {
        name: "name",
        doc: None,
        get: Some(|cx, this| {
            let stream = payload(cx, this)?;
            let buffer = buffer_of(cx, stream)?;
            attribute(cx, &buffer, "name")
        }),
        set: None,
    },
    GetSetDef {
        name: "closed",
        doc: None,
        get: Some(|cx, this| {
            let stream = payload(cx, this)?;
            let buffer = buffer_of(cx, stream)?;
            attribute(cx, &buffer, "closed")
        }),
        set: None,
    },
    GetSetDef {
        name: "newlines",
        doc: None,
        get: Some(|cx, this| {
            let stream = payload(cx, this)?;
            buffer_of(cx, stream)?;
            let data = stream.get(cx);
            Ok(match &data.newlines {
                Some(newlines) if data.can_read => newlines.seen(cx),
                _ => Value::none(),
            })
        }),
        set: None,
    },
    GetSetDef {
        name: "errors",
        doc: None,
        get: Some(|cx, this| shown(cx, this, |data| data.errors.clone().unwrap_or_else(Value::none))),
        set: None,
    },
    GetSetDef {
        name: "_CHUNK_SIZE",
        doc: None,
        get: Some(|cx, this| {
            let stream = payload(cx, this)?;
            buffer_of(cx, stream)?;
            let size = stream.get(cx).chunk_size;
            Ok(cx.int(size as i64))
        }),
        set: Some(|cx, this, value| {
            let stream = payload(cx, this)?;
            buffer_of(cx, stream)?;
            let Some(value) = value else {
                return Err(cx.raise(&exc::ATTRIBUTE_ERROR, "cannot delete attribute"));
            };
            let size = match int::index_i64(cx, value) {
                Ok(size) => size,
                Err(raised) if cx.raised_is(&raised, &exc::OVERFLOW_ERROR) => {
                    drop(cx.take_raised(raised));
                    let kind = value.type_name(cx).into_owned();
                    return Err(cx.value_error(format!("cannot fit '{kind}' into an index-sized integer")));
                }
                Err(raised) => return Err(raised),
            };
            if size <= 0 {
                return Err(cx.value_error("a strictly positive integer is required"));
            }
            stream.get_mut(cx).chunk_size = size as usize;
            Ok(())
        }),
    },
    GetSetDef {
        name: "_finalizing",
        doc: None,
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).finalizing))),
        set: None,
    },
];

fn repr(cx: &mut Cx, this: &Value) -> R {
    let stream = payload(cx, this)?;
    let encoding = stream.get(cx).encoding.clone();
    if encoding.is_none() {
        return Err(cx.value_error("I/O operation on uninitialized object"));
    }
    if !cx.repr_enter(this) {
        let class = this.ty(cx).full_name().into_owned();
        return Err(cx.runtime_error(format!("reentrant call inside {class}.__repr__")));
    }
    let result = described(cx, this, encoding);
    cx.repr_leave(this);
    result
}

fn described(cx: &mut Cx, this: &Value, encoding: Option<Value>) -> R {
    let mut text = taipan_types::support::TextBuilder::default();
    let class = this.ty(cx).full_name().into_owned();
    text.push(&format!("<{class}"));
    for (key, label) in [("name", " name="), ("mode", " mode=")] {
        let value = match attribute(cx, this, key) {
            Ok(value) => value,
            Err(raised)
                if cx.raised_is(&raised, &exc::ATTRIBUTE_ERROR)
                    || cx.raised_is(&raised, &exc::VALUE_ERROR) =>
            {
                drop(cx.take_raised(raised));
                continue;
            }
            Err(raised) => return Err(raised),
        };
        text.push(label);
        text.push_repr(cx, &value)?;
    }
    text.push(" encoding=");
    if let Some(encoding) = encoding {
        text.push_repr(cx, &encoding)?;
    }
    text.push(">");
    Ok(text.finish(cx).into_value())
}
