//! The verifier: proves that executing a code object cannot break the interpreter's memory safety.
//!
//! Code from a file, from `CodeType()`, `code.replace` or `marshal.loads` is untrusted. [`verify`] interprets it abstractly
//! over what each stack slot and local may hold ([`Slot`]) and refuses it unless, on every path,
//!
//! - control stays on instruction starts and never runs past the end; no specialised, instrumented or internal opcode occurs;
//! - operands index what exists, and the stack neither underflows nor exceeds `co_stacksize`;
//! - NULL reaches only instructions that expect it, unbound locals only those that check, cell accesses only cells;
//! - no local is overwritten, deleted or moved while the stack holds a borrow of it (`LOAD_FAST_BORROW`);
//! - paths that meet agree on the depth, on borrows, and on whether the generator has been made;
//! - exception handlers are entered with a stack that every instruction in their range has.
//!
//! What it leaves to the interpreter, which checks types where it looks inside an object: that `LIST_APPEND` finds a list,
//! `MAKE_FUNCTION` a code object, `POP_EXCEPT` an exception or None, and so on. Values that instructions push are owned,
//! apart from `LOAD_FAST_BORROW*` and the items that an instruction only inspects or moves (`COPY`, `SWAP`, `END_SEND`,
//! `SET_FUNCTION_ATTRIBUTE`, ...), which stay what they were.
//!
//! The work is linear for any code that a compiler makes, and bounded for all ([`LIMIT_WORK`]).

mod effects;
mod flow;
mod maps;
mod slots;

use std::fmt;

use crate::code::{CodeObject, Constant, kinds};
use crate::exctable::{self, ExceptionEntry};
use crate::instructions::cleared_cells;
use crate::linetable;
use crate::ops::{Opcode, Operand};
use crate::ops_names::{
    BINARY_OPS, COMMON_CONSTANTS, COMPARE_OPS, INTRINSICS_1, INTRINSICS_2, SPECIAL_METHODS,
};

pub use maps::{StackMap, StackMaps, stack_maps};
pub use slots::{Role, Slot};

/// Steps and bytes compared before code is refused as too complex: about a second's worth.
pub const LIMIT_WORK: u64 = 1 << 31;
/// Bytes of states kept at once.
const LIMIT_MEMORY: u64 = 1 << 28;

/// A greater `co_stacksize` is refused: no compiler comes near, and frames must stay allocatable.
const MAX_STACK: u32 = 1 << 24;

/// Why code was refused, and at which code unit, if at one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    pub unit: Option<u32>,
    pub message: &'static str,
}

impl VerifyError {
    fn at(unit: u32, message: &'static str) -> VerifyError {
        VerifyError { unit: Some(unit), message }
    }

    fn whole(message: &'static str) -> VerifyError {
        VerifyError { unit: None, message }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Some(unit) => write!(f, "invalid bytecode at offset {}: {}", unit * 2, self.message),
            None => write!(f, "invalid code object: {}", self.message),
        }
    }
}

impl std::error::Error for VerifyError {}

/// What the verifier found out about code that it accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    /// The greatest stack depth of any path; `co_stacksize` is no less.
    pub max_depth: u32,
}

/// Verifies one code object, those inside it aside.
pub fn verify(code: &CodeObject) -> Result<Verified, VerifyError> {
    verify_within(code, &mut 0)
}

/// Verifies with what is left of a budget: `work` is what has been spent of [`LIMIT_WORK`].
fn verify_within(code: &CodeObject, work: &mut u64) -> Result<Verified, VerifyError> {
    let program = Program::new(code)?;
    flow::run(&program, work).map(|done| Verified { max_depth: done.max_depth })
}

/// Verifies a code object and all code objects among its constants, however deep. They share one budget.
pub fn verify_all(code: &CodeObject) -> Result<(), VerifyError> {
    let mut pending: Vec<&CodeObject> = vec![code];
    let mut containers: Vec<&[Constant]> = Vec::new();
    let mut work = 0;
    while let Some(next) = pending.pop() {
        verify_within(next, &mut work)?;
        containers.push(&next.consts);
        while let Some(items) = containers.pop() {
            for item in items {
                match item {
                    Constant::Code(inner) => pending.push(inner),
                    Constant::Tuple(inner) | Constant::FrozenSet(inner) => containers.push(inner),
                    Constant::Slice(inner) => containers.push(&inner[..]),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

/// One decoded instruction of a program.
#[derive(Clone, Copy, Debug)]
struct Step {
    op: Opcode,
    arg: u32,
    /// The unit after its caches.
    end: u32,
}

/// Code whose shape has been checked: every instruction decodes, every operand is in range.
struct Program<'a> {
    code: &'a CodeObject,
    units: u32,
    /// For each unit: whether an instruction (with its prefixes) starts there, and whether it is a leader.
    marks: Vec<u8>,
    handlers: Vec<ExceptionEntry>,
    /// Slots that hold a cell whenever a handler is entered: see [`cleared_cells`].
    cleared_cells: Vec<u32>,
}

const MARK_START: u8 = 1;
const MARK_LEADER: u8 = 2;

impl<'a> Program<'a> {
    fn new(code: &'a CodeObject) -> Result<Program<'a>, VerifyError> {
        check_shape(code)?;
        let units = u32::try_from(code.units()).map_err(|_| VerifyError::whole("co_code is too long"))?;
        if !code.code.len().is_multiple_of(2) || units == 0 || units > i32::MAX as u32 / 2 {
            return Err(VerifyError::whole("co_code has a bad length"));
        }
        let handlers = exctable::decode(&code.exceptiontable)
            .map_err(|_| VerifyError::whole("co_exceptiontable is malformed"))?;
        let cleared_cells = if handlers.is_empty() { Vec::new() } else { cleared_cells(code) };
        let mut program = Program { code, units, marks: vec![0; units as usize], handlers, cleared_cells };
        program.mark_starts()?;
        program.mark_leaders()?;
        program.check_handlers()?;
        Ok(program)
    }

    /// Decodes the instruction that starts at a unit; `Program::new` has checked that it does.
    fn step(&self, unit: u32) -> Result<Step, VerifyError> {
        let mut at = unit;
        let mut arg = 0u32;
        loop {
            let place = at as usize * 2;
            let Some(&[byte, low]) = self.code.code.get(place..place + 2) else {
                return Err(VerifyError::at(unit, "code ends inside an instruction"));
            };
            let op = Opcode::from_u8(byte).ok_or(VerifyError::at(unit, "unknown or specialised opcode"))?;
            arg = arg << 8 | u32::from(low);
            at += 1;
            if op != Opcode::EXTENDED_ARG {
                return Ok(Step { op, arg, end: at + op.caches() as u32 });
            }
            if at - unit > 3 {
                return Err(VerifyError::at(unit, "operand of more than four bytes"));
            }
        }
    }

    fn mark_starts(&mut self) -> Result<(), VerifyError> {
        let mut unit = 0;
        while unit < self.units {
            self.marks[unit as usize] = MARK_START;
            let step = self.step(unit)?;
            if step.end > self.units {
                return Err(VerifyError::at(unit, "code ends inside inline caches"));
            }
            if step.op == Opcode::COPY_FREE_VARS && unit != 0 {
                return Err(VerifyError::at(unit, "COPY_FREE_VARS is not the first instruction"));
            }
            check_operand(self.code, step.op, step.arg).map_err(|message| VerifyError::at(unit, message))?;
            unit = step.end;
        }
        Ok(())
    }

    fn target(&self, unit: u32, step: Step) -> Result<Option<u32>, VerifyError> {
        let target = match step.op.operand() {
            Operand::JumpForward => step.end.checked_add(step.arg),
            Operand::JumpBackward => step.end.checked_sub(step.arg),
            _ => return Ok(None),
        };
        match target {
            Some(to) if self.is_start(to) => Ok(Some(to)),
            _ => Err(VerifyError::at(unit, "jump to where no instruction starts")),
        }
    }

    fn is_start(&self, unit: u32) -> bool {
        self.marks.get(unit as usize).is_some_and(|m| m & MARK_START != 0)
    }

    fn is_leader(&self, unit: u32) -> bool {
        self.marks.get(unit as usize).is_some_and(|m| m & MARK_LEADER != 0)
    }

    fn mark_leaders(&mut self) -> Result<(), VerifyError> {
        self.marks[0] |= MARK_LEADER;
        let mut unit = 0;
        while unit < self.units {
            let step = self.step(unit)?;
            if let Some(to) = self.target(unit, step)? {
                if step.op == Opcode::FOR_ITER && self.step(to)?.op != Opcode::END_FOR {
                    return Err(VerifyError::at(unit, "FOR_ITER does not jump to END_FOR"));
                }
                self.marks[to as usize] |= MARK_LEADER;
            }
            unit = step.end;
        }
        Ok(())
    }

    fn check_handlers(&mut self) -> Result<(), VerifyError> {
        let mut former = 0;
        for entry in &self.handlers {
            let room = entry.depth.checked_add(1 + u32::from(entry.lasti));
            if entry.start < former || entry.end <= entry.start || entry.end > self.units {
                return Err(VerifyError::at(entry.start, "exception ranges out of order"));
            }
            if !self.is_start(entry.target) || !self.is_start(entry.start) {
                return Err(VerifyError::at(
                    entry.start,
                    "exception range or handler where no instruction starts",
                ));
            }
            if room.is_none_or(|depth| depth > self.code.stacksize) {
                return Err(VerifyError::at(entry.start, "handler deeper than co_stacksize"));
            }
            former = entry.end;
        }
        for entry in &self.handlers {
            self.marks[entry.target as usize] |= MARK_LEADER;
        }
        Ok(())
    }
}

/// Counts and tables that do not depend on instructions.
fn check_shape(code: &CodeObject) -> Result<(), VerifyError> {
    let whole = |message| Err(VerifyError::whole(message));
    let total = code.localspluskinds.len();
    if code.localsplusnames.len() != total {
        return whole("co_localsplusnames and co_localspluskinds differ in length");
    }
    if total > slots::MAX_LOCALS || code.stacksize > MAX_STACK {
        return whole("too many locals or too large a stack");
    }
    // Locals (cells among them), then other cells, then free variables.
    let order = |k: &u8| match k {
        k if k & kinds::LOCAL != 0 && k & kinds::FREE == 0 => Some(0),
        k if k & kinds::CELL != 0 && k & kinds::FREE == 0 => Some(1),
        k if k & kinds::FREE != 0 && k & kinds::CELL == 0 => Some(2),
        _ => None,
    };
    let ranks: Option<Vec<u8>> = code.localspluskinds.iter().map(order).collect();
    if !ranks.is_some_and(|list| list.is_sorted()) {
        return whole("locals, cells and free variables are out of order");
    }
    if code.posonlyargcount > code.argcount || code.total_args() > code.nlocals() {
        return whole("more parameters than locals");
    }
    let mut lines = linetable::entries(&code.linetable, code.firstlineno);
    lines.by_ref().for_each(drop);
    if lines.is_malformed() {
        return whole("co_linetable is malformed");
    }
    Ok(())
}

/// Whether an operand is one that the instruction can have.
fn check_operand(code: &CodeObject, op: Opcode, arg: u32) -> Result<(), &'static str> {
    let index = arg as usize;
    let known = |ok: bool| if ok { Ok(()) } else { Err("operand out of range") };
    if op.is_instrumented() {
        return Err("instrumented opcode");
    }
    match op {
        Opcode::CACHE | Opcode::RESERVED | Opcode::INTERPRETER_EXIT | Opcode::EXIT_INIT_CHECK => {
            return Err("internal opcode");
        }
        Opcode::RAISE_VARARGS => return known(arg <= 2),
        Opcode::BUILD_SLICE => return known(arg == 2 || arg == 3),
        Opcode::BUILD_INTERPOLATION => return known(arg >> 2 <= 3),
        Opcode::GET_AWAITABLE => return known(arg <= 2),
        Opcode::COPY_FREE_VARS => return known(index == code.freevars().count()),
        Opcode::RERAISE => return Ok(()),
        _ => {}
    }
    match op.operand() {
        Operand::Const => known(index < code.consts.len()).map_err(|_| "no such constant"),
        Operand::Name => known(index < code.names.len()).map_err(|_| "no such name"),
        Operand::GlobalName | Operand::AttrName => {
            known(index >> 1 < code.names.len()).map_err(|_| "no such name")
        }
        Operand::SuperName => known(index >> 2 < code.names.len()).map_err(|_| "no such name"),
        Operand::Local | Operand::Deref => known(index < code.nlocalsplus()).map_err(|_| "no such local"),
        Operand::LocalPair => {
            let pair_in_range = index >> 4 < code.nlocalsplus() && index & 15 < code.nlocalsplus();
            known(pair_in_range).map_err(|_| "no such local")
        }
        Operand::Compare => known(index >> 5 < COMPARE_OPS.len()),
        Operand::BinaryOp => known(index < BINARY_OPS.len()),
        Operand::Intrinsic1 => known(index >= 1 && index < INTRINSICS_1.len()),
        Operand::Intrinsic2 => known(index >= 1 && index < INTRINSICS_2.len()),
        Operand::Special => known(index < SPECIAL_METHODS.len()),
        Operand::CommonConst => known(index < COMMON_CONSTANTS.len()),
        Operand::Convert => known((1..=3).contains(&arg)),
        Operand::FunctionAttr => known(arg.is_power_of_two() && arg <= 16),
        Operand::Invert => known(arg <= 1),
        Operand::SmallInt => known(arg <= 255),
        Operand::Depth => known(arg >= 1),
        _ => Ok(()),
    }
}
