//! Artifacts of iOS devices: backups of iTunes and Finder, full file systems.

pub mod backup;
pub mod file_system;
pub(in crate::artifact) mod identity;
#[cfg(test)]
pub(in crate::artifact) mod testing;

use std::io;

use crate::evidence::{EvidenceError, stop_code};
use crate::format::plist::PlistError;
use crate::model::Code;

/// The diagnostic for a property list that could not be read to its end.
pub(in crate::artifact) fn code_of(error: &PlistError) -> Code {
    match error {
        PlistError::Empty => Code::EmptyFile,
        PlistError::Stop(stop) => stop_code(*stop),
        PlistError::Io(error) => code_of_io(error),
        PlistError::NotAPlist(_) | PlistError::Cut | PlistError::Damaged(_) | PlistError::Nesting(_) => {
            Code::DamagedFile
        }
    }
}

/// The diagnostic for bytes that could not be had while they were read.
pub(in crate::artifact) fn code_of_io(error: &io::Error) -> Code {
    error.get_ref().and_then(|inner| inner.downcast_ref::<EvidenceError>()).map_or(Code::UnreadableFile, |e| e.code())
}

/// The only user of an iOS device.
pub(in crate::artifact) const USER: u32 = 0;

/// The longest identifier that is believed: Apple allows 155 bytes.
pub(in crate::artifact) const LONGEST_ID: usize = 1024;

/// Whether a text can be a bundle identifier. What holds another character was
/// damaged: Apple's document has letters, digits, `-` and `.`
/// (developer.apple.com, `CFBundleIdentifier`); old tools let `_` pass.
pub(in crate::artifact) fn is_bundle_id(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(fits)
}

/// More apps than any device has; what a list says beyond is counted as lost.
pub(in crate::artifact) const MOST_APPS: usize = 100_000;

/// Apple's own apps, which no list of third-party apps counts.
pub(in crate::artifact) fn is_apple(identifier: &str) -> bool {
    identifier.starts_with("com.apple.")
}
