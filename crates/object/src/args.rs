//! Arguments of a call, as they lie on the operand stack (vectorcall style), and their binding to native parameters.

use crate::Obj;
use crate::cx::Cx;
use crate::object::Payload;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::{R, Value};

/// Borrowed arguments: positional values first, then the values of the keywords in `names`.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    values: &'a [Value],
    names: Option<&'a Obj<Tuple>>,
}

impl<'a> Args<'a> {
    pub const EMPTY: Args<'static> = Args { values: &[], names: None };

    #[inline(always)]
    pub fn positional(values: &'a [Value]) -> Args<'a> {
        Args { values, names: None }
    }

    /// `values` holds `names.len()` keyword values at its end.
    #[inline(always)]
    pub fn new(values: &'a [Value], names: Option<&'a Obj<Tuple>>) -> Args<'a> {
        debug_assert!(names.is_none_or(|n| n.items().len() <= values.len()));
        Args { values, names: names.filter(|n| !n.items().is_empty()) }
    }

    /// The positional arguments.
    #[inline(always)]
    pub fn pos(&self) -> &'a [Value] {
        match self.names {
            None => self.values,
            Some(names) => &self.values[..self.values.len() - names.items().len()],
        }
    }

    /// All values, keywords' last.
    #[inline(always)]
    pub fn values(&self) -> &'a [Value] {
        self.values
    }

    #[inline(always)]
    pub fn names(&self) -> Option<&'a Obj<Tuple>> {
        self.names
    }

    #[inline(always)]
    pub fn has_keywords(&self) -> bool {
        self.names.is_some()
    }

    /// Keyword names and values in the order of the call.
    pub fn keywords(&self) -> impl Iterator<Item = (&'a Obj<Str>, &'a Value)> + use<'a> {
        let names = self.names.map(|n| n.items()).unwrap_or_default();
        let values = &self.values[self.values.len() - names.len()..];
        names.iter().zip(values).filter_map(|(name, value)| Some((name.as_str()?, value)))
    }

    /// The arguments without the first positional one (`self`).
    #[inline(always)]
    pub fn split_first(&self) -> Option<(&'a Value, Args<'a>)> {
        let (first, rest) = self.values.split_first()?;
        if self.names.is_some() && self.pos().is_empty() {
            return None;
        }
        Some((first, Args { values: rest, names: self.names }))
    }

    pub fn keyword(&self, name: &str) -> Option<&'a Value> {
        self.keywords().find(|(n, _)| n.eq_str(name)).map(|(_, v)| v)
    }
}

/// How a native's parameters are declared; made by the `#[native]` macro from the text signature.
pub struct Signature {
    /// Name as error messages show it.
    pub name: &'static str,
    /// Parameter names in order (without `self`, `*args` and `**kwargs`).
    pub params: &'static [&'static str],
    /// How many of `params` are positional-only, how many are positional at all (the rest is keyword-only).
    pub positional_only: usize,
    pub positional: usize,
    /// How many positional parameters have no default.
    pub required: usize,
    /// For each keyword-only parameter in order, whether it must be given (bit i).
    pub required_keywords: u64,
    pub varargs: bool,
    pub varkw: bool,
    /// Whether the first value is the receiver (`$self`, `$type`).
    pub method: bool,
}

/// Keyword arguments that a native takes as `**kwargs`.
#[derive(Clone, Copy)]
pub struct KwArgs<'a> {
    args: Args<'a>,
    known: &'static [&'static str],
}

impl<'a> KwArgs<'a> {
    pub fn iter(&self) -> impl Iterator<Item = (&'a Obj<Str>, &'a Value)> + use<'a> {
        let known = self.known;
        self.args.keywords().filter(move |(n, _)| !known.iter().any(|k| n.eq_str(k)))
    }
}

/// The values bound to the parameters of a [`Signature`], at most `N` of them.
pub struct Bound<'a, const N: usize> {
    pub params: [Option<&'a Value>; N],
    pub varargs: &'a [Value],
    pub varkw: KwArgs<'a>,
}

impl Signature {
    /// The name without its owner.
    fn short(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// Binds `args` (the receiver already taken away). Raises TypeError as CPython's argument parsing words it.
    /// `owner` is the class name of a method, for the message.
    #[inline]
    pub fn bind<'a, const N: usize>(&'static self, cx: &mut Cx, args: Args<'a>) -> R<Bound<'a, N>> {
        let mut bound = Bound {
            params: [None; N],
            varargs: &[],
            varkw: KwArgs { args: Args::EMPTY, known: self.params },
        };
        let pos = args.pos();
        if args.names.is_none()
            && pos.len() >= self.required
            && pos.len() <= self.positional
            && self.required_keywords == 0
        {
            for (slot, value) in bound.params.iter_mut().zip(pos) {
                *slot = Some(value);
            }
            return Ok(bound);
        }
        self.bind_slow(cx, args, &mut bound)?;
        Ok(bound)
    }

    fn bind_slow<'a, const N: usize>(
        &'static self,
        cx: &mut Cx,
        args: Args<'a>,
        bound: &mut Bound<'a, N>,
    ) -> R<()> {
        let pos = args.pos();
        let taken = pos.len().min(self.positional);
        for (slot, value) in bound.params.iter_mut().zip(&pos[..taken]) {
            *slot = Some(value);
        }
        if pos.len() > self.positional {
            if !self.varargs {
                return Err(self.too_many(cx, args));
            }
            bound.varargs = &pos[self.positional..];
        }
        if args.has_keywords() {
            bound.varkw = KwArgs { args, known: &self.params[self.positional_only..] };
            self.bind_keywords(cx, args, &mut bound.params)?;
        }
        self.check_required(cx, args, &bound.params)
    }

    fn bind_keywords<'a>(
        &'static self,
        cx: &mut Cx,
        args: Args<'a>,
        params: &mut [Option<&'a Value>],
    ) -> R<()> {
        if self.params.len() == self.positional_only && !self.varkw {
            return Err(cx.type_error(format!("{}() takes no keyword arguments", self.name)));
        }
        let (given, possible) = (args.values().len() - args.pos().len(), self.params.len() - self.positional);
        if self.varargs && given > possible && matches!(self.short(), "min" | "max" | "product") {
            // These count their keywords before they look at them.
            let (name, plural) = (self.short(), if possible == 1 { "" } else { "s" });
            return Err(cx.type_error(format!(
                "{name}() takes at most {possible} keyword argument{plural} ({given} given)"
            )));
        }
        for (name, value) in args.keywords() {
            let found = (self.positional_only..self.params.len()).find(|&i| name.eq_str(self.params[i]));
            match found {
                Some(i) if params[i].is_some() => {
                    return Err(cx.type_error(format!(
                        "argument for {}() given by name ('{}') and position ({})",
                        self.short(),
                        self.params[i],
                        i + 1
                    )));
                }
                Some(i) => params[i] = Some(value),
                None if self.varkw => {}
                None => {
                    let positional_only = self.params[..self.positional_only].iter().any(|p| name.eq_str(p));
                    let name = name.to_string_lossy();
                    return Err(cx.type_error(if positional_only {
                        format!(
                            "{}() got some positional-only arguments passed as keyword arguments: '{name}'",
                            self.short()
                        )
                    } else {
                        let known = self.params[self.positional_only..].iter().copied();
                        let hint = match taipan_text::suggest::closest(&name, known) {
                            Some(near) => format!(". Did you mean '{near}'?"),
                            None => String::new(),
                        };
                        format!("{}() got an unexpected keyword argument '{name}'{hint}", self.short())
                    }));
                }
            }
        }
        Ok(())
    }

    fn check_required(&'static self, cx: &mut Cx, args: Args<'_>, params: &[Option<&Value>]) -> R<()> {
        for (i, param) in params.iter().enumerate().take(self.params.len()) {
            let required = if i < self.positional {
                i < self.required
            } else {
                self.required_keywords >> (i - self.positional) & 1 != 0
            };
            if required && param.is_none() {
                return Err(if i < self.positional_only && self.positional_only == self.params.len() {
                    self.wrong_count(cx, args)
                } else if i < self.positional_only {
                    let (name, given) = (self.short(), args.pos().len());
                    let n = self.required.min(self.positional_only);
                    let least = if self.required < self.positional { "at least" } else { "exactly" };
                    let plural = if n == 1 { "" } else { "s" };
                    cx.type_error(format!(
                        "{name}() takes {least} {n} positional argument{plural} ({given} given)"
                    ))
                } else if i < self.positional {
                    let (name, param) = (self.short(), self.params[i]);
                    cx.type_error(format!("{name}() missing required argument '{param}' (pos {})", i + 1))
                } else {
                    let (name, param) = (self.short(), self.params[i]);
                    cx.type_error(format!("{name}() missing required keyword-only argument: '{param}'"))
                });
            }
        }
        Ok(())
    }

    #[cold]
    fn too_many(&self, cx: &mut Cx, args: Args<'_>) -> crate::Raised {
        if self.positional_only == self.params.len() {
            return self.wrong_count(cx, args);
        }
        let given = args.values().len();
        let (name, positional) = (self.short(), self.positional);
        if positional == 0 {
            return cx.type_error(format!("{name}() takes no positional arguments"));
        }
        let total = self.params.len();
        let least = if self.required == total { "exactly" } else { "at most" };
        let kind = if total > positional { "positional " } else { "" };
        let plural = if positional == 1 { "" } else { "s" };
        cx.type_error(format!("{name}() takes {least} {positional} {kind}argument{plural} ({given} given)"))
    }

    /// Positional-only natives: the wording depends on the calling convention that CPython gives such a function.
    #[cold]
    fn wrong_count(&self, cx: &mut Cx, args: Args<'_>) -> crate::Raised {
        let (name, given) = (self.name, args.pos().len());
        if self.positional == 0 {
            return cx.type_error(format!("{name}() takes no arguments ({given} given)"));
        }
        if self.positional == 1 && self.required == 1 && !self.varargs {
            return cx.type_error(format!("{name}() takes exactly one argument ({given} given)"));
        }
        let short = name.rsplit('.').next().unwrap_or(name);
        let (bound, n) = if given < self.required {
            (if self.required == self.positional && !self.varargs { "" } else { "at least " }, self.required)
        } else {
            (if self.required == self.positional { "" } else { "at most " }, self.positional)
        };
        let plural = if n == 1 { "" } else { "s" };
        cx.type_error(format!("{short} expected {bound}{n} argument{plural}, got {given}"))
    }
}

/// Conversion of a bound argument to a Rust parameter type of a native.
pub trait FromArg<'a>: Sized {
    /// `place` names the argument in messages: `"pop() argument 1"`-like text is made from the signature by callers that
    /// need it.
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self>;
}

impl<'a> FromArg<'a> for &'a Value {
    #[inline(always)]
    fn from_arg(_cx: &mut Cx, value: &'a Value) -> R<Self> {
        Ok(value)
    }
}

#[cold]
fn wrong_type(cx: &mut Cx, wanted: &Obj<crate::ty::Type>, value: &Value) -> crate::Raised {
    let message = format!("argument must be {}, not {}", wanted.name(), value.type_name(cx));
    cx.type_error(message)
}

impl<'a, T: Payload> FromArg<'a> for &'a Obj<T> {
    #[inline(always)]
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self> {
        match T::cast_arg(value) {
            Some(object) => Ok(object),
            None => Err(wrong_type(cx, T::TYPE, value)),
        }
    }
}

/// `__bool__`: any object, by its truth.
impl<'a> FromArg<'a> for bool {
    #[inline]
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self> {
        crate::ops::truth(cx, value)
    }
}

/// `__index__`, OverflowError outside 64 bits.
impl<'a> FromArg<'a> for i64 {
    #[inline]
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self> {
        if let Some(i) = value.word().as_int() {
            return Ok(i);
        }
        crate::int::index_i64(cx, value)
    }
}

impl<'a> FromArg<'a> for i32 {
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self> {
        let wide = match value.word().as_int() {
            Some(i) => Some(i),
            None => crate::int::index(cx, value)?.as_int().and_then(|i| i.to_i64()),
        };
        match wide.map(i32::try_from) {
            Some(Ok(i)) => Ok(i),
            _ => Err(cx.overflow_error("Python int too large to convert to C int")),
        }
    }
}

/// `__index__`, not negative.
impl<'a> FromArg<'a> for usize {
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self> {
        let wide = i64::from_arg(cx, value)?;
        usize::try_from(wide).map_err(|_| cx.value_error("argument must not be negative"))
    }
}

/// `__float__` or `__index__`.
impl<'a> FromArg<'a> for f64 {
    #[inline]
    fn from_arg(cx: &mut Cx, value: &'a Value) -> R<Self> {
        if let Some(f) = value.word().as_float() {
            return Ok(f);
        }
        crate::float::to_f64(cx, value)
    }
}

/// What natives may return.
pub trait IntoResult {
    fn into_result(self, cx: &mut Cx) -> R;
}

impl IntoResult for Value {
    #[inline(always)]
    fn into_result(self, _cx: &mut Cx) -> R {
        Ok(self)
    }
}
impl<T: Payload> IntoResult for crate::Handle<T> {
    #[inline(always)]
    fn into_result(self, _cx: &mut Cx) -> R {
        Ok(self.into_value())
    }
}
impl IntoResult for () {
    #[inline(always)]
    fn into_result(self, _cx: &mut Cx) -> R {
        Ok(Value::none())
    }
}
impl IntoResult for bool {
    #[inline(always)]
    fn into_result(self, _cx: &mut Cx) -> R {
        Ok(Value::bool(self))
    }
}
impl IntoResult for i64 {
    #[inline(always)]
    fn into_result(self, cx: &mut Cx) -> R {
        Ok(cx.int(self))
    }
}
impl IntoResult for usize {
    #[inline(always)]
    fn into_result(self, cx: &mut Cx) -> R {
        Ok(cx.int_from_u64(self as u64))
    }
}
impl IntoResult for f64 {
    #[inline(always)]
    fn into_result(self, cx: &mut Cx) -> R {
        Ok(cx.float(self))
    }
}
impl IntoResult for String {
    fn into_result(self, cx: &mut Cx) -> R {
        Ok(cx.str(&self))
    }
}
impl IntoResult for &str {
    fn into_result(self, cx: &mut Cx) -> R {
        Ok(cx.str(self))
    }
}
/// None for an absent value.
impl<T: IntoResult> IntoResult for Option<T> {
    fn into_result(self, cx: &mut Cx) -> R {
        match self {
            Some(value) => value.into_result(cx),
            None => Ok(Value::none()),
        }
    }
}
impl<T: IntoResult> IntoResult for R<T> {
    #[inline(always)]
    fn into_result(self, cx: &mut Cx) -> R {
        self.and_then(|value| value.into_result(cx))
    }
}
