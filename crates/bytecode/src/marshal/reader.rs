//! Reads marshal data with an explicit stack of open containers.

use dashu_int::{IBig, UBig};
use taipan_text::Wtf8Buf;

use super::{MAX_DEPTH, MarshalError, tag};

/// The parts of a code object in the order of the format.
#[derive(Clone, Debug)]
pub struct CodeParts<V> {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub code: V,
    pub consts: V,
    pub names: V,
    pub localsplusnames: V,
    pub localspluskinds: V,
    pub filename: V,
    pub name: V,
    pub qualname: V,
    pub firstlineno: i32,
    pub linetable: V,
    pub exceptiontable: V,
}

/// Makes values of what is read. `Value`'s clones share the object.
pub trait Builder {
    type Value: Clone;
    type Error: From<MarshalError>;

    fn none(&mut self) -> Result<Self::Value, Self::Error>;
    fn bool(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    fn ellipsis(&mut self) -> Result<Self::Value, Self::Error>;
    fn stop_iteration(&mut self) -> Result<Self::Value, Self::Error>;
    fn int(&mut self, value: IBig) -> Result<Self::Value, Self::Error>;
    fn float(&mut self, value: f64) -> Result<Self::Value, Self::Error>;
    fn complex(&mut self, re: f64, im: f64) -> Result<Self::Value, Self::Error>;
    fn str(&mut self, text: Wtf8Buf, interned: bool) -> Result<Self::Value, Self::Error>;
    fn bytes(&mut self, bytes: &[u8]) -> Result<Self::Value, Self::Error>;
    fn tuple(&mut self, items: Vec<Self::Value>) -> Result<Self::Value, Self::Error>;
    fn frozenset(&mut self, items: Vec<Self::Value>) -> Result<Self::Value, Self::Error>;
    fn slice(
        &mut self,
        start: Self::Value,
        stop: Self::Value,
        step: Self::Value,
    ) -> Result<Self::Value, Self::Error>;
    fn code(&mut self, parts: CodeParts<Self::Value>) -> Result<Self::Value, Self::Error>;

    /// An empty list; the items follow by [`Builder::list_append`], and may refer to it.
    fn list(&mut self) -> Result<Self::Value, Self::Error>;
    fn list_append(&mut self, list: &Self::Value, item: Self::Value) -> Result<(), Self::Error>;
    fn set(&mut self) -> Result<Self::Value, Self::Error>;
    fn set_add(&mut self, set: &Self::Value, item: Self::Value) -> Result<(), Self::Error>;
    fn dict(&mut self) -> Result<Self::Value, Self::Error>;
    fn dict_insert(
        &mut self,
        dict: &Self::Value,
        key: Self::Value,
        value: Self::Value,
    ) -> Result<(), Self::Error>;

    /// A tuple of so many items that [`Builder::tuple_fill`] fills later, so that items can refer to it. Only asked for
    /// tuples that carry a reference number. `None`: such references are refused.
    fn tuple_reserve(&mut self, _len: usize) -> Result<Option<Self::Value>, Self::Error> {
        Ok(None)
    }

    fn tuple_fill(&mut self, _tuple: &Self::Value, _items: Vec<Self::Value>) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Where the bytes come from. The builder is lent, for inputs that need the interpreter (a Python file object).
pub trait Input<B: Builder> {
    /// Exactly `n` bytes.
    fn read<'a>(&'a mut self, builder: &'a mut B, n: usize) -> Result<&'a [u8], B::Error>;

    /// An upper bound on the bytes left, where it is known.
    fn remaining(&self) -> Option<usize> {
        None
    }
}

/// Input from memory; [`SliceInput::rest`] is what has not been read.
pub struct SliceInput<'a> {
    pub rest: &'a [u8],
}

impl<B: Builder> Input<B> for SliceInput<'_> {
    fn read<'a>(&'a mut self, _: &'a mut B, n: usize) -> Result<&'a [u8], B::Error> {
        match self.rest.split_at_checked(n) {
            Some((head, rest)) => {
                self.rest = rest;
                Ok(head)
            }
            None => Err(MarshalError::Eof("marshal data too short").into()),
        }
    }

    fn remaining(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A container that is not complete; `slot` is the reference number kept for it.
enum Open<V> {
    Tuple { items: Vec<V>, left: usize, slot: Option<usize>, reserved: Option<V> },
    FrozenSet { items: Vec<V>, left: usize, slot: Option<usize> },
    Slice { items: Vec<V>, slot: Option<usize> },
    List { list: V, left: usize },
    Set { set: V, left: usize },
    Dict { dict: V, key: Option<V> },
    Code { head: [i32; 5], items: Vec<V>, firstlineno: i32, slot: Option<usize> },
}

/// What one type code made.
enum Step<V> {
    Done(V),
    Null,
    Open(Open<V>),
}

/// Objects of a code object before and after `firstlineno`.
const CODE_ITEMS_BEFORE_LINE: usize = 8;
const CODE_ITEMS: usize = 10;

/// Reads objects one after the other. References live as long as one [`Reader::read`].
pub struct Reader<'a, B: Builder, I: Input<B>> {
    builder: &'a mut B,
    input: &'a mut I,
    refs: Vec<Option<B::Value>>,
    allow_code: bool,
}

impl<'a, B: Builder, I: Input<B>> Reader<'a, B, I> {
    pub fn new(builder: &'a mut B, input: &'a mut I) -> Self {
        Reader { builder, input, refs: Vec::new(), allow_code: true }
    }

    /// Whether code objects may occur (`marshal.loads(allow_code=)`).
    pub fn allow_code(mut self, allow: bool) -> Self {
        self.allow_code = allow;
        self
    }

    /// Reads one object.
    pub fn read(&mut self) -> Result<B::Value, B::Error> {
        self.refs.clear();
        let mut stack: Vec<Open<B::Value>> = Vec::new();
        loop {
            if stack.len() >= MAX_DEPTH {
                return Err(MarshalError::value("recursion limit exceeded").into());
            }
            let mut done = match self.step()? {
                Step::Done(value) => Some(value),
                Step::Null => None,
                Step::Open(open) if Self::is_complete(&open) => Some(self.close(open)?),
                Step::Open(open) => {
                    stack.push(open);
                    continue;
                }
            };
            loop {
                let Some(mut top) = stack.pop() else {
                    return done
                        .ok_or_else(|| MarshalError::Type("NULL object in marshal data for object").into());
                };
                match (self.feed(&mut top, done.take())?, Self::is_complete(&top)) {
                    (true, _) | (_, true) => done = Some(self.close(top)?),
                    _ => {
                        stack.push(top);
                        break;
                    }
                }
            }
        }
    }

    fn is_complete(open: &Open<B::Value>) -> bool {
        match open {
            Open::Tuple { left, .. }
            | Open::FrozenSet { left, .. }
            | Open::List { left, .. }
            | Open::Set { left, .. } => *left == 0,
            Open::Slice { items, .. } => items.len() == 3,
            Open::Code { items, .. } => items.len() == CODE_ITEMS,
            Open::Dict { .. } => false,
        }
    }

    /// Gives a container its next item; `true` says that it ended by NULL (only a dict does).
    fn feed(&mut self, top: &mut Open<B::Value>, item: Option<B::Value>) -> Result<bool, B::Error> {
        let Some(item) = item else {
            return Err(MarshalError::Type(match top {
                Open::Dict { .. } => return Ok(true),
                Open::Tuple { .. } => "NULL object in marshal data for tuple",
                Open::List { .. } => "NULL object in marshal data for list",
                Open::Set { .. } | Open::FrozenSet { .. } => "NULL object in marshal data for set",
                Open::Code { .. } => "NULL object in marshal data for code object",
                Open::Slice { .. } => "NULL object in marshal data for object",
            })
            .into());
        };
        match top {
            Open::Tuple { items, left, .. } | Open::FrozenSet { items, left, .. } => {
                *left -= 1;
                items.push(item);
            }
            Open::Slice { items, .. } => items.push(item),
            Open::List { list, left } => {
                *left -= 1;
                self.builder.list_append(list, item)?;
            }
            Open::Set { set, left } => {
                *left -= 1;
                self.builder.set_add(set, item)?;
            }
            Open::Dict { dict, key } => match key.take() {
                None => *key = Some(item),
                Some(k) => self.builder.dict_insert(dict, k, item)?,
            },
            Open::Code { items, firstlineno, .. } => {
                items.push(item);
                if items.len() == CODE_ITEMS_BEFORE_LINE {
                    *firstlineno = self.long()?;
                }
            }
        }
        Ok(false)
    }

    fn close(&mut self, open: Open<B::Value>) -> Result<B::Value, B::Error> {
        let (value, slot) = match open {
            Open::Tuple { items, reserved: Some(tuple), .. } => {
                self.builder.tuple_fill(&tuple, items)?;
                return Ok(tuple);
            }
            Open::Tuple { items, slot, .. } => (self.builder.tuple(items)?, slot),
            Open::FrozenSet { items, slot, .. } => (self.builder.frozenset(items)?, slot),
            Open::Slice { items, slot } => match <[B::Value; 3]>::try_from(items) {
                Ok([start, stop, step]) => (self.builder.slice(start, stop, step)?, slot),
                Err(_) => return Err(MarshalError::System("bad argument to internal function").into()),
            },
            Open::Code { head, items, firstlineno, slot } => (self.code(head, items, firstlineno)?, slot),
            Open::List { list: value, .. }
            | Open::Set { set: value, .. }
            | Open::Dict { dict: value, .. } => {
                return Ok(value);
            }
        };
        if let Some(entry) = slot.and_then(|s| self.refs.get_mut(s)) {
            *entry = Some(value.clone());
        }
        Ok(value)
    }

    fn code(&mut self, head: [i32; 5], items: Vec<B::Value>, firstlineno: i32) -> Result<B::Value, B::Error> {
        let Ok(items) = <[B::Value; CODE_ITEMS]>::try_from(items) else {
            return Err(MarshalError::System("bad argument to internal function").into());
        };
        let [argcount, posonlyargcount, kwonlyargcount, stacksize, flags] = head;
        let [
            code,
            consts,
            names,
            localsplusnames,
            localspluskinds,
            filename,
            name,
            qualname,
            linetable,
            exceptiontable,
        ] = items;
        self.builder.code(CodeParts {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags,
            code,
            consts,
            names,
            localsplusnames,
            localspluskinds,
            filename,
            name,
            qualname,
            firstlineno,
            linetable,
            exceptiontable,
        })
    }

    fn take(&mut self, n: usize) -> Result<&[u8], B::Error> {
        self.input.read(self.builder, n)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], B::Error> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| MarshalError::Eof("marshal data too short").into())
    }

    fn long(&mut self) -> Result<i32, B::Error> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// A size of 32 bits, which may not be negative.
    fn size(&mut self, what: &str) -> Result<usize, B::Error> {
        let n = self.long()?;
        usize::try_from(n).map_err(|_| MarshalError::bad(what).into())
    }

    fn byte_size(&mut self) -> Result<usize, B::Error> {
        Ok(usize::from(self.array::<1>()?[0]))
    }

    fn type_code(&mut self) -> Result<u8, B::Error> {
        if self.input.remaining() == Some(0) {
            return Err(MarshalError::Eof("EOF read where object expected").into());
        }
        Ok(self.array::<1>()?[0])
    }

    /// Room for items: what is claimed, but no more than the bytes that are left could hold.
    fn room(&self, claimed: usize) -> usize {
        claimed.min(self.input.remaining().unwrap_or(64))
    }

    fn reserve(&mut self, flagged: bool) -> Option<usize> {
        flagged.then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        })
    }

    fn step(&mut self) -> Result<Step<B::Value>, B::Error> {
        let byte = self.type_code()?;
        let flagged = byte & tag::FLAG_REF != 0;
        let code = byte & !tag::FLAG_REF;
        let value = match code {
            tag::NULL => return Ok(Step::Null),
            tag::NONE => return self.builder.none().map(Step::Done),
            tag::FALSE => return self.builder.bool(false).map(Step::Done),
            tag::TRUE => return self.builder.bool(true).map(Step::Done),
            tag::ELLIPSIS => return self.builder.ellipsis().map(Step::Done),
            tag::STOP_ITERATION => return self.builder.stop_iteration().map(Step::Done),
            tag::REF => return self.reference().map(Step::Done),
            tag::TUPLE
            | tag::SMALL_TUPLE
            | tag::LIST
            | tag::SET
            | tag::FROZENSET
            | tag::DICT
            | tag::SLICE
            | tag::CODE => {
                return self.open(code, flagged).map(Step::Open);
            }
            _ => self.leaf(code)?,
        };
        if flagged {
            self.refs.push(Some(value.clone()));
        }
        Ok(Step::Done(value))
    }

    fn reference(&mut self) -> Result<B::Value, B::Error> {
        let index = self.long()?;
        let value = usize::try_from(index).ok().and_then(|i| self.refs.get(i).cloned().flatten());
        value.ok_or_else(|| MarshalError::bad("invalid reference").into())
    }

    fn open(&mut self, code: u8, flagged: bool) -> Result<Open<B::Value>, B::Error> {
        Ok(match code {
            tag::TUPLE | tag::SMALL_TUPLE => {
                let left = match code {
                    tag::SMALL_TUPLE => self.byte_size()?,
                    _ => self.size("tuple size out of range")?,
                };
                let room = self.room(left);
                let slot = self.reserve(flagged);
                // A tuple longer than the data will fail at its end; do not let the builder allocate it.
                let reserved = if flagged && room == left { self.builder.tuple_reserve(left)? } else { None };
                if let (Some(slot), Some(tuple)) = (slot, &reserved) {
                    self.refs[slot] = Some(tuple.clone());
                }
                Open::Tuple { items: Vec::with_capacity(room.min(1 << 16)), left, slot, reserved }
            }
            tag::FROZENSET => {
                let left = self.size("set size out of range")?;
                let slot = self.reserve(flagged);
                Open::FrozenSet { items: Vec::with_capacity(self.room(left).min(1 << 16)), left, slot }
            }
            tag::LIST => {
                let left = self.size("list size out of range")?;
                let list = self.builder.list()?;
                self.remember(flagged, &list);
                Open::List { list, left }
            }
            tag::SET => {
                let left = self.size("set size out of range")?;
                let set = self.builder.set()?;
                self.remember(flagged, &set);
                Open::Set { set, left }
            }
            tag::DICT => {
                let dict = self.builder.dict()?;
                self.remember(flagged, &dict);
                Open::Dict { dict, key: None }
            }
            tag::SLICE => Open::Slice { items: Vec::with_capacity(3), slot: self.reserve(flagged) },
            _ => {
                if !self.allow_code {
                    return Err(MarshalError::value("unmarshalling code objects is disallowed").into());
                }
                let slot = self.reserve(flagged);
                let mut head = [0; 5];
                for field in &mut head {
                    *field = self.long()?;
                }
                Open::Code { head, items: Vec::with_capacity(CODE_ITEMS), firstlineno: 0, slot }
            }
        })
    }

    fn remember(&mut self, flagged: bool, value: &B::Value) {
        if flagged {
            self.refs.push(Some(value.clone()));
        }
    }

    fn leaf(&mut self, code: u8) -> Result<B::Value, B::Error> {
        match code {
            tag::INT => {
                let value = self.long()?;
                self.builder.int(IBig::from(value))
            }
            tag::INT64 => {
                let value = i64::from_le_bytes(self.array()?);
                self.builder.int(IBig::from(value))
            }
            tag::LONG => {
                let value = self.big()?;
                self.builder.int(value)
            }
            tag::FLOAT => {
                let value = self.text_float()?;
                self.builder.float(value)
            }
            tag::BINARY_FLOAT => {
                let value = f64::from_le_bytes(self.array()?);
                self.builder.float(value)
            }
            tag::COMPLEX => {
                let (re, im) = (self.text_float()?, self.text_float()?);
                self.builder.complex(re, im)
            }
            tag::BINARY_COMPLEX => {
                let (re, im) = (f64::from_le_bytes(self.array()?), f64::from_le_bytes(self.array()?));
                self.builder.complex(re, im)
            }
            tag::BYTES => {
                let n = self.size("bytes object size out of range")?;
                // The builder cannot be lent together with the bytes.
                let bytes = self.take(n)?.to_vec();
                self.builder.bytes(&bytes)
            }
            tag::UNICODE | tag::INTERNED => {
                let n = self.size("string size out of range")?;
                let bytes = self.take(n)?.to_vec();
                match Wtf8Buf::from_bytes(bytes.clone()) {
                    Some(text) => self.builder.str(text, code == tag::INTERNED),
                    None => Err(MarshalError::Unicode(bytes).into()),
                }
            }
            tag::ASCII | tag::ASCII_INTERNED => {
                let n = self.size("string size out of range")?;
                self.latin1(n, code == tag::ASCII_INTERNED)
            }
            tag::SHORT_ASCII | tag::SHORT_ASCII_INTERNED => {
                let n = self.byte_size()?;
                self.latin1(n, code == tag::SHORT_ASCII_INTERNED)
            }
            _ => Err(MarshalError::bad("unknown type code").into()),
        }
    }

    /// Text of one byte a character; the writer uses it for ASCII, the reader takes any byte.
    fn latin1(&mut self, n: usize, interned: bool) -> Result<B::Value, B::Error> {
        let bytes = self.take(n)?;
        let text = match bytes.is_ascii() {
            true => Wtf8Buf::from(std::str::from_utf8(bytes).unwrap_or_default()),
            false => bytes.iter().map(|b| u32::from(*b)).collect(),
        };
        self.builder.str(text, interned)
    }

    fn text_float(&mut self) -> Result<f64, B::Error> {
        let n = self.byte_size()?;
        let bytes = self.take(n)?;
        let text = String::from_utf8_lossy(bytes);
        text.parse()
            .map_err(|_| MarshalError::Value(format!("could not convert string to float: '{text}'")).into())
    }

    /// Digits of 15 bits, least significant first; a negative count means a negative number.
    fn big(&mut self) -> Result<IBig, B::Error> {
        let n = self.long()?;
        if n == i32::MIN {
            return Err(MarshalError::bad("long size out of range").into());
        }
        let digits = n.unsigned_abs() as usize;
        let bytes = self.take(digits * 2)?;
        let mut packed = Vec::with_capacity(digits * 15 / 8 + 1);
        let (mut bits, mut pending) = (0u32, 0u32);
        let mut last = 1;
        for pair in bytes.chunks_exact(2) {
            let digit = u32::from(pair[0]) | u32::from(pair[1]) << 8;
            if digit > 0x7FFF {
                return Err(MarshalError::bad("digit out of range in long").into());
            }
            last = digit;
            pending |= digit << bits;
            bits += 15;
            while bits >= 8 {
                packed.push(pending as u8);
                pending >>= 8;
                bits -= 8;
            }
        }
        if last == 0 {
            return Err(MarshalError::bad("unnormalized long data").into());
        }
        packed.push(pending as u8);
        let value = IBig::from(UBig::from_le_bytes(&packed));
        Ok(if n < 0 { -value } else { value })
    }
}
