//! One `Package [name] (id):` block of `dumpsys package`.
//!
//! Specified by AOSP `com.android.server.pm.Settings.dumpPackageLPr` (Android
//! 4.2 to 16). Times in it are the device's local time without zone and are
//! therefore not taken.

use std::collections::BTreeMap;

use super::super::names::{is_made_of, is_package_name, package_of_code};
use crate::model::{DigestKind, SignerDigest, SignerSet, State};

/// Users of one block; Android allows a handful.
const MOST_USERS: usize = 1000;

/// Signers of one block.
const MOST_SIGNERS: usize = 64;

/// What a `User N:` line and those below it say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct OfUser {
    installed: Option<bool>,
    switched_off: bool,
    archived: bool,
    unclear: bool,
}

/// The fields of one block that matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) name: String,
    /// The name the package manager knows a renamed system package by.
    pub(super) compat_name: Option<String>,
    pub(super) version_name: Option<String>,
    version_code: Option<String>,
    pub(super) installer: Option<String>,
    /// `pkg=null` or `pkg=Package{..}`.
    has_code: Option<bool>,
    /// The name in `pkg=Package{259e0c2a com.tencent.mm}`.
    code_name: Option<String>,
    /// The name in `codePath=/data/app/~~a==/com.tencent.mm-b==`.
    path_name: Option<String>,
    pub(super) system: Option<bool>,
    signers: Vec<SignerDigest>,
    users: BTreeMap<u32, OfUser>,
    last_user: Option<u32>,
    /// A user was told twice: one of the lines is forged.
    pub(super) twice: bool,
    /// A `User` line whose number cannot be read.
    pub(super) unclear_user: bool,
    /// Where the block begins, in bytes.
    pub(super) offset: u64,
    /// Where the last line of it ended.
    pub(super) end: u64,
}

impl Block {
    /// The name in `Package [com.tencent.mm] (1cce8bc):`.
    pub(super) fn header(line: &str) -> Option<&str> {
        let (name, id) = line.trim().strip_prefix("Package [")?.split_once("] (")?;
        let id = id.strip_suffix("):")?;
        (!name.is_empty() && !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(name)
    }

    pub(super) fn new(name: &str, offset: u64) -> Self {
        Self { name: name.to_owned(), offset, end: offset, ..Self::default() }
    }

    /// Takes one line below the header. `ended`: it is whole.
    pub(super) fn line(&mut self, line: &str, ended: bool) {
        let line = line.trim();
        if let Some((user, fields)) = line.strip_prefix("User ").and_then(|l| l.split_once(':')) {
            match user.parse() {
                Ok(user) => self.user(user, fields, ended),
                Err(_) => self.unclear_user |= fields.contains("installed="),
            }
            return;
        }
        let Some((key, value)) = line.split_once('=') else {
            return;
        };
        match key {
            "archiveTime" | "unarchiveInstallerTitle" => {
                if let Some(user) = self.last_user.and_then(|u| self.users.get_mut(&u)) {
                    user.archived = true;
                }
            }
            _ if self.last_user.is_some() || !ended => {}
            "compat name" => set(&mut self.compat_name, value),
            "versionName" => set(&mut self.version_name, value),
            "versionCode" => set(&mut self.version_code, value.split(' ').next().unwrap_or("")),
            "installerPackageName" => set(&mut self.installer, value),
            "pkg" => {
                self.has_code.get_or_insert(value != "null");
                set(&mut self.code_name, name_of_code(value).unwrap_or(""));
            }
            "codePath" => {
                let name = value.strip_prefix("/data/app/").and_then(package_of_code);
                set(&mut self.path_name, name.unwrap_or(""));
            }
            "flags" | "pkgFlags" => {
                self.system.get_or_insert_with(|| value.split_whitespace().any(|w| w == "SYSTEM"));
            }
            "signatures" if self.signers.is_empty() => self.signers = signers_of(value),
            _ => {}
        }
    }

    fn user(&mut self, user: u32, fields: &str, ended: bool) {
        let mut of = OfUser { unclear: !ended, ..OfUser::default() };
        for (key, value) in fields.split_whitespace().filter_map(|f| f.split_once('=')) {
            let flag = match value {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            };
            match key {
                "installed" => of.installed = flag,
                "hidden" | "blocked" | "suspended" | "quarantined" => match flag {
                    Some(on) => of.switched_off |= on,
                    None => of.unclear = true,
                },
                "enabled" => match value.parse::<i64>() {
                    Ok(n) => of.switched_off |= matches!(n, 2..=4),
                    Err(_) => of.unclear = true,
                },
                _ => {}
            }
        }
        self.last_user = Some(user);
        if let Some(known) = self.users.get_mut(&user) {
            self.twice = true;
            known.unclear = true;
            return;
        }
        if self.users.len() < MOST_USERS {
            self.users.insert(user, of);
        }
    }

    /// Names that lines of the block bear and its header does not: lines were
    /// lost between two packages, or the header was damaged.
    pub(super) fn other_names(&self) -> impl Iterator<Item = &str> {
        let of_path = self.path_name.as_deref().filter(|p| !self.names().any(|n| is_made_of(n, p)));
        let of_code = self.code_name.as_deref().filter(|c| !self.names().any(|n| n == *c));
        of_code.into_iter().chain(of_path.filter(|p| of_code != Some(p)))
    }

    /// The names by which the package manager knows the package.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let compat = self.compat_name.as_deref().filter(|c| *c != self.name);
        std::iter::once(self.name.as_str()).chain(compat)
    }

    pub(super) fn users(&self) -> impl Iterator<Item = u32> {
        self.users.keys().copied()
    }

    pub(super) fn shows_users(&self) -> bool {
        !self.users.is_empty()
    }

    /// The version name, else the code.
    pub(super) fn version(&self) -> Option<&str> {
        self.version_name.as_deref().or(self.version_code.as_deref())
    }

    /// State to users. `cut`: lines of the block may be missing.
    pub(super) fn states(&self, cut: bool) -> BTreeMap<State, Vec<u32>> {
        let mut states: BTreeMap<State, Vec<u32>> = BTreeMap::new();
        for (&user, of) in &self.users {
            states.entry(self.state(of, cut)).or_default().push(user);
        }
        if states.is_empty() {
            let state = if self.has_code == Some(true) && !cut { State::Installed } else { State::Unknown };
            states.insert(state, Vec::new());
        }
        states
    }

    fn state(&self, of: &OfUser, cut: bool) -> State {
        match of.installed {
            Some(false) if of.archived => State::Archived,
            _ if of.unclear => State::Unknown,
            None => State::Unknown,
            // What follows could still say "archived".
            Some(false) if cut => State::Unknown,
            Some(false) => State::Removed,
            Some(true) if self.has_code == Some(false) => State::Unknown,
            Some(true) if of.switched_off => State::Disabled,
            Some(true) => State::Installed,
        }
    }

    /// The signers as hashes of 32 bits.
    pub(super) fn signer_set(&self) -> Option<SignerSet> {
        let digests = self.signers.clone();
        (!digests.is_empty()).then_some(SignerSet { digests, recorded: true, team_id: None })
    }
}

/// The name in `Package{259e0c2a com.tencent.mm}`.
fn name_of_code(value: &str) -> Option<&str> {
    let (_, name) = value.strip_prefix("Package{")?.strip_suffix('}')?.split_once(' ')?;
    is_package_name(name).then_some(name)
}

/// The first of several wins: what an app can write into a field comes later.
fn set(slot: &mut Option<String>, value: &str) {
    if slot.is_none() && !value.is_empty() && value != "null" {
        *slot = Some(value.to_owned());
    }
}

/// `PackageSignatures{id version:3, signatures:[h, ..], past signatures:[h flags: n, ..]}`,
/// before Android 9 `PackageSignatures{id [h, ..]}`.
fn signers_of(value: &str) -> Vec<SignerDigest> {
    let list = |text: &str| -> Vec<String> {
        let inner = text.split(']').next().unwrap_or("");
        let hashes = inner.split(',').filter_map(|h| h.split_whitespace().next());
        let is_hash = |h: &&str| h.len() <= 8 && h.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hashes.filter(is_hash).take(MOST_SIGNERS).map(str::to_owned).collect()
    };
    let (now, past) = value.split_once("past signatures:[").unwrap_or((value, "]"));
    let current = match now.split_once("signatures:[").or_else(|| now.split_once('[')) {
        Some((_, rest)) => list(rest),
        None => Vec::new(),
    };
    let past: Vec<_> = list(past).into_iter().filter(|p| !current.contains(p)).collect();
    let digest = |past: bool| move |value| SignerDigest { kind: DigestKind::JavaHash32, value, past };
    current.into_iter().map(digest(false)).chain(past.into_iter().map(digest(true))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(lines: &str) -> Block {
        let mut b = Block::new("a.b", 0);
        lines.lines().for_each(|l| b.line(l, true));
        b
    }

    #[test]
    fn headers_are_told_from_other_lines() {
        assert_eq!(Block::header("  Package [com.tencent.mm] (1cce8bc):"), Some("com.tencent.mm"));
        assert_eq!(Block::header("Package [a.b] (33f4931):"), Some("a.b"));
        for line in ["Package evil", "  Package [a.b]", "Package [] (1):", "Package [a.b] (xyz):"] {
            assert_eq!(Block::header(line), None, "{line}");
        }
    }

    #[test]
    fn users_have_states_of_their_own() {
        let b = block(
            "    pkg=Package{1 a.b}\n    User 0: ceDataInode=1 installed=true hidden=false suspended=false enabled=0\n    User 10: installed=false hidden=false enabled=0\n      installReason=0\n      archiveTime=2024-01-01 00:00:00\n    User 11: installed=true hidden=true enabled=0\n    User 12: installed=false enabled=0\n    User 13: installed=true enabled=3\n",
        );
        let want = [
            (State::Installed, vec![0]),
            (State::Disabled, vec![11, 13]),
            (State::Archived, vec![10]),
            (State::Removed, vec![12]),
        ];
        assert_eq!(b.states(false), BTreeMap::from(want));
        assert_eq!(b.states(true).get(&State::Removed), None);
    }

    #[test]
    fn without_code_nothing_is_installed() {
        let b = block("    pkg=null\n    User 0: installed=true hidden=false enabled=0\n");
        assert_eq!(b.states(false), BTreeMap::from([(State::Unknown, vec![0])]));
    }

    #[test]
    fn a_second_line_for_one_user_settles_nothing() {
        let b = block(
            "    pkg=Package{1 a.b}\n    versionName=8\n    User 0: installed=false\n    User 0: installed=true\n",
        );
        assert!(b.twice);
        assert_eq!(b.states(false), BTreeMap::from([(State::Unknown, vec![0])]));
    }

    #[test]
    fn signatures_of_every_age_are_read() {
        let of = |line| signers_of(line).into_iter().map(|d| (d.value, d.past)).collect::<Vec<_>>();
        let new = "PackageSignatures{7169f4f version:3, signatures:[d7f1f224], past signatures:[962f5b7 flags: 7, d7f1f224 flags: 17]}";
        assert_eq!(of(new), [("d7f1f224".into(), false), ("962f5b7".into(), true)]);
        assert_eq!(of("PackageSignatures{7169f4f [d7f1f224, 1a]}"), [("d7f1f224".into(), false), ("1a".into(), false)]);
        assert_eq!(of("PackageSignatures{7169f4f version:0, signatures:[], past signatures:[]}"), []);
    }
}
