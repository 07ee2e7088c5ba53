//! Annotations of functions and variables, and the `__annotate__` functions that evaluate them (PEP 649, 749).

use taipan_bytecode::{Name, Opcode};
use taipan_syntax::ast::*;

use super::emit::{common, compare};
use super::unit::{ParameterCounts, UnitKind};
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::Location;
use crate::symtable::{BlockId, BlockKey, BlockRole};

/// `SET_FUNCTION_ATTRIBUTE`'s bit for an annotate function.
const ANNOTATE: u32 = 16;
/// The highest format that a compiled annotate function supports (`VALUE_WITH_FAKE_GLOBALS`).
const HIGHEST_FORMAT: i64 = 2;

impl<'a> Codegen<'a> {
    /// Opens an annotation scope and refuses the formats that it does not support.
    pub(super) fn enter_annotation_scope(&mut self, at: Location, key: BlockKey, name: Identifier) -> Result {
        let counts = ParameterCounts { positional_only: 1, ..Default::default() };
        self.enter(name, UnitKind::Annotations, key, at.line, None, counts)?;
        let body = self.label();
        self.op_i(at, Opcode::LOAD_FAST, 0);
        self.load_int(at, HIGHEST_FORMAT);
        self.op_i(at, Opcode::COMPARE_OP, compare::GT);
        self.jump(at, Opcode::POP_JUMP_IF_FALSE, body);
        self.op_i(at, Opcode::LOAD_COMMON_CONSTANT, common::NOT_IMPLEMENTED_ERROR);
        self.op_i(at, Opcode::RAISE_VARARGS, 1);
        self.place(body);
        Ok(())
    }

    fn leave_annotation_scope(&mut self, at: Location) -> Result {
        self.op(at, Opcode::RETURN_VALUE);
        let mut code = self.exit(true)?;
        // The parameter has a name that no annotation can use, and shows another.
        if let Some(first) = code.localsplusnames.first_mut() {
            *first = Name::from("format");
        }
        self.make_closure(at, code, 0)
    }

    /// Pushes the annotate function of a function, if it has annotations. Gives the attribute's bit.
    pub(super) fn function_annotations(
        &mut self,
        at: Location,
        args: &'a Arguments,
        returns: Option<&'a Expr>,
    ) -> Result<u32> {
        let key = BlockKey::new(args, BlockRole::Annotations);
        let Some(id) = self.table.lookup(key) else { return Ok(0) };
        if !self.table.block(id).annotations_used && !has_annotations(args, returns) {
            return Ok(0);
        }
        self.enter_annotation_scope(at, key, "__annotate__".into())?;
        let mut count = 0;
        let params = (args.args.iter())
            .chain(&args.posonlyargs)
            .chain(args.vararg.as_deref())
            .chain(&args.kwonlyargs)
            .chain(args.kwarg.as_deref());
        for arg in params {
            if let Some(annotation) = &arg.annotation {
                self.parameter_annotation(at, &arg.arg, annotation)?;
                count += 1;
            }
        }
        if let Some(annotation) = returns {
            self.parameter_annotation(at, &"return".into(), annotation)?;
            count += 1;
        }
        self.op_i(at, Opcode::BUILD_MAP, count);
        self.leave_annotation_scope(at)?;
        Ok(ANNOTATE)
    }

    fn parameter_annotation(&mut self, at: Location, name: &Identifier, annotation: &'a Expr) -> Result {
        let mangled = self.maybe_mangle(name);
        self.load_str(at, &mangled);
        if self.settings.flags.future_annotations() {
            return self.annotation_text(annotation);
        }
        match &annotation.kind {
            // `*args: *Ts` takes the only item that unpacking gives.
            ExprKind::Starred(star) => {
                self.expr(&star.value)?;
                self.op_i(at, Opcode::UNPACK_SEQUENCE, 1);
                Ok(())
            }
            _ => self.expr(annotation),
        }
    }

    /// Pushes an annotation's source text (`from __future__ import annotations`).
    pub(super) fn annotation_text(&mut self, annotation: &Expr) -> Result {
        let text = crate::unparse::expression(annotation, self.settings.guard)?;
        self.load_const(loc(annotation.span), Constant::from(text));
        Ok(())
    }

    /// Stores the annotate function of a module or class body that has annotated variables.
    pub(super) fn deferred_annotations(&mut self, at: Location) -> Result {
        let deferred = std::mem::take(&mut self.unit.deferred);
        if deferred.is_empty() {
            return Ok(());
        }
        let block: BlockId = self.unit.block;
        let kind = self.unit.kind;
        let listings = self.listings.len();
        let module_code = (kind == UnitKind::Module).then(|| {
            let fresh = crate::instr::InstructionSequence::new();
            std::mem::replace(&mut self.unit.seq, fresh)
        });
        let Some(annotations) = self.table.block(block).annotation_block else {
            return Err(CompileError::system("no annotation scope"));
        };
        let name = self.table.block(annotations).name.clone();
        self.enter_annotation_scope(at, BlockKey::annotations_of(block), name)?;
        self.op_i(at, Opcode::BUILD_MAP, 0);
        for d in deferred {
            let ExprKind::Name(target) = &d.statement.target.kind else { continue };
            let skip = self.label();
            if let Some(index) = d.index {
                self.load_int(d.location, index);
                let name = Identifier::from("__conditional_annotations__");
                if kind == UnitKind::Class {
                    let slot = self.free_slot_or_new(&super::unit::wtf8(&name));
                    self.op_i(d.location, Opcode::LOAD_DEREF, slot);
                } else {
                    let index = self.mangled_name_index(&name);
                    self.op_i(d.location, Opcode::LOAD_GLOBAL, index << 1);
                }
                self.op_i(d.location, Opcode::CONTAINS_OP, 0);
                self.jump(d.location, Opcode::POP_JUMP_IF_FALSE, skip);
            }
            self.expr(&d.statement.annotation)?;
            self.op_i(d.location, Opcode::COPY, 2);
            let mangled = self.maybe_mangle(&target.id);
            self.load_str(d.location, &mangled);
            self.op(at, Opcode::STORE_SUBSCR);
            self.place(skip);
        }
        self.leave_annotation_scope(at)?;
        let name = if kind == UnitKind::Class { "__annotate_func__" } else { "__annotate__" };
        self.name_op(at, &name.into(), ExprContext::Store)?;
        if let Some(code) = module_code {
            self.listings.truncate(listings);
            let annotations = std::mem::replace(&mut self.unit.seq, code);
            self.unit.seq.set_annotations(annotations);
        }
        Ok(())
    }
}

fn has_annotations(args: &Arguments, returns: Option<&Expr>) -> bool {
    let mut params = (args.posonlyargs.iter())
        .chain(&args.args)
        .chain(&args.kwonlyargs)
        .chain(args.vararg.as_deref())
        .chain(args.kwarg.as_deref());
    returns.is_some() || params.any(|p| p.annotation.is_some())
}
