//! The Python type `frame`: a view of a frame, made when a program asks for one.
//!
//! While the frame lives, the object points to it and the frame owns one count of the object. When the frame ends and the
//! object is still wanted, a copy of header and locals moves into the object, and the frame object of the caller is
//! made too, so that `f_back` stays.

use taipan_object::native::GetSetDef;
use taipan_object::object::Trace;
use taipan_object::{Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags};

use super::{Frame, HEADER_WORDS, frame_flags};
use crate::slot::{self, NULL, Slot};

/// The payload of a frame object.
pub struct FrameObject {
    /// The frame on a thread's stack or in a generator; later the own copy. Null once cleared for good.
    pub frame: *mut Frame,
    block: Option<Box<[Slot]>>,
    /// `f_back` of an ended frame.
    pub back: Option<Value>,
    pub trace: Option<Value>,
    pub trace_lines: bool,
    pub trace_opcodes: bool,
    /// Set while a trace function of this frame runs; otherwise the line follows the instruction.
    pub line: Option<i32>,
    /// Names that `f_locals` was given beside the code's own.
    pub extra_locals: Option<Value>,
    /// Locals overwritten from outside: frames above may borrow them.
    pub overwritten: Vec<Value>,
}

impl Trace for FrameObject {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.back.trace(visit);
        self.trace.trace(visit);
        self.extra_locals.trace(visit);
        self.overwritten.trace(visit);
        if self.block.is_some() {
            // SAFETY: the copy is this object's own.
            unsafe { trace_frame(self.frame, visit) };
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend([self.back.take(), self.trace.take(), self.extra_locals.take()].into_iter().flatten());
        out.append(&mut self.overwritten);
        if self.block.is_some() {
            // SAFETY: the copy is this object's own.
            unsafe { clear_locals(self.frame, out) };
        }
    }
}

impl Drop for FrameObject {
    fn drop(&mut self) {
        if self.block.is_some() {
            // SAFETY: the copy is this object's own and ends with it.
            unsafe { super::clear(self.frame) };
        }
    }
}

/// Visits what a frame that no thread runs owns: locals, function, namespace (not the operand stack).
///
/// # Safety
/// The frame is live.
pub unsafe fn trace_frame(frame: *mut Frame, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: live by the caller's promise; owned slots are visited once.
    unsafe {
        let count = Frame::code(frame).nlocalsplus as usize;
        for i in 0..count {
            visit_slot(*Frame::local(frame, i), visit);
        }
        visit_slot((*frame).func, visit);
        if Frame::has(frame, frame_flags::NAMESPACE) {
            visit_slot((*frame).locals_ns, visit);
        }
    }
}

/// # Safety
/// The slot is live.
pub unsafe fn visit_slot(s: Slot, visit: &mut dyn FnMut(&Value)) {
    if s & 0b111 == 0 && s != NULL {
        // SAFETY: an owned pointer.
        let value = unsafe { slot::lend(s) };
        visit(&value);
    }
}

/// Moves the locals' owned values out.
///
/// # Safety
/// The frame is live and no thread runs it.
pub unsafe fn clear_locals(frame: *mut Frame, out: &mut Vec<Value>) {
    // SAFETY: by the caller's promise.
    unsafe {
        let count = Frame::code(frame).nlocalsplus as usize;
        for i in 0..count {
            let s = std::mem::replace(&mut *Frame::local(frame, i), NULL);
            if s & 0b111 == 0 && s != NULL {
                out.push(slot::own(s));
            }
        }
    }
}

// SAFETY: `FRAME` cannot be subclassed.
unsafe impl Payload for FrameObject {
    const TYPE: &'static Obj<Type> = &FRAME;
}

/// `types.FrameType`.
pub static FRAME: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<FrameObject>("frame")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { repr: Some(repr), ..Slots::EMPTY })
        .defs(&DEFS),
);

/// The frame object of a frame.
///
/// # Safety
/// The frame is live.
pub unsafe fn of(cx: &mut Cx, frame: *mut Frame) -> Value {
    // SAFETY: live by the caller's promise; the frame keeps one count.
    unsafe {
        if Frame::has(frame, frame_flags::OBJECT) {
            return (*(*frame).object).to_value();
        }
        let made = cx.new_object(FrameObject {
            frame,
            block: None,
            back: None,
            trace: None,
            trace_lines: true,
            trace_opcodes: false,
            line: None,
            extra_locals: None,
            overwritten: Vec::new(),
        });
        (*frame).object = &*made;
        (*frame).flags |= frame_flags::OBJECT;
        let value = made.into_value();
        std::mem::forget(value.clone());
        value
    }
}

/// Ends the tie between a frame and its object. True if the object lives on and has taken over what the frame held.
///
/// # Safety
/// The frame is live, has an object and is ending.
pub unsafe fn leave(cx: &mut Cx, frame: *mut Frame) -> bool {
    // SAFETY: by the caller's promise.
    unsafe {
        let object = &*(*frame).object;
        let wanted = object.header().count() > 1;
        let back = if wanted && !Frame::has(frame, frame_flags::GENERATOR) && !(*frame).prev.is_null() {
            Some(of(cx, (*frame).prev))
        } else {
            None
        };
        take_over(frame, back)
    }
}

/// As [`leave`], without the token.
///
/// # Safety
/// As [`leave`].
pub unsafe fn take_over(frame: *mut Frame, back: Option<Value>) -> bool {
    // SAFETY: by the caller's promise; the copy owns what the frame owned.
    unsafe {
        let object = &*(*frame).object;
        let count = slot::own(object.word().bits());
        (*frame).flags &= !frame_flags::OBJECT;
        let payload = object.payload_ptr();
        if object.header().count() == 1 && !object.header().is_immortal() {
            (*payload).frame = std::ptr::null_mut();
            drop(count);
            return false;
        }
        let words = HEADER_WORDS + Frame::code(frame).nlocalsplus as usize;
        let mut block = vec![NULL; words].into_boxed_slice();
        let copy = block.as_mut_ptr().cast::<Frame>();
        std::ptr::copy_nonoverlapping(frame.cast::<Slot>(), copy.cast::<Slot>(), words);
        for i in 0..Frame::code(frame).nlocalsplus as usize {
            let local = Frame::local(copy, i);
            *local = crate::ops::stack::owned_slot(*local);
        }
        (*copy).func = crate::ops::stack::owned_slot((*copy).func);
        (*copy).prev = std::ptr::null_mut();
        (*copy).flags = (*copy).flags & frame_flags::NAMESPACE | frame_flags::ENDED;
        (*payload).frame = copy;
        (*payload).block = Some(block);
        (*payload).back = back;
        drop(count);
        true
    }
}

/// What is asked of a frame object.
pub trait FrameObjectExt {
    /// The frame, live or ended.
    fn frame(&self, cx: &Cx) -> Option<*mut Frame>;
}

impl FrameObjectExt for Obj<FrameObject> {
    fn frame(&self, cx: &Cx) -> Option<*mut Frame> {
        let frame = self.get(cx).frame;
        (!frame.is_null()).then_some(frame)
    }
}

fn this(cx: &mut Cx, value: &Value) -> R<*mut Frame> {
    match value.cast::<FrameObject>().and_then(|f| f.frame(cx)) {
        Some(frame) => Ok(frame),
        None => Err(cx.runtime_error("the frame is gone")),
    }
}

/// The line that the frame executes; `None` where the instruction has none.
pub fn line(cx: &mut Cx, value: &Value) -> R<Option<i32>> {
    let frame = this(cx, value)?;
    if let Some(line) = value.cast::<FrameObject>().and_then(|f| f.get(cx).line) {
        return Ok(Some(line));
    }
    // SAFETY: live as the object says.
    Ok(unsafe { Frame::line(frame) })
}

fn get_back(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    if let Some(back) = value.cast::<FrameObject>().and_then(|f| f.get(cx).back.clone()) {
        return Ok(back);
    }
    // SAFETY: live as the object says, and so is the frame below.
    unsafe {
        let prev = (*frame).prev;
        Ok(if prev.is_null() { Value::none() } else { of(cx, prev) })
    }
}

fn get_code(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    // SAFETY: live as the object says.
    Ok(unsafe { Frame::code(frame) }.to_value())
}

fn get_globals(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    // SAFETY: live as the object says.
    Ok(unsafe { (*(*frame).globals).to_value() })
}

fn get_builtins(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    // SAFETY: live as the object says.
    Ok(unsafe { Frame::function(frame) }.get(cx).builtins.clone())
}

fn get_locals(cx: &mut Cx, value: &Value) -> R {
    super::locals::of_object(cx, value)
}

fn get_lasti(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    // SAFETY: live as the object says.
    let lasti = unsafe { Frame::code(frame).lasti((*frame).ip) };
    Ok(Value::small_int(if lasti < 0 { -1 } else { lasti * 2 }))
}

fn get_lineno(cx: &mut Cx, value: &Value) -> R {
    Ok(line(cx, value)?.map_or_else(Value::none, Value::small_int))
}

fn set_lineno(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    match new {
        Some(line) => super::jump::set_line(cx, value, line),
        None => Err(cx.raise(
            &taipan_object::exc::ATTRIBUTE_ERROR,
            "attribute 'f_lineno' of 'frame' objects cannot be deleted",
        )),
    }
}

fn get_trace(cx: &mut Cx, value: &Value) -> R {
    Ok(value.cast::<FrameObject>().and_then(|f| f.get(cx).trace.clone()).unwrap_or_else(Value::none))
}

fn set_trace(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    if let Some(f) = value.cast::<FrameObject>() {
        let old = std::mem::replace(&mut f.get_mut(cx).trace, new.filter(|v| !v.is_none()).cloned());
        drop(old);
        if f.get(cx).trace_opcodes && f.get(cx).trace.is_some() {
            report_opcodes(cx, f, true);
        }
    }
    Ok(())
}

fn get_trace_lines(cx: &mut Cx, value: &Value) -> R {
    Ok(Value::bool(value.cast::<FrameObject>().is_some_and(|f| f.get(cx).trace_lines)))
}

fn set_flag(
    cx: &mut Cx,
    value: &Value,
    new: Option<&Value>,
    pick: fn(&mut FrameObject) -> &mut bool,
) -> R<()> {
    match new.and_then(Value::as_bool) {
        Some(on) => {
            if let Some(f) = value.cast::<FrameObject>() {
                *pick(f.get_mut(cx)) = on;
            }
            Ok(())
        }
        None => Err(cx.type_error("attribute value type must be bool")),
    }
}

fn set_trace_lines(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    if new.is_none() {
        return Err(cx.type_error("can't delete numeric/char attribute"));
    }
    set_flag(cx, value, new, |f| &mut f.trace_lines)
}

fn get_trace_opcodes(cx: &mut Cx, value: &Value) -> R {
    Ok(Value::bool(value.cast::<FrameObject>().is_some_and(|f| f.get(cx).trace_opcodes)))
}

fn set_trace_opcodes(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    if new.is_none() {
        return Err(cx.raise(
            &taipan_object::exc::ATTRIBUTE_ERROR,
            "attribute 'f_trace_opcodes' of 'frame' objects cannot be deleted",
        ));
    }
    set_flag(cx, value, new, |f| &mut f.trace_opcodes)?;
    if let Some(f) = value.cast::<FrameObject>() {
        let on = f.get(cx).trace_opcodes;
        if !on || f.get(cx).trace.is_some() {
            report_opcodes(cx, f, on);
        }
    }
    Ok(())
}

/// Turns the reporting of each instruction of the frame's code on or off.
fn report_opcodes(cx: &mut Cx, f: &Obj<FrameObject>, on: bool) {
    if let Some(frame) = f.frame(cx) {
        // SAFETY: live as the object says.
        unsafe { crate::monitor::legacy::trace_opcodes(cx, frame, on) };
    }
}

fn get_generator(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    // SAFETY: live as the object says; a generator outlives its frame.
    unsafe {
        if Frame::has(frame, frame_flags::GENERATOR) {
            Ok((*(*frame).generator).to_value())
        } else {
            Ok(Value::none())
        }
    }
}

fn repr(cx: &mut Cx, value: &Value) -> R {
    let frame = this(cx, value)?;
    let line = line(cx, value)?;
    // SAFETY: live as the object says.
    let code = unsafe { Frame::code(frame) };
    let file = taipan_object::ops::repr(cx, &code.filename)?.to_string_lossy().into_owned();
    let name = code.name.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let line = line.map_or_else(|| "None".to_owned(), |l| l.to_string());
    let text = format!("<frame at {:#x}, file {file}, line {line}, code {name}>", value.id());
    Ok(cx.str(&text))
}

/// `frame.clear()`.
#[taipan_macros::native("frame.clear($self, /)")]
fn clear(cx: &mut Cx, this: &Value) -> R<()> {
    let Some(object) = this.cast::<FrameObject>() else { return Ok(()) };
    let Some(frame) = object.frame(cx) else { return Ok(()) };
    // SAFETY: live as the object says; running frames are refused.
    unsafe {
        if Frame::has(frame, frame_flags::GENERATOR) {
            let generator = (*(*frame).generator).to_value();
            return crate::generator::clear_frame(cx, &generator);
        }
        if !Frame::has(frame, frame_flags::ENDED) {
            return Err(cx.runtime_error("cannot clear an executing frame"));
        }
        let mut out = Vec::new();
        clear_locals(frame, &mut out);
        drop(out);
    }
    Ok(())
}

static DEFS: TypeDefs = TypeDefs {
    methods: taipan_macros::natives![clear],
    getset: &[
        GetSetDef {
            name: "f_back",
            doc: Some("Return previous outer frame object."),
            get: Some(get_back),
            set: None,
        },
        GetSetDef {
            name: "f_code",
            doc: Some("Return the code object being executed in this frame."),
            get: Some(get_code),
            set: None,
        },
        GetSetDef {
            name: "f_globals",
            doc: Some("Return the global variables."),
            get: Some(get_globals),
            set: None,
        },
        GetSetDef {
            name: "f_builtins",
            doc: Some("Return the built-in variables."),
            get: Some(get_builtins),
            set: None,
        },
        GetSetDef {
            name: "f_locals",
            doc: Some("Return the mapping used by the frame to look up local variables."),
            get: Some(get_locals),
            set: None,
        },
        GetSetDef {
            name: "f_lasti",
            doc: Some("Return the index of the last attempted instruction in bytecode."),
            get: Some(get_lasti),
            set: None,
        },
        GetSetDef {
            name: "f_lineno",
            doc: Some("Return the current line number in the frame."),
            get: Some(get_lineno),
            set: Some(set_lineno),
        },
        GetSetDef {
            name: "f_trace",
            doc: Some("Return the trace function for this frame, or None if no trace function is set."),
            get: Some(get_trace),
            set: Some(set_trace),
        },
        GetSetDef {
            name: "f_trace_lines",
            doc: None,
            get: Some(get_trace_lines),
            set: Some(set_trace_lines),
        },
        GetSetDef {
            name: "f_trace_opcodes",
            doc: None,
            get: Some(get_trace_opcodes),
            set: Some(set_trace_opcodes),
        },
        GetSetDef {
            name: "f_generator",
            doc: Some("Return the generator or coroutine associated with this frame, or None."),
            get: Some(get_generator),
            set: None,
        },
    ],
    members: &[],
    extra: None,
};
