//! Interpreter state: everything that programs of one interpreter share, and nothing that two interpreters do.
//!
//! `Runtime` is the one table through which this crate and `types` reach upward: the `vm` crate fills it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use crate::Obj;
use crate::args::Args;
use crate::cx::Cx;
use crate::heap::{Heap, HeapStats};
use crate::str::Str;
use crate::ty::Type;
use crate::value::{R, Value};

/// What lower crates ask of the virtual machine.
#[derive(Clone, Copy)]
pub struct Runtime {
    /// Serves the breaker flag at a safepoint.
    pub handle_breaker: fn(&mut Cx) -> R<()>,
    /// `import name` from native code: returns the module itself (the last part of a dotted name).
    pub import: fn(&mut Cx, name: &str) -> R,
    /// `warnings.warn` with a category, a message and a stack level.
    pub warn: fn(&mut Cx, category: &'static Obj<Type>, message: &str, stack_level: i64) -> R<()>,
    /// `sys.unraisablehook` for an exception that nobody can handle: exception, message or "", object.
    pub unraisable: fn(&mut Cx, exception: Value, message: &str, object: Option<&Value>),
    /// `sys.audit`.
    pub audit: fn(&mut Cx, event: &str, args: &[Value]) -> R<()>,
    /// Globals of the running Python frame, if any.
    pub current_globals: fn(&mut Cx) -> Option<Value>,
    /// The exception being handled (`sys.exception()`), for implicit contexts.
    pub handled_exception: fn(&Cx) -> Option<Value>,
    /// `builtins` of the running frame or interpreter.
    pub builtins: fn(&mut Cx) -> Value,
    /// Decode bytes by a named codec with an error handler name.
    pub decode: fn(&mut Cx, bytes: &[u8], encoding: &str, errors: &str) -> R,
    /// Encode a string by a named codec with an error handler name; gives a bytes object.
    pub encode: fn(&mut Cx, text: &Obj<Str>, encoding: &str, errors: &str) -> R,
    /// The iterator over the old sequence protocol.
    pub sequence_iterator: fn(&mut Cx, &Value) -> R,
    /// `types.GenericAlias(origin, args)`.
    pub generic_alias: fn(&mut Cx, &Value, &Value) -> R,
    /// `X | Y` of types: `typing.Union`, or NotImplemented.
    pub union: fn(&mut Cx, &Value, &Value) -> R,
    /// The locale's number format (`LC_NUMERIC`).
    pub number_locale: fn(&mut Cx) -> taipan_text::format_spec::Locale,
    /// A memoryview over an exporter, for `__buffer__` called by name; the flags as PyBUF bits.
    pub memoryview: fn(&mut Cx, &Value, i64) -> R,
    /// `staticmethod(f)` and `classmethod(f)`.
    pub static_method: fn(&mut Cx, Value) -> R,
    pub class_method: fn(&mut Cx, Value) -> R,
    /// Whether a value is a Python function, or a module.
    pub is_function: fn(&Value) -> bool,
    pub is_module: fn(&Value) -> bool,
    pub is_memoryview: fn(&Value) -> bool,
    /// Fills the `__classcell__` cell with the class.
    pub set_class_cell: fn(&mut Cx, cell: &Value, class: &Value) -> R<()>,
    /// Builds a class by calling a metaclass, as `type(name, bases, dict)` does.
    pub call_type: fn(&mut Cx, meta: &Obj<Type>, args: Args<'_>) -> R,
}

/// One interpreter.
pub struct Interp {
    pub runtime: Runtime,
    pub(crate) next_version: u32,
    /// The version that `dict::keys_version` gives next; 0 once they are used up.
    pub(crate) next_keys_version: u32,
    pub(crate) method_cache: crate::attr::MethodCache,
    /// What built-in types have per interpreter, by the type's address: subclasses.
    pub(crate) static_subclasses: HashMap<usize, Vec<Value>>,
    /// `sys.modules`, the `sys` and `builtins` modules, once the virtual machine has made them.
    pub modules: Option<Value>,
    pub sys: Option<Value>,
    pub builtins: Option<Value>,
    pub(crate) small: crate::str::SmallStrings,
    pub(crate) gc: crate::gc::GcState,
    /// State of native modules and of crates above, one value per Rust type.
    state: HashMap<TypeId, Box<dyn Any>>,
    /// Values that `state` entries hold: traced and released with the interpreter.
    pub int_max_str_digits: usize,
    pub dev_mode: bool,
    /// 0, 1 (`-b`) or 2 (`-bb`).
    pub bytes_warning: u8,
    pub optimize: u8,
    /// After all that holds values: they are released into it.
    heap: Box<Heap>,
    /// The one flag that the dispatch loop looks at. The heap points to it, so it goes last.
    pub breaker: Arc<AtomicU32>,
}

impl Interp {
    pub fn new(runtime: Runtime) -> Box<Interp> {
        let breaker = Arc::new(AtomicU32::new(0));
        let heap = Heap::new(Arc::as_ptr(&breaker), crate::typeobj::static_intern_table());
        Box::new(Interp {
            heap,
            breaker,
            runtime,
            next_version: crate::typeobj::FIRST_HEAP_VERSION,
            next_keys_version: 1,
            method_cache: crate::attr::MethodCache::new(),
            static_subclasses: HashMap::new(),
            modules: None,
            sys: None,
            builtins: None,
            small: crate::str::SmallStrings::default(),
            gc: crate::gc::GcState::default(),
            state: HashMap::new(),
            int_max_str_digits: 4300,
            dev_mode: false,
            bytes_warning: 0,
            optimize: 0,
        })
    }

    pub(crate) fn heap_ptr(&self) -> *mut Heap {
        (&raw const *self.heap).cast_mut()
    }

    pub fn heap_stats(&self) -> HeapStats {
        self.heap.stats
    }

    /// The state of type `T`, made by `T::default()` at first use. For native modules' caches and registries; values in it
    /// live until the interpreter ends.
    pub fn state<T: Any + Default>(&mut self) -> &mut T {
        let entry = self.state.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        match entry.downcast_mut::<T>() {
            Some(state) => state,
            None => unreachable!("state is keyed by its type"),
        }
    }

    /// Drops all module state: part of the interpreter's end, while objects may still be freed.
    pub fn take_state(&mut self) -> Vec<Box<dyn Any>> {
        self.state.drain().map(|(_, state)| state).collect()
    }
}
