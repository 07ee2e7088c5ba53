//! Memory mappings.

use crate::error::check_unit;
use crate::files::{MapRequest, Mapping};
use crate::{HostError, Result};

/// A mapped region, unmapped on drop.
pub(super) struct Region {
    address: *mut u8,
    length: usize,
}

// SAFETY: a region is memory of the process like any other; bytes are copied in and out, and races on a shared mapping
// are the same as those with another process.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    pub(super) fn new(request: MapRequest) -> Result<Region> {
        let MapRequest { fd, length, protection, flags, offset } = request;
        // SAFETY: a new mapping at an address of the kernel's choice touches nothing of ours; MAP_FIXED is taken out.
        let address = unsafe {
            libc::mmap(std::ptr::null_mut(), length, protection, flags & !libc::MAP_FIXED, fd, offset)
        };
        if address == libc::MAP_FAILED {
            return Err(HostError::last());
        }
        Ok(Region { address: address.cast(), length })
    }

    fn within(&self, offset: usize, length: usize) -> Result<*mut u8> {
        match offset.checked_add(length) {
            // SAFETY: the offset is at most the length of the region.
            Some(end) if end <= self.length => Ok(unsafe { self.address.add(offset) }),
            _ => Err(HostError::new(libc::EINVAL)),
        }
    }
}

impl Mapping for Region {
    fn len(&self) -> usize {
        self.length
    }

    fn address(&self) -> *mut u8 {
        self.address
    }

    fn read(&self, offset: usize, buffer: &mut [u8]) -> Result<()> {
        let from = self.within(offset, buffer.len())?;
        // SAFETY: the range lies in the region, and the buffer is memory of its own.
        unsafe { std::ptr::copy(from, buffer.as_mut_ptr(), buffer.len()) };
        Ok(())
    }

    fn write(&self, offset: usize, bytes: &[u8]) -> Result<()> {
        let to = self.within(offset, bytes.len())?;
        // SAFETY: the range lies in the region, which can be written by the trait's contract.
        unsafe { std::ptr::copy(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    fn flush(&self, offset: usize, length: usize) -> Result<()> {
        let start = self.within(offset, length)?;
        // SAFETY: the range lies in the region.
        check_unit(unsafe { libc::msync(start.cast(), length, libc::MS_SYNC) })
    }

    fn advise(&self, advice: i32, offset: usize, length: usize) -> Result<()> {
        let start = self.within(offset, length)?;
        // SAFETY: the range lies in the region.
        check_unit(unsafe { libc::madvise(start.cast(), length, advice) })
    }

    fn resize(&mut self, length: usize) -> Result<()> {
        // SAFETY: the region is ours and no reference into it exists.
        let address = unsafe { libc::mremap(self.address.cast(), self.length, length, libc::MREMAP_MAYMOVE) };
        if address == libc::MAP_FAILED {
            return Err(HostError::last());
        }
        self.address = address.cast();
        self.length = length;
        Ok(())
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the region is ours and mapped until here.
        unsafe { libc::munmap(self.address.cast(), self.length) };
    }
}
