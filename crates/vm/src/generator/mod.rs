//! Generators, coroutines and asynchronous generators: objects that own a frame.
//!
//! The three share one payload. A frame is resumed in two ways: in line ([`enter`]: `for`, `yield from` and `await` push it on
//! top of the running frame) or natively ([`resume`]: `next()`, `send`, `throw`, `close`), which runs a dispatch loop of its own.

pub mod asyncgen;
pub mod attrs;
pub mod awaitable;
pub mod methods;

use taipan_object::object::Trace;
use taipan_object::ty::Send;
use taipan_object::{Cx, Header, Obj, Payload, R, Slots, Type, Value, exc, flags};

use crate::dispatch;
use crate::frame::{self, Frame, frame_flags};
use crate::ops::{Regs, Step};
use crate::slot::{self, NULL, Slot};
use crate::thread::{ExcItem, vm};

/// Where a generator stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Created,
    Suspended,
    /// Suspended in `yield from` or `await`: what it delegates to lies on top of its stack.
    Delegating,
    Running,
    Finished,
}

/// The payload of the three types.
#[repr(C)]
pub struct Generator {
    pub frame: *mut Frame,
    pub state: State,
    block: Option<Box<[Slot]>>,
    pub exc: ExcItem,
    pub code: Value,
    pub name: Value,
    pub qualname: Value,
    /// `cr_origin`.
    pub origin: Option<Value>,
    /// Asynchronous generators: the finaliser hook taken at the first iteration.
    pub finalizer: Option<Value>,
    pub hooks_done: bool,
    /// Asynchronous generators: an `asend`, `athrow` or `aclose` is under way.
    pub running_async: bool,
    pub closed: bool,
}

impl Trace for Generator {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.code);
        visit(&self.name);
        visit(&self.qualname);
        self.origin.trace(visit);
        self.finalizer.trace(visit);
        // SAFETY: a suspended generator owns its frame and the live slots below its stack pointer; what a running one
        // holds counts as held from outside.
        unsafe {
            frame::object::visit_slot(self.exc.value, visit);
            if matches!(self.state, State::Created | State::Suspended | State::Delegating) {
                frame::object::trace_frame(self.frame, visit);
                let mut at = Frame::stack(self.frame);
                while at < (*self.frame).sp {
                    frame::object::visit_slot(*at, visit);
                    at = at.add(1);
                }
                if Frame::has(self.frame, frame_flags::OBJECT) {
                    visit(&slot::lend((*self.frame).object as u64));
                }
            }
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend([self.origin.take(), self.finalizer.take()].into_iter().flatten());
        if matches!(self.state, State::Created | State::Suspended | State::Delegating) {
            self.state = State::Finished;
            // SAFETY: the frame is the generator's own and suspended.
            unsafe {
                let bottom = Frame::stack(self.frame);
                while (*self.frame).sp > bottom {
                    (*self.frame).sp = (*self.frame).sp.sub(1);
                    let s = *(*self.frame).sp;
                    if s & 0b111 == 0 && s != NULL {
                        out.push(slot::own(s));
                    }
                }
                frame::object::clear_locals(self.frame, out);
                drop_frame(self.frame);
            }
            self.frame = std::ptr::null_mut();
            self.block = None;
        }
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        if matches!(self.state, State::Created | State::Suspended | State::Delegating) {
            self.state = State::Finished;
            // SAFETY: the frame is the generator's own and suspended.
            unsafe {
                frame::drop_stack((*self.frame).sp, Frame::stack(self.frame));
                drop_frame(self.frame);
            }
        }
    }
}

/// Releases what a frame without operand stack holds, or leaves it to its frame object.
unsafe fn drop_frame(frame: *mut Frame) {
    // SAFETY: the caller's frame is its own and ends here.
    unsafe {
        if !(Frame::has(frame, frame_flags::OBJECT) && frame::object::take_over(frame, None)) {
            frame::clear(frame);
        }
    }
}

macro_rules! generator_type {
    ($payload:ident, $ty:ident, $name:literal, $slots:expr, $defs:expr) => {
        #[doc = concat!("The payload of `", $name, "`: as [`Generator`].")]
        #[repr(transparent)]
        pub struct $payload(pub Generator);
        impl Trace for $payload {
            fn trace(&self, visit: &mut dyn FnMut(&Value)) {
                self.0.trace(visit);
            }
            fn clear(&mut self, out: &mut Vec<Value>) {
                self.0.clear(out);
            }
        }
        // SAFETY: the type cannot be subclassed.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &taipan_object::ty::TYPE,
            Type::builtin::<$payload>($name)
                .base(&taipan_object::ty::OBJECT)
                .flags(flags::WEAKREFABLE | flags::DISALLOW_INSTANTIATION)
                .with_slots($slots)
                .defs($defs),
        );
    };
}

generator_type!(
    PlainGenerator,
    GENERATOR,
    "generator",
    Slots {
        iter: Some(methods::itself),
        next: Some(methods::next),
        send: Some(methods::send),
        repr: Some(attrs::repr),
        finalize: Some(methods::finalize),
        ..Slots::EMPTY
    },
    &attrs::GENERATOR_DEFS
);
generator_type!(
    Coroutine,
    COROUTINE,
    "coroutine",
    Slots {
        await_: Some(awaitable::coroutine_await),
        send: Some(methods::send),
        repr: Some(attrs::repr),
        finalize: Some(methods::finalize),
        ..Slots::EMPTY
    },
    &attrs::COROUTINE_DEFS
);
generator_type!(
    AsyncGenerator,
    ASYNC_GENERATOR,
    "async_generator",
    Slots {
        aiter: Some(methods::itself),
        anext: Some(asyncgen::anext),
        repr: Some(attrs::repr),
        finalize: Some(methods::finalize),
        ..Slots::EMPTY
    },
    &attrs::ASYNC_DEFS
);

/// The generator, coroutine or asynchronous generator that a value is.
#[inline]
pub fn of(value: &Value) -> Option<&Obj<Generator>> {
    let header = value.header()?;
    let ty = header.ty_unguarded();
    if ty.is(&GENERATOR) || ty.is(&COROUTINE) || ty.is(&ASYNC_GENERATOR) {
        // SAFETY: the three payloads are transparent wrappers of `Generator`.
        Some(unsafe { &*(header as *const Header).cast::<Obj<Generator>>() })
    } else {
        None
    }
}

/// The word that messages use for it.
pub fn kind(generator: &Obj<Generator>) -> &'static str {
    let ty = generator.header().ty_unguarded();
    if ty.is(&GENERATOR) {
        "generator"
    } else if ty.is(&COROUTINE) {
        "coroutine"
    } else {
        "async generator"
    }
}

/// Makes a generator of the innermost frame, which is copied into a block of its own: every slot becomes owned. The
/// original is taken off the stack by the caller without releasing anything.
///
/// # Safety
/// `frame` is live; its operand stack is empty.
pub unsafe fn from_frame(cx: &mut Cx, frame: *mut Frame) -> R<Value> {
    use taipan_bytecode::CodeFlags;
    // SAFETY: by the caller's promise.
    unsafe {
        let code = Frame::code(frame);
        let words = code.frame_words as usize;
        let mut block = Vec::new();
        if block.try_reserve_exact(words).is_err() {
            return Err(cx.memory_error());
        }
        block.resize(words, NULL);
        let mut block = block.into_boxed_slice();
        let copy = block.as_mut_ptr().cast::<Frame>();
        let locals = code.nlocalsplus as usize;
        std::ptr::copy_nonoverlapping(
            frame.cast::<Slot>(),
            copy.cast::<Slot>(),
            frame::HEADER_WORDS + locals,
        );
        for i in 0..locals {
            let local = Frame::local(copy, i);
            *local = crate::ops::stack::owned_slot(*local);
        }
        (*copy).func = crate::ops::stack::owned_slot((*copy).func);
        (*copy).sp = Frame::stack(copy);
        (*copy).prev = std::ptr::null_mut();
        (*copy).flags = (*copy).flags & frame_flags::NAMESPACE | frame_flags::GENERATOR;
        let function = Frame::function(copy);
        let mut made = Generator {
            frame: copy,
            state: State::Created,
            block: Some(block),
            exc: ExcItem::EMPTY,
            code: code.to_value(),
            name: function.get(cx).name.clone(),
            qualname: function.get(cx).qualname.clone(),
            origin: None,
            finalizer: None,
            hooks_done: false,
            running_async: false,
            closed: false,
        };
        let value = if code.flags.contains(CodeFlags::COROUTINE) {
            let origin = awaitable::origin(cx, (*frame).prev);
            made.origin = origin;
            cx.new_object(Coroutine(made)).into_value()
        } else if code.flags.contains(CodeFlags::ASYNC_GENERATOR) {
            cx.new_object(AsyncGenerator(made)).into_value()
        } else {
            cx.new_object(PlainGenerator(made)).into_value()
        };
        if let Some(generator) = of(&value) {
            (*copy).generator = generator;
            if !code.flags.contains(CodeFlags::COROUTINE) && code.source.exceptiontable.is_empty() {
                generator.header().set_finalized(true);
            }
        }
        Ok(value)
    }
}

/// Resumes a generator in line: its frame goes on top of the running one, with `sent` on its stack. When it yields, the running
/// frame skips one cache unit, and when it returns `return_skip` units. `None` where it cannot be resumed so.
///
/// # Safety
/// The generator is kept alive by the running frame; `sent` passes to it on success only.
#[inline(always)]
pub unsafe fn enter(
    cx: &mut Cx,
    r: Regs,
    generator: &Obj<Generator>,
    sent: Slot,
    _yield_skip: u32,
    return_skip: u32,
) -> Option<Step> {
    // SAFETY: the payload is looked at between calls only; a suspended generator's frame is live.
    unsafe {
        let g = generator.payload_ptr();
        match (*g).state {
            State::Suspended | State::Delegating => {}
            State::Created if slot::marked(sent) == crate::ops::none_slot() => {}
            _ => return None,
        }
        if cx.recursion_remaining <= 0 {
            return None;
        }
        cx.recursion_remaining -= 1;
        let frame = (*g).frame;
        (*r.frame).ip = r.ip;
        (*r.frame).sp = r.sp;
        (*frame).prev = r.frame;
        (*frame).return_skip = return_skip;
        (*frame).flags &= !frame_flags::ENTRY;
        *(*frame).sp = sent;
        (*g).state = State::Running;
        let thread = vm(cx);
        thread.frame = frame;
        (*g).exc.prev = thread.exc;
        thread.exc = &raw mut (*g).exc;
        Some(Step::Next(Regs { ip: (*frame).ip, sp: (*frame).sp.add(1), frame }))
    }
}

/// Takes the running frame of a generator off the stack, for a yield: the caller has saved `ip` and `sp`.
///
/// # Safety
/// `frame` is the innermost and a generator's.
#[inline(always)]
pub unsafe fn suspend(cx: &mut Cx, frame: *mut Frame, state: State) -> *mut Frame {
    // SAFETY: by the caller's promise.
    unsafe {
        let g = (*(*frame).generator).payload_ptr();
        (*g).state = state;
        let prev = (*frame).prev;
        (*frame).prev = std::ptr::null_mut();
        let thread = vm(cx);
        thread.frame = prev;
        thread.exc = (*g).exc.prev;
        (*g).exc.prev = std::ptr::null_mut();
        cx.recursion_remaining += 1;
        prev
    }
}

/// Ends the generator whose frame is the innermost and has an empty operand stack.
///
/// # Safety
/// `frame` is the innermost and a generator's.
pub unsafe fn finish(cx: &mut Cx, frame: *mut Frame) {
    // SAFETY: by the caller's promise; the block outlives the frame's clearing.
    unsafe {
        let generator = (*(*frame).generator).to_value();
        suspend(cx, frame, State::Finished);
        if let Some(generator) = of(&generator) {
            generator.header().set_finalized(true);
            let g = generator.payload_ptr();
            let handled = std::mem::replace(&mut (*g).exc.value, NULL);
            drop_frame(frame);
            let block = (*g).block.take();
            (*g).frame = std::ptr::null_mut();
            drop(block);
            slot::release(handled);
        }
    }
}

/// How a generator is resumed natively.
pub enum Resume<'a> {
    Send(&'a Value),
    /// With this exception raised where it stands.
    Raise(Value),
}

/// Resumes a generator natively. The state is checked here, with CPython's messages.
pub fn resume(cx: &mut Cx, generator: &Obj<Generator>, how: Resume<'_>) -> R<Send> {
    let state = generator.get(cx).state;
    match (state, &how) {
        (State::Running, _) => {
            let message = format!("{} already executing", kind(generator));
            return Err(cx.value_error(message));
        }
        (State::Created, Resume::Send(value)) if !value.is_none() => {
            let message = format!("can't send non-None value to a just-started {}", kind(generator));
            return Err(cx.type_error(message));
        }
        (State::Finished, how) => {
            if generator.header().ty_unguarded().is(&COROUTINE) {
                return Err(cx.runtime_error("cannot reuse already awaited coroutine"));
            }
            return match how {
                Resume::Send(_) => Ok(Send::Returned(Value::none())),
                Resume::Raise(exception) => Err(cx.raise_value(exception.clone())),
            };
        }
        _ => {}
    }
    cx.check_native_stack("")?;
    if cx.recursion_remaining <= 0 {
        return Err(cx.raise(&exc::RECURSION_ERROR, "maximum recursion depth exceeded"));
    }
    cx.recursion_remaining -= 1;
    let keep = generator.to_value();
    // SAFETY: the generator is suspended, its frame is its own; `keep` holds it.
    let result = unsafe {
        let g = generator.payload_ptr();
        let frame = (*g).frame;
        let thread = vm(cx);
        (*frame).prev = thread.frame;
        (*frame).flags |= frame_flags::ENTRY;
        (*g).state = State::Running;
        thread.frame = frame;
        (*g).exc.prev = thread.exc;
        thread.exc = &raw mut (*g).exc;
        match how {
            Resume::Send(value) => {
                *(*frame).sp = slot::slot(value.clone());
                let r = Regs { ip: (*frame).ip, sp: (*frame).sp.add(1), frame };
                dispatch::run(cx, r, None)
            }
            Resume::Raise(exception) => {
                *(*frame).sp = slot::slot(Value::none());
                let r = Regs { ip: (*frame).ip, sp: (*frame).sp.add(1), frame };
                // Only what the generator itself handles becomes the context.
                let own = (*g).exc.value;
                if own != NULL && slot::marked(own) != crate::ops::none_slot() {
                    crate::unwind::with_context(cx, &exception);
                }
                let mut exception = exception;
                if let Err(raised) = crate::monitor::report::thrown(cx, frame, &exception) {
                    exception = cx.take_raised(raised);
                }
                let raised = cx.raise_value(exception);
                dispatch::run(cx, r, Some(raised))
            }
        }
    };
    let finished = generator.get(cx).state == State::Finished;
    drop(keep);
    match result {
        Ok(value) if finished => Ok(Send::Returned(value)),
        Ok(value) => Ok(Send::Yielded(value)),
        Err(raised) => Err(raised),
    }
}

/// Does something on behalf of a suspended generator that delegates, with its frame on the thread's stack, as tracebacks and
/// `sys._getframe` show it. Meanwhile it counts as running.
pub fn on_behalf<T>(cx: &mut Cx, generator: &Obj<Generator>, act: impl FnOnce(&mut Cx) -> T) -> T {
    let keep = generator.to_value();
    // SAFETY: the generator is suspended and kept; its frame is its own, and taken off again before anything else happens
    // to it, as its state says that it runs.
    unsafe {
        let g = generator.payload_ptr();
        let frame = (*g).frame;
        let before = (*g).state;
        let thread = vm(cx);
        let below = thread.frame;
        (*frame).prev = below;
        (*g).state = State::Running;
        thread.frame = frame;
        let result = act(cx);
        vm(cx).frame = below;
        (*frame).prev = std::ptr::null_mut();
        (*g).state = before;
        drop(keep);
        result
    }
}

/// What a suspended generator delegates to.
pub fn delegate(cx: &Cx, generator: &Obj<Generator>) -> Option<Value> {
    let g = generator.get(cx);
    // SAFETY: a delegating generator is suspended with its receiver on top of its stack.
    (g.state == State::Delegating).then(|| unsafe { slot::dup(*(*g.frame).sp.sub(1)) })
}

/// `frame.clear()` of a generator's frame.
pub fn clear_frame(cx: &mut Cx, value: &Value) -> R<()> {
    let Some(generator) = of(value) else { return Ok(()) };
    match generator.get(cx).state {
        State::Running => Err(cx.runtime_error("cannot clear an executing frame")),
        State::Suspended | State::Delegating => Err(cx.runtime_error("cannot clear a suspended frame")),
        State::Created => {
            // `close()` comes here too: a coroutine that was closed is not forgotten.
            if generator.header().ty_unguarded().is(&COROUTINE) && !generator.get(cx).closed {
                awaitable::warn_never_awaited(cx, generator);
            }
            generator.header().set_finalized(true);
            let mut out = Vec::new();
            generator.get_mut(cx).clear(&mut out);
            drop(out);
            Ok(())
        }
        State::Finished => Ok(()),
    }
}
