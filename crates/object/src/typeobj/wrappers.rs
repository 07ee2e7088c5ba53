//! Calls of a native slot under its dunder name: `(5).__add__(3)`. Each checks the arguments as CPython's slot wrappers
//! do and turns the slot's Rust result into a value.

use super::slotdefs::SlotDef;
use crate::args::Args;
use crate::cx::Cx;
use crate::exc;
use crate::int;
use crate::ty::*;
use crate::value::{R, Raised, Value};

#[cold]
fn missing(cx: &mut Cx, def: &SlotDef) -> Raised {
    cx.system_error(format!("slot of {} is empty", def.name))
}

fn exactly<'a, const N: usize>(cx: &mut Cx, args: Args<'a>) -> R<&'a [Value; N]> {
    if args.has_keywords() {
        return Err(cx.type_error("wrapper doesn't take keyword arguments"));
    }
    let given = args.pos().len();
    match <&[Value; N]>::try_from(args.pos()) {
        Ok(values) => Ok(values),
        Err(_) => {
            let plural = if N == 1 { "" } else { "s" };
            Err(cx.type_error(format!("expected {N} argument{plural}, got {given}")))
        }
    }
}

pub fn unary(cx: &mut Cx, def: &SlotDef, f: Option<UnaryFn>, this: &Value, args: Args<'_>) -> R {
    exactly::<0>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this)
}

pub fn binary(cx: &mut Cx, def: &SlotDef, f: Option<BinaryFn>, this: &Value, args: Args<'_>) -> R {
    let [other] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, other)
}

pub fn reflected(cx: &mut Cx, def: &SlotDef, f: Option<BinaryFn>, this: &Value, args: Args<'_>) -> R {
    let [other] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, other, this)
}

fn one_or_two<'a>(cx: &mut Cx, args: Args<'a>) -> R<(&'a Value, Value)> {
    if args.has_keywords() {
        return Err(cx.type_error("wrapper doesn't take keyword arguments"));
    }
    match args.pos() {
        [a] => Ok((a, Value::none())),
        [a, b] => Ok((a, b.clone())),
        other => Err(cx.type_error(format!("expected 1 or 2 arguments, got {}", other.len()))),
    }
}

pub fn power(cx: &mut Cx, def: &SlotDef, f: Option<TernaryFn>, this: &Value, args: Args<'_>) -> R {
    let (other, modulus) = one_or_two(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, other, &modulus)
}

pub fn power_reflected(cx: &mut Cx, def: &SlotDef, f: Option<TernaryFn>, this: &Value, args: Args<'_>) -> R {
    let (other, modulus) = one_or_two(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, other, this, &modulus)
}

pub fn truth(cx: &mut Cx, def: &SlotDef, f: Option<BoolFn>, this: &Value, args: Args<'_>) -> R {
    exactly::<0>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this).map(Value::bool)
}

pub fn length(cx: &mut Cx, def: &SlotDef, f: Option<LenFn>, this: &Value, args: Args<'_>) -> R {
    exactly::<0>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this).map(|n| cx.int(n as i64))
}

pub fn hash(cx: &mut Cx, def: &SlotDef, f: Option<HashFn>, this: &Value, args: Args<'_>) -> R {
    exactly::<0>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this).map(|h| cx.int(h))
}

pub fn contains(cx: &mut Cx, def: &SlotDef, f: Option<ContainsFn>, this: &Value, args: Args<'_>) -> R {
    let [item] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, item).map(Value::bool)
}

pub fn set_item(cx: &mut Cx, def: &SlotDef, f: Option<SetItemFn>, this: &Value, args: Args<'_>) -> R {
    let [key, value] = exactly::<2>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, key, Some(value)).map(|()| Value::none())
}

pub fn delete_item(cx: &mut Cx, def: &SlotDef, f: Option<SetItemFn>, this: &Value, args: Args<'_>) -> R {
    let [key] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, key, None).map(|()| Value::none())
}

pub fn repeat(cx: &mut Cx, def: &SlotDef, f: Option<RepeatFn>, this: &Value, args: Args<'_>) -> R {
    let [count] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    let int = int::index(cx, count)?;
    match int.as_int().and_then(|i| i.to_i64()) {
        Some(n) => f(cx, this, n),
        None => {
            let message = format!("cannot fit '{}' into an index-sized integer", count.type_name(cx));
            Err(cx.overflow_error(message))
        }
    }
}

pub fn compare(
    cx: &mut Cx,
    def: &SlotDef,
    f: Option<CompareFn>,
    op: CompareOp,
    this: &Value,
    args: Args<'_>,
) -> R {
    let [other] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, other, op)
}

pub fn next(cx: &mut Cx, def: &SlotDef, f: Option<NextFn>, this: &Value, args: Args<'_>) -> R {
    exactly::<0>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    match f(cx, this)? {
        Some(value) => Ok(value),
        None => Err(cx.stop_iteration(None)),
    }
}

pub fn call(cx: &mut Cx, def: &SlotDef, f: Option<CallFn>, this: &Value, args: Args<'_>) -> R {
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, args)
}

pub fn init(cx: &mut Cx, def: &SlotDef, f: Option<InitFn>, this: &Value, args: Args<'_>) -> R {
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, args).map(|()| Value::none())
}

pub fn get_attribute(cx: &mut Cx, def: &SlotDef, f: Option<GetAttrFn>, this: &Value, args: Args<'_>) -> R {
    let [name] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    match name.as_str() {
        Some(name) => f(cx, this, name),
        None => Err(attribute_name(cx, name)),
    }
}

#[cold]
pub fn attribute_name(cx: &mut Cx, name: &Value) -> Raised {
    let message = format!("attribute name must be string, not '{}'", name.type_name(cx));
    cx.type_error(message)
}

/// `__setattr__` of a built-in type must not be used to get round the one of a more derived built-in type ("the Carlo
/// Verre hack").
fn check_setattr(cx: &mut Cx, def: &SlotDef, f: SetAttrFn, this: &Value) -> R<()> {
    let mut ty = this.type_of();
    loop {
        let slot = ty.slots().setattr;
        let base = ty.rest(cx).base.clone();
        if slot.is_some_and(|s| s as usize == f as usize) {
            return Ok(());
        }
        if !ty.has(flags::HEAP_TYPE) && slot.is_some() {
            let message = format!("can't apply this {} to {} object", def.name, this.type_name(cx));
            return Err(cx.type_error(message));
        }
        match base.as_ref().and_then(Value::as_type) {
            Some(base) => ty = base.to_handle(),
            None => return Ok(()),
        }
    }
}

pub fn set_attribute(cx: &mut Cx, def: &SlotDef, f: Option<SetAttrFn>, this: &Value, args: Args<'_>) -> R {
    let [name, value] = exactly::<2>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    check_setattr(cx, def, f, this)?;
    match name.as_str() {
        Some(name) => f(cx, this, name, Some(value)).map(|()| Value::none()),
        None => Err(attribute_name(cx, name)),
    }
}

pub fn delete_attribute(cx: &mut Cx, def: &SlotDef, f: Option<SetAttrFn>, this: &Value, args: Args<'_>) -> R {
    let [name] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    check_setattr(cx, def, f, this)?;
    match name.as_str() {
        Some(name) => f(cx, this, name, None).map(|()| Value::none()),
        None => Err(attribute_name(cx, name)),
    }
}

pub fn descr_get(cx: &mut Cx, def: &SlotDef, f: Option<DescrGetFn>, this: &Value, args: Args<'_>) -> R {
    let (obj, owner) = one_or_two(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    let obj = Some(obj).filter(|o| !o.is_none());
    let owner = Some(&owner).filter(|o| !o.is_none());
    if obj.is_none() && owner.is_none() {
        return Err(cx.type_error("__get__(None, None) is invalid"));
    }
    f(cx, this, obj, owner)
}

pub fn descr_set(cx: &mut Cx, def: &SlotDef, f: Option<DescrSetFn>, this: &Value, args: Args<'_>) -> R {
    let [obj, value] = exactly::<2>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, obj, Some(value)).map(|()| Value::none())
}

pub fn descr_delete(cx: &mut Cx, def: &SlotDef, f: Option<DescrSetFn>, this: &Value, args: Args<'_>) -> R {
    let [obj] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this, obj, None).map(|()| Value::none())
}

pub fn finalize(cx: &mut Cx, def: &SlotDef, f: Option<FinalizeFn>, this: &Value, args: Args<'_>) -> R {
    exactly::<0>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    f(cx, this).map(|()| Value::none())
}

pub fn buffer(cx: &mut Cx, def: &SlotDef, f: Option<BufferFn>, this: &Value, args: Args<'_>) -> R {
    let [request] = exactly::<1>(cx, args)?;
    let Some(f) = f else { return Err(missing(cx, def)) };
    let bits = int::index_i64(cx, request)?;
    let _ = f;
    let memoryview = cx.interp().runtime.memoryview;
    memoryview(cx, this, bits)
}

/// `__new__` as found in a built-in class's dictionary: checks the class before it makes an instance.
pub fn new(cx: &mut Cx, owner: &crate::Obj<Type>, args: Args<'_>) -> R {
    let owner_name = owner.full_name().into_owned();
    let Some((class, rest)) = args.split_first() else {
        return Err(cx.type_error(format!("{owner_name}.__new__(): not enough arguments")));
    };
    let Some(class) = class.as_type() else {
        let message = format!("{owner_name}.__new__(X): X is not a type object ({})", class.type_name(cx));
        return Err(cx.type_error(message));
    };
    if !class.is_subtype(owner) {
        let name = class.full_name().into_owned();
        return Err(
            cx.type_error(format!("{owner_name}.__new__({name}): {name} is not a subtype of {owner_name}"))
        );
    }
    // The nearest built-in base decides: `object.__new__(int)` is not safe.
    let base = super::native_base(cx, class);
    let (wanted, ours) = (base.slots().new, owner.slots().new);
    if wanted.is_none() || base.has(flags::DISALLOW_INSTANTIATION) {
        let name = class.full_name().into_owned();
        return Err(cx.type_error(format!("cannot create '{name}' instances")));
    }
    if wanted.map(|f| f as usize) != ours.map(|f| f as usize) {
        let mut safe = class.to_handle();
        while safe
            .slots()
            .new
            .is_some_and(|f| std::ptr::fn_addr_eq(f, super::python::new as crate::ty::NewFn))
        {
            match safe.rest(cx).base.as_ref().and_then(Value::as_type).map(|b| b.to_handle()) {
                Some(next) => safe = next,
                None => break,
            }
        }
        let (name, safe) = (class.full_name().into_owned(), safe.full_name().into_owned());
        return Err(cx.type_error(format!("{owner_name}.__new__({name}) is not safe, use {safe}.__new__()")));
    }
    match ours {
        Some(f) => f(cx, class, rest),
        None => Err(cx.type_error(format!("cannot create '{owner_name}' instances"))),
    }
}

/// What `hash` is for a class whose `__hash__` is None.
pub fn unhashable(cx: &mut Cx, value: &Value) -> R<i64> {
    let message = format!("unhashable type: '{}'", value.type_name(cx));
    Err(cx.raise(&exc::TYPE_ERROR, message))
}
