//! Prints every property of every code point, for comparison with `unicode_dump.py` run by a reference
//! interpreter: `diff <(cargo run --example unicode_dump) <(python3.14 crates/text/examples/unicode_dump.py)`.

use std::io::{BufWriter, Write};
use taipan_text::unicode::{self as u, Form, old};

fn spell(points: &[u32]) -> String {
    points.iter().map(|p| format!("{p:X}")).collect::<Vec<_>>().join(" ")
}

fn value(v: Option<f64>) -> String {
    let text = format!("{:.17e}", v.unwrap_or(-1.0));
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn main() -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let number = |v: Option<u8>| v.map_or(-1, i32::from);
    let forms = [Form::Nfc, Form::Nfd, Form::Nfkc, Form::Nfkd];
    for c in 0..0x110000u32 {
        let b = |f: fn(u32) -> bool| u8::from(f(c));
        write!(
            out,
            "{c:X}|{}|{}|{}|{}|",
            u::category(c),
            u::bidirectional(c),
            u::combining(c),
            u::east_asian_width(c)
        )?;
        for f in [
            u::is_mirrored,
            u::is_alpha,
            u::is_alnum,
            u::is_lower,
            u::is_upper,
            u::is_printable,
            u::is_space,
            u::is_decimal,
            u::is_digit,
            u::is_numeric,
            u::is_xid_start,
            u::is_xid_continue,
            u::is_linebreak,
        ] {
            write!(out, "{}", b(f))?;
        }
        write!(out, "|{}|{}|{}|", number(u::decimal(c)), number(u::digit(c)), value(u::numeric(c)))?;
        let lower = u::lower_str(&[c]);
        write!(out, "{}|{}|", spell(&lower), spell(u::upper(c).as_slice()))?;
        write!(out, "{}|{}|", spell(&u::title_str(&[c])), spell(u::casefold(c).as_slice()))?;
        write!(out, "{}|", spell(&u::swapcase_str(&[c])))?;
        let cased = u::simple_lower(c) != c || u::simple_upper(c) != c;
        write!(out, "{:X}|{}|{}|", u::simple_lower(c), u8::from(cased), u::decomposition(c))?;
        write!(out, "{}|", u::name(c).unwrap_or_default())?;
        for form in forms {
            write!(out, "{}|{}|", spell(&u::normalize(form, &[c])), u8::from(u::is_normalized(form, &[c])))?;
            // In company: after a capital A with cedilla and before marks of several classes.
            write!(out, "{}|", spell(&u::normalize(form, &[0x41, c, 0x327, 0x301, 0x11A8])))?;
        }
        // Each place where case looks at the neighbours.
        write!(out, "{}|", spell(&u::lower_str(&[0x41, 0x3A3, c, 0x41, 0x3A3, c])))?;
        write!(out, "{}|", spell(&u::title_str(&[c, 0x61, c, 0x3A3, c])))?;
        write!(
            out,
            "{}|{}|{}|{}|",
            old::category(c),
            old::bidirectional(c),
            old::combining(c),
            old::east_asian_width(c)
        )?;
        write!(out, "{}|{}|", u8::from(old::is_mirrored(c)), number(old::decimal(c)))?;
        write!(out, "{}|{}|", number(old::digit(c)), value(old::numeric(c)))?;
        write!(out, "{}|{}|", old::decomposition(c), old::name(c).unwrap_or_default())?;
        for form in forms {
            write!(out, "{}|", spell(&old::normalize(form, &[c])))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
