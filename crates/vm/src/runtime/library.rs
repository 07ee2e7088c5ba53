//! Frozen modules: from the frozen library to code objects.
//!
//! The import system's own two files have CPython's private names, `_frozen_importlib` and `_frozen_importlib_external`.

use std::sync::Arc;

use taipan_bytecode::{CodeObject, Constant, Name, marshal};
use taipan_compiler::{CompilerFlags, Mode};
use taipan_object::{Cx, Handle, R, Value, exc};

use super::compile::{self, Request};
use super::settings::{self, FrozenModule};
use crate::code::{self, Code};

/// What CPython freezes: these show `<frozen name>` as their file.
const FROZEN_NAMES: &[&str] = &[
    "_frozen_importlib",
    "_frozen_importlib_external",
    "zipimport",
    "abc",
    "codecs",
    "io",
    "_collections_abc",
    "_sitebuiltins",
    "genericpath",
    "ntpath",
    "posixpath",
    "os",
    "site",
    "stat",
    "importlib.util",
    "importlib.machinery",
    "runpy",
];

/// The names that `_imp._frozen_module_names` tells.
pub fn names() -> &'static [&'static str] {
    FROZEN_NAMES
}

/// The library's name of a frozen module.
pub fn original(name: &str) -> &str {
    match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        _ => name,
    }
}

/// A module that `FrozenImporter` serves.
pub fn find(cx: &mut Cx, name: &str) -> Option<FrozenModule> {
    let essential = matches!(name, "_frozen_importlib" | "_frozen_importlib_external" | "zipimport");
    let settings = settings::settings(cx);
    let allowed = match cx.interp_mut().state::<super::import::ImportState>().override_frozen {
        n if n < 0 => essential,
        _ => essential || settings.stdlib.is_none(),
    };
    // Before the path hook of the library is there, all of it comes this way.
    let all = cx.interp_mut().state::<super::import::ImportState>().external.is_none();
    if !allowed || !(all || FROZEN_NAMES.contains(&name)) {
        return None;
    }
    settings.frozen?.find(original(name))
}

/// A module of the library by any name, whether or not CPython freezes it.
pub fn find_any(cx: &mut Cx, name: &str) -> Option<FrozenModule> {
    settings::settings(cx).frozen?.find(original(name))
}

/// The folder that frozen modules seem to lie in.
pub fn folder(cx: &mut Cx) -> String {
    let paths = super::paths::paths(cx);
    String::from_utf8_lossy(&paths.stdlib).into_owned()
}

/// The source of a file below the library's folder.
pub fn source_of_path(cx: &mut Cx, path: &[u8]) -> Option<Vec<u8>> {
    let folder = folder(cx);
    let path = std::str::from_utf8(path).ok()?;
    if let Some(name) = path.strip_prefix("<frozen ").and_then(|p| p.strip_suffix('>')) {
        return settings::settings(cx).frozen?.source(name);
    }
    let inner = path.strip_prefix(folder.as_str())?.strip_prefix('/')?;
    settings::settings(cx).frozen?.data(inner)
}

/// The names in a folder of the library, where it is not on the disk: what `os.listdir` tells of it.
pub fn list_folder(cx: &mut Cx, path: &[u8]) -> Option<Vec<String>> {
    let folder = folder(cx);
    let inner = std::str::from_utf8(path).ok()?.strip_prefix(folder.as_str())?.trim_matches('/').to_owned();
    let library = settings::settings(cx).frozen?;
    let mut found = std::collections::BTreeSet::new();
    for name in library.names() {
        let Some(module) = library.find(name) else { continue };
        let below = match inner.as_str() {
            "" => Some(module.path),
            inner => module.path.strip_prefix(inner).and_then(|rest| rest.strip_prefix('/')),
        };
        if let Some(below) = below {
            found.insert(below.split('/').next().unwrap_or(below).to_owned());
        }
    }
    (!found.is_empty()).then(|| found.into_iter().collect())
}

/// Gives a code object and all nested ones this file name.
pub fn set_filename(code: &mut CodeObject, filename: &Name) {
    code.filename = filename.clone();
    for constant in &mut code.consts {
        if let Constant::Code(nested) = constant {
            set_filename(Arc::make_mut(nested), filename);
        }
    }
}

/// The code object of a module of the library.
pub fn code(cx: &mut Cx, name: &str) -> R<Handle<Code>> {
    let Some(found) = find_any(cx, name) else {
        return Err(missing(cx, name));
    };
    let file = if FROZEN_NAMES.contains(&name) {
        format!("<frozen {}>", original(name))
    } else {
        format!("{}/{}", folder(cx), found.path)
    };
    if cx.interp().optimize == 0
        && let Some(data) = found.code
    {
        return match marshal::loads_code(data) {
            Ok(mut object) => {
                set_filename(&mut object, &Name::from(file.as_str()));
                Ok(code::new(cx, Arc::new(object)))
            }
            Err(error) => {
                Err(cx.raise(&exc::IMPORT_ERROR, format!("frozen object {name} is damaged: {error}")))
            }
        };
    }
    let library = settings::settings(cx).frozen;
    let Some(source) = library.and_then(|l| l.source(original(name))) else {
        return Err(missing(cx, name));
    };
    let filename = cx.str(&file);
    let request = Request {
        filename: &filename,
        mode: Mode::Exec,
        flags: CompilerFlags(0),
        optimize: cx.interp().optimize,
        feature_version: 14,
    };
    let text = compile::bytes_text(cx, &source, &request)?;
    compile::compile(cx, &text, &request)
}

#[cold]
fn missing(cx: &mut Cx, name: &str) -> taipan_object::Raised {
    let exception = exc::new_message(cx, &exc::IMPORT_ERROR, format!("No such frozen object named {name}"));
    let (message, name) = (exc_message(cx, &exception), cx.str(name));
    if let Some(e) = exception.cast::<exc::Exception>() {
        e.get_mut(cx).extra = vec![Some(message), Some(name)];
    }
    exc::raise(cx, exception)
}

fn exc_message(cx: &mut Cx, exception: &Value) -> Value {
    let args = exception.cast::<exc::Exception>().and_then(|e| e.get(cx).args.clone());
    args.and_then(|a| a.cast::<taipan_object::Tuple>().and_then(|t| t.items().first().cloned()))
        .unwrap_or_else(Value::none)
}
