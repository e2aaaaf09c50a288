//! Claimed files of a device root, by their exact paths: what nobody claims is
//! not even listed.

use std::fs;
use std::io;
use std::path::Path;

use super::listing::{Kind, Listing, join};
use super::{below, file};
use crate::evidence::layout::{folder_file, inside, is_apple_double};
use crate::evidence::{ClaimId, Claims, EvidenceError, Pattern, Root, RootRule};
use crate::limits::{Leash, Stop};

/// Above this many names, listing the folder is cheaper than asking for each.
const ASK: usize = 8;

/// The claims on one kind of root, as a tree of their components.
pub(super) struct Reach {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    children: Vec<(&'static str, usize)>,
    claims: Vec<ClaimId>,
    /// Claims on the folder itself.
    folders: Vec<ClaimId>,
}

impl Reach {
    /// Compiles the claims; depth is that of the longest claim.
    pub(super) fn new(claims: &Claims, rule: &RootRule) -> Self {
        let mut reach = Self { nodes: vec![Node::default()] };
        for (id, pattern) in claims.of(rule.kind) {
            if let Some(components) = inside(pattern, rule) {
                reach.insert(id, components, pattern.folder);
            }
        }
        reach
    }

    fn insert(&mut self, id: ClaimId, components: &[&'static str], folder: bool) {
        let mut at = 0;
        for component in components {
            let known = self.nodes[at].children.iter().find(|(name, _)| name == component).map(|(_, node)| *node);
            at = known.unwrap_or_else(|| {
                let new = self.nodes.len();
                self.nodes.push(Node::default());
                self.nodes[at].children.push((component, new));
                new
            });
        }
        let node = &mut self.nodes[at];
        if folder { &mut node.folders } else { &mut node.claims }.push(id);
    }

    /// Looks for the claimed files below a root.
    pub(super) fn collect(&self, path: &[u8], on_disk: &Path, root: &mut Root, leash: &Leash) -> Result<(), Stop> {
        Collector { nodes: &self.nodes, root, leash }.visit(0, path, on_disk)
    }
}

struct Collector<'a> {
    nodes: &'a [Node],
    root: &'a mut Root,
    leash: &'a Leash,
}

impl Collector<'_> {
    fn visit(&mut self, node: usize, path: &[u8], on_disk: &Path) -> Result<(), Stop> {
        let nodes = self.nodes;
        let children = &nodes[node].children;
        if children.len() > ASK || children.iter().any(|(name, _)| name.contains('*')) {
            return self.list(children, path, on_disk);
        }
        for (name, child) in children {
            let (path, on_disk) = (below(path, name.as_bytes()), on_disk.join(name));
            match fs::symlink_metadata(&on_disk) {
                Ok(meta) if meta.is_file() => self.arrive(*child, Kind::File, &path, &on_disk)?,
                Ok(meta) if meta.is_dir() => self.arrive(*child, Kind::Folder, &path, &on_disk)?,
                Ok(_) => {}
                Err(e) => self.trouble(&path, e),
            }
        }
        Ok(())
    }

    fn list(&mut self, children: &[(&'static str, usize)], path: &[u8], on_disk: &Path) -> Result<(), Stop> {
        let list = match Listing::read(on_disk, self.leash.limits.entries) {
            Ok(list) => list,
            Err(e) => {
                self.trouble(path, e);
                return Ok(());
            }
        };
        self.leash.tick(0, list.len() as u64)?;
        if let Some(e) = list.broke_off() {
            self.trouble(path, e);
        }
        for kind in [Kind::File, Kind::Folder] {
            for name in list.of(kind).filter(|n| !is_apple_double(n)) {
                for (_, child) in children.iter().filter(|(c, _)| Pattern::component_fits(c, name)) {
                    self.arrive(*child, kind, &below(path, name), &join(on_disk, name))?;
                }
            }
        }
        Ok(())
    }

    fn arrive(&mut self, node: usize, kind: Kind, path: &[u8], on_disk: &Path) -> Result<(), Stop> {
        let nodes = self.nodes;
        if kind == Kind::Folder {
            for id in &nodes[node].folders {
                self.root.files.push((*id, folder_file([path, b"/"].concat())));
            }
            return if nodes[node].children.is_empty() { Ok(()) } else { self.visit(node, path, on_disk) };
        }
        let claims = &nodes[node].claims;
        if claims.is_empty() {
            return Ok(());
        }
        if path.len() > self.leash.limits.path {
            self.root.trouble.push((path.into(), EvidenceError::Path(path.len())));
            return Ok(());
        }
        let meta = fs::symlink_metadata(on_disk).ok();
        let file = file(path.into(), on_disk.to_owned(), meta.as_ref());
        self.root.files.extend(claims.iter().map(|id| (*id, file.clone())));
        self.leash.tick(0, 1)
    }

    /// What is not there was not claimed in vain; everything else is worth a word.
    fn trouble(&mut self, path: &[u8], error: io::Error) {
        if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
            self.root.trouble.push((path.into(), error.into()));
        }
    }
}

/// Whether a path of components exists below a folder, no link on the way.
pub(super) fn holds(on_disk: &Path, components: &[&str], folder: bool) -> bool {
    let Some((first, rest)) = components.split_first() else {
        return true;
    };
    let kind = if rest.is_empty() && !folder { Kind::File } else { Kind::Folder };
    if first.contains('*') {
        // Landmarks hold a star in their last component only.
        return rest.is_empty() && Listing::read(on_disk, u64::MAX).is_ok_and(|list| list.has(first, kind));
    }
    let next = on_disk.join(first);
    let there =
        fs::symlink_metadata(&next).is_ok_and(|meta| if kind == Kind::Folder { meta.is_dir() } else { meta.is_file() });
    there && holds(&next, rest, folder)
}
