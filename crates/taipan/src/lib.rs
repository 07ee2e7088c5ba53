//! taipan-taipan
