//! Wrong code gets CPython's exception, message and place. `fixtures/errors.txt` was recorded from CPython 3.14: a source
//! (with `\n`, `\t`, `\f` and `\\` escaped), then, indented, `type|message|line|column|end line|end column` or `OK`.

use taipan_syntax::{Mode, ParseOptions, SourceText, SyntaxError, parse};

fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('f')) => out.push('\x0c'),
            ('\\', Some(other)) => out.push(other),
            _ => out.push(c),
        }
    }
    out
}

fn describe(error: &SyntaxError) -> String {
    let number = |n: Option<i64>| n.map_or("None".to_owned(), |n| n.to_string());
    let place = error.location.as_ref().map_or("None|None|None|None".to_owned(), |at| {
        format!("{}|{}|{}|{}", at.lineno, at.offset, number(at.end_lineno), number(at.end_offset))
    });
    format!("{}|{}|{place}", error.kind.name(), error.message)
}

#[test]
fn messages_and_places() {
    let fixtures = include_str!("fixtures/errors.txt");
    let lines: Vec<&str> = fixtures.lines().collect();
    let mut wrong = Vec::new();
    for pair in lines.chunks_exact(2) {
        let source = unescape(pair[0]);
        let result = SourceText::from_text(&source)
            .and_then(|text| parse(&text, Mode::Exec, &ParseOptions::default()));
        let found = result.map_or_else(|error| describe(&error), |_| "OK".to_owned());
        if found != pair[1].trim_start() {
            wrong.push(format!("{}\n  expected {}\n  found    {found}", pair[0], pair[1].trim_start()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
