//! The control-flow stage: from an instruction sequence to a code object.

use taipan_bytecode::{CodeObject, Name};

use crate::instr::{InstructionSequence, UnitMetadata};

/// Why a sequence could not be assembled. Code generation never causes one; hand-written sequences may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowError {
    /// A jump names a label that was never placed, or the last block runs off the end.
    BadTarget,
    /// An instruction takes more from the stack than is there, or two ways to it disagree about the depth.
    BadStack,
    /// A `LOAD_CONST` or variable operand is out of range.
    BadOperand,
    /// The code is too large for its tables.
    TooLarge,
}

impl std::fmt::Display for FlowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FlowError::BadTarget => "jump without a target",
            FlowError::BadStack => "inconsistent stack depth",
            FlowError::BadOperand => "operand out of range",
            FlowError::TooLarge => "code too large",
        })
    }
}

impl std::error::Error for FlowError {}

/// What the stage needs besides the unit itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// `co_filename`.
    pub filename: Name,
}

/// Optimises and assembles one code unit. Nested units are already code objects among its constants.
pub fn assemble_unit(
    _sequence: &InstructionSequence,
    _metadata: UnitMetadata,
    _options: &Options,
) -> Result<CodeObject, FlowError> {
    Err(FlowError::BadTarget)
}
