//! Formatted and template strings, and docstrings.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;
use taipan_text::Wtf8Buf;

use super::{Codegen, STACK_USE_GUIDELINE};
use crate::error::{CompileError, Result};
use crate::instr::Location;

fn conversion_operand(conversion: i32) -> Result<u32> {
    match u8::try_from(conversion).unwrap_or(0) {
        b's' => Ok(1),
        b'r' => Ok(2),
        b'a' => Ok(3),
        _ => Err(CompileError::system(format!("Unrecognized conversion character {conversion}"))),
    }
}

impl<'a> Codegen<'a> {
    pub(super) fn joined_str(&mut self, at: Location, n: &'a ExprJoinedStr) -> Result {
        if n.values.len() > STACK_USE_GUIDELINE {
            self.load_str(at, "");
            self.load_attr(at, &"join".into(), true);
            self.op_i(at, Opcode::BUILD_LIST, 0);
            for value in &n.values {
                self.expr(value)?;
                self.op_i(at, Opcode::LIST_APPEND, 1);
            }
            self.op_i(at, Opcode::CALL, 1);
            return Ok(());
        }
        self.exprs(&n.values)?;
        match n.values.len() {
            0 => self.load_str(at, ""),
            1 => {}
            count => self.op_i(at, Opcode::BUILD_STRING, count as u32),
        }
        Ok(())
    }

    pub(super) fn formatted_value(&mut self, at: Location, n: &'a ExprFormattedValue) -> Result {
        self.expr(&n.value)?;
        if n.conversion != -1 {
            let operand = conversion_operand(n.conversion)?;
            self.op_i(at, Opcode::CONVERT_VALUE, operand);
        }
        match &n.format_spec {
            Some(spec) => {
                self.expr(spec)?;
                self.op(at, Opcode::FORMAT_WITH_SPEC);
            }
            None => self.op(at, Opcode::FORMAT_SIMPLE),
        }
        Ok(())
    }

    /// Strings and interpolations alternate in a template: an empty string stands between two of the latter.
    pub(super) fn template_str(&mut self, at: Location, n: &'a ExprTemplateStr) -> Result {
        let mut strings = 0usize;
        let mut interpolations = 0usize;
        let mut after_interpolation = true;
        let is_interpolation = |e: &Expr| matches!(e.kind, ExprKind::Interpolation(_));
        for value in &n.values {
            if is_interpolation(value) {
                interpolations += 1;
                if after_interpolation {
                    self.load_str(at, "");
                    strings += 1;
                }
                after_interpolation = true;
            } else {
                self.expr(value)?;
                strings += 1;
                after_interpolation = false;
            }
        }
        if after_interpolation {
            self.load_str(at, "");
            strings += 1;
        }
        self.op_i(at, Opcode::BUILD_TUPLE, strings as u32);
        for value in n.values.iter().filter(|v| is_interpolation(v)) {
            self.expr(value)?;
        }
        self.op_i(at, Opcode::BUILD_TUPLE, interpolations as u32);
        self.op(at, Opcode::BUILD_TEMPLATE);
        Ok(())
    }

    pub(super) fn interpolation(&mut self, at: Location, n: &'a ExprInterpolation) -> Result {
        self.expr(&n.value)?;
        self.load_const(at, n.str.clone());
        let mut operand = 2;
        if n.conversion != -1 {
            operand |= conversion_operand(n.conversion)? << 2;
        }
        if let Some(spec) = &n.format_spec {
            operand |= 1;
            self.expr(spec)?;
        }
        self.op_i(at, Opcode::BUILD_INTERPOLATION, operand);
        Ok(())
    }
}

/// A docstring as it is stored: tabs expanded, leading blank space and common indentation removed.
pub fn clean_docstring(text: &Wtf8Buf) -> Wtf8Buf {
    let expanded = expand_tabs(text.as_bytes());
    let margin = expanded
        .split(|&b| b == b'\n')
        .skip(1)
        .filter_map(|line| line.iter().position(|&b| b != b' '))
        .min()
        .unwrap_or(0);
    let mut out = Vec::with_capacity(expanded.len());
    for (i, line) in expanded.split(|&b| b == b'\n').enumerate() {
        if i == 0 {
            let start = line.iter().position(|&b| b != b' ').unwrap_or(line.len());
            out.extend_from_slice(&line[start..]);
        } else {
            out.push(b'\n');
            let start = margin.min(line.iter().take_while(|&&b| b == b' ').count());
            out.extend_from_slice(&line[start..]);
        }
    }
    Wtf8Buf::from_bytes(out).unwrap_or_else(|| text.clone())
}

/// `str.expandtabs()` on bytes, as the compiler counts columns there.
fn expand_tabs(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0usize;
    for &b in text {
        match b {
            b'\t' => {
                let width = 8 - column % 8;
                out.resize(out.len() + width, b' ');
                column += width;
            }
            b'\n' | b'\r' => {
                out.push(b);
                column = 0;
            }
            _ => {
                out.push(b);
                if b & 0xC0 != 0x80 {
                    column += 1;
                }
            }
        }
    }
    out
}
