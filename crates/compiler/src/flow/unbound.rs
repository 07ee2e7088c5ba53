//! `LOAD_FAST_CHECK` where a local may be unbound: a forward data-flow analysis over sets of locals.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, for_each_block, is_jump};

/// Locals from here on are looked at only within each block, so that the sets are single words.
const TRACKED: u32 = 64;

/// Replaces `LOAD_FAST` by its checked form where some way to it leaves the local unbound. `parameters` are bound at
/// entry.
pub fn check_unbound_loads(cfg: &mut Cfg, locals: usize, parameters: usize, work: &mut Vec<BlockId>) {
    if locals == 0 {
        return;
    }
    if locals > TRACKED as usize {
        check_many_locals(cfg, locals);
    }
    let mask = |count: usize| if count >= TRACKED as usize { u64::MAX } else { (1 << count) - 1 };
    cfg.clear_visited();
    work.clear();
    flow_into(cfg, work, Cfg::ENTRY, mask(locals) & !mask(parameters));
    for_each_block!(cfg, id, {
        scan(cfg, id, work);
    });
    while let Some(id) = work.pop() {
        cfg[id].visited = false;
        scan(cfg, id, work);
    }
}

/// Adds locals that may be unbound at the entry of a block, and queues it if that tells something new.
fn flow_into(cfg: &mut Cfg, work: &mut Vec<BlockId>, id: BlockId, unbound: u64) {
    let block = &mut cfg[id];
    let both = block.maybe_unbound | unbound;
    if both != block.maybe_unbound {
        block.maybe_unbound = both;
        if !block.visited {
            block.visited = true;
            work.push(id);
        }
    }
}

fn scan(cfg: &mut Cfg, id: BlockId, work: &mut Vec<BlockId>) {
    let mut unbound = cfg[id].maybe_unbound;
    for place in cfg.places(id) {
        let instr = *cfg.at(place);
        if instr.handler.is_some() {
            flow_into(cfg, work, instr.handler, unbound);
        }
        if instr.operand >= TRACKED {
            continue;
        }
        let bit = 1u64 << instr.operand;
        match instr.opcode {
            Opcode::DELETE_FAST | Opcode::LOAD_FAST_AND_CLEAR | Opcode::STORE_FAST_MAYBE_NULL => {
                unbound |= bit
            }
            // A checked load that does not raise proves the local bound.
            Opcode::STORE_FAST | Opcode::LOAD_FAST_CHECK => unbound &= !bit,
            Opcode::LOAD_FAST => {
                if unbound & bit != 0 {
                    cfg.at_mut(place).opcode = Opcode::LOAD_FAST_CHECK;
                }
                unbound &= !bit;
            }
            _ => {}
        }
    }
    let next = cfg[id].next;
    if next.is_some() && cfg.falls_through(id) {
        flow_into(cfg, work, next, unbound);
    }
    if let Some(&last) = cfg.last(id)
        && is_jump(last.opcode)
    {
        flow_into(cfg, work, last.target, unbound);
    }
}

/// For the locals beyond those tracked: bound is what the block itself has bound.
fn check_many_locals(cfg: &mut Cfg, locals: usize) {
    let mut bound_in: Vec<u32> = vec![0; locals - TRACKED as usize];
    let mut number = 0;
    for_each_block!(cfg, id, {
        number += 1;
        for instr in cfg.instrs_mut(id) {
            let Some(state) = instr.operand.checked_sub(TRACKED).and_then(|i| bound_in.get_mut(i as usize))
            else {
                continue;
            };
            match instr.opcode {
                Opcode::DELETE_FAST | Opcode::LOAD_FAST_AND_CLEAR | Opcode::STORE_FAST_MAYBE_NULL => {
                    *state = 0
                }
                Opcode::STORE_FAST => *state = number,
                Opcode::LOAD_FAST => {
                    if *state != number {
                        instr.opcode = Opcode::LOAD_FAST_CHECK;
                    }
                    *state = number;
                }
                _ => {}
            }
        }
    });
}
