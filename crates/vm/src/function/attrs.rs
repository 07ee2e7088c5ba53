//! The attributes of functions, and `FunctionType()`.

use taipan_bytecode::CodeFlags;
use taipan_object::native::{GetSetDef, MemberDef};
use taipan_object::{Args, Cx, Handle, Obj, R, Tuple, Type, TypeDefs, Value, ops};

use super::{Function, FunctionExt};
use crate::code::Code;

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Function>> {
    match value.cast::<Function>() {
        Some(f) => Ok(f),
        None => Err(cx.type_error("a function is needed")),
    }
}

pub fn repr(cx: &mut Cx, value: &Value) -> R {
    let name = this(cx, value)?.qualname_text(cx);
    Ok(cx.str(&format!("<function {name} at {:#x}>", value.id())))
}

/// `FunctionType(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)`.
pub fn new(cx: &mut Cx, _ty: &Obj<Type>, args: Args<'_>) -> R {
    const NAMES: [&str; 6] = ["code", "globals", "name", "argdefs", "closure", "kwdefaults"];
    let mut given: [Option<&Value>; 6] = [None; 6];
    for (slot, value) in given.iter_mut().zip(args.pos()) {
        *slot = Some(value);
    }
    if args.pos().len() > 6 {
        return Err(
            cx.type_error(format!("function() takes at most 6 arguments ({} given)", args.values().len()))
        );
    }
    for (name, value) in args.keywords() {
        match NAMES.iter().position(|n| name.eq_str(n)) {
            Some(i) => given[i] = Some(value),
            None => {
                let message =
                    format!("function() got an unexpected keyword argument '{}'", name.to_string_lossy());
                return Err(cx.type_error(message));
            }
        }
    }
    let given = given.map(|v| v.filter(|v| !v.is_none()));
    let Some(code) = given[0].and_then(Value::cast::<Code>) else {
        return Err(cx.type_error("function() argument 'code' must be code"));
    };
    let Some(globals) = given[1].filter(|g| g.as_dict().is_some()) else {
        return Err(cx.type_error("function() argument 'globals' must be dict"));
    };
    if given[3].is_some_and(|d| d.cast::<Tuple>().is_none()) {
        return Err(cx.type_error("arg 4 (defaults) must be None or tuple"));
    }
    if given[5].is_some_and(|d| d.as_dict().is_none()) {
        return Err(cx.type_error("arg 6 (kwdefaults) must be None or dict"));
    }
    let free = code.source.freevars().count();
    let closure = match given[4] {
        Some(c) => match c.cast::<Tuple>() {
            Some(t) if t.items().len() == free => {
                if let Some(bad) = t.items().iter().find(|v| v.cast::<super::cell::Cell>().is_none()) {
                    let message = format!("arg 5 (closure) expected cell, found {}", bad.type_name(cx));
                    return Err(cx.type_error(message));
                }
                (!t.items().is_empty()).then(|| c.clone())
            }
            Some(t) => {
                let name = code.name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                let message = format!("{name} requires closure of length {free}, not {}", t.items().len());
                return Err(cx.value_error(message));
            }
            None => return Err(cx.type_error("arg 5 (closure) must be tuple")),
        },
        None if free > 0 => return Err(cx.type_error("arg 5 (closure) must be tuple")),
        None => None,
    };
    let globals_dict = match globals.as_dict() {
        Some(d) => d,
        None => return Err(cx.type_error("function() argument 'globals' must be dict")),
    };
    let builtins = super::builtins_for(cx, globals_dict)?;
    let function = super::new(cx, code.to_handle(), globals.clone(), builtins)?;
    let data = function.get_mut(cx);
    data.closure = closure;
    if let Some(name) = given[2] {
        data.name = name.clone();
        data.qualname = name.clone();
    }
    data.defaults = given[3].cloned();
    data.kwdefaults = given[5].cloned();
    Ok(function.into_value())
}

macro_rules! text_attribute {
    ($get:ident, $set:ident, $field:ident, $message:literal) => {
        fn $get(cx: &mut Cx, value: &Value) -> R {
            Ok(this(cx, value)?.get(cx).$field.clone())
        }
        fn $set(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
            let Some(new) = new.filter(|v| v.as_str().is_some()) else { return Err(cx.type_error($message)) };
            let old = std::mem::replace(&mut this(cx, value)?.get_mut(cx).$field, new.clone());
            drop(old);
            Ok(())
        }
    };
}

text_attribute!(get_name, set_name, name, "__name__ must be set to a string object");
text_attribute!(get_qualname, set_qualname, qualname, "__qualname__ must be set to a string object");

fn get_code(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.get(cx).code.clone())
}

fn set_code(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let function = this(cx, value)?;
    let Some(code) = new.and_then(Value::cast::<Code>) else {
        return Err(cx.type_error("__code__ must be set to a code object"));
    };
    let free = code.source.freevars().count();
    let closure =
        function.get(cx).closure.as_ref().and_then(Value::cast::<Tuple>).map_or(0, |t| t.items().len());
    if free != closure {
        let name =
            function.get(cx).name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let message = format!("{name}() requires a code object with {closure} free vars, not {free}");
        return Err(cx.value_error(message));
    }
    const KINDS: CodeFlags =
        CodeFlags(CodeFlags::GENERATOR.0 | CodeFlags::COROUTINE.0 | CodeFlags::ASYNC_GENERATOR.0);
    if (code.flags.0 ^ function.code().flags.0) & KINDS.0 != 0 {
        let warn = cx.interp().runtime.warn;
        let message = "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a \
                       plain function)";
        warn(cx, &taipan_object::exc::DEPRECATION_WARNING, message, 1)?;
    }
    let pointer: *const Obj<Code> = code;
    let code = code.to_value();
    let data = function.get_mut(cx);
    let old = std::mem::replace(&mut data.code, code);
    data.code_ptr = pointer;
    data.old_codes.push(old);
    Ok(())
}

fn or_none(value: &Option<Value>) -> Value {
    value.clone().unwrap_or_else(Value::none)
}

fn get_defaults(cx: &mut Cx, value: &Value) -> R {
    Ok(or_none(&this(cx, value)?.get(cx).defaults))
}

fn set_defaults(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let new = new.filter(|v| !v.is_none());
    if new.is_some_and(|v| v.cast::<Tuple>().is_none()) {
        return Err(cx.type_error("__defaults__ must be set to a tuple object"));
    }
    let old = std::mem::replace(&mut this(cx, value)?.get_mut(cx).defaults, new.cloned());
    drop(old);
    Ok(())
}

fn get_kwdefaults(cx: &mut Cx, value: &Value) -> R {
    Ok(or_none(&this(cx, value)?.get(cx).kwdefaults))
}

fn set_kwdefaults(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let new = new.filter(|v| !v.is_none());
    if new.is_some_and(|v| v.as_dict().is_none()) {
        return Err(cx.type_error("__kwdefaults__ must be set to a dict object"));
    }
    let old = std::mem::replace(&mut this(cx, value)?.get_mut(cx).kwdefaults, new.cloned());
    drop(old);
    Ok(())
}

/// The annotations: made by `__annotate__(1)` at first use.
fn get_annotations(cx: &mut Cx, value: &Value) -> R {
    let function = this(cx, value)?;
    if let Some(known) = function.get(cx).annotations.clone() {
        if let Some(flat) = known.cast::<Tuple>() {
            // The compiler gives names and values in turn.
            let made = cx.new_dict();
            for pair in flat.items().chunks_exact(2) {
                taipan_object::dict::set(cx, &made, pair[0].clone(), pair[1].clone())?;
            }
            let made = made.into_value();
            function.get_mut(cx).annotations = Some(made.clone());
            return Ok(made);
        }
        return Ok(known);
    }
    let annotate = function.get(cx).annotate.clone();
    let made = match annotate.filter(|a| !a.is_none()) {
        Some(annotate) => {
            let made = ops::call(cx, &annotate, &[Value::small_int(1)])?;
            if made.as_dict().is_none() {
                let message = format!("__annotate__ returned non-dict of type '{}'", made.type_name(cx));
                return Err(cx.type_error(message));
            }
            made
        }
        None => cx.new_dict().into_value(),
    };
    function.get_mut(cx).annotations = Some(made.clone());
    Ok(made)
}

fn set_annotations(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let new = new.filter(|v| !v.is_none());
    if new.is_some_and(|v| v.as_dict().is_none()) {
        return Err(cx.type_error("__annotations__ must be set to a dict object"));
    }
    let data = this(cx, value)?.get_mut(cx);
    let old = (std::mem::replace(&mut data.annotations, new.cloned()), data.annotate.take());
    drop(old);
    Ok(())
}

fn get_annotate(cx: &mut Cx, value: &Value) -> R {
    Ok(or_none(&this(cx, value)?.get(cx).annotate))
}

fn set_annotate(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(new) = new else { return Err(cx.type_error("__annotate__ cannot be deleted")) };
    let function = this(cx, value)?;
    if new.is_none() {
        let old = function.get_mut(cx).annotate.take();
        drop(old);
        return Ok(());
    }
    if new.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("__annotate__ must be callable or None"));
    }
    let data = function.get_mut(cx);
    let old = (data.annotations.take(), data.annotate.replace(new.clone()));
    drop(old);
    Ok(())
}

fn get_type_params(cx: &mut Cx, value: &Value) -> R {
    let known = this(cx, value)?.get(cx).type_params.clone();
    Ok(known.unwrap_or_else(|| cx.tuple(Vec::new()).into_value()))
}

fn set_type_params(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(new) = new.filter(|v| v.cast::<Tuple>().is_some()) else {
        return Err(cx.type_error("__type_params__ must be set to a tuple"));
    };
    let old = this(cx, value)?.get_mut(cx).type_params.replace(new.clone());
    drop(old);
    Ok(())
}

fn get_closure(cx: &mut Cx, value: &Value) -> R {
    Ok(or_none(&this(cx, value)?.get(cx).closure))
}

fn get_doc(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.get(cx).doc.clone())
}

fn set_doc(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let new = new.cloned().unwrap_or_else(Value::none);
    let old = std::mem::replace(&mut this(cx, value)?.get_mut(cx).doc, new);
    drop(old);
    Ok(())
}

fn get_module(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.get(cx).module.clone())
}

fn set_module(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let new = new.cloned().unwrap_or_else(Value::none);
    let old = std::mem::replace(&mut this(cx, value)?.get_mut(cx).module, new);
    drop(old);
    Ok(())
}

fn get_globals(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.get(cx).globals.clone())
}

fn get_builtins(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.get(cx).builtins.clone())
}

fn get_dict(cx: &mut Cx, value: &Value) -> R {
    taipan_object::dict::instance_dict(cx, value)
}

fn set_dict(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    match new {
        Some(new) if new.as_dict().is_some() => {
            taipan_object::dict::set_instance_dict(cx, value, new.clone())
        }
        Some(new) => {
            let message = format!("__dict__ must be set to a dictionary, not a '{}'", new.type_name(cx));
            Err(cx.type_error(message))
        }
        None => Err(cx.type_error("cannot delete __dict__")),
    }
}

const fn attribute(
    name: &'static str,
    get: fn(&mut Cx, &Value) -> R,
    set: Option<fn(&mut Cx, &Value, Option<&Value>) -> R<()>>,
) -> GetSetDef {
    GetSetDef { name, doc: None, get: Some(get), set }
}

pub static DEFS: TypeDefs = TypeDefs {
    methods: &[],
    getset: &[
        attribute("__code__", get_code, Some(set_code)),
        attribute("__defaults__", get_defaults, Some(set_defaults)),
        attribute("__kwdefaults__", get_kwdefaults, Some(set_kwdefaults)),
        attribute("__annotations__", get_annotations, Some(set_annotations)),
        attribute("__annotate__", get_annotate, Some(set_annotate)),
        attribute("__dict__", get_dict, Some(set_dict)),
        attribute("__name__", get_name, Some(set_name)),
        attribute("__qualname__", get_qualname, Some(set_qualname)),
        attribute("__type_params__", get_type_params, Some(set_type_params)),
    ],
    members: &[
        MemberDef { name: "__closure__", doc: None, get: get_closure, set: None },
        MemberDef { name: "__doc__", doc: None, get: get_doc, set: Some(set_doc) },
        MemberDef { name: "__globals__", doc: None, get: get_globals, set: None },
        MemberDef { name: "__module__", doc: None, get: get_module, set: Some(set_module) },
        MemberDef { name: "__builtins__", doc: None, get: get_builtins, set: None },
    ],
    extra: None,
};

/// Marks a function's code as that of an iterable coroutine (`types.coroutine`): a new function's code is replaced.
pub fn make_iterable_coroutine(cx: &mut Cx, function: &Obj<Function>) -> R<()> {
    let code = function.code();
    if code.flags.contains(CodeFlags::ITERABLE_COROUTINE) {
        return Ok(());
    }
    let mut source = (*code.source).clone();
    source.flags |= CodeFlags::ITERABLE_COROUTINE;
    let made: Handle<Code> = crate::code::new(cx, std::sync::Arc::new(source));
    set_code(cx, &function.to_value(), Some(made.as_value()))
}
