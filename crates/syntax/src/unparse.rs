//! Expressions back to source, as `from __future__ import annotations` stores them (CPython's C unparser).
//!
//! Not `ast.unparse`: quotes come from `repr`, tuples in subscripts lose their brackets, f-strings are written anew.

use taipan_text::Wtf8Buf;

use crate::ast::{
    Arguments, BoolOperator, CmpOperator, Comprehension, Constant, Expr, ExprKind, Operator, UnaryOperator,
};
use crate::repr;

/// Strength of operators, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    fn next(self) -> Self {
        use Level as L;
        match self {
            L::Tuple => L::Test,
            L::Test => L::Or,
            L::Or => L::And,
            L::And => L::Not,
            L::Not => L::Compare,
            L::Compare => L::BitOr,
            L::BitOr => L::BitXor,
            L::BitXor => L::BitAnd,
            L::BitAnd => L::Shift,
            L::Shift => L::Arith,
            L::Arith => L::Term,
            L::Term => L::Factor,
            L::Factor => L::Power,
            L::Power => L::Await,
            L::Await | L::Atom => L::Atom,
        }
    }
}

/// The expression nests deeper than can be written: the caller raises RecursionError.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

/// Nested expressions that are followed.
const MAX_DEPTH: u32 = 2000;

/// The source text of an expression.
pub fn unparse_expr(expr: &Expr) -> Result<Wtf8Buf, TooDeep> {
    let mut writer = Writer { out: Wtf8Buf::new(), depth: 0 };
    writer.expr(expr, Level::Test)?;
    Ok(writer.out)
}

struct Writer {
    out: Wtf8Buf,
    depth: u32,
}

type Done = Result<(), TooDeep>;

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn open(&mut self, condition: bool) {
        if condition {
            self.put("(");
        }
    }

    fn close(&mut self, condition: bool) {
        if condition {
            self.put(")");
        }
    }

    fn list(&mut self, items: &[Expr], level: Level) -> Done {
        for (i, item) in items.iter().enumerate() {
            self.put(if i > 0 { ", " } else { "" });
            self.expr(item, level)?;
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr, level: Level) -> Done {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        let done = self.expr_kind(&expr.kind, level);
        self.depth -= 1;
        done
    }

    fn expr_kind(&mut self, kind: &ExprKind, level: Level) -> Done {
        match kind {
            ExprKind::Name(n) => self.put(&n.id),
            ExprKind::Constant(n) => {
                if n.kind.is_some() {
                    self.put("u");
                }
                self.constant(&n.value);
            }
            ExprKind::BoolOp(n) => {
                let (word, own) = match n.op {
                    BoolOperator::And => (" and ", Level::And),
                    BoolOperator::Or => (" or ", Level::Or),
                };
                self.open(level > own);
                for (i, value) in n.values.iter().enumerate() {
                    self.put(if i > 0 { word } else { "" });
                    self.expr(value, own.next())?;
                }
                self.close(level > own);
            }
            ExprKind::NamedExpr(n) => {
                self.open(level > Level::Tuple);
                self.expr(&n.target, Level::Atom)?;
                self.put(" := ");
                self.expr(&n.value, Level::Atom)?;
                self.close(level > Level::Tuple);
            }
            ExprKind::BinOp(n) => self.binary(&n.left, n.op, &n.right, level)?,
            ExprKind::UnaryOp(n) => self.unary(n.op, &n.operand, level)?,
            ExprKind::Lambda(n) => {
                self.open(level > Level::Test);
                let positional = !n.args.posonlyargs.is_empty() || !n.args.args.is_empty();
                self.put(if positional { "lambda " } else { "lambda" });
                self.parameters(&n.args)?;
                self.put(": ");
                self.expr(&n.body, Level::Test)?;
                self.close(level > Level::Test);
            }
            ExprKind::IfExp(n) => {
                self.open(level > Level::Test);
                self.expr(&n.body, Level::Test.next())?;
                self.put(" if ");
                self.expr(&n.test, Level::Test.next())?;
                self.put(" else ");
                self.expr(&n.orelse, Level::Test)?;
                self.close(level > Level::Test);
            }
            ExprKind::Dict(n) => self.dict(&n.keys, &n.values)?,
            ExprKind::Set(n) => {
                self.put("{");
                self.list(&n.elts, Level::Test)?;
                self.put("}");
            }
            ExprKind::ListComp(n) => self.comprehension("[", &n.elt, None, &n.generators, "]")?,
            ExprKind::SetComp(n) => self.comprehension("{", &n.elt, None, &n.generators, "}")?,
            ExprKind::GeneratorExp(n) => self.comprehension("(", &n.elt, None, &n.generators, ")")?,
            ExprKind::DictComp(n) => self.comprehension("{", &n.key, Some(&n.value), &n.generators, "}")?,
            ExprKind::Await(n) => {
                self.open(level > Level::Await);
                self.put("await ");
                self.expr(&n.value, Level::Atom)?;
                self.close(level > Level::Await);
            }
            ExprKind::Yield(n) => match &n.value {
                None => self.put("(yield)"),
                Some(value) => {
                    self.put("(yield ");
                    self.expr(value, Level::Test)?;
                    self.put(")");
                }
            },
            ExprKind::YieldFrom(n) => {
                self.put("(yield from ");
                self.expr(&n.value, Level::Test)?;
                self.put(")");
            }
            ExprKind::Compare(n) => {
                self.open(level > Level::Compare);
                self.expr(&n.left, Level::Compare.next())?;
                for (op, right) in n.ops.iter().zip(&n.comparators) {
                    self.put(comparison_text(*op));
                    self.expr(right, Level::Compare.next())?;
                }
                self.close(level > Level::Compare);
            }
            ExprKind::Call(n) => self.call(n)?,
            ExprKind::FormattedValue(_) | ExprKind::JoinedStr(_) => self.whole_fstring(kind, 'f')?,
            ExprKind::Interpolation(_) | ExprKind::TemplateStr(_) => self.whole_fstring(kind, 't')?,
            ExprKind::Attribute(n) => {
                self.expr(&n.value, Level::Atom)?;
                let number = matches!(&n.value.kind, ExprKind::Constant(c) if matches!(c.value, Constant::Int(_) | Constant::BigInt(_)));
                self.put(if number { " ." } else { "." });
                self.put(&n.attr);
            }
            ExprKind::Subscript(n) => {
                self.expr(&n.value, Level::Atom)?;
                self.put("[");
                self.expr(&n.slice, Level::Tuple)?;
                self.put("]");
            }
            ExprKind::Starred(n) => {
                self.put("*");
                self.expr(&n.value, Level::BitOr)?;
            }
            ExprKind::List(n) => {
                self.put("[");
                self.list(&n.elts, Level::Test)?;
                self.put("]");
            }
            ExprKind::Tuple(n) => self.tuple(&n.elts, level)?,
            ExprKind::Slice(n) => {
                if let Some(lower) = &n.lower {
                    self.expr(lower, Level::Test)?;
                }
                self.put(":");
                if let Some(upper) = &n.upper {
                    self.expr(upper, Level::Test)?;
                }
                if let Some(step) = &n.step {
                    self.put(":");
                    self.expr(step, Level::Test)?;
                }
            }
        }
        Ok(())
    }

    fn binary(&mut self, left: &Expr, op: Operator, right: &Expr, level: Level) -> Done {
        let (text, own, right_associative) = match op {
            Operator::Add => (" + ", Level::Arith, false),
            Operator::Sub => (" - ", Level::Arith, false),
            Operator::Mult => (" * ", Level::Term, false),
            Operator::MatMult => (" @ ", Level::Term, false),
            Operator::Div => (" / ", Level::Term, false),
            Operator::Mod => (" % ", Level::Term, false),
            Operator::FloorDiv => (" // ", Level::Term, false),
            Operator::LShift => (" << ", Level::Shift, false),
            Operator::RShift => (" >> ", Level::Shift, false),
            Operator::BitOr => (" | ", Level::BitOr, false),
            Operator::BitXor => (" ^ ", Level::BitXor, false),
            Operator::BitAnd => (" & ", Level::BitAnd, false),
            Operator::Pow => (" ** ", Level::Power, true),
        };
        self.open(level > own);
        self.expr(left, if right_associative { own.next() } else { own })?;
        self.put(text);
        self.expr(right, if right_associative { own } else { own.next() })?;
        self.close(level > own);
        Ok(())
    }

    fn unary(&mut self, op: UnaryOperator, operand: &Expr, level: Level) -> Done {
        let (text, own) = match op {
            UnaryOperator::Invert => ("~", Level::Factor),
            UnaryOperator::Not => ("not ", Level::Not),
            UnaryOperator::UAdd => ("+", Level::Factor),
            UnaryOperator::USub => ("-", Level::Factor),
        };
        self.open(level > own);
        self.put(text);
        self.expr(operand, own)?;
        self.close(level > own);
        Ok(())
    }

    /// A constant as `repr` writes it, infinities as numbers that overflow.
    fn constant(&mut self, value: &Constant) {
        match value {
            Constant::Ellipsis => self.put("..."),
            Constant::Float(_) | Constant::Complex(_) => {
                let text = repr::constant(value).replace("inf", "1e309");
                self.put(&text);
            }
            Constant::Tuple(items) => {
                self.put("(");
                for (i, item) in items.iter().enumerate() {
                    self.put(if i > 0 { ", " } else { "" });
                    self.constant(item);
                }
                self.put(if items.len() == 1 { ",)" } else { ")" });
            }
            _ => self.put(&repr::constant(value)),
        }
    }

    fn dict(&mut self, keys: &[Option<Expr>], values: &[Expr]) -> Done {
        self.put("{");
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            self.put(if i > 0 { ", " } else { "" });
            match key {
                Some(key) => {
                    self.expr(key, Level::Test)?;
                    self.put(": ");
                    self.expr(value, Level::Test)?;
                }
                None => {
                    self.put("**");
                    self.expr(value, Level::BitOr)?;
                }
            }
        }
        self.put("}");
        Ok(())
    }

    fn tuple(&mut self, elts: &[Expr], level: Level) -> Done {
        if elts.is_empty() {
            self.put("()");
            return Ok(());
        }
        self.open(level > Level::Tuple);
        self.list(elts, Level::Test)?;
        self.put(if elts.len() == 1 { "," } else { "" });
        self.close(level > Level::Tuple);
        Ok(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        element: &Expr,
        value: Option<&Expr>,
        generators: &[Comprehension],
        close: &str,
    ) -> Done {
        self.put(open);
        self.expr(element, Level::Test)?;
        if let Some(value) = value {
            self.put(": ");
            self.expr(value, Level::Test)?;
        }
        for clause in generators {
            self.put(if clause.is_async { " async for " } else { " for " });
            self.expr(&clause.target, Level::Tuple)?;
            self.put(" in ");
            self.expr(&clause.iter, Level::Test.next())?;
            for condition in &clause.ifs {
                self.put(" if ");
                self.expr(condition, Level::Test.next())?;
            }
        }
        self.put(close);
        Ok(())
    }

    fn call(&mut self, call: &crate::ast::ExprCall) -> Done {
        self.expr(&call.func, Level::Atom)?;
        if let ([only], []) = (call.args.as_slice(), call.keywords.as_slice())
            && matches!(only.kind, ExprKind::GeneratorExp(_))
        {
            return self.expr(only, Level::Tuple);
        }
        self.put("(");
        self.list(&call.args, Level::Test)?;
        let mut first = call.args.is_empty();
        for keyword in &call.keywords {
            self.put(if first { "" } else { ", " });
            first = false;
            match &keyword.arg {
                Some(name) => {
                    self.put(name);
                    self.put("=");
                }
                None => self.put("**"),
            }
            self.expr(&keyword.value, Level::Test)?;
        }
        self.put(")");
        Ok(())
    }

    fn parameters(&mut self, args: &Arguments) -> Done {
        let mut first = true;
        let positional = args.posonlyargs.iter().chain(&args.args);
        let count = args.posonlyargs.len() + args.args.len();
        let without_default = count.saturating_sub(args.defaults.len());
        for (i, arg) in positional.enumerate() {
            self.comma(&mut first);
            self.put(&arg.arg);
            if let Some(default) = i.checked_sub(without_default).and_then(|d| args.defaults.get(d)) {
                self.put("=");
                self.expr(default, Level::Test)?;
            }
            if i + 1 == args.posonlyargs.len() {
                self.put(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            self.comma(&mut first);
            self.put("*");
            if let Some(vararg) = &args.vararg {
                self.put(&vararg.arg);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            self.comma(&mut first);
            self.put(&arg.arg);
            if let Some(default) = default {
                self.put("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(kwarg) = &args.kwarg {
            self.comma(&mut first);
            self.put("**");
            self.put(&kwarg.arg);
        }
        Ok(())
    }

    fn comma(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.put(", ");
        }
    }

    // ----- f-strings -----

    fn whole_fstring(&mut self, kind: &ExprKind, letter: char) -> Done {
        let mut body = Writer { out: Wtf8Buf::new(), depth: self.depth };
        body.fstring_part(kind, false)?;
        self.put(if letter == 'f' { "f" } else { "t" });
        self.put(&repr::str_repr(&body.out));
        Ok(())
    }

    /// The inside of an f-string; braces of text are doubled outside format specifications too.
    fn fstring_part(&mut self, kind: &ExprKind, is_format_spec: bool) -> Done {
        match kind {
            ExprKind::Constant(n) => {
                if let Constant::Str(text) = &n.value {
                    for point in text.code_points() {
                        self.out.push_code_point(point);
                        if !is_format_spec && (point == u32::from(b'{') || point == u32::from(b'}')) {
                            self.out.push_code_point(point);
                        }
                    }
                }
            }
            ExprKind::JoinedStr(n) => {
                for value in &n.values {
                    self.nested_part(value, is_format_spec)?;
                }
                return Ok(());
            }
            ExprKind::TemplateStr(n) => {
                for value in &n.values {
                    self.nested_part(value, is_format_spec)?;
                }
            }
            ExprKind::FormattedValue(n) => {
                let value = unparse_nested(&n.value, self.depth)?;
                self.field(&value, n.conversion, n.format_spec.as_ref())?;
            }
            ExprKind::Interpolation(n) => {
                let text = match &n.str {
                    Constant::Str(text) => (**text).clone(),
                    _ => unparse_nested(&n.value, self.depth)?,
                };
                self.field(&text, n.conversion, n.format_spec.as_ref())?;
            }
            _ => {}
        }
        Ok(())
    }

    fn nested_part(&mut self, expr: &Expr, is_format_spec: bool) -> Done {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        let done = self.fstring_part(&expr.kind, is_format_spec);
        self.depth -= 1;
        done
    }

    fn field(&mut self, value: &Wtf8Buf, conversion: i32, format_spec: Option<&Expr>) -> Done {
        self.put("{");
        if value.as_bytes().first() == Some(&b'{') {
            // `{{` would be a brace of text.
            self.put(" ");
        }
        self.out.push_wtf8(value);
        if let Ok(letter @ (b'a' | b'r' | b's')) = u8::try_from(conversion) {
            self.put("!");
            self.out.push_code_point(u32::from(letter));
        }
        if let Some(spec) = format_spec {
            self.put(":");
            self.nested_part(spec, true)?;
        }
        self.put("}");
        Ok(())
    }
}

fn unparse_nested(expr: &Expr, depth: u32) -> Result<Wtf8Buf, TooDeep> {
    let mut writer = Writer { out: Wtf8Buf::new(), depth };
    writer.expr(expr, Level::Test.next())?;
    Ok(writer.out)
}

fn comparison_text(op: CmpOperator) -> &'static str {
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
