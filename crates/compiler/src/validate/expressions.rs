//! Expressions, parameters and comprehensions.

use taipan_syntax::ast::*;

use super::{Validator, name, positions, value_error};
use crate::error::Result;

fn context_name(ctx: ExprContext) -> &'static str {
    match ctx {
        ExprContext::Load => "Load",
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
    }
}

/// The context that a node carries, if it is of a kind that has one.
fn context_of(e: &Expr) -> Option<ExprContext> {
    match &e.kind {
        ExprKind::Attribute(n) => Some(n.ctx),
        ExprKind::Subscript(n) => Some(n.ctx),
        ExprKind::Starred(n) => Some(n.ctx),
        ExprKind::Name(n) => Some(n.ctx),
        ExprKind::List(n) => Some(n.ctx),
        ExprKind::Tuple(n) => Some(n.ctx),
        _ => None,
    }
}

impl Validator {
    pub(super) fn load(&self, e: &Expr) -> Result {
        self.expr(e, ExprContext::Load)
    }

    pub(super) fn all_load(&self, list: &[Expr]) -> Result {
        list.iter().try_for_each(|e| self.load(e))
    }

    pub(super) fn maybe_load(&self, e: &Option<Expr>) -> Result {
        e.as_ref().map_or(Ok(()), |e| self.load(e))
    }

    pub(super) fn keywords(&self, keywords: &[Keyword]) -> Result {
        keywords.iter().try_for_each(|k| self.load(&k.value))
    }

    fn comprehensions(&self, generators: &[Comprehension]) -> Result {
        if generators.is_empty() {
            return Err(value_error("comprehension with no generators"));
        }
        for g in generators {
            self.expr(&g.target, ExprContext::Store)?;
            self.load(&g.iter)?;
            self.all_load(&g.ifs)?;
        }
        Ok(())
    }

    fn parameters(&self, params: &[Arg]) -> Result {
        params.iter().try_for_each(|p| self.parameter(p))
    }

    fn parameter(&self, p: &Arg) -> Result {
        positions(p.span)?;
        self.maybe_load(&p.annotation)
    }

    pub(super) fn arguments(&self, a: &Arguments) -> Result {
        self.parameters(&a.posonlyargs)?;
        self.parameters(&a.args)?;
        if let Some(p) = &a.vararg {
            self.maybe_load(&p.annotation)?;
        }
        self.parameters(&a.kwonlyargs)?;
        if let Some(p) = &a.kwarg {
            self.maybe_load(&p.annotation)?;
        }
        if a.defaults.len() > a.posonlyargs.len() + a.args.len() {
            return Err(value_error("more positional defaults than args on arguments"));
        }
        if a.kw_defaults.len() != a.kwonlyargs.len() {
            return Err(value_error("length of kwonlyargs is not the same as kw_defaults on arguments"));
        }
        self.all_load(&a.defaults)?;
        a.kw_defaults.iter().try_for_each(|d| self.maybe_load(d))
    }

    pub(super) fn expr(&self, e: &Expr, ctx: ExprContext) -> Result {
        self.guard.check()?;
        positions(e.span)?;
        if let ExprKind::Name(n) = &e.kind {
            name(&n.id)?;
        }
        match context_of(e) {
            Some(actual) if actual != ctx => {
                return Err(value_error(format!(
                    "expression must have {} context but has {} instead",
                    context_name(ctx),
                    context_name(actual)
                )));
            }
            None if ctx != ExprContext::Load => {
                return Err(value_error(format!(
                    "expression which can't be assigned to in {} context",
                    context_name(ctx)
                )));
            }
            _ => {}
        }
        match &e.kind {
            ExprKind::Name(_) | ExprKind::Constant(_) => Ok(()),
            ExprKind::BoolOp(n) if n.values.len() < 2 => Err(value_error("BoolOp with less than 2 values")),
            ExprKind::BoolOp(n) => self.all_load(&n.values),
            ExprKind::NamedExpr(n) => {
                if !matches!(n.target.kind, ExprKind::Name(_)) {
                    return Err(super::type_error("NamedExpr target must be a Name"));
                }
                self.expr(&n.target, ExprContext::Store)?;
                self.load(&n.value)
            }
            ExprKind::BinOp(_) => self.binary(e),
            ExprKind::UnaryOp(n) => self.load(&n.operand),
            ExprKind::Lambda(n) => {
                self.arguments(&n.args)?;
                self.load(&n.body)
            }
            ExprKind::IfExp(n) => {
                self.load(&n.test)?;
                self.load(&n.body)?;
                self.load(&n.orelse)
            }
            ExprKind::Dict(n) => {
                if n.keys.len() != n.values.len() {
                    return Err(value_error("Dict doesn't have the same number of keys as values"));
                }
                n.keys.iter().try_for_each(|k| self.maybe_load(k))?;
                self.all_load(&n.values)
            }
            ExprKind::Set(n) => self.all_load(&n.elts),
            ExprKind::ListComp(n) => self.comprehensions(&n.generators).and_then(|()| self.load(&n.elt)),
            ExprKind::SetComp(n) => self.comprehensions(&n.generators).and_then(|()| self.load(&n.elt)),
            ExprKind::GeneratorExp(n) => self.comprehensions(&n.generators).and_then(|()| self.load(&n.elt)),
            ExprKind::DictComp(n) => {
                self.comprehensions(&n.generators)?;
                self.load(&n.key)?;
                self.load(&n.value)
            }
            ExprKind::Await(n) => self.load(&n.value),
            ExprKind::Yield(n) => self.maybe_load(&n.value),
            ExprKind::YieldFrom(n) => self.load(&n.value),
            ExprKind::Compare(n) => {
                if n.comparators.is_empty() {
                    return Err(value_error("Compare has no comparators"));
                }
                if n.comparators.len() != n.ops.len() {
                    return Err(value_error("Compare has a different number of comparators and operands"));
                }
                self.all_load(&n.comparators)?;
                self.load(&n.left)
            }
            ExprKind::Call(n) => {
                self.load(&n.func)?;
                self.all_load(&n.args)?;
                self.keywords(&n.keywords)
            }
            ExprKind::FormattedValue(n) => {
                self.load(&n.value)?;
                self.maybe_load(&n.format_spec)
            }
            ExprKind::Interpolation(n) => {
                self.load(&n.value)?;
                self.maybe_load(&n.format_spec)
            }
            ExprKind::JoinedStr(n) => self.all_load(&n.values),
            ExprKind::TemplateStr(n) => self.all_load(&n.values),
            ExprKind::Attribute(n) => self.load(&n.value),
            ExprKind::Subscript(n) => {
                self.load(&n.slice)?;
                self.load(&n.value)
            }
            ExprKind::Starred(n) => self.expr(&n.value, ctx),
            ExprKind::List(n) => n.elts.iter().try_for_each(|e| self.expr(e, ctx)),
            ExprKind::Tuple(n) => n.elts.iter().try_for_each(|e| self.expr(e, ctx)),
            ExprKind::Slice(n) => {
                self.maybe_load(&n.lower)?;
                self.maybe_load(&n.upper)?;
                self.maybe_load(&n.step)
            }
        }
    }

    /// A chain of binary operators that leans to the left takes no stack.
    fn binary(&self, e: &Expr) -> Result {
        let mut at = e;
        while let ExprKind::BinOp(n) = &at.kind {
            positions(at.span)?;
            self.load(&n.right)?;
            at = &n.left;
        }
        self.load(at)
    }
}
