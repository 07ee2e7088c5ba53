//! Compiles one module for the frozen library.

use std::sync::Arc;
use taipan_bytecode::{Name, marshal};
use taipan_compiler::{Mode, Options};
use taipan_syntax::SourceText;

/// Native stack for the compiler's recursion, beside what its callers need.
pub const STACK_BUDGET: usize = 64 << 20;

/// A module's code object as marshal data, or why there is none. Its file name is `path`, relative to the library's folder:
/// the importer puts the folder before it.
pub fn compile(source: &[u8], path: &str) -> Result<Vec<u8>, String> {
    let no_codec = |_: &str, _: &[u8]| Ok(None);
    let text = SourceText::from_bytes_with(source, &no_codec).map_err(|error| error.message)?;
    let options = Options { stack_budget: STACK_BUDGET, ..Options::default() };
    let compiled = taipan_compiler::compile(&text, &Name::from(path.to_owned()), Mode::Exec, &options)
        .map_err(|error| error.message)?;
    marshal::dumps_code(&Arc::new(compiled.code)).map_err(|error| error.message().to_owned())
}
