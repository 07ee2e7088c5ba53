//! `cargo xtask bytecode`: compares what our compiler makes of the standard library with what the reference makes.
//!
//! The reference compiles each file once; its marshal data is kept in a cache folder by path, size and time. Every file is
//! then read back (which checks marshal, the tables and the verifier on real data), compiled by us, and compared
//! attribute by attribute. Differences are grouped by their first kind, so that the commonest mistake is at the top.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use taipan_bytecode::{CodeObject, Constant, marshal};

mod checks;
mod compare;
mod compiler;
mod mutate;
mod oracle;

use compare::Difference;
use oracle::Reference;

const USAGE: &str = "usage: cargo xtask bytecode [options] [FILE or part of a path ...]

  --python PATH     the reference interpreter (default: $TAIPAN_REFERENCE, else python3.14)
  --cache DIR       where its output is kept (default: bytecode-reference in cargo's target folder)
  --limit N         only the first N files
  --threads N       default 2
  --show N          examples shown for each group of differences (default 1)
  --groups N        groups shown (default 20)
  --failures FILE   write the paths of files that differ
  --optimize N      0 (default), 1 or 2, as -O and -OO
  --mutate N        compare N damaged pieces of the files instead, mostly errors and their positions
  --seed N          for --mutate
  --check           only read, verify and write back the reference's own code objects
  --all             with FILE: every code object that differs, not only the first
  --dis FILE        print the listing of a .pyc or of the marshal data of a code object";

struct Options {
    python: String,
    cache: PathBuf,
    limit: usize,
    threads: usize,
    show: usize,
    groups: usize,
    failures: Option<PathBuf>,
    check: bool,
    optimize: u8,
    mutate: Option<usize>,
    seed: u64,
    all: bool,
    dis: Option<PathBuf>,
    patterns: Vec<String>,
}

fn options(args: &[String]) -> Result<Options, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let mut o = Options {
        python: std::env::var("TAIPAN_REFERENCE").unwrap_or_else(|_| "python3.14".to_owned()),
        cache: target.join("bytecode-reference"),
        limit: usize::MAX,
        threads: 2,
        show: 1,
        groups: 20,
        failures: None,
        check: false,
        optimize: 0,
        mutate: None,
        seed: 1,
        all: false,
        dis: None,
        patterns: Vec::new(),
    };
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| format!("{arg} wants a value"));
        let number = |text: String| text.parse::<usize>().map_err(|_| format!("{text}: not a number"));
        match arg.as_str() {
            "--python" => o.python = value()?,
            "--cache" => o.cache = value()?.into(),
            "--limit" => o.limit = number(value()?)?,
            "--threads" => o.threads = number(value()?)?.max(1),
            "--show" => o.show = number(value()?)?,
            "--groups" => o.groups = number(value()?)?,
            "--failures" => o.failures = Some(value()?.into()),
            "--optimize" => o.optimize = number(value()?)?.min(2) as u8,
            "--mutate" => o.mutate = Some(number(value()?)?),
            "--seed" => o.seed = number(value()?)? as u64,
            "--check" => o.check = true,
            "--all" => o.all = true,
            "--dis" => o.dis = Some(value()?.into()),
            "--help" | "-h" => return Err(USAGE.to_owned()),
            flag if flag.starts_with('-') => return Err(format!("no option {flag}\n\n{USAGE}")),
            pattern => o.patterns.push(pattern.to_owned()),
        }
    }
    Ok(o)
}

/// Runs the command with the arguments after `bytecode`. Fails if anything differs.
pub fn run(args: &[String]) -> ExitCode {
    let result = options(args).and_then(|o| match &o.dis {
        Some(file) => list(file).map(|()| true),
        None => compare_all(&o),
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn list(file: &Path) -> Result<(), String> {
    let data = std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let magic = taipan_bytecode::MAGIC_NUMBER.to_le_bytes();
    let body = match data.strip_prefix(&magic) {
        Some(_) => data.get(16..).unwrap_or_default(),
        None => data.strip_prefix(b"C").unwrap_or(&data),
    };
    let code = marshal::loads_code(body).map_err(|e| e.to_string())?;
    print!("{}", taipan_bytecode::dis::disassemble(&code));
    Ok(())
}

/// What came of one file.
enum Outcome {
    Equal,
    Differs(Vec<Difference>),
    /// We refused what the reference compiles, or the other way round, or with another message.
    Error(String),
    Panic(String),
    /// Our own checks of the reference's code failed.
    Check(String),
}

#[derive(Default)]
struct Totals {
    files: usize,
    equal: usize,
    differ: usize,
    errors: usize,
    panics: usize,
    checks: usize,
    codes: usize,
    codes_equal: usize,
    compile_time: Duration,
    groups: BTreeMap<String, Group>,
    failures: Vec<PathBuf>,
}

#[derive(Default)]
struct Group {
    count: usize,
    files: HashSet<PathBuf>,
    examples: Vec<String>,
}

impl Totals {
    fn add(&mut self, kind: String, file: &Path, show: usize, example: impl FnOnce() -> String) {
        let group = self.groups.entry(kind).or_default();
        group.count += 1;
        group.files.insert(file.to_owned());
        if group.examples.len() < show {
            group.examples.push(example());
        }
    }

    fn record(&mut self, file: &Path, outcome: Outcome, codes: usize, o: &Options) {
        self.files += 1;
        self.codes += codes;
        if !matches!(outcome, Outcome::Equal) {
            self.failures.push(file.to_owned());
        }
        let place = file.display();
        match outcome {
            Outcome::Equal => {
                self.equal += 1;
                self.codes_equal += codes;
            }
            Outcome::Differs(list) => {
                self.differ += 1;
                self.codes_equal += codes.saturating_sub(list.len());
                let keep = if o.all { list.len() } else { usize::MAX };
                for difference in list.into_iter().take(keep) {
                    let example = || format!("{place}: {}\n{}", difference.path, difference.detail);
                    self.add(difference.kind.clone(), file, if o.all { usize::MAX } else { o.show }, example);
                }
            }
            Outcome::Error(message) => {
                self.errors += 1;
                // Positions differ from file to file.
                let first = message.lines().next().unwrap_or_default();
                let kind = format!("error: {}", first.split(" at ").next().unwrap_or_default());
                self.add(kind, file, o.show, || format!("{place}: {message}"));
            }
            Outcome::Panic(message) => {
                self.panics += 1;
                let kind = format!("panic: {}", message.lines().next().unwrap_or_default());
                self.add(kind, file, o.show, || format!("{place}: {message}"));
            }
            Outcome::Check(message) => {
                self.checks += 1;
                let kind = format!("check: {}", message.split(" [").next().unwrap_or_default());
                self.add(kind, file, o.show, || format!("{place}: {message}"));
            }
        }
    }

    fn print(&self, o: &Options, elapsed: Duration) {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(_, g)| std::cmp::Reverse((g.files.len(), g.count)));
        for (kind, group) in groups.iter().take(o.groups).rev() {
            println!("=== {} in {} files: {kind}", group.count, group.files.len());
            group.examples.iter().for_each(|e| println!("{e}\n"));
        }
        if !groups.is_empty() {
            println!("Groups (occurrences, files, kind):");
        }
        for (kind, group) in groups.iter().take(o.groups) {
            println!("  {:>6} {:>5}  {kind}", group.count, group.files.len());
        }
        if groups.len() > o.groups {
            println!("  ... and {} groups more (--groups)", groups.len() - o.groups);
        }
        println!(
            "{} files: {} equal, {} differ, {} errors, {} panics, {} failed checks; {} of {} code objects equal; \
             compiling took {:.2}s, all {:.1}s",
            self.files,
            self.equal,
            self.differ,
            self.errors,
            self.panics,
            self.checks,
            self.codes_equal,
            self.codes,
            self.compile_time.as_secs_f64(),
            elapsed.as_secs_f64()
        );
    }
}

fn compare_all(o: &Options) -> Result<bool, String> {
    let begun = Instant::now();
    let mut files = oracle::files(&o.python, &o.patterns)?;
    files.truncate(o.limit);
    if files.is_empty() {
        return Err("no file matches".to_owned());
    }
    if let Some(count) = o.mutate {
        files = mutate::mutants(&files, count, o.seed, &o.cache)?;
    }
    let references = oracle::references(&o.python, &o.cache, &files, o.optimize, o.threads)?;
    let totals = Mutex::new(Totals::default());
    let next = AtomicUsize::new(0);
    let former = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| compiler::note_panic(&info.to_string())));
    std::thread::scope(|scope| {
        for _ in 0..o.threads {
            // Deep nesting in test files needs more native stack than a thread's default.
            let worker = std::thread::Builder::new().stack_size(256 << 20);
            let _ = worker.spawn_scoped(scope, || {
                while let Some(reference) = references.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (outcome, codes, time) = one_file(reference, o);
                    if let Ok(mut totals) = totals.lock() {
                        totals.compile_time += time;
                        totals.record(&reference.source, outcome, codes, o);
                    }
                }
            });
        }
    });
    std::panic::set_hook(former);
    let mut totals = totals.into_inner().map_err(|_| "a worker panicked".to_owned())?;
    totals.failures.sort();
    totals.print(o, begun.elapsed());
    if let Some(path) = &o.failures {
        let text: String = totals.failures.iter().map(|f| format!("{}\n", f.display())).collect();
        std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(totals.failures.is_empty())
}

fn count(code: &CodeObject) -> usize {
    1 + code
        .consts
        .iter()
        .map(|c| if let Constant::Code(inner) = c { count(inner) } else { 0 })
        .sum::<usize>()
}

fn one_file(reference: &Reference, o: &Options) -> (Outcome, usize, Duration) {
    let expected = match reference.load() {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(error)) => Err(error),
        Err(message) => return (Outcome::Check(message), 0, Duration::ZERO),
    };
    let codes = expected.as_ref().map_or(0, count);
    if let Ok(code) = &expected {
        let checked = catch_unwind(AssertUnwindSafe(|| checks::check(code)));
        match checked {
            Ok(Ok(())) => {}
            Ok(Err(message)) => return (Outcome::Check(message), codes, Duration::ZERO),
            Err(_) => return (Outcome::Panic(compiler::last_panic()), codes, Duration::ZERO),
        }
    }
    if o.check {
        return (Outcome::Equal, codes, Duration::ZERO);
    }
    let source = match std::fs::read(&reference.source) {
        Ok(source) => source,
        Err(error) => return (Outcome::Error(error.to_string()), codes, Duration::ZERO),
    };
    let begun = Instant::now();
    let made = catch_unwind(AssertUnwindSafe(|| {
        compiler::compile(&o.python, &source, &reference.source, o.optimize)
    }));
    let time = begun.elapsed();
    let outcome = match (made, expected) {
        (Err(_), _) => Outcome::Panic(compiler::last_panic()),
        (Ok(Ok(ours)), Ok(expected)) => {
            let differences = compare::compare(&ours, &expected);
            if differences.is_empty() { Outcome::Equal } else { Outcome::Differs(differences) }
        }
        (Ok(Err(ours)), Err(expected)) if ours.headline != expected.headline() => Outcome::Error(format!(
            "other message: {}\n  ours:   {}\n  theirs: {expected}",
            expected.headline(),
            ours.headline
        )),
        (Ok(Err(ours)), Err(expected)) if ours.position != expected.position.join(":") => {
            Outcome::Error(format!(
                "other position: {}\n  ours:   {}\n  theirs: {expected}",
                expected.headline(),
                ours.position
            ))
        }
        (Ok(Err(_)), Err(_)) => Outcome::Equal,
        (Ok(Err(ours)), Ok(_)) => Outcome::Error(format!("{} at {}", ours.headline, ours.position)),
        (Ok(Ok(_)), Err(expected)) => Outcome::Error(format!("accepted what should be {expected}")),
    };
    (outcome, codes, time)
}
