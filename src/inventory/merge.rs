//! Which records are one device: equal strong ids, or one device root.

use std::collections::HashMap;

use super::Device;
use super::identity::{Identity, StrongId, strong_id};
use crate::artifact::DeviceRecord;
use crate::model::{Code, Diagnostic, FactKind, Locator, Platform, UserFact, UserKind};

/// A record with where it came from.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) item: u32,
    pub(super) root: Option<Locator>,
    pub(super) record: DeviceRecord,
}

/// Records of one device, by their numbers, in evidence order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) key: String,
    pub(super) rows: Vec<u32>,
}

/// What joins rows: the same root of the same item, or an equal strong id.
#[derive(PartialEq, Eq, Hash)]
enum Join {
    Root(u32),
    Id(StrongId),
}

/// Groups rows into devices, in the order of their keys. The outcome does not
/// depend on the order in which joins are met: components are formed first,
/// then those that hold two different ids of one kind are split.
pub(super) fn group(rows: &[Row]) -> (Vec<Group>, Vec<(u32, Diagnostic)>) {
    let ids: Vec<Vec<StrongId>> = rows.iter().map(|r| r.record.facts.iter().filter_map(strong_id).collect()).collect();
    let components = components(rows, &ids);
    let mut groups = Vec::new();
    let mut diagnostics = Vec::new();
    for rows_of in components {
        let platforms = platforms(&rows_of, rows);
        let conflict = conflicting(&rows_of, rows, &ids);
        if platforms.len() <= 1 && conflict.is_none() {
            groups.push(rows_of);
            continue;
        }
        if let Some((kind, a, b)) = conflict {
            let row = &rows[rows_of[0] as usize];
            let message = format!(
                "records that share an identifier state two values of one kind ({}): {a} and {b}; they were kept apart",
                kind_name(kind)
            );
            diagnostics.push((row.item, Diagnostic::new(Code::IdentityConflict, row.root.clone(), message)));
        }
        groups.extend(split(&rows_of, rows, &ids));
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|g| Group { key: key(&g, rows), rows: g }).collect();
    groups.sort_by(|a, b| (&a.key, &a.rows).cmp(&(&b.key, &b.rows)));
    make_unique(&mut groups);
    (groups, diagnostics)
}

fn components(rows: &[Row], ids: &[Vec<StrongId>]) -> Vec<Vec<u32>> {
    let mut parent: Vec<u32> = (0..rows.len() as u32).collect();
    let mut first: HashMap<Join, u32> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        let joins = ids[i].iter().cloned().map(Join::Id).chain(row.root.as_ref().map(|_| Join::Root(row.item)));
        for join in joins {
            let other = *first.entry(join).or_insert(i as u32);
            let (a, b) = (find(&mut parent, other), find(&mut parent, i as u32));
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    drop(first);
    let mut slots: HashMap<u32, usize> = HashMap::new();
    let mut out: Vec<Vec<u32>> = Vec::new();
    for i in 0..rows.len() as u32 {
        let top = find(&mut parent, i);
        let slot = *slots.entry(top).or_insert_with(|| {
            out.push(Vec::new());
            out.len() - 1
        });
        out[slot].push(i);
    }
    out
}

fn find(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

fn platforms(group: &[u32], rows: &[Row]) -> Vec<Platform> {
    let mut seen: Vec<Platform> =
        group.iter().map(|i| rows[*i as usize].record.platform).filter(|p| *p != Platform::Unknown).collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// Two different ids of one kind, from different items: evidence of two
/// devices. Several serials inside one root are one device's. IMEIs do not
/// conflict: phones with two SIMs have two.
fn conflicting(group: &[u32], rows: &[Row], ids: &[Vec<StrongId>]) -> Option<(FactKind, String, String)> {
    let mut known: HashMap<(FactKind, &str), (&str, u32)> = HashMap::new();
    for i in group {
        let row = &rows[*i as usize];
        for (kind, value) in &ids[*i as usize] {
            if *kind == FactKind::Imei {
                continue;
            }
            let system = match kind {
                FactKind::MdmId | FactKind::EnrollmentId => value.rsplit_once('/').map_or("", |(s, _)| s),
                _ => "",
            };
            let (first, item) = *known.entry((*kind, system)).or_insert((value, row.item));
            if first != value && !(row.root.is_some() && item == row.item) {
                let (a, b) = if first < value.as_str() { (first, value.as_str()) } else { (value.as_str(), first) };
                return Some((*kind, a.to_owned(), b.to_owned()));
            }
        }
    }
    None
}

/// Rows of one platform with exactly the same set of strong ids, or of one root, stay together.
fn split(group: &[u32], rows: &[Row], ids: &[Vec<StrongId>]) -> Vec<Vec<u32>> {
    let mut slots: HashMap<(Platform, Option<u32>, Vec<StrongId>), Vec<u32>> = HashMap::new();
    for i in group {
        let row = &rows[*i as usize];
        let mut own = ids[*i as usize].clone();
        own.sort();
        own.dedup();
        let root = row.root.as_ref().map(|_| row.item);
        let own = if root.is_some() { Vec::new() } else { own };
        slots.entry((row.record.platform, root, own)).or_default().push(*i);
    }
    let mut out: Vec<Vec<u32>> = slots.into_values().collect();
    out.sort();
    out
}

/// The strongest id, with its platform; else the place of the record.
fn key(group: &[u32], rows: &[Row]) -> String {
    let platform = platforms(group, rows).first().copied().unwrap_or(Platform::Unknown);
    const ORDER: [(FactKind, &str); 5] = [
        (FactKind::Serial, "serial"),
        (FactKind::Udid, "udid"),
        (FactKind::MdmId, "mdm"),
        (FactKind::EnrollmentId, "enrollment"),
        (FactKind::Imei, "imei"),
    ];
    for (kind, name) in ORDER {
        let values = group.iter().flat_map(|i| rows[*i as usize].record.facts.iter().filter_map(strong_id));
        if let Some((_, value)) = values.filter(|(k, _)| *k == kind).min() {
            return format!("{platform}:{name}:{value}");
        }
    }
    let row = &rows[group[0] as usize];
    match &row.root {
        Some(root) => format!("{platform}:at:{root}"),
        None => format!("{platform}:item:{}:{}", row.item, group[0]),
    }
}

fn make_unique(groups: &mut [Group]) {
    let mut again = 1;
    for i in 1..groups.len() {
        let (before, rest) = groups.split_at_mut(i);
        let base = before[i - again].key.clone();
        if rest[0].key == base {
            again += 1;
            rest[0].key = format!("{base}~{again}");
        } else {
            again = 1;
        }
    }
}

fn kind_name(kind: FactKind) -> &'static str {
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

pub(super) fn items(group: &Group, rows: &[Row]) -> Vec<u32> {
    let mut items: Vec<u32> = group.rows.iter().filter_map(|i| rows.get(*i as usize)).map(|r| r.item).collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// One device of its rows, without its coverage.
pub(super) fn device(group: &Group, rows: &[&Row]) -> Device {
    let mut identity = Identity::default();
    let mut diagnostics = Vec::new();
    let mut users: Vec<UserFact> = Vec::new();
    let mut apps = Vec::new();
    let mut platform = Platform::Unknown;
    for row in rows {
        if platform == Platform::Unknown {
            platform = row.record.platform;
        }
        for fact in &row.record.facts {
            if let Some((kind, values)) = identity.add(fact) {
                let message = format!("two values for the {}: {values}; the first was used", kind_name(kind));
                diagnostics.push(Diagnostic::new(Code::ValuesConflict, row.root.clone(), message));
            }
        }
        for user in &row.record.users {
            match users.iter_mut().find(|u| u.id == user.id) {
                Some(known) if known.kind == UserKind::Unknown => known.kind = user.kind,
                Some(_) => {}
                None => users.push(*user),
            }
        }
        apps.extend(row.record.apps.iter().cloned());
    }
    users.sort();
    identity.imei.sort();
    identity.other_ids.sort();
    let record = rows.iter().map(|r| r.record.record).min().unwrap_or_default();
    let mut items: Vec<u32> = rows.iter().map(|r| r.item).collect();
    items.sort_unstable();
    items.dedup();
    Device { key: group.key.clone(), record, platform, identity, users, apps, coverage: Vec::new(), items, diagnostics }
}
