//! Finds the standard library's files: the crate's folder with the overlay before it.

use crate::edits;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Folders and files that are left out: tests, graphical programs, and what belongs to another implementation.
const LEFT_OUT: &[&str] = &[
    "README.md",
    "PSF-LICENSE",
    "__hello__.py",
    "__phello__",
    "_dummy_os.py",
    "_dummy_thread.py",
    "_pycodecs.py",
    "dummy_threading.py",
    "ctypes/macholib",
    "email/architecture.rst",
    "ensurepip/_bundled",
    "idlelib",
    "test",
    "tkinter",
    "turtledemo",
    "venv/scripts/nt",
];

/// Every file by its path relative to the library's folder, with its contents after the edits.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Reads the library at `library`, and the files of `overlay` in the place of those of the same name.
pub fn collect(library: &Path, overlay: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    walk(library, "", &mut files)?;
    for (path, contents) in &mut files {
        if edits::EDITS.iter().any(|edit| edit.file == path) {
            let text = String::from_utf8(std::mem::take(contents)).map_err(io::Error::other)?;
            *contents = edits::apply(path, text).map_err(io::Error::other)?.into_bytes();
        }
    }
    walk(overlay, "", &mut files)?;
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        let path = format!("{prefix}{name}");
        if name.starts_with('.') || name == "__pycache__" || LEFT_OUT.contains(&path.as_str()) {
            continue;
        }
        if entry.is_dir() {
            walk(&entry, &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(&entry)?);
        }
    }
    Ok(())
}
