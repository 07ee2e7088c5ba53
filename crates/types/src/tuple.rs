//! `tuple`.

use taipan_macros::{Trace, native, natives};
use taipan_object::tuple::TUPLE;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, Handle, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, hash, ops,
};

use crate::slice::{Slice, span};
use crate::support::{at_most_one, no_keywords_in_new, repr_items};
use crate::{Types, sequence};

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Tuple>> {
    match value.cast::<Tuple>() {
        Some(tuple) => Ok(tuple),
        None => Err(cx.type_error("a tuple is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let tuple = this(cx, value)?;
    let items = tuple.items();
    if items.is_empty() {
        return Ok(cx.str("()"));
    }
    let close = if items.len() == 1 { ",)" } else { ")" };
    repr_items(cx, value, |_, i| items.get(i).cloned(), "(", close, "(...)")
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let tuple = this(cx, value)?;
    if tuple.hash.get() != -1 {
        return Ok(tuple.hash.get());
    }
    cx.check_native_stack(" in tuple hash")?;
    let mut hasher = hash::TupleHasher::default();
    for item in tuple.items() {
        hasher.add(ops::hash(cx, item)?);
    }
    let result = hasher.finish();
    tuple.hash.set(result);
    Ok(result)
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Tuple>(), b.cast::<Tuple>()) else {
        return Ok(Value::not_implemented());
    };
    let (n, m) = (x.len(), y.len());
    sequence::compare(cx, op, |_, i| x.items().get(i).cloned(), |_, i| y.items().get(i).cloned(), |_| (n, m))
}

pub fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let tuple = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        let span = span(cx, slice, |_| tuple.len())?;
        if span.count == tuple.len() && span.step == 1 && value.is_instance_exact(&TUPLE) {
            return Ok(value.clone());
        }
        let items = tuple.items();
        return Ok(cx.tuple(span.positions().map(|i| items[i].clone())).into_value());
    }
    let i = sequence::index(cx, key, "tuple")?;
    match sequence::position(i, tuple.len()) {
        Some(i) => Ok(tuple.items()[i].clone()),
        None => Err(cx.index_error("tuple index out of range")),
    }
}

fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let x = this(cx, a)?;
    let Some(y) = b.cast::<Tuple>() else {
        let message = format!("can only concatenate tuple (not \"{}\") to tuple", b.type_name(cx));
        return Err(cx.type_error(message));
    };
    if x.is_empty() && b.is_instance_exact(&TUPLE) {
        return Ok(b.clone());
    }
    if y.is_empty() && a.is_instance_exact(&TUPLE) {
        return Ok(a.clone());
    }
    let mut items = Vec::with_capacity(x.len() + y.len());
    items.extend_from_slice(x.items());
    items.extend_from_slice(y.items());
    Ok(cx.tuple(items).into_value())
}

fn repeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let tuple = this(cx, value)?;
    if n == 1 && value.is_instance_exact(&TUPLE) {
        return Ok(value.clone());
    }
    let items = repeat_items(cx, tuple.items(), n)?;
    Ok(cx.tuple(items).into_value())
}

/// `items` `n` times over; MemoryError where that is too much.
pub fn repeat_items(cx: &mut Cx, items: &[Value], n: i64) -> R<Vec<Value>> {
    let mut out = Vec::new();
    let total = (items.len() as u64).checked_mul(n.max(0) as u64).filter(|&t| t < 1 << 40);
    match total {
        Some(total) if out.try_reserve_exact(total as usize).is_ok() => {}
        _ => return Err(cx.memory_error()),
    }
    for _ in 0..n.max(0) {
        if items.is_empty() {
            break;
        }
        out.extend_from_slice(items);
    }
    Ok(out)
}

fn contains(cx: &mut Cx, value: &Value, item: &Value) -> R<bool> {
    let tuple = this(cx, value)?;
    for candidate in tuple.items() {
        if ops::equal(cx, candidate, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &TUPLE, args)?;
    let iterable = at_most_one(cx, args, "tuple")?;
    let items = match iterable {
        None => Vec::new(),
        Some(v) if class.is(&TUPLE) && v.is_instance_exact(&TUPLE) => return Ok(v.clone()),
        Some(v) => ops::collect(cx, v)?,
    };
    Ok(cx.tuple_of(class, items.into_iter()).into_value())
}

/// Return number of occurrences of value.
#[native("tuple.count($self, value, /)")]
fn count(cx: &mut Cx, this: &Obj<Tuple>, value: &Value) -> R<i64> {
    let mut n = 0;
    for item in this.items() {
        n += i64::from(ops::equal(cx, item, value)?);
    }
    Ok(n)
}

/// Return first index of value.
///
/// Raises ValueError if the value is not present.
#[native("tuple.index($self, value, start=0, stop=sys.maxsize, /)")]
fn index(
    cx: &mut Cx,
    this: &Obj<Tuple>,
    value: &Value,
    start: Option<&Value>,
    stop: Option<&Value>,
) -> R<usize> {
    let (start, stop) = sequence::search_bounds(cx, start, stop, this.len())?;
    for i in start..stop.min(this.len()) {
        if ops::equal(cx, &this.items()[i], value)? {
            return Ok(i);
        }
    }
    Err(cx.value_error("tuple.index(x): x not in tuple"))
}

#[native("tuple.__getnewargs__($self, /)")]
fn getnewargs(cx: &mut Cx, this: &Obj<Tuple>) -> R {
    let exact = cx.tuple(this.items().to_vec()).into_value();
    Ok(cx.tuple_value([exact]))
}

/// See PEP 585
#[native("tuple.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::support::class_getitem(cx, class, object)
}

static DEFS: TypeDefs =
    TypeDefs { methods: natives![getnewargs, index, count, class_getitem], ..TypeDefs::NONE };

/// The payload of a tuple iterator.
#[derive(Trace)]
pub struct TupleIterator {
    /// `None` once exhausted.
    pub tuple: Option<Handle<Tuple>>,
    pub next: usize,
}

// SAFETY: instances of the type are `Obj<TupleIterator>`; the tuple is traced.
unsafe impl Payload for TupleIterator {
    const TYPE: &'static Obj<Type> = &TUPLE_ITERATOR;
}

/// `tuple_iterator`.
pub static TUPLE_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<TupleIterator>("tuple_iterator")
        .base(&OBJECT)
        .with_slots(Slots {
            iter: Some(|_, this| Ok(this.clone())),
            next: Some(iterator_next),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![iterator_length_hint, iterator_reduce, iterator_setstate],
            ..TypeDefs::NONE
        }),
);

fn iter(cx: &mut Cx, value: &Value) -> R {
    let tuple = this(cx, value)?.to_handle();
    Ok(cx.new_object(TupleIterator { tuple: Some(tuple), next: 0 }).into_value())
}

fn iterator_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<TupleIterator>() else { return Ok(None) };
    let state = iterator.get_mut(cx);
    let Some(tuple) = &state.tuple else { return Ok(None) };
    match tuple.items().get(state.next) {
        Some(item) => {
            let item = item.clone();
            state.next += 1;
            Ok(Some(item))
        }
        None => {
            let done = state.tuple.take();
            drop(done);
            Ok(None)
        }
    }
}

/// Private method returning an estimate of len(list(it)).
#[native("tuple_iterator.__length_hint__($self, /)")]
fn iterator_length_hint(cx: &mut Cx, this: &Obj<TupleIterator>) -> R<usize> {
    let state = this.get(cx);
    Ok(state.tuple.as_ref().map_or(0, |t| t.len().saturating_sub(state.next)))
}

/// Return state information for pickling.
#[native("tuple_iterator.__reduce__($self, /)", no_signature)]
fn iterator_reduce(cx: &mut Cx, this: &Obj<TupleIterator>) -> R {
    let iter = crate::support::builtin(cx, "iter")?;
    let state = this.get(cx);
    let (tuple, next) = match &state.tuple {
        Some(tuple) => (tuple.to_value(), state.next),
        None => {
            let empty = cx.tuple_value([]);
            let args = cx.tuple_value([empty]);
            return Ok(cx.tuple_value([iter, args]));
        }
    };
    let args = cx.tuple_value([tuple]);
    let next = cx.int(next as i64);
    Ok(cx.tuple_value([iter, args, next]))
}

/// Set state information for unpickling.
#[native("tuple_iterator.__setstate__($self, state, /)", no_signature)]
fn iterator_setstate(cx: &mut Cx, this: &Obj<TupleIterator>, state: i64) -> R<()> {
    let payload = this.get_mut(cx);
    let len = payload.tuple.as_ref().map_or(0, |t| t.len());
    payload.next = state.clamp(0, len as i64) as usize;
    Ok(())
}

pub fn install(types: &mut Types) {
    let slots = Slots {
        repr: Some(repr),
        hash: Some(hash_slot),
        compare: Some(compare),
        iter: Some(iter),
        len: Some(|cx, v| this(cx, v).map(|t| t.len())),
        getitem: Some(getitem),
        concat: Some(concat),
        repeat: Some(repeat),
        contains: Some(contains),
        new: Some(new),
        ..Slots::EMPTY
    };
    let doc = "tuple(iterable=(), /)\n--\n\nBuilt-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.";
    types.core(&TUPLE, slots, &DEFS, doc);
    types.add([&TUPLE_ITERATOR]);
}
