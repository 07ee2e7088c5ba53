//! What instrumented instructions and unwinding exceptions report.

use taipan_bytecode::Opcode;
use taipan_object::{Cx, Obj, R, Raised, Tuple, Value, exc};

use super::instrument::Place;
use super::{event, fire, missing, monitor, watching};
use crate::code::Unit;
use crate::frame::Frame;
use crate::function::FUNCTION;
use crate::function::method::{METHOD, Method};
use crate::generator;
use crate::ops::{Regs, Step, attempt, calls, iteration, op};
use crate::slot::{self, NULL};
use crate::thread::vm;

/// What the instruction `TRACE` leads to.
pub enum Before {
    /// The original instruction: opcode and operand.
    Run(u16, u32),
    /// On elsewhere: a callback has jumped, or the code was brought up to date.
    Jump(Regs),
    Raise(Raised),
}

/// `TRACE`: reports what comes before the instruction that stands here, and gives the instruction.
pub fn before(cx: &mut Cx, ip: *const Unit, sp: *mut slot::Slot, frame: *mut Frame) -> Before {
    let r = Regs { ip, sp, frame };
    let code = r.code();
    let index = code.lasti(ip) as usize;
    let version = monitor(cx).version;
    let Some((unit, place, current)) =
        code.instrumented().and_then(|i| i.at(index).map(|(u, p)| (u, p, i.version())))
    else {
        return Before::Run(op::BAD, 0);
    };
    let (mut opcode, arg) = (unit as u16, unit >> 16);
    if vm(cx).tracing == 0 {
        if current != version && code.update_monitoring(cx) {
            return Before::Jump(Regs { ip: ip.wrapping_sub(1), ..r });
        }
        // SAFETY: the frame is live. What jumps by `f_lineno` sets the saved registers.
        unsafe {
            let previous = code.lasti((*frame).ip);
            r.save();
            (*frame).sp = sp;
            if let Err(raised) = report(cx, r, index, previous, place, &mut opcode, arg) {
                return Before::Raise(raised);
            }
            if (*frame).ip != ip {
                return Before::Jump(Regs { ip: (*frame).ip.sub(1), sp: (*frame).sp, frame });
            }
        }
    } else {
        r.save();
    }
    Before::Run(opcode, arg)
}

/// Whether a line begins here, given the instruction executed before.
fn begins_line(r: Regs, place: Place, index: usize, previous: i32) -> bool {
    if previous == index as i32 {
        // A jump by `f_lineno` led here.
        return false;
    }
    if !place.asks_before {
        return true;
    }
    let Some(at) = usize::try_from(previous).ok() else { return true };
    match r.code().instrumented().and_then(|i| i.at(at)) {
        // Behind a YIELD_VALUE comes its RESUME, or an exception thrown into the generator: each begins a line anew.
        Some((unit, before)) => {
            before.line != place.line
                || [Opcode::RESUME as u16, Opcode::YIELD_VALUE as u16].contains(&(unit as u16))
        }
        None => true,
    }
}

/// Byte offset of an instruction, as events give it.
fn offset(cx: &mut Cx, index: usize) -> Value {
    cx.int(index as i64 * 2)
}

unsafe fn report(
    cx: &mut Cx,
    r: Regs,
    index: usize,
    previous: i32,
    place: Place,
    opcode: &mut u16,
    arg: u32,
) -> R<()> {
    // SAFETY: the instruction's operands lie on the stack, and the frame is the innermost.
    unsafe {
        if place.line_tools != 0 && begins_line(r, place, index, previous) {
            let args = [r.code().to_value(), cx.int(i64::from(place.line))];
            fire(cx, r.frame, index, event::LINE, place.line_tools, &args)?;
            if (*r.frame).ip != r.ip {
                return Ok(());
            }
        }
        if place.instruction_tools != 0 {
            let args = [r.code().to_value(), offset(cx, index)];
            fire(cx, r.frame, index, event::INSTRUCTION, place.instruction_tools, &args)?;
        }
        if place.own == 0 {
            return Ok(());
        }
        own_event(cx, r, index, place, opcode, arg)
    }
}

/// The event that the instruction itself stands for, as far as it comes before; calls and iteration get another opcode.
unsafe fn own_event(cx: &mut Cx, r: Regs, index: usize, place: Place, opcode: &mut u16, arg: u32) -> R<()> {
    use super::super::dispatch::numbers::*;
    let Some(event) = place.event else { return Ok(()) };
    let (mut at, mut last) = (index, None);
    // SAFETY: the instruction's operands lie on the stack.
    unsafe {
        match *opcode {
            RESUME => {}
            RETURN_VALUE | YIELD_VALUE => last = Some(slot::dup(r.peek(1))),
            CALL => *opcode = op::CALL_MONITORED,
            CALL_KW => *opcode = op::CALL_KW_MONITORED,
            CALL_FUNCTION_EX => *opcode = op::CALL_EX_MONITORED,
            LOAD_SUPER_ATTR => *opcode = op::LOAD_SUPER_ATTR_MONITORED,
            FOR_ITER => *opcode = op::FOR_ITER_MONITORED,
            JUMP_FORWARD => last = Some(offset(cx, index + 1 + arg as usize)),
            JUMP_BACKWARD => last = Some(offset(cx, (index + 2).saturating_sub(arg as usize))),
            POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | POP_JUMP_IF_NONE | POP_JUMP_IF_NOT_NONE => {
                let top = slot::marked(r.peek(1));
                let jumps = match *opcode {
                    POP_JUMP_IF_FALSE => top == crate::ops::false_slot(),
                    POP_JUMP_IF_TRUE => top == crate::ops::true_slot(),
                    POP_JUMP_IF_NONE => top == crate::ops::none_slot(),
                    _ => top != crate::ops::none_slot(),
                };
                if !jumps {
                    return Ok(());
                }
                last = Some(offset(cx, index + 2 + arg as usize));
            }
            NOT_TAKEN | POP_ITER | END_ASYNC_FOR => {
                // What was executed last is the branch, unless a callback came in between.
                if place.instruction_tools | place.line_tools == 0 {
                    at = place.source as usize;
                }
                last = Some(offset(cx, index + 1));
            }
            END_FOR | END_SEND => {
                let bare = *opcode == END_FOR && slot::marked(r.peek(1)) == crate::ops::none_slot();
                if bare || generator::of(&slot::lend(r.peek(2))).is_none() {
                    return Ok(());
                }
                let value = slot::dup(r.peek(1));
                last = Some(stop_iteration(cx, value));
            }
            _ => return Ok(()),
        }
        if last.is_none() && *opcode != RESUME {
            return Ok(());
        }
        let mut args = vec![r.code().to_value(), offset(cx, at)];
        args.extend(last);
        fire(cx, r.frame, index, event, place.own, &args)
    }
}

/// StopIteration as a generator's end would raise it.
fn stop_iteration(cx: &mut Cx, value: Value) -> Value {
    let args = if value.is_none() { Vec::new() } else { vec![value] };
    exc::new_exception(cx, &exc::STOP_ITERATION, args)
}

// ---- calls and iteration

/// The place of the instruction being executed, and its index.
fn place_of(r: Regs) -> (usize, u8) {
    let index = r.code().lasti(r.ip) as usize;
    let own = r.code().instrumented().and_then(|i| i.at(index)).map_or(0, |(_, p)| p.own);
    (index, own)
}

/// Reports CALL, C_RETURN or C_RAISE.
unsafe fn call_event(cx: &mut Cx, r: Regs, event: u8, callable: &Value, first: &Value) -> R<()> {
    if vm(cx).tracing > 0 {
        return Ok(());
    }
    let (index, tools) = place_of(r);
    let args = [r.code().to_value(), offset(cx, index), callable.clone(), first.clone()];
    // SAFETY: the frame is the innermost.
    unsafe { fire(cx, r.frame, index, event, tools, &args) }
}

/// Reports how a native call ended.
unsafe fn call_ended(cx: &mut Cx, r: Regs, step: Step, callable: &Value, first: &Value) -> Step {
    // SAFETY: the registers are the calling frame's.
    unsafe {
        match step {
            Step::Next(next) => match call_event(cx, r, event::C_RETURN, callable, first) {
                Ok(()) => Step::Next(next),
                Err(raised) => Step::Raise(Regs { ip: r.ip, ..next }, raised),
            },
            Step::Raise(at, raised) => {
                let exception = cx.take_raised(raised);
                match call_event(cx, r, event::C_RAISE, callable, first) {
                    Ok(()) => Step::Raise(at, cx.raise_value(exception)),
                    Err(raised) => Step::Raise(at, raised),
                }
            }
            exit => exit,
        }
    }
}

/// Takes a bound method apart: its function and `self` take its place.
unsafe fn expand_method(cx: &mut Cx, r: Regs, base: *mut slot::Slot) {
    // SAFETY: callable and NULL lie at `base`.
    unsafe {
        let callable = *base;
        if slot::is_exact(callable, &METHOD) && *base.add(1) == NULL {
            let method = slot::obj::<Method>(callable);
            let (function, this) = (method.function.clone(), method.this.clone());
            *base = slot::slot(function);
            *base.add(1) = slot::slot(this);
            r.release(cx, callable);
        }
    }
}

/// `CALL` (`extra` 2) and `CALL_KW` (`extra` 3) where calls are reported.
unsafe fn call_with(cx: &mut Cx, r: Regs, arg: u32, extra: usize) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + extra);
        expand_method(cx, r, base);
        let callable = slot::dup(*base);
        let first = if *base.add(1) != NULL {
            slot::dup(*base.add(1))
        } else if n > 0 {
            slot::dup(*base.add(2))
        } else {
            attempt!(r, missing(cx))
        };
        attempt!(r, call_event(cx, r, event::CALL, &callable, &first));
        let function = callable.is_instance_exact(&FUNCTION);
        let step = match (extra, function) {
            (2, true) => calls::call(cx, r, arg),
            (2, false) => calls::call_native_only(cx, r, arg),
            _ => calls::call_kw(cx, r, arg),
        };
        if function {
            return step;
        }
        call_ended(cx, r, step, &callable, &first)
    }
}

/// What the reports kept alive may have ended with them: finalisers run before the next instruction.
fn settled(cx: &mut Cx, step: Step) -> Step {
    if let Step::Next(r) = &step {
        r.after_end(cx);
    }
    step
}

pub unsafe fn call(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: as `CALL`.
    let step = unsafe { call_with(cx, r, arg, 2) };
    settled(cx, step)
}

pub unsafe fn call_kw(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: as `CALL_KW`.
    let step = unsafe { call_with(cx, r, arg, 3) };
    settled(cx, step)
}

pub unsafe fn call_ex(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: as `CALL_FUNCTION_EX`.
    let step = unsafe { call_ex_with(cx, r, arg) };
    settled(cx, step)
}

unsafe fn call_ex_with(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: as `CALL_FUNCTION_EX`.
    unsafe {
        let callable = slot::dup(r.peek(4));
        let first = slot::lend(r.peek(2)).cast::<Tuple>().and_then(|t| t.items().first().cloned());
        let first = match first {
            Some(first) => first,
            None => attempt!(r, missing(cx)),
        };
        attempt!(r, call_event(cx, r, event::CALL, &callable, &first));
        let step = calls::call_function_ex(cx, r, arg);
        if callable.is_instance_exact(&FUNCTION) || callable.is_instance_exact(&METHOD) {
            return step;
        }
        call_ended(cx, r, step, &callable, &first)
    }
}

pub unsafe fn load_super_attr(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: as `LOAD_SUPER_ATTR`: `super`, the class and `self` lie on the stack.
    unsafe {
        let callable = slot::dup(r.peek(3));
        let first = if arg & 2 != 0 { slot::dup(r.peek(2)) } else { attempt!(r, missing(cx)) };
        attempt!(r, call_event(cx, r, event::CALL, &callable, &first));
        let step = crate::ops::attributes::load_super_attr(cx, r, arg);
        call_ended(cx, r, step, &callable, &first)
    }
}

pub unsafe fn for_iter(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: as `FOR_ITER`.
    unsafe {
        let step = iteration::for_iter_other(cx, r, arg);
        if let Step::Next(next) = step {
            if next.sp == r.sp || vm(cx).tracing > 0 {
                return Step::Next(next);
            }
            let (index, tools) = place_of(r);
            let args = [r.code().to_value(), offset(cx, index), offset(cx, index + 2)];
            return match fire(cx, r.frame, index, event::BRANCH_LEFT, tools, &args) {
                Ok(()) => Step::Next(next),
                Err(raised) => Step::Raise(Regs { ip: r.ip, ..next }, raised),
            };
        }
        step
    }
}

// ---- exceptions

/// Reports an event with an exception at a unit. What a callback raises takes its place.
///
/// # Safety
/// The frame is the innermost; its `ip` is saved.
pub unsafe fn exception_event(
    cx: &mut Cx,
    frame: *mut Frame,
    index: i32,
    event: u8,
    exception: &Value,
) -> R<()> {
    if !watching(cx) {
        return Ok(());
    }
    let tools = monitor(cx).tools(event);
    if tools == 0 {
        return Ok(());
    }
    // SAFETY: the frame is live.
    let code: &Obj<crate::code::Code> = unsafe { Frame::code(frame) };
    let index = index.max(0) as usize;
    let args = [code.to_value(), offset(cx, index), exception.clone()];
    // SAFETY: by the caller's promise.
    unsafe { fire(cx, frame, index, event, tools, &args) }
}

/// A frame is entered by an exception thrown into its generator: its code, which passes no `RESUME`, is brought up to date.
///
/// # Safety
/// As [`exception_event`].
pub unsafe fn thrown(cx: &mut Cx, frame: *mut Frame, exception: &Value) -> R<()> {
    if !watching(cx) {
        return Ok(());
    }
    // SAFETY: the frame is live.
    unsafe {
        Frame::code(frame).update_monitoring(cx);
        let index = Frame::code(frame).lasti((*frame).ip) + 1;
        exception_event(cx, frame, index, event::PY_THROW, exception)
    }
}
