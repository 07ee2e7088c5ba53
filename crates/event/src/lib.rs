//! The events of a recorded run: plain data, which the interpreter and the host emit and the views read.
//!
//! An [`Event`] says what happened and when; what it is about is named by numbers that an earlier event introduced (a code
//! object by [`CodeId`], an object by [`ObjectId`]), so a record can be streamed. Emitting is the recorder's matter: without
//! one installed nothing is built.

use std::sync::Arc;

/// A code object of the record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CodeId(pub u32);

/// An object of the record: never used again for another one, unlike `id()`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ObjectId(pub u64);

/// A frame of the record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FrameId(pub u64);

/// A stage of a program's way from file to exit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Stage {
    /// Reading and decoding the file.
    Source,
    /// Source to tokens.
    Tokens,
    /// Tokens to syntax tree.
    Parse,
    /// Tree to scopes.
    Symbols,
    /// Tree and scopes to code object.
    Compile,
    /// Running.
    Run,
    /// Releasing everything.
    Shutdown,
}

/// A place in a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file's name, as the code object has it.
    pub file: Arc<str>,
    /// First line, from 1; 0 where unknown.
    pub line: u32,
    /// First column in UTF-8 bytes, from 0.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last byte.
    pub end_column: u32,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum What {
    /// A stage begins.
    StageBegins(Stage),
    /// It ends.
    StageEnds(Stage),
    /// A token was read: its kind's name and its text.
    Token {
        /// The name that `token.tok_name` has for it.
        kind: &'static str,
        /// The text.
        text: Box<str>,
        /// Where.
        place: Place,
    },
    /// A syntax tree is there, as `ast.dump` prints it.
    Tree(Box<str>),
    /// A code object is there.
    Code {
        /// Its number from now on.
        code: CodeId,
        /// Qualified name.
        name: Box<str>,
        /// Where it begins.
        place: Place,
        /// How `dis` prints it.
        listing: Box<str>,
    },
    /// A module's import begins or ends.
    Import {
        /// Dotted name.
        name: Box<str>,
        /// Whether it ends.
        done: bool,
    },
    /// A frame is entered.
    Call {
        /// The frame's number from now on.
        frame: FrameId,
        /// Who called, if a frame did.
        caller: Option<FrameId>,
        /// What it runs.
        code: CodeId,
    },
    /// A frame is left, by a value or by an exception.
    Return {
        /// The frame.
        frame: FrameId,
        /// The value's repr, cut; `None` for an exception.
        value: Option<Box<str>>,
    },
    /// A frame reaches a line.
    Line {
        /// The frame.
        frame: FrameId,
        /// The line.
        line: u32,
    },
    /// A frame executes an instruction.
    Instruction {
        /// The frame.
        frame: FrameId,
        /// Offset in 16-bit units.
        offset: u32,
        /// Opcode, as the specialised code has it.
        opcode: u16,
        /// Operand.
        operand: u32,
    },
    /// An exception is raised or passes on.
    Raise {
        /// The frame.
        frame: FrameId,
        /// The type's name and the message.
        exception: Box<str>,
    },
    /// An object was made.
    Made {
        /// Its number from now on.
        object: ObjectId,
        /// Its type's name.
        kind: Box<str>,
        /// Bytes.
        size: u32,
    },
    /// An object was freed.
    Freed(ObjectId),
    /// A collection begins or ends.
    Collection {
        /// The generation.
        generation: u8,
        /// `None` when it begins; what it found when it ends.
        found: Option<u64>,
    },
    /// The interpreter's lock changes hands.
    Lock {
        /// The thread's number in the kernel.
        thread: u64,
        /// Whether the thread takes it.
        taken: bool,
    },
    /// A host call.
    Host {
        /// The method's name.
        call: &'static str,
        /// What it is about: a path, an address.
        subject: Box<str>,
        /// Error number, 0 for success.
        errno: i32,
    },
    /// The process ends.
    Exit(i32),
}

/// One event.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Nanoseconds since the record began.
    pub at: u64,
    /// The thread's number in the kernel.
    pub thread: u64,
    /// What happened.
    pub what: What,
}

/// Takes events. It is called with the interpreter's lock held and must not call back into it.
pub trait Recorder: Send + Sync {
    /// Takes one event.
    fn record(&self, event: Event);
}
