//! The walk over expressions, and the scopes of lambdas, comprehensions and assignment expressions.

use taipan_syntax::ast::*;

use super::build::{Builder, check_name};
use super::{BlockKey, BlockKind, BlockRole, ComprehensionKind, flag::*};
use crate::error::{CompileError, Result};

/// Operators that a chain may have: about as many as CPython's stack has room for.
const MAX_CHAIN: usize = 100_000;

impl Builder {
    pub(super) fn exprs(&mut self, list: &[Expr]) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn maybe(&mut self, e: &Option<Expr>) -> Result {
        e.as_ref().map_or(Ok(()), |e| self.expr(e))
    }

    pub(super) fn keywords(&mut self, keywords: &[Keyword]) -> Result {
        for k in keywords {
            if let Some(name) = &k.arg {
                check_name(name, k.span, ExprContext::Store)?;
            }
        }
        keywords.iter().try_for_each(|k| self.expr(&k.value))
    }

    pub(super) fn expr(&mut self, e: &Expr) -> Result {
        self.guard.check()?;
        match &e.kind {
            ExprKind::Name(n) => self.name(e, n),
            ExprKind::Constant(_) => Ok(()),
            ExprKind::BoolOp(n) => self.exprs(&n.values),
            ExprKind::NamedExpr(n) => self.named_expr(e, n),
            ExprKind::BinOp(_) => self.binary(e),
            ExprKind::UnaryOp(n) => self.expr(&n.operand),
            ExprKind::Lambda(n) => self.lambda(e, n),
            ExprKind::IfExp(n) => {
                self.expr(&n.test)?;
                self.expr(&n.body)?;
                self.expr(&n.orelse)
            }
            ExprKind::Dict(n) => {
                n.keys.iter().try_for_each(|k| self.maybe(k))?;
                self.exprs(&n.values)
            }
            ExprKind::Set(n) => self.exprs(&n.elts),
            ExprKind::ListComp(n) => {
                let key = BlockKey::new(&**n, BlockRole::Body);
                self.comprehension(e, key, ComprehensionKind::List, &n.generators, &n.elt, None)
            }
            ExprKind::SetComp(n) => {
                let key = BlockKey::new(&**n, BlockRole::Body);
                self.comprehension(e, key, ComprehensionKind::Set, &n.generators, &n.elt, None)
            }
            ExprKind::DictComp(n) => {
                let key = BlockKey::new(&**n, BlockRole::Body);
                self.comprehension(e, key, ComprehensionKind::Dict, &n.generators, &n.key, Some(&n.value))
            }
            ExprKind::GeneratorExp(n) => {
                let key = BlockKey::new(&**n, BlockRole::Body);
                self.comprehension(e, key, ComprehensionKind::Generator, &n.generators, &n.elt, None)
            }
            ExprKind::Await(n) => self.await_expr(e, n),
            ExprKind::Yield(n) => {
                self.refuse_in_annotation("yield expression", e)?;
                self.maybe(&n.value)?;
                self.yields(e)
            }
            ExprKind::YieldFrom(n) => {
                self.refuse_in_annotation("yield expression", e)?;
                self.expr(&n.value)?;
                self.yields(e)
            }
            ExprKind::Compare(n) => {
                self.expr(&n.left)?;
                self.exprs(&n.comparators)
            }
            ExprKind::Call(n) => {
                self.expr(&n.func)?;
                self.exprs(&n.args)?;
                self.keywords(&n.keywords)
            }
            ExprKind::FormattedValue(n) => {
                self.expr(&n.value)?;
                self.maybe(&n.format_spec)
            }
            ExprKind::Interpolation(n) => {
                self.expr(&n.value)?;
                self.maybe(&n.format_spec)
            }
            ExprKind::JoinedStr(n) => self.exprs(&n.values),
            ExprKind::TemplateStr(n) => self.exprs(&n.values),
            ExprKind::Attribute(n) => {
                check_name(&n.attr, e.span, n.ctx)?;
                self.expr(&n.value)
            }
            ExprKind::Subscript(n) => {
                self.expr(&n.value)?;
                self.expr(&n.slice)
            }
            ExprKind::Starred(n) => self.expr(&n.value),
            ExprKind::List(n) => self.exprs(&n.elts),
            ExprKind::Tuple(n) => self.exprs(&n.elts),
            ExprKind::Slice(n) => {
                self.maybe(&n.lower)?;
                self.maybe(&n.upper)?;
                self.maybe(&n.step)
            }
        }
    }

    /// A chain of binary operators that leans to the left takes no stack.
    fn binary(&mut self, e: &Expr) -> Result {
        let mut rights = Vec::new();
        let mut left = e;
        while let ExprKind::BinOp(n) = &left.kind {
            rights.push(&n.right);
            left = &n.left;
        }
        if rights.len() > MAX_CHAIN {
            return Err(CompileError::recursion());
        }
        self.expr(left)?;
        rights.into_iter().rev().try_for_each(|right| self.expr(right))
    }

    fn name(&mut self, e: &Expr, n: &ExprName) -> Result {
        if self.cur().in_unevaluated_annotation {
            return Ok(());
        }
        let load = n.ctx == ExprContext::Load;
        self.add_def_ctx(&n.id, if load { USE } else { DEF_LOCAL }, e.span, n.ctx)?;
        // The short form of super() reads __class__.
        if load && n.id == "super" && self.cur().is_function_like() {
            let class = self.names.class.clone();
            self.add_def(&class, USE, e.span)?;
        }
        Ok(())
    }

    fn lambda(&mut self, e: &Expr, n: &ExprLambda) -> Result {
        self.exprs(&n.args.defaults)?;
        n.args.kw_defaults.iter().try_for_each(|d| self.maybe(d))?;
        self.enter("lambda".into(), BlockKind::Function, BlockKey::new(n, BlockRole::Body), e.span)?;
        self.arguments(&n.args)?;
        self.expr(&n.body)?;
        self.exit();
        Ok(())
    }

    fn await_expr(&mut self, e: &Expr, n: &ExprAwait) -> Result {
        self.refuse_in_annotation("await expression", e)?;
        let top_level = self.flags.allow_top_level_await();
        let block = self.cur();
        if !(top_level && block.kind == BlockKind::Module) {
            if !block.is_function_like() {
                return Err(CompileError::syntax("'await' outside function", e.span));
            }
            let in_async = block.kind == BlockKind::Function && block.coroutine;
            if !in_async && block.comprehension == ComprehensionKind::None {
                return Err(CompileError::syntax("'await' outside async function", e.span));
            }
        }
        self.expr(&n.value)?;
        self.cur().coroutine = true;
        Ok(())
    }

    fn yields(&mut self, e: &Expr) -> Result {
        let block = self.cur();
        block.generator = true;
        let place = match block.comprehension {
            ComprehensionKind::None => return Ok(()),
            ComprehensionKind::List => "list comprehension",
            ComprehensionKind::Set => "set comprehension",
            ComprehensionKind::Dict => "dict comprehension",
            ComprehensionKind::Generator => "generator expression",
        };
        Err(CompileError::syntax(format!("'yield' inside {place}"), e.span))
    }

    fn refuse_in_annotation(&mut self, what: &str, e: &Expr) -> Result {
        let block = self.cur();
        let place = match block.kind {
            BlockKind::Annotation => "an annotation",
            BlockKind::TypeVariable => block.scope_info.unwrap_or("a TypeVar bound"),
            BlockKind::TypeAlias => "a type alias",
            BlockKind::TypeParameters => "the definition of a generic",
            BlockKind::Function | BlockKind::Class | BlockKind::Module => return Ok(()),
        };
        Err(CompileError::syntax(format!("{what} cannot be used within {place}"), e.span))
    }

    fn named_expr(&mut self, e: &Expr, n: &ExprNamedExpr) -> Result {
        self.refuse_in_annotation("named expression", e)?;
        if self.cur().comp_iter_expr > 0 {
            return Err(CompileError::syntax(
                "assignment expression cannot be used in a comprehension iterable expression",
                e.span,
            ));
        }
        if self.cur().comprehension != ComprehensionKind::None
            && let ExprKind::Name(target) = &n.target.kind
        {
            self.extend_named_expr_scope(&target.id, n.target.span)?;
        }
        self.expr(&n.value)?;
        self.expr(&n.target)
    }

    /// PEP 572: the target of `:=` in a comprehension belongs to the scope around all comprehensions.
    fn extend_named_expr_scope(&mut self, name: &Identifier, span: Span) -> Result {
        for at in (0..self.stack.len()).rev() {
            let id = self.stack[at];
            let (kind, comprehension, info) = {
                let b = self.table.block(id);
                (b.kind, b.comprehension, b.scope_info)
            };
            if comprehension != ComprehensionKind::None {
                let flags = self.lookup_in(id, name);
                if flags & DEF_COMP_ITER != 0 && flags & (DEF_LOCAL | DEF_GLOBAL) != 0 {
                    let message = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{name}'"
                    );
                    return Err(CompileError::syntax(message, span));
                }
                continue;
            }
            let place = match kind {
                BlockKind::Function => {
                    let global = self.lookup_in(id, name) & DEF_GLOBAL != 0;
                    self.add_def(name, if global { DEF_GLOBAL } else { DEF_NONLOCAL }, span)?;
                    self.record_directive(name, span);
                    return self.add_def_in(id, name, DEF_LOCAL, span);
                }
                BlockKind::Module => {
                    self.add_def(name, DEF_GLOBAL, span)?;
                    self.record_directive(name, span);
                    return self.add_def_in(id, name, DEF_GLOBAL, span);
                }
                BlockKind::Class => "in a class body",
                BlockKind::TypeParameters => "within the definition of a generic",
                BlockKind::TypeAlias => "in a type alias",
                BlockKind::TypeVariable => {
                    let message = format!(
                        "assignment expression within a comprehension cannot be used in {}",
                        info.unwrap_or("a TypeVar bound")
                    );
                    return Err(CompileError::syntax(message, span));
                }
                BlockKind::Annotation => continue,
            };
            let message = format!("assignment expression within a comprehension cannot be used {place}");
            return Err(CompileError::syntax(message, span));
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        e: &Expr,
        key: BlockKey,
        kind: ComprehensionKind,
        generators: &[Comprehension],
        elt: &Expr,
        value: Option<&Expr>,
    ) -> Result {
        let is_generator = kind == ComprehensionKind::Generator;
        let Some((outermost, rest)) = generators.split_first() else {
            return Err(CompileError::new(
                crate::error::ErrorKind::Value,
                "comprehension with no generators",
            ));
        };
        // The outermost iterable is evaluated in the current scope.
        self.cur().comp_iter_expr += 1;
        self.expr(&outermost.iter)?;
        self.cur().comp_iter_expr -= 1;
        let name = match kind {
            ComprehensionKind::List => "listcomp",
            ComprehensionKind::Set => "setcomp",
            ComprehensionKind::Dict => "dictcomp",
            _ => "genexpr",
        };
        self.enter(name.into(), BlockKind::Function, key, e.span)?;
        let dot_zero = self.names.dot_zero.clone();
        let block = self.cur();
        block.comprehension = kind;
        block.coroutine |= outermost.is_async;
        self.add_def(&dot_zero, DEF_PARAM, e.span)?;
        self.comprehension_target(&outermost.target)?;
        self.exprs(&outermost.ifs)?;
        for g in rest {
            self.comprehension_target(&g.target)?;
            self.cur().comp_iter_expr += 1;
            self.expr(&g.iter)?;
            self.cur().comp_iter_expr -= 1;
            self.exprs(&g.ifs)?;
            self.cur().coroutine |= g.is_async;
        }
        value.map_or(Ok(()), |v| self.expr(v))?;
        self.expr(elt)?;
        let block = self.cur();
        block.generator = is_generator;
        let is_async = block.coroutine && !is_generator;
        self.exit();
        if is_async {
            let top_level = self.flags.allow_top_level_await();
            let block = self.cur();
            let in_async = block.kind == BlockKind::Function && block.coroutine;
            if !in_async
                && block.comprehension == ComprehensionKind::None
                && !(top_level && block.kind == BlockKind::Module)
            {
                return Err(CompileError::syntax(
                    "asynchronous comprehension outside of an asynchronous function",
                    e.span,
                ));
            }
            block.coroutine = true;
        }
        Ok(())
    }

    fn comprehension_target(&mut self, target: &Expr) -> Result {
        self.cur().comp_iter_target = true;
        self.expr(target)?;
        self.cur().comp_iter_target = false;
        Ok(())
    }
}
