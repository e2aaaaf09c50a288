//! Artifacts of iOS devices: backups of iTunes and Finder, full file systems.

pub mod backup;
pub mod file_system;
pub(in crate::artifact) mod identity;
#[cfg(test)]
pub(in crate::artifact) mod testing;

use crate::format::plist::PlistError;
use crate::limits::Stop;
use crate::model::Code;

/// The diagnostic for a property list that could not be read to its end.
pub(in crate::artifact) fn code_of(error: &PlistError) -> Code {
    match error {
        PlistError::Empty => Code::EmptyFile,
        PlistError::Stop(stop) => code_of_stop(*stop),
        PlistError::Io(_) => Code::UnreadableFile,
        PlistError::NotAPlist(_) | PlistError::Cut | PlistError::Damaged(_) | PlistError::Nesting(_) => {
            Code::DamagedFile
        }
    }
}

/// The diagnostic for a limit, a deadline or an interruption.
pub(in crate::artifact) fn code_of_stop(stop: Stop) -> Code {
    match stop {
        Stop::Time => Code::LimitTime,
        Stop::Cancelled => Code::Interrupted,
        Stop::Bytes => Code::LimitBytes,
        Stop::Entries => Code::LimitEntries,
    }
}

/// The only user of an iOS device.
pub(in crate::artifact) const USER: u32 = 0;

/// The longest identifier that is believed: Apple allows 155 bytes.
pub(in crate::artifact) const LONGEST_ID: usize = 1024;

/// More apps than any device has; what a list says beyond is counted as lost.
pub(in crate::artifact) const MOST_APPS: usize = 100_000;

/// Apple's own apps, which no list of third-party apps counts.
pub(in crate::artifact) fn is_apple(identifier: &str) -> bool {
    identifier.starts_with("com.apple.")
}
