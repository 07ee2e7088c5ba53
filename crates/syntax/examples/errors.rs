//! Parses many sources, for comparison with `compile()`: `errors FILE`, sources in `FILE` separated by null bytes, each
//! begun by a letter for the mode: `x` exec, `e` eval, `s` single, `i` single with incomplete input allowed, `t` exec with
//! type comments, `y` function type, `4` to `9` exec with that feature version; the last three print the tree.

use std::io::Write;

use taipan_syntax::dump::{DumpOptions, dump_ast};
use taipan_syntax::{Mode, ParseOptions, SourceText, SyntaxError, WarningCategory, parse};

fn main() {
    let run = std::thread::Builder::new().stack_size(512 << 20).spawn(run);
    if let Ok(handle) = run {
        let _ = handle.join();
    }
}

fn run() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for record in text.split('\0') {
        let Some(letter) = record.chars().next() else { continue };
        let mode = match letter {
            'e' => Mode::Eval,
            's' | 'i' => Mode::Single,
            'y' => Mode::FuncType,
            _ => Mode::Exec,
        };
        let incomplete = letter == 'i';
        let options = ParseOptions {
            allow_incomplete_input: incomplete,
            dont_imply_dedent: incomplete,
            type_comments: letter == 't',
            feature_version: letter.to_digit(10).map_or(14, |n| n as u8),
            ..ParseOptions::default()
        };
        let result = SourceText::from_text(&record[1..]).and_then(|source| parse(&source, mode, &options));
        let line = match result {
            Ok(parsed) if matches!(letter, 't' | 'y' | '4'..='9') => {
                dump_ast(&parsed.module, DumpOptions { attributes: true, indent: None })
            }
            Ok(parsed) => {
                let warning = |w: &taipan_syntax::SyntaxWarning| {
                    let category = if w.category == WarningCategory::Syntax { "S" } else { "D" };
                    format!("|{category}:{}:{}", w.lineno, w.message)
                };
                format!("OK{}", parsed.warnings.iter().map(warning).collect::<String>())
            }
            Err(error) => describe(&error),
        };
        let _ = writeln!(out, "{}", line.replace('\n', "\\n"));
    }
}

fn describe(error: &SyntaxError) -> String {
    let number = |n: Option<i64>| n.map_or("None".to_owned(), |n| n.to_string());
    let place = match &error.location {
        Some(at) => format!(
            "{}|{}|{}|{}|{}",
            at.lineno,
            at.offset,
            number(at.end_lineno),
            number(at.end_offset),
            at.text.as_deref().unwrap_or("None")
        ),
        None => "None|None|None|None|None".to_owned(),
    };
    format!("{}|{}|{place}", error.kind.name(), error.message)
}
