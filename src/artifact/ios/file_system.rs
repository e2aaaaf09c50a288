//! App bundles of an iOS full file system: the `Info.plist` of every bundle
//! container, and the store's record beside it.
//!
//! Identifiers count only at the top of a bundle: below it lie frameworks,
//! extensions and the assets of other vendors' kits. Format: property lists.

use std::collections::{BTreeMap, BTreeSet};

use super::backup::Metadata;
use super::{LONGEST_ID, USER, code_of, is_apple, is_bundle_id};
use crate::artifact::{
    Artifact, ArtifactFile, ArtifactSpec, At, DeviceId, ParseError, Parser, ParserSpec, Sink, SourceId,
};
use crate::evidence::{Affinity, Claim, Probe, RootKind};
use crate::format::plist::{Plist, PlistError};
use crate::limits::Leash;
use crate::model::{Answer, App, Basis, Code, End, ListScope, ListStatement, Platform, State, UserKind, UserSet};

const BUNDLE: &str = "ios-app-bundle";
const STORE: &str = "ios-store-metadata";
const CONTAINER: &str = "ios-bundle-container";
const FOLDER: &str = "ios-bundle-folder";

const OF_TWO: &str = "The bundle bears more than one identifier; which one holds is not known.";
const OF_STORE: &str = "The store record of the container names it; no Info.plist beside it does.";
const OF_CONTAINER: &str = "The container was made for it; no Info.plist in it names it.";

/// More identifiers of one bundle than this are not told.
const MOST_IDENTIFIERS: usize = 16;

const ASSUMED: &str = "Every bundle container of the device was extracted into the image.";

const fn claim(role: &'static str, path: &'static str) -> Claim {
    Claim { role, at: RootKind::IosData, path }
}

static SPEC: ParserSpec = ParserSpec {
    id: "ios-file-system",
    title: "iOS file system: app bundles",
    platform: Platform::Ios,
    artifacts: &[
        ArtifactSpec {
            id: BUNDLE,
            title: "App bundle Info.plist",
            proves: "That the app's bundle was on the device when it was imaged.",
            does_not_prove: "That an app was ever opened; that an app without a bundle in the image is absent.",
            since: "iOS 8 and later",
        },
        ArtifactSpec {
            id: STORE,
            title: "Store record beside an app bundle (iTunesMetadata.plist)",
            proves: "Which store app the bundle is.",
            does_not_prove: "Anything about apps that came from elsewhere: they have no store record.",
            since: "iOS 8 and later",
        },
        ArtifactSpec {
            id: CONTAINER,
            title: "Container metadata of an app bundle",
            proves: "For which app the container was made.",
            does_not_prove: "That the app's code was still in it.",
            since: "iOS 8 and later",
        },
        ArtifactSpec {
            id: FOLDER,
            title: "Folder of a bundle container, or of the app in it",
            proves: "That an app had a container; without a readable Info.plist in it the list of bundles is not whole.",
            does_not_prove: "Which app it was.",
            since: "iOS 8 and later",
        },
    ],
    claims: &[
        claim(BUNDLE, "containers/Bundle/Application/*/*.app/Info.plist"),
        claim(STORE, "containers/Bundle/Application/*/iTunesMetadata.plist"),
        claim(CONTAINER, "containers/Bundle/Application/*/.com.apple.mobile_container_manager.metadata.plist"),
        claim(FOLDER, "containers/Bundle/Application/*/"),
        claim(FOLDER, "containers/Bundle/Application/*/*.app/"),
        // iOS 8 and 9.
        claim(BUNDLE, "mobile/Containers/Bundle/Application/*/*.app/Info.plist"),
        claim(STORE, "mobile/Containers/Bundle/Application/*/iTunesMetadata.plist"),
        claim(CONTAINER, "mobile/Containers/Bundle/Application/*/.com.apple.mobile_container_manager.metadata.plist"),
        claim(FOLDER, "mobile/Containers/Bundle/Application/*/"),
        claim(FOLDER, "mobile/Containers/Bundle/Application/*/*.app/"),
    ],
    sources: &[
        "https://github.com/abrignoni/iLEAPP/blob/main/scripts/artifacts/appItunesmeta.py",
        "https://developer.apple.com/documentation/bundleresources/information-property-list",
    ],
};

/// The parser of app bundles in iOS file systems.
pub struct IosFileSystem;

impl Parser for IosFileSystem {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, _: &Probe<'_>) -> (Affinity, &'static str) {
        // A loose Info.plist of an app belongs to no device.
        (Affinity::No, BUNDLE)
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let device = sink.begin(Platform::Ios, None, At::Whole);
        sink.user(device, USER, UserKind::Owner);
        let mut image =
            Image { leash: artifact.leash, device, counted: BTreeSet::new(), errors: 0, first: None, beside: None };
        let mut containers: BTreeMap<&[u8], Container<'_>> = BTreeMap::new();
        for file in artifact.files {
            let path = file.file.path.strip_suffix(b"/").unwrap_or(&file.file.path);
            let app = path.ends_with(b".app");
            let depth = match file.role {
                BUNDLE => 2,
                FOLDER if !app => 0,
                _ => 1,
            };
            let container = containers.entry(above(path, depth)).or_default();
            match file.role {
                BUNDLE => container.bundles.push(file),
                FOLDER if app => container.apps.push(file),
                FOLDER => container.folder = Some(file),
                STORE => container.store = Some(file),
                _ => container.metadata = Some(file),
            }
        }
        for container in containers.values() {
            image.container(container, sink);
        }
        if let Some(source) = image.first.or(image.beside) {
            let (entries, basis) = (image.counted.len() as u64, Basis::Always(Answer::Assumed(ASSUMED)));
            let list = ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, End::Unmarked, entries);
            sink.list(device, source, ListStatement { errors: image.errors, ..list });
        }
        sink.commit(device);
        Ok(())
    }
}

/// The files of one bundle container.
#[derive(Default)]
struct Container<'a> {
    folder: Option<&'a ArtifactFile>,
    /// Folders of apps in it.
    apps: Vec<&'a ArtifactFile>,
    bundles: Vec<&'a ArtifactFile>,
    store: Option<&'a ArtifactFile>,
    metadata: Option<&'a ArtifactFile>,
}

struct Image<'a> {
    leash: &'a Leash,
    device: DeviceId,
    counted: BTreeSet<String>,
    errors: u64,
    /// The file that the list of bundles is stated from: a bundle's own, if there is one.
    first: Option<SourceId>,
    /// Another file of a container.
    beside: Option<SourceId>,
}

/// What an app's own `Info.plist` says of it.
#[derive(Debug, Default, PartialEq)]
struct Bundle {
    /// One, unless its key stands twice with two values.
    identifiers: Vec<String>,
    name: Option<String>,
    display_name: Option<String>,
    version: Option<String>,
    build: Option<String>,
}

impl Bundle {
    fn read(&mut self, plist: &mut Plist<'_>) -> Result<(), PlistError> {
        plist.root()?;
        while let Some(key) = plist.key()? {
            let field = match key.as_str() {
                "CFBundleIdentifier" => {
                    let told = plist.text()?.filter(|id| !id.trim().is_empty() && id.len() <= LONGEST_ID);
                    let told = told.filter(|id| !self.identifiers.contains(id));
                    self.identifiers.extend(told.filter(|_| self.identifiers.len() < MOST_IDENTIFIERS));
                    continue;
                }
                "CFBundleName" => &mut self.name,
                "CFBundleDisplayName" => &mut self.display_name,
                "CFBundleShortVersionString" => &mut self.version,
                "CFBundleVersion" => &mut self.build,
                _ => {
                    plist.skip()?;
                    continue;
                }
            };
            *field = plist.text()?.filter(|text| !text.trim().is_empty());
        }
        plist.finish()
    }
}

fn container_identifier(found: &mut Option<String>, plist: &mut Plist<'_>) -> Result<(), PlistError> {
    plist.root()?;
    while let Some(key) = plist.key()? {
        if key == "MCMMetadataIdentifier" {
            *found = plist.text()?;
        } else {
            plist.skip()?;
        }
    }
    plist.finish()
}

/// What a small list said, as far as it could be read.
struct Said<T> {
    source: SourceId,
    what: T,
    /// It was read to its end, and the file ends with it.
    whole: bool,
}

impl Image<'_> {
    /// Reads one small list; what keeps it from being whole is told as a diagnostic.
    fn read<T: Default>(
        &mut self,
        file: &ArtifactFile,
        sink: &mut Sink<'_>,
        read: impl FnOnce(&mut T, &mut Plist<'_>) -> Result<(), PlistError>,
    ) -> Said<T> {
        let mut what = T::default();
        let mut stream = match sink.stream(file, self.leash) {
            Ok(stream) => stream,
            Err(error) => {
                let source = sink.source(file);
                sink.note(error.code(), Some(source), &At::Whole, error.to_string());
                self.consulted(file, source);
                return Said { source, what, whole: false };
            }
        };
        let source = stream.source();
        self.consulted(file, source);
        let end = Plist::open(&mut stream, self.leash).and_then(|mut plist| read(&mut what, &mut plist));
        let _ = sink.close(stream);
        if let Err(error) = &end {
            sink.note(code_of(error), Some(source), &At::Whole, error.to_string());
        }
        Said { source, what, whole: end.is_ok() }
    }

    fn consulted(&mut self, file: &ArtifactFile, source: SourceId) {
        let slot = if file.role == BUNDLE { &mut self.first } else { &mut self.beside };
        slot.get_or_insert(source);
    }

    fn container(&mut self, container: &Container<'_>, sink: &mut Sink<'_>) {
        let store = container.store.map(|file| self.read(file, sink, Metadata::read_file));
        let mut named = BTreeSet::new();
        // Every folder of an app, and whether its Info.plist was read.
        let folders = container.apps.iter().map(|file| (above(&file.file.path, 1), false));
        let mut apps: BTreeMap<&[u8], bool> = folders.collect();
        for file in &container.bundles {
            let said = self.read(file, sink, Bundle::read);
            let read = self.bundle(&said, store.as_ref().map(|s| &s.what), &mut named, sink);
            *apps.entry(above(&file.file.path, 1)).or_default() |= read;
        }
        let unread = apps.values().filter(|read| !**read).count().max(usize::from(apps.is_empty()));
        self.errors += unread as u64;
        // What is there and could not be read was told.
        if unread > 0 && container.bundles.len() < apps.len().max(1) {
            let folder =
                container.folder.or(container.apps.first().copied()).or(container.metadata).or(container.store);
            if let Some(folder) = folder {
                let source = sink.source(folder);
                self.consulted(folder, source);
                let message = "a bundle container without the Info.plist of its app; which app it was is not known";
                sink.note(Code::MalformedRecord, Some(source), &At::Whole, message);
            }
        }
        self.beside(container, store.as_ref(), &mut named, sink);
    }

    /// Tells the app of one bundle; whether its list says plainly which it is.
    fn bundle(
        &mut self,
        said: &Said<Bundle>,
        store: Option<&Metadata>,
        named: &mut BTreeSet<String>,
        sink: &mut Sink<'_>,
    ) -> bool {
        let Said { source, what: bundle, whole } = said;
        let (one, sound) = (bundle.identifiers.len() == 1, bundle.identifiers.iter().all(|id| is_bundle_id(id)));
        if *whole && !(one && sound) {
            let message = match bundle.identifiers.len() {
                0 => "an app bundle without an identifier",
                1 => "an app bundle whose identifier is damaged",
                _ => "an app bundle with more than one identifier",
            };
            sink.note(Code::MalformedRecord, Some(*source), &At::Whole, message);
        }
        for identifier in &bundle.identifiers {
            named.insert(identifier.to_ascii_lowercase());
            let own =
                |store: &&Metadata| store.bundle_id.as_deref().is_none_or(|id| id.eq_ignore_ascii_case(identifier));
            let described = Metadata::default();
            let state = if one { State::Installed } else { State::Unknown };
            let mut app = store.filter(own).unwrap_or(&described).app(identifier, state);
            let text = |field: &Option<String>| field.clone().map(Into::into);
            app.name = text(&bundle.display_name).or(text(&bundle.name)).or(app.name);
            app.version = text(&bundle.version).or(text(&bundle.build)).or(app.version);
            app.caveat = (!one).then_some(OF_TWO);
            self.app(app, *source, At::pointer(["CFBundleIdentifier"]), sink);
        }
        *whole && one && sound
    }

    /// What store record and metadata name that no bundle of the container does:
    /// its code is gone or not readable, or one of them is another's.
    fn beside(
        &mut self,
        container: &Container<'_>,
        store: Option<&Said<Metadata>>,
        named: &mut BTreeSet<String>,
        sink: &mut Sink<'_>,
    ) {
        if let Some(Said { source, what, .. }) = store
            && let Some(identifier) = &what.bundle_id
            && named.insert(identifier.to_ascii_lowercase())
        {
            let app = App { caveat: Some(OF_STORE), ..what.app(identifier, State::Unknown) };
            self.app(app, *source, At::pointer(["softwareVersionBundleId"]), sink);
        }
        let Some(file) = container.metadata else { return };
        let Said { source, what: Some(identifier), .. } = self.read(file, sink, container_identifier) else { return };
        if named.insert(identifier.to_ascii_lowercase()) {
            let caveat = Some(OF_CONTAINER);
            let app = App { identifier: identifier.into(), state: State::Unknown, caveat, ..App::default() };
            self.app(app, source, At::pointer(["MCMMetadataIdentifier"]), sink);
        }
    }

    fn app(&mut self, app: App<'_>, source: SourceId, at: At, sink: &mut Sink<'_>) {
        let apple = is_apple(&app.identifier);
        if !apple && app.state == State::Installed {
            self.counted.insert(app.identifier.clone().into_owned());
        }
        let app = App { users: vec![USER], system: apple.then_some(true), ..app };
        sink.app(self.device, app, source, at);
    }
}

/// The path without its last `components`.
fn above(path: &[u8], components: usize) -> &[u8] {
    let mut at = path.len();
    for _ in 0..components {
        at = path[..at].iter().rposition(|b| *b == b'/').unwrap_or(0);
    }
    &path[..at]
}

#[cfg(test)]
mod tests;
