//! What each instruction does to the abstract state.

use super::Step;
use super::slots::{CELL, NULL, OBJECT, Role, Slot, State};
use crate::code::{CodeObject, kinds};
use crate::ops::Opcode;

type Effect = Result<(), &'static str>;

const UNDERFLOW: &str = "stack underflow";
const IS_NULL: &str = "NULL where an object is needed";
const OVERFLOW: &str = "stack deeper than co_stacksize";
const UNBOUND: &str = "unchecked load of a local that may be unbound";
const BORROWED: &str = "local changed while the stack holds a borrow of it";
const NO_CELL: &str = "access to a cell where there may be none";

/// Applies an instruction to a state, the fall-through side of branches.
pub(super) fn apply(code: &CodeObject, step: Step, state: &mut State) -> Effect {
    let mut machine = Machine { code, state };
    machine.apply(step.op, step.arg)
}

struct Machine<'a> {
    code: &'a CodeObject,
    state: &'a mut State,
}

impl Machine<'_> {
    fn push(&mut self, slot: Slot) -> Effect {
        if self.state.stack.len() >= self.code.stacksize as usize {
            return Err(OVERFLOW);
        }
        self.state.push(slot);
        Ok(())
    }

    fn push_values(&mut self, n: u32) -> Effect {
        if n > self.code.stacksize {
            return Err(OVERFLOW);
        }
        (0..n).try_for_each(|_| self.push(Slot::VALUE))
    }

    fn pop_any(&mut self) -> Result<Slot, &'static str> {
        self.state.pop().ok_or(UNDERFLOW)
    }

    fn pop(&mut self) -> Result<Slot, &'static str> {
        let slot = self.pop_any()?;
        if slot.may_be_null() { Err(IS_NULL) } else { Ok(slot) }
    }

    fn pop_values(&mut self, n: u32) -> Effect {
        (0..n).try_for_each(|_| self.pop().map(drop))
    }

    /// The n-th slot from the top, which stays where it is.
    fn peek_any(&self, n: u32) -> Result<Slot, &'static str> {
        self.state.nth(n).and_then(|i| self.state.stack.get(i).copied()).ok_or(UNDERFLOW)
    }

    fn peek(&self, n: u32) -> Result<Slot, &'static str> {
        let slot = self.peek_any(n)?;
        if slot.may_be_null() { Err(IS_NULL) } else { Ok(slot) }
    }

    fn local(&self, i: u32) -> Result<u8, &'static str> {
        self.state.locals.get(i as usize).copied().ok_or("no such local")
    }

    fn set_local(&mut self, i: u32, set: u8) -> Effect {
        if self.state.borrows > 0 && self.state.stack.iter().any(|s| s.borrowed() == Some(i)) {
            return Err(BORROWED);
        }
        let place = self.state.locals.get_mut(i as usize).ok_or("no such local")?;
        if *place != set {
            *place = set;
            self.state.locals_changed = true;
        }
        Ok(())
    }

    fn load(&mut self, i: u32, borrow: bool) -> Effect {
        let set = self.local(i)?;
        if set & NULL != 0 {
            return Err(UNBOUND);
        }
        let slot = Slot::of_local(set);
        self.push(if borrow { slot.borrowed_from(i) } else { slot })
    }

    fn store(&mut self, i: u32) -> Effect {
        let slot = self.pop_any()?;
        self.set_local(i, slot.set())
    }

    fn need_cell(&self, i: u32) -> Effect {
        if self.local(i)? == CELL { Ok(()) } else { Err(NO_CELL) }
    }

    /// Pushes an attribute, and with the low bit what `CALL` takes as self.
    fn push_method(&mut self, arg: u32, second: Slot) -> Effect {
        self.push(Slot::VALUE)?;
        if arg & 1 != 0 { self.push(second) } else { Ok(()) }
    }

    fn apply(&mut self, op: Opcode, arg: u32) -> Effect {
        match op {
            Opcode::LOAD_FAST
            | Opcode::LOAD_FAST_BORROW
            | Opcode::LOAD_FAST_LOAD_FAST
            | Opcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW
            | Opcode::LOAD_FAST_CHECK
            | Opcode::LOAD_FAST_AND_CLEAR
            | Opcode::STORE_FAST
            | Opcode::STORE_FAST_LOAD_FAST
            | Opcode::STORE_FAST_STORE_FAST
            | Opcode::DELETE_FAST
            | Opcode::MAKE_CELL
            | Opcode::COPY_FREE_VARS
            | Opcode::LOAD_DEREF
            | Opcode::STORE_DEREF
            | Opcode::DELETE_DEREF
            | Opcode::LOAD_FROM_DICT_OR_DEREF => self.local_effect(op, arg),
            Opcode::CALL
            | Opcode::CALL_KW
            | Opcode::CALL_FUNCTION_EX
            | Opcode::LOAD_GLOBAL
            | Opcode::LOAD_ATTR
            | Opcode::LOAD_SUPER_ATTR
            | Opcode::LOAD_SPECIAL
            | Opcode::PUSH_NULL
            | Opcode::WITH_EXCEPT_START => self.call_effect(op, arg),
            Opcode::RETURN_GENERATOR
            | Opcode::YIELD_VALUE
            | Opcode::RETURN_VALUE
            | Opcode::SEND
            | Opcode::END_SEND => self.frame_effect(op),
            _ => self.stack_effect(op, arg),
        }
    }

    fn local_effect(&mut self, op: Opcode, arg: u32) -> Effect {
        let (high, low) = (arg >> 4, arg & 15);
        match op {
            Opcode::LOAD_FAST => self.load(arg, false),
            Opcode::LOAD_FAST_BORROW => self.load(arg, true),
            Opcode::LOAD_FAST_LOAD_FAST => {
                self.load(high, false)?;
                self.load(low, false)
            }
            Opcode::LOAD_FAST_BORROW_LOAD_FAST_BORROW => {
                self.load(high, true)?;
                self.load(low, true)
            }
            Opcode::LOAD_FAST_CHECK => {
                // It goes on only if the local is bound, and then it is.
                let bound = match self.local(arg)? & !NULL {
                    0 => OBJECT,
                    set => set,
                };
                self.push(Slot::of_local(bound))?;
                match self.local(arg)? & NULL {
                    0 => Ok(()),
                    _ => self.set_local(arg, bound),
                }
            }
            Opcode::LOAD_FAST_AND_CLEAR => {
                let set = self.local(arg)?;
                self.set_local(arg, NULL)?;
                self.push(Slot::of_local(set))
            }
            Opcode::STORE_FAST => self.store(arg),
            Opcode::STORE_FAST_LOAD_FAST => {
                self.store(high)?;
                self.load(low, false)
            }
            Opcode::STORE_FAST_STORE_FAST => {
                self.store(high)?;
                self.store(low)
            }
            Opcode::DELETE_FAST => self.set_local(arg, NULL),
            Opcode::MAKE_CELL => self.set_local(arg, CELL),
            Opcode::COPY_FREE_VARS => {
                let code = self.code;
                let free = code.localspluskinds.iter().enumerate().filter(|(_, k)| **k & kinds::FREE != 0);
                free.map(|(i, _)| i).try_for_each(|i| self.set_local(i as u32, CELL))
            }
            Opcode::LOAD_DEREF => {
                self.need_cell(arg)?;
                self.push(Slot::VALUE)
            }
            Opcode::STORE_DEREF => {
                self.pop()?;
                self.need_cell(arg)
            }
            Opcode::LOAD_FROM_DICT_OR_DEREF => {
                self.pop()?;
                self.need_cell(arg)?;
                self.push(Slot::VALUE)
            }
            _ => self.need_cell(arg),
        }
    }

    fn call_effect(&mut self, op: Opcode, arg: u32) -> Effect {
        match op {
            Opcode::CALL | Opcode::CALL_KW => {
                if op == Opcode::CALL_KW {
                    self.pop()?;
                }
                self.pop_values(arg)?;
                self.pop_any()?;
                self.pop()?;
                self.push(Slot::VALUE)
            }
            Opcode::CALL_FUNCTION_EX => {
                self.pop_any()?;
                self.pop()?;
                self.pop_any()?;
                self.pop()?;
                self.push(Slot::VALUE)
            }
            Opcode::LOAD_GLOBAL => self.push_method(arg, Slot::NULL),
            Opcode::LOAD_ATTR => {
                self.pop()?;
                self.push_method(arg, Slot::MAYBE)
            }
            Opcode::LOAD_SUPER_ATTR => {
                self.pop_values(3)?;
                self.push_method(arg, Slot::MAYBE)
            }
            Opcode::LOAD_SPECIAL => {
                self.pop()?;
                self.push_method(1, Slot::MAYBE)
            }
            Opcode::PUSH_NULL => self.push(Slot::NULL),
            _ => {
                // WITH_EXCEPT_START: exit function, its self or NULL, last instruction, former exception, exception.
                self.peek(1)?;
                self.peek(5)?;
                self.push(Slot::VALUE)
            }
        }
    }

    fn frame_effect(&mut self, op: Opcode) -> Effect {
        match op {
            Opcode::RETURN_GENERATOR => {
                if self.state.started || !self.code.flags.is_generator_like() || !self.state.stack.is_empty()
                {
                    return Err("RETURN_GENERATOR out of place");
                }
                self.state.started = true;
                self.push(Slot::VALUE)
            }
            Opcode::YIELD_VALUE => {
                if !self.state.started {
                    return Err("YIELD_VALUE outside a generator");
                }
                self.pop()?;
                self.push(Slot::VALUE)
            }
            Opcode::RETURN_VALUE => {
                self.pop()?;
                if self.state.stack.is_empty() { Ok(()) } else { Err("return with items left on the stack") }
            }
            Opcode::SEND => {
                self.pop()?;
                self.peek(1)?;
                self.push(Slot::VALUE)
            }
            _ => {
                // END_SEND keeps the value and drops what is below it.
                let value = self.pop()?;
                self.pop()?;
                self.push(value)
            }
        }
    }

    fn stack_effect(&mut self, op: Opcode, arg: u32) -> Effect {
        match op {
            Opcode::POP_TOP => self.pop_any().map(drop),
            Opcode::COPY => {
                let slot = self.peek(arg)?;
                self.push(slot.with_role(Role::Object))
            }
            Opcode::SWAP => {
                let other = self.state.nth(arg).ok_or(UNDERFLOW)?;
                let top = self.state.nth(1).ok_or(UNDERFLOW)?;
                self.state.stack.swap(top, other);
                self.state.lowest_change = self.state.lowest_change.min(other);
                Ok(())
            }
            // Items that are inspected stay as they are.
            Opcode::GET_LEN
            | Opcode::MATCH_MAPPING
            | Opcode::MATCH_SEQUENCE
            | Opcode::IMPORT_FROM
            | Opcode::GET_ANEXT => {
                self.peek(1)?;
                self.push(Slot::VALUE)
            }
            Opcode::MATCH_KEYS => {
                self.peek(1)?;
                self.peek(2)?;
                self.push(Slot::VALUE)
            }
            Opcode::CHECK_EXC_MATCH => {
                self.pop()?;
                self.peek(1)?;
                self.push(Slot::VALUE)
            }
            Opcode::FOR_ITER => {
                self.peek(1)?;
                self.push(Slot::VALUE)
            }
            Opcode::LIST_APPEND
            | Opcode::SET_ADD
            | Opcode::LIST_EXTEND
            | Opcode::SET_UPDATE
            | Opcode::DICT_UPDATE => {
                self.pop()?;
                self.peek(arg).map(drop)
            }
            Opcode::MAP_ADD => {
                self.pop_values(2)?;
                self.peek(arg).map(drop)
            }
            Opcode::DICT_MERGE => {
                self.pop()?;
                self.peek(arg)?;
                self.peek(arg.checked_add(3).ok_or(UNDERFLOW)?).map(drop)
            }
            Opcode::RERAISE => {
                self.pop()?;
                if arg > 0 { self.peek(arg).map(drop) } else { Ok(()) }
            }
            Opcode::SET_FUNCTION_ATTRIBUTE => {
                let function = self.pop()?;
                self.pop()?;
                self.push(function)
            }
            Opcode::PUSH_EXC_INFO => {
                let exception = self.pop()?;
                self.push(Slot::VALUE.with_role(Role::Except))?;
                self.push(exception.with_role(Role::Object))
            }
            Opcode::GET_ITER | Opcode::GET_AITER => {
                self.pop()?;
                self.push(Slot::VALUE.with_role(Role::Iterator))
            }
            _ => {
                self.pop_values((op.info().pops)(arg))?;
                self.push_values((op.info().pushes)(arg))
            }
        }
    }
}
