//! What native functions, methods and descriptors show of themselves. The types and how they bind are `object::descr`.

use taipan_macros::{native, natives};
use taipan_object::descr::{
    self, ClassMethodDescriptor, GetSetDescriptor, MemberDescriptor, MethodDescriptor, MethodWrapper,
    NativeFunction, SlotWrapper,
};
use taipan_object::{Cx, GetSetDef, NativeDef, Obj, R, Slots, TypeDefs, Value, hash, names, ops};

use crate::Types;

/// Name, doc, text signature and owner of any of the types of this module.
struct Facts {
    name: String,
    doc: Option<&'static str>,
    signature: Option<&'static str>,
    owner: Option<Value>,
    this: Option<Value>,
}

fn of_native(def: &'static NativeDef, owner: Option<Value>, this: Option<Value>) -> Facts {
    let doc = Some(def.doc).filter(|d| !d.is_empty());
    Facts { name: def.name.to_owned(), doc, signature: def.signature, owner, this }
}

fn facts(cx: &mut Cx, value: &Value) -> R<Facts> {
    if let Some(f) = value.cast::<NativeFunction>() {
        return Ok(of_native(f.def, None, f.this.clone()));
    }
    if let Some(m) = value.cast::<MethodDescriptor>() {
        return Ok(of_native(m.def, Some(m.owner.clone()), None));
    }
    if let Some(m) = value.cast::<ClassMethodDescriptor>() {
        return Ok(of_native(m.def, Some(m.owner.clone()), None));
    }
    if let Some(w) = value.cast::<SlotWrapper>() {
        let (name, doc, signature) = (w.def.name.to_owned(), Some(w.def.doc), Some(w.def.signature));
        return Ok(Facts { name, doc, signature, owner: Some(w.owner.clone()), this: None });
    }
    if let Some(w) = value.cast::<MethodWrapper>() {
        let def = w.wrapper.def;
        let owner = Some(w.wrapper.owner.clone());
        let (doc, signature) = (Some(def.doc), Some(def.signature));
        return Ok(Facts { name: def.name.to_owned(), doc, signature, owner, this: Some(w.this.clone()) });
    }
    if let Some(g) = value.cast::<GetSetDescriptor>() {
        let name = g.def.name.to_owned();
        return Ok(Facts { name, doc: g.def.doc, signature: None, owner: Some(g.owner.clone()), this: None });
    }
    if let Some(m) = value.cast::<MemberDescriptor>() {
        let name = m.name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let doc = match m.member {
            descr::Member::Native(def) => def.doc,
            descr::Member::Slot(_) => None,
        };
        return Ok(Facts { name, doc, signature: None, owner: Some(m.owner.clone()), this: None });
    }
    Err(cx.type_error("a descriptor is required"))
}

fn owner_name(owner: &Option<Value>) -> String {
    owner.as_ref().and_then(Value::as_type).map(|t| t.full_name().into_owned()).unwrap_or_default()
}

fn get_name(cx: &mut Cx, value: &Value) -> R {
    let name = facts(cx, value)?.name;
    Ok(cx.intern(&name).into_value())
}

fn get_qualname(cx: &mut Cx, value: &Value) -> R {
    let facts = facts(cx, value)?;
    let prefix = match (&facts.owner, &facts.this) {
        (Some(owner), _) => Some(owner.clone()),
        (None, Some(this)) if this.is_instance(&crate::module::MODULE) => None,
        (None, Some(this)) if this.as_type().is_some() => Some(this.clone()),
        (None, Some(this)) => Some(this.type_of().into_value()),
        (None, None) => None,
    };
    match prefix {
        None => Ok(cx.str(&facts.name)),
        Some(owner) => {
            let qualname = ops::getattr(cx, &owner, &names::__qualname__)?;
            let qualname = ops::str_of(cx, &qualname)?.to_string_lossy().into_owned();
            Ok(cx.str(&format!("{qualname}.{}", facts.name)))
        }
    }
}

fn get_doc(cx: &mut Cx, value: &Value) -> R {
    Ok(facts(cx, value)?.doc.map_or_else(Value::none, |d| cx.str(d)))
}

/// The signature; functions of modules show `$module` in front.
fn get_signature(cx: &mut Cx, value: &Value) -> R {
    let facts = facts(cx, value)?;
    let Some(text) = facts.signature else { return Ok(Value::none()) };
    if value.cast::<NativeFunction>().is_some() && !text.starts_with("($") {
        let rest = text.strip_prefix('(').unwrap_or(text);
        let text = match rest {
            ")" => "($module, /)".to_owned(),
            rest if rest.contains("/") => format!("($module, {rest}"),
            rest => format!("($module, /, {rest}"),
        };
        return Ok(cx.str(&text));
    }
    Ok(cx.str(text))
}

fn get_objclass(cx: &mut Cx, value: &Value) -> R {
    Ok(facts(cx, value)?.owner.unwrap_or_else(Value::none))
}

/// The receiver; for a module's function the module, where it is loaded.
fn get_self(cx: &mut Cx, value: &Value) -> R {
    if let Some(this) = facts(cx, value)?.this {
        return Ok(this);
    }
    let module = value.cast::<NativeFunction>().and_then(|f| f.module.clone());
    let (Some(name), Some(modules)) = (module, cx.interp().modules.clone()) else { return Ok(Value::none()) };
    match modules.as_dict() {
        Some(modules) => Ok(taipan_object::dict::get(cx, modules, &name)?.unwrap_or_else(Value::none)),
        None => Ok(Value::none()),
    }
}

fn get_module(cx: &mut Cx, value: &Value) -> R {
    let _ = cx;
    Ok(value.cast::<NativeFunction>().and_then(|f| f.module.clone()).unwrap_or_else(Value::none))
}

const fn attribute(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> GetSetDef {
    GetSetDef { name, doc: None, get: Some(get), set: None }
}

const NAME: GetSetDef = attribute("__name__", get_name);
const QUALNAME: GetSetDef = attribute("__qualname__", get_qualname);
const DOC: GetSetDef = attribute("__doc__", get_doc);
const SIGNATURE: GetSetDef = attribute("__text_signature__", get_signature);
const OBJCLASS: GetSetDef = attribute("__objclass__", get_objclass);
const SELF: GetSetDef = attribute("__self__", get_self);

static FUNCTION_GETSET: &[GetSetDef] =
    &[NAME, QUALNAME, DOC, SIGNATURE, SELF, attribute("__module__", get_module)];
static METHOD_GETSET: &[GetSetDef] = &[NAME, QUALNAME, DOC, SIGNATURE, OBJCLASS];
static WRAPPER_GETSET: &[GetSetDef] = &[NAME, QUALNAME, DOC, SIGNATURE, OBJCLASS, SELF];
static DATA_GETSET: &[GetSetDef] = &[NAME, QUALNAME, DOC, OBJCLASS];

/// How pickle finds it again: a name of its module, or an attribute of its receiver.
#[native("builtin_function_or_method.__reduce__($self, /)", no_signature)]
fn function_reduce(cx: &mut Cx, this: &Value) -> R {
    let facts = facts(cx, this)?;
    match facts.this {
        Some(receiver) if !receiver.is_instance(&crate::module::MODULE) => {
            let getattr = crate::support::builtin(cx, "getattr")?;
            let args = cx.tuple_value([receiver, cx.str(&facts.name)]);
            Ok(cx.tuple_value([getattr, args]))
        }
        _ => Ok(cx.str(&facts.name)),
    }
}

#[native("method_descriptor.__reduce__($self, /)", no_signature)]
fn descriptor_reduce(cx: &mut Cx, this: &Value) -> R {
    let facts = facts(cx, this)?;
    let getattr = crate::support::builtin(cx, "getattr")?;
    let receiver = facts.this.or(facts.owner).unwrap_or_else(Value::none);
    let args = cx.tuple_value([receiver, cx.str(&facts.name)]);
    Ok(cx.tuple_value([getattr, args]))
}

static FUNCTION_DEFS: TypeDefs =
    TypeDefs { methods: natives![function_reduce], getset: FUNCTION_GETSET, ..TypeDefs::NONE };
static METHOD_DEFS: TypeDefs =
    TypeDefs { methods: natives![descriptor_reduce], getset: METHOD_GETSET, ..TypeDefs::NONE };
static WRAPPER_DEFS: TypeDefs =
    TypeDefs { methods: natives![descriptor_reduce], getset: WRAPPER_GETSET, ..TypeDefs::NONE };
static DATA_DEFS: TypeDefs =
    TypeDefs { methods: natives![descriptor_reduce], getset: DATA_GETSET, ..TypeDefs::NONE };

fn function_repr(cx: &mut Cx, value: &Value) -> R {
    let facts = facts(cx, value)?;
    let text = match facts.this {
        Some(this) if !this.is_instance(&crate::module::MODULE) => {
            let owner = this.type_name(cx).into_owned();
            format!("<built-in method {} of {owner} object at {:#x}>", facts.name, this.id())
        }
        _ => format!("<built-in function {}>", facts.name),
    };
    Ok(cx.str(&text))
}

macro_rules! repr {
    ($name:ident, $what:literal) => {
        fn $name(cx: &mut Cx, value: &Value) -> R {
            let facts = facts(cx, value)?;
            Ok(cx.str(&format!(
                concat!("<", $what, " '{}' of '{}' objects>"),
                facts.name,
                owner_name(&facts.owner)
            )))
        }
    };
}

repr!(method_repr, "method");
repr!(slot_repr, "slot wrapper");
repr!(attribute_repr, "attribute");
repr!(member_repr, "member");

fn wrapper_repr(cx: &mut Cx, value: &Value) -> R {
    let facts = facts(cx, value)?;
    let this = facts.this.unwrap_or_else(Value::none);
    let owner = this.type_name(cx).into_owned();
    Ok(cx.str(&format!("<method-wrapper '{}' of {owner} object at {:#x}>", facts.name, this.id())))
}

/// Whether two functions are the same native with the same receiver.
fn same_function(cx: &Cx, a: &Value, b: &Value) -> Option<bool> {
    let _ = cx;
    let (x, y) = (a.cast::<NativeFunction>()?, b.cast::<NativeFunction>()?);
    let receivers = match (&x.this, &y.this) {
        (Some(p), Some(q)) => p.is(q),
        (None, None) => true,
        _ => false,
    };
    Some(std::ptr::eq(x.def, y.def) && receivers)
}

fn same_wrapper(a: &Value, b: &Value) -> Option<bool> {
    let (x, y) = (a.cast::<MethodWrapper>()?, b.cast::<MethodWrapper>()?);
    Some(x.wrapper.as_value().is(y.wrapper.as_value()) && x.this.is(&y.this))
}

fn equality(same: Option<bool>, op: taipan_object::CompareOp) -> Value {
    use taipan_object::CompareOp;
    match (same, op) {
        (Some(same), CompareOp::Eq) => Value::bool(same),
        (Some(same), CompareOp::Ne) => Value::bool(!same),
        _ => Value::not_implemented(),
    }
}

pub fn install(types: &mut Types) {
    types.core(
        &descr::NATIVE_FUNCTION,
        Slots {
            repr: Some(function_repr),
            compare: Some(|cx, a, b, op| Ok(equality(same_function(cx, a, b), op))),
            hash: Some(|_, v| {
                let Some(f) = v.cast::<NativeFunction>() else { return Ok(0) };
                let this = f.this.as_ref().map_or(0, |t| hash::hash_pointer(t.id()));
                Ok(hash::not_minus_one(this ^ hash::hash_pointer(std::ptr::from_ref(f.def) as u64)))
            }),
            ..*descr::NATIVE_FUNCTION.slots()
        },
        &FUNCTION_DEFS,
        "",
    );
    types.core(
        &descr::METHOD_WRAPPER,
        Slots {
            repr: Some(wrapper_repr),
            compare: Some(|_, a, b, op| Ok(equality(same_wrapper(a, b), op))),
            hash: Some(|_, v| {
                let Some(w) = v.cast::<MethodWrapper>() else { return Ok(0) };
                Ok(hash::not_minus_one(
                    hash::hash_pointer(w.this.id()) ^ hash::hash_pointer(w.wrapper.as_value().id()),
                ))
            }),
            ..*descr::METHOD_WRAPPER.slots()
        },
        &WRAPPER_DEFS,
        "",
    );
    let with_repr = |ty: &Obj<taipan_object::Type>, repr| Slots { repr: Some(repr), ..*ty.slots() };
    types.core(
        &descr::METHOD_DESCRIPTOR,
        with_repr(&descr::METHOD_DESCRIPTOR, method_repr),
        &METHOD_DEFS,
        "",
    );
    types.core(
        &descr::CLASS_METHOD_DESCRIPTOR,
        with_repr(&descr::CLASS_METHOD_DESCRIPTOR, method_repr),
        &METHOD_DEFS,
        "",
    );
    types.core(&descr::SLOT_WRAPPER, with_repr(&descr::SLOT_WRAPPER, slot_repr), &METHOD_DEFS, "");
    types.core(
        &descr::GETSET_DESCRIPTOR,
        with_repr(&descr::GETSET_DESCRIPTOR, attribute_repr),
        &DATA_DEFS,
        "",
    );
    types.core(&descr::MEMBER_DESCRIPTOR, with_repr(&descr::MEMBER_DESCRIPTOR, member_repr), &DATA_DEFS, "");
}
