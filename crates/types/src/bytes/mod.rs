//! `bytes`: slots, construction; the methods are shared with `bytearray` ([`shared`]).

pub mod algorithms;
pub mod iter;
pub mod methods;
pub mod percent;
pub mod shared;

use taipan_macros::native;
use taipan_object::bytes::BYTES;
use taipan_object::{
    Args, Bytes, CompareOp, Cx, IntRef, Obj, R, Slots, Tuple, Type, TypeDefs, Value, buffer, exc, instance,
    int, names, ops,
};

use crate::list::List;
use crate::slice::{Slice, span};
use crate::str::codec;
use crate::{Types, sequence};

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Bytes>> {
    match value.as_bytes() {
        Some(bytes) => Ok(bytes),
        None => Err(cx.type_error("a bytes object is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let bytes = this(cx, value)?;
    let text = format!("b{}", taipan_text::repr::repr_bytes(bytes.as_slice()));
    Ok(cx.str(&text))
}

fn str_slot(cx: &mut Cx, value: &Value) -> R {
    shared::warn(cx, "str() on a bytes instance")?;
    repr(cx, value)
}

/// BytesWarning for comparisons that are never true.
pub fn warn_comparison(cx: &mut Cx, kind: &str, other: &Value, op: CompareOp) -> R<()> {
    if cx.interp().bytes_warning > 0 && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        if other.as_str().is_some() {
            shared::warn(cx, &format!("Comparison between {kind} and string"))?;
        } else if kind == "bytes" && other.as_int().is_some() {
            shared::warn(cx, "Comparison between bytes and int")?;
        }
    }
    Ok(())
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    match (a.as_bytes(), b.as_bytes()) {
        (Some(x), Some(y)) => Ok(Value::bool(op.holds(x.as_slice().cmp(y.as_slice())))),
        _ => {
            warn_comparison(cx, "bytes", b, op)?;
            Ok(Value::not_implemented())
        }
    }
}

pub fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let bytes = this(cx, value)?;
    let data = bytes.as_slice();
    if let Some(slice) = key.cast::<Slice>() {
        let span = span(cx, slice, |_| data.len())?;
        if span.step == 1 {
            if span.count == data.len() {
                return Ok(bytes.to_value());
            }
            return Ok(cx.bytes(&data[span.start as usize..][..span.count]));
        }
        let picked: Vec<u8> = span.positions().map(|i| data[i]).collect();
        return Ok(cx.bytes(&picked));
    }
    let i = sequence::index(cx, key, "byte")?;
    match sequence::position(i, data.len()) {
        Some(i) => Ok(cx.int(data[i].into())),
        None => Err(cx.index_error("index out of range")),
    }
}

/// What the arguments of `bytes()` and `bytearray()` ask for.
pub struct Source<'a> {
    pub source: Option<&'a Value>,
    pub encoding: Option<&'a Value>,
    pub errors: Option<&'a Value>,
}

/// Binds the arguments of a constructor.
pub fn arguments<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<Source<'a>> {
    let total = args.values().len();
    if total > 3 {
        return Err(cx.type_error(format!("{name}() takes at most 3 arguments ({total} given)")));
    }
    let pos = args.pos();
    let mut bound = [pos.first(), pos.get(1), pos.get(2)];
    for (key, value) in args.keywords() {
        let shown = key.to_string_lossy();
        let Some(i) = ["source", "encoding", "errors"].iter().position(|p| key.eq_str(p)) else {
            return Err(cx.type_error(format!("{name}() got an unexpected keyword argument '{shown}'")));
        };
        if bound[i].is_some() {
            return Err(cx.type_error(format!(
                "argument for {name}() given by name ('{shown}') and position ({})",
                i + 1
            )));
        }
        bound[i] = Some(value);
    }
    let [source, encoding, errors] = bound;
    Ok(Source { source, encoding, errors })
}

/// The encoded text, where the arguments ask for that; TypeError where text and encoding do not go together.
pub fn encoded(cx: &mut Cx, source: &Source<'_>, name: &str) -> R<Option<Value>> {
    let encoding = codec::name(cx, source.encoding, name, "encoding")?;
    let errors = codec::name(cx, source.errors, name, "errors")?;
    let text = source.source.and_then(Value::as_str);
    match (text, encoding, errors) {
        (Some(text), Some(encoding), errors) => {
            let value = codec::encode(cx, text, Some(&encoding), errors.as_deref())?;
            if value.as_bytes().is_none() {
                return Err(cx.type_error("encoder did not return a bytes object"));
            }
            Ok(Some(value))
        }
        (None, Some(_), _) => Err(cx.type_error("encoding without a string argument")),
        (None, None, Some(_)) => Err(cx.type_error("errors without a string argument")),
        (Some(_), None, _) if name == "bytearray" || source.errors.is_some() => {
            Err(cx.type_error("string argument without an encoding"))
        }
        _ => Ok(None),
    }
}

/// The count that an integer argument of a constructor names; `None` where it is none.
pub fn count_argument(cx: &mut Cx, value: &Value) -> R<Option<usize>> {
    if value.word().as_int().is_none() && value.ty(cx).slots().index.is_none() {
        return Ok(None);
    }
    let i = match int::index(cx, value) {
        Ok(i) => i,
        Err(raised) => return cx.catch(raised, &exc::TYPE_ERROR).map(|()| None),
    };
    match i.as_int().and_then(IntRef::to_i64) {
        Some(n) if n < 0 => Err(cx.value_error("negative count")),
        Some(n) => Ok(Some(n as usize)),
        None => {
            let message = format!("cannot fit '{}' into an index-sized integer", value.type_name(cx));
            Err(cx.overflow_error(message))
        }
    }
}

/// `n` zero bytes.
pub fn zeros(cx: &mut Cx, n: usize) -> R<Vec<u8>> {
    if n >= 1 << 46 {
        return Err(cx.memory_error());
    }
    let mut out = Vec::new();
    if out.try_reserve_exact(n).is_err() {
        return Err(cx.memory_error());
    }
    out.resize(n, 0);
    Ok(out)
}

/// The bytes of a buffer or of an iterable of integers.
pub fn from_object(cx: &mut Cx, value: &Value, kind: &str, what: &str) -> R<Vec<u8>> {
    if buffer::supports(cx, value) {
        let lent = buffer::get(cx, value, buffer::BufferRequest::FULL_RO)?;
        return Ok(lent.to_vec(cx));
    }
    let slots = value.ty(cx).slots();
    if value.as_str().is_some() || (slots.iter.is_none() && !ops::is_sequence(cx, value)) {
        let message = format!("cannot convert '{}' object to {kind}", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    collect(cx, value, what)
}

/// The bytes of an iterable of integers.
pub fn collect(cx: &mut Cx, value: &Value, what: &str) -> R<Vec<u8>> {
    if let Some(tuple) = value.cast_exact::<Tuple>() {
        return tuple.items().iter().map(|v| shared::byte(cx, v, what)).collect();
    }
    let mut out = Vec::new();
    if let Some(list) = value.cast_exact::<List>() {
        let mut i = 0;
        while let Some(item) = list.get(cx).items.get(i).cloned() {
            out.push(shared::byte(cx, &item, what)?);
            i += 1;
        }
        return Ok(out);
    }
    let hint = ops::length_hint(cx, value)?;
    if hint >= 1 << 46 || out.try_reserve(hint).is_err() {
        return Err(cx.memory_error());
    }
    ops::for_each(cx, value, |cx, item| {
        let b = shared::byte(cx, &item, what)?;
        if out.try_reserve(1).is_err() {
            return Err(cx.memory_error());
        }
        out.push(b);
        Ok(true)
    })?;
    Ok(out)
}

/// `bytes(value)`: by `__bytes__`, as a count, from a buffer or an iterable.
pub fn of_value(cx: &mut Cx, value: &Value) -> R {
    if value.is_instance_exact(&BYTES) {
        return Ok(value.clone());
    }
    if let Some(result) = ops::call_special(cx, value, &names::__bytes__, &[])? {
        if result.as_bytes().is_none() {
            let message = format!("__bytes__ returned non-bytes (type {})", result.type_name(cx));
            return Err(cx.type_error(message));
        }
        return Ok(result);
    }
    if value.as_str().is_some() {
        return Err(cx.type_error("string argument without an encoding"));
    }
    if let Some(n) = count_argument(cx, value)? {
        if n > isize::MAX as usize - 64 {
            return Err(cx.overflow_error("byte string is too large"));
        }
        let zeros = zeros(cx, n)?;
        return Ok(cx.bytes(&zeros));
    }
    let bytes = from_object(cx, value, "bytes", "bytes")?;
    Ok(cx.bytes(&bytes))
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let source = arguments(cx, args, "bytes")?;
    let made = match encoded(cx, &source, "bytes")? {
        Some(bytes) => bytes,
        None => match source.source {
            None => cx.bytes(&[]),
            Some(value) => of_value(cx, value)?,
        },
    };
    if class.is(&BYTES) {
        return Ok(made);
    }
    let exact = this(cx, &made)?.to_value();
    Ok(instance::new_wrapped(cx, class, exact))
}

fn buffer_slot(cx: &mut Cx, value: &Value, request: buffer::BufferRequest) -> R<buffer::Buffer> {
    let bytes = this(cx, value)?;
    if request.wants(buffer::BufferRequest::WRITABLE) {
        return Err(cx.raise(&exc::BUFFER_ERROR, "Object is not writable."));
    }
    Ok(buffer::of_bytes(value, bytes))
}

#[native("bytes.__getnewargs__($self, /)")]
fn getnewargs(cx: &mut Cx, this: &Obj<Bytes>) -> R {
    Ok(cx.tuple_value([this.to_value()]))
}

/// Convert this value to exact type bytes.
#[native("bytes.__bytes__($self, /)")]
fn dunder_bytes(_cx: &mut Cx, this: &Obj<Bytes>) -> R {
    Ok(this.to_value())
}

const DOC: &str = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object\n\nConstruct an immutable array of bytes from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - any object implementing the buffer API.\n  - an integer";

static DEFS: TypeDefs = TypeDefs { methods: methods::METHODS, ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    let slots = Slots {
        repr: Some(repr),
        str: Some(str_slot),
        hash: Some(|cx, v| this(cx, v).map(|b| b.hash_value())),
        compare: Some(compare),
        iter: Some(|cx, v| {
            let bytes = this(cx, v)?;
            Ok(iter::new(cx, bytes))
        }),
        len: Some(|cx, v| this(cx, v).map(|b| b.len())),
        getitem: Some(getitem),
        contains: Some(shared::contains),
        concat: Some(shared::concat),
        repeat: Some(shared::repeat),
        rem: Some(percent::rem),
        new: Some(new),
        buffer: Some(buffer_slot),
        ..Slots::EMPTY
    };
    types.core(&BYTES, slots, &DEFS, DOC);
    types.add([&iter::BYTES_ITERATOR]);
}
