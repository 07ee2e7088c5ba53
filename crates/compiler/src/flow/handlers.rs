//! From block-structured handler set-up (`SETUP_*`, `POP_BLOCK`) to one handler for each instruction.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, is_jump, opens_handler};

/// `RESUME`'s operand is a reason in the low two bits, and this bit when exactly one handler surrounds it.
const RESUME_DEPTH_ONE: u32 = 4;
const RESUME_REASON: u32 = 3;

/// The handlers in force, innermost last, as a list that shares its tails: blocks remember only a node.
struct HandlerStacks {
    /// Each node is a handler and the node below; node 0 is the empty stack.
    nodes: Vec<(BlockId, u32)>,
}

const EMPTY: u32 = 0;

impl HandlerStacks {
    fn push(&mut self, below: u32, handler: BlockId) -> u32 {
        self.nodes.push((handler, below));
        self.nodes.len() as u32 - 1
    }

    fn top(&self, node: u32) -> BlockId {
        self.nodes[node as usize].0
    }

    fn below(&self, node: u32) -> u32 {
        self.nodes[node as usize].1
    }

    fn is_single(&self, node: u32) -> bool {
        node != EMPTY && self.below(node) == EMPTY
    }
}

/// Marks the blocks that are handlers.
pub fn mark_handlers(cfg: &mut Cfg) {
    if !cfg.has_handlers {
        return;
    }
    let mut at = Cfg::ENTRY;
    while at.is_some() {
        for index in 0..cfg.instrs(at).len() {
            let instr = cfg.instrs(at)[index];
            if opens_handler(instr.opcode) {
                cfg[instr.target].is_handler = true;
            }
        }
        at = cfg[at].next;
    }
}

/// Gives each reachable instruction its handler, and turns `POP_BLOCK` into `NOP`.
pub fn assign_handlers(cfg: &mut Cfg) {
    if !cfg.has_handlers {
        return;
    }
    cfg.clear_visited();
    let mut stacks = HandlerStacks { nodes: vec![(BlockId::NONE, EMPTY)] };
    let mut at_entry = vec![EMPTY; cfg.block_count()];
    let mut work = vec![Cfg::ENTRY];
    cfg[Cfg::ENTRY].visited = true;
    while let Some(id) = work.pop() {
        let mut stack = at_entry[id.number() as usize];
        let mut yield_is_single = false;
        for index in 0..cfg.instrs(id).len() {
            let mut instr = cfg.instrs(id)[index];
            if opens_handler(instr.opcode) {
                visit(cfg, &mut work, &mut at_entry, instr.target, stack);
                if instr.opcode != Opcode::SETUP_FINALLY {
                    cfg[instr.target].wants_lasti = true;
                }
                stack = stacks.push(stack, instr.target);
                continue;
            }
            match instr.opcode {
                Opcode::POP_BLOCK => {
                    stack = stacks.below(stack);
                    instr.erase();
                }
                Opcode::RETURN_GENERATOR => {}
                _ => instr.handler = stacks.top(stack),
            }
            match instr.opcode {
                Opcode::YIELD_VALUE => yield_is_single = stacks.is_single(stack),
                Opcode::RESUME if instr.operand & RESUME_REASON != 0 => {
                    if yield_is_single {
                        instr.operand |= RESUME_DEPTH_ONE;
                    }
                    yield_is_single = false;
                }
                opcode if is_jump(opcode) => visit(cfg, &mut work, &mut at_entry, instr.target, stack),
                _ => {}
            }
            cfg.instrs_mut(id)[index] = instr;
        }
        let next = cfg[id].next;
        if next.is_some() && cfg.falls_through(id) {
            visit(cfg, &mut work, &mut at_entry, next, stack);
        }
    }
}

fn visit(cfg: &mut Cfg, work: &mut Vec<BlockId>, at_entry: &mut [u32], id: BlockId, stack: u32) {
    if !cfg[id].visited {
        cfg[id].visited = true;
        at_entry[id.number() as usize] = stack;
        work.push(id);
    }
}
