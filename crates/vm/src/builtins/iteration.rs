//! Functions over iterables.

use taipan_macros::native;
use taipan_object::{Args, CompareOp, Cx, R, Value, exc, names, ops};
use taipan_types::list;

use super::attributes::check_count;

/// Return an AsyncIterator for an AsyncIterable object.
#[native("aiter(async_iterable, /)")]
pub fn aiter(cx: &mut Cx, iterable: &Value) -> R {
    let Some(get) = iterable.ty(cx).slots().aiter else {
        let message = format!("'{}' object is not an async iterable", iterable.type_name(cx));
        return Err(cx.type_error(message));
    };
    let iterator = get(cx, iterable)?;
    if iterator.ty(cx).slots().anext.is_none() {
        let message = format!("aiter() returned not an async iterator of type '{}'", iterator.type_name(cx));
        return Err(cx.type_error(message));
    }
    Ok(iterator)
}

/// Return the next item from the async iterator.
///
/// If default is given and the async iterator is exhausted,
/// it is returned instead of raising StopAsyncIteration.
#[native("anext(aiterator, default=None, /)", no_signature)]
pub fn anext(cx: &mut Cx, iterator: &Value, default: Option<&Value>) -> R {
    let Some(next) = iterator.ty(cx).slots().anext else {
        let message = format!("'{}' object is not an async iterator", iterator.type_name(cx));
        return Err(cx.type_error(message));
    };
    let awaitable = next(cx, iterator)?;
    match default {
        None => Ok(awaitable),
        Some(default) => Ok(super::iterators::anext_awaitable(cx, awaitable, default.clone())),
    }
}

/// Return True if bool(x) is True for all values x in the iterable.
///
/// If the iterable is empty, return True.
#[native("all(iterable, /)")]
pub fn all(cx: &mut Cx, iterable: &Value) -> R<bool> {
    let iterator = ops::iter(cx, iterable)?;
    while let Some(item) = ops::next(cx, &iterator)? {
        if !ops::truth(cx, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Return True if bool(x) is True for any x in the iterable.
///
/// If the iterable is empty, return False.
#[native("any(iterable, /)")]
pub fn any(cx: &mut Cx, iterable: &Value) -> R<bool> {
    let iterator = ops::iter(cx, iterable)?;
    while let Some(item) = ops::next(cx, &iterator)? {
        if ops::truth(cx, &item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// iter(iterable) -> iterator
/// iter(callable, sentinel) -> iterator
///
/// Get an iterator from an object.
/// In the first form, the argument must supply its own iterator, or be a sequence.
/// In the second form, the callable is called until it returns the sentinel.
#[native("iter(object, sentinel=None, /)", no_signature)]
pub fn iter(cx: &mut Cx, object: &Value, sentinel: Option<&Value>) -> R {
    let Some(sentinel) = sentinel else { return ops::iter(cx, object) };
    if object.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("iter(v, w): v must be callable"));
    }
    Ok(taipan_types::iterators::callable_iterator(cx, object, sentinel))
}

/// next(iterator[, default])
///
/// Return the next item from the iterator. If default is given and the iterator
/// is exhausted, it is returned instead of raising StopIteration.
#[native("next(iterator, default=None, /)", no_signature)]
pub fn next(cx: &mut Cx, iterator: &Value, default: Option<&Value>) -> R {
    let Some(step) = iterator.ty(cx).slots().next else {
        let message = format!("'{}' object is not an iterator", iterator.type_name(cx));
        return Err(cx.type_error(message));
    };
    match (step(cx, iterator), default) {
        (Ok(Some(item)), _) => Ok(item),
        (Ok(None), Some(default)) => Ok(default.clone()),
        (Ok(None), None) => Err(cx.stop_iteration(None)),
        (Err(raised), Some(default)) => {
            cx.catch(raised, &exc::STOP_ITERATION)?;
            Ok(default.clone())
        }
        (Err(raised), None) => Err(raised),
    }
}

/// A new sorted list of an iterable's items.
pub fn sorted_list(cx: &mut Cx, iterable: &Value) -> R {
    let items = ops::collect(cx, iterable)?;
    let made = list::new_list(cx, items).into_value();
    ops::call_method(cx, &made, &names::sort, &[])?;
    Ok(made)
}

/// Return a new list containing all items from the iterable in ascending order.
///
/// A custom key function can be supplied to customize the sort order, and the
/// reverse flag can be set to request the result in descending order.
#[native("sorted(iterable, /, *, key=None, reverse=False)")]
pub fn sorted(cx: &mut Cx, args: Args<'_>) -> R {
    let [iterable] = args.pos() else {
        return Err(cx.type_error(format!("sorted expected 1 argument, got {}", args.pos().len())));
    };
    let items = ops::collect(cx, iterable)?;
    let made = list::new_list(cx, items).into_value();
    let sort = ops::getattr(cx, &made, &names::sort)?;
    let keywords = args.values().get(1..).unwrap_or_default();
    ops::call_args(cx, &sort, Args::new(keywords, args.names()))?;
    Ok(made)
}

/// max(iterable, *[, default=obj, key=func]) -> value
/// max(arg1, arg2, *args, *[, key=func]) -> value
///
/// With a single iterable argument, return its biggest item. The
/// default keyword-only argument specifies an object to return if
/// the provided iterable is empty.
/// With two or more positional arguments, return the largest argument.
#[native("max(iterable, *args, default=None, key=None)", no_signature)]
pub fn max(cx: &mut Cx, args: Args<'_>) -> R {
    extreme(cx, args, "max", CompareOp::Gt)
}

/// min(iterable, *[, default=obj, key=func]) -> value
/// min(arg1, arg2, *args, *[, key=func]) -> value
///
/// With a single iterable argument, return its smallest item. The
/// default keyword-only argument specifies an object to return if
/// the provided iterable is empty.
/// With two or more positional arguments, return the smallest argument.
#[native("min(iterable, *args, default=None, key=None)", no_signature)]
pub fn min(cx: &mut Cx, args: Args<'_>) -> R {
    extreme(cx, args, "min", CompareOp::Lt)
}

fn extreme(cx: &mut Cx, args: Args<'_>, name: &str, op: CompareOp) -> R {
    let (mut key, mut default) = (None, None);
    for (keyword, value) in args.keywords() {
        if keyword.eq_str("key") {
            key = Some(value).filter(|k| !k.is_none());
        } else if keyword.eq_str("default") {
            default = Some(value);
        } else {
            let keyword = keyword.to_string_lossy().into_owned();
            return Err(cx.type_error(format!("{name}() got an unexpected keyword argument '{keyword}'")));
        }
    }
    match args.pos() {
        [] => {
            let without = Args::positional(args.pos());
            check_count(cx, name, without, 1, usize::MAX).and_then(|()| Err(cx.system_error("no argument")))
        }
        [iterable] => {
            let iterator = ops::iter(cx, iterable)?;
            let best = best_of(cx, key, op, |cx| ops::next(cx, &iterator))?;
            match (best, default) {
                (Some(best), _) => Ok(best),
                (None, Some(default)) => Ok(default.clone()),
                (None, None) => Err(cx.value_error(format!("{name}() iterable argument is empty"))),
            }
        }
        values => {
            if default.is_some() {
                return Err(cx.type_error(format!(
                    "Cannot specify a default for {name}() with multiple positional arguments"
                )));
            }
            let mut values = values.iter();
            let best = best_of(cx, key, op, |_| Ok(values.next().cloned()))?;
            Ok(best.unwrap_or_else(Value::none))
        }
    }
}

fn best_of(
    cx: &mut Cx,
    key: Option<&Value>,
    op: CompareOp,
    mut next: impl FnMut(&mut Cx) -> R<Option<Value>>,
) -> R<Option<Value>> {
    let mut best: Option<(Value, Value)> = None;
    while let Some(item) = next(cx)? {
        let rank = match key {
            Some(key) => ops::call(cx, key, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        let better = match &best {
            None => true,
            Some((_, best_rank)) => ops::compare_bool(cx, &rank, best_rank, op)?,
        };
        if better {
            best = Some((item, rank));
        }
    }
    Ok(best.map(|(item, _)| item))
}
