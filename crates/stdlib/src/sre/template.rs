//! Replacement templates: literals and group numbers in turn.

use taipan_macros::{Trace, native};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Obj, Payload, R, Type, Value, buffer, ops};
use taipan_types::list::List;

use super::pattern::Pattern;

/// A piece of a template.
#[derive(Clone)]
pub enum Item {
    Literal(Value),
    Group(usize),
}

impl taipan_object::Trace for Item {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        if let Item::Literal(v) = self {
            visit(v);
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        if let Item::Literal(v) = self {
            out.push(std::mem::replace(v, Value::none()));
        }
    }
}

/// The payload of a compiled template.
#[derive(Trace)]
pub struct Template {
    items: Vec<Item>,
}

// SAFETY: instances of the type are `Obj<Template>`; all values are traced.
unsafe impl Payload for Template {
    const TYPE: &'static Obj<Type> = &TEMPLATE;
}

/// `_sre.SRE_Template`.
pub static TEMPLATE: Obj<Type> =
    Obj::new_static_type(&TYPE, Type::builtin::<Template>("_sre.SRE_Template").base(&OBJECT));

/// template is a list containing interleaved literal strings (str or bytes) and group indices (int), as returned by _parser.parse_template():
///   [literal1, group1, ..., literalN, groupN]
#[native("_sre.template(pattern, template, /)")]
pub fn template(cx: &mut Cx, pattern: &Value, template: &Value) -> R {
    let _ = pattern;
    let Some(list) = template.cast::<List>() else { return Err(cx.type_error("template must be a list")) };
    let source = list.get(cx).items.clone();
    let mut items = Vec::new();
    for (i, value) in source.iter().enumerate() {
        if i % 2 == 0 {
            if ops::len(cx, value)? > 0 {
                items.push(Item::Literal(value.clone()));
            }
        } else {
            let Some(number) = value.as_int() else { return Err(cx.type_error("an integer is required")) };
            match number.to_i64() {
                Some(n) if n >= 0 => items.push(Item::Group(n as usize)),
                _ => return Err(cx.type_error("invalid template")),
            }
        }
    }
    Ok(cx.new_object(Template { items }).into_value())
}

/// What stands in place of a match.
pub enum Replacement {
    Literal(Value),
    Template(Vec<Item>),
    Function(Value),
}

impl Replacement {
    /// A callable, a literal without backslashes, or a template compiled by `re._compile_template`.
    pub fn of(cx: &mut Cx, pattern: &Obj<Pattern>, repl: &Value) -> R<Replacement> {
        if repl.ty(cx).slots().call.is_some() {
            return Ok(Replacement::Function(repl.clone()));
        }
        Replacement::of_template(cx, pattern, repl)
    }

    pub fn of_template(cx: &mut Cx, pattern: &Obj<Pattern>, repl: &Value) -> R<Replacement> {
        let plain = match (repl.as_str(), repl.as_bytes()) {
            (Some(text), _) => text.chars().all(|c| c != u32::from('\\')),
            (_, Some(bytes)) => !bytes.as_slice().contains(&b'\\'),
            _ if buffer::supports(cx, repl) => {
                let lent = buffer::bytes_like(cx, repl)?;
                !lent.bytes(cx).contains(&b'\\')
            }
            _ => false,
        };
        if plain {
            return Ok(Replacement::Literal(repl.clone()));
        }
        let import = cx.interp().runtime.import;
        let re = import(cx, "re")?;
        let name = cx.intern("_compile_template");
        let compiled = ops::call_method(cx, &re, &name, &[pattern.to_value(), repl.clone()])?;
        match compiled.cast::<Template>() {
            Some(template) => Ok(match template.get(cx).items.as_slice() {
                [Item::Literal(one)] => Replacement::Literal(one.clone()),
                items => Replacement::Template(items.to_vec()),
            }),
            None if compiled.ty(cx).slots().call.is_some() => Ok(Replacement::Function(compiled)),
            None => Ok(Replacement::Literal(compiled)),
        }
    }
}

/// The pieces of a template with its groups filled in; groups that took no part give nothing.
pub fn expand(
    cx: &mut Cx,
    items: &[Item],
    mut group: impl FnMut(&mut Cx, usize) -> Option<Value>,
) -> Vec<Value> {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Literal(text) => out.push(text.clone()),
            Item::Group(i) => out.extend(group(cx, *i)),
        }
    }
    out
}
