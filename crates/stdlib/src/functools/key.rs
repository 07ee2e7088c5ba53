//! `cmp_to_key`: a sort key that compares by a function of two arguments.

use taipan_macros::{Trace, native};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, exc, ops,
};

/// The payload: the comparing function, and the compared object once there is one.
#[derive(Trace)]
pub struct KeyWrapper {
    compare: Value,
    object: Option<Value>,
}

// SAFETY: instances of the type are `Obj<KeyWrapper>`; both values are traced.
unsafe impl Payload for KeyWrapper {
    const TYPE: &'static Obj<Type> = &KEY_WRAPPER;
}

pub static KEY_WRAPPER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<KeyWrapper>("functools.KeyWrapper")
        .base(&OBJECT)
        .flags(taipan_object::flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { call: Some(call), compare: Some(compare), ..Slots::EMPTY })
        .defs(&TypeDefs { members: MEMBERS, getset: GETSET, ..TypeDefs::NONE }),
);

/// How the instances are called, for `inspect`.
static GETSET: &[GetSetDef] =
    &[GetSetDef { name: "__text_signature__", doc: None, get: Some(|cx, _| Ok(cx.str("(obj)"))), set: None }];

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "obj",
    doc: Some("Value wrapped by a key function."),
    get: |cx, this| {
        let object = this.cast::<KeyWrapper>().and_then(|k| k.get(cx).object.clone());
        Ok(object.unwrap_or_else(Value::none))
    },
    set: Some(|cx, this, value| {
        if let Some(key) = this.cast::<KeyWrapper>() {
            let old = std::mem::replace(&mut key.get_mut(cx).object, value.cloned());
            drop(old);
        }
        Ok(())
    }),
}];

#[native("K(obj)")]
fn arguments(cx: &mut Cx, obj: &Value) -> R {
    let _ = cx;
    Ok(obj.clone())
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let object = (arguments__def.call)(cx, args)?;
    let Some(key) = this.cast::<KeyWrapper>() else { return Err(cx.type_error("a key is required")) };
    let compare = key.get(cx).compare.clone();
    Ok(cx.new_object(KeyWrapper { compare, object: Some(object) }).into_value())
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<KeyWrapper>(), b.cast::<KeyWrapper>()) else {
        return Err(cx.type_error("other argument must be K instance"));
    };
    let function = x.get(cx).compare.clone();
    let (Some(left), Some(right)) = (x.get(cx).object.clone(), y.get(cx).object.clone()) else {
        return Err(cx.raise(&exc::ATTRIBUTE_ERROR, "object"));
    };
    let order = ops::call(cx, &function, &[left, right])?;
    ops::compare(cx, &order, &Value::small_int(0), op)
}

/// Convert a cmp= function into a key= function.
///
///   mycmp
///     Function that compares two objects.
#[native("cmp_to_key(mycmp)")]
pub fn cmp_to_key(cx: &mut Cx, mycmp: &Value) -> R {
    Ok(cx.new_object(KeyWrapper { compare: mycmp.clone(), object: None }).into_value())
}
