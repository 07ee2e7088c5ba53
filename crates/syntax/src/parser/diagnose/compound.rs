//! Compound statements and blocks.

use super::core::{Kind, R, Recogniser, Rule, first_of, some, tok};
use super::targets::Use;
use crate::lexer::TokenKind as K;

impl Recogniser<'_> {
    pub fn compound_statement(&mut self) -> R<()> {
        let kind = self.kind()?;
        let rules: &[fn(&mut Self) -> R<()>] = match kind {
            K::Def => &[Self::function],
            K::At => &[Self::function, Self::class],
            K::Async => &[Self::function, Self::with, Self::for_loop],
            K::If => &[Self::if_statement],
            K::Class => &[Self::class],
            K::With => &[Self::with],
            K::For => &[Self::for_loop],
            K::Try => &[Self::try_statement],
            K::While => &[Self::while_loop],
            K::Name => &[Self::match_statement],
            _ => &[],
        };
        for rule in rules {
            let found = self.attempt(rule)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    pub fn block(&mut self) -> R {
        self.memo(Rule::Block, |s| {
            let first = s.pos;
            some!(s.block_proper());
            Ok(Some(s.node(Kind::Other, first)))
        })
    }

    fn block_proper(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, Newline);
                tok!(s, Indent);
                some!(s.statements());
                tok!(s, Dedent);
                Ok(Some(()))
            },
            Self::simple_statements,
            |s| s.wrong(|s| {
                tok!(s, Newline);
                if s.kind()? == K::Indent {
                    return Ok(None);
                }
                s.indentation("expected an indented block")
            })
        )
    }

    /// `: NEWLINE` without an indented block after it, for the statement that begins with token `keyword`.
    fn missing_block(&mut self, keyword: u32, what: &str) -> R<()> {
        tok!(self, Colon);
        tok!(self, Newline);
        if self.kind()? == K::Indent {
            return Ok(None);
        }
        let line = self.line(keyword);
        self.indentation(format!("expected an indented block after {what} on line {line}"))
    }

    fn colon_block(&mut self) -> R<()> {
        tok!(self, Colon);
        some!(self.block());
        Ok(Some(()))
    }

    fn missing_colon(&mut self) -> R<()> {
        tok!(self, Newline);
        self.plain("expected ':'")
    }

    // ----- if, while -----

    fn if_statement(&mut self) -> R<()> {
        self.branch(K::If, "'if' statement")
    }

    /// `if` or `elif` with all that follows it.
    fn branch(&mut self, keyword: K, what: &'static str) -> R<()> {
        self.wrong::<()>(|s| {
            some!(s.token(keyword));
            some!(s.named_expression());
            s.missing_colon()
        })?;
        self.wrong::<()>(|s| {
            let keyword = some!(s.token(keyword));
            some!(s.named_expression());
            s.missing_block(keyword, what)
        })?;
        some!(self.token(keyword));
        some!(self.named_expression());
        some!(self.colon_block());
        if self.kind()? == K::Elif
            && self.attempt(|s| s.nested(|s| s.branch(K::Elif, "'elif' statement")))?.is_some()
        {
            return Ok(Some(()));
        }
        self.attempt(Self::else_block)?;
        Ok(Some(()))
    }

    fn else_block(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            let keyword = tok!(s, Else);
            s.missing_block(keyword, "'else' statement")
        })?;
        self.wrong::<()>(|s| {
            tok!(s, Else);
            tok!(s, Colon);
            some!(s.block());
            tok!(s, Elif);
            s.plain("'elif' block follows an 'else' block")
        })?;
        tok!(self, Else);
        some!(self.forced(K::Colon, ":"));
        some!(self.block());
        Ok(Some(()))
    }

    fn while_loop(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            tok!(s, While);
            some!(s.named_expression());
            s.missing_colon()
        })?;
        self.wrong::<()>(|s| {
            let keyword = tok!(s, While);
            some!(s.named_expression());
            s.missing_block(keyword, "'while' statement")
        })?;
        tok!(self, While);
        some!(self.named_expression());
        some!(self.colon_block());
        self.attempt(Self::else_block)?;
        Ok(Some(()))
    }

    // ----- for, with -----

    fn for_head(&mut self) -> R<u32> {
        self.token(K::Async)?;
        let keyword = tok!(self, For);
        some!(self.star_targets());
        tok!(self, In);
        some!(self.star_expressions());
        Ok(Some(keyword))
    }

    fn for_loop(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            some!(s.for_head());
            s.missing_colon()
        })?;
        self.wrong::<()>(|s| {
            let keyword = some!(s.for_head());
            s.missing_block(keyword, "'for' statement")
        })?;
        let mark = self.pos;
        self.token(K::Async)?;
        let head = self.attempt(|s| {
            tok!(s, For);
            some!(s.star_targets());
            s.token(K::In)
        })?;
        if head.is_some() {
            // After `in` there is no other reading.
            some!(self.star_expressions());
            tok!(self, Colon);
            self.token(K::TypeComment)?;
            some!(self.block());
            self.attempt(Self::else_block)?;
            return Ok(Some(()));
        }
        self.pos = mark;
        self.wrong(Self::invalid_for_target)
    }

    fn with(&mut self) -> R<()> {
        self.wrong::<()>(|s| s.invalid_with(false))?;
        first_of!(
            self,
            |s| {
                s.token(K::Async)?;
                tok!(s, With);
                tok!(s, LeftParen);
                some!(s.separated(Self::with_item));
                s.token(K::Comma)?;
                tok!(s, RightParen);
                tok!(s, Colon);
                s.token(K::TypeComment)?;
                some!(s.block());
                Ok(Some(()))
            },
            |s| {
                s.token(K::Async)?;
                tok!(s, With);
                some!(s.separated(Self::with_item));
                tok!(s, Colon);
                s.token(K::TypeComment)?;
                some!(s.block());
                Ok(Some(()))
            },
            |s| s.wrong(|s| s.invalid_with(true))
        )
    }

    fn with_item(&mut self) -> R<()> {
        let ends = [K::Comma, K::RightParen, K::Colon];
        first_of!(
            self,
            |s| {
                some!(s.expression());
                tok!(s, As);
                some!(s.star_target());
                if s.at(&ends)? { Ok(Some(())) } else { Ok(None) }
            },
            |s| s.wrong(|s| {
                some!(s.expression());
                tok!(s, As);
                let target = some!(s.expression());
                if !s.at(&ends)? {
                    return Ok(None);
                }
                s.check_target(target, Use::Assign)
            }),
            |s| {
                some!(s.expression());
                Ok(Some(()))
            }
        )
    }

    /// A `with` head, loosely: the keyword's token.
    fn with_head(&mut self, parenthesised: bool) -> R<u32> {
        self.token(K::Async)?;
        let keyword = tok!(self, With);
        if parenthesised {
            tok!(self, LeftParen);
        }
        some!(self.separated(|s| {
            if parenthesised {
                some!(s.expressions());
            } else {
                some!(s.expression());
            }
            s.attempt(|s| {
                tok!(s, As);
                s.star_target()
            })?;
            Ok(Some(()))
        }));
        if parenthesised {
            self.token(K::Comma)?;
            tok!(self, RightParen);
        }
        Ok(Some(keyword))
    }

    fn invalid_with(&mut self, colon: bool) -> R<()> {
        for parenthesised in [false, true] {
            self.attempt(|s| {
                let keyword = some!(s.with_head(parenthesised));
                if colon { s.missing_colon() } else { s.missing_block(keyword, "'with' statement") }
            })?;
        }
        Ok(None)
    }

    // ----- try -----

    fn try_statement(&mut self) -> R<()> {
        self.wrong::<()>(Self::invalid_try)?;
        first_of!(
            self,
            |s| {
                some!(s.try_head());
                s.finally_block()
            },
            |s| {
                some!(s.try_head());
                some!(s.many(Self::except_block));
                s.attempt(Self::else_block)?;
                s.attempt(Self::finally_block)?;
                Ok(Some(()))
            },
            |s| {
                some!(s.try_head());
                some!(s.many(Self::except_star_block));
                s.attempt(Self::else_block)?;
                s.attempt(Self::finally_block)?;
                Ok(Some(()))
            }
        )
    }

    fn try_head(&mut self) -> R<()> {
        tok!(self, Try);
        some!(self.forced(K::Colon, ":"));
        some!(self.block());
        Ok(Some(()))
    }

    fn invalid_try(&mut self) -> R<()> {
        let both = "cannot have both 'except' and 'except*' on the same 'try'";
        first_of!(
            self,
            |s| {
                let keyword = tok!(s, Try);
                s.missing_block(keyword, "'try' statement")
            },
            |s| {
                tok!(s, Try);
                tok!(s, Colon);
                some!(s.block());
                if s.at(&[K::Except, K::Finally])? {
                    return Ok(None);
                }
                s.plain("expected 'except' or 'finally' block")
            },
            |s| {
                tok!(s, Try);
                tok!(s, Colon);
                s.any(Self::block)?;
                some!(s.many(Self::except_block));
                let except = tok!(s, Except);
                let star = tok!(s, Star);
                some!(s.expression());
                s.as_name()?;
                tok!(s, Colon);
                s.range(except, star, both)
            },
            |s| {
                tok!(s, Try);
                tok!(s, Colon);
                s.any(Self::block)?;
                some!(s.many(Self::except_star_block));
                let except = tok!(s, Except);
                s.attempt(|s| {
                    some!(s.expression());
                    s.as_name()
                })?;
                tok!(s, Colon);
                s.at_token(except, both)
            }
        )
    }

    fn as_name(&mut self) -> R<()> {
        self.attempt(|s| {
            tok!(s, As);
            s.token(K::Name)
        })?;
        Ok(Some(()))
    }

    fn except_block(&mut self) -> R<()> {
        first_of!(
            self,
            |s| s.wrong(|s| {
                let keyword = tok!(s, Except);
                some!(s.expression());
                s.as_name()?;
                s.missing_block(keyword, "'except' statement")
            }),
            |s| s.wrong(|s| {
                let keyword = tok!(s, Except);
                s.missing_block(keyword, "'except' statement")
            }),
            |s| {
                tok!(s, Except);
                some!(s.expressions());
                s.colon_block()
            },
            |s| {
                tok!(s, Except);
                some!(s.expression());
                tok!(s, As);
                tok!(s, Name);
                s.colon_block()
            },
            |s| {
                tok!(s, Except);
                s.colon_block()
            },
            |s| s.wrong(Self::invalid_except)
        )
    }

    fn except_star_block(&mut self) -> R<()> {
        first_of!(
            self,
            |s| s.wrong(|s| {
                let keyword = tok!(s, Except);
                tok!(s, Star);
                some!(s.expression());
                s.as_name()?;
                s.missing_block(keyword, "'except*' statement")
            }),
            |s| {
                tok!(s, Except);
                tok!(s, Star);
                some!(s.expressions());
                s.colon_block()
            },
            |s| {
                tok!(s, Except);
                tok!(s, Star);
                some!(s.expression());
                tok!(s, As);
                tok!(s, Name);
                s.colon_block()
            },
            |s| s.wrong(Self::invalid_except_star)
        )
    }

    fn invalid_except(&mut self) -> R<()> {
        self.invalid_handler(false)
    }

    fn invalid_except_star(&mut self) -> R<()> {
        self.invalid_handler(true)
    }

    fn except_keyword(&mut self, star: bool) -> R<()> {
        tok!(self, Except);
        if star {
            tok!(self, Star);
        }
        Ok(Some(()))
    }

    fn invalid_handler(&mut self, star: bool) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.except_keyword(star));
                let first = some!(s.expression());
                tok!(s, Comma);
                some!(s.expressions());
                tok!(s, As);
                tok!(s, Name);
                tok!(s, Colon);
                let message = "multiple exception types must be parenthesized when using 'as'";
                s.starting_from(first.first, message)
            },
            |s| {
                some!(s.except_keyword(star));
                some!(s.expression());
                s.as_name()?;
                s.missing_colon()
            },
            |s| {
                some!(s.except_keyword(star));
                if star {
                    some!(s.one_of(&[K::Newline, K::Colon]));
                    return s.plain("expected one or more exception types");
                }
                s.missing_colon()
            },
            |s| {
                some!(s.except_keyword(star));
                some!(s.expression());
                tok!(s, As);
                let target = some!(s.expression());
                some!(s.colon_block());
                let what = target.kind.name();
                let mark = if star { "*" } else { "" };
                s.at_node(target, format!("cannot use except{mark} statement with {what}"))
            }
        )
    }

    fn finally_block(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            let keyword = tok!(s, Finally);
            s.missing_block(keyword, "'finally' statement")
        })?;
        tok!(self, Finally);
        some!(self.forced(K::Colon, ":"));
        some!(self.block());
        Ok(Some(()))
    }

    // ----- definitions -----

    fn decorators(&mut self) -> R<()> {
        self.any(|s| {
            tok!(s, At);
            some!(s.named_expression());
            s.token(K::Newline)
        })?;
        Ok(Some(()))
    }

    fn function(&mut self) -> R<()> {
        self.decorators()?;
        self.wrong::<()>(|s| {
            s.token(K::Async)?;
            let keyword = tok!(s, Def);
            tok!(s, Name);
            s.attempt(Self::type_params)?;
            tok!(s, LeftParen);
            s.attempt(|s| s.parameters(false))?;
            tok!(s, RightParen);
            s.attempt(Self::return_annotation)?;
            s.missing_block(keyword, "function definition")
        })?;
        self.token(K::Async)?;
        tok!(self, Def);
        tok!(self, Name);
        self.attempt(Self::type_params)?;
        some!(self.forced(K::LeftParen, "("));
        self.attempt(|s| s.parameters(false))?;
        tok!(self, RightParen);
        self.attempt(Self::return_annotation)?;
        some!(self.forced(K::Colon, ":"));
        self.attempt(Self::function_type_comment)?;
        some!(self.block());
        Ok(Some(()))
    }

    fn return_annotation(&mut self) -> R {
        tok!(self, Arrow);
        self.expression()
    }

    fn function_type_comment(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, Newline);
                tok!(s, TypeComment);
                let fits = s.ahead(|s| {
                    tok!(s, Newline);
                    s.token(K::Indent)
                })?;
                Ok(fits.then_some(()))
            },
            |s| s.wrong(|s| {
                tok!(s, TypeComment);
                tok!(s, Newline);
                tok!(s, TypeComment);
                tok!(s, Newline);
                tok!(s, Indent);
                s.plain("Cannot have two type comments on def")
            }),
            |s| {
                tok!(s, TypeComment);
                Ok(Some(()))
            }
        )
    }

    fn class_head(&mut self) -> R<u32> {
        let keyword = tok!(self, Class);
        tok!(self, Name);
        self.attempt(Self::type_params)?;
        self.attempt(|s| {
            tok!(s, LeftParen);
            s.attempt(Self::arguments)?;
            s.token(K::RightParen)
        })?;
        Ok(Some(keyword))
    }

    fn class(&mut self) -> R<()> {
        self.decorators()?;
        self.wrong::<()>(|s| {
            some!(s.class_head());
            s.missing_colon()
        })?;
        self.wrong::<()>(|s| {
            let keyword = some!(s.class_head());
            s.missing_block(keyword, "class definition")
        })?;
        some!(self.class_head());
        self.colon_block()
    }
}
