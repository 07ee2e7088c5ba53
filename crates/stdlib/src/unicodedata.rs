//! `unicodedata`: the Unicode database 16.0.0, and the old one 3.2.0 that IDNA asks for.

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, MemberDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, exc, flags};
use taipan_text::unicode::{self as props, self as normal, names, old};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// The payload of `ucd_3_2_0`.
pub struct OldDatabase;
taipan_object::plain_data!(OldDatabase);

// SAFETY: instances of the type are `Obj<OldDatabase>`, without values.
unsafe impl Payload for OldDatabase {
    const TYPE: &'static Obj<Type> = &UCD;
}

pub static UCD: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<OldDatabase>("unicodedata.UCD")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots::EMPTY)
        .defs(&TypeDefs {
            methods: natives![
                old_decimal,
                old_digit,
                old_numeric,
                old_category,
                old_bidirectional,
                old_combining,
                old_mirrored,
                old_east_asian_width,
                old_decomposition,
                old_name,
                old_lookup,
                old_is_normalized,
                old_normalize
            ],
            members: &[MemberDef {
                name: "unidata_version",
                doc: None,
                get: |cx, _| Ok(cx.str("3.2.0")),
                set: None,
            }],
            ..TypeDefs::NONE
        }),
);

/// The one character of an argument; `place` is `argument` or `argument 1`.
fn character(cx: &mut Cx, value: &Value, function: &str, place: &str) -> R<u32> {
    let Some(text) = value.as_str() else {
        let name = value.type_name(cx).into_owned();
        return Err(cx.type_error(format!("{function}() {place} must be a unicode character, not {name}")));
    };
    match (text.len(), text.char_at(0)) {
        (1, Some(c)) => Ok(c),
        (n, _) => Err(cx.type_error(format!(
            "{function}(): {place} must be a unicode character, not a string of length {n}"
        ))),
    }
}

/// A property of a character with the function of the module and the method of the old database.
macro_rules! property {
    ($($(#[doc = $doc:literal])* $new:ident $new_sig:literal $old:ident $old_sig:literal $name:literal $f:ident => $make:expr;)*) => { $(
        $(#[doc = $doc])*
        #[native($new_sig)]
        fn $new(cx: &mut Cx, chr: &Value) -> R {
            let c = character(cx, chr, $name, "argument")?;
            let make: fn(&mut Cx, _) -> Value = $make;
            Ok(make(cx, props::$f(c)))
        }
        $(#[doc = $doc])*
        #[native($old_sig)]
        fn $old(cx: &mut Cx, this: &Value, chr: &Value) -> R {
            let _ = this;
            let c = character(cx, chr, $name, "argument")?;
            let make: fn(&mut Cx, _) -> Value = $make;
            Ok(make(cx, old::$f(c)))
        }
    )* };
}

property! {
    /// Returns the general category assigned to the character chr as string.
    category "category(chr, /)" old_category "category($self, chr, /)" "category" category => |cx, s: &'static str| cx.str(s);
    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    bidirectional "bidirectional(chr, /)" old_bidirectional "bidirectional($self, chr, /)" "bidirectional" bidirectional => |cx, s: &'static str| cx.str(s);
    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    combining "combining(chr, /)" old_combining "combining($self, chr, /)" "combining" combining => |_, n: u8| Value::small_int(n.into());
    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    mirrored "mirrored(chr, /)" old_mirrored "mirrored($self, chr, /)" "mirrored" is_mirrored => |_, b: bool| Value::small_int(b.into());
    /// Returns the east asian width assigned to the character chr as string.
    east_asian_width "east_asian_width(chr, /)" old_east_asian_width "east_asian_width($self, chr, /)" "east_asian_width" east_asian_width => |cx, s: &'static str| cx.str(s);
}

/// A number of a character, with a default in place of ValueError.
macro_rules! number {
    ($($(#[doc = $doc:literal])* $new:ident $new_sig:literal $old:ident $old_sig:literal $name:literal $f:ident $missing:literal => $make:expr;)*) => { $(
        $(#[doc = $doc])*
        #[native($new_sig)]
        fn $new(cx: &mut Cx, chr: &Value, default: Option<&Value>) -> R {
            let c = character(cx, chr, $name, "argument 1")?;
            let make: fn(&mut Cx, _) -> Value = $make;
            match (props::$f(c), default) {
                (Some(n), _) => Ok(make(cx, n)),
                (None, Some(default)) => Ok(default.clone()),
                (None, None) => Err(cx.value_error($missing)),
            }
        }
        $(#[doc = $doc])*
        #[native($old_sig)]
        fn $old(cx: &mut Cx, this: &Value, chr: &Value, default: Option<&Value>) -> R {
            let _ = this;
            let c = character(cx, chr, $name, "argument 1")?;
            let make: fn(&mut Cx, _) -> Value = $make;
            match (old::$f(c), default) {
                (Some(n), _) => Ok(make(cx, n)),
                (None, Some(default)) => Ok(default.clone()),
                (None, None) => Err(cx.value_error($missing)),
            }
        }
    )* };
}

number! {
    /// Converts a Unicode character into its equivalent decimal value.
    ///
    /// Returns the decimal value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    decimal "decimal(chr, default=<unrepresentable>, /)" old_decimal "decimal($self, chr, default=<unrepresentable>, /)" "decimal" decimal "not a decimal" => |_, n: u8| Value::small_int(n.into());
    /// Converts a Unicode character into its equivalent digit value.
    ///
    /// Returns the digit value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    digit "digit(chr, default=<unrepresentable>, /)" old_digit "digit($self, chr, default=<unrepresentable>, /)" "digit" digit "not a digit" => |_, n: u8| Value::small_int(n.into());
    /// Converts a Unicode character into its equivalent numeric value.
    ///
    /// Returns the numeric value assigned to the character chr as float.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    numeric "numeric(chr, default=<unrepresentable>, /)" old_numeric "numeric($self, chr, default=<unrepresentable>, /)" "numeric" numeric "not a numeric character" => |cx, n: f64| cx.float(n);
}

/// Returns the character decomposition mapping assigned to the character chr as string.
///
/// An empty string is returned in case no such mapping is defined.
#[native("decomposition(chr, /)")]
fn decomposition(cx: &mut Cx, chr: &Value) -> R<String> {
    Ok(normal::decomposition(character(cx, chr, "decomposition", "argument")?))
}

/// Returns the character decomposition mapping assigned to the character chr as string.
///
/// An empty string is returned in case no such mapping is defined.
#[native("decomposition($self, chr, /)")]
fn old_decomposition(cx: &mut Cx, this: &Value, chr: &Value) -> R<String> {
    let _ = this;
    Ok(old::decomposition(character(cx, chr, "decomposition", "argument")?))
}

fn named(cx: &mut Cx, name: Option<String>, default: Option<&Value>) -> R {
    match (name, default) {
        (Some(name), _) => Ok(cx.str(&name)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(cx.value_error("no such name")),
    }
}

/// Returns the name assigned to the character chr as a string.
///
/// If no name is defined, default is returned, or, if not given,
/// ValueError is raised.
#[native("name(chr, default=<unrepresentable>, /)")]
fn name(cx: &mut Cx, chr: &Value, default: Option<&Value>) -> R {
    let c = character(cx, chr, "name", "argument 1")?;
    named(cx, names::name(c), default)
}

/// Returns the name assigned to the character chr as a string.
///
/// If no name is defined, default is returned, or, if not given,
/// ValueError is raised.
#[native("name($self, chr, default=<unrepresentable>, /)")]
fn old_name(cx: &mut Cx, this: &Value, chr: &Value, default: Option<&Value>) -> R {
    let _ = this;
    let c = character(cx, chr, "name", "argument 1")?;
    named(cx, old::name(c), default)
}

/// Look up character by name.
///
/// If a character with the given name is found, return the
/// corresponding character.  If not found, KeyError is raised.
#[native("lookup(name, /)")]
fn lookup(cx: &mut Cx, name: &Value) -> R {
    find(cx, name, false)
}

/// Look up character by name.
///
/// If a character with the given name is found, return the
/// corresponding character.  If not found, KeyError is raised.
#[native("lookup($self, name, /)")]
fn old_lookup(cx: &mut Cx, this: &Value, name: &Value) -> R {
    let _ = this;
    find(cx, name, true)
}

fn find(cx: &mut Cx, name: &Value, in_old: bool) -> R {
    let text = match name.as_str() {
        Some(text) => text.to_string_lossy().into_owned(),
        None => {
            let bytes = taipan_object::buffer::bytes_like(cx, name)?.to_vec(cx);
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    // Aliases are younger than the old database.
    let known = |c: u32| {
        old::is_assigned(c) && names::name(c).is_some_and(|name| name.as_str().eq_ignore_ascii_case(&text))
    };
    if let Some(c) = names::lookup(&text).filter(|&c| !in_old || known(c)) {
        return Ok(cx.str_from_char(c));
    }
    match names::lookup_sequence(&text).filter(|_| !in_old) {
        Some(points) => Ok(cx.str_from_code_points(&points).into_value()),
        None => Err(cx.raise(&exc::KEY_ERROR, format!("undefined character name '{text}'"))),
    }
}

/// The form and the text of the arguments.
fn parts(cx: &mut Cx, function: &str, form: &Value, text: &Value) -> R<(normal::Form, Vec<u32>)> {
    for (i, value) in [form, text].into_iter().enumerate() {
        if value.as_str().is_none() {
            let name = value.type_name(cx).into_owned();
            return Err(cx.type_error(format!("{function}() argument {} must be str, not {name}", i + 1)));
        }
    }
    let points = text.as_str().map(|t| t.chars().collect()).unwrap_or_default();
    match form.as_str().and_then(|f| normal::Form::from_name(&f.to_string_lossy())) {
        Some(form) => Ok((form, points)),
        None => Err(cx.value_error("invalid normalization form")),
    }
}

/// Return whether the Unicode string unistr is in the normal form 'form'.
///
/// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
#[native("is_normalized(form, unistr, /)")]
fn is_normalized(cx: &mut Cx, form: &Value, unistr: &Value) -> R<bool> {
    let (form, points) = parts(cx, "is_normalized", form, unistr)?;
    Ok(normal::is_normalized(form, &points))
}

/// Return whether the Unicode string unistr is in the normal form 'form'.
///
/// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
#[native("is_normalized($self, form, unistr, /)")]
fn old_is_normalized(cx: &mut Cx, this: &Value, form: &Value, unistr: &Value) -> R<bool> {
    let _ = this;
    let (form, points) = parts(cx, "is_normalized", form, unistr)?;
    Ok(old::normalize(form, &points) == points)
}

/// Return the normal form 'form' for the Unicode string unistr.
///
/// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
#[native("normalize(form, unistr, /)")]
fn normalize(cx: &mut Cx, form: &Value, unistr: &Value) -> R {
    let (form, points) = parts(cx, "normalize", form, unistr)?;
    Ok(cx.str_from_code_points(&normal::normalize(form, &points)).into_value())
}

/// Return the normal form 'form' for the Unicode string unistr.
///
/// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
#[native("normalize($self, form, unistr, /)")]
fn old_normalize(cx: &mut Cx, this: &Value, form: &Value, unistr: &Value) -> R {
    let _ = this;
    let (form, points) = parts(cx, "normalize", form, unistr)?;
    Ok(cx.str_from_code_points(&old::normalize(form, &points)).into_value())
}

fn types(types: &mut Types) {
    types.add([&UCD]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let version = cx.str("16.0.0");
    set(cx, module, "unidata_version", version)?;
    set(cx, module, "UCD", UCD.to_value())?;
    let database = cx.new_object(OldDatabase).into_value();
    set(cx, module, "ucd_3_2_0", database)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "unicodedata",
    doc: Some(
        "This module provides access to the Unicode Character Database which\ndefines character properties for all Unicode characters. The data in\nthis database is based on the UnicodeData.txt file version\n16.0.0 which is publicly available from the Unicode Consortium\nat https://www.unicode.org/Public/16.0.0/ucd/UnicodeData.txt.\n\nThe module uses the same names and symbols as defined by the\nUnicodeData File Format 16.0.0.",
    ),
    functions: natives![
        decimal,
        digit,
        numeric,
        category,
        bidirectional,
        combining,
        mirrored,
        east_asian_width,
        decomposition,
        name,
        lookup,
        is_normalized,
        normalize
    ],
    types: Some(types),
    init: Some(init),
};
