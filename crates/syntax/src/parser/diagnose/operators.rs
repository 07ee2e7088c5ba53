//! Operators, from `or` down to powers and primaries.

use super::core::{Kind, Node, R, Recogniser, Rule, first_of, some, tok};
use crate::lexer::TokenKind as K;

const COMPARISONS: [K; 4] = [K::EqualEqual, K::LessEqual, K::GreaterEqual, K::Greater];

impl Recogniser<'_> {
    pub fn disjunction(&mut self) -> R {
        self.memo(Rule::Disjunction, |s| s.boolean(K::Or, Self::conjunction))
    }

    fn conjunction(&mut self) -> R {
        self.memo(Rule::Conjunction, |s| s.boolean(K::And, Self::inversion))
    }

    fn boolean(&mut self, operator: K, operand: fn(&mut Self) -> R) -> R {
        let first = self.pos;
        let left = some!(operand(self));
        let more = |s: &mut Self| {
            some!(s.token(operator));
            operand(s)
        };
        let more = self.any(more)?;
        Ok(Some(if more.is_empty() { left } else { self.node(Kind::Operation, first) }))
    }

    pub fn inversion(&mut self) -> R {
        self.memo(Rule::Inversion, |s| {
            let first = s.pos;
            if s.token(K::Not)?.is_some() {
                if s.attempt(Self::inversion)?.is_some() {
                    return Ok(Some(s.node(Kind::Operation, first)));
                }
                s.pos = first;
            }
            s.comparison()
        })
    }

    fn comparison(&mut self) -> R {
        let first = self.pos;
        let left = some!(self.bitwise_or());
        let starts_with_in = self.kind()? == K::In;
        let pairs = self.any(Self::comparison_pair)?;
        if pairs.is_empty() {
            return Ok(Some(left));
        }
        let node = self.parent(Kind::Compare, first, &[left]);
        Ok(Some(Node { mark: starts_with_in, ..node }))
    }

    fn comparison_pair(&mut self) -> R {
        match self.kind()? {
            K::NotEqual => {
                let operator = tok!(self, NotEqual);
                if self.options.barry_as_flufl {
                    return self.at_token(operator, "with Barry as BDFL, use '<>' instead of '!='");
                }
            }
            K::Less => {
                let less = tok!(self, Less);
                let end = self.tokens[less as usize].end;
                let token = self.current()?;
                if token.kind == K::Greater && token.start == end {
                    let greater = tok!(self, Greater);
                    if !self.options.barry_as_flufl {
                        return self.wrong(|s| {
                            s.range(less, greater, "invalid syntax.  Maybe you meant '!=' instead of '<>'?")
                        });
                    }
                }
            }
            kind if COMPARISONS.contains(&kind) => {
                self.token(kind)?;
            }
            K::Not => {
                tok!(self, Not);
                tok!(self, In);
            }
            K::In => {
                tok!(self, In);
            }
            K::Is => {
                tok!(self, Is);
                if self.kind()? == K::Not {
                    let mark = self.pos;
                    tok!(self, Not);
                    let found = self.attempt(Self::bitwise_or)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                    self.pos = mark;
                }
            }
            _ => return Ok(None),
        }
        self.bitwise_or()
    }

    /// A left-associative chain of one strength.
    fn chain(&mut self, rule: Rule, operators: &[K], operand: fn(&mut Self) -> R) -> R {
        self.memo(rule, |s| {
            let first = s.pos;
            let mut left = some!(operand(s));
            loop {
                let mark = s.pos;
                if s.one_of(operators)?.is_none() {
                    return Ok(Some(left));
                }
                if s.attempt(operand)?.is_none() {
                    s.pos = mark;
                    return Ok(Some(left));
                }
                left = s.node(Kind::Operation, first);
            }
        })
    }

    pub fn bitwise_or(&mut self) -> R {
        self.chain(Rule::BitOr, &[K::Pipe], Self::bitwise_xor)
    }

    fn bitwise_xor(&mut self) -> R {
        self.chain(Rule::BitXor, &[K::Caret], Self::bitwise_and)
    }

    fn bitwise_and(&mut self) -> R {
        self.chain(Rule::BitAnd, &[K::Ampersand], Self::shift)
    }

    fn shift(&mut self) -> R {
        self.chain(Rule::Shift, &[K::LeftShift, K::RightShift], |s| {
            s.wrong::<()>(Self::invalid_arithmetic)?;
            s.sum()
        })
    }

    fn sum(&mut self) -> R {
        self.chain(Rule::Sum, &[K::Plus, K::Minus], Self::term)
    }

    fn term(&mut self) -> R {
        let operators = [K::Star, K::Slash, K::DoubleSlash, K::Percent, K::At];
        self.chain(Rule::Term, &operators, |s| {
            s.wrong::<()>(Self::invalid_factor)?;
            s.factor()
        })
    }

    fn invalid_arithmetic(&mut self) -> R<()> {
        some!(self.sum());
        let operators = [K::Plus, K::Minus, K::Star, K::Slash, K::Percent, K::DoubleSlash, K::At];
        some!(self.one_of(&operators));
        let not = tok!(self, Not);
        let operand = some!(self.inversion());
        self.range(not, operand.last, "'not' after an operator must be parenthesized")
    }

    fn invalid_factor(&mut self) -> R<()> {
        some!(self.one_of(&[K::Plus, K::Minus, K::Tilde]));
        let not = tok!(self, Not);
        let operand = some!(self.factor());
        self.range(not, operand.last, "'not' after an operator must be parenthesized")
    }

    fn factor(&mut self) -> R {
        self.memo(Rule::Factor, |s| {
            let first = s.pos;
            if s.one_of(&[K::Plus, K::Minus, K::Tilde])?.is_some() {
                if s.attempt(Self::factor)?.is_some() {
                    return Ok(Some(s.node(Kind::Operation, first)));
                }
                s.pos = first;
            }
            s.power()
        })
    }

    fn power(&mut self) -> R {
        let first = self.pos;
        let base = some!(self.await_primary());
        let mark = self.pos;
        if self.token(K::DoubleStar)?.is_some() {
            if self.attempt(Self::factor)?.is_some() {
                return Ok(Some(self.node(Kind::Operation, first)));
            }
            self.pos = mark;
        }
        Ok(Some(base))
    }

    fn await_primary(&mut self) -> R {
        self.memo(Rule::AwaitPrimary, |s| {
            let first = s.pos;
            if s.token(K::Await)?.is_some() {
                if s.attempt(Self::primary)?.is_some() {
                    return Ok(Some(s.node(Kind::Await, first)));
                }
                s.pos = first;
            }
            s.primary()
        })
    }

    pub fn primary(&mut self) -> R {
        self.memo(Rule::Primary, |s| {
            let first = s.pos;
            let mut node = some!(s.atom());
            while let Some(next) = s.attempt(|s| s.trailer(first))? {
                node = next;
            }
            Ok(Some(node))
        })
    }

    /// `.name`, a call or a subscript after what began at `first`.
    pub fn trailer(&mut self, first: usize) -> R {
        match self.kind()? {
            K::Dot => {
                tok!(self, Dot);
                tok!(self, Name);
                Ok(Some(self.node(Kind::Attribute, first)))
            }
            K::LeftParen => {
                if self.attempt(Self::generator)?.is_some() {
                    return Ok(Some(self.node(Kind::Call, first)));
                }
                tok!(self, LeftParen);
                self.attempt(Self::arguments)?;
                tok!(self, RightParen);
                Ok(Some(self.node(Kind::Call, first)))
            }
            // What is wrong with a generator expression is looked for before any bracket.
            K::LeftBrace => self.wrong(Self::invalid_comprehension),
            K::LeftBracket => {
                self.wrong::<()>(Self::invalid_comprehension)?;
                tok!(self, LeftBracket);
                some!(self.slices());
                tok!(self, RightBracket);
                Ok(Some(self.node(Kind::Subscript, first)))
            }
            _ => Ok(None),
        }
    }

    pub fn slices(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.slice());
                if s.kind()? == K::Comma { Ok(None) } else { Ok(Some(())) }
            },
            |s| {
                some!(s.separated(|s| {
                    first_of!(s, |s: &mut Self| s.slice(), |s: &mut Self| {
                        some!(s.starred_expression());
                        Ok(Some(()))
                    })
                }));
                s.token(K::Comma)?;
                Ok(Some(()))
            }
        )
    }

    fn slice(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                s.attempt(Self::expression)?;
                tok!(s, Colon);
                s.attempt(Self::expression)?;
                if s.token(K::Colon)?.is_some() {
                    s.attempt(Self::expression)?;
                }
                Ok(Some(()))
            },
            |s| {
                some!(s.named_expression());
                Ok(Some(()))
            }
        )
    }
}
