//! What command line and environment ask for, in one value.

use taipan_host::{Permission, Sandbox};

/// What is run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// The text after `-c`.
    Command(Vec<u8>),
    /// The module after `-m`.
    Module(Vec<u8>),
    /// A file, or a folder or zip archive with a `__main__`.
    File(Vec<u8>),
    /// Standard input: a program, or lines if it is a terminal.
    Input,
}

/// How the hashes of strings are seeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HashSeed {
    /// From the system's randomness.
    Random,
    /// From this number; 0 turns randomisation off.
    Fixed(u32),
}

/// When `.pyc` files with a hash are compared with their sources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckHashPycs {
    /// If the file asks for it.
    Default,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Everything that command line and environment decide. The flags are those of `sys.flags`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// What is run.
    pub program: Program,
    /// `sys.argv`, before its first item is replaced by a path.
    pub arguments: Vec<Vec<u8>>,
    /// `sys.orig_argv`.
    pub original_arguments: Vec<Vec<u8>>,
    /// `sys.warnoptions`, in their order.
    pub warning_options: Vec<Vec<u8>>,
    /// `sys._xoptions`: name, and value if there is one. A later one of the same name wins.
    pub x_options: Vec<(Vec<u8>, Option<Vec<u8>>)>,

    /// `-d`.
    pub debug: i32,
    /// `-i`: go on with a prompt.
    pub inspect: i32,
    /// `-i`: behave as with a terminal.
    pub interactive: i32,
    /// `-O`.
    pub optimize: i32,
    /// `-B`.
    pub dont_write_bytecode: bool,
    /// `-s`.
    pub no_user_site: bool,
    /// `-S`.
    pub no_site: bool,
    /// `-E`.
    pub ignore_environment: bool,
    /// `-v`.
    pub verbose: i32,
    /// `-b`.
    pub bytes_warning: i32,
    /// `-q`.
    pub quiet: i32,
    /// `-I`.
    pub isolated: bool,
    /// `-X dev`.
    pub dev_mode: bool,
    /// `-X utf8`.
    pub utf8_mode: bool,
    /// `-X warn_default_encoding`.
    pub warn_default_encoding: bool,
    /// `-P`.
    pub safe_path: bool,
    /// `-X int_max_str_digits`; 0 for no limit.
    pub int_max_str_digits: i32,
    /// `-X thread_inherit_context`.
    pub thread_inherit_context: bool,
    /// `-X context_aware_warnings`.
    pub context_aware_warnings: bool,

    /// `-u`: standard output and error are unbuffered.
    pub unbuffered: bool,
    /// `-x`: the first line of the file is skipped.
    pub skip_first_line: bool,
    /// `PYTHONHASHSEED`.
    pub hash_seed: HashSeed,
    /// `--check-hash-based-pycs`.
    pub check_hash_pycs: CheckHashPycs,
    /// `-X faulthandler`.
    pub fault_handler: bool,
    /// `-X tracemalloc`: frames per trace, 0 for off.
    pub tracemalloc: i32,
    /// `-X importtime`: 0 off, 1 imports, 2 also what is loaded already.
    pub import_time: u8,
    /// Whether code objects carry columns (not `-X no_debug_ranges`).
    pub debug_ranges: bool,
    /// `-X cpu_count`.
    pub cpu_count: Option<i32>,
    /// `-X frozen_modules`; `None` where nothing was said.
    pub frozen_modules: Option<bool>,
    /// `-X disable-remote-debug` was not given.
    pub remote_debug: bool,
    /// `-X pycache_prefix`.
    pub pycache_prefix: Option<Vec<u8>>,
    /// `PYTHONHOME`.
    pub home: Option<Vec<u8>>,
    /// `PYTHONPATH`, taken apart at the colons.
    pub path: Vec<Vec<u8>>,
    /// `PYTHONPLATLIBDIR`.
    pub platlibdir: Option<Vec<u8>>,
    /// `PYTHONIOENCODING`'s encoding.
    pub stdio_encoding: Option<Vec<u8>>,
    /// `PYTHONIOENCODING`'s error handler.
    pub stdio_errors: Option<Vec<u8>>,
    /// Whether PEP 538's message about the locale was asked for.
    pub warn_about_locale: bool,
    /// Whether a C locale may be replaced by C.UTF-8 (PEP 538).
    pub coerce_locale: bool,
    /// `-R`.
    pub random_hashes: bool,

    /// `--dump`: the stages that print what they make.
    pub dump: Vec<String>,
    /// `--explain`: empty, `text`, `json` or the page's file.
    pub explain: Option<Vec<u8>>,
    /// `--explain-limit`: steps that are recorded in detail.
    pub explain_limit: u64,
    /// `--stdlib`: the folder that stands for the frozen standard library.
    pub stdlib: Option<Vec<u8>>,
    /// `-X implementation`: `sys.implementation.name`.
    pub implementation: String,
    /// `--sandbox` and `--allow-…`: what is granted, if not everything is; `None` in a grant for all of its permission.
    pub sandbox: Option<Vec<(Permission, Option<Vec<Vec<u8>>>)>>,
    /// `-X max-memory`: bytes that the program may allocate.
    pub max_memory: Option<u64>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            program: Program::Input,
            arguments: Vec::new(),
            original_arguments: Vec::new(),
            warning_options: Vec::new(),
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
            utf8_mode: false,
            warn_default_encoding: false,
            safe_path: false,
            int_max_str_digits: 4300,
            thread_inherit_context: false,
            context_aware_warnings: false,
            unbuffered: false,
            skip_first_line: false,
            hash_seed: HashSeed::Random,
            check_hash_pycs: CheckHashPycs::Default,
            fault_handler: false,
            tracemalloc: 0,
            import_time: 0,
            debug_ranges: true,
            cpu_count: None,
            frozen_modules: None,
            remote_debug: true,
            pycache_prefix: None,
            home: None,
            path: Vec::new(),
            platlibdir: None,
            stdio_encoding: None,
            stdio_errors: None,
            warn_about_locale: false,
            coerce_locale: true,
            random_hashes: false,
            dump: Vec::new(),
            explain: None,
            explain_limit: 20_000,
            stdlib: None,
            implementation: "taipan".to_owned(),
            sandbox: None,
            max_memory: None,
        }
    }
}

impl Config {
    /// The policy to install in the host, if the program is to be confined. The program's own file can always be read.
    #[must_use]
    pub fn policy(&self) -> Option<Sandbox> {
        let grants = self.sandbox.as_ref()?;
        let mut sandbox = Sandbox::default();
        for (permission, subjects) in grants {
            sandbox.grant(*permission, subjects.clone());
        }
        if let Program::File(path) = &self.program {
            sandbox.grant(Permission::Read, Some(vec![path.clone()]));
        }
        Some(sandbox)
    }

    /// `sys.flags.hash_randomization`.
    #[must_use]
    pub fn hash_randomization(&self) -> bool {
        self.hash_seed != HashSeed::Fixed(0)
    }

    /// The last `-X` option of a name: `Some(None)` if it was given without a value.
    #[must_use]
    pub fn x_option(&self, name: &str) -> Option<Option<&[u8]>> {
        let found = self.x_options.iter().rev().find(|(given, _)| given == name.as_bytes())?;
        Some(found.1.as_deref())
    }
}
