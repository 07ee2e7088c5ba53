//! Template strings (PEP 750): `string.templatelib.Template` and `Interpolation`.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Frozen, GetSetDef, Handle, MemberDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, ops,
};

use crate::Types;
use crate::support::TextBuilder;

/// The payload of an interpolation.
#[derive(Trace)]
pub struct Interpolation {
    value: Value,
    expression: Value,
    conversion: Value,
    format_spec: Value,
}
impl Frozen for Interpolation {}

// SAFETY: instances of the type are `Obj<Interpolation>`; all values are traced.
unsafe impl Payload for Interpolation {
    const TYPE: &'static Obj<Type> = &INTERPOLATION;
}

/// `string.templatelib.Interpolation`.
pub static INTERPOLATION: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Interpolation>("string.templatelib.Interpolation")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(|cx, _, args| (interpolation_new__def.call)(cx, args)),
            repr: Some(interpolation_repr),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![interpolation_reduce, class_getitem],
            members: INTERPOLATION_MEMBERS,
            extra: Some(|cx, ty| {
                let names =
                    ["value", "expression", "conversion", "format_spec"].map(|n| cx.intern(n).into_value());
                let names = cx.tuple(names).into_value();
                if let Some(own) = ty.rest(cx).dict.clone().as_ref().and_then(Value::as_dict) {
                    // A string key cannot fail.
                    let _ = dict::set_str(cx, own, &taipan_object::names::__match_args__, names);
                }
            }),
            ..TypeDefs::NONE
        })
        .doc("Interpolation object"),
);

#[native("Interpolation(value, expression='', conversion=None, format_spec='')")]
fn interpolation_new(
    cx: &mut Cx,
    value: &Value,
    expression: Option<&Value>,
    conversion: Option<&Value>,
    format_spec: Option<&Value>,
) -> R {
    let empty = cx.empty_str();
    let none = Value::none();
    let conversion = conversion.unwrap_or(&none);
    if !conversion.is_none() {
        let known = conversion.as_str().map(|c| c.eq_str("s") || c.eq_str("r") || c.eq_str("a"));
        match known {
            Some(true) => {}
            Some(false) => {
                return Err(
                    cx.value_error("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
                );
            }
            None => {
                let message = format!(
                    "Interpolation() argument 'conversion' must be str, not {}",
                    conversion.type_name(cx)
                );
                return Err(cx.type_error(message));
            }
        }
    }
    let (expression, format_spec) = (expression.unwrap_or(&empty), format_spec.unwrap_or(&empty));
    for (name, text) in [("expression", expression), ("format_spec", format_spec)] {
        if text.as_str().is_none() {
            let message =
                format!("Interpolation() argument '{name}' must be str, not {}", text.type_name(cx));
            return Err(cx.type_error(message));
        }
    }
    Ok(new_interpolation(cx, value.clone(), expression.clone(), conversion.clone(), format_spec.clone()))
}

/// An interpolation of checked parts: the opcode BUILD_INTERPOLATION.
pub fn new_interpolation(
    cx: &Cx,
    value: Value,
    expression: Value,
    conversion: Value,
    format_spec: Value,
) -> Value {
    cx.new_object(Interpolation { value, expression, conversion, format_spec }).into_value()
}

fn interpolation_repr(cx: &mut Cx, this: &Value) -> R {
    let Some(i) = this.cast::<Interpolation>() else { return Ok(Value::none()) };
    let mut text = TextBuilder::default();
    text.push("Interpolation(");
    for (n, part) in [&i.value, &i.expression, &i.conversion, &i.format_spec].into_iter().enumerate() {
        if n > 0 {
            text.push(", ");
        }
        text.push_repr(cx, part)?;
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

#[native("Interpolation.__reduce__($self, /)", no_signature)]
fn interpolation_reduce(cx: &mut Cx, this: &Obj<Interpolation>) -> R {
    let parts =
        [this.value.clone(), this.expression.clone(), this.conversion.clone(), this.format_spec.clone()];
    let parts = cx.tuple_value(parts);
    Ok(cx.tuple_value([INTERPOLATION.to_value(), parts]))
}

/// See PEP 585
#[native("Interpolation.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::support::class_getitem(cx, class, object)
}

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: None, get, set: None }
}

fn part(value: &Value, pick: fn(&Interpolation) -> &Value) -> R {
    Ok(value.cast::<Interpolation>().map_or_else(Value::none, |i| pick(i).clone()))
}

static INTERPOLATION_MEMBERS: &[MemberDef] = &[
    member("value", |_, v| part(v, |i| &i.value)),
    member("expression", |_, v| part(v, |i| &i.expression)),
    member("conversion", |_, v| part(v, |i| &i.conversion)),
    member("format_spec", |_, v| part(v, |i| &i.format_spec)),
];

/// The payload of a template: one string more than interpolations.
#[derive(Trace)]
pub struct Template {
    strings: Handle<Tuple>,
    interpolations: Handle<Tuple>,
}
impl Frozen for Template {}

// SAFETY: instances of the type are `Obj<Template>`; all values are traced.
unsafe impl Payload for Template {
    const TYPE: &'static Obj<Type> = &TEMPLATE;
}

/// `string.templatelib.Template`.
pub static TEMPLATE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Template>("string.templatelib.Template")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(template_new),
            repr: Some(template_repr),
            iter: Some(|cx, v| {
                Ok(cx.new_object(TemplateIterator { template: v.clone(), next: 0 }).into_value())
            }),
            concat: Some(concat),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![template_reduce, template_class_getitem],
            members: TEMPLATE_MEMBERS,
            getset: TEMPLATE_GETSET,
            ..TypeDefs::NONE
        })
        .doc("Template object"),
);

/// A template of its parts: the opcode BUILD_TEMPLATE.
pub fn new_template(cx: &mut Cx, strings: &Value, interpolations: &Value) -> R {
    match (strings.cast::<Tuple>(), interpolations.cast::<Tuple>()) {
        (Some(s), Some(i)) => {
            Ok(cx.new_object(Template { strings: s.to_handle(), interpolations: i.to_handle() }).into_value())
        }
        _ => Err(cx.system_error("template parts must be tuples")),
    }
}

fn template_new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    if args.has_keywords() {
        return Err(cx.type_error("Template.__new__ only accepts *args arguments"));
    }
    let (mut strings, mut interpolations): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for arg in args.pos() {
        if arg.as_str().is_some() {
            if strings.len() > interpolations.len()
                && let Some(last) = strings.pop()
            {
                strings.push(ops::binary(cx, ops::BinaryOp::Add, &last, arg)?);
            } else {
                strings.push(arg.clone());
            }
        } else if arg.cast::<Interpolation>().is_some() {
            if strings.len() == interpolations.len() {
                strings.push(cx.empty_str());
            }
            interpolations.push(arg.clone());
        } else {
            let message = format!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                arg.type_name(cx)
            );
            return Err(cx.type_error(message));
        }
    }
    if strings.len() == interpolations.len() {
        strings.push(cx.empty_str());
    }
    let payload = Template { strings: cx.tuple(strings), interpolations: cx.tuple(interpolations) };
    Ok(cx.new_object(payload).into_value())
}

fn template_repr(cx: &mut Cx, this: &Value) -> R {
    let Some(t) = this.cast::<Template>() else { return Ok(Value::none()) };
    let mut text = TextBuilder::default();
    text.push("Template(strings=");
    text.push_repr(cx, t.strings.as_value())?;
    text.push(", interpolations=");
    text.push_repr(cx, t.interpolations.as_value())?;
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn concat(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let (Some(x), Some(y)) = (a.cast::<Template>(), b.cast::<Template>()) else {
        let message = format!(
            "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
            b.type_name(cx)
        );
        return Err(cx.type_error(message));
    };
    let (left, right) = (x.strings.items(), y.strings.items());
    let mut strings = left[..left.len().saturating_sub(1)].to_vec();
    if let (Some(last), Some(first)) = (left.last(), right.first()) {
        strings.push(ops::binary(cx, ops::BinaryOp::Add, last, first)?);
    }
    strings.extend_from_slice(right.get(1..).unwrap_or_default());
    let mut interpolations = x.interpolations.items().to_vec();
    interpolations.extend_from_slice(y.interpolations.items());
    let payload = Template { strings: cx.tuple(strings), interpolations: cx.tuple(interpolations) };
    Ok(cx.new_object(payload).into_value())
}

#[native("Template.__reduce__($self, /)", no_signature)]
fn template_reduce(cx: &mut Cx, this: &Obj<Template>) -> R {
    let import = cx.interp().runtime.import;
    let module = import(cx, "string.templatelib")?;
    let function = ops::getattr_str(cx, &module, "_template_unpickle")?;
    let args = cx.tuple_value([this.strings.to_value(), this.interpolations.to_value()]);
    Ok(cx.tuple_value([function, args]))
}

/// See PEP 585
#[native("Template.__class_getitem__($type, object, /)", no_signature)]
fn template_class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    crate::support::class_getitem(cx, class, object)
}

static TEMPLATE_MEMBERS: &[MemberDef] = &[
    member("strings", |_, v| Ok(v.cast::<Template>().map_or_else(Value::none, |t| t.strings.to_value()))),
    member("interpolations", |_, v| {
        Ok(v.cast::<Template>().map_or_else(Value::none, |t| t.interpolations.to_value()))
    }),
];

static TEMPLATE_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "values",
    doc: Some("Values of interpolations"),
    get: Some(|cx, v| {
        let Some(t) = v.cast::<Template>() else { return Ok(Value::none()) };
        let values: Vec<Value> = t
            .interpolations
            .items()
            .iter()
            .filter_map(|i| Some(i.cast::<Interpolation>()?.value.clone()))
            .collect();
        Ok(cx.tuple(values).into_value())
    }),
    set: None,
}];

/// The payload of a template's iterator: strings that are not empty and interpolations in turn.
#[derive(Trace)]
pub struct TemplateIterator {
    template: Value,
    next: usize,
}

// SAFETY: instances of the type are `Obj<TemplateIterator>`; the template is traced.
unsafe impl Payload for TemplateIterator {
    const TYPE: &'static Obj<Type> = &TEMPLATE_ITERATOR;
}

/// `string.templatelib.TemplateIter`.
pub static TEMPLATE_ITERATOR: Obj<Type> =
    Obj::new_static_type(
        &TYPE,
        Type::builtin::<TemplateIterator>("string.templatelib.TemplateIter").base(&OBJECT).with_slots(
            Slots { iter: Some(|_, v| Ok(v.clone())), next: Some(iterator_next), ..Slots::EMPTY },
        ),
    );

fn iterator_next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(iterator) = this.cast::<TemplateIterator>() else { return Ok(None) };
    let template = iterator.get(cx).template.clone();
    let Some(t) = template.cast::<Template>() else { return Ok(None) };
    loop {
        let state = iterator.get_mut(cx);
        let (i, string) = (state.next / 2, state.next.is_multiple_of(2));
        state.next += 1;
        let found = if string { t.strings.items().get(i) } else { t.interpolations.items().get(i) };
        match found {
            None => {
                iterator.get_mut(cx).next -= 1;
                return Ok(None);
            }
            Some(v) if string && v.as_str().is_some_and(|s| s.is_empty()) => {}
            Some(v) => return Ok(Some(v.clone())),
        }
    }
}

pub fn install(types: &mut Types) {
    types.add([&INTERPOLATION, &TEMPLATE, &TEMPLATE_ITERATOR]);
}
