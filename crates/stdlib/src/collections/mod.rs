//! `_collections`: deque, defaultdict, and what `namedtuple` and `Counter` lean on. `OrderedDict` is the library's own
//! Python class.

mod defaultdict;
mod deque;
mod tuplegetter;

use taipan_macros::{native, natives};
use taipan_object::dict::{self, Dict};
use taipan_object::{Cx, R, Value, names, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// Count elements in the iterable, updating the mapping
#[native("_collections._count_elements(mapping, iterable, /)")]
fn count_elements(cx: &mut Cx, mapping: &Value, iterable: &Value) -> R<()> {
    let one = Value::small_int(1);
    if let Some(counts) = mapping.cast_exact::<Dict>() {
        return ops::for_each(cx, iterable, |cx, key| {
            let known = dict::get(cx, counts, &key)?;
            let next = match known {
                Some(n) => ops::binary(cx, ops::BinaryOp::Add, &n, &one)?,
                None => one.clone(),
            };
            dict::set(cx, counts, key, next).map(|()| true)
        });
    }
    let zero = Value::small_int(0);
    ops::for_each(cx, iterable, |cx, key| {
        let known = ops::call_method(cx, mapping, &names::get, &[key.clone(), zero.clone()])?;
        let next = ops::binary(cx, ops::BinaryOp::Add, &known, &one)?;
        ops::setitem(cx, mapping, &key, &next).map(|()| true)
    })
}

fn types(types: &mut Types) {
    types.add([
        &deque::DEQUE,
        &deque::DEQUE_ITERATOR,
        &deque::DEQUE_REVERSE_ITERATOR,
        &defaultdict::DEFAULT_DICT,
        &tuplegetter::TUPLE_GETTER,
    ]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "deque", deque::DEQUE.to_value())?;
    set(cx, module, "_deque_iterator", deque::DEQUE_ITERATOR.to_value())?;
    set(cx, module, "_deque_reverse_iterator", deque::DEQUE_REVERSE_ITERATOR.to_value())?;
    set(cx, module, "defaultdict", defaultdict::DEFAULT_DICT.to_value())?;
    set(cx, module, "_tuplegetter", tuplegetter::TUPLE_GETTER.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    doc: Some(
        "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    ),
    functions: natives![count_elements],
    types: Some(types),
    init: Some(init),
};
