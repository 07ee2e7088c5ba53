//! Universal newlines: the state that translates line ends, and `IncrementalNewlineDecoder` around it.

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Str, StrData, Trace, Tuple, Type, TypeDefs, Value, descr,
    flags, int,
};

use super::call;

/// Kinds of line ends that were seen.
const SEEN_CR: u8 = 1;
const SEEN_LF: u8 = 2;
const SEEN_CRLF: u8 = 4;

/// What universal newlines remember between two pieces of text.
#[derive(Clone, Default)]
pub struct Newlines {
    pub translate: bool,
    /// A `\r` at the end of the last piece, held back until it is known whether a `\n` follows.
    pub pending_cr: bool,
    seen: u8,
}

impl Newlines {
    pub fn new(translate: bool) -> Newlines {
        Newlines { translate, pending_cr: false, seen: 0 }
    }

    pub fn reset(&mut self) {
        self.pending_cr = false;
        self.seen = 0;
    }

    /// Whether text can pass as it is: ASCII or not, no `\r` in it, none pending.
    fn passes(&self, text: &Obj<Str>) -> bool {
        !self.pending_cr
            && match text.data() {
                StrData::One(s) => !s.contains(&b'\r'),
                StrData::Two(s) => !s.contains(&13),
                StrData::Four(s) => !s.contains(&13),
            }
    }

    /// Translates a piece.
    pub fn feed(&mut self, cx: &Cx, text: &Obj<Str>, last: bool) -> Value {
        if self.passes(text) {
            if self.seen & SEEN_LF == 0 && text.chars().any(|c| c == 10) {
                self.seen |= SEEN_LF;
            }
            return text.to_value();
        }
        let mut points: Vec<u32> = Vec::with_capacity(text.len() + 1);
        if self.pending_cr && (!text.is_empty() || last) {
            points.push(13);
            self.pending_cr = false;
        }
        points.extend(text.chars());
        if !last && points.last() == Some(&13) {
            points.pop();
            self.pending_cr = true;
        }
        let mut out = Vec::with_capacity(points.len());
        let mut i = 0;
        while let Some(&c) = points.get(i) {
            i += 1;
            match c {
                13 if points.get(i) == Some(&10) => {
                    i += 1;
                    self.seen |= SEEN_CRLF;
                    if !self.translate {
                        out.push(13);
                    }
                    out.push(10);
                }
                13 => {
                    self.seen |= SEEN_CR;
                    out.push(if self.translate { 10 } else { 13 });
                }
                10 => {
                    self.seen |= SEEN_LF;
                    out.push(10);
                }
                c => out.push(c),
            }
        }
        cx.str_from_code_points(&out).into_value()
    }

    /// The `newlines` attribute: None, one text, or a tuple.
    pub fn seen(&self, cx: &Cx) -> Value {
        let mut kinds = Vec::new();
        for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
            if self.seen & bit != 0 {
                kinds.push(cx.str(text));
            }
        }
        match kinds.len() {
            0 => Value::none(),
            1 => kinds.remove(0),
            _ => cx.tuple(kinds).into_value(),
        }
    }
}

/// The payload of an `IncrementalNewlineDecoder`.
#[derive(Default)]
pub struct NewlineDecoder {
    decoder: Option<Value>,
    errors: Option<Value>,
    newlines: Newlines,
}

impl Trace for NewlineDecoder {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.decoder.trace(visit);
        self.errors.trace(visit);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.decoder.take());
        out.extend(self.errors.take());
    }
}

// SAFETY: instances of the type and its subtypes begin with `Obj<NewlineDecoder>`; the values are traced.
unsafe impl Payload for NewlineDecoder {
    const TYPE: &'static Obj<Type> = &INCREMENTAL_NEWLINE_DECODER;
}

/// `_io.IncrementalNewlineDecoder`.
pub static INCREMENTAL_NEWLINE_DECODER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<NewlineDecoder>("_io.IncrementalNewlineDecoder")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new), init: Some(init), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: natives![decode, getstate, setstate, reset], getset: GETSET, ..TypeDefs::NONE })
        .doc("IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\nCodec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.\nIt also records the types of newlines encountered.  When used with\ntranslate=False, it ensures that the newline sequence is returned in\none piece. When used with decoder=None, it expects unicode strings as\ndecode input and translates newlines without first invoking an external\ndecoder."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, NewlineDecoder::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (init_native__def.call)(cx, args)).map(drop)
}

#[native("IncrementalNewlineDecoder.__init__($self, /, decoder, translate, errors='strict')", no_signature)]
fn init_native(
    cx: &mut Cx,
    this: &Obj<NewlineDecoder>,
    decoder: &Value,
    translate: bool,
    errors: Option<&Value>,
) -> R<()> {
    let errors = errors.cloned().unwrap_or_else(|| cx.str("strict"));
    let new = NewlineDecoder {
        decoder: Some(decoder.clone()),
        errors: Some(errors),
        newlines: Newlines::new(translate),
    };
    let old = std::mem::replace(this.get_mut(cx), new);
    drop(old);
    Ok(())
}

fn inner(cx: &mut Cx, this: &Obj<NewlineDecoder>) -> R {
    match &this.get(cx).decoder {
        Some(decoder) => Ok(decoder.clone()),
        None => Err(cx.value_error("IncrementalNewlineDecoder.__init__() not called")),
    }
}

#[native("IncrementalNewlineDecoder.decode($self, /, input, final=False)")]
fn decode(cx: &mut Cx, this: &Obj<NewlineDecoder>, input: &Value, last: bool) -> R {
    let decoder = inner(cx, this)?;
    let text = if decoder.is_none() {
        input.clone()
    } else {
        call(cx, &decoder, "decode", &[input.clone(), Value::bool(last)])?
    };
    let Some(text) = text.as_str() else {
        let message = format!("decoder should return a string result, not '{}'", text.type_name(cx));
        return Err(cx.type_error(message));
    };
    let mut newlines = this.get(cx).newlines.clone();
    let result = newlines.feed(cx, text, last);
    this.get_mut(cx).newlines = newlines;
    Ok(result)
}

#[native("IncrementalNewlineDecoder.getstate($self, /)")]
fn getstate(cx: &mut Cx, this: &Obj<NewlineDecoder>) -> R {
    let decoder = inner(cx, this)?;
    let (buffer, flag) = if decoder.is_none() {
        (cx.bytes(b""), 0)
    } else {
        let state = call(cx, &decoder, "getstate", &[])?;
        let Some([buffer, flag]) = state.cast::<Tuple>().map(|t| t.items()) else {
            return Err(cx.type_error("illegal decoder state"));
        };
        if flag.as_int().is_none() {
            return Err(cx.type_error("illegal decoder state"));
        }
        (buffer.clone(), int::index_i64(cx, flag)?)
    };
    let flag = flag << 1 | i64::from(this.get(cx).newlines.pending_cr);
    let flag = cx.int(flag);
    Ok(cx.tuple_value([buffer, flag]))
}

#[native("IncrementalNewlineDecoder.setstate($self, state, /)")]
fn setstate(cx: &mut Cx, this: &Obj<NewlineDecoder>, state: &Value) -> R<()> {
    let decoder = inner(cx, this)?;
    let Some(items) = state.cast::<Tuple>().map(|t| t.items().to_vec()) else {
        return Err(cx.type_error("state argument must be a tuple"));
    };
    let [buffer, flag] = &items[..] else { return Err(cx.type_error("setstate(): illegal state argument")) };
    let flag = int::index_i64(cx, flag)?;
    this.get_mut(cx).newlines.pending_cr = flag & 1 != 0;
    if decoder.is_none() {
        return Ok(());
    }
    let flag = cx.int(flag >> 1);
    let state = cx.tuple_value([buffer.clone(), flag]);
    call(cx, &decoder, "setstate", &[state]).map(drop)
}

#[native("IncrementalNewlineDecoder.reset($self, /)")]
fn reset(cx: &mut Cx, this: &Obj<NewlineDecoder>) -> R<()> {
    let decoder = inner(cx, this)?;
    this.get_mut(cx).newlines.reset();
    if decoder.is_none() { Ok(()) } else { call(cx, &decoder, "reset", &[]).map(drop) }
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "newlines",
    doc: None,
    get: Some(|cx, this| {
        let Some(decoder) = this.cast::<NewlineDecoder>() else { return Ok(Value::none()) };
        inner(cx, decoder)?;
        Ok(decoder.get(cx).newlines.seen(cx))
    }),
    set: None,
}];
