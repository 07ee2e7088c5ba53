//! `__build_class__`: what a `class` statement calls.

use taipan_object::args::Args;
use taipan_object::{Cx, Obj, R, Tuple, Type, Value, names, ops};

use crate::calls;
use crate::function::FUNCTION;
use crate::function::cell::Cell;

/// `types.resolve_bases`: bases that are no classes are replaced by their `__mro_entries__`. `None` if there is none.
pub fn resolve_bases(cx: &mut Cx, bases: &[Value]) -> R<Option<Vec<Value>>> {
    let mut changed = false;
    let original = cx.tuple(bases.to_vec()).into_value();
    let mut out = Vec::with_capacity(bases.len());
    for base in bases {
        if base.as_type().is_none()
            && let Some(method) = ops::getattr_opt(cx, base, &names::__mro_entries__)?
        {
            let entries = ops::call(cx, &method, std::slice::from_ref(&original))?;
            let Some(entries) = entries.cast::<Tuple>() else {
                return Err(cx.type_error("__mro_entries__ must return a tuple"));
            };
            out.extend(entries.items().iter().cloned());
            changed = true;
            continue;
        }
        out.push(base.clone());
    }
    Ok(changed.then_some(out))
}

/// The most derived metaclass of a class statement.
pub fn metaclass(cx: &mut Cx, meta: &Obj<Type>, bases: &[Value]) -> R {
    let mut winner = meta.to_handle();
    for base in bases {
        let candidate = base.type_of();
        if winner.is_subtype(&candidate) {
            continue;
        }
        if candidate.is_subtype(&winner) {
            winner = candidate;
            continue;
        }
        return Err(cx.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner.into_value())
}

/// `__build_class__(func, name, /, *bases, metaclass=None, **kwds)`.
pub fn build_class(cx: &mut Cx, args: Args<'_>) -> R {
    let [function, name, bases @ ..] = args.pos() else {
        return Err(cx.type_error("__build_class__: not enough arguments"));
    };
    if !function.is_instance_exact(&FUNCTION) {
        return Err(cx.type_error("__build_class__: func must be a function"));
    }
    if name.as_str().is_none() {
        return Err(cx.type_error("__build_class__: name is not a string"));
    }
    let resolved = resolve_bases(cx, bases)?;
    let original = resolved.as_ref().map(|_| cx.tuple(bases.to_vec()).into_value());
    let bases = resolved.unwrap_or_else(|| bases.to_vec());
    let mut meta = None;
    let mut keyword_names = Vec::new();
    let mut keyword_values = Vec::new();
    for (key, value) in args.keywords() {
        if key.eq_str("metaclass") {
            meta = Some(value.clone());
        } else {
            keyword_names.push(key.to_value());
            keyword_values.push(value.clone());
        }
    }
    let meta = match meta {
        Some(meta) => match meta.as_type() {
            Some(ty) => metaclass(cx, ty, &bases)?,
            None => meta,
        },
        None => {
            let first = match bases.first() {
                Some(base) => base.type_of(),
                None => taipan_object::ty::TYPE.to_handle(),
            };
            metaclass(cx, &first, &bases)?
        }
    };
    let bases = cx.tuple(bases).into_value();
    let keywords = cx.tuple(keyword_names);
    let mut call = vec![name.clone(), bases.clone()];
    call.extend(keyword_values.iter().cloned());
    let namespace = match ops::getattr_opt(cx, &meta, &names::__prepare__)? {
        Some(prepare) => ops::call_args(cx, &prepare, Args::new(&call, Some(&keywords)))?,
        None => cx.new_dict().into_value(),
    };
    let is_mapping = namespace.as_dict().is_some() || namespace.ty(cx).slots().getitem.is_some();
    if !is_mapping {
        let meta_name = match meta.as_type() {
            Some(ty) => ty.full_name().into_owned(),
            None => "<metaclass>".to_owned(),
        };
        let message =
            format!("{meta_name}.__prepare__() must return a mapping, not {}", namespace.type_name(cx));
        return Err(cx.type_error(message));
    }
    let cell = calls::run_in_namespace(cx, function, &namespace)?;
    if let Some(original) = original {
        let key = cx_name(cx, "__orig_bases__");
        ops::setitem(cx, &namespace, &key, &original)?;
    }
    let mut call = vec![name.clone(), bases, namespace];
    call.extend(keyword_values);
    let class = ops::call_args(cx, &meta, Args::new(&call, Some(&keywords)))?;
    check_cell(cx, &cell, &class, name)?;
    Ok(class)
}

fn cx_name(cx: &mut Cx, text: &str) -> Value {
    cx.intern(text).into_value()
}

/// The `__class__` cell must have been filled with the class by `type.__new__`.
fn check_cell(cx: &mut Cx, cell: &Value, class: &Value, name: &Value) -> R<()> {
    let Some(cell) = cell.cast::<Cell>() else { return Ok(()) };
    if class.as_type().is_none() {
        return Ok(());
    }
    let shown = name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    match cell.get(cx).content.clone() {
        Some(content) if content.is(class) => Ok(()),
        Some(content) => {
            let (content, class) = (ops::repr(cx, &content)?, ops::repr(cx, class)?);
            let message = format!(
                "__class__ set to {} defining '{shown}' as {}",
                content.to_string_lossy(),
                class.to_string_lossy()
            );
            Err(cx.type_error(message))
        }
        None => {
            let class = ops::repr(cx, class)?;
            let message = format!(
                "__class__ not set defining '{shown}' as {}. Was __classcell__ propagated to type.__new__?",
                class.to_string_lossy()
            );
            Err(cx.runtime_error(message))
        }
    }
}
