//! Code generation: from the syntax tree and its symbol table to instruction sequences, one per code unit.
//!
//! The output is CPython 3.14's before any control-flow pass: the same instructions, operands, constants and
//! locations. A unit that is finished goes to [`crate::flow`] at once and becomes a constant of the unit around
//! it.
//!
//! Invariants: the symbol table was built from this very tree; every recursive walk asks the [`StackGuard`].

mod annotations;
mod boolean;
mod calls;
mod classes;
mod comprehensions;
mod displays;
mod emit;
mod expressions;
mod functions;
mod imports;
mod lint;
mod loops;
mod names;
mod patterns;
mod sequences;
mod statements;
mod strings;
mod tries;
mod type_params;
mod unit;
mod unwind;
mod with;

use taipan_bytecode::{CodeObject, Name, Opcode};
use taipan_syntax::ast::*;

use crate::depth::StackGuard;
use crate::error::{Result, Warning, WarningKind};
use crate::flags::CompilerFlags;
use crate::instr::Location;
use crate::symtable::{BlockKey, BlockRole, SymbolTable};
use unit::{Unit, UnitKind};

pub use sequences::UnitListing;

/// More items than this on the stack are built piecemeal.
const STACK_USE_GUIDELINE: usize = 30;

/// What code generation needs to know besides the tree.
pub struct Settings {
    pub filename: Name,
    /// 0, 1 (`-O`) or 2 (`-OO`).
    pub optimize: u8,
    pub flags: CompilerFlags,
    /// Line of the last `from __future__ import` that may stand where it does.
    pub future_line: i32,
    pub guard: StackGuard,
    /// Keep a listing of each unit's instructions as they are before the control-flow passes.
    pub keep_listing: bool,
}

pub(crate) struct Codegen<'a> {
    table: &'a SymbolTable,
    settings: &'a Settings,
    /// The unit that code is generated for.
    unit: Unit<'a>,
    /// The units around it, outermost first.
    stack: Vec<Unit<'a>>,
    interactive: bool,
    warnings: Vec<Warning>,
    /// Above 0 while code is generated a second time for the same source.
    warnings_off: u32,
    listings: Vec<UnitListing>,
}

/// The code of a module with what was found on the way.
pub struct Generated {
    pub code: CodeObject,
    pub listing: Option<UnitListing>,
}

/// Generates the code of a whole tree. The warnings are given back also where it fails.
pub fn generate(module: &Mod, table: &SymbolTable, settings: &Settings) -> (Result<Generated>, Vec<Warning>) {
    let key = BlockKey::new(module, BlockRole::Body);
    let mut g = match Codegen::new(table, settings, key) {
        Ok(g) => g,
        Err(e) => return (Err(e), Vec::new()),
    };
    let result = g.module(module);
    (result, g.warnings)
}

fn loc(span: Span) -> Location {
    Location::new(span.lineno, span.end_lineno, span.col_offset, span.end_col_offset)
}

/// Where a body's artificial beginning is: its first statement.
fn start_location(body: &[Stmt]) -> Location {
    body.first().map_or(Location::new(1, 1, 0, 0), |s| loc(s.span))
}

impl<'a> Codegen<'a> {
    fn new(table: &'a SymbolTable, settings: &'a Settings, key: BlockKey) -> Result<Self> {
        let unit = Unit::new(table, UnitKind::Module, key, "<module>".into(), 1, None)?;
        let mut g = Codegen {
            table,
            settings,
            unit,
            stack: Vec::new(),
            interactive: false,
            warnings: Vec::new(),
            warnings_off: 0,
            listings: Vec::new(),
        };
        let start = Location::new(0, 1, 0, 0);
        g.op_i(start, Opcode::RESUME, 0);
        g.op(start, Opcode::ANNOTATIONS_PLACEHOLDER);
        Ok(g)
    }

    fn module(&mut self, module: &'a Mod) -> Result<Generated> {
        let add_none = match module {
            Mod::Module(m) => {
                self.body(start_location(&m.body), &m.body)?;
                true
            }
            Mod::Interactive(m) => {
                self.interactive = true;
                self.body(start_location(&m.body), &m.body)?;
                true
            }
            Mod::Expression(m) => {
                self.expr(&m.body)?;
                false
            }
            Mod::FunctionType(_) => {
                return Err(crate::error::CompileError::system(
                    "this compiler does not handle FunctionTypes",
                ));
            }
        };
        self.add_return(add_none);
        let listing = self.settings.keep_listing.then(|| self.take_listing());
        let unit = std::mem::replace(&mut self.unit, Unit::empty());
        let code = self.assemble(unit)?;
        Ok(Generated { code, listing })
    }

    /// The body of a module or class: set-up of annotations, docstring, statements, deferred annotations.
    fn body(&mut self, start: Location, body: &'a [Stmt]) -> Result {
        let block = self.table.block(self.unit.block);
        let future = self.settings.flags.future_annotations();
        if block.has_conditional_annotations && self.unit.kind == UnitKind::Module {
            self.op_i(start, Opcode::BUILD_SET, 0);
            self.name_op(start, &"__conditional_annotations__".into(), ExprContext::Store)?;
        }
        if future && block.annotations_used {
            self.op(start, Opcode::SETUP_ANNOTATIONS);
        }
        let mut rest = body;
        if !(self.interactive && self.unit.kind == UnitKind::Module)
            && let Some((doc, text)) = docstring_of(body)
        {
            rest = &body[1..];
            if self.settings.optimize < 2 {
                let text = clean_docstring(text);
                self.load_const(loc(doc.span), Constant::from(text));
                self.name_op(Location::NONE, &"__doc__".into(), ExprContext::Store)?;
            }
        }
        self.stmts(rest)?;
        if !future {
            self.deferred_annotations(start)?;
        }
        Ok(())
    }

    fn warn(&mut self, span: Span, message: String) {
        if self.warnings_off == 0 {
            self.warnings.push(Warning { kind: WarningKind::Syntax, message, span, error: None });
        }
    }
}

/// The docstring's node and text.
fn docstring_of(body: &[Stmt]) -> Option<(&Expr, &taipan_text::Wtf8Buf)> {
    let e = crate::symtable::docstring(body)?;
    match &e.kind {
        ExprKind::Constant(ExprConstant { value: Constant::Str(text), .. }) => Some((e, text)),
        _ => None,
    }
}

pub(crate) use emit::code_constant;
pub use strings::clean_docstring;
