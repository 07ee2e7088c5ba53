use taipan_bytecode::{CodeFlags, Constant, Name, Opcode};

use super::*;
use crate::instr::{Location, NEXT_LOCATION, NO_LOCATION};

/// A small generator of numbers (xorshift), so that failures repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(limit.max(1))) as u32
    }
}

fn metadata(random: &mut Random) -> UnitMetadata {
    let mut metadata = UnitMetadata::new(Name::from("f"), Name::from("f"), 1);
    for value in
        [Constant::None, Constant::int(3), Constant::int(1000), Constant::str("abc"), Constant::Float(0.5)]
    {
        metadata.consts.add(value);
    }
    for index in 0..random.below(80) {
        metadata.varnames.add(&Name::from(format!("v{index}")));
    }
    for index in 0..random.below(3) {
        metadata.cellvars.add(&Name::from(format!("v{}", index * 2)));
        metadata.freevars.add(&Name::from(format!("w{index}")));
    }
    if random.below(2) == 0 {
        metadata.flags |= CodeFlags::GENERATOR;
    }
    metadata
}

fn sequence(random: &mut Random) -> InstructionSequence {
    let mut sequence = InstructionSequence::new();
    let length = 1 + random.below(40);
    let labels: Vec<_> = (0..4).map(|_| (sequence.new_label(), random.below(length))).collect();
    for index in 0..length {
        for (label, _) in labels.iter().filter(|(_, at)| *at == index) {
            sequence.use_label(*label);
        }
        let opcode = Opcode::ALL[random.below(Opcode::ALL.len() as u32) as usize];
        let location = match random.below(4) {
            0 => NO_LOCATION,
            1 => NEXT_LOCATION,
            line => Location::new(line as i32, line as i32, 0, 5),
        };
        if cfg::has_target(opcode) {
            sequence.emit_jump(opcode, labels[random.below(4) as usize].0, location);
        } else {
            let operand = if random.below(20) == 0 { random.below(u32::MAX) } else { random.below(6) };
            sequence.emit(opcode, operand, location);
        }
    }
    sequence.emit(Opcode::LOAD_CONST, 0, NO_LOCATION);
    sequence.emit(Opcode::RETURN_VALUE, 0, NO_LOCATION);
    sequence
}

/// Sequences from outside may hold anything: the answer is code or an error.
#[test]
fn arbitrary_sequences_do_not_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let options = Options { filename: Name::from("f") };
    let mut assembled = 0;
    for _ in 0..20_000 {
        let (sequence, metadata) = (sequence(&mut random), metadata(&mut random));
        let locals = metadata.varnames.len();
        let _ = optimize_sequence(&sequence, &mut metadata.consts.clone(), locals);
        let _ = assemble_sequence(&sequence, metadata.clone(), &options);
        assembled += usize::from(assemble_unit(&sequence, metadata, &options).is_ok());
    }
    assert!(assembled > 0);
}

/// `for` over 300 `NOP`s with lines of their own: both jumps of the loop need `EXTENDED_ARG`.
#[test]
fn long_jumps_are_extended() {
    let mut sequence = InstructionSequence::new();
    let (start, end) = (sequence.new_label(), sequence.new_label());
    let at = |line| Location::new(line, line, 0, 1);
    sequence.emit(Opcode::RESUME, 0, at(1));
    sequence.emit(Opcode::LOAD_FAST, 0, at(1));
    sequence.emit(Opcode::GET_ITER, 0, at(1));
    sequence.use_label(start);
    sequence.emit_jump(Opcode::FOR_ITER, end, at(1));
    sequence.emit(Opcode::POP_TOP, 0, at(1));
    (2..302).for_each(|line| sequence.emit(Opcode::NOP, 0, at(line)));
    sequence.emit_jump(Opcode::JUMP, start, at(302));
    sequence.use_label(end);
    sequence.emit(Opcode::END_FOR, 0, at(1));
    sequence.emit(Opcode::POP_ITER, 0, at(1));
    sequence.emit(Opcode::LOAD_CONST, 0, at(1));
    sequence.emit(Opcode::RETURN_VALUE, 0, at(1));
    let mut metadata = UnitMetadata::new(Name::from("f"), Name::from("f"), 1);
    metadata.varnames.add(&Name::from("x"));
    metadata.arg_count = 1;
    metadata.consts.add(Constant::None);
    let code = assemble_unit(&sequence, metadata, &Options { filename: Name::from("f") }).unwrap();
    let extended = Opcode::EXTENDED_ARG as u8;
    let units: Vec<[u8; 2]> = code.code.chunks(2).map(|unit| [unit[0], unit[1]]).collect();
    // RESUME, LOAD_FAST_BORROW, GET_ITER, then the extended FOR_ITER with its cache.
    let forward = 1 + 300 + 3;
    assert_eq!(units[3..5], [[extended, (forward >> 8) as u8], [Opcode::FOR_ITER as u8, forward as u8]]);
    let back = units.len() - 4 - 3;
    let distance = units.len() - 4 - 3;
    assert_eq!(units[back + 1], [Opcode::JUMP_BACKWARD as u8, distance as u8]);
    assert_eq!(code.stacksize, 2);
}
