//! From optimised blocks to what the assembler takes: pseudo-instructions become real ones, variables get their slots,
//! the frame's set-up is put in front.

use taipan_bytecode::{CodeFlags, Opcode};

use super::FlowError;
use super::cfg::{Cfg, CfgInstr, for_each_block, is_conditional_jump, opens_handler};
use super::cleanup::remove_redundant_nops;
use crate::instr::{Location, NO_LOCATION, UnitMetadata};

/// Spells out the jumps that leave their condition on the stack: copy it, make it a bool, jump.
pub fn expand_conditional_jumps(cfg: &mut Cfg) {
    for_each_block!(cfg, id, {
        let real = match cfg.last(id).map(|last| last.opcode) {
            Some(Opcode::JUMP_IF_FALSE) => Opcode::POP_JUMP_IF_FALSE,
            Some(Opcode::JUMP_IF_TRUE) => Opcode::POP_JUMP_IF_TRUE,
            _ => Opcode::NOP,
        };
        if real != Opcode::NOP
            && let Some(jump) = cfg.instrs_mut(id).last_mut()
        {
            jump.opcode = real;
            let mut copy = *jump;
            copy.set(Opcode::COPY, 1);
            let mut to_bool = *jump;
            to_bool.set(Opcode::TO_BOOL, 0);
            let at = cfg.instrs(id).len() - 1;
            cfg.insert(id, at, to_bool);
            cfg.insert(id, at, copy);
        }
    });
}

/// Replaces the other pseudo-instructions, jumps aside.
pub fn replace_pseudo_instructions(cfg: &mut Cfg) {
    if !cfg.has_handlers && !cfg.has_other_pseudo {
        remove_redundant_nops(cfg);
        return;
    }
    for_each_block!(cfg, id, {
        for instr in cfg.instrs_mut(id) {
            match instr.opcode {
                opcode if opens_handler(opcode) => instr.erase(),
                Opcode::LOAD_CLOSURE => instr.opcode = Opcode::LOAD_FAST,
                Opcode::STORE_FAST_MAYBE_NULL => instr.opcode = Opcode::STORE_FAST,
                _ => {}
            }
        }
    });
    remove_redundant_nops(cfg);
}

/// Makes conditional jumps go forward only, and marks the other way behind each (PEP 669 counts both).
pub fn normalize_jumps(cfg: &mut Cfg) {
    cfg.clear_visited();
    for_each_block!(cfg, id, {
        cfg[id].visited = true;
        if let Some(&last) = cfg.last(id)
            && is_conditional_jump(last.opcode)
        {
            let not_taken = CfgInstr::new(Opcode::NOT_TAKEN, 0, last.location);
            if !cfg[last.target].visited {
                cfg.append(id, not_taken);
            } else {
                let next = cfg[id].next;
                let back = cfg.new_block();
                cfg.append(back, not_taken);
                cfg.append(back, CfgInstr::jump(Opcode::JUMP, last.target, last.location));
                cfg[back].start_depth = cfg[last.target].start_depth;
                cfg[back].cold = cfg[id].cold;
                cfg[back].visited = true;
                cfg.link_behind(id, back);
                if let Some(last) = cfg.instrs_mut(id).last_mut() {
                    last.opcode = reversed(last.opcode);
                    last.target = next;
                }
            }
        }
    });
}

fn reversed(opcode: Opcode) -> Opcode {
    match opcode {
        Opcode::POP_JUMP_IF_FALSE => Opcode::POP_JUMP_IF_TRUE,
        Opcode::POP_JUMP_IF_TRUE => Opcode::POP_JUMP_IF_FALSE,
        Opcode::POP_JUMP_IF_NONE => Opcode::POP_JUMP_IF_NOT_NONE,
        Opcode::POP_JUMP_IF_NOT_NONE => Opcode::POP_JUMP_IF_NONE,
        other => other,
    }
}

/// The slots of cell and free variables: `slots[i]` is the slot of the variable that code generation calls `i`.
struct Slots {
    /// A cell that is also a local shares the local's slot; the others lie behind the locals.
    slots: Vec<u32>,
    /// Slots of the unit in all.
    total: usize,
}

impl Slots {
    fn of(metadata: &UnitMetadata) -> Slots {
        let locals = metadata.varnames.len() as u32;
        let mut next = locals;
        let mut slots = Vec::with_capacity(metadata.cellvars.len() + metadata.freevars.len());
        for cell in metadata.cellvars.items() {
            slots.push(metadata.varnames.get(cell).unwrap_or_else(|| {
                next += 1;
                next - 1
            }));
        }
        for _ in metadata.freevars.items() {
            slots.push(next);
            next += 1;
        }
        Slots { slots, total: next as usize }
    }
}

/// Gives cells and free variables their slots, and puts the frame's set-up in front. Returns the number of slots.
pub fn prepare_locals(cfg: &mut Cfg, metadata: &UnitMetadata) -> Result<usize, FlowError> {
    let slots = Slots::of(metadata);
    if metadata.cellvars.len() + metadata.freevars.len() > 0 {
        for_each_block!(cfg, id, {
            for instr in cfg.instrs_mut(id) {
                if matches!(
                    instr.opcode,
                    Opcode::MAKE_CELL
                        | Opcode::LOAD_CLOSURE
                        | Opcode::LOAD_DEREF
                        | Opcode::STORE_DEREF
                        | Opcode::DELETE_DEREF
                        | Opcode::LOAD_FROM_DICT_OR_DEREF
                ) {
                    instr.operand = *slots.slots.get(instr.operand as usize).ok_or(FlowError::BadOperand)?;
                }
            }
        });
    }
    let mut prefix = Vec::new();
    if !metadata.freevars.is_empty() {
        prefix.push(CfgInstr::new(Opcode::COPY_FREE_VARS, metadata.freevars.len() as u32, NO_LOCATION));
    }
    let mut cells: Vec<u32> = slots.slots[..metadata.cellvars.len()].to_vec();
    cells.sort_unstable();
    prefix.extend(cells.into_iter().map(|slot| CfgInstr::new(Opcode::MAKE_CELL, slot, NO_LOCATION)));
    let generator = CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR;
    if metadata.flags.intersects(generator) {
        let location = Location::line_only(metadata.first_line);
        prefix.push(CfgInstr::new(Opcode::RETURN_GENERATOR, 0, location));
        prefix.push(CfgInstr::new(Opcode::POP_TOP, 0, location));
    }
    prefix.into_iter().rev().for_each(|instr| cfg.insert(Cfg::ENTRY, 0, instr));
    Ok(slots.total)
}
