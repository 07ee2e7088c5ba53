//! Taipan's compiler: symbol tables, code generation, control-flow passes and the assembler.
//!
//! ```text
//! tree --preprocess--> tree --symtable--> scopes --codegen--> sequences --flow--> code object
//! ```
//!
//! [`compile`] takes source, [`compile_ast`] a tree. Both give the code object with the warnings to issue.

pub mod codegen;
pub mod depth;
pub mod error;
pub mod flags;
pub mod flow;
pub mod future;
pub mod hash;
pub mod instr;
mod preprocess;
pub mod symtable;
mod unparse;
mod validate;

mod api;

pub use api::*;
pub use error::{CompileError, ErrorKind, Warning, WarningKind};
pub use flags::CompilerFlags;
