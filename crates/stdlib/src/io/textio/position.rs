//! `tell` and `seek`: a position in the text is a cookie of the byte position where decoding can begin and of how to go on from
//! there: the decoder's flags, bytes to feed it, characters to skip (32 bits each), and whether the end has to be told.

use dashu_int::IBig;
use taipan_macros::native;
use taipan_object::{Cx, Obj, R, Value, exc, int};

use super::super::{call, unsupported};
use super::{TextIo, codec, forget_decoded, open_buffer, write_out};

#[derive(Default)]
struct Cookie {
    start: i64,
    flags: i64,
    feed: i64,
    skip: i64,
    at_end: bool,
}

impl Cookie {
    fn value(&self, cx: &Cx) -> Value {
        if self.flags == 0 && self.feed == 0 && self.skip == 0 && !self.at_end {
            return cx.int(self.start);
        }
        let whole = IBig::from(self.start)
            | IBig::from(self.flags) << 64
            | IBig::from(self.feed) << 96
            | IBig::from(self.skip) << 128
            | IBig::from(u8::from(self.at_end)) << 160;
        cx.int_from_big(whole)
    }

    fn parse(cx: &mut Cx, value: &IBig) -> R<Cookie> {
        let field = |at: usize, bits: usize| {
            let mask = (IBig::ONE << bits) - IBig::ONE;
            i64::try_from((value.clone() >> at) & mask).ok()
        };
        match (field(0, 64), field(64, 32), field(96, 32), field(128, 32), field(160, 8)) {
            (Some(start), Some(flags), Some(feed), Some(skip), Some(end)) => {
                Ok(Cookie { start, flags, feed, skip, at_end: end != 0 })
            }
            _ => Err(cx.overflow_error("Python int too large to convert to C long")),
        }
    }
}

#[native("TextIOWrapper.tell($self, /)")]
pub fn tell(cx: &mut Cx, this: &Obj<TextIo>) -> R {
    let buffer = open_buffer(cx, this)?;
    if !this.get(cx).seekable {
        return Err(unsupported(cx, "underlying stream is not seekable"));
    }
    if !this.get(cx).telling {
        return Err(cx.raise(&exc::OS_ERROR, "telling position disabled by next() call"));
    }
    write_out(cx, this, &buffer)?;
    call(cx, &this.to_value(), "flush", &[])?;
    let at = call(cx, &buffer, "tell", &[])?;
    let data = this.get(cx);
    let Some((flags, bytes)) = data.snapshot.clone().filter(|_| data.can_read) else { return Ok(at) };
    let skip = data.decoded_at;
    let at = int::index_i64(cx, &at)?;
    let start = at - bytes.len() as i64;
    let mut cookie = Cookie { start, flags, skip: skip as i64, ..Cookie::default() };
    if skip == 0 {
        return Ok(cookie.value(cx));
    }
    let (held, held_flags) = codec::state(cx, this)?;
    let found = find(cx, this, &mut cookie, &bytes);
    super::super::both(cx, found, |cx| codec::set_state(cx, this, &held, held_flags))?;
    Ok(cookie.value(cx))
}

/// Feeds the snapshot's bytes one by one, moving the cookie to the last safe place before the position.
fn find(cx: &mut Cx, this: &Obj<TextIo>, cookie: &mut Cookie, bytes: &[u8]) -> R<()> {
    codec::set_state(cx, this, &[], cookie.flags)?;
    let mut decoded = 0;
    for byte in bytes {
        let text = codec::decode(cx, this, std::slice::from_ref(byte), false)?;
        cookie.feed += 1;
        decoded += text.as_str().map_or(0, |s| s.len() as i64);
        let (held, flags) = codec::state(cx, this)?;
        if held.is_empty() && decoded <= cookie.skip {
            cookie.start += cookie.feed;
            cookie.skip -= decoded;
            cookie.flags = flags;
            cookie.feed = 0;
            decoded = 0;
        }
        if decoded >= cookie.skip {
            return Ok(());
        }
    }
    let text = codec::decode(cx, this, &[], true)?;
    decoded += text.as_str().map_or(0, |s| s.len() as i64);
    cookie.at_end = true;
    if decoded < cookie.skip {
        return Err(cx.raise(&exc::OS_ERROR, "can't reconstruct logical file position"));
    }
    Ok(())
}

#[native("TextIOWrapper.seek($self, cookie, whence=0, /)")]
pub fn seek(cx: &mut Cx, this: &Obj<TextIo>, cookie: &Value, whence: Option<i32>) -> R {
    let buffer = open_buffer(cx, this)?;
    if !this.get(cx).seekable {
        return Err(unsupported(cx, "underlying stream is not seekable"));
    }
    let object = this.to_value();
    let is_zero = cookie.as_int().and_then(|i| i.to_i64()) == Some(0);
    let mut cookie = cookie.clone();
    match whence.unwrap_or(0) {
        0 => {}
        1 => {
            if !is_zero {
                return Err(unsupported(cx, "can't do nonzero cur-relative seeks"));
            }
            cookie = call(cx, &object, "tell", &[])?;
        }
        2 => {
            if !is_zero {
                return Err(unsupported(cx, "can't do nonzero end-relative seeks"));
            }
            call(cx, &object, "flush", &[])?;
            forget_decoded(cx, this);
            codec::reset_decoder(cx, this)?;
            let at = call(cx, &buffer, "seek", &[Value::small_int(0), Value::small_int(2)])?;
            let at_start = at.as_int().and_then(|i| i.to_i64()) == Some(0);
            codec::reset_encoder(cx, this, at_start)?;
            return Ok(at);
        }
        other => {
            return Err(cx.value_error(format!("invalid whence ({other}, should be 0, 1 or 2)")));
        }
    }
    if cookie.as_int().is_none() {
        let message = format!("'{}' object cannot be interpreted as an integer", cookie.type_name(cx));
        return Err(cx.type_error(message));
    }
    let number = cookie.as_int().map(|i| i.to_big().into_owned()).unwrap_or(IBig::ZERO);
    if number < IBig::ZERO {
        return Err(cx.value_error(format!("negative seek position {number}")));
    }
    call(cx, &object, "flush", &[])?;
    let parsed = Cookie::parse(cx, &number)?;
    let start = cx.int(parsed.start);
    call(cx, &buffer, "seek", &[start])?;
    forget_decoded(cx, this);
    if this.get(cx).can_read {
        if parsed.start == 0 && parsed.flags == 0 {
            codec::reset_decoder(cx, this)?;
        } else {
            codec::set_state(cx, this, &[], parsed.flags)?;
        }
    }
    if parsed.skip != 0 {
        restore(cx, this, &buffer, &parsed)?;
    } else {
        this.get_mut(cx).snapshot = Some((parsed.flags, Vec::new()));
    }
    codec::reset_encoder(cx, this, parsed.start == 0 && parsed.flags == 0)?;
    Ok(cookie)
}

fn restore(cx: &mut Cx, this: &Obj<TextIo>, buffer: &Value, cookie: &Cookie) -> R<()> {
    let feed = cx.int(cookie.feed);
    let data = call(cx, buffer, "read", &[feed])?;
    let Some(bytes) = data.as_bytes() else {
        let message =
            format!("underlying read() should have returned a bytes object, not '{}'", data.type_name(cx));
        return Err(cx.type_error(message));
    };
    this.get_mut(cx).snapshot = Some((cookie.flags, bytes.as_slice().to_vec()));
    let text = codec::decode(cx, this, bytes.as_slice(), cookie.at_end)?;
    let len = text.as_str().map_or(0, |s| s.len() as i64);
    let old = this.get_mut(cx).decoded.replace(text);
    drop(old);
    if len < cookie.skip {
        return Err(cx.raise(&exc::OS_ERROR, "can't restore logical file position"));
    }
    this.get_mut(cx).decoded_at = cookie.skip as usize;
    Ok(())
}
