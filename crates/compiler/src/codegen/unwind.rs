//! The blocks that a statement stands in, and the code that leaves them early.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::Codegen;
use crate::error::{CompileError, Result};
use crate::instr::{Label, Location};

/// More blocks than this in each other are refused.
const MAX_BLOCKS: usize = 21;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockType {
    WhileLoop,
    ForLoop,
    TryExcept,
    /// The body of a `try` with `finally`.
    FinallyTry,
    /// The `finally` body as the handler of an exception.
    FinallyEnd,
    With,
    AsyncWith,
    /// An `except` clause's body.
    HandlerCleanup,
    /// A value on the stack that is dropped on the way out.
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    StopIteration,
}

#[derive(Clone)]
pub(super) struct FrameBlock<'a> {
    pub kind: BlockType,
    pub at: Location,
    pub block: Label,
    pub exit: Option<Label>,
    /// The name that a handler binds.
    pub name: Option<Identifier>,
    /// The body that runs on the way out.
    pub finally: &'a [Stmt],
}

impl<'a> FrameBlock<'a> {
    pub fn plain(kind: BlockType, at: Location, block: Label) -> Self {
        FrameBlock { kind, at, block, exit: None, name: None, finally: &[] }
    }

    pub fn with_exit(self, exit: Label) -> Self {
        FrameBlock { exit: Some(exit), ..self }
    }
}

impl<'a> Codegen<'a> {
    pub(super) fn push_frame_block(&mut self, block: FrameBlock<'a>) -> Result {
        if self.unit.frame_blocks.len() >= MAX_BLOCKS {
            return Err(CompileError::syntax("too many statically nested blocks", span_of(block.at)));
        }
        self.unit.frame_blocks.push(block);
        Ok(())
    }

    pub(super) fn pop_frame_block(&mut self) {
        self.unit.frame_blocks.pop();
    }

    /// Leaves one block. After code that belongs to another line, `at` becomes artificial.
    fn unwind_block(&mut self, at: &mut Location, block: &FrameBlock<'a>, keep_top: bool) -> Result {
        match block.kind {
            BlockType::WhileLoop
            | BlockType::ExceptionHandler
            | BlockType::ExceptionGroupHandler
            | BlockType::AsyncComprehension
            | BlockType::StopIteration => {}
            BlockType::ForLoop => {
                if keep_top {
                    self.op_i(*at, Opcode::SWAP, 2);
                }
                self.op(*at, Opcode::POP_TOP);
            }
            BlockType::TryExcept => self.op(*at, Opcode::POP_BLOCK),
            BlockType::FinallyTry => {
                // The body may itself leave by return or break, with the value still there.
                self.op(*at, Opcode::POP_BLOCK);
                if keep_top {
                    let label = block.block;
                    self.push_frame_block(FrameBlock::plain(BlockType::PopValue, *at, label))?;
                }
                self.stmts(block.finally)?;
                if keep_top {
                    self.pop_frame_block();
                }
                *at = Location::NONE;
            }
            BlockType::FinallyEnd => {
                if keep_top {
                    self.op_i(*at, Opcode::SWAP, 2);
                }
                self.op(*at, Opcode::POP_TOP);
                if keep_top {
                    self.op_i(*at, Opcode::SWAP, 2);
                }
                self.op(*at, Opcode::POP_BLOCK);
                self.op(*at, Opcode::POP_EXCEPT);
            }
            BlockType::With | BlockType::AsyncWith => {
                *at = block.at;
                self.op(*at, Opcode::POP_BLOCK);
                if keep_top {
                    self.op_i(*at, Opcode::SWAP, 3);
                    self.op_i(*at, Opcode::SWAP, 2);
                }
                self.call_exit_with_nones(*at);
                if block.kind == BlockType::AsyncWith {
                    self.op_i(*at, Opcode::GET_AWAITABLE, super::expressions::AWAIT_AEXIT);
                    self.load_none(*at);
                    self.yield_from(*at, true, None);
                }
                self.op(*at, Opcode::POP_TOP);
                *at = Location::NONE;
            }
            BlockType::HandlerCleanup => {
                if block.name.is_some() {
                    self.op(*at, Opcode::POP_BLOCK);
                }
                if keep_top {
                    self.op_i(*at, Opcode::SWAP, 2);
                }
                self.op(*at, Opcode::POP_BLOCK);
                self.op(*at, Opcode::POP_EXCEPT);
                if let Some(name) = &block.name {
                    self.unbind(*at, name)?;
                }
            }
            BlockType::PopValue => {
                if keep_top {
                    self.op_i(*at, Opcode::SWAP, 2);
                }
                self.op(*at, Opcode::POP_TOP);
            }
        }
        Ok(())
    }

    /// Sets a handler's name to None and deletes it.
    pub(super) fn unbind(&mut self, at: Location, name: &Identifier) -> Result {
        self.load_none(at);
        self.name_op(at, name, ExprContext::Store)?;
        self.name_op(at, name, ExprContext::Del)
    }

    /// Leaves all blocks, or those inside the innermost loop, which is given back. While the code of a block's
    /// end is generated, the block itself is not there.
    pub(super) fn unwind(
        &mut self,
        at: &mut Location,
        keep_top: bool,
        to_loop: bool,
    ) -> Result<Option<FrameBlock<'a>>> {
        let mut left = Vec::new();
        let mut found = None;
        while let Some(top) = self.unit.frame_blocks.last() {
            if top.kind == BlockType::ExceptionGroupHandler {
                return Err(CompileError::syntax(
                    "'break', 'continue' and 'return' cannot appear in an except* block",
                    span_of(*at),
                ));
            }
            if to_loop && matches!(top.kind, BlockType::WhileLoop | BlockType::ForLoop) {
                found = Some(top.clone());
                break;
            }
            let Some(top) = self.unit.frame_blocks.pop() else { break };
            self.unwind_block(at, &top, keep_top)?;
            left.push(top);
        }
        self.unit.frame_blocks.extend(left.into_iter().rev());
        Ok(found)
    }

    pub(super) fn return_statement(&mut self, s: &'a Stmt, n: &'a StmtReturn) -> Result {
        let table = self.table;
        let block = table.block(self.unit.block);
        if !block.is_function_like() {
            return Err(CompileError::syntax("'return' outside function", s.span));
        }
        if n.value.is_some() && block.coroutine && block.generator {
            return Err(CompileError::syntax("'return' with value in async generator", s.span));
        }
        let mut at = super::loc(s.span);
        let constant = match &n.value {
            Some(Expr { kind: ExprKind::Constant(c), .. }) => Some(&c.value),
            _ => None,
        };
        let keep_top = n.value.is_some() && constant.is_none();
        if let Some(value) = &n.value {
            if keep_top {
                self.expr(value)?;
            } else {
                at = super::loc(value.span);
                self.op(at, Opcode::NOP);
            }
        }
        if n.value.as_ref().is_none_or(|v| v.span.lineno != s.span.lineno) {
            at = super::loc(s.span);
            self.op(at, Opcode::NOP);
        }
        self.unwind(&mut at, keep_top, false)?;
        match constant {
            _ if keep_top => {}
            Some(value) => self.load_const(at, value.clone()),
            None => self.load_none(at),
        }
        self.op(at, Opcode::RETURN_VALUE);
        Ok(())
    }

    pub(super) fn break_statement(&mut self, s: &'a Stmt) -> Result {
        let mut at = super::loc(s.span);
        self.op(at, Opcode::NOP);
        let Some(found) = self.unwind(&mut at, false, true)? else {
            return Err(CompileError::syntax("'break' outside loop", s.span));
        };
        self.unwind_block(&mut at, &found, false)?;
        if let Some(exit) = found.exit {
            self.jump(at, Opcode::JUMP, exit);
        }
        Ok(())
    }

    pub(super) fn continue_statement(&mut self, s: &'a Stmt) -> Result {
        let mut at = super::loc(s.span);
        self.op(at, Opcode::NOP);
        let Some(found) = self.unwind(&mut at, false, true)? else {
            return Err(CompileError::syntax("'continue' not properly in loop", s.span));
        };
        self.jump(at, Opcode::JUMP, found.block);
        Ok(())
    }
}

fn span_of(at: Location) -> Span {
    Span::new(at.line, at.col, at.end_line, at.end_col)
}
