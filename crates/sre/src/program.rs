//! The form in which patterns are executed: operations with resolved targets.

use crate::code::{At, Category};
use crate::set::{Fold, Locale, Set, in_category, same};

/// A test of one character.
#[derive(Clone, Debug)]
pub(crate) enum Unit {
    Char(u32),
    NotChar(u32),
    CharFolded(u32, Fold),
    NotCharFolded(u32, Fold),
    /// Not a newline.
    Any,
    AnyAll,
    Set(Box<Set>),
    SetFolded(Box<Set>, Fold),
    Category(Category, bool),
}

impl Unit {
    #[inline]
    pub(crate) fn matches(&self, c: u32, locale: &Locale) -> bool {
        match self {
            Unit::Char(l) => c == *l,
            Unit::NotChar(l) => c != *l,
            Unit::CharFolded(l, how) => same(c, *l, *how, locale),
            Unit::NotCharFolded(l, how) => !same(c, *l, *how, locale),
            Unit::Any => c != 10,
            Unit::AnyAll => true,
            Unit::Set(set) => set.contains(c, locale),
            Unit::SetFolded(set, how) => set.contains_folded(c, *how, locale),
            Unit::Category(category, not) => in_category(c, *category, locale) != *not,
        }
    }
}

/// How a repeated unit gives back what it took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// Bounds of a repetition; `u32::MAX` is no upper bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub min: u32,
    pub max: u32,
}

impl Bounds {
    #[inline]
    pub(crate) fn allows_more(&self, count: u64) -> bool {
        self.max == u32::MAX || count < u64::from(self.max)
    }
}

/// A target: an index into the operations.
pub(crate) type Pc = usize;

/// One operation.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Fail,
    /// The whole pattern matches here.
    Success,
    Unit(Unit),
    At(At),
    Mark(u32),
    Jump(Pc),
    /// Goes on, and at `other` if that fails.
    Split {
        other: Pc,
    },
    GroupRef(u32, Option<Fold>),
    /// Goes on if the group matched, else at the target.
    IfGroup(u32, Pc),
    /// Opens a repetition; its `Until` is at the target.
    Repeat(Pc),
    MaxUntil {
        body: Pc,
        bounds: Bounds,
    },
    MinUntil {
        body: Pc,
        bounds: Bounds,
    },
    One {
        unit: Unit,
        bounds: Bounds,
        greed: Greed,
        /// The character that must follow, if there is just one.
        next: Option<u32>,
    },
    /// A possessive repetition of what follows up to its `PossessiveEnd`, which is at the target.
    Possessive(Pc),
    PossessiveEnd {
        body: Pc,
        bounds: Bounds,
    },
    Atomic,
    AtomicEnd,
    Assert {
        back: u32,
    },
    AssertEnd,
    /// Goes on at `after` if what follows does not match.
    AssertNot {
        back: u32,
        after: Pc,
    },
    AssertNotEnd,
}

/// A verified pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(crate) ops: Vec<Op>,
    pub(crate) groups: usize,
    /// The shortest match.
    pub(crate) least: usize,
    /// Literal text with which every match begins.
    pub(crate) prefix: Vec<u32>,
    /// What the first character must be.
    pub(crate) first: Option<Unit>,
}

impl Pattern {
    /// The number of groups, the whole match not counted.
    pub fn groups(&self) -> usize {
        self.groups
    }
}
