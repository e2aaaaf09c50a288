//! Backups of iTunes, Finder and idevicebackup2, plain or encrypted, without a
//! password: the files in the backup's own folder.
//!
//! `Info.plist` alone answers the question for most: it is plain in encrypted
//! backups too, and its `Installed Applications` names every user app, also
//! those the `Applications` dictionary leaves out (sideloaded, enterprise). The
//! other files name apps too, but none of them all: what only they show is of
//! unknown state, app groups are a trace.
//!
//! Formats: libimobiledevice `idevicebackup2.c`, pymobiledevice3
//! `mobilebackup2.py`; property lists and databases as `format` tells.

mod domains;
mod files;
mod info;
mod manifest;
mod status;

pub(super) use info::Metadata;

use std::collections::BTreeSet;

use super::USER;
use super::identity::Identity;
use crate::artifact::{
    Artifact, ArtifactFile, ArtifactSpec, At, DeviceId, ParseError, Parser, ParserSpec, Sink, SourceId,
};
use crate::evidence::{Affinity, Claim, Probe, RootKind};
use crate::format::{mbdb, plist, sqlite};
use crate::limits::Leash;
use crate::model::{App, Code, Diagnostic, Platform, State, UserKind};

const INFO: &str = "ios-backup-info";
const MANIFEST: &str = "ios-backup-manifest";
const STATUS: &str = "ios-backup-status";
const FILES: &str = "ios-backup-files";

const fn claim(role: &'static str, path: &'static str) -> Claim {
    Claim { role, at: RootKind::IosBackup, path }
}

static SPEC: ParserSpec = ParserSpec {
    id: "ios-backup",
    title: "iOS backup (iTunes, Finder, idevicebackup2)",
    platform: Platform::Ios,
    artifacts: &[
        ArtifactSpec {
            id: INFO,
            title: "Backup Info.plist",
            proves: "Which user apps were installed when the backup began: every one that its list of installed applications names, and no other.",
            does_not_prove: "That an app was ever opened, or who installed it; what was installed after the backup began.",
            since: "iOS 4 and later; plain in encrypted backups too",
        },
        ArtifactSpec {
            id: MANIFEST,
            title: "Backup Manifest.plist",
            proves: "That an app it names with a bundle path had data to back up.",
            does_not_prove: "That an app it does not name is absent; that an app was ever opened.",
            since: "iOS 4 and later; plain in encrypted backups too",
        },
        ArtifactSpec {
            id: STATUS,
            title: "Backup Status.plist",
            proves: "Whether the backup was finished.",
            does_not_prove: "Anything about apps.",
            since: "iOS 4 and later",
        },
        ArtifactSpec {
            id: FILES,
            title: "Backup file list (Manifest.db, Manifest.mbdb)",
            proves: "That files of an app were backed up.",
            does_not_prove: "That the app is still installed: data of removed apps and groups shared by several apps are backed up too.",
            since: "Manifest.db from iOS 10, encrypted as a whole from iOS 10.2 if the backup is; Manifest.mbdb before",
        },
    ],
    claims: &[
        claim(INFO, "Info.plist"),
        claim(MANIFEST, "Manifest.plist"),
        claim(STATUS, "Status.plist"),
        claim(FILES, "Manifest.db"),
        claim(FILES, "Manifest.db-wal"),
        claim(FILES, "Manifest.mbdb"),
        claim(INFO, "Snapshot/Info.plist"),
        claim(MANIFEST, "Snapshot/Manifest.plist"),
        claim(STATUS, "Snapshot/Status.plist"),
        claim(FILES, "Snapshot/Manifest.db"),
        claim(FILES, "Snapshot/Manifest.db-wal"),
    ],
    sources: &[
        "https://github.com/libimobiledevice/libimobiledevice/blob/master/tools/idevicebackup2.c",
        "https://github.com/doronz88/pymobiledevice3/blob/master/pymobiledevice3/services/mobilebackup2.py",
    ],
};

/// The parser of iOS backups.
pub struct IosBackup;

/// What one call has learnt of its device.
struct Reading<'a> {
    leash: &'a Leash,
    device: DeviceId,
    identity: Identity,
    /// Identifiers that some list or domain of the backup names as an app.
    known: BTreeSet<String>,
    /// What the list of installed applications names, if it was read whole.
    listed: Option<BTreeSet<String>>,
    /// What Manifest.plist says.
    encrypted: bool,
}

impl Reading<'_> {
    /// The state of an app that a secondary source shows: a whole list that
    /// leaves it out speaks against `otherwise`.
    fn state(&self, identifier: &str, otherwise: State) -> State {
        match &self.listed {
            Some(listed) if !listed.contains(identifier) => State::Unknown,
            _ => otherwise,
        }
    }

    /// How a message about a lost file goes on.
    fn consequence(&self) -> &'static str {
        match self.listed {
            Some(_) => "the backup's Info.plist was used",
            None => "no complete list of installed apps was read",
        }
    }

    fn app(&self, sink: &mut Sink<'_>, app: App<'_>, source: SourceId, at: At) {
        let system = super::is_apple(&app.identifier).then_some(true);
        sink.app(self.device, App { users: vec![USER], system, ..app }, source, at);
    }
}

impl Parser for IosBackup {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let named = |name: &[u8]| probe.name.eq_ignore_ascii_case(name);
        if probe.head.starts_with(mbdb::MAGIC) {
            return (Affinity::Certain, FILES);
        }
        if probe.head.starts_with(sqlite::MAGIC) {
            let text = |needle: &str| memchr::memmem::find(probe.head, needle.as_bytes()).is_some();
            let ours = text("CREATE TABLE Files") && text("fileID") && text("relativePath");
            return (if ours { Affinity::Certain } else { Affinity::No }, FILES);
        }
        if let Some(head) = plist::Head::of(probe.head) {
            return of_plist(&head);
        }
        // Encrypted as a whole, or damaged: only the name is left.
        let maybe = named(b"Manifest.db") || named(b"Manifest.mbdb");
        (if maybe { Affinity::Maybe } else { Affinity::No }, FILES)
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let device = sink.begin(Platform::Ios, None, At::Whole);
        sink.user(device, USER, UserKind::Owner);
        let mut reading = Reading {
            leash: artifact.leash,
            device,
            identity: Identity::default(),
            known: BTreeSet::new(),
            listed: None,
            encrypted: false,
        };
        let whole = artifact.files.iter().any(|f| !in_snapshot(f));
        let (snapshot, own): (Vec<_>, Vec<_>) = artifact.files.iter().partition(|f| whole && in_snapshot(f));
        if artifact.kind.is_some() && !own.iter().any(|f| f.role == INFO) {
            let at = Some(artifact.root.clone());
            let message = "Info.plist is missing, which holds the list of installed apps; back the device up again";
            sink.diagnostic(Diagnostic::new(Code::PartialBackup, at, message));
        }
        reading.folder(&own, sink);
        if !snapshot.is_empty() {
            let at = Some(artifact.root.clone());
            let message = "the backup holds a Snapshot folder, which stays behind when a backup fails";
            sink.diagnostic(Diagnostic::new(Code::PartialBackup, at, message));
            reading.folder(&snapshot, sink);
        }
        sink.commit(device);
        Ok(())
    }
}

impl Reading<'_> {
    /// Reads one folder of backup files, the one that knows most first.
    fn folder(&mut self, files: &[&ArtifactFile], sink: &mut Sink<'_>) {
        let of = |role: &'static str| files.iter().copied().filter(move |f| f.role == role);
        for file in of(INFO) {
            info::read(self, file, sink);
        }
        for file in of(STATUS) {
            status::read(self, file, sink);
        }
        for file in of(MANIFEST) {
            manifest::read(self, file, sink);
        }
        let logs: Vec<_> = of(FILES).filter(|f| f.file.path.ends_with(b"-wal")).collect();
        for file in of(FILES).filter(|f| !f.file.path.ends_with(b"-wal")) {
            let beside = [&file.file.path, &b"-wal"[..]].concat();
            let log = logs.iter().find(|log| *log.file.path == *beside).copied();
            files::read(self, file, log, sink);
        }
    }
}

/// Which of the property lists, by keys that no other list has.
fn of_plist(head: &plist::Head<'_>) -> (Affinity, &'static str) {
    let has = |key: &str| head.has(key);
    if has("SnapshotState") || (has("BackupState") && has("IsFullBackup")) {
        return (Affinity::Certain, STATUS);
    }
    if has("BackupKeyBag") || has("SystemDomainsVersion") || (has("IsEncrypted") && has("Lockdown")) {
        return (Affinity::Certain, MANIFEST);
    }
    if has("Installed Applications") || has("Target Identifier") || has("Last Backup Date") {
        return (Affinity::Certain, INFO);
    }
    // Icons push every other key out of sight.
    if has("Applications") && (has("ApplicationSINF") || has("iTunesMetadata") || has("PlaceholderIcon")) {
        return (Affinity::Likely, INFO);
    }
    (Affinity::No, INFO)
}

fn in_snapshot(file: &ArtifactFile) -> bool {
    file.file.path.rsplit(|b| *b == b'/').nth(1) == Some(b"Snapshot")
}

#[cfg(test)]
mod tests;
