//! Hashes of objects. The algorithms are in `taipan_text::hash`; here is the secret that strings are hashed under.
//!
//! The secret is the one state that is process-wide by necessity: immortal static strings keep their hash in the object
//! and are shared by all interpreters of the process. It is set at most once, before the first string is hashed
//! ([`set_secret`]), and chosen at random otherwise.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use dashu_int::IBig;
pub use taipan_text::hash::{
    IMAGINARY, INFINITY, MODULUS, Secret, SetHasher as FrozenSetHasher, TupleHasher, complex as hash_complex,
    small_int as hash_i64, valid as not_minus_one,
};

static SECRET: OnceLock<Secret> = OnceLock::new();

/// Sets the secret from a seed as PYTHONHASHSEED gives it: 0 switches randomisation off, `None` is a random secret.
/// Without effect once a string was hashed; the result says whether it was in time.
pub fn set_secret(seed: Option<u32>) -> bool {
    SECRET.set(secret_of(seed)).is_ok()
}

fn secret_of(seed: Option<u32>) -> Secret {
    match seed {
        Some(seed) => Secret::from_seed(seed),
        None => {
            let source = RandomState::new();
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&source.hash_one(0u8).to_le_bytes());
            bytes[8..].copy_from_slice(&source.hash_one(1u8).to_le_bytes());
            Secret::from_bytes(bytes)
        }
    }
}

/// The hash of a buffer: of `str`, `bytes` and read-only `memoryview`.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    SECRET.get_or_init(|| secret_of(None)).bytes(bytes)
}

/// The hash by identity, from an address or word.
#[inline(always)]
pub fn hash_pointer(word: u64) -> i64 {
    not_minus_one(word.rotate_right(4) as i64)
}

/// The hash of an integer of any size.
pub fn hash_big(big: &IBig) -> i64 {
    taipan_text::hash::int(big)
}

/// The hash of a double; `None` for NaN, which hashes by identity ([`hash_pointer`]).
pub fn hash_f64(f: f64) -> Option<i64> {
    if f.is_nan() { None } else { Some(taipan_text::hash::float(f)) }
}
