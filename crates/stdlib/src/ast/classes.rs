//! The classes of one interpreter.

use std::collections::HashMap;
use std::rc::Rc;

use taipan_object::ty::TYPE;
use taipan_object::typeobj::{self, ClassRequest, new_class};
use taipan_object::{Cx, Obj, R, Type, Value, dict, int, ops};

use super::base::AST;
use super::nodes::{NODES, NodeClass};

/// The node classes by name, and the single instances of nodes without fields that the parser's trees share.
pub(super) struct Classes {
    classes: HashMap<&'static str, Value>,
    single: HashMap<&'static str, Value>,
    /// The table's entry of a class, by the class's address.
    entries: HashMap<usize, &'static NodeClass>,
}

impl Classes {
    pub(super) fn class(&self, name: &str) -> Option<&Value> {
        self.classes.get(name)
    }

    pub(super) fn single(&self, name: &str) -> Option<&Value> {
        self.single.get(name)
    }

    /// The constructor of sum `sum` that a value is an instance of.
    pub(super) fn variant(&self, cx: &Cx, value: &Value, sum: &str) -> Option<&'static str> {
        let entry =
            |class: &Obj<Type>| self.entries.get(&address(class)).filter(|n| n.base == sum).map(|n| n.name);
        let class = value.ty(cx);
        entry(class).or_else(|| class.mro(cx).iter().filter_map(Value::as_type).find_map(entry))
    }

    /// Whether a value is an instance of the class.
    pub(super) fn is(&self, cx: &Cx, value: &Value, name: &str) -> bool {
        self.class(name).and_then(Value::as_type).is_some_and(|c| value.ty(cx).is_subtype(c))
    }
}

fn address(class: &Obj<Type>) -> usize {
    std::ptr::from_ref(class) as usize
}

#[derive(Default)]
struct State(Option<Rc<Classes>>);

/// The interpreter's classes; the module makes them.
pub(super) fn of(cx: &mut Cx) -> R<Rc<Classes>> {
    match &cx.interp_mut().state::<State>().0 {
        Some(classes) => Ok(Rc::clone(classes)),
        None => make(cx),
    }
}

/// Makes the classes, or gives those that are there.
pub(super) fn make(cx: &mut Cx) -> R<Rc<Classes>> {
    if let Some(classes) = &cx.interp_mut().state::<State>().0 {
        return Ok(Rc::clone(classes));
    }
    prepare_base(cx)?;
    let mut made = Classes { classes: HashMap::new(), single: HashMap::new(), entries: HashMap::new() };
    for node in NODES {
        let class = make_class(cx, &made, node)?;
        if let Some(ty) = class.as_type() {
            made.entries.insert(address(ty), node);
            if node.base != "AST" && node.fields.is_empty() && !matches!(node.base, "stmt" | "mod") {
                let one = cx.new_instance(ty, super::base::Ast).into_value();
                made.single.insert(node.name, one);
            }
        }
        made.classes.insert(node.name, class);
    }
    // A second round: the types of fields name classes that come later.
    for node in NODES.iter().filter(|n| n.typed) {
        let types = cx.new_dict();
        for (field, text) in node.fields {
            let key = cx.intern(field);
            let value = field_type(cx, &made, text)?;
            dict::set_str(cx, &types, &key, value)?;
        }
        if let Some(class) = made.class(node.name).cloned() {
            let name = cx.intern("_field_types");
            ops::setattr(cx, &class, &name, types.as_value())?;
            let annotations = dict::copy(cx, &types)?.into_value();
            let name = cx.intern("__annotations__");
            ops::setattr(cx, &class, &name, &annotations)?;
        }
    }
    let made = Rc::new(made);
    cx.interp_mut().state::<State>().0 = Some(Rc::clone(&made));
    Ok(made)
}

/// `AST` has no fields and no attributes.
fn prepare_base(cx: &mut Cx) -> R<()> {
    let Some(namespace) = AST.rest(cx).dict.clone() else { return Ok(()) };
    let Some(namespace) = namespace.as_dict() else { return Ok(()) };
    for name in ["_fields", "__match_args__", "_attributes"] {
        let key = cx.intern(name);
        if dict::get_str(cx, namespace, &key)?.is_none() {
            let empty = cx.tuple(Vec::new()).into_value();
            dict::set_str(cx, namespace, &key, empty)?;
        }
    }
    typeobj::modified(cx, &AST);
    Ok(())
}

fn name_tuple<'a>(cx: &mut Cx, names: impl Iterator<Item = &'a str>) -> Value {
    let items: Vec<Value> = names.map(|n| cx.intern(n).into_value()).collect();
    cx.tuple(items).into_value()
}

fn make_class(cx: &mut Cx, made: &Classes, node: &NodeClass) -> R {
    let base = made.class(node.base).cloned().unwrap_or_else(|| AST.to_value());
    let namespace = cx.new_dict();
    let fields = name_tuple(cx, node.fields.iter().map(|f| f.0));
    let mut entries = vec![
        ("_fields", fields.clone()),
        ("__match_args__", fields),
        ("__module__", cx.str("ast")),
        ("__doc__", cx.str(node.doc)),
    ];
    if let Some(attributes) = node.attributes {
        entries.push(("_attributes", name_tuple(cx, attributes.iter().copied())));
        if !attributes.is_empty() {
            entries.extend([("end_lineno", Value::none()), ("end_col_offset", Value::none())]);
        }
    }
    entries.extend(node.fields.iter().filter(|f| f.1.starts_with('?')).map(|f| (f.0, Value::none())));
    for (name, value) in entries {
        let key = cx.intern(name);
        dict::set_str(cx, &namespace, &key, value)?;
    }
    let name = cx.str(node.name);
    new_class(
        cx,
        ClassRequest { meta: &TYPE, name, bases: &[base], namespace: &namespace, keywords: Vec::new() },
    )
}

fn field_type(cx: &mut Cx, made: &Classes, text: &str) -> R {
    if let Some(item) = text.strip_prefix('*') {
        let item = field_type(cx, made, item)?;
        let generic = cx.interp().runtime.generic_alias;
        return generic(cx, &taipan_types::list::LIST.to_value(), &item);
    }
    if let Some(item) = text.strip_prefix('?') {
        let item = field_type(cx, made, item)?;
        let union = cx.interp().runtime.union;
        return union(cx, &item, &Value::none());
    }
    Ok(match text {
        "str" => taipan_object::str::STR.to_value(),
        "int" => int::INT.to_value(),
        "object" => taipan_object::ty::OBJECT.to_value(),
        name => made.class(name).cloned().unwrap_or_else(|| AST.to_value()),
    })
}
