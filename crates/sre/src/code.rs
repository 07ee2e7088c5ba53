//! The numbers of `re._constants`: operations, positions, categories and flags of the code list.

/// `_sre.MAGIC`: the version of the code.
pub const MAGIC: u32 = 20230612;
/// `_sre.MAXREPEAT`: no upper bound.
pub const MAXREPEAT: u32 = u32::MAX;
/// `_sre.MAXGROUPS`.
pub const MAXGROUPS: u32 = 1073741823;

/// Declares the opcodes, numbered from 0.
macro_rules! opcodes {
    ($($name:ident),* $(,)?) => {
        /// An operation of the code list.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Code { $($name),* }

        impl Code {
            const ALL: &'static [Code] = &[$(Code::$name),*];

            pub(crate) fn from_number(n: u32) -> Option<Code> {
                Code::ALL.get(n as usize).copied()
            }
        }
    };
}

opcodes! {
    Failure, Success, Any, AnyAll, Assert, AssertNot, At, Branch, Category, Charset, BigCharset, GroupRef,
    GroupRefExists, In, Info, Jump, Literal, Mark, MaxUntil, MinUntil, NotLiteral, Negate, Range, Repeat, RepeatOne,
    Subpattern, MinRepeatOne, AtomicGroup, PossessiveRepeat, PossessiveRepeatOne, GroupRefIgnore, InIgnore,
    LiteralIgnore, NotLiteralIgnore, GroupRefLocIgnore, InLocIgnore, LiteralLocIgnore, NotLiteralLocIgnore,
    GroupRefUniIgnore, InUniIgnore, LiteralUniIgnore, NotLiteralUniIgnore, RangeUniIgnore,
}

/// A position that `AT` asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum At {
    Beginning,
    BeginningLine,
    Boundary(Words),
    NonBoundary(Words),
    End,
    EndLine,
    EndString,
}

/// Whose idea of a word character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Words {
    Ascii,
    Locale,
    Unicode,
}

impl At {
    pub(crate) fn from_number(n: u32) -> Option<At> {
        Some(match n {
            0 | 2 => At::Beginning,
            1 => At::BeginningLine,
            3 => At::Boundary(Words::Ascii),
            4 => At::NonBoundary(Words::Ascii),
            5 => At::End,
            6 => At::EndLine,
            7 => At::EndString,
            8 => At::Boundary(Words::Locale),
            9 => At::NonBoundary(Words::Locale),
            10 => At::Boundary(Words::Unicode),
            11 => At::NonBoundary(Words::Unicode),
            _ => return None,
        })
    }
}

/// A character category; even numbers are the category, odd ones its complement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Category {
    Digit,
    Space,
    Word,
    Linebreak,
    LocaleWord,
    UnicodeDigit,
    UnicodeSpace,
    UnicodeWord,
    UnicodeLinebreak,
}

impl Category {
    /// The category and whether its complement is meant.
    pub(crate) fn from_number(n: u32) -> Option<(Category, bool)> {
        let category = match n / 2 {
            0 => Category::Digit,
            1 => Category::Space,
            2 => Category::Word,
            3 => Category::Linebreak,
            4 => Category::LocaleWord,
            5 => Category::UnicodeDigit,
            6 => Category::UnicodeSpace,
            7 => Category::UnicodeWord,
            8 => Category::UnicodeLinebreak,
            _ => return None,
        };
        Some((category, n % 2 == 1))
    }
}

pub(crate) const INFO_PREFIX: u32 = 1;
pub(crate) const INFO_LITERAL: u32 = 2;
pub(crate) const INFO_CHARSET: u32 = 4;
