//! The command: from its arguments to its exit status.

use std::sync::Arc;

use taipan_event::{Recorder, What};
use taipan_host::HostHandle;
use taipan_host::signals::Disposition;
use taipan_object::Cx;
use taipan_vm::display::{self, Ending};
use taipan_vm::runtime::program::{self, Program};
use taipan_vm::runtime::{Settings, files, finish, paths, repl, start};

use crate::options::{self, CheckHashPycs, Config};
use crate::{dump, explain, library, locale, memory};

/// Native stack of the main thread, and what of it Python code may use.
const MAIN_STACK: usize = 512 << 20;
const USABLE_STACK: usize = MAIN_STACK - (16 << 20);
/// The status after a panic: what a shell shows for an abort.
const PANICKED: i32 = 134;

const SIGINT: i32 = 2;
/// What a shell shows for a process that SIGINT ended.
const INTERRUPTED_STATUS: i32 = 130;
/// The status where standard output could not be flushed.
const FLUSH_FAILED: i32 = 120;

/// Runs the command and ends the process.
pub fn main() -> ! {
    let host = taipan_host::system();
    let arguments = host.arguments();
    let (major, minor, micro) = taipan_vm::sys::VERSION;
    let version = format!("{major}.{minor}.{micro}");
    let long_version = format!("{version} (Taipan {})", env!("CARGO_PKG_VERSION"));
    let variable = |name: &str| host.variable(name.as_bytes());
    let locale = locale::user_locale(&host);
    let is_c = locale::is_c(&locale);
    let config = match options::parse(&arguments, &variable, is_c, &version, &long_version) {
        Ok(config) => config,
        Err(ending) => {
            print!("{}", ending.output);
            eprint!("{}", ending.error);
            std::process::exit(ending.status);
        }
    };
    // What the program reaches goes through its permissions; the command's own end does not.
    let running = match config.policy() {
        Some(policy) => std::sync::Arc::new(taipan_host::SystemHost::new(Box::new(policy))),
        None => host.clone(),
    };
    // The process's first thread is the one that gets its signals, so it must be Python's main thread; its stack is not.
    let locale = locale::coerce(&host, locale, config.coerce_locale, config.warn_about_locale);
    let run = || stacker::grow(MAIN_STACK, || run(&config, &running, &locale));
    let ending = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    // A panic: its message was printed where it happened.
    let ending = ending.unwrap_or(Ending::Status(PANICKED));
    match ending {
        Ending::Status(status) => std::process::exit(status),
        Ending::Interrupted => {
            if host.set_disposition(SIGINT, Disposition::Default).is_ok() {
                let _ = host.kill(host.getpid(), SIGINT);
            }
            std::process::exit(INTERRUPTED_STATUS)
        }
    }
}

/// The program as the virtual machine knows it.
fn program_of(config: &Config) -> Program {
    match &config.program {
        options::Program::Command(text) => Program::Command(text.clone()),
        options::Program::Module(name) => Program::Module(name.clone()),
        options::Program::File(path) => Program::File(path.clone()),
        options::Program::Input => Program::Input,
    }
}

fn settings(config: &Config, host: &HostHandle, locale: &[u8]) -> Settings {
    let mut s = Settings::new(host.clone());
    s.locale = locale.to_vec();
    if !config.utf8_mode {
        s.locale_encoding = String::from_utf8_lossy(&host.encoding()).into_owned();
    }
    s.argv = config.arguments.clone();
    if s.argv.is_empty() {
        s.argv.push(Vec::new());
    }
    s.orig_argv = config.original_arguments.clone();
    s.executable = host.executable().unwrap_or_default();
    s.warn_options = config.warning_options.clone();
    s.x_options = config.x_options.clone();
    s.debug = config.debug;
    s.inspect = config.inspect;
    s.interactive = config.interactive;
    s.optimize = config.optimize;
    s.dont_write_bytecode = config.dont_write_bytecode;
    s.no_user_site = config.no_user_site;
    s.no_site = config.no_site;
    s.ignore_environment = config.ignore_environment;
    s.verbose = config.verbose;
    s.bytes_warning = config.bytes_warning;
    s.quiet = config.quiet;
    s.isolated = config.isolated;
    s.dev_mode = config.dev_mode;
    s.utf8_mode = config.utf8_mode;
    s.warn_default_encoding = config.warn_default_encoding;
    s.safe_path = config.safe_path;
    s.int_max_str_digits = config.int_max_str_digits;
    s.thread_inherit_context = config.thread_inherit_context;
    s.context_aware_warnings = config.context_aware_warnings;
    s.unbuffered = config.unbuffered;
    s.hash_randomization = config.hash_randomization();
    s.check_hash_pycs = match config.check_hash_pycs {
        CheckHashPycs::Default => "default",
        CheckHashPycs::Always => "always",
        CheckHashPycs::Never => "never",
    };
    s.debug_ranges = config.debug_ranges;
    s.install_signal_handlers = true;
    s.import_time = config.import_time;
    s.show_leaks = config.x_option("show-leaks").is_some();
    s.cpu_count = config.cpu_count;
    s.pycache_prefix = config.pycache_prefix.clone();
    s.home = config.home.clone();
    s.path = config.path.clone();
    s.platlibdir = config.platlibdir.clone();
    s.stdio_encoding = config.stdio_encoding.clone();
    s.stdio_errors = config.stdio_errors.clone();
    s.stdlib = config.stdlib.clone();
    if s.stdlib.is_none()
        && let Some(home) = &config.home
    {
        let home = home.split(|b| *b == b':').next().unwrap_or_default();
        s.stdlib = Some(paths::join(home, b"lib/python3.14"));
    }
    s.implementation = config.implementation.clone();
    library::with_library(s)
}

/// Runs the program on this thread, to its end.
fn run(config: &Config, host: &HostHandle, locale: &[u8]) -> Ending {
    set_hash_secret(config);
    let program = program_of(config);
    if !config.dump.is_empty() {
        return Ending::Status(print_stages(config, host, &program));
    }
    let settings = settings(config, host, locale);
    let (major, minor, micro) = taipan_vm::sys::VERSION;
    match explain::Explained::of(config, &settings, &format!("{major}.{minor}.{micro}")) {
        Some(explained) => explained.run(settings, |settings| run_program(config, settings, &program)),
        None => run_program(config, settings, &program),
    }
}

/// A stage of the run, which a recorder is told of.
fn stage<T>(recorder: &Option<Arc<dyn Recorder>>, name: &'static str, run: impl FnOnce() -> T) -> T {
    let note = |what| {
        if let Some(recorder) = recorder {
            recorder.record(taipan_event::thread(), what);
        }
    };
    note(What::StageBegins(name));
    let result = run();
    note(What::StageEnds(name));
    result
}

/// Starts the interpreter, runs the program and ends the interpreter.
fn run_program(config: &Config, settings: Settings, program: &Program) -> Ending {
    let host = &settings.host.clone();
    let recorder = settings.recorder.clone();
    let (mut interpreter, started) = stage(&recorder, "start", || start::start(settings, USABLE_STACK));
    if let Some(limit) = config.max_memory {
        let flag = std::sync::Arc::clone(&interpreter.cx().interp().breaker);
        memory::limit(usize::try_from(limit).unwrap_or(usize::MAX), flag);
    }
    let ending = match started {
        Ok(()) => stage(&recorder, "run", || run_main(interpreter.cx(), config, host, program)),
        Err(failed) => {
            let cx = interpreter.cx();
            if failed.stage == "init_import_site" {
                display::write_error(
                    cx,
                    "Fatal Python error: init_import_site: Failed to import the site module\n",
                );
            } else {
                display::write_error(
                    cx,
                    &format!("Fatal Python error: {}: initialization failed\n", failed.stage),
                );
            }
            display::write_error(cx, "Python runtime state: initialized\n");
            let text = display::text(cx, &failed.exception);
            display::write_error(cx, &text);
            Ending::Status(1)
        }
    };
    let flushed = stage(&recorder, "shutdown", || finish::finish(interpreter));
    match ending {
        Ending::Status(_) if !flushed => Ending::Status(FLUSH_FAILED),
        ending => ending,
    }
}

/// `--dump`: the program's stages instead of the program; gives the exit status.
fn print_stages(config: &Config, host: &HostHandle, program: &Program) -> i32 {
    let source = match program {
        Program::Command(text) => Ok((text.clone(), "<string>".to_owned())),
        Program::File(path) => {
            let name = String::from_utf8_lossy(path).into_owned();
            files::read_all(host, path).map(|source| (source, name)).map_err(|e| e.to_string())
        }
        Program::Module(name) => {
            let name = String::from_utf8_lossy(name).into_owned();
            match taipan_lib::find(&name) {
                Some(module) => Ok((module.source(), module.path.to_owned())),
                None => Err(format!("no frozen module named {name}")),
            }
        }
        Program::Input => files::read_descriptor(host, 0)
            .map(|source| (source, "<stdin>".to_owned()))
            .map_err(|e| e.to_string()),
    };
    let optimize = config.optimize.clamp(0, 2) as u8;
    match source.and_then(|(source, name)| dump::dump(&config.dump, &source, &name, optimize)) {
        Ok(text) => {
            files::write_all(host, 1, text.as_bytes());
            0
        }
        Err(error) => {
            files::write_all(host, 2, format!("{error}\n").as_bytes());
            1
        }
    }
}

/// `PYTHONHASHSEED`.
fn set_hash_secret(config: &Config) {
    let seed = match config.hash_seed {
        options::HashSeed::Random => None,
        options::HashSeed::Fixed(seed) => Some(seed),
    };
    taipan_object::hash::set_secret(seed);
}

/// Runs the program and, with `-i`, a prompt after it.
fn run_main(cx: &mut Cx, config: &Config, host: &HostHandle, program: &Program) -> Ending {
    let interactive = host.isatty(0) || config.interactive > 0;
    if matches!(program, Program::Input) && interactive {
        let result = program::prepare_input(cx).and_then(|()| repl::run(cx));
        return result.unwrap_or_else(|raised| {
            let exception = cx.take_raised(raised);
            display::uncaught(cx, &exception)
        });
    }
    let result = program::run(cx, program, config.skip_first_line);
    // The program may have asked for a prompt itself.
    let asked = || host.variable(b"PYTHONINSPECT").is_some_and(|v| !v.is_empty());
    let inspect = config.inspect > 0 || (!config.ignore_environment && asked());
    let ending = match result {
        Ok(()) => Ending::Status(0),
        Err(raised) => {
            let exception = cx.take_raised(raised);
            if !inspect {
                return display::uncaught(cx, &exception);
            }
            display::print(cx, &exception);
            Ending::Status(1)
        }
    };
    if !inspect || !interactive {
        return ending;
    }
    repl::go_on(cx).unwrap_or_else(|raised| {
        let exception = cx.take_raised(raised);
        display::uncaught(cx, &exception)
    })
}
