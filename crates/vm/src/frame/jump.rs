//! Jumps by assigning `f_lineno`: which instruction of a line is gone to, and what happens to the operand stack.
//!
//! Only the frame whose event is being reported can jump. The verifier's stack maps tell what lies on the stack here and
//! there; what is too much is released, and what stays is made to own itself, since the code after the jump may overwrite the
//! locals that it was borrowed from.

use taipan_bytecode::verify::{Role, Slot, stack_maps};
use taipan_bytecode::{CodeObject, linetable};
use taipan_object::{Cx, R, Value, exc, int};

use super::Frame;
use super::object::{FrameObject, FrameObjectExt};
use crate::monitor::event;
use crate::slot::{self, NULL};
use crate::thread::vm;

/// Sets `f_lineno`.
pub fn set_line(cx: &mut Cx, object: &Value, line: &Value) -> R<()> {
    let Some(f) = object.cast::<FrameObject>() else { return Ok(()) };
    if line.as_int().is_none() {
        return Err(cx.value_error("lineno must be an integer"));
    }
    let frame = f.frame(cx);
    let event = match vm(cx).reporting {
        Some((event, at)) if Some(at) == frame => event,
        _ => return Err(cx.value_error("f_lineno can only be set in a trace function")),
    };
    let Some(frame) = frame else { return Ok(()) };
    let refusal = match event {
        event::LINE
        | event::PY_RESUME
        | event::PY_YIELD
        | event::JUMP
        | event::BRANCH_LEFT
        | event::BRANCH_RIGHT => None,
        event::PY_START => Some("can't jump from the 'call' trace event of a new frame"),
        event::CALL | event::C_RETURN => Some("can't jump during a call"),
        _ => Some("can only jump from a 'line' trace event"),
    };
    if let Some(message) = refusal {
        return Err(cx.value_error(message));
    }
    let wanted = match int::index_i64(cx, line).map(i32::try_from) {
        Ok(Ok(wanted)) => wanted,
        Ok(Err(_)) => return Err(cx.value_error("lineno out of range")),
        Err(raised) => {
            drop(cx.take_raised(raised));
            return Err(cx.value_error("lineno out of range"));
        }
    };
    // SAFETY: the frame whose event is reported is live, with its registers saved.
    unsafe {
        let source = std::sync::Arc::clone(&Frame::code(frame).source);
        let here = Frame::code(frame).lasti((*frame).ip).max(0) as u32;
        let found = target(&source, here, wanted);
        let (unit, depth) = match found {
            Ok(found) => found,
            Err(message) => return Err(cx.value_error(message)),
        };
        bind_all(cx, frame)?;
        go(cx, frame, unit, depth);
    }
    if let Some(f) = object.cast::<FrameObject>() {
        f.get_mut(cx).line = None;
    }
    Ok(())
}

/// The unit to go to, and how deep the stack is there.
fn target(source: &CodeObject, here: u32, wanted: i32) -> Result<(u32, usize), String> {
    if wanted < source.firstlineno {
        return Err(format!("line {wanted} comes before the current code block"));
    }
    let mut starts: Vec<(u32, i32)> = linetable::entries(&source.linetable, source.firstlineno)
        .filter_map(|e| Some((e.start, e.location.line()?)))
        .collect();
    starts.dedup_by_key(|&mut (_, line)| line);
    let Some(line) = starts.iter().map(|&(_, line)| line).filter(|&line| line >= wanted).min() else {
        return Err(format!("line {wanted} comes after the current code block"));
    };
    let unreachable = || "can't jump from unreachable code".to_owned();
    let Ok(maps) = stack_maps(source) else { return Err(unreachable()) };
    // Prefixes of an instruction share its map.
    let at_here = (0..4).find_map(|back| maps.at(here.checked_sub(back)?));
    let Some(from) = at_here else { return Err(unreachable()) };
    let mut best: Option<(u32, usize)> = None;
    let mut message = "cannot find bytecode for specified line".to_owned();
    let mut explained = false;
    for &(unit, _) in starts.iter().filter(|&&(_, l)| l == line) {
        match maps.at(unit) {
            Some(to) if compatible(&from.stack, &to.stack) => {
                if best.is_none_or(|(_, depth)| to.stack.len() > depth) {
                    best = Some((unit, to.stack.len()));
                }
            }
            _ if explained => {}
            Some(to) => {
                explained = true;
                message = explain(&to.stack).to_owned();
            }
            None => {
                explained = true;
                message = "can't jump into an exception handler, or code may be unreachable".to_owned();
            }
        }
    }
    best.ok_or(message)
}

/// Whether what lies here can serve as what is to lie there, after the topmost slots were released.
fn compatible(from: &[Slot], to: &[Slot]) -> bool {
    let fits = |(from, to): (&Slot, &Slot)| match to.role() {
        Role::Object if to.is_null() => from.is_null(),
        Role::Object => to.may_be_null() || !from.may_be_null(),
        role => from.role() == role && !from.may_be_null(),
    };
    to.len() <= from.len() && from.iter().zip(to).all(fits)
}

/// Why a stack cannot be had.
fn explain(to: &[Slot]) -> &'static str {
    let mut above = to.iter().rev().map(|s| s.role());
    match (above.next(), above.next()) {
        (Some(Role::Except), _) | (Some(Role::Object), Some(Role::Except)) => {
            "can't jump into an 'except' block as there's no exception"
        }
        (Some(Role::LastInstruction), _) => "can't jump into a re-raising block as there's no location",
        (Some(Role::Iterator), _) => "can't jump into the body of a for loop",
        _ => "incompatible stacks",
    }
}

/// Gives all unbound locals None: the code there may load them without a check.
unsafe fn bind_all(cx: &mut Cx, frame: *mut Frame) -> R<()> {
    // SAFETY: the frame is live.
    unsafe {
        let count = Frame::code(frame).nlocalsplus as usize;
        let unbound = (0..count).filter(|&i| *Frame::local(frame, i) == NULL).count();
        if unbound == 0 {
            return Ok(());
        }
        let s = if unbound == 1 { "" } else { "s" };
        let message = format!("assigning None to {unbound} unbound local{s}");
        (cx.interp().runtime.warn)(cx, &exc::RUNTIME_WARNING, &message, 1)?;
        for i in 0..count {
            let local = Frame::local(frame, i);
            if *local == NULL {
                *local = slot::slot(Value::none());
            }
        }
    }
    Ok(())
}

/// Cuts the stack and moves on.
unsafe fn go(cx: &mut Cx, frame: *mut Frame, unit: u32, depth: usize) {
    // SAFETY: the frame is live and its stack at least that deep.
    unsafe {
        let bottom = Frame::stack(frame);
        let code = Frame::code(frame);
        let source = std::sync::Arc::clone(&code.source);
        let roles: Vec<Role> = stack_maps(&source)
            .ok()
            .and_then(|maps| {
                let here = code.lasti((*frame).ip).max(0) as u32;
                (0..4)
                    .find_map(|back| maps.at(here.checked_sub(back)?))
                    .map(|m| m.stack.iter().map(|s| s.role()).collect())
            })
            .unwrap_or_default();
        while (*frame).sp > bottom.add(depth) {
            (*frame).sp = (*frame).sp.sub(1);
            let s = *(*frame).sp;
            let index = (*frame).sp.offset_from(bottom) as usize;
            if roles.get(index) == Some(&Role::Except) {
                // What was handled before is handled again.
                let before = crate::ops::stack::owned_slot(s);
                let old = crate::unwind::set_handled(cx, before);
                slot::release(old);
            } else {
                slot::release(s);
            }
        }
        let mut at = bottom;
        while at < (*frame).sp {
            *at = crate::ops::stack::owned_slot(*at);
            at = at.add(1);
        }
        crate::unwind::restore_cells(cx, frame, code.cleared_cells());
        (*frame).ip = code.entry.get().add(unit as usize + 1);
    }
}
