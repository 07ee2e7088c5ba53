//! The control-flow stage: from an instruction sequence to a code object.
//!
//! A sequence becomes a graph of basic blocks ([`cfg`]); passes change the graph in a fixed order, which shows in the
//! result and therefore is CPython's; then it is lowered to real instructions, laid out flat and assembled. No pass
//! recurses, and each is linear but for repetitions that only ever remove something.
//!
//! The result equals CPython 3.14's byte for byte. Where that needs an oddity, the place says so.

pub mod assemble;
mod borrow;
pub mod cfg;
mod cleanup;
mod complex;
mod depth;
pub mod dump;
mod effects;
pub mod fold;
mod handlers;
mod layout;
mod lines;
mod lower;
mod peephole;
mod subscript;
mod swaps;
#[cfg(test)]
mod tests;
mod unbound;
mod unused;

use taipan_bytecode::{CodeObject, Name};

use crate::instr::{ConstantTable, InstructionSequence, UnitMetadata};
use assemble::FlatInstr;
use cfg::Cfg;

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
    sequence: &InstructionSequence,
    mut metadata: UnitMetadata,
    options: &Options,
) -> Result<CodeObject, FlowError> {
    let cfg = optimize_unit(sequence, &mut metadata)?;
    assemble_cfg(cfg, metadata, options)
}

/// The optimised graph of a code unit, as [`dump::Dump`] shows it; `metadata` gets the constants that are left.
pub fn optimize_unit(sequence: &InstructionSequence, metadata: &mut UnitMetadata) -> Result<Cfg, FlowError> {
    let mut cfg = Cfg::from_sequence(sequence)?;
    handlers::mark_handlers(&mut cfg);
    handlers::assign_handlers(&mut cfg);
    let (locals, parameters) = (metadata.varnames.len(), metadata.parameter_count());
    optimize(&mut cfg, &mut metadata.consts, locals, parameters)?;
    Ok(cfg)
}

/// Lowers and assembles a graph.
pub fn assemble_cfg(
    mut cfg: Cfg,
    metadata: UnitMetadata,
    options: &Options,
) -> Result<CodeObject, FlowError> {
    let (stack_size, slot_count) = lower(&mut cfg, &metadata)?;
    assemble::assemble(assemble::flatten(&cfg)?, metadata, stack_size, slot_count, options.filename.clone())
}

/// Only optimises: `_testinternalcapi.optimize_cfg`. Jump operands of the result are indices of instructions.
pub fn optimize_sequence(
    sequence: &InstructionSequence,
    consts: &mut ConstantTable,
    locals: usize,
) -> Result<Vec<FlatInstr>, FlowError> {
    let mut cfg = Cfg::from_sequence(sequence)?;
    handlers::mark_handlers(&mut cfg);
    handlers::assign_handlers(&mut cfg);
    optimize(&mut cfg, consts, locals, 0)?;
    borrow::borrow_loads(&mut cfg)?;
    assemble::flatten(&cfg)
}

/// Only assembles: `_testinternalcapi.assemble_code_object`.
pub fn assemble_sequence(
    sequence: &InstructionSequence,
    metadata: UnitMetadata,
    options: &Options,
) -> Result<CodeObject, FlowError> {
    let mut cfg = Cfg::from_sequence(sequence)?;
    handlers::mark_handlers(&mut cfg);
    handlers::assign_handlers(&mut cfg);
    assemble_cfg(cfg, metadata, options)
}

/// All passes on the graph that keep its pseudo-instructions. Handlers are assigned before.
fn optimize(
    cfg: &mut Cfg,
    consts: &mut ConstantTable,
    locals: usize,
    parameters: usize,
) -> Result<(), FlowError> {
    let work = &mut Vec::new();
    cleanup::inline_small_blocks(cfg);
    cleanup::remove_unreachable(cfg, work);
    lines::resolve_line_numbers(cfg);
    peephole::optimize_constant_loads(cfg, consts)?;
    peephole::optimize_blocks(cfg, consts)?;
    cleanup::remove_redundant_nops_and_pairs(cfg);
    cleanup::remove_unreachable(cfg, work);
    cleanup::remove_redundant_nops_and_jumps(cfg);

    unused::remove_unused_constants(cfg, consts)?;
    unbound::check_unbound_loads(cfg, locals, parameters, work);
    layout::insert_superinstructions(cfg);
    layout::push_cold_blocks_to_end(cfg, work);
    lines::resolve_line_numbers(cfg);
    Ok(())
}

/// Makes the optimised graph ready for the assembler. Returns the stack size and the number of slots for variables.
fn lower(cfg: &mut Cfg, metadata: &UnitMetadata) -> Result<(u32, usize), FlowError> {
    lower::expand_conditional_jumps(cfg);
    let stack_size = depth::compute_stack_depths(cfg, &mut Vec::new())?;
    let slot_count = lower::prepare_locals(cfg, metadata)?;
    lower::replace_pseudo_instructions(cfg);
    lower::normalize_jumps(cfg);
    borrow::borrow_loads(cfg)?;
    // CPython gives every frame at least one slot.
    Ok((stack_size.max(1), slot_count))
}
