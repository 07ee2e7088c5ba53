//! Patterns of `case`.

use super::{PResult, Parser, Start};
use crate::ast::{
    self, Constant, Expr, ExprContext, Identifier, Operator, Pattern, PatternMatchAs, PatternMatchClass,
    PatternMatchMapping, PatternMatchOr, PatternMatchSequence, PatternMatchSingleton, PatternMatchStar,
    PatternMatchValue, UnaryOperator,
};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    /// The pattern after `case`: a sequence needs no brackets here.
    pub(super) fn case_patterns(&mut self) -> PResult<Pattern> {
        let start = self.start();
        let first = self.maybe_star_pattern()?;
        if self.kind() != K::Comma {
            return if matches!(first.kind, ast::PatternKind::MatchStar(_)) {
                self.fail()
            } else {
                Ok(first)
            };
        }
        let mut patterns = vec![first];
        while self.eat(K::Comma) {
            if matches!(self.kind(), K::Colon | K::If) {
                break;
            }
            patterns.push(self.maybe_star_pattern()?);
        }
        Ok(Pattern::new(self.span(start), PatternMatchSequence { patterns }))
    }

    fn maybe_star_pattern(&mut self) -> PResult<Pattern> {
        if self.kind() != K::Star {
            return self.pattern();
        }
        let start = self.start();
        self.advance();
        let name = if self.is_soft("_") {
            self.advance();
            None
        } else {
            Some(self.capture_target()?)
        };
        Ok(Pattern::new(self.span(start), PatternMatchStar { name }))
    }

    fn pattern(&mut self) -> PResult<Pattern> {
        self.nested(|p| {
            let start = p.start();
            let pattern = p.or_pattern(start)?;
            if !p.eat(K::As) {
                return Ok(pattern);
            }
            if p.is_soft("_") || p.kind() != K::Name {
                return p.fail();
            }
            let name = Some(p.name()?);
            Ok(Pattern::new(p.span(start), PatternMatchAs { pattern: Some(pattern), name }))
        })
    }

    fn or_pattern(&mut self, start: Start) -> PResult<Pattern> {
        let first = self.closed_pattern()?;
        if self.kind() != K::Pipe {
            return Ok(first);
        }
        let mut patterns = vec![first];
        while self.eat(K::Pipe) {
            patterns.push(self.closed_pattern()?);
        }
        Ok(Pattern::new(self.span(start), PatternMatchOr { patterns }))
    }

    /// A name that captures: not `_`, not the begin of a dotted name, call or keyword pattern.
    fn capture_target(&mut self) -> PResult<Identifier> {
        if self.is_soft("_") || matches!(self.peek(1), K::Dot | K::LeftParen | K::Equal) {
            return self.fail();
        }
        self.name()
    }

    fn closed_pattern(&mut self) -> PResult<Pattern> {
        let start = self.start();
        match self.kind() {
            K::Number | K::Minus | K::String | K::FstringStart | K::TstringStart => {
                let value = self.literal_value(start)?;
                Ok(Pattern::new(self.span(start), PatternMatchValue { value }))
            }
            K::None => Ok(self.singleton(Constant::None)),
            K::True => Ok(self.singleton(Constant::True)),
            K::False => Ok(self.singleton(Constant::False)),
            K::LeftParen => self.group_or_sequence(start),
            K::LeftBracket => {
                self.advance();
                let patterns = self.sequence_items(K::RightBracket)?;
                self.expect(K::RightBracket)?;
                Ok(Pattern::new(self.span(start), PatternMatchSequence { patterns }))
            }
            K::LeftBrace => self.mapping_pattern(start),
            K::Name => self.name_pattern(start),
            _ => self.fail(),
        }
    }

    fn singleton(&mut self, value: Constant) -> Pattern {
        let span = self.take_token_span();
        Pattern::new(span, PatternMatchSingleton { value })
    }

    fn sequence_items(&mut self, end: K) -> PResult<Vec<Pattern>> {
        let mut patterns = Vec::new();
        while self.kind() != end {
            patterns.push(self.maybe_star_pattern()?);
            if !self.eat(K::Comma) {
                break;
            }
        }
        Ok(patterns)
    }

    fn group_or_sequence(&mut self, start: Start) -> PResult<Pattern> {
        self.advance();
        if self.eat(K::RightParen) {
            return Ok(Pattern::new(self.span(start), PatternMatchSequence { patterns: Vec::new() }));
        }
        let first = self.maybe_star_pattern()?;
        if !self.eat(K::Comma) {
            self.expect(K::RightParen)?;
            if matches!(first.kind, ast::PatternKind::MatchStar(_)) {
                return self.fail();
            }
            return Ok(first);
        }
        let mut patterns = vec![first];
        patterns.extend(self.sequence_items(K::RightParen)?);
        self.expect(K::RightParen)?;
        Ok(Pattern::new(self.span(start), PatternMatchSequence { patterns }))
    }

    fn name_pattern(&mut self, start: Start) -> PResult<Pattern> {
        if !matches!(self.peek(1), K::Dot | K::LeftParen) {
            let wildcard = self.is_soft("_");
            if !wildcard && self.peek(1) == K::Equal {
                return self.fail();
            }
            let name = self.name()?;
            let name = if wildcard { None } else { Some(name) };
            return Ok(Pattern::new(self.span(start), PatternMatchAs { pattern: None, name }));
        }
        let value = self.name_or_attribute(start)?;
        if self.kind() == K::LeftParen {
            return self.class_pattern(start, value);
        }
        if self.kind() == K::Equal {
            return self.fail();
        }
        Ok(Pattern::new(self.span(start), PatternMatchValue { value }))
    }

    fn name_or_attribute(&mut self, start: Start) -> PResult<Expr> {
        let id = self.name()?;
        let mut expr = Expr::name(self.span(start), id, ExprContext::Load);
        while self.eat(K::Dot) {
            let attr = self.name()?;
            let span = self.span(start);
            expr = Expr::new(span, ast::ExprAttribute { value: expr, attr, ctx: ExprContext::Load });
        }
        Ok(expr)
    }

    fn class_pattern(&mut self, start: Start, cls: Expr) -> PResult<Pattern> {
        self.advance();
        let mut out =
            PatternMatchClass { cls, patterns: Vec::new(), kwd_attrs: Vec::new(), kwd_patterns: Vec::new() };
        while self.kind() != K::RightParen {
            if self.kind() == K::Name && self.peek(1) == K::Equal {
                out.kwd_attrs.push(self.name()?);
                self.advance();
                out.kwd_patterns.push(self.pattern()?);
            } else if out.kwd_attrs.is_empty() {
                out.patterns.push(self.pattern()?);
            } else {
                return self.fail();
            }
            if !self.eat(K::Comma) {
                break;
            }
        }
        self.expect(K::RightParen)?;
        Ok(Pattern::new(self.span(start), out))
    }

    fn mapping_pattern(&mut self, start: Start) -> PResult<Pattern> {
        self.advance();
        let mut out = PatternMatchMapping { keys: Vec::new(), patterns: Vec::new(), rest: None };
        while self.kind() != K::RightBrace {
            if out.rest.is_some() {
                return self.fail();
            }
            if self.eat(K::DoubleStar) {
                out.rest = Some(self.capture_target()?);
            } else {
                out.keys.push(self.mapping_key()?);
                self.expect(K::Colon)?;
                out.patterns.push(self.pattern()?);
            }
            if !self.eat(K::Comma) {
                break;
            }
        }
        self.expect(K::RightBrace)?;
        Ok(Pattern::new(self.span(start), out))
    }

    fn mapping_key(&mut self) -> PResult<Expr> {
        let start = self.start();
        let constant = match self.kind() {
            K::None => Constant::None,
            K::True => Constant::True,
            K::False => Constant::False,
            K::Name if self.peek(1) == K::Dot => return self.name_or_attribute(start),
            K::Number | K::Minus | K::String | K::FstringStart | K::TstringStart => {
                return self.literal_value(start);
            }
            _ => return self.fail(),
        };
        let span = self.take_token_span();
        Ok(Expr::constant(span, constant))
    }

    /// A number with its sign, a complex number written as a sum, or strings.
    fn literal_value(&mut self, start: Start) -> PResult<Expr> {
        if !matches!(self.kind(), K::Number | K::Minus) {
            return self.strings();
        }
        let left = self.signed_number(start)?;
        let op = match self.kind() {
            K::Plus => Operator::Add,
            K::Minus => Operator::Sub,
            _ => return Ok(left),
        };
        let real = match &left.kind {
            ast::ExprKind::UnaryOp(n) => !is_imaginary(&n.operand),
            _ => !is_imaginary(&left),
        };
        if !real {
            return self.error(left.span, "real number required in complex literal");
        }
        self.advance();
        if self.kind() != K::Number {
            return self.fail();
        }
        let right_start = self.start();
        let right = self.number_constant(right_start)?;
        if !is_imaginary(&right) {
            return self.error(right.span, "imaginary number required in complex literal");
        }
        Ok(Expr::new(self.span(start), ast::ExprBinOp { left, op, right }))
    }

    fn signed_number(&mut self, start: Start) -> PResult<Expr> {
        if !self.eat(K::Minus) {
            return self.number_constant(start);
        }
        if self.kind() != K::Number {
            return self.fail();
        }
        let number_start = self.start();
        let operand = self.number_constant(number_start)?;
        Ok(Expr::new(self.span(start), ast::ExprUnaryOp { op: UnaryOperator::USub, operand }))
    }

    fn number_constant(&mut self, start: Start) -> PResult<Expr> {
        let token = self.token();
        let value = self.number_value(token)?;
        self.advance();
        Ok(Expr::constant(self.span(start), value))
    }
}

fn is_imaginary(expr: &Expr) -> bool {
    matches!(&expr.kind, ast::ExprKind::Constant(n) if matches!(n.value, Constant::Complex(_)))
}
