//! `Info.plist`: the device, the apps installed when the backup began, and
//! what the store says of those that came from it.

use std::collections::BTreeMap;
use std::io;

use super::Reading;
use crate::artifact::ios::{LONGEST_ID, MOST_APPS, code_of, is_bundle_id};
use crate::artifact::{ArtifactFile, At, Sink, SourceId};
use crate::format::plist::{Plist, PlistError, Value};
use crate::limits::Leash;
use crate::model::{
    Answer, App, Basis, Code, End, FactKind, ListScope, ListStatement, Reason, State, Timestamp, UserSet,
};

/// The largest store record that is read; real ones have 2 KB.
const MOST_METADATA: usize = 4 << 20;

/// What the store's record beside an app says.
#[derive(Debug, Default, PartialEq)]
pub(in crate::artifact::ios) struct Metadata {
    pub(in crate::artifact::ios) bundle_id: Option<String>,
    pub(in crate::artifact::ios) name: Option<String>,
    pub(in crate::artifact::ios) publisher: Option<String>,
    pub(in crate::artifact::ios) version: Option<String>,
    pub(in crate::artifact::ios) build: Option<String>,
    pub(in crate::artifact::ios) store_id: Option<String>,
}

impl Metadata {
    /// Reads the keys of an open dictionary to its end.
    pub(in crate::artifact::ios) fn read(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        while let Some(key) = plist.key()? {
            let field = match key.as_str() {
                "softwareVersionBundleId" => &mut self.bundle_id,
                "itemName" => &mut self.name,
                "artistName" => &mut self.publisher,
                "bundleShortVersionString" => &mut self.version,
                "bundleVersion" => &mut self.build,
                "itemId" => &mut self.store_id,
                _ => {
                    plist.skip()?;
                    continue;
                }
            };
            *field = plist.text()?.filter(|text| !text.is_empty());
        }
        Ok(())
    }

    /// Reads a store record that is a property list of its own.
    pub(in crate::artifact::ios) fn read_file(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        plist.root()?;
        self.read(plist)?;
        plist.finish()
    }

    /// The statement about the app.
    pub(in crate::artifact::ios) fn app<'a>(&'a self, identifier: &'a str, state: State) -> App<'a> {
        let text = |field: &'a Option<String>| field.as_deref().map(Into::into);
        App {
            identifier: identifier.into(),
            name: text(&self.name),
            publisher: text(&self.publisher),
            version: text(&self.version).or(text(&self.build)),
            store_id: text(&self.store_id),
            state,
            ..App::default()
        }
    }
}

/// How the list of installed applications was met.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum List {
    /// Not at all.
    #[default]
    Missing,
    /// Begun; the reading ended inside it.
    Open,
    /// Read to its end.
    Closed,
    /// A dictionary in its place, read to its end.
    Dictionary,
}

#[derive(Debug, Default)]
struct Entry {
    /// Place in the list of installed applications.
    listed: Option<usize>,
    /// The `Applications` dictionary names it.
    described: bool,
    metadata: Metadata,
}

#[derive(Default)]
struct Info {
    apps: BTreeMap<String, Entry>,
    list: List,
    /// The `Applications` dictionary was met.
    dictionary: bool,
    errors: u64,
    date: Option<Timestamp>,
    facts: Vec<(FactKind, String)>,
    display_name: Option<String>,
    /// Any key that a backup's list has.
    ours: bool,
}

pub(super) fn read(reading: &mut Reading<'_>, file: &ArtifactFile, sink: &mut Sink<'_>) {
    let leash = reading.leash;
    let mut stream = match sink.stream(file, leash) {
        Ok(stream) => stream,
        Err(error) => return super::status::unopened(reading, file, &error, sink, Code::UnreadableFile),
    };
    let source = stream.source();
    let mut info = Info::default();
    let end = Plist::open(&mut stream, leash).and_then(|mut plist| info.read(&mut plist, leash));
    // A failure to hash is a failure to read, which `end` has told already.
    let _ = sink.close(stream);
    info.state(reading, end, source, sink);
}

impl Info {
    fn read(&mut self, plist: &mut Plist<'_>, leash: &Leash) -> Result<(), PlistError> {
        plist.root()?;
        while let Some(key) = plist.key()? {
            let kind = match key.as_str() {
                "Applications" => {
                    self.dictionary = true;
                    self.applications(plist, leash)?;
                    continue;
                }
                "Installed Applications" => {
                    self.installed(plist)?;
                    continue;
                }
                "Last Backup Date" => {
                    self.date = plist.date()?;
                    self.ours = true;
                    continue;
                }
                "Display Name" => {
                    self.display_name = plist.text()?;
                    continue;
                }
                "Device Name" => FactKind::Name,
                "Serial Number" => FactKind::Serial,
                "Unique Identifier" | "Target Identifier" => FactKind::Udid,
                "IMEI" | "IMEI 2" => FactKind::Imei,
                "Product Type" => FactKind::Model,
                "Product Version" => FactKind::OsVersion,
                _ => {
                    plist.skip()?;
                    continue;
                }
            };
            self.ours = true;
            if let Some(text) = plist.text()? {
                self.facts.push((kind, text));
            }
        }
        plist.finish()
    }

    fn entry(&mut self, identifier: String) -> Option<&mut Entry> {
        let usable = !identifier.trim().is_empty() && identifier.len() <= LONGEST_ID;
        if !usable || (self.apps.len() >= MOST_APPS && !self.apps.contains_key(&identifier)) {
            self.errors += 1;
            return None;
        }
        // Told as it stands, but which app it was is not known.
        self.errors += u64::from(!is_bundle_id(&identifier));
        Some(self.apps.entry(identifier).or_default())
    }

    fn installed(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        self.ours = true;
        // A second list of this name is as good as the first: all are named.
        self.list = List::Open;
        let mut at = 0;
        match plist.value()? {
            Some(Value::Array) => {
                while let Some(value) = plist.value()? {
                    match value {
                        Value::String(identifier) => {
                            if let Some(entry) = self.entry(identifier) {
                                entry.listed = Some(at);
                            }
                        }
                        Value::Dict | Value::Array => {
                            plist.leave()?;
                            self.errors += 1;
                        }
                        _ => self.errors += 1,
                    }
                    at += 1;
                }
                self.list = List::Closed;
            }
            Some(Value::Dict) => {
                while let Some(identifier) = plist.key()? {
                    plist.skip()?;
                    if let Some(entry) = self.entry(identifier) {
                        entry.listed = Some(at);
                    }
                    at += 1;
                }
                self.list = List::Dictionary;
            }
            _ => self.list = List::Missing,
        }
        Ok(())
    }

    fn applications(&mut self, plist: &mut Plist<'_>, leash: &Leash) -> Result<(), PlistError> {
        if !plist.dict()? {
            return Ok(());
        }
        while let Some(identifier) = plist.key()? {
            if !plist.dict()? {
                continue;
            }
            if let Some(entry) = self.entry(identifier.clone()) {
                entry.described = true;
            }
            while let Some(key) = plist.key()? {
                if key != "iTunesMetadata" {
                    plist.skip()?;
                    continue;
                }
                let mut metadata = Metadata::default();
                let read = match plist.value()? {
                    Some(Value::Data) => plist.data(MOST_METADATA)?.map_or(Ok(()), |bytes| {
                        Plist::open(io::Cursor::new(bytes), leash).and_then(|mut plist| metadata.read_file(&mut plist))
                    }),
                    Some(Value::Dict) => {
                        metadata.read(plist)?;
                        Ok(())
                    }
                    Some(Value::Array) => plist.leave(),
                    _ => Ok(()),
                };
                // The app is named by its key; only its description is lost.
                if let Err(PlistError::Stop(stop)) = read {
                    return Err(stop.into());
                }
                if let Some(entry) = self.apps.get_mut(&identifier) {
                    entry.metadata = metadata;
                }
            }
        }
        Ok(())
    }

    fn state(mut self, reading: &mut Reading<'_>, end: Result<(), PlistError>, source: SourceId, sink: &mut Sink<'_>) {
        if let Err(error) = &end {
            let read = self.apps.len();
            let message =
                format!("{error}; {read} apps were read before; back the device up again or find an intact copy");
            sink.note(code_of(error), Some(source), &At::Whole, message);
        }
        for (kind, value) in std::mem::take(&mut self.facts) {
            match kind {
                FactKind::Imei => reading.identity.tell_imei(sink, reading.device, &value),
                kind => reading.identity.tell(sink, reading.device, kind, &value),
            }
        }
        if let Some(name) = &self.display_name {
            reading.identity.tell(sink, reading.device, FactKind::Name, name);
        }
        let list = self.statement(&end);
        self.remark(&end, source, sink);
        let whole = list.end == End::Proven && self.list == List::Closed && list.errors == 0 && list.entries > 0;
        if whole && reading.listed.is_none() {
            let listed = self.apps.iter().filter(|(_, entry)| entry.listed.is_some());
            reading.listed = Some(listed.map(|(identifier, _)| identifier.clone()).collect());
        }
        for (identifier, entry) in &self.apps {
            let (state, at) = match entry.listed {
                Some(n) => (State::Installed, At::pointer(["Installed Applications", &n.to_string()])),
                None => {
                    let state = reading.state(identifier, State::Installed);
                    (state, At::pointer(["Applications", identifier]))
                }
            };
            reading.app(sink, entry.metadata.app(identifier, state), source, at);
        }
        reading.known.extend(self.apps.into_keys());
        sink.list(reading.device, source, list);
    }

    fn statement(&self, end: &Result<(), PlistError>) -> ListStatement {
        let count = |named: fn(&Entry) -> bool| self.apps.values().filter(|entry| named(entry)).count() as u64;
        let (answer, entries) = match self.list {
            List::Open | List::Closed => (Answer::Complete, count(|e| e.listed.is_some())),
            List::Dictionary => {
                (Answer::Partial(Reason("installed-applications-of-another-shape")), count(|e| e.listed.is_some()))
            }
            List::Missing if self.dictionary => (Answer::Partial(Reason("store-apps-only")), count(|e| e.described)),
            List::Missing if end.is_ok() => (Answer::NotCollected(Reason("no-app-list")), 0),
            List::Missing => (Answer::Partial(Reason("no-app-list")), 0),
        };
        // What comes after the list may be a second one, or an app that it
        // leaves out: only a list of a closed file is whole.
        let end = match end {
            Ok(()) => End::Proven,
            Err(_) if self.apps.is_empty() && !self.ours => End::Unreadable,
            Err(_) => End::Cut,
        };
        let basis = Basis::Always(answer);
        let list = ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, end, entries);
        ListStatement { errors: self.errors, as_of: self.date, ..list }
    }

    fn remark(&self, end: &Result<(), PlistError>, source: SourceId, sink: &mut Sink<'_>) {
        let say = |sink: &mut Sink<'_>, code, message| sink.note(code, Some(source), &At::Whole, message);
        if self.errors > 0 {
            let message = format!("{} entries of the app lists are no bundle identifiers", self.errors);
            say(sink, Code::MalformedRecord, message);
        }
        if end.is_err() {
            return;
        }
        match self.list {
            List::Missing => {
                say(
                    sink,
                    Code::NotCollected,
                    "it holds no list of installed applications; back the device up again".into(),
                );
            }
            List::Closed if !self.apps.values().any(|e| e.listed.is_some()) => {
                let message = "its list of installed applications is empty, which may mean that none was collected";
                say(sink, Code::NotCollected, message.into());
            }
            _ => {}
        }
    }
}
