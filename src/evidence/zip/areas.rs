//! Which parts of an archive belong to devices: the same rules as for folders,
//! applied to prefixes of names.

use std::collections::{BTreeMap, HashMap};

use crate::evidence::RootRule;
use crate::evidence::layout::{Ground, LAYOUT, Manner, strip_back};

/// Folders (empty, or ending in `/`) with the landmarks seen in them.
pub(super) type Candidates = HashMap<Box<[u8]>, u64>;

/// A prefix with a meaning: a device root, or a folder beside one.
struct Area {
    prefix: Vec<u8>,
    ground: Ground,
    /// A folder beside a root.
    beside: bool,
    parent: Option<usize>,
    standing: Standing,
    /// What it was before the roots were known to be whole or not.
    before: Standing,
}

/// What becomes of files in an area that nobody owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// As in folders.
    Known(Manner),
    /// It depends on what else the root holds.
    Undecided,
}

/// All areas, sorted by prefix.
pub(super) struct Areas {
    areas: Vec<Area>,
    resolved: bool,
}

/// Where a folder of the archive lies among the areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// The innermost area.
    area: Option<usize>,
    /// The folder is the area itself: its files lie directly in it.
    direct: bool,
    /// A device's own: nothing in it is looked at but what is claimed.
    pub(super) own: bool,
    /// How much of the folder the answer rests on: it holds for every folder
    /// that begins so.
    rests_on: usize,
}

impl Areas {
    /// The roots among the candidates, but for those inside a device's own
    /// folders, and what lies beside them.
    pub(super) fn new(candidates: &Candidates) -> Self {
        let mut map: BTreeMap<Vec<u8>, (Ground, bool)> = BTreeMap::new();
        for (prefix, seen) in candidates {
            let rules = LAYOUT.rules(*seen);
            if !rules.is_empty() {
                map.insert(prefix.to_vec(), (Ground::new(rules), false));
            }
        }
        let roots = Self::nest(map);
        let mut map: BTreeMap<Vec<u8>, (Ground, bool)> = BTreeMap::new();
        for area in &roots.areas {
            for (beside, rule) in area.ground.rules.iter().flat_map(|r| r.beside.iter().map(move |b| (b, r))) {
                let _: &&RootRule = rule;
                let Some(above) = strip_back(&area.prefix, beside.tail) else { continue };
                for name in beside.folders {
                    map.entry([above, name.as_bytes(), b"/"].concat()).or_default().1 = true;
                }
            }
        }
        for area in roots.areas {
            map.entry(area.prefix).or_default().0 = area.ground;
        }
        let mut areas = Self::nest(map);
        areas.stand();
        areas
    }

    /// Finds each area's parent; leaves out what lies in a device's own folders.
    fn nest(map: BTreeMap<Vec<u8>, (Ground, bool)>) -> Self {
        let mut areas: Vec<Area> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for (prefix, (ground, beside)) in map {
            while open.last().is_some_and(|at| !prefix.starts_with(&areas[*at].prefix)) {
                open.pop();
            }
            let parent = open.last().copied();
            let owned = parent.is_some_and(|at| {
                first(&prefix[areas[at].prefix.len()..]).is_some_and(|name| areas[at].ground.owns_folder(name))
            });
            if owned {
                continue;
            }
            open.push(areas.len());
            let standing = Standing::Undecided;
            areas.push(Area { prefix, ground, beside, parent, standing, before: standing });
        }
        Self { areas, resolved: false }
    }

    /// Parents come first in the order of prefixes.
    fn stand(&mut self) {
        for at in 0..self.areas.len() {
            let above = self.areas[at].parent.map_or(Standing::Known(Manner::Loose), |p| self.areas[p].standing);
            let area = &self.areas[at];
            let standing = if area.beside || above == Standing::Known(Manner::Quiet) {
                Standing::Known(Manner::Quiet)
            } else if !self.resolved && area.ground.may_be_whole() {
                Standing::Undecided
            } else if area.ground.is_whole() {
                Standing::Known(Manner::Quiet)
            } else {
                above
            };
            let area = &mut self.areas[at];
            if !self.resolved {
                area.before = standing;
            }
            area.standing = standing;
        }
    }

    /// Every folder has been seen: decides what depended on it.
    pub(super) fn resolve(&mut self) {
        self.resolved = true;
        self.stand();
    }

    /// Where the next folder lies, which begins like the one before.
    pub(super) fn next_spot(&self, before: Spot, folder: &[u8], shared: usize) -> Spot {
        if before.own && before.rests_on <= shared { before } else { self.spot(folder) }
    }

    /// Where a folder lies.
    pub(super) fn spot(&self, folder: &[u8]) -> Spot {
        // Of prefixes in order, those of a name are ancestors of its predecessor.
        let mut area = self.areas.partition_point(|a| a.prefix.as_slice() <= folder).checked_sub(1);
        while let Some(at) = area {
            if let Some(rest) = folder.strip_prefix(self.areas[at].prefix.as_slice()) {
                let name = first(rest);
                let own = name.is_some_and(|name| self.areas[at].ground.owns_folder(name));
                let rests_on = folder.len() - rest.len() + name.map_or(0, |name| name.len() + 1);
                return Spot { area, direct: rest.is_empty(), own, rests_on };
            }
            area = self.areas[at].parent;
        }
        Spot { area: None, direct: folder.is_empty(), own: false, rests_on: folder.len() }
    }

    /// Notes that a folder exists.
    pub(super) fn saw(&mut self, spot: Spot, folder: &[u8]) {
        let Some(area) = spot.area.and_then(|at| self.areas.get_mut(at)) else { return };
        if let Some(name) = folder.get(area.prefix.len()..).and_then(first) {
            area.ground.saw_folder(name);
        }
    }

    /// What becomes of files there, now and before the areas were resolved.
    pub(super) fn standing(&self, spot: Spot) -> (Standing, Standing) {
        spot.area.map_or((Standing::Known(Manner::Loose), Standing::Known(Manner::Loose)), |at| {
            (self.areas[at].standing, self.areas[at].before)
        })
    }

    /// The file directly in a root is the device's own.
    pub(super) fn owns_file(&self, spot: Spot, name: &[u8]) -> bool {
        spot.direct && spot.area.is_some_and(|at| self.areas[at].ground.owns_file(name))
    }

    /// The areas a spot lies in, from the inside out.
    pub(super) fn around(&self, spot: Spot) -> impl Iterator<Item = usize> {
        std::iter::successors(spot.area, |at| self.areas[*at].parent)
    }

    /// Number, prefix and rules of every root.
    pub(super) fn roots(&self) -> impl Iterator<Item = (usize, &[u8], &[&'static RootRule])> {
        let all = self.areas.iter().enumerate().map(|(at, a)| (at, a.prefix.as_slice(), a.ground.rules.as_slice()));
        all.filter(|(_, _, rules)| !rules.is_empty())
    }

    /// Prefix and rules of one area.
    pub(super) fn area(&self, at: usize) -> (&[u8], &[&'static RootRule]) {
        (&self.areas[at].prefix, &self.areas[at].ground.rules)
    }
}

/// The first component of a path that is a folder.
fn first(path: &[u8]) -> Option<&[u8]> {
    let end = path.iter().position(|b| *b == b'/')?;
    Some(&path[..end])
}
