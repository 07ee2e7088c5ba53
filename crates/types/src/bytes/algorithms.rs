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
