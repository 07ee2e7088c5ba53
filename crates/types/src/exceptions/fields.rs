//! Exceptions with a few attributes of their own: StopIteration, SystemExit, ImportError, NameError, AttributeError, KeyError.

use taipan_macros::native;
use taipan_macros::natives;
use taipan_object::exc::{self, Exception, fields};
use taipan_object::{Args, Cx, MemberDef, Obj, R, Slots, TypeDefs, Value, dict, instance, ops};

use super::base;
use crate::Types;

/// Own attribute `i` of an exception; None where absent.
pub fn field(cx: &mut Cx, this: &Value, i: usize) -> R {
    Ok(field_opt(cx, this, i)?.unwrap_or_else(Value::none))
}

/// Own attribute `i` of an exception, if set.
pub fn field_opt(cx: &mut Cx, this: &Value, i: usize) -> R<Option<Value>> {
    let e = base::payload(cx, this)?;
    Ok(e.get(cx).extra.get(i).cloned().flatten())
}

/// Sets (or empties) own attribute `i`.
pub fn set_field(cx: &mut Cx, this: &Value, i: usize, value: Option<Value>) -> R<()> {
    let e = base::payload(cx, this)?;
    let extra = &mut e.get_mut(cx).extra;
    if extra.len() <= i {
        extra.resize_with(i + 1, || None);
    }
    let old = std::mem::replace(&mut extra[i], value);
    drop(old);
    Ok(())
}

/// A readable and writable member over field `$i`.
macro_rules! member {
    ($name:literal, $i:expr, $doc:literal) => {
        ::taipan_object::MemberDef {
            name: $name,
            doc: Some($doc),
            get: |cx, this| $crate::exceptions::fields::field(cx, this, $i),
            set: Some(|cx, this, value| $crate::exceptions::fields::set_field(cx, this, $i, value.cloned())),
        }
    };
}
pub(crate) use member;

fn stop_init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::init(cx, this, args)?;
    set_field(cx, this, fields::VALUE, args.pos().first().cloned())
}

fn exit_init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::init(cx, this, args)?;
    let code = match args.pos() {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(cx.tuple(many.to_vec()).into_value()),
    };
    set_field(cx, this, fields::CODE, code)
}

/// Takes the keywords that `allowed` names into fields and empties those that are not given; TypeError for others.
fn keyword_fields(
    cx: &mut Cx,
    this: &Value,
    args: Args<'_>,
    class: &str,
    allowed: &[(&str, usize)],
) -> R<()> {
    let given = args.keywords().count();
    if given > allowed.len() {
        let n = allowed.len();
        let s = if n == 1 { "" } else { "s" };
        let message = format!("{class}() takes at most {n} keyword argument{s} ({given} given)");
        return Err(cx.type_error(message));
    }
    for &(_, i) in allowed {
        set_field(cx, this, i, None)?;
    }
    for (name, value) in args.keywords() {
        match allowed.iter().find(|(k, _)| name.eq_str(k)) {
            Some(&(_, i)) => set_field(cx, this, i, Some(value.clone()))?,
            None => {
                let name = name.to_string_lossy();
                let hint = match taipan_text::suggest::closest(&name, allowed.iter().map(|(k, _)| *k)) {
                    Some(near) => format!(". Did you mean '{near}'?"),
                    None => String::new(),
                };
                let message = format!("{class}() got an unexpected keyword argument '{name}'{hint}");
                return Err(cx.type_error(message));
            }
        }
    }
    Ok(())
}

fn import_init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::set_args(cx, this, args.pos())?;
    let allowed = [
        ("name", fields::IMPORT_NAME),
        ("path", fields::IMPORT_PATH),
        ("name_from", fields::IMPORT_NAME_FROM),
    ];
    keyword_fields(cx, this, args, "ImportError", &allowed)?;
    let message = if let [one] = args.pos() { Some(one.clone()) } else { None };
    set_field(cx, this, fields::IMPORT_MSG, message)
}

fn import_str(cx: &mut Cx, this: &Value) -> R {
    match field_opt(cx, this, fields::IMPORT_MSG)? {
        Some(msg) if msg.as_str().is_some() && msg.type_of().is(&taipan_object::str::STR) => Ok(msg),
        _ => base_str(cx, this),
    }
}

fn base_str(cx: &mut Cx, this: &Value) -> R {
    match exc::BASE_EXCEPTION.slots().str {
        Some(f) => f(cx, this),
        None => Ok(cx.empty_str()),
    }
}

#[native("ImportError.__reduce__($self, /)", no_signature)]
fn import_reduce(cx: &mut Cx, this: &Value) -> R {
    let class = this.type_of().into_value();
    let e = base::payload(cx, this)?;
    let args = e.get(cx).args.clone().unwrap_or_else(Value::none);
    let state = cx.new_dict();
    let own = instance::dict_of(cx, this)?;
    if let Some(own) = own.cast::<dict::Dict>() {
        dict::merge(cx, &state, own, true)?;
    }
    for (name, i) in [
        ("name", fields::IMPORT_NAME),
        ("path", fields::IMPORT_PATH),
        ("name_from", fields::IMPORT_NAME_FROM),
    ] {
        if let Some(value) = field_opt(cx, this, i)? {
            let name = cx.intern(name);
            dict::set_str(cx, &state, &name, value)?;
        }
    }
    if dict::len(cx, &state) == 0 {
        return Ok(cx.tuple_value([class, args]));
    }
    Ok(cx.tuple_value([class, args, state.into_value()]))
}

fn name_init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::set_args(cx, this, args.pos())?;
    keyword_fields(cx, this, args, "NameError", &[("name", fields::NAME)])
}

fn attribute_init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::set_args(cx, this, args.pos())?;
    keyword_fields(cx, this, args, "AttributeError", &[("name", fields::NAME), ("obj", fields::OBJ)])
}

#[native("AttributeError.__getstate__($self, /)", no_signature)]
fn attribute_getstate(cx: &mut Cx, this: &Value) -> R {
    let own = instance::dict_of(cx, this)?;
    let state = cx.new_dict();
    if let Some(own) = own.cast::<dict::Dict>() {
        dict::merge(cx, &state, own, true)?;
    }
    let args = base::payload(cx, this)?.get(cx).args.clone();
    for (name, value) in [("name", field_opt(cx, this, fields::NAME)?), ("args", args)] {
        if let Some(value) = value {
            let name = cx.intern(name);
            dict::set_str(cx, &state, &name, value)?;
        }
    }
    Ok(state.into_value())
}

#[native("AttributeError.__reduce__($self, /)", no_signature)]
fn attribute_reduce(cx: &mut Cx, this: &Value) -> R {
    let state = attribute_getstate(cx, this)?;
    let class = this.type_of().into_value();
    let args = base::payload(cx, this)?.get(cx).args.clone().unwrap_or_else(Value::none);
    Ok(cx.tuple_value([class, args, state]))
}

/// A single key is shown by its repr, so that `KeyError('')` says something.
fn key_str(cx: &mut Cx, this: &Value) -> R {
    let e: &Obj<Exception> = base::payload(cx, this)?;
    match base::args_of(cx, e).as_slice() {
        [key] => ops::repr_value(cx, key),
        _ => base_str(cx, this),
    }
}

static STOP_MEMBERS: &[MemberDef] = &[member!("value", fields::VALUE, "generator return value")];
static EXIT_MEMBERS: &[MemberDef] = &[member!("code", fields::CODE, "exception code")];
static NAME_MEMBERS: &[MemberDef] = &[member!("name", fields::NAME, "name")];
static ATTRIBUTE_MEMBERS: &[MemberDef] =
    &[member!("name", fields::NAME, "attribute name"), member!("obj", fields::OBJ, "object")];
static IMPORT_MEMBERS: &[MemberDef] = &[
    member!("msg", fields::IMPORT_MSG, "exception message"),
    member!("name", fields::IMPORT_NAME, "module name"),
    member!("path", fields::IMPORT_PATH, "module path"),
    member!("name_from", fields::IMPORT_NAME_FROM, "name imported from module"),
];

static STOP_DEFS: TypeDefs = TypeDefs { members: STOP_MEMBERS, ..TypeDefs::NONE };
static EXIT_DEFS: TypeDefs = TypeDefs { members: EXIT_MEMBERS, ..TypeDefs::NONE };
static NAME_DEFS: TypeDefs = TypeDefs { members: NAME_MEMBERS, ..TypeDefs::NONE };
static ATTRIBUTE_DEFS: TypeDefs = TypeDefs {
    members: ATTRIBUTE_MEMBERS,
    methods: natives![attribute_getstate, attribute_reduce],
    ..TypeDefs::NONE
};
static IMPORT_DEFS: TypeDefs =
    TypeDefs { members: IMPORT_MEMBERS, methods: natives![import_reduce], ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    let init = |f| Slots { init: Some(f), ..Slots::EMPTY };
    types.core(&exc::STOP_ITERATION, init(stop_init), &STOP_DEFS, "Signal the end from iterator.__next__().");
    types.core(&exc::SYSTEM_EXIT, init(exit_init), &EXIT_DEFS, "Request to exit from the interpreter.");
    types.core(&exc::NAME_ERROR, init(name_init), &NAME_DEFS, "Name not found globally.");
    types.core(&exc::ATTRIBUTE_ERROR, init(attribute_init), &ATTRIBUTE_DEFS, "Attribute not found.");
    let import = Slots { init: Some(import_init), str: Some(import_str), ..Slots::EMPTY };
    let doc = "Import can't find module, or can't find name in module.";
    types.core(&exc::IMPORT_ERROR, import, &IMPORT_DEFS, doc);
    let key = Slots { str: Some(key_str), ..Slots::EMPTY };
    types.core(&exc::KEY_ERROR, key, &TypeDefs::NONE, "Mapping key not found.");
}
