//! What one `pm list packages` printed, and what that proves.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::row::Options;
use crate::model::{Answer, Basis, End, ListScope, ListStatement, Reason, UserSet};

const WHOLE: &str = "the text is the whole output of `pm list packages` without filters";

/// Names of one list that are told apart; a device has some hundreds.
const MOST_NAMES: usize = 200_000;

/// What one command printed.
#[derive(Default)]
pub(super) struct Segment {
    pub(super) options: Option<Options>,
    pub(super) users: BTreeSet<u32>,
    pub(super) entries: u64,
    pub(super) errors: u64,
    /// Hashes of the names, each of which a phone prints once.
    names: HashSet<u64>,
    /// Something of the shell stands behind the rows.
    pub(super) ended: bool,
    /// Lines before the first row of a list without its command.
    pub(super) before: u64,
}

impl Segment {
    /// What a command with these options prints, so far nothing.
    pub(super) fn of(options: Option<Options>) -> Self {
        Self { options, ..Self::default() }
    }

    /// A row or the command of a list was read.
    pub(super) fn has_begun(&self) -> bool {
        self.entries > 0 || self.options.is_some()
    }

    /// The name stood in this list before.
    pub(super) fn is_known(&mut self, name: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        self.names.len() < MOST_NAMES && !self.names.insert(hasher.finish())
    }

    /// What the list is. `cut`: it could not be read to its end.
    pub(super) fn statement(&self, cut: bool) -> ListStatement {
        let options = self.options.unwrap_or_default();
        let shown = self.options.is_some() && self.ended;
        let answer = match options {
            Options { filtered: true, .. } | Options { disabled: true, .. } => Answer::Partial(Reason("filtered-list")),
            Options { third_party: true, system: true, .. } => Answer::Partial(Reason("filtered-list")),
            _ if shown => Answer::Complete,
            _ => Answer::Assumed(WHOLE),
        };
        let scope = match options {
            Options { third_party: true, .. } => ListScope::ThirdPartyApps,
            Options { system: true, .. } => ListScope::SystemApps,
            _ => ListScope::AllApps,
        };
        let end = match (cut, self.ended) {
            (true, _) => End::Cut,
            (_, true) => End::Proven,
            _ => End::Unmarked,
        };
        let users = UserSet::Only(self.users.iter().copied().collect());
        let mut list = ListStatement::new(scope, users, Basis::Always(answer), end, self.entries);
        list.errors = self.errors;
        list
    }
}
