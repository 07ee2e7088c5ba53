//! `MultibyteIncrementalEncoder` and `MultibyteIncrementalDecoder`.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, buffer, exc, flags, int,
};
use taipan_text::cjk::{Codec, State};

use super::{codec_of_class, constructor_errors, decode_bytes, encode_text, new_errors, text_of};

/// The most characters an encoder keeps, and bytes a decoder keeps.
const MOST_CHARACTERS: usize = 2;
const MOST_BYTES: usize = 8;

/// What an encoder carries from call to call.
pub struct Encoder {
    pub codec: &'static Codec,
    pub state: State,
    pub pending: Vec<u32>,
    pub errors: String,
}

impl Encoder {
    pub fn new(codec: &'static Codec, errors: String) -> Encoder {
        Encoder { codec, state: codec.encode_state(), pending: Vec::new(), errors }
    }
}

/// Encodes with the encoder that `take` reaches, which is read and written around the run of error handlers.
pub fn encode_with(
    cx: &mut Cx,
    input: &Value,
    last: bool,
    mut reach: impl FnMut(&mut Cx, &mut dyn FnMut(&mut Encoder)),
) -> R<Vec<u8>> {
    let text = text_of(cx, input)?;
    let mut taken = None;
    reach(cx, &mut |e| taken = Some((e.codec, e.state, e.pending.clone(), e.errors.clone())));
    let Some((codec, mut state, pending, errors)) = taken else { return Ok(Vec::new()) };
    let text = if pending.is_empty() {
        text
    } else {
        let mut points = pending;
        points.extend(text.chars());
        cx.str_from_code_points(&points)
    };
    let result = encode_text(cx, codec, &mut state, &text, &errors, last);
    reach(cx, &mut |e| e.state = state);
    let (out, used) = result?;
    let rest: Vec<u32> = text.chars().skip(used).collect();
    if rest.len() > MOST_CHARACTERS {
        let len = text.len();
        return Err(exc::raise_encode(cx, codec.name, &text, used, len, "pending buffer overflow"));
    }
    reach(cx, &mut |e| e.pending = rest.clone());
    Ok(out)
}

/// The payload of an incremental encoder.
#[derive(Trace)]
pub struct IncrementalEncoder {
    #[trace(skip)]
    encoder: Encoder,
}

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for IncrementalEncoder {
    const TYPE: &'static Obj<Type> = &INCREMENTAL_ENCODER;
}

/// `_multibytecodec.MultibyteIncrementalEncoder`.
pub static INCREMENTAL_ENCODER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<IncrementalEncoder>("_multibytecodec.MultibyteIncrementalEncoder")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new_encoder), init: Some(|_, _, _| Ok(())), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![encode, encoder_getstate, encoder_setstate, encoder_reset],
            getset: ENCODER_GETSET,
            ..TypeDefs::NONE
        }),
);

#[native("IncrementalEncoder(errors='strict')")]
fn encoder_arguments(cx: &mut Cx, errors: Option<&Value>) -> R {
    let errors = constructor_errors(cx, "IncrementalEncoder", 1, errors)?;
    Ok(cx.str(&errors))
}

fn handler_name(errors: &Value) -> String {
    errors.as_str().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default()
}

fn new_encoder(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let errors = handler_name(&(encoder_arguments__def.call)(cx, args)?);
    let codec = codec_of_class(cx, class)?;
    Ok(cx.new_instance(class, IncrementalEncoder { encoder: Encoder::new(codec, errors) }).into_value())
}

#[native("MultibyteIncrementalEncoder.encode($self, /, input, final=False)")]
fn encode(cx: &mut Cx, this: &Obj<IncrementalEncoder>, input: &Value, last: bool) -> R {
    let out = encode_with(cx, input, last, |cx, f| f(&mut this.get_mut(cx).encoder))?;
    Ok(cx.bytes(&out))
}

/// The state as a number: the length of the pending characters' UTF-8, that, and the state's bytes, little-endian.
#[native("MultibyteIncrementalEncoder.getstate($self, /)")]
fn encoder_getstate(cx: &mut Cx, this: &Obj<IncrementalEncoder>) -> R {
    let encoder = &this.get(cx).encoder;
    let pending: taipan_text::Wtf8Buf = encoder.pending.iter().copied().collect();
    let mut bytes = vec![pending.as_bytes().len() as u8];
    bytes.extend_from_slice(pending.as_bytes());
    bytes.extend_from_slice(&encoder.state);
    Ok(cx.int_from_big(dashu_int::UBig::from_le_bytes(&bytes).into()))
}

/// The little-endian bytes of a number that is not negative; OverflowError where they are more than `most`.
fn number_bytes(cx: &mut Cx, value: &Value, most: usize) -> R<Vec<u8>> {
    let exact = int::index(cx, value)?;
    let Some(number) = exact.as_int() else { return Ok(Vec::new()) };
    if number.is_negative() {
        return Err(cx.overflow_error("can't convert negative int to unsigned"));
    }
    let number = number.to_big().into_owned();
    let (_, magnitude) = number.into_parts();
    let mut bytes = magnitude.to_le_bytes().to_vec();
    if bytes.len() > most {
        return Err(cx.overflow_error("int too big to convert"));
    }
    bytes.resize(most, 0);
    Ok(bytes)
}

#[native("MultibyteIncrementalEncoder.setstate($self, state, /)")]
fn encoder_setstate(cx: &mut Cx, this: &Obj<IncrementalEncoder>, state: &Value) -> R<()> {
    if state.as_int().is_none() {
        let message = format!("setstate() argument must be int, not {}", state.type_name(cx));
        return Err(cx.type_error(message));
    }
    let bytes = number_bytes(cx, state, 1 + MOST_CHARACTERS * 4 + 8)?;
    let length = usize::from(bytes[0]);
    if length > MOST_CHARACTERS * 4 {
        return Err(cx.raise(&exc::UNICODE_ERROR, "pending buffer too large"));
    }
    let decode = cx.interp().runtime.decode;
    let pending = decode(cx, &bytes[1..=length], "utf-8", "strict")?;
    let pending: Vec<u32> = pending.as_str().map(|p| p.chars().collect()).unwrap_or_default();
    let encoder = &mut this.get_mut(cx).encoder;
    encoder.state.copy_from_slice(&bytes[1 + length..][..8]);
    encoder.pending = pending;
    Ok(())
}

#[native("MultibyteIncrementalEncoder.reset($self, /)")]
fn encoder_reset(cx: &mut Cx, this: &Obj<IncrementalEncoder>) -> R<()> {
    let encoder = &mut this.get_mut(cx).encoder;
    encoder.codec.reset_encode(&mut encoder.state, &mut Vec::new());
    encoder.pending.clear();
    Ok(())
}

static ENCODER_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "errors",
    doc: Some("how to treat errors"),
    get: Some(|cx, v| {
        let errors = v.cast::<IncrementalEncoder>().map(|e| e.get(cx).encoder.errors.clone());
        Ok(cx.str(&errors.unwrap_or_default()))
    }),
    set: Some(|cx, v, value| {
        let errors = new_errors(cx, value)?;
        if let Some(encoder) = v.cast::<IncrementalEncoder>() {
            encoder.get_mut(cx).encoder.errors = errors;
        }
        Ok(())
    }),
}];

/// What a decoder carries from call to call.
pub struct Decoder {
    pub codec: &'static Codec,
    pub state: State,
    pub pending: Vec<u8>,
    pub errors: String,
}

impl Decoder {
    pub fn new(codec: &'static Codec, errors: String) -> Decoder {
        Decoder { codec, state: codec.decode_state(), pending: Vec::new(), errors }
    }
}

/// Decodes with the decoder that `reach` reaches.
pub fn decode_with(
    cx: &mut Cx,
    input: &[u8],
    last: bool,
    mut reach: impl FnMut(&mut Cx, &mut dyn FnMut(&mut Decoder)),
) -> R {
    let mut taken = None;
    reach(cx, &mut |d| taken = Some((d.codec, d.state, d.pending.clone(), d.errors.clone())));
    let Some((codec, mut state, mut data, errors)) = taken else { return Ok(cx.empty_str()) };
    data.extend_from_slice(input);
    let result = decode_bytes(cx, codec, &mut state, &data, &errors, last);
    reach(cx, &mut |d| d.state = state);
    let (text, used) = result?;
    let rest = data.get(used..).unwrap_or_default();
    if rest.len() > MOST_BYTES {
        return Err(exc::raise_decode(cx, codec.name, &data, used, data.len(), "pending buffer overflow"));
    }
    reach(cx, &mut |d| d.pending = rest.to_vec());
    Ok(text)
}

/// The payload of an incremental decoder.
#[derive(Trace)]
pub struct IncrementalDecoder {
    #[trace(skip)]
    decoder: Decoder,
}

// SAFETY: instances of the type and its subtypes begin with this payload, which holds no values.
unsafe impl Payload for IncrementalDecoder {
    const TYPE: &'static Obj<Type> = &INCREMENTAL_DECODER;
}

/// `_multibytecodec.MultibyteIncrementalDecoder`.
pub static INCREMENTAL_DECODER: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<IncrementalDecoder>("_multibytecodec.MultibyteIncrementalDecoder")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new_decoder), init: Some(|_, _, _| Ok(())), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![decode, decoder_getstate, decoder_setstate, decoder_reset],
            getset: DECODER_GETSET,
            ..TypeDefs::NONE
        }),
);

#[native("IncrementalDecoder(errors='strict')")]
fn decoder_arguments(cx: &mut Cx, errors: Option<&Value>) -> R {
    let errors = constructor_errors(cx, "IncrementalDecoder", 1, errors)?;
    Ok(cx.str(&errors))
}

fn new_decoder(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let errors = handler_name(&(decoder_arguments__def.call)(cx, args)?);
    let codec = codec_of_class(cx, class)?;
    Ok(cx.new_instance(class, IncrementalDecoder { decoder: Decoder::new(codec, errors) }).into_value())
}

#[native("MultibyteIncrementalDecoder.decode($self, /, input, final=False)")]
fn decode(cx: &mut Cx, this: &Obj<IncrementalDecoder>, input: &Value, last: bool) -> R {
    let data = buffer::bytes_like(cx, input)?.to_vec(cx);
    decode_with(cx, &data, last, |cx, f| f(&mut this.get_mut(cx).decoder))
}

#[native("MultibyteIncrementalDecoder.getstate($self, /)")]
fn decoder_getstate(cx: &mut Cx, this: &Obj<IncrementalDecoder>) -> R {
    let decoder = &this.get(cx).decoder;
    let (pending, state) = (decoder.pending.clone(), decoder.state);
    let (pending, state) = (cx.bytes(&pending), cx.int_from_u64(u64::from_le_bytes(state)));
    Ok(cx.tuple_value([pending, state]))
}

#[native("MultibyteIncrementalDecoder.setstate($self, state, /)")]
fn decoder_setstate(cx: &mut Cx, this: &Obj<IncrementalDecoder>, state: &Value) -> R<()> {
    let Some(parts) = state.cast::<Tuple>() else {
        let message = format!("setstate() argument must be tuple, not {}", state.type_name(cx));
        return Err(cx.type_error(message));
    };
    let [pending, number] = parts.items() else {
        return Err(cx.type_error("setstate(): illegal state argument"));
    };
    let (Some(pending), Some(_)) = (pending.as_bytes(), number.as_int()) else {
        return Err(cx.type_error("setstate(): illegal state argument"));
    };
    let bytes = number_bytes(cx, number, 8)?;
    let pending = pending.as_slice().to_vec();
    if pending.len() > MOST_BYTES {
        let name = this.get(cx).decoder.codec.name;
        let len = pending.len();
        return Err(exc::raise_decode(cx, name, &pending, 0, len, "pending buffer too large"));
    }
    let decoder = &mut this.get_mut(cx).decoder;
    decoder.pending = pending;
    decoder.state.copy_from_slice(&bytes);
    Ok(())
}

#[native("MultibyteIncrementalDecoder.reset($self, /)")]
fn decoder_reset(cx: &mut Cx, this: &Obj<IncrementalDecoder>) -> R<()> {
    let decoder = &mut this.get_mut(cx).decoder;
    decoder.codec.reset_decode(&mut decoder.state);
    decoder.pending.clear();
    Ok(())
}

static DECODER_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "errors",
    doc: Some("how to treat errors"),
    get: Some(|cx, v| {
        let errors = v.cast::<IncrementalDecoder>().map(|d| d.get(cx).decoder.errors.clone());
        Ok(cx.str(&errors.unwrap_or_default()))
    }),
    set: Some(|cx, v, value| {
        let errors = new_errors(cx, value)?;
        if let Some(decoder) = v.cast::<IncrementalDecoder>() {
            decoder.get_mut(cx).decoder.errors = errors;
        }
        Ok(())
    }),
}];
