//! The marshal format, versions 0 to 5: how code objects lie in `.pyc` files.
//!
//! The reader and the writer know nothing of the values they carry: [`Builder`] makes values of what is read, [`Source`]
//! shows values to be written. [`constants`] implements both for [`Constant`](crate::Constant); the interpreter does so
//! for Python objects. Both walk with explicit stacks, so depth costs heap, is limited to [`MAX_DEPTH`], and never the
//! native stack. The bytes read are hostile: nothing is allocated by a size that they claim.

mod constants;
mod reader;
mod writer;

pub use constants::{dumps_code, loads_code, loads_constant};
pub use reader::{Builder, CodeParts, Input, Reader, SliceInput};
pub use writer::{Source, View, Writer};

/// The version that CPython 3.14 writes.
pub const VERSION: i32 = 5;
/// Objects may be nested so deep.
pub const MAX_DEPTH: usize = 2000;

/// Type codes; bit 7 of the byte says that the object gets the next reference number.
mod tag {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOP_ITERATION: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    pub const INT64: u8 = b'I';
    pub const FLOAT: u8 = b'f';
    pub const BINARY_FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'x';
    pub const BINARY_COMPLEX: u8 = b'y';
    pub const LONG: u8 = b'l';
    pub const BYTES: u8 = b's';
    pub const INTERNED: u8 = b't';
    pub const REF: u8 = b'r';
    pub const TUPLE: u8 = b'(';
    pub const SMALL_TUPLE: u8 = b')';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const UNICODE: u8 = b'u';
    pub const SET: u8 = b'<';
    pub const FROZENSET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
    pub const FLAG_REF: u8 = 0x80;
}

/// What can go wrong with marshal data, with the exception that Python raises for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarshalError {
    /// EOFError.
    Eof(&'static str),
    /// ValueError.
    Value(String),
    /// TypeError.
    Type(&'static str),
    /// SystemError: the parts of a code object contradict each other.
    System(&'static str),
    /// UnicodeDecodeError of these bytes, decoded as UTF-8 with `surrogatepass`.
    Unicode(Vec<u8>),
}

impl MarshalError {
    /// The name of the exception's type.
    pub fn exception(&self) -> &'static str {
        match self {
            MarshalError::Eof(_) => "EOFError",
            MarshalError::Value(_) => "ValueError",
            MarshalError::Type(_) => "TypeError",
            MarshalError::System(_) => "SystemError",
            MarshalError::Unicode(_) => "UnicodeDecodeError",
        }
    }

    /// The exception's message.
    pub fn message(&self) -> &str {
        match self {
            MarshalError::Eof(m) | MarshalError::Type(m) | MarshalError::System(m) => m,
            MarshalError::Value(m) => m,
            MarshalError::Unicode(_) => "'utf-8' codec can't decode marshal data",
        }
    }

    fn value(message: &str) -> MarshalError {
        MarshalError::Value(message.to_owned())
    }

    fn bad(what: &str) -> MarshalError {
        MarshalError::Value(format!("bad marshal data ({what})"))
    }
}

impl std::fmt::Display for MarshalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.exception(), self.message())
    }
}

impl std::error::Error for MarshalError {}
