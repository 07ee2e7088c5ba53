//! Stack effects and sizes of instructions in a form that is quick to ask: the opcode table computes them from operands.

use std::sync::LazyLock;

use taipan_bytecode::Opcode;

/// What an instruction takes, leaves and occupies.
#[derive(Clone, Copy)]
struct Effect {
    pops: u16,
    pushes: u16,
    caches: u8,
    /// The operand does not matter.
    fixed: bool,
}

const COUNT: usize = 272;

/// The effects of all opcodes, computed from the opcode table once.
pub struct Effects([Effect; COUNT]);

static EFFECTS: LazyLock<Effects> = LazyLock::new(|| {
    let mut table = [Effect { pops: 0, pushes: 0, caches: 0, fixed: false }; COUNT];
    for &opcode in Opcode::ALL {
        let info = opcode.info();
        let of = |operand| ((info.pops)(operand), (info.pushes)(operand));
        let (pops, pushes) = of(0);
        // Effects are linear in the operand, in one of its bits or in one of its bytes.
        let fixed = [1, 2, 3, 4, 7, 0x100, 0x101].iter().all(|&operand| of(operand) == (pops, pushes));
        if let Some(entry) = table.get_mut(opcode as usize) {
            *entry =
                Effect { pops: pops as u16, pushes: pushes as u16, caches: opcode.caches() as u8, fixed };
        }
    }
    Effects(table)
});

impl Effects {
    pub fn get() -> &'static Effects {
        &EFFECTS
    }

    /// Items that an instruction takes and leaves; those of a handler opener are what its handler finds.
    #[inline]
    pub fn of(&self, opcode: Opcode, operand: u32) -> (usize, usize) {
        let effect = self.0[opcode as usize];
        if effect.fixed {
            return (usize::from(effect.pops), usize::from(effect.pushes));
        }
        let info = opcode.info();
        ((info.pops)(operand) as usize, (info.pushes)(operand) as usize)
    }

    /// Inline cache entries behind an instruction.
    #[inline]
    pub fn caches(&self, opcode: Opcode) -> usize {
        usize::from(self.0[opcode as usize].caches)
    }
}
