//! App bundles of an iOS full file system: the `Info.plist` of every bundle
//! container, and the store's record beside it.
//!
//! Identifiers count only at the top of a bundle: below it lie frameworks,
//! extensions and the assets of other vendors' kits. Format: property lists.

use std::collections::{BTreeMap, BTreeSet};

use super::backup::Metadata;
use super::{LONGEST_ID, USER, code_of, is_apple};
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
    ],
    claims: &[
        claim(BUNDLE, "containers/Bundle/Application/*/*.app/Info.plist"),
        claim(STORE, "containers/Bundle/Application/*/iTunesMetadata.plist"),
        claim(CONTAINER, "containers/Bundle/Application/*/.com.apple.mobile_container_manager.metadata.plist"),
        // iOS 8 and 9.
        claim(BUNDLE, "mobile/Containers/Bundle/Application/*/*.app/Info.plist"),
        claim(STORE, "mobile/Containers/Bundle/Application/*/iTunesMetadata.plist"),
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
            let depth = if file.role == BUNDLE { 2 } else { 1 };
            let container = containers.entry(above(&file.file.path, depth)).or_default();
            match file.role {
                BUNDLE => container.bundles.push(file),
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
    identifier: Option<String>,
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
                "CFBundleIdentifier" => &mut self.identifier,
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
        let store = container.store.map(|file| self.read(file, sink, Metadata::read_file).what).unwrap_or_default();
        let mut named = false;
        for file in &container.bundles {
            let Said { source, what: bundle, whole } = self.read(file, sink, Bundle::read);
            let Some(identifier) = bundle.identifier.as_deref().filter(|id| id.len() <= LONGEST_ID) else {
                if whole {
                    sink.note(Code::MalformedRecord, Some(source), &At::Whole, "an app bundle without an identifier");
                }
                continue;
            };
            named |= whole;
            let own = store.bundle_id.as_deref().is_none_or(|id| id == identifier);
            let described = Metadata::default();
            let mut app = if own { &store } else { &described }.app(identifier, State::Installed);
            let text = |field: &Option<String>| field.clone().map(Into::into);
            app.name = text(&bundle.display_name).or(text(&bundle.name)).or(app.name);
            app.version = text(&bundle.version).or(text(&bundle.build)).or(app.version);
            self.app(app, source, At::pointer(["CFBundleIdentifier"]), sink);
        }
        if !named {
            self.errors += 1;
            self.without_bundle(container, sink);
        }
    }

    /// A container whose app has no readable `Info.plist`: its metadata still
    /// tells whose it is.
    fn without_bundle(&mut self, container: &Container<'_>, sink: &mut Sink<'_>) {
        let Some(file) = container.metadata else { return };
        let Said { source, what: Some(identifier), .. } = self.read(file, sink, container_identifier) else { return };
        let app = App { identifier: identifier.into(), state: State::Unknown, ..App::default() };
        self.app(app, source, At::pointer(["MCMMetadataIdentifier"]), sink);
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
