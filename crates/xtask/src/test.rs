//! `cargo xtask test`: every check of the README, and the sum of their tests on the last line.

use crate::arguments::Arguments;
use crate::{conformance, explain, places, programs, snippets};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

const HELP: &str = "usage: cargo xtask test [--taipan BIN] [--python PATH] [--tests DIR]

Runs the unit tests of the workspace, the recorded programs, a part of the bytecode comparison, and the fast part of CPython's
own tests. What needs the reference is skipped where it is not installed, and says so.";

/// How many tests passed and failed.
#[derive(Clone, Copy, Default)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    fn add(&mut self, passed: usize, failed: usize) {
        self.passed += passed;
        self.failed += failed;
    }
}

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let asked = arguments.value("--taipan");
    let python = places::python(arguments.value("--python").as_deref());
    let tests = arguments.value("--tests").map(Into::into);
    if arguments.rest().is_none() {
        return ExitCode::from(2);
    }
    let mut count = Count::default();
    unit_tests(&mut count);
    if asked.is_none() {
        build(&mut count);
    }
    let taipan = asked.map(Into::into).unwrap_or_else(|| places::target().join("release/taipan"));
    recorded_programs(&taipan, &mut count);
    explained(&taipan, &mut count);
    short_programs(&taipan, &mut count);
    match &python {
        Some(python) => {
            bytecode(python, &mut count);
            let tests = tests.or_else(|| conformance::default_tests(python));
            own_tests(&taipan, python, tests.as_deref(), &mut count);
        }
        None => {
            println!("bytecode, conformance: skipped, because there is no CPython 3.14 (TAIPAN_REFERENCE)")
        }
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    ExitCode::from(u8::from(count.failed > 0))
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// `cargo test` for the workspace, its output passed on, its counts added.
fn unit_tests(count: &mut Count) {
    println!("unit tests:");
    let output = cargo()
        .args(["test", "--workspace", "--no-fail-fast"])
        .current_dir(places::root())
        .stderr(Stdio::inherit())
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            println!("cargo test: {error}");
            return count.add(0, 1);
        }
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut found = Count::default();
    let mut quiet = Vec::new();
    for line in text.lines() {
        if let Some(result) = line.strip_prefix("test result:") {
            let (passed, failed) = counts(result);
            found.add(passed, failed);
        } else if !line.ends_with("... ok") && !line.starts_with("running ") && !line.is_empty() {
            quiet.push(line);
        }
    }
    if !output.status.success() {
        println!("{}", quiet.join("\n"));
        // A test that did not even build has no result line.
        found.failed = found.failed.max(1);
    }
    println!("unit tests: {} passed, {} failed", found.passed, found.failed);
    count.add(found.passed, found.failed);
}

/// The numbers of a line like ` ok. 12 passed; 0 failed; …`.
fn counts(line: &str) -> (usize, usize) {
    let number = |word: &str| {
        let before = line.split(word).next().unwrap_or_default().trim_end();
        before.rsplit([' ', ';']).next().and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    (number(" passed"), number(" failed"))
}

fn build(count: &mut Count) {
    let status = cargo().args(["build", "--release", "--bin", "taipan"]).current_dir(places::root()).status();
    if !status.is_ok_and(|status| status.success()) {
        println!("cargo build --release: failed");
        count.add(0, 1);
    }
}

fn recorded_programs(taipan: &Path, count: &mut Count) {
    match programs::check(taipan, &[], programs::Mode::Compare, 2, Duration::from_secs(60)) {
        Ok((passed, failed)) => {
            println!("programs: {passed} passed, {failed} failed");
            count.add(passed, failed);
        }
        Err(error) => {
            println!("programs: {error}");
            count.add(0, 1);
        }
    }
}

fn explained(taipan: &Path, count: &mut Count) {
    match explain::check(taipan, None, &[]) {
        Ok((passed, failed)) => {
            println!("explain: {passed} passed, {failed} failed");
            count.add(passed, failed);
        }
        Err(error) => {
            println!("explain: {error}");
            count.add(0, 1);
        }
    }
}

fn short_programs(taipan: &Path, count: &mut Count) {
    match snippets::check(taipan, &[], false, 2, Duration::from_secs(60)) {
        Ok((passed, failed)) => {
            println!("snippets: {passed} passed, {failed} failed");
            count.add(passed, failed);
        }
        Err(error) => {
            println!("snippets: {error}");
            count.add(0, 1);
        }
    }
}

/// A few modules of the library through the bytecode comparison, in a process of its own.
fn bytecode(python: &Path, count: &mut Count) {
    let Ok(own) = std::env::current_exe() else { return };
    let library = places::ask(python, "os.path.realpath(os.path.dirname(os.__file__))").unwrap_or_default();
    let mut passed = 0;
    let mut failed = 0;
    for module in ["os.py", "dataclasses.py", "asyncio/tasks.py", "typing.py", "json/decoder.py"] {
        let file = Path::new(&library).join(module);
        let status = Command::new(&own)
            .arg("bytecode")
            .arg("--python")
            .arg(python)
            .arg(&file)
            .stdout(Stdio::null())
            .status();
        if status.is_ok_and(|status| status.success()) {
            passed += 1;
        } else {
            failed += 1;
            println!("bytecode: {module} differs (cargo xtask bytecode {})", file.display());
        }
    }
    println!("bytecode: {passed} passed, {failed} failed");
    count.add(passed, failed);
}

/// The fast part of CPython's own tests.
fn own_tests(taipan: &Path, python: &Path, tests: Option<&Path>, count: &mut Count) {
    let modules = conformance::fast_modules();
    let Some(tests) = tests.filter(|tests| tests.is_dir()) else {
        return println!(
            "conformance: skipped, because the reference has no test suite beside it (--tests DIR)"
        );
    };
    if modules.is_empty() {
        return println!("conformance: skipped, because conformance/fast.txt names no module yet");
    }
    let request = conformance::Request {
        taipan: taipan.to_owned(),
        python: python.to_owned(),
        tests: tests.to_owned(),
        stdlib: None,
        jobs: 2,
        limit: Duration::from_secs(120),
        update: false,
        failures: false,
        modules,
    };
    match conformance::check(&request) {
        Ok((passed, failed)) => {
            println!("conformance: {passed} passed, {failed} failed");
            count.add(passed, failed);
        }
        Err(error) => {
            println!("conformance: {error}");
            count.add(0, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn result_lines_have_numbers() {
        assert_eq!(counts(" ok. 12 passed; 3 failed; 0 ignored; 0 measured"), (12, 3));
        assert_eq!(counts(""), (0, 0));
    }
}
