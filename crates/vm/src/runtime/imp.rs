//! The module `_imp`: what `importlib` asks of the interpreter.

use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Raised, Value, dict, exc, names, ops};
use taipan_types::list;
use taipan_types::module::{self, Module, ModuleDef};

use super::import::{self, ImportState};
use super::settings::{self, NativeModule};
use super::{imp_code, library};

/// `_imp`.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_imp",
    doc: Some("(Extremely) low-level import machinery bits as used by importlib."),
    functions: FUNCTIONS,
    init: Some(init),
    ..ModuleDef::EMPTY
};

static FUNCTIONS: &[&NativeDef] = natives![
    lock_held,
    acquire_lock,
    release_lock,
    find_frozen,
    get_frozen_object,
    is_frozen_package,
    create_builtin,
    init_frozen,
    is_builtin,
    is_frozen,
    _frozen_module_names,
    _override_frozen_modules_for_tests,
    _override_multi_interp_extensions_check,
    create_dynamic,
    exec_dynamic,
    exec_builtin,
    imp_code::_fix_co_filename,
    source_hash,
    extension_suffixes,
    library_source,
    library_data,
    library_code,
    library_names,
    library_find
];

/// `_imp.pyc_magic_number_token`.
const MAGIC_TOKEN: i64 = u32::from_le_bytes(taipan_bytecode::pyc::MAGIC) as i64;

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let check = settings::settings(cx).check_hash_pycs;
    let check = cx.str(check);
    module::set(cx, module, "check_hash_based_pycs", check)?;
    let token = cx.int(MAGIC_TOKEN);
    module::set(cx, module, "pyc_magic_number_token", token)
}

fn state(cx: &mut Cx) -> &mut ImportState {
    cx.interp_mut().state::<ImportState>()
}

/// Return True if the import lock is currently held, else False.
///
/// On platforms without threads, return False.
#[native("_imp.lock_held()")]
fn lock_held(cx: &mut Cx) -> bool {
    state(cx).lock_depth > 0
}

/// Acquires the interpreter's import lock for the current thread.
///
/// This lock should be used by import hooks to ensure thread-safety when importing
/// modules. On platforms without threads, this function does nothing.
#[native("_imp.acquire_lock()")]
fn acquire_lock(cx: &mut Cx) {
    // Code between acquiring and releasing runs under the interpreter's lock; the module locks do the rest.
    state(cx).lock_depth += 1;
}

/// Release the interpreter's import lock.
///
/// On platforms without threads, this function does nothing.
#[native("_imp.release_lock()")]
fn release_lock(cx: &mut Cx) -> R<()> {
    let state = state(cx);
    match state.lock_depth.checked_sub(1) {
        Some(depth) => {
            state.lock_depth = depth;
            Ok(())
        }
        None => Err(cx.runtime_error("not holding the import lock")),
    }
}

fn text<'a>(cx: &mut Cx, value: &'a Value) -> R<std::borrow::Cow<'a, str>> {
    match value.as_str() {
        Some(text) => Ok(text.to_string_lossy()),
        None => {
            let message = format!("bad argument type for built-in operation: {}", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Return info about the corresponding frozen module (if there is one) or None.
///
/// The returned info (a 3-tuple):
///
///  * data         the raw marshalled bytes
///  * is_package   whether or not it is a package
///  * origname     the originally frozen module's name, or None if not
///                 a stdlib module (this will usually be the same as
///                 the module's current name)
#[native("_imp.find_frozen(name, /, *, withdata=False)")]
fn find_frozen(cx: &mut Cx, name: &Value, withdata: bool) -> R {
    let name = text(cx, name)?.into_owned();
    let Some(found) = library::find(cx, &name) else { return Ok(Value::none()) };
    let data = match found.code.filter(|_| withdata) {
        Some(code) => cx.bytes(code),
        None => Value::none(),
    };
    let origin = cx.str(library::original(&name));
    Ok(cx.tuple_value([data, Value::bool(found.is_package), origin]))
}

#[cold]
fn no_frozen(cx: &mut Cx, name: &str) -> Raised {
    cx.raise(&exc::IMPORT_ERROR, format!("No such frozen object named {name}"))
}

/// Create a code object for a frozen module.
#[native("_imp.get_frozen_object(name, data=None, /)")]
fn get_frozen_object(cx: &mut Cx, name: &Value, data: Option<&Value>) -> R {
    let name = text(cx, name)?.into_owned();
    if let Some(data) = data.filter(|d| !d.is_none()) {
        let bytes = taipan_object::buffer::bytes_like(cx, data)?.to_vec(cx);
        return imp_code::untrusted(cx, &bytes, &name);
    }
    if library::find(cx, &name).is_none() {
        return Err(no_frozen(cx, &name));
    }
    Ok(library::code(cx, &name)?.into_value())
}

/// Returns True if the module name is of a frozen package.
#[native("_imp.is_frozen_package(name, /)")]
fn is_frozen_package(cx: &mut Cx, name: &Value) -> R<bool> {
    let name = text(cx, name)?.into_owned();
    match library::find(cx, &name) {
        Some(found) => Ok(found.is_package),
        None => Err(no_frozen(cx, &name)),
    }
}

/// Returns True if the module name corresponds to a frozen module.
#[native("_imp.is_frozen(name, /)")]
fn is_frozen(cx: &mut Cx, name: &Value) -> R<bool> {
    let name = text(cx, name)?.into_owned();
    Ok(library::find(cx, &name).is_some())
}

/// Initializes a frozen module.
#[native("_imp.init_frozen(name, /)")]
fn init_frozen(cx: &mut Cx, name: &Value) -> R {
    let text = text(cx, name)?.into_owned();
    if library::find(cx, &text).is_none() {
        return Ok(Value::none());
    }
    import::import(cx, &text)
}

/// Returns the list of available frozen modules.
#[native("_imp._frozen_module_names()")]
fn _frozen_module_names(cx: &mut Cx) -> Value {
    let names: Vec<Value> = library::names().iter().map(|n| cx.str(n)).collect();
    list::new_list(cx, names).into_value()
}

/// (internal-only) Override PyConfig.use_frozen_modules.
///
/// (-1: "off", 1: "on", 0: no override)
/// See frozen_modules() in Lib/test/support/import_helper.py.
#[native("_imp._override_frozen_modules_for_tests(override, /)")]
fn _override_frozen_modules_for_tests(cx: &mut Cx, value: i32) {
    state(cx).override_frozen = value;
}

/// (internal-only) Override PyInterpreterConfig.check_multi_interp_extensions.
///
/// (-1: "never", 1: "always", 0: no override)
#[native("_imp._override_multi_interp_extensions_check(override, /)")]
fn _override_multi_interp_extensions_check(cx: &mut Cx, _value: i32) -> R<()> {
    Err(cx.runtime_error(
        "_imp._override_multi_interp_extensions_check() cannot be used in the main interpreter",
    ))
}

/// The native module of a name: the registry's, then the virtual machine's own.
pub fn native_module(cx: &mut Cx, name: &str) -> Option<NativeModule> {
    let settings = settings::settings(cx);
    let named = |m: &&NativeModule| m.name == name;
    let all = settings.native_modules.iter().chain(super::OWN_MODULES).chain(settings.test_modules);
    let found = { all }.find(named);
    found.copied()
}

/// Names of all native modules, sorted.
pub fn native_names(cx: &mut Cx) -> Vec<&'static str> {
    let settings = settings::settings(cx);
    let mut names: Vec<&str> = super::OWN_MODULES
        .iter()
        .chain(settings.native_modules)
        .chain(settings.test_modules)
        .map(|m| m.name)
        .collect();
    names.extend(["builtins", "sys"]);
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns True if the module name corresponds to a built-in module.
#[native("_imp.is_builtin(name, /)")]
fn is_builtin(cx: &mut Cx, name: &Value) -> R<i64> {
    let name = text(cx, name)?.into_owned();
    if matches!(name.as_str(), "builtins" | "sys") {
        return Ok(-1);
    }
    Ok(i64::from(native_module(cx, &name).is_some()))
}

/// The module of a name that the interpreter itself made, or that was made before.
fn made_before(cx: &mut Cx, name: &str) -> Option<Value> {
    match name {
        "sys" => cx.interp().sys.clone(),
        "builtins" => cx.interp().builtins.clone(),
        _ => None,
    }
}

/// Create an extension module.
#[native("_imp.create_builtin(spec, /)")]
fn create_builtin(cx: &mut Cx, spec: &Value) -> R {
    let name = ops::getattr(cx, spec, &names::name)?;
    let name = text(cx, &name)?.into_owned();
    if let Some(made) = made_before(cx, &name) {
        return Ok(made);
    }
    match native_module(cx, &name) {
        Some(native) => native.create(cx),
        None => Ok(Value::none()),
    }
}

/// Initialize a built-in module.
#[native("_imp.exec_builtin(mod, /)")]
fn exec_builtin(_cx: &mut Cx, _module: &Value) -> i64 {
    // `create_builtin` fills the module at once.
    0
}

/// Create an extension module.
#[native("_imp.create_dynamic(spec, file=None, /)", no_signature)]
fn create_dynamic(cx: &mut Cx, spec: &Value, _file: Option<&Value>) -> R {
    let name = ops::getattr(cx, spec, &names::name)?;
    let path = ops::getattr(cx, spec, &names::origin)?;
    let text = format!("{}: extension modules cannot be loaded", text(cx, &path)?);
    let exception = exc::new_message(cx, &exc::IMPORT_ERROR, text.clone());
    let message = cx.str(&text);
    if let Some(e) = exception.cast::<exc::Exception>() {
        e.get_mut(cx).extra = vec![Some(message), Some(name), Some(path)];
    }
    Err(exc::raise(cx, exception))
}

/// Initialize an extension module.
#[native("_imp.exec_dynamic(mod, /)")]
fn exec_dynamic(_cx: &mut Cx, _module: &Value) -> i64 {
    0
}

/// The hash of a source for a hash-based `.pyc` (PEP 552).
#[native("_imp.source_hash(key, source)")]
fn source_hash(cx: &mut Cx, key: i64, source: &Value) -> R {
    let bytes = taipan_object::buffer::bytes_like(cx, source)?.to_vec(cx);
    let hash = taipan_bytecode::pyc::source_hash(key as u64, &bytes);
    Ok(cx.bytes(&hash))
}

/// Returns the list of file suffixes used to identify extension modules.
#[native("_imp.extension_suffixes()")]
fn extension_suffixes(cx: &mut Cx) -> Value {
    list::new_list(cx, Vec::new()).into_value()
}

/// The source of a module of the frozen library, or None.
#[native("_imp._library_source(name, /)", no_signature)]
fn library_source(cx: &mut Cx, name: &Value) -> R {
    let name = text(cx, name)?.into_owned();
    let library = settings::settings(cx).frozen;
    Ok(match library.and_then(|l| l.source(&name)) {
        Some(source) => cx.bytes(&source),
        None => Value::none(),
    })
}

/// What lies at a path below the frozen library's folder, or None.
#[native("_imp._library_data(path, /)", no_signature)]
fn library_data(cx: &mut Cx, path: &Value) -> R {
    let path = text(cx, path)?.into_owned();
    let library = settings::settings(cx).frozen;
    Ok(match library.and_then(|l| l.data(&path)) {
        Some(data) => cx.bytes(&data),
        None => Value::none(),
    })
}

/// The code object of a module of the frozen library.
#[native("_imp._library_code(name, /)", no_signature)]
fn library_code(cx: &mut Cx, name: &Value) -> R {
    let name = text(cx, name)?.into_owned();
    Ok(library::code(cx, &name)?.into_value())
}

/// Path and whether it is a package, of a module of the frozen library; or None.
#[native("_imp._library_find(name, /)", no_signature)]
fn library_find(cx: &mut Cx, name: &Value) -> R {
    let name = text(cx, name)?.into_owned();
    Ok(match library::find_any(cx, &name) {
        Some(found) => {
            let path = cx.str(found.path);
            cx.tuple_value([path, Value::bool(found.is_package)])
        }
        None => Value::none(),
    })
}

/// The names of all modules of the frozen library.
#[native("_imp._library_names()", no_signature)]
fn library_names(cx: &mut Cx) -> Value {
    let library = settings::settings(cx).frozen;
    let names: Vec<Value> =
        library.map(|l| l.names()).unwrap_or_default().into_iter().map(|n| cx.str(n)).collect();
    list::new_list(cx, names).into_value()
}

/// Whether a value is a module with a namespace.
pub fn is_module(value: &Value) -> bool {
    value.cast::<Module>().is_some()
}

/// Enters a module into `sys.modules`.
pub fn enter(cx: &mut Cx, name: &str, module: &Value) -> R<()> {
    let modules = import::modules(cx)?;
    let name = cx.intern(name);
    match modules.as_dict() {
        Some(modules) => dict::set_str(cx, modules, &name, module.clone()),
        None => ops::setitem(cx, &modules, &name.into_value(), module),
    }
}
