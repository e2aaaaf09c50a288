//! The walk over an archive: once over the names for landmarks, once for what
//! is claimed and what is loose. Names are looked at from their ends, where one
//! look at a table rejects nearly all of them.

use std::collections::hash_map::{Entry as Slot, RandomState};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::sync::Arc;

use super::accounts::Accounts;
use super::areas::{Areas, Candidates, Spot, Standing};
use super::directory::{Directory, Entry};
use super::member::ZipMember;
use super::names::{Name, Names};
use super::tables::Tables;
use super::{end, recover};
use crate::evidence::layout::{LAYOUT, Lasts, Manner, folder_file, is_apple_double, separator, strip_back};
use crate::evidence::{Blob, ClaimId, Claims, EvidenceError, File, Found, Root, RootRule, Tree, Walked};
use crate::limits::{Leash, Stop};

/// Bytes of folder names that are remembered as possible roots.
const CANDIDATES: usize = 64 << 20;

/// Claimed files that are kept of one archive.
const KEPT: usize = 1 << 19;

/// Claimed folders that are kept of one archive.
const FOLDERS: usize = 1 << 14;

/// Loose files whose names are checked for doubles.
const DOUBLES: usize = 1 << 17;

/// A zip archive as a tree.
pub(super) struct ZipTree {
    blob: Arc<dyn Blob>,
    directory: Directory,
}

impl ZipTree {
    /// Finds the directory, or makes one.
    pub(super) fn open(blob: Arc<dyn Blob>, leash: &Leash) -> Result<Self, EvidenceError> {
        let directory = match end::find(&blob)? {
            Some(directory) => Some(directory),
            None => recover::recover(&blob, leash)?,
        };
        let none = || EvidenceError::Damaged("a zip archive without a directory and without a whole member".into());
        Ok(Self { directory: directory.ok_or_else(none)?, blob })
    }
}

impl Tree for ZipTree {
    fn walk(&self, claims: &Claims, found: &mut dyn Found, leash: &Leash) -> Result<Walked, EvidenceError> {
        let (mut directory, recovered);
        directory = &self.directory;
        let mut survey = Survey::of(directory, Some(&self.blob), leash)?;
        let mut notes = directory.notes.clone();
        if let Some(damage) = survey.damage.take() {
            notes.insert(0, damage);
            if let Some(other) = recover::recover(&self.blob, leash)? {
                let second = Survey::of(&other, None, leash)?;
                if second.walked.entries > survey.walked.entries {
                    notes.extend_from_slice(&other.notes);
                    recovered = other;
                    (directory, survey) = (&recovered, second);
                }
            }
        } else if directory.declared.is_some() {
            let open = survey.accounts.open_at(&self.blob, directory, leash);
            let message = |at| format!("at byte {at} the archive holds something that its directory does not list");
            notes.extend(open?.map(message));
        }
        let incomplete = !notes.is_empty();
        for note in notes {
            found.trouble(b"", EvidenceError::Damaged(note));
        }
        if survey.full {
            found.trouble(b"", Stop::Entries.into());
        }
        let areas = Areas::new(&survey.candidates);
        let mut pass = Pass {
            blob: &self.blob,
            directory,
            tables: Tables::new(claims, &areas),
            areas,
            found,
            leash,
            incomplete,
            kept: Vec::new(),
            passed: HashSet::new(),
            seen: HashMap::new(),
            hasher: RandomState::new(),
            undecided: false,
            overflow: false,
        };
        pass.second()?;
        pass.report_roots()?;
        pass.third()?;
        Ok(survey.walked)
    }
}

/// The first pass: landmarks.
struct Survey {
    candidates: Candidates,
    /// Bytes of the keys of `candidates`.
    size: usize,
    full: bool,
    walked: Walked,
    damage: Option<String>,
    accounts: Accounts,
}

impl Survey {
    /// `archive`: where the members lie, if that is to be looked at.
    fn of(directory: &Directory, archive: Option<&Arc<dyn Blob>>, leash: &Leash) -> Result<Self, EvidenceError> {
        let (candidates, accounts, walked) = (Candidates::new(), Accounts::default(), Walked::default());
        let mut survey = Self { candidates, size: 0, full: false, walked, damage: None, accounts };
        let of = |folder: bool| LAYOUT.landmarks.iter().enumerate().filter(move |(_, p)| p.folder == folder);
        let files = Lasts::new(of(false).map(|(bit, p)| (bit as u32, p)));
        let folders = Lasts::new(of(true).map(|(bit, p)| (bit as u32, p)));
        let (mut names, mut special) = (Names::default(), 0);
        let (entries, damage) = directory.each(leash, true, |entry| {
            if let Some(archive) = archive {
                survey.accounts.add(archive, directory.base, entry);
            }
            let name = names.next(entry);
            if name.moved {
                survey.folder(&name, &folders);
            }
            if entry.is_special() {
                special += 1;
            } else if name.litter.is_none() && name.len() <= leash.limits.path {
                files.hits(name.last, |bit| survey.landmark(bit, name.folder));
            }
            Ok(())
        })?;
        survey.walked = Walked { entries, pruned: 0, skipped: special };
        survey.damage = damage;
        Ok(survey)
    }

    /// Every component of a folder may be a landmark, down to one that is
    /// litter of macOS.
    fn folder(&mut self, name: &Name<'_>, folders: &Lasts) {
        let (mut from, mut next) = (name.shared, name.shared);
        while let Some(at) = separator(name.folder, next) {
            next = at + 1;
            // In a path that has been put in order a backslash is a letter.
            if name.folder[at] == b'\\' {
                continue;
            }
            if name.litter.is_some_and(|end| end <= next) {
                break;
            }
            let above = &name.folder[..from];
            folders.hits(&name.folder[from..at], |bit| self.landmark(bit, above));
            from = next;
        }
    }

    /// The last component of a landmark was seen in `folder`.
    fn landmark(&mut self, bit: u32, folder: &[u8]) {
        let Some((_, before)) = LAYOUT.landmarks.get(bit as usize).and_then(|p| p.components.split_last()) else {
            return;
        };
        let Some(root) = strip_back(folder, before) else { return };
        if let Some(seen) = self.candidates.get_mut(root) {
            *seen |= 1 << bit;
        } else if self.size < CANDIDATES {
            self.size += root.len() + 64;
            self.candidates.insert(root.into(), 1 << bit);
        } else {
            self.full = true;
        }
    }
}

/// A claimed file.
struct Kept {
    area: usize,
    rule: &'static RootRule,
    claim: ClaimId,
    file: File,
    /// Checksum and size: what tells doubles apart.
    content: (u32, u64),
}

/// The second and third pass.
struct Pass<'a> {
    blob: &'a Arc<dyn Blob>,
    directory: &'a Directory,
    tables: Tables,
    areas: Areas,
    found: &'a mut dyn Found,
    leash: &'a Leash,
    incomplete: bool,
    kept: Vec<Kept>,
    passed: HashSet<(ClaimId, Box<[u8]>)>,
    seen: HashMap<u64, (u32, u64)>,
    hasher: RandomState,
    undecided: bool,
    overflow: bool,
}

impl Pass<'_> {
    fn second(&mut self) -> Result<(), EvidenceError> {
        let directory = self.directory;
        let mut names = Names::default();
        let mut spot = self.areas.spot(b"");
        directory.each(self.leash, false, |entry| {
            let name = names.next(entry);
            if name.moved {
                let before = spot;
                spot = self.areas.next_spot(before, name.folder, name.shared);
                if spot != before {
                    self.areas.saw(spot, name.folder);
                }
                self.folders(&name, spot);
            }
            self.entry(entry, &name, spot)
        })?;
        if self.overflow {
            self.found.trouble(b"", Stop::Entries.into());
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry<'_>, name: &Name<'_>, spot: Spot) -> Result<(), Stop> {
        if name.litter.is_some() || name.last.is_empty() || is_apple_double(name.last) || entry.is_special() {
            return Ok(());
        }
        if name.len() > self.leash.limits.path {
            self.found.trouble(name.folder.strip_suffix(b"/").unwrap_or_default(), EvidenceError::Path(name.len()));
            return Ok(());
        }
        if self.claimed(entry, name, spot) || spot.own || self.areas.owns_file(spot, name.last) {
            return Ok(());
        }
        match self.areas.standing(spot).0 {
            Standing::Known(Manner::Loose) => self.loose(entry, name),
            Standing::Known(Manner::Quiet) => Ok(()),
            Standing::Undecided => {
                self.undecided = true;
                Ok(())
            }
        }
    }

    /// Keeps every claimed folder on the way to this one, once.
    fn folders(&mut self, name: &Name<'_>, spot: Spot) {
        // A folder that holds nothing but litter is one all the same.
        let folder = match name.litter {
            Some(end) => {
                let to = name.folder[..end.saturating_sub(1)].iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
                &name.folder[..to]
            }
            None => name.folder,
        };
        for area in self.areas.around(spot) {
            let (prefix, rules) = self.areas.area(area);
            for rule in rules.iter().copied() {
                self.tables.passed(rule, prefix, folder, |claim, path| {
                    if self.passed.len() < FOLDERS && self.passed.insert((claim, path.into())) {
                        let file = folder_file(path.to_vec());
                        self.kept.push(Kept { area, rule, claim, file, content: (0, 0) });
                    }
                });
            }
        }
    }

    /// Keeps a file for every claim it answers; whether it answers any.
    fn claimed(&mut self, entry: &Entry<'_>, name: &Name<'_>, spot: Spot) -> bool {
        let mut file = None;
        let mut any = false;
        for area in self.areas.around(spot) {
            let (prefix, rules) = self.areas.area(area);
            for rule in rules.iter().copied() {
                self.tables.answers(rule, prefix, name, |claim| {
                    any = true;
                    if self.kept.len() >= KEPT {
                        self.overflow = true;
                        return;
                    }
                    let (file, content) = file.get_or_insert_with(|| make(self.blob, self.directory.base, entry, name));
                    self.kept.push(Kept { area, rule, claim, file: file.clone(), content: *content });
                });
            }
        }
        any
    }

    fn loose(&mut self, entry: &Entry<'_>, name: &Name<'_>) -> Result<(), Stop> {
        let (file, content) = make(self.blob, self.directory.base, entry, name);
        if self.seen.len() < DOUBLES {
            match self.seen.entry(self.hasher.hash_one(&file.path)) {
                Slot::Vacant(slot) => {
                    slot.insert(content);
                }
                // The same thing twice is listed once; different things are both read.
                Slot::Occupied(slot) if *slot.get() == content => return Ok(()),
                Slot::Occupied(_) => self.found.trouble(&file.path, twice("both were read")),
            }
        }
        self.found.loose(file)
    }

    fn report_roots(&mut self) -> Result<(), Stop> {
        self.kept.sort_by(|a, b| {
            (a.area, a.rule.inside)
                .cmp(&(b.area, b.rule.inside))
                .then_with(|| a.file.path.cmp(&b.file.path))
                .then(a.claim.cmp(&b.claim))
        });
        let mut roots = Vec::new();
        for (area, prefix, rules) in self.areas.roots() {
            for rule in rules {
                let at = prefix.strip_suffix(b"/").unwrap_or_default().into();
                let (files, trouble, incomplete) = (Vec::new(), Vec::new(), self.incomplete);
                roots.push((area, *rule, Root { kind: rule.kind, at, files, trouble, incomplete }));
            }
        }
        let kept = std::mem::take(&mut self.kept);
        for group in kept.chunk_by(|a, b| same(a, b) && a.file.path == b.file.path && a.claim == b.claim) {
            let Some(first) = group.first() else { continue };
            let root = roots.iter_mut().find(|(area, rule, _)| *area == first.area && std::ptr::eq(*rule, first.rule));
            let Some((_, _, root)) = root else { continue };
            if group.iter().any(|k| k.content != first.content) {
                // Which one counts differs between readers: neither proves anything.
                root.trouble.push((first.file.path.clone(), twice("neither was read")));
                continue;
            }
            root.files.push((first.claim, first.file.clone()));
        }
        roots.into_iter().try_for_each(|(_, _, root)| self.found.root(root))
    }

    /// What could not be decided before all names had been seen.
    fn third(&mut self) -> Result<(), EvidenceError> {
        self.areas.resolve();
        if !self.undecided {
            return Ok(());
        }
        let directory = self.directory;
        let mut names = Names::default();
        let mut spot = self.areas.spot(b"");
        let mut wanted = self.was_undecided(spot);
        directory.each(self.leash, false, |entry| {
            let name = names.next(entry);
            if name.moved {
                spot = self.areas.next_spot(spot, name.folder, name.shared);
                wanted = self.was_undecided(spot);
            }
            let loose = wanted
                && name.litter.is_none()
                && !name.last.is_empty()
                && !is_apple_double(name.last)
                && !entry.is_special()
                && name.len() <= self.leash.limits.path
                && !self.areas.owns_file(spot, name.last)
                && !self.answers_any(&name, spot);
            if loose { self.loose(entry, &name) } else { Ok(()) }
        })?;
        Ok(())
    }

    /// Files there turned out to be loose only now.
    fn was_undecided(&self, spot: Spot) -> bool {
        let standing = (Standing::Known(Manner::Loose), Standing::Undecided);
        !spot.own && self.areas.standing(spot) == standing
    }

    fn answers_any(&self, name: &Name<'_>, spot: Spot) -> bool {
        let mut any = false;
        for area in self.areas.around(spot) {
            let (prefix, rules) = self.areas.area(area);
            rules.iter().for_each(|rule| self.tables.answers(rule, prefix, name, |_| any = true));
        }
        any
    }
}

fn same(a: &Kept, b: &Kept) -> bool {
    a.area == b.area && std::ptr::eq(a.rule, b.rule)
}

fn twice(what: &str) -> EvidenceError {
    EvidenceError::Damaged(format!("the archive holds two different members of this name; {what}"))
}

fn make(blob: &Arc<dyn Blob>, base: u64, entry: &Entry<'_>, name: &Name<'_>) -> (File, (u32, u64)) {
    let mut data = entry.data();
    data.offset = data.offset.saturating_add(base);
    let member = ZipMember { blob: blob.clone(), data };
    let file = File { path: name.path().into(), size: Some(data.size), mtime: entry.mtime(), member: Arc::new(member) };
    (file, (data.crc, data.size))
}
