//! Folders and plain files on disk.
//!
//! One walk from the top down. The names in a folder are known before any of
//! its subfolders is entered, because they decide whether it is a device root
//! and which subfolders are not entered at all. Symbolic links are not
//! followed, so there are no loops; pipes, sockets and devices are not opened.

mod listing;
mod reach;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use self::listing::{Kind, Listing, join};
use self::reach::{Reach, holds};
use super::layout::{Ground, LAYOUT, Manner, is_apple_double};
use super::{Blob, Claims, DiskBlob, EvidenceError, File, Found, Given, Member, Root, RootRule, Tree, Walked, root};
use crate::limits::{Leash, Stop};

/// Opens a path the user gave. A symbolic link is followed here, and only here.
pub fn open_path(path: &Path) -> Result<Given, EvidenceError> {
    let meta = std::fs::metadata(path)?;
    if meta.is_dir() {
        return Ok(Given::Folder(Box::new(FolderTree { top: path.to_owned() })));
    }
    if !meta.is_file() {
        return Err(EvidenceError::Unsupported("a pipe, socket or device; give a file or a folder".into()));
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes().into();
    Ok(Given::File(file(name, path.to_owned(), Some(&meta))))
}

/// A folder as a tree.
pub(super) struct FolderTree {
    top: PathBuf,
}

impl Tree for FolderTree {
    fn walk(&self, claims: &Claims, found: &mut dyn Found, leash: &Leash) -> Result<Walked, EvidenceError> {
        // A top that cannot be listed is no evidence; deeper folders are trouble.
        std::fs::read_dir(&self.top)?;
        let mut walk = Walk {
            top: &self.top,
            claims,
            found,
            leash,
            walked: Walked::default(),
            pending: vec![(Vec::new(), Manner::Loose)],
            claimed: HashSet::new(),
        };
        while let Some((path, manner)) = walk.pending.pop() {
            walk.folder(&path, manner)?;
        }
        Ok(walk.walked)
    }
}

struct DiskMember(PathBuf);

impl Member for DiskMember {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(Arc::new(DiskBlob::open(&self.0)?))
    }
}

fn file(path: Arc<[u8]>, on_disk: PathBuf, meta: Option<&std::fs::Metadata>) -> File {
    let mtime = meta.and_then(|m| m.modified().ok()).map(|at| match at.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    });
    File { path, size: meta.map(std::fs::Metadata::len), mtime, member: Arc::new(DiskMember(on_disk)) }
}

struct Walk<'a> {
    top: &'a Path,
    claims: &'a Claims,
    found: &'a mut dyn Found,
    leash: &'a Leash,
    walked: Walked,
    /// Folders to visit, the next one last. Explicit, so that depth is no risk.
    pending: Vec<(Vec<u8>, Manner)>,
    /// What was claimed in roots whose folders are walked on.
    claimed: HashSet<Arc<[u8]>>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &[u8], manner: Manner) -> Result<(), Stop> {
        let on_disk = join(self.top, path);
        let list = match Listing::read(&on_disk, self.leash.limits.entries) {
            Ok(list) => list,
            Err(e) => {
                self.found.trouble(path, e.into());
                return self.leash.tick(0, 1);
            }
        };
        self.walked.entries += list.len() as u64;
        self.leash.tick(0, list.len() as u64)?;
        if let Some(e) = list.broke_off() {
            self.found.trouble(path, e.into());
        }
        let mut ground = Ground::new(LAYOUT.rules(landmarks(&on_disk, &list)));
        for rule in ground.rules.clone() {
            self.root(path, &on_disk, rule)?;
        }
        list.of(Kind::Folder).for_each(|name| ground.saw_folder(name));
        let manner = if ground.is_whole() { Manner::Quiet } else { manner };
        if manner == Manner::Loose {
            self.files(path, &on_disk, &list, &ground)?;
        }
        self.subfolders(path, &on_disk, &list, &ground, manner);
        self.walked.skipped += list.of(Kind::Other).count() as u64;
        Ok(())
    }

    /// Reports a root with what is claimed in it.
    fn root(&mut self, path: &[u8], on_disk: &Path, rule: &'static RootRule) -> Result<(), Stop> {
        let reach = Reach::new(self.claims, rule);
        let mut root =
            Root { kind: rule.kind, at: path.into(), files: Vec::new(), trouble: Vec::new(), incomplete: false };
        reach.collect(path, on_disk, &mut root, self.leash)?;
        root.files.sort_by(|a, b| a.1.path.cmp(&b.1.path).then(a.0.cmp(&b.0)));
        self.claimed.extend(root.files.iter().map(|(_, f)| f.path.clone()));
        self.found.root(root)
    }

    fn files(&mut self, path: &[u8], on_disk: &Path, list: &Listing, ground: &Ground) -> Result<(), Stop> {
        for name in list.of(Kind::File) {
            if is_apple_double(name) || ground.owns_file(name) {
                continue;
            }
            let Some(relative) = self.below(path, name) else { continue };
            if self.claimed.contains(relative.as_slice()) {
                continue;
            }
            let on_disk = join(on_disk, name);
            let meta = std::fs::symlink_metadata(&on_disk).ok();
            self.found.loose(file(relative.into(), on_disk, meta.as_ref()))?;
        }
        Ok(())
    }

    fn subfolders(&mut self, path: &[u8], on_disk: &Path, list: &Listing, ground: &Ground, manner: Manner) {
        let quiet = beside(on_disk, list, ground);
        let from = self.pending.len();
        for name in list.of(Kind::Folder) {
            if is_apple_double(name) {
                continue;
            }
            if ground.owns_folder(name) {
                self.walked.pruned += 1;
                continue;
            }
            let Some(relative) = self.below(path, name) else { continue };
            let beside = quiet.iter().any(|q| q.as_bytes() == name);
            self.pending.push((relative, if beside { Manner::Quiet } else { manner }));
        }
        self.pending[from..].reverse();
    }

    /// Path of an entry, unless it is too long to be handled.
    fn below(&mut self, path: &[u8], name: &[u8]) -> Option<Vec<u8>> {
        let relative = below(path, name);
        if relative.len() > self.leash.limits.path {
            self.found.trouble(path, EvidenceError::Path(relative.len()));
            return None;
        }
        Some(relative)
    }
}

/// `path/name`, or `name` at the top.
fn below(path: &[u8], name: &[u8]) -> Vec<u8> {
    if path.is_empty() { name.to_vec() } else { [path, b"/", name].concat() }
}

/// Which landmarks a folder holds. Nearly all are decided by the listing alone.
fn landmarks(on_disk: &Path, list: &Listing) -> u64 {
    let mut seen = 0;
    for (bit, pattern) in LAYOUT.landmarks.iter().enumerate() {
        let Some((first, rest)) = pattern.components.split_first() else { continue };
        let there = if rest.is_empty() {
            list.has(first, if pattern.folder { Kind::Folder } else { Kind::File })
        } else {
            list.has(first, Kind::Folder) && holds(&on_disk.join(first), rest, pattern.folder)
        };
        seen |= u64::from(there) << (bit & 63);
    }
    seen
}

/// Names in this folder that belong to a device whose root lies in it or just
/// below it. Looked up ahead, because a sibling may come first in the walk.
fn beside(on_disk: &Path, list: &Listing, ground: &Ground) -> Vec<&'static str> {
    let mut quiet = Vec::new();
    for rule in root::ROOTS {
        for beside in rule.beside {
            let Some((first, rest)) = beside.tail.split_first() else { continue };
            if !list.has(first, Kind::Folder) || ground.owns_folder(first.as_bytes()) {
                continue;
            }
            let below = rest.iter().fold(on_disk.join(first), |path, name| path.join(name));
            let plain = rest.is_empty() || holds(&on_disk.join(first), rest, true);
            if plain && satisfied(&below, rule) {
                quiet.extend_from_slice(beside.folders);
            }
        }
    }
    quiet
}

/// The folder satisfies the rule.
fn satisfied(on_disk: &Path, rule: &RootRule) -> bool {
    rule.landmarks.iter().any(|set| {
        set.iter().all(|path| {
            let pattern = super::Pattern::new(path);
            holds(on_disk, &pattern.components, pattern.folder)
        })
    })
}
