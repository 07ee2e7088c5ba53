//! The blocks that definitions open: functions, classes, type parameters and type aliases.

use crate::hash::Set as HashSet;

use taipan_syntax::ast::*;

use super::build::{Builder, docstring};
use super::{BlockId, BlockKey, BlockKind, BlockRole, flag::*};
use crate::error::{CompileError, ErrorKind, Result};

impl Builder {
    pub(super) fn function(&mut self, s: &Stmt, f: &FunctionParts, key: BlockKey, is_async: bool) -> Result {
        self.add_def(&f.name, DEF_LOCAL, s.span)?;
        self.exprs(&f.args.defaults)?;
        f.args.kw_defaults.iter().try_for_each(|e| self.maybe(e))?;
        self.exprs(&f.decorator_list)?;
        if !f.type_params.is_empty() {
            self.enter_type_params(&f.name, &f.type_params, Some(&f.args), false, s.span)?;
            self.type_params(&f.type_params)?;
        }
        let block = self.new_block(f.name.clone(), BlockKind::Function, key, s.span);
        self.table.blocks[block.0 as usize].has_docstring = docstring(&f.body).is_some();
        self.function_annotations(s.span, f, block)?;
        self.enter_existing(block);
        if is_async {
            self.cur().coroutine = true;
        }
        self.arguments(&f.args)?;
        self.stmts(&f.body)?;
        self.exit();
        if !f.type_params.is_empty() {
            self.exit();
        }
        Ok(())
    }

    fn function_annotations(&mut self, span: Span, f: &FunctionParts, function: BlockId) -> Result {
        let parent = self.cur();
        let in_class = parent.can_see_class_scope || parent.kind == BlockKind::Class;
        let name = self.names.annotate.clone();
        let key = BlockKey::new(&f.args, BlockRole::Annotations);
        self.enter(name, BlockKind::Annotation, key, span)?;
        let function_name = self.table.block(function).name.clone();
        self.cur().function_name = Some(function_name);
        if in_class {
            self.use_classdict(span)?;
        }
        let a = &f.args;
        let params = (a.posonlyargs.iter())
            .chain(&a.args)
            .chain(a.vararg.as_deref())
            .chain(a.kwarg.as_deref())
            .chain(&a.kwonlyargs);
        for annotation in params.filter_map(|p| p.annotation.as_ref()).chain(&f.returns) {
            self.cur().annotations_used = true;
            self.expr(annotation)?;
        }
        self.exit();
        Ok(())
    }

    pub(super) fn arguments(&mut self, a: &Arguments) -> Result {
        for p in a.posonlyargs.iter().chain(&a.args).chain(&a.kwonlyargs) {
            self.add_def(&p.arg, DEF_PARAM, p.span)?;
        }
        if let Some(p) = &a.vararg {
            self.add_def(&p.arg, DEF_PARAM, p.span)?;
            self.cur().varargs = true;
        }
        if let Some(p) = &a.kwarg {
            self.add_def(&p.arg, DEF_PARAM, p.span)?;
            self.cur().varkeywords = true;
        }
        Ok(())
    }

    pub(super) fn class(&mut self, s: &Stmt, c: &StmtClassDef) -> Result {
        self.add_def(&c.name, DEF_LOCAL, s.span)?;
        self.exprs(&c.decorator_list)?;
        let outer_private = self.private.clone();
        let generic = !c.type_params.is_empty();
        if generic {
            self.enter_type_params(&c.name, &c.type_params, None, true, s.span)?;
            self.private = Some(c.name.clone());
            let set = self.table.mangled_sets.len();
            self.table.mangled_sets.push(HashSet::default());
            self.cur().mangled_names = Some(set);
            self.type_params(&c.type_params)?;
        }
        self.exprs(&c.bases)?;
        self.keywords(&c.keywords)?;
        self.enter(c.name.clone(), BlockKind::Class, BlockKey::new(c, BlockRole::Body), s.span)?;
        self.private = Some(c.name.clone());
        if generic {
            let (dunder, dot) = (self.names.type_params.clone(), self.names.dot_type_params.clone());
            self.add_def(&dunder, DEF_LOCAL, s.span)?;
            self.add_def(&dot, USE, s.span)?;
        }
        self.cur().has_docstring = docstring(&c.body).is_some();
        self.stmts(&c.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        self.private = outer_private;
        Ok(())
    }

    pub(super) fn type_alias(&mut self, s: &Stmt, a: &StmtTypeAlias) -> Result {
        self.expr(&a.name)?;
        let ExprKind::Name(name) = &a.name.kind else {
            return Err(CompileError::new(ErrorKind::Type, "TypeAlias with non-Name name"));
        };
        let in_class = self.cur().kind == BlockKind::Class;
        let generic = !a.type_params.is_empty();
        if generic {
            self.enter_type_params(&name.id, &a.type_params, None, false, s.span)?;
            self.type_params(&a.type_params)?;
        }
        self.enter(name.id.clone(), BlockKind::TypeAlias, BlockKey::new(a, BlockRole::Body), s.span)?;
        if in_class {
            self.use_classdict(a.value.span)?;
        }
        self.expr(&a.value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    fn enter_type_params(
        &mut self,
        name: &Identifier,
        params: &Vec<TypeParam>,
        function: Option<&Arguments>,
        is_class: bool,
        span: Span,
    ) -> Result {
        let in_class = self.cur().kind == BlockKind::Class;
        let key = BlockKey::new(params, BlockRole::TypeParams);
        self.enter(name.clone(), BlockKind::TypeParameters, key, span)?;
        if in_class {
            self.use_classdict(span)?;
        }
        if is_class {
            for name in [self.names.dot_type_params.clone(), self.names.dot_generic_base.clone()] {
                self.add_def(&name, DEF_LOCAL, span)?;
                self.add_def(&name, USE, span)?;
            }
        }
        if let Some(args) = function {
            // There is a slot for the defaults of every function, whether it has some or not.
            let name = self.names.dot_defaults.clone();
            self.add_def(&name, DEF_PARAM, span)?;
            if args.kw_defaults.iter().any(Option::is_some) {
                let name = self.names.dot_kwdefaults.clone();
                self.add_def(&name, DEF_PARAM, span)?;
            }
        }
        Ok(())
    }

    fn type_params(&mut self, params: &[TypeParam]) -> Result {
        for p in params {
            let name = p.name();
            if name == "__classdict__" {
                let message = format!("reserved name '{name}' cannot be used for type parameter");
                return Err(CompileError::syntax(message, p.span));
            }
            self.add_def(name, DEF_TYPE_PARAM | DEF_LOCAL, p.span)?;
            let (default, info) = match &p.kind {
                TypeParamKind::TypeVar(t) => {
                    if let Some(bound) = &t.bound {
                        let constraints = matches!(bound.kind, ExprKind::Tuple(_));
                        let info = if constraints { "a TypeVar constraint" } else { "a TypeVar bound" };
                        self.type_variable(p, bound, BlockRole::Bound, info)?;
                    }
                    (&t.default_value, "a TypeVar default")
                }
                TypeParamKind::ParamSpec(t) => (&t.default_value, "a ParamSpec default"),
                TypeParamKind::TypeVarTuple(t) => (&t.default_value, "a TypeVarTuple default"),
            };
            if let Some(default) = default {
                self.type_variable(p, default, BlockRole::Default, info)?;
            }
        }
        Ok(())
    }

    fn type_variable(&mut self, p: &TypeParam, e: &Expr, role: BlockRole, info: &'static str) -> Result {
        let in_class = self.cur().can_see_class_scope;
        self.enter(p.name().clone(), BlockKind::TypeVariable, BlockKey::new(p, role), e.span)?;
        if in_class {
            self.use_classdict(e.span)?;
        }
        self.cur().scope_info = Some(info);
        self.expr(e)?;
        self.exit();
        Ok(())
    }
}
