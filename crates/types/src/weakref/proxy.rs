//! Weak proxies: every operation goes to the referent; ReferenceError once it is gone.

use taipan_macros::{native, natives};
use taipan_object::ops::BinaryOp;
use taipan_object::weakref::{as_proxy, referent};
use taipan_object::{Args, CompareOp, Cx, R, Slots, TypeDefs, Value, exc, names, ops};

pub(super) static DEFS: TypeDefs = TypeDefs { methods: natives![__bytes__, __reversed__], ..TypeDefs::NONE };

/// The referent of a proxy; any other value itself.
fn unwrap(cx: &mut Cx, value: &Value) -> R {
    if as_proxy(value).is_none() {
        return Ok(value.clone());
    }
    match referent(cx, value) {
        Some(value) => Ok(value),
        None => Err(cx.raise(&exc::REFERENCE_ERROR, "weakly-referenced object no longer exists")),
    }
}

fn binary(cx: &mut Cx, op: BinaryOp, a: &Value, b: &Value) -> R {
    let (a, b) = (unwrap(cx, a)?, unwrap(cx, b)?);
    ops::binary(cx, op, &a, &b)
}

fn inplace(cx: &mut Cx, op: BinaryOp, a: &Value, b: &Value) -> R {
    let (a, b) = (unwrap(cx, a)?, unwrap(cx, b)?);
    ops::inplace(cx, op, &a, &b)
}

fn power(cx: &mut Cx, a: &Value, b: &Value, c: &Value) -> R {
    let (a, b, c) = (unwrap(cx, a)?, unwrap(cx, b)?, unwrap(cx, c)?);
    ops::power(cx, &a, &b, &c)
}

fn inplace_power(cx: &mut Cx, a: &Value, b: &Value, _c: &Value) -> R {
    inplace(cx, BinaryOp::Pow, a, b)
}

fn unary(cx: &mut Cx, this: &Value, f: fn(&mut Cx, &Value) -> R) -> R {
    let this = unwrap(cx, this)?;
    f(cx, &this)
}

/// `int` or `float` of the referent.
fn convert(cx: &mut Cx, this: &Value, builtin: &str) -> R {
    let this = unwrap(cx, this)?;
    let class = crate::support::builtin(cx, builtin)?;
    ops::call(cx, &class, &[this])
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let this = unwrap(cx, this)?;
    ops::call_args(cx, &this, args)
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (a, b) = (unwrap(cx, a)?, unwrap(cx, b)?);
    ops::compare(cx, &a, &b, op)
}

fn setitem(cx: &mut Cx, this: &Value, key: &Value, value: Option<&Value>) -> R<()> {
    let this = unwrap(cx, this)?;
    match value {
        Some(value) => ops::setitem(cx, &this, key, value),
        None => ops::delitem(cx, &this, key),
    }
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let this = unwrap(cx, this)?;
    if this.ty(cx).slots().next.is_none() {
        let message = format!("Weakref proxy referenced a non-iterator '{}' object", this.type_name(cx));
        return Err(cx.type_error(message));
    }
    ops::next(cx, &this)
}

pub(super) const SLOTS: Slots = Slots {
    repr: Some(|cx, this| super::describe(cx, "weakproxy", this, false)),
    str: Some(|cx, this| {
        let this = unwrap(cx, this)?;
        ops::str_of(cx, &this).map(Into::into)
    }),
    getattr: Some(|cx, this, name| {
        let this = unwrap(cx, this)?;
        ops::getattr(cx, &this, name)
    }),
    setattr: Some(|cx, this, name, value| {
        let this = unwrap(cx, this)?;
        match value {
            Some(value) => ops::setattr(cx, &this, name, value),
            None => ops::delattr(cx, &this, name),
        }
    }),
    compare: Some(compare),
    iter: Some(|cx, this| unary(cx, this, ops::iter)),
    next: Some(next),
    add: Some(|cx, a, b| binary(cx, BinaryOp::Add, a, b)),
    sub: Some(|cx, a, b| binary(cx, BinaryOp::Sub, a, b)),
    mul: Some(|cx, a, b| binary(cx, BinaryOp::Mul, a, b)),
    rem: Some(|cx, a, b| binary(cx, BinaryOp::Rem, a, b)),
    divmod: Some(|cx, a, b| {
        let (a, b) = (unwrap(cx, a)?, unwrap(cx, b)?);
        ops::divmod(cx, &a, &b)
    }),
    pow: Some(power),
    neg: Some(|cx, this| unary(cx, this, ops::neg)),
    pos: Some(|cx, this| unary(cx, this, ops::pos)),
    abs: Some(|cx, this| unary(cx, this, ops::abs)),
    invert: Some(|cx, this| unary(cx, this, ops::invert)),
    bool: Some(|cx, this| {
        let this = unwrap(cx, this)?;
        ops::truth(cx, &this)
    }),
    lshift: Some(|cx, a, b| binary(cx, BinaryOp::LShift, a, b)),
    rshift: Some(|cx, a, b| binary(cx, BinaryOp::RShift, a, b)),
    and: Some(|cx, a, b| binary(cx, BinaryOp::And, a, b)),
    xor: Some(|cx, a, b| binary(cx, BinaryOp::Xor, a, b)),
    or: Some(|cx, a, b| binary(cx, BinaryOp::Or, a, b)),
    int: Some(|cx, this| convert(cx, this, "int")),
    float: Some(|cx, this| convert(cx, this, "float")),
    index: Some(|cx, this| unary(cx, this, taipan_object::int::index)),
    floordiv: Some(|cx, a, b| binary(cx, BinaryOp::FloorDiv, a, b)),
    truediv: Some(|cx, a, b| binary(cx, BinaryOp::TrueDiv, a, b)),
    matmul: Some(|cx, a, b| binary(cx, BinaryOp::MatMul, a, b)),
    iadd: Some(|cx, a, b| inplace(cx, BinaryOp::Add, a, b)),
    isub: Some(|cx, a, b| inplace(cx, BinaryOp::Sub, a, b)),
    imul: Some(|cx, a, b| inplace(cx, BinaryOp::Mul, a, b)),
    irem: Some(|cx, a, b| inplace(cx, BinaryOp::Rem, a, b)),
    ipow: Some(inplace_power),
    ilshift: Some(|cx, a, b| inplace(cx, BinaryOp::LShift, a, b)),
    irshift: Some(|cx, a, b| inplace(cx, BinaryOp::RShift, a, b)),
    iand: Some(|cx, a, b| inplace(cx, BinaryOp::And, a, b)),
    ixor: Some(|cx, a, b| inplace(cx, BinaryOp::Xor, a, b)),
    ior: Some(|cx, a, b| inplace(cx, BinaryOp::Or, a, b)),
    ifloordiv: Some(|cx, a, b| inplace(cx, BinaryOp::FloorDiv, a, b)),
    itruediv: Some(|cx, a, b| inplace(cx, BinaryOp::TrueDiv, a, b)),
    imatmul: Some(|cx, a, b| inplace(cx, BinaryOp::MatMul, a, b)),
    len: Some(|cx, this| {
        let this = unwrap(cx, this)?;
        ops::len(cx, &this)
    }),
    getitem: Some(|cx, this, key| {
        let this = unwrap(cx, this)?;
        ops::getitem(cx, &this, key)
    }),
    setitem: Some(setitem),
    contains: Some(|cx, this, item| {
        let this = unwrap(cx, this)?;
        ops::contains(cx, &this, item)
    }),
    ..Slots::EMPTY
};

pub(super) const CALLABLE_SLOTS: Slots = Slots { call: Some(call), ..SLOTS };

#[native("ProxyType.__bytes__($self, /)")]
fn __bytes__(cx: &mut Cx, this: &Value) -> R {
    let this = unwrap(cx, this)?;
    ops::call_method(cx, &this, &names::__bytes__, &[])
}

#[native("ProxyType.__reversed__($self, /)")]
fn __reversed__(cx: &mut Cx, this: &Value) -> R {
    let this = unwrap(cx, this)?;
    ops::call_method(cx, &this, &names::__reversed__, &[])
}
