//! Functions about one object: its attributes, type, hash, length, text; and the namespaces `globals` and `locals`.

use taipan_macros::native;
use taipan_object::{Args, Cx, Obj, R, Str, Value, exc, names, ops};

use crate::frame;

/// The name argument of `getattr` and its kin.
fn attribute_name<'a>(cx: &mut Cx, name: &'a Value) -> R<&'a Obj<Str>> {
    match name.as_str() {
        Some(name) => Ok(name),
        None => {
            let message = format!("attribute name must be string, not '{}'", name.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// Return whether the object is callable (i.e., some kind of function).
///
/// Note that classes are callable, as are instances of classes with a
/// __call__() method.
#[native("callable(obj, /)")]
pub fn callable(cx: &mut Cx, obj: &Value) -> bool {
    obj.ty(cx).slots().call.is_some()
}

/// Deletes the named attribute from the given object.
///
/// delattr(x, 'y') is equivalent to ``del x.y``
#[native("delattr(obj, name, /)")]
pub fn delattr(cx: &mut Cx, obj: &Value, name: &Value) -> R<()> {
    let name = attribute_name(cx, name)?;
    ops::delattr(cx, obj, name)
}

/// Sets the named attribute on the given object to the specified value.
///
/// setattr(x, 'y', v) is equivalent to ``x.y = v``
#[native("setattr(obj, name, value, /)")]
pub fn setattr(cx: &mut Cx, obj: &Value, name: &Value, value: &Value) -> R<()> {
    let name = cx.intern_value(name.clone());
    let name = attribute_name(cx, &name)?;
    ops::setattr(cx, obj, name, value)
}

/// Return whether the object has an attribute with the given name.
///
/// This is done by calling getattr(obj, name) and catching AttributeError.
#[native("hasattr(obj, name, /)")]
pub fn hasattr(cx: &mut Cx, obj: &Value, name: &Value) -> R<bool> {
    let name = attribute_name(cx, name)?;
    Ok(ops::getattr_opt(cx, obj, name)?.is_some())
}

/// getattr(object, name[, default]) -> value
///
/// Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.
/// When a default argument is given, it is returned when the attribute doesn't
/// exist; without it, an exception is raised in that case.
#[native("getattr(object, name, default=None, /)", no_signature)]
pub fn getattr(cx: &mut Cx, object: &Value, name: &Value, default: Option<&Value>) -> R {
    let name = attribute_name(cx, name)?;
    match default {
        None => ops::getattr(cx, object, name),
        Some(default) => Ok(ops::getattr_opt(cx, object, name)?.unwrap_or_else(|| default.clone())),
    }
}

/// dir([object]) -> list of strings
///
/// If called without an argument, return the names in the current scope.
/// Else, return an alphabetized list of names comprising (some of) the attributes
/// of the given object, and of attributes reachable from it.
/// If the object supplies a method named __dir__, it will be used; otherwise
/// the default dir() logic is used and returns:
///   for a module object: the module's attributes.
///   for a class object:  its attributes, and recursively the attributes
///     of its bases.
///   for any other object: its attributes, its class's attributes, and
///     recursively the attributes of its class's base classes.
#[native("dir(object=None, /)", no_signature)]
pub fn dir(cx: &mut Cx, object: Option<&Value>) -> R {
    let names = match object {
        Some(object) => match ops::call_special(cx, object, &names::__dir__, &[])? {
            Some(names) => names,
            None => return Err(cx.type_error("object does not provide __dir__")),
        },
        None => {
            let namespace = current_locals(cx)?;
            ops::call_method(cx, &namespace, &names::keys, &[])?
        }
    };
    super::iteration::sorted_list(cx, &names)
}

/// vars([object]) -> dictionary
///
/// Without arguments, equivalent to locals().
/// With an argument, equivalent to object.__dict__.
#[native("vars(object=None, /)", no_signature)]
pub fn vars(cx: &mut Cx, object: Option<&Value>) -> R {
    let Some(object) = object else { return current_locals(cx) };
    match ops::getattr_opt(cx, object, &names::__dict__)? {
        Some(dict) => Ok(dict),
        None => Err(cx.type_error("vars() argument must have __dict__ attribute")),
    }
}

/// The namespace of local names of the running frame, as `locals()` gives it.
pub fn current_locals(cx: &mut Cx) -> R {
    let frame = frame::current(cx);
    if frame.is_null() {
        return Err(cx.system_error("frame does not exist"));
    }
    // SAFETY: the innermost frame is live.
    unsafe { frame::locals::snapshot(cx, frame) }
}

/// The globals of the running frame.
pub fn current_globals(cx: &mut Cx) -> R {
    match frame::current_globals(cx) {
        Some(globals) => Ok(globals),
        None => Err(cx.system_error("globals do not exist")),
    }
}

/// Return the dictionary containing the current scope's global variables.
///
/// NOTE: Updates to this dictionary *will* affect name lookups in the current
/// global scope and vice-versa.
#[native("globals()")]
pub fn globals(cx: &mut Cx) -> R {
    current_globals(cx)
}

/// Return a dictionary containing the current scope's local variables.
///
/// NOTE: Whether or not updates to this dictionary will affect name lookups in
/// the local scope and vice-versa is *implementation dependent* and not
/// covered by any backwards compatibility guarantees.
#[native("locals()")]
pub fn locals(cx: &mut Cx) -> R {
    current_locals(cx)
}

/// Return the integer hash value for the given object.
///
/// Two objects that compare equal must also have the same hash value, but the
/// reverse is not necessarily true.
#[native("hash(obj, /)")]
pub fn hash(cx: &mut Cx, obj: &Value) -> R<i64> {
    ops::hash(cx, obj)
}

/// Return the identity of an object.
///
/// This is guaranteed to be unique among simultaneously existing objects.
/// (CPython uses the object's memory address.)
#[native("id(obj, /)")]
pub fn id(cx: &mut Cx, obj: &Value) -> Value {
    cx.int_from_u64(obj.id())
}

/// Return whether an object is an instance of a class or of a subclass thereof.
///
/// A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
/// check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
/// or ...`` etc.
#[native("isinstance(obj, class_or_tuple, /)")]
pub fn isinstance(cx: &mut Cx, obj: &Value, class: &Value) -> R<bool> {
    ops::is_instance(cx, obj, class)
}

/// Return whether 'cls' is derived from another class or is the same class.
///
/// A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
/// check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
/// or ...``.
#[native("issubclass(cls, class_or_tuple, /)")]
pub fn issubclass(cx: &mut Cx, class: &Value, of: &Value) -> R<bool> {
    ops::is_subclass(cx, class, of)
}

/// Return the number of items in a container.
#[native("len(obj, /)")]
pub fn len(cx: &mut Cx, obj: &Value) -> R<usize> {
    ops::len(cx, obj)
}

/// Return the canonical string representation of the object.
///
/// For many object types, including most builtins, eval() will return
/// an equal object.
#[native("repr(obj, /)")]
pub fn repr(cx: &mut Cx, obj: &Value) -> R {
    ops::repr_value(cx, obj)
}

/// Return an ASCII-only representation of an object.
///
/// As repr(), return a string containing a printable representation of an
/// object, but escape the non-ASCII characters in the string returned by
/// repr() using \\x, \\u or \\U escapes. This generates a string similar
/// to that returned by repr() in Python 2.
#[native("ascii(obj, /)")]
pub fn ascii(cx: &mut Cx, obj: &Value) -> R {
    let text = ops::repr(cx, obj)?;
    Ok(ascii_text(cx, &text))
}

/// Text with escapes in place of what is not ASCII.
pub fn ascii_text(cx: &mut Cx, text: &Obj<Str>) -> Value {
    if text.is_ascii() {
        return text.to_value();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            0..0x80 => out.extend(char::from_u32(c)),
            0x80..0x100 => out.push_str(&format!("\\x{c:02x}")),
            0x100..0x10000 => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    cx.str(&out)
}

/// Return type(value).__format__(value, format_spec)
///
/// Many built-in types implement format_spec according to the
/// Format Specification Mini-language. See help('FORMATTING')
/// for details.
///
/// If type(value) does not supply a method named __format__
/// and format_spec is empty, then str(value) is returned.
#[native("format(value, format_spec='', /)")]
pub fn format(cx: &mut Cx, value: &Value, spec: Option<&Value>) -> R {
    match spec {
        Some(spec) if spec.as_str().is_none() => {
            let message = format!("format() argument 2 must be str, not {}", spec.type_name(cx));
            Err(cx.type_error(message))
        }
        Some(spec) => ops::format(cx, value, spec),
        None => {
            let empty = cx.empty_str();
            ops::format(cx, value, &empty)
        }
    }
}

/// Raises TypeError for a call with other than `least..=most` positional arguments, as CPython's unpacking words it.
pub fn check_count(cx: &mut Cx, name: &str, args: Args<'_>, least: usize, most: usize) -> R<()> {
    let given = args.pos().len();
    if args.has_keywords() {
        return Err(cx.type_error(format!("{name}() takes no keyword arguments")));
    }
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let (bound, n) = if given < least { ("at least", least) } else { ("at most", most) };
    let bound = if least == most { String::new() } else { format!("{bound} ") };
    let plural = if n == 1 { "" } else { "s" };
    Err(cx.raise(&exc::TYPE_ERROR, format!("{name} expected {bound}{n} argument{plural}, got {given}")))
}
