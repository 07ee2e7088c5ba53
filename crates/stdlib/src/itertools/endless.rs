//! `count`, `cycle`, `repeat`.

use taipan_macros::{Trace, native, natives};
use taipan_object::{Args, Cx, Obj, R, Type, Value, ops};
use taipan_types::support::TextBuilder;

use taipan_types::iterator_type;

use super::positional;

/// The payload of `count`.
#[derive(Trace)]
pub struct Count {
    next: Value,
    step: Value,
}

iterator_type!(
    Count,
    COUNT,
    "itertools.count",
    count__slot,
    count_next,
    &[],
    "count(start=0, step=1)\n--\n\nReturn a count object whose .__next__() method returns consecutive values.\n\nEquivalent to:\n    def count(firstval=0, step=1):\n        x = firstval\n        while 1:\n            yield x\n            x += step",
    repr: count_repr
);

#[native("count(start=0, step=1)", constructor)]
fn count(cx: &mut Cx, class: &Obj<Type>, start: Option<&Value>, step: Option<&Value>) -> R {
    let next = start.cloned().unwrap_or_else(|| Value::small_int(0));
    let step = step.cloned().unwrap_or_else(|| Value::small_int(1));
    for value in [&next, &step] {
        let slots = value.ty(cx).slots();
        let number = slots.index.is_some()
            || slots.float.is_some()
            || slots.int.is_some()
            || slots.add.is_some() && slots.sub.is_some();
        if !number {
            return Err(cx.type_error("a number is required"));
        }
    }
    Ok(cx.new_instance(class, Count { next, step }).into_value())
}

fn count_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Count>() else { return Ok(None) };
    let state = object.get(cx);
    let current = state.next.clone();
    let following = match (current.word().as_int(), state.step.word().as_int()) {
        (Some(a), Some(b)) if a.checked_add(b).is_some() => cx.int(a + b),
        _ => {
            let step = state.step.clone();
            ops::binary(cx, ops::BinaryOp::Add, &current, &step)?
        }
    };
    let old = std::mem::replace(&mut object.get_mut(cx).next, following);
    drop(old);
    Ok(Some(current))
}

fn count_repr(cx: &mut Cx, this: &Value) -> R {
    let Some(this) = this.cast::<Count>() else { return Err(cx.type_error("a count is required")) };
    let state = this.get(cx);
    let (next, step) = (state.next.clone(), state.step.clone());
    let mut text = TextBuilder::default();
    text.push("count(");
    text.push_repr(cx, &next)?;
    if step.word().as_int() != Some(1) {
        text.push(", ");
        text.push_repr(cx, &step)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

/// The payload of `cycle`.
#[derive(Trace)]
pub struct Cycle {
    /// `None` once the first round is over.
    iterator: Option<Value>,
    saved: Vec<Value>,
    #[trace(skip)]
    next: usize,
}

iterator_type!(
    Cycle,
    CYCLE,
    "itertools.cycle",
    cycle_new,
    cycle_next,
    &[],
    "cycle(iterable, /)\n--\n\nReturn elements from the iterable until it is exhausted. Then repeat the sequence indefinitely."
);

fn cycle_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let [iterable] = positional(cx, class, &CYCLE, args)?;
    let iterator = ops::iter(cx, iterable)?;
    Ok(cx.new_instance(class, Cycle { iterator: Some(iterator), saved: Vec::new(), next: 0 }).into_value())
}

fn cycle_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Cycle>() else { return Ok(None) };
    if let Some(iterator) = object.get(cx).iterator.clone() {
        if let Some(item) = ops::next(cx, &iterator)? {
            object.get_mut(cx).saved.push(item.clone());
            return Ok(Some(item));
        }
        let done = object.get_mut(cx).iterator.take();
        drop(done);
    }
    let state = object.get_mut(cx);
    if state.saved.is_empty() {
        return Ok(None);
    }
    let item = state.saved[state.next].clone();
    state.next = (state.next + 1) % state.saved.len();
    Ok(Some(item))
}

/// The payload of `repeat`.
#[derive(Trace)]
pub struct Repeat {
    object: Value,
    /// `None` for ever.
    left: Option<i64>,
}

iterator_type!(
    Repeat,
    REPEAT,
    "itertools.repeat",
    repeat__slot,
    repeat_next,
    natives![repeat_length_hint],
    "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
    repr: repeat_repr
);

#[native("repeat(object, times=<unrepresentable>)", constructor)]
fn repeat(cx: &mut Cx, class: &Obj<Type>, object: &Value, times: Option<i64>) -> R {
    let left = times.map(|n| n.max(0));
    Ok(cx.new_instance(class, Repeat { object: object.clone(), left }).into_value())
}

fn repeat_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Repeat>() else { return Ok(None) };
    let state = object.get_mut(cx);
    match &mut state.left {
        Some(0) => return Ok(None),
        Some(n) => *n -= 1,
        None => {}
    }
    Ok(Some(state.object.clone()))
}

fn repeat_repr(cx: &mut Cx, this: &Value) -> R {
    let Some(this) = this.cast::<Repeat>() else { return Err(cx.type_error("a repeat is required")) };
    let state = this.get(cx);
    let (object, left) = (state.object.clone(), state.left);
    let mut text = TextBuilder::default();
    text.push("repeat(");
    text.push_repr(cx, &object)?;
    if let Some(n) = left {
        text.push(&format!(", {n}"));
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

/// Private method returning an estimate of len(list(it)).
#[native("repeat.__length_hint__($self, /)")]
fn repeat_length_hint(cx: &mut Cx, this: &Obj<Repeat>) -> R<i64> {
    match this.get(cx).left {
        Some(n) => Ok(n),
        None => Err(cx.type_error("len() of unsized object")),
    }
}
