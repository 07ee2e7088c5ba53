//! `try` with `except`, `except*` and `finally`.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::emit::intrinsic2;
use super::unwind::{BlockType, FrameBlock};
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::{Label, Location};

impl<'a> Codegen<'a> {
    pub(super) fn try_statement(&mut self, s: &'a Stmt, n: &'a TryParts, star: bool) -> Result {
        if n.finalbody.is_empty() {
            return self.try_handlers(s, n, star);
        }
        let at = loc(s.span);
        let (body, end, exit, cleanup) = (self.label(), self.label(), self.label(), self.label());
        self.jump(at, Opcode::SETUP_FINALLY, end);
        self.place(body);
        let block =
            FrameBlock { finally: &n.finalbody, ..FrameBlock::plain(BlockType::FinallyTry, at, body) };
        self.push_frame_block(block.with_exit(end))?;
        if n.handlers.is_empty() {
            self.stmts(&n.body)?;
        } else {
            self.try_handlers(s, n, star)?;
        }
        self.op(Location::NONE, Opcode::POP_BLOCK);
        self.pop_frame_block();
        self.stmts(&n.finalbody)?;
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, exit);
        self.place(end);
        self.push_frame_block(FrameBlock::plain(BlockType::FinallyEnd, at, end))?;
        self.jump(Location::NONE, Opcode::SETUP_CLEANUP, cleanup);
        self.op(Location::NONE, Opcode::PUSH_EXC_INFO);
        self.warnings_off += 1;
        self.stmts(&n.finalbody)?;
        self.warnings_off -= 1;
        self.pop_frame_block();
        self.op_i(Location::NONE, Opcode::RERAISE, 0);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(exit);
        Ok(())
    }

    fn try_handlers(&mut self, s: &'a Stmt, n: &'a TryParts, star: bool) -> Result {
        if star { self.try_except_star(s, n) } else { self.try_except(s, n) }
    }

    /// The body with its handler set up.
    fn guarded_body(&mut self, s: &'a Stmt, n: &'a TryParts, except: Label) -> Result {
        let at = loc(s.span);
        self.jump(at, Opcode::SETUP_FINALLY, except);
        let body = self.label_here();
        self.push_frame_block(FrameBlock::plain(BlockType::TryExcept, at, body))?;
        self.stmts(&n.body)?;
        self.pop_frame_block();
        self.op(Location::NONE, Opcode::POP_BLOCK);
        Ok(())
    }

    fn try_except(&mut self, s: &'a Stmt, n: &'a TryParts) -> Result {
        let (except, end, cleanup) = (self.label(), self.label(), self.label());
        self.guarded_body(s, n, except)?;
        self.stmts(&n.orelse)?;
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.place(except);
        self.jump(Location::NONE, Opcode::SETUP_CLEANUP, cleanup);
        self.op(Location::NONE, Opcode::PUSH_EXC_INFO);
        let block = FrameBlock::plain(BlockType::ExceptionHandler, loc(s.span), except);
        self.push_frame_block(block)?;
        for (i, handler) in n.handlers.iter().enumerate() {
            if handler.type_.is_none() && i + 1 < n.handlers.len() {
                return Err(CompileError::syntax("default 'except:' must be last", handler.span));
            }
            self.handler(handler, end)?;
        }
        self.pop_frame_block();
        self.op_i(Location::NONE, Opcode::RERAISE, 0);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(end);
        Ok(())
    }

    fn handler(&mut self, handler: &'a ExceptHandler, end: Label) -> Result {
        let at = loc(handler.span);
        let next = self.label();
        if let Some(type_) = &handler.type_ {
            self.expr(type_)?;
            self.op(at, Opcode::CHECK_EXC_MATCH);
            self.jump(at, Opcode::POP_JUMP_IF_FALSE, next);
        }
        match &handler.name {
            Some(name) => {
                self.name_op(at, name, ExprContext::Store)?;
                // However the body ends, the name is unbound.
                let cleanup = self.label();
                self.jump(at, Opcode::SETUP_CLEANUP, cleanup);
                let body = self.label_here();
                let block = FrameBlock::plain(BlockType::HandlerCleanup, at, body);
                self.push_frame_block(FrameBlock { name: Some(name.clone()), ..block })?;
                self.stmts(&handler.body)?;
                self.pop_frame_block();
                self.op(Location::NONE, Opcode::POP_BLOCK);
                self.op(Location::NONE, Opcode::POP_BLOCK);
                self.op(Location::NONE, Opcode::POP_EXCEPT);
                self.unbind(Location::NONE, name)?;
                self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
                self.place(cleanup);
                self.unbind(Location::NONE, name)?;
                self.op_i(Location::NONE, Opcode::RERAISE, 1);
            }
            None => {
                let body = self.label_here();
                let block = FrameBlock::plain(BlockType::HandlerCleanup, at, body);
                self.push_frame_block(block)?;
                self.op(at, Opcode::POP_TOP);
                self.stmts(&handler.body)?;
                self.pop_frame_block();
                self.op(Location::NONE, Opcode::POP_BLOCK);
                self.op(Location::NONE, Opcode::POP_EXCEPT);
                self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
            }
        }
        self.place(next);
        Ok(())
    }

    /// `except*` (PEP 654): each clause takes its part of the group; what they raise and what is left over is
    /// gathered in a list and raised together.
    fn try_except_star(&mut self, s: &'a Stmt, n: &'a TryParts) -> Result {
        let (except, orelse, end) = (self.label(), self.label(), self.label());
        let (cleanup, reraise_star) = (self.label(), self.label());
        self.guarded_body(s, n, except)?;
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, orelse);
        self.place(except);
        self.jump(Location::NONE, Opcode::SETUP_CLEANUP, cleanup);
        self.op(Location::NONE, Opcode::PUSH_EXC_INFO);
        let block = FrameBlock::plain(BlockType::ExceptionGroupHandler, loc(s.span), except);
        self.push_frame_block(block)?;
        for (i, handler) in n.handlers.iter().enumerate() {
            if i == 0 {
                let at = loc(handler.span);
                self.op_i(at, Opcode::BUILD_LIST, 0);
                self.op_i(at, Opcode::COPY, 2);
            }
            self.star_handler(handler)?;
            if i + 1 == n.handlers.len() {
                // What no clause took.
                self.op_i(Location::NONE, Opcode::LIST_APPEND, 1);
                self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, reraise_star);
            }
        }
        self.pop_frame_block();
        let reraise = self.label();
        self.place(reraise_star);
        self.op_i(Location::NONE, Opcode::CALL_INTRINSIC_2, intrinsic2::PREP_RERAISE_STAR);
        self.op_i(Location::NONE, Opcode::COPY, 1);
        self.jump(Location::NONE, Opcode::POP_JUMP_IF_NOT_NONE, reraise);
        self.op(Location::NONE, Opcode::POP_TOP);
        self.op(Location::NONE, Opcode::POP_BLOCK);
        self.op(Location::NONE, Opcode::POP_EXCEPT);
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.place(reraise);
        self.op(Location::NONE, Opcode::POP_BLOCK);
        self.op_i(Location::NONE, Opcode::SWAP, 2);
        self.op(Location::NONE, Opcode::POP_EXCEPT);
        self.op_i(Location::NONE, Opcode::RERAISE, 0);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(orelse);
        self.stmts(&n.orelse)?;
        self.place(end);
        Ok(())
    }

    fn star_handler(&mut self, handler: &'a ExceptHandler) -> Result {
        let at = loc(handler.span);
        let (next, next_with_error, no_match) = (self.label(), self.label(), self.label());
        if let Some(type_) = &handler.type_ {
            self.expr(type_)?;
            self.op(at, Opcode::CHECK_EG_MATCH);
            self.op_i(at, Opcode::COPY, 1);
            self.jump(at, Opcode::POP_JUMP_IF_NONE, no_match);
        }
        let cleanup = self.label();
        match &handler.name {
            Some(name) => self.name_op(at, name, ExprContext::Store)?,
            None => self.op(at, Opcode::POP_TOP),
        }
        self.jump(at, Opcode::SETUP_CLEANUP, cleanup);
        let body = self.label_here();
        let block = FrameBlock::plain(BlockType::HandlerCleanup, at, body);
        self.push_frame_block(FrameBlock { name: handler.name.clone(), ..block })?;
        self.stmts(&handler.body)?;
        self.pop_frame_block();
        self.op(Location::NONE, Opcode::POP_BLOCK);
        if let Some(name) = &handler.name {
            self.unbind(Location::NONE, name)?;
        }
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, next);
        self.place(cleanup);
        if let Some(name) = &handler.name {
            self.unbind(Location::NONE, name)?;
        }
        // What the body raised joins the list.
        self.op_i(Location::NONE, Opcode::LIST_APPEND, 3);
        self.op(Location::NONE, Opcode::POP_TOP);
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, next_with_error);
        self.place(next);
        self.op(Location::NONE, Opcode::NOP);
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, next_with_error);
        self.place(no_match);
        self.op(at, Opcode::POP_TOP);
        self.place(next_with_error);
        Ok(())
    }
}
