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
use crate::dict::{self, Dict};
use crate::heap::Heap;
use crate::object::{Header, Obj, Payload};
use crate::str::Str;
use crate::ty::{Type, flags};
use crate::value::{Handle, R, Value, Word};

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
        Box::new(Shape {
            names: Vec::new(),
            keys: Vec::new(),
            children: Vec::new(),
            parent: std::ptr::null(),
        })
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

    /// The address of the shape one attribute before, null for a root.
    #[inline(always)]
    pub fn parent_ptr(&self) -> *const Shape {
        self.parent
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
pub unsafe fn alloc_with<T: Payload>(
    cx: &Cx,
    ty: &Obj<Type>,
    inline: usize,
    init: impl FnOnce(*mut T),
) -> Handle<T> {
    // SAFETY: the caller's promise.
    unsafe {
        let p = alloc_raw(cx, ty, inline);
        init(p.cast::<Obj<T>>().as_ref().payload_ptr());
        Handle::from_value_unchecked(Value::from_ptr(p))
    }
}

/// An instance of a class whose payload is `object`'s, which is empty.
///
/// # Safety
/// The class has that payload and may be instantiated.
#[inline]
pub unsafe fn alloc_plain(cx: &Cx, ty: &Obj<Type>) -> Value {
    // SAFETY: nothing is left to be written.
    unsafe { Value::from_ptr(alloc_raw(cx, ty, 0)) }
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
            Some(size) => ty.payload.size + size(p),
            _ => ty.members_offset.get() as usize,
        };
        let words = p.as_ptr().cast::<u8>().add(start).cast::<Cell<Option<Word>>>();
        std::slice::from_raw_parts(words, ty.members.get() as usize)
    }
}

// ---- attributes of instances whose type has them

/// The instance and its attribute block, where it has one.
#[inline(always)]
fn block<'a>(cx: &'a Cx, obj: &'a Value) -> Option<(&'a Obj<Type>, &'a Attrs)> {
    let p = obj.as_ptr()?;
    let ty = obj.ty(cx);
    if ty.data().attrs_offset.get() == 0 {
        return None;
    }
    // SAFETY: `obj` is a live instance of `ty`, which has attributes.
    Some((ty, unsafe { attrs(ty.data(), p) }))
}

/// The extension of an attribute block, made on demand.
fn ext_mut(attrs: &Attrs) -> &mut AttrsExt {
    if attrs.ext.get().is_null() {
        attrs.ext.set(Box::into_raw(Box::default()));
    }
    // SAFETY: the block owns its extension; callers hold the token exclusively.
    unsafe { &mut *attrs.ext.get() }
}

fn ext_ref(attrs: &Attrs) -> Option<&AttrsExt> {
    // SAFETY: the block owns its extension.
    unsafe { attrs.ext.get().as_ref() }
}

/// The word of slot `i`, absent where never set.
#[inline(always)]
fn slot_word(ty: &Type, attrs: &Attrs, i: usize) -> Option<Word> {
    let inline = ty.inline_slots.get() as usize;
    if i < inline {
        // SAFETY: an inline slot of the block.
        unsafe { *inline_slots(ty, attrs).add(i) }
    } else {
        ext_ref(attrs)?.overflow.get(i - inline).map(Value::word)
    }
}

/// An attribute that lies in the instance (not on its class).
pub fn get_attr(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R<Option<Value>> {
    let dict = match block(cx, obj) {
        None => return Ok(None),
        Some((ty, attrs)) => {
            // SAFETY: a shape lives as long as its class.
            match unsafe { attrs.shape.get().as_ref() } {
                Some(shape) => {
                    let found = shape.find(name).and_then(|i| slot_word(ty.data(), attrs, i));
                    return Ok(found.map(Word::to_owned_value));
                }
                None => match ext_ref(attrs).and_then(|e| e.dict.clone()) {
                    Some(dict) => dict,
                    None => return Ok(None),
                },
            }
        }
    };
    match dict.cast::<Dict>() {
        Some(dict) => dict::get_str(cx, dict, name),
        None => Ok(None),
    }
}

/// Sets an attribute in the instance, whose type must have attributes.
pub fn set_attr(cx: &mut Cx, obj: &Value, name: &Obj<Str>, value: Value) -> R<()> {
    if let Some((ty, attrs)) = block(cx, obj) {
        let ty = ty.data();
        // The first attribute of an instance of a built-in type (exceptions, functions): its class has no shapes.
        let shape = attrs.shape.get();
        // SAFETY: a shape lives as long as its class.
        if let Some(current) = unsafe { shape.as_ref() } {
            if let Some(i) = current.find(name) {
                let old = replace_slot(ty, attrs, i, value);
                drop(old);
                return Ok(());
            }
            let interned = cx.intern_value(name.to_value());
            // SAFETY: shapes are changed only under the exclusive token, which this function holds.
            let child = unsafe { (*shape.cast_mut()).child(&interned) };
            if let Some(child) = child
                && let Some((ty, attrs)) = block(cx, obj)
            {
                // SAFETY: the child was just made or found.
                let i = unsafe { (*child).len() } - 1;
                let old = replace_slot(ty.data(), attrs, i, value);
                attrs.shape.set(child);
                drop(old);
                return Ok(());
            }
        }
    }
    let dict = dict_of(cx, obj)?;
    leave_shape(cx, obj)?;
    match dict.cast::<Dict>() {
        Some(dict) => {
            let name = cx.intern_value(name.to_value());
            match name.as_str() {
                Some(name) => dict::set_str(cx, dict, name, value),
                None => Ok(()),
            }
        }
        None => Err(cx.system_error("instance dictionary is not a dict")),
    }
}

/// Puts `value` into slot `i` and returns what lay there.
fn replace_slot(ty: &Type, attrs: &Attrs, i: usize, value: Value) -> Option<Value> {
    let inline = ty.inline_slots.get() as usize;
    if i < inline {
        // SAFETY: an inline slot of the block; it owns its word.
        return unsafe {
            let slot = inline_slots(ty, attrs).add(i);
            (*slot).replace(value.into_word()).map(|w| Value::from_word(w))
        };
    }
    let overflow = &mut ext_mut(attrs).overflow;
    match overflow.get_mut(i - inline) {
        Some(place) => Some(std::mem::replace(place, value)),
        None => {
            overflow.push(value);
            None
        }
    }
}

/// Deletes an attribute of the instance; false if it has none of that name.
pub fn delete_attr(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R<bool> {
    if let Some((ty, attrs)) = block(cx, obj) {
        // SAFETY: a shape lives as long as its class.
        if let Some(shape) = unsafe { attrs.shape.get().as_ref() } {
            let Some(i) = shape.find(name) else { return Ok(false) };
            if i + 1 == shape.len() {
                let ty = ty.data();
                let inline = ty.inline_slots.get() as usize;
                let old = if i < inline {
                    // SAFETY: an inline slot of the block; it owns its word.
                    unsafe { (*inline_slots(ty, attrs).add(i)).take().map(|w| Value::from_word(w)) }
                } else {
                    ext_mut(attrs).overflow.pop()
                };
                attrs.shape.set(shape.parent);
                drop(old);
                return Ok(true);
            }
        }
    }
    let dict = dict_of(cx, obj)?;
    leave_shape(cx, obj)?;
    match dict.cast::<Dict>() {
        Some(dict) => Ok(dict::remove(cx, dict, &name.to_value())?.is_some()),
        None => Ok(false),
    }
}

/// Moves the attributes from the shape's slots to the instance's dictionary.
pub fn leave_shape(cx: &mut Cx, obj: &Value) -> R<()> {
    dict::materialize(cx, obj)
}

/// The names and values of an instance's shape slots, in order; empty in dictionary mode.
pub fn shape_items(cx: &Cx, obj: &Value) -> Vec<(Value, Value)> {
    let Some((ty, attrs)) = block(cx, obj) else { return Vec::new() };
    // SAFETY: a shape lives as long as its class.
    let Some(shape) = (unsafe { attrs.shape.get().as_ref() }) else { return Vec::new() };
    let items = shape.names.iter().enumerate();
    items.filter_map(|(i, n)| Some((n.clone(), slot_word(ty.data(), attrs, i)?.to_owned_value()))).collect()
}

/// The shape of an instance; `None` in dictionary mode or without attributes.
pub fn shape_of<'a>(cx: &'a Cx, obj: &'a Value) -> Option<&'a Shape> {
    // SAFETY: a shape lives as long as its class, which the instance holds.
    block(cx, obj).and_then(|(_, attrs)| unsafe { attrs.shape.get().as_ref() })
}

/// The dictionary handed out for the instance, or holding its attributes, if there is one.
pub fn known_dict(cx: &Cx, obj: &Value) -> Option<Value> {
    block(cx, obj).and_then(|(_, attrs)| ext_ref(attrs)?.dict.clone())
}

/// Empties the slots, switches to dictionary mode (null shape) and makes `dict` the holder of the attributes. What lay in
/// the slots is returned, to be dropped when nothing is borrowed.
pub fn set_dictionary(cx: &mut Cx, obj: &Value, dict: Option<Value>) -> Vec<Value> {
    let mut out = Vec::new();
    if let Some((ty, attrs)) = block(cx, obj) {
        let ty = ty.data();
        for i in 0..ty.inline_slots.get() as usize {
            // SAFETY: an inline slot of the block; it owns its word.
            out.extend(unsafe { (*inline_slots(ty, attrs).add(i)).take().map(|w| Value::from_word(w)) });
        }
        attrs.shape.set(std::ptr::null());
        let ext = ext_mut(attrs);
        out.append(&mut ext.overflow);
        out.extend(std::mem::replace(&mut ext.dict, dict));
    }
    out
}

/// Remembers `dict` as the view handed out as `__dict__` of a shaped instance.
pub fn remember_dict(cx: &mut Cx, obj: &Value, dict: Value) {
    if let Some((_, attrs)) = block(cx, obj) {
        ext_mut(attrs).dict = Some(dict);
    }
}

/// The `__dict__` of an instance: made at first use; the same object each time.
pub fn dict_of(cx: &mut Cx, obj: &Value) -> R {
    if let Some(dict) = known_dict(cx, obj) {
        return Ok(dict);
    }
    if block(cx, obj).is_none() {
        let name = crate::names::__dict__.get();
        return Err(crate::attr::no_attribute(cx, obj, name));
    }
    dict::instance_dict(cx, obj)
}

/// # Safety
/// `p` is an instance of `ty` at its end, with attributes.
pub(crate) unsafe fn drop_attrs(ty: &Type, p: NonNull<Header>) {
    // SAFETY: the block owns its slots and its extension.
    unsafe {
        let dict = dict::detach(p);
        let attrs = attrs(ty, p);
        for i in 0..ty.inline_slots.get() as usize {
            if let Some(word) = (*inline_slots(ty, attrs).add(i)).take() {
                word.release();
            }
        }
        let ext = attrs.ext.replace(std::ptr::null_mut());
        if !ext.is_null() {
            drop(Box::from_raw(ext));
        }
        drop(dict);
    }
}

/// # Safety
/// `p` is a live instance of `ty`, with attributes.
pub(crate) unsafe fn trace_attrs(ty: &Type, p: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: the block owns its slots and its extension.
    unsafe {
        let attrs = attrs(ty, p);
        if dict::is_view(p) {
            // The dictionary looks through to the slots and visits them.
            if let Some(ext) = ext_ref(attrs) {
                ext.dict.iter().for_each(visit);
            }
            return;
        }
        for i in 0..ty.inline_slots.get() as usize {
            if let Some(word) = &*inline_slots(ty, attrs).add(i) {
                visit(Value::from_word_ref(word));
            }
        }
        if let Some(ext) = ext_ref(attrs) {
            ext.overflow.iter().for_each(&mut *visit);
            ext.dict.iter().for_each(visit);
        }
    }
}

/// # Safety
/// `p` is a live instance of `ty`, with attributes, that only garbage refers to.
pub(crate) unsafe fn clear_attrs(ty: &Type, p: NonNull<Header>, out: &mut Vec<Value>) {
    // SAFETY: the block owns its slots and its extension.
    unsafe {
        out.extend(dict::detach(p));
        let attrs = attrs(ty, p);
        for i in 0..ty.inline_slots.get() as usize {
            out.extend((*inline_slots(ty, attrs).add(i)).take().map(|w| Value::from_word(w)));
        }
        if let Some(ext) = attrs.ext.get().as_mut() {
            // Slots past the inline ones stay in number: the shape still counts them.
            out.extend(ext.overflow.iter_mut().map(|v| std::mem::replace(v, Value::none())));
            out.extend(ext.dict.take());
        }
    }
}

/// Word `i` of an instance's `__slots__`; `None` where unset.
pub fn member(cx: &Cx, obj: &Value, i: usize) -> Option<Value> {
    let p = obj.as_ptr()?;
    // SAFETY: `obj` is a live instance of its type.
    let slots = unsafe { member_slots(obj.ty(cx).data(), p) };
    slots.get(i)?.get().map(Word::to_owned_value)
}

/// Sets or (with `None`) empties word `i` of an instance's `__slots__`; gives what lay there.
pub fn set_member(cx: &mut Cx, obj: &Value, i: usize, value: Option<Value>) -> Option<Value> {
    let p = obj.as_ptr()?;
    // SAFETY: `obj` is a live instance of its type; the slot owns its word.
    unsafe {
        let slots = member_slots(obj.ty(cx).data(), p);
        slots.get(i)?.replace(value.map(Value::into_word)).map(|w| Value::from_word(w))
    }
}

/// A new instance of a subclass of `int`, `float`, `str` or `bytes`, around a value of the exact type.
pub fn new_wrapped(cx: &Cx, ty: &Obj<Type>, value: Value) -> Value {
    debug_assert!(ty.has(flags::WRAPS));
    // SAFETY: the flag states the payload; it is written before anything can look.
    unsafe {
        let p = alloc_raw(cx, ty, 0);
        p.cast::<Obj<crate::ty::Wrapped>>().as_ref().payload_ptr().write(crate::ty::Wrapped { value });
        Value::from_ptr(p)
    }
}

/// Bytes that a value takes on the heap, what it owns elsewhere (tables, item arrays) left out; 0 for immediates.
pub fn size_of_value(cx: &Cx, value: &Value) -> usize {
    let Some(p) = value.as_ptr() else { return 0 };
    let data = value.ty(cx).data();
    // SAFETY: a live instance of its type.
    let inline = data.payload.inline_size.map_or(0, |size| unsafe { size(p) });
    data.basicsize.get() as usize + inline + data.inline_slots.get() as usize * size_of::<Word>()
}
