//! Listings of instruction sequences, for `--dump` and for comparison with the reference.

use std::fmt::Write as _;

use taipan_bytecode::{Opcode, ops::Operand};

use super::Codegen;
use crate::flow;
use crate::instr::{InstructionSequence, Label, UnitMetadata};

/// A unit's instructions before the control-flow passes, with the units inside it in the order of their making.
#[derive(Clone, Debug)]
pub struct UnitListing {
    pub sequence: InstructionSequence,
    pub metadata: UnitMetadata,
    pub nested: Vec<UnitListing>,
}

impl Codegen<'_> {
    /// The listing of the current unit, which takes those made since it began.
    pub(super) fn take_listing(&mut self) -> UnitListing {
        let at = self.unit.first_listing.min(self.listings.len());
        let metadata = UnitMetadata { flags: self.code_flags(&self.unit), ..self.unit.meta.clone() };
        UnitListing { sequence: self.unit.seq.clone(), metadata, nested: self.listings.split_off(at) }
    }
}

impl UnitListing {
    /// The optimised control-flow graph of each unit.
    pub fn graphs(&self) -> String {
        let mut out = String::new();
        let mut work = vec![self];
        while let Some(unit) = work.pop() {
            let mut metadata = unit.metadata.clone();
            match flow::optimize_unit(&unit.sequence, &mut metadata) {
                Ok(cfg) => {
                    let _ = writeln!(out, "{}", flow::dump::Dump { cfg: &cfg, metadata: &metadata });
                }
                Err(error) => {
                    let _ = writeln!(out, "{}: {error}", metadata.qualname);
                }
            }
            work.extend(unit.nested.iter().rev());
        }
        out
    }

    /// One line per instruction: name, operand (jumps as indices), line, end line, column, end column.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // A worklist, for units nest as deep as their source.
        let mut work = vec![(self, 0usize)];
        while let Some((unit, depth)) = work.pop() {
            let indent = " ".repeat(depth);
            let _ = writeln!(out, "{indent}=== {}", unit.sequence.len());
            for i in unit.sequence.instrs() {
                let l = i.location;
                let name = i.opcode.name();
                let operand =
                    if i.opcode.has_jump() || i.opcode.has_exc() || i.opcode == Opcode::END_ASYNC_FOR {
                        unit.sequence.label_offset(Label(i.operand)).map_or("?".into(), |o| o.to_string())
                    } else if i.opcode.operand() == Operand::None {
                        "-".into()
                    } else {
                        i.operand.to_string()
                    };
                let _ = writeln!(
                    out,
                    "{indent}{name} {operand} {} {} {} {}",
                    l.line, l.end_line, l.col, l.end_col
                );
            }
            work.extend(unit.nested.iter().rev().map(|n| (n, depth + 1)));
        }
        out
    }
}
