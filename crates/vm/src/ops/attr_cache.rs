//! A cache of attribute places for instructions that see many classes or shapes: keyed by type version, shape and name.
//!
//! Where an instruction's own cache misses, a look-up here costs a hash and a compare instead of a search of class and shape.
//! The version proves the class unchanged, the shape proves the instance's slots, so that an entry never needs to be dropped:
//! it is only overwritten. One table lies in each thread's data.

use taipan_object::instance::Shape;
use taipan_object::{Header, Obj, Str};

use crate::slot::Slot;

const SIZE: usize = 1024;

/// Where an attribute was found.
#[derive(Clone, Copy)]
pub struct Entry {
    version: u32,
    /// Offset of the word in the object; 0: `value` is a method of the class.
    pub offset: u32,
    shape: u64,
    name: u64,
    /// Loading: the method (not counted: the version proves it alive). Storing: the shape to change to, or 0.
    pub value: Slot,
}

const EMPTY: Entry = Entry { version: 0, offset: 0, shape: 0, name: 0, value: 0 };

/// The places of one thread.
pub struct AttrCache {
    loads: Box<[Entry; SIZE]>,
    stores: Box<[Entry; SIZE]>,
}

impl AttrCache {
    pub fn new() -> AttrCache {
        AttrCache { loads: Box::new([EMPTY; SIZE]), stores: Box::new([EMPTY; SIZE]) }
    }
}

impl Default for AttrCache {
    fn default() -> AttrCache {
        AttrCache::new()
    }
}

/// What is looked for.
#[derive(Clone, Copy)]
pub struct Key {
    version: u32,
    shape: u64,
    name: u64,
}

impl Key {
    /// The key of an attribute of an object; `None` where such objects are not cached.
    ///
    /// # Safety
    /// `h` is a live object; its attribute block lies where its type says.
    #[inline(always)]
    pub unsafe fn new(h: &Header, name: &Obj<Str>) -> Option<Key> {
        let ty = h.ty_unguarded().data();
        let offset = ty.attrs_offset();
        if offset < 0 || ty.version() == 0 {
            return None;
        }
        let shape: *const Shape = if offset > 0 {
            // SAFETY: by the caller's promise.
            let shape = unsafe { super::attributes::block(h, ty) }.shape.get();
            if shape.is_null() {
                return None;
            }
            shape
        } else {
            std::ptr::null()
        };
        Some(Key { version: ty.version(), shape: shape as u64, name: name.word().bits() })
    }

    #[inline(always)]
    fn place(self) -> usize {
        let mixed = (self.shape >> 5) ^ (self.name >> 4) ^ u64::from(self.version).wrapping_mul(0x9E37);
        (mixed ^ mixed >> 10) as usize & (SIZE - 1)
    }

    #[inline(always)]
    fn is(self, entry: &Entry) -> bool {
        entry.version == self.version && entry.shape == self.shape && entry.name == self.name
    }

    fn entry(self, offset: u32, value: Slot) -> Entry {
        Entry { version: self.version, offset, shape: self.shape, name: self.name, value }
    }
}

impl AttrCache {
    #[inline(always)]
    pub fn load(&self, key: Key) -> Option<Entry> {
        let entry = &self.loads[key.place()];
        key.is(entry).then_some(*entry)
    }

    #[inline(always)]
    pub fn store(&self, key: Key) -> Option<Entry> {
        let entry = &self.stores[key.place()];
        key.is(entry).then_some(*entry)
    }

    pub fn keep_load(&mut self, key: Key, offset: u32, value: Slot) {
        self.loads[key.place()] = key.entry(offset, value);
    }

    pub fn keep_store(&mut self, key: Key, offset: u32, value: Slot) {
        self.stores[key.place()] = key.entry(offset, value);
    }
}
