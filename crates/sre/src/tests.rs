//! Comparison with the reference: `fixtures.txt` was written by `fixtures.py`.

use super::*;

fn search(pattern: &Pattern, machine: &mut Machine, subject: &[u32], request: Request) -> bool {
    let check = &mut || Ok::<(), ()>(());
    let locale = Locale::default();
    // The narrowest form, as str has it, and the widest must agree.
    let found = pattern.run(machine, Subject::Four(subject), request, &locale, check);
    if subject.iter().all(|c| *c < 0x100) {
        let narrow: Vec<u8> = subject.iter().map(|c| *c as u8).collect();
        let mut other = Machine::new();
        let again = pattern.run(&mut other, Subject::One(&narrow), request, &locale, check);
        assert_eq!(found, again);
        assert_eq!(machine.span(0), other.span(0));
    }
    found.unwrap_or(false)
}

/// Fields of a line: mode, groups, code, pos, endpos, subject, spans, last index; lists are separated by blanks.
fn run_line(line: &str) -> Result<(), String> {
    let fields: Vec<&str> = line.split('|').collect();
    let numbers = |text: &str| -> Vec<u32> { text.split(' ').filter_map(|n| n.parse().ok()).collect() };
    let [mode, groups, code, pos, endpos, subject, spans, last] = fields[..] else {
        return Err(format!("bad line: {line}"));
    };
    let pattern =
        Pattern::new(&numbers(code), groups.parse().unwrap_or(0)).map_err(|_| format!("refused: {line}"))?;
    let subject = numbers(subject);
    let request = Request {
        mode: match mode {
            "match" => Mode::Match,
            "fullmatch" => Mode::FullMatch,
            _ => Mode::Search,
        },
        pos: pos.parse().unwrap_or(0),
        endpos: endpos.parse().unwrap_or(0),
        must_advance: false,
    };
    let mut machine = Machine::new();
    let mut got = Vec::new();
    if search(&pattern, &mut machine, &subject, request) {
        for group in 0..=pattern.groups() {
            got.push(machine.span(group).map_or("-".to_string(), |(s, e)| format!("{s}-{e}")));
        }
    }
    let got = got.join(" ");
    let got_last = if got.is_empty() { 0 } else { machine.last_index() };
    if got == spans && got_last.to_string() == last {
        Ok(())
    } else {
        Err(format!("got {got} ({got_last}) for {line}"))
    }
}

#[test]
fn agrees_with_the_reference() {
    let text = match std::env::var("SRE_FIXTURES") {
        Ok(path) => std::fs::read_to_string(path).expect("the file of SRE_FIXTURES"),
        Err(_) => include_str!("../fixtures.txt").to_string(),
    };
    let lines: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    let bad: Vec<String> = lines.iter().filter_map(|l| run_line(l).err()).collect();
    assert!(
        bad.is_empty(),
        "{} of {} differ:\n{}",
        bad.len(),
        lines.len(),
        bad[..bad.len().min(12)].join("\n")
    );
}

#[test]
fn damaged_code_is_refused_or_runs() {
    // Every single-word change of some real codes; none may panic or run away.
    let text = include_str!("../fixtures.txt");
    let subject: Vec<u32> = "aabcab1 _\n".chars().map(u32::from).collect();
    for line in text.lines().filter(|l| !l.starts_with('#')).step_by(37) {
        let fields: Vec<&str> = line.split('|').collect();
        let code: Vec<u32> = fields[2].split(' ').filter_map(|n| n.parse().ok()).collect();
        if code.len() > 60 {
            continue;
        }
        for i in 0..code.len() {
            for value in (0..44).chain([u32::MAX, 1000]) {
                let mut bad = code.clone();
                bad[i] = value;
                let Ok(pattern) = Pattern::new(&bad, fields[1].parse().unwrap_or(0)) else { continue };
                let request =
                    Request { mode: Mode::Search, pos: 0, endpos: subject.len(), must_advance: false };
                let mut calls = 0;
                let check = &mut || {
                    calls += 1;
                    if calls > 20 { Err(()) } else { Ok(()) }
                };
                let _ = pattern.run(
                    &mut Machine::new(),
                    Subject::Four(&subject),
                    request,
                    &Locale::default(),
                    check,
                );
            }
        }
    }
}

#[test]
fn long_subjects_need_no_native_stack() {
    // (?:a|bb)*c over a million characters.
    let code = [
        14,
        4,
        0,
        1,
        u32::MAX,
        23,
        17,
        0,
        u32::MAX,
        7,
        5,
        16,
        97,
        15,
        9,
        7,
        16,
        98,
        16,
        98,
        15,
        2,
        0,
        18,
        16,
        99,
        1,
    ];
    let pattern = Pattern::new(&code, 0).expect("valid code");
    let mut subject = vec![b'a'; 1_000_000];
    subject.push(b'c');
    let request = Request { mode: Mode::Match, pos: 0, endpos: subject.len(), must_advance: false };
    let mut machine = Machine::new();
    let found = pattern
        .run(&mut machine, Subject::One(&subject), request, &Locale::default(), &mut || Ok::<(), ()>(()));
    assert_eq!((found, machine.span(0)), (Ok(true), Some((0, subject.len()))));
}
