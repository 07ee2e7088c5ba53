//! A stable adaptive merge sort (after "Powersort", Munro and Wild 2018) whose comparisons may raise, with type-specialised
//! comparisons where all keys are of one simple type.

use std::cmp::Ordering;

use taipan_object::{CompareOp, Cx, R, Str, Value, ops};

/// Runs shorter than this are extended by binary insertion.
const MIN_MERGE: usize = 64;

/// What is sorted: a key to compare by and (where a key function was given) the value that goes with it.
pub struct Item {
    pub key: Value,
    pub value: Option<Value>,
}

type Less = fn(&mut Cx, &Value, &Value) -> R<bool>;

fn less_int(_cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    Ok(a.word().int_unchecked() < b.word().int_unchecked())
}

fn less_float(_cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    Ok(a.as_float() < b.as_float())
}

fn less_str(_cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    Ok(match (a.cast_exact::<Str>(), b.cast_exact::<Str>()) {
        (Some(a), Some(b)) => a.order(b) == Ordering::Less,
        _ => false,
    })
}

fn less_any(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    let result = ops::compare(cx, a, b, CompareOp::Lt)?;
    ops::truth(cx, &result)
}

/// The cheapest comparison that is right for all the keys.
fn choose(items: &[Item]) -> Less {
    if items.iter().all(|i| i.key.word().is_int()) {
        less_int
    } else if items.iter().all(|i| i.key.is_instance_exact(&taipan_object::str::STR)) {
        less_str
    } else if items.iter().all(|i| i.key.is_instance_exact(&taipan_object::float::FLOAT)) {
        less_float
    } else {
        less_any
    }
}

/// Sorts in place. On an exception the items are all still there, in some order.
pub fn sort(cx: &mut Cx, items: &mut [Item]) -> R<()> {
    let less = choose(items);
    let n = items.len();
    if n < 2 {
        return Ok(());
    }
    let minimum = min_run(n);
    // Pending runs: start, length, power of the boundary to the next.
    let mut stack: Vec<(usize, usize, u32)> = Vec::new();
    let mut scratch: Vec<Item> = Vec::new();
    let mut start = 0;
    let mut run = next_run(cx, less, items, start, minimum)?;
    while start + run < n {
        let next_start = start + run;
        let next = next_run(cx, less, items, next_start, minimum)?;
        let power = node_power(start, run, next, n);
        while let Some((left, len, _)) = stack.pop_if(|(_, _, p)| *p > power) {
            merge(cx, less, &mut items[left..start + run], len, &mut scratch)?;
            run += start - left;
            start = left;
        }
        stack.push((start, run, power));
        start = next_start;
        run = next;
    }
    while let Some((left, len, _)) = stack.pop() {
        merge(cx, less, &mut items[left..start + run], len, &mut scratch)?;
        run += start - left;
        start = left;
    }
    Ok(())
}

/// A run length such that the number of runs is a power of two or just below.
fn min_run(mut n: usize) -> usize {
    let mut rest = 0;
    while n >= MIN_MERGE {
        rest |= n & 1;
        n >>= 1;
    }
    n + rest
}

/// The depth at which the boundary between two runs lies in the merge tree.
fn node_power(start: usize, run: usize, next: usize, n: usize) -> u32 {
    let (n, a) = (n as u128, 2 * start as u128 + run as u128);
    let b = a + run as u128 + next as u128;
    let (l, r) = ((a << 62) / n, (b << 62) / n);
    (l ^ r).leading_zeros()
}

/// The length of the run at `start`, made ascending and at least `minimum` long (where items are left).
fn next_run(cx: &mut Cx, less: Less, items: &mut [Item], start: usize, minimum: usize) -> R<usize> {
    let rest = &mut items[start..];
    let n = rest.len();
    if n < 2 {
        return Ok(n);
    }
    let mut run = 2;
    if less(cx, &rest[1].key, &rest[0].key)? {
        while run < n && less(cx, &rest[run].key, &rest[run - 1].key)? {
            run += 1;
        }
        rest[..run].reverse();
    } else {
        while run < n && !less(cx, &rest[run].key, &rest[run - 1].key)? {
            run += 1;
        }
    }
    let wanted = minimum.min(n);
    while run < wanted {
        let (mut low, mut high) = (0, run);
        while low < high {
            let middle = (low + high) / 2;
            if less(cx, &rest[run].key, &rest[middle].key)? { high = middle } else { low = middle + 1 }
        }
        rest[low..=run].rotate_right(1);
        run += 1;
    }
    Ok(run)
}

/// The first position in a sorted part whose item is greater than `key` (or not less, where `strict`).
fn bound(cx: &mut Cx, less: Less, part: &[Item], key: &Value, after_equal: bool) -> R<usize> {
    let (mut low, mut high) = (0, part.len());
    while low < high {
        let middle = (low + high) / 2;
        let goes_left =
            if after_equal { less(cx, key, &part[middle].key)? } else { !less(cx, &part[middle].key, key)? };
        if goes_left { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

fn placeholder() -> Item {
    Item { key: Value::none(), value: None }
}

/// Merges two neighbouring sorted parts, the first `len` items long. Stable.
fn merge(cx: &mut Cx, less: Less, items: &mut [Item], len: usize, scratch: &mut Vec<Item>) -> R<()> {
    // What already is in its place at either end needs no move.
    let skip = bound(cx, less, &items[..len], &items[len].key, true)?;
    let items = &mut items[skip..];
    let len = len - skip;
    if len == 0 {
        return Ok(());
    }
    let end = len + bound(cx, less, &items[len..], &items[len - 1].key, false)?;
    let items = &mut items[..end];
    if scratch.try_reserve(len).is_err() {
        return Err(cx.memory_error());
    }
    scratch.extend(items[..len].iter_mut().map(|i| std::mem::replace(i, placeholder())));
    let (mut left, mut right, mut out) = (0, len, 0);
    let mut result = Ok(());
    while left < scratch.len() && right < items.len() {
        match less(cx, &items[right].key, &scratch[left].key) {
            Ok(true) => {
                items.swap(out, right);
                right += 1;
            }
            Ok(false) => {
                items[out] = std::mem::replace(&mut scratch[left], placeholder());
                left += 1;
            }
            Err(raised) => {
                result = Err(raised);
                break;
            }
        }
        out += 1;
    }
    for item in scratch.drain(left..) {
        items[out] = item;
        out += 1;
    }
    scratch.clear();
    result
}
