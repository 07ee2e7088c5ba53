//! Conditions: `and`, `or`, `not`, comparisons, conditional expressions, and jumps on them.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::emit::compare;
use super::{Codegen, loc};
use crate::error::Result;
use crate::instr::{Label, Location};

fn pop_jump(condition: bool) -> Opcode {
    if condition { Opcode::POP_JUMP_IF_TRUE } else { Opcode::POP_JUMP_IF_FALSE }
}

impl<'a> Codegen<'a> {
    pub(super) fn bool_op(&mut self, at: Location, n: &'a ExprBoolOp) -> Result {
        let opcode = match n.op {
            BoolOperator::And => Opcode::JUMP_IF_FALSE,
            BoolOperator::Or => Opcode::JUMP_IF_TRUE,
        };
        let Some((last, rest)) = n.values.split_last() else { return Ok(()) };
        let end = self.label();
        for value in rest {
            self.expr(value)?;
            self.jump(at, opcode, end);
            self.op(at, Opcode::POP_TOP);
        }
        self.expr(last)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn if_expr(&mut self, n: &'a ExprIfExp) -> Result {
        let (end, next) = (self.label(), self.label());
        self.jump_if(&n.test, next, false)?;
        self.expr(&n.body)?;
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.place(next);
        self.expr(&n.orelse)?;
        self.place(end);
        Ok(())
    }

    fn compare_op(&mut self, at: Location, op: CmpOperator) {
        let (opcode, operand) = match op {
            CmpOperator::Lt => (Opcode::COMPARE_OP, compare::LT),
            CmpOperator::LtE => (Opcode::COMPARE_OP, compare::LE),
            CmpOperator::Eq => (Opcode::COMPARE_OP, compare::EQ),
            CmpOperator::NotEq => (Opcode::COMPARE_OP, compare::NE),
            CmpOperator::Gt => (Opcode::COMPARE_OP, compare::GT),
            CmpOperator::GtE => (Opcode::COMPARE_OP, compare::GE),
            CmpOperator::Is => (Opcode::IS_OP, 0),
            CmpOperator::IsNot => (Opcode::IS_OP, 1),
            CmpOperator::In => (Opcode::CONTAINS_OP, 0),
            CmpOperator::NotIn => (Opcode::CONTAINS_OP, 1),
        };
        self.op_i(at, opcode, operand);
    }

    pub(super) fn compare(&mut self, e: &'a Expr, n: &'a ExprCompare) -> Result {
        let at = loc(e.span);
        self.check_compare(e, n);
        self.expr(&n.left)?;
        let (Some((last_op, ops)), Some((last, comparators))) =
            (n.ops.split_last(), n.comparators.split_last())
        else {
            return Ok(());
        };
        if ops.is_empty() {
            self.expr(last)?;
            self.compare_op(at, *last_op);
            return Ok(());
        }
        let cleanup = self.label();
        for (op, comparator) in ops.iter().zip(comparators) {
            self.expr(comparator)?;
            self.op_i(at, Opcode::SWAP, 2);
            self.op_i(at, Opcode::COPY, 2);
            self.compare_op(at, *op);
            self.op_i(at, Opcode::COPY, 1);
            self.op(at, Opcode::TO_BOOL);
            self.jump(at, Opcode::POP_JUMP_IF_FALSE, cleanup);
            self.op(at, Opcode::POP_TOP);
        }
        self.expr(last)?;
        self.compare_op(at, *last_op);
        let end = self.label();
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.place(cleanup);
        self.op_i(at, Opcode::SWAP, 2);
        self.op(at, Opcode::POP_TOP);
        self.place(end);
        Ok(())
    }

    /// Jumps to `next` if the truth of `e` is `condition`, and falls through otherwise.
    pub(super) fn jump_if(&mut self, e: &'a Expr, next: Label, condition: bool) -> Result {
        self.settings.guard.check()?;
        match &e.kind {
            ExprKind::UnaryOp(n) if n.op == UnaryOperator::Not => self.jump_if(&n.operand, next, !condition),
            ExprKind::BoolOp(n) => {
                let Some((last, rest)) = n.values.split_last() else { return Ok(()) };
                let stops = n.op == BoolOperator::Or;
                let short = if stops == condition { next } else { self.label() };
                for value in rest {
                    self.jump_if(value, short, stops)?;
                }
                self.jump_if(last, next, condition)?;
                if short != next {
                    self.place(short);
                }
                Ok(())
            }
            ExprKind::IfExp(n) => {
                let (end, orelse) = (self.label(), self.label());
                self.jump_if(&n.test, orelse, false)?;
                self.jump_if(&n.body, next, condition)?;
                self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
                self.place(orelse);
                self.jump_if(&n.orelse, next, condition)?;
                self.place(end);
                Ok(())
            }
            ExprKind::Compare(n) if n.ops.len() > 1 => self.jump_if_chain(e, n, next, condition),
            _ => {
                let at = loc(e.span);
                self.expr(e)?;
                self.op(at, Opcode::TO_BOOL);
                self.jump(at, pop_jump(condition), next);
                Ok(())
            }
        }
    }

    fn jump_if_chain(&mut self, e: &'a Expr, n: &'a ExprCompare, next: Label, condition: bool) -> Result {
        let at = loc(e.span);
        self.check_compare(e, n);
        let (Some((last_op, ops)), Some((last, comparators))) =
            (n.ops.split_last(), n.comparators.split_last())
        else {
            return Ok(());
        };
        let cleanup = self.label();
        self.expr(&n.left)?;
        for (op, comparator) in ops.iter().zip(comparators) {
            self.expr(comparator)?;
            self.op_i(at, Opcode::SWAP, 2);
            self.op_i(at, Opcode::COPY, 2);
            self.compare_op(at, *op);
            self.op(at, Opcode::TO_BOOL);
            self.jump(at, Opcode::POP_JUMP_IF_FALSE, cleanup);
        }
        self.expr(last)?;
        self.compare_op(at, *last_op);
        self.op(at, Opcode::TO_BOOL);
        self.jump(at, pop_jump(condition), next);
        let end = self.label();
        self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.place(cleanup);
        self.op(at, Opcode::POP_TOP);
        if !condition {
            self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, next);
        }
        self.place(end);
        Ok(())
    }
}
