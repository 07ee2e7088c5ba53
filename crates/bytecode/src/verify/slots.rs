//! What a stack slot or a local may hold, and states made of them.

/// What a slot stands for besides its safety, for jumps by `f_lineno`: they may not enter or leave some constructs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Role {
    Object = 0,
    /// The iterator of a loop.
    Iterator = 1,
    /// The exception that was handled before, kept by PUSH_EXC_INFO.
    Except = 2,
    /// The offset of the raising instruction.
    LastInstruction = 3,
}

/// A set of possibilities: NULL (or unbound), an object, a cell; and possibly a borrow of one local. Packed: bits 0 to 2 are
/// the set, bits 3 and 4 the role, the rest the borrowed local plus one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot(u32);

pub(super) const NULL: u8 = 1;
pub(super) const OBJECT: u8 = 2;
pub(super) const CELL: u8 = 4;
const SET: u32 = 7;
const ROLE_SHIFT: u32 = 3;
const LOCAL_SHIFT: u32 = 5;

/// A code object with more locals is refused, so that their numbers fit into slots.
pub(super) const MAX_LOCALS: usize = 1 << 26;

impl Slot {
    pub(super) const VALUE: Slot = Slot(OBJECT as u32);
    pub(super) const NULL: Slot = Slot(NULL as u32);
    pub(super) const MAYBE: Slot = Slot(OBJECT as u32 | NULL as u32);

    pub(super) const fn of_local(set: u8) -> Slot {
        Slot(set as u32)
    }

    pub(super) const fn with_role(self, role: Role) -> Slot {
        Slot(self.0 & !(3 << ROLE_SHIFT) | (role as u32) << ROLE_SHIFT)
    }

    pub(super) const fn borrowed_from(self, local: u32) -> Slot {
        Slot(self.0 & ((1 << LOCAL_SHIFT) - 1) | (local + 1) << LOCAL_SHIFT)
    }

    pub(super) const fn set(self) -> u8 {
        (self.0 & SET) as u8
    }

    /// Whether it may be NULL.
    pub const fn may_be_null(self) -> bool {
        self.set() & NULL != 0
    }

    /// Whether it is NULL on every path.
    pub const fn is_null(self) -> bool {
        self.set() == NULL
    }

    pub const fn role(self) -> Role {
        match self.0 >> ROLE_SHIFT & 3 {
            1 => Role::Iterator,
            2 => Role::Except,
            3 => Role::LastInstruction,
            _ => Role::Object,
        }
    }

    /// The local that it is a borrow of.
    pub const fn borrowed(self) -> Option<u32> {
        (self.0 >> LOCAL_SHIFT).checked_sub(1)
    }

    /// What it is where two paths meet; `None` if they disagree about a borrow.
    pub(super) fn join(self, other: Slot) -> Option<Slot> {
        if self.0 >> LOCAL_SHIFT != other.0 >> LOCAL_SHIFT {
            return None;
        }
        let role = if self.role() == other.role() { self.role() } else { Role::Object };
        Some(Slot(self.0 | other.0).with_role(role))
    }
}

/// The abstract state before an instruction.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// For each local the set of what it may hold; NULL means unbound.
    pub locals: Vec<u8>,
    pub stack: Vec<Slot>,
    /// Whether RETURN_GENERATOR has been passed.
    pub started: bool,
    /// Whether locals changed since the handler last saw them.
    pub locals_changed: bool,
    /// The lowest stack index that changed since then.
    pub lowest_change: usize,
    /// How many slots of the stack are borrows.
    pub borrows: usize,
}

impl State {
    pub fn push(&mut self, slot: Slot) {
        self.borrows += usize::from(slot.borrowed().is_some());
        self.stack.push(slot);
    }

    pub fn pop(&mut self) -> Option<Slot> {
        let slot = self.stack.pop()?;
        self.borrows -= usize::from(slot.borrowed().is_some());
        self.lowest_change = self.lowest_change.min(self.stack.len());
        Some(slot)
    }

    /// Index of the n-th slot from the top, counted from 1.
    pub fn nth(&self, n: u32) -> Option<usize> {
        if n == 0 { None } else { self.stack.len().checked_sub(n as usize) }
    }
}
