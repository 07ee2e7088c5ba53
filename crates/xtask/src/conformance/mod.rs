//! Runs CPython's own tests under the reference and under Taipan, and compares them test by test.
//!
//! A module of tests runs in a process of its own by `conformance/driver.py`, which writes a line for each test. What crashes or
//! hangs is noted, and the rest of the module goes on without it. A test counts as passed if it passes under both; what the
//! reference itself does not pass is left out of the count. `conformance/tables/` holds, for each module, what does not pass
//! yet: a failure that is not there is a regression, a pass that is there makes the command fail too, so that the tables
//! only shrink (`--update` writes them).

mod results;
mod runner;
mod tables;

use crate::arguments::Arguments;
use crate::places;
use results::{Kind, Results};
use runner::{Interpreter, Runner};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

const HELP: &str = "usage: cargo xtask conformance [options] [modules…]

  --taipan BIN    the interpreter (default: the newest that cargo built)
  --python PATH   CPython 3.14 (default: TAIPAN_REFERENCE, or python3.14)
  --tests DIR     its test package (default: where --python has it)
  --stdlib DIR    give Taipan this library instead of the frozen one
  --jobs N        modules at a time (default 2)
  --timeout S     seconds for each module under Taipan (default 180)
  --update        write what does not pass into conformance/tables/
  --fast          the modules that conformance/fast.txt names
  --failures      print each test that does not pass

Modules are named test_dict or test.test_dict; without any, all of them run.";

/// How a module's comparison went.
struct Comparison {
    module: String,
    /// Tests that the reference passes.
    wanted: usize,
    /// Those that Taipan passes too.
    passed: usize,
    /// The others, with the reason.
    missing: Vec<(String, String)>,
    took: Duration,
}

/// What the command was asked for.
pub struct Request {
    /// The interpreter to measure.
    pub taipan: PathBuf,
    /// The reference.
    pub python: PathBuf,
    /// The folder of the package `test`.
    pub tests: PathBuf,
    /// The library for Taipan, if not its own.
    pub stdlib: Option<String>,
    /// Modules at a time.
    pub jobs: usize,
    /// For each module.
    pub limit: Duration,
    /// Whether the tables are written.
    pub update: bool,
    /// Whether each failure is printed.
    pub failures: bool,
    /// What to run; all if empty.
    pub modules: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let python = places::python(arguments.value("--python").as_deref());
    let taipan = places::taipan(arguments.value("--taipan").as_deref());
    let tests = arguments.value("--tests").map(PathBuf::from).or_else(|| default_tests(python.as_ref()?));
    let stdlib = arguments.value("--stdlib");
    let jobs = arguments.number("--jobs", 2) as usize;
    let limit = Duration::from_secs(arguments.number("--timeout", 180));
    let (update, failures) = (arguments.switch("--update"), arguments.switch("--failures"));
    let fast = arguments.switch("--fast");
    let Some(mut modules) = arguments.rest() else { return ExitCode::from(2) };
    if fast {
        modules.extend(fast_modules());
    }
    let (Some(python), Some(taipan), Some(tests)) = (python, taipan, tests) else {
        eprintln!("xtask conformance: no reference, no interpreter, or no tests found (see --help)");
        return ExitCode::from(2);
    };
    let request = Request { taipan, python, tests, stdlib, jobs, limit, update, failures, modules };
    match check(&request) {
        Ok((passed, failed)) => {
            println!("conformance: {passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Err(error) => {
            eprintln!("xtask conformance: {error}");
            ExitCode::from(2)
        }
    }
}

/// Where a reference has its tests.
pub fn default_tests(python: &std::path::Path) -> Option<PathBuf> {
    let library = places::ask(python, "os.path.realpath(os.path.dirname(os.__file__))")?;
    let tests = PathBuf::from(library).join("test");
    tests.join("support").is_dir().then_some(tests)
}

/// The modules that every change runs.
pub fn fast_modules() -> Vec<String> {
    let text = fs::read_to_string(places::root().join("conformance/fast.txt")).unwrap_or_default();
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Compares the modules. How many tests passed, and how many results differ from the tables.
pub fn check(request: &Request) -> io::Result<(usize, usize)> {
    let modules = modules(request)?;
    link_tests(request);
    let runner = Runner::new(&request.tests, &request.python)?;
    let python = Interpreter::reference(&request.python);
    let taipan = Interpreter::taipan(&request.taipan, request.stdlib.as_deref());
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..request.jobs.max(1) {
            scope.spawn(|| {
                while let Some(module) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let began = Instant::now();
                    let comparison = runner.reference(&python, module).and_then(|wanted| {
                        let limit = request.limit;
                        // What the reference cannot load has nothing to compare.
                        let found = if wanted.passing().next().is_some() {
                            runner.run(&taipan, module, limit)?
                        } else {
                            Results::default()
                        };
                        Ok(compare(module, &wanted, &found, began.elapsed()))
                    });
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    match comparison {
                        Ok(comparison) => {
                            print(&comparison, done.len() + 1, modules.len(), request.failures);
                            done.push(comparison);
                        }
                        Err(error) => println!("{module}: {error}"),
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by(|a, b| a.module.cmp(&b.module));
    summarise(&done);
    let mut differences = 0;
    for comparison in &done {
        if request.update {
            tables::write(&comparison.module, comparison.wanted, &comparison.missing)?;
        } else {
            differences += tables::differences(&comparison.module, &comparison.missing)?;
        }
    }
    Ok((done.iter().map(|comparison| comparison.passed).sum(), differences))
}

/// The modules to run, as `test_dict`, sorted.
fn modules(request: &Request) -> io::Result<Vec<String>> {
    if !request.modules.is_empty() {
        let name = |module: &String| module.strip_prefix("test.").unwrap_or(module).to_owned();
        return Ok(request.modules.iter().map(name).collect());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(&request.tests)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let is_module = path.extension().is_some_and(|extension| extension == "py");
        if stem.starts_with("test_") && (is_module || path.join("__init__.py").is_file()) {
            found.push(stem.to_owned());
        }
    }
    found.sort();
    Ok(found)
}

fn compare(module: &str, wanted: &Results, found: &Results, took: Duration) -> Comparison {
    let mut comparison =
        Comparison { module: module.to_owned(), wanted: 0, passed: 0, missing: Vec::new(), took };
    for name in wanted.passing() {
        comparison.wanted += 1;
        match found.get(name) {
            Some((Kind::Pass, _)) => comparison.passed += 1,
            Some((kind, detail)) => {
                comparison.missing.push((name.to_owned(), format!("{}: {detail}", kind.name())));
            }
            None => {
                let reason = found.trouble().unwrap_or("not run");
                comparison.missing.push((name.to_owned(), format!("missing: {reason}")));
            }
        }
    }
    comparison
}

fn print(comparison: &Comparison, number: usize, of: usize, failures: bool) {
    let Comparison { module, wanted, passed, missing, took } = comparison;
    let mut line = format!("[{number}/{of}] {module}: {passed}/{wanted}");
    for kind in ["fail", "error", "skip", "crash", "timeout", "missing"] {
        let count = missing.iter().filter(|(_, reason)| reason.starts_with(kind)).count();
        if count > 0 {
            line += &format!(" {kind} {count}");
        }
    }
    println!("{line} ({:.1} s)", took.as_secs_f64());
    if failures {
        for (name, reason) in missing {
            println!("    {name}: {reason}");
        }
    } else if *passed == 0
        && let Some((_, reason)) = missing.first()
    {
        println!("    {reason}");
    }
}

fn summarise(done: &[Comparison]) {
    let wanted: usize = done.iter().map(|comparison| comparison.wanted).sum();
    let passed: usize = done.iter().map(|comparison| comparison.passed).sum();
    let whole = done.iter().filter(|comparison| comparison.missing.is_empty()).count();
    let share = if wanted == 0 { 100.0 } else { passed as f64 * 100.0 / wanted as f64 };
    println!(
        "{passed} of {wanted} tests pass ({share:.1} %); {whole} of {} modules pass as a whole",
        done.len()
    );
}

/// Puts CPython's tests where the interpreter looks for its library: tests start isolated processes that import them.
fn link_tests(request: &Request) {
    let folder = std::path::PathBuf::from(crate::observed::library_of(&request.taipan));
    let (link, tests) = (folder.join("test"), &request.tests);
    if request.stdlib.is_none() && folder.is_absolute() && !link.exists() && tests.is_dir() {
        // Without it those tests fail, and are shown to.
        let _ = std::fs::create_dir_all(&folder).and_then(|()| std::os::unix::fs::symlink(tests, link));
    }
}
