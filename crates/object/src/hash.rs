//! Hashes equal to CPython's: SipHash-1-3 over the buffers of strings and bytes, numbers modulo 2^61 - 1, and the
//! combinations that tuples and frozensets use.
//!
//! The hash secret is the one state that is process-wide by necessity: immortal static strings keep their hash in the
//! object and are shared by all interpreters of the process. It is set at most once, before the first string is
//! hashed ([`set_secret`]), and chosen at random by the operating system otherwise.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use dashu_int::{IBig, Sign};
use siphasher::sip::SipHasher13;

/// The modulus of numeric hashes: a Mersenne prime (`sys.hash_info.modulus`).
pub const MODULUS: u64 = (1 << BITS) - 1;
const BITS: u32 = 61;
/// What positive infinity hashes to (`sys.hash_info.inf`).
pub const INFINITY: i64 = 314_159;
/// The factor of a complex number's imaginary part (`sys.hash_info.imag`).
pub const IMAGINARY: i64 = 1_000_003;

static SECRET: OnceLock<(u64, u64)> = OnceLock::new();

/// Sets the secret from a seed as PYTHONHASHSEED gives it: 0 switches randomisation off, `None` is a random secret.
/// Without effect once a string was hashed; the result says whether it was in time.
pub fn set_secret(seed: Option<u32>) -> bool {
    SECRET.set(secret_of(seed)).is_ok()
}

fn secret_of(seed: Option<u32>) -> (u64, u64) {
    match seed {
        Some(0) => (0, 0),
        Some(seed) => {
            // The linear congruential generator that PYTHONHASHSEED stands for; byte 2 of each state is taken.
            let mut state = seed;
            let mut word = || {
                let mut bytes = [0; 8];
                for byte in &mut bytes {
                    state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
                    *byte = (state >> 16) as u8;
                }
                u64::from_le_bytes(bytes)
            };
            (word(), word())
        }
        None => {
            let source = RandomState::new();
            (source.hash_one(0u8), source.hash_one(1u8))
        }
    }
}

/// -1 is no hash: C code uses it for errors, so Python never shows it.
#[inline(always)]
pub const fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// The hash of a buffer: of `str`, `bytes` and read-only `memoryview`.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let &(k0, k1) = SECRET.get_or_init(|| secret_of(None));
    let mut hasher = SipHasher13::new_with_keys(k0, k1);
    hasher.write(bytes);
    not_minus_one(hasher.finish() as i64)
}

/// The hash by identity, from an address or word.
#[inline(always)]
pub const fn hash_pointer(word: u64) -> i64 {
    not_minus_one(word.rotate_right(4) as i64)
}

/// The hash of an integer of 64 bits.
#[inline(always)]
pub const fn hash_i64(i: i64) -> i64 {
    let magnitude = i.unsigned_abs();
    let rest = if magnitude < MODULUS { magnitude } else { magnitude % MODULUS } as i64;
    not_minus_one(if i < 0 { -rest } else { rest })
}

/// The hash of an integer of any size.
pub fn hash_big(big: &IBig) -> i64 {
    let (sign, words) = big.as_sign_words();
    let mut rest = 0u64;
    for &word in words.iter().rev() {
        rest = reduce((u128::from(rest) << 64) + u128::from(word));
    }
    not_minus_one(if sign == Sign::Negative { -(rest as i64) } else { rest as i64 })
}

fn reduce(wide: u128) -> u64 {
    let modulus = u128::from(MODULUS);
    let once = (wide & modulus) + (wide >> BITS);
    let twice = (once & modulus) + (once >> BITS);
    (if twice >= modulus { twice - modulus } else { twice }) as u64
}

/// The hash of a double; `None` for NaN, which hashes by identity ([`hash_pointer`]).
pub fn hash_f64(f: f64) -> Option<i64> {
    if f.is_nan() {
        return None;
    }
    if f.is_infinite() {
        return Some(if f > 0.0 { INFINITY } else { -INFINITY });
    }
    let bits = f.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, power) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    // Multiplying by two modulo 2^61 - 1 rotates 61 bits.
    let turn = power.rem_euclid(BITS as i32) as u32;
    let turned = if turn == 0 { mantissa } else { (mantissa << turn & MODULUS) | mantissa >> (BITS - turn) };
    let rest = (turned % MODULUS) as i64;
    Some(not_minus_one(if f.is_sign_negative() { -rest } else { rest }))
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// Combines item hashes as `tuple` does: rounds of xxHash.
pub struct TupleHasher {
    state: u64,
    len: u64,
}

impl Default for TupleHasher {
    fn default() -> Self {
        TupleHasher { state: PRIME_5, len: 0 }
    }
}

impl TupleHasher {
    #[inline(always)]
    pub fn add(&mut self, item: i64) {
        let state = self.state.wrapping_add((item as u64).wrapping_mul(PRIME_2));
        self.state = state.rotate_left(31).wrapping_mul(PRIME_1);
        self.len += 1;
    }

    #[inline(always)]
    pub fn finish(self) -> i64 {
        let hash = self.state.wrapping_add(self.len ^ (PRIME_5 ^ 3_527_539)) as i64;
        if hash == -1 { 1_546_275_796 } else { hash }
    }
}

/// Combines item hashes as `frozenset` does: the order of the items is of no effect.
#[derive(Default)]
pub struct FrozenSetHasher {
    state: u64,
    len: u64,
}

impl FrozenSetHasher {
    #[inline(always)]
    pub fn add(&mut self, item: i64) {
        let item = item as u64;
        self.state ^= ((item ^ 89_869_747) ^ (item << 16)).wrapping_mul(3_644_798_167);
        self.len += 1;
    }

    pub fn finish(self) -> i64 {
        let mut hash = self.state ^ self.len.wrapping_add(1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69069).wrapping_add(907_133_923);
        if hash as i64 == -1 { 590_923_713 } else { hash as i64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_hash_as_in_cpython() {
        assert_eq!(hash_i64(-1), -2);
        assert_eq!(hash_i64(i64::MAX), 3);
        assert_eq!(hash_i64(i64::MIN), -4);
        assert_eq!(hash_i64((1 << 61) - 1), 0);
        assert_eq!(hash_big(&IBig::from(i64::MAX)), 3);
        assert_eq!(hash_big(&IBig::from(10).pow(30)), 465_258_685_558_744_706);
        assert_eq!(hash_f64(0.0), Some(0));
        assert_eq!(hash_f64(1.0), Some(1));
        assert_eq!(hash_f64(-1.0), Some(-2));
        assert_eq!(hash_f64(0.5), Some(1_152_921_504_606_846_976));
        assert_eq!(hash_f64(1e100), Some(1_822_893_315_824_342_674));
        let mut t = TupleHasher::default();
        [1, 2, 3].iter().for_each(|&i| t.add(i));
        assert_eq!(t.finish(), 529_344_067_295_497_451);
        let mut s = FrozenSetHasher::default();
        [1, 2, 3].iter().for_each(|&i| s.add(i));
        assert_eq!(s.finish(), -272_375_401_224_217_160);
    }
}
