//! Taipan, a complete Python 3.14: the embedding interface and what the command is made of.

pub mod dump;
pub mod options;
