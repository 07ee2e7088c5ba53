//! `str(…)` and `str.encode`.

use taipan_macros::native;
use taipan_object::str::STR;
use taipan_object::{Args, Cx, Obj, R, Str, Type, Value, buffer, instance, ops};

use super::codec;

/// The arguments of `str()` by position or keyword.
fn arguments<'a>(cx: &mut Cx, args: Args<'a>) -> R<[Option<&'a Value>; 3]> {
    let pos = args.pos();
    let total = args.values().len();
    if total > 3 && args.has_keywords() {
        return Err(cx.type_error(format!("str() takes at most 3 arguments ({total} given)")));
    }
    if pos.len() > 3 {
        return Err(cx.type_error(format!("str expected at most 3 arguments, got {}", pos.len())));
    }
    let mut bound = [pos.first(), pos.get(1), pos.get(2)];
    for (name, value) in args.keywords() {
        let Some(i) = ["object", "encoding", "errors"].iter().position(|p| name.eq_str(p)) else {
            let name = name.to_string_lossy().into_owned();
            return Err(cx.type_error(format!("str() got an unexpected keyword argument '{name}'")));
        };
        if bound[i].is_some() {
            let name = name.to_string_lossy().into_owned();
            return Err(cx.type_error(format!(
                "argument for str() given by name ('{name}') and position ({})",
                i + 1
            )));
        }
        bound[i] = Some(value);
    }
    Ok(bound)
}

pub fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let text = match (args.pos(), args.has_keywords()) {
        ([one], false) => ops::str_value(cx, one)?,
        _ => construct(cx, args)?,
    };
    if class.is(&STR) {
        return Ok(text);
    }
    let exact = match text.as_str() {
        Some(s) => s.to_value(),
        None => return Err(cx.type_error("a str is required")),
    };
    Ok(instance::new_wrapped(cx, class, exact))
}

fn construct(cx: &mut Cx, args: Args<'_>) -> R {
    let [object, encoding, errors] = arguments(cx, args)?;
    let encoding = codec::name(cx, encoding, "str", "encoding")?;
    let errors = codec::name(cx, errors, "str", "errors")?;
    let Some(object) = object else { return Ok(cx.empty_str()) };
    if encoding.is_none() && errors.is_none() {
        return ops::str_value(cx, object);
    }
    if object.as_str().is_some() {
        return Err(cx.type_error("decoding str is not supported"));
    }
    if !buffer::supports(cx, object) {
        let message = format!("decoding to str: need a bytes-like object, {} found", object.type_name(cx));
        return Err(cx.type_error(message));
    }
    let lent = buffer::bytes_like(cx, object)?;
    let bytes = lent.to_vec(cx);
    drop(lent);
    codec::decode(cx, &bytes, encoding.as_deref(), errors.as_deref())
}

/// Encode the string using the codec registered for encoding.
///
///   encoding
///     The encoding in which to encode the string.
///   errors
///     The error handling scheme to use for encoding errors.
///     The default is 'strict' meaning that encoding errors raise a
///     UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
///     and 'xmlcharrefreplace' as well as any other name registered with
///     codecs.register_error that can handle UnicodeEncodeErrors.
#[native("str.encode($self, /, encoding='utf-8', errors='strict')")]
pub fn encode(cx: &mut Cx, this: &Obj<Str>, encoding: Option<&Value>, errors: Option<&Value>) -> R {
    let encoding = codec::name(cx, encoding, "encode", "encoding")?;
    let errors = codec::name(cx, errors, "encode", "errors")?;
    codec::encode(cx, this, encoding.as_deref(), errors.as_deref())
}
