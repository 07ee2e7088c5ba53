//! The budget of native stack that compiling one program may use.
//!
//! Trees are as deep as their author likes; every recursive walk of the compiler asks here before it descends,
//! so that a deep tree is a `RecursionError` and never an overflow.

use crate::error::{CompileError, Result};

/// Compares the address of a local with the lowest one allowed. Valid only on the thread that made it.
#[derive(Clone, Copy, Debug)]
pub struct StackGuard {
    lowest: usize,
}

impl StackGuard {
    /// Allows `bytes` of stack below the caller's frame.
    #[inline(never)]
    pub fn with_budget(bytes: usize) -> Self {
        StackGuard { lowest: here().saturating_sub(bytes) }
    }

    /// `RecursionError` once the budget is used up.
    #[inline]
    pub fn check(self) -> Result {
        if here() < self.lowest { Err(CompileError::recursion()) } else { Ok(()) }
    }
}

#[inline(always)]
fn here() -> usize {
    let mark = 0u8;
    std::hint::black_box(&raw const mark) as usize
}
