//! `_suggestions`: the name closest to one that was mistyped.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value};
use taipan_types::list::List;
use taipan_types::module::ModuleDef;

/// From so many candidates on, nothing is suggested.
const MOST_CANDIDATES: usize = 750;

/// Returns the candidate in candidates that's closest to item
#[native("_suggestions._generate_suggestions(candidates, item, /)")]
fn _generate_suggestions(cx: &mut Cx, candidates: &Value, item: &Value) -> R {
    let Some(list) = candidates.cast_exact::<List>() else {
        return Err(cx.type_error("candidates must be a list"));
    };
    let Some(item) = item.as_str() else {
        let kind = item.type_name(cx);
        return Err(cx.type_error(format!("_generate_suggestions() argument 2 must be str, not {kind}")));
    };
    let mut names = Vec::new();
    for candidate in list.get(cx).items.iter() {
        match candidate.as_str() {
            Some(name) => names.push(name.to_string_lossy().into_owned()),
            None => return Err(cx.type_error("all elements in 'candidates' must be strings")),
        }
    }
    if names.len() >= MOST_CANDIDATES {
        return Ok(Value::none());
    }
    let item = item.to_string_lossy();
    Ok(match taipan_text::suggest::closest(&item, names.iter().map(String::as_str)) {
        Some(found) => cx.str(found),
        None => Value::none(),
    })
}

pub static MODULE: ModuleDef =
    ModuleDef { name: "_suggestions", functions: natives![_generate_suggestions], ..ModuleDef::EMPTY };
