//! `re.Match`.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, MemberDef, Obj, Payload, R, Raised, Slots, Tuple, Type, TypeDefs, Value, int, ops,
};

use super::pattern::{Pattern, Searcher};
use super::subject::Subject;
use super::template::{Replacement, expand as expand_template};

/// The payload of a match.
#[derive(Trace)]
pub struct Match {
    pattern: Value,
    subject: Subject,
    /// Start and end of each group, group 0 first.
    #[trace(skip)]
    spans: Vec<Option<(usize, usize)>>,
    #[trace(skip)]
    pos: usize,
    #[trace(skip)]
    endpos: usize,
    #[trace(skip)]
    last_index: usize,
}

// SAFETY: instances of the type are `Obj<Match>`; all values are traced.
unsafe impl Payload for Match {
    const TYPE: &'static Obj<Type> = &MATCH;
}

/// `re.Match`.
pub static MATCH: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Match>("re.Match")
        .base(&OBJECT)
        .with_slots(Slots { repr: Some(repr), getitem: Some(getitem), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                group,
                start,
                end,
                span,
                groups,
                groupdict,
                expand,
                copy,
                deepcopy,
                class_getitem
            ],
            members: MEMBERS,
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("The result of re.match() and re.search().\nMatch objects always have a boolean value of True."),
);

pub fn new_match(cx: &mut Cx, pattern: &Obj<Pattern>, searcher: &Searcher) -> Value {
    let spans = (0..=searcher.groups()).map(|i| searcher.machine.span(i)).collect();
    let payload = Match {
        pattern: pattern.to_value(),
        subject: searcher.subject.unlent(),
        spans,
        pos: searcher.pos,
        endpos: searcher.endpos,
        last_index: searcher.machine.last_index(),
    };
    cx.new_object(payload).into_value()
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Match>> {
    match value.cast::<Match>() {
        Some(found) => Ok(found),
        None => Err(cx.type_error("a match is required")),
    }
}

#[cold]
fn no_group(cx: &mut Cx) -> Raised {
    cx.index_error("no such group")
}

/// The number of a group that is given by number or name.
fn group_number(cx: &mut Cx, found: &Obj<Match>, key: &Value) -> R<usize> {
    let count = found.get(cx).spans.len();
    if let Some(i) = key.as_int().and_then(|i| i.to_i64()) {
        return if (0..count as i64).contains(&i) { Ok(i as usize) } else { Err(no_group(cx)) };
    }
    if key.ty(cx).slots().index.is_some() {
        let i = int::index_clamped(cx, key)?;
        return if (0..count as i64).contains(&i) { Ok(i as usize) } else { Err(no_group(cx)) };
    }
    let pattern = found.get(cx).pattern.clone();
    let index = pattern.cast::<Pattern>().map(|p| p.get(cx).groupindex.clone());
    let number = match index.as_ref().and_then(Value::cast::<Dict>) {
        Some(index) => match dict::get(cx, index, key) {
            Ok(number) => number,
            Err(raised) => {
                drop(cx.take_raised(raised));
                None
            }
        },
        None => None,
    };
    match number.as_ref().and_then(Value::as_int).and_then(|i| i.to_i64()) {
        Some(i) if (0..count as i64).contains(&i) => Ok(i as usize),
        _ => Err(no_group(cx)),
    }
}

fn text(cx: &mut Cx, found: &Obj<Match>, group: usize, absent: &Value) -> R {
    let state = found.get(cx);
    match state.spans.get(group).copied().flatten() {
        Some((a, b)) => {
            let subject = state.subject.clone();
            subject.current_slice(cx, a, b)
        }
        None => Ok(absent.clone()),
    }
}

fn getitem(cx: &mut Cx, value: &Value, key: &Value) -> R {
    let found = this(cx, value)?;
    let group = group_number(cx, found, key)?;
    text(cx, found, group, &Value::none())
}

/// group([group1, ...]) -> str or tuple.
/// Return subgroup(s) of the match by indices or names.
/// For 0 returns the entire match.
#[native("re.Match.group($self, /, *args)", no_signature)]
fn group(cx: &mut Cx, value: &Value, args: Args<'_>) -> R {
    let found = this(cx, value)?;
    let none = Value::none();
    match args.pos() {
        [] => text(cx, found, 0, &none),
        [one] => getitem(cx, value, one),
        many => {
            let mut parts = Vec::with_capacity(many.len());
            for key in many {
                let group = group_number(cx, found, key)?;
                parts.push(text(cx, found, group, &none)?);
            }
            Ok(cx.tuple(parts).into_value())
        }
    }
}

fn bounds(cx: &mut Cx, found: &Obj<Match>, group: Option<&Value>) -> R<(i64, i64)> {
    let group = match group {
        Some(key) => group_number(cx, found, key)?,
        None => 0,
    };
    Ok(found.get(cx).spans[group].map_or((-1, -1), |(a, b)| (a as i64, b as i64)))
}

/// Return index of the start of the substring matched by group.
#[native("re.Match.start($self, group=0, /)")]
fn start(cx: &mut Cx, found: &Obj<Match>, group: Option<&Value>) -> R<i64> {
    bounds(cx, found, group).map(|(a, _)| a)
}

/// Return index of the end of the substring matched by group.
#[native("re.Match.end($self, group=0, /)")]
fn end(cx: &mut Cx, found: &Obj<Match>, group: Option<&Value>) -> R<i64> {
    bounds(cx, found, group).map(|(_, b)| b)
}

/// For match object m, return the 2-tuple (m.start(group), m.end(group)).
#[native("re.Match.span($self, group=0, /)")]
fn span(cx: &mut Cx, found: &Obj<Match>, group: Option<&Value>) -> R {
    let (a, b) = bounds(cx, found, group)?;
    let (a, b) = (cx.int(a), cx.int(b));
    Ok(cx.tuple_value([a, b]))
}

/// Return a tuple containing all the subgroups of the match, from 1.
///
///   default
///     Is used for groups that did not participate in the match.
#[native("re.Match.groups($self, /, default=None)")]
fn groups(cx: &mut Cx, found: &Obj<Match>, default: Option<&Value>) -> R {
    let absent = default.cloned().unwrap_or_else(Value::none);
    let n = found.get(cx).spans.len();
    let parts = (1..n).map(|i| text(cx, found, i, &absent)).collect::<R<Vec<Value>>>()?;
    Ok(cx.tuple(parts).into_value())
}

/// Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.
///
///   default
///     Is used for groups that did not participate in the match.
#[native("re.Match.groupdict($self, /, default=None)")]
fn groupdict(cx: &mut Cx, found: &Obj<Match>, default: Option<&Value>) -> R {
    let absent = default.cloned().unwrap_or_else(Value::none);
    let result = cx.new_dict();
    let pattern = found.get(cx).pattern.clone();
    let index = pattern.cast::<Pattern>().map(|p| p.get(cx).groupindex.clone());
    if let Some(index) = index.as_ref().and_then(Value::cast::<Dict>) {
        for (name, number) in dict::items(cx, index) {
            let group = number.as_int().and_then(|i| i.to_i64()).unwrap_or(0).max(0) as usize;
            let value = text(cx, found, group, &absent)?;
            dict::set(cx, &result, name, value)?;
        }
    }
    Ok(result.into_value())
}

/// Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.
#[native("re.Match.expand($self, /, template)")]
fn expand(cx: &mut Cx, found: &Obj<Match>, template: &Value) -> R {
    let pattern = found.get(cx).pattern.clone();
    let Some(pattern) = pattern.cast::<Pattern>() else { return Ok(Value::none()) };
    match Replacement::of_template(cx, pattern, template)? {
        Replacement::Literal(literal) => Ok(literal),
        Replacement::Template(items) => {
            let (object, spans) = (found.get(cx).subject.object.clone(), found.get(cx).spans.clone());
            let subject = Subject::new(cx, &object, None)?;
            let parts = expand_template(cx, &items, |cx, group| {
                spans.get(group).copied().flatten().map(|(a, b)| subject.slice(cx, a, b))
            });
            let empty = subject.empty(cx);
            let list = taipan_types::list::new_list(cx, parts).into_value();
            ops::call_method(cx, &empty, &taipan_object::names::join, &[list])
        }
        Replacement::Function(_) => Err(cx.type_error("a template is required")),
    }
}

#[native("re.Match.__copy__($self, /)")]
fn copy(cx: &mut Cx, this: &Value) -> R {
    let _ = cx;
    Ok(this.clone())
}

#[native("re.Match.__deepcopy__($self, memo, /)")]
fn deepcopy(cx: &mut Cx, this: &Value, memo: &Value) -> R {
    let _ = (cx, memo);
    Ok(this.clone())
}

/// See PEP 585
#[native("re.Match.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let found = this(cx, value)?;
    let (a, b) = bounds(cx, found, None)?;
    let whole = text(cx, found, 0, &Value::none())?;
    let mut out = taipan_types::support::TextBuilder::default();
    let name = taipan_types::object::qualified_name(cx, &value.type_of())?;
    out.push(&format!("<{name} object; span=({a}, {b}), match="));
    out.push_repr(cx, &whole)?;
    out.push(">");
    Ok(out.finish(cx).into_value())
}

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "string",
        doc: Some("The string passed to match() or search()."),
        get: |cx, v| this(cx, v).map(|m| m.get(cx).subject.object.clone()),
        set: None,
    },
    MemberDef {
        name: "re",
        doc: Some("The regular expression object."),
        get: |cx, v| this(cx, v).map(|m| m.get(cx).pattern.clone()),
        set: None,
    },
    MemberDef {
        name: "pos",
        doc: Some("The index into the string at which the RE engine started looking for a match."),
        get: |cx, v| this(cx, v).map(|m| cx.int(m.get(cx).pos as i64)),
        set: None,
    },
    MemberDef {
        name: "endpos",
        doc: Some("The index into the string beyond which the RE engine will not go."),
        get: |cx, v| this(cx, v).map(|m| cx.int(m.get(cx).endpos as i64)),
        set: None,
    },
];

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "lastindex",
        doc: Some("The integer index of the last matched capturing group."),
        get: Some(|cx, v| {
            let i = this(cx, v)?.get(cx).last_index;
            Ok(if i == 0 { Value::none() } else { cx.int(i as i64) })
        }),
        set: None,
    },
    GetSetDef {
        name: "lastgroup",
        doc: Some("The name of the last matched capturing group."),
        get: Some(|cx, v| {
            let state = this(cx, v)?.get(cx);
            let i = state.last_index;
            let names = state.pattern.cast::<Pattern>().map(|p| p.get(cx).indexgroup.clone());
            let name = names.as_ref().and_then(Value::cast::<Tuple>).and_then(|t| t.items().get(i).cloned());
            Ok(name.filter(|_| i > 0).unwrap_or_else(Value::none))
        }),
        set: None,
    },
    GetSetDef {
        name: "regs",
        doc: None,
        get: Some(|cx, v| {
            let spans = this(cx, v)?.get(cx).spans.clone();
            let pairs: Vec<Value> = spans
                .into_iter()
                .map(|s| {
                    let (a, b) = s.map_or((-1, -1), |(a, b)| (a as i64, b as i64));
                    let (a, b) = (cx.int(a), cx.int(b));
                    cx.tuple_value([a, b])
                })
                .collect();
            Ok(cx.tuple(pairs).into_value())
        }),
        set: None,
    },
];
