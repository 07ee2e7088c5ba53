//! Reading whole files at start-up, before `io` is there.

use taipan_host::files::{CURRENT_DIRECTORY, Target};
use taipan_host::{HostError, HostHandle};

const READ_SIZE: usize = 64 << 10;

/// All bytes of a file.
pub fn read_all(host: &HostHandle, path: &[u8]) -> Result<Vec<u8>, HostError> {
    let fd = host.open(path, 0, 0, CURRENT_DIRECTORY)?;
    let bytes = read_descriptor(host, fd);
    // What was read counts; there is nobody to tell of a failed close.
    let _ = host.close(fd);
    bytes
}

/// All bytes that a descriptor gives.
pub fn read_descriptor(host: &HostHandle, fd: i32) -> Result<Vec<u8>, HostError> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; READ_SIZE];
    loop {
        match host.read(fd, &mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(n) => bytes.extend_from_slice(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.is_interrupted() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes all bytes; failures are dropped (the last resort's output).
pub fn write_all(host: &HostHandle, fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match host.write(fd, bytes) {
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(error) if error.is_interrupted() => {}
            Err(_) => return,
        }
    }
}

const S_IFMT: u32 = 0o170_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFREG: u32 = 0o100_000;

/// Whether a path is a folder.
pub fn is_folder(host: &HostHandle, path: &[u8]) -> bool {
    host.stat(Target::path(path)).is_ok_and(|s| s.mode & S_IFMT == S_IFDIR)
}

/// Whether a path is a plain file.
pub fn is_file(host: &HostHandle, path: &[u8]) -> bool {
    host.stat(Target::path(path)).is_ok_and(|s| s.mode & S_IFMT == S_IFREG)
}
