//! The module `sys`.
//!
//! [`make`] fills it from the interpreter's settings; functions are grouped by what they are about.

mod facts;
mod frames;
mod hooks;
mod info;
mod jit;
mod limits;
pub mod stdio;

use taipan_macros::natives;
use taipan_object::{Cx, NativeDef, Obj, R, Str, Value, dict};
use taipan_types::list;
use taipan_types::module;

use crate::runtime::import::system_text;
use crate::runtime::{imp, paths, settings};

pub use facts::{STDLIB_MODULES, VERSION};
pub use hooks::{AuditHooks, audit};
pub use info::unraisable_args;

static FUNCTIONS: &[&[&NativeDef]] = &[
    natives![
        hooks::addaudithook,
        hooks::audit_function,
        hooks::_baserepl,
        hooks::breakpointhook,
        hooks::displayhook,
        hooks::excepthook,
        hooks::exit,
        hooks::unraisablehook,
        hooks::exc_info,
        hooks::exception
    ],
    natives![
        frames::_getframe,
        frames::_getframemodulename,
        frames::_current_frames,
        frames::_current_exceptions,
        frames::call_tracing,
        frames::settrace,
        frames::gettrace,
        frames::setprofile,
        frames::getprofile,
        frames::_settraceallthreads,
        frames::_setprofileallthreads,
        frames::set_asyncgen_hooks,
        frames::get_asyncgen_hooks,
        frames::set_coroutine_origin_tracking_depth,
        frames::get_coroutine_origin_tracking_depth
    ],
    natives![
        limits::getrecursionlimit,
        limits::setrecursionlimit,
        limits::getswitchinterval,
        limits::setswitchinterval,
        limits::get_int_max_str_digits,
        limits::set_int_max_str_digits,
        limits::getrefcount,
        limits::getsizeof,
        limits::getallocatedblocks,
        limits::getunicodeinternedsize,
        limits::intern,
        limits::_is_interned,
        limits::_is_immortal,
        limits::is_finalizing,
        limits::_is_gil_enabled,
        limits::_clear_internal_caches,
        limits::_clear_type_cache,
        limits::_clear_type_descriptors,
        limits::_debugmallocstats,
        limits::_get_cpu_count_config,
        limits::getdefaultencoding,
        limits::getfilesystemencoding,
        limits::getfilesystemencodeerrors,
        limits::getdlopenflags,
        limits::setdlopenflags,
        limits::activate_stack_trampoline,
        limits::deactivate_stack_trampoline,
        limits::is_stack_trampoline_active,
        limits::is_remote_debug_enabled,
        limits::remote_exec
    ],
];

const DOC: &str = "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.";

/// State of `sys` that is no attribute.
#[derive(Default)]
pub struct SysState {
    pub finalizing: bool,
    /// `sys.setswitchinterval`, in seconds.
    pub switch_interval: Option<f64>,
    pub dlopen_flags: Option<i64>,
    /// The class of `sys.unraisablehook`'s argument.
    pub unraisable_class: Option<Value>,
    pub asyncgen_class: Option<Value>,
}

/// The interpreter's `sys` state.
pub fn state(cx: &mut Cx) -> &mut SysState {
    cx.interp_mut().state::<SysState>()
}

/// An attribute of `sys`; `None` where it is missing (or `sys` is gone).
pub fn get(cx: &mut Cx, name: &Obj<Str>) -> R<Option<Value>> {
    let Some(sys) = cx.interp().sys.clone() else { return Ok(None) };
    let namespace = module::namespace(cx, &sys)?;
    dict::get_str(cx, &namespace, name)
}

/// As [`get`], by a text.
pub fn get_str(cx: &mut Cx, name: &str) -> R<Option<Value>> {
    let name = cx.intern(name);
    get(cx, &name)
}

/// Sets an attribute of `sys`.
pub fn set(cx: &mut Cx, name: &str, value: Value) -> R<()> {
    match cx.interp().sys.clone() {
        Some(sys) => module::set(cx, &sys, name, value),
        None => Ok(()),
    }
}

/// A list of texts of the system.
fn text_list(cx: &mut Cx, items: &[Vec<u8>]) -> Value {
    let items: Vec<Value> = items.iter().map(|i| system_text(cx, i)).collect();
    list::new_list(cx, items).into_value()
}

/// Makes the module. `modules` becomes `sys.modules`.
pub fn make(cx: &mut Cx, modules: &Value) -> R {
    let made = module::new_module(cx, "sys", Some(DOC))?;
    for functions in FUNCTIONS {
        module::add_functions(cx, &made, functions)?;
    }
    module::set(cx, &made, "modules", modules.clone())?;
    for (hook, saved) in [
        ("displayhook", "__displayhook__"),
        ("excepthook", "__excepthook__"),
        ("breakpointhook", "__breakpointhook__"),
        ("unraisablehook", "__unraisablehook__"),
    ] {
        let namespace = module::namespace(cx, &made)?;
        let name = cx.intern(hook);
        if let Some(function) = dict::get_str(cx, &namespace, &name)? {
            module::set(cx, &made, saved, function)?;
        }
    }
    facts::fill(cx, &made)?;
    info::fill(cx, &made)?;
    let monitoring = crate::monitor::module::make(cx, modules)?;
    module::set(cx, &made, "monitoring", monitoring)?;
    fill_settings(cx, &made)?;
    fill_paths(cx, &made)?;
    Ok(made)
}

fn fill_settings(cx: &mut Cx, made: &Value) -> R<()> {
    let settings = settings::settings(cx);
    let argv = text_list(cx, &settings.argv);
    module::set(cx, made, "argv", argv)?;
    let original = text_list(cx, &settings.orig_argv);
    module::set(cx, made, "orig_argv", original)?;
    let options = text_list(cx, &settings.warn_options);
    module::set(cx, made, "warnoptions", options)?;
    let x_options = cx.new_dict();
    for (name, value) in &settings.x_options {
        let name = system_text(cx, name);
        let value = match value {
            Some(value) => system_text(cx, value),
            None => Value::bool(true),
        };
        dict::set(cx, &x_options, name, value)?;
    }
    module::set(cx, made, "_xoptions", x_options.into_value())?;
    module::set(cx, made, "dont_write_bytecode", Value::bool(settings.dont_write_bytecode))?;
    let prefix = match &settings.pycache_prefix {
        Some(prefix) => system_text(cx, prefix),
        None => Value::none(),
    };
    module::set(cx, made, "pycache_prefix", prefix)?;
    let names: Vec<Value> = imp::native_names(cx).into_iter().map(|n| cx.str(n)).collect();
    let names = cx.tuple(names).into_value();
    module::set(cx, made, "builtin_module_names", names)
}

fn fill_paths(cx: &mut Cx, made: &Value) -> R<()> {
    let paths = paths::paths(cx);
    let settings = settings::settings(cx);
    for (name, path) in [
        ("prefix", &paths.prefix),
        ("exec_prefix", &paths.prefix),
        ("base_prefix", &paths.base_prefix),
        ("base_exec_prefix", &paths.base_prefix),
        ("executable", &paths.executable),
        ("_base_executable", &paths.base_executable),
        ("_stdlib_dir", &paths.stdlib),
    ] {
        let value = system_text(cx, path);
        module::set(cx, made, name, value)?;
    }
    let platlibdir = settings.platlibdir.clone().unwrap_or_else(|| b"lib".to_vec());
    let platlibdir = system_text(cx, &platlibdir);
    module::set(cx, made, "platlibdir", platlibdir)?;
    let search = text_list(cx, &paths.search);
    module::set(cx, made, "path", search)?;
    for name in ["meta_path", "path_hooks"] {
        let empty = list::new_list(cx, Vec::new()).into_value();
        module::set(cx, made, name, empty)?;
    }
    let cache = cx.new_dict().into_value();
    module::set(cx, made, "path_importer_cache", cache)
}
