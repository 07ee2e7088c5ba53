use std::cell::Cell;
use std::collections::HashMap;

use super::*;
use crate::object::Frozen;
use crate::testing::with_cx;
use crate::ty::{CompareOp, Slots};

/// Deterministic numbers for models (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[test]
fn behaves_as_a_model() {
    with_cx(|cx| {
        for strings in [true, false] {
            let mut numbers = Numbers(42);
            let dict = cx.new_dict();
            let mut model: HashMap<i64, i64> = HashMap::new();
            let mut order: Vec<i64> = Vec::new();
            for step in 0..60_000 {
                let n = numbers.below(3000) as i64;
                let key = if strings { cx.str(&n.to_string()) } else { cx.int(n) };
                let hash = key.as_str().map_or(n % 700, |s| s.hash_value());
                match numbers.below(if step < 40_000 { 4 } else { 2 }) {
                    0 | 1 if step >= 40_000 || n % 2 == 0 => {
                        let removed = remove_with_hash(cx, &dict, &key, hash).unwrap();
                        assert_eq!(removed.and_then(|v| v.word().as_int()), model.remove(&n));
                        order.retain(|&k| k != n);
                    }
                    3 if step % 1000 == 0 => {
                        let last = pop_last(cx, &dict).unwrap();
                        assert_eq!(last.is_some(), !order.is_empty());
                        if let Some(k) = order.pop() {
                            model.remove(&k);
                        }
                    }
                    _ => {
                        let value = cx.int(step);
                        set_with_hash(cx, &dict, key, hash, value).unwrap();
                        if model.insert(n, step).is_none() {
                            order.push(n);
                        }
                    }
                }
                assert_eq!(len(cx, &dict), model.len());
            }
            let mut position = 0;
            let mut seen = Vec::new();
            while let Some((key, value)) = entry_at(cx, &dict, &mut position) {
                let n =
                    key.as_str().map_or(key.word().as_int(), |s| s.to_string_lossy().parse().ok()).unwrap();
                assert_eq!(value.word().as_int(), model.get(&n).copied());
                seen.push(n);
            }
            assert_eq!(seen, order);
        }
    });
}

/// A key whose `==` clears the dictionary it is looked up in, once.
struct Hostile {
    target: Cell<Option<*const Obj<Dict>>>,
}
crate::plain_data!(Hostile);
impl Frozen for Hostile {}
// SAFETY: only instances made below.
unsafe impl Payload for Hostile {
    const TYPE: &'static Obj<Type> = &HOSTILE;
}

fn compare_hostile(cx: &mut Cx, a: &Value, b: &Value, _op: CompareOp) -> R {
    for side in [a, b] {
        if let Some(target) = side.cast_exact::<Hostile>().and_then(|h| h.target.take()) {
            // SAFETY: the test keeps the dictionary alive.
            let dict = unsafe { &*target };
            clear(cx, dict)?;
            for i in 0..100 {
                let key = cx.int(1000 + i);
                set_with_hash(cx, dict, key, 7, Value::none())?;
            }
        }
    }
    Ok(Value::bool(false))
}

static HOSTILE: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Hostile>("hostile")
        .base(&crate::ty::OBJECT)
        .with_slots(Slots { compare: Some(compare_hostile), ..Slots::EMPTY }),
);

#[test]
fn survives_a_comparison_that_changes_it() {
    with_cx(|cx| {
        let dict = cx.new_dict();
        for i in 0..20 {
            let key = cx.new_object(Hostile { target: Cell::new(None) }).into_value();
            set_with_hash(cx, &dict, key, 7, cx.int(i)).unwrap();
        }
        let key = cx.new_object(Hostile { target: Cell::new(Some(&raw const *dict)) }).into_value();
        set_with_hash(cx, &dict, key.clone(), 7, Value::none()).unwrap();
        assert_eq!(len(cx, &dict), 101);
        assert!(get_with_hash(cx, &dict, &key, 7).unwrap().is_some());
    });
}

#[test]
fn versions_change_with_keys_only() {
    with_cx(|cx| {
        let dict = cx.new_dict();
        let (a, b) = (cx.intern("a"), cx.intern("b"));
        set_str(cx, &dict, &a, cx.int(1)).unwrap();
        let version = keys_version(cx, &dict);
        assert_ne!(version, 0);
        let index = index_of_str(cx, &dict, &a).unwrap();
        set_str(cx, &dict, &a, cx.int(2)).unwrap();
        assert_eq!(current_version(cx, &dict), version);
        assert_eq!(value_at_index(cx, &dict, index).and_then(|v| v.word().as_int()), Some(2));
        set_str(cx, &dict, &b, cx.int(3)).unwrap();
        assert_ne!(current_version(cx, &dict), version);
        let copied = copy(cx, &dict).unwrap();
        assert_ne!(keys_version(cx, &copied), keys_version(cx, &dict));
    });
}
