//! `classmethod`, `staticmethod` and `property`.

use taipan_object::native::{GetSetDef, MemberDef};
use taipan_object::object::Trace;
use taipan_object::{
    Args, Cx, Handle, Obj, Payload, R, Slots, Str, Type, TypeDefs, Value, exc, flags, names, ops,
};

/// The payload of `classmethod` and `staticmethod`.
#[repr(C)]
pub struct Wrapper {
    pub callable: Option<Value>,
}

impl Trace for Wrapper {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.callable.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.callable.take());
    }
}

/// The payload of `staticmethod`: as [`Wrapper`].
#[repr(transparent)]
pub struct StaticMethod(pub Wrapper);
/// The payload of `classmethod`: as [`Wrapper`].
#[repr(transparent)]
pub struct ClassMethod(pub Wrapper);

macro_rules! wrapper {
    ($payload:ident, $ty:ident, $name:literal, $slots:expr, $doc:literal) => {
        impl Trace for $payload {
            fn trace(&self, visit: &mut dyn FnMut(&Value)) {
                self.0.trace(visit);
            }
            fn clear(&mut self, out: &mut Vec<Value>) {
                self.0.clear(out);
            }
        }
        // SAFETY: the type's instances and those of its subtypes begin with this payload.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &taipan_object::ty::TYPE,
            Type::builtin::<$payload>($name)
                .base(&taipan_object::ty::OBJECT)
                .flags(flags::BASE | flags::WEAKREFABLE)
                .with_attrs()
                .with_slots($slots)
                .defs(&WRAPPER_DEFS)
                .doc($doc),
        );
    };
}

wrapper!(
    StaticMethod,
    STATICMETHOD,
    "staticmethod",
    Slots {
        descr_get: Some(static_get),
        call: Some(static_call),
        new: Some(static_new),
        init: Some(wrapper_init),
        repr: Some(static_repr),
        ..Slots::EMPTY
    },
    "staticmethod(function, /)\n--\n\nConvert a function to be a static method.\n\nA static method does not receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\nneither is passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found in Java or C++.\nFor a more advanced concept, see the classmethod builtin."
);
wrapper!(
    ClassMethod,
    CLASSMETHOD,
    "classmethod",
    Slots {
        descr_get: Some(class_get),
        new: Some(class_new),
        init: Some(wrapper_init),
        repr: Some(class_repr),
        ..Slots::EMPTY
    },
    "classmethod(function, /)\n--\n\nConvert a function to be a class method.\n\nA class method receives the class as implicit first argument,\njust like an instance method receives the instance.\nTo declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n      def f(cls, arg1, arg2, argN):\n          ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()).  The instance is ignored except for its class.\nIf a class method is called for a derived class, the derived class\nobject is passed as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\nIf you want those, see the staticmethod builtin."
);

/// The wrapper of either kind.
fn wrapper(value: &Value) -> Option<&Obj<Wrapper>> {
    let found = value.cast::<StaticMethod>().map(|s| s as *const Obj<StaticMethod> as *const Obj<Wrapper>);
    let found = found
        .or_else(|| value.cast::<ClassMethod>().map(|s| s as *const Obj<ClassMethod> as *const Obj<Wrapper>));
    // SAFETY: both payloads are transparent wrappers.
    found.map(|p| unsafe { &*p })
}

fn callable(cx: &mut Cx, value: &Value) -> R {
    match wrapper(value).and_then(|w| w.get(cx).callable.clone()) {
        Some(c) => Ok(c),
        None => Err(cx.runtime_error(format!("uninitialized {} object", value.ty_unguarded().name()))),
    }
}

fn static_new(cx: &mut Cx, ty: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(ty, StaticMethod(Wrapper { callable: Some(Value::none()) })).into_value())
}

fn class_new(cx: &mut Cx, ty: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(ty, ClassMethod(Wrapper { callable: Some(Value::none()) })).into_value())
}

fn wrapper_init(cx: &mut Cx, value: &Value, args: Args<'_>) -> R<()> {
    let name = value.ty_unguarded().name().into_owned();
    if args.has_keywords() {
        return Err(cx.type_error(format!("{name}() takes no keyword arguments")));
    }
    let [function] = args.pos() else {
        return Err(cx.type_error(format!("{name} expected 1 argument, got {}", args.pos().len())));
    };
    if let Some(w) = wrapper(value) {
        let old = w.get_mut(cx).callable.replace(function.clone());
        drop(old);
    }
    // What functools.wraps copies; missing ones are left out.
    for attribute in [&*names::__module__, &*names::__name__, &*names::__qualname__, &*names::__doc__] {
        if let Some(found) = ops::getattr_opt(cx, function, attribute)? {
            taipan_object::instance::set_attr(cx, value, attribute, found)?;
        }
    }
    Ok(())
}

fn static_get(cx: &mut Cx, value: &Value, _this: Option<&Value>, _owner: Option<&Value>) -> R {
    callable(cx, value)
}

fn static_call(cx: &mut Cx, value: &Value, args: Args<'_>) -> R {
    let function = callable(cx, value)?;
    ops::call_args(cx, &function, args)
}

fn class_get(cx: &mut Cx, value: &Value, this: Option<&Value>, owner: Option<&Value>) -> R {
    let function = callable(cx, value)?;
    let owner = match (owner, this) {
        (Some(owner), _) => owner.clone(),
        (None, Some(this)) => this.type_of().into_value(),
        (None, None) => return Err(cx.type_error("__get__(None, None) is invalid")),
    };
    Ok(super::method::new(cx, function, owner))
}

fn wrapper_repr(cx: &mut Cx, value: &Value, name: &str) -> R {
    let function = callable(cx, value)?;
    let text = ops::repr(cx, &function)?.to_string_lossy().into_owned();
    Ok(cx.str(&format!("<{name}({text})>")))
}

fn static_repr(cx: &mut Cx, value: &Value) -> R {
    wrapper_repr(cx, value, "staticmethod")
}

fn class_repr(cx: &mut Cx, value: &Value) -> R {
    wrapper_repr(cx, value, "classmethod")
}

fn get_callable(cx: &mut Cx, value: &Value) -> R {
    Ok(wrapper(value).and_then(|w| w.get(cx).callable.clone()).unwrap_or_else(Value::none))
}

fn get_dict(cx: &mut Cx, value: &Value) -> R {
    taipan_object::dict::instance_dict(cx, value)
}

fn get_isabstract(cx: &mut Cx, value: &Value) -> R {
    let function = callable(cx, value)?;
    is_abstract(cx, &function)
}

fn is_abstract(cx: &mut Cx, function: &Value) -> R {
    match ops::getattr_opt(cx, function, &names::__isabstractmethod__)? {
        Some(flag) => Ok(Value::bool(ops::truth(cx, &flag)?)),
        None => Ok(Value::bool(false)),
    }
}

/// `__annotations__` and `__annotate__`: the wrapper's own once it has them (from its function, at first use).
fn own_or_wrapped(cx: &mut Cx, value: &Value, name: &'static Obj<Str>) -> R {
    let own = taipan_object::instance::dict_of(cx, value)?;
    let Some(own) = own.as_dict() else { return Err(cx.system_error("no dictionary")) };
    if let Some(known) = taipan_object::dict::get_str(cx, own, name)? {
        return Ok(known);
    }
    let function = callable(cx, value)?;
    let found = ops::getattr(cx, &function, name)?;
    taipan_object::dict::set_str(cx, own, name, found.clone())?;
    Ok(found)
}

fn set_own(cx: &mut Cx, value: &Value, name: &'static Obj<Str>, new: Option<&Value>) -> R<()> {
    let own = taipan_object::instance::dict_of(cx, value)?;
    let Some(own) = own.as_dict() else { return Err(cx.system_error("no dictionary")) };
    match new {
        Some(new) => taipan_object::dict::set_str(cx, own, name, new.clone()),
        None => match taipan_object::dict::remove_str(cx, own, name)? {
            Some(_) => Ok(()),
            None => Err(taipan_object::attr::no_attribute(cx, value, name)),
        },
    }
}

/// See PEP 585
#[taipan_macros::native("classmethod.__class_getitem__($type, object, /)", no_signature)]
fn wrapper_class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::generic_alias(cx, class, object)
}

static WRAPPER_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![wrapper_class_getitem],
    getset: &[
        GetSetDef { name: "__dict__", doc: None, get: Some(get_dict), set: None },
        GetSetDef { name: "__isabstractmethod__", doc: None, get: Some(get_isabstract), set: None },
        GetSetDef {
            name: "__annotations__",
            doc: None,
            get: Some(|cx, v| own_or_wrapped(cx, v, &names::__annotations__)),
            set: Some(|cx, v, new| set_own(cx, v, &names::__annotations__, new)),
        },
        GetSetDef {
            name: "__annotate__",
            doc: None,
            get: Some(|cx, v| own_or_wrapped(cx, v, &names::__annotate__)),
            set: Some(|cx, v, new| set_own(cx, v, &names::__annotate__, new)),
        },
    ],
    members: &[
        MemberDef { name: "__func__", doc: None, get: get_callable, set: None },
        MemberDef { name: "__wrapped__", doc: None, get: get_callable, set: None },
    ],
    extra: None,
};

// ---- property

/// The payload of `property`.
#[repr(C)]
#[derive(Default)]
pub struct Property {
    pub get: Option<Value>,
    pub set: Option<Value>,
    pub del: Option<Value>,
    pub doc: Option<Value>,
    pub name: Option<Value>,
    /// The doc came from the getter: copies take the new getter's.
    getter_doc: bool,
}

impl Trace for Property {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        for value in [&self.get, &self.set, &self.del, &self.doc, &self.name] {
            value.trace(visit);
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        for value in [&mut self.get, &mut self.set, &mut self.del, &mut self.doc, &mut self.name] {
            out.extend(value.take());
        }
    }
}

// SAFETY: `PROPERTY`'s instances and those of its subtypes begin with this payload.
unsafe impl Payload for Property {
    const TYPE: &'static Obj<Type> = &PROPERTY;
}

/// `property`.
pub static PROPERTY: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Property>("property")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            descr_get: Some(property_get),
            descr_set: Some(property_set),
            new: Some(property_new),
            init: Some(property_init),
            ..Slots::EMPTY
        })
        .defs(&PROPERTY_DEFS)
        .doc(
            "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for deleting an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
        ),
);

fn property_new(cx: &mut Cx, ty: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(ty, Property::default()).into_value())
}

fn property_init(cx: &mut Cx, value: &Value, args: Args<'_>) -> R<()> {
    const NAMES: [&str; 4] = ["fget", "fset", "fdel", "doc"];
    if args.pos().len() > 4 {
        return Err(
            cx.type_error(format!("property() takes at most 4 arguments ({} given)", args.values().len()))
        );
    }
    let mut given: [Option<Value>; 4] = [const { None }; 4];
    for (slot, v) in given.iter_mut().zip(args.pos()) {
        *slot = Some(v.clone());
    }
    for (name, v) in args.keywords() {
        match NAMES.iter().position(|n| name.eq_str(n)) {
            Some(i) => given[i] = Some(v.clone()),
            None => {
                let message =
                    format!("property() got an unexpected keyword argument '{}'", name.to_string_lossy());
                return Err(cx.type_error(message));
            }
        }
    }
    let [get, set, del, doc] = given.map(|v| v.filter(|v| !v.is_none()));
    let mut getter_doc = false;
    let mut text = doc;
    if text.is_none()
        && let Some(get) = &get
        && let Some(found) = ops::getattr_opt(cx, get, &names::__doc__)?
        && !found.is_none()
    {
        text = Some(found);
        getter_doc = true;
    }
    let exact = value.is_instance_exact(&PROPERTY);
    let Some(property) = value.cast::<Property>() else { return Ok(()) };
    let made = Property { get, set, del, doc: text.clone(), name: None, getter_doc };
    let old = std::mem::replace(property.get_mut(cx), made);
    drop(old);
    if exact {
        return Ok(());
    }
    // A subclass keeps the docstring in its instance dictionary too, where its own __doc__ does not hide it. One that was
    // given is dropped where there is no room for it; the getter's is not.
    let text = text.unwrap_or_else(Value::none);
    match ops::setattr(cx, value, &names::__doc__, &text) {
        Err(raised) if !getter_doc => cx.catch(raised, &exc::ATTRIBUTE_ERROR),
        result => result,
    }
}

/// The name that messages show: as set by `__set_name__`, else the getter's.
fn name_of(cx: &mut Cx, property: &Obj<Property>) -> R<Option<String>> {
    let name = match property.get(cx).name.clone() {
        Some(name) => Some(name),
        None => match property.get(cx).get.clone() {
            Some(get) => ops::getattr_opt(cx, &get, &names::__name__)?,
            None => None,
        },
    };
    match name {
        Some(name) => Ok(Some(ops::repr(cx, &name)?.to_string_lossy().into_owned())),
        None => Ok(None),
    }
}

fn refuse(cx: &mut Cx, property: &Obj<Property>, this: &Value, what: &str) -> R<taipan_object::Raised> {
    let name = name_of(cx, property)?;
    let owner = ops::getattr(cx, this.type_of().as_value(), &names::__qualname__)?;
    let owner = ops::repr(cx, &owner)?.to_string_lossy().into_owned();
    let message = match name {
        Some(name) => format!("property {name} of {owner} object has no {what}"),
        None => format!("property of {owner} object has no {what}"),
    };
    Ok(cx.raise(&exc::ATTRIBUTE_ERROR, message))
}

fn property_get(cx: &mut Cx, value: &Value, this: Option<&Value>, _owner: Option<&Value>) -> R {
    let Some(this) = this.filter(|t| !t.is_none()) else { return Ok(value.clone()) };
    let Some(property) = value.cast::<Property>() else { return Err(cx.system_error("not a property")) };
    match property.get(cx).get.clone() {
        Some(get) => ops::call(cx, &get, std::slice::from_ref(this)),
        None => Err(refuse(cx, property, this, "getter")?),
    }
}

fn property_set(cx: &mut Cx, value: &Value, this: &Value, new: Option<&Value>) -> R<()> {
    let Some(property) = value.cast::<Property>() else { return Err(cx.system_error("not a property")) };
    match new {
        Some(new) => match property.get(cx).set.clone() {
            Some(set) => ops::call(cx, &set, &[this.clone(), new.clone()]).map(drop),
            None => Err(refuse(cx, property, this, "setter")?),
        },
        None => match property.get(cx).del.clone() {
            Some(del) => ops::call(cx, &del, std::slice::from_ref(this)).map(drop),
            None => Err(refuse(cx, property, this, "deleter")?),
        },
    }
}

/// A property like this one with one function replaced.
fn copied(cx: &mut Cx, this: &Value, which: usize, function: &Value) -> R {
    let Some(property) = this.cast::<Property>() else { return Err(cx.type_error("a property is needed")) };
    let data = property.get(cx);
    let mut parts = [data.get.clone(), data.set.clone(), data.del.clone()];
    let (getter_doc, doc, name) = (data.getter_doc, data.doc.clone(), data.name.clone());
    if !function.is_none() {
        parts[which] = Some(function.clone());
    }
    // What came from the getter comes from the copy's getter anew.
    let doc = doc.filter(|_| !getter_doc || parts[0].is_none());
    let mut args: Vec<Value> = parts.into_iter().map(|p| p.unwrap_or_else(Value::none)).collect();
    args.push(doc.unwrap_or_else(Value::none));
    let class: Handle<Type> = this.type_of();
    let made = ops::call(cx, class.as_value(), &args)?;
    if let Some(p) = made.cast::<Property>() {
        p.get_mut(cx).name = name;
    }
    Ok(made)
}

/// Descriptor to obtain a copy of the property with a different getter.
#[taipan_macros::native("property.getter($self, object, /)")]
fn getter(cx: &mut Cx, this: &Value, object: &Value) -> R {
    copied(cx, this, 0, object)
}

/// Descriptor to obtain a copy of the property with a different setter.
#[taipan_macros::native("property.setter($self, object, /)")]
fn setter(cx: &mut Cx, this: &Value, object: &Value) -> R {
    copied(cx, this, 1, object)
}

/// Descriptor to obtain a copy of the property with a different deleter.
#[taipan_macros::native("property.deleter($self, object, /)")]
fn deleter(cx: &mut Cx, this: &Value, object: &Value) -> R {
    copied(cx, this, 2, object)
}

/// Method to set name of a property.
#[taipan_macros::native("property.__set_name__($self, owner, name, /)")]
fn set_name(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let [_owner, name] = args.pos() else {
        let given = args.pos().len();
        let message = format!("__set_name__() takes 2 positional arguments but {given} were given");
        return Err(cx.type_error(message));
    };
    if let Some(p) = this.cast::<Property>() {
        let old = p.get_mut(cx).name.replace(name.clone());
        drop(old);
    }
    Ok(())
}

macro_rules! part {
    ($f:ident, $field:ident) => {
        fn $f(cx: &mut Cx, value: &Value) -> R {
            Ok(value.cast::<Property>().and_then(|p| p.get(cx).$field.clone()).unwrap_or_else(Value::none))
        }
    };
}
part!(get_fget, get);
part!(get_fset, set);
part!(get_fdel, del);
part!(get_doc, doc);

fn set_doc(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    if let Some(p) = value.cast::<Property>() {
        let old = std::mem::replace(&mut p.get_mut(cx).doc, new.cloned());
        drop(old);
    }
    Ok(())
}

fn get_property_name(cx: &mut Cx, value: &Value) -> R {
    let Some(p) = value.cast::<Property>() else { return Ok(Value::none()) };
    if let Some(name) = p.get(cx).name.clone() {
        return Ok(name);
    }
    if let Some(get) = p.get(cx).get.clone()
        && let Some(name) = ops::getattr_opt(cx, &get, &names::__name__)?
    {
        return Ok(name);
    }
    let text = cx.intern("__name__");
    Err(taipan_object::attr::no_attribute(cx, value, &text))
}

fn set_property_name(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    if let Some(p) = value.cast::<Property>() {
        let old = std::mem::replace(&mut p.get_mut(cx).name, new.cloned());
        drop(old);
    }
    Ok(())
}

fn property_isabstract(cx: &mut Cx, value: &Value) -> R {
    for part in [get_fget(cx, value)?, get_fset(cx, value)?, get_fdel(cx, value)?] {
        if !part.is_none() && is_abstract(cx, &part)?.is_true() {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

static PROPERTY_DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![getter, setter, deleter, set_name],
    getset: &[
        GetSetDef { name: "__name__", doc: None, get: Some(get_property_name), set: Some(set_property_name) },
        GetSetDef { name: "__isabstractmethod__", doc: None, get: Some(property_isabstract), set: None },
    ],
    members: &[
        MemberDef { name: "fget", doc: None, get: get_fget, set: None },
        MemberDef { name: "fset", doc: None, get: get_fset, set: None },
        MemberDef { name: "fdel", doc: None, get: get_fdel, set: None },
        MemberDef { name: "__doc__", doc: None, get: get_doc, set: Some(set_doc) },
    ],
    extra: None,
};

/// `staticmethod(f)`, its attributes not copied: for what the class machinery wraps.
pub fn static_method(cx: &mut Cx, function: Value) -> Value {
    cx.new_object(StaticMethod(Wrapper { callable: Some(function) })).into_value()
}

/// `classmethod(f)`, as [`static_method`].
pub fn class_method(cx: &mut Cx, function: Value) -> Value {
    cx.new_object(ClassMethod(Wrapper { callable: Some(function) })).into_value()
}
