//! The `match` statement.

use super::core::{Kind, R, Recogniser, first_of, some, tok};
use crate::lexer::TokenKind as K;

impl Recogniser<'_> {
    pub fn match_statement(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.soft("match"));
                some!(s.subject());
                tok!(s, Colon);
                tok!(s, Newline);
                tok!(s, Indent);
                some!(s.many(Self::case_block));
                tok!(s, Dedent);
                Ok(Some(()))
            },
            |s| s.wrong(|s| {
                some!(s.soft("match"));
                some!(s.subject());
                tok!(s, Newline);
                s.plain("expected ':'")
            }),
            |s| s.wrong(|s| {
                let keyword = some!(s.soft("match"));
                some!(s.subject());
                s.missing_case_block(keyword, "match")
            })
        )
    }

    fn missing_case_block(&mut self, keyword: u32, what: &str) -> R<()> {
        tok!(self, Colon);
        tok!(self, Newline);
        if self.kind()? == K::Indent {
            return Ok(None);
        }
        let line = self.line(keyword);
        self.indentation(format!("expected an indented block after '{what}' statement on line {line}"))
    }

    fn subject(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.star_named_expression());
                tok!(s, Comma);
                s.attempt(Self::star_named_expressions)?;
                Ok(Some(()))
            },
            |s| {
                some!(s.named_expression());
                Ok(Some(()))
            }
        )
    }

    fn case_head(&mut self) -> R<u32> {
        let keyword = some!(self.soft("case"));
        some!(self.case_patterns());
        self.attempt(|s| {
            tok!(s, If);
            s.named_expression()
        })?;
        Ok(Some(keyword))
    }

    fn case_block(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            some!(s.case_head());
            tok!(s, Newline);
            s.plain("expected ':'")
        })?;
        self.wrong::<()>(|s| {
            let keyword = some!(s.case_head());
            s.missing_case_block(keyword, "case")
        })?;
        some!(self.case_head());
        tok!(self, Colon);
        some!(self.block());
        Ok(Some(()))
    }

    fn case_patterns(&mut self) -> R<()> {
        first_of!(self, Self::open_sequence, |s| {
            some!(s.pattern());
            Ok(Some(()))
        })
    }

    fn open_sequence(&mut self) -> R<()> {
        some!(self.maybe_star_pattern());
        tok!(self, Comma);
        self.attempt(Self::sequence_items)?;
        Ok(Some(()))
    }

    fn sequence_items(&mut self) -> R<()> {
        some!(self.separated(Self::maybe_star_pattern));
        self.token(K::Comma)?;
        Ok(Some(()))
    }

    fn maybe_star_pattern(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, Star);
                some!(s.attempt(|s| first_of!(s, Self::capture_target, |s: &mut Self| s.soft("_"))));
                Ok(Some(()))
            },
            |s| {
                some!(s.pattern());
                Ok(Some(()))
            }
        )
    }

    fn pattern(&mut self) -> R {
        let first = self.pos;
        first_of!(
            self,
            |s| {
                some!(s.or_pattern());
                tok!(s, As);
                some!(s.capture_target());
                Ok(Some(s.node(Kind::Other, first)))
            },
            |s| s.wrong(|s| {
                some!(s.or_pattern());
                tok!(s, As);
                let underscore = some!(s.soft("_"));
                s.at_token(underscore, "cannot use '_' as a target")
            }),
            |s| s.wrong(|s| {
                some!(s.or_pattern());
                tok!(s, As);
                let target = some!(s.expression());
                s.at_node(target, format!("cannot use {} as pattern target", target.kind.name()))
            }),
            Self::or_pattern
        )
    }

    fn or_pattern(&mut self) -> R {
        let first = self.pos;
        some!(self.closed_pattern());
        self.any(|s| {
            tok!(s, Pipe);
            s.closed_pattern()
        })?;
        Ok(Some(self.node(Kind::Other, first)))
    }

    fn capture_target(&mut self) -> R<u32> {
        if self.ahead(|s| s.soft("_"))? {
            return Ok(None);
        }
        let name = tok!(self, Name);
        if self.at(&[K::Dot, K::LeftParen, K::Equal])? { Ok(None) } else { Ok(Some(name)) }
    }

    fn closed_pattern(&mut self) -> R<()> {
        first_of!(
            self,
            Self::literal_pattern,
            |s| {
                some!(s.capture_target());
                Ok(Some(()))
            },
            |s| {
                some!(s.soft("_"));
                Ok(Some(()))
            },
            |s| {
                some!(s.dotted_value());
                if s.at(&[K::Dot, K::LeftParen, K::Equal])? { Ok(None) } else { Ok(Some(())) }
            },
            |s| {
                tok!(s, LeftParen);
                some!(s.pattern());
                tok!(s, RightParen);
                Ok(Some(()))
            },
            |s| {
                tok!(s, LeftBracket);
                s.attempt(Self::sequence_items)?;
                tok!(s, RightBracket);
                Ok(Some(()))
            },
            |s| {
                tok!(s, LeftParen);
                s.attempt(Self::open_sequence)?;
                tok!(s, RightParen);
                Ok(Some(()))
            },
            Self::mapping_pattern,
            Self::class_pattern
        )
    }

    fn literal_pattern(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.signed_number());
                if s.at(&[K::Plus, K::Minus])? { Ok(None) } else { Ok(Some(())) }
            },
            |s| {
                let real = some!(s.signed_number());
                some!(s.one_of(&[K::Plus, K::Minus]));
                let imaginary = tok!(s, Number);
                s.check_complex(real, imaginary)
            },
            |s| {
                some!(s.strings());
                Ok(Some(()))
            },
            |s| {
                some!(s.one_of(&[K::None, K::True, K::False]));
                Ok(Some(()))
            }
        )
    }

    fn check_complex(&mut self, real: u32, imaginary: u32) -> R<()> {
        let is_imaginary = |s: &Self, index: u32| s.text(s.tokens[index as usize]).ends_with(['j', 'J']);
        if is_imaginary(self, real) {
            return self.at_token(real, "real number required in complex literal");
        }
        if !is_imaginary(self, imaginary) {
            return self.at_token(imaginary, "imaginary number required in complex literal");
        }
        Ok(Some(()))
    }

    /// The token of the number.
    fn signed_number(&mut self) -> R<u32> {
        self.token(K::Minus)?;
        self.token(K::Number)
    }

    /// `name.name…`
    fn dotted_value(&mut self) -> R<()> {
        tok!(self, Name);
        some!(self.many(|s| {
            tok!(s, Dot);
            s.token(K::Name)
        }));
        Ok(Some(()))
    }

    fn mapping_pattern(&mut self) -> R<()> {
        tok!(self, LeftBrace);
        let items = self.attempt(|s| {
            s.separated(|s| {
                some!(first_of!(s, Self::literal_pattern, Self::dotted_value));
                tok!(s, Colon);
                s.pattern()
            })
        })?;
        let rest = self.attempt(|s| {
            if items.is_some() {
                tok!(s, Comma);
            }
            tok!(s, DoubleStar);
            s.capture_target()
        })?;
        if items.is_some() || rest.is_some() {
            self.token(K::Comma)?;
        }
        tok!(self, RightBrace);
        Ok(Some(()))
    }

    fn class_name(&mut self) -> R<()> {
        tok!(self, Name);
        self.any(|s| {
            tok!(s, Dot);
            s.token(K::Name)
        })?;
        Ok(Some(()))
    }

    fn keyword_pattern(&mut self) -> R {
        tok!(self, Name);
        tok!(self, Equal);
        self.pattern()
    }

    fn class_pattern(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.class_name());
                tok!(s, LeftParen);
                let positional = s.attempt(|s| s.separated(Self::positional_pattern))?.is_some();
                let keywords = s.attempt(|s| {
                    if positional {
                        tok!(s, Comma);
                    }
                    s.separated(Self::keyword_pattern)
                })?;
                if positional || keywords.is_some() {
                    s.token(K::Comma)?;
                }
                tok!(s, RightParen);
                Ok(Some(()))
            },
            |s| s.wrong(|s| {
                some!(s.class_name());
                tok!(s, LeftParen);
                s.attempt(|s| {
                    some!(s.separated(Self::positional_pattern));
                    s.token(K::Comma)
                })?;
                some!(s.separated(Self::keyword_pattern));
                tok!(s, Comma);
                let late = some!(s.separated(Self::positional_pattern));
                let (Some(first), Some(last)) = (late.first(), late.last()) else { return Ok(None) };
                s.range(first.first, last.last, "positional patterns follow keyword patterns")
            })
        )
    }

    fn positional_pattern(&mut self) -> R {
        self.pattern()
    }
}
