//! The matcher: backtracking over an explicit stack.
//!
//! The stack holds two kinds of frames in one order: choices (where to go on when the present way fails) and undo
//! records (what a mark was before). Failing pops frames, undoing as it goes, until a choice takes over. Atomic
//! parts put a barrier on the stack; when they succeed the choices above it are dropped and the undo records stay.
//! Repetitions are immutable records in an arena, so going back needs no undoing of counters.

use taipan_text::codecs::Unit as Character;

use crate::code::{At, Words};
use crate::compile::words_of;
use crate::program::{Bounds, First, Greed, Op, Pattern, Pc, Unit};
use crate::search::find;
use crate::set::{Fold, Locale, fold, is_word};

/// What kind of match is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// At `pos`.
    Match,
    /// From `pos` to `endpos`.
    FullMatch,
    /// The first one from `pos` on.
    Search,
}

/// What to do with a subject.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub mode: Mode,
    /// Where to begin; what lies before is still seen by look-behind and `^`.
    pub pos: usize,
    /// Where the subject counts as ended; at most its length.
    pub endpos: usize,
    /// An empty match at `pos` does not count: the former match ended here and was empty.
    pub must_advance: bool,
}

/// Why matching was given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure<E> {
    /// The stack outgrew memory.
    Memory,
    /// What the callback returned.
    Interrupted(E),
}

const UNSET: usize = usize::MAX;
const NO_REPEAT: u32 = u32::MAX;
/// Steps between two calls of the callback.
const STEPS: u32 = 1 << 14;

#[derive(Clone, Copy, Debug)]
struct Repetition {
    count: u64,
    /// Where the last iteration began; `UNSET` before any beyond the minimum.
    last: usize,
    outer: u32,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Atomic,
    Assert,
    /// Where to go on when the part fails.
    AssertNot(Pc),
    /// Where its end is, and how many iterations are complete.
    Possessive(Pc, u64),
}

#[derive(Clone, Copy, Debug)]
enum Frame {
    Undo {
        mark: u32,
        last_index: u32,
        old: usize,
    },
    Choice {
        pc: Pc,
        pos: usize,
        repeat: u32,
        arena: u32,
    },
    /// A greedy unit at `pc` may give back from `pos` down to `least`.
    GiveBack {
        pc: Pc,
        pos: usize,
        least: usize,
        repeat: u32,
        arena: u32,
    },
    /// A lazy unit at `pc` may take one more at `pos`, `left` times.
    TakeMore {
        pc: Pc,
        pos: usize,
        left: u32,
        repeat: u32,
        arena: u32,
    },
    Barrier {
        part: Part,
        pos: usize,
        repeat: u32,
        arena: u32,
        below: usize,
    },
}

/// The state of a match; reusable, so that its memory is.
#[derive(Debug, Default)]
pub struct Machine {
    marks: Vec<usize>,
    last_index: u32,
    stack: Vec<Frame>,
    arena: Vec<Repetition>,
    start: usize,
    end: usize,
}

impl Machine {
    pub fn new() -> Self {
        Machine::default()
    }

    /// The span of a group of the last successful match, 0 for all of it.
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        if group == 0 {
            return Some((self.start, self.end));
        }
        let at = (group - 1).checked_mul(2)?;
        match self.marks.get(at..at + 2)? {
            [start, end] if *start != UNSET && *end != UNSET && start <= end => Some((*start, *end)),
            _ => None,
        }
    }

    /// The number of the group that was closed last; 0: none (`Match.lastindex`).
    pub fn last_index(&self) -> usize {
        self.last_index as usize
    }

    /// Matches at one place.
    pub(crate) fn attempt<C: Character, E>(
        &mut self,
        run: &mut Run<'_, C, E>,
        pos: usize,
        must_advance: bool,
    ) -> Result<bool, Failure<E>> {
        if run.text.len().saturating_sub(pos) < run.pattern.least {
            return Ok(false);
        }
        self.marks.clear();
        self.marks.resize(2 * run.pattern.groups, UNSET);
        self.last_index = 0;
        self.stack.clear();
        self.arena.clear();
        self.start = pos;
        Thread { m: self, run, pc: 0, pos, repeat: NO_REPEAT, barrier: UNSET }.run(must_advance)
    }
}

/// What does not change while a subject is searched.
pub(crate) struct Run<'a, C, E> {
    pub pattern: &'a Pattern,
    /// The subject up to `endpos`.
    pub text: &'a [C],
    pub full: bool,
    pub locale: &'a Locale,
    pub check: &'a mut dyn FnMut() -> Result<(), E>,
    /// Steps left until `check` is called.
    pub steps: u32,
}

impl<C, E> Run<'_, C, E> {
    /// Counts one step.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<(), Failure<E>> {
        match self.steps.checked_sub(1) {
            Some(steps) => {
                self.steps = steps;
                Ok(())
            }
            None => {
                self.steps = STEPS;
                (self.check)().map_err(Failure::Interrupted)
            }
        }
    }
}

struct Thread<'r, 'a, C, E> {
    m: &'r mut Machine,
    run: &'r mut Run<'a, C, E>,
    pc: Pc,
    pos: usize,
    repeat: u32,
    /// The innermost open barrier's place on the stack.
    barrier: usize,
}

impl<C: Character, E> Thread<'_, '_, C, E> {
    fn run(mut self, must_advance: bool) -> Result<bool, Failure<E>> {
        let pattern = self.run.pattern;
        loop {
            self.run.step()?;
            let Some(op) = pattern.ops.get(self.pc) else { return Ok(false) };
            let ok = match op {
                Op::Unit(unit) => match self.run.text.get(self.pos) {
                    Some(c) if unit.matches(c.point(), self.run.locale) => {
                        self.pos += 1;
                        self.pc += 1;
                        true
                    }
                    _ => false,
                },
                Op::Literal(text) => {
                    let found = self.literal(text);
                    self.pos += if found { text.len() } else { 0 };
                    self.advance_if(found)
                }
                Op::Look { back, unit, not } => self.advance_if(self.look(*back, unit) != *not),
                Op::Success => {
                    let refused = (self.run.full && self.pos != self.run.text.len())
                        || (must_advance && self.pos == self.m.start);
                    if !refused {
                        self.m.end = self.pos;
                        return Ok(true);
                    }
                    false
                }
                Op::Fail => false,
                Op::At(at) => self.advance_if(self.is_at(*at)),
                Op::Mark(mark) => self.mark(*mark)?,
                Op::Jump(target) => {
                    self.pc = *target;
                    true
                }
                Op::Split { other, first } => self.split(*other, first.as_deref())?,
                Op::GroupRef(group, how) => self.group_ref(*group, *how),
                Op::IfGroup(group, otherwise) => {
                    let matched = self.m.span(*group as usize + 1).is_some();
                    self.pc = if matched { self.pc + 1 } else { *otherwise };
                    true
                }
                Op::Repeat(until) => {
                    self.repeat =
                        self.repetition(Repetition { count: 0, last: UNSET, outer: self.repeat })?;
                    self.pc = *until;
                    true
                }
                Op::MaxUntil { body, bounds, first } => self.max_until(*body, *bounds, first.as_deref())?,
                Op::MinUntil { body, bounds } => self.min_until(*body, *bounds)?,
                Op::One { unit, bounds, greed, next } => self.one(unit, *bounds, *greed, next.as_deref())?,
                Op::Possessive(end) => {
                    self.pc = *end;
                    self.possessive_next(0, UNSET)?
                }
                Op::PossessiveEnd { .. } => self.possessive_end()?,
                Op::Atomic => {
                    self.barrier(Part::Atomic)?;
                    self.pc += 1;
                    true
                }
                Op::Assert { back, .. } => self.assert(*back)?,
                Op::AtomicEnd | Op::AssertEnd => {
                    if let Some((Part::Assert, pos)) = self.commit() {
                        self.pos = pos;
                    }
                    self.pc += 1;
                    true
                }
                Op::AssertNot { back, after } => self.assert_not(*back, *after)?,
                Op::AssertNotEnd => {
                    self.abandon();
                    false
                }
            };
            if !ok && !self.backtrack()? {
                return Ok(false);
            }
        }
    }

    fn push(&mut self, frame: Frame) -> Result<(), Failure<E>> {
        let stack = &mut self.m.stack;
        if stack.len() == stack.capacity() {
            stack.try_reserve(stack.len().max(64)).map_err(|_| Failure::Memory)?;
        }
        stack.push(frame);
        Ok(())
    }

    fn repetition(&mut self, r: Repetition) -> Result<u32, Failure<E>> {
        let arena = &mut self.m.arena;
        if arena.len() == arena.capacity() {
            arena.try_reserve(arena.len().max(16)).map_err(|_| Failure::Memory)?;
        }
        let index = u32::try_from(arena.len()).ok().filter(|i| *i != NO_REPEAT).ok_or(Failure::Memory)?;
        arena.push(r);
        Ok(index)
    }

    fn arena(&self) -> u32 {
        self.m.arena.len() as u32
    }

    fn choice(&mut self, pc: Pc, pos: usize, repeat: u32) -> Result<(), Failure<E>> {
        let arena = self.arena();
        self.push(Frame::Choice { pc, pos, repeat, arena })
    }

    fn advance_if(&mut self, ok: bool) -> bool {
        self.pc += usize::from(ok);
        ok
    }

    fn mark(&mut self, mark: u32) -> Result<bool, Failure<E>> {
        let old = self.m.marks[mark as usize];
        self.push(Frame::Undo { mark, last_index: self.m.last_index, old })?;
        self.m.marks[mark as usize] = self.pos;
        if mark & 1 == 1 {
            self.m.last_index = mark / 2 + 1;
        }
        self.pc += 1;
        Ok(true)
    }

    /// Whether what comes next can begin with `first`.
    #[inline]
    fn allows(&self, first: Option<&First>, pos: usize) -> bool {
        first.is_none_or(|f| self.run.text.get(pos).is_some_and(|c| f.contains(c.point())))
    }

    /// Takes the first alternative, unless its first character shows that it fails.
    fn split(&mut self, other: Pc, first: Option<&First>) -> Result<bool, Failure<E>> {
        let text = match self.run.pattern.ops.get(self.pc + 1) {
            Some(Op::Literal(text)) => &text[..],
            _ => &[],
        };
        if self.allows(first, self.pos) && self.literal(text) {
            self.choice(other, self.pos, self.repeat)?;
            self.pc += 1;
        } else {
            self.pc = other;
        }
        Ok(true)
    }

    /// Whether the text comes next.
    #[inline]
    fn literal(&self, text: &[u32]) -> bool {
        let found = self.run.text.get(self.pos..self.pos + text.len());
        found.is_some_and(|found| found.iter().zip(text).all(|(a, b)| a.point() == *b))
    }

    fn look(&self, back: u32, unit: &Unit) -> bool {
        let place = self.pos.checked_sub(back as usize);
        let c = place.and_then(|i| self.run.text.get(i));
        c.is_some_and(|c| unit.matches(c.point(), self.run.locale))
    }

    fn is_at(&self, at: At) -> bool {
        let text = self.run.text;
        let (pos, len) = (self.pos, text.len());
        let newline = |i: usize| text.get(i).is_some_and(|c| c.point() == 10);
        match at {
            At::Beginning => pos == 0,
            At::BeginningLine => pos == 0 || newline(pos - 1),
            At::End => pos == len || (pos + 1 == len && newline(pos)),
            At::EndLine => pos == len || newline(pos),
            At::EndString => pos == len,
            At::Boundary(_) | At::NonBoundary(_) => {
                let words = words_of(at).unwrap_or(Words::Ascii);
                let word = |c: Option<&C>| c.is_some_and(|c| is_word(c.point(), words, self.run.locale));
                let before = pos > 0 && word(text.get(pos - 1));
                (before != word(text.get(pos))) == matches!(at, At::Boundary(_))
            }
        }
    }

    fn group_ref(&mut self, group: u32, how: Option<Fold>) -> bool {
        let Some((start, end)) = self.m.span(group as usize + 1) else { return false };
        let (Some(wanted), Some(found)) =
            (self.run.text.get(start..end), self.run.text.get(self.pos..self.pos + (end - start)))
        else {
            return false;
        };
        let locale = self.run.locale;
        let same = wanted.iter().zip(found).all(|(a, b)| match how {
            None => a.point() == b.point(),
            Some(how) => fold(a.point(), how, locale) == fold(b.point(), how, locale),
        });
        if same {
            self.pos += end - start;
            self.pc += 1;
        }
        same
    }

    fn current(&self) -> Repetition {
        // `Repeat` comes before every `Until`: the translation nests them.
        let none = Repetition { count: 0, last: UNSET, outer: NO_REPEAT };
        self.m.arena.get(self.repeat as usize).copied().unwrap_or(none)
    }

    fn max_until(&mut self, body: Pc, bounds: Bounds, first: Option<&First>) -> Result<bool, Failure<E>> {
        let r = self.current();
        if r.count < u64::from(bounds.min) {
            self.repeat = self.repetition(Repetition { count: r.count + 1, ..r })?;
            self.pc = body;
            return Ok(true);
        }
        let tail = self.pc + 1;
        if bounds.allows_more(r.count) && self.pos != r.last && self.allows(first, self.pos) {
            self.choice(tail, self.pos, r.outer)?;
            self.repeat = self.repetition(Repetition { count: r.count + 1, last: self.pos, ..r })?;
            self.pc = body;
        } else {
            self.repeat = r.outer;
            self.pc = tail;
        }
        Ok(true)
    }

    fn min_until(&mut self, body: Pc, bounds: Bounds) -> Result<bool, Failure<E>> {
        let r = self.current();
        if r.count < u64::from(bounds.min) {
            self.repeat = self.repetition(Repetition { count: r.count + 1, ..r })?;
            self.pc = body;
            return Ok(true);
        }
        if bounds.allows_more(r.count) && self.pos != r.last {
            let next = self.repetition(Repetition { count: r.count + 1, last: self.pos, ..r })?;
            self.choice(body, self.pos, next)?;
        }
        self.repeat = r.outer;
        self.pc += 1;
        Ok(true)
    }

    /// How many characters from the current place on pass a test, `most` at most.
    fn count(&self, unit: &Unit, most: usize) -> usize {
        let text = self.run.text.get(self.pos..).unwrap_or(&[]);
        let text = &text[..most.min(text.len())];
        let locale = self.run.locale;
        let stop = match unit {
            Unit::AnyAll => None,
            Unit::Any => find(text, 10),
            Unit::Char(l) => text.iter().position(|c| c.point() != *l),
            Unit::NotChar(l) => find(text, *l),
            Unit::Set(set) => text.iter().position(|c| !set.contains(c.point(), locale)),
            _ => text.iter().position(|c| !unit.matches(c.point(), locale)),
        };
        stop.unwrap_or(text.len())
    }

    fn one(
        &mut self,
        unit: &Unit,
        bounds: Bounds,
        greed: Greed,
        next: Option<&First>,
    ) -> Result<bool, Failure<E>> {
        let unbounded = |n: u32| if n == u32::MAX { usize::MAX } else { n as usize };
        let (min, max) = (bounds.min as usize, unbounded(bounds.max));
        let most = if greed == Greed::Lazy { min } else { max };
        let count = self.count(unit, most);
        // Beyond the subject's end (`pos` above `endpos`) not even nothing can be taken.
        if count < min || self.pos > self.run.text.len() {
            return Ok(false);
        }
        let pc = self.pc;
        let (repeat, arena) = (self.repeat, self.arena());
        match greed {
            Greed::Possessive => self.pos += count,
            Greed::Greedy => return self.give_back(pc, self.pos + count, self.pos + min, next),
            Greed::Lazy => {
                self.pos += count;
                let left = if bounds.max == u32::MAX { u32::MAX } else { bounds.max - bounds.min };
                if left > 0 {
                    self.push(Frame::TakeMore { pc, pos: self.pos, left, repeat, arena })?;
                }
            }
        }
        self.pc += 1;
        Ok(true)
    }

    /// Goes on after the greedy unit at `pc` with what it took up to `pos` or, where a known character must
    /// follow, to the last place before one.
    fn give_back(
        &mut self,
        pc: Pc,
        pos: usize,
        least: usize,
        next: Option<&First>,
    ) -> Result<bool, Failure<E>> {
        let mut pos = pos;
        if let Some(next) = next {
            let text = self.run.text;
            loop {
                if text.get(pos).is_some_and(|c| next.contains(c.point())) {
                    break;
                }
                if pos == least {
                    return Ok(false);
                }
                pos -= 1;
            }
        }
        if pos > least {
            let (repeat, arena) = (self.repeat, self.arena());
            self.push(Frame::GiveBack { pc, pos: pos - 1, least, repeat, arena })?;
        }
        self.pos = pos;
        self.pc = pc + 1;
        Ok(true)
    }

    /// Takes one more character by the lazy unit at `pc` and goes on.
    fn take_more(&mut self, pc: Pc, pos: usize, left: u32) -> Result<bool, Failure<E>> {
        let Some(Op::One { unit, next, .. }) = self.run.pattern.ops.get(pc) else { return Ok(false) };
        let text = self.run.text;
        let (mut pos, mut left) = (pos, left);
        loop {
            match text.get(pos) {
                Some(c) if unit.matches(c.point(), self.run.locale) => pos += 1,
                _ => return Ok(false),
            }
            left = if left == u32::MAX { left } else { left - 1 };
            // Places where what must follow does not stand need no attempt.
            let skip = !self.allows(next.as_deref(), pos);
            if !skip {
                break;
            }
            if left == 0 {
                return Ok(false);
            }
        }
        if left > 0 {
            let (repeat, arena) = (self.repeat, self.arena());
            self.push(Frame::TakeMore { pc, pos, left, repeat, arena })?;
        }
        self.pos = pos;
        self.pc = pc + 1;
        Ok(true)
    }

    fn barrier(&mut self, part: Part) -> Result<(), Failure<E>> {
        let below = self.barrier;
        let (repeat, arena) = (self.repeat, self.arena());
        let place = self.m.stack.len();
        self.push(Frame::Barrier { part, pos: self.pos, repeat, arena, below })?;
        self.barrier = place;
        Ok(())
    }

    fn assert(&mut self, back: u32) -> Result<bool, Failure<E>> {
        let Some(start) = self.pos.checked_sub(back as usize) else { return Ok(false) };
        self.barrier(Part::Assert)?;
        self.pos = start;
        self.pc += 1;
        Ok(true)
    }

    fn assert_not(&mut self, back: u32, after: Pc) -> Result<bool, Failure<E>> {
        let Some(start) = self.pos.checked_sub(back as usize) else {
            self.pc = after;
            return Ok(true);
        };
        self.barrier(Part::AssertNot(after))?;
        self.pos = start;
        self.pc += 1;
        Ok(true)
    }

    /// Closes the innermost barrier: its choices are dropped, what is to be undone stays. Returns its part and
    /// where it began.
    fn commit(&mut self) -> Option<(Part, usize)> {
        let at = self.barrier;
        let Some(Frame::Barrier { part, pos, repeat, below, .. }) = self.m.stack.get(at).copied() else {
            return None;
        };
        let stack = &mut self.m.stack;
        let mut kept = at;
        for i in at + 1..stack.len() {
            if let Frame::Undo { .. } = stack[i] {
                stack[kept] = stack[i];
                kept += 1;
            }
        }
        stack.truncate(kept);
        self.barrier = below;
        self.repeat = repeat;
        Some((part, pos))
    }

    /// Undoes everything down to the innermost barrier, that included; the caller fails then.
    fn abandon(&mut self) {
        let at = self.barrier;
        while self.m.stack.len() > at {
            match self.m.stack.pop() {
                Some(Frame::Undo { mark, last_index, old }) => self.undo(mark, last_index, old),
                Some(Frame::Barrier { below, .. }) if self.m.stack.len() == at => self.barrier = below,
                _ => {}
            }
        }
    }

    fn undo(&mut self, mark: u32, last_index: u32, old: usize) {
        self.m.marks[mark as usize] = old;
        self.m.last_index = last_index;
    }

    /// Begins the next iteration of the possessive repetition that ends at `pc`, or goes on after it; `last` is
    /// where the former one began.
    fn possessive_next(&mut self, count: u64, last: usize) -> Result<bool, Failure<E>> {
        let Some(Op::PossessiveEnd { body, bounds }) = self.run.pattern.ops.get(self.pc) else {
            return Ok(false);
        };
        let (body, bounds) = (*body, *bounds);
        let wanted = count < u64::from(bounds.min) || (bounds.allows_more(count) && self.pos != last);
        if wanted {
            self.barrier(Part::Possessive(self.pc, count))?;
            self.pc = body;
        } else {
            self.pc += 1;
        }
        Ok(true)
    }

    fn possessive_end(&mut self) -> Result<bool, Failure<E>> {
        match self.commit() {
            Some((Part::Possessive(_, count), began)) => {
                let Some(Op::PossessiveEnd { bounds, .. }) = self.run.pattern.ops.get(self.pc) else {
                    return Ok(false);
                };
                // Iterations up to the minimum do not count as standing still.
                let last = if count < u64::from(bounds.min) { UNSET } else { began };
                self.possessive_next(count + 1, last)
            }
            _ => Ok(false),
        }
    }

    /// Resumes at the latest choice; false if there is none.
    fn backtrack(&mut self) -> Result<bool, Failure<E>> {
        while let Some(frame) = self.m.stack.pop() {
            let resumed = match frame {
                Frame::Undo { mark, last_index, old } => {
                    self.undo(mark, last_index, old);
                    false
                }
                Frame::Choice { pc, pos, repeat, arena } => {
                    self.restore(repeat, arena);
                    (self.pc, self.pos) = (pc, pos);
                    true
                }
                Frame::GiveBack { pc, pos, least, repeat, arena } => {
                    self.restore(repeat, arena);
                    let next = match self.run.pattern.ops.get(pc) {
                        Some(Op::One { next, .. }) => next.as_deref(),
                        _ => None,
                    };
                    self.give_back(pc, pos, least, next)?
                }
                Frame::TakeMore { pc, pos, left, repeat, arena } => {
                    self.restore(repeat, arena);
                    self.take_more(pc, pos, left)?
                }
                Frame::Barrier { part, pos, repeat, arena, below } => {
                    self.barrier = below;
                    self.restore(repeat, arena);
                    self.after_failed_part(part, pos)
                }
            };
            if resumed {
                return Ok(true);
            }
            self.run.step()?;
        }
        Ok(false)
    }

    fn restore(&mut self, repeat: u32, arena: u32) {
        self.repeat = repeat;
        self.m.arena.truncate(arena as usize);
    }

    /// What the failure of an atomic part means.
    fn after_failed_part(&mut self, part: Part, pos: usize) -> bool {
        match part {
            Part::Atomic | Part::Assert => false,
            Part::AssertNot(after) => {
                (self.pc, self.pos) = (after, pos);
                true
            }
            Part::Possessive(end, count) => {
                let enough = match self.run.pattern.ops.get(end) {
                    Some(Op::PossessiveEnd { bounds, .. }) => count >= u64::from(bounds.min),
                    _ => false,
                };
                (self.pc, self.pos) = (end + 1, pos);
                enough
            }
        }
    }
}
