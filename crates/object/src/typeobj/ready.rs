//! Readiness of built-in types: dictionaries, inherited slots, versions. Once per process.
//!
//! What the types hold is allocated from a heap that belongs to no interpreter and is made immortal afterwards, so that all
//! interpreters share it without counting.

use std::ptr::NonNull;
use std::sync::OnceLock;

use super::mro::compute_mro;
use super::slotdefs::{SLOT_DEFS, SlotId};
use super::{next_static_version, wrappers};
use crate::cx::Cx;
use crate::descr::{self, GetSetDescriptor, Member, MemberDescriptor, NativeFunction, SlotWrapper};
use crate::dict::{self, Dict};
use crate::heap::Heap;
use crate::interp::{Interp, Runtime};
use crate::native::{Binding, GetSetDef, NativeDef};
use crate::str::InternTable;
use crate::tuple::Tuple;
use crate::ty::*;
use crate::value::{R, Value};
use crate::{Obj, names};

/// The interpreter state that owns what built-in types hold.
struct StaticState {
    interp: NonNull<Interp>,
    types: Vec<&'static Obj<Type>>,
}
// SAFETY: after `process_init` nothing changes it; it is only read.
unsafe impl std::marker::Send for StaticState {}
// SAFETY: as above.
unsafe impl Sync for StaticState {}

static STATIC_STATE: OnceLock<StaticState> = OnceLock::new();

/// Makes the built-in types ready, once per process; later calls return at once. `install` gives the core types their
/// slots and lists all types, bases before subtypes.
pub fn process_init(runtime: Runtime, install: impl FnOnce() -> Vec<&'static Obj<Type>>) {
    STATIC_STATE.get_or_init(|| {
        let types = install();
        let interp = Box::leak(Interp::new(runtime));
        // SAFETY: the state is live and used by this thread only.
        let mut cx = unsafe { Cx::new(NonNull::from(&mut *interp), 0, 0) };
        names::intern_all(&mut cx);
        for &ty in &types {
            ready(&mut cx, ty);
        }
        let heap = interp.heap_ptr();
        // SAFETY: the heap is live; making immortal neither allocates nor frees.
        unsafe { Heap::each_object(heap, &mut |p| p.as_ref().immortalize()) };
        StaticState { interp: NonNull::from(interp), types }
    });
}

/// The intern table that a new interpreter begins with: all immortal strings.
pub(crate) fn static_intern_table() -> InternTable {
    match STATIC_STATE.get() {
        // SAFETY: leaked, and only read after its initialisation.
        Some(state) => unsafe { (&(*state.interp.as_ref().heap_ptr()).intern).clone() },
        None => InternTable::default(),
    }
}

/// The built-in types whose first-hand bases include `ty`, in order of their making.
pub(crate) fn static_subclasses(cx: &Cx, ty: &Obj<Type>) -> Vec<Value> {
    let Some(state) = STATIC_STATE.get() else { return Vec::new() };
    let is_base = |candidate: &&&'static Obj<Type>| {
        let bases = candidate.rest(cx).bases.as_ref().and_then(Value::cast::<Tuple>);
        bases.is_some_and(|t| t.items().iter().any(|b| b.is_obj(ty)))
    };
    state.types.iter().filter(is_base).map(|t| t.to_value()).collect()
}

/// `__new__` of built-in types: bound to the type, it gets the type in front of its arguments.
static NEW_DEF: NativeDef = NativeDef {
    name: "__new__",
    full_name: "__new__",
    signature: Some("($type, *args, **kwargs)"),
    doc: "Create and return a new object.  See help(type) for accurate signature.",
    binding: Binding::Static,
    facts: 0,
    call: |cx, args| match args.split_first() {
        Some((owner, rest)) => match owner.as_type() {
            Some(owner) => wrappers::new(cx, owner, rest),
            None => Err(cx.type_error("__new__() called with non-type 'self'")),
        },
        None => Err(cx.type_error("__new__() called without a type")),
    },
};

/// `__dict__` of built-in types whose instances have attributes and that state none of their own.
static DICT_GETSET: GetSetDef = GetSetDef {
    name: "__dict__",
    doc: None,
    get: Some(dict::instance_dict),
    set: Some(|cx, obj, value| match value {
        Some(_) => super::set_instance_dict(cx, obj, value),
        // Only classes of programs let go of it.
        None => Err(cx.type_error("cannot delete __dict__")),
    }),
};

/// Makes one built-in type ready (its bases first). Must run within [`process_init`].
pub fn ready(cx: &mut Cx, ty: &'static Obj<Type>) {
    if ty.has(flags::READY) {
        return;
    }
    let data = ty.data();
    if let Some(base) = data.static_base {
        ready(cx, base);
    }
    for &base in data.static_bases {
        ready(cx, base);
    }
    data.flags.set(data.flags.get() | flags::READY);
    let bases: Vec<Value> = match (data.static_bases, data.static_base) {
        ([], None) => Vec::new(),
        ([], Some(base)) => vec![base.to_value()],
        (bases, _) => bases.iter().map(|b| b.to_value()).collect(),
    };
    let bases = cx.tuple(bases).into_value();
    let dict = cx.new_dict().into_value();
    let base = data.static_base.map(Obj::to_value);
    let rest = ty.rest_mut(cx);
    rest.base = base;
    rest.bases = Some(bases);
    rest.dict = Some(dict.clone());
    let mro = match compute_mro(cx, ty) {
        Ok(mro) => mro,
        Err(_) => return,
    };
    let mro = cx.tuple(mro).into_value();
    ty.rest_mut(cx).mro = Some(mro);
    data.version.set(next_static_version());
    // An entry cannot fail: the keys are strings.
    if let Some(dict) = dict.cast::<Dict>() {
        let _ = fill(cx, ty, dict);
    }
    inherit(cx, ty);
    if let Some(extra) = data.defs.get().extra {
        extra(cx, ty);
    }
}

fn enter(cx: &mut Cx, dict: &Obj<Dict>, name: &str, value: Value) -> R<()> {
    let name = cx.intern(name);
    dict::set_str(cx, dict, &name, value)
}

fn fill(cx: &mut Cx, ty: &'static Obj<Type>, dict: &Obj<Dict>) -> R<()> {
    let data = ty.data();
    let own = *ty.slots();
    // One that is `object`'s is found there.
    let inherited = !ty.is(&OBJECT)
        && own.new.zip(OBJECT.slots().new).is_some_and(|(own, plain)| std::ptr::fn_addr_eq(own, plain));
    if own.new.is_some() && !inherited {
        let new = cx.bound_native(&NEW_DEF, ty.to_value());
        dict::set_str(cx, dict, &names::__new__, new)?;
    }
    for def in SLOT_DEFS {
        if def.slot.get(&own).is_none() {
            continue;
        }
        let name = cx.intern(def.name);
        if dict::peek_str(cx, dict, &name).is_none() {
            let wrapper = cx.new_object(SlotWrapper { def, owner: ty.to_value() }).into_value();
            dict::set_str(cx, dict, &name, wrapper)?;
        }
    }
    if own.compare.is_some() && own.hash.is_none() && data.static_base.is_some() {
        dict::set_str(cx, dict, &names::__hash__, Value::none())?;
        // SAFETY: within `process_init` nobody else looks.
        unsafe { (*data.slots.get()).hash = Some(wrappers::unhashable) };
    }
    let defs = data.defs.get();
    for &def in defs.methods {
        let entry = match def.binding {
            Binding::Static => {
                let function = cx.new_object(NativeFunction { def, this: None, module: None }).into_value();
                (cx.interp().runtime.static_method)(cx, function)?
            }
            _ => descr::class_entry(cx, def, ty),
        };
        enter(cx, dict, def.name, entry)?;
    }
    for def in defs.members {
        let name = cx.intern(def.name).into_value();
        let entry = MemberDescriptor { member: Member::Native(def), name, owner: ty.to_value() };
        let entry = cx.new_object(entry).into_value();
        enter(cx, dict, def.name, entry)?;
    }
    for def in defs.getset {
        let entry = cx.new_object(GetSetDescriptor { def, owner: ty.to_value() }).into_value();
        enter(cx, dict, def.name, entry)?;
    }
    let inherits = data.static_base.is_some_and(|base| base.data().attrs_offset.get() != 0);
    if data.attrs_offset.get() != 0 && !inherits && dict::peek_str(cx, dict, &names::__dict__).is_none() {
        let entry = GetSetDescriptor { def: &DICT_GETSET, owner: ty.to_value() };
        let entry = cx.new_object(entry).into_value();
        enter(cx, dict, "__dict__", entry)?;
    }
    if dict::peek_str(cx, dict, &names::__doc__).is_none() {
        let doc = match data.doc.get() {
            Some(doc) => {
                let text = split_signature(doc).1;
                cx.str(text)
            }
            None => Value::none(),
        };
        dict::set_str(cx, dict, &names::__doc__, doc)?;
    }
    Ok(())
}

/// The text signature in front of a type's doc (`name(...)\n--\n\n`), and the rest.
pub fn split_signature(doc: &str) -> (Option<&str>, &str) {
    match doc.split_once(")\n--\n\n") {
        Some((head, rest)) => match head.find('(') {
            Some(open) => (doc.get(open..head.len() + 1), rest),
            None => (None, doc),
        },
        None => (None, doc),
    }
}

/// Slots, flags and layout facts that the type does not state itself come from its bases.
fn inherit(cx: &mut Cx, ty: &'static Obj<Type>) {
    let data = ty.data();
    let mut slots = *ty.slots();
    let mut bits = data.flags.get();
    for base in ty.mro(cx).iter().skip(1).filter_map(Value::as_type) {
        let from = base.slots();
        // Equality and hash go together: a type with a comparison of its own does not take a base's hash.
        let takes_compare = slots.compare.is_none() && slots.hash.is_none();
        for &slot in SlotId::ALL {
            if matches!(slot, SlotId::compare | SlotId::hash) {
                continue;
            }
            if slot.get(&slots).is_none() {
                slot.copy(from, &mut slots);
            }
        }
        if takes_compare {
            slots.compare = from.compare;
            slots.hash = from.hash;
        }
        if slots.new.is_none() && !base.is(&OBJECT) {
            slots.new = from.new;
        }
        slots.getattr_opt =
            slots.getattr_opt.or(if same(slots.getattr, from.getattr) { from.getattr_opt } else { None });
        slots.send = slots.send.or(from.send);
        let family = flags::INT
            | flags::LIST
            | flags::TUPLE
            | flags::BYTES
            | flags::STR
            | flags::DICT
            | flags::EXCEPTION
            | flags::TYPE
            | flags::FLOAT
            | flags::WEAKREFABLE
            | flags::MATCH_SELF
            | flags::HAVE_GC
            | flags::SEQUENCE
            | flags::MAPPING;
        bits |= base.data().flags.get() & family;
    }
    let generic = crate::attr::generic_get as GetAttrFn;
    if slots.getattr.is_some_and(|f| std::ptr::fn_addr_eq(f, generic)) {
        bits |= flags::PLAIN_GETATTR;
        slots.getattr_opt = Some(crate::attr::generic_get_opt);
    }
    data.flags.set(bits);
    // SAFETY: within `process_init` nobody else looks.
    unsafe { *data.slots.get() = slots };
}

fn same(a: Option<GetAttrFn>, b: Option<GetAttrFn>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => std::ptr::fn_addr_eq(a, b),
        _ => false,
    }
}
