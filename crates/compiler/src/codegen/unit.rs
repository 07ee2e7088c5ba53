//! Code units: opening and closing the scope of a module, class, function or annotation.

use std::collections::BTreeSet;

use crate::hash::Map as HashMap;

use taipan_bytecode::{CodeFlags, CodeObject, Constant as CodeConstant, Name, Opcode};
use taipan_syntax::ast::{Identifier, StmtAnnAssign};

use super::Codegen;
use super::unwind::FrameBlock;
use crate::error::{CompileError, Result};
use crate::flow;
use crate::instr::{InstructionSequence, Location, UnitMetadata};
use crate::symtable::{BlockId, BlockKey, BlockKind, NameScope, SymbolTable, flag, mangle};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    /// Annotations, type parameters, type aliases.
    Annotations,
}

/// How many parameters of each sort a function has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ParameterCounts {
    pub positional: usize,
    pub positional_only: usize,
    pub keyword_only: usize,
}

/// A variable's annotation that waits for the end of its body (PEP 649).
#[derive(Clone, Copy)]
pub(super) struct DeferredAnnotation<'a> {
    pub statement: &'a StmtAnnAssign,
    pub location: Location,
    /// Its number in `__conditional_annotations__`, if it may not be reached.
    pub index: Option<i64>,
}

/// The state of one code unit while its code is generated.
pub(super) struct Unit<'a> {
    pub block: BlockId,
    pub kind: UnitKind,
    pub name: Identifier,
    pub qualname: String,
    pub seq: InstructionSequence,
    pub meta: UnitMetadata,
    /// The class whose name mangles private names.
    pub private: Option<Identifier>,
    /// In a class: attributes that its methods assign on `self`.
    pub static_attributes: BTreeSet<Identifier>,
    pub deferred: Vec<DeferredAnnotation<'a>>,
    pub next_conditional_annotation: i64,
    pub in_conditional_block: bool,
    pub frame_blocks: Vec<FrameBlock<'a>>,
    /// Nesting of comprehensions inlined here.
    pub inlined: u32,
    /// Flags of names as they are inside the inlined comprehension, where they differ.
    pub overrides: HashMap<Identifier, u32>,
    /// Names that are fast locals in a module or class while a comprehension is inlined.
    pub fast_hidden: HashMap<Identifier, bool>,
    /// The listings made before this unit began belong to the units around it.
    pub first_listing: usize,
}

impl<'a> Unit<'a> {
    /// A unit that stands for none, where one was moved out.
    pub fn empty() -> Self {
        Unit {
            block: BlockId(0),
            kind: UnitKind::Module,
            name: "".into(),
            qualname: String::new(),
            seq: InstructionSequence::new(),
            meta: UnitMetadata::new(Name::from(""), Name::from(""), 0),
            private: None,
            static_attributes: BTreeSet::new(),
            deferred: Vec::new(),
            next_conditional_annotation: 0,
            in_conditional_block: false,
            frame_blocks: Vec::new(),
            inlined: 0,
            overrides: HashMap::default(),
            fast_hidden: HashMap::default(),
            first_listing: 0,
        }
    }

    pub fn new(
        table: &SymbolTable,
        kind: UnitKind,
        key: BlockKey,
        name: Identifier,
        first_line: i32,
        private: Option<Identifier>,
    ) -> Result<Self> {
        let Some(id) = table.lookup(key) else {
            return Err(CompileError::system(format!("no symbol table entry for {name}")));
        };
        let block = table.block(id);
        let mut unit = Unit { block: id, kind, private, ..Unit::empty() };
        unit.meta.name = wtf8(&name);
        unit.meta.qualname = unit.meta.name.clone();
        unit.qualname = name.to_string();
        unit.name = name;
        unit.meta.first_line = first_line;
        for name in &block.varnames {
            unit.meta.varnames.add_text(name);
        }
        let mut sorted: Vec<_> = block.symbols.iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(b.0));
        for (name, flags) in &sorted {
            if NameScope::of(*flags) == NameScope::Cell || flags & flag::DEF_COMP_CELL != 0 {
                unit.meta.cellvars.add_text(name);
            }
        }
        for (needed, name) in [
            (block.needs_class_closure, "__class__"),
            (block.needs_classdict, "__classdict__"),
            (block.has_conditional_annotations, "__conditional_annotations__"),
        ] {
            if needed {
                unit.meta.cellvars.add_text(name);
            }
        }
        for (name, flags) in &sorted {
            if NameScope::of(*flags) == NameScope::Free || flags & flag::DEF_FREE_CLASS != 0 {
                unit.meta.freevars.add_text(name);
            }
        }
        Ok(unit)
    }
}

pub(super) fn wtf8(name: &str) -> Name {
    Name::from(name)
}

impl<'a> Codegen<'a> {
    /// Opens a unit. Without `private` it inherits the class that mangles names.
    pub(super) fn enter(
        &mut self,
        name: Identifier,
        kind: UnitKind,
        key: BlockKey,
        line: i32,
        private: Option<Identifier>,
        counts: ParameterCounts,
    ) -> Result {
        self.settings.guard.check()?;
        let private = private.or_else(|| self.unit.private.clone());
        let mut unit = Unit::new(self.table, kind, key, name, line, private)?;
        unit.meta.arg_count = (counts.positional + counts.positional_only) as u32;
        unit.meta.positional_only_count = counts.positional_only as u32;
        unit.meta.keyword_only_count = counts.keyword_only as u32;
        unit.first_listing = self.listings.len();
        self.stack.push(std::mem::replace(&mut self.unit, unit));
        self.set_qualname();
        self.op_i(Location::new(line, line, 0, 0), Opcode::RESUME, 0);
        Ok(())
    }

    fn set_qualname(&mut self) {
        let Some(mut parent) = self.stack.last() else { return };
        if parent.kind == UnitKind::Annotations {
            // The scope around the annotation scope counts.
            let Some(outer) = self.stack.len().checked_sub(2).filter(|&i| i > 0) else { return };
            parent = &self.stack[outer];
        } else if self.stack.len() == 1 {
            return;
        }
        if matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = mangle(parent.private.as_ref(), &self.unit.name);
            if self.table.block(parent.block).scope_of(&mangled) == NameScope::GlobalExplicit {
                return;
            }
        }
        let locals = match parent.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => ".<locals>",
            _ => "",
        };
        self.unit.qualname = format!("{}{locals}.{}", parent.qualname, self.unit.name);
        self.unit.meta.qualname = Name::from(self.unit.qualname.as_str());
    }

    pub(super) fn code_flags(&self, unit: &Unit) -> CodeFlags {
        let block = self.table.block(unit.block);
        let mut flags = CodeFlags::default();
        let mut set = |on: bool, flag: CodeFlags| {
            if on {
                flags |= flag;
            }
        };
        if block.is_function_like() {
            set(true, CodeFlags::NEWLOCALS | CodeFlags::OPTIMIZED);
            set(block.nested, CodeFlags::NESTED);
            set(block.generator && !block.coroutine, CodeFlags::GENERATOR);
            set(block.coroutine && !block.generator, CodeFlags::COROUTINE);
            set(block.generator && block.coroutine, CodeFlags::ASYNC_GENERATOR);
            set(block.varargs, CodeFlags::VARARGS);
            set(block.varkeywords, CodeFlags::VARKEYWORDS);
        }
        let documented = block.kind == BlockKind::Function && self.settings.optimize < 2;
        set(block.has_docstring && documented, CodeFlags::HAS_DOCSTRING);
        set(block.method, CodeFlags::METHOD);
        let top_level_await = self.settings.flags.allow_top_level_await();
        set(
            block.kind == BlockKind::Module && block.coroutine && !block.generator && top_level_await,
            CodeFlags::COROUTINE,
        );
        flags | CodeFlags(self.settings.flags.co_flags())
    }

    /// Ends the sequence with `return None`, or with a bare return of what is on the stack.
    pub(super) fn add_return(&mut self, none: bool) {
        if none {
            self.load_none(Location::NONE);
        }
        self.op(Location::NONE, Opcode::RETURN_VALUE);
    }

    /// Closes the unit and gives its code and its free variables.
    pub(super) fn exit(&mut self, return_none: bool) -> Result<CodeObject> {
        self.add_return(return_none);
        if self.settings.keep_listing {
            let listing = self.take_listing();
            self.listings.push(listing);
        }
        let parent = self.stack.pop().ok_or_else(|| CompileError::system("no scope to leave"))?;
        let unit = std::mem::replace(&mut self.unit, parent);
        self.assemble(unit)
    }

    pub(super) fn assemble(&mut self, mut unit: Unit<'a>) -> Result<CodeObject> {
        unit.meta.flags = self.code_flags(&unit);
        unit.meta.fast_hidden = unit.fast_hidden.keys().map(|n| wtf8(n)).collect();
        let options = flow::Options { filename: self.settings.filename.clone() };
        flow::assemble_unit(&unit.seq, unit.meta, &options)
            .map_err(|e| CompileError::system(format!("{e} in {}", unit.qualname)))
    }

    /// Makes a function of a code object, with the closure it needs. `attributes` says which of its attributes
    /// lie on the stack already (1 defaults, 2 keyword defaults, 4 annotations, 16 annotate).
    pub(super) fn make_closure(&mut self, at: Location, code: CodeObject, attributes: u32) -> Result {
        let free: Vec<Name> = code.freevars().cloned().collect();
        for name in &free {
            let slot = self.closure_slot(name)?;
            self.op_i(at, Opcode::LOAD_CLOSURE, slot);
        }
        if !free.is_empty() {
            self.op_i(at, Opcode::BUILD_TUPLE, free.len() as u32);
        }
        self.load_code_const(at, CodeConstant::from(code));
        self.op(at, Opcode::MAKE_FUNCTION);
        let attributes = attributes | if free.is_empty() { 0 } else { 8 };
        for bit in [8, 4, 16, 2, 1] {
            if attributes & bit != 0 {
                self.op_i(at, Opcode::SET_FUNCTION_ATTRIBUTE, bit);
            }
        }
        Ok(())
    }

    /// The operand with which this unit finds the cell that an inner function's free variable refers to.
    fn closure_slot(&self, name: &Name) -> Result<u32> {
        let text = name.as_str().unwrap_or_default();
        let class_cell = matches!(text, "__class__" | "__classdict__" | "__conditional_annotations__");
        let cell = (self.unit.kind == UnitKind::Class && class_cell)
            || NameScope::of(self.symbol(text)) == NameScope::Cell;
        let found = if cell { self.unit.meta.cellvars.get(name) } else { self.free_slot(name) };
        found.ok_or_else(|| {
            CompileError::system(format!(
                "no cell for '{text}' of an inner function in {}",
                self.unit.qualname
            ))
        })
    }

    /// The slot of a cell that the class around provides, though no name in this unit refers to it.
    pub(super) fn free_slot_or_new(&mut self, name: &Name) -> u32 {
        self.free_slot(name).unwrap_or_else(|| self.unit.meta.freevars.add(name))
    }

    pub(super) fn free_slot(&self, name: &Name) -> Option<u32> {
        let index = self.unit.meta.freevars.get(name)?;
        Some(index + self.unit.meta.cellvars.len() as u32)
    }
}
