//! The `match` statement (PEP 634).
//!
//! While a pattern is matched, the values it will bind wait on the stack under the items still to be looked at.
//! A failure has to drop both; for each number of items to drop there is one label (`fail_pop`), placed in
//! falling order behind the case.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::*;

use super::emit::{SUBSCRIPT, code_constant, compare};
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::{Label, Location};

/// The state of matching one case.
#[derive(Default)]
struct PatternContext {
    /// Names to bind, in the order in which their values lie on the stack.
    stores: Vec<Identifier>,
    /// Whether a pattern that always matches may stand here.
    allow_irrefutable: bool,
    /// Where to go with n items to drop.
    fail_pop: Vec<Label>,
    /// Items on top of the values to bind.
    on_top: usize,
}

fn is_wildcard(p: &Pattern) -> bool {
    matches!(&p.kind, PatternKind::MatchAs(m) if m.name.is_none() && m.pattern.is_none())
}

fn is_star_wildcard(p: &Pattern) -> bool {
    matches!(&p.kind, PatternKind::MatchStar(m) if m.name.is_none())
}

impl<'a> Codegen<'a> {
    pub(super) fn match_statement(&mut self, n: &'a StmtMatch) -> Result {
        self.expr(&n.subject)?;
        let end = self.label();
        let Some(last) = n.cases.last() else { return Ok(()) };
        // A last `case _` needs no copy of the subject.
        let has_default = is_wildcard(&last.pattern) && n.cases.len() > 1;
        let tested = n.cases.len() - usize::from(has_default);
        for (i, case) in n.cases.iter().take(tested).enumerate() {
            let at = loc(case.pattern.span);
            let more = i + 1 < tested;
            if more {
                self.op_i(at, Opcode::COPY, 1);
            }
            let mut pc = PatternContext {
                allow_irrefutable: case.guard.is_some() || i + 1 == n.cases.len(),
                ..Default::default()
            };
            self.pattern(&case.pattern, &mut pc)?;
            for name in &pc.stores {
                self.name_op(at, name, ExprContext::Store)?;
            }
            if let Some(guard) = &case.guard {
                self.ensure_fail_pop(&mut pc, 0);
                let target = pc.fail_pop[0];
                self.jump_if(guard, target, false)?;
            }
            if more {
                self.op(crate::instr::NEXT_LOCATION, Opcode::POP_TOP);
            }
            self.stmts(&case.body)?;
            self.jump(Location::NONE, Opcode::JUMP, end);
            // What is dropped after a failure belongs to the line of the pattern.
            self.emit_fail_pop(at, &mut pc);
        }
        if has_default {
            // Shows the line of the default, for which there is no other code.
            self.op(loc(last.pattern.span), Opcode::NOP);
            if let Some(guard) = &last.guard {
                self.jump_if(guard, end, false)?;
            }
            self.stmts(&last.body)?;
        }
        self.place(end);
        Ok(())
    }

    fn ensure_fail_pop(&mut self, pc: &mut PatternContext, n: usize) {
        while pc.fail_pop.len() <= n {
            let label = self.label();
            pc.fail_pop.push(label);
        }
    }

    fn jump_to_fail_pop(&mut self, at: Location, pc: &mut PatternContext, opcode: Opcode) {
        let pops = pc.on_top + pc.stores.len();
        self.ensure_fail_pop(pc, pops);
        self.jump(at, opcode, pc.fail_pop[pops]);
    }

    fn emit_fail_pop(&mut self, at: Location, pc: &mut PatternContext) {
        while let Some(label) = pc.fail_pop.pop() {
            self.place(label);
            if !pc.fail_pop.is_empty() {
                self.op(at, Opcode::POP_TOP);
            }
        }
    }

    /// Moves the top under the `count - 1` items below it.
    fn rotate(&mut self, at: Location, count: usize) {
        for n in (2..=count).rev() {
            self.op_i(at, Opcode::SWAP, n as u32);
        }
    }

    fn store_name(&mut self, p: &Pattern, name: &Option<Identifier>, pc: &mut PatternContext) -> Result {
        let at = loc(p.span);
        let Some(name) = name else {
            self.op(at, Opcode::POP_TOP);
            return Ok(());
        };
        if pc.stores.contains(name) {
            return Err(duplicate_store(name, p.span));
        }
        self.rotate(at, pc.on_top + pc.stores.len() + 1);
        pc.stores.push(name.clone());
        Ok(())
    }

    /// A pattern inside another, which may always match.
    fn subpattern(&mut self, p: &'a Pattern, pc: &mut PatternContext) -> Result {
        let old = std::mem::replace(&mut pc.allow_irrefutable, true);
        self.pattern(p, pc)?;
        pc.allow_irrefutable = old;
        Ok(())
    }

    fn pattern(&mut self, p: &'a Pattern, pc: &mut PatternContext) -> Result {
        self.settings.guard.check()?;
        let at = loc(p.span);
        match &p.kind {
            PatternKind::MatchValue(m) => {
                if !matches!(m.value.kind, ExprKind::Constant(_) | ExprKind::Attribute(_)) {
                    let message = "patterns may only match literals and attribute lookups";
                    return Err(CompileError::syntax(message, p.span));
                }
                self.expr(&m.value)?;
                self.op_i(at, Opcode::COMPARE_OP, compare::EQ);
                self.op(at, Opcode::TO_BOOL);
                self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSingleton(m) => {
                self.load_const(at, m.value.clone());
                self.op_i(at, Opcode::IS_OP, 0);
                self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSequence(m) => self.sequence_pattern(p, m, pc),
            PatternKind::MatchMapping(m) => self.mapping_pattern(p, m, pc),
            PatternKind::MatchClass(m) => self.class_pattern(p, m, pc),
            PatternKind::MatchStar(m) => self.store_name(p, &m.name, pc),
            PatternKind::MatchAs(m) => self.as_pattern(p, m, pc),
            PatternKind::MatchOr(m) => self.or_pattern(p, m, pc),
        }
    }

    fn as_pattern(&mut self, p: &'a Pattern, m: &'a PatternMatchAs, pc: &mut PatternContext) -> Result {
        let Some(inner) = &m.pattern else {
            if !pc.allow_irrefutable {
                let message = match &m.name {
                    Some(name) => format!("name capture '{name}' makes remaining patterns unreachable"),
                    None => "wildcard makes remaining patterns unreachable".to_owned(),
                };
                return Err(CompileError::syntax(message, p.span));
            }
            return self.store_name(p, &m.name, pc);
        };
        pc.on_top += 1;
        self.op_i(loc(p.span), Opcode::COPY, 1);
        self.pattern(inner, pc)?;
        pc.on_top -= 1;
        self.store_name(p, &m.name, pc)
    }

    fn sequence_pattern(
        &mut self,
        p: &'a Pattern,
        m: &'a PatternMatchSequence,
        pc: &mut PatternContext,
    ) -> Result {
        let at = loc(p.span);
        let size = m.patterns.len();
        let mut star = None;
        for (i, item) in m.patterns.iter().enumerate() {
            if matches!(item.kind, PatternKind::MatchStar(_)) && star.replace(i).is_some() {
                return Err(CompileError::syntax("multiple starred names in sequence pattern", p.span));
            }
        }
        let only_wildcards = m.patterns.iter().all(|i| is_wildcard(i) || is_star_wildcard(i));
        // The subject stays on top for the checks.
        pc.on_top += 1;
        self.op(at, Opcode::MATCH_SEQUENCE);
        self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
        let check = match star {
            None => Some((size, compare::EQ)),
            Some(_) if size > 1 => Some((size - 1, compare::GE)),
            Some(_) => None,
        };
        if let Some((length, operand)) = check {
            self.op(at, Opcode::GET_LEN);
            self.load_int(at, length as i64);
            self.op_i(at, Opcode::COMPARE_OP, operand);
            self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
        }
        pc.on_top -= 1;
        if only_wildcards {
            self.op(at, Opcode::POP_TOP);
            return Ok(());
        }
        match star {
            Some(star) if is_star_wildcard(&m.patterns[star]) => {
                self.sequence_by_index(at, &m.patterns, star, pc)
            }
            _ => self.sequence_by_unpacking(p, &m.patterns, star, pc),
        }
    }

    fn sequence_by_unpacking(
        &mut self,
        p: &'a Pattern,
        patterns: &'a [Pattern],
        star: Option<usize>,
        pc: &mut PatternContext,
    ) -> Result {
        let at = loc(p.span);
        let size = patterns.len();
        match star {
            Some(star) => {
                let after = size - star - 1;
                if star >= 1 << 8 || after >= 1 << 23 {
                    return Err(CompileError::syntax(
                        "too many expressions in star-unpacking sequence pattern",
                        p.span,
                    ));
                }
                self.op_i(at, Opcode::UNPACK_EX, star as u32 + ((after as u32) << 8));
            }
            None => self.op_i(at, Opcode::UNPACK_SEQUENCE, size as u32),
        }
        pc.on_top += size;
        for item in patterns {
            pc.on_top -= 1;
            self.subpattern(item, pc)?;
        }
        Ok(())
    }

    /// `[a, *_, b]`: takes the items by index, so that nothing is unpacked for the star.
    fn sequence_by_index(
        &mut self,
        at: Location,
        patterns: &'a [Pattern],
        star: usize,
        pc: &mut PatternContext,
    ) -> Result {
        pc.on_top += 1;
        for (i, item) in patterns.iter().enumerate() {
            if i == star || is_wildcard(item) {
                continue;
            }
            self.op_i(at, Opcode::COPY, 1);
            if i < star {
                self.load_int(at, i as i64);
            } else {
                // The subject may not support negative indices.
                self.op(at, Opcode::GET_LEN);
                self.load_int(at, (patterns.len() - i) as i64);
                let subtract = super::expressions::binary_operand(Operator::Sub, false);
                self.op_i(at, Opcode::BINARY_OP, subtract);
            }
            self.op_i(at, Opcode::BINARY_OP, SUBSCRIPT);
            self.subpattern(item, pc)?;
        }
        pc.on_top -= 1;
        self.op(at, Opcode::POP_TOP);
        Ok(())
    }

    fn class_pattern(&mut self, p: &'a Pattern, m: &'a PatternMatchClass, pc: &mut PatternContext) -> Result {
        let at = loc(p.span);
        if m.kwd_attrs.len() != m.kwd_patterns.len() {
            let message = format!(
                "kwd_attrs ({}) / kwd_patterns ({}) length mismatch in class pattern",
                m.kwd_attrs.len(),
                m.kwd_patterns.len()
            );
            return Err(CompileError::syntax(message, p.span));
        }
        for (i, name) in m.kwd_attrs.iter().enumerate() {
            if let Some(again) = m.kwd_attrs.iter().skip(i + 1).position(|n| n == name) {
                let message = format!("attribute name repeated in class pattern: {name}");
                return Err(CompileError::syntax(message, m.kwd_patterns[i + 1 + again].span));
            }
        }
        self.expr(&m.cls)?;
        self.load_names(at, m.kwd_attrs.iter());
        self.op_i(at, Opcode::MATCH_CLASS, m.patterns.len() as u32);
        self.op_i(at, Opcode::COPY, 1);
        self.load_none(at);
        self.op_i(at, Opcode::IS_OP, 1);
        // A tuple of attributes, or None.
        pc.on_top += 1;
        self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
        let size = m.patterns.len() + m.kwd_patterns.len();
        self.op_i(at, Opcode::UNPACK_SEQUENCE, size as u32);
        pc.on_top += size;
        pc.on_top -= 1;
        for item in m.patterns.iter().chain(&m.kwd_patterns) {
            pc.on_top -= 1;
            if is_wildcard(item) {
                self.op(at, Opcode::POP_TOP);
            } else {
                self.subpattern(item, pc)?;
            }
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        p: &'a Pattern,
        m: &'a PatternMatchMapping,
        pc: &mut PatternContext,
    ) -> Result {
        let at = loc(p.span);
        let size = m.keys.len();
        if size != m.patterns.len() {
            let message =
                format!("keys ({size}) / patterns ({}) length mismatch in mapping pattern", m.patterns.len());
            return Err(CompileError::syntax(message, p.span));
        }
        pc.on_top += 1;
        self.op(at, Opcode::MATCH_MAPPING);
        self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
        if size == 0 && m.rest.is_none() {
            pc.on_top -= 1;
            self.op(at, Opcode::POP_TOP);
            return Ok(());
        }
        if size > 0 {
            self.op(at, Opcode::GET_LEN);
            self.load_int(at, size as i64);
            self.op_i(at, Opcode::COMPARE_OP, compare::GE);
            self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
        }
        self.mapping_keys(p, m)?;
        self.op_i(at, Opcode::BUILD_TUPLE, size as u32);
        self.op(at, Opcode::MATCH_KEYS);
        // The keys and their values lie on the subject.
        pc.on_top += 2;
        self.op_i(at, Opcode::COPY, 1);
        self.load_none(at);
        self.op_i(at, Opcode::IS_OP, 1);
        self.jump_to_fail_pop(at, pc, Opcode::POP_JUMP_IF_FALSE);
        self.op_i(at, Opcode::UNPACK_SEQUENCE, size as u32);
        pc.on_top += size;
        pc.on_top -= 1;
        for item in &m.patterns {
            pc.on_top -= 1;
            self.subpattern(item, pc)?;
        }
        pc.on_top -= 2;
        if m.rest.is_some() {
            // rest = dict(subject), without the keys.
            self.op_i(at, Opcode::BUILD_MAP, 0);
            self.op_i(at, Opcode::SWAP, 3);
            self.op_i(at, Opcode::DICT_UPDATE, 2);
            self.op_i(at, Opcode::UNPACK_SEQUENCE, size as u32);
            for left in (1..=size).rev() {
                self.op_i(at, Opcode::COPY, 1 + left as u32);
                self.op_i(at, Opcode::SWAP, 2);
                self.op(at, Opcode::DELETE_SUBSCR);
            }
            self.store_name(p, &m.rest, pc)
        } else {
            self.op(at, Opcode::POP_TOP);
            self.op(at, Opcode::POP_TOP);
            Ok(())
        }
    }

    fn mapping_keys(&mut self, p: &'a Pattern, m: &'a PatternMatchMapping) -> Result {
        let mut seen: Vec<&Constant> = Vec::new();
        for key in &m.keys {
            match &key.kind {
                ExprKind::Constant(c) => {
                    if seen.iter().any(|s| equal_keys(s, &c.value)) {
                        let repr = taipan_bytecode::repr::constant(&code_constant(&c.value));
                        let message = format!("mapping pattern checks duplicate key ({repr})");
                        return Err(CompileError::syntax(message, p.span));
                    }
                    seen.push(&c.value);
                }
                ExprKind::Attribute(_) => {}
                _ => {
                    return Err(CompileError::syntax(
                        "mapping pattern keys may only match literals and attribute lookups",
                        p.span,
                    ));
                }
            }
            self.expr(key)?;
        }
        Ok(())
    }

    fn or_pattern(&mut self, p: &'a Pattern, m: &'a PatternMatchOr, pc: &mut PatternContext) -> Result {
        let at = loc(p.span);
        let end = self.label();
        let outer = std::mem::take(pc);
        // The names of the first alternative, in whose order all others leave their values.
        let mut control: Option<Vec<Identifier>> = None;
        for (i, alternative) in m.patterns.iter().enumerate() {
            let alt_at = loc(alternative.span);
            *pc = PatternContext {
                allow_irrefutable: i + 1 == m.patterns.len() && outer.allow_irrefutable,
                ..Default::default()
            };
            self.op_i(alt_at, Opcode::COPY, 1);
            self.pattern(alternative, pc)?;
            match &control {
                None => control = Some(pc.stores.clone()),
                Some(control) => self.reorder(alt_at, control, &mut pc.stores).ok_or_else(|| {
                    CompileError::syntax("alternative patterns bind different names", p.span)
                })?,
            }
            self.jump(alt_at, Opcode::JUMP, end);
            self.emit_fail_pop(alt_at, pc);
        }
        *pc = outer;
        self.op(at, Opcode::POP_TOP);
        self.jump_to_fail_pop(at, pc, Opcode::JUMP);
        self.place(end);
        let control = control.unwrap_or_default();
        // The new values go under the copy of the subject and what else is on top.
        let rotations = control.len() + 1 + pc.on_top + pc.stores.len();
        for name in control {
            self.rotate(at, rotations);
            if pc.stores.contains(&name) {
                return Err(duplicate_store(&name, p.span));
            }
            pc.stores.push(name);
        }
        self.op(at, Opcode::POP_TOP);
        Ok(())
    }

    /// Brings the values of an alternative into the order of the first; `None` if the names differ.
    fn reorder(&mut self, at: Location, control: &[Identifier], stores: &mut Vec<Identifier>) -> Option<()> {
        if stores.len() != control.len() {
            return None;
        }
        for to in (0..control.len()).rev() {
            let from = stores.iter().position(|n| *n == control[to])?;
            if from == to {
                continue;
            }
            // Rotations move the names up to `from` behind those up to `to`.
            let moved: Vec<_> = stores.drain(..=from).collect();
            let place = to - from;
            stores.splice(place..place, moved);
            for _ in 0..=from {
                self.rotate(at, to + 1);
            }
        }
        Some(())
    }
}

fn duplicate_store(name: &Identifier, span: Span) -> CompileError {
    CompileError::syntax(format!("multiple assignments to name '{name}' in pattern"), span)
}

/// Equality as dict keys have it: numbers of different types may be equal.
fn equal_keys(a: &Constant, b: &Constant) -> bool {
    fn number(c: &Constant) -> Option<(f64, f64)> {
        Some(match c {
            Constant::True => (1.0, 0.0),
            Constant::False => (0.0, 0.0),
            Constant::Int(i) if i.unsigned_abs() < 1 << 53 => (*i as f64, 0.0),
            Constant::Float(f) => (*f, 0.0),
            Constant::Complex(c) => **c,
            _ => return None,
        })
    }
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
