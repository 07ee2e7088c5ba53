//! The interpreter's start and what lower crates ask of it.

pub mod settings;

pub use settings::{FrozenLibrary, FrozenModule, NativeModule, Settings, host, settings};
