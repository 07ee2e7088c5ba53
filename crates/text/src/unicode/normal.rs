//! Normalisation forms (UAX #15) and decompositions.

use super::props::{COMPOSES_BACK, NOT_NFC, NOT_NFD, NOT_NFKC, NOT_NFKD, combining, props};
use super::tables::normal::{COMPOSITION, DECOMP, DECOMP_BLOCKS, DECOMP_INDEX, DECOMP_POINTS, DECOMP_TAGS};

pub use super::props::combining as canonical_combining_class;

/// A normalisation form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

impl Form {
    /// `"NFC"` and its kin.
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFD" => Form::Nfd,
            "NFKC" => Form::Nfkc,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn composed(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }
}

const S: u32 = 0xAC00;
const L: u32 = 0x1100;
const V: u32 = 0x1161;
const T: u32 = 0x11A7;

/// The tag number (0: canonical) and the points of a decomposition, Hangul aside.
pub(super) fn raw(c: u32) -> Option<(u8, &'static [u32])> {
    let block = usize::from(*DECOMP_INDEX.get((c >> 7) as usize)?);
    let number = DECOMP_BLOCKS[block << 7 | (c & 127) as usize];
    if number == 0 {
        return None;
    }
    let (tag, start, len) = DECOMP[usize::from(number)];
    Some((tag, &DECOMP_POINTS[usize::from(start)..usize::from(start) + usize::from(len)]))
}

/// What `unicodedata.decomposition` gives: tag and points in hexadecimal, or nothing.
pub fn decomposition(c: u32) -> String {
    if let Some(i) = c.checked_sub(S).filter(|i| *i < 11172) {
        return match i % 28 {
            0 => format!("{:04X} {:04X}", L + i / 588, V + i / 28 % 21),
            t => format!("{:04X} {:04X} {:04X}", L + i / 588, V + i / 28 % 21, T + t),
        };
    }
    let Some((tag, points)) = raw(c) else { return String::new() };
    let mut pieces: Vec<String> = Vec::new();
    if tag != 0 {
        pieces.push(DECOMP_TAGS[usize::from(tag)].to_string());
    }
    pieces.extend(points.iter().map(|p| format!("{p:04X}")));
    pieces.join(" ")
}

/// Appends the full decomposition of one code point; `fix` may name an earlier version's decomposition.
fn decompose(c: u32, compatible: bool, fix: &dyn Fn(u32) -> Fix, out: &mut Vec<u32>) {
    if let Some(i) = c.checked_sub(S).filter(|i| *i < 11172) {
        out.extend([L + i / 588, V + i / 28 % 21]);
        if i % 28 != 0 {
            out.push(T + i % 28);
        }
        return;
    }
    if c < 0xA0 {
        return out.push(c);
    }
    match fix(c) {
        Fix::None => {}
        Fix::Keep => return out.push(c),
        Fix::To(to) => return out.push(to),
    }
    // Decompositions are at most a few levels deep: the recursion is bounded by the tables.
    match raw(c) {
        Some((tag, points)) if tag == 0 || compatible => {
            points.iter().for_each(|p| decompose(*p, compatible, fix, out));
        }
        _ => out.push(c),
    }
}

/// How another version of Unicode departs from the tables for one code point.
pub(super) enum Fix {
    None,
    /// It had no decomposition.
    Keep,
    /// It decomposed to this one.
    To(u32),
}

/// Puts combining marks into canonical order (stable within a class).
fn reorder(points: &mut [u32]) {
    let mut i = 0;
    while i < points.len() {
        if combining(points[i]) == 0 {
            i += 1;
            continue;
        }
        let start = i;
        while i < points.len() && combining(points[i]) != 0 {
            i += 1;
        }
        points[start..i].sort_by_key(|c| combining(*c));
    }
}

fn pair(first: u32, second: u32) -> Option<u32> {
    if let Some(l) = first.checked_sub(L).filter(|l| *l < 19)
        && let Some(v) = second.checked_sub(V).filter(|v| *v < 21)
    {
        return Some(S + (l * 21 + v) * 28);
    }
    if let Some(s) = first.checked_sub(S).filter(|s| *s < 11172 && s % 28 == 0)
        && let Some(t) = second.checked_sub(T).filter(|t| (1..28).contains(t))
    {
        return Some(S + s + t);
    }
    if props(second).flags & COMPOSES_BACK == 0 {
        return None;
    }
    let found = COMPOSITION.binary_search_by_key(&(first, second), |p| (p.0, p.1));
    found.ok().map(|i| COMPOSITION[i].2)
}

/// Composes decomposed text in place.
fn compose(points: &mut Vec<u32>) {
    let mut starter: Option<usize> = None;
    let mut last_class = 0;
    let mut write = 0;
    for read in 0..points.len() {
        let c = points[read];
        let class = combining(c);
        if let Some(s) = starter {
            // Blocked when something stands between with a class of 0 or of at least this one.
            let adjacent = s + 1 == write;
            if (adjacent || (last_class != 0 && last_class < class))
                && let Some(composed) = pair(points[s], c)
            {
                points[s] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(write);
        }
        last_class = class;
        points[write] = c;
        write += 1;
    }
    points.truncate(write);
}

pub(super) fn normalize_with(form: Form, text: &[u32], fix: &dyn Fn(u32) -> Fix) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    text.iter().for_each(|c| decompose(*c, form.compatible(), fix, &mut out));
    reorder(&mut out);
    if form.composed() {
        compose(&mut out);
    }
    out
}

/// `unicodedata.normalize`.
pub fn normalize(form: Form, text: &[u32]) -> Vec<u32> {
    match quick_check(form, text) {
        Quick::Yes => text.to_vec(),
        _ => normalize_with(form, text, &|_| Fix::None),
    }
}

enum Quick {
    Yes,
    No,
    Maybe,
}

fn quick_check(form: Form, text: &[u32]) -> Quick {
    let bad = match form {
        Form::Nfc => NOT_NFC,
        Form::Nfd => NOT_NFD,
        Form::Nfkc => NOT_NFKC,
        Form::Nfkd => NOT_NFKD,
    };
    let doubtful = if form.composed() { COMPOSES_BACK } else { 0 };
    let mut last = 0;
    let mut maybe = false;
    for c in text.iter().copied().filter(|c| *c >= 0x80) {
        let record = props(c);
        if record.flags & bad != 0 || (record.combining != 0 && last > record.combining) {
            return Quick::No;
        }
        maybe |= record.flags & doubtful != 0;
        last = record.combining;
    }
    if maybe { Quick::Maybe } else { Quick::Yes }
}

/// `unicodedata.is_normalized`.
pub fn is_normalized(form: Form, text: &[u32]) -> bool {
    match quick_check(form, text) {
        Quick::Yes => true,
        Quick::No => false,
        Quick::Maybe => normalize_with(form, text, &|_| Fix::None) == text,
    }
}

/// An identifier in the form in which names are compared; `None` if it is in it already.
pub fn nfkc(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let points: Vec<u32> = name.chars().map(u32::from).collect();
    if is_normalized(Form::Nfkc, &points) {
        return None;
    }
    Some(normalize(Form::Nfkc, &points).into_iter().filter_map(char::from_u32).collect())
}
