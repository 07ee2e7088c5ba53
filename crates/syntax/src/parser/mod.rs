//! The parser: tokens to syntax tree.
//!
//! Recursive descent with precedence climbing over the whole vector of tokens, so any look-ahead is an index. A rule
//! that does not match gives [`Fail::NoMatch`]; then, and only then, `diagnose` finds out what to say. Spans are
//! CPython's: brackets around an expression belong to the node they are part of, not to the expression.

mod arguments;
mod atoms;
mod compound;
mod diagnose;
mod expressions;
mod fstrings;
mod numbers;
mod parameters;
mod patterns;
mod statements;
mod strings;
mod targets;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::ast::{self, Expr, Identifier, Mod, Span, Stmt};
use crate::error::{ErrorLocation, SyntaxError, SyntaxErrorKind, SyntaxWarning};
use crate::lexer::{self, LexOptions, Token, TokenKind, Tokens, token_end};
use crate::source::SourceText;

/// What the source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// a module: `exec`
    Exec,
    /// an expression: `eval`
    Eval,
    /// one interactive statement: `single`
    Single,
    /// a signature type comment: `func_type`
    FuncType,
}

/// How to parse.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// keep `# type:` comments in the tree
    pub type_comments: bool,
    /// refuse syntax newer than Python 3.`feature_version`
    pub feature_version: u8,
    /// source that only lacks its end raises `_IncompleteInputError`
    pub allow_incomplete_input: bool,
    /// with [`Mode::Single`]: an end inside a block does not close it
    pub dont_imply_dedent: bool,
    /// `from __future__ import barry_as_FLUFL`: `<>` instead of `!=`
    pub barry_as_flufl: bool,
    /// longest decimal literal, 0 for no limit (`sys.set_int_max_str_digits`)
    pub int_max_str_digits: usize,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            type_comments: false,
            feature_version: 14,
            allow_incomplete_input: false,
            dont_imply_dedent: false,
            barry_as_flufl: false,
            int_max_str_digits: 4300,
        }
    }
}

/// A parsed source.
#[derive(Debug)]
pub struct Parsed {
    /// the tree
    pub module: Mod,
    /// warnings in the order in which CPython issues them
    pub warnings: Vec<SyntaxWarning>,
}

/// Parses a source.
pub fn parse(source: &SourceText, mode: Mode, options: &ParseOptions) -> Result<Parsed, SyntaxError> {
    let mut warnings = Vec::new();
    let module = parse_collecting(source, mode, options, &mut warnings)?;
    Ok(Parsed { module, warnings })
}

/// As [`parse`]; also gives the warnings that come before an error.
pub fn parse_collecting(
    source: &SourceText,
    mode: Mode,
    options: &ParseOptions,
    warnings: &mut Vec<SyntaxWarning>,
) -> Result<Mod, SyntaxError> {
    let lex_options = LexOptions {
        type_comments: options.type_comments,
        extra_tokens: false,
        no_implied_newline: mode != Mode::Exec,
        single: mode == Mode::Single,
        dont_imply_dedent: options.dont_imply_dedent,
    };
    let tokens = lexer::lex(source, lex_options);
    let mut parser = Parser::new(source, &tokens, options);
    let result = parser.module(mode);
    let seen = if result.is_ok() { usize::MAX } else { parser.furthest.max(parser.pos) };
    let lexed = tokens.warnings.iter().filter(|w| w.token_index <= seen);
    let mut all: Vec<_> = lexed.map(|w| (w.token_index, w.warning.clone())).collect();
    all.append(&mut parser.warnings);
    all.sort_by_key(|&(index, _)| index);
    warnings.extend(all.into_iter().map(|(_, warning)| warning));
    match result {
        Ok(module) => {
            if mode == Mode::Single {
                diagnose::check_single_statement(source, &tokens, parser.pos)?;
            }
            Ok(module)
        }
        Err(Fail::Error(error)) if !options.allow_incomplete_input && tokens.error.is_none() => {
            Err(SyntaxError { statement: parser.compound, ..*error })
        }
        Err(Fail::Error(error)) if error.kind == SyntaxErrorKind::Memory => Err(*error),
        Err(_) => {
            let (furthest, statement) = (parser.furthest, parser.compound);
            let options = &ParseOptions { barry_as_flufl: parser.flufl, ..*options };
            let error = diagnose::diagnose(source, &tokens, mode, options, furthest);
            Err(SyntaxError { statement, ..error })
        }
    }
}

/// Why a rule gave nothing.
#[derive(Debug)]
pub(crate) enum Fail {
    /// the tokens do not fit
    NoMatch,
    /// an error that no other reading can help
    Error(Box<SyntaxError>),
}

pub(crate) type PResult<T> = Result<T, Fail>;

/// Levels of nested rules that the parser allows, as CPython's parser does.
const MAX_DEPTH: u32 = 6000;

#[derive(Default)]
pub(crate) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut hash = self.0;
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.iter().rev().fold(0u64, |word, &b| (word << 8) | u64::from(b));
            hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        let word =
            chunks.remainder().iter().rev().fold(bytes.len() as u64, |word, &b| (word << 8) | u64::from(b));
        self.0 = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

type Names<'a> = HashMap<&'a str, Identifier, BuildHasherDefault<NameHasher>>;

/// Where a node begins: line and UTF-8 column.
pub(crate) type Start = (i32, i32);

pub(crate) struct Parser<'a> {
    source: &'a SourceText,
    text: &'a str,
    line_starts: &'a [u32],
    lexed: &'a Tokens,
    tokens: &'a [Token],
    options: &'a ParseOptions,
    pos: usize,
    /// the furthest token that a rule was tried on and failed
    furthest: usize,
    /// where the last complete compound statement begins
    compound: Start,
    depth: u32,
    names: Names<'a>,
    warnings: Vec<(usize, SyntaxWarning)>,
    /// is `<>` the operator, not `!=`?
    flufl: bool,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(source: &'a SourceText, lexed: &'a Tokens, options: &'a ParseOptions) -> Self {
        Self {
            source,
            text: source.text(),
            line_starts: source.line_starts(),
            lexed,
            tokens: &lexed.tokens,
            options,
            pos: 0,
            furthest: 0,
            compound: (0, 0),
            depth: 0,
            names: Names::default(),
            warnings: Vec::new(),
            flufl: options.barry_as_flufl,
        }
    }

    fn module(&mut self, mode: Mode) -> PResult<Mod> {
        match mode {
            Mode::Exec => {
                let mut body = Vec::new();
                let type_ignores = self.type_ignores();
                while self.kind() != TokenKind::EndMarker {
                    self.statement(&mut body)?;
                }
                Ok(Mod::Module(ast::ModModule { body, type_ignores }))
            }
            Mode::Eval => {
                let body = self.expressions()?;
                while self.eat(TokenKind::Newline) {}
                self.expect(TokenKind::EndMarker)?;
                Ok(Mod::Expression(ast::ModExpression { body }))
            }
            Mode::Single => self.interactive(),
            Mode::FuncType => self.function_type(),
        }
    }

    fn interactive(&mut self) -> PResult<Mod> {
        let mut body: Vec<Stmt> = Vec::new();
        let start = self.start();
        if self.eat(TokenKind::Newline) {
            let span = Span::new(start.0, start.1, start.0, start.1 + 1);
            body.push(Stmt::new(span, ast::StmtPass));
            return Ok(Mod::Interactive(ast::ModInteractive { body }));
        }
        let compound = self.statement(&mut body)?;
        if compound {
            self.expect(TokenKind::Newline)?;
        }
        Ok(Mod::Interactive(ast::ModInteractive { body }))
    }

    fn type_ignores(&mut self) -> Vec<ast::TypeIgnore> {
        if !self.options.type_comments {
            return Vec::new();
        }
        let ignores = self.lexed.type_ignores.iter();
        ignores
            .map(|t| ast::TypeIgnore {
                lineno: t.line as i32,
                tag: Identifier::new(&self.text[t.start as usize..t.end as usize]),
            })
            .collect()
    }

    // ----- tokens -----

    #[inline]
    fn token(&self) -> Token {
        self.tokens[self.pos]
    }

    #[inline]
    fn kind(&self) -> TokenKind {
        self.tokens[self.pos].kind
    }

    /// The kind of the token `ahead` places further; `EndMarker` past the end.
    #[inline]
    fn peek(&self, ahead: usize) -> TokenKind {
        self.tokens.get(self.pos + ahead).map_or(TokenKind::EndMarker, |t| t.kind)
    }

    #[inline]
    fn advance(&mut self) {
        // The last token, `EndMarker` or `Error`, is never passed.
        if self.pos + 1 < self.tokens.len() {
            self.pos += 1;
        }
    }

    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    #[inline]
    fn expect(&mut self, kind: TokenKind) -> PResult<()> {
        if self.kind() == kind {
            self.advance();
            Ok(())
        } else {
            self.fail()
        }
    }

    #[cold]
    fn fail<T>(&mut self) -> PResult<T> {
        self.furthest = self.furthest.max(self.pos);
        Err(Fail::NoMatch)
    }

    #[inline]
    fn token_text(&self, token: Token) -> &'a str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn is_soft(&self, keyword: &str) -> bool {
        self.kind() == TokenKind::Name && self.token_text(self.token()) == keyword
    }

    // ----- positions -----

    #[inline]
    fn start(&self) -> Start {
        self.start_of(self.token())
    }

    #[inline]
    fn start_of(&self, token: Token) -> Start {
        (token.line as i32, (token.start - self.line_starts[token.line as usize - 1]) as i32)
    }

    #[inline]
    fn end_of(&self, token: Token) -> Start {
        match self.line_starts.get(token.line as usize) {
            Some(&next) if token.end > next || (token.end == next && token.kind.is_middle()) => {
                let at = self.source.line_column(token.end);
                (at.line as i32, at.column as i32)
            }
            _ => (token.line as i32, (token.end - self.line_starts[token.line as usize - 1]) as i32),
        }
    }

    /// From `start` to the end of the last token taken.
    #[inline]
    fn span(&self, start: Start) -> Span {
        let end = self.end_of(self.tokens[self.pos.saturating_sub(1)]);
        Span::new(start.0, start.1, end.0, end.1)
    }

    /// From `start` to the end of the last token taken that is no NEWLINE, INDENT or DEDENT.
    fn block_span(&self, start: Start) -> Span {
        let taken = &self.tokens[..self.pos];
        let blank = |kind| {
            matches!(kind, TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker)
        };
        let end = taken.iter().rev().find(|t| !blank(t.kind)).map_or(start, |&t| self.end_of(t));
        Span::new(start.0, start.1, end.0, end.1)
    }

    fn token_span(&self, token: Token) -> Span {
        let (start, end) = (self.start_of(token), self.end_of(token));
        Span::new(start.0, start.1, end.0, end.1)
    }

    // ----- names -----

    fn intern(&mut self, name: &'a str) -> Identifier {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let identifier = if name.is_ascii() {
            Identifier::new(name)
        } else {
            Identifier::from(lexer::identifier::normalise(name))
        };
        self.names.insert(name, identifier.clone());
        identifier
    }

    /// Takes a name that is no hard keyword.
    fn name(&mut self) -> PResult<Identifier> {
        let token = self.token();
        if token.kind != TokenKind::Name {
            return self.fail();
        }
        self.advance();
        Ok(self.intern(self.token_text(token)))
    }

    // ----- errors -----

    /// Counts one level of nesting while `rule` runs.
    #[inline]
    fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        self.enter(1)?;
        let result = rule(self);
        self.depth -= 1;
        result
    }

    #[inline]
    fn enter(&mut self, levels: u32) -> PResult<()> {
        self.depth += levels;
        if self.depth > MAX_DEPTH { Err(too_deep()) } else { Ok(()) }
    }

    #[cold]
    fn error<T>(&self, span: Span, message: impl Into<String>) -> PResult<T> {
        let error = error_at_span(self.source, self.lexed, self.pos + 1, message.into(), span);
        Err(Fail::Error(Box::new(error)))
    }

    /// An error about the last token taken, as CPython's errors without a place of their own.
    #[cold]
    fn error_at_last_token<T>(&self, message: impl Into<String>) -> PResult<T> {
        let error = error_at_token(self.source, self.lexed, self.pos + 1, self.pos, message.into());
        Err(Fail::Error(Box::new(error)))
    }

    /// As [`Self::require_version`], when no token after the construct has been looked at.
    fn require_version_taken(&self, minor: u8, what: &str) -> PResult<()> {
        if self.options.feature_version >= minor {
            return Ok(());
        }
        let message = format!("{what} only supported in Python 3.{minor} and greater");
        let error = error_at_token(self.source, self.lexed, self.pos, self.pos.saturating_sub(1), message);
        Err(Fail::Error(Box::new(error)))
    }

    /// Refuses syntax that is newer than the feature version asked for.
    fn require_version(&self, minor: u8, what: &str) -> PResult<()> {
        if self.options.feature_version >= minor {
            return Ok(());
        }
        self.error_at_last_token(format!("{what} only supported in Python 3.{minor} and greater"))
    }
}

#[cold]
fn too_deep() -> Fail {
    let message = "Parser stack overflowed - Python source too complex to parse";
    Fail::Error(Box::new(SyntaxError::bare(SyntaxErrorKind::Memory, message)))
}

/// The text that an error on a line shows when `fill` tokens have been fetched: on the line where the tokenizer stands it
/// keeps its newline.
pub(crate) fn error_line<'a>(source: &'a SourceText, lexed: &Tokens, fill: usize, line: u32) -> &'a str {
    let last = lexed.tokens[fill.saturating_sub(1).min(lexed.tokens.len() - 1)];
    let current = match (last.kind, &lexed.error) {
        (TokenKind::Error, Some(error)) if error.at_eof => source.line_of(lexed.end.saturating_sub(1)),
        (TokenKind::Newline, _) => source.line_of(last.end.saturating_sub(1)),
        _ => source.line_of(last.end.min(lexed.end.saturating_sub(1))),
    };
    let text = source.line_with_newline(line);
    let implied = source.line_start(line) as usize + text.len() > lexed.end as usize;
    if line >= current && !implied { text } else { text.strip_suffix('\n').unwrap_or(text) }
}

/// An error from `span.start` to `span.end` in characters. Both columns are counted, and limited, on the first line.
pub(crate) fn error_at_span(
    source: &SourceText,
    lexed: &Tokens,
    fill: usize,
    message: String,
    span: Span,
) -> SyntaxError {
    let line = span.lineno.max(1) as u32;
    let text = error_line(source, lexed, fill, line);
    let column = |column: i32| match usize::try_from(column) {
        Ok(column) => {
            let before = &text.as_bytes()[..(column + 1).min(text.len())];
            let past_end = i64::from(column >= text.len());
            before.iter().filter(|&&b| b & 0xc0 != 0x80).count() as i64 + past_end
        }
        Err(_) => 0,
    };
    let location = ErrorLocation {
        lineno: i64::from(span.lineno),
        offset: column(span.col_offset),
        end_lineno: Some(i64::from(span.end_lineno)),
        end_offset: Some(column(span.end_col_offset)),
        text: Some(if span.lineno == 0 { String::new() } else { text.to_owned() }),
    };
    SyntaxError::at(SyntaxErrorKind::Syntax, message, location)
}

/// CPython's error without a place of its own: it names a token, mostly the last one fetched. Tokens without text have
/// no end; their column is where the tokenizer stands.
pub(crate) fn error_at_token(
    source: &SourceText,
    lexed: &Tokens,
    fill: usize,
    index: usize,
    message: String,
) -> SyntaxError {
    let token = lexed.tokens[index.min(lexed.tokens.len() - 1)];
    let (line, offset) = match (token.kind, &lexed.error) {
        (TokenKind::Error, Some(error)) if error.error.message.ends_with("was never closed") => {
            end_of_text(source, lexed.end)
        }
        (TokenKind::Error, Some(error)) => match &error.error.location {
            Some(at) => (at.lineno.max(1) as u32, at.offset),
            None => (token.line, 0),
        },
        _ if is_empty_token(token) => {
            let at = token.end;
            if at >= lexed.end {
                end_of_text(source, lexed.end)
            } else {
                (source.line_of(at), i64::from(source.char_column(at)))
            }
        }
        _ => {
            let (start, end) = (source.line_column(token.start), token_end(source, token));
            let span = Span::new(start.line as i32, start.column as i32, end.line as i32, end.column as i32);
            return error_at_span(source, lexed, fill, message, span);
        }
    };
    let location = ErrorLocation {
        lineno: i64::from(line),
        offset,
        end_lineno: Some(i64::from(line)),
        end_offset: Some(-1),
        text: Some(if line == 0 { String::new() } else { error_line(source, lexed, fill, line).to_owned() }),
    };
    SyntaxError::at(SyntaxErrorKind::Syntax, message, location)
}

/// Line and column at which the tokenizer stands when it has read all: the end of the last line.
pub(crate) fn end_of_text(source: &SourceText, end: u32) -> (u32, i64) {
    if end == 0 {
        return (0, 0);
    }
    let count = source.line_count();
    let line = if count > 1 && source.line_text(count).is_empty() { count - 1 } else { count };
    (line, i64::from(source.chars_between(source.line_start(line), end)))
}

/// Has the token no text? So it is with blocks, the end, and the line end that the end of a single statement implies.
pub(crate) fn is_empty_token(token: Token) -> bool {
    match token.kind {
        TokenKind::EndMarker | TokenKind::Indent | TokenKind::Dedent => true,
        TokenKind::Newline => token.start == token.end,
        _ => false,
    }
}

#[allow(dead_code)]
fn assert_small(expr: Expr) -> Expr {
    const { assert!(std::mem::size_of::<Fail>() == 8) };
    expr
}
