//! Folders and plain files on disk.
use super::*;
use std::path::Path;

/// Opens a path the user gave.
pub fn open_path(_path: &Path) -> Result<Box<dyn Tree>, EvidenceError> {
    Err(EvidenceError::Unsupported(String::new()))
}
