//! `_md5`, `_sha1`, `_sha2`, `_sha3` and `_blake2`: hash functions as objects that take bytes piece by piece.

mod blake2;
mod digest;
mod types;

use taipan_macros::natives;
use taipan_object::{Cx, R, Value};
use taipan_types::module::{ModuleDef, set};

fn smallest(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "_GIL_MINSIZE", Value::small_int(2048))
}

fn init_md5(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "MD5Type", types::MD5.to_value())?;
    smallest(cx, module)
}

fn init_sha1(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "SHA1Type", types::SHA1.to_value())?;
    smallest(cx, module)
}

fn init_sha2(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "SHA224Type", types::SHA224.to_value())?;
    set(cx, module, "SHA256Type", types::SHA256.to_value())?;
    set(cx, module, "SHA384Type", types::SHA384.to_value())?;
    set(cx, module, "SHA512Type", types::SHA512.to_value())?;
    smallest(cx, module)
}

fn init_sha3(cx: &mut Cx, module: &Value) -> R<()> {
    set(cx, module, "sha3_224", types::SHA3_224.to_value())?;
    set(cx, module, "sha3_256", types::SHA3_256.to_value())?;
    set(cx, module, "sha3_384", types::SHA3_384.to_value())?;
    set(cx, module, "sha3_512", types::SHA3_512.to_value())?;
    set(cx, module, "shake_128", types::SHAKE_128.to_value())?;
    set(cx, module, "shake_256", types::SHAKE_256.to_value())?;
    let implementation = cx.str("RustCrypto");
    set(cx, module, "implementation", implementation)?;
    smallest(cx, module)
}

pub static MD5: ModuleDef = ModuleDef {
    name: "_md5",
    functions: natives![types::md5],
    types: Some(|list| list.add([&types::MD5])),
    init: Some(init_md5),
    ..ModuleDef::EMPTY
};

pub static SHA1: ModuleDef = ModuleDef {
    name: "_sha1",
    functions: natives![types::sha1],
    types: Some(|list| list.add([&types::SHA1])),
    init: Some(init_sha1),
    ..ModuleDef::EMPTY
};

pub static SHA2: ModuleDef = ModuleDef {
    name: "_sha2",
    functions: natives![types::sha224, types::sha256, types::sha384, types::sha512],
    types: Some(|list| list.add([&types::SHA224, &types::SHA256, &types::SHA384, &types::SHA512])),
    init: Some(init_sha2),
    ..ModuleDef::EMPTY
};

pub static SHA3: ModuleDef = ModuleDef {
    name: "_sha3",
    types: Some(|list| {
        list.add([
            &types::SHA3_224,
            &types::SHA3_256,
            &types::SHA3_384,
            &types::SHA3_512,
            &types::SHAKE_128,
            &types::SHAKE_256,
        ]);
    }),
    init: Some(init_sha3),
    ..ModuleDef::EMPTY
};

pub static BLAKE2: ModuleDef = ModuleDef {
    name: "_blake2",
    doc: Some("_blake2b provides BLAKE2b for hashlib\n"),
    types: Some(|list| list.add([&types::BLAKE2B, &types::BLAKE2S])),
    init: Some(blake2::init),
    ..ModuleDef::EMPTY
};
