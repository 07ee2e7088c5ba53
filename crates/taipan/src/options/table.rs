//! Every option and every variable, declared once: how it is written, what it does, and its documentation.
//!
//! The command line is read by this table, and `--help`, `--help-xoptions` and `--help-env` are printed from it.

use super::config::Config;
use taipan_host::Permission;

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Nothing.
    Flag(fn(&mut Config)),
    /// A value: the rest of the argument, or the next one.
    Value(Value),
    /// The same, and all that follows belongs to the program.
    Rest(Rest),
    /// A value after `=`, or nothing.
    Optional(fn(&mut Config, Option<Vec<u8>>)),
    /// A list after `=`, or nothing for all: a permission of the sandbox.
    Allow(Permission),
    /// Nothing: something is printed and the process ends.
    Print(Print),
}

/// Options with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// `-W`
    Warning,
    /// `-X`
    Extra,
    /// `--check-hash-based-pycs`
    CheckHashPycs,
    /// `--dump`
    Dump,
    /// `--stdlib`
    Stdlib,
    /// `--explain-limit`
    ExplainLimit,
}

/// Options that name the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    /// `-c`
    Command,
    /// `-m`
    Module,
}

/// What can be printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Print {
    /// The options.
    Help,
    /// The variables.
    Environment,
    /// The `-X` options.
    Extra,
    /// All three.
    All,
    /// The version; given twice, more of it.
    Version,
}

/// One option of the command line.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Its letter, if it has one.
    pub letter: Option<u8>,
    /// Its long name without the dashes, if it has one.
    pub long: Option<&'static str>,
    /// How `--help` writes it; empty for one that is not shown.
    pub shown: &'static str,
    /// What it does, one item a line.
    pub help: &'static [&'static str],
    /// What it takes.
    pub kind: Kind,
}

const fn flag(
    letter: u8,
    shown: &'static str,
    help: &'static [&'static str],
    set: fn(&mut Config),
) -> Choice {
    Choice { letter: Some(letter), long: None, shown, help, kind: Kind::Flag(set) }
}

const fn allow(
    long: &'static str,
    shown: &'static str,
    help: &'static [&'static str],
    permission: Permission,
) -> Choice {
    Choice { letter: None, long: Some(long), shown, help, kind: Kind::Allow(permission) }
}

/// The options, in the order in which `--help` shows them.
pub const OPTIONS: &[Choice] = &[
    flag(
        b'b',
        "-b",
        &["warn where bytes are made str or compared with str or int;", "-bb makes these warnings errors"],
        |config| config.bytes_warning += 1,
    ),
    flag(b'B', "-B", &["write no .pyc files; also PYTHONDONTWRITEBYTECODE=x"], |config| {
        config.dont_write_bytecode = true;
    }),
    Choice {
        letter: Some(b'c'),
        long: None,
        shown: "-c cmd",
        help: &["run the string cmd as a program (ends the list of options)"],
        kind: Kind::Rest(Rest::Command),
    },
    flag(b'd', "-d", &["turn the parser's debugging output on; also PYTHONDEBUG=x"], |config| {
        config.debug += 1
    }),
    flag(b'E', "-E", &["ignore the PYTHON* environment variables"], |config| {
        config.ignore_environment = true
    }),
    Choice {
        letter: Some(b'h'),
        long: Some("help"),
        shown: "-h",
        help: &["print this help and exit (also -? or --help)"],
        kind: Kind::Print(Print::Help),
    },
    Choice { letter: Some(b'?'), long: None, shown: "", help: &[], kind: Kind::Print(Print::Help) },
    flag(
        b'i',
        "-i",
        &[
            "go on with a prompt after the program, even if standard input",
            "is no terminal; also PYTHONINSPECT=x",
        ],
        |config| {
            config.inspect += 1;
            config.interactive += 1;
        },
    ),
    flag(b'I', "-I", &["isolate from the user's environment (implies -E, -P and -s)"], |config| {
        config.isolated = true;
    }),
    Choice {
        letter: Some(b'm'),
        long: None,
        shown: "-m mod",
        help: &["run the module mod as a program (ends the list of options)"],
        kind: Kind::Rest(Rest::Module),
    },
    flag(
        b'O',
        "-O",
        &[
            "leave out assert and what depends on __debug__; .pyc files get",
            ".opt-1 in their names; also PYTHONOPTIMIZE=x",
        ],
        |config| config.optimize += 1,
    ),
    Choice {
        letter: None,
        long: None,
        shown: "-OO",
        help: &["leave out docstrings too; .pyc files get .opt-2 in their names"],
        kind: Kind::Flag(|_| {}),
    },
    flag(b'P', "-P", &["put no possibly unsafe path before sys.path; also PYTHONSAFEPATH"], |config| {
        config.safe_path = true;
    }),
    flag(b'q', "-q", &["print no version and copyright before the prompt"], |config| config.quiet += 1),
    flag(b'R', "", &[], |config| config.random_hashes = true),
    flag(b's', "-s", &["leave the user's site directory out; also PYTHONNOUSERSITE=x"], |config| {
        config.no_user_site = true;
    }),
    flag(b'S', "-S", &["do not import site at the start"], |config| config.no_site = true),
    flag(b't', "", &[], |_| {}),
    flag(
        b'u',
        "-u",
        &["do not buffer standard output and standard error;", "also PYTHONUNBUFFERED=x"],
        |config| config.unbuffered = true,
    ),
    flag(
        b'v',
        "-v",
        &["tell about imports; given more than once, tell more;", "also PYTHONVERBOSE=x"],
        |config| config.verbose += 1,
    ),
    Choice {
        letter: Some(b'V'),
        long: Some("version"),
        shown: "-V",
        help: &["print the version and exit (also --version);", "given twice, print more about the build"],
        kind: Kind::Print(Print::Version),
    },
    Choice {
        letter: Some(b'W'),
        long: None,
        shown: "-W arg",
        help: &["control warnings: action:message:category:module:lineno;", "also PYTHONWARNINGS=arg"],
        kind: Kind::Value(Value::Warning),
    },
    flag(b'x', "-x", &["skip the first line of the program"], |config| config.skip_first_line = true),
    Choice {
        letter: Some(b'X'),
        long: None,
        shown: "-X opt",
        help: &["set an option of the implementation: see --help-xoptions"],
        kind: Kind::Value(Value::Extra),
    },
    Choice {
        letter: None,
        long: Some("check-hash-based-pycs"),
        shown: "--check-hash-based-pycs always|default|never:",
        help: &["when .pyc files with a hash are compared with their source"],
        kind: Kind::Value(Value::CheckHashPycs),
    },
    Choice {
        letter: None,
        long: Some("dump"),
        shown: "--dump=STAGE,...:",
        help: &[
            "print what stages make of the program instead of running it:",
            "tokens, ast, symtable, cfg, bytecode, prepared",
        ],
        kind: Kind::Value(Value::Dump),
    },
    Choice {
        letter: None,
        long: Some("explain"),
        shown: "--explain[=text|json|FILE.html]:",
        help: &[
            "record the run and write a page on which every stage of it can be opened",
            "(text or json: print the record instead, to standard error)",
        ],
        kind: Kind::Optional(|config, value| config.explain = Some(value.unwrap_or_default())),
    },
    Choice {
        letter: None,
        long: Some("explain-limit"),
        shown: "--explain-limit N:",
        help: &["record so many instructions in detail (default 20000)"],
        kind: Kind::Value(Value::ExplainLimit),
    },
    Choice {
        letter: None,
        long: Some("stdlib"),
        shown: "--stdlib DIR:",
        help: &["import the standard library from DIR, not from the binary"],
        kind: Kind::Value(Value::Stdlib),
    },
    Choice {
        letter: None,
        long: Some("sandbox"),
        shown: "--sandbox:",
        help: &[
            "deny the program everything outside the interpreter that an --allow",
            "option does not grant; each of them implies this one",
        ],
        kind: Kind::Flag(|config| {
            config.sandbox.get_or_insert_default();
        }),
    },
    allow(
        "allow-read",
        "--allow-read[=PATHS]:",
        &["let it read files, or those below PATHS (with ',' between)"],
        Permission::Read,
    ),
    allow("allow-write", "--allow-write[=PATHS]:", &["let it make and change files"], Permission::Write),
    allow(
        "allow-net",
        "--allow-net[=HOSTS]:",
        &["let it use the network, or HOSTS (address or address:port)"],
        Permission::Net,
    ),
    allow(
        "allow-env",
        "--allow-env[=NAMES]:",
        &["let it read and change environment variables"],
        Permission::Env,
    ),
    allow("allow-run", "--allow-run[=PROGRAMS]:", &["let it start processes"], Permission::Run),
    allow("allow-sys", "--allow-sys:", &["let it ask about users and change limits"], Permission::System),
    allow("allow-ffi", "--allow-ffi[=LIBRARIES]:", &["let it load native libraries"], Permission::Foreign),
    Choice {
        letter: None,
        long: Some("help-env"),
        shown: "--help-env:",
        help: &["print help about environment variables and exit"],
        kind: Kind::Print(Print::Environment),
    },
    Choice {
        letter: None,
        long: Some("help-xoptions"),
        shown: "--help-xoptions:",
        help: &["print help about the implementation's options and exit"],
        kind: Kind::Print(Print::Extra),
    },
    Choice {
        letter: None,
        long: Some("help-all"),
        shown: "--help-all:",
        help: &["print all help and exit"],
        kind: Kind::Print(Print::All),
    },
];

/// A name and its documentation.
#[derive(Clone, Copy, Debug)]
pub struct Documented {
    /// How it is written.
    pub shown: &'static str,
    /// What it does, one item a line.
    pub help: &'static [&'static str],
}

const fn named(shown: &'static str, help: &'static [&'static str]) -> Documented {
    Documented { shown, help }
}

/// The options of `-X`, sorted.
pub const EXTRA: &[Documented] = &[
    named(
        "context_aware_warnings=[0|1]",
        &[
            "keep warning filters in context variables (1) or in the",
            "module's globals (0); also PYTHON_CONTEXT_AWARE_WARNINGS",
        ],
    ),
    named("cpu_count=N", &["what os.cpu_count() says, or \"default\";", "also PYTHON_CPU_COUNT"]),
    named("dev", &["development mode: more checks and warnings; also PYTHONDEVMODE"]),
    named("disable-remote-debug", &["let no debugger attach; also PYTHON_DISABLE_REMOTE_DEBUG"]),
    named("faulthandler", &["print the traceback on fatal errors; also PYTHONFAULTHANDLER"]),
    named("frozen_modules=[on|off]", &["import the frozen standard library;", "also PYTHON_FROZEN_MODULES"]),
    named(
        "implementation=NAME",
        &[
            "what sys.implementation.name says (\"cpython\" for programs",
            "that insist on it, and for its tests, which then",
            "also get _testcapi and the like)",
        ],
    ),
    named(
        "importtime[=2]",
        &[
            "show how long imports take, with 2 also those of modules",
            "that are loaded already; also PYTHONPROFILEIMPORTTIME",
        ],
    ),
    named(
        "int_max_str_digits=N",
        &["limit conversions between int and str to N digits, 0 for", "no limit; also PYTHONINTMAXSTRDIGITS"],
    ),
    named("max-memory=N", &["let the program allocate at most N bytes (K, M, G may follow)"]),
    named("no_debug_ranges", &["keep no columns in code objects; also PYTHONNODEBUGRANGES"]),
    named("perf", &["accepted; also PYTHONPERFSUPPORT=1"]),
    named("perf_jit", &["accepted; also PYTHON_PERF_JIT_SUPPORT=1"]),
    named("pycache_prefix=PATH", &["write .pyc files to a tree under PATH;", "also PYTHONPYCACHEPREFIX"]),
    named("show-leaks", &["at the end, list objects that are still alive, and fail"]),
    named("showrefcount", &["accepted; does something in debug builds only"]),
    named(
        "thread_inherit_context=[0|1]",
        &[
            "let threads begin with their creator's context (1) or an",
            "empty one (0); also PYTHON_THREAD_INHERIT_CONTEXT",
        ],
    ),
    named(
        "tracemalloc[=N]",
        &["trace memory allocations with N frames (default: 1);", "also PYTHONTRACEMALLOC=N"],
    ),
    named("utf8[=0|1]", &["turn UTF-8 mode on or off; also PYTHONUTF8"]),
    named("warn_default_encoding", &["warn where encoding=None is used; also", "PYTHONWARNDEFAULTENCODING"]),
];

/// The variables that no option stands for, sorted as CPython sorts them (`_` before letters is left out of the order).
pub const VARIABLES: &[Documented] = &[
    named("PYTHONASYNCIODEBUG", &["turn asyncio's debug mode on"]),
    named("PYTHON_BASIC_REPL", &["use the prompt without colours and editing"]),
    named("PYTHONBREAKPOINT", &["what breakpoint() calls; 0 for nothing"]),
    named("PYTHONCASEOK", &["ignore case in import statements (Windows)"]),
    named("PYTHONCOERCECLOCALE", &["0 leaves the C locale as it is; warn tells about its change"]),
    named("PYTHON_COLORS", &["1 colours the output, 0 does not"]),
    named(
        "PYTHONHASHSEED",
        &["seed of the hashes of str and bytes: \"random\", or an integer", "in the range [0,4294967295]"],
    ),
    named("PYTHON_HISTORY", &["the file that holds the prompt's history"]),
    named(
        "PYTHONHOME",
        &[
            "another <prefix> (or <prefix>:<exec_prefix>): the standard",
            "library is imported from <prefix>/lib/pythonX.X",
        ],
    ),
    named("PYTHONIOENCODING", &["encoding[:errors] of standard input, output and error"]),
    named("PYTHONMALLOC", &["accepted: the names of CPython's allocators"]),
    named("PYTHONMALLOCSTATS", &["print the allocator's statistics"]),
    named("PYTHONPATH", &["directories to put before the module search path, with ':'", "between them"]),
    named("PYTHONPLATLIBDIR", &["what sys.platlibdir says"]),
    named("PYTHONSTARTUP", &["file to run before the prompt"]),
    named("PYTHONUSERBASE", &["the user's base directory (site.USER_BASE)"]),
];

/// The variables that an option stands for too, sorted in the same way.
pub const OPTION_VARIABLES: &[Documented] = &[
    named("PYTHON_CONTEXT_AWARE_WARNINGS", &["warnings in context variables (-X context_aware_warnings)"]),
    named("PYTHON_CPU_COUNT", &["what os.cpu_count() says (-X cpu_count)"]),
    named("PYTHONDEBUG", &["the parser's debugging output (-d)"]),
    named("PYTHONDEVMODE", &["development mode (-X dev)"]),
    named("PYTHONDONTWRITEBYTECODE", &["write no .pyc files (-B)"]),
    named("PYTHONFAULTHANDLER", &["the traceback on fatal errors (-X faulthandler)"]),
    named("PYTHON_FROZEN_MODULES", &["the frozen standard library (-X frozen_modules)"]),
    named("PYTHONINSPECT", &["a prompt after the program (-i)"]),
    named("PYTHONINTMAXSTRDIGITS", &["limit between int and str (-X int_max_str_digits)"]),
    named("PYTHONNODEBUGRANGES", &["no columns in code objects (-X no_debug_ranges)"]),
    named("PYTHONNOUSERSITE", &["leave the user's site directory out (-s)"]),
    named("PYTHONOPTIMIZE", &["leave asserts out (-O)"]),
    named("PYTHON_PERF_JIT_SUPPORT", &["accepted (-X perf_jit)"]),
    named("PYTHONPERFSUPPORT", &["accepted (-X perf)"]),
    named("PYTHONPROFILEIMPORTTIME", &["show how long imports take (-X importtime)"]),
    named("PYTHONPYCACHEPREFIX", &["the tree of .pyc files (-X pycache_prefix)"]),
    named("PYTHONSAFEPATH", &["no unsafe path before sys.path (-P)"]),
    named("PYTHON_THREAD_INHERIT_CONTEXT", &["threads inherit context (-X thread_inherit_context)"]),
    named("PYTHONTRACEMALLOC", &["trace memory allocations (-X tracemalloc)"]),
    named("PYTHONUNBUFFERED", &["do not buffer output (-u)"]),
    named("PYTHONUTF8", &["UTF-8 mode (-X utf8)"]),
    named("PYTHONVERBOSE", &["tell about imports (-v)"]),
    named("PYTHONWARNDEFAULTENCODING", &["warn about encoding=None (-X warn_default_encoding)"]),
    named("PYTHONWARNINGS", &["control warnings (-W)"]),
];
