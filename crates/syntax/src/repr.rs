//! `repr()` of constants, as the dump and the unparser print them.

use taipan_text::{Wtf8Buf, number, unicode};

use crate::ast::Constant;

/// The `repr()` of a constant.
pub fn constant(value: &Constant) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::BigInt(value) => value.to_string(),
        Constant::Float(value) => number::format::repr(*value),
        Constant::Complex(parts) => number::complex::repr(parts.0, parts.1),
        Constant::Str(text) => str_repr(text),
        Constant::Bytes(bytes) => bytes_repr(bytes),
        Constant::Tuple(items) => {
            let inner: Vec<_> = items.iter().map(constant).collect();
            if inner.len() == 1 { format!("({},)", inner[0]) } else { format!("({})", inner.join(", ")) }
        }
        Constant::FrozenSet(items) => {
            let inner: Vec<_> = items.iter().map(constant).collect();
            if inner.is_empty() {
                "frozenset()".to_owned()
            } else {
                format!("frozenset({{{}}})", inner.join(", "))
            }
        }
    }
}

/// The `repr()` of a `str`.
pub fn str_repr(text: &Wtf8Buf) -> String {
    let bytes = text.as_bytes();
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push(quote);
    for point in text.code_points() {
        let c = char::from_u32(point);
        match (point, c) {
            (0x09, _) => out.push_str("\\t"),
            (0x0a, _) => out.push_str("\\n"),
            (0x0d, _) => out.push_str("\\r"),
            (_, Some(c)) if c == quote || c == '\\' => {
                out.push('\\');
                out.push(c);
            }
            (_, Some(c)) if (' '..='~').contains(&c) => out.push(c),
            (0..=0x7f, _) => out.push_str(&format!("\\x{point:02x}")),
            (_, Some(c)) if unicode::is_printable(point) => out.push(c),
            (0..=0xff, _) => out.push_str(&format!("\\x{point:02x}")),
            (0..=0xffff, _) => out.push_str(&format!("\\u{point:04x}")),
            _ => out.push_str(&format!("\\U{point:08x}")),
        }
    }
    out.push(quote);
    out
}

/// The `repr()` of a `bytes`.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = String::with_capacity(bytes.len() + 3);
    out.push('b');
    out.push(char::from(quote));
    for &byte in bytes {
        match byte {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte == quote || byte == b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(char::from(quote));
    out
}
