//! `super`.

use taipan_bytecode::code::kinds;
use taipan_object::native::MemberDef;
use taipan_object::object::Trace;
use taipan_object::{
    Args, Cx, Handle, Obj, Payload, R, Slots, Str, Type, TypeDefs, Value, attr, dict, flags, names, ops,
};

use super::cell::Cell;
use crate::frame::{self, Frame};
use crate::slot::{self, NULL};

/// The payload.
#[repr(C)]
#[derive(Default)]
pub struct Super {
    /// The class after which the search starts.
    pub class: Option<Value>,
    pub object: Option<Value>,
    /// The class whose MRO is searched.
    pub object_type: Option<Value>,
}

impl Trace for Super {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.class.trace(visit);
        self.object.trace(visit);
        self.object_type.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend([self.class.take(), self.object.take(), self.object_type.take()].into_iter().flatten());
    }
}

// SAFETY: `SUPER`'s instances and those of its subtypes begin with this payload.
unsafe impl Payload for Super {
    const TYPE: &'static Obj<Type> = &SUPER;
}

/// `super`.
pub static SUPER: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Super>("super")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            getattr: Some(getattr),
            descr_get: Some(get),
            new: Some(new),
            init: Some(init),
            repr: Some(repr),
            ..Slots::EMPTY
        })
        .defs(&DEFS)
        .doc(
            "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n",
        ),
);

fn new(cx: &mut Cx, ty: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(ty, Super::default()).into_value())
}

/// The class whose MRO `super(class, object)` searches.
pub fn check(cx: &mut Cx, class: &Value, object: &Value) -> R<Handle<Type>> {
    let Some(wanted) = class.as_type() else {
        let message = format!("super() argument 1 must be a type, not {}", class.type_name(cx));
        return Err(cx.type_error(message));
    };
    if let Some(ty) = object.as_type()
        && ty.is_subtype(wanted)
    {
        return Ok(ty.to_handle());
    }
    if object.ty(cx).is_subtype(wanted) {
        return Ok(object.type_of());
    }
    if let Some(claimed) = ops::getattr_opt(cx, object, &names::__class__)?
        && let Some(ty) = claimed.as_type()
        && !ty.is(object.ty(cx))
        && ty.is_subtype(wanted)
    {
        return Ok(ty.to_handle());
    }
    let (kind, shown) = match object.as_type() {
        Some(ty) => ("type", ty.full_name().into_owned()),
        None => ("instance of", object.type_name(cx).into_owned()),
    };
    let message = format!(
        "super(type, obj): obj ({kind} {shown}) is not an instance or subtype of type ({}).",
        wanted.full_name()
    );
    Err(cx.type_error(message))
}

/// `__class__` and the first argument of the calling frame.
fn from_frame(cx: &mut Cx) -> R<(Value, Value)> {
    let frame = frame::current(cx);
    if frame.is_null() {
        return Err(cx.runtime_error("super(): no current frame"));
    }
    // SAFETY: the innermost frame is live.
    unsafe {
        let code = Frame::code(frame);
        if code.argcount == 0 {
            return Err(cx.runtime_error("super(): no arguments"));
        }
        let first = *Frame::local(frame, 0);
        let kind = code.source.localspluskinds.first().copied().unwrap_or(0);
        let object = if first == NULL {
            None
        } else {
            let value = slot::dup(first);
            if kind & kinds::CELL != 0
                && let Some(cell) = value.cast::<Cell>()
            {
                cell.get(cx).content.clone()
            } else {
                Some(value)
            }
        };
        let Some(object) = object else { return Err(cx.runtime_error("super(): arg[0] deleted")) };
        let parts = code.source.localsplusnames.iter().zip(&code.source.localspluskinds).enumerate();
        for (i, (name, kind)) in parts {
            if kind & kinds::FREE != 0 && *name == "__class__" {
                let s = *Frame::local(frame, i);
                let cell = if s == NULL { None } else { Some(slot::dup(s)) };
                let Some(cell) = cell.as_ref().and_then(Value::cast::<Cell>) else {
                    return Err(cx.runtime_error("super(): bad __class__ cell"));
                };
                let Some(class) = cell.get(cx).content.clone() else {
                    return Err(cx.runtime_error("super(): empty __class__ cell"));
                };
                if class.as_type().is_none() {
                    let message = format!("super(): __class__ is not a type ({})", class.type_name(cx));
                    return Err(cx.runtime_error(message));
                }
                return Ok((class, object));
            }
        }
    }
    Err(cx.runtime_error("super(): __class__ cell not found"))
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    if args.has_keywords() {
        return Err(cx.type_error("super() takes no keyword arguments"));
    }
    let (class, object) = match args.pos() {
        [] => {
            let (class, object) = from_frame(cx)?;
            (class, Some(object))
        }
        [class] => (class.clone(), None),
        [class, object] => (class.clone(), Some(object.clone()).filter(|o| !o.is_none())),
        more => {
            return Err(cx.type_error(format!("super() expected at most 2 arguments, got {}", more.len())));
        }
    };
    if class.as_type().is_none() {
        let message = format!("super() argument 1 must be a type, not {}", class.type_name(cx));
        return Err(cx.type_error(message));
    }
    let object_type = match &object {
        Some(object) => Some(check(cx, &class, object)?.into_value()),
        None => None,
    };
    if let Some(s) = this.cast::<Super>() {
        let old = std::mem::replace(s.get_mut(cx), Super { class: Some(class), object, object_type });
        drop(old);
    }
    Ok(())
}

/// What follows `class` in the MRO of `object_type` and has the attribute, unbound.
pub fn search(cx: &mut Cx, class: &Value, object_type: &Obj<Type>, name: &Obj<Str>) -> R<Option<Value>> {
    let Some(mro) = object_type.rest(cx).mro.clone() else { return Ok(None) };
    let classes = mro.cast::<taipan_object::Tuple>().map(|t| t.items()).unwrap_or_default();
    let Some(at) = classes.iter().position(|c| c.is(class)) else { return Ok(None) };
    for base in &classes[at + 1..] {
        let members = base.as_type().and_then(|t| t.rest(cx).dict.clone());
        if let Some(members) = members.as_ref().and_then(Value::as_dict)
            && let Some(found) = dict::get_str(cx, members, name)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// `super(class, object).name`, without a `super` object.
pub fn lookup(
    cx: &mut Cx,
    class: &Value,
    object: &Value,
    object_type: &Obj<Type>,
    name: &Obj<Str>,
) -> R<Option<Value>> {
    let Some(found) = search(cx, class, object_type, name)? else { return Ok(None) };
    match found.ty(cx).slots().descr_get {
        Some(get) => {
            let this = if object.is_obj(object_type) { None } else { Some(object) };
            get(cx, &found, this, Some(&object_type.to_value())).map(Some)
        }
        None => Ok(Some(found)),
    }
}

fn getattr(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> R {
    if let Some(s) = this.cast::<Super>()
        && !name.eq_str("__class__")
    {
        let data = s.get(cx);
        if let (Some(class), Some(object), Some(ty)) =
            (data.class.clone(), data.object.clone(), data.object_type.clone())
            && let Some(ty) = ty.as_type()
            && let Some(found) = lookup(cx, &class, &object, ty, name)?
        {
            return Ok(found);
        }
    }
    attr::generic_get(cx, this, name)
}

fn get(cx: &mut Cx, this: &Value, object: Option<&Value>, _owner: Option<&Value>) -> R {
    let Some(s) = this.cast::<Super>() else { return Ok(this.clone()) };
    let Some(object) = object.filter(|o| !o.is_none()) else { return Ok(this.clone()) };
    if s.get(cx).object.is_some() {
        return Ok(this.clone());
    }
    let Some(class) = s.get(cx).class.clone() else { return Ok(this.clone()) };
    let ty = this.type_of();
    ops::call(cx, ty.as_value(), &[class, object.clone()])
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let Some(s) = this.cast::<Super>() else { return Err(cx.system_error("not a super")) };
    let data = s.get(cx);
    let name = |v: &Option<Value>| {
        v.as_ref().and_then(Value::as_type).map_or_else(|| "NULL".to_owned(), |t| t.full_name().into_owned())
    };
    let text = match &data.object_type {
        Some(_) => format!("<super: <class '{}'>, <{} object>>", name(&data.class), name(&data.object_type)),
        None => format!("<super: <class '{}'>, NULL>", name(&data.class)),
    };
    Ok(cx.str(&text))
}

macro_rules! part {
    ($f:ident, $field:ident) => {
        fn $f(cx: &mut Cx, value: &Value) -> R {
            Ok(value.cast::<Super>().and_then(|s| s.get(cx).$field.clone()).unwrap_or_else(Value::none))
        }
    };
}
part!(get_class, class);
part!(get_object, object);
part!(get_object_type, object_type);

static DEFS: TypeDefs = TypeDefs {
    methods: &[],
    getset: &[],
    members: &[
        MemberDef {
            name: "__thisclass__",
            doc: Some("the class invoking super()"),
            get: get_class,
            set: None,
        },
        MemberDef {
            name: "__self__",
            doc: Some("the instance invoking super(); may be None"),
            get: get_object,
            set: None,
        },
        MemberDef {
            name: "__self_class__",
            doc: Some("the type of the instance invoking super(); may be None"),
            get: get_object_type,
            set: None,
        },
    ],
    extra: None,
};
