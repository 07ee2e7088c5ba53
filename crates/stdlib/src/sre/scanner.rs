//! `_sre.SRE_Scanner` and the iterator of `finditer`: a search that goes on where it stopped.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value};
use taipan_sre::Mode;

use super::pattern::{Pattern, Searcher};

/// The payload: the search, taken out while it runs (a second call from a signal handler then finds it busy).
#[derive(Trace)]
pub struct Scanner {
    pattern: Value,
    #[trace(skip)]
    searcher: Option<Box<Searcher>>,
    /// What is searched, for the collector.
    string: Value,
    #[trace(skip)]
    next: usize,
    #[trace(skip)]
    must_advance: bool,
    #[trace(skip)]
    ended: bool,
}

// SAFETY: instances of both types are `Obj<Scanner>` (`SCANNER` stands for them); values are traced, those inside the searcher
// are the string, which is neither a container nor part of a cycle.
unsafe impl Payload for Scanner {
    const TYPE: &'static Obj<Type> = &SCANNER;
}

/// `_sre.SRE_Scanner`.
pub static SCANNER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Scanner>("_sre.SRE_Scanner").base(&OBJECT).defs(&TypeDefs {
        methods: natives![match_, search],
        members: MEMBERS,
        ..TypeDefs::NONE
    }),
);

/// The iterator of `finditer`.
pub static FIND_ITERATOR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Scanner>("_sre.SRE_FindIterator").base(&SCANNER).with_slots(Slots {
        iter: Some(|_, v| Ok(v.clone())),
        next: Some(next),
        ..Slots::EMPTY
    }),
);

fn make(cx: &mut Cx, class: &'static Obj<Type>, pattern: &Obj<Pattern>, searcher: Searcher) -> Value {
    let payload = Scanner {
        pattern: pattern.to_value(),
        string: searcher.subject.object.clone(),
        next: searcher.pos,
        searcher: Some(Box::new(searcher)),
        must_advance: false,
        ended: false,
    };
    cx.new_instance(class, payload).into_value()
}

pub fn new_scanner(cx: &mut Cx, pattern: &Obj<Pattern>, searcher: Searcher) -> Value {
    make(cx, &SCANNER, pattern, searcher)
}

pub fn new_find_iterator(cx: &mut Cx, pattern: &Obj<Pattern>, searcher: Searcher) -> Value {
    make(cx, &FIND_ITERATOR, pattern, searcher)
}

/// The next match, or `None` where there is no more.
fn step(cx: &mut Cx, this: &Obj<Scanner>, mode: Mode) -> R<Option<Value>> {
    let state = this.get_mut(cx);
    if state.ended {
        return Ok(None);
    }
    let (pos, must_advance) = (state.next, state.must_advance);
    let Some(mut searcher) = state.searcher.take() else {
        return Err(cx.value_error("regular expression scanner already executing"));
    };
    let result = if pos > searcher.endpos { Ok(false) } else { searcher.run(cx, mode, pos, must_advance) };
    let pattern = this.get(cx).pattern.clone();
    let found = match (&result, pattern.cast::<Pattern>()) {
        (Ok(true), Some(pattern)) => Some(searcher.to_match(cx, pattern)),
        _ => None,
    };
    let (start, end) = searcher.span();
    let state = this.get_mut(cx);
    state.searcher = Some(searcher);
    if found.is_some() {
        state.next = end;
        state.must_advance = start == end;
    } else if result.is_ok() {
        state.ended = true;
    }
    result.map(|_| found)
}

fn next(cx: &mut Cx, value: &Value) -> R<Option<Value>> {
    match value.cast::<Scanner>() {
        Some(scanner) => step(cx, scanner, Mode::Search),
        None => Ok(None),
    }
}

#[native("SRE_Scanner.match($self, /)")]
fn match_(cx: &mut Cx, this: &Obj<Scanner>) -> R<Option<Value>> {
    step(cx, this, Mode::Match)
}

#[native("SRE_Scanner.search($self, /)")]
fn search(cx: &mut Cx, this: &Obj<Scanner>) -> R<Option<Value>> {
    step(cx, this, Mode::Search)
}

static MEMBERS: &[MemberDef] = &[MemberDef {
    name: "pattern",
    doc: None,
    get: |cx, v| Ok(v.cast::<Scanner>().map_or_else(Value::none, |s| s.get(cx).pattern.clone())),
    set: None,
}];
