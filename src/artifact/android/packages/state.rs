//! What the gathered files mean: who has which package, and what the lists prove.

use std::collections::{BTreeMap, HashSet};

use super::super::identity::{fingerprint_facts, user_kind};
use super::document::Package;
use super::gather::{Copy, Gathered};
use super::restrictions::Restrictions;
use crate::artifact::{At, DeviceId, Sink};
use crate::model::{
    Answer, App, Basis, Code, End, ListScope, ListStatement, Platform, Reason, SignerSet, State, Timestamp, UserSet,
    escape_component,
};

/// Times up to the first days of 2009 are those of factory images.
const FACTORY: i64 = 1_231_000_000;

const UNCONFIRMED: &str = "The users' files are not in the evidence and nothing shows that the app's code is there.";
const CODE_GONE: &str =
    "Android recorded the package without its code: it was removed with its data kept, or archived.";
const OWNERLESS: &str =
    "No user whose file is in the evidence has the app, yet its code is there: another user may have it.";
const FOLDER_ONLY: &str = "Only a folder names the user, whose own file is not in the evidence.";
const ENTRY_LOST: &str = "The user's file is damaged and does not show whether the user has the app.";
const ON_SYSTEM: &str = "The app belongs to the system image: its code is still there and can be enabled again.";
const SUPERSEDED: &str = "Only a copy of packages.xml that Android would not read names the package.";
const FACTORY_COPY: &str =
    "Only the factory copy of an updated system app bears the name; packages.xml does not name the update.";
const PATH_ONLY: &str = "Only the code path of another package bears the name.";
const CODE_ONLY: &str = "Only the app's code or data in the evidence bears the name.";
const LIST_ONLY: &str = "Only packages.list names the package.";
const RESTRICTIONS_ONLY: &str = "Only a user's restrictions name the package.";
const FORGED: &str = "The line of packages.list looks forged.";

type States = BTreeMap<(State, Option<&'static str>), Vec<u32>>;

/// Pushes everything into the sink.
pub(super) fn state_all(gathered: &Gathered, sink: &mut Sink<'_>) {
    let Some(first) = gathered.any.or(gathered.code_names.values().next().copied()) else {
        return;
    };
    let chosen = gathered.chosen.and_then(|c| gathered.copies.get(c));
    let device = sink.begin(Platform::Android, Some(chosen.map_or(first, |c| c.source)), At::Whole);
    let mut copies = chosen.into_iter().chain(gathered.copies.iter());
    if let Some(fingerprint) = copies.find_map(|c| c.document.fingerprint.as_deref()) {
        fingerprint_facts(fingerprint, device, sink);
    }
    state_users(gathered, device, sink);
    let mut told = HashSet::new();
    for copy in &gathered.copies {
        state_copy(gathered, copy, chosen, device, sink, &mut told);
    }
    state_list(gathered, chosen, device, sink, &mut told);
    state_restrictions(gathered, chosen, device, sink, &mut told);
    state_code_paths(chosen, device, sink, &mut told);
    state_factory(chosen, device, sink, &mut told);
    state_code(gathered, chosen, device, sink, &told);
    sink.commit(device);
}

fn state_users(gathered: &Gathered, device: DeviceId, sink: &mut Sink<'_>) {
    for (&id, hints) in &gathered.users {
        sink.user(device, id, user_kind(id, hints));
        if !gathered.restrictions.is_empty() && !gathered.restrictions.contains_key(&id) {
            let message = format!(
                "user {id} has no package-restrictions.xml in the evidence; Android would take every package as installed for this user"
            );
            sink.note(Code::UserWithoutList, gathered.any, &At::Whole, message);
        }
    }
}

/// States of one package for every user.
struct Presence<'a> {
    gathered: &'a Gathered,
    /// Something else than the entry shows that the code is there.
    confirmed: bool,
    code_gone: bool,
    system: bool,
}

impl Presence<'_> {
    fn states(&self, name: &str) -> States {
        let mut states = States::new();
        if self.gathered.restrictions.is_empty() {
            let state = match (self.code_gone, self.confirmed) {
                (true, _) => (State::Unknown, Some(CODE_GONE)),
                (_, true) => (State::Installed, None),
                _ => (State::Unknown, Some(UNCONFIRMED)),
            };
            states.insert(state, Vec::new());
            return states;
        }
        for &user in self.gathered.users.keys() {
            let restrictions = self.gathered.restrictions.get(&user).map(|(_, r)| r);
            let state = match self.of_user(name, restrictions) {
                // The user may be one that Android has removed since.
                (State::Installed, _) if self.gathered.folders_only.contains(&user) => {
                    (State::Unknown, Some(FOLDER_ONLY))
                }
                other => other,
            };
            states.entry(state).or_default().push(user);
        }
        // Android deletes the code of an app that no user has. Where it is there
        // all the same, somebody has it whose file is missing.
        let nobody = states.keys().all(|(state, _)| *state == State::Removed);
        if nobody && !self.system && !self.code_gone && self.confirmed {
            states.insert((State::Unknown, Some(OWNERLESS)), Vec::new());
        }
        states
    }

    fn of_user(&self, name: &str, restrictions: Option<&Restrictions>) -> (State, Option<&'static str>) {
        // No file, and no entry in a whole file: the default, which is installed.
        let state = match restrictions {
            None => State::Installed,
            Some(r) => match r.entries.get(name) {
                Some(entry) => entry.state,
                None if r.whole => State::Installed,
                None => return (State::Unknown, Some(ENTRY_LOST)),
            },
        };
        match state {
            State::Installed | State::Disabled if self.code_gone => (State::Unknown, Some(CODE_GONE)),
            State::Removed if self.system => (State::Removed, Some(ON_SYSTEM)),
            State::Unknown => (State::Unknown, Some(ENTRY_LOST)),
            other => (other, None),
        }
    }
}

/// One copy of packages.xml: every package of the one that speaks, of the
/// others what only they name.
fn state_copy<'a>(
    gathered: &'a Gathered,
    copy: &'a Copy,
    chosen: Option<&'a Copy>,
    device: DeviceId,
    sink: &mut Sink<'_>,
    told: &mut HashSet<&'a str>,
) {
    let speaks = chosen.is_some_and(|c| c.source == copy.source);
    let others: HashSet<&str> = match chosen {
        Some(c) if !speaks => c.document.packages.iter().map(|p| p.name.as_str()).collect(),
        _ => HashSet::new(),
    };
    let mut entries = 0;
    for package in &copy.document.packages {
        if others.contains(package.name.as_str()) {
            continue;
        }
        told.insert(&package.name);
        let states: States = if speaks {
            states_of(gathered, package)
        } else {
            States::from([((State::Unknown, Some(SUPERSEDED)), Vec::new())])
        };
        entries += u64::from(states.keys().any(|(state, _)| *state != State::Removed));
        if sink.wants_identifier(Platform::Android, &package.name) {
            if states.keys().any(|(_, caveat)| *caveat == Some(OWNERLESS)) {
                let message = format!("{}: {OWNERLESS}", escape_component(package.name.as_bytes()));
                sink.note(Code::SourcesConflict, Some(copy.source), &At::Whole, message);
            }
            state_package(gathered, copy, package, states, device, sink);
        }
    }
    if !speaks {
        entries = copy.document.packages.len() as u64;
    }
    let answer = match speaks || !copy.document.whole {
        true => Answer::Complete,
        false => Answer::Partial(Reason("superseded-copy")),
    };
    let end = match (&copy.document.whole, copy.document.recognised) {
        (true, _) => End::Proven,
        (_, true) => End::Cut,
        _ => End::Unreadable,
    };
    let mut list = ListStatement::new(ListScope::AllApps, UserSet::All, Basis::Always(answer), end, entries);
    list.errors = copy.document.errors + gathered.damaged_users;
    list.as_of = newest(copy);
    if list.as_of.is_some() {
        list.note = Some("not before this time, the newest that the file itself names".into());
    }
    sink.list(device, copy.source, list);
}

fn states_of(gathered: &Gathered, package: &Package) -> States {
    let listed = gathered.list.as_ref().and_then(|(_, l)| l.rows.get(&package.name)).is_some_and(|r| !r.suspicious);
    let confirmed = listed || package.code_path.as_deref().is_some_and(|p| gathered.has_code(p));
    let system = package.system.unwrap_or(false);
    Presence { gathered, confirmed, code_gone: package.code_gone, system }.states(&package.name)
}

/// One observation for each state, with the users it holds for.
fn state_package(
    gathered: &Gathered,
    copy: &Copy,
    package: &Package,
    states: States,
    device: DeviceId,
    sink: &mut Sink<'_>,
) {
    let at = at_package(package);
    let signers: Option<SignerSet> = package.signatures.set();
    for ((state, caveat), users) in states {
        let app = App {
            identifier: package.name.as_str().into(),
            version: package.version.as_deref().map(Into::into),
            installer: package.installer.as_deref().map(Into::into),
            state,
            signers: signers.clone(),
            first_seen: first_seen(gathered, package, &users),
            last_seen: package.updated_ms.and_then(time),
            system: package.system,
            users,
            caveat,
            ..App::default()
        };
        sink.app(device, app, copy.source, at.clone());
    }
}

fn at_package(package: &Package) -> At {
    match &package.span {
        Some(span) => At::Bytes { offset: span.start, len: span.end - span.start },
        None => At::pointer(["packages", "package", &package.name]),
    }
}

fn first_seen(gathered: &Gathered, package: &Package, users: &[u32]) -> Option<Timestamp> {
    let entry = |user: &u32| gathered.restrictions.get(user).and_then(|(_, r)| r.entries.get(&package.name));
    let of_users = users.iter().filter_map(|u| entry(u).and_then(|e| e.first_ms)).filter_map(time).min();
    of_users.or_else(|| package.first_ms.and_then(time))
}

/// Names that only packages.list knows, and what that list is.
fn state_list<'a>(
    gathered: &'a Gathered,
    chosen: Option<&'a Copy>,
    device: DeviceId,
    sink: &mut Sink<'_>,
    told: &mut HashSet<&'a str>,
) {
    let Some((source, list)) = &gathered.list else {
        return;
    };
    let contradicted = chosen.is_some_and(|c| c.document.whole);
    let mut names: Vec<_> = list.rows.iter().collect();
    names.sort_by_key(|(_, row)| row.offset);
    for (name, row) in names {
        if !told.insert(name) || !sink.wants_identifier(Platform::Android, name) {
            continue;
        }
        let at = At::Bytes { offset: row.offset, len: row.len };
        let states = if row.suspicious {
            States::from([((State::Unknown, Some(FORGED)), Vec::new())])
        } else if contradicted {
            sink.note(
                Code::SourcesConflict,
                Some(*source),
                &at,
                "packages.list names a package that packages.xml does not",
            );
            States::from([((State::Unknown, Some(LIST_ONLY)), Vec::new())])
        } else {
            Presence { gathered, confirmed: true, code_gone: false, system: false }.states(name)
        };
        for ((state, caveat), users) in states {
            let app = App {
                identifier: name.as_str().into(),
                version: row.version.as_deref().map(Into::into),
                installer: row.installer.as_deref().map(Into::into),
                state,
                users,
                caveat,
                ..App::default()
            };
            sink.app(device, app, *source, at.clone());
        }
    }
    let basis = Basis::Always(Answer::Partial(Reason("packages-list-leaves-packages-out")));
    let end = if list.cut { End::Cut } else { End::Unmarked };
    let mut statement = ListStatement::new(ListScope::AllApps, UserSet::All, basis, end, list.rows.len() as u64);
    statement.errors = list.errors;
    sink.list(device, *source, statement);
}

/// Names that only a user's restrictions know.
fn state_restrictions<'a>(
    gathered: &'a Gathered,
    chosen: Option<&Copy>,
    device: DeviceId,
    sink: &mut Sink<'_>,
    told: &mut HashSet<&'a str>,
) {
    let contradicted = chosen.is_some_and(|c| c.document.whole);
    for (&user, (source, restrictions)) in &gathered.restrictions {
        let mut names: Vec<_> = restrictions.entries.iter().filter(|(n, _)| !told.contains(n.as_str())).collect();
        names.sort_by_key(|(name, _)| *name);
        for (name, entry) in names {
            if !sink.wants_identifier(Platform::Android, name) {
                continue;
            }
            let at = At::pointer(["package-restrictions", "pkg", name]);
            if contradicted {
                let message = "a user's restrictions name a package that packages.xml does not";
                sink.note(Code::SourcesConflict, Some(*source), &at, message);
            }
            let state = match entry.state {
                State::Removed => State::Removed,
                State::Archived => State::Archived,
                _ => State::Unknown,
            };
            let app = App {
                identifier: name.as_str().into(),
                state,
                users: vec![user],
                first_seen: entry.first_ms.and_then(time),
                caveat: Some(RESTRICTIONS_ONLY),
                ..App::default()
            };
            sink.app(device, app, *source, at);
        }
        if chosen.is_none() {
            let basis = Basis::Always(Answer::Partial(Reason("restrictions-without-packages")));
            let end = if restrictions.whole { End::Proven } else { End::Cut };
            let present = restrictions.entries.values().filter(|e| e.state != State::Removed).count() as u64;
            let statement = ListStatement::new(ListScope::AllApps, UserSet::Only(vec![user]), basis, end, present);
            sink.list(device, *source, statement);
        }
    }
}

/// Packages that only the code path of another one names: one of the two names
/// was damaged or changed.
fn state_code_paths<'a>(chosen: Option<&'a Copy>, device: DeviceId, sink: &mut Sink<'_>, told: &mut HashSet<&'a str>) {
    let Some(copy) = chosen else {
        return;
    };
    for (package, name) in copy.document.packages.iter().filter_map(|p| Some((p, p.code_of.as_deref()?))) {
        if told.insert(name) && sink.wants_identifier(Platform::Android, name) {
            sink.app(device, unknown(name, PATH_ONLY), copy.source, at_package(package));
        }
    }
}

/// Factory copies whose update the document does not name: Android writes one
/// only beside its update, so that the entry was lost or taken out.
fn state_factory<'a>(chosen: Option<&'a Copy>, device: DeviceId, sink: &mut Sink<'_>, told: &mut HashSet<&'a str>) {
    let Some(copy) = chosen else {
        return;
    };
    let named: HashSet<&str> = copy.document.packages.iter().map(|p| p.name.as_str()).collect();
    for package in copy.document.factory.iter().filter(|p| !named.contains(p.name.as_str())) {
        told.insert(&package.name);
        if !sink.wants_identifier(Platform::Android, &package.name) {
            continue;
        }
        let at = At::pointer(["packages", "updated-package", &package.name]);
        let message = "packages.xml names the factory copy of an updated app, but not the app";
        sink.note(Code::SourcesConflict, Some(copy.source), &at, message);
        sink.app(device, unknown(&package.name, FACTORY_COPY), copy.source, at);
    }
}

/// Code and data of packages that no list names.
fn state_code(gathered: &Gathered, chosen: Option<&Copy>, device: DeviceId, sink: &mut Sink<'_>, told: &HashSet<&str>) {
    let contradicted = chosen.is_some_and(|c| c.document.whole);
    for (name, source) in gathered.code_names.iter().filter(|(name, _)| !told.contains(name.as_str())) {
        if !sink.wants_identifier(Platform::Android, name) {
            continue;
        }
        if contradicted {
            let message = "the evidence holds code or data of an app that packages.xml does not name";
            sink.note(Code::SourcesConflict, Some(*source), &At::Whole, message);
        }
        sink.app(device, unknown(name, CODE_ONLY), *source, At::Whole);
    }
}

/// An app that something names, of which nobody knows whether it is there.
fn unknown<'a>(name: &'a str, caveat: &'static str) -> App<'a> {
    App { identifier: name.into(), state: State::Unknown, caveat: Some(caveat), ..App::default() }
}

/// A point in time, unless it is that of a factory image.
fn time(ms: i64) -> Option<Timestamp> {
    Timestamp::from_unix_millis(ms).filter(|t| t.unix() > FACTORY)
}

/// The newest time that the document names: it was not written before.
fn newest(copy: &Copy) -> Option<Timestamp> {
    copy.document.packages.iter().filter_map(|p| p.updated_ms.max(p.first_ms)).filter_map(time).max()
}
