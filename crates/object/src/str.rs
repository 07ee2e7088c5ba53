//! `str`: 1, 2 or 4 bytes a character by its widest, so that indexing is O(1) and ASCII is UTF-8 as it stands.
//!
//! The characters lie inline behind the payload. A string is immutable; its hash is computed once, on demand. Interned
//! strings of an interpreter are found through [`InternTable`].

use std::borrow::Cow;
use std::cell::Cell;
use std::ptr::NonNull;

use taipan_text::Wtf8Buf;

use crate::cx::Cx;
use crate::object::{Frozen, Header, Obj, Payload};
use crate::ty::{Type, Wrapped, flags};
use crate::value::{Handle, Value, Word};

/// Widths of a character, in `Str::meta`'s low bits.
const KIND_MASK: usize = 0b11;
const ASCII: usize = 0b100;
const INTERNED: usize = 0b1000;
const LEN_SHIFT: u32 = 4;

/// The payload; `len * width` bytes follow it.
#[repr(C)]
pub struct Str {
    /// -1 until computed.
    hash: Cell<i64>,
    /// Length in characters, flags, width.
    meta: Cell<usize>,
}

crate::plain_data!(Str);

impl Frozen for Str {}

// SAFETY: `STR`'s exact instances are `Obj<Str>`; subclasses wrap and are never cast (see `as_str`).
unsafe impl Payload for Str {
    const TYPE: &'static Obj<Type> = &STR;

    fn cast_arg(value: &Value) -> Option<&Obj<Str>> {
        value.as_str()
    }
}

/// `str`.
pub static STR: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Str>("str")
        .base(&crate::ty::OBJECT)
        .flags(flags::BASE | flags::STR | flags::MATCH_SELF)
        .inline_size(inline_size),
);

unsafe fn inline_size(p: NonNull<Header>) -> usize {
    // SAFETY: the caller passes a `str`.
    let s = unsafe { p.cast::<Obj<Str>>().as_ref() };
    s.byte_len()
}

/// The characters of a string.
#[derive(Clone, Copy, Debug)]
pub enum StrData<'a> {
    /// U+0000 to U+00FF, a byte each. All below U+0080 where `Str::is_ascii`.
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

impl StrData<'_> {
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            StrData::One(s) => s.len(),
            StrData::Two(s) => s.len(),
            StrData::Four(s) => s.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub fn get(&self, i: usize) -> Option<u32> {
        match self {
            StrData::One(s) => s.get(i).map(|&c| c.into()),
            StrData::Two(s) => s.get(i).map(|&c| c.into()),
            StrData::Four(s) => s.get(i).copied(),
        }
    }
}

impl Str {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.meta.get() >> LEN_SHIFT
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.meta.get() & ASCII != 0
    }

    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.meta.get() & INTERNED != 0
    }

    /// Bytes a character: 1, 2 or 4.
    #[inline(always)]
    pub fn width(&self) -> usize {
        match self.meta.get() & KIND_MASK {
            3 => 4,
            width => width,
        }
    }
}

impl Obj<Str> {
    #[inline(always)]
    fn meta(&self) -> usize {
        self.meta.get()
    }

    #[inline(always)]
    fn byte_len(&self) -> usize {
        match self.meta() & KIND_MASK {
            1 => self.len(),
            2 => self.len() * 2,
            _ => self.len() * 4,
        }
    }

    #[inline(always)]
    fn data_ptr(&self) -> *const u8 {
        // SAFETY: the characters lie directly behind the payload.
        unsafe { self.payload_ptr().add(1).cast::<u8>() }
    }

    /// The characters in their width.
    #[inline(always)]
    pub fn data(&self) -> StrData<'_> {
        let len = self.len();
        let p = self.data_ptr();
        // SAFETY: `len` characters of that width lie behind the payload, aligned to 8, never changed.
        unsafe {
            match self.meta() & KIND_MASK {
                1 => StrData::One(std::slice::from_raw_parts(p, len)),
                2 => StrData::Two(std::slice::from_raw_parts(p.cast(), len)),
                _ => StrData::Four(std::slice::from_raw_parts(p.cast(), len)),
            }
        }
    }

    /// The buffer as bytes, in native byte order: what is hashed.
    pub fn raw_bytes(&self) -> &[u8] {
        // SAFETY: as `data`.
        unsafe { std::slice::from_raw_parts(self.data_ptr(), self.byte_len()) }
    }

    /// The text without copying, if all of it is ASCII.
    #[inline(always)]
    pub fn as_ascii(&self) -> Option<&str> {
        if self.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            Some(unsafe { std::str::from_utf8_unchecked(self.raw_bytes()) })
        } else {
            None
        }
    }

    /// The character at `i`.
    #[inline(always)]
    pub fn char_at(&self, i: usize) -> Option<u32> {
        self.data().get(i)
    }

    /// Characters in order, as code points (lone surrogates included).
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + '_ {
        let data = self.data();
        (0..data.len()).map(move |i| data.get(i).unwrap_or(0))
    }

    /// UTF-8; `None` if the string holds a lone surrogate.
    pub fn to_utf8(&self) -> Option<Cow<'_, str>> {
        match self.as_ascii() {
            Some(s) => Some(Cow::Borrowed(s)),
            None => self.chars().map(char::from_u32).collect::<Option<String>>().map(Cow::Owned),
        }
    }

    /// UTF-8 with U+FFFD for lone surrogates: for messages.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        match self.as_ascii() {
            Some(s) => Cow::Borrowed(s),
            None => Cow::Owned(self.chars().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect()),
        }
    }

    pub fn to_wtf8(&self) -> Wtf8Buf {
        match self.as_ascii() {
            Some(s) => Wtf8Buf::from(s),
            None => self.chars().collect(),
        }
    }

    /// Equality with Rust text.
    #[inline]
    pub fn eq_str(&self, other: &str) -> bool {
        match self.as_ascii() {
            Some(s) => s == other,
            None => !other.is_ascii() && self.chars().eq(other.chars().map(u32::from)),
        }
    }

    /// Equality of two strings.
    #[inline(always)]
    pub fn same(&self, other: &Obj<Str>) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        let (mine, theirs) = (self.meta(), other.meta());
        // Two interned strings of one interpreter are the same object if they are equal; names known at build time are
        // in every table.
        if mine & theirs & INTERNED != 0 || mine | INTERNED != theirs | INTERNED {
            return false;
        }
        self.raw_bytes() == other.raw_bytes()
    }

    /// Ordering by code points.
    pub fn order(&self, other: &Obj<Str>) -> std::cmp::Ordering {
        match (self.data(), other.data()) {
            (StrData::One(a), StrData::One(b)) => a.cmp(b),
            (StrData::Two(a), StrData::Two(b)) => a.cmp(b),
            (StrData::Four(a), StrData::Four(b)) => a.cmp(b),
            _ => self.chars().cmp(other.chars()),
        }
    }

    /// Python's `hash`.
    #[inline(always)]
    pub fn hash_value(&self) -> i64 {
        let hash = self.hash.get();
        if hash != -1 { hash } else { self.hash_slow() }
    }

    #[cold]
    fn hash_slow(&self) -> i64 {
        let hash = crate::hash::hash_bytes(self.raw_bytes());
        self.hash.set(hash);
        hash
    }
}

/// An immortal string known at build time: ASCII only.
#[repr(C)]
pub struct StaticStr<const N: usize> {
    head: Obj<Str>,
    bytes: [u8; N],
}

// SAFETY: immortal and immutable but for the hash, whose writing is idempotent.
unsafe impl<const N: usize> Sync for StaticStr<N> {}

impl<const N: usize> StaticStr<N> {
    /// `N` must be the length of `text`, which must be ASCII.
    pub const fn new(text: &str) -> StaticStr<N> {
        let source = text.as_bytes();
        assert!(source.len() == N && text.is_ascii());
        let mut bytes = [0; N];
        let mut i = 0;
        while i < N {
            bytes[i] = source[i];
            i += 1;
        }
        let meta = N << LEN_SHIFT | INTERNED | ASCII | 1;
        StaticStr { head: Obj::new_static(&STR, Str { hash: Cell::new(-1), meta: Cell::new(meta) }), bytes }
    }

    #[inline(always)]
    pub fn get(&'static self) -> &'static Obj<Str> {
        &self.head
    }
}

impl<const N: usize> std::ops::Deref for StaticStr<N> {
    type Target = Obj<Str>;
    #[inline(always)]
    fn deref(&self) -> &Obj<Str> {
        &self.head
    }
}

/// The one-character strings U+0000 to U+00FF and the empty one, made on demand.
pub(crate) struct SmallStrings {
    empty: Option<Value>,
    latin1: Vec<Option<Value>>,
}

impl Default for SmallStrings {
    fn default() -> Self {
        SmallStrings { empty: None, latin1: (0..256).map(|_| None).collect() }
    }
}

/// Interned strings of one interpreter by content. Does not own them: a mortal string leaves when it is freed.
#[derive(Clone, Default)]
pub struct InternTable {
    table: hashbrown::HashTable<Word>,
}

fn string_at(word: Word) -> Option<&'static Obj<Str>> {
    // SAFETY: the table holds live strings only; the result is used at once.
    word.as_pointer().map(|p| unsafe { &*p.as_ptr().cast::<Obj<Str>>() })
}

impl InternTable {
    fn find(&self, s: &Obj<Str>) -> Option<Word> {
        let hash = s.hash_value() as u64;
        self.table.find(hash, |&w| string_at(w).is_some_and(|known| known.same(s))).copied()
    }

    fn insert(&mut self, s: &Obj<Str>) {
        let hash = s.hash_value() as u64;
        self.table.insert_unique(hash, s.word(), |&w| string_at(w).map_or(0, |s| s.hash_value() as u64));
    }

    fn forget(&mut self, s: &Obj<Str>) {
        let word = s.word();
        if let Ok(entry) = self.table.find_entry(s.hash_value() as u64, |&w| w == word) {
            entry.remove();
        }
    }
}

impl Drop for Str {
    fn drop(&mut self) {
        if !self.is_interned() {
            return;
        }
        // SAFETY: only mortal strings end; theirs is a payload behind a header in a page of a live heap.
        unsafe {
            let header = NonNull::from(&mut *self).cast::<u8>().sub(size_of::<Header>()).cast::<Header>();
            let heap = crate::heap::heap_of(header);
            (&mut (*heap).intern).forget(header.cast::<Obj<Str>>().as_ref());
        }
    }
}

/// Writes the characters of `text`, each `width` bytes wide.
///
/// # Safety
/// There is memory for them at `at`, aligned to the width, which is no less than that of `text`.
unsafe fn copy_widened(text: &Obj<Str>, at: *mut u8, width: usize) {
    let n = text.len();
    // SAFETY: by the caller's promise.
    unsafe {
        if text.width() == width {
            std::ptr::copy_nonoverlapping(text.data_ptr(), at, n * width);
        } else if width == 2 {
            text.chars().enumerate().for_each(|(i, c)| at.cast::<u16>().add(i).write(c as u16));
        } else {
            text.chars().enumerate().for_each(|(i, c)| at.cast::<u32>().add(i).write(c));
        }
    }
}

/// Fills the memory of a new string.
trait Unit: Copy {
    const KIND: usize;
}
impl Unit for u8 {
    const KIND: usize = 1;
}
impl Unit for u16 {
    const KIND: usize = 2;
}
impl Unit for u32 {
    const KIND: usize = 3;
}

impl Cx {
    /// A string of `units`, whose width and ASCII flag the caller states rightly.
    #[inline]
    fn str_of_units<U: Unit>(&self, units: &[U], ascii: bool) -> Handle<Str> {
        let meta = units.len() << LEN_SHIFT | U::KIND | if ascii { ASCII } else { 0 };
        let bytes = size_of_val(units);
        // SAFETY: memory for payload and characters; both are written.
        unsafe {
            crate::instance::alloc_with(self, &STR, bytes, |p: *mut Str| {
                p.write(Str { hash: Cell::new(-1), meta: Cell::new(meta) });
                std::ptr::copy_nonoverlapping(units.as_ptr(), p.add(1).cast::<U>(), units.len());
            })
        }
    }

    /// The units of all `parts` in one new string, without a copy between.
    fn str_of_parts<U: Unit>(&self, parts: &[&[U]], ascii: bool) -> Handle<Str> {
        let len: usize = parts.iter().map(|p| p.len()).sum();
        let meta = len << LEN_SHIFT | U::KIND | if ascii { ASCII } else { 0 };
        // SAFETY: memory for payload and characters; both are written.
        unsafe {
            crate::instance::alloc_with(self, &STR, len * size_of::<U>(), |p: *mut Str| {
                p.write(Str { hash: Cell::new(-1), meta: Cell::new(meta) });
                let mut at = p.add(1).cast::<U>();
                for part in parts {
                    std::ptr::copy_nonoverlapping(part.as_ptr(), at, part.len());
                    at = at.add(part.len());
                }
            })
        }
    }

    /// `a + b`, where the caller gives `a` up: it grows in place if nobody else owns it and its memory has room; else the
    /// new string gets room to grow. So text collected by `+=` is copied a logarithmic number of times. `None` where `a`
    /// is no exact `str` or narrower than `b`; then it is not touched.
    pub fn str_append(&self, a: &mut Value, b: &Obj<Str>) -> Option<()> {
        let left = a.cast_exact::<Str>()?;
        let width = left.width();
        if b.is_empty() {
            return Some(());
        }
        if width < b.width() || left.is_empty() {
            return None;
        }
        let ascii = left.is_ascii() && b.is_ascii();
        let (old, added) = (left.len(), b.len());
        let len = old.checked_add(added).filter(|&len| len < 1 << 42)?;
        let meta = len << LEN_SHIFT | left.meta() & KIND_MASK | if ascii { ASCII } else { 0 };
        let own = size_of::<Obj<Str>>();
        // A string of one owner that is no table's: nobody else can see it change.
        let unique = left.header().count() == 1 && !left.is_interned() && !std::ptr::eq(left, b);
        // SAFETY: a mortal object of one owner lies in a page, with as much room as the page says; what is written lies
        // behind the characters and within that room (in place) or within new memory.
        unsafe {
            if unique && own + len * width <= crate::heap::room_of(NonNull::from(left.header())) {
                copy_widened(b, left.data_ptr().cast_mut().add(old * width), width);
                left.meta.set(meta);
                left.hash.set(-1);
                return Some(());
            }
            let room = (len + if unique { len / 4 } else { 0 }) * width;
            let grown = crate::instance::alloc_with(self, &STR, room, |p: *mut Str| {
                p.write(Str { hash: Cell::new(-1), meta: Cell::new(meta) });
                let at = p.add(1).cast::<u8>();
                std::ptr::copy_nonoverlapping(left.data_ptr(), at, old * width);
                copy_widened(b, at.add(old * width), width);
            });
            *a = grown.into_value();
        }
        Some(())
    }

    /// Latin-1 `parts` joined; `ascii` says whether all of them are ASCII.
    pub fn str_from_latin1_parts(&self, parts: &[&[u8]], ascii: bool) -> Handle<Str> {
        debug_assert_eq!(ascii, parts.iter().all(|p| p.is_ascii()));
        self.str_of_parts(parts, ascii)
    }

    /// Sixteen-bit `parts` joined, of which some character is above U+00FF.
    pub fn str_from_ucs2_parts(&self, parts: &[&[u16]]) -> Handle<Str> {
        self.str_of_parts(parts, false)
    }

    /// A new string of UTF-8 text.
    #[inline]
    pub fn new_str(&self, text: &str) -> Handle<Str> {
        if text.is_ascii() {
            return self.str_of_units(text.as_bytes(), true);
        }
        let units: Vec<u32> = text.chars().map(u32::from).collect();
        self.str_from_code_points(&units)
    }

    /// A new string of UTF-8 text, as a value.
    pub fn str(&self, text: &str) -> Value {
        self.new_str(text).into_value()
    }

    /// A new string of ASCII bytes. Bytes above 0x7F make a Latin-1 string.
    pub fn str_from_latin1(&self, bytes: &[u8]) -> Handle<Str> {
        self.str_of_units(bytes, bytes.is_ascii())
    }

    /// A new string of 16-bit characters (not UTF-16: surrogates stand for themselves); narrowed where it fits.
    pub fn str_from_ucs2(&self, units: &[u16]) -> Handle<Str> {
        if units.iter().all(|&c| c < 0x100) {
            let narrow: Vec<u8> = units.iter().map(|&c| c as u8).collect();
            return self.str_from_latin1(&narrow);
        }
        self.str_of_units(units, false)
    }

    /// A new string of code points (each at most 0x10FFFF), in the narrowest width.
    pub fn str_from_code_points(&self, points: &[u32]) -> Handle<Str> {
        let widest = points.iter().fold(0, |acc, &c| acc | c);
        if widest < 0x100 {
            let narrow: Vec<u8> = points.iter().map(|&c| c as u8).collect();
            self.str_of_units(&narrow, widest < 0x80)
        } else if widest < 0x10000 {
            let narrow: Vec<u16> = points.iter().map(|&c| c as u16).collect();
            self.str_of_units(&narrow, false)
        } else {
            self.str_of_units(points, false)
        }
    }

    pub fn str_from_wtf8(&self, text: &Wtf8Buf) -> Handle<Str> {
        match text.as_str() {
            Some(s) => self.new_str(s),
            None => self.str_from_code_points(&text.code_points().collect::<Vec<_>>()),
        }
    }

    /// The empty string or a one-character string from the cache, else a new one.
    pub fn str_from_char(&mut self, c: u32) -> Value {
        if c < 0x100 {
            let byte = [c as u8];
            if let Some(cached) = &self.interp().small.latin1[c as usize] {
                return cached.clone();
            }
            let made = self.str_of_units(&byte, c < 0x80).into_value();
            let made = self.intern_value(made);
            self.interp_mut().small.latin1[c as usize] = Some(made.clone());
            return made;
        }
        self.str_from_code_points(&[c]).into_value()
    }

    pub fn empty_str(&mut self) -> Value {
        if let Some(cached) = &self.interp().small.empty {
            return cached.clone();
        }
        let made = self.str_of_units::<u8>(&[], true).into_value();
        let made = self.intern_value(made);
        self.interp_mut().small.empty = Some(made.clone());
        made
    }

    /// The interned string of this text: the same object for equal text within the interpreter.
    pub fn intern(&mut self, text: &str) -> Handle<Str> {
        let value = self.new_str(text).into_value();
        let value = self.intern_value(value);
        // SAFETY: interning gives an exact str.
        unsafe { Handle::from_value_unchecked(value) }
    }

    /// The interned twin of an exact string (any other value is returned as it is).
    pub fn intern_value(&mut self, value: Value) -> Value {
        let Some(s) = value.cast_exact::<Str>() else { return value };
        if s.is_interned() {
            return value;
        }
        // SAFETY: the heap is the running thread's; the table's borrow ends in each statement.
        unsafe {
            if let Some(known) = (&(*self.heap()).intern).find(s) {
                return known.to_owned_value();
            }
            s.meta.set(s.meta() | INTERNED);
            (&mut (*self.heap()).intern).insert(s);
        }
        value
    }

    /// Enters the build-time strings into the intern table: at the interpreter's start.
    pub fn intern_static(&mut self, s: &'static Obj<Str>) {
        // SAFETY: as in `intern_value`.
        unsafe { (&mut (*self.heap()).intern).insert(s) };
    }
}

impl Value {
    /// The string of a `str` or of an instance of a subclass.
    #[inline(always)]
    pub fn as_str(&self) -> Option<&Obj<Str>> {
        let header = self.header()?;
        let ty = header.ty_unguarded();
        if ty.is(&STR) {
            // SAFETY: the exact type.
            return Some(unsafe { &*(header as *const Header).cast::<Obj<Str>>() });
        }
        if ty.has(flags::STR) { self.wrapped_value().and_then(Value::as_str) } else { None }
    }

    /// What an instance of a subclass of `int`, `float`, `str` or `bytes` wraps.
    #[inline]
    pub fn wrapped_value(&self) -> Option<&Value> {
        let header = self.header()?;
        if !header.ty_unguarded().has(flags::WRAPS) {
            return None;
        }
        // SAFETY: the flag states this payload, which never changes.
        unsafe { Some(&(*(*(header as *const Header).cast::<Obj<Wrapped>>()).payload_ptr()).value) }
    }
}
