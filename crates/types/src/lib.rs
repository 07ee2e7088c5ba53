//! taipan-types
