//! Assignment targets: expressions read as values first, then checked and turned into targets.

use super::{PResult, Parser};
use crate::ast::{self, Expr, ExprContext, ExprKind};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    /// Turns an expression into the target of an assignment; no match if it cannot be one.
    pub(super) fn make_store(&mut self, expr: &mut Expr) -> PResult<()> {
        match &mut expr.kind {
            ExprKind::Name(n) => n.ctx = ExprContext::Store,
            ExprKind::Attribute(n) => n.ctx = ExprContext::Store,
            ExprKind::Subscript(n) => n.ctx = ExprContext::Store,
            ExprKind::Starred(n) => {
                n.ctx = ExprContext::Store;
                if matches!(n.value.kind, ExprKind::Starred(_)) {
                    return self.fail();
                }
                return self.nested(|p| p.make_store(&mut n.value));
            }
            ExprKind::Tuple(n) => {
                n.ctx = ExprContext::Store;
                return self.nested(|p| n.elts.iter_mut().try_for_each(|e| p.make_store(e)));
            }
            ExprKind::List(n) => {
                n.ctx = ExprContext::Store;
                return self.nested(|p| n.elts.iter_mut().try_for_each(|e| p.make_store(e)));
            }
            _ => return self.fail(),
        }
        Ok(())
    }

    /// Turns an expression into a target that is no tuple, list or starred target.
    pub(super) fn make_single_target(&mut self, expr: &mut Expr) -> PResult<()> {
        match &mut expr.kind {
            ExprKind::Name(n) => n.ctx = ExprContext::Store,
            ExprKind::Attribute(n) => n.ctx = ExprContext::Store,
            ExprKind::Subscript(n) => n.ctx = ExprContext::Store,
            _ => return self.fail(),
        }
        Ok(())
    }

    fn make_delete(&mut self, expr: &mut Expr) -> PResult<()> {
        match &mut expr.kind {
            ExprKind::Name(n) => n.ctx = ExprContext::Del,
            ExprKind::Attribute(n) => n.ctx = ExprContext::Del,
            ExprKind::Subscript(n) => n.ctx = ExprContext::Del,
            ExprKind::Tuple(n) => {
                n.ctx = ExprContext::Del;
                return self.nested(|p| n.elts.iter_mut().try_for_each(|e| p.make_delete(e)));
            }
            ExprKind::List(n) => {
                n.ctx = ExprContext::Del;
                return self.nested(|p| n.elts.iter_mut().try_for_each(|e| p.make_delete(e)));
            }
            _ => return self.fail(),
        }
        Ok(())
    }

    pub(super) fn delete_targets(&mut self) -> PResult<Vec<Expr>> {
        let mut targets = Vec::with_capacity(1);
        loop {
            let mut target = self.primary()?;
            self.make_delete(&mut target)?;
            targets.push(target);
            if !self.eat(K::Comma) || matches!(self.kind(), K::Newline | K::Semicolon) {
                break;
            }
        }
        if !matches!(self.kind(), K::Newline | K::Semicolon) {
            return self.fail();
        }
        Ok(targets)
    }

    /// One target, starred or not, read without operators (`in` ends it).
    pub(super) fn star_target(&mut self) -> PResult<Expr> {
        let start = self.start();
        if self.eat(K::Star) {
            let mut value = self.primary()?;
            self.make_store(&mut value)?;
            return Ok(Expr::new(self.span(start), ast::ExprStarred { value, ctx: ExprContext::Store }));
        }
        let mut target = self.primary()?;
        self.make_store(&mut target)?;
        Ok(target)
    }

    /// Targets of `for`, up to `in`.
    pub(super) fn star_targets(&mut self) -> PResult<Expr> {
        let start = self.start();
        let first = self.star_target()?;
        if self.kind() != K::Comma {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if self.kind() == K::In {
                break;
            }
            elts.push(self.star_target()?);
        }
        Ok(Expr::new(self.span(start), ast::ExprTuple { elts, ctx: ExprContext::Store }))
    }
}
