//! `re.Pattern`: matching, splitting, substituting.

use taipan_macros::{Trace, native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    CompareOp, Cx, GetSetDef, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, ops,
};
use taipan_sre::{Failure, Locale, Machine, Mode, Pattern as Program, Request};
use taipan_types::list::new_list;

use super::matching::new_match;
use super::scanner::{new_find_iterator, new_scanner};
use super::subject::Subject;
use super::template::{Replacement, expand};

/// The engine's program, shared by searches under way.
type Compiled = std::rc::Rc<Program>;

/// The payload of a compiled pattern.
#[derive(Trace)]
pub struct Pattern {
    pub source: Value,
    #[trace(skip)]
    pub flags: i64,
    #[trace(skip)]
    pub is_bytes: Option<bool>,
    #[trace(skip)]
    pub code: Vec<u32>,
    #[trace(skip)]
    program: Compiled,
    pub groupindex: Value,
    /// Group names by number.
    pub indexgroup: Value,
}

// SAFETY: instances of the type are `Obj<Pattern>`; all values are traced.
unsafe impl Payload for Pattern {
    const TYPE: &'static Obj<Type> = &PATTERN;
}

/// `re.Pattern`.
pub static PATTERN: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Pattern>("re.Pattern")
        .base(&OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots { repr: Some(repr), hash: Some(hash), compare: Some(compare), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                match_,
                fullmatch,
                search,
                sub,
                subn,
                findall,
                split,
                finditer,
                scanner,
                copy,
                deepcopy,
                class_getitem
            ],
            members: MEMBERS,
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("Compiled regular expression object."),
);

pub fn new_pattern(
    cx: &mut Cx,
    source: &Value,
    flags: i64,
    code: &[u32],
    groups: i64,
    groupindex: &Value,
    indexgroup: &Value,
) -> R {
    let is_bytes = if source.is_none() { None } else { Some(Subject::new(cx, source, None)?.is_bytes) };
    let program = match Program::new(code, groups.max(0) as usize) {
        Ok(program) => program,
        Err(_) => return Err(cx.runtime_error("invalid SRE code")),
    };
    if groupindex.cast::<Dict>().is_none() {
        let message =
            format!("compile() argument 'groupindex' must be dict, not {}", groupindex.type_name(cx));
        return Err(cx.type_error(message));
    }
    let payload = Pattern {
        source: source.clone(),
        flags,
        is_bytes,
        code: code.to_vec(),
        program: std::rc::Rc::new(program),
        groupindex: groupindex.clone(),
        indexgroup: indexgroup.clone(),
    };
    Ok(cx.new_object(payload).into_value())
}

/// One search through the engine.
pub struct Searcher {
    program: Compiled,
    pub subject: Subject,
    pub machine: Machine,
    pub pos: usize,
    pub endpos: usize,
    locale: Option<Box<Locale>>,
}

impl Searcher {
    /// Prepares a search of `string` between two places, which are clipped to it.
    pub fn new(cx: &mut Cx, pattern: &Obj<Pattern>, string: &Value, pos: i64, endpos: i64) -> R<Searcher> {
        let state = pattern.get(cx);
        let (program, is_bytes, flags) = (state.program.clone(), state.is_bytes, state.flags);
        let subject = Subject::new(cx, string, is_bytes)?;
        let len = subject.len() as i64;
        let (pos, endpos) = (pos.clamp(0, len) as usize, endpos.clamp(0, len) as usize);
        // re.LOCALE: the C library's current tables would belong here; the interpreter runs in the C locale's.
        let locale = if flags & 4 != 0 { Some(Box::default()) } else { None };
        Ok(Searcher { program, subject, machine: Machine::new(), pos, endpos, locale })
    }

    /// Runs the engine; the spans are in `machine` afterwards.
    pub fn run(&mut self, cx: &mut Cx, mode: Mode, pos: usize, must_advance: bool) -> R<bool> {
        let request = Request { mode, pos, endpos: self.endpos, must_advance };
        let default;
        let locale = match &self.locale {
            Some(locale) => &**locale,
            None => {
                default = DEFAULT_LOCALE.get_or_init(Locale::default);
                default
            }
        };
        let mut check = || if cx.broken() { cx.handle_breaker() } else { Ok(()) };
        let result =
            self.program.run(&mut self.machine, self.subject.characters(), request, locale, &mut check);
        match result {
            Ok(found) => Ok(found),
            Err(Failure::Memory) => Err(cx.memory_error()),
            Err(Failure::Interrupted(raised)) => Err(raised),
        }
    }

    pub fn groups(&self) -> usize {
        self.program.groups()
    }

    /// Start and end of the whole match.
    pub fn span(&self) -> (usize, usize) {
        self.machine.span(0).unwrap_or((0, 0))
    }

    /// The match object of what the machine found.
    pub fn to_match(&self, cx: &mut Cx, pattern: &Obj<Pattern>) -> Value {
        new_match(cx, pattern, self)
    }
}

/// Constant data, the same for all interpreters.
static DEFAULT_LOCALE: std::sync::OnceLock<Locale> = std::sync::OnceLock::new();

fn run_once(
    cx: &mut Cx,
    this: &Obj<Pattern>,
    string: &Value,
    pos: i64,
    endpos: Option<i64>,
    mode: Mode,
) -> R {
    let mut searcher = Searcher::new(cx, this, string, pos, endpos.unwrap_or(i64::MAX))?;
    let start = searcher.pos;
    if searcher.run(cx, mode, start, false)? { Ok(searcher.to_match(cx, this)) } else { Ok(Value::none()) }
}

/// Matches zero or more characters at the beginning of the string.
#[native("re.Pattern.match($self, /, string, pos=0, endpos=sys.maxsize)")]
fn match_(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, pos: i64, endpos: Option<i64>) -> R {
    run_once(cx, this, string, pos, endpos, Mode::Match)
}

/// Matches against all of the string.
#[native("re.Pattern.fullmatch($self, /, string, pos=0, endpos=sys.maxsize)")]
fn fullmatch(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, pos: i64, endpos: Option<i64>) -> R {
    run_once(cx, this, string, pos, endpos, Mode::FullMatch)
}

/// Scan through string looking for a match, and return a corresponding match object instance.
///
/// Return None if no position in the string matches.
#[native("re.Pattern.search($self, /, string, pos=0, endpos=sys.maxsize)")]
fn search(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, pos: i64, endpos: Option<i64>) -> R {
    run_once(cx, this, string, pos, endpos, Mode::Search)
}

/// Calls `each` with every match in order until it says stop.
fn each_match(
    cx: &mut Cx,
    searcher: &mut Searcher,
    mut each: impl FnMut(&mut Cx, &Searcher) -> R<bool>,
) -> R<()> {
    let (mut pos, mut must_advance) = (searcher.pos, false);
    while pos <= searcher.endpos && searcher.run(cx, Mode::Search, pos, must_advance)? {
        let (start, end) = searcher.span();
        if !each(cx, searcher)? {
            break;
        }
        must_advance = start == end;
        pos = end;
    }
    Ok(())
}

/// The text of a group, or the given value where it took no part.
fn group_text(cx: &mut Cx, searcher: &Searcher, group: usize, absent: &Value) -> Value {
    match searcher.machine.span(group) {
        Some((a, b)) => searcher.subject.slice(cx, a, b),
        None => absent.clone(),
    }
}

/// Return a list of all non-overlapping matches of pattern in string.
#[native("re.Pattern.findall($self, /, string, pos=0, endpos=sys.maxsize)")]
fn findall(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, pos: i64, endpos: Option<i64>) -> R {
    let mut searcher = Searcher::new(cx, this, string, pos, endpos.unwrap_or(i64::MAX))?;
    let mut found = Vec::new();
    let absent = searcher.subject.empty(cx);
    each_match(cx, &mut searcher, |cx, s| {
        let item = match s.groups() {
            0 => group_text(cx, s, 0, &absent),
            1 => group_text(cx, s, 1, &absent),
            n => {
                let parts: Vec<Value> = (1..=n).map(|i| group_text(cx, s, i, &absent)).collect();
                cx.tuple(parts).into_value()
            }
        };
        found.push(item);
        Ok(true)
    })?;
    Ok(new_list(cx, found).into_value())
}

/// Return an iterator over all non-overlapping matches for the RE pattern in string.
///
/// For each match, the iterator returns a match object.
#[native("re.Pattern.finditer($self, /, string, pos=0, endpos=sys.maxsize)")]
fn finditer(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, pos: i64, endpos: Option<i64>) -> R {
    let searcher = Searcher::new(cx, this, string, pos, endpos.unwrap_or(i64::MAX))?;
    Ok(new_find_iterator(cx, this, searcher))
}

#[native("re.Pattern.scanner($self, /, string, pos=0, endpos=sys.maxsize)")]
fn scanner(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, pos: i64, endpos: Option<i64>) -> R {
    let searcher = Searcher::new(cx, this, string, pos, endpos.unwrap_or(i64::MAX))?;
    Ok(new_scanner(cx, this, searcher))
}

/// Split string by the occurrences of pattern.
#[native("re.Pattern.split($self, /, string, maxsplit=0)")]
fn split(cx: &mut Cx, this: &Obj<Pattern>, string: &Value, maxsplit: i64) -> R {
    let mut searcher = Searcher::new(cx, this, string, 0, i64::MAX)?;
    let (mut parts, mut last, mut n) = (Vec::new(), 0, 0);
    let none = Value::none();
    if maxsplit >= 0 {
        each_match(cx, &mut searcher, |cx, s| {
            let (start, end) = s.span();
            parts.push(s.subject.slice(cx, last, start));
            for group in 1..=s.groups() {
                parts.push(group_text(cx, s, group, &none));
            }
            n += 1;
            last = end;
            Ok(maxsplit == 0 || n < maxsplit)
        })?;
    }
    let len = searcher.subject.len();
    parts.push(searcher.subject.slice(cx, last, len));
    Ok(new_list(cx, parts).into_value())
}

/// Pieces between and in place of the matches, and how many there were.
fn substitute(cx: &mut Cx, this: &Obj<Pattern>, repl: &Value, string: &Value, count: i64) -> R<(Value, i64)> {
    let mut searcher = Searcher::new(cx, this, string, 0, i64::MAX)?;
    let replacement = Replacement::of(cx, this, repl)?;
    let (mut parts, mut last, mut n) = (Vec::new(), 0, 0);
    if count >= 0 {
        each_match(cx, &mut searcher, |cx, s| {
            let (start, end) = s.span();
            if start > last {
                parts.push(s.subject.slice(cx, last, start));
            }
            match &replacement {
                Replacement::Literal(text) => parts.push(text.clone()),
                Replacement::Template(items) => {
                    expand(cx, items, |cx, group| {
                        s.machine.span(group).map(|(a, b)| s.subject.slice(cx, a, b))
                    })
                    .into_iter()
                    .for_each(|piece| parts.push(piece));
                }
                Replacement::Function(f) => {
                    let found = s.to_match(cx, this);
                    let piece = ops::call(cx, f, &[found])?;
                    if !piece.is_none() {
                        parts.push(piece);
                    }
                }
            }
            n += 1;
            last = end;
            Ok(count == 0 || n < count)
        })?;
    }
    if n == 0
        && (string.is_instance_exact(&taipan_object::str::STR)
            || string.is_instance_exact(&taipan_object::bytes::BYTES))
    {
        return Ok((string.clone(), 0));
    }
    let len = searcher.subject.len();
    if last < len {
        parts.push(searcher.subject.slice(cx, last, len));
    }
    let empty = searcher.subject.empty(cx);
    let list = new_list(cx, parts).into_value();
    let join = ops::call_method(cx, &empty, &taipan_object::names::join, &[list])?;
    Ok((join, n))
}

/// Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.
#[native("re.Pattern.sub($self, /, repl, string, count=0)")]
fn sub(cx: &mut Cx, this: &Obj<Pattern>, repl: &Value, string: &Value, count: i64) -> R {
    substitute(cx, this, repl, string, count).map(|(text, _)| text)
}

/// Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.
#[native("re.Pattern.subn($self, /, repl, string, count=0)")]
fn subn(cx: &mut Cx, this: &Obj<Pattern>, repl: &Value, string: &Value, count: i64) -> R {
    let (text, n) = substitute(cx, this, repl, string, count)?;
    let n = cx.int(n);
    Ok(cx.tuple_value([text, n]))
}

#[native("re.Pattern.__copy__($self, /)")]
fn copy(cx: &mut Cx, this: &Value) -> R {
    let _ = cx;
    Ok(this.clone())
}

#[native("re.Pattern.__deepcopy__($self, memo, /)")]
fn deepcopy(cx: &mut Cx, this: &Value, memo: &Value) -> R {
    let _ = (cx, memo);
    Ok(this.clone())
}

/// See PEP 585
#[native("re.Pattern.__class_getitem__($type, object, /)", no_signature)]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Pattern>> {
    match value.cast::<Pattern>() {
        Some(pattern) => Ok(pattern),
        None => Err(cx.type_error("a pattern is required")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    const NAMES: &[(i64, &str)] = &[
        (2, "re.IGNORECASE"),
        (4, "re.LOCALE"),
        (8, "re.MULTILINE"),
        (16, "re.DOTALL"),
        (64, "re.VERBOSE"),
        (128, "re.DEBUG"),
        (256, "re.ASCII"),
    ];
    let state = this(cx, value)?.get(cx);
    let (source, mut flags, is_bytes) = (state.source.clone(), state.flags, state.is_bytes);
    if is_bytes == Some(false) && flags & (4 | 32 | 256) == 32 {
        // re.UNICODE goes without saying for text.
        flags &= !32;
    }
    let mut shown: Vec<String> = Vec::new();
    for &(bit, name) in NAMES {
        if flags & bit != 0 {
            shown.push(name.to_owned());
            flags &= !bit;
        }
    }
    if flags != 0 {
        shown.push(format!("0x{flags:x}"));
    }
    let mut text = taipan_types::support::TextBuilder::default();
    text.push("re.compile(");
    let full = ops::repr(cx, &source)?;
    let cut: taipan_text::Wtf8Buf = full.chars().take(200).collect();
    let cut = cx.str_from_wtf8(&cut);
    text.push_str(&cut);
    if !shown.is_empty() {
        text.push(", ");
        text.push(&shown.join("|"));
    }
    text.push(")");
    Ok(text.finish(cx).into_value())
}

fn hash(cx: &mut Cx, value: &Value) -> R<i64> {
    let state = this(cx, value)?.get(cx);
    let mut code = taipan_object::hash::TupleHasher::default();
    state.code.iter().for_each(|&w| code.add(w.into()));
    let (source, flags) = (state.source.clone(), state.flags);
    let hash = code.finish() ^ ops::hash(cx, &source)? ^ flags;
    Ok(taipan_object::hash::not_minus_one(hash))
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Pattern>(), b.cast::<Pattern>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (s, t) = (x.get(cx), y.get(cx));
    let alike = s.flags == t.flags && s.is_bytes == t.is_bytes && s.code == t.code;
    let (p, q) = (s.source.clone(), t.source.clone());
    let equal = alike && ops::equal(cx, &p, &q)?;
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "pattern",
        doc: Some("The pattern string from which the RE object was compiled."),
        get: |cx, v| this(cx, v).map(|p| p.get(cx).source.clone()),
        set: None,
    },
    MemberDef {
        name: "flags",
        doc: Some("The regex matching flags."),
        get: |cx, v| this(cx, v).map(|p| cx.int(p.get(cx).flags)),
        set: None,
    },
    MemberDef {
        name: "groups",
        doc: Some("The number of capturing groups in the pattern."),
        get: |cx, v| this(cx, v).map(|p| cx.int(p.get(cx).program.groups() as i64)),
        set: None,
    },
];

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "groupindex",
    doc: Some("A dictionary mapping group names to group numbers."),
    get: Some(|cx, v| {
        let index = this(cx, v)?.get(cx).groupindex.clone();
        if index.cast::<Dict>().is_some_and(|d| dict::len(cx, d) == 0) {
            return Ok(cx.new_dict().into_value());
        }
        Ok(taipan_types::mappingproxy::new_proxy(cx, index))
    }),
    set: None,
}];
