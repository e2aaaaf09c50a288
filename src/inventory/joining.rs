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
    /// Why more than one: a sentence; `None` too where only platforms differ.
    pub conflict: Option<String>,
}

/// Never across platforms, never through two different ids of one kind: then
/// holders of one platform with exactly the same ids, or of one root, stay
/// together.
pub fn split(holders: &[Holder<'_>]) -> Apart {
    let mut platforms: Vec<Platform> = holders.iter().map(|h| h.platform).filter(|p| *p != Platform::Unknown).collect();
    platforms.sort_unstable();
    platforms.dedup();
    let conflict = conflicting(holders).map(|(kind, a, b)| {
        let kind = kind_name(kind);
        format!(
            "records that share an identifier state two values of one kind ({kind}): {a} and {b}; they were kept apart"
        )
    });
    if platforms.len() <= 1 && conflict.is_none() {
        return Apart { groups: vec![(0..holders.len()).collect()], conflict };
    }
    let mut slots: BTreeMap<(Platform, Option<u32>, Vec<StrongId>), Vec<usize>> = BTreeMap::new();
    for (i, holder) in holders.iter().enumerate() {
        let mut own = if holder.root.is_some() { Vec::new() } else { holder.ids.to_vec() };
        own.sort();
        own.dedup();
        slots.entry((holder.platform, holder.root, own)).or_default().push(i);
    }
    let mut groups: Vec<Vec<usize>> = slots.into_values().collect();
    groups.sort();
    Apart { groups, conflict }
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
pub fn key(platform: Platform, ids: &[StrongId]) -> Option<String> {
    const ORDER: [(FactKind, &str); 5] = [
        (FactKind::Serial, "serial"),
        (FactKind::Udid, "udid"),
        (FactKind::MdmId, "mdm"),
        (FactKind::EnrollmentId, "enrollment"),
        (FactKind::Imei, "imei"),
    ];
    ORDER.iter().find_map(|(kind, name)| {
        let (_, value) = ids.iter().filter(|(k, _)| k == kind).min()?;
        Some(format!("{platform}:{name}:{value}"))
    })
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
