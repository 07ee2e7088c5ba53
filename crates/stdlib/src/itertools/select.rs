//! `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`, `starmap`.

use taipan_macros::{Trace, native};
use taipan_object::{Args, Cx, Obj, R, Type, Value, int, ops};

use taipan_types::iterator_type;
use taipan_types::support::no_keywords_in_new;

use super::positional;

/// The payload of `compress`.
#[derive(Trace)]
pub struct Compress {
    data: Value,
    selectors: Value,
}

iterator_type!(
    Compress,
    COMPRESS,
    "itertools.compress",
    compress__slot,
    compress_next,
    &[],
    "compress(data, selectors)\n--\n\nReturn data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements."
);

#[native("compress(data, selectors)", constructor)]
fn compress(cx: &mut Cx, class: &Obj<Type>, data: &Value, selectors: &Value) -> R {
    let data = ops::iter(cx, data)?;
    let selectors = ops::iter(cx, selectors)?;
    Ok(cx.new_instance(class, Compress { data, selectors }).into_value())
}

fn compress_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<Compress>() else { return Ok(None) };
    let state = object.get(cx);
    let (data, selectors) = (state.data.clone(), state.selectors.clone());
    loop {
        let Some(item) = ops::next(cx, &data)? else { return Ok(None) };
        let Some(selector) = ops::next(cx, &selectors)? else { return Ok(None) };
        if ops::truth(cx, &selector)? {
            return Ok(Some(item));
        }
        safepoint(cx)?;
    }
}

/// Loops that may never yield stay interruptible.
fn safepoint(cx: &mut Cx) -> R<()> {
    if cx.broken() { cx.handle_breaker() } else { Ok(()) }
}

macro_rules! predicate_iterator {
    ($payload:ident, $ty:ident, $name:literal, $short:literal, $new:ident, $next:ident, $doc:literal) => {
        #[doc = concat!("The payload of `", $short, "`.")]
        #[derive(Trace)]
        pub struct $payload {
            function: Value,
            iterator: Value,
            /// Whether the turning point was met; only dropwhile and takewhile have one.
            #[trace(skip)]
            #[allow(dead_code)]
            passed: bool,
        }
        iterator_type!($payload, $ty, $name, $new, $next, &[], $doc);
        fn $new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
            let [function, iterable] = positional(cx, class, &$ty, args)?;
            let iterator = ops::iter(cx, iterable)?;
            Ok(cx
                .new_instance(class, $payload { function: function.clone(), iterator, passed: false })
                .into_value())
        }
    };
}

predicate_iterator!(
    DropWhile,
    DROPWHILE,
    "itertools.dropwhile",
    "dropwhile",
    dropwhile_new,
    dropwhile_next,
    "dropwhile(predicate, iterable, /)\n--\n\nDrop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted."
);
predicate_iterator!(
    TakeWhile,
    TAKEWHILE,
    "itertools.takewhile",
    "takewhile",
    takewhile_new,
    takewhile_next,
    "takewhile(predicate, iterable, /)\n--\n\nReturn successive entries from an iterable as long as the predicate evaluates to true for each entry."
);
predicate_iterator!(
    FilterFalse,
    FILTERFALSE,
    "itertools.filterfalse",
    "filterfalse",
    filterfalse_new,
    filterfalse_next,
    "filterfalse(function, iterable, /)\n--\n\nReturn those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false."
);
predicate_iterator!(
    StarMap,
    STARMAP,
    "itertools.starmap",
    "starmap",
    starmap_new,
    starmap_next,
    "starmap(function, iterable, /)\n--\n\nReturn an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence."
);

fn holds(cx: &mut Cx, function: &Value, item: &Value) -> R<bool> {
    let result = ops::call(cx, function, std::slice::from_ref(item))?;
    ops::truth(cx, &result)
}

fn dropwhile_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<DropWhile>() else { return Ok(None) };
    let state = object.get(cx);
    let (function, iterator, passed) = (state.function.clone(), state.iterator.clone(), state.passed);
    if passed {
        return ops::next(cx, &iterator);
    }
    while let Some(item) = ops::next(cx, &iterator)? {
        if !holds(cx, &function, &item)? {
            object.get_mut(cx).passed = true;
            return Ok(Some(item));
        }
        safepoint(cx)?;
    }
    Ok(None)
}

fn takewhile_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<TakeWhile>() else { return Ok(None) };
    let state = object.get(cx);
    if state.passed {
        return Ok(None);
    }
    let (function, iterator) = (state.function.clone(), state.iterator.clone());
    let Some(item) = ops::next(cx, &iterator)? else { return Ok(None) };
    if holds(cx, &function, &item)? {
        return Ok(Some(item));
    }
    object.get_mut(cx).passed = true;
    Ok(None)
}

fn filterfalse_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<FilterFalse>() else { return Ok(None) };
    let state = object.get(cx);
    let (function, iterator) = (state.function.clone(), state.iterator.clone());
    let by_truth = function.is_none() || function.is_obj(&int::BOOL);
    while let Some(item) = ops::next(cx, &iterator)? {
        let drop_it = if by_truth { ops::truth(cx, &item)? } else { holds(cx, &function, &item)? };
        if !drop_it {
            return Ok(Some(item));
        }
        safepoint(cx)?;
    }
    Ok(None)
}

fn starmap_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<StarMap>() else { return Ok(None) };
    let state = object.get(cx);
    let (function, iterator) = (state.function.clone(), state.iterator.clone());
    let Some(item) = ops::next(cx, &iterator)? else { return Ok(None) };
    let args = ops::collect(cx, &item)?;
    ops::call(cx, &function, &args).map(Some)
}

/// The payload of `islice`.
#[derive(Trace)]
pub struct ISlice {
    iterator: Option<Value>,
    #[trace(skip)]
    next: i64,
    #[trace(skip)]
    stop: Option<i64>,
    #[trace(skip)]
    step: i64,
    #[trace(skip)]
    seen: i64,
}

iterator_type!(
    ISlice,
    ISLICE,
    "itertools.islice",
    islice_new,
    islice_next,
    &[],
    "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator."
);

/// A bound: None, or an integer from 0 to sys.maxsize.
fn bound(cx: &mut Cx, value: &Value, message: &'static str, least: i64) -> R<Option<i64>> {
    if value.is_none() {
        return Ok(None);
    }
    let number = match int::index(cx, value) {
        Ok(i) => i.as_int().and_then(|i| i.to_i64()),
        Err(raised) => {
            drop(cx.take_raised(raised));
            None
        }
    };
    match number {
        Some(n) if n >= least => Ok(Some(n)),
        _ => Err(cx.value_error(message)),
    }
}

fn islice_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &ISLICE, args)?;
    const BOTH: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let pos = args.pos();
    let (start, stop, step) = match pos.len() {
        2 => (None, bound(cx, &pos[1], STOP, 0)?, None),
        3 | 4 => {
            let stop = bound(cx, &pos[2], STOP, 0)?;
            let start = bound(cx, &pos[1], BOTH, 0)?;
            let step = match pos.get(3) {
                Some(s) => bound(cx, s, "Step for islice() must be a positive integer or None.", 1)?,
                None => None,
            };
            (start, stop, step)
        }
        n if n < 2 => return Err(cx.type_error(format!("islice expected at least 2 arguments, got {n}"))),
        n => return Err(cx.type_error(format!("islice expected at most 4 arguments, got {n}"))),
    };
    let iterator = ops::iter(cx, &pos[0])?;
    let payload =
        ISlice { iterator: Some(iterator), next: start.unwrap_or(0), stop, step: step.unwrap_or(1), seen: 0 };
    Ok(cx.new_instance(class, payload).into_value())
}

fn islice_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<ISlice>() else { return Ok(None) };
    let Some(iterator) = object.get(cx).iterator.clone() else { return Ok(None) };
    let result = islice_step(cx, object, &iterator);
    if !matches!(result, Ok(Some(_))) {
        let done = object.get_mut(cx).iterator.take();
        drop(done);
    }
    result
}

fn islice_step(cx: &mut Cx, object: &Obj<ISlice>, iterator: &Value) -> R<Option<Value>> {
    loop {
        let state = object.get(cx);
        let (seen, next) = (state.seen, state.next);
        if seen < next {
            if ops::next(cx, iterator)?.is_none() {
                return Ok(None);
            }
            object.get_mut(cx).seen += 1;
            safepoint(cx)?;
            continue;
        }
        if state.stop.is_some_and(|stop| seen >= stop) {
            return Ok(None);
        }
        let Some(item) = ops::next(cx, iterator)? else { return Ok(None) };
        let state = object.get_mut(cx);
        state.seen += 1;
        let following = state.next.saturating_add(state.step);
        state.next = state.stop.map_or(following, |stop| following.min(stop));
        return Ok(Some(item));
    }
}
