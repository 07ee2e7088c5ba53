//! The events of a recorded run: plain data, which the interpreter and the host emit and the views read.
//!
//! An [`Event`] says what happened and when; code objects, frames and heap objects are named by numbers that are never given
//! twice in a run (unlike `id()`). Emitting is the recorder's matter: without one installed nothing is built and nothing is asked.
//!
//! Values are shown by [`Shown`]: texts made from an object's layout alone. No event ever runs a program's code to be made.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

/// A code object of the record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CodeId(pub u32);

/// An object of the record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ObjectId(pub u64);

/// A frame of the record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FrameId(pub u64);

/// A value as the record shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    /// No value: an unbound name, an empty slot of the operand stack.
    Nothing,
    /// An integer that lies in the word itself.
    Int(i64),
    /// A double that lies in the word itself, as `repr` prints it.
    Float(Box<str>),
    /// An object that lives as long as the process: `None`, a built-in type; its text.
    Constant(Box<str>),
    /// A heap object, which the step's objects describe.
    Object(ObjectId),
}

/// A heap object at a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectState {
    /// Which one.
    pub id: ObjectId,
    /// Its type's name.
    pub kind: Box<str>,
    /// What it is, in a line.
    pub text: Box<str>,
    /// Its reference count; `u32::MAX` if it is immortal.
    pub count: u32,
    /// What it refers to, each with a label (a key, an attribute, an index) or "".
    pub parts: Vec<(Box<str>, Shown)>,
    /// How many more it refers to.
    pub more: u32,
}

/// The state before an instruction.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The frame that executes.
    pub frame: FrameId,
    /// Offset of the instruction in bytes.
    pub offset: u32,
    /// Its line, 0 where it has none.
    pub line: u32,
    /// Whether the line begins here.
    pub line_begins: bool,
    /// The frame's local slots, in the order of its code object's names.
    pub locals: Vec<Shown>,
    /// The frame's operand stack, bottom first.
    pub stack: Vec<Shown>,
    /// The names of its namespace, where it has one (a module, a class body): the program's own names, in order.
    pub names: Vec<(Box<str>, Shown)>,
    /// Objects that can be reached from these within the recorder's bounds.
    pub objects: Vec<ObjectState>,
    /// Objects of former steps that were freed since.
    pub freed: Vec<ObjectId>,
    /// Objects made and freed since the former step, known to the record or not.
    pub made: u32,
    /// See `made`.
    pub ended: u32,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum What {
    /// A stage, or a step of one, begins; stages nest.
    StageBegins(&'static str),
    /// The innermost stage of that name ends.
    StageEnds(&'static str),
    /// A code object is entered for the first time.
    Code {
        /// Its number from now on.
        code: CodeId,
        /// `co_filename`.
        file: Arc<str>,
        /// `co_qualname`.
        name: Arc<str>,
        /// `co_firstlineno`.
        line: i32,
        /// Whether its steps are recorded.
        detailed: bool,
    },
    /// A frame is entered for the first time.
    Enter {
        /// The frame's number from now on.
        frame: FrameId,
        /// The frame below it on the thread's stack.
        caller: Option<FrameId>,
        /// What it runs.
        code: CodeId,
    },
    /// A suspended frame (of a generator, a coroutine) goes on.
    Resume {
        /// The frame.
        frame: FrameId,
        /// Who resumed it.
        caller: Option<FrameId>,
    },
    /// A frame yields: it is suspended.
    Suspend(FrameId),
    /// A frame is left for good.
    Leave {
        /// The frame.
        frame: FrameId,
        /// Whether by an exception.
        raised: bool,
    },
    /// The state before an instruction of a detailed frame.
    Step(Box<Step>),
    /// Instructions that were executed without detail since the former such event.
    Counted(u64),
    /// An exception is looked at in a frame: it was raised here or came from the frame above.
    Raise {
        /// The frame.
        frame: FrameId,
        /// Its line.
        line: u32,
        /// Type and message.
        text: Box<str>,
        /// Whether a handler of the frame takes it.
        handled: bool,
        /// A number that is the same for all frames that the exception passes.
        exception: u64,
    },
    /// A module's import begins or ends.
    ImportBegins(Box<str>),
    /// See above; how it was found and where.
    ImportEnds {
        /// Dotted name.
        name: Box<str>,
        /// `built-in`, `frozen`, `file` or `failed`.
        how: &'static str,
        /// `__file__`, or what the loader says.
        origin: Box<str>,
    },
    /// A collection begins: its generation and why.
    CollectionBegins(u8, &'static str),
    /// It ends: what it freed.
    CollectionEnds(u64),
    /// Objects alive and bytes in use, now and then.
    Heap {
        /// Objects alive.
        alive: u64,
        /// Bytes that the small-object allocator holds.
        bytes: u64,
        /// Objects made so far.
        made: u64,
    },
    /// Objects alive by type: name, objects, bytes.
    Census(Vec<(Box<str>, u64, u64)>),
    /// The thread takes (or gives up) its interpreter's lock.
    Lock(bool),
    /// A thread begins, with its name.
    Thread(Box<str>),
    /// A call of the host, which took so many nanoseconds.
    Host {
        /// The call's name.
        call: &'static str,
        /// What it is about: a path, an address, a descriptor.
        subject: Box<str>,
        /// What it gave, or the error.
        result: Box<str>,
        /// Nanoseconds.
        took: u64,
    },
    /// The program wrote to a descriptor.
    Output {
        /// The descriptor.
        descriptor: i32,
        /// The bytes, as text, cut.
        text: Box<str>,
    },
    /// The specialised forms of a code object at the end: offset in bytes and form.
    Specialised {
        /// Which one.
        code: CodeId,
        /// The forms.
        forms: Vec<(u32, &'static str)>,
    },
    /// The process ends with a status; how it came to that.
    Exit(i32, &'static str),
}

/// One event.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Nanoseconds since the record began.
    pub at: u64,
    /// The thread's number in the process: 1 is the main one.
    pub thread: u64,
    /// What happened.
    pub what: What,
}

/// Takes events. It is called with the interpreter's lock held or from the host, and must not call back into either.
pub trait Recorder: Send + Sync {
    /// Takes one event of now.
    fn record(&self, thread: u64, what: What);
    /// Whether steps of code from this file are wanted in detail.
    fn is_detailed(&self, file: &str) -> bool;
    /// How many more steps are wanted in detail.
    fn steps_left(&self) -> u64;
    /// The process is about to end at once, without any clean-up: what is to be written is written now.
    fn ending(&self, status: i32);
    /// This is a forked child: nothing that it does belongs to the record.
    fn forked(&self);
}

thread_local! {
    static THREAD: Cell<u64> = const { Cell::new(1) };
}

/// The number under which this thread's events go.
#[must_use]
pub fn thread() -> u64 {
    THREAD.get()
}

/// Sets that number.
pub fn set_thread(number: u64) {
    THREAD.set(number);
}

/// A recorder and the moment when its record began.
#[derive(Clone)]
pub struct Recording {
    /// Takes the events.
    pub recorder: Arc<dyn Recorder>,
    /// Time 0 of the record.
    pub began: Instant,
}
