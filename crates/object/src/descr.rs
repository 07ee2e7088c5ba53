//! The objects that native code appears as in dictionaries: built-in functions, method descriptors, get/set and member
//! descriptors, and slot wrappers.

use crate::args::Args;
use crate::cx::Cx;
use crate::native::{Binding, GetSetDef, MemberDef, NativeDef};
use crate::object::{Payload, Trace};
use crate::ty::{Slots, Type, flags};
use crate::typeobj::SlotDef;
use crate::value::{Handle, R, Raised, Value};
use crate::{Obj, exc, names};

/// Declares a payload that traces the listed fields.
macro_rules! descriptor {
    ($(#[$doc:meta])* $payload:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* } traced($($traced:ident),*) $constant:ident = $name:literal, $flags:expr, $slots:expr) => {
        $(#[$doc])*
        pub struct $payload { $($(#[$field_doc])* pub $field: $ty,)* }
        impl Trace for $payload {
            #[allow(unused_variables)]
            fn trace(&self, visit: &mut dyn FnMut(&Value)) { $(Trace::trace(&self.$traced, visit);)* }
            #[allow(unused_variables)]
            fn clear(&mut self, out: &mut Vec<Value>) { $(Trace::clear(&mut self.$traced, out);)* }
        }
        impl crate::object::Frozen for $payload {}
        // SAFETY: the type's instances are `Obj` of this payload.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$constant;
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $constant: Obj<Type> = Obj::new_static_type(
            &crate::ty::TYPE,
            Type::builtin::<$payload>($name).base(&crate::ty::OBJECT).flags($flags).with_slots($slots),
        );
    };
}

descriptor! {
    /// A native function, or a native method bound to its receiver.
    NativeFunction {
        def: &'static NativeDef,
        /// The receiver of a bound method.
        this: Option<Value>,
        /// `__module__` of a module's function: the module's name.
        module: Option<Value>,
    } traced(this, module)
    NATIVE_FUNCTION = "builtin_function_or_method", flags::WEAKREFABLE, Slots { call: Some(native_call), ..Slots::EMPTY }
}

descriptor! {
    /// A native method in a class's dictionary.
    MethodDescriptor { def: &'static NativeDef, owner: Value, } traced(owner)
    METHOD_DESCRIPTOR = "method_descriptor", flags::METHOD_DESCRIPTOR,
    Slots { call: Some(method_call), descr_get: Some(method_get), ..Slots::EMPTY }
}

descriptor! {
    /// A native class method in a class's dictionary.
    ClassMethodDescriptor { def: &'static NativeDef, owner: Value, } traced(owner)
    CLASS_METHOD_DESCRIPTOR = "classmethod_descriptor", 0,
    Slots { call: Some(class_method_call), descr_get: Some(class_method_get), ..Slots::EMPTY }
}

descriptor! {
    /// An attribute computed by native code.
    GetSetDescriptor { def: &'static GetSetDef, owner: Value, } traced(owner)
    GETSET_DESCRIPTOR = "getset_descriptor", 0,
    Slots { descr_get: Some(getset_get), descr_set: Some(getset_set), ..Slots::EMPTY }
}

/// What a member descriptor reaches.
#[derive(Clone, Copy)]
pub enum Member {
    /// A field of a native payload.
    Native(&'static MemberDef),
    /// Word `i` of the instance's `__slots__`.
    Slot(usize),
}
crate::plain_data!(Member);

descriptor! {
    /// A member of the payload, or a name of `__slots__`.
    MemberDescriptor { member: Member, name: Value, owner: Value, } traced(owner)
    MEMBER_DESCRIPTOR = "member_descriptor", 0,
    Slots { descr_get: Some(member_get), descr_set: Some(member_set), ..Slots::EMPTY }
}

descriptor! {
    /// A slot of a built-in type under its dunder name.
    SlotWrapper { def: &'static SlotDef, owner: Value, } traced(owner)
    SLOT_WRAPPER = "wrapper_descriptor", flags::METHOD_DESCRIPTOR,
    Slots { call: Some(wrapper_call), descr_get: Some(wrapper_get), ..Slots::EMPTY }
}

descriptor! {
    /// A slot wrapper bound to its receiver.
    MethodWrapper { wrapper: Handle<SlotWrapper>, this: Value, } traced(wrapper, this)
    METHOD_WRAPPER = "method-wrapper", 0, Slots { call: Some(method_wrapper_call), ..Slots::EMPTY }
}

/// All types of this module.
pub static TYPES: &[&Obj<Type>] = &[
    &NATIVE_FUNCTION,
    &METHOD_DESCRIPTOR,
    &CLASS_METHOD_DESCRIPTOR,
    &GETSET_DESCRIPTOR,
    &MEMBER_DESCRIPTOR,
    &SLOT_WRAPPER,
    &METHOD_WRAPPER,
];

impl Cx {
    /// A function object for a native; `module` is the name shown as `__module__`.
    pub fn native_function(&self, def: &'static NativeDef, module: Option<Value>) -> Value {
        self.new_object(NativeFunction { def, this: None, module }).into_value()
    }

    /// A native bound to a receiver.
    pub fn bound_native(&self, def: &'static NativeDef, this: Value) -> Value {
        self.new_object(NativeFunction { def, this: Some(this), module: None }).into_value()
    }
}

/// Calls `call` with `this` in front of `args`.
pub fn call_with_receiver<T>(this: &Value, args: Args<'_>, call: impl FnOnce(Args<'_>) -> T) -> T {
    let mut values = Vec::with_capacity(args.values().len() + 1);
    values.push(this.clone());
    values.extend_from_slice(args.values());
    call(Args::new(&values, args.names()))
}

fn native_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let Some(function) = this.cast::<NativeFunction>() else {
        return Err(cx.system_error("not a native function"));
    };
    match &function.this {
        None => (function.def.call)(cx, args),
        Some(receiver) => call_with_receiver(receiver, args, |args| (function.def.call)(cx, args)),
    }
}

/// `descriptor 'append' for 'list' objects doesn't apply to a 'tuple' object`.
fn check_receiver(cx: &mut Cx, name: &str, owner: &Value, this: &Value) -> R<()> {
    match owner.as_type() {
        Some(owner) if !this.is_instance(owner) => {
            let message = format!(
                "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
                owner.full_name(),
                this.type_name(cx)
            );
            Err(cx.type_error(message))
        }
        _ => Ok(()),
    }
}

fn method_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let Some(method) = this.cast::<MethodDescriptor>() else { return Err(cx.system_error("not a method")) };
    check_method_receiver(cx, method, args)?;
    (method.def.call)(cx, args)
}

/// Whether the first argument fits the method's class; TypeError if there is none or it does not.
#[inline]
pub fn check_method_receiver(cx: &mut Cx, method: &Obj<MethodDescriptor>, args: Args<'_>) -> R<()> {
    match args.pos().first() {
        Some(receiver) => check_receiver(cx, method.def.name, &method.owner, receiver),
        None => {
            let owner = method.owner.as_type().map(|t| t.full_name().into_owned()).unwrap_or_default();
            Err(cx.type_error(format!("unbound method {}.{}() needs an argument", owner, method.def.name)))
        }
    }
}

fn method_get(cx: &mut Cx, this: &Value, obj: Option<&Value>, _ty: Option<&Value>) -> R {
    match (this.cast::<MethodDescriptor>(), obj) {
        (Some(method), Some(obj)) => {
            check_receiver(cx, method.def.name, &method.owner, obj)?;
            Ok(cx.bound_native(method.def, obj.clone()))
        }
        _ => Ok(this.clone()),
    }
}

fn class_method_get(cx: &mut Cx, this: &Value, obj: Option<&Value>, ty: Option<&Value>) -> R {
    let Some(method) = this.cast::<ClassMethodDescriptor>() else { return Ok(this.clone()) };
    let class = match (ty, obj) {
        (Some(class), _) => class.clone(),
        (None, Some(obj)) => obj.type_of().into_value(),
        (None, None) => return Ok(this.clone()),
    };
    check_class(cx, method, &class)?;
    Ok(cx.bound_native(method.def, class))
}

fn check_class(cx: &mut Cx, method: &Obj<ClassMethodDescriptor>, class: &Value) -> R<()> {
    let owner = method.owner.as_type();
    let message = match (class.as_type(), owner) {
        (Some(class), Some(owner)) if class.is_subtype(owner) => return Ok(()),
        (Some(class), Some(owner)) => format!(
            "descriptor '{}' requires a subtype of '{}' but received '{}'",
            method.def.name,
            owner.full_name(),
            class.full_name()
        ),
        (_, owner) => format!(
            "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
            method.def.name,
            owner.map(|o| o.full_name().into_owned()).unwrap_or_default(),
            class.type_name(cx)
        ),
    };
    Err(cx.type_error(message))
}

fn class_method_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let Some(method) = this.cast::<ClassMethodDescriptor>() else {
        return Err(cx.system_error("not a class method"));
    };
    match args.pos().first() {
        Some(class) => check_class(cx, method, class)?,
        None => {
            let owner = method.owner.as_type().map(|t| t.full_name().into_owned()).unwrap_or_default();
            return Err(cx.type_error(format!(
                "descriptor '{}' of '{owner}' object needs an argument",
                method.def.name
            )));
        }
    }
    (method.def.call)(cx, args)
}

fn getset_get(cx: &mut Cx, this: &Value, obj: Option<&Value>, _ty: Option<&Value>) -> R {
    let (Some(descr), Some(obj)) = (this.cast::<GetSetDescriptor>(), obj) else { return Ok(this.clone()) };
    check_receiver(cx, descr.def.name, &descr.owner, obj)?;
    match descr.def.get {
        Some(get) => get(cx, obj),
        None => {
            let message = access_message(&descr.owner, descr.def.name, "readable");
            Err(cx.raise(&exc::ATTRIBUTE_ERROR, message))
        }
    }
}

fn access_message(owner: &Value, name: &str, what: &str) -> String {
    let owner = owner.as_type().map(|t| t.full_name().into_owned()).unwrap_or_default();
    format!("attribute '{name}' of '{owner}' objects is not {what}")
}

fn getset_set(cx: &mut Cx, this: &Value, obj: &Value, value: Option<&Value>) -> R<()> {
    let Some(descr) = this.cast::<GetSetDescriptor>() else {
        return Err(cx.system_error("not a descriptor"));
    };
    check_receiver(cx, descr.def.name, &descr.owner, obj)?;
    match descr.def.set {
        Some(set) => set(cx, obj, value),
        None => {
            let message = access_message(&descr.owner, descr.def.name, "writable");
            Err(cx.raise(&exc::ATTRIBUTE_ERROR, message))
        }
    }
}

fn member_get(cx: &mut Cx, this: &Value, obj: Option<&Value>, _ty: Option<&Value>) -> R {
    let (Some(descr), Some(obj)) = (this.cast::<MemberDescriptor>(), obj) else { return Ok(this.clone()) };
    let name = descr.name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    check_receiver(cx, &name, &descr.owner, obj)?;
    match descr.member {
        Member::Native(def) => (def.get)(cx, obj),
        Member::Slot(i) => match crate::instance::member(cx, obj, i) {
            Some(value) => Ok(value),
            None => Err(empty_slot(cx, descr, obj)),
        },
    }
}

/// The AttributeError of a slot without a value, which names the class in full.
#[cold]
fn empty_slot(cx: &mut Cx, descr: &Obj<MemberDescriptor>, obj: &Value) -> Raised {
    let Some(name) = descr.name.as_str() else { return cx.system_error("slot without a name") };
    let class = obj.type_of();
    let rest = class.rest(cx);
    let qualname = rest.qualname.as_ref().and_then(Value::as_str).map(|q| q.to_string_lossy().into_owned());
    let qualname = qualname.unwrap_or_else(|| class.full_name().into_owned());
    let module = rest.dict.clone().and_then(|members| {
        let members = members.cast::<crate::dict::Dict>()?;
        let module = crate::dict::peek_str(cx, members, &names::__module__)?.as_str()?;
        Some(module.to_string_lossy().into_owned())
    });
    let shown = match module {
        Some(module) if module != "__main__" && module != "builtins" => format!("{module}.{qualname}"),
        _ => qualname,
    };
    let message = format!("'{shown}' object has no attribute '{}'", name.to_string_lossy());
    exc::raise_attribute(cx, message, obj, name)
}

fn member_set(cx: &mut Cx, this: &Value, obj: &Value, value: Option<&Value>) -> R<()> {
    let Some(descr) = this.cast::<MemberDescriptor>() else {
        return Err(cx.system_error("not a descriptor"));
    };
    let name = descr.name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    check_receiver(cx, &name, &descr.owner, obj)?;
    match descr.member {
        Member::Native(MemberDef { set: Some(set), .. }) => set(cx, obj, value),
        Member::Native(_) => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "readonly attribute")),
        Member::Slot(i) => {
            let old = crate::instance::set_member(cx, obj, i, value.cloned());
            if old.is_none() && value.is_none() {
                return Err(cx.raise(&exc::ATTRIBUTE_ERROR, name));
            }
            Ok(())
        }
    }
}

fn wrapper_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let Some(wrapper) = this.cast::<SlotWrapper>() else { return Err(cx.system_error("not a slot wrapper")) };
    let Some((receiver, rest)) = args.split_first() else {
        let owner = wrapper.owner.as_type().map(|t| t.full_name().into_owned()).unwrap_or_default();
        return Err(
            cx.type_error(format!("descriptor '{}' of '{owner}' object needs an argument", wrapper.def.name))
        );
    };
    call_wrapper(cx, wrapper, receiver, rest)
}

fn call_wrapper(cx: &mut Cx, wrapper: &Obj<SlotWrapper>, receiver: &Value, args: Args<'_>) -> R {
    match wrapper.owner.as_type() {
        Some(owner) if !receiver.is_instance(owner) => {
            let message = format!(
                "descriptor '{}' requires a '{}' object but received a '{}'",
                wrapper.def.name,
                owner.full_name(),
                receiver.type_name(cx)
            );
            Err(cx.type_error(message))
        }
        Some(owner) => (wrapper.def.call)(cx, wrapper.def, owner.slots(), receiver, args),
        None => Err(cx.system_error("slot wrapper without an owner")),
    }
}

fn wrapper_get(cx: &mut Cx, this: &Value, obj: Option<&Value>, _ty: Option<&Value>) -> R {
    match (this.cast::<SlotWrapper>(), obj) {
        (Some(wrapper), Some(obj)) => {
            check_receiver(cx, wrapper.def.name, &wrapper.owner, obj)?;
            Ok(cx.new_object(MethodWrapper { wrapper: wrapper.to_handle(), this: obj.clone() }).into_value())
        }
        _ => Ok(this.clone()),
    }
}

fn method_wrapper_call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    match this.cast::<MethodWrapper>() {
        Some(bound) => call_wrapper(cx, &bound.wrapper, &bound.this, args),
        None => Err(cx.system_error("not a method wrapper")),
    }
}

/// The dictionary entry for a native of a class.
pub fn class_entry(cx: &Cx, def: &'static NativeDef, owner: &Obj<Type>) -> Value {
    let owner = owner.to_value();
    match def.binding {
        Binding::Instance => cx.new_object(MethodDescriptor { def, owner }).into_value(),
        Binding::Class => cx.new_object(ClassMethodDescriptor { def, owner }).into_value(),
        Binding::Static => cx.native_function(def, None),
    }
}
