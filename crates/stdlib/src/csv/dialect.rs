//! `Dialect`: how fields are separated, quoted and escaped.

use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, ops};

/// The quoting rules by number.
pub const QUOTING: [&str; 6] =
    ["QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"];

/// When fields are quoted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    Minimal,
    All,
    NonNumeric,
    None,
    Strings,
    NotNull,
}

/// The payload.
#[derive(Clone)]
pub struct Dialect {
    pub delimiter: u32,
    pub quotechar: Option<u32>,
    pub escapechar: Option<u32>,
    pub doublequote: bool,
    pub skipinitialspace: bool,
    pub lineterminator: Vec<u32>,
    pub quoting: Quoting,
    pub strict: bool,
}
taipan_object::plain_data!(Dialect);

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for Dialect {
    const TYPE: &'static Obj<Type> = &DIALECT;
}

pub static DIALECT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Dialect>("_csv.Dialect")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new), ..Slots::EMPTY })
        .defs(&TypeDefs { members: MEMBERS, ..TypeDefs::NONE })
        .doc("CSV dialect\n\nThe Dialect type records CSV dialect options."),
);

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Dialect>> {
    match value.cast::<Dialect>() {
        Some(dialect) => Ok(dialect),
        None => Err(cx.type_error("a Dialect is required")),
    }
}

fn character(cx: &mut Cx, c: Option<u32>) -> Value {
    match c {
        Some(c) => cx.str_from_char(c),
        None => Value::none(),
    }
}

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: None, get, set: None }
}

static MEMBERS: &[MemberDef] = &[
    member("delimiter", |cx, v| {
        let c = this(cx, v)?.get(cx).delimiter;
        Ok(character(cx, Some(c)))
    }),
    member("skipinitialspace", |cx, v| Ok(Value::bool(this(cx, v)?.get(cx).skipinitialspace))),
    member("doublequote", |cx, v| Ok(Value::bool(this(cx, v)?.get(cx).doublequote))),
    member("strict", |cx, v| Ok(Value::bool(this(cx, v)?.get(cx).strict))),
    member("escapechar", |cx, v| {
        let c = this(cx, v)?.get(cx).escapechar;
        Ok(character(cx, c))
    }),
    member("lineterminator", |cx, v| {
        let text = this(cx, v)?.get(cx).lineterminator.clone();
        Ok(cx.str_from_code_points(&text).into_value())
    }),
    member("quotechar", |cx, v| {
        let c = this(cx, v)?.get(cx).quotechar;
        Ok(character(cx, c))
    }),
    member("quoting", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).quoting as i32))),
];

const NAMES: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

/// A dialect of the arguments `(dialect=None, **options)`.
pub fn from_arguments(cx: &mut Cx, args: Args<'_>) -> R {
    new(cx, &DIALECT, args)
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    if args.pos().len() > 1 {
        let n = args.values().len();
        return Err(cx.type_error(format!("Dialect() takes at most 1 positional argument ({n} given)")));
    }
    let mut base = args.pos().first().cloned();
    let mut options: [Option<Value>; 8] = Default::default();
    for (name, value) in args.keywords() {
        match NAMES.iter().position(|n| name.eq_str(n)) {
            Some(i) => options[i] = Some(value.clone()),
            None if name.eq_str("dialect") && base.is_none() => base = Some(value.clone()),
            None => {
                let name = name.to_string_lossy().into_owned();
                return Err(
                    cx.type_error(format!("this function got an unexpected keyword argument '{name}'"))
                );
            }
        }
    }
    let plain = options.iter().all(Option::is_none);
    if let Some(given) = base.take().filter(|b| !b.is_none()) {
        let given = if given.as_str().is_some() { super::find_dialect(cx, &given)? } else { given };
        if plain && given.is_instance_exact(&DIALECT) && class.is(&DIALECT) {
            return Ok(given);
        }
        for (i, name) in NAMES.iter().enumerate() {
            if options[i].is_none() {
                let name = cx.intern(name);
                options[i] = ops::getattr_opt(cx, &given, &name)?;
            }
        }
    }
    let dialect = parse(cx, options)?;
    check(cx, &dialect)?;
    Ok(cx.new_instance(class, dialect).into_value())
}

/// A character option; the outer `None` where it is absent, the inner one for None.
fn char_option(cx: &mut Cx, name: &str, value: Option<&Value>, or_none: bool) -> R<Option<Option<u32>>> {
    let Some(value) = value else { return Ok(None) };
    if value.is_none() && or_none {
        return Ok(Some(None));
    }
    let wanted = if or_none { "a unicode character or None" } else { "a unicode character" };
    let Some(text) = value.as_str() else {
        let message = format!("\"{name}\" must be {wanted}, not {}", value.type_name(cx));
        return Err(cx.type_error(message));
    };
    match (text.len(), text.char_at(0)) {
        (1, Some(c)) => Ok(Some(Some(c))),
        (n, _) => Err(cx.type_error(format!("\"{name}\" must be {wanted}, not a string of length {n}"))),
    }
}

fn flag(cx: &mut Cx, value: Option<&Value>, default: bool) -> R<bool> {
    value.map_or(Ok(default), |v| ops::truth(cx, v))
}

fn parse(cx: &mut Cx, options: [Option<Value>; 8]) -> R<Dialect> {
    let [delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skip, strict] = &options;
    let delimiter = char_option(cx, "delimiter", delimiter.as_ref(), false)?.flatten();
    let doublequote = flag(cx, doublequote.as_ref(), true)?;
    let escapechar = char_option(cx, "escapechar", escapechar.as_ref(), true)?.flatten();
    let lineterminator = match lineterminator {
        None => vec![13, 10],
        Some(value) => match value.as_str() {
            Some(text) => text.chars().collect(),
            None => {
                let message = format!("\"lineterminator\" must be a string, not {}", value.type_name(cx));
                return Err(cx.type_error(message));
            }
        },
    };
    let given_quote = char_option(cx, "quotechar", quotechar.as_ref(), true)?;
    let number = match quoting {
        None => 0,
        Some(value) => match value.as_int() {
            Some(n) => n.to_i64().unwrap_or(-1),
            None => {
                let message = format!("\"quoting\" must be an integer, not {}", value.type_name(cx));
                return Err(cx.type_error(message));
            }
        },
    };
    let skipinitialspace = flag(cx, skip.as_ref(), false)?;
    let strict = flag(cx, strict.as_ref(), false)?;
    // Without a quote character nothing can be quoted, unless the rule is given.
    let number = if given_quote == Some(None) && quoting.is_none() { 3 } else { number };
    let quoting = match number {
        0 => Quoting::Minimal,
        1 => Quoting::All,
        2 => Quoting::NonNumeric,
        3 => Quoting::None,
        4 => Quoting::Strings,
        5 => Quoting::NotNull,
        _ => return Err(cx.type_error("bad \"quoting\" value")),
    };
    let quotechar = given_quote.unwrap_or(Some('"'.into()));
    if quoting != Quoting::None && quotechar.is_none() {
        return Err(cx.type_error("quotechar must be set if quoting enabled"));
    }
    Ok(Dialect {
        delimiter: delimiter.unwrap_or(','.into()),
        quotechar,
        escapechar,
        doublequote,
        skipinitialspace,
        lineterminator,
        quoting,
        strict,
    })
}

/// Refuses characters that cannot be told apart.
fn check(cx: &mut Cx, d: &Dialect) -> R<()> {
    let roles = [("delimiter", Some(d.delimiter)), ("escapechar", d.escapechar), ("quotechar", d.quotechar)];
    for (name, c) in roles {
        let Some(c) = c else { continue };
        let is_space = c == 32 && d.skipinitialspace && name != "delimiter";
        if c == 10 || c == 13 || is_space {
            return Err(cx.value_error(format!("bad {name} value")));
        }
    }
    for (i, (name, c)) in roles.iter().enumerate() {
        for (other, k) in &roles[i + 1..] {
            if c.is_some() && c == k {
                return Err(cx.value_error(format!("bad {name} or {other} value")));
            }
        }
    }
    for (name, c) in roles {
        if c.is_some_and(|c| d.lineterminator.contains(&c)) {
            return Err(cx.value_error(format!("bad {name} or lineterminator value")));
        }
    }
    Ok(())
}
