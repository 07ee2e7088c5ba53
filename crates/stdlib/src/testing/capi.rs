//! `_testcapi`: calls by every convention, exceptions made to order, versions of classes, the sizes of C's numbers.

use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, Obj, R, Tuple, Type, Value, dict, exc, ops, typeobj};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, add_functions, set};

use super::{conventions, descriptors};

/// The arguments of a call as the C tests pass them: None for NULL.
fn positional(cx: &mut Cx, args: &Value) -> R<Vec<Value>> {
    if args.is_none() {
        return Ok(Vec::new());
    }
    match args.cast::<Tuple>() {
        Some(tuple) => Ok(tuple.items().to_vec()),
        None => Err(cx.type_error("args must be None or a tuple")),
    }
}

fn call_with_dict(cx: &mut Cx, callable: &Value, args: &Value, keywords: Option<&Value>) -> R {
    let mut values = positional(cx, args)?;
    let mut names = Vec::new();
    match keywords.filter(|k| !k.is_none()) {
        None => {}
        Some(keywords) => {
            let Some(keywords) = keywords.as_dict() else {
                return Err(cx.type_error("kwnames must be None or a dict"));
            };
            for (name, value) in dict::items(cx, keywords) {
                names.push(name);
                values.push(value);
            }
        }
    }
    let names = cx.tuple(names);
    ops::call_args(cx, callable, Args::new(&values, Some(&names)))
}

#[native("pyobject_fastcalldict(func, args, kwargs, /)", no_signature)]
fn pyobject_fastcalldict(cx: &mut Cx, func: &Value, args: &Value, kwargs: &Value) -> R {
    call_with_dict(cx, func, args, Some(kwargs))
}

/// The last of `args` are the values of the keywords that `names` lists.
#[native("pyobject_vectorcall(func, args, kwnames, /)", no_signature)]
fn pyobject_vectorcall(cx: &mut Cx, func: &Value, args: &Value, kwnames: &Value) -> R {
    let values = positional(cx, args)?;
    if kwnames.is_none() {
        return ops::call(cx, func, &values);
    }
    let Some(names) = kwnames.cast::<Tuple>() else {
        return Err(cx.type_error("kwnames must be None or a tuple"));
    };
    if names.len() > values.len() {
        return Err(cx.value_error("kwnames longer than args"));
    }
    ops::call_args(cx, func, Args::new(&values, Some(names)))
}

#[native("pyvectorcall_call(func, args, kwargs=None, /)", no_signature)]
fn pyvectorcall_call(cx: &mut Cx, func: &Value, args: &Value, kwargs: Option<&Value>) -> R {
    call_with_dict(cx, func, args, kwargs)
}

#[native("pycfunction_call(func, args, kwargs=None, /)", no_signature)]
fn pycfunction_call(cx: &mut Cx, func: &Value, args: &Value, kwargs: Option<&Value>) -> R {
    call_with_dict(cx, func, args, kwargs)
}

/// A class by its dotted name, as `PyErr_NewExceptionWithDoc` makes it.
#[native("make_exception_with_doc(name, doc=None, base=None, dict=None)", no_signature)]
fn make_exception_with_doc(
    cx: &mut Cx,
    name: &Value,
    doc: Option<&Value>,
    base: Option<&Value>,
    dict: Option<&Value>,
) -> R {
    let full = ops::str_of(cx, name)?.to_string_lossy().into_owned();
    let Some((module, name)) = full.rsplit_once('.') else {
        return Err(cx.system_error("PyErr_NewException: name must be module.class"));
    };
    let bases = match base.filter(|b| !b.is_none()) {
        Some(base) if base.cast::<Tuple>().is_some() => base.clone(),
        Some(base) => cx.tuple_value([base.clone()]),
        None => cx.tuple_value([exc::EXCEPTION.to_value()]),
    };
    let namespace = match dict.and_then(Value::as_dict) {
        Some(given) => taipan_object::dict::copy(cx, given)?,
        None => cx.new_dict(),
    };
    let (module_key, doc_key) = (cx.intern("__module__"), cx.intern("__doc__"));
    let module = cx.str(module);
    taipan_object::dict::set_str(cx, &namespace, &module_key, module)?;
    if let Some(doc) = doc.filter(|d| !d.is_none()) {
        taipan_object::dict::set_str(cx, &namespace, &doc_key, doc.clone())?;
    }
    let name = cx.str(name);
    ops::call(cx, &taipan_object::ty::TYPE.to_value(), &[name, bases, namespace.into_value()])
}

/// Raises `exception(*range(count))`.
#[native("raise_exception(exception, count, /)", no_signature)]
fn raise_exception(cx: &mut Cx, exception: &Value, count: i64) -> R {
    let args: Vec<Value> = (0..count.clamp(0, 1 << 16)).map(|i| cx.int(i)).collect();
    let made = ops::call(cx, exception, &args)?;
    Err(exc::raise(cx, made))
}

#[native("raise_memoryerror()", no_signature)]
fn raise_memoryerror(cx: &mut Cx) -> R {
    Err(cx.memory_error())
}

#[native("err_writeunraisable(exception, object, /)", no_signature)]
fn err_writeunraisable(cx: &mut Cx, exception: &Value, object: &Value) -> R<()> {
    let object = Some(object).filter(|o| !o.is_none());
    taipan_vm::display::unraisable(cx, exception.clone(), "", object);
    Ok(())
}

fn class_argument<'a>(cx: &mut Cx, class: &'a Value) -> R<&'a Obj<Type>> {
    match class.as_type() {
        Some(class) => Ok(class),
        None => Err(cx.type_error("argument must be a type")),
    }
}

/// The number that the caches know the class by; 0 for none.
#[native("type_get_version(type, /)", no_signature)]
fn type_get_version(cx: &mut Cx, class: &Value) -> R<i64> {
    Ok(class_argument(cx, class)?.data().version().into())
}

#[native("type_assign_version(type, /)", no_signature)]
fn type_assign_version(cx: &mut Cx, class: &Value) -> R<i64> {
    let class = class_argument(cx, class)?;
    Ok(i64::from(typeobj::version_of(cx, class) != 0))
}

#[native("type_modified(type, /)", no_signature)]
fn type_modified(cx: &mut Cx, class: &Value) -> R<()> {
    let class = class_argument(cx, class)?;
    typeobj::modified(cx, class);
    Ok(())
}

/// Options of the interpreter by name: those that the tests' support code reads.
#[native("config_get(name, /)", no_signature)]
fn config_get(cx: &mut Cx, name: &Value) -> R {
    let name = ops::str_of(cx, name)?.to_string_lossy().into_owned();
    match name.as_str() {
        "code_debug_ranges" => Ok(Value::bool(true)),
        _ => Err(cx.value_error(format!("unknown config option name: {name}"))),
    }
}

/// This docstring has no signature.
#[native("docstring_no_signature(*args)", no_signature)]
fn docstring_no_signature(_cx: &mut Cx, _args: &[Value]) {}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    add_functions(cx, module, conventions::functions::DEFS)?;
    for class in TYPES {
        set(cx, module, &class.name(), class.to_value())?;
    }
    for (name, value) in SIGNED {
        let value = cx.int(*value);
        set(cx, module, name, value)?;
    }
    for name in ["ULONG_MAX", "ULLONG_MAX", "SIZE_MAX", "UINT64_MAX"] {
        let value = cx.int_from_big(u64::MAX.into());
        set(cx, module, name, value)?;
    }
    for (name, value) in [
        ("FLT_MAX", f64::from(f32::MAX)),
        ("FLT_MIN", f64::from(f32::MIN_POSITIVE)),
        ("DBL_MAX", f64::MAX),
        ("DBL_MIN", f64::MIN_POSITIVE),
    ] {
        let value = cx.float(value);
        set(cx, module, name, value)?;
    }
    for (name, on) in [("WITH_PYMALLOC", false), ("WITH_MIMALLOC", true), ("nan_msb_is_signaling", false)] {
        set(cx, module, name, Value::bool(on))?;
    }
    let (bases, namespace) = (cx.tuple_value([exc::EXCEPTION.to_value()]), cx.new_dict().into_value());
    let name = cx.str("error");
    let error = ops::call(cx, &taipan_object::ty::TYPE.to_value(), &[name, bases, namespace])?;
    set(cx, module, "error", error)
}

static TYPES: [&Obj<Type>; 7] = [
    &descriptors::METH_INSTANCE,
    &descriptors::METH_CLASS,
    &descriptors::METH_STATIC,
    &descriptors::METHOD_DESCRIPTOR_BASE,
    &descriptors::METHOD_DESCRIPTOR_DERIVED,
    &descriptors::METHOD_DESCRIPTOR_NOP_GET,
    &descriptors::METHOD_DESCRIPTOR_2,
];

static SIGNED: &[(&str, i64)] = &[
    ("CHAR_MAX", 127),
    ("CHAR_MIN", -128),
    ("UCHAR_MAX", 255),
    ("SHRT_MAX", 32767),
    ("SHRT_MIN", -32768),
    ("USHRT_MAX", 65535),
    ("INT_MAX", i32::MAX as i64),
    ("INT_MIN", i32::MIN as i64),
    ("INT32_MAX", i32::MAX as i64),
    ("INT32_MIN", i32::MIN as i64),
    ("UINT_MAX", u32::MAX as i64),
    ("UINT32_MAX", u32::MAX as i64),
    ("LONG_MAX", i64::MAX),
    ("LONG_MIN", i64::MIN),
    ("LLONG_MAX", i64::MAX),
    ("LLONG_MIN", i64::MIN),
    ("INT64_MAX", i64::MAX),
    ("INT64_MIN", i64::MIN),
    ("PY_SSIZE_T_MAX", i64::MAX),
    ("PY_SSIZE_T_MIN", i64::MIN),
    ("PyTime_MAX", i64::MAX),
    ("PyTime_MIN", i64::MIN),
    ("SIZEOF_WCHAR_T", 4),
    ("SIZEOF_VOID_P", 8),
    ("SIZEOF_TIME_T", 8),
    ("SIZEOF_PID_T", 4),
    ("Py_single_input", 256),
    ("Py_file_input", 257),
    ("Py_eval_input", 258),
    ("PyCF_ONLY_AST", 0x400),
    ("PyCF_IGNORE_COOKIE", 0x800),
    ("_Py_STACK_GROWS_DOWN", 1),
    ("the_number_three", 3),
    ("ONE", 1),
];

fn types(types: &mut Types) {
    types.add(TYPES);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_testcapi",
    functions: natives![
        pyobject_fastcalldict,
        pyobject_vectorcall,
        pyvectorcall_call,
        pycfunction_call,
        make_exception_with_doc,
        raise_exception,
        raise_memoryerror,
        err_writeunraisable,
        type_get_version,
        type_assign_version,
        type_modified,
        config_get,
        docstring_no_signature
    ],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
