//! `format()` and `%` for int, float and complex.

use dashu_int::{IBig, Sign};

use super::layout::{Padding, group, group_fraction};
use super::{Align, FormatError, SignMode, Spec, unknown_code, value_error};
use crate::Wtf8Buf;
use crate::number::format::{Kind, Style, format};
use crate::number::scale::int_to_f64;
use crate::percent::Flags;

/// What the type `n` takes from the locale (`localeconv`).
#[derive(Clone, Debug)]
pub struct Locale {
    pub decimal_point: String,
    pub thousands_separator: String,
    /// Group sizes from the right; the last repeats, 127 ends grouping.
    pub grouping: Vec<u8>,
}

impl Default for Locale {
    /// The C locale.
    fn default() -> Self {
        Locale { decimal_point: ".".into(), thousands_separator: String::new(), grouping: Vec::new() }
    }
}

/// A number in pieces, before padding.
struct Pieces<'a> {
    negative: bool,
    /// `0x` and its like.
    prefix: &'a str,
    /// The digits before the point; empty for `inf` and `nan`.
    digits: &'a str,
    /// What follows them, point included.
    rest: String,
}

/// The separator and group sizes of the digits before the point.
fn grouping_of<'a>(spec: &Spec, locale: &'a Locale, width: u8) -> (&'a str, Vec<u8>) {
    if spec.kind == u32::from('n') {
        return (&locale.thousands_separator, locale.grouping.clone());
    }
    match spec.grouping {
        Some(b',') => (",", vec![width]),
        Some(_) => ("_", vec![width]),
        None => ("", Vec::new()),
    }
}

fn assemble(pieces: &Pieces, spec: &Spec, locale: &Locale, width: u8) -> Result<Wtf8Buf, FormatError> {
    let sign = match (pieces.negative, spec.sign) {
        (true, _) => "-",
        (false, Some(SignMode::Plus)) => "+",
        (false, Some(SignMode::Space)) => " ",
        _ => "",
    };
    let around = sign.len() + pieces.prefix.len() + pieces.rest.chars().count();
    let zero_filled = spec.fill == u32::from('0') && spec.align == Align::AfterSign;
    let least = if zero_filled && !pieces.digits.is_empty() { spec.width.saturating_sub(around) } else { 0 };
    let (separator, sizes) = grouping_of(spec, locale, width);
    let digits = match pieces.digits {
        "" => String::new(),
        digits if separator.is_empty() && least <= digits.len() => digits.to_string(),
        digits => group(digits, separator, &sizes, least)?,
    };
    let body = format!("{digits}{}", pieces.rest);
    if spec.align != Align::AfterSign {
        let text = format!("{sign}{}{body}", pieces.prefix);
        return Padding::new(spec, text.chars().count()).apply(&text);
    }
    let len = sign.len() + pieces.prefix.len() + body.chars().count();
    let mut out = Wtf8Buf::from(format!("{sign}{}", pieces.prefix));
    out.push_wtf8(&Padding::new(spec, len).apply(&body)?);
    Ok(out)
}

/// `int.__format__` for a specification that is not empty.
pub fn format_int(
    value: &IBig,
    spec: &Spec,
    type_name: &str,
    locale: &Locale,
) -> Result<Wtf8Buf, FormatError> {
    let kind = char::from_u32(spec.kind).unwrap_or('\u{FFFD}');
    match kind {
        'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n' => {}
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            let Some(v) = int_to_f64(value) else {
                return Err(FormatError::Overflow("int too large to convert to float".into()));
            };
            return format_float(v, spec, type_name, locale);
        }
        _ => return Err(unknown_code(spec.kind, type_name)),
    }
    if spec.precision.is_some() {
        return value_error("Precision not allowed in integer format specifier");
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in integer format specifier");
    }
    if kind == 'c' {
        return format_character(value, spec);
    }
    let (radix, prefix) = match kind {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let (sign, magnitude) = value.clone().into_parts();
    let mut digits = magnitude.in_radix(radix).to_string();
    if kind == 'X' {
        digits.make_ascii_uppercase();
    }
    let pieces = Pieces {
        negative: sign == Sign::Negative,
        prefix: if spec.alternate { prefix } else { "" },
        digits: &digits,
        rest: String::new(),
    };
    assemble(&pieces, spec, locale, if radix == 10 { 3 } else { 4 })
}

fn format_character(value: &IBig, spec: &Spec) -> Result<Wtf8Buf, FormatError> {
    if spec.sign.is_some() {
        return value_error("Sign not allowed with integer format specifier 'c'");
    }
    if spec.alternate {
        return value_error("Alternate form (#) not allowed with integer format specifier 'c'");
    }
    let Some(c) = u32::try_from(value).ok().filter(|c| *c <= 0x10FFFF) else {
        let text = match i64::try_from(value) {
            Ok(_) => "%c arg not in range(0x110000)",
            Err(_) => "Python int too large to convert to C long",
        };
        return Err(FormatError::Overflow(text.into()));
    };
    let pad = Padding::new(spec, 1);
    let mut out = Padding { right: 0, ..pad }.apply("")?;
    out.push_code_point(c);
    out.push_wtf8(&Padding { left: 0, ..pad }.apply("")?);
    Ok(out)
}

/// The style of a float's presentation type, and whether it is `%`; `None`: unknown type.
fn float_style(spec: &Spec) -> Option<(Style, bool)> {
    let kind = char::from_u32(spec.kind)?;
    let base = Style {
        kind: Kind::General,
        precision: spec.precision.unwrap_or(6),
        alternate: spec.alternate,
        point_zero: false,
        upper: kind.is_ascii_uppercase(),
    };
    Some(match kind {
        '\0' if spec.precision.is_none() => (Style { kind: Kind::Repr, point_zero: true, ..base }, false),
        '\0' => (Style { point_zero: true, ..base }, false),
        'e' | 'E' => (Style { kind: Kind::Exponent, ..base }, false),
        'f' | 'F' => (Style { kind: Kind::Fixed, ..base }, false),
        'g' | 'G' | 'n' => (base, false),
        '%' => (Style { kind: Kind::Fixed, ..base }, true),
        _ => return None,
    })
}

fn check_precision(spec: &Spec) -> Result<(), FormatError> {
    if spec.precision.is_some_and(|p| p > i32::MAX as usize) {
        return value_error("precision too big");
    }
    Ok(())
}

/// Splits the text of a double; `-0` loses its sign where `z` says so.
fn split_float<'a>(text: &'a str, spec: &Spec, locale: &Locale) -> Pieces<'a> {
    let (mut negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text),
    };
    if spec.no_negative_zero {
        let mantissa = body.split(['e', 'E']).next().unwrap_or(body);
        let finite = body.starts_with(|c: char| c.is_ascii_digit());
        negative &= !finite || mantissa.contains(|c: char| matches!(c, '1'..='9'));
    }
    let whole = body.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = body.split_at(whole);
    let rest = match rest.strip_prefix('.') {
        Some(tail) => {
            let len = tail.bytes().take_while(u8::is_ascii_digit).count();
            let fraction = match spec.fraction_grouping {
                Some(separator) => group_fraction(&tail[..len], separator),
                None => tail[..len].to_string(),
            };
            let point = if spec.kind == u32::from('n') { &locale.decimal_point } else { "." };
            format!("{point}{fraction}{}", &tail[len..])
        }
        None => rest.to_string(),
    };
    Pieces { negative, prefix: "", digits, rest }
}

/// Lays out the text of a number that is written already: grouping, sign, padding. For decimals.
pub fn format_written(text: &str, spec: &Spec, locale: &Locale) -> Result<Wtf8Buf, FormatError> {
    assemble(&split_float(text, spec, locale), spec, locale, 3)
}

/// `float.__format__` for a specification that is not empty.
pub fn format_float(v: f64, spec: &Spec, type_name: &str, locale: &Locale) -> Result<Wtf8Buf, FormatError> {
    check_precision(spec)?;
    let Some((style, percent)) = float_style(spec) else {
        return Err(unknown_code(spec.kind, type_name));
    };
    let mut text = format(if percent { v * 100.0 } else { v }, style)?;
    if percent {
        text.push('%');
    }
    assemble(&split_float(&text, spec, locale), spec, locale, 3)
}

/// `complex.__format__` for a specification that is not empty.
pub fn format_complex(
    (real, imaginary): (f64, f64),
    spec: &Spec,
    type_name: &str,
    locale: &Locale,
) -> Result<Wtf8Buf, FormatError> {
    check_precision(spec)?;
    let bare = spec.kind == 0;
    let style = match float_style(spec) {
        Some((style, false)) => Style { point_zero: false, ..style },
        _ => return Err(unknown_code(spec.kind, type_name)),
    };
    if spec.fill == u32::from('0') {
        return value_error("Zero padding is not allowed in complex format specifier");
    }
    if spec.align == Align::AfterSign {
        return value_error("'=' alignment flag is not allowed in complex format specifier");
    }
    let inner = Spec { width: 0, align: Align::Right, fill: 0x20, ..spec.clone() };
    let part = |v: f64, sign: Option<SignMode>| -> Result<String, FormatError> {
        let text = format(v, style)?;
        let spec = Spec { sign, ..inner.clone() };
        let whole = assemble(&split_float(&text, &spec, locale), &spec, locale, 3)?;
        Ok(whole.to_string_lossy())
    };
    let skip_real = bare && real == 0.0 && real.is_sign_positive();
    let text = if skip_real {
        format!("{}j", part(imaginary, spec.sign)?)
    } else {
        let both = format!("{}{}j", part(real, spec.sign)?, part(imaginary, Some(SignMode::Plus))?);
        if bare { format!("({both})") } else { both }
    };
    Padding::new(spec, text.chars().count()).apply(&text)
}

/// `%d`, `%i`, `%u`, `%o`, `%x`, `%X` of an integer, width applied.
pub fn format_percent_int(
    value: &IBig,
    kind: char,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
) -> Result<String, FormatError> {
    let (radix, prefix) = match kind {
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let (sign, magnitude) = value.clone().into_parts();
    let mut digits = magnitude.in_radix(radix).to_string();
    if kind == 'X' {
        digits.make_ascii_uppercase();
    }
    if let Some(p) = precision.filter(|p| *p > digits.len()) {
        digits.insert_str(0, &zeros(p - digits.len())?);
    }
    let prefix = if flags.alternate { prefix } else { "" };
    pad_percent(sign == Sign::Negative, prefix, &digits, flags, width)
}

/// `%e`, `%f`, `%g` and their upper-case forms, width applied.
pub fn format_percent_float(
    v: f64,
    kind: char,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
) -> Result<String, FormatError> {
    let style = Style {
        kind: match kind.to_ascii_lowercase() {
            'e' => Kind::Exponent,
            'f' => Kind::Fixed,
            _ => Kind::General,
        },
        precision: precision.unwrap_or(6),
        alternate: flags.alternate,
        point_zero: false,
        upper: kind.is_ascii_uppercase(),
    };
    let text = format(v, style)?;
    match text.strip_prefix('-') {
        Some(body) => pad_percent(true, "", body, flags, width),
        None => pad_percent(false, "", &text, flags, width),
    }
}

fn zeros(count: usize) -> Result<String, FormatError> {
    let mut out = String::new();
    out.try_reserve(count).map_err(|_| FormatError::Memory)?;
    out.extend(std::iter::repeat_n('0', count));
    Ok(out)
}

fn pad_percent(
    negative: bool,
    prefix: &str,
    digits: &str,
    flags: Flags,
    width: usize,
) -> Result<String, FormatError> {
    let sign = match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    let len = sign.len() + prefix.len() + digits.len();
    let missing = width.saturating_sub(len);
    let mut out = String::new();
    out.try_reserve(len.saturating_add(missing)).map_err(|_| FormatError::Memory)?;
    let blanks = |out: &mut String, n: usize| out.extend(std::iter::repeat_n(' ', n));
    if !flags.left && !flags.zero {
        blanks(&mut out, missing);
    }
    out.push_str(sign);
    out.push_str(prefix);
    if !flags.left && flags.zero {
        out.extend(std::iter::repeat_n('0', missing));
    }
    out.push_str(digits);
    if flags.left {
        blanks(&mut out, missing);
    }
    Ok(out)
}
