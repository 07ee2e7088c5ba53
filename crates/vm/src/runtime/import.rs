//! `import`: names made absolute, the short way through `sys.modules`, `importlib` for the rest.

use taipan_event::What;
use taipan_object::{Cx, Dict, Handle, Obj, R, Raised, Tuple, Value, dict, exc, names, ops};

use taipan_types::module::Module;

use crate::frame;
use crate::traceback::{Traceback, TracebackExt};

/// `importlib._bootstrap` once it runs, and what goes with it.
#[derive(Default)]
pub struct ImportState {
    pub bootstrap: Option<Value>,
    pub external: Option<Value>,
    /// How often the lock of `_imp.acquire_lock` is held.
    pub lock_depth: usize,
    /// `_imp._override_frozen_modules_for_tests`.
    pub override_frozen: i32,
}

/// A path argument as `str`: from `str`, `bytes` or an `os.PathLike`.
pub fn file_system_text(cx: &mut Cx, path: &Value) -> R {
    let found = match (path.as_str(), path.as_bytes()) {
        (None, None) => match ops::call_special(cx, path, &names::__fspath__, &[])? {
            Some(found) => found,
            None => {
                let message =
                    format!("expected str, bytes or os.PathLike object, not {}", path.type_name(cx));
                return Err(cx.type_error(message));
            }
        },
        _ => path.clone(),
    };
    if found.as_str().is_some() {
        return Ok(found);
    }
    match found.as_bytes() {
        Some(bytes) => {
            let bytes = bytes.as_slice().to_vec();
            Ok(system_text(cx, &bytes))
        }
        None => {
            let message = format!(
                "expected {}.__fspath__() to return str or bytes, not {}",
                path.type_name(cx),
                found.type_name(cx)
            );
            Err(cx.type_error(message))
        }
    }
}

/// Bytes of the system as `str`: UTF-8 with `surrogateescape`.
pub fn system_text(cx: &mut Cx, bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => cx.str(text),
        Err(_) => {
            let mut points = Vec::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                points.extend(chunk.valid().chars().map(u32::from));
                points.extend(chunk.invalid().iter().map(|b| 0xDC00 + u32::from(*b)));
            }
            cx.str_from_code_points(&points).into_value()
        }
    }
}

/// `str` as bytes for the system; `None` for other values and surrogates that stand for no byte.
pub fn system_bytes(text: &Value) -> Option<Vec<u8>> {
    let text = text.as_str()?;
    if let Some(utf8) = text.to_utf8() {
        return Some(utf8.into_owned().into_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c {
            0xDC80..=0xDCFF => bytes.push((c - 0xDC00) as u8),
            _ => bytes.extend_from_slice(char::from_u32(c)?.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Some(bytes)
}

/// `sys.modules`.
pub fn modules(cx: &mut Cx) -> R {
    match cx.interp().modules.clone() {
        Some(modules) => Ok(modules),
        None => Err(cx.runtime_error("unable to get sys.modules")),
    }
}

/// The module under its name in `sys.modules`, if it is there.
pub fn loaded(cx: &mut Cx, name: &Value) -> R<Option<Value>> {
    let modules = modules(cx)?;
    crate::getitem_opt(cx, &modules, name)
}

/// The module `name` itself, imported if need be. For native code.
pub fn import(cx: &mut Cx, name: &str) -> R {
    let name = cx.intern(name).into_value();
    if let Some(module) = loaded(cx, &name)?
        && !module.is_none()
    {
        return Ok(module);
    }
    import_level(cx, &name, None, None, 0)?;
    match loaded(cx, &name)? {
        Some(module) => Ok(module),
        None => Err(cx.key_error(&name)),
    }
}

/// `__import__`.
pub fn import_level(
    cx: &mut Cx,
    name: &Value,
    globals: Option<&Value>,
    fromlist: Option<&Value>,
    level: i64,
) -> R {
    let Some(text) = name.as_str() else { return Err(cx.type_error("module name must be a string")) };
    if level < 0 {
        return Err(cx.value_error("level must be >= 0"));
    }
    let text = text.to_string_lossy().into_owned();
    let absolute = if level > 0 {
        resolve(cx, &text, globals, level)?
    } else if text.is_empty() {
        return Err(cx.value_error("Empty module name"));
    } else {
        cx.intern_value(name.clone())
    };
    let module = match loaded(cx, &absolute)? {
        Some(module) if !module.is_none() => {
            time::cached(cx, &absolute);
            ensure_initialized(cx, &module, &absolute)?;
            module
        }
        _ => find_and_load(cx, &absolute)?,
    };
    let wants_names = match fromlist {
        Some(list) if !list.is_none() => ops::truth(cx, list)?,
        _ => false,
    };
    if wants_names {
        return with_names(cx, module, fromlist);
    }
    if text.is_empty() && level > 0 {
        return Ok(module);
    }
    let Some((front, rest)) = text.split_once('.') else { return Ok(module) };
    if level == 0 {
        return import(cx, front);
    }
    // The part of the absolute name that `front` stands for.
    let cut = rest.chars().count() + 1;
    let whole = absolute.as_str().map(|a| a.to_string_lossy().into_owned()).unwrap_or_default();
    let keep = whole.chars().count().saturating_sub(cut);
    let wanted: String = whole.chars().take(keep).collect();
    let wanted = cx.str(&wanted);
    match loaded(cx, &wanted)? {
        Some(module) => Ok(module),
        None => {
            let shown = ops::repr(cx, &wanted)?.to_string_lossy().into_owned();
            Err(cx.raise(&exc::KEY_ERROR, format!("{shown} not in sys.modules as expected")))
        }
    }
}

fn with_names(cx: &mut Cx, module: Value, fromlist: Option<&Value>) -> R {
    if ops::getattr_opt(cx, &module, &names::__path__)?.is_none() {
        return Ok(module);
    }
    let bootstrap = bootstrap(cx)?;
    let handle = cx.intern("_handle_fromlist");
    let import = current_import(cx)?;
    let list = fromlist.cloned().unwrap_or_else(Value::none);
    ops::call_method(cx, &bootstrap, &handle, &[module, list, import])
}

fn current_import(cx: &mut Cx) -> R {
    crate::builtin_named(cx, "__import__")
}

/// The module `importlib._bootstrap`.
pub fn bootstrap(cx: &mut Cx) -> R {
    match cx.interp_mut().state::<ImportState>().bootstrap.clone() {
        Some(bootstrap) => Ok(bootstrap),
        None => Err(cx.raise(&exc::IMPORT_ERROR, "import machinery is not ready")),
    }
}

/// Waits for another thread that is importing the module.
fn ensure_initialized(cx: &mut Cx, module: &Value, name: &Value) -> R<()> {
    let Some(spec) = ops::getattr_opt(cx, module, &names::__spec__)? else { return Ok(()) };
    if spec.is_none() {
        return Ok(());
    }
    let busy = match ops::getattr_opt(cx, &spec, &names::_initializing)? {
        Some(flag) => ops::truth(cx, &flag)?,
        None => false,
    };
    if busy && let Ok(bootstrap) = bootstrap(cx) {
        let wait = cx.intern("_lock_unlock_module");
        ops::call_method(cx, &bootstrap, &wait, std::slice::from_ref(name))?;
    }
    Ok(())
}

fn find_and_load(cx: &mut Cx, name: &Value) -> R {
    if !crate::record::is_active(cx) {
        return find_and_load_unseen(cx, name);
    }
    let text = name.as_str().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    crate::record::note(cx, || What::ImportBegins(text.as_str().into()));
    let result = find_and_load_unseen(cx, name);
    let (how, origin) = match &result {
        Ok(module) => found_by(cx, module, &text),
        Err(_) => ("failed", String::new()),
    };
    let what = What::ImportEnds { name: text.into(), how, origin: origin.into() };
    crate::record::note(cx, || what);
    result
}

/// How a module was found, and its file, from what its namespace says.
fn found_by(cx: &mut Cx, module: &Value, name: &str) -> (&'static str, String) {
    let settings = super::settings::settings(cx);
    if settings.native_modules.iter().any(|native| native.name == name) {
        return ("built-in", String::new());
    }
    let key = cx.intern("__file__");
    let namespace = module.cast::<Module>().and_then(|module| module.get(cx).namespace.clone());
    let file = namespace
        .as_ref()
        .and_then(Value::as_dict)
        .and_then(|names| dict::peek_str(cx, names, &key).cloned());
    let origin = file.and_then(|file| file.as_str().map(|file| file.to_string_lossy().into_owned()));
    let frozen =
        settings.stdlib.is_none() && settings.frozen.is_some_and(|library| library.find(name).is_some());
    let how = match origin {
        _ if frozen => "frozen",
        None => "built-in",
        Some(_) => "file",
    };
    (how, origin.unwrap_or_default())
}

fn find_and_load_unseen(cx: &mut Cx, name: &Value) -> R {
    let bootstrap = bootstrap(cx)?;
    let audited = {
        let path = crate::sys::get_str(cx, "path")?.unwrap_or_else(Value::none);
        let meta_path = crate::sys::get_str(cx, "meta_path")?.unwrap_or_else(Value::none);
        let hooks = crate::sys::get_str(cx, "path_hooks")?.unwrap_or_else(Value::none);
        [name.clone(), Value::none(), path, meta_path, hooks]
    };
    (cx.interp().runtime.audit)(cx, "import", &audited)?;
    let load = cx.intern("_find_and_load");
    let import = current_import(cx)?;
    let began = time::begin(cx);
    let result = ops::call_method(cx, &bootstrap, &load, &[name.clone(), import]);
    if let Some(began) = began {
        time::end(cx, began, name);
    }
    result.map_err(|raised| hide_machinery(cx, raised))
}

/// `-X importtime`: how long each import took, itself and with those inside it.
mod time {
    use std::time::{Duration, Instant};

    use taipan_object::{Cx, Value};

    use crate::runtime::{files, settings};

    #[derive(Default)]
    struct Times {
        told_head: bool,
        depth: usize,
        /// What the imports inside the running one took.
        inner: Duration,
    }

    /// When an import began, and what those before it inside the same one had taken.
    pub struct Began {
        at: Instant,
        outer: Duration,
    }

    pub fn begin(cx: &mut Cx) -> Option<Began> {
        if settings::settings(cx).import_time == 0 {
            return None;
        }
        let times = cx.interp_mut().state::<Times>();
        let head = !std::mem::replace(&mut times.told_head, true);
        times.depth += 1;
        let outer = std::mem::take(&mut times.inner);
        if head {
            let host = settings::host(cx);
            files::write_all(&host, 2, b"import time: self [us] | cumulative | imported package\n");
        }
        Some(Began { at: Instant::now(), outer })
    }

    pub fn end(cx: &mut Cx, began: Began, name: &Value) {
        let took = began.at.elapsed();
        let times = cx.interp_mut().state::<Times>();
        times.depth -= 1;
        let own = took.saturating_sub(times.inner);
        times.inner = began.outer + took;
        let indent = 2 * times.depth;
        let line = format!(
            "import time: {:9} | {:10} | {:indent$}{}\n",
            own.as_micros(),
            took.as_micros(),
            "",
            shown(name)
        );
        let host = settings::host(cx);
        files::write_all(&host, 2, line.as_bytes());
    }

    /// `-X importtime=2`: an import of a module that is loaded already.
    pub fn cached(cx: &mut Cx, name: &Value) {
        if settings::settings(cx).import_time < 2 {
            return;
        }
        let indent = 2 * cx.interp_mut().state::<Times>().depth;
        let line = format!("import time: cached    | cached     | {:indent$}{}\n", "", shown(name));
        let host = settings::host(cx);
        files::write_all(&host, 2, line.as_bytes());
    }

    /// The module's name, with escapes where it is no text.
    fn shown(name: &Value) -> String {
        let Some(name) = name.as_str() else { return String::new() };
        let one = |c: u32| char::from_u32(c).map_or_else(|| format!("\\u{c:04x}"), String::from);
        name.chars().map(one).collect()
    }
}

/// Takes the frames of `importlib` out of the traceback of an exception that passed through it: all of them from an
/// ImportError, else those that end in `_call_with_frames_removed`.
fn hide_machinery(cx: &mut Cx, raised: Raised) -> Raised {
    if crate::runtime::settings(cx).verbose > 0 {
        return raised;
    }
    let exception = cx.take_raised(raised);
    let always = exception.is_instance(&exc::IMPORT_ERROR);
    if let Some(e) = exception.cast::<exc::Exception>() {
        let trace = e.get(cx).traceback.clone();
        let mut entries: Vec<Value> = Vec::new();
        let mut at = trace;
        while let Some(entry) = at.filter(|t| !t.is_none()) {
            at = entry.cast::<Traceback>().and_then(|t| t.get(cx).next.clone());
            entries.push(entry);
        }
        let mut kept: Vec<Value> = Vec::new();
        let mut chunk: Vec<Value> = Vec::new();
        for entry in entries {
            let (file, name) = place(cx, &entry);
            let inside =
                file == "<frozen importlib._bootstrap>" || file == "<frozen importlib._bootstrap_external>";
            if !inside {
                kept.append(&mut chunk);
                kept.push(entry);
                continue;
            }
            chunk.push(entry);
            if always || name == "_call_with_frames_removed" {
                chunk.clear();
            }
        }
        kept.append(&mut chunk);
        let mut next = None;
        for entry in kept.into_iter().rev() {
            if let Some(t) = entry.cast::<Traceback>() {
                let old = std::mem::replace(&mut t.get_mut(cx).next, next.take());
                drop(old);
            }
            next = Some(entry);
        }
        let old = std::mem::replace(&mut e.get_mut(cx).traceback, next);
        drop(old);
    }
    cx.raise_value(exception)
}

/// File and function of a traceback entry.
pub fn place(cx: &Cx, entry: &Value) -> (String, String) {
    let Some(code) = entry.cast::<Traceback>().and_then(|t| t.code(cx)) else { return Default::default() };
    let Some(code) = code.cast::<crate::code::Code>() else { return Default::default() };
    let text = |v: &Value| v.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    (text(&code.filename), text(&code.name))
}

/// The globals' package, for a relative import.
fn package(cx: &mut Cx, globals: &Obj<Dict>) -> R<String> {
    let package = dict::get_str(cx, globals, &names::__package__)?.filter(|p| !p.is_none());
    let spec = dict::get_str(cx, globals, &names::__spec__)?.filter(|s| !s.is_none());
    if let Some(package) = package {
        if package.as_str().is_none() {
            return Err(cx.type_error("package must be a string"));
        }
        if let Some(spec) = spec {
            let parent = cx.intern("parent");
            let parent = ops::getattr(cx, &spec, &parent)?;
            if !ops::equal(cx, &package, &parent)? {
                let warn = cx.interp().runtime.warn;
                warn(cx, &exc::DEPRECATION_WARNING, "__package__ != __spec__.parent", 1)?;
            }
        }
        return Ok(package.as_str().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default());
    }
    if let Some(spec) = spec {
        let parent = cx.intern("parent");
        let parent = ops::getattr(cx, &spec, &parent)?;
        return match parent.as_str() {
            Some(parent) => Ok(parent.to_string_lossy().into_owned()),
            None => Err(cx.type_error("__spec__.parent must be a string")),
        };
    }
    let warn = cx.interp().runtime.warn;
    warn(
        cx,
        &exc::IMPORT_WARNING,
        "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__",
        1,
    )?;
    let name = match dict::get_str(cx, globals, &names::__name__)? {
        Some(name) => name,
        None => return Err(cx.raise(&exc::KEY_ERROR, "'__name__' not in globals")),
    };
    let Some(name) = name.as_str().map(|n| n.to_string_lossy().into_owned()) else {
        return Err(cx.type_error("__name__ must be a string"));
    };
    if dict::get_str(cx, globals, &names::__path__)?.is_some() {
        return Ok(name);
    }
    match name.rsplit_once('.') {
        Some((package, _)) => Ok(package.to_owned()),
        None => Err(no_parent(cx)),
    }
}

#[cold]
fn no_parent(cx: &mut Cx) -> Raised {
    cx.raise(&exc::IMPORT_ERROR, "attempted relative import with no known parent package")
}

/// The absolute name of a relative import.
fn resolve(cx: &mut Cx, name: &str, globals: Option<&Value>, level: i64) -> R {
    let Some(globals) = globals.filter(|g| !g.is_none()) else {
        return Err(cx.raise(&exc::KEY_ERROR, "'__name__' not in globals"));
    };
    let Some(globals) = globals.as_dict() else { return Err(cx.type_error("globals must be a dict")) };
    let package = package(cx, globals)?;
    if package.is_empty() {
        return Err(no_parent(cx));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((front, _)) => base = front,
            None => {
                return Err(
                    cx.raise(&exc::IMPORT_ERROR, "attempted relative import beyond top-level package")
                );
            }
        }
    }
    let absolute = if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") };
    Ok(cx.intern(&absolute).into_value())
}

/// Globals of the running frame, for natives that import relative to it.
pub fn frame_globals(cx: &Cx) -> Option<Value> {
    frame::current_globals(cx)
}

/// A tuple of strings.
pub fn text_tuple(cx: &mut Cx, texts: &[&str]) -> Handle<Tuple> {
    let items: Vec<Value> = texts.iter().map(|t| cx.str(t)).collect();
    cx.tuple(items)
}
