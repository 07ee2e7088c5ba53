//! The command's global allocator: mimalloc behind a layer that counts while `-X max-memory` is in force.
//!
//! Without a limit the layer is one test of a flag. With one, every size is counted; the first allocation beyond the limit
//! raises the breaker of the main interpreter, which raises MemoryError at its next safepoint. Refusing small requests
//! would abort the process, since most of them cannot fail by their type; a single request above the limit itself is
//! refused, because sizes that a program chooses are reserved with care for that answer.
//!
//! The counters are process-wide, as memory is.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use mimalloc::MiMalloc;
use taipan_object::cx::breaker;

/// Requests below this size are never refused.
const LEAST_REFUSED: usize = 64 << 10;

static LIMITED: AtomicBool = AtomicBool::new(false);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
static USED: AtomicUsize = AtomicUsize::new(0);
/// What may be used before the breaker is raised (again): above the limit by a reserve for whoever handles the error.
static ALARM: AtomicUsize = AtomicUsize::new(usize::MAX);
/// The main interpreter's breaker, of which one count is kept for ever.
static BREAKER: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());

/// The allocator of the command.
pub struct Counting;

/// Lets the process allocate `limit` bytes more than it has now; `flag` is the breaker of the interpreter that is told when it
/// has.
pub fn limit(limit: usize, flag: Arc<AtomicU32>) {
    LIMIT.store(limit, Ordering::Relaxed);
    ALARM.store(limit, Ordering::Relaxed);
    BREAKER.store(Arc::into_raw(flag).cast_mut(), Ordering::Release);
    LIMITED.store(true, Ordering::Release);
}

/// Counts `more` bytes; false if they are to be refused.
#[cold]
#[inline(never)]
fn take(more: usize) -> bool {
    let limit = LIMIT.load(Ordering::Relaxed);
    if more >= LEAST_REFUSED && more > limit {
        return false;
    }
    let used = USED.fetch_add(more, Ordering::Relaxed).wrapping_add(more);
    // Blocks from before the limit was set may be given back: the sum is then below zero.
    if used <= isize::MAX as usize && used > ALARM.load(Ordering::Relaxed) {
        ALARM.store(used + limit / 16 + LEAST_REFUSED, Ordering::Relaxed);
        // SAFETY: null or a flag that is never freed.
        if let Some(flag) = unsafe { BREAKER.load(Ordering::Acquire).as_ref() } {
            flag.fetch_or(breaker::LIMIT, Ordering::Relaxed);
        }
    }
    true
}

#[cold]
#[inline(never)]
fn give(less: usize) {
    let used = USED.fetch_sub(less, Ordering::Relaxed).wrapping_sub(less);
    let limit = LIMIT.load(Ordering::Relaxed);
    if used as isize <= limit as isize && ALARM.load(Ordering::Relaxed) != limit {
        ALARM.store(limit, Ordering::Relaxed);
    }
}

/// Single requests from here on are compared with the machine's memory.
const HUGE: usize = 1 << 30;
/// The machine's memory in bytes, once it was asked for.
static MACHINE: AtomicUsize = AtomicUsize::new(0);

/// Whether a single request is beyond the machine's memory: the system would grant it, and end the process when it is filled.
#[cold]
#[inline(never)]
fn beyond_machine(size: usize) -> bool {
    let mut known = MACHINE.load(Ordering::Relaxed);
    if known == 0 {
        known = taipan_host::machine_memory().unwrap_or(usize::MAX);
        MACHINE.store(known, Ordering::Relaxed);
    }
    size > known
}

#[inline]
fn refused(size: usize) -> bool {
    size >= HUGE && beyond_machine(size)
}

// SAFETY: mimalloc's answers are passed on unchanged; null stands for a refused request, as the trait has it.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refused(layout.size()) || (LIMITED.load(Ordering::Relaxed) && !take(layout.size())) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are mimalloc's.
        unsafe { MiMalloc.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if refused(layout.size()) || (LIMITED.load(Ordering::Relaxed) && !take(layout.size())) {
            return std::ptr::null_mut();
        }
        // SAFETY: as `alloc`.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        if LIMITED.load(Ordering::Relaxed) {
            give(layout.size());
        }
        // SAFETY: as `alloc`.
        unsafe { MiMalloc.dealloc(p, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if refused(size) {
            return std::ptr::null_mut();
        }
        if LIMITED.load(Ordering::Relaxed) {
            if !take(size) {
                return std::ptr::null_mut();
            }
            give(layout.size());
        }
        // SAFETY: as `alloc`.
        unsafe { MiMalloc.realloc(p, layout, size) }
    }
}
