//! The walk: finds device roots and loose files, makes items and jobs of them.

use std::sync::Arc;

use super::Input;
use super::item::{Item, ItemStatus};
use super::work::{CompiledClaims, Job, Queue, Shared};
use crate::artifact::{ArtifactFile, Parser, parser_behind, parser_for};
use crate::evidence::{
    self, Affinity, Blob, BlobReader, EvidenceError, File, Foreign, ForeignClass, Found, Given, Opened, Place, Probe,
    Root, RootKind, Tree, container_for, head_of, is_report_alone, open_path, open_stream, recognise_foreign,
    unpacked_name,
};
use crate::inventory::PartId;
use crate::limits::{Leash, Stop};
use crate::model::{Code, Diagnostic, Locator, Platform};

/// Opens one thing the user handed in and walks it.
pub(super) fn given(input: &Input, claims: &CompiledClaims, shared: &Shared<'_>, queue: &Queue) {
    let (place, opened) = match input {
        Input::Path(path) => (Place::file(path), open_path(path)),
        Input::Stdin => (Place::file("-".as_ref()), Ok(open_stream(Box::new(std::io::stdin()), b"-"))),
    };
    let leash = shared.leash();
    let locator = place.locator().clone();
    let mut collector = Collector { claims, shared, queue, leash: &leash, place, depth: 0, given: true };
    match opened {
        Ok(Given::Folder(tree)) => {
            collector.place = Place::Folder(locator.clone());
            collector.given = false;
            collector.tree(tree.as_ref(), "folder");
        }
        Ok(Given::File(file)) => collector.probe(&file, &locator),
        Err(error) => collector.unreadable("file", None, locator, &error),
    }
}

/// Hears what a walk of one tree finds.
struct Collector<'a> {
    claims: &'a CompiledClaims,
    shared: &'a Shared<'a>,
    queue: &'a Queue,
    leash: &'a Leash,
    /// The tree, or the file.
    place: Place,
    depth: u32,
    /// The file was named by the user, so that it must be evidence.
    given: bool,
}

impl Collector<'_> {
    fn item(&self, kind: &'static str, status: ItemStatus, size: Option<u64>, locator: Locator) -> u32 {
        self.shared.item(Item { locator, kind, status, size })
    }

    /// An item that says why there is nothing to read.
    fn unreadable(&self, kind: &'static str, size: Option<u64>, locator: Locator, error: &EvidenceError) {
        if let EvidenceError::Stop(stop) = error {
            self.shared.stopped(*stop);
        }
        let item = self.item(kind, ItemStatus::Unreadable, size, locator.clone());
        self.shared.say(item, Diagnostic::new(error.code(), Some(locator), error.to_string()));
    }

    /// Walks a tree. What keeps it from being walked to its end is an item of
    /// its own, and so is a tree in which nothing was found.
    fn tree(&mut self, tree: &dyn Tree, kind: &'static str) {
        let before = self.shared.items();
        let locator = self.place.locator().clone();
        let leash = self.leash;
        if let Err(error) = tree.walk(&self.claims.claims, self, leash) {
            if let EvidenceError::Stop(stop) = &error {
                self.shared.stopped(*stop);
            }
            let item = self.item(kind, ItemStatus::PartlyRead, None, locator.clone());
            let message = format!("{error}; what was found before was read");
            self.shared.say(item, Diagnostic::new(error.code(), Some(locator), message));
        } else if self.shared.items() == before {
            let item = self.item(kind, ItemStatus::Unknown, None, locator.clone());
            let message = format!("this {kind} holds no known evidence");
            self.shared.say(item, Diagnostic::new(Code::UnknownEvidence, Some(locator), message));
        }
    }

    /// Decides by its bytes what a file is.
    fn probe(&mut self, file: &File, locator: &Locator) {
        let opened = file.member.open(self.leash).and_then(|blob| head_of(blob.as_ref()).map(|head| (blob, head)));
        let (blob, head) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.unreadable("file", file.size, locator.clone(), &error),
        };
        let whole = head.len() < Probe::HEAD;
        let size = if whole { head.len() as u64 } else { file.size.unwrap_or_else(|| blob.len()) };
        let probe = Probe { head: &head, size, name: file.name() };
        let foreign = recognise_foreign(&probe);
        let container = container_for(&probe).map(|c| (c.affinity(&probe), c));
        let container = container.filter(|_| !foreign.is_some_and(|f| f.before_containers));
        match (container, self.parser(&probe)) {
            (Some((sure, container)), parser) if parser.as_ref().is_none_or(|(s, ..)| sure >= *s) => {
                self.descend(container, blob, file, locator);
            }
            (_, Some((sure, parser, role))) if sure > Affinity::No => {
                // Opened once: the queue is short, and so are few files open at a time.
                let file = File { member: Arc::new(Held(blob)), ..file.clone() };
                self.loose_job(file, locator, parser, role);
            }
            _ => match self.behind(foreign, &probe, &blob) {
                Ok(Some((parser, role))) => {
                    let file = File { member: Arc::new(Held(blob)), ..file.clone() };
                    self.loose_job(file, locator, parser, role);
                }
                Ok(None) => self.foreign(foreign, &probe, file, locator),
                Err(error) => self.unreadable("file", file.size, locator.clone(), &error.into()),
            },
        }
    }

    /// A long text may hold a list behind its first bytes.
    fn behind(
        &self,
        foreign: Option<Foreign>,
        probe: &Probe<'_>,
        blob: &Arc<dyn Blob>,
    ) -> std::io::Result<Option<(&'static dyn Parser, &'static str)>> {
        // Logs may hold control characters.
        let is_text = foreign.map_or(!probe.head.contains(&0), |f| f.is_prose());
        if probe.is_whole() || !is_text {
            return Ok(None);
        }
        parser_behind(BlobReader::new(blob.clone(), self.leash))
    }

    /// The parser of a loose file. The user's own layouts come first.
    fn parser(&self, probe: &Probe<'_>) -> Option<(Affinity, &'static dyn Parser, &'static str)> {
        let mappings = self.shared.reading.mappings;
        match mappings.affinity(probe) {
            (Affinity::No, _) => parser_for(probe),
            (sure, role) => Some((sure, mappings, role)),
        }
    }

    fn descend(
        &mut self,
        container: &'static dyn evidence::Container,
        blob: Arc<dyn Blob>,
        file: &File,
        locator: &Locator,
    ) {
        let (place, depth) = (Place::Container(locator.clone()), self.depth + 1);
        let mut inner = Collector { place, depth, ..*self };
        let opened = if depth > self.leash.limits.depth {
            Err(EvidenceError::Depth(self.leash.limits.depth))
        } else {
            container.open(blob, self.leash)
        };
        match opened {
            Err(error) => self.unreadable(container.id(), file.size, locator.clone(), &error),
            Ok(Opened::Bytes(blob)) => {
                let path: Arc<[u8]> = unpacked_name(file.name()).into();
                let at = inner.place.at(&path);
                inner.probe(&File { path, size: None, mtime: file.mtime, member: Arc::new(Held(blob)) }, &at);
            }
            Ok(Opened::Tree(tree)) => {
                inner.given = false;
                inner.tree(tree.as_ref(), container.id());
            }
        }
    }

    fn loose_job(&self, file: File, locator: &Locator, parser: &'static dyn Parser, role: &'static str) {
        let item = self.item(role, ItemStatus::Read, file.size, locator.clone());
        let files = vec![ArtifactFile { role, file, locator: locator.clone() }];
        self.queue.push(Job {
            id: PartId { item, part: 0 },
            parser,
            files,
            locator: locator.clone(),
            kind: None,
            platform: parser.spec().platform,
            incomplete: false,
        });
    }

    /// No evidence this version reads: an error where it is structured or was
    /// named by the user, a note where it needs nobody's attention.
    /// A report among the evidence needs nobody's attention, unless rows of an
    /// export were put behind it.
    fn is_report_alone(&self, file: &File) -> bool {
        let blob = file.member.open(self.leash);
        blob.is_ok_and(|blob| is_report_alone(BlobReader::new(blob, self.leash), &self.leash.limits))
    }

    fn foreign(&self, foreign: Option<Foreign>, probe: &Probe<'_>, file: &File, locator: &Locator) {
        let mut known = foreign.unwrap_or(match probe.size {
            0 => EMPTY,
            _ => UNKNOWN,
        });
        if known.is_report() && !self.is_report_alone(file) {
            known = Foreign::MIXED_REPORT;
        }
        let (status, code) = match known.class {
            _ if known.id == EMPTY.id && (self.given || promises_records(probe)) => {
                (ItemStatus::Unreadable, Code::EmptyFile)
            }
            ForeignClass::Note if !self.given => (ItemStatus::Skipped, Code::NotEvidence),
            ForeignClass::ErrorAnswer => (ItemStatus::Unknown, Code::ErrorAnswer),
            ForeignClass::Unsupported => (ItemStatus::Unreadable, Code::UnsupportedEvidence),
            ForeignClass::Note | ForeignClass::Structured => (ItemStatus::Unknown, Code::UnknownEvidence),
        };
        let item = self.item(known.id, status, file.size, locator.clone());
        let advice = if known.advice.is_empty() { "this is no evidence" } else { known.advice };
        let mut message = format!("{}: {advice}", known.title);
        if let Some(why) = self.shared.reading.mappings.near_miss(probe) {
            message = format!("{message}; {why}");
        }
        self.shared.say(item, Diagnostic::new(code, Some(locator.clone()), message));
    }
}

/// Bytes that nobody knows.
const UNKNOWN: Foreign = Foreign {
    id: "unknown",
    title: "a file of no known structure",
    advice: "check that it is the file you meant; it may be damaged or encrypted",
    class: ForeignClass::Note,
    before_containers: false,
};

/// No bytes.
const EMPTY: Foreign = Foreign {
    id: "empty",
    title: "an empty file",
    advice: "the export or copy failed; repeat it",
    class: ForeignClass::Note,
    before_containers: false,
};

/// An empty file whose name promises an export.
fn promises_records(probe: &Probe<'_>) -> bool {
    ["csv", "tsv", "json", "ndjson", "jsonl", "xml", "plist", "zip", "gz"].iter().any(|e| probe.has_extension(e))
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
        let locator = self.place.at(&root.at);
        let platform = platform(root.kind);
        let item = self.shared.item(Item {
            locator: locator.clone(),
            kind: root.kind.as_str(),
            status: ItemStatus::Read,
            size: None,
        });
        self.shared.bare_root(item, locator.clone(), platform);
        for (path, error) in &root.trouble {
            let at = Some(self.place.at(path));
            self.shared.say(item, Diagnostic::new(error.code(), at, error.to_string()));
        }
        // The list of a backup stands whatever became of its other files.
        let incomplete = root.incomplete && root.kind != RootKind::IosBackup;
        let mut jobs: Vec<(&'static dyn Parser, Vec<ArtifactFile>)> = Vec::new();
        for (id, file) in root.files {
            let Some((parser, claim)) = self.claims.owner(id.0) else { continue };
            let locator = self.place.of(&file);
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
            let locator = locator.clone();
            self.queue.push(Job { id, parser, files, locator, kind: Some(root.kind), platform, incomplete });
        }
        self.leash.tick(0, 0)
    }

    fn loose(&mut self, file: File) -> Result<(), Stop> {
        let locator = self.place.of(&file);
        self.probe(&file, &locator);
        self.leash.tick(0, 1)
    }

    fn trouble(&mut self, path: &[u8], error: EvidenceError) {
        self.unreadable("file", None, self.place.at(path), &error);
    }
}
