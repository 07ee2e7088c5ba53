//! Character names, aliases and named sequences (`unicodedata.name`, `unicodedata.lookup`, `\N{…}`).

use super::tables::names::*;

/// Longer names are refused unseen: `lookup` says "name too long".
pub const LONGEST: usize = 256;

const LEADS: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
const TAILS: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];
const HANGUL: &str = "HANGUL SYLLABLE ";

fn u16_at(at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*DATA.get(at)?, *DATA.get(at + 1)?]))
}

fn word(number: usize) -> &'static [u8] {
    match (WORD_OFFSETS.get(number), WORD_OFFSETS.get(number + 1)) {
        (Some(from), Some(to)) => &DATA[WORDS_START + *from as usize..WORDS_START + *to as usize],
        _ => &[],
    }
}

/// The words of an entry, each with the separator before it.
fn entry(number: usize) -> impl Iterator<Item = &'static [u8]> {
    let mut at = ENTRY_OFFSETS.get(number / STRIDE).map_or(usize::MAX, |o| *o as usize);
    let next = move |at: &mut usize| -> Option<usize> {
        let first = usize::from(*DATA.get(*at)?);
        *at += 1;
        if first < SHORT_WORDS {
            return Some(first);
        }
        let second = usize::from(*DATA.get(*at)?);
        *at += 1;
        Some(SHORT_WORDS + (first - SHORT_WORDS) * 256 + second)
    };
    for _ in 0..number % STRIDE {
        while next(&mut at).is_some_and(|n| n != 0) {}
    }
    std::iter::from_fn(move || next(&mut at).filter(|n| *n != 0).map(|n| word(n - 1)))
}

fn entry_is(number: usize, name: &[u8]) -> bool {
    let mut rest = name;
    for word in entry(number) {
        match rest.strip_prefix(word) {
            Some(r) => rest = r,
            None => return false,
        }
    }
    rest.is_empty()
}

/// The character's name (`unicodedata.name`), aliases not considered.
pub fn name(c: u32) -> Option<String> {
    if let Some(i) = c.checked_sub(0xAC00).filter(|i| *i < 11172) {
        let i = i as usize;
        return Some(format!("{HANGUL}{}{}{}", LEADS[i / 588], VOWELS[i / 28 % 21], TAILS[i % 28]));
    }
    if let Some(range) = RANGES.iter().find(|r| r.0 <= c && c <= r.1) {
        return range.3.then(|| format!("{}{c:04X}", range.2));
    }
    let run = RUNS.partition_point(|r| r.0 <= c).checked_sub(1)?;
    let end = RUNS.get(run + 1).map_or(CHARACTERS, |r| r.1 as usize);
    let number = (RUNS[run].1 + (c - RUNS[run].0)) as usize;
    if number >= end {
        return None;
    }
    let bytes: Vec<u8> = entry(number).flatten().copied().collect();
    String::from_utf8(bytes).ok()
}

/// The index and length of the longest part that begins `text`.
fn longest(parts: &[&str], text: &str) -> Option<(u32, usize)> {
    parts
        .iter()
        .enumerate()
        .filter(|(_, p)| text.starts_with(**p))
        .max_by_key(|(_, p)| p.len())
        .map(|(i, p)| (i as u32, p.len()))
}

fn hangul(rest: &str) -> Option<u32> {
    let (lead, n) = longest(&LEADS, rest)?;
    let rest = &rest[n..];
    let (vowel, n) = longest(&VOWELS, rest).filter(|(_, n)| *n > 0)?;
    let rest = &rest[n..];
    let (tail, n) = longest(&TAILS, rest)?;
    (n == rest.len()).then_some(0xAC00 + (lead * 21 + vowel) * 28 + tail)
}

fn find_entry(name: &[u8]) -> Option<usize> {
    let hash = name.iter().fold(0x811C_9DC5u32, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193));
    let mut at = hash as usize & (SLOTS - 1);
    loop {
        let number = usize::from(u16_at(SLOTS_START + 2 * at)?);
        if number == usize::from(u16::MAX) {
            return None;
        }
        if entry_is(number, name) {
            return Some(number);
        }
        at = (at + 1) & (SLOTS - 1);
    }
}

enum Found {
    Character(u32),
    Sequence(&'static [u32]),
}

fn find(name: &str) -> Option<Found> {
    if name.len() > LONGEST || !name.is_ascii() {
        return None;
    }
    let name = name.to_ascii_uppercase();
    if let Some(rest) = name.strip_prefix(HANGUL) {
        return hangul(rest).map(Found::Character);
    }
    for range in &RANGES {
        if let Some(rest) = name.strip_prefix(range.2)
            && matches!(rest.len(), 4 | 5)
            && !rest.starts_with(['+', '0'])
            && let Ok(c) = u32::from_str_radix(rest, 16)
            && (range.0..=range.1).contains(&c)
        {
            return Some(Found::Character(c));
        }
    }
    let number = find_entry(name.as_bytes())?;
    if let Some(alias) = number.checked_sub(CHARACTERS) {
        let (start, len) = *ALIAS_TARGETS.get(alias)?;
        let points = ALIAS_POINTS.get(start as usize..(start + len) as usize)?;
        return Some(match points {
            [c] => Found::Character(*c),
            _ => Found::Sequence(points),
        });
    }
    let run = RUNS.partition_point(|r| r.1 as usize <= number).checked_sub(1)?;
    Some(Found::Character(RUNS[run].0 + (number as u32 - RUNS[run].1)))
}

/// The character of a name or alias, letters in any case: what `\N{…}` accepts.
pub fn lookup(name: &str) -> Option<u32> {
    match find(name)? {
        Found::Character(c) => Some(c),
        Found::Sequence(_) => None,
    }
}

/// As [`lookup`], named sequences included: what `unicodedata.lookup` accepts.
pub fn lookup_sequence(name: &str) -> Option<Vec<u32>> {
    Some(match find(name)? {
        Found::Character(c) => vec![c],
        Found::Sequence(points) => points.to_vec(),
    })
}
