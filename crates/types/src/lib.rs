//! Built-in types that need no frame: one folder or file each. Each has an `install(&mut Types)` that lists its types and gives
//! core types (declared in `object`) their slots and methods.

use taipan_object::{Obj, Slots, Type, TypeDefs, ty};

pub mod bytearray;
pub mod bytes;
pub mod complex;
pub mod descriptors;
pub mod dict;
pub mod exceptions;
pub mod float;
pub mod format;
pub mod int;
pub mod iterators;
pub mod list;
pub mod mappingproxy;
pub mod memoryview;
pub mod module;
pub mod namespace;
pub mod none;
pub mod object;
pub mod range;
pub mod sequence;
pub mod set;
pub mod slice;
pub mod str;
pub mod structseq;
pub mod support;
pub mod template;
pub mod tuple;
pub mod type_;
pub mod typing;
pub mod weakref;

/// Collects the static types to be made ready, bases before subtypes.
#[derive(Default)]
pub struct Types {
    list: Vec<&'static Obj<Type>>,
}

impl Types {
    /// Lists types that state their slots themselves.
    pub fn add(&mut self, types: impl IntoIterator<Item = &'static Obj<Type>>) {
        self.list.extend(types);
    }

    /// Lists a core type with the slots, methods and doc that this crate gives it.
    pub fn core(&mut self, ty: &'static Obj<Type>, slots: Slots, defs: &'static TypeDefs, doc: &'static str) {
        // SAFETY: `install` runs once per process, before any interpreter exists.
        unsafe { ty::install(ty, slots, defs, doc) };
        self.list.push(ty);
    }

    pub fn into_list(self) -> Vec<&'static Obj<Type>> {
        self.list
    }
}

/// Lists every type of this crate. Called once per process by the virtual machine, which adds its own.
pub fn install(types: &mut Types) {
    object::install(types);
    type_::install(types);
    none::install(types);
    int::install(types);
    float::install(types);
    complex::install(types);
    str::install(types);
    bytes::install(types);
    bytearray::install(types);
    memoryview::install(types);
    list::install(types);
    tuple::install(types);
    slice::install(types);
    range::install(types);
    iterators::install(types);
    module::install(types);
    exceptions::install(types);
    typing::install(types);
    template::install(types);
    dict::install(types);
    set::install(types);
    mappingproxy::install(types);
    namespace::install(types);
    structseq::install(types);
    descriptors::install(types);
    weakref::install(types);
}
