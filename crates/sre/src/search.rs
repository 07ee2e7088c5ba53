//! The entry points: matching at a place, and searching by the pattern's prefix or first characters.

use taipan_text::codecs::Unit as Character;

use crate::Subject;
use crate::code::At;
use crate::machine::{Failure, Machine, Mode, Request, Run};
use crate::program::{Pattern, Unit};
use crate::set::Locale;

impl Pattern {
    /// Matches; the spans are then in the machine. `check` is called now and then (for signals and limits), and
    /// what it returns as an error ends the match.
    pub fn run<E>(
        &self,
        machine: &mut Machine,
        subject: Subject<'_>,
        request: Request,
        locale: &Locale,
        check: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<bool, Failure<E>> {
        match subject {
            Subject::One(text) => self.run_on(machine, text, request, locale, check),
            Subject::Two(text) => self.run_on(machine, text, request, locale, check),
            Subject::Four(text) => self.run_on(machine, text, request, locale, check),
        }
    }

    fn run_on<C: Character, E>(
        &self,
        machine: &mut Machine,
        text: &[C],
        request: Request,
        locale: &Locale,
        check: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<bool, Failure<E>> {
        let text = &text[..request.endpos.min(text.len())];
        // `pos` beyond `endpos` is no error: an empty match may be found there, though not by searching.
        let full = request.mode == Mode::FullMatch;
        let mut run = Run { pattern: self, text, full, locale, check, steps: 0x1000 };
        if request.mode != Mode::Search {
            return machine.attempt(&mut run, request.pos, request.must_advance);
        }
        let mut pos = request.pos;
        while let Some(start) = self.candidate(text, pos, locale) {
            if machine.attempt(&mut run, start, request.must_advance && start == request.pos)? {
                return Ok(true);
            }
            pos = start + 1;
            match self.sweep {
                Some(Unit::AnyAll) => return Ok(false),
                Some(_) => match find(&text[start..], 10) {
                    Some(n) => pos = start + n + 1,
                    None => return Ok(false),
                },
                None => {}
            }
            run.step()?;
        }
        Ok(false)
    }

    /// The next place from `pos` on where a match could begin.
    fn candidate<C: Character>(&self, text: &[C], pos: usize, locale: &Locale) -> Option<usize> {
        // Beyond this place not enough is left.
        let last = text.len().checked_sub(self.least)?;
        if pos > last {
            return None;
        }
        match self.anchor {
            Some(At::Beginning) => return (pos == 0).then_some(0),
            Some(_) => return self.line_start(text, pos).filter(|at| *at <= last),
            None => {}
        }
        if let Some((first, rest)) = self.prefix.split_first() {
            let mut at = pos;
            loop {
                at += find(text.get(at..)?, *first)?;
                let tail = text.get(at + 1..at + 1 + rest.len())?;
                if tail.iter().zip(rest).all(|(a, b)| a.point() == *b) {
                    return (at <= last).then_some(at);
                }
                at += 1;
            }
        }
        let rest = &text[pos..];
        let found = match (&self.head, &self.first) {
            (Some(Unit::Char(l)), _) => find(rest, *l),
            (None, None) => Some(0),
            // The table knows little above 256: there the head, if any, is asked too.
            (head, Some(first)) => rest.iter().position(|c| {
                let c = c.point();
                first.contains(c) && (c < 256 || head.as_ref().is_none_or(|h| h.matches(c, locale)))
            }),
            (Some(head), None) => rest.iter().position(|c| head.matches(c.point(), locale)),
        };
        found.map(|n| pos + n).filter(|at| *at <= last)
    }

    /// The next start of a line from `pos` on after which the pattern can begin.
    fn line_start<C: Character>(&self, text: &[C], mut pos: usize) -> Option<usize> {
        if pos > 0 && text.get(pos - 1).is_none_or(|c| c.point() != 10) {
            pos += find(text.get(pos..)?, 10)? + 1;
        }
        loop {
            let fits = |c: &C| self.first.as_ref().is_none_or(|f| f.contains(c.point()));
            if self.first.is_none() || text.get(pos).is_some_and(fits) {
                return Some(pos);
            }
            pos += find(text.get(pos..)?, 10)? + 1;
        }
    }
}

/// The place of the first `wanted`. Looks at many characters at once, which the compiler makes vector code of.
pub(crate) fn find<C: Character>(text: &[C], wanted: u32) -> Option<usize> {
    const MANY: usize = 32;
    let mut at = 0;
    for block in text.chunks_exact(MANY) {
        if block.iter().fold(false, |hit, c| hit | (c.point() == wanted)) {
            break;
        }
        at += MANY;
    }
    text[at..].iter().position(|c| c.point() == wanted).map(|n| at + n)
}
