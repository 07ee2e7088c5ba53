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

/// Which characters can come next if the rest is to match; errs on the side of yes.
#[derive(Clone, Debug, Default)]
pub(crate) struct First {
    low: [u32; 8],
    /// Some character from 256 on may do.
    high: bool,
}

impl First {
    #[inline]
    pub(crate) fn contains(&self, c: u32) -> bool {
        if c < 256 { self.low[(c >> 5) as usize] >> (c & 31) & 1 == 1 } else { self.high }
    }

    fn add_char(&mut self, c: u32) {
        match self.low.get_mut((c >> 5) as usize) {
            Some(word) => *word |= 1 << (c & 31),
            None => self.high = true,
        }
    }

    /// Adds what a test lets pass; false if only the locale knows.
    fn add(&mut self, unit: &Unit) -> bool {
        match unit {
            Unit::Char(c) => self.add_char(*c),
            Unit::CharFolded(_, Fold::Locale)
            | Unit::NotCharFolded(_, Fold::Locale)
            | Unit::SetFolded(_, Fold::Locale)
            | Unit::Category(Category::LocaleWord, _) => return false,
            Unit::Set(set) => {
                let Some(low) = set.low() else { return false };
                self.low.iter_mut().zip(low).for_each(|(a, b)| *a |= b);
                self.high = true;
            }
            _ => {
                let locale = Locale::default();
                (0..256).filter(|c| unit.matches(*c, &locale)).for_each(|c| self.add_char(c));
                self.high = true;
            }
        }
        true
    }

    /// What can come first from `pc` on; `None` where that may be anything or nothing.
    pub(crate) fn of(ops: &[Op], pc: Pc) -> Option<Box<First>> {
        let mut first = First::default();
        first.gather(ops, pc, 0, &mut 48).then(|| Box::new(first))
    }

    /// `inside` counts the atomic parts that were entered on the way: leaving another one says nothing, because
    /// such a part succeeds whatever follows it.
    fn gather(&mut self, ops: &[Op], mut pc: Pc, mut inside: u32, fuel: &mut u32) -> bool {
        loop {
            let Some(left) = fuel.checked_sub(1) else { return false };
            *fuel = left;
            match ops.get(pc) {
                Some(Op::Unit(unit)) => return self.add(unit),
                Some(Op::Literal(text)) => {
                    text.first().into_iter().for_each(|c| self.add_char(*c));
                    return true;
                }
                Some(Op::One { unit, bounds, .. }) => {
                    if !self.add(unit) {
                        return false;
                    }
                    if bounds.min > 0 {
                        return true;
                    }
                    pc += 1;
                }
                Some(Op::Mark(_) | Op::At(_) | Op::Look { .. }) => pc += 1,
                Some(Op::Atomic) => {
                    inside += 1;
                    pc += 1;
                }
                Some(Op::AtomicEnd) if inside > 0 => {
                    inside -= 1;
                    pc += 1;
                }
                Some(Op::Jump(target)) => pc = *target,
                Some(Op::Split { other, .. } | Op::IfGroup(_, other)) => {
                    if !self.gather(ops, pc + 1, inside, fuel) {
                        return false;
                    }
                    pc = *other;
                }
                Some(Op::Repeat(end) | Op::Possessive(end)) => {
                    let least = ops.get(*end).map_or(0, Op::least_iterations);
                    let part = u32::from(matches!(ops.get(pc), Some(Op::Possessive(_))));
                    if !self.gather(ops, pc + 1, inside + part, fuel) {
                        return false;
                    }
                    if least > 0 {
                        return true;
                    }
                    pc = end + 1;
                }
                Some(Op::MaxUntil { body, .. } | Op::MinUntil { body, .. }) => {
                    if !self.gather(ops, *body, inside, fuel) {
                        return false;
                    }
                    pc += 1;
                }
                Some(Op::PossessiveEnd { body, .. }) if inside > 0 => {
                    if !self.gather(ops, *body, inside, fuel) {
                        return false;
                    }
                    inside -= 1;
                    pc += 1;
                }
                Some(Op::Assert { after, .. } | Op::AssertNot { after, .. }) => pc = *after,
                Some(Op::Fail) => return true,
                _ => return false,
            }
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
    /// Several characters in a row.
    Literal(Vec<u32>),
    At(At),
    Mark(u32),
    Jump(Pc),
    /// Goes on, and at `other` if that fails.
    Split {
        other: Pc,
        first: Option<Box<First>>,
    },
    GroupRef(u32, Option<Fold>),
    /// Goes on if the group matched, else at the target.
    IfGroup(u32, Pc),
    /// Opens a repetition; its `Until` is at the target.
    Repeat(Pc),
    MaxUntil {
        body: Pc,
        bounds: Bounds,
        /// Of the body.
        first: Option<Box<First>>,
    },
    MinUntil {
        body: Pc,
        bounds: Bounds,
    },
    One {
        unit: Unit,
        bounds: Bounds,
        greed: Greed,
        /// Of what follows.
        next: Option<Box<First>>,
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
        after: Pc,
    },
    AssertEnd,
    /// Goes on at `after` if what follows does not match.
    AssertNot {
        back: u32,
        after: Pc,
    },
    AssertNotEnd,
    /// One character `back` places before passes a test, or (`not`) does not.
    Look {
        back: u32,
        unit: Unit,
        not: bool,
    },
}

impl Op {
    /// The lower bound of a repetition's end.
    fn least_iterations(&self) -> u32 {
        match self {
            Op::MaxUntil { bounds, .. } | Op::MinUntil { bounds, .. } | Op::PossessiveEnd { bounds, .. } => {
                bounds.min
            }
            _ => 0,
        }
    }
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
    /// What the first character must be, by the pattern's head.
    pub(crate) head: Option<Unit>,
    /// The pattern begins with this position.
    pub(crate) anchor: Option<At>,
    /// The pattern begins with `.*` or its like and refers to no group: where it fails it fails up to the end of
    /// what the dot takes.
    pub(crate) sweep: Option<Unit>,
    /// What it must be, as a table.
    pub(crate) first: Option<Box<First>>,
}

impl Pattern {
    pub(crate) fn assemble(
        ops: Vec<Op>,
        groups: usize,
        least: usize,
        prefix: Vec<u32>,
        head: Option<Unit>,
    ) -> Self {
        let first = First::of(&ops, 0);
        let begin = ops.iter().find(|op| !matches!(op, Op::Mark(_)));
        let anchor = match begin {
            Some(Op::At(at @ (At::Beginning | At::BeginningLine))) => Some(*at),
            _ => None,
        };
        let refers = ops.iter().any(|op| matches!(op, Op::GroupRef(..) | Op::IfGroup(..)));
        let sweep = match begin {
            Some(Op::One { unit: unit @ (Unit::Any | Unit::AnyAll), bounds, .. })
                if bounds.max == u32::MAX && !refers =>
            {
                Some(unit.clone())
            }
            _ => None,
        };
        Pattern { ops, groups, least, prefix, head, anchor, sweep, first }
    }

    /// The number of groups, the whole match not counted.
    pub fn groups(&self) -> usize {
        self.groups
    }
}
