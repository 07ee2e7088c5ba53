//! taipan-macros
