//! List, tuple, set and dict displays, and unpacking into targets.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::emit::intrinsic;
use super::{Codegen, STACK_USE_GUIDELINE, loc};
use crate::error::{CompileError, Result};
use crate::instr::Location;

/// How a sequence of items, some of them starred, is built.
#[derive(Clone, Copy)]
pub(super) struct SequenceOps {
    build: Opcode,
    add: Opcode,
    extend: Opcode,
    /// Built as a list and made a tuple in the end.
    tuple: bool,
}

pub(super) const LIST: SequenceOps = SequenceOps {
    build: Opcode::BUILD_LIST,
    add: Opcode::LIST_APPEND,
    extend: Opcode::LIST_EXTEND,
    tuple: false,
};
pub(super) const TUPLE: SequenceOps = SequenceOps { tuple: true, ..LIST };
pub(super) const SET: SequenceOps =
    SequenceOps { build: Opcode::BUILD_SET, add: Opcode::SET_ADD, extend: Opcode::SET_UPDATE, tuple: false };

impl<'a> Codegen<'a> {
    /// Builds a sequence of items. `pushed` items are on the stack already; `injected` names a variable that is
    /// one more item at the end.
    pub(super) fn sequence(
        &mut self,
        at: Location,
        elts: &'a [Expr],
        injected: Option<&Identifier>,
        pushed: u32,
        ops: SequenceOps,
    ) -> Result {
        let count = elts.len() + usize::from(injected.is_some());
        let big = count + pushed as usize > STACK_USE_GUIDELINE;
        let starred = elts.iter().any(|e| matches!(e.kind, ExprKind::Starred(_)));
        if !starred && !big {
            self.exprs(elts)?;
            if let Some(name) = injected {
                self.name_op(at, name, ExprContext::Load)?;
            }
            let build = if ops.tuple { Opcode::BUILD_TUPLE } else { ops.build };
            self.op_i(at, build, count as u32 + pushed);
            return Ok(());
        }
        let mut built = big;
        if big {
            self.op_i(at, ops.build, pushed);
        }
        for (i, e) in elts.iter().enumerate() {
            if let ExprKind::Starred(s) = &e.kind {
                if !built {
                    self.op_i(at, ops.build, i as u32 + pushed);
                    built = true;
                }
                self.expr(&s.value)?;
                self.op_i(at, ops.extend, 1);
            } else {
                self.expr(e)?;
                if built {
                    self.op_i(at, ops.add, 1);
                }
            }
        }
        if let Some(name) = injected {
            self.name_op(at, name, ExprContext::Load)?;
            self.op_i(at, ops.add, 1);
        }
        if ops.tuple {
            self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::LIST_TO_TUPLE);
        }
        Ok(())
    }

    pub(super) fn list(&mut self, e: &'a Expr, n: &'a ExprList) -> Result {
        match n.ctx {
            ExprContext::Store => self.unpack(loc(e.span), &n.elts, e.span),
            ExprContext::Load => self.sequence(loc(e.span), &n.elts, None, 0, LIST),
            ExprContext::Del => self.exprs(&n.elts),
        }
    }

    pub(super) fn tuple(&mut self, e: &'a Expr, n: &'a ExprTuple) -> Result {
        match n.ctx {
            ExprContext::Store => self.unpack(loc(e.span), &n.elts, e.span),
            ExprContext::Load => self.sequence(loc(e.span), &n.elts, None, 0, TUPLE),
            ExprContext::Del => self.exprs(&n.elts),
        }
    }

    fn unpack(&mut self, at: Location, targets: &'a [Expr], span: Span) -> Result {
        let mut star = None;
        for (i, e) in targets.iter().enumerate() {
            if matches!(e.kind, ExprKind::Starred(_)) {
                if star.is_some() {
                    return Err(CompileError::syntax("multiple starred expressions in assignment", span));
                }
                let after = targets.len() - i - 1;
                if i >= 1 << 8 || after >= 1 << 23 {
                    return Err(CompileError::syntax(
                        "too many expressions in star-unpacking assignment",
                        span,
                    ));
                }
                self.op_i(at, Opcode::UNPACK_EX, i as u32 + ((after as u32) << 8));
                star = Some(i);
            }
        }
        if star.is_none() {
            self.op_i(at, Opcode::UNPACK_SEQUENCE, targets.len() as u32);
        }
        for e in targets {
            match &e.kind {
                ExprKind::Starred(s) => self.expr(&s.value)?,
                _ => self.expr(e)?,
            }
        }
        Ok(())
    }

    /// Builds a dict of the items from `from` to `to`, none of which is `**mapping`.
    fn sub_dict(&mut self, at: Location, n: &'a ExprDict, from: usize, to: usize) -> Result {
        let big = (to - from) * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_i(at, Opcode::BUILD_MAP, 0);
        }
        for (key, value) in n.keys.iter().zip(&n.values).take(to).skip(from) {
            if let Some(key) = key {
                self.expr(key)?;
            }
            self.expr(value)?;
            if big {
                self.op_i(at, Opcode::MAP_ADD, 1);
            }
        }
        if !big {
            self.op_i(at, Opcode::BUILD_MAP, (to - from) as u32);
        }
        Ok(())
    }

    pub(super) fn dict(&mut self, at: Location, n: &'a ExprDict) -> Result {
        let mut have_dict = false;
        let mut pending = 0;
        for (i, value) in n.values.iter().enumerate() {
            if n.keys.get(i).is_some_and(Option::is_none) {
                if pending > 0 {
                    self.sub_dict(at, n, i - pending, i)?;
                    if have_dict {
                        self.op_i(at, Opcode::DICT_UPDATE, 1);
                    }
                    have_dict = true;
                    pending = 0;
                }
                if !have_dict {
                    self.op_i(at, Opcode::BUILD_MAP, 0);
                    have_dict = true;
                }
                self.expr(value)?;
                self.op_i(at, Opcode::DICT_UPDATE, 1);
            } else if pending * 2 > STACK_USE_GUIDELINE {
                self.sub_dict(at, n, i - pending, i + 1)?;
                if have_dict {
                    self.op_i(at, Opcode::DICT_UPDATE, 1);
                }
                have_dict = true;
                pending = 0;
            } else {
                pending += 1;
            }
        }
        if pending > 0 {
            let count = n.values.len();
            self.sub_dict(at, n, count - pending, count)?;
            if have_dict {
                self.op_i(at, Opcode::DICT_UPDATE, 1);
            }
            have_dict = true;
        }
        if !have_dict {
            self.op_i(at, Opcode::BUILD_MAP, 0);
        }
        Ok(())
    }
}
