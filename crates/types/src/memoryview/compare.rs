//! Comparison: equal where shape and values are, whatever the formats.

use taipan_object::buffer::{self, BufferRequest};
use taipan_object::{CompareOp, Cx, R, Value, ops};

use super::{Layout, check, items, this, to_vec};

pub fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let Ok(view) = this(cx, a) else { return Ok(Value::not_implemented()) };
    let answer = |equal: bool| Ok(Value::bool(equal == (op == CompareOp::Eq)));
    let released = |cx: &mut Cx, value: &Value| match this(cx, value) {
        Ok(view) => match check(cx, view) {
            Ok(()) => false,
            Err(raised) => {
                drop(cx.take_raised(raised));
                true
            }
        },
        Err(raised) => {
            drop(cx.take_raised(raised));
            false
        }
    };
    if released(cx, a) || released(cx, b) {
        return answer(a.is(b));
    }
    if !buffer::supports(cx, b) {
        return Ok(Value::not_implemented());
    }
    let lent = match buffer::get(cx, b, BufferRequest::FULL_RO) {
        Ok(lent) => lent,
        Err(raised) => {
            drop(cx.take_raised(raised));
            return Ok(Value::not_implemented());
        }
    };
    let (mine, other) = (view.get(cx).layout.clone(), Layout::of_buffer(&lent));
    if mine.shape != other.shape {
        return answer(false);
    }
    let (left, right) = (to_vec(cx, view), lent.to_vec(cx));
    drop(lent);
    let equal = equal_items(cx, (&mine, &left), (&other, &right))?;
    answer(equal)
}

fn equal_items(cx: &mut Cx, left: (&Layout, &[u8]), right: (&Layout, &[u8])) -> R<bool> {
    let (a, b) = (items::native(&left.0.format), items::native(&right.0.format));
    if let (Some((x, _)), Some((y, _))) = (a, b)
        && x == y
        && !matches!(x, b'e' | b'f' | b'd' | b'?')
    {
        return Ok(left.1 == right.1);
    }
    let unpackers = (Unpacker::new(cx, &left.0.format)?, Unpacker::new(cx, &right.0.format)?);
    let (Some(first), Some(second)) = unpackers else { return Ok(false) };
    let sides =
        left.1.chunks_exact(left.0.itemsize.max(1)).zip(right.1.chunks_exact(right.0.itemsize.max(1)));
    for (x, y) in sides {
        let (Some(x), Some(y)) = (first.unpack(cx, x)?, second.unpack(cx, y)?) else { return Ok(false) };
        if !ops::equal(cx, &x, &y)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How the items of a format become values: natively, or by the module `struct`.
enum Unpacker {
    Native(u8),
    Struct(Value),
}

impl Unpacker {
    /// `None` where nobody can read the format.
    fn new(cx: &mut Cx, format: &str) -> R<Option<Unpacker>> {
        if let Some((c, _)) = items::native(format) {
            return Ok(Some(Unpacker::Native(c)));
        }
        let import = cx.interp().runtime.import;
        let format = cx.str(format);
        let made = import(cx, "struct").and_then(|module| {
            let name = cx.intern("Struct");
            let made = ops::call_method(cx, &module, &name, &[format])?;
            ops::getattr_str(cx, &made, "unpack")
        });
        match made {
            Ok(unpack) => Ok(Some(Unpacker::Struct(unpack))),
            Err(raised) => {
                drop(cx.take_raised(raised));
                Ok(None)
            }
        }
    }

    fn unpack(&self, cx: &mut Cx, item: &[u8]) -> R<Option<Value>> {
        match self {
            Unpacker::Native(c) => Ok(Some(items::unpack(cx, *c, item))),
            Unpacker::Struct(unpack) => {
                let item = cx.bytes(item);
                match ops::call(cx, unpack, &[item]) {
                    // One item stands for itself, as natively.
                    Ok(values) => Ok(Some(match values.cast::<taipan_object::Tuple>().map(|t| t.items()) {
                        Some([one]) => one.clone(),
                        _ => values,
                    })),
                    Err(raised) => {
                        drop(cx.take_raised(raised));
                        Ok(None)
                    }
                }
            }
        }
    }
}
