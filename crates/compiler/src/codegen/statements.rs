//! Statements, and the simple ones among them.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::emit::{SUBSCRIPT, common, intrinsic};
use super::expressions::{binary_operand, two_part_slice};
use super::unit::UnitKind;
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::Location;

impl<'a> Codegen<'a> {
    pub(super) fn stmts(&mut self, body: &'a [Stmt]) -> Result {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    /// A statement whose bodies may not run.
    fn conditional(&mut self, f: impl FnOnce(&mut Self) -> Result) -> Result {
        let old = std::mem::replace(&mut self.unit.in_conditional_block, true);
        f(self)?;
        self.unit.in_conditional_block = old;
        Ok(())
    }

    pub(super) fn stmt(&mut self, s: &'a Stmt) -> Result {
        self.settings.guard.check()?;
        let at = loc(s.span);
        match &s.kind {
            StmtKind::Pass(_) => {
                self.op(at, Opcode::NOP);
                Ok(())
            }
            StmtKind::Break(_) => self.break_statement(s),
            StmtKind::Continue(_) => self.continue_statement(s),
            StmtKind::FunctionDef(n) => self.function(s, &n.0, false),
            StmtKind::AsyncFunctionDef(n) => self.function(s, &n.0, true),
            StmtKind::ClassDef(n) => self.class(s, n),
            StmtKind::TypeAlias(n) => self.type_alias(s, n),
            StmtKind::Return(n) => self.return_statement(s, n),
            StmtKind::Delete(n) => self.exprs(&n.targets),
            StmtKind::Assign(n) => self.assign(at, n),
            StmtKind::AugAssign(n) => self.augmented_assign(at, n),
            StmtKind::AnnAssign(n) => self.annotated_assign(s, n),
            StmtKind::For(n) => self.conditional(|g| g.for_statement(s, &n.0)),
            StmtKind::AsyncFor(n) => self.conditional(|g| g.async_for_statement(s, &n.0)),
            StmtKind::While(n) => self.conditional(|g| g.while_statement(s, n)),
            StmtKind::If(n) => self.conditional(|g| g.if_statement(n)),
            StmtKind::With(n) => self.conditional(|g| g.with_statement(&n.0, 0, false)),
            StmtKind::AsyncWith(n) => self.conditional(|g| g.with_statement(&n.0, 0, true)),
            StmtKind::Match(n) => self.conditional(|g| g.match_statement(n)),
            StmtKind::Raise(n) => self.raise(at, n),
            StmtKind::Try(n) => self.conditional(|g| g.try_statement(s, &n.0, false)),
            StmtKind::TryStar(n) => self.conditional(|g| g.try_statement(s, &n.0, true)),
            StmtKind::Assert(n) => self.assert(s, n),
            StmtKind::Import(n) => self.import(s, n),
            StmtKind::ImportFrom(n) => self.import_from(s, n),
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => Ok(()),
            StmtKind::Expr(n) => self.expr_statement(at, &n.value),
        }
    }

    fn expr_statement(&mut self, at: Location, value: &'a Expr) -> Result {
        if self.interactive && self.stack.is_empty() {
            self.expr(value)?;
            self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::PRINT);
            self.op(Location::NONE, Opcode::POP_TOP);
            return Ok(());
        }
        if matches!(value.kind, ExprKind::Constant(_)) {
            self.op(at, Opcode::NOP);
            return Ok(());
        }
        self.expr(value)?;
        self.op(Location::NONE, Opcode::POP_TOP);
        Ok(())
    }

    fn assign(&mut self, at: Location, n: &'a StmtAssign) -> Result {
        self.expr(&n.value)?;
        for (i, target) in n.targets.iter().enumerate() {
            if i + 1 < n.targets.len() {
                self.op_i(at, Opcode::COPY, 1);
            }
            self.expr(target)?;
        }
        Ok(())
    }

    fn augmented_assign(&mut self, stmt_at: Location, n: &'a StmtAugAssign) -> Result {
        let e = &n.target;
        let at = loc(e.span);
        let operand = binary_operand(n.op, true);
        match &e.kind {
            ExprKind::Attribute(t) => {
                self.expr(&t.value)?;
                self.op_i(at, Opcode::COPY, 1);
                let at = self.attribute_location(at, e);
                self.load_attr(at, &t.attr, false);
                self.expr(&n.value)?;
                self.op_i(stmt_at, Opcode::BINARY_OP, operand);
                self.op_i(at, Opcode::SWAP, 2);
                self.op_name(at, Opcode::STORE_ATTR, &t.attr);
            }
            ExprKind::Subscript(t) => {
                self.expr(&t.value)?;
                let slice = two_part_slice(&t.slice);
                match slice {
                    Some((slice_at, slice)) => {
                        self.slice_parts(slice_at, slice)?;
                        for _ in 0..3 {
                            self.op_i(at, Opcode::COPY, 3);
                        }
                        self.op(at, Opcode::BINARY_SLICE);
                    }
                    None => {
                        self.expr(&t.slice)?;
                        self.op_i(at, Opcode::COPY, 2);
                        self.op_i(at, Opcode::COPY, 2);
                        self.op_i(at, Opcode::BINARY_OP, SUBSCRIPT);
                    }
                }
                self.expr(&n.value)?;
                self.op_i(stmt_at, Opcode::BINARY_OP, operand);
                if slice.is_some() {
                    self.op_i(at, Opcode::SWAP, 4);
                    self.op_i(at, Opcode::SWAP, 3);
                    self.op_i(at, Opcode::SWAP, 2);
                    self.op(at, Opcode::STORE_SLICE);
                } else {
                    self.op_i(at, Opcode::SWAP, 3);
                    self.op_i(at, Opcode::SWAP, 2);
                    self.op(at, Opcode::STORE_SUBSCR);
                }
            }
            ExprKind::Name(t) => {
                self.name_op(at, &t.id, ExprContext::Load)?;
                self.expr(&n.value)?;
                self.op_i(stmt_at, Opcode::BINARY_OP, operand);
                self.name_op(at, &t.id, ExprContext::Store)?;
            }
            _ => return Err(CompileError::system("invalid node type for augmented assignment")),
        }
        Ok(())
    }

    fn annotated_assign(&mut self, s: &'a Stmt, n: &'a StmtAnnAssign) -> Result {
        let at = loc(s.span);
        let future = self.settings.flags.future_annotations();
        if let Some(value) = &n.value {
            self.expr(value)?;
            self.expr(&n.target)?;
        }
        let stores_annotations = matches!(self.unit.kind, UnitKind::Module | UnitKind::Class);
        match &n.target.kind {
            ExprKind::Name(name) => {
                if n.simple && stores_annotations {
                    if future {
                        self.annotation_text(&n.annotation)?;
                        self.name_op(at, &"__annotations__".into(), ExprContext::Load)?;
                        let mangled = self.maybe_mangle(&name.id);
                        self.load_str(at, &mangled);
                        self.op(at, Opcode::STORE_SUBSCR);
                    } else {
                        self.defer_annotation(at, n)?;
                    }
                }
            }
            ExprKind::Attribute(t) => {
                if n.value.is_none() {
                    self.evaluate(&t.value)?;
                }
            }
            ExprKind::Subscript(t) => {
                if n.value.is_none() {
                    self.evaluate(&t.value)?;
                    self.evaluate_slice(&t.slice)?;
                }
            }
            _ => return Err(CompileError::system("invalid node type for annotated assignment")),
        }
        Ok(())
    }

    /// Evaluates for the side effects.
    fn evaluate(&mut self, e: &'a Expr) -> Result {
        self.expr(e)?;
        self.op(loc(e.span), Opcode::POP_TOP);
        Ok(())
    }

    fn evaluate_slice(&mut self, e: &'a Expr) -> Result {
        match &e.kind {
            ExprKind::Slice(n) => {
                for part in [&n.lower, &n.upper, &n.step].into_iter().flatten() {
                    self.evaluate(part)?;
                }
                Ok(())
            }
            ExprKind::Tuple(n) => n.elts.iter().try_for_each(|e| self.evaluate_slice(e)),
            _ => self.evaluate(e),
        }
    }

    /// Keeps a variable's annotation for the end of the body.
    fn defer_annotation(&mut self, at: Location, n: &'a StmtAnnAssign) -> Result {
        let conditional = self.unit.kind == UnitKind::Module || self.unit.in_conditional_block;
        let index = conditional.then_some(self.unit.next_conditional_annotation);
        self.unit.deferred.push(super::unit::DeferredAnnotation { statement: n, location: at, index });
        let Some(index) = index else { return Ok(()) };
        self.unit.next_conditional_annotation += 1;
        let name = "__conditional_annotations__";
        if self.unit.kind == UnitKind::Class {
            let slot = self.unit.meta.cellvars.add_text(name);
            self.op_i(at, Opcode::LOAD_DEREF, slot);
        } else {
            self.op_name(at, Opcode::LOAD_NAME, &name.into());
        }
        self.load_int(at, index);
        self.op_i(at, Opcode::SET_ADD, 1);
        self.op(at, Opcode::POP_TOP);
        Ok(())
    }

    fn raise(&mut self, at: Location, n: &'a StmtRaise) -> Result {
        let mut count = 0;
        if let Some(exc) = &n.exc {
            self.expr(exc)?;
            count += 1;
            if let Some(cause) = &n.cause {
                self.expr(cause)?;
                count += 1;
            }
        }
        self.op_i(at, Opcode::RAISE_VARARGS, count);
        Ok(())
    }

    fn assert(&mut self, s: &'a Stmt, n: &'a StmtAssert) -> Result {
        let always_true = match &n.test.kind {
            ExprKind::Tuple(t) => !t.elts.is_empty(),
            ExprKind::Constant(ExprConstant { value: Constant::Tuple(t), .. }) => !t.is_empty(),
            _ => false,
        };
        if always_true {
            self.warn(s.span, "assertion is always true, perhaps remove parentheses?".into());
        }
        if self.settings.optimize > 0 {
            return Ok(());
        }
        let at = loc(s.span);
        let end = self.label();
        self.jump_if(&n.test, end, true)?;
        self.op_i(at, Opcode::LOAD_COMMON_CONSTANT, common::ASSERTION_ERROR);
        if let Some(msg) = &n.msg {
            self.expr(msg)?;
            self.op_i(at, Opcode::CALL, 0);
        }
        self.op_i(loc(n.test.span), Opcode::RAISE_VARARGS, 1);
        self.place(end);
        Ok(())
    }
}
