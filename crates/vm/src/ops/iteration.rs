//! Iterators and `for`.

use taipan_object::{Cx, R, Value, ops};

use taipan_types::dict::iter::{ItemIterator, item_pair};
use taipan_types::iterators::lazy::{Enumerate, Zip, enumerate_pair, zip_pair, zips_two};
use taipan_types::list::iterator::{LIST_ITERATOR, ListIterator};
use taipan_types::range::{RANGE_ITERATOR, RangeIterator};
use taipan_types::tuple::{TUPLE_ITERATOR, TupleIterator};

use super::{Regs, Step, attempt, away};
use crate::generator;
use crate::monitor::{event, report as monitor};
use crate::slot;

pub unsafe fn get_iter(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    super::arithmetic::unary(cx, r, ops::iter)
}

/// Generators and coroutines as they are; other iterables by `iter`.
pub unsafe fn get_yield_from_iter(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    use taipan_bytecode::CodeFlags;
    // SAFETY: the iterable lies on the stack.
    unsafe {
        let value = r.lend(1);
        if value.is_instance_exact(&generator::GENERATOR) {
            return Step::Next(r);
        }
        if value.is_instance_exact(&generator::COROUTINE) {
            let flags = r.code().flags;
            if flags.intersects(CodeFlags::COROUTINE | CodeFlags::ITERABLE_COROUTINE) {
                return Step::Next(r);
            }
            r.save();
            return Step::Raise(
                r,
                cx.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"),
            );
        }
    }
    super::arithmetic::unary(cx, r, ops::iter)
}

/// Pushes the next item, or jumps behind `END_FOR` when there is none.
#[inline(always)]
pub unsafe fn for_iter(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the iterator lies on the stack; room for the item.
    unsafe {
        let s = r.peek(1);
        if slot::is_exact(s, &RANGE_ITERATOR) {
            let state = slot::obj::<RangeIterator>(s).get_mut(cx);
            if state.left > 0 {
                let value = state.next;
                if let Some(word) = taipan_object::Word::int(value) {
                    state.left -= 1;
                    state.next = value.wrapping_add(state.step);
                    r.push(word.bits());
                    r.skip(1);
                    return Step::Next(r);
                }
            } else {
                r.skip(2 + arg as usize);
                return Step::Next(r);
            }
        }
        if slot::is_exact(s, &LIST_ITERATOR) {
            let state = slot::obj::<ListIterator>(s).payload_ptr();
            if let Some(list) = &(*state).list
                && let Some(item) = list.get(cx).items.get((*state).next)
            {
                let item = item.clone();
                (*state).next += 1;
                r.push_value(item);
                r.skip(1);
                return Step::Next(r);
            }
        }
        if slot::is_exact(s, &TUPLE_ITERATOR) {
            let state = slot::obj::<TupleIterator>(s).payload_ptr();
            if let Some(tuple) = &(*state).tuple
                && let Some(item) = tuple.items().get((*state).next)
            {
                let item = item.clone();
                (*state).next += 1;
                r.push_value(item);
                r.skip(1);
                return Step::Next(r);
            }
        }
        if slot::is_exact(s, &generator::GENERATOR)
            && let Some(step) = generator::enter(cx, r, slot::obj(s), super::none_slot(), 1, 1 + arg)
        {
            return step;
        }
        away(cx, r, arg, |cx, r, arg| for_iter_other(cx, r, arg))
    }
}

/// The unit of an `UNPACK_SEQUENCE` of two.
const PAIR: crate::code::Unit = super::op::UNPACK_SEQUENCE as u32 | 2 << 16;

/// The next pair of an iterator that gives pairs; `None`: another iterator.
#[inline(always)]
fn next_pair(cx: &mut Cx, iterator: &Value) -> Option<R<Option<(Value, Value)>>> {
    if let Some(object) = iterator.cast_exact::<ItemIterator>() {
        return Some(item_pair(cx, object));
    }
    if let Some(object) = iterator.cast_exact::<Enumerate>() {
        return Some(enumerate_pair(cx, object));
    }
    match iterator.cast_exact::<Zip>() {
        Some(object) if zips_two(cx, object) => Some(zip_pair(cx, object)),
        _ => None,
    }
}

pub unsafe fn for_iter_other(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: the iterator lies on the stack; room for the item.
    unsafe {
        r.save();
        let iterator = r.lend(1);
        // A pair that is unpacked at once need not be made.
        if *r.ip.add(1) == PAIR
            && let Some(pair) = next_pair(cx, &iterator)
        {
            match attempt!(r, pair) {
                Some((first, second)) => {
                    r.push_value(second);
                    r.push_value(first);
                    // The cache of the loop, and the unpacking with its cache.
                    r.skip(3);
                }
                None => r.skip(2 + arg as usize),
            }
            return Step::Next(r);
        }
        let next = match iterator.ty_unguarded().slots().next {
            Some(f) => f(cx, &iterator),
            None => ops::next(cx, &iterator),
        };
        match next {
            Ok(Some(item)) => {
                r.push_value(item);
                r.skip(1);
                Step::Next(r)
            }
            Ok(None) => {
                r.skip(1 + arg as usize + 1);
                Step::Next(r)
            }
            Err(raised) => {
                if !cx.raised_is(&raised, &taipan_object::exc::STOP_ITERATION) {
                    return Step::Raise(r, raised);
                }
                let exception = cx.take_raised(raised);
                attempt!(
                    r,
                    monitor::exception_event(cx, r.frame, r.code().lasti(r.ip), event::RAISE, &exception)
                );
                drop(exception);
                r.skip(2 + arg as usize);
                Step::Next(r)
            }
        }
    }
}

pub unsafe fn end_for(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the stack is not empty.
    unsafe { r.drop_top(cx, 1) };
    Step::Next(r)
}

/// `END_SEND`: drops the receiver below the value.
pub unsafe fn end_send(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: receiver and value lie on the stack.
    unsafe {
        let value = r.pop();
        let receiver = r.pop();
        r.push(value);
        r.release(cx, receiver);
    }
    Step::Next(r)
}

pub unsafe fn get_len(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: the object lies on the stack; room for its length.
    unsafe {
        let value = r.lend(1);
        let len = attempt!(r, ops::len(cx, &value));
        let len = cx.int_from_u64(len as u64);
        r.push_value(len);
    }
    Step::Next(r)
}
