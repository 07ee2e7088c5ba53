//! `NoneType`, `NotImplementedType` and `ellipsis`.

use taipan_macros::{native, natives};
use taipan_object::singleton::{ELLIPSIS_TYPE, NONE_TYPE, NOT_IMPLEMENTED_TYPE};
use taipan_object::{Args, Cx, Obj, R, Slots, Type, TypeDefs, Value, exc, hash};

use crate::Types;

fn no_arguments(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R<()> {
    if args.values().is_empty() {
        return Ok(());
    }
    Err(cx.type_error(format!("{} takes no arguments", class.name())))
}

fn none_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_arguments(cx, class, args).map(|()| Value::none())
}

fn not_implemented_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_arguments(cx, class, args).map(|()| Value::not_implemented())
}

fn ellipsis_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let name = "EllipsisType";
    let _ = class;
    if args.values().is_empty() {
        Ok(Value::ellipsis())
    } else {
        Err(cx.type_error(format!("{name} takes no arguments")))
    }
}

/// In place of an address, so that hashes of None are the same in each process.
fn none_hash(_cx: &mut Cx, _this: &Value) -> R<i64> {
    Ok(0xfca_86420)
}

fn not_implemented_bool(cx: &mut Cx, _this: &Value) -> R<bool> {
    Err(cx.raise(&exc::TYPE_ERROR, "NotImplemented should not be used in a boolean context"))
}

fn identity_hash(_cx: &mut Cx, this: &Value) -> R<i64> {
    Ok(hash::hash_pointer(this.id()))
}

/// Pickled by name.
#[native("NotImplementedType.__reduce__($self, /)", no_signature)]
fn not_implemented_reduce(cx: &mut Cx, this: &Value) -> R {
    let _ = this;
    Ok(cx.str("NotImplemented"))
}

/// Pickled by name.
#[native("ellipsis.__reduce__($self, /)", no_signature)]
fn ellipsis_reduce(cx: &mut Cx, this: &Value) -> R {
    let _ = this;
    Ok(cx.str("Ellipsis"))
}

static NOT_IMPLEMENTED_DEFS: TypeDefs =
    TypeDefs { methods: natives![not_implemented_reduce], ..TypeDefs::NONE };
static ELLIPSIS_DEFS: TypeDefs = TypeDefs { methods: natives![ellipsis_reduce], ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    types.core(
        &NONE_TYPE,
        Slots {
            repr: Some(|cx, _| Ok(cx.str("None"))),
            bool: Some(|_, _| Ok(false)),
            hash: Some(none_hash),
            compare: Some(crate::object::compare),
            new: Some(none_new),
            ..Slots::EMPTY
        },
        &TypeDefs::NONE,
        "The type of the None singleton.",
    );
    types.core(
        &NOT_IMPLEMENTED_TYPE,
        Slots {
            repr: Some(|cx, _| Ok(cx.str("NotImplemented"))),
            bool: Some(not_implemented_bool),
            hash: Some(identity_hash),
            new: Some(not_implemented_new),
            ..Slots::EMPTY
        },
        &NOT_IMPLEMENTED_DEFS,
        "The type of the NotImplemented singleton.",
    );
    types.core(
        &ELLIPSIS_TYPE,
        Slots {
            repr: Some(|cx, _| Ok(cx.str("Ellipsis"))),
            hash: Some(identity_hash),
            new: Some(ellipsis_new),
            ..Slots::EMPTY
        },
        &ELLIPSIS_DEFS,
        "The type of the Ellipsis singleton.",
    );
}
