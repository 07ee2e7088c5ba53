//! Type parameters and type aliases (PEP 695, 696).

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::emit::{intrinsic, intrinsic2};
use super::unit::{ParameterCounts, UnitKind};
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::symtable::{BlockKey, BlockRole};

impl<'a> Codegen<'a> {
    /// Makes the type parameters, binds them, and leaves a tuple of them on the stack.
    pub(super) fn type_params(&mut self, params: &'a [TypeParam]) -> Result {
        let Some(first) = params.first() else { return Ok(()) };
        let mut seen_default = false;
        for p in params {
            let at = loc(p.span);
            let name = p.name();
            self.load_str(at, name);
            let default = match &p.kind {
                TypeParamKind::TypeVar(t) => {
                    match &t.bound {
                        Some(bound) => {
                            self.type_variable_scope(p, bound, BlockRole::Bound, false)?;
                            let intrinsic = match bound.kind {
                                ExprKind::Tuple(_) => intrinsic2::TYPEVAR_WITH_CONSTRAINTS,
                                _ => intrinsic2::TYPEVAR_WITH_BOUND,
                            };
                            self.op_i(at, Opcode::CALL_INTRINSIC_2, intrinsic);
                        }
                        None => self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::TYPEVAR),
                    }
                    &t.default_value
                }
                TypeParamKind::TypeVarTuple(t) => {
                    self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::TYPEVARTUPLE);
                    &t.default_value
                }
                TypeParamKind::ParamSpec(t) => {
                    self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::PARAMSPEC);
                    &t.default_value
                }
            };
            match default {
                Some(default) => {
                    seen_default = true;
                    let star = matches!(p.kind, TypeParamKind::TypeVarTuple(_));
                    self.type_variable_scope(p, default, BlockRole::Default, star)?;
                    self.op_i(at, Opcode::CALL_INTRINSIC_2, intrinsic2::SET_TYPEPARAM_DEFAULT);
                }
                None if seen_default => {
                    let message =
                        format!("non-default type parameter '{name}' follows default type parameter");
                    return Err(CompileError::syntax(message, p.span));
                }
                None => {}
            }
            self.op_i(at, Opcode::COPY, 1);
            self.name_op(at, name, ExprContext::Store)?;
        }
        self.op_i(loc(first.span), Opcode::BUILD_TUPLE, params.len() as u32);
        Ok(())
    }

    /// Pushes the function that evaluates a bound or default when it is asked for.
    fn type_variable_scope(
        &mut self,
        p: &'a TypeParam,
        e: &'a Expr,
        role: BlockRole,
        allow_star: bool,
    ) -> Result {
        let at = loc(e.span);
        // The default of its only parameter: VALUE.
        self.load_const(at, Constant::Tuple(std::sync::Arc::new(vec![Constant::Int(1)])));
        self.enter_annotation_scope(at, BlockKey::new(p, role), p.name().clone())?;
        match &e.kind {
            ExprKind::Starred(star) if allow_star => {
                self.expr(&star.value)?;
                self.op_i(at, Opcode::UNPACK_SEQUENCE, 1);
            }
            _ => self.expr(e)?,
        }
        self.op(at, Opcode::RETURN_VALUE);
        let code = self.exit(true)?;
        self.make_closure(at, code, super::functions::DEFAULTS)
    }

    pub(super) fn type_alias(&mut self, s: &'a Stmt, n: &'a StmtTypeAlias) -> Result {
        let at = loc(s.span);
        let ExprKind::Name(name) = &n.name.kind else {
            return Err(CompileError::system("TypeAlias with non-Name name"));
        };
        let generic = !n.type_params.is_empty();
        if generic {
            let unit_name = format!("<generic parameters of {}>", name.id);
            let key = BlockKey::new(&n.type_params, BlockRole::TypeParams);
            let counts = ParameterCounts::default();
            self.enter(unit_name.into(), UnitKind::Annotations, key, s.span.lineno, None, counts)?;
            self.load_str(at, &name.id);
            self.type_params(&n.type_params)?;
        } else {
            self.load_str(at, &name.id);
            self.load_none(at);
        }
        self.load_const(at, Constant::Tuple(std::sync::Arc::new(vec![Constant::Int(1)])));
        self.enter_annotation_scope(at, BlockKey::new(n, BlockRole::Body), name.id.clone())?;
        self.expr(&n.value)?;
        self.op(at, Opcode::RETURN_VALUE);
        let code = self.exit(false)?;
        self.make_closure(at, code, super::functions::DEFAULTS)?;
        self.op_i(at, Opcode::BUILD_TUPLE, 3);
        self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::TYPEALIAS);
        if generic {
            let code = self.exit(false)?;
            self.make_closure(at, code, 0)?;
            self.op(at, Opcode::PUSH_NULL);
            self.op_i(at, Opcode::CALL, 0);
        }
        self.name_op(at, &name.id, ExprContext::Store)
    }
}
