//! How long the front end takes: `compile_time FILE...` parses and compiles each file five times on one thread, and
//! prints the least time of each stage over all files.

use std::time::{Duration, Instant};

use taipan_bytecode::Name;
use taipan_compiler::{Mode, Options, compile_ast, parse};
use taipan_syntax::SourceText;

fn main() {
    let sources: Vec<(String, SourceText)> = std::env::args()
        .skip(1)
        .filter_map(|path| {
            let bytes = std::fs::read(&path).ok()?;
            let text = SourceText::from_bytes(&bytes).ok()?;
            Some((path, text))
        })
        .collect();
    let options = Options { stack_budget: 4 << 20, ..Options::default() };
    let mut best = [Duration::MAX; 2];
    let mut compiled = 0;
    for _ in 0..5 {
        let mut spent = [Duration::ZERO; 2];
        compiled = 0;
        for (path, text) in &sources {
            let filename = Name::from(path.as_str());
            let start = Instant::now();
            let Ok(parsed) = parse(text, Mode::Exec, &options) else { continue };
            spent[0] += start.elapsed();
            let start = Instant::now();
            compiled += usize::from(compile_ast(parsed.module, &filename, &options).is_ok());
            spent[1] += start.elapsed();
        }
        for (best, spent) in best.iter_mut().zip(spent) {
            *best = spent.min(*best);
        }
    }
    println!("{compiled} files: parse {:?}, compile {:?}", best[0], best[1]);
}
