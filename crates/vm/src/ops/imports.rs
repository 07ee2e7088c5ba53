//! `import`.

use taipan_object::{Cx, Dict, Obj, R, Str, Value, dict, exc, names, ops};

use taipan_types::module;

use super::{Regs, Step, attempt};
use crate::frame::{Frame, frame_flags};
use crate::slot;

pub unsafe fn import_name(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: level and fromlist lie on the stack; the name exists.
    unsafe {
        let name = r.name_value(arg as usize);
        let (level, fromlist) = (r.lend(2), r.lend(1));
        let function = Frame::function(r.frame);
        let (globals, builtins) = (function.get(cx).globals.clone(), function.get(cx).builtins.clone());
        let locals = if Frame::has(r.frame, frame_flags::NAMESPACE) {
            slot::dup((*r.frame).locals_ns)
        } else {
            Value::none()
        };
        let import = match attempt!(r, crate::getitem_opt(cx, &builtins, &names::__import__.to_value())) {
            Some(import) => import,
            None => return Step::Raise(r, cx.raise(&exc::IMPORT_ERROR, "__import__ not found")),
        };
        let args = [name.clone(), globals, locals, slot::dup(r.peek(1)), slot::dup(r.peek(2))];
        let _ = (level, fromlist);
        let module = attempt!(r, ops::call(cx, &import, &args));
        r.drop_top(cx, 2);
        r.push_value(module);
    }
    Step::Next(r)
}

pub unsafe fn import_from(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the module lies on the stack; room for the attribute.
    unsafe {
        let module = r.lend(1);
        let value = attempt!(r, from(cx, &module, r.name(arg as usize)));
        r.push_value(value);
    }
    Step::Next(r)
}

/// `from module import name`: the attribute, else the submodule.
fn from(cx: &mut Cx, module: &Value, name: &Obj<Str>) -> R {
    if let Some(value) = ops::getattr_opt(cx, module, name)? {
        return Ok(value);
    }
    let package = ops::getattr_opt(cx, module, &names::__name__)?.filter(|n| n.as_str().is_some());
    if let Some(package) = &package
        && let Some(package) = package.as_str()
        && let Some(modules) = cx.interp().modules.clone()
    {
        let full = format!("{}.{}", package.to_string_lossy(), name.to_string_lossy());
        let full = cx.str(&full);
        if let Some(found) = crate::getitem_opt(cx, &modules, &full)? {
            return Ok(found);
        }
    }
    Err(cannot_import(cx, module, package, name)?)
}

#[cold]
fn cannot_import(
    cx: &mut Cx,
    module: &Value,
    package: Option<Value>,
    name: &Obj<Str>,
) -> R<taipan_object::Raised> {
    let shown = match &package {
        Some(p) => p.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
        None => "<unknown module name>".to_owned(),
    };
    let wanted = name.to_string_lossy().into_owned();
    let spec = ops::getattr_opt(cx, module, &names::__spec__)?;
    let mut origin = None;
    let mut initializing = false;
    if let Some(spec) = &spec {
        origin = module::spec_origin(cx, spec)?.map(|o| cx.str(&o));
        if let Some(flag) = ops::getattr_opt(cx, spec, &names::_initializing)? {
            initializing = ops::truth(cx, &flag)?;
        }
    }
    if origin.is_none() {
        origin = ops::getattr_opt(cx, module, &names::__file__)?.filter(|o| o.as_str().is_some());
    }
    let place = match &origin {
        Some(o) => o.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
        None => "unknown location".to_owned(),
    };
    let shadowing = module::Shadowing::of(cx, &shown, Some(&place))?;
    let message = if let Some(hint) = shadowing.hint(&shown, Some(&place), initializing) {
        format!("cannot import name '{wanted}' from '{shown}' {hint}")
    } else if initializing {
        format!(
            "cannot import name '{wanted}' from partially initialized module '{shown}' (most likely due to a circular import) ({place})"
        )
    } else {
        format!("cannot import name '{wanted}' from '{shown}' ({place})")
    };
    let exception = exc::new_message(cx, &exc::IMPORT_ERROR, message.clone());
    let text = cx.str(&message);
    if let Some(e) = exception.cast::<exc::Exception>() {
        e.get_mut(cx).extra = vec![
            Some(text),
            Some(package.unwrap_or_else(Value::none)),
            Some(origin.unwrap_or_else(Value::none)),
            Some(name.to_value()),
        ];
    }
    Ok(exc::raise(cx, exception))
}

/// `from module import *`, into a namespace.
pub fn star(cx: &mut Cx, module: &Value, namespace: &Value) -> R<()> {
    let (names, skip_private) = match ops::getattr_opt(cx, module, &names::__all__)? {
        Some(all) => (ops::collect(cx, &all)?, false),
        None => {
            let Some(members) = ops::getattr_opt(cx, module, &names::__dict__)? else {
                return Err(
                    cx.raise(&exc::IMPORT_ERROR, "from-import-* object has no __dict__ and no __all__")
                );
            };
            let names = match members.cast::<Dict>() {
                Some(members) => dict::keys(cx, members),
                None => {
                    let keys = ops::call_method(cx, &members, &names::keys, &[])?;
                    ops::collect(cx, &keys)?
                }
            };
            (names, true)
        }
    };
    for name in names {
        let Some(text) = name.as_str() else {
            let package = ops::getattr(cx, module, &names::__name__)?;
            let package = ops::str_of(cx, &package)?.to_string_lossy().into_owned();
            let (what, place) = if skip_private { ("Key", "__dict__") } else { ("Item", "__all__") };
            let message = format!("{what} in {package}.{place} must be str, not {}", name.type_name(cx));
            return Err(cx.type_error(message));
        };
        if skip_private && text.char_at(0) == Some(u32::from('_')) {
            continue;
        }
        let value = ops::getattr(cx, module, text)?;
        ops::setitem(cx, namespace, &name, &value)?;
    }
    Ok(())
}
