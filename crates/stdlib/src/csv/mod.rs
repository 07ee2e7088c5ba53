//! `_csv`: reading and writing of delimited text.

mod dialect;
mod read;
mod write;

use taipan_macros::{native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::exc::{EXCEPTION, Exception};
use taipan_object::ty::TYPE;
use taipan_object::{Args, Cx, Handle, Obj, R, Raised, Type, Value, flags, ops};
use taipan_types::Types;
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};

/// `_csv.Error`.
pub static ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("_csv.Error")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

#[cold]
fn error(cx: &mut Cx, message: impl Into<String>) -> Raised {
    cx.raise(&ERROR, message)
}

/// What the module keeps of an interpreter.
struct State {
    dialects: Option<Handle<Dict>>,
    /// Longest field that readers take, in characters.
    limit: i64,
}

impl Default for State {
    fn default() -> State {
        State { dialects: None, limit: 128 * 1024 }
    }
}

fn dialects(cx: &mut Cx) -> Handle<Dict> {
    if let Some(known) = &cx.interp_mut().state::<State>().dialects {
        return known.clone();
    }
    let made = cx.new_dict();
    cx.interp_mut().state::<State>().dialects = Some(made.clone());
    made
}

fn find_dialect(cx: &mut Cx, name: &Value) -> R {
    let known = dialects(cx);
    match dict::get(cx, &known, name)? {
        Some(found) => Ok(found),
        None => Err(error(cx, "unknown dialect")),
    }
}

/// Create a mapping from a string name to a dialect class.
#[native("_csv.register_dialect(name, /, dialect=<unrepresentable>, **fmtparams)", no_signature)]
fn register_dialect(cx: &mut Cx, args: Args<'_>) -> R<()> {
    let (name, rest) = match args.split_first() {
        Some((name, rest)) if rest.pos().len() <= 1 => (name, rest),
        _ => {
            let n = args.pos().len();
            return Err(cx.type_error(format!("register_dialect expected at least 1 argument, got {n}")));
        }
    };
    if name.as_str().is_none() {
        return Err(cx.type_error("dialect name must be a string"));
    }
    let made = dialect::from_arguments(cx, rest)?;
    let known = dialects(cx);
    dict::set(cx, &known, name.clone(), made)
}

/// Delete the name/dialect mapping associated with a string name.
///
///     csv.unregister_dialect(name)
#[native("_csv.unregister_dialect(name)")]
fn unregister_dialect(cx: &mut Cx, name: &Value) -> R<()> {
    let known = dialects(cx);
    match dict::remove(cx, &known, name)? {
        Some(_) => Ok(()),
        None => Err(error(cx, "unknown dialect")),
    }
}

/// Return the dialect instance associated with name.
///
///     dialect = csv.get_dialect(name)
#[native("_csv.get_dialect(name)")]
fn get_dialect(cx: &mut Cx, name: &Value) -> R {
    find_dialect(cx, name)
}

/// Return a list of all known dialect names.
///
///     names = csv.list_dialects()
#[native("_csv.list_dialects()")]
fn list_dialects(cx: &mut Cx) -> R {
    let known = dialects(cx);
    let names = dict::keys(cx, &known);
    Ok(new_list(cx, names).into_value())
}

/// Sets an upper limit on parsed fields.
///
///     csv.field_size_limit([limit])
///
/// Returns old limit. If limit is not given, no new limit is set and
/// the old limit is returned
#[native("_csv.field_size_limit(new_limit=<unrepresentable>)")]
fn field_size_limit(cx: &mut Cx, new_limit: Option<&Value>) -> R<i64> {
    let old = cx.interp_mut().state::<State>().limit;
    if let Some(limit) = new_limit {
        let Some(number) = limit.as_int() else { return Err(cx.type_error("limit must be an integer")) };
        match number.to_i64() {
            Some(limit) => cx.interp_mut().state::<State>().limit = limit,
            None => return Err(cx.overflow_error("Python int too large to convert to C long")),
        }
    }
    Ok(old)
}

/// Splits the leading positional argument off, for `reader` and `writer`.
fn leading<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<(&'a Value, Args<'a>)> {
    match args.split_first() {
        Some((first, rest)) if rest.pos().len() <= 1 => Ok((first, rest)),
        Some(_) => {
            let n = args.pos().len();
            Err(cx.type_error(format!("{name} expected at most 2 arguments, got {n}")))
        }
        None => Err(cx.type_error(format!("{name} expected at least 1 argument, got 0"))),
    }
}

/// Return a reader object that will process lines from the given iterator.
///
/// The "iterable" argument can be any object that returns a line
/// of input for each iteration, such as a file object or a list.  The
/// optional "dialect" argument defines a CSV dialect.  The function
/// also accepts optional keyword arguments which override settings
/// provided by the dialect.
///
/// The returned object is an iterator.  Each iteration returns a row
/// of the CSV file (which can span multiple input lines).
#[native("_csv.reader(iterable, /, dialect='excel', **fmtparams)")]
fn reader(cx: &mut Cx, args: Args<'_>) -> R {
    let (iterable, rest) = leading(cx, args, "reader")?;
    let lines = ops::iter(cx, iterable)?;
    let made = dialect::from_arguments(cx, rest)?;
    Ok(read::new(cx, lines, made))
}

/// Return a writer object that will write user data on the given file object.
///
/// The "fileobj" argument can be any object that supports the file API.
/// The optional "dialect" argument defines a CSV dialect.  The function
/// also accepts optional keyword arguments which override settings
/// provided by the dialect.
#[native("_csv.writer(fileobj, /, dialect='excel', **fmtparams)")]
fn writer(cx: &mut Cx, args: Args<'_>) -> R {
    let (file, rest) = leading(cx, args, "writer")?;
    let made = dialect::from_arguments(cx, rest)?;
    let write = ops::getattr_opt(cx, file, &taipan_object::names::write)?;
    match write.filter(|w| w.ty(cx).slots().call.is_some()) {
        Some(write) => Ok(write::new(cx, write, made)),
        None => Err(cx.type_error("argument 1 must have a \"write\" method")),
    }
}

fn types(types: &mut Types) {
    types.add([&ERROR, &dialect::DIALECT, &read::READER, &write::WRITER]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "Error", ERROR.to_value())?;
    set(cx, module, "Dialect", dialect::DIALECT.to_value())?;
    set(cx, module, "Reader", read::READER.to_value())?;
    set(cx, module, "Writer", write::WRITER.to_value())?;
    let known = dialects(cx).into_value();
    set(cx, module, "_dialects", known)?;
    for (i, name) in dialect::QUOTING.iter().enumerate() {
        set(cx, module, name, Value::small_int(i as i32))?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_csv",
    doc: Some("CSV parsing and writing.\n"),
    functions: natives![
        reader,
        writer,
        register_dialect,
        unregister_dialect,
        get_dialect,
        list_dialects,
        field_size_limit
    ],
    types: Some(types),
    init: Some(init),
};
