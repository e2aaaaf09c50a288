//! What a record said of one app, from values to an observation.

use std::borrow::Cow;

use super::device::WHOSE;
use super::layout::{Layout, Role};
use super::values::{find, formula_text, looks_like_identifier, signer_sha1, signer_sha256, time};
use crate::artifact::Sink;
use crate::model::{App, Platform, SignerSet, State};

/// The values of one record by role. Splitting and decoding wait until asked.
pub(super) trait Cells {
    /// A value, trimmed; empty where it was not given.
    fn text(&self, role: Role) -> Cow<'_, str>;

    /// Every value of a role that may occur more than once.
    fn each(&self, role: Role, take: &mut dyn FnMut(&str)) {
        take(&self.text(role));
    }
}

/// Values gathered from a record, one text for all of them; used again for the
/// next record.
#[derive(Debug, Default, Clone)]
pub struct Values {
    text: String,
    /// Role, rank of the spelling (a lower one is preferred), place in `text`.
    found: Vec<(Role, u8, usize, usize)>,
}

impl Values {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.found.clear();
    }

    /// Adds a value.
    pub fn push(&mut self, role: Role, rank: u8, value: &str) {
        let value = formula_text(value.trim());
        if !value.is_empty() {
            let from = self.text.len();
            self.text.push_str(value);
            self.found.push((role, rank, from, self.text.len()));
        }
    }

    /// Adds the values of another record.
    pub(super) fn add(&mut self, other: &Self) {
        for (role, rank, from, to) in &other.found {
            self.push(*role, *rank, other.text.get(*from..*to).unwrap_or_default());
        }
    }

    /// Sets or removes the values of a role.
    pub fn replace(&mut self, role: Role, value: &str) {
        self.found.retain(|f| f.0 != role);
        self.push(role, 0, value);
    }

    /// The same spelling of a role has said something else.
    pub(super) fn contradicts(&self, role: Role, rank: u8, value: &str) -> bool {
        let mut known = self.found.iter().filter(|f| f.0 == role && f.1 == rank);
        !value.trim().is_empty() && known.any(|f| self.text.get(f.2..f.3) != Some(value.trim()))
    }

    /// The value of a role, in the preferred spelling; of several the first.
    #[inline]
    pub fn get(&self, role: Role) -> &str {
        let best = self.found.iter().filter(|f| f.0 == role).min_by_key(|f| f.1);
        let text = best.and_then(|(_, _, from, to)| self.text.get(*from..*to)).unwrap_or_default();
        match role {
            _ if text.is_empty() => text,
            // No word of any table: the owner stays open whatever other records say.
            Role::Ownership if self.says_two(WHOSE) => "said twice",
            Role::LastSeen | Role::InventoryTime if self.says_two(&[role]) => "",
            _ => text,
        }
    }

    /// One spelling of one of these roles says two things.
    pub(super) fn says_two(&self, roles: &[Role]) -> bool {
        let of = |f: &&(Role, u8, usize, usize)| roles.contains(&f.0);
        self.found.iter().filter(of).any(|f| self.contradicts(f.0, f.1, self.text.get(f.2..f.3).unwrap_or_default()))
    }
}

impl Cells for Values {
    fn text(&self, role: Role) -> Cow<'_, str> {
        Cow::Borrowed(self.get(role))
    }

    fn each(&self, role: Role, take: &mut dyn FnMut(&str)) {
        for (_, _, from, to) in self.found.iter().filter(|f| f.0 == role) {
            take(self.text.get(*from..*to).unwrap_or_default());
        }
    }
}

/// An entry whose identifier stands where its name belongs.
const NAME_IS_IDENTIFIER: &str = "The identifier stands in the name column of the export.";
/// What is said of an entry that may be any app.
pub(super) const NAMES_NO_APP: &str = "an entry names no app: its identifier or name is missing, damaged or lost";
/// An entry of a damaged row.
const DAMAGED_ROW: &str = "The row has another number of columns than the header; its values may be shifted.";

/// Whether the app could matter, by the values that are looked at on every
/// record. `None`: it does not. Else its identifier (perhaps empty).
pub(super) fn wanted<'a>(
    sink: &Sink<'_>,
    platform: Platform,
    name: &'a str,
    ids: impl FnOnce() -> (Cow<'a, str>, Cow<'a, str>),
) -> Option<(Cow<'a, str>, Option<&'static str>)> {
    let (id, maybe) = ids();
    let id = if id.is_empty() && looks_like_identifier(&maybe) { maybe } else { id };
    // Some inventories name the package where a title belongs.
    let dots = || name.bytes().filter(|b| *b == b'.').count();
    let named_by_id = id.is_empty() && dots() >= 2 && looks_like_identifier(name);
    let by_id = !id.is_empty() && sink.wants_identifier(platform, &id);
    let by_name = !name.is_empty() && sink.wants_name(name);
    if named_by_id && sink.wants_identifier(platform, name) {
        return Some((name.into(), Some(NAME_IS_IDENTIFIER)));
    }
    (by_id || by_name).then_some((id, None))
}

/// Presence of a state value of this layout.
pub(super) fn state(layout: &Layout, text: &str) -> State {
    if text.is_empty() {
        return layout.state;
    }
    find(layout.states, text, |r| r.0).map_or(State::Unknown, |r| r.1)
}

/// Whether an entry of this state counts as one that the list names as present.
pub(super) fn is_present(state: State) -> bool {
    !matches!(state, State::Removed | State::Offered | State::Trace)
}

/// The app of a record, all of its values read. `sound`: nothing is wrong with
/// the record.
pub(super) fn app<'a>(
    layout: &Layout,
    cells: &'a dyn Cells,
    (identifier, caveat): (Cow<'a, str>, Option<&'static str>),
    sound: bool,
) -> App<'a> {
    let some = |role| Some(cells.text(role)).filter(|t| !t.is_empty());
    let state = if sound { state(layout, &cells.text(Role::State)) } else { State::Unknown };
    App {
        identifier,
        name: some(Role::AppName),
        publisher: some(Role::Publisher),
        version: some(Role::Version).or_else(|| some(Role::VersionMore)),
        installer: some(Role::Installer),
        state,
        signers: signers(cells),
        first_seen: time(&cells.text(Role::InstallTime)),
        system: some(Role::Source).and_then(|s| find(layout.system_apps, &s, |r| r.0).map(|r| r.1)),
        caveat: if sound { caveat } else { Some(DAMAGED_ROW) },
        ..App::default()
    }
}

/// The signers the operating system recorded. Digests of another length than
/// their algorithm's are no digests.
fn signers(cells: &dyn Cells) -> Option<SignerSet> {
    let mut digests = Vec::new();
    cells.each(Role::SignerSha256, &mut |text| digests.extend(signer_sha256(text)));
    cells.each(Role::SignerSha1, &mut |text| digests.extend(signer_sha1(text)));
    (!digests.is_empty()).then_some(SignerSet { digests, recorded: true, team_id: None })
}
