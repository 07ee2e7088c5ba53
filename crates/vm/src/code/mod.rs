//! The Python type `code`: a compiled code object with what the interpreter makes of it.
//!
//! A code object is cheap to make: constants, names and the private instructions appear when it is first run (or looked
//! at). Until then `entry` points to a stub whose one instruction, `PREPARE`, makes them; so calls need no check.
//!
//! Constants and names never change once made, and live as long as the code object; a frame's function keeps every code object
//! it ever had, so frames borrow from here without counting.

pub mod attrs;
pub mod constants;
pub mod forms;
pub mod prepare;

use std::cell::{Cell, UnsafeCell};
use std::sync::Arc;

use taipan_bytecode::exctable::ExceptionEntry;
use taipan_bytecode::{CodeFlags, CodeObject};
use taipan_object::object::{Frozen, Trace};
use taipan_object::{Cx, Handle, Obj, Payload, Type, Value, flags};

use crate::slot::Slot;

/// One private instruction: opcode in the low 16 bits, operand above. Cache words of an instruction follow it.
pub type Unit = u32;

/// The payload of a code object.
pub struct Code {
    pub source: Arc<CodeObject>,
    /// Where frames begin: the prepared instructions, or the stub.
    pub entry: Cell<*const Unit>,
    /// Words of a frame: header, locals, operand stack.
    pub frame_words: u32,
    pub nlocalsplus: u32,
    /// The number of arguments of a call that only copies them; `u32::MAX` if calls need more (defaults aside).
    pub simple_args: u32,
    pub argcount: u32,
    pub flags: CodeFlags,
    /// Constants as borrowed slots.
    pub const_slots: Cell<*const Slot>,
    /// Interned names (`co_names`).
    pub name_values: Cell<*const Value>,
    prepared: UnsafeCell<Option<Box<Prepared>>>,
    instrumented: UnsafeCell<Option<Box<crate::monitor::instrument::Instrumented>>>,
    pub name: Value,
    pub qualname: Value,
    pub filename: Value,
}

/// What the first run makes.
pub struct Prepared {
    pub units: Box<[Unit]>,
    pub consts: Box<[Value]>,
    const_slots: Box<[Slot]>,
    pub names: Box<[Value]>,
    pub locals: Box<[Value]>,
    pub handlers: Box<[ExceptionEntry]>,
    /// Slots that must hold a cell when a handler is entered.
    pub cleared_cells: Box<[u32]>,
    /// Instructions whose operand needs more than 16 bits: opcode and operand.
    pub wide: Box<[(u16, u32)]>,
}

impl Trace for Code {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        // SAFETY: the collector runs alone.
        if let Some(prepared) = unsafe { &*self.prepared.get() } {
            prepared.consts.iter().for_each(&mut *visit);
            prepared.names.iter().for_each(&mut *visit);
            prepared.locals.iter().for_each(&mut *visit);
        }
        visit(&self.name);
        visit(&self.qualname);
        visit(&self.filename);
    }
    /// Constants are immutable and never close a cycle; running frames borrow them.
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

impl Frozen for Code {}

// SAFETY: `CODE` cannot be subclassed.
unsafe impl Payload for Code {
    const TYPE: &'static Obj<Type> = &CODE;
}

/// `types.CodeType`.
pub static CODE: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Code>("code")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::WEAKREFABLE)
        .with_slots(attrs::SLOTS)
        .defs(&attrs::DEFS)
        .doc("Create a code object.  Not for mere mortals."),
);

/// What an unprepared code object executes first.
static STUB: [Unit; 2] = [crate::ops::op::PREPARE as Unit, 0];

/// Makes a code object. `source` comes from the compiler or has passed the verifier.
pub fn new(cx: &mut Cx, source: Arc<CodeObject>) -> Handle<Code> {
    let name = constants::name_value(cx, &source.name);
    let qualname = constants::name_value(cx, &source.qualname);
    let filename = constants::name_value(cx, &source.filename);
    let nlocalsplus = source.nlocalsplus() as u32;
    let special = CodeFlags::VARARGS | CodeFlags::VARKEYWORDS;
    let simple = source.kwonlyargcount == 0
        && !source.flags.intersects(special)
        && source.flags.contains(CodeFlags::OPTIMIZED);
    let code = Code {
        entry: Cell::new(STUB.as_ptr()),
        frame_words: crate::frame::HEADER_WORDS as u32 + nlocalsplus + source.stacksize.max(1) + 1,
        nlocalsplus,
        simple_args: if simple { source.argcount } else { u32::MAX },
        argcount: source.argcount,
        flags: source.flags,
        const_slots: Cell::new(std::ptr::null()),
        name_values: Cell::new(std::ptr::null()),
        prepared: UnsafeCell::new(None),
        instrumented: UnsafeCell::new(None),
        name,
        qualname,
        filename,
        source,
    };
    cx.new_object(code)
}

impl Code {
    /// The prepared parts, made now if need be.
    pub fn prepared(&self, cx: &mut Cx) -> &Prepared {
        // SAFETY: set once, never replaced; making it runs no Python code.
        unsafe {
            if (*self.prepared.get()).is_none() {
                let made = prepare::prepare(cx, self);
                self.const_slots.set(made.const_slots.as_ptr());
                self.name_values.set(made.names.as_ptr());
                *self.prepared.get() = Some(Box::new(made));
                if let Some(made) = &*self.prepared.get() {
                    self.entry.set(made.units.as_ptr());
                }
            }
            match &*self.prepared.get() {
                Some(prepared) => prepared,
                None => unreachable!("made above"),
            }
        }
    }

    /// The prepared parts of code that has run.
    #[inline(always)]
    pub fn prepared_parts(&self) -> Option<&Prepared> {
        // SAFETY: as `prepared`.
        unsafe { (*self.prepared.get()).as_deref() }
    }

    /// Where the instrumentation is kept: see [`crate::monitor::instrument`].
    pub(crate) fn instrumented_cell(
        &self,
    ) -> &UnsafeCell<Option<Box<crate::monitor::instrument::Instrumented>>> {
        &self.instrumented
    }

    /// The index of an instruction from the address behind its unit; -1 before the first.
    pub fn lasti(&self, ip: *const Unit) -> i32 {
        match self.prepared_parts() {
            // SAFETY: `ip` points into (or just behind the start of) the units.
            Some(p) if ip >= p.units.as_ptr() => (unsafe { ip.offset_from(p.units.as_ptr()) }) as i32 - 1,
            _ => -1,
        }
    }

    /// The index of the last unit (the last cache) of the instruction whose unit lies before `ip`.
    pub fn last_unit(&self, ip: *const Unit) -> i32 {
        let at = self.lasti(ip);
        let byte = usize::try_from(at).ok().and_then(|at| self.source.code.get(2 * at));
        let caches = byte.and_then(|&b| taipan_bytecode::Opcode::from_u8(b)).map_or(0, |o| o.caches());
        at + caches as i32
    }

    /// The line of an instruction index (-1: before the first); `None` where it has none.
    pub fn line_of(&self, lasti: i32) -> Option<i32> {
        if lasti < 0 {
            return Some(self.source.firstlineno);
        }
        taipan_bytecode::linetable::location_of(&self.source.linetable, self.source.firstlineno, lasti as u32)
            .line()
    }

    /// The name of a fast local, cell or free variable.
    pub fn local_name(&self, i: usize) -> String {
        self.source.localsplusnames.get(i).map(|n| n.to_string()).unwrap_or_default()
    }

    /// Slots that must hold a cell when a handler is entered: see [`taipan_bytecode::instructions::cleared_cells`].
    pub fn cleared_cells(&self) -> &[u32] {
        self.prepared_parts().map_or(&[], |parts| &parts.cleared_cells)
    }

    /// The handler that serves an instruction.
    pub fn handler(&self, lasti: i32) -> Option<ExceptionEntry> {
        let handlers = &self.prepared_parts()?.handlers;
        let at = u32::try_from(lasti).ok()?;
        let after = handlers.partition_point(|e| e.start <= at);
        let entry = handlers.get(after.checked_sub(1)?)?;
        (at < entry.end).then_some(*entry)
    }
}

/// Gives a code object another file name, with the code objects nested in it (`_imp._fix_co_filename`). Constants that were
/// made already keep theirs until their own turn.
pub fn set_filename(cx: &mut Cx, code: &Obj<Code>, name: &taipan_bytecode::Name) {
    let mut source = (*code.source).clone();
    crate::runtime::library::set_filename(&mut source, name);
    let filename = constants::name_value(cx, name);
    let nested: Vec<Value> = code
        .prepared_parts()
        .map(|p| p.consts.iter().filter(|c| c.cast::<Code>().is_some()).cloned().collect())
        .unwrap_or_default();
    // SAFETY: the token is held, nobody looks at the payload; the private instructions do not depend on the name.
    let payload = unsafe { &mut *code.payload_ptr() };
    let old = (
        std::mem::replace(&mut payload.source, Arc::new(source)),
        std::mem::replace(&mut payload.filename, filename),
    );
    drop(old);
    for inner in nested {
        if let Some(inner) = inner.cast::<Code>() {
            set_filename(cx, inner, name);
        }
    }
}
