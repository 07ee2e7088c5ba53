//! Values, objects and their memory: the foundation that all Python types and the virtual machine stand on.
//!
//! See `docs/internals/objects.md` for the way through this crate. In short: [`value`] is the tagged word and its owning
//! handle, [`object`] the heap object, [`ty`] the type with its slots, [`instance`] layout and attributes by shape,
//! [`cx`] the token of a running thread, [`interp`] the interpreter's state, [`heap`] and [`gc`] the memory,
//! [`args`] and [`native`] the calling of native code, [`ops`] the operations on any value.

pub mod args;
pub mod attr;
pub mod buffer;
pub mod bytes;
pub mod cx;
pub mod descr;
pub mod dict;
pub mod exc;
pub mod float;
pub mod gc;
pub mod hash;
pub mod heap;
pub mod instance;
pub mod int;
pub mod interp;
pub mod names;
pub mod native;
pub mod object;
pub mod ops;
pub mod singleton;
pub mod str;
pub mod tuple;
pub mod ty;
pub mod typeobj;
pub mod value;
pub mod weakref;

pub use args::{Args, FromArg, IntoResult, KwArgs};
pub use bytes::Bytes;
pub use cx::Cx;
pub use dict::Dict;
pub use int::IntRef;
pub use interp::{Interp, Runtime};
pub use native::{Binding, GetSetDef, MemberDef, NativeDef};
pub use object::{Frozen, Header, Obj, Payload, Trace};
pub use str::{Str, StrData};
pub use tuple::Tuple;
pub use ty::{CompareOp, Slots, Type, TypeDefs, flags};
pub use value::{Handle, R, Raised, Value, Word};

#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod testing;
