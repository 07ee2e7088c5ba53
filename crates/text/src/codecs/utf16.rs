//! UTF-16, in both byte orders.

use super::{CodecError, DecodeErrors, Decoded, Decoder, EncodeErrors, Unit, encode_error};

/// The order of bytes in a unit of UTF-16 or UTF-32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// As the byte order mark says, little-endian without one; writes a mark.
    Mark,
    Little,
    Big,
}

/// Decodes, and tells the byte order to go on with ([`Order::Mark`] while too little was seen to know).
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    order: Order,
    last: bool,
    errors: &mut H,
) -> Result<(Decoded, Order), H::Failure> {
    let mut d = Decoder::new("utf-16", input, errors);
    let mut order = order;
    let mut reported = order;
    if order == Order::Mark {
        if d.input.len() >= 2 {
            let mark = [d.input[0], d.input[1]];
            order = if mark == [0xFE, 0xFF] { Order::Big } else { Order::Little };
            if mark == [0xFE, 0xFF] || mark == [0xFF, 0xFE] {
                d.at = 2;
                reported = order;
            }
        } else {
            order = Order::Little;
        }
    }
    d.encoding = if order == Order::Big { "utf-16-be" } else { "utf-16-le" };
    let unit = |pair: &[u8]| match order {
        Order::Big => u32::from(pair[0]) << 8 | u32::from(pair[1]),
        _ => u32::from(pair[1]) << 8 | u32::from(pair[0]),
    };
    loop {
        let rest = &d.input[d.at..];
        if rest.len() < 2 {
            if rest.is_empty() || !last {
                break;
            }
            d.error(d.at, d.at + 1, "truncated data")?;
            continue;
        }
        let c = unit(rest);
        match c {
            0xD800..0xDC00 => {
                if rest.len() < 4 {
                    if !last {
                        break;
                    }
                    d.error(d.at, d.input.len(), "unexpected end of data")?;
                    continue;
                }
                let low = unit(&rest[2..]);
                if !(0xDC00..0xE000).contains(&low) {
                    d.error(d.at, d.at + 2, "illegal UTF-16 surrogate")?;
                    continue;
                }
                d.out.push(0x10000 + ((c & 0x3FF) << 10 | low & 0x3FF));
                d.at += 4;
            }
            0xDC00..0xE000 => d.error(d.at, d.at + 2, "illegal encoding")?,
            _ => {
                d.out.push(c);
                d.at += 2;
            }
        }
    }
    Ok((d.finish(), reported))
}

fn push(out: &mut Vec<u8>, c: u32, order: Order) {
    let mut unit = |c: u16| match order {
        Order::Big => out.extend(c.to_be_bytes()),
        _ => out.extend(c.to_le_bytes()),
    };
    if c < 0x10000 {
        unit(c as u16);
    } else {
        let c = c - 0x10000;
        unit(0xD800 | (c >> 10) as u16);
        unit(0xDC00 | (c & 0x3FF) as u16);
    }
}

/// Encodes; [`Order::Mark`] writes a mark and little-endian units.
pub fn encode<U: Unit, H: EncodeErrors>(
    text: &[U],
    order: Order,
    errors: &mut H,
) -> Result<Vec<u8>, H::Failure> {
    let mut out = Vec::with_capacity(2 * text.len() + 2);
    if order == Order::Mark {
        push(&mut out, 0xFEFF, order);
    }
    let encoding = match order {
        Order::Mark => "utf-16",
        Order::Little => "utf-16-le",
        Order::Big => "utf-16-be",
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
        if (out.len() - before) % 2 != 0 {
            return Err(errors.refuse(error));
        }
    }
    Ok(out)
}
