//! Instruction sequences: what code generation hands to the control-flow stage.
//!
//! A sequence is a flat list of real and pseudo instructions whose jump operands are [`Label`]s. Code generation owns
//! it and only appends (and once inserts at the front, for generators); [`crate::flow`] consumes it.
//!
//! Invariants: every label that a jump names has been placed by [`InstructionSequence::use_label`] before the sequence
//! is handed on (the flow stage reports an error otherwise), and operands of `LOAD_CONST` index the unit's
//! [`ConstantTable`].

use std::borrow::Borrow;
use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::hash::Map;
pub use taipan_bytecode::linetable::Location;
use taipan_bytecode::{CodeFlags, Constant, Name, Opcode};

/// No location: the instruction is artificial, and takes a line from its surroundings where one is needed.
pub const NO_LOCATION: Location = Location::NONE;
/// The instruction takes the location of the instruction after it.
pub const NEXT_LOCATION: Location = Location { line: -2, end_line: -2, col: -2, end_col: -2 };

/// A jump target of one sequence, made by [`InstructionSequence::new_label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub u32);

/// One instruction. `operand` is a label's number where the opcode has a target (jumps and `SETUP_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    pub opcode: Opcode,
    pub operand: u32,
    pub location: Location,
}

const UNPLACED: u32 = u32::MAX;

/// Instructions of one code unit in source order, with labels.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    instrs: Vec<Instr>,
    /// Label number to index of the instruction it stands before.
    labels: Vec<u32>,
    annotations: Option<Box<InstructionSequence>>,
}

impl InstructionSequence {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.instrs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.instrs.is_empty()
    }

    pub fn instrs(&self) -> &[Instr] {
        &self.instrs
    }

    pub fn last(&self) -> Option<&Instr> {
        self.instrs.last()
    }

    /// Appends an instruction whose operand is a number (0 where it has none).
    pub fn emit(&mut self, opcode: Opcode, operand: u32, location: Location) {
        self.instrs.push(Instr { opcode, operand, location });
    }

    /// Appends a jump or `SETUP_*` to a label.
    pub fn emit_jump(&mut self, opcode: Opcode, target: Label, location: Location) {
        self.instrs.push(Instr { opcode, operand: target.0, location });
    }

    /// Inserts an instruction before index `at`; labels at or behind it move with their instructions.
    pub fn insert(&mut self, at: usize, opcode: Opcode, operand: u32, location: Location) {
        let at = at.min(self.instrs.len());
        self.instrs.insert(at, Instr { opcode, operand, location });
        for offset in &mut self.labels {
            if *offset != UNPLACED && *offset as usize >= at {
                *offset += 1;
            }
        }
    }

    /// Changes the operand of an instruction emitted before.
    pub fn set_operand(&mut self, at: usize, operand: u32) {
        if let Some(instr) = self.instrs.get_mut(at) {
            instr.operand = operand;
        }
    }

    pub fn new_label(&mut self) -> Label {
        self.labels.push(UNPLACED);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places a label before the instruction that is emitted next.
    pub fn use_label(&mut self, label: Label) {
        let here = self.instrs.len() as u32;
        self.place_label(label, here);
    }

    /// Places a label before the instruction at index `at`.
    pub fn place_label(&mut self, label: Label, at: u32) {
        let index = label.0 as usize;
        if index >= self.labels.len() {
            self.labels.resize(index + 1, UNPLACED);
        }
        self.labels[index] = at;
    }

    /// Index of the instruction that the label stands before (the length of the sequence for a label at its end).
    pub fn label_offset(&self, label: Label) -> Option<u32> {
        self.labels.get(label.0 as usize).copied().filter(|&offset| offset != UNPLACED)
    }

    /// The code that takes the place of `ANNOTATIONS_PLACEHOLDER` (PEP 649); it may hold no jumps.
    pub fn set_annotations(&mut self, code: InstructionSequence) {
        self.annotations = Some(Box::new(code));
    }

    pub fn annotations(&self) -> Option<&InstructionSequence> {
        self.annotations.as_deref()
    }
}

/// Tables up to this size are searched from the front; most units' tables are.
const UNINDEXED: usize = 8;

/// Identifiers of a code unit (already mangled) in order of first use, each with its index.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    items: Vec<Name>,
    /// Of all items, once there are more than [`UNINDEXED`].
    index: Option<Map<NameKey, u32>>,
}

/// A name that is looked up by its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NameKey(Name);

impl Borrow<[u8]> for NameKey {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Hash for NameKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

impl NameTable {
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, bytes: &[u8]) -> Option<u32> {
        match &self.index {
            Some(index) => index.get(bytes).copied(),
            None => self.items.iter().position(|other| other.as_bytes() == bytes).map(|found| found as u32),
        }
    }

    fn push(&mut self, name: Name) -> u32 {
        let next = self.items.len() as u32;
        self.items.push(name);
        match &mut self.index {
            Some(index) => {
                index.insert(NameKey(self.items[next as usize].clone()), next);
            }
            None if self.items.len() > UNINDEXED => {
                self.index = Some(self.items.iter().cloned().map(NameKey).zip(0..).collect());
            }
            None => {}
        }
        next
    }

    /// The index of `name`, which is appended if it is new.
    pub fn add(&mut self, name: &Name) -> u32 {
        self.find(name.as_bytes()).unwrap_or_else(|| self.push(name.clone()))
    }

    /// The index of a name that is made only if it is new.
    pub fn add_text(&mut self, name: &str) -> u32 {
        self.find(name.as_bytes()).unwrap_or_else(|| self.push(Name::from(name)))
    }

    pub fn get(&self, name: &Name) -> Option<u32> {
        self.find(name.as_bytes())
    }

    pub fn get_text(&self, name: &str) -> Option<u32> {
        self.find(name.as_bytes())
    }

    pub fn contains(&self, name: &Name) -> bool {
        self.get(name).is_some()
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn items(&self) -> &[Name] {
        &self.items
    }

    pub fn into_items(self) -> Vec<Name> {
        self.items
    }
}

impl FromIterator<Name> for NameTable {
    fn from_iter<I: IntoIterator<Item = Name>>(iter: I) -> Self {
        let mut table = Self::new();
        iter.into_iter().for_each(|name| {
            table.add(&name);
        });
        table
    }
}

/// What the assembler needs to know of a code unit besides its instructions.
#[derive(Clone, Debug)]
pub struct UnitMetadata {
    pub name: Name,
    pub qualname: Name,
    pub consts: ConstantTable,
    pub names: NameTable,
    /// Locals; the parameters come first, in the order of `co_varnames`.
    pub varnames: NameTable,
    pub cellvars: NameTable,
    /// Free variables. The operand that code generation uses is `cellvars.len()` plus the index in here.
    pub freevars: NameTable,
    /// Locals of comprehensions inlined into module and class scopes, hidden from `locals()`.
    pub fast_hidden: HashSet<Name>,
    /// Positional parameters, positional-only ones included (`co_argcount`).
    pub arg_count: u32,
    pub positional_only_count: u32,
    pub keyword_only_count: u32,
    pub first_line: i32,
    pub flags: CodeFlags,
}

impl UnitMetadata {
    /// Metadata of an empty unit.
    pub fn new(name: Name, qualname: Name, first_line: i32) -> Self {
        UnitMetadata {
            name,
            qualname,
            consts: ConstantTable::new(),
            names: NameTable::new(),
            varnames: NameTable::new(),
            cellvars: NameTable::new(),
            freevars: NameTable::new(),
            fast_hidden: HashSet::new(),
            arg_count: 0,
            positional_only_count: 0,
            keyword_only_count: 0,
            first_line,
            flags: CodeFlags::default(),
        }
    }

    /// Parameters of every sort, `*args` and `**kwargs` included.
    pub fn parameter_count(&self) -> usize {
        self.arg_count as usize
            + self.keyword_only_count as usize
            + usize::from(self.flags.contains(CodeFlags::VARARGS))
            + usize::from(self.flags.contains(CodeFlags::VARKEYWORDS))
    }
}

/// The constants of a code unit, merged by value and type: `0`, `0.0`, `-0.0` and `False` are four constants.
#[derive(Clone, Debug, Default)]
pub struct ConstantTable {
    items: Vec<ConstantKey>,
    /// Of all items, once there are more than [`UNINDEXED`].
    index: Option<Map<ConstantKey, u32>>,
}

impl ConstantTable {
    pub fn new() -> Self {
        Self::default()
    }

    /// The index of an equal constant of the same type, or of `value`, now appended.
    pub fn add(&mut self, value: Constant) -> u32 {
        let key = ConstantKey(value);
        let next = self.items.len() as u32;
        match &mut self.index {
            Some(index) => match index.entry(key.clone()) {
                Entry::Occupied(found) => return *found.get(),
                Entry::Vacant(slot) => {
                    slot.insert(next);
                }
            },
            None => {
                if let Some(found) = self.items.iter().position(|other| *other == key) {
                    return found as u32;
                }
            }
        }
        self.items.push(key);
        if self.index.is_none() && self.items.len() > UNINDEXED {
            self.index = Some(self.items.iter().cloned().zip(0..).collect());
        }
        next
    }

    /// The table of constants that are known to be distinct, as they stand.
    pub fn from_values(values: Vec<Constant>) -> Self {
        let items: Vec<ConstantKey> = values.into_iter().map(ConstantKey).collect();
        let index = (items.len() > UNINDEXED).then(|| {
            let mut index = Map::default();
            for (at, item) in items.iter().enumerate() {
                index.entry(item.clone()).or_insert(at as u32);
            }
            index
        });
        ConstantTable { items, index }
    }

    pub fn get(&self, index: u32) -> Option<&Constant> {
        self.items.get(index as usize).map(|key| &key.0)
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The constants in the order of their indices.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Constant> {
        self.items.iter().map(|key| &key.0)
    }

    /// Keeps the constants whose indices `keep` accepts. The table is finished then: it is left without its index.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut at = 0;
        self.items.retain(|_| {
            at += 1;
            keep(at - 1)
        });
        self.index = None;
    }

    pub fn into_values(self) -> Vec<Constant> {
        self.items.into_iter().map(|key| key.0).collect()
    }
}

/// A constant with the equality that merges constants: that of [`Constant`], but sets compare without order, and a NaN
/// equals nothing (each is an object of its own in CPython).
#[derive(Clone, Debug)]
struct ConstantKey(Constant);

impl PartialEq for ConstantKey {
    fn eq(&self, other: &Self) -> bool {
        same_constant(&self.0, &other.0)
    }
}

impl Eq for ConstantKey {}

impl Hash for ConstantKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_constant(&self.0, state);
    }
}

/// Whether two constants of a unit are one.
pub fn same_constant(a: &Constant, b: &Constant) -> bool {
    let all = |a: &[Constant], b: &[Constant]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_constant(a, b))
    };
    match (a, b) {
        (Constant::Float(a), Constant::Float(b)) => a.to_bits() == b.to_bits() && !a.is_nan(),
        (Constant::Complex(a, b), Constant::Complex(c, d)) => {
            a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits() && !a.is_nan() && !b.is_nan()
        }
        (Constant::Tuple(a), Constant::Tuple(b)) => all(a, b),
        (Constant::Slice(a), Constant::Slice(b)) => all(&a[..], &b[..]),
        (Constant::FrozenSet(a), Constant::FrozenSet(b)) => {
            a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| same_constant(x, y)))
        }
        (Constant::Code(a), Constant::Code(b)) => Arc::ptr_eq(a, b) || a == b,
        _ => a == b,
    }
}

/// Hashes what is cheap to hash: of a code object only what nearly always tells it apart, of a set its size.
fn hash_constant<H: Hasher>(value: &Constant, state: &mut H) {
    match value {
        Constant::Code(code) => {
            12u8.hash(state);
            code.name.hash(state);
            code.firstlineno.hash(state);
            code.code.len().hash(state);
        }
        Constant::Tuple(items) => {
            10u8.hash(state);
            items.len().hash(state);
            items.iter().for_each(|item| hash_constant(item, state));
        }
        Constant::Slice(items) => {
            13u8.hash(state);
            items.iter().for_each(|item| hash_constant(item, state));
        }
        Constant::FrozenSet(items) => {
            11u8.hash(state);
            items.len().hash(state);
        }
        atom => atom.hash(state),
    }
}
