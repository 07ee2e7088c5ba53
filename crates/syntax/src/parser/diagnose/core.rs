//! The recogniser's core: tokens, backtracking, memory of results, light nodes, and ways to raise.
//!
//! The recogniser reads the grammar as a parsing expression grammar: ordered alternatives, backtracking, and the rules
//! for wrong code at fixed places among them. A rule gives `Ok(None)` when it does not match (with the position put
//! back), and `Err` when an error has been found, which ends everything. It builds no tree, only [`Node`]s that know
//! their kind, their tokens and a few children.

use std::collections::HashMap;

use crate::ast::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::lexer::{Token, TokenKind, Tokens, token_end};
use crate::parser::{ParseOptions, error_at_span, error_at_token, is_empty_token};
use crate::source::SourceText;

/// What a rule gives.
pub(super) type R<T = Node> = Result<Option<T>, Raise>;

/// An error found.
#[derive(Debug)]
pub(super) struct Raise {
    pub error: Box<SyntaxError>,
    /// Was it the lexer's?
    pub from_lexer: bool,
}

/// What an expression is, as far as messages tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Attribute,
    Subscript,
    Starred,
    List,
    Tuple,
    Lambda,
    Call,
    Operation,
    Generator,
    Yield,
    Await,
    ListComp,
    SetComp,
    DictComp,
    Dict,
    Set,
    FString,
    TString,
    None,
    True,
    False,
    Ellipsis,
    Literal,
    Compare,
    Conditional,
    Named,
    /// no expression: a statement, a parameter, a pattern
    Other,
}

impl Kind {
    /// How messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Attribute => "attribute",
            Self::Subscript => "subscript",
            Self::Starred => "starred",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Lambda => "lambda",
            Self::Call => "function call",
            Self::Operation => "expression",
            Self::Generator => "generator expression",
            Self::Yield => "yield expression",
            Self::Await => "await expression",
            Self::ListComp => "list comprehension",
            Self::SetComp => "set comprehension",
            Self::DictComp => "dict comprehension",
            Self::Dict => "dict literal",
            Self::Set => "set display",
            Self::FString => "f-string expression",
            Self::TString => "t-string expression",
            Self::None => "None",
            Self::True => "True",
            Self::False => "False",
            Self::Ellipsis => "ellipsis",
            Self::Literal | Self::Other => "literal",
            Self::Compare => "comparison",
            Self::Conditional => "conditional expression",
            Self::Named => "named expression",
        }
    }
}

/// Something recognised: from token `first` to token `last`, both included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub first: u32,
    pub last: u32,
    /// children: elements, the operand of a star, the left side of a comparison
    pub children: (u32, u32),
    /// a comparison that begins with `in`; arguments with `**`
    pub mark: bool,
}

/// The rules whose results are remembered, by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    SimpleStatement,
    Block,
    StarExpression,
    InvalidNamed,
    Expression,
    Disjunction,
    Conjunction,
    Inversion,
    Factor,
    AwaitPrimary,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Term,
    Primary,
    TPrimary,
    Arguments,
    StarTarget,
    TargetWithStarAtom,
    DeleteTarget,
    Strings,
    TypeParam,
}

/// Steps after which the search for a better message is given up.
const MAX_STEPS: u64 = 30_000_000;
/// Nested rules that CPython's parser allows.
const MAX_DEPTH: u32 = 6000;

pub(super) struct Recogniser<'a> {
    pub source: &'a SourceText,
    pub lexed: &'a Tokens,
    pub tokens: &'a [Token],
    pub options: &'a ParseOptions,
    pub pos: usize,
    /// tokens fetched so far
    pub fill: usize,
    /// Are the rules for wrong code active?
    pub invalid: bool,
    memory: HashMap<(Rule, u32), (Option<Node>, u32)>,
    children: Vec<Node>,
    steps: u64,
    depth: u32,
}

/// Gives the value of a rule, or leaves the function with "no match".
macro_rules! some {
    ($e:expr) => {
        match $e? {
            Some(value) => value,
            None => return Ok(None),
        }
    };
}
pub(super) use some;

/// Gives the index of an expected token, or leaves the function with "no match".
macro_rules! tok {
    ($s:expr, $kind:ident) => {
        match $s.token($crate::lexer::TokenKind::$kind)? {
            Some(index) => index,
            None => return Ok(None),
        }
    };
}
pub(super) use tok;

/// Tries alternatives in order from one place.
macro_rules! first_of {
    ($s:expr, $($alternative:expr),+ $(,)?) => {{
        let mark = $s.pos;
        'found: {
            $(
                let found = $s.run($alternative)?;
                if found.is_some() {
                    break 'found Ok(found);
                }
                $s.pos = mark;
            )+
            Ok(None)
        }
    }};
}
pub(super) use first_of;

impl<'a> Recogniser<'a> {
    pub fn new(source: &'a SourceText, lexed: &'a Tokens, options: &'a ParseOptions, invalid: bool) -> Self {
        Self {
            source,
            lexed,
            tokens: &lexed.tokens,
            options,
            pos: 0,
            fill: 0,
            invalid,
            memory: HashMap::new(),
            children: Vec::new(),
            steps: 0,
            depth: 0,
        }
    }

    /// Fixes the type of an alternative.
    #[inline]
    pub fn run<T>(&mut self, alternative: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        alternative(self)
    }

    /// Runs a rule; puts the position back if it does not match.
    pub fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        let mark = self.pos;
        let found = rule(self)?;
        if found.is_none() {
            self.pos = mark;
        }
        Ok(found)
    }

    /// Does the rule match here? Takes nothing.
    pub fn ahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> R<T>) -> Result<bool, Raise> {
        let mark = self.pos;
        let found = rule(self)?.is_some();
        self.pos = mark;
        Ok(found)
    }

    /// Runs a rule for wrong code, if these are active.
    pub fn wrong<T>(&mut self, rule: impl FnOnce(&mut Self) -> R<()>) -> R<T> {
        if self.invalid {
            self.attempt(rule)?;
        }
        Ok(None)
    }

    /// One or more.
    pub fn many<T>(&mut self, mut rule: impl FnMut(&mut Self) -> R<T>) -> R<Vec<T>> {
        let items = self.any(&mut rule)?;
        Ok(if items.is_empty() { None } else { Some(items) })
    }

    /// None or more.
    pub fn any<T>(&mut self, mut rule: impl FnMut(&mut Self) -> R<T>) -> Result<Vec<T>, Raise> {
        let mut items = Vec::new();
        loop {
            let mark = self.pos;
            match self.attempt(&mut rule)? {
                Some(item) if self.pos > mark => items.push(item),
                _ => return Ok(items),
            }
        }
    }

    /// One or more with commas between; a trailing comma is left.
    pub fn separated<T>(&mut self, mut rule: impl FnMut(&mut Self) -> R<T>) -> R<Vec<T>> {
        let mut items = vec![some!(self.attempt(&mut rule))];
        let more = |s: &mut Self| {
            tok!(s, Comma);
            rule(s)
        };
        items.extend(self.any(more)?);
        Ok(Some(items))
    }

    /// Remembers what a rule gave at a place.
    pub fn memo(&mut self, rule: Rule, body: impl FnOnce(&mut Self) -> R) -> R {
        let start = self.pos;
        if let Some(&(found, end)) = self.memory.get(&(rule, start as u32)) {
            if found.is_some() {
                self.pos = end as usize;
            }
            return Ok(found);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let found = body(self)?;
        self.depth -= 1;
        if found.is_none() {
            self.pos = start;
        }
        self.memory.insert((rule, start as u32), (found, self.pos as u32));
        Ok(found)
    }

    /// Counts one level of nesting for a rule that is not remembered.
    pub fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let found = rule(self);
        self.depth -= 1;
        found
    }

    #[cold]
    fn too_deep(&self) -> Raise {
        let message = "Parser stack overflowed - Python source too complex to parse";
        Raise { error: Box::new(SyntaxError::bare(SyntaxErrorKind::Memory, message)), from_lexer: false }
    }

    // ----- tokens -----

    /// The current token, fetched.
    pub fn current(&mut self) -> Result<Token, Raise> {
        let token = self.tokens[self.pos.min(self.tokens.len() - 1)];
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(self.give_up());
        }
        if self.pos >= self.fill {
            self.fill = (self.pos + 1).min(self.tokens.len());
            if token.kind == TokenKind::Error
                && let Some(lexed) = &self.lexed.error
            {
                return Err(Raise { error: Box::new(lexed.error.clone()), from_lexer: true });
            }
        }
        Ok(token)
    }

    #[cold]
    fn give_up(&self) -> Raise {
        let token = self.tokens[self.fill.saturating_sub(1).min(self.tokens.len() - 1)];
        let span = self.token_span(token);
        let error = error_at_span(self.source, self.lexed, self.fill, "invalid syntax".to_owned(), span);
        Raise { error: Box::new(error), from_lexer: false }
    }

    pub fn kind(&mut self) -> Result<TokenKind, Raise> {
        Ok(self.current()?.kind)
    }

    fn step(&mut self) {
        if self.pos + 1 < self.tokens.len() {
            self.pos += 1;
        }
    }

    /// Takes a token of this kind and gives its index.
    pub fn token(&mut self, kind: TokenKind) -> R<u32> {
        if self.kind()? != kind {
            return Ok(None);
        }
        let index = self.pos as u32;
        self.step();
        Ok(Some(index))
    }

    /// Takes any of these tokens.
    pub fn one_of(&mut self, kinds: &[TokenKind]) -> R<u32> {
        let kind = self.kind()?;
        if kinds.contains(&kind) { self.token(kind) } else { Ok(None) }
    }

    /// Is the current token one of these?
    pub fn at(&mut self, kinds: &[TokenKind]) -> Result<bool, Raise> {
        let kind = self.kind()?;
        Ok(kinds.contains(&kind))
    }

    /// Takes a name with this text.
    pub fn soft(&mut self, keyword: &str) -> R<u32> {
        let token = self.current()?;
        if token.kind == TokenKind::Name && self.text(token) == keyword {
            return self.token(TokenKind::Name);
        }
        Ok(None)
    }

    /// Takes a token that must be there.
    pub fn forced(&mut self, kind: TokenKind, what: &str) -> R<u32> {
        let token = self.current()?;
        if token.kind == kind {
            return self.token(kind);
        }
        if !self.invalid {
            return Ok(None);
        }
        let mut span = self.token_span(token);
        if is_empty_token(token) {
            (span.col_offset, span.end_col_offset) = (-1, -1);
        }
        Err(self.raise_span(span, format!("expected '{what}'")))
    }

    pub fn text(&self, token: Token) -> &'a str {
        self.source.text().get(token.start as usize..token.end as usize).unwrap_or("")
    }

    // ----- nodes -----

    /// A node from token `first` to the last token taken.
    pub fn node(&self, kind: Kind, first: usize) -> Node {
        let last = self.pos.saturating_sub(1).max(first);
        Node { kind, first: first as u32, last: last as u32, children: (0, 0), mark: false }
    }

    /// A node with children.
    pub fn parent(&mut self, kind: Kind, first: usize, children: &[Node]) -> Node {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(children);
        Node { children: (start, children.len() as u32), ..self.node(kind, first) }
    }

    pub fn children(&self, node: Node) -> Vec<Node> {
        let (start, length) = (node.children.0 as usize, node.children.1 as usize);
        self.children.get(start..start + length).unwrap_or_default().to_vec()
    }

    // ----- places -----

    fn place(&self, at: u32) -> (i32, i32) {
        let place = self.source.line_column(at);
        (place.line as i32, place.column as i32)
    }

    pub fn token_span(&self, token: Token) -> Span {
        let (start, end) = (self.place(token.start), token_end(self.source, token));
        Span::new(start.0, start.1, end.line as i32, end.column as i32)
    }

    pub fn span_of(&self, node: Node) -> Span {
        self.span_between(node.first, node.last)
    }

    pub fn span_between(&self, first: u32, last: u32) -> Span {
        let first = self.token_span(self.tokens[first as usize]);
        first.to(self.token_span(self.tokens[last as usize]))
    }

    // ----- raising -----

    pub fn raise_span(&self, span: Span, message: String) -> Raise {
        let error = error_at_span(self.source, self.lexed, self.fill, message, span);
        Raise { error: Box::new(error), from_lexer: false }
    }

    /// An error about a node.
    pub fn at_node<T>(&self, node: Node, message: impl Into<String>) -> R<T> {
        Err(self.raise_span(self.span_of(node), message.into()))
    }

    /// An error about a token.
    pub fn at_token<T>(&self, index: u32, message: impl Into<String>) -> R<T> {
        self.range(index, index, message)
    }

    /// An error from one token to another, both included.
    pub fn range<T>(&self, first: u32, last: u32, message: impl Into<String>) -> R<T> {
        Err(self.raise_span(self.span_between(first, last), message.into()))
    }

    /// An error from a token to the last token fetched.
    pub fn starting_from<T>(&self, first: u32, message: impl Into<String>) -> R<T> {
        let start = self.token_span(self.tokens[first as usize]);
        let last = self.token_span(self.tokens[self.fill.saturating_sub(1)]);
        let mut raise = self.raise_span(start.to(last), message.into());
        if let Some(at) = &mut raise.error.location {
            if is_empty_token(self.tokens[first as usize]) {
                at.offset = 0;
            }
            at.end_offset = at.end_offset.map(|end| end - 1);
        }
        Err(raise)
    }

    /// An error about the last token fetched.
    pub fn plain<T>(&self, message: impl Into<String>) -> R<T> {
        Err(self.raise_at_index(SyntaxErrorKind::Syntax, self.fill.saturating_sub(1), message.into()))
    }

    /// An error about the current token.
    pub fn on_next<T>(&mut self, message: impl Into<String>) -> R<T> {
        self.current()?;
        Err(self.raise_at_index(SyntaxErrorKind::Syntax, self.pos, message.into()))
    }

    /// An `IndentationError` about the last token fetched.
    pub fn indentation<T>(&self, message: impl Into<String>) -> R<T> {
        Err(self.raise_at_index(SyntaxErrorKind::Indentation, self.fill.saturating_sub(1), message.into()))
    }

    fn raise_at_index(&self, kind: SyntaxErrorKind, index: usize, message: String) -> Raise {
        let error = error_at_token(self.source, self.lexed, self.fill, index, message);
        Raise { error: Box::new(SyntaxError { kind, ..error }), from_lexer: false }
    }

    /// The line of a token, for messages.
    pub fn line(&self, index: u32) -> u32 {
        self.tokens[index as usize].line
    }
}
