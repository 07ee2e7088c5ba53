//! The standard library's Python files, frozen into the binary.
//!
//! The build script takes them from the crate `rustpython-pylib` with our own files of `overlay/` before them, compiles each with
//! `taipan-compiler`, and packs everything into two blobs. Here are the tables over them.
//!
//! Invariants: names are unique and sorted; a module's code object was compiled without optimisation from exactly the source
//! that [`Frozen::source`] returns, with [`Frozen::path`] as its file name. `docs/internals/lib.md` says how the importer
//! uses them.

/// A range of the packed sources, and the length it unpacks to.
#[derive(Clone, Copy, Debug)]
struct Packed {
    start: usize,
    end: usize,
    length: usize,
}

impl Packed {
    fn unpack(self) -> Vec<u8> {
        let packed = SOURCE.get(self.start..self.end).unwrap_or_default();
        // The data is our own build's; the limit keeps even damaged data from growing without end.
        miniz_oxide::inflate::decompress_to_vec_with_limit(packed, self.length).unwrap_or_default()
    }
}

/// One frozen module.
#[derive(Clone, Copy, Debug)]
pub struct Frozen {
    /// Its dotted name.
    pub name: &'static str,
    /// Its file, relative to the library's folder, with `/`: `collections/__init__.py`.
    pub path: &'static str,
    /// Whether it is a package.
    pub is_package: bool,
    range: Option<(usize, usize)>,
    packed: Packed,
}

impl Frozen {
    /// Its code object as marshal data, compiled without optimisation; `None` where only the source is frozen.
    #[must_use]
    pub fn code(&self) -> Option<&'static [u8]> {
        let (start, end) = self.range?;
        CODE.get(start..end)
    }

    /// Its source, unpacked at each call.
    #[must_use]
    pub fn source(&self) -> Vec<u8> {
        self.packed.unpack()
    }
}

/// A file of the library that is no module.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// Its path relative to the library's folder.
    pub path: &'static str,
    packed: Packed,
}

impl Resource {
    /// What it holds, unpacked at each call.
    #[must_use]
    pub fn contents(&self) -> Vec<u8> {
        self.packed.unpack()
    }
}

include!(concat!(env!("OUT_DIR"), "/index.rs"));
static CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/code.bin"));
static SOURCE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/source.bin"));

/// The release of CPython that the files belong to.
pub const VERSION: (u8, u8, u8) = (3, 14, 7);

/// A module by its dotted name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Frozen> {
    let index = MODULES.binary_search_by(|module| module.name.cmp(name)).ok()?;
    MODULES.get(index)
}

/// A module by its file, relative to the library's folder.
#[must_use]
pub fn find_path(path: &str) -> Option<&'static Frozen> {
    let stem = path.strip_suffix(".py")?;
    let module = find(&stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', "."))?;
    (module.path == path).then_some(module)
}

/// Every module, sorted by name.
#[must_use]
pub fn list() -> &'static [Frozen] {
    MODULES
}

/// A file that is no module, by its path relative to the library's folder.
#[must_use]
pub fn resource(path: &str) -> Option<&'static Resource> {
    let index = RESOURCES.binary_search_by(|resource| resource.path.cmp(path)).ok()?;
    RESOURCES.get(index)
}

/// Every file that is no module, sorted by path.
#[must_use]
pub fn resources() -> &'static [Resource] {
    RESOURCES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_sorted_found_and_unpacked() {
        assert!(list().windows(2).all(|pair| pair[0].name < pair[1].name));
        for module in list() {
            assert_eq!(find(module.name).map(|found| found.path), Some(module.path));
            assert_eq!(find_path(module.path).map(|found| found.name), Some(module.name));
            assert_eq!(module.source().len(), module.packed.length, "{}", module.name);
        }
        assert!(list().len() > 500, "{}", list().len());
        let collections = find("collections").expect("frozen");
        assert!(collections.is_package && collections.path == "collections/__init__.py");
        assert!(find("test").is_none() && find("collections.").is_none() && find_path("os").is_none());
        assert!(resource("venv/scripts/common/activate").is_some_and(|file| !file.contents().is_empty()));
    }

    #[test]
    fn every_module_is_compiled() {
        let sources: Vec<&str> = list().iter().filter(|m| m.code().is_none()).map(|m| m.name).collect();
        assert!(sources.is_empty(), "{sources:?}");
        assert!(find("os").and_then(|os| os.code()).is_some_and(|code| code[0] & 0x7f == b'c'));
    }

    #[test]
    fn no_other_implementation_is_named() {
        for module in list() {
            let source = String::from_utf8_lossy(&module.source()).into_owned();
            assert!(!source.contains("RustPython") && !source.contains("RUSTPYTHON"), "{}", module.path);
        }
    }
}
