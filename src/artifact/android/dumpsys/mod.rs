//! `dumpsys package`: alone as text, among all services, inside a bug report.

mod block;
mod reader;

use std::io::Read as _;

use super::super::{
    Artifact, ArtifactFile, ArtifactSpec, At, DeviceId, ParseError, Parser, ParserSpec, Sink, SourceId,
};
use super::identity::Properties;
use crate::evidence::{Affinity, Claim, EvidenceError, Probe, RootKind};
use crate::limits::{Leash, Stop};
use crate::model::{Answer, Basis, Code, End, ListScope, ListStatement, Platform, Reason, UserSet};
use reader::Dump;

pub(super) const TEXT: &str = "dumpsys-package";
const BUGREPORT: &str = "bugreport-text";
const ENTRY: &str = "bugreport-main-entry";

/// Reads `dumpsys package` text and bug reports.
#[derive(Debug)]
pub struct AndroidDumpsys;

pub(super) const PROVES: &str =
    "Each package with its state per user, installer and a 32-bit hash of its signer, at the time of the dump.";
pub(super) const DOES_NOT_PROVE: &str =
    "A signer hash of 32 bits collides easily. The time of the dump is local time without a zone.";

const fn claim(role: &'static str, path: &'static str) -> Claim {
    Claim { role, at: RootKind::BugReport, path }
}

static SPEC: ParserSpec = ParserSpec {
    id: "android-dumpsys",
    title: "Android dumpsys package",
    platform: Platform::Android,
    artifacts: &[
        ArtifactSpec {
            id: TEXT,
            title: "dumpsys package text",
            proves: PROVES,
            does_not_prove: DOES_NOT_PROVE,
            since: "Android 4.2",
        },
        ArtifactSpec {
            id: BUGREPORT,
            title: "Bug report text",
            proves: PROVES,
            does_not_prove: DOES_NOT_PROVE,
            since: "Android 4.2",
        },
        ArtifactSpec {
            id: ENTRY,
            title: "main_entry.txt",
            proves: "Which file of a bug report is its text.",
            does_not_prove: "It says nothing about apps.",
            since: "Android 6",
        },
    ],
    claims: &[claim(ENTRY, "main_entry.txt"), claim(BUGREPORT, "bugreport-*.txt"), claim(BUGREPORT, "dumpstate*.txt")],
    sources: &[
        "AOSP com.android.server.pm.Settings.dumpPackageLPr, dumpSharedUsersLPr (Android 4.2 to 16)",
        "AOSP frameworks/native/cmds/dumpsys, cmds/dumpstate (bugreport-format.md)",
    ],
};

impl Parser for AndroidDumpsys {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let text = decoded(probe.head);
        let has = |needle: &str| text.starts_with(needle) || text.contains(&format!("\n{needle}"));
        let affinity = match () {
            () if has("== dumpstate: ") => return (Affinity::Certain, BUGREPORT),
            () if has("DUMP OF SERVICE package:") => Affinity::Certain,
            () if has("Packages:") && has("  Package [") => Affinity::Likely,
            () if has("Hidden system packages:") && has("  Package [") => Affinity::Likely,
            () if has("Database versions:") && (has("Verifiers:") || has("Libraries:")) => Affinity::Likely,
            // The package section may lie behind the head.
            () if !probe.is_whole() && has("DUMP OF SERVICE ") => Affinity::Certain,
            () if !probe.is_whole() && has("Currently running services:") => Affinity::Likely,
            () => Affinity::No,
        };
        (affinity, TEXT)
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let device = sink.begin(Platform::Android, None, At::Whole);
        let mut properties = Properties::default();
        let read = match text_of(artifact, sink)? {
            Some(file) => read(file, device, artifact.leash, sink, &mut properties),
            None => {
                if let Some(file) = artifact.files.first() {
                    let source = sink.source(file);
                    sink.list(device, source, unreadable());
                    let message = "the bug report's text is not there; collect the bug report again";
                    sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
                }
                Ok(())
            }
        };
        properties.state(device, sink);
        sink.commit(device);
        read
    }
}

/// The package that begins in this line of a dump.
pub(super) fn name_of_block(line: &str) -> Option<&str> {
    block::Block::header(line)
}

/// A list of which nothing could be read.
pub(super) fn unreadable() -> ListStatement {
    let basis = Basis::Always(Answer::Partial(Reason("unreadable")));
    ListStatement::new(ListScope::AllApps, UserSet::All, basis, End::Unreadable, 0)
}

/// Reads one text into a device; a file that cannot be opened is a diagnostic.
pub(super) fn read(
    file: &ArtifactFile,
    device: DeviceId,
    leash: &Leash,
    sink: &mut Sink<'_>,
    properties: &mut Properties,
) -> Result<(), ParseError> {
    let mut stream = match sink.stream(file, leash) {
        Ok(stream) => stream,
        Err(error) => {
            let source = sink.source(file);
            sink.list(device, source, unreadable());
            return failed(error, source, sink);
        }
    };
    let source = stream.source();
    let mut dump = Dump::new(sink, device, source);
    std::mem::swap(&mut dump.properties, properties);
    let (read, found) = dump.run(stream.by_ref());
    *properties = found;
    match read {
        Ok(()) => sink.close(stream),
        Err(error) => failed(error.into(), source, sink),
    }
}

/// The leash ends the call; anything else is the file's own trouble.
pub(super) fn failed(error: ParseError, source: SourceId, sink: &mut Sink<'_>) -> Result<(), ParseError> {
    if let ParseError::Evidence(EvidenceError::Stop(Stop::Time | Stop::Cancelled | Stop::Bytes | Stop::Entries)) = error
    {
        return Err(error);
    }
    sink.note(Code::UnreadableFile, Some(source), &At::Whole, error.to_string());
    Ok(())
}

/// The text of a bug report: the one that main_entry.txt names, else the
/// largest `bugreport-*`, else the largest `dumpstate*`.
fn text_of<'a>(artifact: &Artifact<'a>, sink: &mut Sink<'_>) -> Result<Option<&'a ArtifactFile>, ParseError> {
    if artifact.kind.is_none() {
        return Ok(artifact.files.first());
    }
    let name = |f: &ArtifactFile| f.file.path.rsplit(|b| *b == b'/').next().map(<[u8]>::to_vec).unwrap_or_default();
    if let Some(entry) = artifact.one(ENTRY) {
        let source = sink.source(entry);
        match entry.file.member.open(artifact.leash) {
            Ok(blob) => {
                let mut bytes = vec![0; 4096];
                let n = blob.read_full_at(&mut bytes, 0)?;
                let wanted = bytes.get(..n).unwrap_or(&[]).trim_ascii();
                if let Some(file) = artifact.of(BUGREPORT).find(|f| name(f) == wanted) {
                    return Ok(Some(file));
                }
                let message = "the text that main_entry.txt names is not there; another one was looked for";
                sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
            }
            Err(error) => failed(error.into(), source, sink)?,
        }
    }
    let largest = |prefix: &[u8]| {
        artifact.of(BUGREPORT).filter(|f| name(f).starts_with(prefix)).max_by_key(|f| f.file.size.unwrap_or(0))
    };
    Ok(largest(b"bugreport-").or_else(|| largest(b"dumpstate")))
}

/// The head as text, UTF-16 included; lossy, for looking only.
pub(super) fn decoded(head: &[u8]) -> std::borrow::Cow<'_, str> {
    match head {
        [0xff, 0xfe, rest @ ..] => {
            let units: Vec<_> = rest.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
            let text = String::from_utf16_lossy(&units);
            if text.contains('\n') { text.replace('\r', "") } else { text.replace('\r', "\n") }.into()
        }
        // Binary files are not searched.
        _ if head.iter().take(512).filter(|b| **b == 0).count() > 0 => "".into(),
        _ if head.contains(&b'\r') && !head.contains(&b'\n') => {
            String::from_utf8_lossy(head).replace('\r', "\n").into()
        }
        _ => String::from_utf8_lossy(head),
    }
}

#[cfg(test)]
mod tests;
