//! Bodies of the instructions: free functions, one file per family. The dispatch loop ([`crate::dispatch`]) is made over them.
//!
//! A body gets the registers by value and gives them back in its [`Step`]. While it runs, its operands stay on the stack
//! until it has succeeded, so that unwinding finds and releases them. Whatever may run Python code saves `ip` into the frame
//! first ([`Regs::save`]); the stack pointer is saved where a frame stops being the innermost.

pub mod arithmetic;
pub mod attr_cache;
pub mod attributes;
pub mod calls;
pub mod class_calls;
pub mod compare;
pub mod containers;
pub mod exceptions;
pub mod generators;
pub mod imports;
pub mod intrinsics;
pub mod iteration;
pub mod matching;
pub mod names;
pub mod native_calls;
pub mod operators;
pub mod stack;
pub mod strings;

use taipan_object::{Cx, Obj, Raised, Str, Value};

use crate::code::{Code, Unit};
use crate::frame::Frame;
use crate::slot::{self, Lent, Slot};

/// The registers of the dispatch loop.
#[derive(Clone, Copy)]
pub struct Regs {
    /// Behind the unit being executed.
    pub ip: *const Unit,
    /// Behind the topmost slot.
    pub sp: *mut Slot,
    pub frame: *mut Frame,
}

/// What an instruction leads to.
pub enum Step {
    /// The next instruction (of whatever frame the registers now name).
    Next(Regs),
    /// An exception, to be handled at the saved instruction.
    Raise(Regs, Raised),
    /// The dispatch loop is left with this value: an entry frame returned or yielded.
    Exit(Value),
}

impl Regs {
    /// Position `n` from the top (1 is the top).
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn at(self, n: usize) -> *mut Slot {
        // SAFETY: by the caller's promise.
        unsafe { self.sp.sub(n) }
    }

    /// The slot at position `n` from the top.
    ///
    /// # Safety
    /// As [`Regs::at`].
    #[inline(always)]
    pub unsafe fn peek(self, n: usize) -> Slot {
        // SAFETY: by the caller's promise.
        unsafe { *self.sp.sub(n) }
    }

    /// Lends the value at position `n` from the top.
    ///
    /// # Safety
    /// As [`Regs::at`], and the slot is not NULL and stays while the result is used.
    #[inline(always)]
    pub unsafe fn lend(self, n: usize) -> Lent {
        // SAFETY: by the caller's promise.
        unsafe { slot::lend(*self.sp.sub(n)) }
    }

    /// # Safety
    /// The code object's stack size has room.
    #[inline(always)]
    pub unsafe fn push(&mut self, s: Slot) {
        // SAFETY: by the caller's promise.
        unsafe {
            *self.sp = s;
            self.sp = self.sp.add(1);
        }
    }

    /// # Safety
    /// As [`Regs::push`].
    #[inline(always)]
    pub unsafe fn push_value(&mut self, v: Value) {
        // SAFETY: by the caller's promise.
        unsafe { self.push(slot::slot(v)) }
    }

    /// # Safety
    /// The stack is not empty; the slot's ownership passes to the caller.
    #[inline(always)]
    pub unsafe fn pop(&mut self) -> Slot {
        // SAFETY: by the caller's promise.
        unsafe {
            self.sp = self.sp.sub(1);
            *self.sp
        }
    }

    /// Pops an owned value.
    ///
    /// # Safety
    /// As [`Regs::pop`]; not NULL.
    #[inline(always)]
    pub unsafe fn pop_value(&mut self) -> Value {
        // SAFETY: by the caller's promise.
        unsafe { slot::own(self.pop()) }
    }

    /// Saves what others may look at while the frame runs.
    #[inline(always)]
    pub fn save(self) {
        // SAFETY: the frame is live.
        unsafe { (*self.frame).ip = self.ip };
    }

    /// Skips cache units.
    #[inline(always)]
    pub fn skip(&mut self, units: usize) {
        self.ip = self.ip.wrapping_add(units);
    }

    /// The slot of local `i`.
    ///
    /// # Safety
    /// The frame has that local.
    #[inline(always)]
    pub unsafe fn local(self, i: usize) -> *mut Slot {
        // SAFETY: by the caller's promise.
        unsafe { Frame::local(self.frame, i) }
    }

    #[inline(always)]
    pub fn code<'a>(self) -> &'a Obj<Code> {
        // SAFETY: the frame is live, its function keeps the code.
        unsafe { &*(*self.frame).code }
    }

    /// Name `i` of the code object.
    ///
    /// # Safety
    /// The code is prepared and has that name.
    #[inline(always)]
    pub unsafe fn name<'a>(self, i: usize) -> &'a Obj<Str> {
        // SAFETY: names are exact strings that live as long as the code.
        unsafe { slot::obj((*self.code().name_values.get().add(i)).word().bits()) }
    }

    /// The name `i` as a value.
    ///
    /// # Safety
    /// As [`Regs::name`].
    #[inline(always)]
    pub unsafe fn name_value<'a>(self, i: usize) -> &'a Value {
        // SAFETY: as `name`.
        unsafe { &*self.code().name_values.get().add(i) }
    }

    /// Rewrites the opcode of the instruction whose unit lies just before `ip`, if its operand is of 16 bits.
    #[inline(always)]
    pub fn rewrite(self, from: u16, to: u16) {
        // SAFETY: `ip - 1` is the unit being executed; the units belong to the code object, which this thread alone runs.
        unsafe {
            let unit = self.ip.sub(1).cast_mut();
            if *unit as u16 == from {
                *unit = *unit & 0xFFFF_0000 | u32::from(to);
            }
        }
    }

    /// Releases the top `n` slots.
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn drop_top(&mut self, cx: &mut Cx, n: usize) {
        let mut ended = false;
        for _ in 0..n {
            // SAFETY: by the caller's promise.
            unsafe {
                let s = self.pop();
                ended |= slot::release(s);
            }
        }
        if ended {
            self.after_end(cx);
        }
    }

    /// Releases a slot that lies nowhere any more.
    ///
    /// # Safety
    /// The slot is not used afterwards.
    #[inline(always)]
    pub unsafe fn release(self, cx: &mut Cx, s: Slot) {
        // SAFETY: by the caller's promise.
        if unsafe { slot::release(s) } {
            self.after_end(cx);
        }
    }

    /// Objects were freed: finalisers that now wait run at once.
    #[inline(always)]
    pub fn after_end(self, cx: &mut Cx) {
        if cx.has_pending() {
            self.save();
            cx.drain_pending();
        }
    }
}

/// Unwraps a result or leaves the body with the exception.
macro_rules! attempt {
    ($r:expr, $e:expr) => {
        match $e {
            Ok(value) => value,
            Err(raised) => return $crate::ops::Step::Raise($r, raised),
        }
    };
}
pub(crate) use attempt;

/// A step in two machine words, as the out-of-line parts of bodies return it: the registers stay registers in the loop.
/// Low bits of the first: 0 next, 1 raise, 2 exit (the second is the value).
type Packed = (u64, u64);

#[inline(always)]
fn pack(step: Step) -> Packed {
    match step {
        Step::Next(r) => (r.ip as u64, r.sp as u64),
        Step::Raise(r, _) => (r.ip as u64 | 1, r.sp as u64),
        Step::Exit(value) => (2, slot::slot(value)),
    }
}

#[inline(always)]
fn unpack(cx: &mut Cx, packed: Packed) -> Step {
    let (a, b) = packed;
    let r = |ip: u64, cx: &mut Cx| Regs {
        ip: ip as *const Unit,
        sp: b as *mut Slot,
        frame: crate::thread::vm(cx).frame,
    };
    match a & 3 {
        0 => Step::Next(r(a, cx)),
        // SAFETY: `pack` took the token of an exception that is still set; it has no content.
        1 => Step::Raise(r(a - 1, cx), unsafe { std::mem::transmute::<(), Raised>(()) }),
        // SAFETY: `pack` put the value's word there.
        _ => Step::Exit(unsafe { slot::own(b) }),
    }
}

/// Does a body, or the rest of one, out of line: the innermost frame afterwards is the thread's.
#[inline(always)]
pub fn away<F: Fn(&mut Cx, Regs, u32) -> Step>(cx: &mut Cx, r: Regs, arg: u32, f: F) -> Step {
    let packed = outlined(cx, r.ip, r.sp, r.frame, arg, f);
    unpack(cx, packed)
}

#[inline(never)]
fn outlined<F: Fn(&mut Cx, Regs, u32) -> Step>(
    cx: &mut Cx,
    ip: *const Unit,
    sp: *mut Slot,
    frame: *mut Frame,
    arg: u32,
    f: F,
) -> Packed {
    pack(f(cx, Regs { ip, sp, frame }, arg))
}

/// The slot of True or False, marked as borrowed: they are immortal.
#[inline(always)]
pub fn bool_slot(b: bool) -> Slot {
    if b { true_slot() } else { false_slot() }
}
#[inline(always)]
pub fn true_slot() -> Slot {
    slot::marked(&raw const taipan_object::singleton::TRUE as u64)
}
#[inline(always)]
pub fn false_slot() -> Slot {
    slot::marked(&raw const taipan_object::singleton::FALSE as u64)
}
#[inline(always)]
pub fn none_slot() -> Slot {
    slot::marked(&raw const taipan_object::singleton::NONE as u64)
}

/// Opcodes: CPython's numbers below 256, ours above.
pub mod op {
    use taipan_bytecode::Opcode;

    pub const NOP: u16 = Opcode::NOP as u16;
    pub const LOAD_ATTR: u16 = Opcode::LOAD_ATTR as u16;
    pub const STORE_ATTR: u16 = Opcode::STORE_ATTR as u16;
    pub const LOAD_GLOBAL: u16 = Opcode::LOAD_GLOBAL as u16;
    pub const CALL: u16 = Opcode::CALL as u16;
    pub const FOR_ITER: u16 = Opcode::FOR_ITER as u16;
    pub const BINARY_OP: u16 = Opcode::BINARY_OP as u16;
    pub const STORE_SUBSCR: u16 = Opcode::STORE_SUBSCR as u16;
    pub const UNPACK_SEQUENCE: u16 = Opcode::UNPACK_SEQUENCE as u16;

    macro_rules! private {
        ($($name:ident)*) => {
            /// The names of our opcodes, from 256 on.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];
            private!(@ 256; $($name)*);
        };
        (@ $n:expr; ) => { pub const END: u16 = $n; };
        (@ $n:expr; $name:ident $($rest:ident)*) => {
            pub const $name: u16 = $n;
            private!(@ $name + 1; $($rest)*);
        };
    }
    private! {
        PREPARE BAD WIDE TRACE
        CALL_MONITORED CALL_KW_MONITORED CALL_EX_MONITORED LOAD_SUPER_ATTR_MONITORED FOR_ITER_MONITORED
        BINARY_ADD BINARY_SUB BINARY_MUL INPLACE_ADD INPLACE_SUB INPLACE_MUL BINARY_AND BINARY_OR BINARY_XOR
        BINARY_LSHIFT BINARY_RSHIFT BINARY_FLOORDIV BINARY_REM BINARY_TRUEDIV
        SUBSCR
        COMPARE_LT COMPARE_LE COMPARE_EQ COMPARE_NE COMPARE_GT COMPARE_GE
        COMPARE_LT_JUMP_FALSE COMPARE_LE_JUMP_FALSE COMPARE_EQ_JUMP_FALSE COMPARE_NE_JUMP_FALSE COMPARE_GT_JUMP_FALSE
        COMPARE_GE_JUMP_FALSE
        COMPARE_LT_JUMP_TRUE COMPARE_LE_JUMP_TRUE COMPARE_EQ_JUMP_TRUE COMPARE_NE_JUMP_TRUE COMPARE_GT_JUMP_TRUE
        COMPARE_GE_JUMP_TRUE
        LOAD_ATTR_INSTANCE LOAD_ATTR_METHOD LOAD_ATTR_METHOD_SHAPED LOAD_ATTR_CLASS_VALUE LOAD_ATTR_TYPE_VALUE LOAD_ATTR_SLOT LOAD_ATTR_MODULE
        LOAD_ATTR_PROPERTY
        STORE_ATTR_INSTANCE STORE_ATTR_ADD STORE_ATTR_SLOT
        LOAD_GLOBAL_MODULE LOAD_GLOBAL_BUILTIN
        CALL_CLASS
    }

    /// An opcode's name.
    pub fn name(opcode: u16) -> &'static str {
        match u8::try_from(opcode) {
            Ok(byte) => Opcode::from_u8(byte).map_or("BAD", Opcode::name),
            Err(_) => NAMES.get(usize::from(opcode) - 256).copied().unwrap_or("BAD"),
        }
    }
}
