//! Indentation at the start of a line: blocks, tabs, form feeds.

use super::{LexResult, Lexer, TokenKind};
use crate::error::SyntaxErrorKind;

const TAB_SIZE: u32 = 8;
/// Deepest nesting of blocks, counting the outermost.
const MAX_INDENTS: usize = 100;

impl Lexer<'_> {
    /// Measures the indentation of a line and emits INDENT and DEDENT tokens. True if the line has no code.
    pub(super) fn indentation(&mut self) -> LexResult<bool> {
        let (mut column, mut alternative) = (0u32, 0u32);
        let mut continued = None;
        loop {
            match self.byte(self.pos) {
                b' ' => {
                    column += 1;
                    alternative += 1;
                }
                b'\t' => {
                    column = (column / TAB_SIZE + 1) * TAB_SIZE;
                    alternative += 1;
                }
                0x0c => (column, alternative) = (0, 0),
                b'\\' => {
                    continued = continued.filter(|&c| c != 0).or(Some(column));
                    self.continuation_line()?;
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        if matches!(self.byte(self.pos), b'#' | b'\n') {
            // With type comments, a comment may be a token of its own, but it never opens a block.
            return Ok(true);
        }
        if self.pos >= self.bytes.len() && !self.brackets.is_empty() {
            return Ok(false);
        }
        if self.brackets.is_empty() {
            if let Some(first) = continued.filter(|&c| c != 0) {
                (column, alternative) = (first, first);
            }
            self.block_structure(column, alternative)?;
        }
        Ok(false)
    }

    fn block_structure(&mut self, column: u32, alternative: u32) -> LexResult<()> {
        let (current, current_alternative) = self.indents.last().copied().unwrap_or((0, 0));
        if column == current {
            if alternative != current_alternative {
                return Err(self.tab_error());
            }
        } else if column > current {
            if self.indents.len() >= MAX_INDENTS {
                return Err(self.parser_style_error(
                    SyntaxErrorKind::Indentation,
                    "too many levels of indentation",
                    1,
                ));
            }
            if alternative <= current_alternative {
                return Err(self.tab_error());
            }
            self.indents.push((column, alternative));
            let start = self.source.line_start(self.line) as usize;
            self.push(TokenKind::Indent, start.min(self.pos));
        } else {
            let mut count = 0;
            while self.indents.len() > 1 && self.indents.last().is_some_and(|&(c, _)| column < c) {
                self.indents.pop();
                count += 1;
            }
            let (found, found_alternative) = self.indents.last().copied().unwrap_or((0, 0));
            if column != found {
                return Err(self.dedent_error());
            }
            if alternative != found_alternative {
                return Err(self.tab_error());
            }
            for _ in 0..count {
                self.push(TokenKind::Dedent, self.pos);
            }
        }
        Ok(())
    }

    fn tab_error(&mut self) -> Box<super::LexError> {
        let message = "inconsistent use of tabs and spaces in indentation";
        self.parser_style_error(SyntaxErrorKind::Tab, message, 1)
    }

    fn dedent_error(&mut self) -> Box<super::LexError> {
        let message = "unindent does not match any outer indentation level";
        let end = self.given_line_length();
        let mut error = self.parser_style_error(SyntaxErrorKind::Indentation, message, end);
        if let Some(location) = &mut error.error.location {
            location.end_offset = Some(-1);
        }
        error
    }
}
