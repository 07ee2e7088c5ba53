//! The abstract syntax tree of Python 3.14 (`Python.asdl`), as plain Rust data.
//!
//! Every constructor of the grammar is one struct with public fields in ASDL order; sum types are a struct
//! with a [`Span`] and a `kind`. Names and constants are stored inline, every other node in one box, so that
//! an [`Expr`] is 48 bytes and a [`Stmt`] 32.
//!
//! Invariants: trees may be arbitrarily deep (they come from users' `ast` objects too), so dropping one never
//! recurses (see `drop.rs`), and nothing here derives `Clone` for a tree. Columns count UTF-8 bytes from 0,
//! lines from 1, as in the `ast` module; both are signed because users may write -1.

mod drop;
mod expr;
mod pattern;
mod stmt;

pub use expr::*;
pub use pattern::*;
pub use stmt::*;

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use dashu_int::IBig;
use taipan_text::Wtf8Buf;

/// A name: cheap to clone, shareable between threads. Two equal names need not be one allocation.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Arc<str>);

impl Identifier {
    pub fn new(name: &str) -> Self {
        Identifier(Arc::from(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Identifier {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Identifier {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Identifier {
    fn from(name: &str) -> Self {
        Identifier(Arc::from(name))
    }
}

impl From<String> for Identifier {
    fn from(name: String) -> Self {
        Identifier(Arc::from(name))
    }
}

impl PartialEq<str> for Identifier {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Identifier {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a node stands in the source: lines from 1, columns in UTF-8 bytes from 0, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub lineno: i32,
    pub col_offset: i32,
    pub end_lineno: i32,
    pub end_col_offset: i32,
}

impl Span {
    pub const fn new(lineno: i32, col_offset: i32, end_lineno: i32, end_col_offset: i32) -> Self {
        Span { lineno, col_offset, end_lineno, end_col_offset }
    }

    /// From the start of `self` to the end of `end`.
    pub const fn to(self, end: Span) -> Self {
        Span { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..self }
    }
}

/// The value of a `Constant` node, and of folded constant expressions.
///
/// `Int` holds every value that fits in an `i64`; `BigInt` only those that do not. Tuples and frozen sets never
/// come from the parser, only from users' `ast.Constant` objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    BigInt(Arc<IBig>),
    Float(f64),
    /// Real and imaginary part.
    Complex(Box<(f64, f64)>),
    Str(Arc<Wtf8Buf>),
    Bytes(Arc<Vec<u8>>),
    Tuple(Arc<Vec<Constant>>),
    FrozenSet(Arc<Vec<Constant>>),
}

impl Constant {
    pub fn bool(value: bool) -> Self {
        if value { Constant::True } else { Constant::False }
    }

    /// The integer in its one form.
    pub fn int(value: IBig) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Constant::Int(small),
            Err(_) => Constant::BigInt(Arc::new(value)),
        }
    }

    pub fn complex(real: f64, imag: f64) -> Self {
        Constant::Complex(Box::new((real, imag)))
    }

    pub fn str(text: &str) -> Self {
        Constant::Str(Arc::new(Wtf8Buf::from(text)))
    }
}

impl From<Wtf8Buf> for Constant {
    fn from(text: Wtf8Buf) -> Self {
        Constant::Str(Arc::new(text))
    }
}

/// `mod`: what `compile` takes, one per mode.
#[derive(Debug)]
pub enum Mod {
    Module(ModModule),
    Interactive(ModInteractive),
    Expression(ModExpression),
    FunctionType(ModFunctionType),
}

#[derive(Debug, Default)]
pub struct ModModule {
    pub body: Vec<Stmt>,
    pub type_ignores: Vec<TypeIgnore>,
}

#[derive(Debug, Default)]
pub struct ModInteractive {
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct ModExpression {
    pub body: Expr,
}

#[derive(Debug)]
pub struct ModFunctionType {
    pub argtypes: Vec<Expr>,
    pub returns: Expr,
}

/// A `# type: ignore` comment, with what follows `ignore`.
#[derive(Clone, Debug)]
pub struct TypeIgnore {
    pub lineno: i32,
    pub tag: Identifier,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert!(size_of::<Expr>() <= 48);
        assert!(size_of::<Option<Expr>>() <= 48);
        assert!(size_of::<Stmt>() <= 32);
        assert!(size_of::<Pattern>() <= 32);
        fn send<T: Send + Sync>() {}
        send::<Mod>();
    }

    #[test]
    fn deep_trees_drop_without_recursion() {
        let mut e = Expr::constant(Span::default(), Constant::None);
        let mut s: Vec<Stmt> = Vec::new();
        for _ in 0..300_000 {
            e = Expr::new(Span::default(), ExprUnaryOp { op: UnaryOperator::Not, operand: e });
            let test = Expr::constant(Span::default(), Constant::True);
            s = vec![Stmt::new(Span::default(), StmtIf { test, body: Vec::new(), orelse: s })];
        }
        drop((e, s));
    }
}
