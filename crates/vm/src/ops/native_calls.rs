//! Calls of native functions and methods, with short ways for the few that programs call most.
//!
//! A short way is taken where the declaration is the known one and the operands are exactly of the types that it serves;
//! everything else goes through the native's own function.

use taipan_object::descr::{MethodDescriptor, NativeFunction};
use taipan_object::native::Binding;
use taipan_object::{Args, Cx, Dict, NativeDef, Obj, R, Str, Tuple, Value, dict};
use taipan_types::list::{LIST, List, methods};

use super::calls::{CACHES, call_native, finish};
use super::{Regs, Step, attempt, bool_slot, none_slot};
use crate::builtins::attributes;
use crate::slot::{self, Slot};

/// Most values that are passed without an allocation.
const FEW: usize = 8;

/// Runs `f` over the values of `first` and the slots.
#[inline(always)]
unsafe fn with_values(
    cx: &mut Cx,
    first: Option<&Value>,
    args: *const Slot,
    total: usize,
    f: impl FnOnce(&mut Cx, &[Value]) -> R,
) -> R {
    let mut few = [const { std::mem::MaybeUninit::<Slot>::uninit() }; FEW + 1];
    let offset = usize::from(first.is_some());
    // SAFETY: live slots; unmarked words are values that are lent; as many of `few` are written as are read.
    unsafe {
        if total > FEW {
            let mut many: Vec<Slot> = first.iter().map(|v| v.word().bits()).collect();
            many.extend((0..total).map(|i| slot::unmarked(*args.add(i))));
            return f(cx, std::slice::from_raw_parts(many.as_ptr().cast::<Value>(), many.len()));
        }
        if let Some(first) = first {
            few[0].write(first.word().bits());
        }
        for i in 0..total {
            few[i + offset].write(slot::unmarked(*args.add(i)));
        }
        f(cx, std::slice::from_raw_parts(few.as_ptr().cast::<Value>(), total + offset))
    }
}

/// Replaces a call's operands by an immediate or immortal result.
#[inline(always)]
unsafe fn put(cx: &mut Cx, mut r: Regs, base: *mut Slot, result: Slot) -> Step {
    // SAFETY: the operands from `base` on are the topmost.
    unsafe {
        let mut ended = false;
        while r.sp > base {
            let s = r.pop();
            ended |= slot::release(s);
        }
        r.push(result);
        if ended {
            r.after_end(cx);
        }
    }
    r.skip(CACHES);
    Step::Next(r)
}

/// The operands of a call with `n` arguments: where they begin, the arguments (the receiver first, if there is one) and their
/// number.
#[inline(always)]
unsafe fn operands(r: Regs, n: u32) -> (*mut Slot, *mut Slot, usize) {
    // SAFETY: the caller's operands lie on the stack.
    unsafe {
        let base = r.sp.sub(n as usize + 2);
        let has_self = usize::from(*base.add(1) != slot::NULL);
        (base, base.add(2 - has_self), n as usize + has_self)
    }
}

/// Calls a method descriptor.
///
/// # Safety
/// The operands lie on the stack, a method descriptor lowest.
pub unsafe fn method(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: by the caller's promise.
    unsafe {
        let (base, args, total) = operands(r, n);
        let callable = *base;
        let method = slot::obj::<MethodDescriptor>(callable);
        let def = method.def;
        if total == 0 || def.binding != Binding::Instance {
            let value = attempt!(r, call_native(cx, &slot::lend(callable), args, total, None));
            return finish(cx, r, base, value, CACHES);
        }
        if total == 2 && std::ptr::eq(def, &methods::append__def) && slot::is_exact(*args, &LIST) {
            let items = &mut slot::obj::<List>(*args).get_mut(cx).items;
            if items.len() < items.capacity() {
                let item = slot::own(r.pop());
                items.push(item);
                return put(cx, r, base, none_slot());
            }
        }
        let receiver = slot::lend(*args);
        let fits = method.owner.as_type().is_some_and(|owner| receiver.ty_unguarded().is(owner));
        let result = if fits {
            with_values(cx, None, args, total, |cx, values| (def.call)(cx, Args::positional(values)))
        } else {
            call_native(cx, &slot::lend(callable), args, total, None)
        };
        let value = attempt!(r, result);
        finish(cx, r, base, value, CACHES)
    }
}

/// Calls a native function, or a native method bound to its receiver.
///
/// # Safety
/// The operands lie on the stack, a native function lowest.
pub unsafe fn function(cx: &mut Cx, r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: by the caller's promise.
    unsafe {
        let (base, args, total) = operands(r, n);
        let function = slot::obj::<NativeFunction>(*base);
        let def: &'static NativeDef = function.def;
        if total == 1
            && std::ptr::eq(def, &attributes::len__def)
            && let Some(n) = quick_len(cx, *args)
        {
            return put(cx, r, base, (n as u64) << 1 | 1);
        }
        if total == 2
            && std::ptr::eq(def, &attributes::isinstance__def)
            && let Some(answer) = quick_is_instance(*args, *args.add(1))
        {
            return put(cx, r, base, bool_slot(answer));
        }
        let this = function.this.as_ref();
        let value = attempt!(
            r,
            with_values(cx, this, args, total, |cx, values| (def.call)(cx, Args::positional(values)))
        );
        finish(cx, r, base, value, CACHES)
    }
}

/// Calls a built-in type: what `type.__call__` does, without its detours.
///
/// # Safety
/// The operands lie on the stack from `base` on, `total` arguments at `args`; `*base` is a type that no program made.
pub unsafe fn builtin_type(cx: &mut Cx, r: Regs, base: *mut Slot, args: *const Slot, total: usize) -> Step {
    // SAFETY: by the caller's promise.
    unsafe {
        let callable = slot::lend(*base);
        let class = slot::obj::<taipan_object::Type>(*base);
        if class.is(&taipan_object::ty::TYPE) {
            let value = if total == 1 {
                slot::lend(*args).type_of().into_value()
            } else {
                attempt!(r, call_native(cx, &callable, args, total, None))
            };
            return finish(cx, r, base, value, CACHES);
        }
        let slots = class.slots();
        let plain_init =
            slots.init.map(|f| f as usize) == taipan_object::ty::OBJECT.slots().init.map(|f| f as usize);
        let result = match slots.new {
            Some(new) if plain_init && total > 0 => {
                with_values(cx, None, args, total, |cx, values| new(cx, class, Args::positional(values)))
            }
            _ => call_native(cx, &callable, args, total, None),
        };
        let value = attempt!(r, result);
        finish(cx, r, base, value, CACHES)
    }
}

/// The length of the commonest containers.
#[inline(always)]
unsafe fn quick_len(cx: &Cx, s: Slot) -> Option<usize> {
    // SAFETY: a live slot, whose type is looked at before its payload.
    unsafe {
        if slot::is_exact(s, &LIST) {
            Some(slot::obj::<List>(s).get(cx).items.len())
        } else if slot::is_exact(s, &taipan_object::str::STR) {
            Some(slot::obj::<Str>(s).len())
        } else if slot::is_exact(s, &taipan_object::tuple::TUPLE) {
            Some(slot::obj::<Tuple>(s).len())
        } else if slot::is_exact(s, &dict::DICT) {
            Some(dict::len(cx, slot::obj::<Dict>(s)))
        } else {
            None
        }
    }
}

/// `isinstance` with a class whose metaclass is `type`, where the object's own class decides.
#[inline(always)]
unsafe fn quick_is_instance(object: Slot, class: Slot) -> Option<bool> {
    // SAFETY: live slots.
    unsafe {
        if !slot::is_exact(class, &taipan_object::ty::TYPE) {
            return None;
        }
        let (object, class) = (slot::lend(object), slot::obj::<taipan_object::Type>(class));
        let ty: &Obj<taipan_object::Type> = object.ty_unguarded();
        if ty.is_subtype(class) {
            return Some(true);
        }
        // An object may claim another `__class__`; one of a built-in type cannot.
        (!ty.has(taipan_object::flags::HEAP_TYPE) && is_plain(ty)).then_some(false)
    }
}

fn is_plain(ty: &Obj<taipan_object::Type>) -> bool {
    match (ty.slots().getattr, taipan_object::ty::OBJECT.slots().getattr) {
        (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
        _ => false,
    }
}
