//! Doubles as decimal text: `repr` and the presentation types `e`, `f`, `g`.

/// A presentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The shortest text that reads back as the same value.
    Repr,
    Exponent,
    Fixed,
    General,
}

/// How [`format`] writes a double.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub kind: Kind,
    /// Digits: after the point (`Exponent`, `Fixed`) or in all (`General`); not used by `Repr`.
    pub precision: usize,
    /// Always a point, and `General` keeps its trailing zeros (`#`).
    pub alternate: bool,
    /// `.0` is added to what would look like an integer, as `repr` does.
    pub point_zero: bool,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
}

impl Style {
    /// What `repr` uses.
    pub const REPR: Style =
        Style { kind: Kind::Repr, precision: 0, alternate: false, point_zero: true, upper: false };
}

/// The text would be longer than memory allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLong;

/// Significant digits without leading zeros, and the place of the point: 0.digits × 10^point.
struct Digits {
    digits: String,
    point: i64,
}

/// A double has at most 767 significant digits and 1074 after the point: what lies beyond is zeros.
const MOST_DIGITS: usize = 800;
const MOST_PLACES: usize = 1100;

fn from_scientific(text: &str) -> Digits {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    Digits { digits: number.chars().filter(|c| *c != '.').collect(), point: exponent + 1 }
}

fn shortest(v: f64) -> Digits {
    if v == 0.0 {
        return Digits { digits: "0".to_string(), point: 1 };
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(v);
    let (number, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let zeros = (all.len() - digits.len()) as i64;
    let point = whole.len() as i64 - zeros + exponent;
    Digits { digits: digits.trim_end_matches('0').to_string(), point }
}

fn significant(v: f64, count: usize) -> Digits {
    from_scientific(&format!("{v:.*e}", count.clamp(1, MOST_DIGITS) - 1))
}

fn reserve(out: &mut String, count: usize) -> Result<(), TooLong> {
    out.try_reserve(count).map_err(|_| TooLong)
}

fn zeros(out: &mut String, count: usize) -> Result<(), TooLong> {
    reserve(out, count)?;
    out.extend(std::iter::repeat_n('0', count));
    Ok(())
}

fn exponent_text(out: &mut String, exponent: i64, upper: bool) {
    out.push(if upper { 'E' } else { 'e' });
    out.push(if exponent < 0 { '-' } else { '+' });
    out.push_str(&format!("{:02}", exponent.unsigned_abs()));
}

/// Writes a double; the sign is `-` for all negative values and -0.0, and absent from NaN.
pub fn format(v: f64, style: Style) -> Result<String, TooLong> {
    if v.is_nan() {
        return Ok(if style.upper { "NAN" } else { "nan" }.to_string());
    }
    let mut out = String::new();
    if v.is_sign_negative() {
        out.push('-');
    }
    let v = v.abs();
    if v.is_infinite() {
        out.push_str(if style.upper { "INF" } else { "inf" });
        return Ok(out);
    }
    match style.kind {
        Kind::Fixed => fixed(&mut out, v, style)?,
        Kind::Exponent => {
            let count = style.precision.saturating_add(1);
            let digits = significant(v, count);
            scientific(&mut out, &digits, count, style)?;
        }
        Kind::Repr => {
            let digits = shortest(v);
            let count = digits.digits.len();
            if digits.point <= -4 || digits.point > 16 {
                scientific(&mut out, &digits, count, style)?;
            } else {
                positional(&mut out, &digits, count, style)?;
            }
        }
        Kind::General => general(&mut out, v, style)?,
    }
    Ok(out)
}

fn general(out: &mut String, v: f64, style: Style) -> Result<(), TooLong> {
    let precision = style.precision.max(1);
    let mut digits = significant(v, precision);
    if v == 0.0 {
        digits.point = 1;
    }
    // Where `.0` is to be added the point needs a digit of its own.
    let limit = precision as i64 - i64::from(style.point_zero);
    let scientific_form = digits.point <= -4 || digits.point > limit;
    let count = if style.alternate {
        precision
    } else {
        let len = digits.digits.trim_end_matches('0').len().max(1);
        digits.digits.truncate(len);
        len
    };
    if scientific_form {
        scientific(out, &digits, count, style)
    } else {
        positional(out, &digits, count, style)
    }
}

fn fixed(out: &mut String, v: f64, style: Style) -> Result<(), TooLong> {
    use std::fmt::Write as _;
    let places = style.precision.min(MOST_PLACES);
    // Writing into a String cannot fail.
    let _ = write!(out, "{v:.places$}");
    zeros(out, style.precision - places)?;
    if style.precision == 0 && style.alternate {
        out.push('.');
    }
    Ok(())
}

/// `d.ddde+xx` with `count` digits.
fn scientific(out: &mut String, d: &Digits, count: usize, style: Style) -> Result<(), TooLong> {
    out.push_str(&d.digits[..1]);
    if count > 1 || style.alternate {
        out.push('.');
    }
    out.push_str(&d.digits[1..]);
    zeros(out, count.saturating_sub(d.digits.len()))?;
    let zero = d.digits.bytes().all(|b| b == b'0');
    exponent_text(out, if zero { 0 } else { d.point - 1 }, style.upper);
    Ok(())
}

/// `ddd.ddd` with `count` significant digits.
fn positional(out: &mut String, d: &Digits, count: usize, style: Style) -> Result<(), TooLong> {
    let padding = count.saturating_sub(d.digits.len());
    let len = d.digits.len() as i64;
    if d.point <= 0 {
        out.push_str("0.");
        zeros(out, d.point.unsigned_abs() as usize)?;
        out.push_str(&d.digits);
        return zeros(out, padding);
    }
    let whole = d.point.min(len) as usize;
    out.push_str(&d.digits[..whole]);
    let missing = (d.point - len).max(0) as usize;
    zeros(out, missing)?;
    let fraction = &d.digits[whole..];
    let rest = padding.saturating_sub(missing);
    if !fraction.is_empty() || rest > 0 {
        out.push('.');
        out.push_str(fraction);
        zeros(out, rest)
    } else {
        if style.point_zero {
            out.push_str(".0");
        } else if style.alternate {
            out.push('.');
        }
        Ok(())
    }
}

/// `repr(v)`.
pub fn repr(v: f64) -> String {
    format(v, Style::REPR).unwrap_or_default()
}
