//! Which holders of equal strong ids are one device. The same rules hold for
//! records of evidence and for devices of reports.

use std::collections::{BTreeMap, HashMap};

use super::identity::StrongId;
use crate::model::{FactKind, Platform};

/// Sets of numbers that grow together; the least number stands for its set.
/// Four bytes a number.
#[derive(Debug)]
pub struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    /// `len` sets of one.
    pub fn new(len: usize) -> Self {
        Self { parent: (0..u32::try_from(len).unwrap_or(u32::MAX)).collect() }
    }

    /// Makes one set of two.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.top(a), self.top(b));
        if let Some(slot) = self.parent.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }

    /// The least number of a set.
    pub fn top(&mut self, mut i: u32) -> u32 {
        while let Some(&up) = self.parent.get(i as usize) {
            if up == i {
                break;
            }
            let above = self.parent.get(up as usize).copied().unwrap_or(up);
            self.parent[i as usize] = above;
            i = above;
        }
        i
    }
}

/// Something that names a device.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// Its platform.
    pub platform: Platform,
    /// Its strong ids.
    pub ids: &'a [StrongId],
    /// Holders with one root are one device, whatever serials it holds.
    pub root: Option<u32>,
}

/// Holders that were joined by equal ids, taken apart again where they must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// Positions of the holders of each device, ascending.
    pub groups: Vec<Vec<usize>>,
    /// For each of them the others that share an id with it and may be the same
    /// device after all: what they say may be about it.
    pub near: Vec<Vec<usize>>,
    /// Why more than one: a sentence; `None` too where only platforms differ.
    pub conflict: Option<String>,
}

/// Never across platforms, never through two different ids of one kind: then
/// holders of one platform with exactly the same ids, or of one root, stay
/// together.
pub fn split(holders: &[Holder<'_>]) -> Apart {
    let mut parts: BTreeMap<Platform, Vec<usize>> = BTreeMap::new();
    for (i, holder) in holders.iter().enumerate() {
        parts.entry(holder.platform).or_default().push(i);
    }
    if parts.len() <= 2 && parts.keys().filter(|p| **p != Platform::Unknown).count() <= 1 {
        parts = BTreeMap::from([(Platform::Unknown, (0..holders.len()).collect())]);
    }
    let (mut groups, mut conflict) = (Vec::new(), None);
    for part in parts.into_values().flat_map(|part| connected(holders, part)) {
        let of_part: Vec<Holder<'_>> = part.iter().filter_map(|i| holders.get(*i)).copied().collect();
        let Some((kind, a, b)) = conflicting(&of_part) else {
            groups.push(part);
            continue;
        };
        let kind = kind_name(kind);
        conflict.get_or_insert_with(|| {
            format!(
                "records that share an identifier state two values of one kind ({kind}): {a} and {b}; they were kept apart"
            )
        });
        let mut slots: BTreeMap<(Platform, Option<u32>, Vec<StrongId>), Vec<usize>> = BTreeMap::new();
        for (i, holder) in part.into_iter().zip(of_part) {
            let mut own = if holder.root.is_some() { Vec::new() } else { holder.ids.to_vec() };
            own.sort();
            own.dedup();
            slots.entry((holder.platform, holder.root, own)).or_default().push(i);
        }
        groups.extend(slots.into_values());
    }
    groups.sort();
    Apart { near: near(holders, &groups), groups, conflict }
}

/// What of a part holds together without the rest.
fn connected(holders: &[Holder<'_>], part: Vec<usize>) -> Vec<Vec<usize>> {
    if part.len() == holders.len() {
        return vec![part];
    }
    let mut sets = Sets::new(part.len());
    let (mut ids, mut roots) = (HashMap::new(), HashMap::new());
    for (n, holder) in (0..).zip(part.iter().filter_map(|i| holders.get(*i))) {
        for id in holder.ids {
            sets.join(*ids.entry(id).or_insert(n), n);
        }
        if let Some(root) = holder.root {
            sets.join(*roots.entry(root).or_insert(n), n);
        }
    }
    let mut out: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (n, i) in (0..).zip(part) {
        out.entry(sets.top(n)).or_default().push(i);
    }
    out.into_values().collect()
}

/// Most groups that are compared with one another: more share an id that
/// belongs to none of them.
const MOST_NEAR: usize = 64;

fn near(holders: &[Holder<'_>], groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); groups.len()];
    if groups.len() < 2 {
        return out;
    }
    let mut having: HashMap<&StrongId, Vec<usize>> = HashMap::new();
    for (n, group) in groups.iter().enumerate() {
        for id in group.iter().filter_map(|i| holders.get(*i)).flat_map(|h| h.ids) {
            let having = having.entry(id).or_default();
            if having.last() != Some(&n) && having.len() < MOST_NEAR {
                having.push(n);
            }
        }
    }
    let platform = |n: usize| {
        let of = groups.get(n).into_iter().flatten().filter_map(|i| holders.get(*i)).map(|h| h.platform);
        of.filter(|p| *p != Platform::Unknown).min()
    };
    for (n, group) in groups.iter().enumerate() {
        let own = platform(n);
        let ids = group.iter().filter_map(|i| holders.get(*i)).flat_map(|h| h.ids);
        let others = ids.filter_map(|id| having.get(id)).flatten().copied();
        let mut others: Vec<usize> = others
            .filter(|other| *other != n)
            .filter(|other| own.is_none() || platform(*other).is_none_or(|p| Some(p) == own))
            .collect();
        others.sort_unstable();
        others.dedup();
        if let Some(slot) = out.get_mut(n) {
            *slot = others;
        }
    }
    out
}

/// Two different ids of one kind, from different items: evidence of two
/// devices. Several serials inside one root are one device's. IMEIs do not
/// conflict: phones with two SIMs have two.
fn conflicting(holders: &[Holder<'_>]) -> Option<(FactKind, String, String)> {
    let mut known: HashMap<(FactKind, &str), (&str, Option<u32>)> = HashMap::new();
    for holder in holders {
        for (kind, value) in holder.ids.iter().filter(|(kind, _)| *kind != FactKind::Imei) {
            let system = match kind {
                FactKind::MdmId | FactKind::EnrollmentId => value.rsplit_once('/').map_or("", |(s, _)| s),
                _ => "",
            };
            let (first, root) = *known.entry((*kind, system)).or_insert((value, holder.root));
            if first != value && !(holder.root.is_some() && root == holder.root) {
                let (a, b) = if first < value.as_str() { (first, value.as_str()) } else { (value.as_str(), first) };
                return Some((*kind, a.to_owned(), b.to_owned()));
            }
        }
    }
    None
}

/// The name of a device in a report: its strongest id, with its platform.
pub fn key<'a>(platform: Platform, ids: impl Iterator<Item = &'a StrongId>) -> Option<String> {
    key_of(platform, ids.map(|(kind, value)| (*kind, value.as_str())))
}

/// The same of ids that are not kept as such.
pub(super) fn key_of<'a>(platform: Platform, ids: impl Iterator<Item = (FactKind, &'a str)>) -> Option<String> {
    const ORDER: [(FactKind, &str); 5] = [
        (FactKind::Serial, "serial"),
        (FactKind::Udid, "udid"),
        (FactKind::MdmId, "mdm"),
        (FactKind::EnrollmentId, "enrollment"),
        (FactKind::Imei, "imei"),
    ];
    let rank = |kind| ORDER.iter().position(|(k, _)| *k == kind);
    let (rank, value) = ids.filter_map(|(kind, value)| Some((rank(kind)?, value))).min()?;
    Some([platform.as_str(), ":", ORDER.get(rank)?.1, ":", value].concat())
}

/// What people call it.
pub(super) fn kind_name(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Name => "name",
        FactKind::Serial => "serial",
        FactKind::Udid => "UDID",
        FactKind::EnrollmentId => "enrollment id",
        FactKind::Imei => "IMEI",
        FactKind::MdmId => "MDM id",
        FactKind::OtherId => "other id",
        FactKind::PrimaryUser => "primary user",
        FactKind::Model => "model",
        FactKind::OsVersion => "OS version",
        FactKind::Ownership => "ownership",
        FactKind::Enrollment => "enrollment",
        FactKind::LastSeen => "last contact",
    }
}
