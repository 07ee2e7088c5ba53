//! `tee`: several iterators over one, which keep what the slowest has not seen.

use std::cell::Cell;

use taipan_macros::{Trace, native, natives};
use taipan_object::{Args, Cx, NativeDef, Obj, Payload, R, Type, Value, ops, plain_data};

use taipan_types::iterator_type;

use super::positional;

/// Items in one link of the shared chain.
const LINK: usize = 57;

/// A link: items already taken, and what comes after them.
#[derive(Trace)]
pub struct Link {
    iterator: Value,
    items: Vec<Value>,
    next: Option<Value>,
    running: Running,
}

/// Whether the underlying iterator is being asked.
#[derive(Default)]
struct Running(Cell<bool>);
plain_data!(Running);

// SAFETY: links are made with this payload and type only; all values are traced.
unsafe impl Payload for Link {
    const TYPE: &'static Obj<Type> = &LINK_TYPE;
}

/// `itertools._tee_dataobject`.
pub static LINK_TYPE: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Link>("itertools._tee_dataobject").base(&taipan_object::ty::OBJECT),
);

/// The payload of one of the iterators.
#[derive(Trace)]
pub struct Tee {
    link: Value,
    #[trace(skip)]
    index: usize,
}

iterator_type!(
    Tee,
    TEE,
    "itertools._tee",
    tee_new,
    tee_next,
    natives![tee_copy],
    "Iterator wrapped to make it copyable.",
    flags: taipan_object::flags::WEAKREFABLE
);

fn first_link(cx: &mut Cx, iterable: &Value) -> R<Tee> {
    if let Some(tee) = iterable.cast::<Tee>() {
        let state = tee.get(cx);
        return Ok(Tee { link: state.link.clone(), index: state.index });
    }
    let iterator = ops::iter(cx, iterable)?;
    let link = Link { iterator, items: Vec::new(), next: None, running: Running::default() };
    Ok(Tee { link: cx.new_object(link).into_value(), index: 0 })
}

fn tee_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let [iterable] = positional(cx, class, &TEE, args)?;
    let payload = first_link(cx, iterable)?;
    Ok(cx.new_instance(class, payload).into_value())
}

fn tee_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Tee>() else { return Ok(None) };
    let state = object.get(cx);
    let (mut link, mut index) = (state.link.clone(), state.index);
    if index == LINK {
        let Some(current) = link.cast::<Link>() else { return Ok(None) };
        let next = match current.get(cx).next.clone() {
            Some(next) => next,
            None => {
                let iterator = current.get(cx).iterator.clone();
                let made = Link { iterator, items: Vec::new(), next: None, running: Running::default() };
                let made = cx.new_object(made).into_value();
                current.get_mut(cx).next = Some(made.clone());
                made
            }
        };
        link = next;
        index = 0;
        let state = object.get_mut(cx);
        let old = std::mem::replace(&mut state.link, link.clone());
        state.index = 0;
        drop(old);
    }
    let Some(current) = link.cast::<Link>() else { return Ok(None) };
    let item = match current.get(cx).items.get(index).cloned() {
        Some(item) => item,
        None => {
            if current.get(cx).running.0.replace(true) {
                return Err(cx.runtime_error("cannot re-enter the tee iterator"));
            }
            let iterator = current.get(cx).iterator.clone();
            let taken = ops::next(cx, &iterator);
            current.get(cx).running.0.set(false);
            let Some(item) = taken? else { return Ok(None) };
            current.get_mut(cx).items.push(item.clone());
            item
        }
    };
    object.get_mut(cx).index = index + 1;
    Ok(Some(item))
}

/// Returns an independent iterator.
#[native("_tee.__copy__($self, /)")]
fn tee_copy(cx: &mut Cx, this: &Obj<Tee>) -> R {
    let state = this.get(cx);
    let copy = Tee { link: state.link.clone(), index: state.index };
    Ok(cx.new_object(copy).into_value())
}

/// Returns a tuple of n independent iterators.
#[native("itertools.tee(iterable, n=2, /)")]
fn tee(cx: &mut Cx, iterable: &Value, n: i64) -> R {
    if n < 0 {
        return Err(cx.value_error("n must be >= 0"));
    }
    if n == 0 {
        return Ok(cx.tuple_value([]));
    }
    let first = first_link(cx, iterable)?;
    let mut all = Vec::new();
    if all.try_reserve_exact(n as usize).is_err() {
        return Err(cx.memory_error());
    }
    for _ in 1..n {
        let copy = Tee { link: first.link.clone(), index: first.index };
        all.push(cx.new_object(copy).into_value());
    }
    all.insert(0, cx.new_object(first).into_value());
    Ok(cx.tuple(all).into_value())
}

pub static FUNCTIONS: &[&NativeDef] = natives![tee];
