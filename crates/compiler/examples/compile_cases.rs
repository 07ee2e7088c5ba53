//! Compiles many small sources, for comparison with the reference.
//!
//! `compile_cases IN OUT`: IN holds cases (kind `s`tr or `b`ytes, mode 0 exec, 1 eval, 2 single, optimize, flags
//! u32, length u32, source); OUT gets for each `C`, length and marshal data, or `E`, length and the error's lines;
//! then the number of warnings and each as length and text.

use std::io::Write;

use taipan_compiler::{CompileError, CompilerFlags, Mode, Options, Warning, compile};
use taipan_syntax::SourceText;

fn main() {
    let mut args = std::env::args().skip(1);
    let input = std::fs::read(args.next().expect("input")).expect("cases");
    let mut out =
        std::io::BufWriter::new(std::fs::File::create(args.next().expect("output")).expect("output"));
    let mut rest = &input[..];
    while rest.len() >= 11 {
        let (head, after) = rest.split_at(11);
        let length = u32::from_le_bytes(head[7..11].try_into().expect("4 bytes")) as usize;
        let (source, after) = after.split_at(length);
        rest = after;
        let mode = [Mode::Exec, Mode::Eval, Mode::Single][usize::from(head[1])];
        let flags = CompilerFlags(u32::from_le_bytes(head[3..7].try_into().expect("4 bytes")));
        let options = Options { optimize: head[2], flags, ..Options::default() };
        let text = match head[0] {
            b's' => SourceText::from_text(&String::from_utf8_lossy(source)),
            _ => SourceText::from_bytes(source),
        };
        let result =
            text.map_err(CompileError::from).and_then(|t| compile(&t, &"<case>".into(), mode, &options));
        let (tag, body, warnings) = match result {
            Ok(c) => {
                let data =
                    taipan_bytecode::marshal::dumps_code(&std::sync::Arc::new(c.code)).expect("marshal");
                (b'C', data, c.warnings)
            }
            Err(e) => (b'E', describe(&e).into_bytes(), e.warnings),
        };
        out.write_all(&[tag]).expect("written");
        block(&mut out, &body);
        out.write_all(&(warnings.len() as u32).to_le_bytes()).expect("written");
        for w in &warnings {
            block(&mut out, warning(w).as_bytes());
        }
        out.flush().expect("written");
    }
}

fn block(out: &mut impl Write, data: &[u8]) {
    out.write_all(&(data.len() as u32).to_le_bytes()).expect("written");
    out.write_all(data).expect("written");
}

fn warning(w: &Warning) -> String {
    format!("{:?}\n{}\n{}", w.kind, w.message, w.span.lineno)
}

fn describe(e: &CompileError) -> String {
    let place = match (&e.parser_location, e.span) {
        (Some(l), _) => {
            let show = |n: Option<i64>| n.map_or("None".to_owned(), |n| n.to_string());
            format!("{}\n{}\n{}\n{}", l.lineno, l.offset, show(l.end_lineno), show(l.end_offset))
        }
        (None, Some(s)) => {
            format!("{}\n{}\n{}\n{}", s.lineno, s.col_offset + 1, s.end_lineno, s.end_col_offset + 1)
        }
        _ => "None\nNone\nNone\nNone".to_owned(),
    };
    format!("{:?}\n{}\n{place}", e.kind, e.message)
}
