//! Methods and slots of `list`.

use taipan_macros::{native, natives};
use taipan_object::{Args, CompareOp, Cx, Obj, R, Slots, TypeDefs, Value, ops};

use super::sort::{Item, sort as sort_items};
use super::{LIST, List, extend as extend_list, iterator, new_list};
use crate::sequence;
use crate::slice::{Slice, Span, span};
use crate::support::{at_most_one, no_keywords_in_init, repr_items};
use crate::tuple::repeat_items;

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<List>> {
    match value.cast::<List>() {
        Some(list) => Ok(list),
        None => Err(cx.type_error("a list is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let list = this(cx, value)?;
    if list.get(cx).items.is_empty() {
        return Ok(cx.str("[]"));
    }
    repr_items(cx, value, |cx, i| list.get(cx).items.get(i).cloned(), "[", "]", "[...]")
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<List>(), b.cast::<List>()) else {
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

pub fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let list = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        let span = span(cx, slice, |cx| list.get(cx).items.len())?;
        let items = &list.get(cx).items;
        let picked: Vec<Value> = if span.step == 1 {
            items[span.start as usize..][..span.count].to_vec()
        } else {
            span.positions().map(|i| items[i].clone()).collect()
        };
        return Ok(new_list(cx, picked).into_value());
    }
    let i = sequence::index(cx, key, "list")?;
    let items = &list.get(cx).items;
    match sequence::position(i, items.len()) {
        Some(i) => Ok(items[i].clone()),
        None => Err(cx.index_error("list index out of range")),
    }
}

pub fn setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let list = this(cx, value)?;
    if let Some(slice) = key.cast::<Slice>() {
        return set_slice(cx, list, slice, new);
    }
    let i = sequence::index(cx, key, "list")?;
    let items = &mut list.get_mut(cx).items;
    let old = match (sequence::position(i, items.len()), new) {
        (Some(i), Some(new)) => std::mem::replace(&mut items[i], new.clone()),
        (Some(i), None) => items.remove(i),
        (None, _) => return Err(cx.index_error("list assignment index out of range")),
    };
    drop(old);
    Ok(())
}

fn set_slice(cx: &mut Cx, list: &Obj<List>, slice: &Obj<Slice>, new: Option<&Value>) -> R<()> {
    let (start, stop, step) = Slice::unpack(slice, cx)?;
    let items = match new {
        Some(new) if new.ty(cx).slots().iter.is_none() && !ops::is_sequence(cx, new) => {
            let message = if step == 1 {
                "can only assign an iterable"
            } else {
                "must assign iterable to extended slice"
            };
            return Err(cx.type_error(message));
        }
        Some(new) => match new.cast_exact::<List>() {
            Some(other) => other.get(cx).items.clone(),
            None => ops::collect(cx, new)?,
        },
        None => Vec::new(),
    };
    let span = Span::new(start, stop, step, list.get(cx).items.len());
    if step == 1 {
        let at = span.start as usize;
        let end = at + span.count;
        let target = &mut list.get_mut(cx).items;
        if target.try_reserve(items.len()).is_err() {
            return Err(cx.memory_error());
        }
        let old: Vec<Value> = target.splice(at..end, items).collect();
        drop(old);
        return Ok(());
    }
    if new.is_some() {
        if items.len() != span.count {
            let message = format!(
                "attempt to assign sequence of size {} to extended slice of size {}",
                items.len(),
                span.count
            );
            return Err(cx.value_error(message));
        }
        let target = &mut list.get_mut(cx).items;
        let old: Vec<Value> =
            span.positions().zip(items).map(|(i, item)| std::mem::replace(&mut target[i], item)).collect();
        drop(old);
        return Ok(());
    }
    let mut gone: Vec<usize> = span.positions().collect();
    gone.sort_unstable();
    let target = &mut list.get_mut(cx).items;
    let all = std::mem::take(target);
    let mut gone = gone.into_iter().peekable();
    let mut removed = Vec::new();
    for (i, item) in all.into_iter().enumerate() {
        if gone.next_if_eq(&i).is_some() { removed.push(item) } else { target.push(item) }
    }
    drop(removed);
    Ok(())
}

fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let x = this(cx, a)?;
    let Some(y) = b.cast::<List>() else {
        let message = format!("can only concatenate list (not \"{}\") to list", b.type_name(cx));
        return Err(cx.type_error(message));
    };
    let mut items = Vec::with_capacity(x.get(cx).items.len() + y.get(cx).items.len());
    items.extend_from_slice(&x.get(cx).items);
    items.extend_from_slice(&y.get(cx).items);
    Ok(new_list(cx, items).into_value())
}

fn repeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let items = this(cx, value)?.get(cx).items.clone();
    let items = repeat_items(cx, &items, n)?;
    Ok(new_list(cx, items).into_value())
}

fn irepeat(cx: &mut Cx, value: &Value, n: i64) -> R {
    let list = this(cx, value)?;
    let items = list.get(cx).items.clone();
    let items = repeat_items(cx, &items, n)?;
    let old = std::mem::replace(&mut list.get_mut(cx).items, items);
    drop(old);
    Ok(value.clone())
}

fn iconcat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let list = this(cx, a)?;
    extend_list(cx, list, b)?;
    Ok(a.clone())
}

fn contains(cx: &mut Cx, value: &Value, item: &Value) -> R<bool> {
    let list = this(cx, value)?;
    let mut i = 0;
    while let Some(candidate) = list.get(cx).items.get(i).cloned() {
        if ops::equal(cx, &candidate, item)? {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

fn init(cx: &mut Cx, value: &Value, args: Args<'_>) -> R<()> {
    let list = this(cx, value)?;
    no_keywords_in_init(cx, value, &LIST, args)?;
    let iterable = at_most_one(cx, args, "list")?;
    let old = std::mem::take(&mut list.get_mut(cx).items);
    drop(old);
    match iterable {
        Some(iterable) => extend_list(cx, list, iterable),
        None => Ok(()),
    }
}

/// Append object to the end of the list.
#[native("list.append($self, object, /)", leaf)]
pub fn append(cx: &mut Cx, this: &Obj<List>, object: &Value) -> R<()> {
    let items = &mut this.get_mut(cx).items;
    if items.len() == items.capacity() && items.try_reserve(1).is_err() {
        return Err(cx.memory_error());
    }
    items.push(object.clone());
    Ok(())
}

/// Extend list by appending elements from the iterable.
#[native("list.extend($self, iterable, /)")]
fn extend(cx: &mut Cx, this: &Obj<List>, iterable: &Value) -> R<()> {
    extend_list(cx, this, iterable)
}

/// Insert object before index.
#[native("list.insert($self, index, object, /)")]
fn insert(cx: &mut Cx, this: &Obj<List>, index: i64, object: &Value) -> R<()> {
    let items = &mut this.get_mut(cx).items;
    if items.try_reserve(1).is_err() {
        return Err(cx.memory_error());
    }
    let len = items.len() as i64;
    let at = if index < 0 { (index + len).max(0) } else { index.min(len) };
    items.insert(at as usize, object.clone());
    Ok(())
}

/// Remove and return item at index (default last).
///
/// Raises IndexError if list is empty or index is out of range.
#[native("list.pop($self, index=-1, /)")]
fn pop(cx: &mut Cx, this: &Obj<List>, index: i64) -> R {
    let items = &mut this.get_mut(cx).items;
    if items.is_empty() {
        return Err(cx.index_error("pop from empty list"));
    }
    match sequence::position(index, items.len()) {
        Some(i) => Ok(items.remove(i)),
        None => Err(cx.index_error("pop index out of range")),
    }
}

/// Remove first occurrence of value.
///
/// Raises ValueError if the value is not present.
#[native("list.remove($self, value, /)")]
fn remove(cx: &mut Cx, this: &Obj<List>, value: &Value) -> R<()> {
    let mut i = 0;
    while let Some(candidate) = this.get(cx).items.get(i).cloned() {
        if ops::equal(cx, &candidate, value)? {
            let items = &mut this.get_mut(cx).items;
            if i < items.len() {
                let old = items.remove(i);
                drop(old);
            }
            return Ok(());
        }
        i += 1;
    }
    Err(cx.value_error("list.remove(x): x not in list"))
}

/// Remove all items from list.
#[native("list.clear($self, /)")]
fn clear(cx: &mut Cx, this: &Obj<List>) -> R<()> {
    let old = std::mem::take(&mut this.get_mut(cx).items);
    drop(old);
    Ok(())
}

/// Return a shallow copy of the list.
#[native("list.copy($self, /)")]
fn copy(cx: &mut Cx, this: &Obj<List>) -> R {
    let items = this.get(cx).items.clone();
    Ok(new_list(cx, items).into_value())
}

/// Reverse *IN PLACE*.
#[native("list.reverse($self, /)", leaf)]
fn reverse(cx: &mut Cx, this: &Obj<List>) -> R<()> {
    this.get_mut(cx).items.reverse();
    Ok(())
}

/// Return number of occurrences of value.
#[native("list.count($self, value, /)")]
fn count(cx: &mut Cx, this: &Obj<List>, value: &Value) -> R<i64> {
    let (mut n, mut i) = (0, 0);
    while let Some(candidate) = this.get(cx).items.get(i).cloned() {
        n += i64::from(ops::equal(cx, &candidate, value)?);
        i += 1;
    }
    Ok(n)
}

/// Return first index of value.
///
/// Raises ValueError if the value is not present.
#[native("list.index($self, value, start=0, stop=sys.maxsize, /)")]
fn index(
    cx: &mut Cx,
    this: &Obj<List>,
    value: &Value,
    start: Option<&Value>,
    stop: Option<&Value>,
) -> R<usize> {
    let len = this.get(cx).items.len();
    let (mut i, stop) = sequence::search_bounds(cx, start, stop, len)?;
    while i < stop
        && let Some(candidate) = this.get(cx).items.get(i).cloned()
    {
        if ops::equal(cx, &candidate, value)? {
            return Ok(i);
        }
        i += 1;
    }
    Err(cx.value_error("list.index(x): x not in list"))
}

/// Sort the list in ascending order and return None.
///
/// The sort is in-place (i.e. the list itself is modified) and stable (i.e. the
/// order of two equal elements is maintained).
///
/// If a key function is given, apply it once to each list item and sort them,
/// ascending or descending, according to their function values.
///
/// The reverse flag can be set to sort in descending order.
#[native("list.sort($self, /, *, key=None, reverse=False)")]
fn sort(cx: &mut Cx, this: &Obj<List>, key: Option<&Value>, reverse: bool) -> R<()> {
    sort_list(cx, this, key.filter(|k| !k.is_none()), reverse)
}

/// `list.sort`, for `sorted` too.
pub fn sort_list(cx: &mut Cx, list: &Obj<List>, key: Option<&Value>, reverse: bool) -> R<()> {
    // The list looks empty meanwhile.
    let values = std::mem::take(&mut list.get_mut(cx).items);
    let mut items = Vec::with_capacity(values.len());
    let mut result = Ok(());
    let mut values = values.into_iter();
    match key {
        None => items.extend(values.by_ref().map(|key| Item { key, value: None })),
        Some(f) => {
            for value in values.by_ref() {
                match ops::call(cx, f, std::slice::from_ref(&value)) {
                    Ok(key) => items.push(Item { key, value: Some(value) }),
                    Err(raised) => {
                        result = Err(raised);
                        items.push(Item { key: Value::none(), value: Some(value) });
                        break;
                    }
                }
            }
        }
    }
    if result.is_ok() {
        // Equal items keep their order in a descending sort too: reverse, sort, reverse.
        if reverse {
            items.reverse();
        }
        result = sort_items(cx, &mut items);
        if reverse {
            items.reverse();
        }
    }
    let mut sorted: Vec<Value> = items.into_iter().map(|i| i.value.unwrap_or(i.key)).collect();
    sorted.extend(values);
    // The finalisers of the keys may still change the list.
    cx.drain_pending();
    let changed = std::mem::replace(&mut list.get_mut(cx).items, sorted);
    // Whatever was added meanwhile has taken memory, even if it is gone again.
    let modified = changed.capacity() > 0;
    drop(changed);
    result?;
    if modified { Err(cx.value_error("list modified during sort")) } else { Ok(()) }
}

/// Return a reverse iterator over the list.
#[native("list.__reversed__($self, /)")]
fn reversed(cx: &mut Cx, this: &Obj<List>) -> R {
    Ok(iterator::new_reverse(cx, this))
}

/// Return the size of the list in memory, in bytes.
#[native("list.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Obj<List>) -> R<usize> {
    Ok(LIST.basic_size() + this.get(cx).items.capacity() * 8)
}

/// See PEP 585
#[native("list.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::support::class_getitem(cx, class, object)
}

pub const SLOTS: Slots = Slots {
    repr: Some(repr),
    compare: Some(compare),
    iter: Some(iterator::iter),
    len: Some(|cx, v| {
        let list = this(cx, v)?;
        Ok(list.get(cx).items.len())
    }),
    getitem: Some(getitem),
    setitem: Some(setitem),
    concat: Some(concat),
    repeat: Some(repeat),
    iconcat: Some(iconcat),
    irepeat: Some(irepeat),
    contains: Some(contains),
    init: Some(init),
    new: Some(|cx, class, _args| Ok(cx.new_instance(class, List::default()).into_value())),
    ..Slots::EMPTY
};

pub static DEFS: TypeDefs = TypeDefs {
    methods: natives![
        reversed,
        sizeof,
        clear,
        copy,
        append,
        insert,
        extend,
        pop,
        remove,
        index,
        count,
        reverse,
        sort,
        class_getitem
    ],
    ..TypeDefs::NONE
};
