//! `itemgetter`, `attrgetter`, `methodcaller`: calls kept as objects.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Handle, Obj, Payload, R, Slots, Str, Tuple, Type, TypeDefs, Value, ops,
};
use taipan_types::support::{TextBuilder, no_keywords_in_new};

use crate::support::unpack_args;

/// Declares one of the three types: payload, static, slots.
macro_rules! getter {
    ($payload:ident, $ty:ident, $name:literal, $new:ident, $call:ident, $repr:ident, $reduce:ident, $doc:literal) => {
        // SAFETY: instances of the type are `Obj` of this payload, and there are no subtypes; all values are traced.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }

        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &TYPE,
            Type::builtin::<$payload>($name)
                .base(&OBJECT)
                .with_slots(Slots {
                    new: Some($new),
                    call: Some($call),
                    repr: Some(|cx, this| guarded_repr(cx, this, $repr)),
                    ..Slots::EMPTY
                })
                .defs(&TypeDefs { methods: natives![$reduce], getset: CALL_SIGNATURE, ..TypeDefs::NONE })
                .doc($doc),
        );
    };
}

/// How the instances are called, for `inspect`.
static CALL_SIGNATURE: &[GetSetDef] = &[GetSetDef {
    name: "__text_signature__",
    doc: None,
    get: Some(|cx, _| Ok(cx.str("(obj, /)"))),
    set: None,
}];

/// The payload of `itemgetter`.
#[derive(Trace)]
pub struct ItemGetter {
    /// One or more keys.
    items: Handle<Tuple>,
}

getter!(
    ItemGetter,
    ITEM_GETTER,
    "operator.itemgetter",
    item_new,
    item_call,
    item_repr,
    item_reduce,
    "itemgetter(item, /, *items)\n--\n\nReturn a callable object that fetches the given item(s) from its operand.\nAfter f = itemgetter(2), the call f(r) returns r[2].\nAfter g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])"
);

/// The payload of `attrgetter`: the names as they were given, and each split at its dots.
#[derive(Trace)]
pub struct AttrGetter {
    names: Handle<Tuple>,
    paths: Vec<Vec<Handle<Str>>>,
}

getter!(
    AttrGetter,
    ATTR_GETTER,
    "operator.attrgetter",
    attr_new,
    attr_call,
    attr_repr,
    attr_reduce,
    "attrgetter(attr, /, *attrs)\n--\n\nReturn a callable object that fetches the given attribute(s) from its operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name.\nAfter g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\nAfter h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last)."
);

/// The payload of `methodcaller`.
#[derive(Trace)]
pub struct MethodCaller {
    name: Handle<Str>,
    /// Positional arguments, then the keywords' values.
    values: Vec<Value>,
    keywords: Option<Handle<Tuple>>,
}

getter!(
    MethodCaller,
    METHOD_CALLER,
    "operator.methodcaller",
    method_new,
    method_call,
    method_repr,
    method_reduce,
    "methodcaller(name, /, *args, **kwargs)\n--\n\nReturn a callable object that calls the given method on its operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name().\nAfter g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1)."
);

/// The one argument that a getter is called with.
fn operand<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<&'a Value> {
    match unpack_args(cx, args, name, 1, 1)? {
        [operand] => Ok(operand),
        _ => Err(cx.system_error("one argument expected")),
    }
}

/// Like the methods' receivers: the slot of a type is called with its instances only.
fn state<'a, T: Payload>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<T>> {
    match this.cast::<T>() {
        Some(object) => Ok(object),
        None => Err(cx.type_error(format!("a {} is required", T::TYPE.name()))),
    }
}

/// `first` alone, or all results as a tuple.
fn gathered(cx: &mut Cx, count: usize, mut get: impl FnMut(&mut Cx, usize) -> R) -> R {
    if count == 1 {
        return get(cx, 0);
    }
    let mut results = Vec::with_capacity(count);
    for i in 0..count {
        results.push(get(cx, i)?);
    }
    Ok(cx.tuple(results).into_value())
}

/// `name(parts)`, and the name with an ellipsis where the object contains itself.
fn guarded_repr(cx: &mut Cx, this: &Value, parts: fn(&mut Cx, &Value, &mut TextBuilder) -> R<()>) -> R {
    let name = this.ty(cx).full_name().into_owned();
    if !cx.repr_enter(this) {
        return Ok(cx.str(&format!("{name}(...)")));
    }
    let mut text = TextBuilder::default();
    text.push(&name);
    text.push("(");
    let result = parts(cx, this, &mut text);
    cx.repr_leave(this);
    result?;
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn push_reprs(cx: &mut Cx, text: &mut TextBuilder, values: &[Value]) -> R<()> {
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            text.push(", ");
        }
        text.push_repr(cx, value)?;
    }
    Ok(())
}

// ---- itemgetter

fn item_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &ITEM_GETTER, args)?;
    if args.pos().is_empty() {
        return Err(cx.type_error("itemgetter expected 1 argument, got 0"));
    }
    let items = cx.tuple(args.pos().to_vec());
    Ok(cx.new_instance(class, ItemGetter { items }).into_value())
}

fn item_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let object = operand(cx, args, "itemgetter")?;
    let items = state::<ItemGetter>(cx, this)?.get(cx).items.clone();
    gathered(cx, items.len(), |cx, i| ops::getitem(cx, object, &items.items()[i]))
}

fn item_repr(cx: &mut Cx, this: &Value, text: &mut TextBuilder) -> R<()> {
    let items = state::<ItemGetter>(cx, this)?.get(cx).items.clone();
    push_reprs(cx, text, items.items())
}

/// Return state information for pickling
#[native("itemgetter.__reduce__($self, /)")]
fn item_reduce(cx: &mut Cx, this: &Obj<ItemGetter>) -> R {
    let items = this.get(cx).items.to_value();
    Ok(cx.tuple_value([ITEM_GETTER.to_value(), items]))
}

// ---- attrgetter

fn attr_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, class, &ATTR_GETTER, args)?;
    if args.pos().is_empty() {
        return Err(cx.type_error("attrgetter expected 1 argument, got 0"));
    }
    let mut paths = Vec::with_capacity(args.pos().len());
    for name in args.pos() {
        let Some(text) = name.as_str() else { return Err(cx.type_error("attribute name must be a string")) };
        let points: Vec<u32> = text.chars().collect();
        let parts = points.split(|&c| c == u32::from('.'));
        paths.push(parts.map(|part| interned(cx, part)).collect());
    }
    let names = cx.tuple(args.pos().to_vec());
    Ok(cx.new_instance(class, AttrGetter { names, paths }).into_value())
}

fn interned(cx: &mut Cx, part: &[u32]) -> Handle<Str> {
    let made = cx.str_from_code_points(part);
    let value = cx.intern_value(made.to_value());
    value.as_str().map_or(made, |text| text.to_handle())
}

fn attr_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let object = operand(cx, args, "attrgetter")?;
    let getter = state::<AttrGetter>(cx, this)?;
    let count = getter.get(cx).paths.len();
    gathered(cx, count, |cx, i| {
        let mut found = object.clone();
        let mut step = 0;
        while let Some(name) = getter.get(cx).paths.get(i).and_then(|path| path.get(step)).cloned() {
            found = ops::getattr(cx, &found, &name)?;
            step += 1;
        }
        Ok(found)
    })
}

fn attr_repr(cx: &mut Cx, this: &Value, text: &mut TextBuilder) -> R<()> {
    let names = state::<AttrGetter>(cx, this)?.get(cx).names.clone();
    push_reprs(cx, text, names.items())
}

/// Return state information for pickling
#[native("attrgetter.__reduce__($self, /)")]
fn attr_reduce(cx: &mut Cx, this: &Obj<AttrGetter>) -> R {
    let names = this.get(cx).names.to_value();
    Ok(cx.tuple_value([ATTR_GETTER.to_value(), names]))
}

// ---- methodcaller

fn method_new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let Some((name, rest)) = args.split_first() else {
        return Err(cx.type_error("methodcaller needs at least one argument, the method name"));
    };
    if name.as_str().is_none() {
        return Err(cx.type_error("method name must be a string"));
    }
    let name = cx.intern_value(name.clone());
    let Some(name) = name.as_str().map(|text| text.to_handle()) else {
        return Err(cx.system_error("an interned string is no string"));
    };
    let keywords = rest.names().map(|names| names.to_handle());
    Ok(cx.new_instance(class, MethodCaller { name, values: rest.values().to_vec(), keywords }).into_value())
}

fn method_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let object = operand(cx, args, "methodcaller")?;
    let data = state::<MethodCaller>(cx, this)?.get(cx);
    let (name, values, keywords) = (data.name.clone(), data.values.clone(), data.keywords.clone());
    let method = ops::getattr(cx, object, &name)?;
    ops::call_args(cx, &method, Args::new(&values, keywords.as_deref()))
}

/// Name, positional values, keywords.
type Parts = (Handle<Str>, Vec<Value>, Vec<(Handle<Str>, Value)>);

fn parts(cx: &mut Cx, this: &Value) -> R<Parts> {
    let data = state::<MethodCaller>(cx, this)?.get(cx);
    let args = Args::new(&data.values, data.keywords.as_deref());
    let keywords = args.keywords().map(|(name, value)| (name.to_handle(), value.clone())).collect();
    Ok((data.name.clone(), args.pos().to_vec(), keywords))
}

fn method_repr(cx: &mut Cx, this: &Value, text: &mut TextBuilder) -> R<()> {
    let (name, values, keywords) = parts(cx, this)?;
    text.push_repr(cx, name.as_value())?;
    if !values.is_empty() {
        text.push(", ");
        push_reprs(cx, text, &values)?;
    }
    for (name, value) in &keywords {
        text.push(", ");
        text.push_str(name);
        text.push("=");
        text.push_repr(cx, value)?;
    }
    Ok(())
}

/// Return state information for pickling
#[native("methodcaller.__reduce__($self, /)")]
fn method_reduce(cx: &mut Cx, this: &Value) -> R {
    let (name, mut values, keywords) = parts(cx, this)?;
    if keywords.is_empty() {
        values.insert(0, name.into_value());
        let args = cx.tuple(values).into_value();
        return Ok(cx.tuple_value([METHOD_CALLER.to_value(), args]));
    }
    // A partial of the class keeps the keywords.
    let functools = (cx.interp().runtime.import)(cx, "functools")?;
    let partial = ops::getattr_str(cx, &functools, "partial")?;
    let pairs: Vec<(&Obj<Str>, Value)> = keywords.iter().map(|(k, v)| (&**k, v.clone())).collect();
    let maker = ops::call_keywords(cx, &partial, &[METHOD_CALLER.to_value(), name.into_value()], &pairs)?;
    let args = cx.tuple(values).into_value();
    Ok(cx.tuple_value([maker, args]))
}
