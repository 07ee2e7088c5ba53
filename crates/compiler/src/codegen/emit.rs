//! Small helpers that append instructions.

use taipan_bytecode::{Constant as CodeConstant, Name, Opcode};
use taipan_syntax::ast::{Constant, Identifier};

use super::Codegen;
use crate::instr::{Label, Location};

/// `COMPARE_OP`'s operands before coercion to bool is decided.
pub(super) mod compare {
    pub const LT: u32 = 2;
    pub const LE: u32 = 1 << 5 | 2 | 8;
    pub const EQ: u32 = 2 << 5 | 8;
    pub const NE: u32 = 3 << 5 | 1 | 2 | 4;
    pub const GT: u32 = 4 << 5 | 4;
    pub const GE: u32 = 5 << 5 | 4 | 8;
}

/// `LOAD_COMMON_CONSTANT`'s operands.
pub(super) mod common {
    pub const ASSERTION_ERROR: u32 = 0;
    pub const NOT_IMPLEMENTED_ERROR: u32 = 1;
    pub const TUPLE: u32 = 2;
    pub const ALL: u32 = 3;
    pub const ANY: u32 = 4;
}

/// `CALL_INTRINSIC_1`'s operands.
pub(super) mod intrinsic {
    pub const PRINT: u32 = 1;
    pub const IMPORT_STAR: u32 = 2;
    pub const STOPITERATION_ERROR: u32 = 3;
    pub const ASYNC_GEN_WRAP: u32 = 4;
    pub const UNARY_POSITIVE: u32 = 5;
    pub const LIST_TO_TUPLE: u32 = 6;
    pub const TYPEVAR: u32 = 7;
    pub const PARAMSPEC: u32 = 8;
    pub const TYPEVARTUPLE: u32 = 9;
    pub const SUBSCRIPT_GENERIC: u32 = 10;
    pub const TYPEALIAS: u32 = 11;
}

/// `CALL_INTRINSIC_2`'s operands.
pub(super) mod intrinsic2 {
    pub const PREP_RERAISE_STAR: u32 = 1;
    pub const TYPEVAR_WITH_BOUND: u32 = 2;
    pub const TYPEVAR_WITH_CONSTRAINTS: u32 = 3;
    pub const SET_FUNCTION_TYPE_PARAMS: u32 = 4;
    pub const SET_TYPEPARAM_DEFAULT: u32 = 5;
}

/// `BINARY_OP`'s operand for `container[key]`.
pub(super) const SUBSCRIPT: u32 = 26;

/// The bytecode form of a tree's constant.
pub(crate) fn code_constant(value: &Constant) -> CodeConstant {
    match value {
        Constant::None => CodeConstant::None,
        Constant::True => CodeConstant::True,
        Constant::False => CodeConstant::False,
        Constant::Ellipsis => CodeConstant::Ellipsis,
        Constant::Int(i) => CodeConstant::int(*i),
        Constant::BigInt(i) => CodeConstant::Int((**i).clone()),
        Constant::Float(f) => CodeConstant::Float(*f),
        Constant::Complex(c) => CodeConstant::Complex(c.0, c.1),
        Constant::Str(s) => CodeConstant::Str(Name::new((**s).clone())),
        Constant::Bytes(b) => CodeConstant::Bytes(b.as_slice().into()),
        Constant::Tuple(items) => CodeConstant::Tuple(items.iter().map(code_constant).collect()),
        Constant::FrozenSet(items) => CodeConstant::FrozenSet(items.iter().map(code_constant).collect()),
    }
}

impl Codegen<'_> {
    pub(super) fn op(&mut self, at: Location, opcode: Opcode) {
        self.unit.seq.emit(opcode, 0, at);
    }

    pub(super) fn op_i(&mut self, at: Location, opcode: Opcode, operand: u32) {
        self.unit.seq.emit(opcode, operand, at);
    }

    pub(super) fn jump(&mut self, at: Location, opcode: Opcode, target: Label) {
        self.unit.seq.emit_jump(opcode, target, at);
    }

    pub(super) fn label(&mut self) -> Label {
        self.unit.seq.new_label()
    }

    /// A label at the current place.
    pub(super) fn label_here(&mut self) -> Label {
        let label = self.label();
        self.place(label);
        label
    }

    pub(super) fn place(&mut self, label: Label) {
        self.unit.seq.use_label(label);
    }

    pub(super) fn load_const(&mut self, at: Location, value: Constant) {
        self.load_code_const(at, code_constant(&value));
    }

    pub(super) fn load_code_const(&mut self, at: Location, value: CodeConstant) {
        let index = self.unit.meta.consts.add(value);
        self.op_i(at, Opcode::LOAD_CONST, index);
    }

    pub(super) fn load_none(&mut self, at: Location) {
        self.load_code_const(at, CodeConstant::None);
    }

    pub(super) fn load_str(&mut self, at: Location, text: &str) {
        self.load_code_const(at, CodeConstant::str(text));
    }

    pub(super) fn load_int(&mut self, at: Location, value: i64) {
        self.load_code_const(at, CodeConstant::int(value));
    }

    /// A constant tuple of names.
    pub(super) fn load_names<'n>(&mut self, at: Location, names: impl Iterator<Item = &'n Identifier>) {
        self.load_code_const(at, CodeConstant::Tuple(names.map(|n| CodeConstant::str(n)).collect()));
    }

    /// An instruction whose operand is a name, mangled.
    pub(super) fn op_name(&mut self, at: Location, opcode: Opcode, name: &Identifier) {
        let index = self.mangled_name_index(name);
        self.op_i(at, opcode, index);
    }

    /// `LOAD_ATTR`, with the low bit for a method call.
    pub(super) fn load_attr(&mut self, at: Location, name: &Identifier, method: bool) {
        let index = self.mangled_name_index(name);
        self.op_i(at, Opcode::LOAD_ATTR, index << 1 | u32::from(method));
    }

    pub(super) fn mangled_name_index(&mut self, name: &Identifier) -> u32 {
        let mangled = self.maybe_mangle(name);
        self.unit.meta.names.add_text(&mangled)
    }

    pub(super) fn maybe_mangle(&self, name: &Identifier) -> Identifier {
        self.table.maybe_mangle(self.unit.private.as_ref(), self.unit.block, name)
    }

    /// The common end of exception handlers: restore the former exception and raise again.
    pub(super) fn pop_except_and_reraise(&mut self) {
        self.op_i(Location::NONE, Opcode::COPY, 3);
        self.op(Location::NONE, Opcode::POP_EXCEPT);
        self.op_i(Location::NONE, Opcode::RERAISE, 1);
    }
}
