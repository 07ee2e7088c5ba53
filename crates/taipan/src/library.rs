//! The frozen library and the native modules, as the virtual machine's start takes them.

use taipan_vm::runtime::{FrozenLibrary, FrozenModule, Settings};

struct Library;

impl FrozenLibrary for Library {
    fn find(&self, name: &str) -> Option<FrozenModule> {
        let found = taipan_lib::find(name)?;
        Some(FrozenModule { code: found.code(), path: found.path, is_package: found.is_package })
    }

    fn source(&self, name: &str) -> Option<Vec<u8>> {
        taipan_lib::find(name).map(|found| found.source())
    }

    fn data(&self, path: &str) -> Option<Vec<u8>> {
        match taipan_lib::find_path(path) {
            Some(module) => Some(module.source()),
            None => taipan_lib::resource(path).map(|r| r.contents()),
        }
    }

    fn names(&self) -> Vec<&'static str> {
        taipan_lib::list().iter().map(|m| m.name).collect()
    }
}

/// The settings with the frozen library and all native modules.
pub fn with_library(mut settings: Settings) -> Settings {
    settings.frozen = Some(&Library);
    settings.native_modules = taipan_stdlib::MODULES;
    // CPython's tests take what is missing here for an implementation of another kind.
    if settings.implementation == "cpython" {
        settings.test_modules = taipan_stdlib::testing::MODULES;
    }
    settings.native_types = taipan_stdlib::install;
    settings
}
