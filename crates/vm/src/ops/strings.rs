//! f-strings and t-strings.

use taipan_object::{Cx, Obj, Str, StrData, Value, names, ops};

use super::{Regs, Step, attempt};
use crate::slot;

pub unsafe fn convert_value(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the value lies on the stack.
    unsafe {
        let value = r.lend(1);
        let text = match arg {
            1 => attempt!(r, ops::str_value(cx, &value)),
            2 => attempt!(r, ops::repr_value(cx, &value)),
            _ => attempt!(r, crate::ascii(cx, &value)),
        };
        r.drop_top(cx, 1);
        r.push_value(text);
    }
    Step::Next(r)
}

pub unsafe fn format_simple(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the value lies on the stack.
    unsafe {
        if slot::is_exact(r.peek(1), &taipan_object::str::STR) {
            return Step::Next(r);
        }
        r.save();
        let value = r.lend(1);
        let text = if let Some(i) = value.word().as_int() {
            decimal(cx, i)
        } else {
            let spec = cx.empty_str();
            attempt!(r, ops::format(cx, &value, &spec))
        };
        r.drop_top(cx, 1);
        r.push_value(text);
    }
    Step::Next(r)
}

pub unsafe fn format_with_spec(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: value and specification lie on the stack.
    unsafe {
        let (value, spec) = (r.lend(2), r.lend(1));
        let quick = spec.cast_exact::<Str>().and_then(|spec| quick_format(cx, &value, spec));
        let text = match quick {
            Some(text) => text,
            None => attempt!(r, ops::format(cx, &value, &spec)),
        };
        r.drop_top(cx, 2);
        r.push_value(text);
    }
    Step::Next(r)
}

pub unsafe fn build_string(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the strings lie on the stack.
    unsafe {
        let n = arg as usize;
        let joined = if n <= FEW {
            let mut few = [None; FEW];
            for (i, place) in few.iter_mut().enumerate().take(n) {
                *place = Some(slot::obj::<Str>(r.peek(n - i)));
            }
            // Every part is an exact string, as the formatting instructions before this one give.
            let few: [&Obj<Str>; FEW] = few.map(|s| s.unwrap_or_else(|| names::__init__.get()));
            concat(cx, &few[..n])
        } else {
            let many: Vec<&Obj<Str>> = (1..=n).rev().map(|i| slot::obj::<Str>(r.peek(i))).collect();
            concat(cx, &many)
        };
        r.drop_top(cx, n);
        r.push_value(joined);
    }
    Step::Next(r)
}

/// Most strings that are joined without a list of them.
const FEW: usize = 8;

/// The commonest specifications, of exact integers, floats and strings: `[0][width][.precision][d|x|X|f]` and `[<|>][width]`.
fn quick_format(cx: &mut Cx, value: &Value, spec: &Obj<Str>) -> Option<Value> {
    let StrData::One(spec) = spec.data() else { return None };
    let word = value.word();
    let digit = |b: &u8| b.is_ascii_digit();
    let (align, rest) = match spec {
        [a @ (b'<' | b'>'), rest @ ..] => (Some(*a), rest),
        _ => (None, spec),
    };
    let (zero, rest) = match rest {
        [b'0', rest @ ..] if align.is_none() => (true, rest),
        _ => (false, rest),
    };
    let number = |rest: &[u8]| {
        let n = rest.iter().take_while(|b| digit(b)).count();
        let value = rest[..n].iter().fold(0usize, |v, b| v * 10 + usize::from(b - b'0'));
        (n <= 3).then_some((value, n))
    };
    let (width, n) = number(rest)?;
    let (precision, rest) = match &rest[n..] {
        [b'.', rest @ ..] => {
            let (precision, n) = number(rest)?;
            if n == 0 {
                return None;
            }
            (Some(precision), &rest[n..])
        }
        rest => (None, rest),
    };
    use std::fmt::Write as _;
    let mut out = String::new();
    if let Some(i) = word.as_int() {
        if precision.is_some() {
            return None;
        }
        let magnitude = i.unsigned_abs();
        match rest {
            [] | [b'd'] => write!(out, "{magnitude}"),
            [b'x'] => write!(out, "{magnitude:x}"),
            [b'X'] => write!(out, "{magnitude:X}"),
            _ => return None,
        }
        .ok()?;
        return Some(padded(cx, out, i < 0, width, zero, align.unwrap_or(b'>')));
    }
    if rest == b"f"
        && let Some(precision) = precision
        && value.is_instance_exact(&taipan_object::float::FLOAT)
        && let Some(f) = value.as_float()
        && f.is_finite()
    {
        write!(out, "{:.precision$}", f.abs()).ok()?;
        return Some(padded(cx, out, f.is_sign_negative(), width, zero, align.unwrap_or(b'>')));
    }
    if rest.is_empty()
        && precision.is_none()
        && !zero
        && let Some(text) = value.cast_exact::<Str>()
        && text.is_ascii()
    {
        let StrData::One(bytes) = text.data() else { return None };
        if bytes.len() >= width {
            return Some(text.to_value());
        }
        out.push_str(std::str::from_utf8(bytes).ok()?);
        return Some(padded(cx, out, false, width, false, align.unwrap_or(b'<')));
    }
    None
}

/// Digits (or text) with their sign, filled to a width.
fn padded(cx: &mut Cx, body: String, negative: bool, width: usize, zero: bool, align: u8) -> Value {
    let fill = width.saturating_sub(body.len() + usize::from(negative));
    if fill == 0 && !negative {
        return cx.str(&body);
    }
    let sign = if negative { "-" } else { "" };
    let mut out = String::with_capacity(body.len() + fill + 1);
    let blanks = |out: &mut String, c: char| out.extend(std::iter::repeat_n(c, fill));
    if zero {
        out.push_str(sign);
        blanks(&mut out, '0');
        out.push_str(&body);
    } else if align == b'>' {
        blanks(&mut out, ' ');
        out.push_str(sign);
        out.push_str(&body);
    } else {
        out.push_str(sign);
        out.push_str(&body);
        blanks(&mut out, ' ');
    }
    cx.str(&out)
}

/// The characters of a string of one byte each.
fn narrow(s: &Obj<Str>) -> &[u8] {
    match s.data() {
        StrData::One(bytes) => bytes,
        _ => &[],
    }
}

/// The decimal digits of an immediate integer.
fn decimal(cx: &mut Cx, i: i64) -> Value {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut left = i.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    cx.str_from_latin1_parts(&[&digits[at..]], true).into_value()
}

/// Strings one after another.
pub fn concat(cx: &mut Cx, strings: &[&taipan_object::Obj<Str>]) -> Value {
    if strings.iter().all(|s| s.width() == 1) {
        let ascii = strings.iter().all(|s| s.is_ascii());
        if strings.len() <= FEW {
            let mut few: [&[u8]; FEW] = [&[]; FEW];
            for (place, s) in few.iter_mut().zip(strings) {
                *place = narrow(s);
            }
            return cx.str_from_latin1_parts(&few[..strings.len()], ascii).into_value();
        }
        let many: Vec<&[u8]> = strings.iter().map(|s| narrow(s)).collect();
        return cx.str_from_latin1_parts(&many, ascii).into_value();
    }
    let points: Vec<u32> = strings.iter().flat_map(|s| s.chars()).collect();
    cx.str_from_code_points(&points).into_value()
}

/// `strings, interpolations`.
pub unsafe fn build_template(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: both tuples lie on the stack.
    unsafe {
        let (strings, interpolations) = (r.lend(2), r.lend(1));
        let made = attempt!(r, crate::containers::template(cx, &strings, &interpolations));
        r.drop_top(cx, 2);
        r.push_value(made);
    }
    Step::Next(r)
}

/// `value, expression text, format where the operand's bit 0 says so`.
pub unsafe fn build_interpolation(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack.
    unsafe {
        let with_format = arg & 1 != 0;
        let n = 2 + usize::from(with_format);
        let format = if with_format { slot::dup(r.peek(1)) } else { cx.empty_str() };
        let (value, text) = (slot::dup(r.peek(n)), slot::dup(r.peek(n - 1)));
        let conversion = match arg >> 2 {
            1 => cx.str("s"),
            2 => cx.str("r"),
            3 => cx.str("a"),
            _ => Value::none(),
        };
        let made = attempt!(r, crate::containers::interpolation(cx, value, text, conversion, format));
        r.drop_top(cx, n);
        r.push_value(made);
    }
    Step::Next(r)
}
