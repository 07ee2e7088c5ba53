//! Calls: plain, of methods, with keywords, with unpacking, and the builtins that take a generator expression.

use std::collections::HashSet;

use taipan_bytecode::{Constant as CodeConstant, Opcode};
use taipan_syntax::ast::*;

use super::displays::TUPLE;
use super::emit::{common, intrinsic};
use super::{Codegen, STACK_USE_GUIDELINE, loc};
use crate::error::{CompileError, Result};
use crate::instr::{Label, Location};

impl<'a> Codegen<'a> {
    pub(super) fn call(&mut self, e: &'a Expr, n: &'a ExprCall) -> Result {
        self.validate_keywords(&n.keywords)?;
        if self.method_call(e, n)? {
            return Ok(());
        }
        self.check_caller(&n.func);
        self.expr(&n.func)?;
        let skip = self.label();
        self.builtin_of_generator(n, skip)?;
        self.op(loc(n.func.span), Opcode::PUSH_NULL);
        self.arguments_and_call(loc(e.span), 0, &n.args, None, &n.keywords)?;
        self.place(skip);
        Ok(())
    }

    pub(super) fn validate_keywords(&self, keywords: &[Keyword]) -> Result {
        let mut seen = HashSet::new();
        for k in keywords {
            if let Some(name) = &k.arg
                && !seen.insert(name)
            {
                return Err(CompileError::syntax(format!("keyword argument repeated: {name}"), k.span));
            }
        }
        Ok(())
    }

    /// Calls of attributes, which need no bound method. False if `n` is none that can be done so.
    fn method_call(&mut self, e: &'a Expr, n: &'a ExprCall) -> Result<bool> {
        let ExprKind::Attribute(method) = &n.func.kind else { return Ok(false) };
        if method.ctx != ExprContext::Load || self.is_import_originated(&method.value) {
            return Ok(false);
        }
        let extra = usize::from(!n.keywords.is_empty());
        if n.args.len() + n.keywords.len() + extra >= STACK_USE_GUIDELINE
            || n.args.iter().any(|a| matches!(a.kind, ExprKind::Starred(_)))
            || n.keywords.iter().any(|k| k.arg.is_none())
        {
            return Ok(false);
        }
        let attribute = self.attribute_location(loc(n.func.span), &n.func);
        if self.can_optimize_super_call(&n.func) {
            self.super_attribute(&n.func, method, true)?;
        } else {
            self.expr(&method.value)?;
            self.load_attr(attribute, &method.attr, true);
        }
        self.exprs(&n.args)?;
        let at = self.attribute_location(loc(e.span), &n.func);
        let count = (n.args.len() + n.keywords.len()) as u32;
        if n.keywords.is_empty() {
            self.op_i(at, Opcode::CALL, count);
        } else {
            self.keyword_values(attribute, &n.keywords)?;
            self.op_i(at, Opcode::CALL_KW, count);
        }
        Ok(true)
    }

    /// Attributes of what a module imports are mostly functions, for which the method form does not pay.
    fn is_import_originated(&self, e: &Expr) -> bool {
        let ExprKind::Name(n) = &e.kind else { return false };
        self.top_symbol(&n.id) & crate::symtable::flag::DEF_IMPORT != 0
    }

    /// Pushes the values of keywords and the tuple of their names.
    fn keyword_values(&mut self, at: Location, keywords: &'a [Keyword]) -> Result {
        keywords.iter().try_for_each(|k| self.expr(&k.value))?;
        self.load_names(at, keywords.iter().filter_map(|k| k.arg.as_ref()));
        Ok(())
    }

    /// Evaluates the arguments and calls. The callable and NULL are on the stack, and `pushed` arguments.
    pub(super) fn arguments_and_call(
        &mut self,
        at: Location,
        pushed: u32,
        args: &'a [Expr],
        injected: Option<&Identifier>,
        keywords: &'a [Keyword],
    ) -> Result {
        let starred = args.iter().any(|a| matches!(a.kind, ExprKind::Starred(_)));
        let unpacked = keywords.iter().any(|k| k.arg.is_none());
        if starred || unpacked || args.len() + keywords.len() * 2 > STACK_USE_GUIDELINE {
            return self.call_with_unpacking(at, pushed, args, injected, keywords);
        }
        self.exprs(args)?;
        let mut count = pushed + args.len() as u32;
        if let Some(name) = injected {
            self.name_op(at, name, ExprContext::Load)?;
            count += 1;
        }
        if keywords.is_empty() {
            self.op_i(at, Opcode::CALL, count);
        } else {
            self.keyword_values(at, keywords)?;
            self.op_i(at, Opcode::CALL_KW, count + keywords.len() as u32);
        }
        Ok(())
    }

    fn call_with_unpacking(
        &mut self,
        at: Location,
        pushed: u32,
        args: &'a [Expr],
        injected: Option<&Identifier>,
        keywords: &'a [Keyword],
    ) -> Result {
        match args {
            [Expr { kind: ExprKind::Starred(only), .. }] if pushed == 0 && injected.is_none() => {
                self.expr(&only.value)?;
            }
            _ => self.sequence(at, args, injected, pushed, TUPLE)?,
        }
        if keywords.is_empty() {
            self.op(at, Opcode::PUSH_NULL);
        }
        let mut have_dict = false;
        let mut named = 0;
        for (i, k) in keywords.iter().enumerate() {
            if k.arg.is_some() {
                named += 1;
                continue;
            }
            if named > 0 {
                self.sub_keywords(at, &keywords[i - named..i])?;
                if have_dict {
                    self.op_i(at, Opcode::DICT_MERGE, 1);
                }
                have_dict = true;
                named = 0;
            }
            if !have_dict {
                self.op_i(at, Opcode::BUILD_MAP, 0);
                have_dict = true;
            }
            self.expr(&k.value)?;
            self.op_i(at, Opcode::DICT_MERGE, 1);
        }
        if named > 0 {
            self.sub_keywords(at, &keywords[keywords.len() - named..])?;
            if have_dict {
                self.op_i(at, Opcode::DICT_MERGE, 1);
            }
        }
        self.op(at, Opcode::CALL_FUNCTION_EX);
        Ok(())
    }

    fn sub_keywords(&mut self, at: Location, keywords: &'a [Keyword]) -> Result {
        let big = keywords.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_i(Location::NONE, Opcode::BUILD_MAP, 0);
        }
        for k in keywords {
            if let Some(name) = &k.arg {
                self.load_str(at, name);
            }
            self.expr(&k.value)?;
            if big {
                self.op_i(Location::NONE, Opcode::MAP_ADD, 1);
            }
        }
        if !big {
            self.op_i(at, Opcode::BUILD_MAP, keywords.len() as u32);
        }
        Ok(())
    }

    /// `any(x for …)`, `all(…)` and `tuple(…)`: if the name still means the builtin, the loop runs inline and
    /// the code goes on at `end`.
    fn builtin_of_generator(&mut self, n: &'a ExprCall, end: Label) -> Result {
        let ExprKind::Name(func) = &n.func.kind else { return Ok(()) };
        let [generator] = n.args.as_slice() else { return Ok(()) };
        let ExprKind::GeneratorExp(g) = &generator.kind else { return Ok(()) };
        if !n.keywords.is_empty() || g.generators.iter().any(|c| c.is_async) {
            return Ok(());
        }
        // Asynchronous generators cannot be looped over by FOR_ITER.
        let key = crate::symtable::BlockKey::new(&**g, crate::symtable::BlockRole::Body);
        if self.table.lookup(key).is_some_and(|id| self.table.block(id).coroutine) {
            return Ok(());
        }
        let (constant, stop_value) = match func.id.as_str() {
            "any" => (common::ANY, Some(true)),
            "all" => (common::ALL, Some(false)),
            "tuple" => (common::TUPLE, None),
            _ => return Ok(()),
        };
        let at = loc(n.func.span);
        let fallback = self.label();
        self.op_i(at, Opcode::COPY, 1);
        self.op_i(at, Opcode::LOAD_COMMON_CONSTANT, constant);
        self.op_i(at, Opcode::IS_OP, 0);
        self.jump(at, Opcode::POP_JUMP_IF_FALSE, fallback);
        self.op(at, Opcode::POP_TOP);
        if stop_value.is_none() {
            self.op_i(at, Opcode::BUILD_LIST, 0);
        }
        self.expr(generator)?;
        let (start, cleanup) = (self.label(), self.label());
        self.place(start);
        self.jump(at, Opcode::FOR_ITER, cleanup);
        match stop_value {
            None => {
                self.op_i(at, Opcode::LIST_APPEND, 2);
                self.jump(at, Opcode::JUMP, start);
            }
            Some(value) => {
                self.op(at, Opcode::TO_BOOL);
                let opcode = if value { Opcode::POP_JUMP_IF_FALSE } else { Opcode::POP_JUMP_IF_TRUE };
                self.jump(at, opcode, start);
            }
        }
        self.op(Location::NONE, Opcode::POP_ITER);
        if let Some(value) = stop_value {
            self.load_code_const(at, CodeConstant::bool(value));
        }
        self.jump(at, Opcode::JUMP, end);
        self.place(cleanup);
        self.op(Location::NONE, Opcode::END_FOR);
        self.op(Location::NONE, Opcode::POP_ITER);
        match stop_value {
            None => self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::LIST_TO_TUPLE),
            Some(value) => self.load_code_const(at, CodeConstant::bool(!value)),
        }
        self.jump(at, Opcode::JUMP, end);
        self.place(fallback);
        Ok(())
    }
}
