//! `None`, `NotImplemented`, `...`, `True` and `False`: immortal statics.

use crate::Obj;
use crate::int::BOOL;
use crate::object::Payload;
use crate::ty::Type;
use crate::value::Value;

macro_rules! singleton {
    ($payload:ident, $ty:ident, $name:literal, $object:ident, $hook:ident, $defs:ident, $doc:literal) => {
        #[doc = concat!("The payload of `", $name, "`'s only instance.")]
        pub struct $payload;
        crate::plain_data!($payload);
        // SAFETY: no payload at all, and the type cannot be subclassed.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &crate::ty::TYPE,
            Type::builtin::<$payload>($name).base(&crate::ty::OBJECT).doc($doc),
        );
        pub static $object: Obj<$payload> = Obj::new_static(&$ty, $payload);
    };
}

singleton!(NoneType, NONE_TYPE, "NoneType", NONE, NONE_SLOTS, NONE_DEFS, "The type of the None singleton.");
singleton!(
    NotImplementedType,
    NOT_IMPLEMENTED_TYPE,
    "NotImplementedType",
    NOT_IMPLEMENTED,
    NOT_IMPLEMENTED_SLOTS,
    NOT_IMPLEMENTED_DEFS,
    "The type of the NotImplemented singleton."
);
singleton!(
    EllipsisType,
    ELLIPSIS_TYPE,
    "ellipsis",
    ELLIPSIS,
    ELLIPSIS_SLOTS,
    ELLIPSIS_DEFS,
    "The type of the Ellipsis singleton."
);

/// The payload of `True` and `False`.
pub struct Bool(pub bool);
crate::plain_data!(Bool);
impl crate::object::Frozen for Bool {}
// SAFETY: `bool` cannot be subclassed; its two instances are these statics.
unsafe impl Payload for Bool {
    const TYPE: &'static Obj<Type> = &BOOL;
}
pub static TRUE: Obj<Bool> = Obj::new_static(&BOOL, Bool(true));
pub static FALSE: Obj<Bool> = Obj::new_static(&BOOL, Bool(false));

impl Value {
    #[inline(always)]
    pub fn none() -> Value {
        NONE.to_immortal()
    }
    #[inline(always)]
    pub fn bool(b: bool) -> Value {
        if b { TRUE.to_immortal() } else { FALSE.to_immortal() }
    }
    #[inline(always)]
    pub fn not_implemented() -> Value {
        NOT_IMPLEMENTED.to_immortal()
    }
    #[inline(always)]
    pub fn ellipsis() -> Value {
        ELLIPSIS.to_immortal()
    }
    #[inline(always)]
    pub fn is_true(&self) -> bool {
        self.is_obj(&TRUE)
    }
    #[inline(always)]
    pub fn is_false(&self) -> bool {
        self.is_obj(&FALSE)
    }
    #[inline(always)]
    pub fn is_not_implemented(&self) -> bool {
        self.is_obj(&NOT_IMPLEMENTED)
    }
    /// `True` or `False` as Rust's.
    #[inline(always)]
    pub fn as_bool(&self) -> Option<bool> {
        if self.is_true() {
            Some(true)
        } else if self.is_false() {
            Some(false)
        } else {
            None
        }
    }
}

impl<T> Obj<T> {
    /// A handle to an immortal static, without counting.
    #[inline(always)]
    pub fn to_immortal(&'static self) -> Value {
        debug_assert!(self.header().is_immortal());
        // SAFETY: immortal objects need no count.
        unsafe { Value::from_word(self.word()) }
    }
}
