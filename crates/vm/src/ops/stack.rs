//! Locals, constants, stack shuffling, jumps.

use taipan_object::{Cx, Value, exc};

use super::{Regs, Step, attempt, away, false_slot, none_slot, true_slot};
use crate::code::Unit;
use crate::frame::Frame;
use crate::slot::{self, NULL, Slot};

/// A slot for one more reader: owned pointers are counted, borrowed ones copied.
///
/// # Safety
/// The slot is live.
#[inline(always)]
pub unsafe fn copy_slot(s: Slot) -> Slot {
    if s & 0b111 == 0 && s != 0 {
        // SAFETY: an owned pointer.
        slot::slot(unsafe { slot::dup(s) })
    } else {
        s
    }
}

/// A slot that is to outlive the frame's locals: borrowed pointers are counted.
///
/// # Safety
/// The slot is live or NULL.
#[inline(always)]
pub unsafe fn owned_slot(s: Slot) -> Slot {
    if s & 0b111 == taipan_object::value::BORROWED_TAG {
        // SAFETY: a live pointer.
        slot::slot(unsafe { slot::own(s) })
    } else {
        s
    }
}

#[inline(always)]
pub unsafe fn load_fast(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: trusted or verified code: the local is bound.
    unsafe { r.push(copy_slot(*r.local(arg as usize))) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_fast_borrow(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: as `load_fast`, and the local outlives the slot.
    unsafe { r.push(slot::marked(*r.local(arg as usize))) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_fast_borrow_pair(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: as `load_fast_borrow`.
    unsafe {
        r.push(slot::marked(*r.local((arg >> 4) as usize)));
        r.push(slot::marked(*r.local((arg & 15) as usize)));
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_fast_pair(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: as `load_fast`.
    unsafe {
        r.push(copy_slot(*r.local((arg >> 4) as usize)));
        r.push(copy_slot(*r.local((arg & 15) as usize)));
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_fast_check(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the index is of a local.
    unsafe {
        let s = *r.local(arg as usize);
        if s == NULL {
            return away(cx, r, arg, unbound_local);
        }
        r.push(copy_slot(s));
    }
    Step::Next(r)
}

#[cold]
pub fn unbound_local(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    let name = r.code().local_name(arg as usize);
    let value = cx.intern(&name).into_value();
    let message = format!("cannot access local variable '{name}' where it is not associated with a value");
    Step::Raise(r, exc::raise_name(cx, &exc::UNBOUND_LOCAL_ERROR, message, &value))
}

#[inline(always)]
pub unsafe fn load_fast_and_clear(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the slot moves.
    unsafe {
        let local = r.local(arg as usize);
        r.push(*local);
        *local = NULL;
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn store_fast(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the slot moves; the old one is released after it was replaced.
    unsafe {
        let s = owned_slot(r.pop());
        let old = std::mem::replace(&mut *r.local(arg as usize), s);
        r.release(cx, old);
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn store_fast_load_fast(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: as `store_fast` and `load_fast`.
    unsafe {
        let s = owned_slot(r.pop());
        let old = std::mem::replace(&mut *r.local((arg >> 4) as usize), s);
        r.release(cx, old);
        r.push(copy_slot(*r.local((arg & 15) as usize)));
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn store_fast_store_fast(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: as `store_fast`.
    unsafe {
        let s = owned_slot(r.pop());
        let old = std::mem::replace(&mut *r.local((arg >> 4) as usize), s);
        r.release(cx, old);
        let s = owned_slot(r.pop());
        let old = std::mem::replace(&mut *r.local((arg & 15) as usize), s);
        r.release(cx, old);
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn delete_fast(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: as `store_fast`.
    unsafe {
        let old = std::mem::replace(&mut *r.local(arg as usize), NULL);
        if old == NULL {
            return away(cx, r, arg, unbound_local);
        }
        r.release(cx, old);
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_const(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the code is prepared and has that constant.
    unsafe { r.push(*r.code().const_slots.get().add(arg as usize)) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_small_int(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: room on the stack.
    unsafe { r.push(u64::from(arg) << 1 | 1) };
    Step::Next(r)
}

pub unsafe fn load_common_constant(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    let value = match arg {
        0 => exc::ASSERTION_ERROR.to_value(),
        1 => exc::NOT_IMPLEMENTED_ERROR.to_value(),
        2 => taipan_object::tuple::TUPLE.to_value(),
        3 => attempt!(r, crate::builtin_named(cx, "all")),
        4 => attempt!(r, crate::builtin_named(cx, "any")),
        _ => return super::stack::bad(cx, r, arg),
    };
    // SAFETY: room on the stack.
    unsafe { r.push_value(value) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn push_null(_cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: room on the stack.
    unsafe { r.push(NULL) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn pop_top(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the stack is not empty.
    unsafe { r.drop_top(cx, 1) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn copy(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the stack is that deep.
    unsafe { r.push(copy_slot(r.peek(arg as usize))) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn swap(_cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the stack is that deep.
    unsafe { std::ptr::swap(r.at(1), r.at(arg as usize)) };
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn nop(_cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn jump_forward(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.skip(arg as usize);
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn jump_backward_no_interrupt(_cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.ip = r.ip.wrapping_sub(arg as usize);
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn jump_backward(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    if cx.broken() {
        return away(cx, r, arg, jump_backward_slow);
    }
    r.ip = r.ip.wrapping_add(1).wrapping_sub(arg as usize);
    Step::Next(r)
}

#[cold]
fn jump_backward_slow(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    if let raised @ Step::Raise(..) = serve_breaker(cx, r) {
        return raised;
    }
    r.ip = r.ip.wrapping_add(1).wrapping_sub(arg as usize);
    Step::Next(r)
}

#[cold]
#[inline(never)]
pub fn serve_breaker(cx: &mut Cx, r: Regs) -> Step {
    r.save();
    match cx.handle_breaker() {
        Ok(()) => Step::Next(r),
        Err(raised) => Step::Raise(r, raised),
    }
}

/// `RESUME`: where a frame starts or goes on.
#[inline(always)]
pub unsafe fn resume(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    if cx.broken() {
        return away(cx, r, arg, resume_slow);
    }
    Step::Next(r)
}

#[cold]
#[inline(never)]
fn resume_slow(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    if arg & 3 < 2
        && let raised @ Step::Raise(..) = serve_breaker(cx, r)
    {
        return raised;
    }
    if crate::monitor::watching(cx) && r.code().update_monitoring(cx) {
        // Once more, with what is now in place.
        return Step::Next(Regs { ip: r.ip.wrapping_sub(1), ..r });
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn pop_jump_if_false(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the stack is not empty.
    unsafe {
        let s = slot::marked(r.pop());
        if s == false_slot() {
            r.skip(arg as usize);
        } else if s != true_slot() {
            return away(cx, r, arg, not_bool);
        }
    }
    r.skip(1);
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn pop_jump_if_true(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the stack is not empty.
    unsafe {
        let s = slot::marked(r.pop());
        if s == true_slot() {
            r.skip(arg as usize);
        } else if s != false_slot() {
            return away(cx, r, arg, not_bool);
        }
    }
    r.skip(1);
    Step::Next(r)
}

#[cold]
fn not_bool(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    r.save();
    Step::Raise(r, cx.system_error("a jump's condition is not a bool"))
}

#[inline(always)]
pub unsafe fn pop_jump_if_none(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.skip(1);
    // SAFETY: the stack is not empty.
    unsafe {
        let s = r.pop();
        if slot::marked(s) == none_slot() {
            r.skip(arg as usize);
        } else {
            r.release(cx, s);
        }
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn pop_jump_if_not_none(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.skip(1);
    // SAFETY: the stack is not empty.
    unsafe {
        let s = r.pop();
        if slot::marked(s) != none_slot() {
            r.skip(arg as usize);
            r.release(cx, s);
        }
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn unary_not(_cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    // SAFETY: the stack is not empty; its top is a bool.
    unsafe {
        let top = r.at(1);
        *top = super::bool_slot(slot::marked(*top) == false_slot());
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn is_op(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: two slots.
    unsafe {
        let (a, b) = (slot::unmarked(r.peek(2)), slot::unmarked(r.peek(1)));
        let result = (a == b) != (arg != 0);
        r.drop_top(cx, 2);
        r.push(super::bool_slot(result));
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn to_bool(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the stack is not empty.
    unsafe {
        let top = r.at(1);
        let s = *top;
        let m = slot::marked(s);
        if s & 1 != 0 {
            *top = super::bool_slot(s != 1);
        } else if m == none_slot() {
            *top = false_slot();
        } else if m != true_slot() && m != false_slot() {
            return away(cx, r, 0, to_bool_slow);
        }
    }
    r.skip(3);
    Step::Next(r)
}

#[inline(never)]
fn to_bool_slow(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the stack is not empty.
    unsafe {
        let value = r.lend(1);
        let truth = if let Some(s) = value.cast_exact::<taipan_object::Str>() {
            !s.is_empty()
        } else {
            attempt!(r, taipan_object::ops::truth(cx, &value))
        };
        r.drop_top(cx, 1);
        r.push(super::bool_slot(truth));
    }
    r.skip(3);
    Step::Next(r)
}

/// The first instruction of code that has not run: makes its instructions and goes on with them.
#[cold]
#[inline(never)]
pub fn prepare(cx: &mut Cx, mut r: Regs) -> Step {
    r.code().prepared(cx);
    r.ip = r.code().entry.get();
    Step::Next(r)
}

/// As [`prepare`], in the form of an instruction body.
pub unsafe fn prepare_first(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    prepare(cx, r)
}

#[cold]
#[inline(never)]
pub fn bad(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    Step::Raise(r, cx.system_error(format!("unknown opcode {arg}")))
}

/// Opcode and operand of an instruction whose operand needs more than 16 bits.
#[cold]
pub fn wide(frame: *mut Frame, arg: u32) -> (u16, u32) {
    // SAFETY: the innermost frame is live.
    match unsafe { Frame::code(frame) }.prepared_parts().and_then(|p| p.wide.get(arg as usize)) {
        Some(&found) => found,
        None => (super::op::BAD, arg),
    }
}

// ---- cells

pub unsafe fn make_cell(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the local moves into the cell.
    unsafe {
        let local = r.local(arg as usize);
        let s = std::mem::replace(&mut *local, NULL);
        let content = if s == NULL { None } else { Some(slot::own(s)) };
        *local = slot::slot(crate::function::cell::new(cx, content));
    }
    Step::Next(r)
}

pub unsafe fn copy_free_vars(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the function of code with free variables has a closure of that length; cells are owned by it.
    unsafe {
        let function = crate::frame::Frame::function(r.frame);
        let first = r.code().nlocalsplus as usize - arg as usize;
        let closure = function.get(cx).closure.as_ref().and_then(Value::cast::<taipan_object::Tuple>);
        if let Some(cells) = closure {
            for (i, cell) in cells.items().iter().enumerate().take(arg as usize) {
                *r.local(first + i) = slot::borrow(cell);
            }
        }
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn load_deref(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the local is a cell.
    unsafe {
        let cell = slot::obj::<crate::function::cell::Cell>(*r.local(arg as usize));
        match &cell.get(cx).content {
            Some(value) => {
                let value = value.clone();
                r.push_value(value);
                Step::Next(r)
            }
            None => away(cx, r, arg, unbound_deref),
        }
    }
}

#[cold]
pub fn unbound_deref(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    use taipan_bytecode::code::kinds;
    let kind = r.code().source.localspluskinds.get(arg as usize).copied().unwrap_or(0);
    if kind & kinds::FREE == 0 {
        return unbound_local(cx, r, arg);
    }
    r.save();
    let name = r.code().local_name(arg as usize);
    let value = cx.intern(&name).into_value();
    let message = format!(
        "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
    );
    Step::Raise(r, exc::raise_name(cx, &exc::NAME_ERROR, message, &value))
}

#[inline(always)]
pub unsafe fn store_deref(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the local is a cell.
    unsafe {
        let value = r.pop_value();
        let cell = slot::obj::<crate::function::cell::Cell>(*r.local(arg as usize));
        let old = cell.get_mut(cx).content.replace(value);
        if let Some(old) = old {
            r.release(cx, slot::slot(old));
        }
    }
    Step::Next(r)
}

pub unsafe fn delete_deref(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the local is a cell.
    unsafe {
        let cell = slot::obj::<crate::function::cell::Cell>(*r.local(arg as usize));
        match cell.get_mut(cx).content.take() {
            Some(old) => r.release(cx, slot::slot(old)),
            None => return unbound_deref(cx, r, arg),
        }
    }
    Step::Next(r)
}

/// The unit behind a position, as opcode and operand.
#[inline(always)]
pub unsafe fn unit_at(ip: *const Unit) -> (u16, u32) {
    // SAFETY: the caller passes a position within the units.
    let unit = unsafe { *ip };
    (unit as u16, unit >> 16)
}
