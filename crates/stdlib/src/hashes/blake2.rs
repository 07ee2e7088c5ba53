//! The constructors of BLAKE2b and BLAKE2s with their tree parameters (RFC 7693 and the BLAKE2 paper).

use taipan_macros::native;
use taipan_object::{Args, Cx, Obj, R, Type, Value, buffer, dict, int, typeobj};
use taipan_types::module::set;

use super::digest::State;
use super::types::{BLAKE2B, BLAKE2B_KIND, BLAKE2S, BLAKE2S_KIND, choose, make};

/// The parameters, checked against a variant's limits.
#[derive(Default)]
struct Parameters {
    size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
}

/// What differs between the variants.
struct Limits {
    name: &'static str,
    size: usize,
    salt: usize,
    node_offset_bits: u32,
}

const B: Limits = Limits { name: "Blake2b", size: 64, salt: 16, node_offset_bits: 64 };
const S: Limits = Limits { name: "Blake2s", size: 32, salt: 8, node_offset_bits: 48 };

fn unsigned(cx: &mut Cx, value: Option<&Value>) -> R<u64> {
    let Some(value) = value else { return Ok(0) };
    let exact = int::index(cx, value)?;
    let Some(n) = exact.as_int() else { return Ok(0) };
    if n.is_negative() {
        return Err(cx.value_error("Cannot convert negative int"));
    }
    match u64::try_from(&*n.to_big()) {
        Ok(n) => Ok(n),
        Err(_) => Err(cx.overflow_error("Python int too large for C unsigned long long")),
    }
}

fn bytes(cx: &mut Cx, value: Option<&Value>) -> R<Vec<u8>> {
    match value {
        Some(value) => Ok(buffer::bytes_like(cx, value)?.to_vec(cx)),
        None => Ok(Vec::new()),
    }
}

fn small(cx: &mut Cx, value: i64, least: i64, name: &str) -> R<u8> {
    match u8::try_from(value) {
        Ok(small) if value >= least => Ok(small),
        _ => Err(cx.value_error(format!("{name} must be between {least} and 255"))),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parameters of the constructor")]
fn check(
    cx: &mut Cx,
    limits: &Limits,
    size: i64,
    key: Option<&Value>,
    salt: Option<&Value>,
    person: Option<&Value>,
    fanout: i64,
    depth: i64,
    leaf_size: Option<&Value>,
    node_offset: Option<&Value>,
    node_depth: i64,
    inner_size: i64,
    last_node: bool,
) -> R<Parameters> {
    if size < 1 || size > limits.size as i64 {
        return Err(cx.value_error(format!(
            "digest_size for {} must be between 1 and {} bytes, here it is {size}",
            limits.name, limits.size
        )));
    }
    let (salt, person) = (bytes(cx, salt)?, bytes(cx, person)?);
    for (name, given) in [("salt", &salt), ("person", &person)] {
        if given.len() > limits.salt {
            return Err(cx.value_error(format!("maximum {name} length is {} bytes", limits.salt)));
        }
    }
    let fanout = small(cx, fanout, 0, "fanout")?;
    let depth = small(cx, depth, 1, "depth")?;
    let leaf_size = match u32::try_from(unsigned(cx, leaf_size)?) {
        Ok(n) => n,
        Err(_) => return Err(cx.overflow_error("leaf_size is too large")),
    };
    let node_offset = unsigned(cx, node_offset)?;
    if limits.node_offset_bits < 64 && node_offset >> limits.node_offset_bits != 0 {
        return Err(cx.overflow_error("node_offset is too large"));
    }
    let node_depth = small(cx, node_depth, 0, "node_depth")?;
    if inner_size < 0 || inner_size > limits.size as i64 {
        return Err(cx.value_error(format!("inner_size must be between 0 and is {}", limits.size)));
    }
    let key = bytes(cx, key)?;
    if key.len() > limits.size {
        return Err(cx.value_error(format!("maximum key length is {} bytes", limits.size)));
    }
    Ok(Parameters {
        size: size as usize,
        key,
        salt,
        person,
        fanout,
        depth,
        leaf_size,
        node_offset,
        node_depth,
        inner_size: inner_size as usize,
        last_node,
    })
}

macro_rules! constructor {
    ($f:ident $def:ident $new:ident $sig:literal $limits:ident $kind:ident $krate:ident $variant:ident) => {
        #[native($sig)]
        fn $f(
            cx: &mut Cx,
            data: Option<&Value>,
            digest_size: i64,
            key: Option<&Value>,
            salt: Option<&Value>,
            person: Option<&Value>,
            fanout: i64,
            depth: i64,
            leaf_size: Option<&Value>,
            node_offset: Option<&Value>,
            node_depth: i64,
            inner_size: i64,
            last_node: bool,
            usedforsecurity: bool,
            string: Option<&Value>,
        ) -> R {
            let _ = usedforsecurity;
            let data = choose(cx, data, string)?;
            let p = check(
                cx,
                &$limits,
                digest_size,
                key,
                salt,
                person,
                fanout,
                depth,
                leaf_size,
                node_offset,
                node_depth,
                inner_size,
                last_node,
            )?;
            let mut params = $krate::Params::new();
            params
                .hash_length(p.size)
                .key(&p.key)
                .salt(&p.salt)
                .personal(&p.person)
                .fanout(p.fanout)
                .max_depth(p.depth)
                .max_leaf_length(p.leaf_size)
                .node_offset(p.node_offset)
                .node_depth(p.node_depth)
                .inner_hash_length(p.inner_size)
                .last_node(p.last_node);
            make(cx, &$kind, State::$variant(Box::new(params.to_state())), p.size, data)
        }

        pub fn $new(cx: &mut Cx, _class: &Obj<Type>, args: Args<'_>) -> R {
            ($def.call)(cx, args)
        }
    };
}

constructor!(blake2b blake2b__def new_blake2b
    "blake2b(data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
    B BLAKE2B_KIND blake2b_simd Blake2b);
constructor!(blake2s blake2s__def new_blake2s
    "blake2s(data=b'', *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
    S BLAKE2S_KIND blake2s_simd Blake2s);

/// The module's types and limits; the latter are attributes of the classes too.
pub fn init(cx: &mut Cx, module: &Value) -> R<()> {
    super::smallest(cx, module)?;
    let variants: [(&'static Obj<Type>, &str, &str, &Limits); 2] =
        [(&BLAKE2B, "blake2b", "BLAKE2B", &B), (&BLAKE2S, "blake2s", "BLAKE2S", &S)];
    for (class, name, prefix, limits) in variants {
        set(cx, module, name, class.to_value())?;
        let numbers = [
            ("SALT_SIZE", limits.salt),
            ("PERSON_SIZE", limits.salt),
            ("MAX_KEY_SIZE", limits.size),
            ("MAX_DIGEST_SIZE", limits.size),
        ];
        let namespace = class.rest(cx).dict.clone();
        for (name, number) in numbers {
            set(cx, module, &format!("{prefix}_{name}"), Value::small_int(number as i32))?;
            if let Some(namespace) = namespace.as_ref().and_then(Value::as_dict) {
                let key = cx.intern(name);
                dict::set_str(cx, namespace, &key, Value::small_int(number as i32))?;
            }
        }
        typeobj::modified(cx, class);
    }
    Ok(())
}
