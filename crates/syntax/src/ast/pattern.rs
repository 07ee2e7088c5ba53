//! Patterns of the `match` statement.

use super::expr::kinds;
use super::{Constant, Expr, Identifier, Span};

/// `pattern`
#[derive(Debug)]
pub struct Pattern {
    pub span: Span,
    pub kind: PatternKind,
}

impl Pattern {
    pub fn new(span: Span, kind: impl Into<PatternKind>) -> Self {
        Pattern { span, kind: kind.into() }
    }

    /// Takes the node apart (a plain move is not possible because `Pattern` has a `Drop`).
    pub fn into_kind(mut self) -> PatternKind {
        self.take_kind()
    }

    /// Moves the kind out, leaving the singleton `None`.
    pub fn take_kind(&mut self) -> PatternKind {
        std::mem::replace(&mut self.kind, PatternKind::MatchSingleton(PatternMatchSingleton::NONE))
    }
}

kinds! {
    /// The constructors of `pattern`.
    PatternKind {
        MatchSingleton(PatternMatchSingleton),
        ;
        MatchValue(PatternMatchValue),
        MatchSequence(PatternMatchSequence),
        MatchMapping(PatternMatchMapping),
        MatchClass(PatternMatchClass),
        MatchStar(PatternMatchStar),
        MatchAs(PatternMatchAs),
        MatchOr(PatternMatchOr),
    }
}

#[derive(Debug)]
pub struct PatternMatchValue {
    pub value: Expr,
}

/// `None`, `True` or `False`, compared with `is`.
#[derive(Debug)]
pub struct PatternMatchSingleton {
    pub value: Constant,
}

impl PatternMatchSingleton {
    const NONE: Self = PatternMatchSingleton { value: Constant::None };
}

#[derive(Debug)]
pub struct PatternMatchSequence {
    pub patterns: Vec<Pattern>,
}

#[derive(Debug)]
pub struct PatternMatchMapping {
    pub keys: Vec<Expr>,
    pub patterns: Vec<Pattern>,
    pub rest: Option<Identifier>,
}

#[derive(Debug)]
pub struct PatternMatchClass {
    pub cls: Expr,
    pub patterns: Vec<Pattern>,
    pub kwd_attrs: Vec<Identifier>,
    pub kwd_patterns: Vec<Pattern>,
}

#[derive(Debug)]
pub struct PatternMatchStar {
    pub name: Option<Identifier>,
}

/// No pattern and no name is the wildcard `_`; a pattern is only there with a name.
#[derive(Debug)]
pub struct PatternMatchAs {
    pub pattern: Option<Pattern>,
    pub name: Option<Identifier>,
}

#[derive(Debug)]
pub struct PatternMatchOr {
    pub patterns: Vec<Pattern>,
}
