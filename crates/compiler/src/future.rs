//! `from __future__ import …`: which features a tree asks for, and whether it may.

use taipan_syntax::ast::*;

use crate::error::{CompileError, Result};
use crate::flags::CompilerFlags;
use crate::symtable::docstring;

/// The features of a tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Future {
    /// Bits of [`CompilerFlags`].
    pub features: u32,
    /// Line of the last future import; -1 without one.
    pub line: i32,
}

const LATE: &str = "from __future__ imports must occur at the beginning of the file";

/// Looks at the statements with which a module begins.
pub fn find(module: &Mod) -> Result<Future> {
    let mut found = Future { features: 0, line: -1 };
    let body = match module {
        Mod::Module(m) => &m.body,
        Mod::Interactive(m) => &m.body,
        Mod::Expression(_) | Mod::FunctionType(_) => return Ok(found),
    };
    let skip = usize::from(docstring(body).is_some());
    let mut done = false;
    let mut previous = 0;
    for s in &body[skip..] {
        // On the same line as the last one, a late import is an error even if it is not looked for.
        if done && s.span.lineno > previous {
            break;
        }
        previous = s.span.lineno;
        match &s.kind {
            StmtKind::ImportFrom(n)
                if n.level == 0 && n.module.as_ref().is_some_and(|m| m == "__future__") =>
            {
                if done {
                    return Err(CompileError::syntax(LATE, s.span));
                }
                for alias in &n.names {
                    found.features |= feature(alias)?;
                }
                found.line = s.span.lineno;
            }
            _ => done = true,
        }
    }
    Ok(found)
}

fn feature(alias: &Alias) -> Result<u32> {
    match &*alias.name {
        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
        | "print_function" | "unicode_literals" | "generator_stop" => Ok(0),
        "barry_as_FLUFL" => Ok(CompilerFlags::FUTURE_BARRY_AS_BDFL),
        "annotations" => Ok(CompilerFlags::FUTURE_ANNOTATIONS),
        "braces" => Err(CompileError::syntax("not a chance", alias.span)),
        name => {
            let short: String = name.chars().take(100).collect();
            Err(CompileError::syntax(format!("future feature {short} is not defined"), alias.span))
        }
    }
}
