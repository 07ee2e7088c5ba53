//! The test-only modules `_testcapi`, `_testlimitedcapi` and `_testinternalcapi`: what CPython's test suite asks of its C
//! interface, as far as it means something here. They are registered only under `-X implementation=cpython`.
//!
//! `capi` has functions in each of CPython's calling conventions and what tests of calls, exceptions and types need;
//! `compiler` the hooks into single stages of the compiler; `internal` looks into the interpreter. What a test asks for and
//! is not here is an AttributeError: nothing pretends.

mod capi;
mod compiler;
mod conventions;
mod descriptors;
mod internal;
mod limited;

use taipan_types::module::ModuleDef;

/// The modules, in the registry's order.
pub static MODULES: &[&ModuleDef] = &[&capi::MODULE, &internal::MODULE, &limited::MODULE];
