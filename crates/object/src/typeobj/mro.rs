//! The C3 method resolution order (PEP 253, "The Python 2.3 Method Resolution Order").

use crate::cx::Cx;
use crate::tuple::Tuple;
use crate::ty::{Type, flags};
use crate::value::{R, Value};
use crate::{Obj, names, ops};

/// The linearisation of a type by C3, the type itself first.
pub fn compute_mro(cx: &mut Cx, ty: &Obj<Type>) -> R<Vec<Value>> {
    let bases: Vec<Value> = ty
        .rest(cx)
        .bases
        .as_ref()
        .and_then(Value::cast::<Tuple>)
        .map(|t| t.items().to_vec())
        .unwrap_or_default();
    let mut sequences: Vec<Vec<Value>> = Vec::with_capacity(bases.len() + 1);
    for base in &bases {
        match base.as_type() {
            Some(base) if base.rest(cx).mro.is_none() => {
                return Err(cx.type_error(format!("Cannot extend an incomplete type '{}'", base.full_name())));
            }
            Some(base) => sequences.push(base.mro(cx).to_vec()),
            None => return Err(cx.type_error("bases must be types")),
        }
    }
    for (i, base) in bases.iter().enumerate() {
        if bases[..i].iter().any(|b| b.is(base)) {
            let name = base.as_type().map(|b| b.name().into_owned()).unwrap_or_default();
            return Err(cx.type_error(format!("duplicate base class {name}")));
        }
    }
    sequences.push(bases);
    let mut order = vec![ty.to_value()];
    let mut heads = vec![0usize; sequences.len()];
    loop {
        let mut open = false;
        let mut chosen = None;
        for (sequence, &head) in sequences.iter().zip(&heads) {
            let Some(candidate) = sequence.get(head) else { continue };
            open = true;
            let in_tail = sequences
                .iter()
                .zip(&heads)
                .any(|(s, &h)| s.get(h + 1..).is_some_and(|tail| tail.iter().any(|v| v.is(candidate))));
            if !in_tail {
                chosen = Some(candidate.clone());
                break;
            }
        }
        match chosen {
            Some(next) => {
                for (sequence, head) in sequences.iter().zip(&mut heads) {
                    if sequence.get(*head).is_some_and(|v| v.is(&next)) {
                        *head += 1;
                    }
                }
                order.push(next);
            }
            None if !open => return Ok(order),
            None => return Err(inconsistent(cx, &sequences, &heads)),
        }
    }
}

#[cold]
fn inconsistent(cx: &mut Cx, sequences: &[Vec<Value>], heads: &[usize]) -> crate::Raised {
    let mut names: Vec<String> = Vec::new();
    for (sequence, &head) in sequences.iter().zip(heads) {
        if let Some(name) = sequence.get(head).and_then(Value::as_type).map(|t| t.name().into_owned())
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let message =
        format!("Cannot create a consistent method resolution order (MRO) for bases {}", names.join(", "));
    cx.type_error(message)
}

/// Sets the MRO of a class: by the metaclass's `mro()` where it has its own, else by C3. False if that `mro()` already set
/// another one by assigning to `__bases__`, which then stays.
pub fn update_mro(cx: &mut Cx, ty: &Obj<Type>) -> R<bool> {
    let value = ty.to_value();
    let meta = value.type_of();
    let custom = !meta.is(&crate::ty::TYPE)
        && crate::attr::lookup_type(cx, &meta, &names::mro)
            .is_some_and(|m| m.cast_exact::<crate::descr::MethodDescriptor>().is_none());
    let before = ty.rest(cx).mro.clone();
    let order = if custom { custom_mro(cx, ty)? } else { compute_mro(cx, ty)? };
    let unchanged = match (&before, &ty.rest(cx).mro) {
        (Some(a), Some(b)) => a.is(b),
        (None, None) => true,
        _ => false,
    };
    if !unchanged {
        return Ok(false);
    }
    let tuple = cx.tuple(order).into_value();
    let old = ty.rest_mut(cx).mro.replace(tuple);
    drop(old);
    super::modified(cx, ty);
    Ok(true)
}

/// What the metaclass's `mro()` gives, checked: an instance is never taken for more than its memory holds.
fn custom_mro(cx: &mut Cx, ty: &Obj<Type>) -> R<Vec<Value>> {
    let order = match ops::call_special(cx, &ty.to_value(), &names::mro, &[])? {
        Some(result) => ops::collect(cx, &result)?,
        None => compute_mro(cx, ty)?,
    };
    if order.is_empty() {
        return Err(cx.type_error("type MRO must not be empty"));
    }
    for class in &order {
        let Some(base) = class.as_type() else {
            let message = format!("mro() returned a non-class ('{}')", class.type_name(cx));
            return Err(cx.type_error(message));
        };
        if !super::extends_layout(cx, ty, base) {
            let message = format!("mro() returned base with unsuitable layout ('{}')", base.full_name());
            return Err(cx.type_error(message));
        }
    }
    let data = ty.data();
    data.flags.set(data.flags.get() | flags::CUSTOM_MRO);
    Ok(order)
}
