//! taipan-event
