//! `object`: the behaviour that all instances begin with.

use taipan_macros::{native, natives};
use taipan_object::descr::call_with_receiver;
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{InitFn, NewFn, OBJECT, Object, flags};
use taipan_object::typeobj;
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, Obj, R, Slots, Str, Tuple, Type, TypeDefs, Value, attr, exc, hash,
    instance, names, ops,
};

use crate::Types;

/// `module.qualname` of a class, `qualname` alone for builtins: what default reprs show.
pub fn qualified_name(cx: &mut Cx, class: &Obj<Type>) -> R<String> {
    let value = class.to_value();
    let module = ops::getattr_opt(cx, &value, &names::__module__)?;
    let qualname = ops::getattr_opt(cx, &value, &names::__qualname__)?;
    let qualname = match qualname.as_ref().and_then(Value::as_str) {
        Some(s) => s.to_string_lossy().into_owned(),
        None => class.name().into_owned(),
    };
    Ok(match module.as_ref().and_then(Value::as_str) {
        Some(m) if !m.eq_str("builtins") => format!("{}.{qualname}", m.to_string_lossy()),
        _ => qualname,
    })
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let class = this.type_of();
    let name = qualified_name(cx, &class)?;
    Ok(cx.str(&format!("<{name} object at {:#x}>", this.id())))
}

fn str(cx: &mut Cx, this: &Value) -> R {
    match this.ty(cx).slots().repr {
        Some(f) => f(cx, this),
        None => repr(cx, this),
    }
}

/// Equality by identity; what `!=` says follows from `==`.
pub(crate) fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    match op {
        CompareOp::Eq => Ok(if a.is(b) { Value::bool(true) } else { Value::not_implemented() }),
        CompareOp::Ne => {
            // By default `!=` is the opposite of the class's own `==`.
            let Some(f) = a.ty(cx).slots().compare else { return Ok(Value::not_implemented()) };
            let result = f(cx, a, b, CompareOp::Eq)?;
            if result.is_not_implemented() {
                return Ok(result);
            }
            ops::truth(cx, &result).map(|equal| Value::bool(!equal))
        }
        _ => Ok(Value::not_implemented()),
    }
}

fn same_new(a: Option<NewFn>, b: NewFn) -> bool {
    a.is_some_and(|f| std::ptr::fn_addr_eq(f, b))
}

fn same_init(a: Option<InitFn>, b: InitFn) -> bool {
    a.is_some_and(|f| std::ptr::fn_addr_eq(f, b))
}

/// `object.__new__`.
pub fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    if !args.values().is_empty() {
        if !same_new(class.slots().new, new) {
            return Err(
                cx.type_error("object.__new__() takes exactly one argument (the type to instantiate)")
            );
        }
        if same_init(class.slots().init, init) {
            return Err(cx.type_error(format!("{}() takes no arguments", class.name())));
        }
    }
    if class.has(flags::ABSTRACT) {
        return Err(abstract_error(cx, class)?);
    }
    // SAFETY: whatever the class adds to the empty payload of `object` is zeroed; a class with another payload has its own
    // `__new__`, which `wrappers::new` insists on.
    Ok(unsafe { instance::alloc_with(cx, class, 0, |_: *mut Object| ()) }.into_value())
}

fn abstract_error(cx: &mut Cx, class: &Obj<Type>) -> R<taipan_object::Raised> {
    let methods = ops::getattr(cx, &class.to_value(), &names::__abstractmethods__)?;
    let mut names: Vec<String> = ops::collect(cx, &methods)?
        .iter()
        .filter_map(|m| Some(m.as_str()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let plural = if names.len() == 1 { "" } else { "s" };
    let list: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
    Ok(cx.type_error(format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} {}",
        class.name(),
        list.join(", ")
    )))
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    if args.values().is_empty() {
        return Ok(());
    }
    let class = this.type_of();
    if !same_init(class.slots().init, init) {
        return Err(
            cx.type_error("object.__init__() takes exactly one argument (the instance to initialize)")
        );
    }
    if same_new(class.slots().new, new) {
        return Err(cx.type_error(format!(
            "{}.__init__() takes exactly one argument (the instance to initialize)",
            class.name()
        )));
    }
    Ok(())
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "__class__",
    doc: Some("the object's class"),
    get: Some(|_, this| Ok(this.type_of().into_value())),
    set: Some(|cx, this, value| match value {
        Some(class) => typeobj::assign_class(cx, this, class),
        None => Err(cx.type_error("can't delete __class__ attribute")),
    }),
}];

/// Helper for pickle.
#[native("object.__reduce__($self, /)")]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    common_reduce(cx, this, 0)
}

/// Helper for pickle.
#[native("object.__reduce_ex__($self, protocol, /)")]
fn reduce_ex(cx: &mut Cx, this: &Value, protocol: i64) -> R {
    let class = this.type_of().into_value();
    let found = ops::getattr_opt(cx, this, &names::__reduce__)?;
    if let Some(method) = found {
        let of_class = ops::getattr(cx, &class, &names::__reduce__)?;
        let of_object = ops::getattr(cx, &OBJECT.to_value(), &names::__reduce__)?;
        if !of_class.is(&of_object) {
            return ops::call(cx, &method, &[]);
        }
    }
    common_reduce(cx, this, protocol)
}

fn common_reduce(cx: &mut Cx, this: &Value, protocol: i64) -> R {
    let import = cx.interp().runtime.import;
    let copyreg = import(cx, "copyreg")?;
    if protocol >= 2 {
        return reduce_newobj(cx, this, &copyreg);
    }
    let name = cx.intern("_reduce_ex");
    let protocol = cx.int(protocol);
    ops::call_method(cx, &copyreg, &name, &[this.clone(), protocol])
}

/// Arguments for `__new__` from `__getnewargs_ex__` or `__getnewargs__`.
fn new_arguments(cx: &mut Cx, this: &Value) -> R<(Option<Vec<Value>>, Option<Value>)> {
    if let Some(result) = ops::call_special(cx, this, &names::__getnewargs_ex__, &[])? {
        let Some(tuple) = result.cast::<Tuple>() else {
            let message = format!("__getnewargs_ex__ should return a tuple, not '{}'", result.type_name(cx));
            return Err(cx.type_error(message));
        };
        let [args, kwargs] = tuple.items() else {
            let message = format!("__getnewargs_ex__ should return a tuple of length 2, not {}", tuple.len());
            return Err(cx.value_error(message));
        };
        let Some(args) = args.cast::<Tuple>() else {
            let message = format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                args.type_name(cx)
            );
            return Err(cx.type_error(message));
        };
        if kwargs.cast::<Dict>().is_none() {
            let message = format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                kwargs.type_name(cx)
            );
            return Err(cx.type_error(message));
        }
        return Ok((Some(args.items().to_vec()), Some(kwargs.clone())));
    }
    match ops::call_special(cx, this, &names::__getnewargs__, &[])? {
        None => Ok((None, None)),
        Some(result) => match result.cast::<Tuple>() {
            Some(tuple) => Ok((Some(tuple.items().to_vec()), None)),
            None => {
                let message = format!("__getnewargs__ should return a tuple, not '{}'", result.type_name(cx));
                Err(cx.type_error(message))
            }
        },
    }
}

fn reduce_newobj(cx: &mut Cx, this: &Value, copyreg: &Value) -> R {
    let class = this.type_of();
    if class.slots().new.is_none() {
        return Err(cx.type_error(format!("cannot pickle '{}' object", class.full_name())));
    }
    let (args, kwargs) = new_arguments(cx, this)?;
    let has_args = args.is_some();
    let kwargs = match kwargs {
        Some(kwargs) if ops::len(cx, &kwargs)? > 0 => Some(kwargs),
        _ => None,
    };
    let (function, arguments) = match kwargs {
        None => {
            let function = ops::getattr_str(cx, copyreg, "__newobj__")?;
            let mut values = vec![class.as_value().clone()];
            values.extend(args.unwrap_or_default());
            (function, cx.tuple(values).into_value())
        }
        Some(kwargs) => {
            let function = ops::getattr_str(cx, copyreg, "__newobj_ex__")?;
            let args = cx.tuple(args.unwrap_or_default()).into_value();
            (function, cx.tuple_value([class.as_value().clone(), args, kwargs]))
        }
    };
    let state = get_state_of(cx, this, !has_args && !class.has(flags::LIST | flags::DICT))?;
    let list_items = if class.has(flags::LIST) { ops::iter(cx, this)? } else { Value::none() };
    let dict_items = if class.has(flags::DICT) {
        let items = ops::call_method(cx, this, &names::items, &[])?;
        ops::iter(cx, &items)?
    } else {
        Value::none()
    };
    Ok(cx.tuple_value([function, arguments, state, list_items, dict_items]))
}

/// `__getstate__`, the default one or the class's own.
fn get_state_of(cx: &mut Cx, this: &Value, required: bool) -> R {
    let method = ops::getattr(cx, this, &names::__getstate__)?;
    if let Some(native) = method.cast::<taipan_object::descr::NativeFunction>()
        && std::ptr::eq(native.def, &raw const getstate__def)
    {
        return default_state(cx, this, required);
    }
    ops::call(cx, &method, &[])
}

/// Helper for pickle.
#[native("object.__getstate__($self, /)")]
fn getstate(cx: &mut Cx, this: &Value) -> R {
    default_state(cx, this, false)
}

fn default_state(cx: &mut Cx, this: &Value, required: bool) -> R {
    let class = this.type_of();
    let slots = typeobj_slot_names(cx, &class)?;
    if required && !picklable_layout(cx, &class) {
        return Err(cx.type_error(format!("cannot pickle '{}' object", class.full_name())));
    }
    let state = match ops::getattr_opt(cx, this, &names::__dict__)? {
        Some(shown) if shown.as_dict().is_some_and(|d| dict::len(cx, d) == 0) => Value::none(),
        Some(dict) => dict,
        None => Value::none(),
    };
    if slots.is_empty() {
        return Ok(state);
    }
    let values = cx.new_dict();
    for name in slots {
        if let Some(key) = name.as_str()
            && let Some(value) = ops::getattr_opt(cx, this, key)?
        {
            dict::set(cx, &values, name.clone(), value)?;
        }
    }
    if dict::len(cx, &values) == 0 {
        return Ok(state);
    }
    Ok(cx.tuple_value([state, values.into_value()]))
}

/// Whether the default state says all there is: the payload of the class is `object`'s.
fn picklable_layout(cx: &Cx, class: &Obj<Type>) -> bool {
    let native = class.mro(cx).iter().filter_map(Value::as_type).find(|t| !t.has(flags::HEAP_TYPE));
    native
        .is_none_or(|t| t.is(&OBJECT) || t.payload_size() == OBJECT.payload_size() || t.has(flags::EXCEPTION))
}

fn typeobj_slot_names(cx: &mut Cx, class: &Obj<Type>) -> R<Vec<Value>> {
    let import = cx.interp().runtime.import;
    let known = cx.intern("__slotnames__");
    let own = class.rest(cx).dict.clone();
    let cached =
        own.as_ref().and_then(Value::as_dict).is_some_and(|d| dict::peek_str(cx, d, &known).is_some());
    let any = class.mro(cx).iter().filter_map(Value::as_type).any(|t| !t.rest(cx).slot_names.is_empty());
    if !cached && !any {
        return Ok(Vec::new());
    }
    let copyreg = import(cx, "copyreg")?;
    let name = cx.intern("_slotnames");
    let names = ops::call_method(cx, &copyreg, &name, &[class.to_value()])?;
    ops::collect(cx, &names)
}

/// Default object formatter.
///
/// Return str(self) if format_spec is empty. Raise TypeError otherwise.
#[native("object.__format__($self, format_spec, /)")]
fn format(cx: &mut Cx, this: &Value, format_spec: &Value) -> R {
    match format_spec.as_str() {
        None => {
            let message = format!("__format__() argument must be str, not {}", format_spec.type_name(cx));
            Err(cx.type_error(message))
        }
        Some(spec) if !spec.is_empty() => {
            let message = format!("unsupported format string passed to {}.__format__", this.type_name(cx));
            Err(cx.type_error(message))
        }
        Some(_) => ops::str_value(cx, this),
    }
}

/// Size of object in memory, in bytes.
#[native("object.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this: &Value) -> R<usize> {
    Ok(instance::size_of_value(cx, this))
}

/// Default dir() implementation.
#[native("object.__dir__($self, /)")]
fn dir(cx: &mut Cx, this: &Value) -> R {
    let names = cx.new_dict();
    if let Some(own) = ops::getattr_opt(cx, this, &names::__dict__)?
        && let Some(own) = own.cast::<Dict>()
    {
        dict::merge(cx, &names, own, true)?;
    }
    if let Some(class) = ops::getattr_opt(cx, this, &names::__class__)? {
        crate::type_::merge_class_dict(cx, &names, &class)?;
    }
    let keys = dict::keys(cx, &names);
    crate::type_::list_of(cx, keys)
}

/// This method is called when a class is subclassed.
///
/// The default implementation does nothing. It may be
/// overridden to extend subclasses.
#[native("object.__init_subclass__($type, /)", no_signature)]
fn init_subclass(cx: &mut Cx, class: &Value) -> R<()> {
    let _ = (cx, class);
    Ok(())
}

/// Abstract classes can override this to customize issubclass().
///
/// This is invoked early on by abc.ABCMeta.__subclasscheck__().
/// It should return True, False or NotImplemented.  If it returns
/// NotImplemented, the normal algorithm is used.  Otherwise, it
/// overrides the normal algorithm (and the outcome is cached).
#[native("object.__subclasshook__($type, object, /)", no_signature)]
fn subclasshook(cx: &mut Cx, class: &Value, object: &Value) -> R {
    let _ = (cx, class, object);
    Ok(Value::not_implemented())
}

static DEFS: TypeDefs = TypeDefs {
    methods: natives![reduce_ex, reduce, getstate, subclasshook, init_subclass, format, sizeof, dir],
    getset: GETSET,
    ..TypeDefs::NONE
};

pub fn install(types: &mut Types) {
    let slots = Slots {
        repr: Some(repr),
        str: Some(str),
        hash: Some(|_, this| Ok(hash::hash_pointer(this.id()))),
        getattr: Some(attr::generic_get),
        setattr: Some(attr::generic_set),
        compare: Some(compare),
        init: Some(init),
        new: Some(new),
        ..Slots::EMPTY
    };
    types.core(
        &OBJECT,
        slots,
        &DEFS,
        "object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    );
}

/// Calls `super().__init__`-like natives with a receiver in front; for types that bind their `__init__` by a native.
pub fn init_by(cx: &mut Cx, def: &'static taipan_object::NativeDef, this: &Value, args: Args<'_>) -> R<()> {
    call_with_receiver(this, args, |args| (def.call)(cx, args)).map(drop)
}

/// Text of an attribute that should be a string, for messages.
pub fn text_of(value: &Option<Value>, default: &str) -> String {
    match value.as_ref().and_then(Value::as_str) {
        Some(s) => Obj::<Str>::to_string_lossy(s).into_owned(),
        None => default.to_owned(),
    }
}

/// AttributeError of an attribute that may not be deleted.
pub fn cannot_delete(cx: &mut Cx, name: &str) -> taipan_object::Raised {
    cx.raise(&exc::TYPE_ERROR, format!("cannot delete {name} attribute"))
}
