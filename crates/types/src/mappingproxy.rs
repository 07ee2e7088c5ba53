//! `mappingproxy`: a read-only view of a mapping (`type.__dict__`).

use taipan_macros::Trace;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Obj, Payload, Type, Value, flags};

use crate::Types;

/// The payload: the mapping.
#[derive(Trace)]
pub struct MappingProxy {
    pub mapping: Value,
}

// SAFETY: instances of the type are `Obj<MappingProxy>`; the mapping is traced.
unsafe impl Payload for MappingProxy {
    const TYPE: &'static Obj<Type> = &MAPPING_PROXY;
}

/// `mappingproxy`.
pub static MAPPING_PROXY: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<MappingProxy>("mappingproxy")
        .base(&OBJECT)
        .flags(flags::MAPPING)
        .doc("mappingproxy(mapping)\n--\n\nRead-only proxy of a mapping."),
);

/// A proxy of a mapping, taken over.
pub fn new_proxy(cx: &mut Cx, mapping: Value) -> Value {
    cx.new_object(MappingProxy { mapping }).into_value()
}

pub fn install(types: &mut Types) {
    types.add([&MAPPING_PROXY]);
}
