//! `_contextvars`: context variables (PEP 567). A context is an immutable-by-copy table from variables to values; the
//! running thread's current one lies in its thread state.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, Handle, MemberDef, NativeDef, Obj, Payload, R, Slots, Type, TypeDefs,
    Value, exc, flags, hash, names, ops,
};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};
use taipan_types::support::TextBuilder;

/// The payload of a context.
#[derive(Trace)]
pub struct Context {
    values: Handle<Dict>,
    /// The context that was current when this one was entered; None at the outermost level.
    previous: Option<Value>,
    #[trace(skip)]
    entered: bool,
}

// SAFETY: instances of the type are `Obj<Context>`; all values are traced.
unsafe impl Payload for Context {
    const TYPE: &'static Obj<Type> = &CONTEXT;
}

/// `_contextvars.Context`.
pub static CONTEXT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Context>("_contextvars.Context")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots {
            new: Some(context_new),
            compare: Some(context_compare),
            len: Some(|cx, v| values(cx, v).map(|d| dict::len(cx, &d))),
            getitem: Some(context_getitem),
            contains: Some(context_contains),
            iter: Some(|cx, v| {
                let values = values(cx, v)?;
                ops::iter(cx, values.as_value())
            }),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                context_run,
                context_copy,
                context_get,
                context_keys,
                context_values,
                context_items
            ],
            ..TypeDefs::NONE
        }),
);

fn context(value: &Value) -> Option<&Obj<Context>> {
    value.cast::<Context>()
}

fn values(cx: &mut Cx, value: &Value) -> R<Handle<Dict>> {
    match context(value) {
        Some(c) => Ok(c.get(cx).values.clone()),
        None => Err(cx.type_error("a Context is required")),
    }
}

fn make(cx: &mut Cx, values: Handle<Dict>) -> Value {
    cx.new_object(Context { values, previous: None, entered: false }).into_value()
}

fn context_new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    if !args.values().is_empty() {
        return Err(cx.type_error("Context() does not accept any arguments"));
    }
    let values = cx.new_dict();
    Ok(make(cx, values))
}

/// The thread's current context, made at first use.
pub fn current(cx: &mut Cx) -> Value {
    if let Some(known) = taipan_vm::thread::vm(cx).context.clone() {
        return known;
    }
    let values = cx.new_dict();
    let made = make(cx, values);
    taipan_vm::thread::vm(cx).context = Some(made.clone());
    made
}

fn set_current(cx: &mut Cx, value: Option<Value>) {
    let old = std::mem::replace(&mut taipan_vm::thread::vm(cx).context, value);
    drop(old);
}

fn check_var(cx: &mut Cx, key: &Value) -> R<()> {
    if key.cast::<ContextVar>().is_some() {
        return Ok(());
    }
    let shown = ops::repr(cx, key)?.to_string_lossy().into_owned();
    Err(cx.type_error(format!("a ContextVar key was expected, got {shown}")))
}

fn context_compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    if context(a).is_none() || context(b).is_none() || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (x, y) = (values(cx, a)?, values(cx, b)?);
    ops::compare(cx, x.as_value(), y.as_value(), op)
}

fn context_getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    check_var(cx, key)?;
    let values = values(cx, value)?;
    match dict::get(cx, &values, key)? {
        Some(found) => Ok(found),
        None => Err(cx.key_error(key)),
    }
}

fn context_contains(cx: &mut Cx, value: &Value, key: &Value) -> R<bool> {
    check_var(cx, key)?;
    let values = values(cx, value)?;
    dict::contains(cx, &values, key)
}

/// Run a callable in the context.
#[native("Context.run($self, callable, /, *args, **kwargs)", no_signature)]
fn context_run(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let Some((callable, rest)) = args.split_first() else {
        return Err(cx.type_error("run() missing 1 required positional argument"));
    };
    enter(cx, this)?;
    let result = ops::call_args(cx, callable, rest);
    leave(cx, this);
    result
}

/// Makes a context the thread's current one; RuntimeError where it is entered already.
pub fn enter(cx: &mut Cx, this: &Value) -> R<()> {
    let Some(object) = context(this) else { return Err(cx.type_error("a Context is required")) };
    if object.get(cx).entered {
        let shown = ops::repr(cx, this)?.to_string_lossy().into_owned();
        return Err(cx.runtime_error(format!("cannot enter context: {shown} is already entered")));
    }
    let previous = taipan_vm::thread::vm(cx).context.clone();
    let state = object.get_mut(cx);
    state.previous = previous;
    state.entered = true;
    set_current(cx, Some(this.clone()));
    Ok(())
}

/// Puts the former context back.
pub fn leave(cx: &mut Cx, this: &Value) {
    let Some(object) = context(this) else { return };
    let state = object.get_mut(cx);
    state.entered = false;
    let previous = state.previous.take();
    set_current(cx, previous);
}

/// Return a shallow copy of the context object.
#[native("Context.copy($self, /)")]
fn context_copy(cx: &mut Cx, this: &Value) -> R {
    let values = values(cx, this)?;
    let copy = dict::copy(cx, &values)?;
    Ok(make(cx, copy))
}

/// Return the value for `key` if `key` has the value in the context object.
///
/// If `key` does not exist, return `default`. If `default` is not given,
/// return None.
#[native("Context.get($self, key, default=None, /)")]
fn context_get(cx: &mut Cx, this: &Value, key: &Value, default: Option<&Value>) -> R {
    check_var(cx, key)?;
    let values = values(cx, this)?;
    Ok(dict::get(cx, &values, key)?.unwrap_or_else(|| default.cloned().unwrap_or_else(Value::none)))
}

fn through_dict(cx: &mut Cx, this: &Value, name: &'static Obj<taipan_object::Str>) -> R {
    let values = values(cx, this)?;
    ops::call_method(cx, values.as_value(), name, &[])
}

/// Return a list of all variables in the context object.
#[native("Context.keys($self, /)")]
fn context_keys(cx: &mut Cx, this: &Value) -> R {
    through_dict(cx, this, names::keys.get())
}

/// Return a list of all variables' values in the context object.
#[native("Context.values($self, /)")]
fn context_values(cx: &mut Cx, this: &Value) -> R {
    through_dict(cx, this, names::values.get())
}

/// Return all variables and their values in the context object.
///
/// The result is returned as a list of 2-tuples (variable, value).
#[native("Context.items($self, /)")]
fn context_items(cx: &mut Cx, this: &Value) -> R {
    through_dict(cx, this, names::items.get())
}

/// The payload of a context variable.
#[derive(Trace)]
pub struct ContextVar {
    name: Value,
    default: Option<Value>,
}

// SAFETY: instances of the type are `Obj<ContextVar>`; all values are traced.
unsafe impl Payload for ContextVar {
    const TYPE: &'static Obj<Type> = &CONTEXT_VAR;
}

/// `_contextvars.ContextVar`.
pub static CONTEXT_VAR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ContextVar>("_contextvars.ContextVar")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(|cx, _, args| (var_new__def.call)(cx, args)),
            repr: Some(var_repr),
            hash: Some(|_, v| Ok(hash::hash_pointer(v.id()))),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![var_get, var_set, var_reset, class_getitem],
            members: &[MemberDef {
                name: "name",
                doc: None,
                get: |cx, v| Ok(v.cast::<ContextVar>().map_or_else(Value::none, |c| c.get(cx).name.clone())),
                set: None,
            }],
            ..TypeDefs::NONE
        }),
);

#[native("ContextVar(name, *, default=None)", no_signature)]
fn var_new(cx: &mut Cx, name: &Value, default: Option<&Value>) -> R {
    if name.as_str().is_none() {
        return Err(cx.type_error("context variable name must be a str"));
    }
    Ok(cx.new_object(ContextVar { name: name.clone(), default: default.cloned() }).into_value())
}

fn var_repr(cx: &mut Cx, value: &Value) -> R {
    let Some(var) = value.cast::<ContextVar>() else { return Ok(Value::none()) };
    let state = var.get(cx);
    let (name, default) = (state.name.clone(), state.default.clone());
    let mut text = TextBuilder::default();
    text.push("<ContextVar name=");
    text.push_repr(cx, &name)?;
    if let Some(default) = default {
        text.push(" default=");
        text.push_repr(cx, &default)?;
    }
    text.push(&format!(" at {:#x}>", value.id()));
    Ok(text.finish(cx).into_value())
}

/// Return a value for the context variable for the current context.
///
/// If there is no value for the variable in the current context, the method will:
///  * return the value of the default argument of the method, if provided; or
///  * return the default value for the context variable, if it was created
///    with one; or
///  * raise a LookupError.
#[native("ContextVar.get($self, default=None, /)", no_signature)]
fn var_get(cx: &mut Cx, this: &Obj<ContextVar>, default: Option<&Value>) -> R {
    let var = this.to_value();
    let context = current(cx);
    let values = values(cx, &context)?;
    if let Some(found) = dict::get(cx, &values, &var)? {
        return Ok(found);
    }
    match default.cloned().or_else(|| this.get(cx).default.clone()) {
        Some(value) => Ok(value),
        None => Err(exc::raise_with(cx, &exc::LOOKUP_ERROR, var)),
    }
}

/// Call to set a new value for the context variable in the current context.
///
/// The required *value* argument is the new value for the context variable.
///
/// Returns a Token object that can be used to restore the variable to its previous
/// value via the `ContextVar.reset()` method.
#[native("ContextVar.set($self, value, /)")]
fn var_set(cx: &mut Cx, this: &Obj<ContextVar>, value: &Value) -> R {
    let var = this.to_value();
    let context = current(cx);
    let values = values(cx, &context)?;
    let old = dict::get(cx, &values, &var)?;
    change(cx, &context, &var, Some(value))?;
    Ok(cx.new_object(Token { context, var, old, used: false }).into_value())
}

/// A new variable without a default, for native modules that keep something in the context.
pub fn new_variable(cx: &mut Cx, name: &str) -> Value {
    let name = cx.intern(name).into_value();
    cx.new_object(ContextVar { name, default: None }).into_value()
}

/// A variable's value in the current context.
pub fn lookup(cx: &mut Cx, var: &Value) -> R<Option<Value>> {
    let context = current(cx);
    let values = values(cx, &context)?;
    dict::get(cx, &values, var)
}

/// Sets a variable in the current context.
pub fn assign(cx: &mut Cx, var: &Value, value: &Value) -> R<()> {
    let context = current(cx);
    change(cx, &context, var, Some(value))
}

/// Sets or removes a variable's value; the table is copied, so that iterators over the former one go on.
fn change(cx: &mut Cx, context_value: &Value, var: &Value, value: Option<&Value>) -> R<()> {
    let values = values(cx, context_value)?;
    match value {
        Some(value) => dict::set(cx, &values, var.clone(), value.clone()),
        None => dict::remove(cx, &values, var).map(drop),
    }
}

/// Reset the context variable.
///
/// The variable is reset to the value it had before the `ContextVar.set()` that
/// created the token was used.
#[native("ContextVar.reset($self, token, /)")]
fn var_reset(cx: &mut Cx, this: &Obj<ContextVar>, token: &Value) -> R<()> {
    let Some(object) = token.cast::<Token>() else {
        let shown = ops::repr(cx, token)?.to_string_lossy().into_owned();
        return Err(cx.type_error(format!("expected an instance of Token, got {shown}")));
    };
    let state = object.get(cx);
    let (context, var, old, used) = (state.context.clone(), state.var.clone(), state.old.clone(), state.used);
    let shown = |cx: &mut Cx| ops::repr(cx, token).map(|s| s.to_string_lossy().into_owned());
    if used {
        let shown = shown(cx)?;
        return Err(cx.runtime_error(format!("{shown} has already been used once")));
    }
    if !var.is_obj(this) {
        let shown = shown(cx)?;
        return Err(cx.value_error(format!("{shown} was created by a different ContextVar")));
    }
    let now = current(cx);
    if !context.is(&now) {
        let shown = shown(cx)?;
        return Err(cx.value_error(format!("{shown} was created in a different Context")));
    }
    object.get_mut(cx).used = true;
    change(cx, &context, &var, old.as_ref())
}

/// See PEP 585
#[native("ContextVar.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

/// The payload of a token.
#[derive(Trace)]
pub struct Token {
    context: Value,
    var: Value,
    old: Option<Value>,
    used: bool,
}

// SAFETY: instances of the type are `Obj<Token>`; all values are traced.
unsafe impl Payload for Token {
    const TYPE: &'static Obj<Type> = &TOKEN;
}

/// `_contextvars.Token`.
pub static TOKEN: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Token>("_contextvars.Token")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(|cx, _, _| Err(cx.runtime_error("Tokens can only be created by ContextVars"))),
            repr: Some(token_repr),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![token_enter, token_exit, class_getitem],
            getset: TOKEN_GETSET,
            extra: Some(|cx, ty| {
                let missing = cx.new_object(Missing).into_value();
                let name = cx.intern("MISSING");
                if let Some(dict) = ty.rest(cx).dict.clone().as_ref().and_then(Value::as_dict) {
                    // A string key cannot fail.
                    let _ = dict::set_str(cx, dict, &name, missing);
                }
            }),
            ..TypeDefs::NONE
        }),
);

/// The payload of `Token.MISSING`.
pub struct Missing;
taipan_object::plain_data!(Missing);
// SAFETY: no payload.
unsafe impl Payload for Missing {
    const TYPE: &'static Obj<Type> = &MISSING;
}
static MISSING: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Missing>("_contextvars.Token.MISSING")
        .base(&OBJECT)
        .with_slots(Slots { repr: Some(|cx, _| Ok(cx.str("<Token.MISSING>"))), ..Slots::EMPTY }),
);

fn token_repr(cx: &mut Cx, value: &Value) -> R {
    let Some(token) = value.cast::<Token>() else { return Ok(Value::none()) };
    let state = token.get(cx);
    let (var, used) = (state.var.clone(), state.used);
    let mut text = TextBuilder::default();
    text.push(if used { "<Token used var=" } else { "<Token var=" });
    text.push_repr(cx, &var)?;
    text.push(&format!(" at {:#x}>", value.id()));
    Ok(text.finish(cx).into_value())
}

/// Enter into Token context manager.
#[native("Token.__enter__($self, /)")]
fn token_enter(cx: &mut Cx, this: &Value) -> R {
    let _ = cx;
    Ok(this.clone())
}

/// Exit from Token context manager, restore the linked ContextVar.
#[native("Token.__exit__($self, type, value, traceback, /)", no_signature)]
fn token_exit(cx: &mut Cx, this: &Value, _type: &Value, _value: &Value, _traceback: &Value) -> R<()> {
    let Some(token) = this.cast::<Token>() else { return Ok(()) };
    let var = token.get(cx).var.clone();
    match var.cast::<ContextVar>() {
        Some(var) => var_reset(cx, var, this),
        None => Ok(()),
    }
}

static TOKEN_GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "var",
        doc: None,
        get: Some(|cx, v| Ok(v.cast::<Token>().map_or_else(Value::none, |t| t.get(cx).var.clone()))),
        set: None,
    },
    GetSetDef {
        name: "old_value",
        doc: None,
        get: Some(|cx, v| match v.cast::<Token>().and_then(|t| t.get(cx).old.clone()) {
            Some(old) => Ok(old),
            None => ops::getattr_str(cx, &TOKEN.to_value(), "MISSING"),
        }),
        set: None,
    },
];

#[native("_contextvars.copy_context()")]
fn copy_context(cx: &mut Cx) -> R {
    let context = current(cx);
    context_copy(cx, &context)
}

static FUNCTIONS: &[&NativeDef] = natives![copy_context];

fn types(types: &mut Types) {
    types.add([&CONTEXT, &CONTEXT_VAR, &TOKEN, &MISSING]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "Context", CONTEXT.to_value())?;
    set(cx, module, "ContextVar", CONTEXT_VAR.to_value())?;
    set(cx, module, "Token", TOKEN.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    doc: Some("Context Variables"),
    functions: FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
