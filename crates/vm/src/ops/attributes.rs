//! Attributes, with their inline caches.
//!
//! `LOAD_ATTR` has 9 cache units: a counter; the type's version; the shape's or another object's address (2 units); an offset or
//! index; another address (2 units). `STORE_ATTR` has 4: counter or offset, version, a shape's address. Addresses in caches are
//! not counted: the version beside them proves that what they name is alive.

use taipan_object::descr::{MEMBER_DESCRIPTOR, Member, MemberDescriptor};
use taipan_object::instance::{self, Attrs, Shape};
use taipan_object::{Cx, Dict, Header, Obj, Str, Type, Value, Word, attr, dict, flags, ops, typeobj};
use taipan_types::module::MODULE;

use super::attr_cache::Key;
use super::{Regs, Step, attempt, away, op};
use crate::calls;
use crate::function::FUNCTION;
use crate::function::descriptors::{PROPERTY, Property};
use crate::slot::{self, NULL, Slot};
use crate::thread::vm;

const CACHES: usize = 9;
const STORE_CACHES: usize = 4;
/// Executions before the first attempt at a cache, and between later ones.
const WARM: u32 = 2;
const AGAIN: u32 = 64;

#[inline(always)]
unsafe fn pair(cache: *const u32, at: usize) -> u64 {
    // SAFETY: within the cache of the instruction.
    unsafe { cache.add(at).cast::<u64>().read_unaligned() }
}

#[inline(always)]
unsafe fn set_pair(cache: *mut u32, at: usize, value: u64) {
    // SAFETY: within the cache of the instruction.
    unsafe { cache.add(at).cast::<u64>().write_unaligned(value) }
}

/// The header of the object in a slot that is a pointer.
#[inline(always)]
unsafe fn header<'a>(s: Slot) -> Option<&'a Header> {
    // SAFETY: a live slot.
    if s & 0b11 == 0 { Some(unsafe { &*((s & !4) as *const Header) }) } else { None }
}

/// The attribute block of an instance whose type states a fixed offset.
///
/// # Safety
/// `h` is a live instance of `ty`, whose offset is positive.
#[inline(always)]
pub unsafe fn block<'a>(h: &'a Header, ty: &Type) -> &'a Attrs {
    // SAFETY: the caller has checked the offset.
    unsafe { &*(h as *const Header).cast::<u8>().offset(ty.attrs_offset() as isize).cast::<Attrs>() }
}

/// Whether the object's attributes are found by `object.__getattribute__`, without `__getattr__`.
fn is_plain(ty: &Obj<Type>) -> bool {
    match (ty.slots().getattr, taipan_object::ty::OBJECT.slots().getattr) {
        (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
        _ => false,
    }
}

#[inline(never)]
pub unsafe fn load_attr(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the owner lies on the stack; the name exists; the cache follows.
    unsafe {
        let name = r.name((arg >> 1) as usize);
        let cache = r.ip.cast_mut();
        *cache = (*cache).wrapping_add(1);
        if *cache == WARM || (*cache).is_multiple_of(AGAIN) {
            specialize(cx, r, name, arg & 1 != 0);
        }
        let owner = r.lend(1);
        if let Some(step) = load_cached(cx, r, name, arg) {
            return step;
        }
        if arg & 1 == 0 {
            let value = attempt!(r, ops::getattr(cx, &owner, name));
            let s = r.pop();
            r.push_value(value);
            r.release(cx, s);
        } else if let Some(method) = attempt!(r, unbound_method(cx, &owner, name)) {
            let s = super::stack::owned_slot(r.pop());
            r.push_value(method);
            r.push(s);
        } else {
            let value = attempt!(r, ops::getattr(cx, &owner, name));
            let s = r.pop();
            r.push_value(value);
            r.push(NULL);
            r.release(cx, s);
        }
    }
    r.skip(CACHES);
    Step::Next(r)
}

/// Serves the load from the thread's cache, which is filled if the attribute is of a kind that it holds.
unsafe fn load_cached(cx: &mut Cx, mut r: Regs, name: &Obj<Str>, arg: u32) -> Option<Step> {
    // SAFETY: the owner lies on the stack; an entry's offset is that of a word of the object.
    unsafe {
        let h = header(r.peek(1))?;
        let key = Key::new(h, name)?;
        let known = vm(cx).attributes.load(key);
        let entry = match known {
            Some(entry) => entry,
            None => {
                let (offset, value) = place_of(cx, h, name)?;
                vm(cx).attributes.keep_load(key, offset, value);
                vm(cx).attributes.load(key)?
            }
        };
        if entry.offset == 0 {
            if arg & 1 == 0 {
                return None;
            }
            let this = super::stack::owned_slot(r.pop());
            r.push(slot::slot(slot::dup(entry.value)));
            r.push(this);
            r.skip(CACHES);
            return Some(Step::Next(r));
        }
        let word = *(h as *const Header).cast::<u8>().add(entry.offset as usize).cast::<Slot>();
        (word != NULL).then(|| put(cx, r, slot::slot(slot::dup(word)), arg))
    }
}

/// Where an object has an attribute: the offset of a slot of its shape or of `__slots__`, or (offset 0) a method of its class.
unsafe fn place_of(cx: &mut Cx, h: &Header, name: &Obj<Str>) -> Option<(u32, Slot)> {
    // SAFETY: a live object; offsets and shapes are those that its type states.
    unsafe {
        let ty = h.ty_unguarded();
        let offset = ty.data().attrs_offset();
        if !is_plain(ty) {
            return None;
        }
        let found = attr::lookup_type(cx, ty, name);
        if let Some(found) = &found {
            if let Some(d) = found.cast_exact::<MemberDescriptor>() {
                let Member::Slot(i) = d.member else { return None };
                return Some((ty.data().members_offset()? + (i * size_of::<Word>()) as u32, NULL));
            }
            if found.ty(cx).slots().descr_set.is_some() {
                return None;
            }
        }
        if offset > 0 {
            let shape = block(h, ty.data()).shape.get().as_ref()?;
            if let Some(i) = shape.find(name) {
                return (i < ty.data().inline_slot_count())
                    .then(|| (offset as u32 + (size_of::<Attrs>() + i * size_of::<Word>()) as u32, NULL));
            }
        }
        let found = found?;
        found.ty(cx).has(flags::METHOD_DESCRIPTOR).then(|| (0, found.word().bits()))
    }
}

/// A function found on the class of an object that does not hide it: to be called with the object in front.
fn unbound_method(cx: &mut Cx, owner: &Value, name: &Obj<Str>) -> taipan_object::R<Option<Value>> {
    let ty = owner.type_of();
    if !is_plain(&ty) {
        return Ok(None);
    }
    let Some(found) = attr::lookup_type(cx, &ty, name) else { return Ok(None) };
    if !found.ty(cx).has(flags::METHOD_DESCRIPTOR) || found.ty(cx).slots().descr_set.is_some() {
        return Ok(None);
    }
    if instance::get_attr(cx, owner, name)?.is_some() {
        return Ok(None);
    }
    Ok(Some(found))
}

/// Looks at the owner and fills the cache if the attribute is of a kind that has a specialised instruction.
unsafe fn specialize(cx: &mut Cx, r: Regs, name: &Obj<Str>, method: bool) {
    // SAFETY: the owner lies on the stack; the cache follows.
    unsafe {
        let cache = r.ip.cast_mut();
        let Some(h) = header(r.peek(1)) else { return };
        let owner = r.lend(1);
        let ty = h.ty_unguarded();
        if ty.is(&MODULE) {
            specialize_module(cx, r, &owner, name);
            return;
        }
        if ty.has(flags::TYPE) {
            specialize_class(cx, r, &owner, ty, name);
            return;
        }
        if !is_plain(ty) {
            return;
        }
        let version = typeobj::version_of(cx, ty);
        let offset = ty.data().attrs_offset();
        if version == 0 || offset < 0 {
            return;
        }
        let found = attr::lookup_type(cx, ty, name);
        let descr = found.as_ref().map(|f| *f.ty(cx).slots());
        if descr.as_ref().is_some_and(|d| d.descr_set.is_some() && d.descr_get.is_some()) {
            if let Some(found) = &found {
                specialize_descriptor(cx, r, ty, version, found, method);
            }
            return;
        }
        let shape: *const Shape = if offset > 0 { block(h, ty.data()).shape.get() } else { std::ptr::null() };
        if offset > 0 && shape.is_null() {
            return;
        }
        *cache.add(1) = version;
        set_pair(cache, 2, shape as u64);
        if let Some(i) = shape.as_ref().and_then(|s| s.find(name)) {
            if i < ty.data().inline_slot_count() {
                *cache.add(4) = (offset as usize + size_of::<Attrs>() + i * size_of::<Word>()) as u32;
                r.rewrite(op::LOAD_ATTR, op::LOAD_ATTR_INSTANCE);
            }
            return;
        }
        let (Some(found), Some(slots)) = (found, descr) else { return };
        set_pair(cache, 5, found.word().bits());
        if method && found.ty(cx).has(flags::METHOD_DESCRIPTOR) {
            let to = if offset == 0 { op::LOAD_ATTR_METHOD } else { op::LOAD_ATTR_METHOD_SHAPED };
            r.rewrite(op::LOAD_ATTR, to);
        } else if slots.descr_get.is_none() {
            r.rewrite(op::LOAD_ATTR, op::LOAD_ATTR_CLASS_VALUE);
        }
    }
}

unsafe fn specialize_descriptor(
    cx: &mut Cx,
    r: Regs,
    ty: &Obj<Type>,
    version: u32,
    found: &Value,
    method: bool,
) {
    // SAFETY: the cache follows.
    unsafe {
        let cache = r.ip.cast_mut();
        if found.is_instance_exact(&MEMBER_DESCRIPTOR)
            && let Some(d) = found.cast_exact::<MemberDescriptor>()
            && let Member::Slot(i) = d.member
            && let Some(offset) = ty.data().members_offset()
        {
            *cache.add(1) = version;
            *cache.add(4) = offset + (i * size_of::<Word>()) as u32;
            r.rewrite(op::LOAD_ATTR, op::LOAD_ATTR_SLOT);
        }
        if !method
            && found.is_instance_exact(&PROPERTY)
            && let Some(p) = found.cast_exact::<Property>()
            && let Some(get) = p.get(cx).get.clone()
            && get.is_instance_exact(&FUNCTION)
        {
            *cache.add(1) = version;
            set_pair(cache, 5, found.word().bits());
            r.rewrite(op::LOAD_ATTR, op::LOAD_ATTR_PROPERTY);
        }
    }
}

/// The dictionary of a module.
#[inline(always)]
unsafe fn module_dict(h: &Header) -> Option<&Obj<Dict>> {
    // SAFETY: a live module, which keeps its namespace.
    unsafe {
        let module = &*(h as *const Header).cast::<Obj<taipan_types::module::Module>>();
        (*module.payload_ptr()).namespace.as_ref()?.as_dict()
    }
}

unsafe fn specialize_module(cx: &mut Cx, r: Regs, owner: &Value, name: &Obj<Str>) {
    // SAFETY: the cache follows; the owner is a module.
    unsafe {
        let cache = r.ip.cast_mut();
        let Some(h) = owner.header() else { return };
        let Some(members) = module_dict(h) else { return };
        let version = dict::keys_version(cx, members);
        if version == 0 {
            return;
        }
        if let Some(i) = dict::index_of_str(cx, members, name) {
            *cache.add(1) = version;
            *cache.add(4) = i as u32;
            r.rewrite(op::LOAD_ATTR, op::LOAD_ATTR_MODULE);
        }
    }
}

unsafe fn specialize_class(cx: &mut Cx, r: Regs, owner: &Value, meta: &Obj<Type>, name: &Obj<Str>) {
    // SAFETY: the cache follows; the owner is a class, `meta` its metaclass.
    unsafe {
        let plain = match (meta.slots().getattr, taipan_object::ty::TYPE.slots().getattr) {
            (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
            _ => false,
        };
        let meta_version = typeobj::version_of(cx, meta);
        if !plain || meta_version == 0 {
            return;
        }
        let cache = r.ip.cast_mut();
        let Some(class) = owner.as_type() else { return };
        if let Some(of_meta) = attr::lookup_type(cx, meta, name)
            && of_meta.ty(cx).slots().descr_set.is_some()
        {
            return;
        }
        let version = typeobj::version_of(cx, class);
        if version == 0 {
            return;
        }
        let Some(found) = attr::lookup_type(cx, class, name) else { return };
        // Functions found through the class are given as they are.
        if found.ty(cx).slots().descr_get.is_some() && !found.is_instance_exact(&FUNCTION) {
            return;
        }
        *cache.add(1) = version;
        *cache.add(4) = meta_version;
        set_pair(cache, 2, owner.word().bits());
        set_pair(cache, 5, found.word().bits());
        r.rewrite(op::LOAD_ATTR, op::LOAD_ATTR_TYPE_VALUE);
    }
}

#[inline(never)]
unsafe fn miss(cx: &mut Cx, r: Regs, arg: u32, from: u16) -> Step {
    r.rewrite(from, op::LOAD_ATTR);
    // SAFETY: as the caller.
    unsafe { load_attr(cx, r, arg) }
}

/// Puts an attribute in the place of its owner.
#[inline(always)]
unsafe fn put(cx: &mut Cx, mut r: Regs, value: Slot, arg: u32) -> Step {
    // SAFETY: the owner lies on the stack.
    unsafe {
        let s = r.pop();
        r.push(value);
        if arg & 1 != 0 {
            r.push(NULL);
        }
        r.skip(CACHES);
        r.release(cx, s);
        Step::Next(r)
    }
}

#[inline(always)]
pub unsafe fn load_attr_instance(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize`: version and shape prove the slot.
    unsafe {
        if let Some(h) = header(r.peek(1)) {
            let ty = h.ty_unguarded().data();
            if ty.version() == *r.ip.add(1) && block(h, ty).shape.get() as u64 == pair(r.ip, 2) {
                let word = *(h as *const Header).cast::<u8>().add(*r.ip.add(4) as usize).cast::<Slot>();
                if word != NULL {
                    return put(cx, r, slot::slot(slot::dup(word)), arg);
                }
            }
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_INSTANCE))
    }
}

#[inline(always)]
pub unsafe fn load_attr_slot(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_descriptor`: the version proves the member's place.
    unsafe {
        if let Some(h) = header(r.peek(1))
            && h.ty_unguarded().data().version() == *r.ip.add(1)
        {
            let word = *(h as *const Header).cast::<u8>().add(*r.ip.add(4) as usize).cast::<Slot>();
            if word != NULL {
                return put(cx, r, slot::slot(slot::dup(word)), arg);
            }
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_SLOT))
    }
}

/// Pushes a method and its receiver.
#[inline(always)]
unsafe fn put_method(mut r: Regs) -> Step {
    // SAFETY: the owner lies on the stack; the cached method is alive as the version proves.
    unsafe {
        let this = r.pop();
        r.push(slot::slot(slot::dup(pair(r.ip, 5))));
        r.push(this);
        r.skip(CACHES);
        Step::Next(r)
    }
}

#[inline(always)]
pub unsafe fn load_attr_method(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize`.
    unsafe {
        let s = r.peek(1);
        let version = match header(s) {
            Some(h) => h.ty_unguarded().data().version(),
            None => 0,
        };
        if version == *r.ip.add(1) && version != 0 {
            return put_method(r);
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_METHOD))
    }
}

#[inline(always)]
pub unsafe fn load_attr_method_shaped(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize`.
    unsafe {
        if let Some(h) = header(r.peek(1)) {
            let ty = h.ty_unguarded().data();
            if ty.version() == *r.ip.add(1) {
                let shape = block(h, ty).shape.get();
                if shape as u64 == pair(r.ip, 2) {
                    return put_method(r);
                }
                // Another shape of the same class: remembered, if it does not hide the method either.
                if let Some(shape) = shape.as_ref()
                    && shape.find(r.name((arg >> 1) as usize)).is_none()
                {
                    set_pair(r.ip.cast_mut(), 2, shape as *const Shape as u64);
                    return put_method(r);
                }
            }
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_METHOD_SHAPED))
    }
}

#[inline(always)]
pub unsafe fn load_attr_class_value(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize`.
    unsafe {
        if let Some(h) = header(r.peek(1)) {
            let ty = h.ty_unguarded().data();
            if ty.version() == *r.ip.add(1)
                && (ty.attrs_offset() == 0 || block(h, ty).shape.get() as u64 == pair(r.ip, 2))
            {
                return put(cx, r, slot::slot(slot::dup(pair(r.ip, 5))), arg);
            }
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_CLASS_VALUE))
    }
}

#[inline(always)]
pub unsafe fn load_attr_type_value(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_class`: the same live class, unchanged.
    unsafe {
        let s = slot::unmarked(r.peek(1));
        if s == pair(r.ip, 2) && {
            let class = slot::obj::<Type>(s);
            class.data().version() == *r.ip.add(1)
                && class.header().ty_unguarded().data().version() == *r.ip.add(4)
        } {
            return put(cx, r, slot::slot(slot::dup(pair(r.ip, 5))), arg);
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_TYPE_VALUE))
    }
}

#[inline(always)]
pub unsafe fn load_attr_module(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_module`.
    unsafe {
        if let Some(h) = header(r.peek(1))
            && h.ty_unguarded().is(&MODULE)
            && let Some(members) = module_dict(h)
            && dict::current_version(cx, members) == *r.ip.add(1)
            && let Some(value) = dict::value_at_index(cx, members, *r.ip.add(4) as usize)
        {
            let value = slot::slot(value.clone());
            return put(cx, r, value, arg);
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_MODULE))
    }
}

pub unsafe fn load_attr_property(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_descriptor`: the property is the class's still.
    unsafe {
        if let Some(h) = header(r.peek(1))
            && h.ty_unguarded().data().version() == *r.ip.add(1)
            && let Some(get) = slot::obj::<Property>(pair(r.ip, 5)).get(cx).get.clone()
            && get.is_instance_exact(&FUNCTION)
        {
            let this = r.peek(1);
            return calls::enter(cx, r, r.sp.sub(1), slot::slot(get), &this, 1, None, CACHES as u32);
        }
        away(cx, r, arg, |cx, r, arg| miss(cx, r, arg, op::LOAD_ATTR_PROPERTY))
    }
}

// ---- storing

#[inline(never)]
pub unsafe fn store_attr(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: value and above it the owner lie on the stack.
    unsafe {
        let name = r.name(arg as usize);
        let cache = r.ip.cast_mut();
        *cache = (*cache).wrapping_add(1);
        let attempt_cache = *cache == WARM || (*cache).is_multiple_of(AGAIN);
        let (value, owner) = (r.lend(2), r.lend(1));
        let key = header(r.peek(1)).and_then(|h| Key::new(h, name));
        if !attempt_cache
            && let Some(key) = key
            && let Some(entry) = vm(cx).attributes.store(key)
            && let Some(h) = header(r.peek(1))
        {
            if entry.value != NULL {
                block(h, h.ty_unguarded().data()).shape.set(entry.value as *const Shape);
            }
            return replace(cx, r, h, entry.offset as usize);
        }
        let before = header(r.peek(1)).map(|h| shape_of(h));
        attempt!(r, ops::setattr(cx, &owner, name, &value));
        if let Some(before) = before {
            specialize_store(cx, r, name, before, key, attempt_cache);
        }
        r.drop_top(cx, 2);
        r.after_end(cx);
    }
    r.skip(STORE_CACHES);
    Step::Next(r)
}

/// The shape of an object, null without one.
unsafe fn shape_of(h: &Header) -> *const Shape {
    let ty = h.ty_unguarded().data();
    // SAFETY: a positive offset is that of the block.
    if ty.attrs_offset() > 0 { unsafe { block(h, ty).shape.get() } } else { std::ptr::null() }
}

unsafe fn specialize_store(
    cx: &mut Cx,
    r: Regs,
    name: &Obj<Str>,
    before: *const Shape,
    key: Option<Key>,
    rewrite: bool,
) {
    // SAFETY: the owner lies on the stack; the cache follows.
    unsafe {
        let cache = r.ip.cast_mut();
        let Some(h) = header(r.peek(1)) else { return };
        let ty = h.ty_unguarded();
        let plain = match (ty.slots().setattr, taipan_object::ty::OBJECT.slots().setattr) {
            (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
            _ => false,
        };
        let version = typeobj::version_of(cx, ty);
        if !plain || version == 0 {
            return;
        }
        let keep = |cx: &mut Cx, offset: u32, shape: *const Shape, to: u16| {
            if let Some(key) = key {
                vm(cx).attributes.keep_store(key, offset, shape as u64);
            }
            if rewrite {
                *cache = offset;
                *cache.add(1) = version;
                r.rewrite(op::STORE_ATTR, to);
            }
        };
        if let Some(found) = attr::lookup_type(cx, ty, name)
            && found.ty(cx).slots().descr_set.is_some()
        {
            if let Some(d) = found.cast_exact::<MemberDescriptor>()
                && let Member::Slot(i) = d.member
                && let Some(offset) = ty.data().members_offset()
            {
                keep(cx, offset + (i * size_of::<Word>()) as u32, std::ptr::null(), op::STORE_ATTR_SLOT);
            }
            return;
        }
        let after = shape_of(h);
        let Some(shape) = after.as_ref() else { return };
        let Some(i) = shape.find(name) else { return };
        if before.is_null() || i >= ty.data().inline_slot_count() {
            return;
        }
        let added = before != after;
        if added && shape.parent().is_none_or(|p| !std::ptr::eq(p, before)) {
            return;
        }
        if rewrite {
            set_pair(cache, 2, after as u64);
        }
        let offset = ty.data().attrs_offset() as usize + size_of::<Attrs>() + i * size_of::<Word>();
        let (next, to) =
            if added { (after, op::STORE_ATTR_ADD) } else { (std::ptr::null(), op::STORE_ATTR_INSTANCE) };
        keep(cx, offset as u32, next, to);
    }
}

#[inline(never)]
unsafe fn store_miss(cx: &mut Cx, r: Regs, arg: u32, from: u16) -> Step {
    r.rewrite(from, op::STORE_ATTR);
    // SAFETY: as the caller.
    unsafe {
        *r.ip.cast_mut() = WARM;
        store_attr(cx, r, arg)
    }
}

/// Replaces the word at an offset of the owner and releases both operands' rest.
#[inline(always)]
unsafe fn replace(cx: &mut Cx, mut r: Regs, h: *const Header, offset: usize) -> Step {
    // SAFETY: the cache proved the place; the value moves in.
    unsafe {
        let place = h.cast::<u8>().add(offset).cast::<Slot>().cast_mut();
        let owner = r.pop();
        let value = super::stack::owned_slot(r.pop());
        let old = std::mem::replace(&mut *place, value);
        r.skip(STORE_CACHES);
        r.release(cx, old);
        r.release(cx, owner);
        Step::Next(r)
    }
}

#[inline(always)]
pub unsafe fn store_attr_instance(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_store`.
    unsafe {
        if let Some(h) = header(r.peek(1)) {
            let ty = h.ty_unguarded().data();
            if ty.version() == *r.ip.add(1) && block(h, ty).shape.get() as u64 == pair(r.ip, 2) {
                return replace(cx, r, h, *r.ip as usize);
            }
        }
        away(cx, r, arg, |cx, r, arg| store_miss(cx, r, arg, op::STORE_ATTR_INSTANCE))
    }
}

#[inline(always)]
pub unsafe fn store_attr_add(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_store`: the cached shape is the present one's child by this attribute.
    unsafe {
        if let Some(h) = header(r.peek(1)) {
            let ty = h.ty_unguarded().data();
            if ty.version() == *r.ip.add(1) {
                let attrs = block(h, ty);
                let child = pair(r.ip, 2) as *const Shape;
                let shape = attrs.shape.get();
                if !shape.is_null() && (*child).parent_ptr() == shape {
                    attrs.shape.set(child);
                    return replace(cx, r, h, *r.ip as usize);
                }
            }
        }
        away(cx, r, arg, |cx, r, arg| store_miss(cx, r, arg, op::STORE_ATTR_ADD))
    }
}

#[inline(always)]
pub unsafe fn store_attr_slot(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the cache was filled by `specialize_store`.
    unsafe {
        if let Some(h) = header(r.peek(1))
            && h.ty_unguarded().data().version() == *r.ip.add(1)
        {
            return replace(cx, r, h, *r.ip as usize);
        }
        away(cx, r, arg, |cx, r, arg| store_miss(cx, r, arg, op::STORE_ATTR_SLOT))
    }
}

pub unsafe fn delete_attr(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the owner lies on the stack.
    unsafe {
        let owner = r.lend(1);
        attempt!(r, ops::delattr(cx, &owner, r.name(arg as usize)));
        r.drop_top(cx, 1);
        r.after_end(cx);
    }
    Step::Next(r)
}

/// `super, class, self`: `super().name`; the operand's bit 0 asks for a method pair.
pub unsafe fn load_super_attr(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    use crate::function::super_;
    // SAFETY: the three operands lie on the stack.
    unsafe {
        let name = r.name((arg >> 2) as usize);
        let (callable, class, this) = (r.lend(3), r.lend(2), r.lend(1));
        if !callable.is_obj(&super_::SUPER) || class.as_type().is_none() {
            let args: &[Value] = if arg & 2 != 0 { &[class.clone(), this.clone()] } else { &[] };
            let made = attempt!(r, ops::call(cx, &callable, args));
            let value = attempt!(r, ops::getattr(cx, &made, name));
            drop(made);
            r.drop_top(cx, 3);
            r.push_value(value);
            if arg & 1 != 0 {
                r.push(NULL);
            }
            r.skip(1);
            return Step::Next(r);
        }
        let ty = attempt!(r, super_::check(cx, &class, &this));
        if arg & 1 != 0
            && !this.is_obj(&*ty)
            && let Some(found) = attempt!(r, super_::search(cx, &class, &ty, name))
            && found.ty(cx).has(flags::METHOD_DESCRIPTOR)
            && !name.eq_str("__class__")
        {
            let receiver = super::stack::owned_slot(r.pop());
            r.drop_top(cx, 2);
            r.push_value(found);
            r.push(receiver);
            r.skip(1);
            return Step::Next(r);
        }
        let found = if name.eq_str("__class__") {
            None
        } else {
            attempt!(r, super_::lookup(cx, &class, &this, &ty, name))
        };
        let value = match found {
            Some(value) => value,
            None => {
                let made = attempt!(r, ops::call(cx, &callable, &[class.clone(), this.clone()]));
                attempt!(r, ops::getattr(cx, &made, name))
            }
        };
        r.drop_top(cx, 3);
        r.push_value(value);
        if arg & 1 != 0 {
            r.push(NULL);
        }
        r.skip(1);
    }
    Step::Next(r)
}
