//! Patterns.

use taipan_syntax::ast::*;

use super::{Validator, name, positions, value_error};
use crate::error::Result;

/// A name that a pattern binds.
fn capture(id: &Identifier) -> Result {
    if id == "_" {
        return Err(value_error("can't capture name '_' in patterns"));
    }
    name(id)
}

/// A number, of the sorts allowed.
fn is_number(e: &Expr, real: bool, imaginary: bool) -> bool {
    let ExprKind::Constant(c) = &e.kind else { return false };
    match c.value {
        Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_) => real,
        Constant::Complex(_) => imaginary,
        _ => false,
    }
}

/// `-1`
fn is_negative(e: &Expr, real: bool, imaginary: bool) -> bool {
    match &e.kind {
        ExprKind::UnaryOp(n) => n.op == UnaryOperator::USub && is_number(&n.operand, real, imaginary),
        _ => false,
    }
}

/// `1 + 2j`
fn is_complex(n: &ExprBinOp) -> bool {
    matches!(n.op, Operator::Add | Operator::Sub)
        && (is_number(&n.left, true, false) || is_negative(&n.left, true, false))
        && is_number(&n.right, false, true)
}

impl Validator {
    fn match_value(&self, e: &Expr) -> Result {
        self.load(e)?;
        let allowed = match &e.kind {
            ExprKind::Constant(c) => {
                let literal = matches!(
                    c.value,
                    Constant::Int(_)
                        | Constant::BigInt(_)
                        | Constant::Float(_)
                        | Constant::Complex(_)
                        | Constant::Str(_)
                        | Constant::Bytes(_)
                );
                if !literal {
                    return Err(value_error("unexpected constant inside of a literal pattern"));
                }
                true
            }
            // The code generator refuses formatted strings.
            ExprKind::Attribute(_) | ExprKind::JoinedStr(_) | ExprKind::TemplateStr(_) => true,
            ExprKind::UnaryOp(_) => is_negative(e, true, true),
            ExprKind::BinOp(n) => is_complex(n),
            _ => false,
        };
        if allowed {
            Ok(())
        } else {
            Err(value_error("patterns may only match literals and attribute lookups"))
        }
    }

    fn patterns(&self, patterns: &[Pattern], star_allowed: bool) -> Result {
        patterns.iter().try_for_each(|p| self.pattern(p, star_allowed))
    }

    pub(super) fn pattern(&self, p: &Pattern, star_allowed: bool) -> Result {
        self.guard.check()?;
        positions(p.span)?;
        match &p.kind {
            PatternKind::MatchValue(m) => self.match_value(&m.value),
            PatternKind::MatchSingleton(m) => match m.value {
                Constant::None | Constant::True | Constant::False => Ok(()),
                _ => Err(value_error("MatchSingleton can only contain True, False and None")),
            },
            PatternKind::MatchSequence(m) => self.patterns(&m.patterns, true),
            PatternKind::MatchMapping(m) => self.mapping(m),
            PatternKind::MatchClass(m) => self.class(m),
            PatternKind::MatchStar(_) if !star_allowed => Err(value_error("can't use MatchStar here")),
            PatternKind::MatchStar(m) => m.name.as_ref().map_or(Ok(()), capture),
            PatternKind::MatchAs(m) => {
                if let Some(name) = &m.name {
                    capture(name)?;
                }
                match &m.pattern {
                    None => Ok(()),
                    Some(_) if m.name.is_none() => {
                        Err(value_error("MatchAs must specify a target name if a pattern is given"))
                    }
                    Some(inner) => self.pattern(inner, false),
                }
            }
            PatternKind::MatchOr(m) if m.patterns.len() < 2 => {
                Err(value_error("MatchOr requires at least 2 patterns"))
            }
            PatternKind::MatchOr(m) => self.patterns(&m.patterns, false),
        }
    }

    fn mapping(&self, m: &PatternMatchMapping) -> Result {
        if m.keys.len() != m.patterns.len() {
            return Err(value_error("MatchMapping doesn't have the same number of keys as patterns"));
        }
        if let Some(rest) = &m.rest {
            capture(rest)?;
        }
        for key in &m.keys {
            let singleton = matches!(
                &key.kind,
                ExprKind::Constant(ExprConstant {
                    value: Constant::None | Constant::True | Constant::False,
                    ..
                })
            );
            if !singleton {
                self.match_value(key)?;
            }
        }
        self.patterns(&m.patterns, false)
    }

    fn class(&self, m: &PatternMatchClass) -> Result {
        if m.kwd_attrs.len() != m.kwd_patterns.len() {
            return Err(value_error(
                "MatchClass doesn't have the same number of keyword attributes as patterns",
            ));
        }
        self.load(&m.cls)?;
        let mut cls = &m.cls;
        while let ExprKind::Attribute(n) = &cls.kind {
            cls = &n.value;
        }
        if !matches!(cls.kind, ExprKind::Name(_)) {
            return Err(value_error("MatchClass cls field can only contain Name or Attribute nodes."));
        }
        m.kwd_attrs.iter().try_for_each(|n| name(n))?;
        self.patterns(&m.patterns, false)?;
        self.patterns(&m.kwd_patterns, false)
    }
}
