//! What an interpreter is started with: plain data, and the two tables through which crates above reach down: the native
//! modules (crate `stdlib`) and the frozen library (crate `lib`).

use std::sync::Arc;

use taipan_host::HostHandle;
use taipan_object::Cx;

/// A native module: a line of a registry. `ModuleDef::create` makes the module at its first import.
pub type NativeModule = &'static taipan_types::module::ModuleDef;

/// A module of the frozen library.
pub struct FrozenModule {
    /// Its code object as marshal data, trusted; `None` where only the source is there.
    pub code: Option<&'static [u8]>,
    /// Its file, relative to the library's folder.
    pub path: &'static str,
    pub is_package: bool,
}

/// The frozen standard library.
pub trait FrozenLibrary: Sync {
    /// A module by its dotted name.
    fn find(&self, name: &str) -> Option<FrozenModule>;
    /// A module's source.
    fn source(&self, name: &str) -> Option<Vec<u8>>;
    /// What lies at a path relative to the library's folder: a module's source, or a resource.
    fn data(&self, path: &str) -> Option<Vec<u8>>;
    /// All names, sorted.
    fn names(&self) -> Vec<&'static str>;
}

/// What `sys.flags` shows and the start needs. Paths and arguments are bytes, as the system has them.
#[derive(Clone)]
pub struct Settings {
    pub host: HostHandle,
    /// Takes the events of the run, where it is recorded.
    pub recorder: Option<Arc<dyn taipan_event::Recorder>>,
    pub native_modules: &'static [NativeModule],
    /// Modules that only CPython's tests ask for; empty unless they are wanted.
    pub test_modules: &'static [NativeModule],
    /// Lists the static types of those modules (`taipan_stdlib::install`): `process_init` makes them ready with the rest.
    pub native_types: fn(&mut taipan_types::Types),
    pub frozen: Option<&'static dyn FrozenLibrary>,
    pub argv: Vec<Vec<u8>>,
    pub orig_argv: Vec<Vec<u8>>,
    pub executable: Vec<u8>,
    pub warn_options: Vec<Vec<u8>>,
    pub x_options: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    pub debug: i32,
    pub inspect: i32,
    pub interactive: i32,
    pub optimize: i32,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: i32,
    pub bytes_warning: i32,
    pub quiet: i32,
    pub isolated: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    /// The locale for characters.
    pub locale: Vec<u8>,
    /// What the C library calls its encoding; "utf-8" in UTF-8 mode.
    pub locale_encoding: String,
    pub warn_default_encoding: bool,
    pub safe_path: bool,
    pub int_max_str_digits: i32,
    pub thread_inherit_context: bool,
    pub context_aware_warnings: bool,
    pub unbuffered: bool,
    pub hash_randomization: bool,
    /// `default`, `always` or `never`.
    pub check_hash_pycs: &'static str,
    pub debug_ranges: bool,
    /// Whether the process's signals are Python's: SIGINT becomes KeyboardInterrupt, SIGPIPE is ignored.
    pub install_signal_handlers: bool,
    /// `-X show-leaks`: objects that are still alive at the end are listed.
    pub show_leaks: bool,
    /// `-X importtime`: 1 for what is loaded, 2 for modules that are there already too.
    pub import_time: u8,
    pub cpu_count: Option<i32>,
    pub pycache_prefix: Option<Vec<u8>>,
    /// `PYTHONHOME`.
    pub home: Option<Vec<u8>>,
    /// `PYTHONPATH`, taken apart.
    pub path: Vec<Vec<u8>>,
    pub platlibdir: Option<Vec<u8>>,
    pub stdio_encoding: Option<Vec<u8>>,
    pub stdio_errors: Option<Vec<u8>>,
    /// The folder that stands for the frozen library.
    pub stdlib: Option<Vec<u8>>,
    /// `sys.implementation.name`.
    pub implementation: String,
}

impl Settings {
    /// The settings of an isolated interpreter over a host.
    #[must_use]
    pub fn new(host: HostHandle) -> Settings {
        Settings {
            host,
            recorder: None,
            native_modules: &[],
            test_modules: &[],
            native_types: |_| (),
            frozen: None,
            argv: vec![Vec::new()],
            orig_argv: Vec::new(),
            executable: Vec::new(),
            warn_options: Vec::new(),
            x_options: Vec::new(),
            debug: 0,
            inspect: 0,
            interactive: 0,
            optimize: 0,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: 0,
            isolated: false,
            dev_mode: false,
            utf8_mode: true,
            locale: b"C.UTF-8".to_vec(),
            locale_encoding: "utf-8".to_owned(),
            warn_default_encoding: false,
            safe_path: false,
            int_max_str_digits: 4300,
            thread_inherit_context: false,
            context_aware_warnings: false,
            unbuffered: false,
            hash_randomization: true,
            check_hash_pycs: "default",
            debug_ranges: true,
            install_signal_handlers: false,
            show_leaks: false,
            import_time: 0,
            cpu_count: None,
            pycache_prefix: None,
            home: None,
            path: Vec::new(),
            platlibdir: None,
            stdio_encoding: None,
            stdio_errors: None,
            stdlib: None,
            implementation: "taipan".to_owned(),
        }
    }
}

/// The settings as the interpreter keeps them.
#[derive(Default)]
pub(super) struct Kept(pub Option<Arc<Settings>>);

/// The settings that the interpreter was started with.
pub fn settings(cx: &mut Cx) -> Arc<Settings> {
    let kept = &mut cx.interp_mut().state::<Kept>().0;
    Arc::clone(kept.get_or_insert_with(|| Arc::new(Settings::new(taipan_host::system()))))
}

/// The host that the interpreter runs on.
pub fn host(cx: &mut Cx) -> HostHandle {
    Arc::clone(&settings(cx).host)
}
