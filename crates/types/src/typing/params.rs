//! `TypeVar`, `ParamSpec`, `TypeVarTuple`, `ParamSpecArgs`, `ParamSpecKwargs`, `Generic`, `NoDefault` (PEP 484, 612, 646, 695, 696).
//! Bounds, constraints and defaults of parameters in the new syntax are functions, called on demand.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, MemberDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, flags,
    names, ops, plain_data,
};

use super::union::make_union;
use crate::Types;

/// The payload of all three kinds of type parameters.
#[derive(Trace)]
pub struct TypeParam {
    name: Value,
    bound: Option<Value>,
    evaluate_bound: Option<Value>,
    constraints: Option<Value>,
    evaluate_constraints: Option<Value>,
    default: Option<Value>,
    evaluate_default: Option<Value>,
    covariant: bool,
    contravariant: bool,
    infer_variance: bool,
}

// SAFETY: instances of the three types begin with this payload (`TYPE_VAR` stands for them); all values are traced.
unsafe impl Payload for TypeParam {
    const TYPE: &'static Obj<Type> = &TYPE_VAR;

    fn cast_arg(value: &Value) -> Option<&Obj<TypeParam>> {
        param(value)
    }
}

fn param(value: &Value) -> Option<&Obj<TypeParam>> {
    let known = [&TYPE_VAR, &PARAM_SPEC, &TYPE_VAR_TUPLE].iter().any(|t| value.is_instance_exact(t));
    let header = value.header().filter(|_| known)?;
    // SAFETY: all three types have this payload and cannot be subclassed.
    Some(unsafe { &*(header as *const taipan_object::Header).cast::<Obj<TypeParam>>() })
}

macro_rules! param_type {
    ($ty:ident, $name:literal, $new:ident, $or:expr, $iter:expr, $methods:expr, $members:expr, $getset:expr, $doc:literal) => {
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &TYPE,
            Type::builtin::<TypeParam>($name)
                .base(&OBJECT)
                .flags(flags::WEAKREFABLE)
                .with_attrs()
                .with_slots(Slots { new: Some($new), repr: Some(repr), or: $or, iter: $iter, ..Slots::EMPTY })
                .defs(&TypeDefs { methods: $methods, members: $members, getset: $getset, ..TypeDefs::NONE })
                .doc($doc),
        );
    };
}

param_type!(
    TYPE_VAR,
    "typing.TypeVar",
    type_var_new,
    Some(or),
    None,
    natives![subst, prepare_subst, reduce, has_default, mro_entries],
    VARIANCE,
    TYPE_VAR_GETSET,
    "Type variable.\n\nThe preferred way to construct a type variable is via the dedicated\nsyntax for generic functions, classes, and type aliases."
);
param_type!(
    PARAM_SPEC,
    "typing.ParamSpec",
    param_spec_new,
    Some(or),
    None,
    natives![subst, prepare_subst, reduce, has_default, mro_entries],
    PARAM_SPEC_MEMBERS,
    PARAM_SPEC_GETSET,
    "Parameter specification variable."
);
param_type!(
    TYPE_VAR_TUPLE,
    "typing.TypeVarTuple",
    type_var_tuple_new,
    None,
    Some(iter),
    natives![subst, prepare_subst, reduce, has_default, mro_entries],
    NAME_ONLY,
    DEFAULT_GETSET,
    "Type variable tuple. A specialized form of type variable that enables\nvariadic generics."
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<TypeParam>> {
    match param(value) {
        Some(param) => Ok(param),
        None => Err(cx.type_error("a type parameter is required")),
    }
}

fn or(cx: &mut Cx, a: &Value, b: &Value) -> R {
    make_union(cx, &[a.clone(), b.clone()])
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let state = this(cx, value)?.get(cx);
    let sign = if state.infer_variance {
        ""
    } else if state.covariant {
        "+"
    } else if state.contravariant {
        "-"
    } else {
        "~"
    };
    let name = state.name.clone();
    let sign = if value.is_instance_exact(&TYPE_VAR_TUPLE) { "" } else { sign };
    let text = ops::str_of(cx, &name)?.to_string_lossy().into_owned();
    Ok(cx.str(&format!("{sign}{text}")))
}

/// `*Ts`: one unpacked form.
fn iter(cx: &mut Cx, value: &Value) -> R {
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let unpack = ops::getattr_str(cx, &typing, "Unpack")?;
    let unpacked = ops::getitem(cx, &unpack, value)?;
    let one = cx.tuple_value([unpacked]);
    ops::iter(cx, &one)
}

/// The name of the module that makes the parameter.
fn set_module(cx: &mut Cx, made: &Value) -> R<()> {
    let globals = cx.interp().runtime.current_globals;
    let module = match globals(cx) {
        Some(globals) => match globals.as_dict() {
            Some(dict) => taipan_object::dict::get_str(cx, dict, &names::__name__)?,
            None => None,
        },
        None => None,
    };
    let module = module.unwrap_or_else(Value::none);
    taipan_object::instance::set_attr(cx, made, &names::__module__, module)
}

fn blank(name: Value) -> TypeParam {
    TypeParam {
        name,
        bound: None,
        evaluate_bound: None,
        constraints: None,
        evaluate_constraints: None,
        default: None,
        evaluate_default: None,
        covariant: false,
        contravariant: false,
        infer_variance: false,
    }
}

fn make(cx: &mut Cx, class: &'static Obj<Type>, payload: TypeParam) -> Value {
    // SAFETY: the three types have this payload.
    unsafe {
        taipan_object::instance::alloc_with(cx, class, 0, |p: *mut TypeParam| p.write(payload)).into_value()
    }
}

fn type_check(cx: &mut Cx, value: &Value, message: &str) -> R {
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let check = cx.intern("_type_check");
    let message = cx.str(message);
    ops::call_method(cx, &typing, &check, &[value.clone(), message])
}

fn keyword_flag(cx: &mut Cx, args: Args<'_>, name: &str) -> R<bool> {
    match args.keyword(name) {
        Some(v) => ops::truth(cx, v),
        None => Ok(false),
    }
}

fn name_argument<'a>(cx: &mut Cx, args: Args<'a>, class: &str) -> R<&'a Value> {
    match args.pos().first().or_else(|| args.keyword("name")) {
        Some(name) if name.as_str().is_some() => Ok(name),
        Some(other) => {
            let message = format!("{class}() argument 'name' must be str, not {}", other.type_name(cx));
            Err(cx.type_error(message))
        }
        None => Err(cx.type_error(format!("{class}() missing required argument 'name' (pos 1)"))),
    }
}

fn check_keywords(cx: &mut Cx, args: Args<'_>, class: &str, allowed: &[&str]) -> R<()> {
    for (key, _) in args.keywords() {
        if !allowed.iter().any(|a| key.eq_str(a)) {
            let message = format!("{class}() got an unexpected keyword argument '{}'", key.to_string_lossy());
            return Err(cx.type_error(message));
        }
    }
    Ok(())
}

fn type_var_new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    check_keywords(
        cx,
        args,
        "typevar",
        &["name", "bound", "covariant", "contravariant", "infer_variance", "default"],
    )?;
    let name = name_argument(cx, args, "typevar")?;
    let constraints = args.pos().get(1..).unwrap_or_default();
    let mut payload = blank(name.clone());
    payload.covariant = keyword_flag(cx, args, "covariant")?;
    payload.contravariant = keyword_flag(cx, args, "contravariant")?;
    payload.infer_variance = keyword_flag(cx, args, "infer_variance")?;
    if payload.covariant && payload.contravariant {
        return Err(cx.value_error("Bivariant types are not supported."));
    }
    if payload.infer_variance && (payload.covariant || payload.contravariant) {
        return Err(cx.value_error("Variance cannot be specified with infer_variance."));
    }
    if let Some(bound) = args.keyword("bound").filter(|b| !b.is_none()) {
        payload.bound = Some(type_check(cx, bound, "Bound must be a type.")?);
    }
    if constraints.len() == 1 {
        return Err(cx.type_error("A single constraint is not allowed"));
    }
    if !constraints.is_empty() {
        if payload.bound.is_some() {
            return Err(cx.type_error("Constraints cannot be combined with bound=..."));
        }
        payload.constraints = Some(cx.tuple(constraints.to_vec()).into_value());
    }
    payload.default = args.keyword("default").filter(|d| !d.is_obj(&NO_DEFAULT)).cloned();
    let made = make(cx, &TYPE_VAR, payload);
    set_module(cx, &made)?;
    Ok(made)
}

fn param_spec_new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    let allowed = ["name", "bound", "covariant", "contravariant", "infer_variance", "default"];
    check_keywords(cx, args, "paramspec", &allowed)?;
    if args.pos().len() > 1 {
        let given = args.pos().len();
        return Err(cx.type_error(format!("paramspec() takes exactly 1 positional argument ({given} given)")));
    }
    let name = name_argument(cx, args, "paramspec")?;
    let mut payload = blank(name.clone());
    payload.covariant = keyword_flag(cx, args, "covariant")?;
    payload.contravariant = keyword_flag(cx, args, "contravariant")?;
    payload.infer_variance = keyword_flag(cx, args, "infer_variance")?;
    if payload.covariant && payload.contravariant {
        return Err(cx.value_error("Bivariant types are not supported."));
    }
    if payload.infer_variance && (payload.covariant || payload.contravariant) {
        return Err(cx.value_error("Variance cannot be specified with infer_variance."));
    }
    if let Some(bound) = args.keyword("bound").filter(|b| !b.is_none()) {
        payload.bound = Some(type_check(cx, bound, "Bound must be a type.")?);
    }
    payload.default = args.keyword("default").filter(|d| !d.is_obj(&NO_DEFAULT)).cloned();
    let made = make(cx, &PARAM_SPEC, payload);
    set_module(cx, &made)?;
    Ok(made)
}

fn type_var_tuple_new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
    check_keywords(cx, args, "typevartuple", &["name", "default"])?;
    if args.pos().len() > 1 {
        let given = args.pos().len();
        return Err(
            cx.type_error(format!("typevartuple() takes exactly 1 positional argument ({given} given)"))
        );
    }
    let name = name_argument(cx, args, "typevartuple")?;
    let mut payload = blank(name.clone());
    payload.default = args.keyword("default").filter(|d| !d.is_obj(&NO_DEFAULT)).cloned();
    let made = make(cx, &TYPE_VAR_TUPLE, payload);
    set_module(cx, &made)?;
    Ok(made)
}

/// Makes a parameter of the PEP 695 syntax: what the intrinsics TYPEVAR, PARAMSPEC, TYPEVARTUPLE do. `bound` and
/// `constraints` are functions.
pub fn make_param(
    cx: &mut Cx,
    class: &'static Obj<Type>,
    name: &Value,
    bound: Option<Value>,
    constraints: Option<Value>,
) -> R {
    let mut payload = blank(name.clone());
    payload.infer_variance = !std::ptr::eq(class, &TYPE_VAR_TUPLE);
    payload.evaluate_bound = bound;
    payload.evaluate_constraints = constraints;
    let made = make(cx, class, payload);
    set_module(cx, &made)?;
    Ok(made)
}

/// Gives a parameter its default as a function: the intrinsic SET_TYPEPARAM_DEFAULT.
pub fn set_default(cx: &mut Cx, parameter: &Value, evaluate: &Value) -> R {
    this(cx, parameter)?.get_mut(cx).evaluate_default = Some(evaluate.clone());
    Ok(parameter.clone())
}

/// Type parameters as a subscription takes them: `Ts` becomes `*Ts`.
pub fn unpack_variadic(cx: &mut Cx, parameters: &[Value]) -> R<Vec<Value>> {
    let mut out = Vec::with_capacity(parameters.len());
    for parameter in parameters {
        if parameter.is_instance_exact(&TYPE_VAR_TUPLE) {
            out.extend(ops::collect(cx, parameter)?);
        } else {
            out.push(parameter.clone());
        }
    }
    Ok(out)
}

/// That `parameters` are type parameters, those with a default last; TypeError else.
pub fn check_parameters(cx: &mut Cx, parameters: &[Value]) -> R<()> {
    let mut defaults = false;
    for parameter in parameters {
        let Some(state) = param(parameter).map(|p| p.get(cx)) else {
            let shown = ops::repr(cx, parameter)?.to_string_lossy().into_owned();
            return Err(cx.type_error(format!("Expected a type param, got {shown}")));
        };
        if state.default.is_some() || state.evaluate_default.is_some() {
            defaults = true;
        } else if defaults {
            let shown = ops::repr(cx, parameter)?.to_string_lossy().into_owned();
            let message = format!("non-default type parameter '{shown}' follows default type parameter");
            return Err(cx.type_error(message));
        }
    }
    Ok(())
}

/// A lazily evaluated part: the value, or what its function gives (kept).
fn lazy(
    cx: &mut Cx,
    value: &Value,
    pick: fn(&mut TypeParam) -> (&mut Option<Value>, &Option<Value>),
    absent: Value,
) -> R {
    let object = this(cx, value)?;
    let (known, evaluate) = pick(object.get_mut(cx));
    if let Some(known) = known {
        return Ok(known.clone());
    }
    let Some(evaluate) = evaluate.clone() else { return Ok(absent) };
    let made = ops::call(cx, &evaluate, &[Value::small_int(1)])?;
    *pick(object.get_mut(cx)).0 = Some(made.clone());
    Ok(made)
}

fn bound(cx: &mut Cx, v: &Value) -> R {
    lazy(cx, v, |p| (&mut p.bound, &p.evaluate_bound), Value::none())
}

fn constraints(cx: &mut Cx, v: &Value) -> R {
    let empty = cx.tuple_value([]);
    lazy(cx, v, |p| (&mut p.constraints, &p.evaluate_constraints), empty)
}

fn default(cx: &mut Cx, v: &Value) -> R {
    lazy(cx, v, |p| (&mut p.default, &p.evaluate_default), NO_DEFAULT.to_value())
}

/// The function of a part: its own, or one that gives the known value.
fn evaluator(cx: &mut Cx, evaluate: Option<Value>, known: Option<Value>) -> R {
    match (evaluate, known) {
        (Some(f), _) => Ok(f),
        (None, Some(value)) => Ok(cx.new_object(ConstEvaluator::new(value)).into_value()),
        (None, None) => Ok(Value::none()),
    }
}

/// The payload of `_typing._ConstEvaluator`: a function that gives one value.
#[derive(Trace)]
pub struct ConstEvaluator {
    value: Value,
}

impl ConstEvaluator {
    pub fn new(value: Value) -> ConstEvaluator {
        ConstEvaluator { value }
    }
}

// SAFETY: instances of the type are `Obj<ConstEvaluator>`; the value is traced.
unsafe impl Payload for ConstEvaluator {
    const TYPE: &'static Obj<Type> = &CONST_EVALUATOR;
}

/// `_typing._ConstEvaluator`.
pub static CONST_EVALUATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ConstEvaluator>("_typing._ConstEvaluator").base(&OBJECT).with_slots(Slots {
        call: Some(const_call),
        repr: Some(const_repr),
        ..Slots::EMPTY
    }),
);

fn const_call(cx: &mut Cx, v: &Value, args: Args<'_>) -> R {
    let Some(evaluator) = v.cast::<ConstEvaluator>() else { return Ok(Value::none()) };
    let value = evaluator.get(cx).value.clone();
    let [format] = args.pos() else {
        let message =
            format!("constevaluator.__call__() takes exactly 1 argument ({} given)", args.pos().len());
        return Err(cx.type_error(message));
    };
    let format = taipan_object::int::index_i64(cx, format)?;
    if format != 4 {
        return Ok(value);
    }
    // annotationlib.Format.STRING
    let mut text = crate::support::TextBuilder::default();
    match value.cast::<Tuple>() {
        Some(tuple) => {
            text.push("(");
            for (i, item) in tuple.items().iter().enumerate() {
                if i > 0 {
                    text.push(", ");
                }
                super::push_type_repr(cx, &mut text, item)?;
            }
            text.push(if tuple.len() == 1 { ",)" } else { ")" });
        }
        None => super::push_type_repr(cx, &mut text, &value)?,
    }
    Ok(text.finish(cx).into_value())
}

fn const_repr(cx: &mut Cx, v: &Value) -> R {
    let mut text = crate::support::TextBuilder::default();
    text.push("<constevaluator ");
    if let Some(evaluator) = v.cast::<ConstEvaluator>() {
        let value = evaluator.get(cx).value.clone();
        text.push_repr(cx, &value)?;
    }
    text.push(">");
    Ok(text.finish(cx).into_value())
}

#[native("typing.__typing_subst__($self, arg, /)", no_signature)]
fn subst(cx: &mut Cx, this: &Value, arg: &Value) -> R {
    let name = if this.is_instance_exact(&TYPE_VAR) {
        "_typevar_subst"
    } else if this.is_instance_exact(&PARAM_SPEC) {
        "_paramspec_subst"
    } else {
        return Err(cx.type_error("Substitution of bare TypeVarTuple is not supported"));
    };
    typing_call(cx, name, &[this.clone(), arg.clone()])
}

fn typing_call(cx: &mut Cx, name: &str, args: &[Value]) -> R {
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let name = cx.intern(name);
    ops::call_method(cx, &typing, &name, args)
}

#[native("typing.__typing_prepare_subst__($self, alias, args, /)", no_signature)]
fn prepare_subst(cx: &mut Cx, this: &Value, alias: &Value, args: &Value) -> R {
    if this.is_instance_exact(&PARAM_SPEC) {
        return typing_call(cx, "_paramspec_prepare_subst", &[this.clone(), alias.clone(), args.clone()]);
    }
    if this.is_instance_exact(&TYPE_VAR_TUPLE) {
        return typing_call(cx, "_typevartuple_prepare_subst", &[this.clone(), alias.clone(), args.clone()]);
    }
    // A missing argument is the default.
    let parameters = ops::getattr(cx, alias, &names::__parameters__)?;
    let parameters = ops::collect(cx, &parameters)?;
    let mut given = ops::collect(cx, args)?;
    let Some(i) = parameters.iter().position(|p| p.is(this)) else { return Ok(args.clone()) };
    if i < given.len() {
        return Ok(args.clone());
    }
    if i == given.len() {
        let value = default(cx, this)?;
        if !value.is_obj(&NO_DEFAULT) {
            given.push(value);
            return Ok(cx.tuple(given).into_value());
        }
    }
    let shown = ops::repr(cx, alias)?.to_string_lossy().into_owned();
    Err(cx.type_error(format!(
        "Too few arguments for {shown}; actual {}, expected {}",
        given.len(),
        parameters.len()
    )))
}

#[native("typing.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Obj<TypeParam>) -> R {
    Ok(this.get(cx).name.clone())
}

#[native("typing.has_default($self, /)")]
fn has_default(cx: &mut Cx, this: &Obj<TypeParam>) -> R<bool> {
    let state = this.get(cx);
    Ok(state.default.is_some() || state.evaluate_default.is_some())
}

#[native("typing.__mro_entries__($self, bases, /)", no_signature)]
fn mro_entries(cx: &mut Cx, this: &Value, bases: &Value) -> R {
    let _ = bases;
    let name = this.ty(cx).name().into_owned();
    Err(cx.type_error(format!("Cannot subclass an instance of {name}")))
}

const fn part(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> GetSetDef {
    GetSetDef { name, doc: None, get: Some(get), set: None }
}

const DEFAULT: GetSetDef = part("__default__", default);
const EVALUATE_DEFAULT: GetSetDef = part("evaluate_default", |cx, v| {
    let state = this(cx, v)?.get(cx);
    let (evaluate, known) = (state.evaluate_default.clone(), state.default.clone());
    evaluator(cx, evaluate, known)
});

static TYPE_VAR_GETSET: &[GetSetDef] = &[
    part("__bound__", bound),
    part("__constraints__", constraints),
    DEFAULT,
    part("evaluate_bound", |cx, v| {
        let state = this(cx, v)?.get(cx);
        let (evaluate, known) = (state.evaluate_bound.clone(), state.bound.clone());
        evaluator(cx, evaluate, known)
    }),
    part("evaluate_constraints", |cx, v| {
        let state = this(cx, v)?.get(cx);
        let (evaluate, known) = (state.evaluate_constraints.clone(), state.constraints.clone());
        evaluator(cx, evaluate, known)
    }),
    EVALUATE_DEFAULT,
];
static DEFAULT_GETSET: &[GetSetDef] = &[DEFAULT, EVALUATE_DEFAULT];
static PARAM_SPEC_GETSET: &[GetSetDef] = &[
    part("args", |cx, v| Ok(cx.new_object(ParamSpecArgs { origin: v.clone() }).into_value())),
    part("kwargs", |cx, v| Ok(cx.new_object(ParamSpecKwargs { origin: v.clone() }).into_value())),
    DEFAULT,
    EVALUATE_DEFAULT,
];

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: None, get, set: None }
}

const NAME: MemberDef = member("__name__", |cx, v| this(cx, v).map(|p| p.get(cx).name.clone()));
const COVARIANT: MemberDef =
    member("__covariant__", |cx, v| this(cx, v).map(|p| Value::bool(p.get(cx).covariant)));
const CONTRAVARIANT: MemberDef =
    member("__contravariant__", |cx, v| this(cx, v).map(|p| Value::bool(p.get(cx).contravariant)));
const INFER: MemberDef =
    member("__infer_variance__", |cx, v| this(cx, v).map(|p| Value::bool(p.get(cx).infer_variance)));

static NAME_ONLY: &[MemberDef] = &[NAME];
static VARIANCE: &[MemberDef] = &[NAME, COVARIANT, CONTRAVARIANT, INFER];
static PARAM_SPEC_MEMBERS: &[MemberDef] =
    &[NAME, member("__bound__", bound), COVARIANT, CONTRAVARIANT, INFER];

macro_rules! spec_part {
    ($payload:ident, $ty:ident, $name:literal, $suffix:literal, $new:ident, $doc:literal) => {
        #[doc = concat!("The payload of `", $name, "`.")]
        #[derive(Trace)]
        pub struct $payload {
            origin: Value,
        }
        // SAFETY: instances of the type are `Obj` of this payload; the value is traced.
        unsafe impl Payload for $payload {
            const TYPE: &'static Obj<Type> = &$ty;
        }
        fn $new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
            match args.pos() {
                [origin] => Ok(cx.new_object($payload { origin: origin.clone() }).into_value()),
                other => Err(cx.type_error(format!("expected 1 argument, got {}", other.len()))),
            }
        }
        #[doc = concat!("`", $name, "`.")]
        pub static $ty: Obj<Type> = Obj::new_static_type(
            &TYPE,
            Type::builtin::<$payload>($name)
                .base(&OBJECT)
                .flags(flags::WEAKREFABLE)
                .with_slots(Slots {
                    new: Some($new),
                    repr: Some(|cx, v| {
                        let Some(part) = v.cast::<$payload>() else { return Ok(Value::none()) };
                        let origin = part.get(cx).origin.clone();
                        let text = match param(&origin) {
                            Some(p) => {
                                let name = p.get(cx).name.clone();
                                ops::str_of(cx, &name)?
                            }
                            None => ops::repr(cx, &origin)?,
                        };
                        Ok(cx.str(&format!(concat!("{}", $suffix), text.to_string_lossy())))
                    }),
                    compare: Some(|cx, a, b, op| {
                        let (Some(x), Some(y)) = (a.cast::<$payload>(), b.cast::<$payload>()) else {
                            return Ok(Value::not_implemented());
                        };
                        let (x, y) = (x.get(cx).origin.clone(), y.get(cx).origin.clone());
                        match op {
                            CompareOp::Eq | CompareOp::Ne => ops::compare(cx, &x, &y, op),
                            _ => Ok(Value::not_implemented()),
                        }
                    }),
                    ..Slots::EMPTY
                })
                .defs(&TypeDefs {
                    methods: natives![mro_entries],
                    members: &[member("__origin__", |cx, v| match v.cast::<$payload>() {
                        Some(part) => Ok(part.get(cx).origin.clone()),
                        None => Ok(Value::none()),
                    })],
                    ..TypeDefs::NONE
                })
                .doc($doc),
        );
    };
}

spec_part!(
    ParamSpecArgs,
    PARAM_SPEC_ARGS,
    "typing.ParamSpecArgs",
    ".args",
    spec_args_new,
    "The args for a ParamSpec object.\n\nGiven a ParamSpec object P, P.args returns an instance of ParamSpecArgs."
);
spec_part!(
    ParamSpecKwargs,
    PARAM_SPEC_KWARGS,
    "typing.ParamSpecKwargs",
    ".kwargs",
    spec_kwargs_new,
    "The kwargs for a ParamSpec object.\n\nGiven a ParamSpec object P, P.kwargs returns an instance of ParamSpecKwargs."
);

/// The payload of `NoDefault`.
pub struct NoDefaultType;
plain_data!(NoDefaultType);
// SAFETY: no payload; the type cannot be subclassed.
unsafe impl Payload for NoDefaultType {
    const TYPE: &'static Obj<Type> = &NO_DEFAULT_TYPE;
}

/// `NoDefaultType`.
pub static NO_DEFAULT_TYPE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<NoDefaultType>("NoDefaultType")
        .base(&OBJECT)
        .with_slots(Slots {
            repr: Some(|cx, _| Ok(cx.str("typing.NoDefault"))),
            new: Some(|cx, _, args| {
                if args.values().is_empty() {
                    Ok(NO_DEFAULT.to_value())
                } else {
                    Err(cx.type_error("NoDefaultType takes no arguments"))
                }
            }),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![no_default_reduce], ..TypeDefs::NONE })
        .doc("The type of the NoDefault singleton."),
);

/// `typing.NoDefault`.
pub static NO_DEFAULT: Obj<NoDefaultType> = Obj::new_static(&NO_DEFAULT_TYPE, NoDefaultType);

#[native("NoDefaultType.__reduce__($self, /)", no_signature)]
fn no_default_reduce(cx: &mut Cx, this: &Value) -> R {
    let _ = this;
    Ok(cx.str("NoDefault"))
}

/// The payload of `Generic` instances: none.
pub struct GenericPayload;
plain_data!(GenericPayload);
// SAFETY: no payload, as `object`.
unsafe impl Payload for GenericPayload {
    const TYPE: &'static Obj<Type> = &GENERIC;
}

/// `typing.Generic`.
pub static GENERIC: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<GenericPayload>("typing.Generic")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(crate::object::new), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![generic_class_getitem, generic_init_subclass], ..TypeDefs::NONE })
        .doc("Abstract base class for generic types\n\nOn Python 3.12 and newer, generic classes implicitly inherit from\nGeneric when they declare a parameter list after the class's name::"),
);

#[native("Generic.__class_getitem__($type, /, *args, **kwargs)", no_signature)]
fn generic_class_getitem(cx: &mut Cx, class: &Value, args: Args<'_>) -> R {
    let mut values = vec![class.clone()];
    values.extend_from_slice(args.values());
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let function = ops::getattr_str(cx, &typing, "_generic_class_getitem")?;
    ops::call_args(cx, &function, Args::new(&values, args.names()))
}

#[native("Generic.__init_subclass__($type, /, *args, **kwargs)", no_signature)]
fn generic_init_subclass(cx: &mut Cx, class: &Value, args: Args<'_>) -> R {
    let mut values = vec![class.clone()];
    values.extend_from_slice(args.values());
    let import = cx.interp().runtime.import;
    let typing = import(cx, "typing")?;
    let function = ops::getattr_str(cx, &typing, "_generic_init_subclass")?;
    ops::call_args(cx, &function, Args::new(&values, args.names()))
}

pub fn install(types: &mut Types) {
    types.add([
        &TYPE_VAR,
        &PARAM_SPEC,
        &TYPE_VAR_TUPLE,
        &PARAM_SPEC_ARGS,
        &PARAM_SPEC_KWARGS,
        &CONST_EVALUATOR,
        &NO_DEFAULT_TYPE,
        &GENERIC,
    ]);
}
