//! The hash table behind `set` and `frozenset`.
//!
//! The order in which a set is gone through is the order of this table, and programs see it. So probing (runs of nine
//! neighbours, then a jump by the hash), reuse of vacated places, growth and the order of copies follow what CPython does.
//!
//! Lookups may run `__eq__`, which may change the set: they notice and start over.

use std::cell::Cell;

use taipan_object::dict::quick_equal;
use taipan_object::{Cx, Obj, R, Str, Trace, Value, dict, ops};

/// Neighbours looked at before a jump.
const NEIGHBOURS: usize = 9;
/// Smallest table.
const LEAST: usize = 8;

/// A place of the table. Without a key: hash 0 where nothing ever was, hash -1 where something was removed.
#[derive(Clone)]
struct Slot {
    hash: i64,
    key: Option<Value>,
}

const EMPTY: Slot = Slot { hash: 0, key: None };
const DUMMY: Slot = Slot { hash: -1, key: None };

impl Slot {
    fn is_empty(&self) -> bool {
        self.key.is_none() && self.hash == 0
    }
}

/// The payload of `set` and, within another type, of `frozenset`.
#[derive(Default)]
pub struct Set {
    /// Empty as long as nothing was added; then a power of two.
    table: Vec<Slot>,
    /// Places that are not empty: keys and dummies.
    fill: usize,
    used: usize,
    /// Where `pop` goes on.
    finger: usize,
    /// Changes when places are renumbered.
    generation: u32,
    /// Hash of a frozenset; `None` until computed.
    pub hash: Cell<Option<i64>>,
}

impl Trace for Set {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.table.iter().filter_map(|s| s.key.as_ref()).for_each(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.take_all(out);
    }
}

/// What a lookup found.
enum Place {
    Found(usize),
    /// A place for the key, and whether it is one that was vacated.
    Vacant(usize, bool),
}

/// Goes through the places for a hash in order.
struct Probe {
    mask: usize,
    start: usize,
    place: usize,
    left: usize,
    perturb: u64,
}

impl Probe {
    fn new(len: usize, hash: i64) -> Probe {
        let mask = len - 1;
        let start = hash as usize & mask;
        Probe { mask, start, place: start, left: Probe::run(start, mask), perturb: hash as u64 }
    }

    fn run(start: usize, mask: usize) -> usize {
        if start + NEIGHBOURS <= mask { NEIGHBOURS } else { 0 }
    }

    fn advance(&mut self) {
        if self.left > 0 {
            self.left -= 1;
            self.place += 1;
            return;
        }
        self.perturb >>= 5;
        self.start =
            self.start.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb as usize) & self.mask;
        self.place = self.start;
        self.left = Probe::run(self.start, self.mask);
    }
}

impl Set {
    pub fn len(&self) -> usize {
        self.used
    }

    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Places of the table, 8 for a set that never had any.
    pub fn places(&self) -> usize {
        self.table.len().max(LEAST)
    }

    fn take_all(&mut self, out: &mut Vec<Value>) {
        let old = std::mem::take(&mut self.table);
        out.extend(old.into_iter().filter_map(|s| s.key));
        self.fill = 0;
        self.used = 0;
        self.finger = 0;
        self.generation = self.generation.wrapping_add(1);
    }

    /// Makes a table for more than `least` keys. False where memory is out.
    fn resize(&mut self, least: usize) -> bool {
        let Some(size) = least.checked_add(1).and_then(usize::checked_next_power_of_two) else {
            return false;
        };
        let size = size.max(LEAST);
        let mut table = Vec::new();
        if table.try_reserve_exact(size).is_err() {
            return false;
        }
        table.resize(size, EMPTY);
        let old = std::mem::replace(&mut self.table, table);
        for slot in old {
            if slot.key.is_some() {
                self.put_clean(slot);
            }
        }
        self.fill = self.used;
        self.generation = self.generation.wrapping_add(1);
        true
    }

    /// Enters a key that is known to be missing into a table without dummies.
    fn put_clean(&mut self, slot: Slot) {
        let mut probe = Probe::new(self.table.len(), slot.hash);
        while self.table[probe.place].key.is_some() {
            probe.advance();
        }
        self.table[probe.place] = slot;
    }

    /// Makes room for `more` keys ahead of a merge.
    fn reserve(&mut self, more: usize) -> bool {
        let mask = self.places() - 1;
        if (self.fill + more) * 5 >= mask * 3 { self.resize((self.used + more) * 2) } else { true }
    }

    /// The next key at or after `*position`, which moves past it.
    pub fn next(&self, position: &mut usize) -> Option<(&Value, i64)> {
        while let Some(slot) = self.table.get(*position) {
            *position += 1;
            if let Some(key) = &slot.key {
                return Some((key, slot.hash));
            }
        }
        None
    }

    pub fn keys(&self) -> impl Iterator<Item = &Value> {
        self.table.iter().filter_map(|s| s.key.as_ref())
    }
}

fn locate(cx: &mut Cx, set: &Obj<Set>, key: &Value, hash: i64) -> R<Place> {
    'restart: loop {
        let s = set.get(cx);
        let generation = s.generation;
        if s.table.is_empty() {
            return Ok(Place::Vacant(0, false));
        }
        let mut probe = Probe::new(s.table.len(), hash);
        let mut vacated = None;
        loop {
            let s = set.get(cx);
            let slot = &s.table[probe.place];
            match &slot.key {
                None if slot.is_empty() => {
                    return Ok(match vacated {
                        Some(place) => Place::Vacant(place, true),
                        None => Place::Vacant(probe.place, false),
                    });
                }
                None => vacated = Some(probe.place),
                Some(candidate) if slot.hash == hash => {
                    let equal = match quick_equal(candidate, key) {
                        Some(equal) => equal,
                        None => {
                            let candidate = candidate.clone();
                            let equal = ops::equal(cx, &candidate, key)?;
                            let s = set.get(cx);
                            let same = s.generation == generation
                                && s.table
                                    .get(probe.place)
                                    .is_some_and(|s| s.key.as_ref().is_some_and(|k| k.is(&candidate)));
                            if !same {
                                cx.check_native_stack("")?;
                                continue 'restart;
                            }
                            equal
                        }
                    };
                    if equal {
                        return Ok(Place::Found(probe.place));
                    }
                }
                Some(_) => {}
            }
            probe.advance();
        }
    }
}

/// The hash of an element; the error of an unhashable one says what was wanted of it.
pub fn hash_of(cx: &mut Cx, key: &Value) -> R<i64> {
    if let Some(s) = key.cast_exact::<Str>() {
        return Ok(s.hash_value());
    }
    match ops::hash(cx, key) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(dict::unhashable(cx, raised, key, "a set element")),
    }
}

/// Adds an element; false if it was there.
pub fn add_with_hash(cx: &mut Cx, set: &Obj<Set>, key: Value, hash: i64) -> R<bool> {
    let place = locate(cx, set, &key, hash)?;
    let s = set.get_mut(cx);
    match place {
        Place::Found(_) => return Ok(false),
        Place::Vacant(place, true) => {
            s.table[place] = Slot { hash, key: Some(key) };
            s.used += 1;
            return Ok(true);
        }
        Place::Vacant(mut place, false) => {
            if s.table.is_empty() {
                if !s.resize(0) {
                    return Err(cx.memory_error());
                }
                let s = set.get(cx);
                place = Probe::new(s.table.len(), hash).place;
            }
            let s = set.get_mut(cx);
            s.table[place] = Slot { hash, key: Some(key) };
            s.fill += 1;
            s.used += 1;
        }
    }
    let s = set.get_mut(cx);
    if s.fill * 5 >= (s.table.len() - 1) * 3 {
        let least = if s.used > 50_000 { s.used * 2 } else { s.used * 4 };
        if !s.resize(least) {
            return Err(cx.memory_error());
        }
    }
    Ok(true)
}

/// Adds an element.
pub fn add(cx: &mut Cx, set: &Obj<Set>, key: Value) -> R<()> {
    let hash = hash_of(cx, &key)?;
    add_with_hash(cx, set, key, hash).map(|_| ())
}

pub fn contains_with_hash(cx: &mut Cx, set: &Obj<Set>, key: &Value, hash: i64) -> R<bool> {
    Ok(matches!(locate(cx, set, key, hash)?, Place::Found(_)))
}

/// Removes an element; false if it was not there.
pub fn discard_with_hash(cx: &mut Cx, set: &Obj<Set>, key: &Value, hash: i64) -> R<bool> {
    let Place::Found(place) = locate(cx, set, key, hash)? else { return Ok(false) };
    let s = set.get_mut(cx);
    let old = std::mem::replace(&mut s.table[place], DUMMY);
    s.used -= 1;
    drop(old);
    Ok(true)
}

/// Removes the element that `pop` comes to next.
pub fn pop(cx: &mut Cx, set: &Obj<Set>) -> Option<Value> {
    let s = set.get_mut(cx);
    if s.used == 0 {
        return None;
    }
    let mask = s.table.len() - 1;
    let mut place = s.finger & mask;
    while s.table[place].key.is_none() {
        place = (place + 1) & mask;
    }
    let old = std::mem::replace(&mut s.table[place], DUMMY);
    s.used -= 1;
    s.finger = place + 1;
    old.key
}

/// Removes everything.
pub fn clear(cx: &mut Cx, set: &Obj<Set>) {
    let mut old = Vec::new();
    set.get_mut(cx).take_all(&mut old);
    drop(old);
}

pub fn len(cx: &Cx, set: &Obj<Set>) -> usize {
    set.get(cx).used
}

/// Adds the elements of another set.
pub fn merge(cx: &mut Cx, set: &Obj<Set>, other: &Obj<Set>) -> R<()> {
    if std::ptr::eq(set, other) || len(cx, other) == 0 {
        return Ok(());
    }
    let more = len(cx, other);
    if !set.get_mut(cx).reserve(more) {
        return Err(cx.memory_error());
    }
    let (fill, places) = (set.get(cx).fill, set.get(cx).places());
    let from = other.get(cx);
    if fill == 0 {
        // No comparison is needed: all elements are different.
        let slots: Vec<Slot> = from.table.clone();
        let same = places == slots.len() && from.fill == from.used;
        let s = set.get_mut(cx);
        s.generation = s.generation.wrapping_add(1);
        if same {
            s.table = slots;
        } else {
            if s.table.is_empty() && !s.resize(0) {
                return Err(cx.memory_error());
            }
            let s = set.get_mut(cx);
            for slot in slots.into_iter().filter(|s| s.key.is_some()) {
                s.put_clean(slot);
            }
        }
        let s = set.get_mut(cx);
        s.fill = more;
        s.used = more;
        return Ok(());
    }
    let mut position = 0;
    while let Some((key, hash)) = other.get(cx).next(&mut position) {
        let key = key.clone();
        add_with_hash(cx, set, key, hash)?;
    }
    Ok(())
}

/// Adds the keys of a dictionary, whose hashes are known.
pub fn merge_dict(cx: &mut Cx, set: &Obj<Set>, other: &Obj<dict::Dict>) -> R<()> {
    let more = dict::len(cx, other);
    if !set.get_mut(cx).reserve(more) {
        return Err(cx.memory_error());
    }
    let mut position = 0;
    while let Some((key, _, hash)) = dict::next_entry(cx, other, &mut position) {
        let key = key.clone();
        add_with_hash(cx, set, key, hash)?;
    }
    Ok(())
}
