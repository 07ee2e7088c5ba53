//! `partial` and the `Placeholder` that keeps a positional argument's place open.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Handle, MemberDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, flags, instance,
    names, ops,
};
use taipan_types::support::TextBuilder;

/// The payload of the one `Placeholder`.
pub struct PlaceholderMark;
taipan_object::plain_data!(PlaceholderMark);

// SAFETY: instances of the type are `Obj<PlaceholderMark>`, without values.
unsafe impl Payload for PlaceholderMark {
    const TYPE: &'static Obj<Type> = &PLACEHOLDER;
}

pub static PLACEHOLDER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<PlaceholderMark>("functools._PlaceholderType")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(new_placeholder),
            repr: Some(|cx, _| Ok(cx.str("Placeholder"))),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![placeholder_reduce], ..TypeDefs::NONE })
        .doc("The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments."),
);

#[derive(Default)]
struct State {
    placeholder: Option<Value>,
}

/// The interpreter's `Placeholder`.
pub fn placeholder(cx: &mut Cx) -> Value {
    if let Some(known) = &cx.interp_mut().state::<State>().placeholder {
        return known.clone();
    }
    let made = cx.new_object(PlaceholderMark).into_value();
    cx.interp_mut().state::<State>().placeholder = Some(made.clone());
    made
}

fn new_placeholder(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    if !args.values().is_empty() {
        return Err(cx.type_error("PlaceholderType takes no arguments"));
    }
    Ok(placeholder(cx))
}

#[native("_PlaceholderType.__reduce__($self, /)", no_signature)]
fn placeholder_reduce(cx: &mut Cx, this: &Value) -> R {
    let _ = this;
    Ok(cx.str("Placeholder"))
}

fn is_open(value: &Value) -> bool {
    value.cast_exact::<PlaceholderMark>().is_some()
}

/// The payload. `open` counts the placeholders among `args`.
#[derive(Trace)]
pub struct Partial {
    function: Value,
    args: Handle<Tuple>,
    keywords: Handle<Dict>,
    #[trace(skip)]
    open: usize,
}

// SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
unsafe impl Payload for Partial {
    const TYPE: &'static Obj<Type> = &PARTIAL;
}

pub static PARTIAL: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Partial>("functools.partial")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE | flags::METHOD_DESCRIPTOR)
        .with_attrs()
        .with_slots(Slots {
            new: Some(new),
            call: Some(call),
            repr: Some(repr),
            descr_get: Some(get),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![reduce, setstate, class_getitem],
            members: MEMBERS,
            ..TypeDefs::NONE
        })
        .doc("Create a new function with partial application of the given arguments\nand keywords."),
);

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "func",
        doc: Some("function object to use in future partial calls"),
        get: |cx, this| Ok(payload(cx, this)?.get(cx).function.clone()),
        set: None,
    },
    MemberDef {
        name: "args",
        doc: Some("tuple of arguments to future partial calls"),
        get: |cx, this| Ok(payload(cx, this)?.get(cx).args.to_value()),
        set: None,
    },
    MemberDef {
        name: "keywords",
        doc: Some("dictionary of keyword arguments to future partial calls"),
        get: |cx, this| Ok(payload(cx, this)?.get(cx).keywords.to_value()),
        set: None,
    },
];

fn payload<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Partial>> {
    match value.cast::<Partial>() {
        Some(partial) => Ok(partial),
        None => Err(cx.type_error("a partial object is required")),
    }
}

/// Fills the open places of `kept` with `given` in order; what is left of `given` follows.
fn fill(kept: &[Value], given: &[Value]) -> Vec<Value> {
    let mut rest = given.iter();
    let mut all = Vec::with_capacity(kept.len() + given.len());
    for value in kept {
        let filled = if is_open(value) { rest.next() } else { None };
        all.push(filled.unwrap_or(value).clone());
    }
    all.extend(rest.cloned());
    all
}

/// A partial that this one may be merged with: without attributes of its own, and called as partials are.
fn mergeable(cx: &mut Cx, function: &Value) -> Option<(Value, Handle<Tuple>, Handle<Dict>)> {
    let partial = function.cast::<Partial>()?;
    let has_attributes =
        instance::known_dict(cx, function).is_some() || !instance::shape_items(cx, function).is_empty();
    let own_call =
        function.ty(cx).slots().call.map(|f| f as usize) != PARTIAL.slots().call.map(|f| f as usize);
    if has_attributes || own_call {
        return None;
    }
    let data = partial.get(cx);
    Some((data.function.clone(), data.args.clone(), data.keywords.clone()))
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let Some((function, rest)) = args.split_first() else {
        return Err(cx.type_error("type 'partial' takes at least one argument"));
    };
    if function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("the first argument must be callable"));
    }
    if rest.pos().last().is_some_and(is_open) {
        return Err(cx.type_error("trailing Placeholders are not allowed"));
    }
    if rest.keywords().any(|(_, v)| is_open(v)) {
        return Err(cx.type_error("Placeholder cannot be passed as a keyword argument"));
    }
    let (function, all, keywords) = match mergeable(cx, function) {
        Some((inner, kept, keywords)) => (inner, fill(kept.items(), rest.pos()), dict::copy(cx, &keywords)?),
        None => (function.clone(), rest.pos().to_vec(), cx.new_dict()),
    };
    for (name, value) in rest.keywords() {
        dict::set_str(cx, &keywords, name, value.clone())?;
    }
    let open = all.iter().filter(|v| is_open(v)).count();
    let args = cx.tuple(all);
    Ok(cx.new_instance(class, Partial { function, args, keywords, open }).into_value())
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let data = payload(cx, this)?.get(cx);
    let (function, kept, keywords, open) =
        (data.function.clone(), data.args.clone(), data.keywords.clone(), data.open);
    let given = args.pos();
    if given.len() < open {
        let n = given.len();
        return Err(cx.type_error(format!(
            "missing positional arguments in 'partial' call; expected at least {open}, got {n}"
        )));
    }
    let mut values = fill(kept.items(), given);
    if dict::len(cx, &keywords) == 0 {
        values.extend(args.keywords().map(|(_, v)| v.clone()));
        return ops::call_args(cx, &function, Args::new(&values, args.names()));
    }
    let mut names = Vec::new();
    for (name, value) in dict::items(cx, &keywords) {
        let over = name.as_str().and_then(|n| args.keywords().find(|(k, _)| k.same(n)));
        names.push(name.clone());
        values.push(over.map_or(value, |(_, v)| v.clone()));
    }
    for (name, value) in args.keywords() {
        if dict::get_str(cx, &keywords, name)?.is_none() {
            names.push(name.to_value());
            values.push(value.clone());
        }
    }
    let names = cx.tuple(names);
    ops::call_args(cx, &function, Args::new(&values, Some(&names)))
}

fn get(cx: &mut Cx, this: &Value, object: Option<&Value>, _owner: Option<&Value>) -> R {
    match object {
        Some(object) if !object.is_none() => {
            Ok(taipan_vm::function::method::new(cx, this.clone(), object.clone()))
        }
        _ => Ok(this.clone()),
    }
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    if !cx.repr_enter(this) {
        return Ok(cx.str("..."));
    }
    let result = repr_inner(cx, this);
    cx.repr_leave(this);
    result
}

fn repr_inner(cx: &mut Cx, this: &Value) -> R {
    let data = payload(cx, this)?.get(cx);
    let (function, args, keywords) = (data.function.clone(), data.args.clone(), data.keywords.clone());
    let mut text = TextBuilder::default();
    let class = this.type_of().into_value();
    for (name, end) in [(names::__module__.get(), "."), (names::__qualname__.get(), "(")] {
        let part = ops::getattr(cx, &class, name)?;
        let part = ops::str_of(cx, &part)?;
        text.push_str(&part);
        text.push(end);
    }
    text.push_repr(cx, &function)?;
    for value in args.items() {
        text.push(", ");
        text.push_repr(cx, value)?;
    }
    for (name, value) in dict::items(cx, &keywords) {
        text.push(", ");
        let name = ops::str_of(cx, &name)?;
        text.push_str(&name);
        text.push("=");
        text.push_repr(cx, &value)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

#[native("partial.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    let data = payload(cx, this)?.get(cx);
    let (function, args, keywords) = (data.function.clone(), data.args.to_value(), data.keywords.to_value());
    let known = instance::known_dict(cx, this).is_some() || !instance::shape_items(cx, this).is_empty();
    let attributes = if known { instance::dict_of(cx, this)? } else { Value::none() };
    let class = this.type_of().into_value();
    let first = cx.tuple_value([function.clone()]);
    let state = cx.tuple_value([function, args, keywords, attributes]);
    Ok(cx.tuple_value([class, first, state]))
}

#[native("partial.__setstate__($self, state, /)", no_signature)]
fn setstate(cx: &mut Cx, this: &Value, state: &Value) -> R<()> {
    let parts = state.cast::<Tuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    let [function, args, keywords, attributes] = &parts[..] else {
        return Err(cx.type_error("invalid partial state"));
    };
    let (Some(args), true) = (args.cast::<Tuple>(), function.ty(cx).slots().call.is_some()) else {
        return Err(cx.type_error("invalid partial state"));
    };
    let keywords = match keywords.as_dict() {
        Some(d) if keywords.is_instance_exact(&dict::DICT) => d.to_handle(),
        Some(d) => dict::copy(cx, d)?,
        None if keywords.is_none() => cx.new_dict(),
        None => return Err(cx.type_error("invalid partial state")),
    };
    if !attributes.is_none() && attributes.as_dict().is_none() {
        return Err(cx.type_error("invalid partial state"));
    }
    if args.items().last().is_some_and(is_open) {
        return Err(cx.type_error("trailing Placeholders are not allowed"));
    }
    let open = args.items().iter().filter(|v| is_open(v)).count();
    let exact = parts[1].is_instance_exact(&taipan_object::tuple::TUPLE);
    let args = if exact { args.to_handle() } else { cx.tuple(args.items().to_vec()) };
    let made = Partial { function: function.clone(), args, keywords, open };
    let old = std::mem::replace(payload(cx, this)?.get_mut(cx), made);
    drop(old);
    let attributes = if attributes.is_none() { cx.new_dict().into_value() } else { attributes.clone() };
    dict::set_instance_dict(cx, this, attributes)
}

/// See PEP 585
#[native("partial.__class_getitem__($type, item, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, item: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, item)
}
