//! The graph as text, for `--dump=cfg`.

use std::fmt::{self, Display, Formatter};

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, CfgInstr, has_target};
use crate::instr::{Location, UnitMetadata};

/// Shows a graph: a heading for each block, a line for each instruction with its place and handler.
pub struct Dump<'a> {
    pub cfg: &'a Cfg,
    /// Names for the operands; they are those of code generation until the graph is lowered.
    pub metadata: &'a UnitMetadata,
}

impl Display for Dump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "cfg {} (line {})", self.metadata.qualname, self.metadata.first_line)?;
        for id in self.cfg.order() {
            let block = &self.cfg[id];
            if block.is_empty() {
                continue;
            }
            write!(f, "block {}", id.number())?;
            if block.start_depth >= 0 {
                write!(f, ", depth {}", block.start_depth)?;
            }
            for (is, word) in [
                (block.is_handler, "handler"),
                (block.wants_lasti, "lasti"),
                (block.cold, "cold"),
                (block.warm, "warm"),
            ] {
                if is {
                    write!(f, ", {word}")?;
                }
            }
            writeln!(f, ":")?;
            for instr in self.cfg.instrs(id) {
                self.line(f, instr)?;
            }
            let next = self.cfg.next_nonempty(block.next);
            if next.is_some() && self.cfg.falls_through(id) {
                writeln!(f, "    falls into block {}", next.number())?;
            }
        }
        Ok(())
    }
}

impl Dump<'_> {
    fn line(&self, f: &mut Formatter<'_>, instr: &CfgInstr) -> fmt::Result {
        write!(f, "    {:20} {:34}", place(instr.location), instr.opcode.name())?;
        if has_target(instr.opcode) {
            write!(f, " -> block {}", instr.target.number())?;
        } else if instr.opcode.has_arg() {
            write!(f, " {}", instr.operand)?;
            self.explain(f, instr)?;
        }
        if instr.handler != BlockId::NONE {
            write!(f, "  [handler {}]", instr.handler.number())?;
        }
        writeln!(f)
    }

    fn explain(&self, f: &mut Formatter<'_>, instr: &CfgInstr) -> fmt::Result {
        let index = instr.operand as usize;
        match instr.opcode {
            Opcode::LOAD_CONST => match self.metadata.consts.get(instr.operand) {
                Some(taipan_bytecode::Constant::Code(code)) => write!(f, " (code {})", code.qualname),
                Some(value) => write!(f, " ({value:?})"),
                None => Ok(()),
            },
            Opcode::LOAD_FAST
            | Opcode::LOAD_FAST_BORROW
            | Opcode::LOAD_FAST_CHECK
            | Opcode::LOAD_FAST_AND_CLEAR
            | Opcode::STORE_FAST
            | Opcode::STORE_FAST_MAYBE_NULL
            | Opcode::DELETE_FAST => match self.metadata.varnames.items().get(index) {
                Some(name) => write!(f, " ({name})"),
                None => Ok(()),
            },
            Opcode::LOAD_NAME
            | Opcode::STORE_NAME
            | Opcode::DELETE_NAME
            | Opcode::STORE_GLOBAL
            | Opcode::DELETE_GLOBAL
            | Opcode::STORE_ATTR
            | Opcode::DELETE_ATTR
            | Opcode::IMPORT_NAME
            | Opcode::IMPORT_FROM => self.name(f, index),
            Opcode::LOAD_GLOBAL | Opcode::LOAD_ATTR => self.name(f, index >> 1),
            Opcode::LOAD_SUPER_ATTR => self.name(f, index >> 2),
            _ => Ok(()),
        }
    }

    fn name(&self, f: &mut Formatter<'_>, index: usize) -> fmt::Result {
        match self.metadata.names.items().get(index) {
            Some(name) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}

fn place(location: Location) -> String {
    if location.line < 0 {
        return "-".to_string();
    }
    format!("{}:{}-{}:{}", location.line, location.col, location.end_line, location.end_col)
}
