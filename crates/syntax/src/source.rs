//! Source text: bytes to UTF-8 with PEP 263 encodings, newline normalisation, and the line index.
//!
//! A [`SourceText`] holds what the lexer sees: valid UTF-8 without null characters, `\n` as the only line end, and a
//! final `\n` that may be implied. All positions in this crate are byte offsets into that text.

use crate::error::{ErrorLocation, SyntaxError, SyntaxErrorKind};

/// Decodes bytes in an encoding other than UTF-8, Latin-1 and ASCII. `Ok(None)`: no such encoding; `Err`: the message of
/// the decoding error.
pub type Decoder<'a> = dyn Fn(&str, &[u8]) -> Result<Option<String>, String> + 'a;

/// Decoded and normalised source.
#[derive(Clone, Debug)]
pub struct SourceText {
    text: String,
    line_starts: Vec<u32>,
    encoding: Option<String>,
    implied_newline: bool,
}

/// A position: 1-based line, 0-based column in UTF-8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// 1-based
    pub line: u32,
    /// 0-based, in UTF-8 bytes
    pub column: u32,
}

impl SourceText {
    /// Source given as a `str` (no cookie, no byte order mark). Null characters are an error as in `compile()`.
    pub fn from_text(text: &str) -> Result<Self, SyntaxError> {
        Self::build(text.to_owned(), None)
    }

    /// Source given as bytes: byte order mark, PEP 263 cookie, default UTF-8. Knows UTF-8, Latin-1 and ASCII.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SyntaxError> {
        Self::from_bytes_with(bytes, &|_, _| Ok(None))
    }

    /// As [`Self::from_bytes`], with a decoder for all other encodings.
    pub fn from_bytes_with(bytes: &[u8], decoder: &Decoder<'_>) -> Result<Self, SyntaxError> {
        if memchr::memchr(0, bytes).is_some() {
            return Err(null_bytes());
        }
        let (body, bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        let cookie = find_cookie(body);
        let Some(cookie) = cookie else {
            return Self::build(decode_utf8(body)?, Some("utf-8".to_owned()));
        };
        let name = normal_name(&cookie.name);
        if bom && name != "utf-8" {
            return Err(bom_conflict(body, &cookie, &name));
        }
        let alias = name.to_ascii_lowercase().replace('_', "-");
        let text = match alias.as_str() {
            "utf-8" if name == "utf-8" => decode_utf8(body)?,
            "utf-8" | "utf8" | "u8" | "utf" => decode_utf8_by_codec(body)?,
            "iso-8859-1" | "latin1" | "latin" | "l1" | "iso8859-1" | "8859" | "cp819" => {
                body.iter().map(|&b| char::from(b)).collect()
            }
            "ascii" | "us-ascii" | "646" => decode_ascii(body)?,
            _ => match decoder(&name, body) {
                Ok(Some(text)) => text,
                Ok(None) => return Err(bare_encoding_error(format!("unknown encoding: {}", cookie.name))),
                Err(message) => return Err(bare_encoding_error(message)),
            },
        };
        Self::build(text, Some(name))
    }

    fn build(text: String, encoding: Option<String>) -> Result<Self, SyntaxError> {
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(null_bytes());
        }
        if text.len() >= (u32::MAX - 16) as usize {
            return Err(SyntaxError::bare(SyntaxErrorKind::Overflow, "source is too large"));
        }
        let mut text = normalise_newlines(text);
        let implied_newline = !text.is_empty() && !text.ends_with('\n');
        if implied_newline {
            text.push('\n');
        }
        let mut line_starts = Vec::with_capacity(text.len() / 32 + 1);
        line_starts.push(0);
        for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
            line_starts.push(at as u32 + 1);
        }
        Ok(Self { text, line_starts, encoding, implied_newline })
    }

    /// The text, ending in `\n` unless empty.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without the final newline where the original had none.
    pub fn text_as_given(&self) -> &str {
        if self.implied_newline { &self.text[..self.text.len() - 1] } else { &self.text }
    }

    /// Did the original lack a final newline?
    pub fn has_implied_newline(&self) -> bool {
        self.implied_newline
    }

    /// The normalised name of the encoding the bytes were in; `None` for source given as text.
    pub fn encoding(&self) -> Option<&str> {
        self.encoding.as_deref()
    }

    /// Number of lines that have a start (a final newline opens one more, empty line).
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// Byte offsets where lines begin, in order.
    pub fn line_starts(&self) -> &[u32] {
        &self.line_starts
    }

    /// 1-based line of a byte offset.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|&start| start <= offset) as u32
    }

    /// Line and UTF-8 column of a byte offset.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_of(offset);
        LineColumn { line, column: offset - self.line_start(line) }
    }

    /// Byte offset where a 1-based line begins (the end of the text for lines past it).
    pub fn line_start(&self, line: u32) -> u32 {
        let index = line.saturating_sub(1) as usize;
        self.line_starts.get(index).copied().unwrap_or(self.text.len() as u32)
    }

    /// The text of a 1-based line without its newline.
    pub fn line_text(&self, line: u32) -> &str {
        let start = self.line_start(line) as usize;
        let end = self.line_start(line + 1) as usize;
        let text = self.text.get(start..end).unwrap_or("");
        text.strip_suffix('\n').unwrap_or(text)
    }

    /// The text of a 1-based line with its newline.
    pub fn line_with_newline(&self, line: u32) -> &str {
        let start = self.line_start(line) as usize;
        let end = self.line_start(line + 1) as usize;
        self.text.get(start..end).unwrap_or("")
    }

    /// Number of characters between two byte offsets (offsets inside a character count it as not reached).
    pub fn chars_between(&self, start: u32, end: u32) -> u32 {
        let bytes = self.text.as_bytes();
        let end = (end as usize).min(bytes.len());
        let start = (start as usize).min(end);
        bytes[start..end].iter().filter(|&&b| b & 0xc0 != 0x80).count() as u32
    }

    /// 0-based character column of a byte offset in its line.
    pub fn char_column(&self, offset: u32) -> u32 {
        let line = self.line_of(offset);
        self.chars_between(self.line_start(line), offset)
    }
}

struct Cookie {
    name: String,
    line: u32,
}

fn null_bytes() -> SyntaxError {
    SyntaxError::bare(SyntaxErrorKind::Syntax, "source code string cannot contain null bytes")
}

fn normalise_newlines(text: String) -> String {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 1);
    let mut rest = text.as_str();
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
    out
}

/// The cookie of PEP 263 in the first two lines; the second counts only if the first is blank or a comment.
fn find_cookie(bytes: &[u8]) -> Option<Cookie> {
    let mut lines = bytes.split(|&b| b == b'\n' || b == b'\r');
    let first = lines.next()?;
    if let Some(name) = cookie_in_line(first) {
        return Some(Cookie { name, line: 1 });
    }
    let first_code = first.iter().find(|&&b| !matches!(b, b' ' | b'\t' | 0x0c));
    if first_code.is_some_and(|&b| b != b'#') {
        return None;
    }
    let mut second = lines.next()?;
    if bytes.get(first.len()) == Some(&b'\r') && bytes.get(first.len() + 1) == Some(&b'\n') {
        second = lines.next()?;
    }
    cookie_in_line(second).map(|name| Cookie { name, line: 2 })
}

fn cookie_in_line(line: &[u8]) -> Option<String> {
    let start = line.iter().position(|&b| !matches!(b, b' ' | b'\t' | 0x0c))?;
    if line[start] != b'#' {
        return None;
    }
    let comment = &line[start..];
    for at in memchr::memmem::find_iter(comment, b"coding") {
        let rest = &comment[at + 6..];
        if !matches!(rest.first(), Some(b':' | b'=')) {
            continue;
        }
        let rest = &rest[1..];
        let skip = rest.iter().take_while(|&&b| b == b' ' || b == b'\t').count();
        let name: String = rest[skip..]
            .iter()
            .take_while(|&&b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .map(|&b| char::from(b))
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}

/// The name under which the tokenizer knows an encoding: only UTF-8 and Latin-1 have aliases here, and only the first
/// twelve characters matter.
fn normal_name(name: &str) -> String {
    let head: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let is =
        |known: &str| head == known || head.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

fn decode_ascii(bytes: &[u8]) -> Result<String, SyntaxError> {
    match bytes.iter().position(|b| !b.is_ascii()) {
        None => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Some(at) => Err(bare_encoding_error(format!(
            "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
            bytes[at]
        ))),
    }
}

/// UTF-8 under another name than the tokenizer's own: errors are the codec's.
fn decode_utf8_by_codec(bytes: &[u8]) -> Result<String, SyntaxError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let reason = match error.error_len() {
                None => "unexpected end of data",
                Some(1) if !matches!(bytes[at], 0xC2..=0xF4) => "invalid start byte",
                Some(_) => "invalid continuation byte",
            };
            Err(bare_encoding_error(format!(
                "'utf-8' codec can't decode byte 0x{:02x} in position {at}: {reason}",
                bytes[at]
            )))
        }
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<String, SyntaxError> {
    let at = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error.valid_up_to(),
    };
    let before = String::from_utf8_lossy(&bytes[..at]);
    let before = normalise_newlines(before.into_owned());
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let lineno = before.bytes().filter(|&b| b == b'\n').count() as i64 + 1;
    let offset = before[line_start..].chars().count() as i64 + 1;
    let tail = &bytes[at..];
    let tail_end = tail.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(tail.len());
    let text = format!("{}{}", &before[line_start..], String::from_utf8_lossy(&tail[..tail_end]));
    Err(SyntaxError::at(
        SyntaxErrorKind::Syntax,
        format!(
            "Non-UTF-8 code starting with '\\x{:02x}' on line {lineno}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details",
            bytes[at]
        ),
        ErrorLocation {
            lineno,
            offset,
            end_lineno: Some(lineno),
            end_offset: Some(offset),
            text: Some(text),
        },
    ))
}

fn bare_encoding_error(message: String) -> SyntaxError {
    let location = ErrorLocation { lineno: 0, offset: -1, end_lineno: None, end_offset: None, text: None };
    SyntaxError::at(SyntaxErrorKind::Syntax, message, location)
}

fn bom_conflict(body: &[u8], cookie: &Cookie, name: &str) -> SyntaxError {
    let line = body.split(|&b| b == b'\n').nth(cookie.line as usize - 1).unwrap_or_default();
    let text = String::from_utf8_lossy(line).into_owned();
    let lineno = i64::from(cookie.line);
    let end_offset = Some(text.chars().count() as i64);
    SyntaxError::at(
        SyntaxErrorKind::Syntax,
        format!("encoding problem: {name} with BOM"),
        ErrorLocation { lineno, offset: 0, end_lineno: Some(lineno), end_offset, text: Some(text) },
    )
}
