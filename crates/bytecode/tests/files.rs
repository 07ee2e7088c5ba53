//! Real and broken `.pyc` files. `data/sample.py` was compiled and listed by CPython 3.14 (addresses as 0x0).

use std::sync::Arc;
use std::time::{Duration, Instant};

use taipan_bytecode::marshal::{self, MarshalError};
use taipan_bytecode::pyc::{self, HEADER_LEN, Validation};
use taipan_bytecode::{Constant, dis, verify};

const PYC: &[u8] = include_bytes!("data/sample.pyc");
const SOURCE: &[u8] = include_bytes!("data/sample.py");
const LISTING: &str = include_str!("data/sample.dis");

#[test]
fn sample() {
    let (validation, code) = pyc::read(PYC).unwrap();
    let hash = pyc::source_hash(pyc::SOURCE_HASH_KEY, SOURCE);
    assert_eq!(validation, Validation::Hash { hash, check_source: true });
    // Sets of strings are listed in the order of the process that listed them.
    let same_order = |text: &str| -> Vec<String> {
        text.lines().filter(|l| !l.contains("frozenset(")).map(str::to_owned).collect()
    };
    assert_eq!(same_order(&dis::disassemble(&code)), same_order(LISTING));
    let code = Arc::new(code);
    let written = pyc::write(&code, &validation).unwrap();
    assert_eq!(pyc::read(&written).unwrap(), (validation, (*code).clone()));
}

/// A small generator of random numbers (xorshift), for reproducible damage.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Uses everything that walks a code object, as an interpreter and its tools would.
fn use_all(code: &taipan_bytecode::CodeObject) {
    let _ = dis::disassemble(code);
    let _ = dis::attributes(code);
    for inner in code.nested() {
        use_all(inner);
    }
    let _ = verify::stack_maps(code);
    let _ = marshal::dumps_code(&Arc::new(code.clone()));
    taipan_bytecode::linetable::positions(&code.linetable, code.firstlineno).take(100_000).for_each(drop);
}

#[test]
fn damaged_files_are_refused_or_harmless() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut accepted = 0;
    let mut read = 0;
    let mut slowest = Duration::ZERO;
    for round in 0..10_000 {
        let mut data = PYC.to_vec();
        match round % 4 {
            0 => {
                let bit = random.below((data.len() - HEADER_LEN) * 8);
                data[HEADER_LEN + bit / 8] ^= 1 << (bit % 8);
            }
            1 => (0..1 + random.below(8)).for_each(|_| {
                let place = HEADER_LEN + random.below(data.len() - HEADER_LEN);
                data[place] = random.below(256) as u8;
            }),
            2 => data.truncate(random.below(data.len())),
            _ => {
                // A piece of the file over another place: the likeliest to be well-formed.
                let n = 1 + random.below(40);
                let from = HEADER_LEN + random.below(data.len() - HEADER_LEN - n);
                let to = HEADER_LEN + random.below(data.len() - HEADER_LEN - n);
                data.copy_within(from..from + n, to);
            }
        }
        let begun = Instant::now();
        if let Ok(code) = marshal::loads_code(data.get(HEADER_LEN..).unwrap_or_default()) {
            read += 1;
            if verify::verify_all(&code).is_ok() {
                accepted += 1;
            }
            if read % 16 == 0 {
                use_all(&code);
            }
        }
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    // Much damage only changes names and numbers; some of it must be noticed by each side.
    assert!(read > 1000 && accepted > 100 && accepted < read && read < 10_000, "{read} {accepted}");
}

#[test]
fn errors_of_marshal() {
    let says = |data: &[u8]| marshal::loads_constant(data).unwrap_err().to_string();
    assert_eq!(says(b""), "EOFError: EOF read where object expected");
    assert_eq!(says(b"i"), "EOFError: marshal data too short");
    assert_eq!(says(b"0"), "TypeError: NULL object in marshal data for object");
    assert_eq!(says(b"(\x01\0\0\0"), "EOFError: EOF read where object expected");
    assert_eq!(says(b"(\x01\0\0\x000"), "TypeError: NULL object in marshal data for tuple");
    assert_eq!(says(b"(\xff\xff\xff\xff"), "ValueError: bad marshal data (tuple size out of range)");
    assert_eq!(says(b"(\xff\xff\xff\x7f"), "EOFError: EOF read where object expected");
    assert_eq!(says(b"s\xff\xff\xff\x7f"), "EOFError: marshal data too short");
    assert_eq!(says(b"u\xff\xff\xff\xff"), "ValueError: bad marshal data (string size out of range)");
    assert_eq!(says(b"l\0\0\0\x80"), "ValueError: bad marshal data (long size out of range)");
    assert_eq!(says(b"l\x01\0\0\0\xff\xff"), "ValueError: bad marshal data (digit out of range in long)");
    assert_eq!(says(b"l\x01\0\0\0\0\0"), "ValueError: bad marshal data (unnormalized long data)");
    assert_eq!(says(b"r\0\0\0\0"), "ValueError: bad marshal data (invalid reference)");
    assert_eq!(says(b"\xa9\x01r\0\0\0\0"), "ValueError: bad marshal data (invalid reference)");
    assert_eq!(says(b"Q"), "ValueError: bad marshal data (unknown type code)");
    assert_eq!(says(b"f\x03abc"), "ValueError: could not convert string to float: 'abc'");
    assert!(matches!(marshal::loads_constant(b"u\x02\0\0\0\xe9\xff"), Err(MarshalError::Unicode(_))));
    assert_eq!(
        marshal::loads_constant(b"l\xfd\xff\xff\xff\x01\0\0\0\x02\0").unwrap().as_i64(),
        Some(-(1 << 31) - 1)
    );
    assert_eq!(marshal::loads_constant(b"I\xff\xff\xff\xff\xff\xff\xff\xff").unwrap().as_i64(), Some(-1));
    assert_eq!(marshal::loads_constant(b"f\x031.5"), Ok(Constant::Float(1.5)));
    assert_eq!(marshal::loads_constant(b"z\x01\xe9"), Ok(Constant::str("é")));
    let nested = |depth: usize| [b")\x01".repeat(depth), b"N".to_vec()].concat();
    assert!(marshal::loads_constant(&nested(1999)).is_ok());
    assert_eq!(says(&nested(2000)), "ValueError: recursion limit exceeded");
}

/// References can describe a tree of 2**60 nodes in a few bytes.
#[test]
fn shared_constants_have_a_limit() {
    // The tuple at depth k has the number k; its second item is its first one again.
    let mut data = b"\xa9\x02".repeat(60);
    data.extend(b"\xa9\x01N");
    for depth in (0..60u32).rev() {
        data.push(b'r');
        data.extend((depth + 1).to_le_bytes());
    }
    let error = marshal::loads_constant(&data).unwrap_err().to_string();
    assert_eq!(error, "ValueError: bad marshal data (constants too large)");
}
