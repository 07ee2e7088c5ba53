//! Substring search in linear time for wide characters: Crochemore and Perrin's two-way algorithm ("Two-way
//! string-matching", 1991), and the plain way for short needles. Bytes are searched by `memchr`.

use super::unit::Unit;

/// Needles up to this length are compared at each place where their first character stands.
const SHORT: usize = 8;

/// A needle, prepared.
pub struct Matcher<'n, U> {
    needle: &'n [U],
    /// Where the needle is cut in two.
    cut: usize,
    period: usize,
    /// The needle is periodic by `period` throughout: what was compared is remembered.
    periodic: bool,
}

/// The start of the greatest suffix (by the order, or by its reverse) and its period.
fn greatest_suffix<U: Ord>(needle: &[U], reverse: bool) -> (usize, usize) {
    let (mut left, mut right, mut offset, mut period) = (0, 1, 0, 1);
    while right + offset < needle.len() {
        let (a, b) = (&needle[right + offset], &needle[left + offset]);
        if a == b {
            if offset + 1 == period {
                right += period;
                offset = 0;
            } else {
                offset += 1;
            }
        } else if (a < b) != reverse {
            right += offset + 1;
            offset = 0;
            period = right - left;
        } else {
            left = right;
            right += 1;
            offset = 0;
            period = 1;
        }
    }
    (left, period)
}

impl<'n, U: Unit> Matcher<'n, U> {
    pub fn new(needle: &'n [U]) -> Self {
        if needle.len() <= SHORT {
            return Matcher { needle, cut: 0, period: 1, periodic: false };
        }
        let (forward, backward) = (greatest_suffix(needle, false), greatest_suffix(needle, true));
        let (cut, period) = if forward.0 > backward.0 { forward } else { backward };
        let periodic = needle.get(period..period + cut).is_some_and(|shifted| shifted == &needle[..cut]);
        let period = if periodic { period } else { cut.max(needle.len() - cut) + 1 };
        Matcher { needle, cut, period, periodic }
    }

    /// The first occurrence at `from` or after it.
    pub fn find(&self, hay: &[U], from: usize) -> Option<usize> {
        let n = self.needle.len();
        if n <= SHORT {
            let (first, rest) = self.needle.split_first()?;
            let mut at = from;
            while at + n <= hay.len() {
                at += hay[at..hay.len() - n + 1].iter().position(|c| c == first)?;
                if &hay[at + 1..at + n] == rest {
                    return Some(at);
                }
                at += 1;
            }
            return None;
        }
        let (mut at, mut known) = (from, 0);
        while at + n <= hay.len() {
            let window = &hay[at..at + n];
            let right = self.cut.max(known);
            if let Some(bad) = (right..n).find(|&i| self.needle[i] != window[i]) {
                at += bad - self.cut + 1;
                known = 0;
                continue;
            }
            if (known..self.cut).rev().all(|i| self.needle[i] == window[i]) {
                return Some(at);
            }
            at += self.period;
            known = if self.periodic { n - self.period } else { 0 };
        }
        None
    }
}

/// The last occurrence.
pub fn rfind<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    if needle.len() > hay.len() {
        return None;
    }
    if needle.len() <= SHORT {
        return (0..=hay.len() - needle.len()).rev().find(|&at| &hay[at..at + needle.len()] == needle);
    }
    let reversed = |s: &[U]| -> Vec<U> { s.iter().rev().copied().collect() };
    let (hay, needle) = (reversed(hay), reversed(needle));
    let found = Matcher::new(&needle).find(&hay, 0)?;
    Some(hay.len() - found - needle.len())
}

/// The first occurrence; an empty needle is at the beginning.
pub fn find<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    if needle.is_empty() { Some(0) } else { U::find(hay, needle) }
}

/// The last occurrence; an empty needle is at the end.
pub fn find_last<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    if needle.is_empty() { Some(hay.len()) } else { U::rfind(hay, needle) }
}

/// How often the needle occurs without overlap; an empty one between all characters and at both ends.
pub fn count<U: Unit>(hay: &[U], needle: &[U]) -> usize {
    if needle.is_empty() {
        return hay.len() + 1;
    }
    let mut n = 0;
    U::each_match(hay, needle, &mut |_| {
        n += 1;
        true
    });
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_way_agrees_with_trying_every_place() {
        // All words over two letters up to a length, against needles from the same words.
        let word = |bits: u32, len: usize| -> Vec<u16> { (0..len).map(|i| (bits >> i & 1) as u16).collect() };
        for len in 9..12 {
            for bits in (0..1 << len).step_by(7) {
                let needle = word(bits, len);
                for hay_bits in (0..1u32 << 22).step_by(70_001) {
                    let mut hay = word(hay_bits, 22);
                    hay.extend_from_slice(&needle[..len - 1]);
                    hay.extend_from_slice(&needle);
                    hay.extend(word(hay_bits >> 3, 7));
                    let places: Vec<usize> =
                        (0..=hay.len() - len).filter(|&i| hay[i..i + len] == needle).collect();
                    assert_eq!(find(&hay, &needle), places.first().copied());
                    assert_eq!(find_last(&hay, &needle), places.last().copied());
                }
            }
        }
    }
}
