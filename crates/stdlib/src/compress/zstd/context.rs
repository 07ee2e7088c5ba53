//! Owners of the library's contexts, with slices for its pointers.

use std::ffi::{CStr, c_void};
use std::sync::Arc;

use zstd_sys as zs;

use super::super::{Decode, NoMemory, Output, Step};

/// Why the library refused: its error's name.
pub enum Failure {
    NoMemory,
    Library(String),
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Failure {
        Failure::NoMemory
    }
}

/// A result of the library, or its error.
pub fn check(code: usize) -> Result<usize, Failure> {
    // SAFETY: questions without state; the names are static C strings.
    unsafe {
        if zs::ZSTD_isError(code) == 0 {
            return Ok(code);
        }
        Err(Failure::Library(CStr::from_ptr(zs::ZSTD_getErrorName(code)).to_string_lossy().into_owned()))
    }
}

/// How a dictionary is to be used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Digested = 0,
    Undigested = 1,
    Prefix = 2,
}

fn pointer(bytes: &[u8]) -> *const c_void {
    bytes.as_ptr().cast()
}

/// A compression context with what it refers to.
pub struct Compressor {
    raw: *mut zs::ZSTD_CCtx,
    digested: *mut zs::ZSTD_CDict,
    /// The memory of a prefix.
    _content: Option<Arc<[u8]>>,
    pub level: i32,
    pub last_mode: zs::ZSTD_EndDirective,
}

// SAFETY: the contexts own their memory, and nothing in them belongs to a thread.
unsafe impl Send for Compressor {}

impl Compressor {
    pub fn new() -> Result<Compressor, Failure> {
        // SAFETY: a plain constructor.
        let raw = unsafe { zs::ZSTD_createCCtx() };
        if raw.is_null() {
            return Err(Failure::NoMemory);
        }
        let last_mode = zs::ZSTD_EndDirective::ZSTD_e_end;
        Ok(Compressor { raw, digested: std::ptr::null_mut(), _content: None, level: 0, last_mode })
    }

    pub fn set(&mut self, parameter: zs::ZSTD_cParameter, value: i32) -> Result<(), Failure> {
        // SAFETY: the context is live.
        check(unsafe { zs::ZSTD_CCtx_setParameter(self.raw, parameter, value) }).map(drop)
    }

    pub fn load(&mut self, content: &Arc<[u8]>, how: Use) -> Result<(), Failure> {
        // SAFETY: the context is live; a prefix's memory is kept in `_content`, a digested dictionary in `digested`.
        let code = unsafe {
            match how {
                Use::Digested => {
                    self.digested = zs::ZSTD_createCDict(pointer(content), content.len(), self.level);
                    if self.digested.is_null() {
                        return Err(Failure::NoMemory);
                    }
                    zs::ZSTD_CCtx_refCDict(self.raw, self.digested)
                }
                Use::Undigested => zs::ZSTD_CCtx_loadDictionary(self.raw, pointer(content), content.len()),
                Use::Prefix => {
                    self._content = Some(Arc::clone(content));
                    zs::ZSTD_CCtx_refPrefix(self.raw, pointer(content), content.len())
                }
            }
        };
        check(code).map(drop)
    }

    pub fn pledge(&mut self, size: u64) -> Result<(), Failure> {
        // SAFETY: the context is live.
        check(unsafe { zs::ZSTD_CCtx_setPledgedSrcSize(self.raw, size) }).map(drop)
    }

    /// Compresses all of `input`; a failure ends the frame.
    pub fn run(&mut self, input: &[u8], mode: zs::ZSTD_EndDirective) -> Result<Vec<u8>, Failure> {
        let result = self.compress(input, mode);
        if result.is_ok() {
            self.last_mode = mode;
        } else {
            self.last_mode = zs::ZSTD_EndDirective::ZSTD_e_end;
            // SAFETY: the context is live.
            unsafe {
                zs::ZSTD_CCtx_reset(self.raw, zs::ZSTD_ResetDirective::ZSTD_reset_session_only);
            }
        }
        result
    }

    fn compress(&mut self, input: &[u8], mode: zs::ZSTD_EndDirective) -> Result<Vec<u8>, Failure> {
        let mut out = Output::unlimited();
        let mut source = zs::ZSTD_inBuffer { src: pointer(input), size: input.len(), pos: 0 };
        loop {
            let (code, _) = out.fill(|space| {
                let mut target =
                    zs::ZSTD_outBuffer { dst: space.as_mut_ptr().cast(), size: space.len(), pos: 0 };
                // SAFETY: the context is live; both ranges are valid during the call.
                let code = unsafe { zs::ZSTD_compressStream2(self.raw, &mut target, &mut source, mode) };
                (target.pos, code)
            })?;
            let left = check(code)?;
            let done = match mode {
                zs::ZSTD_EndDirective::ZSTD_e_continue => source.pos >= source.size,
                _ => left == 0,
            };
            if done {
                return Ok(out.into_bytes());
            }
        }
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: both are ours, and are not used any more; null is allowed.
        unsafe {
            zs::ZSTD_freeCCtx(self.raw);
            zs::ZSTD_freeCDict(self.digested);
        }
    }
}

/// A decompression context with what it refers to.
pub struct Decompressor {
    raw: *mut zs::ZSTD_DCtx,
    digested: *mut zs::ZSTD_DDict,
    _content: Option<Arc<[u8]>>,
}

// SAFETY: the contexts own their memory, and nothing in them belongs to a thread.
unsafe impl Send for Decompressor {}

impl Decompressor {
    pub fn new() -> Result<Decompressor, Failure> {
        // SAFETY: a plain constructor.
        let raw = unsafe { zs::ZSTD_createDCtx() };
        if raw.is_null() {
            return Err(Failure::NoMemory);
        }
        Ok(Decompressor { raw, digested: std::ptr::null_mut(), _content: None })
    }

    pub fn set(&mut self, parameter: zs::ZSTD_dParameter, value: i32) -> Result<(), Failure> {
        // SAFETY: the context is live.
        check(unsafe { zs::ZSTD_DCtx_setParameter(self.raw, parameter, value) }).map(drop)
    }

    pub fn load(&mut self, content: &Arc<[u8]>, how: Use) -> Result<(), Failure> {
        // SAFETY: as for the compressor.
        let code = unsafe {
            match how {
                Use::Digested => {
                    self.digested = zs::ZSTD_createDDict(pointer(content), content.len());
                    if self.digested.is_null() {
                        return Err(Failure::NoMemory);
                    }
                    zs::ZSTD_DCtx_refDDict(self.raw, self.digested)
                }
                Use::Undigested => zs::ZSTD_DCtx_loadDictionary(self.raw, pointer(content), content.len()),
                Use::Prefix => {
                    self._content = Some(Arc::clone(content));
                    zs::ZSTD_DCtx_refPrefix(self.raw, pointer(content), content.len())
                }
            }
        };
        check(code).map(drop)
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: both are ours, and are not used any more; null is allowed.
        unsafe {
            zs::ZSTD_freeDCtx(self.raw);
            zs::ZSTD_freeDDict(self.digested);
        }
    }
}

impl Decode for Decompressor {
    type Error = Failure;
    const FULL_MEANS_MORE: bool = true;

    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Failure> {
        let mut source = zs::ZSTD_inBuffer { src: pointer(input), size: input.len(), pos: 0 };
        let mut target = zs::ZSTD_outBuffer { dst: output.as_mut_ptr().cast(), size: output.len(), pos: 0 };
        // SAFETY: the context is live; both ranges are valid during the call.
        let left = check(unsafe { zs::ZSTD_decompressStream(self.raw, &mut target, &mut source) })?;
        Ok(Step { consumed: source.pos, produced: target.pos, end: left == 0 })
    }
}

/// A dictionary trained on samples, of at most `size` bytes.
pub fn train(samples: &[u8], sizes: &[usize], size: usize) -> Result<Vec<u8>, Failure> {
    let mut out = space(size)?;
    // SAFETY: the sizes add up to the samples' length; the target has `size` bytes.
    let n = check(unsafe {
        zs::ZDICT_trainFromBuffer(
            out.as_mut_ptr().cast(),
            size,
            pointer(samples),
            sizes.as_ptr(),
            sizes.len() as u32,
        )
    })?;
    out.truncate(n);
    Ok(out)
}

/// A dictionary of given content with statistics from samples.
pub fn finalize(
    content: &[u8],
    samples: &[u8],
    sizes: &[usize],
    size: usize,
    level: i32,
) -> Result<Vec<u8>, Failure> {
    let mut out = space(size)?;
    let parameters = zs::ZDICT_params_t { compressionLevel: level, notificationLevel: 0, dictID: 0 };
    // SAFETY: as above.
    let n = check(unsafe {
        zs::ZDICT_finalizeDictionary(
            out.as_mut_ptr().cast(),
            size,
            pointer(content),
            content.len(),
            pointer(samples),
            sizes.as_ptr(),
            sizes.len() as u32,
            parameters,
        )
    })?;
    out.truncate(n);
    Ok(out)
}

fn space(size: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    out.try_reserve_exact(size).map_err(|_| Failure::NoMemory)?;
    out.resize(size, 0);
    Ok(out)
}
