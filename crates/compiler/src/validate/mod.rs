//! What `compile()` requires of a tree that a program made itself: contexts, positions, non-empty bodies.
//!
//! The parser's trees need no such check. What the Rust tree cannot express at all (`None` in a list of expressions, an
//! integer in place of a name) is refused where Python objects become a tree.

mod expressions;
mod patterns;

use taipan_syntax::ast::*;

use crate::depth::StackGuard;
use crate::error::{CompileError, ErrorKind, Result};

/// Checks a tree. Errors are `ValueError` and `TypeError` with CPython's messages.
pub fn validate(module: &Mod, guard: StackGuard) -> Result {
    let v = Validator { guard };
    match module {
        Mod::Module(m) => v.stmts(&m.body),
        Mod::Interactive(m) => v.stmts(&m.body),
        Mod::Expression(m) => v.load(&m.body),
        Mod::FunctionType(m) => {
            v.all_load(&m.argtypes)?;
            v.load(&m.returns)
        }
    }
}

struct Validator {
    guard: StackGuard,
}

fn value_error(message: impl Into<String>) -> CompileError {
    CompileError::new(ErrorKind::Value, message)
}

fn type_error(message: impl Into<String>) -> CompileError {
    CompileError::new(ErrorKind::Type, message)
}

fn positions(s: Span) -> Result {
    let Span { lineno, col_offset, end_lineno, end_col_offset } = s;
    if lineno > end_lineno {
        return Err(value_error(format!("AST node line range ({lineno}, {end_lineno}) is not valid")));
    }
    if lineno < 0 && end_lineno != lineno || col_offset < 0 && col_offset != end_col_offset {
        return Err(value_error(format!(
            "AST node column range ({col_offset}, {end_col_offset}) for line range ({lineno}, {end_lineno}) is not valid"
        )));
    }
    if lineno == end_lineno && col_offset > end_col_offset {
        return Err(value_error(format!(
            "line {lineno}, column {col_offset}-{end_col_offset} is not a valid range"
        )));
    }
    Ok(())
}

/// Names that are constants cannot be bound.
fn name(name: &str) -> Result {
    match name {
        "None" | "True" | "False" => {
            Err(value_error(format!("identifier field can't represent '{name}' constant")))
        }
        _ => Ok(()),
    }
}

fn non_empty<T>(list: &[T], what: &str, owner: &str) -> Result {
    if list.is_empty() { Err(value_error(format!("empty {what} on {owner}"))) } else { Ok(()) }
}

fn aliases(list: &[Alias], owner: &str) -> Result {
    non_empty(list, "names", owner)?;
    for alias in list {
        name(&alias.name)?;
        alias.asname.as_ref().map_or(Ok(()), |n| name(n))?;
    }
    Ok(())
}

impl Validator {
    fn stmts(&self, body: &[Stmt]) -> Result {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    fn body(&self, body: &[Stmt], owner: &str) -> Result {
        non_empty(body, "body", owner)?;
        self.stmts(body)
    }

    fn stmt(&self, s: &Stmt) -> Result {
        self.guard.check()?;
        positions(s.span)?;
        match &s.kind {
            StmtKind::Pass(_) | StmtKind::Break(_) | StmtKind::Continue(_) => Ok(()),
            StmtKind::FunctionDef(n) => self.function(&n.0, "FunctionDef"),
            StmtKind::AsyncFunctionDef(n) => self.function(&n.0, "AsyncFunctionDef"),
            StmtKind::ClassDef(n) => {
                name(&n.name)?;
                self.body(&n.body, "ClassDef")?;
                self.type_params(&n.type_params)?;
                self.all_load(&n.bases)?;
                self.keywords(&n.keywords)?;
                self.all_load(&n.decorator_list)
            }
            StmtKind::Return(n) => self.maybe_load(&n.value),
            StmtKind::Delete(n) => self.targets(&n.targets, ExprContext::Del, "Delete"),
            StmtKind::Assign(n) => {
                self.targets(&n.targets, ExprContext::Store, "Assign")?;
                self.load(&n.value)
            }
            StmtKind::AugAssign(n) => {
                self.expr(&n.target, ExprContext::Store)?;
                self.load(&n.value)
            }
            StmtKind::AnnAssign(n) => {
                if n.simple && !matches!(n.target.kind, ExprKind::Name(_)) {
                    return Err(type_error("AnnAssign with simple non-Name target"));
                }
                self.expr(&n.target, ExprContext::Store)?;
                self.maybe_load(&n.value)?;
                self.load(&n.annotation)
            }
            StmtKind::TypeAlias(n) => {
                if !matches!(n.name.kind, ExprKind::Name(_)) {
                    return Err(type_error("TypeAlias with non-Name name"));
                }
                self.expr(&n.name, ExprContext::Store)?;
                self.type_params(&n.type_params)?;
                self.load(&n.value)
            }
            StmtKind::For(n) => self.for_loop(&n.0, "For"),
            StmtKind::AsyncFor(n) => self.for_loop(&n.0, "AsyncFor"),
            StmtKind::While(n) => {
                self.load(&n.test)?;
                self.body(&n.body, "While")?;
                self.stmts(&n.orelse)
            }
            StmtKind::If(n) => {
                self.load(&n.test)?;
                self.body(&n.body, "If")?;
                self.stmts(&n.orelse)
            }
            StmtKind::With(n) => self.with(&n.0, "With"),
            StmtKind::AsyncWith(n) => self.with(&n.0, "AsyncWith"),
            StmtKind::Match(n) => {
                self.load(&n.subject)?;
                non_empty(&n.cases, "cases", "Match")?;
                n.cases.iter().try_for_each(|case| {
                    self.pattern(&case.pattern, false)?;
                    self.maybe_load(&case.guard)?;
                    self.body(&case.body, "match_case")
                })
            }
            StmtKind::Raise(n) => match (&n.exc, &n.cause) {
                (None, Some(_)) => Err(value_error("Raise with cause but no exception")),
                _ => {
                    self.maybe_load(&n.exc)?;
                    self.maybe_load(&n.cause)
                }
            },
            StmtKind::Try(n) => self.try_statement(&n.0, "Try"),
            StmtKind::TryStar(n) => self.try_statement(&n.0, "TryStar"),
            StmtKind::Assert(n) => {
                self.load(&n.test)?;
                self.maybe_load(&n.msg)
            }
            StmtKind::Import(n) => aliases(&n.names, "Import"),
            StmtKind::ImportFrom(n) => aliases(&n.names, "ImportFrom"),
            StmtKind::Global(n) => non_empty(&n.names, "names", "Global"),
            StmtKind::Nonlocal(n) => non_empty(&n.names, "names", "Nonlocal"),
            StmtKind::Expr(n) => self.load(&n.value),
        }
    }

    fn targets(&self, targets: &[Expr], ctx: ExprContext, owner: &str) -> Result {
        non_empty(targets, "targets", owner)?;
        targets.iter().try_for_each(|t| self.expr(t, ctx))
    }

    fn function(&self, n: &FunctionParts, owner: &str) -> Result {
        name(&n.name)?;
        self.body(&n.body, owner)?;
        self.type_params(&n.type_params)?;
        self.arguments(&n.args)?;
        self.all_load(&n.decorator_list)?;
        self.maybe_load(&n.returns)
    }

    fn for_loop(&self, n: &ForParts, owner: &str) -> Result {
        self.expr(&n.target, ExprContext::Store)?;
        self.load(&n.iter)?;
        self.body(&n.body, owner)?;
        self.stmts(&n.orelse)
    }

    fn with(&self, n: &WithParts, owner: &str) -> Result {
        non_empty(&n.items, "items", owner)?;
        for item in &n.items {
            self.load(&item.context_expr)?;
            if let Some(target) = &item.optional_vars {
                self.expr(target, ExprContext::Store)?;
            }
        }
        self.body(&n.body, owner)
    }

    fn try_statement(&self, n: &TryParts, owner: &str) -> Result {
        self.body(&n.body, owner)?;
        if n.handlers.is_empty() && n.finalbody.is_empty() {
            return Err(value_error(format!("{owner} has neither except handlers nor finalbody")));
        }
        if n.handlers.is_empty() && !n.orelse.is_empty() {
            return Err(value_error(format!("{owner} has orelse but no except handlers")));
        }
        for handler in &n.handlers {
            positions(handler.span)?;
            self.maybe_load(&handler.type_)?;
            handler.name.as_ref().map_or(Ok(()), |n| name(n))?;
            self.body(&handler.body, "ExceptHandler")?;
        }
        self.stmts(&n.finalbody)?;
        self.stmts(&n.orelse)
    }

    fn type_params(&self, params: &[TypeParam]) -> Result {
        for p in params {
            positions(p.span)?;
            name(p.name())?;
            match &p.kind {
                TypeParamKind::TypeVar(t) => {
                    self.maybe_load(&t.bound)?;
                    self.maybe_load(&t.default_value)?;
                }
                TypeParamKind::ParamSpec(t) => self.maybe_load(&t.default_value)?,
                TypeParamKind::TypeVarTuple(t) => self.maybe_load(&t.default_value)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(s: impl Into<StmtKind>) -> String {
        let span = Span::new(1, 0, 1, 0);
        let module = Mod::Module(ModModule { body: vec![Stmt::new(span, s)], type_ignores: Vec::new() });
        match validate(&module, StackGuard::with_budget(1 << 18)) {
            Ok(()) => "ok".into(),
            Err(e) => e.message,
        }
    }

    #[test]
    fn malformed_trees() {
        let span = Span::new(1, 0, 1, 0);
        let x = |ctx| Expr::name(span, "x".into(), ctx);
        assert_eq!(message(StmtPass), "ok");
        assert_eq!(
            message(StmtExpr { value: x(ExprContext::Store) }),
            "expression must have Load context but has Store instead"
        );
        assert_eq!(message(StmtDelete { targets: Vec::new() }), "empty targets on Delete");
        assert_eq!(
            message(StmtWhile { test: x(ExprContext::Load), body: Vec::new(), orelse: Vec::new() }),
            "empty body on While"
        );
        assert_eq!(
            message(StmtRaise { exc: None, cause: Some(x(ExprContext::Load)) }),
            "Raise with cause but no exception"
        );
        assert_eq!(
            positions(Span::new(5, 0, 3, 0)).unwrap_err().message,
            "AST node line range (5, 3) is not valid"
        );
        let mut deep = x(ExprContext::Load);
        for _ in 0..100_000 {
            deep = Expr::new(span, ExprUnaryOp { op: UnaryOperator::Not, operand: deep });
        }
        assert_eq!(message(StmtExpr { value: deep }), "maximum recursion depth exceeded during compilation");
    }
}
