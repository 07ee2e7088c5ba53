//! Our compiler's side of the comparison.

use std::cell::RefCell;
use std::path::Path;

use taipan_bytecode::CodeObject;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps a panic's message for the report; the panic hook calls it.
pub fn note_panic(message: &str) {
    LAST_PANIC.with(|last| *last.borrow_mut() = message.to_owned());
}

/// The message of this thread's last panic.
pub fn last_panic() -> String {
    LAST_PANIC.with(|last| std::mem::take(&mut *last.borrow_mut()))
}

/// Compiles a file as the reference does (mode exec, no optimisation); errors read like the last line of a traceback.
/// `None`: no compiler in this build.
pub fn compile(_source: &[u8], _path: &Path) -> Option<Result<CodeObject, String>> {
    None
}
