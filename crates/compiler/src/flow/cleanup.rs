//! Passes that take away: unreachable blocks, `NOP`s, jumps to the next block, useless pairs; and the copying of small
//! exit blocks to where they are jumped to.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, for_each_block, has_target, is_jump, is_unconditional_jump};

/// An exit block of up to so many instructions is copied rather than jumped to.
const MAX_COPIED_INSTRUCTIONS: usize = 4;

/// Empties the blocks that control cannot reach, and counts the edges into the others.
pub fn remove_unreachable(cfg: &mut Cfg, work: &mut Vec<BlockId>) {
    for_each_block!(cfg, id, {
        cfg[id].visited = false;
        cfg[id].predecessors = 0;
    });
    work.clear();
    enter(cfg, work, Cfg::ENTRY);
    while let Some(id) = work.pop() {
        let next = cfg[id].next;
        if next.is_some() && cfg.falls_through(id) {
            enter(cfg, work, next);
        }
        // Jumps are at the ends of blocks, handler openers anywhere.
        let count = cfg.instrs(id).len();
        for index in if cfg.has_handlers { 0 } else { count.saturating_sub(1) }..count {
            let instr = cfg.instrs(id)[index];
            if has_target(instr.opcode) {
                enter(cfg, work, instr.target);
            }
        }
    }
    for_each_block!(cfg, id, {
        if cfg[id].predecessors == 0 {
            cfg.shrink(id, 0);
            cfg[id].is_handler = false;
        }
    });
}

fn enter(cfg: &mut Cfg, work: &mut Vec<BlockId>, id: BlockId) {
    let block = &mut cfg[id];
    block.predecessors += 1;
    if !block.visited {
        block.visited = true;
        work.push(id);
    }
}

/// Copies small blocks that leave the frame, and jump blocks that have no line of their own, over the jumps to them.
pub fn inline_small_blocks(cfg: &mut Cfg) {
    loop {
        let mut changed = false;
        for_each_block!(cfg, id, {
            changed |= inline_target(cfg, id);
        });
        if !changed {
            return;
        }
    }
}

fn inline_target(cfg: &mut Cfg, id: BlockId) -> bool {
    let Some(&jump) = cfg.last(id) else { return false };
    if !is_unconditional_jump(jump.opcode) {
        return false;
    }
    // Empty loops (which code generation never makes without a line) would be unrolled for ever.
    if jump.target == id || cfg.last(jump.target).is_some_and(|last| last.target == jump.target) {
        return false;
    }
    let small_exit = cfg.exits_scope(jump.target) && cfg.instrs(jump.target).len() <= MAX_COPIED_INSTRUCTIONS;
    let lineless_jump = cfg.has_no_line(jump.target) && !cfg.falls_through(jump.target);
    if !small_exit && !lineless_jump {
        return false;
    }
    if let Some(last) = cfg.instrs_mut(id).last_mut() {
        last.erase();
    }
    cfg.append_block(id, jump.target);
    if lineless_jump
        && jump.opcode == Opcode::JUMP
        && let Some(last) = cfg.instrs_mut(id).last_mut()
        && is_unconditional_jump(last.opcode)
    {
        // The loop stays interruptible: one of the two jumps was.
        last.opcode = Opcode::JUMP;
    }
    let target = &mut cfg[jump.target];
    target.predecessors = target.predecessors.saturating_sub(1);
    true
}

/// Removes the `NOP`s that carry no line of their own. Returns how many.
pub fn remove_redundant_nops(cfg: &mut Cfg) -> usize {
    let mut removed = 0;
    for_each_block!(cfg, id, {
        removed += remove_block_nops(cfg, id);
    });
    removed
}

fn remove_block_nops(cfg: &mut Cfg, id: BlockId) -> usize {
    let Some(first) = cfg.instrs(id).iter().position(|instr| instr.opcode == Opcode::NOP) else { return 0 };
    let ends_in_nop = cfg.last(id).is_some_and(|last| last.opcode == Opcode::NOP);
    let following = if ends_in_nop { line_after(cfg, id) } else { None };
    let instrs = cfg.instrs_mut(id);
    let count = instrs.len();
    let mut kept = first;
    let mut previous_line = if first > 0 { instrs[first - 1].line() } else { -1 };
    for index in first..count {
        let instr = instrs[index];
        let line = instr.line();
        if instr.opcode == Opcode::NOP {
            if line < 0 || line == previous_line {
                continue;
            }
            if index + 1 < count {
                let next_line = instrs[index + 1].line();
                if next_line == line {
                    continue;
                }
                if next_line < 0 {
                    instrs[index + 1].location = instr.location;
                    continue;
                }
            } else if following == Some(line) {
                continue;
            }
        }
        instrs[kept] = instr;
        kept += 1;
        previous_line = line;
    }
    if kept < count {
        // The places behind still hold what they held, which is what `shrink` wants to know.
        cfg.shrink(id, kept);
    }
    count - kept
}

/// The line that the code behind a block begins with, `NOP`s without line passed over; `None` at the code's end.
fn line_after(cfg: &Cfg, id: BlockId) -> Option<i32> {
    let next = cfg.next_nonempty(cfg[id].next);
    if !next.is_some() {
        return None;
    }
    let first = cfg.instrs(next).iter().find(|instr| instr.opcode != Opcode::NOP || instr.line() != -1);
    Some(first.map_or(-1, |instr| instr.line()))
}

/// Removes redundant `NOP`s and the pairs that push a value only to pop it, until nothing changes.
pub fn remove_redundant_nops_and_pairs(cfg: &mut Cfg) {
    let mut done = false;
    while !done {
        done = true;
        // The place before, for looking back over a block's border.
        let mut last: Option<usize> = None;
        for_each_block!(cfg, id, {
            remove_block_nops(cfg, id);
            if cfg[id].labelled {
                last = None;
            }
            let places = cfg.places(id);
            for place in places.clone() {
                if cfg.at(place).opcode != Opcode::POP_TOP {
                    continue;
                }
                let Some(before) = (if place > places.start { Some(place - 1) } else { last }) else {
                    continue;
                };
                let pushed = *cfg.at(before);
                let redundant = match pushed.opcode {
                    Opcode::LOAD_CONST | Opcode::LOAD_SMALL_INT => true,
                    Opcode::COPY => pushed.operand == 1,
                    _ => false,
                };
                if redundant {
                    cfg.at_mut(before).erase();
                    cfg.at_mut(place).erase();
                    done = false;
                }
            }
            if !places.is_empty() {
                last = Some(places.end - 1);
            }
            let ends_in_jump = last.is_some_and(|place| is_jump(cfg.at(place).opcode));
            if ends_in_jump || !cfg.falls_through(id) {
                last = None;
            }
        });
    }
}

/// Turns jumps to the block that comes next anyway into `NOP`s. Returns how many.
fn remove_redundant_jumps(cfg: &mut Cfg) -> usize {
    let mut removed = 0;
    for_each_block!(cfg, id, {
        if let Some(&last) = cfg.last(id)
            && is_unconditional_jump(last.opcode)
        {
            let target = cfg.next_nonempty(last.target);
            if target.is_some() && target == cfg.next_nonempty(cfg[id].next) {
                if let Some(last) = cfg.instrs_mut(id).last_mut() {
                    last.erase();
                }
                removed += 1;
            }
        }
    });
    removed
}

/// Removes redundant `NOP`s and jumps until nothing changes.
pub fn remove_redundant_nops_and_jumps(cfg: &mut Cfg) {
    loop {
        remove_redundant_nops(cfg);
        if remove_redundant_jumps(cfg) == 0 {
            return;
        }
    }
}
