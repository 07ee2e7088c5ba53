//! `_queue`: `SimpleQueue`, an unbounded queue whose `put` never blocks and may be called from finalisers and signal handlers.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use taipan_macros::{native, natives};
use taipan_object::exc::{EXCEPTION, Exception};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Args, Cx, Obj, Payload, R, Raised, Slots, Trace, Type, TypeDefs, Value, exc, flags};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

use crate::pytime::{self, Round};
use crate::support::blocking;

/// `_queue.Empty`.
pub static EMPTY: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("_queue.Empty")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs()
        .doc("Exception raised by Queue.get(block=0)/get_nowait()."),
);

/// Where threads wait for an item. The number counts items put, so that none is missed between a look and the wait.
#[derive(Default)]
struct Bell {
    rung: Mutex<u64>,
    sound: Condvar,
}

/// The payload of `SimpleQueue`.
#[derive(Default)]
pub struct SimpleQueue {
    items: VecDeque<Value>,
    bell: Arc<Bell>,
}

impl Trace for SimpleQueue {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.iter().for_each(visit);
    }

    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.items.drain(..));
    }
}

// SAFETY: instances of the type and its subtypes begin with this payload; all values are traced.
unsafe impl Payload for SimpleQueue {
    const TYPE: &'static Obj<Type> = &SIMPLE_QUEUE;
}

/// `_queue.SimpleQueue`.
pub static SIMPLE_QUEUE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<SimpleQueue>("_queue.SimpleQueue")
        .base(&OBJECT)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_slots(Slots { new: Some(new), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![empty, get, get_nowait, put, put_nowait, qsize, class_getitem],
            ..TypeDefs::NONE
        })
        .doc("SimpleQueue()\n--\n\nSimple, unbounded, reentrant FIFO queue."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    if class.is(&SIMPLE_QUEUE) {
        if args.has_keywords() {
            return Err(cx.type_error("SimpleQueue() takes no keyword arguments"));
        }
        if !args.pos().is_empty() {
            return Err(cx.type_error("SimpleQueue() takes no positional arguments"));
        }
    }
    Ok(cx.new_instance(class, SimpleQueue::default()).into_value())
}

/// Return True if the queue is empty, False otherwise (not reliable!).
#[native("SimpleQueue.empty($self, /)")]
fn empty(cx: &mut Cx, this: &Obj<SimpleQueue>) -> R<bool> {
    Ok(this.get(cx).items.is_empty())
}

/// Return the approximate size of the queue (not reliable!).
#[native("SimpleQueue.qsize($self, /)")]
fn qsize(cx: &mut Cx, this: &Obj<SimpleQueue>) -> R<usize> {
    Ok(this.get(cx).items.len())
}

fn add(cx: &mut Cx, this: &Obj<SimpleQueue>, item: &Value) {
    let queue = this.get_mut(cx);
    queue.items.push_back(item.clone());
    *queue.bell.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    queue.bell.sound.notify_one();
}

/// Put the item on the queue.
///
/// The optional 'block' and 'timeout' arguments are ignored, as this
/// method never blocks.  They are provided for compatibility with the
/// Queue class.
#[native("SimpleQueue.put($self, /, item, block=True, timeout=None)")]
fn put(
    cx: &mut Cx,
    this: &Obj<SimpleQueue>,
    item: &Value,
    _block: Option<&Value>,
    _timeout: Option<&Value>,
) -> R<()> {
    add(cx, this, item);
    Ok(())
}

/// Put an item into the queue without blocking.
///
/// This is exactly equivalent to `put(item)` and is only provided
/// for compatibility with the Queue class.
#[native("SimpleQueue.put_nowait($self, /, item)")]
fn put_nowait(cx: &mut Cx, this: &Obj<SimpleQueue>, item: &Value) -> R<()> {
    add(cx, this, item);
    Ok(())
}

#[cold]
fn nothing(cx: &mut Cx) -> Raised {
    exc::raise_no_args(cx, &EMPTY)
}

/// Remove and return an item from the queue.
///
/// If optional args 'block' is true and 'timeout' is None (the
/// default), block if necessary until an item is available.  If
/// 'timeout' is a non-negative number, it blocks at most 'timeout'
/// seconds and raises the Empty exception if no item was available
/// within that time.
/// Otherwise ('block' is false), return an item if one is immediately
/// available, else raise the Empty exception ('timeout' is ignored
/// in that case).
#[native("SimpleQueue.get($self, /, block=True, timeout=None)")]
fn get(cx: &mut Cx, this: &Obj<SimpleQueue>, block: bool, timeout: Option<&Value>) -> R {
    let mut deadline = None;
    if block && let Some(timeout) = timeout.filter(|t| !t.is_none()) {
        let nanoseconds = pytime::seconds(cx, timeout, Round::Ceiling)?;
        let Ok(nanoseconds) = u64::try_from(nanoseconds) else {
            return Err(cx.value_error("'timeout' must be a non-negative number"));
        };
        deadline = Some(Instant::now() + Duration::from_nanos(nanoseconds));
    }
    loop {
        if let Some(item) = this.get_mut(cx).items.pop_front() {
            return Ok(item);
        }
        if !block || deadline.is_some_and(|d| Instant::now() >= d) {
            return Err(nothing(cx));
        }
        let bell = Arc::clone(&this.get(cx).bell);
        let seen = *bell.rung.lock().unwrap_or_else(PoisonError::into_inner);
        // Waits in pieces, so that signals are served meanwhile.
        let piece = Instant::now() + Duration::from_millis(50);
        let until = deadline.map_or(piece, |d| d.min(piece));
        blocking(cx, || bell.wait(seen, until));
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
}

impl Bell {
    /// Waits until more than `seen` items were put, or until the time comes.
    fn wait(&self, seen: u64, until: Instant) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while *rung == seen {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|d| !d.is_zero()) else {
                return;
            };
            rung = self.sound.wait_timeout(rung, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Remove and return an item from the queue without blocking.
///
/// Only get an item if one is immediately available. Otherwise
/// raise the Empty exception.
#[native("SimpleQueue.get_nowait($self, /)")]
fn get_nowait(cx: &mut Cx, this: &Obj<SimpleQueue>) -> R {
    match this.get_mut(cx).items.pop_front() {
        Some(item) => Ok(item),
        None => Err(nothing(cx)),
    }
}

/// SimpleQueues are generic over the type of their contents
#[native("SimpleQueue.__class_getitem__($type, object, /)")]
fn class_getitem(cx: &mut Cx, class: &Value, object: &Value) -> R {
    taipan_types::support::class_getitem(cx, class, object)
}

fn types(types: &mut Types) {
    types.add([&EMPTY, &SIMPLE_QUEUE]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "Empty", EMPTY.to_value())?;
    set(cx, module, "SimpleQueue", SIMPLE_QUEUE.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    doc: Some(
        "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
    ),
    types: Some(types),
    init: Some(init),
    ..ModuleDef::EMPTY
};
