//! `_heapq`: heaps in lists, the least item first, or the greatest.

use taipan_macros::{native, natives};
use taipan_object::{CompareOp, Cx, Obj, R, Value, ops};
use taipan_types::list::List;
use taipan_types::module::{ModuleDef, set};

/// Which item is on top.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Least,
    Greatest,
}

/// The list of an argument.
fn list_of<'a>(cx: &mut Cx, heap: &'a Value, function: &str) -> R<&'a Obj<List>> {
    match heap.cast::<List>() {
        Some(list) => Ok(list),
        None => {
            let message = format!("{function}() argument 1 must be list, not {}", heap.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Whether `a` belongs above `b`.
fn above(cx: &mut Cx, order: Order, a: &Value, b: &Value) -> R<bool> {
    match order {
        Order::Least => ops::compare_bool(cx, a, b, CompareOp::Lt),
        Order::Greatest => ops::compare_bool(cx, b, a, CompareOp::Lt),
    }
}

fn at(cx: &mut Cx, heap: &Obj<List>, i: usize) -> R {
    match heap.get(cx).items.get(i).cloned() {
        Some(item) => Ok(item),
        None => Err(cx.index_error("index out of range")),
    }
}

/// RuntimeError where a comparison has changed the list's size.
fn check(cx: &mut Cx, heap: &Obj<List>, n: usize) -> R<()> {
    if heap.get(cx).items.len() == n {
        return Ok(());
    }
    Err(cx.runtime_error("list changed size during iteration"))
}

/// Moves the item at `i` up to its place, not above `top`.
fn rise(cx: &mut Cx, heap: &Obj<List>, order: Order, top: usize, mut i: usize) -> R<()> {
    let n = heap.get(cx).items.len();
    while i > top {
        let parent = (i - 1) / 2;
        let (item, above_it) = (at(cx, heap, i)?, at(cx, heap, parent)?);
        let moves = above(cx, order, &item, &above_it)?;
        check(cx, heap, n)?;
        if !moves {
            break;
        }
        heap.get_mut(cx).items.swap(i, parent);
        i = parent;
    }
    Ok(())
}

/// Moves the item at `i` down to a leaf along the better children, then up to its place: fewer comparisons than to stop
/// on the way.
fn sink(cx: &mut Cx, heap: &Obj<List>, order: Order, start: usize) -> R<()> {
    let n = heap.get(cx).items.len();
    let mut i = start;
    while i < n / 2 {
        let mut child = 2 * i + 1;
        if child + 1 < n {
            let (left, right) = (at(cx, heap, child)?, at(cx, heap, child + 1)?);
            let left_wins = above(cx, order, &left, &right)?;
            check(cx, heap, n)?;
            child += usize::from(!left_wins);
        }
        heap.get_mut(cx).items.swap(i, child);
        i = child;
    }
    rise(cx, heap, order, start, i)
}

fn push(cx: &mut Cx, heap: &Value, item: &Value, order: Order, name: &str) -> R<()> {
    let list = list_of(cx, heap, name)?;
    list.get_mut(cx).items.push(item.clone());
    let last = list.get(cx).items.len() - 1;
    rise(cx, list, order, 0, last)
}

fn pop(cx: &mut Cx, heap: &Value, order: Order, name: &str) -> R {
    let list = list_of(cx, heap, name)?;
    let Some(last) = list.get_mut(cx).items.pop() else {
        return Err(cx.index_error("index out of range"));
    };
    let Some(top) = list.get_mut(cx).items.first_mut() else { return Ok(last) };
    let top = std::mem::replace(top, last);
    sink(cx, list, order, 0)?;
    Ok(top)
}

fn replace(cx: &mut Cx, heap: &Value, item: &Value, order: Order, name: &str) -> R {
    let list = list_of(cx, heap, name)?;
    let Some(top) = list.get_mut(cx).items.first_mut() else {
        return Err(cx.index_error("index out of range"));
    };
    let top = std::mem::replace(top, item.clone());
    sink(cx, list, order, 0)?;
    Ok(top)
}

fn push_pop(cx: &mut Cx, heap: &Value, item: &Value, order: Order, name: &str) -> R {
    let list = list_of(cx, heap, name)?;
    let Some(top) = list.get(cx).items.first().cloned() else { return Ok(item.clone()) };
    if !above(cx, order, &top, item)? {
        return Ok(item.clone());
    }
    replace(cx, heap, item, order, name)
}

fn build(cx: &mut Cx, heap: &Value, order: Order, name: &str) -> R<()> {
    let list = list_of(cx, heap, name)?;
    let n = list.get(cx).items.len();
    for i in (0..n / 2).rev() {
        sink(cx, list, order, i)?;
    }
    Ok(())
}

/// Push item onto heap, maintaining the heap invariant.
#[native("heappush(heap, item, /)")]
fn heappush(cx: &mut Cx, heap: &Value, item: &Value) -> R<()> {
    push(cx, heap, item, Order::Least, "heappush")
}

/// Pop the smallest item off the heap, maintaining the heap invariant.
#[native("heappop(heap, /)")]
fn heappop(cx: &mut Cx, heap: &Value) -> R {
    pop(cx, heap, Order::Least, "heappop")
}

/// Pop and return the current smallest value, and add the new item.
///
/// This is more efficient than heappop() followed by heappush(), and can be
/// more appropriate when using a fixed-size heap.  Note that the value
/// returned may be larger than item!  That constrains reasonable uses of
/// this routine unless written as part of a conditional replacement:
///
///     if item > heap[0]:
///         item = heapreplace(heap, item)
#[native("heapreplace(heap, item, /)")]
fn heapreplace(cx: &mut Cx, heap: &Value, item: &Value) -> R {
    replace(cx, heap, item, Order::Least, "heapreplace")
}

/// Push item on the heap, then pop and return the smallest item from the heap.
///
/// The combined action runs more efficiently than heappush() followed by
/// a separate call to heappop().
#[native("heappushpop(heap, item, /)")]
fn heappushpop(cx: &mut Cx, heap: &Value, item: &Value) -> R {
    push_pop(cx, heap, item, Order::Least, "heappushpop")
}

/// Transform list into a heap, in-place, in O(len(heap)) time.
#[native("heapify(heap, /)")]
fn heapify(cx: &mut Cx, heap: &Value) -> R<()> {
    build(cx, heap, Order::Least, "heapify")
}

/// Push item onto max heap, maintaining the heap invariant.
#[native("heappush_max(heap, item, /)")]
fn heappush_max(cx: &mut Cx, heap: &Value, item: &Value) -> R<()> {
    push(cx, heap, item, Order::Greatest, "heappush_max")
}

/// Maxheap variant of heappop.
#[native("heappop_max(heap, /)")]
fn heappop_max(cx: &mut Cx, heap: &Value) -> R {
    pop(cx, heap, Order::Greatest, "heappop_max")
}

/// Maxheap variant of heapreplace.
#[native("heapreplace_max(heap, item, /)")]
fn heapreplace_max(cx: &mut Cx, heap: &Value, item: &Value) -> R {
    replace(cx, heap, item, Order::Greatest, "heapreplace_max")
}

/// Maxheap variant of heappushpop.
///
/// The combined action runs more efficiently than heappush_max()
/// followed by a separate call to heappop_max().
#[native("heappushpop_max(heap, item, /)")]
fn heappushpop_max(cx: &mut Cx, heap: &Value, item: &Value) -> R {
    push_pop(cx, heap, item, Order::Greatest, "heappushpop_max")
}

/// Maxheap variant of heapify.
#[native("heapify_max(heap, /)")]
fn heapify_max(cx: &mut Cx, heap: &Value) -> R<()> {
    build(cx, heap, Order::Greatest, "heapify_max")
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let about = cx.str("Heap queues");
    set(cx, module, "__about__", about)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_heapq",
    doc: Some(
        "Heap queue algorithm (a.k.a. priority queue).\n\nHeaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\nall k, counting elements from 0.",
    ),
    functions: natives![
        heappush,
        heappushpop,
        heappop,
        heapreplace,
        heapify,
        heappush_max,
        heappushpop_max,
        heappop_max,
        heapreplace_max,
        heapify_max
    ],
    init: Some(init),
    ..ModuleDef::EMPTY
};
