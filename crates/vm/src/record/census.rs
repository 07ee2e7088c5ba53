//! What lives at the end: objects by type, and the forms that instructions took.

use std::collections::HashMap;

use taipan_event::{CodeId, What};
use taipan_object::Cx;

use super::Shared;
use crate::code::Code;

/// Reports how many objects of each type live now, the commonest first.
pub fn census(cx: &mut Cx) {
    let mut kinds: HashMap<Box<str>, (u64, u64)> = HashMap::new();
    cx.each_live_object(&mut |ty, bytes| {
        let entry = kinds.entry(ty.into()).or_default();
        entry.0 += 1;
        entry.1 += bytes as u64;
    });
    let mut rows: Vec<(Box<str>, u64, u64)> = kinds.into_iter().map(|(kind, (n, b))| (kind, n, b)).collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    super::note(cx, || What::Census(rows));
}

/// Reports the specialised forms of every code object of the program.
pub fn specialised(cx: &mut Cx) {
    let shared = cx.interp_mut().state::<Shared>();
    let codes: Vec<(CodeId, taipan_object::Value)> = shared
        .codes
        .values()
        .filter(|known| known.detailed)
        .map(|known| (known.id, known._kept.clone()))
        .collect();
    for (id, code) in codes {
        let Some(code) = code.cast::<Code>() else { continue };
        let forms = crate::code::forms::changed(code);
        if !forms.is_empty() {
            super::note(cx, || What::Specialised { code: id, forms });
        }
    }
}
