//! Text that needs no objects: WTF-8 strings, Unicode 16.0.0 tables, and the text form of numbers.
//!
//! Everything here is pure: no I/O, no Python values, no global state.

pub mod cjk;
pub mod codecs;
pub mod field;
pub mod format_spec;
pub mod hash;
pub mod number;
pub mod percent;
pub mod repr;
pub mod suggest;
pub mod unicode;
pub mod wtf8;

pub use wtf8::Wtf8Buf;
