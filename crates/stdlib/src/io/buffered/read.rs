//! Reading through the buffer.

use taipan_macros::native;
use taipan_object::{Cx, R, Value, exc};

use super::super::{call, optional_size, reserve};
use super::raw::{raw_read, raw_read_all};
use super::{BUFFERED_RANDOM, BUFFERED_READER, data, data_mut, locked, open_raw, write};

/// Fills the empty read buffer by one raw read; `None` where it would block.
fn fill(cx: &mut Cx, this: &Value, raw: &Value) -> R<Option<usize>> {
    let Some(stream) = data_mut(cx, this) else { return Ok(Some(0)) };
    let mut buffer = std::mem::take(&mut stream.read);
    let size = stream.size;
    stream.read_at = 0;
    buffer.clear();
    reserve(cx, &mut buffer, size)?;
    buffer.resize(size, 0);
    let result = raw_read(cx, raw, &mut buffer);
    let filled = match &result {
        Ok(Some(n)) => *n,
        _ => 0,
    };
    buffer.truncate(filled);
    if let Some(stream) = data_mut(cx, this) {
        stream.read = buffer;
    }
    result
}

fn ahead(cx: &Cx, this: &Value) -> usize {
    data(cx, this).map_or(0, |d| d.ahead())
}

/// Read and return up to size bytes.
///
/// If size is omitted, None, or negative, read and return all data until EOF.
#[native("_Buffered.read($self, size=-1, /)")]
pub fn read(cx: &mut Cx, this: &Value, size: Option<&Value>) -> R {
    super::raw_of(cx, this)?;
    let size = optional_size(cx, size)?;
    if size < -1 {
        return Err(cx.value_error("read length must be non-negative or -1"));
    }
    let raw = open_raw(cx, this, "read of")?;
    if size >= 0 && ahead(cx, this) >= size as usize {
        let bytes = data_mut(cx, this).map(|d| d.take_ahead(size as usize).to_vec()).unwrap_or_default();
        return Ok(cx.bytes(&bytes));
    }
    let result = locked(cx, this, |cx| match size {
        -1 => read_all(cx, this, &raw),
        _ => read_most(cx, this, &raw, size as usize),
    })?;
    Ok(result.map_or_else(Value::none, |bytes| cx.bytes(&bytes)))
}

fn read_all(cx: &mut Cx, this: &Value, raw: &Value) -> R<Option<Vec<u8>>> {
    write::flush_buffer(cx, this, raw)?;
    let mut bytes = match data_mut(cx, this) {
        Some(d) => {
            let n = d.ahead();
            let taken = d.take_ahead(n).to_vec();
            d.read.clear();
            d.read_at = 0;
            taken
        }
        None => Vec::new(),
    };
    match raw_read_all(cx, raw)? {
        None if bytes.is_empty() => Ok(None),
        None => Ok(Some(bytes)),
        Some(rest) if bytes.is_empty() => Ok(Some(rest)),
        Some(rest) => {
            reserve(cx, &mut bytes, rest.len())?;
            bytes.extend_from_slice(&rest);
            Ok(Some(bytes))
        }
    }
}

fn read_most(cx: &mut Cx, this: &Value, raw: &Value, size: usize) -> R<Option<Vec<u8>>> {
    write::flush_buffer(cx, this, raw)?;
    let mut out: Vec<u8> = data_mut(cx, this).map(|d| d.take_ahead(size).to_vec()).unwrap_or_default();
    let chunk = data(cx, this).map_or(1, |d| d.size);
    while out.len() < size {
        let left = size - out.len();
        let direct = left - left % chunk;
        let count = if direct > 0 {
            reserve(cx, &mut out, direct)?;
            let start = out.len();
            out.resize(start + direct, 0);
            let result = raw_read(cx, raw, &mut out[start..]);
            let n = match &result {
                Ok(Some(n)) => *n,
                _ => 0,
            };
            out.truncate(start + n);
            result?
        } else {
            let count = fill(cx, this, raw)?;
            if let Some(stream) = data_mut(cx, this) {
                out.extend_from_slice(stream.take_ahead(left));
            }
            count
        };
        match count {
            None if out.is_empty() => return Ok(None),
            None | Some(0) => break,
            Some(_) => {}
        }
    }
    Ok(Some(out))
}

/// What is read ahead, or else what one raw read gives: at most `size` bytes.
pub fn read1_vec(cx: &mut Cx, this: &Value, size: Option<usize>) -> R<Vec<u8>> {
    let raw = open_raw(cx, this, "read of")?;
    let size = size.unwrap_or_else(|| data(cx, this).map_or(0, |d| d.size));
    if size == 0 {
        return Ok(Vec::new());
    }
    locked(cx, this, |cx| {
        if ahead(cx, this) > 0 {
            return Ok(data_mut(cx, this).map(|d| d.take_ahead(size).to_vec()).unwrap_or_default());
        }
        write::flush_buffer(cx, this, &raw)?;
        if let Some(stream) = data_mut(cx, this) {
            stream.read.clear();
            stream.read_at = 0;
        }
        let mut out = Vec::new();
        reserve(cx, &mut out, size)?;
        out.resize(size, 0);
        let n = raw_read(cx, &raw, &mut out)?.unwrap_or(0);
        out.truncate(n);
        Ok(out)
    })
}

/// Read and return up to size bytes, with at most one read() call to the underlying raw stream.
#[native("_Buffered.read1($self, size=-1, /)")]
pub fn read1(cx: &mut Cx, this: &Value, size: Option<i64>) -> R {
    super::raw_of(cx, this)?;
    let size = usize::try_from(size.unwrap_or(-1)).ok();
    let bytes = read1_vec(cx, this, size)?;
    Ok(cx.bytes(&bytes))
}

#[native("_Buffered.peek($self, size=0, /)")]
pub fn peek(cx: &mut Cx, this: &Value, size: Option<i64>) -> R {
    let _ = size;
    super::raw_of(cx, this)?;
    let raw = open_raw(cx, this, "peek of")?;
    locked(cx, this, |cx| {
        write::flush_buffer(cx, this, &raw)?;
        if ahead(cx, this) == 0 {
            fill(cx, this, &raw)?;
        }
        Ok(data(cx, this).map_or_else(Value::none, |d| cx.bytes(&d.read[d.read_at..])))
    })
}

/// What is read ahead, and one raw read where nothing is or where more is wanted than the buffer holds.
fn read_once_into(cx: &mut Cx, this: &Value, size: usize) -> R<Option<Vec<u8>>> {
    let mut out = Vec::new();
    let held = ahead(cx, this);
    if held > 0 {
        out = read1_vec(cx, this, Some(size.min(held)))?;
    }
    let left = size - out.len();
    let chunk = data(cx, this).map_or(1, |d| d.size);
    if left > 0 && (out.is_empty() || left > chunk) {
        // The raw stream may give less than the buffer's size only where the target is the smaller.
        let more = if left > chunk {
            read1_vec(cx, this, Some(left))?
        } else {
            let raw = open_raw(cx, this, "readinto of")?;
            locked(cx, this, |cx| {
                write::flush_buffer(cx, this, &raw)?;
                fill(cx, this, &raw)?;
                Ok(data_mut(cx, this).map(|d| d.take_ahead(left).to_vec()).unwrap_or_default())
            })?
        };
        out.extend_from_slice(&more);
    }
    Ok(Some(out))
}

fn read_into_buffer(cx: &mut Cx, this: &Value, target: &Value, once: bool) -> R<Option<usize>> {
    super::raw_of(cx, this)?;
    let function = if once { "readinto1" } else { "readinto" };
    let mut lent = super::super::writable(cx, target, function)?;
    let size = lent.len();
    let bytes = if once {
        read_once_into(cx, this, size)?
    } else {
        let raw = open_raw(cx, this, "readinto of")?;
        locked(cx, this, |cx| read_most(cx, this, &raw, size))?
    };
    let Some(bytes) = bytes else { return Ok(None) };
    if let Some(place) = lent.bytes_mut(cx).get_mut(..bytes.len()) {
        place.copy_from_slice(&bytes);
    }
    Ok(Some(bytes.len()))
}

#[native("_Buffered.readinto($self, buffer, /)")]
pub fn readinto(cx: &mut Cx, this: &Value, target: &Value) -> R<Option<usize>> {
    read_into_buffer(cx, this, target, false)
}

#[native("_Buffered.readinto1($self, buffer, /)")]
pub fn readinto1(cx: &mut Cx, this: &Value, target: &Value) -> R<Option<usize>> {
    read_into_buffer(cx, this, target, true)
}

/// The next line, at most `limit` bytes where it is not negative.
fn line(cx: &mut Cx, this: &Value, limit: i64) -> R {
    let raw = open_raw(cx, this, "readline of")?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // The short way: the whole line is read ahead.
    if let Some(stream) = data(cx, this)
        && stream.busy == 0
    {
        let ready = &stream.read[stream.read_at..];
        let ready = &ready[..ready.len().min(limit)];
        let found = find(ready).map(|i| i + 1).or((ready.len() == limit).then_some(limit));
        if let Some(n) = found {
            let value = cx.bytes(&ready[..n]);
            if let Some(stream) = data_mut(cx, this) {
                stream.read_at += n;
            }
            return Ok(value);
        }
    }
    let bytes = locked(cx, this, |cx| {
        write::flush_buffer(cx, this, &raw)?;
        let mut out: Vec<u8> = Vec::new();
        loop {
            if let Some(stream) = data_mut(cx, this) {
                let ready = &stream.read[stream.read_at..];
                let ready = &ready[..ready.len().min(limit - out.len())];
                let end = find(ready).map(|i| i + 1);
                let n = end.unwrap_or(ready.len());
                let taken = stream.take_ahead(n);
                out.extend_from_slice(taken);
                if end.is_some() || out.len() >= limit {
                    return Ok(out);
                }
            }
            match fill(cx, this, &raw)? {
                None | Some(0) => return Ok(out),
                Some(_) => {}
            }
        }
    })?;
    Ok(cx.bytes(&bytes))
}

fn find(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}

#[native("_Buffered.readline($self, size=-1, /)")]
pub fn readline(cx: &mut Cx, this: &Value, size: Option<&Value>) -> R {
    super::raw_of(cx, this)?;
    let limit = optional_size(cx, size)?;
    line(cx, this, limit)
}

pub fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    super::raw_of(cx, this)?;
    let exact = this.is_instance_exact(&BUFFERED_READER) || this.is_instance_exact(&BUFFERED_RANDOM);
    let found = if exact { line(cx, this, -1)? } else { call(cx, this, "readline", &[])? };
    let Some(bytes) = found.as_bytes() else {
        let message =
            format!("readline() should have returned a bytes object, not '{}'", found.type_name(cx));
        return Err(cx.raise(&exc::OS_ERROR, message));
    };
    Ok(if bytes.is_empty() { None } else { Some(found) })
}
