//! `_struct`: packing values into bytes and back.

mod format;
mod items;

use std::rc::Rc;

use taipan_macros::{Trace, native, natives};
use taipan_object::exc::{EXCEPTION, Exception};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, buffer, flags, int,
};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

pub use format::{Code, Format, Item, parse};
pub use items::{Problem, pack_item, unpack_item};

/// `struct.error`.
pub static ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("struct.error")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

#[cold]
fn error(cx: &mut Cx, message: impl Into<String>) -> Raised {
    cx.raise(&ERROR, message)
}

/// The payload of a compiled format.
#[derive(Trace)]
pub struct Struct {
    text: Value,
    #[trace(skip)]
    format: Rc<Format>,
}

// SAFETY: instances of the type and its subtypes begin with this payload; the text is traced.
unsafe impl Payload for Struct {
    const TYPE: &'static Obj<Type> = &STRUCT;
}

/// `_struct.Struct`.
pub static STRUCT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Struct>("_struct.Struct")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new), init: Some(init), repr: Some(repr), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                struct_pack,
                struct_pack_into,
                struct_unpack,
                struct_unpack_from,
                struct_iter_unpack,
                struct_sizeof
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("Struct(fmt) --> compiled struct object"),
);

/// The text of a format argument; ASCII.
fn format_text(cx: &mut Cx, value: &Value) -> R<Value> {
    if let Some(text) = value.as_str() {
        if let Some(at) = text.chars().position(|c| c > 127) {
            return Err(taipan_object::exc::raise_encode(
                cx,
                "ascii",
                text,
                at,
                at + 1,
                "ordinal not in range(128)",
            ));
        }
        return Ok(text.to_value());
    }
    if let Some(bytes) = value.as_bytes() {
        let text = cx.str_from_latin1(bytes.as_slice());
        return Ok(text.into_value());
    }
    let message = format!("Struct() argument 1 must be a str or bytes object, not {}", value.type_name(cx));
    Err(cx.type_error(message))
}

/// Formats that module functions used lately.
#[derive(Default)]
struct Cache {
    formats: std::collections::HashMap<Vec<u8>, Rc<Format>>,
}

const CACHE_SIZE: usize = 100;

fn compiled(cx: &mut Cx, value: &Value) -> R<(Value, Rc<Format>)> {
    let text = format_text(cx, value)?;
    let bytes = text.as_str().map(|s| s.raw_bytes().to_vec()).unwrap_or_default();
    if bytes.contains(&0) {
        return Err(error(cx, "embedded null character"));
    }
    let cache = cx.interp_mut().state::<Cache>();
    if let Some(known) = cache.formats.get(&bytes) {
        return Ok((text, known.clone()));
    }
    match parse(&bytes) {
        Ok(format) => {
            let format = Rc::new(format);
            let cache = cx.interp_mut().state::<Cache>();
            if cache.formats.len() >= CACHE_SIZE {
                cache.formats.clear();
            }
            cache.formats.insert(bytes, format.clone());
            Ok((text, format))
        }
        Err(message) => Err(error(cx, message)),
    }
}

#[native("Struct(format)")]
fn arguments(cx: &mut Cx, format: &Value) -> R {
    let _ = cx;
    Ok(format.clone())
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    // A subclass may have an `__init__` that passes the format on: then it comes later.
    if !class.is(&STRUCT) && args.values().is_empty() {
        let empty = cx.empty_str();
        return Ok(cx
            .new_instance(class, Struct { text: empty, format: Rc::new(Format::default()) })
            .into_value());
    }
    let text = if class.is(&STRUCT) {
        (arguments__def.call)(cx, args)?
    } else {
        match args.pos().first() {
            Some(first) if first.as_str().is_some() || first.as_bytes().is_some() => first.clone(),
            _ => cx.empty_str(),
        }
    };
    let (text, format) = compiled(cx, &text)?;
    Ok(cx.new_instance(class, Struct { text, format }).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let given = (arguments__def.call)(cx, args)?;
    let (text, format) = compiled(cx, &given)?;
    if let Some(object) = this.cast::<Struct>() {
        let state = object.get_mut(cx);
        state.format = format;
        let old = std::mem::replace(&mut state.text, text);
        drop(old);
    }
    Ok(())
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let Some(object) = this.cast::<Struct>() else { return Ok(Value::none()) };
    let text = object.get(cx).text.clone();
    let shown = taipan_object::ops::repr(cx, &text)?.to_string_lossy().into_owned();
    let name = this.ty(cx).name().into_owned();
    Ok(cx.str(&format!("{name}({shown})")))
}

fn of(cx: &Cx, this: &Obj<Struct>) -> Rc<Format> {
    this.get(cx).format.clone()
}

/// Packs values into `out`, which has the format's size, all zero.
fn pack_values(cx: &mut Cx, format: &Format, values: &[Value], out: &mut [u8]) -> R<()> {
    for (item, value) in format.places().zip(values) {
        pack_item(cx, item.0, item.1, value, &mut out[item.2..][..item.1 * item.0.size_each()])?;
    }
    Ok(())
}

fn check_count(cx: &mut Cx, format: &Format, n: usize, name: &str) -> R<()> {
    if n == format.values {
        return Ok(());
    }
    Err(error(cx, format!("{name} expected {} items for packing (got {n})", format.values)))
}

fn pack_with(cx: &mut Cx, format: &Format, values: &[Value]) -> R {
    check_count(cx, format, values.len(), "pack")?;
    let mut out = Vec::new();
    if out.try_reserve_exact(format.size).is_err() {
        return Err(cx.memory_error());
    }
    out.resize(format.size, 0);
    pack_values(cx, format, values, &mut out)?;
    Ok(cx.bytes(&out))
}

fn unpack_bytes(cx: &mut Cx, format: &Format, bytes: &[u8]) -> R {
    let mut out = Vec::with_capacity(format.values);
    for (item, count, offset) in format.places() {
        out.push(unpack_item(cx, item, count, &bytes[offset..][..count * item.size_each()]));
    }
    Ok(cx.tuple(out).into_value())
}

fn unpack_with(cx: &mut Cx, format: &Format, source: &Value) -> R {
    let copied;
    let bytes = match source.as_bytes() {
        Some(bytes) => bytes.as_slice(),
        None => {
            copied = buffer::bytes_like(cx, source)?.to_vec(cx);
            &copied
        }
    };
    if bytes.len() != format.size {
        return Err(error(cx, format!("unpack requires a buffer of {} bytes", format.size)));
    }
    unpack_bytes(cx, format, bytes)
}

/// Where an offset lies in a buffer of `len` bytes; `struct.error` where the format does not fit there.
fn place(cx: &mut Cx, format: &Format, len: usize, offset: i64, name: &str, verb: &str) -> R<usize> {
    let size = format.size;
    let at = if offset < 0 {
        if offset + (size as i64) > 0 {
            let lack = if verb == "pack" { "no space" } else { "not enough data" };
            return Err(error(cx, format!("{lack} to {verb} {size} bytes at offset {offset}")));
        }
        if offset + (len as i64) < 0 {
            return Err(error(cx, format!("offset {offset} out of range for {len}-byte buffer")));
        }
        offset + len as i64
    } else {
        offset
    };
    if len as i64 - at < size as i64 {
        return Err(error(
            cx,
            format!(
                "{name} requires a buffer of at least {} bytes for {verb}ing {size} bytes at offset {at} (actual buffer size is {len})",
                i128::from(at) + size as i128
            ),
        ));
    }
    Ok(at as usize)
}

fn unpack_from_with(cx: &mut Cx, format: &Format, source: &Value, offset: i64) -> R {
    let bytes = buffer::bytes_like(cx, source)?.to_vec(cx);
    let at = place(cx, format, bytes.len(), offset, "unpack_from", "unpack")?;
    unpack_bytes(cx, format, &bytes[at..at + format.size])
}

fn pack_into_with(cx: &mut Cx, format: &Format, args: &[Value]) -> R<()> {
    let Some((target, rest)) = args.split_first() else {
        return Err(error(cx, "pack_into expected buffer argument"));
    };
    let Some((offset, values)) = rest.split_first() else {
        return Err(error(cx, "pack_into expected offset argument"));
    };
    check_count(cx, format, values.len(), "pack_into")?;
    let mut out = buffer::writable_bytes(cx, target, "")?;
    let offset = int::index_i64(cx, offset)?;
    let at = place(cx, format, out.len(), offset, "pack_into", "pack")?;
    let mut packed = vec![0; format.size];
    pack_values(cx, format, values, &mut packed)?;
    out.bytes_mut(cx)[at..at + format.size].copy_from_slice(&packed);
    Ok(())
}

/// Return a bytes object containing values packed according to the format.
#[native("Struct.pack($self, /, *values)", no_signature)]
fn struct_pack(cx: &mut Cx, this: &Obj<Struct>, values: &[Value]) -> R {
    let format = of(cx, this);
    pack_with(cx, &format, values)
}

/// Pack values and write the packed bytes into the buffer.
#[native("Struct.pack_into($self, /, *args)", no_signature)]
fn struct_pack_into(cx: &mut Cx, this: &Obj<Struct>, args: &[Value]) -> R<()> {
    let format = of(cx, this);
    pack_into_with(cx, &format, args)
}

/// Return a tuple containing unpacked values.
#[native("Struct.unpack($self, buffer, /)")]
fn struct_unpack(cx: &mut Cx, this: &Obj<Struct>, buffer: &Value) -> R {
    let format = of(cx, this);
    unpack_with(cx, &format, buffer)
}

/// Return a tuple containing unpacked values.
#[native("Struct.unpack_from($self, /, buffer, offset=0)")]
fn struct_unpack_from(cx: &mut Cx, this: &Obj<Struct>, buffer: &Value, offset: i64) -> R {
    let format = of(cx, this);
    unpack_from_with(cx, &format, buffer, offset)
}

/// Return an iterator yielding tuples.
#[native("Struct.iter_unpack($self, buffer, /)")]
fn struct_iter_unpack(cx: &mut Cx, this: &Obj<Struct>, buffer: &Value) -> R {
    let format = of(cx, this);
    iterate(cx, format, buffer)
}

#[native("Struct.__sizeof__($self, /)", no_signature)]
fn struct_sizeof(cx: &mut Cx, this: &Obj<Struct>) -> R<usize> {
    Ok(STRUCT.basic_size() + of(cx, this).items.len() * size_of::<Item>())
}

/// The payload of an unpacking iterator.
#[derive(Trace)]
pub struct UnpackIterator {
    #[trace(skip)]
    format: Rc<Format>,
    source: Option<Value>,
    #[trace(skip)]
    offset: usize,
}

// SAFETY: instances of the type are `Obj<UnpackIterator>`; the source is traced.
unsafe impl Payload for UnpackIterator {
    const TYPE: &'static Obj<Type> = &UNPACK_ITERATOR;
}

/// `_struct.unpack_iterator`.
pub static UNPACK_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<UnpackIterator>("_struct.unpack_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, v| Ok(v.clone())), next: Some(iterator_next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![iterator_length_hint], ..TypeDefs::NONE }),
);

fn iterate(cx: &mut Cx, format: Rc<Format>, source: &Value) -> R {
    if format.size == 0 {
        return Err(error(cx, "cannot iteratively unpack with a struct of length 0"));
    }
    let len = buffer::bytes_like(cx, source)?.len();
    if !len.is_multiple_of(format.size) {
        let message = format!("iterative unpacking requires a buffer of a multiple of {} bytes", format.size);
        return Err(error(cx, message));
    }
    Ok(cx.new_object(UnpackIterator { format, source: Some(source.clone()), offset: 0 }).into_value())
}

fn iterator_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<UnpackIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let (Some(source), format, offset) = (state.source.clone(), state.format.clone(), state.offset) else {
        return Ok(None);
    };
    let bytes = {
        let all = buffer::bytes_like(cx, &source)?;
        all.bytes(cx).get(offset..offset + format.size).map(<[u8]>::to_vec)
    };
    match bytes {
        Some(bytes) => {
            iterator.get_mut(cx).offset += format.size;
            unpack_bytes(cx, &format, &bytes).map(Some)
        }
        None => {
            let done = iterator.get_mut(cx).source.take();
            drop(done);
            Ok(None)
        }
    }
}

#[native("unpack_iterator.__length_hint__($self, /)", no_signature)]
fn iterator_length_hint(cx: &mut Cx, this: &Obj<UnpackIterator>) -> R<usize> {
    let state = this.get(cx);
    let (Some(source), size, offset) = (state.source.clone(), state.format.size, state.offset) else {
        return Ok(0);
    };
    let len = buffer::bytes_like(cx, &source)?.len();
    Ok(len.saturating_sub(offset) / size.max(1))
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "format",
        doc: Some("struct format string"),
        get: Some(|cx, v| Ok(v.cast::<Struct>().map_or_else(Value::none, |s| s.get(cx).text.clone()))),
        set: None,
    },
    GetSetDef {
        name: "size",
        doc: Some("struct size in bytes"),
        get: Some(|cx, v| {
            let size = v.cast::<Struct>().map_or(0, |s| s.get(cx).format.size);
            Ok(cx.int(size as i64))
        }),
        set: None,
    },
];

/// Clear the internal cache.
#[native("_struct._clearcache()")]
fn clearcache(cx: &mut Cx) -> R<()> {
    cx.interp_mut().state::<Cache>().formats.clear();
    Ok(())
}

/// Return size in bytes of the struct described by the format string.
#[native("_struct.calcsize(format, /)")]
fn calcsize(cx: &mut Cx, format: &Value) -> R<usize> {
    compiled(cx, format).map(|(_, f)| f.size)
}

fn split_format<'a>(cx: &mut Cx, args: &'a [Value], name: &str) -> R<(Rc<Format>, &'a [Value])> {
    match args.split_first() {
        Some((format, rest)) => compiled(cx, format).map(|(_, f)| (f, rest)),
        None => Err(cx.type_error(format!("{name} expected at least 1 argument, got 0"))),
    }
}

/// Return a bytes object containing the values v1, v2, ... packed according to the format string.
#[native("_struct.pack(*args)", no_signature)]
fn pack(cx: &mut Cx, args: &[Value]) -> R {
    let (format, values) = split_format(cx, args, "pack")?;
    pack_with(cx, &format, values)
}

/// Pack the values v1, v2, ... according to the format string and write the packed bytes into the writable buffer buf starting at offset.
#[native("_struct.pack_into(*args)", no_signature)]
fn pack_into(cx: &mut Cx, args: &[Value]) -> R<()> {
    let (format, rest) = split_format(cx, args, "pack_into")?;
    pack_into_with(cx, &format, rest)
}

/// Return a tuple containing values unpacked according to the format string.
#[native("_struct.unpack(format, buffer, /)")]
fn unpack(cx: &mut Cx, format: &Value, buffer: &Value) -> R {
    let (_, format) = compiled(cx, format)?;
    unpack_with(cx, &format, buffer)
}

/// Return a tuple containing values unpacked according to the format string.
#[native("_struct.unpack_from(format, /, buffer, offset=0)")]
fn unpack_from(cx: &mut Cx, format: &Value, buffer: &Value, offset: i64) -> R {
    let (_, format) = compiled(cx, format)?;
    unpack_from_with(cx, &format, buffer, offset)
}

/// Return an iterator yielding tuples unpacked from the given bytes.
#[native("_struct.iter_unpack(format, buffer, /)")]
fn iter_unpack(cx: &mut Cx, format: &Value, buffer: &Value) -> R {
    let (_, format) = compiled(cx, format)?;
    iterate(cx, format, buffer)
}

fn types(types: &mut Types) {
    types.add([&ERROR, &STRUCT, &UNPACK_ITERATOR]);
}

fn module_init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "Struct", STRUCT.to_value())?;
    set(cx, module, "error", ERROR.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    doc: Some("Functions to convert between Python values and C structs."),
    functions: natives![clearcache, calcsize, pack, pack_into, unpack, unpack_from, iter_unpack],
    types: Some(types),
    init: Some(module_init),
};
