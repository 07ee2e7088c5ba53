//! `defaultdict`: a dict that makes missing values.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::TYPE;
use taipan_object::{Args, Cx, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, names, ops};
use taipan_types::support::TextBuilder;

/// The payload: a dict's, then the factory.
#[repr(C)]
#[derive(Trace, Default)]
pub struct DefaultDict {
    dict: Dict,
    factory: Option<Value>,
}

// SAFETY: instances of the type and its subtypes begin with this payload, which begins with a dict's; all is traced.
unsafe impl Payload for DefaultDict {
    const TYPE: &'static Obj<Type> = &DEFAULT_DICT;
}

/// `collections.defaultdict`.
pub static DEFAULT_DICT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<DefaultDict>("collections.defaultdict")
        .base(&dict::DICT)
        .flags(flags::BASE | flags::DICT | flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new), init: Some(init), repr: Some(repr), or: Some(or), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![missing, copy, copy_special, reduce, class_getitem],
            members: MEMBERS,
            ..TypeDefs::NONE
        })
        .doc("defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, DefaultDict::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let Some(object) = this.cast::<DefaultDict>() else { return Ok(()) };
    let (factory, rest) = match args.split_first() {
        Some((factory, rest)) => {
            if !factory.is_none() && factory.ty(cx).slots().call.is_none() {
                return Err(cx.type_error("first argument must be callable or None"));
            }
            (Some(factory.clone()).filter(|f| !f.is_none()), rest)
        }
        None => (None, args),
    };
    let old = std::mem::replace(&mut object.get_mut(cx).factory, factory);
    drop(old);
    match dict::DICT.slots().init {
        Some(f) => f(cx, this, rest),
        None => Ok(()),
    }
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let Some(object) = this.cast::<DefaultDict>() else { return Ok(Value::none()) };
    let inner = match dict::DICT.slots().repr {
        Some(f) => f(cx, this)?,
        None => cx.str("{}"),
    };
    let factory = object.get(cx).factory.clone();
    let name = this.ty(cx).name().into_owned();
    let mut text = TextBuilder::default();
    text.push(&name);
    text.push("(");
    match factory {
        None => text.push("None"),
        Some(f) => {
            // A factory that is a method of this very dictionary would never end.
            if cx.repr_enter(&f) {
                let shown = text.push_repr(cx, &f);
                cx.repr_leave(&f);
                shown?;
            } else {
                text.push("...");
            }
        }
    }
    text.push(", ");
    if let Some(inner) = inner.as_str() {
        text.push_str(inner);
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn or(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (this, other) = if a.cast::<DefaultDict>().is_some() { (a, b) } else { (b, a) };
    if other.cast::<Dict>().is_none() {
        return Ok(Value::not_implemented());
    }
    let Some(object) = this.cast::<DefaultDict>() else { return Ok(Value::not_implemented()) };
    let made = duplicate(cx, object, a)?;
    if let (Some(target), Some(from)) = (made.cast::<Dict>(), b.cast::<Dict>()) {
        dict::merge(cx, target, from, true)?;
    }
    Ok(made)
}

/// `type(self)(self.default_factory, source)`.
fn duplicate(cx: &mut Cx, this: &Obj<DefaultDict>, source: &Value) -> R {
    let class = this.to_value().type_of().into_value();
    let factory = this.get(cx).factory.clone().unwrap_or_else(Value::none);
    ops::call(cx, &class, &[factory, source.clone()])
}

/// __missing__(key) # Called by __getitem__ for missing key; pseudo-code:
///   if self.default_factory is None: raise KeyError((key,))
///   self[key] = value = self.default_factory()
///   return value
#[native("defaultdict.__missing__($self, key, /)", no_signature)]
fn missing(cx: &mut Cx, this: &Obj<DefaultDict>, key: &Value) -> R {
    let Some(factory) = this.get(cx).factory.clone() else { return Err(cx.key_error(key)) };
    let value = ops::call(cx, &factory, &[])?;
    // The factory may have set the key itself.
    let object = this.to_value();
    match object.as_dict() {
        Some(target) => dict::set_default(cx, target, key, &value),
        None => Ok(value),
    }
}

/// D.copy() -> a shallow copy of D.
#[native("defaultdict.copy($self, /)", no_signature)]
fn copy(cx: &mut Cx, this: &Obj<DefaultDict>) -> R {
    let source = this.to_value();
    duplicate(cx, this, &source)
}

/// D.copy() -> a shallow copy of D.
#[native("defaultdict.__copy__($self, /)", no_signature)]
fn copy_special(cx: &mut Cx, this: &Obj<DefaultDict>) -> R {
    let source = this.to_value();
    duplicate(cx, this, &source)
}

/// Return state information for pickling.
#[native("defaultdict.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<DefaultDict>) -> R {
    let object = this.to_value();
    let class = object.type_of().into_value();
    let args = match this.get(cx).factory.clone() {
        Some(factory) => cx.tuple_value([factory]),
        None => cx.tuple_value([]),
    };
    let items = ops::call_method(cx, &object, &names::items, &[])?;
    let iterator = ops::iter(cx, &items)?;
    Ok(cx.tuple_value([class, args, Value::none(), Value::none(), iterator]))
}

/// See PEP 585
#[native("defaultdict.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "default_factory",
    doc: Some("Factory for default value called by __missing__()."),
    get: |cx, v| {
        let factory = v.cast::<DefaultDict>().and_then(|d| d.get(cx).factory.clone());
        Ok(factory.unwrap_or_else(Value::none))
    },
    set: Some(|cx, v, value| {
        if let Some(object) = v.cast::<DefaultDict>() {
            let new = value.cloned().filter(|f| !f.is_none());
            let old = std::mem::replace(&mut object.get_mut(cx).factory, new);
            drop(old);
        }
        Ok(())
    }),
}];
