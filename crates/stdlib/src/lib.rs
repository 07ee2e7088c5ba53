//! Native modules of the standard library: one file or folder each, and this registry.
//!
//! Adding a module: write it, give it a `pub static MODULE: ModuleDef`, and add its line below. What a module needs of the
//! outside goes through `taipan_host`; pure algorithms that other crates could use live in `taipan_text` and `taipan_sre`.

pub mod abc;
pub mod collections;
pub mod errno;
pub mod io;
pub mod itertools;
pub mod math;
pub mod pytime;
pub mod resource;
pub mod sre;
pub mod stat;
pub mod support;
pub mod time;
pub mod typing;
pub mod users;

pub mod atexit;
pub mod contextvars;
pub mod gc;
pub mod random;
pub mod signals;
pub mod structs;
pub mod thread;
pub mod weakref;
use taipan_types::Types;
use taipan_types::module::ModuleDef;

/// Every native module of this crate. The line also carries the module's `cfg` where it has one.
pub static MODULES: &[&ModuleDef] = &[
    &structs::MODULE,
    &thread::MODULE,
    &weakref::MODULE,
    &random::MODULE,
    &signals::MODULE,
    &gc::MODULE,
    &contextvars::MODULE,
    &atexit::MODULE,
    &abc::MODULE,
    &collections::MODULE,
    &errno::MODULE,
    &io::MODULE,
    &itertools::MODULE,
    &math::MODULE,
    &resource::MODULE,
    &sre::MODULE,
    &stat::MODULE,
    &time::MODULE,
    &typing::MODULE,
    &users::GRP,
    &users::PWD,
];

/// Lists the static types of all modules; called once per process by the virtual machine's start.
pub fn install(types: &mut Types) {
    for module in MODULES {
        if let Some(list) = module.types {
            list(types);
        }
    }
}
