//! Times searching: `bench.py` prints patterns, and its own times, over the same text.
//! `python3.14 crates/sre/examples/bench.py TEXT | cargo run --profile quick -p taipan-sre --example bench TEXT`

use std::io::BufRead;
use std::time::Instant;

use taipan_sre::{Locale, Machine, Mode, Pattern, Request, Subject};

fn main() {
    let Some(path) = std::env::args().nth(1) else { return };
    let Ok(text) = std::fs::read(path) else { return };
    let text: Vec<u8> = text.into_iter().filter(u8::is_ascii).collect();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, groups, code, count, seconds] = fields[..] else { continue };
        let code: Vec<u32> = code.split(' ').filter_map(|n| n.parse().ok()).collect();
        let Ok(pattern) = Pattern::new(&code, groups.parse().unwrap_or(0)) else { continue };
        let (mut machine, locale) = (Machine::new(), Locale::default());
        let (mut took, mut found) = (f64::MAX, 0);
        for _ in 0..5 {
            let begin = Instant::now();
            found = matches_in(&pattern, &mut machine, &locale, &text);
            took = took.min(begin.elapsed().as_secs_f64());
        }
        let reference: f64 = seconds.parse().unwrap_or(1.0);
        println!("{name:40} {found:8} (reference {count:>8}) {took:.4} s, ratio {:.2}", took / reference);
    }
}

fn matches_in(pattern: &Pattern, machine: &mut Machine, locale: &Locale, text: &[u8]) -> u64 {
    let (mut found, mut pos, mut must_advance) = (0u64, 0, false);
    while pos <= text.len() {
        let request = Request { mode: Mode::Search, pos, endpos: text.len(), must_advance };
        let check = &mut || Ok::<(), ()>(());
        if pattern.run(machine, Subject::One(text), request, locale, check) != Ok(true) {
            break;
        }
        found += 1;
        let (start, end) = machine.span(0).unwrap_or((pos, pos));
        (pos, must_advance) = (end, start == end);
    }
    found
}
