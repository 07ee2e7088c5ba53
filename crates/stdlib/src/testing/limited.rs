//! `_testlimitedcapi`: the stable interface's operations, by their names.

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Slots, Type, Value, exc, flags, ops, plain_data};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// Calls with one argument and one keyword.
#[native("call_vectorcall(callable, /)", no_signature)]
fn call_vectorcall(cx: &mut Cx, callable: &Value) -> R {
    let (argument, keyword) = (cx.str("foo"), cx.str("bar"));
    let name = cx.intern("baz");
    ops::call_keywords(cx, callable, &[argument], &[(&name, keyword)])
}

/// Calls the method `f` with one argument and one keyword.
#[native("call_vectorcall_method(instance, /)", no_signature)]
fn call_vectorcall_method(cx: &mut Cx, instance: &Value) -> R {
    let method = ops::getattr_str(cx, instance, "f")?;
    call_vectorcall(cx, &method)
}

#[native("sequence_getitem(sequence, index, /)", no_signature)]
fn sequence_getitem(cx: &mut Cx, sequence: &Value, index: i64) -> R {
    let index = cx.int(index);
    ops::getitem(cx, sequence, &index)
}

#[native("sequence_setitem(sequence, index, value, /)", no_signature)]
fn sequence_setitem(cx: &mut Cx, sequence: &Value, index: i64, value: &Value) -> R<i64> {
    let index = cx.int(index);
    ops::setitem(cx, sequence, &index, value).map(|()| 0)
}

#[native("sequence_delitem(sequence, index, /)", no_signature)]
fn sequence_delitem(cx: &mut Cx, sequence: &Value, index: i64) -> R<i64> {
    let index = cx.int(index);
    ops::delitem(cx, sequence, &index).map(|()| 0)
}

/// Whether there is such an attribute; errors of the look-up count as none.
#[native("object_hasattrstring(obj, name, /)", no_signature)]
fn object_hasattrstring(cx: &mut Cx, obj: &Value, name: &Value) -> R<i64> {
    let bytes = taipan_object::buffer::bytes_like(cx, name)?.to_vec(cx);
    let name = String::from_utf8_lossy(&bytes).into_owned();
    match ops::getattr_str(cx, obj, &name) {
        Ok(_) => Ok(1),
        Err(raised) => {
            let error = cx.take_raised(raised);
            if !error.is_instance(&exc::ATTRIBUTE_ERROR) {
                let message = "Exception ignored in PyObject_HasAttrString(); consider using \
                               PyObject_HasAttrStringWithError(), PyObject_GetOptionalAttrString() or \
                               PyObject_GetAttrString()";
                taipan_vm::display::unraisable(cx, error, message, None);
            }
            Ok(0)
        }
    }
}

fn incremental(cx: &mut Cx, encoding: &Value, errors: Option<&Value>, maker: &str) -> R {
    let name = ops::str_of(cx, encoding)?.to_string_lossy().into_owned();
    let codec = taipan_vm::runtime::codecs::lookup(cx, &name)?;
    let make = ops::getattr_str(cx, &codec, maker)?;
    let args: Vec<Value> = errors.cloned().into_iter().collect();
    ops::call(cx, &make, &args)
}

#[native("codec_incrementalencoder(encoding, errors=None, /)", no_signature)]
fn codec_incrementalencoder(cx: &mut Cx, encoding: &Value, errors: Option<&Value>) -> R {
    incremental(cx, encoding, errors, "incrementalencoder")
}

#[native("codec_incrementaldecoder(encoding, errors=None, /)", no_signature)]
fn codec_incrementaldecoder(cx: &mut Cx, encoding: &Value, errors: Option<&Value>) -> R {
    incremental(cx, encoding, errors, "incrementaldecoder")
}

#[native("eval_get_recursion_limit()", no_signature)]
fn eval_get_recursion_limit(cx: &mut Cx) -> i64 {
    i64::from(cx.recursion_limit)
}

macro_rules! vectorcall_class {
    ($payload:ident, $ty:ident, $name:literal) => {
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
            Type::builtin::<$payload>($name).base(&OBJECT).flags(flags::BASE).with_slots(Slots {
                new: Some(taipan_types::object::new),
                call: Some(|cx, _, _: Args<'_>| Ok(cx.str("vectorcall called"))),
                ..Slots::EMPTY
            }),
        );
    };
}

vectorcall_class!(
    LimitedVectorCallClass,
    LIMITED_VECTOR_CALL_CLASS,
    "_testlimitedcapi.LimitedVectorCallClass"
);
vectorcall_class!(
    LimitedRelativeVectorCallClass,
    LIMITED_RELATIVE_VECTOR_CALL_CLASS,
    "_testlimitedcapi.LimitedRelativeVectorCallClass"
);

fn types(types: &mut Types) {
    types.add([&LIMITED_VECTOR_CALL_CLASS, &LIMITED_RELATIVE_VECTOR_CALL_CLASS]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for class in [&LIMITED_VECTOR_CALL_CLASS, &LIMITED_RELATIVE_VECTOR_CALL_CLASS] {
        set(cx, module, &class.name(), class.to_value())?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_testlimitedcapi",
    functions: natives![
        call_vectorcall,
        call_vectorcall_method,
        sequence_getitem,
        sequence_setitem,
        sequence_delitem,
        object_hasattrstring,
        codec_incrementalencoder,
        codec_incrementaldecoder,
        eval_get_recursion_limit
    ],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
