//! Methods and attributes of `memoryview`.

use taipan_macros::{native, natives};
use taipan_object::buffer::BufferRequest;
use taipan_object::{Cx, GetSetDef, NativeDef, Obj, R, Tuple, Value, exc, int, ops};

use super::access::item_at;
use super::{
    Layout, MOST_DIMENSIONS, MemoryView, c_strides, check, items, live, release as release_view, this,
    to_vec, view_of,
};
use crate::bytes::algorithms;
use crate::bytes::shared::hex_separator;
use crate::list::{List, new_list};

pub fn hash(cx: &mut Cx, value: &Value) -> R<i64> {
    let view = this(cx, value)?;
    if let Some(known) = view.get(cx).hash.get() {
        return Ok(known);
    }
    let owner = live(cx, view)?;
    let layout = &view.get(cx).layout;
    if !layout.readonly {
        return Err(cx.value_error("cannot hash writable memoryview object"));
    }
    if !items::native(&layout.format).is_some_and(|(c, _)| items::is_byte(c)) {
        return Err(cx.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    // What lends the memory must be hashable itself.
    if let Some(exporter) = owner.get(cx).buffer.as_ref().map(|b| b.owner().clone()) {
        // Its `__hash__` may be Python code, which must not release the view meanwhile.
        let exports = |cx: &Cx, by: isize| {
            let exports = &view.get(cx).exports;
            exports.set(exports.get().saturating_add_signed(by));
        };
        exports(cx, 1);
        let hashed = ops::hash(cx, &exporter);
        exports(cx, -1);
        hashed?;
    }
    check(cx, view)?;
    let bytes = to_vec(cx, view);
    let hash = cx.new_bytes(&bytes).hash_value();
    view.get(cx).hash.set(Some(hash));
    Ok(hash)
}

/// Release the underlying buffer exposed by the memoryview object.
#[native("memoryview.release($self, /)")]
fn release(cx: &mut Cx, this: &Obj<MemoryView>) -> R<()> {
    release_view(cx, this)
}

#[native("memoryview.__enter__($self, /)")]
fn enter(cx: &mut Cx, this: &Obj<MemoryView>) -> R {
    check(cx, this)?;
    Ok(this.to_value())
}

/// Release the underlying buffer exposed by the memoryview object.
#[native("memoryview.__exit__($self, /, *exc_info)")]
fn exit(cx: &mut Cx, this: &Obj<MemoryView>, _exc_info: &[Value]) -> R<()> {
    release_view(cx, this)
}

/// Release the buffer object that exposes the underlying memory of the object.
#[native("memoryview.__release_buffer__($self, buffer, /)")]
fn release_buffer(cx: &mut Cx, this: &Value, buffer: &Value) -> R<()> {
    release_by_owner(cx, this, buffer)
}

/// `exporter.__release_buffer__(view)`: releases a view of the exporter.
pub fn release_by_owner(cx: &mut Cx, exporter: &Value, buffer: &Value) -> R<()> {
    let Some(view) = buffer.cast::<MemoryView>() else {
        return Err(cx.type_error("expected a memoryview object"));
    };
    let Some(managed) = view.get(cx).managed.clone() else {
        return Err(cx.value_error("memoryview's buffer has already been released"));
    };
    let own = managed.get(cx).buffer.as_ref().is_some_and(|b| b.owner().is(exporter));
    drop(managed);
    if !own {
        return Err(cx.value_error("memoryview's buffer is not this object"));
    }
    release_view(cx, view)
}

/// Return the data in the buffer as a byte string.
///
/// Order can be {'C', 'F', 'A'}.  When order is 'C' or 'F', the data of
/// the original array is converted to C or Fortran order.  For
/// contiguous views, 'A' returns an exact copy of the physical memory.
/// In particular, in-memory Fortran order is preserved.  For
/// non-contiguous views, the data is converted to C first.  order=None
/// is the same as order='C'.
#[native("memoryview.tobytes($self, /, order='C')")]
fn tobytes(cx: &mut Cx, this: &Obj<MemoryView>, order: Option<&Value>) -> R {
    check(cx, this)?;
    let fortran = match order.filter(|o| !o.is_none()) {
        None => false,
        Some(order) => {
            let Some(s) = order.as_str() else {
                let message =
                    format!("tobytes() argument 'order' must be str or None, not {}", order.type_name(cx));
                return Err(cx.type_error(message));
            };
            let layout = &this.get(cx).layout;
            if s.eq_str("F") {
                true
            } else if s.eq_str("C") {
                false
            } else if s.eq_str("A") {
                layout.is_f_contiguous() && !layout.is_c_contiguous()
            } else {
                return Err(cx.value_error("order must be 'C', 'F' or 'A'"));
            }
        }
    };
    if !fortran {
        let bytes = to_vec(cx, this);
        return Ok(cx.bytes(&bytes));
    }
    // The first dimension fastest: walk the dimensions in reverse.
    let mut layout = this.get(cx).layout.clone();
    layout.shape.reverse();
    layout.strides.reverse();
    let mut out = Vec::with_capacity(layout.len);
    layout.each_item(&mut |at| {
        // SAFETY: shape and strides reach items of the loan only.
        out.extend_from_slice(unsafe { std::slice::from_raw_parts(at, layout.itemsize) });
        true
    });
    Ok(cx.bytes(&out))
}

/// Return the data in the buffer as a str of hexadecimal numbers.
///
///   sep
///     An optional single character or byte to separate hex bytes.
///   bytes_per_sep
///     How many bytes between separators.  Positive values count from
///     the right, negative values count from the left.
///
/// Example:
/// >>> value = memoryview(b'\xb9\x01\xef')
/// >>> value.hex()
/// 'b901ef'
/// >>> value.hex(':')
/// 'b9:01:ef'
/// >>> value.hex(':', 2)
/// 'b9:01ef'
/// >>> value.hex(':', -2)
/// 'b901:ef'
#[native("memoryview.hex($self, /, sep=?, bytes_per_sep=1)")]
fn hex(cx: &mut Cx, this: &Obj<MemoryView>, sep: Option<&Value>, bytes_per_sep: i32) -> R {
    check(cx, this)?;
    // The view cannot be released while the separator is asked for its size.
    let held = super::lend(cx, &this.to_value(), BufferRequest::FULL_RO)?;
    let separator = hex_separator(cx, sep, bytes_per_sep)?;
    drop(held);
    let out = algorithms::to_hex(&to_vec(cx, this), separator);
    Ok(crate::str::unit::make(cx, &out))
}

/// Return the data in the buffer as a list of elements.
#[native("memoryview.tolist($self, /)")]
fn tolist(cx: &mut Cx, this: &Obj<MemoryView>) -> R {
    check(cx, this)?;
    let layout = this.get(cx).layout.clone();
    nested(cx, this, &layout.shape, &layout.strides, layout.data)
}

fn nested(cx: &mut Cx, view: &Obj<MemoryView>, shape: &[usize], strides: &[isize], at: *mut u8) -> R {
    match (shape.split_first(), strides.split_first()) {
        (Some((&n, shape)), Some((&stride, strides))) => {
            let mut items = Vec::with_capacity(n.min(1 << 20));
            for i in 0..n {
                items.push(nested(cx, view, shape, strides, at.wrapping_offset(i as isize * stride))?);
            }
            Ok(new_list(cx, items).into_value())
        }
        _ => item_at(cx, view, at),
    }
}

/// Return a readonly version of the memoryview.
#[native("memoryview.toreadonly($self, /)")]
fn toreadonly(cx: &mut Cx, this: &Obj<MemoryView>) -> R {
    let managed = live(cx, this)?;
    let layout = Layout { readonly: true, ..this.get(cx).layout.clone() };
    Ok(view_of(cx, managed, layout))
}

/// The shape argument of `cast`.
fn shape_argument(cx: &mut Cx, shape: &Value) -> R<Vec<usize>> {
    let items = match (shape.cast::<Tuple>(), shape.cast::<List>()) {
        (Some(tuple), _) => tuple.items().to_vec(),
        (_, Some(list)) => list.get(cx).items.clone(),
        _ => return Err(cx.type_error("shape must be a list or a tuple")),
    };
    if items.len() > MOST_DIMENSIONS {
        return Err(cx.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        if item.as_int().is_none() {
            return Err(cx.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        let n = int::index_i64(cx, &item)?;
        if n <= 0 {
            return Err(cx.value_error("memoryview.cast(): elements of shape must be integers > 0"));
        }
        out.push(n as usize);
    }
    Ok(out)
}

/// Cast a memoryview to a new format or shape.
#[native("memoryview.cast($self, /, format, shape=?)")]
fn cast(cx: &mut Cx, this: &Obj<MemoryView>, format: &Value, shape: Option<&Value>) -> R {
    let Some(format) = format.as_str() else {
        let given = crate::str::given_type(cx, format).into_owned();
        return Err(cx.type_error(format!("cast() argument 'format' must be str, not {given}")));
    };
    let format = format.to_string_lossy().into_owned();
    check(cx, this)?;
    if !this.get(cx).layout.is_c_contiguous() {
        return Err(cx.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let dimensions = this.get(cx).layout.shape.len();
    let shape = match shape {
        None => None,
        Some(shape) => {
            let is_shape = shape.cast::<Tuple>().is_some() || shape.cast::<List>().is_some();
            if is_shape && dimensions != 1 {
                let given = ops::len(cx, shape)?;
                if given != 1 {
                    return Err(cx.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
                }
            }
            Some(shape_argument(cx, shape)?)
        }
    };
    check(cx, this)?;
    let managed = live(cx, this)?;
    let mut layout = this.get(cx).layout.clone();
    let Some((from, _)) = items::native(&layout.format) else {
        return Err(cx.value_error(
            "memoryview: source format must be a native single character format prefixed with an optional '@'",
        ));
    };
    let Some((to, size)) = items::native(&format) else {
        return Err(cx.value_error(
            "memoryview: destination format must be a native single character format prefixed with an optional '@'",
        ));
    };
    if !items::is_byte(from) && !items::is_byte(to) {
        return Err(cx.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    if !layout.len.is_multiple_of(size) {
        return Err(cx.type_error("memoryview: length is not a multiple of itemsize"));
    }
    layout.itemsize = size;
    layout.format = format.into();
    layout.shape = match shape {
        None => vec![layout.len / size],
        Some(shape) => {
            let product = shape.iter().try_fold(size, |product, n| product.checked_mul(*n));
            if product.is_none_or(|p| p > isize::MAX as usize) {
                return Err(cx.value_error("memoryview.cast(): product(shape) > SSIZE_MAX"));
            }
            if product != Some(layout.len) {
                return Err(cx.type_error("memoryview: product(shape) * itemsize != buffer size"));
            }
            shape
        }
    };
    layout.strides = c_strides(&layout.shape, size);
    Ok(view_of(cx, managed, layout))
}

/// Create a new memoryview object which references the given object.
#[native("memoryview._from_flags($type, /, object, flags)")]
fn from_flags(cx: &mut Cx, _class: &Value, object: &Value, flags: i32) -> R {
    super::from_object(cx, object, flags.into())
}

/// Count the number of occurrences of a value.
#[native("memoryview.count($self, value, /)")]
fn count(cx: &mut Cx, this: &Value, value: &Value) -> R<i64> {
    let mut n = 0;
    ops::for_each(cx, this, |cx, item| {
        n += i64::from(ops::equal(cx, &item, value)?);
        Ok(true)
    })?;
    Ok(n)
}

/// Return the index of the first occurrence of a value.
///
/// Raises ValueError if the value is not present.
#[native("memoryview.index($self, value, start=0, stop=sys.maxsize, /)")]
fn index(
    cx: &mut Cx,
    this: &Obj<MemoryView>,
    value: &Value,
    start: Option<&Value>,
    stop: Option<&Value>,
) -> R<usize> {
    check(cx, this)?;
    let n = match this.get(cx).layout.shape[..] {
        [] => return Err(cx.type_error("invalid lookup on 0-dim memory")),
        [n] => n,
        _ => return Err(cx.raise(&exc::NOT_IMPLEMENTED_ERROR, "multi-dimensional lookup is not implemented")),
    };
    let (start, stop) = crate::sequence::search_bounds(cx, start, stop, n)?;
    for i in start..stop.min(n) {
        check(cx, this)?;
        let layout = &this.get(cx).layout;
        let stride = layout.strides.first().copied().unwrap_or(0);
        let at = layout.data.wrapping_offset(i as isize * stride);
        let item = item_at(cx, this, at)?;
        if ops::equal(cx, &item, value)? {
            return Ok(i);
        }
    }
    Err(cx.value_error("memoryview.index(x): x not found"))
}

/// memoryviews are generic over the type of their underlying data
#[native("memoryview.__class_getitem__($type, object, /)")]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::support::class_getitem(cx, class, object)
}

pub static METHODS: &[&NativeDef] = natives![
    release,
    tobytes,
    hex,
    tolist,
    cast,
    toreadonly,
    from_flags,
    count,
    index,
    enter,
    exit,
    release_buffer,
    class_getitem
];

/// An attribute of a view that was not released.
fn attribute(cx: &mut Cx, value: &Value, get: impl FnOnce(&mut Cx, &Layout) -> Value) -> R {
    let view = this(cx, value)?;
    check(cx, view)?;
    let layout = view.get(cx).layout.clone();
    Ok(get(cx, &layout))
}

fn numbers(cx: &mut Cx, values: impl Iterator<Item = i64>) -> Value {
    let items: Vec<Value> = values.map(|n| cx.int(n)).collect();
    cx.tuple(items).into_value()
}

macro_rules! attributes {
    ($($name:literal $doc:literal $get:expr;)*) => {
        /// The attributes.
        pub static GETSET: &[GetSetDef] = &[
            GetSetDef {
                name: "obj",
                doc: Some("The underlying object of the memoryview."),
                get: Some(|cx, value| {
                    let view = this(cx, value)?;
                    let managed = live(cx, view)?;
                    let owner = managed.get(cx).buffer.as_ref().map(|b| b.owner().clone());
                    Ok(owner.unwrap_or_else(Value::none))
                }),
                set: None,
            },
            $(GetSetDef { name: $name, doc: Some($doc), get: Some(|cx, value| attribute(cx, value, $get)), set: None },)*
        ];
    };
}

attributes! {
    "nbytes" "The amount of space in bytes that the array would use in\n a contiguous representation." |cx, l| cx.int(l.len as i64);
    "readonly" "A bool indicating whether the memory is read only." |_, l| Value::bool(l.readonly);
    "itemsize" "The size in bytes of each element of the memoryview." |cx, l| cx.int(l.itemsize as i64);
    "format" "A string containing the format (in struct module style)\n for each element in the view." |cx, l| cx.str(&l.format);
    "ndim" "An integer indicating how many dimensions of a multi-dimensional\n array the memory represents." |cx, l| cx.int(l.shape.len() as i64);
    "shape" "A tuple of ndim integers giving the shape of the memory\n as an N-dimensional array." |cx, l| numbers(cx, l.shape.iter().map(|&n| n as i64));
    "strides" "A tuple of ndim integers giving the size in bytes to access\n each element for each dimension of the array." |cx, l| numbers(cx, l.strides.iter().map(|&n| n as i64));
    "suboffsets" "A tuple of integers used internally for PIL-style arrays." |cx, _| numbers(cx, std::iter::empty());
    "c_contiguous" "A bool indicating whether the memory is C contiguous." |_, l| Value::bool(l.is_c_contiguous());
    "f_contiguous" "A bool indicating whether the memory is Fortran contiguous." |_, l| Value::bool(l.is_f_contiguous());
    "contiguous" "A bool indicating whether the memory is contiguous." |_, l| Value::bool(l.is_c_contiguous() || l.is_f_contiguous());
}
