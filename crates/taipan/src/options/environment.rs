//! Adds to a configuration what the environment and the `-X` options say, and checks their values.

use super::Ending;
use super::config::{Config, HashSeed};

/// The environment, as the options let it be seen, and the locale.
pub(super) struct Variables<'a> {
    seen: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// Whether the locale for characters is C. It counts with `-E` too.
    locale_is_c: bool,
}

impl<'a> Variables<'a> {
    pub(super) fn new(seen: &'a dyn Fn(&str) -> Option<Vec<u8>>, locale_is_c: bool) -> Variables<'a> {
        Variables { seen, locale_is_c }
    }

    /// A variable that is set and not empty.
    fn get(&self, name: &str) -> Option<Vec<u8>> {
        (self.seen)(name).filter(|value| !value.is_empty())
    }

    /// A variable as a level: its number, and 1 for anything that is no number or negative.
    fn level(&self, name: &str) -> i32 {
        let Some(value) = self.get(name) else { return 0 };
        integer(&value).filter(|&number| number >= 0).unwrap_or(1)
    }
}

/// A whole decimal number that fits.
fn integer(text: &[u8]) -> Option<i32> {
    std::str::from_utf8(text).ok()?.trim_start().parse().ok()
}

fn fatal(message: &str) -> Ending {
    Ending::fatal("preinitialized", message)
}

/// Everything that is left to do after the command line has been read.
pub(super) fn finish(
    config: &mut Config,
    variables: &Variables<'_>,
    warnings: Vec<Vec<u8>>,
) -> Result<(), Ending> {
    early(config, variables)?;
    levels(config, variables);
    strings(config, variables);
    hash_seed(config, variables)?;
    numbers(config, variables)?;
    switches(config, variables)?;
    own(config)?;
    if config.dev_mode {
        config.warning_options.push(b"default".to_vec());
    }
    if let Some(list) = variables.get("PYTHONWARNINGS") {
        let items = list.split(|&byte| byte == b',').filter(|item| !item.is_empty());
        config.warning_options.extend(items.map(<[u8]>::to_vec));
    }
    config.warning_options.extend(warnings);
    match config.bytes_warning {
        0 => {}
        1 => config.warning_options.push(b"default::BytesWarning".to_vec()),
        _ => config.warning_options.push(b"error::BytesWarning".to_vec()),
    }
    Ok(())
}

/// What is decided before anything else: UTF-8 mode, development mode, the allocator's name.
fn early(config: &mut Config, variables: &Variables<'_>) -> Result<(), Ending> {
    let early_fatal = |message: &str| Ending::fatal("preinitializing", message);
    config.utf8_mode = match (config.x_option("utf8"), variables.get("PYTHONUTF8").as_deref()) {
        (Some(None | Some(b"1")), _) | (None, Some(b"1")) => true,
        (Some(Some(b"0")), _) | (None, Some(b"0")) => false,
        (Some(Some(_)), _) => {
            return Err(early_fatal("preconfig_init_utf8_mode: invalid -X utf8 option value"));
        }
        (None, Some(_)) => {
            return Err(early_fatal(
                "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value",
            ));
        }
        (None, None) => variables.locale_is_c,
    };
    config.dev_mode = config.x_option("dev").is_some() || variables.get("PYTHONDEVMODE").is_some();
    match variables.get("PYTHONCOERCECLOCALE").as_deref() {
        Some(b"0") => config.coerce_locale = false,
        Some(b"warn") => config.warn_about_locale = true,
        _ => {}
    }
    const ALLOCATORS: &[&[u8]] = &[
        b"default",
        b"debug",
        b"malloc",
        b"malloc_debug",
        b"pymalloc",
        b"pymalloc_debug",
        b"mimalloc",
        b"mimalloc_debug",
    ];
    match variables.get("PYTHONMALLOC") {
        Some(name) if !ALLOCATORS.contains(&name.as_slice()) => {
            Err(early_fatal("preconfig_init_allocator: PYTHONMALLOC: unknown allocator"))
        }
        _ => Ok(()),
    }
}

/// The variables that stand for options of one letter.
fn levels(config: &mut Config, variables: &Variables<'_>) {
    config.debug = config.debug.max(variables.level("PYTHONDEBUG"));
    config.verbose = config.verbose.max(variables.level("PYTHONVERBOSE"));
    config.optimize = config.optimize.max(variables.level("PYTHONOPTIMIZE"));
    config.inspect = config.inspect.max(i32::from(variables.level("PYTHONINSPECT") > 0));
    config.dont_write_bytecode |= variables.level("PYTHONDONTWRITEBYTECODE") > 0;
    config.no_user_site |= variables.level("PYTHONNOUSERSITE") > 0;
    config.unbuffered |= variables.level("PYTHONUNBUFFERED") > 0;
    config.safe_path |= variables.get("PYTHONSAFEPATH").is_some();
}

/// Paths and names.
fn strings(config: &mut Config, variables: &Variables<'_>) {
    config.home = variables.get("PYTHONHOME");
    config.platlibdir = variables.get("PYTHONPLATLIBDIR");
    if let Some(path) = variables.get("PYTHONPATH") {
        config.path = path.split(|&byte| byte == b':').map(<[u8]>::to_vec).collect();
    }
    config.pycache_prefix = match config.x_option("pycache_prefix") {
        Some(value) => value.filter(|value| !value.is_empty()).map(<[u8]>::to_vec),
        None => variables.get("PYTHONPYCACHEPREFIX"),
    };
    if let Some(value) = variables.get("PYTHONIOENCODING") {
        let (encoding, errors) = match value.iter().position(|&byte| byte == b':') {
            Some(at) => (&value[..at], &value[at + 1..]),
            None => (&value[..], &value[..0]),
        };
        config.stdio_encoding = (!encoding.is_empty()).then(|| encoding.to_vec());
        config.stdio_errors = (!errors.is_empty()).then(|| errors.to_vec());
        // An encoding without a handler means the strict one.
        if config.stdio_encoding.is_some() && config.stdio_errors.is_none() {
            config.stdio_errors = Some(b"strict".to_vec());
        }
    }
}

fn hash_seed(config: &mut Config, variables: &Variables<'_>) -> Result<(), Ending> {
    match variables.get("PYTHONHASHSEED") {
        None => {}
        // -R asks for random hashes whatever the variable says.
        Some(_) if config.random_hashes => {}
        Some(value) if value == b"random" => {}
        Some(value) => match std::str::from_utf8(&value).ok().and_then(|text| text.parse().ok()) {
            Some(seed) => config.hash_seed = HashSeed::Fixed(seed),
            None => {
                return Err(fatal(
                    "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
                ));
            }
        },
    }
    Ok(())
}

/// Options whose values are numbers.
fn numbers(config: &mut Config, variables: &Variables<'_>) -> Result<(), Ending> {
    let digits = |value: Option<&[u8]>| value.and_then(integer).filter(|&limit| limit == 0 || limit >= 640);
    let bad_digits = |source: &str| {
        fatal(&format!(
            "config_init_int_max_str_digits: {source}: invalid limit; must be >= 640 or 0 for unlimited."
        ))
    };
    if let Some(value) = variables.get("PYTHONINTMAXSTRDIGITS") {
        config.int_max_str_digits =
            digits(Some(&value)).ok_or_else(|| bad_digits("PYTHONINTMAXSTRDIGITS"))?;
    }
    if let Some(value) = config.x_option("int_max_str_digits") {
        config.int_max_str_digits = digits(value).ok_or_else(|| bad_digits("-X int_max_str_digits"))?;
    }
    let frames = |value: &[u8], source: &str| {
        integer(value)
            .filter(|&frames| frames >= 0)
            .ok_or_else(|| fatal(&format!("config_init_tracemalloc: {source}: invalid number of frames")))
    };
    if let Some(value) = variables.get("PYTHONTRACEMALLOC") {
        config.tracemalloc = frames(&value, "PYTHONTRACEMALLOC")?;
    }
    match config.x_option("tracemalloc") {
        Some(Some(value)) => config.tracemalloc = frames(value, "-X tracemalloc=NFRAME")?,
        Some(None) => config.tracemalloc = 1,
        None => {}
    }
    let processors = |value: Option<&[u8]>| {
        match value {
        Some(b"default") => Ok(None),
        value => value.and_then(integer).filter(|&count| count > 0).map(Some).ok_or_else(|| {
            fatal(
                "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0",
            )
        }),
    }
    };
    if let Some(value) = variables.get("PYTHON_CPU_COUNT") {
        config.cpu_count = processors(Some(&value))?;
    }
    if let Some(value) = config.x_option("cpu_count") {
        config.cpu_count = processors(value)?;
    }
    Ok(())
}

/// Options that are on or off.
fn switches(config: &mut Config, variables: &Variables<'_>) -> Result<(), Ending> {
    let either = |config: &Config, option: &str, variable: &str| {
        config.x_option(option).is_some() || variables.get(variable).is_some()
    };
    config.fault_handler = either(config, "faulthandler", "PYTHONFAULTHANDLER") || config.dev_mode;
    config.debug_ranges = !either(config, "no_debug_ranges", "PYTHONNODEBUGRANGES");
    config.remote_debug = !either(config, "disable-remote-debug", "PYTHON_DISABLE_REMOTE_DEBUG");
    config.warn_default_encoding = either(config, "warn_default_encoding", "PYTHONWARNDEFAULTENCODING");
    config.import_time = match config.x_option("importtime") {
        Some(None | Some(b"1")) => 1,
        Some(Some(b"2")) => 2,
        Some(Some(_)) => {
            return Err(fatal(
                "config_init_import_time: -X importtime: values other than 1 and 2 are reserved for future use.",
            ));
        }
        None => variables.level("PYTHONPROFILEIMPORTTIME").clamp(0, 2) as u8,
    };
    config.frozen_modules =
        match (config.x_option("frozen_modules"), variables.get("PYTHON_FROZEN_MODULES").as_deref()) {
            (Some(None | Some(b"on" | b"")), _) | (None, Some(b"on")) => Some(true),
            (Some(Some(b"off")), _) | (None, Some(b"off")) => Some(false),
            (None, None) => None,
            (option, _) => {
                let source =
                    if option.is_some() { "option -X frozen_modules" } else { "PYTHON_FROZEN_MODULES" };
                return Err(fatal(&format!("bad value for {source} (expected \"on\" or \"off\")")));
            }
        };
    config.thread_inherit_context =
        zero_or_one(config, variables, "thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT")?;
    config.context_aware_warnings =
        zero_or_one(config, variables, "context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS")?;
    let gil = config.x_option("gil").map(|value| value.unwrap_or_default().to_vec());
    match gil.or_else(|| variables.get("PYTHON_GIL")).as_deref() {
        None | Some(b"1") => Ok(()),
        Some(b"0") => Err(fatal("config_read_gil: Disabling the GIL is not supported by this build")),
        Some(_) => Err(fatal("config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\"")),
    }
}

fn zero_or_one(
    config: &Config,
    variables: &Variables<'_>,
    option: &str,
    variable: &str,
) -> Result<bool, Ending> {
    let bad = |source: String| fatal(&format!("config_init_{option}: {source} is missing or invalid"));
    match (config.x_option(option), variables.get(variable).as_deref()) {
        (Some(Some(b"1")), _) | (None, Some(b"1")) => Ok(true),
        (Some(Some(b"0")), _) | (None, Some(b"0") | None) => Ok(false),
        (Some(_), _) => Err(bad(format!("-X {option}=n: n"))),
        (None, Some(_)) => Err(bad(format!("{variable}=N: N"))),
    }
}

/// Taipan's own options.
fn own(config: &mut Config) -> Result<(), Ending> {
    if let Some(value) = config.x_option("implementation") {
        let name = value.and_then(|name| std::str::from_utf8(name).ok()).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| fatal("-X implementation=NAME: NAME is missing or invalid"))?;
        config.implementation = name.to_owned();
    }
    if let Some(value) = config.x_option("max-memory") {
        let size = value.and_then(size);
        config.max_memory = Some(size.ok_or_else(|| fatal("-X max-memory=N: N is missing or invalid"))?);
    }
    Ok(())
}

/// A number of bytes, with K, M or G after it for powers of 1024.
fn size(text: &[u8]) -> Option<u64> {
    let (digits, factor) = match text.split_last()? {
        (b'K' | b'k', digits) => (digits, 1 << 10),
        (b'M' | b'm', digits) => (digits, 1 << 20),
        (b'G' | b'g', digits) => (digits, 1 << 30),
        _ => (text, 1),
    };
    std::str::from_utf8(digits).ok()?.parse::<u64>().ok()?.checked_mul(factor)
}
