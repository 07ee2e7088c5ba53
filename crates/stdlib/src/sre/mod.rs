//! `_sre`: compiled patterns, matches and templates over the engine of crate `taipan_sre`.

mod matching;
mod pattern;
mod scanner;
mod subject;
mod template;

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Tuple, Value, int, ops};
use taipan_sre::{MAGIC, MAXGROUPS, MAXREPEAT};
use taipan_text::unicode;
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

#[native("_sre.getcodesize()")]
fn getcodesize(cx: &mut Cx) -> R<i64> {
    let _ = cx;
    Ok(4)
}

#[native("_sre.ascii_iscased(character, /)", leaf)]
fn ascii_iscased(cx: &mut Cx, character: i64) -> R<bool> {
    let _ = cx;
    Ok(u32::try_from(character).is_ok_and(taipan_sre::ascii_is_cased))
}

#[native("_sre.unicode_iscased(character, /)", leaf)]
fn unicode_iscased(cx: &mut Cx, character: i64) -> R<bool> {
    let _ = cx;
    Ok(u32::try_from(character).is_ok_and(taipan_sre::unicode_is_cased))
}

#[native("_sre.ascii_tolower(character, /)", leaf)]
fn ascii_tolower(cx: &mut Cx, character: i64) -> R<i64> {
    let _ = cx;
    Ok(u8::try_from(character).map_or(character, |c| c.to_ascii_lowercase().into()))
}

#[native("_sre.unicode_tolower(character, /)", leaf)]
fn unicode_tolower(cx: &mut Cx, character: i64) -> R<i64> {
    let _ = cx;
    Ok(u32::try_from(character).map_or(character, |c| unicode::simple_lower(c).into()))
}

#[native("_sre.compile(pattern, flags, code, groups, groupindex, indexgroup)")]
fn compile(
    cx: &mut Cx,
    pattern: &Value,
    flags: i64,
    code: &Value,
    groups: i64,
    groupindex: &Value,
    indexgroup: &Value,
) -> R {
    let mut words = Vec::new();
    for item in ops::collect(cx, code)? {
        let word = int::index_i64(cx, &item)?;
        match u32::try_from(word) {
            Ok(word) => words.push(word),
            Err(_) => return Err(cx.overflow_error("regular expression code size limit exceeded")),
        }
    }
    if indexgroup.cast::<Tuple>().is_none() {
        let message =
            format!("compile() argument 'indexgroup' must be tuple, not {}", indexgroup.type_name(cx));
        return Err(cx.type_error(message));
    }
    pattern::new_pattern(cx, pattern, flags, &words, groups, groupindex, indexgroup)
}

fn types(types: &mut Types) {
    types.add([
        &pattern::PATTERN,
        &matching::MATCH,
        &scanner::SCANNER,
        &scanner::FIND_ITERATOR,
        &template::TEMPLATE,
    ]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "MAGIC", cx.int(MAGIC.into()))?;
    set(cx, module, "CODESIZE", cx.int(4))?;
    set(cx, module, "MAXREPEAT", cx.int(MAXREPEAT.into()))?;
    set(cx, module, "MAXGROUPS", cx.int(MAXGROUPS.into()))?;
    let text = cx.str(" SRE 2.2.2, the secret labs regular expression interface ");
    set(cx, module, "copyright", text)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_sre",
    functions: natives![
        compile,
        template::template,
        getcodesize,
        ascii_iscased,
        unicode_iscased,
        ascii_tolower,
        unicode_tolower
    ],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
