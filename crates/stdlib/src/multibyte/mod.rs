//! `_multibytecodec` and the modules `_codecs_cn` to `_codecs_tw`: the Chinese, Japanese and Korean codecs of
//! `taipan_text::cjk` as objects, stateless, incremental and over streams.
//!
//! An incremental object owns its codec's state and what waits for more input: bytes of a decoder, characters of an encoder.

mod incremental;
mod stream;

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{Cx, Handle, Obj, Payload, R, Str, Type, TypeDefs, Value, buffer, exc, flags, ops};
use taipan_text::cjk::{self, Codec, State};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, add_type};
use taipan_vm::runtime::codecs::{DecodeHandler, EncodeHandler, text_value};

/// The payload of a codec object.
#[derive(Trace)]
pub struct MultibyteCodec {
    #[trace(skip)]
    codec: &'static Codec,
}

// SAFETY: instances of the type are `Obj<MultibyteCodec>`; it holds no values.
unsafe impl Payload for MultibyteCodec {
    const TYPE: &'static Obj<Type> = &MULTIBYTE_CODEC;
}

/// `_multibytecodec.MultibyteCodec`.
pub static MULTIBYTE_CODEC: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<MultibyteCodec>("_multibytecodec.MultibyteCodec")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .defs(&TypeDefs { methods: natives![encode, decode], ..TypeDefs::NONE }),
);

/// The name of an error handler, `strict` where none is given.
fn errors_name(cx: &mut Cx, function: &str, errors: Option<&Value>) -> R<String> {
    match errors.filter(|e| !e.is_none()) {
        None => Ok("strict".to_owned()),
        Some(e) => match e.as_str() {
            Some(text) => Ok(text.to_string_lossy().into_owned()),
            None => {
                let message =
                    format!("{function}() argument 'errors' must be str or None, not {}", e.type_name(cx));
                Err(cx.type_error(message))
            }
        },
    }
}

/// The text of an argument, or of what `str()` makes of it.
fn text_of(cx: &mut Cx, value: &Value) -> R<Handle<Str>> {
    match value.as_str() {
        Some(text) => Ok(text.to_handle()),
        None => ops::str_of(cx, value),
    }
}

/// Encodes a text; the bytes, and how many characters were used.
fn encode_text(
    cx: &mut Cx,
    codec: &'static Codec,
    state: &mut State,
    text: &Obj<Str>,
    errors: &str,
    last: bool,
) -> R<(Vec<u8>, usize)> {
    let points: Vec<u32> = text.chars().collect();
    let mut handler = EncodeHandler::new(cx, text, errors);
    let (mut out, used) = cjk::encode(codec, state, &points, last, &mut handler)?;
    if last {
        codec.reset_encode(state, &mut out);
    }
    Ok((out, used))
}

/// Decodes bytes; the text, and how many bytes were used.
fn decode_bytes(
    cx: &mut Cx,
    codec: &'static Codec,
    state: &mut State,
    data: &[u8],
    errors: &str,
    last: bool,
) -> R<(Value, usize)> {
    let decoded = {
        let mut handler = DecodeHandler::new(cx, errors);
        cjk::decode(codec, state, data, last, &mut handler)?
    };
    let used = decoded.used;
    Ok((text_value(cx, decoded.text), used))
}

/// Return an encoded string version of 'input'.
///
/// 'errors' may be given to set a different error handling scheme.
/// Default is 'strict' meaning that encoding errors raise
/// a UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
/// and 'xmlcharrefreplace' as well as any other name registered with
/// codecs.register_error that can handle UnicodeEncodeErrors.
#[native("MultibyteCodec.encode($self, /, input, errors=None)")]
fn encode(cx: &mut Cx, this: &Obj<MultibyteCodec>, input: &Value, errors: Option<&Value>) -> R {
    let codec = this.get(cx).codec;
    let errors = errors_name(cx, "encode", errors)?;
    let text = text_of(cx, input)?;
    let (bytes, _) = encode_text(cx, codec, &mut codec.encode_state(), &text, &errors, true)?;
    let (bytes, used) = (cx.bytes(&bytes), cx.int(text.len() as i64));
    Ok(cx.tuple_value([bytes, used]))
}

/// Decodes 'input'.
///
/// 'errors' may be given to set a different error handling scheme.
/// Default is 'strict' meaning that encoding errors raise
/// a UnicodeDecodeError.  Other possible values are 'ignore' and 'replace'
/// as well as any other name registered with codecs.register_error that
/// is able to handle UnicodeDecodeErrors.
#[native("MultibyteCodec.decode($self, /, input, errors=None)")]
fn decode(cx: &mut Cx, this: &Obj<MultibyteCodec>, input: &Value, errors: Option<&Value>) -> R {
    let codec = this.get(cx).codec;
    let data = buffer::bytes_like(cx, input)?.to_vec(cx);
    let errors = errors_name(cx, "decode", errors)?;
    let (text, _) = decode_bytes(cx, codec, &mut codec.decode_state(), &data, &errors, true)?;
    let used = cx.int(data.len() as i64);
    Ok(cx.tuple_value([text, used]))
}

/// The codec that a class names in its attribute `codec`.
fn codec_of_class(cx: &mut Cx, class: &Obj<Type>) -> R<&'static Codec> {
    let class = class.to_value();
    let codec = ops::getattr_str(cx, &class, "codec")?;
    match codec.cast::<MultibyteCodec>() {
        Some(codec) => Ok(codec.get(cx).codec),
        None => Err(cx.type_error("codec is unexpected type")),
    }
}

/// Sets the attribute `errors`: its new value.
fn new_errors(cx: &mut Cx, value: Option<&Value>) -> R<String> {
    match value {
        None => Err(cx.raise(&exc::ATTRIBUTE_ERROR, "cannot delete attribute")),
        Some(value) => match value.as_str() {
            Some(text) => Ok(text.to_string_lossy().into_owned()),
            None => Err(cx.type_error("errors must be a string")),
        },
    }
}

/// Binds the arguments of a constructor: those before `errors`, and the handler's name.
fn constructor_errors(cx: &mut Cx, name: &str, position: usize, errors: Option<&Value>) -> R<String> {
    match errors {
        None => Ok("strict".to_owned()),
        Some(value) => match value.as_str() {
            Some(text) => Ok(text.to_string_lossy().into_owned()),
            None => {
                let message =
                    format!("{name}() argument {position} must be str, not {}", value.type_name(cx));
                Err(cx.type_error(message))
            }
        },
    }
}

fn get_codec(cx: &mut Cx, module: &str, encoding: &Value) -> R {
    let Some(name) = encoding.as_str().map(|e| e.to_string_lossy().into_owned()) else {
        return Err(cx.type_error("encoding name must be a string."));
    };
    let listed = cjk::MODULES.iter().any(|(m, names)| *m == module && names.contains(&name.as_str()));
    match Codec::find(&name).filter(|_| listed) {
        Some(codec) => Ok(cx.new_object(MultibyteCodec { codec }).into_value()),
        None => Err(cx.raise(&exc::LOOKUP_ERROR, "no such codec is supported.")),
    }
}

/// The modules of the codecs: each has one function.
macro_rules! codec_modules {
    ($($function:ident, $constant:ident, $module:literal;)*) => {
        $(
            mod $function {
                use super::*;

                #[native("getcodec(encoding, /)", no_signature)]
                fn getcodec(cx: &mut Cx, encoding: &Value) -> R {
                    get_codec(cx, $module, encoding)
                }

                pub static FUNCTIONS: &[&taipan_object::NativeDef] = natives![getcodec];
            }

            #[doc = concat!("`", $module, "`.")]
            pub static $constant: ModuleDef =
                ModuleDef { name: $module, functions: $function::FUNCTIONS, ..ModuleDef::EMPTY };
        )*
    };
}

codec_modules! {
    cn, CN, "_codecs_cn";
    hk, HK, "_codecs_hk";
    iso2022, ISO2022, "_codecs_iso2022";
    jp, JP, "_codecs_jp";
    kr, KR, "_codecs_kr";
    tw, TW, "_codecs_tw";
}

fn types(types: &mut Types) {
    types.add([
        &MULTIBYTE_CODEC,
        &incremental::INCREMENTAL_ENCODER,
        &incremental::INCREMENTAL_DECODER,
        &stream::STREAM_READER,
        &stream::STREAM_WRITER,
    ]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    add_type(cx, module, &incremental::INCREMENTAL_ENCODER)?;
    add_type(cx, module, &incremental::INCREMENTAL_DECODER)?;
    add_type(cx, module, &stream::STREAM_READER)?;
    add_type(cx, module, &stream::STREAM_WRITER)
}

/// `_multibytecodec`.
pub static MODULE: ModuleDef =
    ModuleDef { name: "_multibytecodec", types: Some(types), init: Some(init), ..ModuleDef::EMPTY };
