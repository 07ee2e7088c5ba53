//! Expressions above atoms: operators by precedence climbing, conditionals, lambda, yield, tuples without brackets.

use super::{PResult, Parser, Start};
use crate::ast::{
    self, BoolOperator, CmpOperator, Expr, ExprContext, ExprKind, Operator, Span, UnaryOperator,
};
use crate::lexer::TokenKind as K;

/// Binding strengths, weakest first.
mod strength {
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const NOT: u8 = 3;
    pub const COMPARE: u8 = 4;
    pub const BIT_OR: u8 = 5;
    pub const BIT_XOR: u8 = 6;
    pub const BIT_AND: u8 = 7;
    pub const SHIFT: u8 = 8;
    pub const SUM: u8 = 9;
    pub const TERM: u8 = 10;
}

/// The operator that a token is between two operands, with its strength.
#[inline]
fn infix(kind: K) -> u8 {
    use strength as s;
    static TABLE: [u8; 128] = {
        let mut t = [0u8; 128];
        t[K::Or as usize] = s::OR;
        t[K::And as usize] = s::AND;
        t[K::EqualEqual as usize] = s::COMPARE;
        t[K::NotEqual as usize] = s::COMPARE;
        t[K::Less as usize] = s::COMPARE;
        t[K::LessEqual as usize] = s::COMPARE;
        t[K::Greater as usize] = s::COMPARE;
        t[K::GreaterEqual as usize] = s::COMPARE;
        t[K::In as usize] = s::COMPARE;
        t[K::Is as usize] = s::COMPARE;
        t[K::Not as usize] = s::COMPARE;
        t[K::Pipe as usize] = s::BIT_OR;
        t[K::Caret as usize] = s::BIT_XOR;
        t[K::Ampersand as usize] = s::BIT_AND;
        t[K::LeftShift as usize] = s::SHIFT;
        t[K::RightShift as usize] = s::SHIFT;
        t[K::Plus as usize] = s::SUM;
        t[K::Minus as usize] = s::SUM;
        t[K::Star as usize] = s::TERM;
        t[K::Slash as usize] = s::TERM;
        t[K::DoubleSlash as usize] = s::TERM;
        t[K::Percent as usize] = s::TERM;
        t[K::At as usize] = s::TERM;
        t
    };
    TABLE[kind as usize & 127]
}

fn binary_operator(kind: K) -> Operator {
    match kind {
        K::Pipe => Operator::BitOr,
        K::Caret => Operator::BitXor,
        K::Ampersand => Operator::BitAnd,
        K::LeftShift => Operator::LShift,
        K::RightShift => Operator::RShift,
        K::Plus => Operator::Add,
        K::Minus => Operator::Sub,
        K::Star => Operator::Mult,
        K::Slash => Operator::Div,
        K::DoubleSlash => Operator::FloorDiv,
        K::Percent => Operator::Mod,
        _ => Operator::MatMult,
    }
}

impl Parser<'_> {
    /// One or more comma-separated expressions; a tuple if there is a comma.
    pub(super) fn expressions(&mut self) -> PResult<Expr> {
        self.comma_separated(Self::expression)
    }

    /// As [`Self::expressions`], each may be starred.
    pub(super) fn star_expressions(&mut self) -> PResult<Expr> {
        self.comma_separated(Self::star_expression)
    }

    #[inline]
    fn comma_separated(&mut self, item: fn(&mut Self) -> PResult<Expr>) -> PResult<Expr> {
        let start = self.start();
        let first = item(self)?;
        if self.kind() != K::Comma {
            return Ok(first);
        }
        let mut elts = Vec::with_capacity(4);
        elts.push(first);
        while self.eat(K::Comma) {
            if !self.at_expression_start() {
                break;
            }
            elts.push(item(self)?);
        }
        Ok(Expr::new(self.span(start), ast::ExprTuple { elts, ctx: ExprContext::Load }))
    }

    /// Can the current token begin an expression (or a starred one)?
    pub(super) fn at_expression_start(&self) -> bool {
        matches!(
            self.kind(),
            K::Name
                | K::Number
                | K::String
                | K::FstringStart
                | K::TstringStart
                | K::LeftParen
                | K::LeftBracket
                | K::LeftBrace
                | K::Minus
                | K::Plus
                | K::Tilde
                | K::Star
                | K::Ellipsis
                | K::None
                | K::True
                | K::False
                | K::Not
                | K::Lambda
                | K::Await
        )
    }

    fn star_expression(&mut self) -> PResult<Expr> {
        if self.kind() == K::Star { self.starred(strength::BIT_OR) } else { self.expression() }
    }

    /// `*` and an operand whose operators bind at least as tightly as `level`.
    fn starred(&mut self, level: u8) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        let value = self.binary(level)?;
        Ok(Expr::new(self.span(start), ast::ExprStarred { value, ctx: ExprContext::Load }))
    }

    /// `*expression`, as in calls and subscripts.
    pub(super) fn starred_expression(&mut self) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        let value = self.expression()?;
        Ok(Expr::new(self.span(start), ast::ExprStarred { value, ctx: ExprContext::Load }))
    }

    /// An item of a list, set or tuple: starred, or with `:=`.
    pub(super) fn star_named_expression(&mut self) -> PResult<Expr> {
        if self.kind() == K::Star { self.starred(strength::BIT_OR) } else { self.named_expression() }
    }

    /// `name := value` or an expression.
    pub(super) fn named_expression(&mut self) -> PResult<Expr> {
        if self.peek(1) == K::ColonEqual && self.kind() == K::Name {
            return self.assignment_expression();
        }
        let expr = self.expression()?;
        if self.kind() == K::ColonEqual { self.fail() } else { Ok(expr) }
    }

    pub(super) fn assignment_expression(&mut self) -> PResult<Expr> {
        let start = self.start();
        let id = self.name()?;
        let target = Expr::name(self.span(start), id, ExprContext::Store);
        self.expect(K::ColonEqual)?;
        let value = self.expression()?;
        self.require_version(8, "Assignment expressions are")?;
        Ok(Expr::new(self.span(start), ast::ExprNamedExpr { target, value }))
    }

    pub(super) fn yield_expression(&mut self) -> PResult<Expr> {
        let start = self.start();
        self.expect(K::Yield)?;
        if self.eat(K::From) {
            let value = self.expression()?;
            return Ok(Expr::new(self.span(start), ast::ExprYieldFrom { value }));
        }
        let value = if self.at_expression_start() { Some(self.star_expressions()?) } else { None };
        Ok(Expr::new(self.span(start), ast::ExprYield { value }))
    }

    /// A conditional expression, a lambda, or what binds tighter.
    pub(super) fn expression(&mut self) -> PResult<Expr> {
        if self.kind() == K::Lambda {
            return self.nested(Self::lambda);
        }
        let start = self.start();
        let body = self.disjunction()?;
        if self.kind() != K::If {
            return Ok(body);
        }
        self.advance();
        let test = self.disjunction()?;
        self.expect(K::Else)?;
        let orelse = self.nested(Self::expression)?;
        Ok(Expr::new(self.span(start), ast::ExprIfExp { test, body, orelse }))
    }

    #[inline]
    pub(super) fn disjunction(&mut self) -> PResult<Expr> {
        self.binary(strength::OR)
    }

    #[inline]
    pub(super) fn bitwise_or(&mut self) -> PResult<Expr> {
        self.binary(strength::BIT_OR)
    }

    fn lambda(&mut self) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        let args = self.lambda_parameters()?;
        self.expect(K::Colon)?;
        let body = self.nested(Self::expression)?;
        Ok(Expr::new(self.span(start), ast::ExprLambda { args, body }))
    }

    /// Operands and all operators that bind at least as tightly as `level`.
    fn binary(&mut self, level: u8) -> PResult<Expr> {
        let start = self.start();
        let mut left = if self.kind() == K::Not {
            if level > strength::NOT {
                return self.fail();
            }
            self.not_expression()?
        } else {
            self.unary()?
        };
        loop {
            let kind = self.kind();
            let found = infix(kind);
            if found < level || found == 0 {
                return Ok(left);
            }
            match found {
                strength::OR => left = self.boolean(left, start, BoolOperator::Or, K::Or, strength::AND)?,
                strength::AND => {
                    left = self.boolean(left, start, BoolOperator::And, K::And, strength::NOT)?
                }
                strength::COMPARE => {
                    if kind == K::Not && self.peek(1) != K::In {
                        return Ok(left);
                    }
                    left = self.comparison(left, start)?;
                }
                _ => {
                    self.advance();
                    let op = binary_operator(kind);
                    let right = self.binary(found + 1)?;
                    if op == Operator::MatMult {
                        self.require_version(5, "The '@' operator is")?;
                    }
                    left = Expr::new(self.span(start), ast::ExprBinOp { left, op, right });
                }
            }
        }
    }

    fn not_expression(&mut self) -> PResult<Expr> {
        let mut starts = Vec::new();
        while self.kind() == K::Not {
            starts.push(self.start());
            self.advance();
        }
        let levels = starts.len() as u32;
        self.enter(levels)?;
        let mut operand = self.binary(strength::COMPARE)?;
        self.depth -= levels;
        for start in starts.into_iter().rev() {
            operand = Expr::new(self.span(start), ast::ExprUnaryOp { op: UnaryOperator::Not, operand });
        }
        Ok(operand)
    }

    fn boolean(&mut self, left: Expr, start: Start, op: BoolOperator, token: K, next: u8) -> PResult<Expr> {
        let mut values = Vec::with_capacity(2);
        values.push(left);
        while self.eat(token) {
            values.push(self.binary(next)?);
        }
        Ok(Expr::new(self.span(start), ast::ExprBoolOp { op, values }))
    }

    fn comparison(&mut self, left: Expr, start: Start) -> PResult<Expr> {
        let mut ops = Vec::with_capacity(1);
        let mut comparators = Vec::with_capacity(1);
        while let Some(op) = self.comparison_operator()? {
            ops.push(op);
            comparators.push(self.bitwise_or()?);
        }
        Ok(Expr::new(self.span(start), ast::ExprCompare { left, ops, comparators }))
    }

    fn comparison_operator(&mut self) -> PResult<Option<CmpOperator>> {
        let op = match self.kind() {
            K::EqualEqual => CmpOperator::Eq,
            K::NotEqual => {
                if self.flufl {
                    let span = self.token_span(self.token());
                    return self.error(span, "with Barry as BDFL, use '<>' instead of '!='");
                }
                CmpOperator::NotEq
            }
            K::Less if self.flufl && self.at_angles() => {
                self.advance();
                CmpOperator::NotEq
            }
            K::Less => CmpOperator::Lt,
            K::LessEqual => CmpOperator::LtE,
            K::Greater => CmpOperator::Gt,
            K::GreaterEqual => CmpOperator::GtE,
            K::In => CmpOperator::In,
            K::Is => {
                self.advance();
                return Ok(Some(if self.eat(K::Not) { CmpOperator::IsNot } else { CmpOperator::Is }));
            }
            K::Not if self.peek(1) == K::In => {
                self.advance();
                CmpOperator::NotIn
            }
            _ => return Ok(None),
        };
        self.advance();
        Ok(Some(op))
    }

    /// Is `<>` here?
    fn at_angles(&self) -> bool {
        let next = self.tokens.get(self.pos + 1);
        next.is_some_and(|next| next.kind == K::Greater && next.start == self.token().end)
    }

    /// `+`, `-`, `~` and powers.
    fn unary(&mut self) -> PResult<Expr> {
        if !matches!(self.kind(), K::Minus | K::Plus | K::Tilde) {
            return self.power();
        }
        let mut prefixes = Vec::new();
        loop {
            let op = match self.kind() {
                K::Minus => UnaryOperator::USub,
                K::Plus => UnaryOperator::UAdd,
                K::Tilde => UnaryOperator::Invert,
                _ => break,
            };
            prefixes.push((self.start(), op));
            self.advance();
        }
        let levels = prefixes.len() as u32;
        self.enter(levels)?;
        let mut operand = self.power()?;
        self.depth -= levels;
        for (start, op) in prefixes.into_iter().rev() {
            operand = Expr::new(self.span(start), ast::ExprUnaryOp { op, operand });
        }
        Ok(operand)
    }

    fn power(&mut self) -> PResult<Expr> {
        let start = self.start();
        let left = if self.kind() == K::Await {
            self.advance();
            let value = self.primary()?;
            self.require_version(5, "Await expressions are")?;
            Expr::new(self.span(start), ast::ExprAwait { value })
        } else {
            self.primary()?
        };
        if self.kind() != K::DoubleStar {
            return Ok(left);
        }
        self.advance();
        self.enter(2)?;
        let right = self.unary()?;
        self.depth -= 2;
        Ok(Expr::new(self.span(start), ast::ExprBinOp { left, op: Operator::Pow, right }))
    }

    /// An atom with attributes, subscripts and calls.
    pub(super) fn primary(&mut self) -> PResult<Expr> {
        let start = self.start();
        let mut expr = self.atom()?;
        loop {
            match self.kind() {
                K::Dot => {
                    self.advance();
                    let attr = self.name()?;
                    let span = self.span(start);
                    expr = Expr::new(span, ast::ExprAttribute { value: expr, attr, ctx: ExprContext::Load });
                }
                K::LeftParen => {
                    self.advance();
                    let (args, keywords) = self.nested(|p| p.call_arguments())?;
                    expr = Expr::new(self.span(start), ast::ExprCall { func: expr, args, keywords });
                }
                K::LeftBracket => {
                    self.advance();
                    let slice = self.nested(Self::slices)?;
                    self.expect(K::RightBracket)?;
                    let span = self.span(start);
                    expr = Expr::new(span, ast::ExprSubscript { value: expr, slice, ctx: ExprContext::Load });
                }
                _ => return Ok(expr),
            }
        }
    }

    fn slices(&mut self) -> PResult<Expr> {
        let start = self.start();
        let first = self.slice()?;
        if self.kind() != K::Comma && !matches!(first.kind, ExprKind::Starred(_)) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if self.kind() == K::RightBracket {
                break;
            }
            elts.push(self.slice()?);
        }
        Ok(Expr::new(self.span(start), ast::ExprTuple { elts, ctx: ExprContext::Load }))
    }

    fn slice(&mut self) -> PResult<Expr> {
        if self.kind() == K::Star {
            return self.starred_expression();
        }
        let start = self.start();
        let lower = if self.kind() == K::Colon {
            None
        } else {
            let first = self.named_expression()?;
            if self.kind() != K::Colon
                || matches!(first.kind, ExprKind::NamedExpr(_)) && !self.was_bracketed()
            {
                return Ok(first);
            }
            Some(first)
        };
        self.expect(K::Colon)?;
        let upper = self.slice_part()?;
        let step = if self.eat(K::Colon) { self.slice_part()? } else { None };
        Ok(Expr::new(self.span(start), ast::ExprSlice { lower, upper, step }))
    }

    /// Was the last token a closing parenthesis?
    fn was_bracketed(&self) -> bool {
        self.pos > 0 && self.tokens[self.pos - 1].kind == K::RightParen
    }

    fn slice_part(&mut self) -> PResult<Option<Expr>> {
        match self.kind() {
            K::Colon | K::Comma | K::RightBracket => Ok(None),
            _ => self.expression().map(Some),
        }
    }

    /// The span of one token as a node.
    pub(super) fn take_token_span(&mut self) -> Span {
        let span = self.token_span(self.token());
        self.advance();
        span
    }
}
