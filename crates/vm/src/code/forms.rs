//! The forms that instructions took while they ran: what `--dump=prepared` and the recorder show.

use taipan_bytecode::Opcode;

use super::{Code, prepare};
use crate::ops::op;

/// The name of a private opcode.
pub fn name(number: u16) -> &'static str {
    match number.checked_sub(256) {
        Some(own) => op::NAMES.get(usize::from(own)).copied().unwrap_or("?"),
        None => Opcode::from_u16(number).map_or("?", Opcode::name),
    }
}

/// The instructions of a prepared code object whose form is not the one that preparation gave them: offset in bytes and form.
pub fn changed(code: &Code) -> Vec<(u32, &'static str)> {
    let Some(prepared) = code.prepared_parts() else { return Vec::new() };
    let plain = prepare::plain_units(&code.source);
    let mut forms = Vec::new();
    for ins in taipan_bytecode::instructions::instructions(&code.source.code) {
        let at = ins.offset as usize;
        let (Some(now), Some(then)) = (prepared.units.get(at), plain.get(at)) else { continue };
        if *now as u16 != *then as u16 {
            forms.push((ins.offset * 2, name(*now as u16)));
        }
    }
    forms
}
