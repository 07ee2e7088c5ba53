//! The compact ordered hash table behind `dict`: entries in order of insertion, and an index of small integers that is
//! probed by hash. The order of probing is of no effect on what a program sees; growth follows CPython's steps, so that
//! `sys.getsizeof` can follow too.
//!
//! Nothing here runs Python code: keys are compared by [`quick_equal`], and where that cannot tell, the caller goes on with
//! a [`Probe`] and compares by itself.

use std::collections::TryReserveError;

use crate::Obj;
use crate::str::Str;
use crate::value::Value;

/// One key and its value. A tombstone has neither.
pub(crate) struct Entry {
    pub hash: i64,
    pub key: Option<Value>,
    pub value: Option<Value>,
}

const _: () = assert!(size_of::<Entry>() == 24);

/// An element of the index: the number of an entry, or one of two marks.
trait Slot: Copy {
    const EMPTY: usize;
    const DUMMY: usize = Self::EMPTY - 1;
    fn get(self) -> usize;
    fn of(i: usize) -> Self;
}
impl Slot for u8 {
    const EMPTY: usize = u8::MAX as usize;
    #[inline(always)]
    fn get(self) -> usize {
        self as usize
    }
    #[inline(always)]
    fn of(i: usize) -> Self {
        i as u8
    }
}
impl Slot for u16 {
    const EMPTY: usize = u16::MAX as usize;
    #[inline(always)]
    fn get(self) -> usize {
        self as usize
    }
    #[inline(always)]
    fn of(i: usize) -> Self {
        i as u16
    }
}
impl Slot for u32 {
    const EMPTY: usize = u32::MAX as usize;
    #[inline(always)]
    fn get(self) -> usize {
        self as usize
    }
    #[inline(always)]
    fn of(i: usize) -> Self {
        i as u32
    }
}

enum Index {
    None,
    One(Box<[u8]>),
    Two(Box<[u16]>),
    Four(Box<[u32]>),
}

/// Runs `$body` with the index as a slice of its width; `$none` where there is none.
macro_rules! with_index {
    ($index:expr, $s:ident => $body:expr, $none:expr) => {
        match $index {
            Index::None => $none,
            Index::One($s) => $body,
            Index::Two($s) => $body,
            Index::Four($s) => $body,
        }
    };
}

/// What a lookup without Python code gave.
pub(crate) enum Quick {
    Found(usize),
    Missing,
    /// An entry of the same hash needs `__eq__`.
    Unknown,
}

/// Where a lookup stands that compares by Python code between its steps.
pub(crate) struct Probe {
    place: usize,
    perturb: u64,
}

pub(crate) struct Table {
    entries: Vec<Entry>,
    index: Index,
    live: usize,
    /// How many entries may be added before the index is rebuilt.
    usable: usize,
    /// All keys are exact strings.
    pub all_str: bool,
    /// Changes when entries are renumbered.
    pub generation: u32,
}

impl Default for Table {
    fn default() -> Self {
        Table { entries: Vec::new(), index: Index::None, live: 0, usable: 0, all_str: true, generation: 0 }
    }
}

/// Smallest index.
const LEAST: usize = 8;

/// Equality of keys of equal hash without Python code; `None` where it needs it.
#[inline(always)]
pub fn quick_equal(a: &Value, b: &Value) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    match (a.cast_exact::<Str>(), b.cast_exact::<Str>()) {
        (Some(a), Some(b)) => Some(a.same(b)),
        // Different immediates of one type are different numbers.
        _ if a.word().is_int() && b.word().is_int() || a.word().is_float() && b.word().is_float() => {
            Some(false)
        }
        _ => None,
    }
}

#[inline(always)]
fn next(place: usize, perturb: &mut u64, mask: usize) -> usize {
    *perturb >>= 5;
    place.wrapping_mul(5).wrapping_add(*perturb as usize).wrapping_add(1) & mask
}

#[inline(always)]
fn find<S: Slot>(
    index: &[S],
    entries: &[Entry],
    hash: i64,
    mut equal: impl FnMut(&Entry) -> Option<bool>,
) -> Quick {
    let mask = index.len() - 1;
    let mut perturb = hash as u64;
    let mut place = hash as usize & mask;
    loop {
        let i = index[place].get();
        if i == S::EMPTY {
            return Quick::Missing;
        }
        if i != S::DUMMY && entries[i].hash == hash {
            match equal(&entries[i]) {
                Some(true) => return Quick::Found(i),
                Some(false) => {}
                None => return Quick::Unknown,
            }
        }
        place = next(place, &mut perturb, mask);
    }
}

/// The first place for a new entry.
#[inline(always)]
fn free_place<S: Slot>(index: &[S], hash: i64) -> usize {
    let mask = index.len() - 1;
    let mut perturb = hash as u64;
    let mut place = hash as usize & mask;
    while index[place].get() < S::DUMMY {
        place = next(place, &mut perturb, mask);
    }
    place
}

/// The place that holds entry `i`.
fn place_of<S: Slot>(index: &[S], hash: i64, i: usize) -> Option<usize> {
    let mask = index.len() - 1;
    let mut perturb = hash as u64;
    let mut place = hash as usize & mask;
    loop {
        let at = index[place].get();
        if at == i {
            return Some(place);
        }
        if at == S::EMPTY {
            return None;
        }
        place = next(place, &mut perturb, mask);
    }
}

fn filled<S: Slot>(size: usize, entries: &[Entry]) -> Result<Box<[S]>, TryReserveError> {
    let mut index = Vec::new();
    index.try_reserve_exact(size)?;
    index.resize(size, S::of(S::EMPTY));
    for (i, entry) in entries.iter().enumerate() {
        let place = free_place(&index, entry.hash);
        index[place] = S::of(i);
    }
    Ok(index.into_boxed_slice())
}

const fn usable_of(size: usize) -> usize {
    (size << 1) / 3
}

impl Table {
    /// A table that holds `n` entries without growing.
    pub fn with_capacity(n: usize) -> Result<Table, TryReserveError> {
        let mut table = Table::default();
        if n > 0 {
            table.rebuild((n * 3).div_ceil(2).next_power_of_two().max(LEAST))?;
        }
        Ok(table)
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Entries, tombstones counted.
    #[inline(always)]
    pub fn extent(&self) -> usize {
        self.entries.len()
    }

    /// The entry at a position, unless it is a tombstone.
    #[inline(always)]
    pub fn entry(&self, i: usize) -> Option<(&Value, &Value, i64)> {
        let entry = self.entries.get(i)?;
        Some((entry.key.as_ref()?, entry.value.as_ref()?, entry.hash))
    }

    #[inline(always)]
    pub fn value(&self, i: usize) -> Option<&Value> {
        self.entries.get(i)?.value.as_ref()
    }

    #[inline(always)]
    pub fn is_key(&self, i: usize, key: &Value) -> bool {
        self.entries.get(i).is_some_and(|e| e.key.as_ref().is_some_and(|k| k.is(key)))
    }

    /// Size of the index, 0 for none.
    pub fn index_len(&self) -> usize {
        with_index!(&self.index, s => s.len(), 0)
    }

    /// Looks a string up. Only right where all keys are strings, or with strings that are not exact passed over.
    #[inline(always)]
    pub fn find_str(&self, key: &Obj<Str>, hash: i64) -> Option<usize> {
        let word = key.word();
        let equal = |entry: &Entry| {
            entry.key.as_ref().map(|k| k.word() == word || k.cast_exact::<Str>().is_some_and(|k| k.same(key)))
        };
        let found = with_index!(&self.index, s => find(s, &self.entries, hash, equal), Quick::Missing);
        match found {
            Quick::Found(i) => Some(i),
            _ => None,
        }
    }

    /// Looks any key up as far as that goes without Python code.
    #[inline]
    pub fn find_quick(&self, key: &Value, hash: i64) -> Quick {
        let equal = |entry: &Entry| entry.key.as_ref().map_or(Some(false), |k| quick_equal(k, key));
        with_index!(&self.index, s => find(s, &self.entries, hash, equal), Quick::Missing)
    }

    pub fn start_probe(&self, hash: i64) -> Probe {
        let mask = self.index_len().max(1) - 1;
        Probe { place: hash as usize & mask, perturb: hash as u64 }
    }

    /// The next entry of the same hash.
    pub fn step(&self, probe: &mut Probe, hash: i64) -> Option<usize> {
        fn go<S: Slot>(index: &[S], entries: &[Entry], probe: &mut Probe, hash: i64) -> Option<usize> {
            let mask = index.len() - 1;
            loop {
                let i = index[probe.place & mask].get();
                if i == S::EMPTY {
                    return None;
                }
                probe.place = next(probe.place, &mut probe.perturb, mask);
                if i != S::DUMMY && entries[i].hash == hash {
                    return Some(i);
                }
            }
        }
        with_index!(&self.index, s => go(s, &self.entries, probe, hash), None)
    }

    /// Replaces the value of a live entry.
    #[inline(always)]
    pub fn replace(&mut self, i: usize, value: Value) -> Option<Value> {
        self.entries.get_mut(i).and_then(|e| e.value.replace(value))
    }

    /// Adds a key that is known to be missing.
    #[inline]
    pub fn push(&mut self, key: Value, hash: i64, value: Value) -> Result<(), TryReserveError> {
        if self.usable == 0 {
            self.rebuild((self.live * 3).next_power_of_two().max(LEAST))?;
        }
        if self.all_str && key.cast_exact::<Str>().is_none() {
            self.all_str = false;
        }
        let i = self.entries.len();
        fn enter<S: Slot>(index: &mut [S], hash: i64, i: usize) {
            let place = free_place(index, hash);
            index[place] = S::of(i);
        }
        with_index!(&mut self.index, s => enter(s, hash, i), ());
        self.entries.push(Entry { hash, key: Some(key), value: Some(value) });
        self.usable -= 1;
        self.live += 1;
        Ok(())
    }

    /// Takes an entry out and leaves a tombstone.
    pub fn remove(&mut self, i: usize) -> Option<(Value, Value)> {
        fn forget<S: Slot>(index: &mut [S], hash: i64, i: usize) {
            if let Some(place) = place_of(index, hash, i) {
                index[place] = S::of(S::DUMMY);
            }
        }
        let entry = self.entries.get_mut(i)?;
        let key = entry.key.take()?;
        let value = entry.value.take()?;
        let hash = entry.hash;
        with_index!(&mut self.index, s => forget(s, hash, i), ());
        self.live -= 1;
        Some((key, value))
    }

    /// Takes out the entry that was added last, with the tombstones behind it: taking one after the other takes linear time.
    /// (`remove` leaves them: an iterator tells by its position that the entry it stood on was replaced.)
    pub fn pop_last(&mut self) -> Option<(Value, Value)> {
        while self.entries.last()?.key.is_none() {
            self.entries.pop();
        }
        let pair = self.remove(self.entries.len() - 1);
        self.entries.pop();
        pair
    }

    /// Compacts the entries and makes an index of `size` places.
    fn rebuild(&mut self, size: usize) -> Result<(), TryReserveError> {
        let usable = usable_of(size);
        if self.live != self.entries.len() {
            self.entries.retain(|e| e.key.is_some());
        }
        // Entry numbers are 32 bits wide: more would take 100 GB.
        let widest = if usable < u32::MAX as usize - 2 { size } else { usize::MAX };
        let more = usable.saturating_sub(self.entries.len());
        self.entries.try_reserve_exact(more)?;
        self.index = if size <= 0x100 {
            Index::One(filled(size, &self.entries)?)
        } else if size <= 0x1_0000 {
            Index::Two(filled(size, &self.entries)?)
        } else {
            Index::Four(filled(widest, &self.entries)?)
        };
        self.usable = usable.saturating_sub(self.entries.len());
        self.generation = self.generation.wrapping_add(1);
        Ok(())
    }

    /// A copy without tombstones.
    pub fn duplicate(&self) -> Result<Table, TryReserveError> {
        let mut copy = Table::with_capacity(self.live)?;
        for entry in &self.entries {
            if let (Some(key), Some(value)) = (&entry.key, &entry.value) {
                copy.push(key.clone(), entry.hash, value.clone())?;
            }
        }
        Ok(copy)
    }

    pub fn each(&self, mut visit: impl FnMut(&Value, &Value)) {
        for entry in &self.entries {
            if let (Some(key), Some(value)) = (&entry.key, &entry.value) {
                visit(key, value);
            }
        }
    }

    /// Moves all keys and values out, and leaves an empty table.
    pub fn take_all(&mut self, out: &mut Vec<Value>) {
        let generation = self.generation.wrapping_add(1);
        let old = std::mem::replace(self, Table { generation, ..Table::default() });
        for entry in old.entries {
            out.extend(entry.key);
            out.extend(entry.value);
        }
    }
}
