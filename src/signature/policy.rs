//! Policies: which apps are named, by which instrument, from when to when.
//!
//! A policy never says how an app is recognised, a signature never says that
//! an app is banned; they meet in the app's id.

use super::words::{EntryKind, PolicyStatus};
use crate::model::Timestamp;
use std::fmt;

/// One instrument that names apps.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Slug, unique in a set.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// `executive-order`, `statute`, `regulation`, `contract-clause`, `state-directive` ...
    pub instrument: String,
    /// ISO 3166 code.
    pub jurisdiction: String,
    /// Where the text stands.
    pub citation: Option<String>,
    /// Date of the instrument.
    pub issued: Option<Date>,
    /// Date of publication.
    pub published: Option<Date>,
    /// First day of effect.
    pub effective_from: Option<Date>,
    /// Day on which it ended.
    pub effective_to: Option<Date>,
    /// Standing when it was last checked.
    pub status: PolicyStatus,
    /// Standing in words.
    pub status_text: Option<String>,
    /// Date of the newest source for the standing.
    pub status_as_of: Option<Date>,
    /// Date of the last check.
    pub checked: Option<Date>,
    /// Policy or instrument that ended it.
    pub ended_by: Option<String>,
    /// What it orders, and for whom.
    pub effect: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Where the facts were read.
    pub sources: Vec<String>,
    /// What it names, in its own order.
    pub entries: Vec<PolicyEntry>,
    /// SHA-256 of the policy file, lower-case hex; line ends do not count.
    pub sha256: String,
}

/// One thing a policy names.
#[derive(Debug, Clone)]
pub struct PolicyEntry {
    /// The name as the instrument spells it.
    pub named: String,
    /// What kind of thing is named.
    pub kind: EntryKind,
    /// The app it is, where a signature describes it.
    pub app: Option<String>,
    /// The host of a named function.
    pub function_of: Option<String>,
    /// Only these editions of the app are named; empty: all of it.
    pub editions: Vec<String>,
    /// Vendor and criteria entries: apps of this set that they may reach.
    pub reaches: Vec<String>,
    /// Added to the list on.
    pub added: Option<Date>,
    /// Taken off the list on.
    pub removed: Option<Date>,
    /// Note.
    pub note: Option<String>,
}

/// Whether signatures can decide an entry on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// Yes.
    Resolved,
    /// Yes, resting on a search that found no edition there; say so.
    NoneKnown(&'a super::PlatformStatement),
    /// No.
    Unresolved(Unresolved),
}

/// Why an entry cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unresolved {
    /// No signature describes what is named.
    NoSignature,
    /// A whole vendor is named.
    VendorWide,
    /// Criteria, or a list that was not read.
    CriteriaOnly,
    /// The signature has no identifier for this platform.
    NoIdentifier,
}

impl Unresolved {
    /// The word for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSignature => "no-signature",
            Self::VendorWide => "vendor-wide",
            Self::CriteriaOnly => "criteria-only",
            Self::NoIdentifier => "no-identifier",
        }
    }
}

/// A date of a policy: a day, a month or a year, as its source gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Date {
    text: String,
    start: Timestamp,
}

impl Date {
    /// Reads `2021-01-05`, `2021-01` or `2021`.
    pub fn parse(text: &str) -> Option<Self> {
        let shape: Vec<usize> = text.split('-').map(str::len).collect();
        if !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        let full = match shape.as_slice() {
            [4] => format!("{text}-01-01"),
            [4, 2] => format!("{text}-01"),
            [4, 2, 2] => text.to_owned(),
            _ => return None,
        };
        Some(Self { text: text.to_owned(), start: Timestamp::parse(&full)? })
    }

    /// As the source gives it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its first moment, UTC.
    pub fn start(&self) -> Timestamp {
        self.start
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Policy {
    /// Its standing at a time, as far as its dates tell.
    pub fn status_on(&self, at: Timestamp) -> PolicyStatus {
        let before = |date: &Option<Date>| date.as_ref().is_some_and(|d| at < d.start);
        if before(&self.issued) {
            PolicyStatus::NotIssued
        } else if before(&self.effective_from) {
            PolicyStatus::Issued
        } else if before(&self.effective_to) {
            PolicyStatus::InForce
        } else {
            self.status
        }
    }

    /// The entries on its list at a time.
    pub fn entries_on(&self, at: Timestamp) -> impl Iterator<Item = &PolicyEntry> {
        self.entries.iter().filter(move |e| e.is_listed_on(at))
    }
}

impl PolicyEntry {
    /// On the list at a time.
    pub fn is_listed_on(&self, at: Timestamp) -> bool {
        self.added.as_ref().is_none_or(|d| d.start <= at) && self.removed.as_ref().is_none_or(|d| at < d.start)
    }

    /// Whether it names what this indicator shows. For a function, ask with an
    /// indicator of the host and the function's app id.
    pub fn names(&self, app: &str, indicator: &super::Indicator) -> bool {
        self.app.as_deref() == Some(app)
            && (self.editions.is_empty()
                || self.editions.contains(&indicator.value)
                || indicator.edition.iter().any(|e| self.editions.contains(e)))
    }
}
