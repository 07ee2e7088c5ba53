//! `gc`: the cycle collector's controls. Collections are full ones; the generations are counted for compatibility.

use crate::support::audit;
use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value, flags, gc, ops};
use taipan_types::list::{List, extend, new_list};
use taipan_types::module::{ModuleDef, set};

/// `gc.garbage` and `gc.callbacks`.
#[derive(Default)]
struct Lists {
    garbage: Option<Value>,
    callbacks: Option<Value>,
}

fn take_saved(cx: &mut Cx) -> R<()> {
    let saved = std::mem::take(&mut cx.gc().saved);
    if saved.is_empty() {
        return Ok(());
    }
    let garbage = cx.interp_mut().state::<Lists>().garbage.clone();
    let saved = new_list(cx, saved).into_value();
    match garbage.as_ref().and_then(Value::cast::<List>) {
        Some(list) => extend(cx, list, &saved),
        None => Ok(()),
    }
}

/// Calls `gc.callbacks`; what they raise is reported.
fn notify(cx: &mut Cx, phase: &'static str, generation: usize, collected: usize, uncollectable: usize) {
    let callbacks = cx.interp_mut().state::<Lists>().callbacks.clone();
    let Some(callbacks) = callbacks.as_ref().and_then(Value::cast::<List>).map(|l| l.get(cx).items.clone())
    else {
        return;
    };
    if callbacks.is_empty() {
        return;
    }
    let info = cx.new_dict();
    for (name, number) in
        [("generation", generation), ("collected", collected), ("uncollectable", uncollectable)]
    {
        let key = cx.intern(name);
        let number = cx.int(number as i64);
        // String keys cannot fail.
        let _ = taipan_object::dict::set_str(cx, &info, &key, number);
    }
    let phase = cx.intern(phase).into_value();
    for callback in callbacks {
        if let Err(raised) = ops::call(cx, &callback, &[phase.clone(), info.as_value().clone()]) {
            let error = cx.take_raised(raised);
            taipan_object::exc::report_ignored(cx, error, "while calling GC callback", &callback);
        }
    }
}

/// Run the garbage collector.
///
/// With no arguments, run a full collection.  The optional argument
/// may be an integer specifying which generation to collect.  A ValueError
/// is raised if the generation number is invalid.
///
/// The number of unreachable objects is returned.
#[native("gc.collect(generation=2)")]
fn collect(cx: &mut Cx, generation: i64) -> R<usize> {
    if !(0..=2).contains(&generation) {
        return Err(cx.value_error("invalid generation"));
    }
    taipan_vm::record::collection(cx, generation as u8, "gc.collect()", |cx| {
        let found = gc::collect_generation(cx, generation as usize)?;
        take_saved(cx)?;
        cx.drain_pending();
        Ok(found)
    })
}

/// Enable automatic garbage collection.
#[native("gc.enable()")]
fn enable(cx: &mut Cx) -> R<()> {
    cx.gc().enabled = true;
    Ok(())
}

/// Disable automatic garbage collection.
#[native("gc.disable()")]
fn disable(cx: &mut Cx) -> R<()> {
    cx.gc().enabled = false;
    Ok(())
}

/// Returns true if automatic garbage collection is enabled.
#[native("gc.isenabled()")]
fn isenabled(cx: &mut Cx) -> R<bool> {
    Ok(cx.gc().enabled)
}

/// Return a three-tuple of the current collection counts.
#[native("gc.get_count()")]
fn get_count(cx: &mut Cx) -> R {
    let young = cx.int(cx.interp().heap_stats().young as i64);
    Ok(cx.tuple_value([young, Value::small_int(0), Value::small_int(0)]))
}

/// Return the current collection thresholds.
#[native("gc.get_threshold()")]
fn get_threshold(cx: &mut Cx) -> R {
    let [a, b, c] = cx.gc().thresholds;
    let (a, b, c) = (cx.int(a), cx.int(b), cx.int(c));
    Ok(cx.tuple_value([a, b, c]))
}

/// set_threshold(threshold0, [threshold1, [threshold2]])
/// Set the collection thresholds (the collection frequency).
///
/// Setting 'threshold0' to zero disables collection.
#[native("gc.set_threshold(threshold0, threshold1=None, threshold2=None, /)", no_signature)]
fn set_threshold(cx: &mut Cx, threshold0: i64, threshold1: Option<i64>, threshold2: Option<i64>) -> R<()> {
    let thresholds = &mut cx.gc().thresholds;
    thresholds[0] = threshold0;
    if let Some(t) = threshold1 {
        thresholds[1] = t;
    }
    if let Some(t) = threshold2 {
        thresholds[2] = t;
    }
    Ok(())
}

/// Get the garbage collection debugging flags.
#[native("gc.get_debug()")]
fn get_debug(cx: &mut Cx) -> R<i64> {
    Ok(cx.gc().debug.into())
}

/// Set the garbage collection debugging flags.
///
///   flags
///     An integer that can have the following bits turned on:
///       DEBUG_STATS - Print statistics during collection.
///       DEBUG_COLLECTABLE - Print collectable objects found.
///       DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects
///         found.
///       DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.
///       DEBUG_LEAK - Debug leaking programs (everything but STATS).
///
/// Debugging information is written to sys.stderr.
#[native("gc.set_debug(flags, /)")]
fn set_debug(cx: &mut Cx, flags: i32) -> R<()> {
    cx.gc().debug = flags as u32;
    Ok(())
}

/// Return a list of objects tracked by the collector (excluding the list returned).
///
///   generation
///     Generation to extract the objects from.
///
/// If generation is not None, return only the objects tracked by the collector
/// that are in that generation.
#[native("gc.get_objects(generation=None)")]
fn get_objects(cx: &mut Cx, generation: Option<i64>) -> R {
    let asked = cx.int(generation.unwrap_or(-1));
    audit(cx, "gc.get_objects", &[asked])?;
    match generation {
        Some(g) if g < 0 => return Err(cx.value_error("generation parameter cannot be negative")),
        Some(g) if g > 2 => {
            return Err(cx.value_error(
                "generation parameter must be less than the number of available generations (3)",
            ));
        }
        _ => {}
    }
    let all = gc::get_objects(cx);
    Ok(new_list(cx, all).into_value())
}

/// Return the list of objects that directly refer to any of 'objs'.
#[native("gc.get_referrers(*objs)")]
fn get_referrers(cx: &mut Cx, objs: &[Value]) -> R {
    let targets = cx.tuple(objs.to_vec()).into_value();
    audit(cx, "gc.get_referrers", &[targets])?;
    let found = gc::get_referrers(cx, objs);
    Ok(new_list(cx, found).into_value())
}

/// Return the list of objects that are directly referred to by 'objs'.
#[native("gc.get_referents(*objs)")]
fn get_referents(cx: &mut Cx, objs: &[Value]) -> R {
    let targets = cx.tuple(objs.to_vec()).into_value();
    audit(cx, "gc.get_referents", &[targets])?;
    let mut found = Vec::new();
    for object in objs {
        let mut items = gc::get_referents(cx, object);
        if object.ty(cx).has(flags::LIST | flags::TUPLE) {
            // CPython goes through arrays from their end.
            items.reverse();
        }
        found.extend(items);
    }
    Ok(new_list(cx, found).into_value())
}

/// Returns true if the object is tracked by the garbage collector.
///
/// Simple atomic objects will return false.
#[native("gc.is_tracked(obj, /)")]
fn is_tracked(cx: &mut Cx, obj: &Value) -> R<bool> {
    let _ = cx;
    Ok(gc::is_tracked(obj))
}

/// Returns true if the object has been already finalized by the GC.
#[native("gc.is_finalized(obj, /)")]
fn is_finalized(cx: &mut Cx, obj: &Value) -> R<bool> {
    let _ = cx;
    Ok(obj.header().is_some_and(|h| h.is_finalized()))
}

/// Freeze all current tracked objects and ignore them for future collections.
///
/// This can be used before a POSIX fork() call to make the gc copy-on-write friendly.
/// Note: collection before a POSIX fork() call may free pages for future allocation
/// which can cause copy-on-write.
#[native("gc.freeze()")]
fn freeze(cx: &mut Cx) -> R<()> {
    gc::freeze(cx);
    Ok(())
}

/// Unfreeze all objects in the permanent generation.
///
/// Put all objects in the permanent generation back into oldest generation.
#[native("gc.unfreeze()")]
fn unfreeze(cx: &mut Cx) -> R<()> {
    gc::unfreeze(cx);
    Ok(())
}

/// Return the number of objects in the permanent generation.
#[native("gc.get_freeze_count()")]
fn get_freeze_count(cx: &mut Cx) -> R<usize> {
    Ok(gc::freeze_count(cx))
}

/// Return a list of dictionaries containing per-generation statistics.
#[native("gc.get_stats()")]
fn get_stats(cx: &mut Cx) -> R {
    let stats = cx.gc().stats;
    let mut out = Vec::with_capacity(3);
    for generation in stats {
        let dict = cx.new_dict();
        let numbers = [
            ("collections", generation.collections),
            ("collected", generation.collected),
            ("uncollectable", generation.uncollectable),
        ];
        for (name, number) in numbers {
            let key = cx.intern(name);
            let number = cx.int(number as i64);
            taipan_object::dict::set_str(cx, &dict, &key, number)?;
        }
        out.push(dict.into_value());
    }
    Ok(new_list(cx, out).into_value())
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let (garbage, callbacks) = (new_list(cx, Vec::new()).into_value(), new_list(cx, Vec::new()).into_value());
    set(cx, module, "garbage", garbage.clone())?;
    set(cx, module, "callbacks", callbacks.clone())?;
    let lists = cx.interp_mut().state::<Lists>();
    lists.garbage = Some(garbage);
    lists.callbacks = Some(callbacks);
    cx.gc().notify = Some(notify);
    let flags = [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 38),
    ];
    for (name, value) in flags {
        set(cx, module, name, Value::small_int(value))?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "gc",
    doc: Some("This module provides access to the garbage collector for reference cycles.\n"),
    functions: natives![
        enable,
        disable,
        isenabled,
        set_debug,
        get_debug,
        get_count,
        set_threshold,
        get_threshold,
        collect,
        get_objects,
        get_stats,
        is_tracked,
        is_finalized,
        get_referrers,
        get_referents,
        freeze,
        unfreeze,
        get_freeze_count
    ],
    init: Some(init),
    ..ModuleDef::EMPTY
};
