//! What a record said of its device, from values to facts.

use super::layout::{FileName, Layout, Role};
use super::values::{bare, find, is_guid, mdm_id, time};
use crate::artifact::{DeviceId, Sink};
use crate::model::{
    Answer, Basis, End, Enrollment, FactKind, ListScope, ListStatement, Ownership, Platform, Reason, Timestamp,
    UserSet, is_placeholder,
};

/// The values of one device, by role, before they are told. There may be a
/// hundred thousand devices: all values are one text.
#[derive(Debug)]
pub struct Draft {
    text: String,
    /// Where the value of each role lies in the text; empty: it was not given.
    values: [(u32, u32); Role::COUNT],
    /// Tenant of [`Role::DeviceId`]; `-` where the export does not tell.
    pub tenant: Box<str>,
    /// It said two things of whose device it is, or of which.
    doubtful: bool,
    /// It said two things of what it runs.
    unclear: bool,
}

/// Roles that decide whose a device is: told twice, with two values, they leave
/// it open.
pub(super) const WHOSE: &[Role] = &[
    Role::DeviceId,
    Role::Serial,
    Role::Udid,
    Role::EnrollmentId,
    Role::Ownership,
    Role::Enrollment,
    Role::Supervised,
];

/// Roles that tell an age: told twice, with two values, they tell none.
pub(super) const WHEN: &[Role] = &[Role::LastSeen, Role::InventoryTime];

impl Default for Draft {
    fn default() -> Self {
        let values = [(0, 0); Role::COUNT];
        Self { text: String::new(), values, tenant: "-".into(), doubtful: false, unclear: false }
    }
}

impl Draft {
    /// A value, trimmed; empty where it was not given.
    pub fn get(&self, role: Role) -> &str {
        let (from, to) = self.values[role.index()];
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    fn first(&self, roles: &[Role]) -> &str {
        roles.iter().map(|r| self.get(*r)).find(|v| !v.is_empty()).unwrap_or_default()
    }

    /// Sets a value; an empty one is none. Returns `false` where another value
    /// was there before, which stays, unless it was a time.
    pub fn set(&mut self, role: Role, value: &str) -> bool {
        let value = value.trim();
        let old = self.get(role);
        if value.is_empty() || old == value {
            return true;
        }
        if old.is_empty() {
            return self.put(role, value);
        }
        if WHEN.contains(&role) {
            // Not empty for what comes next: that is the third value, and no first.
            self.put(role, "twice");
        }
        self.doubtful |= WHOSE.contains(&role);
        self.unclear |= matches!(role, Role::Platform | Role::PlatformHint);
        false
    }

    /// Sets or removes a value.
    pub fn replace(&mut self, role: Role, value: Option<&str>) {
        self.put(role, value.unwrap_or_default());
    }

    /// `false`: there is no room; no record is so long.
    fn put(&mut self, role: Role, value: &str) -> bool {
        if self.text.is_empty() {
            // As much as most devices tell: taken once.
            self.text.reserve(256);
        }
        let from = self.text.len();
        let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(from + value.len())) else { return false };
        self.text.push_str(value);
        self.values[role.index()] = (from, to);
        true
    }

    /// Platform and enrollment by the tables of the layout.
    pub(super) fn platform(&self, layout: &Layout) -> (Platform, Enrollment) {
        let look = |role| find(layout.platforms, self.get(role), |r| r.0).filter(|_| !self.get(role).is_empty());
        let told = look(Role::Platform).or_else(|| look(Role::PlatformHint));
        let by_platform = told.map_or(Enrollment::Unknown, |r| r.2);
        let enrollment = find(layout.enrollments, self.get(Role::Enrollment), |r| r.0).map_or(by_platform, |r| r.1);
        let supervised = self.get(Role::Supervised).eq_ignore_ascii_case("true");
        let enrollment = match enrollment {
            Enrollment::Unknown if supervised => Enrollment::Supervised,
            told => told,
        };
        let platform = match told.map_or(layout.platform, |r| r.1) {
            // A computer that may be a phone is looked at.
            Platform::OutOfScope if self.unclear => Platform::Unknown,
            platform => platform,
        };
        (platform, enrollment)
    }

    /// Ownership by the table of the layout.
    pub(super) fn ownership(&self, layout: &Layout) -> Ownership {
        match self.get(Role::Ownership) {
            _ if self.doubtful || self.is_enrolled_oddly(layout) => Ownership::Contested,
            "" => layout.ownership,
            told => match find(layout.ownerships, told, |r| r.0) {
                Some(row) => row.1,
                // A word that its documents do not explain may mean the person.
                None if layout.ownerships.iter().any(|r| r.1 == Ownership::Corporate) && !is_placeholder(told) => {
                    Ownership::Contested
                }
                None => Ownership::Unknown,
            },
        }
    }

    /// The enrollment is a number of which no document says what it means: the
    /// device may be its user's, whoever is entered as owner.
    fn is_enrolled_oddly(&self, layout: &Layout) -> bool {
        let told = self.get(Role::Enrollment);
        let word = told.chars().any(char::is_alphabetic);
        !told.is_empty() && !word && find(layout.enrollments, told, |r| r.0).is_none()
    }

    /// When the list was collected: its own time, else the last contact.
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        time(self.get(Role::InventoryTime)).or_else(|| time(self.get(Role::LastSeen)))
    }

    /// Tells every fact.
    pub(super) fn tell(&self, layout: &Layout, enrollment: Enrollment, sink: &mut Sink<'_>, device: DeviceId) {
        let plain = [
            (Role::DeviceName, FactKind::Name),
            (Role::OtherId, FactKind::OtherId),
            (Role::OsVersion, FactKind::OsVersion),
        ];
        for (role, kind) in plain {
            sink.fact(device, kind, self.get(role));
        }
        sink.fact(device, FactKind::PrimaryUser, self.first(&[Role::User, Role::UserMore]));
        sink.fact(device, FactKind::Model, self.first(&[Role::Model, Role::ModelMore]));
        sink.fact(device, FactKind::Serial, bare(self.get(Role::Serial)));
        sink.fact(device, FactKind::Udid, bare(self.get(Role::Udid)));
        for imei in self.get(Role::Imei).split([',', ';', '|']) {
            sink.fact(device, FactKind::Imei, &bare(imei).replace([' ', '-'], ""));
        }
        for (role, kind) in [(Role::DeviceId, FactKind::MdmId), (Role::EnrollmentId, FactKind::EnrollmentId)] {
            if !self.get(role).is_empty() {
                sink.fact(device, kind, &mdm_id(layout.system, &self.tenant, self.get(role)));
            }
        }
        if let Some(ownership) = self.ownership(layout).as_fact() {
            sink.fact(device, FactKind::Ownership, ownership);
        }
        if enrollment != Enrollment::Unknown {
            sink.fact(device, FactKind::Enrollment, enrollment.as_str());
        }
        if let Some(seen) = time(self.get(Role::LastSeen)) {
            sink.fact(device, FactKind::LastSeen, &seen.to_string());
        }
    }
}

/// Id of the device by the name of the file, where the layout says so.
pub(super) fn id_in_name(layout: &Layout, path: &[u8]) -> Option<Box<str>> {
    let name = path.rsplit(|b| matches!(b, b'/' | b'\\')).next()?;
    let stem = name.split(|b| *b == b'.').next()?;
    let fits = match layout.file_name {
        FileName::Nothing => false,
        FileName::Guid => is_guid(stem),
        FileName::Number => (1..=18).contains(&stem.len()) && stem.iter().all(u8::is_ascii_digit),
    };
    fits.then(|| String::from_utf8_lossy(stem).into())
}

/// What is remembered of a list until the end of the file is known: compact,
/// because there is one for every device of the export.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub(super) device: DeviceId,
    pub(super) cover: Option<u8>,
    pub(super) entries: u32,
    pub(super) errors: u32,
    pub(super) as_of: Option<Timestamp>,
    /// Entries of any state, where the export says how many there are.
    pub(super) all: u64,
    /// The record holds a list at all.
    pub(super) listed: bool,
}

impl Pending {
    /// The statement, now that it is known how the reading ended.
    pub(super) fn statement(&self, layout: &Layout, end: End, faults: u64) -> ListStatement {
        let cover = self.cover.and_then(|n| layout.coverage.get(usize::from(n)));
        let missing = |why| Basis::Always(Answer::NotCollected(Reason(why)));
        let basis = match cover {
            _ if !self.listed => missing("no-app-list"),
            _ if self.entries == 0 && self.errors == 0 => missing("empty-app-list"),
            Some(_) if layout.experimental => Basis::Always(Answer::Partial(Reason("experimental-layout"))),
            Some(cover) => cover.basis,
            None => Basis::Always(Answer::Partial(Reason("undocumented"))),
        };
        let scope = cover.map_or(ListScope::ThirdPartyApps, |c| c.scope);
        let users = match cover.map_or(&[][..], |c| c.users) {
            [] => UserSet::All,
            users => UserSet::Only(users.to_vec()),
        };
        ListStatement {
            errors: u64::from(self.errors) + faults,
            as_of: self.as_of,
            managed: true,
            note: match layout.note {
                "" => layout.experimental.then(|| "This layout was written without the vendor's documents.".into()),
                note => Some(note.into()),
            },
            ..ListStatement::new(scope, users, basis, end, u64::from(self.entries))
        }
    }
}
