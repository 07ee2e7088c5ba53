//! `BaseException`: arguments, text, the links to other exceptions, notes.

use taipan_macros::{native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::exc::{BASE_EXCEPTION, Exception};
use taipan_object::{Args, Cx, GetSetDef, Obj, R, Slots, Tuple, Type, TypeDefs, Value, instance, names, ops};

use crate::Types;

/// The payload of an exception value.
pub fn payload<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Exception>> {
    match value.cast::<Exception>() {
        Some(e) => Ok(e),
        None => Err(cx.type_error("exceptions must derive from BaseException")),
    }
}

/// `args` of an exception, as a vector.
pub fn args_of(cx: &Cx, e: &Obj<Exception>) -> Vec<Value> {
    e.get(cx).args.as_ref().and_then(Value::cast::<Tuple>).map(|t| t.items().to_vec()).unwrap_or_default()
}

/// `__new__`: keeps the positional arguments, whatever `__init__` makes of them.
pub fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let tuple = cx.tuple(args.pos().to_vec()).into_value();
    Ok(cx.new_instance(class, Exception { args: Some(tuple), ..Exception::default() }).into_value())
}

pub fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    if args.has_keywords() {
        let name = this.ty(cx).name().into_owned();
        return Err(cx.type_error(format!("{name}() takes no keyword arguments")));
    }
    set_args(cx, this, args.pos())
}

/// Replaces `args`.
pub fn set_args(cx: &mut Cx, this: &Value, args: &[Value]) -> R<()> {
    let tuple = cx.tuple(args.to_vec()).into_value();
    let e = payload(cx, this)?;
    let old = e.get_mut(cx).args.replace(tuple);
    drop(old);
    Ok(())
}

fn str(cx: &mut Cx, this: &Value) -> R {
    let e = payload(cx, this)?;
    match args_of(cx, e).as_slice() {
        [] => Ok(cx.empty_str()),
        [one] => ops::str_value(cx, one),
        _ => {
            let tuple = e.get(cx).args.clone().unwrap_or_else(Value::none);
            ops::str_value(cx, &tuple)
        }
    }
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let e = payload(cx, this)?;
    let name = this.ty(cx).name().into_owned();
    let args = args_of(cx, e);
    let inner = match args.as_slice() {
        [one] => {
            let text = ops::repr(cx, one)?.to_wtf8();
            let mut whole = taipan_text::Wtf8Buf::from("(");
            whole.push_wtf8(&text);
            whole.push_str(")");
            whole
        }
        _ => {
            let tuple = e.get(cx).args.clone().unwrap_or_else(Value::none);
            ops::repr(cx, &tuple)?.to_wtf8()
        }
    };
    let mut whole = taipan_text::Wtf8Buf::from(name);
    whole.push_wtf8(&inner);
    Ok(cx.str_from_wtf8(&whole).into_value())
}

fn get_args(cx: &mut Cx, this: &Value) -> R {
    let e = payload(cx, this)?;
    Ok(match &e.get(cx).args {
        Some(args) => args.clone(),
        None => cx.tuple_value([]),
    })
}

fn set_args_attr(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    match value {
        None => Err(cx.type_error("args may not be deleted")),
        Some(value) => {
            let items = ops::collect(cx, value)?;
            set_args(cx, this, &items)
        }
    }
}

fn set_traceback(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    let Some(value) = value else { return Err(cx.type_error("__traceback__ may not be deleted")) };
    if !value.is_none() && &*value.ty(cx).name() != "traceback" {
        return Err(cx.type_error("__traceback__ must be a traceback or None"));
    }
    let e = payload(cx, this)?;
    let new = Some(value.clone()).filter(|v| !v.is_none());
    let old = std::mem::replace(&mut e.get_mut(cx).traceback, new);
    drop(old);
    Ok(())
}

/// Checks what is assigned to `__cause__` or `__context__`.
fn link(cx: &mut Cx, value: Option<&Value>, name: &str) -> R<Option<Value>> {
    match value {
        None => Err(cx.type_error(format!("__{name}__ may not be deleted"))),
        Some(v) if v.is_none() => Ok(None),
        Some(v) if v.is_instance(&BASE_EXCEPTION) => Ok(Some(v.clone())),
        Some(_) => Err(cx.type_error(format!("exception {name} must be None or derive from BaseException"))),
    }
}

fn set_context(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    let new = link(cx, value, "context")?;
    let e = payload(cx, this)?;
    let old = std::mem::replace(&mut e.get_mut(cx).context, new);
    drop(old);
    Ok(())
}

fn set_cause(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    let new = link(cx, value, "cause")?;
    let e = payload(cx, this)?;
    e.get_mut(cx).suppress_context = true;
    let old = std::mem::replace(&mut e.get_mut(cx).cause, new);
    drop(old);
    Ok(())
}

fn set_suppress(cx: &mut Cx, this: &Value, value: Option<&Value>) -> R<()> {
    let flag = match value {
        Some(v) => match v.as_bool() {
            Some(b) => b,
            None => return Err(cx.type_error("attribute value type must be bool")),
        },
        None => return Err(cx.type_error("can't delete numeric/char attribute")),
    };
    let e = payload(cx, this)?;
    e.get_mut(cx).suppress_context = flag;
    Ok(())
}

fn or_none(value: &Option<Value>) -> Value {
    value.clone().unwrap_or_else(Value::none)
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "__suppress_context__",
        doc: None,
        get: Some(|cx, v| payload(cx, v).map(|e| Value::bool(e.get(cx).suppress_context))),
        set: Some(set_suppress),
    },
    GetSetDef {
        name: "__dict__",
        doc: None,
        get: Some(instance::dict_of),
        set: Some(taipan_object::typeobj::set_instance_dict),
    },
    GetSetDef { name: "args", doc: None, get: Some(get_args), set: Some(set_args_attr) },
    GetSetDef {
        name: "__traceback__",
        doc: None,
        get: Some(|cx, v| payload(cx, v).map(|e| or_none(&e.get(cx).traceback))),
        set: Some(set_traceback),
    },
    GetSetDef {
        name: "__context__",
        doc: Some("exception context"),
        get: Some(|cx, v| payload(cx, v).map(|e| or_none(&e.get(cx).context))),
        set: Some(set_context),
    },
    GetSetDef {
        name: "__cause__",
        doc: Some("exception cause"),
        get: Some(|cx, v| payload(cx, v).map(|e| or_none(&e.get(cx).cause))),
        set: Some(set_cause),
    },
];

#[native("BaseException.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    let args = get_args(cx, this)?;
    reduce_with(cx, this, args)
}

/// The class, arguments, and the `__dict__` where there is something in it.
pub fn reduce_with(cx: &mut Cx, this: &Value, args: Value) -> R {
    let class = this.type_of().into_value();
    let dict = instance::known_dict(cx, this);
    let shaped = !instance::shape_items(cx, this).is_empty();
    if shaped || dict.is_some() {
        let dict = instance::dict_of(cx, this)?;
        if ops::len(cx, &dict)? > 0 {
            return Ok(cx.tuple_value([class, args, dict]));
        }
    }
    Ok(cx.tuple_value([class, args]))
}

#[native("BaseException.__setstate__($self, state, /)", no_signature)]
fn setstate(cx: &mut Cx, this: &Value, state: &Value) -> R<()> {
    if state.is_none() {
        return Ok(());
    }
    let Some(state) = state.cast::<Dict>() else { return Err(cx.type_error("state is not a dictionary")) };
    for (key, value) in dict::items(cx, state) {
        match key.as_str() {
            Some(name) => ops::setattr(cx, this, name, &value)?,
            None => return Err(cx.type_error("attribute name must be string")),
        }
    }
    Ok(())
}

/// Set self.__traceback__ to tb and return self.
#[native("BaseException.with_traceback($self, tb, /)")]
fn with_traceback(cx: &mut Cx, this: &Value, tb: &Value) -> R {
    set_traceback(cx, this, Some(tb))?;
    Ok(this.clone())
}

/// Add a note to the exception
#[native("BaseException.add_note($self, note, /)")]
fn add_note(cx: &mut Cx, this: &Value, note: &Value) -> R<()> {
    if note.as_str().is_none() {
        let message = format!("add_note() argument must be str, not {}", note.type_name(cx));
        return Err(cx.type_error(message));
    }
    let notes = match ops::getattr_opt(cx, this, &names::__notes__)? {
        Some(notes) => notes,
        None => {
            let notes = crate::list::new_list(cx, Vec::new()).into_value();
            ops::setattr(cx, this, &names::__notes__, &notes)?;
            notes
        }
    };
    match notes.cast::<crate::list::List>() {
        Some(list) => {
            crate::list::push(cx, list, note.clone());
            Ok(())
        }
        None => Err(cx.type_error("Cannot add note: __notes__ is not a list")),
    }
}

static DEFS: TypeDefs = TypeDefs {
    methods: natives![reduce, setstate, with_traceback, add_note],
    getset: GETSET,
    ..TypeDefs::NONE
};

pub fn install(types: &mut Types) {
    let slots = Slots { new: Some(new), init: Some(init), str: Some(str), repr: Some(repr), ..Slots::EMPTY };
    types.core(&BASE_EXCEPTION, slots, &DEFS, "Common base class for all exceptions.");
}
