//! Slots of `bytearray`.

use taipan_object::{Args, CompareOp, Cx, Obj, R, Slots, Value, buffer};

use super::{ByteArray, check_resizable, iter, lend, new_bytearray};
use crate::bytes::shared::{self, byte};
use crate::bytes::{self, percent};
use crate::sequence;
use crate::slice::{Slice, Span, span};

pub fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<ByteArray>> {
    match value.cast::<ByteArray>() {
        Some(array) => Ok(array),
        None => Err(cx.type_error("a bytearray is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let name = value.ty(cx).name().into_owned();
    // The quotes are chosen as for bytes; a quote inside them is always written with a backslash.
    let text = taipan_text::repr::repr_bytes(this(cx, value)?.get(cx).bytes());
    let text = if text.starts_with('"') { text.replace('\'', "\\'") } else { text };
    Ok(cx.str(&format!("{name}(b{text})")))
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    if a.as_str().is_some() || b.as_str().is_some() {
        bytes::warn_comparison(cx, "bytearray", b, op)?;
        return Ok(Value::not_implemented());
    }
    if !buffer::supports(cx, a) || !buffer::supports(cx, b) {
        return Ok(Value::not_implemented());
    }
    let mut lent = Vec::new();
    for side in [a, b] {
        match buffer::get(cx, side, buffer::BufferRequest::SIMPLE) {
            Ok(buffer) => lent.push(buffer),
            Err(raised) => {
                drop(cx.take_raised(raised));
                return Ok(Value::not_implemented());
            }
        }
    }
    let ordering = lent[0].bytes(cx).cmp(lent[1].bytes(cx));
    drop(lent);
    Ok(Value::bool(op.holds(ordering)))
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let array = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        let span = span(cx, slice, |cx| array.get(cx).len())?;
        let all = array.get(cx).bytes();
        let picked: Vec<u8> = if span.step == 1 {
            all[span.start as usize..][..span.count].to_vec()
        } else {
            span.positions().map(|i| all[i]).collect()
        };
        return Ok(new_bytearray(cx, picked).into_value());
    }
    let i = sequence::index(cx, key, "bytearray")?;
    let all = array.get(cx).bytes();
    match sequence::position(i, all.len()) {
        Some(i) => Ok(cx.int(all[i].into())),
        None => Err(cx.index_error("bytearray index out of range")),
    }
}

pub fn setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let array = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        return set_slice(cx, array, slice, new);
    }
    let i = sequence::index(cx, key, "bytearray")?;
    let Some(at) = sequence::position(i, array.get(cx).len()) else {
        return Err(cx.index_error("bytearray index out of range"));
    };
    match new {
        Some(new) => {
            let b = byte(cx, new, "byte")?;
            // The conversion may have run code that made the array shorter.
            match array.get_mut(cx).bytes_mut().get_mut(at) {
                Some(place) => *place = b,
                None => return Err(cx.index_error("bytearray index out of range")),
            }
        }
        None => splice(cx, array, at, 1, &[])?,
    }
    Ok(())
}

/// Puts `new` in the place of `count` bytes.
pub fn splice(cx: &mut Cx, array: &Obj<ByteArray>, at: usize, count: usize, new: &[u8]) -> R<()> {
    if count == new.len() {
        array.get_mut(cx).bytes_mut()[at..at + count].copy_from_slice(new);
        return Ok(());
    }
    check_resizable(cx, array)?;
    let payload = array.get_mut(cx);
    if at == 0 && new.is_empty() {
        payload.delete_front(count);
        return Ok(());
    }
    let data = payload.vec();
    if new.len() > count && data.try_reserve(new.len() - count).is_err() {
        return Err(cx.memory_error());
    }
    data.splice(at..at + count, new.iter().copied());
    Ok(())
}

/// The bytes that are assigned to a slice.
fn assigned(cx: &mut Cx, new: Option<&Value>) -> R<Vec<u8>> {
    let Some(new) = new else { return Ok(Vec::new()) };
    if buffer::supports(cx, new) {
        return Ok(buffer::get(cx, new, buffer::BufferRequest::FULL_RO)?.to_vec(cx));
    }
    let iterable = new.ty(cx).slots().iter.is_some() || taipan_object::ops::is_sequence(cx, new);
    if new.as_int().is_some() || new.as_str().is_some() || !iterable {
        return Err(cx.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    bytes::collect(cx, new, "byte")
}

fn set_slice(cx: &mut Cx, array: &Obj<ByteArray>, slice: &Obj<Slice>, new: Option<&Value>) -> R<()> {
    let (start, stop, step) = Slice::unpack(slice, cx)?;
    let items = assigned(cx, new)?;
    let span = Span::new(start, stop, step, array.get(cx).len());
    if step == 1 {
        return splice(cx, array, span.start as usize, span.count, &items);
    }
    if new.is_some() && !(items.is_empty() && span.count != 0) {
        if items.len() != span.count {
            let message = format!(
                "attempt to assign bytes of size {} to extended slice of size {}",
                items.len(),
                span.count
            );
            return Err(cx.value_error(message));
        }
        let target = array.get_mut(cx).bytes_mut();
        span.positions().zip(items).for_each(|(i, b)| target[i] = b);
        return Ok(());
    }
    if span.count == 0 {
        return Ok(());
    }
    check_resizable(cx, array)?;
    let mut gone: Vec<usize> = span.positions().collect();
    gone.sort_unstable();
    let mut gone = gone.into_iter().peekable();
    let mut at = 0;
    array.get_mut(cx).vec().retain(|_| {
        let keep = gone.next_if_eq(&at).is_none();
        at += 1;
        keep
    });
    Ok(())
}

fn iconcat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let array = this(cx, a)?;
    if !buffer::supports(cx, b) {
        let message = format!("can't concat {} to bytearray", b.type_name(cx));
        return Err(cx.type_error(message));
    }
    let added = buffer::bytes_like(cx, b)?.to_vec(cx);
    append_all(cx, array, &added)?;
    Ok(a.clone())
}

/// Appends bytes.
pub fn append_all(cx: &mut Cx, array: &Obj<ByteArray>, added: &[u8]) -> R<()> {
    if added.is_empty() {
        return Ok(());
    }
    check_resizable(cx, array)?;
    let data = array.get_mut(cx).tail();
    if data.try_reserve(added.len()).is_err() {
        return Err(cx.memory_error());
    }
    data.extend_from_slice(added);
    Ok(())
}

fn irepeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let array = this(cx, value)?;
    if n == 1 {
        return Ok(value.clone());
    }
    if !array.get(cx).is_empty() {
        check_resizable(cx, array)?;
    }
    let out = shared::repeated(cx, value, n)?;
    *array.get_mut(cx).vec() = out;
    Ok(value.clone())
}

fn init(cx: &mut Cx, value: &Value, args: Args<'_>) -> R<()> {
    let array = this(cx, value)?;
    let source = bytes::arguments(cx, args, "bytearray")?;
    if !array.get(cx).is_empty() {
        check_resizable(cx, array)?;
        array.get_mut(cx).vec().clear();
    }
    let made = match bytes::encoded(cx, &source, "bytearray")? {
        Some(encoded) => encoded.as_bytes().map(|b| b.as_slice().to_vec()).unwrap_or_default(),
        None => match source.source {
            None => return Ok(()),
            Some(source) => match bytes::count_argument(cx, source)? {
                Some(n) => bytes::zeros(cx, n)?,
                None => bytes::from_object(cx, source, "bytearray", "byte")?,
            },
        },
    };
    splice_all(cx, array, made)
}

/// Replaces everything.
pub fn splice_all(cx: &mut Cx, array: &Obj<ByteArray>, made: Vec<u8>) -> R<()> {
    if made.len() != array.get(cx).len() {
        check_resizable(cx, array)?;
        *array.get_mut(cx).vec() = made;
    } else {
        array.get_mut(cx).bytes_mut().copy_from_slice(&made);
    }
    Ok(())
}

pub const SLOTS: Slots = Slots {
    repr: Some(repr),
    str: Some(|cx, value| {
        shared::warn(cx, "str() on a bytearray instance")?;
        repr(cx, value)
    }),
    compare: Some(compare),
    iter: Some(|cx, value| {
        let array = this(cx, value)?;
        Ok(iter::new(cx, array))
    }),
    len: Some(|cx, value| {
        let array = this(cx, value)?;
        Ok(array.get(cx).len())
    }),
    getitem: Some(getitem),
    setitem: Some(setitem),
    contains: Some(shared::contains),
    concat: Some(shared::concat),
    repeat: Some(shared::repeat),
    iconcat: Some(iconcat),
    irepeat: Some(irepeat),
    rem: Some(percent::rem),
    init: Some(init),
    new: Some(|cx, class, _args| Ok(cx.new_instance(class, ByteArray::default()).into_value())),
    buffer: Some(|cx, value, _request| {
        let array = this(cx, value)?;
        Ok(lend(cx, value, array))
    }),
    ..Slots::EMPTY
};
