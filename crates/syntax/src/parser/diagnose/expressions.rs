//! Expressions above operators, atoms and comprehensions.

use super::core::{Kind, Node, R, Raise, Recogniser, Rule, first_of, some, tok};
use crate::lexer::TokenKind as K;

/// Where the clauses of a comprehension end.
#[derive(Clone, Copy)]
pub(super) struct Clauses {
    /// the last condition or iterable
    pub last_item: Node,
    /// the target of the last clause
    pub last_target: Node,
}

impl Recogniser<'_> {
    pub fn expressions(&mut self) -> R {
        self.item_list(Self::expression)
    }

    pub fn star_expressions(&mut self) -> R {
        self.item_list(Self::star_expression)
    }

    fn item_list(&mut self, item: fn(&mut Self) -> R) -> R {
        let first = self.pos;
        let head = some!(item(self));
        let mut items = vec![head];
        items.extend(self.any(|s| {
            tok!(s, Comma);
            item(s)
        })?);
        let trailing = self.token(K::Comma)?.is_some();
        if items.len() == 1 && !trailing {
            return Ok(Some(head));
        }
        Ok(Some(self.parent(Kind::Tuple, first, &items)))
    }

    fn star_expression(&mut self) -> R {
        self.memo(Rule::StarExpression, |s| first_of!(s, Self::starred_bitwise_or, Self::expression))
    }

    fn starred_bitwise_or(&mut self) -> R {
        let first = self.pos;
        tok!(self, Star);
        let value = some!(self.bitwise_or());
        Ok(Some(self.parent(Kind::Starred, first, &[value])))
    }

    pub fn star_named_expressions(&mut self) -> R<Vec<Node>> {
        let items = some!(self.separated(Self::star_named_expression));
        self.token(K::Comma)?;
        Ok(Some(items))
    }

    pub fn star_named_expression(&mut self) -> R {
        first_of!(self, Self::starred_bitwise_or, Self::named_expression)
    }

    /// `name := value`; after `:=` there is no other reading.
    pub fn assignment_expression(&mut self) -> R {
        let first = self.pos;
        tok!(self, Name);
        tok!(self, ColonEqual);
        some!(self.expression());
        Ok(Some(self.node(Kind::Named, first)))
    }

    /// Is `name :=` here? Then other alternatives are cut off.
    fn at_walrus(&mut self) -> Result<bool, Raise> {
        self.ahead(|s| {
            tok!(s, Name);
            tok!(s, ColonEqual);
            Ok(Some(()))
        })
    }

    pub fn named_expression(&mut self) -> R {
        first_of!(
            self,
            Self::assignment_expression,
            |s| s.wrong(|s| {
                s.memo(Rule::InvalidNamed, |s| s.invalid_named_expression())?;
                Ok(None)
            }),
            Self::expression_not_walrus
        )
    }

    pub fn expression_not_walrus(&mut self) -> R {
        let found = some!(self.expression());
        if self.kind()? == K::ColonEqual { Ok(None) } else { Ok(Some(found)) }
    }

    /// An argument or the element of a generator.
    pub fn walrus_or_expression(&mut self) -> R {
        if self.at_walrus()? {
            return first_of!(self, Self::assignment_expression, Self::expression_not_walrus);
        }
        self.attempt(Self::expression_not_walrus)
    }

    fn invalid_named_expression(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let target = some!(s.expression());
                tok!(s, ColonEqual);
                some!(s.expression());
                s.at_node(target, format!("cannot use assignment expressions with {}", target.kind.name()))
            },
            |s| {
                let name = tok!(s, Name);
                tok!(s, Equal);
                let value = some!(s.bitwise_or());
                if s.at(&[K::Equal, K::ColonEqual])? {
                    return Ok(None);
                }
                s.range(name, value.last, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
            },
            |s| {
                if s.at(&[K::True, K::None, K::False])?
                    || s.ahead(|s| first_of!(s, Self::list, Self::tuple, Self::generator))?
                {
                    return Ok(None);
                }
                let target = some!(s.bitwise_or());
                tok!(s, Equal);
                some!(s.bitwise_or());
                if s.at(&[K::Equal, K::ColonEqual])? {
                    return Ok(None);
                }
                let what = target.kind.name();
                s.at_node(
                    target,
                    format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?"),
                )
            }
        )
    }

    pub fn yield_expression(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, Yield);
                tok!(s, From);
                some!(s.expression());
                Ok(Some(s.node(Kind::Yield, first)))
            },
            |s| {
                let first = s.pos;
                tok!(s, Yield);
                s.attempt(Self::star_expressions)?;
                Ok(Some(s.node(Kind::Yield, first)))
            }
        )
    }

    /// What may stand right of `=` and in a replacement field.
    pub fn annotated_rhs(&mut self) -> R {
        first_of!(self, Self::yield_expression, Self::star_expressions)
    }

    pub fn expression(&mut self) -> R {
        self.memo(Rule::Expression, |s| {
            s.wrong::<()>(Self::invalid_expression)?;
            s.wrong::<()>(Self::invalid_legacy_expression)?;
            s.expression_proper()
        })
    }

    fn expression_proper(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                some!(s.disjunction());
                tok!(s, If);
                some!(s.disjunction());
                tok!(s, Else);
                some!(s.expression());
                Ok(Some(s.node(Kind::Conditional, first)))
            },
            Self::disjunction,
            Self::lambda
        )
    }

    fn lambda(&mut self) -> R {
        let first = self.pos;
        tok!(self, Lambda);
        self.attempt(|s| s.parameters(true))?;
        tok!(self, Colon);
        some!(self.expression());
        Ok(Some(self.node(Kind::Lambda, first)))
    }

    fn expression_without_invalid(&mut self) -> R {
        let active = std::mem::replace(&mut self.invalid, false);
        let found = self.expression_proper();
        self.invalid = active;
        found
    }

    fn is_legacy(&self, node: Node) -> bool {
        let token = self.tokens[node.first as usize];
        node.kind == Kind::Name && matches!(self.text(token), "print" | "exec")
    }

    fn invalid_expression(&mut self) -> R<()> {
        let excluded = |s: &mut Self| {
            let token = s.current()?;
            if token.kind != K::Name {
                return Ok::<bool, Raise>(false);
            }
            if matches!(s.text(token), "_" | "case" | "match" | "type") {
                return Ok(true);
            }
            s.ahead(|s| {
                tok!(s, Name);
                s.token(K::String)
            })
        };
        first_of!(
            self,
            |s| {
                tok!(s, String);
                let inner = some!(s.many(|s| {
                    if s.kind()? == K::String { Ok(None) } else { s.expression_without_invalid() }
                }));
                tok!(s, String);
                let (Some(first), Some(last)) = (inner.first(), inner.last()) else { return Ok(None) };
                let message = "invalid syntax. Is this intended to be part of the string?";
                s.range(first.first, last.last, message)
            },
            |s| {
                if excluded(s)? {
                    return Ok(None);
                }
                let left = some!(s.disjunction());
                let right = some!(s.expression_without_invalid());
                let level = s.tokens[s.pos - 1].level;
                if s.is_legacy(left) || level == 0 {
                    return Ok(None);
                }
                s.range(left.first, right.last, "invalid syntax. Perhaps you forgot a comma?")
            },
            |s| {
                let left = some!(s.disjunction());
                tok!(s, If);
                let test = some!(s.disjunction());
                if s.at(&[K::Else, K::Colon])? {
                    return Ok(None);
                }
                s.range(left.first, test.last, "expected 'else' after 'if' expression")
            },
            |s| {
                some!(s.disjunction());
                tok!(s, If);
                some!(s.disjunction());
                tok!(s, Else);
                if s.ahead(Self::expression)? {
                    return Ok(None);
                }
                s.on_next("expected expression after 'else', but statement is given")
            },
            |s| {
                let statement = some!(s.one_of(&[K::Pass, K::Break, K::Continue]));
                tok!(s, If);
                some!(s.disjunction());
                tok!(s, Else);
                some!(s.simple_statement());
                s.at_token(statement, "expected expression before 'if', but statement is given")
            },
            |s| {
                let lambda = tok!(s, Lambda);
                s.attempt(|s| s.parameters(true))?;
                let colon = tok!(s, Colon);
                let letter = match s.kind()? {
                    K::FstringMiddle => 'f',
                    K::TstringMiddle => 't',
                    _ => return Ok(None),
                };
                let message =
                    format!("{letter}-string: lambda expressions are not allowed without parentheses");
                s.range(lambda, colon, message)
            }
        )
    }

    fn invalid_legacy_expression(&mut self) -> R<()> {
        let name = tok!(self, Name);
        if self.kind()? == K::LeftParen {
            return Ok(None);
        }
        let argument = some!(self.star_expressions());
        let text = self.text(self.tokens[name as usize]);
        if !matches!(text, "print" | "exec") {
            return Ok(None);
        }
        let message = format!("Missing parentheses in call to '{text}'. Did you mean {text}(...)?");
        self.range(name, argument.last, message)
    }

    // ----- atoms -----

    pub fn atom(&mut self) -> R {
        let first = self.pos;
        let kind = match self.kind()? {
            K::Name => Kind::Name,
            K::True => Kind::True,
            K::False => Kind::False,
            K::None => Kind::None,
            K::Number => Kind::Literal,
            K::Ellipsis => Kind::Ellipsis,
            K::String | K::FstringStart | K::TstringStart => return self.strings(),
            K::LeftParen => return first_of!(self, Self::tuple, Self::group, Self::generator),
            K::LeftBracket => return first_of!(self, Self::list, Self::list_comprehension),
            K::LeftBrace => {
                return first_of!(
                    self,
                    Self::dict,
                    Self::set,
                    Self::dict_comprehension,
                    Self::set_comprehension
                );
            }
            _ => return Ok(None),
        };
        if kind == Kind::Literal {
            self.check_number()?;
        }
        let token = self.kind()?;
        self.token(token)?;
        Ok(Some(self.node(kind, first)))
    }

    /// Over-long integers are refused when their token is read.
    fn check_number(&mut self) -> Result<(), Raise> {
        let token = self.current()?;
        let parser = crate::parser::Parser::new(self.source, self.lexed, self.options);
        match parser.number_value(token) {
            Err(crate::parser::Fail::Error(error)) => Err(Raise { error, from_lexer: false }),
            _ => Ok(()),
        }
    }

    fn group(&mut self) -> R {
        first_of!(
            self,
            |s| {
                tok!(s, LeftParen);
                let inner =
                    some!(s.attempt(|s| first_of!(s, Self::yield_expression, Self::named_expression)));
                tok!(s, RightParen);
                Ok(Some(inner))
            },
            |s| s.wrong(Self::invalid_group)
        )
    }

    fn invalid_group(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, LeftParen);
                let starred = some!(s.starred_expression());
                tok!(s, RightParen);
                s.at_node(starred, "cannot use starred expression here")
            },
            |s| {
                tok!(s, LeftParen);
                let stars = tok!(s, DoubleStar);
                some!(s.expression());
                tok!(s, RightParen);
                s.at_token(stars, "cannot use double starred expression here")
            }
        )
    }

    pub fn tuple(&mut self) -> R {
        let first = self.pos;
        tok!(self, LeftParen);
        let items = self.attempt(|s| {
            let mut items = vec![some!(s.star_named_expression())];
            tok!(s, Comma);
            if let Some(more) = s.attempt(Self::star_named_expressions)? {
                items.extend(more);
            }
            Ok(Some(items))
        })?;
        tok!(self, RightParen);
        Ok(Some(self.parent(Kind::Tuple, first, &items.unwrap_or_default())))
    }

    pub fn list(&mut self) -> R {
        let first = self.pos;
        tok!(self, LeftBracket);
        let items = self.attempt(Self::star_named_expressions)?;
        tok!(self, RightBracket);
        Ok(Some(self.parent(Kind::List, first, &items.unwrap_or_default())))
    }

    fn set(&mut self) -> R {
        let first = self.pos;
        tok!(self, LeftBrace);
        some!(self.star_named_expressions());
        tok!(self, RightBrace);
        Ok(Some(self.node(Kind::Set, first)))
    }

    fn dict(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, LeftBrace);
                if s.attempt(Self::dict_item)?.is_some() {
                    s.any(|s| {
                        tok!(s, Comma);
                        s.dict_item()
                    })?;
                    s.token(K::Comma)?;
                }
                tok!(s, RightBrace);
                Ok(Some(s.node(Kind::Dict, first)))
            },
            |s| {
                // This rule for wrong code is always active.
                tok!(s, LeftBrace);
                some!(s.invalid_dict_items());
                Ok(None)
            }
        )
    }

    fn key_without_colon(&mut self, key: Node) -> R<()> {
        let mut span = self.span_of(key);
        span.col_offset = span.end_col_offset - 1;
        span.end_col_offset = -1;
        let message = "':' expected after dictionary key".to_owned();
        Err(self.raise_span(span, message))
    }

    fn dict_item(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, DoubleStar);
                some!(s.bitwise_or());
                Ok(Some(()))
            },
            Self::key_value
        )
    }

    fn key_value(&mut self) -> R<()> {
        some!(self.expression());
        tok!(self, Colon);
        some!(self.expression());
        Ok(Some(()))
    }

    fn invalid_dict_items(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.separated(Self::dict_item));
                tok!(s, Comma);
                s.invalid_key_value()
            },
            Self::invalid_value
        )
    }

    fn invalid_key_value(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                let key = some!(s.expression());
                if s.kind()? == K::Colon {
                    return Ok(None);
                }
                s.key_without_colon(key)
            },
            Self::invalid_value
        )
    }

    fn invalid_value(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.expression());
                tok!(s, Colon);
                let star = tok!(s, Star);
                some!(s.bitwise_or());
                s.starting_from(star, "cannot use a starred expression in a dictionary value")
            },
            |s| {
                some!(s.expression());
                let colon = tok!(s, Colon);
                if !s.at(&[K::RightBrace, K::Comma])? {
                    return Ok(None);
                }
                s.at_token(colon, "expression expected after dictionary key and ':'")
            }
        )
    }

    // ----- comprehensions -----

    pub fn generator(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, LeftParen);
                some!(s.walrus_or_expression());
                some!(s.clauses());
                tok!(s, RightParen);
                Ok(Some(s.node(Kind::Generator, first)))
            },
            |s| s.wrong(Self::invalid_comprehension)
        )
    }

    fn list_comprehension(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, LeftBracket);
                some!(s.named_expression());
                some!(s.clauses());
                tok!(s, RightBracket);
                Ok(Some(s.node(Kind::ListComp, first)))
            },
            |s| s.wrong(Self::invalid_comprehension)
        )
    }

    fn set_comprehension(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, LeftBrace);
                some!(s.named_expression());
                some!(s.clauses());
                tok!(s, RightBrace);
                Ok(Some(s.node(Kind::SetComp, first)))
            },
            |s| s.wrong(Self::invalid_comprehension)
        )
    }

    fn dict_comprehension(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                tok!(s, LeftBrace);
                some!(s.key_value());
                some!(s.clauses());
                tok!(s, RightBrace);
                Ok(Some(s.node(Kind::DictComp, first)))
            },
            |s| s.wrong(|s| {
                tok!(s, LeftBrace);
                let stars = tok!(s, DoubleStar);
                some!(s.bitwise_or());
                some!(s.clauses());
                tok!(s, RightBrace);
                s.at_token(stars, "dict unpacking cannot be used in dict comprehension")
            })
        )
    }

    pub fn invalid_comprehension(&mut self) -> R<()> {
        let message = "did you forget parentheses around the comprehension target?";
        first_of!(
            self,
            |s| {
                some!(s.one_of(&[K::LeftBracket, K::LeftParen, K::LeftBrace]));
                let starred = some!(s.starred_expression());
                some!(s.clauses());
                s.at_node(starred, "iterable unpacking cannot be used in comprehension")
            },
            |s| {
                some!(s.one_of(&[K::LeftBracket, K::LeftBrace]));
                let target = some!(s.star_named_expression());
                tok!(s, Comma);
                let more = some!(s.star_named_expressions());
                some!(s.clauses());
                let last = more.last().map_or(target.last, |n| n.last);
                s.range(target.first, last, message)
            },
            |s| {
                some!(s.one_of(&[K::LeftBracket, K::LeftBrace]));
                let target = some!(s.star_named_expression());
                let comma = tok!(s, Comma);
                some!(s.clauses());
                s.range(target.first, comma, message)
            }
        )
    }

    pub fn clauses(&mut self) -> R<Clauses> {
        Ok(some!(self.many(Self::clause)).pop())
    }

    fn clause(&mut self) -> R<Clauses> {
        let mark = self.pos;
        let is_async = self.token(K::Async)?.is_some();
        if self.token(K::For)?.is_some() {
            let target = self.attempt(Self::star_targets)?;
            if let Some(target) = target
                && self.token(K::In)?.is_some()
            {
                // After `in` there is no other reading.
                let mut last_item = some!(self.disjunction());
                let conditions = self.any(|s| {
                    tok!(s, If);
                    s.disjunction()
                })?;
                if let Some(&condition) = conditions.last() {
                    last_item = condition;
                }
                return Ok(Some(Clauses { last_item, last_target: target }));
            }
        }
        let _ = is_async;
        self.pos = mark;
        self.wrong::<()>(Self::invalid_clause)?;
        self.wrong::<()>(Self::invalid_for_target)?;
        Ok(None)
    }

    fn invalid_clause(&mut self) -> R<()> {
        self.token(K::Async)?;
        tok!(self, For);
        some!(self.bitwise_or());
        self.any(|s| {
            tok!(s, Comma);
            s.bitwise_or()
        })?;
        self.token(K::Comma)?;
        if self.kind()? == K::In {
            return Ok(None);
        }
        self.plain("'in' expected after for-loop variables")
    }
}
