//! taipan-taipan

pub mod options;
