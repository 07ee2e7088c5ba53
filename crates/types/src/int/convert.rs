//! `int(x)`, `int(text, base)` and decimal text.

use taipan_object::{Args, Cx, IntRef, R, Raised, Value, buffer, int, ops};
use taipan_text::number;

/// The decimal digits of a small integer, written to the end of `buffer`.
pub fn small_decimal(i: i64, buffer: &mut [u8; 24]) -> &[u8] {
    let mut at = buffer.len();
    let mut rest = i.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

/// Decimal text; ValueError past the digit limit.
pub fn to_decimal(cx: &mut Cx, i: IntRef<'_>) -> R<String> {
    let big = match i {
        IntRef::Small(i) => return Ok(i.to_string()),
        IntRef::Big(b) => b,
    };
    let limit = cx.interp().int_max_str_digits;
    let bits = super::arithmetic::bit_length(i) as usize;
    // Below the limit by size alone; near it the digits are counted.
    if limit > 0 && bits > limit * 10 / 3 {
        let sure = number::int::decimal_digits_bound(bits) > limit + 1;
        if sure {
            return Err(too_long(cx, limit));
        }
    }
    let text = number::int::to_string(big, 10);
    if limit > 0 && text.len() - usize::from(text.starts_with('-')) > limit {
        return Err(too_long(cx, limit));
    }
    Ok(text)
}

#[cold]
fn too_long(cx: &mut Cx, limit: usize) -> Raised {
    cx.value_error(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// The arguments of `int()`: value and base.
pub fn new_arguments<'a>(cx: &mut Cx, args: Args<'a>) -> R<(Option<&'a Value>, Option<&'a Value>)> {
    let pos = args.pos();
    if pos.len() > 2 {
        return Err(cx.type_error(format!("int expected at most 2 arguments, got {}", args.values().len())));
    }
    let mut base = pos.get(1);
    for (name, value) in args.keywords() {
        if !name.eq_str("base") {
            let name = name.to_string_lossy();
            let hint = taipan_text::suggest::hint(&name, ["base"].into_iter());
            let message = format!("int() got an unexpected keyword argument '{name}'{hint}");
            return Err(cx.type_error(message));
        }
        if base.is_some() {
            return Err(cx.type_error("argument for int() given by name ('base') and position (2)"));
        }
        base = Some(value);
    }
    Ok((pos.first(), base))
}

pub fn construct(cx: &mut Cx, x: Option<&Value>, base: Option<&Value>) -> R {
    let (x, base) = match (x, base) {
        (None, None) => return Ok(cx.int(0)),
        (None, Some(_)) => return Err(cx.type_error("int() missing string argument")),
        (Some(x), None) => return from_object(cx, x),
        (Some(x), Some(base)) => (x, base),
    };
    let base = int::index_clamped(cx, base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(cx.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    match text_bytes(cx, x)? {
        Some(text) => int_from_str(cx, &text, base as u32, x),
        None => Err(cx.type_error("int() can't convert non-string with explicit base")),
    }
}

/// The ASCII form of `str`, `bytes` or `bytearray` text; `None` for other values.
fn text_bytes(cx: &mut Cx, x: &Value) -> R<Option<Vec<u8>>> {
    if let Some(s) = x.as_str() {
        return Ok(Some(number::to_ascii(s.chars())));
    }
    if let Some(b) = x.as_bytes() {
        return Ok(Some(b.as_slice().to_vec()));
    }
    if x.cast::<crate::bytearray::ByteArray>().is_some() {
        return Ok(Some(buffer::bytes_like(cx, x)?.to_vec(cx)));
    }
    Ok(None)
}

/// `int(x)` of one argument.
fn from_object(cx: &mut Cx, x: &Value) -> R {
    if let Some(slot) = x.ty(cx).slots().int {
        let result = slot(cx, x)?;
        return exact_result(cx, result, "__int__");
    }
    if x.ty(cx).slots().index.is_some() {
        return int::index(cx, x);
    }
    if let Some(text) = text_bytes(cx, x)? {
        return int_from_str(cx, &text, 10, x);
    }
    if buffer::supports(cx, x) {
        let text = buffer::bytes_like(cx, x)?.to_vec(cx);
        return int_from_str(cx, &text, 10, x);
    }
    let message = format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        x.type_name(cx)
    );
    Err(cx.type_error(message))
}

fn exact_result(cx: &mut Cx, result: Value, name: &str) -> R {
    if result.word().is_int() || result.is_instance_exact(&int::INT) {
        return Ok(result);
    }
    if result.as_int().is_none() {
        let message = format!("{name} returned non-int (type {})", result.type_name(cx));
        return Err(cx.type_error(message));
    }
    let message = format!(
        "{name} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python.",
        result.type_name(cx)
    );
    let warn = cx.interp().runtime.warn;
    warn(cx, &taipan_object::exc::DEPRECATION_WARNING, &message, 1)?;
    super::arithmetic::exact(cx, &result)
}

/// An int from text; `source` is shown in the error.
pub fn int_from_str(cx: &mut Cx, text: &[u8], base: u32, source: &Value) -> R {
    let trimmed = number::trim(text);
    let Some(scanned) = number::int::scan(trimmed, base) else {
        let shown = ops::repr(cx, source)?.to_string_lossy().into_owned();
        return Err(cx.value_error(format!("invalid literal for int() with base {base}: {shown}")));
    };
    let limit = cx.interp().int_max_str_digits;
    if limit > 0 && scanned.is_limited() && scanned.digits.len() > limit {
        let n = scanned.digits.len();
        return Err(cx.value_error(format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {n} digits; use sys.set_int_max_str_digits() to increase the limit"
        )));
    }
    Ok(match scanned.small() {
        Some(i) => cx.int(i),
        None => {
            let value = scanned.value();
            cx.int_from_big(value)
        }
    })
}

/// An int from a double, its fraction cut off.
pub fn from_f64(cx: &mut Cx, f: f64) -> R {
    if f.is_nan() {
        return Err(cx.value_error("cannot convert float NaN to integer"));
    }
    if f.is_infinite() {
        return Err(cx.overflow_error("cannot convert float infinity to integer"));
    }
    if f.abs() < 9e18 {
        return Ok(cx.int(f as i64));
    }
    let big = number::scale::truncate(f);
    Ok(cx.int_from_big(big))
}
