//! Expressions other than calls, displays, comprehensions, strings and conditions.

use taipan_bytecode::{Constant as CodeConstant, Opcode};
use taipan_syntax::ast::*;

use super::emit::{SUBSCRIPT, code_constant, intrinsic};
use super::unit::UnitKind;
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::{Label, Location};
use crate::symtable::NameScope;

/// What awaits, in `GET_AWAITABLE`'s operand.
pub(super) const AWAIT_EXPR: u32 = 0;
pub(super) const AWAIT_AENTER: u32 = 1;
pub(super) const AWAIT_AEXIT: u32 = 2;

pub(super) fn binary_operand(op: Operator, in_place: bool) -> u32 {
    let plain = match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    };
    plain + if in_place { 13 } else { 0 }
}

impl<'a> Codegen<'a> {
    pub(super) fn exprs(&mut self, list: &'a [Expr]) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn expr(&mut self, e: &'a Expr) -> Result {
        self.settings.guard.check()?;
        let at = loc(e.span);
        match &e.kind {
            ExprKind::Name(n) => self.name_op(at, &n.id, n.ctx),
            ExprKind::Constant(n) => {
                self.load_const(at, n.value.clone());
                Ok(())
            }
            ExprKind::NamedExpr(n) => {
                self.expr(&n.value)?;
                self.op_i(at, Opcode::COPY, 1);
                self.expr(&n.target)
            }
            ExprKind::BoolOp(n) => self.bool_op(at, n),
            ExprKind::BinOp(_) => self.binary(e),
            ExprKind::UnaryOp(n) => self.unary(at, n),
            ExprKind::Lambda(n) => self.lambda(e, n),
            ExprKind::IfExp(n) => self.if_expr(n),
            ExprKind::Dict(n) => self.dict(at, n),
            ExprKind::Set(n) => self.sequence(at, &n.elts, None, 0, super::displays::SET),
            ExprKind::List(n) => self.list(e, n),
            ExprKind::Tuple(n) => self.tuple(e, n),
            ExprKind::ListComp(_)
            | ExprKind::SetComp(_)
            | ExprKind::DictComp(_)
            | ExprKind::GeneratorExp(_) => self.comprehension(e),
            ExprKind::Await(n) => {
                self.expr(&n.value)?;
                self.op_i(at, Opcode::GET_AWAITABLE, AWAIT_EXPR);
                self.load_none(at);
                self.yield_from(at, true, None);
                Ok(())
            }
            ExprKind::Yield(n) => self.yield_expr(e, n),
            ExprKind::YieldFrom(n) => self.yield_from_expr(e, n),
            ExprKind::Compare(n) => self.compare(e, n),
            ExprKind::Call(n) => self.call(e, n),
            ExprKind::JoinedStr(n) => self.joined_str(at, n),
            ExprKind::TemplateStr(n) => self.template_str(at, n),
            ExprKind::FormattedValue(n) => self.formatted_value(at, n),
            ExprKind::Interpolation(n) => self.interpolation(at, n),
            ExprKind::Attribute(n) => self.attribute(e, n),
            ExprKind::Subscript(n) => self.subscript(e, n),
            ExprKind::Starred(n) => Err(match n.ctx {
                ExprContext::Store => {
                    CompileError::syntax("starred assignment target must be in a list or tuple", e.span)
                }
                _ => CompileError::syntax("can't use starred expression here", e.span),
            }),
            ExprKind::Slice(n) => {
                if let Some(parts) = constant_slice(n) {
                    self.load_code_const(at, CodeConstant::Slice(std::sync::Arc::new(parts)));
                    return Ok(());
                }
                let count = self.slice_parts(at, n)?;
                self.op_i(at, Opcode::BUILD_SLICE, count);
                Ok(())
            }
        }
    }

    /// Binary operators. Chains that lean to the left, such as long sums, take no stack.
    fn binary(&mut self, e: &'a Expr) -> Result {
        let mut spine = Vec::new();
        let mut left = e;
        while let ExprKind::BinOp(n) = &left.kind {
            spine.push((loc(left.span), n));
            left = &n.left;
        }
        self.expr(left)?;
        for (at, n) in spine.into_iter().rev() {
            self.expr(&n.right)?;
            self.op_i(at, Opcode::BINARY_OP, binary_operand(n.op, false));
        }
        Ok(())
    }

    fn unary(&mut self, at: Location, n: &'a ExprUnaryOp) -> Result {
        self.expr(&n.operand)?;
        match n.op {
            UnaryOperator::Invert => self.op(at, Opcode::UNARY_INVERT),
            UnaryOperator::USub => self.op(at, Opcode::UNARY_NEGATIVE),
            UnaryOperator::UAdd => self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::UNARY_POSITIVE),
            UnaryOperator::Not => {
                self.op(at, Opcode::TO_BOOL);
                self.op(at, Opcode::UNARY_NOT);
            }
        }
        Ok(())
    }

    fn yield_expr(&mut self, e: &'a Expr, n: &'a ExprYield) -> Result {
        let at = loc(e.span);
        if !self.table.block(self.unit.block).is_function_like() {
            return Err(CompileError::syntax("'yield' outside function", e.span));
        }
        match &n.value {
            Some(value) => self.expr(value)?,
            None => self.load_none(at),
        }
        self.yield_value(at);
        Ok(())
    }

    /// Yields the top of the stack; asynchronous generators wrap it.
    pub(super) fn yield_value(&mut self, at: Location) {
        let block = self.table.block(self.unit.block);
        if block.generator && block.coroutine {
            self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::ASYNC_GEN_WRAP);
        }
        self.op_i(at, Opcode::YIELD_VALUE, 0);
        self.op_i(at, Opcode::RESUME, 1);
    }

    fn yield_from_expr(&mut self, e: &'a Expr, n: &'a ExprYieldFrom) -> Result {
        let at = loc(e.span);
        if !self.table.block(self.unit.block).is_function_like() {
            return Err(CompileError::syntax("'yield from' outside function", e.span));
        }
        if self.unit.kind == UnitKind::AsyncFunction {
            return Err(CompileError::syntax("'yield from' inside async function", e.span));
        }
        self.expr(&n.value)?;
        self.op(at, Opcode::GET_YIELD_FROM_ITER);
        self.load_none(at);
        self.yield_from(at, false, None);
        Ok(())
    }

    /// Delegates to the iterator below the value to send. `send` is placed before the `SEND`.
    pub(super) fn yield_from(&mut self, at: Location, is_await: bool, send: Option<Label>) {
        let send = send.unwrap_or_else(|| self.label());
        let (fail, exit) = (self.label(), self.label());
        self.place(send);
        self.jump(at, Opcode::SEND, exit);
        // A throw() into the delegation leaves by CLEANUP_THROW.
        self.jump(at, Opcode::SETUP_FINALLY, fail);
        self.op_i(at, Opcode::YIELD_VALUE, 1);
        self.op(Location::NONE, Opcode::POP_BLOCK);
        self.op_i(at, Opcode::RESUME, if is_await { 3 } else { 2 });
        self.jump(at, Opcode::JUMP_NO_INTERRUPT, send);
        self.place(fail);
        self.op(at, Opcode::CLEANUP_THROW);
        self.place(exit);
        self.op(at, Opcode::END_SEND);
    }

    /// The location of an attribute access that spans lines is that of the attribute's name.
    pub(super) fn attribute_location(&self, at: Location, e: &Expr) -> Location {
        let ExprKind::Attribute(n) = &e.kind else { return at };
        if at.line == e.span.end_lineno {
            return at;
        }
        let mut at = at;
        at.line = e.span.end_lineno;
        let width = n.attr.chars().count() as i32;
        if width <= e.span.end_col_offset {
            at.col = e.span.end_col_offset - width;
        } else {
            at.col = -1;
            at.end_col = -1;
        }
        at.end_line = at.end_line.max(at.line);
        at
    }

    fn attribute(&mut self, e: &'a Expr, n: &'a ExprAttribute) -> Result {
        let at = loc(e.span);
        if n.ctx == ExprContext::Load && self.can_optimize_super_call(e) {
            return self.super_attribute(e, n, false);
        }
        self.note_static_attribute(n);
        self.expr(&n.value)?;
        let at = self.attribute_location(at, e);
        match n.ctx {
            ExprContext::Load => self.load_attr(at, &n.attr, false),
            ExprContext::Store => self.op_name(at, Opcode::STORE_ATTR, &n.attr),
            ExprContext::Del => self.op_name(at, Opcode::DELETE_ATTR, &n.attr),
        }
        Ok(())
    }

    /// Assignments to attributes of `self` show in the class's `__static_attributes__`.
    fn note_static_attribute(&mut self, n: &ExprAttribute) {
        let on_self = matches!(&n.value.kind, ExprKind::Name(name) if name.id == "self");
        if n.ctx != ExprContext::Store || !on_self {
            return;
        }
        // A class body itself is no method of its class.
        if let Some(class) = self.stack.iter_mut().rev().find(|u| u.kind == UnitKind::Class) {
            class.static_attributes.insert(n.attr.clone());
        }
    }

    fn subscript(&mut self, e: &'a Expr, n: &'a ExprSubscript) -> Result {
        let at = loc(e.span);
        if n.ctx == ExprContext::Load {
            self.check_subscripted(&n.value);
            self.check_index(&n.value, &n.slice);
        }
        self.expr(&n.value)?;
        if n.ctx != ExprContext::Del
            && let Some((slice_at, slice)) = two_part_slice(&n.slice)
        {
            self.slice_parts(slice_at, slice)?;
            match n.ctx {
                ExprContext::Load => self.op(at, Opcode::BINARY_SLICE),
                _ => self.op(at, Opcode::STORE_SLICE),
            }
            return Ok(());
        }
        self.expr(&n.slice)?;
        match n.ctx {
            ExprContext::Load => self.op_i(at, Opcode::BINARY_OP, SUBSCRIPT),
            ExprContext::Store => self.op(at, Opcode::STORE_SUBSCR),
            ExprContext::Del => self.op(at, Opcode::DELETE_SUBSCR),
        }
        Ok(())
    }

    /// Pushes a slice's parts and says how many there are.
    pub(super) fn slice_parts(&mut self, at: Location, n: &'a ExprSlice) -> Result<u32> {
        for part in [&n.lower, &n.upper] {
            match part {
                Some(e) => self.expr(e)?,
                None => self.load_none(at),
            }
        }
        match &n.step {
            Some(step) => {
                self.expr(step)?;
                Ok(3)
            }
            None => Ok(2),
        }
    }

    /// Whether `e` is `super(…).attr` that may skip making the super object.
    pub(super) fn can_optimize_super_call(&self, e: &Expr) -> bool {
        let ExprKind::Attribute(attribute) = &e.kind else { return false };
        let ExprKind::Call(call) = &attribute.value.kind else { return false };
        let is_super = matches!(&call.func.kind, ExprKind::Name(n) if n.id == "super");
        if !is_super || !call.keywords.is_empty() || &*attribute.attr == "__class__" {
            return false;
        }
        // What binds `super`, here or in the module, may bind anything to it.
        if NameScope::of(self.symbol("super")) != NameScope::GlobalImplicit
            || NameScope::of(self.top_symbol("super")) != NameScope::Unknown
        {
            return false;
        }
        if call.args.iter().any(|a| matches!(a.kind, ExprKind::Starred(_))) {
            return false;
        }
        match call.args.len() {
            2 => true,
            // Without arguments: only in a function with a parameter, and with __class__ at hand.
            0 => {
                let m = &self.unit.meta;
                m.arg_count > 0 && NameScope::of(self.symbol("__class__")) == NameScope::Free
            }
            _ => false,
        }
    }

    /// Pushes what `LOAD_SUPER_ATTR` takes: `super`, the class and the object.
    pub(super) fn super_attribute(&mut self, e: &'a Expr, n: &'a ExprAttribute, method: bool) -> Result {
        let ExprKind::Call(call) = &n.value.kind else { return Ok(()) };
        self.expr(&call.func)?;
        let at = loc(n.value.span);
        if call.args.is_empty() {
            self.name_op(at, &"__class__".into(), ExprContext::Load)?;
            let parameter = self.unit.meta.varnames.items().first();
            let parameter = Identifier::from(parameter.map_or(String::new(), |n| n.to_string_lossy()));
            self.name_op(at, &parameter, ExprContext::Load)?;
        } else {
            self.exprs(&call.args)?;
        }
        let attribute = self.attribute_location(loc(e.span), e);
        let index = self.mangled_name_index(&n.attr);
        let operand = index << 2 | u32::from(!call.args.is_empty()) << 1 | u32::from(method);
        self.op_i(loc(e.span), Opcode::LOAD_SUPER_ATTR, operand);
        self.op(attribute, Opcode::NOP);
        Ok(())
    }
}

/// A slice without step whose parts are not all constant, which has instructions of its own.
pub(super) fn two_part_slice(e: &Expr) -> Option<(Location, &ExprSlice)> {
    let ExprKind::Slice(n) = &e.kind else { return None };
    (n.step.is_none() && constant_slice(n).is_none()).then_some((loc(e.span), n))
}

/// The parts of a slice whose parts are all constant or absent.
fn constant_slice(n: &ExprSlice) -> Option<[CodeConstant; 3]> {
    let part = |e: &Option<Expr>| match e {
        None => Some(CodeConstant::None),
        Some(Expr { kind: ExprKind::Constant(c), .. }) => Some(code_constant(&c.value)),
        Some(_) => None,
    };
    Some([part(&n.lower)?, part(&n.upper)?, part(&n.step)?])
}
