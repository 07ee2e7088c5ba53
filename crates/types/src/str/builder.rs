//! Growing text in the narrowest width so far.

use taipan_object::{Cx, Handle, Obj, R, Str, StrData, Value};
use taipan_text::Wtf8Buf;

/// The most characters that a string may have.
pub const MOST: usize = 1 << 42;

enum Units {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// Collects text; it becomes wider when a character asks for that.
pub struct StrBuilder {
    units: Units,
    /// The only text so far, not copied yet: alone it is the result itself. `units` is empty meanwhile.
    whole: Option<Handle<Str>>,
}

impl Default for StrBuilder {
    fn default() -> Self {
        StrBuilder { units: Units::One(Vec::new()), whole: None }
    }
}

impl StrBuilder {
    /// Room for `n` more characters; MemoryError where there is none.
    pub fn reserve(&mut self, cx: &mut Cx, n: usize) -> R<()> {
        let done = n < MOST
            && match &mut self.units {
                Units::One(v) => v.try_reserve(n),
                Units::Two(v) => v.try_reserve(n),
                Units::Four(v) => v.try_reserve(n),
            }
            .is_ok();
        if done { Ok(()) } else { Err(cx.memory_error()) }
    }

    pub fn len(&self) -> usize {
        if let Some(whole) = &self.whole {
            return whole.len();
        }
        match &self.units {
            Units::One(v) => v.len(),
            Units::Two(v) => v.len(),
            Units::Four(v) => v.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies the only text, before another is appended.
    #[cold]
    fn flush(&mut self) {
        if let Some(whole) = self.whole.take() {
            self.push_data(whole.data());
        }
    }

    /// Makes room for characters of `width` bytes.
    #[cold]
    fn widen(&mut self, width: usize) {
        let old = std::mem::replace(&mut self.units, Units::One(Vec::new()));
        self.units = match (old, width) {
            (Units::One(v), 2) => Units::Two(v.into_iter().map(u16::from).collect()),
            (Units::One(v), 4) => Units::Four(v.into_iter().map(u32::from).collect()),
            (Units::Two(v), 4) => Units::Four(v.into_iter().map(u32::from).collect()),
            (same, _) => same,
        };
    }

    /// Appends a code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        if self.whole.is_some() {
            self.flush();
        }
        match &mut self.units {
            Units::One(v) if c < 0x100 => v.push(c as u8),
            Units::Two(v) if c < 0x10000 => v.push(c as u16),
            Units::Four(v) => v.push(c),
            _ => {
                self.widen(if c < 0x10000 { 2 } else { 4 });
                self.push(c);
            }
        }
    }

    /// Appends a character `n` times.
    pub fn push_fill(&mut self, cx: &mut Cx, c: u32, n: usize) -> R<()> {
        if n == 0 {
            return Ok(());
        }
        self.reserve(cx, n)?;
        self.push(c);
        match &mut self.units {
            Units::One(v) => v.resize(v.len() + n - 1, c as u8),
            Units::Two(v) => v.resize(v.len() + n - 1, c as u16),
            Units::Four(v) => v.resize(v.len() + n - 1, c),
        }
        Ok(())
    }

    /// Appends Rust text.
    pub fn push_text(&mut self, text: &str) {
        if self.whole.is_some() && !text.is_empty() {
            self.flush();
        }
        match &mut self.units {
            Units::One(v) if text.is_ascii() => v.extend_from_slice(text.as_bytes()),
            _ => text.chars().for_each(|c| self.push(c.into())),
        }
    }

    pub fn push_wtf8(&mut self, text: &Wtf8Buf) {
        match text.as_str() {
            Some(text) => self.push_text(text),
            None => text.code_points().for_each(|c| self.push(c)),
        }
    }

    /// Appends stored characters.
    pub fn push_data(&mut self, data: StrData<'_>) {
        if data.is_empty() {
            return;
        }
        if self.whole.is_some() {
            self.flush();
        }
        match (&mut self.units, data) {
            (Units::One(v), StrData::One(s)) => v.extend_from_slice(s),
            (Units::Two(v), StrData::One(s)) => v.extend(s.iter().map(|&c| u16::from(c))),
            (Units::Two(v), StrData::Two(s)) => v.extend_from_slice(s),
            (Units::Four(v), StrData::One(s)) => v.extend(s.iter().map(|&c| u32::from(c))),
            (Units::Four(v), StrData::Two(s)) => v.extend(s.iter().map(|&c| u32::from(c))),
            (Units::Four(v), StrData::Four(s)) => v.extend_from_slice(s),
            (_, StrData::Two(s)) => {
                // A part of a wide string may be narrow itself.
                if s.iter().all(|&c| c < 0x100) {
                    s.iter().for_each(|&c| self.push(c.into()));
                } else {
                    self.widen(2);
                    self.push_data(data);
                }
            }
            (_, StrData::Four(s)) => {
                if s.iter().all(|&c| c < 0x10000) {
                    s.iter().for_each(|&c| self.push(c));
                } else {
                    self.widen(4);
                    self.push_data(data);
                }
            }
        }
    }

    pub fn push_str(&mut self, text: &Obj<Str>) {
        if self.is_empty() {
            self.whole = Some(text.to_handle());
        } else {
            self.push_data(text.data());
        }
    }

    pub fn finish(self, cx: &mut Cx) -> Value {
        if let Some(whole) = self.whole {
            return whole.into_value();
        }
        match &self.units {
            Units::One(v) => super::unit::make(cx, v),
            Units::Two(v) => super::unit::make(cx, v),
            Units::Four(v) => super::unit::make(cx, v),
        }
    }
}
