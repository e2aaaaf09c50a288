//! `Manifest.plist`: apps with data to back up, whether the backup is
//! encrypted, and the device once more.

use super::{Reading, domains, status};
use crate::artifact::ios::{LONGEST_ID, MOST_APPS, code_of, is_apple, is_bundle_id};
use crate::artifact::{ArtifactFile, At, Sink};
use crate::format::plist::{Plist, PlistError};
use crate::model::{
    Answer, App, Basis, Code, End, FactKind, ListScope, ListStatement, Reason, State, Timestamp, UserSet,
};

#[derive(Default)]
struct Container {
    identifier: String,
    /// Its own word for it, where that differs.
    other: Option<String>,
    version: Option<String>,
    class: Option<String>,
    path: Option<String>,
}

#[derive(Default)]
struct Manifest {
    containers: Vec<Container>,
    errors: u64,
    encrypted: bool,
    date: Option<Timestamp>,
    facts: Vec<(FactKind, String)>,
}

pub(super) fn read(reading: &mut Reading<'_>, file: &ArtifactFile, sink: &mut Sink<'_>) {
    let mut stream = match sink.stream(file, reading.leash) {
        Ok(stream) => stream,
        Err(error) => return status::unopened(reading, file, &error, sink, Code::UnreadableFile),
    };
    let source = stream.source();
    let mut manifest = Manifest::default();
    let end = Plist::open(&mut stream, reading.leash).and_then(|mut plist| manifest.read(&mut plist));
    let _ = sink.close(stream);
    reading.encrypted |= manifest.encrypted;
    for (kind, value) in &manifest.facts {
        reading.identity.tell(sink, reading.device, *kind, value);
    }
    if let Err(error) = &end {
        // Some tools create an empty one before the backup begins.
        let code = code_of(error);
        let message = format!("{error}; {}", reading.consequence());
        sink.note(code, Some(source), &At::Whole, message);
    }
    if manifest.errors > 0 {
        let message = format!("{} entries are no bundle identifiers; {}", manifest.errors, reading.consequence());
        sink.note(Code::MalformedRecord, Some(source), &At::Whole, message);
    }
    let apps = manifest.containers.iter().filter(|c| c.is_app());
    reading.known.extend(apps.flat_map(Container::identifiers).map(str::to_owned));
    for container in &manifest.containers {
        container.state(reading, source, sink);
    }
    let entries = manifest.containers.iter().filter(|c| c.is_app() && !is_apple(&c.identifier)).count() as u64;
    let end = match end {
        Ok(()) => End::Proven,
        Err(_) if manifest.containers.is_empty() => End::Unreadable,
        Err(_) => End::Cut,
    };
    let basis = Basis::Always(Answer::Partial(Reason("backup-manifest")));
    let list = ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, end, entries);
    sink.list(reading.device, source, ListStatement { errors: manifest.errors, as_of: manifest.date, ..list });
}

impl Manifest {
    fn read(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        plist.root()?;
        while let Some(key) = plist.key()? {
            match key.as_str() {
                "Applications" => self.applications(plist)?,
                "IsEncrypted" => self.encrypted = plist.boolean()?.unwrap_or(false),
                "Date" => self.date = plist.date()?,
                "Lockdown" => self.lockdown(plist)?,
                _ => plist.skip()?,
            }
        }
        plist.finish()
    }

    fn lockdown(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        if !plist.dict()? {
            return Ok(());
        }
        while let Some(key) = plist.key()? {
            let kind = match key.as_str() {
                "DeviceName" => FactKind::Name,
                "SerialNumber" => FactKind::Serial,
                "UniqueDeviceID" => FactKind::Udid,
                "ProductType" => FactKind::Model,
                "ProductVersion" => FactKind::OsVersion,
                _ => {
                    plist.skip()?;
                    continue;
                }
            };
            if let Some(text) = plist.text()? {
                self.facts.push((kind, text));
            }
        }
        Ok(())
    }

    fn applications(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        if !plist.dict()? {
            return Ok(());
        }
        while let Some(identifier) = plist.key()? {
            let mut container = Container { identifier, ..Container::default() };
            if plist.dict()? {
                container.read(plist)?;
            }
            let usable = !container.identifier.is_empty() && container.identifier.len() <= LONGEST_ID;
            let sound = !container.is_app() || container.identifiers().all(is_bundle_id);
            if !(usable && sound) || self.containers.len() >= MOST_APPS {
                self.errors += 1;
            }
            if usable && self.containers.len() < MOST_APPS {
                self.containers.push(container);
            }
        }
        Ok(())
    }
}

impl Container {
    fn read(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        while let Some(key) = plist.key()? {
            match key.as_str() {
                "CFBundleIdentifier" => {
                    let told = plist.text()?.filter(|id| !id.is_empty() && id.len() <= LONGEST_ID);
                    self.other = told.filter(|id| *id != self.identifier).or(self.other.take());
                }
                "CFBundleVersion" => self.version = plist.text()?,
                "ContainerContentClass" => self.class = plist.text()?,
                "Path" => self.path = plist.text()?,
                _ => plist.skip()?,
            }
        }
        Ok(())
    }

    /// The key it stands under, and its own word where that differs.
    fn identifiers(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.identifier.as_str()).chain(self.other.as_deref())
    }

    /// Containers of extensions and groups stand in the same dictionary.
    fn is_app(&self) -> bool {
        self.class.as_deref().is_none_or(|class| class.ends_with("/Application"))
    }

    fn state(&self, reading: &Reading<'_>, source: crate::artifact::SourceId, sink: &mut Sink<'_>) {
        let at = At::pointer(["Applications", &self.identifier]);
        if !self.is_app() {
            let group = self.class.as_deref().is_some_and(|class| class.contains("Group"));
            let domain = if group { domains::Kind::Group } else { domains::Kind::Plugin };
            return domains::state(reading, domain, &self.identifier, source, at, sink);
        }
        let bundle = self.path.as_deref().is_some_and(|path| path.trim_end_matches('/').ends_with(".app"));
        let otherwise = if bundle { State::Installed } else { State::Unknown };
        for identifier in self.identifiers() {
            let app = App {
                identifier: identifier.into(),
                version: self.version.as_deref().map(Into::into),
                state: reading.state(identifier, otherwise),
                ..App::default()
            };
            reading.app(sink, app, source, at.clone());
        }
    }
}
