//! Walks the instructions of `co_code`, folding EXTENDED_ARG.

use crate::code::{CodeObject, kinds};
use crate::metadata;
use crate::ops::{Opcode, Operand};

/// One instruction; offsets are in code units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// Where its EXTENDED_ARG prefixes begin; equal to `offset` if it has none.
    pub start: u32,
    /// Where the opcode itself is.
    pub offset: u32,
    /// The unit after its inline caches.
    pub end: u32,
    /// The byte of the opcode.
    pub byte: u8,
    /// The opcode, unless it is specialised or unknown.
    pub opcode: Option<Opcode>,
    /// The operand with its prefixes; meaningless where the opcode takes none.
    pub arg: u32,
}

impl Instruction {
    /// The code unit that the instruction jumps to, wherever that is; `None` if it is no jump.
    pub fn target(&self) -> Option<i64> {
        match self.opcode?.operand() {
            Operand::JumpForward => Some(i64::from(self.end) + i64::from(self.arg)),
            Operand::JumpBackward => Some(i64::from(self.end) - i64::from(self.arg)),
            _ => None,
        }
    }

    /// The name as `dis` shows it: specialised forms by their own, unknown numbers in angle brackets.
    pub fn name(&self) -> String {
        match metadata::name(i64::from(self.byte)) {
            Some(name) => name.to_owned(),
            None => format!("<{}>", self.byte),
        }
    }
}

/// Iterator over instructions. Prefixes at the very end without an instruction are shown as EXTENDED_ARG itself.
#[derive(Clone, Debug)]
pub struct Instructions<'a> {
    code: &'a [u8],
    unit: usize,
}

/// The instructions of some code from its first unit. A last odd byte is ignored.
pub fn instructions(code: &[u8]) -> Instructions<'_> {
    Instructions { code, unit: 0 }
}

/// The locals of kind cell that LOAD_FAST_AND_CLEAR takes out of their slots: an inlined comprehension has a variable of
/// that name. Until it puts the cell back, the slot holds something else, and a handler outside may be entered then (by
/// an exception that a trace function raises, for one). So whoever enters a handler first puts a new cell into each of
/// these slots that holds none; the verifier relies on it.
pub fn cleared_cells(code: &CodeObject) -> Vec<u32> {
    let is_cell =
        |slot: u32| code.localspluskinds.get(slot as usize).is_some_and(|kind| kind & kinds::CELL != 0);
    if !code.localspluskinds.iter().any(|kind| kind & kinds::CELL != 0) {
        return Vec::new();
    }
    let mut slots: Vec<u32> = instructions(&code.code)
        .filter(|step| step.opcode == Some(Opcode::LOAD_FAST_AND_CLEAR) && is_cell(step.arg))
        .map(|step| step.arg)
        .collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

impl Instructions<'_> {
    fn unit_at(&self, unit: usize) -> Option<(u8, u8)> {
        match self.code.get(unit * 2..unit * 2 + 2) {
            Some(&[byte, arg]) => Some((byte, arg)),
            _ => None,
        }
    }
}

impl Iterator for Instructions<'_> {
    type Item = Instruction;

    fn next(&mut self) -> Option<Instruction> {
        let start = self.unit;
        let mut offset = start;
        let (mut byte, arg) = self.unit_at(offset)?;
        let mut arg = u32::from(arg);
        while byte == Opcode::EXTENDED_ARG as u8 {
            let Some((next, low)) = self.unit_at(offset + 1) else { break };
            offset += 1;
            byte = next;
            arg = arg << 8 | u32::from(low);
        }
        let opcode = Opcode::from_u8(byte);
        let end = offset + 1 + opcode.map_or(0, Opcode::caches);
        self.unit = end;
        // Code longer than u32 units cannot exist: marshal and CodeType limit sizes to 31 bits.
        Some(Instruction { start: start as u32, offset: offset as u32, end: end as u32, byte, opcode, arg })
    }
}
