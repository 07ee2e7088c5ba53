//! What the modules `_opcode` and `opcode` tell of opcode numbers, specialised ones included.

use crate::ops::Opcode;
use crate::ops_names::SPECIALIZED;

/// The questions of `_opcode.has_arg` and its like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Property {
    Arg,
    Const,
    Name,
    Jump,
    Local,
    Free,
    Exc,
}

impl Property {
    /// The letter that stands for it in tables.
    pub const fn letter(self) -> char {
        match self {
            Property::Arg => 'a',
            Property::Const => 'c',
            Property::Name => 'n',
            Property::Jump => 'j',
            Property::Local => 'l',
            Property::Free => 'f',
            Property::Exc => 'x',
        }
    }
}

fn opcode(number: i64) -> Option<Opcode> {
    u16::try_from(number).ok().and_then(Opcode::from_u16)
}

/// The row of a specialised form: number, name, family, letters of its properties.
fn specialized(number: i64) -> Option<&'static (u8, &'static str, &'static str, &'static str)> {
    SPECIALIZED.iter().find(|row| i64::from(row.0) == number)
}

/// `_opcode.is_valid`.
pub fn is_valid(number: i64) -> bool {
    opcode(number).is_some() || specialized(number).is_some()
}

/// `_opcode.has_arg`, `has_const`, `has_name`, `has_jump`, `has_local`, `has_free`, `has_exc`; false for invalid numbers.
pub fn has(number: i64, property: Property) -> bool {
    if let Some(op) = opcode(number) {
        return match property {
            Property::Arg => op.has_arg(),
            Property::Const => op.has_const(),
            Property::Name => op.has_name(),
            Property::Jump => op.has_jump(),
            Property::Local => op.has_local(),
            Property::Free => op.has_free(),
            Property::Exc => op.has_exc(),
        };
    }
    specialized(number).is_some_and(|row| row.3.contains(property.letter()))
}

/// `_opcode.stack_effect`; `None` stands for ValueError("invalid opcode or oparg"). A missing operand is taken as 0.
pub fn stack_effect(number: i64, arg: Option<u32>, jump: Option<bool>) -> Option<i64> {
    opcode(number).map(|op| op.stack_effect(arg.unwrap_or(0), jump))
}

/// The name of a number: real, pseudo or specialised.
pub fn name(number: i64) -> Option<&'static str> {
    opcode(number).map(Opcode::name).or_else(|| specialized(number).map(|row| row.1))
}
