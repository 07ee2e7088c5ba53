//! Declarations of native functions, methods, properties and members: plain data that `Type::ready` and the modules
//! turn into objects.

use crate::args::Args;
use crate::cx::Cx;
use crate::value::{R, Value};

/// A native function over borrowed arguments. For methods the receiver is the first positional argument.
pub type NativeFn = for<'a> fn(&mut Cx, Args<'a>) -> R;

/// How a native binds when found on a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A function of a module, or a static method.
    Static,
    /// `$self`: an instance method; the receiver's type is checked before the call.
    Instance,
    /// `$type`: a class method; the receiver is the class.
    Class,
}

/// Facts that the JIT and the interpreter's short ways use.
pub mod facts {
    /// Never runs Python code nor looks at the frame.
    pub const LEAF: u32 = 1;
    /// Never raises.
    pub const NO_RAISE: u32 = 2;
}

/// One native function, declared once by `#[native]`.
pub struct NativeDef {
    /// The Python name, without its owner.
    pub name: &'static str,
    /// What error messages call it: `append` or `list.append`.
    pub full_name: &'static str,
    /// `__text_signature__`, e.g. `($self, object, /)`; None where it cannot be expressed.
    pub signature: Option<&'static str>,
    pub doc: &'static str,
    pub binding: Binding,
    pub facts: u32,
    pub call: NativeFn,
}

/// An attribute computed by native code.
pub struct GetSetDef {
    pub name: &'static str,
    pub doc: Option<&'static str>,
    pub get: Option<fn(&mut Cx, &Value) -> R>,
    /// Deletes where the value is `None`.
    pub set: Option<fn(&mut Cx, &Value, Option<&Value>) -> R<()>>,
}

/// An attribute that lies in the payload, read-only as most of CPython's members are, or writable through `set`. Shown as a
/// `member_descriptor`.
pub struct MemberDef {
    pub name: &'static str,
    pub doc: Option<&'static str>,
    pub get: fn(&mut Cx, &Value) -> R,
    pub set: Option<fn(&mut Cx, &Value, Option<&Value>) -> R<()>>,
}
