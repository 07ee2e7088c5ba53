//! What processes share by name: memory and semaphores; and native libraries.

use crate::Result;
use crate::files::{Fd, TimeSpec};

/// A semaphore that processes share; dropping it closes it.
pub trait Semaphore: Send + Sync {
    /// Takes one if there is one; whether there was.
    fn try_acquire(&self) -> Result<bool>;
    /// Takes one, waiting until the wall clock shows `deadline` (for ever without one); whether it got one. `EINTR` as ever.
    fn acquire(&self, deadline: Option<TimeSpec>) -> Result<bool>;
    /// Gives one back.
    fn release(&self) -> Result<()>;
    /// How many there are.
    fn value(&self) -> Result<i32>;
}

/// A loaded native library; dropping it does not unload it, because addresses may have been taken.
pub trait Library: Send + Sync {
    /// The address of a symbol.
    fn symbol(&self, name: &[u8]) -> std::result::Result<usize, String>;
    /// The system's handle.
    fn handle(&self) -> usize;
}

crate::recorded::subject! {
/// Things shared by name.
pub trait Shared {
    /// Opens a shared memory object.
    fn open_memory(&self, name: &[u8], flags: i32, mode: u32) -> Result<Fd>;
    /// Removes a shared memory object's name.
    fn unlink_memory(&self, name: &[u8]) -> Result<()>;
    /// Makes a semaphore that must not exist, with a value; or, with `None`, opens one.
    fn open_semaphore(&self, name: &[u8], create: Option<u32>) -> Result<Box<dyn Semaphore>>;
    /// Removes a semaphore's name.
    fn unlink_semaphore(&self, name: &[u8]) -> Result<()>;
    /// The greatest value of a semaphore.
    fn semaphore_limit(&self) -> u32;
    /// Loads a library (`None`: the process itself), or says why not.
    fn load_library(&self, path: Option<&[u8]>, flags: i32) -> std::result::Result<Box<dyn Library>, String>;
}
}
