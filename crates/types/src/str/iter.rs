//! Iterators over strings.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Slots, Str, Type, TypeDefs, Value};

use crate::support::builtin;

/// The payload of both string iterators.
#[derive(Trace)]
pub struct StrIterator {
    /// `None` once exhausted.
    pub text: Option<Handle<Str>>,
    pub next: usize,
}

// SAFETY: instances of the type are `Obj<StrIterator>`; the string is traced.
unsafe impl Payload for StrIterator {
    const TYPE: &'static Obj<Type> = &STR_ITERATOR;
}

/// The payload of `str_ascii_iterator`: the same state under a type of its own.
#[derive(Trace)]
#[repr(transparent)]
pub struct AsciiIterator(pub StrIterator);

// SAFETY: instances of the type are `Obj<AsciiIterator>`; the string is traced.
unsafe impl Payload for AsciiIterator {
    const TYPE: &'static Obj<Type> = &STR_ASCII_ITERATOR;
}

/// `str_iterator`.
pub static STR_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<StrIterator>("str_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![length_hint, reduce, setstate], ..TypeDefs::NONE }),
);

/// `str_ascii_iterator`.
pub static STR_ASCII_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<AsciiIterator>("str_ascii_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![ascii_length_hint, ascii_reduce, ascii_setstate],
            ..TypeDefs::NONE
        }),
);

fn state_mut<'a>(cx: &'a mut Cx, value: &'a Value) -> Option<&'a mut StrIterator> {
    if let Some(it) = value.cast_exact::<AsciiIterator>() {
        return Some(&mut it.get_mut(cx).0);
    }
    value.cast_exact::<StrIterator>().map(|it| it.get_mut(cx))
}

pub fn new(cx: &mut Cx, text: &Obj<Str>) -> Value {
    let state = StrIterator { text: Some(text.to_handle()), next: 0 };
    if text.is_ascii() {
        cx.new_object(AsciiIterator(state)).into_value()
    } else {
        cx.new_object(state).into_value()
    }
}

/// The next character of either iterator.
#[inline]
pub fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(state) = state_mut(cx, this) else { return Ok(None) };
    let Some(text) = &state.text else { return Ok(None) };
    match text.char_at(state.next) {
        Some(c) => {
            state.next += 1;
            Ok(Some(cx.str_from_char(c)))
        }
        None => {
            let done = state.text.take();
            drop(done);
            Ok(None)
        }
    }
}

fn left(state: &StrIterator) -> usize {
    state.text.as_ref().map_or(0, |t| t.len().saturating_sub(state.next))
}

fn reduce_state(cx: &mut Cx, state: impl Fn(&Cx) -> (Option<Handle<Str>>, usize)) -> R {
    // Looking the name up may run the iterator.
    let iter = builtin(cx, "iter")?;
    let (text, next) = state(cx);
    match text {
        Some(text) => {
            let next = cx.int(next as i64);
            let args = cx.tuple_value([text.into_value()]);
            Ok(cx.tuple_value([iter, args, next]))
        }
        None => {
            let empty = cx.empty_str();
            let args = cx.tuple_value([empty]);
            Ok(cx.tuple_value([iter, args]))
        }
    }
}

fn set_state(state: &mut StrIterator, to: i64) {
    let len = state.text.as_ref().map_or(0, |t| t.len());
    state.next = to.clamp(0, len as i64) as usize;
}

/// Private method returning an estimate of len(list(it)).
#[native("str_iterator.__length_hint__($self, /)")]
fn length_hint(cx: &mut Cx, this: &Obj<StrIterator>) -> R<usize> {
    Ok(left(this.get(cx)))
}

/// Return state information for pickling.
#[native("str_iterator.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Obj<StrIterator>) -> R {
    reduce_state(cx, |cx| (this.get(cx).text.clone(), this.get(cx).next))
}

/// Set state information for unpickling.
#[native("str_iterator.__setstate__($self, state, /)")]
fn setstate(cx: &mut Cx, this: &Obj<StrIterator>, state: i64) -> R<()> {
    set_state(this.get_mut(cx), state);
    Ok(())
}

/// Private method returning an estimate of len(list(it)).
#[native("str_ascii_iterator.__length_hint__($self, /)")]
fn ascii_length_hint(cx: &mut Cx, this: &Obj<AsciiIterator>) -> R<usize> {
    Ok(left(&this.get(cx).0))
}

/// Return state information for pickling.
#[native("str_ascii_iterator.__reduce__($self, /)")]
fn ascii_reduce(cx: &mut Cx, this: &Obj<AsciiIterator>) -> R {
    reduce_state(cx, |cx| (this.get(cx).0.text.clone(), this.get(cx).0.next))
}

/// Set state information for unpickling.
#[native("str_ascii_iterator.__setstate__($self, state, /)")]
fn ascii_setstate(cx: &mut Cx, this: &Obj<AsciiIterator>, state: i64) -> R<()> {
    set_state(&mut this.get_mut(cx).0, state);
    Ok(())
}
