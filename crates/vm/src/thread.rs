//! A thread's interpreter data: the frame stack, the stack of exceptions being handled, hooks. Reached as `vm(cx)`.

use std::alloc::{Layout, alloc, dealloc};

use taipan_object::{Cx, Value};

use crate::frame::Frame;
use crate::slot::{self, NULL, Slot};

/// Words of a chunk (128 KiB); a frame that needs more gets a chunk of its own size.
const CHUNK_WORDS: usize = 16 * 1024;

/// An entry of the stack of exceptions being handled: one a thread, and one a generator (linked in while it runs).
#[repr(C)]
pub struct ExcItem {
    /// The exception being handled (owned), None, or NULL: look further down.
    pub value: Slot,
    pub prev: *mut ExcItem,
}

impl ExcItem {
    pub const EMPTY: ExcItem = ExcItem { value: NULL, prev: std::ptr::null_mut() };
}

impl Drop for ExcItem {
    fn drop(&mut self) {
        // SAFETY: the item owns its value.
        unsafe { slot::release(self.value) };
    }
}

struct Chunk {
    base: *mut Slot,
    words: usize,
    /// Where `top` and `limit` were in the chunk before.
    top: *mut Slot,
    limit: *mut Slot,
}

impl Chunk {
    fn layout(words: usize) -> Option<Layout> {
        Layout::array::<Slot>(words).ok()
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Some(layout) = Chunk::layout(self.words) {
            // SAFETY: allocated with this layout.
            unsafe { dealloc(self.base.cast(), layout) };
        }
    }
}

/// The data of one Python thread.
pub struct VmThread {
    /// The innermost Python frame.
    pub frame: *mut Frame,
    /// Where the next frame begins, and the end of the chunk.
    pub top: *mut Slot,
    pub limit: *mut Slot,
    chunks: Vec<Chunk>,
    /// A chunk that was left, kept against thrashing at a chunk's edge.
    spare: Option<Chunk>,
    /// Top of the stack of exceptions being handled.
    pub exc: *mut ExcItem,
    base_exc: Box<ExcItem>,
    /// The next unwinding adds no traceback entry for its first frame: the exception is raised again.
    pub reraise: bool,
    /// `sys.set_asyncgen_hooks`.
    pub asyncgen_firstiter: Option<Value>,
    pub asyncgen_finalizer: Option<Value>,
    /// `sys.set_coroutine_origin_tracking_depth`.
    pub origin_depth: usize,
    /// `sys.settrace` and `sys.setprofile`.
    pub trace: Option<Value>,
    pub profile: Option<Value>,
    /// Greater than 0 while a monitoring callback or trace function runs.
    pub tracing: u32,
    /// The event that is being reported, and its frame.
    pub reporting: Option<(u8, *mut Frame)>,
    /// The thread's number, as `threading.get_ident` shows it.
    pub id: u64,
    /// The current `contextvars` context.
    pub context: Option<Value>,
    /// The interpreter's GIL.
    pub gil: Option<std::sync::Arc<crate::gil::Gil>>,
    /// An exception sent by `PyThreadState_SetAsyncExc`.
    pub async_exception: Option<Value>,
    /// What the recorder knows of the thread while its interpreter is recorded.
    pub record: Option<Box<crate::record::Thread>>,
    /// Attribute places of instructions that see many classes.
    pub attributes: crate::ops::attr_cache::AttrCache,
}

impl VmThread {
    pub fn new() -> Box<VmThread> {
        let mut base_exc = Box::new(ExcItem::EMPTY);
        let exc = &raw mut *base_exc;
        Box::new(VmThread {
            frame: std::ptr::null_mut(),
            top: std::ptr::null_mut(),
            limit: std::ptr::null_mut(),
            chunks: Vec::new(),
            spare: None,
            exc,
            base_exc,
            reraise: false,
            asyncgen_firstiter: None,
            asyncgen_finalizer: None,
            origin_depth: 0,
            trace: None,
            profile: None,
            tracing: 0,
            reporting: None,
            id: 0,
            context: None,
            gil: None,
            async_exception: None,
            record: None,
            attributes: crate::ops::attr_cache::AttrCache::new(),
        })
    }

    /// A new chunk with room for `words`; gives its beginning, or null without memory.
    #[cold]
    #[inline(never)]
    pub fn grow(&mut self, words: usize) -> *mut Slot {
        let mut chunk = match self.spare.take() {
            Some(chunk) if chunk.words >= words => chunk,
            _ => {
                let words = words.max(CHUNK_WORDS);
                let Some(layout) = Chunk::layout(words) else { return std::ptr::null_mut() };
                // SAFETY: the layout is not empty.
                let base = unsafe { alloc(layout) }.cast::<Slot>();
                if base.is_null() {
                    return base;
                }
                Chunk { base, words, top: std::ptr::null_mut(), limit: std::ptr::null_mut() }
            }
        };
        let base = chunk.base;
        let end = base.wrapping_add(chunk.words);
        chunk.top = self.top;
        chunk.limit = self.limit;
        self.chunks.push(chunk);
        self.top = base;
        self.limit = end;
        base
    }

    /// Leaves the innermost chunk, whose first frame has ended.
    pub fn leave_chunk(&mut self) {
        if let Some(chunk) = self.chunks.pop() {
            self.top = chunk.top;
            self.limit = chunk.limit;
            self.spare = Some(chunk);
        }
    }

    /// The exception being handled, if any.
    pub fn handled(&self) -> Option<Value> {
        let mut item = self.exc;
        // SAFETY: items are linked from live generators and this thread's own.
        unsafe {
            while !item.is_null() {
                let value = (*item).value;
                if value != NULL {
                    let value = slot::dup(value);
                    if !value.is_none() {
                        return Some(value);
                    }
                    // CPython goes on below an item that handles nothing.
                }
                item = (*item).prev;
            }
        }
        None
    }

    /// Drops what the thread holds: at its end.
    pub fn clear(&mut self) {
        let handled = std::mem::replace(&mut self.base_exc.value, NULL);
        let held = [
            self.asyncgen_firstiter.take(),
            self.asyncgen_finalizer.take(),
            self.trace.take(),
            self.profile.take(),
            self.context.take(),
            self.async_exception.take(),
        ];
        drop(held);
        // SAFETY: the item owned it.
        unsafe { slot::release(handled) };
    }

    /// The thread's own item, at the bottom.
    pub fn base_exc(&mut self) -> &mut ExcItem {
        &mut self.base_exc
    }
}

/// The running thread's data.
#[inline(always)]
pub fn vm(cx: &mut Cx) -> &mut VmThread {
    // SAFETY: set when the thread's token was made; the token is borrowed exclusively.
    unsafe { &mut *cx.vm.cast::<VmThread>() }
}

/// As [`vm`], to look only.
#[inline(always)]
pub fn vm_ref(cx: &Cx) -> &VmThread {
    // SAFETY: as `vm`.
    unsafe { &*cx.vm.cast::<VmThread>() }
}

/// The threads of an interpreter. Their data are looked at only while the GIL is held.
#[derive(Default)]
struct Threads(Vec<*mut VmThread>);

/// Lists the running thread among the interpreter's.
pub fn enlist(cx: &mut Cx) {
    let thread: *mut VmThread = vm(cx);
    cx.interp_mut().state::<Threads>().0.push(thread);
}

/// The running thread ends.
pub fn delist(cx: &mut Cx) {
    let thread: *mut VmThread = vm(cx);
    cx.interp_mut().state::<Threads>().0.retain(|&t| t != thread);
}

/// The threads of the interpreter, the first one first.
pub fn all(cx: &mut Cx) -> Vec<*mut VmThread> {
    cx.interp_mut().state::<Threads>().0.clone()
}
