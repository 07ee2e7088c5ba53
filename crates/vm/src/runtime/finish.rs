//! An interpreter's end: threads, exit functions, streams, modules.

use taipan_object::{Cx, R, Value, dict, gc, names, ops, weakref};
use taipan_types::module::{self, Module};

use taipan_host::HostHandle;

use super::{codecs, files, import, settings};
use crate::gil;
use crate::interpreter::Interpreter;
use crate::record;
use crate::sys::{self, stdio};
use taipan_event::What;

/// Ends the interpreter. False if standard output could not be flushed.
pub fn finish(mut interpreter: Interpreter) -> bool {
    let cx = interpreter.cx();
    let settings = settings::settings(cx);
    record::specialised(cx);
    record::heap(cx);
    record::census(cx);
    let message = "Exception ignored on threading shutdown";
    stage(cx, "threads joined", |cx| call_loaded(cx, "threading", "_shutdown", message));
    let message = "Exception ignored while running exit functions";
    stage(cx, "exit functions", |cx| call_loaded(cx, "atexit", "_run_exitfuncs", message));
    let gil = gil::gil(cx);
    gil.close();
    sys::state(cx).finalizing = true;
    let mut good = true;
    stage(cx, "streams flushed", |cx| good &= stdio::flush_all(cx));
    collect(cx);
    stage(cx, "modules released", release_modules);
    good &= stdio::flush_all(cx);
    codecs::clear(cx);
    record::heap(cx);
    record::finish(cx);
    if gil.other_threads() > 0 {
        // Daemon threads sleep in the middle of frames that refer to everything: the process's end releases it.
        std::mem::forget(interpreter);
    } else {
        interpreter.release();
        if settings.show_leaks {
            good &= show_leaks(&mut interpreter, &settings.host);
        }
        drop(interpreter);
    }
    good
}

/// Does a part of the end, which a recorder sees as a stage.
fn stage(cx: &mut Cx, name: &'static str, run: impl FnOnce(&mut Cx)) {
    record::note(cx, || What::StageBegins(name));
    run(cx);
    record::note(cx, || What::StageEnds(name));
}

/// `-X show-leaks`: what outlives the interpreter, on standard error. True if nothing does.
fn show_leaks(interpreter: &mut Interpreter, host: &HostHandle) -> bool {
    let leaks = interpreter.leaks();
    let total: usize = leaks.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return true;
    }
    let mut text = format!("taipan: {total} objects are still alive:\n");
    for (name, count) in leaks {
        text.push_str(&format!("{count:8} {name}\n"));
    }
    files::write_all(host, 2, text.as_bytes());
    false
}

/// Calls a function of a module if the module is loaded; what it raises is reported.
fn call_loaded(cx: &mut Cx, module: &str, function: &str, message: &str) {
    let result = loaded(cx, module).and_then(|found| match found {
        Some(module) => {
            let function = cx.intern(function);
            ops::call_method(cx, &module, &function, &[]).map(drop)
        }
        None => Ok(()),
    });
    report(cx, result, message);
}

fn loaded(cx: &mut Cx, name: &str) -> R<Option<Value>> {
    let name = cx.intern(name).into_value();
    Ok(import::loaded(cx, &name)?.filter(|m| !m.is_none()))
}

fn report(cx: &mut Cx, result: R<()>, message: &str) {
    if let Err(raised) = result {
        let exception = cx.take_raised(raised);
        let unraisable = cx.interp().runtime.unraisable;
        unraisable(cx, exception, message, None);
    }
}

/// Attributes of `sys` that may keep a program's objects alive.
const SYS_REFERENCES: &[&str] = &[
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_exc",
    "last_type",
    "last_value",
    "last_traceback",
    "path_hooks",
    "path_importer_cache",
    "meta_path",
];

/// Lets go of all modules in the order that CPython has: `sys`'s references, then the modules themselves, in reverse order
/// of their import where something else still holds them, `sys` and `builtins` last.
fn release_modules(cx: &mut Cx) {
    if let Some(builtins) = cx.interp().builtins.clone() {
        let result = module::set(cx, &builtins, "_", Value::none());
        report(cx, result, "");
    }
    for name in SYS_REFERENCES {
        let result = sys::set(cx, name, Value::none());
        report(cx, result, "");
    }
    for name in ["stdin", "stdout", "stderr"] {
        let saved = sys::get_str(cx, &format!("__{name}__")).map(|v| v.unwrap_or_else(Value::none));
        let result = saved.and_then(|saved| sys::set(cx, name, saved));
        report(cx, result, "");
    }
    let Some(modules) = cx.interp().modules.clone() else { return };
    let Some(table) = modules.as_dict() else { return };
    let entries = dict::items(cx, table);
    let mut references: Vec<(Value, Value)> = Vec::new();
    for (name, value) in entries {
        if value.cast::<Module>().is_some() && weakref::supports(&value) {
            match weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &value, None) {
                Ok(reference) => references.push((name.clone(), reference)),
                Err(raised) => drop(cx.take_raised(raised)),
            }
        }
        drop(value);
        let result = dict::set(cx, table, name, Value::none());
        report(cx, result, "");
    }
    let result = dict::clear(cx, table);
    report(cx, result, "");
    *cx.interp_mut().state::<import::ImportState>() = import::ImportState::default();
    collect(cx);
    for (_, reference) in references.into_iter().rev() {
        let Some(module) = weakref::referent(cx, &reference) else { continue };
        let kept = [cx.interp().sys.clone(), cx.interp().builtins.clone()];
        if kept.iter().flatten().any(|k| k.is(&module)) {
            continue;
        }
        clear_module(cx, &module);
    }
    collect(cx);
    for module in [cx.interp().sys.clone(), cx.interp().builtins.clone()].into_iter().flatten() {
        clear_module(cx, &module);
    }
    collect(cx);
}

fn collect(cx: &mut Cx) {
    if let Err(raised) = gc::collect(cx) {
        drop(cx.take_raised(raised));
    }
    cx.drain_pending();
}

/// Empties a module's namespace: names with one leading underscore first, then all but `__builtins__`.
fn clear_module(cx: &mut Cx, module: &Value) {
    let namespace = match module::namespace(cx, module) {
        Ok(namespace) => namespace,
        Err(raised) => return drop(cx.take_raised(raised)),
    };
    for private in [true, false] {
        for name in dict::keys(cx, &namespace) {
            let Some(text) = name.as_str() else { continue };
            let one = text.char_at(0) == Some(u32::from('_')) && text.char_at(1) != Some(u32::from('_'));
            if (private && one) || (!private && !text.same(&names::__builtins__)) {
                let result = dict::set(cx, &namespace, name, Value::none());
                report(cx, result, "");
            }
        }
    }
}
