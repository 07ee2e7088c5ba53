//! Characters in 1, 2 or 4 bytes: what the algorithms over strings are generic in.

use std::ops::Range;

use taipan_object::{Cx, Obj, Str, StrData, Value};

use super::search::Matcher;

/// A character as it is stored.
pub trait Unit: Copy + Ord + 'static {
    fn point(self) -> u32;
    /// A new string of these characters, narrowed where it fits.
    fn make(cx: &Cx, units: &[Self]) -> Value;
    /// The first occurrence of a needle that is not empty.
    fn find(hay: &[Self], needle: &[Self]) -> Option<usize>;
    /// The last occurrence of a needle that is not empty.
    fn rfind(hay: &[Self], needle: &[Self]) -> Option<usize>;
    /// Calls `each` with the occurrences that do not overlap, from the left, until it returns false.
    fn each_match(hay: &[Self], needle: &[Self], each: &mut dyn FnMut(usize) -> bool);
}

impl Unit for u8 {
    #[inline(always)]
    fn point(self) -> u32 {
        self.into()
    }
    fn make(cx: &Cx, units: &[u8]) -> Value {
        cx.str_from_latin1(units).into_value()
    }
    fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
        match needle {
            [one] => memchr::memchr(*one, hay),
            _ => memchr::memmem::find(hay, needle),
        }
    }
    fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
        match needle {
            [one] => memchr::memrchr(*one, hay),
            _ => memchr::memmem::rfind(hay, needle),
        }
    }
    fn each_match(hay: &[u8], needle: &[u8], each: &mut dyn FnMut(usize) -> bool) {
        match needle {
            [one] => {
                memchr::memchr_iter(*one, hay).all(each);
            }
            _ => {
                memchr::memmem::find_iter(hay, needle).all(each);
            }
        }
    }
}

macro_rules! wide_unit {
    ($t:ty, $point:expr, $make:expr) => {
        impl Unit for $t {
            #[inline(always)]
            fn point(self) -> u32 {
                $point(self)
            }
            fn make(cx: &Cx, units: &[$t]) -> Value {
                $make(cx, units)
            }
            fn find(hay: &[$t], needle: &[$t]) -> Option<usize> {
                Matcher::new(needle).find(hay, 0)
            }
            fn rfind(hay: &[$t], needle: &[$t]) -> Option<usize> {
                super::search::rfind(hay, needle)
            }
            fn each_match(hay: &[$t], needle: &[$t], each: &mut dyn FnMut(usize) -> bool) {
                let matcher = Matcher::new(needle);
                let mut at = 0;
                while let Some(found) = matcher.find(hay, at) {
                    if !each(found) {
                        break;
                    }
                    at = found + needle.len();
                }
            }
        }
    };
}
wide_unit!(u16, u32::from, |cx: &Cx, units: &[u16]| cx.str_from_ucs2(units).into_value());
wide_unit!(u32, std::convert::identity, |cx: &Cx, units: &[u32]| cx.str_from_code_points(units).into_value());

/// Runs `$body` over the characters, whatever their width.
macro_rules! with_units {
    ($data:expr, |$s:ident| $body:expr) => {
        match $data {
            ::taipan_object::StrData::One($s) => $body,
            ::taipan_object::StrData::Two($s) => $body,
            ::taipan_object::StrData::Four($s) => $body,
        }
    };
}

/// Runs `$body` over a text and what is looked for in it, both in the text's width; `$absent` where the needle is wider
/// than the text, so that it cannot occur.
macro_rules! with_needle {
    ($hay:expr, $needle:expr, |$h:ident, $n:ident| $body:expr, else $absent:expr) => {{
        use ::taipan_object::StrData::{Four, One, Two};
        match ($hay, $needle) {
            (One($h), One($n)) => $body,
            (Two($h), Two($n)) => $body,
            (Four($h), Four($n)) => $body,
            (Two($h), One(narrow)) => {
                let wide: Vec<u16> = narrow.iter().map(|&c| c.into()).collect();
                let $n = &wide[..];
                $body
            }
            (Four($h), One(narrow)) => {
                let wide: Vec<u32> = narrow.iter().map(|&c| c.into()).collect();
                let $n = &wide[..];
                $body
            }
            (Four($h), Two(narrow)) => {
                let wide: Vec<u32> = narrow.iter().map(|&c| c.into()).collect();
                let $n = &wide[..];
                $body
            }
            (One(_), Two(_) | Four(_)) | (Two(_), Four(_)) => $absent,
        }
    }};
}
pub(crate) use {with_needle, with_units};

/// A stretch of the characters; the range must lie within.
pub fn part(data: StrData<'_>, range: Range<usize>) -> StrData<'_> {
    match data {
        StrData::One(s) => StrData::One(&s[range]),
        StrData::Two(s) => StrData::Two(&s[range]),
        StrData::Four(s) => StrData::Four(&s[range]),
    }
}

/// A new string of these characters; the short ones come from the cache.
pub fn make<U: Unit>(cx: &mut Cx, units: &[U]) -> Value {
    match units {
        [] => cx.empty_str(),
        [one] => cx.str_from_char(one.point()),
        _ => U::make(cx, units),
    }
}

/// The characters `start..end` of a string: itself, if that is all of it.
pub fn substring(cx: &mut Cx, s: &Obj<Str>, start: usize, end: usize) -> Value {
    if start == 0 && end == s.len() {
        return s.to_value();
    }
    if end <= start {
        return cx.empty_str();
    }
    if end - start == 1 {
        return cx.str_from_char(s.char_at(start).unwrap_or(0));
    }
    match s.data() {
        StrData::One(units) if s.is_ascii() => {
            cx.str_from_latin1_parts(&[&units[start..end]], true).into_value()
        }
        data => with_units!(data, |units| Unit::make(cx, &units[start..end])),
    }
}

/// All characters as code points.
pub fn points(s: &Obj<Str>) -> Vec<u32> {
    with_units!(s.data(), |units| units.iter().map(|c| c.point()).collect())
}
