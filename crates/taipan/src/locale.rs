//! The locale for characters at the start (PEP 538): the user's, or a UTF-8 one in the place of the C locale.

use taipan_host::HostHandle;

/// `LC_CTYPE`.
const CHARACTERS: i32 = 0;

/// What stands in for the C locale, by preference.
const TARGETS: [&[u8]; 3] = [b"C.UTF-8", b"C.utf8", b"UTF-8"];

/// Sets the locale for characters that the environment names; its name.
pub fn user_locale(host: &HostHandle) -> Vec<u8> {
    host.set_locale(CHARACTERS, Some(b"")).ok().flatten().unwrap_or_else(|| b"C".to_vec())
}

/// Whether a locale knows ASCII only.
pub fn is_c(locale: &[u8]) -> bool {
    locale == b"C" || locale == b"POSIX"
}

/// Puts a UTF-8 locale in the place of C, in the environment too, unless `LC_ALL` insists. Gives the locale that holds.
pub fn coerce(host: &HostHandle, locale: Vec<u8>, wanted: bool, warn: bool) -> Vec<u8> {
    if !is_c(&locale) {
        return locale;
    }
    let insists = host.variable(b"LC_ALL").is_some_and(|value| !value.is_empty());
    if wanted && !insists {
        for target in TARGETS {
            if !matches!(host.set_locale(CHARACTERS, Some(target)), Ok(Some(_))) {
                continue;
            }
            // Without it, children would go back to the C locale; nothing else is lost.
            let _ = host.set_variable(b"LC_CTYPE", target);
            if warn {
                eprintln!(
                    "Python detected LC_CTYPE=C: LC_CTYPE coerced to {} (set another locale or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior).",
                    String::from_utf8_lossy(target)
                );
            }
            return target.to_vec();
        }
    }
    if warn {
        eprintln!(
            "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible locales is recommended."
        );
    }
    locale
}
