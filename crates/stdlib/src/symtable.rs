//! `_symtable`: the compiler's symbol tables as Python objects.

use taipan_compiler::symtable::{BlockId, SymbolTable};
use taipan_compiler::{CompilerFlags, Mode};
use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, dict, flags, ops};
use taipan_types::Types;
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};
use taipan_vm::runtime::compile::{self, Request};

/// One block.
#[derive(Trace)]
pub struct Entry {
    id: Value,
    name: Value,
    symbols: Value,
    varnames: Value,
    children: Value,
    nested: Value,
    kind: Value,
    lineno: Value,
}

// SAFETY: the type cannot be subclassed; all values are traced.
unsafe impl Payload for Entry {
    const TYPE: &'static Obj<Type> = &ENTRY;
}

/// `symtable entry`.
pub static ENTRY: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Entry>("symtable entry")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { repr: Some(repr), ..Slots::EMPTY })
        .defs(&TypeDefs { getset: GETSET, ..TypeDefs::NONE }),
);

fn field(cx: &mut Cx, this: &Value, pick: fn(&Entry) -> &Value) -> R {
    match this.cast::<Entry>() {
        Some(entry) => Ok(pick(entry.get(cx)).clone()),
        None => Err(cx.type_error("not a symtable entry")),
    }
}

macro_rules! member {
    ($name:literal $field:ident) => {
        GetSetDef { name: $name, doc: None, get: Some(|cx, this| field(cx, this, |e| &e.$field)), set: None }
    };
}

static GETSET: &[GetSetDef] = &[
    member!("id" id),
    member!("name" name),
    member!("symbols" symbols),
    member!("varnames" varnames),
    member!("children" children),
    member!("nested" nested),
    member!("type" kind),
    member!("lineno" lineno),
];

fn repr(cx: &mut Cx, this: &Value) -> R {
    let name = field(cx, this, |e| &e.name)?;
    let (id, line) = (field(cx, this, |e| &e.id)?, field(cx, this, |e| &e.lineno)?);
    let (name, id, line) = (ops::str_of(cx, &name)?, ops::str_of(cx, &id)?, ops::str_of(cx, &line)?);
    let text = format!(
        "<symtable entry {}({}), line {}>",
        name.to_string_lossy(),
        id.to_string_lossy(),
        line.to_string_lossy()
    );
    Ok(cx.str(&text))
}

/// Numbers of blocks: unique in the interpreter, as `symtable` keys a cache with them.
#[derive(Default)]
struct Numbers(i64);

/// The objects of all blocks. Children come after their parents in the table, so that going backwards finds them made.
fn entries(cx: &mut Cx, table: &SymbolTable) -> R {
    let first = {
        let numbers = cx.interp_mut().state::<Numbers>();
        let first = numbers.0 + 1;
        numbers.0 += table.blocks.len() as i64;
        first
    };
    let mut made: Vec<Value> = Vec::new();
    // Lists of children are filled once every block has its object.
    for (i, block) in table.blocks.iter().enumerate() {
        let symbols = cx.new_dict();
        for (name, bits) in block.symbols.iter() {
            let key = cx.intern(name);
            let bits = cx.int(bits.into());
            dict::set_str(cx, &symbols, &key, bits)?;
        }
        let varnames: Vec<Value> = block.varnames.iter().map(|n| cx.intern(n).into_value()).collect();
        let entry = Entry {
            id: cx.int(first + i as i64),
            name: cx.intern(&block.name).into_value(),
            symbols: symbols.into_value(),
            varnames: new_list(cx, varnames).into_value(),
            children: new_list(cx, Vec::new()).into_value(),
            nested: Value::small_int(block.nested.into()),
            kind: Value::small_int(block.kind as i32),
            lineno: cx.int(block.span.lineno.into()),
        };
        made.push(cx.new_object(entry).into_value());
    }
    for (block, entry) in table.blocks.iter().zip(&made) {
        let mut children = Vec::new();
        flatten(table, &block.children, &made, &mut children, 0);
        let children = new_list(cx, children).into_value();
        if let Some(entry) = entry.cast::<Entry>() {
            let old = std::mem::replace(&mut entry.get_mut(cx).children, children);
            drop(old);
        }
    }
    match made.first() {
        Some(top) => Ok(top.clone()),
        None => Err(cx.system_error("empty symbol table")),
    }
}

/// Inlined comprehensions give their place to their own children.
fn flatten(table: &SymbolTable, ids: &[BlockId], made: &[Value], out: &mut Vec<Value>, depth: usize) {
    for id in ids {
        let Some(block) = table.blocks.get(id.0 as usize) else { continue };
        if block.comp_inlined && depth < 1000 {
            flatten(table, &block.children, made, out, depth + 1);
        } else if let Some(entry) = made.get(id.0 as usize) {
            out.push(entry.clone());
        }
    }
}

/// Return symbol and scope dictionaries used internally by compiler.
#[native("_symtable.symtable(source, filename, startstr, /)")]
fn symtable(cx: &mut Cx, source: &Value, filename: &Value, startstr: &Value) -> R {
    let filename = taipan_vm::runtime::import::file_system_text(cx, filename)?;
    let Some(start) = startstr.as_str().map(|s| s.to_string_lossy().into_owned()) else {
        let message = format!("symtable() argument 3 must be str, not {}", startstr.type_name(cx));
        return Err(cx.type_error(message));
    };
    let mode = match start.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(cx.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let request =
        Request { filename: &filename, mode, flags: CompilerFlags(0), optimize: 0, feature_version: 14 };
    let text = compile::source_text(cx, source, &request, "symtable", "string or bytes")?;
    let options = compile::options(cx, &request);
    match taipan_compiler::symtable(&text, mode, &options) {
        Ok((table, _)) => entries(cx, &table),
        Err(error) => Err(compile::raise(cx, error, &request)),
    }
}

fn types(types: &mut Types) {
    types.add([&ENTRY]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    use taipan_compiler::symtable::flag;
    let constants = [
        ("USE", flag::USE),
        ("DEF_GLOBAL", flag::DEF_GLOBAL),
        ("DEF_NONLOCAL", flag::DEF_NONLOCAL),
        ("DEF_LOCAL", flag::DEF_LOCAL),
        ("DEF_PARAM", flag::DEF_PARAM),
        ("DEF_TYPE_PARAM", flag::DEF_TYPE_PARAM),
        ("DEF_FREE_CLASS", flag::DEF_FREE_CLASS),
        ("DEF_IMPORT", flag::DEF_IMPORT),
        // Without the type parameters, as the module has always said it.
        ("DEF_BOUND", flag::DEF_LOCAL | flag::DEF_PARAM | flag::DEF_IMPORT),
        ("DEF_ANNOT", flag::DEF_ANNOT),
        ("DEF_COMP_ITER", flag::DEF_COMP_ITER),
        ("DEF_COMP_CELL", flag::DEF_COMP_CELL),
        ("TYPE_FUNCTION", 0),
        ("TYPE_CLASS", 1),
        ("TYPE_MODULE", 2),
        ("TYPE_ANNOTATION", 3),
        ("TYPE_TYPE_ALIAS", 4),
        ("TYPE_TYPE_PARAMETERS", 5),
        ("TYPE_TYPE_VARIABLE", 6),
        ("LOCAL", 1),
        ("GLOBAL_EXPLICIT", 2),
        ("GLOBAL_IMPLICIT", 3),
        ("FREE", 4),
        ("CELL", 5),
        ("SCOPE_OFF", flag::SCOPE_OFFSET),
        ("SCOPE_MASK", flag::SCOPE_MASK),
    ];
    for (name, value) in constants {
        let value = cx.int(value.into());
        set(cx, module, name, value)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_symtable",
    functions: natives![symtable],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
