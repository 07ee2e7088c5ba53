//! Code objects and constants, as the compiler makes them and `.pyc` files hold them.
//!
//! A [`CodeObject`] is immutable and knows nothing of Python objects; the interpreter prepares its own form of it. Equality
//! is structural and exact: floats by their bits, types apart (`1`, `1.0` and `True` differ).

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use dashu_int::IBig;
use taipan_text::Wtf8Buf;

/// A shared immutable name or other text of a code object. Identifiers never hold lone surrogates; file names and what
/// `CodeType()` is given may.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<Wtf8Buf>);

impl Name {
    pub fn new(text: Wtf8Buf) -> Name {
        Name(Arc::new(text))
    }

    pub fn as_wtf8(&self) -> &Wtf8Buf {
        &self.0
    }
}

impl Deref for Name {
    type Target = Wtf8Buf;

    fn deref(&self) -> &Wtf8Buf {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(s: &str) -> Name {
        Name::new(Wtf8Buf::from(s))
    }
}

impl From<String> for Name {
    fn from(s: String) -> Name {
        Name::new(Wtf8Buf::from(s))
    }
}

impl From<Wtf8Buf> for Name {
    fn from(s: Wtf8Buf) -> Name {
        Name::new(s)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// Lone surrogates are shown as U+FFFD.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(s) => f.pad(s),
            None => f.pad(&self.to_string_lossy()),
        }
    }
}

/// A constant: what `co_consts` may hold. A clone shares the contents.
#[derive(Clone, Debug)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    /// Up to 128 bits are held without allocation.
    Int(IBig),
    /// Compared and hashed by its bits.
    Float(f64),
    /// Real and imaginary part, compared and hashed by their bits.
    Complex(f64, f64),
    Str(Name),
    Bytes(Arc<[u8]>),
    Tuple(Arc<[Constant]>),
    /// The items in the order in which they were added (and marshalled).
    FrozenSet(Arc<[Constant]>),
    /// start, stop, step.
    Slice(Arc<[Constant; 3]>),
    Code(Arc<CodeObject>),
}

impl Constant {
    pub fn int(value: i64) -> Constant {
        Constant::Int(IBig::from(value))
    }

    pub fn bool(value: bool) -> Constant {
        if value { Constant::True } else { Constant::False }
    }

    pub fn str(text: &str) -> Constant {
        Constant::Str(Name::from(text))
    }

    /// The value of an integer constant that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Constant::Int(value) => i64::try_from(value).ok(),
            _ => None,
        }
    }
}

impl From<CodeObject> for Constant {
    fn from(code: CodeObject) -> Constant {
        Constant::Code(Arc::new(code))
    }
}

/// Whether two lists of distinct items hold the same ones.
fn same_items(a: &[Constant], b: &[Constant]) -> bool {
    let known: HashSet<&Constant> = a.iter().collect();
    b.iter().all(|item| known.contains(item))
}

/// Exact, types apart; the order of a frozenset's items does not matter.
impl PartialEq for Constant {
    fn eq(&self, other: &Constant) -> bool {
        use Constant::*;
        match (self, other) {
            (None, None) | (True, True) | (False, False) | (Ellipsis, Ellipsis) => true,
            (Int(a), Int(b)) => a == b,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
            (Complex(a, b), Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
            (Str(a), Str(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (Tuple(a), Tuple(b)) => a == b,
            (FrozenSet(a), FrozenSet(b)) => a.len() == b.len() && (a == b || same_items(a, b)),
            (Slice(a), Slice(b)) => a == b,
            (Code(a), Code(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Constant {}

impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Constant::None | Constant::True | Constant::False | Constant::Ellipsis => {}
            Constant::Int(value) => value.hash(state),
            Constant::Float(value) => value.to_bits().hash(state),
            Constant::Complex(re, im) => (re.to_bits(), im.to_bits()).hash(state),
            Constant::Str(text) => text.hash(state),
            Constant::Bytes(bytes) => bytes.hash(state),
            Constant::Tuple(items) => items.hash(state),
            Constant::FrozenSet(items) => {
                let one = |item| BuildHasherDefault::<DefaultHasher>::default().hash_one(item);
                items.iter().fold(0u64, |sum, item| sum.wrapping_add(one(item))).hash(state);
            }
            Constant::Slice(parts) => parts.hash(state),
            Constant::Code(code) => code.hash(state),
        }
    }
}

/// `co_flags`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CodeFlags(pub u32);

macro_rules! code_flags {
    ($($name:ident $bit:literal $py:literal $doc:literal;)*) => {
        impl CodeFlags {
            $(#[doc = $doc] pub const $name: CodeFlags = CodeFlags($bit);)*

            /// The flags with their names, as `inspect` and `dis` (without `CO_`) spell them.
            pub const NAMES: &[(CodeFlags, &str)] = &[$((CodeFlags($bit), $py)),*];
        }
    };
}

code_flags! {
    OPTIMIZED 0x1 "OPTIMIZED" "Locals are fast.";
    NEWLOCALS 0x2 "NEWLOCALS" "A call makes a new local namespace.";
    VARARGS 0x4 "VARARGS" "Has `*args`.";
    VARKEYWORDS 0x8 "VARKEYWORDS" "Has `**kwargs`.";
    NESTED 0x10 "NESTED" "Is nested in a function.";
    GENERATOR 0x20 "GENERATOR" "Is a generator function.";
    COROUTINE 0x80 "COROUTINE" "Is an `async def`.";
    ITERABLE_COROUTINE 0x100 "ITERABLE_COROUTINE" "Is a generator that `types.coroutine` made awaitable.";
    ASYNC_GENERATOR 0x200 "ASYNC_GENERATOR" "Is an asynchronous generator function.";
    FUTURE_DIVISION 0x2_0000 "FUTURE_DIVISION" "`from __future__ import division`.";
    FUTURE_ABSOLUTE_IMPORT 0x4_0000 "FUTURE_ABSOLUTE_IMPORT" "`from __future__ import absolute_import`.";
    FUTURE_WITH_STATEMENT 0x8_0000 "FUTURE_WITH_STATEMENT" "`from __future__ import with_statement`.";
    FUTURE_PRINT_FUNCTION 0x10_0000 "FUTURE_PRINT_FUNCTION" "`from __future__ import print_function`.";
    FUTURE_UNICODE_LITERALS 0x20_0000 "FUTURE_UNICODE_LITERALS" "`from __future__ import unicode_literals`.";
    FUTURE_BARRY_AS_BDFL 0x40_0000 "FUTURE_BARRY_AS_BDFL" "`from __future__ import barry_as_FLUFL`.";
    FUTURE_GENERATOR_STOP 0x80_0000 "FUTURE_GENERATOR_STOP" "`from __future__ import generator_stop`.";
    FUTURE_ANNOTATIONS 0x100_0000 "FUTURE_ANNOTATIONS" "`from __future__ import annotations`.";
    HAS_DOCSTRING 0x400_0000 "HAS_DOCSTRING" "The first constant is the docstring.";
    METHOD 0x800_0000 "METHOD" "Was defined in a class body.";
}

impl CodeFlags {
    /// Whether all bits of `other` are set.
    pub const fn contains(self, other: CodeFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    pub const fn intersects(self, other: CodeFlags) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn with(self, other: CodeFlags) -> CodeFlags {
        CodeFlags(self.0 | other.0)
    }

    /// Generators, coroutines and asynchronous generators: calls make an object instead of running.
    pub const fn is_generator_like(self) -> bool {
        self.intersects(CodeFlags(
            CodeFlags::GENERATOR.0 | CodeFlags::COROUTINE.0 | CodeFlags::ASYNC_GENERATOR.0,
        ))
    }
}

impl std::ops::BitOr for CodeFlags {
    type Output = CodeFlags;

    fn bitor(self, other: CodeFlags) -> CodeFlags {
        self.with(other)
    }
}

impl std::ops::BitOrAssign for CodeFlags {
    fn bitor_assign(&mut self, other: CodeFlags) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for CodeFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// Bits of `co_localspluskinds`: what each fast local is.
pub mod kinds {
    /// A parameter that may be given by position.
    pub const ARG_POS: u8 = 0x02;
    /// A parameter that may be given by keyword.
    pub const ARG_KW: u8 = 0x04;
    /// `*args` (with [`ARG_POS`]) or `**kwargs` (with [`ARG_KW`]).
    pub const ARG_VAR: u8 = 0x08;
    /// Belongs to an inlined comprehension; not shown by `locals()`.
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// A code object: the attributes that CPython stores and marshals; the others are derived.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CodeObject {
    /// Positional parameters, positional-only ones included.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: CodeFlags,
    /// Code units of two bytes, opcode and operand, inline caches as zeros.
    pub code: Box<[u8]>,
    pub consts: Box<[Constant]>,
    pub names: Box<[Name]>,
    /// Fast locals, cells and free variables in the order of their slots.
    pub localsplusnames: Box<[Name]>,
    /// One byte of [`kinds`] for each slot.
    pub localspluskinds: Box<[u8]>,
    pub filename: Name,
    pub name: Name,
    pub qualname: Name,
    pub firstlineno: i32,
    pub linetable: Box<[u8]>,
    pub exceptiontable: Box<[u8]>,
}

impl CodeObject {
    fn names_of(&self, kind: u8) -> impl Iterator<Item = &Name> {
        self.localsplusnames
            .iter()
            .zip(&self.localspluskinds)
            .filter(move |(_, k)| **k & kind != 0)
            .map(|(n, _)| n)
    }

    /// `co_varnames`: parameters and other fast locals, those that are cells too included.
    pub fn varnames(&self) -> impl Iterator<Item = &Name> {
        self.names_of(kinds::LOCAL)
    }

    /// `co_cellvars`.
    pub fn cellvars(&self) -> impl Iterator<Item = &Name> {
        self.names_of(kinds::CELL)
    }

    /// `co_freevars`.
    pub fn freevars(&self) -> impl Iterator<Item = &Name> {
        self.names_of(kinds::FREE)
    }

    /// `co_nlocals`.
    pub fn nlocals(&self) -> usize {
        self.varnames().count()
    }

    /// Slots of a frame before its operand stack.
    pub fn nlocalsplus(&self) -> usize {
        self.localsplusnames.len()
    }

    /// Parameters of every sort, `*args` and `**kwargs` included.
    pub fn total_args(&self) -> usize {
        self.argcount as usize
            + self.kwonlyargcount as usize
            + usize::from(self.flags.contains(CodeFlags::VARARGS))
            + usize::from(self.flags.contains(CodeFlags::VARKEYWORDS))
    }

    /// Code units, caches included.
    pub fn units(&self) -> usize {
        self.code.len() / 2
    }

    /// The code objects among the constants (not those inside tuples), in order.
    pub fn nested(&self) -> impl Iterator<Item = &Arc<CodeObject>> {
        self.consts.iter().filter_map(|c| match c {
            Constant::Code(code) => Some(code),
            _ => None,
        })
    }

    /// The docstring, which is the first constant where the flag says so.
    pub fn docstring(&self) -> Option<&Name> {
        match self.consts.first() {
            Some(Constant::Str(text)) if self.flags.contains(CodeFlags::HAS_DOCSTRING) => Some(text),
            _ => None,
        }
    }
}
