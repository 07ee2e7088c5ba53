//! Disassembly in the layout of `python -m dis`, and the pieces of it that other listings use.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::code::{CodeObject, Constant};
use crate::exctable::{self, ExceptionEntry};
use crate::instructions::{Instruction, instructions};
use crate::linetable;
use crate::ops::{Opcode, Operand};
use crate::ops_names::{
    BINARY_OPS, COMMON_CONSTANTS, COMPARE_OPS, FUNCTION_ATTRIBUTES, INTRINSICS_1, INTRINSICS_2,
    SPECIAL_METHODS,
};
use crate::repr;

/// The width that opcode names are padded to, and that of operands.
const NAME_WIDTH: usize = 20;
const ARG_WIDTH: usize = 5;
/// What stands for the line of an instruction without one.
const NO_LINE: &str = "--";

/// The listing of a code object and of all code objects among its constants, as `python -m dis` prints it.
pub fn disassemble(code: &CodeObject) -> String {
    let mut out = String::new();
    one(&mut out, code);
    let mut pending: Vec<&CodeObject> = Vec::new();
    push_nested(&mut pending, code);
    while let Some(next) = pending.pop() {
        let _ = writeln!(out, "\nDisassembly of {}:", repr::code(next));
        one(&mut out, next);
        push_nested(&mut pending, next);
    }
    out
}

/// The listing of one code object without those inside it.
pub fn disassemble_one(code: &CodeObject) -> String {
    let mut out = String::new();
    one(&mut out, code);
    out
}

fn push_nested<'a>(pending: &mut Vec<&'a CodeObject>, code: &'a CodeObject) {
    let from = pending.len();
    pending.extend(code.nested().map(|c| &**c));
    pending[from..].reverse();
}

/// Numbers of the labels by code unit: jump targets and the bounds and handlers of exception ranges.
pub fn labels(code: &CodeObject, table: &[ExceptionEntry]) -> BTreeMap<u32, usize> {
    let mut labels: BTreeMap<u32, usize> = BTreeMap::new();
    for ins in instructions(&code.code) {
        if let Some(target) = ins.target().and_then(|t| u32::try_from(t).ok()) {
            labels.insert(target, 0);
        }
    }
    for entry in table {
        labels.extend([(entry.start, 0), (entry.end, 0), (entry.target, 0)]);
    }
    for (i, number) in labels.values_mut().enumerate() {
        *number = i + 1;
    }
    labels
}

/// Instructions as they are shown: each EXTENDED_ARG is a line of its own.
fn shown(code: &[u8]) -> Vec<Instruction> {
    let mut list = Vec::new();
    for ins in instructions(code) {
        let mut arg = 0u32;
        for unit in ins.start..ins.offset {
            arg = arg << 8 | code.get(unit as usize * 2 + 1).map_or(0, |b| u32::from(*b));
            list.push(Instruction {
                start: unit,
                offset: unit,
                end: unit + 1,
                byte: Opcode::EXTENDED_ARG as u8,
                opcode: Some(Opcode::EXTENDED_ARG),
                arg,
            });
        }
        list.push(Instruction { start: ins.offset, ..ins });
    }
    list
}

/// The source line of each code unit, as far as the table goes.
fn lines_by_unit(code: &CodeObject) -> Vec<Option<i32>> {
    linetable::positions(&code.linetable, code.firstlineno).take(code.units()).map(|at| at.line()).collect()
}

fn one(out: &mut String, code: &CodeObject) {
    let table: Vec<ExceptionEntry> = exctable::entries(&code.exceptiontable).map_while(Result::ok).collect();
    let labels = labels(code, &table);
    let lines = lines_by_unit(code);
    let last_line = lines.iter().flatten().max().copied().unwrap_or(0);
    // Without a line above 0 there is no column of lines at all.
    let has_lines = last_line > 0;
    let has_none = lines.contains(&None);
    let line_width = last_line.to_string().len().max(if has_none { NO_LINE.len() + 2 } else { 3 });
    let label_width = 4 + labels.len().to_string().len();
    let mut former: Option<Option<i32>> = None;
    for ins in shown(&code.code) {
        let line = lines.get(ins.start as usize).copied().flatten();
        let starts = former != Some(line);
        if has_lines && starts && ins.start > 0 {
            out.push('\n');
        }
        former = Some(line);
        let line_text = match (starts, line) {
            (false, _) => String::new(),
            (true, Some(line)) => line.to_string(),
            (true, None) => NO_LINE.to_owned(),
        };
        let label = labels.get(&ins.start).map_or(String::new(), |n| format!("L{n}:"));
        let text = instruction(&ins, code, &labels);
        let mut row = format!("{label:>label_width$}     {text}");
        if has_lines {
            row = format!("{line_text:>line_width$} {row}");
        }
        let _ = writeln!(out, "{}", row.trim_end());
    }
    if !table.is_empty() {
        out.push_str("ExceptionTable:\n");
    }
    for entry in &table {
        let label = |unit: u32| labels.get(&unit).copied().unwrap_or(0);
        let lasti = if entry.lasti { " lasti" } else { "" };
        let (start, end, target) = (label(entry.start), label(entry.end), label(entry.target));
        let _ = writeln!(out, "  L{start} to L{end} -> L{target} [{}]{lasti}", entry.depth);
    }
}

/// The name, the operand and its meaning.
pub fn instruction(ins: &Instruction, code: &CodeObject, labels: &BTreeMap<u32, usize>) -> String {
    let name = ins.name();
    if ins.opcode.is_none_or(|op| !op.has_arg()) {
        return name;
    }
    let width = ARG_WIDTH.saturating_sub(name.len().saturating_sub(NAME_WIDTH));
    let meaning = meaning(ins, code, labels);
    let open = if meaning.is_empty() { "" } else { " (" };
    let close = if meaning.is_empty() { "" } else { ")" };
    format!("{name:<NAME_WIDTH$} {:>width$}{open}{meaning}{close}", ins.arg)
}

fn indexed(names: &[&str], index: u32) -> String {
    names.get(index as usize).map_or_else(String::new, |s| (*s).to_owned())
}

/// What the operand stands for; empty if it is only a number.
pub fn meaning(ins: &Instruction, code: &CodeObject, labels: &BTreeMap<u32, usize>) -> String {
    let Some(op) = ins.opcode else { return String::new() };
    let arg = ins.arg;
    let name = |i: u32| code.names.get(i as usize).map_or_else(|| "?".to_owned(), |n| n.to_string());
    let local =
        |i: u32| code.localsplusnames.get(i as usize).map_or_else(|| "?".to_owned(), |n| n.to_string());
    let with = |text: String, bit: u32, suffix: &str| if arg & bit != 0 { text + suffix } else { text };
    match op.operand() {
        Operand::Const => code.consts.get(arg as usize).map_or_else(|| "?".to_owned(), repr::constant),
        Operand::Name => name(arg),
        Operand::GlobalName => with(name(arg >> 1), 1, " + NULL"),
        Operand::AttrName => with(name(arg >> 1), 1, " + NULL|self"),
        Operand::SuperName => with(name(arg >> 2), 1, " + NULL|self"),
        Operand::Local | Operand::Deref => local(arg),
        Operand::LocalPair => format!("{}, {}", local(arg >> 4), local(arg & 15)),
        Operand::JumpForward | Operand::JumpBackward => {
            let target = ins.target().and_then(|t| u32::try_from(t).ok()).and_then(|t| labels.get(&t));
            let side = if op == Opcode::END_ASYNC_FOR { "from" } else { "to" };
            target.map_or_else(|| format!("{side} ?"), |n| format!("{side} L{n}"))
        }
        Operand::Compare => {
            let text = indexed(COMPARE_OPS, arg >> 5);
            if arg & 16 != 0 { format!("bool({text})") } else { text }
        }
        Operand::BinaryOp => BINARY_OPS.get(arg as usize).map_or_else(String::new, |(_, s)| (*s).to_owned()),
        Operand::Intrinsic1 => indexed(INTRINSICS_1, arg),
        Operand::Intrinsic2 => indexed(INTRINSICS_2, arg),
        Operand::Special => indexed(SPECIAL_METHODS, arg),
        Operand::CommonConst => match indexed(COMMON_CONSTANTS, arg) {
            text if text == "all" || text == "any" => format!("<built-in function {text}>"),
            text => text,
        },
        Operand::Convert => indexed(&["", "str", "repr", "ascii"], arg),
        Operand::FunctionAttr => {
            let set = FUNCTION_ATTRIBUTES.iter().enumerate().filter(|(i, _)| arg & 1 << i != 0);
            set.map(|(_, s)| *s).collect::<Vec<_>>().join(", ")
        }
        Operand::Invert => {
            let pair = if op == Opcode::IS_OP { ["is", "is not"] } else { ["in", "not in"] };
            indexed(&pair, arg)
        }
        _ => String::new(),
    }
}

/// All attributes of one code object, for dumps and comparisons: one line each, code objects inside by name only.
pub fn attributes(code: &CodeObject) -> String {
    let list = |names: &mut dyn Iterator<Item = &crate::Name>| {
        names.map(|n| n.to_string()).collect::<Vec<_>>().join(", ")
    };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} (line {}): args {}, positional-only {}, keyword-only {}, stack {}, flags {:?}",
        code.qualname,
        code.firstlineno,
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        code.stacksize,
        code.flags
    );
    let consts: Vec<String> = code
        .consts
        .iter()
        .map(|c| match c {
            Constant::Code(inner) => format!("<code {}>", inner.name),
            other => repr::constant(other),
        })
        .collect();
    let _ = writeln!(out, "  consts: {}", consts.join(", "));
    let _ = writeln!(out, "  names: {}", list(&mut code.names.iter()));
    let _ = writeln!(out, "  locals: {}", list(&mut code.varnames()));
    let _ = writeln!(out, "  cells: {}", list(&mut code.cellvars()));
    let _ = writeln!(out, "  free: {}", list(&mut code.freevars()));
    out
}
