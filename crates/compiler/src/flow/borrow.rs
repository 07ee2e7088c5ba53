//! `LOAD_FAST_BORROW`: loads of locals that need no reference of their own.
//!
//! Each block is interpreted over references: what stack slot came from which instruction's load of which local. A load
//! may borrow if its value is consumed in the same block, is not stored into a local, and its local is neither
//! overwritten nor deleted while the value is on the stack. Blocks that control reaches only through an exception are not
//! visited, and neither is what follows an empty block.

use taipan_bytecode::Opcode;

use super::FlowError;
use super::cfg::{BlockId, Cfg, ends_scope, has_target, is_unconditional_jump, opens_handler};
use super::effects::Effects;

/// A value on the stack.
#[derive(Clone, Copy)]
struct Ref {
    /// The instruction that pushed it; `OUTSIDE` if it was there at the block's entry.
    instr: u32,
    /// The local that it was loaded from, or `NOT_LOCAL`.
    local: u32,
}

/// What one instruction may push: only hand-written sequences have more.
const MAX_PUSHED: usize = 1 << 24;
const OUTSIDE: u32 = u32::MAX;
const NOT_LOCAL: u32 = u32::MAX;

/// The interpretation of one block.
struct Interpreter {
    effects: &'static Effects,
    refs: Vec<Ref>,
    /// For each instruction whether what it loads has to be counted.
    owned: Vec<bool>,
    /// Blocks reached, with their depths.
    reached: Vec<(BlockId, usize)>,
}

impl Interpreter {
    fn push(&mut self, instr: usize, local: u32) {
        self.refs.push(Ref { instr: instr as u32, local });
    }

    fn pop(&mut self) -> Result<Ref, FlowError> {
        self.refs.pop().ok_or(FlowError::BadStack)
    }

    fn own(&mut self, value: Ref) {
        if let Some(owned) = self.owned.get_mut(value.instr as usize) {
            *owned = true;
        }
    }

    /// The local gets another value: what was loaded from it and is still on the stack must own its reference.
    fn overwrite(&mut self, local: u32) {
        for index in 0..self.refs.len() {
            let value = self.refs[index];
            if value.local == local {
                self.own(value);
            }
        }
    }

    fn store(&mut self, local: u32) -> Result<(), FlowError> {
        let value = self.pop()?;
        self.overwrite(local);
        self.own(value);
        Ok(())
    }

    /// Index in `refs` of the n-th item from the top.
    fn place(&self, n: u32) -> Result<usize, FlowError> {
        let place = self.refs.len().checked_sub(n as usize).filter(|_| n > 0);
        place.ok_or(FlowError::BadStack)
    }

    fn step(&mut self, index: usize, opcode: Opcode, operand: u32, target: BlockId) -> Result<(), FlowError> {
        match opcode {
            Opcode::DELETE_FAST => self.overwrite(operand),
            Opcode::LOAD_FAST => self.push(index, operand),
            Opcode::LOAD_FAST_AND_CLEAR => {
                self.overwrite(operand);
                self.push(index, operand);
            }
            Opcode::LOAD_FAST_LOAD_FAST => {
                self.push(index, operand >> 4);
                self.push(index, operand & 15);
            }
            Opcode::STORE_FAST => self.store(operand)?,
            Opcode::STORE_FAST_LOAD_FAST => {
                self.store(operand >> 4)?;
                self.push(index, operand & 15);
            }
            Opcode::STORE_FAST_STORE_FAST => {
                self.store(operand >> 4)?;
                self.store(operand & 15)?;
            }
            Opcode::COPY => {
                let value = self.refs[self.place(operand)?];
                self.refs.push(value);
            }
            Opcode::SWAP => {
                let (top, other) = (self.place(1)?, self.place(operand)?);
                self.refs.swap(top, other);
            }
            // These leave all their inputs where they are. CPython takes what they push for the first instruction's.
            Opcode::FORMAT_SIMPLE
            | Opcode::GET_ANEXT
            | Opcode::GET_LEN
            | Opcode::GET_YIELD_FROM_ITER
            | Opcode::IMPORT_FROM
            | Opcode::MATCH_KEYS
            | Opcode::MATCH_MAPPING
            | Opcode::MATCH_SEQUENCE
            | Opcode::WITH_EXCEPT_START => {
                let (pops, pushes) = self.effects.of(opcode, operand);
                for first in 0..pushes.saturating_sub(pops) {
                    self.push(first, NOT_LOCAL);
                }
            }
            // These take some inputs and push nothing new.
            Opcode::DICT_MERGE
            | Opcode::DICT_UPDATE
            | Opcode::LIST_APPEND
            | Opcode::LIST_EXTEND
            | Opcode::MAP_ADD
            | Opcode::RERAISE
            | Opcode::SET_ADD
            | Opcode::SET_UPDATE => {
                let (pops, pushes) = self.effects.of(opcode, operand);
                for _ in pushes..pops {
                    self.pop()?;
                }
            }
            Opcode::END_SEND | Opcode::SET_FUNCTION_ATTRIBUTE => {
                let top = self.pop()?;
                self.pop()?;
                self.refs.push(top);
            }
            Opcode::CHECK_EXC_MATCH => {
                self.pop()?;
                self.push(index, NOT_LOCAL);
            }
            Opcode::FOR_ITER => {
                self.reached.push((target, self.refs.len() + 1));
                self.push(index, NOT_LOCAL);
            }
            Opcode::LOAD_ATTR | Opcode::LOAD_SUPER_ATTR => {
                let receiver = self.pop()?;
                if opcode == Opcode::LOAD_SUPER_ATTR {
                    self.pop()?;
                    self.pop()?;
                }
                self.push(index, NOT_LOCAL);
                if operand & 1 != 0 {
                    // A method call may push the receiver again.
                    self.refs.push(receiver);
                }
            }
            Opcode::LOAD_SPECIAL | Opcode::PUSH_EXC_INFO => {
                let top = self.pop()?;
                self.push(index, NOT_LOCAL);
                self.refs.push(top);
            }
            Opcode::SEND => {
                self.reached.push((target, self.refs.len()));
                self.pop()?;
                self.push(index, NOT_LOCAL);
            }
            _ => {
                let (pops, pushes) = self.effects.of(opcode, operand);
                if pushes > MAX_PUSHED {
                    return Err(FlowError::TooLarge);
                }
                if has_target(opcode) && opcode != Opcode::END_ASYNC_FOR {
                    self.reached.push((target, (self.refs.len() + pushes).saturating_sub(pops)));
                }
                if !opens_handler(opcode) {
                    let left = self.refs.len().checked_sub(pops).ok_or(FlowError::BadStack)?;
                    self.refs.truncate(left);
                    for _ in 0..pushes {
                        self.push(index, NOT_LOCAL);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Replaces the loads that may borrow.
pub fn borrow_loads(cfg: &mut Cfg) -> Result<(), FlowError> {
    cfg.clear_visited();
    cfg[Cfg::ENTRY].visited = true;
    let mut work = vec![(Cfg::ENTRY, 0)];
    let mut interpreter =
        Interpreter { effects: Effects::get(), refs: Vec::new(), owned: Vec::new(), reached: Vec::new() };
    while let Some((id, depth)) = work.pop() {
        interpreter.owned.clear();
        interpreter.owned.resize(cfg.instrs(id).len(), false);
        interpreter.refs.clear();
        interpreter.refs.resize(depth, Ref { instr: OUTSIDE, local: NOT_LOCAL });
        for (index, instr) in cfg.instrs(id).iter().enumerate() {
            interpreter.step(index, instr.opcode, instr.operand, instr.target)?;
        }
        if let Some(last) = cfg.last(id)
            && !is_unconditional_jump(last.opcode)
            && !ends_scope(last.opcode)
            && cfg[id].next.is_some()
        {
            interpreter.reached.push((cfg[id].next, interpreter.refs.len()));
        }
        // What leaves the block may outlive its local.
        for index in 0..interpreter.refs.len() {
            let value = interpreter.refs[index];
            interpreter.own(value);
        }
        for (instr, owned) in cfg.instrs_mut(id).iter_mut().zip(&interpreter.owned) {
            match instr.opcode {
                Opcode::LOAD_FAST if !owned => instr.opcode = Opcode::LOAD_FAST_BORROW,
                Opcode::LOAD_FAST_LOAD_FAST if !owned => {
                    instr.opcode = Opcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW;
                }
                _ => {}
            }
        }
        for (reached, depth) in interpreter.reached.drain(..) {
            if !cfg[reached].visited {
                cfg[reached].visited = true;
                work.push((reached, depth));
            }
        }
    }
    Ok(())
}
