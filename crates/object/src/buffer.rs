//! The buffer protocol (PEP 3118) among natives.
//!
//! A [`Buffer`] lends the memory of an object. The owner counts its exports and must neither move nor free the memory
//! while one is out; dropping the buffer gives it back through the owner's release function, which runs no Python code.
//! What Python code may change is read through the token, so that no slice is held across a call.

use std::borrow::Cow;

use crate::Obj;
use crate::bytes::Bytes;
use crate::cx::Cx;
use crate::object::{Payload, Trace};
use crate::ty::{Slots, Type};
use crate::value::{R, Value};

/// What a consumer asks of an exporter: the bits of `PyBUF_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BufferRequest(pub u32);

impl BufferRequest {
    /// Bytes, one-dimensional, contiguous, perhaps read-only.
    pub const SIMPLE: BufferRequest = BufferRequest(0);
    pub const WRITABLE: BufferRequest = BufferRequest(1);
    pub const FORMAT: BufferRequest = BufferRequest(4);
    pub const ND: BufferRequest = BufferRequest(8);
    pub const STRIDES: BufferRequest = BufferRequest(0x10 | 8);
    pub const C_CONTIGUOUS: BufferRequest = BufferRequest(0x20 | 0x18);
    pub const F_CONTIGUOUS: BufferRequest = BufferRequest(0x40 | 0x18);
    pub const ANY_CONTIGUOUS: BufferRequest = BufferRequest(0x80 | 0x18);
    pub const INDIRECT: BufferRequest = BufferRequest(0x100 | 0x18);
    pub const CONTIG: BufferRequest = BufferRequest(8 | 1);
    pub const CONTIG_RO: BufferRequest = BufferRequest(8);
    pub const FULL: BufferRequest = BufferRequest(0x118 | 1 | 4);
    pub const FULL_RO: BufferRequest = BufferRequest(0x118 | 4);

    /// Whether all bits of `other` are asked for.
    pub const fn wants(self, other: BufferRequest) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Memory lent by `owner`.
pub struct Buffer {
    owner: Value,
    data: *mut u8,
    /// Bytes of all items together (`nbytes`).
    len: usize,
    pub readonly: bool,
    /// Item format in the notation of `struct`.
    pub format: Cow<'static, str>,
    pub itemsize: usize,
    /// Items in each dimension; empty for zero dimensions.
    pub shape: Vec<usize>,
    /// Bytes from one item to the next in each dimension. May be negative.
    pub strides: Vec<isize>,
    release: Option<fn(&Value)>,
}

impl Buffer {
    /// A one-dimensional buffer of bytes.
    ///
    /// # Safety
    /// `data` points to `len` bytes that stay in place until `release` is called with `owner`, or, without a release
    /// function, as long as `owner` lives.
    pub unsafe fn simple(
        owner: &Value,
        data: *mut u8,
        len: usize,
        readonly: bool,
        release: Option<fn(&Value)>,
    ) -> Buffer {
        // SAFETY: the caller's promise.
        unsafe { Buffer::new(owner, data, len, readonly, Cow::Borrowed("B"), 1, vec![len], vec![1], release) }
    }

    /// A buffer of any shape. `data` points to the item of index zero in all dimensions.
    ///
    /// # Safety
    /// As [`Buffer::simple`], for every byte that shape and strides reach.
    pub unsafe fn new(
        owner: &Value,
        data: *mut u8,
        len: usize,
        readonly: bool,
        format: Cow<'static, str>,
        itemsize: usize,
        shape: Vec<usize>,
        strides: Vec<isize>,
        release: Option<fn(&Value)>,
    ) -> Buffer {
        Buffer { owner: owner.clone(), data, len, readonly, format, itemsize, shape, strides, release }
    }

    pub fn owner(&self) -> &Value {
        &self.owner
    }

    /// The address of the item of index zero.
    pub fn data(&self) -> *mut u8 {
        self.data
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The memory. Of meaning for C-contiguous buffers only: others give an empty slice ([`Buffer::to_vec`] serves all).
    pub fn bytes<'a>(&'a self, _cx: &'a Cx) -> &'a [u8] {
        if self.len == 0 || !self.is_c_contiguous() {
            return &[];
        }
        // SAFETY: the memory is there while the buffer is; changes need `&mut Cx`.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }

    /// The memory to write to; empty where it is read-only or not C-contiguous.
    pub fn bytes_mut<'a>(&'a mut self, _cx: &'a mut Cx) -> &'a mut [u8] {
        if self.readonly || self.len == 0 || !self.is_c_contiguous() {
            return &mut [];
        }
        // SAFETY: the memory is there while the buffer is; the token is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.data, self.len) }
    }

    pub fn is_c_contiguous(&self) -> bool {
        let mut expected = self.itemsize as isize;
        if self.len == 0 {
            return true;
        }
        for (&n, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if n > 1 && stride != expected {
                return false;
            }
            expected = expected.saturating_mul(n as isize);
        }
        true
    }

    pub fn is_f_contiguous(&self) -> bool {
        let mut expected = self.itemsize as isize;
        if self.len == 0 {
            return true;
        }
        for (&n, &stride) in self.shape.iter().zip(&self.strides) {
            if n > 1 && stride != expected {
                return false;
            }
            expected = expected.saturating_mul(n as isize);
        }
        true
    }

    /// The items in C order, whatever the strides.
    pub fn to_vec(&self, cx: &Cx) -> Vec<u8> {
        if self.is_c_contiguous() {
            return self.bytes(cx).to_vec();
        }
        let mut out = Vec::with_capacity(self.len);
        self.gather(0, self.data, &mut out);
        out
    }

    fn gather(&self, dimension: usize, at: *const u8, out: &mut Vec<u8>) {
        match (self.shape.get(dimension), self.strides.get(dimension)) {
            (Some(&n), Some(&stride)) => {
                for i in 0..n {
                    // Dimensions are at most 64, so this recursion is shallow.
                    self.gather(dimension + 1, at.wrapping_offset(i as isize * stride), out);
                }
            }
            // SAFETY: shape and strides reach lent memory only, by the promise of `new`.
            _ => out.extend_from_slice(unsafe { std::slice::from_raw_parts(at, self.itemsize) }),
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(&self.owner);
        }
    }
}

/// Asks `value` for a buffer. TypeError where its type has none.
pub fn get(cx: &mut Cx, value: &Value, request: BufferRequest) -> R<Buffer> {
    if let Some(bytes) = value.as_bytes()
        && value.is_instance_exact(&crate::bytes::BYTES)
        && !request.wants(BufferRequest::WRITABLE)
    {
        return Ok(of_bytes(value, bytes));
    }
    match value.ty(cx).slots().buffer {
        Some(slot) => slot(cx, value, request),
        None => {
            let message = format!("a bytes-like object is required, not '{}'", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// A read-only, contiguous buffer of any bytes-like object.
pub fn bytes_like(cx: &mut Cx, value: &Value) -> R<Buffer> {
    let buffer = get(cx, value, BufferRequest::SIMPLE)?;
    if !buffer.is_c_contiguous() {
        return Err(cx.raise(&crate::exc::BUFFER_ERROR, "memoryview: underlying buffer is not C-contiguous"));
    }
    Ok(buffer)
}

/// A writable, contiguous buffer; `place` begins the message of a refusal, e.g. `"readinto() argument"`.
pub fn writable_bytes(cx: &mut Cx, value: &Value, place: &str) -> R<Buffer> {
    let has_buffer = value.ty(cx).slots().buffer.is_some() && value.as_bytes().is_none();
    if has_buffer {
        match get(cx, value, BufferRequest::WRITABLE) {
            Ok(buffer) if !buffer.readonly && buffer.is_c_contiguous() => return Ok(buffer),
            Ok(_) => {}
            Err(raised) => {
                drop(cx.take_raised(raised));
            }
        }
    }
    let message = format!("{place} must be read-write bytes-like object, not {}", value.type_name(cx));
    Err(cx.type_error(message))
}

/// The buffer of a bytes object: needs no release.
pub fn of_bytes(owner: &Value, bytes: &Obj<Bytes>) -> Buffer {
    let data = bytes.as_slice();
    // SAFETY: bytes objects never change nor move while `owner` lives.
    unsafe { Buffer::simple(owner, data.as_ptr().cast_mut(), data.len(), true, None) }
}

/// Whether the object supports the buffer protocol.
pub fn supports(cx: &Cx, value: &Value) -> bool {
    value.ty(cx).slots().buffer.is_some() || value.as_bytes().is_some()
}

/// The buffer behind what a Python `__buffer__` method returned, which must be a memoryview.
pub fn of_python_method(cx: &mut Cx, exporter: &Value, view: Value, request: BufferRequest) -> R<Buffer> {
    let is_view = (cx.interp().runtime.is_memoryview)(&view);
    if !is_view {
        let message =
            format!("__buffer__ returned non-memoryview object (from '{}')", exporter.type_name(cx));
        return Err(cx.type_error(message));
    }
    let inner = get(cx, &view, request)?;
    let (data, len, readonly, itemsize) = (inner.data, inner.len, inner.readonly, inner.itemsize);
    let (format, shape, strides) = (inner.format.clone(), inner.shape.clone(), inner.strides.clone());
    let wrapper = cx.new_object(BufferWrapper {
        exporter: Some(exporter.clone()),
        view: Some(view),
        buffer: Some(inner),
    });
    let owner = wrapper.into_value();
    Ok(Buffer { owner, data, len, readonly, format, itemsize, shape, strides, release: None })
}

/// Owns what a Python `__buffer__` lent, between the consumer and the exporter. Its end gives the view back through the
/// exporter's `__release_buffer__` (PEP 688): a finaliser, because that runs Python code.
pub struct BufferWrapper {
    exporter: Option<Value>,
    view: Option<Value>,
    buffer: Option<Buffer>,
}

impl Trace for BufferWrapper {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.exporter.iter().chain(&self.view).for_each(&mut *visit);
        if let Some(buffer) = &self.buffer {
            visit(&buffer.owner);
        }
    }

    fn clear(&mut self, out: &mut Vec<Value>) {
        if let Some(buffer) = self.buffer.take() {
            out.push(buffer.owner.clone());
        }
        out.extend(self.exporter.take());
        out.extend(self.view.take());
    }
}

// SAFETY: instances of the type are `Obj<BufferWrapper>`; its three values are traced.
unsafe impl Payload for BufferWrapper {
    const TYPE: &'static Obj<Type> = &BUFFER_WRAPPER;
}

/// `_buffer_wrapper`.
pub static BUFFER_WRAPPER: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<BufferWrapper>("_buffer_wrapper")
        .base(&crate::ty::OBJECT)
        .flags(crate::flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { finalize: Some(give_back), ..Slots::EMPTY }),
);

fn give_back(cx: &mut Cx, this: &Value) -> R<()> {
    let Some(wrapper) = this.cast::<BufferWrapper>() else { return Ok(()) };
    let payload = wrapper.get_mut(cx);
    let (exporter, view, buffer) = (payload.exporter.take(), payload.view.take(), payload.buffer.take());
    drop(buffer);
    let (Some(exporter), Some(view)) = (exporter, view) else { return Ok(()) };
    let name = cx.intern("__release_buffer__");
    let result = crate::ops::call_special(cx, &exporter, &name, std::slice::from_ref(&view)).map(drop);
    let release = cx.intern("release");
    let released = crate::ops::call_method(cx, &view, &release, &[]).map(drop);
    result.and(released)
}
