//! Types: a table of typed slots, the layout of the instances, and the attribute dictionary.
//!
//! Built-in types are `static`s, process-wide and immortal; [`Type::ready`] fills their dictionaries from the
//! [`TypeDefs`] beside their slots, once per process, and nothing changes them afterwards. Classes made by a program
//! are heap objects of the same layout.
//!
//! Instance layout: `Obj<T>` of the native base, then the words of `__slots__`, then (where instances have
//! attributes) an [`Attrs`](crate::instance::Attrs) block with the shape and the inline slots. Subclasses of the types whose data
//! lies inline (`str`, `bytes`) or in the word itself (`int`, `float`) hold a value of the exact type as their payload
//! ([`Wrapped`]); `tuple` subclasses keep tuple's layout, and what is theirs follows the items.

use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;

use crate::args::Args;
use crate::cx::Cx;
use crate::native::{GetSetDef, MemberDef, NativeDef};
use crate::object::{Header, Payload, Trace};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::{R, Value};
use crate::{Obj, instance};

/// Comparison operators, numbered as in `COMPARE_OP`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CompareOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CompareOp {
    pub const ALL: [CompareOp; 6] =
        [CompareOp::Lt, CompareOp::Le, CompareOp::Eq, CompareOp::Ne, CompareOp::Gt, CompareOp::Ge];

    /// The operator with its operands exchanged.
    pub const fn swapped(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            same => same,
        }
    }

    pub const fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// What the operator says of an ordering.
    pub const fn holds(self, ordering: std::cmp::Ordering) -> bool {
        use std::cmp::Ordering::*;
        matches!(
            (self, ordering),
            (CompareOp::Lt, Less)
                | (CompareOp::Le, Less | Equal)
                | (CompareOp::Eq, Equal)
                | (CompareOp::Ne, Less | Greater)
                | (CompareOp::Gt, Greater)
                | (CompareOp::Ge, Greater | Equal)
        )
    }
}

/// What resuming a generator-like object gave.
pub enum Send {
    Yielded(Value),
    Returned(Value),
}

pub type UnaryFn = fn(&mut Cx, &Value) -> R;
pub type BinaryFn = fn(&mut Cx, &Value, &Value) -> R;
pub type TernaryFn = fn(&mut Cx, &Value, &Value, &Value) -> R;
pub type BoolFn = fn(&mut Cx, &Value) -> R<bool>;
pub type LenFn = fn(&mut Cx, &Value) -> R<usize>;
pub type HashFn = fn(&mut Cx, &Value) -> R<i64>;
pub type ContainsFn = fn(&mut Cx, &Value, &Value) -> R<bool>;
/// Container, key, value; deletes where the value is `None`.
pub type SetItemFn = fn(&mut Cx, &Value, &Value, Option<&Value>) -> R<()>;
pub type RepeatFn = fn(&mut Cx, &Value, i64) -> R;
pub type NextFn = fn(&mut Cx, &Value) -> R<Option<Value>>;
pub type SendFn = fn(&mut Cx, &Value, &Value) -> R<Send>;
pub type CallFn = fn(&mut Cx, &Value, Args<'_>) -> R;
pub type GetAttrFn = fn(&mut Cx, &Value, &Obj<Str>) -> R;
/// As `GetAttrFn`, but a missing attribute is `None` and raises nothing.
pub type GetAttrOptFn = fn(&mut Cx, &Value, &Obj<Str>) -> R<Option<Value>>;
pub type SetAttrFn = fn(&mut Cx, &Value, &Obj<Str>, Option<&Value>) -> R<()>;
pub type CompareFn = fn(&mut Cx, &Value, &Value, CompareOp) -> R;
/// Descriptor, instance (absent for access through the class), owner class.
pub type DescrGetFn = fn(&mut Cx, &Value, Option<&Value>, Option<&Value>) -> R;
pub type DescrSetFn = fn(&mut Cx, &Value, &Value, Option<&Value>) -> R<()>;
pub type InitFn = fn(&mut Cx, &Value, Args<'_>) -> R<()>;
/// The class first, then the arguments without it.
pub type NewFn = fn(&mut Cx, &Obj<Type>, Args<'_>) -> R;
/// `__del__` or its native kin. Exceptions are reported as unraisable by the caller.
pub type FinalizeFn = fn(&mut Cx, &Value) -> R<()>;
pub type BufferFn = fn(&mut Cx, &Value, crate::buffer::BufferRequest) -> R<crate::buffer::Buffer>;

/// The slots of a type. `None`: not supported. Binary operators return `NotImplemented` to let the other side try.
#[derive(Clone, Copy)]
pub struct Slots {
    pub repr: Option<UnaryFn>,
    pub str: Option<UnaryFn>,
    pub hash: Option<HashFn>,
    pub call: Option<CallFn>,
    pub getattr: Option<GetAttrFn>,
    /// An own way to ask without raising; where absent, `getattr` is called and AttributeError dropped.
    pub getattr_opt: Option<GetAttrOptFn>,
    pub setattr: Option<SetAttrFn>,
    pub compare: Option<CompareFn>,
    pub iter: Option<UnaryFn>,
    pub next: Option<NextFn>,
    pub descr_get: Option<DescrGetFn>,
    pub descr_set: Option<DescrSetFn>,
    pub init: Option<InitFn>,
    pub new: Option<NewFn>,
    pub finalize: Option<FinalizeFn>,
    pub buffer: Option<BufferFn>,
    // Awaiting
    pub await_: Option<UnaryFn>,
    pub aiter: Option<UnaryFn>,
    pub anext: Option<UnaryFn>,
    pub send: Option<SendFn>,
    // Numbers
    pub add: Option<BinaryFn>,
    pub sub: Option<BinaryFn>,
    pub mul: Option<BinaryFn>,
    pub rem: Option<BinaryFn>,
    pub divmod: Option<BinaryFn>,
    /// Base, exponent, modulus (None if absent).
    pub pow: Option<TernaryFn>,
    pub neg: Option<UnaryFn>,
    pub pos: Option<UnaryFn>,
    pub abs: Option<UnaryFn>,
    pub bool: Option<BoolFn>,
    pub invert: Option<UnaryFn>,
    pub lshift: Option<BinaryFn>,
    pub rshift: Option<BinaryFn>,
    pub and: Option<BinaryFn>,
    pub xor: Option<BinaryFn>,
    pub or: Option<BinaryFn>,
    pub int: Option<UnaryFn>,
    pub float: Option<UnaryFn>,
    pub index: Option<UnaryFn>,
    pub floordiv: Option<BinaryFn>,
    pub truediv: Option<BinaryFn>,
    pub matmul: Option<BinaryFn>,
    pub iadd: Option<BinaryFn>,
    pub isub: Option<BinaryFn>,
    pub imul: Option<BinaryFn>,
    pub irem: Option<BinaryFn>,
    pub ipow: Option<TernaryFn>,
    pub ilshift: Option<BinaryFn>,
    pub irshift: Option<BinaryFn>,
    pub iand: Option<BinaryFn>,
    pub ixor: Option<BinaryFn>,
    pub ior: Option<BinaryFn>,
    pub ifloordiv: Option<BinaryFn>,
    pub itruediv: Option<BinaryFn>,
    pub imatmul: Option<BinaryFn>,
    // Containers
    pub len: Option<LenFn>,
    pub getitem: Option<BinaryFn>,
    pub setitem: Option<SetItemFn>,
    pub contains: Option<ContainsFn>,
    /// `+` of a sequence, tried after the numbers' `add` of both sides.
    pub concat: Option<BinaryFn>,
    pub repeat: Option<RepeatFn>,
    pub iconcat: Option<BinaryFn>,
    pub irepeat: Option<RepeatFn>,
}

impl Slots {
    pub const EMPTY: Slots = Slots {
        repr: None,
        str: None,
        hash: None,
        call: None,
        getattr: None,
        getattr_opt: None,
        setattr: None,
        compare: None,
        iter: None,
        next: None,
        descr_get: None,
        descr_set: None,
        init: None,
        new: None,
        finalize: None,
        buffer: None,
        await_: None,
        aiter: None,
        anext: None,
        send: None,
        add: None,
        sub: None,
        mul: None,
        rem: None,
        divmod: None,
        pow: None,
        neg: None,
        pos: None,
        abs: None,
        bool: None,
        invert: None,
        lshift: None,
        rshift: None,
        and: None,
        xor: None,
        or: None,
        int: None,
        float: None,
        index: None,
        floordiv: None,
        truediv: None,
        matmul: None,
        iadd: None,
        isub: None,
        imul: None,
        irem: None,
        ipow: None,
        ilshift: None,
        irshift: None,
        iand: None,
        ixor: None,
        ior: None,
        ifloordiv: None,
        itruediv: None,
        imatmul: None,
        len: None,
        getitem: None,
        setitem: None,
        contains: None,
        concat: None,
        repeat: None,
        iconcat: None,
        irepeat: None,
    };
}

/// Facts about a type, one bit each. The bits with CPython's `Py_TPFLAGS` numbers are those that `__flags__` shows.
pub mod flags {
    pub const INLINE_VALUES: u64 = 1 << 2;
    pub const STATIC_BUILTIN: u64 = 1 << 1;
    pub const MANAGED_WEAKREF: u64 = 1 << 3;
    pub const MANAGED_DICT: u64 = 1 << 4;
    pub const SEQUENCE: u64 = 1 << 5;
    pub const MAPPING: u64 = 1 << 6;
    pub const DISALLOW_INSTANTIATION: u64 = 1 << 7;
    pub const IMMUTABLE: u64 = 1 << 8;
    pub const HEAP_TYPE: u64 = 1 << 9;
    /// May be subclassed.
    pub const BASE: u64 = 1 << 10;
    pub const READY: u64 = 1 << 12;
    pub const HAVE_GC: u64 = 1 << 14;
    /// Its instances are functions that bind to the instance when found on the class (the method-call short way).
    pub const METHOD_DESCRIPTOR: u64 = 1 << 17;
    pub const ABSTRACT: u64 = 1 << 20;
    /// `match Class(x)` binds the subject itself.
    pub const MATCH_SELF: u64 = 1 << 22;
    pub const INT: u64 = 1 << 24;
    pub const LIST: u64 = 1 << 25;
    pub const TUPLE: u64 = 1 << 26;
    pub const BYTES: u64 = 1 << 27;
    pub const STR: u64 = 1 << 28;
    pub const DICT: u64 = 1 << 29;
    pub const EXCEPTION: u64 = 1 << 30;
    pub const TYPE: u64 = 1 << 31;
    // Ours, not shown
    pub const FLOAT: u64 = 1 << 40;
    /// Instances can be weakly referenced.
    pub const WEAKREFABLE: u64 = 1 << 41;
    /// The payload of instances is a value of the exact base type ([`super::Wrapped`]).
    pub const WRAPS: u64 = 1 << 42;
    /// `object.__getattribute__` is in force and there is no `__getattr__`.
    pub const PLAIN_GETATTR: u64 = 1 << 43;
    /// Own `mro()` on the metaclass.
    pub const CUSTOM_MRO: u64 = 1 << 44;
    pub const SHOWN: u64 = 0xFFFF_FFFF;
}

/// What a payload type gives the collector and the allocator.
#[derive(Clone, Copy)]
pub struct PayloadFns {
    /// Bytes of `Obj<T>`.
    pub size: usize,
    pub drop: unsafe fn(NonNull<Header>),
    pub trace: unsafe fn(NonNull<Header>, &mut dyn FnMut(&Value)),
    pub clear: unsafe fn(NonNull<Header>, &mut Vec<Value>),
    pub holds_values: bool,
    /// Bytes of what lies inline behind the payload (tuple items, characters).
    pub inline_size: Option<unsafe fn(NonNull<Header>) -> usize>,
}

impl PayloadFns {
    /// Of [`Wrapped`], which many types share.
    pub(crate) const fn of_wrapped() -> PayloadFns {
        unsafe fn drop_wrapped(p: NonNull<Header>) {
            // SAFETY: `p` is an `Obj<Wrapped>` at its end.
            unsafe { std::ptr::drop_in_place(p.cast::<Obj<Wrapped>>().as_ref().payload_ptr()) };
        }
        unsafe fn trace_nothing(_p: NonNull<Header>, _visit: &mut dyn FnMut(&Value)) {}
        unsafe fn clear_nothing(_p: NonNull<Header>, _out: &mut Vec<Value>) {}
        PayloadFns {
            size: size_of::<Obj<Wrapped>>(),
            drop: drop_wrapped,
            trace: trace_nothing,
            clear: clear_nothing,
            holds_values: false,
            inline_size: None,
        }
    }

    pub const fn of<T: Payload>() -> PayloadFns {
        unsafe fn drop_payload<T>(p: NonNull<Header>) {
            // SAFETY: `p` is an `Obj<T>` at its end.
            unsafe { std::ptr::drop_in_place(p.cast::<Obj<T>>().as_ref().payload_ptr()) };
        }
        unsafe fn trace_payload<T: Trace>(p: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
            // SAFETY: `p` is an `Obj<T>`; nothing changes it while the collector looks.
            unsafe { (*p.cast::<Obj<T>>().as_ref().payload_ptr()).trace(visit) };
        }
        unsafe fn clear_payload<T: Trace>(p: NonNull<Header>, out: &mut Vec<Value>) {
            // SAFETY: as above.
            unsafe { (*p.cast::<Obj<T>>().as_ref().payload_ptr()).clear(out) };
        }
        PayloadFns {
            size: size_of::<Obj<T>>(),
            drop: drop_payload::<T>,
            trace: trace_payload::<T>,
            clear: clear_payload::<T>,
            holds_values: T::HOLDS_VALUES,
            inline_size: None,
        }
    }
}

/// The payload of instances of subclasses of `int`, `float`, `str`, `bytes`: a value of the exact type.
pub struct Wrapped {
    pub value: Value,
}

impl Trace for Wrapped {
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

/// What a built-in type declares beside its slots.
pub struct TypeDefs {
    pub methods: &'static [&'static NativeDef],
    pub getset: &'static [GetSetDef],
    pub members: &'static [MemberDef],
    /// More entries of the dictionary, made at `ready` (constants, `__class_getitem__` and the like).
    pub extra: Option<fn(&mut Cx, &Obj<Type>)>,
}

impl TypeDefs {
    pub const NONE: TypeDefs = TypeDefs { methods: &[], getset: &[], members: &[], extra: None };
}

/// The payload of a type object.
pub struct Type {
    pub(crate) slots: UnsafeCell<Slots>,
    /// What `__doc__` says of a built-in type (text signature in front, as CPython's `tp_doc`).
    pub(crate) doc: Cell<Option<&'static str>>,
    pub(crate) static_name: &'static str,
    pub(crate) flags: Cell<u64>,
    /// Changes with each change of the type or a base; 0: none given yet. Caches compare it.
    pub(crate) version: Cell<u32>,
    /// Bytes of an instance without what lies inline.
    pub(crate) basicsize: Cell<u32>,
    /// Offset of the first `__slots__` word, and how many there are (those of the bases included).
    pub(crate) members_offset: Cell<u32>,
    pub(crate) members: Cell<u32>,
    /// Offset of the `Attrs` block; 0: instances have no attributes; -1: it lies behind the inline part.
    pub(crate) attrs_offset: Cell<i32>,
    /// Inline attribute slots of new instances.
    pub(crate) inline_slots: Cell<u16>,
    pub(crate) payload: PayloadFns,
    /// Static base, before `ready`; afterwards `base_value`.
    pub(crate) static_base: Option<&'static Obj<Type>>,
    pub(crate) static_bases: &'static [&'static Obj<Type>],
    pub(crate) defs: Cell<&'static TypeDefs>,
    /// The rest, set by `ready` or by the making of a class.
    pub(crate) rest: UnsafeCell<TypeRest>,
}

/// The values a type holds. `None` before `ready`.
#[derive(Default)]
pub struct TypeRest {
    /// `__name__` and `__qualname__` of a heap type.
    pub name: Option<Value>,
    pub qualname: Option<Value>,
    pub base: Option<Value>,
    pub bases: Option<Value>,
    pub mro: Option<Value>,
    pub dict: Option<Value>,
    /// Weak references to the subclasses, of a heap type (those of built-in types: per interpreter).
    pub subclasses: Vec<Value>,
    /// `__slots__` names of the class itself, mangled, in layout order, and the offset of each.
    pub slot_names: Vec<Value>,
    /// The root of the shapes of its instances.
    pub root_shape: Option<Box<instance::Shape>>,
    /// Cached items for specialised instructions (`__getitem__`, `__init__`), by version.
    pub cached_getitem: Option<Value>,
    pub cached_init: Option<Value>,
}

impl Trace for Type {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        // SAFETY: the collector runs alone.
        let rest = unsafe { &*self.rest.get() };
        for value in [
            &rest.name,
            &rest.qualname,
            &rest.base,
            &rest.bases,
            &rest.mro,
            &rest.dict,
            &rest.cached_getitem,
            &rest.cached_init,
        ] {
            value.trace(visit);
        }
        rest.subclasses.trace(visit);
        rest.slot_names.trace(visit);
        if let Some(shape) = &rest.root_shape {
            shape.trace(visit);
        }
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        let rest = self.rest.get_mut();
        // The MRO and the bases stay until the type is freed: instances of the same garbage may need slots and names.
        for value in [&mut rest.dict, &mut rest.mro, &mut rest.cached_getitem, &mut rest.cached_init] {
            out.extend(value.take());
        }
        out.append(&mut rest.subclasses);
    }
}

// SAFETY: a type object is `Obj<Type>`; `trace` reaches every value in `rest`.
unsafe impl Payload for Type {
    const FAMILY: u64 = flags::TYPE;
    const TYPE: &'static Obj<Type> = &TYPE;
}

/// `type`.
pub static TYPE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Type>("type")
        .base(&OBJECT)
        .flags(flags::BASE | flags::TYPE | flags::WEAKREFABLE)
        .doc("type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type"),
);

/// The payload of a bare `object()`.
pub struct Object;
crate::plain_data!(Object);

// SAFETY: no payload at all.
unsafe impl Payload for Object {
    const TYPE: &'static Obj<Type> = &OBJECT;
}

/// `object`.
pub static OBJECT: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Object>("object")
        .flags(flags::BASE)
        .doc(
            "object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
        ),
);

impl Type {
    /// Begins the declaration of a built-in type with payload `T`.
    pub const fn builtin<T: Payload>(name: &'static str) -> Type {
        Type {
            slots: UnsafeCell::new(Slots::EMPTY),
            doc: Cell::new(None),
            static_name: name,
            flags: Cell::new(
                flags::IMMUTABLE | flags::STATIC_BUILTIN | if T::HOLDS_VALUES { flags::HAVE_GC } else { 0 },
            ),
            version: Cell::new(0),
            basicsize: Cell::new(size_of::<Obj<T>>() as u32),
            members_offset: Cell::new(0),
            members: Cell::new(0),
            attrs_offset: Cell::new(0),
            inline_slots: Cell::new(0),
            payload: PayloadFns::of::<T>(),
            static_base: None,
            static_bases: &[],
            defs: Cell::new(&TypeDefs::NONE),
            rest: UnsafeCell::new(TypeRest {
                name: None,
                qualname: None,
                base: None,
                bases: None,
                mro: None,
                dict: None,
                subclasses: Vec::new(),
                slot_names: Vec::new(),
                root_shape: None,
                cached_getitem: None,
                cached_init: None,
            }),
        }
    }

    pub const fn base(mut self, base: &'static Obj<Type>) -> Type {
        self.static_base = Some(base);
        self
    }

    /// For the few built-in types with several bases (`ExceptionGroup`).
    pub const fn bases(mut self, bases: &'static [&'static Obj<Type>]) -> Type {
        self.static_base = Some(bases[0]);
        self.static_bases = bases;
        self
    }

    /// Adds flags (`flags::BASE` allows subclassing).
    pub const fn flags(mut self, flags: u64) -> Type {
        self.flags = Cell::new(self.flags.into_inner() | flags);
        self
    }

    pub const fn with_slots(mut self, slots: Slots) -> Type {
        self.slots = UnsafeCell::new(slots);
        self
    }

    pub const fn defs(mut self, defs: &'static TypeDefs) -> Type {
        self.defs = Cell::new(defs);
        self
    }

    pub const fn doc(mut self, doc: &'static str) -> Type {
        self.doc = Cell::new(Some(doc));
        self
    }

    /// Instances have attributes (a `__dict__`), like exceptions and functions.
    pub const fn with_attrs(mut self) -> Type {
        let size = self.basicsize.into_inner().next_multiple_of(8);
        self.attrs_offset = Cell::new(size as i32);
        self.basicsize = Cell::new(size + size_of::<instance::Attrs>() as u32);
        self
    }

    pub const fn inline_size(mut self, f: unsafe fn(NonNull<Header>) -> usize) -> Type {
        self.payload.inline_size = Some(f);
        self
    }

    #[inline(always)]
    pub fn has(&self, flag: u64) -> bool {
        self.flags.get() & flag != 0
    }

    /// The slots. Changed only through `&mut Cx` (a dunder set on a class), so copy the slot out before a call.
    #[inline(always)]
    pub fn slots(&self) -> &Slots {
        // SAFETY: slot words are plain function pointers; a change replaces single fields under the GIL, and no
        // reference into the table is kept across a call (the fields are `Copy` and copied out).
        unsafe { &*self.slots.get() }
    }

    /// Offset of the attribute block in an instance; 0: none; negative: behind the inline part.
    #[inline(always)]
    pub fn attrs_offset(&self) -> i32 {
        self.attrs_offset.get()
    }

    /// Offset of the first `__slots__` word of an instance; `None` where it depends on the instance.
    pub fn members_offset(&self) -> Option<u32> {
        match self.payload.inline_size {
            Some(_) if !self.has(flags::WRAPS) => None,
            _ => Some(self.members_offset.get()),
        }
    }

    /// Attribute slots that lie in the instance itself.
    #[inline(always)]
    pub fn inline_slot_count(&self) -> usize {
        self.inline_slots.get() as usize
    }

    #[inline(always)]
    pub fn version(&self) -> u32 {
        self.version.get()
    }

    #[inline(always)]
    pub(crate) fn needs_finalizer(&self) -> bool {
        self.slots().finalize.is_some()
    }
}

impl Obj<Type> {
    pub const fn new_static_type(meta: &'static Obj<Type>, ty: Type) -> Obj<Type> {
        Obj::new_static(meta, ty)
    }

    /// The type's data, without the token: types change only under the GIL, through cells.
    #[inline(always)]
    pub fn data(&self) -> &Type {
        // SAFETY: the fields that change are cells; those of `rest` need the token.
        unsafe { &*self.payload_ptr() }
    }

    #[inline(always)]
    pub fn rest<'a>(&'a self, _cx: &'a Cx) -> &'a TypeRest {
        // SAFETY: changes need `&mut Cx`.
        unsafe { &*self.data().rest.get() }
    }

    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub fn rest_mut<'a>(&'a self, _cx: &'a mut Cx) -> &'a mut TypeRest {
        // SAFETY: the token is borrowed exclusively.
        unsafe { &mut *self.data().rest.get() }
    }

    #[inline(always)]
    pub fn slots(&self) -> &Slots {
        self.data().slots()
    }

    #[inline(always)]
    pub fn has(&self, flag: u64) -> bool {
        self.data().has(flag)
    }

    /// `__name__`, the part after the last dot of a built-in type's full name.
    pub fn name(&self) -> std::borrow::Cow<'_, str> {
        // SAFETY: only read here; the name value lives in the type.
        match unsafe { &(*self.data().rest.get()).name } {
            Some(name) => name.as_str().map(|s| s.to_string_lossy()).unwrap_or_default(),
            None => self.data().static_name.rsplit('.').next().unwrap_or_default().into(),
        }
    }

    /// The name that error messages show: CPython's `tp_name` (dotted for native types outside builtins).
    pub fn full_name(&self) -> std::borrow::Cow<'_, str> {
        // SAFETY: as `name`.
        match unsafe { &(*self.data().rest.get()).name } {
            Some(_) => self.name(),
            None => self.data().static_name.into(),
        }
    }

    #[inline(always)]
    pub fn is(&self, other: &Obj<Type>) -> bool {
        std::ptr::eq(self, other)
    }

    /// Subtype test by the method resolution order; reads only.
    #[inline]
    pub fn is_subtype(&self, of: &Obj<Type>) -> bool {
        self.is(of) || self.is_subtype_slow(of)
    }

    fn is_subtype_slow(&self, of: &Obj<Type>) -> bool {
        // SAFETY: the MRO is replaced only under `&mut Cx`; nothing here can run Python.
        match unsafe { &(*self.data().rest.get()).mro } {
            Some(mro) => {
                let tuple = mro.cast::<Tuple>();
                tuple.is_some_and(|t| t.items().iter().any(|v| v.is_obj(of)))
            }
            None => {
                // Before there is an order: along the line of bases.
                // SAFETY: as above.
                let base = unsafe { &(*self.data().rest.get()).base };
                match base.as_ref().and_then(Value::as_type) {
                    Some(base) => base.is_subtype(of),
                    None => self.data().static_base.is_some_and(|base| base.is_subtype(of)),
                }
            }
        }
    }

    /// Bytes of the fixed part of an instance (`__basicsize__`).
    pub fn basic_size(&self) -> usize {
        if self.data().flags.get() & (flags::INT | flags::HEAP_TYPE) == flags::INT {
            // Never laid out as such; CPython's figure, which programs compute sizes from.
            return 24;
        }
        self.data().basicsize.get() as usize
    }

    /// Bytes of a payload with its header.
    pub fn payload_size(&self) -> usize {
        self.data().payload.size
    }

    /// Bytes of one inline item (`__itemsize__`), 0 where nothing lies inline.
    pub fn item_size(&self) -> usize {
        match self.data().payload.inline_size {
            None if self.has(flags::INT) => 4,
            None => 0,
            Some(_) if self.has(flags::TUPLE) => 8,
            Some(_) => 1,
        }
    }

    /// The bits that `__flags__` shows.
    pub fn shown_flags(&self) -> u64 {
        let mut bits = self.data().flags.get() & flags::SHOWN;
        let data = self.data();
        if self.has(flags::HEAP_TYPE) && !self.has(flags::TYPE) && data.attrs_offset.get() != 0 {
            bits |= flags::MANAGED_DICT;
            let plain = data.payload.size == OBJECT.data().payload.size && !self.has(flags::WRAPS);
            if data.inline_slots.get() > 0 && plain {
                bits |= flags::INLINE_VALUES;
            }
        }
        if Self::is_heap_type_in_cpython(self.data().static_name) { bits | flags::HEAP_TYPE } else { bits }
    }

    /// Whether CPython makes the native type of this name at run time, as nearly all extension modules' types are: `copyreg`
    /// and others look at it.
    fn is_heap_type_in_cpython(name: &str) -> bool {
        match name.rsplit_once('.') {
            None => false,
            Some(("types" | "datetime" | "contextvars" | "_contextvars" | "weakref" | "builtins", _)) => {
                false
            }
            Some(_) => !matches!(name, "collections.OrderedDict" | "typing.TypeAliasType" | "typing.Union"),
        }
    }

    /// `__dictoffset__`: where the attributes lie; -1 where CPython manages them too.
    pub fn dict_offset(&self) -> i64 {
        match self.data().attrs_offset.get() {
            0 => 0,
            _ if self.has(flags::HEAP_TYPE) => -1,
            offset => offset.into(),
        }
    }

    /// The doc of a built-in type as declared, its text signature in front.
    pub fn static_doc(&self) -> Option<&'static str> {
        self.data().doc.get()
    }

    /// Sets or takes away a flag of a class.
    pub fn set_flag(&self, flag: u64, on: bool) {
        let bits = self.data().flags.get();
        self.data().flags.set(if on { bits | flag } else { bits & !flag });
    }

    /// The method resolution order.
    pub fn mro<'a>(&'a self, cx: &'a Cx) -> &'a [Value] {
        match &self.rest(cx).mro {
            Some(mro) => mro.cast::<Tuple>().map(|t| t.items()).unwrap_or_default(),
            None => &[],
        }
    }
}

impl Type {
    /// Releases what the object holds; its memory stays.
    ///
    /// # Safety
    /// `p` is an instance of this type at the end of its life.
    pub(crate) unsafe fn drop_object(&self, p: NonNull<Header>) {
        // SAFETY: the layout that this type states.
        unsafe {
            if self.members.get() != 0 {
                for slot in instance::member_slots(self, p) {
                    if let Some(word) = slot.take() {
                        word.release();
                    }
                }
            }
            if self.attrs_offset.get() != 0 {
                instance::drop_attrs(self, p);
            }
            (self.payload.drop)(p);
        }
    }

    /// # Safety
    /// `p` is a live instance of this type.
    pub(crate) unsafe fn trace_object(&self, p: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
        // SAFETY: the layout that this type states.
        unsafe {
            if self.members.get() != 0 {
                for slot in instance::member_slots(self, p) {
                    if let Some(word) = slot.get() {
                        visit(Value::from_word_ref(&word));
                    }
                }
            }
            if self.attrs_offset.get() != 0 {
                instance::trace_attrs(self, p, visit);
            }
            (self.payload.trace)(p, visit);
        }
    }

    /// # Safety
    /// `p` is a live instance of this type that only garbage refers to.
    pub(crate) unsafe fn clear_object(&self, p: NonNull<Header>, out: &mut Vec<Value>) {
        // SAFETY: the layout that this type states.
        unsafe {
            if self.members.get() != 0 {
                for slot in instance::member_slots(self, p) {
                    if let Some(word) = slot.take() {
                        out.push(Value::from_word(word));
                    }
                }
            }
            if self.attrs_offset.get() != 0 {
                instance::clear_attrs(self, p, out);
            }
            (self.payload.clear)(p, out);
        }
    }
}

impl Value {
    /// The type. The borrow of the token keeps `__class__` assignment away.
    #[inline(always)]
    pub fn ty<'a>(&'a self, _cx: &'a Cx) -> &'a Obj<Type> {
        self.ty_unguarded()
    }

    /// A counted handle to the type, to be kept across calls.
    #[inline]
    pub fn type_of(&self) -> crate::Handle<Type> {
        self.ty_unguarded().to_handle()
    }

    /// The type, valid only until Python code may run.
    #[inline(always)]
    pub fn ty_unguarded(&self) -> &Obj<Type> {
        match self.header() {
            Some(header) => header.ty_unguarded(),
            None if self.word().is_int() => &crate::int::INT,
            None => &crate::float::FLOAT,
        }
    }

    /// The name that error messages show for the type of this value.
    pub fn type_name<'a>(&'a self, cx: &'a Cx) -> std::borrow::Cow<'a, str> {
        self.ty(cx).full_name()
    }

    /// The object as an `Obj<T>` where its type is `T`'s or a subtype with that layout. Not for `int`, `float`, `str`
    /// and `bytes`, whose subclasses wrap: those have `as_str`, `as_int` and so on.
    #[inline(always)]
    pub fn cast<T: Payload>(&self) -> Option<&Obj<T>> {
        let header = self.header()?;
        let ty = header.ty_unguarded();
        let fits =
            ty.is(T::TYPE) || if T::FAMILY != 0 { ty.has(T::FAMILY) } else { ty.is_subtype_slow(T::TYPE) };
        if fits {
            // SAFETY: the payload's promise for its type and subtypes.
            Some(unsafe { &*(header as *const Header).cast::<Obj<T>>() })
        } else {
            None
        }
    }

    /// As `cast`, for the type itself only.
    #[inline(always)]
    pub fn cast_exact<T: Payload>(&self) -> Option<&Obj<T>> {
        let header = self.header()?;
        if header.ty_unguarded().is(T::TYPE) {
            // SAFETY: the payload's promise for its type.
            Some(unsafe { &*(header as *const Header).cast::<Obj<T>>() })
        } else {
            None
        }
    }

    #[inline(always)]
    pub fn as_type(&self) -> Option<&Obj<Type>> {
        let header = self.header()?;
        if header.ty_unguarded().has(flags::TYPE) {
            // SAFETY: the flag is inherited from `type` only.
            Some(unsafe { &*(header as *const Header).cast::<Obj<Type>>() })
        } else {
            None
        }
    }

    #[inline(always)]
    pub fn is_instance_exact(&self, ty: &Obj<Type>) -> bool {
        self.ty_unguarded().is(ty)
    }

    /// Native `isinstance`: by the type, `__instancecheck__` and `__class__` left aside.
    #[inline(always)]
    pub fn is_instance(&self, ty: &Obj<Type>) -> bool {
        self.ty_unguarded().is_subtype(ty)
    }

    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.is_obj(&crate::singleton::NONE)
    }
}

/// Gives a core type (declared in this crate) the slots and definitions that the crates above implement. Called once per
/// process, before the type is made ready.
///
/// # Safety
/// No other thread uses the type yet.
pub unsafe fn install(ty: &'static Obj<Type>, slots: Slots, defs: &'static TypeDefs, doc: &'static str) {
    let data = ty.data();
    // SAFETY: nobody else looks, by the caller's promise.
    unsafe { *data.slots.get() = slots };
    data.defs.set(defs);
    data.doc.set(Some(doc));
}
