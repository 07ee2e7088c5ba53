//! Warnings: the module `_warnings`, and `warnings.warn` for native code.
//!
//! The Python module `warnings` shows and formats; until it is loaded a plain line goes to standard error. Its `filters`,
//! `defaultaction` and `onceregistry` count where it is loaded, this module's own before.

use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, Obj, R, Str, Tuple, Type, Value, dict, exc, names, ops};
use taipan_types::list::{self, List};
use taipan_types::module::{self, ModuleDef};

use super::import;
use crate::frame::{self, Frame};

/// `_warnings`.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    doc: Some(
        "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    ),
    functions: FUNCTIONS,
    init: Some(init),
    ..ModuleDef::EMPTY
};

static FUNCTIONS: &[&NativeDef] = natives![
    warn_function,
    warn_explicit_function,
    _filters_mutated_lock_held,
    _acquire_lock,
    _release_lock,
    module_getattr
];

/// The interpreter's warnings state.
#[derive(Default)]
pub struct Warnings {
    filters: Option<Value>,
    once: Option<Value>,
    default_action: Option<Value>,
    context: Option<Value>,
    version: i64,
    lock_depth: usize,
}

fn state(cx: &mut Cx) -> &mut Warnings {
    cx.interp_mut().state::<Warnings>()
}

/// Makes the first filters.
fn ensure(cx: &mut Cx) {
    if state(cx).filters.is_some() {
        return;
    }
    let filter = |cx: &mut Cx, action: &str, category: &'static Obj<Type>, module: Option<&str>| {
        let action = cx.intern(action).into_value();
        let module = module.map_or_else(Value::none, |m| cx.str(m));
        cx.tuple_value([action, Value::none(), category.to_value(), module, Value::small_int(0)])
    };
    let filters = vec![
        filter(cx, "default", &exc::DEPRECATION_WARNING, Some("__main__")),
        filter(cx, "ignore", &exc::DEPRECATION_WARNING, None),
        filter(cx, "ignore", &exc::PENDING_DEPRECATION_WARNING, None),
        filter(cx, "ignore", &exc::IMPORT_WARNING, None),
        filter(cx, "ignore", &exc::RESOURCE_WARNING, None),
    ];
    let filters = list::new_list(cx, filters).into_value();
    let once = cx.new_dict().into_value();
    let action = cx.intern("default").into_value();
    let state = state(cx);
    state.filters = Some(filters);
    state.once = Some(once);
    state.default_action = Some(action);
}

fn init(cx: &mut Cx, made: &Value) -> R<()> {
    ensure(cx);
    let state = state(cx);
    let values = [
        ("filters", state.filters.clone()),
        ("_onceregistry", state.once.clone()),
        ("_defaultaction", state.default_action.clone()),
    ];
    for (name, value) in values {
        module::set(cx, made, name, value.unwrap_or_else(Value::none))?;
    }
    Ok(())
}

/// `_warnings_context` is made when it is first asked for: `_contextvars` cannot be imported as early as this module.
#[native("_warnings.__getattr__(name, /)", no_signature)]
fn module_getattr(cx: &mut Cx, name: &Value) -> R {
    let text = name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if text == "_warnings_context" {
        if let Some(context) = state(cx).context.clone() {
            return Ok(context);
        }
        let contextvars = import::import(cx, "_contextvars")?;
        let class = ops::getattr_str(cx, &contextvars, "ContextVar")?;
        let label = cx.str("_warnings_context");
        let made = ops::call(cx, &class, &[label])?;
        state(cx).context = Some(made.clone());
        return Ok(made);
    }
    Err(cx.raise(&exc::ATTRIBUTE_ERROR, format!("module '_warnings' has no attribute '{text}'")))
}

/// The filters of the running context (`warnings.catch_warnings` with context-aware warnings), if any.
fn context_filters(cx: &mut Cx) -> R<Option<Value>> {
    let Some(context) = state(cx).context.clone() else { return Ok(None) };
    let none = Value::none();
    let current = ops::call_method(cx, &context, &names::get, &[none])?;
    if current.is_none() {
        return Ok(None);
    }
    let key = cx.intern("_filters");
    ops::getattr_opt(cx, &current, &key)
}

/// An attribute of the module `warnings`, if it is loaded.
fn from_module(cx: &mut Cx, name: &str) -> R<Option<Value>> {
    let key = names::warnings.get().to_value();
    if cx.interp().modules.is_none() {
        return Ok(None);
    }
    let Some(warnings) = import::loaded(cx, &key)? else { return Ok(None) };
    if warnings.is_none() {
        return Ok(None);
    }
    let name = cx.intern(name);
    ops::getattr_opt(cx, &warnings, &name)
}

/// Whether a filter's part matches: None, an equal text, or a pattern.
fn matches(cx: &mut Cx, pattern: &Value, text: &Value) -> R<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.is_instance_exact(&taipan_object::str::STR) {
        return ops::equal(cx, pattern, text);
    }
    let method = cx.intern("match");
    let found = ops::call_method(cx, pattern, &method, std::slice::from_ref(text))?;
    ops::truth(cx, &found)
}

fn search(cx: &mut Cx, filters: &Value, what: &What<'_>) -> R<Option<(Value, Value)>> {
    let Some(list) = filters.cast::<List>() else {
        return Err(cx.value_error("_warnings.filters must be a list"));
    };
    let mut i = 0;
    while let Some(item) = list.get(cx).items.get(i).cloned() {
        let Some([action, text, category, module, line]) = item.cast::<Tuple>().map(|t| t.items()) else {
            return Err(cx.value_error(format!("_warnings.filters item {i} isn't a 5-tuple")));
        };
        if action.as_str().is_none() {
            let message = format!("action must be a string, not '{}'", action.type_name(cx));
            return Err(cx.type_error(message));
        }
        let line = taipan_object::int::index_i64(cx, line)?;
        if matches(cx, text, what.text)?
            && ops::is_subclass(cx, what.category, category)?
            && matches(cx, module, what.module)?
            && (line == 0 || line == what.line)
        {
            let action = action.clone();
            return Ok(Some((action, item)));
        }
        i += 1;
    }
    Ok(None)
}

/// What decides about a warning.
struct What<'a> {
    text: &'a Value,
    category: &'a Value,
    module: &'a Value,
    line: i64,
}

/// The action for a warning, and the filter that named it.
fn action(cx: &mut Cx, what: &What<'_>) -> R<(Value, Value)> {
    if let Some(filters) = context_filters(cx)?
        && let Some(found) = search(cx, &filters, what)?
    {
        return Ok(found);
    }
    ensure(cx);
    if let Some(filters) = from_module(cx, "filters")? {
        let old = state(cx).filters.replace(filters);
        drop(old);
    }
    if let Some(filters) = state(cx).filters.clone()
        && let Some(found) = search(cx, &filters, what)?
    {
        return Ok(found);
    }
    let default = match from_module(cx, "defaultaction")? {
        Some(default) => default,
        None => state(cx).default_action.clone().unwrap_or_else(Value::none),
    };
    Ok((default, Value::none()))
}

/// Whether the key stands in the registry; enters it with `enter`. A registry of older filters is emptied first.
fn already(cx: &mut Cx, registry: &Value, key: &Value, enter: bool) -> R<bool> {
    let Some(registry) = registry.as_dict() else {
        return Err(cx.type_error("'registry' must be a dict or None"));
    };
    let version_key = cx.intern("version");
    let version = state(cx).version;
    let known = dict::get_str(cx, registry, &version_key)?;
    if known.as_ref().and_then(Value::as_int).and_then(|v| v.to_i64()) != Some(version) {
        dict::clear(cx, registry)?;
        let version = cx.int(version);
        dict::set_str(cx, registry, &version_key, version)?;
    } else if let Some(found) = dict::get(cx, registry, key)?
        && ops::truth(cx, &found)?
    {
        return Ok(true);
    }
    if enter {
        dict::set(cx, registry, key.clone(), Value::bool(true))?;
    }
    Ok(false)
}

/// Where a warning is.
struct Place {
    filename: Value,
    line: i64,
    module: Value,
    registry: Value,
    source_line: Option<Value>,
    source: Value,
}

fn issue(cx: &mut Cx, category: &Value, message: &Value, place: Place) -> R<()> {
    let (text, category, message) = if message.is_instance(&exc::WARNING) {
        let text = ops::str_of(cx, message)?.into_value();
        (text, message.type_of().into_value(), message.clone())
    } else {
        let made = ops::call(cx, category, std::slice::from_ref(message))?;
        (message.clone(), category.clone(), made)
    };
    let line = cx.int(place.line);
    let key = cx.tuple_value([text.clone(), category.clone(), line]);
    let registered = !place.registry.is_none();
    if registered && already(cx, &place.registry, &key, false)? {
        return Ok(());
    }
    let what = What { text: &text, category: &category, module: &place.module, line: place.line };
    let (action, filter) = action(cx, &what)?;
    let name = action.as_str().map(|a| a.to_string_lossy().into_owned()).unwrap_or_default();
    match name.as_str() {
        "error" => return Err(exc::raise(cx, message)),
        "ignore" => return Ok(()),
        "always" | "all" => {}
        _ => {
            if registered && let Some(registry) = place.registry.as_dict() {
                dict::set(cx, registry, key, Value::bool(true))?;
            }
            let seen = match name.as_str() {
                "once" => {
                    let registry = match from_module(cx, "onceregistry")? {
                        Some(registry) => registry,
                        None => state(cx).once.clone().unwrap_or_else(Value::none),
                    };
                    let key = cx.tuple_value([text.clone(), category.clone()]);
                    already(cx, &registry, &key, true)?
                }
                "module" if registered => {
                    let key = cx.tuple_value([text.clone(), category.clone(), Value::small_int(0)]);
                    already(cx, &place.registry, &key, true)?
                }
                "module" | "default" => false,
                _ => {
                    let (action, filter) = (ops::repr(cx, &action)?, ops::repr(cx, &filter)?);
                    return Err(cx.runtime_error(format!(
                        "Unrecognized action ({}) in warnings.filters:\n {}",
                        action.to_string_lossy(),
                        filter.to_string_lossy()
                    )));
                }
            };
            if seen {
                return Ok(());
            }
        }
    }
    show(cx, &text, &category, message, place)
}

fn show(cx: &mut Cx, text: &Value, category: &Value, message: Value, place: Place) -> R<()> {
    if !place.source.is_none()
        && !crate::sys::state(cx).finalizing
        && let Err(raised) = super::import::import(cx, "warnings")
    {
        drop(cx.take_raised(raised));
    }
    let Some(shower) = from_module(cx, "_showwarnmsg")? else {
        return show_plainly(cx, text, category, &place);
    };
    if shower.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = from_module(cx, "WarningMessage")? else {
        return Err(cx.runtime_error("unable to get warnings.WarningMessage"));
    };
    let line = cx.int(place.line);
    let args = [message, category.clone(), place.filename, line, Value::none(), Value::none(), place.source];
    let made = ops::call(cx, &class, &args)?;
    ops::call(cx, &shower, &[made]).map(drop)
}

/// `file:line: Category: text` and the source line, without the module `warnings`.
fn show_plainly(cx: &mut Cx, text: &Value, category: &Value, place: &Place) -> R<()> {
    let file = ops::str_of(cx, &place.filename)?.to_string_lossy().into_owned();
    let category = category.as_type().map(|c| c.name().into_owned()).unwrap_or_default();
    let text = ops::str_of(cx, text)?.to_string_lossy().into_owned();
    let mut shown = format!("{file}:{}: {category}: {text}\n", place.line);
    let source = match &place.source_line {
        Some(line) => Some(ops::str_of(cx, line)?.to_string_lossy().into_owned()),
        None => {
            i32::try_from(place.line).ok().and_then(|n| super::compile::file_line(cx, &place.filename, n))
        }
    };
    if let Some(line) = source {
        shown.push_str(&format!("  {}\n", line.trim()));
    }
    crate::display::write_error(cx, &shown);
    Ok(())
}

fn is_internal(file: &str) -> bool {
    file.contains("importlib") && file.contains("_bootstrap")
}

fn frame_file(frame: *mut Frame) -> String {
    // SAFETY: the caller passes a live frame of the running thread.
    let code = unsafe { Frame::code(frame) };
    code.filename.as_str().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default()
}

fn below(frame: *mut Frame) -> *mut Frame {
    // SAFETY: as `frame_file`.
    unsafe { (*frame).prev }
}

/// The place `level` frames up, with frames of the import system (and of files with the given prefixes) left out.
fn context(cx: &mut Cx, mut level: i64, prefixes: &[String]) -> R<Place> {
    if !prefixes.is_empty() && level < 2 {
        level = 2;
    }
    let mut at = frame::current(cx);
    let skipped = |frame: *mut Frame| {
        let file = frame_file(frame);
        is_internal(&file) || prefixes.iter().any(|p| file.starts_with(p.as_str()))
    };
    if level <= 0 || (!at.is_null() && is_internal(&frame_file(at))) {
        while level > 1 && !at.is_null() {
            at = below(at);
            level -= 1;
        }
    } else {
        while level > 1 && !at.is_null() {
            at = below(at);
            while !at.is_null() && skipped(at) {
                at = below(at);
            }
            level -= 1;
        }
    }
    let (globals, filename, line) = if at.is_null() {
        let sys = cx.interp().sys.clone();
        let globals = match sys {
            Some(sys) => module::namespace(cx, &sys)?.into_value(),
            None => cx.new_dict().into_value(),
        };
        let file = cx.str("<sys>");
        (globals, file, 0)
    } else {
        // SAFETY: a live frame of the running thread.
        unsafe {
            let line = Frame::line(at).unwrap_or(0);
            ((*(*at).globals).to_value(), Frame::code(at).filename.clone(), i64::from(line))
        }
    };
    let Some(namespace) = globals.as_dict() else { return Err(cx.system_error("globals are no dict")) };
    let key = names::__warningregistry__.get();
    let registry = match dict::get_str(cx, namespace, key)? {
        Some(registry) => registry,
        None => {
            let made = cx.new_dict().into_value();
            dict::set_str(cx, namespace, key, made.clone())?;
            made
        }
    };
    let module = match dict::get_str(cx, namespace, &names::__name__)? {
        Some(name) if name.is_none() || name.as_str().is_some() => name,
        _ => cx.str("<string>"),
    };
    Ok(Place { filename, line, module, registry, source_line: None, source: Value::none() })
}

/// `warnings.warn` from native code.
pub fn warn(cx: &mut Cx, category: &'static Obj<Type>, message: &str, level: i64) -> R<()> {
    let place = context(cx, level, &[])?;
    let message = cx.str(message);
    issue(cx, &category.to_value(), &message, place)
}

/// As [`warn`], about an object: the message then tells where it was allocated, or how to find out.
pub fn warn_of(
    cx: &mut Cx,
    category: &'static Obj<Type>,
    message: &str,
    level: i64,
    source: &Value,
) -> R<()> {
    let mut place = context(cx, level, &[])?;
    place.source = source.clone();
    let message = cx.str(message);
    issue(cx, &category.to_value(), &message, place)
}

/// `warnings.warn_explicit` from native code, without a registry.
pub fn explicit(
    cx: &mut Cx,
    category: &'static Obj<Type>,
    text: &Value,
    filename: &Value,
    line: i64,
) -> R<()> {
    let module = default_module(cx, filename);
    let place = Place {
        filename: filename.clone(),
        line,
        module,
        registry: Value::none(),
        source_line: None,
        source: Value::none(),
    };
    issue(cx, &category.to_value(), text, place)
}

/// A module name from a file name.
fn default_module(cx: &mut Cx, filename: &Value) -> Value {
    let text = filename.as_str().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    if text.is_empty() {
        return cx.str("<unknown>");
    }
    match text.strip_suffix(".py") {
        Some(stem) => cx.str(stem),
        None => filename.clone(),
    }
}

/// The category of a warning: a subclass of Warning.
fn category_of(cx: &mut Cx, message: &Value, category: Option<&Value>) -> R {
    let category = if message.is_instance(&exc::WARNING) {
        message.type_of().into_value()
    } else {
        match category.filter(|c| !c.is_none()) {
            Some(category) => category.clone(),
            None => exc::USER_WARNING.to_value(),
        }
    };
    match category.as_type() {
        Some(class) if class.is_subtype(&exc::WARNING) => Ok(category),
        Some(class) => {
            let message = format!("category must be a Warning subclass, not class '{}'", class.full_name());
            Err(cx.type_error(message))
        }
        None => {
            let message = format!("category must be a Warning subclass, not '{}'", category.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Issue a warning, or maybe ignore it or raise an exception.
///
///   message
///     Text of the warning message.
///   category
///     The Warning category subclass. Defaults to UserWarning.
///   stacklevel
///     How far up the call stack to make this warning appear. A value of 2 for
///     example attributes the warning to the caller of the code calling warn().
///   source
///     If supplied, the destroyed object which emitted a ResourceWarning
///   skip_file_prefixes
///     An optional tuple of module filename prefixes indicating frames to skip
///     during stacklevel computations for stack frame attribution.
#[native("_warnings.warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
fn warn_function(
    cx: &mut Cx,
    message: &Value,
    category: Option<&Value>,
    stacklevel: i64,
    source: Option<&Value>,
    skip: Option<&Value>,
) -> R<()> {
    let category = category_of(cx, message, category)?;
    let mut prefixes = Vec::new();
    if let Some(skip) = skip {
        let Some(tuple) = skip.cast::<Tuple>() else {
            let text =
                format!("warn() argument 'skip_file_prefixes' must be tuple, not {}", skip.type_name(cx));
            return Err(cx.type_error(text));
        };
        for prefix in tuple.items() {
            match prefix.as_str() {
                Some(prefix) => prefixes.push(prefix.to_string_lossy().into_owned()),
                None => {
                    let text = format!("Found non-str '{}' in skip_file_prefixes.", prefix.type_name(cx));
                    return Err(cx.type_error(text));
                }
            }
        }
    }
    let mut place = context(cx, stacklevel, &prefixes)?;
    place.source = source.cloned().unwrap_or_else(Value::none);
    issue(cx, &category, message, place)
}

/// Issue a warning, or maybe ignore it or raise an exception.
#[native(
    "_warnings.warn_explicit(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)",
    no_signature
)]
fn warn_explicit_function(
    cx: &mut Cx,
    message: &Value,
    category: &Value,
    filename: &Value,
    line: i64,
    module: Option<&Value>,
    registry: Option<&Value>,
    module_globals: Option<&Value>,
    source: Option<&Value>,
) -> R<()> {
    let category = category_of(cx, message, Some(category))?;
    if filename.as_str().is_none() {
        let text = format!("warn_explicit() argument 'filename' must be str, not {}", filename.type_name(cx));
        return Err(cx.type_error(text));
    }
    let module = match module {
        Some(module) if module.is_none() => return Ok(()),
        Some(module) => module.clone(),
        None => default_module(cx, filename),
    };
    let source_line = match module_globals.filter(|g| !g.is_none()) {
        Some(globals) if globals.as_dict().is_none() => {
            let text = format!("module_globals must be a dict, not '{}'", globals.type_name(cx));
            return Err(cx.type_error(text));
        }
        Some(globals) => loader_line(cx, globals, line)?,
        None => None,
    };
    let place = Place {
        filename: filename.clone(),
        line,
        module,
        registry: registry.cloned().unwrap_or_else(Value::none),
        source_line,
        source: source.cloned().unwrap_or_else(Value::none),
    };
    issue(cx, &category, message, place)
}

/// The line from the loader of the module with these globals.
fn loader_line(cx: &mut Cx, globals: &Value, line: i64) -> R<Option<Value>> {
    let Some(namespace) = globals.as_dict() else { return Ok(None) };
    let Some(loader) = dict::get_str(cx, namespace, &names::__loader__)?.filter(|l| !l.is_none()) else {
        return Ok(None);
    };
    let Some(name) = dict::get_str(cx, namespace, &names::__name__)?.filter(|n| !n.is_none()) else {
        return Ok(None);
    };
    let key = cx.intern("get_source");
    let Some(get_source) = ops::getattr_opt(cx, &loader, &key)? else { return Ok(None) };
    let source = ops::call(cx, &get_source, &[name])?;
    let Some(text) = source.as_str().map(|s: &Obj<Str>| s.to_string_lossy().into_owned()) else {
        return Ok(None);
    };
    let line = usize::try_from(line).ok().and_then(|n| n.checked_sub(1)).and_then(|i| text.lines().nth(i));
    Ok(line.map(|l| cx.str(l)))
}

/// The filters changed: what was remembered of earlier decisions counts no longer.
#[native("_warnings._filters_mutated_lock_held()")]
fn _filters_mutated_lock_held(cx: &mut Cx) -> R<()> {
    let state = state(cx);
    if state.lock_depth == 0 {
        return Err(cx.runtime_error("warnings._lock is not held"));
    }
    state.version += 1;
    Ok(())
}

/// Takes the lock of the filters.
#[native("_warnings._acquire_lock()")]
fn _acquire_lock(cx: &mut Cx) {
    state(cx).lock_depth += 1;
}

/// Gives the lock of the filters back.
#[native("_warnings._release_lock()")]
fn _release_lock(cx: &mut Cx) -> R<()> {
    let state = state(cx);
    match state.lock_depth.checked_sub(1) {
        Some(depth) => {
            state.lock_depth = depth;
            Ok(())
        }
        None => Err(cx.runtime_error("cannot release un-acquired lock")),
    }
}
