//! Struct sequences: tuples whose items have names (`sys.float_info`, `os.stat_result`, `time.struct_time`).
//!
//! The items that count as the tuple's come first; further named ones lie in the instance's attributes. Each interpreter makes
//! its own class from a [`StructSeq`].

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::tuple::TUPLE;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::typeobj::{ClassRequest, new_class};
use taipan_object::{
    Args, Cx, GetSetDef, Handle, MemberDef, NativeDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value,
    exc, flags, instance, ops,
};

use crate::Types;
use crate::support::TextBuilder;

/// One named item.
pub struct Field {
    pub name: &'static str,
    pub doc: &'static str,
}

/// The declaration of a struct sequence type.
pub struct StructSeq {
    /// With its module: `os.stat_result`. Without a dot the class shows `builtins` as its module, as CPython's does.
    pub name: &'static str,
    pub doc: &'static str,
    /// The first `visible` fields are the tuple's items; an empty name is an item without one.
    pub fields: &'static [Field],
    pub visible: usize,
    /// Whether programs may make instances.
    pub instantiable: bool,
}

/// A named item, found on the class. Shown as `member_descriptor`.
#[derive(Trace)]
pub struct FieldDescriptor {
    #[trace(skip)]
    index: usize,
    #[trace(skip)]
    visible: usize,
    name: Value,
    doc: Value,
    owner: Value,
}

// SAFETY: the type cannot be subclassed; the values are traced.
unsafe impl Payload for FieldDescriptor {
    const TYPE: &'static Obj<Type> = &FIELD_DESCRIPTOR;
}

static FIELD_DESCRIPTOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<FieldDescriptor>("member_descriptor")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots {
            descr_get: Some(get),
            descr_set: Some(set),
            repr: Some(field_repr),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { getset: FIELD_GETSET, members: FIELD_MEMBERS, ..TypeDefs::NONE }),
);

static FIELD_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "__doc__",
    doc: None,
    get: Some(|cx, this| Ok(field(cx, this)?.get(cx).doc.clone())),
    set: None,
}];

static FIELD_MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "__objclass__",
        doc: None,
        get: |cx, this| Ok(field(cx, this)?.get(cx).owner.clone()),
        set: None,
    },
    MemberDef {
        name: "__name__",
        doc: None,
        get: |cx, this| Ok(field(cx, this)?.get(cx).name.clone()),
        set: None,
    },
];

fn field<'a>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<FieldDescriptor>> {
    match this.cast::<FieldDescriptor>() {
        Some(field) => Ok(field),
        None => Err(cx.type_error("not a member descriptor")),
    }
}

fn field_repr(cx: &mut Cx, this: &Value) -> R {
    let data = field(cx, this)?.get(cx);
    let name = data.name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let owner = data.owner.as_type().map(|t| t.full_name().into_owned()).unwrap_or_default();
    Ok(cx.str(&format!("<member '{name}' of '{owner}' objects>")))
}

fn get(cx: &mut Cx, this: &Value, object: Option<&Value>, _owner: Option<&Value>) -> R {
    let Some(object) = object else { return Ok(this.clone()) };
    let data = field(cx, this)?.get(cx);
    let (index, visible, name) = (data.index, data.visible, data.name.clone());
    if index < visible {
        if let Some(item) = object.cast::<Tuple>().and_then(|t| t.items().get(index)) {
            return Ok(item.clone());
        }
    } else if let Some(name) = name.as_str()
        && let Some(found) = instance::get_attr(cx, object, name)?
    {
        return Ok(found);
    }
    Ok(Value::none())
}

fn set(cx: &mut Cx, _this: &Value, _object: &Value, _value: Option<&Value>) -> R<()> {
    Err(cx.raise(&exc::ATTRIBUTE_ERROR, "readonly attribute"))
}

static METHODS: &[&NativeDef] = natives![__repr__, __reduce__, __replace__];

fn put(cx: &mut Cx, namespace: &Obj<Dict>, key: &str, value: Value) -> R<()> {
    let key = cx.intern(key);
    dict::set_str(cx, namespace, &key, value)
}

/// The class of a declaration in this interpreter: made anew at each call, to be kept by the caller.
pub fn new_type(cx: &mut Cx, declared: &'static StructSeq) -> R<Handle<Type>> {
    let namespace = cx.new_dict();
    let (module, name) = declared.name.rsplit_once('.').unwrap_or(("builtins", declared.name));
    let doc = cx.str(declared.doc);
    put(cx, &namespace, "__doc__", doc)?;
    let module = cx.intern(module).into_value();
    put(cx, &namespace, "__module__", module)?;
    let unnamed = declared.fields.iter().filter(|f| f.name.is_empty()).count();
    for (key, n) in [
        ("n_sequence_fields", declared.visible),
        ("n_fields", declared.fields.len()),
        ("n_unnamed_fields", unnamed),
    ] {
        let n = cx.int(n as i64);
        put(cx, &namespace, key, n)?;
    }
    let mut shown = Vec::new();
    for f in declared.fields.iter().take(declared.visible).filter(|f| !f.name.is_empty()) {
        shown.push(cx.intern(f.name).into_value());
    }
    let shown = cx.tuple(shown).into_value();
    put(cx, &namespace, "__match_args__", shown)?;
    let constructor = cx.native_function(&construct__def, None);
    let make_static = cx.interp().runtime.static_method;
    let constructor = make_static(cx, constructor)?;
    put(cx, &namespace, "__new__", constructor)?;
    let base = TUPLE.to_value();
    let name = cx.intern(name).into_value();
    let request = ClassRequest {
        meta: &TYPE,
        name,
        bases: std::slice::from_ref(&base),
        namespace: &namespace,
        keywords: Vec::new(),
    };
    let made = new_class(cx, request)?;
    let Some(class) = made.as_type().map(Obj::to_handle) else {
        return Err(cx.system_error("no class was made"));
    };
    for (index, f) in declared.fields.iter().enumerate().filter(|(_, f)| !f.name.is_empty()) {
        let name = cx.intern(f.name);
        let doc = cx.str(f.doc);
        let data = FieldDescriptor {
            index,
            visible: declared.visible,
            name: name.to_value(),
            doc,
            owner: made.clone(),
        };
        let descriptor = cx.new_object(data).into_value();
        ops::setattr(cx, &made, &name, &descriptor)?;
    }
    for &def in METHODS {
        let descriptor = taipan_object::descr::class_entry(cx, def, &class);
        let name = cx.intern(def.name);
        ops::setattr(cx, &made, &name, &descriptor)?;
    }
    if !declared.instantiable {
        class.set_flag(flags::DISALLOW_INSTANTIATION, true);
    }
    class.set_flag(flags::BASE, false);
    Ok(class)
}

/// An instance of values for all fields, or for the first ones: the rest are None.
pub fn new(cx: &mut Cx, class: &Obj<Type>, mut values: Vec<Value>) -> R {
    let (visible, _) = sizes(cx, class)?;
    while values.len() < visible {
        values.push(Value::none());
    }
    let hidden = values.split_off(visible);
    let made = cx.tuple_of(class, values.into_iter()).into_value();
    for (name, value) in hidden_names(cx, class)?.into_iter().zip(hidden) {
        if let Some(name) = name.as_str() {
            instance::set_attr(cx, &made, name, value)?;
        }
    }
    Ok(made)
}

/// The name with its module, as the declaration has it.
fn shown_name(cx: &mut Cx, class: &Obj<Type>) -> R<String> {
    let module = ops::getattr_str(cx, &class.to_value(), "__module__")?;
    let module = module.as_str().map(|m| m.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(if module == "builtins" { class.name().into_owned() } else { format!("{module}.{}", class.name()) })
}

/// How many items count as the tuple's, and how many there are.
fn sizes(cx: &mut Cx, class: &Obj<Type>) -> R<(usize, usize)> {
    let mut number = |name: &str| -> R<usize> {
        let value = ops::getattr_str(cx, &class.to_value(), name)?;
        let number = value.as_int().and_then(|i| i.to_i64());
        Ok(number.and_then(|i| usize::try_from(i).ok()).unwrap_or(0))
    };
    Ok((number("n_sequence_fields")?, number("n_fields")?))
}

/// Index and name of the items of a class from `from` on, in order.
fn fields_from(cx: &mut Cx, class: &Obj<Type>, from: usize) -> Vec<(usize, Value)> {
    let Some(namespace) = class.rest(cx).dict.clone() else { return Vec::new() };
    let Some(namespace) = namespace.as_dict() else { return Vec::new() };
    let mut found: Vec<(usize, Value)> = dict::items(cx, namespace)
        .into_iter()
        .filter_map(|(_, v)| v.cast::<FieldDescriptor>().map(|f| (f.get(cx).index, f.get(cx).name.clone())))
        .filter(|(index, _)| *index >= from)
        .collect();
    found.sort_by_key(|(index, _)| *index);
    found
}

fn hidden_names(cx: &mut Cx, class: &Obj<Type>) -> R<Vec<Value>> {
    let (visible, all) = sizes(cx, class)?;
    if visible == all {
        return Ok(Vec::new());
    }
    Ok(fields_from(cx, class, visible).into_iter().map(|(_, name)| name).collect())
}

/// Create and return a new object.  See help(type) for accurate signature.
#[native("structseq.__new__(cls, sequence, dict=<unrepresentable>)", no_signature)]
fn construct(cx: &mut Cx, class: &Value, sequence: &Value, extra: Option<&Value>) -> R {
    let Some(class) = class.as_type() else { return Err(cx.type_error("cls must be a type")) };
    let name = shown_name(cx, class)?;
    if class.has(flags::DISALLOW_INSTANTIATION) {
        return Err(cx.type_error(format!("cannot create '{name}' instances")));
    }
    let slots = sequence.ty(cx).slots();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(cx.type_error("constructor requires a sequence"));
    }
    let mut values = ops::collect(cx, sequence)?;
    let extra = match extra {
        Some(d) => match d.as_dict() {
            Some(d) => Some(d.to_handle()),
            None => return Err(cx.type_error(format!("{name}() takes a dict as second arg, if any"))),
        },
        None => None,
    };
    let (least, most) = sizes(cx, class)?;
    let given = values.len();
    if given < least || given > most {
        let (bound, n) = if given < least { ("an at least", least) } else { ("an at most", most) };
        let bound = if least == most { "a" } else { bound };
        return Err(cx.type_error(format!("{name}() takes {bound} {n}-sequence ({given}-sequence given)")));
    }
    let mut taken = 0;
    for key in hidden_names(cx, class)?.iter().skip(given - least) {
        let found = match &extra {
            Some(d) => dict::get(cx, d, key)?,
            None => None,
        };
        taken += usize::from(found.is_some());
        values.push(found.unwrap_or_else(Value::none));
    }
    if extra.is_some_and(|d| dict::len(cx, &d) > taken) {
        return Err(cx.type_error(format!("{name}() got duplicate or unexpected field name(s)")));
    }
    new(cx, class, values)
}

/// Return repr(self).
#[native("structseq.__repr__($self, /)")]
fn __repr__(cx: &mut Cx, this: &Value) -> R {
    let class = this.type_of();
    let items = this.cast::<Tuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    let mut text = TextBuilder::default();
    let shown = shown_name(cx, &class)?;
    text.push(&shown);
    text.push("(");
    let fields = fields_from(cx, &class, 0);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            text.push(", ");
        }
        // An item without a name shows the next field's, as CPython does.
        if let Some((_, name)) = fields.get(i)
            && let Some(name) = name.as_str()
        {
            text.push_str(name);
            text.push("=");
        }
        text.push_repr(cx, item)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

/// Helper for pickle.
#[native("structseq.__reduce__($self, /)")]
fn __reduce__(cx: &mut Cx, this: &Value) -> R {
    let class = this.type_of();
    let items = this.cast::<Tuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    let items = cx.tuple(items).into_value();
    let extra = cx.new_dict();
    for name in hidden_names(cx, &class)? {
        if let Some(text) = name.as_str() {
            let value = ops::getattr(cx, this, text)?;
            dict::set(cx, &extra, name.clone(), value)?;
        }
    }
    let args = cx.tuple_value([items, extra.into_value()]);
    Ok(cx.tuple_value([class.into_value(), args]))
}

/// Return a copy of the structure with new values for the specified fields.
#[native("structseq.__replace__($self, /, **changes)", no_signature)]
fn __replace__(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let class = this.type_of();
    let (_, all) = sizes(cx, &class)?;
    let fields = fields_from(cx, &class, 0);
    if fields.len() < all {
        let message = format!(
            "__replace__() is not supported for {} because it has unnamed field(s)",
            class.full_name()
        );
        return Err(cx.type_error(message));
    }
    let mut values = Vec::with_capacity(all);
    let mut used = 0;
    for (_, name) in &fields {
        let Some(name) = name.as_str() else { continue };
        let changed = args.keywords().find(|(n, _)| n.same(name)).map(|(_, v)| v.clone());
        used += usize::from(changed.is_some());
        values.push(match changed {
            Some(value) => value,
            None => ops::getattr(cx, this, name)?,
        });
    }
    let known =
        |n: &Obj<taipan_object::Str>| fields.iter().any(|(_, f)| f.as_str().is_some_and(|f| f.same(n)));
    if used < args.keywords().count() {
        let unknown: Vec<Value> =
            args.keywords().filter(|(n, _)| !known(n)).map(|(n, _)| n.to_value()).collect();
        let list = crate::list::new_list(cx, unknown).into_value();
        let shown = ops::repr(cx, &list)?.to_string_lossy().into_owned();
        return Err(cx.type_error(format!("Got unexpected field name(s): {shown}")));
    }
    new(cx, &class, values)
}

pub fn install(types: &mut Types) {
    types.add([&FIELD_DESCRIPTOR]);
}
