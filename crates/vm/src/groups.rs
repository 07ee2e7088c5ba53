//! Exception groups in `except*`: splitting, and what is raised in the end (PEP 654).

use taipan_object::exc::{self, Exception, fields};
use taipan_object::{Cx, R, Tuple, Value, ops};

use crate::ops::exceptions::matches;

fn is_group(value: &Value) -> bool {
    value.is_instance(&exc::BASE_EXCEPTION_GROUP)
}

/// The part of `exception` that is of `class`, and the rest; None for nothing.
pub fn split_by(cx: &mut Cx, exception: &Value, class: &Value) -> R<(Value, Value)> {
    if exception.is_none() {
        return Ok((Value::none(), Value::none()));
    }
    if matches(exception, class) {
        if is_group(exception) {
            return Ok((exception.clone(), Value::none()));
        }
        // A naked exception is wrapped.
        let items = cx.tuple_value([exception.clone()]);
        let text = cx.empty_str();
        let wrapped = ops::call(cx, &exc::EXCEPTION_GROUP.to_value(), &[text, items])?;
        if let (Some(w), Some(e)) = (wrapped.cast::<Exception>(), exception.cast::<Exception>()) {
            let traceback = e.get(cx).traceback.clone();
            w.get_mut(cx).traceback = traceback;
        }
        return Ok((wrapped, Value::none()));
    }
    if is_group(exception) {
        let name = cx.intern("split");
        let method = ops::getattr(cx, exception, &name)?;
        let pair = ops::call(cx, &method, std::slice::from_ref(class))?;
        let Some(pair_items) = pair.cast::<Tuple>() else {
            let message =
                format!("{}.split must return a tuple, not {}", exception.type_name(cx), pair.type_name(cx));
            return Err(cx.type_error(message));
        };
        let items = pair_items.items();
        if items.len() < 2 {
            let message = format!(
                "{}.split must return a 2-tuple, got tuple of size {}",
                exception.type_name(cx),
                items.len()
            );
            return Err(cx.type_error(message));
        }
        return Ok((items[0].clone(), items[1].clone()));
    }
    Ok((Value::none(), exception.clone()))
}

fn metadata(cx: &Cx, value: &Value) -> Option<(Option<u64>, Option<u64>, Option<u64>)> {
    let e = value.cast::<Exception>()?.get(cx);
    let id = |v: &Option<Value>| v.as_ref().map(Value::id);
    Some((id(&e.traceback), id(&e.context), id(&e.cause)))
}

/// Collects the leaves of a group by identity.
fn leaves(cx: &mut Cx, value: &Value, out: &mut Vec<Value>) -> R<()> {
    cx.check_native_stack("")?;
    if !is_group(value) {
        out.push(value.clone());
        return Ok(());
    }
    let items =
        value.cast::<Exception>().and_then(|e| e.get(cx).extra.get(fields::EXCEPTIONS).cloned().flatten());
    let items: Vec<Value> =
        items.as_ref().and_then(Value::cast::<Tuple>).map(|t| t.items().to_vec()).unwrap_or_default();
    for item in items {
        leaves(cx, &item, out)?;
    }
    Ok(())
}

/// The part of a group whose leaves are among `keep`.
fn project(cx: &mut Cx, group: &Value, keep: &[Value]) -> R<Option<Value>> {
    cx.check_native_stack("")?;
    if !is_group(group) {
        return Ok(keep.iter().any(|k| k.is(group)).then(|| group.clone()));
    }
    let items =
        group.cast::<Exception>().and_then(|e| e.get(cx).extra.get(fields::EXCEPTIONS).cloned().flatten());
    let items: Vec<Value> =
        items.as_ref().and_then(Value::cast::<Tuple>).map(|t| t.items().to_vec()).unwrap_or_default();
    let mut kept = Vec::new();
    for item in items {
        if let Some(part) = project(cx, &item, keep)? {
            kept.push(part);
        }
    }
    if kept.is_empty() {
        return Ok(None);
    }
    let name = cx.intern("derive");
    let method = ops::getattr(cx, group, &name)?;
    let list = crate::containers::list(cx, kept);
    let derived = ops::call(cx, &method, &[list])?;
    if let (Some(to), Some(from)) = (derived.cast::<Exception>(), group.cast::<Exception>()) {
        let data = from.get(cx);
        let (traceback, context, cause) = (data.traceback.clone(), data.context.clone(), data.cause.clone());
        let data = to.get_mut(cx);
        data.traceback = traceback;
        data.context = context;
        data.cause = cause;
    }
    if let Some(notes) = ops::getattr_opt(cx, group, &taipan_object::names::__notes__)? {
        let notes = ops::collect(cx, &notes)?;
        let notes = crate::containers::list(cx, notes);
        ops::setattr(cx, &derived, &taipan_object::names::__notes__, &notes)?;
    }
    Ok(Some(derived))
}

/// What an `except*` statement raises in the end, of the original exception and the list of what its clauses raised or left;
/// None for nothing.
pub fn prepare_reraise(cx: &mut Cx, original: &Value, results: &[Value]) -> R {
    let results: Vec<Value> = results.iter().filter(|r| !r.is_none()).cloned().collect();
    if results.is_empty() {
        return Ok(Value::none());
    }
    if !is_group(original) {
        // A naked exception was caught and raised again, or replaced.
        return Ok(results[0].clone());
    }
    let mut raised = Vec::new();
    let mut again = Vec::new();
    let reference = metadata(cx, original);
    for result in results {
        if is_group(&result) && metadata(cx, &result) == reference {
            again.push(result);
        } else {
            raised.push(result);
        }
    }
    let mut keep = Vec::new();
    for group in &again {
        leaves(cx, group, &mut keep)?;
    }
    let reraised = project(cx, original, &keep)?;
    if raised.is_empty() {
        return Ok(reraised.unwrap_or_else(Value::none));
    }
    raised.extend(reraised);
    if raised.len() == 1 {
        return Ok(raised.remove(0));
    }
    let list = crate::containers::list(cx, raised);
    let text = cx.empty_str();
    ops::call(cx, &exc::EXCEPTION_GROUP.to_value(), &[text, list])
}
