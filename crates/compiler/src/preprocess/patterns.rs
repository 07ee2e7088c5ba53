//! The constants of patterns: `case -1:` and `case 1+2j:`.

use taipan_syntax::ast::*;

use super::Preprocessor;
use crate::error::Result;
use dashu_int::IBig;

impl Preprocessor<'_> {
    pub(super) fn pattern(&mut self, p: &mut Pattern) -> Result {
        self.guard.check()?;
        match &mut p.kind {
            PatternKind::MatchSingleton(_) | PatternKind::MatchStar(_) => Ok(()),
            PatternKind::MatchValue(m) => self.pattern_value(&mut m.value),
            PatternKind::MatchSequence(m) => m.patterns.iter_mut().try_for_each(|p| self.pattern(p)),
            PatternKind::MatchMapping(m) => {
                m.keys.iter_mut().try_for_each(|k| self.pattern_value(k))?;
                m.patterns.iter_mut().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchClass(m) => {
                self.expr(&mut m.cls)?;
                m.patterns.iter_mut().try_for_each(|p| self.pattern(p))?;
                m.kwd_patterns.iter_mut().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchAs(m) => m.pattern.as_mut().map_or(Ok(()), |p| self.pattern(p)),
            PatternKind::MatchOr(m) => m.patterns.iter_mut().try_for_each(|p| self.pattern(p)),
        }
    }

    fn pattern_value(&mut self, e: &mut Expr) -> Result {
        if !self.change {
            return Ok(());
        }
        let folded = match &mut e.kind {
            ExprKind::UnaryOp(n) if n.op == UnaryOperator::USub => negated(&n.operand),
            ExprKind::BinOp(n) => {
                if let ExprKind::UnaryOp(u) = &n.left.kind
                    && u.op == UnaryOperator::USub
                    && let Some(left) = negated(&u.operand)
                {
                    n.left.kind = ExprConstant { value: left, kind: None }.into();
                }
                match (&n.left.kind, &n.right.kind) {
                    (ExprKind::Constant(left), ExprKind::Constant(right)) => {
                        sum(&left.value, n.op, &right.value)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(value) = folded {
            e.kind = ExprConstant { value, kind: None }.into();
        }
        Ok(())
    }
}

fn negated(e: &Expr) -> Option<Constant> {
    let ExprKind::Constant(c) = &e.kind else { return None };
    Some(match &c.value {
        Constant::Int(i) => Constant::int(-IBig::from(*i)),
        Constant::BigInt(i) => Constant::int(-(**i).clone()),
        Constant::Float(f) => Constant::Float(-f),
        Constant::Complex(c) => Constant::complex(-c.0, -c.1),
        _ => return None,
    })
}

/// A real number plus or minus an imaginary one.
fn sum(left: &Constant, op: Operator, right: &Constant) -> Option<Constant> {
    let real = match left {
        Constant::Int(i) => *i as f64,
        Constant::BigInt(i) => taipan_text::number::scale::int_to_f64(i)?,
        Constant::Float(f) => *f,
        _ => return None,
    };
    let Constant::Complex(c) = right else { return None };
    // Mixed operations leave the imaginary part's sign alone.
    match op {
        Operator::Add => Some(Constant::complex(real + c.0, c.1)),
        Operator::Sub => Some(Constant::complex(real - c.0, -c.1)),
        _ => None,
    }
}
