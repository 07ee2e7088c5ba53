//! `module`: a namespace with a name.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::OBJECT;
use taipan_object::{
    Args, Cx, GetSetDef, Handle, NativeDef, Obj, Payload, R, Slots, Str, Type, TypeDefs, Value, attr, exc,
    flags, instance, names, ops, ty,
};

use crate::Types;

/// The payload of a module; its namespace is the instance's `__dict__`.
#[derive(Trace)]
pub struct Module {
    /// The namespace: the same object as `__dict__`, kept here for speed. `None` before `__init__` of a `__new__`-made one.
    pub namespace: Option<Value>,
}

// SAFETY: instances of the type and of its subtypes begin with `Obj<Module>`; the one value is traced.
unsafe impl Payload for Module {
    const TYPE: &'static Obj<Type> = &MODULE;
}

/// `module`.
pub static MODULE: Obj<Type> = Obj::new_static_type(
    &ty::TYPE,
    Type::builtin::<Module>("module")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            getattr: Some(getattr),
            setattr: Some(attr::generic_set),
            repr: Some(repr),
            new: Some(new),
            init: Some(init),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![module_dir], getset: GETSET, ..TypeDefs::NONE })
        .doc("module(name, doc=None)\n--\n\nCreate a module object.\n\nThe name must be a string; the optional docstring can have any type."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    make(cx, class)
}

fn make(cx: &mut Cx, class: &Obj<Type>) -> R {
    let module = cx.new_instance(class, Module { namespace: None }).into_value();
    let namespace = cx.new_dict().into_value();
    dict::set_instance_dict(cx, &module, namespace.clone())?;
    if let Some(m) = module.cast::<Module>() {
        m.get_mut(cx).namespace = Some(namespace);
    }
    Ok(module)
}

#[native("module.__init__($self, /, name, doc=None)")]
fn module_init(cx: &mut Cx, this: &Value, name: &Value, doc: Option<&Value>) -> R<()> {
    let Some(name) = name.as_str() else {
        let message = format!("module() argument 'name' must be str, not {}", name.type_name(cx));
        return Err(cx.type_error(message));
    };
    fill(cx, this, name.to_value(), doc.cloned().unwrap_or_else(Value::none))
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    taipan_object::descr::call_with_receiver(this, args, |args| (module_init__def.call)(cx, args)).map(drop)
}

fn fill(cx: &mut Cx, module: &Value, name: Value, doc: Value) -> R<()> {
    let namespace = namespace(cx, module)?;
    let none = Value::none();
    dict::set_str(cx, &namespace, &names::__name__, name)?;
    dict::set_str(cx, &namespace, &names::__doc__, doc)?;
    for key in [names::__package__.get(), names::__loader__.get(), names::__spec__.get()] {
        dict::set_str(cx, &namespace, key, none.clone())?;
    }
    Ok(())
}

/// A new module object with an empty namespace but for its name and doc.
pub fn new_module(cx: &mut Cx, name: &str, doc: Option<&str>) -> R {
    let module = make(cx, &MODULE)?;
    let name = cx.intern(name).into_value();
    let doc = doc.map_or_else(Value::none, |d| cx.str(d));
    fill(cx, &module, name, doc)?;
    Ok(module)
}

/// The namespace of a module. TypeError for another value.
pub fn namespace(cx: &mut Cx, module: &Value) -> R<Handle<Dict>> {
    let known = module.cast::<Module>().and_then(|m| m.get(cx).namespace.clone());
    let value = match known {
        Some(value) => value,
        None => instance::dict_of(cx, module)?,
    };
    match value.cast::<Dict>() {
        Some(dict) => Ok(dict.to_handle()),
        None => Err(cx.type_error("module.__dict__ is not a dictionary")),
    }
}

/// Sets an attribute of a module.
pub fn set(cx: &mut Cx, module: &Value, name: &str, value: Value) -> R<()> {
    let namespace = namespace(cx, module)?;
    let name = cx.intern(name);
    dict::set_str(cx, &namespace, &name, value)
}

/// Enters native functions into a module, with the module's name as their `__module__`.
pub fn add_functions(cx: &mut Cx, module: &Value, functions: &[&'static NativeDef]) -> R<()> {
    let namespace = namespace(cx, module)?;
    let owner = dict::get_str(cx, &namespace, &names::__name__)?;
    for &def in functions {
        let function = cx.native_function(def, owner.clone());
        let name = cx.intern(def.name);
        dict::set_str(cx, &namespace, &name, function)?;
    }
    Ok(())
}

/// Enters a type into a module under its name.
pub fn add_type(cx: &mut Cx, module: &Value, class: &'static Obj<Type>) -> R<()> {
    set(cx, module, &class.name(), class.to_value())
}

fn getattr(cx: &mut Cx, this: &Value, name: &Obj<Str>) -> R {
    if let Some(value) = attr::generic_get_opt(cx, this, name)? {
        return Ok(value);
    }
    let namespace = namespace(cx, this)?;
    // PEP 562.
    if let Some(hook) = dict::get_str(cx, &namespace, &names::__getattr__)? {
        return ops::call(cx, &hook, &[name.to_value()]);
    }
    let message = missing_message(cx, &namespace, name)?;
    Err(exc::raise_attribute(cx, message, this, name))
}

/// The AttributeError's text, with the hints about partial initialisation that CPython gives.
fn missing_message(cx: &mut Cx, namespace: &Obj<Dict>, name: &Obj<Str>) -> R<String> {
    let wanted = name.to_string_lossy().into_owned();
    let module_name = dict::get_str(cx, namespace, &names::__name__)?;
    let Some(module_name) =
        module_name.as_ref().and_then(Value::as_str).map(|s| s.to_string_lossy().into_owned())
    else {
        return Ok(format!("module has no attribute '{wanted}'"));
    };
    let spec = dict::get_str(cx, namespace, &names::__spec__)?;
    let initializing = match &spec {
        Some(spec) if !spec.is_none() => match ops::getattr_opt(cx, spec, &names::_initializing)? {
            Some(value) => ops::truth(cx, &value)?,
            None => false,
        },
        _ => false,
    };
    let origin = match &spec {
        Some(spec) => spec_origin(cx, spec)?,
        None => None,
    };
    let shadowing = Shadowing::of(cx, &module_name, origin.as_deref())?;
    let missing = format!("module '{module_name}' has no attribute '{wanted}'");
    if let Some(hint) = shadowing.hint(&module_name, origin.as_deref(), initializing) {
        return Ok(format!("{missing} {hint}"));
    }
    if initializing {
        return Ok(match origin {
            Some(origin) => format!(
                "partially initialized module '{module_name}' from '{origin}' has no attribute '{wanted}' (most likely due to a circular import)"
            ),
            None => format!(
                "partially initialized module '{module_name}' has no attribute '{wanted}' (most likely due to a circular import)"
            ),
        });
    }
    if let Some(spec) = &spec
        && is_coming_submodule(cx, spec, &wanted)?
    {
        return Ok(format!(
            "cannot access submodule '{wanted}' of module '{module_name}' (most likely due to a circular import)"
        ));
    }
    Ok(missing)
}

/// Whether a package is in the middle of importing a submodule of this name.
fn is_coming_submodule(cx: &mut Cx, spec: &Value, name: &str) -> R<bool> {
    let key = cx.intern("_uninitialized_submodules");
    match ops::getattr_opt(cx, spec, &key)? {
        Some(coming) => {
            let name = cx.str(name);
            ops::contains(cx, &coming, &name)
        }
        None => Ok(false),
    }
}

/// The file that a module's spec names, if it has one.
pub fn spec_origin(cx: &mut Cx, spec: &Value) -> R<Option<String>> {
    let key = cx.intern("has_location");
    let located = match ops::getattr_opt(cx, spec, &key)? {
        Some(flag) => ops::truth(cx, &flag)?,
        None => false,
    };
    if !located {
        return Ok(None);
    }
    let origin = ops::getattr_opt(cx, spec, &names::origin)?;
    Ok(origin.as_ref().and_then(Value::as_str).map(|s| s.to_string_lossy().into_owned()))
}

/// The first entry of `sys.path` as the command put it there: the program's folder. `None` where there is no such entry.
#[derive(Default)]
pub struct ProgramFolder(pub Option<String>);

/// Whether a module may have been imported in the place of another one of the same name, because it lies in the program's folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shadowing {
    No,
    /// It may stand before a library.
    Library,
    /// It stands before a module of the standard library.
    Standard,
}

impl Shadowing {
    /// Looks at where a module comes from.
    pub fn of(cx: &mut Cx, name: &str, origin: Option<&str>) -> R<Shadowing> {
        let Some(folder) = cx.interp_mut().state::<ProgramFolder>().0.clone() else {
            return Ok(Shadowing::No);
        };
        let Some((mut root, file)) = origin.and_then(|o| o.rsplit_once('/')) else {
            return Ok(Shadowing::No);
        };
        if file == "__init__.py" {
            let Some((parent, _)) = root.rsplit_once('/') else { return Ok(Shadowing::No) };
            root = parent;
        }
        if folder != root {
            return Ok(Shadowing::No);
        }
        let Some(sys) = cx.interp().sys.clone() else { return Ok(Shadowing::Library) };
        let key = cx.intern("stdlib_module_names");
        let standard = match ops::getattr_opt(cx, &sys, &key)? {
            Some(names) if crate::set::as_set(&names).is_some() => {
                let name = cx.str(name);
                ops::contains(cx, &names, &name)?
            }
            _ => false,
        };
        Ok(if standard { Shadowing::Standard } else { Shadowing::Library })
    }

    /// What an error message adds.
    pub fn hint(self, name: &str, origin: Option<&str>, initializing: bool) -> Option<String> {
        let origin = origin?;
        match self {
            Shadowing::Standard => Some(format!(
                "(consider renaming '{origin}' since it has the same name as the standard library module named '{name}' and prevents importing that standard library module)"
            )),
            Shadowing::Library if initializing => Some(format!(
                "(consider renaming '{origin}' if it has the same name as a library you intended to import)"
            )),
            _ => None,
        }
    }
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let import = cx.interp().runtime.import;
    let bootstrap = import(cx, "importlib._bootstrap")?;
    let name = cx.intern("_module_repr");
    ops::call_method(cx, &bootstrap, &name, std::slice::from_ref(this))
}

/// __dir__() -> list
/// specialized dir() implementation
#[native("module.__dir__($self, /)", no_signature)]
fn module_dir(cx: &mut Cx, this: &Value) -> R {
    let shown = ops::getattr(cx, this, &names::__dict__)?;
    let Some(namespace) = shown.cast::<Dict>().map(Obj::to_handle) else {
        return Err(cx.type_error("<module>.__dict__ is not a dictionary"));
    };
    if let Some(hook) = dict::get_str(cx, &namespace, &cx_dir())? {
        return ops::call(cx, &hook, &[]);
    }
    let list = ops::getattr_str(cx, namespace.as_value(), "keys")?;
    let keys = ops::call(cx, &list, &[])?;
    let builtins = (cx.interp().runtime.builtins)(cx);
    let list_type = ops::getitem(cx, &builtins, &cx.str("list"))?;
    ops::call(cx, &list_type, &[keys])
}

fn cx_dir() -> &'static Obj<Str> {
    names::__dir__.get()
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "__dict__",
        doc: None,
        get: Some(|cx, m| namespace(cx, m).map(Handle::into_value)),
        set: None,
    },
    GetSetDef { name: "__annotations__", doc: None, get: Some(annotations), set: Some(set_annotations) },
    GetSetDef { name: "__annotate__", doc: None, get: Some(annotate), set: Some(set_annotate) },
];

fn annotations(cx: &mut Cx, this: &Value) -> R {
    let namespace = namespace(cx, this)?;
    if let Some(known) = dict::get_str(cx, &namespace, &names::__annotations__)? {
        return Ok(known);
    }
    let annotate = dict::get_str(cx, &namespace, &names::__annotate__)?;
    let made = match annotate {
        Some(f) if cx_callable(cx, &f) => {
            let one = Value::small_int(1);
            let made = ops::call(cx, &f, &[one])?;
            if made.cast::<Dict>().is_none() {
                let message = format!("__annotate__ returned non-dict of type '{}'", made.type_name(cx));
                return Err(cx.type_error(message));
            }
            made
        }
        _ => cx.new_dict().into_value(),
    };
    // While the module still runs there may be more to come.
    if !is_initializing(cx, &namespace)? {
        dict::set_str(cx, &namespace, &names::__annotations__, made.clone())?;
    }
    Ok(made)
}

/// Whether the module's import has not ended yet.
fn is_initializing(cx: &mut Cx, namespace: &Obj<Dict>) -> R<bool> {
    let Some(spec) = dict::get_str(cx, namespace, &names::__spec__)?.filter(|s| !s.is_none()) else {
        return Ok(false);
    };
    let name = cx.intern("_initializing");
    match ops::getattr_opt(cx, &spec, &name)? {
        Some(flag) => ops::truth(cx, &flag),
        None => Ok(false),
    }
}

fn cx_callable(cx: &Cx, value: &Value) -> bool {
    value.ty(cx).slots().call.is_some()
}

fn set_annotations(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    let namespace = namespace(cx, this)?;
    match value {
        Some(value) => dict::set_str(cx, &namespace, &names::__annotations__, value.clone())?,
        None => {
            if dict::remove_str(cx, &namespace, &names::__annotations__)?.is_none() {
                return Err(cx.raise(&exc::ATTRIBUTE_ERROR, "__annotations__"));
            }
        }
    }
    dict::remove_str(cx, &namespace, &names::__annotate__).map(drop)
}

fn annotate(cx: &mut Cx, this: &Value) -> R {
    let namespace = namespace(cx, this)?;
    Ok(dict::get_str(cx, &namespace, &names::__annotate__)?.unwrap_or_else(Value::none))
}

fn set_annotate(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    let namespace = namespace(cx, this)?;
    match value {
        None => Err(cx.type_error("cannot delete __annotate__ attribute")),
        Some(f) if !f.is_none() && !cx_callable(cx, f) => {
            Err(cx.type_error("__annotate__ must be callable or None"))
        }
        Some(f) => {
            dict::set_str(cx, &namespace, &names::__annotate__, f.clone())?;
            if !f.is_none() {
                dict::remove_str(cx, &namespace, &names::__annotations__)?;
            }
            Ok(())
        }
    }
}

pub fn install(types: &mut Types) {
    types.add([&MODULE]);
}

/// A native module, declared once: crate `stdlib` (and `vm` for its own) list these in their registries.
pub struct ModuleDef {
    /// The full name, e.g. `_json`.
    pub name: &'static str,
    pub doc: Option<&'static str>,
    pub functions: &'static [&'static NativeDef],
    /// Lists the module's static types (bases first): called once per process, before any interpreter exists.
    pub types: Option<fn(&mut Types)>,
    /// Enters what is not a function: types, constants, state. Runs once per interpreter, at the first import.
    pub init: Option<fn(&mut Cx, module: &Value) -> R<()>>,
}

impl ModuleDef {
    pub const EMPTY: ModuleDef = ModuleDef { name: "", doc: None, functions: &[], types: None, init: None };

    /// Makes the module object.
    pub fn create(&'static self, cx: &mut Cx) -> R {
        let module = new_module(cx, self.name, self.doc)?;
        add_functions(cx, &module, self.functions)?;
        if let Some(init) = self.init {
            init(cx, &module)?;
        }
        Ok(module)
    }
}
