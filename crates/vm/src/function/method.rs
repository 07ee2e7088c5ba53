//! `method`: a function bound to its first argument.

use taipan_object::native::{GetSetDef, MemberDef};
use taipan_object::object::{Frozen, Trace};
use taipan_object::{
    Args, CompareOp, Cx, Obj, Payload, R, Slots, Str, Type, TypeDefs, Value, attr, flags, names, ops,
};

/// The payload.
#[repr(C)]
pub struct Method {
    pub function: Value,
    pub this: Value,
}

impl Trace for Method {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.function);
        visit(&self.this);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.function.clear(out);
        self.this.clear(out);
    }
}

impl Frozen for Method {}

// SAFETY: `METHOD` cannot be subclassed.
unsafe impl Payload for Method {
    const TYPE: &'static Obj<Type> = &METHOD;
}

/// `types.MethodType`.
pub static METHOD: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Method>("method")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots {
            call: Some(call),
            repr: Some(repr),
            hash: Some(hash),
            compare: Some(compare),
            getattr: Some(getattr),
            descr_get: Some(get),
            new: Some(new_slot),
            ..Slots::EMPTY
        })
        .defs(&DEFS)
        .doc("Create a bound instance method object."),
);

pub fn new(cx: &mut Cx, function: Value, this: Value) -> Value {
    cx.new_object(Method { function, this }).into_value()
}

/// `function.__get__`.
pub fn function_get(cx: &mut Cx, function: &Value, this: Option<&Value>, _owner: Option<&Value>) -> R {
    match this {
        Some(this)
            if !this.is_none() || _owner.is_none_or(|o| o.is_obj(&taipan_object::singleton::NONE_TYPE)) =>
        {
            Ok(new(cx, function.clone(), this.clone()))
        }
        _ => Ok(function.clone()),
    }
}

fn get(_cx: &mut Cx, method: &Value, _this: Option<&Value>, _owner: Option<&Value>) -> R {
    Ok(method.clone())
}

fn call(cx: &mut Cx, method: &Value, args: Args<'_>) -> R {
    let Some(method) = method.cast::<Method>() else { return Err(cx.system_error("not a method")) };
    let (function, this) = (method.function.clone(), method.this.clone());
    let mut values = Vec::with_capacity(args.values().len() + 1);
    values.push(this);
    values.extend_from_slice(args.values());
    ops::call_args(cx, &function, Args::new(&values, args.names()))
}

fn new_slot(cx: &mut Cx, _ty: &Obj<Type>, args: Args<'_>) -> R {
    if args.has_keywords() {
        return Err(cx.type_error("method() takes no keyword arguments"));
    }
    let [function, this] = args.pos() else {
        return Err(cx.type_error(format!("method expected 2 arguments, got {}", args.pos().len())));
    };
    if function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("first argument must be callable"));
    }
    if this.is_none() {
        return Err(cx.type_error("instance must not be None"));
    }
    Ok(new(cx, function.clone(), this.clone()))
}

fn getattr(cx: &mut Cx, method: &Value, name: &Obj<Str>) -> R {
    if let Some(found) = attr::lookup_type(cx, &METHOD, name) {
        return match found.ty(cx).slots().descr_get {
            Some(get) => get(cx, &found, Some(method), Some(&METHOD.to_value())),
            None => Ok(found),
        };
    }
    match method.cast::<Method>() {
        Some(m) => {
            let function = m.function.clone();
            ops::getattr(cx, &function, name)
        }
        None => attr::generic_get(cx, method, name),
    }
}

fn repr(cx: &mut Cx, method: &Value) -> R {
    let Some(m) = method.cast::<Method>() else { return Err(cx.system_error("not a method")) };
    let (function, this) = (m.function.clone(), m.this.clone());
    let mut name = ops::getattr_opt(cx, &function, &names::__qualname__)?;
    if name.as_ref().is_none_or(|n| n.as_str().is_none()) {
        name = ops::getattr_opt(cx, &function, &names::__name__)?;
    }
    let name = name
        .as_ref()
        .and_then(Value::as_str)
        .map_or_else(|| "?".to_owned(), |s| s.to_string_lossy().into_owned());
    let this = ops::repr(cx, &this)?.to_string_lossy().into_owned();
    Ok(cx.str(&format!("<bound method {name} of {this}>")))
}

fn hash(cx: &mut Cx, method: &Value) -> R<i64> {
    let Some(m) = method.cast::<Method>() else { return Err(cx.system_error("not a method")) };
    let function = m.function.clone();
    let x = (m.this.id() >> 4) as i64;
    let y = ops::hash(cx, &function)?;
    let mixed = x ^ y;
    Ok(if mixed == -1 { -2 } else { mixed })
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Method>(), b.cast::<Method>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let same_this = x.this.is(&y.this);
    let (f, g) = (x.function.clone(), y.function.clone());
    let equal = same_this && ops::equal(cx, &f, &g)?;
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn get_func(_cx: &mut Cx, value: &Value) -> R {
    Ok(value.cast::<Method>().map_or_else(Value::none, |m| m.function.clone()))
}

fn get_self(_cx: &mut Cx, value: &Value) -> R {
    Ok(value.cast::<Method>().map_or_else(Value::none, |m| m.this.clone()))
}

fn get_doc(cx: &mut Cx, value: &Value) -> R {
    let function = get_func(cx, value)?;
    ops::getattr(cx, &function, &names::__doc__)
}

/// Helper for pickle.
#[taipan_macros::native("method.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    let (function, receiver) = (get_func(cx, this)?, get_self(cx, this)?);
    let name = ops::getattr(cx, &function, &names::__name__)?;
    let getattr = crate::builtin_named(cx, "getattr")?;
    let args = cx.tuple_value([receiver, name]);
    Ok(cx.tuple_value([getattr, args]))
}

static DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![reduce],
    getset: &[GetSetDef { name: "__doc__", doc: None, get: Some(get_doc), set: None }],
    members: &[
        MemberDef {
            name: "__func__",
            doc: Some("the function (or other callable) implementing a method"),
            get: get_func,
            set: None,
        },
        MemberDef {
            name: "__self__",
            doc: Some("the instance to which a method is bound"),
            get: get_self,
            set: None,
        },
    ],
    extra: None,
};
