//! `_random`: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998).

use taipan_macros::{native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Args, Cx, IntRef, Obj, Payload, R, Slots, Tuple, Type, TypeDefs, Value, flags, ops, plain_data,
};
use taipan_types::Types;
use taipan_types::module::{ModuleDef, set};

const N: usize = 624;
const M: usize = 397;

/// The generator's state.
pub struct Random {
    index: usize,
    state: Box<[u32; N]>,
}
plain_data!(Random);

// SAFETY: instances of the type and its subtypes begin with this payload.
unsafe impl Payload for Random {
    const TYPE: &'static Obj<Type> = &RANDOM;
}

/// `_random.Random`.
pub static RANDOM: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<Random>("_random.Random")
        .base(&OBJECT)
        .flags(flags::BASE)
        .with_slots(Slots { new: Some(new), init: Some(init), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![random, seed, getstate, setstate, getrandbits],
            ..TypeDefs::NONE
        })
        .doc("Random() -> create a random number generator with its own internal state."),
);

impl Random {
    fn seeded(seed: u32) -> Random {
        let mut state = Box::new([0u32; N]);
        state[0] = seed;
        for i in 1..N {
            let before = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(before ^ before >> 30).wrapping_add(i as u32);
        }
        Random { index: N, state }
    }

    fn seeded_by(key: &[u32]) -> Random {
        let mut r = Random::seeded(19_650_218);
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let before = r.state[i - 1];
            r.state[i] = (r.state[i] ^ (before ^ before >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= N {
                r.state[0] = r.state[N - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 1..N {
            let before = r.state[i - 1];
            r.state[i] =
                (r.state[i] ^ (before ^ before >> 30).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i >= N {
                r.state[0] = r.state[N - 1];
                i = 1;
            }
        }
        r.state[0] = 0x8000_0000;
        r
    }

    fn refill(&mut self) {
        for i in 0..N {
            let y = self.state[i] & 0x8000_0000 | self.state[(i + 1) % N] & 0x7fff_ffff;
            let twist = if y & 1 != 0 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ y >> 1 ^ twist;
        }
        self.index = 0;
    }

    fn next(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }
}

fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let made = cx.new_instance(class, Random::seeded(0)).into_value();
    let arg = args.pos().first().cloned();
    if let Some(object) = made.cast::<Random>() {
        reseed(cx, object, arg.as_ref())?;
    }
    Ok(made)
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    if args.pos().len() > 1 {
        return Err(cx.type_error(format!("Random() takes at most 1 argument ({} given)", args.pos().len())));
    }
    match this.cast::<Random>() {
        Some(object) if !args.pos().is_empty() => reseed(cx, object, args.pos().first()),
        _ => Ok(()),
    }
}

fn reseed(cx: &mut Cx, this: &Obj<Random>, arg: Option<&Value>) -> R<()> {
    let fresh = match arg.filter(|a| !a.is_none()) {
        None => {
            let mut bytes = [0; N * 4];
            crate::support::sys(cx, |host| host.random_bytes(&mut bytes))?;
            let key: Vec<u32> =
                bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
            Random::seeded_by(&key)
        }
        Some(value) => {
            let bytes = match value.as_int() {
                Some(IntRef::Small(i)) => i.unsigned_abs().to_le_bytes().to_vec(),
                Some(IntRef::Big(b)) => {
                    use dashu_int::ops::Abs;
                    let magnitude: dashu_int::UBig =
                        b.clone().abs().try_into().unwrap_or(dashu_int::UBig::ZERO);
                    magnitude.to_le_bytes().to_vec()
                }
                None => (ops::hash(cx, value)? as u64).to_le_bytes().to_vec(),
            };
            let used = bytes.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
            let mut key: Vec<u32> = bytes[..used]
                .chunks(4)
                .map(|c| c.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b)))
                .collect();
            if key.is_empty() {
                key.push(0);
            }
            Random::seeded_by(&key)
        }
    };
    *this.get_mut(cx) = fresh;
    Ok(())
}

/// random() -> x in the interval [0, 1).
#[native("Random.random($self, /)", leaf)]
fn random(cx: &mut Cx, this: &Obj<Random>) -> R<f64> {
    let r = this.get_mut(cx);
    let (a, b) = (r.next() >> 5, r.next() >> 6);
    Ok((f64::from(a) * 67_108_864.0 + f64::from(b)) * (1.0 / 9_007_199_254_740_992.0))
}

/// seed([n]) -> None.
///
/// Defaults to use urandom and falls back to a combination
/// of the current time and the process identifier.
#[native("Random.seed($self, n=None, /)")]
fn seed(cx: &mut Cx, this: &Obj<Random>, n: Option<&Value>) -> R<()> {
    reseed(cx, this, n)
}

/// getstate() -> tuple containing the current state.
#[native("Random.getstate($self, /)")]
fn getstate(cx: &mut Cx, this: &Obj<Random>) -> R {
    let r = this.get(cx);
    let words = r.state.iter().copied().chain([r.index as u32]);
    let items: Vec<Value> = words.map(|w| cx.int(w.into())).collect();
    Ok(cx.tuple(items).into_value())
}

/// setstate(state) -> None.  Restores generator state.
#[native("Random.setstate($self, state, /)")]
fn setstate(cx: &mut Cx, this: &Obj<Random>, state: &Value) -> R<()> {
    let Some(tuple) = state.cast::<Tuple>() else {
        return Err(cx.type_error("state vector must be a tuple"));
    };
    if tuple.len() != N + 1 {
        return Err(cx.value_error("state vector is the wrong size"));
    }
    let mut words = Vec::with_capacity(N + 1);
    for item in tuple.items() {
        let word = taipan_object::int::index(cx, item)?;
        match word.as_int().and_then(|i| i.to_i64()).and_then(|i| u32::try_from(i).ok()) {
            Some(word) => words.push(word),
            None => return Err(cx.overflow_error("Python int too large to convert to C unsigned long")),
        }
    }
    let index = words[N] as usize;
    if index > N {
        return Err(cx.value_error("invalid state"));
    }
    let r = this.get_mut(cx);
    r.state.copy_from_slice(&words[..N]);
    r.index = index;
    Ok(())
}

/// getrandbits(k) -> x.  Generates an int with k random bits.
#[native("Random.getrandbits($self, k, /)")]
fn getrandbits(cx: &mut Cx, this: &Obj<Random>, k: &Value) -> R {
    let number = taipan_object::int::index(cx, k)?;
    let k = match number.as_int() {
        Some(i) if i.is_negative() => {
            return Err(cx.value_error("Cannot convert negative int"));
        }
        i => i.and_then(|i| i.to_i64()),
    };
    let Some(k) = k else { return Err(cx.overflow_error("Python int too large for C uint64_t")) };
    if k == 0 {
        return Ok(cx.int(0));
    }
    if k <= 32 {
        let word = this.get_mut(cx).next() >> (32 - k);
        return Ok(cx.int(word.into()));
    }
    let words = ((k - 1) / 32 + 1) as usize;
    let mut bytes = Vec::new();
    if k > 1 << 36 || bytes.try_reserve_exact(words * 4).is_err() {
        return Err(cx.memory_error());
    }
    let r = this.get_mut(cx);
    let mut left = k;
    while left > 0 {
        let mut word = r.next();
        if left < 32 {
            word >>= 32 - left;
        }
        bytes.extend_from_slice(&word.to_le_bytes());
        left -= 32;
    }
    Ok(cx.int_from_big(dashu_int::IBig::from(dashu_int::UBig::from_le_bytes(&bytes))))
}

fn types(types: &mut Types) {
    types.add([&RANDOM]);
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_random",
    doc: Some("Module implements the Mersenne Twister random number generator."),
    types: Some(types),
    init: Some(|cx, module| set(cx, module, "Random", RANDOM.to_value())),
    ..ModuleDef::EMPTY
};
