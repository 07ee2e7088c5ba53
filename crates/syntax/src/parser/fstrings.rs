//! F-strings (PEP 701) and t-strings (PEP 750).

use taipan_text::Wtf8Buf;

use super::strings::{Piece, joined_values};
use super::{PResult, Parser};
use crate::ast::{self, Constant, Expr, Span};
use crate::lexer::TokenKind as K;

impl<'a> Parser<'a> {
    /// The parts of one f-string or t-string, from its start token to its end token.
    pub(super) fn formatted_string(&mut self, out: &mut Vec<Piece>, middle: K, end: K) -> PResult<()> {
        let prefix = self.token_text(self.token());
        let raw = prefix.bytes().any(|b| b | 0x20 == b'r');
        self.advance();
        while !self.eat(end) {
            self.formatted_part(out, middle, raw, end == K::TstringEnd)?;
        }
        if end == K::TstringEnd {
            self.require_version_taken(14, "t-strings are")?;
        }
        Ok(())
    }

    fn formatted_part(&mut self, out: &mut Vec<Piece>, middle: K, raw: bool, template: bool) -> PResult<()> {
        if self.kind() == K::LeftBrace {
            return self.replacement_field(out, middle, raw, template);
        }
        let token = self.token();
        self.expect(middle)?;
        let text = self.text_value(self.token_text(token), token.start, raw, token)?;
        if !text.is_empty() {
            let mut span = self.token_span(token);
            // Text that ends in a doubled brace also covers the second one, which is in no token.
            span.end_col_offset += i32::from(self.token().start == token.end + 1);
            out.push(Piece::Text { span, text, unicode: false });
        }
        Ok(())
    }

    fn replacement_field(
        &mut self,
        out: &mut Vec<Piece>,
        middle: K,
        raw: bool,
        template: bool,
    ) -> PResult<()> {
        let start = self.start();
        let text_start = self.token().end;
        self.advance();
        let value = if self.kind() == K::Yield { self.yield_expression()? } else { self.star_expressions()? };
        let equal = self.token();
        let debug = self.eat(K::Equal);
        let text_end = self.token();
        let expression_end = if debug { equal.start } else { text_end.start };
        let mut conversion = -1;
        if self.kind() == K::Exclamation {
            conversion = self.conversion()?;
        }
        let mut format_spec = None;
        if self.kind() == K::Colon {
            format_spec = Some(self.format_spec(middle, raw)?);
        }
        self.expect(K::RightBrace)?;
        if debug {
            let begin = self.source.line_column(text_start);
            let end = self.start_of(text_end);
            let span = Span::new(begin.line as i32, begin.column as i32, end.0, end.1);
            let text = Wtf8Buf::from(self.without_comments(text_start, text_end.start).as_str());
            out.push(Piece::Text { span, text, unicode: false });
            if conversion == -1 && format_spec.is_none() {
                conversion = i32::from(b'r');
            }
        }
        let span = self.span(start);
        out.push(Piece::Field(if template {
            let str = Constant::str(&self.without_comments(text_start, expression_end));
            Expr::new(span, ast::ExprInterpolation { value, str, conversion, format_spec })
        } else {
            Expr::new(span, ast::ExprFormattedValue { value, conversion, format_spec })
        }));
        Ok(())
    }

    fn conversion(&mut self) -> PResult<i32> {
        let mark = self.token();
        self.advance();
        let name = self.token();
        let text = self.token_text(name);
        if name.kind != K::Name || name.start != mark.end || !matches!(text, "s" | "r" | "a") {
            return self.fail();
        }
        self.advance();
        Ok(i32::from(text.as_bytes()[0]))
    }

    fn format_spec(&mut self, middle: K, raw: bool) -> PResult<Expr> {
        let start = self.start();
        self.advance();
        let mut pieces = Vec::new();
        while self.kind() != K::RightBrace {
            self.nested(|p| p.formatted_part(&mut pieces, middle, raw, false))?;
        }
        Ok(Expr::new(self.span(start), ast::ExprJoinedStr { values: joined_values(pieces) }))
    }

    /// Source text from which the comments are taken out.
    fn without_comments(&self, start: u32, end: u32) -> String {
        let comments = &self.lexed.comments;
        let first = comments.partition_point(|c| c.0 < start);
        let mut text = String::new();
        let mut at = start;
        for &(begin, stop) in comments[first..].iter().take_while(|c| c.1 <= end) {
            text.push_str(&self.text[at as usize..begin as usize]);
            at = stop;
        }
        text.push_str(&self.text[at as usize..end as usize]);
        text
    }
}
