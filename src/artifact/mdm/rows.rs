//! Flat rows, from CSV or JSON alike: which device a row is about, whether its
//! app matters, and what the lists are worth in the end.
//!
//! Rows of one device need not follow each other. A device costs a record of
//! the sink and some 40 bytes here, whatever its rows.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use super::app::{Cells, NAMES_NO_APP, app, is_present, state, wanted};
use super::by_guid::{ByGuid, OUTSIDE};
use super::device::{Draft, Pending};
use super::layout::{Layout, Role, RowsOf};
use super::values::{bare, guid, is_guid, is_identifier, is_lost, is_undamaged, mdm_id};
use crate::artifact::{At, DeviceId, RecordKind, Sink, SourceId};
use crate::model::{
    Answer, Basis, Code, End, Enrollment, FactKind, ListScope, ListStatement, Ownership, Platform, Reason, UserSet,
    escape_component, is_strong_in_namespace,
};

/// One row.
pub(super) trait Row: Cells {
    /// Where it lies.
    fn at(&self) -> At;

    /// Its exact bytes in the source, if they can be told.
    fn with_bytes(&self, use_them: &mut dyn FnMut(Option<&[u8]>));
}

/// A device of this file.
#[derive(Debug, Clone, Copy)]
struct Slot {
    list: Pending,
    platform: Platform,
    /// A sound row told its identity.
    told: bool,
}

/// What the rows of a device said of it, as far as they must agree.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    /// The values of the row before; 0: there was none.
    before: u64,
    ownership: Ownership,
    enrollment: Enrollment,
    /// 0: not told.
    serial: u64,
    udid: u64,
}

/// Roles in which the rows of one device must agree.
pub(super) const WATCHED: &[Role] = &[
    Role::Ownership,
    Role::Enrollment,
    Role::Supervised,
    Role::InventoryTime,
    Role::LastSeen,
    Role::Serial,
    Role::Udid,
];

/// Takes rows and tells the sink.
pub(super) struct RowSink<'s, 'a> {
    layout: &'static Layout,
    of: RowsOf,
    sink: &'s mut Sink<'a>,
    source: SourceId,
    slots: Vec<Slot>,
    /// What the rows of each slot said, where they are watched.
    said: Vec<Said>,
    /// Devices the sink held before.
    base: usize,
    last_key: Vec<u8>,
    last: Option<usize>,
    scratch: Vec<u8>,
    /// Devices whose key is a GUID: there may be a hundred thousand, met in any
    /// order.
    by_guid: ByGuid,
    outside: HashSet<u64>,
    hasher: RandomState,
    /// Platform columns of the row before, and whether they name a computer.
    judged: (String, String, bool),
    faults: u64,
    rows: u64,
    /// Keys of rows are ids of their devices in the system.
    by_id: bool,
    /// Rows may name apps that are not there.
    states: bool,
    /// Rows tell something that must agree in all rows of a device.
    watch: bool,
}

/// A key that no two devices share, and no more than names do.
fn names_device(key: &[u8]) -> bool {
    // Keys of other kinds bear two bytes before them.
    let id = if key.first() == Some(&0) { key.get(2..).unwrap_or_default() } else { key };
    is_strong_in_namespace(bare(&String::from_utf8_lossy(id)))
}

/// Roles that a device's first row tells.
const IDENTITY: &[Role] = &[
    Role::DeviceName,
    Role::Serial,
    Role::Udid,
    Role::EnrollmentId,
    Role::Imei,
    Role::OtherId,
    Role::User,
    Role::UserMore,
    Role::Model,
    Role::ModelMore,
    Role::OsVersion,
    Role::Platform,
    Role::PlatformHint,
    Role::Ownership,
    Role::Enrollment,
    Role::Supervised,
    Role::LastSeen,
    Role::InventoryTime,
];

impl<'s, 'a> RowSink<'s, 'a> {
    pub(super) fn new(layout: &'static Layout, of: RowsOf, sink: &'s mut Sink<'a>, source: SourceId) -> Self {
        Self {
            layout,
            of,
            source,
            slots: Vec::new(),
            said: Vec::new(),
            base: sink.devices().count(),
            last_key: Vec::new(),
            last: None,
            scratch: Vec::new(),
            by_guid: ByGuid::default(),
            outside: HashSet::new(),
            hasher: RandomState::new(),
            judged: (String::new(), String::new(), false),
            faults: 0,
            rows: 0,
            by_id: layout.rows().is_none_or(|r| r.key == [Role::DeviceId]),
            states: !layout.states.is_empty() || !is_present(layout.state),
            watch: of == RowsOf::Apps,
            sink,
        }
    }

    /// How many rows were taken.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// No row tells any of [`WATCHED`].
    pub(super) fn watch_nothing(&mut self) {
        self.watch = false;
    }

    /// The sink underneath.
    pub(super) fn sink(&mut self) -> &mut Sink<'a> {
        self.sink
    }

    /// A row that could not be read as what it should be.
    pub(super) fn fault(&mut self, at: &At, message: &str) {
        self.faults += 1;
        self.sink.note(Code::MalformedRecord, Some(self.source), at, message);
    }

    /// Another message about this file.
    pub(super) fn note(&mut self, code: Code, at: &At, message: &str) {
        self.sink.note(code, Some(self.source), at, message);
    }

    /// A row. `sound`: it has the shape of the header; else it counts only for
    /// presence, and only on a device whose id cannot be a shifted value.
    pub(super) fn take(&mut self, key: &[u8], name: &str, row: &dyn Row, sound: bool) {
        self.rows += 1;
        if !sound && !is_guid(key) {
            return;
        }
        match self.of {
            RowsOf::Aggregate => self.aggregate(name, row),
            RowsOf::Devices if !sound => {}
            RowsOf::Devices => {
                self.device(key, row, sound);
            }
            RowsOf::Apps => {
                if let Some(n) = self.device(key, row, sound)
                    && self.app(n, name, row, sound)
                    && !names_device(key)
                {
                    let message = "an app that matters is on a device that its row does not name";
                    self.fault(&row.at(), message);
                }
            }
        }
    }

    /// Whether rows with this name need no second look: it is no name that any
    /// signature could mean, and nothing but the name tells what the app is.
    pub(super) fn passes(&self, name: &str) -> bool {
        self.of == RowsOf::Apps
            && !self.states
            && !self.layout.doubts_ids
            && !name.is_empty()
            && !name.contains('.')
            && !is_lost(name)
            && !self.matters(name)
    }

    /// A signature could mean an app of this name.
    pub(super) fn matters(&self, name: &str) -> bool {
        wanted(self.sink, Platform::Unknown, name, || ("".into(), "".into())).is_some()
    }

    /// A row whose name [`Self::passes`], in an export without identifiers.
    #[inline]
    pub(super) fn pass(&mut self, key: &[u8], row: &dyn Row, sound: bool) {
        self.rows += 1;
        if !sound && !is_guid(key) {
            return;
        }
        if let Some(slot) = self.device(key, row, sound).and_then(|n| self.slots.get_mut(n)) {
            slot.list.entries = slot.list.entries.saturating_add(1);
        }
    }

    /// Counts a sound row whose name [`Self::passes`], if nothing else of it can
    /// matter. `key`: `None` where all it says of its device is, byte for byte,
    /// what the row before said, which was sound.
    #[inline]
    pub(super) fn counts(&mut self, key: Option<&[u8]>) -> bool {
        let counted = self.of == RowsOf::Apps
            && match key {
                None => self.counts_again(),
                // Another device's row may contradict what it told before.
                Some(key) => !self.watch && self.counts_known(key),
            };
        self.rows += u64::from(counted);
        counted
    }

    fn counts_again(&mut self) -> bool {
        let slot = self.last.filter(|_| !self.last_key.is_empty()).and_then(|n| self.slots.get_mut(n));
        slot.map(|slot| slot.list.entries = slot.list.entries.saturating_add(1)).is_some()
    }

    /// The row is of a device that has told who it is.
    fn counts_known(&mut self, key: &[u8]) -> bool {
        let Some(n) = guid(key).and_then(|guid| self.by_guid.count(guid)) else { return false };
        self.last_key.clear();
        self.last_key.extend_from_slice(key);
        self.last = Some(n);
        true
    }

    /// An app of a device; whether it may matter.
    #[inline]
    fn app(&mut self, n: usize, name: &str, row: &dyn Row, sound: bool) -> bool {
        let Some(Slot { list, platform, .. }) = self.slots.get_mut(n) else { return false };
        let platform = *platform;
        if !self.states || is_present(state(self.layout, &row.text(Role::State))) {
            list.entries = list.entries.saturating_add(1);
        }
        if self.layout.doubts_ids && !is_identifier(&row.text(Role::AppId)) {
            list.errors = list.errors.saturating_add(1);
            self.sink.note(Code::MalformedRecord, Some(self.source), &row.at(), NAMES_NO_APP);
        }
        let ids = || (row.text(Role::AppId), row.text(Role::AppIdMaybe));
        let Some(identifier) = wanted(self.sink, platform, name, ids) else {
            let id = row.text(Role::AppId);
            let told = if id.is_empty() { !name.is_empty() && !is_lost(name) } else { is_undamaged(&id) };
            if !self.layout.doubts_ids && !told {
                list.errors = list.errors.saturating_add(1);
                self.sink.note(Code::MalformedRecord, Some(self.source), &row.at(), NAMES_NO_APP);
            }
            return false;
        };
        let app = app(self.layout, row, identifier, sound);
        let (device, source, sink) = (list.device, self.source, &mut *self.sink);
        let mut app = Some(app);
        row.with_bytes(&mut |bytes| {
            if let Some(app) = app.take() {
                sink.app_of_record(device, app, source, row.at(), bytes);
            }
        });
        true
    }

    /// The device of a row; `None`: a computer.
    #[inline]
    fn device(&mut self, key: &[u8], row: &dyn Row, sound: bool) -> Option<usize> {
        // Rows without an id may be of several devices.
        let same = self.last.is_some() && !key.is_empty() && self.last_key == key && self.of != RowsOf::Devices;
        if !same {
            self.last_key.clear();
            self.last_key.extend_from_slice(key);
            self.last = self.other_device(key, row, sound);
        }
        if let Some(n) = self.last.filter(|_| self.watch && sound) {
            self.compare(n, row);
        }
        self.last
    }

    /// Rows of one device say the same of it, or nobody knows whose apps these
    /// are. Of several times the oldest counts.
    fn compare(&mut self, n: usize, row: &dyn Row) {
        self.scratch.clear();
        for role in WATCHED {
            self.scratch.extend_from_slice(row.text(*role).as_bytes());
            self.scratch.push(0);
        }
        let before = self.hasher.hash_one(&self.scratch).max(1);
        let Some(said) = self.said.get_mut(n).filter(|s| s.before != before) else { return };
        let Some(slot) = self.slots.get_mut(n) else { return };
        let mut draft = Draft::default();
        for role in WATCHED.iter().chain(&[Role::Platform, Role::PlatformHint]) {
            draft.set(*role, &row.text(*role));
        }
        if let Some(adjust) = self.layout.adjust {
            adjust(&mut draft);
        }
        let id = |role| match draft.get(role) {
            "" => 0,
            value => self.hasher.hash_one(value).max(1),
        };
        let ownership = draft.ownership(self.layout);
        let enrollment = draft.platform(self.layout).1;
        let (serial, udid) = (id(Role::Serial), id(Role::Udid));
        let first = std::mem::replace(&mut said.before, before) == 0;
        let other = |told: u64, now: u64| told != 0 && now != 0 && told != now;
        let contradict = !draft.get(Role::Ownership).is_empty() && ownership != said.ownership
            || enrollment != Enrollment::Unknown && enrollment != said.enrollment
            || other(said.serial, serial)
            || other(said.udid, udid);
        if first {
            *said = Said { before, ownership, enrollment, serial, udid };
        } else if contradict {
            slot.list.errors = slot.list.errors.saturating_add(1);
            let message = "rows of one device contradict each other: who owns it, or which device it is";
            self.sink.note(Code::MalformedRecord, Some(self.source), &row.at(), message);
        } else if let (Some(known), Some(told)) = (slot.list.as_of, draft.as_of()) {
            slot.list.as_of = Some(known.min(told));
        }
    }

    fn other_device(&mut self, key: &[u8], row: &dyn Row, sound: bool) -> Option<usize> {
        let guid = guid(key);
        let known = match guid {
            Some(guid) => self.by_guid.number(guid),
            None => self.known(key, row),
        };
        let n = match known.filter(|n| *n != OUTSIDE) {
            Some(n) => n as usize,
            None if sound && self.is_outside(row) => {
                // A computer of many rows is one record.
                let new = match guid {
                    Some(guid) => self.by_guid.insert(guid, OUTSIDE),
                    None => self.outside.insert(self.hasher.hash_one(&self.scratch)),
                };
                if new {
                    self.sink.out_of_scope();
                }
                return None;
            }
            None => {
                let n = self.new_device(guid, key, row, sound);
                let outside = match guid {
                    Some(_) => known == Some(OUTSIDE),
                    None => self.outside.contains(&self.hasher.hash_one(&self.scratch)),
                };
                if outside || !names_device(key) {
                    // Rows of several devices may be among these, or some of its rows were not read.
                    self.slots[n].list.errors = 1;
                }
                n
            }
        };
        // A report of devices may hold a device twice; the rows may contradict
        // each other, which `inventory` sees only if each of them speaks.
        if sound && (self.of == RowsOf::Devices || self.slots.get(n).is_some_and(|s| !s.told)) {
            self.tell(n, key, row);
            guid.into_iter().for_each(|guid| self.by_guid.told(guid));
        }
        Some(n)
    }

    /// The number of a device whose key is no GUID, if a row told it before.
    fn known(&mut self, key: &[u8], row: &dyn Row) -> Option<u32> {
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.source.0.to_le_bytes());
        if key.is_empty() {
            // A row without device id: kept apart by name, joined with nothing.
            self.scratch.push(0);
            self.scratch.extend_from_slice(row.text(Role::DeviceName).as_bytes());
        } else {
            self.scratch.extend_from_slice(key);
        }
        let n = self.sink.known_row_device(&self.scratch)?.index().checked_sub(self.base)?;
        u32::try_from(n).ok()
    }

    fn new_device(&mut self, guid: Option<[u8; 16]>, key: &[u8], row: &dyn Row, sound: bool) -> usize {
        let platform = self.layout.platform;
        let device = match guid {
            Some(_) => self.sink.begin(platform, Some(self.source), row.at()),
            None => self.sink.row_device(&self.scratch, platform, self.source, row.at()).0,
        };
        if !sound && self.by_id {
            // Only the id is certain; the rest waits for a sound row.
            let id = mdm_id(self.layout.system, "-", &String::from_utf8_lossy(key));
            self.sink.fact(device, FactKind::MdmId, &id);
        }
        let n = self.open(device, platform);
        if let (Some(guid), Ok(n)) = (guid, u32::try_from(n)) {
            self.by_guid.insert(guid, n);
        }
        n
    }

    /// Whether the row is about a computer.
    fn is_outside(&mut self, row: &dyn Row) -> bool {
        let (platform, hint) = (row.text(Role::Platform), row.text(Role::PlatformHint));
        if self.judged.0 != platform || self.judged.1 != hint {
            let mut draft = Draft::default();
            draft.set(Role::Platform, &platform);
            draft.set(Role::PlatformHint, &hint);
            let outside = draft.platform(self.layout).0 == Platform::OutOfScope;
            self.judged = (platform.into_owned(), hint.into_owned(), outside);
        }
        self.judged.2
    }

    /// A place for what is counted of a device; its number.
    fn open(&mut self, device: DeviceId, platform: Platform) -> usize {
        let list = Pending { device, cover: None, entries: 0, errors: 0, as_of: None, all: 0, listed: true };
        self.slots.push(Slot { list, platform, told: false });
        if self.watch {
            self.said.push(Said::default());
        }
        self.slots.len() - 1
    }

    /// The first sound row of a device tells its identity.
    fn tell(&mut self, n: usize, key: &[u8], row: &dyn Row) {
        let Some(slot) = self.slots.get_mut(n) else { return };
        let mut draft = Draft::default();
        for role in IDENTITY {
            draft.set(*role, &row.text(*role));
        }
        match self.by_id {
            true => draft.set(Role::DeviceId, &String::from_utf8_lossy(key)),
            false => draft.set(Role::DeviceId, &row.text(Role::DeviceId)),
        };
        if let Some(adjust) = self.layout.adjust {
            adjust(&mut draft);
        }
        let (platform, enrollment) = draft.platform(self.layout);
        self.sink.set_platform(slot.list.device, platform);
        draft.tell(self.layout, enrollment, self.sink, slot.list.device);
        slot.told = true;
        slot.platform = platform;
        slot.list.cover = self.layout.cover(platform, enrollment);
        slot.list.as_of = draft.as_of();
    }

    /// An app on a number of unnamed devices: one record a platform.
    fn aggregate(&mut self, name: &str, row: &dyn Row) {
        if self.is_outside(row) {
            return self.sink.out_of_scope();
        }
        let mut draft = Draft::default();
        draft.set(Role::Platform, &row.text(Role::Platform));
        draft.set(Role::PlatformHint, &row.text(Role::PlatformHint));
        let (platform, _) = draft.platform(self.layout);
        let key = [&self.source.0.to_le_bytes(), b"\0aggregate:".as_slice(), platform.as_str().as_bytes()].concat();
        let n = match self.sink.known_row_device(&key) {
            Some(device) => device.index().saturating_sub(self.base),
            None => {
                let (device, _) = self.sink.row_device(&key, platform, self.source, At::Whole);
                self.sink.set_record(device, RecordKind::Aggregate);
                self.sink.fact(device, FactKind::Name, self.layout.spec.title);
                self.open(device, platform)
            }
        };
        self.app(n, name, row, true);
        let ids = || (row.text(Role::AppId), row.text(Role::AppIdMaybe));
        if wanted(self.sink, platform, name, ids).is_some() {
            let count = row.text(Role::DeviceCount);
            let message = format!(
                "{} {}: on {} device(s) ({platform}), the export does not say which",
                escape_component(name.as_bytes()),
                escape_component(row.text(Role::Version).as_bytes()),
                if count.is_empty() { "an unknown number of".into() } else { escape_component(count.as_bytes()) },
            );
            self.sink.note(Code::AggregateOnly, Some(self.source), &row.at(), message);
        }
    }

    /// The file was read to its end, or as far as it goes.
    pub(super) fn finish(mut self, end: End) {
        for (n, rows) in std::mem::take(&mut self.by_guid).into_counts() {
            if let Some(slot) = self.slots.get_mut(n) {
                slot.list.entries = slot.list.entries.saturating_add(rows);
            }
        }
        for Slot { list, .. } in &self.slots {
            match self.of {
                RowsOf::Apps => {
                    let statement = list.statement(self.layout, end, self.faults);
                    self.sink.list(list.device, self.source, statement);
                }
                RowsOf::Aggregate => {
                    let basis = Basis::Always(Answer::Partial(Reason("aggregate")));
                    let entries = u64::from(list.entries);
                    let list_of = ListStatement::new(ListScope::AllApps, UserSet::All, basis, end, entries);
                    self.sink.list(list.device, self.source, ListStatement { managed: true, ..list_of });
                }
                RowsOf::Devices => {}
            }
            self.sink.commit(list.device);
        }
    }
}
