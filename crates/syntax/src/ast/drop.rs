//! Dropping trees of any depth without recursion.
//!
//! The root of a dropped tree moves its children to a worklist and empties them one after the other; a node
//! whose children were moved away is a leaf, whose own drop does nothing more.

use super::*;

#[derive(Default)]
struct Work {
    exprs: Vec<Expr>,
    stmts: Vec<Stmt>,
    patterns: Vec<Pattern>,
}

impl Work {
    fn run(&mut self) {
        loop {
            if let Some(mut e) = self.exprs.pop() {
                self.expr(e.take_kind());
            } else if let Some(mut p) = self.patterns.pop() {
                self.pattern(p.take_kind());
            } else if let Some(mut s) = self.stmts.pop() {
                self.stmt(s.take_kind());
            } else {
                return;
            }
        }
    }

    fn add(&mut self, e: Expr) {
        if !e.is_leaf() {
            self.exprs.push(e);
        }
    }

    fn all(&mut self, list: Vec<Expr>) {
        list.into_iter().for_each(|e| self.add(e));
    }

    fn maybe(&mut self, e: Option<Expr>) {
        if let Some(e) = e {
            self.add(e);
        }
    }

    fn comprehensions(&mut self, generators: Vec<Comprehension>) {
        for g in generators {
            self.add(g.target);
            self.add(g.iter);
            self.all(g.ifs);
        }
    }

    fn arguments(&mut self, a: Arguments) {
        let rest = a.vararg.into_iter().chain(a.kwarg).map(|b| *b);
        for arg in a.posonlyargs.into_iter().chain(a.args).chain(a.kwonlyargs).chain(rest) {
            self.maybe(arg.annotation);
        }
        a.kw_defaults.into_iter().for_each(|e| self.maybe(e));
        self.all(a.defaults);
    }

    fn keywords(&mut self, keywords: Vec<Keyword>) {
        keywords.into_iter().for_each(|k| self.add(k.value));
    }

    fn expr(&mut self, kind: ExprKind) {
        match kind {
            ExprKind::Name(_) | ExprKind::Constant(_) => {}
            ExprKind::BoolOp(n) => self.all(n.values),
            ExprKind::NamedExpr(n) => {
                self.add(n.target);
                self.add(n.value);
            }
            ExprKind::BinOp(n) => {
                self.add(n.left);
                self.add(n.right);
            }
            ExprKind::UnaryOp(n) => self.add(n.operand),
            ExprKind::Lambda(n) => {
                self.arguments(n.args);
                self.add(n.body);
            }
            ExprKind::IfExp(n) => {
                self.add(n.test);
                self.add(n.body);
                self.add(n.orelse);
            }
            ExprKind::Dict(n) => {
                n.keys.into_iter().for_each(|e| self.maybe(e));
                self.all(n.values);
            }
            ExprKind::Set(n) => self.all(n.elts),
            ExprKind::ListComp(n) => {
                self.add(n.elt);
                self.comprehensions(n.generators);
            }
            ExprKind::SetComp(n) => {
                self.add(n.elt);
                self.comprehensions(n.generators);
            }
            ExprKind::DictComp(n) => {
                self.add(n.key);
                self.add(n.value);
                self.comprehensions(n.generators);
            }
            ExprKind::GeneratorExp(n) => {
                self.add(n.elt);
                self.comprehensions(n.generators);
            }
            ExprKind::Await(n) => self.add(n.value),
            ExprKind::Yield(n) => self.maybe(n.value),
            ExprKind::YieldFrom(n) => self.add(n.value),
            ExprKind::Compare(n) => {
                self.add(n.left);
                self.all(n.comparators);
            }
            ExprKind::Call(n) => {
                self.add(n.func);
                self.all(n.args);
                self.keywords(n.keywords);
            }
            ExprKind::FormattedValue(n) => {
                self.add(n.value);
                self.maybe(n.format_spec);
            }
            ExprKind::Interpolation(n) => {
                self.add(n.value);
                self.maybe(n.format_spec);
            }
            ExprKind::JoinedStr(n) => self.all(n.values),
            ExprKind::TemplateStr(n) => self.all(n.values),
            ExprKind::Attribute(n) => self.add(n.value),
            ExprKind::Subscript(n) => {
                self.add(n.value);
                self.add(n.slice);
            }
            ExprKind::Starred(n) => self.add(n.value),
            ExprKind::List(n) => self.all(n.elts),
            ExprKind::Tuple(n) => self.all(n.elts),
            ExprKind::Slice(n) => {
                self.maybe(n.lower);
                self.maybe(n.upper);
                self.maybe(n.step);
            }
        }
    }

    fn pattern(&mut self, kind: PatternKind) {
        match kind {
            PatternKind::MatchSingleton(_) | PatternKind::MatchStar(_) => {}
            PatternKind::MatchValue(n) => self.add(n.value),
            PatternKind::MatchSequence(n) => self.patterns.extend(n.patterns),
            PatternKind::MatchMapping(n) => {
                self.all(n.keys);
                self.patterns.extend(n.patterns);
            }
            PatternKind::MatchClass(n) => {
                self.add(n.cls);
                self.patterns.extend(n.patterns);
                self.patterns.extend(n.kwd_patterns);
            }
            PatternKind::MatchAs(n) => self.patterns.extend(n.pattern),
            PatternKind::MatchOr(n) => self.patterns.extend(n.patterns),
        }
    }

    fn type_params(&mut self, params: Vec<TypeParam>) {
        for p in params {
            match p.kind {
                TypeParamKind::TypeVar(t) => {
                    self.maybe(t.bound);
                    self.maybe(t.default_value);
                }
                TypeParamKind::ParamSpec(t) => self.maybe(t.default_value),
                TypeParamKind::TypeVarTuple(t) => self.maybe(t.default_value),
            }
        }
    }

    fn function(&mut self, n: FunctionParts) {
        self.arguments(n.args);
        self.stmts.extend(n.body);
        self.all(n.decorator_list);
        self.maybe(n.returns);
        self.type_params(n.type_params);
    }

    fn for_loop(&mut self, n: ForParts) {
        self.add(n.target);
        self.add(n.iter);
        self.stmts.extend(n.body);
        self.stmts.extend(n.orelse);
    }

    fn with(&mut self, n: WithParts) {
        for item in n.items {
            self.add(item.context_expr);
            self.maybe(item.optional_vars);
        }
        self.stmts.extend(n.body);
    }

    fn try_statement(&mut self, n: TryParts) {
        self.stmts.extend(n.body);
        for h in n.handlers {
            self.maybe(h.type_);
            self.stmts.extend(h.body);
        }
        self.stmts.extend(n.orelse);
        self.stmts.extend(n.finalbody);
    }

    fn stmt(&mut self, kind: StmtKind) {
        match kind {
            StmtKind::Pass(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_) => {}
            StmtKind::FunctionDef(n) => self.function(n.0),
            StmtKind::AsyncFunctionDef(n) => self.function(n.0),
            StmtKind::ClassDef(n) => {
                self.all(n.bases);
                self.keywords(n.keywords);
                self.stmts.extend(n.body);
                self.all(n.decorator_list);
                self.type_params(n.type_params);
            }
            StmtKind::Return(n) => self.maybe(n.value),
            StmtKind::Delete(n) => self.all(n.targets),
            StmtKind::Assign(n) => {
                self.all(n.targets);
                self.add(n.value);
            }
            StmtKind::TypeAlias(n) => {
                self.add(n.name);
                self.type_params(n.type_params);
                self.add(n.value);
            }
            StmtKind::AugAssign(n) => {
                self.add(n.target);
                self.add(n.value);
            }
            StmtKind::AnnAssign(n) => {
                self.add(n.target);
                self.add(n.annotation);
                self.maybe(n.value);
            }
            StmtKind::For(n) => self.for_loop(n.0),
            StmtKind::AsyncFor(n) => self.for_loop(n.0),
            StmtKind::While(n) => {
                self.add(n.test);
                self.stmts.extend(n.body);
                self.stmts.extend(n.orelse);
            }
            StmtKind::If(n) => {
                self.add(n.test);
                self.stmts.extend(n.body);
                self.stmts.extend(n.orelse);
            }
            StmtKind::With(n) => self.with(n.0),
            StmtKind::AsyncWith(n) => self.with(n.0),
            StmtKind::Match(n) => {
                self.add(n.subject);
                for case in n.cases {
                    self.patterns.push(case.pattern);
                    self.maybe(case.guard);
                    self.stmts.extend(case.body);
                }
            }
            StmtKind::Raise(n) => {
                self.maybe(n.exc);
                self.maybe(n.cause);
            }
            StmtKind::Try(n) => self.try_statement(n.0),
            StmtKind::TryStar(n) => self.try_statement(n.0),
            StmtKind::Assert(n) => {
                self.add(n.test);
                self.maybe(n.msg);
            }
            StmtKind::Expr(n) => self.add(n.value),
        }
    }
}

impl Expr {
    fn is_leaf(&self) -> bool {
        matches!(self.kind, ExprKind::Name(_) | ExprKind::Constant(_))
    }
}

impl Drop for Expr {
    fn drop(&mut self) {
        if !self.is_leaf() {
            let mut work = Work::default();
            work.expr(self.take_kind());
            work.run();
        }
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        use StmtKind::*;
        if !matches!(self.kind, Pass(_) | Break(_) | Continue(_) | Import(_) | ImportFrom(_) | Global(_)) {
            let mut work = Work::default();
            work.stmt(self.take_kind());
            work.run();
        }
    }
}

impl Drop for Pattern {
    fn drop(&mut self) {
        if !matches!(self.kind, PatternKind::MatchSingleton(_) | PatternKind::MatchStar(_)) {
            let mut work = Work::default();
            work.pattern(self.take_kind());
            work.run();
        }
    }
}
