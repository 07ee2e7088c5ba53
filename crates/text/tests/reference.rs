//! Comparison with a reference interpreter: lines `operation<TAB>arguments…<TAB>expected`, written by `reference.py`.
//!
//! `reference.txt` holds a few thousand; the variable TEXT_FIXTURES names a file of any length instead:
//! `python3.14 reference.py numbers 1000000 SEED >FILE; TEXT_FIXTURES=FILE cargo test --test reference`.

use std::io::{BufRead, BufReader, Read};

use dashu_int::IBig;
use taipan_text::codecs::handlers::{Handler, Standard};
use taipan_text::codecs::utf16::Order;
use taipan_text::codecs::{
    self, CodecError, DecodeErrors, DecodeResume, Decoded, EncodeErrors, EncodeResume, Replacement, escape,
    utf7, utf8, utf16, utf32,
};
use taipan_text::format_spec::{
    Align, FormatError, Locale, Spec, format_complex, format_float, format_int, format_percent_float,
    format_percent_int, layout_str,
};
use taipan_text::number::{complex, float, format, int, scale};
use taipan_text::{Wtf8Buf, field, percent};

fn bits(text: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(text, 16).unwrap_or(0))
}

fn shown(v: Option<f64>) -> String {
    v.map_or("None".to_string(), |v| {
        format!("{:016x}", if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() })
    })
}

fn big(text: &str) -> IBig {
    int::scan(text.as_bytes(), 10).map_or(IBig::ZERO, |s| s.value())
}

fn run(fields: &[&str]) -> String {
    let arg = |i: usize| fields.get(i).copied().unwrap_or("");
    match fields[0] {
        "repr" => format::repr(bits(arg(1))),
        "parse" => shown(float::parse(arg(1).as_bytes())),
        "hex" => float::to_hex(bits(arg(1))),
        "fromhex" => match float::from_hex(arg(1).as_bytes()) {
            Ok(v) => shown(Some(v)),
            Err(e) => format!("{e:?}"),
        },
        "round" => shown(float::round(bits(arg(1)), arg(2).parse().unwrap_or(0))),
        "roundint" => float::round_to_int(bits(arg(1))).to_string(),
        "trunc" => scale::truncate(bits(arg(1))).to_string(),
        "ratio" => {
            let (n, d) = scale::ratio(bits(arg(1)));
            format!("{n}/{d}")
        }
        "div" => shown(scale::divide(&big(arg(1)), &big(arg(2)))),
        "tofloat" => shown(scale::int_to_f64(&big(arg(1)))),
        "complex" => complex::parse(arg(1).as_bytes())
            .map_or("None".to_string(), |(r, i)| format!("{} {}", shown(Some(r)), shown(Some(i)))),
        "crepr" => complex::repr(bits(arg(1)), bits(arg(2))),
        "int" => int::scan(arg(1).as_bytes(), arg(2).parse().unwrap_or(10))
            .map_or("None".to_string(), |s| int::to_string(&s.value(), 36)),
        "fint" => outcome(
            spec(arg(2), 'd', "int").and_then(|s| format_int(&big(arg(1)), &s, "int", &Locale::default())),
        ),
        "ffloat" => outcome(
            spec(arg(2), '\0', "float")
                .and_then(|s| format_float(bits(arg(1)), &s, "float", &Locale::default())),
        ),
        "fcomplex" => {
            outcome(spec(arg(3), '\0', "complex").and_then(|s| {
                format_complex((bits(arg(1)), bits(arg(2))), &s, "complex", &Locale::default())
            }))
        }
        "fstr" => outcome(format_str(&points(arg(1)), &points(arg(2)))),
        "pint" | "pfloat" => percent(fields[0] == "pint", arg(1), arg(2)),
        "fields" => fields_of(&points(arg(1))),
        "name" => name_of(&points(arg(1))),
        "dec" => decode(arg(1), arg(2) == "1", &unhex(arg(3))),
        "enc" => encode(arg(1), &points(arg(2))),
        "std" => standard(arg(1), arg(2), &unhex(arg(3))),
        "stdenc" => standard_encode(arg(1), arg(2), &points(arg(3))),
        "srepr" => plain(taipan_text::repr::repr_str(points(arg(1)).into_iter()).code_points()),
        "brepr" => taipan_text::repr::repr_bytes(&unhex(arg(1))),
        other => format!("unknown operation {other}"),
    }
}

/// Text with everything but printable ASCII as `<hex>`.
fn plain(points: impl Iterator<Item = u32>) -> String {
    points
        .map(|c| match char::from_u32(c) {
            Some(c @ ' '..='~') if c != '<' => c.to_string(),
            _ => format!("<{c:x}>"),
        })
        .collect()
}

/// The inverse of `plain`.
fn points(text: &str) -> Vec<u32> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '<' {
            let end = rest.find('>').unwrap_or(rest.len());
            out.push(u32::from_str_radix(&rest[1..end], 16).unwrap_or(0));
            rest = &rest[end + 1..];
        } else {
            out.push(u32::from(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fn outcome(result: Result<Wtf8Buf, FormatError>) -> String {
    match result {
        Ok(text) => plain(text.code_points()),
        Err(FormatError::Value(m)) => format!("V:{}", plain(m.code_points())),
        Err(FormatError::Overflow(m)) => format!("O:{}", plain(m.chars().map(u32::from))),
        Err(FormatError::Memory) => "M".to_string(),
    }
}

fn spec(text: &str, kind: char, type_name: &str) -> Result<Spec, FormatError> {
    Spec::parse(&points(text), kind, Align::Right, type_name)
}

fn format_str(text: &[u32], spec: &[u32]) -> Result<Wtf8Buf, FormatError> {
    let spec = Spec::parse(spec, 's', Align::Left, "str")?;
    let (take, pad) = layout_str(&spec, text.len(), "str")?;
    let mut out = vec![pad.fill; pad.left];
    out.extend(&text[..take]);
    out.extend(std::iter::repeat_n(pad.fill, pad.right));
    Ok(out.into_iter().collect())
}

fn percent(int: bool, value: &str, text: &str) -> String {
    let text = points(text);
    let mut out = String::new();
    for piece in percent::Parser::new(|i| text.get(i).copied()) {
        match piece {
            percent::Piece::Literal(range) => out.push_str(&plain(text[range].iter().copied())),
            percent::Piece::Conversion(c) => {
                let (kind, at) = match c.kind {
                    Ok(k) => k,
                    Err(stop) => return format!("V:{}", stop.message()),
                };
                let amount = |a| match a {
                    percent::Amount::Given(n) => Some(n),
                    _ => None,
                };
                let (width, precision) = (amount(c.width).unwrap_or(0), amount(c.precision));
                let kind = char::from_u32(kind).unwrap_or('?');
                let result = match kind {
                    'd' | 'i' | 'u' | 'o' | 'x' | 'X' if int => {
                        format_percent_int(&big(value), kind, c.flags, width, precision)
                    }
                    'e' | 'f' | 'g' | 'E' | 'F' | 'G' if !int => {
                        format_percent_float(bits(value), kind, c.flags, width, precision)
                    }
                    _ => return format!("V:{}", percent::unsupported(u32::from(kind), at)),
                };
                out.push_str(&result.unwrap_or_default());
            }
        }
    }
    out
}

fn fields_of(text: &[u32]) -> String {
    let mut out = String::new();
    let show = |r: std::ops::Range<usize>| plain(text[r].iter().copied());
    for part in field::Parser::new(text) {
        match part {
            Err(message) => return format!("V:{message}"),
            Ok(m) => {
                out.push_str(&format!("({}", show(m.literal)));
                if let Some(f) = m.field {
                    let conversion = f.conversion.map_or(String::new(), |c| plain(std::iter::once(c)));
                    out.push_str(&format!("|{}|{}|{}", show(f.name), show(f.spec), conversion));
                }
                out.push(')');
            }
        }
    }
    out
}

fn name_of(text: &[u32]) -> String {
    let show = |r: std::ops::Range<usize>| plain(text[r].iter().copied());
    let (first, steps) = match field::split_first(text) {
        Ok(parts) => parts,
        Err(message) => return format!("V:{message}"),
    };
    let mut out = match first {
        field::First::Auto => String::new(),
        field::First::Index(n) => format!("#{n}"),
        field::First::Name(r) => show(r),
    };
    for step in steps {
        match step {
            Ok(field::Step::Attribute(r)) => out.push_str(&format!("|.{}", show(r))),
            Ok(field::Step::Index(n)) => out.push_str(&format!("|[#{n}")),
            Ok(field::Step::Key(r)) => out.push_str(&format!("|[{}", show(r))),
            Err(message) => return format!("V:{message}"),
        }
    }
    out
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .filter_map(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok())
        .collect()
}

/// Replaces what is wrong by `?` and notes it.
struct Log(String);

impl Log {
    fn note(&mut self, e: CodecError) {
        self.0.push_str(&format!("{} {} {}-{};", e.encoding, e.reason, e.start, e.end));
    }
}

impl DecodeErrors for Log {
    type Failure = CodecError;
    fn handle(&mut self, _: &[u8], e: CodecError) -> Result<DecodeResume, CodecError> {
        self.note(e);
        Ok(DecodeResume { replacement: vec![0x3F], position: e.end, input: None })
    }
}

impl EncodeErrors for Log {
    type Failure = CodecError;
    fn handle(&mut self, e: CodecError) -> Result<EncodeResume, CodecError> {
        self.note(e);
        Ok(EncodeResume { replacement: Replacement::Text(vec![0x3F]), position: e.end })
    }
    fn refuse(&mut self, e: CodecError) -> CodecError {
        e
    }
}

fn decode_with<H: DecodeErrors>(
    encoding: &str,
    last: bool,
    data: &[u8],
    log: &mut H,
) -> Result<Decoded, H::Failure> {
    match encoding {
        "utf_8" => utf8::decode(data, last, log),
        "utf_16" => utf16::decode(data, Order::Mark, last, log).map(|r| r.0),
        "utf_16_le" => utf16::decode(data, Order::Little, last, log).map(|r| r.0),
        "utf_16_be" => utf16::decode(data, Order::Big, last, log).map(|r| r.0),
        "utf_32" => utf32::decode(data, Order::Mark, last, log).map(|r| r.0),
        "utf_32_le" => utf32::decode(data, Order::Little, last, log).map(|r| r.0),
        "utf_32_be" => utf32::decode(data, Order::Big, last, log).map(|r| r.0),
        "utf_7" => utf7::decode(data, last, log),
        "unicode_escape" => escape::decode(data, last, log).map(|r| r.0),
        "raw_unicode_escape" => escape::decode_raw(data, last, log),
        _ => codecs::decode_ascii(data, log),
    }
}

fn encode_with<H: EncodeErrors>(encoding: &str, text: &[u32], log: &mut H) -> Result<Vec<u8>, H::Failure> {
    match encoding {
        "utf_8" => utf8::encode(text, log),
        "utf_16" => utf16::encode(text, Order::Mark, log),
        "utf_16_le" => utf16::encode(text, Order::Little, log),
        "utf_16_be" => utf16::encode(text, Order::Big, log),
        "utf_32" => utf32::encode(text, Order::Mark, log),
        "utf_32_le" => utf32::encode(text, Order::Little, log),
        "utf_32_be" => utf32::encode(text, Order::Big, log),
        "utf_7" => Ok(utf7::encode(text)),
        "unicode_escape" => Ok(escape::encode(text)),
        "raw_unicode_escape" => Ok(escape::encode_raw(text)),
        "latin_1" => codecs::encode_latin1(text, log),
        _ => codecs::encode_ascii(text, log),
    }
}

fn hexed(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn decode(encoding: &str, last: bool, data: &[u8]) -> String {
    let mut log = Log(String::new());
    match decode_with(encoding, last, data, &mut log) {
        Ok(d) => format!("{}|{}|{}", plain(d.text.points().into_iter()), d.used, log.0),
        Err(e) => format!("{e:?}"),
    }
}

fn encode(encoding: &str, text: &[u32]) -> String {
    let mut log = Log(String::new());
    match encode_with(encoding, text, &mut log) {
        Ok(bytes) => format!("{}|{}", hexed(&bytes), log.0),
        Err(e) => format!("{e:?}"),
    }
}

fn failed(e: CodecError) -> String {
    format!("E {} {} {}-{}", e.encoding, e.reason, e.start, e.end)
}

fn standard(encoding: &str, handler: &str, data: &[u8]) -> String {
    let Some(kind) = Standard::from_name(handler) else { return "no handler".to_string() };
    match decode_with(encoding, true, data, &mut Handler::decoding(kind)) {
        Ok(d) => plain(d.text.points().into_iter()),
        Err(e) => failed(e),
    }
}

fn standard_encode(encoding: &str, handler: &str, text: &[u32]) -> String {
    let Some(kind) = Standard::from_name(handler) else { return "no handler".to_string() };
    match encode_with(encoding, text, &mut Handler { kind, text: |i| text[i] }) {
        Ok(bytes) => hexed(&bytes),
        Err(e) => failed(e),
    }
}

#[test]
fn agrees_with_the_reference() {
    let input: Box<dyn Read> = match std::env::var("TEXT_FIXTURES") {
        Ok(path) => Box::new(std::fs::File::open(path).expect("the file of TEXT_FIXTURES")),
        Err(_) => Box::new(include_bytes!("reference.txt").as_slice()),
    };
    let (mut count, mut bad) = (0u64, 0u64);
    for line in BufReader::new(input).lines().map_while(Result::ok) {
        let mut fields: Vec<&str> = line.split('\t').collect();
        let expected = fields.pop().unwrap_or("");
        let got = run(&fields);
        count += 1;
        if got != expected {
            bad += 1;
            if bad <= 40 {
                println!("{:.200}: {got:.200?}, expected {expected:.200?}", format!("{fields:?}"));
            }
        }
    }
    assert!(bad == 0 && count > 0, "{bad} of {count} differ");
}
