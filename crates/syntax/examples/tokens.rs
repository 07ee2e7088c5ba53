//! Prints the tokens of files as `python -m tokenize -e` does: `tokens FILE…`, or `tokens --records FILE` for sources in
//! one file, separated by null bytes.

use taipan_syntax::SourceText;
use taipan_syntax::dump::dump_tokens;

fn show(source: Result<SourceText, taipan_syntax::SyntaxError>) {
    match source {
        Ok(source) => print!("{}", dump_tokens(&source)),
        Err(error) => println!("{error}"),
    }
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, path] = paths.as_slice()
        && flag == "--records"
    {
        for record in std::fs::read_to_string(path).unwrap_or_default().split('\0') {
            println!("==");
            show(SourceText::from_text(record));
        }
        return;
    }
    for path in paths {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        println!("== {path}");
        show(SourceText::from_bytes(&bytes));
    }
}
