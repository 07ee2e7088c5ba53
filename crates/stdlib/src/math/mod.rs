//! `math`: functions over doubles and integers.

mod float;
mod integer;
mod sums;

use taipan_object::{Cx, R, Raised, Value};
use taipan_types::module::{ModuleDef, set};

/// ValueError of a result that is not a number.
#[cold]
fn domain(cx: &mut Cx) -> Raised {
    cx.value_error("math domain error")
}

/// OverflowError of a result beyond the doubles.
#[cold]
fn range(cx: &mut Cx) -> Raised {
    cx.overflow_error("math range error")
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let constants = [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    for (name, value) in constants {
        let value = cx.float(value);
        set(cx, module, name, value)?;
    }
    taipan_types::module::add_functions(cx, module, float::FUNCTIONS)?;
    taipan_types::module::add_functions(cx, module, integer::FUNCTIONS)?;
    taipan_types::module::add_functions(cx, module, sums::FUNCTIONS)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "math",
    doc: Some("This module provides access to the mathematical functions\ndefined by the C standard."),
    init: Some(init),
    ..ModuleDef::EMPTY
};
