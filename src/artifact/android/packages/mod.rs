//! The package manager's own files: `packages.xml` with its copies, what each
//! user has of it, who the users are, and `packages.list`.
//!
//! They are one parser because they mean little without each other: an entry of
//! `packages.xml` outlives its app, and only the users' files say so.

mod document;
mod gather;
mod list;
mod restrictions;
mod state;
mod users;

use super::super::{Artifact, ArtifactSpec, ParseError, Parser, ParserSpec, Sink};
use crate::evidence::{Affinity, Claim, Probe, RootKind};
use crate::format::xml::{Event, Reader, Syntax};
use crate::limits::Limits;
use crate::model::Platform;

pub(super) const PACKAGES: &str = "packages-xml";
pub(super) const BACKUP: &str = "packages-backup-xml";
pub(super) const RESERVE: &str = "packages-reservecopy";
pub(super) const LIST: &str = "packages-list";
pub(super) const RESTRICTIONS: &str = "package-restrictions";
pub(super) const USERS: &str = "user-list";
pub(super) const CODE: &str = "app-code";
pub(super) const DATA: &str = "app-data";
pub(super) const USER_FOLDER: &str = "user-folder";

/// Reads the package manager's files of one device.
#[derive(Debug)]
pub struct AndroidPackages;

const fn data(role: &'static str, path: &'static str) -> Claim {
    Claim { role, at: RootKind::AndroidData, path }
}

static SPEC: ParserSpec = ParserSpec {
    id: "android-packages",
    title: "Android package manager",
    platform: Platform::Android,
    artifacts: &[
        ArtifactSpec {
            id: PACKAGES,
            title: "packages.xml",
            proves: "The package manager knows the package; with the users' restrictions, for whom it is installed. What it does not name is installed for nobody.",
            does_not_prove: "An entry of packages.xml alone does not prove that the app is installed: it outlives removal with kept data, and archiving.",
            since: "Android 2.2; binary XML from Android 12",
        },
        ArtifactSpec {
            id: BACKUP,
            title: "packages-backup.xml",
            proves: "The same as packages.xml, before a write that was interrupted; Android reads it first.",
            does_not_prove: "An entry alone does not prove that the app is installed; changes of the interrupted write are missing.",
            since: "Android 2.2",
        },
        ArtifactSpec {
            id: RESERVE,
            title: "packages.xml.reservecopy",
            proves: "The same as packages.xml, which it is a copy of.",
            does_not_prove: "An entry alone does not prove that the app is installed.",
            since: "Android 14",
        },
        ArtifactSpec {
            id: LIST,
            title: "packages.list",
            proves: "The code of the package was on the device when the file was last written.",
            does_not_prove: "It does not show for which users the app is installed, nor that an app it leaves out is absent.",
            since: "Android 2.2",
        },
        ArtifactSpec {
            id: RESTRICTIONS,
            title: "package-restrictions.xml",
            proves: "Whether one user has a package that packages.xml names, and whether it is switched off, hidden, suspended or archived.",
            does_not_prove: "Without packages.xml it does not prove that the package is on the device.",
            since: "Android 4.2",
        },
        ArtifactSpec {
            id: USERS,
            title: "userlist.xml, users/N.xml",
            proves: "Which users and profiles exist.",
            does_not_prove: "It says nothing about apps.",
            since: "Android 4.2",
        },
        ArtifactSpec {
            id: CODE,
            title: "Code folders of apps",
            proves: "The code of an app is in the evidence.",
            does_not_prove: "It does not show for which users the app is installed.",
            since: "Android 2.2",
        },
        ArtifactSpec {
            id: DATA,
            title: "Data folders of apps",
            proves: "An app of that name had data on the device.",
            does_not_prove: "It does not show that the app is installed: data may outlive it.",
            since: "Android 2.2",
        },
        ArtifactSpec {
            id: USER_FOLDER,
            title: "Folders of users",
            proves: "A user or profile of that number was on the device.",
            does_not_prove: "It does not show that the user still exists, nor which apps the user has.",
            since: "Android 4.2",
        },
    ],
    claims: &[
        data(PACKAGES, "system/packages.xml"),
        data(BACKUP, "system/packages-backup.xml"),
        data(RESERVE, "system/packages.xml.reservecopy"),
        data(LIST, "system/packages.list"),
        data(RESTRICTIONS, "system/users/*/package-restrictions.xml"),
        data(RESTRICTIONS, "system/users/*/package-restrictions-backup.xml"),
        data(RESTRICTIONS, "system/users/*/package-restrictions.xml.reservecopy"),
        data(USERS, "system/users/*.xml"),
        data(CODE, "app/*.apk"),
        data(CODE, "app/*/base.apk"),
        data(CODE, "app/*/*/base.apk"),
        data(DATA, "data/*/"),
        data(DATA, "user/*/*/"),
        data(DATA, "user_de/*/*/"),
        data(USER_FOLDER, "system/users/*/"),
        data(USER_FOLDER, "user/*/"),
        data(USER_FOLDER, "user_de/*/"),
    ],
    sources: &[
        "AOSP com.android.server.pm.Settings, PackageSignatures, ResilientAtomicFile (Android 11 to 16)",
        "AOSP com.android.server.pm.UserManagerService",
        "AOSP system/core/libpackagelistparser",
    ],
};

impl Parser for AndroidPackages {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        if let Some(answer) = by_name(probe) {
            return answer;
        }
        match Syntax::sniff(probe.head) {
            Some(_) => by_root_element(probe),
            None if looks_like_list(probe) => (Affinity::Likely, LIST),
            None => (Affinity::No, LIST),
        }
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        let gathered = gather::Gathered::read(artifact, sink);
        let stop = gathered.stop;
        state::state_all(&gathered, sink);
        match stop {
            // What was read stands, its lists as cut; the run learns why.
            Some(stop) => Err(stop.into()),
            None => Ok(()),
        }
    }
}

/// Names that nothing else bears make a file worth a look even where its bytes
/// say nothing: a damaged `packages.xml` must not pass in silence.
fn by_name(probe: &Probe<'_>) -> Option<(Affinity, &'static str)> {
    if Syntax::sniff(probe.head).is_some() {
        return None;
    }
    match probe.name {
        b"packages.xml" => Some((Affinity::Maybe, PACKAGES)),
        b"packages-backup.xml" => Some((Affinity::Maybe, BACKUP)),
        b"packages.xml.reservecopy" => Some((Affinity::Maybe, RESERVE)),
        b"package-restrictions.xml" => Some((Affinity::Maybe, RESTRICTIONS)),
        _ => None,
    }
}

fn by_root_element(probe: &Probe<'_>) -> (Affinity, &'static str) {
    let no = (Affinity::No, PACKAGES);
    let copy = match probe.name {
        name if name.ends_with(b"backup.xml") => BACKUP,
        name if name.ends_with(b"reservecopy") => RESERVE,
        _ => PACKAGES,
    };
    let limits = Limits { record: Probe::HEAD, ..Limits::default() };
    let Ok(mut reader) = Reader::open(probe.head, &limits) else {
        return no;
    };
    // The head may end anywhere; what is needed comes first.
    let mut in_packages = false;
    for _ in 0..64 {
        let depth = reader.depth() + 1;
        match reader.next_event() {
            Ok(Event::Start(e)) => match (depth, e.name()) {
                (1, "package-restrictions") => return (Affinity::Certain, RESTRICTIONS),
                (1, "users") if e.get("nextSerialNumber").is_some() => return (Affinity::Certain, USERS),
                (1, "user") if e.get("serialNumber").is_some() => return (Affinity::Certain, USERS),
                (1, "packages") => in_packages = true,
                (1, _) => return no,
                (2, "version") if e.get("databaseVersion").is_some() => return (Affinity::Certain, copy),
                (2, "last-platform-version" | "permission-trees" | "keyset-settings" | "shared-user") => {
                    return (Affinity::Certain, copy);
                }
                (2, "package") if e.get("codePath").is_some() || e.get("userId").is_some() => {
                    return (Affinity::Certain, copy);
                }
                _ => {}
            },
            Ok(Event::Eof { .. }) | Err(_) => break,
            Ok(_) => {}
        }
    }
    let named = probe.name.starts_with(b"packages");
    (if in_packages && named { Affinity::Maybe } else { Affinity::No }, copy)
}

/// The first lines are all of the format, with a data folder.
fn looks_like_list(probe: &Probe<'_>) -> bool {
    let head = probe.head.get(..4096).unwrap_or(probe.head);
    let Ok(text) = std::str::from_utf8(head).or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()])) else {
        return false;
    };
    let mut lines: Vec<_> = text.lines().take(4).collect();
    if lines.len() > 1 && !text.ends_with('\n') && text.lines().count() <= 4 {
        lines.pop();
    }
    let fits = |line: &&str| line.split(' ').nth(3).is_some_and(|d| d.starts_with('/') || d == "null");
    !lines.is_empty() && lines.iter().all(|l| list::parse_line(l).is_some() && fits(l))
}

#[cfg(test)]
mod tests;
