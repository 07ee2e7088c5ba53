//! `dict`: the type. What a dictionary is and how it is searched is in `taipan_object::dict`.

pub mod iter;
mod methods;
pub mod views;

use taipan_macros::natives;
use taipan_object::dict::{self, DICT, Dict, Duplicates};
use taipan_object::{Args, CompareOp, Cx, Obj, R, Slots, Type, TypeDefs, Value, exc, names, ops};

use crate::Types;
use crate::support::{TextBuilder, at_most_one};

const DOC: &str = "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)";

const SLOTS: Slots = Slots {
    repr: Some(repr),
    compare: Some(compare),
    iter: Some(iter::keys_of),
    init: Some(init),
    new: Some(new),
    or: Some(or),
    ior: Some(ior),
    len: Some(len),
    getitem: Some(getitem),
    setitem: Some(setitem),
    contains: Some(contains),
    ..Slots::EMPTY
};

static DEFS: TypeDefs = TypeDefs {
    methods: natives![
        methods::__contains__,
        methods::__getitem__,
        methods::__sizeof__,
        methods::get,
        methods::setdefault,
        methods::pop,
        methods::popitem,
        methods::keys,
        methods::items,
        methods::values,
        methods::update,
        methods::fromkeys,
        methods::clear,
        methods::copy,
        methods::__reversed__,
        methods::__class_getitem__,
    ],
    ..TypeDefs::NONE
};

pub fn install(types: &mut Types) {
    types.core(&DICT, SLOTS, &DEFS, DOC);
    types.add([
        &views::DICT_KEYS,
        &views::DICT_VALUES,
        &views::DICT_ITEMS,
        &iter::DICT_KEY_ITERATOR,
        &iter::DICT_VALUE_ITERATOR,
        &iter::DICT_ITEM_ITERATOR,
        &iter::DICT_REVERSE_KEY_ITERATOR,
        &iter::DICT_REVERSE_VALUE_ITERATOR,
        &iter::DICT_REVERSE_ITEM_ITERATOR,
    ]);
}

/// The dictionary of a receiver, whose type the caller has checked.
pub(crate) fn receiver<'a>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<Dict>> {
    match this.as_dict() {
        Some(dict) => Ok(dict),
        None => {
            let message = format!("expected dict, got '{}'", this.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

fn new(cx: &mut Cx, ty: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(ty, Dict::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    update_from_args(cx, this, args, "dict")
}

/// What `dict(…)` and `dict.update(…)` do with their arguments.
fn update_from_args(cx: &mut Cx, this: &Value, args: Args<'_>, name: &str) -> R<()> {
    let source = at_most_one(cx, args, name)?;
    let dict = receiver(cx, this)?;
    if let Some(source) = source {
        update(cx, dict, source)?;
    }
    for (key, value) in args.keywords() {
        dict::set_str(cx, dict, key, value.clone())?;
    }
    Ok(())
}

/// Whether going through `value` by its entries is the same as by its `keys` method.
fn is_plain(cx: &Cx, value: &Value) -> bool {
    let ty = value.ty(cx);
    ty.is(&DICT)
        || ty.slots().iter.is_some_and(|f| std::ptr::fn_addr_eq(f, iter::keys_of as fn(&mut Cx, &Value) -> R))
}

/// `dict.update(source)`: from a dictionary, a mapping (an object with `keys`) or pairs.
pub fn update(cx: &mut Cx, dict: &Obj<Dict>, source: &Value) -> R<()> {
    if let Some(other) = source.as_dict() {
        if is_plain(cx, source) {
            return dict::merge(cx, dict, other, true);
        }
        return update_from_mapping(cx, dict, source, Duplicates::Replace);
    }
    match ops::getattr_opt(cx, source, &names::keys)? {
        Some(_) => update_from_mapping(cx, dict, source, Duplicates::Replace),
        None => update_from_pairs(cx, dict, source),
    }
}

/// Adds the entries of a dictionary or of any other mapping: `{**source}` and `f(**source)`. TypeError
/// from the `keys` attribute's absence passes as AttributeError, which callers word as they need.
pub fn merge_mapping(cx: &mut Cx, dict: &Obj<Dict>, source: &Value, duplicates: Duplicates) -> R<()> {
    if let Some(other) = source.as_dict()
        && is_plain(cx, source)
    {
        return dict::merge_with(cx, dict, other, duplicates);
    }
    update_from_mapping(cx, dict, source, duplicates)
}

fn update_from_mapping(cx: &mut Cx, dict: &Obj<Dict>, source: &Value, duplicates: Duplicates) -> R<()> {
    let keys = ops::call_method(cx, source, &names::keys, &[])?;
    ops::for_each(cx, &keys, |cx, key| {
        let hash = dict::hash_of(cx, &key)?;
        let known = duplicates != Duplicates::Replace && dict::find(cx, dict, &key, hash)?.is_some();
        match duplicates {
            Duplicates::Raise if known => return Err(cx.key_error(&key)),
            Duplicates::Keep if known => return Ok(true),
            _ => {}
        }
        let value = ops::getitem(cx, source, &key)?;
        dict::set_with_hash(cx, dict, key, hash, value)?;
        Ok(true)
    })
}

fn update_from_pairs(cx: &mut Cx, dict: &Obj<Dict>, source: &Value) -> R<()> {
    let mut index = 0usize;
    ops::for_each(cx, source, |cx, item| {
        let iterable = item.ty(cx).slots().iter.is_some() || ops::is_sequence(cx, &item);
        let pair = match iterable {
            true => ops::collect(cx, &item),
            false => Err(cx.type_error("object is not iterable")),
        };
        let pair = match pair {
            Err(raised) if cx.raised_is(&raised, &exc::TYPE_ERROR) => {
                let error = cx.take_raised(raised);
                let note =
                    format!("Cannot convert dictionary update sequence element #{index} to a sequence");
                let note = cx.str(&note);
                let add_note = cx.intern("add_note");
                ops::call_method(cx, &error, &add_note, &[note])?;
                return Err(cx.raise_value(error));
            }
            pair => pair?,
        };
        let found = pair.len();
        let Ok([key, value]) = <[Value; 2]>::try_from(pair) else {
            return Err(cx.value_error(format!(
                "dictionary update sequence element #{index} has length {found}; 2 is required"
            )));
        };
        dict::set(cx, dict, key, value)?;
        index += 1;
        Ok(true)
    })
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let dict = receiver(cx, this)?;
    if dict::len(cx, dict) == 0 {
        return Ok(cx.str("{}"));
    }
    if !cx.repr_enter(this) {
        return Ok(cx.str("{...}"));
    }
    let text = repr_entries(cx, dict);
    cx.repr_leave(this);
    Ok(text?.finish(cx).into_value())
}

fn repr_entries(cx: &mut Cx, dict: &Obj<Dict>) -> R<TextBuilder> {
    let mut text = TextBuilder::default();
    text.push("{");
    let mut position = 0;
    let mut first = true;
    while let Some((key, value)) = dict::entry_at(cx, dict, &mut position) {
        let (key, value) = (key.clone(), value.clone());
        if !first {
            text.push(", ");
        }
        first = false;
        text.push_repr(cx, &key)?;
        text.push(": ");
        text.push_repr(cx, &value)?;
    }
    text.push("}");
    Ok(text)
}

fn compare(cx: &mut Cx, this: &Value, other: &Value, op: CompareOp) -> R {
    let (Some(a), Some(b)) = (this.as_dict(), other.as_dict()) else { return Ok(Value::not_implemented()) };
    match op {
        CompareOp::Eq => Ok(Value::bool(equal(cx, a, b)?)),
        CompareOp::Ne => Ok(Value::bool(!equal(cx, a, b)?)),
        _ => Ok(Value::not_implemented()),
    }
}

fn equal(cx: &mut Cx, a: &Obj<Dict>, b: &Obj<Dict>) -> R<bool> {
    if dict::len(cx, a) != dict::len(cx, b) {
        return Ok(false);
    }
    let mut position = 0;
    while let Some((key, value, hash)) = dict::next_entry(cx, a, &mut position) {
        let (key, value) = (key.clone(), value.clone());
        match dict::get_with_hash(cx, b, &key, hash)? {
            None => return Ok(false),
            Some(other) => {
                if !ops::equal(cx, &other, &value)? {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

fn or(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (Some(left), Some(_)) = (a.as_dict(), b.as_dict()) else { return Ok(Value::not_implemented()) };
    let made = dict::copy(cx, left)?;
    update(cx, &made, b)?;
    Ok(made.into_value())
}

fn ior(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let dict = receiver(cx, a)?;
    update(cx, dict, b)?;
    Ok(a.clone())
}

fn len(cx: &mut Cx, this: &Value) -> R<usize> {
    let dict = receiver(cx, this)?;
    Ok(dict::len(cx, dict))
}

fn getitem(cx: &mut Cx, this: &Value, key: &Value) -> R {
    let dict = receiver(cx, this)?;
    if let Some(value) = dict::get(cx, dict, key)? {
        return Ok(value);
    }
    if !this.is_instance_exact(&DICT)
        && let Some(value) = ops::call_special(cx, this, &names::__missing__, std::slice::from_ref(key))?
    {
        return Ok(value);
    }
    Err(cx.key_error(key))
}

fn setitem(cx: &mut Cx, this: &Value, key: &Value, value: Option<&Value>) -> R<()> {
    let dict = receiver(cx, this)?;
    match value {
        Some(value) => dict::set(cx, dict, key.clone(), value.clone()),
        None => match dict::remove(cx, dict, key)? {
            Some(_) => Ok(()),
            None => Err(cx.key_error(key)),
        },
    }
}

fn contains(cx: &mut Cx, this: &Value, key: &Value) -> R<bool> {
    let dict = receiver(cx, this)?;
    dict::contains(cx, dict, key)
}

/// KeyError with a text, as `popitem` raises it.
pub(crate) fn key_error_text(cx: &mut Cx, text: &str) -> taipan_object::Raised {
    cx.raise(&exc::KEY_ERROR, text)
}
