//! Source text of expressions.
