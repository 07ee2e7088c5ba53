//! ISO 2022 in seven bits: character sets are designated to G0, G1 and G2 by escape sequences (RFC 1468, 1554, 1557, 2237).
//!
//! The state holds the final byte of the set designated to each of G0 to G2 (with 0x80 for sets of two bytes), and flags.

use super::stateless::push_code;
use super::table::{Meaning, table};
use super::{State, Step, Written};

const ASCII: u8 = b'B';
/// Marks a set of two bytes a character.
const DOUBLE: u8 = 0x80;
const ESC: u8 = 0x1B;
const SO: u8 = 0x0E;
const SI: u8 = 0x0F;

const G0: usize = 0;
const G1: usize = 1;
const G2: usize = 2;
const FLAGS: usize = 4;
/// G1 is in use.
const SHIFTED: u8 = 1;
/// An escape sequence that means nothing here is passed through up to its final byte.
const THROUGH: u8 = 2;

pub(super) const INITIAL: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];
pub(super) const ENCODE_INITIAL: State = [ASCII, ASCII, 0, 0, 0, 0, 0, 0];

/// The longest escape sequence that is looked for.
const LONGEST_ESCAPE: usize = 16;

/// A character set that a codec may designate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Jisx0208,
    /// Its older edition, decoded alike and never written.
    Jisx0208Old,
    Jisx0201Roman,
    Jisx0201Kana,
    Jisx0212,
    Ksx1001,
    Gb2312,
    Jisx0213Plane1,
    Jisx0213Plane2,
    /// The pairs of plane 1 alone, tried before JIS X 0208.
    Jisx0213Pairs,
    Jisx0213Plane1Of2004,
    Jisx0213Plane2Of2004,
    Jisx0213PairsOf2004,
    Latin1,
    Greek,
}

enum Found {
    /// So many characters, and the code in seven bits.
    Code(usize, u32),
    None,
    /// The next character decides.
    Short,
}

impl Set {
    /// The final byte of its escape sequence.
    fn mark(self) -> u8 {
        match self {
            Set::Jisx0208 => b'B' | DOUBLE,
            Set::Jisx0208Old => b'@' | DOUBLE,
            Set::Jisx0201Roman => b'J',
            Set::Jisx0201Kana => b'I',
            Set::Jisx0212 => b'D' | DOUBLE,
            Set::Ksx1001 => b'C' | DOUBLE,
            Set::Gb2312 => b'A' | DOUBLE,
            Set::Jisx0213Plane1 | Set::Jisx0213Pairs => b'O' | DOUBLE,
            Set::Jisx0213Plane1Of2004 | Set::Jisx0213PairsOf2004 => b'Q' | DOUBLE,
            Set::Jisx0213Plane2 | Set::Jisx0213Plane2Of2004 => b'P' | DOUBLE,
            Set::Latin1 => b'A',
            Set::Greek => b'F',
        }
    }

    /// The table codec whose codes hold the set, and what distinguishes them.
    fn source(self) -> Option<(&'static str, u32)> {
        const TWO: u32 = 0x8080;
        const THREE: u32 = 0x8F_8080;
        Some(match self {
            Set::Jisx0208 | Set::Jisx0208Old => ("euc_jp", TWO),
            Set::Jisx0212 => ("euc_jp", THREE),
            Set::Ksx1001 => ("euc_kr", TWO),
            Set::Gb2312 => ("gb2312", TWO),
            Set::Jisx0213Plane1 | Set::Jisx0213Pairs => ("euc_jisx0213", TWO),
            Set::Jisx0213Plane2 => ("euc_jisx0213", THREE),
            Set::Jisx0213Plane1Of2004 | Set::Jisx0213PairsOf2004 => ("euc_jis_2004", TWO),
            Set::Jisx0213Plane2Of2004 => ("euc_jis_2004", THREE),
            _ => return None,
        })
    }

    fn decode(self, input: &[u8]) -> Step {
        let first = input[0];
        match self {
            Set::Jisx0201Roman => Step::Char(
                match first {
                    0x5C => 0xA5,
                    0x7E => 0x203E,
                    b => b.into(),
                },
                1,
            ),
            Set::Jisx0201Kana => match first {
                0x21..=0x5F => Step::Char(0xFF40 + u32::from(first), 1),
                _ => Step::Bad(1),
            },
            _ => {
                let Some(&second) = input.get(1) else { return Step::Short };
                let Some((name, high)) = self.source() else { return Step::Bad(1) };
                if second >= 0x80 {
                    return Step::Bad(2);
                }
                let code = u32::from(first) << 8 | u32::from(second) | high;
                match table(name).and_then(|t| t.meaning(code)) {
                    Some(Meaning::One(c)) => Step::Char(c, 2),
                    Some(Meaning::Two(a, b)) => Step::Pair(a, b, 2),
                    None => Step::Bad(2),
                }
            }
        }
    }

    fn encode(self, text: &[u32], flush: bool) -> Found {
        let c = text[0];
        match (self, c) {
            (Set::Jisx0201Roman, 0xA5) => return Found::Code(1, 0x5C),
            (Set::Jisx0201Roman, 0x203E) => return Found::Code(1, 0x7E),
            (Set::Jisx0201Kana, 0xFF61..=0xFF9F) => return Found::Code(1, c - 0xFF40),
            (Set::Jisx0208Old, _) => return Found::None,
            _ => {}
        }
        let Some((name, high)) = self.source() else { return Found::None };
        let Some(table) = table(name) else { return Found::None };
        let seven = |code: u32| match (code, high) {
            (0x8080..=0xFFFF, 0x8080) | (0x8F_8080..=0x8F_FFFF, 0x8F_8080) if code & 0x8080 == 0x8080 => {
                Some(code & 0x7F7F)
            }
            _ => None,
        };
        let pairs = matches!(self, Set::Jisx0213Pairs | Set::Jisx0213PairsOf2004);
        if pairs {
            if !table.begins_pair(c) {
                return Found::None;
            }
            return match text.get(1) {
                Some(&next) => {
                    table.pair_code(c, next).and_then(seven).map_or(Found::None, |code| Found::Code(2, code))
                }
                None if !flush => Found::Short,
                None => Found::None,
            };
        }
        table.code(c).and_then(seven).map_or(Found::None, |code| Found::Code(1, code))
    }
}

/// One of the codecs.
pub(super) struct Iso2022 {
    /// In the order in which encoding tries them.
    sets: &'static [Set],
    /// Written sets go to G1 and are reached by shifting.
    shifts: bool,
    /// Single shifts to G2 are known.
    single_shift: bool,
    /// The announcement `ESC & @` of a revision is known.
    revision: bool,
}

impl Iso2022 {
    const fn japanese(sets: &'static [Set]) -> Iso2022 {
        Iso2022 { sets, shifts: false, single_shift: false, revision: true }
    }

    fn set(&self, mark: u8) -> Option<Set> {
        self.sets.iter().copied().find(|s| s.mark() == mark)
    }

    pub(super) fn decode(&self, state: &mut State, input: &[u8]) -> Step {
        let c = input[0];
        if state[FLAGS] & THROUGH != 0 {
            if is_final(c) {
                state[FLAGS] &= !THROUGH;
            }
            return Step::Char(c.into(), 1);
        }
        match c {
            ESC => {
                let Some(&next) = input.get(1) else { return Step::Short };
                if matches!(next, b'(' | b')' | b'$' | b'.' | b'&') {
                    return self.designate(state, input);
                }
                if self.single_shift && next == b'N' {
                    return single_shifted(state, input);
                }
                state[FLAGS] |= THROUGH;
                Step::Char(ESC.into(), 1)
            }
            SO if self.shifts => {
                state[FLAGS] |= SHIFTED;
                Step::Silent(1)
            }
            SI if self.shifts => {
                state[FLAGS] &= !SHIFTED;
                Step::Silent(1)
            }
            b'\n' => {
                state[FLAGS] &= !SHIFTED;
                Step::Char(c.into(), 1)
            }
            0..0x20 => Step::Char(c.into(), 1),
            0x80.. => Step::Bad(1),
            _ => {
                let mark = state[if state[FLAGS] & SHIFTED != 0 { G1 } else { G0 }];
                if mark == ASCII {
                    return Step::Char(c.into(), 1);
                }
                match self.set(mark) {
                    Some(set) => set.decode(input),
                    None => Step::Bad(1),
                }
            }
        }
    }

    fn designate(&self, state: &mut State, input: &[u8]) -> Step {
        let mut length = 0;
        let mut at = 1;
        while at < LONGEST_ESCAPE {
            let Some(&b) = input.get(at) else { return Step::Short };
            if self.revision && b == b'&' && input.get(at + 1) == Some(&b'@') {
                at += 2;
            } else if is_final(b) {
                length = at + 1;
                break;
            }
            at += 1;
        }
        let (place, mark) = match &input[..length] {
            [] => return Step::Bad(1),
            [_, b'$', mark] => (G0, mark | DOUBLE),
            [_, b'(', mark] => (G0, *mark),
            [_, b')', mark] => (G1, *mark),
            [_, b'.', mark] if self.single_shift => (G2, *mark),
            [_, b'$', b'(', mark] => (G0, mark | DOUBLE),
            [_, b'$', b')', mark] => (G1, mark | DOUBLE),
            [_, b'&', b'@', ESC, b'$', b'B'] if self.revision => (G0, b'B' | DOUBLE),
            _ => return Step::Bad(length),
        };
        if mark != ASCII && self.set(mark).is_none() {
            return Step::Bad(length);
        }
        state[place] = mark;
        Step::Silent(length)
    }

    pub(super) fn encode(&self, state: &mut State, text: &[u32], flush: bool, out: &mut Vec<u8>) -> Written {
        let c = text[0];
        if c < 0x80 {
            reset_encode(state, out);
            out.push(c as u8);
            return Written::Chars(1);
        }
        for &set in self.sets {
            let (used, code) = match set.encode(text, flush) {
                Found::Code(used, code) => (used, code),
                Found::None => continue,
                Found::Short => return Written::Short,
            };
            let mark = set.mark();
            let place = if self.shifts { G1 } else { G0 };
            if state[place] != mark {
                out.push(ESC);
                match (mark & DOUBLE != 0, self.shifts) {
                    (true, true) => out.extend(b"$)"),
                    (true, false) if matches!(mark & !DOUBLE, b'@' | b'A' | b'B') => out.push(b'$'),
                    (true, false) => out.extend(b"$("),
                    (false, true) => out.push(b')'),
                    (false, false) => out.push(b'('),
                }
                out.push(mark & !DOUBLE);
                state[place] = mark;
            }
            if self.shifts && state[FLAGS] & SHIFTED == 0 {
                out.push(SO);
                state[FLAGS] |= SHIFTED;
            }
            push_code(out, code);
            return Written::Chars(used);
        }
        Written::Bad
    }
}

/// Whether a byte ends an escape sequence.
fn is_final(b: u8) -> bool {
    b.is_ascii_uppercase() || b == b'@'
}

/// `ESC N` and a character of G2.
fn single_shifted(state: &State, input: &[u8]) -> Step {
    let Some(&c) = input.get(2) else { return Step::Short };
    match state[G2] {
        _ if c >= 0x80 => Step::Bad(3),
        b'A' => Step::Char(u32::from(c) + 0x80, 3),
        b'F' => greek(c | 0x80).map_or(Step::Bad(3), |c| Step::Char(c, 3)),
        ASCII => Step::Char(c.into(), 3),
        _ => Step::Bad(3),
    }
}

/// ISO 8859-7 above 0x7F.
fn greek(b: u8) -> Option<u32> {
    Some(match b {
        0xA1 => 0x2018,
        0xA2 => 0x2019,
        0xA4 => 0x20AC,
        0xA5 => 0x20AF,
        0xAA => 0x37A,
        0xAF => 0x2015,
        0xAE | 0xD2 | 0xFF => return None,
        0xB4..=0xB6 | 0xB8..=0xBA | 0xBC | 0xBE..=0xFE => 0x384 + u32::from(b - 0xB4),
        b => b.into(),
    })
}

pub(super) fn reset_decode(state: &mut State) {
    state[G0] = ASCII;
    state[FLAGS] &= !SHIFTED;
}

pub(super) fn reset_encode(state: &mut State, out: &mut Vec<u8>) {
    if state[FLAGS] & SHIFTED != 0 {
        out.push(SI);
        state[FLAGS] &= !SHIFTED;
    }
    if state[G0] != ASCII {
        out.extend([ESC, b'(', ASCII]);
        state[G0] = ASCII;
    }
}

pub(super) static KR: Iso2022 =
    Iso2022 { sets: &[Set::Ksx1001], shifts: true, single_shift: false, revision: false };
pub(super) static JP: Iso2022 = Iso2022::japanese(&[Set::Jisx0208, Set::Jisx0201Roman, Set::Jisx0208Old]);
pub(super) static JP_1: Iso2022 =
    Iso2022::japanese(&[Set::Jisx0208, Set::Jisx0212, Set::Jisx0201Roman, Set::Jisx0208Old]);
pub(super) static JP_2: Iso2022 = Iso2022 {
    sets: &[
        Set::Jisx0208,
        Set::Jisx0212,
        Set::Ksx1001,
        Set::Gb2312,
        Set::Jisx0201Roman,
        Set::Jisx0208Old,
        Set::Latin1,
        Set::Greek,
    ],
    shifts: false,
    single_shift: true,
    revision: true,
};
pub(super) static JP_2004: Iso2022 = Iso2022::japanese(&[
    Set::Jisx0213PairsOf2004,
    Set::Jisx0208,
    Set::Jisx0213Plane1Of2004,
    Set::Jisx0213Plane2Of2004,
]);
pub(super) static JP_3: Iso2022 =
    Iso2022::japanese(&[Set::Jisx0213Pairs, Set::Jisx0208, Set::Jisx0213Plane1, Set::Jisx0213Plane2]);
pub(super) static JP_EXT: Iso2022 = Iso2022::japanese(&[
    Set::Jisx0208,
    Set::Jisx0212,
    Set::Jisx0201Roman,
    Set::Jisx0201Kana,
    Set::Jisx0208Old,
]);
