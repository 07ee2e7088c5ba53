//! `types.GenericAlias` (PEP 585): `list[int]`, and the substitution of type parameters.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, Handle, MemberDef, Obj, Payload, R, Slots, Str, Tuple, Type, TypeDefs,
    Value, attr, flags, names, ops,
};

use super::push_type_repr;
use super::union::union_slot;
use crate::list::List;
use crate::support::TextBuilder;

/// The payload of a generic alias.
#[derive(Trace)]
pub struct GenericAlias {
    pub origin: Value,
    pub args: Handle<Tuple>,
    parameters: Option<Value>,
    /// `*tuple[int, ...]`.
    pub starred: bool,
}

// SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
unsafe impl Payload for GenericAlias {
    const TYPE: &'static Obj<Type> = &GENERIC_ALIAS;
}

/// `types.GenericAlias`.
pub static GENERIC_ALIAS: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<GenericAlias>("types.GenericAlias")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_slots(Slots {
            new: Some(new),
            repr: Some(repr),
            hash: Some(hash_slot),
            compare: Some(compare),
            call: Some(call),
            getattr: Some(getattr),
            iter: Some(iter),
            or: Some(union_slot),
            getitem: Some(getitem),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![mro_entries, instancecheck, subclasscheck, reduce, dir],
            members: MEMBERS,
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("GenericAlias(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,)."),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<GenericAlias>> {
    match value.cast::<GenericAlias>() {
        Some(alias) => Ok(alias),
        None => Err(cx.type_error("a generic alias is required")),
    }
}

/// `origin[args]`: `args` is one argument or a tuple of them. This is `Runtime::generic_alias`.
pub fn new_alias(cx: &mut Cx, origin: &Value, args: &Value) -> R {
    Ok(make(cx, &GENERIC_ALIAS, origin, args, false))
}

fn make(cx: &mut Cx, class: &Obj<Type>, origin: &Value, args: &Value, starred: bool) -> Value {
    let args = match args.cast::<Tuple>() {
        Some(tuple) => tuple.to_handle(),
        None => cx.tuple([args.clone()]),
    };
    let payload = GenericAlias { origin: origin.clone(), args, parameters: None, starred };
    cx.new_instance(class, payload).into_value()
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    crate::support::no_keywords(cx, args, "GenericAlias")?;
    let [origin, arguments] = args.pos() else {
        let message = format!("GenericAlias expected 2 arguments, got {}", args.pos().len());
        return Err(cx.type_error(message));
    };
    Ok(make(cx, class, origin, arguments, false))
}

fn push_argument(cx: &mut Cx, text: &mut TextBuilder, arg: &Value) -> R<()> {
    if let Some(list) = arg.cast_exact::<List>() {
        // The parameters of `Callable[[int], str]`.
        text.push("[");
        for i in 0..list.get(cx).items.len() {
            if i > 0 {
                text.push(", ");
            }
            // The texts of the others may have shortened the list.
            let Some(item) = list.get(cx).items.get(i).cloned() else {
                return Err(cx.index_error("list index out of range"));
            };
            push_type_repr(cx, text, &item)?;
        }
        text.push("]");
        return Ok(());
    }
    push_type_repr(cx, text, arg)
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let alias = this(cx, value)?;
    let state = alias.get(cx);
    let (origin, args, starred) = (state.origin.clone(), state.args.clone(), state.starred);
    let mut text = TextBuilder::default();
    if starred {
        text.push("*");
    }
    push_type_repr(cx, &mut text, &origin)?;
    text.push("[");
    for (i, arg) in args.items().iter().enumerate() {
        if i > 0 {
            text.push(", ");
        }
        push_argument(cx, &mut text, arg)?;
    }
    if args.is_empty() {
        text.push("()");
    }
    text.push("]");
    Ok(text.finish(cx).into_value())
}

fn hash_slot(cx: &mut Cx, value: &Value) -> R<i64> {
    let alias = this(cx, value)?;
    let state = alias.get(cx);
    let (origin, args) = (state.origin.clone(), state.args.to_value());
    Ok(ops::hash(cx, &origin)? ^ ops::hash(cx, &args)?)
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<GenericAlias>(), b.cast::<GenericAlias>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (s, t) = (x.get(cx), y.get(cx));
    let starred = s.starred == t.starred;
    let (origins, args) = ((s.origin.clone(), t.origin.clone()), (s.args.to_value(), t.args.to_value()));
    let equal = starred && ops::equal(cx, &origins.0, &origins.1)? && ops::equal(cx, &args.0, &args.1)?;
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn call(cx: &mut Cx, value: &Value, args: Args<'_>) -> R {
    let alias = this(cx, value)?;
    let origin = alias.get(cx).origin.clone();
    let made = ops::call_args(cx, &origin, args)?;
    match ops::setattr(cx, &made, &names::__orig_class__, value) {
        Ok(()) => {}
        Err(raised)
            if cx.raised_is(&raised, &taipan_object::exc::ATTRIBUTE_ERROR)
                || cx.raised_is(&raised, &taipan_object::exc::TYPE_ERROR) =>
        {
            drop(cx.take_raised(raised));
        }
        Err(raised) => return Err(raised),
    }
    Ok(made)
}

/// Attributes that the alias answers itself; all others are the origin's.
const OWN: &[&str] = &[
    "__class__",
    "__bases__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
];

fn getattr(cx: &mut Cx, value: &Value, name: &Obj<Str>) -> R {
    let own = OWN.iter().any(|n| name.eq_str(n)) || {
        let text = name.to_string_lossy();
        text == "__instancecheck__" || text == "__subclasscheck__" || text == "__dir__"
    };
    if own {
        return attr::generic_get(cx, value, name);
    }
    let alias = this(cx, value)?;
    let origin = alias.get(cx).origin.clone();
    ops::getattr(cx, &origin, name)
}

/// The type parameters among `args`, in order of first appearance.
pub fn parameters_of(cx: &mut Cx, args: &[Value]) -> R<Vec<Value>> {
    cx.check_native_stack("")?;
    let mut found: Vec<Value> = Vec::new();
    let mut add = |v: Value| {
        if !found.iter().any(|f| f.is(&v)) {
            found.push(v);
        }
    };
    for arg in args {
        if arg.as_type().is_some() {
            continue;
        }
        if let Some(items) = list_or_tuple(cx, arg) {
            parameters_of(cx, &items)?.into_iter().for_each(&mut add);
            continue;
        }
        let class = arg.type_of();
        if attr::lookup_type(cx, &class, &names::__typing_subst__).is_some() {
            add(arg.clone());
            continue;
        }
        if let Some(inner) = ops::getattr_opt(cx, arg, &names::__parameters__)?
            && let Some(tuple) = inner.cast::<Tuple>()
        {
            tuple.items().iter().cloned().for_each(&mut add);
        }
    }
    Ok(found)
}

fn list_or_tuple(cx: &Cx, value: &Value) -> Option<Vec<Value>> {
    if let Some(list) = value.cast_exact::<List>() {
        return Some(list.get(cx).items.clone());
    }
    value.cast_exact::<Tuple>().map(|t| t.items().to_vec())
}

/// Unpacks `*tuple[int, str]` among the arguments of a subscription.
fn unpack_arguments(cx: &mut Cx, key: &Value) -> R<Vec<Value>> {
    let items = match key.cast::<Tuple>() {
        Some(tuple) => tuple.items().to_vec(),
        None => vec![key.clone()],
    };
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        if item.as_type().is_none()
            && let Some(inner) = ops::getattr_opt(cx, &item, &names::__typing_unpacked_tuple_args__)?
            && let Some(tuple) = inner.cast::<Tuple>()
            && !tuple.items().last().is_some_and(|l| l.is(&Value::ellipsis()))
        {
            out.extend_from_slice(tuple.items());
            continue;
        }
        out.push(item);
    }
    Ok(out)
}

/// The arguments of `generic` with its `parameters` replaced by those of the subscription `key`.
pub fn substitute(
    cx: &mut Cx,
    generic: &Value,
    args: &[Value],
    parameters: &[Value],
    key: &Value,
) -> R<Vec<Value>> {
    let shown = |cx: &mut Cx| ops::repr(cx, generic).map(|s| s.to_string_lossy().into_owned());
    if parameters.is_empty() {
        let name = shown(cx)?;
        return Err(cx.type_error(format!("{name} is not a generic class")));
    }
    let mut given = unpack_arguments(cx, key)?;
    for parameter in parameters {
        if let Some(prepare) = ops::getattr_opt(cx, parameter, &names::__typing_prepare_subst__)?
            && !prepare.is_none()
        {
            let tuple = cx.tuple(given).into_value();
            let prepared = ops::call(cx, &prepare, &[generic.clone(), tuple])?;
            given = ops::collect(cx, &prepared)?;
        }
    }
    if given.len() != parameters.len() {
        let name = shown(cx)?;
        let many = if given.len() > parameters.len() { "many" } else { "few" };
        return Err(cx.type_error(format!(
            "Too {many} arguments for {name}; actual {}, expected {}",
            given.len(),
            parameters.len()
        )));
    }
    substitute_items(cx, args, parameters, &given)
}

fn substitute_items(cx: &mut Cx, args: &[Value], parameters: &[Value], given: &[Value]) -> R<Vec<Value>> {
    cx.check_native_stack("")?;
    let mut out = Vec::with_capacity(args.len());
    for arg in args {
        if arg.as_type().is_some() {
            out.push(arg.clone());
            continue;
        }
        if let Some(items) = list_or_tuple(cx, arg) {
            let inner = substitute_items(cx, &items, parameters, given)?;
            let inner = match arg.cast_exact::<List>() {
                Some(_) => crate::list::new_list(cx, inner).into_value(),
                None => cx.tuple(inner).into_value(),
            };
            out.push(inner);
            continue;
        }
        let starred = match ops::getattr_opt(cx, arg, &names::__typing_is_unpacked_typevartuple__)? {
            Some(flag) => ops::truth(cx, &flag)?,
            None => false,
        };
        let class = arg.type_of();
        let new = if attr::lookup_type(cx, &class, &names::__typing_subst__).is_some() {
            match parameters.iter().position(|p| p.is(arg)) {
                Some(i) => {
                    ops::call_method(cx, arg, &names::__typing_subst__, std::slice::from_ref(&given[i]))?
                }
                None => arg.clone(),
            }
        } else {
            let inner = ops::getattr_opt(cx, arg, &names::__parameters__)?;
            match inner.as_ref().and_then(Value::cast::<Tuple>).filter(|t| !t.is_empty()) {
                None => arg.clone(),
                Some(inner) => {
                    let mut values = Vec::with_capacity(inner.len());
                    for parameter in inner.items() {
                        match parameters.iter().position(|p| p.is(parameter)) {
                            Some(i) => match given[i].cast_exact::<Tuple>() {
                                Some(many) if is_variadic(cx, parameter)? => {
                                    values.extend_from_slice(many.items())
                                }
                                _ => values.push(given[i].clone()),
                            },
                            None => values.push(parameter.clone()),
                        }
                    }
                    let key = cx.tuple(values).into_value();
                    ops::getitem(cx, arg, &key)?
                }
            }
        };
        match new.cast::<Tuple>() {
            Some(many) if starred => out.extend_from_slice(many.items()),
            None if starred => {
                return Err(cx.type_error(format!(
                    "expected __typing_subst__ of {} objects to return a tuple, not {}",
                    arg.type_name(cx),
                    new.type_name(cx)
                )));
            }
            _ => out.push(new),
        }
    }
    Ok(out)
}

fn is_variadic(cx: &mut Cx, parameter: &Value) -> R<bool> {
    let _ = cx;
    Ok(parameter.is_instance_exact(&super::params::TYPE_VAR_TUPLE))
}

fn parameters(cx: &mut Cx, value: &Value) -> R {
    let alias = this(cx, value)?;
    if let Some(known) = &alias.get(cx).parameters {
        return Ok(known.clone());
    }
    let args = alias.get(cx).args.clone();
    let made = parameters_of(cx, args.items())?;
    let made = cx.tuple(made).into_value();
    alias.get_mut(cx).parameters = Some(made.clone());
    Ok(made)
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let parameters = parameters(cx, value)?;
    let parameters = ops::collect(cx, &parameters)?;
    let state = this(cx, value)?.get(cx);
    let (origin, args, starred) = (state.origin.clone(), state.args.clone(), state.starred);
    let new = substitute(cx, value, args.items(), &parameters, key)?;
    let args = cx.tuple(new).into_value();
    let class = value.type_of();
    Ok(make(cx, &class, &origin, &args, starred))
}

/// The payload of the iterator that `*tuple[int]` makes: one starred copy.
#[derive(Trace)]
pub struct AliasIterator {
    alias: Option<Value>,
}

// SAFETY: instances of the type are `Obj<AliasIterator>`; the alias is traced.
unsafe impl Payload for AliasIterator {
    const TYPE: &'static Obj<Type> = &ALIAS_ITERATOR;
}

/// `generic_alias_iterator`.
pub static ALIAS_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<AliasIterator>("generic_alias_iterator")
        .base(&OBJECT)
        .with_slots(Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(alias_next), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![iterator_reduce], ..TypeDefs::NONE }),
);

#[native("generic_alias_iterator.__reduce__($self, /)", no_signature)]
fn iterator_reduce(cx: &mut Cx, this: &Obj<AliasIterator>) -> R {
    let iter = crate::support::builtin(cx, "iter")?;
    let alias = this.get(cx).alias.clone();
    let alias = alias.unwrap_or_else(|| cx.tuple_value([]));
    let args = cx.tuple_value([alias]);
    Ok(cx.tuple_value([iter, args]))
}

fn iter(cx: &mut Cx, value: &Value) -> R {
    Ok(cx.new_object(AliasIterator { alias: Some(value.clone()) }).into_value())
}

fn alias_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<AliasIterator>() else { return Ok(None) };
    let Some(alias) = iterator.get_mut(cx).alias.take() else { return Ok(None) };
    let Some(payload) = alias.cast::<GenericAlias>() else { return Ok(None) };
    let state = payload.get(cx);
    let (origin, args) = (state.origin.clone(), state.args.to_value());
    Ok(Some(make(cx, &GENERIC_ALIAS, &origin, &args, true)))
}

#[native("GenericAlias.__mro_entries__($self, bases, /)", no_signature)]
fn mro_entries(cx: &mut Cx, this: &Obj<GenericAlias>, bases: &Value) -> R {
    let _ = bases;
    let origin = this.get(cx).origin.clone();
    Ok(cx.tuple_value([origin]))
}

#[native("GenericAlias.__instancecheck__($self, instance, /)", no_signature)]
fn instancecheck(cx: &mut Cx, this: &Value, instance: &Value) -> R<bool> {
    let _ = (this, instance);
    Err(cx.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

#[native("GenericAlias.__subclasscheck__($self, subclass, /)", no_signature)]
fn subclasscheck(cx: &mut Cx, this: &Value, subclass: &Value) -> R<bool> {
    let _ = (this, subclass);
    Err(cx.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

#[native("GenericAlias.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<GenericAlias>) -> R {
    let state = this.get(cx);
    let (origin, args, starred) = (state.origin.clone(), state.args.to_value(), state.starred);
    if starred {
        let next = crate::support::builtin(cx, "next")?;
        let plain = make(cx, &GENERIC_ALIAS, &origin, &args, false);
        let iterator = ops::iter(cx, &plain)?;
        let args = cx.tuple_value([iterator]);
        return Ok(cx.tuple_value([next, args]));
    }
    let args = cx.tuple_value([origin, args]);
    Ok(cx.tuple_value([GENERIC_ALIAS.to_value(), args]))
}

#[native("GenericAlias.__dir__($self, /)", no_signature)]
fn dir(cx: &mut Cx, this: &Obj<GenericAlias>) -> R {
    let origin = this.get(cx).origin.clone();
    let function = crate::support::builtin(cx, "dir")?;
    let listed = ops::call(cx, &function, &[origin])?;
    if let Some(list) = listed.cast::<List>() {
        for name in [
            "__origin__",
            "__args__",
            "__parameters__",
            "__unpacked__",
            "__typing_unpacked_tuple_args__",
            "__mro_entries__",
        ] {
            let name = cx.intern(name).into_value();
            if !ops::contains(cx, &listed, &name)? {
                crate::list::push(cx, list, name);
            }
        }
    }
    Ok(listed)
}

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "__origin__",
        doc: None,
        get: |cx, v| this(cx, v).map(|a| a.get(cx).origin.clone()),
        set: None,
    },
    MemberDef {
        name: "__args__",
        doc: None,
        get: |cx, v| this(cx, v).map(|a| a.get(cx).args.to_value()),
        set: None,
    },
    MemberDef {
        name: "__unpacked__",
        doc: None,
        get: |cx, v| this(cx, v).map(|a| Value::bool(a.get(cx).starred)),
        set: None,
    },
];

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "__parameters__",
        doc: Some("Type variables in the GenericAlias."),
        get: Some(parameters),
        set: None,
    },
    GetSetDef {
        name: "__typing_unpacked_tuple_args__",
        doc: None,
        get: Some(|cx, v| {
            let state = this(cx, v)?.get(cx);
            Ok(if state.starred && state.origin.is_obj(&taipan_object::tuple::TUPLE) {
                state.args.to_value()
            } else {
                Value::none()
            })
        }),
        set: None,
    },
];
