//! Comprehensions: generator expressions as functions of their own, the others inlined (PEP 709).

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::unit::{ParameterCounts, UnitKind, wtf8};
use super::unwind::{BlockType, FrameBlock};
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::{Label, Location};
use crate::symtable::{BlockId, BlockKey, BlockKind, BlockRole, ComprehensionKind, NameScope, flag};

/// A comprehension of whatever kind, taken apart.
#[derive(Clone, Copy)]
struct Parts<'a> {
    kind: ComprehensionKind,
    key: BlockKey,
    generators: &'a [Comprehension],
    elt: &'a Expr,
    /// The value of a dict comprehension, whose `elt` is the key.
    value: Option<&'a Expr>,
}

/// What an inlined comprehension changed in the unit around it.
#[derive(Default)]
struct Inlined {
    /// Names whose outer value waits on the stack.
    pushed: Vec<Identifier>,
    /// Names whose flags were overridden, with what was there before.
    overridden: Vec<(Identifier, Option<u32>)>,
    /// Names that became fast locals of a module or class.
    hidden: Vec<Identifier>,
    cleanup: Option<Label>,
}

impl Parts<'_> {
    /// The place of the jump that ends the loop of a clause.
    fn jump_location(&self, index: usize) -> Location {
        if index + 1 == self.generators.len() { self.element_location() } else { loc(self.elt.span) }
    }

    /// The element's place, or that of the pair.
    fn element_location(&self) -> Location {
        let at = loc(self.elt.span);
        match self.value {
            Some(value) => {
                Location { end_line: value.span.end_lineno, end_col: value.span.end_col_offset, ..at }
            }
            None => at,
        }
    }
}

fn parts(e: &Expr) -> Option<Parts<'_>> {
    Some(match &e.kind {
        ExprKind::ListComp(n) => Parts {
            kind: ComprehensionKind::List,
            key: BlockKey::new(&**n, BlockRole::Body),
            generators: &n.generators,
            elt: &n.elt,
            value: None,
        },
        ExprKind::SetComp(n) => Parts {
            kind: ComprehensionKind::Set,
            key: BlockKey::new(&**n, BlockRole::Body),
            generators: &n.generators,
            elt: &n.elt,
            value: None,
        },
        ExprKind::DictComp(n) => Parts {
            kind: ComprehensionKind::Dict,
            key: BlockKey::new(&**n, BlockRole::Body),
            generators: &n.generators,
            elt: &n.key,
            value: Some(&n.value),
        },
        ExprKind::GeneratorExp(n) => Parts {
            kind: ComprehensionKind::Generator,
            key: BlockKey::new(&**n, BlockRole::Body),
            generators: &n.generators,
            elt: &n.elt,
            value: None,
        },
        _ => return None,
    })
}

impl<'a> Codegen<'a> {
    pub(super) fn comprehension(&mut self, e: &'a Expr) -> Result {
        let Some(p) = parts(e) else { return Ok(()) };
        let Some(outermost) = p.generators.first() else { return Ok(()) };
        let Some(id) = self.table.lookup(p.key) else {
            return Err(CompileError::system("no symbol table entry for a comprehension"));
        };
        let at = loc(e.span);
        let block = self.table.block(id);
        let is_generator = p.kind == ComprehensionKind::Generator;
        let is_async = block.coroutine;
        let scope = self.unit.kind;
        let mut inlined = None;
        if block.comp_inlined {
            self.outermost_iterable(outermost)?;
            inlined = Some(self.begin_inlined(at, id)?);
        } else {
            let name = match p.kind {
                ComprehensionKind::List => "<listcomp>",
                ComprehensionKind::Set => "<setcomp>",
                ComprehensionKind::Dict => "<dictcomp>",
                _ => "<genexpr>",
            };
            let counts = ParameterCounts { positional: 1, ..Default::default() };
            self.enter(name.into(), UnitKind::Comprehension, p.key, e.span.lineno, None, counts)?;
        }
        let top_level_await = self.settings.flags.allow_top_level_await() && {
            let kind = if inlined.is_some() { self.unit.kind } else { scope };
            kind == UnitKind::Module
        };
        if is_async
            && !is_generator
            && !matches!(scope, UnitKind::AsyncFunction | UnitKind::Comprehension)
            && !top_level_await
        {
            return Err(CompileError::syntax(
                "asynchronous comprehension outside of an asynchronous function",
                e.span,
            ));
        }
        let build = match p.kind {
            ComprehensionKind::List => Some(Opcode::BUILD_LIST),
            ComprehensionKind::Set => Some(Opcode::BUILD_SET),
            ComprehensionKind::Dict => Some(Opcode::BUILD_MAP),
            _ => None,
        };
        if let Some(build) = build {
            self.op_i(at, build, 0);
            if inlined.is_some() {
                self.op_i(at, Opcode::SWAP, 2);
            }
        }
        self.generators(at, &p, 0, 0, inlined.is_some())?;
        if let Some(state) = inlined {
            self.end_inlined(at, state);
            return Ok(());
        }
        if is_generator {
            self.wrap_in_stop_iteration_handler();
        } else {
            self.op(at, Opcode::RETURN_VALUE);
        }
        let code = self.exit(true)?;
        self.make_closure(at, code, 0)?;
        self.outermost_iterable(outermost)?;
        self.op_i(at, Opcode::CALL, 0);
        if is_async && !is_generator {
            self.op_i(at, Opcode::GET_AWAITABLE, super::expressions::AWAIT_EXPR);
            self.load_none(at);
            self.yield_from(at, true, None);
        }
        Ok(())
    }

    /// The iterator over the first `for`'s iterable, which the scope around evaluates.
    fn outermost_iterable(&mut self, c: &'a Comprehension) -> Result {
        self.expr(&c.iter)?;
        let opcode = if c.is_async { Opcode::GET_AITER } else { Opcode::GET_ITER };
        self.op(loc(c.iter.span), opcode);
        Ok(())
    }

    /// The clauses from number `index` on. `depth` counts the iterators on the stack above the result.
    fn generators(
        &mut self,
        at: Location,
        p: &Parts<'a>,
        index: usize,
        depth: u32,
        on_stack: bool,
    ) -> Result {
        self.settings.guard.check()?;
        match p.generators.get(index) {
            Some(c) if c.is_async => self.async_generator(at, p, index, depth, on_stack),
            Some(_) => self.sync_generator(at, p, index, depth, on_stack),
            None => Ok(()),
        }
    }

    fn sync_generator(
        &mut self,
        at: Location,
        p: &Parts<'a>,
        index: usize,
        depth: u32,
        on_stack: bool,
    ) -> Result {
        let c = &p.generators[index];
        let iter_at = loc(c.iter.span);
        let mut depth = depth;
        // Looping over one item is an assignment.
        let mut single = None;
        let mut loops = true;
        if on_stack {
        } else if index == 0 {
            self.op_i(at, Opcode::LOAD_FAST, 0);
        } else {
            single = only_item(&c.iter);
            match single {
                Some(item) => {
                    self.expr(item)?;
                    loops = false;
                }
                None => {
                    self.expr(&c.iter)?;
                    self.op(iter_at, Opcode::GET_ITER);
                }
            }
        }
        let (start, if_cleanup, anchor) = (self.label(), self.label(), self.label());
        if loops {
            depth += 1;
            self.place(start);
            self.jump(iter_at, Opcode::FOR_ITER, anchor);
        }
        self.expr(&c.target)?;
        self.innermost(at, p, index, depth, if_cleanup)?;
        self.place(if_cleanup);
        if single.is_none() {
            self.jump(p.jump_location(index), Opcode::JUMP, start);
            self.place(anchor);
            self.op(Location::NONE, Opcode::END_FOR);
            self.op(Location::NONE, Opcode::POP_ITER);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        at: Location,
        p: &Parts<'a>,
        index: usize,
        depth: u32,
        on_stack: bool,
    ) -> Result {
        let c = &p.generators[index];
        let (start, send, except, if_cleanup) = (self.label(), self.label(), self.label(), self.label());
        if on_stack {
        } else if index == 0 {
            self.op_i(at, Opcode::LOAD_FAST, 0);
        } else {
            self.expr(&c.iter)?;
            self.op(loc(c.iter.span), Opcode::GET_AITER);
        }
        self.place(start);
        self.push_frame_block(FrameBlock::plain(BlockType::AsyncComprehension, at, start))?;
        self.jump(at, Opcode::SETUP_FINALLY, except);
        self.op(at, Opcode::GET_ANEXT);
        self.load_none(at);
        self.yield_from(at, true, Some(send));
        self.op(at, Opcode::POP_BLOCK);
        self.expr(&c.target)?;
        self.innermost(at, p, index, depth + 1, if_cleanup)?;
        self.place(if_cleanup);
        self.jump(p.jump_location(index), Opcode::JUMP, start);
        self.pop_frame_block();
        self.place(except);
        self.jump(at, Opcode::END_ASYNC_FOR, send);
        Ok(())
    }

    /// The conditions of clause `index`, and then the next clause or the element.
    fn innermost(&mut self, at: Location, p: &Parts<'a>, index: usize, depth: u32, skip: Label) -> Result {
        for condition in &p.generators[index].ifs {
            self.jump_if(condition, skip, false)?;
        }
        if index + 1 < p.generators.len() {
            return self.generators(at, p, index + 1, depth, false);
        }
        let elt_at = p.element_location();
        match p.kind {
            ComprehensionKind::Generator => {
                self.expr(p.elt)?;
                self.yield_value(elt_at);
                self.op(elt_at, Opcode::POP_TOP);
            }
            ComprehensionKind::Set => {
                self.expr(p.elt)?;
                self.op_i(elt_at, Opcode::SET_ADD, depth + 1);
            }
            ComprehensionKind::Dict => {
                self.expr(p.elt)?;
                if let Some(value) = p.value {
                    self.expr(value)?;
                }
                self.op_i(elt_at, Opcode::MAP_ADD, depth + 1);
            }
            _ => {
                self.expr(p.elt)?;
                self.op_i(elt_at, Opcode::LIST_APPEND, depth + 1);
            }
        }
        Ok(())
    }

    /// Gives the names of the comprehension their own scope in the current unit, and saves on the stack what its
    /// own locals hold outside.
    fn begin_inlined(&mut self, at: Location, id: BlockId) -> Result<Inlined> {
        let table = self.table;
        let outer = table.block(self.unit.block);
        let in_class = outer.kind == BlockKind::Class && self.unit.inlined == 0;
        let function_like = outer.is_function_like();
        self.unit.inlined += 1;
        let mut state = Inlined::default();
        let mut cells = Vec::new();
        for (name, flags) in table.block(id).symbols.iter() {
            let bound = flags & flag::DEF_LOCAL != 0 && flags & flag::DEF_NONLOCAL == 0;
            let scope = NameScope::of(flags);
            let outer_flags = self.symbol(name);
            let outer_scope = NameScope::of(outer_flags);
            let differs = scope != outer_scope
                && scope != NameScope::Free
                && !(scope == NameScope::Cell && outer_scope == NameScope::Free);
            if differs || in_class {
                let before = self.unit.overrides.insert(name.clone(), flags);
                state.overridden.push((name.clone(), before));
            }
            if bound {
                if !function_like && self.unit.fast_hidden.get(name) != Some(&true) {
                    self.unit.fast_hidden.insert(name.clone(), true);
                    state.hidden.push(name.clone());
                }
                cells.push((name, scope));
            }
        }
        for (name, scope) in cells {
            let text = wtf8(name);
            let slot = self.unit.meta.varnames.add(&text);
            // Of a cell this pushes the cell itself; the comprehension gets a new one.
            self.op_i(at, Opcode::LOAD_FAST_AND_CLEAR, slot);
            if scope == NameScope::Cell {
                // The flags may be the comprehension's own by now.
                let cell = match NameScope::of(self.symbol(name)) {
                    NameScope::Free => self.free_slot(&text),
                    _ => Some(self.unit.meta.cellvars.add(&text)),
                };
                let cell =
                    cell.ok_or_else(|| CompileError::system("no cell for an inlined comprehension"))?;
                self.op_i(at, Opcode::MAKE_CELL, cell);
            }
            state.pushed.push(name.clone());
        }
        if !state.pushed.is_empty() {
            self.op_i(at, Opcode::SWAP, state.pushed.len() as u32 + 1);
            let cleanup = self.label();
            self.jump(at, Opcode::SETUP_FINALLY, cleanup);
            let block = FrameBlock::plain(BlockType::AsyncComprehension, at, cleanup);
            self.push_frame_block(block)?;
            state.cleanup = Some(cleanup);
        }
        Ok(state)
    }

    fn end_inlined(&mut self, at: Location, state: Inlined) {
        self.unit.inlined -= 1;
        if let Some(cleanup) = state.cleanup {
            self.pop_frame_block();
            self.op(Location::NONE, Opcode::POP_BLOCK);
            let end = self.label();
            self.jump(Location::NONE, Opcode::JUMP_NO_INTERRUPT, end);
            self.place(cleanup);
            // The unfinished result lies below the exception.
            self.op_i(Location::NONE, Opcode::SWAP, 2);
            self.op(Location::NONE, Opcode::POP_TOP);
            self.restore_locals(at, &state.pushed);
            self.op_i(Location::NONE, Opcode::RERAISE, 0);
            self.place(end);
            self.restore_locals(at, &state.pushed);
        }
        for name in state.hidden {
            self.unit.fast_hidden.insert(name, false);
        }
        for (name, before) in state.overridden {
            match before {
                Some(flags) => self.unit.overrides.insert(name, flags),
                None => self.unit.overrides.remove(&name),
            };
        }
    }

    fn restore_locals(&mut self, at: Location, pushed: &[Identifier]) {
        self.op_i(at, Opcode::SWAP, pushed.len() as u32 + 1);
        for name in pushed.iter().rev() {
            let slot = self.unit.meta.varnames.add_text(name);
            self.op_i(at, Opcode::STORE_FAST_MAYBE_NULL, slot);
        }
    }
}

/// The only item of a list or tuple display with one.
fn only_item(e: &Expr) -> Option<&Expr> {
    let elts = match &e.kind {
        ExprKind::List(n) => &n.elts,
        ExprKind::Tuple(n) => &n.elts,
        _ => return None,
    };
    match elts.as_slice() {
        [item] if !matches!(item.kind, ExprKind::Starred(_)) => Some(item),
        _ => None,
    }
}
