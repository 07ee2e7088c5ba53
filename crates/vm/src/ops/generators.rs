//! Generators, coroutines, `yield`, `await`, asynchronous iteration.

use taipan_bytecode::CodeFlags;
use taipan_object::ty::Send;
use taipan_object::{Cx, attr, exc, ops};

use super::{Regs, Step, attempt};
use crate::frame::frame_flags;
use crate::generator::{self, State, awaitable};
use crate::slot;
use crate::thread::vm;

/// Makes a generator of the running frame and returns it to the caller.
pub unsafe fn return_generator(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the frame's slots move into the generator's block; the original is taken off without releasing them.
    unsafe {
        let frame = r.frame;
        let value = attempt!(r, generator::from_frame(cx, frame));
        let flags = (*frame).flags;
        let prev = (*frame).prev;
        let skip = (*frame).return_skip as usize;
        cx.recursion_remaining += 1;
        let thread = vm(cx);
        thread.frame = prev;
        if flags & frame_flags::OBJECT != 0 {
            // A tracing function saw the frame: its object goes with the generator.
            if let Some(g) = generator::of(&value) {
                let copy = (*g.payload_ptr()).frame;
                (*copy).object = (*frame).object;
                (*copy).flags |= frame_flags::OBJECT;
                (*(*(*copy).object).payload_ptr()).frame = copy;
            }
        }
        if flags & frame_flags::CHUNK != 0 {
            thread.leave_chunk();
        } else {
            thread.top = frame.cast();
        }
        if flags & frame_flags::ENTRY != 0 {
            return Step::Exit(value);
        }
        let mut r = Regs { ip: (*prev).ip.add(skip), sp: (*prev).sp, frame: prev };
        r.push_value(value);
        Step::Next(r)
    }
}

#[inline(always)]
pub unsafe fn yield_value(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the frame is a generator's; the value lies on the stack.
    unsafe {
        let value = super::stack::owned_slot(r.pop());
        let frame = r.frame;
        (*frame).ip = r.ip;
        (*frame).sp = r.sp;
        let state = if arg & 1 != 0 { State::Delegating } else { State::Suspended };
        let prev = generator::suspend(cx, frame, state);
        if (*frame).flags & frame_flags::ENTRY != 0 {
            return Step::Exit(slot::own(value));
        }
        let mut r = Regs { ip: (*prev).ip.add(1), sp: (*prev).sp, frame: prev };
        r.push(value);
        Step::Next(r)
    }
}

/// `receiver, value`: resumes the receiver with the value.
pub unsafe fn send(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: receiver and value lie on the stack.
    unsafe {
        let receiver = r.peek(2);
        let is_generator = slot::is_exact(receiver, &generator::GENERATOR)
            || slot::is_exact(receiver, &generator::COROUTINE);
        if is_generator {
            let value = super::stack::owned_slot(r.peek(1));
            *r.at(1) = value;
            let cut = Regs { sp: r.sp.sub(1), ..r };
            if let Some(step) = generator::enter(cx, cut, slot::obj(receiver), value, 1, 1 + arg) {
                return step;
            }
        }
        r.save();
        let (receiver, value) = (r.lend(2), r.lend(1));
        let sent = attempt!(r, ops::send(cx, &receiver, &value));
        r.drop_top(cx, 1);
        match sent {
            Send::Yielded(value) => {
                r.push_value(value);
                r.skip(1);
            }
            Send::Returned(value) => {
                if !is_generator && crate::monitor::watching(cx) {
                    attempt!(r, told_stop(cx, r, &value));
                }
                r.push_value(value);
                r.skip(1 + arg as usize);
            }
        }
    }
    Step::Next(r)
}

/// Reports the StopIteration by which an iterator gave its value to `yield from` or `await`.
#[cold]
fn told_stop(cx: &mut Cx, r: Regs, value: &taipan_object::Value) -> taipan_object::R<()> {
    let args = if value.is_none() { Vec::new() } else { vec![value.clone()] };
    let exception = exc::new_exception(cx, &exc::STOP_ITERATION, args);
    let index = r.code().lasti(r.ip);
    // SAFETY: the frame is the innermost; its `ip` is saved.
    unsafe {
        crate::monitor::report::exception_event(cx, r.frame, index, crate::monitor::event::RAISE, &exception)
    }
}

pub unsafe fn get_awaitable(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the awaitable lies on the stack.
    unsafe {
        let value = r.lend(1);
        let iterator = match awaitable::awaitable_iter(cx, &value) {
            Ok(iterator) => iterator,
            Err(raised) => {
                let plain = value.ty(cx).slots().await_.is_none();
                let method = match arg {
                    1 => "__aenter__",
                    2 => "__aexit__",
                    _ => return Step::Raise(r, raised),
                };
                if plain && cx.raised_is(&raised, &exc::TYPE_ERROR) {
                    drop(cx.take_raised(raised));
                    let message = format!(
                        "'async with' received an object from {method} that does not implement __await__: {}",
                        value.type_name(cx)
                    );
                    return Step::Raise(r, cx.type_error(message));
                }
                return Step::Raise(r, raised);
            }
        };
        if let Some(g) = generator::of(&iterator)
            && iterator.is_instance_exact(&generator::COROUTINE)
            && generator::delegate(cx, g).is_some()
        {
            return Step::Raise(r, cx.runtime_error("coroutine is being awaited already"));
        }
        r.drop_top(cx, 1);
        r.push_value(iterator);
    }
    Step::Next(r)
}

pub unsafe fn get_aiter(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the iterable lies on the stack.
    unsafe {
        let value = r.lend(1);
        let Some(f) = value.ty(cx).slots().aiter else {
            let message =
                format!("'async for' requires an object with __aiter__ method, got {}", value.type_name(cx));
            return Step::Raise(r, cx.type_error(message));
        };
        let iterator = attempt!(r, f(cx, &value));
        if iterator.ty(cx).slots().anext.is_none() {
            let message = format!(
                "'async for' received an object from __aiter__ that does not implement __anext__: {}",
                iterator.type_name(cx)
            );
            return Step::Raise(r, cx.type_error(message));
        }
        r.drop_top(cx, 1);
        r.push_value(iterator);
    }
    Step::Next(r)
}

pub unsafe fn get_anext(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the iterator lies on the stack; room for the awaitable.
    unsafe {
        let iterator = r.lend(1);
        let Some(f) = iterator.ty(cx).slots().anext else {
            let message = format!(
                "'async for' requires an iterator with __anext__ method, got {}",
                iterator.type_name(cx)
            );
            return Step::Raise(r, cx.type_error(message));
        };
        let next = attempt!(r, f(cx, &iterator));
        if iterator.is_instance_exact(&generator::ASYNC_GENERATOR) {
            r.push_value(next);
            return Step::Next(r);
        }
        match awaitable::awaitable_iter(cx, &next) {
            Ok(awaitable) => r.push_value(awaitable),
            Err(raised) => {
                let cause = cx.take_raised(raised);
                let message =
                    format!("'async for' received an invalid object from __anext__: {}", next.type_name(cx));
                let raised = cx.type_error(message);
                if let Some(e) = cx.peek_raised(&raised).cloned()
                    && let Some(e) = e.cast::<exc::Exception>()
                {
                    let data = e.get_mut(cx);
                    data.context = Some(cause.clone());
                    data.cause = Some(cause);
                    data.suppress_context = true;
                }
                return Step::Raise(r, raised);
            }
        }
    }
    Step::Next(r)
}

/// `iterator, exception`: ends the loop on StopAsyncIteration, else raises again.
pub unsafe fn end_async_for(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: both operands lie on the stack.
    unsafe {
        let exception = r.lend(1);
        if exception.is_instance(&exc::STOP_ASYNC_ITERATION) {
            r.drop_top(cx, 2);
            return Step::Next(r);
        }
        let exception = r.pop_value();
        vm(cx).reraise = true;
        Step::Raise(r, cx.raise_value(exception))
    }
}

/// `receiver, last sent value, exception` after a throw into a delegate: StopIteration gives its value.
pub unsafe fn cleanup_throw(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the three operands lie on the stack.
    unsafe {
        let exception = r.lend(1);
        if exception.is_instance(&exc::STOP_ITERATION) {
            let value = generator::methods::stop_value(cx, &exception);
            r.drop_top(cx, 3);
            r.push(super::none_slot());
            r.push_value(value);
            return Step::Next(r);
        }
        let exception = r.pop_value();
        vm(cx).reraise = true;
        Step::Raise(r, cx.raise_value(exception))
    }
}

/// `INTRINSIC_STOPITERATION_ERROR`: what an exception leaving a generator becomes (PEP 479).
pub fn stop_iteration_error(cx: &mut Cx, r: Regs, exception: &taipan_object::Value) -> taipan_object::Value {
    let flags = r.code().flags;
    let message = if exception.is_instance(&exc::STOP_ITERATION) {
        if flags.contains(CodeFlags::ASYNC_GENERATOR) {
            "async generator raised StopIteration"
        } else if flags.contains(CodeFlags::COROUTINE) {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if flags.contains(CodeFlags::ASYNC_GENERATOR) && exception.is_instance(&exc::STOP_ASYNC_ITERATION)
    {
        "async generator raised StopAsyncIteration"
    } else {
        return exception.clone();
    };
    let made = exc::new_message(cx, &exc::RUNTIME_ERROR, message.to_owned());
    if let Some(e) = made.cast::<exc::Exception>() {
        let data = e.get_mut(cx);
        data.cause = Some(exception.clone());
        data.context = Some(exception.clone());
        data.suppress_context = true;
    }
    made
}

/// `LOAD_SPECIAL`: a special method of the object on top, and itself (or NULL where the method is bound already).
pub unsafe fn load_special(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    use taipan_object::names;
    let name = match arg {
        0 => &names::__enter__.get(),
        1 => &names::__exit__.get(),
        2 => &names::__aenter__.get(),
        _ => &names::__aexit__.get(),
    };
    // SAFETY: the object lies on the stack; room for one more.
    unsafe {
        let owner = r.pop();
        let value = slot::lend(owner);
        let ty = value.type_of();
        let Some(found) = attr::lookup_type(cx, &ty, name) else {
            r.push(owner);
            return no_special(cx, r, arg);
        };
        if found.ty(cx).has(taipan_object::flags::METHOD_DESCRIPTOR) {
            r.push_value(found);
            r.push(super::stack::owned_slot(owner));
            return Step::Next(r);
        }
        match attr::bind(cx, found, &value, &ty) {
            Ok(bound) => {
                r.push_value(bound);
                r.push(slot::NULL);
                r.release(cx, owner);
            }
            Err(raised) => {
                r.push(owner);
                return Step::Raise(r, raised);
            }
        }
    }
    Step::Next(r)
}

#[cold]
fn no_special(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    use taipan_object::names;
    // SAFETY: the object lies on the stack.
    let value = unsafe { r.lend(1) };
    let ty = value.type_of();
    let owner = ty.full_name().into_owned();
    let (kind, name) = match arg {
        0 => ("the context manager protocol", "__enter__"),
        1 => ("the context manager protocol", "__exit__"),
        2 => ("the asynchronous context manager protocol", "__aenter__"),
        _ => ("the asynchronous context manager protocol", "__aexit__"),
    };
    let others = if arg < 2 {
        [&*names::__aenter__, &*names::__aexit__]
    } else {
        [&*names::__enter__, &*names::__exit__]
    };
    let hint = others.iter().all(|n| attr::lookup_type(cx, &ty, n).is_some());
    let (dot, more) = match (hint, arg < 2) {
        (true, true) => (
            "",
            " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?",
        ),
        (true, false) => ("", " but it supports the context manager protocol. Did you mean to use 'with'?"),
        (false, _) => ("", ""),
    };
    let message = format!("'{owner}' object does not support {kind} (missed {name} method){dot}{more}");
    Step::Raise(r, cx.type_error(message))
}
