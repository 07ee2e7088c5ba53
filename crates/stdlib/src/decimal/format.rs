//! `Decimal.__format__`.

use super::context;
use super::number::{Ctx, Dec, MAX_DIGITS};
use super::object::get;
use super::text;
use taipan_object::{Cx, R, Value};
use taipan_text::format_spec::{Align, Locale, Spec, format_written};

/// What a mapping given as second argument says instead of the locale.
fn overridden(cx: &mut Cx, mapping: &Value, locale: &mut Locale) -> R<()> {
    let Some(mapping) = mapping.as_dict() else {
        return Err(cx.type_error("optional argument must be a dict"));
    };
    let text = |cx: &mut Cx, key: &str| -> R<Option<String>> {
        let name = cx.intern(key);
        let Some(value) = taipan_object::dict::get_str(cx, mapping, &name)? else { return Ok(None) };
        match value.as_str() {
            Some(text) => Ok(Some(text.to_string_lossy().into_owned())),
            None => Err(cx.type_error(format!("override dict['{key}'] must be a str"))),
        }
    };
    if let Some(point) = text(cx, "decimal_point")? {
        locale.decimal_point = point;
    }
    if let Some(separator) = text(cx, "thousands_sep")? {
        locale.thousands_separator = separator;
    }
    if let Some(grouping) = text(cx, "grouping")? {
        locale.grouping = grouping.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(127)).collect();
    }
    if locale.decimal_point.is_empty() {
        return Err(cx.value_error("invalid override dict"));
    }
    Ok(())
}

pub fn format(cx: &mut Cx, value: &Value, spec: &Value, mapping: Option<&Value>) -> R {
    let Some(spec) = spec.as_str() else { return Err(cx.type_error("format arg must be str")) };
    let points: Vec<u32> = spec.chars().collect();
    let Ok(mut spec) = Spec::parse(&points, '\0', Align::Right, "Decimal") else {
        return Err(cx.value_error("invalid format string"));
    };
    let kind = char::from_u32(spec.kind).unwrap_or('?');
    let huge = spec.width > i32::MAX as usize || spec.precision.is_some_and(|p| p > i32::MAX as usize);
    if !matches!(kind, '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') || spec.alternate || huge {
        return Err(cx.value_error("invalid format string"));
    }
    let mut locale = Locale::default();
    if kind == 'n' {
        let ask = cx.interp().runtime.number_locale;
        locale = ask(cx);
    }
    if let Some(mapping) = mapping {
        overridden(cx, mapping, &mut locale)?;
    }
    let context = context::current(cx)?;
    let (ctx, capitals) = (context.get(cx).ctx, context.get(cx).capitals);
    let dec = get(cx, value)?.clone();
    let kind = match kind {
        '\0' if capitals => 'G',
        '\0' | 'n' => 'g',
        kind => kind,
    };
    if !dec.is_finite() {
        if spec.fill == u32::from('0') && spec.align == Align::AfterSign {
            spec.fill = 0x20;
            spec.align = Align::Right;
        }
        let percent = if kind == '%' { "%" } else { "" };
        let shown = format!("{}{percent}", text::to_text(&dec, false, true));
        return finish(cx, &shown, &spec, &locale);
    }
    if matches!(kind, 'f' | 'F' | '%') && dec.exp.abs() > MAX_DIGITS {
        let shortened = dec.exp < 0 && spec.precision.is_some();
        if !shortened && !dec.coef.is_zero() {
            return Err(cx.memory_error());
        }
    }
    let written = write(dec, kind, &spec, &ctx);
    finish(cx, &written, &spec, &locale)
}

fn finish(cx: &mut Cx, written: &str, spec: &Spec, locale: &Locale) -> R {
    match format_written(written, spec, locale) {
        Ok(text) => Ok(cx.str_from_wtf8(&text).into_value()),
        Err(_) => Err(cx.memory_error()),
    }
}

/// Rounds to so many digits.
fn to_digits(dec: Dec, digits: i64, ctx: &Ctx) -> Dec {
    let mut work = Ctx { prec: digits.max(1), status: 0, clamp: false, round: ctx.round, ..Ctx::MAX };
    dec.finish(&mut work)
}

/// The digits, point and exponent, without padding and grouping.
fn write(mut dec: Dec, kind: char, spec: &Spec, ctx: &Ctx) -> String {
    if kind == '%' {
        dec.exp += 2;
    }
    let fixed = matches!(kind, 'f' | 'F' | '%');
    let scientific = matches!(kind, 'e' | 'E');
    if let Some(precision) = spec.precision.map(|p| p as i64) {
        if scientific {
            if dec.digits > precision + 1 || !dec.coef.is_zero() && dec.digits < precision + 1 {
                let wanted = dec.adjusted() - precision;
                dec = if dec.exp < wanted { to_digits(dec, precision + 1, ctx) } else { dec };
                if !dec.coef.is_zero() {
                    let exp = dec.adjusted() - precision;
                    dec = dec.rescaled(exp.min(dec.exp), ctx.round).0;
                }
            }
        } else if fixed {
            dec = dec.rescaled(-precision, ctx.round).0;
        } else if dec.digits > precision.max(1) {
            dec = to_digits(dec, precision, ctx);
        }
    }
    if dec.coef.is_zero() && dec.exp > 0 && fixed {
        dec.exp = 0;
    }
    let digits = text::digits(&dec.coef);
    let left = dec.exp + digits.len() as i64;
    let point = if scientific {
        match spec.precision {
            Some(precision) if dec.coef.is_zero() => 1 - precision as i64,
            _ => 1,
        }
    } else if fixed || (dec.exp <= 0 && left > -6) {
        left
    } else {
        1
    };
    let (whole, fraction) = if point < 0 {
        ("0".to_owned(), format!("{}{digits}", "0".repeat(-point as usize)))
    } else if point as usize > digits.len() {
        (format!("{digits}{}", "0".repeat(point as usize - digits.len())), String::new())
    } else if point == 0 {
        ("0".to_owned(), digits)
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        (whole.to_owned(), fraction.to_owned())
    };
    let mut out = String::new();
    if dec.negative {
        out.push('-');
    }
    out.push_str(&whole);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(&fraction);
    }
    let exponent = left - point;
    if exponent != 0 && !fixed || scientific {
        out.push(if kind.is_ascii_uppercase() { 'E' } else { 'e' });
        out.push_str(&format!("{exponent:+}"));
    }
    if kind == '%' {
        out.push('%');
    }
    out
}
