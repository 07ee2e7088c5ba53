//! `set` and `frozenset`: the types and their slots.

mod iter;
mod methods;
pub mod operations;
mod table;
#[cfg(test)]
mod tests;

use taipan_object::hash::FrozenSetHasher;
use taipan_object::ty::OBJECT;
use taipan_object::{Args, CompareOp, Cx, Handle, Obj, Payload, R, Slots, Trace, Type, Value, dict, flags};

pub use iter::{SET_ITERATOR, SetIterator};
pub use table::{Set, add, add_with_hash, clear, contains_with_hash, discard_with_hash, hash_of, len, pop};

use crate::Types;
use crate::support::{at_most_one, no_keywords, no_keywords_in_new, repr_items};

// SAFETY: instances of `SET` and its subtypes begin with `Obj<Set>`; those of `FROZENSET` with the same memory.
unsafe impl Payload for Set {
    const TYPE: &'static Obj<Type> = &SET;

    fn cast_arg(value: &Value) -> Option<&Obj<Set>> {
        as_set(value)
    }
}

/// The payload of `frozenset`: a [`Set`] that nothing changes once it is made.
#[repr(transparent)]
pub struct FrozenSet(pub Set);

impl Trace for FrozenSet {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        self.0.clear(out);
    }
}

// SAFETY: instances of `FROZENSET` and its subtypes begin with `Obj<FrozenSet>`.
unsafe impl Payload for FrozenSet {
    const TYPE: &'static Obj<Type> = &FROZENSET;
}

const COMMON: Slots = Slots {
    repr: Some(repr),
    compare: Some(compare),
    iter: Some(iter::iter),
    len: Some(|cx, this| receiver(cx, this).map(|s| len(cx, s))),
    contains: Some(contains),
    sub: Some(operations::sub),
    and: Some(operations::and),
    xor: Some(operations::xor),
    or: Some(operations::or),
    ..Slots::EMPTY
};

/// `set`.
pub static SET: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Set>("set")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE | flags::MATCH_SELF)
        .with_slots(Slots {
            new: Some(|cx, ty, _| Ok(cx.new_instance(ty, Set::default()).into_value())),
            init: Some(init),
            isub: Some(operations::isub),
            iand: Some(operations::iand),
            ixor: Some(operations::ixor),
            ior: Some(operations::ior),
            ..COMMON
        })
        .defs(&methods::SET_DEFS)
        .doc("Build an unordered collection of unique elements."),
);

/// `frozenset`.
pub static FROZENSET: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<FrozenSet>("frozenset")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE | flags::MATCH_SELF)
        .with_slots(Slots { new: Some(new_frozen), hash: Some(hash), ..COMMON })
        .defs(&methods::FROZENSET_DEFS)
        .doc("Build an immutable unordered collection of unique elements."),
);

pub fn install(types: &mut Types) {
    types.add([&SET, &FROZENSET, &SET_ITERATOR]);
}

/// The set of a `set`, a `frozenset` or an instance of a subclass.
#[inline]
pub fn as_set(value: &Value) -> Option<&Obj<Set>> {
    if let Some(set) = value.cast_exact::<Set>() {
        return Some(set);
    }
    if let Some(set) = value.cast::<FrozenSet>() {
        // SAFETY: FrozenSet is a transparent Set.
        return Some(unsafe { &*(set as *const Obj<FrozenSet>).cast::<Obj<Set>>() });
    }
    value.cast::<Set>()
}

pub(crate) fn receiver<'a>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<Set>> {
    match as_set(this) {
        Some(set) => Ok(set),
        None => {
            let message = format!("expected set, got '{}'", this.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// A new, empty set.
pub fn new_set(cx: &Cx) -> Handle<Set> {
    cx.new_object(Set::default())
}

/// A new frozenset of items.
pub fn new_frozenset(cx: &mut Cx, items: impl IntoIterator<Item = Value>) -> R {
    let made = cx.new_object(FrozenSet(Set::default())).into_value();
    let set = receiver(cx, &made)?;
    for item in items {
        add(cx, set, item)?;
    }
    Ok(made)
}

/// An empty `set` or `frozenset`, as `like` is (subclasses make their base).
pub(crate) fn new_like(cx: &Cx, like: &Value) -> Value {
    if like.is_instance(&FROZENSET) {
        cx.new_object(FrozenSet(Set::default())).into_value()
    } else {
        cx.new_object(Set::default()).into_value()
    }
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    no_keywords(cx, args, "set")?;
    let source = at_most_one(cx, args, "set")?;
    let set = receiver(cx, this)?;
    clear(cx, set);
    match source {
        Some(source) => operations::update(cx, set, source),
        None => Ok(()),
    }
}

fn new_frozen(cx: &mut Cx, ty: &Obj<Type>, args: Args<'_>) -> R {
    no_keywords_in_new(cx, ty, &FROZENSET, args)?;
    let source = at_most_one(cx, args, "frozenset")?;
    if let Some(source) = source
        && ty.is(&FROZENSET)
        && source.is_instance_exact(&FROZENSET)
    {
        return Ok(source.clone());
    }
    let made = cx.new_instance(ty, FrozenSet(Set::default())).into_value();
    if let Some(source) = source {
        let set = receiver(cx, &made)?;
        operations::update(cx, set, source)?;
    }
    Ok(made)
}

/// `key in set`. A set as key is looked for as the frozenset of its elements.
pub(crate) fn contains(cx: &mut Cx, this: &Value, key: &Value) -> R<bool> {
    let set = receiver(cx, this)?;
    let (key, hash) = hash_or_freeze(cx, key)?;
    contains_with_hash(cx, set, &key, hash)
}

/// The key with its hash; in place of an unhashable `set`, a frozenset with its elements.
pub(crate) fn hash_or_freeze(cx: &mut Cx, key: &Value) -> R<(Value, i64)> {
    match hash_of(cx, key) {
        Ok(hash) => Ok((key.clone(), hash)),
        Err(raised) => {
            let unhashable_set =
                key.is_instance(&SET) && cx.raised_is(&raised, &taipan_object::exc::TYPE_ERROR);
            if !unhashable_set {
                return Err(raised);
            }
            drop(cx.take_raised(raised));
            let frozen = cx.new_object(FrozenSet(Set::default())).into_value();
            let (target, source) = (receiver(cx, &frozen)?, receiver(cx, key)?);
            table::merge(cx, target, source)?;
            let hash = hash(cx, &frozen)?;
            Ok((frozen, hash))
        }
    }
}

fn hash(cx: &mut Cx, this: &Value) -> R<i64> {
    let set = receiver(cx, this)?;
    let set = set.get(cx);
    if let Some(hash) = set.hash.get() {
        return Ok(hash);
    }
    let mut hasher = FrozenSetHasher::default();
    let mut position = 0;
    while let Some((_, hash)) = set.next(&mut position) {
        hasher.add(hash);
    }
    let hash = hasher.finish();
    set.hash.set(Some(hash));
    Ok(hash)
}

fn repr(cx: &mut Cx, this: &Value) -> R {
    let set = receiver(cx, this)?;
    let name = this.type_of().name().into_owned();
    let items: Vec<Value> = set.get(cx).keys().cloned().collect();
    if items.is_empty() {
        return Ok(cx.str(&format!("{name}()")));
    }
    let running = format!("{name}(...)");
    if this.is_instance_exact(&SET) {
        return repr_items(cx, this, |_, i| items.get(i).cloned(), "{", "}", &running);
    }
    repr_items(cx, this, |_, i| items.get(i).cloned(), &format!("{name}({{"), "})", &running)
}

fn compare(cx: &mut Cx, this: &Value, other: &Value, op: CompareOp) -> R {
    let (Some(a), Some(b)) = (as_set(this), as_set(other)) else { return Ok(Value::not_implemented()) };
    let (na, nb) = (len(cx, a), len(cx, b));
    let holds = match op {
        CompareOp::Eq => na == nb && !hashes_differ(cx, a, b) && operations::is_subset(cx, a, b)?,
        CompareOp::Ne => !(na == nb && !hashes_differ(cx, a, b) && operations::is_subset(cx, a, b)?),
        CompareOp::Le => operations::is_subset(cx, a, b)?,
        CompareOp::Ge => operations::is_subset(cx, b, a)?,
        CompareOp::Lt => na < nb && operations::is_subset(cx, a, b)?,
        CompareOp::Gt => nb < na && operations::is_subset(cx, b, a)?,
    };
    Ok(Value::bool(holds))
}

fn hashes_differ(cx: &Cx, a: &Obj<Set>, b: &Obj<Set>) -> bool {
    match (a.get(cx).hash.get(), b.get(cx).hash.get()) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
}

/// The exact dictionary of an argument: its keys and hashes are used as they are.
pub(crate) fn exact_dict(value: &Value) -> Option<&Obj<dict::Dict>> {
    if value.is_instance_exact(&dict::DICT) { value.as_dict() } else { None }
}
