//! Constants that no instruction loads any more are dropped, the others renumbered.

use taipan_bytecode::Opcode;

use super::FlowError;
use super::cfg::{Cfg, for_each_block};
use crate::instr::ConstantTable;

/// Drops the constants that are not loaded. The first always stays: it may be the docstring.
pub fn remove_unused_constants(cfg: &mut Cfg, consts: &mut ConstantTable) -> Result<(), FlowError> {
    const UNUSED: u32 = u32::MAX;
    let mut new_index = vec![UNUSED; consts.len()];
    if let Some(first) = new_index.first_mut() {
        *first = 0;
    }
    for_each_block!(cfg, id, {
        for instr in cfg.instrs(id).iter().filter(|instr| instr.opcode == Opcode::LOAD_CONST) {
            *new_index.get_mut(instr.operand as usize).ok_or(FlowError::BadOperand)? = 0;
        }
    });
    let mut kept = 0;
    for index in new_index.iter_mut().filter(|index| **index != UNUSED) {
        *index = kept;
        kept += 1;
    }
    if kept as usize == consts.len() {
        return Ok(());
    }
    consts.retain(|index| new_index[index] != UNUSED);
    for_each_block!(cfg, id, {
        for instr in cfg.instrs_mut(id).iter_mut().filter(|instr| instr.opcode == Opcode::LOAD_CONST) {
            instr.operand = new_index[instr.operand as usize];
        }
    });
    Ok(())
}
