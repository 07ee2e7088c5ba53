//! Instruction sequences: what code generation hands to the control-flow stage.
//!
//! A sequence is a flat list of real and pseudo instructions whose jump operands are [`Label`]s. Code generation owns
//! it and only appends (and once inserts at the front, for generators); [`crate::flow`] consumes it.
//!
//! Invariants: every label that a jump names has been placed by [`InstructionSequence::use_label`] before the sequence
//! is handed on (the flow stage reports an error otherwise), and operands of `LOAD_CONST` index the unit's
//! [`ConstantTable`].

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;

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

type Index<K> = HashMap<K, u32, BuildHasherDefault<DefaultHasher>>;

/// Distinct values in order of first use, each with its index.
#[derive(Clone, Debug)]
pub struct OrderedTable<T> {
    items: Vec<T>,
    index: Index<T>,
}

impl<T> Default for OrderedTable<T> {
    fn default() -> Self {
        OrderedTable { items: Vec::new(), index: Index::default() }
    }
}

impl<T: Clone + Eq + Hash> OrderedTable<T> {
    pub fn new() -> Self {
        Self::default()
    }

    /// The index of `item`, which is appended if it is new.
    pub fn add(&mut self, item: &T) -> u32 {
        if let Some(&index) = self.index.get(item) {
            return index;
        }
        let index = self.items.len() as u32;
        self.items.push(item.clone());
        self.index.insert(item.clone(), index);
        index
    }

    pub fn get(&self, item: &T) -> Option<u32> {
        self.index.get(item).copied()
    }

    pub fn contains(&self, item: &T) -> bool {
        self.index.contains_key(item)
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn items(&self) -> &[T] {
        &self.items
    }

    pub fn into_items(self) -> Vec<T> {
        self.items
    }
}

impl<T: Clone + Eq + Hash> FromIterator<T> for OrderedTable<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        let mut table = Self::new();
        iter.into_iter().for_each(|item| {
            table.add(&item);
        });
        table
    }
}

/// Identifiers of a code unit (already mangled).
pub type NameTable = OrderedTable<Name>;

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
    values: Vec<Constant>,
    index: Index<ConstantKey>,
}

impl ConstantTable {
    pub fn new() -> Self {
        Self::default()
    }

    /// The index of an equal constant of the same type, or of `value`, now appended.
    pub fn add(&mut self, value: Constant) -> u32 {
        let next = self.values.len() as u32;
        match self.index.entry(ConstantKey(value.clone())) {
            std::collections::hash_map::Entry::Occupied(found) => *found.get(),
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(next);
                self.values.push(value);
                next
            }
        }
    }

    /// The table of constants that are known to be distinct, as they stand.
    pub fn from_values(values: Vec<Constant>) -> Self {
        let mut table = ConstantTable::new();
        for (index, value) in values.iter().enumerate() {
            table.index.entry(ConstantKey(value.clone())).or_insert(index as u32);
        }
        table.values = values;
        table
    }

    pub fn get(&self, index: u32) -> Option<&Constant> {
        self.values.get(index as usize)
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn values(&self) -> &[Constant] {
        &self.values
    }

    /// Keeps the constants whose indices `keep` accepts. The table is not searched again: it is left without its index.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut at = 0;
        self.values.retain(|_| {
            at += 1;
            keep(at - 1)
        });
        self.index.clear();
    }

    pub fn into_values(self) -> Vec<Constant> {
        self.values
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
        state.write_u64(constant_hash(&self.0));
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

/// Hashes what is cheap to hash: of a code object only what nearly always tells it apart.
fn constant_hash(value: &Constant) -> u64 {
    let mut state = DefaultHasher::new();
    match value {
        Constant::Code(code) => {
            12u8.hash(&mut state);
            code.name.hash(&mut state);
            code.firstlineno.hash(&mut state);
            code.code.len().hash(&mut state);
        }
        Constant::Tuple(items) => {
            10u8.hash(&mut state);
            items.iter().for_each(|item| state.write_u64(constant_hash(item)));
        }
        Constant::Slice(items) => {
            13u8.hash(&mut state);
            items.iter().for_each(|item| state.write_u64(constant_hash(item)));
        }
        Constant::FrozenSet(items) => {
            11u8.hash(&mut state);
            state.write_u64(items.iter().map(constant_hash).fold(items.len() as u64, u64::wrapping_add));
        }
        atom => atom.hash(&mut state),
    }
    state.finish()
}
