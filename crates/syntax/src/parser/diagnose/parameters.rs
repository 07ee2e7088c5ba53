//! Parameters of functions and lambdas, type parameters.

use super::core::{Kind, R, Raise, Recogniser, Rule, first_of, some, tok};
use crate::lexer::TokenKind as K;

impl Recogniser<'_> {
    fn closing(lambda: bool) -> K {
        if lambda { K::Colon } else { K::RightParen }
    }

    /// `params` or `lambda_params`.
    pub fn parameters(&mut self, lambda: bool) -> R<()> {
        self.wrong::<()>(|s| s.invalid_parameters(lambda))?;
        self.valid_parameters(lambda)
    }

    fn valid_parameters(&mut self, lambda: bool) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.slash_no_default(lambda));
                s.any(|s| s.without_default(lambda))?;
                s.any(|s| s.with_default(lambda))?;
                s.attempt(|s| s.star_etc(lambda))?;
                Ok(Some(()))
            },
            |s| {
                some!(s.slash_with_default(lambda));
                s.any(|s| s.with_default(lambda))?;
                s.attempt(|s| s.star_etc(lambda))?;
                Ok(Some(()))
            },
            |s| {
                some!(s.many(|s| s.without_default(lambda)));
                s.any(|s| s.with_default(lambda))?;
                s.attempt(|s| s.star_etc(lambda))?;
                Ok(Some(()))
            },
            |s| {
                some!(s.many(|s| s.with_default(lambda)));
                s.attempt(|s| s.star_etc(lambda))?;
                Ok(Some(()))
            },
            |s| s.star_etc(lambda)
        )
    }

    fn parameter(&mut self, lambda: bool) -> R {
        let first = self.pos;
        tok!(self, Name);
        if !lambda {
            self.attempt(|s| {
                tok!(s, Colon);
                s.expression()
            })?;
        }
        Ok(Some(self.node(Kind::Other, first)))
    }

    /// A comma, with a type comment perhaps, or the closing token ahead.
    fn end_of_parameter(&mut self, lambda: bool) -> Result<bool, Raise> {
        if self.token(K::Comma)?.is_some() {
            if !lambda {
                self.token(K::TypeComment)?;
            }
            return Ok(true);
        }
        let mark = self.pos;
        if !lambda {
            self.token(K::TypeComment)?;
        }
        if self.kind()? == Self::closing(lambda) {
            return Ok(true);
        }
        self.pos = mark;
        Ok(false)
    }

    fn without_default(&mut self, lambda: bool) -> R {
        let node = some!(self.parameter(lambda));
        if self.end_of_parameter(lambda)? { Ok(Some(node)) } else { Ok(None) }
    }

    fn default(&mut self, lambda: bool) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, Equal);
                some!(s.expression());
                Ok(Some(()))
            },
            |s| s.wrong(|s| {
                let equal = tok!(s, Equal);
                if !s.at(&[Self::closing(lambda), K::Comma])? {
                    return Ok(None);
                }
                s.at_token(equal, "expected default value expression")
            })
        )
    }

    fn with_default(&mut self, lambda: bool) -> R {
        let node = some!(self.parameter(lambda));
        some!(self.default(lambda));
        if self.end_of_parameter(lambda)? { Ok(Some(node)) } else { Ok(None) }
    }

    fn maybe_default(&mut self, lambda: bool) -> R {
        let node = some!(self.parameter(lambda));
        self.attempt(|s| s.default(lambda))?;
        if self.end_of_parameter(lambda)? { Ok(Some(node)) } else { Ok(None) }
    }

    fn slash(&mut self, lambda: bool) -> R<()> {
        tok!(self, Slash);
        if self.token(K::Comma)?.is_some() || self.kind()? == Self::closing(lambda) {
            Ok(Some(()))
        } else {
            Ok(None)
        }
    }

    fn slash_no_default(&mut self, lambda: bool) -> R<()> {
        self.attempt(|s| {
            some!(s.many(|s| s.without_default(lambda)));
            s.slash(lambda)
        })
    }

    fn slash_with_default(&mut self, lambda: bool) -> R<()> {
        self.attempt(|s| {
            s.any(|s| s.without_default(lambda))?;
            some!(s.many(|s| s.with_default(lambda)));
            s.slash(lambda)
        })
    }

    fn star_etc(&mut self, lambda: bool) -> R<()> {
        first_of!(
            self,
            |s| s.wrong(|s| s.invalid_star_etc(lambda)),
            |s| {
                tok!(s, Star);
                some!(s.without_default(lambda));
                s.any(|s| s.maybe_default(lambda))?;
                s.attempt(|s| s.double_star(lambda))?;
                Ok(Some(()))
            },
            |s| {
                if lambda {
                    return Ok(None);
                }
                tok!(s, Star);
                tok!(s, Name);
                tok!(s, Colon);
                some!(s.star_annotation());
                if !s.end_of_parameter(lambda)? {
                    return Ok(None);
                }
                s.any(|s| s.maybe_default(lambda))?;
                s.attempt(|s| s.double_star(lambda))?;
                Ok(Some(()))
            },
            |s| {
                tok!(s, Star);
                tok!(s, Comma);
                some!(s.many(|s| s.maybe_default(lambda)));
                s.attempt(|s| s.double_star(lambda))?;
                Ok(Some(()))
            },
            |s| s.double_star(lambda)
        )
    }

    fn star_annotation(&mut self) -> R {
        first_of!(
            self,
            |s| {
                tok!(s, Star);
                s.bitwise_or()
            },
            Self::expression
        )
    }

    fn double_star(&mut self, lambda: bool) -> R<()> {
        first_of!(self, |s| s.wrong(|s| s.invalid_double_star(lambda)), |s| {
            tok!(s, DoubleStar);
            some!(s.without_default(lambda));
            Ok(Some(()))
        })
    }

    fn invalid_double_star(&mut self, lambda: bool) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, DoubleStar);
                some!(s.parameter(lambda));
                let equal = tok!(s, Equal);
                s.at_token(equal, "var-keyword argument cannot have default value")
            },
            |s| {
                tok!(s, DoubleStar);
                some!(s.parameter(lambda));
                tok!(s, Comma);
                let parameter = some!(s.parameter(lambda));
                s.at_node(parameter, "arguments cannot follow var-keyword argument")
            },
            |s| {
                tok!(s, DoubleStar);
                some!(s.parameter(lambda));
                tok!(s, Comma);
                let token = some!(s.one_of(&[K::Star, K::DoubleStar, K::Slash]));
                s.at_token(token, "arguments cannot follow var-keyword argument")
            }
        )
    }

    fn invalid_star_etc(&mut self, lambda: bool) -> R<()> {
        let close = Self::closing(lambda);
        first_of!(
            self,
            |s| {
                let star = tok!(s, Star);
                if s.token(close)?.is_none() {
                    tok!(s, Comma);
                    some!(s.one_of(&[close, K::DoubleStar]));
                }
                if lambda {
                    return s.plain("named arguments must follow bare *");
                }
                s.at_token(star, "named arguments must follow bare *")
            },
            |s| {
                if lambda {
                    return Ok(None);
                }
                tok!(s, Star);
                tok!(s, Comma);
                tok!(s, TypeComment);
                s.plain("bare * has associated type comment")
            },
            |s| {
                tok!(s, Star);
                some!(s.parameter(lambda));
                let equal = tok!(s, Equal);
                s.at_token(equal, "var-positional argument cannot have default value")
            },
            |s| {
                tok!(s, Star);
                some!(s.plain_or_comma(lambda));
                s.any(|s| s.maybe_default(lambda))?;
                let star = tok!(s, Star);
                some!(s.plain_or_comma(lambda));
                s.at_token(star, "* argument may appear only once")
            }
        )
    }

    fn plain_or_comma(&mut self, lambda: bool) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.without_default(lambda));
                Ok(Some(()))
            },
            |s| {
                tok!(s, Comma);
                Ok(Some(()))
            }
        )
    }

    fn invalid_parameters(&mut self, lambda: bool) -> R<()> {
        first_of!(
            self,
            |s| {
                let slash = tok!(s, Slash);
                tok!(s, Comma);
                s.at_token(slash, "at least one argument must precede /")
            },
            |s| {
                some!(s.slash_of_any_kind(lambda));
                s.any(|s| s.maybe_default(lambda))?;
                let slash = tok!(s, Slash);
                s.at_token(slash, "/ may appear only once")
            },
            |s| {
                s.attempt(|s| s.slash_no_default(lambda))?;
                s.any(|s| s.without_default(lambda))?;
                if s.attempt(|s| s.slash_with_default(lambda))?.is_none() {
                    some!(s.many(|s| s.with_default(lambda)));
                }
                let parameter = some!(s.without_default(lambda));
                // A parameter's node ends before its comma.
                s.at_node(parameter, "parameter without a default follows parameter with a default")
            },
            |s| s.invalid_parenthesised(lambda),
            |s| {
                s.attempt(|s| s.slash_of_any_kind(lambda))?;
                s.any(|s| s.maybe_default(lambda))?;
                tok!(s, Star);
                if s.token(K::Comma)?.is_none() {
                    some!(s.without_default(lambda));
                }
                s.any(|s| s.maybe_default(lambda))?;
                let slash = tok!(s, Slash);
                s.at_token(slash, "/ must be ahead of *")
            },
            |s| {
                some!(s.many(|s| s.maybe_default(lambda)));
                tok!(s, Slash);
                let star = tok!(s, Star);
                s.at_token(star, "expected comma between / and *")
            }
        )
    }

    fn slash_of_any_kind(&mut self, lambda: bool) -> R<()> {
        if self.slash_no_default(lambda)?.is_some() {
            return Ok(Some(()));
        }
        self.slash_with_default(lambda)
    }

    fn invalid_parenthesised(&mut self, lambda: bool) -> R<()> {
        self.any(|s| s.without_default(lambda))?;
        let open = tok!(self, LeftParen);
        if lambda {
            some!(self.separated(|s| s.parameter(true)));
        } else {
            some!(self.many(|s| s.without_default(false)));
        }
        self.token(K::Comma)?;
        let close = tok!(self, RightParen);
        let what = if lambda { "Lambda expression parameters" } else { "Function parameters" };
        self.range(open, close, format!("{what} cannot be parenthesized"))
    }

    // ----- type parameters -----

    pub fn type_params(&mut self) -> R<()> {
        first_of!(
            self,
            |s| s.wrong(|s| {
                tok!(s, LeftBracket);
                let close = tok!(s, RightBracket);
                s.starting_from(close, "Type parameter list cannot be empty")
            }),
            |s| {
                tok!(s, LeftBracket);
                some!(s.separated(Self::type_param));
                s.token(K::Comma)?;
                tok!(s, RightBracket);
                Ok(Some(()))
            }
        )
    }

    fn type_param(&mut self) -> R {
        self.memo(Rule::TypeParam, |s| {
            first_of!(
                s,
                |s| {
                    let first = s.pos;
                    tok!(s, Name);
                    s.attempt(|s| {
                        tok!(s, Colon);
                        s.expression()
                    })?;
                    s.attempt(Self::type_param_default)?;
                    Ok(Some(s.node(Kind::Other, first)))
                },
                |s| s.wrong(|s| s.invalid_type_param(K::Star, "TypeVarTuple")),
                |s| {
                    let first = s.pos;
                    tok!(s, Star);
                    tok!(s, Name);
                    s.attempt(|s| {
                        tok!(s, Equal);
                        s.star_annotation()
                    })?;
                    Ok(Some(s.node(Kind::Other, first)))
                },
                |s| s.wrong(|s| s.invalid_type_param(K::DoubleStar, "ParamSpec")),
                |s| {
                    let first = s.pos;
                    tok!(s, DoubleStar);
                    tok!(s, Name);
                    s.attempt(Self::type_param_default)?;
                    Ok(Some(s.node(Kind::Other, first)))
                }
            )
        })
    }

    fn type_param_default(&mut self) -> R {
        tok!(self, Equal);
        self.expression()
    }

    fn invalid_type_param(&mut self, star: K, what: &str) -> R<()> {
        some!(self.token(star));
        tok!(self, Name);
        let colon = tok!(self, Colon);
        let bound = some!(self.expression());
        let word = if bound.kind == Kind::Tuple { "constraints" } else { "bound" };
        self.starting_from(colon, format!("cannot use {word} with {what}"))
    }
}
