//! Arguments of calls.

use super::core::{Kind, Node, R, Recogniser, Rule, first_of, some, tok};
use crate::lexer::TokenKind as K;

const MAYBE_EQUAL: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
const GENERATOR: &str = "Generator expression must be parenthesized";

impl Recogniser<'_> {
    pub fn arguments(&mut self) -> R {
        self.memo(Rule::Arguments, |s| {
            first_of!(
                s,
                |s| {
                    let args = some!(s.args());
                    s.token(K::Comma)?;
                    if s.kind()? == K::RightParen { Ok(Some(args)) } else { Ok(None) }
                },
                |s| s.wrong(Self::invalid_arguments)
            )
        })
    }

    /// A positional argument.
    fn positional(&mut self) -> R {
        first_of!(self, Self::starred_expression, |s| {
            let value = some!(s.walrus_or_expression());
            if s.kind()? == K::Equal { Ok(None) } else { Ok(Some(value)) }
        })
    }

    /// The children of the node are the positional arguments; its mark tells of `**`.
    fn args(&mut self) -> R {
        first_of!(
            self,
            |s| {
                let first = s.pos;
                let mut items = some!(s.separated(Self::positional));
                let keywords = s.attempt(|s| {
                    tok!(s, Comma);
                    s.keyword_arguments()
                })?;
                let mark = keywords.is_some_and(|k| k.mark);
                if let Some(keywords) = keywords {
                    items.extend(s.children(keywords));
                }
                let node = s.parent(Kind::Other, first, &items);
                Ok(Some(Node { mark, ..node }))
            },
            Self::keyword_arguments
        )
    }

    fn keyword_arguments(&mut self) -> R {
        let first = self.pos;
        let with_star = self.attempt(|s| s.separated(Self::keyword_or_starred))?;
        let mark = self.pos;
        let doubles = if with_star.is_some() {
            self.attempt(|s| {
                tok!(s, Comma);
                s.separated(Self::keyword_or_double_starred)
            })?
        } else {
            self.attempt(|s| s.separated(Self::keyword_or_double_starred))?
        };
        if with_star.is_none() && doubles.is_none() {
            return Ok(None);
        }
        if doubles.is_none() {
            self.pos = mark;
        }
        let unpacked = doubles.is_some_and(|d| d.iter().any(|&double| double));
        let starred: Vec<Node> = with_star.unwrap_or_default().into_iter().flatten().collect();
        let node = self.parent(Kind::Other, first, &starred);
        Ok(Some(Node { mark: unpacked, ..node }))
    }

    fn keyword(&mut self) -> R<()> {
        tok!(self, Name);
        tok!(self, Equal);
        some!(self.expression());
        Ok(Some(()))
    }

    /// A starred argument is given as a node, a keyword as nothing.
    fn keyword_or_starred(&mut self) -> R<Option<Node>> {
        first_of!(
            self,
            |s| s.wrong(Self::invalid_keyword),
            |s| {
                some!(s.keyword());
                Ok(Some(None))
            },
            |s| {
                let starred = some!(s.starred_expression());
                Ok(Some(Some(starred)))
            }
        )
    }

    /// True for `**`.
    fn keyword_or_double_starred(&mut self) -> R<bool> {
        first_of!(
            self,
            |s| s.wrong(Self::invalid_keyword),
            |s| {
                some!(s.keyword());
                Ok(Some(false))
            },
            |s| {
                tok!(s, DoubleStar);
                some!(s.expression());
                Ok(Some(true))
            }
        )
    }

    pub fn starred_expression(&mut self) -> R {
        first_of!(
            self,
            |s| s.wrong(|s| {
                let star = tok!(s, Star);
                some!(s.expression());
                tok!(s, Equal);
                let value = some!(s.expression());
                s.range(star, value.last, "cannot assign to iterable argument unpacking")
            }),
            |s| {
                let first = s.pos;
                tok!(s, Star);
                let value = some!(s.expression());
                Ok(Some(s.parent(Kind::Starred, first, &[value])))
            },
            |s| s.wrong(|s| {
                tok!(s, Star);
                s.plain("Invalid star expression")
            })
        )
    }

    fn invalid_keyword(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                let name = some!(s.one_of(&[K::True, K::False, K::None]));
                let equal = tok!(s, Equal);
                let text = s.text(s.tokens[name as usize]);
                s.range(name, equal, format!("cannot assign to {text}"))
            },
            |s| {
                let name = tok!(s, Name);
                let equal = tok!(s, Equal);
                some!(s.expression());
                some!(s.clauses());
                s.range(name, equal, MAYBE_EQUAL)
            },
            |s| {
                if s.at_keyword()? {
                    return Ok(None);
                }
                let target = some!(s.expression());
                let equal = tok!(s, Equal);
                s.range(
                    target.first,
                    equal,
                    "expression cannot contain assignment, perhaps you meant \"==\"?",
                )
            },
            |s| {
                let stars = tok!(s, DoubleStar);
                some!(s.expression());
                tok!(s, Equal);
                let value = some!(s.expression());
                s.range(stars, value.last, "cannot assign to keyword argument unpacking")
            }
        )
    }

    fn at_keyword(&mut self) -> Result<bool, super::core::Raise> {
        self.ahead(|s| {
            tok!(s, Name);
            tok!(s, Equal);
            Ok(Some(()))
        })
    }

    fn invalid_arguments(&mut self) -> R<()> {
        first_of!(
            self,
            Self::starred_after_unpacking,
            |s| {
                let element = some!(s.expression());
                let clauses = some!(s.clauses());
                tok!(s, Comma);
                s.attempt(|s| {
                    first_of!(
                        s,
                        |s| {
                            some!(s.args());
                            Ok(Some(()))
                        },
                        |s| {
                            some!(s.expression());
                            some!(s.clauses());
                            Ok(Some(()))
                        }
                    )
                })?;
                s.range(element.first, clauses.last_item.last, GENERATOR)
            },
            |s| {
                let name = tok!(s, Name);
                let equal = tok!(s, Equal);
                some!(s.expression());
                some!(s.clauses());
                s.range(name, equal, MAYBE_EQUAL)
            },
            |s| {
                s.attempt(|s| {
                    some!(s.args());
                    tok!(s, Comma);
                    Ok(Some(()))
                })?;
                let name = tok!(s, Name);
                let equal = tok!(s, Equal);
                if !s.at(&[K::Comma, K::RightParen])? {
                    return Ok(None);
                }
                s.range(name, equal, "expected argument value expression")
            },
            |s| {
                let args = some!(s.args());
                let clauses = some!(s.clauses());
                let positional = s.children(args);
                match positional.last() {
                    Some(last) if positional.len() > 1 => {
                        s.range(last.first, clauses.last_item.last, GENERATOR)
                    }
                    _ => Ok(None),
                }
            },
            |s| {
                some!(s.args());
                tok!(s, Comma);
                let element = some!(s.expression());
                let clauses = some!(s.clauses());
                s.range(element.first, clauses.last_target.last, GENERATOR)
            },
            |s| {
                let args = some!(s.args());
                tok!(s, Comma);
                some!(s.args());
                let what = if args.mark { " unpacking" } else { "" };
                s.plain(format!("positional argument follows keyword argument{what}"))
            }
        )
    }

    fn starred_after_unpacking(&mut self) -> R<()> {
        let found = self.attempt(|s| {
            some!(s.separated(Self::positional));
            tok!(s, Comma);
            s.keyword_arguments()
        })?;
        if found.is_none() {
            some!(self.keyword_arguments());
        }
        let comma = tok!(self, Comma);
        some!(self.separated(|s| {
            let starred = some!(s.starred_expression());
            if s.kind()? == K::Equal { Ok(None) } else { Ok(Some(starred)) }
        }));
        self.starting_from(comma, "iterable argument unpacking follows keyword argument unpacking")
    }
}
