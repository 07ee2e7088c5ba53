//! Native modules of the standard library: one file or folder each, and this registry.
//!
//! Adding a module: write it, give it a `pub static MODULE: ModuleDef`, and add its line below. What a module needs of the
//! outside goes through `taipan_host`; pure algorithms that other crates could use live in `taipan_text` and `taipan_sre`.

pub mod abc;
pub mod array;
pub mod ast;
pub mod atexit;
pub mod binascii;
pub mod bisect;
pub mod cmath;
pub mod codecs;
pub mod collections;
pub mod compress;
pub mod contextvars;
pub mod csv;
pub mod datetime;
pub mod decimal;
pub mod errno;
pub mod fcntl;
pub mod functools;
pub mod gc;
pub mod hashes;
pub mod heapq;
pub mod io;
pub mod itertools;
pub mod json;
pub mod locale;
pub mod math;
pub mod mmap;
pub mod multibyte;
pub mod multiprocessing;
pub mod opcode;
pub mod operator;
pub mod poll;
pub mod posix;
pub mod posixsubprocess;
pub mod pytime;
pub mod queue;
pub mod random;
pub mod resource;
pub mod signals;
pub mod socket;
pub mod sre;
pub mod stat;
pub mod statistics;
pub mod strings;
pub mod structs;
mod suggestions;
mod support;
pub mod symtable;
pub mod termios;
pub mod testing;
pub mod thread;
pub mod time;
pub mod tokenize;
mod tracemalloc;
pub mod typing;
pub mod unicodedata;
pub mod users;
pub mod weakref;

use taipan_types::Types;
use taipan_types::module::ModuleDef;

/// Every native module of this crate. The line also carries the module's `cfg` where it has one.
pub static MODULES: &[&ModuleDef] = &[
    &abc::MODULE,
    &array::MODULE,
    &ast::MODULE,
    &atexit::MODULE,
    &binascii::MODULE,
    &bisect::MODULE,
    &cmath::MODULE,
    &codecs::MODULE,
    &collections::MODULE,
    &contextvars::MODULE,
    &csv::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &errno::MODULE,
    &fcntl::MODULE,
    &functools::MODULE,
    &gc::MODULE,
    &hashes::BLAKE2,
    &hashes::MD5,
    &hashes::SHA1,
    &hashes::SHA2,
    &hashes::SHA3,
    &heapq::MODULE,
    &io::MODULE,
    &itertools::MODULE,
    &json::MODULE,
    &locale::MODULE,
    &math::MODULE,
    &multibyte::CN,
    &multibyte::HK,
    &multibyte::ISO2022,
    &multibyte::JP,
    &multibyte::KR,
    &multibyte::MODULE,
    &multibyte::TW,
    &mmap::MODULE,
    &multiprocessing::MODULE,
    &multiprocessing::SHARED_MEMORY,
    &opcode::MODULE,
    &operator::MODULE,
    &poll::MODULE,
    &posix::MODULE,
    &posixsubprocess::MODULE,
    &queue::MODULE,
    &random::MODULE,
    &resource::MODULE,
    &signals::MODULE,
    &socket::MODULE,
    &sre::MODULE,
    &stat::MODULE,
    &statistics::MODULE,
    &strings::MODULE,
    &structs::MODULE,
    &suggestions::MODULE,
    &symtable::MODULE,
    &termios::MODULE,
    &thread::MODULE,
    &time::MODULE,
    &tokenize::MODULE,
    &tracemalloc::MODULE,
    &typing::MODULE,
    &unicodedata::MODULE,
    &users::GRP,
    &users::PWD,
    &weakref::MODULE,
    &compress::bz2::MODULE,
    &compress::lzma::MODULE,
    &compress::zlib::MODULE,
    &compress::zstd::MODULE,
];

/// Lists the static types of all modules; called once per process by the virtual machine's start.
pub fn install(types: &mut Types) {
    for module in MODULES.iter().chain(testing::MODULES) {
        if let Some(list) = module.types {
            list(types);
        }
    }
}
