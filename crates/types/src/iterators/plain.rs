//! `reversed`, the iterator over the old sequence protocol, and `iter(callable, sentinel)`.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, attr, exc, flags, names, ops};

use crate::support::builtin;

/// The payload of `reversed` over a sequence.
#[derive(Trace)]
pub struct Reversed {
    /// `None` once exhausted.
    sequence: Option<Value>,
    /// The next index; -1 at the end.
    index: i64,
}

// SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
unsafe impl Payload for Reversed {
    const TYPE: &'static Obj<Type> = &REVERSED;
}

/// `reversed`.
pub static REVERSED: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Reversed>("reversed")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(reversed_new),
            iter: Some(|_, this| Ok(this.clone())),
            next: Some(reversed_next),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![reversed_length_hint, reversed_reduce, reversed_setstate],
            ..TypeDefs::NONE
        })
        .doc("reversed(object, /)\n--\n\nReturn a reverse iterator over the values of the given sequence."),
);

fn reversed_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    crate::support::no_keywords(cx, args, "reversed")?;
    let [sequence] = args.pos() else {
        return Err(cx.type_error(format!("reversed expected 1 argument, got {}", args.pos().len())));
    };
    let ty = sequence.type_of();
    if let Some(method) = attr::lookup_type(cx, &ty, &names::__reversed__) {
        if method.is_none() {
            let message = format!("'{}' object is not reversible", sequence.type_name(cx));
            return Err(cx.type_error(message));
        }
        let bound = attr::bind(cx, method, sequence, &ty)?;
        return ops::call(cx, &bound, &[]);
    }
    if !ops::is_sequence(cx, sequence) {
        let message = format!("'{}' object is not reversible", sequence.type_name(cx));
        return Err(cx.type_error(message));
    }
    let index = ops::len(cx, sequence)? as i64 - 1;
    Ok(cx.new_instance(class, Reversed { sequence: Some(sequence.clone()), index }).into_value())
}

fn reversed_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Reversed>() else { return Ok(None) };
    let state = object.get(cx);
    let (Some(sequence), index) = (state.sequence.clone(), state.index) else { return Ok(None) };
    if index >= 0 {
        let key = cx.int(index);
        match ops::getitem(cx, &sequence, &key) {
            Ok(item) => {
                object.get_mut(cx).index = index - 1;
                return Ok(Some(item));
            }
            Err(raised)
                if cx.raised_is(&raised, &exc::INDEX_ERROR)
                    || cx.raised_is(&raised, &exc::STOP_ITERATION) =>
            {
                drop(cx.take_raised(raised));
            }
            Err(raised) => return Err(raised),
        }
    }
    let state = object.get_mut(cx);
    state.index = -1;
    let done = state.sequence.take();
    drop(done);
    Ok(None)
}

/// Private method returning an estimate of len(list(it)).
#[native("reversed.__length_hint__($self, /)")]
fn reversed_length_hint(cx: &mut Cx, this: &Obj<Reversed>) -> R<i64> {
    let state = this.get(cx);
    let (Some(sequence), index) = (state.sequence.clone(), state.index) else { return Ok(0) };
    let position = index + 1;
    Ok(if (ops::len(cx, &sequence)? as i64) < position { 0 } else { position })
}

/// Return state information for pickling.
#[native("reversed.__reduce__($self, /)", no_signature)]
fn reversed_reduce(cx: &mut Cx, this: &Obj<Reversed>) -> R {
    let class = this.to_value().type_of().into_value();
    let state = this.get(cx);
    let index = state.index;
    match state.sequence.clone() {
        Some(sequence) => {
            let args = cx.tuple_value([sequence]);
            let index = cx.int(index);
            Ok(cx.tuple_value([class, args, index]))
        }
        None => {
            let empty = cx.tuple_value([]);
            let args = cx.tuple_value([empty]);
            Ok(cx.tuple_value([class, args]))
        }
    }
}

/// Set state information for unpickling.
#[native("reversed.__setstate__($self, state, /)", no_signature)]
fn reversed_setstate(cx: &mut Cx, this: &Obj<Reversed>, state: i64) -> R<()> {
    if let Some(sequence) = this.get(cx).sequence.clone() {
        let len = ops::len(cx, &sequence)? as i64;
        this.get_mut(cx).index = state.clamp(-1, len - 1);
    }
    Ok(())
}

/// The payload of the iterator over `__getitem__`.
#[derive(Trace)]
pub struct SequenceIterator {
    sequence: Option<Value>,
    index: i64,
}

// SAFETY: instances of the type are `Obj<SequenceIterator>`; all values are traced.
unsafe impl Payload for SequenceIterator {
    const TYPE: &'static Obj<Type> = &SEQUENCE_ITERATOR;
}

/// `iterator`.
pub static SEQUENCE_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<SequenceIterator>("iterator")
        .base(&OBJECT)
        .with_slots(Slots {
            iter: Some(|_, this| Ok(this.clone())),
            next: Some(sequence_next),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![sequence_length_hint, sequence_reduce, sequence_setstate],
            ..TypeDefs::NONE
        }),
);

/// The iterator that `iter()` makes of an object with `__getitem__` only: `Runtime::sequence_iterator`.
pub fn sequence_iterator(cx: &mut Cx, sequence: &Value) -> R {
    Ok(cx.new_object(SequenceIterator { sequence: Some(sequence.clone()), index: 0 }).into_value())
}

fn sequence_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<SequenceIterator>() else { return Ok(None) };
    let state = object.get(cx);
    let (Some(sequence), index) = (state.sequence.clone(), state.index) else { return Ok(None) };
    if index == i64::MAX {
        return Err(cx.overflow_error("iter index too large"));
    }
    let key = cx.int(index);
    match ops::getitem(cx, &sequence, &key) {
        Ok(item) => {
            object.get_mut(cx).index = index + 1;
            Ok(Some(item))
        }
        Err(raised)
            if cx.raised_is(&raised, &exc::INDEX_ERROR) || cx.raised_is(&raised, &exc::STOP_ITERATION) =>
        {
            drop(cx.take_raised(raised));
            let done = object.get_mut(cx).sequence.take();
            drop(done);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// Private method returning an estimate of len(list(it)).
#[native("iterator.__length_hint__($self, /)")]
fn sequence_length_hint(cx: &mut Cx, this: &Obj<SequenceIterator>) -> R {
    let state = this.get(cx);
    let (Some(sequence), index) = (state.sequence.clone(), state.index) else {
        return Ok(Value::small_int(0));
    };
    if sequence.ty(cx).slots().len.is_none() {
        return Ok(Value::not_implemented());
    }
    let len = ops::len(cx, &sequence)? as i64;
    Ok(cx.int((len - index).max(0)))
}

/// Return state information for pickling.
#[native("iterator.__reduce__($self, /)", no_signature)]
fn sequence_reduce(cx: &mut Cx, this: &Obj<SequenceIterator>) -> R {
    let iter = builtin(cx, "iter")?;
    let state = this.get(cx);
    let index = state.index;
    match state.sequence.clone() {
        Some(sequence) => {
            let args = cx.tuple_value([sequence]);
            let index = cx.int(index);
            Ok(cx.tuple_value([iter, args, index]))
        }
        None => {
            let empty = cx.tuple_value([]);
            let args = cx.tuple_value([empty]);
            Ok(cx.tuple_value([iter, args]))
        }
    }
}

/// Set state information for unpickling.
#[native("iterator.__setstate__($self, state, /)", no_signature)]
fn sequence_setstate(cx: &mut Cx, this: &Obj<SequenceIterator>, state: i64) -> R<()> {
    if this.get(cx).sequence.is_some() {
        this.get_mut(cx).index = state.max(0);
    }
    Ok(())
}

/// The payload of `iter(callable, sentinel)`.
#[derive(Trace)]
pub struct CallableIterator {
    /// `None` once the sentinel came.
    callable: Option<Value>,
    sentinel: Option<Value>,
}

// SAFETY: instances of the type are `Obj<CallableIterator>`; all values are traced.
unsafe impl Payload for CallableIterator {
    const TYPE: &'static Obj<Type> = &CALLABLE_ITERATOR;
}

/// `callable_iterator`.
pub static CALLABLE_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<CallableIterator>("callable_iterator")
        .base(&OBJECT)
        .with_slots(Slots {
            iter: Some(|_, this| Ok(this.clone())),
            next: Some(callable_next),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![callable_reduce], ..TypeDefs::NONE }),
);

/// `iter(callable, sentinel)`.
pub fn callable_iterator(cx: &mut Cx, callable: &Value, sentinel: &Value) -> Value {
    cx.new_object(CallableIterator { callable: Some(callable.clone()), sentinel: Some(sentinel.clone()) })
        .into_value()
}

fn callable_end(cx: &mut Cx, object: &Obj<CallableIterator>) {
    let state = object.get_mut(cx);
    let done = (state.callable.take(), state.sentinel.take());
    drop(done);
}

fn callable_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<CallableIterator>() else { return Ok(None) };
    let state = object.get(cx);
    let (Some(callable), Some(sentinel)) = (state.callable.clone(), state.sentinel.clone()) else {
        return Ok(None);
    };
    let item = match ops::call(cx, &callable, &[]) {
        Ok(item) => item,
        Err(raised) => {
            cx.catch(raised, &exc::STOP_ITERATION)?;
            callable_end(cx, object);
            return Ok(None);
        }
    };
    if object.get(cx).callable.is_none() {
        // The call itself went on to the end.
        return Ok(None);
    }
    if ops::equal(cx, &sentinel, &item)? {
        callable_end(cx, object);
        return Ok(None);
    }
    Ok(Some(item))
}

/// Return state information for pickling.
#[native("callable_iterator.__reduce__($self, /)", no_signature)]
fn callable_reduce(cx: &mut Cx, this: &Obj<CallableIterator>) -> R {
    let iter = builtin(cx, "iter")?;
    let state = this.get(cx);
    let args = match (state.callable.clone(), state.sentinel.clone()) {
        (Some(callable), Some(sentinel)) => cx.tuple_value([callable, sentinel]),
        _ => {
            let empty = cx.tuple_value([]);
            cx.tuple_value([empty])
        }
    };
    Ok(cx.tuple_value([iter, args]))
}
