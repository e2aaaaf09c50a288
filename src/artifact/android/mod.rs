//! Artifacts of Android devices.
