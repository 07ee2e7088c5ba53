//! The recorder's eyes: which frames are entered and left, and the state before each instruction.
//!
//! Without a recorder nothing of this runs: the dispatch loop exists twice, and only the second, which a thread uses while its
//! interpreter is recorded, calls [`before`] for every instruction. Specialisation goes on as usual; a fused pair of instructions
//! is one step.
//!
//! The frames of a thread are followed by comparison: [`Thread::frames`] mirrors its stack, and whatever differs at an
//! instruction has happened since the former one. A frame that was seen has the flag `RECORDED`, so that memory which is used
//! again is not taken for the frame that was there before.

mod census;
mod describe;
mod snapshot;

use std::collections::HashMap;
use std::sync::Arc;

use taipan_bytecode::Opcode;
use taipan_event::{CodeId, FrameId, ObjectId, Recorder, What};
use taipan_object::{Cx, R, Value};

use crate::code::{Code, Unit};
use crate::frame::{Frame, frame_flags};
use crate::runtime::paths::paths;
use crate::slot::{self, Slot};
use crate::thread::vm;

pub use census::{census, specialised};

/// A census of the heap's size after so many steps.
const HEAP_EVERY: u64 = 500;

/// What an interpreter that is recorded keeps.
#[derive(Default)]
struct Shared {
    recorder: Option<Arc<dyn Recorder>>,
    /// Code objects by address; each is kept alive, so that the address stays its own.
    codes: HashMap<usize, KnownCode>,
    /// Suspended and running frames of generators by address.
    generators: HashMap<usize, FrameId>,
    next_frame: u64,
    /// Numbers of the objects that steps have shown, by address. They leave when the object is freed.
    objects: HashMap<usize, ObjectId>,
    next_object: u64,
    /// Counts of the heap at the former step.
    made: u64,
    freed: u64,
    since_heap: u64,
}

#[derive(Clone)]
struct KnownCode {
    id: CodeId,
    detailed: bool,
    /// Line of each code unit, 0 where it has none.
    lines: Arc<[u32]>,
    _kept: Value,
}

/// A frame of the mirror.
struct Followed {
    at: *mut Frame,
    id: FrameId,
    detailed: bool,
    lines: Arc<[u32]>,
    generator: bool,
    raised: bool,
    /// The opcode of its last instruction.
    last: u8,
    /// Line and index of its last step.
    line: u32,
    index: i64,
}

/// What a thread that is recorded keeps.
pub struct Thread {
    recorder: Arc<dyn Recorder>,
    frames: Vec<Followed>,
    /// Instructions without detail since they were last reported.
    counted: u64,
}

/// Records this interpreter from now on, in this thread and those that it starts.
pub fn start(cx: &mut Cx, recorder: Arc<dyn Recorder>) {
    cx.interp_mut().state::<Shared>().recorder = Some(recorder);
    cx.watch_heap(true);
    attach(cx);
}

/// Lets a new thread of a recorded interpreter be recorded too.
pub fn attach(cx: &mut Cx) {
    let recorder = cx.interp_mut().state::<Shared>().recorder.clone();
    if let Some(recorder) = recorder {
        recorder.record(cx.thread_id, What::Lock(true));
        vm(cx).record = Some(Box::new(Thread { recorder, frames: Vec::new(), counted: 0 }));
    }
}

/// Ends the recording: frames that are still followed are left.
pub fn finish(cx: &mut Cx) {
    if let Some(mut thread) = vm(cx).record.take() {
        thread.leave_to(cx, 0);
        thread.report_counted(cx);
    }
    cx.watch_heap(false);
    let shared = std::mem::take(cx.interp_mut().state::<Shared>());
    drop(shared);
}

/// Reports something that is no step; does nothing where nothing is recorded.
pub fn note(cx: &mut Cx, what: impl FnOnce() -> What) {
    let id = cx.thread_id;
    if let Some(thread) = &vm(cx).record {
        thread.recorder.record(id, what());
    }
}

/// Runs the cycle collector, as the recorder sees it: its generation, why it runs, and what it freed.
///
/// # Errors
/// Those of `run`.
pub fn collection<T>(
    cx: &mut Cx,
    generation: u8,
    cause: &'static str,
    run: impl FnOnce(&mut Cx) -> R<T>,
) -> R<T> {
    if !is_active(cx) {
        return run(cx);
    }
    let collected = |cx: &mut Cx| cx.gc().stats.iter().map(|stats| stats.collected as u64).sum::<u64>();
    let before = collected(cx);
    note(cx, || What::CollectionBegins(generation, cause));
    let result = run(cx);
    let found = collected(cx).saturating_sub(before);
    note(cx, || What::CollectionEnds(found));
    result
}

/// Reports how much lives now.
pub fn heap(cx: &mut Cx) {
    let stats = cx.interp().heap_stats();
    note(cx, || What::Heap { alive: stats.live as u64, bytes: stats.bytes as u64, made: stats.made as u64 });
}

/// Whether this thread is recorded.
pub fn is_active(cx: &mut Cx) -> bool {
    vm(cx).record.is_some()
}

/// Looks at the state before an instruction.
///
/// # Safety
/// The registers are those of the innermost frame; `ip` is at the instruction's unit.
#[inline(never)]
pub unsafe fn before(cx: &mut Cx, ip: *const Unit, sp: *mut Slot, frame: *mut Frame) {
    let Some(mut thread) = vm(cx).record.take() else { return };
    // SAFETY: by the caller's promise.
    unsafe { thread.before(cx, ip, sp, frame) };
    vm(cx).record = Some(thread);
}

/// An exception is looked at in the innermost frame: raised in it, or passed up from the one above.
///
/// # Safety
/// The frame is the innermost.
pub unsafe fn raised(cx: &mut Cx, frame: *mut Frame, exception: &Value, handled: bool) {
    let Some(mut thread) = vm(cx).record.take() else { return };
    // SAFETY: by the caller's promise.
    let known = unsafe { thread.follow(cx, frame) };
    if known && let Some(top) = thread.frames.last_mut() {
        top.raised = !handled;
        let (frame, line, detailed) = (top.id, top.line, top.detailed);
        if detailed {
            let text = describe::exception(cx, exception).into();
            let number = exception.word().bits();
            let what = What::Raise { frame, line, text, handled, exception: number };
            thread.recorder.record(cx.thread_id, what);
        }
    }
    vm(cx).record = Some(thread);
}

impl Thread {
    unsafe fn before(&mut self, cx: &mut Cx, ip: *const Unit, sp: *mut Slot, frame: *mut Frame) {
        // SAFETY: by the caller's promise.
        unsafe {
            if !self.follow(cx, frame) {
                return;
            }
            let code = Frame::code(frame);
            let Some(prepared) = code.prepared_parts() else { return };
            let index = ip.offset_from(prepared.units.as_ptr());
            let Some(top) = self.frames.last_mut() else { return };
            let byte = usize::try_from(index).ok().and_then(|i| code.source.code.get(2 * i)).copied();
            top.last = byte.unwrap_or(0);
            if top.last == Opcode::EXTENDED_ARG as u8 || top.last == Opcode::CACHE as u8 {
                return;
            }
            if !top.detailed || self.recorder.steps_left() == 0 {
                self.counted += 1;
                return;
            }
            let line = usize::try_from(index).ok().and_then(|i| top.lines.get(i)).copied().unwrap_or(0);
            let index = index as i64;
            let line_begins = line != 0 && (line != top.line || index < top.index);
            top.line = line;
            top.index = index;
            let id = top.id;
            self.report_counted(cx);
            let step = snapshot::take(cx, id, frame, sp, index as u32 * 2, line, line_begins);
            self.recorder.record(cx.thread_id, What::Step(Box::new(step)));
            self.report_heap(cx);
        }
    }

    fn report_counted(&mut self, cx: &Cx) {
        if self.counted > 0 {
            self.recorder.record(cx.thread_id, What::Counted(std::mem::take(&mut self.counted)));
        }
    }

    fn report_heap(&mut self, cx: &mut Cx) {
        let shared = cx.interp_mut().state::<Shared>();
        shared.since_heap += 1;
        if shared.since_heap >= HEAP_EVERY {
            shared.since_heap = 0;
            let stats = cx.interp().heap_stats();
            let (alive, bytes, made) = (stats.live as u64, stats.bytes as u64, stats.made as u64);
            self.recorder.record(cx.thread_id, What::Heap { alive, bytes, made });
        }
    }

    /// Brings the mirror up to the innermost frame; false where it cannot be followed.
    ///
    /// # Safety
    /// The frame is the innermost of the thread and live.
    unsafe fn follow(&mut self, cx: &mut Cx, frame: *mut Frame) -> bool {
        // SAFETY: by the caller's promise; frames below it are live too.
        unsafe {
            let seen = Frame::has(frame, frame_flags::RECORDED);
            if seen && self.frames.last().is_some_and(|top| top.at == frame) {
                return true;
            }
            if seen && let Some(depth) = self.frames.iter().rposition(|followed| followed.at == frame) {
                self.leave_to(cx, depth + 1);
                return true;
            }
            let below = (*frame).prev;
            let depth = self.frames.iter().rposition(|followed| followed.at == below).map_or(0, |i| i + 1);
            self.leave_to(cx, depth);
            if depth == 0 && !below.is_null() && !self.follow(cx, below) {
                return false;
            }
            self.enter(cx, frame, seen)
        }
    }

    unsafe fn enter(&mut self, cx: &mut Cx, frame: *mut Frame, seen: bool) -> bool {
        // SAFETY: as `follow`.
        unsafe {
            let code = Frame::code(frame);
            let generator = Frame::has(frame, frame_flags::GENERATOR);
            let known = self.code(cx, code);
            let caller = self.frames.last().map(|followed| followed.id);
            let shared = cx.interp_mut().state::<Shared>();
            let address = frame as usize;
            let resumed = if seen { shared.generators.get(&address).copied() } else { None };
            let id = resumed.unwrap_or_else(|| {
                shared.next_frame += 1;
                FrameId(shared.next_frame)
            });
            if generator {
                shared.generators.insert(address, id);
            }
            (*frame).flags |= frame_flags::RECORDED;
            let what = match resumed {
                Some(frame) => What::Resume { frame, caller },
                None => What::Enter { frame: id, caller, code: known.id },
            };
            self.recorder.record(cx.thread_id, what);
            self.frames.push(Followed {
                at: frame,
                id,
                detailed: known.detailed,
                lines: known.lines,
                generator,
                raised: false,
                last: 0,
                line: 0,
                index: -1,
            });
            true
        }
    }

    /// The innermost frames of the mirror, down to a depth, have been left.
    fn leave_to(&mut self, cx: &mut Cx, depth: usize) {
        while self.frames.len() > depth {
            let Some(left) = self.frames.pop() else { return };
            let suspended = left.generator && !left.raised && left.last != Opcode::RETURN_VALUE as u8;
            let what = if suspended {
                What::Suspend(left.id)
            } else {
                What::Leave { frame: left.id, raised: left.raised }
            };
            self.recorder.record(cx.thread_id, what);
        }
    }

    fn code(&mut self, cx: &mut Cx, code: &taipan_object::Obj<Code>) -> KnownCode {
        let address = std::ptr::from_ref(code) as usize;
        if let Some(known) = cx.interp_mut().state::<Shared>().codes.get(&address) {
            return known.clone();
        }
        let file: Arc<str> = code.source.filename.to_string().into();
        let library = String::from_utf8_lossy(&paths(cx).stdlib).into_owned();
        let detailed = self.recorder.is_detailed(&file) && !file.starts_with(&library);
        let mut lines = vec![0u32; code.source.units() + 1];
        let table = &code.source.linetable;
        for range in taipan_bytecode::linetable::lines(table, code.source.firstlineno) {
            let line = range.line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
            let end = (range.end as usize / 2).min(lines.len());
            if let Some(units) = lines.get_mut(range.start as usize / 2..end) {
                units.fill(line);
            }
        }
        let shared = cx.interp_mut().state::<Shared>();
        let known = KnownCode {
            id: CodeId(shared.codes.len() as u32),
            detailed,
            lines: lines.into(),
            _kept: code.to_value(),
        };
        shared.codes.insert(address, known.clone());
        let what = What::Code {
            code: known.id,
            file,
            name: code.source.qualname.to_string().into(),
            line: code.source.firstlineno,
            detailed,
        };
        self.recorder.record(cx.thread_id, what);
        known
    }
}

/// The number of an object that a step shows; the object is watched, so that its end is known.
fn number(cx: &mut Cx, object: &Value) -> ObjectId {
    let address = object.word().bits() as usize;
    let shared = cx.interp_mut().state::<Shared>();
    if let Some(id) = shared.objects.get(&address) {
        return *id;
    }
    shared.next_object += 1;
    let id = ObjectId(shared.next_object);
    shared.objects.insert(address, id);
    if let Some(header) = object.header() {
        header.watch();
    }
    id
}

/// Objects that were shown and have been freed since the former call; and what was made and freed in all.
fn ended(cx: &mut Cx) -> (Vec<ObjectId>, u32, u32) {
    let gone = cx.take_watched_ends();
    let stats = cx.interp().heap_stats();
    let shared = cx.interp_mut().state::<Shared>();
    let ids = gone.iter().filter_map(|address| shared.objects.remove(address)).collect();
    let (made, freed) = (stats.made as u64, (stats.made - stats.live) as u64);
    let counts = (made.saturating_sub(shared.made), freed.saturating_sub(shared.freed));
    shared.made = made;
    shared.freed = freed;
    (ids, u32::try_from(counts.0).unwrap_or(u32::MAX), u32::try_from(counts.1).unwrap_or(u32::MAX))
}

/// The value in a slot, lent; `None` for NULL.
///
/// # Safety
/// The slot is live.
unsafe fn lend(at: Slot) -> Option<slot::Lent> {
    // SAFETY: by the caller's promise.
    (at != slot::NULL).then(|| unsafe { slot::lend(at) })
}
