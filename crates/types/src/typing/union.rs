//! `typing.Union`: `X | Y` (PEP 604). Members are unique, order is kept, equality ignores it.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    CompareOp, Cx, GetSetDef, Handle, MemberDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, flags,
    hash, ops,
};

use super::alias::{GENERIC_ALIAS, parameters_of, substitute};
use super::push_type_repr;
use crate::support::TextBuilder;

/// The payload of a union.
#[derive(Trace)]
pub struct Union {
    pub args: Handle<Tuple>,
    parameters: Option<Value>,
}

// SAFETY: instances of the type are `Obj<Union>`; all values are traced.
unsafe impl Payload for Union {
    const TYPE: &'static Obj<Type> = &UNION;
}

/// `typing.Union`.
pub static UNION: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Union>("typing.Union")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots {
            repr: Some(repr),
            hash: Some(hash_slot),
            compare: Some(compare),
            or: Some(union_slot),
            getitem: Some(getitem),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![mro_entries, class_getitem, instancecheck, subclasscheck],
            members: MEMBERS,
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("Represent a union type\n\nE.g. for int | str"),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Union>> {
    match value.cast::<Union>() {
        Some(union) => Ok(union),
        None => Err(cx.type_error("a union is required")),
    }
}

fn args_of(cx: &mut Cx, value: &Value) -> R<Handle<Tuple>> {
    let union = this(cx, value)?;
    Ok(union.get(cx).args.clone())
}

/// Whether a value may stand in `X | Y` as it is.
fn unionable(value: &Value) -> bool {
    value.is_none()
        || value.as_type().is_some()
        || value.is_instance(&GENERIC_ALIAS)
        || value.is_instance_exact(&UNION)
        || value.cast::<super::type_alias::TypeAlias>().is_some()
}

/// The `|` slot of types, aliases, unions, type parameters: `NotImplemented` where a side is no type.
pub fn union_slot(cx: &mut Cx, a: &Value, b: &Value) -> R {
    // A union takes anything, text as a forward reference.
    let union = a.is_instance_exact(&UNION) || b.is_instance_exact(&UNION);
    if !union && (!unionable(a) || !unionable(b)) {
        return Ok(Value::not_implemented());
    }
    make_union(cx, &[a.clone(), b.clone()])
}

/// `Union[members]`: nested unions flattened, None as its type, duplicates left out; a single member is itself.
pub fn make_union(cx: &mut Cx, members: &[Value]) -> R {
    let mut flat: Vec<Value> = Vec::new();
    for member in members {
        if let Some(union) = member.cast::<Union>() {
            let inner = union.get(cx).args.clone();
            for item in inner.items() {
                add_unique(cx, &mut flat, item.clone())?;
            }
        } else if member.is_none() {
            add_unique(cx, &mut flat, taipan_object::singleton::NONE_TYPE.to_value())?;
        } else if member.as_str().is_some() {
            let import = cx.interp().runtime.import;
            let typing = import(cx, "typing")?;
            let convert = cx.intern("_type_convert");
            let reference = ops::call_method(cx, &typing, &convert, std::slice::from_ref(member))?;
            add_unique(cx, &mut flat, reference)?;
        } else {
            add_unique(cx, &mut flat, member.clone())?;
        }
    }
    if let [one] = flat.as_slice() {
        return Ok(one.clone());
    }
    let args = cx.tuple(flat);
    Ok(cx.new_object(Union { args, parameters: None }).into_value())
}

fn add_unique(cx: &mut Cx, list: &mut Vec<Value>, item: Value) -> R<()> {
    for known in list.iter() {
        // `int` and `bool` values in Literal must not merge by equality of 1 and True: types differ there.
        if known.is(&item) || ops::equal(cx, known, &item)? {
            return Ok(());
        }
    }
    list.push(item);
    Ok(())
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let args = args_of(cx, value)?;
    let mut text = TextBuilder::default();
    for (i, arg) in args.items().iter().enumerate() {
        if i > 0 {
            text.push(" | ");
        }
        push_type_repr(cx, &mut text, arg)?;
    }
    Ok(text.finish(cx).into_value())
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let args = args_of(cx, value)?;
    let mut hasher = hash::FrozenSetHasher::default();
    for arg in args.items() {
        hasher.add(ops::hash(cx, arg)?);
    }
    Ok(hasher.finish())
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Union>(), b.cast::<Union>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (x, y) = (x.get(cx).args.clone(), y.get(cx).args.clone());
    let mut equal = x.len() == y.len();
    for item in x.items() {
        let mut found = false;
        for other in y.items() {
            found |= ops::equal(cx, item, other)?;
        }
        equal &= found;
    }
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn parameters(cx: &mut Cx, value: &Value) -> R {
    let union = this(cx, value)?;
    if let Some(known) = &union.get(cx).parameters {
        return Ok(known.clone());
    }
    let args = union.get(cx).args.clone();
    let made = parameters_of(cx, args.items())?;
    let made = cx.tuple(made).into_value();
    union.get_mut(cx).parameters = Some(made.clone());
    Ok(made)
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let args = args_of(cx, value)?;
    let parameters = parameters(cx, value)?;
    let parameters = ops::collect(cx, &parameters)?;
    let new = substitute(cx, value, args.items(), &parameters, key)?;
    let mut result = match new.split_first() {
        Some((first, _)) => first.clone(),
        None => return Ok(Value::none()),
    };
    for next in &new[1..] {
        result = ops::binary(cx, ops::BinaryOp::Or, &result, next)?;
    }
    Ok(result)
}

#[native("Union.__mro_entries__($self, bases, /)", no_signature)]
fn mro_entries(cx: &mut Cx, this: &Value, bases: &Value) -> R {
    let _ = bases;
    let shown = ops::repr(cx, this)?.to_string_lossy().into_owned();
    Err(cx.type_error(format!("Cannot subclass {shown}")))
}

#[native("Union.__class_getitem__($type, args, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, args: &Value) -> R {
    let _ = class;
    let members = match args.cast::<Tuple>() {
        Some(tuple) => tuple.items().to_vec(),
        None => vec![args.clone()],
    };
    if members.is_empty() {
        return Err(cx.type_error("Cannot take a Union of no types."));
    }
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let check = cx.intern("_type_check");
    let mut checked = Vec::with_capacity(members.len());
    let message = cx.str("Union[arg, ...]: each arg must be a type.");
    for member in &members {
        checked.push(ops::call_method(cx, &typing, &check, &[member.clone(), message.clone()])?);
    }
    make_union(cx, &checked)
}

#[native("Union.__instancecheck__($self, instance, /)", no_signature)]
fn instancecheck(cx: &mut Cx, this: &Value, instance: &Value) -> R<bool> {
    let args = args_of(cx, this)?;
    for arg in args.items() {
        if arg.is_instance(&GENERIC_ALIAS) {
            return Err(cx.type_error("isinstance() argument 2 cannot be a parameterized generic"));
        }
        if ops::is_instance(cx, instance, arg)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[native("Union.__subclasscheck__($self, subclass, /)", no_signature)]
fn subclasscheck(cx: &mut Cx, this: &Value, subclass: &Value) -> R<bool> {
    let args = args_of(cx, this)?;
    for arg in args.items() {
        if arg.is_instance(&GENERIC_ALIAS) {
            return Err(cx.type_error("issubclass() argument 2 cannot be a parameterized generic"));
        }
        if ops::is_subclass(cx, subclass, arg)? {
            return Ok(true);
        }
    }
    Ok(false)
}

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "__args__",
    doc: None,
    get: |cx, v| args_of(cx, v).map(Handle::into_value),
    set: None,
}];

static GETSET: &[GetSetDef] = &[
    GetSetDef { name: "__name__", doc: None, get: Some(|cx, _| Ok(cx.str("Union"))), set: None },
    GetSetDef { name: "__qualname__", doc: None, get: Some(|cx, _| Ok(cx.str("Union"))), set: None },
    GetSetDef { name: "__module__", doc: None, get: Some(|cx, _| Ok(cx.str("typing"))), set: None },
    GetSetDef { name: "__origin__", doc: None, get: Some(|_, _| Ok(UNION.to_value())), set: None },
    GetSetDef { name: "__parameters__", doc: None, get: Some(parameters), set: None },
];
