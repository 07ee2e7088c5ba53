//! Modules and simple statements.

use super::core::{Kind, Node, R, Recogniser, Rule, first_of, some, tok};
use super::targets::Use;
use crate::lexer::TokenKind as K;
use crate::parser::Mode;

const AUGMENTED: [K; 13] = [
    K::PlusEqual,
    K::MinusEqual,
    K::StarEqual,
    K::AtEqual,
    K::SlashEqual,
    K::PercentEqual,
    K::AmpersandEqual,
    K::PipeEqual,
    K::CaretEqual,
    K::LeftShiftEqual,
    K::RightShiftEqual,
    K::DoubleStarEqual,
    K::DoubleSlashEqual,
];

impl Recogniser<'_> {
    /// The whole source.
    pub fn root(&mut self, mode: Mode) -> R<()> {
        match mode {
            Mode::Exec => {
                self.any(Self::statement)?;
                tok!(self, EndMarker);
                Ok(Some(()))
            }
            Mode::Eval => {
                some!(self.expressions());
                while self.token(K::Newline)?.is_some() {}
                tok!(self, EndMarker);
                Ok(Some(()))
            }
            Mode::Single => first_of!(
                self,
                |s| {
                    some!(s.compound_statement());
                    tok!(s, Newline);
                    Ok(Some(()))
                },
                Self::simple_statements,
                |s| {
                    tok!(s, Newline);
                    Ok(Some(()))
                },
            ),
            Mode::FuncType => self.function_type(),
        }
    }

    fn function_type(&mut self) -> R<()> {
        tok!(self, LeftParen);
        let plain = self.attempt(|s| s.separated(Self::expression))?.is_some();
        let starred = self.attempt(|s| s.starred_type(K::Star, plain))?.is_some();
        self.attempt(|s| s.starred_type(K::DoubleStar, plain || starred))?;
        tok!(self, RightParen);
        tok!(self, Arrow);
        some!(self.expression());
        while self.token(K::Newline)?.is_some() {}
        tok!(self, EndMarker);
        Ok(Some(()))
    }

    fn starred_type(&mut self, star: K, comma: bool) -> R {
        if comma {
            tok!(self, Comma);
        }
        some!(self.token(star));
        self.expression()
    }

    pub fn statements(&mut self) -> R<()> {
        some!(self.many(Self::statement));
        Ok(Some(()))
    }

    fn statement(&mut self) -> R<()> {
        first_of!(self, Self::compound_statement, Self::simple_statements)
    }

    pub fn simple_statements(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                some!(s.simple_statement());
                if s.kind()? == K::Semicolon {
                    return Ok(None);
                }
                tok!(s, Newline);
                Ok(Some(()))
            },
            |s| {
                some!(s.simple_statement());
                s.any(|s| {
                    tok!(s, Semicolon);
                    s.simple_statement()
                })?;
                s.token(K::Semicolon)?;
                tok!(s, Newline);
                Ok(Some(()))
            }
        )
    }

    pub fn simple_statement(&mut self) -> R {
        self.memo(Rule::SimpleStatement, |s| {
            let first = s.pos;
            some!(s.simple_statement_proper());
            Ok(Some(s.node(Kind::Other, first)))
        })
    }

    fn simple_statement_proper(&mut self) -> R<()> {
        first_of!(
            self,
            Self::assignment,
            Self::type_alias,
            |s| {
                some!(s.star_expressions());
                Ok(Some(()))
            },
            Self::keyword_statement
        )
    }

    fn keyword_statement(&mut self) -> R<()> {
        match self.kind()? {
            K::Return => {
                tok!(self, Return);
                self.attempt(Self::star_expressions)?;
            }
            K::Import | K::From => return self.import(),
            K::Raise => return self.raise_statement(),
            K::Pass | K::Break | K::Continue => {
                some!(self.one_of(&[K::Pass, K::Break, K::Continue]));
            }
            K::Del => return self.delete_statement(),
            K::Yield => {
                some!(self.yield_expression());
            }
            K::Assert => return self.assert_statement(),
            K::Global | K::Nonlocal => {
                some!(self.one_of(&[K::Global, K::Nonlocal]));
                some!(self.separated(|s| s.token(K::Name)));
            }
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    fn type_alias(&mut self) -> R<()> {
        some!(self.soft("type"));
        tok!(self, Name);
        self.attempt(Self::type_params)?;
        tok!(self, Equal);
        some!(self.expression());
        Ok(Some(()))
    }

    fn assignment(&mut self) -> R<()> {
        let mark = self.pos;
        let annotated = |s: &mut Self| {
            tok!(s, Colon);
            some!(s.expression());
            s.attempt(|s| {
                tok!(s, Equal);
                s.annotated_rhs()
            })?;
            Ok(Some(()))
        };
        let simple = self.attempt(|s| {
            tok!(s, Name);
            annotated(s)
        })?;
        if simple.is_some() {
            return Ok(simple);
        }
        let complex = self.attempt(|s| {
            some!(first_of!(
                s,
                |s: &mut Self| {
                    tok!(s, LeftParen);
                    let inner = some!(s.single_target());
                    tok!(s, RightParen);
                    Ok(Some(inner))
                },
                Self::attribute_or_subscript
            ));
            annotated(s)
        })?;
        if complex.is_some() {
            return Ok(complex);
        }
        let plain = self.attempt(|s| {
            some!(s.many(Self::target_and_equal));
            some!(s.annotated_rhs());
            if s.kind()? == K::Equal {
                return Ok(None);
            }
            s.token(K::TypeComment)?;
            Ok(Some(()))
        })?;
        if plain.is_some() {
            return Ok(plain);
        }
        let augmented = self.attempt(|s| {
            some!(s.single_target());
            some!(s.one_of(&AUGMENTED));
            // After the operator there is no other reading.
            let value = s.attempt(Self::annotated_rhs)?;
            Ok(Some(value.is_some()))
        })?;
        match augmented {
            Some(true) => return Ok(Some(())),
            Some(false) => {
                self.pos = mark;
                return Ok(None);
            }
            None => {}
        }
        self.wrong(Self::invalid_assignment)
    }

    fn target_and_equal(&mut self) -> R {
        let target = some!(self.star_targets());
        tok!(self, Equal);
        Ok(Some(target))
    }

    fn invalid_annotation_target(&mut self) -> R {
        first_of!(self, Self::list, Self::tuple, |s| {
            tok!(s, LeftParen);
            let inner = some!(s.invalid_annotation_target());
            tok!(s, RightParen);
            Ok(Some(inner))
        })
    }

    fn invalid_assignment(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                let target = some!(s.invalid_annotation_target());
                tok!(s, Colon);
                some!(s.expression());
                s.at_node(target, format!("only single target (not {}) can be annotated", target.kind.name()))
            },
            |s| {
                let target = some!(s.star_named_expression());
                tok!(s, Comma);
                s.any(Self::star_named_expressions)?;
                tok!(s, Colon);
                some!(s.expression());
                s.at_node(target, "only single target (not tuple) can be annotated")
            },
            |s| {
                let target = some!(s.expression());
                tok!(s, Colon);
                some!(s.expression());
                s.at_node(target, "illegal target for annotation")
            },
            |s| {
                s.any(Self::target_and_equal)?;
                let target = some!(s.star_expressions());
                tok!(s, Equal);
                s.check_target(target, Use::Assign)
            },
            |s| {
                s.any(Self::target_and_equal)?;
                let value = some!(s.yield_expression());
                tok!(s, Equal);
                s.at_node(value, "assignment to yield expression not possible")
            },
            |s| {
                let target = some!(s.star_expressions());
                some!(s.one_of(&AUGMENTED));
                some!(s.annotated_rhs());
                let what = target.kind.name();
                s.at_node(target, format!("'{what}' is an illegal expression for augmented assignment"))
            }
        )
    }

    fn raise_statement(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, Raise);
                some!(s.expression());
                tok!(s, From);
                some!(s.expression());
                Ok(Some(()))
            },
            |s| {
                tok!(s, Raise);
                s.attempt(Self::expression)?;
                Ok(Some(()))
            }
        )
    }

    fn delete_statement(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, Del);
                some!(s.delete_targets());
                if s.at(&[K::Semicolon, K::Newline])? { Ok(Some(())) } else { Ok(None) }
            },
            |s| s.wrong(|s| {
                tok!(s, Del);
                let target = some!(s.star_expressions());
                s.check_target(target, Use::Delete)
            })
        )
    }

    fn assert_statement(&mut self) -> R<()> {
        tok!(self, Assert);
        some!(self.expression());
        self.attempt(|s| {
            tok!(s, Comma);
            s.expression()
        })?;
        Ok(Some(()))
    }

    // ----- imports -----

    fn dotted_name(&mut self) -> R<()> {
        tok!(self, Name);
        self.any(|s| {
            tok!(s, Dot);
            s.token(K::Name)
        })?;
        Ok(Some(()))
    }

    fn import(&mut self) -> R<()> {
        first_of!(
            self,
            |s| s.wrong(|s| {
                let import = tok!(s, Import);
                some!(s.separated(Self::dotted_name));
                tok!(s, From);
                some!(s.dotted_name());
                s.starting_from(import, "Did you mean to use 'from ... import ...' instead?")
            }),
            |s| s.wrong(|s| {
                tok!(s, Import);
                let newline = tok!(s, Newline);
                s.starting_from(newline, "Expected one or more names after 'import'")
            }),
            |s| {
                tok!(s, Import);
                some!(s.separated(Self::dotted_as_name));
                Ok(Some(()))
            },
            |s| {
                tok!(s, From);
                let dots = s.any(|s| s.one_of(&[K::Dot, K::Ellipsis]))?;
                let named = s.attempt(Self::dotted_name)?;
                if named.is_none() && dots.is_empty() {
                    return Ok(None);
                }
                tok!(s, Import);
                s.import_targets()
            }
        )
    }

    fn import_targets(&mut self) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, LeftParen);
                some!(s.separated(Self::import_as_name));
                s.token(K::Comma)?;
                tok!(s, RightParen);
                Ok(Some(()))
            },
            |s| {
                some!(s.separated(Self::import_as_name));
                if s.kind()? == K::Comma { Ok(None) } else { Ok(Some(())) }
            },
            |s| {
                tok!(s, Star);
                Ok(Some(()))
            },
            |s| s.wrong(|s| {
                some!(s.separated(Self::import_as_name));
                tok!(s, Comma);
                tok!(s, Newline);
                s.plain("trailing comma not allowed without surrounding parentheses")
            }),
            |s| s.wrong(|s| {
                let newline = tok!(s, Newline);
                s.starting_from(newline, "Expected one or more names after 'import'")
            })
        )
    }

    fn import_as_name(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            tok!(s, Name);
            s.invalid_import_target(&[K::Comma, K::RightParen, K::Semicolon, K::Newline])
        })?;
        tok!(self, Name);
        self.import_alias()
    }

    fn dotted_as_name(&mut self) -> R<()> {
        self.wrong::<()>(|s| {
            some!(s.dotted_name());
            s.invalid_import_target(&[K::Comma, K::Semicolon, K::Newline])
        })?;
        some!(self.dotted_name());
        self.import_alias()
    }

    fn import_alias(&mut self) -> R<()> {
        self.attempt(|s| {
            tok!(s, As);
            s.token(K::Name)
        })?;
        Ok(Some(()))
    }

    fn invalid_import_target(&mut self, ends: &[K]) -> R<()> {
        tok!(self, As);
        let fits = self.ahead(|s| {
            tok!(s, Name);
            s.one_of(ends)
        })?;
        if fits {
            return Ok(None);
        }
        let target: Node = some!(self.expression());
        self.at_node(target, format!("cannot use {} as import target", target.kind.name()))
    }
}
