//! Operators whose method is written in Python: the method's frame is entered in the running loop.
//!
//! The operands stay on the stack below until the method has returned; its frame borrows them. What NotImplemented then leads to
//! is decided by [`returned`]. Only operands are served for which no other method could come first.

use taipan_bytecode::CodeFlags;
use taipan_object::ops::{self, BinaryOp};
use taipan_object::typeobj::python;
use taipan_object::{CompareOp, Cx, Obj, Str, Type, Value, attr, flags, names};

use super::{Regs, Step, attempt, bool_slot};
use crate::calls;
use crate::frame::frame_flags;
use crate::function::{FUNCTION, Function, FunctionExt};
use crate::slot::{self, Slot};

/// Bit of an operator's number: the result of the comparison is wanted as an exact bool.
const AS_BOOL: u32 = 64;
/// Added to the number of a comparison.
const COMPARISON: u32 = 16;
/// Added to the number of an operator that is an in-place one (its message differs).
const IN_PLACE: u32 = 32;

/// Cache units behind `BINARY_OP` and `COMPARE_OP`.
const BINARY_CACHES: u32 = 5;
const COMPARE_CACHES: u32 = 1;

/// The Python method's slot and name of an operator.
fn binary_method(op: BinaryOp) -> Option<(usize, &'static Obj<Str>)> {
    macro_rules! method {
        ($f:ident, $name:ident) => {
            Some((python::$f as *const () as usize, names::$name.get()))
        };
    }
    match op {
        BinaryOp::Add => method!(add, __add__),
        BinaryOp::And => method!(and, __and__),
        BinaryOp::FloorDiv => method!(floordiv, __floordiv__),
        BinaryOp::Mul => method!(mul, __mul__),
        BinaryOp::Rem => method!(rem, __mod__),
        BinaryOp::Or => method!(or, __or__),
        BinaryOp::Sub => method!(sub, __sub__),
        BinaryOp::TrueDiv => method!(truediv, __truediv__),
        BinaryOp::Xor => method!(xor, __xor__),
        _ => None,
    }
}

/// Code whose call makes a generator or its like, rather than run to its end.
const SUSPENDING: CodeFlags =
    CodeFlags(CodeFlags::GENERATOR.0 | CodeFlags::COROUTINE.0 | CodeFlags::ASYNC_GENERATOR.0);

/// The class of an operand, if it is one written in Python over plain `object`.
fn plain_class(value: &Value) -> Option<&Obj<Type>> {
    let header = value.header()?;
    let ty = header.ty_unguarded();
    (ty.has(flags::HEAP_TYPE) && ty.payload_size() == taipan_object::ty::OBJECT.payload_size()).then_some(ty)
}

/// The function of a special method that takes two arguments.
fn method_of(cx: &mut Cx, ty: &Obj<Type>, name: &Obj<Str>) -> Option<Value> {
    let found = attr::lookup_type(cx, ty, name)?;
    if !found.is_instance_exact(&FUNCTION) {
        return None;
    }
    // SAFETY: an exact function.
    let function = unsafe { slot::obj::<Function>(found.word().bits()) };
    let code = function.code();
    (code.simple_args == 2 && code.flags.0 & SUSPENDING.0 == 0).then_some(found)
}

/// Enters the frame of `method(a, b)`, the operands lying on top of the stack.
unsafe fn enter(cx: &mut Cx, r: Regs, method: Value, operator: u32, caches: u32) -> Step {
    // SAFETY: the operands stay on the stack of the running frame, which outlives the new one.
    unsafe {
        let args: [Slot; 2] = [slot::marked(r.peek(2)), slot::marked(r.peek(1))];
        let step = calls::enter(cx, r, r.sp, slot::slot(method), args.as_ptr(), 2, None, caches);
        if let Step::Next(next) = &step {
            (*next.frame).flags |= frame_flags::OPERATOR | operator << frame_flags::OPERATOR_SHIFT;
        }
        step
    }
}

/// `a op b` (or `a op= b`) by the method of `a`'s class, where that is a Python function and nothing comes before it.
///
/// # Safety
/// Two operands lie on the stack; the running instruction is a binary operator's.
pub unsafe fn enter_binary(cx: &mut Cx, r: Regs, op: BinaryOp, inplace: bool) -> Option<Step> {
    // SAFETY: by the caller's promise.
    unsafe {
        let (a, b) = (r.lend(2), r.lend(1));
        let ty = plain_class(&a)?;
        let number = b.word().is_int() || b.word().is_float();
        if !number && !b.header().is_some_and(|h| h.ty_unguarded().is(ty)) {
            return None;
        }
        let (own, name) = binary_method(op)?;
        if op.slot(ty.slots()).map(|f| f as usize) != Some(own)
            || inplace && op.inplace_slot(ty.slots()).is_some()
        {
            return None;
        }
        // `*` and `+` of sequences come after NotImplemented.
        if ty.slots().concat.is_some() || ty.slots().repeat.is_some() {
            return None;
        }
        let ty = a.type_of();
        let method = method_of(cx, &ty, name)?;
        let operator = op as u32 | if inplace { IN_PLACE } else { 0 };
        Some(enter(cx, r, method, operator, BINARY_CACHES))
    }
}

/// A comparison by the method of `a`'s class, where that is a Python function and nothing comes before it.
///
/// # Safety
/// Two operands lie on the stack; the running instruction is a comparison.
pub unsafe fn enter_compare(cx: &mut Cx, r: Regs, op: CompareOp, as_bool: bool) -> Option<Step> {
    // SAFETY: by the caller's promise.
    unsafe {
        let (a, b) = (r.lend(2), r.lend(1));
        let ty = plain_class(&a)?;
        if ty.slots().compare.map(|f| f as usize) != Some(python::compare as *const () as usize) {
            return None;
        }
        if let Some(h) = b.header()
            && !h.ty_unguarded().is(ty)
            && h.ty_unguarded().has(flags::HEAP_TYPE)
        {
            return None;
        }
        let name = match op {
            CompareOp::Lt => names::__lt__.get(),
            CompareOp::Le => names::__le__.get(),
            CompareOp::Eq => names::__eq__.get(),
            CompareOp::Ne => names::__ne__.get(),
            CompareOp::Gt => names::__gt__.get(),
            CompareOp::Ge => names::__ge__.get(),
        };
        let ty = a.type_of();
        let method = method_of(cx, &ty, name)?;
        let operator = op as u32 | COMPARISON | if as_bool { AS_BOOL } else { 0 };
        Some(enter(cx, r, method, operator, COMPARE_CACHES))
    }
}

/// An operator's method has returned `value` (owned): puts the operator's result in the operands' place.
///
/// # Safety
/// The registers are those of the frame that the operator runs in, behind the instruction and its caches.
pub unsafe fn returned(cx: &mut Cx, mut r: Regs, operator: u32, value: Slot) -> Step {
    // SAFETY: two operands lie on the stack; the value is live.
    unsafe {
        // An exception belongs to the instruction itself.
        let at = Regs { ip: (*r.frame).ip, ..r };
        let mut value = slot::own(value);
        if value.is_not_implemented() {
            value = attempt!(at, declined(cx, r, operator));
        }
        let result = if operator & AS_BOOL != 0 && value.as_bool().is_none() {
            let truth = attempt!(at, ops::truth(cx, &value));
            drop(value);
            bool_slot(truth)
        } else {
            slot::slot(value)
        };
        r.drop_top(cx, 2);
        r.push(result);
        r.after_end(cx);
        Step::Next(r)
    }
}

/// What an operator does once its first method has declined.
#[cold]
unsafe fn declined(cx: &mut Cx, r: Regs, operator: u32) -> taipan_object::R {
    // SAFETY: two operands lie on the stack.
    let (a, b) = unsafe { (r.lend(2), r.lend(1)) };
    let number = (operator & 15) as usize;
    if operator & COMPARISON != 0 {
        return ops::compare_declined(cx, &a, &b, CompareOp::ALL[number % 6]);
    }
    Err(ops::unsupported_operands(cx, BinaryOp::ALL[number % 13], operator & IN_PLACE != 0, &a, &b))
}
