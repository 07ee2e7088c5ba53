//! `enumerate`, `zip`, `map`, `filter`.

use taipan_macros::{Trace, native, natives};
use taipan_object::{Args, Cx, Obj, R, Type, Value, int, ops};

/// The payload of `enumerate`.
#[derive(Trace)]
pub struct Enumerate {
    pub iterator: Value,
    /// The next index, an exact int.
    pub index: Value,
}

iterator_type!(
    Enumerate,
    ENUMERATE,
    "enumerate",
    enumerate__slot,
    enumerate_next,
    natives![enumerate_reduce, class_getitem],
    "enumerate(iterable, start=0)\n--\n\nReturn an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ..."
);

#[native("enumerate(iterable, start=0)", constructor)]
fn enumerate(cx: &mut Cx, class: &Obj<Type>, iterable: &Value, start: Option<&Value>) -> R {
    let index = match start {
        Some(start) => int::index(cx, start)?,
        None => Value::small_int(0),
    };
    let iterator = ops::iter(cx, iterable)?;
    Ok(cx.new_instance(class, Enumerate { iterator, index }).into_value())
}

fn enumerate_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Enumerate>() else { return Ok(None) };
    Ok(enumerate_pair(cx, object)?.map(|(index, item)| cx.tuple_value([index, item])))
}

/// The next index and item of an `enumerate`.
pub fn enumerate_pair(cx: &mut Cx, object: &Obj<Enumerate>) -> R<Option<(Value, Value)>> {
    let iterator = object.get(cx).iterator.clone();
    let Some(item) = advance(cx, &iterator)? else { return Ok(None) };
    let index = object.get(cx).index.clone();
    let following = match index.word().as_int() {
        Some(i) => cx.int(i + 1),
        None => ops::binary(cx, ops::BinaryOp::Add, &index, &Value::small_int(1))?,
    };
    let old = std::mem::replace(&mut object.get_mut(cx).index, following);
    drop(old);
    Ok(Some((index, item)))
}

/// The next item of an iterator, the commonest kinds without a detour.
#[inline]
fn advance(cx: &mut Cx, iterator: &Value) -> R<Option<Value>> {
    if iterator.cast_exact::<crate::list::iterator::ListIterator>().is_some() {
        return crate::list::iterator::next(cx, iterator);
    }
    ops::next(cx, iterator)
}

/// Return state information for pickling.
#[native("enumerate.__reduce__($self, /)", no_signature)]
fn enumerate_reduce(cx: &mut Cx, this: &Obj<Enumerate>) -> R {
    let class = this.to_value().type_of().into_value();
    let state = this.get(cx);
    let args = cx.tuple_value([state.iterator.clone(), state.index.clone()]);
    Ok(cx.tuple_value([class, args]))
}

/// See PEP 585
#[native("enumerate.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::support::class_getitem(cx, class, object)
}

/// The payload of `zip`.
#[derive(Trace)]
pub struct Zip {
    pub iterators: Vec<Value>,
    pub strict: bool,
}

iterator_type!(
    Zip,
    ZIP,
    "zip",
    zip_new,
    zip_next,
    natives![zip_reduce, zip_setstate],
    "zip(*iterables, strict=False)\n--\n\nThe zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]"
);

/// The one keyword `strict` that zip and map take.
fn strict_keyword(cx: &mut Cx, args: Args<'_>, name: &str) -> R<bool> {
    let mut strict = false;
    for (key, value) in args.keywords() {
        if !key.eq_str("strict") {
            let message = format!("{name}() got an unexpected keyword argument '{}'", key.to_string_lossy());
            return Err(cx.type_error(message));
        }
        strict = ops::truth(cx, value)?;
    }
    Ok(strict)
}

fn zip_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let strict = strict_keyword(cx, args, "zip")?;
    let mut iterators = Vec::with_capacity(args.pos().len());
    for iterable in args.pos() {
        iterators.push(ops::iter(cx, iterable)?);
    }
    Ok(cx.new_instance(class, Zip { iterators, strict }).into_value())
}

/// One item of each iterator; `None` at the first exhausted one. With `strict`, ValueError where others go on.
fn take_row(cx: &mut Cx, iterators: &[Value], strict: bool, name: &str) -> R<Option<Vec<Value>>> {
    let mut row = Vec::with_capacity(iterators.len());
    for (i, iterator) in iterators.iter().enumerate() {
        match ops::next(cx, iterator)? {
            Some(item) => row.push(item),
            None if !strict => return Ok(None),
            None if i > 0 => {
                let plural = if i == 1 { " " } else { "s 1-" };
                return Err(cx.value_error(format!(
                    "{name}() argument {} is shorter than argument{plural}{i}",
                    i + 1
                )));
            }
            None => {
                for (j, other) in iterators.iter().enumerate().skip(1) {
                    if ops::next(cx, other)?.is_some() {
                        let plural = if j == 1 { " " } else { "s 1-" };
                        let message =
                            format!("{name}() argument {} is longer than argument{plural}{j}", j + 1);
                        return Err(cx.value_error(message));
                    }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some(row))
}

fn pair(cx: &mut Cx, a: &Value, b: &Value) -> R<Option<(Value, Value)>> {
    let Some(first) = advance(cx, a)? else { return Ok(None) };
    let Some(second) = advance(cx, b)? else { return Ok(None) };
    Ok(Some((first, second)))
}

/// Whether a `zip` gives pairs that [`zip_pair`] makes.
pub fn zips_two(cx: &Cx, object: &Obj<Zip>) -> bool {
    let state = object.get(cx);
    state.iterators.len() == 2 && !state.strict
}

/// The next two items of a `zip` of two iterators that is not strict.
pub fn zip_pair(cx: &mut Cx, object: &Obj<Zip>) -> R<Option<(Value, Value)>> {
    match object.get(cx).iterators.as_slice() {
        [a, b] => {
            let (a, b) = (a.clone(), b.clone());
            pair(cx, &a, &b)
        }
        _ => Ok(None),
    }
}

fn zip_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Zip>() else { return Ok(None) };
    let state = object.get(cx);
    if state.iterators.is_empty() {
        return Ok(None);
    }
    if let [a, b] = state.iterators.as_slice()
        && !state.strict
    {
        let (a, b) = (a.clone(), b.clone());
        return Ok(pair(cx, &a, &b)?.map(|(first, second)| cx.tuple_value([first, second])));
    }
    let (iterators, strict) = (state.iterators.clone(), state.strict);
    let row = take_row(cx, &iterators, strict, "zip")?;
    Ok(row.map(|row| cx.tuple(row).into_value()))
}

/// Return state information for pickling.
#[native("zip.__reduce__($self, /)", no_signature)]
fn zip_reduce(cx: &mut Cx, this: &Obj<Zip>) -> R {
    let class = this.to_value().type_of().into_value();
    let state = this.get(cx);
    let strict = state.strict;
    let args = cx.tuple(state.iterators.clone()).into_value();
    Ok(if strict { cx.tuple_value([class, args, Value::bool(true)]) } else { cx.tuple_value([class, args]) })
}

/// Set state information for unpickling.
#[native("zip.__setstate__($self, state, /)", no_signature)]
fn zip_setstate(cx: &mut Cx, this: &Obj<Zip>, state: bool) -> R<()> {
    this.get_mut(cx).strict = state;
    Ok(())
}

/// The payload of `map`.
#[derive(Trace)]
pub struct Map {
    function: Value,
    iterators: Vec<Value>,
    strict: bool,
}

iterator_type!(
    Map,
    MAP,
    "map",
    map_new,
    map_next,
    natives![map_reduce, map_setstate],
    "map(function, iterable, /, *iterables, strict=False)\n--\n\nMake an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError."
);

fn map_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let strict = strict_keyword(cx, args, "map")?;
    let Some((function, iterables)) = args.pos().split_first().filter(|(_, i)| !i.is_empty()) else {
        return Err(cx.type_error("map() must have at least two arguments."));
    };
    let mut iterators = Vec::with_capacity(iterables.len());
    for iterable in iterables {
        iterators.push(ops::iter(cx, iterable)?);
    }
    Ok(cx.new_instance(class, Map { function: function.clone(), iterators, strict }).into_value())
}

fn map_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Map>() else { return Ok(None) };
    let state = object.get(cx);
    let function = state.function.clone();
    if let [iterator] = state.iterators.as_slice() {
        let iterator = iterator.clone();
        return match ops::next(cx, &iterator)? {
            Some(item) => ops::call(cx, &function, std::slice::from_ref(&item)).map(Some),
            None => Ok(None),
        };
    }
    let (iterators, strict) = (state.iterators.clone(), state.strict);
    match take_row(cx, &iterators, strict, "map")? {
        Some(row) => ops::call(cx, &function, &row).map(Some),
        None => Ok(None),
    }
}

/// Return state information for pickling.
#[native("map.__reduce__($self, /)", no_signature)]
fn map_reduce(cx: &mut Cx, this: &Obj<Map>) -> R {
    let class = this.to_value().type_of().into_value();
    let state = this.get(cx);
    let strict = state.strict;
    let mut args = vec![state.function.clone()];
    args.extend_from_slice(&state.iterators);
    let args = cx.tuple(args).into_value();
    Ok(if strict { cx.tuple_value([class, args, Value::bool(true)]) } else { cx.tuple_value([class, args]) })
}

/// Set state information for unpickling.
#[native("map.__setstate__($self, state, /)", no_signature)]
fn map_setstate(cx: &mut Cx, this: &Obj<Map>, state: bool) -> R<()> {
    this.get_mut(cx).strict = state;
    Ok(())
}

/// The payload of `filter`.
#[derive(Trace)]
pub struct Filter {
    function: Value,
    iterator: Value,
}

iterator_type!(
    Filter,
    FILTER,
    "filter",
    filter_new,
    filter_next,
    natives![filter_reduce],
    "filter(function, iterable, /)\n--\n\nReturn an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true."
);

fn filter_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    crate::support::no_keywords_in_new(cx, class, &FILTER, args)?;
    let [function, iterable] = args.pos() else {
        let message = format!("filter expected 2 arguments, got {}", args.pos().len());
        return Err(cx.type_error(message));
    };
    let iterator = ops::iter(cx, iterable)?;
    Ok(cx.new_instance(class, Filter { function: function.clone(), iterator }).into_value())
}

fn filter_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Filter>() else { return Ok(None) };
    let state = object.get(cx);
    let (function, iterator) = (state.function.clone(), state.iterator.clone());
    let by_truth = function.is_none() || function.is_obj(&int::BOOL);
    while let Some(item) = ops::next(cx, &iterator)? {
        let keep = if by_truth {
            ops::truth(cx, &item)?
        } else {
            let result = ops::call(cx, &function, std::slice::from_ref(&item))?;
            ops::truth(cx, &result)?
        };
        if keep {
            return Ok(Some(item));
        }
        // An endless iterator that never passes must still be interruptible.
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
    Ok(None)
}

/// Return state information for pickling.
#[native("filter.__reduce__($self, /)", no_signature)]
fn filter_reduce(cx: &mut Cx, this: &Obj<Filter>) -> R {
    let class = this.to_value().type_of().into_value();
    let state = this.get(cx);
    let args = cx.tuple_value([state.function.clone(), state.iterator.clone()]);
    Ok(cx.tuple_value([class, args]))
}
