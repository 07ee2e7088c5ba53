//! `.pyc` files: the header of 16 bytes (PEP 552) before the marshalled code object.
//!
//! Magic number, carriage return and line feed; a word of flags; then either the source's modification time and size, each
//! 32 bits, or the 64-bit hash of the source.

use std::fmt;
use std::sync::Arc;

use crate::MAGIC_NUMBER;
use crate::code::CodeObject;
use crate::marshal::{self, MarshalError};
use crate::verify::{self, VerifyError};

/// Bytes before the marshal data.
pub const HEADER_LEN: usize = 16;

/// The first four bytes (`importlib.util.MAGIC_NUMBER`).
pub const MAGIC: [u8; 4] = {
    let [low, high] = MAGIC_NUMBER.to_le_bytes();
    [low, high, b'\r', b'\n']
};

const FLAG_HASH: u32 = 1;
const FLAG_CHECK_SOURCE: u32 = 2;

/// How a `.pyc` is tied to its source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Validation {
    /// Modification time in seconds and size, both modulo 2**32.
    Timestamp { mtime: u32, size: u32 },
    /// The source's hash ([`source_hash`]), and whether the source is to be compared at import.
    Hash { hash: [u8; 8], check_source: bool },
}

/// Why a `.pyc` cannot be used, with the exception that `importlib` raises for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PycError {
    /// ImportError: other magic number.
    Magic,
    /// EOFError: shorter than the header.
    Short,
    /// ImportError: flags that no version has.
    Flags(u32),
    Marshal(MarshalError),
    Verify(VerifyError),
}

impl fmt::Display for PycError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PycError::Magic => f.write_str("bad magic number"),
            PycError::Short => f.write_str("reached EOF while reading pyc header"),
            PycError::Flags(flags) => write!(f, "invalid flags {flags:#x}"),
            PycError::Marshal(error) => error.fmt(f),
            PycError::Verify(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PycError {}

/// Reads the header.
pub fn header(data: &[u8]) -> Result<Validation, PycError> {
    let word = |at: usize| match data.get(at..at + 4) {
        Some(&[a, b, c, d]) => Ok([a, b, c, d]),
        _ => Err(PycError::Short),
    };
    if data.len() >= 4 && data[..4] != MAGIC || data.len() < 4 {
        return Err(PycError::Magic);
    }
    let flags = u32::from_le_bytes(word(4)?);
    let (first, second) = (word(8)?, word(12)?);
    match flags {
        // The second flag alone means nothing, as for importlib.
        0 | FLAG_CHECK_SOURCE => {
            Ok(Validation::Timestamp { mtime: u32::from_le_bytes(first), size: u32::from_le_bytes(second) })
        }
        _ if flags & !(FLAG_HASH | FLAG_CHECK_SOURCE) != 0 => Err(PycError::Flags(flags)),
        _ => {
            let [a, b, c, d] = first;
            let [e, f, g, h] = second;
            Ok(Validation::Hash {
                hash: [a, b, c, d, e, f, g, h],
                check_source: flags & FLAG_CHECK_SOURCE != 0,
            })
        }
    }
}

impl Validation {
    /// Whether this is the header of a `.pyc` made from a source of this time and size; `None` if it says nothing of them.
    pub fn matches_source(&self, mtime: i64, size: u64) -> Option<bool> {
        match self {
            Validation::Timestamp { mtime: m, size: s } => Some(*m == mtime as u32 && *s == size as u32),
            Validation::Hash { .. } => None,
        }
    }

    /// The header's bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let (flags, rest) = match self {
            Validation::Timestamp { mtime, size } => (0, u64::from(*mtime) | u64::from(*size) << 32),
            Validation::Hash { hash, check_source } => {
                (FLAG_HASH | if *check_source { FLAG_CHECK_SOURCE } else { 0 }, u64::from_le_bytes(*hash))
            }
        };
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&flags.to_le_bytes());
        bytes[8..].copy_from_slice(&rest.to_le_bytes());
        bytes
    }
}

/// Reads a whole `.pyc`: header, code object, and the verifier's word for all code in it.
pub fn read(data: &[u8]) -> Result<(Validation, CodeObject), PycError> {
    let validation = header(data)?;
    let code = marshal::loads_code(data.get(HEADER_LEN..).unwrap_or_default()).map_err(PycError::Marshal)?;
    verify::verify_all(&code).map_err(PycError::Verify)?;
    Ok((validation, code))
}

/// The bytes of a `.pyc`.
pub fn write(code: &Arc<CodeObject>, validation: &Validation) -> Result<Vec<u8>, MarshalError> {
    let mut data = validation.to_bytes().to_vec();
    data.extend(marshal::dumps_code(code)?);
    Ok(data)
}

/// `_imp.source_hash(key, source)`: SipHash-1-3 with the key in its first half. A `.pyc` uses the key
/// [`SOURCE_HASH_KEY`].
pub fn source_hash(key: u64, source: &[u8]) -> [u8; 8] {
    use siphasher::sip::SipHasher13;
    SipHasher13::new_with_keys(key, 0).hash(source).to_le_bytes()
}

/// `_imp.pyc_magic_number_token`: the magic number with carriage return and line feed, as a little-endian word.
pub const SOURCE_HASH_KEY: u64 = u32::from_le_bytes(MAGIC) as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_headers() {
        // From importlib.util.source_hash of the reference.
        assert_eq!(source_hash(SOURCE_HASH_KEY, b""), HASH_OF_NOTHING);
        assert_eq!(source_hash(SOURCE_HASH_KEY, b"x = 1\n"), HASH_OF_LINE);
        let list = [
            Validation::Timestamp { mtime: 7, size: u32::MAX },
            Validation::Hash { hash: *b"abcdefgh", check_source: true },
            Validation::Hash { hash: [0; 8], check_source: false },
        ];
        for validation in list {
            assert_eq!(header(&validation.to_bytes()), Ok(validation));
        }
        let mut bad = list[0].to_bytes();
        bad[4] = 4;
        assert_eq!(header(&bad), Err(PycError::Flags(4)));
        bad[4] = 2;
        assert_eq!(header(&bad), Ok(list[0]));
        assert_eq!(header(&bad[..12]), Err(PycError::Short));
        assert_eq!(header(b"abcdefgh"), Err(PycError::Magic));
    }
    const HASH_OF_NOTHING: [u8; 8] = [97, 245, 183, 203, 101, 58, 106, 164];
    const HASH_OF_LINE: [u8; 8] = [29, 178, 182, 50, 92, 162, 130, 167];
}
