//! The states of the hash functions behind one enum.

use sha3::digest::{ExtendableOutput, Update as _, XofReader};

/// A hash function in the middle of its input.
#[derive(Clone)]
pub enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sha3x224(sha3::Sha3_224),
    Sha3x256(sha3::Sha3_256),
    Sha3x384(sha3::Sha3_384),
    Sha3x512(sha3::Sha3_512),
    Shake128(sha3::Shake128),
    Shake256(sha3::Shake256),
    Blake2b(Box<blake2b_simd::State>),
    Blake2s(Box<blake2s_simd::State>),
}

macro_rules! each {
    ($state:expr, $s:ident => $plain:expr, $b:ident => $blake:expr) => {
        match $state {
            State::Md5($s) => $plain,
            State::Sha1($s) => $plain,
            State::Sha224($s) => $plain,
            State::Sha256($s) => $plain,
            State::Sha384($s) => $plain,
            State::Sha512($s) => $plain,
            State::Sha3x224($s) => $plain,
            State::Sha3x256($s) => $plain,
            State::Sha3x384($s) => $plain,
            State::Sha3x512($s) => $plain,
            State::Shake128($s) => $plain,
            State::Shake256($s) => $plain,
            State::Blake2b($b) => $blake,
            State::Blake2s($b) => $blake,
        }
    };
}

/// The digest of a clone.
macro_rules! fixed {
    ($s:expr) => {
        sha2::Digest::finalize($s.clone()).to_vec()
    };
}

impl State {
    pub fn update(&mut self, data: &[u8]) {
        each!(self, s => s.update(data), b => { b.update(data); });
    }

    /// The digest so far; `length` bytes of the extendable ones.
    pub fn digest(&self, length: usize) -> Vec<u8> {
        match self {
            State::Md5(s) => fixed!(s),
            State::Sha1(s) => fixed!(s),
            State::Sha224(s) => fixed!(s),
            State::Sha256(s) => fixed!(s),
            State::Sha384(s) => fixed!(s),
            State::Sha512(s) => fixed!(s),
            State::Sha3x224(s) => fixed!(s),
            State::Sha3x256(s) => fixed!(s),
            State::Sha3x384(s) => fixed!(s),
            State::Sha3x512(s) => fixed!(s),
            State::Shake128(s) => extend(s.clone(), length),
            State::Shake256(s) => extend(s.clone(), length),
            State::Blake2b(s) => s.finalize().as_bytes().to_vec(),
            State::Blake2s(s) => s.finalize().as_bytes().to_vec(),
        }
    }
}

fn extend(state: impl ExtendableOutput, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    state.finalize_xof().read(&mut out);
    out
}
