//! `int` and `bool`.

mod arithmetic;
pub mod convert;
mod methods;

pub use convert::{from_f64, int_from_str, to_decimal};

use taipan_object::int::{BOOL, INT};
use taipan_object::{Args, CompareOp, Cx, IntRef, Obj, R, Slots, Type, Value, exc, hash, instance, ops};

use crate::Types;
use crate::support::{at_most_one, no_keywords};

/// Decimal text, under the limit of `sys.set_int_max_str_digits`.
fn repr(cx: &mut Cx, this: &Value) -> R {
    match this.as_int() {
        Some(IntRef::Small(i)) => {
            let mut buffer = [0; 24];
            Ok(cx.str_from_latin1(convert::small_decimal(i, &mut buffer)).into_value())
        }
        Some(i) => {
            let text = to_decimal(cx, i)?;
            Ok(cx.str(&text))
        }
        None => Err(cx.type_error("an integer is required")),
    }
}

fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.as_int(), b.as_int()) else { return Ok(Value::not_implemented()) };
    let ordering = match (x, y) {
        (IntRef::Small(x), IntRef::Small(y)) => x.cmp(&y),
        (x, y) => x.to_big().cmp(&y.to_big()),
    };
    Ok(Value::bool(op.holds(ordering)))
}

fn hash_slot(_cx: &mut Cx, this: &Value) -> R<i64> {
    Ok(match this.as_int() {
        Some(IntRef::Small(i)) => hash::hash_i64(i),
        Some(IntRef::Big(b)) => hash::hash_big(b),
        None => 0,
    })
}

fn to_float(cx: &mut Cx, this: &Value) -> R {
    taipan_object::float::int_to_f64(cx, this).map(|f| cx.float(f))
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let (x, base) = convert::new_arguments(cx, args)?;
    let made = convert::construct(cx, x, base)?;
    if class.is(&INT) { Ok(made) } else { Ok(instance::new_wrapped(cx, class, made)) }
}

fn bool_new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords(cx, args, "bool")?;
    match at_most_one(cx, args, "bool")? {
        None => Ok(Value::bool(false)),
        Some(x) => ops::truth(cx, x).map(Value::bool),
    }
}

fn bool_repr(cx: &mut Cx, this: &Value) -> R {
    Ok(cx.intern(if this.is_true() { "True" } else { "False" }).into_value())
}

/// PEP: `~True` is deprecated, it is `-2`, not `False`.
fn bool_invert(cx: &mut Cx, this: &Value) -> R {
    let message = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from the negation of a bool object. Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.";
    let warn = cx.interp().runtime.warn;
    warn(cx, &exc::DEPRECATION_WARNING, message, 1)?;
    arithmetic::invert(cx, this)
}

pub fn install(types: &mut Types) {
    let slots = Slots {
        repr: Some(repr),
        hash: Some(hash_slot),
        compare: Some(compare),
        new: Some(new),
        add: Some(arithmetic::add),
        sub: Some(arithmetic::sub),
        mul: Some(arithmetic::mul),
        rem: Some(arithmetic::rem),
        divmod: Some(arithmetic::divmod),
        pow: Some(arithmetic::pow),
        neg: Some(arithmetic::neg),
        pos: Some(arithmetic::exact),
        abs: Some(arithmetic::abs),
        bool: Some(arithmetic::truth),
        invert: Some(arithmetic::invert),
        lshift: Some(arithmetic::lshift),
        rshift: Some(arithmetic::rshift),
        and: Some(arithmetic::and),
        xor: Some(arithmetic::xor),
        or: Some(arithmetic::or),
        int: Some(arithmetic::exact),
        float: Some(to_float),
        index: Some(arithmetic::exact),
        floordiv: Some(arithmetic::floordiv),
        truediv: Some(arithmetic::truediv),
        ..Slots::EMPTY
    };
    types.core(&INT, slots, &methods::DEFS, methods::DOC);
    let bool_slots = Slots {
        repr: Some(bool_repr),
        new: Some(bool_new),
        invert: Some(bool_invert),
        and: Some(arithmetic::and),
        or: Some(arithmetic::or),
        xor: Some(arithmetic::xor),
        ..Slots::EMPTY
    };
    types.core(&BOOL, bool_slots, &taipan_object::TypeDefs::NONE, methods::BOOL_DOC);
}
