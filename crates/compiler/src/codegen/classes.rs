//! `class`.

use taipan_bytecode::{CodeObject, Constant as CodeConstant, Opcode};
use taipan_syntax::ast::*;

use super::emit::intrinsic;
use super::unit::{ParameterCounts, UnitKind};
use super::{Codegen, loc};
use crate::error::Result;
use crate::instr::Location;
use crate::symtable::{BlockKey, BlockRole};

impl<'a> Codegen<'a> {
    pub(super) fn class(&mut self, s: &'a Stmt, n: &'a StmtClassDef) -> Result {
        let at = loc(s.span);
        self.validate_keywords(&n.keywords)?;
        self.decorators(&n.decorator_list)?;
        let first_line = n.decorator_list.first().map_or(s.span.lineno, |d| d.span.lineno);
        let generic = !n.type_params.is_empty();
        if generic {
            let name = format!("<generic parameters of {}>", n.name);
            let key = BlockKey::new(&n.type_params, BlockRole::TypeParams);
            let private = Some(n.name.clone());
            let counts = ParameterCounts::default();
            self.enter(name.into(), UnitKind::Annotations, key, first_line, private, counts)?;
            self.type_params(&n.type_params)?;
            self.name_op(at, &".type_params".into(), ExprContext::Store)?;
        }
        let code = self.class_body(n, first_line)?;
        self.op(at, Opcode::LOAD_BUILD_CLASS);
        self.op(at, Opcode::PUSH_NULL);
        self.make_closure(at, code, 0)?;
        self.load_str(at, &n.name);
        if generic {
            let base = Identifier::from(".generic_base");
            self.name_op(at, &".type_params".into(), ExprContext::Load)?;
            self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::SUBSCRIPT_GENERIC);
            self.name_op(at, &base, ExprContext::Store)?;
            self.generic_class_call(at, n, &base)?;
            let code = self.exit(false)?;
            self.make_closure(at, code, 0)?;
            self.op(at, Opcode::PUSH_NULL);
            self.op_i(at, Opcode::CALL, 0);
        } else {
            self.arguments_and_call(at, 2, &n.bases, None, &n.keywords)?;
        }
        self.apply_decorators(&n.decorator_list);
        self.name_op(at, &n.name, ExprContext::Store)
    }

    fn generic_class_call(&mut self, at: Location, n: &'a StmtClassDef, base: &Identifier) -> Result {
        self.arguments_and_call(at, 2, &n.bases, Some(base), &n.keywords)
    }

    fn class_body(&mut self, n: &'a StmtClassDef, first_line: i32) -> Result<CodeObject> {
        let key = BlockKey::new(n, BlockRole::Body);
        let counts = ParameterCounts::default();
        self.enter(n.name.clone(), UnitKind::Class, key, first_line, Some(n.name.clone()), counts)?;
        let at = Location::new(first_line, first_line, 0, 0);
        self.name_op(at, &"__name__".into(), ExprContext::Load)?;
        self.name_op(at, &"__module__".into(), ExprContext::Store)?;
        let qualname = self.unit.qualname.clone();
        self.load_str(at, &qualname);
        self.name_op(at, &"__qualname__".into(), ExprContext::Store)?;
        self.load_code_const(at, Self::line_constant(first_line));
        self.name_op(at, &"__firstlineno__".into(), ExprContext::Store)?;
        if !n.type_params.is_empty() {
            self.name_op(at, &".type_params".into(), ExprContext::Load)?;
            self.name_op(at, &"__type_params__".into(), ExprContext::Store)?;
        }
        let table = self.table;
        let block = table.block(self.unit.block);
        if block.needs_classdict {
            self.op(at, Opcode::LOAD_LOCALS);
            self.store_class_cell(at, "__classdict__");
        }
        if block.has_conditional_annotations {
            self.op_i(at, Opcode::BUILD_SET, 0);
            self.store_class_cell(at, "__conditional_annotations__");
        }
        self.body(at, &n.body)?;
        let attributes = self.unit.static_attributes.iter().map(|a| CodeConstant::str(a)).collect();
        self.load_code_const(Location::NONE, CodeConstant::Tuple(attributes));
        self.name_op(Location::NONE, &"__static_attributes__".into(), ExprContext::Store)?;
        if block.needs_classdict {
            let slot = self.unit.meta.cellvars.add_text("__classdict__");
            self.op_i(Location::NONE, Opcode::LOAD_CLOSURE, slot);
            self.name_op(Location::NONE, &"__classdictcell__".into(), ExprContext::Store)?;
        }
        if block.needs_class_closure {
            let slot = self.unit.meta.cellvars.add_text("__class__");
            self.op_i(Location::NONE, Opcode::LOAD_CLOSURE, slot);
            self.op_i(Location::NONE, Opcode::COPY, 1);
            self.name_op(Location::NONE, &"__classcell__".into(), ExprContext::Store)?;
        } else {
            self.load_none(Location::NONE);
        }
        self.op(Location::NONE, Opcode::RETURN_VALUE);
        self.exit(true)
    }

    /// A cell that the class body fills for its methods and annotations, though its own names are no cells.
    fn store_class_cell(&mut self, at: Location, name: &str) {
        let slot = self.unit.meta.cellvars.add_text(name);
        self.op_i(at, Opcode::STORE_DEREF, slot);
    }
}
