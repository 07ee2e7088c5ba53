//! `def`, `async def` and `lambda`.

use taipan_bytecode::{CodeObject, Constant as CodeConstant, Opcode};
use taipan_syntax::ast::*;

use super::emit::{code_constant, intrinsic, intrinsic2};
use super::unit::{ParameterCounts, UnitKind};
use super::unwind::{BlockType, FrameBlock};
use super::{Codegen, clean_docstring, docstring_of, loc};
use crate::error::Result;
use crate::instr::Location;
use crate::symtable::{BlockKey, BlockRole};

/// Bits of `SET_FUNCTION_ATTRIBUTE`.
pub(super) const DEFAULTS: u32 = 1;
pub(super) const KWDEFAULTS: u32 = 2;

fn counts(args: &Arguments) -> ParameterCounts {
    ParameterCounts {
        positional: args.args.len(),
        positional_only: args.posonlyargs.len(),
        keyword_only: args.kwonlyargs.len(),
    }
}

impl<'a> Codegen<'a> {
    pub(super) fn decorators(&mut self, list: &'a [Expr]) -> Result {
        self.exprs(list)
    }

    pub(super) fn apply_decorators(&mut self, list: &'a [Expr]) {
        for decorator in list.iter().rev() {
            self.op_i(loc(decorator.span), Opcode::CALL, 0);
        }
    }

    /// Pushes the defaults and says which sorts there are.
    fn default_arguments(&mut self, at: Location, args: &'a Arguments) -> Result<u32> {
        let mut attributes = 0;
        if !args.defaults.is_empty() {
            self.exprs(&args.defaults)?;
            self.op_i(at, Opcode::BUILD_TUPLE, args.defaults.len() as u32);
            attributes |= DEFAULTS;
        }
        let mut keyword_defaults = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            if let Some(default) = default {
                let mangled = self.maybe_mangle(&arg.arg);
                self.load_str(at, &mangled);
                self.expr(default)?;
                keyword_defaults += 1;
            }
        }
        if keyword_defaults > 0 {
            self.op_i(at, Opcode::BUILD_MAP, keyword_defaults);
            attributes |= KWDEFAULTS;
        }
        Ok(attributes)
    }

    pub(super) fn function(&mut self, s: &'a Stmt, f: &'a FunctionParts, is_async: bool) -> Result {
        let at = loc(s.span);
        self.decorators(&f.decorator_list)?;
        let first_line = f.decorator_list.first().map_or(s.span.lineno, |d| d.span.lineno);
        let mut attributes = self.default_arguments(at, &f.args)?;
        let generic = !f.type_params.is_empty();
        let passed = (attributes & DEFAULTS != 0) as u32 + (attributes & KWDEFAULTS != 0) as u32;
        if generic {
            // The defaults are evaluated out here and passed to the scope of the type parameters.
            if passed == 2 {
                self.op_i(at, Opcode::SWAP, 2);
            }
            let name = format!("<generic parameters of {}>", f.name);
            let key = BlockKey::new(&f.type_params, BlockRole::TypeParams);
            let counts = ParameterCounts { positional: passed as usize, ..Default::default() };
            self.enter(name.into(), UnitKind::Annotations, key, first_line, None, counts)?;
            self.type_params(&f.type_params)?;
            for i in 0..passed {
                self.op_i(at, Opcode::LOAD_FAST, i);
            }
        }
        attributes |= self.function_annotations(at, &f.args, f.returns.as_ref())?;
        let code = self.function_body(s, f, is_async, first_line)?;
        self.make_closure(at, code, attributes)?;
        if generic {
            self.op_i(at, Opcode::SWAP, 2);
            self.op_i(at, Opcode::CALL_INTRINSIC_2, intrinsic2::SET_FUNCTION_TYPE_PARAMS);
            let code = self.exit(false)?;
            self.make_closure(at, code, 0)?;
            if passed > 0 {
                self.op_i(at, Opcode::SWAP, passed + 1);
                self.op_i(at, Opcode::CALL, passed - 1);
            } else {
                self.op(at, Opcode::PUSH_NULL);
                self.op_i(at, Opcode::CALL, 0);
            }
        }
        self.apply_decorators(&f.decorator_list);
        self.name_op(at, &f.name, ExprContext::Store)
    }

    fn function_body(
        &mut self,
        s: &'a Stmt,
        f: &'a FunctionParts,
        is_async: bool,
        first_line: i32,
    ) -> Result<CodeObject> {
        let kind = if is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        let key = match &s.kind {
            StmtKind::FunctionDef(n) => BlockKey::new(&**n, BlockRole::Body),
            StmtKind::AsyncFunctionDef(n) => BlockKey::new(&**n, BlockRole::Body),
            _ => BlockKey::new(s, BlockRole::Body),
        };
        self.enter(f.name.clone(), kind, key, first_line, None, counts(&f.args))?;
        let mut body = f.body.as_slice();
        if let Some((_, text)) = docstring_of(body) {
            body = &body[1..];
            if self.settings.optimize < 2 {
                let text = Constant::from(clean_docstring(text));
                self.unit.meta.consts.add(code_constant(&text));
            }
        }
        let block = self.table.block(self.unit.block);
        let suspends = block.coroutine || block.generator;
        if suspends {
            let start = self.label_here();
            let block = FrameBlock::plain(BlockType::StopIteration, Location::NONE, start);
            self.push_frame_block(block)?;
        }
        self.stmts(body)?;
        if suspends {
            self.wrap_in_stop_iteration_handler();
            self.pop_frame_block();
        }
        self.exit(true)
    }

    /// A StopIteration that leaves a generator becomes a RuntimeError (PEP 479).
    pub(super) fn wrap_in_stop_iteration_handler(&mut self) {
        let handler = self.label();
        self.unit.seq.insert(0, Opcode::SETUP_CLEANUP, handler.0, Location::NONE);
        self.load_none(Location::NONE);
        self.op(Location::NONE, Opcode::RETURN_VALUE);
        self.place(handler);
        self.op_i(Location::NONE, Opcode::CALL_INTRINSIC_1, intrinsic::STOPITERATION_ERROR);
        self.op_i(Location::NONE, Opcode::RERAISE, 1);
    }

    pub(super) fn lambda(&mut self, e: &'a Expr, n: &'a ExprLambda) -> Result {
        let at = loc(e.span);
        let attributes = self.default_arguments(at, &n.args)?;
        let key = BlockKey::new(n, BlockRole::Body);
        self.enter("<lambda>".into(), UnitKind::Lambda, key, e.span.lineno, None, counts(&n.args))?;
        self.expr(&n.body)?;
        let code = if self.table.block(self.unit.block).generator {
            self.exit(false)?
        } else {
            self.op(loc(n.body.span), Opcode::RETURN_VALUE);
            self.exit(true)?
        };
        self.make_closure(at, code, attributes)
    }

    /// A constant as it stands in `co_consts`.
    pub(super) fn line_constant(line: i32) -> CodeConstant {
        CodeConstant::int(i64::from(line))
    }
}
