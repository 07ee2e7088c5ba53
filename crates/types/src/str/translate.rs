//! `str.maketrans` and `str.translate`.

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Str, Value, dict, exc, ops};

use super::{StrBuilder, str_arg};

/// Return a translation table usable for str.translate().
///
/// If there is only one argument, it must be a dictionary mapping
/// Unicode ordinals (integers) or characters to Unicode ordinals,
/// strings or None.  Character keys will be then converted to ordinals.
/// If there are two arguments, they must be strings of equal length,
/// and in the resulting dictionary, each character in x will be mapped
/// to the character at the same position in y.  If there is a third
/// argument, it must be a string, whose characters will be mapped to
/// None in the result.
#[native("str.maketrans(x, y=None, z=None, /)")]
pub fn maketrans(cx: &mut Cx, x: &Value, y: Option<&Value>, z: Option<&Value>) -> R {
    let table = cx.new_dict();
    if let Some(y) = y {
        let y = str_arg(cx, y, "maketrans() argument 2")?;
        let z = z.map(|z| str_arg(cx, z, "maketrans() argument 3")).transpose()?;
        let Some(x) = x.as_str() else {
            return Err(
                cx.type_error("first maketrans argument must be a string if there is a second argument")
            );
        };
        if x.len() != y.len() {
            return Err(cx.value_error("the first two maketrans arguments must have equal length"));
        }
        for (from, to) in x.chars().zip(y.chars()) {
            let (from, to) = (cx.int(from.into()), cx.int(to.into()));
            dict::set(cx, &table, from, to)?;
        }
        for gone in z.into_iter().flat_map(|z| z.chars()) {
            let gone = cx.int(gone.into());
            dict::set(cx, &table, gone, Value::none())?;
        }
        return Ok(table.into_value());
    }
    let Some(map) = x.as_dict().filter(|_| x.is_instance_exact(&dict::DICT)) else {
        return Err(cx.type_error("if you give only one argument to maketrans it must be a dict"));
    };
    for (key, value) in dict::items(cx, map) {
        let key = match (key.as_str(), key.as_int()) {
            (Some(s), _) if s.len() == 1 => cx.int(s.char_at(0).unwrap_or(0).into()),
            (Some(_), _) => {
                return Err(cx.value_error("string keys in translatetable must be of length 1"));
            }
            (_, Some(_)) => key,
            _ => return Err(cx.type_error("keys in translate table mustbe strings or integers")),
        };
        dict::set(cx, &table, key, value)?;
    }
    Ok(table.into_value())
}

/// What a table says of a character: `None` where it says nothing.
fn look_up(cx: &mut Cx, table: &Value, c: u32) -> R<Option<Value>> {
    let key = cx.int(c.into());
    match ops::getitem(cx, table, &key) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => cx.catch(raised, &exc::LOOKUP_ERROR).map(|()| None),
    }
}

fn push_answer(cx: &mut Cx, out: &mut StrBuilder, c: u32, answer: Option<&Value>) -> R<()> {
    let Some(answer) = answer else {
        out.push(c);
        return Ok(());
    };
    if let Some(i) = answer.as_int() {
        return match i.to_i64().and_then(|i| u32::try_from(i).ok()).filter(|&i| i < 0x110000) {
            Some(c) => {
                out.push(c);
                Ok(())
            }
            None => Err(cx.value_error("character mapping must be in range(0x110000)")),
        };
    }
    if let Some(s) = answer.as_str() {
        out.push_str(s);
        return Ok(());
    }
    if answer.is_none() {
        return Ok(());
    }
    Err(cx.type_error("character mapping must return integer, None or str"))
}

/// Replace each character in the string using the given translation table.
///
///   table
///     Translation table, which must be a mapping of Unicode ordinals
///     to Unicode ordinals, strings, or None.
///
/// The table must implement lookup/indexing via __getitem__, for
/// instance a dictionary or list.  If this operation raises
/// LookupError, the character is left untouched.  Characters mapped to
/// None are deleted.
#[native("str.translate($self, table, /)")]
pub fn translate(cx: &mut Cx, this: &Obj<Str>, table: &Value) -> R {
    let mut out = StrBuilder::default();
    out.reserve(cx, this.len())?;
    // ASCII characters are asked about once.
    let mut known: Vec<Option<Option<Value>>> = vec![None; 128];
    for c in this.chars() {
        let Some(place) = known.get(c as usize) else {
            let answer = look_up(cx, table, c)?;
            push_answer(cx, &mut out, c, answer.as_ref())?;
            continue;
        };
        let answer = match place {
            Some(answer) => answer.clone(),
            None => {
                let answer = look_up(cx, table, c)?;
                known[c as usize] = Some(answer.clone());
                answer
            }
        };
        push_answer(cx, &mut out, c, answer.as_ref())?;
    }
    Ok(out.finish(cx))
}
