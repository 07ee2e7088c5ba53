//! Expressions are written back as CPython 3.14 stores annotations under `from __future__ import annotations`.
//! `fixtures/unparse.txt` was recorded from it: an expression, then, indented, its text.

use taipan_syntax::ast::Mod;
use taipan_syntax::unparse::unparse_expr;
use taipan_syntax::{Mode, ParseOptions, SourceText, parse};

#[test]
fn recorded_expressions() {
    let lines: Vec<&str> = include_str!("fixtures/unparse.txt").lines().collect();
    for pair in lines.chunks_exact(2) {
        let source = SourceText::from_text(pair[0]).expect("text");
        let parsed = parse(&source, Mode::Eval, &ParseOptions::default()).expect(pair[0]);
        let Mod::Expression(expression) = parsed.module else { panic!("no expression") };
        let text = unparse_expr(&expression.body).expect("not too deep").to_string_lossy();
        assert_eq!(text, pair[1].strip_prefix("  ").unwrap_or(pair[1]), "{}", pair[0]);
    }
}
