//! `match` statements.

use taipan_object::{Cx, R, Tuple, Type, Value, flags, names, ops};

use super::{Regs, Step, attempt, bool_slot};
use crate::slot;

pub unsafe fn match_mapping(_cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the subject lies on the stack; room for the answer.
    unsafe {
        let is = r.lend(1).ty_unguarded().has(flags::MAPPING);
        r.push(bool_slot(is));
    }
    Step::Next(r)
}

pub unsafe fn match_sequence(_cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the subject lies on the stack; room for the answer.
    unsafe {
        let is = r.lend(1).ty_unguarded().has(flags::SEQUENCE);
        r.push(bool_slot(is));
    }
    Step::Next(r)
}

/// `subject, keys`: pushes the tuple of their values, or None.
pub unsafe fn match_keys(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: subject and keys lie on the stack; room for the answer.
    unsafe {
        let (subject, keys) = (r.lend(2), r.lend(1));
        let values = attempt!(r, values_of(cx, &subject, &keys));
        r.push_value(values);
    }
    Step::Next(r)
}

fn values_of(cx: &mut Cx, subject: &Value, keys: &Value) -> R {
    let Some(keys) = keys.cast::<Tuple>() else { return Err(cx.system_error("MATCH_KEYS needs a tuple")) };
    if keys.items().is_empty() {
        return Ok(cx.tuple(Vec::new()).into_value());
    }
    let get = ops::getattr(cx, subject, &names::get)?;
    let sentinel = cx.new_object(taipan_object::ty::Object).into_value();
    let seen = crate::containers::set(cx);
    let mut values = Vec::with_capacity(keys.items().len());
    for key in keys.items() {
        if ops::contains(cx, &seen, key)? {
            let text = ops::repr(cx, key)?.to_string_lossy().into_owned();
            return Err(cx.value_error(format!("mapping pattern checks duplicate key ({text})")));
        }
        crate::containers::set_add(cx, &seen, key)?;
        let value = ops::call(cx, &get, &[key.clone(), sentinel.clone()])?;
        if value.is(&sentinel) {
            return Ok(Value::none());
        }
        values.push(value);
    }
    Ok(cx.tuple(values).into_value())
}

/// `subject, class, names of keyword patterns`: the tuple of attributes, or None; the operand counts positional patterns.
pub unsafe fn match_class(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the three operands lie on the stack and are replaced.
    unsafe {
        let (subject, class, names) = (r.lend(3), r.lend(2), r.lend(1));
        let result = attempt!(r, attributes(cx, &subject, &class, arg as usize, &names));
        r.drop_top(cx, 3);
        r.push(slot::slot(result.unwrap_or_else(Value::none)));
    }
    Step::Next(r)
}

fn attributes(
    cx: &mut Cx,
    subject: &Value,
    class: &Value,
    positional: usize,
    keywords: &Value,
) -> R<Option<Value>> {
    let Some(ty) = class.as_type() else {
        return Err(cx.type_error("called match pattern must be a class"));
    };
    if !ops::is_instance(cx, subject, class)? {
        return Ok(None);
    }
    let mut seen: Vec<Value> = Vec::new();
    let mut values = Vec::new();
    if positional > 0 && !positional_attributes(cx, subject, class, ty, positional, &mut seen, &mut values)? {
        return Ok(None);
    }
    let keywords: Vec<Value> = keywords.cast::<Tuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    for name in keywords {
        match attribute(cx, subject, ty, &name, &mut seen)? {
            Some(value) => values.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(cx.tuple(values).into_value()))
}

fn positional_attributes(
    cx: &mut Cx,
    subject: &Value,
    class: &Value,
    ty: &taipan_object::Obj<Type>,
    count: usize,
    seen: &mut Vec<Value>,
    values: &mut Vec<Value>,
) -> R<bool> {
    let name = ty.full_name().into_owned();
    let (allowed, match_args, itself) = match ops::getattr_opt(cx, class, &names::__match_args__)? {
        Some(args) => {
            let Some(items) = args.cast_exact::<Tuple>() else {
                let message = format!("{name}.__match_args__ must be a tuple (got {})", args.type_name(cx));
                return Err(cx.type_error(message));
            };
            (items.items().len(), items.items().to_vec(), false)
        }
        None => {
            let itself = ty.has(flags::MATCH_SELF);
            (usize::from(itself), Vec::new(), itself)
        }
    };
    if allowed < count {
        let plural = if allowed == 1 { "" } else { "s" };
        let message = format!("{name}() accepts {allowed} positional sub-pattern{plural} ({count} given)");
        return Err(cx.type_error(message));
    }
    if itself {
        values.push(subject.clone());
        return Ok(true);
    }
    for attr in match_args.iter().take(count) {
        if attr.as_str().is_none() {
            let message = format!("__match_args__ elements must be strings (got {})", attr.type_name(cx));
            return Err(cx.type_error(message));
        }
        match attribute(cx, subject, ty, attr, seen)? {
            Some(value) => values.push(value),
            None => return Ok(false),
        }
    }
    Ok(true)
}

fn attribute(
    cx: &mut Cx,
    subject: &Value,
    ty: &taipan_object::Obj<Type>,
    name: &Value,
    seen: &mut Vec<Value>,
) -> R<Option<Value>> {
    let Some(text) = name.as_str() else { return Ok(None) };
    if seen.iter().filter_map(Value::as_str).any(|s| s.same(text)) {
        let shown = ops::repr(cx, name)?.to_string_lossy().into_owned();
        let message = format!("{}() got multiple sub-patterns for attribute {shown}", ty.full_name());
        return Err(cx.type_error(message));
    }
    seen.push(name.clone());
    ops::getattr_opt(cx, subject, text)
}
