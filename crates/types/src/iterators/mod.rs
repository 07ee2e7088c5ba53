//! The lazy iterators of `builtins`: enumerate, zip, map, filter, reversed, and those that `iter()` makes of sequences and
//! callables.

/// Declares a payload's type as an iterator: `__new__`, `__iter__`, `__next__`, methods, and where given `repr` and flags.
#[macro_export]
macro_rules! iterator_type {
    ($payload:ident, $ty:ident, $name:literal, $new:ident, $next:ident, $methods:expr, $doc:literal
     $(, repr: $repr:ident)? $(, flags: $flags:expr)? $(,)?) => {
        // SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
        unsafe impl ::taipan_object::Payload for $payload {
            const TYPE: &'static ::taipan_object::Obj<::taipan_object::Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: ::taipan_object::Obj<::taipan_object::Type> = ::taipan_object::Obj::new_static_type(
            &::taipan_object::ty::TYPE,
            ::taipan_object::Type::builtin::<$payload>($name)
                .base(&::taipan_object::ty::OBJECT)
                .flags(::taipan_object::flags::BASE $(| $flags)?)
                .with_slots(::taipan_object::Slots {
                    new: Some($new),
                    iter: Some(|_, this| Ok(this.clone())),
                    next: Some($next),
                    $(repr: Some($repr),)?
                    ..::taipan_object::Slots::EMPTY
                })
                .defs(&::taipan_object::TypeDefs { methods: $methods, ..::taipan_object::TypeDefs::NONE })
                .doc($doc),
        );
    };
}

pub mod lazy;
mod plain;

pub use lazy::{ENUMERATE, Enumerate, FILTER, MAP, ZIP, Zip};
pub use plain::{CALLABLE_ITERATOR, REVERSED, SEQUENCE_ITERATOR, callable_iterator, sequence_iterator};

use crate::Types;

pub fn install(types: &mut Types) {
    types.add([&ENUMERATE, &ZIP, &MAP, &FILTER, &REVERSED, &SEQUENCE_ITERATOR, &CALLABLE_ITERATOR]);
}
