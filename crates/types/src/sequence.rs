//! What `list` and `tuple` (and other arrays of values) share: index arithmetic, comparison, searching.

use std::cmp::Ordering;

use taipan_object::{CompareOp, Cx, R, Value, int, ops};

/// The position that an index names in a sequence of `len` items; `None` outside.
#[inline]
pub fn position(index: i64, len: usize) -> Option<usize> {
    let at = if index < 0 { index + len as i64 } else { index };
    if (0..len as i64).contains(&at) { Some(at as usize) } else { None }
}

/// An index argument as i64; TypeError that names the sequence where the key is no index.
pub fn index(cx: &mut Cx, key: &Value, sequence: &str) -> R<i64> {
    if let Some(i) = key.word().as_int() {
        return Ok(i);
    }
    if key.ty(cx).slots().index.is_none() {
        let message = format!("{sequence} indices must be integers or slices, not {}", key.type_name(cx));
        return Err(cx.type_error(message));
    }
    let i = int::index(cx, key)?;
    match i.as_int().and_then(|i| i.to_i64()) {
        Some(i) => Ok(i),
        None => {
            let message = format!("cannot fit '{}' into an index-sized integer", key.type_name(cx));
            Err(cx.raise(&taipan_object::exc::INDEX_ERROR, message))
        }
    }
}

/// Lexicographic comparison of two arrays that may change while their items are compared: `get` looks again each time.
pub fn compare(
    cx: &mut Cx,
    op: CompareOp,
    left: impl Fn(&Cx, usize) -> Option<Value>,
    right: impl Fn(&Cx, usize) -> Option<Value>,
    lengths: impl Fn(&Cx) -> (usize, usize),
) -> R {
    let (n, m) = lengths(cx);
    if n != m && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::bool(op == CompareOp::Ne));
    }
    cx.check_native_stack(" in comparison")?;
    let mut i = 0;
    loop {
        let (Some(a), Some(b)) = (left(cx, i), right(cx, i)) else { break };
        if !ops::equal(cx, &a, &b)? {
            // The comparison may have shortened either: then the lengths decide.
            let (n, m) = lengths(cx);
            if i >= n || i >= m {
                break;
            }
            return match op {
                CompareOp::Eq => Ok(Value::bool(false)),
                CompareOp::Ne => Ok(Value::bool(true)),
                _ => ops::compare(cx, &a, &b, op),
            };
        }
        i += 1;
    }
    let (n, m) = lengths(cx);
    let ordering: Ordering = n.cmp(&m);
    Ok(Value::bool(op.holds(ordering)))
}

/// The bounds that `index(value, start, stop)` takes: negative ones count from the end.
pub fn search_bounds(
    cx: &mut Cx,
    start: Option<&Value>,
    stop: Option<&Value>,
    len: usize,
) -> R<(usize, usize)> {
    let mut bound = |value: Option<&Value>, default: i64| -> R<i64> {
        match value {
            None => Ok(default),
            Some(v) => {
                if v.word().as_int().is_none() && v.ty(cx).slots().index.is_none() {
                    return Err(cx.type_error("slice indices must be integers or have an __index__ method"));
                }
                int::index_clamped(cx, v)
            }
        }
    };
    let (start, stop) = (bound(start, 0)?, bound(stop, i64::MAX)?);
    let fix = |at: i64| if at < 0 { at.saturating_add(len as i64).max(0) } else { at };
    Ok((fix(start) as usize, fix(stop) as usize))
}
