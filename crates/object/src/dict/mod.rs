//! `dict`: its payload and the operations on it.
//!
//! A dictionary has one of two forms. Usually it owns a [`table::Table`]. As the `__dict__` of an instance it may look
//! through to the instance's shape and slots ([`backed`]) until something happens that shapes cannot express.
//!
//! A *position* numbers entries in order of insertion (gaps where keys were removed); it stays valid until keys change.
//! Lookups may run `__eq__`, which may change the dictionary: they notice and start over, so every position returned here
//! is right at the time of return.

mod backed;
mod table;
#[cfg(test)]
mod tests;

use std::ptr::NonNull;

use crate::Obj;
use crate::cx::Cx;
use crate::object::{Header, Payload, Trace};
use crate::ops;
use crate::str::Str;
use crate::ty::{Type, flags};
use crate::value::{Handle, R, Raised, Value};
pub(crate) use backed::{detach, is_view, materialize};
pub use backed::{instance_dict, set_instance_dict};
pub use table::quick_equal;
use table::{Quick, Table};

/// The payload of `dict`. Payloads of subtypes may begin with it.
#[repr(C)]
#[derive(Default)]
pub struct Dict {
    table: Table,
    /// The instance whose attributes these are. It owns this dictionary and detaches it at its end.
    backing: Option<NonNull<Header>>,
    /// Version of the set of keys; 0: none given.
    version: u32,
}

impl Trace for Dict {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(p) = self.backing {
            // SAFETY: the instance detaches the dictionary before it dies.
            unsafe { backed::trace_slots(p, visit) };
            return;
        }
        self.table.each(|key, value| {
            visit(key);
            visit(value);
        });
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.version = 0;
        if self.backing.is_none() {
            self.table.take_all(out);
        }
    }
}

// SAFETY: instances of `DICT` and its subtypes begin with `Obj<Dict>`; all values are traced.
unsafe impl Payload for Dict {
    const FAMILY: u64 = flags::DICT;
    const TYPE: &'static Obj<Type> = &DICT;
}

/// `dict`.
pub static DICT: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Dict>("dict")
        .base(&crate::ty::OBJECT)
        .flags(flags::BASE | flags::DICT | flags::MATCH_SELF | flags::MAPPING),
);

impl Cx {
    /// A new, empty dictionary.
    pub fn new_dict(&self) -> Handle<Dict> {
        self.new_object(Dict::default())
    }

    /// A new dictionary with room for `n` keys; room is only a wish.
    pub fn new_dict_with_capacity(&self, n: usize) -> Handle<Dict> {
        let table = Table::with_capacity(n.min(1 << 24)).unwrap_or_default();
        self.new_object(Dict { table, ..Dict::default() })
    }
}

impl Value {
    /// The dictionary of a `dict` or of an instance of a subclass.
    #[inline(always)]
    pub fn as_dict(&self) -> Option<&Obj<Dict>> {
        let header = self.header()?;
        if header.ty_unguarded().has(flags::DICT) {
            // SAFETY: the flag is inherited from `dict` only.
            Some(unsafe { &*(header as *const Header).cast::<Obj<Dict>>() })
        } else {
            None
        }
    }
}

fn with_str<T>(key: &Obj<Str>, f: impl FnOnce(&Value) -> T) -> T {
    let word = key.word();
    // SAFETY: the object lives as long as `key` is borrowed.
    f(unsafe { Value::from_word_ref(&word) })
}

// ---- looking up

/// The position of a key. Runs `__eq__` where hashes are equal and the keys are not plainly the same or strings.
pub fn find(cx: &mut Cx, dict: &Obj<Dict>, key: &Value, hash: i64) -> R<Option<usize>> {
    if dict.get(cx).backing.is_some() {
        if let Some(name) = key.cast_exact::<Str>() {
            return Ok(backed::find(cx, dict, name));
        }
        // Rare enough not to be worth a way of its own.
        backed::leave_instance(cx, dict)?;
    }
    match dict.get(cx).table.find_quick(key, hash) {
        Quick::Found(i) => Ok(Some(i)),
        Quick::Missing => Ok(None),
        Quick::Unknown => find_slow(cx, dict, key, hash),
    }
}

#[cold]
fn find_slow(cx: &mut Cx, dict: &Obj<Dict>, key: &Value, hash: i64) -> R<Option<usize>> {
    'restart: loop {
        let table = &dict.get(cx).table;
        let generation = table.generation;
        let mut probe = table.start_probe(hash);
        loop {
            let table = &dict.get(cx).table;
            let Some(i) = table.step(&mut probe, hash) else { return Ok(None) };
            let Some((candidate, _, _)) = table.entry(i) else { continue };
            let equal = match quick_equal(candidate, key) {
                Some(equal) => equal,
                None => {
                    let candidate = candidate.clone();
                    let equal = ops::equal(cx, &candidate, key)?;
                    let table = &dict.get(cx).table;
                    if table.generation != generation || !table.is_key(i, &candidate) {
                        // `__eq__` changed the dictionary. A program may do so forever.
                        cx.check_native_stack("")?;
                        continue 'restart;
                    }
                    equal
                }
            };
            if equal {
                return Ok(Some(i));
            }
        }
    }
}

/// The value at a position.
#[inline(always)]
pub fn value_at<'a>(cx: &'a Cx, dict: &'a Obj<Dict>, position: usize) -> Option<&'a Value> {
    let d = dict.get(cx);
    match d.backing {
        None => d.table.value(position),
        Some(_) => backed::entry(cx, dict, position).map(|(_, value)| value),
    }
}

/// The value of a key.
pub fn get(cx: &mut Cx, dict: &Obj<Dict>, key: &Value) -> R<Option<Value>> {
    let hash = hash_of(cx, key)?;
    get_with_hash(cx, dict, key, hash)
}

/// As [`get`], with the key's hash at hand.
#[inline]
pub fn get_with_hash(cx: &mut Cx, dict: &Obj<Dict>, key: &Value, hash: i64) -> R<Option<Value>> {
    Ok(match find(cx, dict, key, hash)? {
        Some(i) => value_at(cx, dict, i).cloned(),
        None => None,
    })
}

/// The value of a string key. Runs Python code only where another key of the same hash needs its `__eq__`.
#[inline]
pub fn get_str(cx: &mut Cx, dict: &Obj<Dict>, key: &Obj<Str>) -> R<Option<Value>> {
    let d = dict.get(cx);
    if d.backing.is_none() && d.table.all_str {
        return Ok(d.table.find_str(key, key.hash_value()).and_then(|i| d.table.value(i)).cloned());
    }
    with_str(key, |k| get_with_hash(cx, dict, k, key.hash_value()))
}

/// The value of a string key without any Python code: keys that are not exact strings are passed over. For namespaces.
#[inline]
pub fn peek_str<'a>(cx: &'a Cx, dict: &'a Obj<Dict>, key: &Obj<Str>) -> Option<&'a Value> {
    value_at(cx, dict, index_of_str(cx, dict, key)?)
}

/// The position of a string key, as [`peek_str`] finds it.
#[inline]
pub fn index_of_str(cx: &Cx, dict: &Obj<Dict>, key: &Obj<Str>) -> Option<usize> {
    let d = dict.get(cx);
    match d.backing {
        None => d.table.find_str(key, key.hash_value()),
        Some(_) => backed::find(cx, dict, key),
    }
}

/// Whether all keys are exact strings.
pub fn all_str(cx: &Cx, dict: &Obj<Dict>) -> bool {
    let d = dict.get(cx);
    d.backing.is_some() || d.table.all_str
}

pub fn contains(cx: &mut Cx, dict: &Obj<Dict>, key: &Value) -> R<bool> {
    let hash = hash_of(cx, key)?;
    Ok(find(cx, dict, key, hash)?.is_some())
}

/// The hash of a key; the error of an unhashable key says what was wanted of it.
#[inline]
pub fn hash_of(cx: &mut Cx, key: &Value) -> R<i64> {
    match key.cast_exact::<Str>() {
        Some(s) => Ok(s.hash_value()),
        None => hash_slow(cx, key),
    }
}

fn hash_slow(cx: &mut Cx, key: &Value) -> R<i64> {
    match ops::hash(cx, key) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(unhashable(cx, raised, key, "a dict key")),
    }
}

/// Says in the TypeError of an unhashable key what it was wanted for (`"a dict key"`, `"a set element"`). Other
/// exceptions, and those of subclasses, pass as they are.
#[cold]
pub fn unhashable(cx: &mut Cx, raised: Raised, key: &Value, purpose: &str) -> Raised {
    let plain = cx.peek_raised(&raised).is_some_and(|e| e.is_instance_exact(&crate::exc::TYPE_ERROR));
    if !plain {
        return raised;
    }
    let cause = cx.take_raised(raised);
    match ops::str_of(cx, &cause) {
        Ok(text) => {
            let text = text.to_string_lossy();
            let message = format!("cannot use '{}' as {purpose} ({text})", key.type_name(cx));
            cx.type_error(message)
        }
        Err(raised) => raised,
    }
}

/// How many keys there are.
#[inline(always)]
pub fn len(cx: &Cx, dict: &Obj<Dict>) -> usize {
    let d = dict.get(cx);
    match d.backing {
        None => d.table.len(),
        Some(_) => backed::len(cx, dict),
    }
}

/// Size of the hash index: what `sys.getsizeof` computes from. 0 for an empty dictionary that never had keys.
pub fn index_len(cx: &Cx, dict: &Obj<Dict>) -> usize {
    dict.get(cx).table.index_len()
}

/// Whether the dictionary is a view over an instance's attributes, with keys that all instances of the class share.
pub fn is_backed(cx: &Cx, dict: &Obj<Dict>) -> bool {
    dict.get(cx).backing.is_some()
}

// ---- changing

/// Sets a key.
pub fn set(cx: &mut Cx, dict: &Obj<Dict>, key: Value, value: Value) -> R<()> {
    let hash = hash_of(cx, &key)?;
    set_with_hash(cx, dict, key, hash, value)
}

/// As [`set`], with the key's hash at hand.
pub fn set_with_hash(cx: &mut Cx, dict: &Obj<Dict>, key: Value, hash: i64, value: Value) -> R<()> {
    match find(cx, dict, &key, hash)? {
        Some(i) => {
            let old = replace_at(cx, dict, i, value);
            drop(old);
            Ok(())
        }
        None => push(cx, dict, key, hash, value),
    }
}

/// Sets a string key.
pub fn set_str(cx: &mut Cx, dict: &Obj<Dict>, key: &Obj<Str>, value: Value) -> R<()> {
    set_with_hash(cx, dict, key.to_value(), key.hash_value(), value)
}

/// Replaces the value at a position that is known to be live; gives the old one.
pub fn replace_at(cx: &mut Cx, dict: &Obj<Dict>, position: usize, value: Value) -> Option<Value> {
    if dict.get(cx).backing.is_some() {
        return backed::replace(cx, dict, position, value);
    }
    dict.get_mut(cx).table.replace(position, value)
}

/// Adds a key that is known to be missing.
fn push(cx: &mut Cx, dict: &Obj<Dict>, key: Value, hash: i64, value: Value) -> R<()> {
    let (key, value) = if dict.get(cx).backing.is_some() {
        match backed::push(cx, dict, key, value) {
            Ok(()) => return Ok(()),
            Err(pair) => {
                backed::leave_instance(cx, dict)?;
                pair
            }
        }
    } else {
        (key, value)
    };
    let d = dict.get_mut(cx);
    d.version = 0;
    match d.table.push(key, hash, value) {
        Ok(()) => Ok(()),
        Err(_) => Err(cx.memory_error()),
    }
}

/// The value of a key, after setting it to `default` if it was missing.
pub fn set_default(cx: &mut Cx, dict: &Obj<Dict>, key: &Value, default: &Value) -> R {
    let hash = hash_of(cx, key)?;
    match find(cx, dict, key, hash)? {
        Some(i) => Ok(value_at(cx, dict, i).unwrap_or(default).clone()),
        None => {
            push(cx, dict, key.clone(), hash, default.clone())?;
            Ok(default.clone())
        }
    }
}

/// Removes a key and gives its value.
pub fn remove(cx: &mut Cx, dict: &Obj<Dict>, key: &Value) -> R<Option<Value>> {
    let hash = hash_of(cx, key)?;
    remove_with_hash(cx, dict, key, hash)
}

/// As [`remove`], with the key's hash at hand.
pub fn remove_with_hash(cx: &mut Cx, dict: &Obj<Dict>, key: &Value, hash: i64) -> R<Option<Value>> {
    match find(cx, dict, key, hash)? {
        Some(i) => Ok(remove_at(cx, dict, i)?.map(|(_, value)| value)),
        None => Ok(None),
    }
}

pub fn remove_str(cx: &mut Cx, dict: &Obj<Dict>, key: &Obj<Str>) -> R<Option<Value>> {
    with_str(key, |k| remove_with_hash(cx, dict, k, key.hash_value()))
}

/// Removes the entry at a position.
pub fn remove_at(cx: &mut Cx, dict: &Obj<Dict>, position: usize) -> R<Option<(Value, Value)>> {
    if dict.get(cx).backing.is_some() {
        if let Some(pair) = backed::remove_last(cx, dict, position) {
            return Ok(Some(pair));
        }
        backed::leave_instance(cx, dict)?;
    }
    let d = dict.get_mut(cx);
    d.version = 0;
    Ok(d.table.remove(position))
}

/// Removes the entry that was added last.
pub fn pop_last(cx: &mut Cx, dict: &Obj<Dict>) -> R<Option<(Value, Value)>> {
    if dict.get(cx).backing.is_some() {
        return match len(cx, dict) {
            0 => Ok(None),
            n => remove_at(cx, dict, n - 1),
        };
    }
    let d = dict.get_mut(cx);
    d.version = 0;
    Ok(d.table.pop_last())
}

/// Removes everything.
pub fn clear(cx: &mut Cx, dict: &Obj<Dict>) -> R<()> {
    if dict.get(cx).backing.is_some() {
        backed::leave_instance(cx, dict)?;
    }
    let mut old = Vec::new();
    let d = dict.get_mut(cx);
    d.version = 0;
    d.table.take_all(&mut old);
    drop(old);
    Ok(())
}

/// A new `dict` with the same keys and values.
pub fn copy(cx: &mut Cx, dict: &Obj<Dict>) -> R<Handle<Dict>> {
    if dict.get(cx).backing.is_none() {
        return match dict.get(cx).table.duplicate() {
            Ok(table) => Ok(cx.new_object(Dict { table, ..Dict::default() })),
            Err(_) => Err(cx.memory_error()),
        };
    }
    let made = cx.new_dict_with_capacity(len(cx, dict));
    merge(cx, &made, dict, true)?;
    Ok(made)
}

/// What to do about keys that both dictionaries of a merge have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    Replace,
    Keep,
    /// KeyError of the key.
    Raise,
}

/// Adds the entries of `from`; where a key is in both, `replace` says whether its value is replaced.
pub fn merge(cx: &mut Cx, dict: &Obj<Dict>, from: &Obj<Dict>, replace: bool) -> R<()> {
    merge_with(cx, dict, from, if replace { Duplicates::Replace } else { Duplicates::Keep })
}

/// As [`merge`], with all ways to treat duplicates.
pub fn merge_with(cx: &mut Cx, dict: &Obj<Dict>, from: &Obj<Dict>, duplicates: Duplicates) -> R<()> {
    if std::ptr::eq(dict, from) || len(cx, from) == 0 {
        return Ok(());
    }
    let d = dict.get(cx);
    if d.backing.is_none() && d.table.len() == 0 && from.get(cx).backing.is_none() {
        let Ok(mut table) = from.get(cx).table.duplicate() else { return Err(cx.memory_error()) };
        let d = dict.get_mut(cx);
        d.version = 0;
        table.generation = d.table.generation.wrapping_add(1);
        d.table = table;
        return Ok(());
    }
    let count = len(cx, from);
    let mut position = 0;
    while let Some((key, value, hash)) = next_entry(cx, from, &mut position) {
        let (key, value) = (key.clone(), value.clone());
        match find(cx, dict, &key, hash)? {
            None => push(cx, dict, key, hash, value)?,
            Some(i) => match duplicates {
                Duplicates::Replace => drop(replace_at(cx, dict, i, value)),
                Duplicates::Keep => {}
                Duplicates::Raise => return Err(cx.key_error(&key)),
            },
        }
        if len(cx, from) != count {
            return Err(cx.runtime_error("dict mutated during update"));
        }
    }
    Ok(())
}

// ---- going through

/// One past the greatest position in use.
#[inline]
pub fn extent(cx: &Cx, dict: &Obj<Dict>) -> usize {
    let d = dict.get(cx);
    match d.backing {
        None => d.table.extent(),
        Some(_) => backed::len(cx, dict),
    }
}

/// The key and value at a position; `None` for a gap or beyond the end.
#[inline]
pub fn entry<'a>(cx: &'a Cx, dict: &'a Obj<Dict>, position: usize) -> Option<(&'a Value, &'a Value)> {
    let d = dict.get(cx);
    match d.backing {
        None => d.table.entry(position).map(|(key, value, _)| (key, value)),
        Some(_) => backed::entry(cx, dict, position),
    }
}

/// The next entry at or after `*position`, which moves past it. Any change of the dictionary between calls is safe; who
/// must notice it compares [`len`].
#[inline]
pub fn entry_at<'a>(cx: &'a Cx, dict: &'a Obj<Dict>, position: &mut usize) -> Option<(&'a Value, &'a Value)> {
    next_entry(cx, dict, position).map(|(key, value, _)| (key, value))
}

/// As [`entry_at`], with the key's hash.
#[inline]
pub fn next_entry<'a>(
    cx: &'a Cx,
    dict: &'a Obj<Dict>,
    position: &mut usize,
) -> Option<(&'a Value, &'a Value, i64)> {
    let d = dict.get(cx);
    if d.backing.is_some() {
        let (key, value) = backed::entry(cx, dict, *position)?;
        *position += 1;
        return Some((key, value, key.as_str().map_or(0, |s| s.hash_value())));
    }
    let extent = d.table.extent();
    while *position < extent {
        let found = d.table.entry(*position);
        *position += 1;
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The entry at or before `*position - 1`, going backwards; `*position` becomes its position. `None` also where the
/// dictionary has shrunk below the position.
pub fn entry_before<'a>(
    cx: &'a Cx,
    dict: &'a Obj<Dict>,
    position: &mut usize,
) -> Option<(&'a Value, &'a Value)> {
    if *position > extent(cx, dict) {
        *position = 0;
    }
    while *position > 0 {
        *position -= 1;
        let found = entry(cx, dict, *position);
        if found.is_some() {
            return found;
        }
    }
    None
}

/// All keys, in order.
pub fn keys(cx: &Cx, dict: &Obj<Dict>) -> Vec<Value> {
    let mut position = 0;
    let mut found = Vec::with_capacity(len(cx, dict));
    while let Some((key, _)) = entry_at(cx, dict, &mut position) {
        found.push(key.clone());
    }
    found
}

/// All entries, in order.
pub fn items(cx: &Cx, dict: &Obj<Dict>) -> Vec<(Value, Value)> {
    let mut position = 0;
    let mut found = Vec::with_capacity(len(cx, dict));
    while let Some((key, value)) = entry_at(cx, dict, &mut position) {
        found.push((key.clone(), value.clone()));
    }
    found
}

// ---- versions

/// A number that stands for this set of keys at these positions; another one after any change of keys, never one that
/// another dictionary of the interpreter has. 0: this dictionary cannot be cached.
pub fn keys_version(cx: &mut Cx, dict: &Obj<Dict>) -> u32 {
    let d = dict.get(cx);
    if d.version != 0 || d.backing.is_some() {
        return d.version;
    }
    let next = &mut cx.interp_mut().next_keys_version;
    let version = *next;
    // After four billion versions nothing new is cached.
    *next = if version == 0 { 0 } else { version.wrapping_add(1) };
    dict.get_mut(cx).version = version;
    version
}

/// The version given by [`keys_version`] and still valid, else 0.
#[inline(always)]
pub fn current_version(cx: &Cx, dict: &Obj<Dict>) -> u32 {
    dict.get(cx).version
}

/// The value at a position that was looked up under the present version.
#[inline(always)]
pub fn value_at_index<'a>(cx: &'a Cx, dict: &'a Obj<Dict>, index: usize) -> Option<&'a Value> {
    dict.get(cx).table.value(index)
}
