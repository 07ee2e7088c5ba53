//! `deque`: a double-ended queue, optionally bounded.

use std::collections::VecDeque;

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, Obj, Payload, R, Slots, Trace as TraceTrait, Type, TypeDefs, Value,
    flags, int, ops,
};
use taipan_types::sequence;
use taipan_types::support::TextBuilder;

/// The payload.
#[derive(Default)]
pub struct Deque {
    items: VecDeque<Value>,
    maxlen: Option<usize>,
    /// Changes with each change: iterators look at it.
    state: u64,
}

impl TraceTrait for Deque {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.iter().for_each(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.items.drain(..));
    }
}

// SAFETY: instances of the type and its subtypes begin with this payload; all items are traced.
unsafe impl Payload for Deque {
    const TYPE: &'static Obj<Type> = &DEQUE;
}

/// `collections.deque`.
pub static DEQUE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Deque>("collections.deque")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE | flags::SEQUENCE)
        .with_slots(Slots {
            new: Some(|cx, class, _| Ok(cx.new_instance(class, Deque::default()).into_value())),
            init: Some(init),
            repr: Some(repr),
            compare: Some(compare),
            len: Some(|cx, v| this(cx, v).map(|d| d.get(cx).items.len())),
            getitem: Some(getitem),
            setitem: Some(setitem),
            contains: Some(contains),
            iter: Some(iter),
            concat: Some(concat),
            repeat: Some(repeat),
            iconcat: Some(iconcat),
            irepeat: Some(irepeat),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                append, appendleft, clear, copy_special, copy, count, extend, extendleft, index, insert, pop, popleft, reduce,
                remove, reverse, reversed, rotate, sizeof, class_getitem
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("deque([iterable[, maxlen]])\n--\n\nA list-like sequence optimized for data accesses near its endpoints."),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Deque>> {
    match value.cast::<Deque>() {
        Some(deque) => Ok(deque),
        None => Err(cx.type_error("a deque is required")),
    }
}

fn init(cx: &mut Cx, value: &Value, args: Args<'_>) -> R<()> {
    let (mut iterable, mut maxlen) = (args.pos().first(), args.pos().get(1));
    if args.pos().len() > 2 {
        return Err(
            cx.type_error(format!("deque() takes at most 2 arguments ({} given)", args.values().len()))
        );
    }
    for (name, value) in args.keywords() {
        if name.eq_str("iterable") && iterable.is_none() {
            iterable = Some(value);
        } else if name.eq_str("maxlen") && maxlen.is_none() {
            maxlen = Some(value);
        } else {
            let message = format!("deque() got an unexpected keyword argument '{}'", name.to_string_lossy());
            return Err(cx.type_error(message));
        }
    }
    let object = this(cx, value)?;
    let maxlen = match maxlen.filter(|m| !m.is_none()) {
        None => None,
        Some(m) if m.ty(cx).slots().index.is_none() => return Err(cx.type_error("an integer is required")),
        Some(m) => match int::index_i64(cx, m)? {
            n if n < 0 => return Err(cx.value_error("maxlen must be non-negative")),
            n => Some(n as usize),
        },
    };
    let state = object.get_mut(cx);
    state.maxlen = maxlen;
    state.state += 1;
    let old = std::mem::take(&mut state.items);
    drop(old);
    match iterable {
        Some(iterable) => extend_right(cx, object, iterable),
        None => Ok(()),
    }
}

fn push_right(cx: &mut Cx, deque: &Obj<Deque>, item: Value) -> R<()> {
    let state = deque.get_mut(cx);
    if state.items.try_reserve(1).is_err() {
        return Err(cx.memory_error());
    }
    state.state += 1;
    state.items.push_back(item);
    let old =
        if state.maxlen.is_some_and(|m| state.items.len() > m) { state.items.pop_front() } else { None };
    drop(old);
    Ok(())
}

fn push_left(cx: &mut Cx, deque: &Obj<Deque>, item: Value) -> R<()> {
    let state = deque.get_mut(cx);
    if state.items.try_reserve(1).is_err() {
        return Err(cx.memory_error());
    }
    state.state += 1;
    state.items.push_front(item);
    let old = if state.maxlen.is_some_and(|m| state.items.len() > m) { state.items.pop_back() } else { None };
    drop(old);
    Ok(())
}

/// The items to add; a deque that is extended by itself is copied first.
fn source(cx: &mut Cx, deque: &Obj<Deque>, iterable: &Value) -> R<Value> {
    if iterable.is_obj(deque) {
        let items: Vec<Value> = deque.get(cx).items.iter().cloned().collect();
        return Ok(cx.tuple(items).into_value());
    }
    Ok(iterable.clone())
}

fn extend_right(cx: &mut Cx, deque: &Obj<Deque>, iterable: &Value) -> R<()> {
    let source = source(cx, deque, iterable)?;
    ops::for_each(cx, &source, |cx, item| push_right(cx, deque, item).map(|()| true))
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let name = value.ty(cx).name().into_owned();
    if !cx.repr_enter(value) {
        return Ok(cx.str("[...]"));
    }
    let state = this(cx, value)?.get(cx);
    let (items, maxlen): (Vec<Value>, _) = (state.items.iter().cloned().collect(), state.maxlen);
    let list = taipan_types::list::new_list(cx, items).into_value();
    let shown = ops::repr(cx, &list);
    cx.repr_leave(value);
    let mut text = TextBuilder::default();
    text.push(&name);
    text.push("(");
    let shown = shown?;
    text.push_str(&shown);
    if let Some(m) = maxlen {
        text.push(&format!(", maxlen={m}"));
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Deque>(), b.cast::<Deque>()) else {
        return Ok(Value::not_implemented());
    };
    sequence::compare(
        cx,
        op,
        |cx, i| x.get(cx).items.get(i).cloned(),
        |cx, i| y.get(cx).items.get(i).cloned(),
        |cx| (x.get(cx).items.len(), y.get(cx).items.len()),
    )
}

fn position(cx: &mut Cx, deque: &Obj<Deque>, key: &Value) -> R<usize> {
    if key.ty(cx).slots().index.is_none() {
        let message = format!("sequence index must be integer, not '{}'", key.type_name(cx));
        return Err(cx.type_error(message));
    }
    let i = int::index_clamped(cx, key)?;
    match sequence::position(i, deque.get(cx).items.len()) {
        Some(i) => Ok(i),
        None => Err(cx.index_error("deque index out of range")),
    }
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let deque = this(cx, value)?;
    let i = position(cx, deque, key)?;
    Ok(deque.get(cx).items.get(i).cloned().unwrap_or_else(Value::none))
}

fn setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let deque = this(cx, value)?;
    let i = position(cx, deque, key)?;
    let state = deque.get_mut(cx);
    let old = match new {
        Some(new) => state.items.get_mut(i).map(|slot| std::mem::replace(slot, new.clone())),
        None => {
            state.state += 1;
            state.items.remove(i)
        }
    };
    drop(old);
    Ok(())
}

#[cold]
fn mutated(cx: &mut Cx) -> taipan_object::Raised {
    cx.runtime_error("deque mutated during iteration")
}

/// Calls `each` with the items until it says stop; RuntimeError where the deque changes meanwhile.
fn scan(cx: &mut Cx, deque: &Obj<Deque>, mut each: impl FnMut(&mut Cx, usize, Value) -> R<bool>) -> R<()> {
    let started = deque.get(cx).state;
    let mut i = 0;
    while let Some(item) = deque.get(cx).items.get(i).cloned() {
        if !each(cx, i, item)? {
            return Ok(());
        }
        if deque.get(cx).state != started {
            return Err(mutated(cx));
        }
        i += 1;
    }
    Ok(())
}

fn contains(cx: &mut Cx, value: &Value, item: &Value) -> R<bool> {
    let deque = this(cx, value)?;
    let mut found = false;
    scan(cx, deque, |cx, _, candidate| {
        found = ops::equal(cx, &candidate, item)?;
        Ok(!found)
    })?;
    Ok(found)
}

fn duplicate(cx: &mut Cx, deque: &Obj<Deque>) -> R {
    let value = deque.to_value();
    if value.is_instance_exact(&DEQUE) {
        let state = deque.get(cx);
        let copy = Deque { items: state.items.clone(), maxlen: state.maxlen, state: 0 };
        return Ok(cx.new_object(copy).into_value());
    }
    let class = value.type_of();
    let mut args = vec![value];
    args.extend(deque.get(cx).maxlen.map(|m| cx.int(m as i64)));
    let made = ops::call(cx, class.as_value(), &args)?;
    if made.cast::<Deque>().is_none() {
        let message = format!("{}() must return a deque, not {}", class.full_name(), made.type_name(cx));
        return Err(cx.type_error(message));
    }
    Ok(made)
}

fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let deque = this(cx, a)?;
    if b.cast::<Deque>().is_none() {
        let message = format!("can only concatenate deque (not \"{}\") to deque", b.type_name(cx));
        return Err(cx.type_error(message));
    }
    let made = duplicate(cx, deque)?;
    let target = this(cx, &made)?;
    extend_right(cx, target, b)?;
    Ok(made)
}

fn iconcat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let deque = this(cx, a)?;
    extend_right(cx, deque, b)?;
    Ok(a.clone())
}

fn repeat_into(cx: &mut Cx, deque: &Obj<Deque>, n: i64) -> R<()> {
    let items: Vec<Value> = deque.get(cx).items.iter().cloned().collect();
    let maxlen = deque.get(cx).maxlen;
    let n = n.max(0) as usize;
    let total = items.len().checked_mul(n).filter(|&t| t < 1 << 40);
    let Some(total) = total else { return Err(cx.memory_error()) };
    let keep = maxlen.map_or(total, |m| m.min(total));
    let mut made = VecDeque::new();
    if made.try_reserve_exact(keep).is_err() {
        return Err(cx.memory_error());
    }
    for i in total - keep..total {
        made.push_back(items[i % items.len()].clone());
    }
    let state = deque.get_mut(cx);
    state.state += 1;
    let old = std::mem::replace(&mut state.items, made);
    drop(old);
    Ok(())
}

fn repeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let deque = this(cx, value)?;
    let made = duplicate(cx, deque)?;
    if let Some(deque) = made.cast::<Deque>() {
        repeat_into(cx, deque, n)?;
    }
    Ok(made)
}

fn irepeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let deque = this(cx, value)?;
    repeat_into(cx, deque, n)?;
    Ok(value.clone())
}

/// Add an element to the right side of the deque.
#[native("deque.append($self, item, /)", leaf)]
fn append(cx: &mut Cx, this: &Obj<Deque>, item: &Value) -> R<()> {
    push_right(cx, this, item.clone())
}

/// Add an element to the left side of the deque.
#[native("deque.appendleft($self, item, /)", leaf)]
fn appendleft(cx: &mut Cx, this: &Obj<Deque>, item: &Value) -> R<()> {
    push_left(cx, this, item.clone())
}

/// Remove all elements from the deque.
#[native("deque.clear($self, /)")]
fn clear(cx: &mut Cx, this: &Obj<Deque>) -> R<()> {
    let state = this.get_mut(cx);
    state.state += 1;
    let old = std::mem::take(&mut state.items);
    drop(old);
    Ok(())
}

/// Return a shallow copy of a deque.
#[native("deque.copy($self, /)")]
fn copy(cx: &mut Cx, this: &Obj<Deque>) -> R {
    duplicate(cx, this)
}

/// Return a shallow copy of a deque.
#[native("deque.__copy__($self, /)")]
fn copy_special(cx: &mut Cx, this: &Obj<Deque>) -> R {
    duplicate(cx, this)
}

/// Return number of occurrences of value.
#[native("deque.count($self, value, /)")]
fn count(cx: &mut Cx, this: &Obj<Deque>, value: &Value) -> R<i64> {
    let mut n = 0;
    scan(cx, this, |cx, _, candidate| {
        n += i64::from(ops::equal(cx, &candidate, value)?);
        Ok(true)
    })?;
    Ok(n)
}

/// Extend the right side of the deque with elements from the iterable.
#[native("deque.extend($self, iterable, /)")]
fn extend(cx: &mut Cx, this: &Obj<Deque>, iterable: &Value) -> R<()> {
    extend_right(cx, this, iterable)
}

/// Extend the left side of the deque with elements from the iterable.
#[native("deque.extendleft($self, iterable, /)")]
fn extendleft(cx: &mut Cx, this: &Obj<Deque>, iterable: &Value) -> R<()> {
    let source = source(cx, this, iterable)?;
    ops::for_each(cx, &source, |cx, item| push_left(cx, this, item).map(|()| true))
}

/// Return first index of value.
///
/// Raises ValueError if the value is not present.
#[native("deque.index($self, value, [start, [stop]])", no_signature)]
fn index(cx: &mut Cx, receiver: &Value, args: Args<'_>) -> R<usize> {
    let deque = this(cx, receiver)?;
    let (value, start, stop) = match args.pos() {
        [v] => (v, None, None),
        [v, a] => (v, Some(a), None),
        [v, a, b] => (v, Some(a), Some(b)),
        [] => return Err(cx.type_error("index expected at least 1 argument, got 0")),
        more => return Err(cx.type_error(format!("index expected at most 3 arguments, got {}", more.len()))),
    };
    let len = deque.get(cx).items.len();
    let (start, stop) = sequence::search_bounds(cx, start, stop, len)?;
    let mut found = None;
    scan(cx, deque, |cx, i, candidate| {
        if i >= start && i < stop && ops::equal(cx, &candidate, value)? {
            found = Some(i);
        }
        Ok(found.is_none() && i + 1 < stop)
    })?;
    match found {
        Some(i) => Ok(i),
        None => {
            let shown = ops::repr(cx, value)?.to_string_lossy().into_owned();
            Err(cx.value_error(format!("{shown} is not in deque")))
        }
    }
}

/// Insert value before index.
#[native("deque.insert($self, index, value, /)")]
fn insert(cx: &mut Cx, this: &Obj<Deque>, index: i64, value: &Value) -> R<()> {
    let state = this.get_mut(cx);
    if state.maxlen.is_some_and(|m| state.items.len() >= m) {
        return Err(cx.index_error("deque already at its maximum size"));
    }
    let len = state.items.len() as i64;
    let at = if index < 0 { (index + len).max(0) } else { index.min(len) };
    state.state += 1;
    state.items.insert(at as usize, value.clone());
    Ok(())
}

/// Remove and return the rightmost element.
#[native("deque.pop($self, /)", leaf)]
fn pop(cx: &mut Cx, this: &Obj<Deque>) -> R {
    let state = this.get_mut(cx);
    match state.items.pop_back() {
        Some(item) => {
            state.state += 1;
            Ok(item)
        }
        None => Err(cx.index_error("pop from an empty deque")),
    }
}

/// Remove and return the leftmost element.
#[native("deque.popleft($self, /)", leaf)]
fn popleft(cx: &mut Cx, this: &Obj<Deque>) -> R {
    let state = this.get_mut(cx);
    match state.items.pop_front() {
        Some(item) => {
            state.state += 1;
            Ok(item)
        }
        None => Err(cx.index_error("pop from an empty deque")),
    }
}

/// Return state information for pickling.
#[native("deque.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<Deque>) -> R {
    let value = this.to_value();
    let class = value.type_of().into_value();
    let state = ops::call_method(cx, &value, &taipan_object::names::__getstate__, &[])?;
    let args = match this.get(cx).maxlen {
        Some(m) => {
            let (empty, m) = (cx.tuple_value([]), cx.int(m as i64));
            cx.tuple_value([empty, m])
        }
        None => cx.tuple_value([]),
    };
    let iterator = ops::iter(cx, &value)?;
    Ok(cx.tuple_value([class, args, state, iterator]))
}

/// Remove first occurrence of value.
#[native("deque.remove($self, value, /)")]
fn remove(cx: &mut Cx, this: &Obj<Deque>, value: &Value) -> R<()> {
    let started = this.get(cx).items.len();
    let mut i = 0;
    while let Some(candidate) = this.get(cx).items.get(i).cloned() {
        let equal = ops::equal(cx, &candidate, value)?;
        if this.get(cx).items.len() != started {
            return Err(cx.index_error("deque mutated during remove()."));
        }
        if equal {
            let state = this.get_mut(cx);
            state.state += 1;
            let old = state.items.remove(i);
            drop(old);
            return Ok(());
        }
        i += 1;
    }
    let shown = ops::repr(cx, value)?.to_string_lossy().into_owned();
    Err(cx.value_error(format!("{shown} is not in deque")))
}

/// Reverse *IN PLACE*.
#[native("deque.reverse($self, /)")]
fn reverse(cx: &mut Cx, this: &Obj<Deque>) -> R<()> {
    let state = this.get_mut(cx);
    state.items.make_contiguous().reverse();
    Ok(())
}

/// Rotate the deque n steps to the right.  If n is negative, rotates left.
#[native("deque.rotate($self, n=1, /)")]
fn rotate(cx: &mut Cx, this: &Obj<Deque>, n: i64) -> R<()> {
    let state = this.get_mut(cx);
    let len = state.items.len() as i64;
    if len > 1 {
        state.items.rotate_right(n.rem_euclid(len) as usize);
        state.state += 1;
    }
    Ok(())
}

/// Return a reverse iterator over the deque.
#[native("deque.__reversed__($self, /)")]
fn reversed(cx: &mut Cx, this: &Obj<Deque>) -> R {
    let state = this.get(cx);
    let payload =
        DequeReverseIterator { deque: Some(this.to_value()), index: state.items.len(), state: state.state };
    Ok(cx.new_object(payload).into_value())
}

/// Return the size of the deque in memory, in bytes.
#[native("deque.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Obj<Deque>) -> R<usize> {
    Ok(DEQUE.basic_size() + this.get(cx).items.capacity() * 8)
}

/// See PEP 585
#[native("deque.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "maxlen",
    doc: Some("maximum size of a deque or None if unbounded"),
    get: Some(|cx, v| {
        let maxlen = this(cx, v)?.get(cx).maxlen;
        Ok(maxlen.map_or_else(Value::none, |m| cx.int(m as i64)))
    }),
    set: None,
}];

macro_rules! deque_iterator {
    ($payload:ident, $ty:ident, $name:literal, $next:ident, $hint:ident, $reduce:ident, $new:ident, $index:ident, $step:expr, $sig:literal, $reduce_sig:literal) => {
        #[doc = concat!("The payload of `", $name, "`.")]
        #[derive(Trace)]
        pub struct $payload {
            deque: Option<Value>,
            /// Forward: the next position. Backward: one more than it.
            #[trace(skip)]
            index: usize,
            #[trace(skip)]
            state: u64,
        }
        // SAFETY: instances of the type are `Obj` of this payload; the deque is traced.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &TYPE,
            Type::builtin::<$payload>($name)
                .base(&OBJECT)
                .with_slots(Slots {
                    new: Some($new),
                    iter: Some(|_, v| Ok(v.clone())),
                    next: Some($next),
                    ..Slots::EMPTY
                })
                .defs(&TypeDefs { methods: natives![$hint, $reduce], ..TypeDefs::NONE }),
        );
        fn $next(cx: &mut Cx, v: &Value) -> R<Option<Value>> {
            let Some(iterator) = v.cast::<$payload>() else { return Ok(None) };
            let state = iterator.get(cx);
            let (Some(deque), $index, started) = (state.deque.clone(), state.index, state.state) else {
                return Ok(None);
            };
            let Some(object) = deque.cast::<Deque>() else { return Ok(None) };
            if object.get(cx).state != started {
                let old = iterator.get_mut(cx).deque.take();
                drop(old);
                return Err(mutated(cx));
            }
            let position: (Option<usize>, usize) = $step;
            match position.0.and_then(|i| object.get(cx).items.get(i).cloned()) {
                Some(item) => {
                    iterator.get_mut(cx).index = position.1;
                    Ok(Some(item))
                }
                None => {
                    let old = iterator.get_mut(cx).deque.take();
                    drop(old);
                    Ok(None)
                }
            }
        }
        fn $new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
            let Some((deque, rest)) = args.pos().split_first() else {
                return Err(cx.type_error("function missing required argument (pos 1)"));
            };
            let object = this(cx, deque)?;
            let skip = match rest.first() {
                Some(n) => int::index_i64(cx, n)?.max(0) as usize,
                None => 0,
            };
            let state = object.get(cx);
            let backward = $name.contains("reverse");
            let index =
                if backward { state.items.len().saturating_sub(skip) } else { skip.min(state.items.len()) };
            let payload = $payload { deque: Some(deque.clone()), index, state: state.state };
            Ok(cx.new_object(payload).into_value())
        }
        /// Private method returning an estimate of len(list(it)).
        #[native($sig)]
        fn $hint(cx: &mut Cx, v: &Obj<$payload>) -> R<usize> {
            let state = v.get(cx);
            let len =
                state.deque.as_ref().and_then(Value::cast::<Deque>).map_or(0, |d| d.get(cx).items.len());
            Ok(if $name.contains("reverse") { state.index.min(len) } else { len.saturating_sub(state.index) })
        }
        /// Return state information for pickling.
        #[native($reduce_sig, no_signature)]
        fn $reduce(cx: &mut Cx, v: &Obj<$payload>) -> R {
            let state = v.get(cx);
            let index = state.index;
            let deque = match state.deque.clone() {
                Some(deque) => deque,
                None => cx.new_object(Deque::default()).into_value(),
            };
            let len = deque.cast::<Deque>().map_or(0, |d| d.get(cx).items.len());
            let seen = if $name.contains("reverse") { len - index.min(len) } else { index };
            let seen = cx.int(seen as i64);
            let args = cx.tuple_value([deque, seen]);
            Ok(cx.tuple_value([$ty.to_value(), args]))
        }
    };
}

deque_iterator!(
    DequeIterator,
    DEQUE_ITERATOR,
    "_collections._deque_iterator",
    iterator_next,
    iterator_length_hint,
    iterator_reduce,
    iterator_new,
    index,
    (Some(index), index + 1),
    "_deque_iterator.__length_hint__($self, /)",
    "_deque_iterator.__reduce__($self, /)"
);
deque_iterator!(
    DequeReverseIterator,
    DEQUE_REVERSE_ITERATOR,
    "_collections._deque_reverse_iterator",
    reverse_next,
    reverse_length_hint,
    reverse_reduce,
    reverse_new,
    index,
    (index.checked_sub(1), index.saturating_sub(1)),
    "_deque_reverse_iterator.__length_hint__($self, /)",
    "_deque_reverse_iterator.__reduce__($self, /)"
);

fn iter(cx: &mut Cx, value: &Value) -> R {
    let state = this(cx, value)?.get(cx).state;
    Ok(cx.new_object(DequeIterator { deque: Some(value.clone()), index: 0, state }).into_value())
}
