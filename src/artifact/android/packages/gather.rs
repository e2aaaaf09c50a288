//! Reads every claimed file once and decides which copy of each speaks.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read as _;

use super::super::identity::UserHints;
use super::super::names::{is_package_name, package_of_code};
use super::document::Document;
use super::list::PackagesList;
use super::restrictions::Restrictions;
use super::users::UserFile;
use super::{BACKUP, CODE, DATA, LIST, PACKAGES, RESERVE, RESTRICTIONS, USER_FOLDER, USERS};
use crate::artifact::{Artifact, ArtifactFile, At, ParseError, Sink, SourceId, Stream};
use crate::evidence::EvidenceError;
use crate::limits::{Leash, Stop};
use crate::model::{Code, Platform};

/// Folders that are looked at; Android allows a handful of users.
const MOST_FOLDERS: usize = 10_000;

/// One copy of `packages.xml` and what it held.
pub(super) struct Copy {
    pub(super) source: SourceId,
    pub(super) role: &'static str,
    pub(super) document: Document,
}

/// What one device's files say, copies chosen.
#[derive(Default)]
pub(super) struct Gathered {
    /// In the order in which Android would try them.
    pub(super) copies: Vec<Copy>,
    /// Which of them speaks.
    pub(super) chosen: Option<usize>,
    /// What each user has, by the copy that speaks.
    pub(super) restrictions: BTreeMap<u32, (SourceId, Restrictions)>,
    /// Every user named by any file.
    pub(super) users: BTreeMap<u32, UserHints>,
    /// Those of them that nothing but a folder names.
    pub(super) folders_only: BTreeSet<u32>,
    pub(super) list: Option<(SourceId, PackagesList)>,
    /// Paths of code below the root.
    pub(super) code: HashSet<String>,
    /// Packages whose code or data folder is in the evidence.
    pub(super) code_names: BTreeMap<String, SourceId>,
    /// Users' files that could not be read whole: presence hangs on them too.
    pub(super) damaged_users: u64,
    pub(super) stop: Option<Stop>,
    /// Something was there to read.
    pub(super) any: Option<SourceId>,
}

impl Gathered {
    pub(super) fn read(artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Self {
        let mut out = Self::default();
        for role in [BACKUP, PACKAGES, RESERVE] {
            for file in artifact.of(role) {
                out.document(file, role, artifact.leash, sink);
            }
        }
        out.choose(sink);
        for file in artifact.of(USERS) {
            out.user_file(file, artifact.leash, sink);
        }
        out.all_restrictions(artifact, sink);
        out.user_folders(artifact);
        if let Some(file) = artifact.one(LIST) {
            out.packages_list(file, artifact.leash, sink);
        }
        for file in artifact.of(CODE) {
            out.code.extend(below_root(&file.file.path).map(str::to_owned));
            if let Some(name) = below_root(&file.file.path).find_map(|p| package_of_code(p.get(4..)?)) {
                out.folder_of(name, file, sink);
            }
        }
        for file in artifact.of(DATA) {
            let path = std::str::from_utf8(&file.file.path).unwrap_or("").trim_end_matches('/');
            let name = path.rsplit('/').next().filter(|n| n.contains('.') && is_package_name(n));
            if let Some(name) = name {
                out.folder_of(name, file, sink);
            }
        }
        out
    }

    /// Only names that may matter are kept: a device has thousands of folders.
    fn folder_of(&mut self, name: &str, file: &ArtifactFile, sink: &mut Sink<'_>) {
        if sink.wants_identifier(Platform::Android, name) && !self.code_names.contains_key(name) {
            let source = sink.source(file);
            self.code_names.insert(name.to_owned(), source);
        }
    }

    /// Opens a file; what goes wrong is said, and `None`.
    fn open<'l>(
        &mut self,
        file: &ArtifactFile,
        leash: &'l Leash,
        sink: &mut Sink<'_>,
    ) -> (SourceId, Option<Stream<'l>>) {
        let opened = match self.stop {
            Some(stop) => Err(stop.into()),
            None => sink.stream(file, leash),
        };
        match opened {
            Ok(stream) => {
                self.any.get_or_insert(stream.source());
                (stream.source(), Some(stream))
            }
            Err(error) => {
                let source = sink.source(file);
                self.any.get_or_insert(source);
                self.trouble(&error, source, sink);
                (source, None)
            }
        }
    }

    fn trouble(&mut self, error: &ParseError, source: SourceId, sink: &mut Sink<'_>) {
        match error {
            ParseError::Evidence(EvidenceError::Stop(stop)) => self.stop = Some(*stop),
            other => sink.note(other.code(), Some(source), &At::Whole, other.to_string()),
        }
    }

    /// Reads what a parser left, for the digest.
    fn close(&mut self, stream: Stream<'_>, sink: &mut Sink<'_>) {
        let source = stream.source();
        if self.stop.is_some() {
            return;
        }
        if let Err(error) = sink.close(stream) {
            self.trouble(&error, source, sink);
        }
    }

    fn document(&mut self, file: &ArtifactFile, role: &'static str, leash: &Leash, sink: &mut Sink<'_>) {
        let (source, stream) = self.open(file, leash, sink);
        let mut document = Document::default();
        if let Some(mut stream) = stream {
            document = Document::read(stream.by_ref(), leash);
            self.stop = self.stop.or(document.stop);
            self.close(stream, sink);
        }
        if let Some(trouble) = document.trouble.as_ref().filter(|_| document.stop.is_none()) {
            let read = document.packages.len();
            sink.note(
                Code::DamagedFile,
                Some(source),
                &At::Whole,
                format!("{trouble}; {read} packages were read. Obtain an intact copy"),
            );
        }
        if document.errors > 0 {
            let message = format!("{} packages could not be read or bear two names", document.errors);
            sink.note(Code::MalformedRecord, Some(source), &At::Whole, message);
        }
        self.copies.push(Copy { source, role, document });
    }

    /// The first whole copy speaks; with none, the first that names packages.
    fn choose(&mut self, sink: &mut Sink<'_>) {
        let first = |test: fn(&Document) -> bool| self.copies.iter().position(|c| test(&c.document));
        self.chosen = first(|d| d.whole && d.errors == 0)
            .or_else(|| first(|d| d.whole))
            .or_else(|| first(|d| !d.packages.is_empty()))
            .or_else(|| first(|d| d.recognised));
        let Some(copy) = self.chosen.and_then(|c| self.copies.get(c)) else {
            return;
        };
        if copy.role == BACKUP {
            let message = "packages-backup.xml was read in place of packages.xml, as Android would";
            sink.note(Code::PackagesBackupUsed, Some(copy.source), &At::Whole, message);
        }
        if self.chosen != Some(0) {
            let message = "a copy that comes first could not be read whole; this one was used";
            sink.note(Code::FallbackUsed, Some(copy.source), &At::Whole, message);
        }
    }

    fn user_file(&mut self, file: &ArtifactFile, leash: &Leash, sink: &mut Sink<'_>) {
        let (source, stream) = self.open(file, leash, sink);
        let mut read = UserFile::default();
        if let Some(mut stream) = stream {
            read = UserFile::read(stream.by_ref(), leash);
            self.stop = self.stop.or(read.stop);
            self.close(stream, sink);
        }
        if let Some(trouble) = read.trouble.as_ref().filter(|_| read.stop.is_none()) {
            sink.note(Code::DamagedFile, Some(source), &At::Whole, format!("{trouble}; users may be missing"));
        }
        self.damaged_users += u64::from(!read.whole);
        if let Some(id) = stem_number(&file.file.path) {
            self.users.entry(id).or_default();
        }
        for (id, hints) in read.users {
            let known = self.users.entry(id).or_default();
            known.flags = known.flags.or(hints.flags);
            known.type_name = known.type_name.take().or(hints.type_name);
        }
    }

    /// For each user the backup, the main file, the reserve copy, in that order.
    fn all_restrictions(&mut self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) {
        let mut by_user: BTreeMap<u32, Vec<(u8, &ArtifactFile)>> = BTreeMap::new();
        for file in artifact.of(RESTRICTIONS) {
            let path: &[u8] = &file.file.path;
            let rank = match path {
                p if p.ends_with(b"-backup.xml") => 0,
                p if p.ends_with(b".reservecopy") => 2,
                _ => 1,
            };
            match folder_number(path) {
                Some(user) => by_user.entry(user).or_default().push((rank, file)),
                // A loose file does not say whose it is.
                None if artifact.kind.is_none() => by_user.entry(0).or_default().push((rank, file)),
                None => {}
            }
        }
        for (user, mut files) in by_user {
            files.sort_by_key(|(rank, _)| *rank);
            self.users.entry(user).or_default();
            self.restrictions_of(user, &files, artifact.leash, sink);
        }
    }

    /// A folder outlives neither its user nor, in an extraction, the lists that
    /// would name the user.
    fn user_folders(&mut self, artifact: &Artifact<'_>) {
        for file in artifact.of(USER_FOLDER).take(MOST_FOLDERS) {
            let path = file.file.path.strip_suffix(b"/").unwrap_or(&file.file.path);
            let name = path.rsplit(|b| *b == b'/').next().and_then(|n| std::str::from_utf8(n).ok());
            if let Some(id) = name.and_then(|n| n.parse().ok()).filter(|id| !self.users.contains_key(id)) {
                self.users.insert(id, UserHints::default());
                self.folders_only.insert(id);
            }
        }
    }

    fn restrictions_of(&mut self, user: u32, files: &[(u8, &ArtifactFile)], leash: &Leash, sink: &mut Sink<'_>) {
        let mut best: Option<(SourceId, Restrictions)> = None;
        for (n, (_, file)) in files.iter().enumerate() {
            let (source, stream) = self.open(file, leash, sink);
            let mut read = Restrictions::default();
            if let Some(mut stream) = stream {
                read = Restrictions::read(stream.by_ref(), leash);
                self.stop = self.stop.or(read.stop);
                self.close(stream, sink);
            }
            if let Some(trouble) = read.trouble.as_ref().filter(|_| read.stop.is_none()) {
                let message = format!("{trouble}; what user {user} has is not fully known");
                sink.note(Code::DamagedFile, Some(source), &At::Whole, message);
            }
            let whole = read.whole;
            if whole && n > 0 {
                let message = format!("the first copy of user {user} could not be read whole; this one was used");
                sink.note(Code::FallbackUsed, Some(source), &At::Whole, message);
            }
            if whole || best.as_ref().is_none_or(|(_, b)| b.entries.len() < read.entries.len()) {
                best = Some((source, read));
            }
            if whole {
                break;
            }
        }
        if let Some(best) = best {
            self.damaged_users += u64::from(!best.1.whole);
            self.restrictions.insert(user, best);
        }
    }

    fn packages_list(&mut self, file: &ArtifactFile, leash: &Leash, sink: &mut Sink<'_>) {
        let (source, stream) = self.open(file, leash, sink);
        let mut list = PackagesList::default();
        match stream {
            None => list.cut = true,
            Some(mut stream) => {
                if let Err(error) = list.read(stream.by_ref()) {
                    list.cut = true;
                    self.trouble(&error.into(), source, sink);
                }
                self.close(stream, sink);
            }
        }
        for &(offset, len) in &list.suspicious {
            let message = "the fields of this line contradict each other; it may be forged";
            sink.note(Code::SuspiciousLine, Some(source), &At::Bytes { offset, len }, message);
        }
        if list.errors > 0 {
            let message = format!("{} lines are none of packages.list", list.errors);
            sink.note(Code::MalformedRecord, Some(source), &At::Whole, message);
        }
        self.list = Some((source, list));
    }

    /// Code that the path names is in the evidence.
    pub(super) fn has_code(&self, code_path: &str) -> bool {
        let Some(below) = code_path.strip_prefix("/data/").filter(|p| !p.is_empty()) else {
            return false;
        };
        self.code.contains(below) || self.code.contains(&format!("{}/base.apk", below.trim_end_matches('/')))
    }
}

/// `app/a.b-1/base.apk` of `x/data/app/a.b-1/base.apk`: the claims put `app`
/// second, third or fourth from the end.
fn below_root(path: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(path).unwrap_or("");
    let starts = std::iter::once(0).chain(text.match_indices('/').map(|(at, _)| at + 1));
    let last: Vec<_> = starts.collect();
    last.into_iter().rev().skip(1).take(3).filter_map(|at| text.get(at..)).filter(|t| t.starts_with("app/"))
}

/// `10` of `system/users/10/package-restrictions.xml`.
fn folder_number(path: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(path).ok()?;
    text.rsplit('/').nth(1)?.parse().ok()
}

/// `10` of `system/users/10.xml`.
fn stem_number(path: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(path).ok()?;
    text.rsplit('/').next()?.strip_suffix(".xml")?.parse().ok()
}
