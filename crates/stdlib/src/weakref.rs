//! `_weakref`: weak references and proxies.

use taipan_macros::{native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::weakref::{self, CALLABLE_PROXY_TYPE, PROXY_TYPE, REFERENCE_TYPE};
use taipan_object::{Cx, R, Value};
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};

/// Return the number of weak references to 'object'.
#[native("_weakref.getweakrefcount(object, /)")]
fn getweakrefcount(cx: &mut Cx, object: &Value) -> R<usize> {
    Ok(weakref::count(cx, object))
}

/// Return a list of all weak reference objects pointing to 'object'.
#[native("_weakref.getweakrefs(object, /)")]
fn getweakrefs(cx: &mut Cx, object: &Value) -> R {
    let all = weakref::list(cx, object);
    Ok(new_list(cx, all).into_value())
}

/// Create a proxy object that weakly references 'object'.
///
/// 'callback', if given, is called with a reference to the
/// proxy when 'object' is about to be finalized.
#[native("_weakref.proxy(object, callback=None, /)")]
fn proxy(cx: &mut Cx, object: &Value, callback: Option<&Value>) -> R {
    weakref::new_proxy(cx, object, callback)
}

/// Atomically remove key from dict if it points to a dead weakref.
#[native("_weakref._remove_dead_weakref(dct, key, /)")]
fn remove_dead_weakref(cx: &mut Cx, dct: &Value, key: &Value) -> R<()> {
    let Some(table) = dct.cast::<Dict>() else {
        let message = format!("_remove_dead_weakref() argument 1 must be dict, not {}", dct.type_name(cx));
        return Err(cx.type_error(message));
    };
    let Some(reference) = dict::get(cx, table, key)? else { return Ok(()) };
    match weakref::as_weak(&reference) {
        Some(weak) if weak.is_dead() => dict::remove(cx, table, key).map(drop),
        Some(_) => Ok(()),
        None => Err(cx.type_error("not a weakref")),
    }
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "ref", REFERENCE_TYPE.to_value())?;
    set(cx, module, "ReferenceType", REFERENCE_TYPE.to_value())?;
    set(cx, module, "ProxyType", PROXY_TYPE.to_value())?;
    set(cx, module, "CallableProxyType", CALLABLE_PROXY_TYPE.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    doc: Some("Weak-reference support module."),
    functions: natives![getweakrefcount, getweakrefs, proxy, remove_dead_weakref],
    init: Some(init),
    ..ModuleDef::EMPTY
};
