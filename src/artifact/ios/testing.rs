//! Evidence in memory for the tests of parsers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::artifact::{Artifact, ArtifactFile, DeviceRecord, Fragment, Parser, Retain, Sink};
use crate::evidence::{Blob, DiskBlob, EvidenceError, File, Member, MemoryBlob, RootKind};
use crate::limits::Leash;
use crate::model::{Code, ListStatement, Locator, Severity, State};

struct Held(Vec<u8>);

impl Member for Held {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(Arc::new(MemoryBlob(self.0.clone())))
    }
}

struct OnDisk(PathBuf);

impl Member for OnDisk {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(Arc::new(DiskBlob::open(&self.0)?))
    }
}

fn file(role: &'static str, path: &str, size: u64, member: Arc<dyn Member>) -> ArtifactFile {
    let file = File { path: path.as_bytes().into(), size: Some(size), mtime: None, member };
    ArtifactFile { role, file, locator: Locator::path(b"root").child(path.as_bytes()) }
}

pub(in crate::artifact) fn held(role: &'static str, path: &str, bytes: &[u8]) -> ArtifactFile {
    file(role, path, bytes.len() as u64, Arc::new(Held(bytes.to_vec())))
}

pub(in crate::artifact) fn on_disk(role: &'static str, path: &str, at: &Path) -> ArtifactFile {
    file(role, path, std::fs::metadata(at).unwrap().len(), Arc::new(OnDisk(at.to_owned())))
}

pub(in crate::artifact) fn parse(parser: &dyn Parser, kind: Option<RootKind>, files: &[ArtifactFile]) -> Fragment {
    let (root, leash) = (Locator::path(b"root"), Leash::unbounded());
    let mut files = files.to_vec();
    files.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    let mut sink = Sink::new(parser.spec(), Retain::All);
    parser.parse(&Artifact { root: &root, kind, files: &files, leash: &leash }, &mut sink).unwrap();
    sink.finish()
}

/// What tests ask of a fragment.
pub(in crate::artifact) trait Said {
    fn device(&self) -> &DeviceRecord;
    /// Identifiers in this state, sorted, each once; a name where there is none.
    fn in_state(&self, state: State) -> Vec<&str>;
    /// The list stated from an artifact.
    fn list(&self, artifact: &str) -> &ListStatement;
    fn codes(&self) -> Vec<(Code, Severity)>;
    /// The messages of a code.
    fn messages(&self, code: Code) -> Vec<&str>;
    /// `kind value` of every fact, sorted.
    fn facts(&self) -> Vec<String>;
}

impl Said for Fragment {
    fn device(&self) -> &DeviceRecord {
        assert_eq!(self.devices.len(), 1, "{:?}", self.diagnostics);
        &self.devices[0]
    }

    fn in_state(&self, state: State) -> Vec<&str> {
        let apps = self.device().apps.iter().filter(|app| app.state == state);
        let mut out: Vec<&str> = apps
            .map(|app| if app.identifier.is_empty() { app.name.as_deref().unwrap_or("") } else { &*app.identifier })
            .collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    fn list(&self, artifact: &str) -> &ListStatement {
        let of = |(source, _): &&(crate::artifact::SourceId, ListStatement)| {
            self.sources[source.0 as usize].artifact == artifact
        };
        &self.device().lists.iter().find(of).unwrap().1
    }

    fn codes(&self) -> Vec<(Code, Severity)> {
        self.diagnostics.iter().map(|d| (d.code, d.severity)).collect()
    }

    fn messages(&self, code: Code) -> Vec<&str> {
        self.diagnostics.iter().filter(|d| d.code == code).map(|d| d.message.as_str()).collect()
    }

    fn facts(&self) -> Vec<String> {
        let mut out: Vec<String> = self.device().facts.iter().map(|f| format!("{:?} {}", f.kind, f.value)).collect();
        out.sort();
        out
    }
}

/// A property list as XML, the given markup its root.
pub(in crate::artifact) fn xml(root: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n{root}\n</plist>\n"
    )
}

/// The same list, binary.
pub(in crate::artifact) fn binary(xml: &str) -> Vec<u8> {
    let mut out = Vec::new();
    plist::Value::from_reader_xml(xml.as_bytes()).unwrap().to_writer_binary(&mut out).unwrap();
    out
}

/// The corpus beside the checkout, if there is one; says so where not.
#[allow(clippy::print_stderr)]
pub(in crate::artifact) fn corpus(path: &str) -> Option<PathBuf> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(path);
    if !at.exists() {
        eprintln!("skipped: no corpus beside the checkout");
        return None;
    }
    Some(at)
}
