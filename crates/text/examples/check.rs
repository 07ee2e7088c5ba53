//! Compares with a reference interpreter: reads lines `operation<TAB>arguments…<TAB>expected` (made by
//! `check.py`) and prints what differs.

use std::io::BufRead;

use dashu_int::IBig;
use taipan_text::number::{complex, float, format, int, scale};

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
        other => format!("unknown operation {other}"),
    }
}

fn main() {
    let (mut count, mut bad) = (0u64, 0u64);
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let mut fields: Vec<&str> = line.split('\t').collect();
        let expected = fields.pop().unwrap_or("");
        let got = run(&fields);
        count += 1;
        if got != expected {
            bad += 1;
            if bad <= 40 {
                println!("{fields:?}: {got:?}, expected {expected:?}");
            }
        }
    }
    println!("{count} compared, {bad} differ");
}
