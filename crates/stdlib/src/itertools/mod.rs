//! `itertools`: building blocks of iterators.

mod combine;
mod endless;
mod group;
mod select;
mod tee;

use taipan_object::{Cx, Obj, R, Type, Value};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// Declares an iterator type of this module: payload, static, slots.
macro_rules! iterator_type {
    ($payload:ident, $ty:ident, $name:literal, $new:ident, $next:ident, $methods:expr, $doc:literal) => {
        // SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
        unsafe impl taipan_object::Payload for $payload {
            const TYPE: &'static taipan_object::Obj<taipan_object::Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: taipan_object::Obj<taipan_object::Type> = taipan_object::Obj::new_static_type(
            &taipan_object::ty::TYPE,
            taipan_object::Type::builtin::<$payload>($name)
                .base(&taipan_object::ty::OBJECT)
                .flags(taipan_object::flags::BASE)
                .with_slots(taipan_object::Slots {
                    new: Some($new),
                    iter: Some(|_, this| Ok(this.clone())),
                    next: Some($next),
                    ..taipan_object::Slots::EMPTY
                })
                .defs(&taipan_object::TypeDefs { methods: $methods, ..taipan_object::TypeDefs::NONE })
                .doc($doc),
        );
    };
}
pub(crate) use iterator_type;

static ALL: &[&Obj<Type>] = &[
    &combine::CHAIN,
    &combine::PRODUCT,
    &combine::PERMUTATIONS,
    &combine::COMBINATIONS,
    &combine::COMBINATIONS_WITH_REPLACEMENT,
    &combine::ZIP_LONGEST,
    &endless::COUNT,
    &endless::CYCLE,
    &endless::REPEAT,
    &group::ACCUMULATE,
    &group::BATCHED,
    &group::GROUPBY,
    &group::PAIRWISE,
    &select::COMPRESS,
    &select::DROPWHILE,
    &select::FILTERFALSE,
    &select::ISLICE,
    &select::STARMAP,
    &select::TAKEWHILE,
];

fn types(types: &mut Types) {
    types.add(ALL.iter().copied());
    types.add([&group::GROUPER, &tee::TEE, &tee::LINK_TYPE]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for class in ALL {
        set(cx, module, &class.name(), class.to_value())?;
    }
    set(cx, module, "_tee", tee::TEE.to_value())?;
    set(cx, module, "_grouper", group::GROUPER.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    doc: Some("Functional tools for creating and using iterators."),
    functions: tee::FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
