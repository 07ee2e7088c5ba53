//! Writes marshal data with an explicit stack of what is still to be written.

use std::borrow::Cow;
use std::collections::HashMap;

use dashu_int::{IBig, Sign, ops::BitTest};

use super::{CodeParts, MAX_DEPTH, MarshalError, tag};

/// A value as the writer sees it; containers show handles of their items.
pub enum View<'a, V> {
    None,
    Bool(bool),
    Ellipsis,
    StopIteration,
    Int(Cow<'a, IBig>),
    Float(f64),
    Complex(f64, f64),
    /// Text in generalised UTF-8.
    Str {
        utf8: Cow<'a, [u8]>,
        interned: bool,
    },
    Bytes(Cow<'a, [u8]>),
    Tuple(Vec<V>),
    List(Vec<V>),
    Dict(Vec<(V, V)>),
    Set(Vec<V>),
    FrozenSet(Vec<V>),
    Slice(V, V, V),
    Code(Box<CodeParts<V>>),
    /// Nothing that marshal can hold.
    Other,
}

/// Shows values to the writer.
pub trait Source {
    type Value: Clone;
    type Error: From<MarshalError>;

    fn view<'a>(&'a mut self, value: &'a Self::Value) -> Result<View<'a, Self::Value>, Self::Error>;

    /// A number that tells this object from all others alive, if it may be met again; `None` writes no reference number.
    fn identity(&mut self, value: &Self::Value) -> Option<usize>;
}

enum Work<V> {
    Value(V, usize),
    Long(i32),
    Null,
}

/// Writes one object (`marshal.dumps`).
pub struct Writer<'a, S: Source> {
    source: &'a mut S,
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    refs: HashMap<usize, u32>,
    /// Depth at which this writer's object stands, for set items that are written apart.
    base_depth: usize,
}

impl<'a, S: Source> Writer<'a, S> {
    pub fn new(source: &'a mut S, version: i32) -> Self {
        Writer { source, out: Vec::new(), version, allow_code: true, refs: HashMap::new(), base_depth: 0 }
    }

    /// Whether code objects may be written (`marshal.dumps(allow_code=)`).
    pub fn allow_code(mut self, allow: bool) -> Self {
        self.allow_code = allow;
        self
    }

    /// The bytes of the object.
    pub fn dump(mut self, value: S::Value) -> Result<Vec<u8>, S::Error> {
        let mut work = vec![Work::Value(value, self.base_depth + 1)];
        while let Some(next) = work.pop() {
            match next {
                Work::Value(value, depth) => self.value(value, depth, &mut work)?,
                Work::Long(n) => self.long(n),
                Work::Null => self.out.push(tag::NULL),
            }
        }
        Ok(self.out)
    }

    fn long(&mut self, n: i32) {
        self.out.extend(n.to_le_bytes());
    }

    fn value(
        &mut self,
        value: S::Value,
        depth: usize,
        work: &mut Vec<Work<S::Value>>,
    ) -> Result<(), S::Error> {
        if depth > MAX_DEPTH {
            return Err(MarshalError::value("object too deeply nested to marshal").into());
        }
        // Objects that are one of a kind are never numbered.
        let singleton = match self.source.view(&value)? {
            View::None => Some(tag::NONE),
            View::Bool(false) => Some(tag::FALSE),
            View::Bool(true) => Some(tag::TRUE),
            View::Ellipsis => Some(tag::ELLIPSIS),
            View::StopIteration => Some(tag::STOP_ITERATION),
            _ => None,
        };
        if let Some(code) = singleton {
            self.out.push(code);
            return Ok(());
        }
        let mut flag = 0;
        if self.version >= 3
            && let Some(id) = self.source.identity(&value)
        {
            if let Some(index) = self.refs.get(&id) {
                let index = *index;
                self.out.push(tag::REF);
                self.out.extend(index.to_le_bytes());
                return Ok(());
            }
            if self.refs.len() < i32::MAX as usize {
                self.refs.insert(id, self.refs.len() as u32);
                flag = tag::FLAG_REF;
            }
        }
        self.complex_value(&value, flag, depth, work)
    }

    fn complex_value(
        &mut self,
        value: &S::Value,
        flag: u8,
        depth: usize,
        work: &mut Vec<Work<S::Value>>,
    ) -> Result<(), S::Error> {
        let mut items =
            |list: Vec<S::Value>| work.extend(list.into_iter().rev().map(|v| Work::Value(v, depth + 1)));
        let out = &mut self.out;
        match self.source.view(value)? {
            View::Int(n) => int(out, &n, flag)?,
            View::Float(x) if self.version > 1 => {
                out.push(tag::BINARY_FLOAT | flag);
                out.extend(x.to_le_bytes());
            }
            View::Float(x) => {
                out.push(tag::FLOAT | flag);
                text_float(out, x);
            }
            View::Complex(re, im) if self.version > 1 => {
                out.push(tag::BINARY_COMPLEX | flag);
                out.extend(re.to_le_bytes());
                out.extend(im.to_le_bytes());
            }
            View::Complex(re, im) => {
                out.push(tag::COMPLEX | flag);
                text_float(out, re);
                text_float(out, im);
            }
            View::Str { utf8, interned } => text(out, &utf8, interned, flag, self.version)?,
            View::Bytes(bytes) => {
                out.push(tag::BYTES | flag);
                size(out, bytes.len())?;
                out.extend_from_slice(&bytes);
            }
            View::Tuple(list) => {
                match u8::try_from(list.len()) {
                    Ok(n) if self.version >= 4 => out.extend([tag::SMALL_TUPLE | flag, n]),
                    _ => {
                        out.push(tag::TUPLE | flag);
                        size(out, list.len())?;
                    }
                }
                items(list);
            }
            View::List(list) => {
                out.push(tag::LIST | flag);
                size(out, list.len())?;
                items(list);
            }
            View::Dict(pairs) => {
                out.push(tag::DICT | flag);
                work.push(Work::Null);
                for (key, value) in pairs.into_iter().rev() {
                    work.push(Work::Value(value, depth + 1));
                    work.push(Work::Value(key, depth + 1));
                }
            }
            View::Set(list) => {
                out.push(tag::SET | flag);
                size(out, list.len())?;
                let sorted = self.sort(list, depth)?;
                work.extend(sorted.into_iter().rev().map(|v| Work::Value(v, depth + 1)));
            }
            View::FrozenSet(list) => {
                out.push(tag::FROZENSET | flag);
                size(out, list.len())?;
                let sorted = self.sort(list, depth)?;
                work.extend(sorted.into_iter().rev().map(|v| Work::Value(v, depth + 1)));
            }
            View::Slice(start, stop, step) if self.version >= 5 => {
                out.push(tag::SLICE | flag);
                items(vec![start, stop, step]);
            }
            View::Code(parts) => {
                if !self.allow_code {
                    return Err(MarshalError::value("marshalling code objects is disallowed").into());
                }
                out.push(tag::CODE | flag);
                for n in [
                    parts.argcount,
                    parts.posonlyargcount,
                    parts.kwonlyargcount,
                    parts.stacksize,
                    parts.flags,
                ] {
                    out.extend(n.to_le_bytes());
                }
                let p = *parts;
                items(vec![p.linetable, p.exceptiontable]);
                work.push(Work::Long(p.firstlineno));
                let before = [
                    p.code,
                    p.consts,
                    p.names,
                    p.localsplusnames,
                    p.localspluskinds,
                    p.filename,
                    p.name,
                    p.qualname,
                ];
                work.extend(before.into_iter().rev().map(|v| Work::Value(v, depth + 1)));
            }
            _ => return Err(MarshalError::value("unmarshallable object").into()),
        }
        Ok(())
    }

    /// The items of a set in the order of their own marshal data, so that the output does not depend on hashes.
    fn sort(&mut self, list: Vec<S::Value>, depth: usize) -> Result<Vec<S::Value>, S::Error> {
        if list.len() < 2 {
            return Ok(list);
        }
        let mut keyed = Vec::with_capacity(list.len());
        for item in list {
            let apart = Writer {
                source: &mut *self.source,
                out: Vec::new(),
                version: self.version,
                allow_code: self.allow_code,
                refs: HashMap::new(),
                base_depth: depth,
            };
            keyed.push((apart.dump(item.clone())?, item));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(keyed.into_iter().map(|(_, item)| item).collect())
    }
}

fn size(out: &mut Vec<u8>, n: usize) -> Result<(), MarshalError> {
    let n = i32::try_from(n).map_err(|_| MarshalError::value("unmarshallable object"))?;
    out.extend(n.to_le_bytes());
    Ok(())
}

fn int(out: &mut Vec<u8>, n: &IBig, flag: u8) -> Result<(), MarshalError> {
    if let Ok(small) = i32::try_from(n) {
        out.push(tag::INT | flag);
        out.extend(small.to_le_bytes());
        return Ok(());
    }
    out.push(tag::LONG | flag);
    let (sign, magnitude) = n.clone().into_parts();
    let digits = magnitude.bit_len().div_ceil(15);
    let count = i32::try_from(digits).map_err(|_| MarshalError::value("unmarshallable object"))?;
    out.extend((if sign == Sign::Negative { -count } else { count }).to_le_bytes());
    let (mut bits, mut pending, mut written) = (0u32, 0u32, 0);
    for byte in magnitude.to_le_bytes() {
        pending |= u32::from(byte) << bits;
        bits += 8;
        if bits >= 15 {
            out.extend(((pending & 0x7FFF) as u16).to_le_bytes());
            pending >>= 15;
            bits -= 15;
            written += 1;
        }
    }
    if written < digits {
        out.extend(((pending & 0x7FFF) as u16).to_le_bytes());
    }
    Ok(())
}

fn text(out: &mut Vec<u8>, utf8: &[u8], interned: bool, flag: u8, version: i32) -> Result<(), MarshalError> {
    if version >= 4 && utf8.is_ascii() {
        match u8::try_from(utf8.len()) {
            Ok(n) => {
                out.push(flag | if interned { tag::SHORT_ASCII_INTERNED } else { tag::SHORT_ASCII });
                out.push(n);
            }
            Err(_) => {
                out.push(flag | if interned { tag::ASCII_INTERNED } else { tag::ASCII });
                size(out, utf8.len())?;
            }
        }
    } else {
        out.push(flag | if version >= 3 && interned { tag::INTERNED } else { tag::UNICODE });
        size(out, utf8.len())?;
    }
    out.extend_from_slice(utf8);
    Ok(())
}

/// A float as C's `%.17g` writes it, after its length.
fn text_float(out: &mut Vec<u8>, x: f64) {
    let text = if x.is_nan() {
        "nan".to_owned()
    } else if x.is_infinite() {
        if x < 0.0 { "-inf".to_owned() } else { "inf".to_owned() }
    } else {
        let scientific = format!("{x:.16e}");
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        if (-4..17).contains(&exponent) {
            trim_zeros(&format!("{x:.*}", (16 - exponent).max(0) as usize)).to_owned()
        } else {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", trim_zeros(mantissa), exponent.abs())
        }
    };
    out.push(text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
