//! taipan-stdlib
