//! Prints the trees of files, for comparison with `ast.dump`: `dump_ast [--quiet] FILE…`.
//!
//! Writes `FILE` then the one-line dump with attributes, or the error as `kind|message|line|offset|end line|end offset`.

use std::io::Write;

use taipan_syntax::dump::{DumpOptions, dump_ast};
use taipan_syntax::{Mode, ParseOptions, SourceText, SyntaxError, parse};

fn main() {
    let run = std::thread::Builder::new().stack_size(256 << 20).spawn(run);
    if let Ok(handle) = run {
        let _ = handle.join();
    }
}

fn run() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let quiet = args.first().is_some_and(|a| a == "--quiet");
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut bytes_seen, mut seconds) = (0usize, 0.0);
    if args.first().is_some_and(|a| a == "--list") {
        let list = std::fs::read_to_string(&args[1]).unwrap_or_default();
        args = list.lines().map(str::to_owned).collect();
    }
    for path in args.iter().skip(usize::from(quiet)) {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let began = std::time::Instant::now();
        let result = parse_bytes(&bytes);
        seconds += began.elapsed().as_secs_f64();
        bytes_seen += bytes.len();
        if quiet {
            continue;
        }
        let text = match result {
            Ok(parsed) => dump_ast(&parsed.module, DumpOptions { attributes: true, indent: None }),
            Err(error) => describe(&error),
        };
        let _ = writeln!(out, "{path}\t{}", text.replace('\n', "\\n"));
    }
    if quiet {
        eprintln!("{bytes_seen} bytes in {seconds:.3} s: {:.1} MB/s", bytes_seen as f64 / seconds / 1e6);
    }
}

fn parse_bytes(bytes: &[u8]) -> Result<taipan_syntax::Parsed, SyntaxError> {
    let source = SourceText::from_bytes(bytes)?;
    parse(&source, Mode::Exec, &ParseOptions::default())
}

fn describe(error: &SyntaxError) -> String {
    let place = match &error.location {
        Some(at) => format!(
            "{}|{}|{}|{}",
            at.lineno,
            at.offset,
            at.end_lineno.map_or("None".to_owned(), |n| n.to_string()),
            at.end_offset.map_or("None".to_owned(), |n| n.to_string())
        ),
        None => "None|None|None|None".to_owned(),
    };
    format!("{}|{}|{place}", error.kind.name(), error.message)
}
