//! Names known at build time: immortal, interned strings, in every interpreter's intern table from its start.

#![allow(non_upper_case_globals)]

use crate::Obj;
use crate::cx::Cx;
use crate::str::{StaticStr, Str};

macro_rules! names {
    ($($name:ident)*) => {
        $(pub static $name: StaticStr<{ stringify!($name).len() }> = StaticStr::new(stringify!($name));)*

        /// All of them.
        pub fn all() -> Vec<&'static Obj<Str>> {
            vec![$($name.get()),*]
        }
    };
}

names! {
    __abs__ __abstractmethods__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotate__
    __annotate_func__ __annotations__ __annotations_cache__ __args__ __await__ __bases__ __bool__ __buffer__ __bytes__
    __cached__ __call__ __cause__ __class__ __class_getitem__ __classcell__ __classdict__ __classdictcell__ __closure__
    __code__ __complex__ __contains__ __context__ __copy__ __ctypes_from_outparam__ __deepcopy__ __defaults__ __del__ __delattr__
    __delete__ __delitem__ __dict__ __dictoffset__ __dir__ __divmod__ __doc__ __enter__ __eq__ __exit__ __file__
    __firstlineno__ __float__ __floordiv__ __format__ __fspath__ __func__ __ge__ __get__ __getattr__ __getattribute__
    __getinitargs__ __getitem__ __getnewargs__ __getnewargs_ex__ __getstate__ __globals__ __gt__ __hash__ __iadd__
    __iand__ __ifloordiv__ __ilshift__ __imatmul__ __imod__ __import__ __imul__ __index__ __init__ __init_subclass__
    __instancecheck__ __int__ __invert__ __ior__ __ipow__ __irshift__ __isabstractmethod__ __isub__ __iter__ __itruediv__
    __ixor__ __kwdefaults__ __le__ __len__ __length_hint__ __loader__ __lshift__ __lt__ __main__ __match_args__ __matmul__
    __missing__ __mod__ __module__ __mro__ __mro_entries__ __mul__ __name__ __ne__ __neg__ __new__ __next__ __notes__ __or__
    __orig_class__ __origin__ __package__ __parameters__ __path__ __pos__ __pow__ __prepare__ __qualname__ __radd__
    __rand__ __rdivmod__ __reduce__ __reduce_ex__ __release_buffer__ __repr__ __reversed__ __rfloordiv__ __rlshift__
    __rmatmul__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__
    __self__ __set__ __set_name__ __setattr__ __setitem__ __setstate__ __sizeof__ __slotnames__ __slots__ __spec__
    __static_attributes__ __str__ __sub__ __subclasscheck__ __subclasshook__ __suppress_context__ __text_signature__
    __traceback__ __trunc__ __truediv__ __type_params__ __typing_subst__ __typing_prepare_subst__
    __typing_is_unpacked_typevartuple__ __typing_unpacked_tuple_args__ __unpacked__ __value__ __weakref__ __wrapped__ __xor__
    __unittest __builtins__ __objclass__ __origname__ __dataclass_fields__ __debug__ __ceil__ __floor__ __warningregistry__
    add append args builtins clear close code copy count decode default delete dict difference_update discard
    displayhook encode encoding end errors excepthook exceptions extend fileno filename flush format fset fget fdel
    get getattr insert isatty items join key keys locals metaclass mode module modules msg name newline offset open opener
    path pop popitem print_file_and_line read readline readlines reload remove reverse send sep seek setdefault
    sort stderr stdin stdout strict string symmetric_difference_update sys tell text throw top truncate
    update value values warn warnings write writelines lineno end_lineno end_offset obj name_from index buffering closefd
    mro origin start stop step source globals file object typing __loader_state__ __conditional_annotations__ _initializing
    latin ascii utf8 iter next big little signed byteorder ndigits reversed maxsplit tabsize keepends encodings imag real
    numerator denominator
}

/// Enters all names into the interpreter's intern table.
pub fn intern_all(cx: &mut Cx) {
    for known in all() {
        cx.intern_static(known);
    }
}
