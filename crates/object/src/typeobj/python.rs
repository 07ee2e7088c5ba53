//! Slots of classes whose dunder methods are Python's: each looks the method up on the type and calls it.

use crate::args::Args;
use crate::cx::Cx;
use crate::descr::call_with_receiver;
use crate::names;
use crate::ops;
use crate::str::Str;
use crate::ty::*;
use crate::value::{R, Value};
use crate::{Obj, attr, exc};

/// Calls the special method that the slot's presence promises.
fn special(cx: &mut Cx, this: &Value, name: &Obj<Str>, args: &[Value]) -> R {
    match ops::call_special(cx, this, name, args)? {
        Some(value) => Ok(value),
        None => {
            let text = name.to_string_lossy().into_owned();
            Err(cx.raise(&exc::ATTRIBUTE_ERROR, text))
        }
    }
}

macro_rules! unary_slots {
    ($($f:ident $name:ident)*) => { $(
        pub fn $f(cx: &mut Cx, this: &Value) -> R {
            special(cx, this, &names::$name, &[])
        }
    )* };
}

unary_slots! {
    repr __repr__ str __str__ neg __neg__ pos __pos__ abs __abs__ invert __invert__ int __int__ float __float__
    index __index__
}

/// A special method set to None says that the operation is not supported.
fn unless_none(cx: &mut Cx, this: &Value, name: &Obj<Str>, message: &str) -> R<Option<Value>> {
    let ty = this.type_of();
    match attr::lookup_type(cx, &ty, name) {
        Some(found) if found.is_none() => {
            let message = format!("'{}' object {message}", this.type_name(cx));
            Err(cx.type_error(message))
        }
        found => Ok(found),
    }
}

pub fn iter(cx: &mut Cx, this: &Value) -> R {
    if unless_none(cx, this, &names::__iter__, "is not iterable")?.is_some() {
        return special(cx, this, &names::__iter__, &[]);
    }
    (cx.interp().runtime.sequence_iterator)(cx, this)
}

pub fn await_(cx: &mut Cx, this: &Value) -> R {
    special(cx, this, &names::__await__, &[])
}
pub fn aiter(cx: &mut Cx, this: &Value) -> R {
    special(cx, this, &names::__aiter__, &[])
}
pub fn anext(cx: &mut Cx, this: &Value) -> R {
    special(cx, this, &names::__anext__, &[])
}

/// Whether `b`'s class gives the reflected method a meaning of its own.
fn overrides(cx: &mut Cx, a: &Value, b: &Value, name: &Obj<Str>) -> bool {
    let (ta, tb) = (a.type_of(), b.type_of());
    match attr::lookup_type(cx, &tb, name) {
        None => false,
        Some(own) => attr::lookup_type(cx, &ta, name).is_none_or(|other| !own.is(&other)),
    }
}

fn method_or_not_implemented(cx: &mut Cx, this: &Value, name: &Obj<Str>, other: &Value) -> R {
    Ok(ops::call_special(cx, this, name, std::slice::from_ref(other))?.unwrap_or_else(Value::not_implemented))
}

/// The protocol of a binary slot that both operands may fill with Python methods.
fn binary(
    cx: &mut Cx,
    a: &Value,
    b: &Value,
    pick: fn(&Slots) -> Option<usize>,
    own: usize,
    name: &Obj<Str>,
    reflected: &Obj<Str>,
) -> R {
    let same = a.ty(cx).is(b.ty(cx));
    let mut other = !same && pick(b.ty(cx).slots()) == Some(own);
    if pick(a.ty(cx).slots()) == Some(own) {
        if other && b.ty(cx).is_subtype(a.ty(cx)) && overrides(cx, a, b, reflected) {
            let result = method_or_not_implemented(cx, b, reflected, a)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            other = false;
        }
        let result = method_or_not_implemented(cx, a, name, b)?;
        if !result.is_not_implemented() || same {
            return Ok(result);
        }
    }
    if other { method_or_not_implemented(cx, b, reflected, a) } else { Ok(Value::not_implemented()) }
}

macro_rules! binary_slots {
    ($($f:ident $name:ident $reflected:ident)*) => { $(
        pub fn $f(cx: &mut Cx, a: &Value, b: &Value) -> R {
            binary(cx, a, b, |s| s.$f.map(|f| f as usize), $f as *const () as usize, &names::$name, &names::$reflected)
        }
    )* };
}

binary_slots! {
    add __add__ __radd__ sub __sub__ __rsub__ mul __mul__ __rmul__ rem __mod__ __rmod__ divmod __divmod__ __rdivmod__
    lshift __lshift__ __rlshift__ rshift __rshift__ __rrshift__ and __and__ __rand__ xor __xor__ __rxor__
    or __or__ __ror__ floordiv __floordiv__ __rfloordiv__ truediv __truediv__ __rtruediv__
    matmul __matmul__ __rmatmul__
}

pub fn pow(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value) -> R {
    let own = pow as *const () as usize;
    if modulus.is_none() {
        return binary(cx, a, b, |s| s.pow.map(|f| f as usize), own, &names::__pow__, &names::__rpow__);
    }
    if a.ty(cx).slots().pow.is_some_and(|f| f as usize == own) {
        let args = [b.clone(), modulus.clone()];
        return Ok(ops::call_special(cx, a, &names::__pow__, &args)?.unwrap_or_else(Value::not_implemented));
    }
    if b.ty(cx).slots().pow.is_some_and(|f| f as usize == own) {
        let args = [a.clone(), modulus.clone()];
        return Ok(ops::call_special(cx, b, &names::__rpow__, &args)?.unwrap_or_else(Value::not_implemented));
    }
    Ok(Value::not_implemented())
}

macro_rules! inplace_slots {
    ($($f:ident $name:ident)*) => { $(
        pub fn $f(cx: &mut Cx, a: &Value, b: &Value) -> R {
            method_or_not_implemented(cx, a, &names::$name, b)
        }
    )* };
}

inplace_slots! {
    iadd __iadd__ isub __isub__ imul __imul__ irem __imod__ ilshift __ilshift__ irshift __irshift__ iand __iand__
    ixor __ixor__ ior __ior__ ifloordiv __ifloordiv__ itruediv __itruediv__ imatmul __imatmul__
}

pub fn ipow(cx: &mut Cx, a: &Value, b: &Value, _modulus: &Value) -> R {
    method_or_not_implemented(cx, a, &names::__ipow__, b)
}

pub fn hash(cx: &mut Cx, this: &Value) -> R<i64> {
    let ty = this.type_of();
    if attr::lookup_type(cx, &ty, &names::__hash__).is_none_or(|f| f.is_none()) {
        return super::wrappers::unhashable(cx, this);
    }
    let result = special(cx, this, &names::__hash__, &[])?;
    let hash = match result.as_int() {
        None => return Err(cx.type_error("__hash__ method should return an integer")),
        Some(int) => match int.to_i64() {
            Some(h) => h,
            None => crate::hash::hash_big(&int.to_big()),
        },
    };
    Ok(if hash == -1 { -2 } else { hash })
}

pub fn bool(cx: &mut Cx, this: &Value) -> R<bool> {
    match ops::call_special(cx, this, &names::__bool__, &[])? {
        Some(result) => match result.as_bool() {
            Some(b) => Ok(b),
            None => {
                let message = format!("__bool__ should return bool, returned {}", result.type_name(cx));
                Err(cx.type_error(message))
            }
        },
        None => Ok(len(cx, this)? != 0),
    }
}

pub fn len(cx: &mut Cx, this: &Value) -> R<usize> {
    let result = special(cx, this, &names::__len__, &[])?;
    let int = crate::int::index(cx, &result)?;
    match int.as_int() {
        Some(i) if i.is_negative() => Err(cx.value_error("__len__() should return >= 0")),
        Some(i) => match i.to_i64() {
            Some(n) => Ok(n as usize),
            None => Err(cx.overflow_error("cannot fit 'int' into an index-sized integer")),
        },
        None => Ok(0),
    }
}

pub fn getitem(cx: &mut Cx, this: &Value, key: &Value) -> R {
    special(cx, this, &names::__getitem__, std::slice::from_ref(key))
}

pub fn setitem(cx: &mut Cx, this: &Value, key: &Value, value: Option<&Value>) -> R<()> {
    let result = match value {
        Some(value) => ops::call_special(cx, this, &names::__setitem__, &[key.clone(), value.clone()])?,
        None => ops::call_special(cx, this, &names::__delitem__, std::slice::from_ref(key))?,
    };
    match result {
        Some(_) => Ok(()),
        None => {
            let what = if value.is_some() {
                "does not support item assignment"
            } else {
                "does not support item deletion"
            };
            let message = format!("'{}' object {what}", this.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

pub fn contains(cx: &mut Cx, this: &Value, item: &Value) -> R<bool> {
    if unless_none(cx, this, &names::__contains__, "is not a container")?.is_some() {
        let result = special(cx, this, &names::__contains__, std::slice::from_ref(item))?;
        return ops::truth(cx, &result);
    }
    let mut found = false;
    ops::for_each(cx, this, |cx, candidate| {
        found = ops::equal(cx, &candidate, item)?;
        Ok(!found)
    })?;
    Ok(found)
}

pub fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let name = match op {
        CompareOp::Lt => names::__lt__.get(),
        CompareOp::Le => names::__le__.get(),
        CompareOp::Eq => names::__eq__.get(),
        CompareOp::Ne => names::__ne__.get(),
        CompareOp::Gt => names::__gt__.get(),
        CompareOp::Ge => names::__ge__.get(),
    };
    // None as the method means: not supported.
    let ty = a.type_of();
    match attr::lookup_type(cx, &ty, name) {
        None => Ok(Value::not_implemented()),
        Some(_) => method_or_not_implemented(cx, a, name, b),
    }
}

pub fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    match special(cx, this, &names::__next__, &[]) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => {
            // A value of StopIteration matters to `yield from` only, which calls `send`.
            let is_plain = cx.raised_is(&raised, &exc::STOP_ITERATION)
                && cx.peek_raised(&raised).is_some_and(|e| {
                    e.cast::<exc::Exception>().is_some_and(|e| {
                        e.get(cx).extra.first().is_none_or(|v| v.as_ref().is_none_or(Value::is_none))
                    })
                });
            if is_plain {
                drop(cx.take_raised(raised));
                return Ok(None);
            }
            Err(raised)
        }
    }
}

pub fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    cx.check_native_stack("")?;
    let ty = this.type_of();
    let Some(found) = attr::lookup_type(cx, &ty, &names::__call__) else {
        let message = format!("'{}' object is not callable", this.type_name(cx));
        return Err(cx.type_error(message));
    };
    if found.ty(cx).has(flags::METHOD_DESCRIPTOR) {
        return call_with_receiver(this, args, |args| ops::call_args(cx, &found, args));
    }
    let bound = attr::bind(cx, found, this, &ty)?;
    ops::call_args(cx, &bound, args)
}

pub fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let ty = this.type_of();
    let Some(found) = attr::lookup_type(cx, &ty, &names::__init__) else { return Ok(()) };
    let result = if found.ty(cx).has(flags::METHOD_DESCRIPTOR) {
        call_with_receiver(this, args, |args| ops::call_args(cx, &found, args))?
    } else {
        let bound = attr::bind(cx, found, this, &ty)?;
        ops::call_args(cx, &bound, args)?
    };
    if result.is_none() {
        return Ok(());
    }
    let message = format!("__init__() should return None, not '{}'", result.type_name(cx));
    Err(cx.type_error(message))
}

/// `__new__` of a class written in Python: a static method that gets the class first.
pub fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let class_value = class.to_value();
    let method = ops::getattr(cx, &class_value, &names::__new__)?;
    call_with_receiver(&class_value, args, |args| ops::call_args(cx, &method, args))
}

/// `__getattribute__` in Python, or `__getattr__` beside the default one.
pub fn getattr(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> R {
    cx.check_native_stack("")?;
    let ty = this.type_of();
    let hook = attr::lookup_type(cx, &ty, &names::__getattr__);
    let own = attr::lookup_type(cx, &ty, &names::__getattribute__);
    let own_is_generic = own.as_ref().is_none_or(|f| {
        f.cast::<crate::descr::SlotWrapper>().is_some_and(|w| {
            w.owner.as_type().is_some_and(|t| {
                t.slots().getattr.is_some_and(|f| f as usize == attr::generic_get as *const () as usize)
            })
        })
    });
    let found = if own_is_generic {
        match (attr::generic_get_opt(cx, this, name), &hook) {
            (Ok(Some(value)), _) => Ok(value),
            (Ok(None), None) => Err(attr::no_attribute(cx, this, name)),
            (Ok(None), Some(hook)) => return call_hook(cx, this, &ty, hook, name),
            (Err(raised), _) => Err(raised),
        }
    } else {
        special(cx, this, &names::__getattribute__, &[name.to_value()])
    };
    match (found, hook) {
        (Err(raised), Some(hook)) => {
            cx.catch(raised, &exc::ATTRIBUTE_ERROR)?;
            call_hook(cx, this, &ty, &hook, name)
        }
        (found, _) => found,
    }
}

fn call_hook(cx: &mut Cx, this: &Value, ty: &Obj<Type>, hook: &Value, name: &Obj<Str>) -> R {
    if hook.ty(cx).has(flags::METHOD_DESCRIPTOR) {
        return ops::call(cx, hook, &[this.clone(), name.to_value()]);
    }
    let bound = attr::bind(cx, hook.clone(), this, ty)?;
    ops::call(cx, &bound, &[name.to_value()])
}

pub fn setattr(cx: &mut Cx, this: &Value, name: &Obj<Str>, value: Option<&Value>) -> R<()> {
    match value {
        Some(value) => special(cx, this, &names::__setattr__, &[name.to_value(), value.clone()]),
        None => special(cx, this, &names::__delattr__, &[name.to_value()]),
    }
    .map(drop)
}

pub fn descr_get(cx: &mut Cx, this: &Value, obj: Option<&Value>, ty: Option<&Value>) -> R {
    let owner = this.type_of();
    match attr::lookup_type(cx, &owner, &names::__get__) {
        None => Ok(this.clone()),
        Some(get) => {
            let none = Value::none();
            let args = [this.clone(), obj.unwrap_or(&none).clone(), ty.unwrap_or(&none).clone()];
            ops::call(cx, &get, &args)
        }
    }
}

pub fn descr_set(cx: &mut Cx, this: &Value, obj: &Value, value: Option<&Value>) -> R<()> {
    match value {
        Some(value) => special(cx, this, &names::__set__, &[obj.clone(), value.clone()]),
        None => special(cx, this, &names::__delete__, std::slice::from_ref(obj)),
    }
    .map(drop)
}

pub fn finalize(cx: &mut Cx, this: &Value) -> R<()> {
    ops::call_special(cx, this, &names::__del__, &[]).map(drop)
}

pub fn buffer(cx: &mut Cx, this: &Value, request: crate::buffer::BufferRequest) -> R<crate::buffer::Buffer> {
    let bits = cx.int(request.0.into());
    let view = special(cx, this, &names::__buffer__, &[bits])?;
    crate::buffer::of_python_method(cx, this, view, request)
}
