//! Character sets, categories and case.

use taipan_text::unicode;

use crate::code::{Category, Words};

/// What a locale says about the 256 bytes (`re.LOCALE`).
#[derive(Clone, Debug)]
pub struct Locale {
    pub lower: [u8; 256],
    pub upper: [u8; 256],
    pub alphanumeric: [bool; 256],
}

impl Default for Locale {
    /// The C locale: only ASCII letters have case.
    fn default() -> Self {
        Locale {
            lower: std::array::from_fn(|i| (i as u8).to_ascii_lowercase()),
            upper: std::array::from_fn(|i| (i as u8).to_ascii_uppercase()),
            alphanumeric: std::array::from_fn(|i| (i as u8).is_ascii_alphanumeric()),
        }
    }
}

impl Locale {
    fn lower(&self, c: u32) -> u32 {
        if c < 256 { u32::from(self.lower[c as usize]) } else { c }
    }

    fn upper(&self, c: u32) -> u32 {
        if c < 256 { u32::from(self.upper[c as usize]) } else { c }
    }
}

/// How case is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fold {
    Ascii,
    Locale,
    Unicode,
}

#[inline]
fn ascii_lower(c: u32) -> u32 {
    if c < 128 { u32::from((c as u8).to_ascii_lowercase()) } else { c }
}

/// `_sre.ascii_iscased`.
pub fn ascii_is_cased(c: u32) -> bool {
    c < 128 && (c as u8).is_ascii_alphabetic()
}

/// `_sre.unicode_iscased`.
pub fn unicode_is_cased(c: u32) -> bool {
    unicode::simple_lower(c) != c || unicode::simple_upper(c) != c
}

/// The form in which characters of back references are compared.
#[inline]
pub(crate) fn fold(c: u32, how: Fold, locale: &Locale) -> u32 {
    match how {
        Fold::Ascii => ascii_lower(c),
        Fold::Locale => locale.lower(c),
        Fold::Unicode => unicode::simple_lower(c),
    }
}

/// Whether `c` is the pattern's character in any case; the compiler has lowered that already.
#[inline]
pub(crate) fn same(c: u32, wanted: u32, how: Fold, locale: &Locale) -> bool {
    match how {
        Fold::Ascii => ascii_lower(c) == wanted,
        Fold::Unicode => unicode::simple_lower(c) == wanted,
        Fold::Locale => c == wanted || locale.lower(c) == wanted || locale.upper(c) == wanted,
    }
}

/// Whether a character belongs to words.
#[inline]
pub(crate) fn is_word(c: u32, words: Words, locale: &Locale) -> bool {
    c == 0x5F
        || match words {
            Words::Ascii => c < 128 && (c as u8).is_ascii_alphanumeric(),
            Words::Locale => c < 256 && locale.alphanumeric[c as usize],
            Words::Unicode => unicode::is_alnum(c),
        }
}

pub(crate) fn in_category(c: u32, category: Category, locale: &Locale) -> bool {
    match category {
        Category::Digit => (0x30..0x3A).contains(&c),
        Category::Space => matches!(c, 9..=13 | 32),
        Category::Word => is_word(c, Words::Ascii, locale),
        Category::Linebreak => c == 10,
        Category::LocaleWord => is_word(c, Words::Locale, locale),
        Category::UnicodeDigit => unicode::is_decimal(c),
        Category::UnicodeSpace => unicode::is_space(c),
        Category::UnicodeWord => is_word(c, Words::Unicode, locale),
        Category::UnicodeLinebreak => unicode::is_linebreak(c),
    }
}

/// One item of a set.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// From here on, what matches is excluded.
    Negate,
    Literal(u32),
    Range(u32, u32),
    /// A range that a character or its upper case may lie in.
    RangeAnyCase(u32, u32),
    Category(Category, bool),
    /// A bit for each character below 256.
    Charset([u32; 8]),
    /// A block number for each 256 characters below 65536, and the blocks.
    BigCharset(Box<([u8; 256], Vec<[u32; 8]>)>),
}

#[inline]
fn bit(words: &[u32; 8], c: u32) -> bool {
    words[(c >> 5 & 7) as usize] >> (c & 31) & 1 == 1
}

/// A set of characters.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    items: Vec<Item>,
    /// The answers below 256, worked out beforehand.
    low: [u32; 8],
    /// The answers depend on the locale, so `low` says nothing.
    by_locale: bool,
}

impl Set {
    pub(crate) fn new(items: Vec<Item>) -> Set {
        let by_locale = items.iter().any(|i| matches!(i, Item::Category(Category::LocaleWord, _)));
        let mut set = Set { items, low: [0; 8], by_locale };
        let locale = Locale::default();
        for c in 0..256u32 {
            if set.search(c, &locale) {
                set.low[(c >> 5) as usize] |= 1 << (c & 31);
            }
        }
        set
    }

    fn search(&self, c: u32, locale: &Locale) -> bool {
        let mut inside = true;
        for item in &self.items {
            let found = match item {
                Item::Negate => {
                    inside = !inside;
                    false
                }
                Item::Literal(l) => c == *l,
                Item::Range(from, to) => (*from..=*to).contains(&c),
                Item::RangeAnyCase(from, to) => {
                    let range = *from..=*to;
                    range.contains(&c) || range.contains(&unicode::simple_upper(c))
                }
                Item::Category(category, not) => in_category(c, *category, locale) != *not,
                Item::Charset(bits) => c < 256 && bit(bits, c),
                Item::BigCharset(big) => {
                    c < 0x10000
                        && big.1.get(usize::from(big.0[(c >> 8) as usize])).is_some_and(|b| bit(b, c & 255))
                }
            };
            if found {
                return inside;
            }
        }
        !inside
    }

    /// The answers below 256, a bit each; `None` where the locale decides.
    pub(crate) fn low(&self) -> Option<&[u32; 8]> {
        (!self.by_locale).then_some(&self.low)
    }

    /// Whether the set holds the character.
    #[inline]
    pub(crate) fn contains(&self, c: u32, locale: &Locale) -> bool {
        if c < 256 && !self.by_locale { bit(&self.low, c) } else { self.search(c, locale) }
    }

    /// The same with case ignored.
    pub(crate) fn contains_folded(&self, c: u32, how: Fold, locale: &Locale) -> bool {
        match how {
            Fold::Ascii => self.contains(ascii_lower(c), locale),
            Fold::Unicode => self.contains(unicode::simple_lower(c), locale),
            Fold::Locale => {
                let (lower, upper) =
                    (self.contains(locale.lower(c), locale), self.contains(locale.upper(c), locale));
                // An excluding set excludes a character that it holds in either case.
                if matches!(self.items.first(), Some(Item::Negate)) { lower && upper } else { lower || upper }
            }
        }
    }
}
