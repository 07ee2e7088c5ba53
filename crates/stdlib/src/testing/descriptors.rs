//! `_testcapi`'s types: receivers of the calling conventions, and callables that bind like functions.

use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, plain_data};

use super::conventions::{classes, instances, statics};

/// What `__flags__` shows of a type that CPython calls by its vector protocol.
const HAVE_VECTORCALL: u64 = 1 << 11;

macro_rules! empty_type {
    ($payload:ident, $ty:ident, $name:literal, $base:expr, $flags:expr, $slots:expr, $methods:expr) => {
        #[doc = concat!("The payload of `", $name, "`: none.")]
        pub struct $payload;
        plain_data!($payload);
        // SAFETY: no payload, as `object`.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &TYPE,
            Type::builtin::<$payload>($name)
                .base($base)
                .flags($flags)
                .with_slots($slots)
                .defs(&TypeDefs { methods: $methods, ..TypeDefs::NONE }),
        );
    };
}

const PLAIN: Slots = Slots { new: Some(taipan_types::object::new), ..Slots::EMPTY };

empty_type!(MethInstance, METH_INSTANCE, "_testcapi.MethInstance", &OBJECT, 0, PLAIN, instances::DEFS);
empty_type!(MethClass, METH_CLASS, "_testcapi.MethClass", &OBJECT, 0, PLAIN, classes::DEFS);
empty_type!(MethStatic, METH_STATIC, "_testcapi.MethStatic", &OBJECT, 0, PLAIN, statics::DEFS);

/// Binds to the instance, as functions do.
fn bind(cx: &mut Cx, this: &Value, obj: Option<&Value>, _owner: Option<&Value>) -> R {
    match obj.filter(|o| !o.is_none()) {
        Some(obj) => Ok(taipan_vm::function::method::new(cx, this.clone(), obj.clone())),
        None => Ok(this.clone()),
    }
}

const BINDING: Slots = Slots {
    new: Some(taipan_types::object::new),
    call: Some(|_, _, _| Ok(Value::bool(true))),
    descr_get: Some(bind),
    ..Slots::EMPTY
};

empty_type!(
    MethodDescriptorBase,
    METHOD_DESCRIPTOR_BASE,
    "_testcapi.MethodDescriptorBase",
    &OBJECT,
    flags::BASE | flags::METHOD_DESCRIPTOR | HAVE_VECTORCALL,
    BINDING,
    &[]
);
empty_type!(
    MethodDescriptorDerived,
    METHOD_DESCRIPTOR_DERIVED,
    "_testcapi.MethodDescriptorDerived",
    &METHOD_DESCRIPTOR_BASE,
    flags::METHOD_DESCRIPTOR | HAVE_VECTORCALL,
    BINDING,
    &[]
);
empty_type!(
    MethodDescriptorNopGet,
    METHOD_DESCRIPTOR_NOP_GET,
    "_testcapi.MethodDescriptorNopGet",
    &METHOD_DESCRIPTOR_BASE,
    0,
    Slots {
        call: Some(|cx, _, args: Args<'_>| Ok(cx.tuple(args.pos().to_vec()).into_value())),
        descr_get: Some(|_, this, _, _| Ok(this.clone())),
        ..BINDING
    },
    &[]
);
empty_type!(
    MethodDescriptor2,
    METHOD_DESCRIPTOR_2,
    "_testcapi.MethodDescriptor2",
    &METHOD_DESCRIPTOR_BASE,
    HAVE_VECTORCALL,
    Slots { call: Some(|_, _, _| Ok(Value::bool(false))), ..BINDING },
    &[]
);
