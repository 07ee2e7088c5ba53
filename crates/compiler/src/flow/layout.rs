//! Order of the code: handlers and what only they reach go to the end. Also the pairs of local accesses that have an
//! opcode of their own.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, CfgInstr, for_each_block, is_jump};
use super::cleanup::{remove_redundant_nops, remove_redundant_nops_and_jumps};
use crate::instr::NO_LOCATION;

/// Moves the cold blocks, in their order, behind the others.
pub fn push_cold_blocks_to_end(cfg: &mut Cfg, work: &mut Vec<BlockId>) {
    if !cfg[Cfg::ENTRY].next.is_some() || !cfg.has_handlers {
        return;
    }
    mark_warm(cfg, work);
    mark_cold(cfg, work);
    for_each_block!(cfg, id, {
        let next = cfg[id].next;
        if cfg[id].cold && cfg.falls_through(id) && next.is_some() && cfg[next].warm {
            let bridge = cfg.new_block();
            cfg.append(bridge, CfgInstr::jump(Opcode::JUMP_NO_INTERRUPT, next, NO_LOCATION));
            cfg[bridge].cold = true;
            cfg[bridge].predecessors = 1;
            cfg[next].labelled = true;
            cfg.link_behind(id, bridge);
        }
    });
    let (mut last_warm, mut first_cold, mut last_cold) = (Cfg::ENTRY, BlockId::NONE, BlockId::NONE);
    let mut at = cfg[Cfg::ENTRY].next;
    while at.is_some() {
        let next = cfg[at].next;
        if !cfg[at].cold {
            cfg[last_warm].next = at;
            last_warm = at;
        } else {
            if last_cold.is_some() {
                cfg[last_cold].next = at;
            } else {
                first_cold = at;
            }
            last_cold = at;
        }
        at = next;
    }
    cfg[last_warm].next = first_cold;
    if last_cold.is_some() {
        cfg[last_cold].next = BlockId::NONE;
        remove_redundant_nops_and_jumps(cfg);
    }
}

fn mark_warm(cfg: &mut Cfg, work: &mut Vec<BlockId>) {
    cfg.clear_visited();
    work.clear();
    work.push(Cfg::ENTRY);
    cfg[Cfg::ENTRY].visited = true;
    while let Some(id) = work.pop() {
        cfg[id].warm = true;
        for_each_successor(cfg, id, |cfg, successor| {
            if !cfg[successor].visited {
                cfg[successor].visited = true;
                work.push(successor);
            }
        });
    }
}

fn mark_cold(cfg: &mut Cfg, work: &mut Vec<BlockId>) {
    cfg.clear_visited();
    work.clear();
    for_each_block!(cfg, id, {
        if cfg[id].is_handler {
            cfg[id].visited = true;
            work.push(id);
        }
    });
    while let Some(id) = work.pop() {
        cfg[id].cold = true;
        for_each_successor(cfg, id, |cfg, successor| {
            if !cfg[successor].warm && !cfg[successor].visited {
                cfg[successor].visited = true;
                work.push(successor);
            }
        });
    }
}

/// Calls `visit` for the block that control falls into and for the target of the jump at its end.
fn for_each_successor(cfg: &mut Cfg, id: BlockId, mut visit: impl FnMut(&mut Cfg, BlockId)) {
    let next = cfg[id].next;
    if next.is_some() && cfg.falls_through(id) {
        visit(cfg, next);
    }
    if let Some(&last) = cfg.last(id)
        && is_jump(last.opcode)
    {
        visit(cfg, last.target);
    }
}

/// Joins pairs of loads and stores of low-numbered locals on one line.
pub fn insert_superinstructions(cfg: &mut Cfg) {
    for_each_block!(cfg, id, {
        let instrs = cfg.instrs_mut(id);
        for index in 1..instrs.len() {
            let (first, second) = (instrs[index - 1], instrs[index]);
            let joined = match (first.opcode, second.opcode) {
                (Opcode::LOAD_FAST, Opcode::LOAD_FAST) => Opcode::LOAD_FAST_LOAD_FAST,
                (Opcode::STORE_FAST, Opcode::LOAD_FAST) => Opcode::STORE_FAST_LOAD_FAST,
                (Opcode::STORE_FAST, Opcode::STORE_FAST) => Opcode::STORE_FAST_STORE_FAST,
                _ => continue,
            };
            let lines_differ = first.line() >= 0 && second.line() >= 0 && first.line() != second.line();
            if lines_differ || first.operand >= 16 || second.operand >= 16 {
                continue;
            }
            instrs[index - 1].set(joined, first.operand << 4 | second.operand);
            instrs[index].erase();
        }
    });
    remove_redundant_nops(cfg);
}
