//! `_operator`: the operators as functions, and the getters.

mod getters;

use taipan_macros::{native, natives};
use taipan_object::ops::BinaryOp;
use taipan_object::{Args, CompareOp, Cx, NativeDef, R, Value, buffer, exc, int, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

macro_rules! binary {
    ($($name:ident $inplace:ident $op:ident $sig:literal $sig_in:literal $doc:literal $doc_in:literal;)*) => { $(
        #[doc = $doc]
        #[native($sig)]
        fn $name(cx: &mut Cx, a: &Value, b: &Value) -> R {
            ops::binary(cx, BinaryOp::$op, a, b)
        }
        #[doc = $doc_in]
        #[native($sig_in)]
        fn $inplace(cx: &mut Cx, a: &Value, b: &Value) -> R {
            ops::inplace(cx, BinaryOp::$op, a, b)
        }
    )* };
}

binary! {
    add iadd Add "add(a, b, /)" "iadd(a, b, /)" "Same as a + b." "Same as a += b.";
    sub isub Sub "sub(a, b, /)" "isub(a, b, /)" "Same as a - b." "Same as a -= b.";
    mul imul Mul "mul(a, b, /)" "imul(a, b, /)" "Same as a * b." "Same as a *= b.";
    matmul imatmul MatMul "matmul(a, b, /)" "imatmul(a, b, /)" "Same as a @ b." "Same as a @= b.";
    floordiv ifloordiv FloorDiv "floordiv(a, b, /)" "ifloordiv(a, b, /)" "Same as a // b." "Same as a //= b.";
    truediv itruediv TrueDiv "truediv(a, b, /)" "itruediv(a, b, /)" "Same as a / b." "Same as a /= b.";
    modulo imodulo Rem "mod(a, b, /)" "imod(a, b, /)" "Same as a % b." "Same as a %= b.";
    lshift ilshift LShift "lshift(a, b, /)" "ilshift(a, b, /)" "Same as a << b." "Same as a <<= b.";
    rshift irshift RShift "rshift(a, b, /)" "irshift(a, b, /)" "Same as a >> b." "Same as a >>= b.";
    and_ iand And "and_(a, b, /)" "iand(a, b, /)" "Same as a & b." "Same as a &= b.";
    xor ixor Xor "xor(a, b, /)" "ixor(a, b, /)" "Same as a ^ b." "Same as a ^= b.";
    or_ ior Or "or_(a, b, /)" "ior(a, b, /)" "Same as a | b." "Same as a |= b.";
    pow ipow Pow "pow(a, b, /)" "ipow(a, b, /)" "Same as a ** b." "Same as a **= b.";
}

macro_rules! unary {
    ($($name:ident $f:ident $sig:literal $doc:literal;)*) => { $(
        #[doc = $doc]
        #[native($sig)]
        fn $name(cx: &mut Cx, a: &Value) -> R {
            ops::$f(cx, a)
        }
    )* };
}

unary! {
    neg neg "neg(a, /)" "Same as -a.";
    pos pos "pos(a, /)" "Same as +a.";
    abs abs "abs(a, /)" "Same as abs(a).";
    inv invert "inv(a, /)" "Same as ~a.";
    invert invert "invert(a, /)" "Same as ~a.";
}

macro_rules! comparison {
    ($($name:ident $op:ident $sig:literal $doc:literal;)*) => { $(
        #[doc = $doc]
        #[native($sig)]
        fn $name(cx: &mut Cx, a: &Value, b: &Value) -> R {
            ops::compare(cx, a, b, CompareOp::$op)
        }
    )* };
}

comparison! {
    lt Lt "lt(a, b, /)" "Same as a < b.";
    le Le "le(a, b, /)" "Same as a <= b.";
    eq Eq "eq(a, b, /)" "Same as a == b.";
    ne Ne "ne(a, b, /)" "Same as a != b.";
    gt Gt "gt(a, b, /)" "Same as a > b.";
    ge Ge "ge(a, b, /)" "Same as a >= b.";
}

/// Return True if a is true, False otherwise.
#[native("truth(a, /)")]
fn truth(cx: &mut Cx, a: &Value) -> R<bool> {
    ops::truth(cx, a)
}

/// Same as not a.
#[native("not_(a, /)")]
fn not_(cx: &mut Cx, a: &Value) -> R<bool> {
    ops::truth(cx, a).map(|b| !b)
}

/// Same as a is b.
#[native("is_(a, b, /)")]
fn is_(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    let _ = cx;
    Ok(a.is(b))
}

/// Same as a is not b.
#[native("is_not(a, b, /)")]
fn is_not(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    let _ = cx;
    Ok(!a.is(b))
}

/// Same as a is None.
#[native("is_none(a, /)")]
fn is_none(cx: &mut Cx, a: &Value) -> R<bool> {
    let _ = cx;
    Ok(a.is_none())
}

/// Same as a is not None.
#[native("is_not_none(a, /)")]
fn is_not_none(cx: &mut Cx, a: &Value) -> R<bool> {
    let _ = cx;
    Ok(!a.is_none())
}

/// Same as a.__index__()
#[native("index(a, /)")]
fn index(cx: &mut Cx, a: &Value) -> R {
    int::index(cx, a)
}

/// Same as b in a (note reversed operands).
#[native("contains(a, b, /)")]
fn contains(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    ops::contains(cx, a, b)
}

/// Same as a[b].
#[native("getitem(a, b, /)")]
fn getitem(cx: &mut Cx, a: &Value, b: &Value) -> R {
    ops::getitem(cx, a, b)
}

/// Same as a[b] = c.
#[native("setitem(a, b, c, /)")]
fn setitem(cx: &mut Cx, a: &Value, b: &Value, c: &Value) -> R<()> {
    ops::setitem(cx, a, b, c)
}

/// Same as del a[b].
#[native("delitem(a, b, /)")]
fn delitem(cx: &mut Cx, a: &Value, b: &Value) -> R<()> {
    ops::delitem(cx, a, b)
}

fn sequence(cx: &mut Cx, a: &Value) -> R<()> {
    if a.ty(cx).slots().concat.is_some() || ops::is_sequence(cx, a) {
        return Ok(());
    }
    let message = format!("'{}' object can't be concatenated", a.type_name(cx));
    Err(cx.type_error(message))
}

/// Same as a + b, for a and b sequences.
#[native("concat(a, b, /)")]
fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    sequence(cx, a)?;
    ops::binary(cx, BinaryOp::Add, a, b)
}

/// Same as a += b, for a and b sequences.
#[native("iconcat(a, b, /)")]
fn iconcat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    sequence(cx, a)?;
    ops::inplace(cx, BinaryOp::Add, a, b)
}

/// Same as obj(*args, **kwargs).
#[native("call(obj, /, *args, **kwargs)")]
fn call(cx: &mut Cx, args: Args<'_>) -> R {
    match args.split_first() {
        Some((function, rest)) => ops::call_args(cx, function, rest),
        None => Err(cx.type_error("call expected at least 1 argument, got 0")),
    }
}

/// The iterator of a container, for the searching functions.
fn iterator(cx: &mut Cx, a: &Value) -> R {
    match ops::iter(cx, a) {
        Ok(iterator) => Ok(iterator),
        Err(raised) => {
            cx.catch(raised, &exc::TYPE_ERROR)?;
            let message = format!("argument of type '{}' is not iterable", a.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Return the number of items in a which are, or which equal, b.
#[native("countOf(a, b, /)")]
fn count_of(cx: &mut Cx, a: &Value, b: &Value) -> R<usize> {
    let iterator = iterator(cx, a)?;
    let mut n = 0;
    while let Some(item) = ops::next(cx, &iterator)? {
        n += usize::from(ops::equal(cx, &item, b)?);
    }
    Ok(n)
}

/// Return the first index of b in a.
#[native("indexOf(a, b, /)")]
fn index_of(cx: &mut Cx, a: &Value, b: &Value) -> R<usize> {
    let iterator = iterator(cx, a)?;
    let mut i = 0;
    while let Some(item) = ops::next(cx, &iterator)? {
        if ops::equal(cx, &item, b)? {
            return Ok(i);
        }
        i += 1;
    }
    Err(cx.value_error("sequence.index(x): x not in sequence"))
}

/// Return an estimate of the number of items in obj.
///
/// This is useful for presizing containers when building from an iterable.
///
/// If the object supports len(), the result will be exact.
/// Otherwise, it may over- or under-estimate by an arbitrary amount.
/// The result will be an integer >= 0.
#[native("length_hint(obj, default=0, /)")]
fn length_hint(cx: &mut Cx, obj: &Value, default: i64) -> R<i64> {
    Ok(ops::length_hint_opt(cx, obj)?.map_or(default, |n| n as i64))
}

/// Return 'a == b'.
///
/// This function uses an approach designed to prevent
/// timing analysis, making it appropriate for cryptography.
///
/// a and b must both be of the same type: either str (ASCII only),
/// or any bytes-like object.
#[native("_compare_digest(a, b, /)")]
fn compare_digest(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    let (left, right) = match (a.as_str(), b.as_str()) {
        (Some(x), Some(y)) => match (x.as_ascii(), y.as_ascii()) {
            (Some(x), Some(y)) => (x.as_bytes().to_vec(), y.as_bytes().to_vec()),
            _ => {
                return Err(cx.type_error("comparing strings with non-ASCII characters is not supported"));
            }
        },
        _ => {
            let left = buffer::bytes_like(cx, a)?.to_vec(cx);
            (left, buffer::bytes_like(cx, b)?.to_vec(cx))
        }
    };
    // Looks at all of the second one, whatever the first is like.
    let other = if left.len() == right.len() { &left } else { &right };
    let differs = right.iter().zip(other).fold(0u8, |d, (x, y)| std::hint::black_box(d | (x ^ y)));
    Ok(differs == 0 && left.len() == right.len())
}

static FUNCTIONS: &[&NativeDef] = natives![
    truth,
    contains,
    index_of,
    count_of,
    is_,
    is_not,
    is_none,
    is_not_none,
    add,
    sub,
    mul,
    matmul,
    floordiv,
    truediv,
    modulo,
    neg,
    pos,
    abs,
    inv,
    invert,
    lshift,
    rshift,
    not_,
    and_,
    xor,
    or_,
    iadd,
    isub,
    imul,
    imatmul,
    ifloordiv,
    itruediv,
    imodulo,
    ilshift,
    irshift,
    iand,
    ixor,
    ior,
    concat,
    iconcat,
    getitem,
    setitem,
    delitem,
    pow,
    ipow,
    index,
    eq,
    ne,
    lt,
    le,
    gt,
    ge,
    call,
    length_hint,
    compare_digest
];

fn types(types: &mut Types) {
    types.add([&getters::ITEM_GETTER, &getters::ATTR_GETTER, &getters::METHOD_CALLER]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "itemgetter", getters::ITEM_GETTER.to_value())?;
    set(cx, module, "attrgetter", getters::ATTR_GETTER.to_value())?;
    set(cx, module, "methodcaller", getters::METHOD_CALLER.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    doc: Some(
        "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.  The function names are those\nused for special methods; variants without leading and trailing\n'__' are also provided for convenience.",
    ),
    functions: FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
