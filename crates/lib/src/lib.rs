//! taipan-lib
