//! `ast.AST`: construction from fields, copying, pickling, `repr`.

use taipan_macros::{native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, KwArgs, Obj, Payload, R, Slots, Str, Tuple, Type, TypeDefs, Value, exc, flags, instance, ops,
    plain_data,
};
use taipan_types::list::{List, new_list};

/// A node: all that it holds is in its attributes.
pub struct Ast;
plain_data!(Ast);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds nothing.
unsafe impl Payload for Ast {
    const TYPE: &'static Obj<Type> = &AST;
}

/// `ast.AST`.
pub static AST: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Ast>("ast.AST")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots { new: Some(new), init: Some(init), repr: Some(repr), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![ast_reduce, ast_replace], ..TypeDefs::NONE }),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, Ast).into_value())
}

/// The name in messages: `AST`'s own has its module, as a static type's.
fn shown(cx: &Cx, class: &Obj<Type>) -> String {
    let _ = cx;
    if class.is(&AST) { "ast.AST".to_owned() } else { class.name().into_owned() }
}

fn class_names(cx: &mut Cx, this: &Value, attribute: &str) -> R<Vec<Value>> {
    let class = this.type_of().into_value();
    let name = cx.intern(attribute);
    match ops::getattr_opt(cx, &class, &name)? {
        None => Ok(Vec::new()),
        Some(names) => {
            ops::len(cx, &names)?;
            ops::collect(cx, &names)
        }
    }
}

fn has(names: &[Value], name: &Obj<Str>) -> bool {
    names.iter().filter_map(Value::as_str).any(|n| n.same(name))
}

fn deprecated(cx: &mut Cx, message: &str) -> R<()> {
    let warn = cx.interp().runtime.warn;
    warn(cx, &exc::DEPRECATION_WARNING, message, 1)
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let class = this.type_of();
    let fields = class_names(cx, this, "_fields")?;
    let given = args.pos();
    if given.len() > fields.len() {
        let plural = if fields.len() == 1 { "" } else { "s" };
        let shown = class.name().into_owned();
        return Err(cx.type_error(format!(
            "{shown} constructor takes at most {} positional argument{plural}",
            fields.len()
        )));
    }
    for (field, value) in fields.iter().zip(given) {
        if let Some(name) = field.as_str() {
            ops::setattr(cx, this, name, value)?;
        }
    }
    let mut remaining: Vec<Value> = fields.get(given.len()..).unwrap_or_default().to_vec();
    let taken = fields.get(..given.len()).unwrap_or_default();
    let mut attributes = None;
    for (name, value) in args.keywords() {
        if has(&fields, name) {
            if has(taken, name) {
                let message = format!(
                    "{} got multiple values for argument '{}'",
                    shown(cx, &class),
                    name.to_string_lossy()
                );
                return Err(cx.type_error(message));
            }
            remaining.retain(|f| !f.as_str().is_some_and(|f| f.same(name)));
        } else {
            let known = match &attributes {
                Some(known) => known,
                None => attributes.insert(class_names(cx, this, "_attributes")?),
            };
            if !has(known, name) {
                let message = format!(
                    "{}.__init__ got an unexpected keyword argument '{}'. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                    shown(cx, &class),
                    name.to_string_lossy()
                );
                deprecated(cx, &message)?;
            }
        }
        ops::setattr(cx, this, name, value)?;
    }
    fill(cx, this, &class, &remaining)
}

/// What the fields that were not given become: lists are empty, contexts are `Load`, others are missed.
fn fill(cx: &mut Cx, this: &Value, class: &Obj<Type>, remaining: &[Value]) -> R<()> {
    if remaining.is_empty() {
        return Ok(());
    }
    let name = cx.intern("_field_types");
    let Some(types) = ops::getattr_opt(cx, &class.to_value(), &name)? else { return Ok(()) };
    let Some(types) = types.as_dict().map(Obj::to_handle) else {
        let message = format!("{}._field_types is not a dictionary", class.name());
        return Err(cx.type_error(message));
    };
    let classes = super::classes::of(cx)?;
    for field in remaining {
        let Some(name) = field.as_str() else { continue };
        let Some(kind) = dict::get(cx, &types, field)? else {
            let message = format!(
                "Field '{}' is missing from {}._field_types. This will become an error in Python 3.15.",
                name.to_string_lossy(),
                shown(cx, class)
            );
            deprecated(cx, &message)?;
            continue;
        };
        let kind_name = kind.ty(cx).name().into_owned();
        if kind_name == "Union" {
            continue;
        }
        if kind_name == "GenericAlias" {
            let empty = new_list(cx, Vec::new()).into_value();
            ops::setattr(cx, this, name, &empty)?;
        } else if classes.class("expr_context").is_some_and(|c| c.is(&kind)) {
            if let Some(load) = classes.single("Load") {
                ops::setattr(cx, this, name, load)?;
            }
        } else {
            let message = format!(
                "{}.__init__ missing 1 required positional argument: '{}'. This will become an error in Python 3.15.",
                shown(cx, class),
                name.to_string_lossy()
            );
            deprecated(cx, &message)?;
        }
    }
    Ok(())
}

fn attributes_of(cx: &mut Cx, this: &Value) -> R<taipan_object::Handle<Dict>> {
    let namespace = instance::dict_of(cx, this)?;
    match namespace.as_dict() {
        Some(dict) => Ok(dict.to_handle()),
        None => Err(cx.type_error("node has no dictionary")),
    }
}

#[native("AST.__reduce__($self, /)", no_signature)]
fn ast_reduce(cx: &mut Cx, this: &Value) -> R {
    let namespace = attributes_of(cx, this)?;
    let fields = class_names(cx, this, "_fields")?;
    let mut args = Vec::new();
    for field in &fields {
        if dict::get(cx, &namespace, field)?.is_none() {
            break;
        }
        args.push(Value::none());
    }
    let args = cx.tuple(args).into_value();
    let state = dict::copy(cx, &namespace)?.into_value();
    Ok(cx.tuple_value([this.type_of().into_value(), args, state]))
}

/// Return a copy of the AST node with new values for the specified fields.
#[native("AST.__replace__($self, /, *args, **fields)", no_signature)]
fn ast_replace(cx: &mut Cx, this: &Value, args: &[Value], changes: KwArgs<'_>) -> R {
    if !args.is_empty() {
        return Err(cx.type_error("__replace__() takes no positional arguments"));
    }
    let class = this.type_of();
    let namespace = attributes_of(cx, this)?;
    let fields = class_names(cx, this, "_fields")?;
    let attributes = class_names(cx, this, "_attributes")?;
    for (name, _) in changes.iter() {
        if !has(&fields, name) && !has(&attributes, name) {
            let message = format!(
                "{}.__replace__ got an unexpected keyword argument '{}'.",
                class.name(),
                name.to_string_lossy()
            );
            return Err(cx.type_error(message));
        }
    }
    let mut payload: Vec<(Value, Value)> = Vec::new();
    let mut missing = Vec::new();
    for field in fields.iter().chain(&attributes) {
        let Some(name) = field.as_str() else { continue };
        let change = changes.iter().find(|(n, _)| n.same(name)).map(|(_, v)| v.clone());
        let value = match change {
            Some(value) => Some(value),
            None => dict::get(cx, &namespace, field)?,
        };
        match value {
            Some(value) => payload.push((field.clone(), value)),
            None if has(&attributes, name) => {}
            None => {
                // What has a default on the class (an optional field) need not be there.
                if ops::getattr_opt(cx, &class.to_handle().into_value(), name)?.is_none() {
                    missing.push(format!("'{}'", name.to_string_lossy()));
                }
            }
        }
    }
    if !missing.is_empty() {
        missing.sort();
        let plural = if missing.len() == 1 { "" } else { "s" };
        let message = format!(
            "{}.__replace__ missing {} keyword argument{plural}: {}.",
            class.name(),
            missing.len(),
            missing.join(", ")
        );
        return Err(cx.type_error(message));
    }
    let keywords: Vec<(&Obj<Str>, Value)> =
        payload.iter().filter_map(|(k, v)| k.as_str().map(|k| (k, v.clone()))).collect();
    ops::call_keywords(cx, class.as_value(), &[], &keywords)
}

/// Nodes below this many levels are shown as `Name(...)`.
const SHOWN_LEVELS: usize = 3;

fn repr(cx: &mut Cx, this: &Value) -> R {
    let mut points = Vec::new();
    show(cx, this, SHOWN_LEVELS, &mut points)?;
    Ok(cx.str_from_code_points(&points).into_value())
}

fn text(out: &mut Vec<u32>, text: &str) {
    out.extend(text.chars().map(u32::from));
}

fn show(cx: &mut Cx, node: &Value, levels: usize, out: &mut Vec<u32>) -> R<()> {
    let name = node.ty(cx).name().into_owned();
    text(out, &name);
    if levels == 0 || !cx.repr_enter(node) {
        text(out, "(...)");
        return Ok(());
    }
    let result = show_fields(cx, node, levels, out);
    cx.repr_leave(node);
    result
}

fn show_fields(cx: &mut Cx, node: &Value, levels: usize, out: &mut Vec<u32>) -> R<()> {
    text(out, "(");
    for (i, field) in class_names(cx, node, "_fields")?.iter().enumerate() {
        let Some(name) = field.as_str() else { continue };
        if i > 0 {
            text(out, ", ");
        }
        out.extend(name.chars());
        text(out, "=");
        let value = ops::getattr(cx, node, name)?;
        let items = match (value.cast_exact::<List>(), value.cast_exact::<Tuple>()) {
            (Some(list), _) => Some(list.get(cx).items.clone()),
            (_, Some(tuple)) => Some(tuple.items().to_vec()),
            _ => None,
        };
        match items {
            Some(items) => {
                let round = value.cast_exact::<Tuple>().is_some();
                text(out, if round { "(" } else { "[" });
                for (at, item) in items.iter().enumerate() {
                    if at > 0 && at + 1 < items.len() {
                        if at == 1 {
                            text(out, ", ...");
                        }
                        continue;
                    }
                    if at > 0 {
                        text(out, ", ");
                    }
                    show_value(cx, item, levels - 1, out)?;
                }
                text(out, if round { ")" } else { "]" });
            }
            None => show_value(cx, &value, levels - 1, out)?,
        }
    }
    text(out, ")");
    Ok(())
}

fn show_value(cx: &mut Cx, value: &Value, levels: usize, out: &mut Vec<u32>) -> R<()> {
    if value.cast::<Ast>().is_some() {
        return show(cx, value, levels, out);
    }
    let shown = ops::repr(cx, value)?;
    out.extend(shown.chars());
    Ok(())
}
