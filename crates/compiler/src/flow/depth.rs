//! Stack depths: at the entry of each block, and the greatest of the unit.

use taipan_bytecode::Opcode;

use super::FlowError;
use super::cfg::{BlockId, Cfg, ends_scope, has_target, is_unconditional_jump, opens_handler};
use super::effects::Effects;

/// Sets [`start_depth`](super::cfg::Block::start_depth) of every reachable block and returns the greatest depth.
pub fn compute_stack_depths(cfg: &mut Cfg, work: &mut Vec<BlockId>) -> Result<u32, FlowError> {
    let mut at = Cfg::ENTRY;
    while at.is_some() {
        cfg[at].start_depth = -1;
        at = cfg[at].next;
    }
    let effects = Effects::get();
    work.clear();
    let mut greatest = 0;
    reach(cfg, work, Cfg::ENTRY, 0)?;
    while let Some(id) = work.pop() {
        let mut depth = i64::from(cfg[id].start_depth);
        let mut falls_through = true;
        for place in cfg.places(id) {
            let instr = *cfg.at(place);
            let (pops, pushes) = effects.of(instr.opcode, instr.operand);
            let behind = depth + pushes as i64 - pops as i64;
            if has_target(instr.opcode) && instr.opcode != Opcode::END_ASYNC_FOR {
                greatest = greatest.max(behind);
                reach(cfg, work, instr.target, behind)?;
            }
            if !opens_handler(instr.opcode) {
                depth = behind;
            }
            if depth < 0 {
                return Err(FlowError::BadStack);
            }
            greatest = greatest.max(depth);
            if is_unconditional_jump(instr.opcode) || ends_scope(instr.opcode) {
                falls_through = false;
                break;
            }
        }
        let next = cfg[id].next;
        if falls_through && next.is_some() {
            reach(cfg, work, next, depth)?;
        }
    }
    u32::try_from(greatest).map_err(|_| FlowError::TooLarge)
}

fn reach(cfg: &mut Cfg, work: &mut Vec<BlockId>, id: BlockId, depth: i64) -> Result<(), FlowError> {
    let depth = i32::try_from(depth).map_err(|_| FlowError::TooLarge)?;
    if depth < 0 {
        return Err(FlowError::BadStack);
    }
    let block = &mut cfg[id];
    if block.start_depth < 0 {
        block.start_depth = depth;
        work.push(id);
    } else if block.start_depth != depth {
        return Err(FlowError::BadStack);
    }
    Ok(())
}
