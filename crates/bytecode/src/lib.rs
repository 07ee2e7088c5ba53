//! Taipan's bytecode: the opcode table, code objects and constants, their tables, marshal, `.pyc` files, the
//! disassembler and the verifier.
//!
//! Everything here is plain data without Python objects. Bytes that come from outside (marshal data, tables, code) are
//! hostile until the verifier has passed them: errors are values, sizes are checked before anything is allocated.

pub mod code;
pub mod dis;
pub mod exctable;
pub mod instructions;
pub mod linetable;
pub mod marshal;
pub mod metadata;
pub mod ops;
pub mod ops_names;
pub mod pyc;
pub mod repr;
pub mod verify;

pub use code::{CodeFlags, CodeObject, Constant, Name};
pub use ops::Opcode;

/// The magic number of CPython 3.14's `.pyc` files.
pub const MAGIC_NUMBER: u16 = 3627;
