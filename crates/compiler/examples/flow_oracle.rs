//! Compares the control-flow stage with CPython's on instruction sequences that CPython's code generation made.
//!
//! `flow_oracle FILE...` reads dumps written by `flow_oracle.py` (one record for each code unit: metadata, constants,
//! the sequence, and the attributes of the code object that CPython made of it), assembles each, and prints the
//! differences.

use std::collections::BTreeMap;
use std::sync::Arc;

use dashu_int::IBig;
use taipan_bytecode::linetable::Location;
use taipan_bytecode::{CodeFlags, CodeObject, Constant, Name, Opcode};
use taipan_compiler::flow::{Options, assemble_unit};
use taipan_compiler::instr::{ConstantTable, InstructionSequence, Label, UnitMetadata};
use taipan_text::Wtf8Buf;

fn unhex(text: &str) -> Vec<u8> {
    let digit = |b: u8| (b as char).to_digit(16).expect("hex digit") as u8;
    text.as_bytes()
        .chunks(2)
        .filter(|pair| pair.len() == 2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn name(text: &str) -> Name {
    Name::new(Wtf8Buf::from_bytes(unhex(if text == "-" { "" } else { text })).expect("text"))
}

/// A code object that stands for the n-th one of the record.
fn placeholder(number: i32) -> Constant {
    Constant::from(CodeObject {
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 0,
        flags: CodeFlags(0),
        code: Box::new([]),
        consts: Box::new([]),
        names: Box::new([]),
        localsplusnames: Box::new([]),
        localspluskinds: Box::new([]),
        filename: Name::from(""),
        name: Name::from(""),
        qualname: Name::from(""),
        firstlineno: number,
        linetable: Box::new([]),
        exceptiontable: Box::new([]),
    })
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn token(&mut self) -> String {
        let end = self.0.find([',', ')']).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        token.to_string()
    }

    fn items(&mut self) -> Vec<Constant> {
        let mut items = Vec::new();
        self.0 = &self.0[1..];
        while !self.0.starts_with(')') {
            items.push(self.constant());
            if self.0.starts_with(',') {
                self.0 = &self.0[1..];
            }
        }
        self.0 = &self.0[1..];
        items
    }

    fn constant(&mut self) -> Constant {
        let kind = self.0.chars().next().expect("kind");
        self.0 = &self.0[1..];
        let float = |hex: &str| f64::from_bits(u64::from_str_radix(hex, 16).expect("bits"));
        match kind {
            'N' => Constant::None,
            'T' => Constant::True,
            'F' => Constant::False,
            'E' => Constant::Ellipsis,
            't' => Constant::Tuple(self.items().into()),
            'z' => Constant::FrozenSet(self.items().into()),
            'S' => {
                let items = self.items();
                let [start, stop, step] = items.try_into().expect("three parts");
                Constant::Slice(Arc::new([start, stop, step]))
            }
            'i' => Constant::Int(IBig::from_str_radix(&self.token(), 16).expect("integer")),
            'f' => Constant::Float(float(&self.token())),
            'c' => {
                let token = self.token();
                Constant::Complex(float(&token[..16]), float(&token[16..]))
            }
            's' => {
                let token = self.token();
                Constant::Str(name(&token))
            }
            'b' => Constant::Bytes(unhex(&self.token()).into()),
            'C' => placeholder(i32::from_str_radix(&self.token(), 16).expect("number")),
            other => panic!("constant {other}"),
        }
    }
}

/// Text of a constant that does not depend on the order of sets.
fn canonical(value: &Constant) -> String {
    match value {
        Constant::Tuple(items) => format!("({})", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Constant::FrozenSet(items) => {
            let mut items: Vec<String> = items.iter().map(canonical).collect();
            items.sort();
            format!("{{{}}}", items.join(","))
        }
        Constant::Slice(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(":")),
        Constant::Code(code) => format!("code{}", code.firstlineno),
        Constant::Float(f) => format!("float{:x}", f.to_bits()),
        Constant::Complex(a, b) => format!("complex{:x},{:x}", a.to_bits(), b.to_bits()),
        other => format!("{other:?}"),
    }
}

fn disassemble(code: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let (mut at, mut operand) = (0, 0u32);
    while at + 1 < code.len() {
        let opcode = Opcode::from_u8(code[at]);
        operand = operand << 8 | u32::from(code[at + 1]);
        let name = opcode.map_or("?".to_string(), |op| op.name().to_string());
        out.push(format!("{:4} {name} {operand}", at / 2));
        if opcode != Some(Opcode::EXTENDED_ARG) {
            operand = 0;
        }
        at += 2 + 2 * opcode.map_or(0, |op| op.caches());
    }
    out
}

fn show_difference(what: &str, ours: &[String], theirs: &[String]) {
    let first = ours.iter().zip(theirs).position(|(a, b)| a != b).unwrap_or(ours.len().min(theirs.len()));
    println!("   {what}: first difference at {first} (ours {}, theirs {})", ours.len(), theirs.len());
    let from = first.saturating_sub(4);
    for index in from..(first + 8) {
        let cell = |list: &[String]| list.get(index).cloned().unwrap_or_default();
        println!("     {:50} | {}", cell(ours), cell(theirs));
    }
}

fn check(lines: &[&str], tally: &mut BTreeMap<&'static str, usize>, shown: &mut usize) {
    let mut metadata = UnitMetadata::new(Name::from(""), Name::from(""), 1);
    let mut sequence = InstructionSequence::new();
    let mut instrs: Vec<(Opcode, u32, Location)> = Vec::new();
    let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
    let mut title = "";
    for line in lines {
        let (key, rest) = line.split_once(' ').unwrap_or((line, ""));
        let table = || rest.split_whitespace().map(name);
        match key {
            "U" => title = rest,
            "M" => {
                let fields: Vec<&str> = rest.split(' ').collect();
                let number = |i: usize| fields[i].parse::<u32>().expect("number");
                metadata.name = name(fields[0]);
                metadata.qualname = name(fields[1]);
                metadata.arg_count = number(2);
                metadata.positional_only_count = number(3);
                metadata.keyword_only_count = number(4);
                metadata.first_line = number(5) as i32;
                metadata.flags = CodeFlags(number(6));
            }
            "names" => metadata.names = table().collect(),
            "varnames" => metadata.varnames = table().collect(),
            "cellvars" => metadata.cellvars = table().collect(),
            "freevars" => metadata.freevars = table().collect(),
            "hidden" => metadata.fast_hidden = table().collect(),
            "consts" => {
                let values = rest.split_whitespace().map(|token| Reader(token).constant()).collect();
                metadata.consts = ConstantTable::from_values(values);
            }
            "i" => {
                let f: Vec<i32> = rest.split(' ').map(|n| n.parse().expect("number")).collect();
                let opcode = Opcode::from_u16(f[0] as u16).expect("opcode");
                instrs.push((opcode, f[1] as u32, Location::new(f[2], f[3], f[4], f[5])));
            }
            _ => {
                expected.insert(key, rest);
            }
        }
    }
    for (index, (opcode, operand, location)) in instrs.iter().enumerate() {
        sequence.place_label(Label(index as u32), index as u32);
        sequence.emit(*opcode, *operand, *location);
    }
    if let Ok(rounds) = std::env::var("FLOW_ROUNDS") {
        let rounds: u32 = rounds.parse().expect("number");
        let options = Options { filename: Name::from("f") };
        for _ in 0..rounds {
            let metadata = metadata.clone();
            let start = std::time::Instant::now();
            let _ = std::hint::black_box(assemble_unit(&sequence, metadata, &options));
            *tally.entry("nanoseconds").or_default() += start.elapsed().as_nanos() as usize;
        }
    }
    let options = Options { filename: Name::from("f") };
    *tally.entry("units").or_default() += 1;
    let code = match assemble_unit(&sequence, metadata, &options) {
        Ok(code) => code,
        Err(error) => {
            *tally.entry("errors").or_default() += 1;
            println!("{title}: {error}");
            return;
        }
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let mut differs = Vec::new();
    if hex(&code.code) != expected["xcode"] {
        differs.push("code");
    }
    if code.stacksize.to_string() != expected["xstack"] {
        differs.push("stacksize");
    }
    if hex(&code.linetable) != expected["xline"] {
        differs.push("linetable");
    }
    if hex(&code.exceptiontable) != expected["xexc"] {
        differs.push("exceptiontable");
    }
    let ours: Vec<String> = code.consts.iter().map(canonical).collect();
    let theirs: Vec<String> =
        expected["xconsts"].split_whitespace().map(|token| canonical(&Reader(token).constant())).collect();
    if ours != theirs {
        differs.push("consts");
    }
    let mut our_kinds: Vec<String> = code
        .localsplusnames
        .iter()
        .zip(&code.localspluskinds)
        .map(|(n, k)| format!("{}:{k:x}", if n.is_empty() { "-".into() } else { hex(n.as_bytes()) }))
        .collect();
    let mut their_kinds: Vec<String> = expected["xkinds"].split_whitespace().map(str::to_string).collect();
    our_kinds.sort();
    their_kinds.sort();
    if our_kinds != their_kinds {
        differs.push("kinds");
    }
    if differs.is_empty() {
        *tally.entry("equal").or_default() += 1;
        return;
    }
    for what in &differs {
        *tally.entry(what).or_default() += 1;
    }
    if *shown > 400 || differs == ["consts"] {
        return;
    }
    *shown += 1;
    println!("{title}: {differs:?}");
    if differs.contains(&"code") {
        show_difference("code", &disassemble(&code.code), &disassemble(&unhex(expected["xcode"])));
    }
    if differs.contains(&"stacksize") {
        println!("   stacksize {} expected {}", code.stacksize, expected["xstack"]);
    }
    if differs.contains(&"consts") {
        show_difference("consts", &ours, &theirs);
    }
    if differs.contains(&"kinds") {
        show_difference("kinds", &our_kinds, &their_kinds);
    }
    if differs.contains(&"linetable") && !differs.contains(&"code") {
        let list = |table: &[u8]| {
            taipan_bytecode::linetable::positions(table, code.firstlineno)
                .enumerate()
                .map(|(i, l)| format!("{i} {}-{}:{}-{}", l.line, l.end_line, l.col, l.end_col))
                .collect::<Vec<_>>()
        };
        show_difference("lines", &list(&code.linetable), &list(&unhex(expected["xline"])));
    }
    if differs.contains(&"exceptiontable") && !differs.contains(&"code") {
        let list = |table: &[u8]| {
            taipan_bytecode::exctable::decode(table)
                .unwrap_or_default()
                .iter()
                .map(|e| format!("{}-{} -> {} depth {} {}", e.start, e.end, e.target, e.depth, e.lasti))
                .collect::<Vec<_>>()
        };
        show_difference("exceptions", &list(&code.exceptiontable), &list(&unhex(expected["xexc"])));
    }
}

fn main() {
    let mut tally = BTreeMap::new();
    let mut shown = 0;
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).expect("readable dump");
        let lines: Vec<&str> = text.lines().collect();
        for record in lines.split(|line| *line == "end").filter(|record| !record.is_empty()) {
            check(record, &mut tally, &mut shown);
        }
    }
    println!("{tally:?}");
}
