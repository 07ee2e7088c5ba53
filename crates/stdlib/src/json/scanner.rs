//! `make_scanner`: from JSON text to values.

use taipan_macros::{Trace, native};
use taipan_object::native::MemberDef;
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, Dict, Handle, Obj, Payload, R, Raised, Slots, Str, Type, TypeDefs, Value, dict, exc, float,
    int, ops,
};
use taipan_types::list::new_list;

use super::expect_text;
use super::text::{decode_error, scan};

/// What the scanner took from the decoder.
#[derive(Trace)]
pub struct Scanner {
    #[trace(skip)]
    strict: bool,
    strict_value: Value,
    object_hook: Value,
    object_pairs_hook: Value,
    parse_float: Value,
    parse_int: Value,
    parse_constant: Value,
}

// SAFETY: instances of the type begin with this payload; all values are traced.
unsafe impl Payload for Scanner {
    const TYPE: &'static Obj<Type> = &SCANNER;
}

const fn member(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> MemberDef {
    MemberDef { name, doc: Some(name), get, set: None }
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Scanner>> {
    match value.cast::<Scanner>() {
        Some(scanner) => Ok(scanner),
        None => Err(cx.type_error("a '_json.Scanner' object is required")),
    }
}

/// `_json.Scanner`.
pub static SCANNER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Scanner>("_json.Scanner")
        .base(&OBJECT)
        .with_slots(Slots {
            new: Some(|cx, _, args| (make_scanner__def.call)(cx, args)),
            call: Some(call),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            members: &[
                member("strict", |cx, v| Ok(this(cx, v)?.get(cx).strict_value.clone())),
                member("object_hook", |cx, v| Ok(this(cx, v)?.get(cx).object_hook.clone())),
                member("object_pairs_hook", |cx, v| Ok(this(cx, v)?.get(cx).object_pairs_hook.clone())),
                member("parse_float", |cx, v| Ok(this(cx, v)?.get(cx).parse_float.clone())),
                member("parse_int", |cx, v| Ok(this(cx, v)?.get(cx).parse_int.clone())),
                member("parse_constant", |cx, v| Ok(this(cx, v)?.get(cx).parse_constant.clone())),
            ],
            ..TypeDefs::NONE
        })
        .doc("JSON scanner object"),
);

#[native("make_scanner(context)")]
fn make_scanner(cx: &mut Cx, context: &Value) -> R {
    let strict_value = ops::getattr_str(cx, context, "strict")?;
    let strict = ops::truth(cx, &strict_value)?;
    let scanner = Scanner {
        strict,
        strict_value: Value::bool(strict),
        object_hook: ops::getattr_str(cx, context, "object_hook")?,
        object_pairs_hook: ops::getattr_str(cx, context, "object_pairs_hook")?,
        parse_float: ops::getattr_str(cx, context, "parse_float")?,
        parse_int: ops::getattr_str(cx, context, "parse_int")?,
        parse_constant: ops::getattr_str(cx, context, "parse_constant")?,
    };
    Ok(cx.new_object(scanner).into_value())
}

fn call(cx: &mut Cx, this: &Value, args: Args<'_>) -> R {
    let mut values = vec![this.clone()];
    values.extend_from_slice(args.values());
    (scan_once__def.call)(cx, Args::new(&values, args.names()))
}

#[native("scan_once($self, string, idx)")]
fn scan_once(cx: &mut Cx, this: &Obj<Scanner>, string: &Value, idx: i64) -> R {
    let text = expect_text(cx, string)?;
    let Ok(at) = usize::try_from(idx) else { return Err(cx.value_error("idx cannot be negative")) };
    let state = this.get(cx);
    let mut scan = Scan {
        text,
        strict: state.strict,
        object_hook: Some(state.object_hook.clone()).filter(|h| !h.is_none()),
        object_pairs_hook: Some(state.object_pairs_hook.clone()).filter(|h| !h.is_none()),
        parse_float: Some(state.parse_float.clone())
            .filter(|f| !f.is(&taipan_object::float::FLOAT.to_value())),
        parse_int: Some(state.parse_int.clone()).filter(|f| !f.is(&taipan_object::int::INT.to_value())),
        parse_constant: state.parse_constant.clone(),
        keys: cx.new_dict(),
    };
    let (value, end) = scan.value(cx, at)?;
    let end = cx.int(end as i64);
    Ok(cx.tuple_value([value, end]))
}

/// One scan. Functions of the default kind are `None`.
struct Scan<'a> {
    text: &'a Obj<Str>,
    strict: bool,
    object_hook: Option<Value>,
    object_pairs_hook: Option<Value>,
    parse_float: Option<Value>,
    parse_int: Option<Value>,
    parse_constant: Value,
    /// Equal keys of objects are one string.
    keys: Handle<Dict>,
}

#[cold]
fn stop(cx: &mut Cx, at: usize) -> Raised {
    let at = cx.int(at as i64);
    exc::raise_with(cx, &exc::STOP_ITERATION, at)
}

impl Scan<'_> {
    #[inline]
    fn at(&self, i: usize) -> Option<u32> {
        self.text.data().get(i)
    }

    fn is(&self, i: usize, c: char) -> bool {
        self.at(i) == Some(c.into())
    }

    fn follows(&self, i: usize, word: &str) -> bool {
        word.bytes().enumerate().all(|(k, b)| self.at(i + k) == Some(b.into()))
    }

    fn skip_space(&self, mut i: usize) -> usize {
        while matches!(self.at(i), Some(0x20 | 0x09 | 0x0A | 0x0D)) {
            i += 1;
        }
        i
    }

    fn error<T>(&self, cx: &mut Cx, message: &str, at: usize) -> R<T> {
        Err(decode_error(cx, message, self.text, at))
    }

    fn constant(&self, cx: &mut Cx, name: &str, at: usize) -> R<(Value, usize)> {
        let word = cx.intern(name).into_value();
        let value = ops::call(cx, &self.parse_constant, &[word])?;
        Ok((value, at + name.len()))
    }

    /// The value at `at`, and the place behind it. StopIteration with the place where there is none.
    fn value(&mut self, cx: &mut Cx, at: usize) -> R<(Value, usize)> {
        let Some(first) = self.at(at).and_then(char::from_u32) else { return Err(stop(cx, at)) };
        match first {
            '"' => scan(cx, self.text, at + 1, self.strict),
            '{' => {
                cx.check_native_stack(" while decoding a JSON object from a unicode string")?;
                self.object(cx, at + 1)
            }
            '[' => {
                cx.check_native_stack(" while decoding a JSON array from a unicode string")?;
                self.array(cx, at + 1)
            }
            'n' if self.follows(at, "null") => Ok((Value::none(), at + 4)),
            't' if self.follows(at, "true") => Ok((Value::bool(true), at + 4)),
            'f' if self.follows(at, "false") => Ok((Value::bool(false), at + 5)),
            'N' if self.follows(at, "NaN") => self.constant(cx, "NaN", at),
            'I' if self.follows(at, "Infinity") => self.constant(cx, "Infinity", at),
            '-' if self.follows(at, "-Infinity") => self.constant(cx, "-Infinity", at),
            _ => self.number(cx, at),
        }
    }

    fn digits(&self, mut i: usize) -> usize {
        while matches!(self.at(i), Some(0x30..=0x39)) {
            i += 1;
        }
        i
    }

    fn number(&mut self, cx: &mut Cx, start: usize) -> R<(Value, usize)> {
        let first = if self.is(start, '-') { start + 1 } else { start };
        let mut end = match self.at(first) {
            Some(0x30) => first + 1,
            Some(0x31..=0x39) => self.digits(first),
            _ => return Err(stop(cx, start)),
        };
        let mut real = false;
        if self.is(end, '.') && self.digits(end + 1) > end + 1 {
            real = true;
            end = self.digits(end + 1);
        }
        if matches!(self.at(end), Some(0x45 | 0x65)) {
            let signed = if matches!(self.at(end + 1), Some(0x2B | 0x2D)) { end + 2 } else { end + 1 };
            if self.digits(signed) > signed {
                real = true;
                end = self.digits(signed);
            }
        }
        let ascii: String = (start..end).filter_map(|i| self.at(i)).filter_map(char::from_u32).collect();
        if !real
            && self.parse_int.is_none()
            && ascii.len() < 18
            && let Ok(small) = ascii.parse::<i64>()
        {
            return Ok((cx.int(small), end));
        }
        let custom = if real { self.parse_float.clone() } else { self.parse_int.clone() };
        if custom.is_none()
            && real
            && let Ok(number) = ascii.parse::<f64>()
        {
            return Ok((cx.float(number), end));
        }
        let class =
            custom.unwrap_or_else(|| if real { float::FLOAT.to_value() } else { int::INT.to_value() });
        let text = cx.str(&ascii);
        Ok((ops::call(cx, &class, &[text])?, end))
    }

    fn key(&mut self, cx: &mut Cx, at: usize) -> R<(Value, usize)> {
        let (key, end) = scan(cx, self.text, at, self.strict)?;
        let shared = dict::set_default(cx, &self.keys, &key, &key)?;
        Ok((shared, end))
    }

    fn object(&mut self, cx: &mut Cx, start: usize) -> R<(Value, usize)> {
        let mut pairs = self.object_pairs_hook.is_some().then(Vec::new);
        let made = cx.new_dict();
        let mut i = self.skip_space(start);
        if !self.is(i, '}') {
            loop {
                if !self.is(i, '"') {
                    return self.error(cx, "Expecting property name enclosed in double quotes", i);
                }
                let (key, end) = self.key(cx, i + 1)?;
                i = self.skip_space(end);
                if !self.is(i, ':') {
                    return self.error(cx, "Expecting ':' delimiter", i);
                }
                i = self.skip_space(i + 1);
                let (value, end) = self.value(cx, i)?;
                match &mut pairs {
                    Some(pairs) => pairs.push(cx.tuple_value([key, value])),
                    None => dict::set(cx, &made, key, value)?,
                }
                i = self.skip_space(end);
                if self.is(i, '}') {
                    break;
                }
                if !self.is(i, ',') {
                    return self.error(cx, "Expecting ',' delimiter", i);
                }
                let comma = i;
                i = self.skip_space(i + 1);
                if self.is(i, '}') {
                    return self.error(cx, "Illegal trailing comma before end of object", comma);
                }
            }
        }
        let value = match (pairs, &self.object_pairs_hook, &self.object_hook) {
            (Some(pairs), Some(hook), _) => {
                let (list, hook) = (new_list(cx, pairs).into_value(), hook.clone());
                ops::call(cx, &hook, &[list])?
            }
            (_, _, Some(hook)) => {
                let hook = hook.clone();
                ops::call(cx, &hook, &[made.into_value()])?
            }
            _ => made.into_value(),
        };
        Ok((value, i + 1))
    }

    fn array(&mut self, cx: &mut Cx, start: usize) -> R<(Value, usize)> {
        let mut items = Vec::new();
        let mut i = self.skip_space(start);
        if !self.is(i, ']') {
            loop {
                let (value, end) = self.value(cx, i)?;
                items.push(value);
                i = self.skip_space(end);
                if self.is(i, ']') {
                    break;
                }
                if !self.is(i, ',') {
                    return self.error(cx, "Expecting ',' delimiter", i);
                }
                let comma = i;
                i = self.skip_space(i + 1);
                if self.is(i, ']') {
                    return self.error(cx, "Illegal trailing comma before end of array", comma);
                }
            }
        }
        Ok((new_list(cx, items).into_value(), i + 1))
    }
}
