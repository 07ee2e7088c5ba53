//! Mangling of private names (language reference, 6.2.1).

use taipan_syntax::ast::Identifier;

/// `name` as seen in class `private`: `__x` becomes `_Class__x`.
pub fn mangle(private: Option<&Identifier>, name: &Identifier) -> Identifier {
    match private.and_then(|class| mangle_text(class, name)) {
        Some(text) => Identifier::from(text),
        None => name.clone(),
    }
}

/// The mangled form, or `None` if the name stays as it is.
pub fn mangle_text(class: &str, name: &str) -> Option<String> {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    (!class.is_empty()).then(|| format!("_{class}{name}"))
}
