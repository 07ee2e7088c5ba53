//! Statements, handlers, imports, `with` items, match cases and type parameters.

use super::expr::kinds;
use super::{Arguments, Expr, Identifier, Keyword, Operator, Pattern, Span};

/// `stmt`
#[derive(Debug)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

impl Stmt {
    pub fn new(span: Span, kind: impl Into<StmtKind>) -> Self {
        Stmt { span, kind: kind.into() }
    }

    /// Takes the node apart (a plain move is not possible because `Stmt` has a `Drop`).
    pub fn into_kind(mut self) -> StmtKind {
        self.take_kind()
    }

    /// Moves the kind out, leaving `pass`.
    pub fn take_kind(&mut self) -> StmtKind {
        std::mem::replace(&mut self.kind, StmtKind::Pass(StmtPass))
    }
}

kinds! {
    /// The constructors of `stmt`.
    StmtKind {
        Pass(StmtPass),
        Break(StmtBreak),
        Continue(StmtContinue),
        ;
        FunctionDef(StmtFunctionDef),
        AsyncFunctionDef(StmtAsyncFunctionDef),
        ClassDef(StmtClassDef),
        Return(StmtReturn),
        Delete(StmtDelete),
        Assign(StmtAssign),
        TypeAlias(StmtTypeAlias),
        AugAssign(StmtAugAssign),
        AnnAssign(StmtAnnAssign),
        For(StmtFor),
        AsyncFor(StmtAsyncFor),
        While(StmtWhile),
        If(StmtIf),
        With(StmtWith),
        AsyncWith(StmtAsyncWith),
        Match(StmtMatch),
        Raise(StmtRaise),
        Try(StmtTry),
        TryStar(StmtTryStar),
        Assert(StmtAssert),
        Import(StmtImport),
        ImportFrom(StmtImportFrom),
        Global(StmtGlobal),
        Nonlocal(StmtNonlocal),
        Expr(StmtExpr),
    }
}

#[derive(Debug)]
pub struct StmtPass;

#[derive(Debug)]
pub struct StmtBreak;

#[derive(Debug)]
pub struct StmtContinue;

/// The fields that `def` and `async def` share.
#[derive(Debug)]
pub struct FunctionParts {
    pub name: Identifier,
    pub args: Arguments,
    pub body: Vec<Stmt>,
    pub decorator_list: Vec<Expr>,
    pub returns: Option<Expr>,
    pub type_comment: Option<Identifier>,
    pub type_params: Vec<TypeParam>,
}

#[derive(Debug)]
pub struct StmtFunctionDef(pub FunctionParts);

#[derive(Debug)]
pub struct StmtAsyncFunctionDef(pub FunctionParts);

#[derive(Debug)]
pub struct StmtClassDef {
    pub name: Identifier,
    pub bases: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
    pub decorator_list: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
}

#[derive(Debug)]
pub struct StmtReturn {
    pub value: Option<Expr>,
}

#[derive(Debug)]
pub struct StmtDelete {
    pub targets: Vec<Expr>,
}

#[derive(Debug)]
pub struct StmtAssign {
    pub targets: Vec<Expr>,
    pub value: Expr,
    pub type_comment: Option<Identifier>,
}

#[derive(Debug)]
pub struct StmtTypeAlias {
    pub name: Expr,
    pub type_params: Vec<TypeParam>,
    pub value: Expr,
}

#[derive(Debug)]
pub struct StmtAugAssign {
    pub target: Expr,
    pub op: Operator,
    pub value: Expr,
}

/// `simple` is true for a bare name as target, without parentheses.
#[derive(Debug)]
pub struct StmtAnnAssign {
    pub target: Expr,
    pub annotation: Expr,
    pub value: Option<Expr>,
    pub simple: bool,
}

/// The fields that `for` and `async for` share.
#[derive(Debug)]
pub struct ForParts {
    pub target: Expr,
    pub iter: Expr,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
    pub type_comment: Option<Identifier>,
}

#[derive(Debug)]
pub struct StmtFor(pub ForParts);

#[derive(Debug)]
pub struct StmtAsyncFor(pub ForParts);

#[derive(Debug)]
pub struct StmtWhile {
    pub test: Expr,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
}

#[derive(Debug)]
pub struct StmtIf {
    pub test: Expr,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
}

/// The fields that `with` and `async with` share.
#[derive(Debug)]
pub struct WithParts {
    pub items: Vec<WithItem>,
    pub body: Vec<Stmt>,
    pub type_comment: Option<Identifier>,
}

#[derive(Debug)]
pub struct StmtWith(pub WithParts);

#[derive(Debug)]
pub struct StmtAsyncWith(pub WithParts);

#[derive(Debug)]
pub struct StmtMatch {
    pub subject: Expr,
    pub cases: Vec<MatchCase>,
}

#[derive(Debug)]
pub struct StmtRaise {
    pub exc: Option<Expr>,
    pub cause: Option<Expr>,
}

/// The fields that `try` with `except` and with `except*` share.
#[derive(Debug)]
pub struct TryParts {
    pub body: Vec<Stmt>,
    pub handlers: Vec<ExceptHandler>,
    pub orelse: Vec<Stmt>,
    pub finalbody: Vec<Stmt>,
}

#[derive(Debug)]
pub struct StmtTry(pub TryParts);

#[derive(Debug)]
pub struct StmtTryStar(pub TryParts);

#[derive(Debug)]
pub struct StmtAssert {
    pub test: Expr,
    pub msg: Option<Expr>,
}

#[derive(Debug)]
pub struct StmtImport {
    pub names: Vec<Alias>,
}

/// `level` counts the leading dots.
#[derive(Debug)]
pub struct StmtImportFrom {
    pub module: Option<Identifier>,
    pub names: Vec<Alias>,
    pub level: u32,
}

#[derive(Debug)]
pub struct StmtGlobal {
    pub names: Vec<Identifier>,
}

#[derive(Debug)]
pub struct StmtNonlocal {
    pub names: Vec<Identifier>,
}

#[derive(Debug)]
pub struct StmtExpr {
    pub value: Expr,
}

/// `excepthandler`: `except type as name: body`.
#[derive(Debug)]
pub struct ExceptHandler {
    pub span: Span,
    pub type_: Option<Expr>,
    pub name: Option<Identifier>,
    pub body: Vec<Stmt>,
}

/// `alias`: `name as asname` in an import.
#[derive(Clone, Debug)]
pub struct Alias {
    pub span: Span,
    pub name: Identifier,
    pub asname: Option<Identifier>,
}

/// `withitem`
#[derive(Debug)]
pub struct WithItem {
    pub context_expr: Expr,
    pub optional_vars: Option<Expr>,
}

/// `match_case`
#[derive(Debug)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Vec<Stmt>,
}

/// `type_param`
#[derive(Debug)]
pub struct TypeParam {
    pub span: Span,
    pub kind: TypeParamKind,
}

impl TypeParam {
    pub fn name(&self) -> &Identifier {
        match &self.kind {
            TypeParamKind::TypeVar(t) => &t.name,
            TypeParamKind::ParamSpec(t) => &t.name,
            TypeParamKind::TypeVarTuple(t) => &t.name,
        }
    }
}

/// The constructors of `type_param`.
#[derive(Debug)]
pub enum TypeParamKind {
    TypeVar(TypeVar),
    ParamSpec(ParamSpec),
    TypeVarTuple(TypeVarTuple),
}

#[derive(Debug)]
pub struct TypeVar {
    pub name: Identifier,
    pub bound: Option<Expr>,
    pub default_value: Option<Expr>,
}

#[derive(Debug)]
pub struct ParamSpec {
    pub name: Identifier,
    pub default_value: Option<Expr>,
}

#[derive(Debug)]
pub struct TypeVarTuple {
    pub name: Identifier,
    pub default_value: Option<Expr>,
}
