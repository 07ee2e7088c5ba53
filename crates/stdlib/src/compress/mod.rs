//! What the compression modules share: input that outlives the GIL, output that grows with care, and decompressors that
//! keep the input they could not use yet.
//!
//! The codecs' states lie behind a mutex each, because their work goes on while other threads of the interpreter run.

pub mod bz2;
pub mod lzma;
pub mod zlib;
pub mod zstd;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use taipan_object::native::MemberDef;
use taipan_object::{Cx, Obj, Payload, R, Raised, Value, buffer, exc};

/// From this many bytes on the work goes on without the GIL.
const BIG: usize = 4096;
/// Bytes of the first piece of output; later pieces double.
const FIRST: usize = 16 * 1024;
const LARGEST: usize = 64 << 20;

/// The bytes of an argument, unchanging while other threads run: those of a `bytes`, or a copy.
pub enum Input {
    Shared(Value),
    Copied(Vec<u8>),
}

impl Input {
    pub fn new(cx: &mut Cx, value: &Value) -> R<Input> {
        if value.as_bytes().is_some() {
            return Ok(Input::Shared(value.clone()));
        }
        Ok(Input::Copied(buffer::bytes_like(cx, value)?.to_vec(cx)))
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Input::Shared(value) => value.as_bytes().map(|b| b.as_slice()).unwrap_or_default(),
            Input::Copied(bytes) => bytes,
        }
    }
}

/// A codec's state, shared with a thread that works on it without the GIL.
pub struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    pub fn new(state: T) -> Shared<T> {
        Shared(Arc::new(Mutex::new(state)))
    }

    /// Runs `work` on the state, without the GIL where it is `big` or where another thread is at it.
    pub fn with<O>(&self, cx: &mut Cx, size: usize, work: impl FnOnce(&mut T) -> O) -> O {
        if size < BIG
            && let Ok(mut state) = self.0.try_lock()
        {
            return work(&mut state);
        }
        crate::support::blocking(cx, || work(&mut self.lock()))
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` without the GIL where `size` makes that worth while.
pub fn detached<O>(cx: &mut Cx, size: usize, work: impl FnOnce() -> O) -> O {
    if size < BIG { work() } else { crate::support::blocking(cx, work) }
}

/// Output that grows piece by piece, up to a limit. Memory that cannot be had is an error.
pub struct Output {
    bytes: Vec<u8>,
    limit: usize,
}

/// There is no memory for the output.
#[derive(Debug)]
pub struct NoMemory;

impl Output {
    /// At most `limit` bytes.
    pub fn limited(limit: usize) -> Output {
        Output { bytes: Vec::new(), limit }
    }

    pub fn unlimited() -> Output {
        Output::limited(usize::MAX)
    }

    pub fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }

    /// Lets `fill` write into free space; it says how many bytes it wrote. Returns what else it says, and whether space is left.
    pub fn fill<O>(&mut self, fill: impl FnOnce(&mut [u8]) -> (usize, O)) -> Result<(O, bool), NoMemory> {
        let old = self.bytes.len();
        let piece = old.clamp(FIRST, LARGEST).min(self.limit.saturating_sub(old));
        self.bytes.try_reserve(piece).map_err(|_| NoMemory)?;
        self.bytes.resize(old + piece, 0);
        let (written, answer) = fill(self.bytes.get_mut(old..).unwrap_or_default());
        self.bytes.truncate(old + written.min(piece));
        Ok((answer, written < piece))
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// What one call of a codec did.
pub struct Step {
    pub consumed: usize,
    pub produced: usize,
    /// The end of the stream was reached.
    pub end: bool,
}

/// A decompressor of one stream.
pub trait Decode {
    type Error: From<NoMemory>;
    /// Whether an exactly full output may mean that there is more without further input.
    const FULL_MEANS_MORE: bool;
    /// Whether an error is the end of the decompressor.
    const UNUSABLE_AFTER_ERROR: bool = false;
    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Self::Error>;
}

/// A decompressor with the input it has not used yet: the state behind the objects with `needs_input`.
pub struct Feed<D> {
    pub decoder: D,
    pending: Vec<u8>,
    pub unused: Vec<u8>,
    pub needs_input: bool,
    pub eof: bool,
}

/// Why a [`Feed`] gave nothing.
pub enum FeedError<E> {
    /// The stream has ended before.
    AtEnd,
    Codec(E),
}

impl<D: Decode> Feed<D> {
    pub fn new(decoder: D) -> Feed<D> {
        Feed { decoder, pending: Vec::new(), unused: Vec::new(), needs_input: true, eof: false }
    }

    /// Decompresses pending and new input, to at most `max_length` bytes where that is not negative.
    pub fn decompress(&mut self, data: &[u8], max_length: i64) -> Result<Vec<u8>, FeedError<D::Error>> {
        if self.eof {
            return Err(FeedError::AtEnd);
        }
        let mut joined = std::mem::take(&mut self.pending);
        let input = if joined.is_empty() {
            data
        } else {
            joined.try_reserve(data.len()).map_err(|_| FeedError::Codec(NoMemory.into()))?;
            joined.extend_from_slice(data);
            &joined
        };
        let wished = std::mem::replace(&mut self.needs_input, false);
        let (out, used) = match self.run(input, usize::try_from(max_length).unwrap_or(usize::MAX)) {
            Ok(done) => done,
            Err(error) => {
                self.needs_input = wished && !D::UNUSABLE_AFTER_ERROR;
                return Err(FeedError::Codec(error));
            }
        };
        let rest = input.get(used..).unwrap_or_default();
        if self.eof {
            self.unused = rest.to_vec();
        } else {
            self.pending = rest.to_vec();
        }
        Ok(out)
    }

    /// The output, and how much of the input was used.
    fn run(&mut self, input: &[u8], limit: usize) -> Result<(Vec<u8>, usize), D::Error> {
        let mut out = Output::limited(limit);
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            let (step, space) = out.fill(|space| {
                let step = self.decoder.decode(rest, space);
                (step.as_ref().map_or(0, |s| s.produced), step)
            })?;
            let step = step?;
            used += step.consumed;
            if step.end {
                self.eof = true;
                break;
            }
            if used >= input.len() && (space || out.is_full() && !D::FULL_MEANS_MORE) {
                self.needs_input = true;
                break;
            }
            if out.is_full() || step.consumed == 0 && step.produced == 0 {
                break;
            }
        }
        Ok((out.into_bytes(), used))
    }
}

/// A read-only attribute.
pub const fn member(
    name: &'static str,
    doc: Option<&'static str>,
    get: fn(&mut Cx, &Value) -> R,
) -> MemberDef {
    MemberDef { name, doc, get, set: None }
}

/// The receiver of an attribute.
pub fn expect<'a, T: Payload>(cx: &mut Cx, value: &'a Value) -> R<&'a Obj<T>> {
    match value.cast::<T>() {
        Some(object) => Ok(object),
        None => Err(cx.type_error(format!("a '{}' object is required", T::TYPE.name()))),
    }
}

/// The `decompress` of an object over a [`Feed`]; `raise` words the codec's failures.
pub fn decompress_feed<D: Decode>(
    cx: &mut Cx,
    feed: &Shared<Feed<D>>,
    data: &Value,
    max_length: i64,
    raise: fn(&mut Cx, D::Error) -> Raised,
) -> R {
    let data = Input::new(cx, data)?;
    match feed.with(cx, data.bytes().len(), |feed| feed.decompress(data.bytes(), max_length)) {
        Ok(out) => Ok(cx.bytes(&out)),
        Err(FeedError::AtEnd) => Err(already_at_end(cx)),
        Err(FeedError::Codec(error)) => Err(raise(cx, error)),
    }
}

/// EOFError of a decompressor that is through.
#[cold]
fn already_at_end(cx: &mut Cx) -> Raised {
    cx.raise(&exc::EOF_ERROR, "End of stream already reached")
}
