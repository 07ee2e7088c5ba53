//! Calls and returns.

use taipan_object::descr::{METHOD_DESCRIPTOR, MethodDescriptor, NATIVE_FUNCTION, NativeFunction};
use taipan_object::native::Binding;
use taipan_object::{Args, Cx, Dict, Obj, R, Tuple, Value, dict, ops};

use super::{Regs, Step, attempt, away};
use crate::calls;
use crate::frame::{self, Frame, frame_flags};
use crate::function::method::{METHOD, Method};
use crate::function::{FUNCTION, Function, FunctionExt};
use crate::generator;
use crate::slot::{self, NULL, Slot};
use crate::thread::vm;

/// Cache units behind `CALL` and `CALL_KW`.
pub const CACHES: usize = 3;

/// `callable, self or NULL, arguments…`.
#[inline(always)]
pub unsafe fn call(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the operands lie on the stack; they move into the frame.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + 2);
        let callable = *base;
        if slot::is_exact(callable, &FUNCTION) {
            let has_self = *base.add(1) != NULL;
            let total = n + usize::from(has_self);
            let args = if has_self { base.add(1) } else { base.add(2) };
            let function = slot::obj::<Function>(callable);
            let code = function.code();
            if code.simple_args as usize == total && cx.recursion_remaining > 0 {
                let thread = vm(cx);
                (*r.frame).ip = r.ip;
                (*r.frame).sp = base;
                let frame = frame::push(thread, code, callable);
                if !frame.is_null() {
                    thread.frame = frame;
                    cx.recursion_remaining -= 1;
                    let locals = Frame::local(frame, 0);
                    for i in 0..total {
                        *locals.add(i) = *args.add(i);
                    }
                    for i in total..code.nlocalsplus as usize {
                        *locals.add(i) = NULL;
                    }
                    (*frame).return_skip = CACHES as u32;
                    return Step::Next(Regs { ip: (*frame).ip, sp: (*frame).sp, frame });
                }
            }
            return away(cx, r, arg, |cx, r, arg| call_general(cx, r, arg));
        }
        if slot::is_exact(callable, &METHOD_DESCRIPTOR) {
            return away(cx, r, arg, |cx, r, arg| super::native_calls::method(cx, r, arg));
        }
        if slot::is_exact(callable, &NATIVE_FUNCTION) {
            return away(cx, r, arg, |cx, r, arg| super::native_calls::function(cx, r, arg));
        }
        away(cx, r, arg, |cx, r, arg| call_other(cx, r, arg))
    }
}

/// Calls that need more than a copy of the arguments.
unsafe fn call_general(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: the operands lie on the stack; they move into the frame.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + 2);
        let callable = *base;
        if slot::is_exact(callable, &FUNCTION) {
            let has_self = *base.add(1) != NULL;
            let args = base.add(2 - usize::from(has_self));
            return calls::enter(cx, r, base, callable, args, n + usize::from(has_self), None, CACHES as u32);
        }
        call_other(cx, r, arg)
    }
}

/// Callables that are no functions.
unsafe fn call_other(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + 2);
        let callable = *base;
        let has_self = *base.add(1) != NULL;
        let args = base.add(2 - usize::from(has_self));
        let total = n + usize::from(has_self);
        if slot::is_exact(callable, &METHOD) && !has_self {
            let method = slot::obj::<Method>(callable);
            let (function, this) = (method.function.clone(), method.this.clone());
            *base = slot::slot(function);
            *base.add(1) = slot::slot(this);
            r.release(cx, callable);
            return call_general(cx, r, arg);
        }
        if slot::is_exact(callable, &taipan_object::ty::TYPE) {
            let class = slot::obj::<taipan_object::Type>(callable);
            if !class.has(taipan_object::flags::HEAP_TYPE) {
                return super::native_calls::builtin_type(cx, r, base, args, total);
            }
            if let Some(step) = super::class_calls::enter(cx, r, class, base, args, total) {
                return step;
            }
        }
        if !has_self && let Some(function) = calls::python_call(cx, &slot::lend(callable)) {
            // The object itself becomes the first argument.
            *base.add(1) = super::stack::owned_slot(callable);
            *base = slot::slot(function);
            return call_general(cx, r, arg);
        }
        let value = attempt!(r, call_native(cx, &slot::lend(callable), args, total, None));
        finish(cx, r, base, value, CACHES)
    }
}

/// `CALL` of a callable that is no function, natively whatever it is: nothing runs in line, so that its end can be reported.
pub unsafe fn call_native_only(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + 2);
        let has_self = *base.add(1) != NULL;
        let args = if has_self { base.add(1) } else { base.add(2) };
        let total = n + usize::from(has_self);
        let value = attempt!(r, call_native(cx, &slot::lend(*base), args, total, None));
        finish(cx, r, base, value, CACHES)
    }
}

/// Drops the call's operands, pushes its result and serves what came up meanwhile.
#[inline(always)]
pub unsafe fn finish(cx: &mut Cx, mut r: Regs, base: *mut Slot, value: Value, caches: usize) -> Step {
    // SAFETY: the operands from `base` on are the topmost.
    unsafe {
        let mut ended = false;
        while r.sp > base {
            let s = r.pop();
            ended |= slot::release(s);
        }
        r.push_value(value);
        if ended {
            r.after_end(cx);
        }
    }
    if cx.broken()
        && let raised @ Step::Raise(..) = super::stack::serve_breaker(cx, r)
    {
        return raised;
    }
    r.skip(caches);
    Step::Next(r)
}

/// Calls through the type's slot, with the arguments lent.
///
/// # Safety
/// `args` are `total` live slots, none NULL; the callable and they stay on the stack during the call.
#[inline]
pub unsafe fn call_native(
    cx: &mut Cx,
    callable: &Value,
    args: *const Slot,
    total: usize,
    names: Option<&Obj<Tuple>>,
) -> R {
    let mut few = [const { std::mem::MaybeUninit::<Slot>::uninit() }; 8];
    let many: Vec<Slot>;
    // SAFETY: live slots; unmarked words are values that are lent; as many of `few` are written as are read.
    let values: &[Value] = unsafe {
        let unmarked = if total <= few.len() {
            for (i, place) in few.iter_mut().enumerate().take(total) {
                place.write(slot::unmarked(*args.add(i)));
            }
            few.as_ptr().cast::<Slot>()
        } else {
            many = (0..total).map(|i| slot::unmarked(*args.add(i))).collect();
            many.as_ptr()
        };
        std::slice::from_raw_parts(unmarked.cast::<Value>(), total)
    };
    let args = Args::new(values, names);
    let ty = callable.ty_unguarded();
    if ty.is(&METHOD_DESCRIPTOR)
        && let Some(method) = callable.cast_exact::<MethodDescriptor>()
        && method.def.binding == Binding::Instance
        && let Some(first) = args.pos().first()
        && method.owner.as_type().is_some_and(|owner| first.ty_unguarded().is(owner))
    {
        return (method.def.call)(cx, args);
    }
    if ty.is(&NATIVE_FUNCTION)
        && let Some(function) = callable.cast_exact::<NativeFunction>()
        && function.this.is_none()
    {
        return (function.def.call)(cx, args);
    }
    ops::call_args(cx, callable, args)
}

/// `callable, self or NULL, arguments…, names`.
pub unsafe fn call_kw(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack; the names are a tuple.
    unsafe {
        let n = arg as usize;
        let base = r.sp.sub(n + 3);
        if slot::is_exact(*base, &METHOD) && *base.add(1) == NULL {
            let callable = *base;
            let method = slot::obj::<Method>(callable);
            let (function, this) = (method.function.clone(), method.this.clone());
            *base = slot::slot(function);
            *base.add(1) = slot::slot(this);
            r.release(cx, callable);
        }
        let callable = *base;
        let has_self = *base.add(1) != NULL;
        let args = if has_self { base.add(1) } else { base.add(2) };
        let total = n + usize::from(has_self);
        let names = r.lend(1);
        let names_tuple = names.cast_exact::<Tuple>();
        if slot::is_exact(callable, &FUNCTION) {
            let owned = slot::own(r.pop());
            let names = owned.cast_exact::<Tuple>();
            let step = calls::enter(cx, r, base, callable, args, total, names, CACHES as u32);
            drop(owned);
            return step;
        }
        let value = attempt!(r, call_native(cx, &slot::lend(callable), args, total, names_tuple));
        finish(cx, r, base, value, CACHES)
    }
}

/// `callable, NULL, arguments tuple, keywords dict or NULL`.
pub unsafe fn call_function_ex(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack.
    unsafe {
        let base = r.sp.sub(4);
        let callable = slot::lend(*base);
        let arguments = slot::lend(*base.add(2));
        let tuple = match arguments.cast_exact::<Tuple>() {
            Some(_) => slot::dup(*base.add(2)),
            None => attempt!(r, arguments_tuple(cx, &callable, &arguments)),
        };
        let items = tuple.cast::<Tuple>().map(|t| t.items()).unwrap_or_default();
        if *base.add(3) == NULL && items.len() <= FEW && callable.is_instance_exact(&FUNCTION) {
            let mut few = [NULL; FEW];
            for (place, item) in few.iter_mut().zip(items) {
                *place = slot::slot(item.clone());
            }
            let (callable, arguments, total) = (*base, *base.add(2), items.len());
            r.sp = base;
            let step = calls::enter(cx, r, base, callable, few.as_ptr(), total, None, 0);
            slot::release(arguments);
            return step;
        }
        let mut values: Vec<Value> = Vec::with_capacity(items.len() + 4);
        values.extend_from_slice(items);
        let mut names = None;
        if *base.add(3) != NULL {
            let keywords = slot::lend(*base.add(3));
            let Some(keywords) = keywords.cast::<Dict>() else {
                return Step::Raise(r, cx.type_error("keywords must be a dict"));
            };
            let mut keys = Vec::with_capacity(dict::len(cx, keywords));
            let mut at = 0;
            while let Some((key, value)) = dict::entry_at(cx, keywords, &mut at) {
                if key.as_str().is_none() {
                    return Step::Raise(r, cx.type_error("keywords must be strings"));
                }
                keys.push(key.clone());
                values.push(value.clone());
            }
            if !keys.is_empty() {
                names = Some(cx.tuple(keys));
            }
        }
        if callable.is_instance_exact(&FUNCTION) {
            let callable = *base;
            r.sp = base;
            let (arguments, keywords) = (*base.add(2), *base.add(3));
            // A value's word is the slot that owns it: the frame takes them over.
            let values = std::mem::ManuallyDrop::new(values);
            let slots = values.as_ptr().cast::<Slot>();
            let step = calls::enter(cx, r, base, callable, slots, values.len(), names.as_deref(), 0);
            drop(values_memory(values));
            slot::release(arguments);
            slot::release(keywords);
            return step;
        }
        let value = attempt!(r, ops::call_args(cx, &callable, Args::new(&values, names.as_deref())));
        drop(values);
        finish(cx, r, base, value, 0)
    }
}

/// Most arguments of `f(*args)` that are passed without an allocation.
const FEW: usize = 8;

/// The memory of values that have moved elsewhere.
fn values_memory(values: std::mem::ManuallyDrop<Vec<Value>>) -> Vec<std::mem::MaybeUninit<Value>> {
    let mut values = values;
    let (p, capacity) = (values.as_mut_ptr(), values.capacity());
    // SAFETY: the vector's own parts; no element is dropped again.
    unsafe { Vec::from_raw_parts(p.cast(), 0, capacity) }
}

/// The positional arguments of `f(*iterable)`.
fn arguments_tuple(cx: &mut Cx, callable: &Value, arguments: &Value) -> R {
    if arguments.ty(cx).slots().iter.is_none() && !ops::is_sequence(cx, arguments) {
        let message = format!(
            "{} argument after * must be an iterable, not {}",
            calls::function_text(cx, callable)?,
            arguments.type_name(cx)
        );
        return Err(cx.type_error(message));
    }
    let items = ops::collect(cx, arguments)?;
    Ok(cx.tuple(items).into_value())
}

#[inline(always)]
pub unsafe fn return_value(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the value is the only slot of the stack; the frame ends.
    unsafe {
        let frame = r.frame;
        const SPECIAL: u32 = frame_flags::ENTRY
            | frame_flags::INIT
            | frame_flags::GENERATOR
            | frame_flags::OBJECT
            | frame_flags::OPERATOR;
        if (*frame).flags & SPECIAL != 0 {
            return away(cx, r, 0, |cx, r, _| return_special(cx, r));
        }
        let value = super::stack::owned_slot(r.pop());
        let prev = (*frame).prev;
        let skip = (*frame).return_skip as usize;
        let ended = frame::pop(cx, frame);
        let mut r = Regs { ip: (*prev).ip.add(skip), sp: (*prev).sp, frame: prev };
        r.push(value);
        if ended {
            r.after_end(cx);
        }
        Step::Next(r)
    }
}

#[inline(never)]
unsafe fn return_special(cx: &mut Cx, mut r: Regs) -> Step {
    // SAFETY: as `return_value`.
    unsafe {
        let value = super::stack::owned_slot(r.pop());
        let frame = r.frame;
        let flags = (*frame).flags;
        // A frame object that lives on shows where the frame ended.
        (*frame).ip = r.ip;
        let prev = (*frame).prev;
        let skip = (*frame).return_skip as usize;
        if flags & frame_flags::INIT != 0 && slot::marked(value) != super::none_slot() {
            r.save();
            let message = format!("__init__() should return None, not '{}'", slot::lend(value).type_name(cx));
            slot::release(value);
            let raised = cx.type_error(message);
            return Step::Raise(r, raised);
        }
        if flags & frame_flags::GENERATOR != 0 {
            generator::finish(cx, frame);
        } else {
            frame::pop(cx, frame);
        }
        if flags & frame_flags::ENTRY != 0 {
            if cx.has_pending() {
                cx.drain_pending();
            }
            return Step::Exit(slot::own(value));
        }
        let mut r = Regs { ip: (*prev).ip.add(skip), sp: (*prev).sp, frame: prev };
        if flags & frame_flags::OPERATOR != 0 {
            return super::operators::returned(cx, r, flags >> frame_flags::OPERATOR_SHIFT, value);
        }
        if flags & frame_flags::INIT == 0 {
            r.push(value);
        }
        r.after_end(cx);
        Step::Next(r)
    }
}

pub unsafe fn make_function(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the code object lies on the stack.
    unsafe {
        let code = r.lend(1);
        let Some(code) = code.cast_exact::<crate::code::Code>() else {
            return Step::Raise(r, cx.system_error("MAKE_FUNCTION needs a code object"));
        };
        let outer = Frame::function(r.frame);
        let (globals, builtins) = (outer.get(cx).globals.clone(), outer.get(cx).builtins.clone());
        let made = attempt!(r, crate::function::new(cx, code.to_handle(), globals, builtins));
        r.drop_top(cx, 1);
        r.push_value(made.into_value());
    }
    Step::Next(r)
}

pub unsafe fn set_function_attribute(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the value and above it the function lie on the stack.
    unsafe {
        let function = r.pop();
        let value = r.pop_value();
        if arg == 16
            && let Some(annotate) = value.cast_exact::<Function>()
        {
            let owner = slot::obj::<Function>(function).qualname_text(cx);
            let name = cx.str(&format!("{owner}.__annotate__"));
            let old = std::mem::replace(&mut annotate.get_mut(cx).qualname, name);
            drop(old);
        }
        let data = slot::obj::<Function>(function).get_mut(cx);
        let place = match arg {
            1 => &mut data.defaults,
            2 => &mut data.kwdefaults,
            4 => &mut data.annotations,
            8 => &mut data.closure,
            16 => &mut data.annotate,
            _ => {
                r.push(function);
                return super::stack::bad(cx, r, arg);
            }
        };
        let old = place.replace(value);
        drop(old);
        r.push(function);
    }
    Step::Next(r)
}
