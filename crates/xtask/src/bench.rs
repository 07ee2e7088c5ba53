//! Times the programs of `benchmarks/` under Taipan and other Pythons, in turns, and prints ratios.
//!
//! Each round runs every interpreter once, so that a change in the machine's load touches all of them alike. A figure is the
//! median of the rounds, with half the distance between the quartiles as its spread. Every run must print the same.

use crate::arguments::Arguments;
use crate::{places, process};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{fs, io};

const HELP: &str = "usage: cargo xtask bench [--taipan BIN] [--python PATH]… [--runs N] [names…]

Times benchmarks/*.py (or those whose names are given) under Taipan and each --python (default: TAIPAN_REFERENCE, or python3.14).
A ratio below 1 means that Taipan is faster.

       cargo xtask bench front-end [--python PATH] [--runs N]

Lines per second of the lexer, the parser and the compiler over the standard library, beside CPython's (and ruff's parser
in a build with --features ruff).";

/// One interpreter's times for a program.
struct Times(Vec<f64>);

impl Times {
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let position = share * (sorted.len().saturating_sub(1)) as f64;
        let (low, high) = (position.floor() as usize, position.ceil() as usize);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        at(low) + (at(high) - at(low)) * position.fract()
    }

    fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    fn spread(&self) -> f64 {
        (self.quantile(0.75) - self.quantile(0.25)) / 2.0
    }
}

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    if let Some((first, rest)) = arguments.split_first()
        && first == "front-end"
    {
        return crate::front_end::run(rest);
    }
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let taipan = places::taipan(arguments.value("--taipan").as_deref());
    let mut pythons: Vec<PathBuf> = arguments.values("--python").iter().map(PathBuf::from).collect();
    let runs = arguments.number("--runs", 5).max(1) as usize;
    let Some(names) = arguments.rest() else { return ExitCode::from(2) };
    if pythons.is_empty() {
        pythons.extend(places::python(None));
    }
    let Some(taipan) = taipan else {
        eprintln!("xtask bench: no interpreter found (see --help)");
        return ExitCode::from(2);
    };
    let mut interpreters = vec![taipan];
    interpreters.extend(pythons);
    match measure_all(&interpreters, &names, runs) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask bench: {error}");
            ExitCode::from(2)
        }
    }
}

/// Measures every program and prints the table; how many programs failed.
fn measure_all(interpreters: &[PathBuf], names: &[String], runs: usize) -> io::Result<usize> {
    let mut programs: Vec<PathBuf> = fs::read_dir(places::root().join("benchmarks"))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .filter(|path| {
            names.is_empty() || names.iter().any(|name| path.file_stem().is_some_and(|s| s == &**name))
        })
        .collect();
    programs.sort();
    print!("{:<16}", "program");
    for (number, interpreter) in interpreters.iter().enumerate() {
        let name = interpreter.file_name().unwrap_or_default().to_string_lossy();
        print!("{:>22}", if number == 0 { format!("{name} (s)") } else { format!("ratio to {name}") });
    }
    println!();
    let mut logarithms = vec![Vec::new(); interpreters.len()];
    let mut failed = 0;
    for program in &programs {
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match measure(interpreters, program, runs) {
            Ok(times) => {
                let own = times.first().map_or(f64::NAN, Times::median);
                print!("{name:<16}");
                for (number, time) in times.iter().enumerate() {
                    let (value, spread) = if number == 0 {
                        (own, time.spread())
                    } else {
                        logarithms[number].push((own / time.median()).ln());
                        (own / time.median(), own / time.median() * time.spread() / time.median())
                    };
                    print!("{:>22}", format!("{value:.3} ± {spread:.3}"));
                }
                println!();
            }
            Err(trouble) => {
                failed += 1;
                println!("{name:<16} {trouble}");
            }
        }
    }
    print!("{:<16}{:>22}", "geometric mean", "");
    for list in logarithms.iter().skip(1) {
        let mean =
            if list.is_empty() { f64::NAN } else { (list.iter().sum::<f64>() / list.len() as f64).exp() };
        print!("{mean:>22.3}");
    }
    println!();
    Ok(failed)
}

fn measure(interpreters: &[PathBuf], program: &Path, runs: usize) -> Result<Vec<Times>, String> {
    let mut times: Vec<Times> = interpreters.iter().map(|_| Times(Vec::new())).collect();
    let mut printed: Option<Vec<u8>> = None;
    for _ in 0..runs {
        for (interpreter, times) in interpreters.iter().zip(&mut times) {
            let mut command = Command::new(interpreter);
            command.arg(program).env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1");
            let outcome = process::run(&mut command, b"", Duration::from_secs(300))
                .map_err(|error| error.to_string())?;
            let name = interpreter.display();
            if outcome.timed_out {
                return Err(format!("{name}: no end after 300 s"));
            }
            if outcome.status != 0 {
                let text = String::from_utf8_lossy(&outcome.error);
                let last = text.lines().last().unwrap_or_default();
                return Err(format!("{name}: status {}: {last:.120}", outcome.status));
            }
            if printed.as_ref().is_some_and(|printed| *printed != outcome.output) {
                return Err(format!("{name} prints something else"));
            }
            printed = Some(outcome.output);
            times.0.push(outcome.took.as_secs_f64());
        }
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn medians_and_spreads() {
        let times = Times(vec![5.0, 1.0, 2.0, 4.0, 3.0]);
        assert!((times.median() - 3.0).abs() < 1e-9 && (times.spread() - 1.0).abs() < 1e-9);
        assert!((Times(vec![1.0, 2.0]).median() - 1.5).abs() < 1e-9);
    }
}
