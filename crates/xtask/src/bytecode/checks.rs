//! What must hold for every code object of the reference, apart from our compiler.

use std::sync::Arc;

use taipan_bytecode::{CodeObject, exctable, linetable, marshal, verify};

/// Marshal, both tables and the verifier, for the code object and all inside it.
pub fn check(code: &CodeObject) -> Result<(), String> {
    let shared = Arc::new(code.clone());
    let data = marshal::dumps_code(&shared).map_err(|e| format!("marshal does not write it: {e}"))?;
    let again = marshal::loads_code(&data).map_err(|e| format!("marshal does not read its own: {e}"))?;
    if again != *code {
        return Err("marshal changed it".to_owned());
    }
    check_one(code)
}

fn check_one(code: &CodeObject) -> Result<(), String> {
    let place = || format!(" [{} line {}]", code.qualname, code.firstlineno);
    let mut writer = linetable::Writer::new(code.firstlineno);
    let mut entries = linetable::entries(&code.linetable, code.firstlineno);
    entries.by_ref().for_each(|e| writer.push(e.location, (e.end - e.start) as usize));
    if entries.is_malformed() {
        return Err(format!("location table does not decode{}", place()));
    }
    if writer.finish() != *code.linetable {
        return Err(format!("location table is written otherwise{}", place()));
    }
    let table = exctable::decode(&code.exceptiontable).map_err(|_| format!("exception table{}", place()))?;
    if exctable::encode(&table) != *code.exceptiontable {
        return Err(format!("exception table is written otherwise{}", place()));
    }
    let verified = verify::verify(code).map_err(|e| format!("{} [{}]{}", e.message, e, place()))?;
    if verified.max_depth > code.stacksize {
        return Err(format!("stack size{}", place()));
    }
    code.nested().try_for_each(|inner| check_one(inner))
}
