//! An AndroidQF acquisition: `packages.json`, with `getprop.txt`,
//! `acquisition.json` and `dumpsys.txt` of the same device.
//!
//! Its `trusted_certificate` mark is never used: its list of trusted signers
//! holds those of apps that policies prohibit.

use std::io::Read as _;

use serde::Deserialize;

use super::super::{Artifact, ArtifactFile, ArtifactSpec, At, DeviceId, ParseError, Parser, ParserSpec, Sink};
use super::dumpsys;
use super::identity::{Properties, UserHints, user_kind};
use super::lines::Lines;
use super::names::is_package_name;
use super::pm_list::name_of_row;
use super::qf_rows::{self, Row};
use crate::evidence::{Affinity, Claim, Probe, RootKind};
use crate::limits::Leash;
use crate::model::{
    Answer, App, Basis, Code, End, FactKind, ListScope, ListStatement, Platform, Reason, SignerSet, State, Timestamp,
    UserSet,
};

const PACKAGES: &str = "androidqf-packages";
const GETPROP: &str = "androidqf-getprop";
const ACQUISITION: &str = "androidqf-acquisition";
const DUMPSYS: &str = "androidqf-dumpsys";

const WHOLE: &str = "AndroidQF could list the packages of every user, and packages.json was not shortened";

const NO_FILES: &str =
    "The list also names packages that are gone, and `pm path` showed no file of this one for the user it ran as.";

/// Reads an AndroidQF acquisition.
#[derive(Debug)]
pub struct AndroidQf;

const fn claim(role: &'static str, path: &'static str) -> Claim {
    Claim { role, at: RootKind::AndroidQf, path }
}

static SPEC: ParserSpec = ParserSpec {
    id: "androidqf",
    title: "AndroidQF acquisition",
    platform: Platform::Android,
    artifacts: &[
        ArtifactSpec {
            id: PACKAGES,
            title: "packages.json",
            proves: "A package with files was installed for the user that the acquisition ran as, with its signer and installer.",
            does_not_prove: "A package without files is named only: it may be gone, or belong to another user. Signers are AndroidQF's reading of the package files.",
            since: "AndroidQF 1",
        },
        ArtifactSpec {
            id: GETPROP,
            title: "getprop.txt",
            proves: "Who the device is: model, system version, serial number.",
            does_not_prove: "It says nothing about apps.",
            since: "AndroidQF 1",
        },
        ArtifactSpec {
            id: ACQUISITION,
            title: "acquisition.json",
            proves: "When the acquisition was made.",
            does_not_prove: "It says nothing about apps.",
            since: "AndroidQF 1",
        },
        ArtifactSpec {
            id: DUMPSYS,
            title: "dumpsys.txt",
            proves: dumpsys::PROVES,
            does_not_prove: dumpsys::DOES_NOT_PROVE,
            since: "AndroidQF 1",
        },
    ],
    claims: &[
        claim(PACKAGES, "packages.json"),
        claim(GETPROP, "getprop.txt"),
        claim(ACQUISITION, "acquisition.json"),
        claim(DUMPSYS, "dumpsys.txt"),
    ],
    sources: &[
        "AndroidQF adb/packages.go, modules/packages.go, acquisition/acquisition.go",
        "AOSP com.android.server.pm.PackageManagerShellCommand (list packages, path)",
    ],
};

impl Parser for AndroidQf {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let text = dumpsys::decoded(probe.head);
        let body = text.trim_start_matches('\u{feff}').trim_start();
        if body.starts_with('[') && ["\"third_party\"", "\"files\"", "\"installer\""].iter().all(|k| body.contains(k)) {
            return (Affinity::Certain, PACKAGES);
        }
        let property = |l: &str| l.starts_with('[') && l.ends_with(']') && l.contains("]: [");
        let lines: Vec<_> = body.lines().take(8).collect();
        if lines.len() > 2 && lines[..lines.len() - 1].iter().all(|l| property(l)) && body.contains("[ro.") {
            return (Affinity::Likely, GETPROP);
        }
        (Affinity::No, PACKAGES)
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let device = sink.begin(Platform::Android, None, At::Whole);
        let mut properties = Properties::default();
        let read = read_all(artifact, device, sink, &mut properties);
        properties.state(device, sink);
        sink.commit(device);
        read
    }
}

fn read_all(
    artifact: &Artifact<'_>,
    device: DeviceId,
    sink: &mut Sink<'_>,
    properties: &mut Properties,
) -> Result<(), ParseError> {
    let mut as_of = None;
    for file in artifact.of(GETPROP) {
        getprop(file, device, artifact.leash, sink, properties)?;
    }
    for file in artifact.of(ACQUISITION) {
        as_of = acquisition(file, device, artifact.leash, sink)?;
    }
    for file in artifact.of(PACKAGES) {
        packages(file, device, as_of, artifact.leash, sink)?;
    }
    for file in artifact.of(DUMPSYS) {
        dumpsys::read(file, device, artifact.leash, sink, properties)?;
    }
    let none = artifact.one(PACKAGES).is_none() && artifact.one(DUMPSYS).is_none();
    if let Some(file) = artifact.files.first().filter(|_| none) {
        let source = sink.source(file);
        let basis = Basis::Always(Answer::NotCollected(Reason("no-package-list")));
        let list = ListStatement::new(ListScope::AllApps, UserSet::All, basis, End::Unmarked, 0);
        sink.list(device, source, list);
        let message = "the acquisition holds neither packages.json nor dumpsys.txt; no list of apps was read";
        sink.note(Code::NotCollected, Some(source), &At::Whole, message);
    }
    Ok(())
}

fn getprop(
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
            return dumpsys::failed(error, source, sink);
        }
    };
    let source = stream.source();
    let mut run = || -> std::io::Result<()> {
        let mut lines = Lines::new(stream.by_ref())?;
        while let Some(line) = lines.next_line()? {
            properties.line(line.text);
            // Texts were joined: the list behind the properties has no other reader.
            if let Some(name) = name_of_row(line.text) {
                let app = App {
                    identifier: name.into(),
                    state: State::Unknown,
                    caveat: Some("The line stands in a list of properties."),
                    ..App::default()
                };
                let at = At::Bytes { offset: line.offset, len: line.len };
                sink.app(device, app, source, at);
            }
        }
        Ok(())
    };
    match run() {
        Ok(()) => sink.close(stream),
        Err(error) => dumpsys::failed(error.into(), source, sink),
    }
}

/// When the acquisition was made; the device gets its id.
fn acquisition(
    file: &ArtifactFile,
    device: DeviceId,
    leash: &Leash,
    sink: &mut Sink<'_>,
) -> Result<Option<Timestamp>, ParseError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Acquisition {
        uuid: qf_rows::Text,
        started: qf_rows::Text,
        completed: qf_rows::Text,
    }
    let (source, bytes) = match sink.read(file, leash) {
        Ok(read) => read,
        Err(error) => {
            let source = sink.source(file);
            dumpsys::failed(error, source, sink)?;
            return Ok(None);
        }
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match serde_json::from_slice::<Acquisition>(text) {
        Ok(found) => {
            if !found.uuid.0.is_empty() {
                sink.fact(device, FactKind::OtherId, &format!("androidqf/{}", found.uuid.0));
            }
            // An acquisition that did not finish has a zero time there.
            let times = [&found.started.0, &found.completed.0];
            Ok(times.into_iter().filter_map(|t| Timestamp::parse(t)).find(|t| t.unix() > 0))
        }
        Err(error) => {
            let message = format!("{error}; the time of the acquisition is unknown");
            sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
            Ok(None)
        }
    }
}

/// `packages.json` while it is read.
struct Rows<'s, 'k> {
    sink: &'s mut Sink<'k>,
    device: DeviceId,
    source: super::super::SourceId,
    users: Vec<u32>,
    rows: u64,
    entries: u64,
    errors: u64,
}

fn packages(
    file: &ArtifactFile,
    device: DeviceId,
    as_of: Option<Timestamp>,
    leash: &Leash,
    sink: &mut Sink<'_>,
) -> Result<(), ParseError> {
    let mut stream = match sink.stream(file, leash) {
        Ok(stream) => stream,
        Err(error) => {
            let source = sink.source(file);
            sink.list(device, source, dumpsys::unreadable());
            return dumpsys::failed(error, source, sink);
        }
    };
    let source = stream.source();
    let mut rows = Rows { sink, device, source, users: vec![0], rows: 0, entries: 0, errors: 0 };
    let read = skip_mark(stream.by_ref())
        .map_err(serde_json::Error::io)
        .and_then(|input| qf_rows::rows(input, leash.limits.record, &mut |row| rows.row(&row)));
    let Rows { mut users, entries, mut errors, .. } = rows;
    let end = match &read {
        Ok(whole) => {
            errors += u64::from(!whole);
            End::Proven
        }
        Err(_) => End::Cut,
    };
    users.sort_unstable();
    for &id in &users {
        sink.user(device, id, user_kind(id, &UserHints::default()));
    }
    let basis = Basis::Always(Answer::Assumed(WHOLE));
    let mut list = ListStatement::new(ListScope::AllApps, UserSet::Only(users), basis, end, entries);
    (list.errors, list.as_of) = (errors, as_of);
    sink.list(device, source, list);
    if errors > 0 {
        let message = format!("{errors} rows could not be read, or something stands behind the list");
        sink.note(Code::MalformedRecord, Some(source), &At::Whole, message);
    }
    if matches!(read, Ok(false)) {
        let message = "something stands behind the list, of which only rows were read. Obtain an intact copy";
        sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
    }
    match read {
        Ok(_) => sink.close(stream),
        Err(error) if error.is_io() => dumpsys::failed(std::io::Error::from(error).into(), source, sink),
        Err(error) => {
            let message = format!("{error}; {entries} packages were read. Obtain an intact copy");
            sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
            Ok(())
        }
    }
}

/// Leaves out a byte order mark.
fn skip_mark(mut input: impl std::io::Read) -> std::io::Result<impl std::io::Read> {
    let mut head = Vec::new();
    input.by_ref().take(3).read_to_end(&mut head)?;
    if head == b"\xef\xbb\xbf" {
        head.clear();
    }
    Ok(std::io::Cursor::new(head).chain(input))
}

impl Rows<'_, '_> {
    fn row(&mut self, row: &Row) {
        let index = self.rows;
        self.rows += 1;
        let name = row.name.0.trim();
        self.errors += u64::from(!is_package_name(name));
        if name.is_empty() {
            return;
        }
        let of_uid = row.users();
        for &user in &of_uid {
            if self.users.len() < 1000 && !self.users.contains(&user) {
                self.users.push(user);
            }
        }
        // Even a row without files names the package as known.
        self.entries += 1;
        if !self.sink.wants_identifier(Platform::Android, name) {
            return;
        }
        for (state, users) in states(row, &of_uid) {
            let signers = (!row.files.signers.is_empty()).then(|| SignerSet {
                digests: row.files.signers.clone(),
                recorded: false,
                team_id: None,
            });
            let installer = Some(row.installer.0.trim()).filter(|i| !i.is_empty() && *i != "null");
            let app = App {
                identifier: name.into(),
                installer: installer.map(Into::into),
                state,
                users,
                signers,
                system: row.system.0,
                caveat: (state == State::Unknown).then_some(NO_FILES),
                ..App::default()
            };
            self.sink.app(self.device, app, self.source, At::pointer([index.to_string().as_str()]));
        }
    }
}

/// `pm path` speaks for the user it ran as: user 0, or the only one that has
/// the package. What it says of further users is nothing.
fn states(row: &Row, of_uid: &[u32]) -> Vec<(State, Vec<u32>)> {
    if !row.files.any {
        let users = if of_uid.is_empty() { vec![0] } else { of_uid.to_vec() };
        return vec![(State::Unknown, users)];
    }
    let state = if row.disabled.0 == Some(true) { State::Disabled } else { State::Installed };
    let (here, others): (Vec<u32>, Vec<u32>) = match of_uid {
        [] => (vec![0], Vec::new()),
        [one] => (vec![*one], Vec::new()),
        many if many.contains(&0) => many.iter().partition(|u| **u == 0),
        many => (many.to_vec(), Vec::new()),
    };
    let mut out = Vec::new();
    for (state, users) in [(state, here), (State::Unknown, others)] {
        if !users.is_empty() {
            out.push((state, users));
        }
    }
    out
}

#[cfg(test)]
#[path = "androidqf_tests.rs"]
mod tests;
