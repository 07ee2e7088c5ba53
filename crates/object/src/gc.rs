//! The cycle collector: trial deletion over all collectable objects of the heap.
//!
//! Each object's count is copied to the low bits of its header's `upper`, less one for every reference that another
//! collectable object holds. What is left above zero is held from outside (frames, handles of natives, statics) and
//! keeps alive all that it reaches; the rest is garbage. Collections are full; how often they run follows the number of
//! live objects, so that their cost stays proportional to allocation.
//!
//! The end of garbage follows PEP 442: weak references with callbacks are cleared, finalisers run, what they brought
//! back to life is kept, and only then are the objects cleared. A collection runs at safepoints only, with `&mut Cx`.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::cx::Cx;
use crate::heap::{self, Heap};
use crate::object::{FINALIZED, Header, WEAKLY_REFERENCED};
use crate::value::{R, Value};
use crate::weakref;

/// The copy of the count.
const COUNT: u32 = (1 << 27) - 1;
/// Reached from outside, in this collection.
const REACHED: u32 = 1 << 27;
/// Found to be garbage, in this collection.
const GARBAGE: u32 = 1 << 28;
/// `gc.freeze` took the object out of all collections. Kept between collections.
const FROZEN: u32 = 1 << 29;
const WORK: u32 = COUNT | REACHED | GARBAGE;

/// What `gc.get_stats` shows of one generation.
#[derive(Clone, Copy, Default, Debug)]
pub struct GenerationStats {
    pub collections: usize,
    pub collected: usize,
    pub uncollectable: usize,
}

/// Bits of `gc.set_debug`.
pub mod debug {
    pub const STATS: u32 = 1;
    pub const COLLECTABLE: u32 = 2;
    pub const UNCOLLECTABLE: u32 = 4;
    pub const SAVEALL: u32 = 32;
}

/// Told of the phases of a collection: "start" or "stop", generation, collected, uncollectable.
pub type NotifyFn = fn(&mut Cx, &'static str, usize, usize, usize);

/// The collector's state in an interpreter.
pub struct GcState {
    pub enabled: bool,
    /// As `gc.set_threshold` has them. A first threshold of zero switches automatic collection off.
    pub thresholds: [i64; 3],
    pub stats: [GenerationStats; 3],
    pub debug: u32,
    /// Calls `gc.callbacks`; set by the `gc` module.
    pub notify: Option<NotifyFn>,
    /// Objects that `DEBUG_SAVEALL` keeps, until the `gc` module takes them to `gc.garbage`.
    pub saved: Vec<Value>,
    frozen: usize,
}

impl Default for GcState {
    fn default() -> Self {
        GcState {
            enabled: true,
            thresholds: [2000, 10, 10],
            stats: [GenerationStats::default(); 3],
            debug: 0,
            notify: None,
            saved: Vec::new(),
            frozen: 0,
        }
    }
}

/// Values taken out of garbage that are kept until they are released together.
const MOST_RELEASED: usize = 4096;

/// Fewest new objects between two collections.
const LEAST_YOUNG: usize = 10_000;

impl Cx {
    /// The collector's state, for the `gc` module.
    pub fn gc(&mut self) -> &mut GcState {
        &mut self.interp_mut().gc
    }
}

/// What the breaker's COLLECT bit asks for: a collection, if collection is enabled.
pub fn collect_if_enabled(cx: &mut Cx) -> R<()> {
    let gc = &cx.interp().gc;
    if gc.enabled && gc.thresholds[0] != 0 {
        // An automatic collection counts as one of the youngest generation.
        collect_generation(cx, 0)?;
    } else {
        // SAFETY: the heap is live and not in use.
        unsafe { reset_limit(cx.heap()) };
    }
    Ok(())
}

/// A full collection (`gc.collect()`): the number of unreachable objects found.
pub fn collect(cx: &mut Cx) -> R<usize> {
    collect_generation(cx, 2)
}

/// A collection that is counted for `generation`; all are full.
pub fn collect_generation(cx: &mut Cx, generation: usize) -> R<usize> {
    let heap = cx.heap();
    // SAFETY: the heap is live; no reference into it is kept across the calls below.
    unsafe {
        if (*heap).collecting {
            return Ok(0);
        }
        (*heap).collecting = true;
    }
    let generation = generation.min(2);
    if let Some(notify) = cx.interp().gc.notify {
        notify(cx, "start", generation, 0, 0);
    }
    let found = run(cx);
    // SAFETY: as above.
    unsafe {
        reset_limit(heap);
        (*heap).collecting = false;
    }
    let stats = &mut cx.gc().stats[generation];
    stats.collections += 1;
    stats.collected += found;
    if let Some(notify) = cx.interp().gc.notify {
        notify(cx, "stop", generation, found, 0);
    }
    Ok(found)
}

unsafe fn reset_limit(heap: *mut Heap) {
    // SAFETY: live by the caller's promise.
    unsafe {
        (*heap).stats.young = 0;
        (*heap).young_limit = LEAST_YOUNG.max((*heap).stats.live / 4);
    }
}

/// Whether a referenced object takes part: neither immortal nor in a page of plain data.
#[inline(always)]
unsafe fn takes_part(p: NonNull<Header>) -> bool {
    // SAFETY: a live object; mortal ones lie in pages.
    unsafe { !p.as_ref().is_immortal() && heap::is_collectable(p) }
}

/// Visits what an object refers to, its class included.
unsafe fn each_child(p: NonNull<Header>, visit: &mut dyn FnMut(NonNull<Header>)) {
    // SAFETY: a live object; nothing changes it while the collector looks.
    unsafe {
        let ty = p.as_ref().ty.get();
        if !(*ty).header().is_immortal() {
            visit(NonNull::new_unchecked(ty.cast_mut().cast()));
        }
        (*ty).data().trace_object(p, &mut |value| {
            if let Some(child) = value.as_ptr()
                && takes_part(child)
            {
                visit(child);
            }
        });
    }
}

fn set(p: NonNull<Header>, bits: u32) {
    // SAFETY: live objects only.
    let header = unsafe { p.as_ref() };
    header.upper.set(bits);
}

fn upper(p: NonNull<Header>) -> u32 {
    // SAFETY: live objects only.
    unsafe { p.as_ref() }.upper.get()
}

/// Takes one off the copied count, not below zero.
fn subtract(p: NonNull<Header>) {
    let bits = upper(p);
    if bits & COUNT != 0 && bits & COUNT != COUNT {
        set(p, bits - 1);
    }
}

/// Marks all that the objects in `work` reach.
unsafe fn propagate(mut work: Vec<NonNull<Header>>, within: u32) {
    while let Some(p) = work.pop() {
        // SAFETY: live objects.
        unsafe {
            each_child(p, &mut |child| {
                let bits = upper(child);
                if bits & REACHED == 0 && bits & within == within {
                    set(child, bits | REACHED);
                    work.push(child);
                }
            });
        }
    }
}

/// The garbage, each object counted once more so that it stays while finalisers run.
unsafe fn find_garbage(heap: *mut Heap) -> Vec<Value> {
    // SAFETY: the heap is live; nothing is allocated or freed in it here.
    unsafe {
        Heap::each_collectable(heap, &mut |p| {
            let count = p.as_ref().count();
            let copied = if p.as_ref().is_immortal() { COUNT } else { count.min(COUNT) };
            set(p, upper(p) & !WORK | copied);
        });
        Heap::each_collectable(heap, &mut |p| each_child(p, &mut |child| subtract(child)));
        let mut roots = Vec::new();
        Heap::each_collectable(heap, &mut |p| {
            let bits = upper(p);
            if bits & COUNT != 0 || bits & FROZEN != 0 {
                set(p, bits | REACHED);
                roots.push(p);
            }
        });
        propagate(roots, 0);
        let mut garbage = Vec::new();
        Heap::each_collectable(heap, &mut |p| {
            let bits = upper(p);
            if bits & REACHED == 0 && p.as_ref().count() > 0 {
                set(p, bits & !WORK | GARBAGE);
                p.as_ref().incref();
                garbage.push(Value::from_ptr(p));
            } else {
                set(p, bits & !WORK);
            }
        });
        garbage
    }
}

/// Takes out of `garbage` what finalisers made reachable again.
unsafe fn keep_resurrected(garbage: &mut Vec<Value>) {
    // SAFETY: `garbage` holds the objects; nothing runs meanwhile.
    let resurrected = unsafe {
        for p in garbage.iter().filter_map(Value::as_ptr) {
            // Our own hold is no reason to live.
            let count = (p.as_ref().count() - 1).min(COUNT);
            set(p, upper(p) & !WORK | GARBAGE | count);
        }
        for p in garbage.iter().filter_map(Value::as_ptr) {
            each_child(p, &mut |child| {
                if upper(child) & GARBAGE != 0 {
                    subtract(child);
                }
            });
        }
        let mut roots = Vec::new();
        for p in garbage.iter().filter_map(Value::as_ptr) {
            let bits = upper(p);
            if bits & COUNT != 0 {
                set(p, bits | REACHED);
                roots.push(p);
            }
        }
        let some = !roots.is_empty();
        propagate(roots, GARBAGE);
        some
    };
    if !resurrected {
        return;
    }
    let (kept, gone): (Vec<Value>, Vec<Value>) =
        garbage.drain(..).partition(|v| v.as_ptr().is_some_and(|p| upper(p) & REACHED != 0));
    for p in kept.iter().filter_map(Value::as_ptr) {
        set(p, upper(p) & !WORK);
    }
    *garbage = gone;
}

fn run(cx: &mut Cx) -> usize {
    let heap = cx.heap();
    // SAFETY: the heap is live; between the steps only `garbage` holds on to objects.
    let mut garbage = unsafe { find_garbage(heap) };
    if garbage.is_empty() {
        return 0;
    }
    let is_garbage = |p: NonNull<Header>| upper(p) & GARBAGE != 0;
    clear_weak(heap, &garbage, true, &is_garbage);
    cx.drain_pending();
    let mut finalized = false;
    for object in &garbage {
        let Some(header) = object.header() else { continue };
        if header.upper.get() & FINALIZED == 0 && object.ty(cx).slots().finalize.is_some() {
            finalized = true;
            weakref::finalize(cx, object);
        }
    }
    let found = garbage.len();
    // SAFETY: as above. Callbacks may have given garbage away as finalisers may.
    unsafe { keep_resurrected(&mut garbage) };
    let collected = if finalized { garbage.len() } else { found.min(garbage.len()) };
    clear_weak(heap, &garbage, false, &is_garbage);
    for p in garbage.iter().filter_map(Value::as_ptr) {
        set(p, upper(p) & !WORK);
    }
    if cx.interp().gc.debug & debug::SAVEALL != 0 {
        cx.gc().saved.append(&mut garbage);
        return collected;
    }
    let mut released = Vec::new();
    for object in &garbage {
        if let Some(p) = object.as_ptr() {
            // SAFETY: only garbage refers to the object.
            unsafe { p.as_ref().ty_unguarded().data().clear_object(p, &mut released) };
        }
        // `garbage` holds every object that is still to be cleared: what is released here ends nothing of it.
        if released.len() >= MOST_RELEASED {
            released.clear();
        }
    }
    drop(released);
    drop(garbage);
    cx.drain_pending();
    collected
}

fn clear_weak(
    heap: *mut Heap,
    garbage: &[Value],
    callbacks: bool,
    is_garbage: &dyn Fn(NonNull<Header>) -> bool,
) {
    for p in garbage.iter().filter_map(Value::as_ptr) {
        if upper(p) & WEAKLY_REFERENCED != 0 {
            // SAFETY: the object is live, held by `garbage`.
            unsafe { weakref::clear_for_collector(heap, p, callbacks, is_garbage) };
        }
    }
}

/// Whether the collector follows the object (`gc.is_tracked`).
///
/// Tuples of atomic values count as not followed: what a full collection would find out is answered at once.
pub fn is_tracked(value: &Value) -> bool {
    is_tracked_within(value, NESTED_TUPLES)
}

/// How deep [`is_tracked`] looks into tuples of tuples.
const NESTED_TUPLES: u32 = 100;

fn is_tracked_within(value: &Value, depth: u32) -> bool {
    if let Some(tuple) = value.cast_exact::<crate::Tuple>()
        && depth > 0
    {
        return tuple.items().iter().any(|item| is_tracked_within(item, depth - 1));
    }
    if let Some(ty) = value.as_type() {
        return ty.has(crate::flags::HEAP_TYPE);
    }
    match value.as_ptr() {
        // SAFETY: a live object; mortal ones lie in pages.
        Some(p) => unsafe {
            let header = p.as_ref();
            header.ty_unguarded().has(crate::flags::HAVE_GC)
                && (header.is_immortal() || heap::is_collectable(p))
        },
        None => false,
    }
}

/// All objects that the collector follows (`gc.get_objects()`).
pub fn get_objects(cx: &mut Cx) -> Vec<Value> {
    let mut found = Vec::new();
    each_live(cx, &mut |value| found.push(value.clone()));
    found
}

/// How many mortal objects of each type are alive, the most numerous first: what a debugging check shows at the end.
pub fn live_by_type(cx: &mut Cx) -> Vec<(String, usize)> {
    let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    // SAFETY: the heap is live; the visitor only looks at types.
    unsafe {
        Heap::each_object(cx.heap(), &mut |p| {
            let header = p.as_ref();
            if header.count() > 0 && !header.is_immortal() {
                *counts.entry(header.ty_unguarded().full_name().into_owned()).or_default() += 1;
            }
        });
    }
    let mut list: Vec<(String, usize)> = counts.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
}

fn each_live(cx: &mut Cx, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: the heap is live; `visit` only counts.
    unsafe {
        Heap::each_collectable(cx.heap(), &mut |p| {
            if p.as_ref().count() > 0 {
                visit(&ManuallyDrop::new(Value::from_ptr(p)));
            }
        });
    }
}

impl Cx {
    /// Begins or ends noting the ends of objects that [`Header::watch`](crate::Header::watch) was called for.
    pub fn watch_heap(&mut self, on: bool) {
        // SAFETY: the heap is live; the token is borrowed exclusively.
        unsafe {
            let heap = self.heap();
            (*heap).watching = on;
            (*heap).watched_ends = Vec::new();
        }
    }

    /// The addresses of watched objects that were freed since the last call.
    pub fn take_watched_ends(&mut self) -> Vec<usize> {
        // SAFETY: as `watch_heap`.
        unsafe { std::mem::take(&mut (*self.heap()).watched_ends) }
    }

    /// Visits every live object of the heap: its type's name and its size in bytes.
    pub fn each_live_object(&mut self, visit: &mut dyn FnMut(&str, usize)) {
        // SAFETY: the heap is live; `visit` gets no object.
        unsafe {
            Heap::each_object(self.heap(), &mut |p| {
                if p.as_ref().count() > 0 {
                    visit(&p.as_ref().ty_unguarded().name(), heap::room_of(p));
                }
            });
        }
    }
}

/// The objects that refer directly to any of `targets`.
pub fn get_referrers(cx: &mut Cx, targets: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    each_live(cx, &mut |value| {
        if let Some(p) = value.as_ptr() {
            let mut refers = false;
            // SAFETY: a live object that nothing changes meanwhile.
            unsafe {
                let ty = p.as_ref().ty_unguarded();
                refers |= !ty.header().is_immortal() && targets.iter().any(|t| t.is_obj(ty));
                ty.data().trace_object(p, &mut |child| refers |= targets.iter().any(|t| t.is(child)));
            }
            if refers {
                found.push(value.clone());
            }
        }
    });
    found
}

/// What the object refers to directly.
pub fn get_referents(_cx: &mut Cx, value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    if let Some(p) = value.as_ptr() {
        // SAFETY: a live object that nothing changes meanwhile.
        unsafe {
            let ty = p.as_ref().ty_unguarded();
            if !ty.has(crate::flags::HAVE_GC) {
                return found;
            }
            if !ty.header().is_immortal() {
                found.push(ty.to_value());
            }
            ty.data().trace_object(p, &mut |child| found.push(child.clone()));
        }
    }
    found
}

/// `gc.freeze()`: no collection looks at the objects that exist now.
pub fn freeze(cx: &mut Cx) {
    let mut frozen = 0;
    // SAFETY: the heap is live; nothing is allocated or freed here.
    unsafe {
        Heap::each_collectable(cx.heap(), &mut |p| {
            set(p, upper(p) | FROZEN);
            frozen += 1;
        });
    }
    cx.gc().frozen = frozen;
}

/// `gc.unfreeze()`.
pub fn unfreeze(cx: &mut Cx) {
    // SAFETY: as `freeze`.
    unsafe { Heap::each_collectable(cx.heap(), &mut |p| set(p, upper(p) & !FROZEN)) };
    cx.gc().frozen = 0;
}

/// `gc.get_freeze_count()`.
pub fn freeze_count(cx: &Cx) -> usize {
    cx.interp().gc.frozen
}
