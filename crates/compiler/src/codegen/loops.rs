//! `if`, `while` and `for`.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::unwind::{BlockType, FrameBlock};
use super::{Codegen, loc};
use crate::error::Result;
use crate::instr::Location;

impl<'a> Codegen<'a> {
    /// An `if` with its `elif`s, which nest in the tree, without recursion over them.
    pub(super) fn if_statement(&mut self, s: &'a StmtIf) -> Result {
        let mut n = s;
        let mut ends = Vec::new();
        loop {
            let end = self.label();
            ends.push(end);
            let next = if n.orelse.is_empty() { end } else { self.label() };
            self.jump_if(&n.test, next, false)?;
            self.stmts(&n.body)?;
            if n.orelse.is_empty() {
                break;
            }
            self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
            self.place(next);
            match n.orelse.as_slice() {
                [Stmt { kind: StmtKind::If(inner), .. }] => n = inner,
                orelse => {
                    self.stmts(orelse)?;
                    break;
                }
            }
        }
        for end in ends.into_iter().rev() {
            self.place(end);
        }
        Ok(())
    }

    pub(super) fn while_statement(&mut self, s: &'a Stmt, n: &'a StmtWhile) -> Result {
        let (start, end, anchor) = (self.label(), self.label(), self.label());
        self.place(start);
        let block = FrameBlock::plain(BlockType::WhileLoop, loc(s.span), start).with_exit(end);
        self.push_frame_block(block)?;
        self.jump_if(&n.test, anchor, false)?;
        self.stmts(&n.body)?;
        self.jump(Location::NONE, Opcode::JUMP, start);
        self.pop_frame_block();
        self.place(anchor);
        self.stmts(&n.orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn for_statement(&mut self, s: &'a Stmt, n: &'a ForParts) -> Result {
        let (start, cleanup, end) = (self.label(), self.label(), self.label());
        let block = FrameBlock::plain(BlockType::ForLoop, loc(s.span), start).with_exit(end);
        self.push_frame_block(block)?;
        self.expr(&n.iter)?;
        let at = loc(n.iter.span);
        self.op(at, Opcode::GET_ITER);
        self.place(start);
        self.jump(at, Opcode::FOR_ITER, cleanup);
        // Keeps the target's line where the loop's head spans several.
        self.op(loc(n.target.span), Opcode::NOP);
        self.expr(&n.target)?;
        self.stmts(&n.body)?;
        self.jump(Location::NONE, Opcode::JUMP, start);
        self.place(cleanup);
        self.op(Location::NONE, Opcode::END_FOR);
        self.op(Location::NONE, Opcode::POP_ITER);
        self.pop_frame_block();
        self.stmts(&n.orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn async_for_statement(&mut self, s: &'a Stmt, n: &'a ForParts) -> Result {
        let at = loc(s.span);
        let (start, send, except, end) = (self.label(), self.label(), self.label(), self.label());
        self.expr(&n.iter)?;
        self.op(loc(n.iter.span), Opcode::GET_AITER);
        self.place(start);
        let block = FrameBlock::plain(BlockType::ForLoop, at, start).with_exit(end);
        self.push_frame_block(block)?;
        self.jump(at, Opcode::SETUP_FINALLY, except);
        self.op(at, Opcode::GET_ANEXT);
        self.load_none(at);
        self.yield_from(at, true, Some(send));
        self.op(at, Opcode::POP_BLOCK);
        self.op(at, Opcode::NOT_TAKEN);
        self.expr(&n.target)?;
        self.stmts(&n.body)?;
        self.jump(Location::NONE, Opcode::JUMP, start);
        self.pop_frame_block();
        self.place(except);
        // The line of the iterable, as if it were asked for its next item.
        self.jump(loc(n.iter.span), Opcode::END_ASYNC_FOR, send);
        self.stmts(&n.orelse)?;
        self.place(end);
        Ok(())
    }
}
