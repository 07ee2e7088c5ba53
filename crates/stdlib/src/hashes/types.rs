//! The types of hash objects: one payload, a type each.

use sha2::Digest as _;
use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, buffer, exc, flags, int,
};

use super::blake2;
use super::digest::State;

/// What is fixed for a hash function.
pub struct Kind {
    pub name: &'static str,
    pub block: usize,
    /// Bytes of a digest; 0 for the extendable ones and those that say themselves.
    pub size: usize,
    /// Sponge functions: the suffix of the domain.
    pub suffix: Option<u8>,
    wrap: fn(&mut Cx, Hash) -> Value,
}

/// The payload.
pub struct Hash {
    pub kind: &'static Kind,
    pub state: State,
    /// Bytes of the digest.
    pub size: usize,
}
taipan_object::plain_data!(Hash);

/// Declares the type of a hash function and its payload, a transparent [`Hash`].
macro_rules! hash_types {
    ($($ident:ident $type_:ident $kind:ident = $full:literal $name:literal $block:literal $size:literal $suffix:expr, $flags:expr, $new:expr, $defs:ident, $doc:expr;)*) => {
        $(
            #[doc = concat!("The payload of `", $full, "`.")]
            #[repr(transparent)]
            pub struct $ident(Hash);
            taipan_object::plain_data!($ident);
            // SAFETY: instances of the type begin with this payload, which holds no values.
            unsafe impl Payload for $ident {
                const TYPE: &'static Obj<Type> = &$type_;
            }
            #[doc = concat!("`", $full, "`.")]
            pub static $type_: Obj<Type> = Obj::new_static_type(
                &TYPE,
                Type::builtin::<$ident>($full)
                    .base(&OBJECT)
                    .flags($flags)
                    .with_slots(Slots { new: $new, ..Slots::EMPTY })
                    .defs(&$defs)
                    .doc($doc),
            );
            pub static $kind: Kind = Kind {
                name: $name,
                block: $block,
                size: $size,
                suffix: $suffix,
                wrap: |cx, hash| cx.new_object($ident(hash)).into_value(),
            };
        )*
        static ALL: &[&Obj<Type>] = &[$(&$type_),*];
    };
}

const CLOSED: u64 = flags::DISALLOW_INSTANTIATION;

hash_types! {
    Md5Hash MD5 MD5_KIND = "_md5.md5" "md5" 64 16 None, CLOSED, None, DEFS, "";
    Sha1Hash SHA1 SHA1_KIND = "_sha1.sha1" "sha1" 64 20 None, CLOSED, None, DEFS, "";
    Sha224Hash SHA224 SHA224_KIND = "_sha2.SHA224Type" "sha224" 64 28 None, CLOSED, None, DEFS, "";
    Sha256Hash SHA256 SHA256_KIND = "_sha2.SHA256Type" "sha256" 64 32 None, CLOSED, None, DEFS, "";
    Sha384Hash SHA384 SHA384_KIND = "_sha2.SHA384Type" "sha384" 128 48 None, CLOSED, None, DEFS, "";
    Sha512Hash SHA512 SHA512_KIND = "_sha2.SHA512Type" "sha512" 128 64 None, CLOSED, None, DEFS, "";
    Sha3x224Hash SHA3_224 SHA3_224_KIND = "_sha3.sha3_224" "sha3_224" 144 28 Some(6), 0, Some(new_sha3_224), SPONGE_DEFS,
        "sha3_224([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 28 bytes.";
    Sha3x256Hash SHA3_256 SHA3_256_KIND = "_sha3.sha3_256" "sha3_256" 136 32 Some(6), 0, Some(new_sha3_256), SPONGE_DEFS,
        "sha3_256([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 32 bytes.";
    Sha3x384Hash SHA3_384 SHA3_384_KIND = "_sha3.sha3_384" "sha3_384" 104 48 Some(6), 0, Some(new_sha3_384), SPONGE_DEFS,
        "sha3_384([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 48 bytes.";
    Sha3x512Hash SHA3_512 SHA3_512_KIND = "_sha3.sha3_512" "sha3_512" 72 64 Some(6), 0, Some(new_sha3_512), SPONGE_DEFS,
        "sha3_512([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 64 bytes.";
    Shake128Hash SHAKE_128 SHAKE_128_KIND = "_sha3.shake_128" "shake_128" 168 0 Some(0x1f), 0, Some(new_shake_128), SHAKE_DEFS,
        "shake_128([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object.";
    Shake256Hash SHAKE_256 SHAKE_256_KIND = "_sha3.shake_256" "shake_256" 136 0 Some(0x1f), 0, Some(new_shake_256), SHAKE_DEFS,
        "shake_256([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object.";
    Blake2bHash BLAKE2B BLAKE2B_KIND = "_blake2.blake2b" "blake2b" 128 64 None, 0, Some(blake2::new_blake2b), DEFS,
        "Return a new BLAKE2b hash object.";
    Blake2sHash BLAKE2S BLAKE2S_KIND = "_blake2.blake2s" "blake2s" 64 32 None, 0, Some(blake2::new_blake2s), DEFS,
        "Return a new BLAKE2s hash object.";
}

fn this<'a>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<Hash>> {
    let found = value.header().filter(|_| ALL.iter().any(|t| value.is_instance(t)));
    match found {
        // SAFETY: the payload of each of the types is a transparent Hash.
        Some(header) => Ok(unsafe { &*std::ptr::from_ref(header).cast::<Obj<Hash>>() }),
        None => Err(cx.type_error("a hash object is required")),
    }
}

/// The bytes to hash. Text must have been encoded.
pub fn input(cx: &mut Cx, data: &Value) -> R<Vec<u8>> {
    if data.as_str().is_some() {
        return Err(cx.type_error("Strings must be encoded before hashing"));
    }
    if !buffer::supports(cx, data) {
        return Err(cx.type_error("object supporting the buffer API required"));
    }
    let buffer = buffer::get(cx, data, buffer::BufferRequest::SIMPLE)?;
    if buffer.ndim() > 1 {
        return Err(cx.raise(&exc::BUFFER_ERROR, "Buffer must be single dimension"));
    }
    Ok(buffer.to_vec(cx))
}

/// The one of `data` and `string` that is given.
pub fn choose<'a>(cx: &mut Cx, data: Option<&'a Value>, string: Option<&'a Value>) -> R<Option<&'a Value>> {
    match (data, string.filter(|s| !s.is_none())) {
        (Some(_), Some(_)) => Err(cx.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        )),
        (data, string) => Ok(data.or(string)),
    }
}

/// A new hash object of `state`, with `data` hashed.
pub fn make(cx: &mut Cx, kind: &'static Kind, mut state: State, size: usize, data: Option<&Value>) -> R {
    if let Some(data) = data {
        let bytes = input(cx, data)?;
        state.update(&bytes);
    }
    Ok((kind.wrap)(cx, Hash { kind, state, size }))
}

macro_rules! constructors {
    ($($(#[doc = $doc:literal])* $f:ident $sig:literal $kind:ident $state:expr;)*) => { $(
        $(#[doc = $doc])*
        #[native($sig)]
        pub fn $f(cx: &mut Cx, data: Option<&Value>, usedforsecurity: bool, string: Option<&Value>) -> R {
            let _ = usedforsecurity;
            let data = choose(cx, data, string)?;
            make(cx, &$kind, $state, $kind.size, data)
        }
    )* };
}

constructors! {
    /// Return a new MD5 hash object; optionally initialized with a string.
    md5 "md5(data=b'', *, usedforsecurity=True, string=None)" MD5_KIND State::Md5(md5::Md5::new());
    /// Return a new SHA1 hash object; optionally initialized with a string.
    sha1 "sha1(data=b'', *, usedforsecurity=True, string=None)" SHA1_KIND State::Sha1(sha1::Sha1::new());
    /// Return a new SHA-224 hash object; optionally initialized with a string.
    sha224 "sha224(data=b'', *, usedforsecurity=True, string=None)" SHA224_KIND State::Sha224(sha2::Sha224::new());
    /// Return a new SHA-256 hash object; optionally initialized with a string.
    sha256 "sha256(data=b'', *, usedforsecurity=True, string=None)" SHA256_KIND State::Sha256(sha2::Sha256::new());
    /// Return a new SHA-384 hash object; optionally initialized with a string.
    sha384 "sha384(data=b'', *, usedforsecurity=True, string=None)" SHA384_KIND State::Sha384(sha2::Sha384::new());
    /// Return a new SHA-512 hash object; optionally initialized with a string.
    sha512 "sha512(data=b'', *, usedforsecurity=True, string=None)" SHA512_KIND State::Sha512(sha2::Sha512::new());
    sha3_224 "sha3_224(data=b'', *, usedforsecurity=True, string=None)" SHA3_224_KIND State::Sha3x224(sha3::Sha3_224::new());
    sha3_256 "sha3_256(data=b'', *, usedforsecurity=True, string=None)" SHA3_256_KIND State::Sha3x256(sha3::Sha3_256::new());
    sha3_384 "sha3_384(data=b'', *, usedforsecurity=True, string=None)" SHA3_384_KIND State::Sha3x384(sha3::Sha3_384::new());
    sha3_512 "sha3_512(data=b'', *, usedforsecurity=True, string=None)" SHA3_512_KIND State::Sha3x512(sha3::Sha3_512::new());
    shake_128 "shake_128(data=b'', *, usedforsecurity=True, string=None)" SHAKE_128_KIND State::Shake128(sha3::Shake128::default());
    shake_256 "shake_256(data=b'', *, usedforsecurity=True, string=None)" SHAKE_256_KIND State::Shake256(sha3::Shake256::default());
}

macro_rules! news {
    ($($f:ident $def:ident;)*) => { $(
        fn $f(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
            ($def.call)(cx, args)
        }
    )* };
}
news! {
    new_sha3_224 sha3_224__def;
    new_sha3_256 sha3_256__def;
    new_sha3_384 sha3_384__def;
    new_sha3_512 sha3_512__def;
    new_shake_128 shake_128__def;
    new_shake_256 shake_256__def;
}

/// Update this hash object's state with the provided bytes-like object.
#[native("update($self, obj, /)", no_signature)]
fn update(cx: &mut Cx, receiver: &Value, obj: &Value) -> R<()> {
    let data = input(cx, obj)?;
    this(cx, receiver)?.get_mut(cx).state.update(&data);
    Ok(())
}

/// Return a copy of the hash object.
#[native("copy($self, /)")]
fn copy(cx: &mut Cx, receiver: &Value) -> R {
    let data = this(cx, receiver)?.get(cx);
    let (kind, state, size) = (data.kind, data.state.clone(), data.size);
    Ok((kind.wrap)(cx, Hash { kind, state, size }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Return the digest value as a bytes object.
#[native("digest($self, /)")]
fn digest(cx: &mut Cx, receiver: &Value) -> R {
    let out = this(cx, receiver)?.get(cx).state.digest(0);
    Ok(cx.bytes(&out))
}

/// Return the digest value as a string of hexadecimal digits.
#[native("hexdigest($self, /)")]
fn hexdigest(cx: &mut Cx, receiver: &Value) -> R<String> {
    Ok(hex(&this(cx, receiver)?.get(cx).state.digest(0)))
}

fn checked_length(cx: &mut Cx, length: &Value) -> R<usize> {
    let exact = int::index(cx, length)?;
    let Some(n) = exact.as_int() else { return Err(cx.type_error("an integer is required")) };
    if n.is_negative() {
        return Err(cx.value_error("Cannot convert negative int"));
    }
    match n.to_i64() {
        Some(n) if n < 1 << 29 => Ok(n as usize),
        _ => Err(cx.value_error("length is too large")),
    }
}

/// Return the digest value as a bytes object.
#[native("digest($self, /, length)")]
fn shake_digest(cx: &mut Cx, receiver: &Value, length: &Value) -> R {
    let length = checked_length(cx, length)?;
    let out = this(cx, receiver)?.get(cx).state.digest(length);
    Ok(cx.bytes(&out))
}

/// Return the digest value as a string of hexadecimal digits.
#[native("hexdigest($self, /, length)")]
fn shake_hexdigest(cx: &mut Cx, receiver: &Value, length: &Value) -> R<String> {
    let length = checked_length(cx, length)?;
    Ok(hex(&this(cx, receiver)?.get(cx).state.digest(length)))
}

const fn attribute(name: &'static str, get: fn(&mut Cx, &Value) -> R) -> GetSetDef {
    GetSetDef { name, doc: None, get: Some(get), set: None }
}

static GETSET: &[GetSetDef] = &[
    attribute("block_size", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).kind.block as i32))),
    attribute("name", |cx, v| {
        let name = this(cx, v)?.get(cx).kind.name;
        Ok(cx.str(name))
    }),
    attribute("digest_size", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).size as i32))),
];

static SPONGE_GETSET: &[GetSetDef] = &[
    attribute("block_size", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).kind.block as i32))),
    attribute("name", |cx, v| {
        let name = this(cx, v)?.get(cx).kind.name;
        Ok(cx.str(name))
    }),
    attribute("digest_size", |cx, v| Ok(Value::small_int(this(cx, v)?.get(cx).size as i32))),
    attribute("_capacity_bits", |cx, v| {
        Ok(Value::small_int(1600 - 8 * this(cx, v)?.get(cx).kind.block as i32))
    }),
    attribute("_rate_bits", |cx, v| Ok(Value::small_int(8 * this(cx, v)?.get(cx).kind.block as i32))),
    attribute("_suffix", |cx, v| {
        let suffix = this(cx, v)?.get(cx).kind.suffix.unwrap_or(0);
        Ok(cx.bytes(&[suffix]))
    }),
];

static DEFS: TypeDefs =
    TypeDefs { methods: natives![copy, digest, hexdigest, update], getset: GETSET, ..TypeDefs::NONE };
static SPONGE_DEFS: TypeDefs =
    TypeDefs { methods: natives![copy, digest, hexdigest, update], getset: SPONGE_GETSET, ..TypeDefs::NONE };
static SHAKE_DEFS: TypeDefs = TypeDefs {
    methods: natives![copy, shake_digest, shake_hexdigest, update],
    getset: SPONGE_GETSET,
    ..TypeDefs::NONE
};
