//! What `sys` says of the implementation: version, platform, names.

use taipan_object::{Cx, R, Value};
use taipan_types::module;

use crate::runtime::settings;

/// The version that Taipan implements: that of the standard library inside it.
pub const VERSION: (i64, i64, i64) = (3, 14, 7);
const HEX_VERSION: i64 = VERSION.0 << 24 | VERSION.1 << 16 | VERSION.2 << 8 | 0xf0;
const API_VERSION: i64 = 1013;

/// `sys.copyright`.
const COPYRIGHT: &str = "Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.\n\nCopyright (c) 2000 BeOpen.com.\nAll Rights Reserved.\n\nCopyright (c) 1995-2001 Corporation for National Research Initiatives.\nAll Rights Reserved.\n\nCopyright (c) 1991-1995 Stichting Mathematisch Centrum, Amsterdam.\nAll Rights Reserved.";

/// Enters the facts into the module.
pub fn fill(cx: &mut Cx, made: &Value) -> R<()> {
    let (major, minor, micro) = VERSION;
    let version = format!("{major}.{minor}.{micro} (Taipan {}) [Rust]", env!("CARGO_PKG_VERSION"));
    for (name, text) in [
        ("version", version.as_str()),
        ("copyright", COPYRIGHT),
        ("platform", "linux"),
        ("byteorder", "little"),
        ("float_repr_style", "short"),
        ("abiflags", ""),
        ("_framework", ""),
    ] {
        let value = cx.str(text);
        module::set(cx, made, name, value)?;
    }
    for (name, number) in [
        ("hexversion", HEX_VERSION),
        ("api_version", API_VERSION),
        ("maxsize", i64::MAX),
        ("maxunicode", 0x10ffff),
    ] {
        let value = cx.int(number);
        module::set(cx, made, name, value)?;
    }
    module::set(cx, made, "_home", Value::none())?;
    let (name, empty) = (cx.str("Taipan"), cx.str(""));
    let git = cx.tuple_value([name, empty.clone(), empty]);
    module::set(cx, made, "_git", git)?;
    super::jit::enter(cx, made)?;
    let names: Vec<Value> = STDLIB_MODULES.iter().map(|n| cx.intern(n).into_value()).collect();
    let names = taipan_types::set::new_frozenset(cx, names)?;
    module::set(cx, made, "stdlib_module_names", names)
}

/// `sys.implementation.name`.
pub fn implementation_name(cx: &mut Cx) -> String {
    settings::settings(cx).implementation.clone()
}

/// `sys.hexversion`.
pub const fn hex_version() -> i64 {
    HEX_VERSION
}

/// `sys.stdlib_module_names`.
#[rustfmt::skip]
pub static STDLIB_MODULES: &[&str] = &[
    "__future__", "_abc", "_aix_support", "_android_support", "_apple_support", "_ast", "_ast_unparse",
    "_asyncio", "_bisect", "_blake2", "_bz2", "_codecs", "_codecs_cn", "_codecs_hk", "_codecs_iso2022",
    "_codecs_jp", "_codecs_kr", "_codecs_tw", "_collections", "_collections_abc", "_colorize",
    "_compat_pickle", "_contextvars", "_csv", "_ctypes", "_curses", "_curses_panel", "_datetime", "_dbm",
    "_decimal", "_elementtree", "_frozen_importlib", "_frozen_importlib_external", "_functools", "_gdbm",
    "_hashlib", "_heapq", "_hmac", "_imp", "_interpchannels", "_interpqueues", "_interpreters", "_io",
    "_ios_support", "_json", "_locale", "_lsprof", "_lzma", "_markupbase", "_md5", "_multibytecodec",
    "_multiprocessing", "_opcode", "_opcode_metadata", "_operator", "_osx_support", "_overlapped", "_pickle",
    "_posixshmem", "_posixsubprocess", "_py_abc", "_py_warnings", "_pydatetime", "_pydecimal", "_pyio",
    "_pylong", "_pyrepl", "_queue", "_random", "_remote_debugging", "_scproxy", "_sha1", "_sha2", "_sha3",
    "_signal", "_sitebuiltins", "_socket", "_sqlite3", "_sre", "_ssl", "_stat", "_statistics", "_string",
    "_strptime", "_struct", "_suggestions", "_symtable", "_sysconfig", "_thread", "_threading_local",
    "_tkinter", "_tokenize", "_tracemalloc", "_types", "_typing", "_uuid", "_warnings", "_weakref",
    "_weakrefset", "_winapi", "_wmi", "_zoneinfo", "_zstd", "abc", "annotationlib", "antigravity", "argparse",
    "array", "ast", "asyncio", "atexit", "base64", "bdb", "binascii", "bisect", "builtins", "bz2", "cProfile",
    "calendar", "cmath", "cmd", "code", "codecs", "codeop", "collections", "colorsys", "compileall",
    "compression", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "csv",
    "ctypes", "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "doctest", "email",
    "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch",
    "fractions", "ftplib", "functools", "gc", "genericpath", "getopt", "getpass", "gettext", "glob",
    "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib", "importlib",
    "inspect", "io", "ipaddress", "itertools", "json", "keyword", "linecache", "locale", "logging", "lzma",
    "mailbox", "marshal", "math", "mimetypes", "mmap", "modulefinder", "msvcrt", "multiprocessing", "netrc",
    "nt", "ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os", "pathlib", "pdb",
    "pickle", "pickletools", "pkgutil", "platform", "plistlib", "poplib", "posix", "posixpath", "pprint",
    "profile", "pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue",
    "quopri", "random", "re", "readline", "reprlib", "resource", "rlcompleter", "runpy", "sched", "secrets",
    "select", "selectors", "shelve", "shlex", "shutil", "signal", "site", "smtplib", "socket", "socketserver",
    "sqlite3", "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string",
    "stringprep", "struct", "subprocess", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile",
    "tempfile", "termios", "textwrap", "this", "threading", "time", "timeit", "tkinter", "token", "tokenize",
    "tomllib", "trace", "traceback", "tracemalloc", "tty", "turtle", "turtledemo", "types", "typing",
    "unicodedata", "unittest", "urllib", "uuid", "venv", "warnings", "wave", "weakref", "webbrowser",
    "winreg", "winsound", "wsgiref", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
];
