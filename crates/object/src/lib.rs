//! taipan-object
