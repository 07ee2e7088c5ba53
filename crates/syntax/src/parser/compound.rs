//! Compound statements and blocks.

use super::{PResult, Parser, Start};
use crate::ast::{self, Expr, ExprContext, Identifier, Mod, Stmt, StmtKind};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    /// A compound statement, if one begins here.
    pub(super) fn compound_statement(&mut self) -> PResult<Option<Stmt>> {
        let start = self.start();
        let kind = match self.kind() {
            K::Def => self.function(false, Vec::new())?,
            K::If => return self.if_statement().map(Some),
            K::Class => self.class(Vec::new())?,
            K::With => self.with(false)?,
            K::For => self.for_loop(false)?,
            K::Try => self.try_statement()?,
            K::While => self.while_loop()?,
            K::At => return self.decorated().map(Some),
            K::Async => self.async_statement(Vec::new())?,
            K::Name if self.is_soft("match") => match self.match_statement()? {
                Some(kind) => kind,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(Stmt::new(self.block_span(start), kind)))
    }

    /// A block: an indented one, or simple statements on the same line.
    pub(super) fn block(&mut self) -> PResult<Vec<Stmt>> {
        let mut body = Vec::new();
        if !self.eat(K::Newline) {
            self.simple_statements(&mut body)?;
            return Ok(body);
        }
        self.expect(K::Indent)?;
        self.enter(1)?;
        while self.kind() != K::Dedent {
            self.statement(&mut body)?;
        }
        self.depth -= 1;
        self.advance();
        Ok(body)
    }

    fn colon_block(&mut self) -> PResult<Vec<Stmt>> {
        self.expect(K::Colon)?;
        self.block()
    }

    fn else_block(&mut self) -> PResult<Vec<Stmt>> {
        if self.eat(K::Else) { self.colon_block() } else { Ok(Vec::new()) }
    }

    fn if_statement(&mut self) -> PResult<Stmt> {
        let mut branches: Vec<(Start, Expr, Vec<Stmt>)> = Vec::with_capacity(1);
        loop {
            let start = self.start();
            self.advance();
            let test = self.named_expression()?;
            let body = self.colon_block()?;
            branches.push((start, test, body));
            self.enter(1)?;
            if self.kind() != K::Elif {
                break;
            }
        }
        self.depth -= branches.len() as u32;
        let mut orelse = self.else_block()?;
        // All branches end where the statement ends; the last is the innermost.
        while let Some((start, test, body)) = branches.pop() {
            let statement = Stmt::new(self.block_span(start), ast::StmtIf { test, body, orelse });
            if branches.is_empty() {
                return Ok(statement);
            }
            orelse = vec![statement];
        }
        self.fail()
    }

    fn while_loop(&mut self) -> PResult<StmtKind> {
        self.advance();
        let test = self.named_expression()?;
        let body = self.colon_block()?;
        let orelse = self.else_block()?;
        Ok(ast::StmtWhile { test, body, orelse }.into())
    }

    fn for_loop(&mut self, is_async: bool) -> PResult<StmtKind> {
        self.advance();
        let target = self.star_targets()?;
        self.expect(K::In)?;
        let iter = self.star_expressions()?;
        self.expect(K::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let orelse = self.else_block()?;
        let parts = ast::ForParts { target, iter, body, orelse, type_comment };
        Ok(if is_async { ast::StmtAsyncFor(parts).into() } else { ast::StmtFor(parts).into() })
    }

    fn with(&mut self, is_async: bool) -> PResult<StmtKind> {
        self.advance();
        let items = match self.parenthesised_with_items()? {
            Some(items) => items,
            None => {
                let mut items = vec![self.with_item()?];
                while self.eat(K::Comma) {
                    items.push(self.with_item()?);
                }
                items
            }
        };
        self.expect(K::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let parts = ast::WithParts { items, body, type_comment };
        Ok(if is_async { ast::StmtAsyncWith(parts).into() } else { ast::StmtWith(parts).into() })
    }

    /// `(item, item,)` before `:`; otherwise nothing is taken.
    fn parenthesised_with_items(&mut self) -> PResult<Option<Vec<ast::WithItem>>> {
        if self.kind() != K::LeftParen {
            return Ok(None);
        }
        let (pos, depth) = (self.pos, self.depth);
        match self.try_parenthesised_with_items() {
            Ok(items) => Ok(Some(items)),
            Err(super::Fail::NoMatch) => {
                (self.pos, self.depth) = (pos, depth);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn try_parenthesised_with_items(&mut self) -> PResult<Vec<ast::WithItem>> {
        self.advance();
        let mut items = vec![self.with_item()?];
        while self.eat(K::Comma) {
            if self.kind() == K::RightParen {
                break;
            }
            items.push(self.with_item()?);
        }
        self.expect(K::RightParen)?;
        if self.kind() != K::Colon {
            return self.fail();
        }
        Ok(items)
    }

    fn with_item(&mut self) -> PResult<ast::WithItem> {
        let context_expr = self.expression()?;
        let mut optional_vars = None;
        if self.eat(K::As) {
            optional_vars = Some(self.star_target()?);
            if !matches!(self.kind(), K::Comma | K::RightParen | K::Colon) {
                return self.fail();
            }
        }
        Ok(ast::WithItem { context_expr, optional_vars })
    }

    fn try_statement(&mut self) -> PResult<StmtKind> {
        self.advance();
        let body = self.colon_block()?;
        let mut handlers = Vec::new();
        let mut is_star = false;
        while self.kind() == K::Except {
            let star = self.peek(1) == K::Star;
            if !handlers.is_empty() && star != is_star {
                return self.fail();
            }
            is_star = star;
            handlers.push(self.except_handler(star)?);
        }
        let orelse = if handlers.is_empty() { Vec::new() } else { self.else_block()? };
        let finalbody = if self.eat(K::Finally) { self.colon_block()? } else { Vec::new() };
        if handlers.is_empty() && finalbody.is_empty() {
            return self.fail();
        }
        if is_star {
            self.require_version(11, "Exception groups are")?;
        }
        let parts = ast::TryParts { body, handlers, orelse, finalbody };
        Ok(if is_star { ast::StmtTryStar(parts).into() } else { ast::StmtTry(parts).into() })
    }

    fn except_handler(&mut self, star: bool) -> PResult<ast::ExceptHandler> {
        let start = self.start();
        self.advance();
        if star {
            self.advance();
        }
        let (mut type_, mut name, mut bare_types) = (None, None, false);
        if star || self.kind() != K::Colon {
            let types_start = self.start();
            let mut types = self.expression()?;
            if self.kind() == K::Comma {
                types = self.more_types(types_start, types)?;
                bare_types = true;
            } else if self.eat(K::As) {
                name = Some(self.name()?);
            }
            type_ = Some(types);
        }
        let body = self.colon_block()?;
        if bare_types {
            self.require_version_taken(14, "except expressions without parentheses are")?;
        }
        Ok(ast::ExceptHandler { span: self.block_span(start), type_, name, body })
    }

    /// The rest of exception types without parentheses (PEP 758).
    fn more_types(&mut self, start: Start, first: Expr) -> PResult<Expr> {
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if !self.at_expression_start() {
                break;
            }
            elts.push(self.expression()?);
        }
        Ok(Expr::new(self.span(start), ast::ExprTuple { elts, ctx: ExprContext::Load }))
    }

    fn async_statement(&mut self, decorators: Vec<Expr>) -> PResult<StmtKind> {
        self.advance();
        match self.kind() {
            K::Def => {
                let kind = self.function(true, decorators)?;
                self.require_version_taken(5, "Async functions are")?;
                Ok(kind)
            }
            K::With if decorators.is_empty() => {
                let kind = self.with(true)?;
                self.require_version_taken(5, "Async with statements are")?;
                Ok(kind)
            }
            K::For if decorators.is_empty() => {
                let kind = self.for_loop(true)?;
                self.require_version(5, "Async for loops are")?;
                Ok(kind)
            }
            _ => self.fail(),
        }
    }

    fn decorated(&mut self) -> PResult<Stmt> {
        let mut decorators = Vec::new();
        while self.eat(K::At) {
            decorators.push(self.named_expression()?);
            self.expect(K::Newline)?;
        }
        let start = self.start();
        let kind = match self.kind() {
            K::Def => self.function(false, decorators)?,
            K::Class => self.class(decorators)?,
            K::Async if self.peek(1) == K::Def => self.async_statement(decorators)?,
            _ => return self.fail(),
        };
        Ok(Stmt::new(self.block_span(start), kind))
    }

    fn function(&mut self, is_async: bool, decorator_list: Vec<Expr>) -> PResult<StmtKind> {
        self.advance();
        let name = self.name()?;
        let type_params = self.type_params()?;
        self.expect(K::LeftParen)?;
        let args = self.function_parameters()?;
        self.expect(K::RightParen)?;
        let returns = if self.eat(K::Arrow) { Some(self.expression()?) } else { None };
        self.expect(K::Colon)?;
        let type_comment = self.function_type_comment();
        let body = self.block()?;
        let parts =
            ast::FunctionParts { name, args, body, decorator_list, returns, type_comment, type_params };
        Ok(if is_async {
            ast::StmtAsyncFunctionDef(parts).into()
        } else {
            ast::StmtFunctionDef(parts).into()
        })
    }

    fn function_type_comment(&mut self) -> Option<Identifier> {
        let next_line = self.kind() == K::Newline
            && self.peek(1) == K::TypeComment
            && self.peek(2) == K::Newline
            && self.peek(3) == K::Indent;
        if next_line {
            self.advance();
        }
        self.type_comment()
    }

    fn class(&mut self, decorator_list: Vec<Expr>) -> PResult<StmtKind> {
        self.advance();
        let name = self.name()?;
        let type_params = self.type_params()?;
        let (bases, keywords) =
            if self.eat(K::LeftParen) { self.class_arguments()? } else { (Vec::new(), Vec::new()) };
        let body = self.colon_block()?;
        Ok(ast::StmtClassDef { name, bases, keywords, body, decorator_list, type_params }.into())
    }

    /// `match` is a name unless a subject, a colon and an indented `case` follow.
    fn match_statement(&mut self) -> PResult<Option<StmtKind>> {
        let follows = self.peek(1);
        if matches!(follows, K::Equal | K::Dot | K::Comma | K::RightParen | K::Colon | K::Newline) {
            return Ok(None);
        }
        let (pos, depth) = (self.pos, self.depth);
        let subject = match self.match_head() {
            Ok(subject) => subject,
            Err(super::Fail::NoMatch) => {
                (self.pos, self.depth) = (pos, depth);
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let mut cases = Vec::new();
        self.enter(1)?;
        while self.kind() != K::Dedent {
            cases.push(self.match_case()?);
        }
        self.depth -= 1;
        self.advance();
        self.require_version_taken(10, "Pattern matching is")?;
        Ok(Some(ast::StmtMatch { subject, cases }.into()))
    }

    fn match_head(&mut self) -> PResult<Expr> {
        self.advance();
        let start = self.start();
        let first = self.star_named_expression()?;
        let subject = if self.kind() == K::Comma {
            let mut elts = vec![first];
            while self.eat(K::Comma) {
                if !self.at_expression_start() {
                    break;
                }
                elts.push(self.star_named_expression()?);
            }
            Expr::new(self.span(start), ast::ExprTuple { elts, ctx: ExprContext::Load })
        } else if matches!(first.kind, ast::ExprKind::Starred(_)) {
            return self.fail();
        } else {
            first
        };
        self.expect(K::Colon)?;
        self.expect(K::Newline)?;
        self.expect(K::Indent)?;
        if !self.is_soft("case") {
            return self.fail();
        }
        Ok(subject)
    }

    fn match_case(&mut self) -> PResult<ast::MatchCase> {
        if !self.is_soft("case") {
            return self.fail();
        }
        self.advance();
        let pattern = self.case_patterns()?;
        let guard = if self.eat(K::If) { Some(self.named_expression()?) } else { None };
        let body = self.colon_block()?;
        Ok(ast::MatchCase { pattern, guard, body })
    }

    /// `(types) -> type`
    pub(super) fn function_type(&mut self) -> PResult<Mod> {
        self.expect(K::LeftParen)?;
        let mut argtypes = Vec::new();
        let (mut star, mut double_star) = (false, false);
        while self.kind() != K::RightParen {
            match self.kind() {
                K::Star if !star && !double_star => {
                    star = true;
                    self.advance();
                }
                K::DoubleStar if !double_star => {
                    double_star = true;
                    self.advance();
                }
                _ if star || double_star => return self.fail(),
                _ => {}
            }
            argtypes.push(self.expression()?);
            if !self.eat(K::Comma) {
                break;
            }
            if self.kind() == K::RightParen {
                return self.fail();
            }
        }
        self.expect(K::RightParen)?;
        self.expect(K::Arrow)?;
        let returns = self.expression()?;
        while self.eat(K::Newline) {}
        self.expect(K::EndMarker)?;
        Ok(Mod::FunctionType(ast::ModFunctionType { argtypes, returns }))
    }
}
