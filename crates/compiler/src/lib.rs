//! Taipan's compiler: symbol tables, code generation, control-flow passes and the assembler.

pub mod flow;
pub mod instr;
