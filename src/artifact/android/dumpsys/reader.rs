//! Walks the text of `dumpsys package`, alone or among other services, line by
//! line, and pushes each package as its block ends.
//!
//! Names and versions in the text are the apps' own and may hold line feeds, so
//! that a hostile app can write lines here: nothing that would hide a package is
//! believed without a second sign, and what looks forged leaves the list open.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Read};

use super::super::identity::{Properties, UserHints};
use super::super::lines::{Line, Lines};
use super::block::Block;
use crate::artifact::{At, DeviceId, Sink, SourceId};
use crate::model::{
    Answer, App, Basis, Code, End, ListScope, ListStatement, Platform, Reason, State, Timestamp, UserSet,
};

/// Packages of one dump; a device has some hundreds.
const MOST_PACKAGES: u64 = 200_000;

/// What such a text proves if nobody shortened it.
const WHOLE_OUTPUT: &str =
    "the text is the whole output of `dumpsys package`, not an excerpt or the dump of one package";

const FACTORY_COPY: &str =
    "The line stands among the factory copies of updated system apps, but no installed package has its name.";
const ODD_PLACE: &str = "The package stands outside the list of packages; the text may be forged.";
const NO_CODE: &str = "Android lists the package without its code, or the dump does not show its state whole.";

/// Part of the package service's dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Before,
    Packages,
    Hidden,
    After,
}

/// Whose lines are read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Before any service: the text of `dumpsys package` alone has no header.
    Headless,
    /// The head of a bug report, which is no place for packages.
    Header,
    Package,
    User,
    Properties,
    Other,
}

/// Reads one text.
pub(crate) struct Dump<'s, 'k> {
    sink: &'s mut Sink<'k>,
    device: DeviceId,
    source: SourceId,
    offsets: bool,
    place: Place,
    part: Part,
    block: Option<Block>,
    /// Names under `Packages:`; a factory copy must have one of them.
    names: HashSet<String>,
    /// Factory copies without an installed package, told at the end.
    hidden: Vec<Block>,
    users: BTreeSet<u32>,
    known_users: BTreeMap<u32, UserHints>,
    last_user: Option<u32>,
    count: u64,
    entries: u64,
    errors: u64,
    /// `Packages:` was seen.
    seen: bool,
    /// Its end was seen.
    ended: bool,
    /// The text names services, so that it is more than `dumpsys package`.
    services: bool,
    /// Sections that a dump of one package does not have.
    unfiltered: bool,
    timed_out: bool,
    too_many: bool,
    pub(crate) properties: Properties,
    header_time: Option<Timestamp>,
    section_time: Option<Timestamp>,
}

impl<'s, 'k> Dump<'s, 'k> {
    pub(crate) fn new(sink: &'s mut Sink<'k>, device: DeviceId, source: SourceId) -> Self {
        Self {
            sink,
            device,
            source,
            offsets: true,
            place: Place::Headless,
            part: Part::Before,
            block: None,
            names: HashSet::new(),
            hidden: Vec::new(),
            users: BTreeSet::new(),
            known_users: BTreeMap::new(),
            last_user: None,
            count: 0,
            entries: 0,
            errors: 0,
            seen: false,
            ended: false,
            services: false,
            unfiltered: false,
            timed_out: false,
            too_many: false,
            properties: Properties::default(),
            header_time: None,
            section_time: None,
        }
    }

    /// Reads to the end, then states users and list, also after an error.
    pub(crate) fn run(mut self, input: impl Read) -> (io::Result<()>, Properties) {
        let read = self.lines(input);
        let failed = read.is_err();
        self.finish_block(true);
        self.finish_hidden();
        self.state(failed);
        (read, self.properties)
    }

    fn lines(&mut self, input: impl Read) -> io::Result<()> {
        let mut lines = Lines::new(input)?;
        self.offsets = lines.keeps_offsets();
        while let Some(line) = lines.next_line()? {
            self.line(line);
        }
        Ok(())
    }

    fn line(&mut self, line: Line<'_>) {
        let text = line.text;
        if self.boundary(text) {
            return;
        }
        match self.place {
            Place::Headless | Place::Package => self.package_line(line),
            Place::User => self.user_line(text.trim()),
            Place::Properties => self.properties.line(text),
            Place::Header | Place::Other => {}
        }
        if matches!(self.place, Place::Headless | Place::Header) {
            self.header_line(text);
        }
    }

    /// Lines that end one service or section and begin another.
    fn boundary(&mut self, text: &str) -> bool {
        if let Some(name) = text.strip_prefix("DUMP OF SERVICE ") {
            // A priority may stand before the name.
            let name = name.trim().trim_end_matches(':').rsplit(' ').next().unwrap_or("");
            self.services = true;
            let place = match name {
                "package" => Place::Package,
                "user" => Place::User,
                _ => Place::Other,
            };
            self.leave(place);
            return true;
        }
        if text.starts_with("--") && text.contains(" was the duration of dumpsys ") {
            let package = text.contains(" dumpsys package,") || text.trim_end().ends_with(" dumpsys package");
            if package {
                self.section_time =
                    text.rsplit_once("ending at: ").and_then(|(_, t)| local_time(t)).or(self.section_time);
                if !matches!(self.place, Place::Package | Place::Headless) {
                    // A service ended that this text never began here.
                    self.suspicious("the dump of the package service ends where another service stands", &At::Whole);
                }
            }
            self.leave(Place::Other);
            return true;
        }
        if text.starts_with("------ ") && text.trim_end().ends_with("------") {
            self.services = true;
            let place = if text.starts_with("------ SYSTEM PROPERTIES") { Place::Properties } else { Place::Other };
            self.leave(place);
            return true;
        }
        if self.seen && is_timeout(text) && matches!(self.place, Place::Package | Place::Headless) {
            self.timed_out = true;
        }
        false
    }

    fn leave(&mut self, place: Place) {
        if matches!(self.place, Place::Package | Place::Headless) {
            self.finish_block(self.timed_out);
            self.ended |= self.seen;
            self.part = Part::Before;
        }
        // Each dump of the service has to end.
        self.ended &= place != Place::Package;
        self.place = place;
    }

    fn header_line(&mut self, text: &str) {
        if let Some(rest) = text.strip_prefix("== dumpstate: ") {
            self.header_time = self.header_time.or_else(|| local_time(rest));
            self.services = true;
            self.leave(Place::Header);
        } else if let Some(fingerprint) = text.strip_prefix("Build fingerprint: ") {
            self.properties.fingerprint_if_absent(fingerprint);
        }
    }

    /// `UserInfo{10:Work profile:1030} serialNo=10 ...`, then `Type: ...`.
    fn user_line(&mut self, line: &str) {
        if let Some(type_name) = line.strip_prefix("Type: ") {
            if let Some(hints) = self.last_user.and_then(|u| self.known_users.get_mut(&u)) {
                hints.type_name.get_or_insert_with(|| type_name.trim().to_owned());
            }
            return;
        }
        let Some((id, rest)) = line.strip_prefix("UserInfo{").and_then(|l| l.split_once(':')) else {
            return;
        };
        let Ok(id) = id.parse() else {
            return;
        };
        let flags = rest.split_once('}').and_then(|(inner, _)| inner.rsplit(':').next());
        let flags = flags.and_then(|f| u32::from_str_radix(f, 16).ok());
        if self.known_users.len() < 1000 {
            self.known_users.entry(id).or_default().flags = flags;
            self.last_user = Some(id);
        }
    }

    fn package_line(&mut self, line: Line<'_>) {
        let text = line.text;
        if let Some(name) = Block::header(text) {
            self.finish_block(false);
            self.count += 1;
            if self.count > MOST_PACKAGES {
                self.too_many = true;
                return;
            }
            // A text that begins inside the list has no headline.
            let mut block = Block::new(name, line.offset);
            block.end = line.offset + line.len;
            self.block = Some(block);
            return;
        }
        if is_headline(text) {
            self.finish_block(false);
            self.part = match (text.trim_end(), self.part) {
                ("Packages:", Part::Before) => {
                    self.seen = true;
                    Part::Packages
                }
                ("Hidden system packages:", _) => {
                    self.end_of_part();
                    Part::Hidden
                }
                (_, Part::Before) => Part::Before,
                _ => {
                    self.end_of_part();
                    Part::After
                }
            };
            if self.part == Part::Before {
                self.unfiltered |= matches!(text.trim_end(), "Database versions:" | "Verifiers:" | "Libraries:");
            }
            return;
        }
        if let Some(block) = &mut self.block {
            block.line(text, line.ended);
            block.end = line.offset + line.len;
        } else if self.part == Part::Before {
            let fingerprint =
                text.trim().strip_prefix("buildFingerprint=").or_else(|| text.trim().strip_prefix("fingerprint="));
            if let Some(fingerprint) = fingerprint.filter(|_| self.unfiltered) {
                self.properties.fingerprint_if_absent(fingerprint);
            }
        }
    }

    /// In the dump of a service only the end of the service counts.
    fn end_of_part(&mut self) {
        if self.place == Place::Headless {
            self.ended |= self.seen;
        }
    }

    fn finish_block(&mut self, cut: bool) {
        let Some(block) = self.block.take() else {
            return;
        };
        match self.part {
            Part::Packages => self.tell(&block, cut, None),
            Part::Hidden => {
                if !self.names.contains(&block.name) && self.hidden.len() < 10_000 {
                    self.hidden.push(block);
                }
            }
            Part::Before | Part::After => {
                self.suspicious("a package stands outside the list of packages", &self.at(&block));
                self.tell(&block, true, Some(ODD_PLACE));
            }
        }
    }

    /// A factory copy without its package is no factory copy.
    fn finish_hidden(&mut self) {
        for block in std::mem::take(&mut self.hidden) {
            if self.names.contains(&block.name) {
                continue;
            }
            // An excerpt of the hidden section alone is not forged.
            if self.seen {
                self.suspicious("a factory copy belongs to no installed package", &self.at(&block));
            }
            self.tell(&block, true, Some(FACTORY_COPY));
        }
    }

    fn suspicious(&mut self, message: &str, at: &At) {
        self.errors += 1;
        self.sink.note(Code::SuspiciousLine, Some(self.source), at, message);
    }

    fn at(&self, block: &Block) -> At {
        match self.offsets {
            true => At::Bytes { offset: block.offset, len: block.end - block.offset },
            false => At::pointer(["Packages", &block.name]),
        }
    }

    /// Pushes one package. `doubt`: its place says nothing about presence.
    fn tell(&mut self, block: &Block, cut: bool, doubt: Option<&'static str>) {
        let at = self.at(block);
        if block.twice {
            self.suspicious("one user is told twice for this package", &at);
        }
        if doubt.is_none() {
            self.names.insert(block.name.clone());
            self.users.extend(block.users());
            self.errors += u64::from(!block.shows_users());
        }
        let states = match doubt {
            None => block.states(cut),
            Some(_) => BTreeMap::from([(State::Unknown, Vec::new())]),
        };
        self.entries += u64::from(doubt.is_none() && states.keys().any(|s| *s != State::Removed));
        let names = [Some(&block.name), block.compat_name.as_ref().filter(|c| **c != block.name)];
        for name in names.into_iter().flatten() {
            if !self.sink.wants_identifier(Platform::Android, name) {
                continue;
            }
            for (state, users) in &states {
                let app = App {
                    identifier: name.as_str().into(),
                    version: block.version().map(Into::into),
                    installer: block.installer.as_deref().map(Into::into),
                    state: *state,
                    users: users.clone(),
                    signers: block.signer_set(),
                    system: block.system,
                    caveat: doubt.or((*state == State::Unknown).then_some(NO_CODE)),
                    ..App::default()
                };
                self.sink.app(self.device, app, self.source, at.clone());
            }
        }
    }

    /// States users, the list and what is wrong with it.
    fn state(&mut self, failed: bool) {
        for (&id, hints) in &self.known_users {
            self.sink.user(self.device, id, super::super::identity::user_kind(id, hints));
        }
        for &id in &self.users {
            self.sink.user(self.device, id, super::super::identity::user_kind(id, &UserHints::default()));
        }
        if !self.seen {
            let basis = Basis::Always(Answer::NotCollected(Reason("no-package-section")));
            let end = if failed { End::Cut } else { End::Unmarked };
            let list = ListStatement::new(ListScope::AllApps, UserSet::All, basis, end, 0);
            self.sink.list(self.device, self.source, list);
            let message = "the text holds no `Packages:` section of `dumpsys package`; collect it again";
            self.sink.note(Code::NotCollected, Some(self.source), &At::Whole, message);
            return;
        }
        let cut = failed || self.timed_out || self.too_many || !self.ended;
        if cut {
            let why = match (self.timed_out, self.too_many) {
                (true, _) => "the dump of the package service ran into its time limit",
                (_, true) => "the dump names more packages than the limit",
                _ => "the dump of the package service has no end",
            };
            self.sink.note(Code::DamagedFile, Some(self.source), &At::Whole, format!("{why}; the list is not whole"));
        }
        // A service is never dumped for one package alone.
        let whole = self.services || self.unfiltered;
        let answer = if whole { Answer::Complete } else { Answer::Assumed(WHOLE_OUTPUT) };
        let users: Vec<_> = self.users.iter().copied().collect();
        let end = if cut { End::Cut } else { End::Proven };
        let mut list =
            ListStatement::new(ListScope::AllApps, UserSet::Only(users), Basis::Always(answer), end, self.entries);
        list.errors = self.errors;
        list.as_of = self.header_time.or(self.section_time);
        if list.as_of.is_some() {
            list.note = Some("the time is the device's local time, taken as UTC: up to 14 hours off".into());
        }
        if self.errors > 0 {
            let message = format!("{} packages show no user or stand in doubt; the list is not whole", self.errors);
            self.sink.note(Code::MalformedRecord, Some(self.source), &At::Whole, message);
        }
        self.sink.list(self.device, self.source, list);
    }
}

/// A line without indent that names a section of the dump.
fn is_headline(text: &str) -> bool {
    let text = text.trim_end();
    text.len() < 80
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.strip_suffix(':').is_some_and(|t| {
            t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'/' | b'(' | b')'))
        })
}

/// What dumpsys and dumpstate print where a dump did not finish.
fn is_timeout(text: &str) -> bool {
    text.starts_with("***") && (text.contains("TIMEOUT") || text.contains("timed out"))
        || text.starts_with("Failure while dumping")
        || text.starts_with("Error dumping service")
        || text.starts_with("Permission Denial: can't dump")
}

/// `2022-03-29 23:14:26`, the zone not being told, as if it were UTC.
fn local_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, time) = (text.get(..10)?, text.get(11..19)?);
    Timestamp::parse(&format!("{date}T{time}Z"))
}
