//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654).

use taipan_macros::{native, natives};
use taipan_object::dict;
use taipan_object::exc::{
    self, BASE_EXCEPTION, BASE_EXCEPTION_GROUP, EXCEPTION, EXCEPTION_GROUP, Exception, fields,
};
use taipan_object::{Args, Cx, MemberDef, Obj, R, Slots, Tuple, Type, TypeDefs, Value, names, ops};

use super::base;
use super::fields::{field, field_opt, member, set_field};
use crate::Types;
use crate::list::List;

pub fn is_group(value: &Value) -> bool {
    value.is_instance(&BASE_EXCEPTION_GROUP)
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let [message, exceptions] = args.pos() else {
        let message =
            format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)", args.pos().len());
        return Err(cx.type_error(message));
    };
    if message.as_str().is_none() {
        let text = format!("argument 1 must be str, not {}", message.type_name(cx));
        return Err(cx.type_error(text));
    }
    if exceptions.ty(cx).slots().getitem.is_none() || exceptions.cast::<dict::Dict>().is_some() {
        return Err(cx.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = ops::collect(cx, exceptions)?;
    if items.is_empty() {
        return Err(cx.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut plain = true;
    for (i, item) in items.iter().enumerate() {
        if !item.is_instance(&BASE_EXCEPTION) {
            return Err(
                cx.value_error(format!("Item {i} of second argument (exceptions) is not an exception"))
            );
        }
        plain &= item.is_instance(&EXCEPTION);
    }
    let class = if class.is(&BASE_EXCEPTION_GROUP) && plain {
        &EXCEPTION_GROUP
    } else if class.is(&EXCEPTION_GROUP) && !plain {
        return Err(cx.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
    } else if class.is_subtype(&EXCEPTION) && !plain {
        return Err(cx.type_error(format!("Cannot nest BaseExceptions in '{}'", class.name())));
    } else {
        class
    };
    let shown = match exceptions.cast::<List>().is_some() || exceptions.cast::<Tuple>().is_some() {
        true => None,
        // It may change later, and the group must not.
        false => Some(ops::repr(cx, exceptions)?.into_value()),
    };
    let args_tuple = cx.tuple(args.pos().to_vec()).into_value();
    let group =
        cx.new_instance(class, Exception { args: Some(args_tuple), ..Exception::default() }).into_value();
    let items = cx.tuple(items).into_value();
    set_field(cx, &group, fields::MESSAGE, Some(message.clone()))?;
    set_field(cx, &group, fields::EXCEPTIONS, Some(items))?;
    set_field(cx, &group, fields::EXCEPTIONS_TEXT, shown)?;
    Ok(group)
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::init(cx, this, args)
}

fn str(cx: &mut Cx, this: &Value) -> R {
    let message = field(cx, this, fields::MESSAGE)?;
    let n = exceptions(cx, this)?.len();
    let mut text = ops::str_of(cx, &message)?.to_wtf8();
    text.push_str(&format!(" ({n} sub-exception{})", if n == 1 { "" } else { "s" }));
    Ok(cx.str_from_wtf8(&text).into_value())
}

/// The class, the message and the members as they were passed, whatever became of the arguments since.
fn repr(cx: &mut Cx, this: &Value) -> R {
    let message = field(cx, this, fields::MESSAGE)?;
    let members = match field_opt(cx, this, fields::EXCEPTIONS_TEXT)? {
        Some(text) => ops::str_of(cx, &text)?,
        None => {
            let items = exceptions(cx, this)?;
            let args = base::payload(cx, this)?;
            let listed = base::args_of(cx, args).get(1).is_some_and(|v| v.cast::<List>().is_some());
            let shown = if listed {
                crate::list::new_list(cx, items).into_value()
            } else {
                cx.tuple(items).into_value()
            };
            ops::repr(cx, &shown)?
        }
    };
    let mut text = crate::support::TextBuilder::default();
    text.push(&this.ty(cx).name());
    text.push("(");
    text.push_repr(cx, &message)?;
    text.push(", ");
    text.push_str(&members);
    text.push(")");
    Ok(text.finish(cx).into_value())
}

/// The members of a group.
pub fn exceptions(cx: &mut Cx, group: &Value) -> R<Vec<Value>> {
    let value = field_opt(cx, group, fields::EXCEPTIONS)?;
    Ok(value.as_ref().and_then(Value::cast::<Tuple>).map(|t| t.items().to_vec()).unwrap_or_default())
}

/// What a split looks for.
enum Matcher<'a> {
    Types(&'a Value),
    Predicate(&'a Value),
    /// Leaves by identity.
    Among(&'a [Value]),
}

impl Matcher<'_> {
    fn of<'a>(cx: &mut Cx, value: &'a Value) -> R<Matcher<'a>> {
        let is_exception = |v: &Value| v.as_type().is_some_and(|t| t.is_subtype(&BASE_EXCEPTION));
        if value.cast::<Tuple>().is_some_and(|t| t.items().iter().all(is_exception)) || is_exception(value) {
            return Ok(Matcher::Types(value));
        }
        if value.as_type().is_none() && value.ty(cx).slots().call.is_some() {
            return Ok(Matcher::Predicate(value));
        }
        Err(cx.type_error(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)",
        ))
    }

    fn matches(&self, cx: &mut Cx, error: &Value) -> R<bool> {
        match self {
            Matcher::Types(types) => {
                let class = error.type_of().into_value();
                let one = types.cast::<Tuple>().map(|t| t.items()).unwrap_or(std::slice::from_ref(types));
                Ok(one
                    .iter()
                    .any(|t| t.as_type().is_some_and(|t| class.as_type().is_some_and(|c| c.is_subtype(t)))))
            }
            Matcher::Predicate(f) => {
                let result = ops::call(cx, f, std::slice::from_ref(error))?;
                ops::truth(cx, &result)
            }
            Matcher::Among(leaves) => Ok(!is_group(error) && leaves.iter().any(|l| l.is(error))),
        }
    }
}

/// A group like `group` around `members`: by its `derive`, with context, cause, traceback and notes copied.
fn derive_like(cx: &mut Cx, group: &Value, members: Vec<Value>) -> R<Option<Value>> {
    if members.is_empty() {
        return Ok(None);
    }
    let list = crate::list::new_list(cx, members).into_value();
    let name = cx.intern("derive");
    let made = ops::call_method(cx, group, &name, &[list])?;
    if !is_group(&made) {
        return Err(cx.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let (traceback, context, cause, suppress) = {
        let e = base::payload(cx, group)?.get(cx);
        (e.traceback.clone(), e.context.clone(), e.cause.clone(), e.suppress_context)
    };
    let target = base::payload(cx, &made)?.get_mut(cx);
    let old = (
        std::mem::replace(&mut target.traceback, traceback),
        std::mem::replace(&mut target.context, context),
        std::mem::replace(&mut target.cause, cause),
    );
    target.suppress_context = suppress;
    drop(old);
    if let Some(notes) = ops::getattr_opt(cx, group, &names::__notes__)?
        && notes.cast::<List>().is_some()
    {
        let copy = ops::collect(cx, &notes)?;
        let copy = crate::list::new_list(cx, copy).into_value();
        ops::setattr(cx, &made, &names::__notes__, &copy)?;
    }
    Ok(Some(made))
}

/// The two halves of an exception: what matches and the rest. A whole match gives the object itself.
fn split_by(
    cx: &mut Cx,
    error: &Value,
    matcher: &Matcher<'_>,
    want_rest: bool,
) -> R<(Option<Value>, Option<Value>)> {
    cx.check_native_stack(" in exceptiongroup_split_recursive")?;
    if matcher.matches(cx, error)? {
        return Ok((Some(error.clone()), None));
    }
    if !is_group(error) {
        return Ok((None, Some(error.clone())));
    }
    let (mut hit, mut rest) = (Vec::new(), Vec::new());
    for member in exceptions(cx, error)? {
        let (a, b) = split_by(cx, &member, matcher, want_rest)?;
        hit.extend(a);
        rest.extend(b);
    }
    let hit = derive_like(cx, error, hit)?;
    let rest = if want_rest { derive_like(cx, error, rest)? } else { None };
    Ok((hit, rest))
}

/// For `except*`: splits a group by exception types (already checked).
pub fn leaf_split(cx: &mut Cx, group: &Value, types: &Value) -> R<(Option<Value>, Option<Value>)> {
    split_by(cx, group, &Matcher::Types(types), true)
}

/// The part of a group whose leaves are among those of `keep`: for the re-raise at the end of `except*`.
pub fn project(cx: &mut Cx, group: &Value, keep: &[Value]) -> R<Option<Value>> {
    let mut leaves = Vec::new();
    for error in keep {
        collect_leaves(cx, error, &mut leaves)?;
    }
    split_by(cx, group, &Matcher::Among(&leaves), false).map(|(hit, _)| hit)
}

fn collect_leaves(cx: &mut Cx, error: &Value, leaves: &mut Vec<Value>) -> R<()> {
    cx.check_native_stack(" in collect_exception_group_leaf_ids")?;
    if !is_group(error) {
        leaves.push(error.clone());
        return Ok(());
    }
    for member in exceptions(cx, error)? {
        collect_leaves(cx, &member, leaves)?;
    }
    Ok(())
}

/// Derive a new exception group with the given exceptions.
#[native("BaseExceptionGroup.derive($self, excs, /)", no_signature)]
fn derive(cx: &mut Cx, this: &Value, excs: &Value) -> R {
    let message = field(cx, this, fields::MESSAGE)?;
    ops::call(cx, &BASE_EXCEPTION_GROUP.to_value(), &[message, excs.clone()])
}

#[native("BaseExceptionGroup.split($self, matcher_value, /)", no_signature)]
fn split(cx: &mut Cx, this: &Value, matcher_value: &Value) -> R {
    let matcher = Matcher::of(cx, matcher_value)?;
    let (hit, rest) = split_by(cx, this, &matcher, true)?;
    Ok(cx.tuple_value([hit.unwrap_or_else(Value::none), rest.unwrap_or_else(Value::none)]))
}

#[native("BaseExceptionGroup.subgroup($self, matcher_value, /)", no_signature)]
fn subgroup(cx: &mut Cx, this: &Value, matcher_value: &Value) -> R {
    let matcher = Matcher::of(cx, matcher_value)?;
    let (hit, _) = split_by(cx, this, &matcher, false)?;
    Ok(hit.unwrap_or_else(Value::none))
}

/// See PEP 585
#[native("BaseExceptionGroup.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    let generic = cx.interp().runtime.generic_alias;
    generic(cx, class, object)
}

static MEMBERS: &[MemberDef] = &[
    MemberDef { set: None, ..member!("message", fields::MESSAGE, "exception message") },
    MemberDef { set: None, ..member!("exceptions", fields::EXCEPTIONS, "nested exceptions") },
];

static DEFS: TypeDefs = TypeDefs {
    methods: natives![derive, split, subgroup, class_getitem],
    members: MEMBERS,
    ..TypeDefs::NONE
};

pub fn install(types: &mut Types) {
    let slots = Slots { new: Some(new), init: Some(init), str: Some(str), repr: Some(repr), ..Slots::EMPTY };
    types.core(&BASE_EXCEPTION_GROUP, slots, &DEFS, "A combination of multiple unrelated exceptions.");
    types.core(&exc::EXCEPTION_GROUP, Slots::EMPTY, &TypeDefs::NONE, "");
}
