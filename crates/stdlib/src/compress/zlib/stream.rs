//! Deflate and inflate streams: owners of the library's `z_stream`, with slices for its pointers.

use std::ffi::{CStr, c_int};

use libz_rs_sys as z;
use z::z_stream;

/// A status of the library other than success, with its words about it.
pub struct ZError {
    pub status: i32,
    pub message: Option<String>,
}

/// A stream whose `next_*` pointers are set during a call only.
pub struct Stream {
    raw: Box<z_stream>,
    kind: Kind,
    /// Whether the library holds state for it.
    live: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Deflate,
    Inflate,
}

// SAFETY: a stream owns its memory, and nothing in it belongs to a thread.
unsafe impl Send for Stream {}

/// What a call did.
pub struct Ran {
    pub status: i32,
    pub consumed: usize,
    pub produced: usize,
}

const SIZE: c_int = size_of::<z_stream>() as c_int;

impl Stream {
    fn empty(kind: Kind) -> Stream {
        Stream { raw: Box::default(), kind, live: false }
    }

    pub fn deflate(
        level: i32,
        method: i32,
        wbits: i32,
        mem_level: i32,
        strategy: i32,
    ) -> Result<Stream, ZError> {
        let mut stream = Stream::empty(Kind::Deflate);
        // SAFETY: the stream is zeroed memory of its own; the version and size are the library's.
        let status = unsafe {
            z::deflateInit2_(
                &mut *stream.raw,
                level,
                method,
                wbits,
                mem_level,
                strategy,
                z::zlibVersion(),
                SIZE,
            )
        };
        stream.begun(status)
    }

    pub fn inflate(wbits: i32) -> Result<Stream, ZError> {
        let mut stream = Stream::empty(Kind::Inflate);
        // SAFETY: as above.
        let status = unsafe { z::inflateInit2_(&mut *stream.raw, wbits, z::zlibVersion(), SIZE) };
        stream.begun(status)
    }

    fn begun(mut self, status: i32) -> Result<Stream, ZError> {
        if status == z::Z_OK {
            self.live = true;
            return Ok(self);
        }
        Err(self.error(status))
    }

    /// The status with the stream's message about it.
    pub fn error(&self, status: i32) -> ZError {
        let message = if self.raw.msg.is_null() || status == z::Z_VERSION_ERROR {
            None
        } else {
            // SAFETY: the library's messages are static C strings.
            Some(unsafe { CStr::from_ptr(self.raw.msg) }.to_string_lossy().into_owned())
        };
        ZError { status, message }
    }

    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> i32 {
        let n = dictionary.len().min(u32::MAX as usize) as u32;
        if !self.live {
            return z::Z_STREAM_ERROR;
        }
        // SAFETY: the stream is live; the slice is readable for `n` bytes.
        unsafe {
            match self.kind {
                Kind::Deflate => z::deflateSetDictionary(&mut *self.raw, dictionary.as_ptr(), n),
                Kind::Inflate => z::inflateSetDictionary(&mut *self.raw, dictionary.as_ptr(), n),
            }
        }
    }

    /// One call of `deflate` or `inflate`.
    pub fn run(&mut self, input: &[u8], output: &mut [u8], flush: i32) -> Ran {
        if !self.live {
            return Ran { status: z::Z_STREAM_ERROR, consumed: 0, produced: 0 };
        }
        let (given, space) = (input.len().min(u32::MAX as usize), output.len().min(u32::MAX as usize));
        self.raw.next_in = input.as_ptr().cast_mut();
        self.raw.avail_in = given as u32;
        self.raw.next_out = output.as_mut_ptr();
        self.raw.avail_out = space as u32;
        // SAFETY: the stream is live; both ranges are valid during the call, and the library does not write the input.
        let status = unsafe {
            match self.kind {
                Kind::Deflate => z::deflate(&mut *self.raw, flush),
                Kind::Inflate => z::inflate(&mut *self.raw, flush),
            }
        };
        let consumed = given.saturating_sub(self.raw.avail_in as usize);
        let produced = space.saturating_sub(self.raw.avail_out as usize);
        self.raw.next_in = std::ptr::null_mut();
        self.raw.next_out = std::ptr::null_mut();
        (self.raw.avail_in, self.raw.avail_out) = (0, 0);
        Ran { status, consumed, produced }
    }

    /// A stream in the same state.
    pub fn duplicate(&mut self) -> Result<Stream, ZError> {
        let mut copy = Stream::empty(self.kind);
        if !self.live {
            return Err(ZError { status: z::Z_STREAM_ERROR, message: None });
        }
        // The library wants an output pointer here, though it does not write through it.
        self.raw.next_out = std::ptr::NonNull::dangling().as_ptr();
        // SAFETY: the source is live, the target zeroed memory of its own.
        let status = unsafe {
            match self.kind {
                Kind::Deflate => z::deflateCopy(&mut *copy.raw, &mut *self.raw),
                Kind::Inflate => z::inflateCopy(&mut *copy.raw, &*self.raw),
            }
        };
        self.raw.next_out = std::ptr::null_mut();
        copy.begun(status)
    }

    /// Frees the library's state: what follows is an inconsistent stream.
    pub fn end(&mut self) {
        if !std::mem::take(&mut self.live) {
            return;
        }
        // SAFETY: the stream is live and not used any more.
        unsafe {
            match self.kind {
                Kind::Deflate => z::deflateEnd(&mut *self.raw),
                Kind::Inflate => z::inflateEnd(&mut *self.raw),
            };
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}

/// The CRC-32 of `data`, going on from `start`.
pub fn crc32(start: u32, data: &[u8]) -> u32 {
    // SAFETY: the slice is readable for its length.
    unsafe { z::crc32_z(start.into(), data.as_ptr(), data.len()) as u32 }
}

/// The Adler-32 checksum of `data`, going on from `start`.
pub fn adler32(start: u32, data: &[u8]) -> u32 {
    // SAFETY: the slice is readable for its length.
    unsafe { z::adler32_z(start.into(), data.as_ptr(), data.len()) as u32 }
}

/// The library's version.
pub fn version() -> String {
    // SAFETY: the library's version is a static C string.
    unsafe { CStr::from_ptr(z::zlibVersion()) }.to_string_lossy().into_owned()
}
