//! taipan-vm

pub mod runtime;
