//! What the compiler does to the tree before it looks at names: `__debug__`, docstrings under `-OO`,
//! `%`-formats that become f-strings, constants of patterns, and warnings about leaving `finally` (PEP 765).
//!
//! Folding of other constants happens on instructions, in [`crate::flow`].

mod format;
mod patterns;

use taipan_syntax::ast::*;

use crate::depth::StackGuard;
use crate::error::{Result, Warning, WarningKind};
use crate::flags::CompilerFlags;

/// What the innermost construct around a statement says about leaving it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// A `finally` body.
    Finally,
    Function,
    Loop,
}

struct Preprocessor<'w> {
    optimize: u8,
    flags: CompilerFlags,
    guard: StackGuard,
    /// `-O` and its like apply; otherwise only the warnings are wanted.
    change: bool,
    contexts: Vec<Context>,
    warnings: &'w mut Vec<Warning>,
}

/// Changes the tree in place. With `check_only` it stays as it is and only warnings are given.
pub fn preprocess(
    module: &mut Mod,
    optimize: u8,
    flags: CompilerFlags,
    guard: StackGuard,
    check_only: bool,
    warnings: &mut Vec<Warning>,
) -> Result {
    let mut p = Preprocessor { optimize, flags, guard, change: !check_only, contexts: Vec::new(), warnings };
    match module {
        Mod::Module(m) => p.documented_body(&mut m.body),
        Mod::Interactive(m) => p.stmts(&mut m.body),
        Mod::Expression(m) => p.expr(&mut m.body),
        Mod::FunctionType(_) => Ok(()),
    }
}

impl Preprocessor<'_> {
    /// The body of a module, class or function.
    fn documented_body(&mut self, body: &mut Vec<Stmt>) -> Result {
        let mut documented = crate::symtable::docstring(body).is_some();
        if documented && self.change && self.optimize >= 2 {
            let removed = body.remove(0);
            if body.is_empty() {
                let at = removed.span;
                // A `pass` of the usual width.
                let span = Span::new(at.lineno, at.col_offset, at.lineno, at.col_offset + 4);
                body.push(Stmt::new(span, StmtPass));
            }
            documented = false;
        }
        self.stmts(body)?;
        // What moved to the front, or was folded to a string, is no docstring.
        if !documented
            && self.change
            && crate::symtable::docstring(body).is_some()
            && let Some(Stmt { kind: StmtKind::Expr(first), .. }) = body.first_mut()
        {
            let span = first.value.span;
            let constant = Expr { span, kind: first.value.take_kind() };
            first.value = Expr::new(span, ExprJoinedStr { values: vec![constant] });
        }
        Ok(())
    }

    fn stmts(&mut self, body: &mut [Stmt]) -> Result {
        body.iter_mut().try_for_each(|s| self.stmt(s))
    }

    fn within(&mut self, context: Context, body: &mut [Stmt]) -> Result {
        self.contexts.push(context);
        self.stmts(body)?;
        self.contexts.pop();
        Ok(())
    }

    fn leaves(&mut self, span: Span, what: &str) {
        if self.contexts.last() == Some(&Context::Finally) {
            let message = format!("'{what}' in a 'finally' block");
            self.warnings.push(Warning { kind: WarningKind::Syntax, message, span, error: None });
        }
    }

    fn stmt(&mut self, s: &mut Stmt) -> Result {
        self.guard.check()?;
        let span = s.span;
        match &mut s.kind {
            StmtKind::Pass(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_) => Ok(()),
            StmtKind::Break(_) => {
                self.leaves(span, "break");
                Ok(())
            }
            StmtKind::Continue(_) => {
                self.leaves(span, "continue");
                Ok(())
            }
            StmtKind::Return(n) => {
                self.leaves(span, "return");
                self.maybe(&mut n.value)
            }
            StmtKind::FunctionDef(n) => self.function(&mut n.0),
            StmtKind::AsyncFunctionDef(n) => self.function(&mut n.0),
            StmtKind::ClassDef(n) => {
                self.type_params(&mut n.type_params)?;
                self.exprs(&mut n.bases)?;
                self.keywords(&mut n.keywords)?;
                self.documented_body(&mut n.body)?;
                self.exprs(&mut n.decorator_list)
            }
            StmtKind::Delete(n) => self.exprs(&mut n.targets),
            StmtKind::Assign(n) => {
                self.exprs(&mut n.targets)?;
                self.expr(&mut n.value)
            }
            StmtKind::TypeAlias(n) => {
                self.expr(&mut n.name)?;
                self.type_params(&mut n.type_params)?;
                self.expr(&mut n.value)
            }
            StmtKind::AugAssign(n) => {
                self.expr(&mut n.target)?;
                self.expr(&mut n.value)
            }
            StmtKind::AnnAssign(n) => {
                self.expr(&mut n.target)?;
                self.annotation(&mut n.annotation)?;
                self.maybe(&mut n.value)
            }
            StmtKind::For(n) => self.for_loop(&mut n.0),
            StmtKind::AsyncFor(n) => self.for_loop(&mut n.0),
            StmtKind::While(n) => {
                self.expr(&mut n.test)?;
                self.within(Context::Loop, &mut n.body)?;
                self.stmts(&mut n.orelse)
            }
            StmtKind::If(n) => self.if_chain(n),
            StmtKind::With(n) => self.with(&mut n.0),
            StmtKind::AsyncWith(n) => self.with(&mut n.0),
            StmtKind::Match(n) => {
                self.expr(&mut n.subject)?;
                for case in &mut n.cases {
                    self.pattern(&mut case.pattern)?;
                    self.maybe(&mut case.guard)?;
                    self.stmts(&mut case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise(n) => {
                self.maybe(&mut n.exc)?;
                self.maybe(&mut n.cause)
            }
            StmtKind::Try(n) => self.try_statement(&mut n.0),
            StmtKind::TryStar(n) => self.try_statement(&mut n.0),
            StmtKind::Assert(n) => {
                self.expr(&mut n.test)?;
                self.maybe(&mut n.msg)
            }
            StmtKind::Expr(n) => self.expr(&mut n.value),
        }
    }

    /// An `if` with its `elif`s, which nest in the tree, without recursion over them.
    fn if_chain(&mut self, n: &mut StmtIf) -> Result {
        let mut n = n;
        loop {
            self.expr(&mut n.test)?;
            self.stmts(&mut n.body)?;
            match n.orelse.as_mut_slice() {
                [Stmt { kind: StmtKind::If(inner), .. }] => n = inner,
                orelse => return self.stmts(orelse),
            }
        }
    }

    fn for_loop(&mut self, n: &mut ForParts) -> Result {
        self.expr(&mut n.target)?;
        self.expr(&mut n.iter)?;
        self.within(Context::Loop, &mut n.body)?;
        self.stmts(&mut n.orelse)
    }

    fn with(&mut self, n: &mut WithParts) -> Result {
        for item in &mut n.items {
            self.expr(&mut item.context_expr)?;
            self.maybe(&mut item.optional_vars)?;
        }
        self.stmts(&mut n.body)
    }

    fn try_statement(&mut self, n: &mut TryParts) -> Result {
        self.stmts(&mut n.body)?;
        for handler in &mut n.handlers {
            self.maybe(&mut handler.type_)?;
            self.stmts(&mut handler.body)?;
        }
        self.stmts(&mut n.orelse)?;
        self.within(Context::Finally, &mut n.finalbody)
    }

    fn function(&mut self, f: &mut FunctionParts) -> Result {
        self.type_params(&mut f.type_params)?;
        self.arguments(&mut f.args)?;
        self.contexts.push(Context::Function);
        self.documented_body(&mut f.body)?;
        self.contexts.pop();
        self.exprs(&mut f.decorator_list)?;
        f.returns.as_mut().map_or(Ok(()), |e| self.annotation(e))
    }

    /// Annotations that stay text are kept as they were written.
    fn annotation(&mut self, e: &mut Expr) -> Result {
        if self.flags.future_annotations() { Ok(()) } else { self.expr(e) }
    }

    fn arguments(&mut self, a: &mut Arguments) -> Result {
        let params = (a.posonlyargs.iter_mut())
            .chain(&mut a.args)
            .chain(a.vararg.as_deref_mut())
            .chain(&mut a.kwonlyargs)
            .chain(a.kwarg.as_deref_mut());
        for param in params {
            if let Some(annotation) = &mut param.annotation {
                self.annotation(annotation)?;
            }
        }
        a.kw_defaults.iter_mut().try_for_each(|d| self.maybe(d))?;
        self.exprs(&mut a.defaults)
    }

    fn type_params(&mut self, params: &mut [TypeParam]) -> Result {
        for p in params {
            match &mut p.kind {
                TypeParamKind::TypeVar(t) => {
                    self.maybe(&mut t.bound)?;
                    self.maybe(&mut t.default_value)?;
                }
                TypeParamKind::ParamSpec(t) => self.maybe(&mut t.default_value)?,
                TypeParamKind::TypeVarTuple(t) => self.maybe(&mut t.default_value)?,
            }
        }
        Ok(())
    }

    fn exprs(&mut self, list: &mut [Expr]) -> Result {
        list.iter_mut().try_for_each(|e| self.expr(e))
    }

    fn maybe(&mut self, e: &mut Option<Expr>) -> Result {
        e.as_mut().map_or(Ok(()), |e| self.expr(e))
    }

    fn keywords(&mut self, keywords: &mut [Keyword]) -> Result {
        keywords.iter_mut().try_for_each(|k| self.expr(&mut k.value))
    }

    fn comprehensions(&mut self, generators: &mut [Comprehension]) -> Result {
        for g in generators {
            self.expr(&mut g.target)?;
            self.expr(&mut g.iter)?;
            self.exprs(&mut g.ifs)?;
        }
        Ok(())
    }

    fn expr(&mut self, e: &mut Expr) -> Result {
        self.guard.check()?;
        match &mut e.kind {
            ExprKind::Constant(_) => Ok(()),
            ExprKind::Name(n) => {
                if self.change && n.ctx == ExprContext::Load && n.id == "__debug__" {
                    let value = Constant::bool(self.optimize == 0);
                    e.kind = ExprConstant { value, kind: None }.into();
                }
                Ok(())
            }
            ExprKind::BoolOp(n) => self.exprs(&mut n.values),
            ExprKind::NamedExpr(n) => {
                self.expr(&mut n.target)?;
                self.expr(&mut n.value)
            }
            ExprKind::BinOp(_) => self.binary(e),
            ExprKind::UnaryOp(n) => self.expr(&mut n.operand),
            ExprKind::Lambda(n) => {
                self.arguments(&mut n.args)?;
                self.expr(&mut n.body)
            }
            ExprKind::IfExp(n) => {
                self.expr(&mut n.test)?;
                self.expr(&mut n.body)?;
                self.expr(&mut n.orelse)
            }
            ExprKind::Dict(n) => {
                n.keys.iter_mut().try_for_each(|k| self.maybe(k))?;
                self.exprs(&mut n.values)
            }
            ExprKind::Set(n) => self.exprs(&mut n.elts),
            ExprKind::ListComp(n) => {
                self.expr(&mut n.elt)?;
                self.comprehensions(&mut n.generators)
            }
            ExprKind::SetComp(n) => {
                self.expr(&mut n.elt)?;
                self.comprehensions(&mut n.generators)
            }
            ExprKind::DictComp(n) => {
                self.expr(&mut n.key)?;
                self.expr(&mut n.value)?;
                self.comprehensions(&mut n.generators)
            }
            ExprKind::GeneratorExp(n) => {
                self.expr(&mut n.elt)?;
                self.comprehensions(&mut n.generators)
            }
            ExprKind::Await(n) => self.expr(&mut n.value),
            ExprKind::Yield(n) => self.maybe(&mut n.value),
            ExprKind::YieldFrom(n) => self.expr(&mut n.value),
            ExprKind::Compare(n) => {
                self.expr(&mut n.left)?;
                self.exprs(&mut n.comparators)
            }
            ExprKind::Call(n) => {
                self.expr(&mut n.func)?;
                self.exprs(&mut n.args)?;
                self.keywords(&mut n.keywords)
            }
            ExprKind::FormattedValue(n) => {
                self.expr(&mut n.value)?;
                self.maybe(&mut n.format_spec)
            }
            ExprKind::Interpolation(n) => {
                self.expr(&mut n.value)?;
                self.maybe(&mut n.format_spec)
            }
            ExprKind::JoinedStr(n) => self.exprs(&mut n.values),
            ExprKind::TemplateStr(n) => self.exprs(&mut n.values),
            ExprKind::Attribute(n) => self.expr(&mut n.value),
            ExprKind::Subscript(n) => {
                self.expr(&mut n.value)?;
                self.expr(&mut n.slice)
            }
            ExprKind::Starred(n) => self.expr(&mut n.value),
            ExprKind::List(n) => self.exprs(&mut n.elts),
            ExprKind::Tuple(n) => self.exprs(&mut n.elts),
            ExprKind::Slice(n) => {
                self.maybe(&mut n.lower)?;
                self.maybe(&mut n.upper)?;
                self.maybe(&mut n.step)
            }
        }
    }

    /// A chain of binary operators that leans to the left takes no stack.
    fn binary(&mut self, e: &mut Expr) -> Result {
        let mut at = e;
        loop {
            if self.change {
                format::fold(at);
            }
            if !matches!(at.kind, ExprKind::BinOp(_)) {
                return self.expr(at);
            }
            let ExprKind::BinOp(n) = &mut at.kind else { return Ok(()) };
            self.expr(&mut n.right)?;
            at = &mut n.left;
        }
    }
}
