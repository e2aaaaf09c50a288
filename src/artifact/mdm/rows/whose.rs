//! Whose a row is: its device, found by its key, and whether the rows of one
//! device agree on who it is.

use std::hash::BuildHasher as _;

use super::super::by_guid::OUTSIDE;
use super::super::device::{Draft, Pending};
use super::super::layout::{Role, RowsOf};
use super::super::values::{guid, mdm_id};
use super::{Row, RowSink, Slot, WATCHED, names_device};
use crate::artifact::DeviceId;
use crate::model::{Code, Enrollment, FactKind, Ownership, Platform};
/// What the rows of a device said of it, as far as they must agree.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// The values of the row before; 0: there was none.
    before: u64,
    ownership: Ownership,
    enrollment: Enrollment,
    /// 0: not told.
    serial: u64,
    udid: u64,
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

/// What a row says of its device.
fn said_by(row: &dyn Row) -> Draft {
    let mut draft = Draft::default();
    row.tell(IDENTITY, &mut draft);
    draft
}

impl RowSink<'_, '_> {
    /// The device of a row; `None`: a computer.
    #[inline]
    pub(super) fn device(&mut self, key: &[u8], row: &dyn Row, sound: bool) -> Option<usize> {
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
        let mut draft = None;
        let n = match known.filter(|n| *n != OUTSIDE) {
            Some(n) => n as usize,
            None => {
                let is_outside = sound
                    && match (guid, known) {
                        (Some(_), None) => draft.insert(said_by(row)).platform(self.layout).0 == Platform::OutOfScope,
                        // A computer has many rows.
                        _ => self.is_outside(row),
                    };
                if is_outside {
                    self.outside(guid);
                    return None;
                }
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
            self.tell(n, key, row, draft.unwrap_or_else(|| said_by(row)));
        }
        Some(n)
    }

    /// The row is about a computer, whose key is in the scratch if it is no GUID:
    /// a computer of many rows is one record.
    fn outside(&mut self, guid: Option<[u8; 16]>) {
        let new = match guid {
            Some(guid) => self.by_guid.insert(guid, OUTSIDE),
            None => self.outside.insert(self.hasher.hash_one(&self.scratch)),
        };
        if new {
            self.sink.out_of_scope();
        }
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
    pub(super) fn is_outside(&mut self, row: &dyn Row) -> bool {
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
    pub(super) fn open(&mut self, device: DeviceId, platform: Platform) -> usize {
        let list = Pending { device, cover: None, entries: 0, errors: 0, as_of: None, all: 0, listed: true };
        self.slots.push(Slot { list, platform, told: false });
        if self.watch {
            self.said.push(Said::default());
        }
        self.slots.len() - 1
    }

    /// The first sound row of a device tells its identity.
    fn tell(&mut self, n: usize, key: &[u8], row: &dyn Row, mut draft: Draft) {
        let Some(slot) = self.slots.get_mut(n) else { return };
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
}
