//! `binascii`: bytes as ASCII text (base64, hexadecimal, quoted-printable, uu) and checksums.

mod base64;
mod quoted;

use taipan_macros::{native, natives};
use taipan_object::exc::{EXCEPTION, Exception, VALUE_ERROR};
use taipan_object::ty::TYPE;
use taipan_object::{Cx, Obj, R, Raised, StrData, Type, Value, buffer, flags, int, ops};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

/// `binascii.Error`.
pub static ERROR: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("binascii.Error")
        .base(&VALUE_ERROR)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

/// `binascii.Incomplete`.
pub static INCOMPLETE: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Exception>("binascii.Incomplete")
        .base(&EXCEPTION)
        .flags(flags::BASE | flags::EXCEPTION | flags::WEAKREFABLE)
        .with_attrs(),
);

#[cold]
fn error(cx: &mut Cx, message: impl Into<String>) -> Raised {
    cx.raise(&ERROR, message)
}

/// The bytes of a bytes-like object.
fn bytes(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    Ok(buffer::bytes_like(cx, value)?.to_vec(cx))
}

/// The bytes of a bytes-like object or of ASCII text.
fn ascii(cx: &mut Cx, value: &Value) -> R<Vec<u8>> {
    if let Some(text) = value.as_str() {
        return match text.as_ascii() {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(cx.value_error("string argument should contain only ASCII characters")),
        };
    }
    if !buffer::supports(cx, value) {
        let message =
            format!("argument should be bytes, buffer or ASCII string, not '{}'", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    bytes(cx, value)
}

/// Decode a line of base64 data.
///
///   strict_mode
///     When set to True, bytes that are not in the base64 standard are not allowed.
///     The same applies to excess data after padding (= / ==).
#[native("binascii.a2b_base64(data, /, *, strict_mode=False)")]
fn a2b_base64(cx: &mut Cx, data: &Value, strict_mode: bool) -> R {
    let data = ascii(cx, data)?;
    match base64::decode(&data, strict_mode) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(message) => Err(error(cx, message)),
    }
}

/// Base64-code line of data.
#[native("binascii.b2a_base64(data, /, *, newline=True)")]
fn b2a_base64(cx: &mut Cx, data: &Value, newline: bool) -> R {
    let data = bytes(cx, data)?;
    let out = base64::encode(&data, newline);
    Ok(cx.bytes(&out))
}

fn unhex(c: u8) -> Option<u8> {
    (c as char).to_digit(16).map(|d| d as u8)
}

fn from_hex(cx: &mut Cx, text: &Value) -> R {
    let text = ascii(cx, text)?;
    if text.len() % 2 != 0 {
        return Err(error(cx, "Odd-length string"));
    }
    let decoded: Option<Vec<u8>> =
        text.chunks_exact(2).map(|pair| Some(unhex(pair[0])? << 4 | unhex(pair[1])?)).collect();
    match decoded {
        Some(out) => Ok(cx.bytes(&out)),
        None => Err(error(cx, "Non-hexadecimal digit found")),
    }
}

/// Binary data of hexadecimal representation.
///
/// hexstr must contain an even number of hex digits (upper or lower case).
/// This function is also available as "unhexlify()".
#[native("binascii.a2b_hex(hexstr, /)")]
fn a2b_hex(cx: &mut Cx, hexstr: &Value) -> R {
    from_hex(cx, hexstr)
}

/// Binary data of hexadecimal representation.
///
/// hexstr must contain an even number of hex digits (upper or lower case).
#[native("binascii.unhexlify(hexstr, /)")]
fn unhexlify(cx: &mut Cx, hexstr: &Value) -> R {
    from_hex(cx, hexstr)
}

fn separator(cx: &mut Cx, sep: &Value) -> R<u8> {
    if ops::len(cx, sep)? != 1 {
        return Err(cx.value_error("sep must be length 1."));
    }
    if let Some(text) = sep.as_str() {
        return match text.data() {
            StrData::One(bytes) => Ok(bytes.first().copied().unwrap_or(0)),
            _ => Err(cx.value_error("sep must be ASCII.")),
        };
    }
    match sep.as_bytes() {
        Some(one) => Ok(one.as_slice().first().copied().unwrap_or(0)),
        None => Err(cx.type_error("sep must be str or bytes.")),
    }
}

fn to_hex(cx: &mut Cx, data: &Value, sep: Option<&Value>, group: i64) -> R {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let data = bytes(cx, data)?;
    let sep = match sep {
        Some(sep) => Some(separator(cx, sep)?),
        None => None,
    };
    let size = group.unsigned_abs() as usize;
    let n = data.len();
    let mut out = Vec::with_capacity(n * 2);
    for (i, &b) in data.iter().enumerate() {
        // Groups count from the right; negative sizes from the left.
        let at_border = size > 0 && i > 0 && if group > 0 { (n - i) % size == 0 } else { i % size == 0 };
        if let (Some(sep), true) = (sep, at_border) {
            out.push(sep);
        }
        out.push(DIGITS[usize::from(b >> 4)]);
        out.push(DIGITS[usize::from(b & 15)]);
    }
    Ok(cx.bytes(&out))
}

/// Hexadecimal representation of binary data.
///
///   sep
///     An optional single character or byte to separate hex bytes.
///   bytes_per_sep
///     How many bytes between separators.  Positive values count from the
///     right, negative values count from the left.
///
/// The return value is a bytes object.  This function is also
/// available as "hexlify()".
#[native("binascii.b2a_hex(data, sep=<unrepresentable>, bytes_per_sep=1)")]
fn b2a_hex(cx: &mut Cx, data: &Value, sep: Option<&Value>, bytes_per_sep: i32) -> R {
    to_hex(cx, data, sep, bytes_per_sep.into())
}

/// Hexadecimal representation of binary data.
///
///   sep
///     An optional single character or byte to separate hex bytes.
///   bytes_per_sep
///     How many bytes between separators.  Positive values count from the
///     right, negative values count from the left.
///
/// The return value is a bytes object.  This function is also
/// available as "b2a_hex()".
#[native("binascii.hexlify(data, sep=<unrepresentable>, bytes_per_sep=1)")]
fn hexlify(cx: &mut Cx, data: &Value, sep: Option<&Value>, bytes_per_sep: i32) -> R {
    to_hex(cx, data, sep, bytes_per_sep.into())
}

/// The low 32 bits of an int, as C's unsigned masks have them.
pub(crate) fn low_word(cx: &mut Cx, value: &Value) -> R<u32> {
    let exact = int::index(cx, value)?;
    match exact.as_int() {
        Some(taipan_object::IntRef::Small(i)) => Ok(i as u32),
        Some(big) => {
            let modulus = dashu_int::IBig::from(1u64 << 32);
            let low = (big.to_big().into_owned() % &modulus + &modulus) % &modulus;
            Ok(u32::try_from(&low).unwrap_or(0))
        }
        None => Ok(0),
    }
}

/// The table of the reflected polynomial 0xEDB88320.
static CRC_TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 != 0 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 };
            k += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
};

/// CRC-32 of `data`, going on from `crc`.
pub(crate) fn crc32_of(data: &[u8], crc: u32) -> u32 {
    !data.iter().fold(!crc, |c, &b| CRC_TABLE[usize::from(c as u8 ^ b)] ^ (c >> 8))
}

/// Compute CRC-32 incrementally.
#[native("binascii.crc32(data, crc=0, /)")]
fn crc32(cx: &mut Cx, data: &Value, crc: Option<&Value>) -> R<i64> {
    let start = match crc {
        Some(crc) => low_word(cx, crc)?,
        None => 0,
    };
    let data = bytes(cx, data)?;
    Ok(crc32_of(&data, start).into())
}

/// Compute CRC-CCITT incrementally.
#[native("binascii.crc_hqx(data, crc, /)")]
fn crc_hqx(cx: &mut Cx, data: &Value, crc: &Value) -> R<i64> {
    let mut crc = low_word(cx, crc)? & 0xffff;
    for b in bytes(cx, data)? {
        crc ^= u32::from(b) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 } & 0xffff;
        }
    }
    Ok(crc.into())
}

/// Decode a line of uuencoded data.
#[native("binascii.a2b_uu(data, /)")]
fn a2b_uu(cx: &mut Cx, data: &Value) -> R {
    let data = ascii(cx, data)?;
    let Some((&first, rest)) = data.split_first() else {
        return Err(error(cx, "Missing length byte"));
    };
    let length = usize::from(first.wrapping_sub(b' ') & 0x3f);
    let mut out = Vec::with_capacity(length);
    let (mut bits, mut held, mut at) = (0u32, 0u32, 0usize);
    while out.len() < length {
        // A line that was cut short is filled with zeros.
        let c = rest.get(at).copied().unwrap_or(b'\n');
        at += 1;
        let value = match c {
            b'\n' | b'\r' => 0,
            b' '..=b'`' => u32::from((c - b' ') & 0x3f),
            _ => return Err(error(cx, "Illegal char")),
        };
        held = held << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    if rest.get(at..).unwrap_or_default().iter().any(|c| !matches!(c, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(error(cx, "Trailing garbage"));
    }
    Ok(cx.bytes(&out))
}

/// Uuencode line of data.
#[native("binascii.b2a_uu(data, /, *, backtick=False)")]
fn b2a_uu(cx: &mut Cx, data: &Value, backtick: bool) -> R {
    let data = bytes(cx, data)?;
    if data.len() > 45 {
        return Err(error(cx, "At most 45 bytes at once"));
    }
    let letter = |v: u32| match v as u8 {
        0 if backtick => b'`',
        v => v + b' ',
    };
    let mut out = vec![letter(data.len() as u32)];
    for chunk in data.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| w << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        out.extend([18, 12, 6, 0].map(|shift| letter(word >> shift & 0x3f)));
    }
    out.push(b'\n');
    Ok(cx.bytes(&out))
}

/// Decode a string of qp-encoded data.
#[native("binascii.a2b_qp(data, header=False)")]
fn a2b_qp(cx: &mut Cx, data: &Value, header: bool) -> R {
    let data = ascii(cx, data)?;
    let out = quoted::decode(&data, header);
    Ok(cx.bytes(&out))
}

/// Encode a string using quoted-printable encoding.
///
/// On encoding, when istext is set, newlines are not encoded, and white
/// space at end of lines is.  When istext is not set, \r and \n (CR/LF)
/// are both encoded.  When quotetabs is set, space and tabs are encoded.
#[native("binascii.b2a_qp(data, quotetabs=False, istext=True, header=False)")]
fn b2a_qp(cx: &mut Cx, data: &Value, quotetabs: bool, istext: bool, header: bool) -> R {
    let data = bytes(cx, data)?;
    let out = quoted::encode(&data, quotetabs, istext, header);
    Ok(cx.bytes(&out))
}

fn types(types: &mut Types) {
    types.add([&ERROR, &INCOMPLETE]);
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "Error", ERROR.to_value())?;
    set(cx, module, "Incomplete", INCOMPLETE.to_value())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    doc: Some("Conversion between binary data and ASCII"),
    functions: natives![
        a2b_uu, b2a_uu, a2b_base64, b2a_base64, a2b_hex, b2a_hex, hexlify, unhexlify, crc_hqx, crc32, a2b_qp,
        b2a_qp
    ],
    types: Some(types),
    init: Some(init),
};
