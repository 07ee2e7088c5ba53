//! Whatever the verifier accepts must run safely: damaged code that passes is walked at random by a concrete machine, which
//! knows of each slot whether it is NULL, an object or a cell, and whom it is borrowed from. The machine is written apart from
//! the verifier, from the documentation of the instructions.

use std::sync::Arc;

use taipan_bytecode::exctable::{self, ExceptionEntry};
use taipan_bytecode::instructions::{Instruction, instructions};
use taipan_bytecode::ops::{Flow, May};
use taipan_bytecode::{CodeObject, Opcode, code::kinds, pyc, verify};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Null,
    Object,
    Cell,
}
use Kind::*;

#[derive(Clone, Copy, Debug)]
struct Item {
    kind: Kind,
    owner: Option<usize>,
}

const OBJECT: Item = Item { kind: Object, owner: None };

struct Machine<'a> {
    code: &'a CodeObject,
    locals: Vec<Kind>,
    stack: Vec<Item>,
    generator: bool,
}

impl Machine<'_> {
    fn push(&mut self, item: Item) {
        assert!(self.stack.len() < self.code.stacksize as usize, "overflow");
        self.stack.push(item);
    }

    fn pop(&mut self) -> Item {
        self.stack.pop().expect("underflow")
    }

    fn object(&mut self) -> Item {
        let item = self.pop();
        assert!(item.kind != Null, "NULL consumed");
        item
    }

    fn objects(&mut self, n: u32) {
        for _ in 0..n {
            self.object();
        }
    }

    fn load(&mut self, i: u32, borrow: bool) {
        let kind = self.locals[i as usize];
        assert!(kind != Null, "unbound local loaded");
        self.push(Item { kind, owner: borrow.then_some(i as usize) });
    }

    fn set(&mut self, i: u32, kind: Kind) {
        assert!(self.stack.iter().all(|item| item.owner != Some(i as usize)), "borrow outlives its owner");
        self.locals[i as usize] = kind;
    }

    fn cell(&self, i: u32) {
        assert!(self.locals[i as usize] == Cell, "no cell");
    }

    fn method(&mut self, arg: u32, chance: &mut Random) {
        self.push(OBJECT);
        if arg & 1 != 0 {
            self.push(Item { kind: if chance.below(2) == 0 { Null } else { Object }, owner: None });
        }
    }

    /// Does the instruction; `false` if it raised instead (having taken what it takes).
    fn run(&mut self, ins: Instruction, chance: &mut Random) -> bool {
        use Opcode::*;
        let op = ins.opcode.expect("unknown opcode");
        let arg = ins.arg;
        let (high, low) = (arg >> 4, arg & 15);
        let fails = op.info().may != May::Nothing && chance.below(12) == 0;
        match op {
            LOAD_FAST => self.load(arg, false),
            LOAD_FAST_BORROW => self.load(arg, true),
            LOAD_FAST_LOAD_FAST => [high, low].iter().for_each(|i| self.load(*i, false)),
            LOAD_FAST_BORROW_LOAD_FAST_BORROW => [high, low].iter().for_each(|i| self.load(*i, true)),
            LOAD_FAST_CHECK if self.locals[arg as usize] == Null => return false,
            LOAD_FAST_CHECK => self.load(arg, false),
            LOAD_FAST_AND_CLEAR => {
                let kind = self.locals[arg as usize];
                self.set(arg, Null);
                self.push(Item { kind, owner: None });
            }
            STORE_FAST => {
                let kind = self.pop().kind;
                self.set(arg, kind);
            }
            STORE_FAST_LOAD_FAST => {
                let kind = self.pop().kind;
                self.set(high, kind);
                self.load(low, false);
            }
            STORE_FAST_STORE_FAST => {
                for i in [high, low] {
                    let kind = self.pop().kind;
                    self.set(i, kind);
                }
            }
            DELETE_FAST if self.locals[arg as usize] == Null => return false,
            DELETE_FAST => self.set(arg, Null),
            MAKE_CELL => self.set(arg, Cell),
            COPY_FREE_VARS => {
                let code = self.code;
                for (i, kind) in code.localspluskinds.iter().enumerate() {
                    if kind & kinds::FREE != 0 {
                        self.set(i as u32, Cell);
                    }
                }
            }
            LOAD_DEREF | DELETE_DEREF | STORE_DEREF | LOAD_FROM_DICT_OR_DEREF => {
                self.objects((op.info().pops)(arg));
                self.cell(arg);
                if fails {
                    return false;
                }
                (0..(op.info().pushes)(arg)).for_each(|_| self.push(OBJECT));
            }
            LOAD_GLOBAL => {
                self.push(OBJECT);
                if arg & 1 != 0 {
                    self.push(Item { kind: Null, owner: None });
                }
            }
            PUSH_NULL => self.push(Item { kind: Null, owner: None }),
            LOAD_ATTR | LOAD_SPECIAL | LOAD_SUPER_ATTR => {
                self.objects((op.info().pops)(arg));
                if fails {
                    return false;
                }
                self.method(if op == LOAD_SPECIAL { 1 } else { arg }, chance);
            }
            CALL | CALL_KW => {
                self.objects(arg + u32::from(op == CALL_KW));
                self.pop();
                self.object();
                if fails {
                    return false;
                }
                self.push(OBJECT);
            }
            CALL_FUNCTION_EX => {
                self.pop();
                self.object();
                self.pop();
                self.object();
                if fails {
                    return false;
                }
                self.push(OBJECT);
            }
            POP_TOP => {
                self.pop();
            }
            COPY => {
                let item = self.stack[self.stack.len() - arg as usize];
                assert!(item.kind != Null, "NULL copied");
                self.push(item);
            }
            SWAP => {
                let n = self.stack.len();
                self.stack.swap(n - 1, n - arg as usize);
            }
            WITH_EXCEPT_START => {
                let n = self.stack.len();
                assert!(self.stack[n - 1].kind != Null && self.stack[n - 5].kind != Null);
                if fails {
                    return false;
                }
                self.push(OBJECT);
            }
            // What these look at stays.
            GET_LEN | MATCH_MAPPING | MATCH_SEQUENCE | MATCH_KEYS | IMPORT_FROM | GET_ANEXT | FOR_ITER => {
                let n = self.stack.len();
                let looks = if op == MATCH_KEYS { 2 } else { 1 };
                assert!(self.stack[n - looks..].iter().all(|item| item.kind != Null));
                if fails {
                    return false;
                }
                self.push(OBJECT);
            }
            CHECK_EXC_MATCH | SEND => {
                self.object();
                assert!(self.stack[self.stack.len() - 1].kind != Null);
                if fails {
                    return false;
                }
                self.push(OBJECT);
            }
            END_SEND | SET_FUNCTION_ATTRIBUTE => {
                let top = self.object();
                self.object();
                self.push(top);
            }
            PUSH_EXC_INFO => {
                let top = self.object();
                self.push(OBJECT);
                self.push(top);
            }
            LIST_APPEND | SET_ADD | LIST_EXTEND | SET_UPDATE | DICT_UPDATE | DICT_MERGE | MAP_ADD => {
                self.objects(if op == MAP_ADD { 2 } else { 1 });
                assert!(self.stack[self.stack.len() - arg as usize].kind != Null);
                return !fails;
            }
            RERAISE => {
                self.object();
                assert!(arg == 0 || self.stack[self.stack.len() - arg as usize].kind != Null);
            }
            RETURN_GENERATOR => {
                assert!(!self.generator && self.stack.is_empty());
                self.generator = true;
                self.push(OBJECT);
            }
            YIELD_VALUE => {
                assert!(self.generator);
                self.object();
                // The sent value, also if throw() raises here.
                self.push(OBJECT);
            }
            _ => {
                self.objects((op.info().pops)(arg));
                if fails {
                    return false;
                }
                (0..(op.info().pushes)(arg)).for_each(|_| self.push(OBJECT));
            }
        }
        !fails
    }
}

/// Walks from the start until the frame ends or a number of steps is over.
fn walk(code: &CodeObject, table: &[ExceptionEntry], chance: &mut Random) -> usize {
    let by_unit = {
        let mut list = vec![None; code.units() + 1];
        instructions(&code.code).for_each(|ins| list[ins.start as usize] = Some(ins));
        list
    };
    let mut locals = vec![Null; code.nlocalsplus()];
    locals[..code.total_args()].fill(Object);
    let mut machine = Machine { code, locals, stack: Vec::new(), generator: false };
    let mut unit = 0u32;
    for step in 0..400 {
        let ins = by_unit[unit as usize].expect("no instruction here");
        let op = ins.opcode.expect("unknown opcode");
        // A trace function may raise before any instruction.
        let raised = if chance.below(40) == 0 { true } else { !machine.run(ins, chance) };
        let stops = op.info().flow == Flow::Stop;
        if raised || matches!(op, Opcode::RERAISE | Opcode::RAISE_VARARGS) {
            let Some(entry) = table.iter().find(|e| (e.start..e.end).contains(&unit)) else { return step };
            assert!(machine.stack.len() >= entry.depth as usize, "handler's items are gone");
            machine.stack.truncate(entry.depth as usize);
            if entry.lasti {
                machine.push(OBJECT);
            }
            machine.push(OBJECT);
            unit = entry.target;
        } else if stops {
            return step;
        } else {
            let jumps = match op.info().flow {
                Flow::Jump => true,
                Flow::Branch => chance.below(3) == 0,
                _ => false,
            };
            unit = if jumps { ins.target().expect("target") as u32 } else { ins.end };
        }
    }
    400
}

fn damage(code: &CodeObject, chance: &mut Random) -> CodeObject {
    let mut bytes = code.code.to_vec();
    let mut table = code.exceptiontable.to_vec();
    for _ in 0..1 + chance.below(3) {
        let place = chance.below(bytes.len() / 2) * 2;
        match chance.below(6) {
            0 => bytes[place] = chance.below(121) as u8,
            1 => bytes[place + 1] = chance.below(6) as u8,
            2 => bytes[place + 1] ^= 1 << chance.below(8),
            3 => {
                let other = chance.below(bytes.len() / 2) * 2;
                bytes.swap(place, other);
                bytes.swap(place + 1, other + 1);
            }
            4 => bytes[place..place + 2].copy_from_slice(&[Opcode::NOP as u8, 0]),
            _ if table.is_empty() => {}
            _ => {
                let place = chance.below(table.len());
                table[place] ^= 1 << chance.below(7);
            }
        }
    }
    CodeObject { code: bytes.into(), exceptiontable: table.into(), ..code.clone() }
}

fn collect(code: &Arc<CodeObject>, all: &mut Vec<Arc<CodeObject>>) {
    all.push(code.clone());
    code.nested().for_each(|inner| collect(inner, all));
}

#[test]
fn accepted_code_is_safe() {
    let (_, code) = pyc::read(include_bytes!("data/sample.pyc")).unwrap();
    let mut all = Vec::new();
    collect(&Arc::new(code), &mut all);
    let mut chance = Random(0x2545_F491_4F6C_DD1D);
    let rounds = std::env::var("TAIPAN_SOUNDNESS_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let (mut accepted, mut steps) = (0, 0);
    for round in 0..rounds {
        let original = &all[round % all.len()];
        let code = if round < all.len() { (**original).clone() } else { damage(original, &mut chance) };
        if verify::verify(&code).is_err() {
            continue;
        }
        accepted += 1;
        let table = exctable::decode(&code.exceptiontable).unwrap();
        for _ in 0..20 {
            steps += walk(&code, &table, &mut chance);
        }
    }
    println!("{accepted} of {rounds} accepted, {steps} steps");
    assert!(accepted > rounds / 50 && accepted < rounds);
}
