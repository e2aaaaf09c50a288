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
    let parts: Vec<_> = path.split('/').collect();
    parts.len() == pattern.components.len()
        && pattern.components.iter().zip(&parts).all(|(p, n)| Pattern::component_fits(p, n.as_bytes()))
}

/// Hands a root to a parser the way a walk would: claimed files by role.
pub(super) fn parse_root(parser: &dyn Parser, kind: RootKind, files: &[(&str, &[u8])]) -> Fragment {
    let root = Locator::path(b"root");
    let mut claimed = Vec::new();
    for (path, bytes) in files {
        for claim in parser.spec().claims.iter().filter(|c| c.at == kind) {
            if fits(&Pattern::new(claim.path), path) {
                let locator = root.child(path.as_bytes());
                claimed.push(ArtifactFile { role: claim.role, file: file(path, bytes), locator });
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

/// Text XML as ABX: names interned, certificate keys as bytes, numbers typed.
pub(super) fn abx(xml: &str) -> Vec<u8> {
    use crate::format::xml::{Event, Reader};
    let mut pool: Vec<String> = Vec::new();
    let mut out = b"ABX\0\x10".to_vec();
    let counted = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        out.extend_from_slice(bytes);
    };
    let mut interned = |out: &mut Vec<u8>, name: &str| match pool.iter().position(|n| n == name) {
        Some(at) => out.extend_from_slice(&(at as u16).to_be_bytes()),
        None => {
            pool.push(name.to_owned());
            out.extend_from_slice(b"\xff\xff");
            counted(out, name.as_bytes());
        }
    };
    let mut reader = Reader::open(xml.as_bytes(), &crate::limits::Limits::default()).unwrap();
    loop {
        match reader.next_event().unwrap() {
            Event::Start(e) => {
                out.push(0x32);
                interned(&mut out, e.name());
                for (name, value) in e.attributes() {
                    let hex = || i64::from_str_radix(value, 16).ok();
                    match name {
                        "key" if crate::format::unhex(value.as_bytes()).is_some() => {
                            out.push(0x4f);
                            interned(&mut out, name);
                            counted(&mut out, &crate::format::unhex(value.as_bytes()).unwrap());
                        }
                        "ft" | "it" | "ut" | "first-install-time" if hex().is_some() => {
                            out.push(0x9f);
                            interned(&mut out, name);
                            out.extend_from_slice(&hex().unwrap().to_be_bytes());
                        }
                        "enabled" | "publicFlags" | "flags" | "id" | "index" if value.parse::<i32>().is_ok() => {
                            out.push(0x6f);
                            interned(&mut out, name);
                            out.extend_from_slice(&value.parse::<i32>().unwrap().to_be_bytes());
                        }
                        _ if value == "true" || value == "false" => {
                            out.push(if value == "true" { 0xcf } else { 0xdf });
                            interned(&mut out, name);
                        }
                        _ => {
                            out.push(0x2f);
                            interned(&mut out, name);
                            counted(&mut out, value.as_bytes());
                        }
                    }
                }
            }
            Event::End(name) => {
                out.push(0x33);
                interned(&mut out, name);
            }
            Event::Text(_) => {}
            Event::Eof { .. } => {
                out.push(0x11);
                return out;
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
    fragment.devices.iter().flat_map(|d| &d.lists).any(|(_, l)| {
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
