//! Contexts: precision, rounding, limits, flags and traps; the dictionaries that show flags and traps; the current context.

use super::context_methods;
use super::number::{Ctx, MAX_EMAX, MAX_PREC, MIN_EMIN, Round, status};
use super::{State, state};
use crate::support::bind;
use std::cell::Cell;
use std::rc::Rc;
use taipan_macros::{Trace, native, natives};
use taipan_object::dict;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, CompareOp, Cx, GetSetDef, Handle, NativeDef, Obj, Payload, R, Raised, Slots, Type, TypeDefs, Value,
    attr, exc, flags, ops,
};
use taipan_types::list::{List, new_list};

pub static FUNCTIONS: &[&NativeDef] = natives![getcontext, setcontext, localcontext, ieee_context];

/// The signals in the order that dictionaries show, and their bits.
pub const SIGNALS: [(&str, u32); 9] = [
    ("InvalidOperation", status::INVALID),
    ("FloatOperation", status::FLOAT_OPERATION),
    ("DivisionByZero", status::DIVISION_BY_ZERO),
    ("Overflow", status::OVERFLOW),
    ("Underflow", status::UNDERFLOW),
    ("Subnormal", status::SUBNORMAL),
    ("Inexact", status::INEXACT),
    ("Rounded", status::ROUNDED),
    ("Clamped", status::CLAMPED),
];

/// The conditions behind InvalidOperation, besides itself.
pub const CONDITIONS: [u32; 4] = [
    status::CONVERSION_SYNTAX,
    status::DIVISION_IMPOSSIBLE,
    status::DIVISION_UNDEFINED,
    status::INVALID_CONTEXT,
];

/// The order in which a context's repr lists signals: by bit.
const SHOWN: [usize; 9] = [8, 0, 2, 6, 1, 3, 7, 5, 4];

/// The payload of a context. Flags and traps are shared with the dictionaries that show them.
#[derive(Trace)]
pub struct Context {
    #[trace(skip)]
    pub ctx: Ctx,
    #[trace(skip)]
    pub capitals: bool,
    #[trace(skip)]
    pub flags: Rc<Cell<u32>>,
    #[trace(skip)]
    pub traps: Rc<Cell<u32>>,
    flags_dict: Option<Value>,
    traps_dict: Option<Value>,
}

// SAFETY: instances of the type and its subtypes begin with this payload; both values are traced.
unsafe impl Payload for Context {
    const TYPE: &'static Obj<Type> = &CONTEXT;
}

macro_rules! attribute {
    ($name:literal, $get:ident, $set:ident) => {
        GetSetDef {
            name: $name,
            doc: None,
            get: Some($get),
            set: Some(|cx, v, new| {
                let new = given(cx, new)?;
                $set(cx, v, new)
            }),
        }
    };
}

/// `decimal.Context`.
pub static CONTEXT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Context>("decimal.Context")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(|cx, class, _| {
                let context = defaults(cx);
                Ok(cx.new_instance(class, context).into_value())
            }),
            init: Some(init),
            repr: Some(repr),
            setattr: Some(|cx, v, name, value| match value {
                None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "context attributes cannot be deleted")),
                some => attr::generic_set(cx, v, name, some),
            }),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: context_methods::METHODS,
            getset: &[
                attribute!("prec", get_prec, set_prec),
                attribute!("Emax", get_emax, set_emax),
                attribute!("Emin", get_emin, set_emin),
                attribute!("rounding", get_rounding, set_rounding),
                attribute!("capitals", get_capitals, set_capitals),
                attribute!("clamp", get_clamp, set_clamp),
                attribute!("flags", get_flags, set_flags),
                attribute!("traps", get_traps, set_traps),
            ],
            ..TypeDefs::NONE
        })
        .doc("Context(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)\n--\n\nThe context affects almost all operations and controls rounding,\nOver/Underflow, raising of exceptions and much more.  A new context\ncan be constructed as follows:\n\n    >>> c = Context(prec=28, Emin=-425000000, Emax=425000000,\n    ...             rounding=ROUND_HALF_EVEN, capitals=1, clamp=1,\n    ...             traps=[InvalidOperation, DivisionByZero, Overflow],\n    ...             flags=[])\n    >>>\n\n\n"),
);

fn given<'a>(cx: &mut Cx, value: Option<&'a Value>) -> R<&'a Value> {
    match value {
        Some(value) => Ok(value),
        None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "context attributes cannot be deleted")),
    }
}

const DEFAULT: Ctx =
    Ctx { prec: 28, emax: 999_999, emin: -999_999, round: Round::HalfEven, clamp: false, status: 0 };
const DEFAULT_TRAPS: u32 = status::INVALID | status::DIVISION_BY_ZERO | status::OVERFLOW;

fn new_context(ctx: Ctx, capitals: bool, traps: u32) -> Context {
    Context {
        ctx,
        capitals,
        flags: Rc::new(Cell::new(0)),
        traps: Rc::new(Cell::new(traps)),
        flags_dict: None,
        traps_dict: None,
    }
}

/// Template `i` of DefaultContext, BasicContext, ExtendedContext.
pub fn template(cx: &mut Cx, i: usize) -> Value {
    let context = match i {
        0 => new_context(DEFAULT, true, DEFAULT_TRAPS),
        1 => new_context(
            Ctx { prec: 9, round: Round::HalfUp, ..DEFAULT },
            true,
            DEFAULT_TRAPS | status::UNDERFLOW | status::CLAMPED,
        ),
        _ => new_context(Ctx { prec: 9, ..DEFAULT }, true, 0),
    };
    cx.new_object(context).into_value()
}

/// What a new context begins as: DefaultContext's settings, without flags.
fn defaults(cx: &mut Cx) -> Context {
    let template = cx.interp_mut().state::<State>().templates.first().cloned();
    match template.as_ref().and_then(Value::cast::<Context>) {
        Some(template) => {
            let template = template.get(cx);
            new_context(template.ctx, template.capitals, template.traps.get())
        }
        None => new_context(DEFAULT, true, DEFAULT_TRAPS),
    }
}

/// The context that a value is; TypeError else.
pub fn get<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Context>> {
    match value.cast::<Context>() {
        Some(context) => Ok(context),
        None => Err(cx.type_error("argument must be a context")),
    }
}

/// A copy, flags included.
pub fn copy(cx: &mut Cx, context: &Obj<Context>) -> Handle<Context> {
    let old = context.get(cx);
    let new = new_context(old.ctx, old.capitals, old.traps.get());
    new.flags.set(old.flags.get());
    cx.new_object(new)
}

// ---- the current context

/// The current context, made from DefaultContext at first use.
pub fn current(cx: &mut Cx) -> R<Handle<Context>> {
    let variable = state(cx, |s| s.variable.clone())?;
    if let Some(known) = crate::contextvars::lookup(cx, &variable)?
        && let Some(context) = known.cast::<Context>()
    {
        return Ok(context.to_handle());
    }
    let fresh = defaults(cx);
    let made = cx.new_object(fresh);
    crate::contextvars::assign(cx, &variable, made.as_value())?;
    Ok(made)
}

fn set_current(cx: &mut Cx, value: &Value) -> R<()> {
    let context = get(cx, value)?;
    let is_template = cx.interp_mut().state::<State>().templates.iter().any(|t| t.is(value));
    let chosen = if is_template {
        let made = copy(cx, context);
        made.get(cx).flags.set(0);
        made.into_value()
    } else {
        value.clone()
    };
    let variable = state(cx, |s| s.variable.clone())?;
    crate::contextvars::assign(cx, &variable, &chosen)
}

/// An optional context argument: the current one for None and where absent.
pub fn argument(cx: &mut Cx, value: Option<&Value>) -> R<Handle<Context>> {
    match value {
        None => current(cx),
        Some(value) if value.is_none() => current(cx),
        Some(value) => match value.cast::<Context>() {
            Some(context) => Ok(context.to_handle()),
            None => Err(cx.type_error("optional argument must be a context")),
        },
    }
}

/// Records what an operation signalled, and raises what is trapped.
pub fn settle(cx: &mut Cx, context: &Obj<Context>, bits: u32) -> R<()> {
    if bits == 0 {
        return Ok(());
    }
    let state = context.get(cx);
    state.flags.set(state.flags.get() | bits & !status::MALLOC);
    let trapped = state.traps.get() & bits;
    if bits & status::MALLOC != 0 {
        return Err(cx.memory_error());
    }
    if trapped == 0 {
        return Ok(());
    }
    Err(raise(cx, trapped))
}

#[cold]
fn raise(cx: &mut Cx, trapped: u32) -> Raised {
    let state = cx.interp_mut().state::<State>();
    let (signals, conditions) = (state.signals.clone(), state.conditions.clone());
    let mut list = Vec::new();
    if trapped & status::INVALID_OPERATION != 0 {
        list.extend(signals.first().cloned());
    }
    for (bit, class) in CONDITIONS.iter().zip(&conditions) {
        if trapped & bit != 0 {
            list.push(class.clone());
        }
    }
    for ((_, bits), class) in SIGNALS.iter().zip(&signals).skip(1) {
        if trapped & bits != 0 {
            list.push(class.clone());
        }
    }
    let class =
        SIGNALS.iter().zip(&signals).find(|((_, bits), _)| trapped & bits != 0).map(|(_, c)| c.clone());
    let list = new_list(cx, list).into_value();
    match class.as_ref().and_then(Value::as_type) {
        Some(class) => exc::raise_with(cx, class, list),
        None => cx.system_error("a signal without a class"),
    }
}

/// Return the current default context.
#[native("_decimal.getcontext()", no_signature)]
fn getcontext(cx: &mut Cx) -> R {
    current(cx).map(Handle::into_value)
}

/// Set a new default context.
#[native("_decimal.setcontext(context, /)", no_signature)]
fn setcontext(cx: &mut Cx, context: &Value) -> R<()> {
    set_current(cx, context)
}

const NAMES: [&str; 8] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];

/// Return a context manager that will set the default context to a copy of ctx
/// on entry to the with-statement and restore the previous default context when
/// exiting the with-statement. If no context is specified, a copy of the current
/// default context is used.
#[native("_decimal.localcontext(ctx=None, **kwargs)", no_signature)]
fn localcontext(cx: &mut Cx, args: Args<'_>) -> R {
    let names = ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
    let bound = bind(cx, args, "", names, 0, 1)?;
    let outer = current(cx)?;
    let inner = argument(cx, bound[0])?;
    let inner = copy(cx, &inner);
    configure(cx, inner.as_value(), &bound[1..])?;
    Ok(cx.new_object(ContextManager { inner: inner.into_value(), outer: outer.into_value() }).into_value())
}

/// Return a context object initialized to the proper values for one of the
/// IEEE interchange formats.  The argument must be a multiple of 32 and less
/// than IEEE_CONTEXT_MAX_BITS.
#[native("_decimal.IEEEContext(bits, /)", no_signature)]
fn ieee_context(cx: &mut Cx, bits: &Value) -> R {
    let bits = whole(cx, bits)?;
    if bits <= 0 || bits > 512 || bits % 32 != 0 {
        return Err(cx.value_error("argument must be a multiple of 32, with a maximum of 512"));
    }
    let emax = 3 * (1i64 << (bits / 16 + 3));
    let ctx = Ctx {
        prec: 9 * (bits / 32) - 2,
        emax,
        emin: 1 - emax,
        round: Round::HalfEven,
        clamp: true,
        status: 0,
    };
    Ok(cx.new_object(new_context(ctx, true, 0)).into_value())
}

// ---- settings

/// A whole number that fits 64 bits.
fn whole(cx: &mut Cx, value: &Value) -> R<i64> {
    let Some(int) = value.as_int() else { return Err(cx.type_error("an integer is required")) };
    match int.to_i64() {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

fn ranged(cx: &mut Cx, value: &Value, least: i64, most: i64, message: &str) -> R<i64> {
    let n = whole(cx, value)?;
    if (least..=most).contains(&n) { Ok(n) } else { Err(cx.value_error(message)) }
}

macro_rules! setting {
    ($get:ident, $set:ident, |$cx:ident, $context:ident| $read:expr, |$c:ident, $value:ident| $convert:expr, |$target:ident, $new:ident| $write:expr) => {
        fn $get($cx: &mut Cx, value: &Value) -> R {
            let $context = get($cx, value)?.get($cx);
            $read
        }
        fn $set($c: &mut Cx, context: &Value, $value: &Value) -> R<()> {
            let $new = $convert;
            let $target = get($c, context)?.get_mut($c);
            $write;
            Ok(())
        }
    };
}

setting!(
    get_prec,
    set_prec,
    |cx, c| {
        let n = c.ctx.prec;
        Ok(cx.int(n))
    },
    |cx, v| ranged(cx, v, 1, MAX_PREC, "valid range for prec is [1, MAX_PREC]")?,
    |c, n| c.ctx.prec = n
);
setting!(
    get_emax,
    set_emax,
    |cx, c| {
        let n = c.ctx.emax;
        Ok(cx.int(n))
    },
    |cx, v| ranged(cx, v, 0, MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]")?,
    |c, n| c.ctx.emax = n
);
setting!(
    get_emin,
    set_emin,
    |cx, c| {
        let n = c.ctx.emin;
        Ok(cx.int(n))
    },
    |cx, v| ranged(cx, v, MIN_EMIN, 0, "valid range for Emin is [MIN_EMIN, 0]")?,
    |c, n| c.ctx.emin = n
);
setting!(
    get_capitals,
    set_capitals,
    |cx, c| {
        let n = c.capitals;
        Ok(cx.int(n.into()))
    },
    |cx, v| ranged(cx, v, 0, 1, "valid values for capitals are 0 or 1")? != 0,
    |c, n| c.capitals = n
);
setting!(
    get_clamp,
    set_clamp,
    |cx, c| {
        let n = c.ctx.clamp;
        Ok(cx.int(n.into()))
    },
    |cx, v| ranged(cx, v, 0, 1, "valid values for clamp are 0 or 1")? != 0,
    |c, n| c.ctx.clamp = n
);
setting!(
    get_rounding,
    set_rounding,
    |cx, c| {
        let name = c.ctx.round.name();
        Ok(cx.intern(name).into_value())
    },
    |cx, v| rounding(cx, v)?,
    |c, n| c.ctx.round = n
);

/// A rounding mode by its name.
pub fn rounding(cx: &mut Cx, value: &Value) -> R<Round> {
    let found = value.as_str().and_then(|text| Round::ALL.iter().find(|(_, name)| text.eq_str(name)));
    match found {
        Some(&(mode, _)) => Ok(mode),
        None => Err(cx.type_error("valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]")),
    }
}

fn get_flags(cx: &mut Cx, value: &Value) -> R {
    let context = get(cx, value)?;
    if let Some(known) = context.get(cx).flags_dict.clone() {
        return Ok(known);
    }
    let bits = context.get(cx).flags.clone();
    let made = new_signal_dict(cx, bits)?;
    context.get_mut(cx).flags_dict = Some(made.clone());
    Ok(made)
}

fn get_traps(cx: &mut Cx, value: &Value) -> R {
    let context = get(cx, value)?;
    if let Some(known) = context.get(cx).traps_dict.clone() {
        return Ok(known);
    }
    let bits = context.get(cx).traps.clone();
    let made = new_signal_dict(cx, bits)?;
    context.get_mut(cx).traps_dict = Some(made.clone());
    Ok(made)
}

fn set_flags(cx: &mut Cx, context: &Value, value: &Value) -> R<()> {
    let bits = bits_of_mapping(cx, value)?;
    get(cx, context)?.get(cx).flags.set(bits);
    Ok(())
}

fn set_traps(cx: &mut Cx, context: &Value, value: &Value) -> R<()> {
    let bits = bits_of_mapping(cx, value)?;
    get(cx, context)?.get(cx).traps.set(bits);
    Ok(())
}

/// The bits of a signal class; KeyError for another value.
fn signal_bits(cx: &mut Cx, key: &Value) -> R<u32> {
    let at = cx.interp_mut().state::<State>().signals.iter().position(|s| s.is(key));
    match at.and_then(|i| SIGNALS.get(i)) {
        Some(&(_, bits)) => Ok(bits),
        None => Err(cx.raise(&exc::KEY_ERROR, "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]")),
    }
}

/// The bits that a signal dictionary, or a plain one with all nine signals, says are set.
fn bits_of_mapping(cx: &mut Cx, value: &Value) -> R<u32> {
    if let Some(signals) = value.cast::<SignalDict>() {
        return Ok(signals.get(cx).bits.get());
    }
    let Some(plain) = value.as_dict() else { return Err(cx.type_error("argument must be a signal dict")) };
    if dict::len(cx, plain) != SIGNALS.len() {
        return Err(cx.raise(&exc::KEY_ERROR, "invalid signal dict"));
    }
    let signals = cx.interp_mut().state::<State>().signals.clone();
    let mut result = 0;
    for (class, (_, bits)) in signals.iter().zip(SIGNALS) {
        match dict::get(cx, plain, class)? {
            Some(on) => {
                if ops::truth(cx, &on)? {
                    result |= bits;
                }
            }
            None => return Err(cx.raise(&exc::KEY_ERROR, "invalid signal dict")),
        }
    }
    Ok(result)
}

/// As [`bits_of_mapping`], a list of signals included.
fn bits_of(cx: &mut Cx, value: &Value) -> R<u32> {
    let Some(list) = value.cast::<List>() else { return bits_of_mapping(cx, value) };
    let items = list.get(cx).items.clone();
    let mut result = 0;
    for item in &items {
        let condition = cx.interp_mut().state::<State>().conditions.iter().position(|c| c.is(item));
        result |= match condition.and_then(|i| CONDITIONS.get(i)) {
            Some(&bit) => bit,
            None => signal_bits(cx, item)?,
        };
    }
    Ok(result)
}

/// The signals that are set, as a list.
fn list_of(cx: &mut Cx, bits: u32) -> Value {
    let signals = cx.interp_mut().state::<State>().signals.clone();
    let set =
        SIGNALS.iter().zip(&signals).filter(|((_, b), _)| bits & b != 0).map(|(_, class)| class.clone());
    let set: Vec<Value> = set.collect();
    new_list(cx, set).into_value()
}

/// Sets what is given of the eight settings.
fn configure(cx: &mut Cx, context: &Value, values: &[Option<&Value>]) -> R<()> {
    let setters: [fn(&mut Cx, &Value, &Value) -> R<()>; 6] =
        [set_prec, set_rounding, set_emin, set_emax, set_capitals, set_clamp];
    for (setter, value) in setters.iter().zip(values) {
        if let Some(value) = value.filter(|v| !v.is_none()) {
            setter(cx, context, value)?;
        }
    }
    if let Some(traps) = values.get(7).copied().flatten().filter(|v| !v.is_none()) {
        let bits = bits_of(cx, traps)?;
        get(cx, context)?.get(cx).traps.set(bits);
    }
    if let Some(flags) = values.get(6).copied().flatten().filter(|v| !v.is_none()) {
        let bits = bits_of(cx, flags)?;
        get(cx, context)?.get(cx).flags.set(bits);
    }
    Ok(())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let bound = bind(cx, args, "Context", NAMES, 0, 8)?;
    configure(cx, this, &bound)
}

fn shown(bits: u32) -> String {
    let names: Vec<&str> = SHOWN
        .iter()
        .filter_map(|&i| SIGNALS.get(i))
        .filter(|(_, b)| bits & b != 0)
        .map(|(n, _)| *n)
        .collect();
    format!("[{}]", names.join(", "))
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let context = get(cx, value)?.get(cx);
    let c = context.ctx;
    let text = format!(
        "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags={}, traps={})",
        c.prec,
        c.round.name(),
        c.emin,
        c.emax,
        u8::from(context.capitals),
        u8::from(c.clamp),
        shown(context.flags.get()),
        shown(context.traps.get())
    );
    Ok(cx.str(&text))
}

/// The constructor's arguments that make an equal context.
pub fn reduce(cx: &mut Cx, this: &Value) -> R {
    let context = get(cx, this)?.get(cx);
    let (c, capitals) = (context.ctx, context.capitals);
    let (flags, traps) = (context.flags.get(), context.traps.get());
    let (flags, traps) = (list_of(cx, flags), list_of(cx, traps));
    let args = [
        cx.int(c.prec),
        cx.intern(c.round.name()).into_value(),
        cx.int(c.emin),
        cx.int(c.emax),
        cx.int(capitals.into()),
        cx.int(c.clamp.into()),
        flags,
        traps,
    ];
    let args = cx.tuple_value(args);
    let class = this.type_of().into_value();
    Ok(cx.tuple_value([class, args]))
}

// ---- SignalDict

/// The payload of a signal dictionary: a view of a context's flags or traps.
pub struct SignalDict {
    bits: Rc<Cell<u32>>,
}
taipan_object::plain_data!(SignalDict);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for SignalDict {
    const TYPE: &'static Obj<Type> = &SIGNAL_DICT_MIXIN;
}

/// `decimal.SignalDictMixin`.
pub static SIGNAL_DICT_MIXIN: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<SignalDict>("decimal.SignalDictMixin")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots {
            new: Some(|cx, class, _| {
                Ok(cx.new_instance(class, SignalDict { bits: Rc::new(Cell::new(0)) }).into_value())
            }),
            init: Some(|_, _, _| Ok(())),
            repr: Some(dict_repr),
            compare: Some(dict_compare),
            len: Some(|_, _| Ok(SIGNALS.len())),
            getitem: Some(|cx, v, key| {
                let bits = signal_bits(cx, key)?;
                let own = view(cx, v)?;
                Ok(Value::bool(own.get() & bits != 0))
            }),
            setitem: Some(dict_setitem),
            iter: Some(|cx, _| {
                let signals = cx.interp_mut().state::<State>().signals.clone();
                let tuple = cx.tuple(signals).into_value();
                ops::iter(cx, &tuple)
            }),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs { methods: natives![dict_copy], ..TypeDefs::NONE }),
);

fn view(cx: &mut Cx, value: &Value) -> R<Rc<Cell<u32>>> {
    match value.cast::<SignalDict>() {
        Some(dict) => Ok(dict.get(cx).bits.clone()),
        None => Err(cx.type_error("a SignalDict is required")),
    }
}

fn new_signal_dict(cx: &mut Cx, bits: Rc<Cell<u32>>) -> R {
    let class = state(cx, |s| s.signal_dict.clone())?;
    match class.as_type() {
        Some(class) => Ok(cx.new_instance(class, SignalDict { bits }).into_value()),
        None => Err(cx.system_error("SignalDict is not a type")),
    }
}

fn dict_setitem(cx: &mut Cx, value: &Value, key: &Value, new: Option<&Value>) -> R<()> {
    let Some(new) = new else { return Err(cx.value_error("signal keys cannot be deleted")) };
    let bits = signal_bits(cx, key)?;
    let on = ops::truth(cx, new)?;
    let own = view(cx, value)?;
    own.set(if on { own.get() | bits } else { own.get() & !bits });
    Ok(())
}

fn dict_repr(cx: &mut Cx, value: &Value) -> R {
    let own = view(cx, value)?.get();
    let parts: Vec<String> = SIGNALS
        .iter()
        .map(|(name, bits)| {
            format!("<class 'decimal.{name}'>:{}", if own & bits != 0 { "True" } else { "False" })
        })
        .collect();
    Ok(cx.str(&format!("{{{}}}", parts.join(", "))))
}

fn dict_compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let own = view(cx, a)?.get();
    let other = if b.cast::<SignalDict>().is_some() {
        view(cx, b)?.get()
    } else if b.as_dict().is_some() {
        match bits_of_mapping(cx, b) {
            Ok(bits) => bits,
            Err(raised) => {
                cx.catch(raised, &exc::KEY_ERROR)?;
                return Err(cx.value_error("invalid signal dict"));
            }
        }
    } else {
        return Ok(Value::not_implemented());
    };
    let normal = |bits: u32| SIGNALS.iter().filter(|(_, b)| bits & b != 0).fold(0, |all, (_, b)| all | b);
    Ok(Value::bool((normal(own) == normal(other)) == (op == CompareOp::Eq)))
}

#[native("SignalDictMixin.copy($self, /)")]
fn dict_copy(cx: &mut Cx, this: &Value) -> R {
    let own = view(cx, this)?.get();
    let copy = cx.new_dict();
    let signals = cx.interp_mut().state::<State>().signals.clone();
    for (class, (_, bits)) in signals.into_iter().zip(SIGNALS) {
        dict::set(cx, &copy, class, Value::bool(own & bits != 0))?;
    }
    Ok(copy.into_value())
}

// ---- ContextManager

/// The payload of what `localcontext` gives.
#[derive(Trace)]
pub struct ContextManager {
    inner: Value,
    outer: Value,
}

// SAFETY: the type cannot be subclassed; both values are traced.
unsafe impl Payload for ContextManager {
    const TYPE: &'static Obj<Type> = &CONTEXT_MANAGER;
}

/// `decimal.ContextManager`.
pub static CONTEXT_MANAGER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<ContextManager>("decimal.ContextManager")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .defs(&TypeDefs { methods: natives![manager_enter, manager_exit], ..TypeDefs::NONE }),
);

#[native("ContextManager.__enter__($self, /)")]
fn manager_enter(cx: &mut Cx, this: &Obj<ContextManager>) -> R {
    let inner = this.get(cx).inner.clone();
    set_current(cx, &inner)?;
    Ok(inner)
}

#[native("ContextManager.__exit__($self, *args)", no_signature)]
fn manager_exit(cx: &mut Cx, this: &Obj<ContextManager>, _args: &[Value]) -> R {
    let outer = this.get(cx).outer.clone();
    set_current(cx, &outer)?;
    Ok(Value::bool(false))
}
