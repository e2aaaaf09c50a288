//! The walk: finds device roots and loose files, makes items and jobs of them.

use std::sync::Arc;

use super::Input;
use super::item::{Item, ItemStatus};
use super::work::{CompiledClaims, Job, Queue, Shared, evidence_code};
use crate::artifact::{ArtifactFile, Parser, parser_for};
use crate::evidence::probe::{self, ForeignClass};
use crate::evidence::{
    self, Affinity, Blob, EvidenceError, File, Found, Given, Opened, Probe, Root, RootKind, Tree, container_for,
};
use crate::inventory::PartId;
use crate::limits::{Leash, Stop};
use crate::model::{Code, Diagnostic, Locator, Platform};

/// Opens one thing the user handed in and walks it.
pub(super) fn given(input: &Input, claims: &CompiledClaims, shared: &Shared<'_>, queue: &Queue) {
    let (locator, opened) = match input {
        Input::Path(path) => {
            let locator = Locator::path(&path_bytes(path));
            (locator, evidence::open_path(path))
        }
        Input::Stdin => (Locator::path(b"-"), evidence::open_stdin()),
    };
    let leash = shared.leash();
    let mut collector = Collector {
        claims,
        shared,
        queue,
        leash: &leash,
        base: locator.clone(),
        inside: false,
        depth: 0,
        given: true,
    };
    match opened {
        Ok(Given::Tree(tree)) => {
            let before = shared.items();
            collector.given = false;
            collector.walk(tree.as_ref(), "folder");
            if shared.items() == before {
                let item = collector.item("folder", ItemStatus::Unknown, None, None);
                let message = "nothing in it is evidence";
                shared.say(item, Diagnostic::new(Code::UnknownEvidence, Some(locator), message));
            }
        }
        Ok(Given::File(file)) => collector.probe(&file, &locator),
        Err(error) => {
            let item = collector.item("file", ItemStatus::Unreadable, None, None);
            shared.say(item, Diagnostic::new(evidence_code(&error), Some(locator), error.to_string()));
        }
    }
}

#[cfg(unix)]
fn path_bytes(path: &std::path::Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(not(unix))]
fn path_bytes(path: &std::path::Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

/// Hears what a walk of one tree finds.
struct Collector<'a> {
    claims: &'a CompiledClaims,
    shared: &'a Shared<'a>,
    queue: &'a Queue,
    leash: &'a Leash,
    /// The tree, or the file.
    base: Locator,
    /// The tree lies in a container.
    inside: bool,
    depth: u32,
    /// The file was named by the user, so that it must be evidence.
    given: bool,
}

impl Collector<'_> {
    fn locate(&self, path: &[u8]) -> Locator {
        match (path.is_empty(), self.inside) {
            (true, _) => self.base.clone(),
            (false, true) => self.base.member(path),
            (false, false) => self.base.child(path),
        }
    }

    fn item(&self, kind: &'static str, status: ItemStatus, size: Option<u64>, at: Option<Locator>) -> u32 {
        let locator = at.unwrap_or_else(|| self.base.clone());
        self.shared.item(Item { locator, kind, status, size, root: None })
    }

    /// Walks a tree; what keeps it from being walked is an item of its own.
    fn walk(&mut self, tree: &dyn Tree, kind: &'static str) {
        let leash = self.leash;
        if let Err(error) = tree.walk(&self.claims.claims, self, leash) {
            if let EvidenceError::Stop(stop) = &error {
                self.shared.stopped(*stop);
            }
            let item = self.item(kind, ItemStatus::PartlyRead, None, None);
            let message = format!("{error}; what was found before was read");
            self.shared.say(item, Diagnostic::new(evidence_code(&error), Some(self.base.clone()), message));
        }
    }

    /// Decides by its bytes what a file is.
    fn probe(&mut self, file: &File, locator: &Locator) {
        let blob = match file.member.open(self.leash) {
            Ok(blob) => blob,
            Err(error) => return self.unreadable(file, locator, &error),
        };
        let mut head = vec![0; Probe::HEAD];
        let size = file.size.unwrap_or_else(|| blob.len());
        match blob.read_full_at(&mut head, 0) {
            Ok(n) => head.truncate(n),
            Err(error) => return self.unreadable(file, locator, &error.into()),
        }
        let name = file.path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let size = if (head.len() as u64) < Probe::HEAD as u64 { head.len() as u64 } else { size };
        let probe = Probe { head: &head, size, name };
        let container = container_for(&probe).map(|c| (c.affinity(&probe), c));
        let parser = parser_for(&probe);
        match (container, parser) {
            (Some((sure, container)), parser) if parser.as_ref().is_none_or(|(s, ..)| sure >= *s) => {
                self.descend(container, blob, locator);
            }
            (_, Some((sure, parser, role))) if sure > Affinity::No => self.loose_job(file, locator, parser, role),
            _ => self.foreign(&probe, file, locator),
        }
    }

    fn descend(&mut self, container: &'static dyn evidence::Container, blob: Arc<dyn Blob>, locator: &Locator) {
        let inner = Collector { base: locator.clone(), inside: true, depth: self.depth + 1, ..*self };
        let mut inner = Collector { given: false, ..inner };
        let fail = |error: EvidenceError| {
            let item = inner.item(container.id(), ItemStatus::Unreadable, None, None);
            self.shared.say(item, Diagnostic::new(evidence_code(&error), Some(locator.clone()), error.to_string()));
        };
        if inner.depth > self.leash.limits.depth {
            return fail(EvidenceError::Depth(self.leash.limits.depth));
        }
        match container.open(blob, self.leash) {
            Err(error) => fail(error),
            Ok(Opened::Bytes(blob)) => {
                let member = Arc::new(Held(blob));
                let name = locator.as_str().rsplit('/').next().unwrap_or_default();
                let stem = name.strip_suffix(".gz").unwrap_or(name).as_bytes();
                let file = File { path: stem.into(), size: None, mtime: None, member };
                inner.given = self.given;
                let at = locator.member(stem);
                inner.probe(&file, &at);
            }
            Ok(Opened::Tree(tree)) => {
                let before = self.shared.items();
                inner.walk(tree.as_ref(), container.id());
                if self.shared.items() == before {
                    let item = inner.item(container.id(), ItemStatus::Unknown, None, None);
                    let message = format!("this {} holds no known evidence", container.id());
                    self.shared.say(item, Diagnostic::new(Code::UnknownEvidence, Some(locator.clone()), message));
                }
            }
        }
    }

    fn unreadable(&self, file: &File, locator: &Locator, error: &EvidenceError) {
        if let EvidenceError::Stop(stop) = error {
            self.shared.stopped(*stop);
        }
        let item = self.item("file", ItemStatus::Unreadable, file.size, Some(locator.clone()));
        self.shared.say(item, Diagnostic::new(evidence_code(error), Some(locator.clone()), error.to_string()));
    }

    fn loose_job(&self, file: &File, locator: &Locator, parser: &'static dyn Parser, role: &'static str) {
        let item = self.item(role, ItemStatus::Read, file.size, Some(locator.clone()));
        let files = vec![ArtifactFile { role, file: file.clone(), locator: locator.clone() }];
        self.queue.push(Job {
            id: PartId { item, part: 0 },
            parser,
            files,
            locator: locator.clone(),
            kind: None,
            platform: parser.spec().platform,
        });
    }

    /// No evidence this version reads: an error where it is structured or was
    /// named by the user, a note where it needs nobody's attention.
    fn foreign(&self, probe: &Probe<'_>, file: &File, locator: &Locator) {
        let foreign = probe::recognise_foreign(probe);
        let (status, code) = match foreign.class {
            ForeignClass::Litter if !self.given => (ItemStatus::Skipped, Code::NotEvidence),
            ForeignClass::Answer => (ItemStatus::Unknown, Code::ErrorAnswer),
            ForeignClass::Unsupported => (ItemStatus::Unreadable, Code::UnsupportedEvidence),
            ForeignClass::Litter | ForeignClass::Structured if probe.size == 0 => {
                (ItemStatus::Unknown, Code::EmptyFile)
            }
            ForeignClass::Litter | ForeignClass::Structured => (ItemStatus::Unknown, Code::UnknownEvidence),
        };
        let item = self.item(foreign.id, status, file.size, Some(locator.clone()));
        let message = format!("{}: {}", foreign.title, foreign.advice);
        let diagnostic = Diagnostic::new(code, Some(locator.clone()), message);
        self.shared.say(item, diagnostic);
    }
}

/// Bytes that a container gave.
struct Held(Arc<dyn Blob>);

impl evidence::Member for Held {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(self.0.clone())
    }
}

/// Platform of the devices whose roots are laid out so.
fn platform(kind: RootKind) -> Platform {
    match kind {
        RootKind::IosBackup | RootKind::IosData => Platform::Ios,
        RootKind::AndroidData | RootKind::AndroidQf | RootKind::BugReport => Platform::Android,
    }
}

impl Found for Collector<'_> {
    fn root(&mut self, root: Root) -> Result<(), Stop> {
        let locator = self.locate(&root.at);
        let platform = platform(root.kind);
        let item = self.shared.item(Item {
            locator: locator.clone(),
            kind: root.kind.as_str(),
            status: ItemStatus::Read,
            size: None,
            root: Some(platform),
        });
        self.shared.bare_root(item, locator.clone(), platform);
        for (path, error) in &root.trouble {
            let at = Some(self.locate(path));
            self.shared.say(item, Diagnostic::new(evidence_code(error), at, error.to_string()));
        }
        let mut jobs: Vec<(&'static dyn Parser, Vec<ArtifactFile>)> = Vec::new();
        for (id, file) in root.files {
            let Some((parser, claim)) = self.claims.owner(id.0) else { continue };
            let locator = self.locate(&file.path);
            let claimed = ArtifactFile { role: claim.role, file, locator };
            match jobs.iter_mut().find(|(p, _)| p.spec().id == parser.spec().id) {
                Some((_, files)) => files.push(claimed),
                None => jobs.push((parser, vec![claimed])),
            }
        }
        if jobs.is_empty() {
            self.shared.status(item, ItemStatus::Unreadable);
            let message = "a device tree without any file this version reads";
            self.shared.say(item, Diagnostic::new(Code::UnsupportedEvidence, Some(locator.clone()), message));
        }
        jobs.sort_by_key(|(parser, _)| parser.spec().id);
        for (part, (parser, mut files)) in jobs.into_iter().enumerate() {
            files.sort_by(|a, b| a.file.path.cmp(&b.file.path));
            let id = PartId { item, part: part as u32 };
            self.queue.push(Job { id, parser, files, locator: locator.clone(), kind: Some(root.kind), platform });
        }
        self.leash.tick(0, 0)
    }

    fn loose(&mut self, file: File) -> Result<(), Stop> {
        let locator = self.locate(&file.path);
        self.probe(&file, &locator);
        self.leash.tick(0, 1)
    }

    fn trouble(&mut self, path: &[u8], error: EvidenceError) {
        let locator = self.locate(path);
        let item = self.item("file", ItemStatus::Unreadable, None, Some(locator.clone()));
        self.shared.say(item, Diagnostic::new(evidence_code(&error), Some(locator), error.to_string()));
    }
}
