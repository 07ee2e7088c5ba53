//! An interpreter's start: the runtime table, `builtins`, `sys`, the import system, standard streams, `site`.

use std::sync::Arc;

use taipan_object::{Cx, R, Runtime, Value, dict, names, ops};
use taipan_types::module;

use taipan_host::signals::Disposition;

use super::import::{self, ImportState};
use super::settings::{self, Kept, Settings};
use super::{codecs, imp, library, warn};
use crate::interpreter::{self, Interpreter};
use crate::{builtins, display, record, sys};
use taipan_event::What;

const SIGPIPE: i32 = 13;
const SIGXFSZ: i32 = 25;

/// The table of the whole virtual machine.
pub fn runtime() -> Runtime {
    Runtime {
        import: import::import,
        warn: warn::warn,
        unraisable: display::unraisable,
        audit: sys::audit,
        builtins: frame_builtins,
        decode: codecs::decode,
        encode: codecs::encode,
        sequence_iterator: taipan_types::iterators::sequence_iterator,
        generic_alias: taipan_types::typing::new_alias,
        union: taipan_types::typing::union_slot,
        memoryview: taipan_types::memoryview::from_object,
        is_memoryview: taipan_types::memoryview::is_memoryview,
        ..interpreter::runtime()
    }
}

/// The builtins of the running frame, else the interpreter's, as a dict.
fn frame_builtins(cx: &mut Cx) -> Value {
    let frame = if cx.vm.is_null() { std::ptr::null_mut() } else { crate::frame::current(cx) };
    if !frame.is_null() {
        // SAFETY: the innermost frame is live.
        return unsafe { crate::frame::Frame::function(frame) }.get(cx).builtins.clone();
    }
    let Some(module) = cx.interp().builtins.clone() else { return cx.new_dict().into_value() };
    match module::namespace(cx, &module) {
        Ok(namespace) => namespace.into_value(),
        Err(raised) => {
            drop(cx.take_raised(raised));
            cx.new_dict().into_value()
        }
    }
}

/// Where a start failed.
#[derive(Debug)]
pub struct StartError {
    /// What was being done.
    pub stage: &'static str,
    /// The exception.
    pub exception: Value,
}

/// A new interpreter that can import and run programs. `stack` is how many bytes of the calling thread's native stack it
/// may use from here.
pub fn start(settings: Settings, stack: usize) -> (Interpreter, Result<(), StartError>) {
    let settings = Arc::new(settings);
    let mut interpreter = Interpreter::new(runtime(), stack, settings.native_types);
    let cx = interpreter.cx();
    *cx.interp_mut().state::<Kept>() = Kept(Some(Arc::clone(&settings)));
    if let Some(recorder) = settings.recorder.clone() {
        record::start(cx, recorder);
    }
    let interp = cx.interp_mut();
    interp.int_max_str_digits = usize::try_from(settings.int_max_str_digits).unwrap_or(0);
    interp.dev_mode = settings.dev_mode;
    interp.bytes_warning = settings.bytes_warning.clamp(0, 2) as u8;
    interp.optimize = settings.optimize.clamp(0, 2) as u8;
    let stages: [(&'static str, fn(&mut Cx) -> R<()>); 8] = [
        ("init_builtins", core_modules),
        ("init_importlib", importlib),
        ("init_importlib_external", importlib_external),
        ("init_signals", signals),
        ("init_stdio_encoding", stdio_encoding),
        ("init_sys_streams", streams),
        ("init_warnings", warnings),
        ("init_import_site", site),
    ];
    for (stage, run) in stages {
        record::note(cx, || What::StageBegins(stage));
        let result = run(cx);
        record::note(cx, || What::StageEnds(stage));
        if let Err(raised) = result {
            let exception = cx.take_raised(raised);
            return (interpreter, Err(StartError { stage, exception }));
        }
    }
    (interpreter, Ok(()))
}

/// `builtins`, `sys`, `__main__` and plain standard streams.
fn core_modules(cx: &mut Cx) -> R<()> {
    let modules = cx.new_dict().into_value();
    cx.interp_mut().modules = Some(modules.clone());
    let made = builtins::make(cx)?;
    cx.interp_mut().builtins = Some(made.clone());
    imp::enter(cx, "builtins", &made)?;
    let sys = sys::make(cx, &modules)?;
    cx.interp_mut().sys = Some(sys.clone());
    imp::enter(cx, "sys", &sys)?;
    sys::stdio::plain(cx)?;
    let main = module::new_module(cx, "__main__", None)?;
    module::set(cx, &main, "__builtins__", made)?;
    imp::enter(cx, "__main__", &main)
}

/// Runs a frozen module's code in a new module that is entered under `name`.
fn run_frozen(cx: &mut Cx, name: &str) -> R {
    let code = library::code(cx, name)?;
    let module = module::new_module(cx, name, None)?;
    imp::enter(cx, name, &module)?;
    let origin = cx.str(library::original(name));
    module::set(cx, &module, "__origname__", origin)?;
    let namespace = module::namespace(cx, &module)?.into_value();
    crate::run_code(cx, code, &namespace, &namespace, None)?;
    Ok(module)
}

/// `importlib._bootstrap`: built-in and frozen modules can be imported afterwards.
fn importlib(cx: &mut Cx) -> R<()> {
    let bootstrap = run_frozen(cx, "_frozen_importlib")?;
    cx.interp_mut().state::<ImportState>().bootstrap = Some(bootstrap.clone());
    let native = imp::MODULE.create(cx)?;
    imp::enter(cx, "_imp", &native)?;
    let sys = cx.interp().sys.clone().unwrap_or_else(Value::none);
    let install = cx.intern("_install");
    ops::call_method(cx, &bootstrap, &install, &[sys, native])?;
    // What the bootstrap knows of modules made before it.
    let importer = ops::getattr_str(cx, &bootstrap, "BuiltinImporter")?;
    let key = names::__main__.get().to_value();
    if let Some(main) = import::loaded(cx, &key)? {
        ops::setattr(cx, &main, &names::__loader__, &importer)?;
    }
    Ok(())
}

/// `importlib._bootstrap_external` and `zipimport`: files can be imported afterwards.
fn importlib_external(cx: &mut Cx) -> R<()> {
    if !has_files(cx) {
        return Ok(());
    }
    let bootstrap = import::bootstrap(cx)?;
    let install = cx.intern("_install_external_importers");
    ops::call_method(cx, &bootstrap, &install, &[])?;
    let external = import::import(cx, "_frozen_importlib_external")?;
    cx.interp_mut().state::<ImportState>().external = Some(external);
    let zipimport = import::import(cx, "zipimport")?;
    let importer = ops::getattr_str(cx, &zipimport, "zipimporter")?;
    if let Some(hooks) = sys::get_str(cx, "path_hooks")? {
        ops::call_method(cx, &hooks, &names::insert, &[Value::small_int(0), importer])?;
    }
    library_importer(cx)
}

/// Whether the native modules that importing from files needs are there. Without them the frozen library is all there is.
fn has_files(cx: &mut Cx) -> bool {
    ["posix", "_io", "marshal"].iter().all(|name| imp::native_module(cx, name).is_some())
}

/// The path hook of the frozen library, where one stands for a folder.
fn library_importer(cx: &mut Cx) -> R<()> {
    let settings = settings::settings(cx);
    if settings.stdlib.is_some() || settings.frozen.is_none_or(|l| l.find("_taipan_importer").is_none()) {
        return Ok(());
    }
    let module = run_frozen(cx, "_taipan_importer")?;
    let install = cx.intern("_install");
    let folder = library::folder(cx);
    let folder = cx.str(&folder);
    ops::call_method(cx, &module, &install, &[folder]).map(drop)
}

/// Python's handlers of signals, where the interpreter is the process's own: `_signal` puts the one of SIGINT in place.
fn signals(cx: &mut Cx) -> R<()> {
    let settings = settings::settings(cx);
    if !settings.install_signal_handlers || imp::native_module(cx, "_signal").is_none() {
        return Ok(());
    }
    for signal in [SIGPIPE, SIGXFSZ] {
        // A host without signals has none to ignore.
        let _ = settings.host.set_disposition(signal, Disposition::Ignore);
    }
    import::import(cx, "_signal").map(drop)
}

/// The codec of the standard streams.
fn stdio_encoding(cx: &mut Cx) -> R<()> {
    if imp::native_module(cx, "_io").is_none() || imp::native_module(cx, "_codecs").is_none() {
        return Ok(());
    }
    import::import(cx, "encodings")?;
    sys::stdio::check_encoding(cx)
}

/// `encodings`, and the standard streams over `io`.
fn streams(cx: &mut Cx) -> R<()> {
    if imp::native_module(cx, "_io").is_none() || imp::native_module(cx, "_codecs").is_none() {
        return Ok(());
    }
    import::import(cx, "encodings")?;
    sys::stdio::open(cx)?;
    let io = import::import(cx, "_io")?;
    let open = ops::getattr(cx, &io, &names::open)?;
    if let Some(builtins) = cx.interp().builtins.clone() {
        ops::setattr(cx, &builtins, &names::open, &open)?;
    }
    Ok(())
}

/// `-W` and its kin are read by the module `warnings`.
fn warnings(cx: &mut Cx) -> R<()> {
    if !settings::settings(cx).warn_options.is_empty() {
        import::import(cx, "warnings")?;
    }
    Ok(())
}

fn site(cx: &mut Cx) -> R<()> {
    let settings = settings::settings(cx);
    if settings.no_site || !has_files(cx) {
        return Ok(());
    }
    import::import(cx, "site").map(drop)
}

/// The namespace of `__main__`.
pub fn main_namespace(cx: &mut Cx) -> R {
    let key = names::__main__.get().to_value();
    match import::loaded(cx, &key)? {
        Some(main) => Ok(module::namespace(cx, &main)?.into_value()),
        None => Err(cx.runtime_error("lost __main__")),
    }
}

/// Sets a name of `__main__`.
pub fn set_main(cx: &mut Cx, name: &str, value: Value) -> R<()> {
    let namespace = main_namespace(cx)?;
    let name = cx.intern(name);
    match namespace.as_dict() {
        Some(namespace) => dict::set_str(cx, namespace, &name, value),
        None => Ok(()),
    }
}
