//! Files that are recognised, but are no evidence that this version reads:
//! litter, documents, our own reports, packages, archives of other kinds, and
//! structured files that nobody knows.
//!
//! What a file is decides how loudly it is reported: silence about a structured
//! file would pass for "nothing in it". Magic numbers are those of the formats'
//! own documents; `file(1)` lists the same.

mod magic;
#[cfg(test)]
mod tests;
mod text;

use super::Probe;
use crate::limits::Limits;

/// How much a foreign file matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForeignClass {
    /// Needs nobody's attention: `not-evidence`.
    Note,
    /// An error message or a login page in place of an export: `error-answer`.
    ErrorAnswer,
    /// A structured file that no parser and no container knows: `unknown-evidence`.
    Structured,
    /// A kind of evidence that this version cannot read: `unsupported-evidence`.
    Unsupported,
}

/// A foreign file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// Stable name, kebab-case; the `kind` of the item in the report.
    pub id: &'static str,
    /// For people: "a tar archive".
    pub title: &'static str,
    /// What to do; empty where there is nothing to do.
    pub advice: &'static str,
    /// How much it matters.
    pub class: ForeignClass,
    /// A container could open it (packages are zip archives), but what is inside
    /// would only be noise: ask this before the containers.
    pub before_containers: bool,
}

impl Foreign {
    /// A text of no known form.
    pub fn is_prose(&self) -> bool {
        *self == text::PROSE
    }

    /// One of our own reports, so far as its head shows.
    pub fn is_report(&self) -> bool {
        *self == text::REPORT
    }

    /// A report in which something else stands, which is not read: more than
    /// [`Self::is_report`] showed.
    pub const MIXED_REPORT: Self = Self {
        advice: "it was changed or cut off, or something stands behind it; scan what is no report by itself",
        ..Self::structured("tidewaiter-report", "a report of tidewaiter that is not as it was written")
    };

    const fn note(id: &'static str, title: &'static str) -> Self {
        Self { id, title, advice: "", class: ForeignClass::Note, before_containers: false }
    }

    const fn unsupported(id: &'static str, title: &'static str, advice: &'static str) -> Self {
        Self { id, title, advice, class: ForeignClass::Unsupported, before_containers: false }
    }

    const fn structured(id: &'static str, title: &'static str) -> Self {
        let advice = "check that it is the file you meant, and that it holds every column or key of the export";
        Self { id, title, advice, class: ForeignClass::Structured, before_containers: false }
    }

    const fn first(self) -> Self {
        Self { before_containers: true, ..self }
    }
}

/// A file that [`Foreign::is_report`] holds nothing but the report.
pub fn is_report_alone(input: impl std::io::Read, limits: &Limits) -> bool {
    text::is_report_alone(input, limits)
}

/// Names a file that nobody else knows. To be asked after the parsers, and after
/// the containers unless [`Foreign::before_containers`]. `None` for bytes of no
/// known structure, and for empty files.
pub fn recognise_foreign(probe: &Probe<'_>) -> Option<Foreign> {
    litter(probe)
        .or_else(|| magic::package(probe))
        .or_else(|| magic::magic(probe))
        .or_else(|| text::text(probe))
        .or_else(|| by_name(probe))
}

/// What operating systems leave in folders. A name alone is enough only where
/// the file holds next to nothing.
fn litter(probe: &Probe<'_>) -> Option<Foreign> {
    const LITTER: Foreign = Foreign::note("os-litter", "a file that the operating system left behind");
    let small = probe.size <= 4 << 10;
    let named = |names: &[&str]| names.iter().any(|n| probe.name.eq_ignore_ascii_case(n.as_bytes()));
    let known = probe.head.starts_with(b"\0\0\0\x01Bud1")
        || probe.head.starts_with(&[0, 5, 0x16, 7]) && probe.name.starts_with(b"._")
        || named(&["Thumbs.db", "ehthumbs.db"]) && probe.head.starts_with(magic::OLE)
        || small && named(&["desktop.ini", ".localized", ".nomedia", ".gitkeep", ".keep", ".metadata_never_index"])
        || small && probe.name.starts_with(b"Icon\r");
    known.then_some(LITTER)
}

/// The bytes say nothing, but the name promises a structured file: it is damaged
/// or disguised, and must not be passed over.
fn by_name(probe: &Probe<'_>) -> Option<Foreign> {
    const ENDINGS: &[&str] = &[
        "ab", "abx", "bz2", "csv", "db", "gz", "ipa", "apk", "json", "jsonl", "mbdb", "ndjson", "plist", "sqlite",
        "sqlite3", "sqlitedb", "tar", "tgz", "tsv", "xlsx", "xml", "xz", "zip", "zst",
    ];
    let promised = !probe.head.is_empty() && ENDINGS.iter().any(|e| probe.has_extension(e));
    promised.then_some(Foreign {
        advice: "its bytes are not what its name says: it is damaged, encrypted or something else; obtain an intact copy",
        ..Foreign::structured("damaged-or-disguised", "a file whose bytes do not fit its name")
    })
}
