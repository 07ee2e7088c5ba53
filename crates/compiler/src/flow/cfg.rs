//! The control-flow graph: basic blocks in an arena, linked in the order of the code.
//!
//! A block is a run of instructions that is entered at its first and left at its last, with one exception: an opener of
//! a handler (`SETUP_*`) stands anywhere, and its edge to the handler is not a jump. Blocks name each other by
//! [`BlockId`]; the arena only grows, and blocks that became unreachable stay as empty ones.
//!
//! Invariant: an instruction has a target exactly when [`has_target`] holds for its opcode; only the last
//! instruction of a block is a jump or ends the scope (openers aside).

use taipan_bytecode::Opcode;

use super::FlowError;
use crate::instr::{Instr, InstructionSequence, Label, Location, NO_LOCATION};

/// Index of a block in [`Cfg::blocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockId(u32);

impl BlockId {
    /// No block.
    pub const NONE: BlockId = BlockId(u32::MAX);

    pub fn is_some(self) -> bool {
        self != BlockId::NONE
    }

    /// The number of the block, for printing.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// An instruction in a block.
#[derive(Clone, Copy, Debug)]
pub struct CfgInstr {
    pub opcode: Opcode,
    pub operand: u32,
    /// Where a jump goes, or the handler that an opener sets up.
    pub target: BlockId,
    /// The handler of what this instruction raises.
    pub handler: BlockId,
    pub location: Location,
}

impl CfgInstr {
    pub const fn new(opcode: Opcode, operand: u32, location: Location) -> Self {
        CfgInstr { opcode, operand, target: BlockId::NONE, handler: BlockId::NONE, location }
    }

    pub fn jump(opcode: Opcode, target: BlockId, location: Location) -> Self {
        CfgInstr { opcode, operand: 0, target, handler: BlockId::NONE, location }
    }

    /// Replaces the operation; the place (location and handler) stays.
    pub fn set(&mut self, opcode: Opcode, operand: u32) {
        self.opcode = opcode;
        self.operand = operand;
        self.target = BlockId::NONE;
    }

    /// Makes this a `NOP` that keeps its location.
    pub fn erase(&mut self) {
        self.set(Opcode::NOP, 0);
    }

    /// Makes this a `NOP` that will vanish with its location.
    pub fn erase_with_location(&mut self) {
        self.erase();
        self.location = NO_LOCATION;
    }

    pub fn line(&self) -> i32 {
        self.location.line
    }
}

/// A basic block. Its instructions are in the graph: see [`Cfg::instrs`].
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's places in the graph's arena: `start..start + capacity`, of which the first `len` are in use.
    start: u32,
    len: u32,
    capacity: u32,
    /// The next block in the order of the code.
    pub next: BlockId,
    /// Edges into the block: jumps, handler openers and falling in. Valid after `remove_unreachable`.
    pub predecessors: u32,
    /// Stack depth at entry; negative until it is known.
    pub start_depth: i32,
    /// Locals (of the first 64) that may be unbound at entry.
    pub maybe_unbound: u64,
    /// Something jumps here, or did in the sequence.
    pub labelled: bool,
    /// A mark for the pass that runs.
    pub visited: bool,
    pub is_handler: bool,
    /// The handler wants the offset of the raising instruction below the exception.
    pub wants_lasti: bool,
    pub warm: bool,
    pub cold: bool,
}

impl Block {
    fn at(start: usize) -> Self {
        Block {
            start: start as u32,
            len: 0,
            capacity: 0,
            next: BlockId::NONE,
            predecessors: 0,
            start_depth: -1,
            maybe_unbound: 0,
            labelled: false,
            visited: false,
            is_handler: false,
            wants_lasti: false,
            warm: false,
            cold: false,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// The graph of one code unit.
///
/// The instructions of all blocks lie in one arena; a block that outgrows its places moves to the end. A place that is
/// not in use keeps the handler of the instruction that was there: see [`Cfg::append`].
#[derive(Clone, Debug)]
pub struct Cfg {
    blocks: Vec<Block>,
    places: Vec<CfgInstr>,
    /// Whether the sequence opens or closes blocks with handlers; without, some passes have nothing to do.
    pub has_handlers: bool,
    /// Whether there are `LOAD_CLOSURE` or `STORE_FAST_MAYBE_NULL`, which have to be replaced in the end.
    pub has_other_pseudo: bool,
}

impl std::ops::Index<BlockId> for Cfg {
    type Output = Block;

    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }
}

impl std::ops::IndexMut<BlockId> for Cfg {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.0 as usize]
    }
}

const UNUSED_PLACE: CfgInstr = CfgInstr::new(Opcode::NOP, 0, NO_LOCATION);

impl Cfg {
    pub const ENTRY: BlockId = BlockId(0);

    /// Splits a sequence into blocks. The annotations' code takes the place of its placeholder.
    pub fn from_sequence(sequence: &InstructionSequence) -> Result<Cfg, FlowError> {
        Builder::new(sequence)?.build(sequence)
    }

    /// Adds a block that is not linked yet.
    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block::at(self.places.len()));
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Blocks made so far, linked or not.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The arena's places of a block, for passes that change other blocks on the way.
    #[inline]
    pub fn places(&self, id: BlockId) -> std::ops::Range<usize> {
        self[id].range()
    }

    /// The instruction at a place.
    #[inline]
    pub fn at(&self, place: usize) -> &CfgInstr {
        &self.places[place]
    }

    #[inline]
    pub fn at_mut(&mut self, place: usize) -> &mut CfgInstr {
        &mut self.places[place]
    }

    #[inline]
    pub fn instrs(&self, id: BlockId) -> &[CfgInstr] {
        &self.places[self[id].range()]
    }

    #[inline]
    pub fn instrs_mut(&mut self, id: BlockId) -> &mut [CfgInstr] {
        let range = self[id].range();
        &mut self.places[range]
    }

    #[inline]
    pub fn last(&self, id: BlockId) -> Option<&CfgInstr> {
        self.instrs(id).last()
    }

    /// Whether control can run off the end of the block into the next one.
    #[inline]
    pub fn falls_through(&self, id: BlockId) -> bool {
        self.last(id).is_none_or(|last| !is(last.opcode, UNCONDITIONAL | ENDS_SCOPE))
    }

    /// Whether the block ends by leaving the frame.
    pub fn exits_scope(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| ends_scope(last.opcode))
    }

    pub fn has_no_line(&self, id: BlockId) -> bool {
        self.instrs(id).iter().all(|instr| instr.line() < 0)
    }

    /// Makes room for one more instruction and returns its place, which then counts as in use.
    fn grow(&mut self, id: BlockId) -> usize {
        let block = self[id].clone();
        if block.len == block.capacity {
            let capacity = (block.capacity * 2).max(4);
            let start = self.places.len();
            self.places.reserve(capacity as usize);
            self.places.extend_from_within(block.range());
            self.places.resize(start + capacity as usize, UNUSED_PLACE);
            let block = &mut self[id];
            (block.start, block.capacity) = (start as u32, capacity);
        }
        let block = &mut self[id];
        block.len += 1;
        (block.start + block.len - 1) as usize
    }

    /// Appends an instruction that a pass made. CPython's compiler leaves such an instruction the handler of whatever
    /// stood in its place before the block shrank, and no handler where nothing did; the exception table shows it.
    pub fn append(&mut self, id: BlockId, instr: CfgInstr) {
        let place = self.grow(id);
        let handler = self.places[place].handler;
        self.places[place] = CfgInstr { handler, ..instr };
    }

    /// Appends copies of another block's instructions, their handlers included.
    pub fn append_block(&mut self, id: BlockId, from: BlockId) {
        for index in 0..self[from].len {
            let copy = self.places[(self[from].start + index) as usize];
            let place = self.grow(id);
            self.places[place] = copy;
        }
    }

    /// Inserts an instruction, with its handler, before index `at`.
    pub fn insert(&mut self, id: BlockId, at: usize, instr: CfgInstr) {
        self.grow(id);
        let instrs = self.instrs_mut(id);
        let last = instrs.len() - 1;
        instrs.copy_within(at..last, at + 1);
        instrs[at] = instr;
    }

    /// Keeps the first `kept` instructions of a block.
    pub fn shrink(&mut self, id: BlockId, kept: usize) {
        self[id].len = kept as u32;
    }

    /// The blocks in the order of the code.
    pub fn order(&self) -> Order<'_> {
        Order { cfg: self, at: Cfg::ENTRY }
    }

    /// The next block behind `id`, `id` included, that has instructions; `NONE` at the end.
    pub fn next_nonempty(&self, mut id: BlockId) -> BlockId {
        while id.is_some() && self[id].is_empty() {
            id = self[id].next;
        }
        id
    }

    /// Links `new` behind `after`.
    pub fn link_behind(&mut self, after: BlockId, new: BlockId) {
        self[new].next = self[after].next;
        self[after].next = new;
    }

    pub fn clear_visited(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.visited = false);
    }
}

/// Iterator over the blocks of a graph in code order.
pub struct Order<'a> {
    cfg: &'a Cfg,
    at: BlockId,
}

impl Iterator for Order<'_> {
    type Item = BlockId;

    fn next(&mut self) -> Option<BlockId> {
        let id = self.at;
        if !id.is_some() {
            return None;
        }
        self.at = self.cfg[id].next;
        Some(id)
    }
}

/// Visits the blocks in code order while they are changed, new successors included.
macro_rules! for_each_block {
    ($cfg:ident, $id:ident, $body:block) => {
        let mut $id = $crate::flow::cfg::Cfg::ENTRY;
        while $id.is_some() {
            $body
            $id = $cfg[$id].next;
        }
    };
}
pub(super) use for_each_block;

/// Cuts a sequence into blocks: a new one begins at every target and behind every jump or end of scope.
struct Builder {
    cfg: Cfg,
    /// For each index of the sequence (and its end), the block that begins there, if something targets it.
    block_at: Vec<BlockId>,
    current: BlockId,
}

/// Places left free behind a new block.
const SPARE_PLACES: usize = 1;

/// Marks an offset that is a target and has no block yet.
const WANTED: BlockId = BlockId(u32::MAX - 1);

impl Builder {
    fn new(sequence: &InstructionSequence) -> Result<Builder, FlowError> {
        if sequence.len() >= (u32::MAX / 4) as usize {
            return Err(FlowError::TooLarge);
        }
        let mut block_at = vec![BlockId::NONE; sequence.len() + 1];
        for instr in sequence.instrs().iter().filter(|instr| has_target(instr.opcode)) {
            let offset = sequence.label_offset(Label(instr.operand)).ok_or(FlowError::BadTarget)?;
            match block_at.get_mut(offset as usize) {
                Some(mark) if (offset as usize) < sequence.len() => *mark = WANTED,
                _ => return Err(FlowError::BadTarget),
            }
        }
        let mut cfg = Cfg {
            blocks: Vec::with_capacity(16),
            places: Vec::with_capacity(sequence.len() + sequence.len() / 4 + 16),
            has_handlers: false,
            has_other_pseudo: false,
        };
        let current = cfg.new_block();
        Ok(Builder { cfg, block_at, current })
    }

    fn start_block(&mut self) {
        self.end_block();
        let next = self.cfg.new_block();
        self.cfg[self.current].next = next;
        self.current = next;
    }

    /// Leaves room in the current block for what passes add.
    fn end_block(&mut self) {
        let count = self.cfg.places.len() + SPARE_PLACES;
        self.cfg.places.resize(count, UNUSED_PLACE);
        let block = &mut self.cfg.blocks[self.current.0 as usize];
        block.capacity = count as u32 - block.start;
    }

    fn append(&mut self, instr: &Instr) {
        let mut new = CfgInstr::new(instr.opcode, instr.operand, instr.location);
        let places = &mut self.cfg.places;
        if places.last().is_some_and(|last| ends_block(last.opcode)) {
            self.start_block();
        }
        if has_target(instr.opcode) {
            new.operand = 0;
            // The label's number for now; a block once all blocks are there.
            new.target = BlockId(instr.operand);
        }
        if instr.opcode.is_pseudo() {
            self.cfg.has_handlers |= opens_handler(instr.opcode) || instr.opcode == Opcode::POP_BLOCK;
            self.cfg.has_other_pseudo |=
                matches!(instr.opcode, Opcode::LOAD_CLOSURE | Opcode::STORE_FAST_MAYBE_NULL);
        }
        self.cfg.places.push(new);
        self.cfg.blocks[self.current.0 as usize].len += 1;
    }

    fn build(mut self, sequence: &InstructionSequence) -> Result<Cfg, FlowError> {
        for (index, instr) in sequence.instrs().iter().enumerate() {
            if self.block_at[index] == WANTED {
                if !self.cfg[self.current].is_empty() || self.cfg[self.current].labelled {
                    self.start_block();
                }
                self.cfg[self.current].labelled = true;
                self.block_at[index] = self.current;
            }
            if instr.opcode != Opcode::ANNOTATIONS_PLACEHOLDER {
                self.append(instr);
            } else if let Some(code) = sequence.annotations() {
                if code.instrs().iter().any(|instr| has_target(instr.opcode)) {
                    return Err(FlowError::BadTarget);
                }
                code.instrs().iter().for_each(|instr| self.append(instr));
            }
        }
        self.end_block();
        for instr in self.cfg.places.iter_mut().filter(|instr| has_target(instr.opcode)) {
            let offset = sequence.label_offset(Label(instr.target.0)).ok_or(FlowError::BadTarget)?;
            instr.target = self.block_at[offset as usize];
            if instr.target.0 >= WANTED.0 {
                return Err(FlowError::BadTarget);
            }
        }
        Ok(self.cfg)
    }
}

const JUMP: u8 = 1;
const OPENS_HANDLER: u8 = 2;
const UNCONDITIONAL: u8 = 4;
const CONDITIONAL: u8 = 8;
const ENDS_SCOPE: u8 = 16;
const FOLDABLE: u8 = 32;

/// Every pass asks these questions of every instruction, so the answers are in one small table.
static CLASSES: [u8; CLASS_COUNT] = classes();

const CLASS_COUNT: usize = 272;

const fn classes() -> [u8; CLASS_COUNT] {
    const ROWS: &[(u8, &[Opcode])] = &[
        (
            JUMP | UNCONDITIONAL,
            &[
                Opcode::JUMP,
                Opcode::JUMP_NO_INTERRUPT,
                Opcode::JUMP_FORWARD,
                Opcode::JUMP_BACKWARD,
                Opcode::JUMP_BACKWARD_NO_INTERRUPT,
            ],
        ),
        (
            JUMP | CONDITIONAL,
            &[
                Opcode::POP_JUMP_IF_FALSE,
                Opcode::POP_JUMP_IF_TRUE,
                Opcode::POP_JUMP_IF_NONE,
                Opcode::POP_JUMP_IF_NOT_NONE,
            ],
        ),
        (
            JUMP,
            &[
                Opcode::JUMP_IF_FALSE,
                Opcode::JUMP_IF_TRUE,
                Opcode::FOR_ITER,
                Opcode::SEND,
                Opcode::END_ASYNC_FOR,
            ],
        ),
        (
            FOLDABLE,
            &[
                Opcode::BUILD_TUPLE,
                Opcode::BUILD_LIST,
                Opcode::BUILD_SET,
                Opcode::LIST_APPEND,
                Opcode::SET_ADD,
                Opcode::COMPARE_OP,
                Opcode::CONTAINS_OP,
                Opcode::IS_OP,
                Opcode::TO_BOOL,
                Opcode::UNARY_NOT,
                Opcode::UNARY_INVERT,
                Opcode::UNARY_NEGATIVE,
                Opcode::CALL_INTRINSIC_1,
                Opcode::BINARY_OP,
                Opcode::LOAD_GLOBAL,
                Opcode::STORE_FAST,
                Opcode::SWAP,
            ],
        ),
        (OPENS_HANDLER, &[Opcode::SETUP_FINALLY, Opcode::SETUP_CLEANUP, Opcode::SETUP_WITH]),
        (
            ENDS_SCOPE,
            &[Opcode::RETURN_VALUE, Opcode::RAISE_VARARGS, Opcode::RERAISE, Opcode::INTERPRETER_EXIT],
        ),
    ];
    let mut table = [0; CLASS_COUNT];
    let mut row = 0;
    while row < ROWS.len() {
        let mut index = 0;
        while index < ROWS[row].1.len() {
            table[ROWS[row].1[index] as usize] = ROWS[row].0;
            index += 1;
        }
        row += 1;
    }
    table
}

#[inline]
fn is(opcode: Opcode, class: u8) -> bool {
    CLASSES[opcode as usize] & class != 0
}

/// Whether the instruction is a jump (handler openers are not).
#[inline]
pub fn is_jump(opcode: Opcode) -> bool {
    is(opcode, JUMP)
}

/// Whether the instruction opens a block with a handler.
#[inline]
pub fn opens_handler(opcode: Opcode) -> bool {
    is(opcode, OPENS_HANDLER)
}

/// Whether the operand is a label.
#[inline]
pub fn has_target(opcode: Opcode) -> bool {
    is(opcode, JUMP | OPENS_HANDLER)
}

/// Whether control always goes to the target.
#[inline]
pub fn is_unconditional_jump(opcode: Opcode) -> bool {
    is(opcode, UNCONDITIONAL)
}

/// Whether control goes to the target or on, by the value on top of the stack, which is taken.
#[inline]
pub fn is_conditional_jump(opcode: Opcode) -> bool {
    is(opcode, CONDITIONAL)
}

/// Whether the peephole rules look at the instruction.
#[inline]
pub fn is_foldable(opcode: Opcode) -> bool {
    is(opcode, FOLDABLE)
}

/// Whether the instruction leaves the frame.
#[inline]
pub fn ends_scope(opcode: Opcode) -> bool {
    is(opcode, ENDS_SCOPE)
}

fn ends_block(opcode: Opcode) -> bool {
    is(opcode, JUMP | ENDS_SCOPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_agree_with_the_opcode_table() {
        for &opcode in Opcode::ALL.iter().filter(|opcode| !opcode.is_instrumented()) {
            assert_eq!(is_jump(opcode), opcode.has_jump(), "{opcode}");
            assert_eq!(opens_handler(opcode), opcode.has_exc(), "{opcode}");
            assert_eq!(is_unconditional_jump(opcode) || ends_scope(opcode), opcode.ends_block(), "{opcode}");
        }
    }
}
