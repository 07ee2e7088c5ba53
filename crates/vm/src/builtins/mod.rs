//! The `builtins` module: its functions, constants, exceptions and types.
//!
//! Functions are grouped by what they do; [`make`] lists them. `help`, `exit`, `quit`, `copyright`, `credits` and `license`
//! are added by `site`.

pub mod attributes;
mod class;
mod evaluate;
mod iteration;
mod iterators;
mod numbers;
mod output;

use taipan_macros::natives;
use taipan_object::{Cx, NativeDef, Obj, R, Type, Value, exc, int, ty};
use taipan_types::module;

pub use evaluate::merge_flags;
pub use iterators::ITERATOR_TYPES;

static FUNCTIONS: &[&[&NativeDef]] = &[
    natives![class::__build_class__],
    natives![
        attributes::callable,
        attributes::delattr,
        attributes::dir,
        attributes::getattr,
        attributes::globals,
        attributes::hasattr,
        attributes::hash,
        attributes::id,
        attributes::isinstance,
        attributes::issubclass,
        attributes::len,
        attributes::locals,
        attributes::repr,
        attributes::ascii,
        attributes::format,
        attributes::setattr,
        attributes::vars
    ],
    natives![
        numbers::abs,
        numbers::bin,
        numbers::chr,
        numbers::divmod,
        numbers::hex,
        numbers::oct,
        numbers::ord,
        numbers::pow,
        numbers::round,
        numbers::sum
    ],
    natives![
        iteration::aiter,
        iteration::all,
        iteration::anext,
        iteration::any,
        iteration::iter,
        iteration::max,
        iteration::min,
        iteration::next,
        iteration::sorted
    ],
    natives![evaluate::__import__, evaluate::compile, evaluate::eval, evaluate::exec],
    natives![output::breakpoint, output::input, output::open, output::print],
];

const DOC: &str = "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\nThis module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\nobjects with the same name as a builtin and need to\nrefer to the built-in of that name.";

/// Makes the module.
pub fn make(cx: &mut Cx) -> R {
    let made = module::new_module(cx, "builtins", Some(DOC))?;
    for functions in FUNCTIONS {
        module::add_functions(cx, &made, functions)?;
    }
    for (name, value) in [
        ("None", Value::none()),
        ("Ellipsis", Value::ellipsis()),
        ("NotImplemented", Value::not_implemented()),
        ("False", Value::bool(false)),
        ("True", Value::bool(true)),
        ("__debug__", Value::bool(cx.interp().optimize == 0)),
    ] {
        module::set(cx, &made, name, value)?;
    }
    for &class in exc::ALL {
        module::add_type(cx, &made, class)?;
    }
    module::add_type(cx, &made, &exc::EXCEPTION_GROUP)?;
    for alias in ["EnvironmentError", "IOError"] {
        module::set(cx, &made, alias, exc::OS_ERROR.to_value())?;
    }
    for class in types() {
        module::add_type(cx, &made, class)?;
    }
    Ok(made)
}

fn types() -> Vec<&'static Obj<Type>> {
    vec![
        &int::BOOL,
        &int::INT,
        &taipan_object::float::FLOAT,
        &taipan_object::str::STR,
        &taipan_object::bytes::BYTES,
        &taipan_object::tuple::TUPLE,
        &taipan_object::dict::DICT,
        &taipan_types::list::LIST,
        &taipan_types::set::SET,
        &taipan_types::set::FROZENSET,
        &ty::OBJECT,
        &ty::TYPE,
        &taipan_types::bytearray::BYTEARRAY,
        &taipan_types::memoryview::MEMORYVIEW,
        &taipan_types::complex::COMPLEX,
        &taipan_types::slice::SLICE,
        &taipan_types::range::RANGE,
        &taipan_types::iterators::ENUMERATE,
        &taipan_types::iterators::FILTER,
        &taipan_types::iterators::MAP,
        &taipan_types::iterators::REVERSED,
        &taipan_types::iterators::ZIP,
        &crate::function::descriptors::STATICMETHOD,
        &crate::function::descriptors::CLASSMETHOD,
        &crate::function::descriptors::PROPERTY,
        &crate::function::super_::SUPER,
    ]
}
