//! Unparses expressions, for comparison with annotations kept as strings: `unparse FILE`, one expression a line.

use taipan_syntax::ast::Mod;
use taipan_syntax::unparse::unparse_expr;
use taipan_syntax::{Mode, ParseOptions, SourceText, parse};

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(path).unwrap_or_default();
    for line in text.lines() {
        let parsed =
            SourceText::from_text(line).and_then(|s| parse(&s, Mode::Eval, &ParseOptions::default()));
        match parsed.map(|p| p.module) {
            Ok(Mod::Expression(e)) => {
                let text = unparse_expr(&e.body).map_or("too deep".to_owned(), |t| t.to_string_lossy());
                println!("{}", text.replace('\n', "\\n"));
            }
            _ => println!("?"),
        }
    }
}
