//! Parameters of functions and lambdas, and type parameters.

use super::{PResult, Parser};
use crate::ast::{self, Arg, Arguments, TypeParam, TypeParamKind};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    /// Parameters up to `)`, which is not taken.
    pub(super) fn function_parameters(&mut self) -> PResult<Arguments> {
        self.parameters(K::RightParen)
    }

    /// Parameters up to `:`, which is not taken.
    pub(super) fn lambda_parameters(&mut self) -> PResult<Arguments> {
        self.parameters(K::Colon)
    }

    fn parameters(&mut self, end: K) -> PResult<Arguments> {
        let mut out = Arguments::default();
        let (mut starred, mut star_needs_name) = (false, false);
        let annotated = end == K::RightParen;
        while self.kind() != end {
            match self.kind() {
                K::Slash => {
                    if starred || out.args.is_empty() || !out.posonlyargs.is_empty() {
                        return self.fail();
                    }
                    self.advance();
                    out.posonlyargs = std::mem::take(&mut out.args);
                }
                K::Star => {
                    if starred {
                        return self.fail();
                    }
                    starred = true;
                    self.advance();
                    if self.kind() == K::Comma {
                        star_needs_name = true;
                    } else {
                        out.vararg = Some(Box::new(self.parameter(annotated, true)?));
                    }
                }
                K::DoubleStar => {
                    if star_needs_name {
                        return self.fail();
                    }
                    self.advance();
                    let mut kwarg = self.parameter(annotated, false)?;
                    self.eat(K::Comma);
                    kwarg.type_comment = self.type_comment();
                    out.kwarg = Some(Box::new(kwarg));
                    break;
                }
                _ => self.plain_parameter(&mut out, annotated, starred, &mut star_needs_name)?,
            }
            let more = self.eat(K::Comma);
            if let Some(comment) = self.type_comment() {
                let last = match (&mut out.vararg, starred) {
                    (Some(vararg), true) if out.kwonlyargs.is_empty() => Some(&mut **vararg),
                    (_, true) => out.kwonlyargs.last_mut(),
                    _ => out.args.last_mut(),
                };
                if let Some(arg) = last {
                    arg.type_comment = Some(comment);
                }
            }
            if !more {
                break;
            }
        }
        if star_needs_name || self.kind() != end {
            return self.fail();
        }
        if !out.posonlyargs.is_empty() {
            self.require_version(8, "Positional-only parameters are")?;
        }
        Ok(out)
    }

    fn plain_parameter(
        &mut self,
        out: &mut Arguments,
        annotated: bool,
        starred: bool,
        star_needs_name: &mut bool,
    ) -> PResult<()> {
        let arg = self.parameter(annotated, false)?;
        let default = if self.eat(K::Equal) { Some(self.expression()?) } else { None };
        if starred {
            *star_needs_name = false;
            out.kwonlyargs.push(arg);
            out.kw_defaults.push(default);
            return Ok(());
        }
        out.args.push(arg);
        match default {
            Some(default) => out.defaults.push(default),
            None if !out.defaults.is_empty() => return self.fail(),
            None => {}
        }
        Ok(())
    }

    /// A name with its annotation; `starred` allows `*args: *Ts`.
    fn parameter(&mut self, annotated: bool, starred: bool) -> PResult<Arg> {
        let start = self.start();
        let arg = self.name()?;
        let mut annotation = None;
        if annotated && self.eat(K::Colon) {
            annotation = Some(if starred && self.kind() == K::Star {
                self.star_annotation()?
            } else {
                self.expression()?
            });
        }
        Ok(Arg { span: self.span(start), arg, annotation, type_comment: None })
    }

    fn star_annotation(&mut self) -> PResult<ast::Expr> {
        let start = self.start();
        self.advance();
        let value = self.bitwise_or()?;
        Ok(ast::Expr::new(self.span(start), ast::ExprStarred { value, ctx: ast::ExprContext::Load }))
    }

    /// `[T, *Ts, **P]` or nothing.
    pub(super) fn type_params(&mut self) -> PResult<Vec<TypeParam>> {
        let mut params = Vec::new();
        if !self.eat(K::LeftBracket) {
            return Ok(params);
        }
        loop {
            params.push(self.type_param()?);
            if !self.eat(K::Comma) || self.kind() == K::RightBracket {
                break;
            }
        }
        self.expect(K::RightBracket)?;
        self.require_version_taken(12, "Type parameter lists are")?;
        Ok(params)
    }

    fn type_param(&mut self) -> PResult<TypeParam> {
        let start = self.start();
        let kind = match self.kind() {
            K::Star => {
                self.advance();
                let name = self.name()?;
                let default_value = self.type_param_default(true)?;
                TypeParamKind::TypeVarTuple(ast::TypeVarTuple { name, default_value })
            }
            K::DoubleStar => {
                self.advance();
                let name = self.name()?;
                let default_value = self.type_param_default(false)?;
                TypeParamKind::ParamSpec(ast::ParamSpec { name, default_value })
            }
            _ => {
                let name = self.name()?;
                let bound = if self.eat(K::Colon) { Some(self.expression()?) } else { None };
                let default_value = self.type_param_default(false)?;
                TypeParamKind::TypeVar(ast::TypeVar { name, bound, default_value })
            }
        };
        Ok(TypeParam { span: self.span(start), kind })
    }

    fn type_param_default(&mut self, starred: bool) -> PResult<Option<ast::Expr>> {
        if !self.eat(K::Equal) {
            return Ok(None);
        }
        let value =
            if starred && self.kind() == K::Star { self.star_annotation()? } else { self.expression()? };
        self.require_version(13, "Type parameter defaults are")?;
        Ok(Some(value))
    }
}
