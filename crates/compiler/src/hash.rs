//! A hasher for the compiler's tables of names and constants.
//!
//! The standard one costs more than the look-ups that it serves. This one folds 64-by-64-bit products; each thread has a
//! random seed, so that no source can be written whose names collide.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

pub type Map<K, V> = HashMap<K, V, FastState>;
pub type Set<K> = HashSet<K, FastState>;

/// Makes [`FastHasher`]s with the seed of the thread that made the table.
#[derive(Clone, Debug)]
pub struct FastState {
    seed: u64,
}

thread_local! {
    /// Constant once made: as random as the standard library's, and as cheap to get as a local.
    static SEED: u64 = RandomState::new().hash_one(0u8);
}

impl Default for FastState {
    fn default() -> Self {
        FastState { seed: SEED.with(|seed| *seed) }
    }
}

impl BuildHasher for FastState {
    type Hasher = FastHasher;

    fn build_hasher(&self) -> FastHasher {
        FastHasher { state: self.seed }
    }
}

/// Folds each word into the state by a full product.
#[derive(Clone, Debug)]
pub struct FastHasher {
    state: u64,
}

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

impl FastHasher {
    #[inline]
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(MULTIPLIER);
        self.state = (product as u64) ^ (product >> 64) as u64;
        // A state that meets its own word would otherwise stay at zero.
        self.state = self.state.wrapping_add(MULTIPLIER);
    }
}

impl Hasher for FastHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.fold(u64::from_le_bytes([
                chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
            ]));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let word = rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
            self.fold(word ^ (rest.len() as u64) << 56);
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.fold(u64::from(value));
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.fold(u64::from(value));
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.fold(value);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.fold(value as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.state
    }
}
