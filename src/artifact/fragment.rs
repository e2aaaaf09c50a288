//! What one call of a parser said, compact and disposable.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use crate::model::{
    App, Diagnostic, Facts, IdentifierKind, ListStatement, Locator, Platform, SignerSet, State, Timestamp, UserFact,
};

/// A row of a fragment's table of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// What is known of a consulted file's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceHash {
    /// Only parts of it were read, or it is large.
    None,
    /// SHA-256 over the whole file.
    File([u8; 32]),
}

/// A consulted file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it lies.
    pub locator: Locator,
    /// Which artifact it is.
    pub artifact: &'static str,
    /// What it does not prove; a sentence.
    pub does_not_prove: &'static str,
    /// Bytes.
    pub size: Option<u64>,
    /// Seconds since 1970.
    pub mtime: Option<i64>,
    /// Digest.
    pub hash: SourceHash,
}

/// A place inside a source; becomes text only in the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// The whole file.
    Whole,
    /// A run of bytes.
    Bytes {
        /// From the start of the file, in bytes (after decompression).
        offset: u64,
        /// Bytes.
        len: u64,
    },
    /// A JSON Pointer (`/Applications/com.tencent.xin`) or `TABLE/ROWID/COLUMN`.
    Key(Box<str>),
}

impl At {
    /// A key, each part escaped as RFC 6901 wants.
    pub fn pointer<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        for part in parts {
            text.push('/');
            for c in part.chars() {
                match c {
                    '~' => text.push_str("~0"),
                    '/' => text.push_str("~1"),
                    _ => text.push(c),
                }
            }
        }
        Self::Key(text.into())
    }

    /// The locator of this place in `source`.
    pub fn locator(&self, source: &Locator) -> Locator {
        match self {
            Self::Whole => source.clone(),
            Self::Bytes { offset, len } => source.fragment(&format!("byte={offset}+{len}")),
            Self::Key(key) => source.fragment(key),
        }
    }
}

/// An app as one artifact names it on one device, kept because it may matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Package name or bundle identifier; empty where the source has none.
    pub identifier: Box<str>,
    /// Kind of `identifier`.
    pub kind: IdentifierKind,
    /// App Store id.
    pub store_id: Option<Box<str>>,
    /// Display name.
    pub name: Option<Box<str>>,
    /// Publisher.
    pub publisher: Option<Box<str>>,
    /// Version.
    pub version: Option<Box<str>>,
    /// Installer.
    pub installer: Option<Box<str>>,
    /// Presence.
    pub state: State,
    /// Users; empty: not told apart.
    pub users: Vec<u32>,
    /// Code signature.
    pub signers: Option<Box<SignerSet>>,
    /// First installed.
    pub first_seen: Option<Timestamp>,
    /// Last updated, used or seen.
    pub last_seen: Option<Timestamp>,
    /// Part of the system image.
    pub system: Option<bool>,
    /// What this very statement does not prove.
    pub caveat: Option<&'static str>,
    /// Which file.
    pub source: SourceId,
    /// Where in it.
    pub at: At,
    /// SHA-256 of the exact bytes of the record.
    pub record_sha256: Option<[u8; 32]>,
}

impl Observation {
    pub(super) fn keep(app: App<'_>, platform: Platform, source: SourceId, at: At) -> Self {
        let own = |text: Option<Cow<'_, str>>| text.filter(|t| !t.is_empty()).map(|t| Box::from(&*t));
        let kind = match (app.identifier.is_empty(), platform, &app.store_id) {
            (false, Platform::Ios, _) => IdentifierKind::BundleId,
            (false, _, _) => IdentifierKind::PackageName,
            (true, _, Some(_)) => IdentifierKind::StoreId,
            (true, _, None) if app.name.is_some() => IdentifierKind::DisplayName,
            (true, _, None) => IdentifierKind::None,
        };
        Self {
            identifier: Box::from(&*app.identifier),
            kind,
            store_id: own(app.store_id),
            name: own(app.name),
            publisher: own(app.publisher),
            version: own(app.version),
            installer: own(app.installer),
            state: app.state,
            users: app.users,
            signers: app.signers.map(Box::new),
            first_seen: app.first_seen,
            last_seen: app.last_seen,
            system: app.system,
            caveat: app.caveat,
            source,
            at,
            record_sha256: None,
        }
    }
}

/// What a record stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum RecordKind {
    /// One device.
    #[default]
    Device,
    /// Package files that belong to no device.
    Packages,
    /// "On N devices, unknown which".
    Aggregate,
}

impl RecordKind {
    /// The value of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Packages => "packages",
            Self::Aggregate => "aggregate",
        }
    }
}

/// A list of apps with its file.
pub type List = (SourceId, ListStatement);

/// The lists of one device. Nearly every device has one, which then needs no
/// memory of its own.
#[derive(Debug, Clone, Default)]
pub enum Lists {
    /// No list.
    #[default]
    None,
    /// The only one.
    One(List),
    /// Several.
    Many(Vec<List>),
}

impl Lists {
    /// Adds a list behind the others.
    pub fn push(&mut self, list: List) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(list),
            Self::One(first) => Self::Many(vec![first, list]),
            Self::Many(mut lists) => {
                lists.push(list);
                Self::Many(lists)
            }
        };
    }
}

impl Deref for Lists {
    type Target = [List];

    fn deref(&self) -> &[List] {
        match self {
            Self::None => &[],
            Self::One(list) => std::slice::from_ref(list),
            Self::Many(lists) => lists,
        }
    }
}

impl DerefMut for Lists {
    fn deref_mut(&mut self) -> &mut [List] {
        match self {
            Self::None => &mut [],
            Self::One(list) => std::slice::from_mut(list),
            Self::Many(lists) => lists,
        }
    }
}

/// What one call said about one device.
#[derive(Debug, Clone)]
pub struct DeviceRecord {
    /// What it stands for.
    pub record: RecordKind,
    /// Platform.
    pub platform: Platform,
    /// Where the record begins: the device root, or the record of an export.
    pub locator_source: Option<SourceId>,
    /// Where in that source.
    pub at: At,
    /// Statements about the device.
    pub facts: Facts,
    /// Users and profiles that exist.
    pub users: Vec<UserFact>,
    /// Apps that may matter.
    pub apps: Vec<Observation>,
    /// Lists of apps, each with its file.
    pub lists: Lists,
    /// The record was read to its end, identity and coverage included.
    pub committed: bool,
}

/// One page of a list of devices that may go on in other files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its file.
    pub source: SourceId,
    /// Whose list it is, where the records tell.
    pub tenant: Box<str>,
    /// Records in it.
    pub records: u64,
    /// How many there are in all pages, where it says.
    pub total: Option<u64>,
    /// It says that another page follows.
    pub next: bool,
    /// It says that another page came before.
    pub before: bool,
    /// Its records are apps on devices: the other pages hold more apps of the
    /// same devices.
    pub rows: bool,
}

/// What one call of a parser said.
#[derive(Debug, Default)]
pub struct Fragment {
    /// Consulted files.
    pub sources: Vec<Source>,
    /// Devices.
    pub devices: Vec<DeviceRecord>,
    /// Messages.
    pub diagnostics: Vec<Diagnostic>,
    /// Pages of lists; those of one list are joined in `inventory`.
    pub pages: Vec<Page>,
    /// Records of computers and television boxes.
    pub out_of_scope: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, Basis, End, ListScope, UserSet};

    #[test]
    fn lists_stand_in_the_order_in_which_they_were_told() {
        let list = |n: u64| {
            let basis = Basis::Always(Answer::Complete);
            (SourceId(0), ListStatement::new(ListScope::AllApps, UserSet::All, basis, End::Proven, n))
        };
        let mut lists = Lists::default();
        for n in 0..4 {
            assert_eq!(lists.len() as u64, n);
            lists.push(list(n));
            lists.iter_mut().for_each(|(_, list)| list.errors += 1);
        }
        let told: Vec<_> = lists.iter().map(|(_, list)| (list.entries, list.errors)).collect();
        assert_eq!(told, [(0, 4), (1, 3), (2, 2), (3, 1)]);
    }

    #[test]
    fn a_pointer_escapes_what_parts_it() {
        assert_eq!(At::pointer(["a/b", "~1", ""]), At::Key("/a~1b/~01/".into()));
    }
}
