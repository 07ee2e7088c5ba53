//! `accumulate`, `batched`, `groupby`, `pairwise`.

use taipan_macros::{Trace, native};
use taipan_object::{Args, Cx, Obj, R, Type, Value, ops};

use taipan_types::iterator_type;

use super::positional;

/// The payload of `accumulate`.
#[derive(Trace)]
pub struct Accumulate {
    iterator: Value,
    function: Option<Value>,
    total: Option<Value>,
    initial: Option<Value>,
}

iterator_type!(
    Accumulate,
    ACCUMULATE,
    "itertools.accumulate",
    accumulate__slot,
    accumulate_next,
    &[],
    "accumulate(iterable, func=None, *, initial=None)\n--\n\nReturn series of accumulated sums (or other binary function results)."
);

#[native("accumulate(iterable, func=None, *, initial=None)", constructor)]
fn accumulate(
    cx: &mut Cx,
    class: &Obj<Type>,
    iterable: &Value,
    func: Option<&Value>,
    initial: Option<&Value>,
) -> R {
    let iterator = ops::iter(cx, iterable)?;
    let given = |v: Option<&Value>| v.filter(|v| !v.is_none()).cloned();
    let payload = Accumulate { iterator, function: given(func), total: None, initial: given(initial) };
    Ok(cx.new_instance(class, payload).into_value())
}

fn accumulate_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Accumulate>() else { return Ok(None) };
    if let Some(initial) = object.get_mut(cx).initial.take() {
        object.get_mut(cx).total = Some(initial.clone());
        return Ok(Some(initial));
    }
    let state = object.get(cx);
    let (iterator, function) = (state.iterator.clone(), state.function.clone());
    let Some(item) = ops::next(cx, &iterator)? else { return Ok(None) };
    let total = match (object.get(cx).total.clone(), function) {
        (None, _) => item,
        (Some(total), None) => ops::binary(cx, ops::BinaryOp::Add, &total, &item)?,
        (Some(total), Some(f)) => ops::call(cx, &f, &[total, item])?,
    };
    let old = object.get_mut(cx).total.replace(total.clone());
    drop(old);
    Ok(Some(total))
}

/// The payload of `batched`.
#[derive(Trace)]
pub struct Batched {
    iterator: Option<Value>,
    #[trace(skip)]
    size: usize,
    #[trace(skip)]
    strict: bool,
}

iterator_type!(
    Batched,
    BATCHED,
    "itertools.batched",
    batched__slot,
    batched_next,
    &[],
    "batched(iterable, n, *, strict=False)\n--\n\nBatch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples up to size n."
);

#[native("batched(iterable, n, *, strict=False)", constructor)]
fn batched(cx: &mut Cx, class: &Obj<Type>, iterable: &Value, n: i64, strict: bool) -> R {
    if n < 1 {
        return Err(cx.value_error("n must be at least one"));
    }
    let iterator = ops::iter(cx, iterable)?;
    let payload = Batched { iterator: Some(iterator), size: n as usize, strict };
    Ok(cx.new_instance(class, payload).into_value())
}

fn batched_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Batched>() else { return Ok(None) };
    let state = object.get(cx);
    let (Some(iterator), size, strict) = (state.iterator.clone(), state.size, state.strict) else {
        return Ok(None);
    };
    let mut batch = Vec::new();
    while batch.len() < size {
        match ops::next(cx, &iterator)? {
            Some(item) => {
                if batch.try_reserve(1).is_err() {
                    return Err(cx.memory_error());
                }
                batch.push(item);
            }
            None => {
                let done = object.get_mut(cx).iterator.take();
                drop(done);
                if batch.is_empty() {
                    return Ok(None);
                }
                if strict {
                    return Err(cx.value_error("batched(): incomplete batch"));
                }
                break;
            }
        }
    }
    Ok(Some(cx.tuple(batch).into_value()))
}

/// The payload of `pairwise`.
#[derive(Trace)]
pub struct Pairwise {
    iterator: Option<Value>,
    old: Option<Value>,
}

iterator_type!(
    Pairwise,
    PAIRWISE,
    "itertools.pairwise",
    pairwise_new,
    pairwise_next,
    &[],
    "pairwise(iterable, /)\n--\n\nReturn an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ..."
);

fn pairwise_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let [iterable] = positional(cx, class, &PAIRWISE, args)?;
    let iterator = ops::iter(cx, iterable)?;
    Ok(cx.new_instance(class, Pairwise { iterator: Some(iterator), old: None }).into_value())
}

fn pairwise_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Pairwise>() else { return Ok(None) };
    let Some(iterator) = object.get(cx).iterator.clone() else { return Ok(None) };
    let old = match object.get(cx).old.clone() {
        Some(old) => old,
        None => match ops::next(cx, &iterator)? {
            Some(first) => {
                object.get_mut(cx).old = Some(first.clone());
                // Taking the first item may have run this iterator to its end.
                if object.get(cx).iterator.is_none() {
                    return Ok(None);
                }
                first
            }
            None => {
                let done = object.get_mut(cx).iterator.take();
                drop(done);
                return Ok(None);
            }
        },
    };
    match ops::next(cx, &iterator)? {
        Some(new) => {
            let replaced = object.get_mut(cx).old.replace(new.clone());
            drop(replaced);
            Ok(Some(cx.tuple_value([old, new])))
        }
        None => {
            let state = object.get_mut(cx);
            let done = (state.iterator.take(), state.old.take());
            drop(done);
            Ok(None)
        }
    }
}

/// The payload of `groupby`.
#[derive(Trace)]
pub struct GroupBy {
    iterator: Value,
    function: Option<Value>,
    target: Option<Value>,
    key: Option<Value>,
    value: Option<Value>,
    /// Which group is current: a grouper of another number is over.
    #[trace(skip)]
    serial: u64,
}

iterator_type!(
    GroupBy,
    GROUPBY,
    "itertools.groupby",
    groupby__slot,
    groupby_next,
    &[],
    "groupby(iterable, key=None)\n--\n\nmake an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping."
);

#[native("groupby(iterable, key=None)", constructor)]
fn groupby(cx: &mut Cx, class: &Obj<Type>, iterable: &Value, key: Option<&Value>) -> R {
    let payload = GroupBy {
        iterator: ops::iter(cx, iterable)?,
        function: key.filter(|f| !f.is_none()).cloned(),
        target: None,
        key: None,
        value: None,
        serial: 0,
    };
    Ok(cx.new_instance(class, payload).into_value())
}

/// Takes the next item and its key; false at the end.
fn groupby_step(cx: &mut Cx, object: &Obj<GroupBy>) -> R<bool> {
    let state = object.get(cx);
    let (iterator, function) = (state.iterator.clone(), state.function.clone());
    let Some(value) = ops::next(cx, &iterator)? else { return Ok(false) };
    let key = match function {
        Some(f) => ops::call(cx, &f, std::slice::from_ref(&value))?,
        None => value.clone(),
    };
    let state = object.get_mut(cx);
    let old = (state.value.replace(value), state.key.replace(key));
    drop(old);
    Ok(true)
}

fn groupby_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<GroupBy>() else { return Ok(None) };
    object.get_mut(cx).serial += 1;
    loop {
        let state = object.get(cx);
        match (state.key.clone(), state.target.clone()) {
            (None, _) => {}
            (Some(_), None) => break,
            (Some(key), Some(target)) => {
                if !ops::equal(cx, &target, &key)? {
                    break;
                }
            }
        }
        if !groupby_step(cx, object)? {
            return Ok(None);
        }
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
    let state = object.get_mut(cx);
    let Some(key) = state.key.clone() else { return Ok(None) };
    let old = state.target.replace(key.clone());
    let serial = state.serial;
    drop(old);
    let grouper = cx.new_object(Grouper { parent: this.clone(), target: key.clone(), serial }).into_value();
    Ok(Some(cx.tuple_value([key, grouper])))
}

/// The payload of one group of `groupby`.
#[derive(Trace)]
pub struct Grouper {
    parent: Value,
    target: Value,
    #[trace(skip)]
    serial: u64,
}

iterator_type!(Grouper, GROUPER, "itertools._grouper", grouper_new, grouper_next, &[], "");

fn grouper_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let [parent, target] = args.pos() else {
        return Err(cx.type_error(format!("_grouper expected 2 arguments, got {}", args.pos().len())));
    };
    let Some(group) = parent.cast::<GroupBy>() else {
        return Err(cx.type_error("incorrect usage of internal _grouper"));
    };
    let serial = group.get(cx).serial;
    Ok(cx
        .new_instance(class, Grouper { parent: parent.clone(), target: target.clone(), serial })
        .into_value())
}

fn grouper_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Grouper>() else { return Ok(None) };
    let state = object.get(cx);
    let (parent, target, serial) = (state.parent.clone(), state.target.clone(), state.serial);
    let Some(group) = parent.cast::<GroupBy>() else { return Ok(None) };
    if group.get(cx).serial != serial {
        return Ok(None);
    }
    if group.get(cx).value.is_none() && !groupby_step(cx, group)? {
        return Ok(None);
    }
    let Some(key) = group.get(cx).key.clone() else { return Ok(None) };
    if !ops::equal(cx, &target, &key)? {
        return Ok(None);
    }
    Ok(group.get_mut(cx).value.take())
}
