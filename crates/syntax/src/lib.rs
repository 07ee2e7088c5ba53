//! Source text to syntax tree: source files, lexer, parser, AST, and CPython's syntax errors.

pub mod ast;
