//! The encodings by lead and trail bytes, with the longer codes that three of them have, and HZ (RFC 1843).

use super::table::{self, Meaning, Table};
use super::tables::GB18030_RANGES;
use super::{State, Step, Written};

/// What codes of more than two bytes a table codec has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Plain,
    /// 0x8F begins codes of three bytes.
    Euc,
    /// Hangul without a code of its own is spelt in eight bytes.
    EucKr,
    /// A digit in second place makes codes of four bytes.
    Gb18030,
}

pub(super) fn decode(kind: Kind, table: &Table, input: &[u8]) -> Step {
    let first = input[0];
    match table.singles[usize::from(first)] {
        table::LEAD => {}
        table::ILLEGAL => return Step::Bad(1),
        c => return Step::Char(c, 1),
    }
    let Some(&second) = input.get(1) else { return Step::Short };
    let code = u32::from(first) << 8 | u32::from(second);
    match kind {
        Kind::Euc if first == 0x8F => {
            let Some(&third) = input.get(2) else { return Step::Short };
            found(table, code << 8 | u32::from(third), 3)
        }
        Kind::Gb18030 if second.is_ascii_digit() => gb18030_decode(input),
        Kind::EucKr if code == 0xA4D4 => spelt_decode(input),
        _ => found(table, code, 2),
    }
}

fn found(table: &Table, code: u32, width: usize) -> Step {
    match table.meaning(code) {
        Some(Meaning::One(c)) => Step::Char(c, width),
        Some(Meaning::Two(a, b)) => Step::Pair(a, b, width),
        // The ten characters that JIS X 0213:2004 added are known, and refused.
        None if table.is_removed(code) && table.begins_pair(0x304B) => Step::Bad(2),
        None => Step::Bad(1),
    }
}

pub(super) fn push_code(out: &mut Vec<u8>, code: u32) {
    let bytes = code.to_be_bytes();
    let skip = bytes.iter().take(3).take_while(|b| **b == 0).count();
    out.extend_from_slice(&bytes[skip..]);
}

pub(super) fn encode(kind: Kind, table: &Table, text: &[u32], flush: bool, out: &mut Vec<u8>) -> Written {
    let c = text[0];
    if table.begins_pair(c) {
        match text.get(1) {
            Some(&next) => {
                if let Some(code) = table.pair_code(c, next) {
                    push_code(out, code);
                    return Written::Chars(2);
                }
            }
            None if !flush => return Written::Short,
            None => {}
        }
    }
    let written = match (table.code(c), kind) {
        (Some(code), _) => {
            push_code(out, code);
            true
        }
        (None, Kind::Gb18030) => gb18030_encode(c, out),
        (None, Kind::EucKr) => spelt_encode(c, out),
        (None, _) => false,
    };
    if written { Written::Chars(1) } else { Written::Bad }
}

/// The linear index of U+10000 among the four-byte codes of GB 18030.
const GB18030_SUPPLEMENTARY: u32 = 189_000;

fn gb18030_decode(input: &[u8]) -> Step {
    let &[a, b, c, d] = match input.get(..4) {
        Some(four) => match <&[u8; 4]>::try_from(four) {
            Ok(four) => four,
            Err(_) => return Step::Short,
        },
        None => return Step::Short,
    };
    if a < 0x81 || c < 0x81 || c == 0xFF || !d.is_ascii_digit() {
        return Step::Bad(1);
    }
    let digit = |b: u8| u32::from(b - b'0');
    let index = ((u32::from(a - 0x81) * 10 + digit(b)) * 126 + u32::from(c - 0x81)) * 10 + digit(d);
    if let Some(above) = index.checked_sub(GB18030_SUPPLEMENTARY) {
        return if above < 0x10_0000 { Step::Char(0x1_0000 + above, 4) } else { Step::Bad(1) };
    }
    let range = GB18030_RANGES.partition_point(|r| r.2 <= index).checked_sub(1).map(|i| GB18030_RANGES[i]);
    match range {
        Some((c, n, start)) if index - start < n => Step::Char(c + index - start, 4),
        _ => Step::Bad(1),
    }
}

fn gb18030_encode(c: u32, out: &mut Vec<u8>) -> bool {
    let index = if c >= 0x1_0000 {
        c - 0x1_0000 + GB18030_SUPPLEMENTARY
    } else {
        match GB18030_RANGES.iter().find(|r| (r.0..r.0 + r.1).contains(&c)) {
            Some((first, _, start)) => c - first + start,
            None => return false,
        }
    };
    let digit = |n: u32| b'0' + (n % 10) as u8;
    out.extend([
        0x81 + (index / 12600) as u8,
        digit(index / 1260),
        0x81 + (index / 10 % 126) as u8,
        digit(index),
    ]);
    true
}

/// Trail bytes of the Hangul letters that begin a syllable, in the order of Unicode.
static INITIALS: [u8; 19] = [
    0xA1, 0xA2, 0xA4, 0xA7, 0xA8, 0xA9, 0xB1, 0xB2, 0xB3, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xBC,
    0xBD, 0xBE,
];
/// Trail bytes of those that end one; the first stands for none.
static FINALS: [u8; 28] = [
    0xD4, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0, 0xB1,
    0xB2, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE,
];
const FIRST_VOWEL: u8 = 0xBF;
const VOWELS: u32 = 21;

/// A syllable spelt by KS X 1001: the filler, then its three letters, each after 0xA4.
fn spelt_decode(input: &[u8]) -> Step {
    let &[_, _, 0xA4, initial, 0xA4, vowel, 0xA4, last] = (match input.get(..8) {
        Some(eight) => eight,
        None => return Step::Short,
    }) else {
        return Step::Bad(1);
    };
    let initial = INITIALS.iter().position(|b| *b == initial);
    let vowel = vowel.checked_sub(FIRST_VOWEL).map(u32::from).filter(|v| *v < VOWELS);
    let last = FINALS.iter().position(|b| *b == last);
    match (initial, vowel, last) {
        (Some(i), Some(v), Some(l)) => Step::Char(0xAC00 + (i as u32 * VOWELS + v) * 28 + l as u32, 8),
        _ => Step::Bad(1),
    }
}

fn spelt_encode(c: u32, out: &mut Vec<u8>) -> bool {
    let Some(n) = c.checked_sub(0xAC00).filter(|n| *n < 11172) else { return false };
    let (initial, vowel, last) = (n / 588, n / 28 % VOWELS, n % 28);
    let letters = [0xD4, INITIALS[initial as usize], FIRST_VOWEL + vowel as u8, FINALS[last as usize]];
    letters.into_iter().for_each(|b| out.extend([0xA4, b]));
    true
}

/// HZ: the first byte of the state says whether GB 2312 is on.
pub(super) fn hz_decode(table: &Table, state: &mut State, input: &[u8]) -> Step {
    let (first, on) = (input[0], state[0] != 0);
    if first == b'~' {
        let Some(second) = input.get(1) else { return Step::Short };
        match (second, on) {
            (b'~', false) => return Step::Char(0x7E, 2),
            (b'{', false) => state[0] = 1,
            (b'\n', false) => {}
            (b'}', true) => state[0] = 0,
            _ => return Step::Bad(1),
        }
        return Step::Silent(2);
    }
    if first >= 0x80 {
        return Step::Bad(1);
    }
    if !on {
        return Step::Char(first.into(), 1);
    }
    let Some(&second) = input.get(1) else { return Step::Short };
    if second >= 0x80 {
        return Step::Bad(1);
    }
    match table.meaning((u32::from(first) << 8 | u32::from(second)) | 0x8080) {
        Some(Meaning::One(c)) => Step::Char(c, 2),
        _ => Step::Bad(1),
    }
}

pub(super) fn hz_reset(state: &mut State, out: &mut Vec<u8>) {
    if state[0] != 0 {
        out.extend(b"~}");
        state[0] = 0;
    }
}

pub(super) fn hz_encode(table: &Table, state: &mut State, text: &[u32], out: &mut Vec<u8>) -> Written {
    let c = text[0];
    if c < 0x80 {
        hz_reset(state, out);
        out.push(c as u8);
        if c == 0x7E {
            out.push(b'~');
        }
        return Written::Chars(1);
    }
    let Some(code) = table.code(c).filter(|code| *code > 0xFF) else { return Written::Bad };
    if state[0] == 0 {
        out.extend(b"~{");
        state[0] = 1;
    }
    push_code(out, code & 0x7F7F);
    Written::Chars(1)
}
