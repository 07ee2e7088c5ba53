//! Tokens and their kinds.

/// One token: where it lies, what it is, and how many brackets are open after it.
///
/// The text of a token is a slice of the source; nothing is copied while lexing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// first byte
    pub start: u32,
    /// byte after the last
    pub end: u32,
    /// 1-based line of `start`
    pub line: u32,
    /// what it is
    pub kind: TokenKind,
    /// open brackets after this token
    pub level: u8,
}

macro_rules! token_kinds {
    ($($(#[$meta:meta])* $name:ident = $text:literal, $python:literal;)*) => {
        /// The kind of a token. Hard keywords have kinds of their own; soft keywords are [`TokenKind::Name`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum TokenKind {
            $($(#[$meta])* $name,)*
        }

        impl TokenKind {
            /// The fixed text of operators and keywords, "" for all others.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The name in Python's `token` module (keywords are `NAME`).
            pub const fn python_name(self) -> &'static str {
                match self { $(Self::$name => $python,)* }
            }
        }
    };
}

token_kinds! {
    /// end of the source
    EndMarker = "", "ENDMARKER";
    /// identifier or soft keyword
    Name = "", "NAME";
    /// numeric literal
    Number = "", "NUMBER";
    /// string or bytes literal with its prefix and quotes
    String = "", "STRING";
    /// end of a logical line
    Newline = "", "NEWLINE";
    /// deeper block
    Indent = "", "INDENT";
    /// block ended
    Dedent = "", "DEDENT";
    /// `f"`
    FstringStart = "", "FSTRING_START";
    /// literal text of an f-string
    FstringMiddle = "", "FSTRING_MIDDLE";
    /// closing quotes of an f-string
    FstringEnd = "", "FSTRING_END";
    /// `t"`
    TstringStart = "", "TSTRING_START";
    /// literal text of a t-string
    TstringMiddle = "", "TSTRING_MIDDLE";
    /// closing quotes of a t-string
    TstringEnd = "", "TSTRING_END";
    /// text after `# type: `
    TypeComment = "", "TYPE_COMMENT";
    /// text after `# type: ignore`
    TypeIgnore = "", "TYPE_IGNORE";
    /// only with [`crate::lexer::LexOptions::extra_tokens`]
    Comment = "", "COMMENT";
    /// a line end that ends no statement; only with extra tokens
    Nl = "", "NL";
    /// a character that no token begins with: `$`, `?`, a back quote
    Unknown = "", "OP";
    /// here the lexer failed; its error is kept beside the tokens
    Error = "", "ERRORTOKEN";
    LeftParen = "(", "LPAR";
    RightParen = ")", "RPAR";
    LeftBracket = "[", "LSQB";
    RightBracket = "]", "RSQB";
    LeftBrace = "{", "LBRACE";
    RightBrace = "}", "RBRACE";
    Colon = ":", "COLON";
    Comma = ",", "COMMA";
    Semicolon = ";", "SEMI";
    Plus = "+", "PLUS";
    Minus = "-", "MINUS";
    Star = "*", "STAR";
    Slash = "/", "SLASH";
    Pipe = "|", "VBAR";
    Ampersand = "&", "AMPER";
    Less = "<", "LESS";
    Greater = ">", "GREATER";
    Equal = "=", "EQUAL";
    Dot = ".", "DOT";
    Percent = "%", "PERCENT";
    EqualEqual = "==", "EQEQUAL";
    NotEqual = "!=", "NOTEQUAL";
    LessEqual = "<=", "LESSEQUAL";
    GreaterEqual = ">=", "GREATEREQUAL";
    Tilde = "~", "TILDE";
    Caret = "^", "CIRCUMFLEX";
    LeftShift = "<<", "LEFTSHIFT";
    RightShift = ">>", "RIGHTSHIFT";
    DoubleStar = "**", "DOUBLESTAR";
    PlusEqual = "+=", "PLUSEQUAL";
    MinusEqual = "-=", "MINEQUAL";
    StarEqual = "*=", "STAREQUAL";
    SlashEqual = "/=", "SLASHEQUAL";
    PercentEqual = "%=", "PERCENTEQUAL";
    AmpersandEqual = "&=", "AMPEREQUAL";
    PipeEqual = "|=", "VBAREQUAL";
    CaretEqual = "^=", "CIRCUMFLEXEQUAL";
    LeftShiftEqual = "<<=", "LEFTSHIFTEQUAL";
    RightShiftEqual = ">>=", "RIGHTSHIFTEQUAL";
    DoubleStarEqual = "**=", "DOUBLESTAREQUAL";
    DoubleSlash = "//", "DOUBLESLASH";
    DoubleSlashEqual = "//=", "DOUBLESLASHEQUAL";
    At = "@", "AT";
    AtEqual = "@=", "ATEQUAL";
    Arrow = "->", "RARROW";
    Ellipsis = "...", "ELLIPSIS";
    ColonEqual = ":=", "COLONEQUAL";
    Exclamation = "!", "EXCLAMATION";
    False = "False", "NAME";
    None = "None", "NAME";
    True = "True", "NAME";
    And = "and", "NAME";
    As = "as", "NAME";
    Assert = "assert", "NAME";
    Async = "async", "NAME";
    Await = "await", "NAME";
    Break = "break", "NAME";
    Class = "class", "NAME";
    Continue = "continue", "NAME";
    Def = "def", "NAME";
    Del = "del", "NAME";
    Elif = "elif", "NAME";
    Else = "else", "NAME";
    Except = "except", "NAME";
    Finally = "finally", "NAME";
    For = "for", "NAME";
    From = "from", "NAME";
    Global = "global", "NAME";
    If = "if", "NAME";
    Import = "import", "NAME";
    In = "in", "NAME";
    Is = "is", "NAME";
    Lambda = "lambda", "NAME";
    Nonlocal = "nonlocal", "NAME";
    Not = "not", "NAME";
    Or = "or", "NAME";
    Pass = "pass", "NAME";
    Raise = "raise", "NAME";
    Return = "return", "NAME";
    Try = "try", "NAME";
    While = "while", "NAME";
    With = "with", "NAME";
    Yield = "yield", "NAME";
}

impl TokenKind {
    /// Is it literal text of an f-string or t-string? Only such a token may end right after a line end it contains.
    pub fn is_middle(self) -> bool {
        matches!(self, Self::FstringMiddle | Self::TstringMiddle)
    }

    /// Is it a hard keyword?
    pub fn is_keyword(self) -> bool {
        self >= Self::False
    }

    /// The keyword that `name` spells.
    pub fn keyword(name: &[u8]) -> Option<Self> {
        let kind = match name {
            b"if" => Self::If,
            b"in" => Self::In,
            b"is" => Self::Is,
            b"as" => Self::As,
            b"or" => Self::Or,
            b"and" => Self::And,
            b"def" => Self::Def,
            b"del" => Self::Del,
            b"for" => Self::For,
            b"not" => Self::Not,
            b"try" => Self::Try,
            b"None" => Self::None,
            b"True" => Self::True,
            b"elif" => Self::Elif,
            b"else" => Self::Else,
            b"from" => Self::From,
            b"pass" => Self::Pass,
            b"with" => Self::With,
            b"False" => Self::False,
            b"async" => Self::Async,
            b"await" => Self::Await,
            b"break" => Self::Break,
            b"class" => Self::Class,
            b"raise" => Self::Raise,
            b"while" => Self::While,
            b"yield" => Self::Yield,
            b"assert" => Self::Assert,
            b"except" => Self::Except,
            b"global" => Self::Global,
            b"import" => Self::Import,
            b"lambda" => Self::Lambda,
            b"return" => Self::Return,
            b"finally" => Self::Finally,
            b"continue" => Self::Continue,
            b"nonlocal" => Self::Nonlocal,
            _ => return None,
        };
        Some(kind)
    }
}
