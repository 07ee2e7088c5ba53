//! Indexing, slicing, assignment, iteration.

use taipan_macros::Trace;
use taipan_object::buffer::{self, BufferRequest};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Raised, Slots, Tuple, Type, Value, exc};

use super::{Layout, MemoryView, check, items, live, this, view_of};
use crate::sequence;
use crate::slice::{Slice, Span};

/// Items of native formats are at most this long.
const WIDEST: usize = 8;

#[cold]
fn unsupported(cx: &mut Cx, view: &Obj<MemoryView>) -> Raised {
    let message = format!("memoryview: format {} not supported", view.get(cx).layout.format);
    cx.raise(&exc::NOT_IMPLEMENTED_ERROR, message)
}

/// The value of the item at an address within the loan of `view`.
pub fn item_at(cx: &mut Cx, view: &Obj<MemoryView>, at: *const u8) -> R {
    let layout = &view.get(cx).layout;
    let Some((c, size)) = items::native(&layout.format).filter(|(_, size)| *size == layout.itemsize) else {
        return Err(unsupported(cx, view));
    };
    let mut item = [0u8; WIDEST];
    // SAFETY: the address is that of an item, which is `size` bytes long; nothing changes it while the token is held.
    unsafe { std::ptr::copy_nonoverlapping(at, item.as_mut_ptr(), size) };
    Ok(items::unpack(cx, c, &item[..size]))
}

fn store(cx: &mut Cx, view: &Obj<MemoryView>, at: *mut u8, value: &Value) -> R<()> {
    let layout = &view.get(cx).layout;
    let Some((c, size)) = items::native(&layout.format).filter(|(_, size)| *size == layout.itemsize) else {
        return Err(unsupported(cx, view));
    };
    let packed = items::pack(cx, c, size, value)?;
    // The conversion may have run code that released the view.
    check(cx, view)?;
    // SAFETY: the address is that of an item of a loan that may be written; the token is held exclusively.
    unsafe { std::ptr::copy_nonoverlapping(packed.as_ptr(), at, packed.len()) };
    Ok(())
}

#[cold]
fn not_implemented(cx: &mut Cx, message: &str) -> Raised {
    cx.raise(&exc::NOT_IMPLEMENTED_ERROR, message)
}

/// The address of an index in one dimension.
fn step(cx: &mut Cx, view: &Obj<MemoryView>, at: *mut u8, dimension: usize, index: i64) -> R<*mut u8> {
    let layout = &view.get(cx).layout;
    let (n, stride) = match (layout.shape.get(dimension), layout.strides.get(dimension)) {
        (Some(&n), Some(&stride)) => (n, stride),
        _ => (0, 0),
    };
    match sequence::position(index, n) {
        Some(i) => Ok(at.wrapping_offset(i as isize * stride)),
        None => Err(cx.index_error(format!("index out of bounds on dimension {}", dimension + 1))),
    }
}

fn is_index(cx: &Cx, value: &Value) -> bool {
    value.word().as_int().is_some() || value.ty(cx).slots().index.is_some()
}

/// The item that a key names, if it names one: an integer, a tuple of integers, or `()` of no dimensions.
fn locate(cx: &mut Cx, view: &Obj<MemoryView>, key: &Value) -> R<Option<*mut u8>> {
    check(cx, view)?;
    let dimensions = view.get(cx).layout.shape.len();
    let data = view.get(cx).layout.data;
    if dimensions == 0 {
        return match key.cast::<Tuple>() {
            Some(tuple) if tuple.is_empty() => Ok(Some(data)),
            _ if key.is(&Value::ellipsis()) => Ok(None),
            _ => Err(cx.type_error("invalid indexing of 0-dim memory")),
        };
    }
    if is_index(cx, key) {
        let i = sequence::index(cx, key, "memoryview")?;
        check(cx, view)?;
        if dimensions > 1 {
            // An index outside is reported before the missing feature.
            return Err(not_implemented(cx, "multi-dimensional sub-views are not implemented"));
        }
        return step(cx, view, data, 0, i).map(Some);
    }
    let Some(tuple) = key.cast::<Tuple>() else { return Ok(None) };
    let keys = tuple.items();
    if keys.iter().all(|k| is_index(cx, k)) {
        if keys.len() > dimensions {
            let message =
                format!("cannot index {dimensions}-dimension view with {}-element tuple", keys.len());
            return Err(cx.type_error(message));
        }
        if keys.len() < dimensions {
            return Err(not_implemented(cx, "sub-views are not implemented"));
        }
        let mut at = data;
        for (dimension, key) in keys.iter().enumerate() {
            let i = sequence::index(cx, key, "memoryview")?;
            check(cx, view)?;
            at = step(cx, view, at, dimension, i)?;
        }
        return Ok(Some(at));
    }
    if keys.iter().all(|k| k.cast::<Slice>().is_some()) {
        return Err(not_implemented(cx, "multi-dimensional slicing is not implemented"));
    }
    Ok(None)
}

/// The layout of a slice of the first dimension.
fn sliced(cx: &mut Cx, view: &Obj<MemoryView>, slice: &Obj<Slice>) -> R<Layout> {
    let (start, stop, step) = Slice::unpack(slice, cx)?;
    let mut layout = view.get(cx).layout.clone();
    if let (Some(n), Some(stride)) = (layout.shape.first_mut(), layout.strides.first_mut()) {
        let span = Span::new(start, stop, step, *n);
        if span.count > 0 {
            layout.data = layout.data.wrapping_offset(span.start as isize * *stride);
        }
        *n = span.count;
        *stride = stride.saturating_mul(span.step as isize);
    }
    layout.len = layout.shape.iter().product::<usize>() * layout.itemsize;
    Ok(layout)
}

pub fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let view = this(cx, value)?;
    if let Some(at) = locate(cx, view, key)? {
        return item_at(cx, view, at);
    }
    if key.is(&Value::ellipsis()) && view.get(cx).layout.shape.is_empty() {
        return Ok(value.clone());
    }
    match key.cast::<Slice>() {
        Some(slice) => {
            // The loan is taken first: indices that release the view do not end it.
            let managed = live(cx, view)?;
            let layout = sliced(cx, view, slice)?;
            Ok(view_of(cx, managed, layout))
        }
        None => Err(cx.type_error("memoryview: invalid slice key")),
    }
}

pub fn setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let view = this(cx, value)?;
    check(cx, view)?;
    if view.get(cx).layout.readonly {
        return Err(cx.type_error("cannot modify read-only memory"));
    }
    let Some(new) = new else { return Err(cx.type_error("cannot delete memory")) };
    let whole = key.is(&Value::ellipsis()) && view.get(cx).layout.shape.is_empty();
    if whole {
        let at = view.get(cx).layout.data;
        return store(cx, view, at, new);
    }
    if let Some(at) = locate(cx, view, key)? {
        return store(cx, view, at, new);
    }
    let Some(slice) = key.cast::<Slice>() else {
        return Err(cx.type_error("memoryview: invalid slice key"));
    };
    if view.get(cx).layout.shape.len() > 1 {
        return Err(not_implemented(cx, "memoryview slice assignments are currently restricted to ndim = 1"));
    }
    let lent = buffer::get(cx, new, BufferRequest::FULL_RO)?;
    let target = sliced(cx, view, slice)?;
    check(cx, view)?;
    let plain = |format: &str| format.strip_prefix('@').unwrap_or(format).to_owned();
    let same = plain(&lent.format) == plain(&target.format)
        && lent.itemsize == target.itemsize
        && lent.shape == target.shape;
    if !same {
        return Err(cx.value_error("memoryview assignment: lvalue and rvalue have different structures"));
    }
    // The source may overlap the target, so it is copied.
    let source = lent.to_vec(cx);
    let mut from = source.chunks_exact(target.itemsize.max(1));
    target.each_item(&mut |at| {
        let Some(item) = from.next() else { return false };
        // SAFETY: shape and strides reach items of a loan that may be written; the token is held exclusively.
        unsafe { std::ptr::copy_nonoverlapping(item.as_ptr(), at, item.len()) };
        true
    });
    Ok(())
}

pub fn len(cx: &mut Cx, value: &Value) -> R<usize> {
    let view = this(cx, value)?;
    check(cx, view)?;
    match view.get(cx).layout.shape.first() {
        Some(n) => Ok(*n),
        None => Err(cx.type_error("0-dim memory has no length")),
    }
}

/// The payload of the iterator over one dimension.
#[derive(Trace)]
pub struct MemoryIterator {
    /// `None` once exhausted.
    view: Option<Handle<MemoryView>>,
    next: usize,
    length: usize,
}

// SAFETY: instances of the type are `Obj<MemoryIterator>`; the view is traced.
unsafe impl Payload for MemoryIterator {
    const TYPE: &'static Obj<Type> = &MEMORY_ITERATOR;
}

/// `memory_iterator`.
pub static MEMORY_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<MemoryIterator>("memory_iterator").base(&OBJECT).with_slots(Slots {
        iter: Some(|_, this| Ok(this.clone())),
        next: Some(next),
        ..Slots::EMPTY
    }),
);

pub fn iter(cx: &mut Cx, value: &Value) -> R {
    let view = this(cx, value)?;
    check(cx, view)?;
    let length = match view.get(cx).layout.shape[..] {
        [] => return Err(cx.type_error("invalid indexing of 0-dim memory")),
        [n] => n,
        _ => return Err(not_implemented(cx, "multi-dimensional sub-views are not implemented")),
    };
    let layout = &view.get(cx).layout;
    if items::native(&layout.format).is_none() {
        return Err(unsupported(cx, view));
    }
    Ok(cx.new_object(MemoryIterator { view: Some(view.to_handle()), next: 0, length }).into_value())
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast_exact::<MemoryIterator>() else { return Ok(None) };
    let state = iterator.get(cx);
    let (next, length) = (state.next, state.length);
    let Some(view) = state.view.clone() else { return Ok(None) };
    if next < length {
        check(cx, &view)?;
        iterator.get_mut(cx).next += 1;
        let data = view.get(cx).layout.data;
        let at = step(cx, &view, data, 0, next as i64)?;
        return item_at(cx, &view, at).map(Some);
    }
    let done = iterator.get_mut(cx).view.take();
    drop(done);
    Ok(None)
}
