//! `cargo xtask syntax`: compares our trees and syntax errors with the reference's, for files and for damaged pieces of them.
//!
//! The reference reads every file of its standard library (or those named), cuts statements out, damages some, and prints
//! what `ast.dump` or the exception says; we do the same with the same sources.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use taipan_syntax::dump::{DumpOptions, dump_ast};
use taipan_syntax::{Mode, ParseOptions, SourceText, SyntaxError, parse};

use crate::arguments::Arguments;
use crate::places;

const USAGE: &str = "usage: cargo xtask syntax [--python PATH] [--damage N] [--seed N] [--show N] [FILE ...]

  --damage N   besides whole files, N damaged statements (default 20000)
  --show N     examples shown for each pair of messages (default 1)";

const ORACLE: &str = include_str!("syntax.py");

/// Between fields and records of what the reference prints; neither is in any source.
const FIELD: char = '\u{1}';
const RECORD: char = '\u{2}';

/// Runs the command.
pub fn run(args: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(args);
    if arguments.switch("--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(python) = places::python(arguments.value("--python").as_deref()) else {
        eprintln!("xtask: no CPython 3.14 (--python PATH)");
        return ExitCode::FAILURE;
    };
    let damage = arguments.number("--damage", 20_000);
    let seed = arguments.number("--seed", 1);
    let show = arguments.number("--show", 1) as usize;
    let Some(files) = arguments.rest() else { return ExitCode::FAILURE };
    let work = move || compare(&python, damage, seed, show, &files);
    // Deep sources need a deep stack.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work);
    thread.ok().and_then(|thread| thread.join().ok()).unwrap_or(ExitCode::FAILURE)
}

fn compare(python: &Path, damage: u64, seed: u64, show: usize, files: &[String]) -> ExitCode {
    let mut command = Command::new(python);
    command.args(["-I", "-W", "ignore", "-c", ORACLE, &damage.to_string(), &seed.to_string()]).args(files);
    // The trees of a standard library are more than `process::run` keeps.
    let output = match command.stderr(Stdio::inherit()).output() {
        Ok(output) => output.stdout,
        Err(error) => {
            eprintln!("xtask: the reference did not run: {error}");
            return ExitCode::FAILURE;
        }
    };
    let output = String::from_utf8_lossy(&output);
    let (mut total, mut wrong) = (0usize, 0usize);
    let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for record in output.split(RECORD) {
        let Some((source, expected)) = record.split_once(FIELD) else { continue };
        total += 1;
        let found = describe(source);
        if found != expected {
            wrong += 1;
            let key = (message(expected), message(&found));
            groups.entry(key).or_default().push(example(source, expected, &found));
        }
    }
    for ((expected, found), examples) in &groups {
        println!("{} times: {expected:?}, ours {found:?}", examples.len());
        examples.iter().take(show).for_each(|example| println!("{example}"));
    }
    println!("{total} sources compared, {wrong} differ");
    if wrong == 0 && total > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn describe(source: &str) -> String {
    let parsed =
        SourceText::from_text(source).and_then(|text| parse(&text, Mode::Exec, &ParseOptions::default()));
    match parsed {
        Ok(parsed) => dump_ast(&parsed.module, DumpOptions { attributes: true, indent: None }),
        Err(error) => describe_error(&error),
    }
}

fn describe_error(error: &SyntaxError) -> String {
    let number = |n: Option<i64>| n.map_or("None".to_owned(), |n| n.to_string());
    let Some(at) = &error.location else { return format!("{}|{}", error.kind.name(), error.message) };
    format!(
        "{}|{}|{}|{}|{}|{}|{}",
        error.kind.name(),
        error.message,
        at.lineno,
        at.offset,
        number(at.end_lineno),
        number(at.end_offset),
        at.text.as_deref().unwrap_or("None")
    )
}

/// What groups differences: the exception and its message, or that there was a tree.
fn message(text: &str) -> String {
    if text.starts_with("Module(") {
        return "a tree".to_owned();
    }
    text.split('|').take(2).collect::<Vec<_>>().join(": ")
}

/// The source, and the two results from a little before where they part.
fn example(source: &str, expected: &str, found: &str) -> String {
    let part = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| text.chars().skip(part.saturating_sub(60)).take(200).collect::<String>();
    let source: String = source.chars().take(300).collect();
    format!("  source   {source:?}\n  expected {}\n  found    {}", cut(expected), cut(found))
}
