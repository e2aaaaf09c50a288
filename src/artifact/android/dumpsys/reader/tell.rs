//! What the lines of a dump mean: packages, users, the list and its end.

use std::collections::{BTreeMap, HashSet};

use super::super::super::identity::{UserHints, user_kind};
use super::super::super::names::{is_made_of, is_package_name};
use super::super::block::Block;
use super::Dump;
use crate::artifact::At;
use crate::model::{Answer, App, Basis, Code, End, ListScope, ListStatement, Platform, Reason, State, UserSet};

/// What such a text proves if nobody shortened it.
const WHOLE_OUTPUT: &str =
    "the text is the whole output of `dumpsys package`, not an excerpt or the dump of one package";

const FACTORY_COPY: &str =
    "The line stands among the factory copies of updated system apps, but no installed package has its name.";
pub(super) const ODD_PLACE: &str = "The package stands outside the list of packages; the text may be forged.";
/// How often one package is told with its place.
const MOST_REPEATS: u32 = 16;

const MENTIONED: &str = "Other lines of the dump name the package, its list of packages does not.";
const NO_CODE: &str = "Android lists the package without its code, or the dump does not show its state whole.";

impl Dump<'_, '_> {
    /// A factory copy without its package is no factory copy.
    pub(super) fn finish_hidden(&mut self) {
        for block in std::mem::take(&mut self.hidden) {
            if self.names.contains_key(&block.name) {
                continue;
            }
            // An excerpt of the hidden section alone is not forged.
            if self.seen {
                self.suspicious("a factory copy belongs to no installed package", &self.at(&block));
            }
            self.tell(&block, true, Some(FACTORY_COPY));
        }
    }

    /// Packages that the dump names elsewhere and does not list: its list is not whole.
    pub(super) fn finish_mentions(&mut self) {
        // Shared libraries are listed with their version, `a.b_12`.
        let library = |n: &String| n.rsplit_once('_').filter(|(a, _)| is_made_of(n, a)).map(|(a, _)| a.to_owned());
        let libraries: HashSet<String> = self.names.keys().filter_map(library).collect();
        for (name, at) in std::mem::take(&mut self.mentioned) {
            if self.names.contains_key(&name) || libraries.contains(&name) {
                continue;
            }
            self.errors += u64::from(self.seen);
            if !self.sink.wants_identifier(Platform::Android, &name) {
                continue;
            }
            if self.seen {
                let message = "the dump names a package here that its list of packages does not";
                self.sink.note(Code::SourcesConflict, Some(self.source), &at, message);
            }
            let app = App {
                identifier: name.as_str().into(),
                state: State::Unknown,
                caveat: Some(MENTIONED),
                ..App::default()
            };
            self.sink.app(self.device, app, self.source, at);
        }
    }

    pub(super) fn suspicious(&mut self, message: &str, at: &At) {
        self.errors += 1;
        self.sink.note(Code::SuspiciousLine, Some(self.source), at, message);
    }

    pub(super) fn at(&self, block: &Block) -> At {
        match self.offsets {
            true => At::Bytes { offset: block.offset, len: block.end - block.offset },
            false => At::pointer(["Packages", &block.name]),
        }
    }

    /// Pushes one package. `doubt`: its place says nothing about presence.
    pub(super) fn tell(&mut self, block: &Block, cut: bool, doubt: Option<&'static str>) {
        let at = self.at(block);
        if block.twice {
            self.suspicious("one user is told twice for this package", &at);
        }
        for name in block.other_names() {
            self.suspicious("lines of this package bear the name of another one", &at);
            self.mention(name, at.clone());
        }
        if doubt.is_none() {
            let repeats = self.note_names(block);
            if repeats > 0 {
                self.suspicious("the list has named this package before: it was put together of several", &at);
            }
            if repeats > MOST_REPEATS {
                return;
            }
            if !is_package_name(&block.name) {
                self.suspicious("the name is none that a package can have: the text is damaged", &at);
            }
            self.users.extend(block.users());
            // Android prints every user for every package: a block that lacks
            // one has lost a line, and with it who has the app.
            let shown = block.users().count() as u64;
            *self.shown.entry(shown).or_default() += 1;
            self.errors += u64::from(!block.shows_users() || block.unclear_user);
        }
        let states = match doubt {
            None => block.states(cut),
            Some(_) => BTreeMap::from([(State::Unknown, Vec::new())]),
        };
        self.entries += u64::from(doubt.is_none() && states.keys().any(|s| *s != State::Removed));
        for name in block.names() {
            if !self.sink.wants_identifier(Platform::Android, name) {
                continue;
            }
            for (state, users) in &states {
                let app = App {
                    identifier: name.into(),
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

    /// Takes the names of a block; how often this list has named it before.
    fn note_names(&mut self, block: &Block) -> u32 {
        let section = self.section;
        for name in block.names().skip(1) {
            self.names.entry(name.to_owned()).or_insert((0, 0));
        }
        let (last, times) = self.names.entry(block.name.clone()).or_insert((0, 0));
        *times = if *last == section { times.saturating_add(1) } else { 0 };
        *last = section;
        *times
    }

    /// States users, the list and what is wrong with it.
    pub(super) fn state(&mut self, failed: bool) {
        for (&id, hints) in &self.known_users {
            self.sink.user(self.device, id, user_kind(id, hints));
        }
        // User 0 always exists.
        for &id in self.users.iter().chain(&[0]) {
            self.sink.user(self.device, id, user_kind(id, &UserHints::default()));
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
        // Each dump of a service is marked, or none is (before Android 8).
        let unmarked = self.durations && self.unmarked;
        let cut = failed || self.timed_out || self.too_many || unmarked || !self.ended;
        if cut {
            let why = match (self.timed_out, self.too_many) {
                (true, _) => {
                    "the dump of the package service ran into its time limit, failed, or was joined from parts"
                }
                (_, true) => "the dump names more packages than the limit",
                _ => "the dump of the package service has no end",
            };
            self.sink.note(Code::DamagedFile, Some(self.source), &At::Whole, format!("{why}; the list is not whole"));
        } else if self.ending.is_cut() {
            let message = "the text does not end as it should: what stood behind the list, perhaps users, is missing";
            self.sink.note(Code::DamagedFile, Some(self.source), &At::Whole, message);
        }
        // A service is never dumped for one package alone.
        let answer = match self.services || self.unfiltered {
            _ if self.filtered => Answer::Partial(Reason("filtered-list")),
            true => Answer::Complete,
            false => Answer::Assumed(WHOLE_OUTPUT),
        };
        let users: Vec<_> = self.users.iter().copied().collect();
        let all = users.len() as u64;
        self.errors += self.shown.iter().filter(|(n, _)| **n > 0 && **n < all).map(|(_, blocks)| blocks).sum::<u64>();
        let end = if cut { End::Cut } else { End::Proven };
        let mut list =
            ListStatement::new(ListScope::AllApps, UserSet::Only(users), Basis::Always(answer), end, self.entries);
        list.errors = self.errors;
        list.as_of = self.header_time.or(self.section_time);
        if list.as_of.is_some() {
            list.note = Some("the time is the device's local time, taken as UTC: up to 14 hours off".into());
        }
        if self.errors > 0 {
            let message =
                format!("{} packages do not show every user or stand in doubt; the list is not whole", self.errors);
            self.sink.note(Code::MalformedRecord, Some(self.source), &At::Whole, message);
        }
        self.sink.list(self.device, self.source, list);
    }
}
