//! `co_*` attributes, `CodeType()`, `replace`, comparison.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use taipan_bytecode::code::kinds;
use taipan_bytecode::{CodeFlags, CodeObject, Constant, Name, linetable, verify};
use taipan_object::native::{GetSetDef, MemberDef};
use taipan_object::{Args, CompareOp, Cx, Obj, R, Slots, Tuple, Type, TypeDefs, Value};

use super::{Code, constants};

pub const SLOTS: Slots =
    Slots { repr: Some(repr), hash: Some(hash), compare: Some(compare), new: Some(new), ..Slots::EMPTY };

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Code>> {
    match value.cast::<Code>() {
        Some(code) => Ok(code),
        None => Err(cx.type_error("a code object is needed")),
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let code = this(cx, value)?;
    let source = &code.source;
    let line = if source.firstlineno != 0 { source.firstlineno } else { -1 };
    let text = format!(
        "<code object {} at {:#x}, file \"{}\", line {line}>",
        source.name,
        value.id(),
        source.filename
    );
    Ok(cx.str(&text))
}

fn hash(cx: &mut Cx, value: &Value) -> R<i64> {
    let code = this(cx, value)?;
    let mut hasher = std::hash::DefaultHasher::new();
    code.source.hash(&mut hasher);
    let hash = hasher.finish() as i64;
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(cx: &mut Cx, a: &Value, b: &Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Code>(), b.cast::<Code>()) else {
        return Ok(Value::not_implemented());
    };
    let _ = cx;
    let equal = || Arc::ptr_eq(&x.source, &y.source) || same_code(&x.source, &y.source);
    Ok(match op {
        CompareOp::Eq => Value::bool(equal()),
        CompareOp::Ne => Value::bool(!equal()),
        _ => Value::not_implemented(),
    })
}

/// Whether two code objects do the same under the same name: where they come from does not count.
fn same_code(x: &CodeObject, y: &CodeObject) -> bool {
    x.name == y.name
        && x.argcount == y.argcount
        && x.posonlyargcount == y.posonlyargcount
        && x.kwonlyargcount == y.kwonlyargcount
        && x.flags == y.flags
        && x.firstlineno == y.firstlineno
        && x.code == y.code
        && x.consts.len() == y.consts.len()
        && x.consts.iter().zip(&y.consts).all(|(a, b)| same_constant(a, b))
        && x.names == y.names
        && x.localsplusnames == y.localsplusnames
        && x.localspluskinds == y.localspluskinds
        && x.linetable == y.linetable
        && x.exceptiontable == y.exceptiontable
}

fn same_constant(a: &Constant, b: &Constant) -> bool {
    match (a, b) {
        (Constant::Code(a), Constant::Code(b)) => Arc::ptr_eq(a, b) || same_code(a, b),
        (Constant::Tuple(a), Constant::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same_constant(a, b))
        }
        _ => a == b,
    }
}

macro_rules! number {
    ($f:ident, $field:ident) => {
        fn $f(cx: &mut Cx, value: &Value) -> R {
            let n = this(cx, value)?.source.$field;
            Ok(cx.int(i64::from(n)))
        }
    };
}
number!(argcount, argcount);
number!(posonlyargcount, posonlyargcount);
number!(kwonlyargcount, kwonlyargcount);
number!(stacksize, stacksize);
number!(firstlineno, firstlineno);

fn co_flags(cx: &mut Cx, value: &Value) -> R {
    let flags = this(cx, value)?.source.flags.0;
    Ok(cx.int(i64::from(flags)))
}

fn nlocals(cx: &mut Cx, value: &Value) -> R {
    let n = this(cx, value)?.source.nlocals();
    Ok(cx.int(n as i64))
}

fn code_bytes(cx: &mut Cx, value: &Value) -> R {
    let code = this(cx, value)?;
    Ok(cx.bytes(&code.source.code))
}

fn line_table(cx: &mut Cx, value: &Value) -> R {
    let code = this(cx, value)?;
    Ok(cx.bytes(&code.source.linetable))
}

fn exception_table(cx: &mut Cx, value: &Value) -> R {
    let code = this(cx, value)?;
    Ok(cx.bytes(&code.source.exceptiontable))
}

fn consts(cx: &mut Cx, value: &Value) -> R {
    let items = this(cx, value)?.prepared(cx).consts.to_vec();
    Ok(cx.tuple(items).into_value())
}

fn co_names(cx: &mut Cx, value: &Value) -> R {
    let items = this(cx, value)?.prepared(cx).names.to_vec();
    Ok(cx.tuple(items).into_value())
}

fn names_of_kind(cx: &mut Cx, value: &Value, kind: u8) -> R {
    let code = this(cx, value)?;
    let names = &code.prepared(cx).locals;
    let chosen: Vec<Value> = names
        .iter()
        .zip(&code.source.localspluskinds)
        .filter(|(_, k)| **k & kind != 0)
        .map(|(n, _)| n.clone())
        .collect();
    Ok(cx.tuple(chosen).into_value())
}

fn varnames(cx: &mut Cx, value: &Value) -> R {
    names_of_kind(cx, value, kinds::LOCAL)
}

fn cellvars(cx: &mut Cx, value: &Value) -> R {
    names_of_kind(cx, value, kinds::CELL)
}

fn freevars(cx: &mut Cx, value: &Value) -> R {
    names_of_kind(cx, value, kinds::FREE)
}

fn filename(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.filename.clone())
}

fn name(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.name.clone())
}

fn qualname(cx: &mut Cx, value: &Value) -> R {
    Ok(this(cx, value)?.qualname.clone())
}

fn lnotab(cx: &mut Cx, value: &Value) -> R {
    let warn = cx.interp().runtime.warn;
    warn(cx, &taipan_object::exc::DEPRECATION_WARNING, "co_lnotab is deprecated, use co_lines instead.", 1)?;
    let code = this(cx, value)?;
    let mut out = Vec::new();
    let (mut at, mut line) = (0u32, code.source.firstlineno);
    for range in linetable::lines(&code.source.linetable, code.source.firstlineno) {
        let Some(next) = range.line else { continue };
        if next == line {
            continue;
        }
        let mut bytes = range.start.saturating_sub(at);
        let mut delta = next - line;
        while bytes > 254 {
            out.extend([254, 0]);
            bytes -= 254;
        }
        while !(-128..=127).contains(&delta) {
            let step = delta.clamp(-128, 127);
            out.extend([bytes as u8, step as i8 as u8]);
            bytes = 0;
            delta -= step;
        }
        out.extend([bytes as u8, delta as i8 as u8]);
        at = range.start;
        line = next;
    }
    Ok(cx.bytes(&out))
}

/// co_lines() of a code object: an iterator of (start, end, line).
#[taipan_macros::native("code.co_lines($self, /)", no_signature)]
fn co_lines(cx: &mut Cx, this_: &Value) -> R {
    let code = this(cx, this_)?;
    let ranges: Vec<_> = linetable::lines(&code.source.linetable, code.source.firstlineno).collect();
    let items: Vec<Value> = ranges
        .into_iter()
        .map(|range| {
            let line = range.line.map_or_else(Value::none, Value::small_int);
            let (start, end) = (cx.int(i64::from(range.start)), cx.int(i64::from(range.end)));
            cx.tuple_value([start, end, line])
        })
        .collect();
    let items = cx.tuple(items).into_value();
    taipan_object::ops::iter(cx, &items)
}

/// co_branches() of a code object: an iterator of (branch, where it goes on, where it jumps to), offsets in bytes.
#[taipan_macros::native("code.co_branches($self, /)", no_signature)]
fn co_branches(cx: &mut Cx, this_: &Value) -> R {
    use taipan_bytecode::{Opcode, instructions::instructions};
    let code = this(cx, this_)?;
    let source = std::sync::Arc::clone(&code.source);
    let mut rows = Vec::new();
    for i in instructions(&source.code) {
        let (end, arg) = (i64::from(i.end), i64::from(i.arg));
        let (from, left, right) = match i.opcode {
            // Behind END_FOR and POP_ITER.
            Some(Opcode::FOR_ITER) => (i64::from(i.offset), end, end + arg + 2),
            // NOT_TAKEN stands at the left side.
            Some(
                Opcode::POP_JUMP_IF_FALSE
                | Opcode::POP_JUMP_IF_TRUE
                | Opcode::POP_JUMP_IF_NONE
                | Opcode::POP_JUMP_IF_NOT_NONE,
            ) => (i64::from(i.offset), end + 1, end + arg),
            // END_SEND and NOT_TAKEN stand before the left side.
            Some(Opcode::END_ASYNC_FOR) => (end - arg, end - arg + 2, end),
            _ => continue,
        };
        let row = [from, left, right].map(|unit| cx.int(unit * 2));
        rows.push(cx.tuple_value(row));
    }
    let rows = cx.tuple(rows).into_value();
    taipan_object::ops::iter(cx, &rows)
}

/// co_positions() of a code object: an iterator of (line, end line, column, end column).
#[taipan_macros::native("code.co_positions($self, /)", no_signature)]
fn co_positions(cx: &mut Cx, this_: &Value) -> R {
    let code = this(cx, this_)?;
    let places: Vec<_> = linetable::positions(&code.source.linetable, code.source.firstlineno).collect();
    let items: Vec<Value> = places
        .into_iter()
        .map(|place| {
            let parts = [place.line, place.end_line, place.col, place.end_col];
            cx.tuple_value(parts.map(|p| if p < 0 { Value::none() } else { Value::small_int(p) }))
        })
        .collect();
    let items = cx.tuple(items).into_value();
    taipan_object::ops::iter(cx, &items)
}

/// Size of the code object in memory, in bytes.
#[taipan_macros::native("code.__sizeof__($self, /)")]
fn sizeof(cx: &mut Cx, this_: &Value) -> R {
    let code = this(cx, this_)?;
    let n = size_of::<Code>() + code.source.code.len() * 3;
    Ok(cx.int(n as i64))
}

/// The name of a local variable by its index.
#[taipan_macros::native("code._varname_from_oparg($self, /, oparg)")]
fn varname_from_oparg(cx: &mut Cx, this_: &Value, oparg: i64) -> R {
    let code = this(cx, this_)?;
    let names = &code.prepared(cx).locals;
    match usize::try_from(oparg).ok().and_then(|i| names.get(i)) {
        Some(name) => Ok(name.clone()),
        None => Err(cx.index_error("tuple index out of range")),
    }
}

/// The same as replace().
#[taipan_macros::native("code.__replace__($self, /, **changes)", no_signature)]
fn dunder_replace(cx: &mut Cx, this_: &Value, changes: taipan_object::KwArgs<'_>) -> R {
    replace(cx, this_, changes)
}

/// Return a copy of the code object with new values for the specified fields.
#[taipan_macros::native("code.replace($self, /, **changes)", no_signature)]
fn replace(cx: &mut Cx, this_: &Value, changes: taipan_object::KwArgs<'_>) -> R {
    let code = this(cx, this_)?;
    let mut source = (*code.source).clone();
    let mut locals: [Option<Vec<Name>>; 3] = [const { None }; 3];
    let given: Vec<(String, Value)> =
        changes.iter().map(|(n, v)| (n.to_string_lossy().into_owned(), v.clone())).collect();
    for (name, value) in &given {
        change(cx, &mut source, &mut locals, name, value)?;
    }
    if locals.iter().any(Option::is_some) {
        let own = |names: Option<Vec<Name>>, kind: u8| match names {
            Some(names) => names,
            None => code
                .source
                .localsplusnames
                .iter()
                .zip(&code.source.localspluskinds)
                .filter(|(_, k)| **k & kind != 0)
                .map(|(n, _)| n.clone())
                .collect(),
        };
        let [vars, cells, free] = locals;
        set_locals(&mut source, own(vars, kinds::LOCAL), own(cells, kinds::CELL), own(free, kinds::FREE));
    }
    checked(cx, source)
}

/// Verifies what a program made, and makes the code object.
fn checked(cx: &mut Cx, source: CodeObject) -> R {
    if let Err(error) = verify::verify_all(&source) {
        return Err(cx.value_error(format!("code: {error}")));
    }
    Ok(super::new(cx, Arc::new(source)).into_value())
}

fn wrong(cx: &mut Cx, function: &str, name: &str, wanted: &str, value: &Value) -> taipan_object::Raised {
    let message = format!("{function}() argument '{name}' must be {wanted}, not {}", value.type_name(cx));
    cx.type_error(message)
}

fn as_count(cx: &mut Cx, name: &str, value: &Value) -> R<u32> {
    let n = taipan_object::int::index_i64(cx, value)?;
    match u32::try_from(n) {
        Ok(n) => Ok(n),
        Err(_) => {
            Err(cx.value_error(format!("code: {} must not be negative", name.trim_start_matches("co_"))))
        }
    }
}

fn as_name(cx: &mut Cx, name: &str, value: &Value) -> R<Name> {
    match value.as_str() {
        Some(s) => Ok(Name::new(s.to_wtf8())),
        None => Err(wrong(cx, "replace", name, "str", value)),
    }
}

fn as_names(cx: &mut Cx, name: &str, value: &Value) -> R<Vec<Name>> {
    let Some(items) = value.cast::<Tuple>() else { return Err(wrong(cx, "replace", name, "tuple", value)) };
    let mut out = Vec::new();
    for item in items.items() {
        match item.as_str() {
            Some(s) => out.push(Name::new(s.to_wtf8())),
            None => {
                let message = format!("name tuples must contain only strings, not '{}'", item.type_name(cx));
                return Err(cx.type_error(message));
            }
        }
    }
    Ok(out)
}

fn as_data(cx: &mut Cx, name: &str, value: &Value) -> R<Box<[u8]>> {
    match value.as_bytes() {
        Some(b) => Ok(b.as_slice().into()),
        None => Err(wrong(cx, "replace", name, "bytes", value)),
    }
}

fn as_constants(cx: &mut Cx, value: &Value) -> R<Box<[Constant]>> {
    let Some(items) = value.cast::<Tuple>() else {
        return Err(wrong(cx, "replace", "co_consts", "tuple", value));
    };
    let mut out = Vec::new();
    for item in items.items().to_vec() {
        match constants::constant_of(cx, &item) {
            Some(c) => out.push(c),
            None => {
                let message = format!("co_consts must hold constants, not '{}'", item.type_name(cx));
                return Err(cx.type_error(message));
            }
        }
    }
    Ok(out.into())
}

fn change(
    cx: &mut Cx,
    source: &mut CodeObject,
    locals: &mut [Option<Vec<Name>>; 3],
    name: &str,
    value: &Value,
) -> R<()> {
    match name {
        "co_argcount" => source.argcount = as_count(cx, name, value)?,
        "co_posonlyargcount" => source.posonlyargcount = as_count(cx, name, value)?,
        "co_kwonlyargcount" => source.kwonlyargcount = as_count(cx, name, value)?,
        "co_nlocals" => {
            as_count(cx, name, value)?;
        }
        "co_stacksize" => source.stacksize = as_count(cx, name, value)?,
        "co_flags" => source.flags = CodeFlags(as_count(cx, name, value)?),
        "co_firstlineno" => source.firstlineno = as_count(cx, name, value)? as i32,
        "co_code" => source.code = as_data(cx, name, value)?,
        "co_consts" => source.consts = as_constants(cx, value)?,
        "co_names" => source.names = as_names(cx, name, value)?.into(),
        "co_varnames" => locals[0] = Some(as_names(cx, name, value)?),
        "co_cellvars" => locals[1] = Some(as_names(cx, name, value)?),
        "co_freevars" => locals[2] = Some(as_names(cx, name, value)?),
        "co_filename" => source.filename = as_name(cx, name, value)?,
        "co_name" => source.name = as_name(cx, name, value)?,
        "co_qualname" => source.qualname = as_name(cx, name, value)?,
        "co_linetable" => source.linetable = as_data(cx, name, value)?,
        "co_exceptiontable" => source.exceptiontable = as_data(cx, name, value)?,
        _ => return Err(cx.type_error(format!("replace() got an unexpected keyword argument '{name}'"))),
    }
    Ok(())
}

/// Sets the slots of a frame from the three tuples of names.
fn set_locals(source: &mut CodeObject, vars: Vec<Name>, cells: Vec<Name>, free: Vec<Name>) {
    let (argcount, kwonly) = (source.argcount as usize, source.kwonlyargcount as usize);
    let posonly = source.posonlyargcount as usize;
    let varargs = source.flags.contains(CodeFlags::VARARGS);
    let varkw = source.flags.contains(CodeFlags::VARKEYWORDS);
    let mut names = Vec::new();
    let mut bits = Vec::new();
    for (i, name) in vars.iter().enumerate() {
        let named = argcount + kwonly;
        let mut kind = kinds::LOCAL;
        if i < posonly {
            kind |= kinds::ARG_POS;
        } else if i < argcount {
            kind |= kinds::ARG_POS | kinds::ARG_KW;
        } else if i < named {
            kind |= kinds::ARG_KW;
        } else if varargs && i == named {
            kind |= kinds::ARG_POS | kinds::ARG_VAR;
        } else if varkw && i == named + usize::from(varargs) {
            kind |= kinds::ARG_KW | kinds::ARG_VAR;
        }
        if cells.contains(name) {
            kind |= kinds::CELL;
        }
        names.push(name.clone());
        bits.push(kind);
    }
    for name in cells.into_iter().filter(|c| !vars.contains(c)) {
        names.push(name);
        bits.push(kinds::CELL);
    }
    for name in free {
        names.push(name);
        bits.push(kinds::FREE);
    }
    source.localsplusnames = names.into();
    source.localspluskinds = bits.into();
}

/// `CodeType(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames,
/// filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=())`.
fn new(cx: &mut Cx, _ty: &Obj<Type>, args: Args<'_>) -> R {
    const FIELDS: [&str; 16] = [
        "co_argcount",
        "co_posonlyargcount",
        "co_kwonlyargcount",
        "co_nlocals",
        "co_stacksize",
        "co_flags",
        "co_code",
        "co_consts",
        "co_names",
        "co_varnames",
        "co_filename",
        "co_name",
        "co_qualname",
        "co_firstlineno",
        "co_linetable",
        "co_exceptiontable",
    ];
    if args.has_keywords() {
        return Err(cx.type_error("code() takes no keyword arguments"));
    }
    let given = args.pos();
    if !(16..=18).contains(&given.len()) {
        let (what, n) = if given.len() < 16 { ("at least", 16) } else { ("at most", 18) };
        return Err(cx.type_error(format!("code expected {what} {n} arguments, got {}", given.len())));
    }
    let mut source = CodeObject {
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 0,
        flags: CodeFlags(0),
        code: Box::default(),
        consts: Box::default(),
        names: Box::default(),
        localsplusnames: Box::default(),
        localspluskinds: Box::default(),
        filename: Name::from(""),
        name: Name::from(""),
        qualname: Name::from(""),
        firstlineno: 0,
        linetable: Box::default(),
        exceptiontable: Box::default(),
    };
    let mut locals: [Option<Vec<Name>>; 3] = [const { None }; 3];
    for (field, value) in FIELDS.iter().zip(given) {
        change(cx, &mut source, &mut locals, field, value)?;
    }
    for (i, field) in [(16, "co_freevars"), (17, "co_cellvars")] {
        if let Some(value) = given.get(i) {
            change(cx, &mut source, &mut locals, field, value)?;
        }
    }
    let [vars, cells, free] = locals.map(Option::unwrap_or_default);
    set_locals(&mut source, vars, cells, free);
    checked(cx, source)
}

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: None, get, set: None }
}

const fn computed(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> GetSetDef {
    GetSetDef { name, doc: None, get: Some(get), set: None }
}

pub static DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![
        dunder_replace,
        co_lines,
        co_branches,
        co_positions,
        sizeof,
        varname_from_oparg,
        replace
    ],
    getset: &[
        computed("co_lnotab", lnotab),
        computed("_co_code_adaptive", code_bytes),
        computed("co_varnames", varnames),
        computed("co_cellvars", cellvars),
        computed("co_freevars", freevars),
        computed("co_code", code_bytes),
    ],
    members: &[
        member("co_argcount", argcount),
        member("co_posonlyargcount", posonlyargcount),
        member("co_kwonlyargcount", kwonlyargcount),
        member("co_nlocals", nlocals),
        member("co_stacksize", stacksize),
        member("co_flags", co_flags),
        member("co_names", co_names),
        member("co_filename", filename),
        member("co_name", name),
        member("co_qualname", qualname),
        member("co_firstlineno", firstlineno),
        member("co_linetable", line_table),
        member("co_exceptiontable", exception_table),
        member("co_consts", consts),
    ],
    extra: None,
};
