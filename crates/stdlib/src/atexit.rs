//! `atexit`: functions called at the interpreter's end, last registered first.

use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, R, Value, ops};
use taipan_types::module::ModuleDef;

/// One registration: the function, all its argument values, the names of those given by keyword.
struct Registration {
    function: Value,
    values: Vec<Value>,
    names: Option<Value>,
}

/// The registrations of an interpreter.
#[derive(Default)]
struct Registry {
    calls: Vec<Option<Registration>>,
}

/// Register a function to be executed upon normal program termination.
///
///     func - function to be called at exit
///     args - optional arguments to pass to func
///     kwargs - optional keyword arguments to pass to func
///
///     func is returned to facilitate usage as a decorator.
#[native("atexit.register(func, /, *args, **kwargs)")]
fn register(cx: &mut Cx, args: Args<'_>) -> R {
    let Some((function, rest)) = args.split_first() else {
        return Err(cx.type_error("register() takes at least 1 argument (0 given)"));
    };
    if function.ty(cx).slots().call.is_none() {
        return Err(cx.type_error("the first argument must be callable"));
    }
    let registration = Registration {
        function: function.clone(),
        values: rest.values().to_vec(),
        names: rest.names().map(|n| n.to_value()),
    };
    cx.interp_mut().state::<Registry>().calls.push(Some(registration));
    Ok(function.clone())
}

/// Unregister an exit function which was previously registered using
/// atexit.register
///
///     func - function to be unregistered
#[native("atexit.unregister(func, /)")]
fn unregister(cx: &mut Cx, func: &Value) -> R<()> {
    let mut i = 0;
    loop {
        let calls = &cx.interp_mut().state::<Registry>().calls;
        if i >= calls.len() {
            return Ok(());
        }
        let known = calls[i].as_ref().map(|c| c.function.clone());
        if let Some(known) = known
            && ops::equal(cx, &known, func)?
        {
            let old = cx.interp_mut().state::<Registry>().calls.get_mut(i).and_then(Option::take);
            drop(old);
        }
        i += 1;
    }
}

/// Run all registered exit functions.
///
/// If a callback raises an exception, it is logged with sys.unraisablehook.
#[native("atexit._run_exitfuncs()")]
fn run_exitfuncs(cx: &mut Cx) -> R<()> {
    while let Some(call) = cx.interp_mut().state::<Registry>().calls.pop() {
        let Some(call) = call else { continue };
        let names = call.names.as_ref().and_then(Value::cast::<taipan_object::Tuple>);
        if let Err(raised) = ops::call_args(cx, &call.function, Args::new(&call.values, names)) {
            let error = cx.take_raised(raised);
            taipan_object::exc::report_ignored(cx, error, "in atexit callback", &call.function);
        }
    }
    Ok(())
}

/// Clear the list of previously registered exit functions.
#[native("atexit._clear()")]
fn clear(cx: &mut Cx) -> R<()> {
    let old = std::mem::take(&mut cx.interp_mut().state::<Registry>().calls);
    drop(old);
    Ok(())
}

/// Return the number of registered exit functions.
#[native("atexit._ncallbacks()")]
fn ncallbacks(cx: &mut Cx) -> R<usize> {
    Ok(cx.interp_mut().state::<Registry>().calls.iter().flatten().count())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "atexit",
    doc: Some(
        "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n",
    ),
    functions: natives![register, unregister, run_exitfuncs, clear, ncallbacks],
    ..ModuleDef::EMPTY
};
