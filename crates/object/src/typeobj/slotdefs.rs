//! The one table that maps each dunder to its slot, both ways.

use super::{python, wrappers};
use crate::args::Args;
use crate::cx::Cx;
use crate::descr::{NativeFunction, SlotWrapper};
use crate::str::Str;
use crate::ty::*;
use crate::value::{R, Value};
use crate::{Dict, Obj, attr, dict, names};

/// A dunder that a slot stands behind.
pub struct SlotDef {
    pub name: &'static str,
    pub signature: &'static str,
    pub doc: &'static str,
    pub slot: SlotId,
    /// Calls the slot of `owner` (the class whose dictionary has the wrapper).
    pub call: fn(&mut Cx, &'static SlotDef, &Slots, &Value, Args<'_>) -> R,
}

macro_rules! slot_table {
    ($($slot:ident = $python:path { $($name:literal $signature:literal $doc:literal $wrap:expr;)* })*) => {
        /// Names a slot.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum SlotId { $($slot),* }

        impl SlotId {
            pub const ALL: &'static [SlotId] = &[$(SlotId::$slot),*];

            /// The slot's function as an address, for comparison.
            #[inline]
            pub fn get(self, slots: &Slots) -> Option<usize> {
                match self { $(SlotId::$slot => slots.$slot.map(|f| f as usize)),* }
            }

            /// Copies the slot.
            #[inline]
            pub fn copy(self, from: &Slots, to: &mut Slots) {
                match self { $(SlotId::$slot => to.$slot = from.$slot),* }
            }

            /// Empties the slot.
            pub fn clear(self, slots: &mut Slots) {
                match self { $(SlotId::$slot => slots.$slot = None),* }
            }

            /// Makes the slot call the Python method.
            pub fn set_python(self, slots: &mut Slots) {
                match self { $(SlotId::$slot => slots.$slot = Some($python)),* }
            }
        }

        /// All dunders with a slot, in the order in which `ready` enters them.
        pub static SLOT_DEFS: &[SlotDef] = &[$($(SlotDef {
            name: $name, signature: $signature, doc: $doc, slot: SlotId::$slot, call: $wrap,
        }),*),*];
    };
}

macro_rules! w {
    ($kind:ident $slot:ident) => {
        |cx, def, slots, this, args| wrappers::$kind(cx, def, slots.$slot, this, args)
    };
    (compare $op:ident) => {
        |cx, def, slots, this, args| wrappers::compare(cx, def, slots.compare, CompareOp::$op, this, args)
    };
}

macro_rules! cmp {
    ($op:ident) => {
        |cx, def, slots, this, args| wrappers::compare(cx, def, slots.compare, CompareOp::$op, this, args)
    };
}

slot_table! {
    getattr = python::getattr {
        "__getattribute__" "($self, name, /)" "Return getattr(self, name)." w!(get_attribute getattr);
    }
    setattr = python::setattr {
        "__setattr__" "($self, name, value, /)" "Implement setattr(self, name, value)." w!(set_attribute setattr);
        "__delattr__" "($self, name, /)" "Implement delattr(self, name)." w!(delete_attribute setattr);
    }
    repr = python::repr { "__repr__" "($self, /)" "Return repr(self)." w!(unary repr); }
    hash = python::hash { "__hash__" "($self, /)" "Return hash(self)." w!(hash hash); }
    call = python::call { "__call__" "($self, /, *args, **kwargs)" "Call self as a function." w!(call call); }
    str = python::str { "__str__" "($self, /)" "Return str(self)." w!(unary str); }
    compare = python::compare {
        "__lt__" "($self, value, /)" "Return self<value." cmp!(Lt);
        "__le__" "($self, value, /)" "Return self<=value." cmp!(Le);
        "__eq__" "($self, value, /)" "Return self==value." cmp!(Eq);
        "__ne__" "($self, value, /)" "Return self!=value." cmp!(Ne);
        "__gt__" "($self, value, /)" "Return self>value." cmp!(Gt);
        "__ge__" "($self, value, /)" "Return self>=value." cmp!(Ge);
    }
    iter = python::iter { "__iter__" "($self, /)" "Implement iter(self)." w!(unary iter); }
    next = python::next { "__next__" "($self, /)" "Implement next(self)." w!(next next); }
    descr_get = python::descr_get {
        "__get__" "($self, instance, owner=None, /)" "Return an attribute of instance, which is of type owner." w!(descr_get descr_get);
    }
    descr_set = python::descr_set {
        "__set__" "($self, instance, value, /)" "Set an attribute of instance to value." w!(descr_set descr_set);
        "__delete__" "($self, instance, /)" "Delete an attribute of instance." w!(descr_delete descr_set);
    }
    init = python::init { "__init__" "($self, /, *args, **kwargs)" "Initialize self.  See help(type(self)) for accurate signature." w!(init init); }
    finalize = python::finalize { "__del__" "($self, /)" "Called when the instance is about to be destroyed." w!(finalize finalize); }
    buffer = python::buffer { "__buffer__" "($self, flags, /)" "Return a buffer object that exposes the underlying memory of the object." w!(buffer buffer); }
    await_ = python::await_ { "__await__" "($self, /)" "Return an iterator to be used in await expression." w!(unary await_); }
    aiter = python::aiter { "__aiter__" "($self, /)" "Return an awaitable, that resolves in asynchronous iterator." w!(unary aiter); }
    anext = python::anext { "__anext__" "($self, /)" "Return a value or raise StopAsyncIteration." w!(unary anext); }
    add = python::add {
        "__add__" "($self, value, /)" "Return self+value." w!(binary add);
        "__radd__" "($self, value, /)" "Return value+self." w!(reflected add);
    }
    sub = python::sub {
        "__sub__" "($self, value, /)" "Return self-value." w!(binary sub);
        "__rsub__" "($self, value, /)" "Return value-self." w!(reflected sub);
    }
    mul = python::mul {
        "__mul__" "($self, value, /)" "Return self*value." w!(binary mul);
        "__rmul__" "($self, value, /)" "Return value*self." w!(reflected mul);
    }
    rem = python::rem {
        "__mod__" "($self, value, /)" "Return self%value." w!(binary rem);
        "__rmod__" "($self, value, /)" "Return value%self." w!(reflected rem);
    }
    divmod = python::divmod {
        "__divmod__" "($self, value, /)" "Return divmod(self, value)." w!(binary divmod);
        "__rdivmod__" "($self, value, /)" "Return divmod(value, self)." w!(reflected divmod);
    }
    pow = python::pow {
        "__pow__" "($self, value, mod=None, /)" "Return pow(self, value, mod)." w!(power pow);
        "__rpow__" "($self, value, mod=None, /)" "Return pow(value, self, mod)." w!(power_reflected pow);
    }
    neg = python::neg { "__neg__" "($self, /)" "-self" w!(unary neg); }
    pos = python::pos { "__pos__" "($self, /)" "+self" w!(unary pos); }
    abs = python::abs { "__abs__" "($self, /)" "abs(self)" w!(unary abs); }
    bool = python::bool { "__bool__" "($self, /)" "True if self else False" w!(truth bool); }
    invert = python::invert { "__invert__" "($self, /)" "~self" w!(unary invert); }
    lshift = python::lshift {
        "__lshift__" "($self, value, /)" "Return self<<value." w!(binary lshift);
        "__rlshift__" "($self, value, /)" "Return value<<self." w!(reflected lshift);
    }
    rshift = python::rshift {
        "__rshift__" "($self, value, /)" "Return self>>value." w!(binary rshift);
        "__rrshift__" "($self, value, /)" "Return value>>self." w!(reflected rshift);
    }
    and = python::and {
        "__and__" "($self, value, /)" "Return self&value." w!(binary and);
        "__rand__" "($self, value, /)" "Return value&self." w!(reflected and);
    }
    xor = python::xor {
        "__xor__" "($self, value, /)" "Return self^value." w!(binary xor);
        "__rxor__" "($self, value, /)" "Return value^self." w!(reflected xor);
    }
    or = python::or {
        "__or__" "($self, value, /)" "Return self|value." w!(binary or);
        "__ror__" "($self, value, /)" "Return value|self." w!(reflected or);
    }
    int = python::int { "__int__" "($self, /)" "int(self)" w!(unary int); }
    float = python::float { "__float__" "($self, /)" "float(self)" w!(unary float); }
    iadd = python::iadd { "__iadd__" "($self, value, /)" "Return self+=value." w!(binary iadd); }
    isub = python::isub { "__isub__" "($self, value, /)" "Return self-=value." w!(binary isub); }
    imul = python::imul { "__imul__" "($self, value, /)" "Return self*=value." w!(binary imul); }
    irem = python::irem { "__imod__" "($self, value, /)" "Return self%=value." w!(binary irem); }
    ipow = python::ipow { "__ipow__" "($self, value, /)" "Return self**=value." w!(power ipow); }
    ilshift = python::ilshift { "__ilshift__" "($self, value, /)" "Return self<<=value." w!(binary ilshift); }
    irshift = python::irshift { "__irshift__" "($self, value, /)" "Return self>>=value." w!(binary irshift); }
    iand = python::iand { "__iand__" "($self, value, /)" "Return self&=value." w!(binary iand); }
    ixor = python::ixor { "__ixor__" "($self, value, /)" "Return self^=value." w!(binary ixor); }
    ior = python::ior { "__ior__" "($self, value, /)" "Return self|=value." w!(binary ior); }
    floordiv = python::floordiv {
        "__floordiv__" "($self, value, /)" "Return self//value." w!(binary floordiv);
        "__rfloordiv__" "($self, value, /)" "Return value//self." w!(reflected floordiv);
    }
    truediv = python::truediv {
        "__truediv__" "($self, value, /)" "Return self/value." w!(binary truediv);
        "__rtruediv__" "($self, value, /)" "Return value/self." w!(reflected truediv);
    }
    ifloordiv = python::ifloordiv { "__ifloordiv__" "($self, value, /)" "Return self//=value." w!(binary ifloordiv); }
    itruediv = python::itruediv { "__itruediv__" "($self, value, /)" "Return self/=value." w!(binary itruediv); }
    index = python::index { "__index__" "($self, /)" "Return self converted to an integer, if self is suitable for use as an index into a list." w!(unary index); }
    matmul = python::matmul {
        "__matmul__" "($self, value, /)" "Return self@value." w!(binary matmul);
        "__rmatmul__" "($self, value, /)" "Return value@self." w!(reflected matmul);
    }
    imatmul = python::imatmul { "__imatmul__" "($self, value, /)" "Return self@=value." w!(binary imatmul); }
    len = python::len { "__len__" "($self, /)" "Return len(self)." w!(length len); }
    getitem = python::getitem { "__getitem__" "($self, key, /)" "Return self[key]." w!(binary getitem); }
    setitem = python::setitem {
        "__setitem__" "($self, key, value, /)" "Set self[key] to value." w!(set_item setitem);
        "__delitem__" "($self, key, /)" "Delete self[key]." w!(delete_item setitem);
    }
    contains = python::contains { "__contains__" "($self, key, /)" "Return bool(key in self)." w!(contains contains); }
    concat = python::add { "__add__" "($self, value, /)" "Return self+value." w!(binary concat); }
    repeat = python_repeat {
        "__mul__" "($self, value, /)" "Return self*value." w!(repeat repeat);
        "__rmul__" "($self, value, /)" "Return value*self." w!(repeat repeat);
    }
    iconcat = python::iadd { "__iadd__" "($self, value, /)" "Implement self+=value." w!(binary iconcat); }
    irepeat = python_repeat { "__imul__" "($self, value, /)" "Implement self*=value." w!(repeat irepeat); }
}

/// Never set: a Python `__mul__` fills the numbers' slot.
fn python_repeat(cx: &mut Cx, this: &Value, _count: i64) -> R {
    let message = format!("'{}' object can't be repeated", this.type_name(cx));
    Err(cx.type_error(message))
}

/// The slots whose dunders belong to the numbers when a class defines them in Python.
fn native_only(slot: SlotId) -> bool {
    matches!(slot, SlotId::concat | SlotId::repeat | SlotId::iconcat | SlotId::irepeat)
}

/// The rows of a dunder name.
pub fn slot_defs_named(name: &str) -> impl Iterator<Item = &'static SlotDef> {
    SLOT_DEFS.iter().filter(move |d| d.name == name)
}

/// Sets the slots of a class from what its MRO says of their dunders: all of them, or (after a change) those of one name.
pub fn fix_slots(cx: &mut Cx, ty: &Obj<Type>, only: Option<&Obj<Str>>) {
    match only {
        Some(name) => fix_named(cx, ty, name),
        None => {
            for &slot in SlotId::ALL {
                fix_slot(cx, ty, slot);
            }
        }
    }
    if only.is_none_or(|n| n.eq_str("__new__")) {
        fix_new(cx, ty);
    }
    fix_getattr(ty);
}

/// The slots of a new class with one base: the base's, but for the dunders that the class itself defines. The MRO beyond the
/// class is the base's, so that every other dunder leads where it led for the base.
pub fn inherit_slots(cx: &mut Cx, ty: &Obj<Type>, base: &Obj<Type>, namespace: &Obj<Dict>) {
    let inherited = *base.slots();
    // SAFETY: the token is borrowed exclusively, and nothing holds a reference into the table.
    unsafe { *ty.data().slots.get() = inherited };
    for key in dict::keys(cx, namespace) {
        if let Some(name) = key.as_str()
            && name.len() > 4
            && name.to_utf8().is_some_and(|n| n.starts_with("__"))
        {
            fix_named(cx, ty, name);
        }
    }
    fix_new(cx, ty);
    fix_getattr(ty);
}

/// Sets the slots that a dunder stands for.
fn fix_named(cx: &mut Cx, ty: &Obj<Type>, name: &Obj<Str>) {
    if name.eq_str("__getattr__") {
        return fix_slot(cx, ty, SlotId::getattr);
    }
    let mut last = None;
    for def in slot_defs_named(&name.to_string_lossy()) {
        if last != Some(def.slot) {
            last = Some(def.slot);
            fix_slot(cx, ty, def.slot);
        }
    }
}

fn fix_slot(cx: &mut Cx, ty: &Obj<Type>, slot: SlotId) {
    let mut native: Option<(usize, Value)> = None;
    let mut python = false;
    let mut unhashable = false;
    for def in SLOT_DEFS.iter().filter(|d| d.slot == slot) {
        let name = cx.intern(def.name);
        let Some(found) = attr::lookup_type(cx, ty, &name) else { continue };
        if slot == SlotId::hash && found.is_none() {
            unhashable = true;
            continue;
        }
        match found.cast_exact::<SlotWrapper>() {
            Some(wrapper) if wrapper.def.name == def.name => {
                let Some(owner) = wrapper.owner.as_type() else { continue };
                if !ty.is_subtype(owner) {
                    // Borrowed from a stranger: its descriptor refuses the receiver.
                    python = true;
                    continue;
                }
                match slot.get(owner.slots()) {
                    // The same dunder of another slot (`__add__` of a number for a sequence's `concat`).
                    None => {}
                    Some(f) => match &native {
                        Some((known, _)) if *known != f => python = true,
                        Some(_) => {}
                        None => native = Some((f, wrapper.owner.clone())),
                    },
                }
            }
            _ => python = true,
        }
    }
    if slot == SlotId::getattr && attr::lookup_type(cx, ty, &names::__getattr__).is_some() {
        python = true;
    }
    // SAFETY: the token is borrowed exclusively, and nothing holds a reference into the table.
    let slots = unsafe { &mut *ty.data().slots.get() };
    if unhashable && !python {
        slots.hash = Some(wrappers::unhashable);
    } else if python && native_only(slot) {
        slot.clear(slots);
    } else if python {
        slot.set_python(slots);
    } else if let Some((_, owner)) = native {
        if let Some(owner) = owner.as_type()
            && !owner.is(ty)
        {
            slot.copy(owner.slots(), slots);
        }
    } else {
        slot.clear(slots);
    }
    // A native sequence beneath a class that overrides the numbers' side keeps its own slot, as the data model says.
}

/// `__new__`: a native one is called without the detour through the attribute, if it makes what the class's layout needs.
fn fix_new(cx: &mut Cx, ty: &Obj<Type>) {
    let found = attr::lookup_type(cx, ty, &names::__new__);
    let safe = super::native_base(cx, ty).slots().new;
    let native = found.as_ref().and_then(|f| f.cast_exact::<NativeFunction>()).and_then(|f| {
        let owner = f.this.as_ref()?.as_type()?;
        let own = owner.slots().new.filter(|_| f.def.name == "__new__" && ty.is_subtype(owner))?;
        safe.filter(|safe| std::ptr::fn_addr_eq(*safe, own))
    });
    // SAFETY: as in `fix_slot`.
    let slots = unsafe { &mut *ty.data().slots.get() };
    slots.new = match (native, found) {
        (Some(f), _) => Some(f),
        (None, Some(_)) => Some(python::new),
        (None, None) => None,
    };
}

/// The short ways of attribute look-up that follow from the `getattr` slot, and generator-like `send` by inheritance.
fn fix_getattr(ty: &Obj<Type>) {
    let data = ty.data();
    // SAFETY: as in `fix_slot`.
    let slots = unsafe { &mut *data.slots.get() };
    let plain = slots.getattr.is_some_and(|f| f as usize == attr::generic_get as *const () as usize);
    slots.getattr_opt = if plain { Some(attr::generic_get_opt) } else { None };
    let bits = data.flags.get();
    data.flags.set(if plain { bits | flags::PLAIN_GETATTR } else { bits & !flags::PLAIN_GETATTR });
}
