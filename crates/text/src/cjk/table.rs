//! The mapping tables of the Chinese, Japanese and Korean codecs.
//!
//! `tables.bin` holds one deflated record for each codec, written by `cargo xtask cjk`. A record is a sequence of LEB128
//! numbers: the number of the base it patches (from 1; 0 for none); the bytes that stand alone and are not what is usual
//! (below 0x80 themselves, above a lead byte), each with its character plus 1, or 0 where it is illegal; the patched codes by
//! their distance, each with the zigzag distance of its character plus 1, or 0 where the base's code is taken out; the pairs
//! of characters that one code stands for; and the characters that encoding treats otherwise than the lowest code that gives
//! them, with their code or 0.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::tables::PLACES;

static DATA: &[u8] = include_bytes!("tables.bin");

/// Values from here on are numbers of pairs.
const PAIR: u32 = 0x20_0000;
/// A byte that begins a longer code.
pub const LEAD: u32 = u32::MAX;
/// A byte that means nothing.
pub const ILLEGAL: u32 = u32::MAX - 1;

/// What a code stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    One(u32),
    Two(u32, u32),
}

/// Pages of 256 numbers, those that are used; zero means nothing.
#[derive(Default)]
struct Pages {
    index: Vec<u16>,
    pages: Vec<[u32; 256]>,
}

impl Pages {
    fn get(&self, at: u32) -> u32 {
        match self.index.get((at >> 8) as usize) {
            Some(&page) if page > 0 => self.pages[usize::from(page) - 1][(at & 0xFF) as usize],
            _ => 0,
        }
    }

    fn set(&mut self, at: u32, value: u32) {
        let high = (at >> 8) as usize;
        if high >= self.index.len() {
            self.index.resize(high + 1, 0);
        }
        if self.index[high] == 0 {
            self.pages.push([0; 256]);
            self.index[high] = self.pages.len() as u16;
        }
        self.pages[usize::from(self.index[high]) - 1][(at & 0xFF) as usize] = value;
    }
}

/// One codec's tables.
pub struct Table {
    /// What each byte is by itself: a character, [`LEAD`] or [`ILLEGAL`].
    pub singles: [u32; 256],
    /// By code: the value plus 1.
    decode: Pages,
    /// By character: the code plus 1.
    encode: Pages,
    pairs: Vec<(u32, u32, u32)>,
    /// Codes that the base has and this codec has not.
    removed: Vec<u32>,
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn number(&mut self) -> u32 {
        let (mut value, mut shift) = (0u32, 0);
        while let Some(&b) = self.data.get(self.at) {
            self.at += 1;
            value |= u32::from(b & 0x7F).checked_shl(shift).unwrap_or(0);
            if b < 0x80 {
                break;
            }
            shift += 7;
        }
        value
    }

    fn byte(&mut self) -> u8 {
        self.at += 1;
        self.data.get(self.at - 1).copied().unwrap_or(0)
    }
}

/// A record as it was written, with the codes of its base merged.
struct Record {
    singles: Vec<(u8, u32)>,
    codes: BTreeMap<u32, u32>,
    removed: Vec<u32>,
    pairs: Vec<(u32, u32)>,
    overrides: Vec<(u32, u32)>,
}

fn record(place: usize) -> Record {
    let (_, start, end) = PLACES[place];
    let data = miniz_oxide::inflate::decompress_to_vec_zlib(&DATA[start..end]).unwrap_or_default();
    let mut r = Reader { data: &data, at: 0 };
    // A base stands before what patches it, so that this ends.
    let mut codes = match r.number() as usize {
        base if base > 0 && base <= place => record(base - 1).codes,
        _ => BTreeMap::new(),
    };
    let count = r.number();
    let singles = (0..count).map(|_| (r.byte(), r.number())).collect();
    let mut removed = Vec::new();
    let (mut code, mut value) = (0u32, 0i64);
    for _ in 0..r.number() {
        code = code.wrapping_add(r.number());
        match r.number() {
            0 => {
                codes.remove(&code);
                removed.push(code);
            }
            n => {
                let n = i64::from(n - 1);
                value += if n & 1 == 0 { n / 2 } else { -(n + 1) / 2 };
                codes.insert(code, value as u32);
            }
        }
    }
    let count = r.number();
    let pairs = (0..count).map(|_| (r.number(), r.number())).collect();
    let count = r.number();
    let mut last = 0u32;
    let overrides = (0..count)
        .map(|_| {
            last = last.wrapping_add(r.number());
            (last, r.number())
        })
        .collect();
    Record { singles, codes, removed, pairs, overrides }
}

impl Table {
    fn load(place: usize) -> Table {
        let record = record(place);
        let mut table = Table {
            singles: std::array::from_fn(|b| if b < 0x80 { b as u32 } else { LEAD }),
            decode: Pages::default(),
            encode: Pages::default(),
            pairs: Vec::new(),
            removed: record.removed,
        };
        for (b, value) in record.singles {
            table.singles[usize::from(b)] = value.checked_sub(1).unwrap_or(ILLEGAL);
        }
        for (&code, &value) in record.codes.iter().rev() {
            table.decode.set(code, value + 1);
            match value.checked_sub(PAIR).and_then(|i| record.pairs.get(i as usize)) {
                Some(&(a, b)) => table.pairs.push((a, b, code)),
                None => table.encode.set(value, code + 1),
            }
        }
        for b in (0..256u32).rev() {
            let c = table.singles[b as usize];
            if c < ILLEGAL {
                table.encode.set(c, b + 1);
            }
        }
        for (c, code) in record.overrides {
            table.encode.set(c, if code == 0 { 0 } else { code + 1 });
        }
        // Values of pairs count from the record's order.
        table.pairs.sort_by_key(|&(a, b, _)| record.pairs.iter().position(|&p| p == (a, b)));
        table
    }

    /// The meaning of a code of two or three bytes.
    pub fn meaning(&self, code: u32) -> Option<Meaning> {
        let value = self.decode.get(code).checked_sub(1)?;
        match value.checked_sub(PAIR) {
            Some(i) => self.pairs.get(i as usize).map(|&(a, b, _)| Meaning::Two(a, b)),
            None => Some(Meaning::One(value)),
        }
    }

    /// The code of a character.
    pub fn code(&self, c: u32) -> Option<u32> {
        self.encode.get(c).checked_sub(1)
    }

    /// The code of two characters together.
    pub fn pair_code(&self, a: u32, b: u32) -> Option<u32> {
        self.pairs.iter().find(|p| (p.0, p.1) == (a, b)).map(|p| p.2)
    }

    /// Whether a pair begins with this character.
    pub fn begins_pair(&self, c: u32) -> bool {
        self.pairs.iter().any(|p| p.0 == c)
    }

    /// Whether the base has this code and this codec has not.
    pub fn is_removed(&self, code: u32) -> bool {
        self.removed.binary_search(&code).is_ok()
    }
}

/// The tables of a codec by its name; constant data, made at its first use.
pub fn table(name: &str) -> Option<&'static Table> {
    static TABLES: [OnceLock<Table>; PLACES.len()] = [const { OnceLock::new() }; PLACES.len()];
    let place = PLACES.iter().position(|p| p.0 == name)?;
    Some(TABLES[place].get_or_init(|| Table::load(place)))
}
