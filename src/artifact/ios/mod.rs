//! Artifacts of iOS devices.
