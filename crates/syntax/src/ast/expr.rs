//! Expressions, comprehensions, arguments and keywords.

use super::{Constant, Identifier, Span, Wtf8Buf};

/// `expr`
#[derive(Debug)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

impl Expr {
    pub fn new(span: Span, kind: impl Into<ExprKind>) -> Self {
        Expr { span, kind: kind.into() }
    }

    pub fn constant(span: Span, value: Constant) -> Self {
        Expr::new(span, ExprConstant { value, kind: None })
    }

    pub fn name(span: Span, id: Identifier, ctx: ExprContext) -> Self {
        Expr::new(span, ExprName { id, ctx })
    }

    /// Takes the node apart (a plain move is not possible because `Expr` has a `Drop`).
    pub fn into_kind(mut self) -> ExprKind {
        self.take_kind()
    }

    /// Moves the kind out, leaving the constant `None`.
    pub fn take_kind(&mut self) -> ExprKind {
        std::mem::replace(&mut self.kind, ExprKind::PLACEHOLDER)
    }
}

macro_rules! kinds {
    ($(#[$meta:meta])* $name:ident { $($inline:ident($inline_ty:ty),)* ; $($variant:ident($ty:ty),)* }) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $name {
            $($inline($inline_ty),)*
            $($variant(Box<$ty>),)*
        }
        $(impl From<$inline_ty> for $name {
            fn from(node: $inline_ty) -> Self { $name::$inline(node) }
        })*
        $(impl From<$ty> for $name {
            fn from(node: $ty) -> Self { $name::$variant(Box::new(node)) }
        })*
    };
}
pub(super) use kinds;

kinds! {
    /// The constructors of `expr`.
    ExprKind {
        Name(ExprName),
        Constant(ExprConstant),
        ;
        BoolOp(ExprBoolOp),
        NamedExpr(ExprNamedExpr),
        BinOp(ExprBinOp),
        UnaryOp(ExprUnaryOp),
        Lambda(ExprLambda),
        IfExp(ExprIfExp),
        Dict(ExprDict),
        Set(ExprSet),
        ListComp(ExprListComp),
        SetComp(ExprSetComp),
        DictComp(ExprDictComp),
        GeneratorExp(ExprGeneratorExp),
        Await(ExprAwait),
        Yield(ExprYield),
        YieldFrom(ExprYieldFrom),
        Compare(ExprCompare),
        Call(ExprCall),
        FormattedValue(ExprFormattedValue),
        Interpolation(ExprInterpolation),
        JoinedStr(ExprJoinedStr),
        TemplateStr(ExprTemplateStr),
        Attribute(ExprAttribute),
        Subscript(ExprSubscript),
        Starred(ExprStarred),
        List(ExprList),
        Tuple(ExprTuple),
        Slice(ExprSlice),
    }
}

impl ExprKind {
    pub(super) const PLACEHOLDER: ExprKind =
        ExprKind::Constant(ExprConstant { value: Constant::None, kind: None });
}

/// `expr_context`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

/// `boolop`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoolOperator {
    And,
    Or,
}

/// `operator`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

/// `unaryop`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    Invert,
    Not,
    UAdd,
    USub,
}

/// `cmpop`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOperator {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

#[derive(Debug)]
pub struct ExprName {
    pub id: Identifier,
    pub ctx: ExprContext,
}

/// `kind` is `u` for a string written `u'…'`.
#[derive(Debug)]
pub struct ExprConstant {
    pub value: Constant,
    pub kind: Option<Box<Wtf8Buf>>,
}

#[derive(Debug)]
pub struct ExprBoolOp {
    pub op: BoolOperator,
    pub values: Vec<Expr>,
}

#[derive(Debug)]
pub struct ExprNamedExpr {
    pub target: Expr,
    pub value: Expr,
}

#[derive(Debug)]
pub struct ExprBinOp {
    pub left: Expr,
    pub op: Operator,
    pub right: Expr,
}

#[derive(Debug)]
pub struct ExprUnaryOp {
    pub op: UnaryOperator,
    pub operand: Expr,
}

#[derive(Debug)]
pub struct ExprLambda {
    pub args: Arguments,
    pub body: Expr,
}

#[derive(Debug)]
pub struct ExprIfExp {
    pub test: Expr,
    pub body: Expr,
    pub orelse: Expr,
}

/// A key of `None` is `**value`.
#[derive(Debug)]
pub struct ExprDict {
    pub keys: Vec<Option<Expr>>,
    pub values: Vec<Expr>,
}

#[derive(Debug)]
pub struct ExprSet {
    pub elts: Vec<Expr>,
}

#[derive(Debug)]
pub struct ExprListComp {
    pub elt: Expr,
    pub generators: Vec<Comprehension>,
}

#[derive(Debug)]
pub struct ExprSetComp {
    pub elt: Expr,
    pub generators: Vec<Comprehension>,
}

#[derive(Debug)]
pub struct ExprDictComp {
    pub key: Expr,
    pub value: Expr,
    pub generators: Vec<Comprehension>,
}

#[derive(Debug)]
pub struct ExprGeneratorExp {
    pub elt: Expr,
    pub generators: Vec<Comprehension>,
}

#[derive(Debug)]
pub struct ExprAwait {
    pub value: Expr,
}

#[derive(Debug)]
pub struct ExprYield {
    pub value: Option<Expr>,
}

#[derive(Debug)]
pub struct ExprYieldFrom {
    pub value: Expr,
}

#[derive(Debug)]
pub struct ExprCompare {
    pub left: Expr,
    pub ops: Vec<CmpOperator>,
    pub comparators: Vec<Expr>,
}

#[derive(Debug)]
pub struct ExprCall {
    pub func: Expr,
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
}

/// `conversion` is -1 (none) or the character `s`, `r` or `a`.
#[derive(Debug)]
pub struct ExprFormattedValue {
    pub value: Expr,
    pub conversion: i32,
    pub format_spec: Option<Expr>,
}

/// `str` is the source text of the expression.
#[derive(Debug)]
pub struct ExprInterpolation {
    pub value: Expr,
    pub str: Constant,
    pub conversion: i32,
    pub format_spec: Option<Expr>,
}

#[derive(Debug)]
pub struct ExprJoinedStr {
    pub values: Vec<Expr>,
}

#[derive(Debug)]
pub struct ExprTemplateStr {
    pub values: Vec<Expr>,
}

#[derive(Debug)]
pub struct ExprAttribute {
    pub value: Expr,
    pub attr: Identifier,
    pub ctx: ExprContext,
}

#[derive(Debug)]
pub struct ExprSubscript {
    pub value: Expr,
    pub slice: Expr,
    pub ctx: ExprContext,
}

#[derive(Debug)]
pub struct ExprStarred {
    pub value: Expr,
    pub ctx: ExprContext,
}

#[derive(Debug)]
pub struct ExprList {
    pub elts: Vec<Expr>,
    pub ctx: ExprContext,
}

#[derive(Debug)]
pub struct ExprTuple {
    pub elts: Vec<Expr>,
    pub ctx: ExprContext,
}

#[derive(Debug)]
pub struct ExprSlice {
    pub lower: Option<Expr>,
    pub upper: Option<Expr>,
    pub step: Option<Expr>,
}

/// `comprehension`: one `for … in … if …` clause. It has no position of its own.
#[derive(Debug)]
pub struct Comprehension {
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
    pub is_async: bool,
}

/// `arguments`: the parameters of a function. `kw_defaults` is as long as `kwonlyargs`, with `None` for a
/// required one; `defaults` belongs to the last of `posonlyargs` followed by `args`.
#[derive(Debug, Default)]
pub struct Arguments {
    pub posonlyargs: Vec<Arg>,
    pub args: Vec<Arg>,
    pub vararg: Option<Box<Arg>>,
    pub kwonlyargs: Vec<Arg>,
    pub kw_defaults: Vec<Option<Expr>>,
    pub kwarg: Option<Box<Arg>>,
    pub defaults: Vec<Expr>,
}

/// `arg`: one parameter.
#[derive(Debug)]
pub struct Arg {
    pub span: Span,
    pub arg: Identifier,
    pub annotation: Option<Expr>,
    pub type_comment: Option<Identifier>,
}

/// `keyword`: `arg=value` in a call or class; `arg` is `None` for `**value`.
#[derive(Debug)]
pub struct Keyword {
    pub span: Span,
    pub arg: Option<Identifier>,
    pub value: Expr,
}
