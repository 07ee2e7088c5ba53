//! The location table of a code object (PEP 626, PEP 657): which source range each instruction comes from.
//!
//! An entry begins with a byte `0x80 | form << 3 | units - 1`. Forms 0 to 9 are short (same line, columns in one more
//! byte), 10 to 12 are on one line at most two lines further, 13 has no columns, 14 is long, 15 has no location. Varints
//! have six bits a byte, least significant first; bit 6 says that more follow; the sign of a signed one is its lowest bit.

/// The source range of an instruction: lines from 1, columns in UTF-8 bytes from 0, each -1 where it is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Location {
    pub line: i32,
    pub end_line: i32,
    pub col: i32,
    pub end_col: i32,
}

impl Location {
    /// No location at all.
    pub const NONE: Location = Location { line: -1, end_line: -1, col: -1, end_col: -1 };

    pub const fn new(line: i32, end_line: i32, col: i32, end_col: i32) -> Location {
        Location { line, end_line, col, end_col }
    }

    /// A line without columns.
    pub const fn line_only(line: i32) -> Location {
        Location { line, end_line: line, col: -1, end_col: -1 }
    }

    /// The line, where there is one.
    pub fn line(self) -> Option<i32> {
        (self.line >= 0).then_some(self.line)
    }
}

const FORM_ONE_LINE: u8 = 10;
const FORM_NO_COLUMNS: u8 = 13;
const FORM_LONG: u8 = 14;
const FORM_NONE: u8 = 15;

/// Makes a location table; consecutive instructions with equal locations share entries.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    line: i32,
    pending: Location,
    units: usize,
}

impl Writer {
    pub fn new(firstlineno: i32) -> Writer {
        Writer { out: Vec::new(), line: firstlineno, pending: Location::NONE, units: 0 }
    }

    /// Adds an instruction of so many code units, its caches and extended arguments included.
    pub fn push(&mut self, location: Location, units: usize) {
        if self.units > 0 && location != self.pending {
            self.flush();
        }
        self.pending = location;
        self.units += units;
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }

    fn flush(&mut self) {
        while self.units > 0 {
            let units = self.units.min(8);
            self.entry(units);
            self.units -= units;
        }
    }

    fn header(&mut self, form: u8, units: usize) {
        self.out.push(0x80 | form << 3 | (units - 1) as u8);
    }

    fn entry(&mut self, units: usize) {
        let at = self.pending;
        if at.line == -1 {
            return self.header(FORM_NONE, units);
        }
        let delta = i64::from(at.line) - i64::from(self.line);
        self.line = at.line;
        if at.col < 0 || at.end_col < 0 {
            if at.end_line == at.line || at.end_line == -1 {
                self.header(FORM_NO_COLUMNS, units);
                return self.signed(delta);
            }
        } else if at.end_line == at.line {
            if delta == 0 && at.col < 80 && (0..16).contains(&(i64::from(at.end_col) - i64::from(at.col))) {
                self.header((at.col >> 3) as u8, units);
                return self.out.push(((at.col & 7) << 4 | (at.end_col - at.col)) as u8);
            }
            if (0..3).contains(&delta) && at.col < 128 && at.end_col < 128 {
                self.header(FORM_ONE_LINE + delta as u8, units);
                return self.out.extend([at.col as u8, at.end_col as u8]);
            }
        }
        self.header(FORM_LONG, units);
        self.signed(delta);
        self.varint((i64::from(at.end_line) - i64::from(at.line)).max(0) as u64);
        self.varint((i64::from(at.col) + 1).max(0) as u64);
        self.varint((i64::from(at.end_col) + 1).max(0) as u64);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 64 {
            self.out.push((value & 63) as u8 | 64);
            value >>= 6;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.varint(value.unsigned_abs() << 1 | u64::from(value < 0));
    }
}

/// One entry of a location table, decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// First code unit.
    pub start: u32,
    /// The code unit after the range.
    pub end: u32,
    pub location: Location,
}

/// Iterator over a table's entries. Ends at the first malformed one; [`Entries::is_malformed`] tells.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
    line: i32,
    unit: u32,
    malformed: bool,
}

/// The entries of a table.
pub fn entries(table: &[u8], firstlineno: i32) -> Entries<'_> {
    Entries { rest: table, line: firstlineno, unit: 0, malformed: false }
}

impl Entries<'_> {
    /// Whether the iteration ended before the end of the bytes.
    pub fn is_malformed(&self) -> bool {
        self.malformed
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        if byte & 0x80 != 0 {
            return None;
        }
        self.rest = rest;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u32> {
        let mut value = 0u64;
        for shift in (0..36).step_by(6) {
            let byte = self.byte()?;
            value |= u64::from(byte & 63) << shift;
            if byte & 64 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }

    fn move_line(&mut self) -> Option<()> {
        let value = self.varint()?;
        let delta = i64::from(value >> 1);
        let line = i64::from(self.line) + if value & 1 != 0 { -delta } else { delta };
        self.line = i32::try_from(line).ok()?;
        Some(())
    }

    fn column(&mut self) -> Option<i32> {
        i32::try_from(i64::from(self.varint()?) - 1).ok()
    }

    fn entry(&mut self) -> Option<Entry> {
        let (&head, rest) = self.rest.split_first()?;
        if head & 0x80 == 0 {
            return None;
        }
        self.rest = rest;
        let form = head >> 3 & 15;
        let location = match form {
            FORM_NONE => Location::NONE,
            FORM_LONG => {
                self.move_line()?;
                let end_line = i32::try_from(i64::from(self.line) + i64::from(self.varint()?)).ok()?;
                Location { line: self.line, end_line, col: self.column()?, end_col: self.column()? }
            }
            FORM_NO_COLUMNS => {
                self.move_line()?;
                Location::line_only(self.line)
            }
            FORM_ONE_LINE.. => {
                self.line = self.line.checked_add(i32::from(form - FORM_ONE_LINE))?;
                let (col, end_col) = (i32::from(self.byte()?), i32::from(self.byte()?));
                Location { line: self.line, end_line: self.line, col, end_col }
            }
            _ => {
                let byte = self.byte()?;
                let col = i32::from(form) << 3 | i32::from(byte >> 4);
                let end_col = col + i32::from(byte & 15);
                Location { line: self.line, end_line: self.line, col, end_col }
            }
        };
        let start = self.unit;
        self.unit = start.checked_add(u32::from(head & 7) + 1)?;
        Some(Entry { start, end: self.unit, location })
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_none() {
            self.rest = &[];
            self.malformed = true;
        }
        entry
    }
}

/// `co_positions()`: one location for each code unit, caches included.
pub fn positions(table: &[u8], firstlineno: i32) -> impl Iterator<Item = Location> + '_ {
    entries(table, firstlineno).flat_map(|e| (e.start..e.end).map(move |_| e.location))
}

/// The location of one code unit; none past the table's end.
pub fn location_of(table: &[u8], firstlineno: i32, unit: u32) -> Location {
    entries(table, firstlineno).find(|e| unit < e.end).map_or(Location::NONE, |e| e.location)
}

/// One item of `co_lines()`: byte offsets and the line, if any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRange {
    pub start: u32,
    pub end: u32,
    pub line: Option<i32>,
}

/// `co_lines()`: adjoining ranges of one line are joined.
pub fn lines(table: &[u8], firstlineno: i32) -> impl Iterator<Item = LineRange> + '_ {
    let mut rest = entries(table, firstlineno).peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let mut end = first.end;
        while let Some(next) = rest.next_if(|e| e.location.line == first.location.line) {
            end = next.end;
        }
        let range = LineRange {
            start: first.start.saturating_mul(2),
            end: end.saturating_mul(2),
            line: first.location.line(),
        };
        Some(range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let list = [
            (Location::new(1, 1, 0, 5), 3),
            (Location::new(1, 1, 79, 94), 1),
            (Location::new(3, 3, 100, 127), 20),
            (Location::new(2, 2, 4, 5), 1),
            (Location::NONE, 9),
            (Location::line_only(700), 2),
            (Location::new(701, 900, 3, 0), 2),
            (Location::new(901, 901, 300, 2000), 2),
        ];
        let mut writer = Writer::new(1);
        list.iter().for_each(|(at, units)| writer.push(*at, *units));
        let table = writer.finish();
        let expected: Vec<Location> =
            list.iter().flat_map(|(at, units)| std::iter::repeat_n(*at, *units)).collect();
        assert_eq!(positions(&table, 1).collect::<Vec<_>>(), expected);
        assert_eq!(lines(&table, 1).map(|l| l.line).collect::<Vec<_>>()[..3], [Some(1), Some(3), Some(2)]);
        for cut in 0..table.len() {
            let mut walk = entries(&table[..cut], 1);
            walk.by_ref().for_each(drop);
        }
    }
}
