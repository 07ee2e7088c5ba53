//! Runs the programs of `tests/programs` and compares what they print with what was recorded from the reference.
//!
//! Beside `NAME.py` lie `NAME.out` (standard output) and, where they are not empty and 0, `NAME.err` (standard error) and
//! `NAME.status`; `NAME.in` is its standard input. The program's folder is written `{dir}` in what is recorded,
//! the folder in which it runs `{work}`, the standard library's `{lib}`, and addresses of objects `0x…`, so that it is the
//! same everywhere.

use crate::arguments::Arguments;
use crate::observed::{self, Observed, Scratch, library_of};
use crate::places;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io, thread};

const HELP: &str = "usage: cargo xtask programs [--taipan BIN] [--python PATH] [--record] [--update] [--jobs N] [--timeout S] [names…]

Runs tests/programs/*.py (or those whose names are given) and compares output, errors and exit status with what is recorded.
tests/programs/pending.txt names the programs that do not pass yet; one of these that passes counts as failed too, so that
the list only shrinks. --record runs the reference instead and records; --update writes the list anew.";

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let record = arguments.switch("--record");
    let update = arguments.switch("--update");
    let jobs = arguments.number("--jobs", 2) as usize;
    let limit = Duration::from_secs(arguments.number("--timeout", 60));
    let (taipan, python) = (arguments.value("--taipan"), arguments.value("--python"));
    let Some(names) = arguments.rest() else { return ExitCode::from(2) };
    let interpreter =
        if record { places::python(python.as_deref()) } else { places::taipan(taipan.as_deref()) };
    let Some(interpreter) = interpreter else {
        eprintln!("xtask programs: no interpreter found (see --help)");
        return ExitCode::from(2);
    };
    let mode = if record {
        Mode::Record
    } else if update {
        Mode::Update
    } else {
        Mode::Compare
    };
    match check(&interpreter, &names, mode, jobs, limit) {
        Ok((passed, failed)) => {
            println!("programs: {passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Err(error) => {
            eprintln!("xtask programs: {error}");
            ExitCode::from(2)
        }
    }
}

/// What to do with what the programs print.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Compare,
    Record,
    /// Compare, and write the list of those that do not pass.
    Update,
}

fn pending_file() -> PathBuf {
    places::root().join("tests/programs/pending.txt")
}

/// The programs that do not pass yet.
fn pending() -> Vec<String> {
    let text = fs::read_to_string(pending_file()).unwrap_or_default();
    text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(str::to_owned).collect()
}

/// Runs the programs; how many passed and failed. A program that is known not to pass counts as neither.
pub fn check(
    interpreter: &Path,
    names: &[String],
    mode: Mode,
    jobs: usize,
    limit: Duration,
) -> io::Result<(usize, usize)> {
    let folder = places::root().join("tests/programs");
    let mut programs: Vec<PathBuf> = fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .filter(|path| {
            names.is_empty() || names.iter().any(|name| path.file_stem().is_some_and(|s| s == &**name))
        })
        .collect();
    programs.sort();
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let print = Mutex::new(());
    let known = if mode == Mode::Compare { pending() } else { Vec::new() };
    let not_passing = Mutex::new(Vec::new());
    let library = library_of(interpreter);
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = observe(interpreter, &library, program, limit).and_then(|observed| {
                        if mode == Mode::Record {
                            write(program, &observed).map(|()| None)
                        } else {
                            compare(program, &observed)
                        }
                    });
                    let trouble = result.unwrap_or_else(|error| Some(error.to_string()));
                    let stem = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    let trouble = match (trouble, known.contains(&stem)) {
                        (Some(_), true) => {
                            not_passing.lock().unwrap_or_else(PoisonError::into_inner).push(stem);
                            continue;
                        }
                        (None, true) => {
                            Some("passes now: take it out of tests/programs/pending.txt".to_owned())
                        }
                        (trouble, false) => trouble,
                    };
                    if let Some(trouble) = trouble {
                        not_passing.lock().unwrap_or_else(PoisonError::into_inner).push(stem);
                        failed.fetch_add(1, Ordering::Relaxed);
                        let _one_at_a_time = print.lock().unwrap_or_else(PoisonError::into_inner);
                        let name = program.file_stem().unwrap_or_default().to_string_lossy();
                        println!("{name}: FAILED\n{trouble}");
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    let mut not_passing = not_passing.into_inner().unwrap_or_else(PoisonError::into_inner);
    if mode == Mode::Update {
        not_passing.sort();
        let head = "# Programs that do not pass yet, written by `cargo xtask programs --update`. The list only shrinks.\n";
        fs::write(pending_file(), format!("{head}{}\n", not_passing.join("\n")))?;
    } else if !known.is_empty() {
        println!("programs: {} known not to pass (tests/programs/pending.txt)", known.len());
    }
    Ok((programs.len() - not_passing.len().max(failed), failed))
}

fn observe(interpreter: &Path, library: &str, program: &Path, limit: Duration) -> io::Result<Observed> {
    let stem = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let scratch = Scratch::new(&stem)?;
    let input = fs::read(program.with_extension("in")).unwrap_or_default();
    let folder = program.parent().unwrap_or(program).to_string_lossy().into_owned();
    let arguments = [program.as_os_str().to_owned()];
    let names = [(folder.as_str(), "{dir}"), (library, "{lib}")];
    observed::observe(interpreter, &arguments, &scratch, &input, &names, limit)
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(program: &Path, observed: &Observed) -> io::Result<()> {
    fs::write(program.with_extension("out"), &observed.output)?;
    for (extension, text) in [
        ("err", observed.error.clone()),
        ("status", observed.status.to_string().replacen('0', "", usize::from(observed.status == 0))),
    ] {
        let path = program.with_extension(extension);
        if !text.is_empty() {
            fs::write(path, text)?;
        } else if path.exists() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What differs, if something does.
fn compare(program: &Path, observed: &Observed) -> io::Result<Option<String>> {
    let Some(output) = read(&program.with_extension("out"))? else {
        return Ok(Some("nothing is recorded: run `cargo xtask programs --record`".to_owned()));
    };
    let status = read(&program.with_extension("status"))?;
    let recorded = Observed {
        output,
        error: read(&program.with_extension("err"))?.unwrap_or_default(),
        status: status.and_then(|text| text.trim().parse().ok()).unwrap_or(0),
    };
    Ok(observed.trouble(&recorded))
}
