//! Stack maps: the shape of the stack and the bound locals before each instruction, for jumps by `f_lineno`.

use super::slots::{NULL, Slot};
use super::{Program, VerifyError, flow};
use crate::code::CodeObject;

/// The shape before one instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackMap {
    pub stack: Box<[Slot]>,
    /// Locals that the code from here on may load without a check: a jump must give them a value first.
    pub bound_locals: Box<[u32]>,
}

/// The shapes of a code object.
#[derive(Debug)]
pub struct StackMaps {
    by_unit: Vec<Option<Box<StackMap>>>,
}

impl StackMaps {
    /// The shape before the instruction at a code unit; `None` inside an instruction and where code is unreachable.
    pub fn at(&self, unit: u32) -> Option<&StackMap> {
        self.by_unit.get(unit as usize)?.as_deref()
    }
}

/// Computes the shapes; fails where [`super::verify`] does.
pub fn stack_maps(code: &CodeObject) -> Result<StackMaps, VerifyError> {
    let program = Program::new(code)?;
    let done = flow::run(&program, &mut 0)?;
    let mut by_unit: Vec<Option<Box<StackMap>>> = (0..program.units).map(|_| None).collect();
    done.visit(&program, |unit, state| {
        let bound = state.locals.iter().enumerate().filter(|(_, set)| **set & NULL == 0);
        let map = StackMap {
            stack: state.stack.as_slice().into(),
            bound_locals: bound.map(|(i, _)| i as u32).collect(),
        };
        if let Some(place) = by_unit.get_mut(unit as usize) {
            *place = Some(Box::new(map));
        }
    })?;
    Ok(StackMaps { by_unit })
}
