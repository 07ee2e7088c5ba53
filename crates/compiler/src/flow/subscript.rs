//! Subscripts of constant strings, bytes and tuples by constant integers and slices.

use dashu_int::IBig;
use taipan_bytecode::{Constant, Name};
use taipan_text::Wtf8Buf;

/// `container[key]`; `None` where Python would raise.
pub fn subscript(container: &Constant, key: &Constant) -> Option<Constant> {
    match key {
        Constant::Slice(parts) => {
            let parts = Slice::new(parts)?;
            match container {
                Constant::Str(text) => {
                    let points: Vec<u32> = text.code_points().collect();
                    let picked: Wtf8Buf = parts.indices(points.len()).map(|index| points[index]).collect();
                    Some(Constant::Str(Name::new(picked)))
                }
                Constant::Bytes(bytes) => {
                    let picked: Vec<u8> = parts.indices(bytes.len()).map(|index| bytes[index]).collect();
                    Some(Constant::Bytes(picked.into()))
                }
                Constant::Tuple(items) => {
                    let picked: Vec<Constant> =
                        parts.indices(items.len()).map(|index| items[index].clone()).collect();
                    Some(Constant::Tuple(picked.into()))
                }
                _ => None,
            }
        }
        _ => {
            let index = match key {
                Constant::True => 1,
                Constant::False => 0,
                Constant::Int(i) => i64::try_from(i).ok()?,
                _ => return None,
            };
            match container {
                Constant::Str(text) => {
                    let length = text.code_points().count();
                    let point = text.code_points().nth(position(index, length)?)?;
                    Some(Constant::Str(Name::new(std::iter::once(point).collect())))
                }
                Constant::Bytes(bytes) => {
                    bytes.get(position(index, bytes.len())?).map(|&byte| Constant::int(i64::from(byte)))
                }
                Constant::Tuple(items) => items.get(position(index, items.len())?).cloned(),
                _ => None,
            }
        }
    }
}

fn position(index: i64, length: usize) -> Option<usize> {
    let from_start = if index < 0 { index.checked_add(i64::try_from(length).ok()?)? } else { index };
    usize::try_from(from_start).ok().filter(|&position| position < length)
}

/// A slice whose parts are integers or absent; integers are clamped to what fits 62 bits.
struct Slice {
    start: Option<i64>,
    stop: Option<i64>,
    step: i64,
}

const CLAMP: i64 = 1 << 62;

impl Slice {
    fn new(parts: &[Constant; 3]) -> Option<Slice> {
        let part = |value: &Constant| match value {
            Constant::None => Some(None),
            Constant::True => Some(Some(1)),
            Constant::False => Some(Some(0)),
            Constant::Int(i) => {
                let clamped = i64::try_from(i).unwrap_or(if *i < IBig::ZERO { -CLAMP } else { CLAMP });
                Some(Some(clamped.clamp(-CLAMP, CLAMP)))
            }
            _ => None,
        };
        let step = part(&parts[2])?.unwrap_or(1);
        (step != 0).then_some(Slice { start: part(&parts[0])?, stop: part(&parts[1])?, step })
    }

    /// The positions that the slice picks of a sequence of `length`, in order.
    fn indices(&self, length: usize) -> impl Iterator<Item = usize> + use<> {
        let length = length as i64;
        let step = self.step;
        let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let resolve = |part: Option<i64>, absent: i64| match part {
            None => absent,
            Some(index) => (if index < 0 { index + length } else { index }).clamp(low, high),
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let mut at = resolve(self.start, first);
        let stop = resolve(self.stop, last);
        std::iter::from_fn(move || {
            if (step > 0 && at >= stop) || (step < 0 && at <= stop) {
                return None;
            }
            let here = at as usize;
            at = at.saturating_add(step);
            Some(here)
        })
    }
}
