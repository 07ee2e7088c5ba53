//! `os.register_at_fork`: what runs around a fork.

use taipan_object::{Cx, R, Value, ops};

/// The callables of one interpreter.
#[derive(Default)]
struct Hooks {
    before: Vec<Value>,
    child: Vec<Value>,
    parent: Vec<Value>,
}

pub fn register(cx: &mut Cx, before: Option<&Value>, child: Option<&Value>, parent: Option<&Value>) -> R<()> {
    if before.is_none() && child.is_none() && parent.is_none() {
        return Err(cx.type_error("At least one argument is required."));
    }
    for (name, hook) in [("before", before), ("after_in_child", child), ("after_in_parent", parent)] {
        if let Some(hook) = hook
            && hook.ty(cx).slots().call.is_none()
        {
            let message = format!("'{name}' must be callable, not {}", hook.type_name(cx));
            return Err(cx.type_error(message));
        }
    }
    let hooks = cx.interp_mut().state::<Hooks>();
    hooks.before.extend(before.cloned());
    hooks.child.extend(child.cloned());
    hooks.parent.extend(parent.cloned());
    Ok(())
}

fn run(cx: &mut Cx, hooks: Vec<Value>) {
    for hook in hooks {
        if let Err(raised) = ops::call(cx, &hook, &[]) {
            let exception = cx.take_raised(raised);
            let report = cx.interp().runtime.unraisable;
            report(cx, exception, "Exception ignored in", Some(&hook));
        }
    }
}

/// Runs the hooks before a fork, the last one first.
pub fn before(cx: &mut Cx) {
    let mut hooks = cx.interp_mut().state::<Hooks>().before.clone();
    hooks.reverse();
    run(cx, hooks);
}

pub fn in_child(cx: &mut Cx) {
    let hooks = cx.interp_mut().state::<Hooks>().child.clone();
    run(cx, hooks);
}

pub fn in_parent(cx: &mut Cx) {
    let hooks = cx.interp_mut().state::<Hooks>().parent.clone();
    run(cx, hooks);
}
