//! The operations of the language on any value: what the opcodes and natives call when they know nothing of the types.
//! Each follows the data model chapter of the language reference.

use crate::args::Args;
use crate::cx::Cx;
use crate::int;
use crate::str::Str;
use crate::ty::{BinaryFn, CompareOp, RepeatFn, Send, Slots, Type};
use crate::value::{Handle, R, Raised, Value};
use crate::{Obj, attr, exc, names};

// ---- attributes

pub fn getattr(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R {
    match obj.ty(cx).slots().getattr {
        Some(get) => match get(cx, obj, name) {
            Err(raised) => Err(with_attribute(cx, raised, obj, name)),
            found => found,
        },
        None => Err(attr::no_attribute(cx, obj, name)),
    }
}

/// Gives an AttributeError that a program raised without them the name and the object.
#[cold]
fn with_attribute(cx: &mut Cx, raised: Raised, obj: &Value, name: &Obj<Str>) -> Raised {
    if let Some(exception) = cx.peek_raised(&raised).cloned()
        && exception.is_instance_exact(&exc::ATTRIBUTE_ERROR)
        && let Some(e) = exception.cast::<exc::Exception>()
        && e.get(cx).extra.iter().all(|v| v.as_ref().is_none_or(Value::is_none))
    {
        e.get_mut(cx).extra = vec![Some(name.to_value()), Some(obj.clone())];
    }
    raised
}

/// As [`getattr`], with AttributeError as `None`.
pub fn getattr_opt(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R<Option<Value>> {
    let slots = obj.ty(cx).slots();
    if let Some(get) = slots.getattr_opt {
        return match get(cx, obj, name) {
            Err(raised) => cx.catch(raised, &exc::ATTRIBUTE_ERROR).map(|()| None),
            found => found,
        };
    }
    match getattr(cx, obj, name) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => cx.catch(raised, &exc::ATTRIBUTE_ERROR).map(|()| None),
    }
}

pub fn getattr_str(cx: &mut Cx, obj: &Value, name: &str) -> R {
    let name = cx.intern(name);
    getattr(cx, obj, &name)
}

pub fn setattr(cx: &mut Cx, obj: &Value, name: &Obj<Str>, value: &Value) -> R<()> {
    set_or_delete(cx, obj, name, Some(value))
}

pub fn delattr(cx: &mut Cx, obj: &Value, name: &Obj<Str>) -> R<()> {
    set_or_delete(cx, obj, name, None)
}

fn set_or_delete(cx: &mut Cx, obj: &Value, name: &Obj<Str>, value: Option<&Value>) -> R<()> {
    match obj.ty(cx).slots().setattr {
        Some(set) => set(cx, obj, name, value),
        None => {
            let what = if value.is_some() { "assign to" } else { "del" };
            let message = format!(
                "'{}' object has no attributes ({what} .{})",
                obj.type_name(cx),
                name.to_string_lossy()
            );
            Err(cx.type_error(message))
        }
    }
}

// ---- calls

/// `callable(*args)`.
#[inline]
pub fn call(cx: &mut Cx, callable: &Value, args: &[Value]) -> R {
    call_args(cx, callable, Args::positional(args))
}

pub fn call_args(cx: &mut Cx, callable: &Value, args: Args<'_>) -> R {
    cx.check_native_stack(" while calling a Python object")?;
    match callable.ty(cx).slots().call {
        Some(call) => call(cx, callable, args),
        None => Err(not_callable(cx, callable)?),
    }
}

/// For a module that was meant to be what it holds under its own name, the message says so.
#[cold]
fn not_callable(cx: &mut Cx, callable: &Value) -> R<Raised> {
    let mut message = format!("'{}' object is not callable", callable.type_name(cx));
    if (cx.interp().runtime.is_module)(callable)
        && let Some(name) = getattr_opt(cx, callable, &names::__name__)?
        && let Some(full) = name.as_str().map(|n| n.to_string_lossy().into_owned())
    {
        let last = full.rsplit('.').next().unwrap_or(&full).to_owned();
        let attribute = cx.intern(&last);
        if let Some(found) = getattr_opt(cx, callable, &attribute)?
            && found.ty(cx).slots().call.is_some()
        {
            message.push_str(&format!(". Did you mean: '{full}.{last}(...)'?"));
        }
    }
    Ok(cx.type_error(message))
}

/// `callable(*args, **{names: values})`.
pub fn call_keywords(cx: &mut Cx, callable: &Value, args: &[Value], keywords: &[(&Obj<Str>, Value)]) -> R {
    let mut values = args.to_vec();
    values.extend(keywords.iter().map(|(_, v)| v.clone()));
    let names = cx.tuple(keywords.iter().map(|(n, _)| n.to_value()).collect::<Vec<_>>());
    call_args(cx, callable, Args::new(&values, Some(&names)))
}

/// `obj.name(*args)`, without making a bound method where the method is a plain function.
pub fn call_method(cx: &mut Cx, obj: &Value, name: &Obj<Str>, args: &[Value]) -> R {
    let method = getattr(cx, obj, name)?;
    call(cx, &method, args)
}

/// Calls a special method found on the type of `obj`; `None` if there is none.
pub fn call_special(cx: &mut Cx, obj: &Value, name: &Obj<Str>, args: &[Value]) -> R<Option<Value>> {
    let ty = obj.type_of();
    let Some(found) = attr::lookup_type(cx, &ty, name) else { return Ok(None) };
    if found.ty(cx).has(crate::flags::METHOD_DESCRIPTOR) {
        return match args {
            [] => call(cx, &found, std::slice::from_ref(obj)).map(Some),
            [one] => call(cx, &found, &[obj.clone(), one.clone()]).map(Some),
            _ => {
                let mut values = Vec::with_capacity(args.len() + 1);
                values.push(obj.clone());
                values.extend_from_slice(args);
                call(cx, &found, &values).map(Some)
            }
        };
    }
    let bound = attr::bind(cx, found, obj, &ty)?;
    call(cx, &bound, args).map(Some)
}

// ---- truth, size, hash, text

pub fn truth(cx: &mut Cx, value: &Value) -> R<bool> {
    if let Some(b) = value.as_bool() {
        return Ok(b);
    }
    if value.is_none() {
        return Ok(false);
    }
    if let Some(i) = value.word().as_int() {
        return Ok(i != 0);
    }
    let slots = value.ty(cx).slots();
    match (slots.bool, slots.len) {
        (Some(f), _) => f(cx, value),
        (None, Some(f)) => Ok(f(cx, value)? != 0),
        (None, None) => Ok(true),
    }
}

/// `len()`.
pub fn len(cx: &mut Cx, value: &Value) -> R<usize> {
    cx.check_native_stack("")?;
    match value.ty(cx).slots().len {
        Some(f) => f(cx, value),
        None => {
            let message = format!("object of type '{}' has no len()", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// `hash()`.
pub fn hash(cx: &mut Cx, value: &Value) -> R<i64> {
    if let Some(s) = value.cast_exact::<Str>() {
        return Ok(s.hash_value());
    }
    cx.check_native_stack(" while getting the hash of an object")?;
    match value.ty(cx).slots().hash {
        Some(f) => f(cx, value),
        None => {
            let message = format!("unhashable type: '{}'", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// `repr()` as text for further use. Where Python sees the object itself, it is [`repr_value`] that counts.
pub fn repr(cx: &mut Cx, value: &Value) -> R<Handle<Str>> {
    let text = repr_value(cx, value)?;
    text_result(cx, &text, "__repr__")
}

/// `repr()`: what `__repr__` returned, a `str` or an instance of a subclass.
pub fn repr_value(cx: &mut Cx, value: &Value) -> R {
    cx.check_native_stack(" while getting the repr of an object")?;
    let text = match value.ty(cx).slots().repr {
        Some(f) => f(cx, value)?,
        None => cx.str(&format!("<{} object at {:#x}>", value.type_name(cx), value.id())),
    };
    text_result(cx, &text, "__repr__")?;
    Ok(text)
}

/// `str()` as text for further use.
pub fn str_of(cx: &mut Cx, value: &Value) -> R<Handle<Str>> {
    if let Some(s) = value.cast_exact::<Str>() {
        return Ok(s.to_handle());
    }
    let text = str_value(cx, value)?;
    text_result(cx, &text, "__str__")
}

/// `str()`: what `__str__` returned, a `str` or an instance of a subclass.
pub fn str_value(cx: &mut Cx, value: &Value) -> R {
    if value.cast_exact::<Str>().is_some() {
        return Ok(value.clone());
    }
    cx.check_native_stack(" while getting the str of an object")?;
    match value.ty(cx).slots().str {
        Some(f) => {
            let text = f(cx, value)?;
            text_result(cx, &text, "__str__")?;
            Ok(text)
        }
        None => repr_value(cx, value),
    }
}

fn text_result(cx: &mut Cx, text: &Value, name: &str) -> R<Handle<Str>> {
    match text.as_str() {
        Some(s) => Ok(s.to_handle()),
        None => {
            let message = format!("{name} returned non-string (type {})", text.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// `format(value, spec)`.
pub fn format(cx: &mut Cx, value: &Value, spec: &Value) -> R {
    match call_special(cx, value, &names::__format__, std::slice::from_ref(spec))? {
        Some(text) if text.as_str().is_some() => Ok(text),
        Some(other) => {
            let message = format!("__format__ must return a str, not {}", other.type_name(cx));
            Err(cx.type_error(message))
        }
        None => {
            let message = format!("Type {} doesn't define __format__", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

// ---- comparison

/// A rich comparison, as the operators do it.
pub fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    cx.check_native_stack(" in comparison")?;
    let (ta, tb) = (a.ty(cx), b.ty(cx));
    let (fa, fb) = (ta.slots().compare, tb.slots().compare);
    let reflected_first = !ta.is(tb) && fb.is_some() && tb.is_subtype(ta);
    if reflected_first && let Some(f) = fb {
        let result = f(cx, b, a, op.swapped())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if let Some(f) = fa {
        let result = f(cx, a, b, op)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if reflected_first {
        return neither(cx, a, b, op);
    }
    compare_declined(cx, a, b, op)
}

/// `a op b` after `a`'s own method has declined: the reflected method of `b`, then identity.
pub fn compare_declined(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    if let Some(f) = b.ty(cx).slots().compare {
        let result = f(cx, b, a, op.swapped())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    neither(cx, a, b, op)
}

fn neither(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    match op {
        CompareOp::Eq => Ok(Value::bool(a.is(b))),
        CompareOp::Ne => Ok(Value::bool(!a.is(b))),
        _ => {
            let message = format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                a.type_name(cx),
                b.type_name(cx)
            );
            Err(cx.type_error(message))
        }
    }
}

/// A comparison as a truth value; identity implies equality (what containers do).
pub fn compare_bool(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R<bool> {
    if a.is(b) {
        match op {
            CompareOp::Eq => return Ok(true),
            CompareOp::Ne => return Ok(false),
            _ => {}
        }
    }
    let result = compare(cx, a, b, op)?;
    truth(cx, &result)
}

/// `a is b or a == b`.
#[inline]
pub fn equal(cx: &mut Cx, a: &Value, b: &Value) -> R<bool> {
    if a.is(b) {
        return Ok(true);
    }
    if a.word().is_int() && b.word().is_int() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (a.cast_exact::<Str>(), b.cast_exact::<Str>()) {
        return Ok(a.same(b));
    }
    compare_bool(cx, a, b, CompareOp::Eq)
}

// ---- iteration

/// `iter()`.
pub fn iter(cx: &mut Cx, value: &Value) -> R {
    cx.check_native_stack("")?;
    let slots = value.ty(cx).slots();
    if let Some(f) = slots.iter {
        let iterator = f(cx, value)?;
        if iterator.ty(cx).slots().next.is_none() {
            let message = format!("iter() returned non-iterator of type '{}'", iterator.type_name(cx));
            return Err(cx.type_error(message));
        }
        return Ok(iterator);
    }
    if is_sequence(cx, value) {
        return (cx.interp().runtime.sequence_iterator)(cx, value);
    }
    let message = format!("'{}' object is not iterable", value.type_name(cx));
    Err(cx.type_error(message))
}

/// Whether the old sequence protocol applies (`__getitem__`, and not a dict).
pub fn is_sequence(cx: &Cx, value: &Value) -> bool {
    let ty = value.ty(cx);
    ty.slots().getitem.is_some() && !ty.has(crate::flags::DICT)
}

/// The next item; `None` at the end. The iterator must have `next`.
#[inline]
pub fn next(cx: &mut Cx, iterator: &Value) -> R<Option<Value>> {
    cx.check_native_stack("")?;
    // Native loops over endless native iterators end by a signal too.
    if cx.broken() {
        cx.handle_breaker()?;
    }
    match next_or_stop(cx, iterator) {
        Err(raised) => cx.catch(raised, &exc::STOP_ITERATION).map(|()| None),
        found => found,
    }
}

/// As [`next`], but a StopIteration that carries a value is raised: for those who want the value.
#[inline]
pub fn next_or_stop(cx: &mut Cx, iterator: &Value) -> R<Option<Value>> {
    match iterator.ty(cx).slots().next {
        Some(f) => f(cx, iterator),
        None => {
            let message = format!("'{}' object is not an iterator", iterator.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Calls `each` with the items of an iterable until it says stop (`false`).
pub fn for_each(cx: &mut Cx, iterable: &Value, mut each: impl FnMut(&mut Cx, Value) -> R<bool>) -> R<()> {
    let iterator = iter(cx, iterable)?;
    loop {
        let item = match next(cx, &iterator) {
            Ok(Some(item)) => item,
            Ok(None) => return Ok(()),
            // A generator's return value comes as StopIteration; here it only means the end.
            Err(raised) => return cx.catch(raised, &exc::STOP_ITERATION),
        };
        if !each(cx, item)? {
            return Ok(());
        }
    }
}

/// All items of an iterable.
pub fn collect(cx: &mut Cx, iterable: &Value) -> R<Vec<Value>> {
    if let Some(tuple) = iterable.cast_exact::<crate::Tuple>() {
        return Ok(tuple.items().to_vec());
    }
    let mut items = Vec::new();
    for_each(cx, iterable, |cx, item| {
        if items.try_reserve(1).is_err() {
            return Err(cx.memory_error());
        }
        items.push(item);
        Ok(true)
    })?;
    Ok(items)
}

/// `operator.length_hint`, 0 where nothing is known.
pub fn length_hint(cx: &mut Cx, value: &Value) -> R<usize> {
    Ok(length_hint_opt(cx, value)?.unwrap_or(0))
}

/// `operator.length_hint`: what `len` or `__length_hint__` says, if either says anything.
pub fn length_hint_opt(cx: &mut Cx, value: &Value) -> R<Option<usize>> {
    if value.ty(cx).slots().len.is_some() {
        match len(cx, value) {
            Ok(n) => return Ok(Some(n)),
            Err(raised) => cx.catch(raised, &exc::TYPE_ERROR)?,
        }
    }
    let hint = match call_special(cx, value, &names::__length_hint__, &[]) {
        Ok(Some(hint)) => hint,
        Ok(None) => return Ok(None),
        Err(raised) => return cx.catch(raised, &exc::TYPE_ERROR).map(|()| None),
    };
    if hint.is_not_implemented() {
        return Ok(None);
    }
    match hint.as_int().map(|i| i.to_i64()) {
        Some(Some(n)) if n >= 0 => Ok(Some(n as usize)),
        Some(None) => Err(cx.overflow_error("Python int too large to convert to C ssize_t")),
        Some(_) => Err(cx.value_error("__length_hint__() should return >= 0")),
        None => {
            let message = format!("__length_hint__ must be an integer, not {}", hint.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Resumes a generator-like object with a value (`send`), or an iterator with None.
pub fn send(cx: &mut Cx, receiver: &Value, value: &Value) -> R<Send> {
    if let Some(f) = receiver.ty(cx).slots().send {
        return f(cx, receiver, value);
    }
    let result = if value.is_none() && receiver.ty(cx).slots().next.is_some() {
        next_or_stop(cx, receiver)
    } else {
        call_method(cx, receiver, &names::send, std::slice::from_ref(value)).map(Some)
    };
    match result {
        Ok(Some(value)) => Ok(Send::Yielded(value)),
        Ok(None) => Ok(Send::Returned(Value::none())),
        Err(raised) if cx.raised_is(&raised, &exc::STOP_ITERATION) => {
            let stop = cx.take_raised(raised);
            let value =
                stop.cast::<exc::Exception>().and_then(|e| e.get(cx).extra.first().cloned().flatten());
            Ok(Send::Returned(value.unwrap_or_else(Value::none)))
        }
        Err(raised) => Err(raised),
    }
}

// ---- subscripts

/// `container[key]`.
pub fn getitem(cx: &mut Cx, container: &Value, key: &Value) -> R {
    cx.check_native_stack("")?;
    if let Some(f) = container.ty(cx).slots().getitem {
        return f(cx, container, key);
    }
    if container.as_type().is_some() {
        if container.is_obj(&crate::ty::TYPE) {
            return (cx.interp().runtime.generic_alias)(cx, container, key);
        }
        if let Some(method) = getattr_opt(cx, container, &names::__class_getitem__)? {
            return call(cx, &method, std::slice::from_ref(key));
        }
        let message = match container.as_type() {
            Some(ty) => format!("type '{}' is not subscriptable", ty.full_name()),
            None => String::new(),
        };
        return Err(cx.type_error(message));
    }
    let message = format!("'{}' object is not subscriptable", container.type_name(cx));
    Err(cx.type_error(message))
}

/// `container[key] = value`.
pub fn setitem(cx: &mut Cx, container: &Value, key: &Value, value: &Value) -> R<()> {
    cx.check_native_stack("")?;
    match container.ty(cx).slots().setitem {
        Some(f) => f(cx, container, key, Some(value)),
        None => {
            let message = format!("'{}' object does not support item assignment", container.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// `del container[key]`.
pub fn delitem(cx: &mut Cx, container: &Value, key: &Value) -> R<()> {
    cx.check_native_stack("")?;
    match container.ty(cx).slots().setitem {
        Some(f) => f(cx, container, key, None),
        None => {
            let message = format!("'{}' object doesn't support item deletion", container.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// `item in container`.
pub fn contains(cx: &mut Cx, container: &Value, item: &Value) -> R<bool> {
    cx.check_native_stack("")?;
    if let Some(f) = container.ty(cx).slots().contains {
        return f(cx, container, item);
    }
    let slots = container.ty(cx).slots();
    if slots.iter.is_none() && !is_sequence(cx, container) {
        let message =
            format!("argument of type '{}' is not a container or iterable", container.type_name(cx));
        return Err(cx.type_error(message));
    }
    let mut found = false;
    for_each(cx, container, |cx, candidate| {
        found = equal(cx, &candidate, item)?;
        Ok(!found)
    })?;
    Ok(found)
}

// ---- arithmetic

/// The binary operators, numbered as `BINARY_OP`'s oparg (in-place ones are `InPlace` of the same).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BinaryOp {
    Add = 0,
    And = 1,
    FloorDiv = 2,
    LShift = 3,
    MatMul = 4,
    Mul = 5,
    Rem = 6,
    Or = 7,
    Pow = 8,
    RShift = 9,
    Sub = 10,
    TrueDiv = 11,
    Xor = 12,
}

impl BinaryOp {
    pub const ALL: [BinaryOp; 13] = [
        BinaryOp::Add,
        BinaryOp::And,
        BinaryOp::FloorDiv,
        BinaryOp::LShift,
        BinaryOp::MatMul,
        BinaryOp::Mul,
        BinaryOp::Rem,
        BinaryOp::Or,
        BinaryOp::Pow,
        BinaryOp::RShift,
        BinaryOp::Sub,
        BinaryOp::TrueDiv,
        BinaryOp::Xor,
    ];

    pub const fn symbol(self) -> &'static str {
        ["+", "&", "//", "<<", "@", "*", "%", "|", "** or pow()", ">>", "-", "/", "^"][self as usize]
    }

    const fn inplace_symbol(self) -> &'static str {
        ["+=", "&=", "//=", "<<=", "@=", "*=", "%=", "|=", "**=", ">>=", "-=", "/=", "^="][self as usize]
    }

    /// The slot of the operator.
    #[inline]
    pub fn slot(self, slots: &Slots) -> Option<BinaryFn> {
        match self {
            BinaryOp::Add => slots.add,
            BinaryOp::And => slots.and,
            BinaryOp::FloorDiv => slots.floordiv,
            BinaryOp::LShift => slots.lshift,
            BinaryOp::MatMul => slots.matmul,
            BinaryOp::Mul => slots.mul,
            BinaryOp::Rem => slots.rem,
            BinaryOp::Or => slots.or,
            BinaryOp::Pow => None,
            BinaryOp::RShift => slots.rshift,
            BinaryOp::Sub => slots.sub,
            BinaryOp::TrueDiv => slots.truediv,
            BinaryOp::Xor => slots.xor,
        }
    }

    /// The slot of the in-place operator.
    #[inline]
    pub fn inplace_slot(self, slots: &Slots) -> Option<BinaryFn> {
        match self {
            BinaryOp::Add => slots.iadd,
            BinaryOp::And => slots.iand,
            BinaryOp::FloorDiv => slots.ifloordiv,
            BinaryOp::LShift => slots.ilshift,
            BinaryOp::MatMul => slots.imatmul,
            BinaryOp::Mul => slots.imul,
            BinaryOp::Rem => slots.irem,
            BinaryOp::Or => slots.ior,
            BinaryOp::Pow => None,
            BinaryOp::RShift => slots.irshift,
            BinaryOp::Sub => slots.isub,
            BinaryOp::TrueDiv => slots.itruediv,
            BinaryOp::Xor => slots.ixor,
        }
    }
}

/// Tries the two sides' slots in the order that the data model states; NotImplemented if neither knows.
fn binary_slots(cx: &mut Cx, a: &Value, b: &Value, pick: impl Fn(&Slots) -> Option<BinaryFn>) -> R {
    let (ta, tb) = (a.ty(cx), b.ty(cx));
    let fa = pick(ta.slots());
    let mut fb = if ta.is(tb) {
        None
    } else {
        pick(tb.slots()).filter(|&fb| fa.map(|f| f as usize) != Some(fb as usize))
    };
    if let Some(f) = fa {
        if let Some(g) = fb
            && tb.is_subtype(ta)
        {
            let result = g(cx, a, b)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            fb = None;
        }
        let result = f(cx, a, b)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    match fb {
        Some(g) => g(cx, a, b),
        None => Ok(Value::not_implemented()),
    }
}

/// The TypeError of an operator that neither operand knows.
#[cold]
pub fn unsupported_operands(cx: &mut Cx, op: BinaryOp, inplace: bool, a: &Value, b: &Value) -> Raised {
    unsupported(cx, if inplace { op.inplace_symbol() } else { op.symbol() }, a, b)
}

#[cold]
fn unsupported(cx: &mut Cx, symbol: &str, a: &Value, b: &Value) -> Raised {
    if symbol == ">>" && a.cast::<crate::descr::NativeFunction>().is_some_and(|f| f.def.full_name == "print")
    {
        let message = format!(
            "unsupported operand type(s) for >>: '{}' and '{}'. Did you mean \"print(<message>, file=<output_stream>)\"?",
            a.type_name(cx),
            b.type_name(cx)
        );
        return cx.type_error(message);
    }
    let message =
        format!("unsupported operand type(s) for {symbol}: '{}' and '{}'", a.type_name(cx), b.type_name(cx));
    cx.type_error(message)
}

/// `a op b`.
pub fn binary(cx: &mut Cx, op: BinaryOp, a: &Value, b: &Value) -> R {
    if op == BinaryOp::Pow {
        return power(cx, a, b, &Value::none());
    }
    let result = binary_slots(cx, a, b, |s| op.slot(s))?;
    if !result.is_not_implemented() {
        return Ok(result);
    }
    match sequence_operator(cx, op, a, b, false)? {
        Some(result) => Ok(result),
        None => Err(unsupported(cx, op.symbol(), a, b)),
    }
}

/// `a op= b`: the new value of `a`.
pub fn inplace(cx: &mut Cx, op: BinaryOp, a: &Value, b: &Value) -> R {
    if op == BinaryOp::Pow {
        return inplace_power(cx, a, b);
    }
    if let Some(f) = op.inplace_slot(a.ty(cx).slots()) {
        let result = f(cx, a, b)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    let result = binary_slots(cx, a, b, |s| op.slot(s))?;
    if !result.is_not_implemented() {
        return Ok(result);
    }
    match sequence_operator(cx, op, a, b, true)? {
        Some(result) => Ok(result),
        None => Err(unsupported(cx, op.inplace_symbol(), a, b)),
    }
}

/// `+` and `*` of sequences, after the numbers have declined.
fn sequence_operator(cx: &mut Cx, op: BinaryOp, a: &Value, b: &Value, inplace: bool) -> R<Option<Value>> {
    let (sa, sb) = (a.ty(cx).slots(), b.ty(cx).slots());
    match op {
        BinaryOp::Add => {
            let f = if inplace { sa.iconcat.or(sa.concat) } else { sa.concat };
            f.map(|f| f(cx, a, b)).transpose()
        }
        BinaryOp::Mul => {
            let left = if inplace { sa.irepeat.or(sa.repeat) } else { sa.repeat };
            match (left, sb.repeat) {
                (Some(f), _) => repeat(cx, f, a, b).map(Some),
                (None, Some(f)) => repeat(cx, f, b, a).map(Some),
                (None, None) => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

fn repeat(cx: &mut Cx, f: RepeatFn, sequence: &Value, count: &Value) -> R {
    if count.ty(cx).slots().index.is_none() {
        let message = format!("can't multiply sequence by non-int of type '{}'", count.type_name(cx));
        return Err(cx.type_error(message));
    }
    let int = int::index(cx, count)?;
    match int.as_int().and_then(|i| i.to_i64()) {
        Some(n) => f(cx, sequence, n),
        None => {
            let message = format!("cannot fit '{}' into an index-sized integer", count.type_name(cx));
            Err(cx.overflow_error(message))
        }
    }
}

/// `pow(a, b, modulus)`; `modulus` is None for `**`.
pub fn power(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value) -> R {
    power_named(cx, a, b, modulus, BinaryOp::Pow.symbol())
}

fn power_named(cx: &mut Cx, a: &Value, b: &Value, modulus: &Value, symbol: &str) -> R {
    let (ta, tb) = (a.ty(cx), b.ty(cx));
    let fa = ta.slots().pow;
    let mut fb = if ta.is(tb) {
        None
    } else {
        tb.slots().pow.filter(|&fb| fa.map(|f| f as usize) != Some(fb as usize))
    };
    if let Some(f) = fa {
        if let Some(g) = fb
            && tb.is_subtype(ta)
        {
            let result = g(cx, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            fb = None;
        }
        let result = f(cx, a, b, modulus)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if let Some(g) = fb {
        let result = g(cx, a, b, modulus)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if !modulus.is_none() {
        if let Some(h) = modulus.ty(cx).slots().pow.filter(|&h| Some(h as usize) != fa.map(|f| f as usize)) {
            let result = h(cx, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        let message = format!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            a.type_name(cx),
            b.type_name(cx),
            modulus.type_name(cx)
        );
        return Err(cx.type_error(message));
    }
    Err(unsupported(cx, symbol, a, b))
}

fn inplace_power(cx: &mut Cx, a: &Value, b: &Value) -> R {
    if let Some(f) = a.ty(cx).slots().ipow {
        let result = f(cx, a, b, &Value::none())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    power_named(cx, a, b, &Value::none(), "**=")
}

/// `divmod(a, b)`.
pub fn divmod(cx: &mut Cx, a: &Value, b: &Value) -> R {
    let result = binary_slots(cx, a, b, |s| s.divmod)?;
    if result.is_not_implemented() { Err(unsupported(cx, "divmod()", a, b)) } else { Ok(result) }
}

fn unary(cx: &mut Cx, value: &Value, f: Option<crate::ty::UnaryFn>, symbol: &str) -> R {
    match f {
        Some(f) => f(cx, value),
        None => {
            let message = format!("bad operand type for {symbol}: '{}'", value.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

pub fn neg(cx: &mut Cx, value: &Value) -> R {
    let f = value.ty(cx).slots().neg;
    unary(cx, value, f, "unary -")
}
pub fn pos(cx: &mut Cx, value: &Value) -> R {
    let f = value.ty(cx).slots().pos;
    unary(cx, value, f, "unary +")
}
pub fn invert(cx: &mut Cx, value: &Value) -> R {
    let f = value.ty(cx).slots().invert;
    unary(cx, value, f, "unary ~")
}
pub fn abs(cx: &mut Cx, value: &Value) -> R {
    let f = value.ty(cx).slots().abs;
    unary(cx, value, f, "abs()")
}

// ---- classes

/// `isinstance(obj, class)`.
pub fn is_instance(cx: &mut Cx, obj: &Value, class: &Value) -> R<bool> {
    if let Some(ty) = class.as_type()
        && obj.ty(cx).is(ty)
    {
        return Ok(true);
    }
    if class.is_instance_exact(&crate::ty::TYPE) {
        return native_is_instance(cx, obj, class);
    }
    if let Some(tuple) = class.cast::<crate::Tuple>() {
        cx.check_native_stack(" in __instancecheck__")?;
        for class in tuple.items() {
            if is_instance(cx, obj, class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match call_special(cx, class, &names::__instancecheck__, std::slice::from_ref(obj))? {
        Some(result) => truth(cx, &result),
        None => native_is_instance(cx, obj, class),
    }
}

/// `type.__instancecheck__`: by the type, then by `__class__`; classes by `__bases__` where they are no types.
pub fn native_is_instance(cx: &mut Cx, obj: &Value, class: &Value) -> R<bool> {
    if let Some(ty) = class.as_type() {
        if obj.is_instance(ty) {
            return Ok(true);
        }
        let claimed = getattr_opt(cx, obj, &names::__class__)?;
        return Ok(claimed.is_some_and(|c| c.as_type().is_some_and(|c| c.is_subtype(ty))));
    }
    check_class(cx, class, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
    match getattr_opt(cx, obj, &names::__class__)? {
        Some(claimed) => abstract_is_subclass(cx, &claimed, class),
        None => Ok(false),
    }
}

/// `issubclass(derived, class)`.
pub fn is_subclass(cx: &mut Cx, derived: &Value, class: &Value) -> R<bool> {
    if class.is_instance_exact(&crate::ty::TYPE) {
        if derived.is(class) {
            return Ok(true);
        }
        return native_is_subclass(cx, derived, class);
    }
    if let Some(tuple) = class.cast::<crate::Tuple>() {
        cx.check_native_stack(" in __subclasscheck__")?;
        for class in tuple.items() {
            if is_subclass(cx, derived, class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match call_special(cx, class, &names::__subclasscheck__, std::slice::from_ref(derived))? {
        Some(result) => truth(cx, &result),
        None => native_is_subclass(cx, derived, class),
    }
}

/// `type.__subclasscheck__`.
pub fn native_is_subclass(cx: &mut Cx, derived: &Value, class: &Value) -> R<bool> {
    if let (Some(derived), Some(class)) = (derived.as_type(), class.as_type()) {
        return Ok(derived.is_subtype(class));
    }
    check_class(cx, derived, "issubclass() arg 1 must be a class")?;
    check_class(cx, class, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
    abstract_is_subclass(cx, derived, class)
}

fn check_class(cx: &mut Cx, class: &Value, message: &str) -> R<()> {
    match getattr_opt(cx, class, &names::__bases__)? {
        Some(bases) if bases.cast::<crate::Tuple>().is_some() => Ok(()),
        _ => Err(cx.type_error(message)),
    }
}

fn abstract_is_subclass(cx: &mut Cx, derived: &Value, class: &Value) -> R<bool> {
    cx.check_native_stack(" in __issubclass__")?;
    if derived.is(class) {
        return Ok(true);
    }
    let Some(bases) = getattr_opt(cx, derived, &names::__bases__)? else { return Ok(false) };
    let Some(bases) = bases.cast::<crate::Tuple>().map(|t| t.items().to_vec()) else { return Ok(false) };
    for base in &bases {
        if abstract_is_subclass(cx, base, class)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Creates an instance by calling a class: `__new__`, then `__init__` where the result is an instance.
pub fn instantiate(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    call_args(cx, &class.to_value(), args)
}
