//! The compact form of the character names, written by `cargo xtask unicode`.
//!
//! Names are sequences of words (each with the separator before it) numbered by frequency; the commonest take
//! one byte, the rest two. Runs such as `CJK UNIFIED IDEOGRAPH-4E00…` are stated as ranges. A hash table of
//! entry numbers finds the entry of a name.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::unicode::{Facts, array, hex};

/// Entries between two recorded offsets.
const STRIDE: usize = 8;
/// A run of names that end in the code point is stated as a range from this length on.
const SHORTEST_RUN: usize = 16;

/// The generated source and the bytes it refers to.
pub struct Names {
    pub source: String,
    pub data: Vec<u8>,
}

fn words(name: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut start = 0;
    for (i, c) in name.char_indices() {
        if i > start && (c == ' ' || c == '-') {
            list.push(&name[start..i]);
            start = i;
        }
    }
    list.push(&name[start..]);
    list
}

/// FNV-1a, as `taipan_text::unicode::names` computes it.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811C_9DC5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

/// The prefix of a name that ends in `-` and the code point in hexadecimal.
fn prefix_of(c: u32, name: &str) -> Option<&str> {
    name.strip_suffix(&format!("{c:X}")).filter(|p| p.ends_with('-'))
}

/// Builds both parts from the facts; an error if the encoding's limits are passed.
pub fn build(facts: &Facts) -> Result<Names, String> {
    let mut ranges: Vec<(u32, u32, String, bool)> = Vec::new();
    let mut plain: Vec<(u32, String)> = Vec::new();
    split(facts, &mut ranges, &mut plain);
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (i, (c, _)) in plain.iter().enumerate() {
        if i == 0 || plain[i - 1].0 + 1 != *c {
            runs.push((*c, i as u32));
        }
    }
    let characters = plain.len();
    let mut names: Vec<&str> = plain.iter().map(|(_, name)| name.as_str()).collect();
    let mut targets: Vec<(u32, u32)> = Vec::new();
    let mut points: Vec<u32> = Vec::new();
    for line in &facts["aliases"] {
        let list: Vec<u32> = line[0].split(' ').map(hex).collect();
        targets.push((points.len() as u32, list.len() as u32));
        points.extend(list);
        names.push(&line[1]);
    }
    let (lexicon, short) = lexicon(&names)?;
    let mut data = Vec::new();
    let mut offsets: Vec<u32> = Vec::new();
    let numbers: HashMap<&str, usize> = lexicon.iter().enumerate().map(|(i, w)| (*w, i)).collect();
    for (i, name) in names.iter().enumerate() {
        if i % STRIDE == 0 {
            offsets.push(data.len() as u32);
        }
        for word in words(name) {
            let n = numbers[word] + 1;
            if n < short {
                data.push(n as u8);
            } else {
                let rest = n - short;
                data.extend([(short + rest / 256) as u8, (rest % 256) as u8]);
            }
        }
        data.push(0);
    }
    let entries_end = data.len();
    let mut word_offsets = vec![];
    for word in &lexicon {
        word_offsets.push((data.len() - entries_end) as u32);
        data.extend(word.bytes());
    }
    word_offsets.push((data.len() - entries_end) as u32);
    let slots_start = data.len();
    let size = (names.len() * 3 / 2).next_power_of_two();
    let mut slots = vec![u16::MAX; size];
    for (i, name) in names.iter().enumerate() {
        let mut at = hash(name) as usize & (size - 1);
        while slots[at] != u16::MAX {
            at = (at + 1) & (size - 1);
        }
        slots[at] = u16::try_from(i).map_err(|_| "too many names")?;
    }
    slots.iter().for_each(|s| data.extend(s.to_le_bytes()));
    let mut out = String::new();
    writeln!(out, "pub static DATA: &[u8] = include_bytes!(\"names.bin\");").unwrap();
    for (name, value) in [
        ("WORDS_START", entries_end),
        ("SLOTS_START", slots_start),
        ("SLOTS", size),
        ("SHORT_WORDS", short),
        ("STRIDE", STRIDE),
        ("CHARACTERS", characters),
    ] {
        writeln!(out, "pub const {name}: usize = {value};").unwrap();
    }
    writeln!(out, "/// First, last, prefix, and whether the character tells the name too.").unwrap();
    writeln!(out, "pub static RANGES: [(u32, u32, &str, bool); {}] = [", ranges.len()).unwrap();
    for (first, last, prefix, told) in &ranges {
        writeln!(out, "(0x{first:X}, 0x{last:X}, {prefix:?}, {told}),").unwrap();
    }
    writeln!(out, "];\n/// First code point of a run and its entry number.").unwrap();
    let pair = |list: &[(u32, u32)]| list.iter().map(|p| format!("({},{})", p.0, p.1)).collect::<Vec<_>>();
    array(&mut out, "RUNS", "(u32, u32)", &pair(&runs));
    array(&mut out, "ALIAS_TARGETS", "(u32, u32)", &pair(&targets));
    array(&mut out, "ALIAS_POINTS", "u32", &points);
    array(&mut out, "ENTRY_OFFSETS", "u32", &offsets);
    array(&mut out, "WORD_OFFSETS", "u32", &word_offsets);
    Ok(Names { source: out, data })
}

/// Sorts the characters into algorithmic ranges and plain names; Hangul syllables are neither.
fn split(facts: &Facts, ranges: &mut Vec<(u32, u32, String, bool)>, plain: &mut Vec<(u32, String)>) {
    let list: Vec<(u32, &str, bool)> = facts["names"]
        .iter()
        .map(|line| match line[1].strip_prefix('!') {
            Some(name) => (hex(&line[0]), name, false),
            None => (hex(&line[0]), line[1].as_str(), true),
        })
        .filter(|(c, ..)| !(0xAC00..=0xD7A3).contains(c))
        .collect();
    let mut i = 0;
    while i < list.len() {
        let (c, name, told) = list[i];
        if let Some(prefix) = prefix_of(c, name) {
            let run = list[i..]
                .iter()
                .enumerate()
                .take_while(|(k, e)| {
                    e.0 == c + *k as u32 && e.2 == told && prefix_of(e.0, e.1) == Some(prefix)
                })
                .count();
            if run >= SHORTEST_RUN || !told {
                ranges.push((c, c + run as u32 - 1, prefix.to_string(), told));
                i += run;
                continue;
            }
        }
        plain.push((c, name.to_string()));
        i += 1;
    }
}

/// The words by falling frequency, and the first number (counted from 1) that takes two bytes.
fn lexicon<'a>(names: &[&'a str]) -> Result<(Vec<&'a str>, usize), String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in names {
        words(name).into_iter().for_each(|w| *counts.entry(w).or_default() += 1);
    }
    let mut list: Vec<(&str, usize)> = counts.into_iter().collect();
    list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let long_needed = list.len().div_ceil(256);
    if long_needed > 200 {
        return Err("too many words".to_string());
    }
    Ok((list.into_iter().map(|w| w.0).collect(), 256 - long_needed))
}
