//! `compile`, `eval`, `exec`, `__import__`.

use taipan_compiler::{CompilerFlags, Mode};
use taipan_macros::native;
use taipan_object::{Cx, Dict, Handle, Obj, R, Tuple, Value, dict, names};

use super::attributes::{current_globals, current_locals};
use crate::code::Code;
use crate::frame::{self, Frame};
use crate::runtime::compile::{self, Request};
use crate::runtime::import;

/// Import a module.
///
/// Because this function is meant for use by the Python
/// interpreter and not for general use, it is better to use
/// importlib.import_module() to programmatically import a module.
///
/// The globals argument is only used to determine the context;
/// they are not modified.  The locals argument is unused.  The fromlist
/// should be a list of names to emulate ``from name import ...``, or an
/// empty list to emulate ``import name``.
/// When importing a module from a package, note that __import__('A.B', ...)
/// returns package A when fromlist is empty, but its submodule B when
/// fromlist is not empty.  The level argument is used to determine whether to
/// perform absolute or relative imports: 0 is absolute, while a positive number
/// is the number of parent directories to search relative to the current module.
#[native("__import__(name, globals=None, locals=None, fromlist=(), level=0)")]
pub fn __import__(
    cx: &mut Cx,
    name: &Value,
    globals: Option<&Value>,
    _locals: Option<&Value>,
    fromlist: Option<&Value>,
    level: i64,
) -> R {
    import::import_level(cx, name, globals, fromlist, level)
}

/// The flags that code compiled now inherits from the running code (`from __future__`).
pub fn merge_flags(cx: &Cx, flags: u32) -> u32 {
    let frame = frame::current(cx);
    if frame.is_null() {
        return flags;
    }
    // SAFETY: the innermost frame is live.
    let code = unsafe { Frame::code(frame) };
    flags | code.flags.0 & CompilerFlags::FUTURE_MASK
}

const KNOWN_FLAGS: u32 = CompilerFlags::FUTURE_MASK
    | CompilerFlags::DONT_IMPLY_DEDENT
    | CompilerFlags::OPTIMIZED_AST
    | CompilerFlags::TYPE_COMMENTS
    | CompilerFlags::ALLOW_TOP_LEVEL_AWAIT
    | CompilerFlags::ALLOW_INCOMPLETE_INPUT
    | 0x10
    | 0x100
    | 0x800;

/// Compile source into a code object that can be executed by exec() or eval().
///
/// The source code may represent a Python module, statement or expression.
/// The filename will be used for run-time error messages.
/// The mode must be 'exec' to compile a module, 'single' to compile a
/// single (interactive) statement, or 'eval' to compile an expression.
/// The flags argument, if present, controls which future statements influence
/// the compilation of the code.
/// The dont_inherit argument, if true, stops the compilation inheriting
/// the effects of any future statements in effect in the code calling
/// compile; if absent or false these statements do influence the compilation,
/// in addition to any features explicitly specified.
#[native("compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)")]
pub fn compile(
    cx: &mut Cx,
    source: &Value,
    filename: &Value,
    mode: &Value,
    flags: i32,
    dont_inherit: bool,
    optimize: i32,
    feature_version: i32,
) -> R {
    let named = filename.as_str().is_some() || filename.as_bytes().is_some();
    if !named && taipan_object::buffer::supports(cx, filename) {
        let message = format!("expected str, bytes or os.PathLike object, not {}", filename.type_name(cx));
        return Err(cx.type_error(message));
    }
    let filename = import::file_system_text(cx, filename)?;
    let Some(mode) = mode.as_str().map(|m| m.to_string_lossy().into_owned()) else {
        let message = format!("compile() argument 'mode' must be str, not {}", mode.type_name(cx));
        return Err(cx.type_error(message));
    };
    let mut flags = flags as u32;
    if flags & !KNOWN_FLAGS != 0 {
        return Err(cx.value_error("compile(): unrecognised flags"));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(cx.value_error("compile(): invalid optimize value"));
    }
    if !dont_inherit {
        flags = merge_flags(cx, flags);
    }
    let only_ast = flags & CompilerFlags::ONLY_AST != 0;
    let mode = match mode.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        "func_type" if only_ast => Mode::FuncType,
        "func_type" => {
            return Err(cx.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ if only_ast => {
            return Err(cx.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'"));
        }
        _ => return Err(cx.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let optimize = u8::try_from(optimize).unwrap_or_else(|_| cx.interp().optimize);
    let request = Request {
        filename: &filename,
        mode,
        flags: CompilerFlags(flags),
        optimize,
        feature_version: if only_ast { u8::try_from(feature_version).unwrap_or(14) } else { 14 },
    };
    if only_ast || source.as_str().is_none() && !compile::is_source(cx, source) {
        return compile::through_ast(cx, source, &request);
    }
    let text = compile::source_text(cx, source, &request, "compile", "string, bytes or AST object")?;
    (cx.interp().runtime.audit)(cx, "compile", &[source.clone(), filename.clone()])?;
    Ok(compile::compile(cx, &text, &request)?.into_value())
}

/// Puts `__builtins__` into globals that have none.
fn ensure_builtins(cx: &mut Cx, globals: &Obj<Dict>) -> R<()> {
    if dict::get_str(cx, globals, &names::__builtins__)?.is_none() {
        let builtins = (cx.interp().runtime.builtins)(cx);
        dict::set_str(cx, globals, &names::__builtins__, builtins)?;
    }
    Ok(())
}

/// Globals and locals of `eval` and `exec`.
fn namespaces(cx: &mut Cx, who: &str, globals: Option<&Value>, locals: Option<&Value>) -> R<(Value, Value)> {
    let globals = globals.filter(|g| !g.is_none());
    let locals = locals.filter(|l| !l.is_none());
    if let Some(locals) = locals
        && locals.as_dict().is_none()
        && locals.ty(cx).slots().getitem.is_none()
    {
        let message = match who {
            "eval" => "locals must be a mapping".to_owned(),
            _ => format!("locals must be a mapping or None, not {}", locals.type_name(cx)),
        };
        return Err(cx.type_error(message));
    }
    match globals {
        Some(globals) if globals.as_dict().is_none() => {
            let message = match who {
                "exec" => format!("exec() globals must be a dict, not {}", globals.type_name(cx)),
                _ if globals.ty(cx).slots().getitem.is_some() => {
                    "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
                }
                _ => "globals must be a dict".to_owned(),
            };
            Err(cx.type_error(message))
        }
        Some(globals) => Ok((globals.clone(), locals.unwrap_or(globals).clone())),
        None if crate::frame::current(cx).is_null() => {
            Err(cx.type_error(format!("{who} must be given globals and locals when called without a frame")))
        }
        None => {
            let globals = current_globals(cx)?;
            let locals = match locals {
                Some(locals) => locals.clone(),
                None => current_locals(cx)?,
            };
            Ok((globals, locals))
        }
    }
}

/// The code object that `eval` or `exec` is to run: given, or compiled from a text.
fn code_of(cx: &mut Cx, who: &'static str, source: &Value, mode: Mode) -> R<Handle<Code>> {
    if let Some(code) = source.cast::<Code>() {
        (cx.interp().runtime.audit)(cx, "exec", std::slice::from_ref(source))?;
        return Ok(code.to_handle());
    }
    let filename = cx.str("<string>");
    let flags = merge_flags(cx, 0);
    let request = Request {
        filename: &filename,
        mode,
        flags: CompilerFlags(flags),
        optimize: cx.interp().optimize,
        feature_version: 14,
    };
    let mut text = compile::source_text(cx, source, &request, who, "string, bytes or code object")?;
    if mode == Mode::Eval {
        text = compile::without_indent(cx, &text)?;
    }
    compile::compile(cx, &text, &request)
}

/// Evaluate the given source in the context of globals and locals.
///
/// The source may be a string representing a Python expression
/// or a code object as returned by compile().
/// The globals must be a dictionary and locals can be any mapping,
/// defaulting to the current globals and locals.
/// If only globals is given, locals defaults to it.
#[native("eval(source, /, globals=None, locals=None)")]
pub fn eval(cx: &mut Cx, source: &Value, globals: Option<&Value>, locals: Option<&Value>) -> R {
    let (globals, locals) = namespaces(cx, "eval", globals, locals)?;
    if let Some(globals) = globals.as_dict() {
        ensure_builtins(cx, globals)?;
    }
    let code = code_of(cx, "eval", source, Mode::Eval)?;
    if code.source.freevars().next().is_some() {
        return Err(cx.type_error("code object passed to eval() may not contain free variables"));
    }
    crate::run_code(cx, code, &globals, &locals, None)
}

/// Execute the given source in the context of globals and locals.
///
/// The source may be a string representing one or more Python statements
/// or a code object as returned by compile().
/// The globals must be a dictionary and locals can be any mapping,
/// defaulting to the current globals and locals.
/// If only globals is given, locals defaults to it.
/// The closure must be a tuple of cellvars, and can only be used
/// when source is a code object requiring exactly that many cellvars.
#[native("exec(source, /, globals=None, locals=None, *, closure=None)")]
pub fn exec(
    cx: &mut Cx,
    source: &Value,
    globals: Option<&Value>,
    locals: Option<&Value>,
    closure: Option<&Value>,
) -> R<()> {
    let (globals, locals) = namespaces(cx, "exec", globals, locals)?;
    if let Some(globals) = globals.as_dict() {
        ensure_builtins(cx, globals)?;
    }
    let closure = closure.filter(|c| !c.is_none());
    let Some(given) = source.cast::<Code>() else {
        if closure.is_some() {
            return Err(cx.type_error("closure can only be used when source is a code object"));
        }
        let code = code_of(cx, "exec", source, Mode::Exec)?;
        crate::run_code(cx, code, &globals, &locals, None)?;
        return Ok(());
    };
    let free = given.source.freevars().count();
    let closure = check_closure(cx, free, closure)?;
    let code = code_of(cx, "exec", source, Mode::Exec)?;
    crate::run_code(cx, code, &globals, &locals, closure)?;
    Ok(())
}

fn check_closure(cx: &mut Cx, free: usize, closure: Option<&Value>) -> R<Option<Value>> {
    if free == 0 {
        return match closure {
            Some(_) => Err(cx.type_error("cannot use a closure with this code object")),
            None => Ok(None),
        };
    }
    let Some(cells) = closure.and_then(Value::cast_exact::<Tuple>).filter(|t| {
        t.len() == free && t.items().iter().all(|c| c.cast::<crate::function::cell::Cell>().is_some())
    }) else {
        return Err(cx.type_error(format!("code object requires a closure of exactly length {free}")));
    };
    Ok(Some(cells.to_value()))
}
