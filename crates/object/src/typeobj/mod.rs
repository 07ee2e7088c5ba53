//! How types come to life: versions, readiness of built-in types, slots from and to dunder methods, new classes.

mod class;
mod mro;
pub mod python;
mod ready;
mod slotdefs;
mod wrappers;

pub use class::{
    ClassRequest, assign_class, best_base, check_bases, extends_layout, native_base, new_class, set_bases,
    set_instance_dict,
};
pub use mro::{compute_mro, update_mro};
pub use ready::split_signature;
pub use ready::{process_init, ready};
pub(crate) use ready::{static_intern_table, static_subclasses};
pub use slotdefs::{SLOT_DEFS, SlotDef, SlotId, fix_slots, inherit_slots, slot_defs_named};

use std::sync::atomic::{AtomicU32, Ordering};

use crate::Obj;
use crate::cx::Cx;
use crate::ty::{Type, flags};
use crate::value::Value;

/// Versions below belong to built-in types, process-wide.
pub(crate) const FIRST_HEAP_VERSION: u32 = 1 << 16;

static NEXT_STATIC_VERSION: AtomicU32 = AtomicU32::new(1);

pub(crate) fn next_static_version() -> u32 {
    NEXT_STATIC_VERSION.fetch_add(1, Ordering::Relaxed)
}

/// The type's version, giving it one if it has none; 0 when the numbers are used up (caches then stay unused).
pub fn version_of(cx: &mut Cx, ty: &Obj<Type>) -> u32 {
    let version = ty.data().version.get();
    if version != 0 || !ty.has(flags::READY) {
        return version;
    }
    if ty.has(flags::CUSTOM_MRO) {
        // Its order may hold classes that do not know it as a subclass.
        return 0;
    }
    // A subclass's version implies its bases' : a change of a base must reach it. The farthest first, so that nothing nests.
    for base in ty.mro(cx).to_vec().iter().rev() {
        if let Some(base) = base.as_type()
            && base.data().version.get() == 0
            && !base.is(ty)
            && version_of(cx, base) == 0
        {
            return 0;
        }
    }
    let interp = cx.interp_mut();
    if interp.next_version == u32::MAX {
        return 0;
    }
    let version = interp.next_version;
    interp.next_version += 1;
    ty.data().version.set(version);
    version
}

/// To be called after every change of a class's dictionary or bases: its caches and its subclasses' become invalid.
pub fn modified(cx: &mut Cx, ty: &Obj<Type>) {
    if ty.data().version.get() == 0 || !ty.has(flags::HEAP_TYPE) {
        return;
    }
    ty.data().version.set(0);
    let rest = ty.rest_mut(cx);
    let cached = (rest.cached_getitem.take(), rest.cached_init.take());
    drop(cached);
    for subclass in subclasses(cx, ty) {
        if let Some(subclass) = subclass.as_type() {
            modified(cx, subclass);
        }
    }
}

/// The living direct subclasses, in order of their making.
pub fn subclasses(cx: &mut Cx, ty: &Obj<Type>) -> Vec<Value> {
    let refs = match ty.has(flags::HEAP_TYPE) {
        true => ty.rest(cx).subclasses.clone(),
        false => {
            let key = std::ptr::from_ref(ty) as usize;
            cx.interp().static_subclasses.get(&key).cloned().unwrap_or_default()
        }
    };
    let own = refs.iter().filter_map(|r| crate::weakref::referent(cx, r));
    if ty.has(flags::HEAP_TYPE) {
        return own.collect();
    }
    let own: Vec<Value> = own.collect();
    let mut all = static_subclasses(cx, ty);
    all.extend(own);
    all
}

/// Enters `subclass` among the subclasses of `base`.
pub(crate) fn add_subclass(cx: &mut Cx, base: &Obj<Type>, subclass: &Obj<Type>) {
    let reference = crate::weakref::reference_to(cx, &subclass.to_value());
    let list = match base.has(flags::HEAP_TYPE) {
        true => &mut base.rest_mut(cx).subclasses,
        false => {
            let key = std::ptr::from_ref(base) as usize;
            cx.interp_mut().static_subclasses.entry(key).or_default()
        }
    };
    list.push(reference);
    if list.len().is_power_of_two() && list.len() >= 16 {
        let list = std::mem::take(list);
        let alive: Vec<Value> =
            list.into_iter().filter(|r| crate::weakref::referent(cx, r).is_some()).collect();
        match base.has(flags::HEAP_TYPE) {
            true => base.rest_mut(cx).subclasses = alive,
            false => {
                let key = std::ptr::from_ref(base) as usize;
                cx.interp_mut().static_subclasses.insert(key, alive);
            }
        }
    }
}

/// Removes `subclass` from the subclasses of `base`.
pub(crate) fn remove_subclass(cx: &mut Cx, base: &Obj<Type>, subclass: &Obj<Type>) {
    let key = std::ptr::from_ref(base) as usize;
    let list = match base.has(flags::HEAP_TYPE) {
        true => std::mem::take(&mut base.rest_mut(cx).subclasses),
        false => cx.interp_mut().static_subclasses.remove(&key).unwrap_or_default(),
    };
    let kept: Vec<Value> = list
        .into_iter()
        .filter(|r| crate::weakref::referent(cx, r).is_some_and(|s| !s.is_obj(subclass)))
        .collect();
    match base.has(flags::HEAP_TYPE) {
        true => base.rest_mut(cx).subclasses = kept,
        false => {
            cx.interp_mut().static_subclasses.insert(key, kept);
        }
    }
}
