//! Verification of a code list, and its translation into a [`Pattern`].

use crate::code::{At, Category, Code, INFO_CHARSET, INFO_LITERAL, INFO_PREFIX, MAXGROUPS, Words};
use crate::program::{Bounds, First, Greed, Op, Pattern, Pc, Unit};
use crate::set::{Fold, Item, Set};

/// The code is not what `re._compiler` writes (RuntimeError: "invalid SRE code").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidCode;

type Checked<T> = Result<T, InvalidCode>;

/// Blocks nested deeper than this are refused; the compiler's own recursion ends earlier.
const DEEPEST: usize = 2500;

fn check(condition: bool) -> Checked<()> {
    if condition { Ok(()) } else { Err(InvalidCode) }
}

struct Translator<'a> {
    code: &'a [u32],
    groups: u32,
    ops: Vec<Op>,
    depth: usize,
    /// Operations before this one must not be merged with later ones: something jumps here.
    label: Pc,
}

impl Pattern {
    /// Verifies the code of a pattern with so many groups, and prepares it for matching.
    pub fn new(code: &[u32], groups: usize) -> Result<Pattern, InvalidCode> {
        let groups = u32::try_from(groups).ok().filter(|g| *g <= MAXGROUPS).ok_or(InvalidCode)?;
        check(code.last() == Some(&(Code::Success as u32)))?;
        let mut t = Translator { code, groups, ops: Vec::new(), depth: 0, label: 0 };
        let (mut least, mut prefix, mut head) = (0, Vec::new(), None);
        let mut start = 0;
        if t.op(0)? == Code::Info {
            (least, prefix, head) = t.info()?;
            start = 1 + t.word(1)? as usize;
        }
        t.block(start, code.len() - 1)?;
        t.ops.push(Op::Success);
        t.fill_first();
        Ok(Pattern::assemble(t.ops, groups as usize, least, prefix, head))
    }
}

fn fold_of(code: Code) -> Option<Fold> {
    use Code::*;
    Some(match code {
        GroupRefIgnore | InIgnore | LiteralIgnore | NotLiteralIgnore => Fold::Ascii,
        GroupRefLocIgnore | InLocIgnore | LiteralLocIgnore | NotLiteralLocIgnore => Fold::Locale,
        GroupRefUniIgnore | InUniIgnore | LiteralUniIgnore | NotLiteralUniIgnore => Fold::Unicode,
        _ => return None,
    })
}

impl Translator<'_> {
    fn word(&self, at: usize) -> Checked<u32> {
        self.code.get(at).copied().ok_or(InvalidCode)
    }

    fn op(&self, at: usize) -> Checked<Code> {
        Code::from_number(self.word(at)?).ok_or(InvalidCode)
    }

    /// The place a skip at `at` leads to, which must not lie beyond `end`.
    fn target(&self, at: usize, end: usize) -> Checked<usize> {
        let target = at.checked_add(self.word(at)? as usize).ok_or(InvalidCode)?;
        check(target > at && target <= end)?;
        Ok(target)
    }

    /// The head block: shortest length, literal prefix, first characters.
    fn info(&self) -> Checked<(usize, Vec<u32>, Option<Unit>)> {
        let end = self.target(1, self.code.len() - 1)?;
        check(end >= 5)?;
        let (flags, least) = (self.word(2)?, self.word(3)? as usize);
        check(flags & !(INFO_PREFIX | INFO_LITERAL | INFO_CHARSET) == 0)?;
        check(flags & INFO_PREFIX == 0 || flags & INFO_CHARSET == 0)?;
        check(flags & INFO_LITERAL == 0 || flags & INFO_PREFIX != 0)?;
        if flags & INFO_PREFIX != 0 {
            let len = self.word(5)? as usize;
            check(
                len.checked_mul(2).is_some_and(|n| n == end.saturating_sub(7))
                    && self.word(6)? as usize <= len,
            )?;
            let prefix = self.code[7..7 + len].to_vec();
            check(self.code[7 + len..end].iter().all(|o| (*o as usize) < len.max(1)))?;
            return Ok((least, prefix, None));
        }
        if flags & INFO_CHARSET != 0 {
            let set = self.set(5, end)?;
            return Ok((least, Vec::new(), Some(Unit::Set(Box::new(set)))));
        }
        check(end == 5)?;
        Ok((least, Vec::new(), None))
    }

    /// The set in `start..end`, which ends with its FAILURE.
    fn set(&self, start: usize, end: usize) -> Checked<Set> {
        check(end > start && self.op(end - 1)? == Code::Failure)?;
        let end = end - 1;
        let mut items = Vec::new();
        let mut at = start;
        while at < end {
            let (item, next) = self.set_item(at)?;
            check(next <= end)?;
            items.push(item);
            at = next;
        }
        Ok(Set::new(items))
    }

    fn set_item(&self, at: usize) -> Checked<(Item, usize)> {
        let bitmap = |at: usize| -> Checked<[u32; 8]> {
            let words = self.code.get(at..at + 8).ok_or(InvalidCode)?;
            Ok(std::array::from_fn(|i| words[i]))
        };
        Ok(match self.op(at)? {
            Code::Negate => (Item::Negate, at + 1),
            Code::Literal => (Item::Literal(self.word(at + 1)?), at + 2),
            Code::Range => (Item::Range(self.word(at + 1)?, self.word(at + 2)?), at + 3),
            Code::RangeUniIgnore => (Item::RangeAnyCase(self.word(at + 1)?, self.word(at + 2)?), at + 3),
            Code::Category => {
                let (category, not) = Category::from_number(self.word(at + 1)?).ok_or(InvalidCode)?;
                (Item::Category(category, not), at + 2)
            }
            Code::Charset => (Item::Charset(bitmap(at + 1)?), at + 9),
            Code::BigCharset => {
                let count = self.word(at + 1)? as usize;
                let blocks = self.code.get(at + 2..at + 66).ok_or(InvalidCode)?;
                let mut index = [0u8; 256];
                for (i, slot) in index.iter_mut().enumerate() {
                    // The index is written as bytes of little-endian words.
                    *slot = blocks[i / 4].to_le_bytes()[i % 4];
                    check(usize::from(*slot) < count)?;
                }
                check(count <= 256)?;
                let list = (0..count).map(|i| bitmap(at + 66 + 8 * i)).collect::<Checked<Vec<_>>>()?;
                (Item::BigCharset(Box::new((index, list))), at + 66 + 8 * count)
            }
            _ => return Err(InvalidCode),
        })
    }

    /// A test of one character at `at`, and where it ends; `None`: something else is there.
    fn unit(&self, at: usize, end: usize) -> Checked<Option<(Unit, usize)>> {
        let code = self.op(at)?;
        let unit = match code {
            Code::Any => return Ok(Some((Unit::Any, at + 1))),
            Code::AnyAll => return Ok(Some((Unit::AnyAll, at + 1))),
            Code::Literal => Unit::Char(self.word(at + 1)?),
            Code::NotLiteral => Unit::NotChar(self.word(at + 1)?),
            Code::LiteralIgnore | Code::LiteralLocIgnore | Code::LiteralUniIgnore => {
                Unit::CharFolded(self.word(at + 1)?, fold_of(code).ok_or(InvalidCode)?)
            }
            Code::NotLiteralIgnore | Code::NotLiteralLocIgnore | Code::NotLiteralUniIgnore => {
                Unit::NotCharFolded(self.word(at + 1)?, fold_of(code).ok_or(InvalidCode)?)
            }
            Code::Category => {
                let (category, not) = Category::from_number(self.word(at + 1)?).ok_or(InvalidCode)?;
                Unit::Category(category, not)
            }
            Code::In | Code::InIgnore | Code::InLocIgnore | Code::InUniIgnore => {
                let after = self.target(at + 1, end)?;
                let set = Box::new(self.set(at + 2, after)?);
                let unit = match fold_of(code) {
                    Some(how) => Unit::SetFolded(set, how),
                    None => Unit::Set(set),
                };
                return Ok(Some((unit, after)));
            }
            _ => return Ok(None),
        };
        Ok(Some((unit, at + 2)))
    }

    fn group(&self, at: usize) -> Checked<u32> {
        let group = self.word(at)?;
        check(group < self.groups)?;
        Ok(group)
    }

    fn bounds(&self, at: usize) -> Checked<Bounds> {
        let bounds = Bounds { min: self.word(at)?, max: self.word(at + 1)? };
        check(bounds.min <= bounds.max)?;
        Ok(bounds)
    }

    fn here(&self) -> Pc {
        self.ops.len()
    }

    /// Translates `start..end`, all of it.
    fn block(&mut self, start: usize, end: usize) -> Checked<()> {
        check(self.block_until_jump(start, end)? == end)
    }

    /// Translates from `start` up to a JUMP at this level or `end`; returns where it stopped.
    fn block_until_jump(&mut self, start: usize, end: usize) -> Checked<usize> {
        self.depth += 1;
        check(self.depth < DEEPEST)?;
        let mut at = start;
        self.label = self.here();
        while at < end && self.op(at)? != Code::Jump {
            at = self.one(at, end)?;
            check(at <= end)?;
        }
        self.depth -= 1;
        Ok(at)
    }

    /// Translates one operation of a block that ends at `end`; returns where the next one is.
    fn one(&mut self, at: usize, end: usize) -> Checked<usize> {
        if let Some((unit, after)) = self.unit(at, end)? {
            self.push_unit(unit);
            return Ok(after);
        }
        let after = self.other(at, end)?;
        self.label = self.here();
        Ok(after)
    }

    /// Appends a test; characters in a row become one operation.
    fn push_unit(&mut self, unit: Unit) {
        let mergeable = self.here() > self.label;
        if let (true, Unit::Char(c), Some(last)) = (mergeable, &unit, self.ops.last_mut()) {
            match last {
                Op::Literal(text) => return text.push(*c),
                Op::Unit(Unit::Char(before)) => {
                    *last = Op::Literal(vec![*before, *c]);
                    return;
                }
                _ => {}
            }
        }
        self.ops.push(Op::Unit(unit));
    }

    /// Translates an operation that is not a test of one character.
    fn other(&mut self, at: usize, end: usize) -> Checked<usize> {
        let code = self.op(at)?;
        match code {
            Code::Failure => {
                self.ops.push(Op::Fail);
                Ok(at + 1)
            }
            Code::At => {
                self.ops.push(Op::At(At::from_number(self.word(at + 1)?).ok_or(InvalidCode)?));
                Ok(at + 2)
            }
            Code::Mark => {
                let mark = self.word(at + 1)?;
                check(mark / 2 < self.groups)?;
                self.ops.push(Op::Mark(mark));
                Ok(at + 2)
            }
            Code::GroupRef | Code::GroupRefIgnore | Code::GroupRefLocIgnore | Code::GroupRefUniIgnore => {
                self.ops.push(Op::GroupRef(self.group(at + 1)?, fold_of(code)));
                Ok(at + 2)
            }
            Code::Branch => self.branch(at, end),
            Code::GroupRefExists => self.conditional(at, end),
            Code::Repeat => self.repeat(at, end),
            Code::RepeatOne => self.repeat_one(at, end, Greed::Greedy),
            Code::MinRepeatOne => self.repeat_one(at, end, Greed::Lazy),
            Code::PossessiveRepeatOne => self.repeat_one(at, end, Greed::Possessive),
            Code::PossessiveRepeat => {
                let last = self.target(at + 1, end)?;
                check(last >= at + 4 && last < end && self.op(last)? == Code::Success)?;
                let bounds = self.bounds(at + 2)?;
                let head = self.here();
                self.ops.push(Op::Fail);
                self.block(at + 4, last)?;
                self.ops[head] = Op::Possessive(self.here());
                self.ops.push(Op::PossessiveEnd { body: head + 1, bounds });
                Ok(last + 1)
            }
            Code::AtomicGroup => {
                let after = self.target(at + 1, end)?;
                self.ops.push(Op::Atomic);
                self.inner(at + 2, after)?;
                self.ops.push(Op::AtomicEnd);
                Ok(after)
            }
            Code::Assert | Code::AssertNot => self.look(at, end, code == Code::AssertNot),
            _ => Err(InvalidCode),
        }
    }

    /// A look-ahead or look-behind.
    fn look(&mut self, at: usize, end: usize, not: bool) -> Checked<usize> {
        let after = self.target(at + 1, end)?;
        let back = self.word(at + 2)?;
        let head = self.here();
        self.ops.push(Op::Fail);
        self.inner(at + 3, after)?;
        // A single test needs no part of its own.
        if self.here() == head + 2
            && let Some(Op::Unit(unit)) = self.ops.get(head + 1)
        {
            let unit = unit.clone();
            self.ops.truncate(head);
            self.ops.push(Op::Look { back, unit, not });
            return Ok(after);
        }
        self.ops.push(if not { Op::AssertNotEnd } else { Op::AssertEnd });
        let next = self.here();
        self.ops[head] =
            if not { Op::AssertNot { back, after: next } } else { Op::Assert { back, after: next } };
        Ok(after)
    }

    /// A block that its SUCCESS ends.
    fn inner(&mut self, start: usize, end: usize) -> Checked<()> {
        check(end > start && self.op(end - 1)? == Code::Success)?;
        self.block(start, end - 1)
    }

    fn branch(&mut self, at: usize, end: usize) -> Checked<usize> {
        let mut start = at + 1;
        let mut jumps = Vec::new();
        let mut last = None;
        loop {
            let next = self.target(start, end)?;
            check(next >= start + 3 && next < end && self.op(next - 2)? == Code::Jump)?;
            let after = self.target(next - 1, end)?;
            check(last.is_none_or(|l| l == after))?;
            last = Some(after);
            // The last alternative needs no way out but failure.
            let more = self.word(next)? != 0;
            let split = self.here();
            if more {
                self.ops.push(Op::Fail);
            }
            self.block(start + 1, next - 2)?;
            jumps.push(self.here());
            self.ops.push(Op::Fail);
            if more {
                self.ops[split] = Op::Split { other: self.here(), first: None };
                start = next;
                continue;
            }
            check(after == next + 1)?;
            let here = self.here();
            jumps.into_iter().for_each(|j| self.ops[j] = Op::Jump(here));
            return Ok(after);
        }
    }

    fn conditional(&mut self, at: usize, end: usize) -> Checked<usize> {
        let group = self.group(at + 1)?;
        // This skip counts from the word before it.
        let skip = self.word(at + 2)? as usize;
        let no = (at + 1).checked_add(skip).filter(|t| *t <= end).ok_or(InvalidCode)?;
        check(no >= at + 3)?;
        let head = self.here();
        self.ops.push(Op::Fail);
        let stop = self.block_until_jump(at + 3, no)?;
        if stop == no {
            self.ops[head] = Op::IfGroup(group, self.here());
            return Ok(no);
        }
        check(stop + 2 == no)?;
        let after = self.target(stop + 1, end)?;
        check(after >= no)?;
        let jump = self.here();
        self.ops.push(Op::Fail);
        self.ops[head] = Op::IfGroup(group, self.here());
        self.block(no, after)?;
        self.ops[jump] = Op::Jump(self.here());
        Ok(after)
    }

    fn repeat(&mut self, at: usize, end: usize) -> Checked<usize> {
        let until = self.target(at + 1, end)?;
        check(until >= at + 4 && until < end)?;
        let bounds = self.bounds(at + 2)?;
        let head = self.here();
        self.ops.push(Op::Fail);
        self.block(at + 4, until)?;
        self.ops[head] = Op::Repeat(self.here());
        let body = head + 1;
        self.ops.push(match self.op(until)? {
            Code::MaxUntil => Op::MaxUntil { body, bounds, first: None },
            Code::MinUntil => Op::MinUntil { body, bounds },
            _ => return Err(InvalidCode),
        });
        Ok(until + 1)
    }

    fn repeat_one(&mut self, at: usize, end: usize, greed: Greed) -> Checked<usize> {
        let after = self.target(at + 1, end)?;
        let bounds = self.bounds(at + 2)?;
        let (unit, stop) = self.unit(at + 4, after)?.ok_or(InvalidCode)?;
        check(stop + 1 == after && self.op(stop)? == Code::Success)?;
        self.ops.push(Op::One { unit, bounds, greed, next: None });
        Ok(after)
    }

    /// Fills in what can come first where there is a choice.
    fn fill_first(&mut self) {
        for i in 0..self.ops.len() {
            let from = match &self.ops[i] {
                Op::One { .. } | Op::Split { .. } => i + 1,
                Op::MaxUntil { body, .. } => *body,
                _ => continue,
            };
            let found = First::of(&self.ops, from);
            match &mut self.ops[i] {
                Op::One { next, .. } => *next = found,
                Op::Split { first, .. } | Op::MaxUntil { first, .. } => *first = found,
                _ => {}
            }
        }
    }
}

/// `Words` of a boundary, for the machine.
pub(crate) fn words_of(at: At) -> Option<Words> {
    match at {
        At::Boundary(w) | At::NonBoundary(w) => Some(w),
        _ => None,
    }
}
