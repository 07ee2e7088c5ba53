//! Text in the narrowest of 1, 2 or 4 bytes a character.

/// Finished text; the variant is the narrowest that holds it (so `Two` has a character above U+00FF, and so on).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// All below U+0080.
    Ascii(Vec<u8>),
    /// All below U+0100.
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Text {
    /// The code points.
    pub fn points(&self) -> Vec<u32> {
        match self {
            Text::Ascii(v) | Text::One(v) => v.iter().map(|c| u32::from(*c)).collect(),
            Text::Two(v) => v.iter().map(|c| u32::from(*c)).collect(),
            Text::Four(v) => v.clone(),
        }
    }

    /// The number of characters.
    pub fn len(&self) -> usize {
        match self {
            Text::Ascii(v) | Text::One(v) => v.len(),
            Text::Two(v) => v.len(),
            Text::Four(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Grows text, widening it when a character asks for that.
#[derive(Debug)]
pub struct TextBuilder {
    text: Text,
}

impl Default for TextBuilder {
    fn default() -> Self {
        TextBuilder::with_capacity(0)
    }
}

impl TextBuilder {
    pub fn with_capacity(capacity: usize) -> Self {
        TextBuilder { text: Text::Ascii(Vec::with_capacity(capacity)) }
    }

    /// The number of characters so far.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends a code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        match &mut self.text {
            Text::Ascii(v) if c < 0x80 => v.push(c as u8),
            Text::One(v) if c < 0x100 => v.push(c as u8),
            Text::Two(v) if c < 0x10000 => v.push(c as u16),
            Text::Four(v) => v.push(c),
            _ => self.widen(c),
        }
    }

    #[cold]
    fn widen(&mut self, c: u32) {
        let old = std::mem::replace(&mut self.text, Text::Ascii(Vec::new()));
        self.text = match old {
            Text::Ascii(v) if c < 0x100 => Text::One(v),
            Text::Ascii(v) | Text::One(v) if c < 0x10000 => Text::Two(v.into_iter().map(u16::from).collect()),
            Text::Ascii(v) | Text::One(v) => Text::Four(v.into_iter().map(u32::from).collect()),
            Text::Two(v) => Text::Four(v.into_iter().map(u32::from).collect()),
            four => four,
        };
        self.push(c);
    }

    /// Appends ASCII bytes; bytes above are taken as Latin-1.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        match &mut self.text {
            Text::Ascii(v) if bytes.is_ascii() => v.extend_from_slice(bytes),
            Text::One(v) => v.extend_from_slice(bytes),
            Text::Two(v) => v.extend(bytes.iter().map(|b| u16::from(*b))),
            Text::Four(v) => v.extend(bytes.iter().map(|b| u32::from(*b))),
            Text::Ascii(v) => {
                let mut v = std::mem::take(v);
                v.extend_from_slice(bytes);
                self.text = Text::One(v);
            }
        }
    }

    /// The text.
    pub fn finish(self) -> Text {
        self.text
    }
}
