//! Operators. Immediate integers and doubles are served in line, on their tagged words; everything else out of line.

use taipan_object::ops::{self, BinaryOp};
use taipan_object::{Cx, Str, Value, Word};

use super::{Regs, Step, attempt, away};
use crate::slot::{self, Slot, both_ints};

/// Cache units behind `BINARY_OP`.
const CACHES: usize = 5;

/// The doubles of two immediate doubles.
#[inline(always)]
pub fn two_floats(a: Slot, b: Slot) -> Option<(f64, f64)> {
    if a & 3 == 2 && b & 3 == 2 {
        // SAFETY: both are immediate doubles, so not zero.
        unsafe { Some((Word::from_bits(a).float_unchecked(), Word::from_bits(b).float_unchecked())) }
    } else {
        None
    }
}

/// Puts an immediate in the place of both operands, which own nothing.
#[inline(always)]
unsafe fn put(mut r: Regs, s: Slot) -> Step {
    // SAFETY: two operands lie on the stack.
    unsafe {
        r.sp = r.sp.sub(1);
        *r.sp.sub(1) = s;
    }
    r.skip(CACHES);
    Step::Next(r)
}

macro_rules! number_operator {
    ($name:ident, $op:expr, $slow:ident, |$a:ident, $b:ident| $int:expr, |$x:ident, $y:ident| $float:expr) => {
        #[inline(always)]
        pub unsafe fn $name(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
            // SAFETY: two operands lie on the stack.
            unsafe {
                let ($a, $b) = (r.peek(2), r.peek(1));
                if both_ints($a, $b) {
                    let result: Option<u64> = $int;
                    if let Some(bits) = result {
                        return put(r, bits);
                    }
                } else if let Some(($x, $y)) = two_floats($a, $b) {
                    let result: Option<f64> = $float;
                    if let Some(word) = result.and_then(Word::float) {
                        return put(r, word.bits());
                    }
                }
            }
            away(cx, r, 0, |cx, r, _| $slow(cx, r, $op))
        }
    };
}

#[inline(always)]
fn unless_over((value, over): (i64, bool)) -> Option<u64> {
    if over { None } else { Some(value as u64 | 1) }
}

number_operator!(
    add,
    BinaryOp::Add,
    slow,
    |a, b| unless_over((a as i64).overflowing_add(b as i64 - 1)),
    |x, y| Some(x + y)
);
number_operator!(
    sub,
    BinaryOp::Sub,
    slow,
    |a, b| unless_over((a as i64).overflowing_sub(b as i64)),
    |x, y| Some(x - y)
);
number_operator!(
    mul,
    BinaryOp::Mul,
    slow,
    |a, b| unless_over((a as i64 >> 1).overflowing_mul(b as i64 - 1)),
    |x, y| Some(x * y)
);
number_operator!(
    iadd,
    BinaryOp::Add,
    slow_inplace,
    |a, b| unless_over((a as i64).overflowing_add(b as i64 - 1)),
    |x, y| Some(x + y)
);
number_operator!(
    isub,
    BinaryOp::Sub,
    slow_inplace,
    |a, b| unless_over((a as i64).overflowing_sub(b as i64)),
    |x, y| Some(x - y)
);
number_operator!(
    imul,
    BinaryOp::Mul,
    slow_inplace,
    |a, b| unless_over((a as i64 >> 1).overflowing_mul(b as i64 - 1)),
    |x, y| Some(x * y)
);

/// Operators whose in-place form differs for few types only: the operand tells which it is.
macro_rules! either_operator {
    ($name:ident, $op:expr, |$a:ident, $b:ident| $int:expr, |$x:ident, $y:ident| $float:expr) => {
        #[inline(always)]
        pub unsafe fn $name(cx: &mut Cx, r: Regs, arg: u32) -> Step {
            // SAFETY: two operands lie on the stack.
            unsafe {
                let ($a, $b) = (r.peek(2), r.peek(1));
                if both_ints($a, $b) {
                    let result: Option<u64> = $int;
                    if let Some(bits) = result {
                        return put(r, bits);
                    }
                } else if let Some(($x, $y)) = two_floats($a, $b) {
                    let result: Option<f64> = $float;
                    if let Some(word) = result.and_then(Word::float) {
                        return put(r, word.bits());
                    }
                }
            }
            away(cx, r, arg, |cx, r, arg| if arg >= 13 { slow_inplace(cx, r, $op) } else { slow(cx, r, $op) })
        }
    };
}

either_operator!(and, BinaryOp::And, |a, b| Some(a & b), |_x, _y| None);
either_operator!(or, BinaryOp::Or, |a, b| Some(a | b), |_x, _y| None);
either_operator!(xor, BinaryOp::Xor, |a, b| Some((a ^ b) | 1), |_x, _y| None);
either_operator!(lshift, BinaryOp::LShift, |a, b| shift_left(a as i64 >> 1, b as i64 >> 1), |_x, _y| None);
either_operator!(
    rshift,
    BinaryOp::RShift,
    |a, b| {
        let n = b as i64 >> 1;
        if n >= 0 { Some((((a as i64 >> 1) >> n.min(63)) << 1) as u64 | 1) } else { None }
    },
    |_x, _y| None
);
either_operator!(floordiv, BinaryOp::FloorDiv, |a, b| floor_div(a as i64 >> 1, b as i64 >> 1), |_x, _y| None);
either_operator!(rem, BinaryOp::Rem, |a, b| modulo(a as i64 >> 1, b as i64 >> 1), |x, y| {
    let m = x % y;
    if m == 0.0 { None } else { Some(if (m < 0.0) != (y < 0.0) { m + y } else { m }) }
});
either_operator!(truediv, BinaryOp::TrueDiv, |a, b| quotient(a as i64 >> 1, b as i64 >> 1), |x, y| Some(
    x / y
));

#[inline(always)]
fn tagged(i: i64) -> Option<u64> {
    Word::int(i).map(Word::bits)
}

#[inline(always)]
fn shift_left(a: i64, n: i64) -> Option<u64> {
    if !(0..62).contains(&n) {
        return None;
    }
    let shifted = a << n;
    if shifted >> n == a { tagged(shifted) } else { None }
}

#[inline(always)]
fn floor_div(a: i64, b: i64) -> Option<u64> {
    if b == 0 {
        return None;
    }
    let q = a / b;
    tagged(if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q })
}

#[inline(always)]
fn modulo(a: i64, b: i64) -> Option<u64> {
    if b == 0 {
        return None;
    }
    let m = a % b;
    tagged(if m != 0 && (m < 0) != (b < 0) { m + b } else { m })
}

#[inline(always)]
fn quotient(a: i64, b: i64) -> Option<u64> {
    const EXACT: u64 = 1 << 53;
    if b == 0 || a.unsigned_abs() > EXACT || b.unsigned_abs() > EXACT {
        return None;
    }
    Word::float(a as f64 / b as f64).map(Word::bits)
}

/// A double of an exact `float`, or of an immediate integer that a double holds exactly.
fn double_of(value: &Value) -> Option<f64> {
    match value.word().as_int() {
        Some(i) if i.unsigned_abs() <= 1 << 53 => Some(i as f64),
        Some(_) => None,
        None if value.is_instance_exact(&taipan_object::float::FLOAT) => value.as_float(),
        None => None,
    }
}

/// Doubles outside the immediate range, and mixed operands: at least one is a `float`.
fn doubles(a: &Value, b: &Value, op: BinaryOp) -> Option<f64> {
    if a.word().is_int() && b.word().is_int() {
        return None;
    }
    let (x, y) = (double_of(a)?, double_of(b)?);
    match op {
        BinaryOp::Add => Some(x + y),
        BinaryOp::Sub => Some(x - y),
        BinaryOp::Mul => Some(x * y),
        BinaryOp::TrueDiv if y != 0.0 => Some(x / y),
        _ => None,
    }
}

fn finish(cx: &mut Cx, mut r: Regs, value: Value) -> Step {
    // SAFETY: two operands lie on the stack and make room for the result.
    unsafe {
        r.drop_top(cx, 2);
        r.push_value(value);
    }
    r.skip(CACHES);
    Step::Next(r)
}

#[inline(never)]
fn slow(cx: &mut Cx, r: Regs, op: BinaryOp) -> Step {
    r.save();
    // SAFETY: two operands lie on the stack.
    let (a, b) = unsafe { (r.lend(2), r.lend(1)) };
    if let Some(f) = doubles(&a, &b, op) {
        let value = cx.float(f);
        return finish(cx, r, value);
    }
    if op == BinaryOp::Add
        && let (Some(x), Some(y)) = (a.cast_exact::<Str>(), b.cast_exact::<Str>())
    {
        let value = super::strings::concat(cx, &[x, y]);
        return finish(cx, r, value);
    }
    // SAFETY: two operands lie on the stack of a binary operator.
    if let Some(step) = unsafe { super::operators::enter_binary(cx, r, op, false) } {
        return step;
    }
    let value = attempt!(r, ops::binary(cx, op, &a, &b));
    finish(cx, r, value)
}

#[inline(never)]
fn slow_inplace(cx: &mut Cx, r: Regs, op: BinaryOp) -> Step {
    r.save();
    // SAFETY: two operands lie on the stack.
    let (a, b) = unsafe { (r.lend(2), r.lend(1)) };
    if let Some(f) = doubles(&a, &b, op) {
        let value = cx.float(f);
        return finish(cx, r, value);
    }
    if op == BinaryOp::Add && a.cast_exact::<Str>().is_some() {
        // SAFETY: as above.
        return unsafe { append_to_local(cx, r) }.unwrap_or_else(|| slow(cx, r, op));
    }
    // SAFETY: as above.
    if let Some(step) = unsafe { super::operators::enter_binary(cx, r, op, true) } {
        return step;
    }
    let value = attempt!(r, ops::inplace(cx, op, &a, &b));
    finish(cx, r, value)
}

/// `text += more`, where the result goes back to the local that the text was borrowed from: the local gives it up, so that
/// a text that nobody else has can grow where it lies.
///
/// # Safety
/// Two operands lie on the stack, a `str` below.
unsafe fn append_to_local(cx: &mut Cx, mut r: Regs) -> Option<Step> {
    // SAFETY: the unit behind the caches is the next instruction; its operand is a local of the frame.
    unsafe {
        let next = *r.ip.wrapping_add(CACHES);
        if next as u16 != taipan_bytecode::Opcode::STORE_FAST as u16 {
            return None;
        }
        let local = r.local((next >> 16) as usize);
        let (a, b) = (r.peek(2), r.peek(1));
        if *local == slot::NULL
            || a == slot::unmarked(a)
            || slot::unmarked(a) != *local
            || slot::unmarked(b) == *local
        {
            return None;
        }
        let more = r.lend(1);
        let more = more.cast_exact::<Str>()?;
        // Nothing but the stack's borrow, which is overwritten below, refers to the text through the local.
        let mut text = slot::own(std::mem::replace(&mut *local, slot::NULL));
        if cx.str_append(&mut text, more).is_none() {
            *local = slot::slot(text);
            return None;
        }
        r.drop_top(cx, 1);
        *r.at(1) = slot::slot(text);
    }
    r.skip(CACHES);
    Some(Step::Next(r))
}

/// `BINARY_OP` of the remaining operators.
pub unsafe fn binary_op(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    match BinaryOp::ALL.get(if arg >= 13 { arg as usize - 13 } else { arg as usize }) {
        Some(&op) if arg >= 13 => slow_inplace(cx, r, op),
        Some(&op) => slow(cx, r, op),
        None => super::stack::bad(cx, r, arg),
    }
}

pub unsafe fn negative(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    unary(cx, r, |cx, v| match v.word().as_int() {
        Some(i) => Ok(cx.int(-i)),
        None => match v.word().as_float() {
            Some(f) => Ok(cx.float(-f)),
            None => ops::neg(cx, v),
        },
    })
}

pub unsafe fn invert(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    unary(cx, r, |cx, v| match v.word().as_int() {
        Some(i) => Ok(cx.int(!i)),
        None => ops::invert(cx, v),
    })
}

/// Replaces the top of the stack by what `f` makes of it.
pub fn unary(cx: &mut Cx, mut r: Regs, f: impl FnOnce(&mut Cx, &Value) -> taipan_object::R) -> Step {
    r.save();
    // SAFETY: the stack is not empty.
    unsafe {
        let value = r.lend(1);
        let result = attempt!(r, f(cx, &value));
        r.drop_top(cx, 1);
        r.push(slot::slot(result));
    }
    Step::Next(r)
}
