//! `_locale`: the C library's locale.

use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::TYPE;
use taipan_object::{Cx, R, Raised, Value, dict, names, ops};
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};

use crate::support::{fs_decode, host, path_bytes, sys};

#[derive(Default)]
struct State(Option<Value>);

fn error_class(cx: &mut Cx) -> R {
    if let Some(class) = &cx.interp_mut().state::<State>().0 {
        return Ok(class.clone());
    }
    let name = cx.intern("Error").into_value();
    let bases = cx.tuple_value([exc::EXCEPTION.to_value()]);
    let namespace = cx.new_dict();
    let module = cx.intern("locale").into_value();
    dict::set_str(cx, &namespace, &names::__module__, module)?;
    let class = ops::call(cx, &TYPE.to_value(), &[name, bases, namespace.into_value()])?;
    cx.interp_mut().state::<State>().0 = Some(class.clone());
    Ok(class)
}

fn error(cx: &mut Cx, message: &str) -> Raised {
    let made = error_class(cx).and_then(|class| {
        let message = cx.str(message);
        ops::call(cx, &class, &[message])
    });
    match made {
        Ok(exception) => exc::raise(cx, exception),
        Err(raised) => raised,
    }
}

/// Activates/queries locale processing.
#[native("_locale.setlocale(category, locale=None, /)")]
fn setlocale(cx: &mut Cx, category: i32, locale: Option<&Value>) -> R {
    let name = match locale.filter(|l| !l.is_none()) {
        Some(locale) if locale.as_str().is_none() => {
            let message = format!("setlocale() argument 2 must be str or None, not {}", locale.type_name(cx));
            return Err(cx.type_error(message));
        }
        Some(locale) => Some(path_bytes(cx, locale)?),
        None => None,
    };
    if !(0..=12).contains(&category) {
        return Err(error(cx, "invalid locale category"));
    }
    match sys(cx, |host| host.set_locale(category, name.as_deref()))? {
        Some(found) => Ok(fs_decode(cx, &found)),
        None if name.is_some() => Err(error(cx, "unsupported locale setting")),
        None => Err(error(cx, "locale query failed")),
    }
}

fn grouping(cx: &Cx, bytes: &[u8]) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for b in bytes {
        if *b == 0 {
            break;
        }
        items.push(cx.int((*b).into()));
        if *b == 127 {
            return new_list(cx, items).into_value();
        }
    }
    if !items.is_empty() {
        items.push(cx.int(0));
    }
    new_list(cx, items).into_value()
}

/// Returns numeric and monetary locale-specific parameters.
#[native("_locale.localeconv()")]
fn localeconv(cx: &mut Cx) -> R {
    let found = host(cx).conventions();
    let table = cx.new_dict();
    let put = |cx: &mut Cx, name: &str, value: Value| -> R<()> {
        let key = cx.intern(name);
        dict::set_str(cx, &table, &key, value)
    };
    let [
        point,
        separator,
        groups,
        international,
        symbol,
        money_point,
        money_separator,
        money_groups,
        positive,
        negative,
    ] = &found.texts;
    for (name, text) in [
        ("int_curr_symbol", international),
        ("currency_symbol", symbol),
        ("mon_decimal_point", money_point),
        ("mon_thousands_sep", money_separator),
    ] {
        let value = fs_decode(cx, text);
        put(cx, name, value)?;
    }
    let value = grouping(cx, money_groups);
    put(cx, "mon_grouping", value)?;
    for (name, text) in [("positive_sign", positive), ("negative_sign", negative)] {
        let value = fs_decode(cx, text);
        put(cx, name, value)?;
    }
    let numbers = [
        "int_frac_digits",
        "frac_digits",
        "p_cs_precedes",
        "p_sep_by_space",
        "n_cs_precedes",
        "n_sep_by_space",
        "p_sign_posn",
        "n_sign_posn",
    ];
    for (name, number) in numbers.iter().zip(found.numbers) {
        let value = cx.int(number.into());
        put(cx, name, value)?;
    }
    for (name, text) in [("decimal_point", point), ("thousands_sep", separator)] {
        let value = fs_decode(cx, text);
        put(cx, name, value)?;
    }
    let value = grouping(cx, groups);
    put(cx, "grouping", value)?;
    Ok(table.into_value())
}

fn text(cx: &mut Cx, function: &str, value: &Value) -> R<Vec<u8>> {
    if value.as_str().is_none() {
        let message = format!("{function}() argument must be str, not {}", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    path_bytes(cx, value)
}

/// Compares two strings according to the locale.
#[native("_locale.strcoll(os1, os2, /)")]
fn strcoll(cx: &mut Cx, a: &Value, b: &Value) -> R<i64> {
    let (a, b) = (text(cx, "strcoll", a)?, text(cx, "strcoll", b)?);
    sys(cx, |host| host.collate(&a, &b)).map(|o| o as i64)
}

/// Return a string that can be used as a key for locale-aware comparisons.
#[native("_locale.strxfrm(string, /)")]
fn strxfrm(cx: &mut Cx, string: &Value) -> R {
    let string = text(cx, "strxfrm", string)?;
    let key = sys(cx, |host| host.collation_key(&string))?;
    Ok(fs_decode(cx, &key))
}

/// Return the value for the locale information associated with key.
#[native("_locale.nl_langinfo(key, /)")]
fn nl_langinfo(cx: &mut Cx, key: i32) -> R {
    if !CONSTANTS.iter().any(|(_, n)| *n == i64::from(key)) {
        return Err(cx.value_error("unsupported langinfo constant"));
    }
    let found = host(cx).language_info(key);
    Ok(fs_decode(cx, &found))
}

/// Get the current locale encoding.
#[native("_locale.getencoding()")]
fn getencoding(cx: &mut Cx) -> R {
    let found = host(cx).encoding();
    if found.is_empty() { Ok(cx.str("UTF-8")) } else { Ok(fs_decode(cx, &found)) }
}

static CONSTANTS: &[(&str, i64)] = &[
    ("ABDAY_1", 131072),
    ("ABDAY_2", 131073),
    ("ABDAY_3", 131074),
    ("ABDAY_4", 131075),
    ("ABDAY_5", 131076),
    ("ABDAY_6", 131077),
    ("ABDAY_7", 131078),
    ("ABMON_1", 131086),
    ("ABMON_10", 131095),
    ("ABMON_11", 131096),
    ("ABMON_12", 131097),
    ("ABMON_2", 131087),
    ("ABMON_3", 131088),
    ("ABMON_4", 131089),
    ("ABMON_5", 131090),
    ("ABMON_6", 131091),
    ("ABMON_7", 131092),
    ("ABMON_8", 131093),
    ("ABMON_9", 131094),
    ("ALT_DIGITS", 131119),
    ("AM_STR", 131110),
    ("CHAR_MAX", 127),
    ("CODESET", 14),
    ("CRNCYSTR", 262159),
    ("DAY_1", 131079),
    ("DAY_2", 131080),
    ("DAY_3", 131081),
    ("DAY_4", 131082),
    ("DAY_5", 131083),
    ("DAY_6", 131084),
    ("DAY_7", 131085),
    ("D_FMT", 131113),
    ("D_T_FMT", 131112),
    ("ERA", 131116),
    ("ERA_D_FMT", 131118),
    ("ERA_D_T_FMT", 131120),
    ("ERA_T_FMT", 131121),
    ("LC_ALL", 6),
    ("LC_COLLATE", 3),
    ("LC_CTYPE", 0),
    ("LC_MESSAGES", 5),
    ("LC_MONETARY", 4),
    ("LC_NUMERIC", 1),
    ("LC_TIME", 2),
    ("MON_1", 131098),
    ("MON_10", 131107),
    ("MON_11", 131108),
    ("MON_12", 131109),
    ("MON_2", 131099),
    ("MON_3", 131100),
    ("MON_4", 131101),
    ("MON_5", 131102),
    ("MON_6", 131103),
    ("MON_7", 131104),
    ("MON_8", 131105),
    ("MON_9", 131106),
    ("NOEXPR", 327681),
    ("PM_STR", 131111),
    ("RADIXCHAR", 65536),
    ("THOUSEP", 65537),
    ("T_FMT", 131114),
    ("T_FMT_AMPM", 131115),
    ("YESEXPR", 327680),
    ("_DATE_FMT", 131180),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, number) in CONSTANTS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    let class = error_class(cx)?;
    set(cx, module, "Error", class)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_locale",
    doc: Some("Support for POSIX locales."),
    functions: natives![setlocale, localeconv, strcoll, strxfrm, nl_langinfo, getencoding],
    init: Some(init),
    ..ModuleDef::EMPTY
};
