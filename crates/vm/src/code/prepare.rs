//! Preparation: from CPython's code units to the private instructions.
//!
//! Units keep their indices. `EXTENDED_ARG` is folded into the operand of the instruction that it extends (and stays as an
//! instruction that does nothing); cache units become cache words. Operators and comparisons get opcodes of their own, and a
//! comparison that a conditional jump follows is fused with it.

use taipan_bytecode::ops_names::binary_op as nb;
use taipan_bytecode::{CodeObject, Constant, Opcode, exctable, instructions};
use taipan_object::{Cx, Value};

use super::{Code, Prepared, Unit, constants};
use crate::ops::op;
use crate::slot;

/// Packs an instruction.
#[inline(always)]
pub const fn unit(op: u16, arg: u32) -> Unit {
    op as u32 | arg << 16
}

pub fn prepare(cx: &mut Cx, code: &Code) -> Prepared {
    let source = std::sync::Arc::clone(&code.source);
    let consts: Box<[Value]> = source.consts.iter().map(|c| constants::value_of(cx, c)).collect();
    let const_slots = consts.iter().map(slot::borrow).collect();
    let names = source.names.iter().map(|n| constants::name_value(cx, n)).collect();
    let locals = source.localsplusnames.iter().map(|n| constants::name_value(cx, n)).collect();
    let handlers: Box<[_]> = exctable::decode(&source.exceptiontable).unwrap_or_default().into();
    let cleared_cells =
        if handlers.is_empty() { Box::default() } else { instructions::cleared_cells(&source).into() };
    let mut wide = Vec::new();
    let units = units(&source, &mut wide, true);
    Prepared { units, consts, const_slots, names, locals, handlers, cleared_cells, wide: wide.into() }
}

/// The instructions without specialisation and fusion, as instrumented code keeps them.
pub fn plain_units(source: &CodeObject) -> Box<[Unit]> {
    units(source, &mut Vec::new(), false)
}

/// The instructions as they begin, fused.
pub fn fused_units(source: &CodeObject) -> Box<[Unit]> {
    units(source, &mut Vec::new(), true)
}

fn units(source: &CodeObject, wide: &mut Vec<(u16, u32)>, fused: bool) -> Box<[Unit]> {
    let bytes = &source.code;
    let count = bytes.len() / 2;
    let mut units = vec![0; count + 1];
    let mut extended = 0u32;
    let mut i = 0;
    while i < count {
        let (byte, low) = (bytes[2 * i], bytes[2 * i + 1]);
        let arg = extended << 8 | u32::from(low);
        let Some(opcode) = Opcode::from_u8(byte) else {
            units[i] = unit(op::BAD, u32::from(byte));
            i += 1;
            continue;
        };
        if opcode == Opcode::EXTENDED_ARG {
            units[i] = unit(op::NOP, 0);
            extended = arg;
            i += 1;
            continue;
        }
        extended = 0;
        let private = private_op(opcode, arg);
        units[i] = if arg <= 0xFFFF {
            unit(private, arg)
        } else if wide.len() <= 0xFFFF {
            wide.push((private, arg));
            unit(op::WIDE, wide.len() as u32 - 1)
        } else {
            unit(op::BAD, u32::from(byte))
        };
        i += 1 + opcode.caches();
    }
    units[count] = unit(op::BAD, 0);
    if fused {
        fuse(source, &mut units);
    }
    units.into()
}

/// The instructions of a code object and those within it as they begin, for `--dump=prepared`: the index of the unit, the private
/// opcode, its operand.
pub fn listing(source: &CodeObject) -> String {
    let mut out = String::new();
    let mut work = vec![source];
    while let Some(source) = work.pop() {
        if !out.is_empty() {
            out.push('\n');
        }
        out += &format!("Prepared instructions of {} (line {}):\n", source.qualname, source.firstlineno);
        let mut wide = Vec::new();
        let units = units(source, &mut wide, true);
        let mut i = 0;
        while i + 1 < units.len() {
            let (mut opcode, mut arg) = (units[i] as u16, units[i] >> 16);
            if opcode == op::WIDE
                && let Some(&(real, value)) = wide.get(arg as usize)
            {
                (opcode, arg) = (real, value);
            }
            out += &format!("{i:6}  {:<28} {arg}\n", op::name(opcode));
            let known = source.code.get(2 * i).and_then(|&b| Opcode::from_u8(b));
            i += 1 + known.map_or(0, Opcode::caches);
        }
        let nested = source.consts.iter().rev().filter_map(|c| match c {
            Constant::Code(code) => Some(&**code),
            _ => None,
        });
        work.extend(nested);
    }
    out
}

/// The private opcode that an instruction starts as.
fn private_op(opcode: Opcode, arg: u32) -> u16 {
    match opcode {
        Opcode::BINARY_OP => match arg {
            nb::ADD => op::BINARY_ADD,
            nb::SUBTRACT => op::BINARY_SUB,
            nb::MULTIPLY => op::BINARY_MUL,
            nb::INPLACE_ADD => op::INPLACE_ADD,
            nb::INPLACE_SUBTRACT => op::INPLACE_SUB,
            nb::INPLACE_MULTIPLY => op::INPLACE_MUL,
            nb::AND | nb::INPLACE_AND => op::BINARY_AND,
            nb::OR | nb::INPLACE_OR => op::BINARY_OR,
            nb::XOR | nb::INPLACE_XOR => op::BINARY_XOR,
            nb::LSHIFT | nb::INPLACE_LSHIFT => op::BINARY_LSHIFT,
            nb::RSHIFT | nb::INPLACE_RSHIFT => op::BINARY_RSHIFT,
            nb::FLOOR_DIVIDE | nb::INPLACE_FLOOR_DIVIDE => op::BINARY_FLOORDIV,
            nb::REMAINDER | nb::INPLACE_REMAINDER => op::BINARY_REM,
            nb::TRUE_DIVIDE | nb::INPLACE_TRUE_DIVIDE => op::BINARY_TRUEDIV,
            nb::SUBSCR => op::SUBSCR,
            _ => op::BINARY_OP,
        },
        Opcode::COMPARE_OP => match arg >> 5 {
            0 => op::COMPARE_LT,
            1 => op::COMPARE_LE,
            2 => op::COMPARE_EQ,
            3 => op::COMPARE_NE,
            4 => op::COMPARE_GT,
            5 => op::COMPARE_GE,
            _ => op::BAD,
        },
        Opcode::LOAD_GLOBAL => op::LOAD_GLOBAL,
        Opcode::RESERVED | Opcode::EXIT_INIT_CHECK | Opcode::INTERPRETER_EXIT | Opcode::EXTENDED_ARG => {
            op::BAD
        }
        other if other.is_instrumented() || other.is_pseudo() => op::BAD,
        other => other.number(),
    }
}

/// Fuses comparisons with the jump behind them.
fn fuse(source: &CodeObject, units: &mut [Unit]) {
    let bytes = &source.code;
    let opcode_at = |i: usize| bytes.get(2 * i).and_then(|&b| Opcode::from_u8(b));
    let mut i = 0;
    while i < units.len() {
        let Some(opcode) = opcode_at(i) else { break };
        let next = i + 1 + opcode.caches();
        if opcode == Opcode::COMPARE_OP {
            let jump = match opcode_at(next) {
                Some(Opcode::POP_JUMP_IF_FALSE) => Some(op::COMPARE_LT_JUMP_FALSE),
                Some(Opcode::POP_JUMP_IF_TRUE) => Some(op::COMPARE_LT_JUMP_TRUE),
                _ => None,
            };
            let private = units[i] as u16;
            if let Some(first) = jump
                && (op::COMPARE_LT..=op::COMPARE_GE).contains(&private)
            {
                units[i] = units[i] & 0xFFFF_0000 | u32::from(first + private - op::COMPARE_LT);
            }
        }
        i = next;
    }
}
