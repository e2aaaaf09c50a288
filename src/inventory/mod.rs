//! Merges what the parsers said into devices, and concludes what their lists cover.
//!
//! Fragments may be absorbed in any order and more than once: the outcome
//! depends on the set of (item, part) pairs alone. Imports `artifact`,
//! `evidence`, `signature`, `format`, `limits`, `model`.

mod coverage;
mod identity;
pub mod joining;
mod merge;
mod pages;
mod rows;

use std::collections::BTreeMap;

pub use coverage::{
    CONTESTED, Completeness, CoverageEntry, CoverageOptions, HOLDS_FOR_CORPORATE, HOLDS_FOR_FULLY_MANAGED, resolve,
};
pub use identity::{Identity, StrongId, is_strong_serial, luhn_valid, strong_id};
pub use merge::Doubt;
use rows::{Row, Rows};

use crate::artifact::{DeviceRecord, Fragment, Lists, Observation, RecordKind, Source, SourceId};
use crate::model::{Code, Diagnostic, FactKind, Facts, Locator, Platform, Timestamp, UserFact};

/// Which evidence item a fragment belongs to, and which of its parses it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId {
    /// Number of the item in the order the evidence was given.
    pub item: u32,
    /// Number of the parse within the item.
    pub part: u32,
}

/// Everything said so far.
#[derive(Debug, Default)]
pub struct Inventory {
    parts: BTreeMap<PartId, Part>,
}

#[derive(Debug)]
struct Part {
    root: Option<(Locator, Platform)>,
    fragment: Fragment,
}

/// One device, every statement about it gathered.
#[derive(Debug, Clone)]
pub struct Device {
    /// Unique and stable name in the report.
    pub key: String,
    /// What the record stands for.
    pub record: RecordKind,
    /// Platform.
    pub platform: Platform,
    /// Who it is.
    pub identity: Identity,
    /// Users and profiles that any artifact names, by number.
    pub users: Vec<UserFact>,
    /// Apps that may matter; sources are numbers of [`Devices::sources`].
    pub apps: Vec<Observation>,
    /// Every list of apps, concluded.
    pub coverage: Vec<CoverageEntry>,
    /// Items that speak of it.
    pub items: Vec<u32>,
    /// Messages about the merging of this device.
    pub diagnostics: Vec<Diagnostic>,
}

impl Inventory {
    /// Takes in what one parse said. `root` names the device root that all
    /// parts of an item share, so that they speak of one device; `None` for
    /// exports, whose records each stand for a device of their own.
    pub fn absorb(&mut self, id: PartId, root: Option<(Locator, Platform)>, fragment: Fragment) {
        self.parts.insert(id, Part { root, fragment });
    }

    /// Records of computers and television boxes.
    pub fn out_of_scope(&self) -> u64 {
        self.parts.values().map(|p| p.fragment.out_of_scope).sum()
    }

    /// The same by item.
    pub fn out_of_scope_of_items(&self) -> BTreeMap<u32, u64> {
        let mut out = BTreeMap::new();
        for (id, part) in self.parts.iter().filter(|(_, p)| p.fragment.out_of_scope > 0) {
            *out.entry(id.item).or_default() += part.fragment.out_of_scope;
        }
        out
    }

    /// Joins pages of one list that stand in several files: a list whose rest
    /// is in the run is whole. Returns what must be said of the others, each
    /// with its item. Call it when everything was absorbed.
    pub fn join_pages(&mut self) -> Vec<(u32, Diagnostic)> {
        pages::join(&mut self.parts)
    }

    /// Gathers records of one device. Devices are then made one at a time.
    pub fn into_devices(self, options: CoverageOptions) -> Devices {
        let mut sources = Vec::new();
        let mut source_items = Vec::new();
        let mut rows = Rows::default();
        let mut diagnostics = Vec::new();
        for (id, part) in self.parts {
            let first = sources.len() as u32;
            source_items.extend(std::iter::repeat_n(id.item, part.fragment.sources.len()));
            sources.extend(part.fragment.sources);
            diagnostics.extend(part.fragment.diagnostics.into_iter().map(|d| (id.item, d)));
            let mut devices = part.fragment.devices;
            if let (true, Some((_, platform))) = (devices.is_empty(), &part.root) {
                devices = vec![bare_record(*platform)];
            }
            devices.iter_mut().for_each(|record| renumber(record, first));
            rows.push(id.item, part.root.map(|(locator, _)| locator), devices);
        }
        let (groups, conflicts) = merge::group(&rows, &sources);
        diagnostics.extend(conflicts);
        Devices { sources, source_items, rows, groups, options, diagnostics }
    }
}

/// A device root of which nothing could be read is still a device.
fn bare_record(platform: Platform) -> DeviceRecord {
    DeviceRecord {
        record: RecordKind::Device,
        platform,
        locator_source: None,
        at: crate::artifact::At::Whole,
        facts: Facts::default(),
        users: Vec::new(),
        apps: Vec::new(),
        lists: Lists::None,
        committed: true,
    }
}

fn renumber(record: &mut DeviceRecord, first: u32) {
    if let Some(source) = &mut record.locator_source {
        source.0 += first;
    }
    for app in &mut record.apps {
        app.source.0 += first;
    }
    for (source, _) in record.lists.iter_mut() {
        source.0 += first;
    }
}

/// Every device of the run, compact; made into [`Device`]s one at a time.
#[derive(Debug)]
pub struct Devices {
    /// Every consulted file.
    pub sources: Vec<Source>,
    /// The item of each source.
    pub source_items: Vec<u32>,
    /// Messages with the item they belong to.
    pub diagnostics: Vec<(u32, Diagnostic)>,
    rows: Rows,
    groups: Vec<merge::Group>,
    options: CoverageOptions,
}

/// What is left of [`Devices`] once every device was made.
#[derive(Debug)]
pub struct Rest {
    /// Keys in the order of the report, each with the items that speak of it.
    pub keys: Vec<(String, Vec<u32>)>,
    /// Every consulted file.
    pub sources: Vec<Source>,
    /// The item of each source.
    pub source_items: Vec<u32>,
    /// Messages with the item they belong to.
    pub diagnostics: Vec<(u32, Diagnostic)>,
}

impl Devices {
    /// How many.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The consulted file with this number.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// What is wanted when every device was made. The records, which are most of
    /// the memory of a run, are gone before any key moves.
    pub fn into_rest(mut self) -> Rest {
        self.rows.forget_records();
        let items_of = |rows: &[u32]| merge::distinct(rows.iter().filter_map(|number| self.rows.item(*number)));
        let keys = self.groups.into_iter().map(|group| (group.key.into_string(), items_of(group.rows.as_slice())));
        let (sources, source_items, diagnostics) = (self.sources, self.source_items, self.diagnostics);
        Rest { keys: keys.collect(), sources, source_items, diagnostics }
    }

    /// Devices in the order of their keys, each made when it is asked for.
    pub fn iter(&self) -> impl Iterator<Item = Device> {
        self.groups.iter().map(|group| self.device(group))
    }

    fn device(&self, group: &merge::Group) -> Device {
        let rows = group.rows.as_slice().iter().filter_map(|number| self.rows.get(*number));
        let mut device = merge::device(group, rows.clone());
        for row in rows.clone() {
            for (source, list) in row.record.lists.iter() {
                let time = list.as_of.or_else(|| self.last_contact(*source, rows.clone()).filter(|_| list.managed));
                let mut entry = resolve(*source, list, time, &device.identity, &self.options);
                entry.doubt(group.doubt);
                if let Some(time) = coverage::future_time(time, &self.options) {
                    let locator = self.source(*source).map(|s| s.locator.clone());
                    let message = format!("the list bears the time {time}, which is after the run; it was not used");
                    device.diagnostics.push(Diagnostic::new(Code::FutureTime, locator, message));
                }
                device.coverage.push(entry);
            }
        }
        device.coverage.sort_by(|a, b| (a.scope, &a.users, a.source).cmp(&(b.scope, &b.users, b.source)));
        for entry in coverage::implausible(&device) {
            let locator = self.source(entry.source).map(|s| s.locator.clone());
            let message = format!(
                "a list that reads as complete names {} packages, fewer than any Android system has on its own",
                entry.entries
            );
            device.diagnostics.push(Diagnostic::new(Code::ImplausibleList, locator, message));
        }
        for user in coverage::users_without_list(&device) {
            let message = format!("user {user} exists, and no app list speaks for it");
            device.diagnostics.push(Diagnostic::new(Code::UserWithoutList, None, message));
        }
        device
    }

    /// The last contact of a device as of which a list without a time of its own
    /// speaks. Exports that lie together were made together; a newer report of
    /// devices makes no older list newer, so of several times the oldest counts.
    fn last_contact<'a>(&self, list: SourceId, rows: impl Iterator<Item = Row<'a>>) -> Option<Timestamp> {
        let folder = |id: SourceId| {
            let path = self.source(id)?.locator.as_str();
            Some(path.rsplit_once('/').map_or("", |(folder, _)| folder))
        };
        let home = folder(list);
        let (mut near, mut any): (Option<Timestamp>, Option<Timestamp>) = (None, None);
        let oldest = |known: Option<Timestamp>, told: Timestamp| Some(known.map_or(told, |known| known.min(told)));
        for row in rows {
            let seen = row.record.facts.iter().filter(|f| f.kind == FactKind::LastSeen);
            for time in seen.filter_map(|f| Timestamp::parse(f.value)) {
                any = oldest(any, time);
                if home.is_some() && row.record.locator_source.and_then(folder) == home {
                    near = oldest(near, time);
                }
            }
        }
        near.or(any)
    }
}

#[cfg(test)]
mod tests;
