//! taipan-sre
