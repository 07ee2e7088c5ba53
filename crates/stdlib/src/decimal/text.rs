//! Decimal numbers as text, in both directions.

use super::number::{Ctx, Dec, Kind, MAX_EMAX, MAX_PREC, MIN_ETINY, status};
use dashu_int::UBig;

/// The digits of a coefficient.
pub fn digits(coef: &UBig) -> String {
    match u128::try_from(coef) {
        Ok(small) => small.to_string(),
        Err(_) => coef.to_string(),
    }
}

/// ASCII digits as a number; empty is zero.
pub fn parse_digits(text: &str) -> UBig {
    if text.len() <= 38 {
        return UBig::from(text.parse::<u128>().unwrap_or(0));
    }
    UBig::from_str_radix(text, 10).unwrap_or_default()
}

/// A number from ASCII text without spaces around it; `None` where it is none. The exponent is cut to what any context
/// overflows or underflows with.
pub fn parse(text: &str) -> Option<Dec> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let first = *rest.as_bytes().first()?;
    if !first.is_ascii_digit() && first != b'.' {
        return parse_special(negative, rest);
    }
    let (number, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let exponent = match exponent {
        None => 0,
        Some(text) => {
            let (minus, digits) = match text.as_bytes().first()? {
                b'-' => (true, &text[1..]),
                b'+' => (false, &text[1..]),
                _ => (false, text),
            };
            if digits.is_empty() || !all_digits(digits) {
                return None;
            }
            let size = digits.parse::<i64>().unwrap_or(i64::MAX).min(4 * MAX_EMAX);
            if minus { -size } else { size }
        }
    };
    let coef = if fraction.is_empty() {
        parse_digits(whole.trim_start_matches('0'))
    } else {
        parse_digits(format!("{whole}{fraction}").trim_start_matches('0'))
    };
    Some(Dec::new(negative, coef, exponent - fraction.len() as i64))
}

fn parse_special(negative: bool, text: &str) -> Option<Dec> {
    if text.eq_ignore_ascii_case("inf") || text.eq_ignore_ascii_case("infinity") {
        return Some(Dec::infinity(negative));
    }
    let lower = text.to_ascii_lowercase();
    let (kind, payload) = match lower.strip_prefix("snan") {
        Some(payload) => (Kind::Signaling, payload),
        None => (Kind::Quiet, lower.strip_prefix("nan")?),
    };
    if !payload.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let coef = parse_digits(payload.trim_start_matches('0'));
    Some(Dec { kind, ..Dec::new(negative, coef, 0) })
}

/// An exact conversion: InvalidOperation where the number does not fit the widest limits.
pub fn exact(dec: Dec, ctx: &mut Ctx) -> Dec {
    let mut wide = Ctx::MAX;
    let result = match dec.kind {
        Kind::Finite if dec.coef.is_zero() => {
            let exp = dec.exp.clamp(MIN_ETINY, MAX_EMAX);
            return Dec { exp, ..dec };
        }
        Kind::Finite => dec.finish(&mut wide),
        _ if dec.digits > MAX_PREC => return ctx.invalid(status::INVALID_OPERATION),
        _ => dec,
    };
    if wide.status & (status::INEXACT | status::ROUNDED | status::OVERFLOW) != 0 {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    result
}

/// `to-scientific-string`, or with `engineering` the exponents being multiples of three.
pub fn to_text(dec: &Dec, engineering: bool, capitals: bool) -> String {
    let sign = if dec.negative { "-" } else { "" };
    match dec.kind {
        Kind::Infinite => return format!("{sign}Infinity"),
        Kind::Quiet | Kind::Signaling => {
            let name = if dec.kind == Kind::Quiet { "NaN" } else { "sNaN" };
            let payload = if dec.coef.is_zero() { String::new() } else { digits(&dec.coef) };
            return format!("{sign}{name}{payload}");
        }
        Kind::Finite => {}
    }
    let coef = digits(&dec.coef);
    let len = coef.len() as i64;
    // Digits in front of the point, were there no exponent.
    let left = dec.exp + len;
    let point = if dec.exp <= 0 && left > -6 {
        left
    } else if !engineering {
        1
    } else if coef == "0" {
        (left + 1).rem_euclid(3) - 1
    } else {
        (left - 1).rem_euclid(3) + 1
    };
    let mut out = String::with_capacity(coef.len() + 12);
    out.push_str(sign);
    if point <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', -point as usize));
        out.push_str(&coef);
    } else if point >= len {
        out.push_str(&coef);
        out.extend(std::iter::repeat_n('0', (point - len) as usize));
    } else {
        out.push_str(&coef[..point as usize]);
        out.push('.');
        out.push_str(&coef[point as usize..]);
    }
    if left != point {
        out.push(if capitals { 'E' } else { 'e' });
        out.push_str(&format!("{:+}", left - point));
    }
    out
}
