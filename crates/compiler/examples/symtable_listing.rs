//! Prints the symbol tables of files: depth, name, kind, line, nested, parameters, and names with their flags.

use taipan_compiler::{Mode, Options, symtable};
use taipan_syntax::SourceText;

fn main() {
    for path in std::env::args().skip(1) {
        println!("# {path}");
        let bytes = std::fs::read(&path).expect("source");
        let result = SourceText::from_bytes(&bytes)
            .map_err(taipan_compiler::CompileError::from)
            .and_then(|s| symtable(&s, Mode::Exec, &Options::default()));
        let table = match result {
            Ok((table, _)) => table,
            Err(e) => {
                println!("error {e}");
                continue;
            }
        };
        let mut work = vec![(table.top(), 0)];
        while let Some((block, depth)) = work.pop() {
            print!(
                "{depth} {} {} {} {}",
                block.name, block.kind as u32, block.span.lineno, block.nested as u8
            );
            for name in &block.varnames {
                print!(" {name}");
            }
            print!(" |");
            for (name, flags) in block.symbols.iter() {
                print!(" {name}={flags}");
            }
            println!();
            work.extend(block.children.iter().rev().map(|&c| (table.block(c), depth + 1)));
        }
    }
}
