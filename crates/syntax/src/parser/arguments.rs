//! Arguments of calls and class definitions.

use super::{PResult, Parser};
use crate::ast::{self, Expr, Keyword};
use crate::lexer::TokenKind as K;

impl Parser<'_> {
    /// The arguments of a call up to and with `)`; the `(` has been taken. Also reads a sole generator expression.
    pub(super) fn call_arguments(&mut self) -> PResult<(Vec<Expr>, Vec<Keyword>)> {
        self.arguments(true)
    }

    /// The bases and keywords of a class, as [`Self::call_arguments`].
    pub(super) fn class_arguments(&mut self) -> PResult<(Vec<Expr>, Vec<Keyword>)> {
        self.arguments(false)
    }

    fn arguments(&mut self, sole_generator: bool) -> PResult<(Vec<Expr>, Vec<Keyword>)> {
        let open = self.pos - 1;
        let mut args = Vec::new();
        let mut keywords: Vec<Keyword> = Vec::new();
        let mut unpacked_mapping = false;
        while self.kind() != K::RightParen {
            let start = self.start();
            match self.kind() {
                K::Star if unpacked_mapping => return self.fail(),
                K::Star => args.push(self.starred_expression()?),
                K::DoubleStar => {
                    self.advance();
                    let value = self.expression()?;
                    unpacked_mapping = true;
                    keywords.push(Keyword { span: self.span(start), arg: None, value });
                }
                K::Name if self.peek(1) == K::Equal => {
                    let arg = Some(self.name()?);
                    self.advance();
                    let value = self.expression()?;
                    keywords.push(Keyword { span: self.span(start), arg, value });
                }
                _ => {
                    let value = self.named_expression()?;
                    if !keywords.is_empty() || self.kind() == K::Equal {
                        return self.fail();
                    }
                    let in_generator = matches!(self.kind(), K::For | K::Async);
                    if in_generator && (!sole_generator || !args.is_empty()) {
                        return self.fail();
                    }
                    if in_generator {
                        let generators = self.comprehension_clauses()?;
                        self.expect(K::RightParen)?;
                        let span = self.span(self.start_of(self.tokens[open]));
                        let generator = Expr::new(span, ast::ExprGeneratorExp { elt: value, generators });
                        return Ok((vec![generator], keywords));
                    }
                    args.push(value);
                }
            }
            if !self.eat(K::Comma) {
                break;
            }
        }
        self.expect(K::RightParen)?;
        Ok((args, keywords))
    }
}
