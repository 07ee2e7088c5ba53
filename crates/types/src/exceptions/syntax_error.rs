//! `SyntaxError`: where in the source the error is.

use taipan_object::exc::{SYNTAX_ERROR, fields};
use taipan_object::{Args, Cx, MemberDef, R, Slots, TypeDefs, Value, ops};

use super::base;
use super::fields::{field_opt, member, set_field};
use crate::Types;

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    base::init(cx, this, args)?;
    set_field(cx, this, fields::MSG, args.pos().first().cloned())?;
    let [_, info] = args.pos() else { return Ok(()) };
    let info = ops::collect(cx, info)?;
    match info.len() {
        4 | 6 | 7 => {}
        n if n < 4 => {
            return Err(cx.type_error(format!(
                "function missing required argument '{}' (pos {})",
                ["filename", "lineno", "offset", "text"][n],
                n + 1
            )));
        }
        5 => return Err(cx.type_error("end_offset must be provided when end_lineno is provided")),
        n => return Err(cx.type_error(format!("function takes at most 7 arguments ({n} given)"))),
    }
    let places = [
        fields::SYNTAX_FILENAME,
        fields::LINENO,
        fields::OFFSET,
        fields::TEXT,
        fields::END_LINENO,
        fields::END_OFFSET,
        fields::METADATA,
    ];
    // What an earlier `__init__` set and this one does not give goes.
    let mut given = info.into_iter();
    for place in places {
        let value = given.next();
        set_field(cx, this, place, value)?;
    }
    Ok(())
}

fn str(cx: &mut Cx, this: &Value) -> R {
    let msg = field_opt(cx, this, fields::MSG)?.unwrap_or_else(Value::none);
    let text = ops::str_of(cx, &msg)?;
    let filename = field_opt(cx, this, fields::SYNTAX_FILENAME)?;
    let filename = filename.as_ref().and_then(Value::as_str).map(|f| {
        let path = f.to_string_lossy().into_owned();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    });
    let lineno = field_opt(cx, this, fields::LINENO)?;
    let lineno =
        lineno.as_ref().filter(|l| l.word().is_int()).and_then(Value::as_int).and_then(|i| i.to_i64());
    let suffix = match (filename, lineno) {
        (Some(file), Some(line)) => format!(" ({file}, line {line})"),
        (Some(file), None) => format!(" ({file})"),
        (None, Some(line)) => format!(" (line {line})"),
        (None, None) => return Ok(text.into_value()),
    };
    let mut whole = text.to_wtf8();
    whole.push_str(&suffix);
    Ok(cx.str_from_wtf8(&whole).into_value())
}

static MEMBERS: &[MemberDef] = &[
    member!("msg", fields::MSG, "exception msg"),
    member!("filename", fields::SYNTAX_FILENAME, "exception filename"),
    member!("lineno", fields::LINENO, "exception lineno"),
    member!("offset", fields::OFFSET, "exception offset"),
    member!("text", fields::TEXT, "exception text"),
    member!("end_lineno", fields::END_LINENO, "exception end lineno"),
    member!("end_offset", fields::END_OFFSET, "exception end offset"),
    member!("print_file_and_line", fields::PRINT_FILE_AND_LINE, "exception print_file_and_line"),
    member!("_metadata", fields::METADATA, "exception private metadata"),
];

static DEFS: TypeDefs = TypeDefs { members: MEMBERS, ..TypeDefs::NONE };

pub fn install(types: &mut Types) {
    let slots = Slots { init: Some(init), str: Some(str), ..Slots::EMPTY };
    types.core(&SYNTAX_ERROR, slots, &DEFS, "Invalid syntax.");
}
