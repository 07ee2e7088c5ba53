//! What stands behind `types.GenericAlias`, `typing.Union` and the type parameters of PEP 695: generic aliases, unions, type
//! variables, type aliases, and the base class `Generic`.

pub mod alias;
pub mod params;
pub mod type_alias;
pub mod union;

pub use alias::{GENERIC_ALIAS, GenericAlias, new_alias, parameters_of, substitute};
pub use union::{UNION, make_union, union_slot};

use taipan_object::{Cx, R, Value, names, ops};

use crate::Types;
use crate::support::TextBuilder;

/// The text of a type inside generics: classes by their qualified name, the rest by repr.
pub fn push_type_repr(cx: &mut Cx, text: &mut TextBuilder, value: &Value) -> R<()> {
    if value.is(&Value::ellipsis()) {
        text.push("...");
        return Ok(());
    }
    if value.is_none() || value.is_obj(&taipan_object::singleton::NONE_TYPE) {
        text.push("None");
        return Ok(());
    }
    let has_origin = ops::getattr_opt(cx, value, &names::__origin__)?.is_some();
    if has_origin && ops::getattr_opt(cx, value, &names::__args__)?.is_some() {
        return text.push_repr(cx, value);
    }
    let qualname = ops::getattr_opt(cx, value, &names::__qualname__)?;
    let module = ops::getattr_opt(cx, value, &names::__module__)?;
    match (qualname, module) {
        (Some(qualname), Some(module)) if !module.is_none() => {
            let qualname = ops::str_of(cx, &qualname)?;
            if !module.as_str().is_some_and(|m| m.eq_str("builtins")) {
                let module = ops::str_of(cx, &module)?;
                text.push_str(&module);
                text.push(".");
            }
            text.push_str(&qualname);
            Ok(())
        }
        _ => text.push_repr(cx, value),
    }
}

pub fn install(types: &mut Types) {
    types.add([&GENERIC_ALIAS, &alias::ALIAS_ITERATOR, &UNION]);
    params::install(types);
    type_alias::install(types);
}
