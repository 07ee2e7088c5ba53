//! Attributes and texts of the objects that native code appears as: built-in functions, methods, slot wrappers, descriptors.
//! The types themselves are `taipan_object::descr`'s.

use taipan_macros::{native, natives};
use taipan_object::descr::{
    CLASS_METHOD_DESCRIPTOR, ClassMethodDescriptor, GETSET_DESCRIPTOR, GetSetDescriptor, MEMBER_DESCRIPTOR,
    METHOD_DESCRIPTOR, METHOD_WRAPPER, Member, MemberDescriptor, MethodDescriptor, MethodWrapper,
    NATIVE_FUNCTION, NativeFunction, SLOT_WRAPPER, SlotWrapper,
};
use taipan_object::{
    CompareOp, Cx, GetSetDef, NativeDef, Obj, R, Slots, Type, TypeDefs, Value, dict, hash, names, ops,
};

use crate::Types;
use crate::support::builtin;

/// What a descriptor says of itself.
struct Facts {
    name: String,
    doc: Option<String>,
    signature: Option<String>,
    owner: Option<Value>,
}

fn native_facts(def: &'static NativeDef, owner: Option<Value>) -> Facts {
    let doc = Some(def.doc.to_owned()).filter(|d| !d.is_empty());
    Facts { name: def.name.to_owned(), doc, signature: def.signature.map(str::to_owned), owner }
}

fn facts(cx: &mut Cx, this: &Value) -> R<Facts> {
    if let Some(f) = this.cast::<NativeFunction>() {
        return Ok(native_facts(f.def, None));
    }
    if let Some(m) = this.cast::<MethodDescriptor>() {
        return Ok(native_facts(m.def, Some(m.owner.clone())));
    }
    if let Some(m) = this.cast::<ClassMethodDescriptor>() {
        return Ok(native_facts(m.def, Some(m.owner.clone())));
    }
    let wrapper = match this.cast::<MethodWrapper>() {
        Some(bound) => Some(bound.wrapper.as_value().clone()),
        None => Some(this.clone()).filter(|t| t.cast::<SlotWrapper>().is_some()),
    };
    if let Some(w) = wrapper.as_ref().and_then(Value::cast::<SlotWrapper>) {
        return Ok(Facts {
            name: w.def.name.to_owned(),
            doc: Some(w.def.doc.to_owned()).filter(|d| !d.is_empty()),
            signature: Some(w.def.signature.to_owned()).filter(|s| !s.is_empty()),
            owner: Some(w.owner.clone()),
        });
    }
    if let Some(g) = this.cast::<GetSetDescriptor>() {
        let doc = g.def.doc.map(str::to_owned);
        return Ok(Facts { name: g.def.name.to_owned(), doc, signature: None, owner: Some(g.owner.clone()) });
    }
    if let Some(m) = this.cast::<MemberDescriptor>() {
        let doc = match m.member {
            Member::Native(def) => def.doc.map(str::to_owned),
            Member::Slot(_) => None,
        };
        let name = m.name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(Facts { name, doc, signature: None, owner: Some(m.owner.clone()) });
    }
    Err(cx.type_error("not a descriptor"))
}

fn get_name(cx: &mut Cx, this: &Value) -> R {
    let facts = facts(cx, this)?;
    Ok(cx.intern(&facts.name).into_value())
}

fn get_doc(cx: &mut Cx, this: &Value) -> R {
    let facts = facts(cx, this)?;
    Ok(facts.doc.map_or_else(Value::none, |d| cx.str(&d)))
}

fn get_signature(cx: &mut Cx, this: &Value) -> R {
    let module_function = this.cast::<NativeFunction>().is_some_and(|f| f.this.is_none());
    let Some(text) = facts(cx, this)?.signature else { return Ok(Value::none()) };
    // A module's function takes the module in its shown signature.
    let text = match text.strip_prefix('(') {
        Some(")") if module_function => "($module, /)".to_owned(),
        Some(rest) if module_function && !text.starts_with("($") => {
            if rest.contains(", /") {
                format!("($module, {rest}")
            } else {
                format!("($module, /, {rest}")
            }
        }
        _ => text,
    };
    Ok(cx.str(&text))
}

fn get_owner(cx: &mut Cx, this: &Value) -> R {
    Ok(facts(cx, this)?.owner.unwrap_or_else(Value::none))
}

fn get_qualname(cx: &mut Cx, this: &Value) -> R {
    let facts = facts(cx, this)?;
    let owner = match this.cast::<NativeFunction>() {
        Some(f) => f.this.as_ref().map(|t| match t.as_type() {
            Some(_) => t.clone(),
            None => t.type_of().into_value(),
        }),
        None => facts.owner.clone(),
    };
    let Some(owner) = owner else { return Ok(cx.str(&facts.name)) };
    let qualname = ops::getattr(cx, &owner, &names::__qualname__)?;
    let qualname = ops::str_of(cx, &qualname)?.to_string_lossy().into_owned();
    Ok(cx.str(&format!("{qualname}.{}", facts.name)))
}

fn get_self(cx: &mut Cx, this: &Value) -> R {
    if let Some(bound) = this.cast::<MethodWrapper>() {
        return Ok(bound.this.clone());
    }
    let Some(function) = this.cast::<NativeFunction>() else { return Ok(Value::none()) };
    if let Some(receiver) = &function.this {
        return Ok(receiver.clone());
    }
    let (Some(name), Some(modules)) = (function.module.clone(), cx.interp().modules.clone()) else {
        return Ok(Value::none());
    };
    match modules.as_dict() {
        Some(modules) => Ok(dict::get(cx, modules, &name)?.unwrap_or_else(Value::none)),
        None => Ok(Value::none()),
    }
}

fn get_module(_cx: &mut Cx, this: &Value) -> R {
    Ok(this.cast::<NativeFunction>().and_then(|f| f.module.clone()).unwrap_or_else(Value::none))
}

const fn attribute(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> GetSetDef {
    GetSetDef { name, doc: None, get: Some(get), set: None }
}

static FUNCTION_ATTRIBUTES: &[GetSetDef] = &[
    attribute("__name__", get_name),
    attribute("__qualname__", get_qualname),
    attribute("__doc__", get_doc),
    attribute("__text_signature__", get_signature),
    attribute("__self__", get_self),
    attribute("__module__", get_module),
];

static METHOD_ATTRIBUTES: &[GetSetDef] = &[
    attribute("__name__", get_name),
    attribute("__qualname__", get_qualname),
    attribute("__doc__", get_doc),
    attribute("__text_signature__", get_signature),
    attribute("__objclass__", get_owner),
];

static WRAPPER_ATTRIBUTES: &[GetSetDef] = &[
    attribute("__name__", get_name),
    attribute("__qualname__", get_qualname),
    attribute("__doc__", get_doc),
    attribute("__text_signature__", get_signature),
    attribute("__objclass__", get_owner),
    attribute("__self__", get_self),
];

static DATA_ATTRIBUTES: &[GetSetDef] = &[
    attribute("__name__", get_name),
    attribute("__qualname__", get_qualname),
    attribute("__doc__", get_doc),
    attribute("__objclass__", get_owner),
];

/// Help for pickle: a module's function is its name, the rest an attribute of its owner.
#[native("descriptor.__reduce__($self, /)")]
fn __reduce__(cx: &mut Cx, this: &Value) -> R {
    let name = get_name(cx, this)?;
    let owner = match this.cast::<NativeFunction>() {
        Some(f) if f.this.is_none() => return Ok(name),
        _ if this.cast::<NativeFunction>().is_some() || this.cast::<MethodWrapper>().is_some() => {
            get_self(cx, this)?
        }
        _ => get_owner(cx, this)?,
    };
    let getattr = builtin(cx, "getattr")?;
    let args = cx.tuple_value([owner, name]);
    Ok(cx.tuple_value([getattr, args]))
}

fn function_repr(cx: &mut Cx, this: &Value) -> R {
    let name = facts(cx, this)?.name;
    let receiver = this.cast::<NativeFunction>().and_then(|f| f.this.clone());
    let text = match receiver {
        Some(receiver) if receiver.cast::<crate::module::Module>().is_none() => {
            format!("<built-in method {name} of {} object at {:#x}>", receiver.type_name(cx), receiver.id())
        }
        _ => format!("<built-in function {name}>"),
    };
    Ok(cx.str(&text))
}

fn descriptor_repr(cx: &mut Cx, this: &Value) -> R {
    let facts = facts(cx, this)?;
    let owner =
        facts.owner.as_ref().and_then(Value::as_type).map(|t| t.full_name().into_owned()).unwrap_or_default();
    let ty = this.type_of();
    let what = if ty.is(&SLOT_WRAPPER) {
        "slot wrapper"
    } else if ty.is(&GETSET_DESCRIPTOR) {
        "attribute"
    } else if ty.is(&MEMBER_DESCRIPTOR) {
        "member"
    } else {
        "method"
    };
    Ok(cx.str(&format!("<{what} '{}' of '{owner}' objects>", facts.name)))
}

fn wrapper_repr(cx: &mut Cx, this: &Value) -> R {
    let name = facts(cx, this)?.name;
    let receiver = get_self(cx, this)?;
    let text =
        format!("<method-wrapper '{name}' of {} object at {:#x}>", receiver.type_name(cx), receiver.id());
    Ok(cx.str(&text))
}

/// Receiver and definition of a bound native.
fn bound_parts(this: &Value) -> Option<(Option<Value>, usize)> {
    if let Some(f) = this.cast::<NativeFunction>() {
        return Some((f.this.clone(), std::ptr::from_ref(f.def) as usize));
    }
    let w = this.cast::<MethodWrapper>()?;
    Some((Some(w.this.clone()), w.wrapper.as_value().id() as usize))
}

fn compare(_cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || !a.type_of().is(&b.type_of()) {
        return Ok(Value::not_implemented());
    }
    let same = match (bound_parts(a), bound_parts(b)) {
        (Some((Some(x), f)), Some((Some(y), g))) => f == g && x.is(&y),
        (Some((None, f)), Some((None, g))) => f == g,
        _ => a.is(b),
    };
    Ok(Value::bool(same == (op == CompareOp::Eq)))
}

fn hash_of(_cx: &mut Cx, this: &Value) -> R<i64> {
    let (receiver, function) = bound_parts(this).unwrap_or((None, 0));
    let mixed = hash::hash_pointer(function as u64) ^ receiver.map_or(0, |r| hash::hash_pointer(r.id()));
    Ok(if mixed == -1 { -2 } else { mixed })
}

static FUNCTION_DEFS: TypeDefs =
    TypeDefs { methods: natives![__reduce__], getset: FUNCTION_ATTRIBUTES, ..TypeDefs::NONE };
static METHOD_DEFS: TypeDefs =
    TypeDefs { methods: natives![__reduce__], getset: METHOD_ATTRIBUTES, ..TypeDefs::NONE };
static WRAPPER_DEFS: TypeDefs =
    TypeDefs { methods: natives![__reduce__], getset: WRAPPER_ATTRIBUTES, ..TypeDefs::NONE };
static DATA_DEFS: TypeDefs =
    TypeDefs { methods: natives![__reduce__], getset: DATA_ATTRIBUTES, ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    let with =
        |ty: &'static Obj<Type>, repr: fn(&mut Cx, &Value) -> R| Slots { repr: Some(repr), ..*ty.slots() };
    let bound = |slots: Slots| Slots { compare: Some(compare), hash: Some(hash_of), ..slots };
    types.core(&NATIVE_FUNCTION, bound(with(&NATIVE_FUNCTION, function_repr)), &FUNCTION_DEFS, "");
    types.core(&METHOD_WRAPPER, bound(with(&METHOD_WRAPPER, wrapper_repr)), &WRAPPER_DEFS, "");
    for ty in [&METHOD_DESCRIPTOR, &CLASS_METHOD_DESCRIPTOR, &SLOT_WRAPPER] {
        types.core(ty, with(ty, descriptor_repr), &METHOD_DEFS, "");
    }
    for ty in [&GETSET_DESCRIPTOR, &MEMBER_DESCRIPTOR] {
        types.core(ty, with(ty, descriptor_repr), &DATA_DEFS, "");
    }
}
