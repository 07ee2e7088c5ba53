//! Marshal for [`Constant`] and [`CodeObject`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use dashu_int::IBig;
use taipan_text::Wtf8Buf;

use super::{Builder, CodeParts, MarshalError, Reader, SliceInput, Source, VERSION, View, Writer};
use crate::code::{CodeFlags, CodeObject, Constant, Name};

/// Reads a code object, and the bytes after it are ignored as CPython does.
pub fn loads_code(bytes: &[u8]) -> Result<CodeObject, MarshalError> {
    match loads_constant(bytes)? {
        Constant::Code(code) => Ok(Arc::try_unwrap(code).unwrap_or_else(|shared| (*shared).clone())),
        _ => Err(MarshalError::value("bad marshal data (not a code object)")),
    }
}

/// Reads any constant.
pub fn loads_constant(bytes: &[u8]) -> Result<Constant, MarshalError> {
    let mut builder = ConstantBuilder { budget: Weight::LIMIT.saturating_add(64 * bytes.len() as u64) };
    Reader::new(&mut builder, &mut SliceInput { rest: bytes }).read().map(|item| item.constant)
}

/// Writes a code object in the current version.
pub fn dumps_code(code: &Arc<CodeObject>) -> Result<Vec<u8>, MarshalError> {
    let mut source = ConstantSource { interned: HashMap::new() };
    Writer::new(&mut source, VERSION).dump(Handle::constant(Constant::Code(code.clone())))
}

/// What a value would take if nothing in it were shared. References let a few bytes describe a huge tree; whoever walks
/// the constant would walk all of it, so such data is refused.
struct Weight;

impl Weight {
    const LIMIT: u64 = 1 << 25;
    const NODE: u64 = 16;
}

#[derive(Clone)]
struct Item {
    constant: Constant,
    weight: u64,
}

struct ConstantBuilder {
    budget: u64,
}

impl ConstantBuilder {
    fn item(&self, constant: Constant, weight: u64) -> Result<Item, MarshalError> {
        if weight > self.budget {
            return Err(MarshalError::bad("constants too large"));
        }
        Ok(Item { constant, weight: weight.saturating_add(Weight::NODE) })
    }

    fn collect(&self, items: Vec<Item>) -> (Arc<[Constant]>, u64) {
        let weight = items.iter().fold(0u64, |sum, item| sum.saturating_add(item.weight));
        (items.into_iter().map(|item| item.constant).collect(), weight)
    }

    fn refuse<T>(&self) -> Result<T, MarshalError> {
        Err(MarshalError::bad("not a constant"))
    }
}

const BAD_CODE: MarshalError = MarshalError::System("bad argument to internal function");

fn count(n: i32) -> Result<u32, MarshalError> {
    u32::try_from(n).map_err(|_| BAD_CODE)
}

fn bytes_of(item: Item) -> Result<Box<[u8]>, MarshalError> {
    match item.constant {
        Constant::Bytes(bytes) => Ok(bytes.as_ref().into()),
        _ => Err(BAD_CODE),
    }
}

fn name_of(constant: &Constant) -> Result<Name, MarshalError> {
    match constant {
        Constant::Str(name) => Ok(name.clone()),
        _ => Err(MarshalError::Type("name tuples must contain only strings, not other objects")),
    }
}

fn names_of(item: Item) -> Result<Box<[Name]>, MarshalError> {
    match item.constant {
        Constant::Tuple(items) => items.iter().map(name_of).collect(),
        _ => Err(BAD_CODE),
    }
}

fn text_of(item: Item) -> Result<Name, MarshalError> {
    match item.constant {
        Constant::Str(name) => Ok(name),
        _ => Err(BAD_CODE),
    }
}

impl Builder for ConstantBuilder {
    type Value = Item;
    type Error = MarshalError;

    fn none(&mut self) -> Result<Item, MarshalError> {
        self.item(Constant::None, 0)
    }

    fn bool(&mut self, value: bool) -> Result<Item, MarshalError> {
        self.item(Constant::bool(value), 0)
    }

    fn ellipsis(&mut self) -> Result<Item, MarshalError> {
        self.item(Constant::Ellipsis, 0)
    }

    fn stop_iteration(&mut self) -> Result<Item, MarshalError> {
        self.refuse()
    }

    fn int(&mut self, value: IBig) -> Result<Item, MarshalError> {
        let words = value.as_sign_words().1.len() as u64;
        self.item(Constant::Int(value), words * 8)
    }

    fn float(&mut self, value: f64) -> Result<Item, MarshalError> {
        self.item(Constant::Float(value), 0)
    }

    fn complex(&mut self, re: f64, im: f64) -> Result<Item, MarshalError> {
        self.item(Constant::Complex(re, im), 0)
    }

    fn str(&mut self, text: Wtf8Buf, _interned: bool) -> Result<Item, MarshalError> {
        let weight = text.as_bytes().len() as u64;
        self.item(Constant::Str(Name::new(text)), weight)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<Item, MarshalError> {
        self.item(Constant::Bytes(bytes.into()), bytes.len() as u64)
    }

    fn tuple(&mut self, items: Vec<Item>) -> Result<Item, MarshalError> {
        let (items, weight) = self.collect(items);
        self.item(Constant::Tuple(items), weight)
    }

    fn frozenset(&mut self, items: Vec<Item>) -> Result<Item, MarshalError> {
        let (items, weight) = self.collect(items);
        self.item(Constant::FrozenSet(items), weight)
    }

    fn slice(&mut self, start: Item, stop: Item, step: Item) -> Result<Item, MarshalError> {
        let weight = [&start, &stop, &step].iter().fold(0u64, |sum, item| sum.saturating_add(item.weight));
        self.item(Constant::Slice(Arc::new([start.constant, stop.constant, step.constant])), weight)
    }

    fn code(&mut self, parts: CodeParts<Item>) -> Result<Item, MarshalError> {
        let p = &parts;
        let weight = [
            &p.code,
            &p.consts,
            &p.names,
            &p.localsplusnames,
            &p.localspluskinds,
            &p.filename,
            &p.name,
            &p.qualname,
            &p.linetable,
            &p.exceptiontable,
        ]
        .iter()
        .fold(0u64, |sum, item| sum.saturating_add(item.weight));
        let consts = match parts.consts.constant {
            Constant::Tuple(items) => items.as_ref().into(),
            _ => return Err(BAD_CODE),
        };
        let code = CodeObject {
            argcount: count(parts.argcount)?,
            posonlyargcount: count(parts.posonlyargcount)?,
            kwonlyargcount: count(parts.kwonlyargcount)?,
            stacksize: count(parts.stacksize)?,
            flags: CodeFlags(count(parts.flags)?),
            code: bytes_of(parts.code)?,
            consts,
            names: names_of(parts.names)?,
            localsplusnames: names_of(parts.localsplusnames)?,
            localspluskinds: bytes_of(parts.localspluskinds)?,
            filename: text_of(parts.filename)?,
            name: text_of(parts.name)?,
            qualname: text_of(parts.qualname)?,
            firstlineno: parts.firstlineno,
            linetable: bytes_of(parts.linetable)?,
            exceptiontable: bytes_of(parts.exceptiontable)?,
        };
        self.item(Constant::Code(Arc::new(code)), weight)
    }

    fn list(&mut self) -> Result<Item, MarshalError> {
        self.refuse()
    }

    fn list_append(&mut self, _: &Item, _: Item) -> Result<(), MarshalError> {
        self.refuse()
    }

    fn set(&mut self) -> Result<Item, MarshalError> {
        self.refuse()
    }

    fn set_add(&mut self, _: &Item, _: Item) -> Result<(), MarshalError> {
        self.refuse()
    }

    fn dict(&mut self) -> Result<Item, MarshalError> {
        self.refuse()
    }

    fn dict_insert(&mut self, _: &Item, _: Item, _: Item) -> Result<(), MarshalError> {
        self.refuse()
    }
}

/// Whether CPython interns a string constant: if it could be part of an identifier and is ASCII.
pub(crate) fn is_interned(text: &Wtf8Buf) -> bool {
    text.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// Numbers interned strings by value: equal ones are one object in CPython.
struct ConstantSource {
    interned: HashMap<Name, usize>,
}

/// A constant to be written; names, and the items of a tuple of names, are interned whatever they look like.
#[derive(Clone)]
struct Handle {
    constant: Constant,
    is_name: bool,
}

impl Handle {
    fn constant(constant: Constant) -> Handle {
        Handle { constant, is_name: false }
    }

    fn name(name: &Name) -> Handle {
        Handle { constant: Constant::Str(name.clone()), is_name: true }
    }

    fn names(names: &[Name]) -> Handle {
        Handle {
            constant: Constant::Tuple(names.iter().map(|n| Constant::Str(n.clone())).collect()),
            is_name: true,
        }
    }

    fn bytes(bytes: &[u8]) -> Handle {
        Handle::constant(Constant::Bytes(bytes.into()))
    }

    fn item(&self, constant: &Constant) -> Handle {
        Handle { constant: constant.clone(), is_name: self.is_name }
    }
}

impl Source for ConstantSource {
    type Value = Handle;
    type Error = MarshalError;

    fn view<'a>(&'a mut self, handle: &'a Handle) -> Result<View<'a, Handle>, MarshalError> {
        let signed = |n: u32| i32::try_from(n).map_err(|_| BAD_CODE);
        Ok(match &handle.constant {
            Constant::None => View::None,
            Constant::True => View::Bool(true),
            Constant::False => View::Bool(false),
            Constant::Ellipsis => View::Ellipsis,
            Constant::Int(n) => View::Int(Cow::Borrowed(n)),
            Constant::Float(x) => View::Float(*x),
            Constant::Complex(re, im) => View::Complex(*re, *im),
            Constant::Str(text) => View::Str {
                utf8: Cow::Borrowed(text.as_bytes()),
                interned: handle.is_name || is_interned(text),
            },
            Constant::Bytes(bytes) => View::Bytes(Cow::Borrowed(bytes)),
            Constant::Tuple(items) => View::Tuple(items.iter().map(|c| handle.item(c)).collect()),
            Constant::FrozenSet(items) => View::FrozenSet(items.iter().map(|c| handle.item(c)).collect()),
            Constant::Slice(parts) => {
                let [start, stop, step] = &**parts;
                View::Slice(handle.item(start), handle.item(stop), handle.item(step))
            }
            Constant::Code(code) => View::Code(Box::new(CodeParts {
                argcount: signed(code.argcount)?,
                posonlyargcount: signed(code.posonlyargcount)?,
                kwonlyargcount: signed(code.kwonlyargcount)?,
                stacksize: signed(code.stacksize)?,
                flags: signed(code.flags.0)?,
                code: Handle::bytes(&code.code),
                consts: Handle::constant(Constant::Tuple(code.consts.as_ref().into())),
                names: Handle::names(&code.names),
                localsplusnames: Handle::names(&code.localsplusnames),
                localspluskinds: Handle::bytes(&code.localspluskinds),
                filename: Handle::name(&code.filename),
                name: Handle::name(&code.name),
                qualname: Handle::name(&code.qualname),
                firstlineno: code.firstlineno,
                linetable: Handle::bytes(&code.linetable),
                exceptiontable: Handle::bytes(&code.exceptiontable),
            })),
        })
    }

    fn identity(&mut self, handle: &Handle) -> Option<usize> {
        match &handle.constant {
            Constant::Str(text) => {
                let next = self.interned.len();
                Some(*self.interned.entry(text.clone()).or_insert(next))
            }
            _ => None,
        }
    }
}
