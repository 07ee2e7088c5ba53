//! The state of a frame before an instruction, within bounds that keep a step's cost small.

use std::collections::HashSet;

use taipan_event::{FrameId, ObjectState, Shown, Step};
use taipan_object::{Cx, Value, dict};

use super::{describe, ended, lend, number};
use crate::frame::{Frame, frame_flags};
use crate::function::cell::Cell;
use crate::slot::Slot;

/// Objects that a step describes, and how far from a name they may lie.
const MOST_OBJECTS: usize = 120;
const DEEPEST: u32 = 4;
/// Names of a namespace and slots of a stack that a step shows.
const MOST_NAMES: usize = 80;
const MOST_SLOTS: usize = 200;

/// Objects that wait to be described, with their distance from a name.
#[derive(Default)]
pub(super) struct Reached {
    seen: HashSet<u64>,
    queue: Vec<(Value, u32)>,
}

impl Reached {
    /// How a value is shown; a heap object is described later if there is room.
    pub(super) fn show(&mut self, cx: &mut Cx, value: &Value, distance: u32) -> Shown {
        if let Some(plain) = describe::plain(cx, value) {
            return plain;
        }
        let id = number(cx, value);
        if distance <= DEEPEST && self.queue.len() < MOST_OBJECTS && self.seen.insert(id.0) {
            self.queue.push((value.clone(), distance));
        }
        Shown::Object(id)
    }
}

/// Takes the state of the innermost frame.
///
/// # Safety
/// `sp` is the top of its operand stack.
pub(super) unsafe fn take(
    cx: &mut Cx,
    id: FrameId,
    frame: *mut Frame,
    sp: *mut Slot,
    offset: u32,
    line: u32,
    line_begins: bool,
) -> Step {
    let (freed, made, gone) = ended(cx);
    let mut reached = Reached::default();
    // SAFETY: by the caller's promise; nothing below runs Python code or frees what the frame holds.
    let (locals, stack, namespace) = unsafe {
        let count = (Frame::code(frame).nlocalsplus as usize).min(MOST_SLOTS);
        let locals = (0..count).map(|i| show_slot(cx, &mut reached, *Frame::local(frame, i))).collect();
        let bottom = Frame::stack(frame);
        let depth = usize::try_from(sp.offset_from(bottom)).unwrap_or(0).min(MOST_SLOTS);
        let stack = (0..depth).map(|i| show_slot(cx, &mut reached, *bottom.add(i))).collect();
        let namespace = Frame::has(frame, frame_flags::NAMESPACE)
            .then(|| lend((*frame).locals_ns).map(|value| (*value).clone()))
            .flatten();
        (locals, stack, namespace)
    };
    let names = namespace.map(|mapping| names(cx, &mut reached, &mapping)).unwrap_or_default();
    let objects = describe_all(cx, reached);
    Step { frame: id, offset, line, line_begins, locals, stack, names, objects, freed, made, ended: gone }
}

/// # Safety
/// The slot is live.
unsafe fn show_slot(cx: &mut Cx, reached: &mut Reached, slot: Slot) -> Shown {
    // SAFETY: by the caller's promise.
    let Some(value) = (unsafe { lend(slot) }) else { return Shown::Nothing };
    // A variable that is shared with another function shows what its cell holds.
    match value.cast_exact::<Cell>() {
        Some(cell) => match cell.get(cx).content.clone() {
            Some(content) => reached.show(cx, &content, 0),
            None => Shown::Nothing,
        },
        None => reached.show(cx, &value, 0),
    }
}

/// The program's own names of a namespace.
fn names(cx: &mut Cx, reached: &mut Reached, mapping: &Value) -> Vec<(Box<str>, Shown)> {
    let Some(namespace) = mapping.as_dict() else { return Vec::new() };
    let mut shown = Vec::new();
    for (key, value) in dict::items(cx, namespace) {
        let Some(name) = key.as_str().map(|key| key.to_string_lossy().into_owned()) else { continue };
        if name.starts_with("__") {
            continue;
        }
        if shown.len() == MOST_NAMES {
            break;
        }
        shown.push((name.into(), reached.show(cx, &value, 0)));
    }
    shown
}

fn describe_all(cx: &mut Cx, mut reached: Reached) -> Vec<ObjectState> {
    let mut states = Vec::with_capacity(reached.queue.len());
    let mut next = 0;
    while next < reached.queue.len() {
        let (value, distance) = (reached.queue[next].0.clone(), reached.queue[next].1);
        next += 1;
        states.push(describe::object(cx, &mut reached, value, distance));
    }
    states
}
