//! `itertools`: building blocks of iterators.

mod combine;
mod endless;
mod group;
mod select;
mod tee;

use taipan_object::{Args, Cx, Obj, R, Type, Value};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};
use taipan_types::support::no_keywords_in_new;

/// The `N` positional arguments of a constructor that takes no keywords.
fn positional<'a, const N: usize>(
    cx: &mut Cx,
    class: &Obj<Type>,
    base: &Obj<Type>,
    args: Args<'a>,
) -> R<&'a [Value; N]> {
    no_keywords_in_new(cx, class, base, args)?;
    match args.pos().try_into() {
        Ok(values) => Ok(values),
        Err(_) => {
            let (plural, given) = (if N == 1 { "" } else { "s" }, args.pos().len());
            Err(cx.type_error(format!("{} expected {N} argument{plural}, got {given}", base.name())))
        }
    }
}

static ALL: &[&Obj<Type>] = &[
    &combine::CHAIN,
    &combine::PRODUCT,
    &combine::PERMUTATIONS,
    &combine::COMBINATIONS,
    &combine::COMBINATIONS_WITH_REPLACEMENT,
    &combine::ZIP_LONGEST,
    &endless::COUNT,
    &endless::CYCLE,
    &endless::REPEAT,
    &group::ACCUMULATE,
    &group::BATCHED,
    &group::GROUPBY,
    &group::PAIRWISE,
    &select::COMPRESS,
    &select::DROPWHILE,
    &select::FILTERFALSE,
    &select::ISLICE,
    &select::STARMAP,
    &select::TAKEWHILE,
];

fn types(types: &mut Types) {
    types.add(ALL.iter().copied());
    types.add([&group::GROUPER, &tee::TEE, &tee::LINK_TYPE]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for class in ALL {
        set(cx, module, &class.name(), class.to_value())?;
    }
    set(cx, module, "_tee", tee::TEE.to_value())?;
    set(cx, module, "_tee_dataobject", tee::LINK_TYPE.to_value())?;
    set(cx, module, "_grouper", group::GROUPER.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    doc: Some("Functional tools for creating and using iterators."),
    functions: tee::FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
