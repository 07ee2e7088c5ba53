//! Calls of classes whose `__init__` is written in Python: the instance is made here, and `__init__`'s frame is entered.
//!
//! The cache of a specialised call (`CALL_CLASS`): the class's version, and in the next two units the address of `__init__`, which
//! the version proves to be alive.

use taipan_object::{Args, Cx, Obj, Type, flags, instance};

use super::calls::CACHES;
use super::{Regs, Step, op};
use crate::calls;
use crate::frame::{self, Frame, frame_flags};
use crate::function::{Function, FunctionExt};
use crate::slot::{self, NULL, Slot};
use crate::thread::vm;

/// A class with an `__init__` written in Python: makes the instance and enters `__init__`'s frame; the instance stays on the
/// running frame's stack as the call's result. `None` for other classes.
///
/// # Safety
/// The operands lie on the stack from `base` on, `total` arguments at `args`.
pub unsafe fn enter(
    cx: &mut Cx,
    mut r: Regs,
    class: &Obj<Type>,
    base: *mut Slot,
    args: *mut Slot,
    total: usize,
) -> Option<Step> {
    if !class.has(flags::HEAP_TYPE) {
        return None;
    }
    let init = calls::python_init(cx, class)?;
    let new = class.slots().new?;
    // SAFETY: the arguments move into the frame; the class slot is replaced by the instance; the cache follows.
    unsafe {
        let version = taipan_object::typeobj::version_of(cx, class);
        if version != 0 && *base.add(1) == NULL {
            let code = slot::obj::<Function>(init.word().bits()).code();
            if code.simple_args as usize == total + 1 {
                let cache = r.ip.cast_mut();
                *cache = version;
                cache.add(1).cast::<u64>().write_unaligned(init.word().bits());
                r.rewrite(op::CALL, op::CALL_CLASS);
            }
        }
        let instance = match new(cx, class, Args::EMPTY) {
            Ok(instance) => instance,
            Err(raised) => return Some(Step::Raise(r, raised)),
        };
        let mut slots = Vec::new();
        let mut few = [NULL; 8];
        let moved = if total < few.len() {
            few[0] = slot::borrow(&instance);
            std::ptr::copy_nonoverlapping(args, few.as_mut_ptr().add(1), total);
            few.as_ptr()
        } else {
            slots.push(slot::borrow(&instance));
            slots.extend((0..total).map(|i| *args.add(i)));
            slots.as_ptr()
        };
        let class = std::mem::replace(&mut *base, slot::slot(instance));
        let sp = base.add(1);
        (*r.frame).sp = sp;
        r.sp = sp;
        let made = calls::make_frame(cx, slot::slot(init), moved, total + 1, None);
        slot::release(class);
        match made {
            Ok(frame) => {
                (*frame).flags |= frame_flags::INIT;
                (*frame).return_skip = CACHES as u32;
                Some(Step::Next(Regs { ip: (*frame).ip, sp: (*frame).sp, frame }))
            }
            Err(raised) => Some(Step::Raise(r, raised)),
        }
    }
}

/// `CALL_CLASS`: the class that the cache knows, with the number of arguments that `__init__` takes.
///
/// # Safety
/// The operands lie on the stack; the cache was filled by [`enter`].
pub unsafe fn call_class(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: by the caller's promise: the version proves class and function.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + 2);
        let callable = *base;
        if slot::is_exact(callable, &taipan_object::ty::TYPE) && *base.add(1) == NULL {
            let class = slot::obj::<Type>(callable);
            let init = r.ip.add(1).cast::<u64>().read_unaligned();
            if class.data().version() == *r.ip && !class.has(flags::ABSTRACT) && cx.recursion_remaining > 0 {
                let code = slot::obj::<Function>(init).code();
                if code.simple_args as usize == n + 1 {
                    let func = slot::slot(slot::dup(init));
                    let frame = frame::push(vm(cx), code, func);
                    if !frame.is_null() {
                        return begin(cx, r, base, frame, class, n);
                    }
                    slot::release(func);
                }
            }
        }
        r.rewrite(op::CALL_CLASS, op::CALL);
        super::calls::call(cx, r, arg)
    }
}

/// Makes the instance, moves the arguments and makes the frame the innermost.
#[inline(always)]
unsafe fn begin(
    cx: &mut Cx,
    r: Regs,
    base: *mut Slot,
    frame: *mut Frame,
    class: &Obj<Type>,
    n: usize,
) -> Step {
    // SAFETY: the frame has room for its code's locals; the class's instances have `object`'s payload, as `python_init` said.
    unsafe {
        let instance = instance::alloc_plain(cx, class);
        let locals = Frame::local(frame, 0);
        *locals = slot::borrow(&instance);
        for i in 0..n {
            *locals.add(i + 1) = *base.add(i + 2);
        }
        for i in n + 1..Frame::code(frame).nlocalsplus as usize {
            *locals.add(i) = NULL;
        }
        (*r.frame).ip = r.ip;
        (*r.frame).sp = base.add(1);
        let class = std::mem::replace(&mut *base, slot::slot(instance));
        cx.recursion_remaining -= 1;
        vm(cx).frame = frame;
        (*frame).flags |= frame_flags::INIT;
        (*frame).return_skip = CACHES as u32;
        // The instance holds its class.
        slot::release(class);
        Step::Next(Regs { ip: (*frame).ip, sp: (*frame).sp, frame })
    }
}
