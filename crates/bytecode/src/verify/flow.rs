//! The dataflow: states at leaders (jump targets and handlers), propagated until nothing changes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::effects;
use super::slots::{CELL, NULL, OBJECT, Role, Slot, State};
use super::{LIMIT_MEMORY, LIMIT_WORK, Program, Step, VerifyError};
use crate::code::CodeObject;
use crate::exctable::ExceptionEntry;
use crate::ops::{Flow, May, Opcode};

const TOO_COMPLEX: &str = "code is too complex to verify";

/// What is known before a leader.
struct Known {
    locals: Vec<u8>,
    stack: Vec<Slot>,
    started: bool,
    queued: bool,
}

/// The result: the states at reachable leaders.
pub(super) struct Done {
    pub max_depth: u32,
    known: HashMap<u32, Known>,
}

struct Analysis<'a> {
    program: &'a Program<'a>,
    known: HashMap<u32, Known>,
    queue: BinaryHeap<Reverse<u32>>,
    work: &'a mut u64,
    memory: u64,
    max_depth: usize,
}

/// What the locals hold when a frame begins: parameters are bound, nothing else is.
fn entry_locals(code: &CodeObject) -> Vec<u8> {
    let mut locals = vec![NULL; code.nlocalsplus()];
    let bound = code.total_args().min(locals.len());
    locals[..bound].fill(OBJECT);
    locals
}

pub(super) fn run(program: &Program<'_>, work: &mut u64) -> Result<Done, VerifyError> {
    let mut analysis =
        Analysis { program, known: HashMap::new(), queue: BinaryHeap::new(), work, memory: 0, max_depth: 0 };
    analysis.meet(0, 0, &entry_locals(program.code), &[], &[], false)?;
    while let Some(Reverse(unit)) = analysis.queue.pop() {
        analysis.block(unit)?;
    }
    Ok(Done { max_depth: analysis.max_depth as u32, known: analysis.known })
}

impl Analysis<'_> {
    fn charge(&mut self, unit: u32, amount: usize) -> Result<(), VerifyError> {
        *self.work += amount as u64;
        if *self.work > LIMIT_WORK { Err(VerifyError::at(unit, TOO_COMPLEX)) } else { Ok(()) }
    }

    /// Joins a state into what is known before a leader; its stack is `stack` and then `extra`.
    fn meet(
        &mut self,
        from: u32,
        to: u32,
        locals: &[u8],
        stack: &[Slot],
        extra: &[Slot],
        started: bool,
    ) -> Result<(), VerifyError> {
        let depth = stack.len() + extra.len();
        self.charge(from, locals.len() / 8 + depth + 1)?;
        let Some(known) = self.known.get_mut(&to) else {
            self.memory += (locals.len() + depth * 4 + 64) as u64;
            if self.memory > LIMIT_MEMORY {
                return Err(VerifyError::at(from, TOO_COMPLEX));
            }
            let state =
                Known { locals: locals.to_vec(), stack: [stack, extra].concat(), started, queued: true };
            self.known.insert(to, state);
            self.queue.push(Reverse(to));
            return Ok(());
        };
        if known.stack.len() != depth {
            return Err(VerifyError::at(to, "paths meet with different stack depths"));
        }
        if known.started != started {
            return Err(VerifyError::at(to, "paths meet inside and outside a generator"));
        }
        let mut changed = false;
        for (old, new) in known.locals.iter_mut().zip(locals) {
            changed |= *old | *new != *old;
            *old |= *new;
        }
        for (old, new) in known.stack.iter_mut().zip(stack.iter().chain(extra)) {
            let joined = old.join(*new).ok_or(VerifyError::at(to, "paths meet with different borrows"))?;
            changed |= joined != *old;
            *old = joined;
        }
        if changed && !known.queued {
            known.queued = true;
            self.queue.push(Reverse(to));
        }
        Ok(())
    }

    /// Follows the instructions from a leader to the next.
    fn block(&mut self, leader: u32) -> Result<(), VerifyError> {
        let program = self.program;
        let Some(known) = self.known.get_mut(&leader) else { return Ok(()) };
        known.queued = false;
        let mut state = known.to_state();
        self.charge(leader, state.locals.len() / 8 + state.stack.len())?;
        let mut unit = leader;
        let mut handler = HandlerCursor::new(program, leader);
        loop {
            let step = program.step(unit)?;
            let entry = handler.at(unit);
            if let Some(entry) = entry {
                self.meet_handler(unit, entry, &mut state, handler.is_new)?;
                handler.is_new = false;
            }
            let before = state.stack.len();
            let former_change = std::mem::replace(&mut state.lowest_change, usize::MAX);
            effects::apply(program.code, step, &mut state)
                .map_err(|message| VerifyError::at(unit, message))?;
            if let Some(entry) = entry {
                let takes = state.lowest_change < entry.depth as usize && step.op.info().may != May::Nothing;
                match step.op {
                    // What throw() raises is raised here, after the sent value has taken the yielded one's place.
                    Opcode::YIELD_VALUE if takes => self.meet_handler(unit, entry, &mut state, true)?,
                    // Items that an instruction has taken when it raises must not be the handler's.
                    _ if takes => {
                        return Err(VerifyError::at(unit, "instruction takes items that its handler keeps"));
                    }
                    _ => {}
                }
                if step.op == Opcode::RETURN_GENERATOR {
                    return Err(VerifyError::at(unit, "RETURN_GENERATOR in an exception range"));
                }
            }
            state.lowest_change = state.lowest_change.min(former_change);
            self.max_depth = self.max_depth.max(state.stack.len());
            // A local written while borrows are about costs a walk over the stack.
            let walked = if state.borrows > 0 { state.stack.len() } else { 0 };
            self.charge(unit, 1 + before.abs_diff(state.stack.len()) + walked)?;
            if self.leave(unit, step, &state)? {
                return Ok(());
            }
            if step.end >= program.units {
                return Err(VerifyError::at(unit, "control runs past the end"));
            }
            unit = step.end;
            if program.is_leader(unit) {
                return self.meet(unit, unit, &state.locals, &state.stack, &[], state.started);
            }
        }
    }

    /// Passes the state on to the jump target, if there is one; `true` if control does not go to the next instruction.
    fn leave(&mut self, unit: u32, step: Step, state: &State) -> Result<bool, VerifyError> {
        let flow = step.op.info().flow;
        if matches!(flow, Flow::Branch | Flow::Jump)
            && let Some(to) = self.program.target(unit, step)?
        {
            self.meet(unit, to, &state.locals, &state.stack, &[], state.started)?;
        }
        Ok(matches!(flow, Flow::Jump | Flow::Stop))
    }

    /// Any instruction may raise (trace functions do so anywhere), so its handler gets the state before it.
    fn meet_handler(
        &mut self,
        unit: u32,
        entry: &ExceptionEntry,
        state: &mut State,
        is_new: bool,
    ) -> Result<(), VerifyError> {
        let depth = entry.depth as usize;
        let Some(kept) = state.stack.get(..depth) else {
            return Err(VerifyError::at(unit, "stack shallower than the handler's"));
        };
        if !is_new && !state.locals_changed && state.lowest_change >= depth {
            return Ok(());
        }
        let extra = [Slot::VALUE.with_role(Role::LastInstruction), Slot::VALUE];
        let extra = if entry.lasti { &extra[..] } else { &extra[1..] };
        self.max_depth = self.max_depth.max(depth + extra.len());
        let cleared = &self.program.cleared_cells;
        if cleared.is_empty() {
            self.meet(unit, entry.target, &state.locals, kept, extra, state.started)?;
        } else {
            // Slots without their cell get a new one, and what they hold is released.
            if kept
                .iter()
                .filter_map(|slot| slot.borrowed())
                .any(|local| cleared.binary_search(&local).is_ok())
            {
                return Err(VerifyError::at(unit, "a handler keeps a borrow of a cleared cell"));
            }
            let mut locals = state.locals.clone();
            for &slot in cleared {
                if let Some(set) = locals.get_mut(slot as usize) {
                    *set = CELL;
                }
            }
            self.charge(unit, locals.len() / 8 + 1)?;
            self.meet(unit, entry.target, &locals, kept, extra, state.started)?;
        }
        state.locals_changed = false;
        state.lowest_change = usize::MAX;
        Ok(())
    }
}

impl Known {
    fn to_state(&self) -> State {
        State {
            locals: self.locals.clone(),
            stack: self.stack.clone(),
            started: self.started,
            locals_changed: false,
            lowest_change: usize::MAX,
            borrows: self.stack.iter().filter(|s| s.borrowed().is_some()).count(),
        }
    }
}

/// Finds the handler of each instruction while walking forward.
struct HandlerCursor<'a> {
    entries: &'a [ExceptionEntry],
    next: usize,
    /// Whether the handler has not been met in this block yet.
    is_new: bool,
}

impl<'a> HandlerCursor<'a> {
    fn new(program: &'a Program<'_>, unit: u32) -> HandlerCursor<'a> {
        let next = program.handlers.partition_point(|e| e.end <= unit);
        HandlerCursor { entries: &program.handlers, next, is_new: true }
    }

    fn at(&mut self, unit: u32) -> Option<&'a ExceptionEntry> {
        while let Some(entry) = self.entries.get(self.next) {
            if unit < entry.end {
                return (unit >= entry.start).then_some(entry);
            }
            self.next += 1;
            self.is_new = true;
        }
        None
    }
}

impl Done {
    /// Walks every reachable instruction with the state before it.
    pub fn visit(&self, program: &Program<'_>, mut seen: impl FnMut(u32, &State)) -> Result<(), VerifyError> {
        for (leader, known) in &self.known {
            let mut state = known.to_state();
            let mut unit = *leader;
            loop {
                seen(unit, &state);
                let step = program.step(unit)?;
                effects::apply(program.code, step, &mut state).map_err(|m| VerifyError::at(unit, m))?;
                unit = step.end;
                if step.op.ends_block() || unit >= program.units || program.is_leader(unit) {
                    break;
                }
            }
        }
        Ok(())
    }
}
