//! `weakref.ReferenceType` and the proxy types. How references are kept and cleared is in `taipan_object::weakref`.

mod proxy;

use taipan_macros::{native, natives};
use taipan_object::weakref::{self, CALLABLE_PROXY_TYPE, PROXY_TYPE, REFERENCE_TYPE, WeakRef, as_weak};
use taipan_object::{Args, CompareOp, Cx, MemberDef, Obj, R, Slots, Type, TypeDefs, Value, names, ops};

use crate::Types;
use crate::support::{class_getitem, no_keywords};

static DEFS: TypeDefs = TypeDefs {
    methods: natives![__class_getitem__],
    members: &[MemberDef {
        name: "__callback__",
        doc: None,
        get: |_, this| {
            let alive = as_weak(this).filter(|w| w.referent().is_some());
            Ok(alive.and_then(WeakRef::callback).cloned().unwrap_or_else(Value::none))
        },
        set: None,
    }],
    ..TypeDefs::NONE
};

pub fn install(types: &mut Types) {
    types.core(
        &REFERENCE_TYPE,
        Slots {
            new: Some(new),
            init: Some(init),
            call: Some(call),
            hash: Some(hash),
            repr: Some(repr),
            compare: Some(compare),
            ..Slots::EMPTY
        },
        &DEFS,
        "",
    );
    types.core(&PROXY_TYPE, proxy::SLOTS, &proxy::DEFS, "");
    types.core(&CALLABLE_PROXY_TYPE, proxy::CALLABLE_SLOTS, &proxy::DEFS, "");
}

fn new(cx: &mut Cx, ty: &Obj<Type>, args: Args<'_>) -> R {
    if ty.is(&REFERENCE_TYPE) {
        no_keywords(cx, args, "ref")?;
    }
    let (referent, callback) = parse(cx, args, "__new__")?;
    weakref::new_ref(cx, ty, referent, callback)
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    if this.is_instance_exact(&REFERENCE_TYPE) {
        no_keywords(cx, args, "ref")?;
    }
    parse(cx, args, "__init__").map(|_| ())
}

fn parse<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<(&'a Value, Option<&'a Value>)> {
    match args.pos() {
        [referent] => Ok((referent, None)),
        [referent, callback] => Ok((referent, Some(callback))),
        [] => Err(cx.type_error(format!("{name} expected at least 1 argument, got 0"))),
        more => Err(cx.type_error(format!("{name} expected at most 2 arguments, got {}", more.len()))),
    }
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    if !args.values().is_empty() {
        if args.has_keywords() {
            return Err(cx.type_error("weakref() takes no keyword arguments"));
        }
        let n = args.values().len();
        return Err(cx.type_error(format!("weakref expected 0 arguments, got {n}")));
    }
    Ok(weakref::referent(cx, this).unwrap_or_else(Value::none))
}

fn hash(cx: &mut Cx, this: &Value) -> R<i64> {
    let Some(weak) = as_weak(this) else { return Ok(0) };
    if let Some(hash) = weak.hash.get() {
        return Ok(hash);
    }
    let Some(referent) = weak.referent() else { return Err(cx.type_error("weak object has gone away")) };
    let hash = ops::hash(cx, &referent)?;
    if let Some(weak) = as_weak(this) {
        weak.hash.set(Some(hash));
    }
    Ok(hash)
}

/// What the reprs of references and proxies show of the referent.
pub(crate) fn describe(cx: &mut Cx, kind: &str, this: &Value, with_name: bool) -> R {
    let Some(referent) = weakref::referent(cx, this) else {
        return Ok(cx.str(&format!("<{kind} at {:#x}; dead>", this.id())));
    };
    let ty = crate::object::qualified_name(cx, &referent.type_of())?;
    let ty = ty.strip_prefix("__main__.").unwrap_or(&ty);
    let mut text = format!("<{kind} at {:#x}; to '{ty}' at {:#x}", this.id(), referent.id());
    if with_name {
        // Whatever goes wrong in asking for it, there is no name.
        let name = match ops::getattr_opt(cx, &referent, &names::__name__) {
            Ok(name) => name,
            Err(raised) => {
                drop(cx.take_raised(raised));
                None
            }
        };
        if let Some(name) = name.as_ref().and_then(Value::as_str) {
            text.push_str(&format!(" ({})", name.to_string_lossy()));
        }
    }
    text.push('>');
    Ok(cx.str(&text))
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    describe(cx, "weakref", this, true)
}

fn compare(cx: &mut Cx, this: &Value, other: &Value, op: CompareOp) -> R {
    let references = this.is_instance(&REFERENCE_TYPE) && other.is_instance(&REFERENCE_TYPE);
    if !references || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    match (weakref::referent(cx, this), weakref::referent(cx, other)) {
        (Some(a), Some(b)) => ops::compare(cx, &a, &b, op),
        _ => Ok(Value::bool(this.is(other) == (op == CompareOp::Eq))),
    }
}

/// Weakrefs are generic over the type of the referenced object.
#[native("ReferenceType.__class_getitem__($type, object, /)")]
fn __class_getitem__(cx: &mut Cx, class: &Value, object: &Value) -> R {
    class_getitem(cx, class, object)
}
