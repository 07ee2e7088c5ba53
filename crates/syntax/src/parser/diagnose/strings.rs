//! String literals, f-strings and t-strings.

use super::core::{Kind, R, Raise, Recogniser, Rule, first_of, some, tok};
use crate::lexer::TokenKind as K;
use crate::parser::{Fail, Parser};

/// The token kinds of f-strings or t-strings.
#[derive(Clone, Copy)]
struct Form {
    letter: char,
    start: K,
    middle: K,
    end: K,
}

const F: Form = Form { letter: 'f', start: K::FstringStart, middle: K::FstringMiddle, end: K::FstringEnd };
const T: Form = Form { letter: 't', start: K::TstringStart, middle: K::TstringMiddle, end: K::TstringEnd };

impl Recogniser<'_> {
    pub fn strings(&mut self) -> R {
        self.memo(Rule::Strings, |s| {
            let first = s.pos;
            s.wrong::<()>(Self::invalid_mix)?;
            let mut formatted = false;
            let plain = s.any(|s| {
                let found = s.string_or_fstring()?;
                formatted |= found == Some(true);
                Ok(found)
            })?;
            if !plain.is_empty() {
                // What literals mean is checked when they have been read, and the token after them is known.
                s.current()?;
                s.check_values(first)?;
                return Ok(Some(s.node(if formatted { Kind::FString } else { Kind::Literal }, first)));
            }
            some!(s.many(|s| s.formatted(T)));
            s.check_values(first)?;
            Ok(Some(s.node(Kind::TString, first)))
        })
    }

    /// True for an f-string.
    fn string_or_fstring(&mut self) -> R<bool> {
        if let Some(index) = self.token(K::String)? {
            self.check_literal(index as usize)?;
            return Ok(Some(false));
        }
        some!(self.formatted(F));
        Ok(Some(true))
    }

    /// Lets the parser evaluate one literal, for its errors.
    fn check_literal(&mut self, first: usize) -> Result<(), Raise> {
        let mut parser = Parser::new(self.source, self.lexed, self.options);
        parser.pos = first;
        match parser.check_literal() {
            Err(Fail::Error(error))
                if error.message.starts_with('(') && self.tokens[first].kind == K::String =>
            {
                // An error of a codec names the last token fetched.
                match self.plain::<()>(error.message) {
                    Err(raise) => Err(raise),
                    Ok(_) => Ok(()),
                }
            }
            Err(Fail::Error(error)) => Err(Raise { error, from_lexer: false }),
            _ => Ok(()),
        }
    }

    /// Lets the parser evaluate the literals, for its errors.
    fn check_values(&mut self, first: usize) -> Result<(), Raise> {
        let mut parser = Parser::new(self.source, self.lexed, self.options);
        parser.pos = first;
        match parser.strings() {
            Err(Fail::Error(error)) => Err(Raise { error, from_lexer: false }),
            _ => Ok(()),
        }
    }

    fn invalid_mix(&mut self) -> R<()> {
        let message = "cannot mix t-string literals with string or bytes literals";
        let first = self.pos as u32;
        first_of!(
            self,
            |s| {
                let starts = some!(s.many(|s| {
                    let start = s.pos as u32;
                    some!(s.string_or_fstring());
                    Ok(Some(start))
                }));
                some!(s.formatted(T));
                s.range(starts.last().copied().unwrap_or(first), s.pos as u32 - 1, message)
            },
            |s| {
                let starts = some!(s.many(|s| {
                    let start = s.pos as u32;
                    some!(s.formatted(T));
                    Ok(Some(start))
                }));
                some!(s.string_or_fstring());
                s.range(starts.last().copied().unwrap_or(first), s.pos as u32 - 1, message)
            }
        )
    }

    fn formatted(&mut self, form: Form) -> R<()> {
        self.attempt(|s| {
            let first = some!(s.token(form.start));
            s.any(|s| s.formatted_part(form))?;
            some!(s.token(form.end));
            s.check_literal(first as usize)?;
            Ok(Some(()))
        })
    }

    fn formatted_part(&mut self, form: Form) -> R<()> {
        first_of!(self, |s| s.replacement_field(form), |s| {
            some!(s.token(form.middle));
            Ok(Some(()))
        })
    }

    fn format_parts(&mut self, form: Form) -> Result<(), Raise> {
        self.any(|s| s.formatted_part(form))?;
        Ok(())
    }

    fn replacement_field(&mut self, form: Form) -> R<()> {
        first_of!(
            self,
            |s| {
                tok!(s, LeftBrace);
                some!(s.annotated_rhs());
                s.token(K::Equal)?;
                s.attempt(|s| s.conversion(form))?;
                s.attempt(|s| {
                    tok!(s, Colon);
                    s.format_parts(form)?;
                    Ok(Some(()))
                })?;
                tok!(s, RightBrace);
                Ok(Some(()))
            },
            |s| s.wrong(|s| s.invalid_field(form))
        )
    }

    fn conversion(&mut self, form: Form) -> R<()> {
        let letter = form.letter;
        let mark = tok!(self, Exclamation);
        let name = tok!(self, Name);
        let (mark_token, name_token) = (self.tokens[mark as usize], self.tokens[name as usize]);
        if mark_token.end != name_token.start {
            let message =
                format!("{letter}-string: conversion type must come right after the exclamation mark");
            return self.range(mark, name, message);
        }
        let text = self.text(name_token);
        if !matches!(text, "s" | "r" | "a") {
            let shown = crate::repr::str_repr(&text.into());
            let message =
                format!("{letter}-string: invalid conversion character {shown}: expected 's', 'r', or 'a'");
            return self.at_token(name, message);
        }
        Ok(Some(()))
    }

    /// `{ value [=]`
    fn field_value(&mut self) -> R<()> {
        tok!(self, LeftBrace);
        some!(self.annotated_rhs());
        self.token(K::Equal)?;
        Ok(Some(()))
    }

    fn plain_conversion(&mut self) -> R<()> {
        self.attempt(|s| {
            tok!(s, Exclamation);
            s.token(K::Name)
        })?;
        Ok(Some(()))
    }

    fn invalid_field(&mut self, form: Form) -> R<()> {
        let letter = form.letter;
        first_of!(
            self,
            |s| {
                tok!(s, LeftBrace);
                let token = some!(s.one_of(&[K::Equal, K::Exclamation, K::Colon, K::RightBrace]));
                let text = s.tokens[token as usize].kind.text();
                s.at_token(token, format!("{letter}-string: valid expression required before '{text}'"))
            },
            |s| {
                tok!(s, LeftBrace);
                if s.ahead(Self::annotated_rhs)? {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: expecting a valid expression after '{{'"))
            },
            |s| {
                tok!(s, LeftBrace);
                some!(s.annotated_rhs());
                if s.at(&[K::Equal, K::Exclamation, K::Colon, K::RightBrace])? {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: expecting '=', or '!', or ':', or '}}'"))
            },
            |s| {
                tok!(s, LeftBrace);
                some!(s.annotated_rhs());
                tok!(s, Equal);
                if s.at(&[K::Exclamation, K::Colon, K::RightBrace])? {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: expecting '!', or ':', or '}}'"))
            },
            |s| {
                some!(s.field_value());
                tok!(s, Exclamation);
                if s.at(&[K::Colon, K::RightBrace])? {
                    return s.on_next(format!("{letter}-string: missing conversion character"));
                }
                if s.kind()? == K::Name {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: invalid conversion character"))
            },
            |s| {
                some!(s.field_value());
                s.plain_conversion()?;
                if s.at(&[K::Colon, K::RightBrace])? {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: expecting ':' or '}}'"))
            },
            |s| {
                some!(s.field_value());
                s.plain_conversion()?;
                tok!(s, Colon);
                s.format_parts(form)?;
                if s.kind()? == K::RightBrace {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: expecting '}}', or format specs"))
            },
            |s| {
                some!(s.field_value());
                s.plain_conversion()?;
                if s.kind()? == K::RightBrace {
                    return Ok(None);
                }
                s.on_next(format!("{letter}-string: expecting '}}'"))
            }
        )
    }
}
