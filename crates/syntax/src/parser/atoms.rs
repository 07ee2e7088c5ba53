//! Atoms: names, literals, and everything in brackets.

use super::{PResult, Parser, Start};
use crate::ast::{self, Constant, Expr, ExprContext, ExprKind};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> PResult<Expr> {
        let token = self.token();
        match token.kind {
            K::Name => {
                let span = self.take_token_span();
                let id = self.intern(self.token_text(token));
                Ok(Expr::name(span, id, ExprContext::Load))
            }
            K::Number => {
                let span = self.token_span(token);
                let value = self.number_value(token)?;
                self.advance();
                Ok(Expr::constant(span, value))
            }
            K::String | K::FstringStart | K::TstringStart => self.strings(),
            K::LeftParen => self.parenthesised(),
            K::LeftBracket => self.list(),
            K::LeftBrace => self.dict_or_set(),
            K::None => Ok(self.constant(Constant::None)),
            K::True => Ok(self.constant(Constant::True)),
            K::False => Ok(self.constant(Constant::False)),
            K::Ellipsis => Ok(self.constant(Constant::Ellipsis)),
            _ => self.fail(),
        }
    }

    fn constant(&mut self, value: Constant) -> Expr {
        let span = self.take_token_span();
        Expr::constant(span, value)
    }

    /// A group, a tuple, a generator expression or a yield in parentheses.
    fn parenthesised(&mut self) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        match self.kind() {
            K::RightParen => {
                self.advance();
                return Ok(self.tuple(start, Vec::new()));
            }
            K::Yield => {
                let value = self.yield_expression()?;
                self.expect(K::RightParen)?;
                return Ok(value);
            }
            _ => {}
        }
        let first = self.star_named_expression()?;
        match self.kind() {
            K::RightParen if !matches!(first.kind, ExprKind::Starred(_)) => {
                self.advance();
                Ok(first)
            }
            K::Comma => {
                let elts = self.rest_of_items(first, K::RightParen)?;
                self.expect(K::RightParen)?;
                Ok(self.tuple(start, elts))
            }
            K::For | K::Async if !matches!(first.kind, ExprKind::Starred(_)) => {
                let generators = self.comprehension_clauses()?;
                self.expect(K::RightParen)?;
                Ok(Expr::new(self.span(start), ast::ExprGeneratorExp { elt: first, generators }))
            }
            _ => self.fail(),
        }
    }

    fn tuple(&self, start: Start, elts: Vec<Expr>) -> Expr {
        Expr::new(self.span(start), ast::ExprTuple { elts, ctx: ExprContext::Load })
    }

    /// The items after `first`, from its comma up to `end`, which is not taken.
    fn rest_of_items(&mut self, first: Expr, end: K) -> PResult<Vec<Expr>> {
        let mut items = Vec::with_capacity(4);
        items.push(first);
        while self.eat(K::Comma) {
            if self.kind() == end {
                break;
            }
            items.push(self.star_named_expression()?);
        }
        Ok(items)
    }

    fn list(&mut self) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        let mut elts = Vec::new();
        if self.kind() != K::RightBracket {
            let first = self.star_named_expression()?;
            if matches!(self.kind(), K::For | K::Async) && !matches!(first.kind, ExprKind::Starred(_)) {
                let generators = self.comprehension_clauses()?;
                self.expect(K::RightBracket)?;
                return Ok(Expr::new(self.span(start), ast::ExprListComp { elt: first, generators }));
            }
            elts = self.rest_of_items(first, K::RightBracket)?;
        }
        self.expect(K::RightBracket)?;
        Ok(Expr::new(self.span(start), ast::ExprList { elts, ctx: ExprContext::Load }))
    }

    fn dict_or_set(&mut self) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        match self.kind() {
            K::RightBrace => {
                self.advance();
                Ok(Expr::new(self.span(start), ast::ExprDict { keys: Vec::new(), values: Vec::new() }))
            }
            K::DoubleStar => self.dict_items(start, Vec::new(), Vec::new()),
            _ => {
                let first = self.star_named_expression()?;
                match self.kind() {
                    K::Colon => self.dict_after_key(start, first),
                    K::For | K::Async if !matches!(first.kind, ExprKind::Starred(_)) => {
                        let generators = self.comprehension_clauses()?;
                        self.expect(K::RightBrace)?;
                        Ok(Expr::new(self.span(start), ast::ExprSetComp { elt: first, generators }))
                    }
                    _ => {
                        let elts = self.rest_of_items(first, K::RightBrace)?;
                        self.expect(K::RightBrace)?;
                        Ok(Expr::new(self.span(start), ast::ExprSet { elts }))
                    }
                }
            }
        }
    }

    fn dict_after_key(&mut self, start: Start, key: Expr) -> PResult<Expr> {
        let bracketed = self.tokens[self.pos - 1].kind == K::RightParen;
        let unfit = matches!(key.kind, ExprKind::Starred(_))
            || matches!(key.kind, ExprKind::NamedExpr(_)) && !bracketed;
        if unfit {
            return self.fail();
        }
        self.advance();
        let value = self.expression()?;
        if matches!(self.kind(), K::For | K::Async) {
            let generators = self.comprehension_clauses()?;
            self.expect(K::RightBrace)?;
            return Ok(Expr::new(self.span(start), ast::ExprDictComp { key, value, generators }));
        }
        let (keys, values) = (vec![Some(key)], vec![value]);
        if self.eat(K::Comma) {
            return self.dict_items(start, keys, values);
        }
        self.expect(K::RightBrace)?;
        Ok(Expr::new(self.span(start), ast::ExprDict { keys, values }))
    }

    fn dict_items(
        &mut self,
        start: Start,
        mut keys: Vec<Option<Expr>>,
        mut values: Vec<Expr>,
    ) -> PResult<Expr> {
        while self.kind() != K::RightBrace {
            if self.eat(K::DoubleStar) {
                keys.push(None);
                values.push(self.bitwise_or()?);
            } else {
                keys.push(Some(self.expression()?));
                self.expect(K::Colon)?;
                values.push(self.expression()?);
            }
            if !self.eat(K::Comma) {
                break;
            }
        }
        self.expect(K::RightBrace)?;
        Ok(Expr::new(self.span(start), ast::ExprDict { keys, values }))
    }

    /// One or more `for` clauses.
    pub(super) fn comprehension_clauses(&mut self) -> PResult<Vec<ast::Comprehension>> {
        let mut generators = Vec::with_capacity(1);
        loop {
            let is_async = self.kind() == K::Async;
            if is_async {
                self.advance();
            }
            if self.kind() != K::For {
                return if is_async || generators.is_empty() { self.fail() } else { Ok(generators) };
            }
            self.advance();
            let target = self.star_targets()?;
            self.expect(K::In)?;
            let iter = self.disjunction()?;
            let mut ifs = Vec::new();
            while self.eat(K::If) {
                ifs.push(self.disjunction()?);
            }
            if is_async {
                self.require_version(6, "Async comprehensions are")?;
            }
            generators.push(ast::Comprehension { target, iter, ifs, is_async });
        }
    }
}
