//! `array`: sequences of numbers or characters, packed as C has them.

mod iterator;
mod pickle;

use taipan_macros::{native, natives};
use taipan_object::buffer::{Buffer, BufferRequest};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, IntRef, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value, buffer,
    exc, flags, int, names, ops,
};
use taipan_types::Types;
use taipan_types::list::{List, new_list};
use taipan_types::module::{ModuleDef, set};
use taipan_types::sequence;
use taipan_types::support::{TextBuilder, no_keywords_in_new};

use crate::structs::{Code, unpack_item};

const TYPECODES: &str = "bBuwhHiIlLqQfd";

/// The payload: items as bytes in the machine's order. While `exports` are out the bytes stay in place.
pub struct Array {
    code: u8,
    data: Vec<u8>,
    exports: usize,
}
taipan_object::plain_data!(Array);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for Array {
    const TYPE: &'static Obj<Type> = &ARRAY;
}

pub static ARRAY: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Array>("array.array")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE | flags::SEQUENCE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            compare: Some(compare),
            len: Some(|cx, v| this(cx, v).map(|a| a.get(cx).len())),
            getitem: Some(getitem),
            setitem: Some(setitem),
            iter: Some(iterator::iter),
            buffer: Some(lend),
            concat: Some(concat),
            repeat: Some(repeat),
            iconcat: Some(iconcat),
            irepeat: Some(irepeat),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                append, buffer_info, byteswap, clear, count, extend, frombytes, fromfile, fromlist, fromunicode, index,
                insert, pop, remove, reverse, tobytes, tofile, tolist, tounicode, copy, deepcopy, pickle::reduce_ex, sizeof, class_getitem
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value, which must be a list,\nstring or iterable over elements of the appropriate type."),
);

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "typecode",
        doc: Some("the typecode character used to create the array"),
        get: Some(|cx, v| {
            let code = this(cx, v)?.get(cx).code;
            Ok(cx.str_from_char(code.into()))
        }),
        set: None,
    },
    GetSetDef {
        name: "itemsize",
        doc: Some("the size, in bytes, of one array item"),
        get: Some(|cx, v| Ok(Value::small_int(item_size(this(cx, v)?.get(cx).code) as i32))),
        set: None,
    },
];

const fn item_size(code: u8) -> usize {
    match code {
        b'b' | b'B' => 1,
        b'h' | b'H' => 2,
        b'i' | b'I' | b'f' | b'u' | b'w' => 4,
        _ => 8,
    }
}

impl Array {
    fn len(&self) -> usize {
        self.data.len() / item_size(self.code)
    }

    fn is_text(&self) -> bool {
        matches!(self.code, b'u' | b'w')
    }

    fn item(&self, i: usize) -> Option<Vec<u8>> {
        let size = item_size(self.code);
        self.data.get(i.checked_mul(size)?..)?.get(..size).map(<[u8]>::to_vec)
    }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Array>> {
    match value.cast::<Array>() {
        Some(array) => Ok(array),
        None => Err(cx.type_error("an array is required")),
    }
}

/// The array, to be changed in size: BufferError while its memory is lent.
fn resizable<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Array>> {
    let array = this(cx, value)?;
    if array.get(cx).exports > 0 {
        return Err(cx.raise(&exc::BUFFER_ERROR, "cannot resize an array that is exporting buffers"));
    }
    Ok(array)
}

/// The item of its bytes; ValueError for what is no character.
fn decode(cx: &mut Cx, code: u8, bytes: &[u8]) -> R {
    if matches!(code, b'u' | b'w') {
        let mut raw = [0; 4];
        raw.copy_from_slice(&bytes[..4]);
        let character = u32::from_ne_bytes(raw);
        if character > 0x10_FFFF {
            return Err(cx.value_error("chr() arg not in range(0x110000)"));
        }
        return Ok(cx.str_from_char(character));
    }
    let code = Code { letter: code, size: item_size(code) as u8, big_endian: cfg!(target_endian = "big") };
    Ok(unpack_item(cx, code, 1, bytes))
}

#[cold]
fn range_error(cx: &mut Cx, code: u8, negative: bool) -> Raised {
    let (kind, huge) = match code {
        b'b' => ("signed char", ""),
        b'B' => ("unsigned byte integer", ""),
        b'h' => ("signed short integer", ""),
        b'H' => ("unsigned short", ""),
        b'i' => ("signed integer", ""),
        b'I' if !negative => ("unsigned int", ""),
        b'I' | b'L' if negative => ("", "can't convert negative value to unsigned int"),
        b'l' => ("", "Python int too large to convert to C long"),
        b'L' => ("", "Python int too large to convert to C unsigned long"),
        b'Q' if negative => ("", "can't convert negative int to unsigned"),
        _ => ("", "int too big to convert"),
    };
    if kind.is_empty() {
        return cx.overflow_error(huge);
    }
    let bound = if negative { "less than minimum" } else { "greater than maximum" };
    cx.overflow_error(format!("{kind} is {bound}"))
}

/// The bytes of an item.
fn encode(cx: &mut Cx, code: u8, value: &Value) -> R<Vec<u8>> {
    match code {
        b'f' | b'd' => {
            let f = taipan_object::float::to_f64(cx, value)?;
            return Ok(if code == b'f' {
                (f as f32).to_ne_bytes().to_vec()
            } else {
                f.to_ne_bytes().to_vec()
            });
        }
        b'u' | b'w' => {
            let Some(text) = value.as_str() else {
                let message = format!("array item must be a unicode character, not {}", value.type_name(cx));
                return Err(cx.type_error(message));
            };
            return match (text.len(), text.char_at(0)) {
                (1, Some(c)) => Ok(c.to_ne_bytes().to_vec()),
                (n, _) => Err(cx.type_error(format!(
                    "array item must be a unicode character, not a string of length {n}"
                ))),
            };
        }
        _ => {}
    }
    let exact = int::index(cx, value)?;
    let Some(number) = exact.as_int() else { return Err(cx.type_error("an integer is required")) };
    let size = item_size(code);
    let bits = size as u32 * 8;
    let negative = number.is_negative();
    let word: Option<u64> = if code.is_ascii_lowercase() {
        number
            .to_i64()
            .filter(|&i| bits == 64 || (-(1i64 << (bits - 1))..1i64 << (bits - 1)).contains(&i))
            .map(|i| i as u64)
    } else {
        match number {
            IntRef::Small(i) => u64::try_from(i).ok(),
            IntRef::Big(b) => u64::try_from(b).ok(),
        }
        .filter(|&u| bits == 64 || u < 1u64 << bits)
    };
    match word {
        Some(word) if cfg!(target_endian = "big") => Ok(word.to_be_bytes()[8 - size..].to_vec()),
        Some(word) => Ok(word.to_le_bytes()[..size].to_vec()),
        None => Err(range_error(cx, code, negative)),
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &ARRAY, args)?;
    let given = args.pos();
    let Some(code) = given.first() else {
        return Err(cx.type_error("array() takes at least 1 argument (0 given)"));
    };
    if given.len() > 2 {
        return Err(cx.type_error(format!("array() takes at most 2 arguments ({} given)", given.len())));
    }
    let letter = match code.as_str() {
        None => {
            let message =
                format!("array() argument 1 must be a unicode character, not {}", code.type_name(cx));
            return Err(cx.type_error(message));
        }
        Some(text) if text.len() != 1 => {
            let n = text.len();
            return Err(cx.type_error(format!(
                "array() argument 1 must be a unicode character, not a string of length {n}"
            )));
        }
        Some(text) => text.char_at(0).and_then(|c| u8::try_from(c).ok()).unwrap_or(0),
    };
    let initial = given.get(1);
    let is_text = matches!(letter, b'u' | b'w');
    if let Some(value) = initial.filter(|_| !is_text) {
        if value.as_str().is_some() {
            let message =
                format!("cannot use a str to initialize an array with typecode '{}'", letter as char);
            return Err(cx.type_error(message));
        }
        if value.cast::<Array>().is_some_and(|a| a.get(cx).is_text()) {
            let message = format!(
                "cannot use a unicode array to initialize an array with typecode '{}'",
                letter as char
            );
            return Err(cx.type_error(message));
        }
    }
    if !TYPECODES.as_bytes().contains(&letter) {
        return Err(cx.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"));
    }
    if letter == b'u' {
        let message = "The 'u' type code is deprecated and will be removed in Python 3.16";
        let warn = cx.interp().runtime.warn;
        warn(cx, &exc::DEPRECATION_WARNING, message, 1)?;
    }
    let made = cx.new_instance(class, Array { code: letter, data: Vec::new(), exports: 0 }).into_value();
    let Some(value) = initial else { return Ok(made) };
    if let Some(text) = value.as_str() {
        let data = text.chars().flat_map(u32::to_ne_bytes).collect();
        this(cx, &made)?.get_mut(cx).data = data;
    } else if value.as_bytes().is_some() || &*value.type_name(cx) == "bytearray" {
        add_bytes(cx, &made, value)?;
    } else {
        add_items(cx, &made, value)?;
    }
    Ok(made)
}

fn add_bytes(cx: &mut Cx, array: &Value, value: &Value) -> R<()> {
    let bytes = buffer::bytes_like(cx, value)?.to_vec(cx);
    let array = resizable(cx, array)?;
    if bytes.len() % item_size(array.get(cx).code) != 0 {
        return Err(cx.value_error("bytes length not a multiple of item size"));
    }
    let data = &mut array.get_mut(cx).data;
    if data.try_reserve(bytes.len()).is_err() {
        return Err(cx.memory_error());
    }
    data.extend_from_slice(&bytes);
    Ok(())
}

fn add_item(cx: &mut Cx, array: &Value, item: &Value) -> R<()> {
    let code = this(cx, array)?.get(cx).code;
    let bytes = encode(cx, code, item)?;
    let data = &mut resizable(cx, array)?.get_mut(cx).data;
    if data.try_reserve(bytes.len()).is_err() {
        return Err(cx.memory_error());
    }
    data.extend_from_slice(&bytes);
    Ok(())
}

fn add_items(cx: &mut Cx, array: &Value, iterable: &Value) -> R<()> {
    if let Some(other) = iterable.cast::<Array>()
        && other.get(cx).code == this(cx, array)?.get(cx).code
    {
        let data = other.get(cx).data.clone();
        resizable(cx, array)?.get_mut(cx).data.extend_from_slice(&data);
        return Ok(());
    }
    ops::for_each(cx, iterable, |cx, item| add_item(cx, array, &item).map(|()| true))
}

fn values(cx: &mut Cx, array: &Obj<Array>) -> R<Vec<Value>> {
    let (code, data) = (array.get(cx).code, array.get(cx).data.clone());
    data.chunks_exact(item_size(code)).map(|bytes| decode(cx, code, bytes)).collect()
}

/// The characters as text; ValueError for what is no character.
fn text_of(cx: &mut Cx, array: &Obj<Array>) -> R {
    let points: Vec<u32> =
        array.get(cx).data.chunks_exact(4).map(|b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
    if let Some(&wrong) = points.iter().find(|&&c| c > 0x10_FFFF) {
        let message = format!("character U+{wrong:x} is not in range [U+0000; U+10ffff]");
        return Err(cx.value_error(message));
    }
    Ok(cx.str_from_code_points(&points).into_value())
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let array = this(cx, value)?;
    let (code, empty, is_text) = (array.get(cx).code, array.get(cx).len() == 0, array.get(cx).is_text());
    let mut text = TextBuilder::default();
    let name = value.ty(cx).name().into_owned();
    text.push(&format!("{name}('{}'", code as char));
    if !empty {
        text.push(", ");
        let shown = if is_text {
            text_of(cx, array)?
        } else {
            let items = values(cx, array)?;
            new_list(cx, items).into_value()
        };
        text.push_repr(cx, &shown)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn get_item(cx: &mut Cx, array: &Obj<Array>, i: usize) -> R<Option<Value>> {
    let (code, bytes) = (array.get(cx).code, array.get(cx).item(i));
    bytes.map(|bytes| decode(cx, code, &bytes)).transpose()
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Array>(), b.cast::<Array>()) else {
        return Ok(Value::not_implemented());
    };
    let (left, right) = (values(cx, x)?, values(cx, y)?);
    let (left, right) = (new_list(cx, left).into_value(), new_list(cx, right).into_value());
    ops::compare(cx, &left, &right, op)
}

/// The items that a slice selects, as a list would give them.
fn selected(cx: &mut Cx, array: &Obj<Array>, key: &Value) -> R<Vec<usize>> {
    let n = array.get(cx).len();
    let places: Vec<Value> = (0..n).map(|i| cx.int(i as i64)).collect();
    let list = new_list(cx, places).into_value();
    let chosen = ops::getitem(cx, &list, key)?;
    let chosen = chosen.cast::<List>().map(|l| l.get(cx).items.clone()).unwrap_or_default();
    Ok(chosen.iter().filter_map(|v| v.as_int()?.to_i64()).map(|i| i as usize).collect())
}

fn is_slice(cx: &Cx, key: &Value) -> bool {
    &*key.type_name(cx) == "slice"
}

fn place(cx: &mut Cx, array: &Obj<Array>, key: &Value, message: &str) -> R<usize> {
    if key.ty(cx).slots().index.is_none() {
        return Err(cx.type_error("array indices must be integers"));
    }
    let i = int::index_clamped(cx, key)?;
    match sequence::position(i, array.get(cx).len()) {
        Some(i) => Ok(i),
        None => Err(cx.index_error(message)),
    }
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let array = this(cx, value)?;
    if is_slice(cx, key) {
        let chosen = selected(cx, array, key)?;
        let state = array.get(cx);
        let data = chosen.iter().filter_map(|&i| state.item(i)).flatten().collect();
        let code = state.code;
        return Ok(cx.new_object(Array { code, data, exports: 0 }).into_value());
    }
    let i = place(cx, array, key, "array index out of range")?;
    Ok(get_item(cx, array, i)?.unwrap_or_else(Value::none))
}

fn setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let array = this(cx, value)?;
    if is_slice(cx, key) {
        return set_slice(cx, value, key, new);
    }
    let i = place(cx, array, key, "array assignment index out of range")?;
    let code = array.get(cx).code;
    let size = item_size(code);
    match new {
        Some(new) => {
            let bytes = encode(cx, code, new)?;
            // The conversion may have made the array shorter.
            match array.get_mut(cx).data.get_mut(i * size..(i + 1) * size) {
                Some(slot) => slot.copy_from_slice(&bytes),
                None => return Err(cx.index_error("array assignment index out of range")),
            }
        }
        None => {
            let data = &mut resizable(cx, value)?.get_mut(cx).data;
            if (i + 1) * size <= data.len() {
                data.drain(i * size..(i + 1) * size);
            }
        }
    }
    Ok(())
}

/// Through a list of the items, whose rules for slices are the same.
fn set_slice(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let array = this(cx, value)?;
    let code = array.get(cx).code;
    let items = values(cx, array)?;
    let list = new_list(cx, items).into_value();
    match new {
        None => ops::delitem(cx, &list, key)?,
        Some(new) => {
            let Some(other) = new.cast::<Array>() else {
                let message = format!("can only assign array (not \"{}\") to array slice", new.type_name(cx));
                return Err(cx.type_error(message));
            };
            if other.get(cx).code != code {
                return Err(cx.type_error("bad argument type for built-in operation"));
            }
            let items = values(cx, other)?;
            let items = new_list(cx, items).into_value();
            ops::setitem(cx, &list, key, &items)?;
        }
    }
    let items = list.cast::<List>().map(|l| l.get(cx).items.clone()).unwrap_or_default();
    let mut data = Vec::with_capacity(items.len() * item_size(code));
    for item in &items {
        data.extend(encode(cx, code, item)?);
    }
    if data.len() != array.get(cx).data.len() {
        resizable(cx, value)?.get_mut(cx).data = data;
    } else {
        array.get_mut(cx).data.copy_from_slice(&data);
    }
    Ok(())
}

fn lend(cx: &mut Cx, value: &Value, _request: BufferRequest) -> R<Buffer> {
    let array = this(cx, value)?;
    let state = array.get_mut(cx);
    state.exports += 1;
    let (code, size, len) = (state.code, item_size(state.code), state.data.len());
    let data = state.data.as_mut_ptr();
    let format = match code {
        b'u' | b'w' => "w".to_owned(),
        code => (code as char).to_string(),
    };
    // SAFETY: while an export is out the vector is neither resized nor dropped: `owner` keeps the array alive.
    Ok(unsafe {
        Buffer::new(
            value,
            data,
            len,
            false,
            format.into(),
            size,
            vec![len / size],
            vec![size as isize],
            Some(give_back),
        )
    })
}

fn give_back(owner: &Value) {
    if let Some(array) = owner.cast::<Array>() {
        // SAFETY: the interpreter's thread holds the token; only the counter is touched.
        unsafe { (*array.payload_ptr()).exports -= 1 };
    }
}

fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let x = this(cx, a)?;
    let Some(y) = b.cast::<Array>() else {
        let message = format!("can only append array (not \"{}\") to array", b.type_name(cx));
        return Err(cx.type_error(message));
    };
    let code = x.get(cx).code;
    if code != y.get(cx).code {
        return Err(cx.type_error("bad argument type for built-in operation"));
    }
    let mut data = x.get(cx).data.clone();
    data.extend_from_slice(&y.get(cx).data);
    Ok(cx.new_object(Array { code, data, exports: 0 }).into_value())
}

/// The items `n` times over; MemoryError where that is too much.
fn repeated(cx: &mut Cx, a: &Value, n: i64) -> R<Vec<u8>> {
    let data = this(cx, a)?.get(cx).data.clone();
    let n = n.max(0) as usize;
    let mut all = Vec::new();
    match data.len().checked_mul(n) {
        Some(total) if all.try_reserve_exact(total).is_ok() => {}
        _ => return Err(cx.memory_error()),
    }
    if !data.is_empty() {
        for _ in 0..n {
            all.extend_from_slice(&data);
        }
    }
    Ok(all)
}

fn repeat(cx: &mut Cx, a: &Value, n: i64) -> R {
    let data = repeated(cx, a, n)?;
    let code = this(cx, a)?.get(cx).code;
    Ok(cx.new_object(Array { code, data, exports: 0 }).into_value())
}

fn irepeat(cx: &mut Cx, a: &Value, n: i64) -> R {
    let data = repeated(cx, a, n)?;
    if data.len() != this(cx, a)?.get(cx).data.len() {
        resizable(cx, a)?.get_mut(cx).data = data;
    }
    Ok(a.clone())
}

fn iconcat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if b.cast::<Array>().is_none() {
        let message = format!("can only extend array with array (not \"{}\")", b.type_name(cx));
        return Err(cx.type_error(message));
    }
    extend(cx, a, b)?;
    Ok(a.clone())
}

/// Append new value v to the end of the array.
#[native("array.array.append($self, v, /)")]
fn append(cx: &mut Cx, this: &Value, v: &Value) -> R<()> {
    add_item(cx, this, v)
}

/// Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.
#[native("array.array.buffer_info($self, /)")]
fn buffer_info(cx: &mut Cx, this: &Obj<Array>) -> R {
    let (address, n) = (this.get(cx).data.as_ptr() as u64, this.get(cx).len());
    let (address, n) = (cx.int_from_u64(address), cx.int(n as i64));
    Ok(cx.tuple_value([address, n]))
}

/// Byteswap all items of the array.
#[native("array.array.byteswap($self, /)")]
fn byteswap(cx: &mut Cx, this: &Obj<Array>) -> R<()> {
    let state = this.get_mut(cx);
    let size = item_size(state.code);
    state.data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(())
}

/// Remove all items from the array.
#[native("array.array.clear($self, /)")]
fn clear(cx: &mut Cx, this: &Value) -> R<()> {
    resizable(cx, this)?.get_mut(cx).data.clear();
    Ok(())
}

/// Return number of occurrences of v in the array.
#[native("array.array.count($self, v, /)")]
fn count(cx: &mut Cx, this: &Obj<Array>, v: &Value) -> R<usize> {
    let mut n = 0;
    for item in values(cx, this)? {
        n += usize::from(ops::equal(cx, &item, v)?);
    }
    Ok(n)
}

/// Append items to the end of the array.
#[native("array.array.extend($self, bb, /)")]
fn extend(cx: &mut Cx, array: &Value, bb: &Value) -> R<()> {
    if let Some(other) = bb.cast::<Array>()
        && other.get(cx).code != this(cx, array)?.get(cx).code
    {
        return Err(cx.type_error("can only extend with array of same kind"));
    }
    add_items(cx, array, bb)
}

/// Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.
#[native("array.array.frombytes($self, buffer, /)")]
fn frombytes(cx: &mut Cx, this: &Value, buffer: &Value) -> R<()> {
    add_bytes(cx, this, buffer)
}

/// Read n objects from the file object f and append them to the end of the array.
#[native("array.array.fromfile($self, f, n, /)")]
fn fromfile(cx: &mut Cx, array: &Value, f: &Value, n: i64) -> R<()> {
    if n < 0 {
        return Err(cx.value_error("negative count"));
    }
    let size = item_size(this(cx, array)?.get(cx).code) as i64;
    let Some(length) = n.checked_mul(size) else { return Err(cx.memory_error()) };
    let length = cx.int(length);
    let read = ops::call_method(cx, f, &names::read, std::slice::from_ref(&length))?;
    let Some(bytes) = read.as_bytes() else {
        return Err(cx.type_error("read() didn't return bytes"));
    };
    let got = bytes.len() as i64;
    // What was read stays, also where it is less than asked for.
    add_bytes(cx, array, &read)?;
    if length.word().as_int() != Some(got) {
        return Err(cx.raise(&exc::EOF_ERROR, "read() didn't return enough bytes"));
    }
    Ok(())
}

/// Write all items (as machine values) to the file object f.
#[native("array.array.tofile($self, f, /)")]
fn tofile(cx: &mut Cx, this: &Obj<Array>, f: &Value) -> R<()> {
    const BLOCK: usize = 64 * 1024;
    let mut from = 0;
    while let Some(rest) = this.get(cx).data.get(from..).filter(|rest| !rest.is_empty()) {
        let block = rest[..rest.len().min(BLOCK)].to_vec();
        from += block.len();
        let block = cx.bytes(&block);
        ops::call_method(cx, f, &names::write, &[block])?;
    }
    Ok(())
}

/// Append items to array from list.
#[native("array.array.fromlist($self, list, /)")]
fn fromlist(cx: &mut Cx, array: &Value, list: &Value) -> R<()> {
    let Some(items) = list.cast::<List>().map(|l| l.get(cx).items.clone()) else {
        return Err(cx.type_error("arg must be list"));
    };
    let before = this(cx, array)?.get(cx).data.len();
    for item in &items {
        if let Err(raised) = add_item(cx, array, item) {
            // Nothing of the list stays.
            this(cx, array)?.get_mut(cx).data.truncate(before);
            return Err(raised);
        }
    }
    Ok(())
}

/// Extends this array with data from the unicode string ustr.
#[native("array.array.fromunicode($self, ustr, /)")]
fn fromunicode(cx: &mut Cx, array: &Value, ustr: &Value) -> R<()> {
    if !this(cx, array)?.get(cx).is_text() {
        return Err(cx.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    let Some(text) = ustr.as_str() else {
        let message = format!("fromunicode() argument must be str, not {}", ustr.type_name(cx));
        return Err(cx.type_error(message));
    };
    let data: Vec<u8> = text.chars().flat_map(u32::to_ne_bytes).collect();
    resizable(cx, array)?.get_mut(cx).data.extend(data);
    Ok(())
}

/// Extends this array with data from the unicode string ustr.
#[native("array.array.tounicode($self, /)")]
fn tounicode(cx: &mut Cx, this: &Obj<Array>) -> R {
    if !this.get(cx).is_text() {
        return Err(cx.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    text_of(cx, this)
}

fn find(cx: &mut Cx, array: &Obj<Array>, v: &Value, start: i64, stop: i64) -> R<Option<usize>> {
    let n = array.get(cx).len() as i64;
    let clamp = |i: i64| if i < 0 { (i + n).max(0) } else { i.min(n) };
    for i in clamp(start)..clamp(stop) {
        let Some(item) = get_item(cx, array, i as usize)? else { break };
        if ops::equal(cx, &item, v)? {
            return Ok(Some(i as usize));
        }
    }
    Ok(None)
}

/// Return index of first occurrence of v in the array.
///
/// Raise ValueError if the value is not present.
#[native("array.array.index($self, v, start=0, stop=9223372036854775807, /)")]
fn index(cx: &mut Cx, this: &Obj<Array>, v: &Value, start: i64, stop: i64) -> R<usize> {
    match find(cx, this, v, start, stop)? {
        Some(i) => Ok(i),
        None => Err(cx.value_error("array.index(x): x not in array")),
    }
}

/// Insert a new item v into the array before position i.
#[native("array.array.insert($self, i, v, /)")]
fn insert(cx: &mut Cx, array: &Value, i: i64, v: &Value) -> R<()> {
    let code = this(cx, array)?.get(cx).code;
    let bytes = encode(cx, code, v)?;
    let state = resizable(cx, array)?.get_mut(cx);
    let n = state.len() as i64;
    let at = if i < 0 { (i + n).max(0) } else { i.min(n) } as usize * item_size(code);
    state.data.splice(at..at, bytes);
    Ok(())
}

/// Return the i-th element and delete it from the array.
///
/// i defaults to -1.
#[native("array.array.pop($self, i=-1, /)")]
fn pop(cx: &mut Cx, array: &Value, i: i64) -> R {
    let object = this(cx, array)?;
    let n = object.get(cx).len();
    if n == 0 {
        return Err(cx.index_error("pop from empty array"));
    }
    let Some(i) = sequence::position(i, n) else { return Err(cx.index_error("pop index out of range")) };
    let item = get_item(cx, object, i)?.unwrap_or_else(Value::none);
    let state = resizable(cx, array)?.get_mut(cx);
    let size = item_size(state.code);
    state.data.drain(i * size..(i + 1) * size);
    Ok(item)
}

/// Remove the first occurrence of v in the array.
#[native("array.array.remove($self, v, /)")]
fn remove(cx: &mut Cx, array: &Value, v: &Value) -> R<()> {
    let object = this(cx, array)?;
    let Some(i) = find(cx, object, v, 0, i64::MAX)? else {
        return Err(cx.value_error("array.remove(x): x not in array"));
    };
    let state = resizable(cx, array)?.get_mut(cx);
    let size = item_size(state.code);
    if (i + 1) * size <= state.data.len() {
        state.data.drain(i * size..(i + 1) * size);
    }
    Ok(())
}

/// Reverse the order of the items in the array.
#[native("array.array.reverse($self, /)")]
fn reverse(cx: &mut Cx, this: &Obj<Array>) -> R<()> {
    let state = this.get_mut(cx);
    let size = item_size(state.code);
    state.data.reverse();
    state.data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(())
}

/// Convert the array to an array of machine values and return the bytes representation.
#[native("array.array.tobytes($self, /)")]
fn tobytes(cx: &mut Cx, this: &Obj<Array>) -> R {
    let data = this.get(cx).data.clone();
    Ok(cx.bytes(&data))
}

/// Convert array to an ordinary list with the same items.
#[native("array.array.tolist($self, /)")]
fn tolist(cx: &mut Cx, this: &Obj<Array>) -> R {
    let items = values(cx, this)?;
    Ok(new_list(cx, items).into_value())
}

fn duplicate(cx: &mut Cx, array: &Obj<Array>) -> Value {
    let (code, data) = (array.get(cx).code, array.get(cx).data.clone());
    cx.new_object(Array { code, data, exports: 0 }).into_value()
}

/// Return a copy of the array.
#[native("array.array.__copy__($self, /)")]
fn copy(cx: &mut Cx, this: &Obj<Array>) -> R {
    Ok(duplicate(cx, this))
}

/// Return a copy of the array.
#[native("array.array.__deepcopy__($self, unused, /)")]
fn deepcopy(cx: &mut Cx, this: &Obj<Array>, unused: &Value) -> R {
    let _ = unused;
    Ok(duplicate(cx, this))
}

/// Size of the array in memory, in bytes.
#[native("array.array.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Obj<Array>) -> R<usize> {
    Ok(ARRAY.basic_size() + this.get(cx).data.len())
}

/// See PEP 585
#[native("array.array.__class_getitem__($type, item, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, item: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, item)
}

fn types(types: &mut Types) {
    types.add([&ARRAY, &iterator::ARRAY_ITERATOR]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "array", ARRAY.to_value())?;
    set(cx, module, "ArrayType", ARRAY.to_value())?;
    let abc = (cx.interp().runtime.import)(cx, "collections.abc")?;
    let sequences = ops::getattr_str(cx, &abc, "MutableSequence")?;
    let register = cx.intern("register");
    ops::call_method(cx, &sequences, &register, &[ARRAY.to_value()])?;
    let codes = cx.str(TYPECODES);
    set(cx, module, "typecodes", codes)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "array",
    doc: Some(
        "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.  Arrays are sequence types and behave very much like lists,\nexcept that the type of objects stored in them is constrained.\n",
    ),
    functions: natives![pickle::reconstruct],
    types: Some(types),
    init: Some(init),
};
