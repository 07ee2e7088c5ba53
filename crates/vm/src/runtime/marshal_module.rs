//! The module `marshal`: crate `taipan_bytecode`'s format over Python values.
//!
//! Code objects come from outside here, so the verifier runs before one is made.

use std::borrow::Cow;
use std::sync::Arc;

use dashu_int::IBig;
use taipan_bytecode::marshal::{
    self, Builder, CodeParts, MarshalError, Reader, SliceInput, Source, View, Writer,
};
use taipan_bytecode::{CodeFlags, CodeObject, Constant, Name, verify};
use taipan_macros::{native, natives};
use taipan_object::{Cx, NativeDef, R, Raised, Tuple, Value, buffer, dict, exc, ops};
use taipan_text::Wtf8Buf;
use taipan_types::list::{self, List};
use taipan_types::module::{self, ModuleDef};
use taipan_types::{complex, set, slice};

use crate::code::{self, Code, constants};

/// `marshal`.
pub static MODULE: ModuleDef = ModuleDef {
    name: "marshal",
    doc: Some(
        "This module contains functions that can read and write Python values in\na binary format. The format is specific to Python, but independent of\nmachine architecture issues.",
    ),
    functions: FUNCTIONS,
    init: Some(init),
    ..ModuleDef::EMPTY
};

static FUNCTIONS: &[&NativeDef] = natives![dump, dumps, load, loads];

const VERSION: i32 = 5;

fn init(cx: &mut Cx, made: &Value) -> R<()> {
    let version = cx.int(i64::from(VERSION));
    module::set(cx, made, "version", version)
}

/// What reading or writing fails with: the format's error, or an exception that is raised already.
enum Failure {
    Marshal(MarshalError),
    Raised(Raised),
}

impl From<MarshalError> for Failure {
    fn from(error: MarshalError) -> Failure {
        Failure::Marshal(error)
    }
}

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Failure {
        Failure::Raised(raised)
    }
}

fn raise(cx: &mut Cx, failure: Failure) -> Raised {
    let error = match failure {
        Failure::Raised(raised) => return raised,
        Failure::Marshal(error) => error,
    };
    let message = error.message().to_owned();
    match error {
        MarshalError::Eof(_) => cx.raise(&exc::EOF_ERROR, message),
        MarshalError::Value(_) => cx.value_error(message),
        MarshalError::Type(_) => cx.type_error(message),
        MarshalError::System(_) => cx.system_error(message),
        MarshalError::Unicode(bytes) => {
            let decode = cx.interp().runtime.decode;
            match decode(cx, &bytes, "utf-8", "surrogatepass") {
                Ok(_) => cx.value_error(message),
                Err(raised) => raised,
            }
        }
    }
}

struct Values<'a> {
    cx: &'a mut Cx,
}

fn size(n: i32) -> Result<u32, Failure> {
    u32::try_from(n).map_err(|_| Failure::Marshal(MarshalError::System("bad argument to internal function")))
}

impl Values<'_> {
    fn constant(&mut self, value: &Value) -> Result<Constant, Failure> {
        constants::constant_of(self.cx, value)
            .ok_or(Failure::Marshal(MarshalError::Type("code constants must be immutable")))
    }

    fn raw(&mut self, value: &Value) -> Result<Box<[u8]>, Failure> {
        match value.as_bytes() {
            Some(bytes) => Ok(bytes.as_slice().into()),
            None => Err(Failure::Marshal(MarshalError::System("bad argument to internal function"))),
        }
    }

    fn name(&mut self, value: &Value) -> Result<Name, Failure> {
        match value.as_str() {
            Some(text) => Ok(Name::new(text.to_wtf8())),
            None => Err(Failure::Marshal(MarshalError::Type(
                "name tuples must contain only strings, not other objects",
            ))),
        }
    }

    fn items(&mut self, value: &Value) -> Result<Vec<Value>, Failure> {
        match value.cast::<Tuple>() {
            Some(tuple) => Ok(tuple.items().to_vec()),
            None => Err(Failure::Marshal(MarshalError::System("bad argument to internal function"))),
        }
    }

    fn names(&mut self, value: &Value) -> Result<Box<[Name]>, Failure> {
        let items = self.items(value)?;
        items.iter().map(|v| self.name(v)).collect()
    }
}

impl Builder for Values<'_> {
    type Value = Value;
    type Error = Failure;

    fn none(&mut self) -> Result<Value, Failure> {
        Ok(Value::none())
    }
    fn bool(&mut self, value: bool) -> Result<Value, Failure> {
        Ok(Value::bool(value))
    }
    fn ellipsis(&mut self) -> Result<Value, Failure> {
        Ok(Value::ellipsis())
    }
    fn stop_iteration(&mut self) -> Result<Value, Failure> {
        Ok(exc::STOP_ITERATION.to_value())
    }
    fn int(&mut self, value: IBig) -> Result<Value, Failure> {
        Ok(self.cx.int_from_big(value))
    }
    fn float(&mut self, value: f64) -> Result<Value, Failure> {
        Ok(self.cx.float(value))
    }
    fn complex(&mut self, re: f64, im: f64) -> Result<Value, Failure> {
        Ok(complex::new_complex(self.cx, re, im))
    }
    fn str(&mut self, text: Wtf8Buf, interned: bool) -> Result<Value, Failure> {
        let made = self.cx.str_from_wtf8(&text).into_value();
        Ok(if interned { self.cx.intern_value(made) } else { made })
    }
    fn bytes(&mut self, bytes: &[u8]) -> Result<Value, Failure> {
        Ok(self.cx.bytes(bytes))
    }
    fn tuple(&mut self, items: Vec<Value>) -> Result<Value, Failure> {
        Ok(self.cx.tuple(items).into_value())
    }
    fn frozenset(&mut self, items: Vec<Value>) -> Result<Value, Failure> {
        Ok(set::new_frozenset(self.cx, items)?)
    }
    fn slice(&mut self, start: Value, stop: Value, step: Value) -> Result<Value, Failure> {
        Ok(slice::new_slice(self.cx, start, stop, step))
    }
    fn code(&mut self, parts: CodeParts<Value>) -> Result<Value, Failure> {
        let consts = self.items(&parts.consts)?;
        let consts: Result<Box<[Constant]>, Failure> = consts.iter().map(|c| self.constant(c)).collect();
        let object = CodeObject {
            argcount: size(parts.argcount)?,
            posonlyargcount: size(parts.posonlyargcount)?,
            kwonlyargcount: size(parts.kwonlyargcount)?,
            stacksize: size(parts.stacksize)?,
            flags: CodeFlags(parts.flags as u32),
            code: self.raw(&parts.code)?,
            consts: consts?,
            names: self.names(&parts.names)?,
            localsplusnames: self.names(&parts.localsplusnames)?,
            localspluskinds: self.raw(&parts.localspluskinds)?,
            filename: self.name(&parts.filename)?,
            name: self.name(&parts.name)?,
            qualname: self.name(&parts.qualname)?,
            firstlineno: parts.firstlineno,
            linetable: self.raw(&parts.linetable)?,
            exceptiontable: self.raw(&parts.exceptiontable)?,
        };
        if let Err(error) = verify::verify(&object) {
            return Err(Failure::Marshal(MarshalError::Value(format!("bad marshal data ({error})"))));
        }
        Ok(code::new(self.cx, Arc::new(object)).into_value())
    }
    fn list(&mut self) -> Result<Value, Failure> {
        Ok(list::new_list(self.cx, Vec::new()).into_value())
    }
    fn list_append(&mut self, list: &Value, item: Value) -> Result<(), Failure> {
        Ok(crate::containers::list_push(self.cx, list, item)?)
    }
    fn set(&mut self) -> Result<Value, Failure> {
        Ok(set::new_set(self.cx).into_value())
    }
    fn set_add(&mut self, set: &Value, item: Value) -> Result<(), Failure> {
        Ok(crate::containers::set_add(self.cx, set, &item)?)
    }
    fn dict(&mut self) -> Result<Value, Failure> {
        Ok(self.cx.new_dict().into_value())
    }
    fn dict_insert(&mut self, dict: &Value, key: Value, value: Value) -> Result<(), Failure> {
        match dict.as_dict() {
            Some(table) => Ok(dict::set(self.cx, table, key, value)?),
            None => Err(Failure::Marshal(MarshalError::System("not a dict"))),
        }
    }
}

impl Source for Values<'_> {
    type Value = Value;
    type Error = Failure;

    fn view<'a>(&'a mut self, value: &'a Value) -> Result<View<'a, Value>, Failure> {
        if value.is_none() {
            return Ok(View::None);
        }
        if let Some(b) = value.as_bool() {
            return Ok(View::Bool(b));
        }
        if value.is(&Value::ellipsis()) {
            return Ok(View::Ellipsis);
        }
        if value.is_obj(&exc::STOP_ITERATION) {
            return Ok(View::StopIteration);
        }
        if value.is_instance_exact(&taipan_object::int::INT)
            && let Some(i) = value.as_int()
        {
            return Ok(View::Int(i.to_big()));
        }
        if value.is_instance_exact(&taipan_object::float::FLOAT)
            && let Some(f) = value.as_float()
        {
            return Ok(View::Float(f));
        }
        if let Some(c) = value.cast_exact::<complex::Complex>() {
            let c = c.get(self.cx);
            return Ok(View::Complex(c.0, c.1));
        }
        if value.is_instance_exact(&taipan_object::str::STR)
            && let Some(text) = value.as_str()
        {
            let utf8 = Cow::Owned(text.to_wtf8().as_bytes().to_vec());
            return Ok(View::Str { utf8, interned: text.is_interned() });
        }
        if value.is_instance_exact(&taipan_object::tuple::TUPLE)
            && let Some(tuple) = value.cast::<Tuple>()
        {
            return Ok(View::Tuple(tuple.items().to_vec()));
        }
        if let Some(list) = value.cast_exact::<List>() {
            return Ok(View::List(list.get(self.cx).items.clone()));
        }
        if let Some(table) = value.as_dict()
            && value.is_instance_exact(&dict::DICT)
        {
            return Ok(View::Dict(dict::items(self.cx, table)));
        }
        if value.is_instance_exact(&set::SET) {
            return Ok(View::Set(ops::collect(self.cx, value)?));
        }
        if value.is_instance_exact(&set::FROZENSET) {
            return Ok(View::FrozenSet(ops::collect(self.cx, value)?));
        }
        if let Some(s) = value.cast_exact::<slice::Slice>() {
            let s = s.get(self.cx);
            return Ok(View::Slice(s.start.clone(), s.stop.clone(), s.step.clone()));
        }
        if let Some(code) = value.cast::<Code>() {
            return Ok(View::Code(Box::new(self.parts(code)?)));
        }
        if buffer::supports(self.cx, value) {
            let bytes = buffer::bytes_like(self.cx, value)?.to_vec(self.cx);
            return Ok(View::Bytes(Cow::Owned(bytes)));
        }
        Ok(View::Other)
    }

    fn identity(&mut self, value: &Value) -> Option<usize> {
        let header = value.header()?;
        (header.is_immortal() || header.count() > 1).then_some(value.id() as usize)
    }
}

impl Values<'_> {
    fn parts(&mut self, code: &taipan_object::Obj<Code>) -> Result<CodeParts<Value>, Failure> {
        let source = Arc::clone(&code.source);
        let cx = &mut *self.cx;
        let names = |cx: &mut Cx, names: &[Name]| {
            let items: Vec<Value> = names.iter().map(|n| constants::name_value(cx, n)).collect();
            cx.tuple(items).into_value()
        };
        Ok(CodeParts {
            argcount: source.argcount as i32,
            posonlyargcount: source.posonlyargcount as i32,
            kwonlyargcount: source.kwonlyargcount as i32,
            stacksize: source.stacksize as i32,
            flags: source.flags.0 as i32,
            code: cx.bytes(&source.code),
            consts: constants::tuple_of(cx, &source.consts).into_value(),
            names: names(cx, &source.names),
            localsplusnames: names(cx, &source.localsplusnames),
            localspluskinds: cx.bytes(&source.localspluskinds),
            filename: code.filename.clone(),
            name: code.name.clone(),
            qualname: code.qualname.clone(),
            firstlineno: source.firstlineno,
            linetable: cx.bytes(&source.linetable),
            exceptiontable: cx.bytes(&source.exceptiontable),
        })
    }
}

/// The value of marshal data; bytes behind it are left alone.
fn read(cx: &mut Cx, bytes: &[u8], allow_code: bool) -> R<(Value, usize)> {
    // The common case: a `.pyc`'s code object, without the way through values.
    if allow_code && bytes.first().is_some_and(|b| b & 0x7f == b'c') {
        match marshal::loads_code(bytes) {
            Ok(object) if verify::verify_all(&object).is_ok() => {
                return Ok((code::new(cx, Arc::new(object)).into_value(), bytes.len()));
            }
            _ => {}
        }
    }
    let mut input = SliceInput { rest: bytes };
    let result = {
        let mut builder = Values { cx };
        Reader::new(&mut builder, &mut input).allow_code(allow_code).read()
    };
    match result {
        Ok(value) => Ok((value, bytes.len() - input.rest.len())),
        Err(failure) => Err(raise(cx, failure)),
    }
}

fn write(cx: &mut Cx, value: &Value, version: i32, allow_code: bool) -> R<Vec<u8>> {
    if allow_code
        && version == VERSION
        && let Some(code) = value.cast::<Code>()
        && let Ok(bytes) = marshal::dumps_code(&code.source)
    {
        return Ok(bytes);
    }
    let result = {
        let mut source = Values { cx };
        Writer::new(&mut source, version).allow_code(allow_code).dump(value.clone())
    };
    result.map_err(|failure| raise(cx, failure))
}

/// Return the bytes object that would be written to a file by dump(value, file).
///
///   value
///     Must be a supported type.
///   version
///     Indicates the data format that dumps should use.
///   allow_code
///     Allow to write code objects.
#[native("marshal.dumps(value, version=5, /, *, allow_code=True)")]
fn dumps(cx: &mut Cx, value: &Value, version: i32, allow_code: bool) -> R {
    (cx.interp().runtime.audit)(cx, "marshal.dumps", std::slice::from_ref(value))?;
    let bytes = write(cx, value, version, allow_code)?;
    Ok(cx.bytes(&bytes))
}

/// Write the value on the open file.
///
///   value
///     Must be a supported type.
///   file
///     Must be a writeable binary file.
///   version
///     Indicates the data format that dump should use.
///   allow_code
///     Allow to write code objects.
#[native("marshal.dump(value, file, version=5, /, *, allow_code=True)")]
fn dump(cx: &mut Cx, value: &Value, file: &Value, version: i32, allow_code: bool) -> R {
    let bytes = write(cx, value, version, allow_code)?;
    let bytes = cx.bytes(&bytes);
    ops::call_method(cx, file, &taipan_object::names::write, &[bytes])
}

/// Convert the bytes-like object to a value.
///
/// If no valid value is found, raise EOFError, ValueError or TypeError.  Extra
/// bytes in the input are ignored.
#[native("marshal.loads(bytes, /, *, allow_code=True)")]
fn loads(cx: &mut Cx, bytes: &Value, allow_code: bool) -> R {
    let data = buffer::bytes_like(cx, bytes)?.to_vec(cx);
    (cx.interp().runtime.audit)(cx, "marshal.loads", std::slice::from_ref(bytes))?;
    Ok(read(cx, &data, allow_code)?.0)
}

/// Read one value from the open file and return it.
///
///   file
///     Must be readable binary file.
///   allow_code
///     Allow to load code objects.
#[native("marshal.load(file, /, *, allow_code=True)")]
fn load(cx: &mut Cx, file: &Value, allow_code: bool) -> R {
    (cx.interp().runtime.audit)(cx, "marshal.load", &[])?;
    // All that is left is read at once; what the value does not use is given back.
    let names = &taipan_object::names::read;
    let data = ops::call_method(cx, file, names, &[])?;
    let bytes = buffer::bytes_like(cx, &data)?.to_vec(cx);
    let (value, used) = read(cx, &bytes, allow_code)?;
    if used < bytes.len() {
        let back = cx.int(used as i64 - bytes.len() as i64);
        ops::call_method(cx, file, &taipan_object::names::seek, &[back, Value::small_int(1)])?;
    }
    Ok(value)
}
