//! Source text of annotations that are kept as strings (`from __future__ import annotations`).
//!
//! The text is normalised, not what was written: parentheses only where the levels of binding need them, strings
//! as `repr` writes them.

use taipan_syntax::ast::*;
use taipan_text::Wtf8Buf;

use crate::codegen::code_constant;
use crate::depth::StackGuard;
use crate::error::Result;

/// How tightly the surroundings bind; an expression that binds less is put in parentheses.
mod level {
    pub const TUPLE: u8 = 0;
    pub const TEST: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const NOT: u8 = 4;
    pub const CMP: u8 = 5;
    pub const EXPR: u8 = 6;
    pub const BXOR: u8 = 7;
    pub const BAND: u8 = 8;
    pub const SHIFT: u8 = 9;
    pub const ARITH: u8 = 10;
    pub const TERM: u8 = 11;
    pub const FACTOR: u8 = 12;
    pub const POWER: u8 = 13;
    pub const AWAIT: u8 = 14;
    pub const ATOM: u8 = 15;
}

/// What stands for infinity in source, where there is no name for it.
const INFINITY: &str = "1e309";

/// The source of an expression as an annotation.
pub fn expression(e: &Expr, guard: StackGuard) -> Result<Wtf8Buf> {
    let mut u = Unparser { out: Wtf8Buf::new(), guard };
    u.expr(e, level::TEST)?;
    Ok(u.out)
}

struct Unparser {
    out: Wtf8Buf,
    guard: StackGuard,
}

impl Unparser {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes in parentheses if `wrap`.
    fn wrapped(&mut self, wrap: bool, f: impl FnOnce(&mut Self) -> Result) -> Result {
        if wrap {
            self.text("(");
        }
        f(self)?;
        if wrap {
            self.text(")");
        }
        Ok(())
    }

    fn list(&mut self, elts: &[Expr], level: u8) -> Result {
        for (i, e) in elts.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.expr(e, level)?;
        }
        Ok(())
    }

    fn expr(&mut self, e: &Expr, level: u8) -> Result {
        self.guard.check()?;
        match &e.kind {
            ExprKind::Name(n) => self.text(&n.id),
            ExprKind::Constant(n) => self.constant(n),
            ExprKind::BoolOp(n) => {
                let (own, word) = match n.op {
                    BoolOperator::And => (level::AND, " and "),
                    BoolOperator::Or => (level::OR, " or "),
                };
                self.wrapped(level > own, |u| {
                    for (i, value) in n.values.iter().enumerate() {
                        if i > 0 {
                            u.text(word);
                        }
                        u.expr(value, own + 1)?;
                    }
                    Ok(())
                })?;
            }
            ExprKind::NamedExpr(n) => self.wrapped(level > level::TUPLE, |u| {
                u.expr(&n.target, level::ATOM)?;
                u.text(" := ");
                u.expr(&n.value, level::ATOM)
            })?,
            ExprKind::BinOp(n) => {
                let (own, text) = binary(n.op);
                let right_associative = u8::from(n.op == Operator::Pow);
                self.wrapped(level > own, |u| {
                    u.expr(&n.left, own + right_associative)?;
                    u.text(text);
                    u.expr(&n.right, own + 1 - right_associative)
                })?;
            }
            ExprKind::UnaryOp(n) => {
                let (own, text) = match n.op {
                    UnaryOperator::Invert => (level::FACTOR, "~"),
                    UnaryOperator::Not => (level::NOT, "not "),
                    UnaryOperator::UAdd => (level::FACTOR, "+"),
                    UnaryOperator::USub => (level::FACTOR, "-"),
                };
                self.wrapped(level > own, |u| {
                    u.text(text);
                    u.expr(&n.operand, own)
                })?;
            }
            ExprKind::Lambda(n) => self.wrapped(level > level::TEST, |u| {
                let a = &n.args;
                // CPython writes no space before `*`.
                let positional = !a.posonlyargs.is_empty() || !a.args.is_empty();
                u.text(if positional { "lambda " } else { "lambda" });
                u.arguments(a)?;
                u.text(": ");
                u.expr(&n.body, level::TEST)
            })?,
            ExprKind::IfExp(n) => self.wrapped(level > level::TEST, |u| {
                u.expr(&n.body, level::TEST + 1)?;
                u.text(" if ");
                u.expr(&n.test, level::TEST + 1)?;
                u.text(" else ");
                u.expr(&n.orelse, level::TEST)
            })?,
            ExprKind::Dict(n) => {
                self.text("{");
                for (i, value) in n.values.iter().enumerate() {
                    if i > 0 {
                        self.text(", ");
                    }
                    match n.keys.get(i) {
                        Some(Some(key)) => {
                            self.expr(key, level::TEST)?;
                            self.text(": ");
                            self.expr(value, level::TEST)?;
                        }
                        _ => {
                            self.text("**");
                            self.expr(value, level::EXPR)?;
                        }
                    }
                }
                self.text("}");
            }
            ExprKind::Set(n) => {
                self.text("{");
                self.list(&n.elts, level::TEST)?;
                self.text("}");
            }
            ExprKind::ListComp(n) => self.comprehension("[", &n.elt, None, &n.generators, "]")?,
            ExprKind::SetComp(n) => self.comprehension("{", &n.elt, None, &n.generators, "}")?,
            ExprKind::GeneratorExp(n) => self.comprehension("(", &n.elt, None, &n.generators, ")")?,
            ExprKind::DictComp(n) => {
                self.comprehension("{", &n.key, Some(&n.value), &n.generators, "}")?;
            }
            ExprKind::Yield(n) => match &n.value {
                None => self.text("(yield)"),
                Some(value) => {
                    self.text("(yield ");
                    self.expr(value, level::TEST)?;
                    self.text(")");
                }
            },
            ExprKind::YieldFrom(n) => {
                self.text("(yield from ");
                self.expr(&n.value, level::TEST)?;
                self.text(")");
            }
            ExprKind::Await(n) => self.wrapped(level > level::AWAIT, |u| {
                u.text("await ");
                u.expr(&n.value, level::ATOM)
            })?,
            ExprKind::Compare(n) => self.wrapped(level > level::CMP, |u| {
                u.expr(&n.left, level::CMP + 1)?;
                for (op, comparator) in n.ops.iter().zip(&n.comparators) {
                    u.text(comparison(*op));
                    u.expr(comparator, level::CMP + 1)?;
                }
                Ok(())
            })?,
            ExprKind::Call(n) => self.call(n)?,
            ExprKind::JoinedStr(n) => self.f_string("f", &n.values)?,
            ExprKind::TemplateStr(n) => self.f_string("t", &n.values)?,
            ExprKind::FormattedValue(_) | ExprKind::Interpolation(_) => {
                self.f_string("f", std::slice::from_ref(e))?;
            }
            ExprKind::Attribute(n) => {
                self.expr(&n.value, level::ATOM)?;
                // `1.real` would be a float.
                let int = matches!(
                    &n.value.kind,
                    ExprKind::Constant(ExprConstant { value: Constant::Int(_) | Constant::BigInt(_), .. })
                );
                self.text(if int { " ." } else { "." });
                self.text(&n.attr);
            }
            ExprKind::Subscript(n) => {
                self.expr(&n.value, level::ATOM)?;
                self.text("[");
                self.expr(&n.slice, level::TUPLE)?;
                self.text("]");
            }
            ExprKind::Starred(n) => {
                self.text("*");
                self.expr(&n.value, level::EXPR)?;
            }
            ExprKind::List(n) => {
                self.text("[");
                self.list(&n.elts, level::TEST)?;
                self.text("]");
            }
            ExprKind::Tuple(n) if n.elts.is_empty() => self.text("()"),
            ExprKind::Tuple(n) => self.wrapped(level > level::TUPLE, |u| {
                u.list(&n.elts, level::TEST)?;
                if n.elts.len() == 1 {
                    u.text(",");
                }
                Ok(())
            })?,
            ExprKind::Slice(n) => {
                if let Some(lower) = &n.lower {
                    self.expr(lower, level::TEST)?;
                }
                self.text(":");
                if let Some(upper) = &n.upper {
                    self.expr(upper, level::TEST)?;
                }
                if let Some(step) = &n.step {
                    self.text(":");
                    self.expr(step, level::TEST)?;
                }
            }
        }
        Ok(())
    }

    fn constant(&mut self, n: &ExprConstant) {
        if matches!(n.value, Constant::Ellipsis) {
            return self.text("...");
        }
        if let Some(kind) = &n.kind {
            self.out.push_wtf8(kind);
        }
        let repr = taipan_bytecode::repr::constant(&code_constant(&n.value));
        match n.value {
            Constant::Float(_) | Constant::Complex(_) => self.text(&repr.replace("inf", INFINITY)),
            _ => self.text(&repr),
        }
    }

    fn arguments(&mut self, a: &Arguments) -> Result {
        let mut first = true;
        let positional = a.posonlyargs.len() + a.args.len();
        for (i, arg) in a.posonlyargs.iter().chain(&a.args).enumerate() {
            self.separator(&mut first);
            self.text(&arg.arg);
            if let Some(default) =
                (i + a.defaults.len()).checked_sub(positional).and_then(|d| a.defaults.get(d))
            {
                self.text("=");
                self.expr(default, level::TEST)?;
            }
            if i + 1 == a.posonlyargs.len() {
                self.text(", /");
            }
        }
        if a.vararg.is_some() || !a.kwonlyargs.is_empty() {
            self.separator(&mut first);
            self.text("*");
            if let Some(arg) = &a.vararg {
                self.text(&arg.arg);
            }
        }
        for (arg, default) in a.kwonlyargs.iter().zip(&a.kw_defaults) {
            self.separator(&mut first);
            self.text(&arg.arg);
            if let Some(default) = default {
                self.text("=");
                self.expr(default, level::TEST)?;
            }
        }
        if let Some(arg) = &a.kwarg {
            self.separator(&mut first);
            self.text("**");
            self.text(&arg.arg);
        }
        Ok(())
    }

    fn separator(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.text(", ");
        }
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr,
        value: Option<&Expr>,
        generators: &[Comprehension],
        close: &str,
    ) -> Result {
        self.text(open);
        self.expr(elt, level::TEST)?;
        if let Some(value) = value {
            self.text(": ");
            self.expr(value, level::TEST)?;
        }
        for g in generators {
            self.text(if g.is_async { " async for " } else { " for " });
            self.expr(&g.target, level::TUPLE)?;
            self.text(" in ");
            self.expr(&g.iter, level::TEST + 1)?;
            for condition in &g.ifs {
                self.text(" if ");
                self.expr(condition, level::TEST + 1)?;
            }
        }
        self.text(close);
        Ok(())
    }

    fn call(&mut self, n: &ExprCall) -> Result {
        self.expr(&n.func, level::ATOM)?;
        if let ([Expr { kind: ExprKind::GeneratorExp(_), .. }], []) =
            (n.args.as_slice(), n.keywords.as_slice())
        {
            return self.expr(&n.args[0], level::TEST);
        }
        self.text("(");
        self.list(&n.args, level::TEST)?;
        let mut first = n.args.is_empty();
        for k in &n.keywords {
            self.separator(&mut first);
            match &k.arg {
                Some(name) => {
                    self.text(name);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(&k.value, level::TEST)?;
        }
        self.text(")");
        Ok(())
    }

    /// A formatted or template string: its body is written as a plain string first, and then as `repr` does.
    fn f_string(&mut self, prefix: &str, values: &[Expr]) -> Result {
        let body = self.f_string_body(values)?;
        self.text(prefix);
        let repr = taipan_bytecode::repr::constant(&code_constant(&Constant::from(body)));
        self.text(&repr);
        Ok(())
    }

    fn f_string_body(&mut self, values: &[Expr]) -> Result<Wtf8Buf> {
        let outer = std::mem::take(&mut self.out);
        let result = values.iter().try_for_each(|v| self.f_string_element(v));
        let body = std::mem::replace(&mut self.out, outer);
        result.map(|()| body)
    }

    fn f_string_element(&mut self, e: &Expr) -> Result {
        self.guard.check()?;
        match &e.kind {
            ExprKind::Constant(ExprConstant { value: Constant::Str(text), .. }) => {
                for c in text.code_points() {
                    self.out.push_code_point(c);
                    if c == u32::from('{') || c == u32::from('}') {
                        self.out.push_code_point(c);
                    }
                }
                Ok(())
            }
            ExprKind::JoinedStr(n) => n.values.iter().try_for_each(|v| self.f_string_element(v)),
            ExprKind::FormattedValue(n) => self.replacement(&n.value, None, n.conversion, &n.format_spec),
            ExprKind::Interpolation(n) => {
                self.replacement(&n.value, Some(&n.str), n.conversion, &n.format_spec)
            }
            _ => self.expr(e, level::TEST),
        }
    }

    fn replacement(
        &mut self,
        value: &Expr,
        source: Option<&Constant>,
        conversion: i32,
        spec: &Option<Expr>,
    ) -> Result {
        let outer = std::mem::take(&mut self.out);
        let result = match source {
            Some(Constant::Str(text)) => {
                self.out.push_wtf8(text);
                Ok(())
            }
            _ => self.expr(value, level::TEST + 1),
        };
        let text = std::mem::replace(&mut self.out, outer);
        result?;
        // `{{` would be a brace.
        self.text(if text.as_bytes().first() == Some(&b'{') { "{ " } else { "{" });
        self.out.push_wtf8(&text);
        if let Some(c) = u32::try_from(conversion).ok().and_then(char::from_u32) {
            self.text("!");
            self.out.push_code_point(u32::from(c));
        }
        if let Some(spec) = spec {
            self.text(":");
            self.f_string_element(spec)?;
        }
        self.text("}");
        Ok(())
    }
}

fn binary(op: Operator) -> (u8, &'static str) {
    match op {
        Operator::Add => (level::ARITH, " + "),
        Operator::Sub => (level::ARITH, " - "),
        Operator::Mult => (level::TERM, " * "),
        Operator::MatMult => (level::TERM, " @ "),
        Operator::Div => (level::TERM, " / "),
        Operator::Mod => (level::TERM, " % "),
        Operator::LShift => (level::SHIFT, " << "),
        Operator::RShift => (level::SHIFT, " >> "),
        Operator::BitOr => (level::EXPR, " | "),
        Operator::BitXor => (level::BXOR, " ^ "),
        Operator::BitAnd => (level::BAND, " & "),
        Operator::FloorDiv => (level::TERM, " // "),
        Operator::Pow => (level::POWER, " ** "),
    }
}

fn comparison(op: CmpOperator) -> &'static str {
    match op {
        CmpOperator::Eq => " == ",
        CmpOperator::NotEq => " != ",
        CmpOperator::Lt => " < ",
        CmpOperator::LtE => " <= ",
        CmpOperator::Gt => " > ",
        CmpOperator::GtE => " >= ",
        CmpOperator::Is => " is ",
        CmpOperator::IsNot => " is not ",
        CmpOperator::In => " in ",
        CmpOperator::NotIn => " not in ",
    }
}
