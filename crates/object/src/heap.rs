//! The small-object allocator and the release of objects.
//!
//! Size classes in pages of 64 KiB, pages in segments, one [`Heap`] per interpreter, no atomic operations: the GIL
//! guards it. A page holds objects of one size, either all of kinds that can be in cycles (the collector walks those
//! pages) or all of kinds that cannot. An object above the largest class has a page run of its own. The page, and from
//! it the heap, is found by masking an object's address, so that releasing a value needs no token.
//!
//! Freeing never runs Python code: an object whose end needs Python (a finaliser, a weak reference with a callback)
//! goes on the heap's pending list, which `Cx::drain_pending` empties at the next safe place. Long chains are released
//! with a depth budget and a deferred list, never by unbounded native recursion.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Obj;
use crate::cx::breaker;
use crate::object::{FINALIZED, Header, WEAKLY_REFERENCED};
use crate::str::InternTable;
use crate::ty::Type;
use crate::value::Value;
use crate::weakref;

const PAGE: usize = 64 * 1024;
const SEGMENT_PAGES: usize = 16;
/// Bytes of a page before its first slot.
const PAGE_HEADER: usize = 64;
/// Objects above this size get a page run of their own.
const LARGEST_CLASS: usize = 8192;
const CLASSES: usize = 48;
/// Nested releases beyond this many are deferred.
const RELEASE_DEPTH: u32 = 100;

/// The size class of `size` bytes: steps of 16 up to 512, then four steps a doubling.
#[inline(always)]
const fn class_of(size: usize) -> usize {
    if size <= 512 {
        size.div_ceil(16) - 1
    } else {
        let log = (usize::BITS - 1 - (size - 1).leading_zeros()) as usize;
        let quarter = (size - 1) >> (log - 2) & 3;
        32 + (log - 9) * 4 + quarter
    }
}

/// The slot size of a class in bytes.
const fn class_size(class: usize) -> usize {
    if class < 32 {
        (class + 1) * 16
    } else {
        let log = (class - 32) / 4 + 9;
        (1 << log) + (((class - 32) % 4 + 1) << (log - 2))
    }
}

const _: () = {
    assert!(class_of(LARGEST_CLASS) < CLASSES);
    let mut size = 1;
    while size <= LARGEST_CLASS {
        assert!(class_size(class_of(size)) >= size && class_size(class_of(size)).is_multiple_of(16));
        size += 1;
    }
};

/// The head of a page; slots follow at `PAGE_HEADER`.
#[repr(C)]
pub(crate) struct Page {
    heap: *mut Heap,
    /// Freed slots, linked through their first word.
    free: *mut FreeSlot,
    next: *mut Page,
    /// Position in `Heap::pages`.
    index: u32,
    /// Offset of the first slot that was never used.
    bump: u32,
    slot: u32,
    used: u32,
    class: u8,
    collectable: bool,
    large: bool,
    /// Whether the page is its class's current page or in its list.
    listed: bool,
    /// Bytes of the whole run, for a large object.
    run: usize,
}

const _: () = assert!(size_of::<Page>() <= PAGE_HEADER);

#[repr(C)]
struct FreeSlot {
    next: *mut FreeSlot,
    /// Lies where a header has its type: null marks the slot as free.
    no_type: *const Obj<Type>,
}

/// Counts that `sys` and `gc` report.
#[derive(Clone, Copy, Default, Debug)]
pub struct HeapStats {
    /// Objects alive now.
    pub live: usize,
    /// Objects made so far.
    pub made: usize,
    /// Collectable objects made since the last collection.
    pub young: usize,
    pub bytes: usize,
}

/// One interpreter's objects.
pub struct Heap {
    current: [[*mut Page; CLASSES]; 2],
    pages: Vec<*mut Page>,
    free_pages: Vec<*mut Page>,
    segments: Vec<*mut u8>,
    /// Objects that reached the end of their life but need Python code for it; each entry owns one count.
    pub(crate) pending: Vec<Value>,
    deferred: Vec<NonNull<Header>>,
    depth: u32,
    pub(crate) collecting: bool,
    /// Whether the ends of watched objects are noted in `watched_ends`, as addresses.
    pub(crate) watching: bool,
    pub(crate) watched_ends: Vec<usize>,
    pub(crate) stats: HeapStats,
    /// Collectable allocations that ask for a collection.
    pub(crate) young_limit: usize,
    breaker: *const AtomicU32,
    pub(crate) weak: weakref::WeakTable,
    pub(crate) intern: InternTable,
}

impl Heap {
    /// A heap that reports to `breaker`, which must outlive it.
    pub(crate) fn new(breaker: *const AtomicU32, intern: InternTable) -> Box<Heap> {
        Box::new(Heap {
            current: [[ptr::null_mut(); CLASSES]; 2],
            pages: Vec::new(),
            free_pages: Vec::new(),
            segments: Vec::new(),
            pending: Vec::new(),
            deferred: Vec::new(),
            depth: 0,
            collecting: false,
            watching: false,
            watched_ends: Vec::new(),
            stats: HeapStats::default(),
            young_limit: 10_000,
            breaker,
            weak: weakref::WeakTable::default(),
            intern,
        })
    }

    /// Raises a breaker bit, so that the interpreter looks at its next safepoint.
    pub(crate) fn break_for(&self, bit: u32) {
        // SAFETY: the flag outlives the heap.
        unsafe { (*self.breaker).fetch_or(bit, Ordering::Relaxed) };
    }

    /// Memory for one object of `size` bytes, header included; contents undefined.
    ///
    /// # Safety
    /// `heap` must be live and no reference to it in use. The caller initialises the header before anything else
    /// may walk the heap.
    #[inline(always)]
    pub(crate) unsafe fn alloc(heap: *mut Heap, size: usize, collectable: bool) -> NonNull<Header> {
        // SAFETY: pages in `current` are live, their free lists hold free slots of the page.
        unsafe {
            (*heap).stats.live += 1;
            (*heap).stats.made += 1;
            if collectable {
                (*heap).stats.young += 1;
            }
            if size <= LARGEST_CLASS {
                let page = (*heap).current[collectable as usize][class_of(size)];
                if !page.is_null() && !(*page).free.is_null() {
                    let slot = (*page).free;
                    (*page).free = (*slot).next;
                    (*page).used += 1;
                    return NonNull::new_unchecked(slot.cast());
                }
            }
            Heap::alloc_slow(heap, size, collectable)
        }
    }

    #[cold]
    #[inline(never)]
    unsafe fn alloc_slow(heap: *mut Heap, size: usize, collectable: bool) -> NonNull<Header> {
        // SAFETY: as `alloc`.
        unsafe {
            if (*heap).stats.young > (*heap).young_limit && !(*heap).collecting {
                (*heap).break_for(breaker::COLLECT);
            }
            if size > LARGEST_CLASS {
                return Heap::alloc_large(heap, size, collectable);
            }
            let class = class_of(size);
            loop {
                let page = (*heap).current[collectable as usize][class];
                if page.is_null() {
                    Heap::add_page(heap, class, collectable);
                    continue;
                }
                if !(*page).free.is_null() {
                    let slot = (*page).free;
                    (*page).free = (*slot).next;
                    (*page).used += 1;
                    return NonNull::new_unchecked(slot.cast());
                }
                let bump = (*page).bump;
                if (bump + (*page).slot) as usize <= PAGE {
                    (*page).bump = bump + (*page).slot;
                    (*page).used += 1;
                    return NonNull::new_unchecked(page.cast::<u8>().add(bump as usize).cast());
                }
                (*page).listed = false;
                (*heap).current[collectable as usize][class] = (*page).next;
                (*page).next = ptr::null_mut();
            }
        }
    }

    unsafe fn alloc_large(heap: *mut Heap, size: usize, collectable: bool) -> NonNull<Header> {
        let run = (size + PAGE_HEADER).next_multiple_of(4096);
        let Ok(layout) = Layout::from_size_align(run, PAGE) else {
            handle_alloc_error(Layout::new::<Page>())
        };
        // SAFETY: the layout is not empty; the page is written before it is used.
        unsafe {
            let page = alloc(layout).cast::<Page>();
            if page.is_null() {
                handle_alloc_error(layout);
            }
            Heap::init_page(heap, page, CLASSES - 1, collectable);
            (*page).large = true;
            (*page).run = run;
            (*page).used = 1;
            (*page).bump = PAGE as u32;
            (*heap).stats.bytes += run;
            NonNull::new_unchecked(page.cast::<u8>().add(PAGE_HEADER).cast())
        }
    }

    unsafe fn init_page(heap: *mut Heap, page: *mut Page, class: usize, collectable: bool) {
        // SAFETY: `page` is memory of at least a page head, not in use.
        unsafe {
            page.write(Page {
                heap,
                free: ptr::null_mut(),
                next: ptr::null_mut(),
                index: (*heap).pages.len() as u32,
                bump: PAGE_HEADER as u32,
                slot: class_size(class) as u32,
                used: 0,
                class: class as u8,
                collectable,
                large: false,
                listed: false,
                run: PAGE,
            });
            let pages = &mut (*heap).pages;
            pages.push(page);
        }
    }

    unsafe fn add_page(heap: *mut Heap, class: usize, collectable: bool) {
        // SAFETY: as `alloc`; segments are freed with the heap only.
        unsafe {
            if (*heap).free_pages.is_empty() {
                let Ok(layout) = Layout::from_size_align(PAGE * SEGMENT_PAGES, PAGE) else { return };
                let segment = alloc(layout);
                if segment.is_null() {
                    handle_alloc_error(layout);
                }
                (*heap).stats.bytes += layout.size();
                let heap = &mut *heap;
                heap.segments.push(segment);
                heap.free_pages
                    .extend((0..SEGMENT_PAGES).rev().map(|i| segment.add(i * PAGE).cast::<Page>()));
            }
            let free_pages = &mut (*heap).free_pages;
            if let Some(page) = free_pages.pop() {
                Heap::init_page(heap, page, class, collectable);
                (*page).next = (*heap).current[collectable as usize][class];
                (*page).listed = true;
                (*heap).current[collectable as usize][class] = page;
            }
        }
    }

    /// Gives the slot of a dead object back.
    unsafe fn free_slot(p: NonNull<Header>) {
        // SAFETY: `p` lies in a page of a live heap and nothing refers to it any more.
        unsafe {
            let page = page_of(p);
            let heap = (*page).heap;
            (*heap).stats.live -= 1;
            if (*page).collectable {
                (*heap).stats.young = (*heap).stats.young.saturating_sub(1);
            }
            if (*page).large {
                let last = (&(*heap).pages).last().copied().unwrap_or(page);
                (&mut (*heap).pages).swap_remove((*page).index as usize);
                (*last).index = (*page).index;
                let run = (*page).run;
                (*heap).stats.bytes -= run;
                dealloc(page.cast(), Layout::from_size_align_unchecked(run, PAGE));
                return;
            }
            let slot = p.as_ptr().cast::<FreeSlot>();
            slot.write(FreeSlot { next: (*page).free, no_type: ptr::null() });
            (*page).free = slot;
            (*page).used -= 1;
            if !(*page).listed {
                let list = &mut (&mut (*heap).current)[(*page).collectable as usize][(*page).class as usize];
                (*page).next = *list;
                (*page).listed = true;
                *list = page;
            }
        }
    }

    /// Calls `visit` for each collectable object that is alive. `visit` must not allocate or free.
    ///
    /// # Safety
    /// `heap` is live.
    pub(crate) unsafe fn each_collectable(heap: *mut Heap, visit: &mut dyn FnMut(NonNull<Header>)) {
        // SAFETY: by the caller's promise.
        unsafe { Heap::each(heap, false, visit) }
    }

    /// As [`Heap::each_collectable`], for all objects.
    ///
    /// # Safety
    /// `heap` is live.
    pub(crate) unsafe fn each_object(heap: *mut Heap, visit: &mut dyn FnMut(NonNull<Header>)) {
        // SAFETY: by the caller's promise.
        unsafe { Heap::each(heap, true, visit) }
    }

    unsafe fn each(heap: *mut Heap, all: bool, visit: &mut dyn FnMut(NonNull<Header>)) {
        // SAFETY: slots below `bump` were either used (their type is set) or freed (their type is null).
        unsafe {
            for i in 0..(&(*heap).pages).len() {
                let page = (&(*heap).pages)[i];
                if !all && !(*page).collectable {
                    continue;
                }
                if (*page).large {
                    visit(NonNull::new_unchecked(page.cast::<u8>().add(PAGE_HEADER).cast()));
                    continue;
                }
                let mut offset = PAGE_HEADER as u32;
                while offset < (*page).bump {
                    let header = page.cast::<u8>().add(offset as usize).cast::<Header>();
                    if !(*header).ty.get().is_null() {
                        visit(NonNull::new_unchecked(header));
                    }
                    offset += (*page).slot;
                }
            }
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        // Objects that still wait for a finaliser go with their pages.
        std::mem::forget(std::mem::take(&mut self.pending));
        for &segment in &self.segments {
            // SAFETY: allocated in `add_page` with this layout.
            unsafe { dealloc(segment, Layout::from_size_align_unchecked(PAGE * SEGMENT_PAGES, PAGE)) };
        }
    }
}

#[inline(always)]
fn page_of(p: NonNull<Header>) -> *mut Page {
    (p.as_ptr() as usize & !(PAGE - 1)) as *mut Page
}

/// The heap that a mortal object lies in.
///
/// # Safety
/// `p` must be a live object that is not a static.
pub(crate) unsafe fn heap_of(p: NonNull<Header>) -> *mut Heap {
    // SAFETY: mortal objects lie in pages.
    unsafe { (*page_of(p)).heap }
}

/// Bytes that the object may fill where it lies, header included.
///
/// # Safety
/// As [`heap_of`].
pub(crate) unsafe fn room_of(p: NonNull<Header>) -> usize {
    // SAFETY: mortal objects lie in pages.
    unsafe {
        let page = page_of(p);
        if (*page).large { (*page).run - PAGE_HEADER } else { (*page).slot as usize }
    }
}

/// Whether the object lies in a page that the collector walks.
///
/// # Safety
/// As [`heap_of`].
pub(crate) unsafe fn is_collectable(p: NonNull<Header>) -> bool {
    // SAFETY: mortal objects lie in pages.
    unsafe { (*page_of(p)).collectable }
}

/// Ends an object whose last count is gone.
///
/// # Safety
/// `p`'s count is zero and nothing else refers to it.
#[cold]
#[inline(never)]
pub(crate) unsafe fn free_object(p: NonNull<Header>) {
    // SAFETY: the object is intact until `destroy` has it; the heap is live as long as its objects.
    unsafe {
        let heap = heap_of(p);
        if (*heap).depth >= RELEASE_DEPTH {
            (&mut (*heap).deferred).push(p);
            return;
        }
        (*heap).depth += 1;
        destroy(heap, p);
        (*heap).depth -= 1;
        if (*heap).depth == 0 {
            while let Some(next) = (&mut (*heap).deferred).pop() {
                (*heap).depth = 1;
                destroy(heap, next);
                (*heap).depth = 0;
            }
        }
    }
}

unsafe fn destroy(heap: *mut Heap, p: NonNull<Header>) {
    // SAFETY: as `free_object`.
    unsafe {
        let header = p.as_ref();
        let ty = header.ty.get();
        let upper = header.upper.get();
        if (*ty).data().needs_finalizer() && upper & FINALIZED == 0 {
            header.count.set(1);
            (&mut (*heap).pending).push(Value::from_ptr(p));
            (*heap).break_for(breaker::PENDING);
            return;
        }
        if upper & WEAKLY_REFERENCED != 0 {
            weakref::clear_references(heap, p);
            if (*heap).watching {
                (&mut (*heap).watched_ends).push(p.as_ptr() as usize);
            }
        }
        (*ty).data().drop_object(p);
        let heap_type = !(*ty).header().is_immortal();
        Heap::free_slot(p);
        if heap_type {
            // The instance owned a count of its class.
            drop(Value::from_ptr(NonNull::new_unchecked(ty as *mut Header)));
        }
    }
}
