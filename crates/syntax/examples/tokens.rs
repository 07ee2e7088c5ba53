//! Prints the tokens of files as `python -m tokenize -e` does: `tokens FILE…`.

use taipan_syntax::SourceText;
use taipan_syntax::dump::dump_tokens;

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        println!("== {path}");
        match SourceText::from_bytes(&bytes) {
            Ok(source) => print!("{}", dump_tokens(&source)),
            Err(error) => println!("{error}"),
        }
    }
}
