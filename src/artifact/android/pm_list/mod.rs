//! What `pm list packages` printed, bare or in a transcript with its command lines.

mod phones;
mod row;
mod segment;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hasher as _};
use std::io::Read as _;

use super::super::{Artifact, ArtifactSpec, At, DeviceId, ParseError, Parser, ParserSpec, Sink, SourceId};
use super::dumpsys::{decoded, failed, name_of_block, unreadable};
use super::identity::{UserHints, user_kind};
use super::lines::{Line, Lines};
use super::shell::{self, Typed};
use crate::evidence::{Affinity, Probe};
use crate::model::{Answer, App, Basis, Code, End, ListScope, ListStatement, Platform, Reason, State, UserSet};
use phones::Phones;
use row::{Options, Row};
use segment::Segment;

pub(super) const TEXT: &str = "pm-list-packages";

const KNOWN: &str = "The command also listed packages that are gone.";

const LAST_LINE: &str = "The text ends inside this line.";

const AMONG_OTHERS: &str = "The line stands in a text that is mostly no list.";

/// Different statements of one text whose repeats are counted.
const MOST_STATEMENTS: usize = 200_000;

/// Lists of one text that are stated one by one.
const MOST_LISTS: usize = 500;

/// How often one statement about an app is repeated with its place.
const MOST_REPEATS: u8 = 16;

/// Reads `pm list packages` output.
#[derive(Debug)]
pub struct PmList;

static SPEC: ParserSpec = ParserSpec {
    id: "pm-list",
    title: "pm list packages output",
    platform: Platform::Android,
    artifacts: &[ArtifactSpec {
        id: TEXT,
        title: "pm list packages output",
        proves: "The package was installed for the users shown, user 0 where none is shown.",
        does_not_prove: "It does not show that every package is listed unless its command line is recorded; with -u it does not show presence; it names no signer.",
        since: "Android 2.3",
    }],
    claims: &[],
    sources: &["AOSP com.android.server.pm.PackageManagerShellCommand.runListPackages (Android 4.4 to 16)"],
};

impl Parser for PmList {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let text = decoded(probe.head);
        let (mut rows, mut others) = (0, 0);
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let line = shell::plain(line);
            if row::parse(&line).is_some() {
                rows += 1;
            } else if is_command(&line) {
                return (Affinity::Likely, TEXT);
            } else {
                others += 1;
            }
        }
        // Notes before some rows do not make them disappear.
        match rows {
            0 => (Affinity::No, TEXT),
            _ if rows > others => (Affinity::Likely, TEXT),
            _ => (Affinity::Maybe, TEXT),
        }
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let device = sink.begin(Platform::Android, None, At::Whole);
        let mut read = Ok(());
        for file in artifact.files {
            let mut stream = match sink.stream(file, artifact.leash) {
                Ok(stream) => stream,
                Err(error) => {
                    let source = sink.source(file);
                    sink.list(device, source, unreadable());
                    read = failed(error, source, sink);
                    continue;
                }
            };
            let source = stream.source();
            let mut output = Output::new(device, source, sink);
            let result = output.lines(stream.by_ref());
            output.finish(result.is_err());
            read = match result {
                Ok(()) => sink.close(stream),
                Err(error) => failed(error.into(), source, sink),
            };
        }
        sink.commit(device);
        read
    }
}

struct Output<'s, 'k> {
    sink: &'s mut Sink<'k>,
    device: DeviceId,
    source: SourceId,
    offsets: bool,
    segment: Segment,
    /// Stated at the end, when it is known of how many phones they are.
    lists: Vec<ListStatement>,
    /// Further ones.
    more_lists: u64,
    /// Statements about apps, hashed, and how often they were made.
    told: HashMap<u64, u8>,
    phones: Phones,
    /// Users that exist, listed or not.
    known: BTreeMap<u32, UserHints>,
    /// Users whom the shell may not see.
    refused: BTreeSet<u32>,
}

impl<'s, 'k> Output<'s, 'k> {
    fn new(device: DeviceId, source: SourceId, sink: &'s mut Sink<'k>) -> Self {
        Self {
            sink,
            device,
            source,
            offsets: true,
            segment: Segment::default(),
            lists: Vec::new(),
            more_lists: 0,
            told: HashMap::new(),
            phones: Phones::default(),
            known: BTreeMap::new(),
            refused: BTreeSet::new(),
        }
    }

    fn lines(&mut self, input: impl std::io::Read) -> std::io::Result<()> {
        let mut lines = Lines::new(input)?;
        self.offsets = lines.keeps_offsets();
        let mut ended = true;
        while let Some(line) = lines.next_line()? {
            ended = line.ended;
            self.line(line);
        }
        if !ended {
            let message =
                "the text ends inside a line, so that more may be missing; if it is whole, end it with a line feed";
            self.sink.note(Code::DamagedFile, Some(self.source), &At::Whole, message);
        }
        Ok(())
    }

    fn line(&mut self, line: Line<'_>) {
        let text = shell::plain(line.text);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if let Some(row) = row::parse(text) {
            self.row(&row, line);
        } else if let Some(name) = name_of_block(line.text) {
            self.named(name, line);
        } else if text.starts_with("UserInfo{") {
            self.user_line(text);
        } else if let Some(user) = row::user_of_error(text) {
            self.known(user);
            if self.refused.len() < 1000 {
                self.refused.insert(user);
            }
        } else if let Some(typed) = shell::typed(text) {
            self.typed(typed, text, line);
        } else if self.segment.ended || is_noise(text) || (self.segment.entries == 0 && is_of_adb(text)) {
            // What another command printed is none of the list's trouble.
        } else if self.segment.has_begun() {
            // A row that was quoted, as in a mail.
            let quoted = text.trim_start_matches(['>', '|', '*', '-', '+', ' ', '\t']);
            if let Some(row) = row::parse(quoted) {
                self.named(row.name, line);
                return;
            }
            self.fault(
                line,
                if is_error(text) { "the command failed here" } else { "a line that is none of the list" },
            );
        } else {
            self.segment.before += 1;
        }
    }

    /// A package that another line than a row names: of a dump, or quoted.
    fn named(&mut self, name: &str, line: Line<'_>) {
        if self.segment.has_begun() && !self.segment.ended {
            self.fault(line, "a line that is none of the list");
        }
        if !self.sink.wants_identifier(Platform::Android, name) || !self.is_news(&name) {
            return;
        }
        let app = App {
            identifier: name.into(),
            state: State::Unknown,
            caveat: Some("The line that names the package is none of a list."),
            ..App::default()
        };
        let at = self.at(line, name);
        self.sink.app(self.device, app, self.source, at);
    }

    fn at(&self, line: Line<'_>, name: &str) -> At {
        match self.offsets {
            true => At::Bytes { offset: line.offset, len: line.len },
            false => At::pointer(["package", name]),
        }
    }

    /// A prompt, and what was typed behind it.
    fn typed(&mut self, typed: Typed<'_>, text: &str, line: Line<'_>) {
        if typed.failed && self.segment.has_begun() && !self.segment.ended {
            self.fault(line, "the prompt says that the command before it failed");
        }
        self.segment.ended = true;
        let options = row::command(typed.command);
        self.phones.line(text, options.is_some());
        if options.is_some() {
            self.end_segment(false);
            self.segment = Segment::of(options);
        }
    }

    /// A line that leaves the list open.
    fn fault(&mut self, line: Line<'_>, message: &str) {
        self.segment.errors += 1;
        let at = if self.offsets { At::Bytes { offset: line.offset, len: line.len } } else { At::Whole };
        self.sink.note(Code::MalformedRecord, Some(self.source), &at, message);
    }

    fn row(&mut self, row: &Row<'_>, line: Line<'_>) {
        if self.segment.ended {
            // Rows behind a prompt whose command is not `pm list packages`.
            self.end_segment(false);
            self.segment.ended = false;
            self.segment.options = Some(Options { known_only: true, filtered: true, ..Options::default() });
        }
        if self.segment.before > 0 && self.segment.entries == 0 {
            self.segment.errors += self.segment.before;
            let message = format!("{} lines before the list are none of it", self.segment.before);
            self.sink.note(Code::MalformedRecord, Some(self.source), &At::Whole, message);
        }
        let options = self.segment.options.unwrap_or_default();
        let users = match (options.user, row.users.is_empty()) {
            (Some(user), _) => vec![user],
            (None, true) => vec![0],
            (None, false) => row.users.clone(),
        };
        if self.segment.users.len() < 1000 {
            self.segment.users.extend(&users);
        }
        self.segment.entries += 1;
        if !options.filtered && self.segment.is_known(row.name) {
            self.fault(line, "a package that the list has named before: it was put together of several");
        }
        if !line.ended {
            // What follows the last character read could change name and users.
            self.segment.errors += 1;
        }
        if !self.sink.wants_identifier(Platform::Android, row.name) {
            return;
        }
        let (state, caveat) = match options {
            _ if !line.ended => (State::Unknown, Some(LAST_LINE)),
            Options { known_only: true, .. } => (State::Unknown, Some(KNOWN)),
            _ if self.segment.before > self.segment.entries + 2 => (State::Unknown, Some(AMONG_OTHERS)),
            Options { disabled: true, .. } => (State::Disabled, None),
            _ => (State::Installed, None),
        };
        if !self.is_news(&(row, state, &users, options.third_party, options.system)) {
            return;
        }
        let partition =
            row.path.is_some_and(|p| p.starts_with('/') && !p.starts_with("/data/") && !p.starts_with("/mnt/"));
        let app = App {
            identifier: row.name.into(),
            version: row.version.map(Into::into),
            installer: row.installer.map(Into::into),
            state,
            users,
            system: match options {
                Options { third_party: true, .. } => Some(false),
                Options { system: true, .. } => Some(true),
                _ => partition.then_some(true),
            },
            caveat,
            ..App::default()
        };
        let at = self.at(line, row.name);
        self.sink.app(self.device, app, self.source, at);
    }

    /// The statement was not made often before.
    fn is_news(&mut self, statement: &impl std::hash::Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        statement.hash(&mut hasher);
        if self.told.len() >= MOST_STATEMENTS {
            self.told.clear();
        }
        let times = self.told.entry(hasher.finish()).or_default();
        *times = times.saturating_add(1);
        *times <= MOST_REPEATS
    }

    /// `UserInfo{10:Work profile:1030} running` of `pm list users`.
    fn user_line(&mut self, text: &str) {
        let inner = text.trim_start_matches("UserInfo{");
        let Some(id) = inner.split(':').next().and_then(|id| id.parse().ok()) else {
            self.segment.errors += 1;
            return;
        };
        let flags = inner.split_once('}').and_then(|(i, _)| i.rsplit(':').next());
        self.known(id);
        if let Some(hints) = self.known.get_mut(&id) {
            hints.flags = flags.and_then(|f| u32::from_str_radix(f, 16).ok());
        }
    }

    fn known(&mut self, user: u32) {
        if self.known.len() < 1000 {
            self.known.entry(user).or_default();
        }
    }

    /// States what the rows since the last command are.
    fn end_segment(&mut self, cut: bool) {
        let mut segment = std::mem::take(&mut self.segment);
        if !segment.has_begun() {
            return;
        }
        if segment.users.is_empty() {
            segment.users.insert(segment.options.and_then(|o| o.user).unwrap_or(0));
        }
        for &user in &segment.users {
            self.known(user);
        }
        let list = segment.statement(cut);
        if self.lists.len() < MOST_LISTS {
            self.lists.push(list);
        } else {
            self.more_lists += 1;
        }
    }

    fn finish(mut self, failed: bool) {
        self.end_segment(failed);
        let several = self.phones.are_several();
        if several {
            let message =
                "the command lines speak to more than one phone; give the lists of each phone in a file of its own";
            self.sink.note(Code::SeveralDevices, Some(self.source), &At::Whole, message);
        }
        // User 0 always exists.
        self.known(0);
        for (&id, hints) in &self.known {
            self.sink.user(self.device, id, user_kind(id, hints));
        }
        if self.more_lists > 0 {
            let message = format!("{} further lists of this text prove nothing here; split it", self.more_lists);
            self.sink.note(Code::LimitEntries, Some(self.source), &At::Whole, message);
        }
        if self.lists.is_empty() {
            // Beside a list of others, the device's lists as a whole tell.
            for user in &self.refused {
                let message = format!("user {user} could not be listed: its apps are not known");
                self.sink.note(Code::UserWithoutList, Some(self.source), &At::Whole, message);
            }
            let basis = Basis::Always(Answer::NotCollected(Reason("no-package-rows")));
            let list = ListStatement::new(ListScope::AllApps, UserSet::All, basis, End::Unmarked, 0);
            self.lists.push(list);
        }
        for mut list in self.lists {
            if several && !matches!(list.basis, Basis::Always(Answer::NotCollected(_))) {
                list.basis = Basis::Always(Answer::Partial(Reason("several-devices")));
            }
            self.sink.list(self.device, self.source, list);
        }
    }
}

/// The package of a row, for texts that hold more than a list.
pub(super) fn name_of_row(line: &str) -> Option<&str> {
    row::parse(line).map(|row| row.name)
}

/// A person asked for the list in this line.
pub(super) fn is_command(line: &str) -> bool {
    shell::typed(line).is_some_and(|t| row::command(t.command).is_some())
}

/// What adb and the linker print besides.
fn is_noise(line: &str) -> bool {
    line.starts_with("* daemon")
        || line.starts_with("WARNING: linker")
        || line.starts_with("Users:")
        || line.starts_with("List of devices attached")
        || line.starts_with("at ")
}

/// What adb prints before it calls the phone; behind rows it broke off.
fn is_of_adb(line: &str) -> bool {
    line.starts_with("adb server version (") || line.starts_with("adb server is out of date")
}

fn is_error(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["exception", "error", "failure", "permission"].iter().any(|w| line.contains(w))
}

#[cfg(test)]
mod tests;
