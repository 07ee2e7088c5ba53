//! Calls: frames for Python functions, from native code and from the dispatch loop.

use taipan_object::{Args, Cx, Obj, R, Raised, Tuple, Type, Value, attr, exc, names, ops};

use crate::dispatch;
use crate::frame::{self, Frame, frame_flags};
use crate::function::{FUNCTION, Function, FunctionExt, bind};
use crate::ops::{Regs, Step, attempt};
use crate::slot::{self, NULL, Slot};
use crate::thread::vm;

/// RecursionError of too many nested Python calls.
#[cold]
pub fn too_deep(cx: &mut Cx) -> Raised {
    // Room for what handles the error.
    cx.raise(&exc::RECURSION_ERROR, "maximum recursion depth exceeded")
}

/// Makes the frame of a call of `func` and binds the arguments, which are consumed whatever the outcome, as `func` is. The
/// frame becomes the innermost; the one below has saved its `ip` and `sp`.
///
/// # Safety
/// `func` is a slot of a function; `args` are `total` live slots, the last of them named by `names`.
pub unsafe fn make_frame(
    cx: &mut Cx,
    func: Slot,
    args: *const Slot,
    total: usize,
    names: Option<&Obj<Tuple>>,
) -> R<*mut Frame> {
    // SAFETY: by the caller's promise.
    unsafe {
        let function = slot::obj::<Function>(func);
        let code = function.code();
        if cx.recursion_remaining <= 0 {
            for i in 0..total {
                slot::release(*args.add(i));
            }
            slot::release(func);
            return Err(too_deep(cx));
        }
        cx.recursion_remaining -= 1;
        let thread = vm(cx);
        let below = thread.frame;
        let frame = frame::push(thread, code, func);
        if frame.is_null() {
            cx.recursion_remaining += 1;
            for i in 0..total {
                slot::release(*args.add(i));
            }
            slot::release(func);
            return Err(cx.memory_error());
        }
        let locals = Frame::local(frame, 0);
        if names.is_none() && code.simple_args as usize == total {
            std::ptr::copy_nonoverlapping(args, locals, total);
            for i in total..code.nlocalsplus as usize {
                *locals.add(i) = NULL;
            }
        } else if let Err(raised) = bind::bind(cx, function, locals, args, total, names) {
            debug_assert!(vm(cx).frame == below);
            vm(cx).frame = frame;
            frame::pop(cx, frame);
            return Err(raised);
        }
        vm(cx).frame = frame;
        Ok(frame)
    }
}

/// The slot `call` of functions: runs the function in a dispatch loop of its own.
pub fn call_function(cx: &mut Cx, function: &Value, args: Args<'_>) -> R {
    cx.check_native_stack("")?;
    let values = args.values();
    // SAFETY: the caller's arguments and the function outlive the call, so that the frame borrows them.
    unsafe {
        let mut few = [NULL; 8];
        let many: Vec<Slot>;
        let slots = if values.len() <= few.len() {
            for (to, from) in few.iter_mut().zip(values) {
                *to = slot::borrow(from);
            }
            few.as_ptr()
        } else {
            many = values.iter().map(slot::borrow).collect();
            many.as_ptr()
        };
        let frame = make_frame(cx, slot::borrow(function), slots, values.len(), args.names())?;
        run_entry(cx, frame)
    }
}

/// Runs a frame that was just made to its end.
///
/// # Safety
/// The frame is the innermost and has not begun.
pub unsafe fn run_entry(cx: &mut Cx, frame: *mut Frame) -> R {
    // SAFETY: by the caller's promise.
    unsafe {
        (*frame).flags |= frame_flags::ENTRY;
        dispatch::run(cx, Regs { ip: (*frame).ip, sp: (*frame).sp, frame }, None)
    }
}

/// Runs the function's code with `namespace` as the mapping of its local names (a module, a class body, `exec`).
pub fn run_in_namespace(cx: &mut Cx, function: &Value, namespace: &Value) -> R {
    cx.check_native_stack("")?;
    // SAFETY: the function outlives the call; the namespace is owned by the frame.
    unsafe {
        let frame = make_frame(cx, slot::borrow(function), [].as_ptr(), 0, None)?;
        (*frame).locals_ns = slot::slot(namespace.clone());
        (*frame).flags |= frame_flags::NAMESPACE;
        run_entry(cx, frame)
    }
}

/// Makes the call's frame on top of the running one; the stack has been cut to `sp`, and `skip` cache units follow the
/// instruction.
///
/// # Safety
/// As [`make_frame`].
pub unsafe fn enter(
    cx: &mut Cx,
    mut r: Regs,
    sp: *mut Slot,
    func: Slot,
    args: *const Slot,
    total: usize,
    names: Option<&Obj<Tuple>>,
    skip: u32,
) -> Step {
    // SAFETY: by the caller's promise.
    unsafe {
        (*r.frame).ip = r.ip;
        (*r.frame).sp = sp;
        r.sp = sp;
        let frame = attempt!(r, make_frame(cx, func, args, total, names));
        (*frame).return_skip = skip;
        Step::Next(Regs { ip: (*frame).ip, sp: (*frame).sp, frame })
    }
}

/// `container[key]` where the class has a `__getitem__` written in Python: enters its frame. `None`: not such a class.
///
/// # Safety
/// Container and key are the top two slots.
pub unsafe fn enter_getitem(cx: &mut Cx, r: Regs, container: &Value, _key: &Value) -> Option<Step> {
    let ty = container.ty_unguarded();
    if !ty.has(taipan_object::flags::HEAP_TYPE) {
        return None;
    }
    let ty = container.type_of();
    let method = attr::lookup_type(cx, &ty, &names::__getitem__)?;
    if !method.is_instance_exact(&FUNCTION) {
        return None;
    }
    // SAFETY: both operands pass to the frame.
    unsafe {
        let args = [r.peek(2), r.peek(1)];
        Some(enter(cx, r, r.sp.sub(2), slot::slot(method), args.as_ptr(), 2, None, 5))
    }
}

/// `module.qualname()` of a callable, as error messages about calls name it.
pub fn function_text(cx: &mut Cx, callable: &Value) -> R<String> {
    let qualname = match ops::getattr_opt(cx, callable, &names::__qualname__)? {
        Some(name) => name,
        None => return Ok(ops::str_of(cx, callable)?.to_string_lossy().into_owned()),
    };
    let qualname = ops::str_of(cx, &qualname)?.to_string_lossy().into_owned();
    if let Some(module) = ops::getattr_opt(cx, callable, &names::__module__)?
        && !module.is_none()
    {
        let module = ops::str_of(cx, &module)?.to_string_lossy().into_owned();
        if module != "builtins" {
            return Ok(format!("{module}.{qualname}()"));
        }
    }
    Ok(format!("{qualname}()"))
}

/// A class whose instances are made the plain way (`type.__call__`, `object.__new__`) and begun by an `__init__` written in
/// Python: that `__init__`.
pub fn python_init(cx: &mut Cx, class: &Obj<Type>) -> Option<Value> {
    use taipan_object::ty::{OBJECT, TYPE};
    let plain = match (class.slots().new, OBJECT.slots().new) {
        (Some(own), Some(plain)) => std::ptr::fn_addr_eq(own, plain),
        _ => false,
    };
    if !plain || !class.header().ty_unguarded().is(&TYPE) || class.has(taipan_object::flags::ABSTRACT) {
        return None;
    }
    let init = attr::lookup_type(cx, class, &names::__init__)?;
    init.is_instance_exact(&FUNCTION).then_some(init)
}

/// The function that calling an instance of a class written in Python runs: its `__call__`.
pub fn python_call(cx: &mut Cx, callable: &Value) -> Option<Value> {
    let ty = callable.header()?.ty_unguarded();
    if !ty.has(taipan_object::flags::HEAP_TYPE)
        || ty.slots().call.map(|f| f as usize)
            != Some(taipan_object::typeobj::python::call as *const () as usize)
    {
        return None;
    }
    let ty = callable.type_of();
    let found = attr::lookup_type(cx, &ty, &names::__call__)?;
    found.is_instance_exact(&FUNCTION).then_some(found)
}
