//! Base64 (RFC 4648), lenient as MIME wants it, or strict.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn value(c: u8) -> Option<u32> {
    Some(
        match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        }
        .into(),
    )
}

pub fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for chunk in data.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| w << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = (word >> (18 - 6 * i) & 63) as usize;
            out.push(if i <= chunk.len() { ALPHABET[digit] } else { b'=' });
        }
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// Decodes; the error is `binascii.Error`'s text.
pub fn decode(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    // Digits of the group of four, the bits that are left of them, padding seen in it.
    let (mut digits, mut held, mut padding, mut padded) = (0usize, 0u32, 0usize, false);
    for (i, &c) in data.iter().enumerate() {
        if c == b'=' {
            padded = true;
            if strict && digits == 0 {
                return Err("Excess padding not allowed".to_owned());
            }
            if strict && digits == 1 {
                break;
            }
            if digits >= 2 {
                padding += 1;
                // The end; what follows matters to the strict, the others read on.
                if digits + padding >= 4 && strict && i + 1 < data.len() {
                    let what = match data.get(i + 1) {
                        Some(b'=') => "Excess padding not allowed",
                        Some(&next) if value(next).is_some() => "Excess data after padding",
                        _ => "Only base64 data is allowed",
                    };
                    return Err(what.to_owned());
                }
            }
            continue;
        }
        let Some(digit) = value(c) else {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        };
        if strict && padded {
            return Err("Discontinuous padding not allowed".to_owned());
        }
        padding = 0;
        match digits {
            0 => held = digit,
            1 => {
                out.push((held << 2 | digit >> 4) as u8);
                held = digit & 15;
            }
            2 => {
                out.push((held << 4 | digit >> 2) as u8);
                held = digit & 3;
            }
            _ => out.push((held << 6 | digit) as u8),
        }
        digits = (digits + 1) % 4;
    }
    match digits {
        0 => Ok(out),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        )),
        n if n + padding >= 4 => Ok(out),
        _ => Err("Incorrect padding".to_owned()),
    }
}
