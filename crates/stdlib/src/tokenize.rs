//! `_tokenize`: the lexer's tokens, as the module `tokenize` wants them.
//!
//! All lines are read at the first `next()`; the tokens are then given one by one, an error after those before it.

use taipan_compiler::{CompileError, CompilerFlags, Mode};
use taipan_macros::{Trace, native};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Slots, Type, Value, exc, flags, ops};
use taipan_syntax::SourceText;
use taipan_syntax::lexer::{self, LexError, LexOptions, Token, TokenKind};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};
use taipan_vm::runtime::compile::{self, Request};

/// The iterator over the tokens of what `readline` gives.
#[derive(Trace)]
pub struct TokenizerIter {
    readline: Value,
    encoding: Option<Value>,
    #[trace(skip)]
    extra_tokens: bool,
    #[trace(skip)]
    lexed: Option<Lexed>,
}

/// A source with its tokens, and how far they have been given.
struct Lexed {
    source: SourceText,
    /// The lines as they were read, with their own line ends.
    lines: Vec<String>,
    tokens: Vec<Token>,
    error: Option<LexError>,
    at: usize,
}

// SAFETY: instances of the type begin with this payload; its values are traced.
unsafe impl Payload for TokenizerIter {
    const TYPE: &'static Obj<Type> = &TOKENIZER_ITER;
}

/// `_tokenize.TokenizerIter`.
pub static TOKENIZER_ITER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<TokenizerIter>("_tokenize.TokenizerIter").base(&OBJECT).flags(flags::BASE).with_slots(
        Slots { new: Some(new), iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::EMPTY },
    ),
);

#[native("TokenizerIter(readline, /, *, encoding=None, extra_tokens=False)")]
fn arguments(cx: &mut Cx, readline: &Value, encoding: Option<&Value>, extra_tokens: bool) -> R {
    let encoding = encoding.cloned().unwrap_or_else(Value::none);
    Ok(cx.tuple_value([readline.clone(), encoding, Value::bool(extra_tokens)]))
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let parts = (arguments__def.call)(cx, args)?;
    let mut parts = ops::collect(cx, &parts)?.into_iter();
    let (Some(readline), Some(encoding), Some(extra)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(cx.system_error("TokenizerIter"));
    };
    let encoding = Some(encoding).filter(|e| !e.is_none());
    let extra_tokens = extra.as_bool() == Some(true);
    Ok(cx.new_instance(class, TokenizerIter { readline, encoding, extra_tokens, lexed: None }).into_value())
}

/// Reads lines until an empty one or StopIteration.
fn read_lines(cx: &mut Cx, readline: &Value, encoding: Option<&Value>) -> R<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let line = match ops::call(cx, readline, &[]) {
            Ok(line) => line,
            Err(raised) => {
                cx.catch(raised, &exc::STOP_ITERATION)?;
                break;
            }
        };
        let text = match (encoding, line.as_str(), line.as_bytes()) {
            (None, Some(text), _) => text.to_string_lossy().into_owned(),
            (Some(encoding), _, Some(bytes)) => {
                let name = encoding.as_str().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
                let decode = cx.interp().runtime.decode;
                let bytes = bytes.as_slice().to_vec();
                let text = decode(cx, &bytes, &name, "replace")?;
                text.as_str().map(|t| t.to_string_lossy().into_owned()).unwrap_or_default()
            }
            (None, ..) => return Err(cx.type_error("readline() returned a non-string object")),
            (Some(_), ..) => return Err(cx.type_error("readline() returned a non-bytes object")),
        };
        if text.is_empty() {
            break;
        }
        lines.push(text);
    }
    Ok(lines)
}

fn raise(cx: &mut Cx, mut error: taipan_syntax::SyntaxError) -> taipan_object::Raised {
    if let Some(text) = error.location.as_mut().and_then(|l| l.text.as_mut()) {
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
    }
    let filename = cx.str("<string>");
    let request = Request {
        filename: &filename,
        mode: Mode::Exec,
        flags: CompilerFlags(0),
        optimize: 0,
        feature_version: 14,
    };
    compile::raise(cx, CompileError::from(error), &request)
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(object) = this.cast::<TokenizerIter>() else { return Ok(None) };
    if object.get(cx).lexed.is_none() {
        let state = object.get(cx);
        let (readline, encoding) = (state.readline.clone(), state.encoding.clone());
        let extra_tokens = state.extra_tokens;
        let lines = read_lines(cx, &readline, encoding.as_ref())?;
        let source = match SourceText::from_text(&lines.concat()) {
            Ok(source) => source,
            Err(error) => return Err(raise(cx, error)),
        };
        let lexed = lexer::lex(&source, LexOptions { extra_tokens, ..LexOptions::default() });
        let mut tokens = lexed.tokens;
        tokens.retain(|t| t.kind != TokenKind::Error);
        object.get_mut(cx).lexed = Some(Lexed { source, lines, tokens, error: lexed.error, at: 0 });
    }
    let state = object.get_mut(cx);
    let extra = state.extra_tokens;
    let Some(lexed) = &mut state.lexed else { return Ok(None) };
    match lexed.tokens.get(lexed.at).copied() {
        Some(token) => {
            lexed.at += 1;
            let shown = lexed.show(token, extra);
            Ok(Some(shown.into_value(cx)))
        }
        None => match lexed.error.take() {
            Some(error) => Err(raise(cx, error.error)),
            None => Ok(None),
        },
    }
}

/// A token as the tuple has it.
struct Shown {
    kind: i32,
    text: String,
    start: (i64, i64),
    end: (i64, i64),
    line: String,
}

impl Shown {
    fn into_value(self, cx: &mut Cx) -> Value {
        let kind = Value::small_int(self.kind);
        let text = cx.str(&self.text);
        let place = |(line, column): (i64, i64)| {
            let (line, column) = (cx.int(line), cx.int(column));
            cx.tuple_value([line, column])
        };
        let (start, end) = (place(self.start), place(self.end));
        let line = cx.str(&self.line);
        cx.tuple_value([kind, text, start, end, line])
    }
}

impl Lexed {
    /// Lines `first` to `last`, counted from 1, as they were read.
    fn text_of(&self, first: u32, last: u32) -> String {
        let from = (first.max(1) as usize - 1).min(self.lines.len());
        let to = (last as usize).clamp(from, self.lines.len());
        self.lines[from..to].concat()
    }

    fn show(&self, token: Token, extra: bool) -> Shown {
        let source = &self.source;
        let given = source.text_as_given();
        let (start, end) = (source.line_column(token.start), lexer::token_end(source, token));
        let line_start = source.line_start(end.line);
        let mut end_column = i64::from(source.chars_between(line_start, line_start + end.column));
        let start_column = i64::from(source.char_column(token.start));
        let mut text =
            given.get(token.start as usize..(token.end as usize).min(given.len())).unwrap_or("").to_owned();
        let first = if token.kind == TokenKind::String { start.line } else { end.line };
        let line = self.text_of(first, end.line);
        let line_end = matches!(token.kind, TokenKind::Newline | TokenKind::Nl);
        if line_end && extra && text == "\n" && line.ends_with("\r\n") {
            "\r\n".clone_into(&mut text);
            end_column += 1;
        }
        let mut shown = Shown {
            kind: number(token.kind, extra),
            text,
            start: (start.line.into(), start_column),
            end: (end.line.into(), end_column),
            line,
        };
        if !extra {
            self.plain(&mut shown, token.kind);
        } else if token.kind == TokenKind::EndMarker {
            // On the line after the last, wherever that ended.
            let last = self.lines.len() as i64 + 1;
            (shown.start, shown.end) = ((last, 0), (last, 0));
            shown.line.clear();
        }
        shown
    }

    /// Without the extra tokens, what has no text of its own has no column either.
    fn plain(&self, shown: &mut Shown, kind: TokenKind) {
        match kind {
            TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker => {
                shown.text.clear();
                let last = self.lines.len().max(1);
                if kind == TokenKind::EndMarker || shown.start.0 > last as i64 {
                    shown.start.0 = last as i64;
                    shown.line = self.text_of(last as u32, last as u32);
                }
                shown.start.1 = -1;
                shown.end = shown.start;
            }
            TokenKind::Newline => {
                shown.text.clear();
                shown.end = shown.start;
            }
            _ => {}
        }
    }
}

/// The number in Python's `token` module. With the extra tokens, all operators are `OP`.
fn number(kind: TokenKind, extra: bool) -> i32 {
    const OP: i32 = 55;
    let found = NUMBERS.iter().position(|n| *n == kind.python_name());
    match found.and_then(|n| i32::try_from(n).ok()) {
        Some(7..=54) if extra => OP,
        Some(number) => number,
        None => OP,
    }
}

/// The names of `token`, at their numbers.
static NUMBERS: &[&str] = &[
    "ENDMARKER",
    "NAME",
    "NUMBER",
    "STRING",
    "NEWLINE",
    "INDENT",
    "DEDENT",
    "LPAR",
    "RPAR",
    "LSQB",
    "RSQB",
    "COLON",
    "COMMA",
    "SEMI",
    "PLUS",
    "MINUS",
    "STAR",
    "SLASH",
    "VBAR",
    "AMPER",
    "LESS",
    "GREATER",
    "EQUAL",
    "DOT",
    "PERCENT",
    "LBRACE",
    "RBRACE",
    "EQEQUAL",
    "NOTEQUAL",
    "LESSEQUAL",
    "GREATEREQUAL",
    "TILDE",
    "CIRCUMFLEX",
    "LEFTSHIFT",
    "RIGHTSHIFT",
    "DOUBLESTAR",
    "PLUSEQUAL",
    "MINEQUAL",
    "STAREQUAL",
    "SLASHEQUAL",
    "PERCENTEQUAL",
    "AMPEREQUAL",
    "VBAREQUAL",
    "CIRCUMFLEXEQUAL",
    "LEFTSHIFTEQUAL",
    "RIGHTSHIFTEQUAL",
    "DOUBLESTAREQUAL",
    "DOUBLESLASH",
    "DOUBLESLASHEQUAL",
    "AT",
    "ATEQUAL",
    "RARROW",
    "ELLIPSIS",
    "COLONEQUAL",
    "EXCLAMATION",
    "OP",
    "TYPE_IGNORE",
    "TYPE_COMMENT",
    "SOFT_KEYWORD",
    "FSTRING_START",
    "FSTRING_MIDDLE",
    "FSTRING_END",
    "TSTRING_START",
    "TSTRING_MIDDLE",
    "TSTRING_END",
    "COMMENT",
    "NL",
    "ERRORTOKEN",
    "ENCODING",
];

fn types(types: &mut Types) {
    types.add([&TOKENIZER_ITER]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "TokenizerIter", TOKENIZER_ITER.to_value())
}

pub static MODULE: ModuleDef =
    ModuleDef { name: "_tokenize", types: Some(types), init: Some(init), ..ModuleDef::EMPTY };
