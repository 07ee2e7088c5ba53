//! Resolution of names: the second pass, from the module down and back up.
//!
//! Going down, a block learns which names the functions around it bind and which are declared global; coming
//! back up it learns which of its own names blocks inside it use, which makes them cells. Comprehensions that
//! are inlined (PEP 709) hand their names to the block around them on the way up.

use crate::hash::{Map as HashMap, Set as HashSet};

use taipan_syntax::ast::Identifier;

use super::build::Builder;
use super::{BlockId, BlockKind, ComprehensionKind, NameScope, flag::*};
use crate::error::{CompileError, Result};

type Names = HashSet<Identifier>;

/// What a block learns from the blocks around it. `bound` is absent at module level.
struct Outer {
    bound: Option<Names>,
    global: Names,
    type_params: Names,
}

const CLASS_CELLS: [&str; 3] = ["__class__", "__classdict__", "__conditional_annotations__"];

impl Builder {
    pub(super) fn analyze(&mut self) -> Result {
        let outer = Outer { bound: None, global: Names::default(), type_params: Names::default() };
        self.analyze_block(BlockId(0), outer, None)?;
        Ok(())
    }

    fn block_mut(&mut self, id: BlockId) -> &mut super::Block {
        &mut self.table.blocks[id.0 as usize]
    }

    /// Resolves a block and those inside it. Returns the names that it leaves free for the blocks around it.
    fn analyze_block(
        &mut self,
        id: BlockId,
        mut outer: Outer,
        class_entry: Option<BlockId>,
    ) -> Result<Names> {
        self.guard.check()?;
        let kind = self.table.block(id).kind;
        let function_like = self.table.block(id).is_function_like();
        let mut local = Names::default();
        let mut own_free = Names::default();
        let mut free = Names::default();
        let mut scopes: HashMap<Identifier, NameScope> = HashMap::default();
        let mut inlined_cells = Names::default();
        let mut inner_bound = Names::default();
        let mut inner_global = Names::default();

        // The names of a class body are not visible inside its functions, so what is passed on is fixed
        // before they are looked at.
        if kind == BlockKind::Class {
            inner_global.extend(outer.global.iter().cloned());
            inner_bound.extend(outer.bound.iter().flatten().cloned());
        }
        let symbols: Vec<_> = self.table.block(id).symbols.iter().map(|(n, f)| (n.clone(), f)).collect();
        for (name, flags) in &symbols {
            let scope =
                self.analyze_name(id, name, *flags, &mut outer, &mut local, &mut own_free, class_entry)?;
            scopes.insert(name.clone(), scope);
        }
        if kind == BlockKind::Class {
            inner_bound.extend(CLASS_CELLS.map(Identifier::from));
        } else {
            if function_like {
                inner_bound.extend(local);
            }
            inner_bound.extend(outer.bound.iter().flatten().cloned());
            inner_global.extend(outer.global.iter().cloned());
        }

        let sees_class = self.table.block(id).can_see_class_scope;
        let children = self.table.block(id).children.clone();
        for &child in &children {
            let c = self.table.block(child);
            let class = match c.can_see_class_scope {
                true if kind == BlockKind::Class => Some(id),
                true => class_entry,
                false => None,
            };
            // Annotated variables of a class always get its namespace.
            let needs_classdict =
                kind == BlockKind::Class && self.table.block(id).annotation_block == Some(child);
            let inline = !sees_class
                && !matches!(c.comprehension, ComprehensionKind::None | ComprehensionKind::Generator);
            let inner = Outer {
                bound: Some(inner_bound.clone()),
                global: inner_global.clone(),
                type_params: outer.type_params.clone(),
            };
            self.block_mut(id).needs_classdict |= needs_classdict;
            let mut child_free = self.analyze_block(child, inner, class)?;
            if inline {
                self.inline_comprehension(id, child, &mut scopes, &mut child_free, &mut inlined_cells);
                self.block_mut(child).comp_inlined = true;
            }
            free.extend(child_free);
        }
        self.splice_inlined_children(id, &children);

        if function_like {
            for (name, scope) in &mut scopes {
                if *scope == NameScope::Local && (free.contains(name) || inlined_cells.contains(name)) {
                    *scope = NameScope::Cell;
                    free.remove(name);
                }
            }
        } else if kind == BlockKind::Class {
            let block = self.block_mut(id);
            block.needs_class_closure |= free.remove("__class__");
            block.needs_classdict |= free.remove("__classdict__");
            block.has_conditional_annotations |= free.remove("__conditional_annotations__");
        }
        self.update_symbols(id, &scopes, outer.bound.as_ref(), &free, &inlined_cells);
        free.extend(own_free);
        Ok(free)
    }

    /// The children of an inlined comprehension become children of the block it is inlined into.
    fn splice_inlined_children(&mut self, id: BlockId, children: &[BlockId]) {
        if !children.iter().any(|&c| self.table.block(c).comp_inlined) {
            return;
        }
        let mut spliced = Vec::new();
        for &c in children {
            let child = self.table.block(c);
            match child.comp_inlined {
                true => spliced.extend(child.children.iter().copied()),
                false => spliced.push(c),
            }
        }
        self.block_mut(id).children = spliced;
    }

    fn directive_error(&self, id: BlockId, name: &Identifier, message: String) -> CompileError {
        let directives = &self.table.block(id).directives;
        match directives.iter().find(|d| d.0 == *name) {
            Some((_, span)) => CompileError::syntax(message, *span),
            None => CompileError::system("BUG: internal directive bookkeeping broken"),
        }
    }

    fn analyze_name(
        &mut self,
        id: BlockId,
        name: &Identifier,
        flags: u32,
        outer: &mut Outer,
        local: &mut Names,
        free: &mut Names,
        class_entry: Option<BlockId>,
    ) -> Result<NameScope> {
        if flags & DEF_GLOBAL != 0 {
            if flags & DEF_NONLOCAL != 0 {
                return Err(self.directive_error(id, name, format!("name '{name}' is nonlocal and global")));
            }
            outer.global.insert(name.clone());
            if let Some(bound) = &mut outer.bound {
                bound.remove(name);
            }
            return Ok(NameScope::GlobalExplicit);
        }
        if flags & DEF_NONLOCAL != 0 {
            let message = match &outer.bound {
                None => "nonlocal declaration not allowed at module level".to_owned(),
                Some(bound) if !bound.contains(name) => {
                    format!("no binding for nonlocal '{name}' found")
                }
                Some(_) if outer.type_params.contains(name) => {
                    format!("nonlocal binding not allowed for type parameter '{name}'")
                }
                Some(_) => {
                    free.insert(name.clone());
                    return Ok(NameScope::Free);
                }
            };
            return Err(self.directive_error(id, name, message));
        }
        if flags & DEF_BOUND != 0 {
            local.insert(name.clone());
            outer.global.remove(name);
            if flags & DEF_TYPE_PARAM != 0 {
                outer.type_params.insert(name.clone());
            } else {
                outer.type_params.remove(name);
            }
            return Ok(NameScope::Local);
        }
        // What the class around an annotation scope binds hides the functions around the class: it is looked
        // up in the class when the annotation runs, and then among the globals.
        if let Some(class) = class_entry {
            let class_flags = self.table.block(class).symbols.get(name).unwrap_or(0);
            if class_flags & DEF_GLOBAL != 0 {
                return Ok(NameScope::GlobalExplicit);
            }
            if class_flags & DEF_BOUND != 0 && class_flags & DEF_NONLOCAL == 0 {
                return Ok(NameScope::GlobalImplicit);
            }
        }
        if outer.bound.as_ref().is_some_and(|b| b.contains(name)) {
            free.insert(name.clone());
            return Ok(NameScope::Free);
        }
        Ok(NameScope::GlobalImplicit)
    }

    fn inline_comprehension(
        &mut self,
        id: BlockId,
        comp: BlockId,
        scopes: &mut HashMap<Identifier, NameScope>,
        comp_free: &mut Names,
        inlined_cells: &mut Names,
    ) {
        let in_class = self.table.block(id).kind == BlockKind::Class;
        let symbols: Vec<_> = self.table.block(comp).symbols.iter().map(|(n, f)| (n.clone(), f)).collect();
        let mut dropped = Vec::new();
        for (name, flags) in symbols {
            if flags & DEF_PARAM != 0 {
                continue;
            }
            let mut scope = NameScope::of(flags);
            let only_flags = flags & ((1 << SCOPE_OFFSET) - 1);
            if scope == NameScope::Cell || only_flags & DEF_COMP_CELL != 0 {
                inlined_cells.insert(name.clone());
            }
            if scope == NameScope::Free && in_class && CLASS_CELLS.contains(&name.as_str()) {
                // Its own cells are not visible in a class body.
                scope = NameScope::GlobalImplicit;
                if !self.free_in_any_child(comp, &name) {
                    comp_free.remove(&name);
                }
                dropped.push(name.clone());
            }
            match self.table.block(id).symbols.get(&name) {
                None => {
                    self.block_mut(id).symbols.set(&name, only_flags);
                    scopes.insert(name, scope);
                }
                Some(existing) => {
                    // A local of the block is simply a local for the inlined comprehension, unless a function
                    // inside the comprehension holds on to it.
                    if existing & DEF_BOUND != 0 && !in_class && !self.free_in_any_child(comp, &name) {
                        comp_free.remove(&name);
                    }
                }
            }
        }
        for name in dropped {
            self.block_mut(comp).symbols.remove(&name);
        }
    }

    fn free_in_any_child(&self, comp: BlockId, name: &Identifier) -> bool {
        let block = self.table.block(comp);
        block.children.iter().any(|&c| self.table.block(c).scope_of(name) == NameScope::Free)
    }

    fn update_symbols(
        &mut self,
        id: BlockId,
        scopes: &HashMap<Identifier, NameScope>,
        bound: Option<&Names>,
        free: &Names,
        inlined_cells: &Names,
    ) {
        let block = self.block_mut(id);
        let class_like = block.kind == BlockKind::Class || block.can_see_class_scope;
        for (name, flags) in &mut block.symbols.entries {
            if let Some(scope) = scopes.get(name) {
                *flags |= (*scope as u32) << SCOPE_OFFSET;
            }
            if inlined_cells.contains(name) {
                *flags |= DEF_COMP_CELL;
            }
        }
        let mut free: Vec<_> = free.iter().collect();
        free.sort();
        for name in free {
            match block.symbols.get(name) {
                Some(flags) => {
                    if class_like {
                        block.symbols.set(name, flags | DEF_FREE_CLASS);
                    }
                }
                // Free in a child, but bound nowhere: a global there.
                None if bound.is_some_and(|b| !b.contains(name)) => {}
                None => block.symbols.set(name, (NameScope::Free as u32) << SCOPE_OFFSET),
            }
        }
    }
}
