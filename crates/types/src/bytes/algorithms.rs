//! What `bytes`, `bytearray` and ASCII strings do alike, over plain slices.

/// `capitalize`: the first byte in upper case, the rest in lower case.
pub fn capitalize(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `title`: each letter after something that is no letter in upper case, the others in lower case.
pub fn title(text: &[u8]) -> Vec<u8> {
    let mut inside = false;
    text.iter()
        .map(|b| {
            let mapped = if inside { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
            inside = b.is_ascii_alphabetic();
            mapped
        })
        .collect()
}

/// `swapcase`.
pub fn swapcase(text: &[u8]) -> Vec<u8> {
    text.iter().map(|b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { *b }).collect()
}

/// White space: what `split()` and `strip()` of bytes mean by it.
pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | 9..=13)
}

/// `islower` and `isupper`: something of the wanted case, nothing of the other.
pub fn is_case(text: &[u8], upper: bool) -> bool {
    let wanted = |b: &u8| if upper { b.is_ascii_uppercase() } else { b.is_ascii_lowercase() };
    let refused = |b: &u8| if upper { b.is_ascii_lowercase() } else { b.is_ascii_uppercase() };
    text.iter().any(wanted) && !text.iter().any(refused)
}

/// `istitle`.
pub fn is_title(text: &[u8]) -> bool {
    let (mut cased, mut inside) = (false, false);
    for b in text {
        if b.is_ascii_alphabetic() {
            if b.is_ascii_uppercase() == inside {
                return false;
            }
            (cased, inside) = (true, true);
        } else {
            inside = false;
        }
    }
    cased
}

/// Lines by `\n`, `\r` and `\r\n`.
pub fn lines(text: &[u8], keep: bool) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some(len) = memchr::memchr2(b'\n', b'\r', &text[at..]) else {
            out.push(at..text.len());
            break;
        };
        let end = at + len;
        let next = end + 1 + usize::from(text[end] == b'\r' && text.get(end + 1) == Some(&b'\n'));
        out.push(at..if keep { next } else { end });
        at = next;
    }
    out
}

/// A refusal of `fromhex`.
pub enum HexError {
    Odd,
    /// No hexadecimal digit at this place.
    Digit(usize),
}

/// `fromhex`: pairs of digits, white space between them.
pub fn from_hex(text: impl Iterator<Item = u32>) -> Result<Vec<u8>, HexError> {
    let mut out = Vec::new();
    let mut high: Option<u8> = None;
    for (i, c) in text.enumerate() {
        let digit = u8::try_from(c).ok().and_then(|b| (b as char).to_digit(16)).map(|d| d as u8);
        match (digit, high) {
            (Some(d), None) => high = Some(d),
            (Some(d), Some(h)) => {
                out.push(h << 4 | d);
                high = None;
            }
            (None, None) if c < 0x80 && is_space(c as u8) => {}
            (None, _) => return Err(HexError::Digit(i)),
        }
    }
    if high.is_some() { Err(HexError::Odd) } else { Ok(out) }
}

/// `hex`: with a separator after each group of `group` bytes, counted from the right, or from the left if negative.
pub fn to_hex(data: &[u8], separator: Option<(u8, i64)>) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = Vec::with_capacity(data.len().saturating_mul(2));
    let (sep, group) = separator.unwrap_or((0, 0));
    let size = group.unsigned_abs() as usize;
    for (i, b) in data.iter().enumerate() {
        let boundary = size > 0
            && i > 0
            && if group > 0 { (data.len() - i).is_multiple_of(size) } else { i.is_multiple_of(size) };
        if boundary {
            out.push(sep);
        }
        out.extend([DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    }
    out
}
