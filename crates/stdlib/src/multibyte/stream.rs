//! `MultibyteStreamReader` and `MultibyteStreamWriter`: the codecs over a byte stream.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, int, ops,
};

use super::incremental::{Decoder, Encoder, decode_with, encode_with};
use super::{codec_of_class, constructor_errors, new_errors};

/// The payload of a reader.
#[derive(Trace)]
pub struct StreamReader {
    stream: Value,
    #[trace(skip)]
    decoder: Decoder,
}

// SAFETY: instances of the type and its subtypes begin with this payload; the stream is traced.
unsafe impl Payload for StreamReader {
    const TYPE: &'static Obj<Type> = &STREAM_READER;
}

/// `_multibytecodec.MultibyteStreamReader`.
pub static STREAM_READER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<StreamReader>("_multibytecodec.MultibyteStreamReader")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new_reader), init: Some(|_, _, _| Ok(())), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![read, readline, readlines, reader_reset],
            members: READER_MEMBERS,
            getset: READER_GETSET,
            ..TypeDefs::NONE
        }),
);

fn parts(cx: &mut Cx, stream: &Value, errors: Option<&Value>, name: &str) -> R {
    let errors = constructor_errors(cx, name, 2, errors)?;
    let errors = cx.str(&errors);
    Ok(cx.tuple_value([stream.clone(), errors]))
}

#[native("StreamReader(stream, errors='strict')")]
fn reader_arguments(cx: &mut Cx, stream: &Value, errors: Option<&Value>) -> R {
    parts(cx, stream, errors, "StreamReader")
}

#[native("StreamWriter(stream, errors='strict')")]
fn writer_arguments(cx: &mut Cx, stream: &Value, errors: Option<&Value>) -> R {
    parts(cx, stream, errors, "StreamWriter")
}

/// The stream and the handler's name out of the bound arguments.
fn unpacked(cx: &mut Cx, bound: &Value) -> R<(Value, String)> {
    match &ops::collect(cx, bound)?[..] {
        [stream, errors] => {
            let errors = errors.as_str().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
            Ok((stream.clone(), errors))
        }
        _ => Err(cx.system_error("stream arguments")),
    }
}

fn new_reader(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let bound = (reader_arguments__def.call)(cx, args)?;
    let (stream, errors) = unpacked(cx, &bound)?;
    let codec = codec_of_class(cx, class)?;
    let decoder = Decoder::new(codec, errors);
    Ok(cx.new_instance(class, StreamReader { stream, decoder }).into_value())
}

/// Reads by a method of the stream until there is text or the stream ends.
fn fill(cx: &mut Cx, this: &Obj<StreamReader>, method: &str, size: Option<i64>) -> R {
    let stream = this.get(cx).stream.clone();
    let method = cx.intern(method);
    loop {
        let args: Vec<Value> = size.map(|n| cx.int(n)).into_iter().collect();
        let chunk = ops::call_method(cx, &stream, &method, &args)?;
        let Some(bytes) = chunk.as_bytes().map(|b| b.as_slice().to_vec()) else {
            let message = format!("stream function returned a non-bytes object ({})", chunk.type_name(cx));
            return Err(cx.type_error(message));
        };
        let last = bytes.is_empty() || size.is_none();
        let text = decode_with(cx, &bytes, last, |cx, f| f(&mut this.get_mut(cx).decoder))?;
        if last || size.is_some_and(|n| n < 0) || text.as_str().is_some_and(|t| !t.is_empty()) {
            return Ok(text);
        }
    }
}

/// The size that an argument asks for; `None` stands for all.
fn size_hint(cx: &mut Cx, size: Option<&Value>) -> R<Option<i64>> {
    match size.filter(|s| !s.is_none()) {
        None => Ok(None),
        Some(size) if size.as_int().is_some() => int::index_i64(cx, size).map(|n| (n >= 0).then_some(n)),
        Some(_) => Err(cx.type_error("arg 1 must be an integer")),
    }
}

fn sized(cx: &mut Cx, this: &Obj<StreamReader>, method: &str, size: Option<&Value>) -> R {
    match size_hint(cx, size)? {
        Some(0) => Ok(cx.empty_str()),
        size => fill(cx, this, method, size),
    }
}

#[native("MultibyteStreamReader.read($self, sizeobj=None, /)")]
fn read(cx: &mut Cx, this: &Obj<StreamReader>, size: Option<&Value>) -> R {
    sized(cx, this, "read", size)
}

#[native("MultibyteStreamReader.readline($self, sizeobj=None, /)")]
fn readline(cx: &mut Cx, this: &Obj<StreamReader>, size: Option<&Value>) -> R {
    sized(cx, this, "readline", size)
}

#[native("MultibyteStreamReader.readlines($self, sizehintobj=None, /)")]
fn readlines(cx: &mut Cx, this: &Obj<StreamReader>, size: Option<&Value>) -> R {
    let text = sized(cx, this, "read", size)?;
    let name = cx.intern("splitlines");
    ops::call_method(cx, &text, &name, &[Value::bool(true)])
}

#[native("MultibyteStreamReader.reset($self, /)")]
fn reader_reset(cx: &mut Cx, this: &Obj<StreamReader>) -> R<()> {
    let decoder = &mut this.get_mut(cx).decoder;
    decoder.codec.reset_decode(&mut decoder.state);
    decoder.pending.clear();
    Ok(())
}

static READER_MEMBERS: &[MemberDef] = &[MemberDef {
    name: "stream",
    doc: None,
    get: |cx, v| Ok(v.cast::<StreamReader>().map_or_else(Value::none, |r| r.get(cx).stream.clone())),
    set: None,
}];

static READER_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "errors",
    doc: Some("how to treat errors"),
    get: Some(|cx, v| {
        let errors = v.cast::<StreamReader>().map(|r| r.get(cx).decoder.errors.clone());
        Ok(cx.str(&errors.unwrap_or_default()))
    }),
    set: Some(|cx, v, value| {
        let errors = new_errors(cx, value)?;
        if let Some(reader) = v.cast::<StreamReader>() {
            reader.get_mut(cx).decoder.errors = errors;
        }
        Ok(())
    }),
}];

/// The payload of a writer.
#[derive(Trace)]
pub struct StreamWriter {
    stream: Value,
    #[trace(skip)]
    encoder: Encoder,
}

// SAFETY: instances of the type and its subtypes begin with this payload; the stream is traced.
unsafe impl Payload for StreamWriter {
    const TYPE: &'static Obj<Type> = &STREAM_WRITER;
}

/// `_multibytecodec.MultibyteStreamWriter`.
pub static STREAM_WRITER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<StreamWriter>("_multibytecodec.MultibyteStreamWriter")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new_writer), init: Some(|_, _, _| Ok(())), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![write, writelines, writer_reset],
            members: WRITER_MEMBERS,
            getset: WRITER_GETSET,
            ..TypeDefs::NONE
        }),
);

fn new_writer(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let bound = (writer_arguments__def.call)(cx, args)?;
    let (stream, errors) = unpacked(cx, &bound)?;
    let codec = codec_of_class(cx, class)?;
    let encoder = Encoder::new(codec, errors);
    Ok(cx.new_instance(class, StreamWriter { stream, encoder }).into_value())
}

fn put(cx: &mut Cx, this: &Obj<StreamWriter>, text: &Value, last: bool) -> R<()> {
    let out = encode_with(cx, text, last, |cx, f| f(&mut this.get_mut(cx).encoder))?;
    if last && out.is_empty() {
        return Ok(());
    }
    let stream = this.get(cx).stream.clone();
    let (name, bytes) = (cx.intern("write"), cx.bytes(&out));
    ops::call_method(cx, &stream, &name, &[bytes]).map(drop)
}

#[native("MultibyteStreamWriter.write($self, strobj, /)")]
fn write(cx: &mut Cx, this: &Obj<StreamWriter>, strobj: &Value) -> R<()> {
    put(cx, this, strobj, false)
}

#[native("MultibyteStreamWriter.writelines($self, lines, /)")]
fn writelines(cx: &mut Cx, this: &Obj<StreamWriter>, lines: &Value) -> R<()> {
    if lines.ty(cx).slots().getitem.is_none() {
        return Err(cx.type_error("arg must be a sequence object"));
    }
    ops::for_each(cx, lines, |cx, line| put(cx, this, &line, false).map(|()| true))
}

#[native("MultibyteStreamWriter.reset($self, /)")]
fn writer_reset(cx: &mut Cx, this: &Obj<StreamWriter>) -> R<()> {
    let empty = cx.empty_str();
    put(cx, this, &empty, true)
}

static WRITER_MEMBERS: &[MemberDef] = &[MemberDef {
    name: "stream",
    doc: None,
    get: |cx, v| Ok(v.cast::<StreamWriter>().map_or_else(Value::none, |w| w.get(cx).stream.clone())),
    set: None,
}];

static WRITER_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "errors",
    doc: Some("how to treat errors"),
    get: Some(|cx, v| {
        let errors = v.cast::<StreamWriter>().map(|w| w.get(cx).encoder.errors.clone());
        Ok(cx.str(&errors.unwrap_or_default()))
    }),
    set: Some(|cx, v, value| {
        let errors = new_errors(cx, value)?;
        if let Some(writer) = v.cast::<StreamWriter>() {
            writer.get_mut(cx).encoder.errors = errors;
        }
        Ok(())
    }),
}];
