//! `_ast`: the node classes, and syntax trees as Python objects, both ways.
//!
//! The classes are made for each interpreter from the table in `nodes.rs`; `AST` itself is one static type. `compile()` reaches
//! the conversions through the hook that the module's initialisation registers.

mod base;
mod classes;
mod convert;
mod fields;
mod nodes;

use taipan_compiler::{CompilerFlags, Mode};
use taipan_object::{Cx, R, Value};
use taipan_syntax::ast::Mod;
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};
use taipan_vm::runtime::compile::{self, AstHook, Request};

use convert::Conv;

fn to_python(cx: &mut Cx, module: Mod) -> R {
    let classes = classes::of(cx)?;
    convert::module_to(&mut Conv { cx, classes }, module)
}

fn from_python(cx: &mut Cx, tree: &Value, mode: Mode) -> R<Option<Mod>> {
    if tree.cast::<base::Ast>().is_none() {
        return Ok(None);
    }
    let classes = classes::of(cx)?;
    let module = convert::module_from(&mut Conv { cx, classes }, tree, mode)?;
    let filename = cx.str("<string>");
    let request =
        Request { filename: &filename, mode, flags: CompilerFlags(0), optimize: 0, feature_version: 14 };
    let options = compile::options(cx, &request);
    match taipan_compiler::validate_ast(&module, &options) {
        Ok(()) => Ok(Some(module)),
        Err(error) => Err(compile::raise(cx, error, &request)),
    }
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let classes = classes::make(cx)?;
    set(cx, module, "AST", base::AST.to_value())?;
    for node in nodes::NODES {
        if let Some(class) = classes.class(node.name) {
            set(cx, module, node.name, class.clone())?;
        }
    }
    let flags = [
        ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
        ("PyCF_ONLY_AST", 0x400),
        ("PyCF_TYPE_COMMENTS", 0x1000),
        ("PyCF_OPTIMIZED_AST", 0x8400),
    ];
    for (name, value) in flags {
        set(cx, module, name, Value::small_int(value))?;
    }
    *cx.interp_mut().state::<AstHook>() =
        AstHook { to_python: Some(to_python), from_python: Some(from_python) };
    Ok(())
}

fn types(types: &mut Types) {
    types.add([&base::AST]);
}

pub static MODULE: ModuleDef =
    ModuleDef { name: "_ast", types: Some(types), init: Some(init), ..ModuleDef::EMPTY };
