//! `_io.BufferedRWPair`: a reader and a writer as one stream.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::TYPE;
use taipan_object::{Args, Cx, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, descr, flags, ops};

use super::base::{self, BUFFERED_IO_BASE, check_readable, check_writable};
use super::buffered::{BUFFERED_READER, BUFFERED_WRITER};
use super::{attribute, call};

/// The payload of a `BufferedRWPair`.
#[derive(Trace, Default)]
pub struct RwPair {
    reader: Option<Value>,
    writer: Option<Value>,
}

// SAFETY: instances of the type and its subtypes begin with `Obj<RwPair>`; the values are traced.
unsafe impl Payload for RwPair {
    const TYPE: &'static Obj<Type> = &BUFFERED_RW_PAIR;
}

/// `_io.BufferedRWPair`.
pub static BUFFERED_RW_PAIR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<RwPair>("_io.BufferedRWPair")
        .base(&BUFFERED_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots { new: Some(new), init: Some(init), finalize: Some(base::finalize), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![read, peek, read1, readinto, readinto1, write, flush, readable, writable, close, isatty],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("BufferedRWPair(reader, writer, buffer_size=131072, /)\n--\n\nA buffered reader and writer object together.\n\nA buffered reader object and buffered writer object put together to\nform a sequential IO object that can read and write. This is typically\nused with a socket or two-way pipe.\n\nreader and writer are RawIOBase objects that are readable and\nwriteable respectively. If the buffer_size is omitted it defaults to\nDEFAULT_BUFFER_SIZE."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, RwPair::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (init_native__def.call)(cx, args)).map(drop)
}

#[native("BufferedRWPair.__init__($self, reader, writer, buffer_size=131072, /)", no_signature)]
fn init_native(
    cx: &mut Cx,
    this: &Obj<RwPair>,
    reader: &Value,
    writer: &Value,
    buffer_size: Option<&Value>,
) -> R<()> {
    check_readable(cx, reader)?;
    check_writable(cx, writer)?;
    let mut arguments = vec![reader.clone()];
    arguments.extend(buffer_size.cloned());
    let reader = ops::call(cx, &BUFFERED_READER.to_value(), &arguments)?;
    arguments[0] = writer.clone();
    let writer = ops::call(cx, &BUFFERED_WRITER.to_value(), &arguments)?;
    let old = std::mem::replace(this.get_mut(cx), RwPair { reader: Some(reader), writer: Some(writer) });
    drop(old);
    Ok(())
}

fn half(cx: &mut Cx, half: Option<Value>) -> R {
    match half {
        Some(stream) => Ok(stream),
        None => Err(cx.value_error("I/O operation on uninitialized object")),
    }
}

fn reader(cx: &mut Cx, this: &Obj<RwPair>) -> R {
    let stream = this.get(cx).reader.clone();
    half(cx, stream)
}

fn writer(cx: &mut Cx, this: &Obj<RwPair>) -> R {
    let stream = this.get(cx).writer.clone();
    half(cx, stream)
}

#[native("BufferedRWPair.read($self, size=-1, /)", no_signature)]
fn read(cx: &mut Cx, this: &Obj<RwPair>, args: Args<'_>) -> R {
    let stream = reader(cx, this)?;
    call(cx, &stream, "read", args.pos())
}

#[native("BufferedRWPair.peek($self, size=0, /)", no_signature)]
fn peek(cx: &mut Cx, this: &Obj<RwPair>, args: Args<'_>) -> R {
    let stream = reader(cx, this)?;
    call(cx, &stream, "peek", args.pos())
}

#[native("BufferedRWPair.read1($self, size=-1, /)", no_signature)]
fn read1(cx: &mut Cx, this: &Obj<RwPair>, args: Args<'_>) -> R {
    let stream = reader(cx, this)?;
    call(cx, &stream, "read1", args.pos())
}

#[native("BufferedRWPair.readinto($self, buffer, /)", no_signature)]
fn readinto(cx: &mut Cx, this: &Obj<RwPair>, args: Args<'_>) -> R {
    let stream = reader(cx, this)?;
    call(cx, &stream, "readinto", args.pos())
}

#[native("BufferedRWPair.readinto1($self, buffer, /)", no_signature)]
fn readinto1(cx: &mut Cx, this: &Obj<RwPair>, args: Args<'_>) -> R {
    let stream = reader(cx, this)?;
    call(cx, &stream, "readinto1", args.pos())
}

#[native("BufferedRWPair.write($self, b, /)", no_signature)]
fn write(cx: &mut Cx, this: &Obj<RwPair>, args: Args<'_>) -> R {
    let stream = writer(cx, this)?;
    call(cx, &stream, "write", args.pos())
}

#[native("BufferedRWPair.flush($self, /)", no_signature)]
fn flush(cx: &mut Cx, this: &Obj<RwPair>) -> R {
    let stream = writer(cx, this)?;
    call(cx, &stream, "flush", &[])
}

#[native("BufferedRWPair.readable($self, /)", no_signature)]
fn readable(cx: &mut Cx, this: &Obj<RwPair>) -> R {
    let stream = reader(cx, this)?;
    call(cx, &stream, "readable", &[])
}

#[native("BufferedRWPair.writable($self, /)", no_signature)]
fn writable(cx: &mut Cx, this: &Obj<RwPair>) -> R {
    let stream = writer(cx, this)?;
    call(cx, &stream, "writable", &[])
}

#[native("BufferedRWPair.close($self, /)", no_signature)]
fn close(cx: &mut Cx, this: &Obj<RwPair>) -> R<()> {
    let (read, write) = (reader(cx, this)?, writer(cx, this)?);
    let first = call(cx, &write, "close", &[]).map(drop);
    super::both(cx, first, |cx| call(cx, &read, "close", &[]).map(drop))
}

#[native("BufferedRWPair.isatty($self, /)", no_signature)]
fn isatty(cx: &mut Cx, this: &Obj<RwPair>) -> R {
    let write = writer(cx, this)?;
    let answer = call(cx, &write, "isatty", &[])?;
    if answer.as_bool() != Some(false) {
        return Ok(answer);
    }
    let read = reader(cx, this)?;
    call(cx, &read, "isatty", &[])
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "closed",
    doc: None,
    get: Some(|cx, this| {
        let Some(pair) = this.cast::<RwPair>() else { return Ok(Value::none()) };
        match pair.get(cx).writer.clone() {
            Some(writer) => attribute(cx, &writer, "closed"),
            None => Err(cx.runtime_error("the BufferedRWPair object is being garbage-collected")),
        }
    }),
    set: None,
}];
