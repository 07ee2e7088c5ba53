//! The command line, the environment, and random bytes.

use crate::Result;

crate::recorded::subject! {
/// The command line and the environment of the process.
pub trait Environment {
    /// The command line, the program's own name first.
    fn arguments(&self) -> Vec<Vec<u8>>;
    /// The path of the running program, if the system tells.
    fn executable(&self) -> Option<Vec<u8>>;
    /// A copy of the environment.
    fn variables(&self) -> Vec<(Vec<u8>, Vec<u8>)>;
    /// One variable.
    fn variable(&self, name: &[u8]) -> Option<Vec<u8>>;
    /// Sets a variable. Process-wide, like the environment itself. `EINVAL` for an empty name, or one with `=` or NUL.
    fn set_variable(&self, name: &[u8], value: &[u8]) -> Result<()>;
    /// Removes a variable.
    fn remove_variable(&self, name: &[u8]) -> Result<()>;
}
}

crate::recorded::subject! {
/// Random bytes from the system.
pub trait Random {
    /// `getrandom(2)` with its flags; may fill less than the whole buffer.
    fn getrandom(&self, buffer: &mut [u8], flags: u32) -> Result<usize>;
    /// Fills the whole buffer, going on after interruptions (`os.urandom`).
    fn random_bytes(&self, buffer: &mut [u8]) -> Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.getrandom(&mut buffer[filled..], 0) {
                Ok(count) => filled += count,
                Err(error) if error.is_interrupted() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
}
