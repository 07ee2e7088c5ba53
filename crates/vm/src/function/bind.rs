//! Binding of call arguments to the parameters of a Python function, with CPython's messages.

use taipan_bytecode::CodeFlags;
use taipan_object::{Cx, Dict, Obj, R, Raised, Str, Tuple, Value, dict};

use super::{Function, FunctionExt};
use crate::code::Code;
use crate::slot::{self, NULL, Slot};

/// Puts `total` arguments (the last of them named by `names`) into a frame's locals, and NULL into the others. All argument
/// slots are consumed, whatever the outcome.
///
/// # Safety
/// `locals` has room for the code's locals; `args` are `total` live slots; the function has that code.
pub unsafe fn bind(
    cx: &mut Cx,
    function: &Obj<Function>,
    locals: *mut Slot,
    args: *const Slot,
    total: usize,
    names: Option<&Obj<Tuple>>,
) -> R<()> {
    let code = function.code();
    let keywords = names.map_or(0, |n| n.items().len());
    let given = total - keywords;
    let count = code.argcount as usize;
    const STARRED: CodeFlags = CodeFlags(CodeFlags::VARARGS.0 | CodeFlags::VARKEYWORDS.0);
    if names.is_none() && given <= count && code.flags.0 & STARRED.0 == 0 && code.source.kwonlyargcount == 0 {
        let values = function.defaults();
        let first = count.saturating_sub(values.len());
        if given >= first {
            // SAFETY: by the caller's promise; every slot moves once.
            unsafe {
                std::ptr::copy_nonoverlapping(args, locals, given);
                for i in given..count {
                    *locals.add(i) = slot::slot(values[i - first].clone());
                }
                for i in count..code.nlocalsplus as usize {
                    *locals.add(i) = NULL;
                }
            }
            return Ok(());
        }
    }
    // SAFETY: by the caller's promise; every slot moves once.
    unsafe {
        let taken = given.min(count);
        std::ptr::copy_nonoverlapping(args, locals, taken);
        for i in taken..code.nlocalsplus as usize {
            *locals.add(i) = NULL;
        }
        let kwonly = code.source.kwonlyargcount as usize;
        let varargs = code.flags.contains(CodeFlags::VARARGS);
        if varargs {
            let rest: Vec<Value> = (taken..given).map(|i| slot::own(*args.add(i))).collect();
            *locals.add(count + kwonly) = slot::slot(cx.tuple(rest).into_value());
        }
        let kwargs = if code.flags.contains(CodeFlags::VARKEYWORDS) {
            let made = cx.new_dict();
            let place = count + kwonly + usize::from(varargs);
            *locals.add(place) = slot::slot(made.clone().into_value());
            Some(made)
        } else {
            None
        };
        if let Some(names) = names {
            let values = args.add(given);
            for (i, name) in names.items().iter().enumerate() {
                if let Err(raised) =
                    keyword(cx, function, locals, name, *values.add(i), kwargs.as_deref(), names)
                {
                    for j in i..keywords {
                        slot::release(*values.add(j));
                    }
                    if !varargs {
                        release_all(args.add(taken), given - taken);
                    }
                    return Err(raised);
                }
            }
        }
        if given > count && !varargs {
            let raised = too_many(cx, function, locals, given);
            release_all(args.add(taken), given - taken);
            return Err(raised);
        }
        defaults(cx, function, locals, taken)
    }
}

unsafe fn release_all(args: *const Slot, n: usize) {
    // SAFETY: live slots, not used afterwards.
    unsafe {
        for i in 0..n {
            slot::release(*args.add(i));
        }
    }
}

/// The names of the parameters that may be given by keyword.
fn parameter(cx: &mut Cx, code: &Obj<Code>, name: &Obj<Str>, from: usize, to: usize) -> Option<usize> {
    let locals = &code.prepared(cx).locals;
    let word = name.word();
    let quick = (from..to).find(|&i| locals.get(i).is_some_and(|n| n.word() == word));
    quick
        .or_else(|| (from..to).find(|&i| locals.get(i).and_then(Value::as_str).is_some_and(|n| n.same(name))))
}

/// Binds one keyword argument; on success its slot is consumed.
unsafe fn keyword(
    cx: &mut Cx,
    function: &Obj<Function>,
    locals: *mut Slot,
    name: &Value,
    value: Slot,
    kwargs: Option<&Obj<Dict>>,
    names: &Obj<Tuple>,
) -> R<()> {
    let code = function.code();
    let Some(text) = name.as_str() else {
        let message = format!("{}() keywords must be strings", function.qualname_text(cx));
        return Err(cx.type_error(message));
    };
    let positional_only = code.source.posonlyargcount as usize;
    let all = code.argcount as usize + code.source.kwonlyargcount as usize;
    // SAFETY: the index is of a parameter; the value moves.
    unsafe {
        if let Some(i) = parameter(cx, code, text, positional_only, all) {
            if *locals.add(i) != NULL {
                let message = format!(
                    "{}() got multiple values for argument '{}'",
                    function.qualname_text(cx),
                    text.to_string_lossy()
                );
                return Err(cx.type_error(message));
            }
            *locals.add(i) = value;
            return Ok(());
        }
        match kwargs {
            Some(kwargs) => {
                let owned = slot::dup(value);
                dict::set(cx, kwargs, name.clone(), owned)?;
                slot::release(value);
                Ok(())
            }
            None => Err(unexpected(cx, function, text, names)),
        }
    }
}

#[cold]
fn unexpected(cx: &mut Cx, function: &Obj<Function>, name: &Obj<Str>, names: &Obj<Tuple>) -> Raised {
    let code = function.code();
    let positional_only = code.source.posonlyargcount as usize;
    let text = function.qualname_text(cx);
    let wrongly_named: Vec<String> = (0..positional_only)
        .map(|i| code.local_name(i))
        .filter(|own| names.items().iter().any(|n| n.as_str().is_some_and(|n| n.eq_str(own))))
        .collect();
    if !wrongly_named.is_empty() {
        let message = format!(
            "{text}() got some positional-only arguments passed as keyword arguments: '{}'",
            wrongly_named.join(", ")
        );
        return cx.type_error(message);
    }
    let all = code.argcount as usize + code.source.kwonlyargcount as usize;
    let candidates: Vec<String> = (positional_only..all).map(|i| code.local_name(i)).collect();
    let given = name.to_string_lossy().into_owned();
    let hint = match taipan_text::suggest::closest(&given, candidates.iter().map(String::as_str)) {
        Some(near) => format!(". Did you mean '{near}'?"),
        None => String::new(),
    };
    cx.type_error(format!("{text}() got an unexpected keyword argument '{given}'{hint}"))
}

#[cold]
unsafe fn too_many(cx: &mut Cx, function: &Obj<Function>, locals: *mut Slot, given: usize) -> Raised {
    let code = function.code();
    let count = code.argcount as usize;
    let defaults = function.defaults().len();
    // SAFETY: keyword-only parameters follow the positional ones.
    let kwonly = (0..code.source.kwonlyargcount as usize)
        .filter(|i| unsafe { *locals.add(count + i) } != NULL)
        .count();
    let (takes, plural) = if defaults > 0 {
        (format!("from {} to {count}", count - defaults.min(count)), true)
    } else {
        (count.to_string(), count != 1)
    };
    let given_text = if kwonly > 0 {
        format!(
            "{given} positional argument{} (and {kwonly} keyword-only argument{})",
            if given != 1 { "s" } else { "" },
            if kwonly != 1 { "s" } else { "" }
        )
    } else {
        given.to_string()
    };
    let message = format!(
        "{}() takes {takes} positional argument{} but {given_text} {} given",
        function.qualname_text(cx),
        if plural { "s" } else { "" },
        if given == 1 && kwonly == 0 { "was" } else { "were" }
    );
    cx.type_error(message)
}

/// Fills in default values; TypeError for what is missing.
unsafe fn defaults(cx: &mut Cx, function: &Obj<Function>, locals: *mut Slot, taken: usize) -> R<()> {
    let code = function.code();
    let count = code.argcount as usize;
    let values = function.defaults();
    let first = count.saturating_sub(values.len());
    // SAFETY: the indices are of parameters.
    unsafe {
        if taken < count {
            if (taken..first).any(|i| *locals.add(i) == NULL) {
                let missing: Vec<usize> = (taken..first).filter(|&i| *locals.add(i) == NULL).collect();
                return Err(missing_arguments(cx, function, &missing, "positional"));
            }
            for i in first.max(taken)..count {
                if *locals.add(i) == NULL
                    && let Some(value) = values.get(i - first)
                {
                    *locals.add(i) = slot::slot(value.clone());
                }
            }
        }
        let kwonly = code.source.kwonlyargcount as usize;
        if kwonly > 0 {
            let mut missing = Vec::new();
            let known = function.get(cx).kwdefaults.clone();
            for i in count..count + kwonly {
                if *locals.add(i) != NULL {
                    continue;
                }
                let name = code.prepared(cx).locals[i].clone();
                let found = match (known.as_ref().and_then(Value::as_dict), name.as_str()) {
                    (Some(known), Some(name)) => dict::get_str(cx, known, name)?,
                    _ => None,
                };
                match found {
                    Some(value) => *locals.add(i) = slot::slot(value),
                    None => missing.push(i),
                }
            }
            if !missing.is_empty() {
                return Err(missing_arguments(cx, function, &missing, "keyword-only"));
            }
        }
    }
    Ok(())
}

#[cold]
fn missing_arguments(cx: &mut Cx, function: &Obj<Function>, missing: &[usize], kind: &str) -> Raised {
    let names: Vec<String> =
        missing.iter().map(|&i| format!("'{}'", function.code().local_name(i))).collect();
    let list = match &names[..] {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [front @ .., last] => format!("{}, and {last}", front.join(", ")),
        [] => String::new(),
    };
    let n = names.len();
    let message = format!(
        "{}() missing {n} required {kind} argument{}: {list}",
        function.qualname_text(cx),
        if n == 1 { "" } else { "s" }
    );
    cx.type_error(message)
}
