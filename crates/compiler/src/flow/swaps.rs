//! `SWAP`s that need not run: runs of them are shortened, and those before stores are done at compile time.

use taipan_bytecode::Opcode;

use super::cfg::CfgInstr;

/// Shortens runs of `SWAP`s in a block and does what it can of them by reordering the instructions behind.
pub fn optimize_swaps(instrs: &mut [CfgInstr]) {
    let mut index = 0;
    while index < instrs.len() {
        if instrs[index].opcode == Opcode::SWAP {
            index += shorten_run(&mut instrs[index..]);
            apply_to_stores(instrs, index);
        }
        index += 1;
    }
}

/// Rewrites the run of `SWAP`s (and `NOP`s) at the front as the shortest one of the same effect, aligned to the run's end.
/// Returns how far its last instruction is from the first; 0 if there is only one `SWAP`.
fn shorten_run(instrs: &mut [CfgInstr]) -> usize {
    let length = instrs
        .iter()
        .position(|instr| !matches!(instr.opcode, Opcode::SWAP | Opcode::NOP))
        .unwrap_or(instrs.len());
    let run = &mut instrs[..length];
    let swaps = run.iter().filter(|instr| instr.opcode == Opcode::SWAP);
    if swaps.clone().count() < 2 {
        return 0;
    }
    let depth = swaps.map(|instr| instr.operand as usize).max().unwrap_or(0);
    if depth > 1 << 16 {
        return 0;
    }
    // What ends up in each place, counted from the top.
    let mut places: Vec<usize> = (0..depth).collect();
    for instr in run.iter().filter(|instr| instr.opcode == Opcode::SWAP) {
        let other = instr.operand as usize;
        if other >= 1 {
            places.swap(0, other - 1);
        }
    }
    // A permutation is a set of cycles; each cycle of n places takes n - 1 swaps through the top, plus two if the top is
    // not one of them. They are written from the run's end to its beginning.
    let mut free = length;
    const SETTLED: usize = usize::MAX;
    for start in 0..depth {
        if places[start] == SETTLED || places[start] == start {
            continue;
        }
        let mut place = start;
        loop {
            if place != 0 && free > 0 {
                free -= 1;
                run[free].set(Opcode::SWAP, place as u32 + 1);
            }
            if places[place] == SETTLED {
                break;
            }
            place = std::mem::replace(&mut places[place], SETTLED);
        }
    }
    run[..free].iter_mut().for_each(CfgInstr::erase);
    length - 1
}

/// Whether the instruction only takes the top of the stack away, so that two of them may change places.
fn is_swappable(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::STORE_FAST | Opcode::STORE_FAST_MAYBE_NULL | Opcode::POP_TOP)
}

fn stored_local(instr: &CfgInstr) -> Option<u32> {
    (instr.opcode != Opcode::POP_TOP).then_some(instr.operand)
}

/// The next instruction behind `after` that may be moved; none may lie on another line than `line`, where that is given.
fn next_swappable(instrs: &[CfgInstr], after: usize, line: Option<i32>) -> Option<usize> {
    let line = line.filter(|&line| line >= 0);
    for (index, instr) in instrs.iter().enumerate().skip(after + 1) {
        if line.is_some_and(|line| line != instr.line()) {
            return None;
        }
        match instr.opcode {
            Opcode::NOP => {}
            opcode if is_swappable(opcode) => return Some(index),
            _ => return None,
        }
    }
    None
}

/// Tries to do the `SWAP`s at and before `index` by exchanging the stores behind them.
fn apply_to_stores(instrs: &mut [CfgInstr], index: usize) {
    for at in (0..=index.min(instrs.len().saturating_sub(1))).rev() {
        let swap = instrs[at];
        if swap.opcode != Opcode::SWAP {
            if swap.opcode == Opcode::NOP || is_swappable(swap.opcode) {
                continue;
            }
            return;
        }
        let Some(first) = next_swappable(instrs, at, None) else { return };
        let line = instrs[first].line();
        let mut second = first;
        for _ in 1..swap.operand {
            match next_swappable(instrs, second, Some(line)) {
                Some(found) => second = found,
                None => return,
            }
        }
        let locals = (stored_local(&instrs[first]), stored_local(&instrs[second]));
        if locals != (None, None) {
            // Stores to one local must keep their order.
            let clashes = |local: Option<u32>| local.is_some() && (local == locals.0 || local == locals.1);
            if locals.0 == locals.1
                || instrs[(first + 1).min(second)..second]
                    .iter()
                    .any(|instr| instr.opcode != Opcode::NOP && clashes(stored_local(instr)))
            {
                return;
            }
        }
        instrs[at].erase();
        instrs.swap(first, second);
    }
}
