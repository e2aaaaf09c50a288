//! One item of evidence: a container, device root or export.

use crate::model::Locator;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemStatus {
    /// Read.
    Read,
    /// Read in part, because of an error or limit.
    PartlyRead,
    /// Could not be read.
    Unreadable,
    /// No known evidence.
    Unknown,
    /// Passed over on purpose.
    Skipped,
}

impl ItemStatus {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::PartlyRead => "partly-read",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// One item of evidence.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where it lies.
    pub locator: Locator,
    /// Container format, layout of the root, or parser.
    pub kind: &'static str,
    /// What became of it.
    pub status: ItemStatus,
    /// Bytes, where it is one file.
    pub size: Option<u64>,
}
