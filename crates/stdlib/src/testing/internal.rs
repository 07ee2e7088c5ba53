//! `_testinternalcapi`: looks into the interpreter, and the hooks into the compiler's stages.

use taipan_bytecode::Opcode;
use taipan_macros::{native, natives};
use taipan_object::{Cx, Obj, R, Value, dict, instance, ops, typeobj};
use taipan_types::Types;
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, set};
use taipan_vm::code::Code;

use super::compiler;

/// How many Python frames are on the stack.
#[native("get_recursion_depth()", no_signature)]
fn get_recursion_depth(cx: &mut Cx) -> i64 {
    i64::from(cx.recursion_limit - cx.recursion_remaining)
}

/// An address in the native stack's innermost frame.
#[native("get_stack_pointer()", no_signature)]
fn get_stack_pointer(_cx: &mut Cx) -> usize {
    let marker = 0u8;
    &raw const marker as usize
}

/// Bytes of native stack behind the point where recursion ends.
#[native("get_stack_margin()", no_signature)]
fn get_stack_margin(cx: &mut Cx) -> usize {
    cx.native_stack_left().saturating_sub(cx.native_recursion_left())
}

/// How often the interpreter's loop may nest at the least.
#[native("get_c_recursion_remaining()", no_signature)]
fn get_c_recursion_remaining(cx: &mut Cx) -> usize {
    const NESTED_LOOP: usize = 1024;
    cx.native_recursion_left() / NESTED_LOOP
}

/// Whether the attributes of an object lie in the object itself, not in a dictionary.
#[native("has_inline_values(obj, /)", no_signature)]
fn has_inline_values(cx: &mut Cx, obj: &Value) -> bool {
    obj.type_of().dict_offset() == -1 && instance::known_dict(cx, obj).is_none()
}

fn code_argument<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Code>> {
    match value.cast::<Code>() {
        Some(code) => Ok(code),
        None => Err(cx.type_error("argument must be a code object")),
    }
}

/// Words of a frame of the code, as CPython counts them.
#[native("get_co_framesize(code, /)", no_signature)]
fn get_co_framesize(cx: &mut Cx, code: &Value) -> R<i64> {
    const FRAME_SPECIALS: i64 = 10;
    let code = code_argument(cx, code)?;
    Ok(code.source.nlocalsplus() as i64 + i64::from(code.source.stacksize) + FRAME_SPECIALS)
}

/// The kinds of the local variables by name.
#[native("get_co_localskinds(code, /)", no_signature)]
fn get_co_localskinds(cx: &mut Cx, code: &Value) -> R {
    let code = code_argument(cx, code)?;
    let made = cx.new_dict();
    let source = std::sync::Arc::clone(&code.source);
    for (name, kind) in source.localsplusnames.iter().zip(&source.localspluskinds) {
        let key = taipan_vm::code::constants::name_value(cx, name);
        let value = cx.int((*kind).into());
        dict::set(cx, &made, key, value)?;
    }
    Ok(made.into_value())
}

/// Whether every return of the code is of None.
#[native("code_returns_only_none(code, /)", no_signature)]
fn code_returns_only_none(cx: &mut Cx, code: &Value) -> R<bool> {
    let code = code_argument(cx, code)?;
    let mut before = None;
    for instruction in taipan_bytecode::instructions::instructions(&code.source.code) {
        if instruction.opcode == Some(Opcode::RETURN_VALUE) {
            let none = matches!(before, Some((Some(Opcode::LOAD_CONST), arg))
                if matches!(code.source.consts.get(arg as usize), Some(taipan_bytecode::Constant::None)));
            if !none {
                return Ok(false);
            }
        }
        before = Some((instruction.opcode, instruction.arg));
    }
    Ok(true)
}

/// `dict[key]` by a hash that is given.
#[native("dict_getitem_knownhash(mp, key, hash, /)", no_signature)]
fn dict_getitem_knownhash(cx: &mut Cx, mp: &Value, key: &Value, hash: i64) -> R {
    let Some(table) = mp.as_dict() else {
        return Err(cx.system_error("bad argument to internal function"));
    };
    let found = if ops::hash(cx, key)? == hash { dict::get(cx, table, key)? } else { None };
    match found {
        Some(value) => Ok(value),
        None => Err(cx.key_error(key)),
    }
}

/// The names of the special methods that fill slots.
#[native("identify_type_slot_wrappers()", no_signature)]
fn identify_type_slot_wrappers(cx: &mut Cx) -> R {
    let names: Vec<Value> = typeobj::SLOT_DEFS.iter().map(|def| cx.str(def.name)).collect();
    Ok(new_list(cx, names).into_value())
}

/// Drop what the interpreter remembers of specialised code: nothing here.
#[native("invalidate_executors(obj, /)", no_signature)]
fn invalidate_executors(_cx: &mut Cx, _obj: &Value) {}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, value) in [
        ("SIZEOF_PYGC_HEAD", 16),
        ("SIZEOF_MANAGED_PRE_HEADER", 16),
        ("SIZEOF_PYOBJECT", 16),
        ("SIZEOF_TIME_T", 8),
        ("TIER2_THRESHOLD", 4096),
        ("SPECIALIZATION_THRESHOLD", 2),
        ("SPECIALIZATION_COOLDOWN", 53),
        ("SHARED_KEYS_MAX_SIZE", 30),
    ] {
        let value = cx.int(value);
        set(cx, module, name, value)?;
    }
    Ok(())
}

fn types(types: &mut Types) {
    types.add([&compiler::SEQUENCE]);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_testinternalcapi",
    functions: natives![
        get_recursion_depth,
        get_stack_pointer,
        get_stack_margin,
        get_c_recursion_remaining,
        has_inline_values,
        get_co_framesize,
        get_co_localskinds,
        code_returns_only_none,
        dict_getitem_knownhash,
        identify_type_slot_wrappers,
        invalidate_executors,
        compiler::new_instruction_sequence,
        compiler::optimize_cfg,
        compiler::compiler_codegen,
        compiler::assemble_code_object,
        compiler::compiler_cleandoc
    ],
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
