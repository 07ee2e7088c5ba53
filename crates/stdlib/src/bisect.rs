//! `_bisect`: searching and inserting in sorted sequences.

use taipan_macros::{native, natives};
use taipan_object::{CompareOp, Cx, R, Value, ops};
use taipan_types::list::{LIST, List};
use taipan_types::module::ModuleDef;

/// The place of `x`: before its equals, or after them.
fn search(
    cx: &mut Cx,
    a: &Value,
    x: &Value,
    lo: i64,
    hi: Option<i64>,
    key: Option<&Value>,
    right: bool,
) -> R<i64> {
    if lo < 0 {
        return Err(cx.value_error("lo must be non-negative"));
    }
    let mut hi = match hi {
        Some(hi) => hi,
        None => ops::len(cx, a)? as i64,
    };
    let mut lo = lo;
    let key = key.filter(|k| !k.is_none());
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let place = cx.int(middle);
        let mut item = ops::getitem(cx, a, &place)?;
        if let Some(key) = key {
            item = ops::call(cx, key, &[item])?;
        }
        let goes_up = if right {
            !ops::compare_bool(cx, x, &item, CompareOp::Lt)?
        } else {
            ops::compare_bool(cx, &item, x, CompareOp::Lt)?
        };
        if goes_up {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    Ok(lo)
}

fn insert(
    cx: &mut Cx,
    a: &Value,
    x: &Value,
    lo: i64,
    hi: Option<i64>,
    key: Option<&Value>,
    right: bool,
) -> R<()> {
    let at = match key.filter(|k| !k.is_none()) {
        Some(function) => {
            let sought = ops::call(cx, function, std::slice::from_ref(x))?;
            search(cx, a, &sought, lo, hi, key, right)?
        }
        None => search(cx, a, x, lo, hi, None, right)?,
    };
    if let Some(list) = a.cast::<List>().filter(|_| a.is_instance_exact(&LIST)) {
        let items = &mut list.get_mut(cx).items;
        let at = (at.max(0) as usize).min(items.len());
        items.insert(at, x.clone());
        return Ok(());
    }
    let name = cx.intern("insert");
    let at = cx.int(at);
    ops::call_method(cx, a, &name, &[at, x.clone()]).map(drop)
}

/// Return the index where to insert item x in list a, assuming a is sorted.
///
/// The return value i is such that all e in a[:i] have e <= x, and all e in
/// a[i:] have e > x.  So if x already appears in the list, a.insert(i, x)
/// will insert just after the rightmost x already there.
///
/// Optional args lo (default 0) and hi (default len(a)) bound the
/// slice of a to be searched.
///
/// A custom key function can be supplied to customize the sort order.
#[native("bisect_right(a, x, lo=0, hi=None, *, key=None)")]
fn bisect_right(cx: &mut Cx, a: &Value, x: &Value, lo: i64, hi: Option<i64>, key: Option<&Value>) -> R<i64> {
    search(cx, a, x, lo, hi, key, true)
}

/// Return the index where to insert item x in list a, assuming a is sorted.
///
/// The return value i is such that all e in a[:i] have e < x, and all e in
/// a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x)
/// will insert just before the leftmost x already there.
///
/// Optional args lo (default 0) and hi (default len(a)) bound the
/// slice of a to be searched.
///
/// A custom key function can be supplied to customize the sort order.
#[native("bisect_left(a, x, lo=0, hi=None, *, key=None)")]
fn bisect_left(cx: &mut Cx, a: &Value, x: &Value, lo: i64, hi: Option<i64>, key: Option<&Value>) -> R<i64> {
    search(cx, a, x, lo, hi, key, false)
}

/// Insert item x in list a, and keep it sorted assuming a is sorted.
///
/// If x is already in a, insert it to the right of the rightmost x.
///
/// Optional args lo (default 0) and hi (default len(a)) bound the
/// slice of a to be searched.
///
/// A custom key function can be supplied to customize the sort order.
#[native("insort_right(a, x, lo=0, hi=None, *, key=None)")]
fn insort_right(cx: &mut Cx, a: &Value, x: &Value, lo: i64, hi: Option<i64>, key: Option<&Value>) -> R<()> {
    insert(cx, a, x, lo, hi, key, true)
}

/// Insert item x in list a, and keep it sorted assuming a is sorted.
///
/// If x is already in a, insert it to the left of the leftmost x.
///
/// Optional args lo (default 0) and hi (default len(a)) bound the
/// slice of a to be searched.
///
/// A custom key function can be supplied to customize the sort order.
#[native("insort_left(a, x, lo=0, hi=None, *, key=None)")]
fn insort_left(cx: &mut Cx, a: &Value, x: &Value, lo: i64, hi: Option<i64>, key: Option<&Value>) -> R<()> {
    insert(cx, a, x, lo, hi, key, false)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_bisect",
    doc: Some(
        "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
    ),
    functions: natives![bisect_right, insort_right, bisect_left, insort_left],
    ..ModuleDef::EMPTY
};
