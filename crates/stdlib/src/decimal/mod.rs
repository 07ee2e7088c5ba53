//! `_decimal`: the General Decimal Arithmetic specification, as CPython's module shows it.
//!
//! [`number`], [`text`], [`arith`] and [`functions`] are pure: numbers, a context by value, and a status that operations add
//! to. [`context`] holds the Python contexts, their signal dictionaries and the current one; [`object`] the type `Decimal` and
//! its conversions; [`methods`] and [`context_methods`] the two types' methods; [`format`] `__format__`.

mod arith;
mod context;
mod context_methods;
mod format;
mod functions;
mod methods;
mod number;
mod object;
mod text;

use taipan_object::dict;
use taipan_object::ty::TYPE;
use taipan_object::{Cx, R, Value, exc, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

use number::{MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Round};

/// What the module keeps for each interpreter.
#[derive(Default)]
pub struct State {
    /// The nine signals, in the order of [`context::SIGNALS`].
    signals: Vec<Value>,
    /// The four conditions that InvalidOperation stands for, in the order of [`context::CONDITIONS`].
    conditions: Vec<Value>,
    /// The context variable that holds the current context.
    variable: Option<Value>,
    /// DefaultContext, BasicContext and ExtendedContext: never current themselves, but copied.
    templates: Vec<Value>,
    signal_dict: Option<Value>,
    decimal_tuple: Option<Value>,
    rational: Option<Value>,
    /// All that the module shows: a module made anew shows the same, for its classes are one interpreter's.
    exports: Vec<(String, Value)>,
}

/// A value of the module's state. SystemError before the module is made.
pub fn state(cx: &mut Cx, pick: fn(&State) -> Option<Value>) -> R<Value> {
    match pick(cx.interp_mut().state::<State>()) {
        Some(value) => Ok(value),
        None => Err(cx.system_error("the decimal module is not initialised")),
    }
}

/// A new class of the module `decimal`.
fn new_class(cx: &mut Cx, name: &str, bases: &[Value]) -> R<Value> {
    let namespace = cx.new_dict();
    let (key, owner) = (cx.intern("__module__"), cx.str("decimal"));
    dict::set_str(cx, &namespace, &key, owner)?;
    let name = cx.str(name);
    let bases = cx.tuple(bases.to_vec()).into_value();
    ops::call(cx, &TYPE.to_value(), &[name, bases, namespace.into_value()])
}

/// Enters a name into the module, now and when it is made anew.
fn export(cx: &mut Cx, module: &Value, name: &str, value: Value) -> R<()> {
    cx.interp_mut().state::<State>().exports.push((name.to_owned(), value.clone()));
    set(cx, module, name, value)
}

fn make_signals(cx: &mut Cx, module: &Value) -> R<()> {
    let root = new_class(cx, "DecimalException", &[exc::ARITHMETIC_ERROR.to_value()])?;
    export(cx, module, "DecimalException", root.clone())?;
    let simple = |cx: &mut Cx, name: &str, bases: &[Value]| -> R<Value> {
        let class = new_class(cx, name, bases)?;
        export(cx, module, name, class.clone())?;
        Ok(class)
    };
    let zero_division = exc::ZERO_DIVISION_ERROR.to_value();
    let invalid = simple(cx, "InvalidOperation", std::slice::from_ref(&root))?;
    let float = simple(cx, "FloatOperation", &[root.clone(), exc::TYPE_ERROR.to_value()])?;
    let by_zero = simple(cx, "DivisionByZero", &[root.clone(), zero_division.clone()])?;
    let clamped = simple(cx, "Clamped", std::slice::from_ref(&root))?;
    let rounded = simple(cx, "Rounded", std::slice::from_ref(&root))?;
    let inexact = simple(cx, "Inexact", std::slice::from_ref(&root))?;
    let subnormal = simple(cx, "Subnormal", &[root])?;
    let overflow = simple(cx, "Overflow", &[inexact.clone(), rounded.clone()])?;
    let underflow = simple(cx, "Underflow", &[inexact.clone(), rounded.clone(), subnormal.clone()])?;
    let syntax = simple(cx, "ConversionSyntax", std::slice::from_ref(&invalid))?;
    let impossible = simple(cx, "DivisionImpossible", std::slice::from_ref(&invalid))?;
    let undefined = simple(cx, "DivisionUndefined", &[invalid.clone(), zero_division])?;
    let bad_context = simple(cx, "InvalidContext", std::slice::from_ref(&invalid))?;
    let state = cx.interp_mut().state::<State>();
    state.signals = vec![invalid, float, by_zero, overflow, underflow, subnormal, inexact, rounded, clamped];
    state.conditions = vec![syntax, impossible, undefined, bad_context];
    Ok(())
}

fn make_tuple_class(cx: &mut Cx, module: &Value) -> R<()> {
    let import = cx.interp().runtime.import;
    let collections = import(cx, "collections")?;
    let namedtuple = ops::getattr_str(cx, &collections, "namedtuple")?;
    let (name, fields) = (cx.str("DecimalTuple"), cx.str("sign digits exponent"));
    let class = ops::call(cx, &namedtuple, &[name, fields])?;
    let (key, owner) = (cx.intern("__module__"), cx.str("decimal"));
    ops::setattr(cx, &class, &key, &owner)?;
    cx.interp_mut().state::<State>().decimal_tuple = Some(class.clone());
    export(cx, module, "DecimalTuple", class)
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let known = cx.interp_mut().state::<State>().exports.clone();
    if !known.is_empty() {
        return known.into_iter().try_for_each(|(name, value)| set(cx, module, &name, value));
    }
    make_signals(cx, module)?;
    make_tuple_class(cx, module)?;
    let import = cx.interp().runtime.import;
    let numbers = import(cx, "numbers")?;
    let number = ops::getattr_str(cx, &numbers, "Number")?;
    let register = cx.intern("register");
    ops::call_method(cx, &number, &register, &[object::DECIMAL.to_value()])?;
    let rational = ops::getattr_str(cx, &numbers, "Rational")?;
    let abc = import(cx, "collections.abc")?;
    let mapping = ops::getattr_str(cx, &abc, "MutableMapping")?;
    let signal_dict = new_class(cx, "SignalDict", &[context::SIGNAL_DICT_MIXIN.to_value(), mapping])?;
    let variable = crate::contextvars::new_variable(cx, "decimal_context");
    let state = cx.interp_mut().state::<State>();
    state.rational = Some(rational);
    state.signal_dict = Some(signal_dict);
    state.variable = Some(variable);
    export(cx, module, "Decimal", object::DECIMAL.to_value())?;
    export(cx, module, "Context", context::CONTEXT.to_value())?;
    for (i, name) in ["DefaultContext", "BasicContext", "ExtendedContext"].into_iter().enumerate() {
        let template = context::template(cx, i);
        cx.interp_mut().state::<State>().templates.push(template.clone());
        export(cx, module, name, template)?;
    }
    export(cx, module, "HAVE_CONTEXTVAR", Value::bool(true))?;
    export(cx, module, "HAVE_THREADS", Value::bool(true))?;
    let limits = [
        ("MAX_PREC", MAX_PREC),
        ("MAX_EMAX", MAX_EMAX),
        ("MIN_EMIN", MIN_EMIN),
        ("MIN_ETINY", MIN_ETINY),
        ("IEEE_CONTEXT_MAX_BITS", 512),
    ];
    for (name, limit) in limits {
        let limit = cx.int(limit);
        export(cx, module, name, limit)?;
    }
    for (_, name) in Round::ALL {
        let text = cx.intern(name).into_value();
        export(cx, module, name, text)?;
    }
    let version = cx.str("1.70");
    export(cx, module, "__version__", version)?;
    let library = cx.str("2.5.1");
    export(cx, module, "__libmpdec_version__", library)
}

fn types(types: &mut Types) {
    types.add([&object::DECIMAL, &context::CONTEXT, &context::SIGNAL_DICT_MIXIN, &context::CONTEXT_MANAGER]);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_decimal",
    doc: Some("C decimal arithmetic module"),
    functions: context::FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
