//! Format strings: what lies where.

/// What an item is, with its byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The format character.
    pub letter: u8,
    /// Bytes of one.
    pub size: u8,
    pub big_endian: bool,
}

impl Code {
    /// Bytes that one of `count` takes: strings count characters.
    pub fn size_each(self) -> usize {
        self.size.into()
    }

    /// Whether the repeat count is a length: one value in all.
    pub fn is_string(self) -> bool {
        matches!(self.letter, b's' | b'p')
    }

    /// Signed integer codes.
    pub fn is_signed(self) -> bool {
        self.letter.is_ascii_lowercase()
    }
}

/// A run of equal items.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub code: Code,
    pub count: usize,
    pub offset: usize,
}

/// A parsed format.
#[derive(Clone, Default, Debug)]
pub struct Format {
    pub items: Vec<Item>,
    pub size: usize,
    /// How many values it stands for.
    pub values: usize,
}

impl Format {
    /// Each value's code, number of units (1, or a string's length) and offset.
    pub fn places(&self) -> impl Iterator<Item = (Code, usize, usize)> + '_ {
        self.items.iter().flat_map(|item| {
            let n = if item.code.is_string() { 1 } else { item.count };
            let units = if item.code.is_string() { item.count } else { 1 };
            (0..n).map(move |i| (item.code, units, item.offset + i * item.code.size_each()))
        })
    }
}

/// Size and alignment of a format character; standard sizes where not `native`.
fn measure(letter: u8, native: bool) -> Option<(u8, u8)> {
    let size = match letter {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' if native => 8,
        b'l' | b'L' => 4,
        b'q' | b'Q' | b'd' => 8,
        b'n' | b'N' | b'P' if native => 8,
        b'F' => return Some((8, if native { 4 } else { 1 })),
        b'D' => return Some((16, if native { 8 } else { 1 })),
        _ => return None,
    };
    Some((size, if native { size } else { 1 }))
}

/// Parses a format; the error is `struct.error`'s text.
pub fn parse(text: &[u8]) -> Result<Format, &'static str> {
    const TOO_LONG: &str = "total struct size too long";
    let (native, big_endian, rest) = match text.split_first() {
        Some((b'@', rest)) => (true, cfg!(target_endian = "big"), rest),
        Some((b'=', rest)) => (false, cfg!(target_endian = "big"), rest),
        Some((b'<', rest)) => (false, false, rest),
        Some((b'>' | b'!', rest)) => (false, true, rest),
        _ => (true, cfg!(target_endian = "big"), text),
    };
    let mut format = Format::default();
    let mut i = 0;
    while let Some(&c) = rest.get(i) {
        i += 1;
        if c.is_ascii_whitespace() {
            continue;
        }
        let mut letter = c;
        let mut count = 1usize;
        if c.is_ascii_digit() {
            count = usize::from(c - b'0');
            loop {
                match rest.get(i) {
                    None => return Err("repeat count given without format specifier"),
                    Some(&d) if d.is_ascii_digit() => {
                        count = count
                            .checked_mul(10)
                            .and_then(|n| n.checked_add((d - b'0').into()))
                            .ok_or(TOO_LONG)?;
                        i += 1;
                    }
                    Some(&l) => {
                        letter = l;
                        i += 1;
                        break;
                    }
                }
            }
        }
        let (size, align) = measure(letter, native).ok_or("bad char in struct format")?;
        let offset = format.size.checked_next_multiple_of(align.into()).ok_or(TOO_LONG)?;
        let bytes = count.checked_mul(size.into()).ok_or(TOO_LONG)?;
        format.size = offset.checked_add(bytes).filter(|&s| s <= isize::MAX as usize).ok_or(TOO_LONG)?;
        if letter == b'x' {
            continue;
        }
        let code = Code { letter, size, big_endian };
        if code.is_string() {
            format.values += 1;
        } else if count > 0 {
            format.values = format.values.checked_add(count).ok_or(TOO_LONG)?;
        } else {
            continue;
        }
        format.items.push(Item { code, count, offset });
    }
    Ok(format)
}
