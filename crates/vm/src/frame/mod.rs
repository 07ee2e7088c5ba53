//! Frames: the activation records of Python code.
//!
//! A frame is a fixed header and behind it, side by side, its locals, cells and free variables, then its operand stack. Frames of
//! functions lie in the thread's chunks ([`crate::thread`]); a generator's lies in a block of its own. A frame
//! object appears only when a program asks for one ([`object`]); when its frame ends first, it takes a copy over.
//!
//! Ownership: the frame owns `func` (unless that slot is borrowed from a frame below), the locals' and stack's owned slots,
//! and where the flags say so the namespace and the frame object. Code, globals and builtins are the function's.

pub mod jump;
pub mod locals;
pub mod object;

use taipan_object::{Cx, Dict, Obj, Value};

use crate::code::{Code, Unit};
use crate::function::Function;
use crate::generator::Generator;
use crate::slot::{self, NULL, Slot};
use crate::thread::{VmThread, vm};

/// Facts about a frame, one bit each; a frame without any is left the quick way.
pub mod frame_flags {
    /// Returning from it leaves the dispatch loop.
    pub const ENTRY: u32 = 1;
    /// It runs an `__init__` for a class call: its result must be None and is dropped.
    pub const INIT: u32 = 2;
    /// It lies in a generator's block.
    pub const GENERATOR: u32 = 4;
    /// It is the first of its chunk.
    pub const CHUNK: u32 = 8;
    /// `locals_ns` is set.
    pub const NAMESPACE: u32 = 16;
    /// `object` is set.
    pub const OBJECT: u32 = 32;
    /// Its frame object owns it: the code has ended.
    pub const ENDED: u32 = 128;
    /// The recorder has seen it.
    pub const RECORDED: u32 = 1 << 15;
    /// It runs the method of an operator: the operands lie on the stack below until it returns, and NotImplemented has a
    /// meaning. The bits from [`OPERATOR_SHIFT`] on say which operator.
    pub const OPERATOR: u32 = 256;
    /// Where the number of an OPERATOR frame's operator lies.
    pub const OPERATOR_SHIFT: u32 = 16;
}

/// The header of a frame. Layout is relied on by the dispatch loop and by compiled code.
#[repr(C)]
pub struct Frame {
    /// Behind the unit of the instruction being executed.
    pub ip: *const Unit,
    /// Top of the operand stack: valid while the frame is not the innermost, or suspended.
    pub sp: *mut Slot,
    pub prev: *mut Frame,
    pub code: *const Obj<Code>,
    pub globals: *const Obj<Dict>,
    /// The function.
    pub func: Slot,
    pub flags: u32,
    /// Units that the frame below skips when this one returns (its instruction's caches, and a jump).
    pub return_skip: u32,
    /// The mapping of a class body or `exec` (NAMESPACE).
    pub locals_ns: Slot,
    /// OBJECT: the frame object, one count.
    pub object: *const Obj<object::FrameObject>,
    /// GENERATOR: the generator whose frame it is, not counted.
    pub generator: *const Obj<Generator>,
}

/// Slots of the header.
pub const HEADER_WORDS: usize = size_of::<Frame>() / size_of::<Slot>();

const _: () = assert!(size_of::<Frame>() == 80);

impl Frame {
    /// The slot of local `i`.
    ///
    /// # Safety
    /// `frame` is live.
    #[inline(always)]
    pub unsafe fn local(frame: *mut Frame, i: usize) -> *mut Slot {
        // SAFETY: the slots lie behind the header.
        unsafe { frame.add(1).cast::<Slot>().add(i) }
    }

    /// The bottom of the operand stack.
    ///
    /// # Safety
    /// `frame` is live.
    #[inline(always)]
    pub unsafe fn stack(frame: *mut Frame) -> *mut Slot {
        // SAFETY: behind the locals.
        unsafe { Frame::local(frame, Frame::code(frame).nlocalsplus as usize) }
    }

    /// The code object of a frame.
    ///
    /// # Safety
    /// `frame` is live; the result is as long as its function is.
    #[inline(always)]
    pub unsafe fn code<'a>(frame: *mut Frame) -> &'a Obj<Code> {
        // SAFETY: the function keeps its code.
        unsafe { &*(*frame).code }
    }

    /// The function of a frame.
    ///
    /// # Safety
    /// `frame` is live.
    #[inline(always)]
    pub unsafe fn function<'a>(frame: *mut Frame) -> &'a Obj<Function> {
        // SAFETY: the slot holds a function.
        unsafe { slot::obj((*frame).func) }
    }

    /// Whether any of the flags is set.
    ///
    /// # Safety
    /// `frame` is live.
    #[inline(always)]
    pub unsafe fn has(frame: *mut Frame, flags: u32) -> bool {
        // SAFETY: live by the caller's promise.
        unsafe { (*frame).flags & flags != 0 }
    }

    /// The line being executed.
    ///
    /// # Safety
    /// `frame` is live.
    pub unsafe fn line(frame: *mut Frame) -> Option<i32> {
        // SAFETY: live by the caller's promise.
        unsafe {
            let code = Frame::code(frame);
            code.line_of(code.lasti((*frame).ip))
        }
    }
}

/// Memory for a frame of `code` on the thread's stack, with the header written; the locals are not. Null where no memory can
/// be had. `func` passes to the frame.
///
/// # Safety
/// `func` holds a function whose code is `code`.
#[inline(always)]
pub unsafe fn push(vm: &mut VmThread, code: &Obj<Code>, func: Slot) -> *mut Frame {
    // SAFETY: the chunk has the room that is checked; all fields that the flags call valid are written.
    unsafe {
        let words = code.frame_words as usize;
        let mut flags = 0;
        let mut frame = vm.top.cast::<Frame>();
        if (vm.limit as usize).wrapping_sub(frame as usize) < words * size_of::<Slot>() {
            frame = vm.grow(words).cast::<Frame>();
            if frame.is_null() {
                return frame;
            }
            flags = frame_flags::CHUNK;
        }
        vm.top = frame.cast::<Slot>().add(words);
        let function = slot::obj::<Function>(func);
        (*frame).ip = code.entry.get();
        (*frame).sp = Frame::local(frame, code.nlocalsplus as usize);
        (*frame).prev = vm.frame;
        (*frame).code = code;
        (*frame).globals = (*function.payload_ptr()).globals_ptr;
        (*frame).func = func;
        (*frame).flags = flags;
        (*frame).return_skip = 0;
        frame
    }
}

/// Releases what a frame holds and takes it off the thread's stack. The frame is the innermost; its operand stack is empty.
/// True if finalisers may wait.
///
/// # Safety
/// `frame` is `vm(cx).frame` and nothing refers into it any more.
#[inline(always)]
pub unsafe fn pop(cx: &mut Cx, frame: *mut Frame) -> bool {
    // SAFETY: by the caller's promise.
    unsafe {
        vm(cx).frame = (*frame).prev;
        cx.recursion_remaining += 1;
        let mut ended = false;
        if Frame::has(
            frame,
            frame_flags::OBJECT | frame_flags::NAMESPACE | frame_flags::GENERATOR | frame_flags::CHUNK,
        ) {
            return pop_slow(cx, frame);
        }
        let count = Frame::code(frame).nlocalsplus as usize;
        for i in 0..count {
            ended |= slot::release(*Frame::local(frame, i));
        }
        ended |= slot::release((*frame).func);
        vm(cx).top = frame.cast();
        ended
    }
}

#[cold]
#[inline(never)]
unsafe fn pop_slow(cx: &mut Cx, frame: *mut Frame) -> bool {
    // SAFETY: as `pop`.
    unsafe {
        if Frame::has(frame, frame_flags::OBJECT) && object::leave(cx, frame) {
            // The frame object lives on with what the frame held.
        } else {
            clear(frame);
        }
        if Frame::has(frame, frame_flags::GENERATOR) {
            (*frame).prev = std::ptr::null_mut();
        } else if Frame::has(frame, frame_flags::CHUNK) {
            vm(cx).leave_chunk();
        } else {
            vm(cx).top = frame.cast();
        }
        true
    }
}

/// Releases locals, function and namespace of a frame.
///
/// # Safety
/// `frame` holds them and is not used afterwards.
pub unsafe fn clear(frame: *mut Frame) {
    // SAFETY: by the caller's promise; each slot is emptied before its release.
    unsafe {
        let count = Frame::code(frame).nlocalsplus as usize;
        for i in 0..count {
            let local = Frame::local(frame, i);
            slot::release(std::mem::replace(&mut *local, NULL));
        }
        if Frame::has(frame, frame_flags::NAMESPACE) {
            (*frame).flags &= !frame_flags::NAMESPACE;
            slot::release((*frame).locals_ns);
        }
        slot::release(std::mem::replace(&mut (*frame).func, NULL));
    }
}

/// Releases the operand stack down to `bottom`.
///
/// # Safety
/// `sp` is the top of the stack, all slots below are live.
pub unsafe fn drop_stack(mut sp: *mut Slot, bottom: *mut Slot) {
    // SAFETY: by the caller's promise.
    unsafe {
        while sp > bottom {
            sp = sp.sub(1);
            slot::release(*sp);
        }
    }
}

/// The innermost Python frame of the thread, or null.
pub fn current(cx: &Cx) -> *mut Frame {
    // SAFETY: the thread data lives as long as the thread's token.
    unsafe { (*cx.vm.cast::<VmThread>()).frame }
}

/// The globals of the innermost Python frame.
pub fn current_globals(cx: &Cx) -> Option<Value> {
    let frame = current(cx);
    // SAFETY: a live frame's globals are its function's.
    (!frame.is_null()).then(|| unsafe { (*(*frame).globals).to_value() })
}
