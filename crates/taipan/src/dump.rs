//! `--dump`: what each stage before running makes of a program, as text.

use std::fmt::Write;

use taipan_bytecode::{Name, dis};
use taipan_compiler::symtable::{NameScope, SymbolTable};
use taipan_compiler::{CompileError, Mode, Options};
use taipan_syntax::SourceText;
use taipan_syntax::dump::{DumpOptions, dump_ast, dump_tokens};

/// A stage that prints itself.
struct Stage {
    name: &'static str,
    print: fn(&Input<'_>) -> Result<String, CompileError>,
}

/// What the stages work on.
struct Input<'a> {
    source: SourceText,
    filename: &'a str,
    options: Options,
}

/// The stages, in the order of a program's way.
const STAGES: &[Stage] = &[
    Stage { name: "tokens", print: |input| Ok(dump_tokens(&input.source)) },
    Stage { name: "ast", print: ast },
    Stage { name: "symtable", print: symtable },
    Stage { name: "cfg", print: cfg },
    Stage { name: "bytecode", print: bytecode },
    Stage { name: "prepared", print: prepared },
];

/// Prints the named stages of a program's source, each under a line with its name if there are several.
///
/// # Errors
/// The message for an unknown stage, or the error that a stage ends with.
pub fn dump(stages: &[String], source: &[u8], filename: &str, optimize: u8) -> Result<String, String> {
    let find = |name: &String| STAGES.iter().find(|stage| stage.name == name);
    if let Some(unknown) = stages.iter().find(|name| find(name).is_none()) {
        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(format!("--dump: no stage {unknown:?} (there are: {})", known.join(", ")));
    }
    let error = |error: CompileError| format!("{filename}: {error}");
    let source = SourceText::from_bytes(source).map_err(|e| error(e.into()))?;
    let options = Options { optimize, keep_listing: true, ..Options::default() };
    let input = Input { source, filename, options };
    let mut out = String::new();
    for stage in stages.iter().filter_map(find) {
        if stages.len() > 1 {
            let _ = writeln!(out, "# {}", stage.name);
        }
        out += &(stage.print)(&input).map_err(error)?;
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    Ok(out)
}

fn ast(input: &Input<'_>) -> Result<String, CompileError> {
    let parsed = taipan_compiler::parse(&input.source, Mode::Exec, &input.options)?;
    Ok(dump_ast(&parsed.module, DumpOptions { indent: Some(2), ..DumpOptions::default() }))
}

fn symtable(input: &Input<'_>) -> Result<String, CompileError> {
    let (table, _) = taipan_compiler::symtable(&input.source, Mode::Exec, &input.options)?;
    Ok(scopes(&table))
}

/// One block a paragraph, nested ones indented; its names with their scopes.
fn scopes(table: &SymbolTable) -> String {
    let mut out = String::new();
    let mut work = vec![(table.top(), 0usize)];
    while let Some((block, depth)) = work.pop() {
        let indent = "  ".repeat(depth);
        let _ = writeln!(out, "{indent}{:?} {} (line {})", block.kind, block.name, block.span.lineno);
        for (name, flags) in block.symbols.iter() {
            let scope = match NameScope::of(flags) {
                NameScope::Local => "local",
                NameScope::GlobalExplicit => "global (declared)",
                NameScope::GlobalImplicit => "global",
                NameScope::Free => "free",
                NameScope::Cell => "cell",
                _ => "unknown",
            };
            let _ = writeln!(out, "{indent}  {name}: {scope}");
        }
        work.extend(block.children.iter().rev().map(|&child| (table.block(child), depth + 1)));
    }
    out
}

fn cfg(input: &Input<'_>) -> Result<String, CompileError> {
    let filename = Name::from(input.filename.to_owned());
    let compiled = taipan_compiler::compile(&input.source, &filename, Mode::Exec, &input.options)?;
    Ok(compiled.listing.map(|listing| listing.graphs()).unwrap_or_default())
}

fn bytecode(input: &Input<'_>) -> Result<String, CompileError> {
    let filename = Name::from(input.filename.to_owned());
    let compiled = taipan_compiler::compile(&input.source, &filename, Mode::Exec, &input.options)?;
    Ok(dis::disassemble(&compiled.code))
}

fn prepared(input: &Input<'_>) -> Result<String, CompileError> {
    let filename = Name::from(input.filename.to_owned());
    let compiled = taipan_compiler::compile(&input.source, &filename, Mode::Exec, &input.options)?;
    Ok(taipan_vm::code::prepare::listing(&compiled.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(stage: &str, source: &str) -> Result<String, String> {
        dump(&[stage.to_owned()], source.as_bytes(), "f.py", 0)
    }

    #[test]
    fn every_stage_prints() {
        let source = "def f(a):\n    return lambda: a + b\n";
        for stage in STAGES {
            assert!(print(stage.name, source).is_ok_and(|text| text.len() > 20), "{}", stage.name);
        }
        assert!(print("symtable", source).is_ok_and(|text| text.contains("a: cell")));
        assert!(print("bytecode", source).is_ok_and(|text| text.contains("MAKE_FUNCTION")));
        assert!(print("nope", source).is_err_and(|error| error.contains("tokens, ast")));
        assert!(print("bytecode", "x = (").is_err_and(|error| error.contains("never closed")));
        let all: Vec<String> = STAGES.iter().map(|stage| stage.name.to_owned()).collect();
        assert!(dump(&all, b"x = 1\n", "f.py", 2).is_ok_and(|text| text.contains("# cfg\n")));
    }
}
