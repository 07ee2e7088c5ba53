//! `%`-formatting of bytes (PEP 461).

use taipan_object::{Cx, IntRef, R, Value, buffer, int, names, ops};
use taipan_text::percent::{Conversion, Parser, Piece};

use super::shared::{data, wrap};
use crate::bytearray::ByteArray;
use crate::str::percent::{Arguments, Bound, bind, number};

fn textual(_cx: &Cx, value: &Value) -> bool {
    value.as_bytes().is_some() || value.as_str().is_some() || value.cast::<ByteArray>().is_some()
}

/// The slot: `format % args`.
pub fn rem(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if a.as_bytes().is_none() && a.cast::<ByteArray>().is_none() {
        return Ok(Value::not_implemented());
    }
    let format = data(cx, a).to_vec();
    let mut arguments = Arguments::new(cx, b, textual);
    let mut out = Vec::new();
    for piece in Parser::new(|i| format.get(i).map(|b| u32::from(*b))) {
        match piece {
            Piece::Literal(range) => out.extend_from_slice(&format[range]),
            Piece::Conversion(conversion) => one(cx, &mut out, &mut arguments, &conversion, &format)?,
        }
    }
    arguments.finish(cx, "bytes")?;
    Ok(wrap(cx, a, out))
}

fn one(
    cx: &mut Cx,
    out: &mut Vec<u8>,
    arguments: &mut Arguments<'_>,
    conversion: &Conversion,
    format: &[u8],
) -> R<()> {
    let Some(bound) = bind(cx, arguments, conversion, |cx, range| cx.bytes(&format[range]))? else {
        out.push(b'%');
        return Ok(());
    };
    let text = match bound.kind {
        's' | 'b' => bytes_of(cx, &bound.value)?,
        'r' | 'a' => {
            let text = crate::str::ascii(cx, &bound.value)?;
            text.as_str().map(|s| s.raw_bytes().to_vec()).unwrap_or_default()
        }
        'c' => vec![character(cx, &bound.value)?],
        _ => {
            if let Some(text) = number(cx, &bound, "float argument required")? {
                out.extend_from_slice(text.as_bytes());
            }
            return Ok(());
        }
    };
    pad(cx, out, &bound, &text)
}

fn pad(cx: &mut Cx, out: &mut Vec<u8>, bound: &Bound, text: &[u8]) -> R<()> {
    let precision = bound.precision.filter(|_| bound.kind != 'c').unwrap_or(usize::MAX);
    let text = &text[..text.len().min(precision)];
    let blanks = bound.width.saturating_sub(text.len());
    let total = blanks.saturating_add(text.len());
    if total >= 1 << 46 || out.try_reserve(total).is_err() {
        return Err(cx.memory_error());
    }
    if !bound.flags.left {
        out.resize(out.len() + blanks, b' ');
    }
    out.extend_from_slice(text);
    if bound.flags.left {
        out.resize(out.len() + blanks, b' ');
    }
    Ok(())
}

fn bytes_of(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    if let Some(bytes) = value.as_bytes() {
        return Ok(bytes.as_slice().to_vec());
    }
    if value.cast::<ByteArray>().is_some() {
        return Ok(data(cx, value).to_vec());
    }
    if let Some(result) = ops::call_special(cx, value, &names::__bytes__, &[])? {
        return match result.as_bytes() {
            Some(bytes) => Ok(bytes.as_slice().to_vec()),
            None => {
                let message = format!("__bytes__ returned non-bytes (type {})", result.type_name(cx));
                Err(cx.type_error(message))
            }
        };
    }
    if buffer::supports(cx, value) {
        return Ok(buffer::get(cx, value, buffer::BufferRequest::FULL_RO)?.to_vec(cx));
    }
    let message = format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.type_name(cx)
    );
    Err(cx.type_error(message))
}

fn character(cx: &mut Cx, value: &Value) -> R<u8> {
    const WANTED: &str = "%c requires an integer in range(256) or a single byte, not";
    let given = value.type_name(cx).into_owned();
    if value.as_bytes().is_some() || value.cast::<ByteArray>().is_some() {
        return match data(cx, value) {
            [one] => Ok(*one),
            more => {
                let message = format!("{WANTED} a {given} object of length {}", more.len());
                Err(cx.type_error(message))
            }
        };
    }
    if value.as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let given = crate::str::qualified_type(cx, value)?;
        return Err(cx.type_error(format!("{WANTED} {given}")));
    }
    let i = int::index(cx, value)?;
    match i.as_int().and_then(IntRef::to_i64).and_then(|i| u8::try_from(i).ok()) {
        Some(b) => Ok(b),
        None => Err(cx.overflow_error("%c arg not in range(256)")),
    }
}
