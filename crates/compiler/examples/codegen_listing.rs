//! Prints the instructions of files as code generation makes them, before the control-flow passes.
//!
//! `codegen_listing OUT_DIR FILE…` writes one listing per file, named after its position.

use taipan_compiler::{CompilerFlags, Mode, Options, compile};
use taipan_syntax::SourceText;

fn main() {
    let mut args = std::env::args().skip(1);
    let out = args.next().expect("output folder");
    let optimize: u8 = args.next().expect("level").parse().expect("level");
    for (i, path) in args.enumerate() {
        let bytes = std::fs::read(&path).expect("source");
        let options = Options { keep_listing: true, optimize, flags: CompilerFlags(0), ..Options::default() };
        let text = match SourceText::from_bytes(&bytes) {
            Ok(source) => match compile(&source, &path.as_str().into(), Mode::Exec, &options) {
                Ok(compiled) => compiled.listing.map(|l| l.to_text()).unwrap_or_default(),
                Err(e) => format!("{e}\n"),
            },
            Err(e) => format!("{e}\n"),
        };
        std::fs::write(format!("{out}/{i}.txt"), text).expect("written");
    }
}
