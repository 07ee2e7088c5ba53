//! `import` and `from … import`.

use taipan_bytecode::{Constant as CodeConstant, Opcode};
use taipan_syntax::ast::*;

use super::emit::intrinsic;
use super::unit::wtf8;
use super::{Codegen, loc};
use crate::error::{CompileError, Result};
use crate::instr::Location;

impl<'a> Codegen<'a> {
    /// An instruction whose operand is a name that is not mangled as a variable but as it stands.
    fn op_plain_name(&mut self, at: Location, opcode: Opcode, name: &str) {
        let index = self.unit.meta.names.add(&wtf8(name));
        self.op_i(at, opcode, index);
    }

    pub(super) fn import(&mut self, s: &'a Stmt, n: &'a StmtImport) -> Result {
        let at = loc(s.span);
        for alias in &n.names {
            self.load_int(at, 0);
            self.load_none(at);
            self.op_name(at, Opcode::IMPORT_NAME, &alias.name);
            match &alias.asname {
                Some(asname) => {
                    let mut parts = alias.name.split('.').skip(1).peekable();
                    // `import a.b.c as d` binds c: the package is exchanged for its attribute, step by step.
                    let dotted = parts.peek().is_some();
                    while let Some(part) = parts.next() {
                        self.op_plain_name(at, Opcode::IMPORT_FROM, part);
                        if parts.peek().is_some() {
                            self.op_i(at, Opcode::SWAP, 2);
                            self.op(at, Opcode::POP_TOP);
                        }
                    }
                    self.name_op(at, asname, ExprContext::Store)?;
                    if dotted {
                        self.op(at, Opcode::POP_TOP);
                    }
                }
                None => {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.name_op(at, &Identifier::new(first), ExprContext::Store)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn import_from(&mut self, s: &'a Stmt, n: &'a StmtImportFrom) -> Result {
        let at = loc(s.span);
        self.load_int(at, i64::from(n.level));
        let names = n.names.iter().map(|a| CodeConstant::str(&a.name)).collect();
        if n.level == 0
            && s.span.lineno > self.settings.future_line
            && n.module.as_ref().is_some_and(|m| m == "__future__")
        {
            return Err(CompileError::syntax(
                "from __future__ imports must occur at the beginning of the file",
                s.span,
            ));
        }
        self.load_code_const(at, CodeConstant::Tuple(names));
        match &n.module {
            Some(module) => self.op_name(at, Opcode::IMPORT_NAME, module),
            None => self.op_plain_name(at, Opcode::IMPORT_NAME, ""),
        }
        for (i, alias) in n.names.iter().enumerate() {
            if i == 0 && &*alias.name == "*" {
                self.op_i(at, Opcode::CALL_INTRINSIC_1, intrinsic::IMPORT_STAR);
                self.op(Location::NONE, Opcode::POP_TOP);
                return Ok(());
            }
            self.op_name(at, Opcode::IMPORT_FROM, &alias.name);
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.name_op(at, target, ExprContext::Store)?;
        }
        self.op(at, Opcode::POP_TOP);
        Ok(())
    }
}
