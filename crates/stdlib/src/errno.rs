//! `errno`: the system's error numbers by name.

use taipan_host::errno::NAMES;
use taipan_object::{Cx, R, Value, dict};
use taipan_types::module::{ModuleDef, set};

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let codes = cx.new_dict();
    for &(name, number) in NAMES {
        let value = cx.int(number.into());
        set(cx, module, name, value.clone())?;
        let text = cx.intern(name).into_value();
        dict::set(cx, &codes, value, text)?;
    }
    set(cx, module, "errorcode", codes.into_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "errno",
    doc: Some(
        "This module makes available standard errno system symbols.\n\nThe value of each symbol is the corresponding integer value,\ne.g., on most systems, errno.ENOENT equals the integer 2.\n\nThe dictionary errno.errorcode maps numeric codes to symbol names,\ne.g., errno.errorcode[2] could be the string 'ENOENT'.\n\nSymbols that are not relevant to the underlying system are not defined.\n\nTo map error codes to error messages, use the function os.strerror(),\ne.g. os.strerror(2) could return 'No such file or directory'.",
    ),
    init: Some(init),
    ..ModuleDef::EMPTY
};
