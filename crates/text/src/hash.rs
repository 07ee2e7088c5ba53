//! Hashes equal to CPython's: strings by SipHash-1-3 under a secret, numbers modulo 2^61 - 1, tuples by the xxHash
//! scheme, frozen sets by a symmetric mix. All results are what `hash()` shows, so -1 never appears.

use std::hash::Hasher;

use dashu_int::{IBig, Sign};
use siphasher::sip::SipHasher13;

use crate::number::scale::parts;

/// `sys.hash_info.modulus`: 2^61 - 1.
pub const MODULUS: u64 = (1 << 61) - 1;
const BITS: u32 = 61;
/// `sys.hash_info.inf`.
pub const INFINITY: i64 = 314159;
/// `sys.hash_info.imag`.
pub const IMAGINARY: u64 = 1_000_003;

/// The process's hash secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Secret {
    k0: u64,
    k1: u64,
}

impl Secret {
    /// The secret of random bytes (PYTHONHASHSEED unset or `random`).
    pub fn from_bytes(bytes: [u8; 16]) -> Secret {
        let (mut a, mut b) = ([0; 8], [0; 8]);
        a.copy_from_slice(&bytes[..8]);
        b.copy_from_slice(&bytes[8..]);
        Secret { k0: u64::from_le_bytes(a), k1: u64::from_le_bytes(b) }
    }

    /// The secret that PYTHONHASHSEED=`seed` names; 0 is the zero key.
    pub fn from_seed(seed: u32) -> Secret {
        if seed == 0 {
            return Secret { k0: 0, k1: 0 };
        }
        let mut state = seed;
        Secret::from_bytes(std::array::from_fn(|_| {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16) as u8
        }))
    }

    /// The hash of a buffer: of bytes, or of a str's characters in 1, 2 or 4 bytes each (native order, by its widest).
    pub fn bytes(&self, data: &[u8]) -> i64 {
        if data.is_empty() {
            return 0;
        }
        let mut hasher = SipHasher13::new_with_keys(self.k0, self.k1);
        hasher.write(data);
        valid(hasher.finish() as i64)
    }
}

/// -1 means an error in C, so no hash is -1.
#[inline]
pub fn valid(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

#[inline]
fn signed(negative: bool, residue: u64) -> i64 {
    let residue = residue as i64;
    valid(if negative { -residue } else { residue })
}

/// `hash` of an int that fits.
#[inline]
pub fn small_int(value: i64) -> i64 {
    signed(value < 0, value.unsigned_abs() % MODULUS)
}

/// `hash` of an int.
pub fn int(value: &IBig) -> i64 {
    let (sign, words) = value.as_sign_words();
    let modulus = u128::from(MODULUS);
    let residue = words.iter().rev().fold(0u128, |r, word| ((r << 64) | u128::from(*word)) % modulus);
    signed(sign == Sign::Negative, residue as u64)
}

/// `hash` of a float other than NaN (whose hash is that of its identity; here 0).
pub fn float(value: f64) -> i64 {
    if value.is_nan() {
        return 0;
    }
    if value.is_infinite() {
        return if value > 0.0 { INFINITY } else { -INFINITY };
    }
    let (mantissa, exponent) = parts(value);
    // 2^61 is 1 modulo 2^61 - 1: a power of two is a rotation of 61 bits.
    let turn = exponent.rem_euclid(BITS as i32) as u32;
    let residue = ((mantissa << turn) & MODULUS) | mantissa.checked_shr(BITS - turn).unwrap_or(0);
    signed(value < 0.0, residue % MODULUS)
}

/// `hash` of a complex number, from those of its parts.
pub fn complex(real: i64, imaginary: i64) -> i64 {
    valid((real as u64).wrapping_add(IMAGINARY.wrapping_mul(imaginary as u64)) as i64)
}

/// `hash` of a rational number from numerator and denominator is the numerator's residue times the inverse of the
/// denominator's; 0 as denominator's residue stands for infinity. For `_decimal` and `fractions`.
pub fn power(base: u64, mut exponent: u64) -> u64 {
    let modulus = u128::from(MODULUS);
    let (mut result, mut base) = (1u128, u128::from(base) % modulus);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        exponent >>= 1;
    }
    result as u64
}

/// Collects the hashes of a tuple's items in order.
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher {
    acc: u64,
    len: u64,
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

impl Default for TupleHasher {
    fn default() -> Self {
        TupleHasher { acc: PRIME_5, len: 0 }
    }
}

impl TupleHasher {
    /// Adds the next item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let lane = (hash as u64).wrapping_mul(PRIME_2);
        self.acc = self.acc.wrapping_add(lane).rotate_left(31).wrapping_mul(PRIME_1);
        self.len += 1;
    }

    /// The tuple's hash.
    pub fn finish(self) -> i64 {
        let hash = self.acc.wrapping_add(self.len ^ (PRIME_5 ^ 3_527_539)) as i64;
        if hash == -1 { 1_546_275_796 } else { hash }
    }
}

/// Collects the hashes of a frozen set's items in any order.
#[derive(Clone, Copy, Default, Debug)]
pub struct SetHasher {
    acc: u64,
    len: u64,
}

impl SetHasher {
    /// Adds an item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let h = hash as u64;
        self.acc ^= ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
        self.len += 1;
    }

    /// The set's hash.
    pub fn finish(self) -> i64 {
        let mut h = self.acc ^ self.len.wrapping_add(1).wrapping_mul(1_927_868_237);
        h ^= (h >> 11) ^ (h >> 25);
        let hash = h.wrapping_mul(69_069).wrapping_add(907_133_923) as i64;
        if hash == -1 { 590_923_713 } else { hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expected values are what CPython 3.14 prints.

    #[test]
    fn strings() {
        let hashes = |seed| {
            let secret = Secret::from_seed(seed);
            let wide: Vec<u8> = [0x1234u16, 0x78].iter().flat_map(|c| c.to_le_bytes()).collect();
            [secret.bytes(b""), secret.bytes(b"a"), secret.bytes(b"\xe9"), secret.bytes(&wide)]
        };
        assert_eq!(hashes(0), [0, 4644417185603328019, 6047309291227476195, 5771455881126182464]);
        assert_eq!(hashes(1), [0, -3012895188637184397, 8133168473585362875, -8061170339067359068]);
        assert_eq!(hashes(u32::MAX), [0, -5989683813037840249, -5741392403324874290, -5952059167258930453]);
    }

    #[test]
    fn numbers() {
        let floats = [0.5, -0.5, 1e300, f64::INFINITY, 1.5, 1e-320, 9.81, -1.0, 0.0, 2305843009213693952.0];
        assert_eq!(
            floats.map(float),
            [
                1152921504606846976,
                -1152921504606846976,
                1224995262755759164,
                314159,
                1152921504606846977,
                33957085184,
                1867732837463093257,
                -2,
                0,
                1
            ]
        );
        let big = IBig::from(10u8).pow(40);
        assert_eq!((int(&big), int(&-big)), (1388497483929617590, -1388497483929617590));
        assert_eq!((small_int(-1), small_int(MODULUS as i64), small_int(-(1 << 61))), (-2, 0, -2));
        assert_eq!(complex(float(0.5), float(-1.0)), 1152921504604846970);
    }

    #[test]
    fn containers() {
        let tuple = |items: &[i64]| {
            let mut h = TupleHasher::default();
            items.iter().for_each(|i| h.add(*i));
            h.finish()
        };
        let set = |items: &[i64]| {
            let mut h = SetHasher::default();
            items.iter().for_each(|i| h.add(*i));
            h.finish()
        };
        assert_eq!((tuple(&[]), tuple(&[1, 2, 3])), (5740354900026072187, 529344067295497451));
        assert_eq!((set(&[]), set(&[3, 1, 2])), (133146708735736, -272375401224217160));
    }
}
