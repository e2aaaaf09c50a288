//! Walks the text of `dumpsys package`, alone or among other services, line by
//! line, and pushes each package as its block ends.
//!
//! Names and versions in the text are the apps' own and may hold line feeds, so
//! that a hostile app can write lines here: nothing that would hide a package is
//! believed without a second sign, and what looks forged leaves the list open.

mod ending;
mod marks;
mod tell;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};

use super::super::identity::{Properties, UserHints};
use super::super::lines::{Line, Lines};
use super::super::pm_list::name_of_row;
use super::super::shell;
use super::block::Block;
use crate::artifact::{At, DeviceId, Sink, SourceId};
use crate::model::Timestamp;
use ending::Ending;
use marks::{is_filtered, is_foreign, is_headline, is_timeout, is_vendor_headline, local_time, mentioned};
use tell::ODD_PLACE;

/// Packages of one dump; a device has some hundreds.
const MOST_PACKAGES: u64 = 200_000;

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
    /// Names under `Packages:`, in which of such sections, and how often there;
    /// a factory copy must have one of them.
    names: HashMap<String, (u32, u32)>,
    section: u32,
    /// Packages that other lines of the dump name, and where.
    mentioned: BTreeMap<String, At>,
    /// The line before was empty.
    after_blank: bool,
    /// The lines `  [NAME]` below this headline name packages with code.
    names_code: bool,
    /// Factory copies without an installed package, told at the end.
    hidden: Vec<Block>,
    users: BTreeSet<u32>,
    /// How many blocks show how many users.
    shown: BTreeMap<u64, u64>,
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
    /// The first section was there, which the dump of one package does not have.
    unfiltered: bool,
    /// A time limit fired, the service failed, or the end is that of another service.
    timed_out: bool,
    /// The text tells how long services took, which is the mark of their end.
    durations: bool,
    /// The package service was left without that mark.
    unmarked: bool,
    /// A command line shows that lines were left out.
    filtered: bool,
    too_many: bool,
    ending: Ending,
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
            names: HashMap::new(),
            section: 0,
            after_blank: false,
            mentioned: BTreeMap::new(),
            names_code: false,
            hidden: Vec::new(),
            users: BTreeSet::new(),
            shown: BTreeMap::new(),
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
            durations: false,
            unmarked: false,
            filtered: false,
            too_many: false,
            ending: Ending::default(),
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
        self.finish_mentions();
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
        self.ending.line(text, line.ended);
        if self.boundary(text) {
            return;
        }
        match self.place {
            Place::Headless | Place::Package => self.package_line(line),
            Place::User => self.user_line(text.trim()),
            Place::Properties => self.properties.line(text),
            Place::Header | Place::Other => {}
        }
        self.transcript_line(line);
        if matches!(self.place, Place::Headless | Place::Header) {
            self.header_line(text);
        }
    }

    /// What a person did besides: commands and what they printed.
    fn transcript_line(&mut self, line: Line<'_>) {
        let text = line.text.trim();
        if self.place != Place::User && text.starts_with("UserInfo{") {
            // As `pm list users` prints it.
            self.user_line(text);
        } else if let Some(name) = name_of_row(text) {
            let at = self.at_line(line);
            self.mention(name, at);
        } else if !self.ending.is_bug_report() && text.contains("dumpsys") {
            self.filtered |= shell::typed(text).is_some_and(|t| is_filtered(t.command));
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
            self.leave(place, false);
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
            } else if self.place == Place::Package {
                // Its own end is missing: the text was cut and joined.
                self.timed_out = true;
            }
            self.durations = true;
            self.leave(Place::Other, package);
            return true;
        }
        if text.starts_with("------ ") && text.trim_end().ends_with("------") {
            self.services = true;
            let place = if text.starts_with("------ SYSTEM PROPERTIES") { Place::Properties } else { Place::Other };
            self.leave(place, false);
            return true;
        }
        if self.seen && is_timeout(text) && matches!(self.place, Place::Package | Place::Headless) {
            self.timed_out = true;
        }
        false
    }

    /// `marked`: its duration was told.
    fn leave(&mut self, place: Place, marked: bool) {
        if matches!(self.place, Place::Package | Place::Headless) {
            self.finish_block(self.timed_out || !marked);
            // In a dump that begins as Android's does, sections follow that of the
            // packages; of one without them the mark is the end.
            let followed = self.part != Part::Packages;
            self.ended |= self.seen && (followed || (marked && !self.unfiltered));
            self.unmarked |= self.place == Place::Package && !marked;
            self.part = Part::Before;
            self.names_code = false;
        }
        // Each dump of the service has to end.
        self.ended &= place != Place::Package;
        self.place = place;
    }

    fn header_line(&mut self, text: &str) {
        if let Some(rest) = text.strip_prefix("== dumpstate: ") {
            self.header_time = self.header_time.or_else(|| local_time(rest));
            self.services = true;
            self.leave(Place::Header, false);
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
        let listed = matches!(self.part, Part::Packages | Part::Hidden);
        let after_blank = std::mem::replace(&mut self.after_blank, text.trim().is_empty());
        if is_headline(text) || (listed && after_blank && is_vendor_headline(text)) {
            self.finish_block(false);
            self.part = match (text.trim_end(), self.part) {
                ("Packages:", Part::Before) => {
                    self.seen = true;
                    self.section += 1;
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
            self.names_code = matches!(text.trim_end(), "Dexopt state:" | "Compiler stats:");
            if self.part == Part::Before {
                self.unfiltered |= text.trim_end() == "Database versions:";
            }
            return;
        }
        if listed && is_foreign(text) {
            let at = self.at_line(line);
            self.suspicious("the line is none of the list of packages: something was left out or put in", &at);
            return;
        }
        if let Some(name) = mentioned(text).filter(|_| self.names_code && self.part != Part::Before) {
            let at = self.at_line(line);
            self.mention(name, at);
        } else if let Some(block) = &mut self.block {
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

    fn at_line(&self, line: Line<'_>) -> At {
        match self.offsets {
            true => At::Bytes { offset: line.offset, len: line.len },
            false => At::Whole,
        }
    }

    /// Another line than that of its block names a package.
    fn mention(&mut self, name: &str, at: At) {
        if self.mentioned.len() < MOST_PACKAGES as usize && !self.names.contains_key(name) {
            self.mentioned.entry(name.to_owned()).or_insert(at);
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
                if !self.names.contains_key(&block.name) && self.hidden.len() < 10_000 {
                    self.hidden.push(block);
                }
            }
            Part::Before | Part::After => {
                self.suspicious("a package stands outside the list of packages", &self.at(&block));
                self.tell(&block, true, Some(ODD_PLACE));
            }
        }
    }
}
