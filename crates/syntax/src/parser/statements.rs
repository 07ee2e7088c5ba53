//! Simple statements.

use super::{PResult, Parser, Start};
use crate::ast::{self, Expr, ExprContext, Identifier, Operator, Stmt, StmtKind};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    /// Parses one statement, or all simple statements of a line, into `out`. True for a compound statement.
    pub(super) fn statement(&mut self, out: &mut Vec<Stmt>) -> PResult<bool> {
        let start = self.start();
        if let Some(statement) = self.compound_statement()? {
            self.compound = self.compound.max(start);
            out.push(statement);
            return Ok(true);
        }
        self.simple_statements(out)?;
        Ok(false)
    }

    pub(super) fn simple_statements(&mut self, out: &mut Vec<Stmt>) -> PResult<()> {
        loop {
            let start = self.start();
            let kind = self.simple_statement(start)?;
            out.push(Stmt::new(self.span(start), kind));
            if self.eat(K::Newline) {
                return Ok(());
            }
            self.expect(K::Semicolon)?;
            if self.eat(K::Newline) {
                return Ok(());
            }
        }
    }

    fn simple_statement(&mut self, start: Start) -> PResult<StmtKind> {
        match self.kind() {
            K::Return => {
                self.advance();
                let value = if self.at_statement_end() { None } else { Some(self.star_expressions()?) };
                Ok(ast::StmtReturn { value }.into())
            }
            K::Import => self.import(),
            K::From => self.import_from(),
            K::Raise => self.raise(),
            K::Pass => self.keyword_statement(StmtKind::Pass(ast::StmtPass)),
            K::Break => self.keyword_statement(StmtKind::Break(ast::StmtBreak)),
            K::Continue => self.keyword_statement(StmtKind::Continue(ast::StmtContinue)),
            K::Del => {
                self.advance();
                let targets = self.delete_targets()?;
                Ok(ast::StmtDelete { targets }.into())
            }
            K::Assert => {
                self.advance();
                let test = self.expression()?;
                let msg = if self.eat(K::Comma) { Some(self.expression()?) } else { None };
                Ok(ast::StmtAssert { test, msg }.into())
            }
            K::Global => {
                self.advance();
                Ok(ast::StmtGlobal { names: self.name_list()? }.into())
            }
            K::Nonlocal => {
                self.advance();
                Ok(ast::StmtNonlocal { names: self.name_list()? }.into())
            }
            K::Name if self.at_type_alias() => self.type_alias(),
            _ => self.expression_statement(start),
        }
    }

    fn keyword_statement(&mut self, kind: StmtKind) -> PResult<StmtKind> {
        self.advance();
        Ok(kind)
    }

    fn at_statement_end(&self) -> bool {
        matches!(self.kind(), K::Newline | K::Semicolon | K::EndMarker)
    }

    fn name_list(&mut self) -> PResult<Vec<Identifier>> {
        let mut names = vec![self.name()?];
        while self.eat(K::Comma) {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn raise(&mut self) -> PResult<StmtKind> {
        self.advance();
        let (mut exc, mut cause) = (None, None);
        if !self.at_statement_end() {
            exc = Some(self.expression()?);
            if self.eat(K::From) {
                cause = Some(self.expression()?);
            }
        }
        Ok(ast::StmtRaise { exc, cause }.into())
    }

    fn at_type_alias(&self) -> bool {
        self.peek(1) == K::Name && matches!(self.peek(2), K::Equal | K::LeftBracket) && self.is_soft("type")
    }

    fn type_alias(&mut self) -> PResult<StmtKind> {
        self.advance();
        let start = self.start();
        let id = self.name()?;
        let name = Expr::name(self.span(start), id, ExprContext::Store);
        let type_params = self.type_params()?;
        self.expect(K::Equal)?;
        let value = self.expression()?;
        self.require_version(12, "Type statement is")?;
        Ok(ast::StmtTypeAlias { name, type_params, value }.into())
    }

    /// An expression, an assignment, an annotation or an augmented assignment.
    fn expression_statement(&mut self, start: Start) -> PResult<StmtKind> {
        let in_paren = self.kind() == K::LeftParen;
        let first_pos = self.pos;
        let mut value = self.yield_or_star_expressions()?;
        match self.kind() {
            K::Newline | K::Semicolon => Ok(ast::StmtExpr { value }.into()),
            K::Equal => {
                let mut targets = Vec::with_capacity(1);
                while self.eat(K::Equal) {
                    self.make_store(&mut value)?;
                    targets.push(value);
                    value = self.yield_or_star_expressions()?;
                }
                let type_comment = self.type_comment();
                Ok(ast::StmtAssign { targets, value, type_comment }.into())
            }
            K::Colon => {
                let is_name = matches!(value.kind, ast::ExprKind::Name(_));
                self.make_single_target(&mut value)?;
                let whole = value.span.lineno == start.0 && value.span.col_offset == start.1;
                let simple = is_name && !in_paren && whole && first_pos + 1 == self.pos;
                self.advance();
                let annotation = self.expression()?;
                let assigned =
                    if self.eat(K::Equal) { Some(self.yield_or_star_expressions()?) } else { None };
                let what =
                    if simple { "Variable annotation syntax is" } else { "Variable annotations syntax is" };
                self.require_version(6, what)?;
                Ok(ast::StmtAnnAssign { target: value, annotation, value: assigned, simple }.into())
            }
            kind => {
                let Some(op) = augmented_operator(kind) else {
                    // The rule matched an expression; what follows is the caller's problem.
                    return Ok(ast::StmtExpr { value }.into());
                };
                self.make_single_target(&mut value)?;
                if op == Operator::MatMult {
                    self.require_version(5, "The '@' operator is")?;
                }
                self.advance();
                let right = self.yield_or_star_expressions()?;
                Ok(ast::StmtAugAssign { target: value, op, value: right }.into())
            }
        }
    }

    pub(super) fn type_comment(&mut self) -> Option<Identifier> {
        let token = self.token();
        if token.kind != K::TypeComment {
            return None;
        }
        self.advance();
        Some(Identifier::new(self.token_text(token)))
    }

    fn yield_or_star_expressions(&mut self) -> PResult<Expr> {
        if self.kind() == K::Yield { self.yield_expression() } else { self.star_expressions() }
    }

    fn dotted_name(&mut self) -> PResult<Identifier> {
        let first_token = self.token();
        let first = self.name()?;
        if self.kind() != K::Dot {
            return Ok(first);
        }
        let mut all = first.as_str().to_owned();
        let _ = first_token;
        while self.eat(K::Dot) {
            all.push('.');
            all.push_str(self.name()?.as_str());
        }
        Ok(Identifier::from(all))
    }

    fn import(&mut self) -> PResult<StmtKind> {
        self.advance();
        let mut names = Vec::with_capacity(1);
        loop {
            let start = self.start();
            let name = self.dotted_name()?;
            let asname = if self.eat(K::As) { Some(self.name()?) } else { None };
            names.push(ast::Alias { span: self.span(start), name, asname });
            if !self.eat(K::Comma) {
                break;
            }
        }
        Ok(ast::StmtImport { names }.into())
    }

    fn import_from(&mut self) -> PResult<StmtKind> {
        self.advance();
        let mut level = 0;
        loop {
            match self.kind() {
                K::Dot => level += 1,
                K::Ellipsis => level += 3,
                _ => break,
            }
            self.advance();
        }
        let module = if level > 0 && self.kind() == K::Import { None } else { Some(self.dotted_name()?) };
        self.expect(K::Import)?;
        let start = self.start();
        let mut names = Vec::new();
        if self.eat(K::Star) {
            names.push(ast::Alias { span: self.span(start), name: Identifier::new("*"), asname: None });
        } else if self.eat(K::LeftParen) {
            loop {
                names.push(self.import_alias()?);
                if !self.eat(K::Comma) || self.kind() == K::RightParen {
                    break;
                }
            }
            self.expect(K::RightParen)?;
        } else {
            names.push(self.import_alias()?);
            while self.eat(K::Comma) {
                names.push(self.import_alias()?);
            }
            if self.kind() != K::Newline && self.kind() != K::Semicolon {
                return self.fail();
            }
        }
        if module.as_deref() == Some("__future__") && level == 0 {
            self.flufl |= names.iter().any(|n| &*n.name == "barry_as_FLUFL");
        }
        Ok(ast::StmtImportFrom { module, names, level }.into())
    }

    fn import_alias(&mut self) -> PResult<ast::Alias> {
        let start = self.start();
        let name = self.name()?;
        let asname = if self.eat(K::As) { Some(self.name()?) } else { None };
        Ok(ast::Alias { span: self.span(start), name, asname })
    }
}

pub(super) fn augmented_operator(kind: K) -> Option<Operator> {
    Some(match kind {
        K::PlusEqual => Operator::Add,
        K::MinusEqual => Operator::Sub,
        K::StarEqual => Operator::Mult,
        K::AtEqual => Operator::MatMult,
        K::SlashEqual => Operator::Div,
        K::PercentEqual => Operator::Mod,
        K::AmpersandEqual => Operator::BitAnd,
        K::PipeEqual => Operator::BitOr,
        K::CaretEqual => Operator::BitXor,
        K::LeftShiftEqual => Operator::LShift,
        K::RightShiftEqual => Operator::RShift,
        K::DoubleStarEqual => Operator::Pow,
        K::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}
