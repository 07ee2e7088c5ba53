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

/// Compiles a module of one function and compares the function with what CPython 3.14 makes of it.
fn check(source: &str, code: &str, exceptions: &str, lines: &str) {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = taipan_syntax::SourceText::from_bytes(source.as_bytes()).unwrap();
    let options = crate::Options { stack_budget: 256 << 10, ..crate::Options::default() };
    let made = crate::compile(&text, &Name::from("f"), crate::Mode::Exec, &options).unwrap();
    let function = made.code.nested().next().unwrap();
    assert_eq!(hex(&function.code), code);
    assert_eq!(hex(&function.exceptiontable), exceptions);
    assert_eq!(hex(&function.linetable), lines);
}

#[test]
fn a_branch_in_front_of_a_handler() {
    let source = "def f(a, b, c):\n    try:\n        a, c = b.e, a\n        if [a, b]:\n            return c in (1, 2)\n    except ValueError as e:\n        if not a or b:\n            print(e)\n";
    check(
        source,
        "80001b00560150000000000000000000000000000000000000005400722057012e022700000000000000640600001c00560252023900000023005201230020005c0200000000000000000600642d00001c00700354002700000000000000640900001c0054012700000000000000641200001c005c050000000000000000540334010000000000001f001d00520170033f03520123001d00520170033f0352012300520170033f03690169003b031d006901",
        "821a1f009f0b411603aa0f411103ba0b411103c11105411603",
        "8000f002060515d80f108f73897390418831d80c0d8f36d813149806913bd00c1ef103000c12f8e40b15f400020515df0f109741dc0c1190218f488a48f503001516fbf003020515fa",
    );
}

#[test]
fn borrows_before_an_import() {
    let source =
        "def f(a):\n    if a is None:\n        a = \"x\"\n    a.b(1)\n    from m import n\n    n(a)\n";
    check(
        source,
        "80005600660300001c0052017000540050010000000000000000000000000000000000005e0134010000000000001f005e0052024901480270011f0056012100560034010000000000001f0052002300",
        "",
        "8000d807088279d80c0f8801d804058743814388018446dd0413d9040580618644",
    );
}

#[test]
fn asynchronous_loop_and_cells() {
    let source = "async def f(a, g):\n    async for x in a:\n        [y for y in x if (lambda: y)]\n    else:\n        del g\n    return g, (2 ** 10, -1, \"ab\" * 3)\n";
    check(
        source,
        "610322001f00800056000e000f0052006a030000780180034c050a001c007002560210005503610375022e007502461300006f0356033301520117006c082700000000000000670300001c004b11000053034e024b15000009001e001f0070034b2c000007004c2775021f00750270036900442d3f01580152023302230035036901",
        "83033f01860439028a0132068b0339028e073f01950e3406a8063406ae043f01b2013902b40b3f01",
        "f8e9008000d91314f70003050ef00003050e8861d91415d40825914188719f2998298f1188119141d30825f10303050ef9da0825f003001415f006000d0ed80b0cd00e25d00b25d00425f9",
    );
}
