//! How a buffered stream asks its raw stream: an exact `FileIO` directly, anything else through its methods.

use taipan_object::buffer::{self, BufferRequest};
use taipan_object::{Cx, R, Value, exc, int, ops};
use taipan_types::support::builtin;

use super::super::call;
use super::super::fileio::{FileIo, read_into, read_to_end, seek_to, write_once};

/// Reads once into `place` (as long as it is); `None` where it would block.
pub fn raw_read(cx: &mut Cx, raw: &Value, place: &mut [u8]) -> R<Option<usize>> {
    if let Some(file) = raw.cast_exact::<FileIo>() {
        return read_into(cx, file, place);
    }
    let bytearray = builtin(cx, "bytearray")?;
    let size = cx.int(place.len() as i64);
    let memory = ops::call(cx, &bytearray, &[size])?;
    let make_view = cx.interp().runtime.memoryview;
    let view = make_view(cx, &memory, BufferRequest::FULL.0.into())?;
    let count = call(cx, raw, "readinto", std::slice::from_ref(&view))?;
    let release = call(cx, &view, "release", &[]);
    if let Err(raised) = release {
        drop(cx.take_raised(raised));
    }
    if count.is_none() {
        return Ok(None);
    }
    let count = match int::index_i64(cx, &count) {
        Ok(count) => count,
        Err(raised) => {
            let cause = cx.take_raised(raised);
            let error = exc::new_message(cx, &exc::OS_ERROR, "raw readinto() failed".to_owned());
            if let Some(e) = error.cast::<exc::Exception>() {
                let data = e.get_mut(cx);
                data.cause = Some(cause.clone());
                data.suppress_context = true;
            }
            exc::set_context(cx, &error, Some(cause));
            return Err(cx.raise_value(error));
        }
    };
    let n = usize::try_from(count).unwrap_or(usize::MAX);
    let lent = buffer::bytes_like(cx, &memory)?;
    match (lent.bytes(cx).get(..n), place.len()) {
        (Some(read), len) if n <= len => {
            place[..n].copy_from_slice(read);
            Ok(Some(n))
        }
        (_, len) => {
            let message = format!(
                "raw readinto() returned invalid length {count} (should have been between 0 and {len})"
            );
            Err(cx.raise(&exc::OS_ERROR, message))
        }
    }
}

/// Writes once; `None` where it would block.
pub fn raw_write(cx: &mut Cx, raw: &Value, bytes: &[u8]) -> R<Option<usize>> {
    if let Some(file) = raw.cast_exact::<FileIo>() {
        return write_once(cx, file, bytes);
    }
    let data = cx.bytes(bytes);
    let make_view = cx.interp().runtime.memoryview;
    let view = make_view(cx, &data, BufferRequest::FULL_RO.0.into())?;
    let count = call(cx, raw, "write", std::slice::from_ref(&view))?;
    if count.is_none() {
        return Ok(None);
    }
    let count = int::index_i64(cx, &count)?;
    match usize::try_from(count) {
        Ok(n) if n <= bytes.len() => Ok(Some(n)),
        _ => {
            let message = format!(
                "raw write() returned invalid length {count} (should have been between 0 and {})",
                bytes.len()
            );
            Err(cx.raise(&exc::OS_ERROR, message))
        }
    }
}

/// All that the raw stream has left; `None` where it would block.
pub fn raw_read_all(cx: &mut Cx, raw: &Value) -> R<Option<Vec<u8>>> {
    if let Some(file) = raw.cast_exact::<FileIo>() {
        return read_to_end(cx, file);
    }
    let name = cx.intern("readall");
    if let Some(method) = ops::getattr_opt(cx, raw, &name)? {
        let all = ops::call(cx, &method, &[])?;
        if all.is_none() {
            return Ok(None);
        }
        return match all.as_bytes() {
            Some(bytes) => Ok(Some(bytes.as_slice().to_vec())),
            None => Err(cx.type_error("readall() should return bytes")),
        };
    }
    let mut all = Vec::new();
    let mut any = false;
    loop {
        let part = call(cx, raw, "read", &[])?;
        if part.is_none() {
            return Ok(if any { Some(all) } else { None });
        }
        let Some(bytes) = part.as_bytes() else { return Err(cx.type_error("read() should return bytes")) };
        if bytes.is_empty() {
            return Ok(Some(all));
        }
        any = true;
        super::super::reserve(cx, &mut all, bytes.len())?;
        all.extend_from_slice(bytes.as_slice());
    }
}

fn position(cx: &mut Cx, value: &Value) -> R<i64> {
    let at = int::index_i64(cx, value)?;
    if at < 0 {
        return Err(cx.raise(&exc::OS_ERROR, format!("Raw stream returned invalid position {at}")));
    }
    Ok(at)
}

pub fn raw_tell(cx: &mut Cx, raw: &Value) -> R<i64> {
    if let Some(file) = raw.cast_exact::<FileIo>() {
        return seek_to(cx, file, 0, 1);
    }
    let at = call(cx, raw, "tell", &[])?;
    position(cx, &at)
}

pub fn raw_seek(cx: &mut Cx, raw: &Value, target: i64, whence: i32) -> R<i64> {
    if let Some(file) = raw.cast_exact::<FileIo>() {
        return seek_to(cx, file, target, whence);
    }
    let (target, whence) = (cx.int(target), cx.int(whence.into()));
    let at = call(cx, raw, "seek", &[target, whence])?;
    position(cx, &at)
}
