//! Dictionaries that are the `__dict__` of an instance and look through to its shape and slots.
//!
//! The instance owns the dictionary (`AttrsExt::dict`), the dictionary points back without owning. While the shape is not
//! null the slots hold the values, and the dictionary traces them for the collector (the instance then traces only
//! the dictionary, so that each value is counted once). [`materialize`] moves the values to the dictionary's own table and makes the
//! shape null; [`detach`] does so at the end of the instance.

use std::ptr::NonNull;

use crate::Obj;
use crate::cx::Cx;
use crate::dict::Dict;
use crate::dict::table::Table;
use crate::instance::{self, Attrs, AttrsExt, Shape};
use crate::object::Header;
use crate::str::Str;
use crate::value::{R, Value, Word};

/// The attribute block of an instance in shape mode, as raw parts.
#[derive(Clone, Copy)]
pub(crate) struct Slots {
    attrs: *const Attrs,
    inline: *mut Option<Word>,
    inline_len: usize,
}

impl Slots {
    /// # Safety
    /// `p` is a live instance whose type has attributes.
    pub(crate) unsafe fn of(p: NonNull<Header>) -> Slots {
        // SAFETY: the caller's promise.
        unsafe {
            let ty = p.as_ref().ty_unguarded().data();
            let attrs = instance::attrs(ty, p);
            Slots {
                attrs,
                inline: instance::inline_slots(ty, attrs),
                inline_len: ty.inline_slots.get() as usize,
            }
        }
    }

    /// The shape; null where the attributes are in a dictionary.
    pub(crate) unsafe fn shape<'a>(self) -> Option<&'a Shape> {
        // SAFETY: shapes live as long as the class, and that as long as the instance.
        unsafe { (*self.attrs).shape.get().as_ref() }
    }

    pub(crate) unsafe fn ext<'a>(self) -> Option<&'a mut AttrsExt> {
        // SAFETY: the instance owns its extension; callers hold the token.
        unsafe { (*self.attrs).ext.get().as_mut() }
    }

    pub(crate) unsafe fn ext_or_new<'a>(self) -> &'a mut AttrsExt {
        // SAFETY: as `ext`.
        unsafe {
            if (*self.attrs).ext.get().is_null() {
                (*self.attrs).ext.set(Box::into_raw(Box::default()));
            }
            &mut *(*self.attrs).ext.get()
        }
    }

    /// The value in slot `i`.
    pub(crate) unsafe fn value<'a>(self, i: usize) -> Option<&'a Value> {
        // SAFETY: inline slots lie behind the block, the others in the extension.
        unsafe {
            if i < self.inline_len {
                (*self.inline.add(i)).as_ref().map(|word| Value::from_word_ref(word))
            } else {
                self.ext()?.overflow.get(i - self.inline_len)
            }
        }
    }

    /// Puts a value in slot `i`, which may be one past the last.
    unsafe fn put(self, i: usize, value: Value) -> Option<Value> {
        // SAFETY: as `value`.
        unsafe {
            if i < self.inline_len {
                let old = self.inline.add(i).replace(Some(value.into_word()));
                return old.map(|word| Value::from_word(word));
            }
            let overflow = &mut self.ext_or_new().overflow;
            match overflow.get_mut(i - self.inline_len) {
                Some(slot) => Some(std::mem::replace(slot, value)),
                None => {
                    overflow.push(value);
                    None
                }
            }
        }
    }

    /// Takes the value out of slot `i`, which is the last.
    unsafe fn take(self, i: usize) -> Option<Value> {
        // SAFETY: as `value`.
        unsafe {
            if i < self.inline_len {
                return (*self.inline.add(i)).take().map(|word| Value::from_word(word));
            }
            let overflow = &mut self.ext()?.overflow;
            if overflow.len() == i - self.inline_len + 1 { overflow.pop() } else { None }
        }
    }
}

fn slots(cx: &Cx, dict: &Obj<Dict>) -> Option<Slots> {
    // SAFETY: the instance detaches the dictionary before it dies.
    dict.get(cx).backing.map(|p| unsafe { Slots::of(p) })
}

fn shape<'a>(cx: &'a Cx, dict: &'a Obj<Dict>) -> Option<(Slots, &'a Shape)> {
    let slots = slots(cx, dict)?;
    // SAFETY: as `slots`.
    Some((slots, unsafe { slots.shape() }?))
}

/// The `__dict__` of an instance whose type has attributes: made at the first call, the same one after that.
/// AttributeError where the type's instances have no attributes.
pub fn instance_dict(cx: &mut Cx, object: &Value) -> R {
    let p = object.as_ptr().filter(|_| object.ty(cx).data().attrs_offset.get() != 0);
    let Some(p) = p else {
        let message = format!("'{}' object has no attribute '__dict__'", object.type_name(cx));
        return Err(cx.raise(&crate::exc::ATTRIBUTE_ERROR, message));
    };
    // SAFETY: a live instance of a type with attributes; the token is held.
    unsafe {
        let slots = Slots::of(p);
        if let Some(dict) = slots.ext().and_then(|ext| ext.dict.as_ref()) {
            return Ok(dict.clone());
        }
        let backing = slots.shape().map(|_| p);
        let made = cx.new_object(Dict { backing, ..Dict::default() }).into_value();
        slots.ext_or_new().dict = Some(made.clone());
        Ok(made)
    }
}

/// Sets the `__dict__` of an instance. The old dictionary keeps what it had.
pub fn set_instance_dict(cx: &mut Cx, object: &Value, dict: Value) -> R<()> {
    let old = instance_dict(cx, object)?;
    if let Some(old) = old.as_dict() {
        leave_instance(cx, old)?;
    }
    let Some(p) = object.as_ptr() else { return Ok(()) };
    // SAFETY: a live instance of a type with attributes, as `instance_dict` found; the token is held.
    let before = unsafe { Slots::of(p).ext_or_new().dict.replace(dict) };
    drop(before);
    Ok(())
}

/// Whether the instance has handed out a dictionary that looks through to its slots. The collector then visits the
/// dictionary in place of the slots, so that each value is visited once.
///
/// # Safety
/// `p` is a live instance whose type has attributes.
pub(crate) unsafe fn is_view(p: NonNull<Header>) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let slots = Slots::of(p);
        slots.shape().is_some() && slots.ext().is_some_and(|ext| ext.dict.is_some())
    }
}

pub(crate) fn len(cx: &Cx, dict: &Obj<Dict>) -> usize {
    shape(cx, dict).map_or(0, |(_, shape)| shape.len())
}

pub(crate) fn find(cx: &Cx, dict: &Obj<Dict>, name: &Obj<Str>) -> Option<usize> {
    shape(cx, dict)?.1.find(name)
}

pub(crate) fn entry<'a>(cx: &'a Cx, dict: &'a Obj<Dict>, i: usize) -> Option<(&'a Value, &'a Value)> {
    let (slots, shape) = shape(cx, dict)?;
    let name = shape.names.get(i)?;
    // SAFETY: slots below the shape's length hold values; the token keeps changes away.
    Some((name, unsafe { slots.value(i) }?))
}

pub(crate) fn replace(cx: &mut Cx, dict: &Obj<Dict>, i: usize, value: Value) -> Option<Value> {
    let (slots, shape) = shape(cx, dict)?;
    if i >= shape.len() {
        return Some(value);
    }
    // SAFETY: the token is borrowed exclusively.
    unsafe { slots.put(i, value) }
}

/// Adds an attribute. Gives key and value back where the shapes have no place for it.
pub(crate) fn push(cx: &mut Cx, dict: &Obj<Dict>, key: Value, value: Value) -> Result<(), (Value, Value)> {
    if key.cast_exact::<Str>().is_none() {
        return Err((key, value));
    }
    let key = cx.intern_value(key);
    let Some(slots) = slots(cx, dict) else { return Err((key, value)) };
    // SAFETY: the token is borrowed exclusively, so nothing else looks at the shapes of the class.
    unsafe {
        let shape = (*slots.attrs).shape.get().cast_mut();
        let Some(shape) = shape.as_mut() else { return Err((key, value)) };
        let i = shape.len();
        let Some(child) = shape.child(&key) else { return Err((key, value)) };
        (*slots.attrs).shape.set(child);
        drop(slots.put(i, value));
    }
    Ok(())
}

/// Removes the attribute in slot `i` if it is the last one.
pub(crate) fn remove_last(cx: &mut Cx, dict: &Obj<Dict>, i: usize) -> Option<(Value, Value)> {
    let (slots, shape) = shape(cx, dict)?;
    if i + 1 != shape.len() {
        return None;
    }
    let parent: *const Shape = shape.parent()?;
    let name = shape.names.get(i)?.clone();
    // SAFETY: the token is borrowed exclusively; parents own their children, so the parent lives.
    unsafe {
        let value = slots.take(i)?;
        (*slots.attrs).shape.set(parent);
        Some((name, value))
    }
}

/// Moves the attributes of an instance from its slots to its dictionary.
pub(crate) fn materialize(cx: &mut Cx, object: &Value) -> R<()> {
    let dict = instance_dict(cx, object)?;
    match dict.as_dict() {
        Some(dict) => leave_instance(cx, dict),
        None => Ok(()),
    }
}

/// Makes the dictionary an ordinary one and the instance one that keeps its attributes in it.
pub(crate) fn leave_instance(cx: &mut Cx, dict: &Obj<Dict>) -> R<()> {
    if dict.get(cx).backing.is_none() {
        return Ok(());
    }
    let Some((slots, shape)) = shape(cx, dict) else {
        dict.get_mut(cx).backing = None;
        return Ok(());
    };
    // SAFETY: the token is held; the instance is live.
    let table = unsafe { take_table(slots, shape) };
    let Some(table) = table else { return Err(cx.memory_error()) };
    let d = dict.get_mut(cx);
    d.table = table;
    d.backing = None;
    d.version = 0;
    Ok(())
}

/// Moves the values to a new table and makes the shape null; `None` and nothing done where memory is out.
unsafe fn take_table(slots: Slots, shape: &Shape) -> Option<Table> {
    // SAFETY: the caller's promise.
    unsafe {
        let mut table = Table::with_capacity(shape.len()).ok()?;
        for (i, name) in shape.names.iter().enumerate() {
            if let Some(value) = slots.value(i) {
                let hash = name.as_str().map_or(0, |s| s.hash_value());
                table.push(name.clone(), hash, value.clone()).ok()?;
            }
        }
        let mut old = Vec::new();
        for i in (0..shape.len()).rev() {
            old.extend(slots.take(i));
        }
        (*slots.attrs).shape.set(std::ptr::null());
        // Every value is in the table too, so nothing ends here.
        drop(old);
        Some(table)
    }
}

/// Visits the values of an instance in shape mode.
///
/// # Safety
/// `p` is a live instance whose type has attributes; nothing changes it meanwhile.
pub(crate) unsafe fn trace_slots(p: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: the caller's promise.
    unsafe {
        let slots = Slots::of(p);
        if let Some(shape) = slots.shape() {
            for i in 0..shape.len() {
                if let Some(value) = slots.value(i) {
                    visit(value);
                }
            }
        }
    }
}

/// Ends the tie between a dying (or cleared) instance and its dictionary: the values move to the dictionary where
/// others still hold it; otherwise they stay in the slots for the caller to release. Gives the dictionary, to be released.
///
/// # Safety
/// `p` is an instance whose type has attributes; no reference into it or its dictionary is in use.
pub(crate) unsafe fn detach(p: NonNull<Header>) -> Option<Value> {
    // SAFETY: the caller's promise.
    unsafe {
        let slots = Slots::of(p);
        let dict = slots.ext()?.dict.take()?;
        if let (Some(shape), Some(object)) = (slots.shape(), dict.as_dict()) {
            let payload = &mut *object.payload_ptr();
            if payload.backing == Some(p) {
                if object.header().count() > 1
                    && let Some(table) = take_table(slots, shape)
                {
                    payload.table = table;
                }
                payload.backing = None;
                payload.version = 0;
            }
        }
        Some(dict)
    }
}
