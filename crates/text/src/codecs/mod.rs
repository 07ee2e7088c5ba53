//! Text encodings as pure functions.
//!
//! A decoder takes bytes, whether they are all (`last`: otherwise an incomplete end is left for the next call), and
//! an object that decides about errors; it returns the text and how many bytes it used. Encoders mirror that. The
//! standard error handlers are in [`handlers`]; a Python-level one is plugged in through [`DecodeErrors`] and
//! [`EncodeErrors`].

use std::borrow::Cow;

pub mod charmap;
pub mod escape;
pub mod handlers;
mod text;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

pub use charmap::{decode_ascii, decode_latin1, encode_ascii, encode_latin1};
pub use text::{Text, TextBuilder};

/// What UnicodeDecodeError and UnicodeEncodeError carry besides the object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodecError {
    pub encoding: &'static str,
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

/// Where decoding goes on.
#[derive(Clone, Default, Debug)]
pub struct DecodeResume {
    pub replacement: Vec<u32>,
    /// An index into the input; one past its end ends the decoding.
    pub position: usize,
    /// The input from now on, where the handler has exchanged it.
    pub input: Option<Vec<u8>>,
}

/// Decides about bytes that mean nothing.
pub trait DecodeErrors {
    /// What is raised in the end.
    type Failure;

    /// A replacement and a place to go on, or the failure. `input` is what is being decoded.
    fn handle(&mut self, input: &[u8], error: CodecError) -> Result<DecodeResume, Self::Failure>;
}

/// What stands in for characters that cannot be encoded.
#[derive(Clone, Debug)]
pub enum Replacement {
    /// Characters, which are encoded in turn (strictly).
    Text(Vec<u32>),
    Bytes(Vec<u8>),
}

/// Where encoding goes on.
#[derive(Clone, Debug)]
pub struct EncodeResume {
    pub replacement: Replacement,
    pub position: usize,
}

/// Decides about characters that cannot be encoded.
pub trait EncodeErrors {
    /// What is raised in the end.
    type Failure;

    /// A replacement and a place to go on, or the failure.
    fn handle(&mut self, error: CodecError) -> Result<EncodeResume, Self::Failure>;

    /// The failure of the error itself: the replacement could not be encoded either.
    fn refuse(&mut self, error: CodecError) -> Self::Failure;
}

/// Every error is the failure (`errors='strict'`).
pub struct Strict;

impl DecodeErrors for Strict {
    type Failure = CodecError;

    fn handle(&mut self, _: &[u8], error: CodecError) -> Result<DecodeResume, CodecError> {
        Err(error)
    }
}

impl EncodeErrors for Strict {
    type Failure = CodecError;

    fn handle(&mut self, error: CodecError) -> Result<EncodeResume, CodecError> {
        Err(error)
    }

    fn refuse(&mut self, error: CodecError) -> CodecError {
        error
    }
}

/// A decoder's result.
#[derive(Debug)]
pub struct Decoded {
    pub text: Text,
    /// Bytes used; less than all only where `last` is false.
    pub used: usize,
}

/// A character in 1, 2 or 4 bytes.
pub trait Unit: Copy {
    /// The code point.
    fn point(self) -> u32;
}

impl Unit for u8 {
    #[inline]
    fn point(self) -> u32 {
        u32::from(self)
    }
}

impl Unit for u16 {
    #[inline]
    fn point(self) -> u32 {
        u32::from(self)
    }
}

impl Unit for u32 {
    #[inline]
    fn point(self) -> u32 {
        self
    }
}

/// The state that all decoders share.
pub(crate) struct Decoder<'a, H: DecodeErrors> {
    pub encoding: &'static str,
    pub input: Cow<'a, [u8]>,
    pub at: usize,
    pub out: TextBuilder,
    /// Length of the input before any exchange.
    given: usize,
    handler: &'a mut H,
}

impl<'a, H: DecodeErrors> Decoder<'a, H> {
    pub fn new(encoding: &'static str, input: &'a [u8], handler: &'a mut H) -> Self {
        let out = TextBuilder::with_capacity(input.len().min(1 << 20));
        Decoder { encoding, input: Cow::Borrowed(input), at: 0, out, given: input.len(), handler }
    }

    /// Asks the handler about `start..end` and goes on where it says.
    #[cold]
    pub fn error(&mut self, start: usize, end: usize, reason: &'static str) -> Result<(), H::Failure> {
        let error = CodecError { encoding: self.encoding, start, end, reason };
        let resume = self.handler.handle(&self.input, error)?;
        resume.replacement.iter().for_each(|c| self.out.push(*c));
        if let Some(input) = resume.input {
            self.input = Cow::Owned(input);
        }
        self.at = resume.position.min(self.input.len());
        Ok(())
    }

    pub fn finish(self) -> Decoded {
        // What is left over counts against the input as it was given, also where a handler exchanged it.
        let left = self.input.len().saturating_sub(self.at);
        Decoded { text: self.out.finish(), used: self.given.saturating_sub(left) }
    }
}

/// Asks about the characters `start..end`; the replacement is written by `text` (which says whether it could) or
/// as it is. Returns where to go on.
#[cold]
pub(crate) fn encode_error<H: EncodeErrors>(
    handler: &mut H,
    error: CodecError,
    len: usize,
    out: &mut Vec<u8>,
    text: impl FnOnce(&[u32], &mut Vec<u8>) -> bool,
) -> Result<usize, H::Failure> {
    let resume = handler.handle(error)?;
    match resume.replacement {
        Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
        Replacement::Text(points) => {
            if !text(&points, out) {
                return Err(handler.refuse(error));
            }
        }
    }
    Ok(resume.position.min(len))
}
