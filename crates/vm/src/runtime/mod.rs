//! The interpreter's start, its end, and what lower crates ask of it.
//!
//! [`start`] makes an interpreter that is ready to run a program, [`program`] runs one, [`finish`] ends the interpreter.
//! [`import`], [`warn`], [`codecs`] fill the table of that name in the interpreter's state; [`imp`] is `_imp`, [`library`] the
//! frozen modules, [`compile`] the way from source to code objects.

pub mod codec_errors;
pub mod codecs;
pub mod compile;
pub mod files;
pub mod finish;
pub mod imp;
pub mod imp_code;
pub mod import;
pub mod library;
pub mod marshal_module;
pub mod paths;
pub mod program;
pub mod repl;
pub mod settings;
pub mod start;
pub mod warn;

pub use settings::{FrozenLibrary, FrozenModule, NativeModule, Settings, host, settings};

/// Native modules of this crate.
pub static OWN_MODULES: &[NativeModule] = &[&imp::MODULE, &warn::MODULE, &marshal_module::MODULE];
