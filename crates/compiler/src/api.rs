//! The crate's entry points: source or tree in, code object or symbol table out.

use taipan_bytecode::{CodeObject, Name};
use taipan_syntax::ast::{Mod, Span};
use taipan_syntax::parser::parse_collecting;
use taipan_syntax::{ParseOptions, SourceText, SyntaxError, SyntaxErrorKind, SyntaxWarning, WarningCategory};

use crate::codegen::{Settings, UnitListing, generate};
use crate::depth::StackGuard;
use crate::error::{CompileError, ErrorKind, Result, Warning, WarningKind};
use crate::flags::CompilerFlags;
use crate::future;
use crate::preprocess;
use crate::symtable::SymbolTable;

/// `compile()`'s mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A module.
    Exec,
    /// An expression.
    Eval,
    /// One interactive statement, whose expressions are printed.
    Single,
    /// A signature type comment; gives no code.
    FuncType,
}

impl Mode {
    fn parser_mode(self) -> taipan_syntax::Mode {
        match self {
            Mode::Exec => taipan_syntax::Mode::Exec,
            Mode::Eval => taipan_syntax::Mode::Eval,
            Mode::Single => taipan_syntax::Mode::Single,
            Mode::FuncType => taipan_syntax::Mode::FuncType,
        }
    }
}

/// How to compile.
#[derive(Clone, Debug)]
pub struct Options {
    /// 0, 1 (`-O`: no asserts, `__debug__` is False) or 2 (`-OO`: no docstrings either).
    pub optimize: u8,
    /// `PyCF_*` and inherited `CO_FUTURE_*` bits.
    pub flags: CompilerFlags,
    /// The minor version whose syntax is accepted.
    pub feature_version: u8,
    /// Longest decimal literal, 0 for no limit.
    pub int_max_str_digits: usize,
    /// Bytes of native stack that the walks over the tree may use below the call; deeper trees raise
    /// `RecursionError`. The stack itself must have some 256 KiB more, for what does not recurse.
    pub stack_budget: usize,
    /// Keep the instructions as they were before the control-flow passes.
    pub keep_listing: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            optimize: 0,
            flags: CompilerFlags::default(),
            feature_version: 14,
            int_max_str_digits: 4300,
            stack_budget: 1 << 20,
            keep_listing: false,
        }
    }
}

/// A finished compilation.
#[derive(Debug)]
pub struct Compiled {
    pub code: CodeObject,
    /// In the order in which they are to be issued.
    pub warnings: Vec<Warning>,
    /// The flags with the features that the source asked for, as a REPL passes them on.
    pub flags: CompilerFlags,
    pub listing: Option<UnitListing>,
}

/// A parsed source with the warnings on it.
#[derive(Debug)]
pub struct ParsedSource {
    pub module: Mod,
    pub warnings: Vec<Warning>,
}

/// Decodes and parses source given as bytes.
pub fn parse(source: &SourceText, mode: Mode, options: &Options) -> Result<ParsedSource> {
    let flags = options.flags;
    let parse_options = ParseOptions {
        type_comments: flags.has(CompilerFlags::TYPE_COMMENTS),
        feature_version: options.feature_version,
        allow_incomplete_input: flags.has(CompilerFlags::ALLOW_INCOMPLETE_INPUT),
        dont_imply_dedent: flags.has(CompilerFlags::DONT_IMPLY_DEDENT),
        barry_as_flufl: flags.has(CompilerFlags::FUTURE_BARRY_AS_BDFL),
        int_max_str_digits: options.int_max_str_digits,
    };
    let mut warnings = Vec::new();
    let parsed = parse_collecting(source, mode.parser_mode(), &parse_options, &mut warnings);
    let warnings = warnings.into_iter().map(|w| parser_warning(w, source)).collect();
    match parsed {
        Ok(module) => Ok(ParsedSource { module, warnings }),
        Err(e) => Err(CompileError { warnings, ..e.into() }),
    }
}

/// Compiles decoded source.
pub fn compile(source: &SourceText, filename: &Name, mode: Mode, options: &Options) -> Result<Compiled> {
    let parsed = parse(source, mode, options)?;
    compile_with_warnings(parsed.module, filename, options, parsed.warnings)
}

/// Compiles a tree, which is used up. One that does not come from the parser must have passed [`validate_ast`].
pub fn compile_ast(module: Mod, filename: &Name, options: &Options) -> Result<Compiled> {
    compile_with_warnings(module, filename, options, Vec::new())
}

fn compile_with_warnings(
    mut module: Mod,
    filename: &Name,
    options: &Options,
    mut warnings: Vec<Warning>,
) -> Result<Compiled> {
    let guard = StackGuard::with_budget(options.stack_budget);
    match generate_code(&mut module, filename, options, guard, &mut warnings) {
        Ok((code, flags, listing)) => Ok(Compiled { code, warnings, flags, listing }),
        Err(e) => Err(CompileError { warnings, ..e }),
    }
}

fn generate_code(
    module: &mut Mod,
    filename: &Name,
    options: &Options,
    guard: StackGuard,
    warnings: &mut Vec<Warning>,
) -> Result<(CodeObject, CompilerFlags, Option<UnitListing>)> {
    let found = future::find(module)?;
    let flags = CompilerFlags(options.flags.0 | found.features);
    preprocess::preprocess(module, options.optimize, flags, guard, false, warnings)?;
    let table = SymbolTable::build(module, flags, guard)?;
    let settings = Settings {
        filename: filename.clone(),
        optimize: options.optimize,
        flags,
        future_line: found.line,
        guard,
        keep_listing: options.keep_listing,
    };
    let (generated, more) = generate(module, &table, &settings);
    warnings.extend(more);
    let generated = generated?;
    Ok((generated.code, flags, generated.listing))
}

/// Checks a tree that a program made itself (`compile()` of an `ast` object): `ValueError` or `TypeError`.
pub fn validate_ast(module: &Mod, options: &Options) -> Result {
    crate::validate::validate(module, StackGuard::with_budget(options.stack_budget))
}

/// What `ast.parse(optimize=…)` does to a tree; with `check_only` only warnings are found.
pub fn optimize_ast(module: &mut Mod, options: &Options, check_only: bool) -> Result<Vec<Warning>> {
    let guard = StackGuard::with_budget(options.stack_budget);
    let found = future::find(module)?;
    let flags = CompilerFlags(options.flags.0 | found.features);
    let mut warnings = Vec::new();
    match preprocess::preprocess(module, options.optimize, flags, guard, check_only, &mut warnings) {
        Ok(()) => Ok(warnings),
        Err(e) => Err(CompileError { warnings, ..e }),
    }
}

/// Builds the symbol table of decoded source, for the `_symtable` module.
pub fn symtable(source: &SourceText, mode: Mode, options: &Options) -> Result<(SymbolTable, Vec<Warning>)> {
    let parsed = parse(source, mode, options)?;
    let guard = StackGuard::with_budget(options.stack_budget);
    let build = || {
        let found = future::find(&parsed.module)?;
        SymbolTable::build(&parsed.module, CompilerFlags(options.flags.0 | found.features), guard)
    };
    match build() {
        Ok(table) => Ok((table, parsed.warnings)),
        Err(e) => Err(CompileError { warnings: parsed.warnings, ..e }),
    }
}

impl From<SyntaxError> for CompileError {
    fn from(e: SyntaxError) -> Self {
        let kind = match e.kind {
            SyntaxErrorKind::Syntax => ErrorKind::Syntax,
            SyntaxErrorKind::Indentation => ErrorKind::Indentation,
            SyntaxErrorKind::Tab => ErrorKind::Tab,
            SyntaxErrorKind::IncompleteInput => ErrorKind::IncompleteInput,
            SyntaxErrorKind::Memory => ErrorKind::Memory,
            SyntaxErrorKind::Value => ErrorKind::Value,
            SyntaxErrorKind::Recursion => ErrorKind::Recursion,
            SyntaxErrorKind::Overflow => ErrorKind::Overflow,
        };
        CompileError {
            parser_location: e.location,
            statement: Some(e.statement),
            ..CompileError::new(kind, e.message)
        }
    }
}

fn parser_warning(w: SyntaxWarning, source: &SourceText) -> Warning {
    let kind = match w.category {
        WarningCategory::Syntax => WarningKind::Syntax,
        WarningCategory::Deprecation => WarningKind::Deprecation,
    };
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let span =
        Span::new(signed(w.lineno), signed(w.offset) - 1, signed(w.end_lineno), signed(w.end_offset) - 1);
    let error = Some(Box::new(w.to_error(source).into()));
    Warning { kind, message: w.message, span, error }
}
