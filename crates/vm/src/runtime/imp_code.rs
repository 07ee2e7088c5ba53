//! The parts of `_imp` that deal in code objects.

use std::sync::Arc;

use taipan_bytecode::{Name, marshal, verify};
use taipan_macros::native;
use taipan_object::{Cx, R, Value, exc};

use crate::code::{self, Code};

/// A code object from marshal data that a program hands in: verified first.
pub fn untrusted(cx: &mut Cx, bytes: &[u8], name: &str) -> R {
    let object = match marshal::loads_code(bytes) {
        Ok(object) => object,
        Err(_) => {
            return Err(cx.raise(&exc::IMPORT_ERROR, format!("Frozen object named '{name}' is invalid")));
        }
    };
    if let Err(error) = verify::verify_all(&object) {
        return Err(cx.value_error(format!("bad code object: {error}")));
    }
    Ok(code::new(cx, Arc::new(object)).into_value())
}

/// Changes code.co_filename to specify the passed-in file path.
///
///   code
///     Code object to change.
///   path
///     File path to use.
#[native("_imp._fix_co_filename(code, path, /)")]
pub fn _fix_co_filename(cx: &mut Cx, code: &Value, path: &Value) -> R<()> {
    let Some(code) = code.cast::<Code>() else {
        let message = format!("_fix_co_filename() argument 1 must be code, not {}", code.type_name(cx));
        return Err(cx.type_error(message));
    };
    let Some(path) = path.as_str() else {
        let message = format!("_fix_co_filename() argument 2 must be str, not {}", path.type_name(cx));
        return Err(cx.type_error(message));
    };
    if *code.source.filename.as_wtf8() == path.to_wtf8() {
        return Ok(());
    }
    let name = Name::new(path.to_wtf8());
    code::set_filename(cx, code, &name);
    Ok(())
}
