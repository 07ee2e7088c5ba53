//! Symbol tables: which scope every name of a module belongs to.
//!
//! [`build`](SymbolTable::build) walks the tree once and records per block what is done with each name
//! (`build.rs`, `expr.rs`), then resolves every name to local, global, free or cell (`analyze.rs`).
//!
//! Invariants: a block is found by the address of the node that opens it and its [`BlockRole`], so the tree
//! must not move or change between building the table and generating code. Names in [`Symbols`] are mangled.

mod analyze;
mod build;
mod definitions;
mod expr;
mod mangle;

use crate::hash::{Map as HashMap, Set as HashSet};

use taipan_syntax::ast::{Identifier, Span};

pub use build::docstring;
pub use mangle::{mangle, mangle_text};

/// What is done with a name, as `symtable`'s flags: the bits of `_symtable`.
pub mod flag {
    pub const DEF_GLOBAL: u32 = 1;
    pub const DEF_LOCAL: u32 = 2;
    pub const DEF_PARAM: u32 = 4;
    pub const DEF_NONLOCAL: u32 = 8;
    pub const USE: u32 = 16;
    /// A name of a class body that is also free in it.
    pub const DEF_FREE_CLASS: u32 = 64;
    pub const DEF_IMPORT: u32 = 128;
    pub const DEF_ANNOT: u32 = 256;
    /// The target of a comprehension's `for`.
    pub const DEF_COMP_ITER: u32 = 512;
    pub const DEF_TYPE_PARAM: u32 = 1024;
    /// A cell of an inlined comprehension.
    pub const DEF_COMP_CELL: u32 = 2048;
    pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM;
    pub const SCOPE_OFFSET: u32 = 12;
    pub const SCOPE_MASK: u32 = 15;
}

/// Where a name lives. The numbers are those of `_symtable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum NameScope {
    Unknown = 0,
    Local = 1,
    GlobalExplicit = 2,
    GlobalImplicit = 3,
    Free = 4,
    Cell = 5,
}

impl NameScope {
    /// The scope in a symbol's flags.
    pub fn of(flags: u32) -> NameScope {
        match flags >> flag::SCOPE_OFFSET & flag::SCOPE_MASK {
            1 => NameScope::Local,
            2 => NameScope::GlobalExplicit,
            3 => NameScope::GlobalImplicit,
            4 => NameScope::Free,
            5 => NameScope::Cell,
            _ => NameScope::Unknown,
        }
    }
}

/// The kind of a block. The numbers are those of `_symtable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum BlockKind {
    Function = 0,
    Class = 1,
    Module = 2,
    Annotation = 3,
    TypeAlias = 4,
    TypeParameters = 5,
    TypeVariable = 6,
}

/// Which comprehension a function block is, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComprehensionKind {
    None,
    List,
    Dict,
    Set,
    Generator,
}

/// Index of a block in [`SymbolTable::blocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockId(pub u32);

/// Which of the blocks that one node opens is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockRole {
    /// The body of a module, function, class, lambda, comprehension or type alias.
    Body,
    /// The annotations of a function's `arguments`.
    Annotations,
    /// The type parameters of a function, class or alias.
    TypeParams,
    /// A type variable's bound or constraints.
    Bound,
    /// A type parameter's default.
    Default,
}

/// The address of the node that opens a block, and which of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockKey(usize, BlockRole);

impl BlockKey {
    pub fn new<T>(node: &T, role: BlockRole) -> Self {
        BlockKey(std::ptr::from_ref(node) as usize, role)
    }

    /// The block of the variable annotations of block `id`, which no single node opens.
    pub fn annotations_of(id: BlockId) -> Self {
        BlockKey(usize::MAX - id.0 as usize, BlockRole::Annotations)
    }
}

/// Blocks with up to so many names, which are most, are searched from the front.
const UNINDEXED: usize = 8;

/// Names with their flags, in the order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    entries: Vec<(Identifier, u32)>,
    /// Of all entries, once there are more than [`UNINDEXED`].
    index: Option<HashMap<Identifier, usize>>,
}

impl Symbols {
    fn find(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|entry| *entry.0 == *name),
        }
    }

    /// The flags of a (mangled) name.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.find(name).and_then(|at| self.entries.get(at)).map(|entry| entry.1)
    }

    pub fn set(&mut self, name: &Identifier, flags: u32) {
        if let Some(entry) = self.find(name).and_then(|at| self.entries.get_mut(at)) {
            entry.1 = flags;
            return;
        }
        self.entries.push((name.clone(), flags));
        match &mut self.index {
            Some(index) => {
                index.insert(name.clone(), self.entries.len() - 1);
            }
            None if self.entries.len() > UNINDEXED => self.make_index(),
            None => {}
        }
    }

    pub fn remove(&mut self, name: &str) {
        if let Some(at) = self.find(name) {
            self.entries.remove(at);
            if self.index.is_some() {
                self.make_index();
            }
        }
    }

    fn make_index(&mut self) {
        self.index = Some(self.entries.iter().enumerate().map(|(at, entry)| (entry.0.clone(), at)).collect());
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Identifier, u32)> {
        self.entries.iter().map(|(n, f)| (n, *f))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// One block: a module, class, function, or one of the annotation scopes of PEP 649 and PEP 695.
#[derive(Clone, Debug)]
pub struct Block {
    pub id: BlockId,
    pub name: Identifier,
    pub kind: BlockKind,
    pub comprehension: ComprehensionKind,
    pub symbols: Symbols,
    /// Parameters in the order of their declaration.
    pub varnames: Vec<Identifier>,
    pub children: Vec<BlockId>,
    pub span: Span,
    /// The function whose annotations an annotation block holds.
    pub function_name: Option<Identifier>,
    /// Lies in a function, at whatever distance.
    pub nested: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub varargs: bool,
    pub varkeywords: bool,
    pub returns_value: bool,
    /// A function directly in a class body.
    pub method: bool,
    pub has_docstring: bool,
    pub annotations_used: bool,
    /// A class body that must make a `__class__` cell.
    pub needs_class_closure: bool,
    /// A class body that must make a `__classdict__` cell.
    pub needs_classdict: bool,
    pub has_conditional_annotations: bool,
    /// A comprehension that runs in its parent's frame (PEP 709).
    pub comp_inlined: bool,
    /// An annotation scope in a class, which looks names up in the class first.
    pub can_see_class_scope: bool,
    /// The block of this block's own variable annotations.
    pub annotation_block: Option<BlockId>,
    directives: Vec<(Identifier, Span)>,
    /// Set of the names that are mangled in this block; `None` means all.
    mangled_names: Option<usize>,
    in_conditional_block: bool,
    in_unevaluated_annotation: bool,
    comp_iter_target: bool,
    comp_iter_expr: u32,
    /// How errors name the scope, such as "a TypeVar bound".
    scope_info: Option<&'static str>,
}

impl Block {
    /// Whether names in the block are fast locals.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, BlockKind::Class | BlockKind::Module)
    }

    /// The scope of a mangled name here.
    pub fn scope_of(&self, name: &str) -> NameScope {
        NameScope::of(self.symbols.get(name).unwrap_or(0))
    }
}

/// The blocks of one compilation. The first is the module.
#[derive(Debug)]
pub struct SymbolTable {
    pub blocks: Vec<Block>,
    keys: HashMap<BlockKey, BlockId>,
    mangled_sets: Vec<HashSet<Identifier>>,
}

impl SymbolTable {
    pub fn top(&self) -> &Block {
        &self.blocks[0]
    }

    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    /// The block that a node opens.
    pub fn lookup(&self, key: BlockKey) -> Option<BlockId> {
        self.keys.get(&key).copied()
    }

    /// Mangles a name as in block `id` of the class `private`.
    pub fn maybe_mangle(&self, private: Option<&Identifier>, id: BlockId, name: &Identifier) -> Identifier {
        if let Some(set) = self.block(id).mangled_names
            && !self.mangled_sets[set].contains(name)
        {
            return name.clone();
        }
        mangle(private, name)
    }
}
