//! Syntax trees as printable items, field by field in ASDL order.

use super::{Item, MAX_LEVEL};
use crate::ast::*;
use crate::repr;

pub(super) struct Builder {
    pub attributes: bool,
    pub level: usize,
}

/// The fields of one node; empty lists and absent values are left out.
struct Fields(Vec<(&'static str, Item)>);

impl Fields {
    fn new() -> Self {
        Fields(Vec::with_capacity(8))
    }

    fn put(mut self, name: &'static str, item: Item) -> Self {
        self.0.push((name, item));
        self
    }

    fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.put(name, Item::Text(text.into()))
    }

    fn maybe(self, name: &'static str, item: Option<Item>) -> Self {
        match item {
            Some(item) => self.put(name, item),
            None => self,
        }
    }

    fn list(self, name: &'static str, items: Vec<Item>) -> Self {
        if items.is_empty() { self } else { self.put(name, Item::List(items)) }
    }

    fn name(self, field: &'static str, name: &Identifier) -> Self {
        self.text(field, quoted(name))
    }

    fn maybe_name(self, field: &'static str, name: Option<&Identifier>) -> Self {
        match name {
            Some(name) => self.name(field, name),
            None => self,
        }
    }
}

fn quoted(name: &str) -> String {
    repr::str_repr(&name.into())
}

fn plain(name: &'static str) -> Item {
    Item::Node(name, Vec::new())
}

fn names(list: &[Identifier]) -> Vec<Item> {
    list.iter().map(|n| Item::Text(quoted(n))).collect()
}

fn operator_name(op: Operator) -> &'static str {
    match op {
        Operator::Add => "Add",
        Operator::Sub => "Sub",
        Operator::Mult => "Mult",
        Operator::MatMult => "MatMult",
        Operator::Div => "Div",
        Operator::Mod => "Mod",
        Operator::Pow => "Pow",
        Operator::LShift => "LShift",
        Operator::RShift => "RShift",
        Operator::BitOr => "BitOr",
        Operator::BitXor => "BitXor",
        Operator::BitAnd => "BitAnd",
        Operator::FloorDiv => "FloorDiv",
    }
}

fn comparison_name(op: CmpOperator) -> &'static str {
    match op {
        CmpOperator::Eq => "Eq",
        CmpOperator::NotEq => "NotEq",
        CmpOperator::Lt => "Lt",
        CmpOperator::LtE => "LtE",
        CmpOperator::Gt => "Gt",
        CmpOperator::GtE => "GtE",
        CmpOperator::Is => "Is",
        CmpOperator::IsNot => "IsNot",
        CmpOperator::In => "In",
        CmpOperator::NotIn => "NotIn",
    }
}

fn context(ctx: ExprContext) -> Item {
    plain(match ctx {
        ExprContext::Load => "Load",
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
    })
}

impl Builder {
    fn node(&self, name: &'static str, fields: Fields) -> Item {
        Item::Node(name, fields.0)
    }

    fn placed(&self, name: &'static str, fields: Fields, span: Span) -> Item {
        let mut fields = fields.0;
        if self.attributes {
            fields.push(("lineno", Item::Text(span.lineno.to_string())));
            fields.push(("col_offset", Item::Text(span.col_offset.to_string())));
            fields.push(("end_lineno", Item::Text(span.end_lineno.to_string())));
            fields.push(("end_col_offset", Item::Text(span.end_col_offset.to_string())));
        }
        Item::Node(name, fields)
    }

    pub(super) fn module(&mut self, module: &Mod) -> Item {
        match module {
            Mod::Module(m) => {
                let ignores = m.type_ignores.iter().map(|t| {
                    let fields = Fields::new().text("lineno", t.lineno.to_string()).name("tag", &t.tag);
                    self.node("TypeIgnore", fields)
                });
                let ignores = ignores.collect();
                let body = self.stmts(&m.body);
                self.node("Module", Fields::new().list("body", body).list("type_ignores", ignores))
            }
            Mod::Interactive(m) => {
                let body = self.stmts(&m.body);
                self.node("Interactive", Fields::new().list("body", body))
            }
            Mod::Expression(m) => {
                let body = self.expr(&m.body);
                self.node("Expression", Fields::new().put("body", body))
            }
            Mod::FunctionType(m) => {
                let (argtypes, returns) = (self.exprs(&m.argtypes), self.expr(&m.returns));
                self.node("FunctionType", Fields::new().list("argtypes", argtypes).put("returns", returns))
            }
        }
    }

    fn stmts(&mut self, list: &[Stmt]) -> Vec<Item> {
        list.iter().map(|s| self.stmt(s)).collect()
    }

    fn exprs(&mut self, list: &[Expr]) -> Vec<Item> {
        list.iter().map(|e| self.expr(e)).collect()
    }

    fn maybe_expr(&mut self, expr: Option<&Expr>) -> Option<Item> {
        expr.map(|e| self.expr(e))
    }

    fn optional_exprs(&mut self, list: &[Option<Expr>]) -> Vec<Item> {
        list.iter().map(|e| e.as_ref().map_or(Item::Text("None".to_owned()), |e| self.expr(e))).collect()
    }

    fn stmt(&mut self, stmt: &Stmt) -> Item {
        if self.level >= MAX_LEVEL {
            return Item::Text("...".to_owned());
        }
        self.level += 1;
        let (name, fields) = self.stmt_fields(&stmt.kind);
        self.level -= 1;
        self.placed(name, fields, stmt.span)
    }

    fn stmt_fields(&mut self, kind: &StmtKind) -> (&'static str, Fields) {
        let f = Fields::new();
        match kind {
            StmtKind::Pass(_) => ("Pass", f),
            StmtKind::Break(_) => ("Break", f),
            StmtKind::Continue(_) => ("Continue", f),
            StmtKind::FunctionDef(n) => ("FunctionDef", self.function(&n.0)),
            StmtKind::AsyncFunctionDef(n) => ("AsyncFunctionDef", self.function(&n.0)),
            StmtKind::ClassDef(n) => ("ClassDef", self.class(n)),
            StmtKind::Return(n) => ("Return", f.maybe("value", self.maybe_expr(n.value.as_ref()))),
            StmtKind::Delete(n) => ("Delete", f.list("targets", self.exprs(&n.targets))),
            StmtKind::Assign(n) => {
                let (targets, value) = (self.exprs(&n.targets), self.expr(&n.value));
                let f = f.list("targets", targets).put("value", value);
                ("Assign", f.maybe_name("type_comment", n.type_comment.as_ref()))
            }
            StmtKind::TypeAlias(n) => {
                let f = f.put("name", self.expr(&n.name));
                let f = f.list("type_params", self.type_params(&n.type_params));
                ("TypeAlias", f.put("value", self.expr(&n.value)))
            }
            StmtKind::AugAssign(n) => {
                let f = f.put("target", self.expr(&n.target)).put("op", plain(operator_name(n.op)));
                ("AugAssign", f.put("value", self.expr(&n.value)))
            }
            StmtKind::AnnAssign(n) => {
                let f = f.put("target", self.expr(&n.target)).put("annotation", self.expr(&n.annotation));
                let f = f.maybe("value", self.maybe_expr(n.value.as_ref()));
                ("AnnAssign", f.text("simple", if n.simple { "1" } else { "0" }))
            }
            StmtKind::For(n) => ("For", self.for_loop(&n.0)),
            StmtKind::AsyncFor(n) => ("AsyncFor", self.for_loop(&n.0)),
            StmtKind::While(n) => {
                let f = f.put("test", self.expr(&n.test)).list("body", self.stmts(&n.body));
                ("While", f.list("orelse", self.stmts(&n.orelse)))
            }
            StmtKind::If(n) => {
                let f = f.put("test", self.expr(&n.test)).list("body", self.stmts(&n.body));
                ("If", f.list("orelse", self.stmts(&n.orelse)))
            }
            StmtKind::With(n) => ("With", self.with(&n.0)),
            StmtKind::AsyncWith(n) => ("AsyncWith", self.with(&n.0)),
            StmtKind::Match(n) => {
                let f = f.put("subject", self.expr(&n.subject));
                let cases = n.cases.iter().map(|c| self.case(c)).collect();
                ("Match", f.list("cases", cases))
            }
            StmtKind::Raise(n) => {
                let f = f.maybe("exc", self.maybe_expr(n.exc.as_ref()));
                ("Raise", f.maybe("cause", self.maybe_expr(n.cause.as_ref())))
            }
            StmtKind::Try(n) => ("Try", self.try_parts(&n.0)),
            StmtKind::TryStar(n) => ("TryStar", self.try_parts(&n.0)),
            StmtKind::Assert(n) => {
                let f = f.put("test", self.expr(&n.test));
                ("Assert", f.maybe("msg", self.maybe_expr(n.msg.as_ref())))
            }
            StmtKind::Import(n) => ("Import", f.list("names", self.aliases(&n.names))),
            StmtKind::ImportFrom(n) => {
                let f = f.maybe_name("module", n.module.as_ref()).list("names", self.aliases(&n.names));
                ("ImportFrom", f.text("level", n.level.to_string()))
            }
            StmtKind::Global(n) => ("Global", f.list("names", names(&n.names))),
            StmtKind::Nonlocal(n) => ("Nonlocal", f.list("names", names(&n.names))),
            StmtKind::Expr(n) => ("Expr", f.put("value", self.expr(&n.value))),
        }
    }

    fn function(&mut self, n: &FunctionParts) -> Fields {
        Fields::new()
            .name("name", &n.name)
            .put("args", self.arguments(&n.args))
            .list("body", self.stmts(&n.body))
            .list("decorator_list", self.exprs(&n.decorator_list))
            .maybe("returns", self.maybe_expr(n.returns.as_ref()))
            .maybe_name("type_comment", n.type_comment.as_ref())
            .list("type_params", self.type_params(&n.type_params))
    }

    fn class(&mut self, n: &StmtClassDef) -> Fields {
        Fields::new()
            .name("name", &n.name)
            .list("bases", self.exprs(&n.bases))
            .list("keywords", self.keywords(&n.keywords))
            .list("body", self.stmts(&n.body))
            .list("decorator_list", self.exprs(&n.decorator_list))
            .list("type_params", self.type_params(&n.type_params))
    }

    fn for_loop(&mut self, n: &ForParts) -> Fields {
        Fields::new()
            .put("target", self.expr(&n.target))
            .put("iter", self.expr(&n.iter))
            .list("body", self.stmts(&n.body))
            .list("orelse", self.stmts(&n.orelse))
            .maybe_name("type_comment", n.type_comment.as_ref())
    }

    fn with(&mut self, n: &WithParts) -> Fields {
        let items = n.items.iter().map(|item| {
            let f = Fields::new().put("context_expr", self.expr(&item.context_expr));
            let f = f.maybe("optional_vars", self.maybe_expr(item.optional_vars.as_ref()));
            self.node("withitem", f)
        });
        let items = items.collect();
        Fields::new()
            .list("items", items)
            .list("body", self.stmts(&n.body))
            .maybe_name("type_comment", n.type_comment.as_ref())
    }

    fn try_parts(&mut self, n: &TryParts) -> Fields {
        let body = self.stmts(&n.body);
        let handlers = n.handlers.iter().map(|h| {
            let f = Fields::new().maybe("type", self.maybe_expr(h.type_.as_ref()));
            let f = f.maybe_name("name", h.name.as_ref()).list("body", self.stmts(&h.body));
            self.placed("ExceptHandler", f, h.span)
        });
        let handlers = handlers.collect();
        Fields::new()
            .list("body", body)
            .list("handlers", handlers)
            .list("orelse", self.stmts(&n.orelse))
            .list("finalbody", self.stmts(&n.finalbody))
    }

    fn aliases(&mut self, list: &[Alias]) -> Vec<Item> {
        let one = |a: &Alias| {
            let f = Fields::new().name("name", &a.name).maybe_name("asname", a.asname.as_ref());
            self.placed("alias", f, a.span)
        };
        list.iter().map(one).collect()
    }

    fn case(&mut self, n: &MatchCase) -> Item {
        let f = Fields::new().put("pattern", self.pattern(&n.pattern));
        let f = f.maybe("guard", self.maybe_expr(n.guard.as_ref())).list("body", self.stmts(&n.body));
        self.node("match_case", f)
    }

    fn patterns(&mut self, list: &[Pattern]) -> Vec<Item> {
        list.iter().map(|p| self.pattern(p)).collect()
    }

    fn pattern(&mut self, pattern: &Pattern) -> Item {
        if self.level >= MAX_LEVEL {
            return Item::Text("...".to_owned());
        }
        self.level += 1;
        let f = Fields::new();
        let (name, f) = match &pattern.kind {
            PatternKind::MatchSingleton(n) => ("MatchSingleton", f.text("value", repr::constant(&n.value))),
            PatternKind::MatchValue(n) => ("MatchValue", f.put("value", self.expr(&n.value))),
            PatternKind::MatchSequence(n) => {
                ("MatchSequence", f.list("patterns", self.patterns(&n.patterns)))
            }
            PatternKind::MatchMapping(n) => {
                let f = f.list("keys", self.exprs(&n.keys)).list("patterns", self.patterns(&n.patterns));
                ("MatchMapping", f.maybe_name("rest", n.rest.as_ref()))
            }
            PatternKind::MatchClass(n) => {
                let f = f.put("cls", self.expr(&n.cls)).list("patterns", self.patterns(&n.patterns));
                let f = f.list("kwd_attrs", names(&n.kwd_attrs));
                ("MatchClass", f.list("kwd_patterns", self.patterns(&n.kwd_patterns)))
            }
            PatternKind::MatchStar(n) => ("MatchStar", f.maybe_name("name", n.name.as_ref())),
            PatternKind::MatchAs(n) => {
                let inner = n.pattern.as_ref().map(|p| self.pattern(p));
                ("MatchAs", f.maybe("pattern", inner).maybe_name("name", n.name.as_ref()))
            }
            PatternKind::MatchOr(n) => ("MatchOr", f.list("patterns", self.patterns(&n.patterns))),
        };
        self.level -= 1;
        self.placed(name, f, pattern.span)
    }

    fn type_params(&mut self, list: &[TypeParam]) -> Vec<Item> {
        list.iter().map(|p| self.type_param(p)).collect()
    }

    fn type_param(&mut self, param: &TypeParam) -> Item {
        let f = Fields::new().name("name", param.name());
        let (name, f) = match &param.kind {
            TypeParamKind::TypeVar(t) => {
                let f = f.maybe("bound", self.maybe_expr(t.bound.as_ref()));
                ("TypeVar", f.maybe("default_value", self.maybe_expr(t.default_value.as_ref())))
            }
            TypeParamKind::ParamSpec(t) => {
                ("ParamSpec", f.maybe("default_value", self.maybe_expr(t.default_value.as_ref())))
            }
            TypeParamKind::TypeVarTuple(t) => {
                ("TypeVarTuple", f.maybe("default_value", self.maybe_expr(t.default_value.as_ref())))
            }
        };
        self.placed(name, f, param.span)
    }

    fn arg(&mut self, arg: &Arg) -> Item {
        let f = Fields::new().name("arg", &arg.arg);
        let f = f.maybe("annotation", self.maybe_expr(arg.annotation.as_ref()));
        self.placed("arg", f.maybe_name("type_comment", arg.type_comment.as_ref()), arg.span)
    }

    fn arguments(&mut self, a: &Arguments) -> Item {
        let mut args = |list: &[Arg]| -> Vec<Item> { list.iter().map(|a| self.arg(a)).collect() };
        let (posonlyargs, plain, kwonlyargs) = (args(&a.posonlyargs), args(&a.args), args(&a.kwonlyargs));
        let fields = Fields::new()
            .list("posonlyargs", posonlyargs)
            .list("args", plain)
            .maybe("vararg", a.vararg.as_ref().map(|v| self.arg(v)))
            .list("kwonlyargs", kwonlyargs)
            .list("kw_defaults", self.optional_exprs(&a.kw_defaults))
            .maybe("kwarg", a.kwarg.as_ref().map(|v| self.arg(v)))
            .list("defaults", self.exprs(&a.defaults));
        self.node("arguments", fields)
    }

    fn keywords(&mut self, list: &[Keyword]) -> Vec<Item> {
        let one = |k: &Keyword| {
            let f = Fields::new().maybe_name("arg", k.arg.as_ref()).put("value", self.expr(&k.value));
            self.placed("keyword", f, k.span)
        };
        list.iter().map(one).collect()
    }

    fn comprehensions(&mut self, list: &[Comprehension]) -> Vec<Item> {
        let one = |c: &Comprehension| {
            let f = Fields::new().put("target", self.expr(&c.target)).put("iter", self.expr(&c.iter));
            let f = f.list("ifs", self.exprs(&c.ifs)).text("is_async", if c.is_async { "1" } else { "0" });
            self.node("comprehension", f)
        };
        list.iter().map(one).collect()
    }

    fn expr(&mut self, expr: &Expr) -> Item {
        if self.level >= MAX_LEVEL {
            return Item::Text("...".to_owned());
        }
        self.level += 1;
        let (name, fields) = self.expr_fields(&expr.kind);
        self.level -= 1;
        self.placed(name, fields, expr.span)
    }

    fn comprehension_fields(&mut self, elt: &Expr, generators: &[Comprehension]) -> Fields {
        let f = Fields::new().put("elt", self.expr(elt));
        f.list("generators", self.comprehensions(generators))
    }

    fn expr_fields(&mut self, kind: &ExprKind) -> (&'static str, Fields) {
        let f = Fields::new();
        match kind {
            ExprKind::Name(n) => ("Name", f.name("id", &n.id).put("ctx", context(n.ctx))),
            ExprKind::Constant(n) => {
                let kind = n.kind.as_ref().map(|k| Item::Text(repr::str_repr(k)));
                ("Constant", f.text("value", repr::constant(&n.value)).maybe("kind", kind))
            }
            ExprKind::BoolOp(n) => {
                let op = plain(if n.op == BoolOperator::And { "And" } else { "Or" });
                ("BoolOp", f.put("op", op).list("values", self.exprs(&n.values)))
            }
            ExprKind::NamedExpr(n) => {
                ("NamedExpr", f.put("target", self.expr(&n.target)).put("value", self.expr(&n.value)))
            }
            ExprKind::BinOp(n) => {
                let f = f.put("left", self.expr(&n.left)).put("op", plain(operator_name(n.op)));
                ("BinOp", f.put("right", self.expr(&n.right)))
            }
            ExprKind::UnaryOp(n) => {
                let op = match n.op {
                    UnaryOperator::Invert => "Invert",
                    UnaryOperator::Not => "Not",
                    UnaryOperator::UAdd => "UAdd",
                    UnaryOperator::USub => "USub",
                };
                ("UnaryOp", f.put("op", plain(op)).put("operand", self.expr(&n.operand)))
            }
            ExprKind::Lambda(n) => {
                ("Lambda", f.put("args", self.arguments(&n.args)).put("body", self.expr(&n.body)))
            }
            ExprKind::IfExp(n) => {
                let f = f.put("test", self.expr(&n.test)).put("body", self.expr(&n.body));
                ("IfExp", f.put("orelse", self.expr(&n.orelse)))
            }
            ExprKind::Dict(n) => {
                ("Dict", f.list("keys", self.optional_exprs(&n.keys)).list("values", self.exprs(&n.values)))
            }
            ExprKind::Set(n) => ("Set", f.list("elts", self.exprs(&n.elts))),
            ExprKind::ListComp(n) => ("ListComp", self.comprehension_fields(&n.elt, &n.generators)),
            ExprKind::SetComp(n) => ("SetComp", self.comprehension_fields(&n.elt, &n.generators)),
            ExprKind::GeneratorExp(n) => ("GeneratorExp", self.comprehension_fields(&n.elt, &n.generators)),
            ExprKind::DictComp(n) => {
                let f = f.put("key", self.expr(&n.key)).put("value", self.expr(&n.value));
                ("DictComp", f.list("generators", self.comprehensions(&n.generators)))
            }
            ExprKind::Await(n) => ("Await", f.put("value", self.expr(&n.value))),
            ExprKind::Yield(n) => ("Yield", f.maybe("value", self.maybe_expr(n.value.as_ref()))),
            ExprKind::YieldFrom(n) => ("YieldFrom", f.put("value", self.expr(&n.value))),
            ExprKind::Compare(n) => {
                let ops = n.ops.iter().map(|&op| plain(comparison_name(op))).collect();
                let f = f.put("left", self.expr(&n.left)).list("ops", ops);
                ("Compare", f.list("comparators", self.exprs(&n.comparators)))
            }
            ExprKind::Call(n) => {
                let f = f.put("func", self.expr(&n.func)).list("args", self.exprs(&n.args));
                ("Call", f.list("keywords", self.keywords(&n.keywords)))
            }
            ExprKind::FormattedValue(n) => {
                let f = f.put("value", self.expr(&n.value)).text("conversion", n.conversion.to_string());
                ("FormattedValue", f.maybe("format_spec", self.maybe_expr(n.format_spec.as_ref())))
            }
            ExprKind::Interpolation(n) => {
                let f = f.put("value", self.expr(&n.value)).text("str", repr::constant(&n.str));
                let f = f.text("conversion", n.conversion.to_string());
                ("Interpolation", f.maybe("format_spec", self.maybe_expr(n.format_spec.as_ref())))
            }
            ExprKind::JoinedStr(n) => ("JoinedStr", f.list("values", self.exprs(&n.values))),
            ExprKind::TemplateStr(n) => ("TemplateStr", f.list("values", self.exprs(&n.values))),
            ExprKind::Attribute(n) => {
                let f = f.put("value", self.expr(&n.value)).name("attr", &n.attr);
                ("Attribute", f.put("ctx", context(n.ctx)))
            }
            ExprKind::Subscript(n) => {
                let f = f.put("value", self.expr(&n.value)).put("slice", self.expr(&n.slice));
                ("Subscript", f.put("ctx", context(n.ctx)))
            }
            ExprKind::Starred(n) => {
                ("Starred", f.put("value", self.expr(&n.value)).put("ctx", context(n.ctx)))
            }
            ExprKind::List(n) => ("List", f.list("elts", self.exprs(&n.elts)).put("ctx", context(n.ctx))),
            ExprKind::Tuple(n) => ("Tuple", f.list("elts", self.exprs(&n.elts)).put("ctx", context(n.ctx))),
            ExprKind::Slice(n) => {
                let f = f.maybe("lower", self.maybe_expr(n.lower.as_ref()));
                let f = f.maybe("upper", self.maybe_expr(n.upper.as_ref()));
                ("Slice", f.maybe("step", self.maybe_expr(n.step.as_ref())))
            }
        }
    }
}
