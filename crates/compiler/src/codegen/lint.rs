//! Warnings about code that cannot be meant as it is written.

use taipan_syntax::ast::*;

use super::Codegen;

/// The type that an expression's value surely has.
fn literal_type(e: &Expr) -> Option<&'static str> {
    Some(match &e.kind {
        ExprKind::Constant(c) => constant_type(&c.value),
        ExprKind::Tuple(_) => "tuple",
        ExprKind::List(_) | ExprKind::ListComp(_) => "list",
        ExprKind::Dict(_) | ExprKind::DictComp(_) => "dict",
        ExprKind::Set(_) | ExprKind::SetComp(_) => "set",
        ExprKind::GeneratorExp(_) => "generator",
        ExprKind::Lambda(_) => "function",
        ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "string.templatelib.Template",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue(_) => "str",
        _ => return None,
    })
}

fn constant_type(c: &Constant) -> &'static str {
    match c {
        Constant::None => "NoneType",
        Constant::True | Constant::False => "bool",
        Constant::Ellipsis => "ellipsis",
        Constant::Int(_) | Constant::BigInt(_) => "int",
        Constant::Float(_) => "float",
        Constant::Complex(_) => "complex",
        Constant::Str(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Tuple(_) => "tuple",
        Constant::FrozenSet(_) => "frozenset",
    }
}

/// Whether `is` on the expression is a mistake: a literal other than `None`, `True`, `False`, `...`.
fn suspicious_identity(e: &Expr) -> Option<&'static str> {
    match &e.kind {
        ExprKind::Constant(c) => match c.value {
            Constant::None | Constant::True | Constant::False | Constant::Ellipsis => None,
            _ => Some(constant_type(&c.value)),
        },
        ExprKind::Tuple(t) if is_constant_tuple(&t.elts) => Some("tuple"),
        _ => None,
    }
}

fn is_constant_tuple(elts: &[Expr]) -> bool {
    elts.iter().all(|e| matches!(e.kind, ExprKind::Constant(_)))
}

impl Codegen<'_> {
    /// `x is 1`
    pub(super) fn check_compare(&mut self, e: &Expr, n: &ExprCompare) {
        let mut left = suspicious_identity(&n.left);
        for (op, comparator) in n.ops.iter().zip(&n.comparators) {
            let right = suspicious_identity(comparator);
            if let CmpOperator::Is | CmpOperator::IsNot = op
                && let Some(kind) = left.or(right)
            {
                let (word, other) = if *op == CmpOperator::Is { ("is", "==") } else { ("is not", "!=") };
                self.warn(e.span, format!("\"{word}\" with '{kind}' literal. Did you mean \"{other}\"?"));
                return;
            }
            left = right;
        }
    }

    /// `(1, 2)(3)`
    pub(super) fn check_caller(&mut self, e: &Expr) {
        if matches!(e.kind, ExprKind::Lambda(_)) {
            return;
        }
        if let Some(kind) = literal_type(e) {
            self.warn(e.span, format!("'{kind}' object is not callable; perhaps you missed a comma?"));
        }
    }

    /// `{1}[2]`
    pub(super) fn check_subscripted(&mut self, e: &Expr) {
        let kind = match &e.kind {
            ExprKind::Constant(c) => match c.value {
                Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_) => return,
                _ => constant_type(&c.value),
            },
            ExprKind::Set(_)
            | ExprKind::SetComp(_)
            | ExprKind::GeneratorExp(_)
            | ExprKind::TemplateStr(_)
            | ExprKind::Interpolation(_)
            | ExprKind::Lambda(_) => literal_type(e).unwrap_or_default(),
            _ => return,
        };
        self.warn(e.span, format!("'{kind}' object is not subscriptable; perhaps you missed a comma?"));
    }

    /// `[1, 2]["a"]`
    pub(super) fn check_index(&mut self, e: &Expr, index: &Expr) {
        let Some(kind) = literal_type(index) else { return };
        if matches!(kind, "int" | "bool") {
            return;
        }
        let sequence = match &e.kind {
            ExprKind::Constant(c) => match c.value {
                Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_) => constant_type(&c.value),
                _ => return,
            },
            ExprKind::Tuple(_)
            | ExprKind::List(_)
            | ExprKind::ListComp(_)
            | ExprKind::JoinedStr(_)
            | ExprKind::FormattedValue(_) => literal_type(e).unwrap_or_default(),
            _ => return,
        };
        self.warn(
            e.span,
            format!("{sequence} indices must be integers or slices, not {kind}; perhaps you missed a comma?"),
        );
    }
}
