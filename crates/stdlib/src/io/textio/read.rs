//! Reading text: `read`, `readline`, iteration.

use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Str, StrData, Value, buffer, exc};

use super::super::buffered::{is_exact_reader, read1_vec};
use super::super::{call, optional_size, unsupported};
use super::{LineEnd, TEXT_IO_WRAPPER, TextIo, codec, forget_decoded, open_buffer, write_out};

/// The part `from..to` of a text.
fn slice(cx: &Cx, text: &Obj<Str>, from: usize, to: usize) -> Value {
    if from == 0 && to == text.len() {
        return text.to_value();
    }
    match text.data() {
        StrData::One(s) => cx.str_from_latin1(s.get(from..to).unwrap_or_default()).into_value(),
        StrData::Two(s) => cx.str_from_ucs2(s.get(from..to).unwrap_or_default()).into_value(),
        StrData::Four(s) => cx.str_from_code_points(s.get(from..to).unwrap_or_default()).into_value(),
    }
}

/// The parts as one text.
fn join(cx: &mut Cx, mut parts: Vec<Value>) -> R {
    if parts.len() <= 1 {
        return Ok(parts.pop().unwrap_or_else(|| cx.empty_str()));
    }
    let total: usize = parts.iter().filter_map(|p| p.as_str()).map(|s| s.len()).sum();
    let narrow = parts.iter().filter_map(|p| p.as_str()).all(|s| matches!(s.data(), StrData::One(_)));
    if narrow {
        let mut bytes: Vec<u8> = Vec::new();
        super::super::reserve(cx, &mut bytes, total)?;
        for part in &parts {
            if let Some(StrData::One(s)) = part.as_str().map(|s| s.data()) {
                bytes.extend_from_slice(s);
            }
        }
        return Ok(cx.str_from_latin1(&bytes).into_value());
    }
    let mut points: Vec<u32> = Vec::new();
    super::super::reserve(cx, &mut points, total)?;
    for part in &parts {
        if let Some(text) = part.as_str() {
            points.extend(text.chars());
        }
    }
    Ok(cx.str_from_code_points(&points).into_value())
}

/// The next chunk's bytes from the buffer.
fn read_bytes(cx: &mut Cx, this: &Obj<TextIo>, buffer: &Value, size: usize) -> R<Vec<u8>> {
    let has_read1 = this.get(cx).has_read1;
    if has_read1 && is_exact_reader(buffer) {
        return read1_vec(cx, buffer, Some(size));
    }
    let method = if has_read1 { "read1" } else { "read" };
    let size = cx.int(size as i64);
    let data = call(cx, buffer, method, &[size])?;
    if !buffer::supports(cx, &data) {
        let message = format!(
            "underlying {method}() should have returned a bytes-like object, not '{}'",
            data.type_name(cx)
        );
        return Err(cx.type_error(message));
    }
    Ok(buffer::bytes_like(cx, &data)?.to_vec(cx))
}

/// Reads and decodes a chunk; false at the end.
fn read_chunk(cx: &mut Cx, this: &Obj<TextIo>, buffer: &Value, hint: usize) -> R<bool> {
    if !this.get(cx).can_read {
        return Err(unsupported(cx, "not readable"));
    }
    let before = if this.get(cx).telling { Some(codec::state(cx, this)?) } else { None };
    let data = this.get(cx);
    let wanted = (hint as f64 * data.ratio.max(1.0)) as usize;
    let size = data.chunk_size.max(wanted);
    let bytes = read_bytes(cx, this, buffer, size)?;
    let mut at_end = bytes.is_empty();
    let text = codec::decode(cx, this, &bytes, at_end)?;
    let chars = text.as_str().map_or(0, |s| s.len());
    let data = this.get_mut(cx);
    let old = data.decoded.replace(text);
    data.decoded_at = 0;
    if chars > 0 {
        at_end = false;
        data.ratio = bytes.len() as f64 / chars as f64;
    } else {
        data.ratio = 0.0;
    }
    if let Some((mut held, flags)) = before {
        held.extend_from_slice(&bytes);
        data.snapshot = Some((flags, held));
    }
    drop(old);
    Ok(!at_end)
}

/// At most `most` characters of what is decoded already.
fn take_decoded(cx: &mut Cx, this: &Obj<TextIo>, most: Option<usize>) -> Option<Value> {
    let data = this.get(cx);
    let text = data.decoded.clone()?;
    let string = text.as_str()?;
    let from = data.decoded_at.min(string.len());
    let left = string.len() - from;
    let n = most.map_or(left, |m| m.min(left));
    if n == 0 {
        return None;
    }
    this.get_mut(cx).decoded_at = from + n;
    Some(slice(cx, string, from, from + n))
}

fn ready(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = open_buffer(cx, this)?;
    if !this.get(cx).can_read {
        return Err(unsupported(cx, "not readable"));
    }
    write_out(cx, this, &buffer)?;
    Ok(buffer)
}

#[native("TextIOWrapper.read($self, size=-1, /)")]
pub fn read(cx: &mut Cx, this: &Obj<TextIo>, size: Option<&Value>) -> R {
    let size = optional_size(cx, size)?;
    let buffer = ready(cx, this)?;
    if size < 0 {
        let data = call(cx, &buffer, "read", &[])?;
        if data.is_none() {
            return Err(cx.raise(&exc::BLOCKING_IO_ERROR, "Read returned None."));
        }
        if !buffer::supports(cx, &data) {
            let message = format!("a bytes-like object is required, not '{}'", data.type_name(cx));
            return Err(cx.type_error(message));
        }
        let bytes = buffer::bytes_like(cx, &data)?;
        let text = match data.as_bytes() {
            Some(bytes) => codec::decode(cx, this, bytes.as_slice(), true)?,
            None => {
                let bytes = bytes.to_vec(cx);
                codec::decode(cx, this, &bytes, true)?
            }
        };
        let mut parts: Vec<Value> = take_decoded(cx, this, None).into_iter().collect();
        parts.push(text);
        let whole = join(cx, parts)?;
        forget_decoded(cx, this);
        return Ok(whole);
    }
    let mut left = size as usize;
    let mut parts = Vec::new();
    loop {
        if let Some(part) = take_decoded(cx, this, Some(left)) {
            left -= part.as_str().map_or(0, |s| s.len());
            parts.push(part);
        }
        if left == 0 || !read_chunk(cx, this, &buffer, left)? {
            break;
        }
    }
    join(cx, parts)
}

/// Where the line that begins at `from` ends; `None` if more text is needed.
fn line_end(text: &Obj<Str>, from: usize, kind: LineEnd) -> Option<usize> {
    fn find<T: Copy + PartialEq + From<u8>>(s: &[T], from: usize, kind: LineEnd) -> Option<usize> {
        let (lf, cr) = (T::from(b'\n'), T::from(b'\r'));
        let rest = s.get(from..)?;
        match kind {
            LineEnd::Lf => rest.iter().position(|c| *c == lf).map(|i| from + i + 1),
            LineEnd::Cr => rest.iter().position(|c| *c == cr).map(|i| from + i + 1),
            LineEnd::CrLf => rest.windows(2).position(|w| w[0] == cr && w[1] == lf).map(|i| from + i + 2),
            LineEnd::Any => {
                let at = from + rest.iter().position(|c| *c == lf || *c == cr)?;
                Some(if s[at] == cr && s.get(at + 1) == Some(&lf) { at + 2 } else { at + 1 })
            }
        }
    }
    match text.data() {
        StrData::One(s) if kind == LineEnd::Lf => memchr(s.get(from..)?).map(|i| from + i + 1),
        StrData::One(s) => find(s, from, kind),
        StrData::Two(s) => find(s, from, kind),
        StrData::Four(s) => find(s, from, kind),
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}

/// The next line, at most `limit` characters.
fn line(cx: &mut Cx, this: &Obj<TextIo>, limit: Option<usize>) -> R {
    let buffer = ready(cx, this)?;
    let kind = this.get(cx).line_end;
    let mut parts: Vec<Value> = Vec::new();
    let mut taken = 0;
    loop {
        let data = this.get(cx);
        let text = data.decoded.clone();
        let from = data.decoded_at;
        let Some(string) = text.as_ref().and_then(Value::as_str).filter(|s| s.len() > from) else {
            if !read_more(cx, this, &buffer)? {
                break;
            }
            continue;
        };
        let end = line_end(string, from, kind);
        let stop = end.unwrap_or(string.len());
        let room = limit.map_or(usize::MAX, |l| l - taken);
        let n = (stop - from).min(room);
        // A \r at the end may be half a \r\n: keep it for the next chunk.
        let split =
            kind == LineEnd::CrLf && end.is_none() && n < room && string.char_at(stop - 1) == Some(13);
        if split {
            let head = slice(cx, string, from, stop);
            this.get_mut(cx).decoded_at = stop;
            if !read_more(cx, this, &buffer)? {
                parts.push(head);
                break;
            }
            let rest = take_decoded(cx, this, None);
            let mut pieces = vec![head];
            pieces.extend(rest);
            let whole = join(cx, pieces)?;
            let old = this.get_mut(cx).decoded.replace(whole);
            this.get_mut(cx).decoded_at = 0;
            drop(old);
            continue;
        }
        parts.push(slice(cx, string, from, from + n));
        this.get_mut(cx).decoded_at = from + n;
        taken += n;
        if end.is_some() && from + n == stop || limit == Some(taken) {
            break;
        }
    }
    join(cx, parts)
}

/// Reads chunks until there is text; false at the end, where nothing decoded is kept.
fn read_more(cx: &mut Cx, this: &Obj<TextIo>, buffer: &Value) -> R<bool> {
    loop {
        if !read_chunk(cx, this, buffer, 0)? {
            let old = this.get_mut(cx).decoded.take();
            this.get_mut(cx).decoded_at = 0;
            this.get_mut(cx).snapshot = None;
            drop(old);
            return Ok(false);
        }
        if this.get(cx).decoded.as_ref().and_then(Value::as_str).is_some_and(|s| !s.is_empty()) {
            return Ok(true);
        }
    }
}

#[native("TextIOWrapper.readline($self, size=-1, /)")]
pub fn readline(cx: &mut Cx, this: &Obj<TextIo>, size: Option<i64>) -> R {
    let limit = usize::try_from(size.unwrap_or(-1)).ok();
    if limit == Some(0) {
        ready(cx, this)?;
        return Ok(cx.empty_str());
    }
    line(cx, this, limit)
}

pub fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(stream) = this.cast::<TextIo>() else { return Ok(None) };
    super::buffer_of(cx, stream)?;
    stream.get_mut(cx).telling = false;
    let found = if this.is_instance_exact(&TEXT_IO_WRAPPER) {
        line(cx, stream, None)?
    } else {
        let found = call(cx, this, "readline", &[])?;
        if found.as_str().is_none() {
            let message =
                format!("readline() should have returned a str object, not '{}'", found.type_name(cx));
            return Err(cx.raise(&exc::OS_ERROR, message));
        }
        found
    };
    if found.as_str().is_some_and(|s| s.is_empty()) {
        let data = stream.get_mut(cx);
        data.snapshot = None;
        data.telling = data.seekable;
        return Ok(None);
    }
    Ok(Some(found))
}
