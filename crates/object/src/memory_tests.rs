//! Tests of the memory as a whole: release of long chains, cycles, weak references.

use std::cell::Cell;

use crate::Obj;
use crate::cx::Cx;
use crate::object::Payload;
use crate::testing::with_cx;
use crate::ty::{Slots, Type, flags};
use crate::value::{R, Value};
use crate::{dict, gc, weakref};

thread_local! {
    static FINALIZED: Cell<usize> = const { Cell::new(0) };
    static KEPT: Cell<Option<Value>> = const { Cell::new(None) };
}

/// A node with one reference and a finaliser, weakly referenceable.
struct Node {
    next: Option<Value>,
    resurrect: bool,
}
impl crate::Trace for Node {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.next.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.next.take());
    }
}
// SAFETY: only instances made below.
unsafe impl Payload for Node {
    const TYPE: &'static Obj<Type> = &NODE;
}

fn finalize(cx: &mut Cx, this: &Value) -> R<()> {
    FINALIZED.set(FINALIZED.get() + 1);
    if this.cast_exact::<Node>().is_some_and(|n| n.get(cx).resurrect) {
        KEPT.set(Some(this.clone()));
    }
    Ok(())
}

static NODE: Obj<Type> = Obj::new_static_type(
    &crate::ty::TYPE,
    Type::builtin::<Node>("node")
        .base(&crate::ty::OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(Slots { finalize: Some(finalize), ..Slots::EMPTY }),
);

fn live(cx: &Cx) -> usize {
    cx.interp().heap_stats().live
}

#[test]
fn releases_long_chains() {
    with_cx(|cx| {
        let before = live(cx);
        let mut chain = Value::none();
        for i in 0..1_000_000 {
            chain = if i % 3 == 0 {
                let d = cx.new_dict();
                let key = cx.int(0);
                dict::set_with_hash(cx, &d, key, 0, chain).unwrap();
                d.into_value()
            } else {
                cx.tuple_value([chain])
            };
        }
        assert_eq!(live(cx), before + 1_000_000);
        drop(chain);
        assert_eq!(live(cx), before);
    });
}

#[test]
fn collects_cycles_and_nothing_else() {
    with_cx(|cx| {
        let before = live(cx);
        let kept = cx.new_dict();
        for i in 0..1000 {
            let d = cx.new_dict();
            let t = cx.tuple_value([d.as_value().clone(), cx.int(i), cx.str("text")]);
            let key = cx.int(0);
            dict::set_with_hash(cx, &d, key, 0, t.clone()).unwrap();
            if i % 10 == 0 {
                let key = cx.int(i);
                dict::set_with_hash(cx, &kept, key, i, t).unwrap();
            }
        }
        // Every cycle is a dict, a tuple and a string, of which the collector follows two.
        assert_eq!(gc::collect(cx).unwrap(), 1800);
        assert_eq!(live(cx), before + 1 + 300);
        for i in (0..1000).step_by(10) {
            let key = cx.int(i);
            let t = dict::get_with_hash(cx, &kept, &key, i).unwrap().unwrap();
            let items = t.cast_exact::<crate::Tuple>().unwrap().items();
            assert!(items[2].as_str().unwrap().eq_str("text"));
            let own = dict::get_with_hash(cx, items[0].as_dict().unwrap(), &cx.int(0), 0).unwrap().unwrap();
            assert!(own.is(&t));
        }
        drop(kept);
        assert_eq!(gc::collect(cx).unwrap(), 200);
        assert_eq!(live(cx), before);
    });
}

fn ring(cx: &mut Cx, resurrect: bool) -> Value {
    let a = cx.new_object(Node { next: None, resurrect });
    let b = cx.new_object(Node { next: Some(a.as_value().clone()), resurrect: false });
    a.get_mut(cx).next = Some(b.into_value());
    a.into_value()
}

#[test]
fn finalises_rings_once_and_keeps_the_resurrected() {
    with_cx(|cx| {
        FINALIZED.set(0);
        let before = live(cx);
        let a = ring(cx, true);
        let weak = weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &a, None).unwrap();
        drop(a);
        gc::collect(cx).unwrap();
        assert_eq!(FINALIZED.get(), 2);
        let kept = KEPT.take().expect("resurrected");
        assert!(kept.cast_exact::<Node>().unwrap().get(cx).next.is_some());
        assert!(weakref::as_weak(&weak).unwrap().referent().is_some_and(|r| r.is(&kept)));
        drop(kept);
        gc::collect(cx).unwrap();
        assert_eq!(FINALIZED.get(), 2);
        assert!(weakref::as_weak(&weak).unwrap().is_dead());
        drop(weak);
        assert_eq!(live(cx), before);
    });
}

#[test]
fn finalises_by_count() {
    with_cx(|cx| {
        FINALIZED.set(0);
        let before = live(cx);
        let node = cx.new_object(Node { next: None, resurrect: false }).into_value();
        drop(node);
        assert!(cx.has_pending());
        cx.drain_pending();
        assert_eq!(FINALIZED.get(), 1);
        assert_eq!(live(cx), before);
    });
}

#[test]
fn weak_references_are_shared_and_die() {
    with_cx(|cx| {
        let before = live(cx);
        let node = cx.new_object(Node { next: None, resurrect: false }).into_value();
        let first = weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &node, None).unwrap();
        let second = weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &node, None).unwrap();
        assert!(first.is(&second));
        let proxy = weakref::new_proxy(cx, &node, None).unwrap();
        let called = cx.int(1);
        let third = weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &node, Some(&called)).unwrap();
        assert_eq!(weakref::count(cx, &node), 3);
        let listed = weakref::list(cx, &node);
        assert!(listed[0].is(&first) && listed[1].is(&proxy) && listed[2].is(&third));
        drop(listed);
        drop(third);
        assert_eq!(weakref::count(cx, &node), 2);
        drop(node);
        cx.drain_pending();
        assert!(weakref::as_weak(&first).unwrap().is_dead());
        assert!(weakref::as_weak(&proxy).unwrap().referent().is_none());
        drop((first, second, proxy));
        assert_eq!(live(cx), before);
        let one = cx.int(1);
        assert!(weakref::new_ref(cx, &weakref::REFERENCE_TYPE, &one, None).is_err());
    });
}
