//! Writing through the buffer.

use taipan_macros::native;
use taipan_object::exc::BLOCKING_IO_ERROR;
use taipan_object::{Cx, R, Value};

use super::super::fileio::FileIo;
use super::super::{blocking_error, readable};
use super::raw::{raw_seek, raw_write};
use super::{data, data_mut, locked, open_raw};

/// The error number of a write that would block: a raw stream written in Python states none.
fn block_errno(raw: &Value) -> i32 {
    if raw.cast::<FileIo>().is_some() { libc::EAGAIN } else { 0 }
}

const WOULD_BLOCK: &str = "write could not complete without blocking";

/// Writes the write buffer out; BlockingIOError where that would block.
pub fn flush_buffer(cx: &mut Cx, this: &Value, raw: &Value) -> R<()> {
    if data(cx, this).is_none_or(|d| d.write.is_empty()) {
        return Ok(());
    }
    let mut bytes = data_mut(cx, this).map(|d| std::mem::take(&mut d.write)).unwrap_or_default();
    let mut done = 0;
    let result = loop {
        if done == bytes.len() {
            break Ok(());
        }
        match raw_write(cx, raw, &bytes[done..]) {
            Ok(Some(n)) => done += n,
            Ok(None) => break Err(blocking_error(cx, block_errno(raw), WOULD_BLOCK, 0)),
            Err(raised) => break Err(raised),
        }
    };
    bytes.drain(..done);
    if let Some(stream) = data_mut(cx, this) {
        stream.write = bytes;
    }
    result
}

/// Writes everything out and gives the raw stream back what was read ahead.
pub fn flush_and_rewind(cx: &mut Cx, this: &Value, raw: &Value) -> R<()> {
    flush_buffer(cx, this, raw)?;
    rewind(cx, this, raw)
}

fn rewind(cx: &mut Cx, this: &Value, raw: &Value) -> R<()> {
    let Some(stream) = data(cx, this) else { return Ok(()) };
    if !stream.readable {
        return Ok(());
    }
    let ahead = stream.ahead() as i64;
    if ahead > 0 {
        raw_seek(cx, raw, -ahead, 1)?;
    }
    if let Some(stream) = data_mut(cx, this) {
        stream.read.clear();
        stream.read_at = 0;
    }
    Ok(())
}

#[native("_Buffered.flush($self, /)")]
pub fn flush(cx: &mut Cx, this: &Value) -> R<()> {
    let raw = open_raw(cx, this, "flush of")?;
    locked(cx, this, |cx| flush_and_rewind(cx, this, &raw))
}

/// Write buffer b to the IO stream.
///
/// Return the number of bytes written, which is always
/// the length of b in bytes.
///
/// Raise BlockingIOError if the buffer is full and the
/// underlying raw stream cannot accept more data at the moment.
#[native("_Buffered.write($self, buffer, /)")]
pub fn write(cx: &mut Cx, this: &Value, source: &Value) -> R<usize> {
    super::raw_of(cx, this)?;
    if let Some(bytes) = source.as_bytes() {
        return write_slice(cx, this, bytes.as_slice());
    }
    if source.as_str().is_some() {
        return Err(cx.type_error("a bytes-like object is required, not 'str'"));
    }
    let lent = readable(cx, source)?;
    let bytes = lent.to_vec(cx);
    write_slice(cx, this, &bytes)
}

/// What `write` does, for bytes at hand.
pub fn write_slice(cx: &mut Cx, this: &Value, bytes: &[u8]) -> R<usize> {
    let raw = open_raw(cx, this, "write to")?;
    locked(cx, this, |cx| {
        // Another thread may have closed the stream while this one waited.
        open_raw(cx, this, "write to")?;
        write_locked(cx, this, &raw, bytes)
    })
}

fn append(cx: &mut Cx, this: &Value, bytes: &[u8]) -> R<()> {
    let Some(stream) = data_mut(cx, this) else { return Ok(()) };
    if stream.write.try_reserve(bytes.len()).is_err() {
        return Err(cx.memory_error());
    }
    stream.write.extend_from_slice(bytes);
    Ok(())
}

fn write_locked(cx: &mut Cx, this: &Value, raw: &Value, bytes: &[u8]) -> R<usize> {
    let (held, size, ahead) = data(cx, this).map_or((0, 0, 0), |d| (d.write.len(), d.size, d.read.len()));
    if ahead > 0 {
        rewind(cx, this, raw)?;
    }
    if bytes.len() <= size.saturating_sub(held) {
        append(cx, this, bytes)?;
        return Ok(bytes.len());
    }
    if let Err(raised) = flush_buffer(cx, this, raw) {
        cx.catch(raised, &BLOCKING_IO_ERROR)?;
        let held = data(cx, this).map_or(0, |d| d.write.len());
        let room = size.saturating_sub(held);
        if bytes.len() <= room {
            append(cx, this, bytes)?;
            return Ok(bytes.len());
        }
        append(cx, this, &bytes[..room])?;
        return Err(blocking_error(cx, block_errno(raw), WOULD_BLOCK, room));
    }
    let mut done = 0;
    while bytes.len() - done > size {
        match raw_write(cx, raw, &bytes[done..])? {
            Some(n) => done += n,
            None => {
                append(cx, this, &bytes[done..done + size])?;
                return Err(blocking_error(cx, block_errno(raw), WOULD_BLOCK, done + size));
            }
        }
    }
    append(cx, this, &bytes[done..])?;
    Ok(bytes.len())
}
