//! The exception table of a code object: which handler serves which range of instructions.
//!
//! Each entry is four varints of six bits a byte, most significant first; bit 6 says that more follow, bit 7 marks the
//! first byte of an entry: start, length, target (all in code units), and `depth * 2 + lasti`. Entries are in the order
//! of their starts and do not overlap.

/// One range of instructions and its handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct ExceptionEntry {
    /// First code unit of the range.
    pub start: u32,
    /// The code unit after the range.
    pub end: u32,
    /// Code unit of the handler.
    pub target: u32,
    /// Stack depth to unwind to before the handler's items are pushed.
    pub depth: u32,
    /// Whether the offset of the raising instruction is pushed below the exception.
    pub lasti: bool,
}

/// An exception table whose bytes are not well-formed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadExceptionTable;

fn push_varint(out: &mut Vec<u8>, value: u32, first: u8) {
    let mut mark = first;
    for shift in [30, 24, 18, 12, 6] {
        if value >= 1 << shift {
            out.push(((value >> shift) as u8 & 0x3F) | 0x40 | mark);
            mark = 0;
        }
    }
    out.push((value as u8 & 0x3F) | mark);
}

/// Appends an entry to a table.
pub fn push_entry(out: &mut Vec<u8>, entry: &ExceptionEntry) {
    push_varint(out, entry.start, 0x80);
    push_varint(out, entry.end.saturating_sub(entry.start), 0);
    push_varint(out, entry.target, 0);
    push_varint(out, entry.depth << 1 | u32::from(entry.lasti), 0);
}

/// The table of these entries, which are in the order of their starts.
pub fn encode(entries: &[ExceptionEntry]) -> Vec<u8> {
    let mut out = Vec::new();
    entries.iter().for_each(|e| push_entry(&mut out, e));
    out
}

/// Iterator over a table's entries; the first malformed one is an error and the last item.
pub struct Entries<'a> {
    rest: &'a [u8],
}

/// The entries of a table.
pub fn entries(table: &[u8]) -> Entries<'_> {
    Entries { rest: table }
}

/// All entries of a table, or the error.
pub fn decode(table: &[u8]) -> Result<Vec<ExceptionEntry>, BadExceptionTable> {
    entries(table).collect()
}

impl Entries<'_> {
    fn varint(&mut self, is_first: bool) -> Option<u32> {
        let mut value: u32 = 0;
        let mut mark = is_first;
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            if (byte & 0x80 != 0) != mark || value >> 26 != 0 {
                return None;
            }
            mark = false;
            value = value << 6 | u32::from(byte & 0x3F);
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
    }

    fn entry(&mut self) -> Option<ExceptionEntry> {
        let start = self.varint(true)?;
        let length = self.varint(false)?;
        let target = self.varint(false)?;
        let depth_lasti = self.varint(false)?;
        let end = start.checked_add(length)?;
        Some(ExceptionEntry { start, end, target, depth: depth_lasti >> 1, lasti: depth_lasti & 1 != 0 })
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<ExceptionEntry, BadExceptionTable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry().ok_or(BadExceptionTable);
        if entry.is_err() {
            self.rest = &[];
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let list = [
            ExceptionEntry { start: 0, end: 63, target: 64, depth: 0, lasti: false },
            ExceptionEntry { start: 64, end: 5000, target: 300_000, depth: 7, lasti: true },
            ExceptionEntry { start: 1 << 29, end: u32::MAX >> 1, target: 1, depth: 40, lasti: true },
        ];
        let bytes = encode(&list);
        assert_eq!(decode(&bytes).as_deref(), Ok(&list[..]));
        for cut in 1..bytes.len() {
            let _ = decode(&bytes[..cut]);
        }
        assert_eq!(decode(&[0x80 | 0x40, 0x40, 0x40]), Err(BadExceptionTable));
    }
}
