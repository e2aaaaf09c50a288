//! Which files of which device roots anybody wants, compiled once from what the
//! parsers declare.

use super::RootKind;

/// A pattern below a device root, declared as data by a parser.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// What the file is to its parser; unique within one parser.
    pub role: &'static str,
    /// In which kind of root.
    pub at: RootKind,
    /// Path below the root. `*` stands for any run of characters inside one
    /// component; the first component is a literal or holds one. With a slash at
    /// its end it means a folder, of which the path is all there is to know.
    pub path: &'static str,
}

/// Which claim of the compiled set a file answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimId(pub u32);

/// One path pattern, split at its slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Components, each with at most a few `*`.
    pub components: Vec<&'static str>,
    /// A trailing slash: a folder is meant.
    pub folder: bool,
}

impl Pattern {
    /// Splits `system/users/*/package-restrictions.xml`.
    pub fn new(path: &'static str) -> Self {
        let folder = path.ends_with('/');
        Self { components: path.trim_end_matches('/').split('/').collect(), folder }
    }

    /// One component of a path fits one component of a pattern. File systems
    /// of the evidence are case-sensitive, so the comparison is.
    pub fn component_fits(pattern: &str, name: &[u8]) -> bool {
        let Some((before, after)) = pattern.split_once('*') else {
            return pattern.as_bytes() == name;
        };
        let (before, after) = (before.as_bytes(), after.as_bytes());
        if !name.starts_with(before) {
            return false;
        }
        let rest = &name[before.len()..];
        if after.is_empty() {
            return true;
        }
        // At most one star is in use; a second one would be matched literally,
        // which the test over all claims forbids.
        rest.len() >= after.len() && rest.ends_with(after)
    }
}

/// The compiled set: every claim of every parser, by root kind.
#[derive(Debug, Default)]
pub struct Claims {
    rows: Vec<(RootKind, Pattern)>,
}

impl Claims {
    /// Compiles declared claims; the position in `claims` is the [`ClaimId`].
    pub fn new<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> Self {
        Self { rows: claims.into_iter().map(|c| (c.at, Pattern::new(c.path))).collect() }
    }

    /// The claims on one kind of root.
    pub fn of(&self, kind: RootKind) -> impl Iterator<Item = (ClaimId, &Pattern)> {
        self.rows.iter().enumerate().filter(move |(_, (k, _))| *k == kind).map(|(i, (_, p))| (ClaimId(i as u32), p))
    }

    /// Every claim.
    pub fn all(&self) -> impl Iterator<Item = (ClaimId, RootKind, &Pattern)> {
        self.rows.iter().enumerate().map(|(i, (k, p))| (ClaimId(i as u32), *k, p))
    }
}
