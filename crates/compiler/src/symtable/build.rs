//! The walk that enters blocks and records definitions and uses: statements, parameters, annotations,
//! type parameters and patterns.

use crate::hash::Map as HashMap;

use taipan_syntax::ast::*;

use super::mangle::mangle;
use super::{
    Block, BlockId, BlockKey, BlockKind, BlockRole, ComprehensionKind, SymbolTable, Symbols, flag::*,
};
use crate::depth::StackGuard;
use crate::error::{CompileError, Result};
use crate::flags::CompilerFlags;

pub(super) struct Builder {
    pub(super) table: SymbolTable,
    /// The blocks that are open, innermost last.
    pub(super) stack: Vec<BlockId>,
    /// The class whose name mangles private names.
    pub(super) private: Option<Identifier>,
    pub(super) flags: CompilerFlags,
    pub(super) guard: StackGuard,
    pub(super) names: KnownNames,
}

/// Names that the builder itself adds.
pub(super) struct KnownNames {
    pub annotate: Identifier,
    pub class: Identifier,
    pub classdict: Identifier,
    pub conditional_annotations: Identifier,
    pub type_params: Identifier,
    pub dot_type_params: Identifier,
    pub dot_generic_base: Identifier,
    pub dot_defaults: Identifier,
    pub dot_kwdefaults: Identifier,
    pub dot_format: Identifier,
    pub dot_zero: Identifier,
}

impl KnownNames {
    fn new() -> Self {
        KnownNames {
            annotate: "__annotate__".into(),
            class: "__class__".into(),
            classdict: "__classdict__".into(),
            conditional_annotations: "__conditional_annotations__".into(),
            type_params: "__type_params__".into(),
            dot_type_params: ".type_params".into(),
            dot_generic_base: ".generic_base".into(),
            dot_defaults: ".defaults".into(),
            dot_kwdefaults: ".kwdefaults".into(),
            dot_format: ".format".into(),
            dot_zero: ".0".into(),
        }
    }
}

impl SymbolTable {
    /// Builds and resolves the table of a tree. Errors are those of scoping, with CPython's messages.
    pub fn build(module: &Mod, flags: CompilerFlags, guard: StackGuard) -> Result<SymbolTable> {
        let mut b = Builder {
            table: SymbolTable { blocks: Vec::new(), keys: HashMap::default(), mangled_sets: Vec::new() },
            stack: Vec::new(),
            private: None,
            flags,
            guard,
            names: KnownNames::new(),
        };
        let key = BlockKey::new(module, BlockRole::Body);
        b.enter("top".into(), BlockKind::Module, key, Span::default())?;
        match module {
            Mod::Module(m) => {
                b.cur().has_docstring = docstring(&m.body).is_some();
                b.stmts(&m.body)?;
            }
            Mod::Interactive(m) => b.stmts(&m.body)?,
            Mod::Expression(m) => b.expr(&m.body)?,
            Mod::FunctionType(_) => {
                return Err(CompileError::system("this compiler does not handle FunctionTypes"));
            }
        }
        b.stack.pop();
        b.analyze()?;
        Ok(b.table)
    }
}

/// The text of a docstring, if the body begins with one.
pub fn docstring(body: &[Stmt]) -> Option<&Expr> {
    match &body.first()?.kind {
        StmtKind::Expr(e) => match &e.value.kind {
            ExprKind::Constant(ExprConstant { value: Constant::Str(_), .. }) => Some(&e.value),
            _ => None,
        },
        _ => None,
    }
}

impl Builder {
    pub(super) fn cur(&mut self) -> &mut Block {
        let id = self.cur_id();
        &mut self.table.blocks[id.0 as usize]
    }

    fn cur_id(&self) -> BlockId {
        self.stack.last().copied().unwrap_or(BlockId(0))
    }

    /// Opens a new block without making it current.
    pub(super) fn new_block(
        &mut self,
        name: Identifier,
        kind: BlockKind,
        key: BlockKey,
        span: Span,
    ) -> BlockId {
        let id = BlockId(self.table.blocks.len() as u32);
        let parent = self.stack.last().map(|&p| &self.table.blocks[p.0 as usize]);
        let nested = parent.is_some_and(|p| p.nested || p.is_function_like());
        let method = kind == BlockKind::Function && parent.is_some_and(|p| p.kind == BlockKind::Class);
        self.table.blocks.push(Block {
            id,
            name,
            kind,
            comprehension: ComprehensionKind::None,
            symbols: Symbols::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            span,
            function_name: None,
            nested,
            generator: false,
            coroutine: false,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            method,
            has_docstring: false,
            annotations_used: false,
            needs_class_closure: false,
            needs_classdict: false,
            has_conditional_annotations: false,
            comp_inlined: false,
            can_see_class_scope: false,
            annotation_block: None,
            directives: Vec::new(),
            mangled_names: None,
            in_conditional_block: false,
            in_unevaluated_annotation: false,
            comp_iter_target: false,
            comp_iter_expr: 0,
            scope_info: None,
        });
        self.table.keys.insert(key, id);
        id
    }

    /// Makes a block current, as a child of the one that was.
    pub(super) fn enter_existing(&mut self, id: BlockId) {
        let parent = self.stack.last().copied();
        self.stack.push(id);
        let Some(parent) = parent else { return };
        let mangled = self.table.block(parent).mangled_names;
        let comp_iter_expr = self.table.block(parent).comp_iter_expr;
        let future = self.flags.future_annotations();
        let block = self.cur();
        if block.kind != BlockKind::Class && block.mangled_names.is_none() {
            block.mangled_names = mangled;
        }
        block.comp_iter_expr = comp_iter_expr;
        // Annotations that stay text have no effect on scopes.
        if !(block.kind == BlockKind::Annotation && future) {
            self.table.blocks[parent.0 as usize].children.push(id);
        }
    }

    pub(super) fn enter(&mut self, name: Identifier, kind: BlockKind, key: BlockKey, span: Span) -> Result {
        let id = self.new_block(name, kind, key, span);
        self.enter_existing(id);
        if matches!(kind, BlockKind::Annotation | BlockKind::TypeVariable | BlockKind::TypeAlias) {
            let format = self.names.dot_format.clone();
            self.add_def(&format, DEF_PARAM, span)?;
            self.add_def(&format, USE, span)?;
        }
        Ok(())
    }

    pub(super) fn exit(&mut self) {
        self.stack.pop();
    }

    pub(super) fn mangled(&self, name: &Identifier) -> Identifier {
        match self.stack.last() {
            Some(&id) => self.table.maybe_mangle(self.private.as_ref(), id, name),
            None => mangle(self.private.as_ref(), name),
        }
    }

    /// The flags of a name in the current block, 0 if it is not there.
    fn lookup(&mut self, name: &Identifier) -> u32 {
        let id = self.cur_id();
        self.lookup_in(id, name)
    }

    pub(super) fn lookup_in(&self, block: BlockId, name: &Identifier) -> u32 {
        let mangled = self.table.maybe_mangle(self.private.as_ref(), block, name);
        self.table.block(block).symbols.get(&mangled).unwrap_or(0)
    }

    pub(super) fn add_def(&mut self, name: &Identifier, flags: u32, span: Span) -> Result {
        self.add_def_ctx(name, flags, span, ExprContext::Store)
    }

    pub(super) fn add_def_ctx(
        &mut self,
        name: &Identifier,
        flags: u32,
        span: Span,
        ctx: ExprContext,
    ) -> Result {
        if flags & (DEF_PARAM | DEF_LOCAL | DEF_IMPORT) != 0 {
            check_name(name, span, ctx)?;
        }
        if flags & DEF_TYPE_PARAM != 0
            && let Some(set) = self.cur().mangled_names
        {
            self.table.mangled_sets[set].insert(name.clone());
        }
        let id = self.cur_id();
        self.add_def_in(id, name, flags, span)
    }

    pub(super) fn add_def_in(&mut self, block: BlockId, name: &Identifier, flags: u32, span: Span) -> Result {
        let mangled = self.mangled(name);
        let entry = &mut self.table.blocks[block.0 as usize];
        let old = entry.symbols.get(&mangled).unwrap_or(0);
        if flags & old & DEF_PARAM != 0 {
            let message = format!("duplicate argument '{name}' in function definition");
            return Err(CompileError::syntax(message, span));
        }
        if flags & old & DEF_TYPE_PARAM != 0 {
            return Err(CompileError::syntax(format!("duplicate type parameter '{name}'"), span));
        }
        let mut new = old | flags;
        if entry.comp_iter_target {
            if new & (DEF_GLOBAL | DEF_NONLOCAL) != 0 {
                let message =
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                return Err(CompileError::syntax(message, span));
            }
            new |= DEF_COMP_ITER;
        }
        entry.symbols.set(&mangled, new);
        if flags & DEF_PARAM != 0 {
            entry.varnames.push(mangled);
        } else if flags & DEF_GLOBAL != 0 {
            let global = &mut self.table.blocks[0].symbols;
            let old = global.get(&mangled).unwrap_or(0);
            global.set(&mangled, old | flags);
        }
        Ok(())
    }

    pub(super) fn record_directive(&mut self, name: &Identifier, span: Span) {
        let mangled = self.mangled(name);
        self.cur().directives.push((mangled, span));
    }

    /// A use of the cell through which an annotation scope sees the class around it.
    pub(super) fn use_classdict(&mut self, span: Span) -> Result {
        self.cur().can_see_class_scope = true;
        let name = self.names.classdict.clone();
        self.add_def(&name, USE, span)
    }

    pub(super) fn stmts(&mut self, body: &[Stmt]) -> Result {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    /// A body that may not run.
    fn conditional(&mut self, f: impl FnOnce(&mut Self) -> Result) -> Result {
        let old = std::mem::replace(&mut self.cur().in_conditional_block, true);
        f(self)?;
        self.cur().in_conditional_block = old;
        Ok(())
    }

    fn stmt(&mut self, s: &Stmt) -> Result {
        self.guard.check()?;
        match &s.kind {
            StmtKind::Pass(_) | StmtKind::Break(_) | StmtKind::Continue(_) => Ok(()),
            StmtKind::FunctionDef(f) => self.function(s, &f.0, BlockKey::new(&**f, BlockRole::Body), false),
            StmtKind::AsyncFunctionDef(f) => {
                self.function(s, &f.0, BlockKey::new(&**f, BlockRole::Body), true)
            }
            StmtKind::ClassDef(c) => self.class(s, c),
            StmtKind::TypeAlias(a) => self.type_alias(s, a),
            StmtKind::Return(r) => {
                if let Some(value) = &r.value {
                    self.expr(value)?;
                    self.cur().returns_value = true;
                }
                Ok(())
            }
            StmtKind::Delete(d) => self.exprs(&d.targets),
            StmtKind::Assign(a) => {
                self.exprs(&a.targets)?;
                self.expr(&a.value)
            }
            StmtKind::AugAssign(a) => {
                self.expr(&a.target)?;
                self.expr(&a.value)
            }
            StmtKind::AnnAssign(a) => {
                self.cur().annotations_used = true;
                self.annotated_assignment(s, a)
            }
            StmtKind::For(f) => self.for_loop(&f.0),
            StmtKind::AsyncFor(f) => {
                self.require_coroutine(s, "'async for' outside async function")?;
                self.for_loop(&f.0)
            }
            StmtKind::While(w) => {
                self.expr(&w.test)?;
                self.conditional(|b| {
                    b.stmts(&w.body)?;
                    b.stmts(&w.orelse)
                })
            }
            StmtKind::If(_) => self.if_chain(s),
            StmtKind::With(w) => self.with(&w.0),
            StmtKind::AsyncWith(w) => {
                self.require_coroutine(s, "'async with' outside async function")?;
                self.with(&w.0)
            }
            StmtKind::Match(m) => {
                self.expr(&m.subject)?;
                self.conditional(|b| m.cases.iter().try_for_each(|c| b.match_case(c)))
            }
            StmtKind::Raise(r) => {
                self.maybe(&r.exc)?;
                self.maybe(&r.cause)
            }
            StmtKind::Try(t) => self.try_statement(&t.0),
            StmtKind::TryStar(t) => self.try_statement(&t.0),
            StmtKind::Assert(a) => {
                self.expr(&a.test)?;
                self.maybe(&a.msg)
            }
            StmtKind::Import(i) => i.names.iter().try_for_each(|a| self.alias(a)),
            StmtKind::ImportFrom(i) => i.names.iter().try_for_each(|a| self.alias(a)),
            StmtKind::Global(g) => g.names.iter().try_for_each(|n| self.directive(n, DEF_GLOBAL, s.span)),
            StmtKind::Nonlocal(g) => g.names.iter().try_for_each(|n| self.directive(n, DEF_NONLOCAL, s.span)),
            StmtKind::Expr(e) => self.expr(&e.value),
        }
    }

    /// An `if` with its `elif`s, which nest in the tree, without recursion over them.
    fn if_chain(&mut self, s: &Stmt) -> Result {
        let outer = self.cur().in_conditional_block;
        let mut s = s;
        while let StmtKind::If(i) = &s.kind {
            self.expr(&i.test)?;
            self.cur().in_conditional_block = true;
            self.stmts(&i.body)?;
            match i.orelse.as_slice() {
                [next] if matches!(next.kind, StmtKind::If(_)) => s = next,
                orelse => {
                    self.stmts(orelse)?;
                    break;
                }
            }
        }
        self.cur().in_conditional_block = outer;
        Ok(())
    }

    fn for_loop(&mut self, f: &ForParts) -> Result {
        self.expr(&f.target)?;
        self.expr(&f.iter)?;
        self.conditional(|b| {
            b.stmts(&f.body)?;
            b.stmts(&f.orelse)
        })
    }

    fn with(&mut self, w: &WithParts) -> Result {
        self.conditional(|b| {
            for item in &w.items {
                b.expr(&item.context_expr)?;
                b.maybe(&item.optional_vars)?;
            }
            b.stmts(&w.body)
        })
    }

    fn try_statement(&mut self, t: &TryParts) -> Result {
        self.conditional(|b| {
            b.stmts(&t.body)?;
            for h in &t.handlers {
                b.maybe(&h.type_)?;
                if let Some(name) = &h.name {
                    b.add_def(name, DEF_LOCAL, h.span)?;
                }
                b.stmts(&h.body)?;
            }
            b.stmts(&t.orelse)?;
            b.stmts(&t.finalbody)
        })
    }

    /// `async for` and `async with`: legal in coroutines, and in modules where top-level await is allowed.
    fn require_coroutine(&mut self, s: &Stmt, message: &str) -> Result {
        let top_level = self.flags.allow_top_level_await();
        let block = self.cur();
        if block.kind == BlockKind::Module && top_level {
            block.coroutine = true;
        }
        if !block.coroutine {
            return Err(CompileError::syntax(message, s.span));
        }
        Ok(())
    }

    fn directive(&mut self, name: &Identifier, kind: u32, span: Span) -> Result {
        let old = self.lookup(name);
        if old & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) != 0 {
            let word = if kind == DEF_GLOBAL { "global" } else { "nonlocal" };
            let message = if old & DEF_PARAM != 0 {
                format!("name '{name}' is parameter and {word}")
            } else if old & USE != 0 {
                format!("name '{name}' is used prior to {word} declaration")
            } else if old & DEF_ANNOT != 0 {
                format!("annotated name '{name}' can't be {word}")
            } else {
                format!("name '{name}' is assigned to before {word} declaration")
            };
            return Err(CompileError::syntax(message, span));
        }
        self.add_def(name, kind, span)?;
        self.record_directive(name, span);
        Ok(())
    }

    fn alias(&mut self, a: &Alias) -> Result {
        let name = a.asname.as_ref().unwrap_or(&a.name);
        if &**name == "*" {
            if self.cur().kind != BlockKind::Module {
                return Err(CompileError::syntax("import * only allowed at module level", a.span));
            }
            return Ok(());
        }
        match name.split_once('.') {
            Some((first, _)) if a.asname.is_none() => {
                self.add_def(&Identifier::new(first), DEF_IMPORT, a.span)
            }
            _ => self.add_def(name, DEF_IMPORT, a.span),
        }
    }

    fn annotated_assignment(&mut self, s: &Stmt, a: &StmtAnnAssign) -> Result {
        if let ExprKind::Name(target) = &a.target.kind {
            let old = self.lookup(&target.id);
            if old & (DEF_GLOBAL | DEF_NONLOCAL) != 0 && a.simple && self.cur_id() != BlockId(0) {
                let word = if old & DEF_GLOBAL != 0 { "global" } else { "nonlocal" };
                let message = format!("annotated name '{}' can't be {word}", target.id);
                return Err(CompileError::syntax(message, s.span));
            }
            if a.simple {
                self.add_def(&target.id, DEF_ANNOT | DEF_LOCAL, a.target.span)?;
            } else if a.value.is_some() {
                self.add_def(&target.id, DEF_LOCAL, a.target.span)?;
            }
        } else {
            self.expr(&a.target)?;
        }
        self.annotation(&a.annotation)?;
        self.maybe(&a.value)
    }

    /// A variable's annotation, in the block of its own that all annotations of a block share.
    fn annotation(&mut self, annotation: &Expr) -> Result {
        let parent = self.cur_id();
        let block = self.cur();
        let kind = block.kind;
        let unevaluated = kind == BlockKind::Function;
        let conditional =
            kind == BlockKind::Module || (kind == BlockKind::Class && block.in_conditional_block);
        if conditional && !block.has_conditional_annotations {
            block.has_conditional_annotations = true;
            let name = self.names.conditional_annotations.clone();
            self.add_def(&name, USE, annotation.span)?;
        }
        match self.table.block(parent).annotation_block {
            Some(block) => {
                // It is a child already.
                self.stack.push(block);
            }
            None => {
                let name = self.names.annotate.clone();
                let key = BlockKey::annotations_of(parent);
                self.enter(name, BlockKind::Annotation, key, annotation.span)?;
                let id = self.cur_id();
                self.table.blocks[parent.0 as usize].annotation_block = Some(id);
                if kind == BlockKind::Class {
                    self.use_classdict(annotation.span)?;
                }
            }
        }
        self.cur().in_unevaluated_annotation = unevaluated;
        self.expr(annotation)?;
        self.cur().in_unevaluated_annotation = false;
        self.exit();
        Ok(())
    }

    fn match_case(&mut self, c: &MatchCase) -> Result {
        self.pattern(&c.pattern)?;
        self.maybe(&c.guard)?;
        self.stmts(&c.body)
    }

    fn capture(&mut self, name: &Option<Identifier>, span: Span) -> Result {
        name.as_ref().map_or(Ok(()), |n| self.add_def(n, DEF_LOCAL, span))
    }

    fn pattern(&mut self, p: &Pattern) -> Result {
        self.guard.check()?;
        match &p.kind {
            PatternKind::MatchValue(m) => self.expr(&m.value),
            PatternKind::MatchSingleton(_) => Ok(()),
            PatternKind::MatchSequence(m) => m.patterns.iter().try_for_each(|p| self.pattern(p)),
            PatternKind::MatchStar(m) => self.capture(&m.name, p.span),
            PatternKind::MatchMapping(m) => {
                self.exprs(&m.keys)?;
                m.patterns.iter().try_for_each(|p| self.pattern(p))?;
                self.capture(&m.rest, p.span)
            }
            PatternKind::MatchClass(m) => {
                self.expr(&m.cls)?;
                m.patterns.iter().try_for_each(|p| self.pattern(p))?;
                for (name, value) in m.kwd_attrs.iter().zip(&m.kwd_patterns) {
                    check_name(name, value.span, ExprContext::Store)?;
                }
                m.kwd_patterns.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchAs(m) => {
                m.pattern.as_ref().map_or(Ok(()), |p| self.pattern(p))?;
                self.capture(&m.name, p.span)
            }
            PatternKind::MatchOr(m) => m.patterns.iter().try_for_each(|p| self.pattern(p)),
        }
    }
}

/// `__debug__` may be neither bound nor deleted.
pub(super) fn check_name(name: &Identifier, span: Span, ctx: ExprContext) -> Result {
    match ctx {
        ExprContext::Load => Ok(()),
        _ if name != "__debug__" => Ok(()),
        ExprContext::Store => Err(CompileError::syntax("cannot assign to __debug__", span)),
        ExprContext::Del => Err(CompileError::syntax("cannot delete __debug__", span)),
    }
}
