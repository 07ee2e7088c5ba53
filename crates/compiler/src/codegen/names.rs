//! Loading, storing and deleting names.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::{ExprContext, Identifier};

use super::Codegen;
use super::unit::wtf8;
use crate::error::{CompileError, Result};
use crate::instr::Location;
use crate::symtable::{BlockKind, NameScope};

enum Place {
    /// A fast local.
    Fast,
    /// A cell or free variable.
    Deref(u32),
    Global,
    Name,
}

impl Codegen<'_> {
    /// A name's flags in the current unit, as they are inside the comprehension being inlined.
    pub(super) fn symbol(&self, name: &str) -> u32 {
        match self.unit.overrides.get(name) {
            Some(flags) => *flags,
            None => self.table.block(self.unit.block).symbols.get(name).unwrap_or(0),
        }
    }

    /// A name's flags in the module.
    pub(super) fn top_symbol(&self, name: &str) -> u32 {
        match self.stack.first().unwrap_or(&self.unit).overrides.get(name) {
            Some(flags) => *flags,
            None => self.table.top().symbols.get(name).unwrap_or(0),
        }
    }

    fn resolve(&self, name: &Identifier, scope: NameScope) -> Result<Place> {
        let function_like = self.table.block(self.unit.block).is_function_like();
        let slot = |found: Option<u32>| {
            found.map(Place::Deref).ok_or_else(|| CompileError::system(format!("no cell for name '{name}'")))
        };
        match scope {
            NameScope::Free => slot(self.free_slot(&wtf8(name))),
            NameScope::Cell => slot(self.unit.meta.cellvars.get_text(name)),
            NameScope::Local if function_like => Ok(Place::Fast),
            NameScope::Local if self.unit.fast_hidden.get(name) == Some(&true) => Ok(Place::Fast),
            NameScope::GlobalImplicit if function_like => Ok(Place::Global),
            NameScope::GlobalExplicit => Ok(Place::Global),
            _ => Ok(Place::Name),
        }
    }

    /// Pushes the class's namespace in an annotation scope.
    pub(super) fn load_classdict(&mut self, at: Location) {
        let slot = self.free_slot_or_new(&wtf8("__classdict__"));
        self.op_i(at, Opcode::LOAD_DEREF, slot);
    }

    pub(super) fn name_op(&mut self, at: Location, name: &Identifier, ctx: ExprContext) -> Result {
        use ExprContext::{Del, Load, Store};
        let name = self.maybe_mangle(name);
        let block = self.table.block(self.unit.block);
        let scope = NameScope::of(self.symbol(&name));
        let in_class = block.kind == BlockKind::Class;
        let inlined = self.unit.inlined > 0;
        let opcode = match (self.resolve(&name, scope)?, ctx) {
            (Place::Deref(slot), Load) => {
                let opcode = if in_class && !inlined {
                    self.op(at, Opcode::LOAD_LOCALS);
                    Opcode::LOAD_FROM_DICT_OR_DEREF
                } else if block.can_see_class_scope {
                    self.load_classdict(at);
                    Opcode::LOAD_FROM_DICT_OR_DEREF
                } else {
                    Opcode::LOAD_DEREF
                };
                self.op_i(at, opcode, slot);
                return Ok(());
            }
            (Place::Deref(slot), Store) => {
                self.op_i(at, Opcode::STORE_DEREF, slot);
                return Ok(());
            }
            (Place::Deref(slot), Del) => {
                self.op_i(at, Opcode::DELETE_DEREF, slot);
                return Ok(());
            }
            (Place::Fast, _) => {
                let slot = self.unit.meta.varnames.add_text(&name);
                let opcode = match ctx {
                    Load => Opcode::LOAD_FAST,
                    Store => Opcode::STORE_FAST,
                    Del => Opcode::DELETE_FAST,
                };
                self.op_i(at, opcode, slot);
                return Ok(());
            }
            (Place::Global, Load) if block.can_see_class_scope && scope == NameScope::GlobalImplicit => {
                self.load_classdict(at);
                Opcode::LOAD_FROM_DICT_OR_GLOBALS
            }
            (Place::Global, Load) => Opcode::LOAD_GLOBAL,
            (Place::Global, Store) => Opcode::STORE_GLOBAL,
            (Place::Global, Del) => Opcode::DELETE_GLOBAL,
            (Place::Name, Load) if in_class && inlined => Opcode::LOAD_GLOBAL,
            (Place::Name, Load) => Opcode::LOAD_NAME,
            (Place::Name, Store) => Opcode::STORE_NAME,
            (Place::Name, Del) => Opcode::DELETE_NAME,
        };
        let index = self.unit.meta.names.add_text(&name);
        let operand = if opcode == Opcode::LOAD_GLOBAL { index << 1 } else { index };
        self.op_i(at, opcode, operand);
        Ok(())
    }
}
