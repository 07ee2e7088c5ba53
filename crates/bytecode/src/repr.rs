//! Python's `repr` of constants, for listings.

use crate::code::{CodeObject, Constant};
use std::fmt::Write;

use taipan_text::Wtf8Buf;

/// `repr` of a constant. Code objects have no address here: it is shown as 0x0.
pub fn constant(value: &Constant) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

/// `repr` of a code object.
pub fn code(code: &CodeObject) -> String {
    format!("<code object {} at 0x0, file \"{}\", line {}>", code.name, code.filename, code.firstlineno)
}

/// Deeper constants than any compiler makes are cut.
const MAX_DEPTH: usize = 200;

fn write(out: &mut String, value: &Constant, depth: usize) {
    if depth > MAX_DEPTH {
        return out.push_str("...");
    }
    match value {
        Constant::None => out.push_str("None"),
        Constant::True => out.push_str("True"),
        Constant::False => out.push_str("False"),
        Constant::Ellipsis => out.push_str("Ellipsis"),
        Constant::Int(n) => out.push_str(&n.to_string()),
        Constant::Float(x) => out.push_str(&taipan_text::number::format::repr(*x)),
        Constant::Complex(re, im) => out.push_str(&taipan_text::number::complex::repr(*re, *im)),
        Constant::Str(text) => str(out, text),
        Constant::Bytes(bytes) => self::bytes(out, bytes),
        Constant::Tuple(items) => {
            out.push('(');
            list(out, items, depth);
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Constant::FrozenSet(items) if items.is_empty() => out.push_str("frozenset()"),
        Constant::FrozenSet(items) => {
            out.push_str("frozenset({");
            list(out, items, depth);
            out.push_str("})");
        }
        Constant::Slice(parts) => {
            out.push_str("slice(");
            list(out, &parts[..], depth);
            out.push(')');
        }
        Constant::Code(object) => out.push_str(&code(object)),
    }
}

fn list(out: &mut String, items: &[Constant], depth: usize) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, item, depth + 1);
    }
}

/// Chooses the quote as Python does: double only if there are single ones and no double ones.
fn quote(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

fn str(out: &mut String, text: &Wtf8Buf) {
    let has = |q: char| text.as_bytes().contains(&(q as u8));
    let quote = quote(has('\''), has('"'));
    out.push(quote);
    for point in text.code_points() {
        match char::from_u32(point) {
            Some(c) if c == quote || c == '\\' => out.extend(['\\', c]),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) if taipan_text::unicode::is_printable(point) => out.push(c),
            _ => {
                let _ = match point {
                    0..0x100 => write!(out, "\\x{point:02x}"),
                    0x100..0x10000 => write!(out, "\\u{point:04x}"),
                    _ => write!(out, "\\U{point:08x}"),
                };
            }
        }
    }
    out.push(quote);
}

fn bytes(out: &mut String, bytes: &[u8]) {
    let quote = quote(bytes.contains(&b'\''), bytes.contains(&b'"'));
    out.push('b');
    out.push(quote);
    for &byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            _ if char::from(byte) == quote => out.extend(['\\', quote]),
            0x20..0x7F => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}
