//! Comparisons, alone and fused with the jump behind them; containment.

use taipan_object::str::STR;
use taipan_object::{CompareOp, Cx, Str, ops};

use super::stack::unit_at;
use super::{Regs, Step, attempt, away, bool_slot};
use crate::slot::{self, both_ints};

#[inline(always)]
fn holds<T: PartialOrd>(op: u8, a: T, b: T) -> bool {
    match op {
        0 => a < b,
        1 => a <= b,
        2 => a == b,
        3 => a != b,
        4 => a > b,
        _ => a >= b,
    }
}

/// The result for two immediates of one kind.
#[inline(always)]
fn quick<const OP: u8>(a: u64, b: u64) -> Option<bool> {
    if both_ints(a, b) {
        Some(holds(OP, a as i64, b as i64))
    } else {
        super::arithmetic::two_floats(a, b).map(|(x, y)| holds(OP, x, y))
    }
}

/// Equality of two exact strings.
#[inline(always)]
unsafe fn quick_text<const OP: u8>(a: u64, b: u64) -> Option<bool> {
    // SAFETY: live slots.
    unsafe {
        if OP != 2 && OP != 3 || !slot::is_exact(a, &STR) || !slot::is_exact(b, &STR) {
            return None;
        }
        Some(slot::obj::<Str>(a).same(slot::obj::<Str>(b)) == (OP == 2))
    }
}

/// A comparison; its operand's bit 4 asks for an exact bool.
#[inline(always)]
pub unsafe fn compare<const OP: u8>(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: two operands lie on the stack.
    unsafe {
        if let Some(result) = quick::<OP>(r.peek(2), r.peek(1)) {
            r.sp = r.sp.sub(1);
            *r.at(1) = bool_slot(result);
            r.skip(1);
            return Step::Next(r);
        }
        if let Some(result) = quick_text::<OP>(r.peek(2), r.peek(1)) {
            r.drop_top(cx, 2);
            r.push(bool_slot(result));
            r.skip(1);
            return Step::Next(r);
        }
    }
    away(cx, r, arg, |cx, r, arg| slow(cx, r, OP, arg))
}

/// A comparison, and the conditional jump behind it.
#[inline(always)]
pub unsafe fn compare_jump<const OP: u8, const WHEN: bool>(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: two operands lie on the stack; the jump's unit follows the cache.
    unsafe {
        if let Some(result) = quick::<OP>(r.peek(2), r.peek(1)) {
            r.sp = r.sp.sub(2);
            let (_, distance) = unit_at(r.ip.add(1));
            r.skip(3);
            if result == WHEN {
                r.skip(distance as usize);
            }
            return Step::Next(r);
        }
        if let Some(result) = quick_text::<OP>(r.peek(2), r.peek(1)) {
            r.drop_top(cx, 2);
            let (_, distance) = unit_at(r.ip.add(1));
            r.skip(3);
            if result == WHEN {
                r.skip(distance as usize);
            }
            return Step::Next(r);
        }
    }
    away(cx, r, arg, |cx, r, arg| slow(cx, r, OP, arg))
}

#[inline(never)]
fn slow(cx: &mut Cx, mut r: Regs, op: u8, arg: u32) -> Step {
    r.save();
    let op = CompareOp::ALL[op as usize % 6];
    // SAFETY: two operands lie on the stack and make room for the result.
    unsafe {
        let (a, b) = (r.lend(2), r.lend(1));
        let result = match (a.cast_exact::<Str>(), b.cast_exact::<Str>()) {
            (Some(x), Some(y)) => match op {
                CompareOp::Eq => bool_slot(x.same(y)),
                CompareOp::Ne => bool_slot(!x.same(y)),
                _ => bool_slot(op.holds(x.order(y))),
            },
            _ => {
                if let Some(step) = super::operators::enter_compare(cx, r, op, arg & 16 != 0) {
                    return step;
                }
                let result = attempt!(r, ops::compare(cx, &a, &b, op));
                if arg & 16 != 0 && result.as_bool().is_none() {
                    bool_slot(attempt!(r, ops::truth(cx, &result)))
                } else {
                    slot::slot(result)
                }
            }
        };
        r.drop_top(cx, 2);
        r.push(result);
    }
    r.skip(1);
    Step::Next(r)
}

pub unsafe fn contains(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: two operands lie on the stack and make room for the result.
    unsafe {
        let (item, container) = (r.lend(2), r.lend(1));
        let found = attempt!(r, ops::contains(cx, &container, &item));
        r.drop_top(cx, 2);
        r.push(bool_slot(found != (arg != 0)));
    }
    r.skip(1);
    Step::Next(r)
}
