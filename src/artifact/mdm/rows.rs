//! Flat rows, from CSV or JSON alike: which device a row is about, whether its
//! app matters, and what the lists are worth in the end.
//!
//! Rows of one device need not follow each other. A device costs a record of
//! the sink and some 40 bytes here, whatever its rows.

mod whose;

use std::collections::HashSet;
use std::hash::RandomState;

use self::whose::Said;
use super::app::{Cells, NAMES_NO_APP, app, is_present, state, wanted};
use super::by_guid::ByGuid;
use super::device::{Draft, Pending};
use super::layout::{Layout, Role, RowsOf};
use super::values::{bare, is_guid, is_identifier, is_lost, is_undamaged};
use crate::artifact::{At, RecordKind, Sink, SourceId};
use crate::model::{
    Answer, Basis, Code, End, FactKind, ListScope, ListStatement, Platform, Reason, UserSet, escape_component,
    is_strong_in_namespace,
};

/// One row.
pub(super) trait Row: Cells {
    /// Where it lies.
    fn at(&self) -> At;

    /// Sets what it says of its device.
    fn tell(&self, roles: &[Role], draft: &mut Draft) {
        roles.iter().for_each(|role| _ = draft.set(*role, &self.text(*role)));
    }

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

    /// The device of the row before, where the same cells of a device in another
    /// row say nothing new: it has told who it is. `None`: look at each row.
    pub(super) fn told_device(&self) -> Option<u32> {
        let told = |n: &usize| self.slots.get(*n).is_some_and(|slot| slot.told);
        let device = self.last.filter(|_| self.of == RowsOf::Apps && !self.last_key.is_empty()).filter(told);
        device.and_then(|n| u32::try_from(n).ok())
    }

    /// Devices so far.
    pub(super) fn devices(&self) -> usize {
        self.slots.len()
    }

    /// Rows of a device may contradict each other: those of others in between
    /// change what comes next.
    pub(super) fn watches(&self) -> bool {
        self.watch
    }

    /// Counts sound rows of a device that [`Self::told_device`] was, whose names
    /// [`Self::passes`].
    pub(super) fn add(&mut self, device: u32, rows: u32) {
        self.rows += u64::from(rows);
        if let Some(slot) = self.slots.get_mut(device as usize) {
            slot.list.entries = slot.list.entries.saturating_add(rows);
        }
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
    pub(super) fn finish(self, end: End) {
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
