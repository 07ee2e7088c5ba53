//! UTF-32, in both byte orders.

use super::utf16::Order;
use super::{CodecError, DecodeErrors, Decoded, Decoder, EncodeErrors, Unit, encode_error};

/// Decodes, and tells the byte order to go on with.
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    order: Order,
    last: bool,
    errors: &mut H,
) -> Result<(Decoded, Order), H::Failure> {
    let mut d = Decoder::new("utf-32", input, errors);
    let mut order = order;
    let mut reported = order;
    if order == Order::Mark {
        let mark = d.input.get(..4).map(<[u8]>::to_vec);
        order = if mark.as_deref() == Some(&[0, 0, 0xFE, 0xFF]) { Order::Big } else { Order::Little };
        if order == Order::Big || mark.as_deref() == Some(&[0xFF, 0xFE, 0, 0]) {
            d.at = 4;
            reported = order;
        }
    }
    d.encoding = if order == Order::Big { "utf-32-be" } else { "utf-32-le" };
    loop {
        let Some(unit) = d.input.get(d.at..d.at + 4) else {
            if d.at == d.input.len() || !last {
                break;
            }
            d.error(d.at, d.input.len(), "truncated data")?;
            continue;
        };
        let unit = [unit[0], unit[1], unit[2], unit[3]];
        let c = if order == Order::Big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
        match c {
            0xD800..0xE000 => {
                d.error(d.at, d.at + 4, "code point in surrogate code point range(0xd800, 0xe000)")?
            }
            0x110000.. => d.error(d.at, d.at + 4, "code point not in range(0x110000)")?,
            _ => {
                d.out.push(c);
                d.at += 4;
            }
        }
    }
    Ok((d.finish(), reported))
}

fn push(out: &mut Vec<u8>, c: u32, order: Order) {
    match order {
        Order::Big => out.extend(c.to_be_bytes()),
        _ => out.extend(c.to_le_bytes()),
    }
}

/// Encodes; [`Order::Mark`] writes a mark and little-endian units.
pub fn encode<U: Unit, H: EncodeErrors>(
    text: &[U],
    order: Order,
    errors: &mut H,
) -> Result<Vec<u8>, H::Failure> {
    let mut out = Vec::with_capacity(4 * text.len() + 4);
    if order == Order::Mark {
        push(&mut out, 0xFEFF, order);
    }
    let encoding = match order {
        Order::Mark => "utf-32",
        Order::Little => "utf-32-le",
        Order::Big => "utf-32-be",
    };
    let mut at = 0;
    while let Some(c) = text.get(at).map(|c| c.point()) {
        if !(0xD800..0xE000).contains(&c) {
            push(&mut out, c, order);
            at += 1;
            continue;
        }
        let error = CodecError { encoding, start: at, end: at + 1, reason: "surrogates not allowed" };
        let before = out.len();
        at = encode_error(errors, error, text.len(), &mut out, |points, out| {
            points.iter().all(|c| *c < 0x80) && {
                points.iter().for_each(|c| push(out, *c, order));
                true
            }
        })?;
        if (out.len() - before) % 4 != 0 {
            return Err(errors.refuse(error));
        }
    }
    Ok(out)
}
