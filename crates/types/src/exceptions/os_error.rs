//! `OSError`: which subclass an error number makes, and its attributes.

use taipan_macros::{native, natives};
use taipan_object::exc::{self, Exception, OS_ERROR, fields};
use taipan_object::{Args, Cx, GetSetDef, MemberDef, Obj, R, Raised, Slots, Type, TypeDefs, Value, ops};
use taipan_text::Wtf8Buf;

use super::base;
use super::fields::{field, field_opt, member, set_field};
use crate::Types;

/// The subclass of OSError that stands for an error number (Linux numbers, PEP 3151).
pub fn type_of_errno(errno: i64) -> &'static Obj<Type> {
    match errno {
        11 | 114 | 115 => &exc::BLOCKING_IO_ERROR,
        32 | 108 => &exc::BROKEN_PIPE_ERROR,
        10 => &exc::CHILD_PROCESS_ERROR,
        103 => &exc::CONNECTION_ABORTED_ERROR,
        111 => &exc::CONNECTION_REFUSED_ERROR,
        104 => &exc::CONNECTION_RESET_ERROR,
        17 => &exc::FILE_EXISTS_ERROR,
        2 => &exc::FILE_NOT_FOUND_ERROR,
        21 => &exc::IS_A_DIRECTORY_ERROR,
        20 => &exc::NOT_A_DIRECTORY_ERROR,
        4 => &exc::INTERRUPTED_ERROR,
        1 | 13 => &exc::PERMISSION_ERROR,
        3 => &exc::PROCESS_LOOKUP_ERROR,
        110 => &exc::TIMEOUT_ERROR,
        _ => &OS_ERROR,
    }
}

/// Raises the OSError of an error number, its text, and up to two file names.
pub fn os_error(
    cx: &mut Cx,
    errno: i64,
    strerror: &str,
    filename: Option<&Value>,
    filename2: Option<&Value>,
) -> Raised {
    let mut args = vec![cx.int(errno), cx.str(strerror)];
    if let Some(filename) = filename {
        args.push(filename.clone());
        if let Some(second) = filename2 {
            args.extend([Value::none(), second.clone()]);
        }
    }
    match make(cx, type_of_errno(errno), &args) {
        Ok(error) => exc::raise(cx, error),
        Err(raised) => raised,
    }
}

fn make(cx: &mut Cx, class: &Obj<Type>, args: &[Value]) -> R {
    let e = cx.new_instance(class, Exception::default()).into_value();
    fill(cx, &e, args)?;
    Ok(e)
}

/// What the constructor does with two to five arguments: number, text, file, (winerror), second file.
fn fill(cx: &mut Cx, this: &Value, args: &[Value]) -> R<()> {
    if !(2..=5).contains(&args.len()) {
        return base::set_args(cx, this, args);
    }
    set_field(cx, this, fields::ERRNO, Some(args[0].clone()))?;
    set_field(cx, this, fields::STRERROR, Some(args[1].clone()))?;
    let Some(filename) = args.get(2).filter(|f| !f.is_none()) else { return base::set_args(cx, this, args) };
    if this.is_instance(&exc::BLOCKING_IO_ERROR)
        && args.len() == 3
        && (filename.as_int().is_some() || filename.ty(cx).slots().index.is_some())
    {
        let written = taipan_object::int::index(cx, filename)?;
        set_field(cx, this, fields::CHARACTERS_WRITTEN, Some(written))?;
        return base::set_args(cx, this, args);
    }
    set_field(cx, this, fields::FILENAME, Some(filename.clone()))?;
    if let Some(second) = args.get(4).filter(|f| !f.is_none()) {
        set_field(cx, this, fields::FILENAME2, Some(second.clone()))?;
    }
    // File names are left out of `args`, for compatibility with the time before they existed.
    base::set_args(cx, this, &args[..2])
}

fn native_init(class: &Obj<Type>) -> bool {
    same(class.slots().init.map(|f| f as usize), init as *const () as usize)
}

fn native_new(class: &Obj<Type>) -> bool {
    same(class.slots().new.map(|f| f as usize), new as *const () as usize)
}

fn same(a: Option<usize>, b: usize) -> bool {
    a == Some(b)
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    // A subclass with an `__init__` of its own gets its arguments there.
    if !native_init(class) && native_new(class) {
        let e = cx.new_instance(class, Exception::default()).into_value();
        base::set_args(cx, &e, &[])?;
        return Ok(e);
    }
    if args.has_keywords() {
        return Err(cx.type_error(format!("{}() takes no keyword arguments", class.name())));
    }
    let errno = args.pos().first().and_then(Value::as_int).and_then(|i| i.to_i64());
    let class = match errno {
        Some(errno) if class.is(&OS_ERROR) && args.pos().len() > 1 => type_of_errno(errno),
        _ => class,
    };
    make(cx, class, args.pos())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    let class = this.type_of();
    if native_init(&class) || !native_new(&class) {
        return Ok(());
    }
    if args.has_keywords() {
        return Err(cx.type_error(format!("{}() takes no keyword arguments", class.name())));
    }
    fill(cx, this, args.pos())
}

fn shown(cx: &mut Cx, value: &Value, repr: bool) -> R<Wtf8Buf> {
    let text = if repr { ops::repr(cx, value)? } else { ops::str_of(cx, value)? };
    Ok(text.to_wtf8())
}

fn str(cx: &mut Cx, this: &Value) -> R {
    let (errno, strerror) = (field_opt(cx, this, fields::ERRNO)?, field_opt(cx, this, fields::STRERROR)?);
    let filename = field_opt(cx, this, fields::FILENAME)?;
    let (Some(errno), Some(strerror)) = (errno, strerror) else {
        if let Some(filename) = filename {
            let none = Value::none();
            let errno = field_opt(cx, this, fields::ERRNO)?.unwrap_or(none);
            let strerror = field(cx, this, fields::STRERROR)?;
            return with_names(cx, this, &errno, &strerror, Some(filename));
        }
        return match exc::BASE_EXCEPTION.slots().str {
            Some(f) => f(cx, this),
            None => Ok(cx.empty_str()),
        };
    };
    with_names(cx, this, &errno, &strerror, filename)
}

fn with_names(cx: &mut Cx, this: &Value, errno: &Value, strerror: &Value, filename: Option<Value>) -> R {
    let mut text = Wtf8Buf::from("[Errno ");
    text.push_wtf8(&shown(cx, errno, false)?);
    text.push_str("] ");
    text.push_wtf8(&shown(cx, strerror, false)?);
    if let Some(filename) = filename {
        text.push_str(": ");
        text.push_wtf8(&shown(cx, &filename, true)?);
        if let Some(second) = field_opt(cx, this, fields::FILENAME2)? {
            text.push_str(" -> ");
            text.push_wtf8(&shown(cx, &second, true)?);
        }
    }
    Ok(cx.str_from_wtf8(&text).into_value())
}

#[native("OSError.__reduce__($self, /)", no_signature)]
fn reduce(cx: &mut Cx, this: &Value) -> R {
    let e = base::payload(cx, this)?;
    let mut args = base::args_of(cx, e);
    if args.len() == 2
        && let Some(filename) = field_opt(cx, this, fields::FILENAME)?
    {
        args.push(filename);
        if let Some(second) = field_opt(cx, this, fields::FILENAME2)? {
            args.extend([Value::none(), second]);
        }
    }
    let args = cx.tuple(args).into_value();
    base::reduce_with(cx, this, args)
}

static MEMBERS: &[MemberDef] = &[
    member!("errno", fields::ERRNO, "POSIX exception code"),
    member!("strerror", fields::STRERROR, "exception strerror"),
    member!("filename", fields::FILENAME, "exception filename"),
    member!("filename2", fields::FILENAME2, "second exception filename"),
];

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "characters_written",
    doc: None,
    get: Some(|cx, this| match field_opt(cx, this, fields::CHARACTERS_WRITTEN)? {
        Some(n) => Ok(n),
        None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "characters_written")),
    }),
    set: Some(|cx, this, value| match value {
        Some(n) => {
            let n = taipan_object::int::index(cx, n)?;
            set_field(cx, this, fields::CHARACTERS_WRITTEN, Some(n))
        }
        None => match field_opt(cx, this, fields::CHARACTERS_WRITTEN)? {
            Some(_) => set_field(cx, this, fields::CHARACTERS_WRITTEN, None),
            None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "characters_written")),
        },
    }),
}];

static DEFS: TypeDefs =
    TypeDefs { methods: natives![reduce], members: MEMBERS, getset: GETSET, ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    let slots = Slots { new: Some(new), init: Some(init), str: Some(str), ..Slots::EMPTY };
    types.core(&OS_ERROR, slots, &DEFS, "Base class for I/O related errors.");
}
