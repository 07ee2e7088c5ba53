//! `with` and `async with`.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::expressions::{AWAIT_AENTER, AWAIT_AEXIT};
use super::unwind::{BlockType, FrameBlock};
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::Location;

/// `LOAD_SPECIAL`'s operands.
const ENTER: u32 = 0;
const EXIT: u32 = 1;
const AENTER: u32 = 2;
const AEXIT: u32 = 3;

impl<'a> Codegen<'a> {
    pub(super) fn call_exit_with_nones(&mut self, at: Location) {
        for _ in 0..3 {
            self.load_none(at);
        }
        self.op_i(at, Opcode::CALL, 3);
    }

    /// The items from number `index` on, each inside the one before, and then the body.
    pub(super) fn with_statement(&mut self, n: &'a WithParts, index: usize, is_async: bool) -> Result {
        self.settings.guard.check()?;
        let Some(item) = n.items.get(index) else {
            return Err(CompileError::system("with statement without items"));
        };
        let at = loc(item.context_expr.span);
        let (exit, end, cleanup, suppress) = (self.label(), self.label(), self.label(), self.label());
        self.expr(&item.context_expr)?;
        self.op_i(at, Opcode::COPY, 1);
        self.op_i(at, Opcode::LOAD_SPECIAL, if is_async { AEXIT } else { EXIT });
        self.op_i(at, Opcode::SWAP, 2);
        self.op_i(at, Opcode::SWAP, 3);
        self.op_i(at, Opcode::LOAD_SPECIAL, if is_async { AENTER } else { ENTER });
        self.op_i(at, Opcode::CALL, 0);
        if is_async {
            self.await_special(at, AWAIT_AENTER);
        }
        self.jump(at, Opcode::SETUP_WITH, end);
        let block = self.label_here();
        let kind = if is_async { BlockType::AsyncWith } else { BlockType::With };
        self.push_frame_block(FrameBlock::plain(kind, at, block).with_exit(end))?;
        match &item.optional_vars {
            Some(target) => self.expr(target)?,
            None => self.op(at, Opcode::POP_TOP),
        }
        if index + 1 == n.items.len() {
            self.stmts(&n.body)?;
        } else {
            self.with_statement(n, index + 1, is_async)?;
        }
        self.pop_frame_block();
        self.op(if is_async { at } else { Location::NONE }, Opcode::POP_BLOCK);
        self.call_exit_with_nones(at);
        if is_async {
            self.await_special(at, AWAIT_AEXIT);
        }
        self.op(at, Opcode::POP_TOP);
        self.jump(at, Opcode::JUMP, exit);
        self.place(end);
        self.jump(at, Opcode::SETUP_CLEANUP, cleanup);
        self.op(at, Opcode::PUSH_EXC_INFO);
        self.op(at, Opcode::WITH_EXCEPT_START);
        if is_async {
            self.await_special(at, AWAIT_AEXIT);
        }
        self.op(Location::NONE, Opcode::TO_BOOL);
        self.jump(Location::NONE, Opcode::POP_JUMP_IF_TRUE, suppress);
        self.op_i(Location::NONE, Opcode::RERAISE, 2);
        self.place(suppress);
        self.op(Location::NONE, Opcode::POP_TOP);
        self.op(Location::NONE, Opcode::POP_BLOCK);
        self.op(Location::NONE, Opcode::POP_EXCEPT);
        for _ in 0..3 {
            self.op(Location::NONE, Opcode::POP_TOP);
        }
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, exit);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(exit);
        Ok(())
    }

    fn await_special(&mut self, at: Location, what: u32) {
        self.op_i(at, Opcode::GET_AWAITABLE, what);
        self.load_none(at);
        self.yield_from(at, true, None);
    }
}
