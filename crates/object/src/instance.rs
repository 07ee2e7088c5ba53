//! Instances: how objects are laid out behind their payload, and their attributes by shape (hidden class).
//!
//! A [`Shape`] says which attribute lies in which slot. Shapes form a tree that grows from the class (`TypeRest::root_shape`):
//! adding an attribute moves an instance to a child. So one compare of the shape word proves both the class layout and the
//! slot, which is what the specialised attribute instructions guard on. The first `inline_slots` values lie in the object, the
//! rest in `AttrsExt`. An instance whose `__dict__` was replaced, or changed in a way that shapes do not express (a deletion
//! out of order, keys that are not strings), keeps a real dictionary: its shape word is null.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::cx::Cx;
use crate::heap::Heap;
use crate::object::{Header, Obj, Payload};
use crate::str::Str;
use crate::ty::{Type, flags};
use crate::value::{Handle, Value, Word};

/// Attributes more than this in one shape make the instance keep a dictionary.
const LARGEST_SHAPE: usize = 64;

/// A hidden class: the attribute names of an instance in order of their making.
pub struct Shape {
    /// Attribute names, all interned; the index is the slot.
    pub names: Vec<Value>,
    /// Address of `names[i]` for quick search; same order.
    keys: Vec<Word>,
    /// The shapes that follow by one more attribute.
    children: Vec<(Word, Box<Shape>)>,
    parent: *const Shape,
}

impl Shape {
    pub(crate) fn root() -> Box<Shape> {
        Box::new(Shape { names: Vec::new(), keys: Vec::new(), children: Vec::new(), parent: std::ptr::null() })
    }

    /// The slot of an interned name.
    #[inline]
    pub fn find(&self, name: &Obj<Str>) -> Option<usize> {
        let word = name.word();
        match self.keys.iter().position(|&k| k == word) {
            Some(i) => Some(i),
            None if name.is_interned() => None,
            None => self.names.iter().position(|n| n.as_str().is_some_and(|s| s.same(name))),
        }
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The shape with one more attribute; `name` is interned. `None` when the shape is as large as shapes get.
    pub(crate) fn child(&mut self, name: &Value) -> Option<*const Shape> {
        let word = name.word();
        if let Some((_, child)) = self.children.iter().find(|(k, _)| *k == word) {
            return Some(&raw const **child);
        }
        if self.names.len() >= LARGEST_SHAPE || self.children.len() >= LARGEST_SHAPE {
            return None;
        }
        let mut names = self.names.clone();
        names.push(name.clone());
        let keys = names.iter().map(Value::word).collect();
        let child = Box::new(Shape { names, keys, children: Vec::new(), parent: self });
        let address = &raw const *child;
        self.children.push((word, child));
        Some(address)
    }

    pub(crate) fn trace(&self, _visit: &mut dyn FnMut(&Value)) {
        // Interned strings hold nothing and are never part of a cycle.
    }

    /// The shape one attribute before.
    pub fn parent(&self) -> Option<&Shape> {
        // SAFETY: a parent owns its children.
        unsafe { self.parent.as_ref() }
    }
}

/// The head of an instance's attributes; `Type::inline_slots` words follow (as they were when the instance was made).
#[repr(C)]
pub struct Attrs {
    /// Null: the attributes are in `ext.dict`. For a class whose instances have none yet: the root.
    pub shape: Cell<*const Shape>,
    pub ext: Cell<*mut AttrsExt>,
}

/// What only some instances need.
#[derive(Default)]
pub struct AttrsExt {
    /// Values of slots past the inline ones.
    pub overflow: Vec<Value>,
    /// With a null shape: the dictionary that holds the attributes. With a shape: the dictionary that was handed out as
    /// `__dict__` and looks through to the slots (not owned: it owns the instance's count while it does).
    pub dict: Option<Value>,
}

/// Allocates an object of `ty` with `inline` bytes behind the payload, and lets `init` write the payload. Everything that the
/// type adds behind the payload is zero (absent).
///
/// # Safety
/// `ty`'s payload is `T`; `init` writes it whole and the inline part too.
#[inline]
pub unsafe fn alloc_with<T: Payload>(cx: &Cx, ty: &Obj<Type>, inline: usize, init: impl FnOnce(*mut T)) -> Handle<T> {
    // SAFETY: the caller's promise.
    unsafe {
        let p = alloc_raw(cx, ty, inline);
        init(p.cast::<Obj<T>>().as_ref().payload_ptr());
        Handle::from_value_unchecked(Value::from_ptr(p))
    }
}

/// As [`alloc_with`], payload left undefined.
///
/// # Safety
/// The payload must be written before the object is used, released or collected (nothing may allocate in between).
#[inline]
pub unsafe fn alloc_raw(cx: &Cx, ty: &Obj<Type>, inline: usize) -> NonNull<Header> {
    let data = ty.data();
    let own = data.payload.size;
    let basic = data.basicsize.get() as usize;
    let extra_inline = data.inline_slots.get() as usize * size_of::<Word>();
    let size = (basic + inline + extra_inline).max(32);
    // SAFETY: the heap is the running thread's; header and added parts are written here.
    unsafe {
        let p = Heap::alloc(cx.heap(), size, data.has(flags::HAVE_GC));
        p.write(Header { count: Cell::new(1), upper: Cell::new(0), ty: Cell::new(ty) });
        if !ty.header().is_immortal() {
            ty.header().incref();
        }
        if basic > own || extra_inline > 0 {
            let start = p.as_ptr().cast::<u8>();
            if data.attrs_offset.get() < 0 {
                start.add(own + inline).write_bytes(0, size - own - inline);
            } else {
                start.add(own).write_bytes(0, basic + extra_inline - own);
            }
            if data.attrs_offset.get() != 0
                && let Some(shape) = &(*data.rest.get()).root_shape
            {
                attrs_at(data, p, inline).shape.set(&raw const **shape);
            }
        }
        p
    }
}

#[inline(always)]
unsafe fn attrs_at<'a>(ty: &Type, p: NonNull<Header>, inline: usize) -> &'a Attrs {
    let offset = match ty.attrs_offset.get() {
        // Behind the inline part, 8-aligned as that is.
        -1 => ty.payload.size + inline + ty.members.get() as usize * size_of::<Word>(),
        offset => offset as usize,
    };
    // SAFETY: the layout that the type states.
    unsafe { &*p.as_ptr().cast::<u8>().add(offset).cast::<Attrs>() }
}

/// The attribute block of an instance whose type has one.
///
/// # Safety
/// `p` is a live instance of `ty`, and `ty.attrs_offset` is not zero.
#[inline(always)]
pub unsafe fn attrs<'a>(ty: &Type, p: NonNull<Header>) -> &'a Attrs {
    // SAFETY: by the caller's promise.
    unsafe {
        let inline = match (ty.attrs_offset.get(), ty.payload.inline_size) {
            (-1, Some(size)) => size(p),
            _ => 0,
        };
        attrs_at(ty, p, inline)
    }
}

/// The inline attribute slots, which follow the block.
///
/// # Safety
/// As [`attrs`].
#[inline(always)]
pub unsafe fn inline_slots(ty: &Type, attrs: &Attrs) -> *mut Option<Word> {
    let _ = ty;
    // SAFETY: the slots lie directly behind the block.
    unsafe { (attrs as *const Attrs).add(1).cast::<Option<Word>>().cast_mut() }
}

/// The words of `__slots__`, zero where unset.
///
/// # Safety
/// `p` is a live instance of `ty`.
pub unsafe fn member_slots<'a>(ty: &Type, p: NonNull<Header>) -> &'a [Cell<Option<Word>>] {
    // SAFETY: the layout that the type states.
    unsafe {
        let start = match ty.payload.inline_size {
            Some(size) if !ty.has(flags::WRAPS) => ty.payload.size + size(p),
            _ => ty.members_offset.get() as usize,
        };
        let words = p.as_ptr().cast::<u8>().add(start).cast::<Cell<Option<Word>>>();
        std::slice::from_raw_parts(words, ty.members.get() as usize)
    }
}
