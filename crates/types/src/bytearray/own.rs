//! The methods that only `bytearray` has.

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Value, buffer, ops};

use super::slots::{append_all, splice};
use super::{ByteArray, check_resizable, new_bytearray};
use crate::bytes::shared::byte;
use crate::bytes::{self};
use crate::sequence;

/// B.__alloc__() -> int
///
/// Return the number of bytes actually allocated.
#[native("bytearray.__alloc__($self, /)")]
pub fn alloc(cx: &mut Cx, this: &Obj<ByteArray>) -> R<usize> {
    Ok(this.get(cx).allocated())
}

/// Returns the size of the bytearray object in memory, in bytes.
#[native("bytearray.__sizeof__($self, /)")]
pub fn sizeof(cx: &mut Cx, this: &Obj<ByteArray>) -> R<usize> {
    Ok(56 + this.get(cx).allocated())
}

fn reduced(cx: &mut Cx, this: &Value, protocol: i64) -> R {
    let class = this.type_of().into_value();
    let data = crate::bytes::shared::data(cx, this).to_vec();
    let getstate = cx.intern("__getstate__");
    let state = ops::call_method(cx, this, &getstate, &[])?;
    let args = match (data.is_empty(), protocol < 3) {
        (true, _) => cx.tuple_value([]),
        (_, true) => {
            let text = cx.str_from_latin1(&data).into_value();
            let encoding = cx.str("latin-1");
            cx.tuple_value([text, encoding])
        }
        (_, false) => {
            let bytes = cx.bytes(&data);
            cx.tuple_value([bytes])
        }
    };
    Ok(cx.tuple_value([class, args, state]))
}

/// Return state information for pickling.
#[native("bytearray.__reduce__($self, /)")]
pub fn reduce(cx: &mut Cx, this: &Value) -> R {
    reduced(cx, this, 2)
}

/// Return state information for pickling.
#[native("bytearray.__reduce_ex__($self, proto=0, /)")]
pub fn reduce_ex(cx: &mut Cx, this: &Value, proto: i64) -> R {
    reduced(cx, this, proto)
}

/// Append a single item to the end of the bytearray.
///
///   item
///     The item to be appended.
#[native("bytearray.append($self, item, /)")]
pub fn append(cx: &mut Cx, this: &Obj<ByteArray>, item: &Value) -> R<()> {
    let b = byte(cx, item, "byte")?;
    append_all(cx, this, &[b])
}

/// Remove all items from the bytearray.
#[native("bytearray.clear($self, /)")]
pub fn clear(cx: &mut Cx, this: &Obj<ByteArray>) -> R<()> {
    if this.get(cx).is_empty() {
        return Ok(());
    }
    check_resizable(cx, this)?;
    *this.get_mut(cx).vec() = Vec::new();
    Ok(())
}

/// Return a copy of B.
#[native("bytearray.copy($self, /)")]
pub fn copy(cx: &mut Cx, this: &Obj<ByteArray>) -> R {
    let data = this.get(cx).bytes().to_vec();
    Ok(new_bytearray(cx, data).into_value())
}

/// Append all the items from the iterator or sequence to the end of the bytearray.
///
///   iterable_of_ints
///     The iterable of items to append.
#[native("bytearray.extend($self, iterable_of_ints, /)")]
pub fn extend(cx: &mut Cx, this: &Obj<ByteArray>, iterable_of_ints: &Value) -> R<()> {
    if buffer::supports(cx, iterable_of_ints) {
        let added = buffer::get(cx, iterable_of_ints, buffer::BufferRequest::FULL_RO)?.to_vec(cx);
        return append_all(cx, this, &added);
    }
    let iterable = iterable_of_ints.ty(cx).slots().iter.is_some() || ops::is_sequence(cx, iterable_of_ints);
    if !iterable {
        let message = format!("can't extend bytearray with {}", iterable_of_ints.type_name(cx));
        return Err(cx.type_error(message));
    }
    if iterable_of_ints.as_str().is_some_and(|s| !s.is_empty()) {
        return Err(cx.type_error("expected iterable of integers; got: 'str'"));
    }
    let added = bytes::collect(cx, iterable_of_ints, "byte")?;
    append_all(cx, this, &added)
}

/// Insert a single item into the bytearray before the given index.
///
///   index
///     The index where the value is to be inserted.
///   item
///     The item to be inserted.
#[native("bytearray.insert($self, index, item, /)")]
pub fn insert(cx: &mut Cx, this: &Obj<ByteArray>, index: i64, item: &Value) -> R<()> {
    let b = byte(cx, item, "byte")?;
    let len = this.get(cx).len() as i64;
    let at = if index < 0 { index.saturating_add(len).max(0) } else { index.min(len) };
    splice(cx, this, at as usize, 0, &[b])
}

/// Remove and return a single item from B.
///
///   index
///     The index from where to remove the item.
///     -1 (the default value) means remove the last item.
///
/// If no index argument is given, will pop the last item.
#[native("bytearray.pop($self, index=-1, /)")]
pub fn pop(cx: &mut Cx, this: &Obj<ByteArray>, index: i64) -> R<i64> {
    let len = this.get(cx).len();
    if len == 0 {
        return Err(cx.index_error("pop from empty bytearray"));
    }
    let Some(at) = sequence::position(index, len) else {
        return Err(cx.index_error("pop index out of range"));
    };
    check_resizable(cx, this)?;
    if at + 1 == len {
        return Ok(this.get_mut(cx).tail().pop().unwrap_or(0).into());
    }
    let b = this.get(cx).bytes()[at];
    splice(cx, this, at, 1, &[])?;
    Ok(b.into())
}

/// Remove the first occurrence of a value in the bytearray.
///
///   value
///     The value to remove.
#[native("bytearray.remove($self, value, /)")]
pub fn remove(cx: &mut Cx, this: &Obj<ByteArray>, value: &Value) -> R<()> {
    let b = byte(cx, value, "byte")?;
    match memchr::memchr(b, this.get(cx).bytes()) {
        Some(at) => splice(cx, this, at, 1, &[]),
        None => Err(cx.value_error("value not found in bytearray")),
    }
}

/// Resize the internal buffer of bytearray to len.
///
///   size
///     New size to resize to.
#[native("bytearray.resize($self, size, /)")]
pub fn resize(cx: &mut Cx, this: &Obj<ByteArray>, size: i64) -> R<()> {
    if size < 0 {
        return Err(cx.value_error(format!("Can only resize to positive sizes, got {size}")));
    }
    let size = size as usize;
    let len = this.get(cx).len();
    if size == len {
        return Ok(());
    }
    check_resizable(cx, this)?;
    if size >= 1 << 46 || size > len && this.get_mut(cx).vec().try_reserve(size - len).is_err() {
        return Err(cx.memory_error());
    }
    this.get_mut(cx).vec().resize(size, 0);
    Ok(())
}

/// Reverse the order of the values in B in place.
#[native("bytearray.reverse($self, /)")]
pub fn reverse(cx: &mut Cx, this: &Obj<ByteArray>) -> R<()> {
    this.get_mut(cx).bytes_mut().reverse();
    Ok(())
}

/// Release the buffer object that exposes the underlying memory of the object.
#[native("bytearray.__release_buffer__($self, buffer, /)")]
pub fn release_buffer(cx: &mut Cx, this: &Value, buffer: &Value) -> R<()> {
    crate::memoryview::release_by_owner(cx, this, buffer)
}
