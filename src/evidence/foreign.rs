//! Files that are recognised but no evidence, or none that this version reads.
use super::Probe;
/// A recognised file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// Stable name.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// How much it matters.
    pub class: ForeignClass,
}
/// Class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignClass {
    /// Needs no attention.
    Note,
    /// Structured.
    Structured,
    /// Answer.
    Answer,
    /// Unsupported.
    Unsupported,
}
/// Recognises.
pub fn recognise_foreign(_: &Probe<'_>) -> Foreign {
    Foreign { id: "unknown", title: "unknown file", advice: "no known evidence", class: ForeignClass::Structured }
}
