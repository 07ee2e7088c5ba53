//! The struct sequences of `sys`: `flags`, `version_info`, `float_info` and so on, and `implementation`.

use taipan_object::{Cx, R, Value};
use taipan_types::module;
use taipan_types::structseq::{self, Field, StructSeq};

use super::facts;
use crate::runtime::settings;

macro_rules! fields {
    ($($name:literal: $doc:literal,)*) => { &[$(Field { name: $name, doc: $doc }),*] };
}

static FLAGS: StructSeq = StructSeq {
    name: "sys.flags",
    doc: "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    fields: fields! {
        "debug": "-d",
        "inspect": "-i",
        "interactive": "-i",
        "optimize": "-O or -OO",
        "dont_write_bytecode": "-B",
        "no_user_site": "-s",
        "no_site": "-S",
        "ignore_environment": "-E",
        "verbose": "-v",
        "bytes_warning": "-b",
        "quiet": "-q",
        "hash_randomization": "-R",
        "isolated": "-I",
        "dev_mode": "-X dev",
        "utf8_mode": "-X utf8",
        "warn_default_encoding": "-X warn_default_encoding",
        "safe_path": "-P",
        "int_max_str_digits": "-X int_max_str_digits",
        "gil": "-X gil",
        "thread_inherit_context": "-X thread_inherit_context",
        "context_aware_warnings": "-X context_aware_warnings",
    },
    visible: 18,
    instantiable: false,
};

static VERSION_INFO: StructSeq = StructSeq {
    name: "sys.version_info",
    doc: "sys.version_info\n\nVersion information as a named tuple.",
    fields: fields! {
        "major": "Major release number",
        "minor": "Minor release number",
        "micro": "Patch release number",
        "releaselevel": "'alpha', 'beta', 'candidate', or 'final'",
        "serial": "Serial release number",
    },
    visible: 5,
    instantiable: false,
};

static FLOAT_INFO: StructSeq = StructSeq {
    name: "sys.float_info",
    doc: "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\ninformation about the precision and internal representation. Please study\nyour system's :file:`float.h` for more information.",
    fields: fields! {
        "max": "DBL_MAX -- maximum representable finite float",
        "max_exp": "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable",
        "max_10_exp": "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable",
        "min": "DBL_MIN -- Minimum positive normalized float",
        "min_exp": "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float",
        "min_10_exp": "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float",
        "dig": "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float",
        "mant_dig": "DBL_MANT_DIG -- mantissa digits",
        "epsilon": "DBL_EPSILON -- Difference between 1 and the next representable float",
        "radix": "FLT_RADIX -- radix of exponent",
        "rounds": "FLT_ROUNDS -- rounding mode used for arithmetic operations",
    },
    visible: 11,
    instantiable: true,
};

static INT_INFO: StructSeq = StructSeq {
    name: "sys.int_info",
    doc: "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The attributes are read only.",
    fields: fields! {
        "bits_per_digit": "size of a digit in bits",
        "sizeof_digit": "size in bytes of the C type used to represent a digit",
        "default_max_str_digits": "maximum string conversion digits limitation",
        "str_digits_check_threshold": "minimum positive value for int_max_str_digits",
    },
    visible: 4,
    instantiable: true,
};

static HASH_INFO: StructSeq = StructSeq {
    name: "sys.hash_info",
    doc: "hash_info\n\nA named tuple providing parameters used for computing\nhashes. The attributes are read only.",
    fields: fields! {
        "width": "width of the type used for hashing, in bits",
        "modulus": "prime number giving the modulus on which the hash function is based",
        "inf": "value to be used for hash of a positive infinity",
        "nan": "value to be used for hash of a nan",
        "imag": "multiplier used for the imaginary part of a complex number",
        "algorithm": "name of the algorithm for hashing of str, bytes and memoryviews",
        "hash_bits": "internal output size of hash algorithm",
        "seed_bits": "seed size of hash algorithm",
        "cutoff": "small string optimization cutoff",
    },
    visible: 9,
    instantiable: true,
};

static THREAD_INFO: StructSeq = StructSeq {
    name: "sys.thread_info",
    doc: "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    fields: fields! {
        "name": "name of the thread implementation",
        "lock": "name of the lock implementation",
        "version": "name and version of the thread library",
    },
    visible: 3,
    instantiable: true,
};

static UNRAISABLE: StructSeq = StructSeq {
    name: "UnraisableHookArgs",
    doc: "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    fields: fields! {
        "exc_type": "Exception type",
        "exc_value": "Exception value",
        "exc_traceback": "Exception traceback",
        "err_msg": "Error message",
        "object": "Object causing the exception",
    },
    visible: 5,
    instantiable: true,
};

static ASYNCGEN_HOOKS: StructSeq = StructSeq {
    name: "asyncgen_hooks",
    doc: "asyncgen_hooks",
    fields: fields! {
        "firstiter": "First iteration of an asynchronous generator",
        "finalizer": "Finalizer of an asynchronous generator",
    },
    visible: 2,
    instantiable: true,
};

fn add(cx: &mut Cx, made: &Value, name: &str, declared: &'static StructSeq, values: Vec<Value>) -> R {
    let class = structseq::new_type(cx, declared)?;
    let value = structseq::new(cx, &class, values)?;
    module::set(cx, made, name, value.clone())?;
    Ok(value)
}

/// An instance of `UnraisableHookArgs`.
pub fn unraisable_args(cx: &mut Cx, values: Vec<Value>) -> R {
    let class = match super::state(cx).unraisable_class.clone() {
        Some(class) => class,
        None => {
            let class = structseq::new_type(cx, &UNRAISABLE)?.into_value();
            super::state(cx).unraisable_class = Some(class.clone());
            class
        }
    };
    match class.as_type() {
        Some(class) => structseq::new(cx, class, values),
        None => Err(cx.system_error("not a class")),
    }
}

/// An instance of `asyncgen_hooks`.
pub fn asyncgen_hooks(cx: &mut Cx, values: Vec<Value>) -> R {
    let class = match super::state(cx).asyncgen_class.clone() {
        Some(class) => class,
        None => {
            let class = structseq::new_type(cx, &ASYNCGEN_HOOKS)?.into_value();
            super::state(cx).asyncgen_class = Some(class.clone());
            class
        }
    };
    match class.as_type() {
        Some(class) => structseq::new(cx, class, values),
        None => Err(cx.system_error("not a class")),
    }
}

/// Enters all of them into the module.
pub fn fill(cx: &mut Cx, made: &Value) -> R<()> {
    fill_flags(cx, made)?;
    let (major, minor, micro) = facts::VERSION;
    let level = cx.intern("final").into_value();
    let values = vec![cx.int(major), cx.int(minor), cx.int(micro), level, Value::small_int(0)];
    let version = add(cx, made, "version_info", &VERSION_INFO, values)?;
    let values = vec![
        cx.float(f64::MAX),
        cx.int(1024),
        cx.int(308),
        cx.float(f64::MIN_POSITIVE),
        cx.int(-1021),
        cx.int(-307),
        cx.int(15),
        cx.int(53),
        cx.float(f64::EPSILON),
        cx.int(2),
        cx.int(1),
    ];
    add(cx, made, "float_info", &FLOAT_INFO, values)?;
    let values = vec![cx.int(30), cx.int(4), cx.int(4300), cx.int(640)];
    add(cx, made, "int_info", &INT_INFO, values)?;
    let algorithm = cx.str("siphash13");
    let values = vec![
        cx.int(64),
        cx.int((1 << 61) - 1),
        cx.int(314_159),
        cx.int(0),
        cx.int(1_000_003),
        algorithm,
        cx.int(64),
        cx.int(128),
        cx.int(0),
    ];
    add(cx, made, "hash_info", &HASH_INFO, values)?;
    let values = vec![cx.str("pthread"), cx.str("semaphore"), Value::none()];
    add(cx, made, "thread_info", &THREAD_INFO, values)?;
    fill_implementation(cx, made, version)
}

fn fill_flags(cx: &mut Cx, made: &Value) -> R<()> {
    let s = settings::settings(cx);
    let number = |n: i32| Value::small_int(n);
    let bit = |b: bool| Value::small_int(i32::from(b));
    let values = vec![
        number(s.debug),
        number(s.inspect),
        number(s.interactive),
        number(s.optimize),
        bit(s.dont_write_bytecode),
        bit(s.no_user_site),
        bit(s.no_site),
        bit(s.ignore_environment),
        number(s.verbose),
        number(s.bytes_warning),
        number(s.quiet),
        bit(s.hash_randomization),
        bit(s.isolated),
        Value::bool(s.dev_mode),
        bit(s.utf8_mode),
        bit(s.warn_default_encoding),
        Value::bool(s.safe_path),
        number(s.int_max_str_digits),
        number(1),
        bit(s.thread_inherit_context),
        bit(s.context_aware_warnings),
    ];
    add(cx, made, "flags", &FLAGS, values).map(drop)
}

fn fill_implementation(cx: &mut Cx, made: &Value, version: Value) -> R<()> {
    let name = facts::implementation_name(cx);
    let architecture = format!("{}-linux-gnu", std::env::consts::ARCH);
    let entries = [
        ("name", cx.str(&name)),
        ("cache_tag", cx.str("taipan-314")),
        ("version", version),
        ("hexversion", cx.int(facts::hex_version())),
        ("_multiarch", cx.str(&architecture)),
        ("supports_isolated_interpreters", Value::bool(true)),
    ];
    let implementation = taipan_types::namespace::new(cx, &entries)?;
    module::set(cx, made, "implementation", implementation)
}
