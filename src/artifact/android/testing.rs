//! What the tests of this folder share: files in memory, roots, the corpus.

use std::path::PathBuf;
use std::sync::Arc;

use crate::artifact::{Artifact, ArtifactFile, Fragment, Parser, ParserSpec, Retain, Sink};
use crate::evidence::{Blob, EvidenceError, File, Member, MemoryBlob, Pattern, RootKind};
use crate::limits::Leash;
use crate::model::{Locator, Platform};

struct InMemory(Arc<MemoryBlob>);

impl Member for InMemory {
    fn open(&self, _leash: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(self.0.clone())
    }
}

pub(super) fn file(path: &str, bytes: &[u8]) -> File {
    File {
        path: path.as_bytes().into(),
        size: Some(bytes.len() as u64),
        mtime: None,
        member: Arc::new(InMemory(Arc::new(MemoryBlob(bytes.to_vec())))),
    }
}

static NO_SPEC: ParserSpec =
    ParserSpec { id: "test", title: "", platform: Platform::Android, artifacts: &[], claims: &[], sources: &[] };

pub(super) fn sink_of() -> Sink<'static> {
    Sink::new(&NO_SPEC, Retain::All)
}

fn fits(pattern: &Pattern, path: &str) -> bool {
    let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
    pattern.folder == path.ends_with('/')
        && parts.len() == pattern.components.len()
        && pattern.components.iter().zip(&parts).all(|(p, n)| Pattern::component_fits(p, n.as_bytes()))
}

/// Hands a root to a parser the way a walk would: claimed files by role.
pub(super) fn parse_root(parser: &dyn Parser, kind: RootKind, files: &[(&str, &[u8])]) -> Fragment {
    parse_root_below("", parser, kind, files)
}

/// The same for a root below this folder of the evidence.
pub(super) fn parse_root_below(folder: &str, parser: &dyn Parser, kind: RootKind, files: &[(&str, &[u8])]) -> Fragment {
    let root = Locator::path(b"root");
    let mut claimed = Vec::new();
    for (path, bytes) in files {
        for claim in parser.spec().claims.iter().filter(|c| c.at == kind) {
            if fits(&Pattern::new(claim.path), path) {
                let locator = root.child(path.as_bytes());
                let file = file(&format!("{folder}{path}"), bytes);
                claimed.push(ArtifactFile { role: claim.role, file, locator });
            }
        }
    }
    claimed.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    parse(parser, &root, Some(kind), &claimed)
}

/// Hands a loose file to a parser.
pub(super) fn parse_loose(parser: &dyn Parser, role: &'static str, path: &str, bytes: &[u8]) -> Fragment {
    let locator = Locator::path(path.as_bytes());
    let one = [ArtifactFile { role, file: file(path, bytes), locator: locator.clone() }];
    parse(parser, &locator, None, &one)
}

fn parse(parser: &dyn Parser, root: &Locator, kind: Option<RootKind>, files: &[ArtifactFile]) -> Fragment {
    let leash = Leash::unbounded();
    let mut sink = Sink::new(parser.spec(), Retain::All);
    let artifact = Artifact { root, kind, files, leash: &leash };
    parser.parse(&artifact, &mut sink).unwrap();
    sink.finish()
}

/// A file or folder of the shared corpus; `None`, said on stderr, where it is not there.
pub(super) fn corpus(below: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/android").join(below);
    if path.exists() {
        return Some(path);
    }
    #[allow(clippy::print_stderr)]
    {
        eprintln!("skipped: {} is not there", path.display());
    }
    None
}

/// Writes ABX.
struct Abx {
    pool: Vec<String>,
    out: Vec<u8>,
}

impl Abx {
    fn counted(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        self.out.extend_from_slice(bytes);
    }

    fn interned(&mut self, name: &str) {
        if let Some(at) = self.pool.iter().position(|n| n == name) {
            self.out.extend_from_slice(&(at as u16).to_be_bytes());
            return;
        }
        self.pool.push(name.to_owned());
        self.out.extend_from_slice(b"\xff\xff");
        self.counted(name.as_bytes());
    }

    fn typed(&mut self, token: u8, name: &str, value: &[u8]) {
        self.out.push(token);
        self.interned(name);
        self.out.extend_from_slice(value);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let hex = i64::from_str_radix(value, 16).ok();
        let int = value.parse::<i32>().ok();
        let bytes = crate::format::unhex(value.as_bytes());
        match (name, value) {
            ("key", _) if bytes.is_some() => {
                self.typed(0x4f, name, &[]);
                self.counted(&bytes.unwrap());
            }
            ("ft" | "it" | "ut" | "first-install-time", _) if hex.is_some() => {
                self.typed(0x9f, name, &hex.unwrap().to_be_bytes());
            }
            ("enabled" | "publicFlags" | "flags" | "id" | "index", _) if int.is_some() => {
                self.typed(0x6f, name, &int.unwrap().to_be_bytes());
            }
            (_, "true") => self.typed(0xcf, name, &[]),
            (_, "false") => self.typed(0xdf, name, &[]),
            _ => {
                self.typed(0x2f, name, &[]);
                self.counted(value.as_bytes());
            }
        }
    }
}

/// Text XML as ABX: names interned, certificate keys as bytes, numbers typed.
pub(super) fn abx(xml: &str) -> Vec<u8> {
    use crate::format::xml::{Event, Reader};
    let mut abx = Abx { pool: Vec::new(), out: b"ABX\0\x10".to_vec() };
    let mut reader = Reader::open(xml.as_bytes(), &crate::limits::Limits::default()).unwrap();
    loop {
        match reader.next_event().unwrap() {
            Event::Start(e) => {
                abx.out.push(0x32);
                abx.interned(e.name());
                e.attributes().for_each(|(name, value)| abx.attribute(name, value));
            }
            Event::End(name) => {
                abx.out.push(0x33);
                abx.interned(name);
            }
            Event::Text(_) => {}
            Event::Eof { .. } => {
                abx.out.push(0x11);
                return abx.out;
            }
        }
    }
}

/// `name state users` of every observation, sorted.
pub(super) fn said(fragment: &Fragment) -> Vec<String> {
    let apps = fragment.devices.iter().flat_map(|d| &d.apps);
    let mut out: Vec<_> = apps.map(|a| format!("{} {} {:?}", a.identifier, a.state.as_str(), a.users)).collect();
    out.sort();
    out
}

/// Some list would count as complete, with or without being vouched for.
pub(super) fn claims_a_whole_list(fragment: &Fragment) -> bool {
    use crate::model::{Answer, Basis, End};
    fragment.devices.iter().flat_map(|d| d.lists.iter()).any(|(_, l)| {
        matches!(l.basis, Basis::Always(Answer::Complete | Answer::Assumed(_)))
            && matches!(l.end, End::Proven | End::Unmarked)
            && l.errors == 0
    })
}

/// Codes of the diagnostics, sorted.
pub(super) fn codes(fragment: &Fragment) -> Vec<&'static str> {
    let mut out: Vec<_> = fragment.diagnostics.iter().map(|d| d.code.as_str()).collect();
    out.sort_unstable();
    out
}
