//! Displays, subscripts, unpacking.

use taipan_object::{Cx, Dict, Obj, R, Str, Tuple, Value, dict, exc, ops};

use taipan_types::list::{LIST, List};

use super::{Regs, Step, attempt, away};
use crate::containers;
use crate::slot::{self, Slot};

/// Takes the top `n` slots as owned values, the deepest first.
unsafe fn take(r: &mut Regs, n: usize) -> Vec<Value> {
    // SAFETY: the stack is that deep; the slots move.
    unsafe {
        r.sp = r.sp.sub(n);
        (0..n).map(|i| slot::own(*r.sp.add(i))).collect()
    }
}

/// Slots of the stack as an iterator of owned values: for tuples, which are written in place.
struct Taken {
    at: *mut Slot,
    end: *mut Slot,
}

impl Iterator for Taken {
    type Item = Value;
    #[inline(always)]
    fn next(&mut self) -> Option<Value> {
        if self.at == self.end {
            return None;
        }
        // SAFETY: the slots up to `end` are live and each is taken once.
        unsafe {
            let s = *self.at;
            self.at = self.at.add(1);
            Some(slot::own(s))
        }
    }
    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = (self.end as usize - self.at as usize) / size_of::<Slot>();
        (n, Some(n))
    }
}

impl ExactSizeIterator for Taken {}

#[inline(always)]
pub unsafe fn build_tuple(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    // SAFETY: `n` items lie on the stack and move.
    unsafe {
        let end = r.sp;
        r.sp = r.sp.sub(n as usize);
        let tuple = cx.tuple_of(&taipan_object::tuple::TUPLE, Taken { at: r.sp, end });
        r.push_value(tuple.into_value());
    }
    Step::Next(r)
}

pub unsafe fn build_list(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    // SAFETY: `n` items lie on the stack and move.
    unsafe {
        let items = take(&mut r, n as usize);
        let list = containers::list(cx, items);
        r.push_value(list);
    }
    Step::Next(r)
}

pub unsafe fn build_set(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: `n` items lie on the stack.
    unsafe {
        let set = containers::set(cx);
        for i in (1..=n as usize).rev() {
            let item = r.lend(i);
            attempt!(r, containers::set_add(cx, &set, &item));
        }
        r.drop_top(cx, n as usize);
        r.push_value(set);
    }
    Step::Next(r)
}

pub unsafe fn build_map(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: `n` pairs lie on the stack.
    unsafe {
        let made = cx.new_dict_with_capacity(n as usize);
        for i in (1..=n as usize).rev() {
            let (key, value) = (slot::dup(r.peek(2 * i)), slot::dup(r.peek(2 * i - 1)));
            attempt!(r, dict::set(cx, &made, key, value));
        }
        r.drop_top(cx, 2 * n as usize);
        r.push_value(made.into_value());
    }
    Step::Next(r)
}

pub unsafe fn build_slice(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    // SAFETY: two or three items lie on the stack.
    unsafe {
        let step = if n == 3 { r.pop_value() } else { Value::none() };
        let stop = r.pop_value();
        let start = r.pop_value();
        let made = containers::slice(cx, start, stop, step);
        r.push_value(made);
    }
    Step::Next(r)
}

#[inline(always)]
pub unsafe fn list_append(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    // SAFETY: the item and below it the list lie on the stack.
    unsafe {
        let list = *r.at(n as usize + 1);
        if slot::is_exact(list, &LIST) {
            let items = &mut slot::obj::<List>(list).get_mut(cx).items;
            if items.len() < items.capacity() {
                let item = r.pop_value();
                items.push(item);
                return Step::Next(r);
            }
        }
        away(cx, r, n, |cx, r, n| list_append_other(cx, r, n))
    }
}

unsafe fn list_append_other(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the item and below it the list lie on the stack.
    unsafe {
        let item = r.pop_value();
        let list = r.lend(n as usize);
        attempt!(r, containers::list_push(cx, &list, item));
    }
    Step::Next(r)
}

pub unsafe fn list_extend(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the iterable and below it the list lie on the stack.
    unsafe {
        let iterable = r.lend(1);
        let list = r.lend(n as usize + 1);
        if let Err(raised) = containers::list_extend(cx, &list, &iterable) {
            let slots = iterable.ty(cx).slots();
            if cx.raised_is(&raised, &exc::TYPE_ERROR)
                && slots.iter.is_none()
                && !ops::is_sequence(cx, &iterable)
            {
                drop(cx.take_raised(raised));
                let message = format!("Value after * must be an iterable, not {}", iterable.type_name(cx));
                return Step::Raise(r, cx.type_error(message));
            }
            return Step::Raise(r, raised);
        }
        r.drop_top(cx, 1);
    }
    Step::Next(r)
}

pub unsafe fn set_add(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the item and below it the set lie on the stack.
    unsafe {
        let (item, set) = (r.lend(1), r.lend(n as usize + 1));
        attempt!(r, containers::set_add(cx, &set, &item));
        r.drop_top(cx, 1);
    }
    Step::Next(r)
}

pub unsafe fn set_update(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the iterable and below it the set lie on the stack.
    unsafe {
        let (iterable, set) = (r.lend(1), r.lend(n as usize + 1));
        attempt!(r, containers::set_update(cx, &set, &iterable));
        r.drop_top(cx, 1);
    }
    Step::Next(r)
}

pub unsafe fn map_add(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: key, value and below them the dict lie on the stack.
    unsafe {
        let (key, value) = (slot::dup(r.peek(2)), slot::dup(r.peek(1)));
        let dict = r.lend(n as usize + 2);
        if let Some(dict) = dict.cast::<Dict>() {
            attempt!(r, dict::set(cx, dict, key, value));
        }
        r.drop_top(cx, 2);
    }
    Step::Next(r)
}

pub unsafe fn dict_update(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the mapping and below it the dict lie on the stack.
    unsafe {
        let (mapping, dict) = (r.lend(1), r.lend(n as usize + 1));
        attempt!(r, update(cx, &dict, &mapping));
        r.drop_top(cx, 1);
    }
    Step::Next(r)
}

fn update(cx: &mut Cx, into: &Value, mapping: &Value) -> R<()> {
    let Some(into) = into.cast::<Dict>() else { return Err(cx.system_error("not a dict")) };
    if let Some(from) = mapping.cast_exact::<Dict>() {
        return dict::merge(cx, into, from, true);
    }
    let Some(keys) = ops::getattr_opt(cx, mapping, &taipan_object::names::keys)? else {
        let message = format!("'{}' object is not a mapping", mapping.type_name(cx));
        return Err(cx.type_error(message));
    };
    let keys = ops::call(cx, &keys, &[])?;
    ops::for_each(cx, &keys, |cx, key| {
        let value = ops::getitem(cx, mapping, &key)?;
        dict::set(cx, into, key, value)?;
        Ok(true)
    })
}

pub unsafe fn dict_merge(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the mapping, below it the dict, and three below that the callable lie on the stack.
    unsafe {
        let (mapping, dict) = (r.lend(1), r.lend(n as usize + 1));
        let callable = r.lend(n as usize + 4);
        attempt!(r, merge(cx, &dict, &mapping, &callable));
        r.drop_top(cx, 1);
    }
    Step::Next(r)
}

fn merge(cx: &mut Cx, into: &Value, mapping: &Value, callable: &Value) -> R<()> {
    let Some(into) = into.cast::<Dict>() else { return Err(cx.system_error("not a dict")) };
    let keys = if let Some(from) = mapping.cast_exact::<Dict>() {
        dict::keys(cx, from)
    } else {
        let Some(keys) = ops::getattr_opt(cx, mapping, &taipan_object::names::keys)? else {
            let message = format!(
                "{} argument after ** must be a mapping, not {}",
                crate::calls::function_text(cx, callable)?,
                mapping.type_name(cx)
            );
            return Err(cx.type_error(message));
        };
        let keys = ops::call(cx, &keys, &[])?;
        ops::collect(cx, &keys)?
    };
    for key in keys {
        if dict::contains(cx, into, &key)? {
            let name = match key.as_str() {
                Some(name) => name.to_string_lossy().into_owned(),
                None => {
                    let message =
                        format!("{} keywords must be strings", crate::calls::function_text(cx, callable)?);
                    return Err(cx.type_error(message));
                }
            };
            let message = format!(
                "{} got multiple values for keyword argument '{name}'",
                crate::calls::function_text(cx, callable)?
            );
            return Err(cx.type_error(message));
        }
        let value = ops::getitem(cx, mapping, &key)?;
        dict::set(cx, into, key, value)?;
    }
    Ok(())
}

// ---- subscripts

const CACHES: usize = 5;

#[inline(always)]
unsafe fn put(cx: &mut Cx, mut r: Regs, value: Value) -> Step {
    // SAFETY: two operands lie on the stack.
    unsafe {
        r.drop_top(cx, 2);
        r.push_value(value);
    }
    r.skip(CACHES);
    Step::Next(r)
}

/// An index within `len`, negative ones counted from the end.
#[inline(always)]
fn position(key: Slot, len: usize) -> Option<usize> {
    let i = key as i64 >> 1;
    let i = if i < 0 { i.wrapping_add(len as i64) } else { i } as usize;
    (i < len).then_some(i)
}

/// `container[key]`: items of lists and tuples by an immediate index in line.
#[inline(always)]
pub unsafe fn subscr(cx: &mut Cx, r: Regs, arg: u32) -> Step {
    // SAFETY: two operands lie on the stack.
    unsafe {
        let (container, key) = (r.peek(2), r.peek(1));
        if key & 1 != 0 && container & 0b11 == 0 {
            let holder = slot::lend(container);
            let ty = holder.ty_unguarded();
            let items: &[Value] = if ty.is(&LIST) {
                &slot::obj::<List>(container).get(cx).items
            } else if ty.is(&taipan_object::tuple::TUPLE) {
                slot::obj::<Tuple>(container).items()
            } else {
                &[]
            };
            if let Some(i) = position(key, items.len()) {
                let value = items[i].clone();
                return put(cx, r, value);
            }
        }
        away(cx, r, arg, |cx, r, arg| subscr_other(cx, r, arg))
    }
}

unsafe fn subscr_other(cx: &mut Cx, r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: two operands lie on the stack.
    unsafe {
        let (container, key) = (r.peek(2), r.peek(1));
        if key & 1 != 0
            && slot::is_exact(container, &taipan_object::str::STR)
            && let s = slot::obj::<Str>(container)
            && let Some(i) = position(key, s.len())
            && let Some(c) = s.char_at(i)
        {
            let value = cx.str_from_char(c);
            return put(cx, r, value);
        }
        if slot::is_exact(container, &dict::DICT)
            && slot::is_exact(key, &taipan_object::str::STR)
            && let Some(value) =
                attempt!(r, dict::get_str(cx, slot::obj::<Dict>(container), slot::obj::<Str>(key)))
        {
            return put(cx, r, value);
        }
        if slot::is_exact(container, &dict::DICT) {
            let key = slot::lend(key);
            if let Some(value) = attempt!(r, dict::get(cx, slot::obj::<Dict>(container), &key)) {
                return put(cx, r, value);
            }
            return Step::Raise(r, cx.key_error(&key));
        }
        subscr_slow(cx, r)
    }
}

#[inline(never)]
unsafe fn subscr_slow(cx: &mut Cx, r: Regs) -> Step {
    // SAFETY: two operands lie on the stack.
    unsafe {
        let (container, key) = (r.lend(2), r.lend(1));
        if let Some(step) = crate::calls::enter_getitem(cx, r, &container, &key) {
            return step;
        }
        let value = attempt!(r, ops::getitem(cx, &container, &key));
        put(cx, r, value)
    }
}

/// `container[key] = value`: items of lists by an immediate index in line.
#[inline(always)]
pub unsafe fn store_subscr(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    // SAFETY: value, container and key lie on the stack.
    unsafe {
        let (value, container, key) = (r.peek(3), r.peek(2), r.peek(1));
        if key & 1 != 0 && slot::is_exact(container, &LIST) {
            let items = &mut slot::obj::<List>(container).get_mut(cx).items;
            if let Some(i) = position(key, items.len()) {
                let old = std::mem::replace(&mut items[i], slot::own(value));
                r.sp = r.sp.sub(3);
                r.skip(1);
                r.release(cx, slot::slot(old));
                r.release(cx, container);
                return Step::Next(r);
            }
        }
        away(cx, r, arg, |cx, r, arg| store_subscr_other(cx, r, arg))
    }
}

unsafe fn store_subscr_other(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: value, container and key lie on the stack.
    unsafe {
        let (value, container, key) = (r.peek(3), r.lend(2), r.peek(1));
        let key = slot::lend(key);
        if let Some(dict) = container.cast_exact::<Dict>() {
            attempt!(r, dict::set(cx, dict, key.clone(), slot::dup(value)));
        } else {
            attempt!(r, ops::setitem(cx, &container, &key, &slot::lend(value)));
        }
        r.drop_top(cx, 3);
        r.after_end(cx);
    }
    r.skip(1);
    Step::Next(r)
}

pub unsafe fn delete_subscr(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: container and key lie on the stack.
    unsafe {
        let (container, key) = (r.lend(2), r.lend(1));
        attempt!(r, ops::delitem(cx, &container, &key));
        r.drop_top(cx, 2);
        r.after_end(cx);
    }
    Step::Next(r)
}

pub unsafe fn binary_slice(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: container, start and stop lie on the stack.
    unsafe {
        if let Some(value) = slice_by_ints(cx, r.peek(3), r.peek(2), r.peek(1)) {
            r.drop_top(cx, 3);
            r.push_value(value);
            return Step::Next(r);
        }
        let (container, start, stop) = (r.lend(3), slot::dup(r.peek(2)), slot::dup(r.peek(1)));
        let key = containers::slice(cx, start, stop, Value::none());
        let value = attempt!(r, ops::getitem(cx, &container, &key));
        r.drop_top(cx, 3);
        r.push_value(value);
    }
    Step::Next(r)
}

/// A bound of a slice: an immediate integer, or `absent` for None.
#[inline(always)]
fn bound(s: Slot, len: usize, absent: usize) -> Option<usize> {
    if s & 1 != 0 {
        let i = s as i64 >> 1;
        let i = if i < 0 { i.saturating_add(len as i64).max(0) } else { i };
        return Some((i as usize).min(len));
    }
    (slot::marked(s) == super::none_slot()).then_some(absent)
}

/// `container[start:stop]` of an exact list, tuple or string with immediate bounds or none.
#[inline(always)]
unsafe fn slice_by_ints(cx: &mut Cx, container: Slot, start: Slot, stop: Slot) -> Option<Value> {
    // SAFETY: live slots; the type is looked at before the payload.
    unsafe {
        if slot::is_exact(container, &LIST) {
            let items = &slot::obj::<List>(container).get(cx).items;
            let (start, stop) = (bound(start, items.len(), 0)?, bound(stop, items.len(), items.len())?);
            let taken = items.get(start..stop.max(start))?;
            let mut copy = Vec::new();
            copy.try_reserve_exact(taken.len()).ok()?;
            copy.extend_from_slice(taken);
            return Some(containers::list(cx, copy));
        }
        if slot::is_exact(container, &taipan_object::str::STR) {
            let s = slot::obj::<Str>(container);
            let (start, stop) = (bound(start, s.len(), 0)?, bound(stop, s.len(), s.len())?);
            return Some(taipan_types::str::substring(cx, s, start, stop.max(start)));
        }
        if slot::is_exact(container, &taipan_object::tuple::TUPLE) {
            let tuple = slot::obj::<Tuple>(container);
            let (start, stop) = (bound(start, tuple.len(), 0)?, bound(stop, tuple.len(), tuple.len())?);
            if start == 0 && stop == tuple.len() {
                return Some(slot::dup(container));
            }
            let taken = tuple.items().get(start..stop.max(start))?;
            return Some(cx.tuple(taken.iter().cloned()).into_value());
        }
        None
    }
}

pub unsafe fn store_slice(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: value, container, start and stop lie on the stack.
    unsafe {
        let (value, container) = (r.lend(4), r.lend(3));
        let (start, stop) = (slot::dup(r.peek(2)), slot::dup(r.peek(1)));
        let key = containers::slice(cx, start, stop, Value::none());
        attempt!(r, ops::setitem(cx, &container, &key, &value));
        r.drop_top(cx, 4);
        r.after_end(cx);
    }
    Step::Next(r)
}

// ---- unpacking

#[inline(always)]
pub unsafe fn unpack_sequence(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    // SAFETY: the sequence lies on the stack; room for `n` items.
    unsafe {
        let s = r.peek(1);
        if slot::is_exact(s, &taipan_object::tuple::TUPLE) {
            let items = slot::obj::<Tuple>(s).items();
            if items.len() == n as usize {
                r.pop();
                for item in items.iter().rev() {
                    r.push_value(item.clone());
                }
                r.skip(1);
                r.release(cx, s);
                return Step::Next(r);
            }
        }
        away(cx, r, n, |cx, r, n| unpack_other(cx, r, n))
    }
}

unsafe fn unpack_other(cx: &mut Cx, mut r: Regs, n: u32) -> Step {
    r.save();
    // SAFETY: the sequence lies on the stack; room for `n` items.
    unsafe {
        let sequence = r.lend(1);
        let n = n as usize;
        let items: Option<&[Value]> = match sequence.cast_exact::<Tuple>() {
            Some(tuple) => Some(tuple.items()),
            None => containers::list_items(cx, &sequence),
        };
        if let Some(items) = items
            && items.len() == n
        {
            let s = r.pop();
            for item in items.iter().rev() {
                r.push_value(item.clone());
            }
            r.release(cx, s);
            r.skip(1);
            return Step::Next(r);
        }
        let items = attempt!(r, unpack(cx, &sequence, n));
        r.drop_top(cx, 1);
        for item in items.into_iter().rev() {
            r.push_value(item);
        }
    }
    r.skip(1);
    Step::Next(r)
}

/// The iterator of something to unpack.
fn unpack_iter(cx: &mut Cx, value: &Value) -> R {
    match ops::iter(cx, value) {
        Ok(iterator) => Ok(iterator),
        Err(raised) => {
            if cx.raised_is(&raised, &exc::TYPE_ERROR)
                && value.ty(cx).slots().iter.is_none()
                && !ops::is_sequence(cx, value)
            {
                drop(cx.take_raised(raised));
                let message = format!("cannot unpack non-iterable {} object", value.type_name(cx));
                return Err(cx.type_error(message));
            }
            Err(raised)
        }
    }
}

fn unpack(cx: &mut Cx, value: &Value, n: usize) -> R<Vec<Value>> {
    let iterator = unpack_iter(cx, value)?;
    let mut items = Vec::with_capacity(n);
    while items.len() < n {
        match ops::next(cx, &iterator)? {
            Some(item) => items.push(item),
            None => {
                let got = items.len();
                return Err(cx.value_error(format!("not enough values to unpack (expected {n}, got {got})")));
            }
        }
    }
    if ops::next(cx, &iterator)?.is_none() {
        return Ok(items);
    }
    let known = value.is_instance_exact(&taipan_object::tuple::TUPLE)
        || value.is_instance_exact(&dict::DICT)
        || containers::list_items(cx, value).is_some();
    let message = if known {
        let got = ops::len(cx, value)?;
        format!("too many values to unpack (expected {n}, got {got})")
    } else {
        format!("too many values to unpack (expected {n})")
    };
    Err(cx.value_error(message))
}

pub unsafe fn unpack_ex(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    let (before, after) = ((arg & 0xFF) as usize, (arg >> 8) as usize);
    // SAFETY: the iterable lies on the stack; room for the items.
    unsafe {
        let value = r.lend(1);
        let iterator = attempt!(r, unpack_iter(cx, &value));
        let mut items = Vec::new();
        while let Some(item) = attempt!(r, ops::next(cx, &iterator)) {
            items.push(item);
        }
        drop(iterator);
        let got = items.len();
        if got < before + after {
            let expected = before + after;
            let message = format!("not enough values to unpack (expected at least {expected}, got {got})");
            return Step::Raise(r, cx.value_error(message));
        }
        r.drop_top(cx, 1);
        let tail = items.split_off(got - after);
        let middle = items.split_off(before);
        for item in tail.into_iter().rev() {
            r.push_value(item);
        }
        let list = containers::list(cx, middle);
        r.push_value(list);
        for item in items.into_iter().rev() {
            r.push_value(item);
        }
    }
    Step::Next(r)
}

/// Whether a dictionary is exactly a `dict`.
pub fn is_exact_dict(d: &Obj<Dict>) -> bool {
    d.header().ty_unguarded().is(&dict::DICT)
}
