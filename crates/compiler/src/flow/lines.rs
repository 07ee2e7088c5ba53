//! Lines for instructions that code generation left without: copies of shared exits, and the spreading of locations.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, for_each_block, is_jump};
use crate::instr::NO_LOCATION;

/// Gives each instruction a line where its surroundings tell one.
pub fn resolve_line_numbers(cfg: &mut Cfg) {
    duplicate_exits_without_line(cfg);
    spread_locations(cfg);
}

/// Whether the block ends the frame, or checks for requests, without a line: each jump to it wants a copy with its own.
fn is_lineless_exit(cfg: &Cfg, id: BlockId) -> bool {
    let checks = |opcode| {
        matches!(
            opcode,
            Opcode::RESUME | Opcode::JUMP | Opcode::JUMP_BACKWARD | Opcode::CALL | Opcode::CALL_FUNCTION_EX
        )
    };
    cfg.has_no_line(id) && (cfg.exits_scope(id) || cfg.instrs(id).iter().any(|instr| checks(instr.opcode)))
}

fn duplicate_exits_without_line(cfg: &mut Cfg) {
    for_each_block!(cfg, id, {
        if let Some(&last) = cfg.last(id)
            && is_jump(last.opcode)
        {
            let target = cfg.next_nonempty(last.target);
            if target.is_some() && is_lineless_exit(cfg, target) && cfg[target].predecessors > 1 {
                let copy = cfg.new_block();
                cfg.append_block(copy, target);
                cfg.instrs_mut(copy)[0].location = last.location;
                cfg[copy].predecessors = 1;
                cfg[copy].labelled = true;
                cfg.link_behind(target, copy);
                cfg[target].predecessors -= 1;
                if let Some(last) = cfg.instrs_mut(id).last_mut() {
                    last.target = copy;
                }
            }
        }
    });
    // What is left of such blocks is reached by falling in, from one place.
    for_each_block!(cfg, id, {
        let next = cfg[id].next;
        if next.is_some()
            && cfg.falls_through(id)
            && let Some(&last) = cfg.last(id)
            && is_lineless_exit(cfg, next)
            && let Some(first) = cfg.instrs_mut(next).first_mut()
        {
            first.location = last.location;
        }
    });
}

/// Spreads locations within blocks, and into blocks that have a single way in.
fn spread_locations(cfg: &mut Cfg) {
    for_each_block!(cfg, id, {
        let mut location = NO_LOCATION;
        for instr in cfg.instrs_mut(id) {
            if instr.line() == NO_LOCATION.line {
                instr.location = location;
            } else {
                location = instr.location;
            }
        }
        if let Some(&last) = cfg.last(id) {
            let next = cfg[id].next;
            let inherit = |cfg: &mut Cfg, heir: BlockId| {
                if heir.is_some()
                    && cfg[heir].predecessors == 1
                    && let Some(first) = cfg.instrs_mut(heir).first_mut()
                    && first.line() == NO_LOCATION.line
                {
                    first.location = location;
                }
            };
            if cfg.falls_through(id) {
                inherit(cfg, next);
            }
            if is_jump(last.opcode) {
                inherit(cfg, last.target);
            }
        }
    });
}
