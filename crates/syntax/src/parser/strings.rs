//! String literals: prefixes, escapes, concatenation.

use taipan_text::Wtf8Buf;

use super::{Fail, PResult, Parser, error_at_token};
use crate::ast::{Constant, Expr, ExprConstant, ExprJoinedStr, ExprTemplateStr, Span};
use crate::error::{SyntaxWarning, WarningCategory};
use crate::lexer::{Token, TokenKind as K};

/// A part of concatenated literals.
pub(super) enum Piece {
    /// text with its place; `unicode` for a `u` prefix
    Text { span: Span, text: Wtf8Buf, unicode: bool },
    /// a replacement field
    Field(Expr),
}

/// The prefix and quotes of a literal.
struct Literal<'a> {
    body: &'a str,
    body_start: u32,
    raw: bool,
    bytes: bool,
    unicode: bool,
}

impl<'a> Parser<'a> {
    /// One or more adjacent literals.
    pub(super) fn strings(&mut self) -> PResult<Expr> {
        let start = self.start();
        let first = self.token();
        let single =
            first.kind == K::String && !matches!(self.peek(1), K::String | K::FstringStart | K::TstringStart);
        if single {
            let literal = self.literal(first);
            let value = if literal.bytes {
                Constant::Bytes(self.bytes_value(&literal, first)?.into())
            } else {
                Constant::Str(self.text_value(literal.body, literal.body_start, literal.raw, first)?.into())
            };
            let span = self.take_token_span();
            return Ok(constant(span, value, literal.unicode));
        }
        if first.kind == K::String && self.literal(first).bytes {
            return self.bytes_strings();
        }
        let mut pieces = Vec::new();
        let mut formatted = false;
        let template = first.kind == K::TstringStart;
        loop {
            match self.kind() {
                K::String if !template => {
                    let token = self.token();
                    let literal = self.literal(token);
                    if literal.bytes {
                        return self.mixed_bytes();
                    }
                    let text = self.text_value(literal.body, literal.body_start, literal.raw, token)?;
                    let span = self.take_token_span();
                    pieces.push(Piece::Text { span, text, unicode: literal.unicode });
                }
                K::FstringStart if !template => {
                    formatted = true;
                    self.nested(|p| p.formatted_string(&mut pieces, K::FstringMiddle, K::FstringEnd))?;
                }
                K::TstringStart if template => {
                    self.nested(|p| p.formatted_string(&mut pieces, K::TstringMiddle, K::TstringEnd))?;
                }
                K::String | K::FstringStart | K::TstringStart => return self.fail(),
                _ => break,
            }
        }
        let span = self.span(start);
        if template {
            return Ok(Expr::new(span, ExprTemplateStr { values: joined_values(pieces) }));
        }
        if formatted {
            return Ok(Expr::new(span, ExprJoinedStr { values: joined_values(pieces) }));
        }
        let mut all = Wtf8Buf::new();
        let mut unicode = None;
        for piece in &pieces {
            if let Piece::Text { text, unicode: u, .. } = piece {
                unicode.get_or_insert(*u);
                all.push_wtf8(text);
            }
        }
        Ok(constant(span, Constant::from(all), unicode == Some(true)))
    }

    fn bytes_strings(&mut self) -> PResult<Expr> {
        let start = self.start();
        let mut all = Vec::new();
        loop {
            match self.kind() {
                K::String => {
                    let token = self.token();
                    let literal = self.literal(token);
                    if !literal.bytes {
                        return self.mixed_bytes();
                    }
                    all.extend(self.bytes_value(&literal, token)?);
                    self.advance();
                }
                K::FstringStart => return self.mixed_bytes(),
                K::TstringStart => return self.fail(),
                _ => break,
            }
        }
        Ok(Expr::constant(self.span(start), Constant::Bytes(all.into())))
    }

    /// The error comes when all adjacent literals have been read.
    #[cold]
    fn mixed_bytes<T>(&mut self) -> PResult<T> {
        let mut depth = 0usize;
        loop {
            match self.kind() {
                K::FstringStart | K::TstringStart => depth += 1,
                K::FstringEnd | K::TstringEnd => depth = depth.saturating_sub(1),
                // What is wrong inside a literal comes first.
                K::String if depth == 0 => self.check_literal()?,
                K::String => {}
                K::EndMarker | K::Error => break,
                _ if depth == 0 => break,
                _ => {}
            }
            self.advance();
        }
        let message = "cannot mix bytes and nonbytes literals".to_owned();
        Err(Fail::Error(Box::new(error_at_token(self.source, self.lexed, self.pos + 1, self.pos, message))))
    }

    fn literal(&self, token: Token) -> Literal<'a> {
        let text = self.token_text(token);
        let prefix = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let has = |letter: u8| text.as_bytes()[..prefix].iter().any(|b| b | 0x20 == letter);
        let quoted = &text[prefix..];
        let width = if quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''")) {
            3
        } else {
            1
        };
        Literal {
            body: &quoted[width..quoted.len() - width],
            body_start: token.start + (prefix + width) as u32,
            raw: has(b'r'),
            bytes: has(b'b'),
            unicode: text.starts_with('u'),
        }
    }

    fn bytes_value(&mut self, literal: &Literal<'_>, token: Token) -> PResult<Vec<u8>> {
        if !literal.body.is_ascii() {
            return self.error(self.token_span(token), "bytes can only contain ASCII literal characters");
        }
        let body = literal.body.as_bytes();
        if literal.raw || memchr::memchr(b'\\', body).is_none() {
            return Ok(body.to_vec());
        }
        let mut out = Vec::with_capacity(body.len());
        let mut warned = false;
        let mut at = 0;
        while at < body.len() {
            let byte = body[at];
            if byte != b'\\' {
                out.push(byte);
                at += 1;
                continue;
            }
            let escape = at;
            at += 1;
            let Some(&letter) = body.get(at) else { break };
            at += 1;
            match letter {
                b'\n' => {}
                b'0'..=b'7' => {
                    let (value, next) = octal(body, at - 1);
                    if value > 0o377 && !std::mem::replace(&mut warned, true) {
                        self.warn_escape(token, literal.body_start, literal.body, escape, true);
                    }
                    out.push(value as u8);
                    at = next;
                }
                b'x' => match hex(body, at, 2) {
                    Some(value) => {
                        out.push(value as u8);
                        at += 2;
                    }
                    None => {
                        let message = format!("(value error) invalid \\x escape at position {escape}");
                        return self.error(self.token_span(token), message);
                    }
                },
                _ => match simple_escape(letter) {
                    Some(value) => out.push(value),
                    None => {
                        out.extend([b'\\', letter]);
                        if !std::mem::replace(&mut warned, true) {
                            self.warn_escape(token, literal.body_start, literal.body, escape, false);
                        }
                    }
                },
            }
        }
        Ok(out)
    }

    /// The text of a literal's body, which begins at `body_start` in the source.
    pub(super) fn text_value(
        &mut self,
        body: &'a str,
        body_start: u32,
        raw: bool,
        token: Token,
    ) -> PResult<Wtf8Buf> {
        if raw || memchr::memchr(b'\\', body.as_bytes()).is_none() {
            return Ok(Wtf8Buf::from(body));
        }
        let mut out = Wtf8Buf::new();
        let mut warned = false;
        let bytes = body.as_bytes();
        let mut rest = 0;
        while let Some(found) = memchr::memchr(b'\\', &bytes[rest..]) {
            let escape = rest + found;
            out.push_str(&body[rest..escape]);
            let Some(&letter) = bytes.get(escape + 1) else {
                // Only in an f-string, before the brace of a replacement field.
                rest = escape;
                break;
            };
            rest = escape + 2;
            match letter {
                b'\n' => {}
                b'0'..=b'7' => {
                    let (value, next) = octal(bytes, escape + 1);
                    if value > 0o377 && !std::mem::replace(&mut warned, true) {
                        self.warn_escape(token, body_start, body, escape, true);
                    }
                    out.push_code_point(value);
                    rest = next;
                }
                b'x' | b'u' | b'U' => {
                    let width = match letter {
                        b'x' => 2,
                        b'u' => 4,
                        _ => 8,
                    };
                    let value = self.hex_escape(token, body, escape, width)?;
                    out.push_code_point(value);
                    rest += width;
                }
                b'N' => rest = self.named_escape(token, body, escape, &mut out)?,
                _ => match simple_escape(letter) {
                    Some(value) => out.push_code_point(u32::from(value)),
                    None => {
                        if !std::mem::replace(&mut warned, true) {
                            self.warn_escape(token, body_start, body, escape, false);
                        }
                        out.push_str("\\");
                        rest = escape + 1;
                    }
                },
            }
        }
        out.push_str(&body[rest..]);
        Ok(out)
    }

    fn hex_escape(&mut self, token: Token, body: &str, escape: usize, width: usize) -> PResult<u32> {
        let bytes = body.as_bytes();
        let digits = bytes[escape + 2..].iter().take(width).take_while(|b| b.is_ascii_hexdigit()).count();
        if digits < width {
            let name = match width {
                2 => "truncated \\xXX escape",
                4 => "truncated \\uXXXX escape",
                _ => "truncated \\UXXXXXXXX escape",
            };
            return self.escape_error(token, body, escape, escape + 2 + digits, name);
        }
        match hex(bytes, escape + 2, width) {
            Some(value) if value <= 0x10_ffff => Ok(value),
            _ => self.escape_error(token, body, escape, escape + 2 + width, "illegal Unicode character"),
        }
    }

    fn named_escape(&mut self, token: Token, body: &str, escape: usize, out: &mut Wtf8Buf) -> PResult<usize> {
        let malformed = "malformed \\N character escape";
        let after = &body[escape + 2..];
        let Some(name) = after.strip_prefix('{') else {
            return self.escape_error(token, body, escape, escape + 2, malformed);
        };
        let close = match name.find('}') {
            Some(close) if close > 0 => close,
            Some(_) => return self.escape_error(token, body, escape, escape + 3, malformed),
            None => return self.escape_error(token, body, escape, body.len(), malformed),
        };
        let end = escape + 3 + close + 1;
        match taipan_text::unicode::lookup(&name[..close]) {
            Some(value) => out.push_code_point(value),
            None => return self.escape_error(token, body, escape, end, "unknown Unicode character name"),
        }
        Ok(end)
    }

    /// An error of the `unicodeescape` codec, which sees each character above ASCII as an escape of ten bytes.
    #[cold]
    fn escape_error<T>(
        &mut self,
        token: Token,
        body: &str,
        start: usize,
        end: usize,
        what: &str,
    ) -> PResult<T> {
        // A backslash before such a character is seen as an escape of six bytes.
        let width = |text: &str| {
            let mut after_backslash = false;
            let widths = text.chars().map(|c| {
                let extra = if after_backslash && !c.is_ascii() { 5 } else { 0 };
                after_backslash = c == '\\' && !after_backslash;
                extra + if c.is_ascii() { 1 } else { 10 }
            });
            widths.sum::<usize>()
        };
        let first = width(&body[..start]);
        let last = first + width(body.get(start..end).unwrap_or("")).max(1) - 1;
        let place = if first == last {
            format!("byte 0x5c in position {first}")
        } else {
            format!("bytes in position {first}-{last}")
        };
        let message = format!("(unicode error) 'unicodeescape' codec can't decode {place}: {what}");
        if token.kind == K::String {
            return self.error(self.token_span(token), message);
        }
        self.skip_to_string_end();
        self.error_at_last_token(message)
    }

    /// Goes to the token that ends the f-string or t-string around the current token.
    fn skip_to_string_end(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.kind() {
                K::FstringStart | K::TstringStart => depth += 1,
                K::FstringEnd | K::TstringEnd if depth == 0 => return,
                K::FstringEnd | K::TstringEnd => depth -= 1,
                K::EndMarker | K::Error => return,
                _ => {}
            }
            self.advance();
        }
    }

    /// Evaluates one literal for its errors alone.
    pub(super) fn check_literal(&mut self) -> PResult<()> {
        let token = self.token();
        let mut pieces = Vec::new();
        match token.kind {
            K::String => {
                let literal = self.literal(token);
                if literal.bytes {
                    self.bytes_value(&literal, token)?;
                } else {
                    self.text_value(literal.body, literal.body_start, literal.raw, token)?;
                }
                Ok(())
            }
            K::FstringStart => self.formatted_string(&mut pieces, K::FstringMiddle, K::FstringEnd),
            K::TstringStart => self.formatted_string(&mut pieces, K::TstringMiddle, K::TstringEnd),
            _ => self.fail(),
        }
    }

    #[cold]
    fn warn_escape(&mut self, token: Token, body_start: u32, body: &str, escape: usize, octal: bool) {
        let bytes = body.as_bytes();
        let next = bytes.get(escape + 1).copied();
        let braces = token.kind != K::String && matches!(next, Some(b'{' | b'}') | None);
        if braces || next.is_some_and(|b| b >= 128) {
            // The lexer has warned of a backslash before a brace; before other than ASCII it is silently kept.
            return;
        }
        let length =
            if octal { 4 } else { body[escape + 1..].chars().next().map_or(1, |c| 1 + c.len_utf8()) };
        let text = body.get(escape + 1..(escape + length).min(bytes.len())).unwrap_or("");
        let kind = if octal { "octal escape" } else { "escape" };
        let message = format!(
            "\"\\{text}\" is an invalid {kind} sequence. Such sequences will not work in the future. \
             Did you mean \"\\\\{text}\"? A raw string is also an option."
        );
        let start = body_start + escape as u32;
        let end = start + if octal { 2 } else { length as u32 };
        let place = |at: u32| (self.source.line_of(at), self.source.char_column(at) + 1);
        let ((lineno, mut offset), (end_lineno, mut end_offset)) = (place(start), place(end));
        if token.kind == K::String && lineno == self.source.line_of(token.start) {
            // CPython counts from the quote as if there were no prefix.
            let literal = self.source.text().as_bytes().get(token.start as usize..).unwrap_or_default();
            let prefix = literal.iter().take_while(|b| b.is_ascii_alphabetic()).count() as u32;
            (offset, end_offset) = (offset.saturating_sub(prefix), end_offset.saturating_sub(prefix));
        }
        let category = WarningCategory::Syntax;
        let warning = SyntaxWarning { category, message, lineno, offset, end_lineno, end_offset };
        self.warnings.push((self.pos, warning));
    }
}

pub(super) fn constant(span: Span, value: Constant, unicode: bool) -> Expr {
    let kind = if unicode { Some(Box::new(Wtf8Buf::from("u"))) } else { None };
    Expr::new(span, ExprConstant { value, kind })
}

/// Joins neighbouring texts and drops empty ones.
pub(super) fn joined_values(pieces: Vec<Piece>) -> Vec<Expr> {
    let mut values = Vec::with_capacity(pieces.len());
    let mut open: Option<(Span, Wtf8Buf, bool)> = None;
    for piece in pieces {
        match piece {
            Piece::Text { span, text, unicode } => match &mut open {
                Some((whole, all, _)) => {
                    *whole = whole.to(span);
                    all.push_wtf8(&text);
                }
                None => open = Some((span, text, unicode)),
            },
            Piece::Field(field) => {
                close_text(&mut values, &mut open);
                values.push(field);
            }
        }
    }
    close_text(&mut values, &mut open);
    values
}

fn close_text(values: &mut Vec<Expr>, open: &mut Option<(Span, Wtf8Buf, bool)>) {
    if let Some((span, text, unicode)) = open.take()
        && !text.is_empty()
    {
        values.push(constant(span, Constant::from(text), unicode));
    }
}

fn simple_escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\\' | b'\'' | b'"' => letter,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => 10,
        b'r' => 13,
        b't' => 9,
        b'v' => 11,
        _ => return None,
    })
}

/// Up to three octal digits from `at`: value and where they end.
fn octal(bytes: &[u8], at: usize) -> (u32, usize) {
    let digits = bytes[at..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let value = bytes[at..at + digits].iter().fold(0, |value, b| value * 8 + u32::from(b - b'0'));
    (value, at + digits)
}

/// Exactly `width` hexadecimal digits from `at`.
fn hex(bytes: &[u8], at: usize, width: usize) -> Option<u32> {
    bytes.get(at..at + width)?.iter().try_fold(0u32, |value, &b| {
        let digit = char::from(b).to_digit(16)?;
        Some(value.wrapping_mul(16) | digit)
    })
}
