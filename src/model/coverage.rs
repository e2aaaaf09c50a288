//! What a list of apps is, as its parser found it. No parser says "complete":
//! it states where the list came from and how its reading went, and
//! `inventory` concludes.

use super::Timestamp;

/// Which apps a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListScope {
    /// Apps a person or an administrator installed.
    ThirdPartyApps,
    /// Preinstalled apps.
    SystemApps,
    /// Apps that the management system installed.
    ManagedApps,
    /// Apps inside a work profile.
    WorkProfile,
    /// Every app.
    AllApps,
}

impl ListScope {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ThirdPartyApps => "third-party-apps",
            Self::SystemApps => "system-apps",
            Self::ManagedApps => "managed-apps",
            Self::WorkProfile => "work-profile",
            Self::AllApps => "all-apps",
        }
    }
}

/// Which Android users a list speaks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserSet {
    /// Every user and profile of the device, known or not.
    All,
    /// These.
    Only(Vec<u32>),
}

/// Why a list is not complete, in kebab-case; a word of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason(pub &'static str);

/// What a list can prove when it was read to its end without error, by the
/// documented nature of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Every app of the scope is listed.
    Complete,
    /// Every app is listed if this holds, which the evidence cannot show; a sentence.
    Assumed(&'static str),
    /// Some apps are listed.
    Partial(Reason),
    /// Only apps of the management system, or only those of the work profile.
    ManagedOnly,
    /// The source says it did not collect.
    NotCollected(Reason),
}

/// What a list can prove, perhaps depending on facts another file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The same whatever else is known.
    Always(Answer),
    /// Depends on who owns the device, resolved when every artifact has spoken.
    ByOwnership(&'static ByOwnership),
    /// Depends on how the device is managed.
    ByEnrollment(&'static ByEnrollment),
}

/// What a list proves by who owns the device. Part of a layout and not of every
/// list: there may be a hundred thousand of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByOwnership {
    /// The agency owns it.
    pub corporate: Answer,
    /// The person owns it.
    pub personal: Answer,
    /// Nobody tells.
    pub unknown: Answer,
}

/// What a list proves by how the device is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByEnrollment {
    /// Android device owner.
    pub fully_managed: Answer,
    /// Anything else, or not told.
    pub other: Answer,
}

/// How the reading of a list ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A closing tag, end mark or agreeing count was read: nothing is missing.
    Proven,
    /// The input ended where a record ended; the format has no end mark.
    Unmarked,
    /// The list itself says that there is more (a next link, a larger count).
    More,
    /// The input ended inside the list, or a limit or deadline stopped it.
    Cut,
    /// The artifact could not be read at all.
    Unreadable,
}

/// One list of apps: what it is about, what its source can prove, how its
/// reading went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListStatement {
    /// Which apps.
    pub scope: ListScope,
    /// For which users.
    pub users: UserSet,
    /// What such a list proves when it is whole.
    pub basis: Basis,
    /// How its reading ended.
    pub end: End,
    /// Entries that could not be read.
    pub errors: u64,
    /// Entries it names as present.
    pub entries: u64,
    /// The list says how many apps there are; without that an empty list is
    /// "not collected", never "no apps".
    pub counted: bool,
    /// When it was collected, if told.
    pub as_of: Option<Timestamp>,
    /// Collected by a management system, so that it grows stale.
    pub managed: bool,
    /// Anything a reader must know; a sentence.
    pub note: Option<Box<str>>,
}

impl ListStatement {
    /// A whole list of `scope` with the given basis: no errors, no count.
    /// Adjust fields for what the reading met.
    pub fn new(scope: ListScope, users: UserSet, basis: Basis, end: End, entries: u64) -> Self {
        Self { scope, users, basis, end, errors: 0, entries, counted: false, as_of: None, managed: false, note: None }
    }
}
