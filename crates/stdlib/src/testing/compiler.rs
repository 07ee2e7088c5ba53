//! The compiler's stages one by one: instruction sequences as objects, code generation, the optimiser, the assembler.

use taipan_bytecode::{Constant, Name, Opcode};
use taipan_compiler::codegen::UnitListing;
use taipan_compiler::flow::{self, FlowError};
use taipan_compiler::instr::{ConstantTable, InstructionSequence, Label, Location, NameTable, UnitMetadata};
use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Raised, Type, TypeDefs, Value, int, ops};
use taipan_types::list::{List, new_list};
use taipan_vm::code::constants::{constant_of, value_of};
use taipan_vm::runtime::compile::{self, Request};

/// The payload of an instruction sequence.
#[derive(Trace)]
pub struct Sequence {
    #[trace(skip)]
    instructions: InstructionSequence,
    nested: Vec<Value>,
}

// SAFETY: instances of the type are `Obj<Sequence>`; the nested ones are traced.
unsafe impl Payload for Sequence {
    const TYPE: &'static Obj<Type> = &SEQUENCE;
}

/// `InstructionSequence`.
pub static SEQUENCE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Sequence>("InstructionSequence").base(&OBJECT).defs(&TypeDefs {
        methods: natives![addop, use_label, new_label, add_nested, get_nested, get_instructions],
        ..TypeDefs::NONE
    }),
);

fn make(cx: &mut Cx, instructions: InstructionSequence, nested: Vec<Value>) -> Value {
    cx.new_object(Sequence { instructions, nested }).into_value()
}

/// Append an instruction.
#[native(
    "InstructionSequence.addop($self, /, opcode, oparg, lineno, end_lineno, col_offset, end_col_offset)"
)]
fn addop(
    cx: &mut Cx,
    this: &Obj<Sequence>,
    opcode: i32,
    oparg: i32,
    lineno: i32,
    end_lineno: i32,
    col_offset: i32,
    end_col_offset: i32,
) -> R<()> {
    let Some(opcode) = u16::try_from(opcode).ok().and_then(Opcode::from_u16) else {
        return Err(cx.value_error("invalid opcode"));
    };
    let location = Location { line: lineno, end_line: end_lineno, col: col_offset, end_col: end_col_offset };
    this.get_mut(cx).instructions.emit(opcode, oparg as u32, location);
    Ok(())
}

/// Place label at current location.
#[native("InstructionSequence.use_label($self, /, label)")]
fn use_label(cx: &mut Cx, this: &Obj<Sequence>, label: i32) -> R<()> {
    match u32::try_from(label) {
        // A table of labels as long as the largest number: hand-written ones are small.
        Ok(label) if label < 1 << 20 => {
            this.get_mut(cx).instructions.use_label(Label(label));
            Ok(())
        }
        _ => Err(cx.value_error("invalid label")),
    }
}

/// Return a new label.
#[native("InstructionSequence.new_label($self, /)")]
fn new_label(cx: &mut Cx, this: &Obj<Sequence>) -> i64 {
    // CPython counts its labels from 1.
    let instructions = &mut this.get_mut(cx).instructions;
    let mut label = instructions.new_label();
    if label.0 == 0 {
        label = instructions.new_label();
    }
    label.0.into()
}

/// Add a nested sequence.
#[native("InstructionSequence.add_nested($self, /, nested)")]
fn add_nested(cx: &mut Cx, this: &Obj<Sequence>, nested: &Value) -> R<()> {
    if nested.cast::<Sequence>().is_none() {
        let message = format!("expected an instruction sequence, not {}", nested.type_name(cx));
        return Err(cx.type_error(message));
    }
    this.get_mut(cx).nested.push(nested.clone());
    Ok(())
}

/// Add a nested sequence.
#[native("InstructionSequence.get_nested($self, /)")]
fn get_nested(cx: &mut Cx, this: &Obj<Sequence>) -> R {
    let nested = this.get(cx).nested.clone();
    Ok(new_list(cx, nested).into_value())
}

/// Return the instructions as a list of tuples or labels.
#[native("InstructionSequence.get_instructions($self, /)")]
fn get_instructions(cx: &mut Cx, this: &Obj<Sequence>) -> R {
    let sequence = this.get(cx).instructions.clone();
    let mut out = Vec::with_capacity(sequence.len());
    for instr in sequence.instrs() {
        let opcode = instr.opcode;
        let operand = if opcode.has_target() {
            sequence.label_offset(Label(instr.operand)).unwrap_or(instr.operand)
        } else {
            instr.operand
        };
        let operand = match opcode.has_arg() || opcode.has_target() {
            true => cx.int(operand.into()),
            false => Value::none(),
        };
        let at = instr.location;
        let number = cx.int(opcode.number().into());
        let place = [at.line, at.end_line, at.col, at.end_col].map(|n| cx.int(n.into()));
        let [line, end_line, col, end_col] = place;
        out.push(cx.tuple_value([number, operand, line, end_line, col, end_col]));
    }
    Ok(new_list(cx, out).into_value())
}

/// A new, empty instruction sequence.
#[native("new_instruction_sequence()", no_signature)]
pub fn new_instruction_sequence(cx: &mut Cx) -> R {
    Ok(make(cx, InstructionSequence::new(), Vec::new()))
}

fn flow_error(cx: &mut Cx, error: FlowError) -> Raised {
    cx.value_error(error.to_string())
}

/// The instructions of a sequence object; a jump to a number that is no label's goes to the instruction at that index.
fn instructions_of(cx: &mut Cx, value: &Value) -> R<InstructionSequence> {
    let Some(mut sequence) = value.cast::<Sequence>().map(|s| s.get(cx).instructions.clone()) else {
        return Err(cx.type_error("expected an instruction sequence"));
    };
    let count = sequence.len() as u32;
    let targets: Vec<u32> =
        sequence.instrs().iter().filter(|i| i.opcode.has_target()).map(|i| i.operand).collect();
    for target in targets {
        if sequence.label_offset(Label(target)).is_none() && target < count {
            sequence.place_label(Label(target), target);
        }
    }
    Ok(sequence)
}

/// Apply compiler optimizations to an instruction list.
#[native("optimize_cfg(instructions, consts, nlocals)", no_signature)]
pub fn optimize_cfg(cx: &mut Cx, instructions: &Value, consts: &Value, nlocals: i32) -> R {
    let sequence = instructions_of(cx, instructions)?;
    let Some(list) = consts.cast::<List>() else {
        return Err(cx.type_error("consts must be a list"));
    };
    let items = list.get(cx).items.clone();
    for instr in sequence.instrs() {
        if instr.opcode.has_const() && instr.operand as usize >= items.len() {
            return Err(cx.value_error(format!(
                "LOAD_CONST index {} is out of range for consts (len={})",
                instr.operand,
                items.len()
            )));
        }
    }
    let mut table = ConstantTable::from_values(constants(cx, &items)?);
    let optimized = flow::optimize_sequence(&sequence, &mut table, nlocals.max(0) as usize);
    let optimized = optimized.map_err(|e| flow_error(cx, e))?;
    let values: Vec<Value> =
        table.values().cloned().collect::<Vec<_>>().iter().map(|c| value_of(cx, c)).collect();
    let old = std::mem::replace(&mut list.get_mut(cx).items, values);
    drop(old);
    let mut result = InstructionSequence::new();
    for (at, instr) in optimized.iter().enumerate() {
        result.emit(instr.opcode, instr.operand, instr.location);
        result.place_label(Label(at as u32), at as u32);
    }
    Ok(make(cx, result, Vec::new()))
}

fn constants(cx: &mut Cx, items: &[Value]) -> R<Vec<Constant>> {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        match constant_of(cx, item) {
            Some(constant) => out.push(constant),
            None => {
                let message = format!("a constant cannot be a {}", item.type_name(cx));
                return Err(cx.type_error(message));
            }
        }
    }
    Ok(out)
}

/// Apply compiler code generation to an AST.
#[native("compiler_codegen(ast, filename, optimize, compile_mode=0)", no_signature)]
pub fn compiler_codegen(cx: &mut Cx, ast: &Value, filename: &Value, optimize: i32, compile_mode: i32) -> R {
    let mode = match compile_mode {
        0 => taipan_compiler::Mode::Exec,
        1 => taipan_compiler::Mode::Eval,
        _ => taipan_compiler::Mode::Single,
    };
    let request = Request {
        filename,
        mode,
        flags: taipan_compiler::CompilerFlags(0),
        optimize: optimize.clamp(0, 2) as u8,
        feature_version: 14,
    };
    let listing = compile::listing(cx, ast, &request)?;
    let metadata = cx.new_dict().into_value();
    let counts = [
        ("argcount", listing.metadata.arg_count),
        ("posonlyargcount", listing.metadata.positional_only_count),
        ("kwonlyargcount", listing.metadata.keyword_only_count),
    ];
    for (name, count) in counts {
        let (name, count) = (cx.str(name), cx.int(count.into()));
        ops::setitem(cx, &metadata, &name, &count)?;
    }
    let consts: Vec<Constant> = listing.metadata.consts.values().cloned().collect();
    let consts: Vec<Value> = consts.iter().map(|c| value_of(cx, c)).collect();
    let (name, consts) = (cx.str("consts"), new_list(cx, consts).into_value());
    ops::setitem(cx, &metadata, &name, &consts)?;
    let sequence = from_listing(cx, listing);
    Ok(cx.tuple_value([sequence, metadata]))
}

fn from_listing(cx: &mut Cx, listing: UnitListing) -> Value {
    let nested = listing.nested.into_iter().map(|n| from_listing(cx, n)).collect();
    make(cx, listing.sequence, nested)
}

/// The keys of a dict in the order of their numbers.
fn ordered(cx: &mut Cx, metadata: &Value, key: &str) -> R<Vec<Value>> {
    let name = cx.str(key);
    let value = ops::getitem(cx, metadata, &name)?;
    let Some(table) = value.as_dict() else { return ops::collect(cx, &value) };
    let mut items = Vec::new();
    for (key, number) in taipan_object::dict::items(cx, table) {
        items.push((int::index_i64(cx, &number)?, key));
    }
    items.sort_by_key(|(number, _)| *number);
    Ok(items.into_iter().map(|(_, key)| key).collect())
}

fn name_of(cx: &mut Cx, value: &Value) -> R<Name> {
    match value.as_str() {
        Some(text) => Ok(Name::new(text.to_wtf8())),
        None => Err(cx.type_error("names must be strings")),
    }
}

fn names(cx: &mut Cx, metadata: &Value, key: &str) -> R<NameTable> {
    let mut table = NameTable::new();
    for item in ordered(cx, metadata, key)? {
        let name = name_of(cx, &item)?;
        table.add(&name);
    }
    Ok(table)
}

/// Create a code object for the given instructions.
#[native("assemble_code_object(filename, instructions, metadata)", no_signature)]
pub fn assemble_code_object(cx: &mut Cx, filename: &Value, instructions: &Value, metadata: &Value) -> R {
    let sequence = instructions_of(cx, instructions)?;
    let text = |cx: &mut Cx, key: &str| -> R<Name> {
        let key = cx.str(key);
        let value = ops::getitem(cx, metadata, &key)?;
        name_of(cx, &value)
    };
    let number = |cx: &mut Cx, key: &str| -> R<i64> {
        let key = cx.str(key);
        let value = ops::getitem(cx, metadata, &key)?;
        int::index_i64(cx, &value)
    };
    let (name, qualname) = (text(cx, "name")?, text(cx, "qualname")?);
    let first_line = number(cx, "firstlineno")?;
    let mut unit = UnitMetadata::new(name, qualname, first_line as i32);
    let consts = ordered(cx, metadata, "consts")?;
    unit.consts = ConstantTable::from_values(constants(cx, &consts)?);
    unit.names = names(cx, metadata, "names")?;
    unit.varnames = names(cx, metadata, "varnames")?;
    unit.cellvars = names(cx, metadata, "cellvars")?;
    unit.freevars = names(cx, metadata, "freevars")?;
    unit.arg_count = number(cx, "argcount")?.max(0) as u32;
    unit.positional_only_count = number(cx, "posonlyargcount")?.max(0) as u32;
    unit.keyword_only_count = number(cx, "kwonlyargcount")?.max(0) as u32;
    let options = flow::Options { filename: name_of(cx, filename)? };
    let code = flow::assemble_sequence(&sequence, unit, &options).map_err(|e| flow_error(cx, e))?;
    if let Err(error) = taipan_bytecode::verify::verify_all(&code) {
        return Err(cx.value_error(format!("the code cannot be run: {error}")));
    }
    let code: Handle<taipan_vm::code::Code> = taipan_vm::code::new(cx, std::sync::Arc::new(code));
    Ok(code.into_value())
}

/// C implementation of inspect.cleandoc().
#[native("compiler_cleandoc(doc)", no_signature)]
pub fn compiler_cleandoc(cx: &mut Cx, doc: &Value) -> R {
    match doc.as_str() {
        Some(text) => {
            let clean = taipan_compiler::codegen::clean_docstring(&text.to_wtf8());
            Ok(cx.str_from_wtf8(&clean).into_value())
        }
        None => {
            let message =
                format!("compiler_cleandoc() argument 'doc' must be str, not {}", doc.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}
