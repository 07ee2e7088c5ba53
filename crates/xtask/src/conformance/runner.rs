//! Runs a module of tests in processes of its own, until each of its tests has a result.

use super::results::{Kind, Results};
use crate::{places, process};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io};

/// How often a module is begun again after a crash or a time-out.
const MOST_RESTARTS: usize = 25;

/// An interpreter and how it is called.
pub struct Interpreter {
    path: PathBuf,
    options: Vec<String>,
}

impl Interpreter {
    /// The reference.
    pub fn reference(path: &Path) -> Interpreter {
        Interpreter { path: path.to_owned(), options: Vec::new() }
    }

    /// Taipan: it says that it is CPython, because tests skip what they take for CPython's own.
    pub fn taipan(path: &Path, stdlib: Option<&str>) -> Interpreter {
        let mut options = vec!["-X".to_owned(), "implementation=cpython".to_owned()];
        if let Some(stdlib) = stdlib {
            options.extend(["--stdlib".to_owned(), stdlib.to_owned()]);
        }
        Interpreter { path: path.to_owned(), options }
    }
}

/// What all modules share: the folders.
pub struct Runner {
    /// A folder that holds the package `test` and nothing else.
    shadow: PathBuf,
    scratch: PathBuf,
    cache: PathBuf,
    driver: PathBuf,
    number: AtomicUsize,
}

impl Runner {
    pub fn new(tests: &Path, python: &Path) -> io::Result<Runner> {
        let scratch = std::env::temp_dir().join(format!("taipan-conformance-{}", std::process::id()));
        let shadow = scratch.join("tests");
        fs::create_dir_all(&shadow)?;
        let tests = fs::canonicalize(tests)?;
        if !shadow.join("test").exists() {
            std::os::unix::fs::symlink(&tests, shadow.join("test"))?;
        }
        let version = places::ask(python, "sys.version").unwrap_or_default();
        let version: String =
            version.chars().take_while(|c| *c != ' ').filter(|c| c.is_alphanumeric() || *c == '.').collect();
        let cache = places::target().join("conformance").join(version);
        fs::create_dir_all(&cache)?;
        let driver = places::root().join("conformance/driver.py");
        Ok(Runner { shadow, scratch, cache, driver, number: AtomicUsize::new(0) })
    }

    /// The reference's results for a module, from an earlier run if there was one with the same driver.
    pub fn reference(&self, python: &Interpreter, module: &str) -> io::Result<Results> {
        let cached = self.cache.join(format!("{module}.tsv"));
        let age = |path: &Path| path.metadata().and_then(|data| data.modified());
        if let (Ok(cached_at), Ok(driver_at)) = (age(&cached), age(&self.driver))
            && cached_at > driver_at
        {
            let mut results = Results::default();
            results.read(&fs::read_to_string(&cached)?);
            return Ok(results);
        }
        let results = self.run(python, module, Duration::from_secs(600))?;
        fs::write(&cached, results.write())?;
        Ok(results)
    }

    /// Runs a module. After a crash or a time-out it is begun again without the tests that have a result.
    pub fn run(&self, interpreter: &Interpreter, module: &str, limit: Duration) -> io::Result<Results> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let folder = self.scratch.join(format!("{module}-{number}"));
        let mut results = Results::default();
        let began = Instant::now();
        for attempt in 0..=MOST_RESTARTS {
            let work = folder.join(format!("work{attempt}"));
            fs::create_dir_all(&work)?;
            let (lines, skip) = (folder.join(format!("results{attempt}")), folder.join("skip"));
            fs::write(&skip, results.names().map(|name| format!("{name}\n")).collect::<String>())?;
            let left = limit.saturating_sub(began.elapsed()).max(Duration::from_secs(10));
            let outcome =
                process::run(&mut self.command(interpreter, module, &work, &lines, &skip), b"", left)?;
            let before = results.len();
            results.read(&String::from_utf8_lossy(&fs::read(&lines).unwrap_or_default()));
            let _ = fs::remove_dir_all(&work);
            if results.is_done() && !outcome.timed_out {
                break;
            }
            let last = String::from_utf8_lossy(&outcome.error);
            let last = last.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let (kind, detail) = if outcome.timed_out {
                (Kind::Timeout, format!("{} s", left.as_secs()))
            } else {
                (Kind::Crash, format!("status {}: {last:.160}", outcome.status))
            };
            let had_open = results.end_open(kind, &detail.replace('\t', " "));
            let over = began.elapsed() > limit || attempt == MOST_RESTARTS;
            if over || (!had_open && results.len() == before) {
                results.set_trouble(format!("{} {detail}", kind.name()));
                break;
            }
        }
        let _ = fs::remove_dir_all(&folder);
        Ok(results)
    }

    fn command(
        &self,
        interpreter: &Interpreter,
        module: &str,
        work: &Path,
        lines: &Path,
        skip: &Path,
    ) -> Command {
        let mut command = Command::new(&interpreter.path);
        command
            .args(&interpreter.options)
            .arg(&self.driver)
            .arg(lines)
            .arg(format!("test.{module}"))
            .arg(skip);
        command.current_dir(work).env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", work)
            .env("TMPDIR", work)
            .env("LANG", "C.UTF-8")
            .env("PYTHONPATH", &self.shadow)
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.scratch);
    }
}
