//! The lexer: source text to one vector of tokens.
//!
//! A byte loop with a table for ASCII. F-strings and t-strings (PEP 701, PEP 750) switch between two modes by an
//! explicit stack, so nothing recurses. At the first error the vector ends in a [`TokenKind::Error`] token and the
//! error is kept in [`Tokens::error`]: the parser raises it only when it gets there, as CPython's lazy tokenizer does.

mod fstring;
pub mod identifier;
mod indentation;
mod number;
mod operator;
mod string;
pub mod token;

pub use token::{Token, TokenKind};

use crate::error::{ErrorLocation, SyntaxError, SyntaxErrorKind, SyntaxWarning, WarningCategory};
use crate::source::{LineColumn, SourceText};
use fstring::StringMode;

/// Most brackets that may be open at once.
const MAX_BRACKETS: usize = 200;

/// What the lexer is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct LexOptions {
    /// recognise `# type:` comments
    pub type_comments: bool,
    /// also give comments and line ends without meaning, and check brackets less (`tokenize`)
    pub extra_tokens: bool,
    /// use the text as given, without an implied final newline (modes other than `exec`)
    pub no_implied_newline: bool,
    /// single statement: the end of input also ends the line
    pub single: bool,
    /// single statement: do not close blocks at an end of input that is not at a line start (`codeop`)
    pub dont_imply_dedent: bool,
}

/// An error met while lexing.
#[derive(Clone, Debug)]
pub struct LexError {
    /// what to raise
    pub error: SyntaxError,
    /// Does it take precedence over an earlier error of the parser, when the rest of the source is checked?
    pub eager: bool,
    /// Was it the end of the input?
    pub at_eof: bool,
    /// Was an f-string or t-string open? Then errors of the parser in it come first.
    pub in_string: bool,
}

/// The bracket that was still open, for errors about it.
#[derive(Clone, Copy, Debug)]
pub struct OpenBracket {
    /// byte offset
    pub at: u32,
    /// 1-based line
    pub line: u32,
    /// the character
    pub bracket: u8,
}

/// All tokens of a source.
#[derive(Debug)]
pub struct Tokens {
    /// in order; ends in `EndMarker` or `Error`
    pub tokens: Vec<Token>,
    /// why lexing stopped early
    pub error: Option<LexError>,
    /// warnings, in order
    pub warnings: Vec<LexWarning>,
    /// comments, as byte ranges
    pub comments: Vec<(u32, u32)>,
    /// `# type: ignore` comments, kept out of the other tokens
    pub type_ignores: Vec<Token>,
    /// the innermost open bracket at the end
    pub open_bracket: Option<OpenBracket>,
    /// length of the text that was read, with or without an implied newline
    pub end: u32,
}

/// A warning with the number of the token that had been lexed before it.
#[derive(Clone, Debug)]
pub struct LexWarning {
    /// tokens before it
    pub token_index: usize,
    /// the warning
    pub warning: SyntaxWarning,
}

pub(crate) struct Lexer<'a> {
    source: &'a SourceText,
    text: &'a str,
    bytes: &'a [u8],
    options: LexOptions,
    pos: usize,
    line: u32,
    at_line_start: bool,
    brackets: Vec<OpenBracket>,
    indents: Vec<(u32, u32)>,
    strings: Vec<StringMode>,
    tokens: Vec<Token>,
    warnings: Vec<LexWarning>,
    comments: Vec<(u32, u32)>,
    type_ignores: Vec<Token>,
}

type LexResult<T> = Result<T, Box<LexError>>;

const NAME_START: u8 = 1;
const NAME: u8 = 2;
const DIGIT: u8 = 4;
const BLANK: u8 = 8;

static CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        if b.is_ascii_alphabetic() || b == b'_' || b >= 128 {
            table[i] = NAME_START | NAME;
        } else if b.is_ascii_digit() {
            table[i] = NAME | DIGIT;
        } else if matches!(b, b' ' | b'\t' | 0x0c) {
            table[i] = BLANK;
        }
        i += 1;
    }
    table
};

/// Where a token ends; a line end ends on its own line.
pub fn token_end(source: &SourceText, token: Token) -> LineColumn {
    if !matches!(token.kind, TokenKind::Newline | TokenKind::Nl) || token.end == token.start {
        return source.line_column(token.end);
    }
    let last = source.line_column(token.end - 1);
    LineColumn { column: last.column + 1, ..last }
}

/// Splits a source into tokens.
pub fn lex(source: &SourceText, options: LexOptions) -> Tokens {
    let text = if options.no_implied_newline { source.text_as_given() } else { source.text() };
    let mut lexer = Lexer {
        source,
        text,
        bytes: text.as_bytes(),
        options,
        pos: 0,
        line: 1,
        at_line_start: true,
        brackets: Vec::new(),
        indents: vec![(0, 0)],
        strings: Vec::new(),
        tokens: Vec::with_capacity(text.len() / 4 + 16),
        warnings: Vec::new(),
        comments: Vec::new(),
        type_ignores: Vec::new(),
    };
    let mut error = lexer.run().err().map(|error| *error);
    if let Some(error) = &mut error {
        error.in_string = !lexer.strings.is_empty();
    }
    if error.is_some() {
        let at = lexer.pos.min(lexer.bytes.len());
        lexer.push_at(TokenKind::Error, at, at, lexer.line);
    }
    Tokens {
        tokens: lexer.tokens,
        error,
        warnings: lexer.warnings,
        comments: lexer.comments,
        type_ignores: lexer.type_ignores,
        open_bracket: lexer.brackets.last().copied(),
        end: text.len() as u32,
    }
}

impl<'a> Lexer<'a> {
    fn run(&mut self) -> LexResult<()> {
        loop {
            let in_string = self.strings.last().is_some_and(|mode| mode.in_text);
            let more = if in_string { self.string_text()? } else { self.regular()? };
            if !more {
                return Ok(());
            }
        }
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn push(&mut self, kind: TokenKind, start: usize) {
        self.push_at(kind, start, self.pos, self.line);
    }

    #[inline]
    fn push_at(&mut self, kind: TokenKind, start: usize, end: usize, line: u32) {
        let level = self.brackets.len() as u8;
        self.tokens.push(Token { start: start as u32, end: end as u32, line, kind, level });
    }

    /// Lexes tokens in ordinary code until the mode changes (true) or the input ends (false).
    fn regular(&mut self) -> LexResult<bool> {
        loop {
            let mut blank_line = false;
            if self.at_line_start {
                self.at_line_start = false;
                blank_line = self.indentation()?;
            }
            while CLASS[self.byte(self.pos) as usize] & BLANK != 0 {
                self.pos += 1;
            }
            let byte = self.byte(self.pos);
            let class = CLASS[byte as usize];
            if class & NAME_START != 0 {
                if self.name_or_string()? {
                    return Ok(true);
                }
                continue;
            }
            if class & DIGIT != 0 || (byte == b'.' && self.byte(self.pos + 1).is_ascii_digit()) {
                self.number()?;
                continue;
            }
            match byte {
                b'\n' => self.newline(self.pos, blank_line),
                b'#' => {
                    let start = self.pos;
                    self.comment(blank_line);
                    // Like CPython's, a line end begins with the comment before it.
                    let plain = !self.options.extra_tokens && !self.options.type_comments;
                    if plain && !blank_line && self.byte(self.pos) == b'\n' {
                        self.newline(start, false);
                    }
                }
                b'"' | b'\'' => self.string(self.pos, self.pos)?,
                b'\\' => self.continuation_line()?,
                0 if self.pos >= self.bytes.len() => return self.end_of_input(),
                _ => {
                    if self.operator(byte)? {
                        return Ok(true);
                    }
                }
            }
        }
    }

    fn newline(&mut self, start: usize, blank_line: bool) {
        self.pos += 1;
        self.at_line_start = true;
        if blank_line || !self.brackets.is_empty() {
            if self.options.extra_tokens {
                self.push(TokenKind::Nl, start);
            }
        } else {
            self.push(TokenKind::Newline, start);
        }
        self.line += 1;
    }

    /// A comment up to the line end, which is left for `newline`.
    fn comment(&mut self, blank_line: bool) {
        let start = self.pos;
        let end = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |i| start + i);
        self.pos = end;
        if !self.strings.is_empty() {
            self.comments.push((start as u32, end as u32));
        }
        if self.options.extra_tokens {
            self.push(TokenKind::Comment, start);
        } else if self.options.type_comments {
            self.type_comment(start, end, blank_line);
        }
        if self.byte(end) == b'\n' && blank_line {
            // `newline` cannot know that only a comment was on this line.
            if self.options.extra_tokens {
                self.pos = end + 1;
                self.push_at(TokenKind::Nl, end, end + 1, self.line);
            } else {
                self.pos = end + 1;
            }
            self.line += 1;
            self.at_line_start = true;
        }
    }

    fn type_comment(&mut self, start: usize, end: usize, blank_line: bool) {
        let blank = |at: &mut usize, bytes: &[u8]| {
            while *at < end && matches!(bytes[*at], b' ' | b'\t') {
                *at += 1;
            }
        };
        let mut at = start + 1;
        blank(&mut at, self.bytes);
        if !self.bytes[at..end].starts_with(b"type:") {
            return;
        }
        at += 5;
        blank(&mut at, self.bytes);
        let content = &self.bytes[at..end];
        let ignore = content.starts_with(b"ignore")
            && content.get(6).is_none_or(|&b| b.is_ascii() && !b.is_ascii_alphanumeric());
        if ignore {
            let level = self.brackets.len() as u8;
            let (start, end, kind) = ((at + 6) as u32, end as u32, TokenKind::TypeIgnore);
            self.type_ignores.push(Token { start, end, line: self.line, kind, level });
        } else {
            self.push_at(TokenKind::TypeComment, at, end, self.line);
            // A type comment on a line of its own still ends a logical line.
            if blank_line && self.byte(end) == b'\n' && self.brackets.is_empty() {
                self.push_at(TokenKind::Newline, end, end + 1, self.line);
            }
        }
    }

    fn continuation_line(&mut self) -> LexResult<()> {
        self.pos += 1;
        if self.byte(self.pos) != b'\n' {
            return Err(self.bad_continuation());
        }
        self.pos += 1;
        self.line += 1;
        if self.pos >= self.bytes.len() {
            return Err(self.unexpected_eof(true));
        }
        Ok(())
    }

    fn bad_continuation(&mut self) -> Box<LexError> {
        let start = self.source.line_start(self.line);
        let at_end = u32::from(self.pos >= self.bytes.len());
        let column = self.source.chars_between(start, self.pos as u32) - at_end;
        let width = self.text[self.pos..].chars().next().map_or(0, |c| c.len_utf8());
        self.pos += width;
        self.parser_style_error(
            SyntaxErrorKind::Syntax,
            "unexpected character after line continuation character",
            i64::from(column) + 1,
        )
    }

    /// With extra tokens, errors of state point behind the line that is being read.
    fn extra_offset(&self) -> i64 {
        self.source.line_with_newline(self.line).chars().count() as i64
    }

    fn unexpected_eof_in_extra(&mut self, continuation: bool) -> Box<LexError> {
        let line = self.source.line_of((self.bytes.len() as u32).saturating_sub(1));
        let after_text = self.source.line_text(line).trim_start_matches([' ', '\t', '\x0c']) != "\\";
        let continued = continuation && after_text;
        self.line = line;
        let offset = match self.strings.last() {
            // The tokenizer keeps all lines since the string began.
            Some(mode) => {
                let start = self.source.line_start(mode.line);
                i64::from(self.source.chars_between(start, self.bytes.len() as u32))
            }
            None if continued => self.source.line_with_newline(line).len() as i64,
            None => 0,
        };
        let mut error = self.parser_style_error(
            SyntaxErrorKind::Syntax,
            "unexpected EOF in multi-line statement",
            offset,
        );
        error.at_eof = true;
        if let Some(location) = &mut error.error.location {
            location.offset = offset;
        }
        error
    }

    fn unexpected_eof(&mut self, continuation: bool) -> Box<LexError> {
        if self.options.extra_tokens {
            return self.unexpected_eof_in_extra(continuation);
        }
        if let Some(error) = self.unclosed_bracket() {
            return error;
        }
        let line = self.line.min(self.source.line_count());
        let line = if self.source.line_text(line).is_empty() && line > 1 { line - 1 } else { line };
        let text = self.given_line(line).to_owned();
        let column = text.chars().count() as i64;
        let location = ErrorLocation {
            lineno: i64::from(line),
            offset: column,
            end_lineno: Some(i64::from(line)),
            end_offset: Some(-1),
            text: Some(text),
        };
        let error = SyntaxError::at(SyntaxErrorKind::Syntax, "unexpected EOF while parsing", location);
        Box::new(LexError { error, eager: false, at_eof: true, in_string: false })
    }

    pub(crate) fn unclosed_bracket(&self) -> Option<Box<LexError>> {
        let open = self.brackets.last()?;
        let error = unclosed_bracket_error(self.source, self.bytes.len() as u32, *open);
        Some(Box::new(LexError { error, eager: false, at_eof: true, in_string: false }))
    }

    /// Ends the token stream. Always gives false, or the error of an open bracket.
    fn end_of_input(&mut self) -> LexResult<bool> {
        let end = self.bytes.len();
        if !self.brackets.is_empty() {
            return Err(self.unexpected_eof(false));
        }
        if self.options.single {
            self.end_single();
        } else if self.options.extra_tokens {
            let last =
                self.tokens.iter().rev().find(|t| !matches!(t.kind, TokenKind::Dedent | TokenKind::Indent));
            let open_line = last.is_some_and(|t| !matches!(t.kind, TokenKind::Newline | TokenKind::Nl));
            if open_line {
                let kind = match last.map(|t| t.kind) {
                    Some(TokenKind::Comment) => TokenKind::Nl,
                    _ => TokenKind::Newline,
                };
                self.push_at(kind, end, end, self.line);
                self.line += 1;
            }
            self.close_blocks(end);
        } else {
            self.close_blocks(end);
        }
        self.push_at(TokenKind::EndMarker, end, end, self.line);
        Ok(false)
    }

    fn close_blocks(&mut self, at: usize) {
        while self.indents.len() > 1 {
            self.indents.pop();
            self.push_at(TokenKind::Dedent, at, at, self.line);
        }
    }

    /// The end of a single statement also counts as a line end, once more after blocks were closed.
    fn end_single(&mut self) {
        let end = self.bytes.len();
        if self.tokens.is_empty() {
            return;
        }
        let last = self.tokens.last().map(|t| t.kind);
        let after_line = self.bytes.last() == Some(&b'\n');
        if after_line {
            self.close_blocks(end);
            self.push_at(TokenKind::Newline, end, end, self.line);
            return;
        }
        if last != Some(TokenKind::Newline) || self.indents.len() > 1 {
            self.push_at(TokenKind::Newline, end, end, self.line);
        }
        if self.indents.len() > 1 && !self.options.dont_imply_dedent {
            self.close_blocks(end);
            self.push_at(TokenKind::Newline, end, end, self.line);
        }
    }

    /// An identifier, a keyword, or the prefix of a string. True if a mode changed.
    fn name_or_string(&mut self) -> LexResult<bool> {
        let start = self.pos;
        let first = self.bytes[start];
        if matches!(first | 0x20, b'r' | b'b' | b'u' | b'f' | b't') {
            let mut at = start;
            while matches!(self.byte(at) | 0x20, b'r' | b'b' | b'u' | b'f' | b't') && at - start < 6 {
                at += 1;
            }
            if matches!(self.byte(at), b'"' | b'\'') && self.string_prefix(start, at)? {
                return self.prefixed_string(start, at);
            }
        }
        let mut at = start;
        let mut seen = 0u8;
        while CLASS[self.byte(at) as usize] & NAME != 0 {
            seen |= self.bytes[at];
            at += 1;
        }
        self.pos = at;
        if seen >= 128 {
            if !self.options.extra_tokens {
                self.check_identifier(start, at)?;
            }
            self.push(TokenKind::Name, start);
        } else {
            let name = &self.bytes[start..at];
            let kind = match name.len() {
                2..=8 => TokenKind::keyword(name).unwrap_or(TokenKind::Name),
                _ => TokenKind::Name,
            };
            self.push(kind, start);
        }
        Ok(false)
    }

    fn check_identifier(&mut self, start: usize, end: usize) -> LexResult<()> {
        let Some((at, c)) = identifier::first_invalid(&self.text[start..end]) else {
            return Ok(());
        };
        // The tokenizer takes all bytes above 127 for letters; a valid prefix is no name of its own.
        self.pos = start + at + c.len_utf8();
        let message = if identifier::is_printable(c) {
            format!("invalid character '{c}' (U+{:04X})", c as u32)
        } else {
            format!("invalid non-printable character U+{:04X}", c as u32)
        };
        Err(self.error_here(message))
    }

    /// An error of the tokenizer itself, at the last character consumed.
    fn error_here(&self, message: impl Into<String>) -> Box<LexError> {
        self.error_at(self.pos, message)
    }

    /// An error of the tokenizer itself whose offset counts the characters of the line before `end`.
    fn error_at(&self, end: usize, message: impl Into<String>) -> Box<LexError> {
        let line = self.source.line_of((end as u32).saturating_sub(1)).max(1);
        let start = self.source.line_start(line);
        let offset = i64::from(self.source.chars_between(start, end as u32));
        self.error_range(line, offset, offset, message)
    }

    fn error_range(&self, line: u32, offset: i64, end: i64, message: impl Into<String>) -> Box<LexError> {
        let location = ErrorLocation {
            lineno: i64::from(line),
            offset,
            end_lineno: Some(i64::from(line)),
            end_offset: Some(end),
            text: Some(self.source.line_text(line).to_owned()),
        };
        let error = SyntaxError::at(SyntaxErrorKind::Syntax, message, location);
        Box::new(LexError { error, eager: true, at_eof: false, in_string: false })
    }

    /// An error that CPython's parser makes from a state of the tokenizer.
    fn parser_style_error(&self, kind: SyntaxErrorKind, message: &str, offset: i64) -> Box<LexError> {
        let offset = if self.options.extra_tokens { self.extra_offset() } else { offset };
        let location = ErrorLocation {
            lineno: i64::from(self.line),
            offset,
            end_lineno: Some(i64::from(self.line)),
            end_offset: Some(0),
            text: Some(self.given_line(self.line).to_owned()),
        };
        let error = SyntaxError::at(kind, message, location);
        Box::new(LexError { error, eager: false, at_eof: false, in_string: false })
    }

    /// A line with its newline, if the source as given has one.
    fn given_line(&self, line: u32) -> &str {
        let start = (self.source.line_start(line) as usize).min(self.bytes.len());
        let end = (self.source.line_start(line + 1) as usize).min(self.bytes.len());
        &self.text[start..end]
    }

    /// Characters of the current line, with its newline if the source as given has one.
    fn given_line_length(&self) -> i64 {
        let start = self.source.line_start(self.line);
        let end = self.source.line_start(self.line + 1).min(self.bytes.len() as u32);
        i64::from(self.source.chars_between(start, end))
    }

    fn warn(&mut self, category: WarningCategory, message: String, start: usize, end: usize) {
        let column = |at: usize| self.source.char_column(at as u32) + 1;
        let warning = SyntaxWarning {
            category,
            message,
            lineno: self.source.line_of(start as u32),
            offset: column(start),
            end_lineno: self.source.line_of(end as u32),
            end_offset: column(end),
        };
        self.warnings.push(LexWarning { token_index: self.tokens.len(), warning });
    }
}

/// "'(' was never closed", at the bracket.
pub(crate) fn unclosed_bracket_error(source: &SourceText, end: u32, open: OpenBracket) -> SyntaxError {
    let text = source.line_with_newline(open.line);
    let whole = source.line_start(open.line) + text.len() as u32;
    // The tokenizer stands on the last line: only that line still has its newline.
    let has_newline = whole == end && source.text().as_bytes().get(end as usize - 1) == Some(&b'\n');
    let text = if has_newline { text } else { text.trim_end_matches('\n') };
    let location = ErrorLocation {
        lineno: i64::from(open.line),
        offset: i64::from(source.char_column(open.at)) + 1,
        end_lineno: Some(i64::from(open.line)),
        end_offset: Some(0),
        text: Some(text.to_owned()),
    };
    let message = format!("'{}' was never closed", char::from(open.bracket));
    SyntaxError::at(SyntaxErrorKind::Syntax, message, location)
}
