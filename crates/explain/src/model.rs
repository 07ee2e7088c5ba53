//! The record of a run as it is written: the documented schema of `--explain=json`, which the page reads too.
//!
//! Times are nanoseconds since the process began. Lines count from 1, columns from 0 in characters, as Python shows them.
//! Numbers named `source`, `code`, `frame` are indices into the lists of those names. A value inside a step is either a
//! number, which names an object, or a text, which is a value that is no heap object: its first character says what it is
//! (`i` an integer, `f` a double, `c` a constant such as `None`, `n` nothing at all: an unbound name or an empty slot).

use serde::Serialize;

/// What `schema` says.
pub const SCHEMA: &str = "taipan-explain";
/// Raised whenever a reader of the former version would misread.
pub const VERSION: u32 = 1;

/// One run.
#[derive(Serialize, Default, Debug)]
pub struct Run {
    pub schema: &'static str,
    pub version: u32,
    /// Taipan's version.
    pub taipan: String,
    /// The Python that it implements.
    pub python: String,
    pub command: Command,
    pub process: Process,
    pub stages: Vec<Stage>,
    pub sources: Vec<Source>,
    pub codes: Vec<Code>,
    pub imports: Vec<Import>,
    pub caches: Vec<Cache>,
    pub frames: Vec<Frame>,
    pub execution: Execution,
    pub exceptions: Vec<Raise>,
    pub output: Vec<Output>,
    pub memory: Memory,
    pub threads: Vec<Thread>,
    pub calls: Vec<Call>,
    /// Calls beyond those listed.
    pub calls_unlisted: u64,
    pub time: Time,
    pub exit: Exit,
}

/// How the command became a process.
#[derive(Serialize, Default, Debug)]
pub struct Command {
    pub arguments: Vec<String>,
    /// What the program is: `file`, `command`, `module` or `input`, and its name.
    pub kind: String,
    pub name: String,
    pub executable: String,
    pub directory: String,
    pub process: u32,
    pub parent: u32,
    /// Number and bytes of environment variables.
    pub variables: usize,
    pub variable_bytes: usize,
    /// Seconds since 1970.
    pub began: f64,
    pub platform: String,
}

/// What the kernel says of the process at its start.
#[derive(Serialize, Default, Debug)]
pub struct Process {
    pub regions: Vec<Region>,
    pub descriptors: Vec<Descriptor>,
    pub limits: Vec<Limit>,
    /// Bytes resident at the start and at the end.
    pub resident_start: u64,
    pub resident_end: u64,
}

/// A part of the address space: `code`, `data`, `heap`, `stack`, `libraries`, `anonymous`, `kernel`.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Region {
    pub name: String,
    pub bytes: u64,
    pub mappings: u32,
    /// The lowest address, in hexadecimal.
    pub from: String,
}

/// An open file descriptor.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Descriptor {
    pub number: i32,
    pub target: String,
}

/// A resource limit, as `/proc/self/limits` prints it.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Limit {
    pub name: String,
    pub soft: String,
    pub hard: String,
    pub unit: String,
}

/// A stage or a step of one.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Stage {
    pub name: String,
    /// The stage that it is a part of, if any.
    pub inside: Option<String>,
    pub at: u64,
    pub took: u64,
    pub note: String,
}

/// A file of the program and what the stages before running make of it.
#[derive(Serialize, Default, Debug)]
pub struct Source {
    pub path: String,
    pub module: String,
    pub encoding: String,
    pub bytes: usize,
    pub text: String,
    pub tokens: Vec<Token>,
    pub tree: Option<Node>,
    pub scopes: Vec<Scope>,
    /// The module's code object.
    pub code: Option<usize>,
    /// The syntax error that ended it.
    pub error: Option<String>,
}

/// A token: kind, first line and column, last line and column, text (the last cut where it is long).
#[derive(Serialize, Debug)]
pub struct Token(pub &'static str, pub u32, pub u32, pub u32, pub u32, pub String);

/// A node of the syntax tree.
#[derive(Serialize, Default, Debug)]
pub struct Node {
    pub name: String,
    /// First line and column, last line and column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<[u32; 4]>,
    /// Fields that are plain values: name and text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
    /// Fields that are nodes, in order; a list gives its field's name once for each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<(String, Node)>,
}

/// A block and its names.
#[derive(Serialize, Default, Debug)]
pub struct Scope {
    pub name: String,
    pub kind: String,
    pub line: i32,
    /// Index of the block around it, in the same list.
    pub inside: Option<usize>,
    pub names: Vec<ScopeName>,
}

/// A name in a block.
#[derive(Serialize, Default, Debug)]
pub struct ScopeName {
    pub name: String,
    /// `local`, `global`, `free`, `cell`.
    pub scope: String,
    /// What is done with it: `parameter`, `assigned`, `read`, `imported`, `annotated`.
    pub uses: Vec<&'static str>,
}

/// A code object.
#[derive(Serialize, Default, Debug)]
pub struct Code {
    pub name: String,
    pub qualified: String,
    pub source: Option<usize>,
    pub file: String,
    pub line: i32,
    pub flags: Vec<&'static str>,
    pub arguments: u32,
    pub stack: u32,
    pub locals: Vec<String>,
    pub cells: Vec<String>,
    pub free: Vec<String>,
    pub names: Vec<String>,
    pub constants: Vec<String>,
    /// Bytes of `co_code`.
    pub bytes: usize,
    pub instructions: Vec<Instruction>,
    pub handlers: Vec<Handler>,
    /// Specialised forms after the run: offset, form, in the order of offsets.
    pub specialised: Vec<(u32, String)>,
    /// How often it was entered.
    pub entered: u64,
}

/// An instruction: offset in bytes, name, operand, what the operand means, and the source range, -1 where unknown.
#[derive(Serialize, Debug)]
pub struct Instruction(pub u32, pub String, pub Option<u32>, pub String, pub [i32; 4]);

/// A row of the exception table, offsets in bytes.
#[derive(Serialize, Default, Debug)]
pub struct Handler {
    pub from: u32,
    pub to: u32,
    pub target: u32,
    pub depth: u32,
    pub lasti: bool,
}

/// An import statement's work.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Import {
    pub name: String,
    /// The import during which it happened.
    pub inside: Option<usize>,
    /// `built-in`, `frozen`, `file`, `cached file` or `failed`.
    pub how: String,
    pub origin: String,
    pub at: u64,
    pub took: u64,
}

/// What became of a `.pyc` file.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Cache {
    pub path: String,
    pub source: String,
    pub magic: u32,
    pub validation: String,
    /// `used`, `written`, `refused` or `absent`.
    pub outcome: String,
    pub why: String,
}

/// A call of Python code.
#[derive(Serialize, Default, Debug, Clone)]
pub struct Frame {
    pub code: usize,
    pub caller: Option<usize>,
    pub thread: u64,
    /// First and last step, where they were recorded.
    pub from: Option<usize>,
    pub to: Option<usize>,
    /// How it ended: `return`, `raise` or nothing while it lived.
    pub ended: &'static str,
}

/// The steps of the run.
#[derive(Serialize, Default, Debug)]
pub struct Execution {
    /// How many were allowed in detail.
    pub limit: usize,
    /// Where detail ended, if it did: the number of steps after it that were only counted.
    pub uncounted: u64,
    /// Lines and calls that were counted in all, the library's included.
    pub instructions: u64,
    pub calls: u64,
    /// Texts of values, types and names, which steps name by number.
    pub texts: Vec<String>,
    pub steps: Vec<Step>,
}

/// A step: the state before it is executed, as the difference to the step before.
#[derive(Serialize, Default, Debug)]
pub struct Step {
    /// `l` a line begins, `i` an instruction, `c` a call begins, `r` a return, `x` an exception.
    pub k: &'static str,
    /// Frame.
    pub f: usize,
    /// Offset in bytes.
    pub o: u32,
    /// Line.
    pub l: u32,
    /// When.
    pub t: u64,
    /// Frames that are alive, outermost first, where that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s: Option<Vec<usize>>,
    /// Locals that changed, of any frame: frame, slot, value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub v: Vec<(usize, usize, Item)>,
    /// Operand stacks that changed: frame and the values, bottom first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub p: Vec<(usize, Vec<Item>)>,
    /// Names of namespaces (module globals, class bodies) that changed: frame, name's text, value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub g: Vec<(usize, usize, Item)>,
    /// Objects that changed or appeared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub h: Vec<Object>,
    /// Objects of earlier steps that were freed since the step before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub d: Vec<u64>,
    /// Objects made and freed since the step before, seen or not.
    #[serde(skip_serializing_if = "is_nothing")]
    pub m: [u32; 2],
    /// The exception, for `x`; the value, for `r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<Item>,
}

fn is_nothing(counts: &[u32; 2]) -> bool {
    *counts == [0, 0]
}

/// A value in a step.
#[derive(Serialize, Debug, Clone, PartialEq, Eq)]
#[serde(untagged)]
pub enum Item {
    Object(u64),
    Plain(String),
}

/// An object: its number, type, text and count, its parts with their labels' texts, and how many parts are not shown.
#[derive(Serialize, Debug, Clone, PartialEq, Eq)]
pub struct Object(pub u64, pub usize, pub usize, pub u32, pub Vec<(usize, Item)>, pub u32);

/// An exception that was raised.
#[derive(Serialize, Default, Debug)]
pub struct Raise {
    pub step: Option<usize>,
    pub at: u64,
    pub text: String,
    /// Where it passed: frame, line, whether a handler of the frame took it.
    pub passed: Vec<(usize, u32, bool)>,
}

/// Text that the program wrote.
#[derive(Serialize, Default, Debug)]
pub struct Output {
    pub step: usize,
    pub descriptor: i32,
    pub text: String,
}

/// Allocation.
#[derive(Serialize, Default, Debug)]
pub struct Memory {
    /// Type, objects made, bytes.
    pub types: Vec<(String, u64, u64)>,
    /// When, objects alive, bytes alive.
    pub curve: Vec<(u64, u64, u64)>,
    pub collections: Vec<Collection>,
    pub made: u64,
    pub freed: u64,
}

/// A run of the cycle collector.
#[derive(Serialize, Default, Debug)]
pub struct Collection {
    pub at: u64,
    pub took: u64,
    pub generation: u8,
    pub found: u64,
    pub cause: String,
}

/// A thread's lane.
#[derive(Serialize, Default, Debug)]
pub struct Thread {
    pub number: u64,
    pub name: String,
    /// When it held the interpreter's lock: from, to.
    pub held: Vec<(u64, u64)>,
    /// When it was inside a call that blocks: from, to, which.
    pub blocked: Vec<(u64, u64, String)>,
}

/// A call of the host.
#[derive(Serialize, Default, Debug)]
pub struct Call {
    pub at: u64,
    pub took: u64,
    pub thread: u64,
    pub name: String,
    pub subject: String,
    pub result: String,
    pub step: Option<usize>,
}

/// Where time went.
#[derive(Serialize, Default, Debug)]
pub struct Time {
    /// Code, calls, nanoseconds in itself, nanoseconds with what it called.
    pub functions: Vec<(usize, u64, u64, u64)>,
    /// Source, line, times reached, nanoseconds.
    pub lines: Vec<(usize, u32, u64, u64)>,
    /// The call tree.
    pub tree: Vec<FlameNode>,
}

/// A node of the call tree: code, the node that it was called from, calls, nanoseconds in itself.
#[derive(Serialize, Debug)]
pub struct FlameNode(pub usize, pub Option<usize>, pub u64, pub u64);

/// The end.
#[derive(Serialize, Default, Debug)]
pub struct Exit {
    pub status: i32,
    /// How it came: `end`, `SystemExit`, `exception`, `KeyboardInterrupt`, `os._exit`.
    pub how: String,
    pub at: u64,
    pub steps: Vec<Stage>,
    /// Objects alive before and after the interpreter released everything.
    pub alive_before: u64,
    pub alive_after: u64,
}
