//! Runs a `.pyc` file with a handful of builtins: for tests and measurements of the bare interpreter.

use std::sync::Arc;

use taipan_bytecode::marshal;
use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, R, Value, dict, exc, ops};
use taipan_types::module;
use taipan_vm::{code, interpreter, run_code};

/// Prints its arguments.
#[native("print(*args)")]
fn print(cx: &mut Cx, args: &[Value]) -> R<()> {
    let mut line = Vec::new();
    for arg in args {
        line.push(ops::str_of(cx, arg)?.to_string_lossy().into_owned());
    }
    println!("{}", line.join(" "));
    Ok(())
}

/// The length.
#[native("len(obj, /)")]
fn len(cx: &mut Cx, obj: &Value) -> R<usize> {
    ops::len(cx, obj)
}

/// The next item.
#[native("next(it, /)")]
fn next(cx: &mut Cx, it: &Value) -> R {
    match ops::next(cx, it)? {
        Some(value) => Ok(value),
        None => Err(exc::raise_no_args(cx, &exc::STOP_ITERATION)),
    }
}

/// The repr.
#[native("repr(obj, /)")]
fn repr(cx: &mut Cx, obj: &Value) -> R {
    Ok(ops::repr(cx, obj)?.into_value())
}

/// Makes a class.
#[native("__build_class__(*args, **kwds)")]
fn build_class(cx: &mut Cx, args: Args<'_>) -> R {
    taipan_vm::build_class::build_class(cx, args)
}

/// Sets the trace function.
#[native("settrace(f, /)")]
fn settrace(cx: &mut Cx, f: &Value) {
    taipan_vm::monitor::legacy::set_trace(cx, Some(f.clone()).filter(|f| !f.is_none()));
}

/// Sets the profile function.
#[native("setprofile(f, /)")]
fn setprofile(cx: &mut Cx, f: &Value) {
    taipan_vm::monitor::legacy::set_profile(cx, Some(f.clone()).filter(|f| !f.is_none()));
}

/// Whether an object is an instance.
#[native("isinstance(obj, cls, /)")]
fn isinstance(cx: &mut Cx, obj: &Value, cls: &Value) -> R<bool> {
    ops::is_instance(cx, obj, cls)
}

fn main_inner(path: &str) -> i32 {
    let bytes = std::fs::read(path).expect("readable file");
    let source = marshal::loads_code(&bytes[16..]).expect("a code object");
    let mut interpreter = interpreter::Interpreter::new(interpreter::runtime(), 200 << 20, |_| ());
    let cx = interpreter.cx();
    let builtins = module::new_module(cx, "builtins", None).unwrap_or_else(|_| panic!("builtins"));
    cx.interp_mut().builtins = Some(builtins.clone());
    let functions: &[&'static taipan_object::NativeDef] =
        natives![settrace, setprofile, print, len, next, repr, build_class, isinstance];
    module::add_functions(cx, &builtins, functions).unwrap_or_else(|_| panic!("functions"));
    for ty in exc::ALL.iter().copied().chain([
        &taipan_object::ty::TYPE,
        &taipan_object::ty::OBJECT,
        &taipan_object::int::INT,
        &taipan_object::float::FLOAT,
        &taipan_object::str::STR,
        &taipan_object::tuple::TUPLE,
        &dict::DICT,
        &taipan_types::list::LIST,
        &taipan_types::set::SET,
        &taipan_object::int::BOOL,
        &taipan_types::range::RANGE,
        &exc::EXCEPTION_GROUP,
        &taipan_vm::function::descriptors::PROPERTY,
        &taipan_vm::function::descriptors::CLASSMETHOD,
        &taipan_vm::function::descriptors::STATICMETHOD,
        &taipan_vm::function::super_::SUPER,
    ]) {
        module::add_type(cx, &builtins, ty).unwrap_or_else(|_| panic!("type"));
    }
    let globals = cx.new_dict().into_value();
    let name = cx.intern("__main__").into_value();
    dict::set_str(cx, globals.as_dict().expect("dict"), &taipan_object::names::__name__, name)
        .unwrap_or_else(|_| panic!("name"));
    let code = code::new(cx, Arc::new(source));
    match run_code(cx, code, &globals, &globals, None) {
        Ok(_) => 0,
        Err(raised) => {
            let exception = cx.take_raised(raised);
            let text = match ops::repr(cx, &exception) {
                Ok(text) => text.to_string_lossy().into_owned(),
                Err(_) => "?".to_owned(),
            };
            eprintln!("raised {text}");
            let mut at = exception.cast::<exc::Exception>().and_then(|e| e.get(cx).traceback.clone());
            while let Some(t) = at {
                use taipan_vm::traceback::{Traceback, TracebackExt};
                let Some(t) = t.cast::<Traceback>() else { break };
                eprintln!(
                    "  line {:?} in {:?}",
                    t.line(cx),
                    t.code(cx).map(|c| { c.cast::<code::Code>().map(|c| c.source.name.to_string()) })
                );
                at = t.get(cx).next.clone();
            }
            1
        }
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("a .pyc file");
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(move || main_inner(&path));
    let code = thread.expect("a thread").join().unwrap_or(101);
    std::process::exit(code);
}
