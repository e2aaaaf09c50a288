//! Where parsers put what they read. Stamps provenance, keeps only what may
//! matter, folds repeated diagnostics.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::fragment::{At, DeviceRecord, Fragment, Lists, Observation, Page, RecordKind, Source, SourceHash, SourceId};
use super::{ArtifactFile, ParserSpec};
use crate::model::{
    App, Code, DeviceFact, Diagnostic, FactKind, Facts, ListStatement, Locator, Platform, Telling, UserFact, UserKind,
};
use crate::signature::SignatureSet;

/// Which observations are kept; the others are only counted.
#[derive(Clone, Copy)]
pub enum Retain<'a> {
    /// Every app (`inventory`).
    All,
    /// Apps that an indicator could name (`scan`).
    Relevant(&'a SignatureSet),
}

/// A device of the fragment under construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(u32);

impl DeviceId {
    /// Its number: devices of one sink count up from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// At most this many diagnostics of one code a call; the rest is counted.
const MOST_OF_A_CODE: u64 = 20;

/// Entries of one device that are kept at the most where only some matter: no
/// phone has a hundred of them, and a file may repeat one without end.
const MOST_APPS: usize = 1 << 14;

/// Collects what one call of a parser says.
pub struct Sink<'a> {
    fragment: Fragment,
    spec: &'static ParserSpec,
    retain: Retain<'a>,
    /// Facts of the device that was told one last; its record has them when
    /// another is told one, or when it is committed.
    telling: (Option<DeviceId>, Telling),
    by_key: HashMap<Box<[u8]>, DeviceId>,
    said: HashMap<Code, u64>,
    /// Devices of which more apps may matter than are kept.
    crowded: BTreeSet<DeviceId>,
}

impl<'a> Sink<'a> {
    /// An empty sink for one call of the parser with this specification.
    pub fn new(spec: &'static ParserSpec, retain: Retain<'a>) -> Self {
        let (by_key, said, crowded) = (HashMap::new(), HashMap::new(), BTreeSet::new());
        let telling = (None, Telling::default());
        Self { fragment: Fragment::default(), spec, retain, telling, by_key, said, crowded }
    }

    /// Registers a file as consulted; everything said later names it by number.
    /// A file that could not be opened is asked for again, to say so.
    pub fn source(&mut self, file: &ArtifactFile) -> SourceId {
        if let Some(last) = self.fragment.sources.last()
            && last.artifact == file.role
            && last.locator == file.locator
        {
            return SourceId(self.fragment.sources.len() as u32 - 1);
        }
        let does_not_prove = self.spec.artifacts.iter().find(|a| a.id == file.role).map_or("", |a| a.does_not_prove);
        self.fragment.sources.push(Source {
            locator: file.locator.clone(),
            artifact: file.role,
            does_not_prove,
            size: file.file.size,
            mtime: file.file.mtime,
            hash: SourceHash::None,
        });
        SourceId(self.fragment.sources.len() as u32 - 1)
    }

    /// The whole file was read; its digest and true size.
    pub fn hashed(&mut self, source: SourceId, sha256: [u8; 32], size: u64) {
        if let Some(row) = self.fragment.sources.get_mut(source.0 as usize) {
            row.hash = SourceHash::File(sha256);
            row.size = Some(size);
        }
    }

    /// Where a source lies.
    pub fn locator(&self, source: SourceId) -> Option<&Locator> {
        self.fragment.sources.get(source.0 as usize).map(|s| &s.locator)
    }

    /// Begins a device. Nothing of it counts before [`Self::commit`].
    pub fn begin(&mut self, platform: Platform, source: Option<SourceId>, at: At) -> DeviceId {
        let record = DeviceRecord {
            record: RecordKind::Device,
            platform,
            locator_source: source,
            at,
            facts: Facts::default(),
            users: Vec::new(),
            apps: Vec::new(),
            lists: Lists::None,
            committed: false,
        };
        self.fragment.devices.push(record);
        DeviceId(self.fragment.devices.len() as u32 - 1)
    }

    /// The device of a row-shaped export, by the raw bytes of its key column;
    /// `true` when this row is its first, so that identity wants to be told.
    pub fn row_device(&mut self, key: &[u8], platform: Platform, source: SourceId, at: At) -> (DeviceId, bool) {
        if let Some(id) = self.by_key.get(key) {
            return (*id, false);
        }
        let id = self.begin(platform, Some(source), at);
        self.by_key.insert(key.into(), id);
        (id, true)
    }

    /// The device of a row-shaped export, if a row told it before.
    pub fn known_row_device(&self, key: &[u8]) -> Option<DeviceId> {
        self.by_key.get(key).copied()
    }

    /// Where the record lies, when it becomes known after [`Self::begin`].
    pub fn set_at(&mut self, device: DeviceId, at: At) {
        self.edit(device, |d| d.at = at);
    }

    /// The record of this device was read to its end.
    pub fn commit(&mut self, device: DeviceId) {
        self.settle();
        self.edit(device, |d| d.committed = true);
    }

    /// Every device begun so far was read to its end.
    pub fn commit_all(&mut self) {
        for device in &mut self.fragment.devices {
            device.committed = true;
        }
    }

    /// Devices begun so far, in order.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> + use<> {
        (0..self.fragment.devices.len() as u32).map(DeviceId)
    }

    /// Changes what a record stands for.
    pub fn set_record(&mut self, device: DeviceId, record: RecordKind) {
        self.edit(device, |d| d.record = record);
    }

    /// Tells the platform when it becomes known after [`Self::begin`].
    pub fn set_platform(&mut self, device: DeviceId, platform: Platform) {
        self.edit(device, |d| d.platform = platform);
    }

    /// Platform told so far.
    pub fn platform(&self, device: DeviceId) -> Platform {
        self.fragment.devices.get(device.0 as usize).map_or(Platform::Unknown, |d| d.platform)
    }

    /// A record of a computer or television box: counted, dropped.
    pub fn out_of_scope(&mut self) {
        self.fragment.out_of_scope += 1;
    }

    /// States a property of the device. Empty values and placeholders are no statement.
    pub fn fact(&mut self, device: DeviceId, kind: FactKind, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        if self.telling.0 != Some(device) {
            self.settle();
            let Some(record) = self.fragment.devices.get(device.index()) else { return };
            self.telling.1.resume(&record.facts);
            self.telling.0 = Some(device);
        }
        self.telling.1.push(DeviceFact { kind, value });
    }

    /// Gives the facts that were told last to their device.
    fn settle(&mut self) {
        if let Some(device) = self.telling.0.take() {
            let facts = self.telling.1.facts();
            self.edit(device, |d| d.facts = facts);
        }
    }

    /// A user or profile exists on the device.
    pub fn user(&mut self, device: DeviceId, id: u32, kind: UserKind) {
        self.edit(device, |d| match d.users.iter_mut().find(|u| u.id == id) {
            Some(user) if user.kind == UserKind::Unknown => user.kind = kind,
            Some(_) => {}
            None => d.users.push(UserFact { id, kind }),
        });
    }

    /// Whether an app of this name could matter, asked before the other columns
    /// of a row are split. Errs on the side of yes.
    pub fn wants_name(&self, name: &str) -> bool {
        match self.retain {
            Retain::All => true,
            Retain::Relevant(set) => set.is_relevant_name(name),
        }
    }

    /// Whether an app of this identifier could matter.
    pub fn wants_identifier(&self, platform: Platform, identifier: &str) -> bool {
        match self.retain {
            Retain::All => true,
            Retain::Relevant(set) => set.is_relevant_identifier(platform, identifier),
        }
    }

    /// One statement about one app. Kept where it may matter.
    pub fn app(&mut self, device: DeviceId, app: App<'_>, source: SourceId, at: At) {
        self.app_of_record(device, app, source, at, None);
    }

    /// The same, with the exact bytes of the record, which are hashed if it is kept.
    pub fn app_of_record(&mut self, device: DeviceId, app: App<'_>, source: SourceId, at: At, record: Option<&[u8]>) {
        let platform = self.platform(device);
        let wanted = self.wants_identifier(platform, &app.identifier)
            || app.name.as_deref().is_some_and(|n| self.wants_name(n))
            || app.store_id.as_deref().is_some_and(|s| self.wants_identifier(platform, s));
        if !wanted {
            return;
        }
        let kept = self.fragment.devices.get(device.0 as usize).map_or(0, |d| d.apps.len());
        if matches!(self.retain, Retain::Relevant(_)) && kept >= MOST_APPS {
            if self.crowded.insert(device) {
                let message = format!("more than {MOST_APPS} entries of one device may matter; the rest was not kept");
                self.note(Code::LimitFindings, Some(source), &at, message);
            }
            return;
        }
        let mut observation = Observation::keep(app, platform, source, at);
        observation.record_sha256 = record.map(|bytes| Sha256::digest(bytes).into());
        self.edit(device, |d| d.apps.push(observation));
    }

    /// A list of apps and how its reading went.
    pub fn list(&mut self, device: DeviceId, source: SourceId, list: ListStatement) {
        self.edit(device, |d| d.lists.push((source, list)));
    }

    /// The file is one page of a list. Its statements end with `End::More`
    /// where it says so; whether the rest is in the run is seen later.
    pub fn page(&mut self, page: Page) {
        self.fragment.pages.push(page);
    }

    /// A message about this source. `message` is for people; say what to do.
    pub fn note(&mut self, code: Code, source: Option<SourceId>, at: &At, message: impl Into<String>) {
        let locator = source.and_then(|s| self.locator(s)).map(|l| at.locator(l));
        self.diagnostic(Diagnostic::new(code, locator, message));
    }

    /// A message with a locator of its own.
    pub fn diagnostic(&mut self, diagnostic: Diagnostic) {
        let said = self.said.entry(diagnostic.code).or_insert(0);
        *said += diagnostic.count;
        if *said <= MOST_OF_A_CODE {
            self.fragment.diagnostics.push(diagnostic);
        } else if let Some(last) = self.fragment.diagnostics.iter_mut().rev().find(|d| d.code == diagnostic.code) {
            last.count += diagnostic.count;
        }
    }

    /// What was said. Devices whose record was not read to its end are left out.
    pub fn finish(mut self) -> Fragment {
        self.settle();
        for device in std::mem::take(&mut self.crowded) {
            self.edit(device, |d| d.lists.iter_mut().for_each(|(_, list)| list.errors += 1));
        }
        self.fragment.devices.retain(|d| d.committed);
        self.fragment.devices.shrink_to_fit();
        self.fragment
    }

    fn edit(&mut self, device: DeviceId, change: impl FnOnce(&mut DeviceRecord)) {
        if let Some(record) = self.fragment.devices.get_mut(device.0 as usize) {
            change(record);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Blob, EvidenceError, File, Member};
    use crate::limits::Leash;

    struct Broken;

    impl Member for Broken {
        fn open(&self, _: &Leash) -> Result<std::sync::Arc<dyn Blob>, EvidenceError> {
            Err(EvidenceError::Damaged("broken".into()))
        }
    }

    #[test]
    fn a_file_that_does_not_open_is_one_source() {
        static SPEC: ParserSpec =
            ParserSpec { id: "t", title: "", platform: Platform::Android, artifacts: &[], claims: &[], sources: &[] };
        let mut sink = Sink::new(&SPEC, Retain::All);
        let file = |name: &str| {
            let file =
                File { path: name.as_bytes().into(), size: None, mtime: None, member: std::sync::Arc::new(Broken) };
            ArtifactFile { role: "r", file, locator: Locator::path(name.as_bytes()) }
        };
        for name in ["a", "b"] {
            assert!(sink.stream(&file(name), &Leash::unbounded()).is_err());
            sink.source(&file(name));
        }
        let fragment = sink.finish();
        let sources: Vec<_> = fragment.sources.iter().map(|s| s.locator.as_str()).collect();
        assert_eq!(sources, ["a", "b"]);
    }

    #[test]
    fn facts_that_are_told_of_two_devices_in_turn_are_of_each_and_once() {
        static SPEC: ParserSpec =
            ParserSpec { id: "t", title: "", platform: Platform::Ios, artifacts: &[], claims: &[], sources: &[] };
        let mut sink = Sink::new(&SPEC, Retain::All);
        let devices = [0, 1].map(|_| sink.begin(Platform::Ios, None, At::Whole));
        for (n, value) in ["A", " B ", "A", "", "C"].into_iter().enumerate() {
            for device in devices {
                sink.fact(device, FactKind::OtherId, value);
            }
            if n == 1 {
                sink.commit(devices[0]);
            }
        }
        sink.fact(devices[1], FactKind::Name, "A");
        sink.commit(devices[1]);
        let fragment = sink.finish();
        let of = |n: usize| fragment.devices[n].facts.iter().map(|f| f.value).collect::<Vec<_>>();
        assert_eq!((of(0), of(1)), (vec!["A", "B", "C"], vec!["A", "B", "C", "A"]));
    }
}
