//! `_functools`: partial application, reduction, comparison keys, and the cache of calls.

mod cache;
mod key;
mod partial;

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value, exc, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// Apply a function of two arguments cumulatively to the items of an iterable, from left to right.
///
/// This effectively reduces the iterable to a single value.  If initial is
/// present, it is placed before the items of the iterable in the
/// calculation, and serves as a default when the iterable is empty.
///
/// For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])
/// calculates ((((1 + 2) + 3) + 4) + 5).
#[native("reduce(function, iterable, /, initial=<unrepresentable>)")]
fn reduce(cx: &mut Cx, function: &Value, iterable: &Value, initial: Option<&Value>) -> R {
    let iterator = match ops::iter(cx, iterable) {
        Ok(iterator) => iterator,
        Err(raised) => {
            cx.catch(raised, &exc::TYPE_ERROR)?;
            return Err(cx.type_error("reduce() arg 2 must support iteration"));
        }
    };
    let mut total = initial.cloned();
    while let Some(item) = ops::next(cx, &iterator)? {
        total = Some(match total {
            None => item,
            Some(so_far) => ops::call(cx, function, &[so_far, item])?,
        });
    }
    match total {
        Some(total) => Ok(total),
        None => Err(cx.type_error("reduce() of empty iterable with no initial value")),
    }
}

fn types(types: &mut Types) {
    types.add([&partial::PLACEHOLDER, &partial::PARTIAL, &key::KEY_WRAPPER, &cache::LRU_CACHE]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "partial", partial::PARTIAL.to_value())?;
    set(cx, module, "_PlaceholderType", partial::PLACEHOLDER.to_value())?;
    let placeholder = partial::placeholder(cx);
    set(cx, module, "Placeholder", placeholder)?;
    set(cx, module, "_lru_cache_wrapper", cache::LRU_CACHE.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    doc: Some("Tools that operate on functions."),
    functions: natives![key::cmp_to_key, reduce],
    types: Some(types),
    init: Some(init),
};
