//! `memoryview`: a typed, shaped look at memory that another object lends.
//!
//! All views made from one loan share a [`Managed`] buffer, which is given back when the last of them goes or is released; a
//! view holds the layout of its part. Every access first checks that the view was not released: its pointer means nothing
//! afterwards. A view that has itself lent a buffer cannot be released.

mod access;
mod compare;
mod items;
mod methods;

pub use methods::release_by_owner;

use std::borrow::Cow;
use std::cell::Cell;

use taipan_macros::Trace;
use taipan_object::buffer::{self, Buffer, BufferRequest};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Handle, Obj, Payload, R, Slots, Trace, Type, TypeDefs, Value, exc, flags};

use crate::Types;

/// The most dimensions.
const MOST_DIMENSIONS: usize = 64;

/// A loan that views share.
pub struct Managed {
    /// `None` once the collector has cleared it.
    buffer: Option<Buffer>,
}

impl Trace for Managed {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(buffer) = &self.buffer {
            visit(buffer.owner());
        }
    }

    fn clear(&mut self, out: &mut Vec<Value>) {
        if let Some(buffer) = self.buffer.take() {
            out.push(buffer.owner().clone());
        }
    }
}

// SAFETY: instances of the type are `Obj<Managed>`; the buffer's owner is its only value.
unsafe impl Payload for Managed {
    const TYPE: &'static Obj<Type> = &MANAGED_BUFFER;
}

/// `_managedbuffer`, never seen by programs.
static MANAGED_BUFFER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Managed>("_managedbuffer").base(&OBJECT).flags(flags::DISALLOW_INSTANTIATION),
);

/// Where the items of a view lie.
#[derive(Clone)]
pub struct Layout {
    /// The item of index zero in all dimensions.
    data: *mut u8,
    /// Bytes of all items together.
    len: usize,
    itemsize: usize,
    format: Cow<'static, str>,
    shape: Vec<usize>,
    strides: Vec<isize>,
    readonly: bool,
}

impl Layout {
    fn of_buffer(buffer: &Buffer) -> Layout {
        Layout {
            data: buffer.data(),
            len: buffer.len(),
            itemsize: buffer.itemsize,
            format: buffer.format.clone(),
            shape: buffer.shape.clone(),
            strides: buffer.strides.clone(),
            readonly: buffer.readonly,
        }
    }

    fn contiguous(&self, dimensions: impl Iterator<Item = (usize, isize)>) -> bool {
        let mut expected = self.itemsize as isize;
        if let ([n], [stride]) = (&self.shape[..], &self.strides[..]) {
            return *n == 1 || *stride == expected;
        }
        if self.len == 0 {
            return true;
        }
        for (n, stride) in dimensions {
            if n > 1 && stride != expected {
                return false;
            }
            expected = expected.saturating_mul(n as isize);
        }
        true
    }

    fn dimensions(&self) -> impl DoubleEndedIterator<Item = (usize, isize)> + '_ {
        self.shape.iter().copied().zip(self.strides.iter().copied())
    }

    fn is_c_contiguous(&self) -> bool {
        self.contiguous(self.dimensions().rev())
    }

    fn is_f_contiguous(&self) -> bool {
        self.contiguous(self.dimensions())
    }

    /// Calls `each` with the address of every item, the last dimension fastest.
    fn each_item(&self, each: &mut dyn FnMut(*mut u8) -> bool) {
        walk(&self.shape, &self.strides, self.data, each);
    }
}

/// Dimensions are at most 64, so this recursion is shallow.
fn walk(shape: &[usize], strides: &[isize], at: *mut u8, each: &mut dyn FnMut(*mut u8) -> bool) -> bool {
    match (shape.split_first(), strides.split_first()) {
        (Some((&n, shape)), Some((&stride, strides))) => {
            (0..n).all(|i| walk(shape, strides, at.wrapping_offset(i as isize * stride), each))
        }
        _ => each(at),
    }
}

/// Strides of items that follow each other, the last dimension fastest.
fn c_strides(shape: &[usize], itemsize: usize) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut step = itemsize as isize;
    for (stride, &n) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step = step.saturating_mul(n as isize);
    }
    strides
}

/// The payload.
#[derive(Trace)]
pub struct MemoryView {
    /// `None` once released.
    managed: Option<Handle<Managed>>,
    #[trace(skip)]
    layout: Layout,
    /// Buffers that this view has lent.
    #[trace(skip)]
    exports: Cell<usize>,
    #[trace(skip)]
    hash: Cell<Option<i64>>,
}

// SAFETY: instances of the type are `Obj<MemoryView>`; the loan is its only value.
unsafe impl Payload for MemoryView {
    const TYPE: &'static Obj<Type> = &MEMORYVIEW;
}

/// `memoryview`.
pub static MEMORYVIEW: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<MemoryView>("memoryview")
        .base(&OBJECT)
        .flags(flags::SEQUENCE | flags::WEAKREFABLE)
        .with_slots(Slots {
            repr: Some(repr),
            hash: Some(methods::hash),
            compare: Some(compare::compare),
            iter: Some(access::iter),
            len: Some(access::len),
            getitem: Some(access::getitem),
            setitem: Some(access::setitem),
            new: Some(new),
            buffer: Some(lend),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: methods::METHODS, getset: methods::GETSET, ..TypeDefs::NONE })
        .doc("memoryview(object)\n--\n\nCreate a new memoryview object which references the given object."),
);

/// Whether a value is a memoryview.
pub fn is_memoryview(value: &Value) -> bool {
    value.cast::<MemoryView>().is_some()
}

fn view_of(cx: &Cx, managed: Handle<Managed>, layout: Layout) -> Value {
    cx.new_object(MemoryView { managed: Some(managed), layout, exports: Cell::new(0), hash: Cell::new(None) })
        .into_value()
}

/// A memoryview over an exporter; `flags` are PyBUF bits. Another memoryview shares its loan.
pub fn from_object(cx: &mut Cx, value: &Value, flags: i64) -> R {
    if let Some(view) = value.cast::<MemoryView>() {
        let managed = live(cx, view)?;
        let layout = view.get(cx).layout.clone();
        return Ok(view_of(cx, managed, layout));
    }
    if !buffer::supports(cx, value) {
        let message = format!("memoryview: a bytes-like object is required, not '{}'", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    let lent = match value.ty(cx).slots().buffer {
        Some(slot) => slot(cx, value, BufferRequest(flags as u32))?,
        None => buffer::get(cx, value, BufferRequest(flags as u32))?,
    };
    if lent.ndim() > MOST_DIMENSIONS {
        return Err(cx.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let layout = Layout::of_buffer(&lent);
    let managed = cx.new_object(Managed { buffer: Some(lent) });
    Ok(view_of(cx, managed, layout))
}

/// The loan of a view that was not released; ValueError for one that was.
fn live(cx: &mut Cx, view: &Obj<MemoryView>) -> R<Handle<Managed>> {
    if let Some(managed) = &view.get(cx).managed
        && managed.get(cx).buffer.is_some()
    {
        return Ok(managed.clone());
    }
    Err(cx.value_error("operation forbidden on released memoryview object"))
}

/// As [`live`], without the loan.
fn check(cx: &mut Cx, view: &Obj<MemoryView>) -> R<()> {
    let alive = view.get(cx).managed.as_ref().is_some_and(|m| m.get(cx).buffer.is_some());
    if alive { Ok(()) } else { Err(cx.value_error("operation forbidden on released memoryview object")) }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<MemoryView>> {
    match value.cast::<MemoryView>() {
        Some(view) => Ok(view),
        None => Err(cx.type_error("a memoryview is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let view = this(cx, value)?;
    let kind = if view.get(cx).managed.is_some() { "memory" } else { "released memory" };
    Ok(cx.str(&format!("<{kind} at {:#x}>", value.id())))
}

fn new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    let total = args.values().len();
    if total > 1 {
        return Err(cx.type_error(format!("memoryview() takes at most 1 argument ({total} given)")));
    }
    for (name, _) in args.keywords() {
        if !name.eq_str("object") {
            let name = name.to_string_lossy().into_owned();
            return Err(cx.type_error(format!("memoryview() got an unexpected keyword argument '{name}'")));
        }
    }
    match args.values().first() {
        Some(object) => from_object(cx, object, BufferRequest::FULL_RO.0.into()),
        None => Err(cx.type_error("memoryview() missing required argument 'object' (pos 1)")),
    }
}

/// Gives the loan back. BufferError while buffers of the view are out.
fn release(cx: &mut Cx, view: &Obj<MemoryView>) -> R<()> {
    let exports = view.get(cx).exports.get();
    if exports > 0 {
        let plural = if exports == 1 { "" } else { "s" };
        let message = format!("memoryview has {exports} exported buffer{plural}");
        return Err(cx.raise(&exc::BUFFER_ERROR, message));
    }
    let managed = view.get_mut(cx).managed.take();
    drop(managed);
    Ok(())
}

fn give_back(owner: &Value) {
    if let Some(view) = owner.cast::<MemoryView>() {
        // SAFETY: the count is a cell; no reference to the payload is made unique here, and the owner is alive.
        let exports = unsafe { &(*view.payload_ptr()).exports };
        exports.set(exports.get().saturating_sub(1));
    }
}

/// The buffer slot: checks what is asked for against the layout.
fn lend(cx: &mut Cx, value: &Value, request: BufferRequest) -> R<Buffer> {
    let view = this(cx, value)?;
    check(cx, view)?;
    let layout = view.get(cx).layout.clone();
    let (c, f) = (layout.is_c_contiguous(), layout.is_f_contiguous());
    let refusal = if request.wants(BufferRequest::WRITABLE) && layout.readonly {
        Some("underlying buffer is not writable")
    } else if request.wants(BufferRequest::C_CONTIGUOUS) && !c {
        Some("underlying buffer is not C-contiguous")
    } else if request.wants(BufferRequest::F_CONTIGUOUS) && !f {
        Some("underlying buffer is not Fortran contiguous")
    } else if request.wants(BufferRequest::ANY_CONTIGUOUS) && !c && !f {
        Some("underlying buffer is not contiguous")
    } else if !request.wants(BufferRequest::STRIDES) && !c {
        Some("underlying buffer is not C-contiguous")
    } else if !request.wants(BufferRequest::ND) && request.wants(BufferRequest::FORMAT) {
        Some("cannot cast to unsigned bytes if the format flag is present")
    } else {
        None
    };
    if let Some(refusal) = refusal {
        return Err(cx.raise(&exc::BUFFER_ERROR, format!("memoryview: {refusal}")));
    }
    let exports = &view.get(cx).exports;
    exports.set(exports.get() + 1);
    let Layout { data, len, itemsize, format, shape, strides, readonly } = layout;
    // SAFETY: the layout's items lie in the loan, which lives until the view is released, and a view with exports is not.
    Ok(unsafe {
        if request.wants(BufferRequest::ND) {
            Buffer::new(value, data, len, readonly, format, itemsize, shape, strides, Some(give_back))
        } else {
            Buffer::simple(value, data, len, readonly, Some(give_back))
        }
    })
}

/// The bytes of all items in C order.
fn to_vec(cx: &Cx, view: &Obj<MemoryView>) -> Vec<u8> {
    let layout = &view.get(cx).layout;
    let mut out = Vec::with_capacity(layout.len);
    if layout.len == 0 {
        return out;
    }
    if layout.is_c_contiguous() {
        // SAFETY: `len` bytes of the loan follow each other; nothing changes them while the token is borrowed.
        out.extend_from_slice(unsafe { std::slice::from_raw_parts(layout.data, layout.len) });
        return out;
    }
    layout.each_item(&mut |at| {
        // SAFETY: shape and strides reach items of the loan only.
        out.extend_from_slice(unsafe { std::slice::from_raw_parts(at, layout.itemsize) });
        true
    });
    out
}

pub fn install(types: &mut Types) {
    types.add([&MEMORYVIEW, &MANAGED_BUFFER, &access::MEMORY_ITERATOR, &buffer::BUFFER_WRAPPER]);
}
