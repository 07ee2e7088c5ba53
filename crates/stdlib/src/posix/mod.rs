//! `posix`: what `os` is made of. [`path`] binds arguments, [`files`], [`process`] and [`spawn`] hold the functions, [`scandir`] the
//! directory iterator, [`results`] the struct sequences, [`constants`] the numbers.

mod constants;
mod files;
mod hooks;
mod normal;
mod path;
mod process;
mod results;
mod scandir;
mod spawn;

use taipan_object::{Cx, R, Value, dict, exc};
use taipan_types::Types;
use taipan_types::list::new_list;
use taipan_types::module::{ModuleDef, add_functions, add_type, set};

fn types(types: &mut Types) {
    types.add([&scandir::DIR_ENTRY, &scandir::SCANDIR_ITERATOR]);
}

fn names(cx: &mut Cx, module: &Value, attribute: &str, table: &[(&str, i64)]) -> R<()> {
    let found = cx.new_dict();
    for (name, number) in table {
        let (name, number) = (cx.intern(name).into_value(), cx.int(*number));
        dict::set(cx, &found, name, number)?;
    }
    set(cx, module, attribute, found.into_value())
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for functions in [process::FUNCTIONS, spawn::FUNCTIONS, scandir::FUNCTIONS] {
        add_functions(cx, module, functions)?;
    }
    for (name, number) in constants::CONSTANTS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    names(cx, module, "sysconf_names", constants::SYSCONF)?;
    names(cx, module, "confstr_names", constants::CONFSTR)?;
    names(cx, module, "pathconf_names", constants::PATHCONF)?;
    let have = constants::HAVE.iter().map(|name| cx.str(name)).collect();
    let have = new_list(cx, have).into_value();
    set(cx, module, "_have_functions", have)?;
    let environ = process::environ(cx)?;
    set(cx, module, "environ", environ)?;
    set(cx, module, "error", exc::OS_ERROR.to_value())?;
    add_type(cx, module, &scandir::DIR_ENTRY)?;
    results::init(cx, module)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: Some(
        "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    ),
    functions: files::FUNCTIONS,
    types: Some(types),
    init: Some(init),
};
