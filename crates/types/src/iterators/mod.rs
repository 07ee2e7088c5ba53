//! The lazy iterators of `builtins`: enumerate, zip, map, filter, reversed, and those that `iter()` makes of sequences and
//! callables.

mod lazy;
mod plain;

pub use lazy::{ENUMERATE, Enumerate, FILTER, MAP, ZIP, Zip};
pub use plain::{CALLABLE_ITERATOR, REVERSED, SEQUENCE_ITERATOR, callable_iterator, sequence_iterator};

use crate::Types;

pub fn install(types: &mut Types) {
    types.add([&ENUMERATE, &ZIP, &MAP, &FILTER, &REVERSED, &SEQUENCE_ITERATOR, &CALLABLE_ITERATOR]);
}
