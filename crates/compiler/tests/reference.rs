//! What code generation makes, refuses and warns of, compared with records of the reference.
//!
//! `listings/NAME.txt` holds the instructions of `NAME.py` before any control-flow pass; `errors.txt` and
//! `warnings.txt` hold sources as interactive sessions show them (`>>> `, `... `), each with its outcome.

use std::fs;
use std::path::{Path, PathBuf};

use taipan_compiler::{CompileError, Compiled, Mode, Options, compile};
use taipan_syntax::SourceText;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn compiled(source: &str, keep_listing: bool) -> Result<Compiled, CompileError> {
    let text = SourceText::from_text(source)?;
    compile(&text, &"f".into(), Mode::Exec, &Options { keep_listing, ..Options::default() })
}

/// Sources and the lines recorded for them.
fn records(file: &str) -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(folder().join(file)).expect("records");
    let mut records = Vec::new();
    for record in text.trim_end().split("\n\n>>> ") {
        let mut source = Vec::new();
        let mut outcome = Vec::new();
        for (i, line) in record.trim_start_matches(">>> ").lines().enumerate() {
            match line.strip_prefix("... ") {
                Some(more) => source.push(more),
                None if i == 0 => source.push(line),
                None if line.is_empty() => {}
                None => outcome.push(line.to_owned()),
            }
        }
        records.push((source.join("\n"), outcome));
    }
    records
}

fn outcome(source: &str) -> String {
    let e = match compiled(source, false) {
        Ok(_) => return "ok".into(),
        Err(e) => e,
    };
    match (&e.parser_location, e.span) {
        (Some(l), _) => {
            let (end_line, end) = (l.end_lineno.unwrap_or(-1), l.end_offset.unwrap_or(-1));
            format!("{}:{}-{end_line}:{end} {}", l.lineno, l.offset, e.message)
        }
        (None, Some(s)) => format!(
            "{}:{}-{}:{} {}",
            s.lineno,
            s.col_offset + 1,
            s.end_lineno,
            s.end_col_offset + 1,
            e.message
        ),
        (None, None) => e.message,
    }
}

#[test]
fn instructions_before_the_passes() {
    let mut seen = 0;
    for entry in fs::read_dir(folder().join("listings")).expect("listings") {
        let path = entry.expect("entry").path();
        if path.extension().is_none_or(|e| e != "py") {
            continue;
        }
        let source = fs::read_to_string(&path).expect("source");
        let expected = fs::read_to_string(path.with_extension("txt")).expect("listing");
        let listing = compiled(&source, true).expect("compiles").listing.expect("kept").to_text();
        for (i, (ours, theirs)) in listing.lines().zip(expected.lines()).enumerate() {
            assert_eq!(ours, theirs, "{}, line {}", path.display(), i + 1);
        }
        assert_eq!(listing.lines().count(), expected.lines().count(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn errors() {
    let differing: Vec<_> = records("errors.txt")
        .into_iter()
        .map(|(source, expected)| (outcome(&source), expected.join("\n"), source))
        .filter(|(ours, theirs, _)| ours != theirs)
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn warnings() {
    for (source, expected) in records("warnings.txt") {
        let warnings = compiled(&source, false).expect("compiles").warnings;
        let ours: Vec<_> = warnings.iter().map(|w| format!("{} {}", w.span.lineno, w.message)).collect();
        assert_eq!(ours, expected, "{source}");
    }
}

/// Depth costs an exception, never the stack.
#[test]
fn deep_sources() {
    let deep = 30_000;
    for source in [
        format!("a{}", ".b".repeat(deep)),
        format!("a{}", "()".repeat(deep)),
        format!("a{}", "[0]".repeat(deep)),
        format!("a{}", "*a".repeat(deep * 10)),
        format!("x: a{}", ".b".repeat(deep)),
        format!("from __future__ import annotations\nx: a{}", ".b".repeat(deep)),
    ] {
        let error = compiled(&source, false).expect_err("too deep");
        assert_eq!(error.message, "maximum recursion depth exceeded during compilation");
    }
    let flat = format!("if a: pass{}", "\nelif a: pass".repeat(2000));
    assert!(compiled(&flat, false).is_ok());
    let sum = format!("a{}", " + a".repeat(5000));
    assert!(compiled(&sum, false).is_ok());
}
