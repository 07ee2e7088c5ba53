//! The opcode table against what CPython 3.14 says of each opcode (`data/opcodes.txt`, recorded from it).

use taipan_bytecode::Opcode;
use taipan_bytecode::metadata::{self, Property};
use taipan_bytecode::ops_names::{CACHE_FORMAT, SPECIALIZED};

#[test]
fn table_equals_recorded_facts() {
    let data = include_str!("data/opcodes.txt");
    let mut operands: Vec<u32> = Vec::new();
    let mut seen = 0;
    for line in data.lines() {
        if let Some(list) = line.strip_prefix("# operands ") {
            operands = list.split(' ').map(|s| s.parse().unwrap()).collect();
        }
        if line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split(' ').collect();
        let op = Opcode::from_u16(fields[0].parse().unwrap()).unwrap_or_else(|| panic!("missing {line}"));
        assert_eq!(op.name(), fields[1]);
        let flags: String = [
            ('a', op.has_arg()),
            ('c', op.has_const()),
            ('n', op.has_name()),
            ('j', op.has_jump()),
            ('l', op.has_local()),
            ('f', op.has_free()),
            ('x', op.has_exc()),
        ]
        .iter()
        .filter_map(|(c, is)| is.then_some(*c))
        .collect();
        assert_eq!(if flags.is_empty() { "-" } else { &flags }, fields[2], "{op}");
        if !op.is_instrumented() {
            assert_eq!(op.caches().to_string(), fields[3], "{op}");
        }
        for (arg, expected) in operands.iter().zip(&fields[4..]) {
            let got =
                [Some(false), Some(true), None].map(|jump| op.stack_effect(*arg, jump).to_string()).join(",");
            assert_eq!(got, *expected, "{op} {arg}");
        }
        seen += 1;
    }
    assert_eq!(seen, Opcode::ALL.len());
}

#[test]
fn names_belong_to_opcodes() {
    for (number, name, family, _) in SPECIALIZED {
        assert!(Opcode::from_u8(*number).is_none(), "{name}");
        assert!(Opcode::ALL.iter().any(|op| op.name() == *family), "{family}");
    }
    for op in Opcode::ALL.iter().filter(|op| !op.is_instrumented()) {
        let caches = CACHE_FORMAT
            .iter()
            .find(|(name, _)| *name == op.name())
            .map_or(0, |(_, parts)| parts.iter().map(|(_, size)| usize::from(*size)).sum());
        assert_eq!(op.caches(), caches, "{op}");
    }
}

#[test]
fn every_number() {
    use Property::*;
    for line in include_str!("data/numbers.txt").lines().filter(|l| !l.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let number = fields[0].parse().unwrap();
        assert_eq!(metadata::is_valid(number), fields[1] == "1", "{number}");
        let list = [Arg, Const, Name, Jump, Local, Free, Exc];
        let letters: String =
            list.iter().filter(|p| metadata::has(number, **p)).map(|p| p.letter()).collect();
        assert_eq!(if letters.is_empty() { "-" } else { &letters }, fields[2], "{number}");
    }
}
